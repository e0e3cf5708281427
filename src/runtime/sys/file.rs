//! Files, folders and file descriptors.

use std::ffi::{CStr, CString, OsString};
use std::os::unix::ffi::OsStringExt;

use super::{Sys, checked, errno};

fn unit(result: i32) -> Sys<()> {
    checked(i64::from(result)).map(drop)
}
fn number(result: i32) -> Sys<i32> {
    checked(i64::from(result)).map(|n| n as i32)
}
fn size(result: isize) -> Sys<usize> {
    checked(result as i64).map(|n| n as usize)
}

/// `read`
pub fn read(fd: i32, buffer: &mut [u8]) -> Sys<usize> {
    // SAFETY: the buffer is writable for its length.
    size(unsafe { libc::read(fd, buffer.as_mut_ptr().cast(), buffer.len()) })
}
/// `read` into the free room of a vector, at most `limit` bytes.
pub fn read_more(fd: i32, buffer: &mut Vec<u8>, limit: usize) -> Sys<usize> {
    buffer.reserve(limit);
    // SAFETY: the room was reserved right above; as many bytes as the system says are written.
    unsafe {
        let n = size(libc::read(fd, buffer.as_mut_ptr().add(buffer.len()).cast(), limit))?;
        buffer.set_len(buffer.len() + n);
        Ok(n)
    }
}
/// `write`
pub fn write(fd: i32, bytes: &[u8]) -> Sys<usize> {
    // SAFETY: the slice is readable for its length.
    size(unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) })
}
/// `pread`
pub fn pread(fd: i32, buffer: &mut [u8], offset: i64) -> Sys<usize> {
    // SAFETY: the buffer is writable for its length.
    size(unsafe { libc::pread(fd, buffer.as_mut_ptr().cast(), buffer.len(), offset) })
}
/// `pwrite`
pub fn pwrite(fd: i32, bytes: &[u8], offset: i64) -> Sys<usize> {
    // SAFETY: the slice is readable for its length.
    size(unsafe { libc::pwrite(fd, bytes.as_ptr().cast(), bytes.len(), offset) })
}
/// `readv`, `preadv2`
pub fn readv(fd: i32, buffers: &mut [Vec<u8>], at: Option<(i64, i32)>) -> Sys<usize> {
    let parts: Vec<libc::iovec> = buffers
        .iter_mut()
        .map(|b| libc::iovec { iov_base: b.as_mut_ptr().cast(), iov_len: b.len() })
        .collect();
    // SAFETY: every part describes a buffer that is writable for its length.
    size(unsafe {
        match at {
            None => libc::readv(fd, parts.as_ptr(), parts.len() as i32),
            Some((offset, 0)) => libc::preadv(fd, parts.as_ptr(), parts.len() as i32, offset),
            Some((offset, flags)) => libc::preadv2(fd, parts.as_ptr(), parts.len() as i32, offset, flags),
        }
    })
}
/// `writev`, `pwritev2`
pub fn writev(fd: i32, buffers: &[Vec<u8>], at: Option<(i64, i32)>) -> Sys<usize> {
    let parts: Vec<libc::iovec> = buffers
        .iter()
        .map(|b| libc::iovec { iov_base: b.as_ptr().cast_mut().cast(), iov_len: b.len() })
        .collect();
    // SAFETY: every part describes a buffer that is readable for its length and is only read.
    size(unsafe {
        match at {
            None => libc::writev(fd, parts.as_ptr(), parts.len() as i32),
            Some((offset, 0)) => libc::pwritev(fd, parts.as_ptr(), parts.len() as i32, offset),
            Some((offset, flags)) => libc::pwritev2(fd, parts.as_ptr(), parts.len() as i32, offset, flags),
        }
    })
}
/// Asked when a path is not there; true: it may be there now.
pub static MISSING: std::sync::OnceLock<fn(&CStr) -> bool> = std::sync::OnceLock::new();

/// What `attempt` gives, tried again if the hook has provided the path.
fn found<T>(path: &CStr, attempt: impl Fn() -> Sys<T>) -> Sys<T> {
    match attempt() {
        Err(libc::ENOENT) if MISSING.get().is_some_and(|missing| missing(path)) => attempt(),
        outcome => outcome,
    }
}

