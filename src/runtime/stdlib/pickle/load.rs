//! `Unpickler`: a stack machine. Marks are positions in its stack; what is below the topmost mark is out of reach.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

use dashu_int::IBig;

use super::{HIGHEST_PROTOCOL, look_up, op, table, unpickling_error};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::memoryviews::MemoryView;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::number::float_text;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::typedef::{TypeRef, TypeSpec, getset, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// Room on the stack and in the memo that is there from the start.
const FIRST_ROOM: usize = 64;
/// How many entries between two of the memo may be missing without the second one's being far.
const MOST_GAP: usize = 64;

/// The payload of `Unpickler`.
pub struct Unpickler {
    /// `file.read` and `file.readline`; unbound before `__init__`, `None` for `loads`.
    read: LockCell<Value>,
    readline: LockCell<Value>,
    buffers: LockCell<Value>,
    /// Set on the object, instead of the method.
    persistent_load: LockCell<Value>,
    encoding: LockCell<Cow<'static, str>>,
    errors: LockCell<Cow<'static, str>>,
    fix_imports: Cell<bool>,
    protocol: Cell<i64>,
    memo: LockCell<Vec<Value>>,
    /// Entries far behind the others, which only strange pickles have.
    far_memo: LockCell<HashMap<usize, Value>>,
    /// Entries of both.
    memo_count: Cell<usize>,
    stack: LockCell<Vec<Value>>,
    marks: LockCell<Vec<usize>>,
    input: LockCell<Vec<u8>>,
    at: Cell<usize>,
    /// Where the open frame ends in the input.
    frame_end: Cell<usize>,
    running: Cell<bool>,
}

crate::payload!(Unpickler, "Unpickler", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        for cell in [&self.read, &self.readline, &self.buffers, &self.persistent_load] {
            visit(cell.get());
        }
        self.memo.get().iter().for_each(&mut *visit);
        self.far_memo.get().values().for_each(&mut *visit);
        self.stack.get().iter().for_each(&mut *visit);
    }
    fn clear(&self) {
        let old = [&self.read, &self.readline, &self.buffers, &self.persistent_load]
            .map(|cell| cell.replace(Value::UNBOUND));
        drop((old, self.memo.take(), self.far_memo.take(), self.stack.take()));
    }
});

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Unpickler>> {
    vm.cast::<Unpickler>(value)
}

impl Unpickler {
    fn new() -> Unpickler {
        let cell = || LockCell::new(Value::UNBOUND);
        Unpickler {
            read: cell(),
            readline: cell(),
            buffers: cell(),
            persistent_load: cell(),
            encoding: LockCell::new(Cow::Borrowed("")),
            errors: LockCell::new(Cow::Borrowed("")),
            fix_imports: Cell::new(true),
            protocol: Cell::new(0),
            memo: LockCell::new(Vec::new()),
            far_memo: LockCell::new(HashMap::new()),
            memo_count: Cell::new(0),
            stack: LockCell::new(Vec::new()),
            marks: LockCell::new(Vec::new()),
            input: LockCell::new(Vec::new()),
            at: Cell::new(0),
            frame_end: Cell::new(0),
            running: Cell::new(false),
        }
    }

    // ---- input

    fn truncated(&self, vm: &Vm) -> Raised {
        unpickling_error(vm, "pickle data was truncated")
    }
    /// Would so many bytes begin in the open frame and end behind it?
    #[inline]
    fn crosses(&self, start: usize, count: usize) -> bool {
        let end = self.frame_end.get();
        start < end && count > end - start
    }
    /// What `make` makes of so many bytes; it runs no Python code that could load.
    #[inline(always)]
    fn with_bytes<R>(&self, vm: &Vm, count: usize, make: impl FnOnce(&[u8]) -> PyResult<R>) -> PyResult<R> {
        let start = self.at.get();
        if !self.crosses(start, count)
            && let Some(bytes) = self.input.get().get(start..).and_then(|rest| rest.get(..count))
        {
            self.at.set(start + count);
            return make(bytes);
        }
        make(&self.bytes(vm, count)?)
    }
    /// So many bytes; those that the buffer lacks come from the file.
    fn bytes(&self, vm: &Vm, count: usize) -> PyResult<Vec<u8>> {
        let start = self.at.get();
        if self.crosses(start, count) {
            return Err(unpickling_error(vm, "pickle exhausted before end of frame"));
        }
        let input = self.input.get();
        if input.len() - start >= count {
            self.at.set(start + count);
            return Ok(input[start..start + count].to_vec());
        }
        if count > isize::MAX as usize - start {
            return Err(unpickling_error(vm, "read would overflow (invalid bytecode)"));
        }
        let read = self.read.cloned();
        if read.is_none() {
            return Err(self.truncated(vm));
        }
        let mut bytes = input[start..].to_vec();
        self.at.set(input.len());
        let missing = count - bytes.len();
        let Ok(number) = i64::try_from(missing) else { return Err(self.truncated(vm)) };
        let more = vm.call1(&read, &vm.int(number))?;
        let Some(more) = vm.bytes_of(&more) else {
            return Err(vm.value_error("read() returned non-bytes object"));
        };
        if more.len() < missing {
            return Err(self.truncated(vm));
        }
        bytes.extend_from_slice(&more[..missing]);
        Ok(bytes)
    }
    #[inline]
    fn array<const N: usize>(&self, vm: &Vm) -> PyResult<[u8; N]> {
        let start = self.at.get();
        if !self.crosses(start, N)
            && let Some(bytes) = self.input.get().get(start..start + N)
        {
            self.at.set(start + N);
            let mut array = [0; N];
            array.copy_from_slice(bytes);
            return Ok(array);
        }
        self.array_elsewhere(vm)
    }
    #[cold]
    fn array_elsewhere<const N: usize>(&self, vm: &Vm) -> PyResult<[u8; N]> {
        let bytes = self.bytes(vm, N)?;
        let mut array = [0; N];
        array.copy_from_slice(&bytes);
        Ok(array)
    }
    #[inline(always)]
    fn byte(&self, vm: &Vm) -> PyResult<u8> {
        Ok(self.array::<1>(vm)?[0])
    }
    fn length4(&self, vm: &Vm) -> PyResult<usize> {
        Ok(u32::from_le_bytes(self.array(vm)?) as usize)
    }
    fn length8(&self, vm: &Vm, what: &str) -> PyResult<usize> {
        let n = u64::from_le_bytes(self.array(vm)?);
        match usize::try_from(n) {
            Ok(n) if n <= isize::MAX as usize => Ok(n),
            _ => {
                Err(vm
                    .overflow_error(format!("{what} exceeds system's maximum size of {} bytes", isize::MAX)))
            }
        }
    }
    /// A line without its end.
    fn line(&self, vm: &Vm) -> PyResult<Vec<u8>> {
        let start = self.at.get();
        let input = self.input.get();
        if let Some(length) = input[start..].iter().position(|b| *b == b'\n') {
            if self.crosses(start, length + 1) {
                return Err(unpickling_error(vm, "pickle exhausted before end of frame"));
            }
            self.at.set(start + length + 1);
            return Ok(input[start..start + length].to_vec());
        }
        if self.crosses(start, input.len() - start + 1) {
            return Err(unpickling_error(vm, "pickle exhausted before end of frame"));
        }
        let readline = self.readline.cloned();
        if readline.is_none() {
            return Err(self.truncated(vm));
        }
        let mut line = input[start..].to_vec();
        self.at.set(input.len());
        let more = vm.call0(&readline)?;
        let Some(more) = vm.bytes_of(&more) else {
            return Err(vm.value_error("readline() returned non-bytes object"));
        };
        line.extend_from_slice(more);
        if line.pop() != Some(b'\n') {
            return Err(self.truncated(vm));
        }
        Ok(line)
    }
    /// A line that has to say something.
    fn filled_line(&self, vm: &Vm) -> PyResult<Vec<u8>> {
        let line = self.line(vm)?;
        if line.is_empty() { Err(self.truncated(vm)) } else { Ok(line) }
    }

