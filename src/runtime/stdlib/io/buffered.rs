//! `BufferedReader`, `BufferedWriter` and `BufferedRandom` over a raw stream.
//!
//! # Model
//!
//! Two buffers, of which at most one is in use: bytes read ahead (`ahead[from..]`) and bytes not written yet (`pending`).
//! The stream's position is the raw one, minus what is read ahead, plus what is pending. Reading writes the pending
//! bytes out first, writing moves the raw stream back over what was read ahead. A raw stream that is exactly a
//! `FileIO` is called directly, without Python.
//!
//! # Invariants
//!
//! 1. While a thread is inside of a raw call it owns the object (`enter`); others wait, the same one gets RuntimeError.

use std::cell::Cell;

use super::base::{self, BUFFERED_IO_BASE, STREAM, check_ability, size_argument, unsupported};
use super::fileio;
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::raise::Exception;
use crate::runtime::object::typedef::{GetSet, Native, TypeSpec, getset, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// The payload of all three.
pub struct Buffered {
    raw: LockCell<Value>,
    state: Cell<State>,
    readable: Cell<bool>,
    writable: Cell<bool>,
    finalizing: Cell<bool>,
    size: Cell<usize>,
    ahead: LockCell<Vec<u8>>,
    from: Cell<usize>,
    pending: LockCell<Vec<u8>>,
    /// Position of the raw stream; -1 unknown.
    raw_at: Cell<i64>,
    /// The thread inside; 0 none.
    owner: Cell<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Ready,
    Detached,
}

crate::payload!(Buffered, "Buffered", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.raw.get());
    }
    fn clear(&self) {
        self.state.set(State::New);
        self.raw.set(Value::NONE);
    }
});

/// Says that the calling thread is inside of the object until it is dropped.
struct Inside<'a>(&'a Buffered);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.owner.set(0);
    }
}

fn enter<'a>(vm: &Vm, object: &Value, this: &'a Obj<Buffered>) -> PyResult<Inside<'a>> {
    let me = vm.thread_id.get();
    while this.owner.get() != 0 {
        if this.owner.get() == me {
            let shown = vm.repr_text(object)?;
            return Err(vm.runtime_error(format!("reentrant call inside {shown}")));
        }
        vm.blocking(std::thread::yield_now);
        if this.owner.get() != 0 {
            vm.blocking(|| std::thread::sleep(std::time::Duration::from_micros(200)));
        }
    }
    this.owner.set(me);
    Ok(Inside(&this.data))
}

impl Buffered {
    fn empty() -> Buffered {
        Buffered {
            raw: LockCell::new(Value::NONE),
            state: Cell::new(State::New),
            readable: Cell::new(false),
            writable: Cell::new(false),
            finalizing: Cell::new(false),
            size: Cell::new(super::BUFFER_SIZE),
            ahead: LockCell::new(Vec::new()),
            from: Cell::new(0),
            pending: LockCell::new(Vec::new()),
            raw_at: Cell::new(-1),
            owner: Cell::new(0),
        }
    }
    #[inline(always)]
    fn have(&self) -> usize {
        self.ahead.get().len() - self.from.get()
    }
    fn forget_ahead(&self) {
        self.ahead.get_mut().clear();
        self.from.set(0);
    }
    fn take_ahead(&self, most: usize) -> &[u8] {
        let from = self.from.get();
        let n = most.min(self.have());
        self.from.set(from + n);
        &self.ahead.get()[from..from + n]
    }
    fn moved(&self, n: usize) {
        if self.raw_at.get() >= 0 {
            self.raw_at.set(self.raw_at.get() + n as i64);
        }
    }
}

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Buffered>> {
    vm.cast::<Buffered>(value)
}

fn ready<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Buffered>> {
    let this = this(vm, value)?;
    match this.state.get() {
        State::Ready => Ok(this),
        State::Detached => Err(vm.value_error("raw stream has been detached")),
        State::New => Err(vm.value_error("I/O operation on uninitialized object")),
    }
}

#[inline]
fn raw_is_closed(vm: &Vm, this: &Buffered) -> PyResult<bool> {
    match fileio::exact(vm, this.raw.get()) {
        Some(file) => Ok(file.is_closed()),
        None => {
            let raw = this.raw.cloned();
            base::is_closed(vm, &raw)
        }
    }
}

fn check_open(vm: &Vm, this: &Buffered, what: &str) -> PyResult<()> {
    // What is read ahead can still be had from a closed raw stream by nobody: CPython looks at the raw stream first.
    if raw_is_closed(vm, this)? { Err(vm.value_error(what)) } else { Ok(()) }
}

// ---------------------------------------------------------------------------------------------- the raw stream

