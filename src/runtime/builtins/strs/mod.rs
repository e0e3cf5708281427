//! `str`: construction, operators, indexing.
//!
//! The payload, WTF-8 bytes behind a header, is `object::str`; algorithms on such bytes are `text`. Methods that return a
//! text equal to the receiver return the receiver itself if it is an exact `str`.
//!
//! Not here: methods (`methods`), `%` and braces (`format`), iterators (`iter`), codecs (`codecs`), tables
//! (`translate`).

pub mod codecs;
pub mod format;
pub mod iter;
pub mod methods;
pub mod percent;
pub mod translate;

use std::cmp::Ordering;

use crate::runtime::builtins::slices::{Slice, plain_range};
use crate::runtime::builtins::{floats, ints};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Cmp, Slots, TypeRef, TypeSpec, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::{escape, search, unicode, wtf8};
use crate::runtime::value::{Obj, Payload, Value};

/// A character of an ASCII text, by its number, which counts from the end if it is negative.
#[inline(always)]
pub fn ascii_item<'a>(vm: &'a Vm, text: &Obj<Str>, at: i64) -> Option<&'a Value> {
    let byte = crate::runtime::builtins::bytes::shared::item(text.bytes(), at)?;
    vm.interp().ascii_chars.get(usize::from(byte))
}

/// `str`
pub static STR: TypeSpec = TypeSpec::new("str", Str::layout)
    .kind(kind::STR)
    .flags(type_flag::BASE | type_flag::STR | type_flag::MATCH_SELF)
    .doc(
        "",
        "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nThe text that an object's __str__ gives, or its repr. With an encoding or an error\nhandler the object must be bytes-like, and is decoded; they default to 'utf-8' and\n'strict'.",
    )
    .slots(slots)
    .methods(methods::METHODS);

fn slots(s: &mut Slots) {
    s.new = Some(str_new);
    s.repr = Some(|vm, text| {
        let quoted = escape::repr_str(this(vm, text)?.bytes());
        Ok(vm.str_bytes(&quoted))
    });
    s.str = Some(|vm, text| Ok(vm.plain_str(text)));
    s.hash = Some(|vm, text| Ok(this(vm, text)?.hash() as i64));
    s.compare = Some(compare);
    s.len = Some(|vm, text| Ok(this(vm, text)?.len()));
    s.getitem = Some(getitem);
    s.item = Some(|vm, text, at| {
        let text = text.as_str()?;
        if text.is_ascii() {
            return ascii_item(vm, text, at).cloned();
        }
        let at = usize::try_from(if at < 0 { at + text.len() as i64 } else { at }).ok()?;
        (at < text.len()).then(|| vm.str_char(wtf8::decode_at(text.bytes(), text.offset(at)).0))
    });
    s.contains = Some(contains);
    s.concat = Some(concat);
    s.repeat = Some(repeat);
    s.iter = Some(iter::str_iter);
    s.modulo = Some(percent::str_modulo);
}

/// The receiver of a method.
#[inline(always)]
pub fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Str>> {
    vm.cast::<Str>(value)
}

/// Part of a text by code points.
pub fn substring(vm: &Vm, text: &Obj<Str>, start: usize, end: usize) -> Value {
    if start >= end {
        return vm.interp().empty_str.clone();
    }
    let (from, to) = (text.offset(start), text.offset(end));
    vm.str_with_len(&text.bytes()[from..to], end - start)
}

/// Index of the code point at a byte offset.
pub fn char_index(text: &Obj<Str>, offset: usize) -> usize {
    text.index_of(offset)
}

impl Vm {
    /// A text as exact `str`.
    pub fn plain_str(&self, value: &Value) -> Value {
        if value.kind() == kind::STR {
            return value.clone();
        }
        match value.as_str() {
            Some(text) => self.str_with_len(text.bytes(), text.len()),
            None => value.clone(),
        }
    }

    /// A text that differs from `source` only in ways that keep ASCII ASCII.
    #[inline]
    pub fn str_like(&self, source: &Obj<Str>, bytes: &[u8]) -> Value {
        if source.is_ascii() { self.str_ascii(bytes) } else { self.str_bytes(bytes) }
    }

    /// A part of `source`: the receiver itself if it is all of it.
    pub fn str_part(&self, value: &Value, source: &Obj<Str>, part: &[u8]) -> Value {
        if part.len() == source.bytes().len() { self.plain_str(value) } else { self.str_like(source, part) }
    }

    /// The code point at an index.
    pub fn char_at(&self, text: &Obj<Str>, at: usize) -> Option<u32> {
        if at >= text.len() {
            return None;
        }
        Some(wtf8::decode_at(text.bytes(), text.offset(at)).0)
    }

    /// The only code point of a text.
    pub fn only_char(&self, text: &Obj<Str>) -> Option<u32> {
        if text.len() == 1 { self.char_at(text, 0) } else { None }
    }

