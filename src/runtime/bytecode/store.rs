//! Code as bytes and back: what is embedded in the binary and kept in `__pycache__`.
//!
//! A blob begins with magic, version and the offset of the outermost code. A code record refers to the records of the
//! codes inside by offset, so each can be read when it is needed. Strings stand once and are referred to by offset.
//! Numbers are LEB128; instruction words are stored without their cache words. Nothing in a blob is trusted: whatever
//! the bytes are, reading gives an error or a code that `verify` can look at, and allocates no more than a multiple of
//! the blob's size.

use std::collections::HashMap;
use std::fmt;

use super::code::{CodeData, Const, Handler, Local, Position};
use super::ops::{Extra, Op};

const MAGIC: [u8; 4] = *b"dxbc";
/// Changes with the format and with the instruction table.
pub const VERSION: u32 = 1;
const HEADER: usize = 12;
/// Tuples within tuples.
const MAX_DEPTH: u32 = 64;
/// What stands before the locals of a code: three strings and six numbers.
const HEAD_NUMBERS: usize = 9;
/// Codes within codes when all are read at once.
const MAX_NESTED: u32 = 200;

/// Why a blob cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// Not a blob, or of another version.
    Version,
    /// The bytes end too early or contradict themselves.
    Corrupt,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            StoreError::Version => "bytecode of another version",
            StoreError::Corrupt => "corrupt bytecode",
        })
    }
}

impl std::error::Error for StoreError {}

/// A code read on its own: the constants at `nested` are `None` instead of the codes at those offsets.
struct StoredCode {
    code: CodeData,
    /// Index of the constant and offset of the record, for each code inside.
    nested: Vec<(u32, u32)>,
}

/// A constant as it is stored.
#[derive(Clone, Copy, Debug)]
pub enum StoredConst<'a> {
    None,
    Bool(bool),
    Ellipsis,
    Int(i64),
    /// A literal that `Int` has no room for.
    BigInt(&'a [u8]),
    Float(f64),
    Complex(f64, f64),
    /// WTF-8
    Str(&'a [u8]),
    Bytes(&'a [u8]),
    /// So many constants follow.
    Tuple(usize),
    /// So many constants follow.
    FrozenSet(usize),
    /// Three constants follow.
    Slice,
    /// The code at this offset.
    Code(u32),
}

// ---- writing

#[derive(Default)]
struct Writer {
    out: Vec<u8>,
    strings: HashMap<Vec<u8>, u32>,
}

/// The blob of a code.
pub fn write(code: &CodeData) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.out.extend(MAGIC);
    writer.out.extend(VERSION.to_le_bytes());
    writer.out.extend([0; 4]);
    let root = writer.code(code);
    writer.out[8..HEADER].copy_from_slice(&root.to_le_bytes());
    writer.out
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, (value << 1 ^ value >> 63) as u64);
}

impl Writer {
    /// Offset of a string, written if it is new.
    fn string(&mut self, text: &[u8]) -> u32 {
        if let Some(&at) = self.strings.get(text) {
            return at;
        }
        let at = self.out.len() as u32;
        put(&mut self.out, text.len() as u64);
        self.out.extend_from_slice(text);
        self.strings.insert(text.to_vec(), at);
        at
    }

    fn put_string(&mut self, record: &mut Vec<u8>, text: &[u8]) {
        let at = self.string(text);
        put(record, at.into());
    }

    /// Writes a code and those inside it; gives its offset.
    fn code(&mut self, code: &CodeData) -> u32 {
        let mut record = Vec::new();
        for text in [&code.name, &code.qualname, &code.filename] {
            self.put_string(&mut record, text.as_bytes());
        }
        for number in
            [code.flags, code.first_line, code.arg_count, code.posonly_count, code.kwonly_count, code.temps]
        {
            put(&mut record, number.into());
        }
        put(&mut record, code.locals.len() as u64);
        for local in &code.locals {
            self.put_string(&mut record, local.name.as_bytes());
            record.push(u8::from(local.is_cell) | u8::from(local.is_hidden) << 1);
        }
        for names in [&code.free_vars, &code.names] {
            put(&mut record, names.len() as u64);
            for name in names {
                self.put_string(&mut record, name.as_bytes());
            }
        }
        put(&mut record, code.consts.len() as u64);
        for value in &code.consts {
            self.constant(&mut record, value);
        }
        words(&mut record, &code.words);
        put(&mut record, code.handlers.len() as u64);
        for handler in &code.handlers {
            for number in
                [handler.start, handler.end, handler.target, handler.depth.into(), handler.exc_temp.into()]
            {
                put(&mut record, number.into());
            }
        }
        put(&mut record, code.positions.len() as u64);
        let (mut start, mut line) = (0, 0);
        for run in &code.positions {
            put(&mut record, u64::from(run.start.wrapping_sub(start)));
            put_signed(&mut record, i64::from(run.line) - i64::from(line));
            put_signed(&mut record, i64::from(run.end_line) - i64::from(run.line));
            put(&mut record, run.column.into());
            put_signed(&mut record, i64::from(run.end_column) - i64::from(run.column));
            (start, line) = (run.start, run.line);
        }
        let at = self.out.len() as u32;
        self.out.extend(record);
        at
    }

