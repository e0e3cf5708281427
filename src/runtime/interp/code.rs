//! Code objects: `CodeData` made into values.
//!
//! The words are copied into memory of their own, because inline caches are written into them. Of a code that is stored in the
//! binary only the head is read at first; the body follows when somebody looks or runs it.

use std::cell::{Cell, OnceCell, UnsafeCell};
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::runtime::bytecode::code::{CodeData, Const, Handler, Local, Position, flags};
use crate::runtime::bytecode::store::{Blob, BodyReader, StoreError, StoredConst};
use crate::runtime::error::PyResult;
use crate::runtime::interp::forms;
use crate::runtime::object::str::Str;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Ref, Value};

/// The payload of `code`.
pub struct Code {
    /// `co_name`
    pub name: Ref<Str>,
    /// `co_qualname`
    pub qualname: Ref<Str>,
    /// `co_filename`
    pub filename: LockCell<Ref<Str>>,
    /// `co_flags`
    pub flags: u32,
    /// `co_firstlineno`
    pub first_line: u32,
    /// `co_argcount`
    pub arg_count: u32,
    /// `co_posonlyargcount`
    pub posonly_count: u32,
    /// `co_kwonlyargcount`
    pub kwonly_count: u32,
    /// Number of temporaries.
    pub temps: u32,
    /// Number of registers below the base.
    pub locals_count: u32,
    /// A number that no other code has or will have.
    pub serial: u64,
    /// Where the body is stored, if it is.
    stored: Option<(Blob<'static>, u32)>,
    body: OnceCell<Body>,
    /// Counts calls and loops, for the compiler tiers.
    pub heat: Cell<u32>,
}

fn next_serial() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What of a code only its run needs.
pub struct Body {
    /// Names of the registers below the base.
    pub local_names: Box<[Ref<Str>]>,
    /// What the locals are.
    pub locals: Box<[LocalKind]>,
    /// Names of the closure cells.
    pub free_names: Box<[Ref<Str>]>,
    words: Box<[UnsafeCell<u32>]>,
    /// Constants.
    pub consts: Box<[Value]>,
    /// Names.
    pub names: Box<[Ref<Str>]>,
    /// Exception table.
    pub handlers: Box<[Handler]>,
    /// Those of a stored code are read when somebody asks for them: what runs without an error needs none.
    positions: OnceCell<Box<[Position]>>,
    /// Where they are stored.
    positions_at: u32,
}

/// What a register below the base holds, see [`Local`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalKind {
    /// A cell.
    pub is_cell: bool,
    /// Not shown by `locals()`.
    pub is_hidden: bool,
}

impl From<&Local> for LocalKind {
    fn from(local: &Local) -> LocalKind {
        LocalKind { is_cell: local.is_cell, is_hidden: local.is_hidden }
    }
}

impl Deref for Code {
    type Target = Body;
    #[inline(always)]
    fn deref(&self) -> &Body {
        match self.body.get() {
            Some(body) => body,
            None => self.load(),
        }
    }
}

impl DerefMut for Code {
    fn deref_mut(&mut self) -> &mut Body {
        self.load();
        self.body.get_mut().expect("loaded right above")
    }
}

crate::payload!(Code, "code", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(body) = self.body.get() {
            body.consts.iter().for_each(visit);
        }
    }
});

impl Code {
    /// Is the body there?
    #[inline(always)]
    pub fn is_loaded(&self) -> bool {
        self.body.get().is_some()
    }

    #[cold]
    #[inline(never)]
    fn load(&self) -> &Body {
        self.body.get_or_init(|| {
            let vm = crate::runtime::object::vm::vm();
            self.sound(
                self.stored
                    .ok_or(StoreError::Corrupt)
                    .and_then(|(blob, offset)| vm.stored_body(blob, offset, self.filename.get(), self.flags)),
            )
        })
    }

    /// The library's bytecode was written by the compiler of this build: it reads, unless the file that is run is damaged, and there
    /// is no going on without it.
    fn sound<T>(&self, read: Result<T, StoreError>) -> T {
        read.unwrap_or_else(|problem| {
            panic!("the code of {} in this executable: {problem}", self.qualname.to_string_lossy())
        })
    }