    // ---- stack

    #[inline(always)]
    fn push(&self, value: Value) {
        self.stack.get_mut().push(value);
    }
    fn fence(&self) -> usize {
        self.marks.get().last().copied().unwrap_or(0)
    }
    fn underflow(&self, vm: &Vm) -> Raised {
        let text =
            if self.marks.get().is_empty() { "unpickling stack underflow" } else { "unexpected MARK found" };
        unpickling_error(vm, text)
    }
    fn pop(&self, vm: &Vm) -> PyResult<Value> {
        if self.stack.get().len() <= self.fence() {
            return Err(self.underflow(vm));
        }
        self.stack.get_mut().pop().ok_or_else(|| self.underflow(vm))
    }
    fn top(&self, vm: &Vm) -> PyResult<Value> {
        match self.stack.get().last() {
            Some(top) if self.stack.get().len() > self.fence() => Ok(top.clone()),
            _ => Err(self.underflow(vm)),
        }
    }
    /// What lies above the topmost mark, which goes.
    fn pop_mark(&self, vm: &Vm) -> PyResult<Vec<Value>> {
        match self.marks.get_mut().pop() {
            Some(mark) => Ok(self.stack.get_mut().split_off(mark)),
            None => Err(unpickling_error(vm, "could not find MARK")),
        }
    }

    // ---- memo

    fn remember(&self, vm: &Vm, at: usize) -> PyResult<()> {
        let value = self.top(vm)?;
        let memo = self.memo.get_mut();
        let old = if at < memo.len() {
            match self.far_memo.get_mut().remove(&at) {
                Some(old) => {
                    memo[at] = value;
                    Some(old)
                }
                None => Some(std::mem::replace(&mut memo[at], value)).filter(|old| !old.is_unbound()),
            }
        } else if at <= memo.len() + MOST_GAP {
            memo.resize_with(at, || Value::UNBOUND);
            memo.push(value);
            self.far_memo.get_mut().remove(&at)
        } else {
            self.far_memo.get_mut().insert(at, value)
        };
        if old.is_none() {
            self.memo_count.set(self.memo_count.get() + 1);
        }
        drop(old);
        Ok(())
    }
    /// The top gets the next number.
    #[inline(always)]
    fn memoize(&self, vm: &Vm) -> PyResult<()> {
        let memo = self.memo.get();
        if memo.len() != self.memo_count.get() || !self.far_memo.get().is_empty() {
            return self.remember(vm, self.memo_count.get());
        }
        let value = self.top(vm)?;
        let memo = self.memo.get_mut();
        if memo.capacity() == 0 {
            memo.reserve(FIRST_ROOM);
        }
        memo.push(value);
        self.memo_count.set(memo.len());
        Ok(())
    }
    fn recall(&self, vm: &Vm, at: usize) -> PyResult<()> {
        let near = self.memo.get().get(at).and_then(Value::given);
        match near.or_else(|| self.far_memo.get().get(&at)) {
            Some(value) => {
                let value = value.clone();
                self.push(value);
                Ok(())
            }
            None => Err(unpickling_error(vm, format!("Memo value not found at index {at}"))),
        }
    }
    /// Exchanges the memo for another one; gives the old one.
    fn set_memo(&self, near: Vec<Value>, far: HashMap<usize, Value>) -> (Vec<Value>, HashMap<usize, Value>) {
        self.memo_count.set(near.iter().filter(|value| !value.is_unbound()).count() + far.len());
        (self.memo.replace(near), self.far_memo.replace(far))
    }
    fn text(&self, vm: &Vm, bytes: &[u8]) -> PyResult<Value> {
        if bytes.is_ascii() {
            return Ok(vm.str_ascii(bytes));
        }
        vm.decode(bytes, "utf-8", "surrogatepass")
    }
    /// An 8-bit string of Python 2.
    fn old_text(&self, vm: &Vm, bytes: &[u8]) -> PyResult<Value> {
        let encoding = self.encoding.cloned();
        if encoding == "bytes" {
            return Ok(vm.bytes(bytes));
        }
        vm.decode(bytes, &encoding, &self.errors.cloned())
    }
}

