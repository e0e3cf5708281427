//! `Pickler`.
//!
//! Output is collected in a buffer. From protocol 4 on it is cut into frames: the length of a frame is written in front of
//! it when it is closed, which happens between two objects once it is long enough, and around large strings, which stand
//! outside of frames.

use std::cell::Cell;

use dashu_int::IBig;

use super::{DEFAULT_PROTOCOL, HIGHEST_PROTOCOL, buffer_of, look_up, op, pickling_error, raw, table};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::raise::Exception;
use crate::runtime::object::typedef::{TypeRef, TypeSpec, getset, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// Frames are closed when they are that long; longer strings stand outside of them.
const FRAME_TARGET: usize = 64 * 1024;
/// Shorter frames are written without header.
const FRAME_MIN: usize = 4;
const FRAME_HEADER: usize = 9;
/// Where the interpreter keeps the tables of `copyreg`.
const DISPATCH: &str = "copyreg.dispatch_table";
const EXTENSIONS: &str = "copyreg._extension_registry";
const BATCH: usize = 1000;
/// Room for output that is there from the start: most pickles are shorter.
const FIRST_ROOM: usize = 1024;

/// A header of an opcode and a length: see [`header`].
type Header = ([u8; 9], usize);

/// What was written, with the numbers under which the reader knows it: an open-addressing table by identity, whose slots
/// hold the places of the entries, so that a fresh one is cleared, and an old one dropped, without visiting free slots.
#[derive(Default)]
struct Memo {
    entries: Vec<(Value, usize)>,
    /// Places of entries, plus one; 0 is free. As many as a power of two, or none. (Four billion entries fill more than
    /// any machine's memory.)
    slots: Vec<u32>,
}

impl Memo {
    const FIRST: usize = 128;

    /// The place of an object's entry, or else the slot where it belongs, which [`Memo::insert_at`] takes.
    #[inline(always)]
    fn find(&self, object: &Value) -> Result<usize, usize> {
        if self.slots.is_empty() {
            return Err(0);
        }
        let mask = self.slots.len() - 1;
        // Fibonacci hashing; the low bits of the product know nothing of the high bits of the address.
        let product = object.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut at = (product >> 32) as usize & mask;
        loop {
            let place = self.slots[at] as usize;
            if place == 0 {
                return Err(at);
            }
            if self.entries[place - 1].0.is(object) {
                return Ok(place - 1);
            }
            at = (at + 1) & mask;
        }
    }
    #[inline(always)]
    fn get(&self, object: &Value) -> Option<usize> {
        self.find(object).ok().map(|place| self.entries[place].1)
    }
    /// Numbers an object that is not there; `slot` is what [`Memo::find`] gave.
    #[inline(always)]
    fn insert_at(&mut self, slot: usize, object: &Value, number: usize) {
        let mut slot = slot;
        if self.entries.len() * 2 >= self.slots.len() {
            slot = self.grow(object);
        }
        self.entries.push((object.clone(), number));
        self.slots[slot] = self.entries.len() as u32;
    }
    /// Sets the number of an object.
    #[inline(always)]
    fn insert(&mut self, object: &Value, number: usize) {
        match self.find(object) {
            Err(slot) => self.insert_at(slot, object, number),
            Ok(place) => self.entries[place].1 = number,
        }
    }
    /// Makes room, and gives the slot of an object that is not there.
    #[cold]
    fn grow(&mut self, object: &Value) -> usize {
        let length = (self.slots.len() * 4).max(Memo::FIRST);
        self.slots = vec![0; length];
        self.entries.reserve(length / 2 - self.entries.len());
        for place in 0..self.entries.len() {
            if let Err(slot) = self.find(&self.entries[place].0) {
                self.slots[slot] = place as u32 + 1;
            }
        }
        self.find(object).err().unwrap_or(0)
    }
    fn entries(&self) -> impl Iterator<Item = &(Value, usize)> {
        self.entries.iter()
    }
}

/// The payload of `Pickler`.
pub struct Pickler {
    /// `file.write`; unbound before `__init__`, `None` for `dumps`.
    write: LockCell<Value>,
    buffer_callback: LockCell<Value>,
    /// Set on the object, instead of the method.
    persistent_id: LockCell<Value>,
    dispatch_table: LockCell<Value>,
    /// Found when a dump begins; unbound if there is none.
    persistent: LockCell<Value>,
    reducer: LockCell<Value>,
    /// The table of reducers that is asked; unbound before the first question if it is the one of `copyreg`.
    dispatch: LockCell<Value>,
    /// `copyreg._extension_registry`, unbound before the first question.
    extensions: LockCell<Value>,
    protocol: Cell<i64>,
    binary: Cell<i64>,
    fast: Cell<i64>,
    fix_imports: Cell<bool>,
    memo: LockCell<Memo>,
    out: LockCell<Vec<u8>>,
    framing: Cell<bool>,
    /// Where the open frame's header is.
    frame: Cell<Option<usize>>,
    running: Cell<bool>,
}

crate::payload!(Pickler, "Pickler", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        for cell in self.cells() {
            visit(cell.get());
        }
        for (object, _) in self.memo.get().entries() {
            visit(object);
        }
    }
    fn clear(&self) {
        let old = self.cells().map(|cell| cell.replace(Value::UNBOUND));
        let memo = self.memo.take();
        drop((old, memo));
    }
});

impl Pickler {
    fn new() -> Pickler {
        let cell = || LockCell::new(Value::UNBOUND);
        Pickler {
            write: cell(),
            buffer_callback: cell(),
            persistent_id: cell(),
            dispatch_table: cell(),
            persistent: cell(),
            reducer: cell(),
            dispatch: cell(),
            extensions: cell(),
            protocol: Cell::new(DEFAULT_PROTOCOL),
            binary: Cell::new(1),
            fast: Cell::new(0),
            fix_imports: Cell::new(false),
            memo: LockCell::new(Memo::default()),
            out: LockCell::new(Vec::new()),
            framing: Cell::new(false),
            frame: Cell::new(None),
            running: Cell::new(false),
        }
    }
    fn cells(&self) -> [&LockCell<Value>; 8] {
        [
            &self.write,
            &self.buffer_callback,
            &self.persistent_id,
            &self.dispatch_table,
            &self.persistent,
            &self.reducer,
            &self.dispatch,
            &self.extensions,
        ]
    }
    fn set(&self, options: Options) {
        self.protocol.set(options.protocol);
        self.binary.set(i64::from(options.protocol > 0));
        self.fast.set(0);
        self.fix_imports.set(options.fix_imports && options.protocol < 3);
        self.buffer_callback.set(options.buffer_callback);
        drop(self.memo.take());
    }

    // ---- output

