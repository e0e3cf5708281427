//! The operations that are exact or rounded once: sums, products, quotients, remainders, powers of ten.
//!
//! Each takes its operands, the context and the status, into which it notes the conditions; what signals is up to the caller.

use std::cmp::Ordering;

use super::coeff::{Coeff, LIMIT, WIDE_POW10, rounded_product, small_quotient};
use super::number::{
    Ctx, Dec, EXP_INF, Kind, MOST_DIGITS, PRODUCT, QUOTIENT, Round, flag, max_finite, nan_of, no_room,
    too_long,
};
use super::order::compare;

/// `a + b`
#[inline]
pub fn add(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if a.is_finite() && b.is_finite() {
        return sum(a, b, b.negative, ctx, status).finalize(ctx, status);
    }
    add_special(a, b, b.negative, ctx, status)
}

/// `a - b`
#[inline]
pub fn sub(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if a.is_finite() && b.is_finite() {
        return sum(a, b, !b.negative, ctx, status).finalize(ctx, status);
    }
    add_special(a, b, !b.negative, ctx, status)
}

#[cold]
fn add_special(a: &Dec, b: &Dec, negative: bool, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx, status) {
        return nan;
    }
    if !a.is_infinite() {
        return Dec::infinity(negative);
    }
    if b.is_infinite() && a.negative != negative {
        return Dec::error(flag::INVALID_OPERATION, status);
    }
    Dec::infinity(a.negative)
}

/// The sum of finite operands, not fitted; exact unless they are farther apart than the precision.
fn sum(a: &Dec, b: &Dec, b_negative: bool, ctx: &Ctx, status: &mut u32) -> Dec {
    if a.exp == b.exp {
        return sum_aligned(a, &b.coeff, b_negative, a.exp, ctx);
    }
    let b_is_low = a.exp > b.exp;
    if let (Coeff::Small(x), Coeff::Small(y)) = (&a.coeff, &b.coeff)
        && let distance = a.exp.abs_diff(b.exp)
        && distance < 38
        && let Some(scaled) = (if b_is_low { x } else { y }).checked_mul(WIDE_POW10[distance as usize])
        && scaled < LIMIT
    {
        let (x, y) = if b_is_low { (scaled, *y) } else { (*x, scaled) };
        let exp = a.exp.min(b.exp);
        return sum_aligned(
            &Dec::new(a.negative, Coeff::Small(x), exp),
            &Coeff::Small(y),
            b_negative,
            exp,
            ctx,
        );
    }
    let (high, low) = if b_is_low { (a, b) } else { (b, a) };
    let mut low_exp = low.exp;
    let mut tiny = None;
    if !high.coeff.is_zero() {
        let digits = high.coeff.digits();
        let limit = high.exp - 1 + if digits > ctx.prec { 0 } else { digits - ctx.prec - 1 };
        if low.adjusted() < limit {
            // Whatever it is, so far below it only decides which way to round.
            tiny = Some(Coeff::Small(u128::from(!low.coeff.is_zero())));
            low_exp = limit;
        }
    }
    if too_long(if high.coeff.is_zero() { 0 } else { high.digits() + high.exp - low_exp }, status) {
        return Dec::NAN;
    }
    let shifted = if high.coeff.is_zero() { Coeff::ZERO } else { high.coeff.shl(high.exp - low_exp) };
    let low_coeff = tiny.as_ref().unwrap_or(&low.coeff);
    if b_is_low {
        let a = Dec::new(a.negative, shifted, low_exp);
        sum_aligned(&a, low_coeff, b_negative, low_exp, ctx)
    } else {
        let a = Dec::new(a.negative, low_coeff.clone(), low_exp);
        sum_aligned(&a, &shifted, b_negative, low_exp, ctx)
    }
}

#[inline]
fn sum_aligned(a: &Dec, b: &Coeff, b_negative: bool, exp: i64, ctx: &Ctx) -> Dec {
    if a.negative == b_negative {
        return Dec::new(a.negative, a.coeff.add(b), exp);
    }
    let (coeff, order) = a.coeff.distance(b);
    let negative = match order {
        Ordering::Greater => a.negative,
        Ordering::Less => b_negative,
        Ordering::Equal => ctx.round == Round::Floor,
    };
    Dec::new(negative, coeff, exp)
}

