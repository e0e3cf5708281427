//! Sources in git repositories: `git+https://HOST/REPOSITORY@REVISION#egg=NAME&subdirectory=PATH`, through the system's `git`.
//!
//! The model, below `git-1` of the cache: `repositories/<key>` is a bare repository for each URL, fetched into whenever a
//! branch, tag or default has to be resolved; `checkouts/<key>/<commit>` is a work tree, made beside and renamed, which never
//! changes. A revision that is a full commit id with a work tree needs neither git nor network. Work trees keep their `.git`
//! (versions are computed from it); their `origin` is the URL without a login.
//!
//! git never asks anything: a login comes from the URL, from git's own helpers or from ssh's agent, or the fetch fails.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use url::Url;

use super::hash::{hex, sha256};
use super::http_cache::temporary_beside;
use super::url::{bare, percent_decoded, redacted};

/// What a `git+…` URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitUrl {
    /// As git takes it, with a login if there is one.
    repository: String,
    /// Branch, tag, commit or ref; none is the default branch.
    pub revision: Option<String>,
    pub subdirectory: Option<String>,
    /// The name that the fragment claims.
    pub egg: Option<String>,
}

/// A work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    pub path: PathBuf,
    /// The full id.
    pub commit: String,
}

#[derive(Debug)]
pub enum GitError {
    Url {
        url: String,
        what: &'static str,
    },
    /// There is no `git`.
    Missing {
        source: std::io::Error,
    },
    /// git failed; what it said is in `output`.
    Failed {
        what: &'static str,
        url: String,
        output: String,
    },
    Revision {
        url: String,
        revision: String,
    },
    Offline {
        url: String,
    },
    File {
        path: PathBuf,
        source: std::io::Error,
    },
}

impl fmt::Display for GitError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { url, what } => write!(out, "{url} is not the URL of a git repository: {what}"),
            Self::Missing { .. } => out.write_str("git cannot be run"),
            Self::Failed { what, url, output } => {
                write!(out, "git could not {what} {url}")?;
                output.lines().last().map_or(Ok(()), |line| write!(out, ": {line}"))
            }
            Self::Revision { url, revision } => write!(out, "{url} has no revision {revision}"),
            Self::Offline { url } => write!(out, "{url} is not in the cache, and dx is offline"),
            Self::File { path, .. } => write!(out, "cannot read or write {}", path.display()),
        }
    }
}

impl std::error::Error for GitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Missing { source } | Self::File { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl GitError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(String::from(match self {
            Self::Url { .. } => "such URLs look like git+https://HOST/REPOSITORY@REVISION#subdirectory=PATH",
            Self::Missing { .. } => "install git, and see that it is in PATH",
            Self::Failed { .. } => {
                "try `git ls-remote` with the same URL; a login comes from the URL, git's credential helper or ssh's agent"
            }
            Self::Revision { .. } => "give a branch, a tag or a full commit id behind the @",
            Self::Offline { .. } => "run once without --offline",
            Self::File { .. } => "check the folder's rights and the free space",
        }))
    }
}

