//! What a pattern is matched against, and the search that goes through it.

use super::build::Program;
use super::machine::{Halt, Machine, PATIENCE, Scratch, Step, UNSET};
use super::pattern::Pattern;
use crate::runtime::builtins::memoryviews::Lent;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Value};

/// The text of a `str`, or the bytes of something bytes-like.
pub struct Subject<'a> {
    value: &'a Value,
    text: Option<&'a Obj<Str>>,
    memory: Memory<'a>,
    /// In code points or bytes.
    pub len: usize,
    /// Whether it is text with more than ASCII.
    pub wide: bool,
}

/// Where the bytes are.
enum Memory<'a> {
    /// In an object that nobody changes.
    Own(&'a [u8]),
    /// In an object that keeps their number for us, but whose bytes may be others each time Python code has run.
    Lent(&'a Lent),
    /// The same, lent for this subject alone.
    Taken(Lent),
}

impl<'a> Subject<'a> {
    /// The subject that a value is, which has to fit the pattern.
    pub fn new(vm: &Vm, pattern: &Obj<Pattern>, value: &'a Value) -> PyResult<Subject<'a>> {
        let subject = Subject::any(vm, value)?;
        match (pattern.is_bytes, subject.text) {
            (Some(true), Some(_)) => Err(vm.type_error("cannot use a bytes pattern on a string-like object")),
            (Some(false), None) => Err(vm.type_error("cannot use a string pattern on a bytes-like object")),
            _ => Ok(subject),
        }
    }

    /// The subject that a value is.
    pub fn any(vm: &Vm, value: &'a Value) -> PyResult<Subject<'a>> {
        if let Some(text) = value.as_str() {
            let memory = Memory::Own(text.bytes());
            return Ok(Subject { value, text: Some(text), memory, len: text.len(), wide: !text.is_ascii() });
        }
        let memory = match vm.bytes_of(value) {
            Some(bytes) => Memory::Own(bytes),
            // Whatever stands in the way of lending is that it is nothing bytes-like.
            None => match vm.lend(value) {
                Ok(Some(lent)) => Memory::Taken(lent),
                Ok(None) => return Err(not_text(vm, value)),
                Err(raised) => {
                    drop(vm.take_raised(raised));
                    return Err(not_text(vm, value));
                }
            },
        };
        let mut subject = Subject { value, text: None, memory, len: 0, wide: false };
        subject.len = subject.bytes().len();
        Ok(subject)
    }

    /// The subject of a search in steps, whose memory was lent when it began.
    pub fn again(vm: &Vm, value: &'a Value, lent: Option<&'a Lent>) -> PyResult<Subject<'a>> {
        match lent {
            Some(lent) => {
                let len = lent.bytes().len();
                Ok(Subject { value, text: None, memory: Memory::Lent(lent), len, wide: false })
            }
            None => Subject::any(vm, value),
        }
    }

    /// The bytes as they are now. Nothing may run Python code while they are looked at.
    pub fn bytes(&self) -> &[u8] {
        match &self.memory {
            Memory::Own(bytes) => bytes,
            Memory::Lent(lent) => lent.bytes(),
            Memory::Taken(lent) => lent.bytes(),
        }
    }

    /// Hands over what was lent for it.
    pub fn into_lent(self) -> Option<Lent> {
        match self.memory {
            Memory::Taken(lent) => Some(lent),
            Memory::Own(_) | Memory::Lent(_) => None,
        }
    }

    /// Whether it is text.
    pub fn is_text(&self) -> bool {
        self.text.is_some()
    }

    /// The byte offset of an index.
    pub fn offset(&self, index: usize) -> usize {
        match self.text {
            Some(text) if self.wide => text.offset(index),
            _ => index,
        }
    }

    /// A part between two byte offsets, of the subject's kind.
    pub fn slice(&self, vm: &Vm, start: usize, end: usize) -> Value {
        let bytes = self.bytes();
        let whole = start == 0 && end == bytes.len();
        // Memory may have shrunk since it was matched.
        let end = end.min(bytes.len());
        let part = &bytes[start.min(end)..end];
        if self.text.is_none() {
            let same = whole && self.value.kind() == kind::BYTES;
            return if same { self.value.clone() } else { vm.bytes(part) };
        }
        if whole && self.value.kind() == kind::STR {
            return self.value.clone();
        }
        if self.wide { vm.str_bytes(part) } else { vm.str_with_len(part, part.len()) }
    }

    /// `pos` and `endpos` as byte offsets and as indices.
    pub fn bounds(&self, (pos, endpos): (isize, isize)) -> Bounds {
        let clamp = |index: isize| index.clamp(0, self.len as isize) as usize;
        let (pos, endpos) = (clamp(pos), clamp(endpos));
        Bounds { pos, endpos, start: self.offset(pos), end: self.offset(endpos) }
    }

    /// All of it.
    pub fn all(&self) -> Bounds {
        Bounds { pos: 0, endpos: self.len, start: 0, end: self.bytes().len() }
    }
}

/// The arguments `pos` and `endpos`. They are converted before the subject is looked at, which the conversion may change.
pub fn limits(vm: &Vm, pos: &Value, endpos: &Value) -> PyResult<(isize, isize)> {
    let index = |value: &Value, default| value.given().map_or(Ok(default), |value| vm.to_ssize(value));
    Ok((index(pos, 0)?, index(endpos, isize::MAX)?))
}

#[cold]
fn not_text(vm: &Vm, value: &Value) -> Raised {
    let got = value.type_name(vm);
    vm.type_error(format!("expected string or bytes-like object, got '{got}'"))
}

/// What of a subject is looked at.
#[derive(Clone, Copy)]
pub struct Bounds {
    pub pos: usize,
    pub endpos: usize,
    /// The same as byte offsets.
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    Match,
    Full,
    Search,
}

/// Frames above which a scratch is not kept for the next match.
const KEPT: usize = 1 << 14;

/// Matches of a pattern in a subject, from left to right.
pub struct Hunt<'a> {
    pattern: &'a Obj<Pattern>,
    pub subject: &'a Subject<'a>,
    pub bounds: Bounds,
    /// Where the next match may start.
    pub from: usize,
    /// Whether it may not be empty there.
    pub advance: bool,
    need: Option<usize>,
    /// See [`Machine`].
    stuck: usize,
    begun: usize,
    /// What is left of the patience after which others have their turn.
    patience: u32,
    pub scratch: Scratch,
}

impl<'a> Hunt<'a> {
    pub fn new(pattern: &'a Obj<Pattern>, subject: &'a Subject<'a>, bounds: Bounds) -> Hunt<'a> {
        let scratch = pattern.scratch.take();
        Hunt {
            pattern,
            subject,
            bounds,
            from: bounds.start,
            advance: false,
            need: None,
            stuck: UNSET,
            begun: 0,
            patience: PATIENCE,
            scratch,
        }
    }

    /// The byte offsets of the next match; what its groups hold is in the scratch.
    pub fn next(&mut self, vm: &Vm, how: How) -> PyResult<Option<(usize, usize)>> {
        if self.from > self.bounds.end {
            return Ok(None);
        }
        let program = self.pattern.program(self.subject.is_text());
        self.scratch.prepare(program);
        self.stuck = if self.advance { self.from } else { UNSET };
        let mut is_first = true;
        let found = loop {
            match self.piece(program, how, is_first) {
                Ok(found) => break found,
                Err(Halt::Memory) => return Err(vm.memory_error()),
                // Python code may run here, and change lent memory.
                Err(Halt::Patience) => vm.attend()?,
            }
            is_first = false;
        };
        if let Some((start, end)) = found {
            self.advance = start == end;
            self.from = end;
        }
        Ok(found)
    }

    /// Matches as long as there is patience; where it is not the first piece, from where the one before halted.
    fn piece(&mut self, program: &Program, how: How, is_first: bool) -> Step<Option<(usize, usize)>> {
        let bytes = self.subject.bytes();
        let text = bytes.get(..self.bounds.end).unwrap_or_default();
        let mut machine =
            Machine::new(program, &self.pattern.code, (text, self.subject.wide), &mut self.scratch);
        (machine.patience, machine.need, machine.stuck) = (self.patience, self.need, self.stuck);
        machine.full = how == How::Full;
        let found = if is_first && how == How::Search {
            machine.search(self.from)
        } else {
            let begun = if is_first { self.from } else { self.begun };
            let end = if is_first { machine.match_at(begun) } else { machine.resume(begun) };
            match end {
                Ok(None) if how == How::Search => machine.search_behind(begun),
                end => end.map(|end| end.map(|end| (begun, end))),
            }
        };
        (self.patience, self.need, self.stuck) = (machine.patience, machine.need, machine.stuck);
        self.begun = machine.begun;
        found
    }

    /// A group's part of the subject; `None` if it did not match.
    pub fn group(&self, vm: &Vm, group: usize) -> Option<Value> {
        self.scratch.group(group).map(|(start, end)| self.subject.slice(vm, start, end))
    }
}

impl Drop for Hunt<'_> {
    fn drop(&mut self) {
        let scratch = std::mem::take(&mut self.scratch);
        if scratch.room() <= KEPT {
            self.pattern.scratch.set(scratch);
        }
    }
}