    /// The positions.
    pub fn positions(&self) -> &[Position] {
        let body: &Body = self;
        body.positions.get_or_init(|| {
            self.sound(
                self.stored
                    .ok_or(StoreError::Corrupt)
                    .and_then(|(blob, _)| blob.positions(body.positions_at)),
            )
        })
    }

    /// The first word.
    pub fn start(&self) -> *const u32 {
        self.words.as_ptr().cast()
    }
    /// Number of words.
    pub fn word_count(&self) -> usize {
        self.words.len()
    }
    /// Index of the word before an address inside the words.
    pub fn index_of(&self, pc: *const u32) -> u32 {
        let distance = (pc as usize).wrapping_sub(self.start() as usize) / 4;
        (distance as u32).saturating_sub(1)
    }
    /// The words as they are now.
    pub fn words(&self) -> Vec<u32> {
        // SAFETY: words are plain numbers, written under the interpreter lock only.
        self.words.iter().map(|word| unsafe { *word.get() }).collect()
    }
    /// The words with inline caches left out: what two codes have in common that were compiled from the same text.
    pub fn plain_words(&self) -> Vec<u32> {
        use crate::runtime::bytecode::ops::{Extra, Op};
        let mut words = self.words();
        let mut at = 0;
        while let Some(op) = words.get(at).and_then(|w| Op::decode(*w)) {
            words[at] = words[at] & !0xff | op.plain() as u32;
            for (number, extra) in op.extras().iter().enumerate() {
                if *extra == Extra::Cache
                    && let Some(word) = words.get_mut(at + 1 + number)
                {
                    *word = 0;
                }
            }
            at += op.words();
        }
        words
    }
    /// A copy, changed by a function, with fresh caches.
    pub fn copy_with(&self, change: impl FnOnce(&mut Code)) -> Code {
        let mut new = Code {
            name: self.name.clone(),
            qualname: self.qualname.clone(),
            filename: LockCell::new(self.filename.cloned()),
            flags: self.flags,
            first_line: self.first_line,
            arg_count: self.arg_count,
            posonly_count: self.posonly_count,
            kwonly_count: self.kwonly_count,
            temps: self.temps,
            locals_count: self.locals_count,
            serial: next_serial(),
            stored: None,
            body: OnceCell::from(Body {
                local_names: self.local_names.clone(),
                locals: self.locals.clone(),
                free_names: self.free_names.clone(),
                words: Box::default(),
                consts: self.consts.clone(),
                names: self.names.clone(),
                handlers: self.handlers.clone(),
                positions: OnceCell::from(Box::from(self.positions())),
                positions_at: 0,
            }),
            heat: Cell::new(0),
        };
        change(&mut new);
        new.words = forms::loaded(&self.plain_words(), &new.consts, new.flags, new.locals.len());
        new
    }
    /// A code of parts: names are those of the data as they are to be seen, the order of `texts` is name, qualified name, file.
    pub fn made(
        data: CodeData,
        consts: Vec<Value>,
        local_names: Box<[Ref<Str>]>,
        texts: [Ref<Str>; 3],
        names: Vec<Ref<Str>>,
        free_names: Vec<Ref<Str>>,
    ) -> Code {
        let [name, qualname, filename] = texts;
        Code {
            name,
            qualname,
            filename: LockCell::new(filename),
            flags: data.flags,
            first_line: data.first_line,
            arg_count: data.arg_count,
            posonly_count: data.posonly_count,
            kwonly_count: data.kwonly_count,
            temps: data.temps,
            locals_count: data.locals.len() as u32,
            serial: next_serial(),
            stored: None,
            body: OnceCell::from(Body {
                local_names,
                locals: data.locals.iter().map(LocalKind::from).collect(),
                free_names: free_names.into_boxed_slice(),
                words: forms::loaded(&data.words, &consts, data.flags, data.locals.len()),
                consts: consts.into_boxed_slice(),
                names: names.into_boxed_slice(),
                handlers: data.handlers.into_boxed_slice(),
                positions: OnceCell::from(data.positions.into_boxed_slice()),
                positions_at: 0,
            }),
            heat: Cell::new(0),
        }
    }
    /// Is one of these flags set?
    pub fn has(&self, flags: u32) -> bool {
        self.flags & flags != 0
    }
    /// Number of registers that hold arguments.
    pub fn arg_registers(&self) -> usize {
        (self.arg_count
            + self.kwonly_count
            + u32::from(self.has(flags::VARARGS))
            + u32::from(self.has(flags::VARKEYWORDS))) as usize
    }
    /// The position of the instruction that covers a word.
    pub fn position(&self, word: u32) -> Option<Position> {
        let positions = self.positions();
        let after = positions.partition_point(|run| run.start <= word);
        positions.get(after.checked_sub(1)?).copied().filter(|run| run.line != 0)
    }
    /// The line of a word: that of the instructions before it, if it has none of its own.
    pub fn line(&self, word: u32) -> Option<u32> {
        let positions = self.positions();
        let after = positions.partition_point(|run| run.start <= word);
        positions[..after].iter().rev().map(|run| run.line).find(|line| *line != 0)
    }
}