impl GitUrl {
    /// Whether the text is meant to be such a URL.
    pub fn is_one(text: &str) -> bool {
        text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("git+"))
    }

    /// Takes a URL apart.
    ///
    /// # Errors
    /// A scheme that git does not have here, or a revision that git would take for an option.
    pub fn parse(text: &str) -> Result<Self, GitError> {
        let error = |what| GitError::Url { url: redacted(text), what };
        let rest = text.get(4..).filter(|_| Self::is_one(text)).ok_or_else(|| error("it lacks git+"))?;
        let mut url = Url::parse(rest).map_err(|_| error("it is not a URL"))?;
        if !matches!(url.scheme(), "https" | "http" | "ssh" | "git" | "file") {
            return Err(error("its scheme is none of https, http, ssh, git and file"));
        }
        let part = |name: &str| {
            let fragment = url.fragment().unwrap_or("");
            let parts = fragment.split('&').filter_map(|part| part.split_once('='));
            let mut found = parts.filter(|(key, value)| *key == name && !value.is_empty());
            found.next().map(|(_, value)| percent_decoded(value))
        };
        let (subdirectory, egg) = (part("subdirectory"), part("egg"));
        url.set_fragment(None);
        let path = url.path().to_string();
        // Branches have slashes; a repository's path has no `@` in what follows its last one.
        let revision = path.rsplit_once('@').map(|(repository, revision)| {
            url.set_path(repository);
            percent_decoded(revision)
        });
        if revision.as_deref().is_some_and(|revision| revision.is_empty() || revision.starts_with('-')) {
            return Err(error("what stands behind the @ is no revision"));
        }
        let outside = |path: &str| path.starts_with('/') || path.split(['/', '\\']).any(|part| part == "..");
        if subdirectory.as_deref().is_some_and(outside) {
            return Err(error("its subdirectory leads out of the repository"));
        }
        Ok(Self { repository: url.into(), revision, subdirectory, egg })
    }

    /// The repository's URL without a login: what `direct_url.json` holds.
    pub fn repository(&self) -> String {
        Url::parse(&self.repository).map_or_else(
            |_| redacted(&self.repository),
            |url| {
                // Over ssh the user is part of the address.
                if url.scheme() == "ssh" { url.into() } else { bare(&url).into() }
            },
        )
    }

    fn shown(&self) -> String {
        redacted(&self.repository)
    }

    /// What must not be seen in git's output.
    fn secret(&self) -> Option<String> {
        let url = Url::parse(&self.repository).ok()?;
        url.password()
            .or(Some(url.username()).filter(|user| !user.is_empty() && url.scheme() != "ssh"))
            .map(String::from)
    }
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Gets a work tree of the revision that the URL means now.
///
/// # Arguments
/// `offline` forbids fetching: what was fetched before is taken.
///
/// # Errors
/// See [`GitError`].
pub fn checkout(cache: &Path, url: &GitUrl, offline: bool) -> Result<Checkout, GitError> {
    let key = sha256(url.repository().as_bytes());
    let key = hex(key.get(..8).unwrap_or(&[]));
    let root = cache.join("git-1");
    let tree = |commit: &str| root.join("checkouts").join(&key).join(commit);
    if let Some(commit) = url.revision.as_deref().filter(|revision| is_commit(revision)) {
        let commit = commit.to_ascii_lowercase();
        if tree(&commit).is_dir() {
            return Ok(Checkout { path: tree(&commit), commit });
        }
    }
    let repository = Repository { url, path: root.join("repositories").join(&key) };
    let _lock = repository.prepare(offline)?;
    let commit = repository.resolve(offline)?;
    let path = tree(&commit);
    if !path.is_dir() {
        repository.check_out(&commit, &path, offline)?;
    }
    Ok(Checkout { path, commit })
}

/// The bare repository of a URL.
struct Repository<'a> {
    url: &'a GitUrl,
    path: PathBuf,
}