/// One raw read of at most `limit` bytes, appended to `out`; `None`: it would block.
fn raw_read(vm: &Vm, this: &Buffered, out: &mut Vec<u8>, limit: usize) -> PyResult<Option<usize>> {
    let raw = this.raw.cloned();
    if let Some(file) = fileio::exact(vm, &raw) {
        let n = fileio::read_once(vm, file, out, limit)?;
        this.moved(n.unwrap_or(0));
        return Ok(n);
    }
    let buffer = vm.bytearray(vm.zeros(limit)?);
    let view = vm.call1(&vm.builtin("memoryview")?, &buffer)?;
    let count = loop {
        let result = vm.call_method_str(&raw, "readinto", std::slice::from_ref(&view));
        if let Some(count) = vm.catch(result, &exc::INTERRUPTED_ERROR)? {
            break count;
        }
        vm.check_signals()?;
    };
    if count.is_none() {
        return Ok(None);
    }
    let wrong = |vm: &Vm| match vm.take_pending() {
        Some(cause) => {
            let raised = vm.raise(&exc::OS_ERROR, "raw readinto() failed");
            let exception = vm.take_raised(raised);
            if let Some(e) = exception.downcast::<Exception>() {
                e.cause.set(cause.clone());
                e.context.set(cause);
                e.suppress_context.set(true);
            }
            vm.set_raised(exception)
        }
        None => vm.raise(&exc::OS_ERROR, "raw readinto() failed"),
    };
    let Ok(n) = vm.to_index_or(&count, &exc::VALUE_ERROR) else { return Err(wrong(vm)) };
    if n < 0 || n as usize > limit {
        return Err(vm.raise(
            &exc::OS_ERROR,
            format!("raw readinto() returned invalid length {n} (should have been between 0 and {limit})"),
        ));
    }
    vm.with_buffer(&buffer, |bytes| out.extend_from_slice(&bytes[..n as usize]))?;
    drop(view);
    this.moved(n as usize);
    Ok(Some(n as usize))
}

/// One raw write; `None`: it would block.
fn raw_write(vm: &Vm, this: &Buffered, bytes: &[u8]) -> PyResult<Option<usize>> {
    let raw = this.raw.cloned();
    if let Some(file) = fileio::exact(vm, &raw) {
        let n = fileio::write_once(vm, file, bytes)?;
        this.moved(n.unwrap_or(0));
        return Ok(n);
    }
    let data = vm.bytes(bytes);
    let view = vm.call1(&vm.builtin("memoryview")?, &data)?;
    let count = loop {
        let result = vm.call_method(&raw, &vm.names().write, std::slice::from_ref(&view));
        if let Some(count) = vm.catch(result, &exc::INTERRUPTED_ERROR)? {
            break count;
        }
        vm.check_signals()?;
    };
    if count.is_none() {
        return Ok(None);
    }
    let n = vm.to_index_or(&count, &exc::VALUE_ERROR)?;
    if n < 0 || n as usize > bytes.len() {
        return Err(vm.raise(
            &exc::OS_ERROR,
            format!(
                "raw write() returned invalid length {n} (should have been between 0 and {})",
                bytes.len()
            ),
        ));
    }
    this.moved(n as usize);
    Ok(Some(n as usize))
}

fn raw_seek(vm: &Vm, this: &Buffered, target: i64, whence: i32) -> PyResult<i64> {
    let raw = this.raw.cloned();
    let at = match fileio::exact(vm, &raw) {
        Some(file) => fileio::seek(vm, file, target, whence)?,
        None => {
            let at = vm.call_method_str(&raw, "seek", &[vm.int(target), vm.int(whence.into())])?;
            vm.to_i64(&at)?
        }
    };
    if at < 0 {
        this.raw_at.set(-1);
        return Err(vm.raise(&exc::OS_ERROR, format!("Raw stream returned invalid position {at}")));
    }
    this.raw_at.set(at);
    Ok(at)
}

fn raw_tell(vm: &Vm, this: &Buffered) -> PyResult<i64> {
    let raw = this.raw.cloned();
    let at = match fileio::exact(vm, &raw) {
        Some(file) => fileio::seek(vm, file, 0, libc::SEEK_CUR)?,
        None => {
            let at = vm.call_method_str(&raw, "tell", &[])?;
            vm.to_i64(&at)?
        }
    };
    if at < 0 {
        return Err(vm.raise(&exc::OS_ERROR, format!("Raw stream returned invalid position {at}")));
    }
    this.raw_at.set(at);
    Ok(at)
}

// ---------------------------------------------------------------------------------------------- writing

#[cold]
fn would_block(vm: &Vm, written: usize) -> crate::runtime::error::Raised {
    let text = vm.str("write could not complete without blocking");
    let args = vec![vm.int(libc::EAGAIN.into()), text, vm.int(written as i64)];
    vm.raise_args(&exc::BLOCKING_IO_ERROR, args)
}

/// Writes all pending bytes; what could not be written stays.
fn flush_pending(vm: &Vm, this: &Buffered) -> PyResult<()> {
    if this.pending.get().is_empty() {
        return Ok(());
    }
    let mut pending = this.pending.take();
    let mut done = 0;
    let mut result = Ok(());
    while done < pending.len() {
        match raw_write(vm, this, &pending[done..]) {
            Ok(Some(n)) => done += n,
            Ok(None) => {
                result = Err(would_block(vm, 0));
                break;
            }
            Err(raised) => {
                result = Err(raised);
                break;
            }
        }
        // A partial write is often a signal's work.
        if done < pending.len()
            && let Err(raised) = vm.check_signals()
        {
            result = Err(raised);
            break;
        }
    }
    pending.drain(..done);
    if pending.is_empty() {
        pending.clear();
    }
    // Nothing was added meanwhile: this thread is inside.
    this.pending.set(pending);
    result
}