/// `openat`; `dir` is `AT_FDCWD` for none.
pub fn open(dir: i32, path: &CStr, flags: i32, mode: u32) -> Sys<i32> {
    // SAFETY: the path ends with a zero.
    found(path, || number(unsafe { libc::openat(dir, path.as_ptr(), flags, mode) }))
}
/// `close`
pub fn close(fd: i32) -> Sys<()> {
    // SAFETY: gives a number back to the system; whose it is, is the caller's matter.
    unit(unsafe { libc::close(fd) })
}
/// `lseek`
pub fn lseek(fd: i32, offset: i64, whence: i32) -> Sys<i64> {
    // SAFETY: asks the system about numbers.
    checked(unsafe { libc::lseek(fd, offset, whence) })
}
/// `ftruncate`
pub fn ftruncate(fd: i32, length: i64) -> Sys<()> {
    // SAFETY: asks the system about numbers.
    unit(unsafe { libc::ftruncate(fd, length) })
}
/// `truncate`
pub fn truncate(path: &CStr, length: i64) -> Sys<()> {
    // SAFETY: the path ends with a zero.
    unit(unsafe { libc::truncate(path.as_ptr(), length) })
}
/// `isatty`
pub fn isatty(fd: i32) -> bool {
    // SAFETY: asks the system about a number.
    unsafe { libc::isatty(fd) == 1 }
}
/// `fsync`
pub fn fsync(fd: i32) -> Sys<()> {
    // SAFETY: asks the system about a number.
    unit(unsafe { libc::fsync(fd) })
}
/// `fdatasync`
pub fn fdatasync(fd: i32) -> Sys<()> {
    // SAFETY: asks the system about a number.
    unit(unsafe { libc::fdatasync(fd) })
}
/// `sync`
pub fn sync() {
    // SAFETY: has no arguments.
    unsafe { libc::sync() }
}
/// `dup`, close-on-exec.
pub fn dup(fd: i32) -> Sys<i32> {
    // SAFETY: asks the system about numbers.
    number(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })
}
/// `dup2` or `dup3` with close-on-exec.
pub fn dup2(fd: i32, to: i32, inheritable: bool) -> Sys<i32> {
    // SAFETY: asks the system about numbers.
    number(unsafe {
        if inheritable || fd == to { libc::dup2(fd, to) } else { libc::dup3(fd, to, libc::O_CLOEXEC) }
    })
}
/// `pipe2`
pub fn pipe(flags: i32) -> Sys<(i32, i32)> {
    let mut fds = [0; 2];
    // SAFETY: the array has room for both descriptors.
    unit(unsafe { libc::pipe2(fds.as_mut_ptr(), flags) })?;
    Ok((fds[0], fds[1]))
}
/// `fcntl` with a number as argument.
pub fn fcntl(fd: i32, command: i32, argument: i64) -> Sys<i32> {
    // SAFETY: the commands that take a pointer get an address that the caller answers for being valid or refused by the
    // system; numbers are all that Python hands on here.
    number(unsafe { libc::fcntl(fd, command, argument) })
}
/// `fcntl` with a buffer as argument, which the system may write; it has 1024 bytes.
pub fn fcntl_buffer(fd: i32, command: i32, buffer: &mut [u8; 1024]) -> Sys<i32> {
    // SAFETY: no command writes more than 1024 bytes.
    number(unsafe { libc::fcntl(fd, command, buffer.as_mut_ptr()) })
}
/// `ioctl` with a number as argument.
pub fn ioctl(fd: i32, request: u64, argument: i64) -> Sys<i32> {
    // SAFETY: as for `fcntl`.
    number(unsafe { libc::ioctl(fd, request, argument) })
}
/// `ioctl` with a buffer as argument, which the system may write.
pub fn ioctl_buffer(fd: i32, request: u64, buffer: &mut [u8]) -> Sys<i32> {
    // SAFETY: the buffer's size is what the caller of Python's `ioctl` answers for; it has room to spare behind it.
    number(unsafe { libc::ioctl(fd, request, buffer.as_mut_ptr()) })
}
/// `flock`
pub fn flock(fd: i32, operation: i32) -> Sys<()> {
    // SAFETY: asks the system about numbers.
    unit(unsafe { libc::flock(fd, operation) })
}
/// `fcntl` with a record lock.
pub fn record_lock(fd: i32, command: i32, kind: i16, whence: i16, start: i64, length: i64) -> Sys<()> {
    // SAFETY: a zeroed flock is valid.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = kind;
    lock.l_whence = whence;
    lock.l_start = start;
    lock.l_len = length;
    // SAFETY: the lock is readable.
    unit(unsafe { libc::fcntl(fd, command, &raw mut lock) })
}
/// `lockf`
pub fn lockf(fd: i32, command: i32, length: i64) -> Sys<()> {
    // SAFETY: asks the system about numbers.
    unit(unsafe { libc::lockf(fd, command, length) })
}
/// Is the descriptor inherited over `exec`?
pub fn inheritable(fd: i32) -> Sys<bool> {
    Ok(fcntl(fd, libc::F_GETFD, 0)? & libc::FD_CLOEXEC == 0)
}
/// Sets whether the descriptor is inherited over `exec`.
pub fn set_inheritable(fd: i32, on: bool) -> Sys<()> {
    let old = fcntl(fd, libc::F_GETFD, 0)?;
    let new = if on { old & !libc::FD_CLOEXEC } else { old | libc::FD_CLOEXEC };
    if new != old {
        fcntl(fd, libc::F_SETFD, i64::from(new))?;
    }
    Ok(())
}
/// Does the descriptor block?
pub fn blocking(fd: i32) -> Sys<bool> {
    Ok(fcntl(fd, libc::F_GETFL, 0)? & libc::O_NONBLOCK == 0)
}
/// Sets whether the descriptor blocks.
pub fn set_blocking(fd: i32, on: bool) -> Sys<()> {
    let old = fcntl(fd, libc::F_GETFL, 0)?;
    let new = if on { old & !libc::O_NONBLOCK } else { old | libc::O_NONBLOCK };
    if new != old {
        fcntl(fd, libc::F_SETFL, i64::from(new))?;
    }
    Ok(())
}

