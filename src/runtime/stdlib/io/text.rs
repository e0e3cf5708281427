//! `TextIOWrapper`: text over a buffered stream.
//!
//! # Model
//!
//! Written text is encoded at once into `pending`, which goes to the buffer when it is large, when a line ends and
//! lines are flushed, or before anything else looks at the position. Read text waits in `decoded[from..]`. To tell the
//! position in the middle of a decoded chunk, `snapshot` keeps the decoder's state and the bytes from before the chunk;
//! `tell` decodes them anew up to the character in question.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use dashu_int::IBig;

use super::base::{self, STREAM, TEXT_IO_BASE, closed_error, size_argument, unsupported};
use super::coding::{Decoder, DecoderState, Decoding, encode_checked, encode_plain, fast_codec};
use super::newlines::{LineEnd, NewlineMode, Newlines};
use super::{buffered, bytesio, fileio};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::strs::codecs::Native;
use crate::runtime::error::PyResult;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::typedef::{TypeSpec, getset, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::wtf8;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// Bytes that are read at once, and from which on pending bytes are handed on.
const CHUNK: usize = 8192;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Ready,
    Detached,
}

/// The payload.
pub struct Text {
    buffer: LockCell<Value>,
    state: Cell<State>,
    encoding: LockCell<Value>,
    errors: LockCell<Value>,
    /// Name of the error handler, for native codecs.
    errors_name: RefCell<Rc<str>>,
    /// The codec, if it is native.
    codec: Cell<Option<Native>>,
    /// Incremental encoder, if it is not; `None`: nothing is written.
    encoder: LockCell<Value>,
    can_write: Cell<bool>,
    decoder: RefCell<Rc<Decoder>>,
    mode: Cell<NewlineMode>,
    line_buffering: Cell<bool>,
    write_through: Cell<bool>,
    seekable: Cell<bool>,
    telling: Cell<bool>,
    has_read1: Cell<bool>,
    finalizing: Cell<bool>,
    chunk: Cell<usize>,
    pending: LockCell<Vec<u8>>,
    decoded: LockCell<Vec<u8>>,
    from: Cell<usize>,
    /// `decoded` is ASCII.
    ascii: Cell<bool>,
    snapshot: LockCell<Option<DecoderState>>,
    ratio: Cell<f64>,
}

crate::payload!(Text, "TextIOWrapper", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.buffer.get());
        visit(self.encoder.get());
        if let Ok(decoder) = self.decoder.try_borrow()
            && let Some(object) = decoder.python()
        {
            visit(object);
        }
    }
    fn clear(&self) {
        self.state.set(State::New);
        self.buffer.set(Value::NONE);
        self.encoder.set(Value::NONE);
        let old = self.decoder.replace(no_decoder());
        drop(old);
    }
});

fn no_decoder() -> Rc<Decoder> {
    Rc::new(Decoder { decoding: Decoding::None, newlines: None, errors: String::new() })
}

static SIGNATURE: Signature = Signature::parse(
    "TextIOWrapper(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)",
);

impl Text {
    fn empty() -> Text {
        Text {
            buffer: LockCell::new(Value::NONE),
            state: Cell::new(State::New),
            encoding: LockCell::new(Value::NONE),
            errors: LockCell::new(Value::NONE),
            errors_name: RefCell::new("strict".into()),
            codec: Cell::new(None),
            encoder: LockCell::new(Value::NONE),
            can_write: Cell::new(false),
            decoder: RefCell::new(no_decoder()),
            mode: Cell::new(NewlineMode {
                universal: true,
                translate: true,
                end: LineEnd::Feed,
                write: None,
            }),
            line_buffering: Cell::new(false),
            write_through: Cell::new(false),
            seekable: Cell::new(false),
            telling: Cell::new(false),
            has_read1: Cell::new(false),
            finalizing: Cell::new(false),
            chunk: Cell::new(CHUNK),
            pending: LockCell::new(Vec::new()),
            decoded: LockCell::new(Vec::new()),
            from: Cell::new(0),
            ascii: Cell::new(true),
            snapshot: LockCell::new(None),
            ratio: Cell::new(0.0),
        }
    }
    fn decoder(&self) -> Rc<Decoder> {
        self.decoder.borrow().clone()
    }
    fn rest(&self) -> &[u8] {
        &self.decoded.get()[self.from.get()..]
    }
    fn set_decoded(&self, text: Vec<u8>) {
        self.ascii.set(text.is_ascii());
        self.decoded.set(text);
        self.from.set(0);
    }
    fn forget_decoded(&self) {
        self.decoded.get_mut().clear();
        self.from.set(0);
        self.ascii.set(true);
    }
    /// The next `n` bytes of decoded text as string.
    fn take_text(&self, vm: &Vm, n: usize) -> Value {
        let from = self.from.get();
        let piece = &self.decoded.get()[from..from + n];
        let chars = if self.ascii.get() { n } else { wtf8::count(piece) };
        self.from.set(from + n);
        vm.str_with_len(piece, chars)
    }
}

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Text>> {
    vm.cast::<Text>(value)
}

