//! The arithmetic of Python's int that differs from a machine's: floor division, exact true division, conversion to and
//! comparison with floats, hashes, powers and shifts.
//!
//! Results that memory could not hold are refused before they are computed: more than [`MAX_BITS`] is a MemoryError.

use std::cmp::Ordering;

use dashu_int::{
    IBig, Sign, UBig, Word,
    fast_div::ConstDivisor,
    ops::{BitTest, DivRem, Gcd, SquareRoot, UnsignedAbs},
};

use super::{Fault, compose_float};

/// The most bits that a result of a power or a shift may have.
pub const MAX_BITS: u128 = 1 << 34;
/// Where CPython's own digit counter ends: its OverflowError comes before any attempt to allocate.
const CPYTHON_MAX_DIGITS: u128 = (i64::MAX as u128 - 1) / 30;

/// The modulus of numeric hashes, the Mersenne prime 2**61 - 1.
const HASH_MODULUS: u64 = (1 << 61) - 1;
const HASH_BITS: u32 = 61;
pub const HASH_INF: i64 = 314159;

#[cold]
pub fn division_by_zero() -> Fault {
    Fault::zero_division("division by zero")
}

/// `(a // b, a % b)`; `None` if `b` is zero or the quotient leaves `i64`.
pub fn small_divmod(a: i64, b: i64) -> Option<(i64, i64)> {
    let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
    if rest != 0 && (rest < 0) != (b < 0) { Some((quotient - 1, rest + b)) } else { Some((quotient, rest)) }
}

/// `divmod(a, b)`.
pub fn divmod(a: &IBig, b: &IBig) -> Result<(IBig, IBig), Fault> {
    if b.is_zero() {
        return Err(division_by_zero());
    }
    let (quotient, rest) = a.div_rem(b);
    if !rest.is_zero() && rest.sign() != b.sign() {
        return Ok((quotient - IBig::ONE, rest + b));
    }
    Ok((quotient, rest))
}

/// `a // b`.
pub fn floor_div(a: &IBig, b: &IBig) -> Result<IBig, Fault> {
    divmod(a, b).map(|(quotient, _)| quotient)
}

/// `a % b`.
pub fn floor_mod(a: &IBig, b: &IBig) -> Result<IBig, Fault> {
    if b.is_zero() {
        return Err(division_by_zero());
    }
    let rest = a % b;
    if !rest.is_zero() && rest.sign() != b.sign() { Ok(rest + b) } else { Ok(rest) }
}

/// `a / b`, correctly rounded.
pub fn true_div(a: &IBig, b: &IBig) -> Result<f64, Fault> {
    if b.is_zero() {
        return Err(division_by_zero());
    }
    let negative = (a.sign() == Sign::Negative) != (b.sign() == Sign::Negative);
    let (a, b) = (a.unsigned_abs(), b.unsigned_abs());
    let gap = a.bit_len() as i64 - b.bit_len() as i64;
    let zero = if negative { -0.0 } else { 0.0 };
    if a.is_zero() || gap < -1100 {
        return Ok(zero);
    }
    let too_large = || Fault::overflow("integer division result too large for a float");
    if gap > 1025 {
        return Err(too_large());
    }
    // The quotient gets 63 or 64 bits.
    let shift = 63 - gap;
    let (quotient, rest) =
        if shift >= 0 { (a << shift as usize).div_rem(b) } else { a.div_rem(b << (-shift) as usize) };
    let quotient = u64::try_from(&quotient).unwrap_or(u64::MAX);
    compose_float(negative, quotient, !rest.is_zero(), -shift).ok_or_else(too_large)
}

/// `a / b` of small ints.
pub fn small_true_div(a: i64, b: i64) -> Result<f64, Fault> {
    const EXACT: u64 = 1 << 53;
    if b == 0 {
        return Err(division_by_zero());
    }
    if a.unsigned_abs() <= EXACT && b.unsigned_abs() <= EXACT {
        return Ok(a as f64 / b as f64);
    }
    true_div(&IBig::from(a), &IBig::from(b))
}

/// The highest 64 bits of a number above zero, whether anything is set below them, and how many bits that is.
pub(crate) fn top_bits(size: &UBig) -> (u64, bool, u64) {
    let below = size.bit_len().saturating_sub(64);
    if below == 0 {
        return (u64::try_from(size).unwrap_or(u64::MAX), false, 0);
    }
    let top = u64::try_from(size >> below).unwrap_or(u64::MAX);
    let sticky = size.trailing_zeros().is_some_and(|zeros| zeros < below);
    (top, sticky, below as u64)
}

/// `float(value)`, ties to even.
pub fn to_float(value: &IBig) -> Result<f64, Fault> {
    let negative = value.sign() == Sign::Negative;
    let (top, sticky, below) = top_bits(&value.unsigned_abs());
    compose_float(negative, top, sticky, below.min(1 << 40) as i64)
        .ok_or_else(|| Fault::overflow("int too large to convert to float"))
}