struct Options {
    fix_imports: bool,
    encoding: Cow<'static, str>,
    errors: Cow<'static, str>,
    buffers: Value,
}

fn options(vm: &Vm, args: &[Value], function: &str) -> PyResult<Options> {
    let text = |value: &Value, name: &str, default: &'static str| match value.given() {
        None => Ok(Cow::Borrowed(default)),
        Some(value) => match value.as_str() {
            Some(text) => Ok(Cow::Owned(text.to_string_lossy().into_owned())),
            None => Err(vm.type_error(format!(
                "{function}() argument '{name}' must be str, not {}",
                value.type_name(vm)
            ))),
        },
    };
    let buffers = match args[3].some() {
        Some(buffers) => vm.iter(buffers)?,
        None => Value::UNBOUND,
    };
    Ok(Options {
        fix_imports: args[0].given().map_or(Ok(true), |fix| vm.truth(fix))?,
        encoding: text(&args[1], "encoding", "ASCII")?,
        errors: text(&args[2], "errors", "strict")?,
        buffers,
    })
}

fn attach(this: &Obj<Unpickler>, options: Options) {
    this.fix_imports.set(options.fix_imports);
    this.encoding.set(options.encoding);
    this.errors.set(options.errors);
    this.buffers.set(options.buffers);
    drop(this.set_memo(Vec::new(), HashMap::new()));
    drop(this.input.take());
    this.at.set(0);
    this.frame_end.set(0);
}

/// Arguments are file, fix_imports, encoding, errors, buffers.
fn attach_file(vm: &Vm, object: &Value, args: &[Value]) -> PyResult<()> {
    let options = options(vm, &args[1..], "Unpickler")?;
    let read = vm.getattr_opt(&args[0], vm.names().read.value())?;
    let readline = vm.getattr_opt(&args[0], vm.names().readline.value())?;
    let (Some(read), Some(readline)) = (read, readline) else {
        return Err(vm.type_error("file must have 'read' and 'readline' attributes"));
    };
    let this = this(vm, object)?;
    if this.running.get() {
        return Err(vm.runtime_error("Unpickler object is already used"));
    }
    this.read.set(read);
    this.readline.set(readline);
    attach(this, options);
    Ok(())
}

/// An unpickler that reads from a file.
pub fn of_file(vm: &Vm, ty: &TypeRef, args: &[Value]) -> PyResult<Value> {
    let object = vm.alloc(ty, Unpickler::new()).into_value();
    attach_file(vm, &object, args)?;
    Ok(object)
}

/// An unpickler of bytes.
pub fn of_bytes(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    if args[0].as_str().is_some() || !vm.has_buffer(&args[0]) {
        return Err(
            vm.type_error(format!("a bytes-like object is required, not '{}'", args[0].type_name(vm)))
        );
    }
    let options = options(vm, &args[1..], "loads")?;
    let unpickler = Unpickler::new();
    unpickler.read.set(Value::NONE);
    unpickler.readline.set(Value::NONE);
    let object = vm.alloc_spec(&UNPICKLER, unpickler);
    let this = this(vm, &object)?;
    attach(this, options);
    this.input.set(vm.buffer_bytes(&args[0])?);
    Ok(object)
}

/// `unpickler.load()`
pub fn load(vm: &Vm, object: &Value) -> PyResult<Value> {
    let this = this(vm, object)?;
    if this.read.get().is_unbound() {
        return Err(unpickling_error(
            vm,
            format!("Unpickler.__init__() was not called by {}.__init__()", object.type_name(vm)),
        ));
    }
    if this.running.replace(true) {
        return Err(vm.runtime_error("Unpickler object is already used"));
    }
    drop(this.stack.replace(Vec::with_capacity(FIRST_ROOM)));
    drop(this.marks.replace(Vec::with_capacity(FIRST_ROOM / 8)));
    this.protocol.set(0);
    let result = run(vm, object, this);
    this.running.set(false);
    let old = this.stack.take();
    drop(old);
    drop(this.marks.take());
    // The buffer of a file holds frames that were read to their end.
    if !this.read.get().is_none() {
        let rest = this.input.get()[this.at.get()..].to_vec();
        this.input.set(rest);
        this.at.set(0);
    }
    this.frame_end.set(0);
    result
}