fn attached<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Text>> {
    let this = this(vm, value)?;
    match this.state.get() {
        State::Ready => Ok(this),
        State::Detached => Err(vm.value_error("underlying buffer has been detached")),
        State::New => Err(vm.value_error("I/O operation on uninitialized object")),
    }
}

fn closed(vm: &Vm, object: &Value, this: &Text) -> PyResult<bool> {
    if object.ty(vm).address() == vm.typ(&TEXT_IO_WRAPPER).address() {
        let buffer = this.buffer.get();
        if let Some(inner) = buffered::exact_writer(vm, buffer).or_else(|| buffered::exact_reader(vm, buffer))
        {
            return buffered::buffer_closed(vm, inner);
        }
        if let Some(inner) = fileio::exact(vm, buffer) {
            return Ok(inner.is_closed());
        }
        if let Some(inner) = bytesio::exact(vm, buffer) {
            return Ok(inner.is_closed());
        }
        let buffer = buffer.clone();
        return base::is_closed(vm, &buffer);
    }
    base::is_closed(vm, object)
}

#[inline]
fn open<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Text>> {
    let this = attached(vm, value)?;
    if closed(vm, value, this)? { Err(closed_error(vm)) } else { Ok(this) }
}

// ---------------------------------------------------------------------------------------------- making

fn is_utf8_name(vm: &Vm, name: &Value) -> PyResult<String> {
    let Some(text) = name.as_str() else {
        return Err(vm.type_error(format!(
            "TextIOWrapper() argument 'encoding' must be str or None, not {}",
            name.type_name(vm)
        )));
    };
    let text = text.to_string_lossy().into_owned();
    if text.contains('\0') {
        return Err(vm.value_error("embedded null character"));
    }
    Ok(text)
}

/// The codec's entry in the registry.
fn codec_info(vm: &Vm, encoding: &str) -> PyResult<Value> {
    let info = vm.codec_lookup(encoding)?;
    if let Some(flag) = vm.getattr_opt(&info, vm.intern("_is_text_encoding").value())?
        && !vm.truth(&flag)?
    {
        return Err(vm.lookup_error(format!(
            "'{encoding}' is not a text encoding; use codecs.open() to handle arbitrary codecs"
        )));
    }
    Ok(info)
}

fn set_coding(vm: &Vm, this: &Text, encoding: &Value, errors: &Value, mode: NewlineMode) -> PyResult<()> {
    let name = is_utf8_name(vm, encoding)?;
    let errors_name = vm.to_string(errors)?;
    let buffer = this.buffer.cloned();
    let readable = ability(vm, &buffer, "readable")?;
    let writable = ability(vm, &buffer, "writable")?;
    let newlines = || {
        mode.universal.then(|| {
            let newlines = Newlines::default();
            newlines.translate.set(mode.translate);
            newlines
        })
    };
    let codec = fast_codec(&name);
    let (decoding, encoder) = match codec {
        Some(codec) => (Decoding::Native(codec, LockCell::new(Vec::new())), Value::NONE),
        None => {
            let info = codec_info(vm, &name)?;
            let given = std::slice::from_ref(errors);
            let decoding = if readable {
                Decoding::Python(vm.call_method_str(&info, "incrementaldecoder", given)?)
            } else {
                Decoding::None
            };
            let encoder =
                if writable { vm.call_method_str(&info, "incrementalencoder", given)? } else { Value::NONE };
            (decoding, encoder)
        }
    };
    let decoding = if readable { decoding } else { Decoding::None };
    let decoder = Decoder { decoding, newlines: newlines(), errors: errors_name.clone() };
    let old = this.decoder.replace(Rc::new(decoder));
    drop(old);
    this.encoder.set(encoder);
    this.can_write.set(writable);
    this.codec.set(codec);
    this.errors_name.replace(errors_name.into());
    this.encoding.set(encoding.clone());
    this.errors.set(errors.clone());
    this.mode.set(mode);
    Ok(())
}

fn ability(vm: &Vm, buffer: &Value, name: &str) -> PyResult<bool> {
    let answer = vm.call_method_str(buffer, name, &[])?;
    vm.truth(&answer)
}

/// Tells an encoder whether it stands at the start, where it writes a mark.
fn fix_encoder(vm: &Vm, this: &Text) -> PyResult<()> {
    let encoder = this.encoder.cloned();
    if !this.seekable.get() || encoder.is_none() {
        return Ok(());
    }
    let buffer = this.buffer.cloned();
    let at = vm.call_method_str(&buffer, "tell", &[])?;
    if vm.to_i64(&at)? != 0 {
        vm.call_method_str(&encoder, "setstate", &[vm.int(0)])?;
    }
    Ok(())
}

