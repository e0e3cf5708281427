//! Work trees of repositories: where those that are installed in place stand (`--src`), and copies for builds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::index::git::{Checkout, GitUrl};
use super::super::name::Name;
use super::super::venv::Kind;
use super::session::{Session, Trouble, shown};

/// The folder of `--src`: what is given, else `src` in the environment, else `src` here.
fn folder(session: &Session<'_>) -> Result<PathBuf, Trouble> {
    let place = match session.options.value("src") {
        Some(folder) => PathBuf::from(folder),
        None => match session.environment()? {
            environment if environment.kind == Kind::Virtual => environment.root.join("src"),
            _ => PathBuf::from("src"),
        },
    };
    std::path::absolute(&place)
        .map_err(|error| Trouble::new(format!("cannot find {}: {error}", place.display())))
}

/// Makes the work tree of a repository that is installed in place, or moves the one that is there to the commit.
///
/// # Errors
/// Something else stands there, or git fails.
pub fn place(
    session: &Session<'_>,
    url: &GitUrl,
    checkout: &Checkout,
    name: Option<&Name>,
) -> Result<PathBuf, Trouble> {
    let Some(name) = name else {
        return Err(Trouble::new(format!(
            "Could not detect requirement name for '{}', please specify one with your_package_name @ URL or #egg=NAME",
            url.repository()
        )));
    };
    let all = folder(session)?;
    let place = all.join(name.as_str());
    fs::create_dir_all(&all)
        .map_err(|error| Trouble::new(format!("cannot create {}: {error}", all.display())))?;
    let origin = url.repository();
    if !place.exists() {
        run(&all, &["clone", "--quiet", "--no-checkout", "--", &text(&checkout.path)?, &text(&place)?])?;
        run(&place, &["remote", "set-url", "origin", &origin])?;
        run(&place, &["checkout", "--quiet", "--detach", &checkout.commit, "--"])?;
        return Ok(place);
    }
    let known = run(&place, &["config", "--get", "remote.origin.url"]).unwrap_or_default();
    if !place.join(".git").exists() || known.trim() != origin {
        return Err(Trouble::new(format!(
            "{} is there already and is no work tree of {origin}",
            shown(&place)
        ))
        .with_hint("remove it, or choose another folder with --src"));
    }
    run(&place, &["fetch", "--quiet", "--", &text(&checkout.path)?, &checkout.commit])?;
    // Refuses where changes would be lost.
    run(&place, &["checkout", "--quiet", "--detach", &checkout.commit, "--"])?;
    Ok(place)
}

/// Copies a work tree with its repository, whose objects are linked.
///
/// # Errors
/// git fails.
pub fn copy(from: &Path, to: &Path) -> Result<(), Trouble> {
    let parent = to.parent().unwrap_or(Path::new(""));
    let origin = run(from, &["config", "--get", "remote.origin.url"]).unwrap_or_default();
    let commit = run(from, &["rev-parse", "HEAD"])?;
    run(parent, &["clone", "--quiet", "--no-checkout", "--local", "--", &text(from)?, &text(to)?])?;
    if !origin.trim().is_empty() {
        run(to, &["remote", "set-url", "origin", origin.trim()])?;
    }
    run(to, &["checkout", "--quiet", "--detach", commit.trim(), "--"])?;
    if to.join(".gitmodules").is_file() {
        submodules(from, to)?;
    }
    Ok(())
}

/// Takes the submodules from the work tree that has them, without asking their repositories again.
fn submodules(from: &Path, to: &Path) -> Result<(), Trouble> {
    let listed = run(to, &["config", "--file", ".gitmodules", "--get-regexp", "path"])?;
    for line in listed.lines() {
        let Some((_, path)) = line.split_once(' ') else { continue };
        let (source, target) = (from.join(path), to.join(path));
        if source.join(".git").exists()
            && fs::read_dir(&target).is_ok_and(|mut entries| entries.next().is_none())
        {
            fs::remove_dir(&target)
                .map_err(|error| Trouble::new(format!("cannot write {}: {error}", target.display())))?;
            copy(&source, &target)?;
        }
    }
    Ok(())
}

fn text(path: &Path) -> Result<String, Trouble> {
    path.to_str().map(str::to_owned).ok_or_else(|| Trouble::new(format!("{} is no text", path.display())))
}

fn run(folder: &Path, arguments: &[&str]) -> Result<String, Trouble> {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ADVICE", "0");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    let output = command.output().map_err(|error| Trouble::new(format!("git cannot be run: {error}")))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            let what = arguments.first().copied().unwrap_or_default();
            Err(Trouble::new(format!("git {what} failed in {}: {}", folder.display(), said.trim())))
        }
    }
}