/// The product, not fitted.
fn product(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    let negative = a.negative != b.negative;
    if a.is_finite() && b.is_finite() {
        return Dec::new(negative, a.coeff.mul(&b.coeff), a.exp + b.exp);
    }
    if let Some(nan) = nan_of(&[a, b], ctx, status) {
        return nan;
    }
    if a.is_zero() || b.is_zero() {
        return Dec::error(flag::INVALID_OPERATION, status);
    }
    Dec::infinity(negative)
}

/// `a * b`
#[inline]
pub fn mul(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let (Coeff::Small(x), Coeff::Small(y)) = (&a.coeff, &b.coeff) {
        let exp = a.exp + b.exp;
        if (x | y) >> 64 != 0
            && a.is_finite()
            && b.is_finite()
            && let Some((coeff, cut, rest)) = rounded_product(*x, *y, ctx.prec)
            && exp + cut + ctx.prec - 1 < ctx.emax
            && exp + cut + ctx.prec > ctx.emin
            && !ctx.clamp
        {
            let mut result = Dec::new(a.negative != b.negative, Coeff::Small(coeff), exp + cut);
            *status |= flag::ROUNDED | if rest != 0 { flag::INEXACT } else { 0 };
            if result.rounds_up(rest, ctx.round) {
                result.coeff = result.coeff.add(&Coeff::ONE);
                if result.coeff.digits() > ctx.prec {
                    result.coeff = result.coeff.shr(1).0;
                    result.exp += 1;
                }
            }
            return result;
        }
    } else if no_room(a.digits().saturating_add(b.digits()), PRODUCT, status) {
        return Dec::NAN;
    }
    product(a, b, ctx, status).finalize(ctx, status)
}

/// `a * b + c`, rounded once.
pub fn fma(a: &Dec, b: &Dec, c: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if no_room(a.digits().saturating_add(b.digits()), PRODUCT, status) {
        return Dec::NAN;
    }
    let mut work = 0;
    let mut result = product(a, b, ctx, &mut work);
    if work & flag::INVALID_OPERATION == 0 {
        result = add(&result, c, ctx, &mut work);
    }
    *status |= work;
    result
}

/// `a / b`
pub fn div(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    let mut work = 0;
    let result = quotient(a, b, ctx, &mut work, true);
    if work & flag::MEMORY != 0 {
        // A quotient that ends has few digits.
        let prec = a.digits() + 4 * b.digits();
        if prec < ctx.prec && prec <= MOST_DIGITS {
            let mut again = 0;
            let result = quotient(a, b, &ctx.with_prec(prec), &mut again, true);
            if again & flag::INEXACT == 0 {
                *status |= again;
                return result;
            }
        }
    }
    *status |= work;
    result
}

fn quotient(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32, ideal: bool) -> Dec {
    let negative = a.negative != b.negative;
    if a.is_special() || b.is_special() {
        if let Some(nan) = nan_of(&[a, b], ctx, status) {
            return nan;
        }
        if !a.is_infinite() {
            *status |= flag::CLAMPED;
            return Dec::new(negative, Coeff::ZERO, ctx.etiny());
        }
        if b.is_infinite() {
            return Dec::error(flag::INVALID_OPERATION, status);
        }
        return Dec::infinity(negative);
    }
    if b.coeff.is_zero() {
        if a.coeff.is_zero() {
            return Dec::error(flag::DIVISION_UNDEFINED, status);
        }
        *status |= flag::DIVISION_BY_ZERO;
        return Dec::infinity(negative);
    }
    let ideal_exp = a.exp - b.exp;
    if a.coeff.is_zero() {
        return Dec::new(negative, Coeff::ZERO, ideal_exp).finalize(ctx, status);
    }
    let shift = b.digits() - a.digits() + ctx.prec + 1;
    let mut exp = ideal_exp - shift;
    if no_room((shift + a.digits()).max(b.digits() - shift.min(0)), QUOTIENT, status) {
        return Dec::NAN;
    }
    let (mut coeff, has_rest) = match (&a.coeff, &b.coeff) {
        (Coeff::Small(x), Coeff::Small(y)) if shift >= 0 && ctx.prec <= 36 && *y < WIDE_POW10[28] => {
            let (quotient, has_rest) = small_quotient(*x, shift, *y);
            (Coeff::Small(quotient), has_rest)
        }
        (x, y) => {
            let (quotient, rest) = match shift {
                0 => x.div_rem(y),
                1.. => x.shl(shift).div_rem(y),
                _ => x.div_rem(&y.shl(-shift)),
            };
            (quotient, !rest.is_zero())
        }
    };
    if has_rest {
        // A digit that says: there is more behind.
        if coeff.last_digit() % 5 == 0 {
            coeff = coeff.add(&Coeff::ONE);
        }
    } else if ideal && exp < ideal_exp {
        let zeros = coeff.trailing_zeros().min(ideal_exp - exp);
        if zeros > 0 {
            coeff = coeff.shr(zeros).0;
            exp += zeros;
        }
    }
    Dec::new(negative, coeff, exp).finalize(ctx, status)
}

