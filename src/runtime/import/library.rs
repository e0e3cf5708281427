//! The embedded library as files: where they would be, and how they come to be there when somebody looks.
//!
//! Programs ask for `os.__file__`, list the folder that it is in, open what they find. The library needs no files, so none is
//! written before something under [`root`] is opened, listed or asked about: then all of it is unpacked, once for a machine
//! and a version of the library, beside its place and renamed into it. What cannot be written is simply not there.
//!
//! Whoever unpacks one clears away those that nobody has read for a month. Should one of them be wanted after all, it is unpacked
//! again: a process that runs notices that its library has gone as it notices one that was never there.

use std::ffi::CStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use crate::runtime::import::frozen;

/// How the names of all libraries' folders begin.
const PREFIX: &str = "library-";
/// After that long without a reader a library goes.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The folder of the library's files, `$XDG_CACHE_HOME/dx/library-ID/python3.14`; nothing if the user has no cache.
pub fn root() -> Option<&'static Path> {
    static ROOT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let make = || {
        let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
        let version = format!("python{}.{}", crate::version::MAJOR, crate::version::MINOR);
        Some(cache.join("dx").join(format!("{PREFIX}{}", frozen::LIBRARY_ID)).join(version))
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
    match &moved {
        Ok(()) => clear(place, UNUSED),
        // Another process may have been first.
        Err(_) => drop(fs::remove_dir_all(&draft)),
    }
    if root.exists() { Ok(()) } else { moved }
}

/// Removes what stands beside `kept`, libraries and what is left of drafts, if nobody has read it for `unused`.
fn clear(kept: &Path, unused: Duration) {
    let Some(entries) = kept.parent().and_then(|cache| fs::read_dir(cache).ok()) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_library = path.file_name().is_some_and(|name| name.as_bytes().starts_with(PREFIX.as_bytes()))
            && path != kept;
        // A time that cannot be told, or lies ahead, is no reason to remove anything.
        let age = newest_use(&path).and_then(|last| last.elapsed().ok());
        if is_library && age.is_some_and(|age| age > unused) {
            // Away from its name first: who finds it finds all of it.
            let gone = path.with_extension(format!("{}.gone", std::process::id()));
            if fs::rename(&path, &gone).is_ok() {
                let _ = fs::remove_dir_all(&gone);
            }
        }
    }
}

/// When something in a folder was last read or written.
fn newest_use(folder: &Path) -> Option<SystemTime> {
    let mut newest = None;
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        // Looked at before it is listed, which is a use too.
        let own = fs::symlink_metadata(&folder).ok().filter(fs::Metadata::is_dir)?;
        newest = newest.max(own.accessed().ok()).max(own.modified().ok());
        for entry in fs::read_dir(&folder).ok()?.flatten() {
            let Ok(data) = entry.metadata() else { continue };
            if data.is_dir() {
                folders.push(entry.path());
            } else {
                newest = newest.max(data.accessed().ok()).max(data.modified().ok());
            }
        }
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A library with one file, all of it last used so many days ago.
    fn library(cache: &Path, name: &str, days: u64) -> PathBuf {
        let folder = cache.join(name).join("python3.14");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("os.py"), "").expect("a file");
        let then = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
        let times = fs::FileTimes::new().set_accessed(then).set_modified(then);
        for path in [folder.join("os.py"), folder.clone(), cache.join(name)] {
            fs::File::open(path).and_then(|file| file.set_times(times)).expect("times are set");
        }
        cache.join(name)
    }

    #[test]
    fn libraries_that_nobody_reads_go() {
        let cache = std::env::temp_dir().join(format!("dx-libraries-{}", std::process::id()));
        let kept = library(&cache, "library-0123", 90);
        let used = library(&cache, "library-4567", 3);
        let read = library(&cache, "library-89ab", 90);
        let now = fs::FileTimes::new().set_accessed(SystemTime::now());
        let file = read.join("python3.14/os.py");
        fs::File::open(file).and_then(|file| file.set_times(now)).expect("times are set");
        let other = library(&cache, "wheels", 90);
        let unused = library(&cache, "library-cdef", 90);
        let draft = library(&cache, "library-cdef.77.draft", 90);
        clear(&kept, UNUSED);
        let there = [&kept, &used, &read, &other, &unused, &draft].map(|path| path.exists());
        assert_eq!(there, [true, true, true, true, false, false]);
        assert_eq!(fs::read_dir(&cache).map(Iterator::count).ok(), Some(4));
        fs::remove_dir_all(&cache).expect("ours");
    }
}
