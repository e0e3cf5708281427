//! Functions of `posix` that take file descriptors.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::structs::StructSpec;
use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::{Native, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::sys::{self, Sys, file, process};
use crate::runtime::value::Value;

/// `os.terminal_size`
pub static TERMINAL_SIZE: StructSpec = StructSpec::new(
    "os.terminal_size",
    "A tuple of (columns, lines) for holding terminal window size",
    &[
        ("columns", "width of the terminal window in characters"),
        ("lines", "height of the terminal window in characters"),
    ],
);

fn fd(vm: &Vm, value: &Value) -> PyResult<i32> {
    vm.c_int(value)
}

fn none(vm: &Vm, result: Sys<()>) -> PyResult<Value> {
    vm.os(result).map(|()| Value::NONE)
}

fn length(vm: &Vm, value: &Value) -> PyResult<usize> {
    let n = vm.to_ssize(value)?;
    if n < 0 { Err(vm.os_error(libc::EINVAL)) } else { Ok((n as usize).min(0x7fff_f000)) }
}

fn buffers(vm: &Vm, value: &Value, function: &str, number: usize) -> PyResult<Vec<Value>> {
    let sequence = value
        .ty(vm)
        .has(crate::runtime::gc::heap::type_flag::LIST | crate::runtime::gc::heap::type_flag::TUPLE)
        || value.ty(vm).slots.get().getitem.is_some();
    if !sequence {
        return Err(vm.type_error(format!("{function}() arg {number} must be a sequence")));
    }
    vm.collect(value)
}

fn read_parts(vm: &Vm, fd: i32, parts: &[Value], at: Option<(i64, i32)>) -> PyResult<Value> {
    let parts =
        parts.iter().map(|part| vm.lend_mut(part, "readv() argument")).collect::<PyResult<Vec<_>>>()?;
    let mut owned = parts.iter().map(|part| vm.zeros(part.len())).collect::<PyResult<Vec<_>>>()?;
    let mut left = vm.retry_os(|| file::readv(fd, &mut owned, at))?;
    let total = left;
    for (part, bytes) in parts.iter().zip(&owned) {
        let n = left.min(bytes.len());
        part.write(0, &bytes[..n]);
        left -= n;
    }
    Ok(vm.int(total as i64))
}

fn write_parts(vm: &Vm, fd: i32, parts: &[Value], at: Option<(i64, i32)>) -> PyResult<Value> {
    let mut owned = Vec::with_capacity(parts.len());
    for part in parts {
        owned.push(vm.buffer_copy(part)?);
    }
    Ok(vm.int(vm.retry_os(|| file::writev(fd, &owned, at))? as i64))
}

fn read(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (fd, n) = (fd(vm, &args[0])?, length(vm, &args[1])?);
    let mut out = Vec::new();
    vm.retry_os(|| file::read_more(fd, &mut out, n))?;
    Ok(vm.bytes(&out))
}

fn write(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = fd(vm, &args[0])?;
    let result =
        vm.buffer_blocking(&args[1], |bytes| file::write(fd, &bytes[..bytes.len().min(0x7fff_f000)]))?;
    Ok(vm.int(vm.os(result)? as i64))
}

fn sendfile(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (out, input) = (fd(vm, &args[0])?, fd(vm, &args[1])?);
    let offset = args[2].some().map(|o| vm.to_i64(o)).transpose()?;
    let count = length(vm, &args[3])?;
    Ok(vm.int(vm.retry_os(|| file::sendfile(out, input, offset, count))? as i64))
}

fn offsets(vm: &Vm, a: &Value, b: &Value) -> PyResult<(Option<i64>, Option<i64>)> {
    Ok((a.some().map(|o| vm.to_i64(o)).transpose()?, b.some().map(|o| vm.to_i64(o)).transpose()?))
}

fn count(vm: &Vm, value: &Value) -> PyResult<usize> {
    let n = vm.to_ssize(value)?;
    if n < 0 { Err(vm.value_error("negative value for 'count' not allowed")) } else { Ok(n as usize) }
}

fn pair(vm: &Vm, (a, b): (i32, i32)) -> Value {
    vm.tuple(vec![vm.int(a.into()), vm.int(b.into())])
}

fn direct(vm: &Vm, number: i32) -> PyResult<Value> {
    if number == 0 { Ok(Value::NONE) } else { Err(vm.os_error(number)) }
}

/// The functions.
pub static FUNCTIONS: &[Native] = &[
    native(
        "close(fd)",
        |vm, args| {
            let fd = fd(vm, &args[0])?;
            match vm.blocking(|| file::close(fd)) {
                Err(libc::EINTR) | Ok(()) => Ok(Value::NONE),
                Err(number) => Err(vm.os_error(number)),
            }
        },
        "Close a file descriptor.",
    ),
    native(
        "closerange(fd_low, fd_high, /)",
        |vm, args| {
            let (low, high) = (fd(vm, &args[0])?, fd(vm, &args[1])?);
            if high > low {
                vm.blocking(|| process::close_range(low.max(0), high - 1));
            }
            Ok(Value::NONE)
        },
        "Closes all file descriptors in [fd_low, fd_high), ignoring errors.",
    ),
    native(
        "dup(fd, /)",
        |vm, args| Ok(vm.int(vm.os(file::dup(fd(vm, &args[0])?))?.into())),
        "Return a duplicate of a file descriptor.",
    ),
    native(
        "dup2(fd, fd2, inheritable=True)",
        |vm, args| {
            let (from, to) = (fd(vm, &args[0])?, fd(vm, &args[1])?);
            if from < 0 || to < 0 {
                return Err(vm.os_error(libc::EBADF));
            }
            let inheritable = args[2].given().map_or(Ok(true), |v| vm.truth(v))?;
            Ok(vm.int(vm.retry_os(|| file::dup2(from, to, inheritable))?.into()))
        },
        "Duplicate file descriptor.",
    ),
    native("pipe()", |vm, _| Ok(pair(vm, vm.os(file::pipe(libc::O_CLOEXEC))?)), "Create a pipe."),
    native(
        "pipe2(flags, /)",
        |vm, args| Ok(pair(vm, vm.os(file::pipe(vm.c_int(&args[0])?))?)),
        "Create a pipe with flags set atomically.",
    ),
    native("read(fd, length, /)", read, "Read from a file descriptor.  Returns a bytes object."),
    native(
        "readinto(fd, buffer, /)",
        |vm, args| {
            let fd = fd(vm, &args[0])?;
            let buffer = vm.lend_mut(&args[1], "readinto() argument 2")?;
            let mut out = vm.zeros(buffer.len())?;
            let n = vm.retry_os(|| file::read(fd, &mut out))?;
            buffer.write(0, &out[..n]);
            Ok(vm.int(n as i64))
        },
        "Read into a buffer object from a file descriptor.",
    ),
    native("write(fd, data, /)", write, "Write a bytes object to a file descriptor."),
    native(
        "pread(fd, length, offset, /)",
        |vm, args| {
            let (fd, n, at) = (fd(vm, &args[0])?, length(vm, &args[1])?, vm.to_i64(&args[2])?);
            let mut out = vm.zeros(n)?;
            let n = vm.retry_os(|| file::pread(fd, &mut out, at))?;
            Ok(vm.bytes(&out[..n]))
        },
        "Read a number of bytes from a file descriptor starting at a particular offset.",
    ),
    native(
        "pwrite(fd, buffer, offset, /)",
        |vm, args| {
            let (fd, at) = (fd(vm, &args[0])?, vm.to_i64(&args[2])?);
            let result = vm.buffer_blocking(&args[1], |bytes| file::pwrite(fd, bytes, at))?;
            Ok(vm.int(vm.os(result)? as i64))
        },
        "Write bytes to a file descriptor starting at a particular offset.",
    ),
    native(
        "readv(fd, buffers, /)",
        |vm, args| {
            let parts = buffers(vm, &args[1], "readv", 2)?;
            read_parts(vm, fd(vm, &args[0])?, &parts, None)
        },
        "Read from a file descriptor fd into an iterable of buffers.",
    ),
    native(
        "preadv(fd, buffers, offset, flags=0, /)",
        |vm, args| {
            let parts = buffers(vm, &args[1], "preadv", 2)?;
            let flags = args[3].given().map_or(Ok(0), |f| vm.c_int(f))?;
            read_parts(vm, fd(vm, &args[0])?, &parts, Some((vm.to_i64(&args[2])?, flags)))
        },
        "Reads from a file descriptor into a number of mutable bytes-like objects.",
    ),
    native(
        "writev(fd, buffers, /)",
        |vm, args| {
            let parts = buffers(vm, &args[1], "writev", 2)?;
            write_parts(vm, fd(vm, &args[0])?, &parts, None)
        },
        "Iterate over buffers, and write the contents of each to a file descriptor.",
    ),
    native(
        "pwritev(fd, buffers, offset, flags=0, /)",
        |vm, args| {
            let parts = buffers(vm, &args[1], "pwritev", 2)?;
            let flags = args[3].given().map_or(Ok(0), |f| vm.c_int(f))?;
            write_parts(vm, fd(vm, &args[0])?, &parts, Some((vm.to_i64(&args[2])?, flags)))
        },
        "Writes the contents of bytes-like objects to a file descriptor at a given offset.",
    ),
    native(
        "lseek(fd, position, whence, /)",
        |vm, args| {
            let (fd, at, whence) = (fd(vm, &args[0])?, vm.to_i64(&args[1])?, vm.c_int(&args[2])?);
            let result = vm.blocking(|| file::lseek(fd, at, whence));
            Ok(vm.int(vm.os(result)?))
        },
        "Set the position of a file descriptor.  Return the new position.",
    ),
    native(
        "ftruncate(fd, length, /)",
        |vm, args| {
            let (fd, n) = (fd(vm, &args[0])?, vm.to_i64(&args[1])?);
            vm.retry_os(|| file::ftruncate(fd, n)).map(|()| Value::NONE)
        },
        "Truncate a file, specified by file descriptor, to a specific length.",
    ),
    native(
        "fsync(fd)",
        |vm, args| {
            let fd = vm.file_descriptor(&args[0])?;
            vm.retry_os(|| file::fsync(fd)).map(|()| Value::NONE)
        },
        "Force write of fd to disk.",
    ),
    native(
        "fdatasync(fd)",
        |vm, args| {
            let fd = vm.file_descriptor(&args[0])?;
            vm.retry_os(|| file::fdatasync(fd)).map(|()| Value::NONE)
        },
        "Force write of fd to disk without forcing update of metadata.",
    ),
    native(
        "sync()",
        |vm, _| {
            vm.blocking(file::sync);
            Ok(Value::NONE)
        },
        "Force write of everything to disk.",
    ),
    native(
        "isatty(fd, /)",
        |vm, args| {
            let fd = fd(vm, &args[0])?;
            Ok(Value::bool(vm.blocking(|| file::isatty(fd))))
        },
        "Return True if the fd is connected to a terminal.",
    ),
    native(
        "ttyname(fd, /)",
        |vm, args| Ok(vm.fs_decode(&vm.os(file::ttyname(fd(vm, &args[0])?))?)),
        "Return the name of the terminal device connected to 'fd'.",
    ),
    native("openpty()", |vm, _| Ok(pair(vm, vm.os(file::openpty())?)), "Open a pseudo-terminal."),
    native(
        "posix_openpt(oflag, /)",
        |vm, args| Ok(vm.int(vm.os(file::open_terminal(vm.c_int(&args[0])?))?.into())),
        "Open and return a file descriptor for a master pseudo-terminal device.",
    ),
    native(
        "grantpt(fd, /)",
        |vm, args| none(vm, file::prepare_terminal(fd(vm, &args[0])?, false)),
        "Grant access to the slave pseudo-terminal device.",
    ),
    native(
        "unlockpt(fd, /)",
        |vm, args| none(vm, file::prepare_terminal(fd(vm, &args[0])?, true)),
        "Unlock a pseudo-terminal master/slave pair.",
    ),
    native(
        "ptsname(fd, /)",
        |vm, args| Ok(vm.fs_decode(&vm.os(file::ptsname(fd(vm, &args[0])?))?)),
        "Return the name of the slave pseudo-terminal device.",
    ),
    native(
        "get_terminal_size(fd=None, /)",
        |vm, args| {
            let fd = args[0].some().map_or(Ok(1), |v| vm.c_int(v))?;
            let (columns, lines) = vm.os(file::terminal_size(fd))?;
            vm.struct_value(&TERMINAL_SIZE, vec![vm.int(columns.into()), vm.int(lines.into())])
        },
        "Return the size of the terminal window as (columns, lines).",
    ),
    native(
        "get_inheritable(fd, /)",
        |vm, args| Ok(Value::bool(vm.os(file::inheritable(fd(vm, &args[0])?))?)),
        "Get the close-on-exe flag of the specified file descriptor.",
    ),
    native(
        "set_inheritable(fd, inheritable, /)",
        |vm, args| {
            let on = vm.c_int(&args[1])? != 0;
            none(vm, file::set_inheritable(fd(vm, &args[0])?, on))
        },
        "Set the inheritable flag of the specified file descriptor.",
    ),
    native(
        "get_blocking(fd, /)",
        |vm, args| Ok(Value::bool(vm.os(file::blocking(fd(vm, &args[0])?))?)),
        "Get the blocking mode of the file descriptor.",
    ),
    native(
        "set_blocking(fd, blocking, /)",
        |vm, args| {
            let on = vm.truth(&args[1])?;
            none(vm, file::set_blocking(fd(vm, &args[0])?, on))
        },
        "Set the blocking mode of the specified file descriptor.",
    ),
    native(
        "sendfile(out_fd, in_fd, offset, count)",
        sendfile,
        "Copy count bytes from file descriptor in_fd to file descriptor out_fd.",
    ),
    native(
        "copy_file_range(src, dst, count, offset_src=None, offset_dst=None)",
        |vm, args| {
            let (src, dst, n) = (fd(vm, &args[0])?, fd(vm, &args[1])?, count(vm, &args[2])?);
            let (a, b) = offsets(vm, &args[3], &args[4])?;
            Ok(vm.int(vm.retry_os(|| file::copy_file_range(src, dst, n, a, b))? as i64))
        },
        "Copy count bytes from one file descriptor to another.",
    ),
    native(
        "splice(src, dst, count, offset_src=None, offset_dst=None, flags=0)",
        |vm, args| {
            let (src, dst, n) = (fd(vm, &args[0])?, fd(vm, &args[1])?, count(vm, &args[2])?);
            let (a, b) = offsets(vm, &args[3], &args[4])?;
            let flags = args[5].given().map_or(Ok(0), |f| vm.to_u32(f))?;
            Ok(vm.int(vm.retry_os(|| file::splice(src, dst, n, a, b, flags))? as i64))
        },
        "Transfer count bytes from one pipe to a descriptor or vice versa.",
    ),
    native(
        "posix_fallocate(fd, offset, length, /)",
        |vm, args| {
            let (fd, at, n) = (fd(vm, &args[0])?, vm.to_i64(&args[1])?, vm.to_i64(&args[2])?);
            direct(vm, vm.blocking(|| file::fallocate(fd, at, n)))
        },
        "Ensure a file has allocated at least a particular number of bytes on disk.",
    ),
    native(
        "posix_fadvise(fd, offset, length, advice, /)",
        |vm, args| {
            let (fd, at, n, advice) =
                (fd(vm, &args[0])?, vm.to_i64(&args[1])?, vm.to_i64(&args[2])?, vm.c_int(&args[3])?);
            direct(vm, vm.blocking(|| file::fadvise(fd, at, n, advice)))
        },
        "Announce an intention to access data in a specific pattern.",
    ),
    native(
        "lockf(fd, command, length, /)",
        |vm, args| {
            let (fd, command, n) = (fd(vm, &args[0])?, vm.c_int(&args[1])?, vm.to_i64(&args[2])?);
            vm.retry_os(|| file::lockf(fd, command, n)).map(|()| Value::NONE)
        },
        "Apply, test or remove a POSIX lock on an open file descriptor.",
    ),
    native(
        "memfd_create(name, flags=1)",
        |vm, args| {
            let name = vm.os_path(&args[0], "memfd_create", "name")?;
            let flags = args[1].given().map_or(Ok(1), |f| vm.to_u32(f))?;
            Ok(vm.int(vm.os(file::memfd(name.c(), flags))?.into()))
        },
        "",
    ),
    native(
        "eventfd(initval, flags=524288)",
        |vm, args| {
            let flags = args[1].given().map_or(Ok(libc::EFD_CLOEXEC), |f| vm.c_int(f))?;
            Ok(vm.int(vm.os(file::eventfd(vm.to_u32(&args[0])?, flags))?.into()))
        },
        "Creates and returns an event notification file descriptor.",
    ),
    native(
        "eventfd_read(fd)",
        |vm, args| {
            let fd = vm.file_descriptor(&args[0])?;
            let mut bytes = [0; 8];
            vm.retry_os(|| file::read(fd, &mut bytes))?;
            Ok(vm.int_u64(u64::from_ne_bytes(bytes)))
        },
        "Read eventfd value.",
    ),
    native(
        "eventfd_write(fd, value)",
        |vm, args| {
            let (fd, value) = (vm.file_descriptor(&args[0])?, vm.to_u64(&args[1])?);
            vm.retry_os(|| file::write(fd, &value.to_ne_bytes())).map(|_| Value::NONE)
        },
        "Write eventfd value.",
    ),
    native(
        "device_encoding(fd)",
        |vm, args| Ok(if file::isatty(fd(vm, &args[0])?) { vm.str("UTF-8") } else { Value::NONE }),
        "Return a string describing the encoding of a terminal's file descriptor.",
    ),
    native(
        "tcgetpgrp(fd, /)",
        |vm, args| Ok(vm.int(vm.os(process::tcgetpgrp(fd(vm, &args[0])?))?.into())),
        "Return the process group associated with the terminal specified by fd.",
    ),
    native(
        "tcsetpgrp(fd, pgid, /)",
        |vm, args| vm.os(process::tcsetpgrp(fd(vm, &args[0])?, vm.c_int(&args[1])?)).map(|_| Value::NONE),
        "Set the process group associated with the terminal specified by fd.",
    ),
    native(
        "login_tty(fd, /)",
        |vm, args| none(vm, process::login_tty(fd(vm, &args[0])?)),
        "Prepare the tty of which fd is a file descriptor for a new login session.",
    ),
    native(
        "ctermid()",
        |vm, _| Ok(vm.str("/dev/tty")),
        "Return the name of the controlling terminal for this process.",
    ),
    native(
        "major(device, /)",
        |vm, args| Ok(vm.int(libc::major(vm.to_u64(&args[0])? as libc::dev_t).into())),
        "Extracts a device major number from a raw device number.",
    ),
    native(
        "minor(device, /)",
        |vm, args| Ok(vm.int(libc::minor(vm.to_u64(&args[0])? as libc::dev_t).into())),
        "Extracts a device minor number from a raw device number.",
    ),
    native(
        "makedev(major, minor, /)",
        |vm, args| Ok(vm.int_u64(libc::makedev(vm.to_u32(&args[0])?, vm.to_u32(&args[1])?))),
        "Composes a raw device number from the major and minor device numbers.",
    ),
    native(
        "urandom(size, /)",
        |vm, args| {
            let n = vm.to_ssize(&args[0])?;
            if n < 0 {
                return Err(vm.value_error("negative argument not allowed"));
            }
            let mut out = vm.zeros(n as usize)?;
            for part in out.chunks_mut(256) {
                sys::random_bytes(part);
            }
            Ok(vm.bytes(&out))
        },
        "Return a bytes object containing random bytes suitable for cryptographic use.",
    ),
    native(
        "getrandom(size, flags=0)",
        |vm, args| {
            let n = vm.to_ssize(&args[0])?;
            if n < 0 {
                return Err(vm.os_error(libc::EINVAL));
            }
            let flags = args[1].given().map_or(Ok(0), |f| vm.c_int(f))?;
            let mut out = vm.zeros(n as usize)?;
            let n = vm.retry_os(|| process::getrandom(&mut out, flags as u32))?;
            Ok(vm.bytes(&out[..n]))
        },
        "Obtain a series of random bytes.",
    ),
    native(
        "strerror(code, /)",
        |vm, args| {
            let number = vm.c_int(&args[0])?;
            let _ = &exc::OS_ERROR;
            Ok(vm.str(sys::strerror(number)))
        },
        "Translate an error code to a message string.",
    ),
];