/// Moves the raw stream to where the reader is.
fn rewind_ahead(vm: &Vm, this: &Buffered) -> PyResult<()> {
    let have = this.have();
    if have > 0 {
        raw_seek(vm, this, -(have as i64), libc::SEEK_CUR)?;
    }
    this.forget_ahead();
    Ok(())
}

fn flush_and_rewind(vm: &Vm, this: &Buffered) -> PyResult<()> {
    flush_pending(vm, this)?;
    if this.readable.get() && this.writable.get() { rewind_ahead(vm, this) } else { Ok(()) }
}

fn write_inside(vm: &Vm, this: &Buffered, bytes: &[u8]) -> PyResult<usize> {
    if this.readable.get() && !this.ahead.get().is_empty() {
        rewind_ahead(vm, this)?;
    }
    let size = this.size.get();
    let held = this.pending.get().len();
    if held + bytes.len() <= size {
        this.pending.get_mut().extend_from_slice(bytes);
        return Ok(bytes.len());
    }
    if let Err(raised) = flush_pending(vm, this) {
        if !vm.raised_is(&exc::BLOCKING_IO_ERROR) {
            return Err(raised);
        }
        drop(vm.take_raised(raised));
        let pending = this.pending.get_mut();
        let room = size.saturating_sub(pending.len()).min(bytes.len());
        pending.extend_from_slice(&bytes[..room]);
        if room < bytes.len() {
            return Err(would_block(vm, room));
        }
        return Ok(bytes.len());
    }
    // What does not fit the buffer is written at once.
    let mut done = 0;
    while bytes.len() - done > size {
        match raw_write(vm, this, &bytes[done..])? {
            Some(n) => done += n,
            None => {
                let rest = &bytes[done..];
                let room = rest.len().min(size);
                this.pending.get_mut().extend_from_slice(&rest[..room]);
                if rest.len() > size {
                    return Err(would_block(vm, done + room));
                }
                return Ok(bytes.len());
            }
        }
        vm.check_signals()?;
    }
    this.pending.get_mut().extend_from_slice(&bytes[done..]);
    Ok(bytes.len())
}

/// Is it a writer that native code may append to?
#[inline]
pub fn exact_writer<'a>(vm: &Vm, value: &'a Value) -> Option<&'a Obj<Buffered>> {
    let found = value.downcast::<Buffered>()?;
    let ty = value.ty(vm).address();
    let fine = ty == vm.typ(&BUFFERED_WRITER).address() || ty == vm.typ(&BUFFERED_RANDOM).address();
    (fine && found.state.get() == State::Ready).then_some(found)
}

/// Is it a reader that native code may read from?
#[inline]
pub fn exact_reader<'a>(vm: &Vm, value: &'a Value) -> Option<&'a Obj<Buffered>> {
    let found = value.downcast::<Buffered>()?;
    let ty = value.ty(vm).address();
    let fine = ty == vm.typ(&BUFFERED_READER).address() || ty == vm.typ(&BUFFERED_RANDOM).address();
    (fine && found.state.get() == State::Ready).then_some(found)
}

/// `buffer.write(bytes)` for a writer from `exact_writer`.
pub fn write_bytes(vm: &Vm, object: &Value, this: &Obj<Buffered>, bytes: &[u8]) -> PyResult<()> {
    if raw_is_closed(vm, this)? {
        return Err(vm.value_error("write to closed file"));
    }
    let _inside = enter(vm, object, this)?;
    write_inside(vm, this, bytes).map(drop)
}

/// `buffer.flush()` for a writer from `exact_writer`.
pub fn flush_writer(vm: &Vm, object: &Value, this: &Obj<Buffered>) -> PyResult<()> {
    check_open(vm, this, "flush of closed file")?;
    let _inside = enter(vm, object, this)?;
    flush_and_rewind(vm, this)
}

/// `buffer.closed` for one of those.
pub fn buffer_closed(vm: &Vm, this: &Buffered) -> PyResult<bool> {
    raw_is_closed(vm, this)
}

fn write(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = &args[0];
    let this = ready(vm, object)?;
    if args[1].as_str().is_some() {
        return Err(vm.type_error("a bytes-like object is required, not 'str'"));
    }
    let copied;
    let bytes: &[u8] = match vm.bytes_of(&args[1]) {
        Some(bytes) => bytes,
        None => {
            copied = vm.buffer_copy(&args[1])?;
            &copied
        }
    };
    check_open(vm, this, "write to closed file")?;
    let _inside = enter(vm, object, this)?;
    if raw_is_closed(vm, this)? {
        return Err(vm.value_error("write to closed file"));
    }
    let n = write_inside(vm, this, bytes)?;
    Ok(vm.int(n as i64))
}

// ---------------------------------------------------------------------------------------------- reading

/// Reads once into the (empty) buffer.
fn fill(vm: &Vm, this: &Buffered) -> PyResult<Option<usize>> {
    let mut ahead = this.ahead.take();
    if this.from.get() > 0 {
        ahead.drain(..this.from.get());
        this.from.set(0);
    }
    let room = this.size.get().saturating_sub(ahead.len()).max(1);
    let result = raw_read(vm, this, &mut ahead, room);
    this.ahead.set(ahead);
    result
}

fn prepare_reading(vm: &Vm, this: &Buffered) -> PyResult<()> {
    if this.writable.get() { flush_pending(vm, this) } else { Ok(()) }
}