fn run(vm: &Vm, object: &Value, this: &Obj<Unpickler>) -> PyResult<Value> {
    loop {
        let start = this.at.get();
        let code = match this.input.get().get(start) {
            Some(code) => {
                this.at.set(start + 1);
                *code
            }
            None => {
                let read = this.read.cloned();
                let more = if read.is_none() { Value::NONE } else { vm.call1(&read, &vm.int(1))? };
                match vm.bytes_of(&more) {
                    Some([code, ..]) => *code,
                    _ => return Err(vm.eof_error("Ran out of input")),
                }
            }
        };
        // What most of a pickle is made of needs no call.
        match code {
            op::STOP => return this.pop(vm),
            op::NONE => this.push(Value::NONE),
            op::MARK => this.marks.get_mut().push(this.stack.get().len()),
            op::MEMOIZE => this.memoize(vm)?,
            op::BININT1 => {
                let n = this.byte(vm)?;
                this.push(vm.int(n.into()));
            }
            op::SHORT_BINUNICODE => {
                let n = this.byte(vm)?.into();
                this.push(this.with_bytes(vm, n, |bytes| this.text(vm, bytes))?);
            }
            op::BINGET => {
                let at = this.byte(vm)?;
                this.recall(vm, at.into())?;
            }
            _ => step(vm, object, this, code)?,
        }
    }
}

/// A decimal number of a line, as an index.
fn index_of(vm: &Vm, line: &[u8], negative: &str) -> PyResult<usize> {
    let number = vm.int_from_text(line, 10, &shown_line(vm, line)?)?;
    if vm.is_negative(&number) {
        return Err(vm.value_error(negative));
    }
    match number.as_int().and_then(|n| usize::try_from(n.small()?).ok()) {
        Some(n) => Ok(n),
        None => Err(vm.overflow_error("Python int too large to convert to C ssize_t")),
    }
}

/// A line and its end, for messages.
fn shown_line(vm: &Vm, line: &[u8]) -> PyResult<Value> {
    vm.decode(&[line, b"\n"].concat(), "utf-8", "replace")
}

/// The number of a line, which has neither white space nor underscores.
fn float_line(vm: &Vm, line: &[u8]) -> PyResult<f64> {
    let plain = |text: &[u8]| {
        let odd = text.iter().any(|byte| *byte == b'_' || byte.is_ascii_whitespace());
        if odd { None } else { float_text::parse(text) }
    };
    let shown = || format!("'{}\n'", String::from_utf8_lossy(line));
    match plain(line) {
        Some(x) if x.is_infinite() && line.iter().any(u8::is_ascii_digit) => {
            Err(vm.overflow_error(format!("value too large to convert to float: {}", shown())))
        }
        Some(x) => Ok(x),
        None if (1..line.len().min(64)).any(|end| plain(&line[..end]).is_some()) => {
            Err(vm.value_error("could not convert string to float"))
        }
        None => Err(vm.value_error(format!("could not convert string to float: {}", shown()))),
    }
}

