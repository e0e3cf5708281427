//! `lock`, `compile`, `download`, `wheel` and `sync` with what has to be built: folders, repositories and source distributions.

use std::process::Command;

use crate::build::{BACKEND, PYPROJECT};
use crate::dx::{World, offered_source, package};
use crate::loopback::sha256;
use crate::wheels::Sdist;

/// A world whose binary can build: a developer's scratch binary runs no Python.
fn world() -> Option<World> {
    let mut world = World::new(&[package("click", "1.0", &[])])?;
    world.set("NOTES", &world.path("notes").display().to_string());
    if world.dx(&["run", "-c", "pass"]).err.contains("scratch binary") {
        eprintln!("skipped: this binary runs no Python");
        return None;
    }
    world.write("project/pyproject.toml", PYPROJECT);
    world.write("project/build/backend.py", BACKEND);
    world.write("project/demo.py", "value = 1\n");
    Some(world)
}

fn sdist(name: &str, version: &str) -> Sdist {
    let backend = BACKEND.replace("\"demo\", \"1.0\"", &format!("{name:?}, {version:?}"));
    Sdist::new(name, version)
        .file("pyproject.toml", PYPROJECT)
        .file("build/backend.py", &backend)
        .file("demo.py", "value = 2\n")
}

#[test]
fn wheels_are_built_of_folders_and_sources() {
    let Some(world) = world() else { return };
    world.server.offer(offered_source(&sdist("sourced", "2.0")));
    world
        .pip(&["wheel", "-w", "house", "./project", "sourced", "click"])
        .good()
        .has_line("Successfully built demo sourced")
        .has_line("Saved ./house/click-1.0-py3-none-any.whl");
    let mut names: Vec<String> = crate::dx::tree(&world.path("house")).into_keys().collect();
    names.sort();
    assert_eq!(
        names,
        ["click-1.0-py3-none-any.whl", "demo-1.0-py3-none-any.whl", "sourced-2.0-py3-none-any.whl"]
    );
    world.pip(&["install", "--no-index", "-f", "house", "sourced"]).good();
    assert_eq!(world.freeze(), ["sourced==2.0"]);
}

#[test]
fn a_built_wheel_has_to_be_what_its_name_says() {
    let Some(world) = world() else { return };
    let backend = BACKEND.replace("f\"Version: {VERSION}\"", "\"Version: 9.9\"");
    assert_ne!(backend, BACKEND);
    world.write("project/build/backend.py", &backend);
    let ended = world.pip(&["wheel", "-w", "house", "./project"]);
    assert_eq!(ended.code, 1, "{}", ended.all());
    assert!(ended.err.contains("9.9"), "{}", ended.err);
    assert!(std::fs::read_dir(world.path("house")).map_or(0, Iterator::count) == 0);
}

#[test]
fn sources_are_downloaded_as_they_are() {
    let Some(world) = world() else { return };
    let sdist = sdist("sourced", "2.0");
    world.server.offer(offered_source(&sdist));
    world
        .pip(&["download", "-d", "house", "--no-binary", "sourced", "sourced"])
        .good()
        .has_line("Saved ./house/sourced-2.0.tar.gz");
    let bytes = std::fs::read(world.path("house/sourced-2.0.tar.gz")).unwrap();
    assert_eq!(bytes, sdist.build());
    world
        .pip(&["download", "-d", "other", &world.server.at("/files/sourced-2.0.tar.gz")])
        .good()
        .has_line("Saved ./other/sourced-2.0.tar.gz");
    world.pip(&["download", "-d", "none", "./project"]).good();
    assert_eq!(std::fs::read_dir(world.path("none")).unwrap().count(), 0, "folders stay where they are");
    world.pip(&["download", "--only-binary", ":all:", "sourced"]).bad(1, "sourced");
}