    #[inline(always)]
    fn put(&self, bytes: &[u8]) {
        if self.framing.get() && self.frame.get().is_none() {
            self.open_frame();
        }
        self.out.get_mut().extend_from_slice(bytes);
    }
    #[cold]
    fn open_frame(&self) {
        let out = self.out.get_mut();
        self.frame.set(Some(out.len()));
        out.extend_from_slice(&[op::FRAME; FRAME_HEADER]);
    }
    fn close_frame(&self) {
        let Some(start) = self.frame.take() else { return };
        let out = self.out.get_mut();
        let length = out.len() - start - FRAME_HEADER;
        if length >= FRAME_MIN {
            out[start] = op::FRAME;
            out[start + 1..start + FRAME_HEADER].copy_from_slice(&(length as u64).to_le_bytes());
        } else {
            out.drain(start..start + FRAME_HEADER);
        }
    }
    fn flush(&self, vm: &Vm) -> PyResult<()> {
        let write = self.write.cloned();
        if write.is_none() {
            return Ok(());
        }
        let out = self.out.take();
        vm.call1(&write, &vm.bytes(&out))?;
        Ok(())
    }
    /// A string of less than 256 bytes that is not in the memo, where it belongs at `slot`, for protocol 4 and later.
    #[inline(always)]
    fn put_short(&self, object: &Value, bytes: &[u8], slot: usize) {
        if self.framing.get() && self.frame.get().is_none() {
            self.open_frame();
        }
        let out = self.out.get_mut();
        out.reserve(bytes.len() + 3);
        out.push(op::SHORT_BINUNICODE);
        out.push(bytes.len() as u8);
        out.extend_from_slice(bytes);
        if self.fast.get() == 0 {
            out.push(op::MEMOIZE);
            let memo = self.memo.get_mut();
            let number = memo.entries.len();
            memo.insert_at(slot, object, number);
        }
    }
    /// Between two objects: a frame that is long enough ends.
    #[inline(always)]
    fn boundary(&self, vm: &Vm) -> PyResult<()> {
        let Some(start) = self.frame.get() else { return Ok(()) };
        if self.out.get().len() - start - FRAME_HEADER < FRAME_TARGET {
            return Ok(());
        }
        self.close_frame();
        self.flush(vm)
    }
    /// Writes an opcode with a string; a large one, which `owner` holds, goes to the file by itself.
    #[inline(always)]
    fn put_string(&self, vm: &Vm, header: Header, bytes: &[u8], owner: Option<&Value>) -> PyResult<()> {
        let header = &header.0[..header.1];
        if bytes.len() < FRAME_TARGET {
            self.put(header);
            self.put(bytes);
            return Ok(());
        }
        self.put_large(vm, header, bytes, owner)
    }
    #[cold]
    fn put_large(&self, vm: &Vm, header: &[u8], bytes: &[u8], owner: Option<&Value>) -> PyResult<()> {
        self.close_frame();
        let framing = self.framing.replace(false);
        self.put(header);
        let write = self.write.cloned();
        if write.is_none() {
            self.put(bytes);
        } else {
            let payload = owner.cloned().unwrap_or_else(|| vm.bytes(bytes));
            self.flush(vm)?;
            vm.call1(&write, &payload)?;
        }
        self.framing.set(framing);
        Ok(())
    }

    // ---- memo

    fn known(&self, object: &Value) -> Option<usize> {
        self.memo.get().get(object)
    }
    fn put_get(&self, at: usize) {
        if self.binary.get() == 0 {
            self.put(format!("g{at}\n").as_bytes());
        } else if at < 256 {
            self.put(&[op::BINGET, at as u8]);
        } else {
            self.put(&[op::LONG_BINGET]);
            self.put(&(at as u32).to_le_bytes());
        }
    }
    fn memoize(&self, object: &Value) {
        if self.fast.get() != 0 {
            return;
        }
        let memo = self.memo.get_mut();
        let at = memo.entries.len();
        memo.insert(object, at);
        if self.protocol.get() >= 4 {
            self.put(&[op::MEMOIZE]);
        } else if self.binary.get() == 0 {
            self.put(format!("p{at}\n").as_bytes());
        } else if at < 256 {
            self.put(&[op::BINPUT, at as u8]);
        } else {
            self.put(&[op::LONG_BINPUT]);
            self.put(&(at as u32).to_le_bytes());
        }
    }
}

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Pickler>> {
    vm.cast::<Pickler>(value)
}

/// How to write.
pub struct Options {
    protocol: i64,
    fix_imports: bool,
    buffer_callback: Value,
}

impl Options {
    /// Checked arguments.
    pub fn new(vm: &Vm, protocol: &Value, fix_imports: &Value, callback: &Value) -> PyResult<Options> {
        let protocol = match protocol.some() {
            None => DEFAULT_PROTOCOL,
            Some(protocol) => match vm.to_i32_arg(protocol)? {
                n if n < 0 => HIGHEST_PROTOCOL,
                n => i64::from(n),
            },
        };
        if protocol > HIGHEST_PROTOCOL {
            return Err(vm.value_error(format!("pickle protocol must be <= {HIGHEST_PROTOCOL}")));
        }
        let fix_imports = fix_imports.given().map_or(Ok(true), |fix| vm.truth(fix))?;
        let buffer_callback = callback.some().cloned().unwrap_or(Value::UNBOUND);
        if !buffer_callback.is_unbound() && protocol < 5 {
            return Err(vm.value_error("buffer_callback needs protocol >= 5"));
        }
        Ok(Options { protocol, fix_imports, buffer_callback })
    }
}

fn attach(vm: &Vm, object: &Value, file: &Value, options: Options) -> PyResult<()> {
    let name = vm.intern("write");
    let Some(write) = vm.getattr_opt(file, name.value())? else {
        return Err(vm.type_error("file must have a 'write' attribute"));
    };
    let this = this(vm, object)?;
    if this.running.get() {
        return Err(vm.runtime_error("Pickler object is already used"));
    }
    this.write.set(write);
    this.set(options);
    Ok(())
}

/// A pickler that writes to a file.
pub fn with_file(vm: &Vm, ty: &TypeRef, file: &Value, options: Options) -> PyResult<Value> {
    let object = vm.alloc(ty, Pickler::new()).into_value();
    attach(vm, &object, file, options)?;
    Ok(object)
}

/// A pickler whose output [`taken`] gives.
pub fn without_file(vm: &Vm, options: Options) -> Value {
    let pickler = Pickler::new();
    pickler.write.set(Value::NONE);
    pickler.set(options);
    vm.alloc_spec(&PICKLER, pickler)
}

/// The output of a pickler without file.
pub fn taken(vm: &Vm, object: &Value) -> PyResult<Value> {
    let out = this(vm, object)?.out.take();
    Ok(vm.bytes(&out))
}

/// `pickler.dump(object)`
pub fn dump(vm: &Vm, pickler: &Value, object: &Value) -> PyResult<()> {
    let this = this(vm, pickler)?;
    if this.write.get().is_unbound() {
        return Err(pickling_error(
            vm,
            format!("Pickler.__init__() was not called by {}.__init__()", pickler.type_name(vm)),
        ));
    }
    if this.running.replace(true) {
        return Err(vm.runtime_error("Pickler object is already used"));
    }
    let result = dump_inner(vm, pickler, this, object);
    this.running.set(false);
    this.framing.set(false);
    this.frame.set(None);
    if result.is_err() {
        drop(this.out.take());
    }
    result
}

