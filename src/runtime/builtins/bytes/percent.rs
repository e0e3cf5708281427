//! `%` formatting of `bytes` and `bytearray`.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::ints::IntView;
use crate::runtime::builtins::strs::percent::{Arguments, push_number, unsupported};
use crate::runtime::error::PyResult;
use crate::runtime::object::vm::Vm;
use crate::runtime::text::Bytes;
use crate::runtime::text::percent::{self, Part, Spec, Template};
use crate::runtime::value::Value;

/// `template % operand`
pub fn modulo(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    if a.as_bytes().is_none() && a.as_bytearray().is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let _hold = super::shared::hold(a);
    let template = super::shared::data(vm, a)?.to_vec();
    let is_text = b.as_bytes().is_some() || b.as_bytearray().is_some() || b.as_str().is_some();
    let mut arguments = Arguments::of(vm, b, is_text);
    let mut out = Vec::with_capacity(template.len() + 32);
    let key = |name: &[u8]| vm.bytes(name);
    for part in Template::<Bytes>::new(&template) {
        match part {
            Part::Literal(literal) => out.extend_from_slice(literal),
            Part::Spec(mut spec) => {
                arguments.prepare(vm, &mut spec, key)?;
                let value = arguments.next(vm)?;
                push_value(vm, &template, &spec, &value, &mut out)?;
            }
            broken => return Err(arguments.broken(vm, broken, key)),
        }
    }
    arguments.finish(vm, percent::NOT_ALL_BYTES)?;
    Ok(super::shared::made(vm, a, out))
}

fn push_value(vm: &Vm, template: &[u8], spec: &Spec<'_>, value: &Value, out: &mut Vec<u8>) -> PyResult<()> {
    let text = match u8::try_from(spec.conversion).unwrap_or(0) {
        b'r' | b'a' => {
            let text = vm.ascii(value)?;
            text.as_str().map_or(Vec::new(), |text| text.bytes().to_vec())
        }
        b's' | b'b' => byte_text(vm, value)?,
        b'c' => vec![character(vm, value)?],
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
            let Some(x) = vm.catch(vm.to_f64(value), &exc::TYPE_ERROR)? else {
                return Err(vm.type_error(format!("float argument required, not {}", value.type_name(vm))));
            };
            return percent::push_float(spec, x, out).map_err(|fault| vm.fault(fault));
        }
        _ if push_number(vm, spec, value, out)? => return Ok(()),
        _ => return Err(unsupported::<Bytes>(vm, template, spec)),
    };
    percent::push_text::<Bytes>(spec, &text, out).map_err(|fault| vm.fault(fault))
}

fn byte_text(vm: &Vm, value: &Value) -> PyResult<Vec<u8>> {
    if let Some(bytes) = vm.bytes_of(value) {
        return Ok(bytes.to_vec());
    }
    if let Some(result) = vm.call_special(value, &vm.names().__bytes__, &[])? {
        return match vm.bytes_of(&result) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => {
                Err(vm.type_error(format!("__bytes__ returned non-bytes (type {})", result.type_name(vm))))
            }
        };
    }
    if vm.has_buffer(value) {
        return vm.buffer_bytes(value);
    }
    Err(vm.type_error(format!(
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
        value.type_name(vm)
    )))
}

fn character(vm: &Vm, value: &Value) -> PyResult<u8> {
    if value.as_bytes().is_some() || value.as_bytearray().is_some() {
        let bytes = super::shared::data(vm, value)?;
        return match bytes {
            [byte] => Ok(*byte),
            _ => Err(vm.type_error(format!(
                "%c requires an integer in range(256) or a single byte, not a {} object of length {}",
                if value.as_bytes().is_some() { "bytes" } else { "bytearray" },
                bytes.len()
            ))),
        };
    }
    if value.ty(vm).slots.get().index.is_none() {
        return Err(vm.type_error(format!(
            "%c requires an integer in range(256) or a single byte, not {}",
            value.full_type_name(vm)
        )));
    }
    let index = vm.index(value)?;
    percent::byte_of(index.as_int().and_then(IntView::small)).map_err(|fault| vm.fault(fault))
}