fn init(vm: &Vm, object: &Value, args: Args) -> PyResult<()> {
    let this = this(vm, object)?;
    let [buffer, encoding, errors, newline, line_buffering, write_through] =
        vm.bind_args::<6>(&SIGNATURE, args)?;
    this.state.set(State::New);
    let mode = NewlineMode::of(vm, &newline, "TextIOWrapper")?;
    let encoding = match encoding.some() {
        None => {
            if super::warns_of_default_encoding(vm) {
                vm.warn(&exc::ENCODING_WARNING, "'encoding' argument not specified", 1)?;
            }
            vm.str("UTF-8")
        }
        Some(encoding) if encoding.as_str().is_some_and(|e| e.bytes() == b"locale") => vm.str("UTF-8"),
        Some(encoding) => encoding.clone(),
    };
    let errors = match errors.some() {
        None => vm.str("strict"),
        Some(errors) if errors.as_str().is_some() => errors.clone(),
        Some(other) => {
            return Err(vm.type_error(format!(
                "TextIOWrapper() argument 'errors' must be str or None, not {}",
                other.type_name(vm)
            )));
        }
    };
    if vm.interp().dev_mode.get() && !encoding.is_none() {
        let name = vm.to_string(&errors)?;
        vm.codec_error_handler(&name)?;
    }
    let flag = |value: &Value| value.given().map_or(Ok(false), |v| vm.truth(v));
    let (line_buffering, write_through) = (flag(&line_buffering)?, flag(&write_through)?);
    this.buffer.set(buffer.clone());
    this.forget_decoded();
    this.snapshot.set(None);
    this.pending.get_mut().clear();
    this.chunk.set(CHUNK);
    this.ratio.set(0.0);
    this.finalizing.set(false);
    set_coding(vm, this, &encoding, &errors, mode)?;
    this.line_buffering.set(line_buffering);
    this.write_through.set(write_through);
    let seekable = ability(vm, &buffer, "seekable")?;
    this.seekable.set(seekable);
    this.telling.set(seekable);
    let native = buffered::exact_reader(vm, &buffer).is_some();
    this.has_read1.set(native || vm.getattr_opt(&buffer, vm.intern("read1").value())?.is_some());
    fix_encoder(vm, this)?;
    this.state.set(State::Ready);
    Ok(())
}

/// `TextIOWrapper(...)` made by native code.
pub fn make(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = vm.alloc_spec(&TEXT_IO_WRAPPER, Text::empty());
    init(vm, &object, Args::positional(args))?;
    Ok(object)
}

// ---------------------------------------------------------------------------------------------- writing

/// Hands the pending bytes to the buffer.
fn flush_pending(vm: &Vm, this: &Text) -> PyResult<()> {
    if this.pending.get().is_empty() {
        return Ok(());
    }
    let mut bytes = this.pending.take();
    let buffer = this.buffer.cloned();
    if let Some(writer) = buffered::exact_writer(vm, &buffer) {
        let result = buffered::write_bytes(vm, &buffer, writer, &bytes);
        bytes.clear();
        if this.pending.get().is_empty() {
            // Keep the room.
            this.pending.set(bytes);
        }
        return result;
    }
    let data = vm.bytes(&bytes);
    loop {
        let result = vm.call_method(&buffer, &vm.names().write, std::slice::from_ref(&data));
        if vm.catch(result, &exc::INTERRUPTED_ERROR)?.is_some() {
            return Ok(());
        }
    }
}

fn flush_buffer(vm: &Vm, this: &Text) -> PyResult<()> {
    let buffer = this.buffer.cloned();
    match buffered::exact_writer(vm, &buffer) {
        Some(writer) => buffered::flush_writer(vm, &buffer, writer),
        None => vm.call_method(&buffer, &vm.names().flush, &[]).map(drop),
    }
}

fn write_text(vm: &Vm, object: &Value, value: &Value) -> PyResult<usize> {
    let this = attached(vm, object)?;
    let Some(text) = value.as_str() else {
        return Err(vm.type_error(format!("write() argument must be str, not {}", value.type_name(vm))));
    };
    if closed(vm, object, this)? {
        return Err(closed_error(vm));
    }
    if !this.can_write.get() {
        return Err(unsupported(vm, "not writable"));
    }
    let chars = text.len();
    let mode = this.mode.get();
    let translated;
    let (value, text) = match mode.written(text.bytes()) {
        Some(bytes) => {
            translated = vm.str_bytes(&bytes);
            match translated.as_str() {
                Some(text) => (&translated, text),
                None => (value, text),
            }
        }
        None => (value, text),
    };
    let bytes = text.bytes();
    let ends_line = this.line_buffering.get() && memchr::memchr2(b'\n', b'\r', bytes).is_some();
    let chunk = this.chunk.get();
    match this.codec.get() {
        Some(codec) => {
            if this.pending.get().len() + bytes.len() > chunk {
                flush_pending(vm, this)?;
            }
            if !encode_plain(codec, text, this.pending.get_mut()) {
                let errors = this.errors_name.borrow().clone();
                let encoded = encode_checked(vm, codec, &errors, value)?;
                this.pending.get_mut().extend_from_slice(&encoded);
            }
        }
        None => {
            let encoder = this.encoder.cloned();
            let encoded = vm.call_method_str(&encoder, "encode", std::slice::from_ref(value))?;
            let Some(encoded_bytes) = vm.bytes_of(&encoded) else {
                return Err(vm.type_error(format!(
                    "encoder should return a bytes object, not '{}'",
                    encoded.type_name(vm)
                )));
            };
            if this.pending.get().len() + encoded_bytes.len() > chunk {
                flush_pending(vm, this)?;
            }
            this.pending.get_mut().extend_from_slice(encoded_bytes);
        }
    }
    if this.pending.get().len() >= chunk || ends_line || this.write_through.get() {
        flush_pending(vm, this)?;
    }
    if ends_line {
        flush_buffer(vm, this)?;
    }
    if !this.decoded.get().is_empty() {
        this.forget_decoded();
    }
    if this.snapshot.get().is_some() {
        this.snapshot.set(None);
    }
    let decoder = this.decoder();
    if decoder.is_some() {
        decoder.reset(vm)?;
    }
    Ok(chars)
}

