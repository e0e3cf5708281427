//! `BytesIO`: a stream in memory. Its content is a `bytearray`, so that a view from `getbuffer()` keeps it from changing
//! its size as it does for any bytearray.

use std::cell::Cell;

use super::base::{BUFFERED_IO_BASE, STREAM, closed_error, size_argument};
use crate::runtime::builtins::bytes::buffer::ByteBuffer;
use crate::runtime::error::PyResult;
use crate::runtime::object::args::Signature;
use crate::runtime::object::attrs;
use crate::runtime::object::typedef::{TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// The payload.
pub struct BytesIo {
    /// A bytearray; `None` when closed.
    content: LockCell<Value>,
    at: Cell<usize>,
}
crate::payload!(BytesIo, "BytesIO", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.content.get());
    }
    fn clear(&self) {}
});

const READINTO: &str = "readinto() argument";
static SIGNATURE: Signature = Signature::parse("BytesIO(initial_bytes=b'')");

/// The stream, if a value is one and of no subclass.
pub fn exact<'a>(vm: &Vm, value: &'a Value) -> Option<&'a Obj<BytesIo>> {
    value.downcast::<BytesIo>().filter(|_| value.ty(vm).address() == vm.typ(&BYTES_IO).address())
}

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<BytesIo>> {
    let this = vm.cast::<BytesIo>(value)?;
    if this.is_closed() { Err(closed_error(vm)) } else { Ok(this) }
}

impl BytesIo {
    /// Has it been closed?
    pub fn is_closed(&self) -> bool {
        self.content.get().is_none()
    }
    /// Reads a part.
    fn part<R>(&self, vm: &Vm, body: impl FnOnce(&[u8]) -> R) -> PyResult<R> {
        let content = self.content.cloned();
        match content.as_bytearray() {
            Some(array) => Ok(body(array.content.get())),
            None => Err(closed_error(vm)),
        }
    }
    /// Changes the size.
    fn resize(&self, vm: &Vm, body: impl FnOnce(&mut ByteBuffer)) -> PyResult<()> {
        let content = self.content.cloned();
        match content.as_bytearray() {
            Some(array) => {
                array.resizable(vm)?;
                body(array.content.get_mut());
                Ok(())
            }
            None => Err(closed_error(vm)),
        }
    }
    /// A view keeps the content from going.
    fn replaceable(&self, vm: &Vm) -> PyResult<()> {
        self.content.cloned().as_bytearray().map_or(Ok(()), |array| array.resizable(vm))
    }
    /// Gives what is at the position, and moves over it.
    fn take(&self, vm: &Vm, most: usize) -> PyResult<Value> {
        let at = self.at.get();
        let bytes = self.part(vm, |all| {
            let start = at.min(all.len());
            let end = start.saturating_add(most).min(all.len());
            (vm.bytes(&all[start..end]), end - start)
        })?;
        self.at.set(at + bytes.1);
        Ok(bytes.0)
    }
    fn line_length(&self, vm: &Vm, limit: isize) -> PyResult<usize> {
        let at = self.at.get();
        self.part(vm, |all| {
            let rest = &all[at.min(all.len())..];
            let rest = if limit < 0 { rest } else { &rest[..rest.len().min(limit as usize)] };
            memchr::memchr(b'\n', rest).map_or(rest.len(), |n| n + 1)
        })
    }
}

fn write_at(vm: &Vm, this: &Obj<BytesIo>, bytes: &[u8]) -> PyResult<usize> {
    if bytes.is_empty() {
        return Ok(0);
    }
    let content = this.content.cloned();
    let Some(array) = content.as_bytearray() else { return Err(closed_error(vm)) };
    let at = this.at.get();
    let end = at + bytes.len();
    if end > array.content.get().len() {
        if at > array.content.get().len() {
            vm.room_for::<u8>(end)?;
        }
        this.resize(vm, |all| {
            if at >= all.len() {
                all.resize(at, 0);
                all.extend_from_slice(bytes);
            } else {
                let (over, more) = bytes.split_at(all.len() - at);
                all[at..].copy_from_slice(over);
                all.extend_from_slice(more);
            }
        })?;
    } else {
        array.content.get_mut()[at..end].copy_from_slice(bytes);
    }
    this.at.set(end);
    Ok(bytes.len())
}

