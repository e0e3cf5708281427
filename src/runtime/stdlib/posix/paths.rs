//! Functions of `posix` that take paths.

use super::stat::{STAT_RESULT, do_stat};
use crate::runtime::builtins::structs::StructSpec;
use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::{Native, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::system::Target;
use crate::runtime::sys::file;
use crate::runtime::value::Value;

/// `os.statvfs_result`
pub static STATVFS_RESULT: StructSpec = StructSpec::new(
    "os.statvfs_result",
    "statvfs_result: Result from statvfs or fstatvfs.",
    &[
        ("f_bsize", ""),
        ("f_frsize", ""),
        ("f_blocks", ""),
        ("f_bfree", ""),
        ("f_bavail", ""),
        ("f_files", ""),
        ("f_ffree", ""),
        ("f_favail", ""),
        ("f_flag", ""),
        ("f_namemax", ""),
        ("f_fsid", ""),
    ],
)
.visible(10);

fn truth_or(vm: &Vm, value: &Value, default: bool) -> PyResult<bool> {
    value.given().map_or(Ok(default), |v| vm.truth(v))
}

fn number_or(vm: &Vm, value: &Value, default: i32) -> PyResult<i32> {
    value.given().map_or(Ok(default), |v| vm.c_int(v))
}

/// One path, `dir_fd`, and a call.
fn on_path(
    vm: &Vm,
    function: &str,
    path: &Value,
    dir: &Value,
    mut call: impl FnMut(i32, &std::ffi::CStr) -> crate::runtime::sys::Sys<()>,
) -> PyResult<Value> {
    let path = vm.os_path(path, function, "path")?;
    let dir = vm.dir_fd(dir)?;
    let result = vm.blocking(|| call(dir, path.c()));
    vm.os_at(result, &path.given)?;
    Ok(Value::NONE)
}

fn on_two(
    vm: &Vm,
    function: &str,
    args: &[Value],
    mut call: impl FnMut(i32, &std::ffi::CStr, i32, &std::ffi::CStr) -> crate::runtime::sys::Sys<()>,
) -> PyResult<Value> {
    let (src, dst) = (vm.os_path(&args[0], function, "src")?, vm.os_path(&args[1], function, "dst")?);
    let (a, b) = (vm.dir_fd(&args[2])?, vm.dir_fd(&args[3])?);
    match vm.blocking(|| call(a, src.c(), b, dst.c())) {
        Ok(()) => Ok(Value::NONE),
        Err(number) => Err(vm.os_error_between(number, &src.given, &dst.given)),
    }
}

fn chmod(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let target = vm.os_target(&args[0], "chmod", "path")?;
    let mode = vm.c_int(&args[1])? as u32;
    let dir = vm.dir_fd(&args[2])?;
    let follow = truth_or(vm, &args[3], true)?;
    let result = match &target {
        Target::Fd(fd, _) => vm.blocking(|| file::fchmod(*fd, mode)),
        Target::Path(path) => {
            let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
            match vm.blocking(|| file::chmod(dir, path.c(), mode, flags)) {
                Err(libc::EOPNOTSUPP) if !follow => {
                    return Err(
                        vm.not_implemented_error("chmod: follow_symlinks unavailable on this platform")
                    );
                }
                other => other,
            }
        }
    };
    vm.os_at(result, target.given())?;
    Ok(Value::NONE)
}

/// A user's or group's number, -1 for "as it is".
pub fn id_argument(vm: &Vm, value: &Value, what: &str) -> PyResult<u32> {
    if value.ty(vm).slots.get().index.is_none() {
        return Err(vm.type_error(format!("{what} should be integer, not {}", value.type_name(vm))));
    }
    let index = vm.index(value)?;
    match index.as_small() {
        Some(-1) => Ok(u32::MAX),
        Some(n) if n < 0 => Err(vm.overflow_error(format!("{what} is less than minimum"))),
        Some(n) => match u32::try_from(n) {
            Ok(n) => Ok(n),
            Err(_) => Err(vm.overflow_error(format!("{what} is greater than maximum"))),
        },
        None if vm.is_negative(&index) => Err(vm.overflow_error(format!("{what} is less than minimum"))),
        None => Err(vm.overflow_error(format!("{what} is greater than maximum"))),
    }
}

fn chown(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let target = vm.os_target(&args[0], "chown", "path")?;
    let (user, group) = (id_argument(vm, &args[1], "uid")?, id_argument(vm, &args[2], "gid")?);
    let dir = vm.dir_fd(&args[3])?;
    let follow = truth_or(vm, &args[4], true)?;
    let result = match &target {
        Target::Fd(fd, _) => vm.blocking(|| file::fchown(*fd, user, group)),
        Target::Path(path) => {
            let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
            vm.blocking(|| file::chown(dir, path.c(), user, group, flags))
        }
    };
    vm.os_at(result, target.given())?;
    Ok(Value::NONE)
}

fn access(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let path = vm.os_path(&args[0], "access", "path")?;
    let mode = vm.c_int(&args[1])?;
    let dir = vm.dir_fd(&args[2])?;
    let mut flags = 0;
    if truth_or(vm, &args[3], false)? {
        flags |= libc::AT_EACCESS;
    }
    if !truth_or(vm, &args[4], true)? {
        flags |= libc::AT_SYMLINK_NOFOLLOW;
    }
    Ok(Value::bool(vm.blocking(|| file::access(dir, path.c(), mode, flags))))
}

/// Seconds as a time of two parts, rounded down.
fn time_parts(vm: &Vm, value: &Value) -> PyResult<(i64, i64)> {
    if vm.is_int(value) {
        return Ok((vm.to_i64(value)?, 0));
    }
    let seconds = vm.to_f64(value)?;
    if seconds.is_nan() {
        return Err(vm.value_error("Invalid value NaN (not a number)"));
    }
    let whole = seconds.floor();
    if !(-9.2e18..9.2e18).contains(&whole) {
        return Err(vm.overflow_error("timestamp out of range for platform time_t"));
    }
    let (mut s, mut n) = (whole as i64, ((seconds - whole) * 1e9).floor() as i64);
    if n >= 1_000_000_000 {
        s += 1;
        n -= 1_000_000_000;
    }
    Ok((s, n))
}

fn utime(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let target = vm.os_target(&args[0], "utime", "path")?;
    let (times, ns) = (args[1].some(), args[2].given());
    if times.is_some() && ns.is_some() {
        return Err(vm.value_error("utime: you may specify either 'times' or 'ns' but not both"));
    }
    let mut both = None;
    if let Some(times) = times {
        let Some([a, m]) = times.as_tuple().map(|t| t.items()) else {
            return Err(vm.type_error("utime: 'times' must be either a tuple of two ints or None"));
        };
        both = Some([time_parts(vm, a)?, time_parts(vm, m)?]);
    }
    if let Some(ns) = ns {
        let Some([a, m]) = ns.as_tuple().map(|t| t.items()) else {
            return Err(vm.type_error("utime: 'ns' must be a tuple of two ints"));
        };
        let split = |v: &Value| -> PyResult<(i64, i64)> {
            let n = vm.to_i64(v)?;
            Ok((n.div_euclid(1_000_000_000), n.rem_euclid(1_000_000_000)))
        };
        both = Some([split(a)?, split(m)?]);
    }
    let dir = vm.dir_fd(&args[3])?;
    let follow = truth_or(vm, &args[4], true)?;
    let result = match &target {
        Target::Fd(fd, _) => {
            if args[3].some().is_some() {
                return Err(vm.value_error("utime: can't specify dir_fd without matching path"));
            }
            if !follow {
                return Err(vm.value_error("utime: cannot use fd and follow_symlinks together"));
            }
            vm.blocking(|| file::utime(Err(*fd), both))
        }
        Target::Path(path) => {
            let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
            vm.blocking(|| file::utime(Ok((dir, path.c(), flags)), both))
        }
    };
    vm.os_at(result, target.given())?;
    Ok(Value::NONE)
}

fn statvfs(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let target = vm.os_target(&args[0], "statvfs", "path")?;
    let result = vm.blocking(|| match &target {
        Target::Path(path) => file::statvfs(Ok(path.c())),
        Target::Fd(fd, _) => file::statvfs(Err(*fd)),
    });
    let fields = vm.os_at(result, target.given())?;
    vm.struct_value(&STATVFS_RESULT, fields.iter().map(|n| vm.int_u64(*n)).collect())
}

fn readlink(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let path = vm.os_path(&args[0], "readlink", "path")?;
    let dir = vm.dir_fd(&args[1])?;
    let result = vm.blocking(|| file::readlink(dir, path.c()));
    let found = vm.os_at(result, &path.given)?;
    Ok(vm.fs_decode_like(&found, path.is_bytes))
}

fn open(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let path = vm.os_path(&args[0], "open", "path")?;
    let flags = vm.c_int(&args[1])?;
    let mode = number_or(vm, &args[2], 0o777)?;
    let dir = vm.dir_fd(&args[3])?;
    let result = vm.retry(|| file::open(dir, path.c(), flags | libc::O_CLOEXEC, mode as u32))?;
    Ok(vm.int(vm.os_at(result, &path.given)?.into()))
}

fn chdir(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let target = vm.os_target(&args[0], "chdir", "path")?;
    let result = vm.blocking(|| match &target {
        Target::Path(path) => file::chdir(path.c()),
        Target::Fd(fd, _) => file::fchdir(*fd),
    });
    vm.os_at(result, target.given())?;
    Ok(Value::NONE)
}

fn truncate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let target = vm.os_target(&args[0], "truncate", "path")?;
    let length = vm.to_i64(&args[1])?;
    let result = vm.blocking(|| match &target {
        Target::Path(path) => file::truncate(path.c(), length),
        Target::Fd(fd, _) => file::ftruncate(*fd, length),
    });
    vm.os_at(result, target.given())?;
    Ok(Value::NONE)
}