/// Writes a string to a stream that is exactly a `TextIOWrapper`; `None` if it is none. For `print`.
pub fn write_exact(vm: &Vm, object: &Value, text: &Value) -> Option<PyResult<()>> {
    if object.ty(vm).address() != vm.typ(&TEXT_IO_WRAPPER).address() {
        return None;
    }
    Some(write_text(vm, object, text).map(drop))
}

fn write(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    Ok(vm.int(write_text(vm, &args[0], &args[1])? as i64))
}

fn flush(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = open(vm, &args[0])?;
    this.telling.set(this.seekable.get());
    flush_pending(vm, this)?;
    flush_buffer(vm, this)?;
    Ok(Value::NONE)
}

fn close(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = &args[0];
    let this = attached(vm, object)?;
    if closed(vm, object, this)? {
        return Ok(Value::NONE);
    }
    let buffer = this.buffer.cloned();
    if this.finalizing.get() {
        base::tell_unclosed(vm, &buffer, object);
    }
    let flushed = vm.call_method(object, &vm.names().flush, &[]);
    let failed = flushed.err().map(|raised| vm.take_raised(raised));
    let closed = vm.call_method(&buffer, &vm.names().close, &[]);
    match failed {
        Some(failed) => Err(base::chain(vm, failed, closed)),
        None => closed,
    }
}

fn detach(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = attached(vm, &args[0])?;
    vm.call_method(&args[0], &vm.names().flush, &[])?;
    let buffer = this.buffer.replace(Value::NONE);
    this.state.set(State::Detached);
    Ok(buffer)
}

// ---------------------------------------------------------------------------------------------- reading

/// Reads and decodes one chunk; says whether there is more to come.
fn read_chunk(vm: &Vm, this: &Text, hint: usize) -> PyResult<bool> {
    let decoder = this.decoder();
    if !decoder.is_some() {
        return Err(unsupported(vm, "not readable"));
    }
    let before = if this.telling.get() { Some(decoder.state(vm)?) } else { None };
    let hint = if hint > 0 { (this.ratio.get().max(1.0) * hint as f64) as usize } else { 0 };
    let size = this.chunk.get().max(hint);
    let buffer = this.buffer.cloned();
    let mut input = Vec::new();
    if let Some(reader) = buffered::exact_reader(vm, &buffer) {
        buffered::read_some(vm, &buffer, reader, size, &mut input)?;
    } else {
        let method = if this.has_read1.get() { "read1" } else { "read" };
        let data = vm.call_method_str(&buffer, method, &[vm.int(size as i64)])?;
        let copied = vm.with_buffer(&data, <[u8]>::to_vec);
        input = match copied {
            Ok(bytes) => bytes,
            Err(raised) if vm.raised_is(&exc::TYPE_ERROR) => {
                drop(vm.take_raised(raised));
                return Err(vm.type_error(format!(
                    "underlying {method}() should have returned a bytes-like object, not '{}'",
                    data.type_name(vm)
                )));
            }
            Err(raised) => return Err(raised),
        };
    }
    let count = input.len();
    let end = count == 0;
    let snapshot = before.map(|mut state| {
        state.waiting.extend_from_slice(&input);
        state
    });
    let text = decoder.decode(vm, input, end)?;
    let chars = wtf8::count(&text);
    let more = !end || chars > 0;
    this.ratio.set(if chars > 0 { count as f64 / chars as f64 } else { 0.0 });
    this.set_decoded(text);
    if snapshot.is_some() {
        this.snapshot.set(snapshot);
    }
    Ok(more)
}

