//! `FileIO`: a file descriptor as raw stream.

use std::cell::Cell;

use super::base::{self, RAW_IO_BASE, STREAM, closed_error, unsupported};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::object::args::Signature;
use crate::runtime::object::typedef::{TypeSpec, getset, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::sys::{Sys, file};
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// The payload.
pub struct FileIo {
    /// The descriptor; -1: closed.
    pub fd: Cell<i32>,
    created: Cell<bool>,
    readable: Cell<bool>,
    writable: Cell<bool>,
    appending: Cell<bool>,
    closefd: Cell<bool>,
    finalizing: Cell<bool>,
    /// -1: not asked yet.
    seekable: Cell<i8>,
    /// Size of the file when it was opened; -1 unknown.
    size: Cell<i64>,
    blksize: Cell<i64>,
    /// Opened as regular file.
    regular: Cell<bool>,
    _pin: LockCell<()>,
}
crate::payload!(FileIo, "FileIO");

/// Most bytes of one system call.
const MOST: usize = 0x7fff_f000;

static SIGNATURE: Signature = Signature::parse("FileIO(file, mode='r', closefd=True, opener=None)");

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<FileIo>> {
    vm.cast::<FileIo>(value)
}

impl FileIo {
    fn empty() -> FileIo {
        FileIo {
            fd: Cell::new(-1),
            created: Cell::new(false),
            readable: Cell::new(false),
            writable: Cell::new(false),
            appending: Cell::new(false),
            closefd: Cell::new(true),
            finalizing: Cell::new(false),
            seekable: Cell::new(-1),
            size: Cell::new(-1),
            blksize: Cell::new(super::BUFFER_SIZE as i64),
            regular: Cell::new(false),
            _pin: LockCell::new(()),
        }
    }
    /// Is the descriptor given up?
    #[inline(always)]
    pub fn is_closed(&self) -> bool {
        self.fd.get() < 0
    }
    fn mode(&self) -> &'static str {
        if self.created.get() {
            return if self.readable.get() { "xb+" } else { "xb" };
        }
        if self.appending.get() {
            return if self.readable.get() { "ab+" } else { "ab" };
        }
        match (self.readable.get(), self.writable.get()) {
            (true, true) => "rb+",
            (true, false) => "rb",
            _ => "wb",
        }
    }
    fn close_fd(&self) -> Sys<()> {
        let fd = self.fd.replace(-1);
        if fd < 0 { Ok(()) } else { file::close(fd) }
    }
}

/// The payload, if it is exactly a `FileIO`, whose methods nobody has overridden.
#[inline]
pub fn exact<'a>(vm: &Vm, value: &'a Value) -> Option<&'a Obj<FileIo>> {
    value.downcast::<FileIo>().filter(|_| value.ty(vm).address() == vm.typ(&FILE_IO).address())
}

/// Reads once into the free room of a vector; `None` if it would block.
pub fn read_once(vm: &Vm, this: &FileIo, out: &mut Vec<u8>, limit: usize) -> PyResult<Option<usize>> {
    if this.is_closed() {
        return Err(closed_error(vm));
    }
    if !this.readable.get() {
        return Err(unsupported(vm, "File not open for reading"));
    }
    let fd = this.fd.get();
    match vm.retry(|| file::read_more(fd, out, limit.min(MOST)))? {
        Ok(n) => Ok(Some(n)),
        Err(libc::EAGAIN) => Ok(None),
        Err(number) => Err(vm.os_error(number)),
    }
}

/// Writes once; `None` if it would block.
pub fn write_once(vm: &Vm, this: &FileIo, bytes: &[u8]) -> PyResult<Option<usize>> {
    if this.is_closed() {
        return Err(closed_error(vm));
    }
    if !this.writable.get() {
        return Err(unsupported(vm, "File not open for writing"));
    }
    let fd = this.fd.get();
    match vm.retry(|| file::write(fd, &bytes[..bytes.len().min(MOST)]))? {
        Ok(n) => Ok(Some(n)),
        Err(libc::EAGAIN) => Ok(None),
        Err(number) => Err(vm.os_error(number)),
    }
}

