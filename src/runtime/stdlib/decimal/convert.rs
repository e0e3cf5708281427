//! Decimals and Python's other numbers: ints and floats, exactly; hashes.

use dashu_int::{IBig, Sign, UBig};

use super::coeff::Coeff;
use super::limbs::{self, BASE};
use super::number::{Ctx, Dec, Kind, QUOTIENT, no_room};
use super::text::{exactly, format};
use crate::runtime::builtins::ints::IntView;
use crate::runtime::number::float_text;

/// Below this many words or limbs one word after the other is converted.
const SHORT: usize = 40;

/// A coefficient of binary words, the least significant first.
fn coeff_of_words(words: &[u64]) -> Coeff {
    if let [low] = words {
        return Coeff::from_wide((*low).into());
    }
    if let [low, high] = words {
        return Coeff::from_wide(u128::from(*high) << 64 | u128::from(*low));
    }
    let mut powers = Vec::new();
    Coeff::from_limbs(limbs_of_words(words, &mut powers))
}

/// See [`coeff_of_words`]; `powers` holds `2^(64 * SHORT * 2^i)`.
fn limbs_of_words(words: &[u64], powers: &mut Vec<Vec<u64>>) -> Vec<u64> {
    if words.len() <= SHORT {
        let mut result = Vec::new();
        for word in words.iter().rev() {
            limbs::mul_word(&mut result, 1 << 32, word >> 32);
            limbs::mul_word(&mut result, 1 << 32, word & 0xffff_ffff);
        }
        return result;
    }
    let (mut level, mut half) = (0, SHORT);
    while half * 2 < words.len() {
        half *= 2;
        level += 1;
    }
    while powers.len() <= level {
        let next = match powers.last() {
            Some(last) => limbs::mul(last, last),
            None => {
                let mut power = vec![1];
                for _ in 0..2 * SHORT {
                    limbs::mul_word(&mut power, 1 << 32, 0);
                }
                power
            }
        };
        powers.push(next);
    }
    let low = limbs_of_words(&words[..half], powers);
    let high = limbs_of_words(&words[half..], powers);
    let mut result = limbs::add(&limbs::mul(&high, &powers[level]), &low);
    limbs::trim(&mut result);
    result
}

/// The binary number of limbs.
fn binary_of_limbs(part: &[u64], powers: &mut Vec<UBig>) -> UBig {
    if part.len() <= SHORT {
        let base = UBig::from(BASE);
        return part.iter().rev().fold(UBig::ZERO, |sum, limb| sum * &base + UBig::from(*limb));
    }
    let (mut level, mut half) = (0, SHORT);
    while half * 2 < part.len() {
        half *= 2;
        level += 1;
    }
    while powers.len() <= level {
        let next = match powers.last() {
            Some(last) => last * last,
            None => UBig::from(BASE).pow(SHORT),
        };
        powers.push(next);
    }
    let low = binary_of_limbs(&part[..half], powers);
    binary_of_limbs(&part[half..], powers) * &powers[level] + low
}

/// The decimal of an int, not fitted.
pub fn from_int(view: IntView<'_>) -> Dec {
    match view {
        IntView::Small(i) => Dec::from_i64(i),
        IntView::Big(big) => {
            let (sign, words) = big.as_sign_words();
            Dec::new(sign == Sign::Negative, coeff_of_words(words), 0)
        }
    }
}

/// The decimal of an int; one too long for any context is an error.
pub fn from_int_exact(view: IntView<'_>, status: &mut u32) -> Dec {
    if let IntView::Small(i) = view {
        return Dec::from_i64(i);
    }
    let mut work = 0;
    let dec = from_int(view).finalize(&Ctx::MAX, &mut work);
    exactly(dec, work, status)
}

/// The size of a finite decimal, cut off to an integer, as a number that fits a word or not.
pub enum Whole {
    Small(i64),
    Big(IBig),
}

