//! `fcntl` and `resource`: controlling descriptors and limits.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::stdlib::posix::processes::{RUSAGE, usage_value};
use crate::runtime::sys::{file, process};
use crate::runtime::value::Value;

const BUFFER: usize = 1024;

fn has_buffer(vm: &Vm, value: &Value) -> bool {
    value.as_str().is_none() && value.ty(vm).slots.get().buffer.is_some()
}

fn number(vm: &Vm, value: &Value) -> PyResult<i64> {
    let index = vm.index(value)?;
    match index.as_small() {
        Some(n) => Ok(n),
        None => Ok(vm.to_u64(&index)? as i64),
    }
}

fn fcntl(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = vm.file_descriptor(&args[0])?;
    let command = vm.c_int(&args[1])?;
    let argument = args[2].given().cloned().unwrap_or_else(|| vm.int(0));
    let data = if argument.as_str().is_some() {
        Some(vm.fs_encode(&argument)?)
    } else if has_buffer(vm, &argument) {
        Some(vm.buffer_copy(&argument)?)
    } else {
        None
    };
    if let Some(data) = data {
        if data.len() > BUFFER {
            return Err(vm.value_error("fcntl argument 3 is too long"));
        }
        let mut buffer = [0u8; BUFFER];
        buffer[..data.len()].copy_from_slice(&data);
        vm.retry_os(|| file::fcntl_buffer(fd, command, &mut buffer))?;
        return Ok(vm.bytes(&buffer[..data.len()]));
    }
    if argument.ty(vm).slots.get().index.is_none() {
        return Err(vm.type_error(format!(
            "fcntl() argument 3 must be an integer, a bytes-like object, or a string, not {}",
            argument.type_name(vm)
        )));
    }
    let argument = number(vm, &argument)?;
    Ok(vm.int(vm.retry_os(|| file::fcntl(fd, command, argument))?.into()))
}

fn ioctl(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = vm.file_descriptor(&args[0])?;
    let request = number(vm, &args[1])? as u64;
    let argument = args[2].given().cloned().unwrap_or_else(|| vm.int(0));
    let mutate = args[3].given().map_or(Ok(true), |m| vm.truth(m))?;
    if argument.as_str().is_some() || has_buffer(vm, &argument) {
        let target = if mutate && argument.as_str().is_none() && vm.bytes_of(&argument).is_none() {
            vm.catch(vm.lend_mut(&argument, "ioctl() argument 3"), &exc::TYPE_ERROR)?
        } else {
            None
        };
        let data = match &target {
            Some(target) => target.bytes().to_vec(),
            None if argument.as_str().is_some() => vm.fs_encode(&argument)?,
            None => vm.buffer_copy(&argument)?,
        };
        let length = data.len();
        if target.is_none() && length > BUFFER {
            return Err(vm.value_error("ioctl argument 3 is too long"));
        }
        let mut buffer = data;
        // Room to spare for requests that write more than they should.
        buffer.resize(length.max(BUFFER) + 64, 0);
        let result = vm.retry_os(|| file::ioctl_buffer(fd, request, &mut buffer))?;
        if let Some(target) = target {
            target.write(0, &buffer[..length]);
            return Ok(vm.int(result.into()));
        }
        return Ok(vm.bytes(&buffer[..length]));
    }
    if argument.ty(vm).slots.get().index.is_none() {
        return Err(vm.type_error(format!(
            "ioctl() argument 3 must be an integer, a bytes-like object, or a string, not {}",
            argument.type_name(vm)
        )));
    }
    let argument = number(vm, &argument)?;
    Ok(vm.int(vm.retry_os(|| file::ioctl(fd, request, argument))?.into()))
}

fn lockf(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = vm.file_descriptor(&args[0])?;
    let code = vm.c_int(&args[1])?;
    let kind = if code & libc::LOCK_UN != 0 {
        libc::F_UNLCK
    } else if code & libc::LOCK_SH != 0 {
        libc::F_RDLCK
    } else if code & libc::LOCK_EX != 0 {
        libc::F_WRLCK
    } else {
        return Err(vm.value_error("unrecognized lockf argument"));
    };
    let or_zero = |value: &Value| value.given().map_or(Ok(0), |v| vm.to_i64(v));
    let (length, start, whence) = (or_zero(&args[2])?, or_zero(&args[3])?, or_zero(&args[4])?);
    let command = if code & libc::LOCK_NB != 0 { libc::F_SETLK } else { libc::F_SETLKW };
    vm.retry_os(|| file::record_lock(fd, command, kind as i16, whence as i16, start, length))?;
    Ok(Value::NONE)
}

