//! How a file of the store becomes a file of an environment: clone, hard link, copy or symbolic link.
//!
//! The default is the hard link on Linux and Windows and the clone on Apple's systems, as with uv: the cheapest that each does. A
//! hard-linked file *is* the store's: who edits it in place edits it for every environment that links it, as with uv. Those who
//! patch installed packages take `--link-mode copy` or `clone`. Files that an install writes itself are never links.
//!
//! Where the file system refuses the way that was asked for, files are copied; the first refusal is remembered for the rest of the
//! command (`Placer::fell_back`), so that the probe costs one call. Bytecode is valid for its source's time and size: every way
//! keeps both.

use std::io;
use std::path::Path;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

use super::folder::{Folder, is_unsupported};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkMode {
    Clone,
    Hardlink,
    Copy,
    Symlink,
}

impl Default for LinkMode {
    fn default() -> LinkMode {
        if cfg!(target_vendor = "apple") { LinkMode::Clone } else { LinkMode::Hardlink }
    }
}

impl FromStr for LinkMode {
    type Err = String;

    fn from_str(text: &str) -> Result<LinkMode, String> {
        match text {
            "clone" => Ok(LinkMode::Clone),
            "hardlink" => Ok(LinkMode::Hardlink),
            "copy" => Ok(LinkMode::Copy),
            "symlink" => Ok(LinkMode::Symlink),
            _ => Err(format!("{text:?} is no link mode; there are clone, hardlink, copy and symlink")),
        }
    }
}

/// Places the files of one command.
pub struct Placer {
    mode: LinkMode,
    fell_back: AtomicBool,
}

/// A file in the store.
pub struct Stored<'a> {
    pub tree: &'a Folder,
    /// Where `tree` is; symbolic links need it.
    pub tree_path: &'a Path,
    /// From `tree`.
    pub path: &'a str,
    pub executable: bool,
}

impl Placer {
    pub fn new(mode: LinkMode) -> Placer {
        Placer { mode, fell_back: AtomicBool::new(false) }
    }

    /// Whether files had to be copied because the way that was asked for did not work.
    pub fn fell_back(&self) -> bool {
        self.fell_back.load(Ordering::Relaxed)
    }

    /// Makes `file` appear at `to_path` in `to`, where nothing is yet.
    pub fn place(&self, file: &Stored<'_>, to: &Folder, to_path: &str) -> io::Result<()> {
        let mode = if self.fell_back() { LinkMode::Copy } else { self.mode };
        let copy = || file.tree.copy(file.path, to, to_path, file.executable);
        let placed = match mode {
            LinkMode::Copy => return copy(),
            LinkMode::Hardlink => file.tree.link(file.path, to, to_path),
            LinkMode::Clone => file.tree.clone(file.path, to, to_path, file.executable),
            LinkMode::Symlink => to.symlink(&file.tree_path.join(file.path), to_path),
        };
        match placed {
            Err(error) if error.kind() == io::ErrorKind::TooManyLinks => copy(),
            Err(error) if is_unsupported(&error) => {
                copy()?;
                self.fell_back.store(true, Ordering::Relaxed);
                Ok(())
            }
            other => other,
        }
    }
}