/// How `value` stands to `x`; `None` if `x` is not a number.
pub fn cmp_float(value: &IBig, x: f64) -> Option<Ordering> {
    if x.is_nan() {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let whole = from_finite(x);
    Some(value.cmp(&whole).then_with(|| 0.0.partial_cmp(&x.fract()).unwrap_or(Ordering::Equal)))
}

/// How a small int stands to `x`; `None` if `x` is not a number.
pub fn small_cmp_float(value: i64, x: f64) -> Option<Ordering> {
    if value.unsigned_abs() <= 1 << 53 {
        return (value as f64).partial_cmp(&x);
    }
    if x.is_nan() {
        return None;
    }
    // Both bounds are exact floats.
    if x >= 9223372036854775808.0 {
        return Some(Ordering::Less);
    }
    if x < -9223372036854775808.0 {
        return Some(Ordering::Greater);
    }
    Some(value.cmp(&(x as i64)).then_with(|| 0.0.partial_cmp(&x.fract()).unwrap_or(Ordering::Equal)))
}

/// The integer part of a finite float.
fn from_finite(x: f64) -> IBig {
    if x.abs() < 9e18 {
        return IBig::from(x as i64);
    }
    let bits = x.to_bits();
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let shift = ((bits >> 52 & 0x7ff) as usize).saturating_sub(1075);
    let size = IBig::from(mantissa) << shift;
    if x < 0.0 { -size } else { size }
}

/// `int(x)`: towards zero.
pub fn from_float(x: f64) -> Result<IBig, Fault> {
    if x.is_nan() {
        return Err(Fault::value("cannot convert float NaN to integer"));
    }
    if x.is_infinite() {
        return Err(Fault::overflow("cannot convert float infinity to integer"));
    }
    Ok(from_finite(x))
}

/// `x.as_integer_ratio()`.
pub fn integer_ratio(x: f64) -> Result<(IBig, IBig), Fault> {
    if x.is_nan() {
        return Err(Fault::value("cannot convert NaN to integer ratio"));
    }
    if x.is_infinite() {
        return Err(Fault::overflow("cannot convert Infinity to integer ratio"));
    }
    if x == 0.0 {
        return Ok((IBig::ZERO, IBig::ONE));
    }
    let bits = x.to_bits();
    let field = (bits >> 52 & 0x7ff) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) =
        if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) };
    let zeros = mantissa.trailing_zeros();
    let odd = IBig::from(mantissa >> zeros);
    let exponent = exponent + i64::from(zeros);
    let odd = if x < 0.0 { -odd } else { odd };
    Ok(if exponent >= 0 {
        (odd << exponent as usize, IBig::ONE)
    } else {
        (odd, IBig::ONE << exponent.unsigned_abs() as usize)
    })
}

/// `hash(value)`.
pub fn hash(value: &IBig) -> i64 {
    let (sign, words) = value.as_sign_words();
    let mut sum = 0u64;
    for &word in words.iter().rev() {
        let wide = u128::from(sum) << Word::BITS | u128::from(word);
        sum = fold_hash(wide);
    }
    finish_hash(sum, sign == Sign::Negative)
}

/// `hash(value)` of a small int.
pub fn small_hash(value: i64) -> i64 {
    finish_hash(fold_hash(u128::from(value.unsigned_abs())), value < 0)
}

/// `wide` modulo 2**61 - 1.
fn fold_hash(wide: u128) -> u64 {
    let modulus = u128::from(HASH_MODULUS);
    let once = (wide & modulus) + (wide >> HASH_BITS);
    let twice = ((once & modulus) + (once >> HASH_BITS)) as u64;
    if twice >= HASH_MODULUS { twice - HASH_MODULUS } else { twice }
}

/// -1 is C's word for failure, so no hash is -1.
fn finish_hash(size: u64, negative: bool) -> i64 {
    let hash = if negative { -(size as i64) } else { size as i64 };
    if hash == -1 { -2 } else { hash }
}

/// `hash(x)`, equal to the hash of an equal int; `None` for nan, whose hash is that of its identity.
pub fn hash_float(x: f64) -> Option<i64> {
    if x.is_nan() {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { HASH_INF } else { -HASH_INF });
    }
    let bits = x.to_bits();
    let field = (bits >> 52 & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) =
        if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) };
    // 2**61 is 1, so that a power of two only rotates.
    let turn = exponent.rem_euclid(HASH_BITS as i32) as u32;
    let turned = fold_hash(u128::from(mantissa) << turn);
    Some(finish_hash(turned, x < 0.0))
}

