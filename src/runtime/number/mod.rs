//! The arithmetic and the text of Python's numbers, on plain Rust types (`i64`, `f64`, `IBig`): no object model here.
//!
//! Whoever calls these turns a [`Fault`] into the exception of the same name.

pub mod cmath;
pub mod complex;
pub mod double;
pub mod float_math;
pub mod float_special;
pub mod float_text;
pub mod int_bytes;
pub mod int_combine;
pub mod int_math;
pub mod int_text;

use std::borrow::Cow;

/// The exception class that a [`Fault`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    Value,
    Overflow,
    Type,
    ZeroDivision,
    Memory,
    Index,
    Key,
    Lookup,
}

/// An error of a pure algorithm: which exception, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    pub msg: Cow<'static, str>,
}

impl Fault {
    #[cold]
    pub fn new(kind: FaultKind, msg: impl Into<Cow<'static, str>>) -> Fault {
        Fault { kind, msg: msg.into() }
    }

    #[cold]
    pub fn value(msg: impl Into<Cow<'static, str>>) -> Fault {
        Fault::new(FaultKind::Value, msg)
    }

    #[cold]
    pub fn overflow(msg: impl Into<Cow<'static, str>>) -> Fault {
        Fault::new(FaultKind::Overflow, msg)
    }

    #[cold]
    pub fn type_error(msg: impl Into<Cow<'static, str>>) -> Fault {
        Fault::new(FaultKind::Type, msg)
    }

    #[cold]
    pub fn zero_division(msg: impl Into<Cow<'static, str>>) -> Fault {
        Fault::new(FaultKind::ZeroDivision, msg)
    }

    #[cold]
    pub fn memory() -> Fault {
        Fault::new(FaultKind::Memory, "")
    }
}

/// The float nearest to `mantissa * 2**exponent`, ties to even; `sticky` says that the true value lies a little above
/// (by less than one unit of the mantissa). `None` when it is beyond the largest float.
pub(crate) fn compose_float(negative: bool, mantissa: u64, sticky: bool, exponent: i64) -> Option<f64> {
    let sign = u64::from(negative) << 63;
    if mantissa == 0 {
        return Some(f64::from_bits(sign));
    }
    let lead = i64::from(mantissa.leading_zeros());
    let normal = mantissa << lead;
    // The value is normal * 2**power with 2**63 <= normal < 2**64.
    let power = exponent.saturating_sub(lead);
    if power > 1023 - 63 {
        return None;
    }
    // How many low bits of `normal` the float has no room for.
    let drop = if power >= -1022 - 63 { 11 } else { (-1074 - power).min(200) };
    let bits = if drop > 64 {
        0
    } else if drop == 64 {
        u64::from(normal > 1 << 63 || (normal == 1 << 63 && sticky))
    } else {
        let kept = normal >> drop;
        let rest = normal & ((1 << drop) - 1);
        let half = 1u64 << (drop - 1);
        let up = rest > half || (rest == half && (sticky || kept & 1 == 1));
        kept + u64::from(up)
    };
    // A carry out of the mantissa moves into the exponent field by itself.
    let field = if drop == 11 { ((power + 63 + 1022) as u64) << 52 } else { 0 };
    let word = field + bits;
    (word < 0x7ff0_0000_0000_0000).then(|| f64::from_bits(sign | word))
}

#[cfg(test)]
mod tests {
    use super::compose_float;

    #[test]
    fn compose_rounds_to_even_and_reports_overflow() {
        assert_eq!(compose_float(false, 1, false, 0), Some(1.0));
        assert_eq!(compose_float(true, 3, false, -1), Some(-1.5));
        assert_eq!(compose_float(false, (1 << 53) + 1, false, 0), Some(9007199254740992.0));
        assert_eq!(compose_float(false, (1 << 53) + 1, true, 0), Some(9007199254740994.0));
        assert_eq!(compose_float(false, 1, false, -1074), Some(5e-324));
        assert_eq!(compose_float(false, 1, false, -1075), Some(0.0));
        assert_eq!(compose_float(false, 1, true, -1075), Some(5e-324));
        assert_eq!(compose_float(false, 1, false, 1024), None);
        assert_eq!(compose_float(false, u64::MAX, false, 960), None);
        assert_eq!(compose_float(false, u64::MAX << 11, false, 960), Some(f64::MAX));
        assert_eq!(compose_float(false, u64::MAX, true, -1074 - 64 + 12), Some(f64::from_bits(1 << 12)));
        assert_eq!(compose_float(false, 5, false, i64::MIN), Some(0.0));
    }
}