/// What `stat` tells.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct Stat {
    pub mode: u32,
    pub ino: u64,
    pub dev: u64,
    pub nlink: u64,
    pub uid: u32,
    pub gid: u32,
    pub size: i64,
    /// Seconds and nanoseconds.
    pub atime: (i64, i64),
    /// See `atime`.
    pub mtime: (i64, i64),
    /// See `atime`.
    pub ctime: (i64, i64),
    pub blksize: i64,
    pub blocks: i64,
    pub rdev: u64,
}

fn stat_of(raw: &libc::stat) -> Stat {
    #[allow(clippy::unnecessary_cast, clippy::useless_conversion)]
    Stat {
        mode: raw.st_mode as u32,
        ino: raw.st_ino as u64,
        dev: raw.st_dev as u64,
        nlink: raw.st_nlink as u64,
        uid: raw.st_uid,
        gid: raw.st_gid,
        size: raw.st_size as i64,
        atime: (raw.st_atime as i64, raw.st_atime_nsec as i64),
        mtime: (raw.st_mtime as i64, raw.st_mtime_nsec as i64),
        ctime: (raw.st_ctime as i64, raw.st_ctime_nsec as i64),
        blksize: raw.st_blksize as i64,
        blocks: raw.st_blocks as i64,
        rdev: raw.st_rdev as u64,
    }
}

/// `fstatat`
pub fn stat_at(dir: i32, path: &CStr, flags: i32) -> Sys<Stat> {
    // SAFETY: the path ends with a zero, the structure is written by the system.
    found(path, || unsafe {
        let mut raw: libc::stat = std::mem::zeroed();
        unit(libc::fstatat(dir, path.as_ptr(), &raw mut raw, flags))?;
        Ok(stat_of(&raw))
    })
}
/// `fstat`
pub fn fstat(fd: i32) -> Sys<Stat> {
    // SAFETY: the structure is written by the system.
    unsafe {
        let mut raw: libc::stat = std::mem::zeroed();
        unit(libc::fstat(fd, &raw mut raw))?;
        Ok(stat_of(&raw))
    }
}