impl Repository<'_> {
    /// Makes the repository if it is not there, and keeps other processes away while the result lives.
    fn prepare(&self, offline: bool) -> Result<File, GitError> {
        let file_error = |path: &Path| {
            let path = path.to_path_buf();
            move |source| GitError::File { path, source }
        };
        let folder = self.path.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder).map_err(file_error(folder))?;
        let lock_path = self.path.with_extension("lock");
        let lock = File::options().write(true).create(true).truncate(false).open(&lock_path);
        let lock = lock.map_err(file_error(&lock_path))?;
        lock.lock().map_err(file_error(&lock_path))?;
        if !self.path.join("HEAD").is_file() {
            if offline {
                return Err(GitError::Offline { url: self.url.shown() });
            }
            fs::create_dir_all(&self.path).map_err(file_error(&self.path))?;
            self.run("prepare", &["init", "--quiet", "--bare"])?;
        }
        Ok(lock)
    }

    /// The commit that the URL means.
    fn resolve(&self, offline: bool) -> Result<String, GitError> {
        let revision = self.url.revision.as_deref();
        if let Some(commit) = revision.filter(|revision| is_commit(revision)) {
            if let Some(found) = self.commit_of(commit) {
                return Ok(found);
            }
        }
        if !offline {
            self.fetch(revision)?;
        }
        let candidates = match revision {
            None => vec![String::from("refs/dx/HEAD")],
            // Branches before tags before ids, as pip has it.
            Some(revision) => vec![
                format!("refs/heads/{revision}"),
                format!("refs/tags/{revision}"),
                format!("refs/dx/{revision}"),
                revision.to_string(),
            ],
        };
        let found = candidates.iter().find_map(|candidate| self.commit_of(candidate));
        let missing = || match revision {
            _ if offline => GitError::Offline { url: self.url.shown() },
            revision => {
                GitError::Revision { url: self.url.shown(), revision: revision.unwrap_or("HEAD").into() }
            }
        };
        found.ok_or_else(missing)
    }

    fn commit_of(&self, name: &str) -> Option<String> {
        let name = format!("{name}^{{commit}}");
        let found =
            self.run("resolve", &["rev-parse", "--verify", "--quiet", "--end-of-options", &name]).ok()?;
        Some(found.trim().to_string()).filter(|commit| is_commit(commit))
    }

    fn fetch(&self, revision: Option<&str>) -> Result<(), GitError> {
        let all = ["+HEAD:refs/dx/HEAD", "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
        let from = ["fetch", "--quiet", "--force", "--no-tags", "--", &self.url.repository];
        let fetch = |specs: &[&str]| self.run("fetch", &[&from, specs].concat());
        // A ref of another kind (`refs/pull/1/head`), or a commit that no branch has any more.
        let special = revision.filter(|revision| revision.starts_with("refs/") || is_commit(revision));
        if let Some(revision) = special {
            if fetch(&[&format!("+{revision}:refs/dx/{revision}")]).is_ok() {
                return Ok(());
            }
        }
        fetch(&all).map(|_| ())
    }

    fn check_out(&self, commit: &str, path: &Path, offline: bool) -> Result<(), GitError> {
        let error = |source| GitError::File { path: path.to_path_buf(), source };
        let folder = path.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder).map_err(error)?;
        let temporary = temporary_beside(path);
        let place = temporary.to_string_lossy();
        let made = (|| {
            let origin = self.url.repository();
            let source = self.path.to_string_lossy();
            self.run("check out", &["clone", "--quiet", "--no-checkout", "--local", "--", &source, &place])?;
            self.run_in(&temporary, "check out", &["remote", "set-url", "origin", &origin])?;
            self.run_in(&temporary, "check out", &["checkout", "--quiet", "--detach", commit, "--"])?;
            if !offline && temporary.join(".gitmodules").is_file() {
                let update = ["submodule", "--quiet", "update", "--init", "--recursive"];
                self.run_in(&temporary, "check out the submodules of", &update)?;
            }
            fs::rename(&temporary, path).map_err(error)
        })();
        if made.is_err() {
            let _ = fs::remove_dir_all(&temporary);
        }
        // Another process may have been faster: its tree is the same.
        if path.is_dir() { Ok(()) } else { made }
    }

    fn run(&self, what: &'static str, arguments: &[&str]) -> Result<String, GitError> {
        self.run_in(&self.path, what, arguments)
    }

    fn run_in(&self, folder: &Path, what: &'static str, arguments: &[&str]) -> Result<String, GitError> {
        let mut command = Command::new("git");
        command.current_dir(folder).args(arguments).stdin(Stdio::null());
        command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ADVICE", "0");
        if std::env::var_os("GIT_SSH_COMMAND").is_none() && std::env::var_os("GIT_SSH").is_none() {
            command.env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
        }
        // Set where dx itself is run by a hook; they would mean another repository.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        let output = command.output().map_err(|source| GitError::Missing { source })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let mut text = String::from_utf8_lossy(&output.stderr).trim().to_string();
        if let Some(secret) = self.url.secret() {
            text = text.replace(&secret, "****").replace(&percent_decoded(&secret), "****");
        }
        Err(GitError::Failed { what, url: self.url.shown(), output: text })
    }
}
