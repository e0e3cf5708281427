//! The abstract classes of `_io`: what every stream can do by means of a few methods.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::types::{DICT_GETSET_COPY, Plain};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::raise::Exception;
use crate::runtime::object::typedef::{TypeSpec, getset, getter, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Payload, Value};

/// Flags of all stream classes.
pub const STREAM: u32 = type_flag::BASE | type_flag::DICT_ATTR | type_flag::WEAKREF | type_flag::HAS_DEL;

const CLOSED: &str = "__IOBase_closed";

/// ValueError of a closed stream.
#[cold]
pub fn closed_error(vm: &Vm) -> Raised {
    vm.value_error("I/O operation on closed file.")
}

/// `io.UnsupportedOperation`
pub fn unsupported_class(vm: &Vm) -> Value {
    vm.state("io.UnsupportedOperation", |vm| {
        let bases =
            vm.tuple(vec![vm.typ(&exc::OS_ERROR).value().clone(), vm.typ(&exc::VALUE_ERROR).value().clone()]);
        let namespace = vm.new_dict();
        vm.set_in(&namespace, "__module__", vm.str("io"));
        let class = vm.interp().type_type.value().clone();
        match vm.call_args(&class, &[vm.str("UnsupportedOperation"), bases, namespace.into_value()]) {
            Ok(class) => class,
            Err(raised) => {
                drop(vm.take_raised(raised));
                vm.typ(&exc::OS_ERROR).value().clone()
            }
        }
    })
}

