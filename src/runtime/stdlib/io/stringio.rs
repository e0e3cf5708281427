//! `StringIO`: a text stream in memory.
//!
//! The content is WTF-8; positions are code points. `at_byte` is the byte of position `at` as long as that is inside.

use std::cell::Cell;

use super::base::{STREAM, TEXT_IO_BASE, closed_error, size_argument};
use super::newlines::{NewlineMode, Newlines};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::object::args::Signature;
use crate::runtime::object::attrs;
use crate::runtime::object::typedef::{TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::wtf8;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// The payload.
pub struct StringIo {
    text: LockCell<Vec<u8>>,
    chars: Cell<usize>,
    at: Cell<usize>,
    at_byte: Cell<usize>,
    closed: Cell<bool>,
    ready: Cell<bool>,
    mode: Cell<NewlineMode>,
    newline: LockCell<Value>,
    newlines: Newlines,
}
crate::payload!(StringIo, "StringIO");

static SIGNATURE: Signature = Signature::parse("StringIO(initial_value='', newline='\\n')");

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<StringIo>> {
    let this = vm.cast::<StringIo>(value)?;
    if !this.ready.get() {
        return Err(vm.value_error("I/O operation on uninitialized object"));
    }
    if this.closed.get() { Err(vm.value_error("I/O operation on closed file")) } else { Ok(this) }
}

impl StringIo {
    fn go_to(&self, at: usize) {
        self.at.set(at);
        let text = self.text.get();
        let inside = at.min(self.chars.get());
        self.at_byte.set(if text.len() == self.chars.get() {
            inside
        } else {
            wtf8::advance(text, 0, inside)
        });
    }
    fn is_ascii(&self) -> bool {
        self.text.get().len() == self.chars.get()
    }
    /// Gives the bytes from the position up to `end`, and moves there.
    fn take_bytes(&self, vm: &Vm, end: usize) -> Value {
        let start = self.at_byte.get();
        let piece = &self.text.get()[start..end];
        let chars = if self.is_ascii() { piece.len() } else { wtf8::count(piece) };
        let text = vm.str_with_len(piece, chars);
        self.at.set(self.at.get() + chars);
        self.at_byte.set(end);
        text
    }
    fn past_end(&self) -> bool {
        self.at.get() >= self.chars.get()
    }
    fn put(&self, bytes: &[u8], chars: usize) {
        if chars == 0 {
            return;
        }
        let text = self.text.get_mut();
        let (at, old) = (self.at.get(), self.chars.get());
        if at > old {
            text.resize(text.len() + at - old, 0);
            self.chars.set(at);
            self.at_byte.set(text.len());
        }
        let start = self.at_byte.get();
        if start == text.len() {
            text.extend_from_slice(bytes);
            self.chars.set(self.chars.get() + chars);
        } else {
            let over = chars.min(self.chars.get() - at);
            let end =
                if self.is_ascii() { start + over } else { wtf8::advance(&text[start..], 0, over) + start };
            text.splice(start..end, bytes.iter().copied());
            self.chars.set(self.chars.get() - over + chars);
        }
        self.at.set(at + chars);
        self.at_byte.set(start + bytes.len());
    }
    fn write_text(&self, vm: &Vm, bytes: &[u8], chars: usize) -> PyResult<()> {
        if self.at.get() > self.chars.get() {
            vm.room_for::<u8>(self.at.get())?;
        }
        let mode = self.mode.get();
        if mode.universal {
            let fed = self.newlines.feed(bytes.to_vec(), true);
            let chars = if fed.len() == bytes.len() { chars } else { wtf8::count(&fed) };
            self.put(&fed, chars);
            return Ok(());
        }
        match mode.written(bytes) {
            Some(written) => self.put(&written, wtf8::count(&written)),
            None => self.put(bytes, chars),
        }
        Ok(())
    }
}

fn line(vm: &Vm, this: &StringIo, limit: isize) -> Value {
    if this.past_end() {
        return vm.str("");
    }
    let start = this.at_byte.get();
    let rest = &this.text.get()[start..];
    let mut end = this.mode.get().end.find(rest).unwrap_or(rest.len());
    if limit >= 0 {
        let most = if this.is_ascii() {
            (limit as usize).min(rest.len())
        } else {
            wtf8::advance(rest, 0, limit as usize)
        };
        end = end.min(most);
    }
    this.take_bytes(vm, start + end)
}

fn init(vm: &Vm, object: &Value, args: crate::runtime::object::args::Args) -> PyResult<()> {
    let [initial, newline] = vm.bind_args::<2>(&SIGNATURE, args)?;
    let this = vm.cast::<StringIo>(object)?;
    this.ready.set(false);
    let newline = if newline.is_unbound() { vm.str("\n") } else { newline };
    let mode = NewlineMode::of(vm, &newline, "StringIO")?;
    let text = match initial.some() {
        None => None,
        Some(initial) => match initial.as_str() {
            Some(text) => Some(text),
            None => {
                return Err(vm.type_error(format!(
                    "initial_value must be str or None, not {}",
                    initial.type_name(vm)
                )));
            }
        },
    };
    this.text.set(Vec::new());
    this.chars.set(0);
    this.closed.set(false);
    this.mode.set(mode);
    this.newline.set(newline);
    this.newlines.reset();
    this.newlines.translate.set(mode.translate);
    this.go_to(0);
    if let Some(text) = text {
        this.write_text(vm, text.bytes(), text.len())?;
        this.go_to(0);
    }
    this.ready.set(true);
    Ok(())
}

fn write(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(text) = args[1].as_str() else {
        let _ = vm.cast::<StringIo>(&args[0])?;
        return Err(vm.type_error(format!("string argument expected, got '{}'", args[1].type_name(vm))));
    };
    let this = this(vm, &args[0])?;
    this.write_text(vm, text.bytes(), text.len())?;
    Ok(vm.int(text.len() as i64))
}

fn read(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let n = size_argument(vm, &args[1])?;
    if this.past_end() {
        return Ok(vm.str(""));
    }
    let start = this.at_byte.get();
    let rest = &this.text.get()[start..];
    let end = if n < 0 {
        rest.len()
    } else if this.is_ascii() {
        (n as usize).min(rest.len())
    } else {
        wtf8::advance(rest, 0, n as usize)
    };
    Ok(this.take_bytes(vm, start + end))
}

fn seek(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let offset = vm.to_ssize(&args[1])?;
    let whence = args[2].given().map_or(Ok(0), |w| vm.c_int(w))?;
    if !(0..=2).contains(&whence) {
        return Err(vm.value_error(format!("Invalid whence ({whence}, should be 0, 1 or 2)")));
    }
    if offset < 0 && whence == 0 {
        return Err(vm.value_error(format!("Negative seek position {offset}")));
    }
    if whence != 0 && offset != 0 {
        return Err(vm.raise(&exc::OS_ERROR, "Can't do nonzero cur-relative seeks"));
    }
    let target = match whence {
        0 => offset as usize,
        1 => this.at.get(),
        _ => this.chars.get(),
    };
    this.go_to(target);
    Ok(vm.int(target as i64))
}

fn truncate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let size = match args[1].some() {
        None => this.at.get() as isize,
        Some(size) => vm.to_index(size)?,
    };
    if size < 0 {
        return Err(vm.value_error(format!("Negative size value {size}")));
    }
    if (size as usize) < this.chars.get() {
        let bytes =
            if this.is_ascii() { size as usize } else { wtf8::advance(this.text.get(), 0, size as usize) };
        this.text.get_mut().truncate(bytes);
        this.chars.set(size as usize);
        this.go_to(this.at.get());
    }
    Ok(vm.int(size as i64))
}