fn read_all(vm: &Vm, this: &Buffered) -> PyResult<Value> {
    let mut all = this.take_ahead(usize::MAX).to_vec();
    this.forget_ahead();
    prepare_reading(vm, this)?;
    let raw = this.raw.cloned();
    if let Some(file) = fileio::exact(vm, &raw) {
        let rest = fileio::read_all(vm, file)?;
        return Ok(match rest {
            Some(rest) => {
                this.moved(rest.len());
                if all.is_empty() {
                    vm.bytes(&rest)
                } else {
                    all.extend_from_slice(&rest);
                    vm.bytes(&all)
                }
            }
            None if all.is_empty() => Value::NONE,
            None => vm.bytes(&all),
        });
    }
    if let Some(readall) = vm.getattr_opt(&raw, vm.intern("readall").value())? {
        let rest = vm.call0(&readall)?;
        if rest.is_none() {
            return Ok(if all.is_empty() { Value::NONE } else { vm.bytes(&all) });
        }
        let Some(bytes) = vm.bytes_of(&rest) else {
            return Err(vm.type_error("readall() should return bytes"));
        };
        this.moved(bytes.len());
        if all.is_empty() {
            return Ok(rest);
        }
        all.extend_from_slice(bytes);
        return Ok(vm.bytes(&all));
    }
    let mut any = !all.is_empty();
    loop {
        let piece = vm.call_method(&raw, &vm.names().read, &[])?;
        if piece.is_none() {
            return Ok(if any { vm.bytes(&all) } else { Value::NONE });
        }
        let Some(bytes) = vm.bytes_of(&piece) else {
            return Err(vm.type_error("read() should return bytes"));
        };
        any = true;
        if bytes.is_empty() {
            return Ok(vm.bytes(&all));
        }
        this.moved(bytes.len());
        all.extend_from_slice(bytes);
    }
}

/// Reads until `n` bytes are there, the end comes or it would block; `None`: it would block at once.
fn read_exactly(vm: &Vm, this: &Buffered, n: usize) -> PyResult<Option<Vec<u8>>> {
    let mut out = Vec::with_capacity(n.min(1 << 24));
    out.extend_from_slice(this.take_ahead(n));
    this.forget_ahead();
    prepare_reading(vm, this)?;
    let size = this.size.get();
    loop {
        let left = n - out.len();
        if left == 0 {
            return Ok(Some(out));
        }
        let whole = left - left % size;
        if whole > 0 {
            match raw_read(vm, this, &mut out, whole)? {
                Some(0) => return Ok(Some(out)),
                Some(_) => continue,
                None => return Ok(if out.is_empty() { None } else { Some(out) }),
            }
        }
        match fill(vm, this)? {
            Some(0) => return Ok(Some(out)),
            Some(_) => {
                out.extend_from_slice(this.take_ahead(left));
            }
            None => return Ok(if out.is_empty() { None } else { Some(out) }),
        }
    }
}

fn read(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = &args[0];
    let this = ready(vm, object)?;
    let n = size_argument(vm, &args[1])?;
    if n < -1 {
        return Err(vm.value_error("read length must be non-negative or -1"));
    }
    check_open(vm, this, "read of closed file")?;
    if n == -1 {
        let _inside = enter(vm, object, this)?;
        return read_all(vm, this);
    }
    let n = n as usize;
    if n <= this.have() && this.owner.get() == 0 {
        return Ok(vm.bytes(this.take_ahead(n)));
    }
    let _inside = enter(vm, object, this)?;
    match read_exactly(vm, this, n)? {
        Some(out) => Ok(vm.bytes(&out)),
        None => Ok(Value::NONE),
    }
}

/// At most one raw read; all that is read ahead is given first. For `read1` of a reader from `exact_reader`, into a
/// vector.
pub fn read_some(vm: &Vm, object: &Value, this: &Obj<Buffered>, n: usize, out: &mut Vec<u8>) -> PyResult<()> {
    if raw_is_closed(vm, this)? {
        return Err(vm.value_error("read of closed file"));
    }
    let _inside = enter(vm, object, this)?;
    if this.have() > 0 {
        out.extend_from_slice(this.take_ahead(n));
        return Ok(());
    }
    this.forget_ahead();
    prepare_reading(vm, this)?;
    raw_read(vm, this, out, n).map(drop)
}

fn read1(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = &args[0];
    let this = ready(vm, object)?;
    let n = match args[1].given() {
        None => -1,
        Some(n) => vm.to_index(n)?,
    };
    let n = if n < 0 { this.size.get() } else { n as usize };
    check_open(vm, this, "read of closed file")?;
    if n == 0 {
        return Ok(vm.bytes(b""));
    }
    let mut out = Vec::new();
    read_some(vm, object, this, n, &mut out)?;
    Ok(vm.bytes(&out))
}

