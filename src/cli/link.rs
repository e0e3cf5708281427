//! `dx link DIR`: the links whose names are personalities.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::{LINKS, complain, misuse};
use crate::runtime::api::ExitStatus;

/// The command: checks its arguments, makes the links, reports.
pub fn command(arguments: &[OsString]) -> ExitStatus {
    let mut force = false;
    let mut folders = Vec::new();
    let mut options = true;
    for argument in arguments {
        match argument.to_str() {
            Some("--") if options => options = false,
            Some("--force") if options => force = true,
            Some(text) if options && text.starts_with('-') => {
                return misuse("link", &format!("unknown option '{text}'"));
            }
            _ => folders.push(PathBuf::from(argument)),
        }
    }
    let [folder] = folders.as_slice() else {
        return misuse("link", "name one folder");
    };
    let result = std::env::current_exe()
        .map_err(|error| format!("cannot find this executable: {error}"))
        .and_then(|executable| make(folder, &executable, force));
    match result {
        Ok(()) => ExitStatus::Code(0),
        Err(message) => {
            complain(&format!("dx link: {message}"));
            ExitStatus::Code(1)
        }
    }
}

/// Makes all links, or, when something is in the way and `force` is off, none.
fn make(folder: &Path, executable: &Path, force: bool) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut wanted = Vec::new();
    for (name, _) in LINKS {
        let path = folder.join(name);
        match std::fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => wanted.push((path, false)),
            Err(error) => return Err(format!("{}: {error}", path.display())),
            Ok(_) if std::fs::read_link(&path).is_ok_and(|target| target == executable) => {}
            Ok(metadata) if metadata.is_dir() => {
                return Err(format!("{} is a directory", path.display()));
            }
            Ok(_) if force => wanted.push((path, true)),
            Ok(_) => return Err(format!("{} exists (--force replaces it)", path.display())),
        }
    }
    for (path, occupied) in wanted {
        let place = || -> io::Result<()> {
            if occupied {
                std::fs::remove_file(&path)?;
            }
            symlink(executable, &path)
        };
        place().map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    // Symbolic links need a privilege there; a hard link under another name does the same service.
    std::fs::hard_link(target, link.with_extension("exe"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn links_are_made_kept_and_replaced_on_demand() {
        let folder = std::env::temp_dir().join(format!("dx-link-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let executable = Path::new("/opt/dx");
        make(&folder, executable, false).expect("into nothing");
        make(&folder, executable, false).expect("a second time changes nothing");
        assert_eq!(std::fs::read_link(folder.join("python3.14")).unwrap(), executable);
        std::fs::remove_file(folder.join("pip")).unwrap();
        std::fs::write(folder.join("pip"), "something else").unwrap();
        assert!(make(&folder, executable, false).unwrap_err().contains("--force"));
        assert_eq!(std::fs::read(folder.join("pip")).unwrap(), b"something else");
        make(&folder, executable, true).expect("forced");
        assert_eq!(std::fs::read_link(folder.join("pip")).unwrap(), executable);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
