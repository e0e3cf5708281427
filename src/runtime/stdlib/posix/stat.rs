//! `os.stat` and its result.

use crate::runtime::builtins::structs::{StructSpec, UNNAMED};
use crate::runtime::error::PyResult;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::system::Target;
use crate::runtime::sys::file::{self, Stat};
use crate::runtime::value::Value;

/// `os.stat_result`
pub static STAT_RESULT: StructSpec = StructSpec::new(
    "os.stat_result",
    "stat_result: Result from stat, fstat, or lstat.\n\nThis object may be accessed either as a tuple of\n  (mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime)\nor via the attributes st_mode, st_ino, st_dev, st_nlink, st_uid, and so on.\n\nPosix/windows: If your platform supports st_blksize, st_blocks, st_rdev,\nor st_flags, they are available as attributes only.\n\nSee os.stat for more information.",
    &[
        ("st_mode", "protection bits"),
        ("st_ino", "inode"),
        ("st_dev", "device"),
        ("st_nlink", "number of hard links"),
        ("st_uid", "user ID of owner"),
        ("st_gid", "group ID of owner"),
        ("st_size", "total size, in bytes"),
        (UNNAMED, "integer time of last access"),
        (UNNAMED, "integer time of last modification"),
        (UNNAMED, "integer time of last change"),
        ("st_atime", "time of last access"),
        ("st_mtime", "time of last modification"),
        ("st_ctime", "time of last change"),
        ("st_atime_ns", "time of last access in nanoseconds"),
        ("st_mtime_ns", "time of last modification in nanoseconds"),
        ("st_ctime_ns", "time of last change in nanoseconds"),
        ("st_blksize", "blocksize for filesystem I/O"),
        ("st_blocks", "number of blocks allocated"),
        ("st_rdev", "device type (if inode device)"),
    ],
)
.visible(10);

/// The Python object of a stat.
pub fn stat_value(vm: &Vm, stat: &Stat) -> PyResult<Value> {
    let seconds = |(s, _): (i64, i64)| vm.int(s);
    let float = |(s, n): (i64, i64)| vm.float(s as f64 + 1e-9 * n as f64);
    let nanoseconds = |(s, n): (i64, i64)| match s.checked_mul(1_000_000_000).and_then(|ns| ns.checked_add(n))
    {
        Some(ns) => vm.int(ns),
        None => vm.int_big(dashu_int::IBig::from(s) * 1_000_000_000 + n),
    };
    let fields = [
        vm.int(stat.mode.into()),
        vm.int_u64(stat.ino),
        vm.int_u64(stat.dev),
        vm.int_u64(stat.nlink),
        vm.int(stat.uid.into()),
        vm.int(stat.gid.into()),
        vm.int(stat.size),
        seconds(stat.atime),
        seconds(stat.mtime),
        seconds(stat.ctime),
        float(stat.atime),
        float(stat.mtime),
        float(stat.ctime),
        nanoseconds(stat.atime),
        nanoseconds(stat.mtime),
        nanoseconds(stat.ctime),
        vm.int(stat.blksize),
        vm.int(stat.blocks),
        vm.int_u64(stat.rdev),
    ];
    Ok(vm.struct_of(&STAT_RESULT, fields))
}

/// `stat` of a path or descriptor, with the checks of its arguments.
pub fn do_stat(vm: &Vm, function: &str, target: &Target, dir: &Value, follow: bool) -> PyResult<Value> {
    let dir_fd = vm.dir_fd(dir)?;
    let result = match target {
        Target::Fd(fd, _) => {
            if dir.some().is_some() {
                return Err(vm.value_error(format!("{function}: can't specify dir_fd without matching path")));
            }
            if !follow {
                return Err(vm.value_error(format!("{function}: cannot use fd and follow_symlinks together")));
            }
            vm.blocking(|| file::fstat(*fd))
        }
        Target::Path(path) => {
            let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
            vm.blocking(|| file::stat_at(dir_fd, path.c(), flags))
        }
    };
    let stat = vm.os_at(result, target.given())?;
    stat_value(vm, &stat)
}
