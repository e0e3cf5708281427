//! Pickles of arrays: bytes with a number that says how they are to be read, on whatever machine.

use super::item::{self, Kind, Meaning};
use super::{ARRAY, code_of, this};
use crate::runtime::error::PyResult;
use crate::runtime::object::attrs;
use crate::runtime::object::vm::Vm;
use crate::runtime::text::wtf8;
use crate::runtime::value::Value;

/// `__reduce_ex__`
pub fn reduce(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let array = this(vm, &args[0])?;
    if !vm.is_int(&args[1]) {
        return Err(vm.type_error("__reduce_ex__ argument should be an integer"));
    }
    let protocol = vm.to_i64(&args[1])?;
    let state = match vm.getattr_opt(&args[0], vm.names().__dict__.value())? {
        Some(state) => state,
        None => attrs::own_dict(vm, &args[0]).map_or(Value::NONE, |dict| dict.into_value()),
    };
    let ty = args[0].ty(vm).to_value();
    let code = vm.str_char(u32::from(array.kind.code));
    if protocol < 3 {
        // Text of the items would not survive: a list does.
        let items = (0..array.len()).filter_map(|at| array.get(vm, at)).collect();
        let parts = vm.tuple(vec![code, vm.list(items)]);
        return Ok(vm.tuple(vec![ty, parts, state]));
    }
    let module = vm.import("array")?;
    let maker = vm.getattr_str(&module, "_array_reconstructor")?;
    let machine = vm.int(i64::from(array.kind.native_machine()));
    let bytes = vm.bytes(array.bytes.get());
    let parts = vm.tuple(vec![ty, code, machine, bytes]);
    Ok(vm.tuple(vec![maker, parts, state]))
}

/// What a machine format number means: bytes of an item, their meaning, and whether the first is the highest.
fn format(number: u8) -> Option<(usize, Meaning, bool)> {
    let big = number & 1 == 1;
    Some(match number {
        0 => (1, Meaning::Unsigned, false),
        1 => (1, Meaning::Signed, false),
        2 | 3 => (2, Meaning::Unsigned, big),
        4 | 5 => (2, Meaning::Signed, big),
        6 | 7 => (4, Meaning::Unsigned, big),
        8 | 9 => (4, Meaning::Signed, big),
        10 | 11 => (8, Meaning::Unsigned, big),
        12 | 13 => (8, Meaning::Signed, big),
        14 | 15 => (4, Meaning::Float, big),
        16 | 17 => (8, Meaning::Float, big),
        18 | 19 => (2, Meaning::Text, big),
        20 | 21 => (4, Meaning::Text, big),
        _ => return None,
    })
}

/// `_array_reconstructor`
pub fn reconstruct(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let code = code_of(vm, "_array_reconstructor", 2, &args[1])?;
    let number = vm.to_i32(&args[2])?;
    let Some(ty) = args[0].as_type() else {
        return Err(
            vm.type_error(format!("first argument must be a type object, not {}", args[0].type_name(vm)))
        );
    };
    if !ty.is_subtype(vm.typ(&ARRAY)) {
        return Err(vm.type_error(format!("{} is not a subtype of array.array", ty.name())));
    }
    let Some(kind) = item::find(code) else {
        return Err(vm.value_error("second argument must be a valid type code"));
    };
    let Some((size, meaning, big)) = u8::try_from(number).ok().and_then(format) else {
        return Err(vm.value_error("third argument must be a valid machine format code."));
    };
    let Some(bytes) = args[3].as_bytes() else {
        return Err(vm.type_error(format!("fourth argument should be bytes, not {}", args[3].type_name(vm))));
    };
    let make = |code: u8, initial: Value| vm.call_args(&args[0], &[vm.str_char(u32::from(code)), initial]);
    if number == i32::from(kind.native_machine()) {
        // Only now: the native form tells about a wrong length itself.
        if !bytes.len().is_multiple_of(kind.size) {
            return Err(vm.value_error("string length not a multiple of item size"));
        }
        return make(kind.code, args[3].clone());
    }
    let whole = if meaning == Meaning::Text { 4 } else { size };
    if !bytes.len().is_multiple_of(whole) {
        return Err(vm.value_error("string length not a multiple of item size"));
    }
    let mut swapped = bytes.bytes().to_vec();
    if big != cfg!(target_endian = "big") {
        swapped.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
    if meaning == Meaning::Text {
        return make(kind.code, vm.str_bytes(&text(size, &swapped)));
    }
    // The type code may be of another size on this machine.
    let fits = |kind: &Kind| kind.size == size && kind.meaning == meaning;
    let found = if fits(kind) { Some(kind) } else { item::KINDS.iter().find(|kind| fits(kind)) };
    let kind = found.unwrap_or(kind);
    let items = swapped.chunks_exact(size).map(|item| kind.read(vm, item)).collect();
    make(kind.code, vm.list(items))
}

fn text(size: usize, bytes: &[u8]) -> Vec<u8> {
    if size == 4 {
        return item::text_of(bytes);
    }
    let units = bytes.chunks_exact(2).map(|unit| u16::from_ne_bytes([unit[0], unit[1]]));
    wtf8::from_points(char::decode_utf16(units).map(|unit| match unit {
        Ok(letter) => u32::from(letter),
        Err(lone) => u32::from(lone.unpaired_surrogate()),
    }))
}