    fn constant(&mut self, record: &mut Vec<u8>, value: &Const) {
        match value {
            Const::None => record.push(0),
            Const::Bool(false) => record.push(1),
            Const::Bool(true) => record.push(2),
            Const::Ellipsis => record.push(3),
            Const::Int(n) => {
                record.push(4);
                put_signed(record, *n);
            }
            Const::BigInt(text) => {
                record.push(5);
                self.put_string(record, text.as_bytes());
            }
            Const::Float(f) => {
                record.push(6);
                record.extend(f.to_bits().to_le_bytes());
            }
            Const::Complex(re, im) => {
                record.push(7);
                record.extend(re.to_bits().to_le_bytes());
                record.extend(im.to_bits().to_le_bytes());
            }
            Const::Str(text) => {
                record.push(8);
                self.put_string(record, text);
            }
            Const::Bytes(text) => {
                record.push(9);
                self.put_string(record, text);
            }
            Const::Tuple(items) | Const::FrozenSet(items) => {
                record.push(if matches!(value, Const::Tuple(_)) { 10 } else { 11 });
                put(record, items.len() as u64);
                for item in items {
                    self.constant(record, item);
                }
            }
            Const::Slice(parts) => {
                record.push(12);
                for part in parts.iter() {
                    self.constant(record, part);
                }
            }
            Const::Code(code) => {
                let at = self.code(code);
                record.push(13);
                put(record, at.into());
            }
        }
    }
}

/// Writes instruction words without caches; words that are no instructions are written as they are.
fn words(record: &mut Vec<u8>, words: &[u32]) {
    put(record, words.len() as u64);
    let mut at = 0;
    while at < words.len() {
        let word = words[at];
        record.extend(word.to_le_bytes());
        at += 1;
        for extra in Op::decode(word).map_or(&[][..], Op::extras) {
            if let Some(word) = words.get(at).filter(|_| *extra != Extra::Cache) {
                record.extend(word.to_le_bytes());
            }
            at += 1;
        }
    }
}

// ---- reading

/// A blob whose header has been checked.
#[derive(Clone, Copy, Debug)]
pub struct Blob<'a> {
    bytes: &'a [u8],
    root: u32,
}

/// The first part of a stored code; see `CodeData`.
#[derive(Clone, Copy, Debug)]
pub struct StoredHead<'a> {
    /// UTF-8
    pub name: &'a [u8],
    /// UTF-8
    pub qualname: &'a [u8],
    pub flags: u32,
    pub first_line: u32,
    pub arg_count: u32,
    pub posonly_count: u32,
    pub kwonly_count: u32,
    pub temps: u32,
    /// Number of locals.
    pub locals: u32,
}

/// Reads what follows the head of a stored code. The parts stand in the order of the methods, each is read once.
pub struct BodyReader<'a>(Cursor<'a>);

struct Cursor<'a> {
    blob: &'a [u8],
    at: usize,
}