fn remove(vm: &Vm, args: &[Value], function: &str) -> PyResult<Value> {
    on_path(vm, function, &args[0], &args[1], |dir, path| file::unlink(dir, path, 0))
}

fn xattr_target(vm: &Vm, function: &str, path: &Value, follow: &Value) -> PyResult<(Target, bool)> {
    let target = vm.os_target(path, function, "path")?;
    let follow = truth_or(vm, follow, true)?;
    if matches!(target, Target::Fd(..)) && !follow {
        return Err(vm.value_error(format!("{function}: cannot use fd and follow_symlinks together")));
    }
    Ok((target, follow))
}

fn raw_target(target: &Target, follow: bool) -> Result<(&std::ffi::CStr, bool), i32> {
    match target {
        Target::Path(path) => Ok((path.c(), follow)),
        Target::Fd(fd, _) => Err(*fd),
    }
}

/// `posixpath.normpath`
pub fn normpath(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return b".".to_vec();
    }
    let slashes = path.iter().take_while(|b| **b == b'/').count();
    // POSIX allows exactly two slashes at the start to mean something else.
    let root: &[u8] = match slashes {
        0 => b"",
        2 => b"//",
        _ => b"/",
    };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                if root.is_empty() && parts.last().is_none_or(|p| *p == b"..") {
                    parts.push(part);
                } else {
                    parts.pop();
                }
            }
            _ => parts.push(part),
        }
    }
    let mut out = root.to_vec();
    out.extend(parts.join(&b'/'));
    if out.is_empty() { b".".to_vec() } else { out }
}

