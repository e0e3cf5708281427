//! What `bytes()` and `bytearray()` make bytes of: text with an encoding, counts, buffers, iterables of ints.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::ints::IntView;
use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::protocol::MOST_HINTED;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

/// Source, encoding and error handler, as given.
pub type Parts<'a> = [Option<&'a Value>; 3];

/// Sorts the arguments of the constructor out.
pub fn parts<'a>(vm: &Vm, args: Args<'a>, name: &str) -> PyResult<Parts<'a>> {
    if args.values.len() > 3 {
        return Err(
            vm.type_error(format!("{name}() takes at most 3 arguments ({} given)", args.values.len()))
        );
    }
    let pos = args.pos();
    let mut parts: Parts = [pos.first(), pos.get(1), pos.get(2)];
    for (key, value) in args.keywords() {
        let key = key.as_str().map(|k| k.to_string_lossy()).unwrap_or_default();
        let Some(at) = ["source", "encoding", "errors"].iter().position(|known| *known == key) else {
            return Err(vm.type_error(format!("{name}() got an unexpected keyword argument '{key}'")));
        };
        if parts[at].is_some() {
            return Err(vm.type_error(format!(
                "argument for {name}() given by name ('{key}') and position ({})",
                at + 1
            )));
        }
        parts[at] = Some(value);
    }
    for (at, what) in [(1, "encoding"), (2, "errors")] {
        if let Some(value) = parts[at] {
            vm.text(value, format_args!("{name}() argument '{what}'"))?;
        }
    }
    Ok(parts)
}

/// The bytes that the arguments stand for; `name` is that of the type being made.
pub fn content(vm: &Vm, [source, encoding, errors]: Parts, name: &str) -> PyResult<Vec<u8>> {
    let Some(source) = source else {
        return match (encoding, errors) {
            (Some(_), _) => Err(vm.type_error("encoding without a string argument")),
            (_, Some(_)) => Err(vm.type_error("errors without a string argument")),
            _ => Ok(Vec::new()),
        };
    };
    let is_text = source.as_str().is_some();
    if let Some(encoding) = encoding {
        if !is_text {
            return Err(vm.type_error("encoding without a string argument"));
        }
        let errors = errors.map_or(Ok("strict"), |errors| vm.utf8(errors))?;
        let encoded = vm.encode(source, vm.utf8(encoding)?, errors)?;
        return Ok(vm.bytes_of(&encoded).unwrap_or_default().to_vec());
    }
    if errors.is_some() {
        return Err(vm.type_error(if is_text {
            "string argument without an encoding"
        } else {
            "errors without a string argument"
        }));
    }
    if name == "bytes"
        && let Some(bytes) = by_method(vm, source)?
    {
        return Ok(bytes);
    }
    if is_text {
        return Err(vm.type_error("string argument without an encoding"));
    }
    if source.ty(vm).slots.get().index.is_some()
        && let Some(count) = vm.catch(vm.to_index_or(source, &exc::OVERFLOW_ERROR), &exc::TYPE_ERROR)?
    {
        if count < 0 {
            return Err(vm.value_error("negative count"));
        }
        return vm.zeros(count as usize);
    }
    of_object(vm, source, name)
}

/// Is the source gone through item by item, and neither a list nor a tuple, whose items are looked at first?
pub fn is_iterated(vm: &Vm, source: &Value) -> bool {
    let slots = source.ty(vm).slots.get();
    source.as_str().is_none()
        && !vm.has_buffer(source)
        && slots.index.is_none()
        && (slots.iter.is_some() || slots.getitem.is_some())
        && !matches!(source.kind(), kind::LIST | kind::TUPLE)
}

/// What `__bytes__` gives.
fn by_method(vm: &Vm, value: &Value) -> PyResult<Option<Vec<u8>>> {
    if value.kind() == kind::BYTES {
        return Ok(None);
    }
    let Some(result) = vm.call_special(value, &vm.names().__bytes__, &[])? else { return Ok(None) };
    match vm.bytes_of(&result) {
        Some(bytes) => Ok(Some(bytes.to_vec())),
        None => Err(vm.type_error(format!("__bytes__ returned non-bytes (type {})", result.type_name(vm)))),
    }
}

/// The bytes of a buffer or of an iterable of ints.
fn of_object(vm: &Vm, value: &Value, name: &str) -> PyResult<Vec<u8>> {
    if vm.has_buffer(value) {
        return vm.buffer_bytes(value);
    }
    let slots = value.ty(vm).slots.get();
    let iterable = slots.iter.is_some() || slots.getitem.is_some();
    if value.as_str().is_some() || !iterable {
        return Err(vm.type_error(format!("cannot convert '{}' object to {name}", value.type_name(vm))));
    }
    let what = if name == "bytes" { "bytes" } else { "byte" };
    let iter = vm.iter(value)?;
    let mut bytes = Vec::with_capacity(vm.length_hint(value, 0)?.min(MOST_HINTED));
    while let Some(item) = vm.next(&iter)? {
        bytes.push(vm.to_byte(&item, what)?);
    }
    Ok(bytes)
}

impl Vm {
    /// `bytes(value)` without counts: what `PyObject_Bytes` takes.
    pub fn bytes_from_object(&self, value: &Value) -> PyResult<Vec<u8>> {
        if let Some(bytes) = by_method(self, value)? {
            return Ok(bytes);
        }
        of_object(self, value, "bytes")
    }

    /// Buffers and iterables of ints, for what a `bytearray` is extended with.
    pub(in crate::runtime::builtins) fn bytearray_source(&self, value: &Value) -> PyResult<Vec<u8>> {
        of_object(self, value, "bytearray")
    }

    /// An int in `range(256)`; `what` begins the message of ValueError.
    pub fn to_byte(&self, value: &Value, what: &str) -> PyResult<u8> {
        let index = self.index(value)?;
        match index.as_int().and_then(IntView::small).and_then(|i| u8::try_from(i).ok()) {
            Some(byte) => Ok(byte),
            None => Err(self.value_error(format!("{what} must be in range(0, 256)"))),
        }
    }
}