fn long(vm: &Vm, bytes: &[u8]) -> Value {
    if bytes.len() <= 8 {
        let fill = if bytes.last().is_some_and(|b| *b >= 0x80) { 0xff } else { 0 };
        let mut wide = [fill; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        return vm.int(i64::from_le_bytes(wide));
    }
    vm.int_big(IBig::from_le_bytes(bytes))
}

/// The opcodes that [`run`] does not do itself.
fn step(vm: &Vm, object: &Value, this: &Obj<Unpickler>, code: u8) -> PyResult<()> {
    match code {
        op::NEWTRUE => this.push(Value::TRUE),
        op::NEWFALSE => this.push(Value::FALSE),
        op::BININT => {
            let n = i32::from_le_bytes(this.array(vm)?);
            this.push(vm.int(n.into()));
        }
        op::BININT2 => {
            let n = u16::from_le_bytes(this.array(vm)?);
            this.push(vm.int(n.into()));
        }
        op::INT => {
            let line = this.filled_line(vm)?;
            let value = vm.int_from_text(&line, 10, &vm.bytes(&line)).map_err(|raised| {
                drop(vm.take_raised(raised));
                vm.value_error("could not convert string to int")
            })?;
            // With two places 0 and 1 are truth values.
            this.push(match value.as_small() {
                Some(n @ (0 | 1)) if line.len() == 2 => Value::bool(n == 1),
                _ => value,
            });
        }
        op::LONG => {
            let line = this.filled_line(vm)?;
            let digits = line.strip_suffix(b"L").unwrap_or(&line);
            let shown = match digits.len() < line.len() {
                true => vm.decode(digits, "utf-8", "replace")?,
                false => shown_line(vm, &line)?,
            };
            this.push(vm.int_from_text(digits, 10, &shown)?);
        }
        op::LONG1 => {
            let n = this.byte(vm)?;
            this.push(this.with_bytes(vm, n.into(), |bytes| Ok(long(vm, bytes)))?);
        }
        op::LONG4 => {
            let n = i32::from_le_bytes(this.array(vm)?);
            let Ok(n) = usize::try_from(n) else {
                return Err(unpickling_error(vm, "LONG pickle has negative byte count"));
            };
            let bytes = this.bytes(vm, n)?;
            this.push(long(vm, &bytes));
        }
        op::FLOAT => {
            let line = this.filled_line(vm)?;
            this.push(vm.float(float_line(vm, &line)?));
        }
        op::BINFLOAT => {
            let x = f64::from_be_bytes(this.array(vm)?);
            this.push(vm.float(x));
        }
        op::STRING => {
            let line = this.line(vm)?;
            let inner = match &line[..] {
                [a @ (b'"' | b'\''), inner @ .., b] if a == b => inner,
                _ => return Err(unpickling_error(vm, "the STRING opcode argument must be quoted")),
            };
            let decode = table(vm, "_codecs", "escape_decode")?;
            let decoded = vm.call1(&decode, &vm.bytes(inner))?;
            let decoded = vm.getitem(&decoded, &vm.int(0))?;
            let bytes = vm.bytes_of(&decoded).unwrap_or_default().to_vec();
            this.push(this.old_text(vm, &bytes)?);
        }
        op::BINSTRING => {
            let n = i32::from_le_bytes(this.array(vm)?);
            let Ok(n) = usize::try_from(n) else {
                return Err(unpickling_error(vm, "BINSTRING pickle has negative byte count"));
            };
            let bytes = this.bytes(vm, n)?;
            this.push(this.old_text(vm, &bytes)?);
        }
        op::SHORT_BINSTRING => {
            let n = this.byte(vm)?;
            let bytes = this.bytes(vm, n.into())?;
            this.push(this.old_text(vm, &bytes)?);
        }
        op::UNICODE => {
            let line = this.line(vm)?;
            this.push(vm.decode(&line, "raw-unicode-escape", "strict")?);
        }
        op::BINUNICODE | op::BINUNICODE8 => {
            let n = match code {
                op::BINUNICODE => this.length4(vm)?,
                _ => this.length8(vm, "BINUNICODE")?,
            };
            this.push(this.with_bytes(vm, n, |bytes| this.text(vm, bytes))?);
        }
        op::SHORT_BINBYTES | op::BINBYTES | op::BINBYTES8 => {
            let n = match code {
                op::SHORT_BINBYTES => usize::from(this.byte(vm)?),
                op::BINBYTES => this.length4(vm)?,
                _ => this.length8(vm, "BINBYTES")?,
            };
            this.push(this.with_bytes(vm, n, |bytes| Ok(vm.bytes(bytes)))?);
        }
        op::BYTEARRAY8 => {
            let n = this.length8(vm, "BYTEARRAY8")?;
            let bytes = this.bytes(vm, n)?;
            this.push(vm.bytearray(bytes));
        }
        op::NEXT_BUFFER => {
            let buffers = this.buffers.cloned();
            if buffers.is_unbound() {
                return Err(unpickling_error(
                    vm,
                    "pickle stream refers to out-of-band data but no *buffers* argument was given",
                ));
            }
            match vm.next(&buffers)? {
                Some(buffer) => this.push(buffer),
                None => return Err(unpickling_error(vm, "not enough out-of-band buffers")),
            }
        }
        op::READONLY_BUFFER => {
            let top = this.top(vm)?;
            let view = vm.call1(&vm.builtin("memoryview")?, &top)?;
            if view.downcast::<MemoryView>().is_some_and(|view| !view.view.readonly) {
                let fixed = vm.call_method_str(&view, "toreadonly", &[])?;
                drop(this.pop(vm)?);
                this.push(fixed);
            }
        }
        op::EMPTY_TUPLE => this.push(vm.tuple(vec![])),
        op::TUPLE1 | op::TUPLE2 | op::TUPLE3 => {
            let count = usize::from(code - op::TUPLE1) + 1;
            let length = this.stack.get().len();
            if length < this.fence() + count {
                return Err(this.underflow(vm));
            }
            let tuple = vm.tuple_of(&this.stack.get()[length - count..]);
            this.stack.get_mut().truncate(length - count);
            this.push(tuple);
        }
        op::TUPLE => {
            let items = this.pop_mark(vm)?;
            this.push(vm.tuple(items));
        }
        op::EMPTY_LIST => this.push(vm.list(vec![])),
        op::LIST => {
            let items = this.pop_mark(vm)?;
            this.push(vm.list(items));
        }
        op::EMPTY_DICT => this.push(vm.new_dict().into_value()),
        op::DICT => {
            let items = this.pop_mark(vm)?;
            if items.len() % 2 != 0 {
                return Err(unpickling_error(vm, "odd number of items for DICT"));
            }
            let dict = vm.new_dict();
            let dict = dict.into_value();
            set_items(vm, &dict, items)?;
            this.push(dict);
        }
        op::EMPTY_SET => this.push(vm.new_set()),
        op::FROZENSET => {
            let items = this.pop_mark(vm)?;
            this.push(vm.frozenset(items)?);
        }
        op::APPEND => {
            let item = this.pop(vm)?;
            append(vm, &this.top(vm)?, vec![item], true)?;
        }
        op::APPENDS => {
            let items = this.pop_mark(vm)?;
            append(vm, &this.top(vm)?, items, false)?;
        }
        op::SETITEM => {
            let value = this.pop(vm)?;
            let key = this.pop(vm)?;
            set_items(vm, &this.top(vm)?, vec![key, value])?;
        }
        op::SETITEMS => {
            let items = this.pop_mark(vm)?;
            let target = this.top(vm)?;
            if items.len() % 2 != 0 {
                return Err(unpickling_error(vm, "odd number of items for SETITEMS"));
            }
            set_items(vm, &target, items)?;
        }
        op::ADDITEMS => {
            let items = this.pop_mark(vm)?;
            let target = this.top(vm)?;
            if vm.is_any_set(&target) {
                vm.call_method(&target, &vm.names().update, &[vm.list(items)])?;
            } else {
                let add = vm.getattr(&target, vm.names().add.value())?;
                for item in items {
                    vm.call1(&add, &item)?;
                }
            }
        }
        op::POP => {
            // Without anything above it a mark goes itself.
            if this.marks.get().last() == Some(&this.stack.get().len()) {
                this.marks.get_mut().pop();
            } else {
                drop(this.pop(vm)?);
            }
        }
        op::POP_MARK => drop(this.pop_mark(vm)?),
        op::DUP => this.push(this.top(vm)?),
        op::GET => {
            let at = index_of(vm, &this.filled_line(vm)?, "negative GET argument")?;
            this.recall(vm, at)?;
        }
        op::LONG_BINGET => {
            let at = this.length4(vm)?;
            this.recall(vm, at)?;
        }
        op::PUT => {
            let line = this.filled_line(vm)?;
            this.top(vm)?;
            let at = index_of(vm, &line, "negative PUT argument")?;
            this.remember(vm, at)?;
        }
        op::BINPUT => {
            let at = this.byte(vm)?;
            this.remember(vm, at.into())?;
        }
        op::LONG_BINPUT => {
            let at = this.length4(vm)?;
            this.remember(vm, at)?;
        }
        op::PROTO => {
            let protocol = i64::from(this.byte(vm)?);
            if protocol > HIGHEST_PROTOCOL {
                return Err(vm.value_error(format!("unsupported pickle protocol: {protocol}")));
            }
            this.protocol.set(protocol);
        }
        op::FRAME => {
            let n = u64::from_le_bytes(this.array(vm)?);
            let Some(n) = usize::try_from(n).ok().filter(|n| *n <= isize::MAX as usize) else {
                return Err(vm.overflow_error(format!(
                    "FRAME length exceeds system's maximum of {} bytes",
                    isize::MAX
                )));
            };
            let start = this.at.get();
            if start < this.frame_end.get() {
                return Err(unpickling_error(vm, "beginning of a new frame before end of current frame"));
            }
            if this.input.get().len() - start < n {
                let frame = this.bytes(vm, n)?;
                this.input.set(frame);
                this.at.set(0);
            }
            this.frame_end.set(this.at.get() + n);
        }
        op::PERSID => {
            let line = this.line(vm)?;
            if !line.is_ascii() {
                return Err(unpickling_error(vm, "persistent IDs in protocol 0 must be ASCII strings"));
            }
            persistent(vm, object, this, vm.str_ascii(&line))?;
        }
        op::BINPERSID => {
            let id = this.pop(vm)?;
            persistent(vm, object, this, id)?;
        }
        op::GLOBAL => {
            let (module, name) = (this.filled_line(vm)?, this.filled_line(vm)?);
            let (module, name) =
                (vm.decode(&module, "utf-8", "strict")?, vm.decode(&name, "utf-8", "strict")?);
            this.push(find(vm, object, this, &module, &name)?);
        }
        op::STACK_GLOBAL => {
            let name = this.pop(vm)?;
            let module = this.pop(vm)?;
            let exact = |v: &Value| crate::runtime::object::dict::exact_str(v).is_some();
            if !exact(&name) || !exact(&module) {
                return Err(unpickling_error(vm, "STACK_GLOBAL requires str"));
            }
            this.push(find(vm, object, this, &module, &name)?);
        }
        op::EXT1 => {
            let code = this.byte(vm)?;
            extension(vm, object, this, code.into())?;
        }
        op::EXT2 => {
            let code = u16::from_le_bytes(this.array(vm)?);
            extension(vm, object, this, code.into())?;
        }
        op::EXT4 => {
            let code = i32::from_le_bytes(this.array(vm)?);
            extension(vm, object, this, code.into())?;
        }
        op::REDUCE => {
            let args = this.pop(vm)?;
            let function = this.pop(vm)?;
            let Some(args) = args.as_tuple() else {
                return Err(vm.type_error("argument list must be a tuple"));
            };
            this.push(vm.call_args(&function, args.items())?);
        }
        op::NEWOBJ | op::NEWOBJ_EX => {
            let keywords = if code == op::NEWOBJ_EX { Some(this.pop(vm)?) } else { None };
            let args = this.pop(vm)?;
            let class = this.pop(vm)?;
            this.push(new_object(vm, &class, &args, keywords.as_ref())?);
        }
        op::INST => {
            let args = this.pop_mark(vm)?;
            let (module, name) = (this.filled_line(vm)?, this.filled_line(vm)?);
            let (module, name) =
                (vm.decode(&module, "ascii", "strict")?, vm.decode(&name, "ascii", "strict")?);
            let class = find(vm, object, this, &module, &name)?;
            this.push(instantiate(vm, &class, &args)?);
        }
        op::OBJ => {
            let args = this.pop_mark(vm)?;
            let [class, rest @ ..] = &args[..] else { return Err(this.underflow(vm)) };
            this.push(instantiate(vm, class, rest)?);
        }
        op::BUILD => {
            let state = this.pop(vm)?;
            build(vm, &this.top(vm)?, &state)?;
        }
        _ => {
            let shown = match code {
                0x20..=0x7e if code != b'\'' => format!("'{}'", char::from(code)),
                _ => format!("'\\x{code:02x}'"),
            };
            return Err(unpickling_error(vm, format!("invalid load key, {shown}.")));
        }
    }
    Ok(())
}

fn append(vm: &Vm, target: &Value, items: Vec<Value>, single: bool) -> PyResult<()> {
    if target.kind() == kind::LIST
        && let Some(list) = vm.list_items(target)
    {
        list.get_mut().extend(items);
        return Ok(());
    }
    if !single && let Some(extend) = vm.getattr_opt(target, vm.names().extend.value())? {
        return vm.call1(&extend, &vm.list(items)).map(drop);
    }
    let append = vm.getattr(target, vm.names().append.value())?;
    for item in items {
        vm.call1(&append, &item)?;
    }
    Ok(())
}

/// Sets keys and values, which take turns.
fn set_items(vm: &Vm, target: &Value, items: Vec<Value>) -> PyResult<()> {
    let plain = target.as_dict().filter(|_| target.kind() == kind::DICT);
    if let Some(dict) = plain
        && dict.is_empty()
    {
        dict.reserve(items.len() / 2);
    }
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        match plain {
            Some(dict) => drop(dict.insert_in_place(vm, key, value)?),
            None => vm.setitem(target, &key, Some(&value))?,
        }
    }
    Ok(())
}