fn read(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = attached(vm, &args[0])?;
    let n = size_argument(vm, &args[1])?;
    if closed(vm, &args[0], this)? {
        return Err(closed_error(vm));
    }
    let decoder = this.decoder();
    if !decoder.is_some() {
        return Err(unsupported(vm, "not readable"));
    }
    flush_pending(vm, this)?;
    if n < 0 {
        let buffer = this.buffer.cloned();
        let data = vm.call_method(&buffer, &vm.names().read, &[])?;
        if data.is_none() {
            return Err(vm.raise_args(&exc::BLOCKING_IO_ERROR, vec![vm.str("Read returned None.")]));
        }
        let Ok(bytes) = vm.buffer_copy(&data) else {
            let _ = vm.take_pending();
            return Err(vm.type_error(format!(
                "underlying read() should have returned a bytes-like object, not '{}'",
                data.type_name(vm)
            )));
        };
        drop(data);
        let text = decoder.decode(vm, bytes, true)?;
        let result = if this.rest().is_empty() {
            vm.str_bytes(&text)
        } else {
            vm.str_bytes(&[this.rest(), &text].concat())
        };
        this.forget_decoded();
        this.snapshot.set(None);
        return Ok(result);
    }
    let n = n as usize;
    let mut out: Vec<u8> = Vec::new();
    let mut have = 0;
    loop {
        let rest = this.rest();
        let left = n - have;
        let end = if this.ascii.get() { left.min(rest.len()) } else { wtf8::advance(rest, 0, left) };
        if have == 0 && end > 0 {
            let chars = if this.ascii.get() { end } else { wtf8::count(&rest[..end]) };
            if chars == n {
                return Ok(this.take_text(vm, end));
            }
        }
        let piece = &rest[..end];
        have += if this.ascii.get() { end } else { wtf8::count(piece) };
        out.extend_from_slice(piece);
        this.from.set(this.from.get() + end);
        if have >= n {
            break;
        }
        loop {
            let result = read_chunk(vm, this, n - have);
            if let Some(more) = vm.catch(result, &exc::INTERRUPTED_ERROR)? {
                if !more {
                    return Ok(vm.str_bytes(&out));
                }
                break;
            }
        }
    }
    Ok(vm.str_bytes(&out))
}

fn line(vm: &Vm, this: &Text, limit: isize) -> PyResult<Value> {
    flush_pending(vm, this)?;
    let end_of = this.mode.get().end;
    let limit = if limit < 0 { usize::MAX } else { limit as usize };
    let mut out: Vec<u8> = Vec::new();
    let mut have = 0;
    // Where the search for the end begins in `out` when a line goes on over chunks.
    let mut first = true;
    loop {
        if this.rest().is_empty() {
            let more = loop {
                let result = read_chunk(vm, this, 0);
                if let Some(more) = vm.catch(result, &exc::INTERRUPTED_ERROR)? {
                    break more;
                }
            };
            if !more {
                this.forget_decoded();
                this.snapshot.set(None);
                break;
            }
            if this.rest().is_empty() {
                continue;
            }
        }
        let rest = this.rest();
        let left = limit - have;
        let most = if limit == usize::MAX {
            rest.len()
        } else if this.ascii.get() {
            left.min(rest.len())
        } else {
            wtf8::advance(rest, 0, left)
        };
        // A two-byte line end may stand across the border of chunks.
        if !first
            && end_of == LineEnd::Both
            && out.last() == Some(&b'\r')
            && rest.first() == Some(&b'\n')
            && most > 0
        {
            out.push(b'\n');
            this.from.set(this.from.get() + 1);
            break;
        }
        let found = end_of.find(&rest[..most]);
        let n = found.unwrap_or(most);
        let done = found.is_some()
            || n < rest.len()
            || (limit != usize::MAX && n == left && n == most && left <= rest.len());
        if first && done {
            return Ok(this.take_text(vm, n));
        }
        let piece = &rest[..n];
        have += if this.ascii.get() { n } else { wtf8::count(piece) };
        out.extend_from_slice(piece);
        this.from.set(this.from.get() + n);
        if done || have >= limit {
            break;
        }
        first = false;
    }
    Ok(vm.str_bytes(&out))
}

fn readline(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let limit = size_argument(vm, &args[1])?;
    let this = open(vm, &args[0])?;
    line(vm, this, limit)
}

