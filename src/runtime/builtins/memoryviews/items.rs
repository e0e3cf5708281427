//! Single items of memory: native formats of one letter, read and written.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::ints::IntView;
use crate::runtime::error::PyResult;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

/// The letter of a native format, with or without `@`.
pub fn native_letter(format: &str) -> Option<u8> {
    let letter = match format.as_bytes() {
        [letter] | [b'@', letter] => *letter,
        _ => return None,
    };
    size_of(letter).map(|_| letter)
}

/// Size of an item.
pub fn size_of(letter: u8) -> Option<usize> {
    Some(match letter {
        b'c' | b'b' | b'B' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'P' | b'd' => 8,
        _ => return None,
    })
}

fn signed(bytes: &[u8]) -> i64 {
    let mut word = if bytes.last().is_some_and(|&top| top >= 0x80) { [0xff; 8] } else { [0; 8] };
    word[..bytes.len()].copy_from_slice(bytes);
    i64::from_le_bytes(word)
}

fn unsigned(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word)
}

fn float_of(bytes: &[u8]) -> f64 {
    match bytes.len() {
        2 => half_to_float(unsigned(bytes) as u16),
        4 => f64::from(f32::from_bits(unsigned(bytes) as u32)),
        _ => f64::from_bits(unsigned(bytes)),
    }
}

/// Bytes of an item in the order of a little-endian machine.
fn little(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if cfg!(target_endian = "big") {
        bytes.reverse();
    }
    bytes
}

/// The value of an item; its size fits the letter.
pub fn unpack(vm: &Vm, letter: u8, bytes: &[u8]) -> PyResult<Value> {
    if size_of(letter) != Some(bytes.len()) {
        return Err(vm.index_error("memory of the exporter is gone"));
    }
    if letter == b'B' {
        return Ok(vm.int(i64::from(bytes[0])));
    }
    let bytes = little(bytes);
    Ok(match letter {
        b'c' => vm.bytes(&bytes),
        b'?' => Value::bool(bytes[0] != 0),
        b'b' | b'h' | b'i' | b'l' | b'q' | b'n' => vm.int(signed(&bytes)),
        b'e' | b'f' | b'd' => vm.float(float_of(&bytes)),
        _ => vm.int_u64(unsigned(&bytes)),
    })
}

/// The bytes of a value as item.
pub fn pack(vm: &Vm, letter: u8, format: &str, value: &Value) -> PyResult<Vec<u8>> {
    let wrong_type = || vm.type_error(format!("memoryview: invalid type for format '{format}'"));
    let wrong_value = || vm.value_error(format!("memoryview: invalid value for format '{format}'"));
    let size = size_of(letter).unwrap_or(1);
    let bytes = match letter {
        b'c' => {
            let Some(bytes) = vm.bytes_of(value) else { return Err(wrong_type()) };
            if bytes.len() != 1 {
                return Err(wrong_value());
            }
            bytes.to_vec()
        }
        b'?' => vec![u8::from(vm.truth(value)?)],
        b'e' | b'f' | b'd' => {
            let Some(x) = vm.catch(vm.to_f64(value), &exc::TYPE_ERROR)? else { return Err(wrong_type()) };
            match letter {
                b'e' => half_from_float(x).ok_or_else(wrong_value)?.to_le_bytes().to_vec(),
                b'f' => (x as f32).to_bits().to_le_bytes().to_vec(),
                _ => x.to_bits().to_le_bytes().to_vec(),
            }
        }
        _ => {
            let Some(index) = vm.catch(vm.index(value), &exc::TYPE_ERROR)? else { return Err(wrong_type()) };
            let signed = matches!(letter, b'b' | b'h' | b'i' | b'l' | b'q' | b'n');
            let bits = 8 * size as u32;
            let word = match index.as_int() {
                Some(IntView::Small(i)) if signed => {
                    let spare = 64 - bits;
                    if (i << spare) >> spare != i {
                        return Err(wrong_value());
                    }
                    i as u64
                }
                Some(IntView::Small(i)) if i >= 0 && (bits == 64 || (i as u64) < 1 << bits) => i as u64,
                Some(IntView::Big(big)) if !signed && bits == 64 => {
                    u64::try_from(big).map_err(|_| wrong_value())?
                }
                _ => return Err(wrong_value()),
            };
            word.to_le_bytes()[..size].to_vec()
        }
    };
    Ok(little(&bytes))
}

/// The float that a half-precision number is.
pub fn half_to_float(half: u16) -> f64 {
    let sign = if half & 0x8000 != 0 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(half >> 10 & 31), f64::from(half & 0x3ff));
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    }
}

/// The half-precision number nearest to a float; `None` if it is too large.
pub fn half_from_float(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    let size = x.abs();
    if x.is_nan() {
        return Some(sign | 0x7e00);
    }
    if size.is_infinite() {
        return Some(sign | 0x7c00);
    }
    // Subnormal numbers and zero are multiples of 2**-24.
    if size < 2f64.powi(-14) {
        return Some(sign | (size * 2f64.powi(24)).round_ties_even() as u16);
    }
    let exponent = (size.to_bits() >> 52) as i32 - 1023;
    let fraction = (size * 2f64.powi(10 - exponent)).round_ties_even() as u32;
    let (exponent, fraction) = if fraction == 2048 { (exponent + 1, 1024) } else { (exponent, fraction) };
    if exponent > 15 {
        return None;
    }
    Some(sign | ((exponent + 15) as u16) << 10 | (fraction - 1024) as u16)
}