fn read_into(vm: &Vm, args: &[Value], once: bool) -> PyResult<Value> {
    let object = &args[0];
    let this = ready(vm, object)?;
    let buffer = vm.lend_mut(&args[1], "readinto() argument")?;
    let room = buffer.len();
    check_open(vm, this, "readinto of closed file")?;
    let mut out = this.take_ahead(room).to_vec();
    let from_ahead = out.len();
    if out.len() < room && !(once && from_ahead > 0) {
        let _inside = enter(vm, object, this)?;
        this.forget_ahead();
        prepare_reading(vm, this)?;
        let mut blocked = false;
        while out.len() < room {
            let left = room - out.len();
            let got = if left > this.size.get() {
                raw_read(vm, this, &mut out, left)
            } else if once && !out.is_empty() {
                break;
            } else {
                fill(vm, this).map(|n| {
                    out.extend_from_slice(this.take_ahead(left));
                    n
                })
            }?;
            match got {
                Some(0) => break,
                None => {
                    blocked = true;
                    break;
                }
                Some(_) if once => break,
                Some(_) => {}
            }
        }
        if blocked && out.is_empty() {
            return Ok(Value::NONE);
        }
    }
    buffer.write(0, &out);
    Ok(vm.int(out.len() as i64))
}

fn peek(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = &args[0];
    let this = ready(vm, object)?;
    if let Some(n) = args[1].given() {
        vm.to_index(n)?;
    }
    check_open(vm, this, "peek of closed file")?;
    let _inside = enter(vm, object, this)?;
    flush_pending(vm, this)?;
    if this.have() == 0 {
        this.forget_ahead();
        fill(vm, this)?;
    }
    Ok(vm.bytes(&this.ahead.get()[this.from.get()..]))
}

fn line(vm: &Vm, object: &Value, limit: isize) -> PyResult<Value> {
    let this = ready(vm, object)?;
    check_open(vm, this, "readline of closed file")?;
    let limit = if limit < 0 { usize::MAX } else { limit as usize };
    let end = |bytes: &[u8], limit: usize| {
        let room = bytes.len().min(limit);
        memchr::memchr(b'\n', &bytes[..room]).map(|at| at + 1).or(if room == limit {
            Some(room)
        } else {
            None
        })
    };
    if this.owner.get() == 0
        && let Some(n) = end(&this.ahead.get()[this.from.get()..], limit)
    {
        return Ok(vm.bytes(this.take_ahead(n)));
    }
    let _inside = enter(vm, object, this)?;
    let mut out = this.take_ahead(limit).to_vec();
    this.forget_ahead();
    prepare_reading(vm, this)?;
    while out.len() < limit {
        match fill(vm, this)? {
            None | Some(0) => break,
            Some(_) => {}
        }
        let left = limit - out.len();
        match end(&this.ahead.get()[this.from.get()..], left) {
            Some(n) => {
                out.extend_from_slice(this.take_ahead(n));
                break;
            }
            None => {
                out.extend_from_slice(this.take_ahead(usize::MAX));
                this.forget_ahead();
            }
        }
    }
    Ok(vm.bytes(&out))
}

fn readline(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let limit = size_argument(vm, &args[1])?;
    line(vm, &args[0], limit)
}

fn next_line(vm: &Vm, object: &Value) -> PyResult<Option<Value>> {
    let ty = object.ty(vm).address();
    let native = ty == vm.typ(&BUFFERED_READER).address() || ty == vm.typ(&BUFFERED_RANDOM).address();
    let line = if native {
        line(vm, object, -1)?
    } else {
        let line = vm.call_method(object, &vm.names().readline, &[])?;
        if vm.bytes_of(&line).is_none() {
            return Err(vm.raise(
                &exc::OS_ERROR,
                format!("readline() should have returned a bytes object, not '{}'", line.type_name(vm)),
            ));
        }
        line
    };
    Ok(if vm.bytes_of(&line).is_none_or(<[u8]>::is_empty) { None } else { Some(line) })
}

// ---------------------------------------------------------------------------------------------- positions

fn position(vm: &Vm, this: &Buffered) -> PyResult<i64> {
    let at = raw_tell(vm, this)? - this.have() as i64 + this.pending.get().len() as i64;
    Ok(at.max(0))
}

fn tell(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = ready(vm, &args[0])?;
    Ok(vm.int(position(vm, this)?))
}

fn seek(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = &args[0];
    let this = ready(vm, object)?;
    let whence = args[2].given().map_or(Ok(0), |w| vm.c_int(w))?;
    if !(0..=2).contains(&whence) && whence != libc::SEEK_DATA && whence != libc::SEEK_HOLE {
        return Err(vm.value_error(format!("whence value {whence} unsupported")));
    }
    check_open(vm, this, "seek of closed file")?;
    let raw = this.raw.cloned();
    match fileio::exact(vm, &raw) {
        Some(file) if fileio::seekable(vm, file) => {}
        Some(_) => return Err(unsupported(vm, "File or stream is not seekable.")),
        None => {
            check_ability(vm, &raw, "seekable", "File or stream is not seekable.")?;
        }
    }
    let mut target = fileio::offset(vm, &args[1])?;
    let have = this.have() as i64;
    if whence < 2 && this.readable.get() && this.owner.get() == 0 && this.pending.get().is_empty() {
        // Inside of what is read ahead only the reader moves.
        let raw_at = if this.raw_at.get() >= 0 { this.raw_at.get() } else { raw_tell(vm, this)? };
        let current = raw_at - have;
        let by = if whence == 0 { target - current } else { target };
        if by >= -(this.from.get() as i64) && by <= have && !this.ahead.get().is_empty() {
            this.from.set((this.from.get() as i64 + by) as usize);
            return Ok(vm.int(current + by));
        }
    }
    let _inside = enter(vm, object, this)?;
    flush_pending(vm, this)?;
    if whence == 1 {
        target -= this.have() as i64;
    }
    let at = raw_seek(vm, this, target, whence)?;
    this.forget_ahead();
    Ok(vm.int(at))
}

