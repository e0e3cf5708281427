//! A directory held open, and what an install does inside it by relative path.
//!
//! On Unix every operation starts from the directory's descriptor (`linkat` and friends), which saves walking the long path from
//! the root for each of thousands of files and keeps working if something above the directory is renamed meanwhile. Elsewhere the
//! path is joined. Relative paths have `/` between their parts and have been checked by `wheel`.

use std::fs::File;
use std::io;
use std::path::Path;

pub use system::Folder;

/// What stands at a path, links not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Directory,
    /// Files, links, and whatever else is no directory.
    Other,
}

/// Copies a file with its permissions and times, so that bytecode made for the one fits the other.
fn copy_content(mut from: File, mut to: File) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    let times = std::fs::FileTimes::new().set_modified(from.metadata()?.modified()?);
    to.set_times(times)
}

/// Whether an error says that the file system, or the pair of them, cannot do such a thing at all: another way may work.
pub fn is_unsupported(error: &io::Error) -> bool {
    use io::ErrorKind::{CrossesDevices, InvalidInput, PermissionDenied, TooManyLinks, Unsupported};
    if matches!(error.kind(), CrossesDevices | InvalidInput | PermissionDenied | TooManyLinks | Unsupported) {
        return true;
    }
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        let codes = [Errno::NOTTY, Errno::OPNOTSUPP, Errno::NOSYS, Errno::MLINK, Errno::XDEV];
        codes.iter().any(|code| error.raw_os_error() == Some(code.raw_os_error()))
    }
    #[cfg(not(unix))]
    false
}

#[cfg(unix)]
mod system {
    use std::os::fd::OwnedFd;