/// What `statvfs` tells, in the order of `os.statvfs_result`, then the file system's number.
pub fn statvfs(path: Result<&CStr, i32>) -> Sys<[u64; 11]> {
    // SAFETY: the path ends with a zero, the structure is written by the system.
    unsafe {
        let mut raw: libc::statvfs = std::mem::zeroed();
        unit(match path {
            Ok(path) => libc::statvfs(path.as_ptr(), &raw mut raw),
            Err(fd) => libc::fstatvfs(fd, &raw mut raw),
        })?;
        #[allow(clippy::unnecessary_cast, clippy::useless_conversion)]
        Ok([
            raw.f_bsize as u64,
            raw.f_frsize as u64,
            raw.f_blocks as u64,
            raw.f_bfree as u64,
            raw.f_bavail as u64,
            raw.f_files as u64,
            raw.f_ffree as u64,
            raw.f_favail as u64,
            raw.f_flag as u64,
            raw.f_namemax as u64,
            raw.f_fsid as u64,
        ])
    }
}

/// `mkdirat`
pub fn mkdir(dir: i32, path: &CStr, mode: u32) -> Sys<()> {
    // SAFETY: the path ends with a zero.
    unit(unsafe { libc::mkdirat(dir, path.as_ptr(), mode) })
}
/// `mkfifoat`
pub fn mkfifo(dir: i32, path: &CStr, mode: u32) -> Sys<()> {
    // SAFETY: the path ends with a zero.
    unit(unsafe { libc::mkfifoat(dir, path.as_ptr(), mode) })
}
/// `mknodat`
pub fn mknod(dir: i32, path: &CStr, mode: u32, device: u64) -> Sys<()> {
    // SAFETY: the path ends with a zero.
    unit(unsafe { libc::mknodat(dir, path.as_ptr(), mode, device as libc::dev_t) })
}
/// `unlinkat`; `AT_REMOVEDIR` removes a folder.
pub fn unlink(dir: i32, path: &CStr, flags: i32) -> Sys<()> {
    // SAFETY: the path ends with a zero.
    unit(unsafe { libc::unlinkat(dir, path.as_ptr(), flags) })
}
/// `renameat`
pub fn rename(from_dir: i32, from: &CStr, to_dir: i32, to: &CStr) -> Sys<()> {
    // SAFETY: the paths end with a zero.
    unit(unsafe { libc::renameat(from_dir, from.as_ptr(), to_dir, to.as_ptr()) })
}
/// `linkat`
pub fn link(from_dir: i32, from: &CStr, to_dir: i32, to: &CStr, flags: i32) -> Sys<()> {
    // SAFETY: the paths end with a zero.
    unit(unsafe { libc::linkat(from_dir, from.as_ptr(), to_dir, to.as_ptr(), flags) })
}
/// `symlinkat`
pub fn symlink(target: &CStr, dir: i32, path: &CStr) -> Sys<()> {
    // SAFETY: the paths end with a zero.
    unit(unsafe { libc::symlinkat(target.as_ptr(), dir, path.as_ptr()) })
}
/// `readlinkat`
pub fn readlink(dir: i32, path: &CStr) -> Sys<Vec<u8>> {
    let mut buffer = vec![0u8; 4097];
    // SAFETY: the path ends with a zero, the buffer is writable for its length.
    let n = size(unsafe { libc::readlinkat(dir, path.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len()) })?;
    buffer.truncate(n);
    Ok(buffer)
}
/// `fchmodat`
pub fn chmod(dir: i32, path: &CStr, mode: u32, flags: i32) -> Sys<()> {
    // SAFETY: the path ends with a zero.
    unit(unsafe { libc::fchmodat(dir, path.as_ptr(), mode, flags) })
}
/// `fchmod`
pub fn fchmod(fd: i32, mode: u32) -> Sys<()> {
    // SAFETY: asks the system about numbers.
    unit(unsafe { libc::fchmod(fd, mode) })
}
/// `fchownat`
pub fn chown(dir: i32, path: &CStr, user: u32, group: u32, flags: i32) -> Sys<()> {
    // SAFETY: the path ends with a zero.
    unit(unsafe { libc::fchownat(dir, path.as_ptr(), user, group, flags) })
}
/// `fchown`
pub fn fchown(fd: i32, user: u32, group: u32) -> Sys<()> {
    // SAFETY: asks the system about numbers.
    unit(unsafe { libc::fchown(fd, user, group) })
}
/// `faccessat`
pub fn access(dir: i32, path: &CStr, mode: i32, flags: i32) -> bool {
    // SAFETY: the path ends with a zero.
    found(path, || unit(unsafe { libc::faccessat(dir, path.as_ptr(), mode, flags) })).is_ok()
}
/// `utimensat` or `futimens`; no times: now.
pub fn utime(target: Result<(i32, &CStr, i32), i32>, times: Option<[(i64, i64); 2]>) -> Sys<()> {
    let times = times.map(|times| times.map(|(s, n)| libc::timespec { tv_sec: s as _, tv_nsec: n as _ }));
    let pointer = times.as_ref().map_or(std::ptr::null(), |t| t.as_ptr());
    // SAFETY: the path ends with a zero; the times are two or none.
    unit(unsafe {
        match target {
            Ok((dir, path, flags)) => libc::utimensat(dir, path.as_ptr(), pointer, flags),
            Err(fd) => libc::futimens(fd, pointer),
        }
    })
}
/// `umask`
pub fn umask(mask: u32) -> u32 {
    // SAFETY: asks the system about a number.
    unsafe { libc::umask(mask) }
}
/// `getcwd`
pub fn getcwd() -> Sys<Vec<u8>> {
    let mut buffer = vec![0u8; 4096];
    loop {
        // SAFETY: the buffer is writable for its length.
        let at = unsafe { libc::getcwd(buffer.as_mut_ptr().cast(), buffer.len()) };
        if at.is_null() {
            match errno() {
                libc::ERANGE if buffer.len() < 1 << 20 => buffer.resize(buffer.len() * 2, 0),
                other => return Err(other),
            }
            continue;
        }
        let end = buffer.iter().position(|b| *b == 0).unwrap_or(0);
        buffer.truncate(end);
        return Ok(buffer);
    }
}
/// `chdir`
pub fn chdir(path: &CStr) -> Sys<()> {
    // SAFETY: the path ends with a zero.
    found(path, || unit(unsafe { libc::chdir(path.as_ptr()) }))
}
/// `fchdir`
pub fn fchdir(fd: i32) -> Sys<()> {
    // SAFETY: asks the system about a number.
    unit(unsafe { libc::fchdir(fd) })
}
/// `chroot`
pub fn chroot(path: &CStr) -> Sys<()> {
    // SAFETY: the path ends with a zero.
    unit(unsafe { libc::chroot(path.as_ptr()) })
}