#[test]
fn folders_are_locked_in_place() {
    let Some(world) = world() else { return };
    std::fs::create_dir(world.path("locks")).unwrap();
    world.pip(&["lock", "-o", "locks/pylock.toml", "-e", "./project", "click"]).good();
    let text = world.read("locks/pylock.toml");
    assert!(text.contains("directory = { path = \"../project\", editable = true }"), "{text}");
    assert!(!text.contains("version = \"1.0\"\ndirectory"), "a folder has no version: {text}");
    world.pip(&["sync", "locks/pylock.toml"]).good().has_line("Successfully installed click-1.0 demo-1.0");
    world.write("project/demo.py", "value = 5\n");
    let mut python = Command::new(world.path("env/bin/python"));
    let out = python.args(["-c", "import demo; print(demo.value)"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stdout), "5\n", "{}", String::from_utf8_lossy(&out.stderr));
    let plain = world.pip(&["lock", "-o", "-", "./project"]).good().out;
    assert!(plain.contains("directory = { path = \"project\" }"), "{plain}");
    world.server.route("/pylock.toml", 200, &[], text.as_bytes());
    world
        .pip(&["install", "-r", &world.server.at("/pylock.toml")])
        .bad(1, "a lock file from the net cannot name the folder ../project");
}

#[test]
fn sources_are_locked_with_their_hashes() {
    let Some(world) = world() else { return };
    let sdist = sdist("sourced", "2.0");
    world.server.offer(offered_source(&sdist));
    world.pip(&["lock", "sourced"]).good();
    let text = world.read("pylock.toml");
    assert!(
        text.contains(&sha256(&sdist.build())) && text.contains("sdist = { name = \"sourced-2.0.tar.gz\""),
        "{text}"
    );
    world.pip(&["install", "-r", "pylock.toml"]).good().has_line("Successfully installed sourced-2.0");
    world
        .pip(&["install", "--force-reinstall", "--only-binary", ":all:", "-r", "pylock.toml"])
        .bad(1, "building is disabled");
    // An archive by its address, and one that is another meanwhile.
    let url = world.server.at("/files/sourced-2.0.tar.gz");
    world.pip(&["lock", "-o", "pylock.url.toml", &format!("sourced @ {url}")]).good();
    let text = world.read("pylock.url.toml");
    assert!(text.contains(&format!("archive = {{ url = \"{url}\"")), "{text}");
    world.pip(&["install", "--force-reinstall", "-r", "pylock.url.toml"]).good();
    world.server.change("sourced-2.0.tar.gz", b"something else".to_vec());
    world
        .pip(&["install", "--no-cache-dir", "--force-reinstall", "-r", "pylock.url.toml"])
        .bad(1, "is not the file it should be");
}

#[test]
fn repositories_are_locked_at_their_commit() {
    let Some(world) = world() else { return };
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "init.defaultBranch=main"]);
        let done = git.args(arguments).current_dir(world.path("project")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "one"]);
    let commit = git(&["rev-parse", "HEAD"]);
    let url = format!("git+file://{}", world.path("project").display());
    world.pip(&["lock", &format!("demo @ {url}@main")]).good();
    let text = world.read("pylock.toml");
    assert!(text.contains(&format!("commit-id = \"{commit}\"")), "{text}");
    assert!(text.contains("requested-revision = \"main\"") && text.contains("type = \"git\""), "{text}");
    // The branch goes on, the lock stays.
    world.write("project/demo.py", "value = 7\n");
    git(&["commit", "-qam", "two"]);
    world.pip(&["install", "-r", "pylock.toml"]).good().has_line("Successfully installed demo-1.0");
    let module = std::fs::read_to_string(world.site_packages().join("demo.py")).unwrap();
    assert_eq!(module, "value = 1\n");
    world.pip(&["install", "-r", "pylock.toml"]).good().says("Requirement already satisfied: demo in ");
}

#[test]
fn folders_are_compiled_as_they_were_written() {
    let Some(world) = world() else { return };
    world.write("in.txt", "-e ./project\nclick\n");
    let compiled = world.pip(&["compile", "--no-header", "--annotation-style", "none", "in.txt"]).good().out;
    assert_eq!(compiled, "click==1.0\n-e ./project\n");
    world.write("out.txt", &compiled);
    world.pip(&["sync", "out.txt"]).good().has_line("Successfully installed click-1.0 demo-1.0");
    world.write("hashed.txt", &format!("./project --hash=sha256:{}\n", sha256(b"")));
    world.pip(&["install", "-r", "hashed.txt"]).bad(1, "a folder or a repository has none");
}

#[test]
fn a_project_for_one_run_is_installed_again_when_it_changed() {
    let Some(world) = world() else { return };
    let run = || world.dx(&["run", "--with", "./project", "-c", "import demo; print(demo.value)"]).good().out;
    assert_eq!(run().lines().last(), Some("1"));
    world.write("project/demo.py", "value = 8\n");
    assert_eq!(run().lines().last(), Some("8"));
}