/// `base ** exponent` for an exponent that is not negative.
pub fn pow(base: &IBig, exponent: &IBig) -> Result<IBig, Fault> {
    if exponent.is_zero() || base.is_one() {
        return Ok(IBig::ONE);
    }
    if base.is_zero() {
        return Ok(IBig::ZERO);
    }
    let size = base.unsigned_abs();
    if size.is_one() {
        return Ok(if exponent.bit(0) { base.clone() } else { IBig::ONE });
    }
    let Ok(power) = u64::try_from(exponent) else {
        return Err(Fault::memory());
    };
    // At least this long: one less than the length of the base, each time.
    if (size.bit_len() as u128 - 1) * u128::from(power) > MAX_BITS {
        return Err(Fault::memory());
    }
    let power = power as usize;
    let zeros = size.trailing_zeros().unwrap_or(0);
    if zeros + 1 == size.bit_len() {
        let result = IBig::ONE << (zeros * power);
        return Ok(if base.sign() == Sign::Negative && power % 2 == 1 { -result } else { result });
    }
    Ok(base.pow(power))
}

/// `pow(base, exponent, modulus)`.
pub fn pow_mod(base: &IBig, exponent: &IBig, modulus: &IBig) -> Result<IBig, Fault> {
    if modulus.is_zero() {
        return Err(Fault::value("pow() 3rd argument cannot be 0"));
    }
    let size = modulus.unsigned_abs();
    if size.is_one() {
        return Ok(IBig::ZERO);
    }
    // The ring of dashu 0.6 takes some bases above the modulus for reduced ones.
    let base = floor_mod(base, &IBig::from(size.clone()))?;
    let ring = ConstDivisor::new(size);
    let mut reduced = ring.reduce(base);
    if exponent.sign() == Sign::Negative {
        reduced =
            reduced.inv().ok_or_else(|| Fault::value("base is not invertible for the given modulus"))?;
    }
    let result = IBig::from(reduced.pow(&exponent.unsigned_abs()).residue());
    if modulus.sign() == Sign::Negative && !result.is_zero() { Ok(result + modulus) } else { Ok(result) }
}

/// `value << count`.
pub fn shift_left(value: &IBig, count: &IBig) -> Result<IBig, Fault> {
    if count.sign() == Sign::Negative {
        return Err(Fault::value("negative shift count"));
    }
    if value.is_zero() {
        return Ok(IBig::ZERO);
    }
    let too_many = || Fault::overflow("too many digits in integer");
    let count = u64::try_from(count).map_err(|_| too_many())?;
    let bits = value.bit_len() as u128 + u128::from(count);
    if u128::from(count) / 30 + 1 > CPYTHON_MAX_DIGITS {
        return Err(too_many());
    }
    if bits > MAX_BITS {
        return Err(Fault::memory());
    }
    Ok(value << count as usize)
}

/// `value >> count`: towards minus infinity.
pub fn shift_right(value: &IBig, count: &IBig) -> Result<IBig, Fault> {
    if count.sign() == Sign::Negative {
        return Err(Fault::value("negative shift count"));
    }
    let all = || {
        if value.sign() == Sign::Negative { IBig::NEG_ONE } else { IBig::ZERO }
    };
    let Ok(count) = usize::try_from(count) else {
        return Ok(all());
    };
    if count > bit_length(value) {
        return Ok(all());
    }
    Ok(value >> count)
}

/// `value.bit_length()`.
pub fn bit_length(value: &IBig) -> usize {
    let (_, words) = value.as_sign_words();
    match words.last() {
        Some(top) => words.len() * Word::BITS as usize - top.leading_zeros() as usize,
        None => 0,
    }
}