fn truncate(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = &args[0];
    let this = ready(vm, object)?;
    check_open(vm, this, "truncate of closed file")?;
    if !this.writable.get() {
        return Err(unsupported(vm, "truncate"));
    }
    let _inside = enter(vm, object, this)?;
    flush_and_rewind(vm, this)?;
    let raw = this.raw.cloned();
    let size = match args[1].some() {
        Some(size) => size.clone(),
        None => Value::NONE,
    };
    vm.call_method_str(&raw, "truncate", &[size])
}

// ---------------------------------------------------------------------------------------------- the rest

static READER: Signature = Signature::parse("BufferedReader(raw, buffer_size=131072)");
static WRITER: Signature = Signature::parse("BufferedWriter(raw, buffer_size=131072)");
static RANDOM: Signature = Signature::parse("BufferedRandom(raw, buffer_size=131072)");

fn init(
    vm: &Vm,
    object: &Value,
    args: Args,
    signature: &'static Signature,
    readable: bool,
    writable: bool,
) -> PyResult<()> {
    let this = this(vm, object)?;
    this.state.set(State::New);
    let [raw, size] = vm.bind_args::<2>(signature, args)?;
    let size = match size.given() {
        Some(size) => vm.to_index(size)?,
        None => super::BUFFER_SIZE as isize,
    };
    let native = fileio::exact(vm, &raw).is_some();
    if readable && writable {
        check_ability(vm, &raw, "seekable", "File or stream is not seekable.")?;
    }
    if readable {
        check_ability(vm, &raw, "readable", "File or stream is not readable.")?;
    }
    if writable {
        check_ability(vm, &raw, "writable", "File or stream is not writable.")?;
    }
    if size <= 0 {
        return Err(vm.value_error("buffer size must be strictly positive"));
    }
    this.raw.set(raw.clone());
    this.readable.set(readable);
    this.writable.set(writable);
    this.finalizing.set(false);
    this.size.set(size as usize);
    this.forget_ahead();
    this.pending.get_mut().clear();
    this.raw_at.set(-1);
    // The position need not be known; a pipe has none.
    if !native && let Err(raised) = raw_tell(vm, this) {
        let plain = vm.raised_is(&exc::EXCEPTION);
        let exception = vm.take_raised(raised);
        if !plain {
            return Err(vm.set_raised(exception));
        }
    }
    this.state.set(State::Ready);
    Ok(())
}

/// A buffered stream made by native code: over `raw`, for what is said.
pub fn make(vm: &Vm, spec: &'static TypeSpec, raw: Value, size: usize) -> PyResult<Value> {
    let object = vm.alloc_spec(spec, Buffered::empty());
    let args = [raw, vm.int(size as i64)];
    let (readable, writable) = (!std::ptr::eq(spec, &BUFFERED_WRITER), !std::ptr::eq(spec, &BUFFERED_READER));
    init(vm, &object, Args::positional(&args), &READER, readable, writable)?;
    Ok(object)
}

fn flush(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = ready(vm, &args[0])?;
    check_open(vm, this, "flush of closed file")?;
    let _inside = enter(vm, &args[0], this)?;
    flush_and_rewind(vm, this)?;
    Ok(Value::NONE)
}

fn simple_flush(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = ready(vm, &args[0])?;
    let raw = this.raw.cloned();
    vm.call_method(&raw, &vm.names().flush, &[])
}

fn close(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let object = &args[0];
    let this = ready(vm, object)?;
    if raw_is_closed(vm, this)? {
        return Ok(Value::NONE);
    }
    let raw = this.raw.cloned();
    if this.finalizing.get() {
        base::tell_unclosed(vm, &raw, object);
    }
    let flushed = vm.call_method(object, &vm.names().flush, &[]);
    let failed = flushed.err().map(|raised| vm.take_raised(raised));
    let closed = vm.call_method(&raw, &vm.names().close, &[]);
    this.forget_ahead();
    this.pending.get_mut().clear();
    this.ahead.set(Vec::new());
    match failed {
        Some(failed) => Err(base::chain(vm, failed, closed)),
        None => closed,
    }
}

fn detach(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = ready(vm, &args[0])?;
    vm.call_method(&args[0], &vm.names().flush, &[])?;
    let raw = this.raw.replace(Value::NONE);
    this.state.set(State::Detached);
    Ok(raw)
}

fn of_raw(vm: &Vm, args: &[Value], method: &str) -> PyResult<Value> {
    let raw = ready(vm, &args[0])?.raw.cloned();
    vm.call_method_str(&raw, method, &[])
}

fn dealloc_warn(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    if this.state.get() == State::Ready {
        let raw = this.raw.cloned();
        base::tell_unclosed(vm, &raw, &args[1]);
    }
    Ok(Value::NONE)
}