fn persistent(vm: &Vm, object: &Value, this: &Obj<Unpickler>, id: Value) -> PyResult<()> {
    let method = vm.getattr_str(object, "persistent_load")?;
    this.push(vm.call1(&method, &id)?);
    Ok(())
}

fn find(vm: &Vm, object: &Value, this: &Obj<Unpickler>, module: &Value, name: &Value) -> PyResult<Value> {
    if object.ty(vm).address() == vm.typ(&UNPICKLER).address() {
        return find_class(vm, this, module, name);
    }
    vm.call_method_str(object, "find_class", &[module.clone(), name.clone()])
}

/// `find_class(module, name)`
fn find_class(vm: &Vm, this: &Obj<Unpickler>, module: &Value, name: &Value) -> PyResult<Value> {
    vm.audit(&vm.intern("pickle.find_class"), || vec![module.clone(), name.clone()])?;
    let (mut module, mut name) = (module.clone(), name.clone());
    if this.protocol.get() < 3 && this.fix_imports.get() {
        let pair = vm.tuple(vec![module.clone(), name.clone()]);
        if let Some(found) = look_up(vm, &table(vm, "_compat_pickle", "NAME_MAPPING")?, &pair)? {
            let [m, n] = found.as_tuple().map_or(&[][..], |t| t.items()) else {
                return Err(vm.runtime_error("_compat_pickle.NAME_MAPPING values should be 2-tuples"));
            };
            (module, name) = (m.clone(), n.clone());
        } else if let Some(found) = look_up(vm, &table(vm, "_compat_pickle", "IMPORT_MAPPING")?, &module)? {
            module = found;
        }
    }
    let modules = vm.interp().modules.cloned();
    let found = match modules.get(vm, &module)? {
        Some(found) => found,
        None => {
            vm.call1(&vm.builtin("__import__")?, &module)?;
            match vm.interp().modules.cloned().get(vm, &module)? {
                Some(found) => found,
                None => return Err(vm.key_error(&module)),
            }
        }
    };
    let plain = name.as_str().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    if this.protocol.get() < 4 || !plain.contains('.') {
        return vm.getattr(&found, &name);
    }
    let mut at = found;
    for part in plain.split('.') {
        let part = vm.intern(part);
        match vm.getattr(&at, part.value()) {
            Ok(next) => at = next,
            Err(raised) if vm.raised_is(&exc::ATTRIBUTE_ERROR) => {
                let inner = vm.take_raised(raised);
                let text = format!(
                    "Can't resolve path {} on module {}",
                    vm.repr_text(&name)?,
                    vm.repr_text(&module)?
                );
                let raised = vm.attribute_error(text);
                return Err(super::caused_by(vm, raised, inner));
            }
            Err(raised) => return Err(raised),
        }
    }
    Ok(at)
}