    use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};

    use super::*;

    pub struct Folder {
        fd: OwnedFd,
    }

    impl Folder {
        pub fn open(path: &Path) -> io::Result<Folder> {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Ok(Folder { fd: rustix::fs::openat(CWD, path, flags, Mode::empty())? })
        }

        /// A directory inside this one; a link is followed.
        pub fn folder(&self, path: &str) -> io::Result<Folder> {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let path = if path.is_empty() { "." } else { path };
            Ok(Folder { fd: rustix::fs::openat(&self.fd, path, flags, Mode::empty())? })
        }

        pub fn make_folder(&self, path: &str) -> io::Result<()> {
            Ok(rustix::fs::mkdirat(&self.fd, path, Mode::from_raw_mode(0o777))?)
        }

        /// A new file, open for writing.
        pub fn create(&self, path: &str, executable: bool) -> io::Result<File> {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let mode = Mode::from_raw_mode(if executable { 0o777 } else { 0o666 });
            Ok(File::from(rustix::fs::openat(&self.fd, path, flags, mode)?))
        }

        pub fn open_file(&self, path: &str) -> io::Result<File> {
            let flags = OFlags::RDONLY | OFlags::CLOEXEC;
            Ok(File::from(rustix::fs::openat(&self.fd, path, flags, Mode::empty())?))
        }

        /// What is at `path`; `None` when nothing is.
        pub fn kind(&self, path: &str) -> io::Result<Option<Kind>> {
            match rustix::fs::statat(&self.fd, path, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) if FileType::from_raw_mode(stat.st_mode).is_dir() => Ok(Some(Kind::Directory)),
                Ok(_) => Ok(Some(Kind::Other)),
                Err(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR) => Ok(None),
                Err(error) => Err(error.into()),
            }
        }

        /// The size of the regular file at `path`; `None` when there is none.
        pub fn size(&self, path: &str) -> Option<u64> {
            let stat = rustix::fs::statat(&self.fd, path, AtFlags::SYMLINK_NOFOLLOW).ok()?;
            FileType::from_raw_mode(stat.st_mode).is_file().then_some(stat.st_size as u64)
        }

        /// The names in the directory, with what they are. A name that is not UTF-8 comes with `\u{fffd}` in it.
        pub fn list(&self) -> io::Result<Vec<(String, Kind)>> {
            let mut found = Vec::new();
            for entry in Dir::read_from(&self.fd)? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if name == "." || name == ".." {
                    continue;
                }
                let kind = match entry.file_type() {
                    FileType::Directory => Kind::Directory,
                    FileType::Unknown => self.kind(&name)?.unwrap_or(Kind::Other),
                    _ => Kind::Other,
                };
                found.push((name, kind));
            }
            Ok(found)
        }

        pub fn rename(&self, from: &str, to: &Folder, to_path: &str) -> io::Result<()> {
            Ok(rustix::fs::renameat(&self.fd, from, &to.fd, to_path)?)
        }

        pub fn remove_file(&self, path: &str) -> io::Result<()> {
            Ok(rustix::fs::unlinkat(&self.fd, path, AtFlags::empty())?)
        }

        /// A second name, at `to_path` in `to`, of the file at `path` here.
        pub fn link(&self, path: &str, to: &Folder, to_path: &str) -> io::Result<()> {
            Ok(rustix::fs::linkat(&self.fd, path, &to.fd, to_path, AtFlags::empty())?)
        }

        pub fn copy(&self, path: &str, to: &Folder, to_path: &str, executable: bool) -> io::Result<()> {
            copy_content(self.open_file(path)?, to.create(to_path, executable)?)
        }

        /// A copy that shares its blocks with the original until one of them is written to.
        #[cfg(target_os = "linux")]
        pub fn clone(&self, path: &str, to: &Folder, to_path: &str, executable: bool) -> io::Result<()> {
            let from = self.open_file(path)?;
            let copy = to.create(to_path, executable)?;
            if let Err(error) = rustix::fs::ioctl_ficlone(&copy, &from) {
                to.remove_file(to_path)?;
                return Err(error.into());
            }
            copy.set_times(std::fs::FileTimes::new().set_modified(from.metadata()?.modified()?))
        }

        #[cfg(target_vendor = "apple")]
        pub fn clone(&self, path: &str, to: &Folder, to_path: &str, _executable: bool) -> io::Result<()> {
            let from = self.open_file(path)?;
            Ok(rustix::fs::fclonefileat(&from, &to.fd, to_path, rustix::fs::CloneFlags::empty())?)
        }

        #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
        pub fn clone(&self, _path: &str, _to: &Folder, _to_path: &str, _executable: bool) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub fn remove_folder(&self, path: &str) -> io::Result<()> {
            Ok(rustix::fs::unlinkat(&self.fd, path, AtFlags::REMOVEDIR)?)
        }

        /// A link that leads nowhere and holds a text.
        pub fn symlink_text(&self, text: &[u8], path: &str) -> io::Result<()> {
            Ok(rustix::fs::symlinkat(text, &self.fd, path)?)
        }

        pub fn symlink(&self, target: &Path, path: &str) -> io::Result<()> {
            Ok(rustix::fs::symlinkat(target, &self.fd, path)?)
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    pub struct Folder {
        path: PathBuf,
    }

    impl Folder {
        pub fn open(path: &Path) -> io::Result<Folder> {
            if !fs::metadata(path)?.is_dir() {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            Ok(Folder { path: path.to_path_buf() })
        }

        /// A directory inside this one.
        pub fn folder(&self, path: &str) -> io::Result<Folder> {
            Folder::open(&self.path.join(path))
        }

        pub fn make_folder(&self, path: &str) -> io::Result<()> {
            fs::create_dir(self.path.join(path))
        }

        /// A new file, open for writing.
        pub fn create(&self, path: &str, _executable: bool) -> io::Result<File> {
            File::create_new(self.path.join(path))
        }

        pub fn open_file(&self, path: &str) -> io::Result<File> {
            File::open(self.path.join(path))
        }

        /// What is at `path`; `None` when nothing is.
        pub fn kind(&self, path: &str) -> io::Result<Option<Kind>> {
            match fs::symlink_metadata(self.path.join(path)) {
                Ok(found) => Ok(Some(if found.is_dir() { Kind::Directory } else { Kind::Other })),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        }

        /// The size of the regular file at `path`; `None` when there is none.
        pub fn size(&self, path: &str) -> Option<u64> {
            fs::symlink_metadata(self.path.join(path))
                .ok()
                .filter(|found| found.is_file())
                .map(|found| found.len())
        }

        /// The names in the directory, with what they are.
        pub fn list(&self) -> io::Result<Vec<(String, Kind)>> {
            let mut found = Vec::new();
            for entry in fs::read_dir(&self.path)? {
                let entry = entry?;
                let kind = if entry.file_type()?.is_dir() { Kind::Directory } else { Kind::Other };
                found.push((entry.file_name().to_string_lossy().into_owned(), kind));
            }
            Ok(found)
        }

        pub fn rename(&self, from: &str, to: &Folder, to_path: &str) -> io::Result<()> {
            fs::rename(self.path.join(from), to.path.join(to_path))
        }

        pub fn remove_file(&self, path: &str) -> io::Result<()> {
            fs::remove_file(self.path.join(path))
        }

        /// A second name, at `to_path` in `to`, of the file at `path` here.
        pub fn link(&self, path: &str, to: &Folder, to_path: &str) -> io::Result<()> {
            fs::hard_link(self.path.join(path), to.path.join(to_path))
        }

        pub fn copy(&self, path: &str, to: &Folder, to_path: &str, executable: bool) -> io::Result<()> {
            copy_content(self.open_file(path)?, to.create(to_path, executable)?)
        }

        pub fn clone(&self, _path: &str, _to: &Folder, _to_path: &str, _executable: bool) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub fn remove_folder(&self, path: &str) -> io::Result<()> {
            fs::remove_dir(self.path.join(path))
        }

        /// Links need privileges here, or may change their text.
        pub fn symlink_text(&self, _text: &[u8], _path: &str) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub fn symlink(&self, target: &Path, path: &str) -> io::Result<()> {
            #[cfg(windows)]
            return std::os::windows::fs::symlink_file(target, self.path.join(path));
            #[cfg(not(windows))]
            Err(io::ErrorKind::Unsupported.into())
        }
    }
}