fn repr(vm: &Vm, object: &Value) -> PyResult<Value> {
    let class = vm.full_type_name(object);
    let name = vm.getattr_opt(object, vm.intern("name").value());
    let name = match vm.catch(name, &exc::VALUE_ERROR)? {
        Some(Some(name)) => name,
        _ => return Ok(vm.str(format!("<{class}>"))),
    };
    let Some(_guard) = vm.enter_repr(object) else {
        return Err(vm.runtime_error(format!("reentrant call inside {class}.__repr__")));
    };
    let mut text = format!("<{class} name=").into_bytes();
    text.extend(vm.repr_string(&name)?);
    text.push(b'>');
    Ok(vm.str_bytes(&text))
}

const READ: Native = native("read(self, size=-1, /)", read, "Read and return up to size bytes.");
const PEEK: Native = native("peek(self, size=0, /)", peek, "");
const READ1: Native = native(
    "read1(self, size=-1, /)",
    read1,
    "Read and return up to size bytes, with at most one read() call to the underlying raw stream.",
);
const READINTO: Native = native("readinto(self, buffer, /)", |vm, args| read_into(vm, args, false), "");
const READINTO1: Native = native("readinto1(self, buffer, /)", |vm, args| read_into(vm, args, true), "");
const READLINE: Native = native("readline(self, size=-1, /)", readline, "");
const WRITE: Native = native("write(self, buffer, /)", write, "Write buffer b to the IO stream.");
const DETACH: Native = native("detach(self, /)", detach, "");
const CLOSE: Native = native("close(self, /)", close, "");
const FLUSH: Native = native("flush(self, /)", flush, "");
const SEEKABLE: Native = native("seekable(self, /)", |vm, args| of_raw(vm, args, "seekable"), "");
const READABLE: Native = native("readable(self, /)", |vm, args| of_raw(vm, args, "readable"), "");
const WRITABLE: Native = native("writable(self, /)", |vm, args| of_raw(vm, args, "writable"), "");
const FILENO: Native = native("fileno(self, /)", |vm, args| of_raw(vm, args, "fileno"), "");
const ISATTY: Native = native("isatty(self, /)", |vm, args| of_raw(vm, args, "isatty"), "");
const DEALLOC_WARN: Native = native("_dealloc_warn(self, source, /)", dealloc_warn, "");
const SEEK: Native = native("seek(self, target, whence=0, /)", seek, "");
const TELL: Native = native("tell(self, /)", tell, "");
const TRUNCATE: Native = native("truncate(self, pos=None, /)", truncate, "");

static GETSET: &[GetSet] = &[
    getter("raw", |vm, b| Ok(this(vm, b)?.raw.cloned()), ""),
    getter(
        "closed",
        |vm, b| {
            let this = ready(vm, b)?;
            Ok(Value::bool(raw_is_closed(vm, this)?))
        },
        "",
    ),
    getter(
        "name",
        |vm, b| {
            let raw = ready(vm, b)?.raw.cloned();
            vm.getattr_str(&raw, "name")
        },
        "",
    ),
    getter(
        "mode",
        |vm, b| {
            let raw = ready(vm, b)?.raw.cloned();
            vm.getattr_str(&raw, "mode")
        },
        "",
    ),
    getset(
        "_finalizing",
        |vm, b| Ok(Value::bool(this(vm, b)?.finalizing.get())),
        |vm, b, v| {
            this(vm, b)?.finalizing.set(match v {
                Some(v) => vm.truth(v)?,
                None => false,
            });
            Ok(())
        },
        "",
    ),
];

/// `_io.BufferedReader`
pub static BUFFERED_READER: TypeSpec = TypeSpec::new("_io.BufferedReader", Buffered::layout)
    .base(&BUFFERED_IO_BASE)
    .flags(STREAM)
    .doc(
        "(raw, buffer_size=DEFAULT_BUFFER_SIZE)",
        "Create a new buffered reader using the given readable raw IO object.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Buffered::empty()).into_value()));
        s.init = Some(|vm, object, args| init(vm, object, args, &READER, true, false));
        s.next = Some(next_line);
        s.repr = Some(repr);
    })
    .methods(&[
        DETACH,
        native("flush(self, /)", simple_flush, ""),
        CLOSE,
        SEEKABLE,
        READABLE,
        FILENO,
        ISATTY,
        DEALLOC_WARN,
        READ,
        PEEK,
        READ1,
        READINTO,
        READINTO1,
        READLINE,
        SEEK,
        TELL,
        TRUNCATE,
        super::NO_PICKLE,
    ])
    .getset(GETSET);

/// `_io.BufferedWriter`
pub static BUFFERED_WRITER: TypeSpec = TypeSpec::new("_io.BufferedWriter", Buffered::layout)
    .base(&BUFFERED_IO_BASE)
    .flags(STREAM)
    .doc("(raw, buffer_size=DEFAULT_BUFFER_SIZE)", "A buffer for a writeable sequential RawIO object.")
    .slots(|s| {
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Buffered::empty()).into_value()));
        s.init = Some(|vm, object, args| init(vm, object, args, &WRITER, false, true));
        s.repr = Some(repr);
    })
    .methods(&[
        CLOSE,
        DETACH,
        SEEKABLE,
        WRITABLE,
        FILENO,
        ISATTY,
        DEALLOC_WARN,
        WRITE,
        TRUNCATE,
        FLUSH,
        SEEK,
        TELL,
        super::NO_PICKLE,
    ])
    .getset(GETSET);