fn dump_inner(vm: &Vm, pickler: &Value, this: &Obj<Pickler>, object: &Value) -> PyResult<()> {
    drop(this.out.replace(Vec::with_capacity(FIRST_ROOM)));
    let is_plain = pickler.ty(vm).address() == vm.typ(&PICKLER).address();
    let persistent = match this.persistent_id.cloned().given() {
        Some(found) => found.clone(),
        None if is_plain => Value::UNBOUND,
        None => {
            let name = vm.intern("persistent_id");
            let own = pickler.ty(vm).lookup(vm, &name);
            let base = vm.typ(&PICKLER).dict.get_str(&name);
            match (own, base) {
                (Some(own), Some(base)) if own.is(&base) => Value::UNBOUND,
                _ => vm.getattr(pickler, name.value())?,
            }
        }
    };
    this.persistent.set(persistent);
    let reducer = if is_plain {
        Value::UNBOUND
    } else {
        let name = vm.intern("reducer_override");
        vm.getattr_opt(pickler, name.value())?.unwrap_or(Value::UNBOUND)
    };
    this.reducer.set(reducer);
    let own = match this.dispatch_table.cloned() {
        found if found.is_unbound() && !is_plain => {
            let name = vm.intern("dispatch_table");
            vm.getattr_opt(pickler, name.value())?
        }
        found => found.given().cloned(),
    };
    this.dispatch.set(own.unwrap_or(Value::UNBOUND));
    if this.protocol.get() >= 2 {
        this.put(&[op::PROTO, this.protocol.get() as u8]);
        this.framing.set(this.protocol.get() >= 4);
    }
    save(vm, this, object, true)?;
    this.put(&[op::STOP]);
    this.close_frame();
    this.framing.set(false);
    this.flush(vm)
}

/// Adds a note to the exception in flight.
#[inline(always)]
fn noted(vm: &Vm, result: PyResult<()>, note: impl FnOnce() -> PyResult<String>) -> PyResult<()> {
    match result {
        Ok(()) => Ok(()),
        Err(raised) => add_note(vm, raised, note),
    }
}

#[cold]
fn add_note(vm: &Vm, raised: Raised, note: impl FnOnce() -> PyResult<String>) -> PyResult<()> {
    let exception = vm.take_raised(raised);
    let text = note()?;
    if exception.downcast::<Exception>().is_some() {
        vm.call_method_str(&exception, "add_note", &[vm.str(text)])?;
    }
    Err(vm.set_raised(exception))
}

/// A table of `copyreg`, which a cell keeps.
fn registry<'a>(vm: &Vm, cell: &'a LockCell<Value>, key: &'static str, name: &str) -> PyResult<&'a Value> {
    if cell.get().is_unbound() {
        cell.set(super::kept_table(vm, key, "copyreg", name)?);
    }
    Ok(cell.get())
}

fn save_noted(vm: &Vm, this: &Obj<Pickler>, part: &Value, owner: &Value, what: &str) -> PyResult<()> {
    noted(vm, save(vm, this, part, true), || {
        Ok(format!("when serializing {} {what}", vm.full_type_name(owner)))
    })
}

fn save(vm: &Vm, this: &Obj<Pickler>, object: &Value, persistent: bool) -> PyResult<()> {
    this.boundary(vm)?;
    if persistent && !this.persistent.get().is_unbound() {
        let id = vm.call1(&this.persistent.cloned(), object)?;
        if !id.is_none() {
            return save_persistent(vm, this, &id);
        }
    }
    let exact = object.kind();
    if exact == kind::STR {
        let memo = this.memo.get();
        match memo.find(object) {
            Ok(place) => this.put_get(memo.entries[place].1),
            Err(slot) => match object.as_str().map(|text| text.bytes()) {
                Some(bytes) if bytes.len() <= 0xff && this.protocol.get() >= 4 && this.binary.get() != 0 => {
                    this.put_short(object, bytes, slot);
                }
                _ => return save_str(vm, this, object),
            },
        }
        return Ok(());
    }
    if object.as_small().is_some() {
        return save_int(vm, this, object);
    }
    if object.is_none() {
        this.put(&[op::NONE]);
        return Ok(());
    }
    if let Some(b) = object.as_bool() {
        match (this.protocol.get() >= 2, b) {
            (true, b) => this.put(&[if b { op::NEWTRUE } else { op::NEWFALSE }]),
            (false, true) => this.put(b"I01\n"),
            (false, false) => this.put(b"I00\n"),
        }
        return Ok(());
    }
    let is_exact = |spec| object.ty(vm).address() == vm.typ(spec).address();
    if exact == kind::INT {
        return save_int(vm, this, object);
    }
    if let Some(x) = object.as_float()
        && is_exact(&crate::runtime::builtins::floats::FLOAT)
    {
        if this.binary.get() != 0 {
            this.put(&[op::BINFLOAT]);
            this.put(&x.to_be_bytes());
        } else {
            this.put(format!("F{}\n", vm.repr_text(object)?).as_bytes());
        }
        return Ok(());
    }
    if let Some(at) = this.known(object) {
        this.put_get(at);
        return Ok(());
    }
    if exact == kind::BYTES {
        return save_bytes(vm, this, object);
    }
    vm.check_native_in(" while pickling an object")?;
    match exact {
        kind::DICT => return save_dict(vm, this, object),
        kind::SET => return save_set(vm, this, object),
        kind::FROZENSET => return save_frozenset(vm, this, object),
        kind::LIST => return save_list(vm, this, object),
        kind::TUPLE => return save_tuple(vm, this, object),
        kind::BYTEARRAY => return save_bytearray(vm, this, object),
        _ if object.ty(vm).address() == vm.typ(&super::PICKLE_BUFFER).address() => {
            return save_buffer(vm, this, object);
        }
        _ => {}
    }
    if !this.reducer.get().is_unbound() {
        let reduced = vm.call1(&this.reducer.cloned(), object)?;
        if !reduced.is_not_implemented() {
            return save_reduced(vm, this, object, &reduced);
        }
    }
    if object.ty(vm).address() == vm.interp().type_type.address() {
        return save_type(vm, this, object);
    }
    if exact == kind::FUNCTION {
        return save_global(vm, this, object, None);
    }
    let ty = object.ty(vm).to_value();
    let found = look_up(vm, &registry(vm, &this.dispatch, DISPATCH, "dispatch_table")?.clone(), &ty)?;
    let reduced = if let Some(reduce) = found {
        vm.call1(&reduce, object)?
    } else if object.as_type().is_some() {
        return save_global(vm, this, object, None);
    } else if let Some(reduce) = vm.getattr_opt(object, vm.names().__reduce_ex__.value())? {
        vm.call1(&reduce, &vm.int(this.protocol.get()))?
    } else if let Some(reduce) = vm.getattr_opt(object, vm.names().__reduce__.value())? {
        vm.call0(&reduce)?
    } else {
        return Err(pickling_error(vm, format!("Can't pickle {} object", vm.full_type_name(object))));
    };
    save_reduced(vm, this, object, &reduced)
}