fn write(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let n = match vm.bytes_of(&args[1]) {
        Some(bytes) => write_at(vm, this, bytes)?,
        None => {
            let bytes = vm.buffer_copy(&args[1])?;
            write_at(vm, this, &bytes)?
        }
    };
    Ok(vm.int(n as i64))
}

fn read(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let n = size_argument(vm, &args[1])?;
    this.take(vm, if n < 0 { usize::MAX } else { n as usize })
}

fn readline(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let limit = size_argument(vm, &args[1])?;
    let n = this.line_length(vm, limit)?;
    this.take(vm, n)
}

fn readlines(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let hint = match args[1].some() {
        None => 0,
        Some(hint) => {
            if hint.ty(vm).slots.get().index.is_none() {
                return Err(vm.type_error(format!("integer argument expected, got '{}'", hint.type_name(vm))));
            }
            vm.to_index(hint)?
        }
    };
    let mut lines = Vec::new();
    let mut total = 0;
    loop {
        let n = this.line_length(vm, -1)?;
        if n == 0 {
            return Ok(vm.list(lines));
        }
        lines.push(this.take(vm, n)?);
        total += n as isize;
        if hint > 0 && total >= hint {
            return Ok(vm.list(lines));
        }
    }
}

fn readinto(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let buffer = vm.lend_mut(&args[1], READINTO)?;
    let at = this.at.get();
    let piece = this.part(vm, |all| {
        let start = at.min(all.len());
        all[start..start.saturating_add(buffer.len()).min(all.len())].to_vec()
    })?;
    buffer.write(0, &piece);
    this.at.set(at + piece.len());
    Ok(vm.int(piece.len() as i64))
}

fn seek(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let offset = vm.to_ssize(&args[1])?;
    let whence = args[2].given().map_or(Ok(0), |w| vm.c_int(w))?;
    if offset < 0 && whence == 0 {
        return Err(vm.value_error(format!("negative seek value {offset}")));
    }
    let base = match whence {
        0 => 0,
        1 => this.at.get() as isize,
        2 => this.part(vm, <[u8]>::len)? as isize,
        _ => return Err(vm.value_error(format!("invalid whence ({whence}, should be 0, 1 or 2)"))),
    };
    let Some(target) = base.checked_add(offset) else {
        return Err(vm.overflow_error("new position too large"));
    };
    let target = target.max(0) as usize;
    this.at.set(target);
    Ok(vm.int(target as i64))
}

fn truncate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let size = match args[1].some() {
        None => this.at.get() as isize,
        Some(size) => vm.to_index(size)?,
    };
    if size < 0 {
        return Err(vm.value_error(format!("negative size value {size}")));
    }
    this.resize(vm, |all| all.truncate(size as usize))?;
    Ok(vm.int(size as i64))
}

fn getstate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let content = this.part(vm, |all| vm.bytes(all))?;
    let dict = attrs::own_dict(vm, &args[0]).filter(|d| !d.is_empty());
    let dict = match dict {
        Some(dict) => vm.dict(dict.copy()).into_value(),
        None => Value::NONE,
    };
    Ok(vm.tuple(vec![content, vm.int(this.at.get() as i64), dict]))
}

fn setstate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = &args[0];
    let Some([content, at, dict]) = args[1].as_tuple().map(|t| t.items()) else {
        return Err(vm.type_error(format!(
            "{}.__setstate__ argument should be 3-tuple, got {}",
            object.type_name(vm),
            args[1].type_name(vm)
        )));
    };
    this(vm, object)?.replaceable(vm)?;
    let bytes = vm.buffer_copy(content)?;
    if !vm.is_int(at) {
        return Err(
            vm.type_error(format!("second item of state must be an integer, not {}", at.type_name(vm)))
        );
    }
    let at = super::state_position(vm, at)?;
    let this = vm.cast::<BytesIo>(object)?;
    this.content.set(vm.bytearray(bytes));
    this.at.set(at);
    super::set_state_attributes(vm, object, dict, "third")
}