/// Reads to the end; `None` if nothing came and it would block.
pub fn read_all(vm: &Vm, this: &FileIo) -> PyResult<Option<Vec<u8>>> {
    if this.is_closed() {
        return Err(closed_error(vm));
    }
    if !this.readable.get() {
        return Err(unsupported(vm, "File not open for reading"));
    }
    let fd = this.fd.get();
    let mut all = Vec::new();
    let size = this.size.get();
    let mut step = super::BUFFER_SIZE;
    if size > 0 {
        let at = if size > 65536 { file::lseek(fd, 0, libc::SEEK_CUR).unwrap_or(0) } else { 0 };
        if at <= size {
            step = (size - at) as usize + 1;
        }
    }
    loop {
        if all.len() + step > isize::MAX as usize {
            return Err(
                vm.overflow_error("unbounded read returned more bytes than a Python bytes object can hold")
            );
        }
        match vm.retry(|| file::read_more(fd, &mut all, step.min(MOST)))? {
            Ok(0) => return Ok(Some(all)),
            Ok(n) if n < step && size > 0 && n + 1 < step => step = (step - n).max(1),
            Ok(_) => step = (all.len() / 2).clamp(super::BUFFER_SIZE, 16 << 20),
            Err(libc::EAGAIN) if all.is_empty() => return Ok(None),
            Err(libc::EAGAIN) => return Ok(Some(all)),
            Err(number) => return Err(vm.os_error(number)),
        }
    }
}

/// Moves the position.
pub fn seek(vm: &Vm, this: &FileIo, offset: i64, whence: i32) -> PyResult<i64> {
    if this.is_closed() {
        return Err(closed_error(vm));
    }
    let fd = this.fd.get();
    let result = vm.blocking(|| file::lseek(fd, offset, whence));
    if this.seekable.get() < 0 {
        this.seekable.set(i8::from(result.is_ok()));
    }
    vm.os(result)
}

fn parse_mode(vm: &Vm, this: &FileIo, mode: &str) -> PyResult<i32> {
    let bad =
        || vm.value_error("Must have exactly one of create/read/write/append mode and at most one plus");
    let (mut kind, mut plus, mut flags) = (false, false, 0);
    for letter in mode.chars() {
        match letter {
            'x' | 'r' | 'w' | 'a' => {
                if std::mem::replace(&mut kind, true) {
                    return Err(bad());
                }
                match letter {
                    'x' => {
                        this.created.set(true);
                        this.writable.set(true);
                        flags |= libc::O_EXCL | libc::O_CREAT;
                    }
                    'r' => this.readable.set(true),
                    'w' => {
                        this.writable.set(true);
                        flags |= libc::O_CREAT | libc::O_TRUNC;
                    }
                    _ => {
                        this.writable.set(true);
                        this.appending.set(true);
                        flags |= libc::O_APPEND | libc::O_CREAT;
                    }
                }
            }
            'b' => {}
            '+' => {
                if std::mem::replace(&mut plus, true) {
                    return Err(bad());
                }
                this.readable.set(true);
                this.writable.set(true);
            }
            _ => return Err(vm.value_error(format!("invalid mode: {mode}"))),
        }
    }
    if !kind {
        return Err(bad());
    }
    flags |= match (this.readable.get(), this.writable.get()) {
        (true, true) => libc::O_RDWR,
        (true, false) => libc::O_RDONLY,
        _ => libc::O_WRONLY,
    };
    Ok(flags | libc::O_CLOEXEC)
}