    /// Could the text be a name? (Keywords too.)
    pub fn is_identifier(&self, text: &Obj<Str>) -> bool {
        unicode::text_is_identifier(text.bytes())
    }

    /// `ascii(value)`
    pub fn ascii(&self, value: &Value) -> PyResult<Value> {
        let shown = self.repr(value)?;
        match shown.as_str() {
            Some(text) if !text.is_ascii() => Ok(self.str_ascii(&escape::ascii_of_repr(text.bytes()))),
            _ => Ok(shown),
        }
    }

    /// `format(value, spec)`
    pub fn format(&self, value: &Value, spec: &Value) -> PyResult<Value> {
        if let Some(text) = spec.as_str()
            && text.is_empty()
        {
            if value.kind() == kind::STR {
                return Ok(value.clone());
            }
            if value.as_small().is_some() || value.kind() == kind::INT || value.is_exact_float() {
                return self.repr(value);
            }
        }
        // These are exact: nobody can have given them another `__format__`.
        if let Some(text) = spec.as_str()
            && !text.is_empty()
        {
            if value.as_small().is_some() {
                return ints::format_with(self, value, text);
            }
            if value.is_exact_float() {
                return floats::format_with(self, value, text);
            }
            if value.kind() == kind::STR {
                return methods::format_with(self, value, text);
            }
        }
        if spec.as_str().is_none() {
            return Err(
                self.type_error(format!("Format specifier must be a string, not {}", spec.type_name(self)))
            );
        }
        let Some(result) = self.call_special(value, &self.names().__format__, std::slice::from_ref(spec))?
        else {
            return Err(self.type_error(format!("Type {} doesn't define __format__", value.type_name(self))));
        };
        if result.as_str().is_none() {
            return Err(
                self.type_error(format!("__format__ must return a str, not {}", result.type_name(self)))
            );
        }
        Ok(result)
    }

    /// The error that strict UTF-8 encoding of a text with a surrogate raises.
    pub fn encode_error_surrogate(&self, value: &Value) -> Raised {
        match self.encode(value, "utf-8", "strict") {
            Err(raised) => raised,
            Ok(_) => self.system_error("text can be encoded"),
        }
    }

    /// The text as UTF-8, or UnicodeEncodeError for surrogates.
    pub fn utf8<'a>(&self, value: &'a Value) -> PyResult<&'a str> {
        match value.as_str() {
            Some(text) => text.as_str().ok_or_else(|| self.encode_error_surrogate(value)),
            None => Err(self.type_error(format!("expected str, got {}", value.type_name(self)))),
        }
    }

    /// A list of parts of a text.
    pub(super) fn str_list(&self, source: &Obj<Str>, parts: &[&[u8]]) -> Value {
        self.list(parts.iter().map(|part| self.str_like(source, part)).collect())
    }
}

// ------------------------------------------------------------------------------------------------ operators

fn compare(_: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    let (Some(x), Some(y)) = (a.as_str(), b.as_str()) else { return Ok(Value::NOT_IMPLEMENTED) };
    Ok(Value::bool(match op {
        Cmp::Eq => x.same(y),
        Cmp::Ne => !x.same(y),
        // The order of the bytes is that of the code points.
        _ => op.holds(if a.is(b) { Ordering::Equal } else { x.bytes().cmp(y.bytes()) }),
    }))
}

fn getitem(vm: &Vm, value: &Value, key: &Value) -> PyResult<Value> {
    let text = this(vm, value)?;
    let at = match key.as_small() {
        Some(at) => at as isize,
        None if key.kind() == kind::SLICE => return slice(vm, value, text, key),
        None if key.ty(vm).slots.get().index.is_some() => vm.to_index(key)?,
        None => {
            return Err(
                vm.type_error(format!("string indices must be integers, not '{}'", key.type_name(vm)))
            );
        }
    };
    let length = text.len() as isize;
    let at = if at < 0 { at + length } else { at };
    if at < 0 || at >= length {
        return Err(vm.index_error("string index out of range"));
    }
    if text.is_ascii() {
        return Ok(vm.interp().ascii_chars[text.bytes()[at as usize] as usize & 127].clone());
    }
    Ok(vm.str_char(wtf8::decode_at(text.bytes(), text.offset(at as usize)).0))
}

fn slice(vm: &Vm, value: &Value, text: &Obj<Str>, key: &Value) -> PyResult<Value> {
    if text.is_ascii()
        && let Some(range) = plain_range(key, text.len())
    {
        if range.len() == text.len() {
            return Ok(vm.plain_str(value));
        }
        return Ok(vm.str_ascii(&text.bytes()[range]));
    }
    if key.downcast::<Slice>().is_none() {
        return Err(vm.type_error("string indices must be integers"));
    }
    let span = vm.slice_span(key, text.len())?;
    let start = span.start as usize;
    if span.count == 0 {
        return Ok(vm.interp().empty_str.clone());
    }
    if span.step == 1 {
        if span.count == text.len() {
            return Ok(vm.plain_str(value));
        }
        return Ok(substring(vm, text, start, start + span.count));
    }
    let bytes = if text.is_ascii() {
        wtf8::slice_bytes(text.bytes(), start, span.step, span.count)
    } else {
        wtf8::slice(text.bytes(), text.offset_index(), start, span.step, span.count)
    };
    Ok(vm.str_with_len(&bytes, span.count))
}