impl Vm {
    /// The value of a constant.
    pub fn constant(&self, data: &Const) -> PyResult<Value> {
        Ok(match data {
            Const::None => Value::NONE,
            Const::Bool(b) => Value::bool(*b),
            Const::Ellipsis => Value::ELLIPSIS,
            Const::Int(i) => self.int(*i),
            Const::BigInt(text) => self.int_from_literal(text)?,
            Const::Float(x) => self.float(*x),
            Const::Complex(re, im) => self.complex(*re, *im),
            Const::Str(bytes) => self.constant_text(bytes),
            Const::Bytes(bytes) => self.bytes(bytes),
            Const::Tuple(items) => {
                let items = items.iter().map(|item| self.constant(item)).collect::<PyResult<Vec<_>>>()?;
                self.tuple(items)
            }
            Const::FrozenSet(items) => {
                let items = items.iter().map(|item| self.constant(item)).collect::<PyResult<Vec<_>>>()?;
                self.frozenset(items)?
            }
            Const::Slice(parts) => {
                let [a, b, c] = [&parts[0], &parts[1], &parts[2]].map(|part| self.constant(part));
                self.slice(a?, b?, c?)
            }
            Const::Code(data) => self.code(data)?.into_value(),
        })
    }

    /// The plain data of a code object: what `code` would make it from again.
    pub fn code_data(&self, code: &Code) -> PyResult<CodeData> {
        let text = |name: &Ref<Str>| -> Box<str> { name.to_string_lossy().into_owned().into() };
        let consts = code.consts.iter().map(|c| self.constant_data(c)).collect::<PyResult<Vec<_>>>()?;
        Ok(CodeData {
            name: text(&code.name),
            qualname: text(&code.qualname),
            filename: text(code.filename.get()),
            flags: code.flags,
            first_line: code.first_line,
            arg_count: code.arg_count,
            posonly_count: code.posonly_count,
            kwonly_count: code.kwonly_count,
            locals: code
                .locals
                .iter()
                .zip(&code.local_names)
                .map(|(kind, name)| Local {
                    name: text(name),
                    is_cell: kind.is_cell,
                    is_hidden: kind.is_hidden,
                })
                .collect(),
            free_vars: code.free_names.iter().map(text).collect(),
            temps: code.temps,
            words: code.plain_words(),
            consts,
            names: code.names.iter().map(text).collect(),
            handlers: code.handlers.to_vec(),
            positions: code.positions().to_vec(),
        })
    }