fn extension(vm: &Vm, object: &Value, this: &Obj<Unpickler>, code: i64) -> PyResult<()> {
    if code <= 0 {
        return Err(unpickling_error(vm, "EXT specifies code <= 0"));
    }
    let number = vm.int(code);
    let cache = table(vm, "copyreg", "_extension_cache")?;
    if let Some(found) = look_up(vm, &cache, &number)? {
        this.push(found);
        return Ok(());
    }
    let Some(pair) = look_up(vm, &table(vm, "copyreg", "_inverted_registry")?, &number)? else {
        return Err(vm.value_error(format!("unregistered extension code {code}")));
    };
    let [module, name] = pair.as_tuple().map_or(&[][..], |pair| pair.items()) else {
        return Err(vm.value_error(format!("_inverted_registry[{code}] isn't a 2-tuple of strings")));
    };
    let found = find(vm, object, this, module, name)?;
    vm.setitem(&cache, &number, Some(&found))?;
    this.push(found);
    Ok(())
}

fn new_object(vm: &Vm, class: &Value, args: &Value, keywords: Option<&Value>) -> PyResult<Value> {
    let what = if keywords.is_some() { "NEWOBJ_EX" } else { "NEWOBJ" };
    if class.as_type().is_none() {
        return Err(unpickling_error(
            vm,
            format!("{what} class argument must be a type, not {}", vm.full_type_name(class)),
        ));
    }
    let Some(items) = args.as_tuple().map(|tuple| tuple.items()) else {
        return Err(unpickling_error(
            vm,
            format!("{what} args argument must be a tuple, not {}", vm.full_type_name(args)),
        ));
    };
    let mut values = vec![class.clone()];
    values.extend(items.iter().cloned());
    let mut names = Vec::new();
    if let Some(keywords) = keywords {
        let Some(dict) = keywords.as_dict() else {
            return Err(unpickling_error(
                vm,
                format!("{what} kwargs argument must be a dict, not {}", vm.full_type_name(keywords)),
            ));
        };
        for (name, value) in dict.entries() {
            if name.as_str().is_none() {
                return Err(vm.type_error("keywords must be strings"));
            }
            names.push(name);
            values.push(value);
        }
    }
    let new = vm.getattr(class, vm.names().__new__.value())?;
    vm.call(&new, Args { values: &values, names: &names })
}

fn instantiate(vm: &Vm, class: &Value, args: &[Value]) -> PyResult<Value> {
    let name = vm.intern("__getinitargs__");
    if !args.is_empty() || class.as_type().is_none() || vm.getattr_opt(class, name.value())?.is_some() {
        return vm.call_args(class, args);
    }
    let new = vm.getattr(class, vm.names().__new__.value())?;
    vm.call1(&new, class)
}