/// An open folder that is being read.
pub struct Folder(*mut libc::DIR);

/// What a folder lists.
pub struct FolderEntry {
    /// The name.
    pub name: Vec<u8>,
    /// Number of the file.
    pub ino: u64,
    /// `DT_*`
    pub kind: u8,
}

impl Folder {
    /// `opendir`
    pub fn open(path: &CStr) -> Sys<Folder> {
        found(path, || {
            // SAFETY: the path ends with a zero.
            let dir = unsafe { libc::opendir(path.as_ptr()) };
            if dir.is_null() { Err(errno()) } else { Ok(Folder(dir)) }
        })
    }
    /// `fdopendir` on a duplicate, from the start.
    pub fn open_fd(fd: i32) -> Sys<Folder> {
        let fd = dup(fd)?;
        // SAFETY: the duplicate is ours to give away.
        let dir = unsafe { libc::fdopendir(fd) };
        if dir.is_null() {
            let problem = errno();
            let _ = close(fd);
            return Err(problem);
        }
        // SAFETY: an open folder.
        unsafe { libc::rewinddir(dir) };
        Ok(Folder(dir))
    }
    /// The next entry but `.` and `..`.
    pub fn next(&mut self) -> Sys<Option<FolderEntry>> {
        loop {
            // SAFETY: an open folder; the entry is looked at before the next call. `errno` tells end and error apart.
            unsafe {
                *libc::__errno_location() = 0;
                let entry = libc::readdir(self.0);
                if entry.is_null() {
                    return match errno() {
                        0 => Ok(None),
                        number => Err(number),
                    };
                }
                let name = CStr::from_ptr((*entry).d_name.as_ptr()).to_bytes();
                if name == b"." || name == b".." {
                    continue;
                }
                return Ok(Some(FolderEntry {
                    name: name.to_vec(),
                    ino: (*entry).d_ino,
                    kind: (*entry).d_type,
                }));
            }
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // SAFETY: closed once. A duplicate shares its position with the original, which starts anew.
        unsafe { libc::closedir(self.0) };
    }
}

/// `sendfile`
pub fn sendfile(out: i32, input: i32, offset: Option<i64>, count: usize) -> Sys<usize> {
    let mut at = offset.unwrap_or(0);
    let pointer = if offset.is_some() { &raw mut at } else { std::ptr::null_mut() };
    // SAFETY: the offset is writable or null.
    size(unsafe { libc::sendfile(out, input, pointer, count) })
}
/// `copy_file_range`
pub fn copy_file_range(src: i32, dst: i32, count: usize, from: Option<i64>, to: Option<i64>) -> Sys<usize> {
    let (mut a, mut b) = (from.unwrap_or(0), to.unwrap_or(0));
    let pa = if from.is_some() { &raw mut a } else { std::ptr::null_mut() };
    let pb = if to.is_some() { &raw mut b } else { std::ptr::null_mut() };
    // SAFETY: the offsets are writable or null.
    size(unsafe { libc::copy_file_range(src, pa, dst, pb, count, 0) })
}
/// `splice`
pub fn splice(
    src: i32,
    dst: i32,
    count: usize,
    from: Option<i64>,
    to: Option<i64>,
    flags: u32,
) -> Sys<usize> {
    let (mut a, mut b) = (from.unwrap_or(0), to.unwrap_or(0));
    let pa = if from.is_some() { &raw mut a } else { std::ptr::null_mut() };
    let pb = if to.is_some() { &raw mut b } else { std::ptr::null_mut() };
    // SAFETY: the offsets are writable or null.
    size(unsafe { libc::splice(src, pa, dst, pb, count, flags) })
}
/// `posix_fallocate`: gives the error itself.
pub fn fallocate(fd: i32, offset: i64, length: i64) -> i32 {
    // SAFETY: asks the system about numbers.
    unsafe { libc::posix_fallocate(fd, offset, length) }
}
/// `posix_fadvise`: gives the error itself.
pub fn fadvise(fd: i32, offset: i64, length: i64, advice: i32) -> i32 {
    // SAFETY: asks the system about numbers.
    unsafe { libc::posix_fadvise(fd, offset, length, advice) }
}
/// `memfd_create`
pub fn memfd(name: &CStr, flags: u32) -> Sys<i32> {
    // SAFETY: the name ends with a zero.
    number(unsafe { libc::memfd_create(name.as_ptr(), flags) })
}
/// `eventfd`
pub fn eventfd(value: u32, flags: i32) -> Sys<i32> {
    // SAFETY: asks the system about numbers.
    number(unsafe { libc::eventfd(value, flags) })
}

/// Columns and lines of a terminal.
pub fn terminal_size(fd: i32) -> Sys<(u16, u16)> {
    // SAFETY: the structure is written by the system.
    unsafe {
        let mut size: libc::winsize = std::mem::zeroed();
        unit(libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut size))?;
        Ok((size.ws_col, size.ws_row))
    }
}
/// `ttyname_r`
pub fn ttyname(fd: i32) -> Sys<Vec<u8>> {
    let mut buffer = [0u8; 256];
    // SAFETY: the buffer is writable for its length.
    match unsafe { libc::ttyname_r(fd, buffer.as_mut_ptr().cast(), buffer.len()) } {
        0 => Ok(until_zero(&buffer)),
        problem => Err(problem),
    }
}
/// `openpty`
pub fn openpty() -> Sys<(i32, i32)> {
    let (mut master, mut slave) = (0, 0);
    let none = std::ptr::null_mut();
    // SAFETY: both numbers are writable, the rest is not asked for.
    unit(unsafe { libc::openpty(&raw mut master, &raw mut slave, none, none.cast(), none.cast()) })?;
    for fd in [master, slave] {
        set_inheritable(fd, false)?;
    }
    Ok((master, slave))
}
/// `posix_openpt`
pub fn open_terminal(flags: i32) -> Sys<i32> {
    // SAFETY: asks the system about a number.
    number(unsafe { libc::posix_openpt(flags) })
}
/// `grantpt`, `unlockpt`
pub fn prepare_terminal(fd: i32, unlock: bool) -> Sys<()> {
    // SAFETY: asks the system about a number.
    unit(unsafe { if unlock { libc::unlockpt(fd) } else { libc::grantpt(fd) } })
}
/// `ptsname_r`
pub fn ptsname(fd: i32) -> Sys<Vec<u8>> {
    let mut buffer = [0u8; 256];
    // SAFETY: the buffer is writable for its length.
    match unsafe { libc::ptsname_r(fd, buffer.as_mut_ptr().cast(), buffer.len()) } {
        0 => Ok(until_zero(&buffer)),
        problem => Err(problem),
    }
}