impl<'a> Blob<'a> {
    /// Checks the header of a blob.
    pub fn new(bytes: &'a [u8]) -> Result<Blob<'a>, StoreError> {
        let number =
            |at: usize| -> Option<u32> { Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)) };
        if bytes.get(..4) != Some(&MAGIC[..]) || number(4) != Some(VERSION) {
            return Err(StoreError::Version);
        }
        let root = number(8).ok_or(StoreError::Corrupt)?;
        Ok(Blob { bytes, root })
    }

    /// Offset of the outermost code.
    pub fn root(&self) -> u32 {
        self.root
    }

    fn at(&self, offset: u32) -> Result<Cursor<'a>, StoreError> {
        let at = offset as usize;
        if at < HEADER { Err(StoreError::Corrupt) } else { Ok(Cursor { blob: self.bytes, at }) }
    }

    /// Reads the code at an offset without those inside it.
    fn code(&self, offset: u32) -> Result<StoredCode, StoreError> {
        self.at(offset)?.code()
    }

    /// Reads what can be told of the code at an offset before it runs.
    pub fn head(&self, offset: u32) -> Result<StoredHead<'a>, StoreError> {
        let mut cursor = self.at(offset)?;
        let (name, qualname) = (cursor.raw()?, cursor.raw()?);
        cursor.number()?;
        Ok(StoredHead {
            name,
            qualname,
            flags: cursor.small()?,
            first_line: cursor.small()?,
            arg_count: cursor.small()?,
            posonly_count: cursor.small()?,
            kwonly_count: cursor.small()?,
            temps: cursor.small()?,
            locals: cursor.count()? as u32,
        })
    }

    /// Goes to the locals of the code at an offset, over what `head` has read.
    pub fn body(&self, offset: u32) -> Result<BodyReader<'a>, StoreError> {
        let mut cursor = self.at(offset)?;
        for _ in 0..HEAD_NUMBERS {
            cursor.number()?;
        }
        Ok(BodyReader(cursor))
    }

    /// Reads positions, which stand where [`BodyReader::positions`] has said.
    pub fn positions(&self, offset: u32) -> Result<Box<[Position]>, StoreError> {
        self.at(offset)?.positions()
    }

    /// Reads a code with all those inside it.
    pub fn whole(&self, offset: u32) -> Result<CodeData, StoreError> {
        // Every code is read once in a sound blob; a corrupt one must not multiply.
        let mut budget = self.bytes.len();
        self.whole_within(offset, 0, &mut budget)
    }

    fn whole_within(&self, offset: u32, depth: u32, budget: &mut usize) -> Result<CodeData, StoreError> {
        if depth > MAX_NESTED || *budget == 0 {
            return Err(StoreError::Corrupt);
        }
        *budget -= 1;
        let StoredCode { mut code, nested } = self.code(offset)?;
        for (index, inner) in nested {
            // Records inside stand before those around them.
            if inner >= offset {
                return Err(StoreError::Corrupt);
            }
            let inner = self.whole_within(inner, depth + 1, budget)?;
            let place = code.consts.get_mut(index as usize).ok_or(StoreError::Corrupt)?;
            *place = Const::Code(Box::new(inner));
        }
        Ok(code)
    }
}

impl<'a> Cursor<'a> {
    #[inline(always)]
    fn byte(&mut self) -> Result<u8, StoreError> {
        let byte = *self.blob.get(self.at).ok_or(StoreError::Corrupt)?;
        self.at += 1;
        Ok(byte)
    }

