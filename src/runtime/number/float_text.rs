//! The text of a float: `repr`, `float("...")`, `hex` and `fromhex`, rounding to decimal digits, and the layouts behind
//! `format(x, "e")` and its relatives.
//!
//! Everything is exact: digits come from the shortest round-trip form (`ryu`) or from the full decimal expansion
//! (`core::fmt`, ties to even on the exact value). The mini-language around these layouts is `text::format_spec`.

use dashu_int::UBig;

use super::{Fault, compose_float, int_text};

/// No float has more significant decimal digits, nor more fractional ones, than this; beyond it follow zeros.
const EXACT_DIGITS: usize = 1100;

/// The largest precision that CPython's C `int` can hold.
pub const MAX_PRECISION: usize = i32::MAX as usize;

/// How `magnitude` lays digits out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `1.5e+10`
    Exponent,
    /// `15000000000.0`
    Fixed,
    /// The shorter of the two for that many significant digits.
    General,
    /// The shortest digits that read back as the same float; precision means nothing.
    Shortest,
}

/// `repr(x)`.
pub fn repr(x: f64) -> String {
    let mut out = String::with_capacity(24);
    write_repr(x, &mut out);
    out
}

/// Appends `repr(x)`.
pub fn write_repr(x: f64, out: &mut String) {
    if !x.is_finite() {
        out.push_str(match (x.is_nan(), x > 0.0) {
            (true, _) => "nan",
            (_, true) => "inf",
            _ => "-inf",
        });
        return;
    }
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(x);
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if let Some((digits, exponent)) = text.split_once('e') {
        out.push_str(digits);
        push_exponent(exponent.parse().unwrap_or(0), out);
    } else if let Some(digits) = unsigned.strip_prefix("0.0000") {
        // ryu stays with plain digits one decade longer than Python does.
        if x < 0.0 {
            out.push('-');
        }
        let (first, rest) = digits.split_at(1.min(digits.len()));
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        out.push_str("e-05");
    } else {
        out.push_str(text);
    }
}

/// Appends `e+05` and the like: a sign and at least two digits.
fn push_exponent(exponent: i32, out: &mut String) {
    out.push_str(if exponent < 0 { "e-" } else { "e+" });
    let size = exponent.unsigned_abs();
    if size < 10 {
        out.push('0');
    }
    out.push_str(&size.to_string());
}