/// The bytes in front of the first zero.
pub fn until_zero(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len())].to_vec()
}

/// `getxattr`, `lgetxattr`, `fgetxattr`
pub fn getxattr(target: Result<(&CStr, bool), i32>, name: &CStr) -> Sys<Vec<u8>> {
    let mut buffer = vec![0u8; 65536];
    let (at, room) = (buffer.as_mut_ptr().cast(), buffer.len());
    // SAFETY: path and name end with a zero, the buffer is writable for its length.
    let n = size(unsafe {
        match target {
            Ok((path, true)) => libc::getxattr(path.as_ptr(), name.as_ptr(), at, room),
            Ok((path, false)) => libc::lgetxattr(path.as_ptr(), name.as_ptr(), at, room),
            Err(fd) => libc::fgetxattr(fd, name.as_ptr(), at, room),
        }
    })?;
    buffer.truncate(n);
    Ok(buffer)
}
/// `setxattr` and the like
pub fn setxattr(target: Result<(&CStr, bool), i32>, name: &CStr, value: &[u8], flags: i32) -> Sys<()> {
    let (at, length) = (value.as_ptr().cast(), value.len());
    // SAFETY: path and name end with a zero, the value is readable for its length.
    unit(unsafe {
        match target {
            Ok((path, true)) => libc::setxattr(path.as_ptr(), name.as_ptr(), at, length, flags),
            Ok((path, false)) => libc::lsetxattr(path.as_ptr(), name.as_ptr(), at, length, flags),
            Err(fd) => libc::fsetxattr(fd, name.as_ptr(), at, length, flags),
        }
    })
}
/// `removexattr` and the like
pub fn removexattr(target: Result<(&CStr, bool), i32>, name: &CStr) -> Sys<()> {
    // SAFETY: path and name end with a zero.
    unit(unsafe {
        match target {
            Ok((path, true)) => libc::removexattr(path.as_ptr(), name.as_ptr()),
            Ok((path, false)) => libc::lremovexattr(path.as_ptr(), name.as_ptr()),
            Err(fd) => libc::fremovexattr(fd, name.as_ptr()),
        }
    })
}
/// `listxattr` and the like
pub fn listxattr(target: Result<(&CStr, bool), i32>) -> Sys<Vec<Vec<u8>>> {
    let mut buffer = vec![0u8; 65536];
    let (at, room) = (buffer.as_mut_ptr().cast(), buffer.len());
    // SAFETY: the path ends with a zero, the buffer is writable for its length.
    let n = size(unsafe {
        match target {
            Ok((path, true)) => libc::listxattr(path.as_ptr(), at, room),
            Ok((path, false)) => libc::llistxattr(path.as_ptr(), at, room),
            Err(fd) => libc::flistxattr(fd, at, room),
        }
    })?;
    Ok(buffer[..n].split(|b| *b == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect())
}

/// `pathconf`, `fpathconf`; `None`: no limit.
pub fn pathconf(target: Result<&CStr, i32>, name: i32) -> Sys<Option<i64>> {
    // SAFETY: the path ends with a zero; `errno` tells no limit and an error apart.
    unsafe {
        *libc::__errno_location() = 0;
        let result = match target {
            Ok(path) => libc::pathconf(path.as_ptr(), name),
            Err(fd) => libc::fpathconf(fd, name),
        };
        match (result, errno()) {
            (-1, 0) => Ok(Some(-1)),
            (-1, number) => Err(number),
            (limit, _) => Ok(Some(limit as i64)),
        }
    }
}

/// The environment as the process got it.
pub fn environment() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}
/// `setenv`, `unsetenv`
pub fn setenv(name: &CStr, value: Option<&CStr>) -> Sys<()> {
    // SAFETY: both end with a zero; the interpreter lock keeps Python threads out.
    unit(unsafe {
        match value {
            Some(value) => libc::setenv(name.as_ptr(), value.as_ptr(), 1),
            None => libc::unsetenv(name.as_ptr()),
        }
    })
}

/// Bytes as C text; fails on an inner zero.
pub fn c_text(bytes: impl Into<Vec<u8>>) -> Option<CString> {
    CString::new(bytes).ok()
}
/// Bytes as text of the system.
pub fn os_text(bytes: Vec<u8>) -> OsString {
    OsString::from_vec(bytes)
}
