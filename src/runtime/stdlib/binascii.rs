//! `binascii`: hexadecimal and base 64 text of bytes, and the checksum of zip files.

use crate::runtime::builtins::bytes::shared::{from_hex, hex_layout, hex_text};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `binascii`
pub static MODULE: NativeModule = NativeModule {
    name: "binascii",
    doc: "Conversion between binary data and ASCII",
    functions: &[
        native(
            "hexlify(data, sep=None, bytes_per_sep=1)",
            hexlify,
            "Hexadecimal representation of binary data.",
        ),
        native(
            "b2a_hex(data, sep=None, bytes_per_sep=1)",
            hexlify,
            "Hexadecimal representation of binary data.",
        ),
        native("unhexlify(hexstr, /)", unhexlify, "Binary data of hexadecimal representation."),
        native("a2b_hex(hexstr, /)", unhexlify, "Binary data of hexadecimal representation."),
        native(
            "b2a_base64(data, /, *, newline=True)",
            |vm, args| {
                let data = vm.buffer_bytes(&args[0])?;
                let mut out = Vec::with_capacity(data.len() / 3 * 4 + 5);
                for chunk in data.chunks(3) {
                    let word = chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte))
                        << (8 * (3 - chunk.len()));
                    for nth in 0..4 {
                        let sextet = (word >> (18 - 6 * nth)) as usize & 63;
                        out.push(if nth <= chunk.len() { ALPHABET[sextet] } else { b'=' });
                    }
                }
                if args[1].given().map_or(Ok(true), |value| vm.truth(value))? {
                    out.push(b'\n');
                }
                Ok(vm.bytes(&out))
            },
            "Base64-code line of data.",
        ),
        native(
            "a2b_base64(data, /, *, strict_mode=False)",
            |vm, args| {
                let data = ascii(vm, &args[0])?;
                let (mut out, mut word, mut held, mut pads) = (Vec::new(), 0u32, 0, 0);
                for byte in data {
                    if byte == b'=' {
                        pads += 1;
                        if held >= 2 && held + pads >= 4 {
                            held = 0;
                            break;
                        }
                        continue;
                    }
                    let Some(sextet) = ALPHABET.iter().position(|c| *c == byte) else { continue };
                    pads = 0;
                    word = word << 6 | sextet as u32;
                    held += 1;
                    match held {
                        2 => out.push((word >> 4) as u8),
                        3 => out.push((word >> 2) as u8),
                        4 => {
                            out.push(word as u8);
                            held = 0;
                        }
                        _ => {}
                    }
                }
                match held {
                    0 => Ok(vm.bytes(&out)),
                    1 => Err(error(
                        vm,
                        &format!(
                            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
                            out.len() / 3 * 4 + 1
                        ),
                    )),
                    _ => Err(error(vm, "Incorrect padding")),
                }
            },
            "Decode a line of base64 data.",
        ),
        native(
            "crc32(data, crc=0, /)",
            |vm, args| {
                let data = vm.buffer_bytes(&args[0])?;
                let start = match args[1].given() {
                    Some(crc) => vm.to_i64(crc)? as u32,
                    None => 0,
                };
                let mut crc = !start;
                for byte in data {
                    crc ^= u32::from(byte);
                    for _ in 0..8 {
                        crc = if crc & 1 != 0 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
                    }
                }
                Ok(vm.int((!crc).into()))
            },
            "Compute CRC-32 incrementally.",
        ),
    ],
    init: |vm, dict| {
        for (name, base) in [("Error", &exc::VALUE_ERROR), ("Incomplete", &exc::EXCEPTION)] {
            let namespace = vm.new_dict();
            vm.set_in(&namespace, "__module__", vm.str("binascii"));
            let base = vm.typ(base).value().clone();
            let meta = vm.interp().type_type.value().clone();
            let new = vm.call_args(&meta, &[vm.str(name), vm.tuple(vec![base]), namespace.into_value()])?;
            if name == "Error" {
                vm.interp().module_state.borrow_mut().insert("binascii.Error", new.clone());
            }
            vm.set_in(dict, name, new);
        }
        Ok(())
    },
};

fn error(vm: &Vm, message: &str) -> Raised {
    let ty = vm.interp().module_state.borrow().get("binascii.Error").cloned();
    match ty.map(|ty| vm.call1(&ty, &vm.str(message))) {
        Some(Ok(exception)) => vm.raise_value(exception),
        Some(Err(raised)) => raised,
        None => vm.value_error(message),
    }
}

fn ascii(vm: &Vm, value: &Value) -> PyResult<Vec<u8>> {
    match value.as_str() {
        Some(text) if text.is_ascii() => Ok(text.bytes().to_vec()),
        Some(_) => Err(vm.value_error("string argument should contain only ASCII characters")),
        None => vm.buffer_bytes(value),
    }
}

fn hexlify(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let data = vm.buffer_bytes(&args[0])?;
    let (sep, group) = hex_layout(vm, &args[1], &args[2])?;
    Ok(vm.bytes(&hex_text(&data, sep, group)))
}

fn unhexlify(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let text = ascii(vm, &args[0])?;
    if text.len() % 2 != 0 {
        return Err(error(vm, "Odd-length string"));
    }
    if !text.iter().all(u8::is_ascii_hexdigit) {
        return Err(error(vm, "Non-hexadecimal digit found"));
    }
    let bytes = from_hex(vm, &vm.str_ascii(&text))?;
    Ok(vm.bytes(&bytes))
}
