//! The embedded library as files: where they would be, and how they come to be there when somebody looks.
//!
//! Programs ask for `os.__file__`, list the folder that it is in, open what they find. The library needs no files, so none is
//! written before something under [`root`] is opened, listed or asked about: then all of it is unpacked, once for a machine
//! and a version of the library, beside its place and renamed into it. What cannot be written is simply not there.

use std::ffi::CStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::runtime::import::frozen;

/// The folder of the library's files, `$XDG_CACHE_HOME/dx/library-ID/python3.14`; nothing if the user has no cache.
pub fn root() -> Option<&'static Path> {
    static ROOT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let make = || {
        let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
        let version = format!("python{}.{}", crate::version::MAJOR, crate::version::MINOR);
        Some(cache.join("dx").join(format!("library-{}", frozen::LIBRARY_ID)).join(version))
    };
    ROOT.get_or_init(make).as_deref()
}

/// Where the file of an embedded module would be.
pub fn path_of(module: &frozen::Frozen) -> Option<PathBuf> {
    Some(root()?.join(module.path))
}

/// Something at `path` is missing: unpacks the library if it would be there. True: worth another try.
pub fn missing(path: &CStr) -> bool {
    let Some(root) = root() else { return false };
    let path = Path::new(std::ffi::OsStr::from_bytes(path.to_bytes()));
    path.starts_with(root) && !root.exists() && unpack(root).is_ok()
}

fn unpack(root: &Path) -> std::io::Result<()> {
    let place = root.parent().unwrap_or(root);
    let draft = place.with_extension(format!("{}.draft", std::process::id()));
    let folder = draft.join(root.file_name().unwrap_or_default());
    let written = frozen::files().try_for_each(|(path, source)| {
        let file = folder.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(file, source)
    });
    let moved = written.and_then(|()| fs::rename(&draft, place));
    if moved.is_err() {
        // Another process may have been first.
        let _ = fs::remove_dir_all(&draft);
    }
    if root.exists() { Ok(()) } else { moved }
}
