//! Virtual environments: their layout, their making (`dx venv`, `python -m venv`), and finding the one that is meant.
//!
//! An environment is a folder with a `pyvenv.cfg`; `bin/python` in it is a link to dx, and the name that a process is started under
//! says what it is, so `bin/pip` and `bin/pytest` are links to the same file. Nothing in it names its own place except the activation
//! scripts of shells that cannot find it (plain `sh` and `csh`), so that the folder may be moved.
//!
//! Decisions, where `python -m venv` and `uv venv` differ:
//! - A folder that exists is used as it is, as `python -m venv` does: packages stay, links and scripts are written anew. A `pip` that is
//!   no link of dx's (the real one, installed into it) stays.
//! - `--clear` empties an environment, or an empty folder, and refuses any other folder, as uv does: it is not worth somebody's files.
//! - `.gitignore` and `CACHEDIR.TAG` are written as uv does; the prompt is the folder's name as in CPython, found at activation.
//! - `pyvenv.cfg` has CPython's keys, `version_info` and `implementation` as virtualenv and uv write them, and `dx`, the version of dx.
//!
//! What is installed into without an environment: nothing. dx's own folder (the one above the executable's) is often `~/.local` or
//! `/usr/local`, whose `lib/python3.14/site-packages` belongs to another Python too, so it counts as externally managed (PEP 668):
//! [`Environment::find`] refuses it with the hint to make an environment, unless `--system`, `--user`, `--prefix` or `--target` is said.
//!
//! Invariants: `pyvenv.cfg` is written last and removed first, so that a folder with it is a whole environment; no file is written
//! through a link (what stands in the way is removed first), so that no other program is overwritten.
//!
//! Standard: PEP 405; PEP 668.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{error, fmt};

use crate::version;

mod activate;
mod configuration;
mod find;

pub use configuration::Configuration;
pub use find::{Environment, FindError, Kind, Search};

/// Where an environment has its folders, relative to its root, `/` between parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// Packages without native code.
    pub purelib: String,
    /// Packages with native code.
    pub platlib: String,
    /// Programs.
    pub scripts: String,
    /// Headers; a distribution's name is appended.
    pub headers: String,
    /// Everything else; empty for the root itself.
    pub data: String,
}

/// How a system names an environment's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Posix,
    Windows,
}

impl Style {
    /// The style of the system that dx runs on.
    pub const HERE: Style = if cfg!(windows) { Style::Windows } else { Style::Posix };

    /// The folders of a virtual environment.
    pub fn folders(self) -> Folders {
        let python = format!("python{}.{}", version::MAJOR, version::MINOR);
        let (lib, scripts, headers) = match self {
            Style::Posix => (format!("lib/{python}/site-packages"), "bin", format!("include/site/{python}")),
            Style::Windows => ("Lib/site-packages".to_owned(), "Scripts", "Include/site".to_owned()),
        };
        Folders {
            purelib: lib.clone(),
            platlib: lib,
            scripts: scripts.to_owned(),
            headers,
            data: String::new(),
        }
    }

    /// The folder for headers that an environment is made with.
    fn include(self) -> &'static str {
        match self {
            Style::Posix => "include",
            Style::Windows => "Include",
        }
    }

    /// What a program's file name ends with.
    pub fn suffix(self) -> &'static str {
        match self {
            Style::Posix => "",
            Style::Windows => ".exe",
        }
    }
}

/// How an environment is made.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// dx itself: what `bin/python` leads to.
    pub executable: &'a Path,
    /// The names that lead to `python`: `python3`, `pytest` …; those that begin with `pip` stand apart in `pip`.
    pub names: &'a [&'a str],
    /// The names of the installer; empty with `--without-pip`.
    pub pip: &'a [&'a str],
    /// Whether packages of dx's own folder are seen too.
    pub system_site_packages: bool,
    /// Whether what the environment holds is removed first.
    pub clear: bool,
    /// The name to show in prompts; `None` is the folder's name.
    pub prompt: Option<&'a str>,
    /// Whether `python` is a copy instead of a link.
    pub copies: bool,
    /// The command line that is recorded.
    pub command: &'a str,
}