    #[inline(always)]
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let bytes = self.blob.get(self.at..).and_then(<[u8]>::first_chunk).ok_or(StoreError::Corrupt)?;
        self.at += N;
        Ok(*bytes)
    }

    /// Most numbers take a byte.
    #[inline(always)]
    fn number(&mut self) -> Result<u64, StoreError> {
        let byte = self.byte()?;
        if byte < 0x80 { Ok(byte.into()) } else { self.long_number(byte & 0x7f) }
    }

    #[inline(never)]
    fn long_number(&mut self, first: u8) -> Result<u64, StoreError> {
        let mut value = u64::from(first);
        let mut shift = 7;
        while shift < 64 {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
            shift += 7;
        }
        Err(StoreError::Corrupt)
    }

    #[inline(always)]
    fn small(&mut self) -> Result<u32, StoreError> {
        u32::try_from(self.number()?).map_err(|_| StoreError::Corrupt)
    }

    #[inline(always)]
    fn signed(&mut self) -> Result<i64, StoreError> {
        let value = self.number()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// A count of items that take at least a byte each.
    fn count(&mut self) -> Result<usize, StoreError> {
        let count = usize::try_from(self.number()?).map_err(|_| StoreError::Corrupt)?;
        if count > self.blob.len() - self.at.min(self.blob.len()) {
            return Err(StoreError::Corrupt);
        }
        Ok(count)
    }

    /// How many of so many items, of so many bytes at least, the blob can still have.
    fn room(&self, count: usize, least: usize) -> usize {
        count.min((self.blob.len() - self.at.min(self.blob.len())) / least)
    }

    fn raw(&mut self) -> Result<&'a [u8], StoreError> {
        let at = usize::try_from(self.number()?).map_err(|_| StoreError::Corrupt)?;
        let mut there = Cursor { blob: self.blob, at };
        let length = there.count()?;
        self.blob.get(there.at..there.at + length).ok_or(StoreError::Corrupt)
    }

    fn text(&mut self) -> Result<Box<str>, StoreError> {
        std::str::from_utf8(self.raw()?).map(Into::into).map_err(|_| StoreError::Corrupt)
    }

    fn texts(&mut self) -> Result<Vec<Box<str>>, StoreError> {
        let count = self.count()?;
        let mut texts = Vec::with_capacity(self.room(count, 1));
        for _ in 0..count {
            texts.push(self.text()?);
        }
        Ok(texts)
    }

    fn float(&mut self) -> Result<f64, StoreError> {
        Ok(f64::from_bits(u64::from_le_bytes(self.bytes()?)))
    }

    fn code(&mut self) -> Result<StoredCode, StoreError> {
        let mut code = CodeData {
            name: self.text()?,
            qualname: self.text()?,
            filename: self.text()?,
            flags: self.small()?,
            first_line: self.small()?,
            arg_count: self.small()?,
            posonly_count: self.small()?,
            kwonly_count: self.small()?,
            temps: self.small()?,
            ..CodeData::default()
        };
        let count = self.count()?;
        code.locals.reserve_exact(self.room(count, 2));
        for _ in 0..count {
            let name = self.text()?;
            let flags = self.byte()?;
            code.locals.push(Local { name, is_cell: flags & 1 != 0, is_hidden: flags & 2 != 0 });
        }
        code.free_vars = self.texts()?;
        code.names = self.texts()?;
        let mut nested = Vec::new();
        let count = self.count()?;
        code.consts.reserve_exact(self.room(count, 1));
        for index in 0..count {
            let value = self.constant(0, &mut |at| nested.push((index as u32, at)))?;
            code.consts.push(value);
        }
        code.words = self.words()?.into_vec();
        code.handlers = self.handlers()?.into_vec();
        code.positions = self.positions()?.into_vec();
        Ok(StoredCode { code, nested })
    }

    fn handlers(&mut self) -> Result<Box<[Handler]>, StoreError> {
        let count = self.count()?;
        let mut handlers = Vec::with_capacity(self.room(count, 5));
        for _ in 0..count {
            let narrow = |number: u32| u16::try_from(number).map_err(|_| StoreError::Corrupt);
            handlers.push(Handler {
                start: self.small()?,
                end: self.small()?,
                target: self.small()?,
                depth: narrow(self.small()?)?,
                exc_temp: narrow(self.small()?)?,
            });
        }
        Ok(handlers.into_boxed_slice())
    }

    fn positions(&mut self) -> Result<Box<[Position]>, StoreError> {
        let (mut start, mut line) = (0u32, 0i64);
        let count = self.count()?;
        let mut positions = Vec::with_capacity(self.room(count, 5));
        for _ in 0..count {
            start = start.checked_add(self.small()?).ok_or(StoreError::Corrupt)?;
            line = line.wrapping_add(self.signed()?);
            let end_line = line.wrapping_add(self.signed()?);
            let column = self.small()?;
            let end_column = i64::from(column).wrapping_add(self.signed()?);
            let whole = |number: i64| u32::try_from(number).map_err(|_| StoreError::Corrupt);
            positions.push(Position {
                start,
                line: whole(line)?,
                end_line: whole(end_line)?,
                column,
                end_column: whole(end_column)?,
            });
        }
        Ok(positions.into_boxed_slice())
    }

    /// A constant; of one that has parts, what says how many follow.
    fn stored(&mut self) -> Result<StoredConst<'a>, StoreError> {
        Ok(match self.byte()? {
            0 => StoredConst::None,
            1 => StoredConst::Bool(false),
            2 => StoredConst::Bool(true),
            3 => StoredConst::Ellipsis,
            4 => StoredConst::Int(self.signed()?),
            5 => StoredConst::BigInt(self.raw()?),
            6 => StoredConst::Float(self.float()?),
            7 => StoredConst::Complex(self.float()?, self.float()?),
            8 => StoredConst::Str(self.raw()?),
            9 => StoredConst::Bytes(self.raw()?),
            10 => StoredConst::Tuple(self.count()?),
            11 => StoredConst::FrozenSet(self.count()?),
            12 => StoredConst::Slice,
            13 => StoredConst::Code(self.small()?),
            _ => return Err(StoreError::Corrupt),
        })
    }

    fn constant(&mut self, depth: u32, nested: &mut dyn FnMut(u32)) -> Result<Const, StoreError> {
        if depth > MAX_DEPTH {
            return Err(StoreError::Corrupt);
        }
        Ok(match self.stored()? {
            StoredConst::None => Const::None,
            StoredConst::Bool(value) => Const::Bool(value),
            StoredConst::Ellipsis => Const::Ellipsis,
            StoredConst::Int(value) => Const::Int(value),
            StoredConst::BigInt(text) => {
                Const::BigInt(std::str::from_utf8(text).map_err(|_| StoreError::Corrupt)?.into())
            }
            StoredConst::Float(value) => Const::Float(value),
            StoredConst::Complex(re, im) => Const::Complex(re, im),
            StoredConst::Str(text) => Const::Str(text.into()),
            StoredConst::Bytes(bytes) => Const::Bytes(bytes.into()),
            StoredConst::Tuple(count) => Const::Tuple(self.constants(count, depth)?),
            StoredConst::FrozenSet(count) => Const::FrozenSet(self.constants(count, depth)?),
            StoredConst::Slice => {
                let mut part = || self.constant(depth + 1, &mut |_| ());
                Const::Slice(Box::new([part()?, part()?, part()?]))
            }
            StoredConst::Code(offset) => {
                nested(offset);
                Const::None
            }
        })
    }

    fn constants(&mut self, count: usize, depth: u32) -> Result<Box<[Const]>, StoreError> {
        (0..count).map(|_| self.constant(depth + 1, &mut |_| ())).collect()
    }

    /// Instructions, with room for their caches.
    fn words(&mut self) -> Result<Box<[u32]>, StoreError> {
        let count = usize::try_from(self.number()?).map_err(|_| StoreError::Corrupt)?;
        // Five words at most come from one that is stored.
        if count / 8 > self.blob.len() {
            return Err(StoreError::Corrupt);
        }
        let mut words = vec![0; count].into_boxed_slice();
        let mut at = 0;
        while at < count {
            let word = u32::from_le_bytes(self.bytes()?);
            words[at] = word;
            let Some(op) = Op::decode(word) else {
                at += 1;
                continue;
            };
            let (next, mut caches) = (at + op.words(), op.caches());
            at += 1;
            while at < next.min(count) {
                if caches & 1 == 0 {
                    words[at] = u32::from_le_bytes(self.bytes()?);
                }
                caches >>= 1;
                at += 1;
            }
        }
        Ok(words)
    }
}

