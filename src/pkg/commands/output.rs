//! Files that a command writes for its user: whole or not at all, under their names only once they are complete.
//!
//! A file is written beside its place under a name of its own and then renamed. The writer holds that file locked, so that the next
//! command in the same folder can tell what a killed one left behind (nobody holds it) from what another one is writing.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::session::Trouble;

/// What the name of an unfinished file ends with.
const UNFINISHED: &str = ".dx-part";

/// Writes a text to a file.
pub fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    put(path, |file| file.write_all(text.as_bytes()))
        .map_err(|error| Trouble::new(format!("cannot write {}: {error}", path.display())))
}

/// Copies a file.
pub fn copy(from: &Path, to: &Path) -> Result<(), Trouble> {
    let copied =
        File::open(from).and_then(|mut source| put(to, |file| io::copy(&mut source, file).map(drop)));
    copied
        .map_err(|error| Trouble::new(format!("cannot copy {} to {}: {error}", from.display(), to.display())))
}

fn put(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let folder = folder_of(path);
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let unfinished = folder.join(format!(".{}-{name}{UNFINISHED}", std::process::id()));
    let mut file = File::create(&unfinished)?;
    // Where the file system has no locks, nothing is ever tidied up either.
    let _ = file.lock();
    let done = fill(&mut file).and_then(|()| fs::rename(&unfinished, path));
    if done.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    done
}

/// The folder of a file, for a plain name the current one.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes what killed commands left in a folder.
pub fn tidy(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !(name.starts_with('.') && name.ends_with(UNFINISHED)) {
            continue;
        }
        // Only a file that could be locked, and so is nobody's.
        let held =
            File::open(entry.path()).map(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
        if matches!(held, Ok(false)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A path relative to a folder, with `..` where it has to be, in the form of URLs; nothing where there is no such way.
pub fn relative(path: &Path, folder: &Path) -> Option<String> {
    let (path, folder) = (std::path::absolute(path).ok()?, std::path::absolute(folder).ok()?);
    let (mut left, mut right) = (path.components().peekable(), folder.components().peekable());
    while left.peek().is_some() && left.peek() == right.peek() {
        left.next();
        right.next();
    }
    let mut way: PathBuf = right.map(|_| "..").collect();
    way.extend(left);
    let text = way.to_str()?.replace('\\', "/");
    Some(if text.is_empty() { String::from(".") } else { text })
}
