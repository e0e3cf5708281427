//! `UnicodeEncodeError`, `UnicodeDecodeError`, `UnicodeTranslateError`: their attributes and texts.
//!
//! The further attributes of the payload are, in this order: encoding, object, start, end, reason. Programs may set them to
//! anything, so the text looks at each anew and at the object only where it is what it has to be.

use crate::runtime::builtins::exceptions::{UNICODE_DECODE_ERROR, UNICODE_ENCODE_ERROR, base_init};
use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::raise::Exception;
use crate::runtime::object::typedef::{GetSet, Slots, getset};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Value};

const ENCODING: usize = 0;
const OBJECT: usize = 1;
const START: usize = 2;
const END: usize = 3;
const REASON: usize = 4;

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Exception>> {
    vm.cast::<Exception>(value)
}

fn read<const N: usize>(vm: &Vm, e: &Value) -> PyResult<Value> {
    let value = this(vm, e)?.field(N);
    Ok(if value.is_unbound() { Value::NONE } else { value })
}

fn write<const N: usize>(vm: &Vm, e: &Value, value: Option<&Value>) -> PyResult<()> {
    this(vm, e)?.set_field(N, value.cloned().unwrap_or(Value::UNBOUND));
    Ok(())
}

fn position(this: &Obj<Exception>, at: usize) -> i64 {
    this.field(at).as_small().unwrap_or(0)
}

fn read_position<const N: usize>(vm: &Vm, e: &Value) -> PyResult<Value> {
    Ok(vm.int(position(this(vm, e)?, N)))
}

fn write_position<const N: usize>(vm: &Vm, e: &Value, value: Option<&Value>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.type_error("can't delete numeric/char attribute")) };
    if !vm.is_int(value) {
        return Err(vm.type_error("an integer is required"));
    }
    let value = vm.to_index(value)?;
    this(vm, e)?.set_field(N, vm.int(value as i64));
    Ok(())
}

/// Their attributes.
pub static GETSET: &[GetSet] = &[
    getset("encoding", read::<ENCODING>, write::<ENCODING>, "exception encoding"),
    getset("object", read::<OBJECT>, write::<OBJECT>, "exception object"),
    getset("start", read_position::<START>, write_position::<START>, "exception start"),
    getset("end", read_position::<END>, write_position::<END>, "exception end"),
    getset("reason", read::<REASON>, write::<REASON>, "exception reason"),
];

fn text_argument(vm: &Vm, value: &Value, number: usize) -> PyResult<Value> {
    match value.as_str() {
        Some(_) => Ok(value.clone()),
        None => Err(vm.type_error(format!("argument {number} must be str, not {}", value.type_name(vm)))),
    }
}

/// `__init__`, whose arguments begin with the attribute `first`.
fn init(vm: &Vm, object: &Value, args: Args, first: usize) -> PyResult<()> {
    base_init(vm, object, args)?;
    let want = 5 - first;
    if args.pos().len() != want {
        return Err(
            vm.type_error(format!("function takes exactly {want} arguments ({} given)", args.pos().len()))
        );
    }
    let decodes = object.ty(vm).is_subtype(vm.typ(&UNICODE_DECODE_ERROR));
    let mut fields = Vec::with_capacity(want);
    for (at, value) in args.pos().iter().enumerate() {
        fields.push(match at + first {
            OBJECT if decodes => match vm.bytes_of(value) {
                Some(_) => value.clone(),
                None => vm.with_buffer(value, |bytes| vm.bytes(bytes))?,
            },
            START | END => vm.int(vm.to_index(value)? as i64),
            _ => text_argument(vm, value, at + 1)?,
        });
    }
    let this = this(vm, object)?;
    for (at, value) in fields.into_iter().enumerate() {
        this.set_field(at + first, value);
    }
    Ok(())
}

/// Slots of the classes with an encoding.
pub fn coding_slots(s: &mut Slots) {
    s.init = Some(|vm, object, args| init(vm, object, args, ENCODING));
    s.str = Some(text);
}

/// Slots of the class without.
pub fn translate_slots(s: &mut Slots) {
    s.init = Some(|vm, object, args| init(vm, object, args, OBJECT));
    s.str = Some(text);
}

fn text(vm: &Vm, object: &Value) -> PyResult<Value> {
    let this = this(vm, object)?;
    let source = this.field(OBJECT);
    if source.is_unbound() {
        return Ok(vm.interp().empty_str.clone());
    }
    let ty = object.ty(vm);
    let (decodes, encodes) =
        (ty.is_subtype(vm.typ(&UNICODE_DECODE_ERROR)), ty.is_subtype(vm.typ(&UNICODE_ENCODE_ERROR)));
    let length = match decodes {
        true => vm.bytes_of(&source).map(|bytes| bytes.len()),
        false => source.as_str().map(|text| text.len()),
    };
    let Some(length) = length else {
        let kind = if decodes { "bytes" } else { "string" };
        return Err(vm.type_error(format!("UnicodeError 'object' attribute must be a {kind}")));
    };
    // What is not set is shown as C shows a null pointer.
    let shown =
        |value: Value| if value.is_unbound() { Ok("<NULL>".to_owned()) } else { vm.to_string(&value) };
    let reason = shown(this.field(REASON))?;
    let prefix = match (decodes, encodes) {
        (true, _) => format!("'{}' codec can't decode", shown(this.field(ENCODING))?),
        (_, true) => format!("'{}' codec can't encode", shown(this.field(ENCODING))?),
        _ => "can't translate".to_owned(),
    };
    let (start, end) = (position(this, START), position(this, END));
    let single = start >= 0 && (start as usize) < length && end == start + 1;
    let what = if !single {
        format!(
            "{} in position {start}-{}",
            if decodes { "bytes" } else { "characters" },
            end.wrapping_sub(1)
        )
    } else if decodes {
        let byte = vm.bytes_of(&source).and_then(|b| b.get(start as usize).copied()).unwrap_or(0);
        format!("byte 0x{byte:02x} in position {start}")
    } else {
        let code = source.as_str().and_then(|s| vm.char_at(s, start as usize)).unwrap_or(0);
        let escaped = match code {
            0..=0xff => format!("\\x{code:02x}"),
            0x100..=0xffff => format!("\\u{code:04x}"),
            _ => format!("\\U{code:08x}"),
        };
        format!("character '{escaped}' in position {start}")
    };
    Ok(vm.str(format!("{prefix} {what}: {reason}")))
}