fn init(vm: &Vm, object: &Value, args: crate::runtime::object::args::Args) -> PyResult<()> {
    let this = this(vm, object)?;
    let [name, mode, closefd, opener] = vm.bind_args::<4>(&SIGNATURE, args)?;
    let mode = match mode.given() {
        None => "r".to_owned(),
        Some(mode) => match mode.as_str() {
            Some(text) => text.to_string_lossy().into_owned(),
            None => {
                return Err(vm.type_error(format!(
                    "FileIO() argument 'mode' must be str, not {}",
                    mode.type_name(vm)
                )));
            }
        },
    };
    let closefd = match closefd.given() {
        None => true,
        Some(flag) => vm.truth(flag)?,
    };
    if this.fd.get() >= 0 {
        if this.closefd.get() {
            vm.os(this.close_fd())?;
        } else {
            this.fd.set(-1);
        }
    }
    for flag in [&this.created, &this.readable, &this.writable, &this.appending, &this.finalizing] {
        flag.set(false);
    }
    this.seekable.set(-1);
    this.size.set(-1);
    let mut fd = -1;
    if vm.is_int(&name) {
        if name.as_bool().is_some() {
            vm.warn(&exc::RUNTIME_WARNING, "bool is used as a file descriptor", 1)?;
        }
        fd = vm.to_i32(&name)?;
        if fd < 0 {
            return Err(vm.value_error("negative file descriptor"));
        }
    }
    let path = if fd < 0 {
        let path = vm.fspath(&name)?;
        let Some(text) = file::c_text(vm.fs_encode(&path)?) else {
            return Err(vm.value_error("embedded null byte"));
        };
        Some(text)
    } else {
        None
    };
    let flags = parse_mode(vm, this, &mode)?;
    let own = path.is_some();
    if let Some(path) = path {
        this.closefd.set(closefd);
        if !closefd {
            return Err(vm.value_error("Cannot use closefd=False with file name"));
        }
        match opener.some() {
            None => {
                let result = vm.retry(|| file::open(libc::AT_FDCWD, &path, flags, 0o666))?;
                fd = vm.os_at(result, &name)?;
            }
            Some(opener) => {
                let found = vm.call_args(opener, &[name.clone(), vm.int(flags.into())])?;
                if !vm.is_int(&found) {
                    return Err(vm.type_error("expected integer from opener"));
                }
                fd = vm.to_i32(&found)?;
                if fd < 0 {
                    return Err(vm.value_error(format!("opener returned {fd}")));
                }
                if let Err(number) = file::set_inheritable(fd, false) {
                    return Err(vm.os_error(number));
                }
            }
        }
    } else {
        this.closefd.set(closefd);
    }
    let fail = |raised| {
        if own {
            let _ = file::close(fd);
        }
        raised
    };
    match file::fstat(fd) {
        Ok(stat) => {
            if stat.mode & libc::S_IFMT == libc::S_IFDIR {
                return Err(fail(vm.os_error_at(libc::EISDIR, &name)));
            }
            this.size.set(stat.size);
            this.regular.set(stat.mode & libc::S_IFMT == libc::S_IFREG);
            if stat.blksize > 1 {
                this.blksize.set(stat.blksize);
            }
        }
        Err(libc::EBADF) => return Err(vm.os_error_at(libc::EBADF, &name)),
        Err(_) => {}
    }
    this.fd.set(fd);
    let set = vm.setattr(object, vm.intern("name").value(), Some(&name));
    let set = set.and_then(|()| {
        if this.appending.get()
            && let Err(number) = file::lseek(fd, 0, libc::SEEK_END)
        {
            if number != libc::ESPIPE {
                return Err(vm.os_error(number));
            }
        }
        Ok(())
    });
    if let Err(raised) = set {
        this.fd.set(-1);
        return Err(fail(raised));
    }
    Ok(())
}

/// `FileIO(file, mode, closefd, opener)` made by native code.
pub fn make(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = vm.alloc_spec(&FILE_IO, FileIo::empty());
    init(vm, &object, crate::runtime::object::args::Args::positional(args))?;
    Ok(object)
}

fn open_this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<FileIo>> {
    let this = this(vm, value)?;
    if this.is_closed() { Err(closed_error(vm)) } else { Ok(this) }
}

fn read(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = open_this(vm, &args[0])?;
    if !this.readable.get() {
        return Err(unsupported(vm, "File not open for reading"));
    }
    let size = base::size_argument(vm, &args[1])?;
    if size < 0 {
        return readall(vm, args);
    }
    let mut out = Vec::new();
    match read_once(vm, this, &mut out, size as usize)? {
        Some(_) => Ok(vm.bytes(&out)),
        None => Ok(Value::NONE),
    }
}

fn readall(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = open_this(vm, &args[0])?;
    match read_all(vm, this)? {
        Some(all) => Ok(vm.bytes(&all)),
        None => Ok(Value::NONE),
    }
}

fn readinto(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = open_this(vm, &args[0])?;
    if !this.readable.get() {
        return Err(unsupported(vm, "File not open for reading"));
    }
    let buffer = vm.lend_mut(&args[1], "readinto() argument")?;
    let mut out = Vec::new();
    let Some(n) = read_once(vm, this, &mut out, buffer.len())? else { return Ok(Value::NONE) };
    buffer.write(0, &out[..n]);
    Ok(vm.int(n as i64))
}