fn build(vm: &Vm, target: &Value, state: &Value) -> PyResult<()> {
    if let Some(set) = vm.getattr_opt(target, vm.names().__setstate__.value())? {
        return vm.call1(&set, state).map(drop);
    }
    let (mut state, mut slots) = (state.clone(), Value::NONE);
    if let Some([first, second]) = state.as_tuple().map(|tuple| tuple.items()) {
        (state, slots) = (first.clone(), second.clone());
    }
    if !state.is_none() {
        let Some(entries) = state.as_dict() else {
            return Err(unpickling_error(vm, "state is not a dictionary"));
        };
        let namespace = vm.getattr(target, vm.names().__dict__.value())?;
        for (key, value) in entries.entries() {
            let key = match crate::runtime::object::dict::exact_str(&key) {
                Some(_) => vm.intern_value(&key).map_or(key.clone(), |key| key.into_value()),
                None => key,
            };
            vm.setitem(&namespace, &key, Some(&value))?;
        }
    }
    if !slots.is_none() {
        let Some(entries) = slots.as_dict() else {
            return Err(unpickling_error(vm, "slot state is not a dictionary"));
        };
        for (key, value) in entries.entries() {
            vm.setattr(target, &key, Some(&value))?;
        }
    }
    Ok(())
}

// ------------------------------------------------------------------------------------------------ the type

/// `Unpickler`
pub static UNPICKLER: TypeSpec = TypeSpec::new("_pickle.Unpickler", Unpickler::layout)
    .flags(type_flag::BASE)
    .doc(
        "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())",
        "Reads pickles from a file; the arguments are those of load().",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Unpickler::new()).into_value()));
        s.init = Some(|vm, object, args| {
            const SIGNATURE: Signature = Signature::parse(
                "Unpickler(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())",
            );
            let bound: [Value; 5] = vm.bind_args(&SIGNATURE, args)?;
            attach_file(vm, object, &bound)
        });
        s.getattr = Some(|vm, object, name| {
            super::get_hook(vm, (object, name), ("persistent_load", &this(vm, object)?.persistent_load))
        });
        s.setattr = Some(|vm, object, name, value| {
            super::set_hook(vm, (object, name), value, ("persistent_load", &this(vm, object)?.persistent_load))
        });
    })
    .methods(&[
        native(
            "persistent_load(self, pid, /)",
            |vm, _| {
                Err(unpickling_error(
                    vm,
                    "A load persistent id instruction was encountered, but no persistent_load function was specified.",
                ))
            },
            "The object of a persistent id; UnpicklingError. For subclasses to override.",
        ),
        native("load(self, /)", |vm, args| load(vm, &args[0]), "Read a pickle and return the object."),
        native(
            "find_class(self, module_name, global_name, /)",
            |vm, args| find_class(vm, this(vm, &args[0])?, &args[1], &args[2]),
            "The object of that name in a module, which is imported if need be.",
        ),
        native(
            "__sizeof__(self, /)",
            |vm, args| {
                let this = this(vm, &args[0])?;
                let words = this.memo.get().capacity() + this.stack.get().capacity() + this.marks.get().capacity();
                Ok(vm.int_usize(size_of::<Obj<Unpickler>>() + 8 * words + this.input.get().capacity()))
            },
            "Size in memory, in bytes.",
        ),
    ])
    .getset(&[getset(
        "memo",
        |vm, object| Ok(vm.alloc_spec(&MEMO_PROXY, MemoProxy { owner: object.clone() })),
        |vm, object, value| {
            let Some(value) = value else {
                return Err(vm.type_error("attribute deletion is not supported"));
            };
            let mut near = Vec::new();
            let mut far = HashMap::new();
            if let Some(proxy) = value.downcast::<MemoProxy>() {
                let other = this(vm, &proxy.owner)?;
                near = other.memo.cloned();
                far = other.far_memo.cloned();
            } else if let Some(dict) = value.as_dict() {
                for (key, value) in dict.entries() {
                    let Some(at) = key.as_small() else {
                        return Err(vm.type_error("memo key must be integers"));
                    };
                    let Ok(at) = usize::try_from(at) else {
                        return Err(vm.value_error("memo key must be positive integers."));
                    };
                    if at == near.len() {
                        near.push(value);
                    } else {
                        far.insert(at, value);
                    }
                }
            } else {
                return Err(vm.type_error(format!(
                    "'memo' attribute must be an UnpicklerMemoProxy object or dict, not {}",
                    value.type_name(vm)
                )));
            }
            let this = this(vm, object)?;
            drop(this.set_memo(near, far));
            Ok(())
        },
        "",
    )]);

/// `unpickler.memo`
struct MemoProxy {
    owner: Value,
}
crate::payload!(MemoProxy, "UnpicklerMemoProxy", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.owner);
    }
});

fn memo_copy(vm: &Vm, proxy: &Value) -> PyResult<Value> {
    let owner = this(vm, &vm.cast::<MemoProxy>(proxy)?.owner)?;
    let copy = vm.new_dict();
    for (at, value) in owner.memo.cloned().into_iter().enumerate() {
        if !value.is_unbound() {
            copy.insert(vm, vm.int_usize(at), value)?;
        }
    }
    for (at, value) in owner.far_memo.cloned() {
        copy.insert(vm, vm.int_usize(at), value)?;
    }
    Ok(copy.into_value())
}

static MEMO_PROXY: TypeSpec =
    TypeSpec::new("_pickle.UnpicklerMemoProxy", MemoProxy::layout).flags(type_flag::NO_NEW).methods(&[
        native(
            "clear(self, /)",
            |vm, args| {
                let owner = this(vm, &vm.cast::<MemoProxy>(&args[0])?.owner)?;
                drop(owner.set_memo(Vec::new(), HashMap::new()));
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
            "Implement pickling support.",
        ),
    ]);