fn save_persistent(vm: &Vm, this: &Obj<Pickler>, id: &Value) -> PyResult<()> {
    if this.binary.get() != 0 {
        save(vm, this, id, false)?;
        this.put(&[op::BINPERSID]);
        return Ok(());
    }
    let text = vm.to_str(id)?;
    match text.as_str() {
        Some(text) if text.is_ascii() => {
            this.put(&[op::PERSID]);
            this.put(text.bytes());
            this.put(b"\n");
            Ok(())
        }
        _ => Err(pickling_error(vm, "persistent IDs in protocol 0 must be ASCII strings")),
    }
}

fn save_int(vm: &Vm, this: &Obj<Pickler>, object: &Value) -> PyResult<()> {
    let small = object.as_small();
    if let Some(n) = small.and_then(|n| i32::try_from(n).ok()) {
        if this.binary.get() == 0 {
            this.put(format!("I{n}\n").as_bytes());
        } else if let Ok(n) = u8::try_from(n) {
            this.put(&[op::BININT1, n]);
        } else if let Ok(n) = u16::try_from(n) {
            this.put(&[op::BININT2, n as u8, (n >> 8) as u8]);
        } else {
            let [a, b, c, d] = n.to_le_bytes();
            this.put(&[op::BININT, a, b, c, d]);
        }
        return Ok(());
    }
    if this.protocol.get() < 2 {
        let text = vm.repr_text(object)?;
        this.put(format!("L{text}L\n").as_bytes());
        return Ok(());
    }
    let mut bytes = match small {
        Some(n) => n.to_le_bytes().to_vec(),
        None => vm.as_big(object).unwrap_or(IBig::ZERO).to_le_bytes().to_vec(),
    };
    // Bytes that only repeat the sign are left out.
    while let [.., before, last] = bytes[..]
        && ((last == 0 && before < 0x80) || (last == 0xff && before >= 0x80))
    {
        bytes.pop();
    }
    if let Ok(length) = u8::try_from(bytes.len()) {
        this.put(&[op::LONG1, length]);
    } else if let Ok(length) = i32::try_from(bytes.len()) {
        this.put(&[op::LONG4]);
        this.put(&length.to_le_bytes());
    } else {
        return Err(vm.overflow_error("int too large to pickle"));
    }
    this.put(&bytes);
    Ok(())
}

/// An opcode and the length that follows it.
#[inline(always)]
fn header<const N: usize>(code: u8, length: [u8; N]) -> Header {
    let mut bytes = [code; 9];
    bytes[1..=N].copy_from_slice(&length);
    (bytes, N + 1)
}

fn put_bytes(vm: &Vm, this: &Obj<Pickler>, bytes: &[u8], owner: Option<&Value>) -> PyResult<()> {
    let n = bytes.len();
    let header = if n <= 0xff {
        header(op::SHORT_BINBYTES, [n as u8])
    } else if let Ok(n) = u32::try_from(n) {
        header(op::BINBYTES, n.to_le_bytes())
    } else if this.protocol.get() >= 4 {
        header(op::BINBYTES8, (n as u64).to_le_bytes())
    } else {
        return Err(vm.overflow_error(
            "serializing a bytes object larger than 4 GiB requires pickle protocol 4 or higher",
        ));
    };
    this.put_string(vm, header, bytes, owner)
}

fn builtin(vm: &Vm, name: &str) -> PyResult<Value> {
    vm.builtin(name)
}

fn save_bytes(vm: &Vm, this: &Obj<Pickler>, object: &Value) -> PyResult<()> {
    let bytes = vm.bytes_of(object).unwrap_or_default();
    if this.protocol.get() >= 3 {
        put_bytes(vm, this, bytes, Some(object))?;
        this.memoize(object);
        return Ok(());
    }
    if bytes.is_empty() {
        return save_reduce(vm, this, &[builtin(vm, "bytes")?, vm.tuple(vec![])], Some(object));
    }
    let text: String = bytes.iter().map(|b| char::from(*b)).collect();
    let encode = table(vm, "_codecs", "encode")?;
    let args = vm.tuple(vec![vm.str(text), vm.intern("latin1").into_value()]);
    save_reduce(vm, this, &[encode, args], Some(object))
}

fn put_bytearray(vm: &Vm, this: &Obj<Pickler>, bytes: &[u8], owner: Option<&Value>) -> PyResult<()> {
    this.put_string(vm, header(op::BYTEARRAY8, (bytes.len() as u64).to_le_bytes()), bytes, owner)
}

fn save_bytearray(vm: &Vm, this: &Obj<Pickler>, object: &Value) -> PyResult<()> {
    let bytes = vm.buffer_bytes(object)?;
    if this.protocol.get() >= 5 {
        put_bytearray(vm, this, &bytes, Some(object))?;
        this.memoize(object);
        return Ok(());
    }
    let args = if bytes.is_empty() { vec![] } else { vec![vm.bytes(&bytes)] };
    save_reduce(vm, this, &[builtin(vm, "bytearray")?, vm.tuple(args)], Some(object))
}

fn save_buffer(vm: &Vm, this: &Obj<Pickler>, object: &Value) -> PyResult<()> {
    if this.protocol.get() < 5 {
        return Err(pickling_error(vm, "PickleBuffer can only be pickled with protocol >= 5"));
    }
    let view = buffer_of(vm, object)?;
    if !view.view.is_c_contiguous() && !view.view.is_f_contiguous() {
        return Err(pickling_error(
            vm,
            "PickleBuffer can not be pickled when pointing to a non-contiguous buffer",
        ));
    }
    // The callback may release the buffer.
    let flat = raw(vm, &view)?;
    let in_band = match this.buffer_callback.cloned().given() {
        Some(callback) => vm.truth(&vm.call1(callback, object)?)?,
        None => true,
    };
    let readonly = view.view.readonly;
    if !in_band {
        this.put(&[op::NEXT_BUFFER]);
        if readonly {
            this.put(&[op::READONLY_BUFFER]);
        }
        return Ok(());
    }
    let bytes = vm.buffer_bytes(&flat)?;
    if readonly {
        put_bytes(vm, this, &bytes, None)?;
    } else {
        put_bytearray(vm, this, &bytes, None)?;
    }
    this.memoize(object);
    Ok(())
}