    /// The plain data of a constant.
    pub fn constant_data(&self, value: &Value) -> PyResult<Const> {
        use crate::runtime::object::typedef::kind;
        if let Some(i) = value.as_small() {
            return Ok(Const::Int(i));
        }
        if let Some(b) = value.as_bool() {
            return Ok(Const::Bool(b));
        }
        if value.is_none() {
            return Ok(Const::None);
        }
        if value.is(&Value::ELLIPSIS) {
            return Ok(Const::Ellipsis);
        }
        if value.as_tagged_float().is_some() || value.kind() == kind::FLOAT {
            return Ok(Const::Float(self.to_f64(value)?));
        }
        let items = |value: &Value| -> PyResult<Box<[Const]>> {
            self.collect(value)?.iter().map(|item| self.constant_data(item)).collect()
        };
        Ok(match value.kind() {
            kind::INT => Const::BigInt(self.repr_text(value)?.into()),
            kind::STR => Const::Str(value.as_str().map(|t| t.bytes().into()).unwrap_or_default()),
            kind::BYTES => Const::Bytes(self.bytes_of(value).unwrap_or(&[]).into()),
            kind::TUPLE => Const::Tuple(items(value)?),
            kind::FROZENSET => Const::FrozenSet(items(value)?),
            kind::COMPLEX => {
                let part = |name: &str| self.getattr_str(value, name).and_then(|p| self.to_f64(&p));
                Const::Complex(part("real")?, part("imag")?)
            }
            kind::SLICE => {
                let part = |name: &str| self.getattr_str(value, name).and_then(|p| self.constant_data(&p));
                Const::Slice(Box::new([part("start")?, part("stop")?, part("step")?]))
            }
            kind::CODE => Const::Code(Box::new(self.code_data(self.cast::<Code>(value)?)?)),
            _ => return Err(self.value_error("unmarshallable object")),
        })
    }

    /// A code object.
    pub fn code(&self, data: &CodeData) -> PyResult<Ref<Code>> {
        let filename = self.intern(&data.filename);
        self.code_in(data, &filename)
    }

    fn code_in(&self, data: &CodeData, filename: &Ref<Str>) -> PyResult<Ref<Code>> {
        let mut consts = Vec::with_capacity(data.consts.len());
        for constant in &data.consts {
            consts.push(match constant {
                Const::Code(inner) => self.code_in(inner, filename)?.into_value(),
                other => self.constant(other)?,
            });
        }
        let code = Code {
            name: self.intern(&data.name),
            qualname: self.intern(&data.qualname),
            filename: LockCell::new(filename.clone()),
            flags: data.flags,
            first_line: data.first_line,
            arg_count: data.arg_count,
            posonly_count: data.posonly_count,
            kwonly_count: data.kwonly_count,
            temps: data.temps,
            locals_count: data.locals.len() as u32,
            serial: next_serial(),
            stored: None,
            body: OnceCell::from(self.body_of(data, consts)),
            heat: Cell::new(0),
        };
        Ok(self.alloc(self.typ(&crate::runtime::builtins::code::CODE), code))
    }

    fn body_of(&self, data: &CodeData, consts: Vec<Value>) -> Body {
        let names = |list: &[Box<str>]| list.iter().map(|n| self.intern(n)).collect::<Box<[_]>>();
        Body {
            local_names: data.locals.iter().map(|l| self.intern(&l.name)).collect(),
            locals: data.locals.iter().map(LocalKind::from).collect(),
            free_names: names(&data.free_vars),
            words: forms::loaded(&data.words, &consts, data.flags, data.locals.len()),
            consts: consts.into_boxed_slice(),
            names: names(&data.names),
            handlers: data.handlers.clone().into_boxed_slice(),
            positions: OnceCell::from(data.positions.clone().into_boxed_slice()),
            positions_at: 0,
        }
    }

    /// The code at an offset of a blob in the binary: its head, the rest when it is needed.
    pub fn stored_code(
        &self,
        blob: Blob<'static>,
        offset: u32,
        filename: &Ref<Str>,
    ) -> Result<Ref<Code>, StoreError> {
        let head = blob.head(offset)?;
        let name = self.stored_name(head.name)?;
        let code = Code {
            // Functions of a module have one name for both.
            qualname: if head.qualname == head.name {
                name.clone()
            } else {
                self.stored_name(head.qualname)?
            },
            name,
            filename: LockCell::new(filename.clone()),
            flags: head.flags,
            first_line: head.first_line,
            arg_count: head.arg_count,
            posonly_count: head.posonly_count,
            kwonly_count: head.kwonly_count,
            temps: head.temps,
            locals_count: head.locals,
            serial: next_serial(),
            stored: Some((blob, offset)),
            body: OnceCell::new(),
            heat: Cell::new(0),
        };
        Ok(self.alloc(self.typ(&crate::runtime::builtins::code::CODE), code))
    }