fn next_line(vm: &Vm, object: &Value) -> PyResult<Option<Value>> {
    let this = attached(vm, object)?;
    this.telling.set(false);
    let text = if object.ty(vm).address() == vm.typ(&TEXT_IO_WRAPPER).address() {
        if closed(vm, object, this)? {
            return Err(closed_error(vm));
        }
        line(vm, this, -1)?
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
    if text.as_str().is_some_and(|t| t.is_empty()) {
        this.snapshot.set(None);
        this.telling.set(this.seekable.get());
        return Ok(None);
    }
    Ok(Some(text))
}

// ---------------------------------------------------------------------------------------------- positions

/// What a position of `tell` says.
#[derive(Clone, Copy, Default)]
struct Cookie {
    start: u64,
    flags: u64,
    bytes: u64,
    chars: u64,
    need_end: bool,
}

impl Cookie {
    fn value(&self, vm: &Vm) -> Value {
        if self.flags == 0 && self.bytes == 0 && self.chars == 0 && !self.need_end {
            return vm.int_u64(self.start);
        }
        let mut big = IBig::from(u8::from(self.need_end));
        for part in [self.chars, self.bytes, self.flags, self.start] {
            big = (big << 64) + IBig::from(part);
        }
        vm.int_big(big)
    }
    fn of(vm: &Vm, value: &Value) -> PyResult<Cookie> {
        let Some(mut big) = vm.as_big(value) else {
            return Err(vm.type_error(format!(
                "'{}' object cannot be interpreted as an integer",
                value.type_name(vm)
            )));
        };
        let mut part = || -> u64 {
            let low = &big & (IBig::from(u64::MAX));
            big = &big >> 64;
            u64::try_from(&low).unwrap_or(0)
        };
        Ok(Cookie { start: part(), flags: part(), bytes: part(), chars: part(), need_end: part() != 0 })
    }
}

fn tell(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = &args[0];
    let this = open(vm, object)?;
    if !this.seekable.get() {
        return Err(unsupported(vm, "underlying stream is not seekable"));
    }
    if !this.telling.get() {
        return Err(vm.raise(&exc::OS_ERROR, "telling position disabled by next() call"));
    }
    flush_pending(vm, this)?;
    vm.call_method(object, &vm.names().flush, &[])?;
    let buffer = this.buffer.cloned();
    let at = vm.call_method_str(&buffer, "tell", &[])?;
    let decoder = this.decoder();
    let (true, Some(snapshot)) = (decoder.is_some(), this.snapshot.get().clone()) else { return Ok(at) };
    let at = vm.to_i64(&at)?;
    let mut cookie = Cookie {
        start: (at - snapshot.waiting.len() as i64).max(0) as u64,
        flags: snapshot.flags,
        ..Cookie::default()
    };
    if this.from.get() == 0 {
        return Ok(cookie.value(vm));
    }
    let target = wtf8::count(&this.decoded.get()[..this.from.get()]) as u64;
    let saved = decoder.state(vm)?;
    let result = replay(vm, &decoder, &snapshot, target, &mut cookie);
    let restored = decoder.set_state(vm, &saved);
    result?;
    restored?;
    Ok(cookie.value(vm))
}

/// Decodes the snapshot's bytes anew, one by one, up to a character; the cookie then starts at the last byte before it at
/// which the decoder had nothing waiting.
fn replay(
    vm: &Vm,
    decoder: &Decoder,
    snapshot: &DecoderState,
    target: u64,
    cookie: &mut Cookie,
) -> PyResult<()> {
    let begin = DecoderState { waiting: Vec::new(), flags: snapshot.flags };
    decoder.set_state(vm, &begin)?;
    let mut skip = target;
    let mut decoded = 0;
    let mut at = 0;
    // Whole ASCII runs need no decoding: every byte is a character and leaves nothing waiting.
    if let Decoding::Native(..) = decoder.decoding
        && snapshot.flags == 0
    {
        let plain = |b: &u8| *b < 128 && *b != b'\r';
        let run = snapshot.waiting.iter().take(target as usize).take_while(|b| plain(b)).count();
        cookie.start += run as u64;
        skip -= run as u64;
        at = run;
    }
    if skip == 0 {
        return Ok(());
    }
    while at < snapshot.waiting.len() {
        let text = decoder.decode(vm, vec![snapshot.waiting[at]], false)?;
        at += 1;
        decoded += wtf8::count(&text) as u64;
        cookie.bytes += 1;
        let state = decoder.state(vm)?;
        if state.waiting.is_empty() && decoded <= skip {
            cookie.start += cookie.bytes;
            skip -= decoded;
            cookie.flags = state.flags;
            cookie.bytes = 0;
            decoded = 0;
        }
        if decoded >= skip {
            cookie.chars = skip;
            return Ok(());
        }
    }
    let text = decoder.decode(vm, Vec::new(), true)?;
    decoded += wtf8::count(&text) as u64;
    cookie.need_end = true;
    if decoded < skip {
        return Err(vm.raise(&exc::OS_ERROR, "can't reconstruct logical file position"));
    }
    cookie.chars = skip;
    Ok(())
}

fn reset_encoder(vm: &Vm, this: &Text, at_start: bool) -> PyResult<()> {
    let encoder = this.encoder.cloned();
    if encoder.is_none() {
        return Ok(());
    }
    if at_start {
        vm.call_method_str(&encoder, "reset", &[]).map(drop)
    } else {
        vm.call_method_str(&encoder, "setstate", &[vm.int(0)]).map(drop)
    }
}

fn seek(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = &args[0];
    let whence = args[2].given().map_or(Ok(0), |w| vm.c_int(w))?;
    let this = open(vm, object)?;
    if !this.seekable.get() {
        return Err(unsupported(vm, "underlying stream is not seekable"));
    }
    let mut target = args[1].clone();
    let is_zero = |vm: &Vm, value: &Value| vm.equal(value, &vm.int(0));
    match whence {
        0 => {}
        1 => {
            if !is_zero(vm, &target)? {
                return Err(unsupported(vm, "can't do nonzero cur-relative seeks"));
            }
            target = vm.call_method_str(object, "tell", &[])?;
        }
        2 => {
            if !is_zero(vm, &target)? {
                return Err(unsupported(vm, "can't do nonzero end-relative seeks"));
            }
            vm.call_method(object, &vm.names().flush, &[])?;
            this.forget_decoded();
            this.snapshot.set(None);
            let decoder = this.decoder();
            if decoder.is_some() {
                decoder.reset(vm)?;
            }
            let buffer = this.buffer.cloned();
            let at = vm.call_method_str(&buffer, "seek", &[vm.int(0), vm.int(2)])?;
            reset_encoder(vm, this, is_zero(vm, &at)?)?;
            return Ok(at);
        }
        _ => return Err(vm.value_error(format!("invalid whence ({whence}, should be 0, 1 or 2)"))),
    }
    if vm.compare_bool(&target, &vm.int(0), crate::runtime::object::typedef::Cmp::Lt)? {
        let shown = vm.repr_text(&target)?;
        return Err(vm.value_error(format!("negative seek position {shown}")));
    }
    vm.call_method(object, &vm.names().flush, &[])?;
    let cookie = Cookie::of(vm, &target)?;
    let buffer = this.buffer.cloned();
    vm.call_method_str(&buffer, "seek", &[vm.int_u64(cookie.start)])?;
    this.forget_decoded();
    this.snapshot.set(None);
    let decoder = this.decoder();
    let state = DecoderState { waiting: Vec::new(), flags: cookie.flags };
    if decoder.is_some() {
        if cookie.start == 0 && cookie.flags == 0 {
            decoder.reset(vm)?;
        } else {
            decoder.set_state(vm, &state)?;
        }
    }
    if cookie.chars > 0 {
        let data = vm.call_method(&buffer, &vm.names().read, &[vm.int_u64(cookie.bytes)])?;
        let Some(bytes) = vm.bytes_of(&data) else {
            return Err(vm.type_error(format!(
                "underlying read() should have returned a bytes object, not '{}'",
                data.type_name(vm)
            )));
        };
        this.snapshot.set(Some(DecoderState { waiting: bytes.to_vec(), flags: cookie.flags }));
        let text = decoder.decode(vm, bytes.to_vec(), cookie.need_end)?;
        let enough = wtf8::count(&text) as u64 >= cookie.chars;
        let from = wtf8::advance(&text, 0, cookie.chars as usize);
        this.set_decoded(text);
        if !enough {
            return Err(vm.raise(&exc::OS_ERROR, "can't restore logical file position"));
        }
        this.from.set(from);
    } else {
        this.snapshot.set(Some(state));
    }
    if this.can_write.get() {
        reset_encoder(vm, this, cookie.start == 0 && cookie.flags == 0)?;
    }
    Ok(target)
}

fn truncate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = attached(vm, &args[0])?;
    vm.call_method(&args[0], &vm.names().flush, &[])?;
    let buffer = this.buffer.cloned();
    let size = args[1].some().cloned().unwrap_or(Value::NONE);
    vm.call_method_str(&buffer, "truncate", &[size])
}

