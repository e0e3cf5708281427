//! `int.to_bytes` and `int.from_bytes`.

use dashu_int::{IBig, Sign, UBig, ops::UnsignedAbs};

use super::{Fault, int_math, int_text::Int};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    pub fn from_name(name: &[u8]) -> Result<ByteOrder, Fault> {
        match name {
            b"little" => Ok(ByteOrder::Little),
            b"big" => Ok(ByteOrder::Big),
            _ => Err(Fault::value("byteorder must be either 'little' or 'big'")),
        }
    }
}

/// `value.to_bytes(length, order, signed=signed)`.
pub fn to_bytes(value: &IBig, length: i64, order: ByteOrder, signed: bool) -> Result<Vec<u8>, Fault> {
    let too_big = || Fault::overflow("int too big to convert");
    let length = usize::try_from(length).map_err(|_| Fault::value("length argument must be non-negative"))?;
    let negative = value.sign() == Sign::Negative;
    if negative && !signed {
        return Err(Fault::overflow("can't convert negative int to unsigned"));
    }
    // The two's complement of a negative number has the length of the number before it.
    let counted = if negative { &-value - IBig::ONE } else { value.clone() };
    let bits = int_math::bit_length(&counted) + usize::from(signed && !(value.is_zero()));
    if bits.div_ceil(8) > length {
        return Err(too_big());
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| Fault::memory())?;
    bytes.extend_from_slice(&counted.unsigned_abs().to_le_bytes());
    bytes.resize(length, 0);
    if negative {
        bytes.iter_mut().for_each(|byte| *byte = !*byte);
    }
    if order == ByteOrder::Big {
        bytes.reverse();
    }
    Ok(bytes)
}

/// As [`to_bytes`], of a small value; false if it does not fit into `out`, which may be written all the same.
pub fn write_small(value: i64, out: &mut [u8], order: ByteOrder, signed: bool) -> bool {
    let bits = 8 * out.len() as u32;
    let fits = match (bits < 64, signed) {
        (true, true) => value >> bits.saturating_sub(1) == value >> 63 && (bits > 0 || value == 0),
        (true, false) => value >> bits == 0,
        (false, signed) => signed || value >= 0,
    };
    let sign = (value >> 63) as u8;
    let little = value.to_le_bytes();
    let byte = |at: usize| little.get(at).copied().unwrap_or(sign);
    match order {
        ByteOrder::Little => out.iter_mut().enumerate().for_each(|(at, place)| *place = byte(at)),
        ByteOrder::Big => out.iter_mut().rev().enumerate().for_each(|(at, place)| *place = byte(at)),
    }
    fits
}

/// `int.from_bytes(bytes, order, signed=signed)`.
pub fn from_bytes(bytes: &[u8], order: ByteOrder, signed: bool) -> Int {
    let top = match order {
        ByteOrder::Little => bytes.last(),
        ByteOrder::Big => bytes.first(),
    };
    let negative = signed && top.is_some_and(|&byte| byte >= 0x80);
    if bytes.len() <= 8 {
        let mut word = if negative { [0xff; 8] } else { [0; 8] };
        match order {
            ByteOrder::Little => word[..bytes.len()].copy_from_slice(bytes),
            ByteOrder::Big => {
                word[..bytes.len()].iter_mut().zip(bytes.iter().rev()).for_each(|(to, &from)| *to = from)
            }
        }
        let value = i64::from_le_bytes(word);
        if negative || value >= 0 {
            return Int::Small(value);
        }
    }
    let size = match order {
        ByteOrder::Little => UBig::from_le_bytes(bytes),
        ByteOrder::Big => UBig::from_be_bytes(bytes),
    };
    let value = IBig::from(size);
    Int::from_big(if negative { value - (IBig::ONE << (bytes.len() * 8)) } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_both_ways() {
        for (value, length, signed, bytes) in [
            (0i64, 0, true, &b""[..]),
            (255, 1, false, b"\xff"),
            (-1, 2, true, b"\xff\xff"),
            (-128, 1, true, b"\x80"),
            (128, 2, true, b"\x00\x80"),
            (-129, 2, true, b"\xff\x7f"),
        ] {
            assert_eq!(to_bytes(&IBig::from(value), length, ByteOrder::Big, signed).as_deref(), Ok(bytes));
            assert_eq!(from_bytes(bytes, ByteOrder::Big, signed), Int::Small(value));
            for order in [ByteOrder::Big, ByteOrder::Little] {
                let mut out = vec![7; bytes.len()];
                assert!(write_small(value, &mut out, order, signed));
                assert_eq!(Ok(out), to_bytes(&IBig::from(value), length, order, signed));
            }
            let mut turned = bytes.to_vec();
            turned.reverse();
            assert_eq!(to_bytes(&IBig::from(value), length, ByteOrder::Little, signed), Ok(turned.clone()));
            assert_eq!(from_bytes(&turned, ByteOrder::Little, signed), Int::Small(value));
        }
        assert_eq!(
            from_bytes(&[0xff; 8], ByteOrder::Big, false).into_big().to_string(),
            "18446744073709551615"
        );
        assert_eq!(
            from_bytes(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0], ByteOrder::Big, true).into_big(),
            -(IBig::ONE << 71)
        );
        for (value, length, signed, text) in [
            (128, 1, true, "int too big to convert"),
            (256, 1, false, "int too big to convert"),
            (-129, 1, true, "int too big to convert"),
            (-1, 1, false, "can't convert negative int to unsigned"),
            (1, -1, false, "length argument must be non-negative"),
            (1, 0, false, "int too big to convert"),
        ] {
            assert_eq!(to_bytes(&IBig::from(value), length, ByteOrder::Big, signed).unwrap_err().msg, text);
            if let Ok(length) = usize::try_from(length) {
                assert!(!write_small(value, &mut vec![0; length], ByteOrder::Big, signed));
            }
        }
    }
}