    /// Made from the bytes without a step between: most of what start-up does is this.
    fn stored_body(
        &self,
        blob: Blob<'static>,
        offset: u32,
        filename: &Ref<Str>,
        code_flags: u32,
    ) -> Result<Body, StoreError> {
        let mut reader = blob.body(offset)?;
        let (mut local_names, mut locals) = (Vec::new(), Vec::new());
        reader.locals(|name, is_cell, is_hidden| {
            local_names.push(self.stored_name(name)?);
            locals.push(LocalKind { is_cell, is_hidden });
            Ok(())
        })?;
        let free_names = reader.names(|name| self.stored_name(name))?;
        let names = reader.names(|name| self.stored_name(name))?;
        let mut consts = Vec::new();
        for _ in 0..reader.constant_count()? {
            let constant = reader.constant()?;
            consts.push(self.stored_constant(&mut reader, constant, Some((blob, filename)), 0)?);
        }
        let words = forms::loaded(&reader.words()?, &consts, code_flags, locals.len());
        let handlers = reader.handlers()?;
        Ok(Body {
            local_names: local_names.into_boxed_slice(),
            locals: locals.into_boxed_slice(),
            free_names,
            words,
            consts: consts.into_boxed_slice(),
            names,
            handlers,
            positions: OnceCell::new(),
            positions_at: reader.positions()?,
        })
    }

    /// The value of a stored constant; codes inside are of `place`, and stand in no constant with parts.
    fn stored_constant(
        &self,
        reader: &mut BodyReader,
        constant: StoredConst,
        place: Option<(Blob<'static>, &Ref<Str>)>,
        depth: u32,
    ) -> Result<Value, StoreError> {
        if depth > MAX_DEPTH {
            return Err(StoreError::Corrupt);
        }
        let mut parts = |count: usize| -> Result<Vec<Value>, StoreError> {
            (0..count)
                .map(|_| {
                    let part = reader.constant()?;
                    self.stored_constant(reader, part, None, depth + 1)
                })
                .collect()
        };
        // What a compiler writes down can be made.
        let made = |made: PyResult<Value>| {
            made.map_err(|raised| {
                drop(self.take_raised(raised));
                StoreError::Corrupt
            })
        };
        Ok(match constant {
            StoredConst::None => Value::NONE,
            StoredConst::Bool(value) => Value::bool(value),
            StoredConst::Ellipsis => Value::ELLIPSIS,
            StoredConst::Int(value) => self.int(value),
            StoredConst::BigInt(text) => {
                made(self.int_from_literal(std::str::from_utf8(text).map_err(|_| StoreError::Corrupt)?))?
            }
            StoredConst::Float(value) => self.float(value),
            StoredConst::Complex(re, im) => self.complex(re, im),
            StoredConst::Str(bytes) => self.constant_text(bytes),
            StoredConst::Bytes(bytes) => self.bytes(bytes),
            StoredConst::Tuple(count) => self.tuple(parts(count)?),
            StoredConst::FrozenSet(count) => made(self.frozenset(parts(count)?))?,
            StoredConst::Slice => match <[Value; 3]>::try_from(parts(3)?) {
                Ok([start, stop, step]) => self.slice(start, stop, step),
                Err(_) => return Err(StoreError::Corrupt),
            },
            StoredConst::Code(offset) => {
                let (blob, filename) = place.ok_or(StoreError::Corrupt)?;
                self.stored_code(blob, offset, filename)?.into_value()
            }
        })
    }

    /// A name. Nearly all are short and ASCII, which is seen faster than UTF-8 is checked.
    fn stored_name(&self, bytes: &[u8]) -> Result<Ref<Str>, StoreError> {
        if bytes.is_ascii() {
            // SAFETY: ASCII is UTF-8.
            return Ok(self.intern(unsafe { std::str::from_utf8_unchecked(bytes) }));
        }
        std::str::from_utf8(bytes).map(|name| self.intern(name)).map_err(|_| StoreError::Corrupt)
    }

    /// A string constant: interned if it could be a name.
    fn constant_text(&self, bytes: &[u8]) -> Value {
        match name_like(bytes) {
            Some(name) => self.intern(name).into_value(),
            None => self.str_bytes(bytes),
        }
    }
}

/// Constants within constants.
const MAX_DEPTH: u32 = 64;

/// The text of a string that could be a name.
fn name_like(bytes: &[u8]) -> Option<&str> {
    let fits = bytes.len() <= 64 && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    fits.then(|| std::str::from_utf8(bytes).ok()).flatten()
}