/// Quotient towards zero and rest of finite operands, the divisor not zero.
fn whole_quotient(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> (Dec, Dec) {
    let negative = a.negative != b.negative;
    let exp = a.exp.min(b.exp);
    let none = Dec::new(negative, Coeff::ZERO, 0);
    if a.coeff.is_zero() {
        return (none, Dec::new(a.negative, Coeff::ZERO, exp));
    }
    let distance = a.adjusted() - b.adjusted();
    if distance < 0 {
        let rest = if a.exp > b.exp { a.coeff.shl(a.exp - exp) } else { a.coeff.clone() };
        return (none, Dec::new(a.negative, rest, exp.max(a.exp.min(b.exp))));
    }
    if distance > ctx.prec {
        *status |= flag::DIVISION_IMPOSSIBLE;
        return (Dec::NAN, Dec::NAN);
    }
    if no_room(a.digits().max(b.digits()) + (a.exp - b.exp).abs(), QUOTIENT, status) {
        return (Dec::NAN, Dec::NAN);
    }
    let (quotient, rest) = match a.exp.cmp(&b.exp) {
        Ordering::Equal => a.coeff.div_rem(&b.coeff),
        Ordering::Greater => a.coeff.shl(a.exp - b.exp).div_rem(&b.coeff),
        Ordering::Less => a.coeff.div_rem(&b.coeff.shl(b.exp - a.exp)),
    };
    if quotient.digits() > ctx.prec {
        *status |= flag::DIVISION_IMPOSSIBLE;
        return (Dec::NAN, Dec::NAN);
    }
    (Dec::new(negative, quotient, 0), Dec::new(a.negative, rest, exp))
}

/// `a // b`, towards zero.
pub fn div_int(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    let negative = a.negative != b.negative;
    if a.is_special() || b.is_special() {
        if let Some(nan) = nan_of(&[a, b], ctx, status) {
            return nan;
        }
        return match (a.is_infinite(), b.is_infinite()) {
            (true, true) => Dec::error(flag::INVALID_OPERATION, status),
            (true, false) => Dec::infinity(negative),
            _ => Dec::new(negative, Coeff::ZERO, 0),
        };
    }
    if b.coeff.is_zero() {
        if a.coeff.is_zero() {
            return Dec::error(flag::DIVISION_UNDEFINED, status);
        }
        *status |= flag::DIVISION_BY_ZERO;
        return Dec::infinity(negative);
    }
    whole_quotient(a, b, ctx, status).0.finalize(ctx, status)
}

/// What remainders have in common: the result for special operands and zero divisors.
fn rem_special(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Option<Dec> {
    if a.is_special() || b.is_special() {
        if let Some(nan) = nan_of(&[a, b], ctx, status) {
            return Some(nan);
        }
        if a.is_infinite() {
            return Some(Dec::error(flag::INVALID_OPERATION, status));
        }
        return Some(a.clone().finalize(ctx, status));
    }
    if b.coeff.is_zero() {
        let undefined = a.coeff.is_zero();
        let condition = if undefined { flag::DIVISION_UNDEFINED } else { flag::INVALID_OPERATION };
        return Some(Dec::error(condition, status));
    }
    None
}

/// `a % b`, with the sign of `a`.
pub fn rem(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(result) = rem_special(a, b, ctx, status) {
        return result;
    }
    whole_quotient(a, b, ctx, status).1.finalize(ctx, status)
}

/// `a - b * n`, `n` the integer nearest to the quotient.
pub fn rem_near(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(result) = rem_special(a, b, ctx, status) {
        return result;
    }
    let (quotient, rest) = whole_quotient(a, b, ctx, status);
    if rest.is_nan() || rest.coeff.is_zero() {
        return rest.finalize(ctx, status);
    }
    let distance = b.adjusted() - rest.adjusted();
    if (-1..=1).contains(&distance) {
        // Towards zero and beyond: its sign is the other one.
        let other = sum(&rest, b, !a.negative, &Ctx::MAX, status);
        let order = super::order::compare_abs(&other, &rest);
        if order.is_lt() || (order.is_eq() && quotient.coeff.is_odd()) {
            if quotient.digits() == ctx.prec && quotient.coeff == Coeff::nines(ctx.prec) {
                return Dec::error(flag::DIVISION_IMPOSSIBLE, status);
            }
            return other.finalize(ctx, status);
        }
    }
    rest.finalize(ctx, status)
}

/// `divmod(a, b)`
pub fn div_mod(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> (Dec, Dec) {
    let negative = a.negative != b.negative;
    if a.is_special() || b.is_special() {
        if let Some(nan) = nan_of(&[a, b], ctx, status) {
            return (nan.clone(), nan);
        }
        if a.is_infinite() {
            let quotient = if b.is_infinite() { Dec::NAN } else { Dec::infinity(negative) };
            return (quotient, Dec::error(flag::INVALID_OPERATION, status));
        }
        return (Dec::new(negative, Coeff::ZERO, 0), a.clone().finalize(ctx, status));
    }
    if b.coeff.is_zero() {
        if a.coeff.is_zero() {
            return (Dec::NAN, Dec::error(flag::DIVISION_UNDEFINED, status));
        }
        *status |= flag::DIVISION_BY_ZERO;
        return (Dec::infinity(negative), Dec::error(flag::INVALID_OPERATION, status));
    }
    let (quotient, rest) = whole_quotient(a, b, ctx, status);
    (quotient.finalize(ctx, status), rest.finalize(ctx, status))
}

/// `+a`
pub fn plus(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    signed(a, a.negative, ctx, status)
}

/// `-a`
pub fn minus(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    signed(a, !a.negative, ctx, status)
}

fn signed(a: &Dec, negative: bool, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx, status) {
        return nan;
    }
    let negative = negative && !(a.is_zero() && ctx.round != Round::Floor);
    a.clone().with_sign(negative).finalize(ctx, status)
}

/// `abs(a)`
pub fn abs(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if a.negative { minus(a, ctx, status) } else { plus(a, ctx, status) }
}

/// The number with the exponent of another one.
pub fn quantize(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if a.is_special() || b.is_special() {
        if let Some(nan) = nan_of(&[a, b], ctx, status) {
            return nan;
        }
        if a.is_infinite() && b.is_infinite() {
            return a.clone();
        }
        return Dec::error(flag::INVALID_OPERATION, status);
    }
    if b.exp > ctx.emax || b.exp < ctx.etiny() {
        return Dec::error(flag::INVALID_OPERATION, status);
    }
    if a.coeff.is_zero() {
        return Dec::new(a.negative, Coeff::ZERO, b.exp).finalize(ctx, status);
    }
    let shift = a.exp - b.exp;
    if a.digits() + shift > ctx.prec {
        return Dec::error(flag::INVALID_OPERATION, status);
    }
    let mut work = 0;
    let mut result;
    if shift >= 0 {
        if too_long(a.digits() + shift, status) {
            return Dec::NAN;
        }
        result = Dec::new(a.negative, a.coeff.shl(shift), b.exp);
    } else {
        result = Dec::new(a.negative, Coeff::ZERO, b.exp);
        let (coeff, rest) = a.coeff.shr(-shift);
        result.coeff = coeff;
        if result.rounds_up(rest, ctx.round) {
            result.coeff = result.coeff.add(&Coeff::ONE);
        }
        work |= flag::ROUNDED;
        if rest != 0 {
            work |= flag::INEXACT;
        }
    }
    let adjusted = result.adjusted();
    if adjusted > ctx.emax || adjusted < ctx.etiny() || result.digits() > ctx.prec {
        return Dec::error(flag::INVALID_OPERATION, status);
    }
    *status |= work;
    result.finalize(ctx, status)
}

/// The number without zeros at its end.
pub fn reduce(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx, status) {
        return nan;
    }
    if a.is_infinite() {
        return a.clone();
    }
    let mut result = a.clone().finalize(ctx, status);
    if result.is_special() {
        return result;
    }
    if result.coeff.is_zero() {
        return Dec::new(a.negative, Coeff::ZERO, 0);
    }
    let last = if ctx.clamp { ctx.etop() } else { ctx.emax };
    let zeros = result.coeff.trailing_zeros().min(last - result.exp);
    if zeros > 0 {
        result.coeff = result.coeff.shr(zeros).0;
        result.exp += zeros;
    }
    result
}

/// The number with an exponent, rounded but not fitted.
pub fn rescale(a: &Dec, exp: i64, round: Round, status: &mut u32) -> Dec {
    if a.is_special() {
        return a.clone();
    }
    if a.coeff.is_zero() {
        return Dec::new(a.negative, Coeff::ZERO, exp);
    }
    let shift = a.exp - exp;
    if shift >= 0 {
        if too_long(a.digits() + shift, status) {
            return Dec::NAN;
        }
        return Dec::new(a.negative, a.coeff.shl(shift), exp);
    }
    let mut result = a.clone();
    if result.round_off(-shift, round) != 0 {
        *status |= flag::INEXACT;
    }
    *status |= flag::ROUNDED;
    result
}

/// Rounds to an integer; a positive exponent stays.
fn integral(a: &Dec, ctx: &Ctx, status: &mut u32, is_exact: bool) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx, status) {
        return nan;
    }
    if a.is_infinite() || a.exp >= 0 {
        return a.clone();
    }
    if a.coeff.is_zero() {
        return Dec::new(a.negative, Coeff::ZERO, 0);
    }
    let mut result = a.clone();
    let rest = result.round_off(-a.exp, ctx.round);
    if is_exact {
        *status |= flag::ROUNDED | if rest != 0 { flag::INEXACT } else { 0 };
    }
    result
}