/// Reads the whole of `text` (ASCII, decimal digits already mapped) as `float(text)` does; `None` where Python says
/// "could not convert string to float: ...".
pub fn parse(text: &[u8]) -> Option<f64> {
    let text = trim_ascii_space(text);
    if text.is_empty() || !text.is_ascii() {
        return None;
    }
    if text.contains(&b'_') {
        let joined = without_underscores(text)?;
        return std::str::from_utf8(&joined).ok()?.parse().ok();
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Drops underscores; `None` unless each stands between two digits.
pub(crate) fn without_underscores(text: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::with_capacity(text.len());
    for (at, &byte) in text.iter().enumerate() {
        if byte != b'_' {
            joined.push(byte);
            continue;
        }
        let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
        if at == 0 || !digit(at - 1) || !digit(at + 1) {
            return None;
        }
    }
    Some(joined)
}

/// Without the white space that C's `isspace` knows, at both ends.
pub(crate) fn trim_ascii_space(text: &[u8]) -> &[u8] {
    let space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = text.iter().position(|byte| !space(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !space(byte)).map_or(start, |at| at + 1);
    &text[start..end]
}

/// Appends the text of `|x|`, lower case, without a sign. `alternate` keeps the point (`#`), `dot_zero` makes sure
/// that the result looks like a float.
pub fn write_magnitude(
    x: f64,
    layout: Layout,
    precision: usize,
    alternate: bool,
    dot_zero: bool,
    out: &mut String,
) -> Result<(), Fault> {
    if !x.is_finite() {
        out.push_str(if x.is_nan() { "nan" } else { "inf" });
        return Ok(());
    }
    let x = x.abs();
    if precision > MAX_PRECISION {
        return Err(Fault::value("precision too big"));
    }
    out.try_reserve(precision.saturating_add(8)).map_err(|_| Fault::memory())?;
    match layout {
        Layout::Shortest => {
            let start = out.len();
            write_repr(x, out);
            let plain = !out[start..].contains('e');
            if plain && !dot_zero && out.ends_with(".0") {
                out.truncate(out.len() - if alternate { 1 } else { 2 });
            } else if !plain && alternate && !out[start..].contains('.') {
                out.insert(start + 1, '.');
            }
        }
        Layout::Fixed => {
            let mut buffer = [0; FIXED];
            if let Some(length) = fixed_text(x, precision, &mut buffer) {
                out.extend(buffer[..length].iter().map(|&byte| char::from(byte)));
                if precision == 0 && alternate {
                    out.push('.');
                }
                return Ok(());
            }
            let exact = precision.min(EXACT_DIGITS);
            push_display(out, format_args!("{x:.exact$}"));
            push_zeros(precision - exact, out);
            if precision == 0 && alternate {
                out.push('.');
            }
        }
        Layout::Exponent => {
            let (digits, exponent) = exponent_digits(x, precision);
            out.push_str(&digits[..1]);
            if precision > 0 || alternate {
                out.push('.');
            }
            out.push_str(&digits[1..]);
            push_zeros(precision + 1 - digits.len(), out);
            push_exponent(exponent, out);
        }
        Layout::General => write_general(x, precision.max(1), alternate, dot_zero, out),
    }
    Ok(())
}

/// The room that [`fixed_text`] needs.
pub const FIXED: usize = 24;

/// The text of `|x|` with so many digits after the point, exactly rounded, ties to even; `None` if that takes numbers of more
/// than two words. Gives the length of what stands in `out` then.
pub fn fixed_text(x: f64, precision: usize, out: &mut [u8; FIXED]) -> Option<usize> {
    let decimal = int_text::Decimal::of(fixed_digits(x, precision)?);
    let digits = decimal.text();
    // At least one digit stands before the point.
    let zeros = (precision + 1).saturating_sub(digits.len());
    let whole = digits.len() + zeros - precision;
    out[..zeros].fill(b'0');
    out[zeros..zeros + digits.len()].copy_from_slice(digits);
    if precision == 0 {
        return Some(whole);
    }
    out.copy_within(whole..whole + precision, whole + 1);
    out[whole] = b'.';
    Some(whole + 1 + precision)
}

/// `|x| * 10**precision` to the nearest integer, ties to even.
fn fixed_digits(x: f64, precision: usize) -> Option<i64> {
    const FRACTION: u32 = f64::MANTISSA_DIGITS - 1;
    if precision > 18 || !x.is_finite() {
        return None;
    }
    let bits = x.abs().to_bits();
    let (exponent, fraction) = ((bits >> FRACTION) as i32, bits & ((1 << FRACTION) - 1));
    // `|x|` is `mantissa * 2**exponent`.
    let (mantissa, exponent) =
        if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << FRACTION, exponent - 1075) };
    // Below 2**113.
    let scaled = u128::from(mantissa) * 10u128.pow(precision as u32);
    let rounded = match exponent {
        11.. => return None,
        0..=10 => scaled << exponent,
        ..=-115 => 0,
        _ => {
            let shift = -exponent as u32;
            let (whole, rest, half) = (scaled >> shift, scaled & ((1 << shift) - 1), 1 << (shift - 1));
            whole + u128::from(rest > half || rest == half && whole & 1 == 1)
        }
    };
    i64::try_from(rounded).ok()
}

fn push_display(out: &mut String, args: std::fmt::Arguments<'_>) {
    use std::fmt::Write as _;
    // Writing to a String cannot fail.
    let _ = out.write_fmt(args);
}

fn push_zeros(count: usize, out: &mut String) {
    out.extend(std::iter::repeat_n('0', count));
}

/// The significant digits of `x`, one and at most `precision` more of them, and the power of ten of the first.
fn exponent_digits(x: f64, precision: usize) -> (String, i32) {
    let text = format!("{:.*e}", precision.min(EXACT_DIGITS), x);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = mantissa.chars().filter(|&c| c != '.').collect();
    (digits, exponent.parse().unwrap_or(0))
}

fn write_general(x: f64, precision: usize, alternate: bool, dot_zero: bool, out: &mut String) {
    let (mut digits, exponent) = exponent_digits(x, precision - 1);
    // `point` digits stand before the point.
    let point = i64::from(exponent) + 1;
    let limit = precision as i64 - i64::from(dot_zero);
    let scientific = point <= -4 || point > limit;
    if alternate {
        push_zeros(precision - digits.len(), &mut digits);
    } else {
        digits.truncate(digits.trim_end_matches('0').len().max(1));
    }
    if scientific {
        out.push_str(&digits[..1]);
        if digits.len() > 1 || alternate {
            out.push('.');
            out.push_str(&digits[1..]);
        }
        push_exponent(exponent, out);
        return;
    }
    if point <= 0 {
        out.push_str("0.");
        push_zeros((-point) as usize, out);
        if x == 0.0 {
            out.truncate(out.len() - 2);
        }
        out.push_str(&digits);
        return;
    }
    let point = point as usize;
    if digits.len() > point {
        out.push_str(&digits[..point]);
        out.push('.');
        out.push_str(&digits[point..]);
        return;
    }
    out.push_str(&digits);
    push_zeros(point - digits.len(), out);
    if dot_zero {
        out.push_str(".0");
    } else if alternate {
        out.push('.');
    }
}

/// `round(x, ndigits)`; out-of-range counts are to be clamped to `i64` by the caller.
pub fn round_digits(x: f64, ndigits: i64) -> Result<f64, Fault> {
    // Beyond these, nothing is cut or nothing is left.
    if !x.is_finite() || x == 0.0 || ndigits > 323 {
        return Ok(x);
    }
    if ndigits < -308 {
        return Ok(0.0 * x);
    }
    let text = if ndigits >= 0 {
        format!("{:.*}", ndigits as usize, x)
    } else {
        round_tens(x, ndigits.unsigned_abs() as usize)
    };
    let rounded: f64 = text.parse().unwrap_or(x);
    if rounded.is_infinite() {
        return Err(Fault::overflow("rounded value too large to represent"));
    }
    Ok(rounded)
}

/// `x` to the nearest multiple of `10**zeros`, as text.
fn round_tens(x: f64, zeros: usize) -> String {
    let sign = if x < 0.0 { "-" } else { "" };
    let whole = x.abs().trunc();
    let fraction = x.abs() > whole;
    let whole: UBig = UBig::try_from(whole).unwrap_or(UBig::ZERO);
    let unit = UBig::from(10u8).pow(zeros);
    let mut count = &whole / &unit;
    let twice = (&whole - &count * &unit) << 1;
    let odd = &count % 2u8 != 0;
    if twice > unit || (twice == unit && (fraction || odd)) {
        count += 1u8;
    }
    format!("{sign}{count}e{zeros}")
}

/// `round(x)` as a float: nearest integer, ties to even.
pub fn round_even(x: f64) -> f64 {
    x.round_ties_even()
}

/// `x.hex()`.
pub fn to_hex(x: f64) -> String {
    if !x.is_finite() {
        return repr(x);
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    let bits = x.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52 & 0x7ff) as i32 {
        0 if fraction == 0 => format!("{sign}0x0.0p+0"),
        0 => format!("{sign}0x0.{fraction:013x}p-1022"),
        field => format!("{sign}0x1.{fraction:013x}p{:+}", field - 1023),
    }
}

/// `float.fromhex(text)`.
pub fn from_hex(text: &[u8]) -> Result<f64, Fault> {
    let invalid = || Fault::value("invalid hexadecimal floating-point string");
    let too_large = || Fault::overflow("hexadecimal value too large to represent as a float");
    let text = trim_ascii_space(text);
    let (negative, mut rest) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let signed = |x: f64| if negative { -x } else { x };
    if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"infinity") {
        return Ok(signed(f64::INFINITY));
    }
    if rest.eq_ignore_ascii_case(b"nan") {
        return Ok(signed(f64::NAN));
    }
    if rest.len() >= 2 && rest[..2].eq_ignore_ascii_case(b"0x") {
        rest = &rest[2..];
    }
    let (mut mantissa, mut sticky, mut exponent) = (0u64, false, 0i64);
    let (mut seen, mut point) = (false, false);
    let mut at = 0;
    while let Some(&byte) = rest.get(at) {
        if byte == b'.' && !point {
            point = true;
        } else if let Some(digit) = (byte as char).to_digit(16) {
            seen = true;
            if mantissa >> 60 == 0 {
                mantissa = mantissa << 4 | u64::from(digit);
                exponent -= if point { 4 } else { 0 };
            } else {
                sticky |= digit != 0;
                exponent += if point { 0 } else { 4 };
            }
        } else {
            break;
        }
        at += 1;
    }
    if !seen {
        return Err(invalid());
    }
    if matches!(rest.get(at), Some(b'p' | b'P')) {
        let (down, digits) = match rest.get(at + 1) {
            Some(b'-') => (true, &rest[at + 2..]),
            Some(b'+') => (false, &rest[at + 2..]),
            _ => (false, &rest[at + 1..]),
        };
        if digits.is_empty() {
            return Err(invalid());
        }
        let mut power = 0i64;
        for &byte in digits {
            if !byte.is_ascii_digit() {
                return Err(invalid());
            }
            power = power.saturating_mul(10).saturating_add(i64::from(byte - b'0'));
        }
        exponent = exponent.saturating_add(if down { -power } else { power });
    } else if at != rest.len() {
        return Err(invalid());
    }
    compose_float(negative, mantissa, sticky, exponent).ok_or_else(too_large)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn magnitude(x: f64, layout: Layout, precision: usize, alternate: bool, dot_zero: bool) -> String {
        let mut out = String::new();
        write_magnitude(x, layout, precision, alternate, dot_zero, &mut out).unwrap();
        out
    }

    #[test]
    fn repr_switches_to_an_exponent_where_python_does() {
        for (x, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (1e16, "1e+16"),
            (9999999999999998.0, "9999999999999998.0"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-0.000012345, "-1.2345e-05"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(repr(x), text);
        }
    }

    #[test]
    fn parse_takes_single_underscores_between_digits_only() {
        assert_eq!(parse(b" 1_000.5e1_0\n"), Some(1000.5e10));
        assert_eq!(parse(b"-Infinity"), Some(f64::NEG_INFINITY));
        assert!(parse(b"nan").unwrap().is_nan());
        for text in [&b"1__0"[..], b"_1", b"1_.0", b"1_", b"", b" ", b".", b"1\0", b"in_f", b"0x1", b"\x1c1"]
        {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn layouts_follow_c() {
        assert_eq!(magnitude(1e22, Layout::Fixed, 0, true, false), "10000000000000000000000.");
        assert_eq!(magnitude(2.5, Layout::Fixed, 0, false, false), "2");
        assert_eq!(magnitude(-1234.5678, Layout::Exponent, 3, false, false), "1.235e+03");
        assert_eq!(magnitude(0.0, Layout::General, 6, false, false), "0");
        assert_eq!(magnitude(0.0, Layout::General, 6, true, false), "0.00000");
        assert_eq!(magnitude(1e6, Layout::General, 6, false, false), "1e+06");
        assert_eq!(magnitude(100000.0, Layout::General, 6, true, false), "100000.");
        assert_eq!(magnitude(0.0001, Layout::General, 6, false, false), "0.0001");
        assert_eq!(magnitude(12.0, Layout::General, 2, false, true), "1.2e+01");
        assert_eq!(magnitude(1e16, Layout::Shortest, 0, true, true), "1.e+16");
        assert_eq!(magnitude(3.0, Layout::Shortest, 0, false, false), "3");
        assert_eq!(magnitude(0.5, Layout::Fixed, 1200, false, false).len(), 1202);
    }

    #[test]
    fn rounding_is_half_even_on_the_exact_value() {
        assert_eq!(round_digits(2.675, 2), Ok(2.67));
        assert_eq!(round_digits(0.5, 0), Ok(0.0));
        assert_eq!(round_digits(25.0, -1), Ok(20.0));
        assert_eq!(round_digits(35.0, -1), Ok(40.0));
        assert_eq!(round_digits(25.5, -1), Ok(30.0));
        assert_eq!(round_digits(-4.0, -1).map(f64::to_bits), Ok((-0.0f64).to_bits()));
        assert_eq!(round_digits(5.5, -400), Ok(0.0));
        assert!(round_digits(f64::MAX, -308).is_err());
    }

    #[test]
    fn hex_goes_both_ways() {
        assert_eq!(to_hex(-0.1), "-0x1.999999999999ap-4");
        assert_eq!(to_hex(5e-324), "0x0.0000000000001p-1022");
        assert_eq!(from_hex(b" -0x1.999999999999ap-4 "), Ok(-0.1));
        assert_eq!(from_hex(b".8p1"), Ok(1.0));
        assert_eq!(from_hex(b"0x0p99999999999999999999"), Ok(0.0));
        assert_eq!(
            from_hex(b"0x1p99999999999999999999").unwrap_err().kind,
            super::super::FaultKind::Overflow
        );
        assert_eq!(from_hex(b"0x1.fffffffffffffap0"), Ok(2.0));
        assert_eq!(from_hex(b"0x1.fffffffffffff7ffffffffffffffffffp0"), Ok(1.9999999999999998));
        for text in [&b""[..], b"0x", b"0x.p", b"1p", b"1p+", b"1..", b"g", b"1 1"] {
            assert!(from_hex(text).is_err(), "{text:?}");
        }
    }
}