fn getstate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let text = vm.str_with_len(this.text.get(), this.chars.get());
    let dict = match attrs::own_dict(vm, &args[0]).filter(|d| !d.is_empty()) {
        Some(dict) => vm.dict(dict.copy()).into_value(),
        None => Value::NONE,
    };
    Ok(vm.tuple(vec![text, this.newline.cloned(), vm.int(this.at.get() as i64), dict]))
}

fn setstate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = &args[0];
    if vm.cast::<StringIo>(object)?.closed.get() {
        return Err(vm.value_error("I/O operation on closed file"));
    }
    let Some([text, newline, at, dict]) = args[1].as_tuple().map(|t| t.items()) else {
        return Err(vm.type_error(format!(
            "{}.__setstate__ argument should be 4-tuple, got {}",
            object.type_name(vm),
            args[1].type_name(vm)
        )));
    };
    init(vm, object, crate::runtime::object::args::Args::positional(&[vm.str(""), newline.clone()]))?;
    let this = vm.cast::<StringIo>(object)?;
    let Some(content) = text.as_str() else { return Err(vm.type_error("initial_value must be str or None")) };
    this.text.set(content.bytes().to_vec());
    this.chars.set(content.len());
    if !vm.is_int(at) {
        return Err(
            vm.type_error(format!("third item of state must be an integer, got {}", at.type_name(vm)))
        );
    }
    this.go_to(super::state_position(vm, at)?);
    super::set_state_attributes(vm, object, dict, "fourth")
}