impl<'a> BodyReader<'a> {
    /// Calls `each` for the locals: name (UTF-8), in a cell, hidden.
    pub fn locals(
        &mut self,
        mut each: impl FnMut(&'a [u8], bool, bool) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for _ in 0..self.0.count()? {
            let name = self.0.raw()?;
            let flags = self.0.byte()?;
            each(name, flags & 1 != 0, flags & 2 != 0)?;
        }
        Ok(())
    }

    /// Names of the closure cells, then, when called again, names: made by `each` from UTF-8.
    pub fn names<T>(
        &mut self,
        mut each: impl FnMut(&'a [u8]) -> Result<T, StoreError>,
    ) -> Result<Box<[T]>, StoreError> {
        let count = self.0.count()?;
        let mut names = Vec::with_capacity(self.0.room(count, 1));
        for _ in 0..count {
            names.push(each(self.0.raw()?)?);
        }
        Ok(names.into_boxed_slice())
    }

    /// How many constants there are; so many calls of [`BodyReader::constant`] follow, and those for their parts.
    pub fn constant_count(&mut self) -> Result<usize, StoreError> {
        self.0.count()
    }

    /// A constant, or a part of one.
    pub fn constant(&mut self) -> Result<StoredConst<'a>, StoreError> {
        self.0.stored()
    }

    /// The instructions, with room for their caches.
    pub fn words(&mut self) -> Result<Box<[u32]>, StoreError> {
        self.0.words()
    }

    /// The exception table.
    pub fn handlers(&mut self) -> Result<Box<[Handler]>, StoreError> {
        self.0.handlers()
    }

    /// Where the positions are, for [`Blob::positions`].
    pub fn positions(self) -> Result<u32, StoreError> {
        u32::try_from(self.0.at).map_err(|_| StoreError::Corrupt)
    }
}
