//! `binascii`: hexadecimal and base 64 text of bytes, and the checksum of zip files.

use std::borrow::Cow;

use crate::runtime::builtins::bytes::shared::{buffer, hex_layout, hex_text, write_hex, write_unhex};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::stdlib::zlib::checksum_start;
use crate::runtime::sys::zlib::crc32;
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

/// Of no four digits: the bit above the 24 of a group.
const NO_GROUP: u32 = 1 << 24;

/// What a byte of base 64 text adds to its group of 24 bits at each of the four places, or [`NO_GROUP`].
static PLACES: [[u32; 256]; 4] = {
    let mut places = [[NO_GROUP; 256]; 4];
    let mut at = 0;
    while at < 256 {
        let digit = DIGITS[at];
        if digit != NO_DIGIT {
            let mut place = 0;
            while place < 4 {
                places[place][at] = (digit as u32) << (18 - 6 * place);
                place += 1;
            }
        }
        at += 1;
    }
    places
};

/// The two digits of each 12 bits.
static PAIRS: [[u8; 2]; 4096] = {
    let mut pairs = [[0; 2]; 4096];
    let mut at = 0;
    while at < 4096 {
        pairs[at] = [ALPHABET[at >> 6], ALPHABET[at & 63]];
        at += 1;
    }
    pairs
};

/// The length of base 64 text of so many bytes.
fn base64_length(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// Writes base 64 text of bytes, with padding (RFC 4648); there is room for [`base64_length`].
fn write_base64(data: &[u8], out: &mut [u8]) {
    let (whole, rest) = data.as_chunks::<3>();
    let (places, _) = out.as_chunks_mut::<4>();
    let (firsts, last) = places.split_at_mut(whole.len());
    for (chunk, place) in whole.iter().zip(firsts) {
        let word = u32::from(chunk[0]) << 16 | u32::from(chunk[1]) << 8 | u32::from(chunk[2]);
        let (high, low) = (PAIRS[word as usize >> 12], PAIRS[word as usize & 0xfff]);
        *place = [high[0], high[1], low[0], low[1]];
    }
    if let ([first, others @ ..], [place, ..]) = (rest, last) {
        let word = u32::from(*first) << 16 | others.first().map_or(0, |byte| u32::from(*byte) << 8);
        let (high, low) = (PAIRS[word as usize >> 12], PAIRS[word as usize & 0xfff]);
        *place = [high[0], high[1], if others.is_empty() { b'=' } else { low[0] }, b'='];
    }
}

/// Writes the bytes of base 64 text up to the first group of four bytes that are not all digits; gives the number of
/// groups.
fn write_groups(text: &[u8], out: &mut [u8]) -> usize {
    let groups = text.as_chunks::<4>().0.iter();
    for (at, (group, place)) in groups.zip(out.as_chunks_mut::<3>().0).enumerate() {
        let [a, b, c, d] = std::array::from_fn(|place| PLACES[place][usize::from(group[place])]);
        let word = a | b | c | d;
        if word & NO_GROUP != 0 {
            return at;
        }
        let [_, high, middle, low] = word.to_be_bytes();
        *place = [high, middle, low];
    }
    text.len() / 4
}

/// The bytes of text that is as base 64 should be: only digits in groups of four, the last one padded.
fn tidy_base64(vm: &Vm, text: &[u8]) -> Option<Value> {
    let (body, last) = match text {
        [body @ .., a, b, c, b'='] if text.len() % 4 == 0 => (body, Some([*a, *b, *c])),
        _ if text.len() % 4 == 0 => (text, None),
        _ => return None,
    };
    let mut rest = vec![];
    if let Some([a, b, c]) = last {
        let mut three = [0; 3];
        if write_groups(&[a, b, if c == b'=' { b'A' } else { c }, b'A'], &mut three) == 0 {
            return None;
        }
        rest.extend_from_slice(&three[..if c == b'=' { 1 } else { 2 }]);
    }
    let groups = body.len() / 4;
    let (bytes, written) = vm.bytes_filled(groups * 3 + rest.len(), |out| {
        let (first, end) = out.split_at_mut(groups * 3);
        end.copy_from_slice(&rest);
        write_groups(body, first)
    });
    (written == groups).then_some(bytes)
}

/// The bytes of base 64 text. What is no digit is skipped, but in strict mode; the error is a message of CPython's.
fn base64_bytes(data: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    // Four bytes of text are three at most.
    let (mut out, mut used) = (vec![0; data.len() / 4 * 3 + 3], 0);
    if strict && data.first() == Some(&b'=') {
        return Err("Leading padding not allowed".to_owned());
    }
    let invalid = |used: usize| {
        format!(
            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
            used / 3 * 4 + 1
        )
    };
    let (mut word, mut held, mut pads) = (0u32, 0, 0);
    let mut at = 0;
    while let Some(&byte) = data.get(at) {
        // Whole groups, as between the ends of lines, are not looked at byte by byte.
        if held == 0 && pads == 0 {
            let groups = write_groups(&data[at..], &mut out[used..]);
            used += groups * 3;
            at += groups * 4;
            if groups > 0 {
                continue;
            }
        }
        at += 1;
        if byte == b'=' {
            pads += 1;
            // Padding that belongs to nothing is passed over.
            match held {
                1 if strict => return Err(invalid(used)),
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
        if held > 1 {
            out[used] = (word >> (8 - 2 * held)) as u8;
            used += 1;
            held %= 4;
        }
    }
    out.truncate(used);
    match held {
        0 => Ok(out),
        1 => Err(invalid(used)),
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
                let data = buffer(vm, &args[0])?;
                let newline = args[1].given().map_or(Ok(true), |value| vm.truth(value))?;
                let length = base64_length(data.len());
                let write = |out: &mut [u8]| {
                    let (text, end) = out.split_at_mut(length);
                    write_base64(&data, text);
                    end.fill(b'\n');
                };
                Ok(vm.bytes_filled(length + usize::from(newline), write).0)
            },
            "Base64-code line of data.",
        ),
        native(
            "a2b_base64(data, /, *, strict_mode=False)",
            |vm, args| {
                let strict = args[1].given().map_or(Ok(false), |value| vm.truth(value))?;
                let data = ascii(vm, &args[0])?;
                if let Some(bytes) = tidy_base64(vm, &data) {
                    return Ok(bytes);
                }
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
                let start = checksum_start(vm, &args[1], 0)?;
                let sum = vm.with_buffer(&args[0], |bytes| crc32(start, bytes))?;
                Ok(vm.int(sum.into()))
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

fn ascii<'a>(vm: &Vm, value: &'a Value) -> PyResult<Cow<'a, [u8]>> {
    match value.as_str() {
        Some(text) if text.is_ascii() => Ok(Cow::Borrowed(text.bytes())),
        Some(_) => Err(vm.value_error("string argument should contain only ASCII characters")),
        None => buffer(vm, value),
    }
}

fn hexlify(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let data = buffer(vm, &args[0])?;
    let (sep, group) = hex_layout(vm, &args[1], &args[2], false)?;
    if sep.is_none() {
        return Ok(vm.bytes_filled(data.len() * 2, |out| write_hex(&data, out)).0);
    }
    Ok(vm.bytes(&hex_text(&data, sep, group)))
}

fn unhexlify(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let text = ascii(vm, &args[0])?;
    if text.len() % 2 != 0 {
        return Err(error(vm, "Odd-length string"));
    }
    let (bytes, are_digits) = vm.bytes_filled(text.len() / 2, |out| write_unhex(&text, out));
    if are_digits { Ok(bytes) } else { Err(error(vm, "Non-hexadecimal digit found")) }
}
