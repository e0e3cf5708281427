//! Locks between processes: on an environment while it is changed, on the store while entries are used or removed.
//!
//! The lock is the kernel's (`flock`, on Windows `LockFileEx`), on an open file that goes with the process: nobody has to clean
//! up after a death. On Unix the directory itself is locked, so that no lock file is left in anybody's environment; where a file
//! system cannot do that, and on Windows, a hidden file in the directory takes its place.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The lock file, where a directory cannot be locked.
pub const FILE_NAME: &str = ".dx-lock";

/// After how long a waiting process says so.
const PATIENCE: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(20);

/// A lock that is held; dropping it releases it.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Others may hold it shared too.
    Shared,
    Exclusive,
}

#[derive(Debug)]
pub struct LockError {
    pub path: PathBuf,
    source: io::Error,
}

impl std::fmt::Display for LockError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot lock {}", self.path.display())
    }
}

impl std::error::Error for LockError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Locks `folder`, which has to exist; waits as long as it takes.
///
/// `waiting` is called once when another process has held the lock for a moment: the place to say "waiting for another dx".
pub fn lock(folder: &Path, kind: Kind, waiting: &mut dyn FnMut()) -> Result<Lock, LockError> {
    acquire(folder, kind, waiting).map_err(|source| LockError { path: folder.to_path_buf(), source })
}

/// Locks `folder` if nobody else has it.
pub fn try_lock(folder: &Path, kind: Kind) -> Result<Option<Lock>, LockError> {
    let error = |source| LockError { path: folder.to_path_buf(), source };
    match open_and_try(folder, kind) {
        Ok((file, true)) => Ok(Some(Lock { _file: file })),
        Ok((_, false)) => Ok(None),
        Err(source) => Err(error(source)),
    }
}

fn acquire(folder: &Path, kind: Kind, waiting: &mut dyn FnMut()) -> io::Result<Lock> {
    let (file, is_held) = open_and_try(folder, kind)?;
    if is_held {
        return Ok(Lock { _file: file });
    }
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        std::thread::sleep(PAUSE);
        if try_file(&file, kind)? {
            return Ok(Lock { _file: file });
        }
    }
    waiting();
    loop {
        let locked = match kind {
            Kind::Shared => file.lock_shared(),
            Kind::Exclusive => file.lock(),
        };
        match locked {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other.map(|()| Lock { _file: file }),
        }
    }
}

fn try_file(file: &File, kind: Kind) -> io::Result<bool> {
    let tried = match kind {
        Kind::Shared => file.try_lock_shared(),
        Kind::Exclusive => file.try_lock(),
    };
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn open_and_try(folder: &Path, kind: Kind) -> io::Result<(File, bool)> {
    if cfg!(unix) {
        let file = File::open(folder)?;
        if let Ok(is_held) = try_file(&file, kind) {
            return Ok((file, is_held));
        }
    }
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join(FILE_NAME))?;
    let is_held = try_file(&file, kind)?;
    Ok((file, is_held))
}
