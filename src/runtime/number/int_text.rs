//! The text of an int: `int("...", base)` and the digits of `str`, `bin`, `oct`, `hex`, with the limit on the number of
//! decimal digits that `sys.set_int_max_str_digits` sets.
//!
//! Text must be ASCII here; `text::unicode::to_ascii_decimal` maps the other decimal digits first.

use dashu_int::{IBig, UBig, ops::BitTest};

use super::{Fault, float_text::trim_ascii_space};

/// What `sys.get_int_max_str_digits()` says unless somebody changed it.
pub const DEFAULT_MAX_STR_DIGITS: usize = 4300;
/// No limit below this can be set, and shorter text is never counted.
pub const MAX_STR_DIGITS_THRESHOLD: usize = 640;

/// An int out of text; `Big` never holds what fits an `i64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Int {
    Small(i64),
    Big(IBig),
}

impl Int {
    /// The same number, in the variant that is right for it.
    pub fn from_big(value: IBig) -> Int {
        match i64::try_from(&value) {
            Ok(small) => Int::Small(small),
            Err(_) => Int::Big(value),
        }
    }

    pub fn into_big(self) -> IBig {
        match self {
            Int::Small(value) => IBig::from(value),
            Int::Big(value) => value,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// "invalid literal for int() with base {base}: {text!r}", where `text` is the argument itself, at most 200
    /// characters of its repr.
    Invalid,
    /// The base or the number of digits is at fault; the message is complete.
    Fault(Fault),
}

/// Reads `text` as `int(text, base)` does. `limit` is the greatest number of digits for bases that are not a power of
/// two, zero for none.
pub fn parse(text: &[u8], base: u32, limit: usize) -> Result<Int, ParseError> {
    if base == 1 || base > 36 {
        return Err(ParseError::Fault(Fault::value("int() base must be >= 2 and <= 36, or 0")));
    }
    let text = trim_ascii_space(text);
    let (negative, mut rest) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let mut base = base;
    let mut zero_only = false;
    let mut prefixed = false;
    if let [b'0', letter, ..] = rest {
        let named = match letter.to_ascii_lowercase() {
            b'x' => 16,
            b'o' => 8,
            b'b' => 2,
            _ => 0,
        };
        if named != 0 && (base == 0 || base == named) {
            base = named;
            rest = &rest[2..];
            prefixed = true;
        }
    }
    if base == 0 {
        base = 10;
        // "00" is fine, "01" could be somebody's octal.
        zero_only = rest.first() == Some(&b'0');
    }
    if prefixed && rest.first() == Some(&b'_') {
        rest = &rest[1..];
    }
    if let Some(value) = parse_small(rest, base) {
        if zero_only && value != 0 {
            return Err(ParseError::Invalid);
        }
        return Ok(Int::Small(if negative { -value } else { value }));
    }
    let digits = clean_digits(rest, base).ok_or(ParseError::Invalid)?;
    if !base.is_power_of_two() && digits.len() > MAX_STR_DIGITS_THRESHOLD && limit > 0 && digits.len() > limit
    {
        return Err(ParseError::Fault(Fault::value(format!(
            "Exceeds the limit ({limit} digits) for integer string conversion: value has {} digits; use \
             sys.set_int_max_str_digits() to increase the limit",
            digits.len()
        ))));
    }
    let size = UBig::from_str_radix(&digits, base).map_err(|_| ParseError::Invalid)?;
    if zero_only && !size.is_zero() {
        return Err(ParseError::Invalid);
    }
    let value = IBig::from(size);
    Ok(Int::from_big(if negative { -value } else { value }))
}

/// Digits and nothing else, few enough not to overflow.
fn parse_small(text: &[u8], base: u32) -> Option<i64> {
    // 36**12 < 2**63; in base ten 18 digits fit.
    let fits = if base <= 10 { 18 } else { 12 };
    if text.is_empty() || text.len() > fits {
        return None;
    }
    let mut value = 0i64;
    for &byte in text {
        let digit = (byte as char).to_digit(base)?;
        value = value * i64::from(base) + i64::from(digit);
    }
    Some(value)
}

/// The digits of `text` without its underscores; `None` if something else is in it, or an underscore is not between
/// two digits.
fn clean_digits(text: &[u8], base: u32) -> Option<String> {
    let mut digits = String::with_capacity(text.len());
    let mut after_digit = false;
    for &byte in text {
        if byte == b'_' {
            if !after_digit {
                return None;
            }
            after_digit = false;
        } else {
            (byte as char).to_digit(base)?;
            digits.push(byte as char);
            after_digit = true;
        }
    }
    after_digit.then_some(digits)
}

/// `str(value)`.
pub fn to_decimal(value: &IBig, limit: usize) -> Result<String, Fault> {
    if limit > 0 {
        // log10(2) is a little above 0.30102; a sure case needs no conversion.
        let bits = value.bit_len() as u128;
        let at_least = bits.saturating_sub(1) * 30102 / 100_000;
        let sure = at_least >= limit as u128;
        if sure && at_least > MAX_STR_DIGITS_THRESHOLD as u128 {
            return Err(too_many_digits(limit));
        }
    }
    let text = value.to_string();
    let digits = text.len() - usize::from(text.starts_with('-'));
    if limit > 0 && digits > limit && digits > MAX_STR_DIGITS_THRESHOLD {
        return Err(too_many_digits(limit));
    }
    Ok(text)
}

#[cold]
fn too_many_digits(limit: usize) -> Fault {
    Fault::value(format!(
        "Exceeds the limit ({limit} digits) for integer string conversion; use sys.set_int_max_str_digits() to \
         increase the limit"
    ))
}

/// The digits of `value` in base 2, 8 or 16 (lower case), with a minus where due and without a prefix.
pub fn to_radix(value: &IBig, base: u32) -> String {
    match base {
        2 => format!("{value:b}"),
        8 => format!("{value:o}"),
        16 => format!("{value:x}"),
        _ => value.to_string(),
    }
}

/// The two digits of each number below a hundred.
static PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut at = 0;
    while at < 100 {
        pairs[at] = [b'0' + at as u8 / 10, b'0' + at as u8 % 10];
        at += 1;
    }
    pairs
};

/// The decimal digits of a small int, with its sign.
pub struct Decimal {
    bytes: [u8; 20],
    start: usize,
}

impl Decimal {
    /// Of a number.
    pub fn of(value: i64) -> Decimal {
        let mut decimal = Decimal { bytes: [0; 20], start: 20 };
        let mut left = value.unsigned_abs();
        while left >= 100 {
            decimal.push_pair((left % 100) as usize);
            left /= 100;
        }
        if left >= 10 {
            decimal.push_pair(left as usize);
        } else {
            decimal.push(b'0' + left as u8);
        }
        if value < 0 {
            decimal.push(b'-');
        }
        decimal
    }
    #[inline(always)]
    fn push_pair(&mut self, pair: usize) {
        self.start -= 2;
        self.bytes[self.start..self.start + 2].copy_from_slice(&PAIRS[pair]);
    }
    #[inline(always)]
    fn push(&mut self, byte: u8) {
        self.start -= 1;
        self.bytes[self.start] = byte;
    }
    /// The text.
    pub fn text(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

/// Number of bytes of a number's decimal text.
pub fn decimal_length(value: i64) -> usize {
    1 + value.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + usize::from(value < 0)
}

/// As [`to_radix`], of a small int.
pub fn small_to_radix(value: i64, base: u32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let size = value.unsigned_abs();
    match base {
        2 => format!("{sign}{size:b}"),
        8 => format!("{sign}{size:o}"),
        16 => format!("{sign}{size:x}"),
        _ => value.to_string(),
    }
}

/// `bin`, `oct`, `hex`: with the prefix.
pub fn with_prefix(digits: &str, prefix: &str) -> String {
    match digits.strip_prefix('-') {
        Some(size) => format!("-{prefix}{size}"),
        None => format!("{prefix}{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(text: &str, base: u32) -> Option<i64> {
        match parse(text.as_bytes(), base, DEFAULT_MAX_STR_DIGITS) {
            Ok(Int::Small(value)) => Some(value),
            _ => None,
        }
    }

    #[test]
    fn parse_knows_prefixes_underscores_and_zeros() {
        for (text, base, value) in [
            (" 12 ", 10, 12),
            ("-1_000", 10, -1000),
            ("0x_1f", 0, 31),
            ("0x1f", 16, 31),
            ("0b1", 36, 397),
            ("0b1", 2, 1),
            ("0o17", 0, 15),
            ("00", 0, 0),
            ("0_0", 0, 0),
            ("010", 10, 10),
            ("z", 36, 35),
            ("-9223372036854775808", 10, i64::MIN),
        ] {
            assert_eq!(small(text, base), Some(value), "{text}");
        }
        for (text, base) in [
            ("", 0),
            ("010", 0),
            ("0_1", 0),
            ("0_", 0),
            ("_1", 10),
            ("1__0", 10),
            ("1_", 10),
            ("0x", 16),
            ("0x__1", 16),
            ("- 1", 10),
            ("+-1", 10),
            ("9", 8),
            ("1.0", 10),
        ] {
            assert_eq!(parse(text.as_bytes(), base, 0), Err(ParseError::Invalid), "{text}");
        }
    }

    #[test]
    fn big_values_and_limits() {
        let text = "1".repeat(30);
        assert_eq!(parse(text.as_bytes(), 10, 0).unwrap().into_big().to_string(), text);
        let long = "9".repeat(5000);
        let Err(ParseError::Fault(fault)) = parse(long.as_bytes(), 10, 4300) else { panic!("no limit") };
        assert_eq!(
            fault.msg,
            "Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; use \
             sys.set_int_max_str_digits() to increase the limit"
        );
        assert!(parse(long.as_bytes(), 16, 4300).is_ok());
        assert!(to_decimal(&IBig::from(10).pow(4299), 4300).is_ok());
        assert!(to_decimal(&IBig::from(10).pow(4300), 4300).is_err());
        assert_eq!(with_prefix(&to_radix(&IBig::from(-255), 16), "0x"), "-0xff");
        assert_eq!(small_to_radix(i64::MIN, 16), "-8000000000000000");
    }
}