fn save_str(vm: &Vm, this: &Obj<Pickler>, object: &Value) -> PyResult<()> {
    let Some(text) = object.as_str() else { return Err(vm.type_error("not a string")) };
    let bytes = text.bytes();
    if this.binary.get() == 0 {
        let mut out = vec![op::UNICODE];
        // What the reader would take for an escape or the end of the line is escaped too.
        for c in text_codes(vm, object)? {
            match c {
                0 | 0x0a | 0x0d | 0x1a | 0x5c => out.extend(format!("\\u{c:04x}").bytes()),
                0..=0xff => out.push(c as u8),
                0x100..=0xffff => out.extend(format!("\\u{c:04x}").bytes()),
                _ => out.extend(format!("\\U{c:08x}").bytes()),
            }
        }
        out.push(b'\n');
        this.put(&out);
        this.memoize(object);
        return Ok(());
    }
    let n = bytes.len();
    let header = if n <= 0xff && this.protocol.get() >= 4 {
        header(op::SHORT_BINUNICODE, [n as u8])
    } else if let Ok(n) = u32::try_from(n) {
        header(op::BINUNICODE, n.to_le_bytes())
    } else if this.protocol.get() >= 4 {
        header(op::BINUNICODE8, (n as u64).to_le_bytes())
    } else {
        return Err(
            vm.overflow_error("serializing a string larger than 4 GiB requires pickle protocol 4 or higher")
        );
    };
    this.put_string(vm, header, bytes, None)?;
    this.memoize(object);
    Ok(())
}