/// Rounds to an integer, silently.
pub fn to_integral(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    integral(a, ctx, status, false)
}

/// Rounds to an integer and says so.
pub fn to_integral_exact(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    integral(a, ctx, status, true)
}

/// The greatest number below.
pub fn next_minus(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    next(a, true, ctx, status)
}

/// The least number above.
pub fn next_plus(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    next(a, false, ctx, status)
}

fn next(a: &Dec, down: bool, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx, status) {
        return nan;
    }
    if a.is_infinite() {
        if a.negative == down {
            return a.clone();
        }
        return max_finite(ctx, status).with_sign(!down);
    }
    let work_ctx = ctx.with_round(if down { Round::Floor } else { Round::Ceiling });
    let mut work = 0;
    let fitted = a.clone().finalize(&work_ctx, &mut work);
    if work & (flag::INEXACT | flag::ERRORS) != 0 {
        *status |= work & flag::ERRORS;
        return fitted;
    }
    work = 0;
    let tiny = Dec::new(down, Coeff::ONE, ctx.etiny() - 1);
    let result = add(a, &tiny, &work_ctx, &mut work);
    *status |= work & flag::ERRORS;
    result
}

/// The next number in the direction of another one.
pub fn next_toward(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx, status) {
        return nan;
    }
    let result = match compare(a, b) {
        Ordering::Equal => return a.clone().with_sign(b.negative),
        Ordering::Less => next_plus(a, ctx, status),
        Ordering::Greater => next_minus(a, ctx, status),
    };
    if result.is_infinite() {
        *status |= flag::OVERFLOW | flag::ROUNDED | flag::INEXACT;
    } else if result.adjusted() < ctx.emin {
        *status |= flag::UNDERFLOW | flag::SUBNORMAL | flag::ROUNDED | flag::INEXACT;
        if result.is_zero() {
            *status |= flag::CLAMPED;
        }
    }
    result
}