/// `value.bit_count()`: the ones of the absolute value.
pub fn bit_count(value: &IBig) -> u64 {
    let (_, words) = value.as_sign_words();
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// `math.isqrt(value)`.
pub fn isqrt(value: &IBig) -> Result<IBig, Fault> {
    if value.sign() == Sign::Negative {
        return Err(Fault::value("isqrt() argument must be nonnegative"));
    }
    Ok(IBig::from(value.unsigned_abs().sqrt()))
}

/// `math.gcd(a, b)`.
pub fn gcd(a: &IBig, b: &IBig) -> IBig {
    match (a.is_zero(), b.is_zero()) {
        (true, _) => IBig::from(b.unsigned_abs()),
        (_, true) => IBig::from(a.unsigned_abs()),
        _ => IBig::from(a.gcd(b)),
    }
}

/// `math.gcd(a, b)` of small ints; `None` for 2**63.
pub fn small_gcd(a: i64, b: i64) -> Option<i64> {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    if a != 0 && b != 0 {
        let twos = (a | b).trailing_zeros();
        a >>= a.trailing_zeros();
        while b != 0 {
            b >>= b.trailing_zeros();
            (a, b) = (a.min(b), a.abs_diff(b));
        }
        a <<= twos;
    } else {
        a |= b;
    }
    i64::try_from(a).ok()
}

/// `math.lcm(a, b)`.
pub fn lcm(a: &IBig, b: &IBig) -> IBig {
    if a.is_zero() || b.is_zero() {
        return IBig::ZERO;
    }
    let share = a.gcd(b);
    IBig::from(a.unsigned_abs() / share * b.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn big(value: i64) -> IBig {
        IBig::from(value)
    }

    #[test]
    fn floor_division_takes_the_sign_of_the_divisor() {
        for (a, b, quotient, rest) in
            [(7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1), (6, -3, -2, 0)]
        {
            assert_eq!(small_divmod(a, b), Some((quotient, rest)));
            assert_eq!(divmod(&big(a), &big(b)), Ok((big(quotient), big(rest))));
            assert_eq!(floor_mod(&big(a), &big(b)), Ok(big(rest)));
        }
        assert_eq!(small_divmod(i64::MIN, -1), None);
        assert!(divmod(&big(1), &big(0)).is_err());
    }

    #[test]
    fn true_division_rounds_once() {
        assert_eq!(small_true_div(1, 3), Ok(1.0 / 3.0));
        assert_eq!(small_true_div(0, -5).map(f64::to_bits), Ok((-0.0f64).to_bits()));
        assert_eq!(small_true_div(i64::MAX, i64::MAX - 1), Ok(1.0));
        let huge = big(10).pow(400);
        assert_eq!(true_div(&huge, &(&huge * big(4))), Ok(0.25));
        assert_eq!(
            true_div(&huge, &big(3)).unwrap_err().msg,
            "integer division result too large for a float"
        );
        assert_eq!(true_div(&big(1), &huge), Ok(0.0));
        assert_eq!(true_div(&big(1), &(big(1) << 1074)), Ok(5e-324));
    }

    #[test]
    fn floats_and_ints_convert_and_compare_exactly() {
        let two53 = 1i64 << 53;
        assert_eq!(to_float(&big(two53 + 1)), Ok(two53 as f64));
        assert_eq!(to_float(&(big(1) << 1024)).unwrap_err().msg, "int too large to convert to float");
        assert_eq!(small_cmp_float(two53 + 1, two53 as f64), Some(Ordering::Greater));
        assert_eq!(cmp_float(&big(two53 + 1), two53 as f64), Some(Ordering::Greater));
        assert_eq!(cmp_float(&big(-1), -1.5), Some(Ordering::Greater));
        assert_eq!(cmp_float(&big(1), 1.5), Some(Ordering::Less));
        assert_eq!(small_cmp_float(i64::MAX, 9223372036854775808.0), Some(Ordering::Less));
        assert_eq!(small_cmp_float(0, f64::NAN), None);
        assert_eq!(from_float(-1e20).unwrap().to_string(), "-100000000000000000000");
        assert_eq!(integer_ratio(-0.75), Ok((big(-3), big(4))));
    }

    #[test]
    fn hashes_agree_between_int_and_float() {
        assert_eq!(small_hash(-1), -2);
        assert_eq!(small_hash((1 << 61) - 1), 0);
        assert_eq!(small_hash(i64::MIN), -4);
        assert_eq!(hash(&(big(1) << 64)), 8);
        assert_eq!(hash_float(0.5), Some(1 << 60));
        assert_eq!(hash_float(1e300), Some(hash(&from_float(1e300).unwrap())));
        assert_eq!(hash_float(f64::NEG_INFINITY), Some(-314159));
    }

    #[test]
    fn powers_and_shifts() {
        assert_eq!(pow(&big(-2), &big(63)), Ok(big(i64::MIN)));
        assert_eq!(pow(&big(-1), &(big(1) << 90)), Ok(big(1)));
        assert!(pow(&big(3), &(big(1) << 60)).is_err());
        assert_eq!(pow_mod(&big(3), &big(-1), &big(7)), Ok(big(5)));
        assert_eq!(pow_mod(&big(3), &big(5), &big(-7)), Ok(big(-2)));
        assert!(pow_mod(&big(2), &big(-1), &big(4)).is_err());
        assert_eq!(shift_right(&big(-5), &big(1)), Ok(big(-3)));
        assert_eq!(shift_right(&big(-5), &(big(1) << 80)), Ok(big(-1)));
        assert_eq!(shift_left(&big(1), &big(i64::MAX)).unwrap_err().msg, "too many digits in integer");
        assert_eq!(shift_left(&big(1), &(big(1) << 61)), Err(Fault::memory()));
        assert_eq!(small_gcd(0, 0), Some(0));
        assert_eq!(small_gcd(-12, 18), Some(6));
        assert_eq!(lcm(&big(-4), &big(6)), big(12));
        assert_eq!(bit_length(&big(-256)), 9);
    }
}