/// Why an environment cannot be made.
#[derive(Debug)]
pub enum VenvError {
    /// A file is where the folder should be.
    NotAFolder(PathBuf),
    /// `--clear` would remove files of something that is no environment.
    NotAnEnvironment(PathBuf),
    /// The path or the prompt cannot be written into `PATH` or the scripts.
    Unusable { what: String, reason: &'static str },
    /// The system refused something: what was tried, where.
    Io { action: &'static str, path: PathBuf, cause: io::Error },
}

impl fmt::Display for VenvError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VenvError::NotAFolder(path) => {
                write!(out, "Unable to create directory '{}': a file is in the way", path.display())
            }
            VenvError::NotAnEnvironment(path) => {
                write!(
                    out,
                    "Refusing to clear {}: it is not empty and no virtual environment",
                    path.display()
                )
            }
            VenvError::Unusable { what, reason } => {
                write!(out, "Refusing to create a venv for '{what}': {reason}")
            }
            VenvError::Io { action, path, .. } => write!(out, "Unable to {action} '{}'", path.display()),
        }
    }
}

impl error::Error for VenvError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            VenvError::Io { cause, .. } => Some(cause),
            _ => None,
        }
    }
}

impl VenvError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            VenvError::NotAnEnvironment(_) => {
                Some("without --clear the environment is made around what is there".to_owned())
            }
            VenvError::NotAFolder(_) => Some("choose another name, or remove the file".to_owned()),
            VenvError::Unusable { .. } => Some("choose another one".to_owned()),
            VenvError::Io { .. } => None,
        }
    }
}

/// Names an operation for [`VenvError::Io`].
fn at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> VenvError {
    move |cause| VenvError::Io { action, path: path.to_owned(), cause }
}

/// Makes an environment in `folder`, or makes the one that is there anew around its packages.
///
/// # Errors
/// [`VenvError`]; then the folder may hold some of the environment, but no `pyvenv.cfg`, and a second try goes on from there.
pub fn create(folder: &Path, options: &Options<'_>) -> Result<Environment, VenvError> {
    let style = Style::HERE;
    let root = std::path::absolute(folder).map_err(at("find", folder))?;
    check(&root, options)?;
    let configuration = root.join(configuration::NAME);
    match fs::create_dir(&root) {
        Ok(()) => {}
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
            reuse(&root, &configuration, options.clear)?
        }
        Err(_) => fs::create_dir_all(&root).map_err(at("create directory", &root))?,
    }
    let folders = style.folders();
    let scripts = root.join(&folders.scripts);
    for folder in [&scripts, &root.join(&folders.purelib), &root.join(style.include())] {
        make_folder(folder)?;
    }
    if cfg!(all(target_os = "linux", target_pointer_width = "64")) {
        match symlink(Path::new("lib"), &root.join("lib64")) {
            Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
                return Err(at("create", &root.join("lib64"))(cause));
            }
            _ => {}
        }
    }
    let python = programs(&scripts, style, options)?;
    let mut text = String::with_capacity(8192);
    for script in activate::SCRIPTS.iter().filter(|script| script.is_for(style)) {
        text.clear();
        script.render(&root, options.prompt, &mut text);
        write_new(&scripts.join(script.name), text.as_bytes())?;
    }
    for (name, content) in MARKS {
        match fs::symlink_metadata(root.join(name)) {
            Ok(_) => {}
            Err(_) => write_new(&root.join(name), content.as_bytes())?,
        }
    }
    let home = options.executable.parent().unwrap_or(Path::new(""));
    let written = Configuration::of(home, options);
    write_new(&configuration, written.to_text().as_bytes())?;
    Ok(Environment::virtual_of(root, python, &written))
}

/// Files that keep the environment out of a repository and out of backups.
const MARKS: &[(&str, &str)] = &[
    (".gitignore", "# made by dx\n*\n"),
    (
        "CACHEDIR.TAG",
        "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a virtual environment, which can be made again (https://bford.info/cachedir/).\n",
    ),
];