// ---------------------------------------------------------------------------------------------- the rest

fn reconfigure(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = attached(vm, &args[0])?;
    let (encoding, errors, newline) = (&args[1], &args[2], &args[3]);
    let changes_coding = encoding.some().is_some() || errors.some().is_some() || newline.given().is_some();
    if this.decoder().is_some()
        && changes_coding
        && (this.snapshot.get().is_some() || !this.decoded.get().is_empty())
    {
        return Err(unsupported(
            vm,
            "It is not possible to set the encoding or newline of stream after the first read",
        ));
    }
    for (value, name) in [(encoding, "encoding"), (errors, "errors"), (newline, "newline")] {
        if value.some().is_some_and(|v| v.as_str().is_none()) {
            return Err(vm.type_error(format!(
                "reconfigure() argument '{name}' must be str or None, not {}",
                value.type_name(vm)
            )));
        }
    }
    let mode = match newline.given() {
        Some(newline) => NewlineMode::of(vm, newline, "reconfigure")?,
        None => this.mode.get(),
    };
    let flag = |value: &Value, old: bool| match value.some() {
        None => Ok(old),
        Some(value) => vm.truth(value),
    };
    let line_buffering = flag(&args[4], this.line_buffering.get())?;
    let write_through = flag(&args[5], this.write_through.get())?;
    vm.call_method(&args[0], &vm.names().flush, &[])?;
    this.ratio.set(0.0);
    if changes_coding {
        let new_errors = match (errors.some(), encoding.some()) {
            (Some(errors), _) => errors.clone(),
            (None, Some(_)) => vm.str("strict"),
            (None, None) => this.errors.cloned(),
        };
        let new_encoding = match encoding.some() {
            Some(encoding) if encoding.as_str().is_some_and(|e| e.bytes() == b"locale") => vm.str("UTF-8"),
            Some(encoding) => encoding.clone(),
            None => this.encoding.cloned(),
        };
        set_coding(vm, this, &new_encoding, &new_errors, mode)?;
        fix_encoder(vm, this)?;
    }
    this.line_buffering.set(line_buffering);
    this.write_through.set(write_through);
    Ok(Value::NONE)
}