fn contains(vm: &Vm, value: &Value, item: &Value) -> PyResult<bool> {
    let Some(needle) = item.as_str() else {
        return Err(vm.type_error(format!(
            "'in <string>' requires string as left operand, not {}",
            item.type_name(vm)
        )));
    };
    Ok(search::find(this(vm, value)?.bytes(), needle.bytes()).is_some())
}

fn concat(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let (Some(x), Some(y)) = (a.as_str(), b.as_str()) else {
        return Err(vm.type_error(format!("can only concatenate str (not \"{}\") to str", b.type_name(vm))));
    };
    if x.is_empty() {
        return Ok(vm.plain_str(b));
    }
    if y.is_empty() {
        return Ok(vm.plain_str(a));
    }
    Ok(vm.str_concat(x, y))
}

fn repeat(vm: &Vm, value: &Value, count: isize) -> PyResult<Value> {
    let text = this(vm, value)?;
    if count <= 0 || text.is_empty() {
        return Ok(vm.interp().empty_str.clone());
    }
    if count == 1 {
        return Ok(vm.plain_str(value));
    }
    if text.len().checked_mul(count as usize).is_none_or(|n| n > isize::MAX as usize) {
        return Err(vm.overflow_error("repeated string is too long"));
    }
    let bytes = repeated(vm, text.bytes(), count as usize)?;
    Ok(vm.str_with_len(&bytes, text.len() * count as usize))
}

/// Bytes many times, or MemoryError.
pub fn repeated(vm: &Vm, bytes: &[u8], count: usize) -> PyResult<Vec<u8>> {
    let total = bytes.len().checked_mul(count).filter(|&n| n <= isize::MAX as usize / 2);
    let mut out = Vec::new();
    let Some(total) = total else { return Err(vm.memory_error()) };
    if out.try_reserve_exact(total).is_err() {
        return Err(vm.memory_error());
    }
    match bytes {
        [byte] => out.resize(count, *byte),
        _ => (0..count).for_each(|_| out.extend_from_slice(bytes)),
    }
    Ok(out)
}

// ------------------------------------------------------------------------------------------------ construction

fn str_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    let pos = args.pos();
    if args.values.len() > 3 && !args.names.is_empty() {
        return Err(vm.type_error(format!("str() takes at most 3 arguments ({} given)", args.values.len())));
    }
    if args.values.len() > 3 {
        return Err(vm.type_error(format!("str expected at most 3 arguments, got {}", args.values.len())));
    }
    let mut parts: [Option<&Value>; 3] = [pos.first(), pos.get(1), pos.get(2)];
    for (key, value) in args.keywords() {
        let name = key.as_str().map(|k| k.to_string_lossy()).unwrap_or_default();
        let Some(at) = ["object", "encoding", "errors"].iter().position(|known| *known == name) else {
            return Err(vm.type_error(format!("str() got an unexpected keyword argument '{name}'")));
        };
        if parts[at].is_some() {
            return Err(vm.type_error(format!(
                "argument for str() given by name ('{name}') and position ({})",
                at + 1
            )));
        }
        parts[at] = Some(value);
    }
    let [object, encoding, errors] = parts;
    let named = |value: Option<&Value>, name: &str| -> PyResult<Option<String>> {
        match value {
            None => Ok(None),
            Some(value) => {
                vm.text(value, format_args!("str() argument '{name}'"))?;
                Ok(Some(vm.utf8(value)?.to_owned()))
            }
        }
    };
    let (encoding, errors) = (named(encoding, "encoding")?, named(errors, "errors")?);
    let result = match object {
        None => vm.interp().empty_str.clone(),
        Some(object) if encoding.is_none() && errors.is_none() => vm.to_str(object)?,
        Some(object) => {
            if object.as_str().is_some() {
                return Err(vm.type_error("decoding str is not supported"));
            }
            if !vm.has_buffer(object) {
                return Err(vm.type_error(format!(
                    "decoding to str: need a bytes-like object, {} found",
                    object.type_name(vm)
                )));
            }
            let bytes = vm.buffer_bytes(object)?;
            vm.decode(&bytes, encoding.as_deref().unwrap_or("utf-8"), errors.as_deref().unwrap_or("strict"))?
        }
    };
    if ty.is(&vm.interp().str_type) {
        return Ok(result);
    }
    match result.as_str() {
        Some(text) => Ok(vm.str_of_type(ty, text)),
        None => Ok(result),
    }
}