/// A finite decimal that is an integer, as an int; the condition for what is too long.
pub fn to_int(a: &Dec, status: &mut u32) -> Option<Whole> {
    let coeff = if a.exp > 0 && !a.coeff.is_zero() {
        if no_room(a.digits() + a.exp, QUOTIENT, status) {
            return None;
        }
        a.coeff.shl(a.exp)
    } else if a.exp < 0 {
        a.coeff.shr(-a.exp).0
    } else {
        a.coeff.clone()
    };
    Some(match coeff {
        Coeff::Small(x) => match i64::try_from(x) {
            Ok(x) => Whole::Small(if a.negative { -x } else { x }),
            Err(_) => Whole::Big(if a.negative { -IBig::from(x) } else { IBig::from(x) }),
        },
        Coeff::Big(limbs) => {
            let size = binary_of_limbs(&limbs, &mut Vec::new());
            Whole::Big(IBig::from_parts(if a.negative { Sign::Negative } else { Sign::Positive }, size))
        }
    })
}

/// The decimal of a float, exactly.
pub fn from_float(x: f64) -> Dec {
    let negative = x.is_sign_negative();
    if x.is_nan() {
        return Dec::NAN.with_sign(negative);
    }
    if x.is_infinite() {
        return Dec::infinity(negative);
    }
    let bits = x.to_bits();
    let (field, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    let (mut mantissa, mut exp) =
        if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) };
    if mantissa == 0 {
        return Dec::new(negative, Coeff::ZERO, 0);
    }
    let zeros = mantissa.trailing_zeros() as i32;
    mantissa >>= zeros;
    exp += zeros;
    let (base, count) = if exp < 0 { (5, -exp) } else { (2, exp) };
    let mut coeff = Coeff::Small(mantissa.into());
    let mut left = count;
    let step = if base == 5 { 27 } else { 63 };
    while left > 0 {
        let now = left.min(step);
        coeff = coeff.mul_word(u64::pow(base, now as u32));
        left -= now;
    }
    Dec::new(negative, coeff, i64::from(exp.min(0)))
}

/// The float nearest to a decimal that is no signaling NaN.
pub fn to_float(a: &Dec) -> f64 {
    match a.kind {
        Kind::Quiet | Kind::Signaling => return f64::NAN.copysign(if a.negative { -1.0 } else { 1.0 }),
        Kind::Infinite => return if a.negative { f64::NEG_INFINITY } else { f64::INFINITY },
        Kind::Finite => {}
    }
    let sign = if a.negative { -1.0 } else { 1.0 };
    if let Coeff::Small(x) = a.coeff
        && x < 1 << 53
        && (-22..=22).contains(&a.exp)
    {
        // Both are floats exactly: one rounding.
        let power = 10f64.powi(a.exp.unsigned_abs() as i32);
        let size = x as u64 as f64;
        return sign * if a.exp < 0 { size / power } else { size * power };
    }
    float_text::parse(&format(a, false, true)).unwrap_or(f64::NAN)
}

const PRIME: u64 = (1 << 61) - 1;

/// The inverse of ten.
const TENTH: u64 = 2_075_258_708_292_324_556;

fn mul_mod(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    let sum = (product as u64 & PRIME) + (product >> 61) as u64;
    if sum >= PRIME { sum - PRIME } else { sum }
}

fn pow_mod(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent != 0 {
        if exponent & 1 != 0 {
            result = mul_mod(result, base);
        }
        base = mul_mod(base, base);
        exponent >>= 1;
    }
    result
}

/// The hash that equal ints, floats and fractions have; the number is no NaN.
pub fn hash(a: &Dec) -> i64 {
    let size = if a.is_infinite() {
        314_159
    } else {
        let mut buffer = [0; 2];
        let coeff = a
            .coeff
            .limbs(&mut buffer)
            .iter()
            .rev()
            .fold(0, |sum, limb| (mul_mod(sum, BASE % PRIME) + limb % PRIME) % PRIME);
        if a.exp == 0 {
            coeff as i64
        } else {
            let base = if a.exp < 0 { TENTH } else { 10 };
            mul_mod(coeff, pow_mod(base, a.exp.unsigned_abs())) as i64
        }
    };
    match if a.negative { -size } else { size } {
        -1 => -2,
        hash => hash,
    }
}
