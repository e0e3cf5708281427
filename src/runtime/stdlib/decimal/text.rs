//! Decimals as text: reading numeric strings, scientific and engineering notation.

use super::coeff::Coeff;
use super::limbs::{POW10, WIDTH};
use super::number::{Ctx, Dec, EXP_INF, Kind, flag};

/// The least exponent that reading gives: it underflows in all contexts.
const EXP_LOW: i64 = -4_000_000_000_000_000_001;

/// A coefficient of ASCII digits.
pub fn coeff_of_digits(digits: &[u8]) -> Coeff {
    let word = |part: &[u8]| part.iter().fold(0u64, |n, digit| n * 10 + u64::from(digit - b'0'));
    if digits.len() <= WIDTH {
        return Coeff::Small(word(digits).into());
    }
    if digits.len() <= 2 * WIDTH {
        let (high, low) = digits.split_at(digits.len() - WIDTH);
        return Coeff::Small(u128::from(word(high)) * u128::from(POW10[WIDTH]) + u128::from(word(low)));
    }
    Coeff::from_limbs(digits.rchunks(WIDTH).map(word).collect())
}

/// Writes exactly so many digits of a word.
fn write_word(out: &mut Vec<u8>, mut word: u64, count: usize) {
    let start = out.len();
    out.resize(start + count, b'0');
    for place in out[start..].iter_mut().rev() {
        *place = b'0' + (word % 10) as u8;
        word /= 10;
    }
}

/// Appends the digits of a coefficient.
pub fn push_digits(out: &mut Vec<u8>, coeff: &Coeff) {
    let mut buffer = [0; 2];
    match coeff.limbs(&mut buffer) {
        [] => out.push(b'0'),
        [rest @ .., top] => {
            out.reserve((rest.len() + 1) * WIDTH);
            write_word(out, *top, super::limbs::word_digits(*top) as usize);
            for limb in rest.iter().rev() {
                write_word(out, *limb, WIDTH);
            }
        }
    }
}

/// The digits of a coefficient.
pub fn coeff_digits(coeff: &Coeff) -> Vec<u8> {
    let mut out = Vec::new();
    push_digits(&mut out, coeff);
    out
}

/// Reads a numeric string; `None` if it is none. Not fitted to any context.
pub fn parse(text: &[u8]) -> Option<Dec> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    match text.first()? {
        b'0'..=b'9' | b'.' => {}
        _ => return parse_special(text, negative),
    }
    let whole = text.iter().take_while(|c| c.is_ascii_digit()).count();
    let (integer, mut rest) = text.split_at(whole);
    let mut fraction: &[u8] = b"";
    if let [b'.', after @ ..] = rest {
        let count = after.iter().take_while(|c| c.is_ascii_digit()).count();
        (fraction, rest) = after.split_at(count);
    }
    if integer.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut exp = 0;
    if let [b'e' | b'E', after @ ..] = rest {
        exp = parse_exponent(after)?;
    } else if !rest.is_empty() {
        return None;
    }
    exp = (exp - fraction.len() as i64).clamp(EXP_LOW, EXP_INF);
    let coeff = if fraction.is_empty() {
        coeff_of_digits(without_zeros(integer))
    } else if integer.len() + fraction.len() <= 2 * WIDTH {
        let mut digits = [0; 2 * WIDTH];
        digits[..integer.len()].copy_from_slice(integer);
        digits[integer.len()..][..fraction.len()].copy_from_slice(fraction);
        coeff_of_digits(&digits[..integer.len() + fraction.len()])
    } else {
        coeff_of_digits(without_zeros(&[integer, fraction].concat()))
    };
    Some(Dec::new(negative, coeff, exp))
}

fn without_zeros(digits: &[u8]) -> &[u8] {
    &digits[digits.iter().take_while(|c| **c == b'0').count()..]
}

/// An exponent; beyond 18 digits it is as good as infinite.
fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = without_zeros(digits);
    let size = match digits.len() {
        0..=19 => {
            digits.iter().fold(0, |n, digit| n * 10 + u64::from(digit - b'0')).min(2 * EXP_INF as u64) as i64
        }
        _ => 2 * EXP_INF,
    };
    Some(if negative { -size } else { size })
}