fn repr(vm: &Vm, object: &Value) -> PyResult<Value> {
    let this = this(vm, object)?;
    if this.state.get() == State::New {
        return Err(vm.value_error("I/O operation on uninitialized object"));
    }
    let class = vm.full_type_name(object);
    let Some(_guard) = vm.enter_repr(object) else {
        return Err(vm.runtime_error(format!("reentrant call inside {class}.__repr__")));
    };
    let mut text = format!("<{class}").into_bytes();
    for field in ["name", "mode"] {
        let value = vm.getattr_opt(object, vm.intern(field).value());
        if let Some(Some(value)) = vm.catch(value, &exc::VALUE_ERROR)? {
            text.extend(format!(" {field}=").into_bytes());
            text.extend(vm.repr_string(&value)?);
        }
    }
    text.extend(b" encoding=");
    let encoding = this.encoding.cloned();
    text.extend(vm.repr_string(&encoding)?);
    text.push(b'>');
    Ok(vm.str_bytes(&text))
}

fn of_buffer(vm: &Vm, args: &[Value], method: &str) -> PyResult<Value> {
    let buffer = attached(vm, &args[0])?.buffer.cloned();
    vm.call_method_str(&buffer, method, &[])
}

/// `_io.TextIOWrapper`
pub static TEXT_IO_WRAPPER: TypeSpec = TypeSpec::new("_io.TextIOWrapper", Text::layout)
    .base(&TEXT_IO_BASE)
    .flags(STREAM)
    .doc(
        "(buffer, encoding=None, errors=None, newline=None,\n              line_buffering=False, write_through=False)",
        "Character and line based layer over a BufferedIOBase object, buffer.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Text::empty()).into_value()));
        s.init = Some(init);
        s.next = Some(next_line);
        s.repr = Some(repr);
    })
    .methods(&[
        native("detach(self, /)", detach, ""),
        native(
            "reconfigure(self, /, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)",
            reconfigure,
            "Reconfigure the text stream with new parameters.",
        ),
        native("write(self, text, /)", write, ""),
        native("read(self, size=-1, /)", read, ""),
        native("readline(self, size=-1, /)", readline, ""),
        native("flush(self, /)", flush, ""),
        native("close(self, /)", close, ""),
        native("fileno(self, /)", |vm, args| of_buffer(vm, args, "fileno"), ""),
        native("seekable(self, /)", |vm, args| of_buffer(vm, args, "seekable"), ""),
        native("readable(self, /)", |vm, args| of_buffer(vm, args, "readable"), ""),
        native("writable(self, /)", |vm, args| of_buffer(vm, args, "writable"), ""),
        native("isatty(self, /)", |vm, args| of_buffer(vm, args, "isatty"), ""),
        native("seek(self, cookie, whence=0, /)", seek, "Set the stream position, and return the new stream position."),
        native("tell(self, /)", tell, "Return the stream position as an opaque number."),
        native("truncate(self, pos=None, /)", truncate, ""),
        super::NO_PICKLE,
    ])
    .getset(&[
        getter("encoding", |vm, t| Ok(this(vm, t)?.encoding.cloned()), ""),
        getter("buffer", |vm, t| Ok(attached(vm, t)?.buffer.cloned()), ""),
        getter("line_buffering", |vm, t| Ok(Value::bool(this(vm, t)?.line_buffering.get())), ""),
        getter("write_through", |vm, t| Ok(Value::bool(this(vm, t)?.write_through.get())), ""),
        getset("_finalizing", |vm, t| Ok(Value::bool(this(vm, t)?.finalizing.get())), |vm, t, v| {
            this(vm, t)?.finalizing.set(match v { Some(v) => vm.truth(v)?, None => false });
            Ok(())
        }, ""),
        getter("name", |vm, t| {
            let buffer = attached(vm, t)?.buffer.cloned();
            vm.getattr_str(&buffer, "name")
        }, ""),
        getter("closed", |vm, t| {
            let buffer = attached(vm, t)?.buffer.cloned();
            vm.getattr_str(&buffer, "closed")
        }, ""),
        getter("newlines", |vm, t| {
            let decoder = attached(vm, t)?.decoder();
            Ok(decoder.newlines.as_ref().map_or(Value::NONE, |n| n.seen(vm)))
        }, ""),
        getter("errors", |vm, t| Ok(attached(vm, t)?.errors.cloned()), ""),
        getset("_CHUNK_SIZE", |vm, t| Ok(vm.int(attached(vm, t)?.chunk.get() as i64)), |vm, t, v| {
            let this = attached(vm, t)?;
            let Some(v) = v else { return Err(vm.attribute_error("cannot delete attribute")) };
            let n = vm.to_index_or(v, &exc::VALUE_ERROR)?;
            if n <= 0 {
                return Err(vm.value_error("a strictly positive integer is required"));
            }
            this.chunk.set(n as usize);
            Ok(())
        }, ""),
    ]);