fn write(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = open_this(vm, &args[0])?;
    if !this.writable.get() {
        return Err(unsupported(vm, "File not open for writing"));
    }
    let fd = this.fd.get();
    match vm.buffer_blocking(&args[1], |bytes| file::write(fd, &bytes[..bytes.len().min(MOST)]))? {
        Ok(n) => Ok(vm.int(n as i64)),
        Err(libc::EAGAIN) => Ok(Value::NONE),
        Err(number) => Err(vm.os_error(number)),
    }
}

fn close(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = &args[0];
    let this = this(vm, object)?;
    let base_close = vm.getattr_str(vm.typ(&RAW_IO_BASE).value(), "close");
    let result = base_close.and_then(|close| vm.call1(&close, object));
    if !this.closefd.get() {
        this.fd.set(-1);
        return result;
    }
    let failed = result.err().map(|raised| vm.take_raised(raised));
    if this.finalizing.get() {
        if let Err(raised) = dealloc_warn(vm, object, object) {
            drop(vm.take_raised(raised));
        }
    }
    let fd = this.fd.replace(-1);
    let closed = if fd >= 0 { vm.blocking(|| file::close(fd)) } else { Ok(()) };
    let closed = match closed {
        Err(libc::EINTR) => Ok(()),
        other => vm.os(other),
    };
    match failed {
        Some(failed) => Err(base::chain(vm, failed, closed.map(|()| Value::NONE))),
        None => closed.map(|()| Value::NONE),
    }
}

fn dealloc_warn(vm: &Vm, object: &Value, source: &Value) -> PyResult<()> {
    let this = this(vm, object)?;
    if this.fd.get() >= 0 && this.closefd.get() {
        let pending = vm.take_pending();
        let result = base::warn_unclosed(vm, source);
        if let Err(raised) = result {
            if vm.raised_is(&exc::WARNING) {
                vm.write_unraisable(raised, object);
            } else {
                drop(vm.take_raised(raised));
            }
        }
        vm.put_pending(pending);
    }
    Ok(())
}

fn is_seekable(vm: &Vm, this: &FileIo) -> bool {
    if this.seekable.get() < 0 {
        let fd = this.fd.get();
        let fine = vm.blocking(|| file::lseek(fd, 0, libc::SEEK_CUR)).is_ok();
        this.seekable.set(i8::from(fine));
    }
    this.seekable.get() > 0
}

/// Is the file one that the position can be moved in? It is open.
pub fn seekable(vm: &Vm, this: &FileIo) -> bool {
    is_seekable(vm, this)
}

fn truncate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = open_this(vm, &args[0])?;
    if !this.writable.get() {
        return Err(unsupported(vm, "File not open for writing"));
    }
    let size = match args[1].some() {
        None => vm.int(seek(vm, this, 0, libc::SEEK_CUR)?),
        Some(size) => size.clone(),
    };
    let length = offset(vm, &size)?;
    let fd = this.fd.get();
    vm.retry_os(|| file::ftruncate(fd, length))?;
    Ok(size)
}

/// An offset in a file.
pub fn offset(vm: &Vm, value: &Value) -> PyResult<i64> {
    if value.as_tagged_float().is_some() {
        return Err(vm.type_error("an integer is required"));
    }
    vm.to_i64(value)
}

/// Is a descriptor of a regular file certainly no terminal?
fn isatty_open_only(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = open_this(vm, &args[0])?;
    if this.regular.get() {
        return Ok(Value::FALSE);
    }
    let fd = this.fd.get();
    Ok(Value::bool(vm.blocking(|| file::isatty(fd))))
}