/// Code points of a string, surrogates too.
fn text_codes(vm: &Vm, object: &Value) -> PyResult<Vec<u32>> {
    let wide = vm.encode(object, "utf-32-le", "surrogatepass")?;
    let bytes = vm.bytes_of(&wide).unwrap_or_default();
    Ok(bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
}

fn save_item(vm: &Vm, this: &Obj<Pickler>, item: &Value, owner: &Value, at: usize) -> PyResult<()> {
    noted(vm, save(vm, this, item, true), || {
        Ok(format!("when serializing {} item {at}", vm.full_type_name(owner)))
    })
}

fn save_tuple(vm: &Vm, this: &Obj<Pickler>, object: &Value) -> PyResult<()> {
    let items = object.as_tuple().map_or(&[][..], |tuple| tuple.items());
    let binary = this.binary.get() != 0;
    if items.is_empty() {
        this.put(if binary { &[op::EMPTY_TUPLE] } else { &[op::MARK, op::TUPLE] });
        return Ok(());
    }
    let short = items.len() <= 3 && this.protocol.get() >= 2;
    if !short {
        this.put(&[op::MARK]);
    }
    for (at, item) in items.iter().enumerate() {
        save_item(vm, this, item, object, at)?;
    }
    // A tuple that contains itself was saved by its items.
    if let Some(at) = this.known(object) {
        if short {
            this.put(&vec![op::POP; items.len()]);
        } else if binary {
            this.put(&[op::POP_MARK]);
        } else {
            this.put(&vec![op::POP; items.len() + 1]);
        }
        this.put_get(at);
        return Ok(());
    }
    this.put(&[if short { op::TUPLE1 + items.len() as u8 - 1 } else { op::TUPLE }]);
    this.memoize(object);
    Ok(())
}

fn save_list(vm: &Vm, this: &Obj<Pickler>, object: &Value) -> PyResult<()> {
    this.put(if this.binary.get() != 0 { &[op::EMPTY_LIST] } else { &[op::MARK, op::LIST] });
    this.memoize(object);
    // The list may change while its items are saved.
    let mut at = 0;
    let next = |at: usize| vm.list_items(object).and_then(|items| items.get().get(at).cloned());
    if this.binary.get() == 0 {
        while let Some(item) = next(at) {
            save_item(vm, this, &item, object, at)?;
            this.put(&[op::APPEND]);
            at += 1;
        }
        return Ok(());
    }
    let length = || vm.list_items(object).map_or(0, |items| items.get().len());
    if length() == 1 {
        if let Some(item) = next(0) {
            save_item(vm, this, &item, object, 0)?;
        }
        this.put(&[op::APPEND]);
        return Ok(());
    }
    while at < length() {
        this.put(&[op::MARK]);
        let end = at + BATCH;
        while at < end
            && let Some(item) = next(at)
        {
            save_item(vm, this, &item, object, at)?;
            at += 1;
        }
        this.put(&[op::APPENDS]);
    }
    Ok(())
}

/// Items of an iterator in groups: a single one alone, else behind a mark.
fn batches(
    vm: &Vm,
    this: &Obj<Pickler>,
    iter: &Value,
    codes: [u8; 2],
    mut save_one: impl FnMut(&Value, usize) -> PyResult<()>,
) -> PyResult<()> {
    let mut at = 0;
    if this.binary.get() == 0 {
        while let Some(item) = vm.next(iter)? {
            save_one(&item, at)?;
            this.put(&codes[..1]);
            at += 1;
        }
        return Ok(());
    }
    let mut waiting = vm.next(iter)?;
    while let Some(first) = waiting.take() {
        let Some(second) = vm.next(iter)? else {
            save_one(&first, at)?;
            this.put(&codes[..1]);
            return Ok(());
        };
        this.put(&[op::MARK]);
        save_one(&first, at)?;
        let end = at + BATCH;
        at += 1;
        waiting = Some(second);
        while at < end
            && let Some(item) = waiting.take()
        {
            save_one(&item, at)?;
            at += 1;
            waiting = vm.next(iter)?;
        }
        this.put(&codes[1..]);
    }
    Ok(())
}

fn save_pair(vm: &Vm, this: &Obj<Pickler>, key: &Value, value: &Value, owner: &Value) -> PyResult<()> {
    save(vm, this, key, true)?;
    noted(vm, save(vm, this, value, true), || {
        Ok(format!("when serializing {} item {}", vm.full_type_name(owner), vm.repr_text(key)?))
    })
}

fn save_items(vm: &Vm, this: &Obj<Pickler>, iter: &Value, owner: &Value) -> PyResult<()> {
    batches(vm, this, iter, [op::SETITEM, op::SETITEMS], |item, _| {
        let pair = item.as_tuple().map_or(&[][..], |pair| pair.items());
        let [key, value] = pair else {
            return Err(vm.type_error("dict items iterator must return 2-tuples"));
        };
        save_pair(vm, this, key, value, owner)
    })
}

fn save_dict(vm: &Vm, this: &Obj<Pickler>, object: &Value) -> PyResult<()> {
    this.put(if this.binary.get() != 0 { &[op::EMPTY_DICT] } else { &[op::MARK, op::DICT] });
    this.memoize(object);
    let Some(dict) = object.as_dict() else { return Ok(()) };
    if dict.len() == 0 {
        return Ok(());
    }
    if this.binary.get() == 0 {
        let items = vm.call_method(object, &vm.names().items, &[])?;
        let iter = vm.iter(&items)?;
        return save_items(vm, this, &iter, object);
    }
    let size = dict.len();
    let mut from = 0;
    let mut next = || {
        let (at, key, value) = dict.next_entry(from)?;
        let pair = (key.clone(), value.clone());
        from = at + 1;
        Some(pair)
    };
    if size == 1 {
        if let Some((key, value)) = next() {
            save_pair(vm, this, &key, &value, object)?;
        }
        this.put(&[op::SETITEM]);
        return Ok(());
    }
    let mut count = BATCH;
    while count == BATCH {
        count = 0;
        this.put(&[op::MARK]);
        while count < BATCH
            && let Some((key, value)) = next()
        {
            save_pair(vm, this, &key, &value, object)?;
            count += 1;
        }
        this.put(&[op::SETITEMS]);
        if dict.len() != size {
            return Err(vm.runtime_error("dictionary changed size during iteration"));
        }
    }
    Ok(())
}

fn save_set(vm: &Vm, this: &Obj<Pickler>, object: &Value) -> PyResult<()> {
    if this.protocol.get() < 4 {
        let items = vm.list(vm.collect(object)?);
        return save_reduce(vm, this, &[builtin(vm, "set")?, vm.tuple(vec![items])], Some(object));
    }
    this.put(&[op::EMPTY_SET]);
    this.memoize(object);
    let iter = vm.iter(object)?;
    let mut more = vm.len(object)? > 0;
    while more {
        this.put(&[op::MARK]);
        let mut count = 0;
        more = false;
        while let Some(item) = vm.next(&iter)? {
            save_noted(vm, this, &item, object, "element")?;
            count += 1;
            if count == BATCH {
                more = true;
                break;
            }
        }
        this.put(&[op::ADDITEMS]);
    }
    Ok(())
}

fn save_frozenset(vm: &Vm, this: &Obj<Pickler>, object: &Value) -> PyResult<()> {
    if this.protocol.get() < 4 {
        let items = vm.list(vm.collect(object)?);
        return save_reduce(vm, this, &[builtin(vm, "frozenset")?, vm.tuple(vec![items])], Some(object));
    }
    this.put(&[op::MARK]);
    let iter = vm.iter(object)?;
    while let Some(item) = vm.next(&iter)? {
        save_noted(vm, this, &item, object, "element")?;
    }
    if let Some(at) = this.known(object) {
        this.put(&[op::POP_MARK]);
        this.put_get(at);
        return Ok(());
    }
    this.put(&[op::FROZENSET]);
    this.memoize(object);
    Ok(())
}

fn save_type(vm: &Vm, this: &Obj<Pickler>, object: &Value) -> PyResult<()> {
    for single in [Value::NONE, Value::NOT_IMPLEMENTED, Value::ELLIPSIS] {
        if single.ty(vm).to_value().is(object) {
            let meta = vm.interp().type_type.value().clone();
            return save_reduce(vm, this, &[meta, vm.tuple(vec![single])], Some(object));
        }
    }
    save_global(vm, this, object, None)
}

/// The name of the module where an object is found by its name.
fn module_of(vm: &Vm, object: &Value, name: &Value) -> PyResult<Value> {
    let module_name = vm.getattr_opt(object, vm.names().__module__.value())?;
    let plain = name.as_str().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    if let Some(module_name) = module_name.filter(|m| m.as_str().is_some())
        && !plain.split('.').any(|part| part == "<locals>")
        && let Some(module) = vm.interp().modules.cloned().get(vm, &module_name)?
    {
        let mut found = Some(module);
        for part in plain.split('.') {
            let Some(at) = found.take() else { break };
            let part = vm.intern(part);
            found = vm.getattr_opt(&at, part.value())?;
        }
        if found.is_some_and(|found| found.is(object)) {
            return Ok(module_name);
        }
    }
    // The library's function looks everywhere, and says what is wrong.
    let which = table(vm, "pickle", "whichmodule")?;
    vm.call_args(&which, &[object.clone(), name.clone()])
}

fn save_global(vm: &Vm, this: &Obj<Pickler>, object: &Value, name: Option<&Value>) -> PyResult<()> {
    let name = match name {
        Some(name) => name.clone(),
        None => match vm.getattr_opt(object, vm.names().__qualname__.value())? {
            Some(name) => name,
            None => vm.getattr(object, vm.names().__name__.value())?,
        },
    };
    let module = module_of(vm, object, &name)?;
    if this.protocol.get() >= 2 {
        let registry = registry(vm, &this.extensions, EXTENSIONS, "_extension_registry")?.clone();
        if let Some(code) = look_up(vm, &registry, &vm.tuple(vec![module.clone(), name.clone()]))? {
            let code = vm.to_i64(&code)?;
            match code {
                1..=0xff => this.put(&[op::EXT1, code as u8]),
                0x100..=0xffff => this.put(&[op::EXT2, code as u8, (code >> 8) as u8]),
                0x1_0000..=0x7fff_ffff => {
                    this.put(&[op::EXT4]);
                    this.put(&(code as i32).to_le_bytes());
                }
                _ => return Err(vm.runtime_error(format!("extension code {code} is out of range"))),
            }
            return Ok(());
        }
    }
    let plain = name.as_str().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    if this.protocol.get() >= 4 {
        save(vm, this, &module, true)?;
        save(vm, this, &name, true)?;
        this.put(&[op::STACK_GLOBAL]);
    } else if let Some((first, rest)) = plain.split_once('.') {
        // Older readers know no dotted names: getattr is applied part by part.
        let getattr = builtin(vm, "getattr")?;
        let parts: Vec<&str> = rest.split('.').collect();
        for _ in &parts {
            save(vm, this, &getattr, true)?;
            if this.protocol.get() < 2 {
                this.put(&[op::MARK]);
            }
        }
        put_global(vm, this, &module, &vm.str(first))?;
        for part in parts {
            save(vm, this, &vm.str(part), true)?;
            this.put(&[if this.protocol.get() < 2 { op::TUPLE } else { op::TUPLE2 }, op::REDUCE]);
        }
    } else {
        put_global(vm, this, &module, &name)?;
    }
    this.memoize(object);
    Ok(())
}

fn put_global(vm: &Vm, this: &Obj<Pickler>, module: &Value, name: &Value) -> PyResult<()> {
    let (mut module, mut name) = (module.clone(), name.clone());
    let unicode = this.protocol.get() >= 3;
    if !unicode && this.fix_imports.get() {
        let names = table(vm, "_compat_pickle", "REVERSE_NAME_MAPPING")?;
        let pair = vm.tuple(vec![module.clone(), name.clone()]);
        if let Some(found) = look_up(vm, &names, &pair)? {
            let [m, n] = found.as_tuple().map_or(&[][..], |t| t.items()) else {
                return Err(vm.runtime_error("_compat_pickle.REVERSE_NAME_MAPPING values should be 2-tuples"));
            };
            (module, name) = (m.clone(), n.clone());
        } else {
            let modules = table(vm, "_compat_pickle", "REVERSE_IMPORT_MAPPING")?;
            if let Some(found) = look_up(vm, &modules, &module)? {
                module = found;
            }
        }
    }
    let encoded = |text: &Value, what: &str| -> PyResult<Vec<u8>> {
        let encoding = if unicode { "utf-8" } else { "ascii" };
        vm.encode(text, encoding, "strict")
            .map(|bytes| vm.bytes_of(&bytes).unwrap_or_default().to_vec())
            .or_else(|raised| {
                let inner = vm.take_raised(raised);
                let raised = pickling_error(
                    vm,
                    format!(
                        "can't pickle {what} identifier {} using pickle protocol {}",
                        vm.repr_text(text)?,
                        this.protocol.get()
                    ),
                );
                Err(super::caused_by(vm, raised, inner))
            })
    };
    let (module, name) = (encoded(&module, "module")?, encoded(&name, "global")?);
    this.put(&[op::GLOBAL]);
    this.put(&module);
    this.put(b"\n");
    this.put(&name);
    this.put(b"\n");
    Ok(())
}

/// What `__reduce_ex__` or a reducer gave.
fn save_reduced(vm: &Vm, this: &Obj<Pickler>, object: &Value, reduced: &Value) -> PyResult<()> {
    if reduced.as_str().is_some() {
        return save_global(vm, this, object, Some(reduced));
    }
    let result = match reduced.as_tuple() {
        None => Err(pickling_error(
            vm,
            format!("__reduce__ must return a string or tuple, not {}", vm.full_type_name(reduced)),
        )),
        Some(tuple) if !(2..=6).contains(&tuple.items().len()) => {
            Err(pickling_error(vm, "tuple returned by __reduce__ must contain 2 through 6 elements"))
        }
        Some(tuple) => save_reduce(vm, this, tuple.items(), Some(object)),
    };
    noted(vm, result, || Ok(format!("when serializing {} object", vm.full_type_name(object))))
}

/// `parts` are callable, arguments, state, list items, dict items and state setter.
fn save_reduce(vm: &Vm, this: &Obj<Pickler>, parts: &[Value], object: Option<&Value>) -> PyResult<()> {
    let (function, args) = (&parts[0], &parts[1]);
    let part = |at: usize| parts.get(at).and_then(Value::some);
    let owner = object.unwrap_or(function);
    if !vm.is_callable(function) {
        return Err(pickling_error(
            vm,
            format!(
                "first item of the tuple returned by __reduce__ must be callable, not {}",
                vm.full_type_name(function)
            ),
        ));
    }
    let Some(items) = args.as_tuple().map(|tuple| tuple.items()) else {
        return Err(pickling_error(
            vm,
            format!(
                "second item of the tuple returned by __reduce__ must be a tuple, not {}",
                vm.full_type_name(args)
            ),
        ));
    };
    for (at, ordinal, what) in [(3, "fourth", "an iterator"), (4, "fifth", "an iterator")] {
        if let Some(iter) = part(at)
            && iter.ty(vm).slots.get().next.is_none()
        {
            return Err(pickling_error(
                vm,
                format!(
                    "{ordinal} item of the tuple returned by __reduce__ must be {what}, not {}",
                    vm.full_type_name(iter)
                ),
            ));
        }
    }
    if let Some(setter) = part(5)
        && !vm.is_callable(setter)
    {
        return Err(pickling_error(
            vm,
            format!(
                "sixth item of the tuple returned by __reduce__ must be callable, not {}",
                vm.full_type_name(setter)
            ),
        ));
    }
    let special =
        if this.protocol.get() >= 2 { vm.getattr_opt(function, vm.names().__name__.value())? } else { None };
    match special.as_ref().and_then(|name| name.as_str()).map_or(&b""[..], |name| name.bytes()) {
        b"__newobj_ex__" => {
            let [class, positional, keywords] = items else {
                return Err(pickling_error(
                    vm,
                    format!("__newobj_ex__ expected 3 arguments, got {}", items.len()),
                ));
            };
            check_class(vm, class, object, "__newobj_ex__")?;
            if positional.as_tuple().is_none() {
                return Err(pickling_error(
                    vm,
                    format!(
                        "second argument to __newobj_ex__() must be a tuple, not {}",
                        vm.full_type_name(positional)
                    ),
                ));
            }
            if keywords.as_dict().is_none() {
                return Err(pickling_error(
                    vm,
                    format!(
                        "third argument to __newobj_ex__() must be a dict, not {}",
                        vm.full_type_name(keywords)
                    ),
                ));
            }
            if this.protocol.get() >= 4 {
                save_noted(vm, this, class, owner, "class")?;
                save_noted(vm, this, positional, owner, "__new__ arguments")?;
                save_noted(vm, this, keywords, owner, "__new__ arguments")?;
                this.put(&[op::NEWOBJ_EX]);
            } else {
                let new = vm.getattr(class, vm.names().__new__.value())?;
                let partial = table(vm, "functools", "partial")?;
                let mut values = vec![new, class.clone()];
                values.extend(positional.as_tuple().map_or(&[][..], |t| t.items()).iter().cloned());
                let mut names = Vec::new();
                for (name, value) in keywords.as_dict().map_or(Vec::new(), |dict| dict.entries()) {
                    names.push(name);
                    values.push(value);
                }
                let bound = vm.call(&partial, Args { values: &values, names: &names })?;
                save_noted(vm, this, &bound, owner, "reconstructor")?;
                save(vm, this, &vm.tuple(vec![]), true)?;
                this.put(&[op::REDUCE]);
            }
        }
        b"__newobj__" => {
            let [class, rest @ ..] = items else {
                return Err(pickling_error(
                    vm,
                    format!("__newobj__ expected at least 1 argument, got {}", items.len()),
                ));
            };
            check_class(vm, class, object, "__newobj__")?;
            save_noted(vm, this, class, owner, "class")?;
            save_noted(vm, this, &vm.tuple_of(rest), owner, "__new__ arguments")?;
            this.put(&[op::NEWOBJ]);
        }
        _ => {
            save_noted(vm, this, function, owner, "reconstructor")?;
            save_noted(vm, this, args, owner, "reconstructor arguments")?;
            this.put(&[op::REDUCE]);
        }
    }
    if let Some(object) = object {
        // If it is known by now it contains itself: what was written for it is thrown away.
        match this.known(object) {
            Some(at) => {
                this.put(&[op::POP]);
                this.put_get(at);
                return Ok(());
            }
            None => this.memoize(object),
        }
    }
    if let Some(iter) = part(3) {
        batches(vm, this, iter, [op::APPEND, op::APPENDS], |item, at| save_item(vm, this, item, owner, at))?;
    }
    if let Some(iter) = part(4) {
        save_items(vm, this, iter, owner)?;
    }
    let Some(state) = part(2) else { return Ok(()) };
    match part(5) {
        None => {
            save_noted(vm, this, state, owner, "state")?;
            this.put(&[op::BUILD]);
        }
        Some(setter) => {
            save_noted(vm, this, setter, owner, "state setter")?;
            save(vm, this, owner, true)?;
            save_noted(vm, this, state, owner, "state")?;
            this.put(&[op::TUPLE2, op::REDUCE, op::POP]);
        }
    }
    Ok(())
}

fn check_class(vm: &Vm, class: &Value, object: Option<&Value>, function: &str) -> PyResult<()> {
    if vm.getattr_opt(class, vm.names().__new__.value())?.is_none() {
        return Err(pickling_error(vm, format!("first argument to {function}() has no __new__")));
    }
    let Some(object) = object else { return Ok(()) };
    let own = vm.getattr(object, vm.names().__class__.value())?;
    if own.is(class) {
        return Ok(());
    }
    let (own, class) = (vm.repr_text(&own)?, vm.repr_text(class)?);
    Err(pickling_error(vm, format!("first argument to {function}() must be {own}, not {class}")))
}

// ------------------------------------------------------------------------------------------------ the type

macro_rules! number_getset {
    ($name:literal, $field:ident) => {
        getset(
            $name,
            |vm, object| Ok(vm.int(this(vm, object)?.$field.get())),
            |vm, object, value| {
                let Some(value) = value else {
                    return Err(vm.type_error("can't delete numeric/char attribute"));
                };
                let number = vm.to_i32_arg(value)?;
                this(vm, object)?.$field.set(number.into());
                Ok(())
            },
            "",
        )
    };
}

/// `Pickler`
pub static PICKLER: TypeSpec = TypeSpec::new("_pickle.Pickler", Pickler::layout)
    .flags(type_flag::BASE)
    .doc(
        "(file, protocol=None, fix_imports=True, buffer_callback=None)",
        "Writes pickles to a file; the arguments are those of dump().",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Pickler::new()).into_value()));
        s.init = Some(|vm, object, args| {
            const SIGNATURE: Signature =
                Signature::parse("Pickler(file, protocol=None, fix_imports=True, buffer_callback=None)");
            let [file, protocol, fix_imports, callback] = vm.bind_args(&SIGNATURE, args)?;
            let options = Options::new(vm, &protocol, &fix_imports, &callback)?;
            attach(vm, object, &file, options)
        });
        s.getattr = Some(|vm, object, name| {
            super::get_hook(vm, (object, name), ("persistent_id", &this(vm, object)?.persistent_id))
        });
        s.setattr = Some(|vm, object, name, value| {
            super::set_hook(vm, (object, name), value, ("persistent_id", &this(vm, object)?.persistent_id))
        });
    })
    .methods(&[
        native(
            "persistent_id(self, obj, /)",
            |_, _| Ok(Value::NONE),
            "The persistent id of an object; None if it has none. For subclasses to override.",
        ),
        native(
            "dump(self, obj, /)",
            |vm, args| dump(vm, &args[0], &args[1]).map(|()| Value::NONE),
            "Write the pickle of an object to the file.",
        ),
        native(
            "clear_memo(self, /)",
            |vm, args| {
                drop(this(vm, &args[0])?.memo.take());
                Ok(Value::NONE)
            },
            "Forget the objects that were written.",
        ),
        native(
            "__sizeof__(self, /)",
            |vm, args| {
                let this = this(vm, &args[0])?;
                let size = size_of::<Obj<Pickler>>()
                    + this.out.get().capacity()
                    + this.memo.get().entries.capacity() * 16
                    + this.memo.get().slots.capacity() * 4;
                Ok(vm.int_usize(size))
            },
            "Size in memory, in bytes.",
        ),
    ])
    .getset(&[
        number_getset!("bin", binary),
        number_getset!("fast", fast),
        getset(
            "dispatch_table",
            |vm, object| match this(vm, object)?.dispatch_table.get().given() {
                Some(table) => Ok(table.clone()),
                None => Err(vm.no_attribute(object, vm.intern("dispatch_table").value())),
            },
            |vm, object, value| {
                let cell = &this(vm, object)?.dispatch_table;
                if value.is_none() && cell.get().is_unbound() {
                    return Err(vm.no_attribute(object, vm.intern("dispatch_table").value()));
                }
                cell.set(value.cloned().unwrap_or(Value::UNBOUND));
                Ok(())
            },
            "",
        ),
        getset(
            "memo",
            |vm, object| Ok(vm.alloc_spec(&MEMO_PROXY, MemoProxy { owner: object.clone() })),
            |vm, object, value| {
                let Some(value) = value else {
                    return Err(vm.type_error("attribute deletion is not supported"));
                };
                let mut memo = Memo::default();
                if let Some(proxy) = value.downcast::<MemoProxy>() {
                    for (object, at) in this(vm, &proxy.owner)?.memo.get().entries() {
                        memo.insert(object, *at);
                    }
                } else if let Some(dict) = value.as_dict() {
                    for (_, entry) in dict.entries() {
                        let [at, object] = entry.as_tuple().map_or(&[][..], |t| t.items()) else {
                            return Err(vm.type_error("'memo' values must be 2-item tuples"));
                        };
                        memo.insert(object, vm.to_usize(at)?);
                    }
                } else {
                    return Err(vm.type_error(format!(
                        "'memo' attribute must be a PicklerMemoProxy object or dict, not {}",
                        value.type_name(vm)
                    )));
                }
                let old = this(vm, object)?.memo.replace(memo);
                drop(old);
                Ok(())
            },
            "",
        ),
    ]);