/// Raises `io.UnsupportedOperation`.
#[cold]
pub fn unsupported(vm: &Vm, message: &str) -> Raised {
    let class = unsupported_class(vm);
    match vm.call1(&class, &vm.str(message)) {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// `stream.closed`
pub fn is_closed(vm: &Vm, stream: &Value) -> PyResult<bool> {
    match vm.getattr_opt(stream, vm.intern("closed").value())? {
        Some(closed) => vm.truth(&closed),
        None => Ok(false),
    }
}

fn check_closed(vm: &Vm, stream: &Value) -> PyResult<()> {
    if is_closed(vm, stream)? { Err(closed_error(vm)) } else { Ok(()) }
}

fn own_closed(vm: &Vm, stream: &Value) -> PyResult<bool> {
    Ok(vm.getattr_opt(stream, vm.intern(CLOSED).value())?.is_some())
}

/// Calls `stream.name()` and says whether the answer was `True`; raises UnsupportedOperation else.
pub fn check_ability(vm: &Vm, stream: &Value, name: &str, message: &str) -> PyResult<Value> {
    let answer = vm.call_method_str(stream, name, &[])?;
    if answer.is_true() { Ok(answer) } else { Err(unsupported(vm, message)) }
}

/// Raises the first error with the second as context: what two failed closings leave.
pub fn chain(vm: &Vm, first: Value, second: PyResult<Value>) -> Raised {
    match second {
        Ok(_) => vm.set_raised(first),
        Err(raised) => {
            let last = vm.take_raised(raised);
            if let Some(e) = last.downcast::<Exception>()
                && e.context.get().is_none()
                && !last.is(&first)
            {
                e.context.set(first);
            }
            vm.set_raised(last)
        }
    }
}

/// The argument `size` of the reading methods: `None` and what is left out mean -1.
pub fn size_argument(vm: &Vm, value: &Value) -> PyResult<isize> {
    match value.some() {
        None => Ok(-1),
        Some(value) => {
            if let Some(n) = value.as_small() {
                return Ok(n as isize);
            }
            if value.ty(vm).slots.get().index.is_none() {
                return Err(vm.type_error(format!(
                    "argument should be integer or None, not '{}'",
                    value.type_name(vm)
                )));
            }
            vm.to_index(value)
        }
    }
}

/// ResourceWarning for an object that should have been closed.
pub fn warn_unclosed(vm: &Vm, source: &Value) -> PyResult<()> {
    let shown = vm.repr_text(source)?;
    vm.warn_resource(format!("unclosed file {shown}"), source)
}

/// `_dealloc_warn` of a stream, which tells of itself before it is closed because nobody holds it; errors are shown.
pub fn tell_unclosed(vm: &Vm, inner: &Value, source: &Value) {
    if inner.is_none() {
        return;
    }
    let result = vm.call_method_str(inner, "_dealloc_warn", std::slice::from_ref(source));
    if let Err(raised) = result {
        drop(vm.take_raised(raised));
    }
}

/// `__del__` of every stream: closes it.
pub fn finalize(vm: &Vm, stream: &Value) -> PyResult<()> {
    let closed = match is_closed(vm, stream) {
        Ok(closed) => closed,
        Err(raised) => {
            drop(vm.take_raised(raised));
            return Ok(());
        }
    };
    if closed {
        return Ok(());
    }
    if let Err(raised) = vm.setattr(stream, vm.intern("_finalizing").value(), Some(&Value::TRUE)) {
        drop(vm.take_raised(raised));
    }
    match vm.call_method(stream, &vm.names().close, &[]) {
        Ok(_) => Ok(()),
        Err(raised) => {
            vm.write_unraisable(raised, stream);
            Ok(())
        }
    }
}

fn readline(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let stream = &args[0];
    let limit = size_argument(vm, args.get(1).unwrap_or(&Value::UNBOUND))?;
    let peek = vm.getattr_opt(stream, vm.intern("peek").value())?;
    let mut line: Vec<u8> = Vec::new();
    while limit < 0 || (line.len() as isize) < limit {
        let mut want = 1;
        if let Some(peek) = &peek {
            let ahead = vm.call1(peek, &vm.int(1))?;
            let Some(ahead) = vm.bytes_of(&ahead) else {
                return Err(vm.raise(
                    &exc::OS_ERROR,
                    format!("peek() should have returned a bytes object, not '{}'", ahead.type_name(vm)),
                ));
            };
            if !ahead.is_empty() {
                let room = if limit < 0 { ahead.len() } else { ahead.len().min(limit as usize - line.len()) };
                want = memchr::memchr(b'\n', &ahead[..room]).map_or(room, |at| at + 1);
            }
        }
        let piece = vm.call_method(stream, &vm.names().read, &[vm.int(want as i64)])?;
        let Some(bytes) = vm.bytes_of(&piece) else {
            return Err(vm.raise(
                &exc::OS_ERROR,
                format!("read() should have returned a bytes object, not '{}'", piece.type_name(vm)),
            ));
        };
        if bytes.is_empty() {
            break;
        }
        line.extend_from_slice(bytes);
        if line.last() == Some(&b'\n') {
            break;
        }
    }
    Ok(vm.bytes(&line))
}

fn next_line(vm: &Vm, stream: &Value) -> PyResult<Option<Value>> {
    let line = vm.call_method(stream, &vm.names().readline, &[])?;
    let empty = vm.len(&line)? == 0;
    Ok(if empty { None } else { Some(line) })
}

fn readlines(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let hint = size_argument(vm, &args[1])?;
    let mut lines = Vec::new();
    let iter = vm.iter(&args[0])?;
    let mut total = 0;
    while let Some(line) = vm.next(&iter)? {
        let length = if hint > 0 { vm.len(&line)? as isize } else { 0 };
        lines.push(line);
        total += length;
        if hint > 0 && total > hint {
            break;
        }
    }
    Ok(vm.list(lines))
}

fn writelines(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    check_closed(vm, &args[0])?;
    let iter = vm.iter(&args[1])?;
    while let Some(line) = vm.next(&iter)? {
        loop {
            let result = vm.call_method(&args[0], &vm.names().write, std::slice::from_ref(&line));
            if vm.catch(result, &exc::INTERRUPTED_ERROR)?.is_some() {
                break;
            }
        }
    }
    Ok(Value::NONE)
}

/// `_io._IOBase`
pub static IO_BASE: TypeSpec = TypeSpec::new("_io._IOBase", Plain::layout)
    .flags(STREAM)
    .doc("", "The abstract base class for all I/O classes.")
    .slots(|s| {
        s.iter = Some(|vm, stream| {
            check_closed(vm, stream)?;
            Ok(stream.clone())
        });
        s.next = Some(next_line);
        s.del = Some(finalize);
    })
    .getset(&[DICT_GETSET_COPY, getter("closed", |vm, stream| Ok(Value::bool(own_closed(vm, stream)?)), "")])
    .methods(&[
        native(
            "seek(self, offset, whence=0, /)",
            |vm, _| Err(unsupported(vm, "seek")),
            "Change the stream position to the given byte offset.",
        ),
        native(
            "tell(self, /)",
            |vm, args| vm.call_method_str(&args[0], "seek", &[vm.int(0), vm.int(1)]),
            "Return current stream position.",
        ),
        native(
            "truncate(self, size=None, /)",
            |vm, _| Err(unsupported(vm, "truncate")),
            "Truncate file to size bytes.",
        ),
        native(
            "flush(self, /)",
            |vm, args| {
                if own_closed(vm, &args[0])? { Err(closed_error(vm)) } else { Ok(Value::NONE) }
            },
            "Flush write buffers, if applicable.",
        ),
        native(
            "close(self, /)",
            |vm, args| {
                let stream = &args[0];
                if own_closed(vm, stream)? {
                    return Ok(Value::NONE);
                }
                let result = vm.call_method(stream, &vm.names().flush, &[]);
                let failed = result.err().map(|raised| vm.take_raised(raised));
                let set = vm.setattr(stream, vm.intern(CLOSED).value(), Some(&Value::TRUE));
                match failed {
                    Some(failed) => Err(chain(vm, failed, set.map(|()| Value::NONE))),
                    None => set.map(|()| Value::NONE),
                }
            },
            "Flush and close the IO object.",
        ),
        native("seekable(self, /)", |_, _| Ok(Value::FALSE), "Return whether object supports random access."),
        native("readable(self, /)", |_, _| Ok(Value::FALSE), "Return whether object was opened for reading."),
        native("writable(self, /)", |_, _| Ok(Value::FALSE), "Return whether object was opened for writing."),
        native_raw(
            "_checkClosed(self, /)",
            |vm, args| {
                check_closed(vm, &args.values[0])?;
                Ok(Value::NONE)
            },
            "",
        ),
        native_raw(
            "_checkSeekable(self, /)",
            |vm, args| check_ability(vm, &args.values[0], "seekable", "File or stream is not seekable."),
            "",
        ),
        native_raw(
            "_checkReadable(self, /)",
            |vm, args| check_ability(vm, &args.values[0], "readable", "File or stream is not readable."),
            "",
        ),
        native_raw(
            "_checkWritable(self, /)",
            |vm, args| check_ability(vm, &args.values[0], "writable", "File or stream is not writable."),
            "",
        ),
        native(
            "fileno(self, /)",
            |vm, _| Err(unsupported(vm, "fileno")),
            "Return underlying file descriptor if one exists.",
        ),
        native(
            "isatty(self, /)",
            |vm, args| {
                check_closed(vm, &args[0])?;
                Ok(Value::FALSE)
            },
            "Return whether this is an 'interactive' stream.",
        ),
        native(
            "__enter__(self, /)",
            |vm, args| {
                check_closed(vm, &args[0])?;
                Ok(args[0].clone())
            },
            "",
        ),
        native_raw(
            "__exit__(self, *args)",
            |vm, args| vm.call_method(&args.values[0], &vm.names().close, &[]),
            "",
        ),
        native("readline(self, size=-1, /)", readline, "Read and return a line from the stream."),
        native("readlines(self, hint=-1, /)", readlines, "Return a list of lines from the stream."),
        native("writelines(self, lines, /)", writelines, "Write a list of lines to stream."),
    ]);

fn raw_read(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let size = size_argument(vm, &args[1])?;
    if size < 0 {
        return vm.call_method_str(&args[0], "readall", &[]);
    }
    let buffer = vm.bytearray(vm.zeros(size as usize)?);
    let result = vm.call_method_str(&args[0], "readinto", std::slice::from_ref(&buffer))?;
    if result.is_none() {
        return Ok(result);
    }
    let count = vm.to_index_or(&result, &exc::VALUE_ERROR)?;
    let bytes = vm.buffer_copy(&buffer)?;
    if count < 0 || count as usize > bytes.len() {
        return Err(vm.value_error(format!("readinto returned {count} outside buffer size {}", bytes.len())));
    }
    Ok(vm.bytes(&bytes[..count as usize]))
}

fn raw_readall(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let mut all = Vec::new();
    let mut any = false;
    loop {
        let result = vm.call_method(&args[0], &vm.names().read, &[vm.int(super::BUFFER_SIZE as i64)]);
        let Some(piece) = vm.catch(result, &exc::INTERRUPTED_ERROR)? else { continue };
        if piece.is_none() {
            return Ok(if any { vm.bytes(&all) } else { piece });
        }
        let Some(bytes) = vm.bytes_of(&piece) else {
            return Err(vm.type_error("read() should return bytes"));
        };
        any = true;
        if bytes.is_empty() {
            return Ok(vm.bytes(&all));
        }
        all.extend_from_slice(bytes);
    }
}

/// `_io._RawIOBase`
pub static RAW_IO_BASE: TypeSpec = TypeSpec::new("_io._RawIOBase", Plain::layout)
    .base(&IO_BASE)
    .flags(STREAM)
    .doc("", "Base class for raw binary I/O.")
    .methods(&[
        native("read(self, size=-1, /)", raw_read, ""),
        native("readall(self, /)", raw_readall, "Read until EOF, using multiple read() call."),
        native_raw("readinto(self, buffer, /)", |vm, _| Err(vm.raise(&exc::NOT_IMPLEMENTED_ERROR, "")), ""),
        native_raw("write(self, b, /)", |vm, _| Err(vm.raise(&exc::NOT_IMPLEMENTED_ERROR, "")), ""),
    ]);

fn buffered_readinto(vm: &Vm, args: &[Value], method: &str) -> PyResult<Value> {
    let buffer = vm.lend_mut(&args[1], "readinto() argument")?;
    let length = buffer.len();
    let data = vm.call_method_str(&args[0], method, &[vm.int(length as i64)])?;
    let Some(bytes) = vm.bytes_of(&data) else { return Err(vm.type_error("read() should return bytes")) };
    if bytes.len() > length {
        return Err(vm.value_error(format!(
            "read() returned too much data: {length} bytes requested, {} returned",
            bytes.len()
        )));
    }
    buffer.write(0, bytes);
    Ok(vm.int(bytes.len() as i64))
}

/// `_io._BufferedIOBase`
pub static BUFFERED_IO_BASE: TypeSpec = TypeSpec::new("_io._BufferedIOBase", Plain::layout)
    .base(&IO_BASE)
    .flags(STREAM)
    .doc("", "Base class for buffered IO objects.")
    .methods(&[
        native(
            "detach(self, /)",
            |vm, _| Err(unsupported(vm, "detach")),
            "Disconnect this buffer from its underlying raw stream and return it.",
        ),
        native(
            "read(self, size=-1, /)",
            |vm, _| Err(unsupported(vm, "read")),
            "Read and return up to n bytes.",
        ),
        native(
            "read1(self, size=-1, /)",
            |vm, _| Err(unsupported(vm, "read1")),
            "Read and return up to size bytes, with at most one read() call to the underlying raw stream.",
        ),
        native("readinto(self, buffer, /)", |vm, args| buffered_readinto(vm, args, "read"), ""),
        native("readinto1(self, buffer, /)", |vm, args| buffered_readinto(vm, args, "read1"), ""),
        native(
            "write(self, b, /)",
            |vm, _| Err(unsupported(vm, "write")),
            "Write buffer b to the IO stream.",
        ),
    ]);

/// `_io._TextIOBase`
pub static TEXT_IO_BASE: TypeSpec = TypeSpec::new("_io._TextIOBase", Plain::layout)
    .base(&IO_BASE)
    .flags(STREAM)
    .doc("", "Base class for text I/O.")
    .getset(&[
        getter("encoding", |_, _| Ok(Value::NONE), "Encoding of the text stream."),
        getter("newlines", |_, _| Ok(Value::NONE), "Line endings translated so far."),
        getset(
            "errors",
            |_, _| Ok(Value::NONE),
            |vm, stream, _| {
                Err(vm.attribute_error(format!(
                    "attribute 'errors' of '{}' objects is not writable",
                    stream.type_name(vm)
                )))
            },
            "The error setting of the decoder or encoder.",
        ),
    ])
    .methods(&[
        native(
            "detach(self, /)",
            |vm, _| Err(unsupported(vm, "detach")),
            "Separate the underlying buffer from the TextIOBase and return it.",
        ),
        native(
            "read(self, size=-1, /)",
            |vm, _| Err(unsupported(vm, "read")),
            "Read at most size characters from stream.",
        ),
        native(
            "readline(self, size=-1, /)",
            |vm, _| Err(unsupported(vm, "readline")),
            "Read until newline or EOF.",
        ),
        native("write(self, s, /)", |vm, _| Err(unsupported(vm, "write")), "Write string s to stream."),
    ]);