/// `_io.BytesIO`
pub static BYTES_IO: TypeSpec = TypeSpec::new("_io.BytesIO", BytesIo::layout)
    .base(&BUFFERED_IO_BASE)
    .flags(STREAM & !crate::runtime::gc::heap::type_flag::HAS_DEL)
    .doc("(initial_bytes=b'')", "Buffered I/O implementation using an in-memory bytes buffer.")
    .slots(|s| {
        s.new = Some(|vm, ty, _| {
            let new = BytesIo { content: LockCell::new(vm.bytearray(Vec::new())), at: Cell::new(0) };
            Ok(vm.alloc(ty, new).into_value())
        });
        s.init = Some(|vm, object, args| {
            let [initial] = vm.bind_args::<1>(&SIGNATURE, args)?;
            let this = vm.cast::<BytesIo>(object)?;
            this.replaceable(vm)?;
            this.at.set(0);
            let bytes = match initial.some() {
                Some(initial) => vm.buffer_copy(initial)?,
                None => Vec::new(),
            };
            this.content.set(vm.bytearray(bytes));
            Ok(())
        });
        s.iter = Some(|vm, object| {
            this(vm, object)?;
            Ok(object.clone())
        });
        s.next = Some(|vm, object| {
            let this = this(vm, object)?;
            match this.line_length(vm, -1)? {
                0 => Ok(None),
                n => this.take(vm, n).map(Some),
            }
        });
    })
    .methods(&[
        native(
            "readable(self, /)",
            |vm, args| this(vm, &args[0]).map(|_| Value::TRUE),
            "Returns True if the IO object can be read.",
        ),
        native(
            "seekable(self, /)",
            |vm, args| this(vm, &args[0]).map(|_| Value::TRUE),
            "Returns True if the IO object can be seeked.",
        ),
        native(
            "writable(self, /)",
            |vm, args| this(vm, &args[0]).map(|_| Value::TRUE),
            "Returns True if the IO object can be written.",
        ),
        native(
            "close(self, /)",
            |vm, args| {
                let this = vm.cast::<BytesIo>(&args[0])?;
                if !this.content.get().is_none() {
                    this.replaceable(vm)?;
                    this.content.set(Value::NONE);
                }
                Ok(Value::NONE)
            },
            "Disable all I/O operations.",
        ),
        native("flush(self, /)", |vm, args| this(vm, &args[0]).map(|_| Value::NONE), "Does nothing."),
        native(
            "isatty(self, /)",
            |vm, args| this(vm, &args[0]).map(|_| Value::FALSE),
            "Always returns False.",
        ),
        native(
            "tell(self, /)",
            |vm, args| Ok(vm.int(this(vm, &args[0])?.at.get() as i64)),
            "Current file position, an integer.",
        ),
        native("write(self, b, /)", write, "Write bytes to file."),
        native(
            "writelines(self, lines, /)",
            |vm, args| {
                this(vm, &args[0])?;
                let iter = vm.iter(&args[1])?;
                while let Some(line) = vm.next(&iter)? {
                    write(vm, &[args[0].clone(), line])?;
                }
                Ok(Value::NONE)
            },
            "Write lines to the file.",
        ),
        native("read(self, size=-1, /)", read, "Read at most size bytes, returned as a bytes object."),
        native("read1(self, size=-1, /)", read, "Read at most size bytes, returned as a bytes object."),
        native("readline(self, size=-1, /)", readline, "Next line from the file, as a bytes object."),
        native(
            "readlines(self, size=None, /)",
            readlines,
            "List of bytes objects, each a line from the file.",
        ),
        native("readinto(self, buffer, /)", readinto, "Read bytes into buffer."),
        native(
            "getbuffer(self, /)",
            |vm, args| {
                let content = this(vm, &args[0])?.content.cloned();
                vm.call1(&vm.builtin("memoryview")?, &content)
            },
            "Get a read-write view over the contents of the BytesIO object.",
        ),
        native(
            "getvalue(self, /)",
            |vm, args| this(vm, &args[0])?.part(vm, |all| vm.bytes(all)),
            "Retrieve the entire contents of the BytesIO object.",
        ),
        native("seek(self, pos, whence=0, /)", seek, "Change stream position."),
        native("truncate(self, size=None, /)", truncate, "Truncate the file to at most size bytes."),
        native("__getstate__(self, /)", getstate, ""),
        native("__setstate__(self, state, /)", setstate, ""),
    ])
    .getset(&[getter(
        "closed",
        |vm, b| Ok(Value::bool(vm.cast::<BytesIo>(b)?.content.get().is_none())),
        "True if the file is closed.",
    )]);