static NAMES: &[(&str, i64)] = &[
    ("DN_ACCESS", 1),
    ("DN_ATTRIB", 32),
    ("DN_CREATE", 4),
    ("DN_DELETE", 8),
    ("DN_MODIFY", 2),
    ("DN_MULTISHOT", 2147483648),
    ("DN_RENAME", 16),
    ("FASYNC", 8192),
    ("FD_CLOEXEC", 1),
    ("FICLONE", 1074041865),
    ("FICLONERANGE", 1075876877),
    ("F_ADD_SEALS", 1033),
    ("F_DUPFD", 0),
    ("F_DUPFD_CLOEXEC", 1030),
    ("F_DUPFD_QUERY", 1027),
    ("F_EXLCK", 4),
    ("F_GETFD", 1),
    ("F_GETFL", 3),
    ("F_GETLEASE", 1025),
    ("F_GETLK", 5),
    ("F_GETLK64", 5),
    ("F_GETOWN", 9),
    ("F_GETOWN_EX", 16),
    ("F_GETPIPE_SZ", 1032),
    ("F_GETSIG", 11),
    ("F_GET_FILE_RW_HINT", 1037),
    ("F_GET_RW_HINT", 1035),
    ("F_GET_SEALS", 1034),
    ("F_NOTIFY", 1026),
    ("F_OFD_GETLK", 36),
    ("F_OFD_SETLK", 37),
    ("F_OFD_SETLKW", 38),
    ("F_OWNER_PGRP", 2),
    ("F_OWNER_PID", 1),
    ("F_OWNER_TID", 0),
    ("F_RDLCK", 0),
    ("F_SEAL_FUTURE_WRITE", 16),
    ("F_SEAL_GROW", 4),
    ("F_SEAL_SEAL", 1),
    ("F_SEAL_SHRINK", 2),
    ("F_SEAL_WRITE", 8),
    ("F_SETFD", 2),
    ("F_SETFL", 4),
    ("F_SETLEASE", 1024),
    ("F_SETLK", 6),
    ("F_SETLK64", 6),
    ("F_SETLKW", 7),
    ("F_SETLKW64", 7),
    ("F_SETOWN", 8),
    ("F_SETOWN_EX", 15),
    ("F_SETPIPE_SZ", 1031),
    ("F_SETSIG", 10),
    ("F_SET_FILE_RW_HINT", 1038),
    ("F_SET_RW_HINT", 1036),
    ("F_SHLCK", 8),
    ("F_UNLCK", 2),
    ("F_WRLCK", 1),
    ("LOCK_EX", 2),
    ("LOCK_MAND", 32),
    ("LOCK_NB", 4),
    ("LOCK_READ", 64),
    ("LOCK_RW", 192),
    ("LOCK_SH", 1),
    ("LOCK_UN", 8),
    ("LOCK_WRITE", 128),
    ("RWH_WRITE_LIFE_EXTREME", 5),
    ("RWH_WRITE_LIFE_LONG", 4),
    ("RWH_WRITE_LIFE_MEDIUM", 3),
    ("RWH_WRITE_LIFE_NONE", 1),
    ("RWH_WRITE_LIFE_NOT_SET", 0),
    ("RWH_WRITE_LIFE_SHORT", 2),
];

/// `fcntl`
pub static MODULE: NativeModule = NativeModule {
    name: "fcntl",
    doc: "This module performs file control and I/O control on file\ndescriptors.  It is an interface to the fcntl() and ioctl() Unix\nroutines.  File descriptors can be obtained with the fileno() method of\na file or socket object.",
    functions: &[
        native("fcntl(fd, cmd, arg=0, /)", fcntl, "Perform the operation `cmd` on file descriptor fd."),
        native(
            "ioctl(fd, request, arg=0, mutate_flag=True, /)",
            ioctl,
            "Perform the operation request on file descriptor fd.",
        ),
        native(
            "flock(fd, operation, /)",
            |vm, args| {
                let (fd, operation) = (vm.file_descriptor(&args[0])?, vm.c_int(&args[1])?);
                vm.retry_os(|| file::flock(fd, operation)).map(|()| Value::NONE)
            },
            "Perform the lock operation on file descriptor fd.",
        ),
        native(
            "lockf(fd, cmd, len=0, start=0, whence=0, /)",
            lockf,
            "A wrapper around the fcntl() locking calls.",
        ),
    ],
    init: |vm, dict| {
        vm.set_ints_in(dict, NAMES);
        Ok(())
    },
};