/// A finite integer with exponent zero that fits a word.
pub fn small_integer(a: &Dec) -> Option<i64> {
    if !a.is_finite() || a.exp != 0 {
        return None;
    }
    let size = i64::try_from(a.coeff.small()?).ok()?;
    Some(if a.negative { -size } else { size })
}

/// `a * 10^b`
pub fn scaleb(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx, status) {
        return nan;
    }
    let most = 2 * (ctx.emax as i128 + ctx.prec as i128);
    let Some(n) = small_integer(b).filter(|n| i128::from(n.unsigned_abs()) <= most) else {
        return Dec::error(flag::INVALID_OPERATION, status);
    };
    let mut result = a.clone();
    if a.is_infinite() {
        return result;
    }
    result.exp = (a.exp as i128 + n as i128).clamp(-4 * 10i128.pow(18) - 1, EXP_INF as i128) as i64;
    result.finalize(ctx, status)
}

/// What moves digits within the precision: `moved` makes the coefficient of the second operand, which is an integer of at most
/// the precision.
fn digits_moved(
    (a, b): (&Dec, &Dec),
    ctx: &Ctx,
    status: &mut u32,
    moved: impl FnOnce(&Coeff, i64) -> Coeff,
) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx, status) {
        return nan;
    }
    let Some(n) = small_integer(b).filter(|n| n.abs() <= ctx.prec) else {
        return Dec::error(flag::INVALID_OPERATION, status);
    };
    if a.is_infinite() {
        return a.clone();
    }
    if too_long(ctx.prec.min(a.digits().saturating_add(n.abs())), status) {
        return Dec::NAN;
    }
    Dec { coeff: moved(&a.coeff.low_digits(ctx.prec), n), ..a.clone() }
}

