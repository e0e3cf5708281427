//! What a pattern is matched against, and the search that goes through it.

use std::borrow::Cow;

use super::machine::{Halt, Machine, Scratch};
use super::pattern::Pattern;
use crate::runtime::builtins::memoryviews::MemoryView;
use crate::runtime::error::PyResult;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Ref, Value};

/// The text of a `str`, or the bytes of something bytes-like.
pub struct Subject<'a> {
    value: &'a Value,
    text: Option<&'a Obj<Str>>,
    /// Memory that Python code may change is copied.
    pub bytes: Cow<'a, [u8]>,
    /// In code points or bytes.
    pub len: usize,
    /// Whether it is text with more than ASCII.
    pub wide: bool,
    /// What keeps the memory's size while it is looked at.
    pub lease: Option<Ref<MemoryView>>,
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
            let (bytes, wide) = (Cow::Borrowed(text.bytes()), !text.is_ascii());
            return Ok(Subject { value, text: Some(text), bytes, len: text.len(), wide, lease: None });
        }
        let wrong = || {
            let got = value.type_name(vm);
            vm.type_error(format!("expected string or bytes-like object, got '{got}'"))
        };
        let (bytes, lease) = match vm.bytes_of(value) {
            Some(bytes) => (Cow::Borrowed(bytes), None),
            None if vm.has_buffer(value) => {
                let view = vm.buffer_view(value, 0)?;
                if !view.view.is_c_contiguous() {
                    return Err(wrong());
                }
                (Cow::Owned(vm.buffer_bytes(value)?), Some(view))
            }
            None => return Err(wrong()),
        };
        let len = bytes.len();
        Ok(Subject { value, text: None, bytes, len, wide: false, lease })
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
        let whole = start == 0 && end == self.bytes.len();
        // Memory may have shrunk since it was matched.
        let end = end.min(self.bytes.len());
        let part = &self.bytes[start.min(end)..end];
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
    pub fn bounds(&self, vm: &Vm, pos: &Value, endpos: &Value) -> PyResult<Bounds> {
        let clamp = |value: &Value, default: usize| -> PyResult<usize> {
            match value.given() {
                None => Ok(default),
                Some(value) => Ok(vm.to_ssize(value)?.clamp(0, self.len as isize) as usize),
            }
        };
        let (pos, endpos) = (clamp(pos, 0)?, clamp(endpos, self.len)?);
        Ok(Bounds { pos, endpos, start: self.offset(pos), end: self.offset(endpos) })
    }

    /// All of it.
    pub fn all(&self) -> Bounds {
        Bounds { pos: 0, endpos: self.len, start: 0, end: self.bytes.len() }
    }
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
    pub scratch: Box<Scratch>,
}

impl<'a> Hunt<'a> {
    pub fn new(pattern: &'a Obj<Pattern>, subject: &'a Subject<'a>, bounds: Bounds) -> Hunt<'a> {
        let scratch = pattern.scratch.take().unwrap_or_default();
        Hunt { pattern, subject, bounds, from: bounds.start, advance: false, need: None, scratch }
    }

    /// The byte offsets of the next match; what its groups hold is in the scratch.
    pub fn next(&mut self, vm: &Vm, how: How) -> PyResult<Option<(usize, usize)>> {
        if self.from > self.bounds.end {
            return Ok(None);
        }
        let program = self.pattern.program(self.subject.is_text());
        let text = &self.subject.bytes[..self.bounds.end];
        let mut raised = None;
        let mut ask = || match vm.attend() {
            Ok(()) => true,
            Err(error) => {
                raised = Some(error);
                false
            }
        };
        let wide = self.subject.wide;
        let mut machine =
            Machine::new(program, &self.pattern.code, (text, wide), &mut self.scratch, &mut ask);
        let from = self.from;
        let found = if how == How::Search {
            machine.need = self.need;
            let found = machine.search(from, self.advance);
            self.need = machine.need;
            found
        } else {
            machine.full = how == How::Full;
            machine.stuck = if self.advance { from } else { usize::MAX };
            machine.match_at(from).map(|end| end.map(|end| (from, end)))
        };
        match found {
            Ok(Some((start, end))) => {
                self.advance = start == end;
                self.from = end;
                Ok(Some((start, end)))
            }
            Ok(None) => Ok(None),
            Err(Halt::Memory) => Err(vm.memory_error()),
            Err(Halt::Asked) => Err(raised.unwrap_or_else(|| vm.memory_error())),
        }
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
            self.pattern.scratch.set(Some(scratch));
        }
    }
}