fn limits(vm: &Vm, value: &Value) -> PyResult<(u64, u64)> {
    let items = vm.collect(value)?;
    let [soft, hard] = items.as_slice() else { return Err(vm.value_error("expected a tuple of 2 integers")) };
    let one = |value: &Value| -> PyResult<u64> {
        let index = vm.index(value)?;
        match index.as_small() {
            Some(-1) => Ok(u64::MAX),
            Some(n) if n < 0 => Err(vm.value_error("Cannot convert negative int")),
            _ => vm.to_u64(&index),
        }
    };
    Ok((one(soft)?, one(hard)?))
}

fn limits_value(vm: &Vm, (soft, hard): (u64, u64)) -> Value {
    let one = |n: u64| if n == u64::MAX { vm.int(-1) } else { vm.int_u64(n) };
    vm.tuple(vec![one(soft), one(hard)])
}

fn resource_number(vm: &Vm, value: &Value) -> PyResult<i32> {
    let n = vm.c_int(value)?;
    if (0..16).contains(&n) { Ok(n) } else { Err(vm.value_error("invalid resource specified")) }
}

fn change(vm: &Vm, pid: i32, resource: i32, new: Option<(u64, u64)>) -> PyResult<(u64, u64)> {
    match process::limit(pid, resource, new) {
        Ok(old) => Ok(old),
        Err(libc::EINVAL) => Err(vm.value_error("current limit exceeds maximum limit")),
        Err(libc::EPERM) if pid == 0 => Err(vm.value_error("not allowed to raise maximum limit")),
        Err(number) => Err(vm.os_error(number)),
    }
}

/// `resource`
pub static RESOURCE: NativeModule = NativeModule {
    name: "resource",
    doc: "",
    functions: &[
        native(
            "getrusage(who, /)",
            |vm, args| match process::usage(vm.c_int(&args[0])?) {
                Ok(usage) => usage_value(vm, &usage),
                Err(libc::EINVAL) => Err(vm.value_error("invalid who parameter")),
                Err(number) => Err(vm.os_error(number)),
            },
            "",
        ),
        native(
            "getrlimit(resource, /)",
            |vm, args| {
                let old = vm.os(process::limit(0, resource_number(vm, &args[0])?, None))?;
                Ok(limits_value(vm, old))
            },
            "",
        ),
        native(
            "setrlimit(resource, limits, /)",
            |vm, args| {
                let resource = resource_number(vm, &args[0])?;
                change(vm, 0, resource, Some(limits(vm, &args[1])?))?;
                Ok(Value::NONE)
            },
            "",
        ),
        native(
            "prlimit(pid, resource, limits=None, /)",
            |vm, args| {
                let (pid, resource) = (vm.c_int(&args[0])?, resource_number(vm, &args[1])?);
                let new = args[2].some().map(|l| limits(vm, l)).transpose()?;
                Ok(limits_value(vm, change(vm, pid, resource, new)?))
            },
            "",
        ),
        native("getpagesize()", |vm, _| Ok(vm.int(process::sysconf(libc::_SC_PAGESIZE).unwrap_or(4096))), ""),
    ],
    init: |vm, dict| {
        vm.set_ints_in(
            dict,
            &[
                ("RLIMIT_CPU", 0),
                ("RLIMIT_FSIZE", 1),
                ("RLIMIT_DATA", 2),
                ("RLIMIT_STACK", 3),
                ("RLIMIT_CORE", 4),
                ("RLIMIT_RSS", 5),
                ("RLIMIT_NPROC", 6),
                ("RLIMIT_NOFILE", 7),
                ("RLIMIT_OFILE", 7),
                ("RLIMIT_MEMLOCK", 8),
                ("RLIMIT_AS", 9),
                ("RLIMIT_SIGPENDING", 11),
                ("RLIMIT_MSGQUEUE", 12),
                ("RLIMIT_NICE", 13),
                ("RLIMIT_RTPRIO", 14),
                ("RLIMIT_RTTIME", 15),
                ("RLIM_INFINITY", -1),
                ("RUSAGE_SELF", 0),
                ("RUSAGE_CHILDREN", -1),
                ("RUSAGE_THREAD", 1),
            ],
        );
        vm.set_in(dict, "error", vm.typ(&exc::OS_ERROR).value().clone());
        vm.set_in(dict, "struct_rusage", vm.struct_type(&RUSAGE).value().clone());
        Ok(())
    },
};