/// `_io.FileIO`
pub static FILE_IO: TypeSpec = TypeSpec::new("_io.FileIO", FileIo::layout)
    .base(&RAW_IO_BASE)
    .flags(STREAM)
    .doc("(file, mode='r', closefd=True, opener=None)", "Open a file.")
    .slots(|s| {
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, FileIo::empty()).into_value()));
        s.init = Some(init);
        s.repr = Some(|vm, object| {
            let this = this(vm, object)?;
            let class = vm.full_type_name(object);
            if this.is_closed() {
                return Ok(vm.str(format!("<{class} [closed]>")));
            }
            let closefd = if this.closefd.get() { "True" } else { "False" };
            match vm.getattr_opt(object, vm.intern("name").value())? {
                None => Ok(vm.str(format!(
                    "<{class} fd={} mode='{}' closefd={closefd}>",
                    this.fd.get(),
                    this.mode()
                ))),
                Some(name) => {
                    let Some(_guard) = vm.enter_repr(object) else {
                        return Err(vm.runtime_error(format!("reentrant call inside {class}.__repr__")));
                    };
                    let mut text = format!("<{class} name=").into_bytes();
                    text.extend(vm.repr_string(&name)?);
                    text.extend(format!(" mode='{}' closefd={closefd}>", this.mode()).into_bytes());
                    Ok(vm.str_bytes(&text))
                }
            }
        });
    })
    .methods(&[
        native("read(self, size=-1, /)", read, "Read at most size bytes, returned as bytes."),
        native("readall(self, /)", readall, "Read all data from the file, returned as bytes."),
        native("readinto(self, buffer, /)", readinto, "Same as RawIOBase.readinto()."),
        native("write(self, b, /)", write, "Write buffer b to file, return number of bytes written."),
        native(
            "seek(self, pos, whence=0, /)",
            |vm, args| {
                let this = open_this(vm, &args[0])?;
                let at = offset(vm, &args[1])?;
                let whence = args[2].given().map_or(Ok(0), |w| vm.c_int(w))?;
                Ok(vm.int(seek(vm, this, at, whence)?))
            },
            "Move to new file position and return the file position.",
        ),
        native(
            "tell(self, /)",
            |vm, args| Ok(vm.int(seek(vm, open_this(vm, &args[0])?, 0, libc::SEEK_CUR)?)),
            "Current file position.",
        ),
        native(
            "truncate(self, size=None, /)",
            truncate,
            "Truncate the file to at most size bytes and return the truncated size.",
        ),
        native("close(self, /)", close, "Close the file."),
        native(
            "seekable(self, /)",
            |vm, args| Ok(Value::bool(is_seekable(vm, open_this(vm, &args[0])?))),
            "True if file supports random-access.",
        ),
        native(
            "readable(self, /)",
            |vm, args| Ok(Value::bool(open_this(vm, &args[0])?.readable.get())),
            "True if file was opened in a read mode.",
        ),
        native(
            "writable(self, /)",
            |vm, args| Ok(Value::bool(open_this(vm, &args[0])?.writable.get())),
            "True if file was opened in a write mode.",
        ),
        native(
            "fileno(self, /)",
            |vm, args| Ok(vm.int(open_this(vm, &args[0])?.fd.get().into())),
            "Return the underlying file descriptor (an integer).",
        ),
        native(
            "isatty(self, /)",
            |vm, args| {
                let fd = open_this(vm, &args[0])?.fd.get();
                Ok(Value::bool(vm.blocking(|| file::isatty(fd))))
            },
            "True if the file is connected to a TTY device.",
        ),
        native("_isatty_open_only(self, /)", isatty_open_only, "Cheap check whether the file is a TTY."),
        native(
            "_dealloc_warn(self, object, /)",
            |vm, args| {
                dealloc_warn(vm, &args[0], &args[1])?;
                Ok(Value::NONE)
            },
            "",
        ),
        super::NO_PICKLE,
    ])
    .getset(&[
        getter("closed", |vm, f| Ok(Value::bool(this(vm, f)?.is_closed())), "True if the file is closed"),
        getter(
            "closefd",
            |vm, f| Ok(Value::bool(this(vm, f)?.closefd.get())),
            "True if the file descriptor will be closed by close().",
        ),
        getter("mode", |vm, f| Ok(vm.str(this(vm, f)?.mode())), "String giving the file mode"),
        getter("_blksize", |vm, f| Ok(vm.int(this(vm, f)?.blksize.get())), "Stat st_blksize if available"),
        getset(
            "_finalizing",
            |vm, f| Ok(Value::bool(this(vm, f)?.finalizing.get())),
            |vm, f, v| {
                this(vm, f)?.finalizing.set(match v {
                    Some(v) => vm.truth(v)?,
                    None => false,
                });
                Ok(())
            },
            "",
        ),
    ]);
