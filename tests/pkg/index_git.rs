//! Sources from git: revisions of all kinds, work trees kept by commit, nothing secret shown.

use std::path::Path;
use std::process::Command;

use dx::pkg::index::git::{GitError, GitUrl, checkout};

use super::loopback::Folder;

fn git(folder: &Path, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"];
    let output =
        Command::new("git").current_dir(folder).args(identity).args(arguments).output().expect("git");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}

fn commit(folder: &Path, text: &str) -> String {
    std::fs::write(folder.join("file"), text).expect("a file");
    git(folder, &["add", "."]);
    git(folder, &["commit", "-qm", text]);
    git(folder, &["rev-parse", "HEAD"])
}

/// A repository: `one` with tag v1, then a branch `feature/x` with `branch`, and `two` on main.
fn repository(folder: &Folder) -> (std::path::PathBuf, [String; 3]) {
    let path = folder.path("source");
    std::fs::create_dir_all(&path).expect("a folder");
    git(&path, &["init", "-q"]);
    let one = commit(&path, "one");
    git(&path, &["tag", "-a", "-m", "first", "v1"]);
    git(&path, &["checkout", "-q", "-b", "feature/x"]);
    let branch = commit(&path, "branch");
    git(&path, &["checkout", "-q", "main"]);
    let two = commit(&path, "two");
    (path, [one, branch, two])
}

#[test]
fn urls_are_taken_apart() {
    let url =
        GitUrl::parse("git+https://u:p%40ss@example.org/a/b.git@feature/x#egg=name&subdirectory=src%2Fsub")
            .expect("a URL");
    assert_eq!(url.revision.as_deref(), Some("feature/x"));
    assert_eq!((url.egg.as_deref(), url.subdirectory.as_deref()), (Some("name"), Some("src/sub")));
    assert_eq!(url.repository(), "https://example.org/a/b.git");
    let url = GitUrl::parse("git+ssh://git@example.org/a/b.git").expect("a URL");
    assert_eq!((url.revision.as_deref(), url.repository().as_str()), (None, "ssh://git@example.org/a/b.git"));
    for bad in [
        "https://example.org/a",
        "git+ftp://example.org/a",
        "git+ext::sh -c true",
        "git+https://example.org/a@--upload-pack=x",
        "git+https://example.org/a@",
        "git+https://example.org/a#subdirectory=../b",
        "git+",
        "gi\u{e9}",
    ] {
        assert!(matches!(GitUrl::parse(bad), Err(GitError::Url { .. })), "{bad}");
    }
}

#[test]
fn revisions_of_all_kinds_are_resolved() {
    let folder = Folder::new("git");
    let (path, [one, branch, two]) = repository(&folder);
    let cases =
        [("", &two, "two"), ("@v1", &one, "one"), ("@feature/x", &branch, "branch"), ("@main", &two, "two")];
    let full = format!("@{one}");
    let short = format!("@{}", &branch[..10]);
    for (revision, id, text) in cases.into_iter().chain([
        (&*full, &one, "one"),
        (&*short, &branch, "branch"),
        ("@refs/tags/v1", &one, "one"),
    ]) {
        let url = GitUrl::parse(&format!("git+file://{}{revision}", path.display())).expect("a URL");
        let got = checkout(&folder.path("cache"), &url, false)
            .unwrap_or_else(|error| panic!("{revision}: {error}"));
        assert_eq!(&got.commit, id, "{revision}");
        assert_eq!(std::fs::read_to_string(got.path.join("file")).expect("the file"), text, "{revision}");
    }
    let url = GitUrl::parse(&format!("git+file://{}@nothing", path.display())).expect("a URL");
    let error = checkout(&folder.path("cache"), &url, false).expect_err("no such revision");
    assert!(matches!(error, GitError::Revision { .. }) && error.to_string().contains("nothing"), "{error}");
}

#[test]
fn a_branch_moves_and_a_commit_stays() {
    let folder = Folder::new("move");
    let (path, [_, _, two]) = repository(&folder);
    let cache = folder.path("cache");
    let url = GitUrl::parse(&format!("git+file://{}", path.display())).expect("a URL");
    assert_eq!(checkout(&cache, &url, false).expect("a tree").commit, two);
    let three = commit(&path, "three");
    assert_eq!(checkout(&cache, &url, true).expect("offline, what was fetched").commit, two);
    assert_eq!(checkout(&cache, &url, false).expect("a tree").commit, three);
    std::fs::remove_dir_all(&path).expect("removed");
    let fixed = GitUrl::parse(&format!("git+file://{}@{two}", path.display())).expect("a URL");
    assert_eq!(checkout(&cache, &fixed, false).expect("a tree of the cache").commit, two);
    let error = checkout(&cache, &url, false).expect_err("the repository is gone");
    assert!(matches!(error, GitError::Failed { .. }) && error.hint().is_some(), "{error}");
    let error = checkout(&folder.path("other"), &url, true).expect_err("nothing fetched");
    assert!(matches!(error, GitError::Offline { .. }), "{error}");
}

#[test]
fn no_login_is_shown_or_kept() {
    let folder = Folder::new("secret");
    let url = GitUrl::parse("git+http://someone:s3cret@127.0.0.1:9/a.git").expect("a URL");
    let error = checkout(&folder.path("cache"), &url, false).expect_err("nobody there");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("s3cret") && text.contains("127.0.0.1:9"), "{text}");
    let config =
        Command::new("grep").args(["-r", "s3cret"]).arg(folder.path("cache")).output().expect("grep");
    assert!(config.stdout.is_empty(), "{}", String::from_utf8_lossy(&config.stdout));
}