/// `pickler.memo`
struct MemoProxy {
    owner: Value,
}
crate::payload!(MemoProxy, "PicklerMemoProxy", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.owner);
    }
});

fn memo_copy(vm: &Vm, proxy: &Value) -> PyResult<Value> {
    let owner = &vm.cast::<MemoProxy>(proxy)?.owner;
    let entries: Vec<(Value, usize)> = this(vm, owner)?.memo.get().entries().cloned().collect();
    let copy = vm.new_dict();
    for (object, at) in entries {
        let key = vm.call1(&vm.builtin("id")?, &object)?;
        copy.insert(vm, key, vm.tuple(vec![vm.int_usize(at), object]))?;
    }
    Ok(copy.into_value())
}

static MEMO_PROXY: TypeSpec =
    TypeSpec::new("_pickle.PicklerMemoProxy", MemoProxy::layout).flags(type_flag::NO_NEW).methods(&[
        native(
            "clear(self, /)",
            |vm, args| {
                let owner = &vm.cast::<MemoProxy>(&args[0])?.owner;
                drop(this(vm, owner)?.memo.take());
                Ok(Value::NONE)
            },
            "Remove all items from memo.",
        ),
        native("copy(self, /)", |vm, args| memo_copy(vm, &args[0]), "Copy the memo to a new object."),
        native(
            "__reduce__(self, /)",
            |vm, args| {
                let copy = memo_copy(vm, &args[0])?;
                Ok(vm.tuple(vec![vm.builtin("dict")?, vm.tuple(vec![copy])]))
            },
            "Implement pickle support.",
        ),
    ]);