/// `_io.StringIO`
pub static STRING_IO: TypeSpec = TypeSpec::new("_io.StringIO", StringIo::layout)
    .base(&TEXT_IO_BASE)
    .flags(STREAM & !crate::runtime::gc::heap::type_flag::HAS_DEL)
    .doc("(initial_value='', newline='\\n')", "Text I/O implementation using an in-memory buffer.")
    .slots(|s| {
        s.new = Some(|vm, ty, _| {
            let new = StringIo {
                text: LockCell::new(Vec::new()),
                chars: Cell::new(0),
                at: Cell::new(0),
                at_byte: Cell::new(0),
                closed: Cell::new(false),
                ready: Cell::new(false),
                mode: Cell::new(NewlineMode {
                    universal: false,
                    translate: false,
                    end: super::newlines::LineEnd::Feed,
                    write: None,
                }),
                newline: LockCell::new(Value::NONE),
                newlines: Newlines::default(),
            };
            Ok(vm.alloc(ty, new).into_value())
        });
        s.init = Some(init);
        s.iter = Some(|vm, object| {
            this(vm, object)?;
            Ok(object.clone())
        });
        s.next = Some(|vm, object| {
            let inner = this(vm, object)?;
            let text = if object.ty(vm).address() == vm.typ(&STRING_IO).address() {
                line(vm, inner, -1)
            } else {
                let text = vm.call_method(object, &vm.names().readline, &[])?;
                if text.as_str().is_none() {
                    return Err(vm.raise(
                        &exc::OS_ERROR,
                        format!("readline() should have returned a str object, not '{}'", text.type_name(vm)),
                    ));
                }
                text
            };
            Ok(Some(text).filter(|t| t.as_str().is_some_and(|t| !t.is_empty())))
        });
    })
    .methods(&[
        native(
            "close(self, /)",
            |vm, args| {
                let this = vm.cast::<StringIo>(&args[0])?;
                this.closed.set(true);
                this.text.set(Vec::new());
                this.chars.set(0);
                Ok(Value::NONE)
            },
            "Close the IO object.",
        ),
        native(
            "getvalue(self, /)",
            |vm, args| {
                let this = this(vm, &args[0])?;
                Ok(vm.str_with_len(this.text.get(), this.chars.get()))
            },
            "Retrieve the entire contents of the object.",
        ),
        native("read(self, size=-1, /)", read, "Read at most size characters, returned as a string."),
        native(
            "readline(self, size=-1, /)",
            |vm, args| {
                let this = this(vm, &args[0])?;
                let limit = size_argument(vm, &args[1])?;
                Ok(line(vm, this, limit))
            },
            "Read until newline or EOF.",
        ),
        native(
            "tell(self, /)",
            |vm, args| Ok(vm.int(this(vm, &args[0])?.at.get() as i64)),
            "Tell the current file position.",
        ),
        native("truncate(self, pos=None, /)", truncate, "Truncate size to pos."),
        native("seek(self, pos, whence=0, /)", seek, "Change stream position."),
        native("write(self, s, /)", write, "Write string to file."),
        native(
            "seekable(self, /)",
            |vm, args| this(vm, &args[0]).map(|_| Value::TRUE),
            "Returns True if the IO object can be seeked.",
        ),
        native(
            "readable(self, /)",
            |vm, args| this(vm, &args[0]).map(|_| Value::TRUE),
            "Returns True if the IO object can be read.",
        ),
        native(
            "writable(self, /)",
            |vm, args| this(vm, &args[0]).map(|_| Value::TRUE),
            "Returns True if the IO object can be written.",
        ),
        native("__getstate__(self, /)", getstate, ""),
        native("__setstate__(self, state, /)", setstate, ""),
    ])
    .getset(&[
        getter(
            "closed",
            |vm, s| {
                let this = vm.cast::<StringIo>(s)?;
                if !this.ready.get() {
                    return Err(vm.value_error("I/O operation on uninitialized object"));
                }
                Ok(Value::bool(this.closed.get()))
            },
            "",
        ),
        getter(
            "newlines",
            |vm, s| {
                let this = this(vm, s)?;
                Ok(if this.mode.get().universal { this.newlines.seen(vm) } else { Value::NONE })
            },
            "",
        ),
        getter("line_buffering", |vm, s| this(vm, s).map(|_| Value::FALSE), ""),
    ]);

/// Text that is written to a `StringIO` whose `write` nobody has overridden; `None` if it is none.
pub fn write_exact(vm: &Vm, object: &Value, bytes: &[u8], chars: usize) -> Option<PyResult<()>> {
    let this = object.downcast::<StringIo>()?;
    if object.ty(vm).address() != vm.typ(&STRING_IO).address() || !this.ready.get() {
        return None;
    }
    if this.closed.get() {
        return Some(Err(closed_error(vm)));
    }
    Some(this.write_text(vm, bytes, chars))
}