fn text_of<'a>(vm: &'a Vm, value: &'a Value) -> PyResult<(std::borrow::Cow<'a, [u8]>, bool)> {
    if let Some(text) = value.as_str() {
        return Ok((text.bytes().into(), false));
    }
    match vm.bytes_of(value) {
        Some(bytes) => Ok((bytes.into(), true)),
        None => Err(
            vm.type_error(format!("expected str, bytes or os.PathLike object, not {}", value.type_name(vm)))
        ),
    }
}

fn like(vm: &Vm, bytes: &[u8], as_bytes: bool) -> Value {
    if as_bytes { vm.bytes(bytes) } else { vm.str_bytes(bytes) }
}

/// The functions.
pub static FUNCTIONS: &[Native] = &[
    native(
        "stat(path, *, dir_fd=None, follow_symlinks=True)",
        |vm, args| {
            let target = vm.os_target(&args[0], "stat", "path")?;
            do_stat(vm, "stat", &target, &args[1], truth_or(vm, &args[2], true)?)
        },
        "Perform a stat system call on the given path.",
    ),
    native(
        "lstat(path, *, dir_fd=None)",
        |vm, args| {
            let path = vm.os_path(&args[0], "lstat", "path")?;
            do_stat(vm, "lstat", &Target::Path(path), &args[1], false)
        },
        "Perform a stat system call on the given path, without following symbolic links.",
    ),
    native(
        "fstat(fd)",
        |vm, args| {
            let fd = vm.c_int(&args[0])?;
            let result = vm.retry(|| file::fstat(fd))?;
            let stat = vm.os(result)?;
            super::stat::stat_value(vm, &stat)
        },
        "Perform a stat system call on the given file descriptor.",
    ),
    native(
        "listdir(path=None)",
        super::folders::listdir,
        "Return a list containing the names of the files in the directory.",
    ),
    native(
        "scandir(path=None)",
        super::folders::scandir,
        "Return an iterator of DirEntry objects for given path.",
    ),
    native(
        "mkdir(path, mode=511, *, dir_fd=None)",
        |vm, args| {
            let mode = number_or(vm, &args[1], 0o777)? as u32;
            on_path(vm, "mkdir", &args[0], &args[2], |dir, path| file::mkdir(dir, path, mode))
        },
        "Create a directory.",
    ),
    native(
        "mkfifo(path, mode=438, *, dir_fd=None)",
        |vm, args| {
            let mode = number_or(vm, &args[1], 0o666)? as u32;
            on_path(vm, "mkfifo", &args[0], &args[2], |dir, path| file::mkfifo(dir, path, mode))
        },
        "Create a \"fifo\" (a POSIX named pipe).",
    ),
    native(
        "mknod(path, mode=384, device=0, *, dir_fd=None)",
        |vm, args| {
            let mode = number_or(vm, &args[1], 0o600)? as u32;
            let device = args[2].given().map_or(Ok(0), |d| vm.to_u64(d))?;
            on_path(vm, "mknod", &args[0], &args[3], |dir, path| file::mknod(dir, path, mode, device))
        },
        "Create a node in the file system.",
    ),
    native(
        "rmdir(path, *, dir_fd=None)",
        |vm, args| {
            on_path(vm, "rmdir", &args[0], &args[1], |dir, path| file::unlink(dir, path, libc::AT_REMOVEDIR))
        },
        "Remove a directory.",
    ),
    native(
        "unlink(path, *, dir_fd=None)",
        |vm, args| remove(vm, args, "unlink"),
        "Remove a file (same as remove()).",
    ),
    native(
        "remove(path, *, dir_fd=None)",
        |vm, args| remove(vm, args, "remove"),
        "Remove a file (same as unlink()).",
    ),
    native(
        "rename(src, dst, *, src_dir_fd=None, dst_dir_fd=None)",
        |vm, args| on_two(vm, "rename", args, file::rename),
        "Rename a file or directory.",
    ),
    native(
        "replace(src, dst, *, src_dir_fd=None, dst_dir_fd=None)",
        |vm, args| on_two(vm, "replace", args, file::rename),
        "Rename a file or directory, overwriting the destination.",
    ),
    native(
        "link(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)",
        |vm, args| {
            let flags = if truth_or(vm, &args[4], true)? { libc::AT_SYMLINK_FOLLOW } else { 0 };
            on_two(vm, "link", args, |a, src, b, dst| file::link(a, src, b, dst, flags))
        },
        "Create a hard link to a file.",
    ),
    native(
        "symlink(src, dst, target_is_directory=False, *, dir_fd=None)",
        |vm, args| {
            let (src, dst) =
                (vm.os_path(&args[0], "symlink", "src")?, vm.os_path(&args[1], "symlink", "dst")?);
            let dir = vm.dir_fd(&args[3])?;
            match vm.blocking(|| file::symlink(src.c(), dir, dst.c())) {
                Ok(()) => Ok(Value::NONE),
                Err(number) => Err(vm.os_error_between(number, &src.given, &dst.given)),
            }
        },
        "Create a symbolic link pointing to src named dst.",
    ),
    native(
        "readlink(path, *, dir_fd=None)",
        readlink,
        "Return a string representing the path to which the symbolic link points.",
    ),
    native(
        "chmod(path, mode, *, dir_fd=None, follow_symlinks=True)",
        chmod,
        "Change the access permissions of a file.",
    ),
    native(
        "fchmod(fd, mode)",
        |vm, args| {
            let (fd, mode) = (vm.c_int(&args[0])?, vm.c_int(&args[1])? as u32);
            vm.retry_os(|| file::fchmod(fd, mode)).map(|()| Value::NONE)
        },
        "Change the access permissions of the file given by file descriptor fd.",
    ),
    native(
        "chown(path, uid, gid, *, dir_fd=None, follow_symlinks=True)",
        chown,
        "Change the owner and group id of path to the numeric uid and gid.",
    ),
    native(
        "lchown(path, uid, gid)",
        |vm, args| {
            let (user, group) = (id_argument(vm, &args[1], "uid")?, id_argument(vm, &args[2], "gid")?);
            on_path(vm, "lchown", &args[0], &Value::NONE, |dir, path| {
                file::chown(dir, path, user, group, libc::AT_SYMLINK_NOFOLLOW)
            })
        },
        "Change the owner and group id of path to the numeric uid and gid; symbolic links are not followed.",
    ),
    native(
        "fchown(fd, uid, gid)",
        |vm, args| {
            let fd = vm.c_int(&args[0])?;
            let (user, group) = (id_argument(vm, &args[1], "uid")?, id_argument(vm, &args[2], "gid")?);
            vm.retry_os(|| file::fchown(fd, user, group)).map(|()| Value::NONE)
        },
        "Change the owner and group id of the file specified by file descriptor.",
    ),
    native(
        "access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)",
        access,
        "Use the real uid/gid to test for access to a path.",
    ),
    native(
        "utime(path, times=None, *, ns=None, dir_fd=None, follow_symlinks=True)",
        utime,
        "Set the access and modified time of path.",
    ),
    native("statvfs(path)", statvfs, "Perform a statvfs system call on the given path."),
    native(
        "fstatvfs(fd, /)",
        |vm, args| {
            let fd = vm.c_int(&args[0])?;
            let fields = vm.retry_os(|| file::statvfs(Err(fd)))?;
            vm.struct_value(&STATVFS_RESULT, fields.iter().map(|n| vm.int_u64(*n)).collect())
        },
        "Perform an fstatvfs system call on the given fd.",
    ),
    native(
        "open(path, flags, mode=511, *, dir_fd=None)",
        open,
        "Open a file for low level IO.  Returns a file descriptor (integer).",
    ),
    native("chdir(path)", chdir, "Change the current working directory to the specified path."),
    native(
        "fchdir(fd)",
        |vm, args| {
            let fd = vm.file_descriptor(&args[0])?;
            vm.retry_os(|| file::fchdir(fd)).map(|()| Value::NONE)
        },
        "Change to the directory of the given file descriptor.",
    ),
    native(
        "chroot(path)",
        |vm, args| on_path(vm, "chroot", &args[0], &Value::NONE, |_, path| file::chroot(path)),
        "Change root directory to path.",
    ),
    native("truncate(path, length)", truncate, "Truncate a file, specified by path, to a specific length."),
    native(
        "getcwd()",
        |vm, _| Ok(vm.fs_decode(&vm.os(file::getcwd())?)),
        "Return a unicode string representing the current working directory.",
    ),
    native(
        "getcwdb()",
        |vm, _| Ok(vm.bytes(&vm.os(file::getcwd())?)),
        "Return a bytes string representing the current working directory.",
    ),
    native(
        "pathconf(path, name)",
        |vm, args| {
            let target = vm.os_target(&args[0], "pathconf", "path")?;
            let name = super::names::conf_name(vm, &args[1], super::names::PATHCONF)?;
            let result = file::pathconf(
                match &target {
                    Target::Path(path) => Ok(path.c()),
                    Target::Fd(fd, _) => Err(*fd),
                },
                name,
            );
            Ok(vm.int(vm.os_at(result, target.given())?.unwrap_or(-1)))
        },
        "Return the configuration limit name for the file or directory path.",
    ),
    native(
        "fpathconf(fd, name, /)",
        |vm, args| {
            let fd = vm.file_descriptor(&args[0])?;
            let name = super::names::conf_name(vm, &args[1], super::names::PATHCONF)?;
            Ok(vm.int(vm.os(file::pathconf(Err(fd), name))?.unwrap_or(-1)))
        },
        "Return the configuration limit name for the file descriptor fd.",
    ),
    native(
        "getxattr(path, attribute, *, follow_symlinks=True)",
        |vm, args| {
            let (target, follow) = xattr_target(vm, "getxattr", &args[0], &args[2])?;
            let name = vm.os_path(&args[1], "getxattr", "attribute")?;
            let result = file::getxattr(raw_target(&target, follow), name.c());
            Ok(vm.bytes(&vm.os_at(result, target.given())?))
        },
        "Return the value of extended attribute attribute on path.",
    ),
    native(
        "setxattr(path, attribute, value, flags=0, *, follow_symlinks=True)",
        |vm, args| {
            let (target, follow) = xattr_target(vm, "setxattr", &args[0], &args[4])?;
            let name = vm.os_path(&args[1], "setxattr", "attribute")?;
            let value = vm.buffer_copy(&args[2])?;
            let result =
                file::setxattr(raw_target(&target, follow), name.c(), &value, number_or(vm, &args[3], 0)?);
            vm.os_at(result, target.given())?;
            Ok(Value::NONE)
        },
        "Set extended attribute attribute on path to value.",
    ),
    native(
        "removexattr(path, attribute, *, follow_symlinks=True)",
        |vm, args| {
            let (target, follow) = xattr_target(vm, "removexattr", &args[0], &args[2])?;
            let name = vm.os_path(&args[1], "removexattr", "attribute")?;
            vm.os_at(file::removexattr(raw_target(&target, follow), name.c()), target.given())?;
            Ok(Value::NONE)
        },
        "Remove extended attribute attribute on path.",
    ),
    native(
        "listxattr(path=None, *, follow_symlinks=True)",
        |vm, args| {
            let path = args[0].some().cloned().unwrap_or_else(|| vm.str("."));
            let (target, follow) = xattr_target(vm, "listxattr", &path, &args[1])?;
            let names = vm.os_at(file::listxattr(raw_target(&target, follow)), target.given())?;
            Ok(vm.list(names.iter().map(|n| vm.fs_decode(n)).collect()))
        },
        "Return a list of extended attributes on path.",
    ),
    native(
        "fspath(path)",
        |vm, args| vm.fspath(&args[0]),
        "Return the file system path representation of the object.",
    ),
    native(
        "_path_normpath(path)",
        |vm, args| {
            let path = vm.fspath(&args[0])?;
            let (bytes, as_bytes) = text_of(vm, &path)?;
            Ok(like(vm, &normpath(&bytes), as_bytes))
        },
        "Normalize path, eliminating double slashes, etc.",
    ),
    native(
        "_path_splitroot_ex(p)",
        |vm, args| {
            let path = vm.fspath(&args[0])?;
            let (bytes, as_bytes) = text_of(vm, &path)?;
            let slashes = bytes.iter().take_while(|b| **b == b'/').count();
            let root = match slashes {
                0 => 0,
                2 => 2,
                _ => 1,
            };
            let (root, tail) = bytes.split_at(root);
            Ok(vm.tuple(vec![like(vm, b"", as_bytes), like(vm, root, as_bytes), like(vm, tail, as_bytes)]))
        },
        "Split a pathname into drive, root and tail.",
    ),
];

/// Types of this part.
pub fn add_types(vm: &Vm, dict: &crate::runtime::value::Ref<crate::runtime::object::dict::Dict>) {
    for (name, spec) in [("stat_result", &STAT_RESULT), ("statvfs_result", &STATVFS_RESULT)] {
        vm.set_in(dict, name, vm.struct_type(spec).value().clone());
    }
}