fn parse_special(text: &[u8], negative: bool) -> Option<Dec> {
    if text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity") {
        return Some(Dec::infinity(negative));
    }
    let starts = |prefix: &[u8]| text.get(..prefix.len()).is_some_and(|t| t.eq_ignore_ascii_case(prefix));
    let (kind, payload) = if starts(b"nan") {
        (Kind::Quiet, &text[3..])
    } else if starts(b"snan") {
        (Kind::Signaling, &text[4..])
    } else {
        return None;
    };
    if !payload.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(Dec { coeff: coeff_of_digits(without_zeros(payload)), exp: 0, negative, kind })
}

/// Reads a numeric string into a context: a payload that is too long is an error of syntax.
pub fn read(text: &[u8], ctx: &Ctx, status: &mut u32) -> Dec {
    match parse(text) {
        Some(dec)
            if dec.is_nan() && !dec.coeff.is_zero() && dec.digits() > ctx.prec - i64::from(ctx.clamp) =>
        {
            Dec::error(flag::CONVERSION_SYNTAX, status)
        }
        Some(dec) => dec.finalize(ctx, status),
        None => Dec::error(flag::CONVERSION_SYNTAX, status),
    }
}

/// As [`read`], where the context only says what can be represented at all: InvalidOperation for the rest.
pub fn read_exact(text: &[u8], status: &mut u32) -> Dec {
    let mut work = 0;
    let dec = read(text, &Ctx::MAX, &mut work);
    exactly(dec, work, status)
}

/// A result that has to be exact.
pub fn exactly(dec: Dec, work: u32, status: &mut u32) -> Dec {
    *status |= work & flag::ERRORS;
    if work & (flag::INEXACT | flag::ROUNDED | flag::CLAMPED) != 0 {
        return Dec::error(flag::INVALID_OPERATION, status);
    }
    dec
}

/// `to-scientific-string`, or `to-engineering-string`.
pub fn format(dec: &Dec, engineering: bool, capitals: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(32);
    push(&mut out, dec, engineering, capitals);
    out
}

/// A short number without exponent part: its text at the end of a buffer, from the index that is given.
pub fn short(dec: &Dec, buffer: &mut [u8; 48]) -> Option<usize> {
    let Coeff::Small(size) = dec.coeff else { return None };
    let Ok(mut word) = u64::try_from(size) else { return None };
    if !dec.is_finite() || dec.exp > 0 || dec.exp < -19 {
        return None;
    }
    let point = -dec.exp;
    if dec.digits() <= point - 6 {
        return None;
    }
    let mut at = buffer.len();
    let mut count = 0;
    while word != 0 || count <= point {
        if count == point && count != 0 {
            at -= 1;
            buffer[at] = b'.';
        }
        at -= 1;
        buffer[at] = b'0' + (word % 10) as u8;
        word /= 10;
        count += 1;
    }
    if dec.negative {
        at -= 1;
        buffer[at] = b'-';
    }
    Some(at)
}

fn push(out: &mut Vec<u8>, dec: &Dec, engineering: bool, capitals: bool) {
    if dec.negative {
        out.push(b'-');
    }
    match dec.kind {
        Kind::Infinite => out.extend_from_slice(b"Infinity"),
        Kind::Quiet | Kind::Signaling => {
            out.extend_from_slice(if dec.kind == Kind::Quiet { b"NaN" } else { b"sNaN" });
            if !dec.coeff.is_zero() {
                push_digits(out, &dec.coeff);
            }
        }
        Kind::Finite => {
            let left = dec.exp + dec.digits();
            let place = if dec.exp <= 0 && left > -6 {
                left
            } else if !engineering {
                1
            } else if dec.coeff.is_zero() {
                (left + 1).rem_euclid(3) - 1
            } else {
                (left - 1).rem_euclid(3) + 1
            };
            push_placed(out, &dec.coeff, place);
            if left != place {
                out.push(if capitals { b'E' } else { b'e' });
                push_exponent(out, left - place);
            }
        }
    }
}

/// An exponent with its sign.
pub fn push_exponent(out: &mut Vec<u8>, exp: i64) {
    out.push(if exp < 0 { b'-' } else { b'+' });
    push_digits(out, &Coeff::Small(exp.unsigned_abs().into()));
}

/// The digits with a point behind `place` of them.
fn push_placed(out: &mut Vec<u8>, coeff: &Coeff, place: i64) {
    if place <= 0 {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + (-place) as usize, b'0');
        push_digits(out, coeff);
        return;
    }
    let start = out.len();
    push_digits(out, coeff);
    let count = out.len() - start;
    let place = place as usize;
    if place < count {
        out.insert(start + place, b'.');
    } else {
        out.resize(start + place, b'0');
    }
}