/// The coefficient moved by digits, within the precision.
pub fn shift(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    digits_moved((a, b), ctx, status, |coeff, n| match n {
        0.. => coeff.low_digits(ctx.prec - n).shl(n),
        _ => coeff.shr(-n).0,
    })
}

/// The coefficient rotated by digits, within the precision.
pub fn rotate(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    digits_moved((a, b), ctx, status, |coeff, n| {
        let left = if n >= 0 { n } else { ctx.prec + n };
        let high = coeff.low_digits(ctx.prec - left).shl(left);
        high.add(&coeff.shr(ctx.prec - left).0)
    })
}

/// The exponent of the first digit.
pub fn logb(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx, status) {
        return nan;
    }
    if a.is_infinite() {
        return Dec::infinity(false);
    }
    if a.coeff.is_zero() {
        *status |= flag::DIVISION_BY_ZERO;
        return Dec::infinity(true);
    }
    Dec::from_i64(a.adjusted()).finalize(ctx, status)
}

/// Square root, rounded to the nearest.
pub fn sqrt(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx, status) {
        return nan;
    }
    let ideal = a.exp.div_euclid(2);
    if a.is_zero() {
        return Dec::new(a.negative, Coeff::ZERO, ideal).finalize(ctx, status);
    }
    if a.negative {
        return Dec::error(flag::INVALID_OPERATION, status);
    }
    if a.is_infinite() {
        return Dec::infinity(false);
    }
    let odd = a.exp.rem_euclid(2);
    let length = if odd == 1 { (a.digits() >> 1) + 1 } else { (a.digits() + 1) >> 1 };
    let mut prec = ctx.prec + 1;
    if prec > MOST_DIGITS / 2 {
        // Only an exact root is possible: it has half of the digits.
        prec = length + 2;
    }
    let shift = prec - length;
    if no_room(a.digits().max(2 * prec), QUOTIENT, status) {
        return Dec::NAN;
    }
    let base = a.coeff.shl(odd);
    let (square, mut exact) = if shift >= 0 {
        (base.shl(2 * shift), true)
    } else {
        let (square, rest) = base.shr(-2 * shift);
        (square, rest == 0)
    };
    let mut root = square.isqrt();
    exact = exact && root.mul(&root) == square;
    let mut exp = ideal - shift;
    if exact {
        root = if shift >= 0 { root.shr(shift).0 } else { root.shl(-shift) };
        exp = ideal;
    } else {
        if prec != ctx.prec + 1 {
            return Dec::error(flag::MEMORY, status);
        }
        if root.last_digit() % 5 == 0 {
            root = root.add(&Coeff::ONE);
        }
    }
    Dec { coeff: root, exp, negative: false, kind: Kind::Finite }
        .finalize(&ctx.with_round(Round::HalfEven), status)
}