/// `_io.BufferedRandom`
pub static BUFFERED_RANDOM: TypeSpec = TypeSpec::new("_io.BufferedRandom", Buffered::layout)
    .base(&BUFFERED_IO_BASE)
    .flags(STREAM)
    .doc("(raw, buffer_size=DEFAULT_BUFFER_SIZE)", "A buffered interface to random access streams.")
    .slots(|s| {
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Buffered::empty()).into_value()));
        s.init = Some(|vm, object, args| init(vm, object, args, &RANDOM, true, true));
        s.next = Some(next_line);
        s.repr = Some(repr);
    })
    .methods(&[
        CLOSE,
        DETACH,
        SEEKABLE,
        READABLE,
        WRITABLE,
        FILENO,
        ISATTY,
        DEALLOC_WARN,
        FLUSH,
        SEEK,
        TELL,
        TRUNCATE,
        READ,
        READ1,
        READINTO,
        READINTO1,
        READLINE,
        PEEK,
        WRITE,
        super::NO_PICKLE,
    ])
    .getset(GETSET);

// ---------------------------------------------------------------------------------------------- the pair

/// The payload of `BufferedRWPair`.
pub struct Pair {
    reader: LockCell<Value>,
    writer: LockCell<Value>,
}
crate::payload!(Pair, "BufferedRWPair", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.reader.get());
        visit(self.writer.get());
    }
    fn clear(&self) {
        self.reader.set(Value::NONE);
        self.writer.set(Value::NONE);
    }
});

fn of_pair(vm: &Vm, args: &[Value], writer: bool, method: &str) -> PyResult<Value> {
    let this = vm.cast::<Pair>(&args[0])?;
    let inner = if writer { this.writer.cloned() } else { this.reader.cloned() };
    if inner.is_none() {
        return Err(vm.value_error("I/O operation on uninitialized object"));
    }
    let given: Vec<Value> = args[1..].iter().filter(|a| !a.is_unbound()).cloned().collect();
    vm.call_method_str(&inner, method, &given)
}

static PAIR: Signature = Signature::parse("BufferedRWPair(reader, writer, buffer_size=131072, /)");

/// `_io.BufferedRWPair`
pub static BUFFERED_RW_PAIR: TypeSpec = TypeSpec::new("_io.BufferedRWPair", Pair::layout)
    .base(&BUFFERED_IO_BASE)
    .flags(STREAM)
    .doc(
        "(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)",
        "A buffered reader and writer object together.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, _| {
            let empty = Pair { reader: LockCell::new(Value::NONE), writer: LockCell::new(Value::NONE) };
            Ok(vm.alloc(ty, empty).into_value())
        });
        s.init = Some(|vm, object, args| {
            let [reader, writer, size] = vm.bind_args::<3>(&PAIR, args)?;
            check_ability(vm, &reader, "readable", "File or stream is not readable.")?;
            check_ability(vm, &writer, "writable", "File or stream is not writable.")?;
            let size = match size.given() {
                Some(size) => vm.to_index(size)?,
                None => super::BUFFER_SIZE as isize,
            };
            if size <= 0 {
                return Err(vm.value_error("buffer size must be strictly positive"));
            }
            let reader = make(vm, &BUFFERED_READER, reader, size as usize)?;
            let writer = make(vm, &BUFFERED_WRITER, writer, size as usize)?;
            let this = vm.cast::<Pair>(object)?;
            this.reader.set(reader);
            this.writer.set(writer);
            Ok(())
        });
    })
    .methods(&[
        native("read(self, size=-1, /)", |vm, args| of_pair(vm, args, false, "read"), ""),
        native("peek(self, size=0, /)", |vm, args| of_pair(vm, args, false, "peek"), ""),
        native("read1(self, size=-1, /)", |vm, args| of_pair(vm, args, false, "read1"), ""),
        native("readinto(self, buffer, /)", |vm, args| of_pair(vm, args, false, "readinto"), ""),
        native("readinto1(self, buffer, /)", |vm, args| of_pair(vm, args, false, "readinto1"), ""),
        native("write(self, buffer, /)", |vm, args| of_pair(vm, args, true, "write"), ""),
        native("flush(self, /)", |vm, args| of_pair(vm, args, true, "flush"), ""),
        native("readable(self, /)", |vm, args| of_pair(vm, args, false, "readable"), ""),
        native("writable(self, /)", |vm, args| of_pair(vm, args, true, "writable"), ""),
        native(
            "close(self, /)",
            |vm, args| {
                let failed = of_pair(vm, args, true, "close").err().map(|raised| vm.take_raised(raised));
                let closed = of_pair(vm, args, false, "close");
                match failed {
                    Some(failed) => Err(base::chain(vm, failed, closed)),
                    None => closed,
                }
            },
            "",
        ),
        native(
            "isatty(self, /)",
            |vm, args| {
                let writer = of_pair(vm, args, true, "isatty")?;
                if vm.truth(&writer)? { Ok(writer) } else { of_pair(vm, args, false, "isatty") }
            },
            "",
        ),
    ])
    .getset(&[getter(
        "closed",
        |vm, pair| {
            let writer = vm.cast::<Pair>(pair)?.writer.cloned();
            if writer.is_none() {
                return Err(vm.runtime_error("the BufferedRWPair object is being garbage-collected"));
            }
            vm.getattr_str(&writer, "closed")
        },
        "",
    )]);