fn check(root: &Path, options: &Options<'_>) -> Result<(), VenvError> {
    let unusable = |what: String, reason| Err(VenvError::Unusable { what, reason });
    let separator = if cfg!(windows) { ';' } else { ':' };
    let Some(text) = root.to_str() else {
        return unusable(root.display().to_string(), "the path is no text");
    };
    if text.contains(separator) {
        return unusable(text.to_owned(), "it contains the sign that separates entries of PATH");
    }
    match [text, options.prompt.unwrap_or_default()].iter().find(|text| text.contains(char::is_control)) {
        Some(what) => unusable((*what).escape_default().to_string(), "it contains a control character"),
        None => Ok(()),
    }
}

/// Takes a folder that is there: empties it if that is asked for, and takes the mark of a whole environment away.
fn reuse(root: &Path, configuration: &Path, clear: bool) -> Result<(), VenvError> {
    if !root.is_dir() {
        return Err(VenvError::NotAFolder(root.to_owned()));
    }
    let is_environment = configuration.exists();
    if clear && !is_environment && fs::read_dir(root).map_err(at("read", root))?.next().is_some() {
        return Err(VenvError::NotAnEnvironment(root.to_owned()));
    }
    if is_environment {
        fs::remove_file(configuration).map_err(at("remove", configuration))?;
    }
    if !clear {
        return Ok(());
    }
    for entry in fs::read_dir(root).map_err(at("read", root))? {
        let entry = entry.map_err(at("read", root))?;
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let removed = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(at("remove", &path))?;
    }
    Ok(())
}

fn make_folder(folder: &Path) -> Result<(), VenvError> {
    match fs::create_dir(folder) {
        Ok(()) => Ok(()),
        Err(_) if folder.is_dir() => Ok(()),
        Err(_) => fs::create_dir_all(folder).map_err(at("create directory", folder)),
    }
}

/// Makes `python` and the links to it; answers the path of `python`.
fn programs(scripts: &Path, style: Style, options: &Options<'_>) -> Result<PathBuf, VenvError> {
    let suffix = style.suffix();
    let file = format!("python{suffix}");
    let python = scripts.join(&file);
    // A clean folder is the usual case: then the link is one call.
    let place = || match (options.copies, style) {
        (false, Style::Posix) => symlink(options.executable, &python),
        (false, Style::Windows) => {
            fs::hard_link(options.executable, &python).or_else(|_| copy(options.executable, &python))
        }
        (true, _) => copy(options.executable, &python),
    };
    replacing(&python, place)?;
    for name in options.names.iter().filter(|name| **name != "python") {
        let path = scripts.join(format!("{name}{suffix}"));
        replacing(&path, || link_beside(&file, &python, &path, style, options.copies))?;
    }
    for name in options.pip {
        let path = scripts.join(format!("{name}{suffix}"));
        match link_beside(&file, &python, &path, style, options.copies) {
            Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
                return Err(at("create", &path)(cause));
            }
            _ => {}
        }
    }
    Ok(python)
}

fn link_beside(file: &str, python: &Path, path: &Path, style: Style, copies: bool) -> io::Result<()> {
    match style {
        Style::Posix if !copies => symlink(Path::new(file), path),
        _ => fs::hard_link(python, path).or_else(|cause| match cause.kind() {
            io::ErrorKind::AlreadyExists => Err(cause),
            _ => copy(python, path),
        }),
    }
}

/// Copies a program, never over another file.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::copy(from, to).map(drop)
}

/// Makes a file; what is in its way is removed, and it is tried once more.
fn replacing(path: &Path, make: impl Fn() -> io::Result<()>) -> Result<(), VenvError> {
    match make() {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path).map_err(at("replace", path))?;
            make().map_err(at("create", path))
        }
        other => other.map_err(at("create", path)),
    }
}

fn write_new(path: &Path, content: &[u8]) -> Result<(), VenvError> {
    replacing(path, || fs::File::create_new(path)?.write_all(content))
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    fs::hard_link(target, link)
}
