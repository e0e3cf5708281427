//! Where an environment has its directories, as paths below one root.
//!
//! Everything that an install writes is below the root, so that it can be staged there and moved by renaming. Paths have `/`
//! between their parts, whatever the system.

use std::path::{Path, PathBuf};

use super::manifest::Scheme;
use crate::version;

/// An environment, or another directory that packages are installed into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub root: PathBuf,
    /// Below the root, without a slash at either end; may be empty.
    pub purelib: String,
    pub platlib: String,
    pub scripts: String,
    pub data: String,
    /// The distribution's name is appended.
    pub headers: String,
    /// What scripts start with: the environment's Python.
    pub python: PathBuf,
}

impl Layout {
    /// A virtual environment (PEP 405), or a prefix of the same form with `python` as its interpreter.
    pub fn prefix(root: &Path, python: PathBuf) -> Layout {
        let (major, minor) = (version::MAJOR, version::MINOR);
        let (lib, scripts, headers) = if cfg!(windows) {
            ("Lib/site-packages".to_owned(), "Scripts", "Include/site".to_owned())
        } else {
            let python = format!("python{major}.{minor}");
            (format!("lib/{python}/site-packages"), "bin", format!("include/site/{python}"))
        };
        Layout {
            root: root.to_path_buf(),
            purelib: lib.clone(),
            platlib: lib,
            scripts: scripts.to_owned(),
            data: String::new(),
            headers,
            python,
        }
    }

    /// A virtual environment; its interpreter is the one in it.
    pub fn environment(root: &Path) -> Layout {
        let python = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
        Layout::prefix(root, root.join(python))
    }

    /// pip's `--target`: the packages stand in the directory itself.
    pub fn target(root: &Path, python: PathBuf) -> Layout {
        Layout {
            root: root.to_path_buf(),
            purelib: String::new(),
            platlib: String::new(),
            scripts: "bin".to_owned(),
            data: String::new(),
            headers: "include".to_owned(),
            python,
        }
    }

    /// The directory of pure packages, `site-packages`.
    pub fn site_packages(&self) -> PathBuf {
        self.root.join(&self.purelib)
    }

    /// Where the files of a scheme go, from the root; `None` for headers, whose directory depends on the distribution.
    pub(super) fn of(&self, scheme: Scheme, root_is_purelib: bool) -> Option<&str> {
        match scheme {
            Scheme::Root if root_is_purelib => Some(&self.purelib),
            Scheme::Purelib => Some(&self.purelib),
            Scheme::Root | Scheme::Platlib => Some(&self.platlib),
            Scheme::Scripts => Some(&self.scripts),
            Scheme::Data => Some(&self.data),
            Scheme::Headers => None,
        }
    }

    /// Whether a directory, given from the root, is one of the environment's own and stays when it is empty.
    pub(super) fn is_own(&self, folder: &str) -> bool {
        let own = [&self.purelib, &self.platlib, &self.scripts, &self.data];
        own.iter().any(|own| {
            folder.is_empty()
                || own.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// Two paths from one root, joined.
pub(super) fn join(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("", path) => path.to_owned(),
        (folder, "") => folder.to_owned(),
        _ => {
            let mut joined = String::with_capacity(folder.len() + 1 + path.len());
            joined.push_str(folder);
            joined.push('/');
            joined.push_str(path);
            joined
        }
    }
}

/// The way from a directory to a path, both from the root: how RECORD names what is not in `site-packages`.
pub(super) fn relative(path: &str, from: &str) -> String {
    let from: Vec<&str> = from.split('/').filter(|part| !part.is_empty()).collect();
    let path: Vec<&str> = path.split('/').collect();
    let common = from.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let ups = std::iter::repeat_n("..", from.len() - common);
    ups.chain(path.iter().skip(common).copied()).collect::<Vec<_>>().join("/")
}

/// A path from the root, after its `..` parts; `None` when it leaves the root.
pub(super) fn normal(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A relative path without needless `..` parts; those that remain stand at its start.
pub(super) fn normal_relative(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_related() {
        assert_eq!(relative("bin/x", "lib/python3.14/site-packages"), "../../../bin/x");
        assert_eq!(relative("lib/a/b", "lib/a"), "b");
        assert_eq!(relative("bin/x", ""), "bin/x");
        assert_eq!(normal("lib/p/../../bin/x").as_deref(), Some("bin/x"));
        assert_eq!(normal("lib/../../x"), None);
    }

    #[test]
    fn own_directories_are_known() {
        let layout = Layout::prefix(Path::new("/e"), PathBuf::from("/e/bin/python"));
        for own in ["", "lib", "lib/python3.14", "lib/python3.14/site-packages", "bin"] {
            assert!(layout.is_own(own) || cfg!(windows), "{own}");
        }
        for other in ["share", "lib/python3.14/site-packages/x", "li", "bin/x"] {
            assert!(!layout.is_own(other), "{other}");
        }
    }
}
