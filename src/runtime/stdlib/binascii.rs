//! `binascii`: hexadecimal and base 64 text of bytes, and the checksum of zip files.

use crate::runtime::builtins::bytes::shared::{from_hex, hex_layout, hex_text};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Of no digit of base 64.
const NO_DIGIT: u8 = 64;

/// The digit of a byte of base 64 text, or [`NO_DIGIT`].
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut at = 0;
    while at < 64 {
        digits[ALPHABET[at] as usize] = at as u8;
        at += 1;
    }
    digits
};

/// Remainders of the polynomial of CRC-32 for each byte.
const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut crc = at as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 != 0 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[at] = crc;
        at += 1;
    }
    table
};

/// Base 64 text of bytes, with padding (RFC 4648), and a newline behind it if wanted.
fn base64_text(data: &[u8], newline: bool) -> Vec<u8> {
    let mut out = vec![b'='; data.len().div_ceil(3) * 4];
    let digit = |word: u32, shift: u32| ALPHABET[(word >> shift) as usize & 63];
    let whole = data.chunks_exact(3);
    let rest = whole.remainder();
    let mut places = out.chunks_exact_mut(4);
    for (chunk, place) in whole.zip(&mut places) {
        let word = u32::from(chunk[0]) << 16 | u32::from(chunk[1]) << 8 | u32::from(chunk[2]);
        place.copy_from_slice(&[digit(word, 18), digit(word, 12), digit(word, 6), digit(word, 0)]);
    }
    if let Some(place) = places.next() {
        let word = u32::from(rest[0]) << 16 | rest.get(1).map_or(0, |byte| u32::from(*byte) << 8);
        (place[0], place[1]) = (digit(word, 18), digit(word, 12));
        if rest.len() == 2 {
            place[2] = digit(word, 6);
        }
    }
    if newline {
        out.push(b'\n');
    }
    out
}

/// The bytes of base 64 text. What is no digit is skipped, but in strict mode; the error is a message of CPython's.
fn base64_bytes(data: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(data.len() / 4 * 3 + 3);
    let mut at = 0;
    // Groups of four digits; the first that is none is left to the careful way.
    for chunk in data.chunks_exact(4) {
        let [a, b, c, d] = [0, 1, 2, 3].map(|nth| DIGITS[chunk[nth] as usize]);
        if (a | b | c | d) & NO_DIGIT != 0 {
            break;
        }
        let word = u32::from(a) << 18 | u32::from(b) << 12 | u32::from(c) << 6 | u32::from(d);
        out.extend_from_slice(&word.to_be_bytes()[1..]);
        at += 4;
    }
    if strict && data.first() == Some(&b'=') {
        return Err("Leading padding not allowed".to_owned());
    }
    let invalid = |out: &[u8]| {
        format!(
            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
            out.len() / 3 * 4 + 1
        )
    };
    let (mut word, mut held, mut pads) = (0u32, 0, 0);
    for &byte in &data[at..] {
        if byte == b'=' {
            pads += 1;
            // Padding that belongs to nothing is passed over.
            match held {
                1 if strict => return Err(invalid(&out)),
                _ if strict && (held == 0 || held + pads > 4) => {
                    return Err("Excess padding not allowed".to_owned());
                }
                _ => continue,
            }
        }
        let digit = DIGITS[byte as usize];
        if digit == NO_DIGIT {
            if strict {
                return Err("Only base64 data is allowed".to_owned());
            }
            continue;
        }
        if strict && pads > 0 {
            let message = if held + pads >= 4 {
                "Excess data after padding"
            } else {
                "Discontinuous padding not allowed"
            };
            return Err(message.to_owned());
        }
        pads = 0;
        word = word << 6 | u32::from(digit);
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
        0 => Ok(out),
        1 => Err(invalid(&out)),
        _ if held + pads >= 4 => Ok(out),
        _ => Err("Incorrect padding".to_owned()),
    }
}

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
                let newline = args[1].given().map_or(Ok(true), |value| vm.truth(value))?;
                Ok(vm.bytes(&base64_text(&data, newline)))
            },
            "Base64-code line of data.",
        ),
        native(
            "a2b_base64(data, /, *, strict_mode=False)",
            |vm, args| {
                let strict = args[1].given().map_or(Ok(false), |value| vm.truth(value))?;
                let data = ascii(vm, &args[0])?;
                match base64_bytes(&data, strict) {
                    Ok(bytes) => Ok(vm.bytes(&bytes)),
                    Err(message) => Err(error(vm, &message)),
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
                    crc = crc >> 8 ^ CRC_TABLE[(crc as u8 ^ byte) as usize];
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
