//! Powers, as libmpdec computes them: its steps and their precisions decide the last digit where a result is not exact.

use std::cmp::Ordering;

use super::arith::{div, mul, small_integer};
use super::coeff::Coeff;
use super::number::{Ctx, Dec, EXP_INF, Round, flag, interrupted, nan_of, too_long};
use super::order::{compare, compare_abs};
use super::series::{exp, ln};

/// One with as many zeros behind the point.
fn padded_one(zeros: i64, negative: bool, status: &mut u32) -> Dec {
    if too_long(zeros, status) {
        return Dec::NAN;
    }
    Dec::new(negative, Coeff::pow10(zeros), -zeros)
}

/// `base ** exponent`
pub fn power(base: &Dec, exponent: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[base, exponent], ctx, status) {
        return nan;
    }
    let is_integer = exponent.is_infinite() || exponent.is_integer();
    let is_integer = is_integer && !exponent.is_infinite();
    let negative = is_integer && base.negative && exponent.is_odd();
    let zero = Dec::new(negative, Coeff::ZERO, 0);
    if base.is_zero() {
        return match (exponent.is_zero(), exponent.negative) {
            (true, _) => Dec::error(flag::INVALID_OPERATION, status),
            (_, true) => Dec::infinity(negative),
            _ => zero,
        };
    }
    if base.negative && !is_integer {
        return Dec::error(flag::INVALID_OPERATION, status);
    }
    if exponent.is_infinite() {
        return match compare(base, &Dec::ONE) {
            Ordering::Equal => {
                *status |= flag::INEXACT | flag::ROUNDED;
                padded_one(ctx.prec - 1, negative, status)
            }
            order if order.is_lt() == exponent.negative => Dec::infinity(negative),
            _ => zero,
        };
    }
    if base.is_infinite() {
        return match (exponent.is_zero(), exponent.negative) {
            (true, _) => Dec::ONE.with_sign(negative),
            (_, true) => zero,
            _ => Dec::infinity(negative),
        };
    }
    if exponent.is_zero() {
        return Dec::ONE.with_sign(negative);
    }
    if compare_abs(base, &Dec::ONE).is_eq() {
        return power_of_one(base, exponent, is_integer, negative, ctx, status);
    }
    if let Some(result) = out_of_bounds(base, exponent, negative, ctx, status) {
        return result;
    }
    let mut result;
    if is_integer {
        result = integer_power(base, exponent, negative, ctx, status);
    } else {
        let prec = base.digits().max(ctx.prec) + 4 + 19;
        let work_ctx = Ctx::MAX.with_prec(prec);
        let mut work = 0;
        let logarithm = ln(base, &work_ctx, &mut work);
        let product = mul(&logarithm, exponent, &work_ctx, &mut work);
        result = exp(&product, &work_ctx, status);
        *status |= work & flag::ERRORS | flag::INEXACT | flag::ROUNDED;
        if result.is_finite() && compare(&result, &Dec::ONE).is_eq() {
            result = padded_one(ctx.prec - 1, false, status);
        }
    }
    if result.is_infinite() {
        // Directed rounding may make a finite number of it.
        result = Dec::new(negative, Coeff::ONE, EXP_INF);
    }
    result.finalize(ctx, status)
}

fn power_of_one(
    base: &Dec,
    exponent: &Dec,
    is_integer: bool,
    negative: bool,
    ctx: &Ctx,
    status: &mut u32,
) -> Dec {
    let mut zeros = ctx.prec - 1;
    if is_integer {
        if exponent.negative {
            return Dec::ONE.with_sign(negative);
        }
        let mut work = 0;
        let product = mul(exponent, &Dec::from_i64(-base.exp), ctx, &mut work);
        if work & flag::ERRORS != 0 {
            *status |= work & flag::ERRORS;
            return Dec::NAN;
        }
        match integer_value(&product) {
            Some(wanted) if wanted <= zeros => zeros = wanted,
            _ => *status |= flag::ROUNDED,
        }
    } else {
        *status |= flag::INEXACT | flag::ROUNDED;
    }
    if zeros < 0 {
        return Dec::new(negative, Coeff::ONE, -zeros);
    }
    padded_one(zeros, negative, status)
}

/// The value of a finite integer, if it fits a word.
fn integer_value(a: &Dec) -> Option<i64> {
    if a.exp == 0 {
        return small_integer(a);
    }
    if a.coeff.is_zero() {
        return Some(0);
    }
    if !a.is_finite() || a.adjusted() > 18 || !a.is_integer() {
        return None;
    }
    let coeff = if a.exp > 0 { a.coeff.shl(a.exp) } else { a.coeff.shr(-a.exp).0 };
    small_integer(&Dec::new(a.negative, coeff, 0))
}

/// Overflow and underflow that can be seen from the exponents.
fn out_of_bounds(base: &Dec, exponent: &Dec, negative: bool, ctx: &Ctx, status: &mut u32) -> Option<Dec> {
    let length = |n: i64| Coeff::Small(n.unsigned_abs().into()).digits();
    let adjusted = base.adjusted();
    let zeta = match adjusted {
        1.. => length(adjusted) - 1,
        ..=-2 => length(adjusted + 1) - 1,
        _ => {
            let size = base.clone().with_sign(false);
            let rest = super::arith::sub(&size, &Dec::ONE, &Ctx::MAX, status);
            rest.adjusted() - if adjusted == 0 { 2 } else { 1 }
        }
    };
    let reach = zeta + exponent.adjusted();
    let shrinks = (adjusted < 0) != exponent.negative;
    if shrinks && length(ctx.etiny()) < reach {
        return Some(Dec::new(negative, Coeff::ONE, ctx.etiny() - 1).finalize(ctx, status));
    }
    if !shrinks && length(ctx.emax) < reach {
        return Some(Dec::new(negative, Coeff::ONE, EXP_INF).finalize(ctx, status));
    }
    None
}

fn integer_power(base: &Dec, exponent: &Dec, negative: bool, ctx: &Ctx, status: &mut u32) -> Dec {
    let mut work_ctx = *ctx;
    work_ctx.prec += exponent.digits() + exponent.exp + 2;
    work_ctx.round = Round::HalfEven;
    work_ctx.clamp = false;
    let mut factor = base.clone();
    if exponent.negative {
        work_ctx.prec += 1;
        factor = div(&Dec::ONE, base, &work_ctx, status);
        if *status & flag::ERRORS != 0 {
            return Dec::NAN;
        }
    }
    let mut work = 0;
    let ended = |result: &Dec, work: u32| {
        result.is_special() || (result.coeff.is_zero() && work & flag::CLAMPED != 0)
    };
    let small = integer_value(&exponent.clone().with_sign(false));
    let mut result;
    if let Some(n) = small {
        result = factor.clone();
        for bit in (0..63 - n.leading_zeros()).rev() {
            result = mul(&result, &result, &work_ctx, &mut work);
            if n >> bit & 1 != 0 {
                result = mul(&result, &factor, &work_ctx, &mut work);
            }
            if ended(&result, work) || interrupted(&mut work) {
                break;
            }
        }
    } else {
        result = Dec::ONE;
        let mut left = if exponent.exp >= 0 {
            if too_long(exponent.digits() + exponent.exp, status) {
                return Dec::NAN;
            }
            exponent.coeff.shl(exponent.exp)
        } else {
            exponent.coeff.shr(-exponent.exp).0
        };
        while !left.is_zero() && !interrupted(&mut work) {
            if left.is_odd() {
                result = mul(&result, &factor, &work_ctx, &mut work);
                if ended(&result, work) {
                    break;
                }
            }
            factor = mul(&factor, &factor, &work_ctx, &mut work);
            left = left.div_word(2);
            if factor.is_nan() {
                *status |= work & flag::ERRORS;
                return Dec::NAN;
            }
        }
    }
    *status |= work;
    result.with_sign(negative)
}

/// `base ** exponent % modulus`
pub fn power_modulo(base: &Dec, exponent: &Dec, modulus: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[base, exponent, modulus], ctx, status) {
        return nan;
    }
    let invalid = !base.is_integer()
        || !exponent.is_integer()
        || !modulus.is_integer()
        || modulus.coeff.is_zero()
        || modulus.digits() + modulus.exp > ctx.prec
        || (exponent.coeff.is_zero() && base.coeff.is_zero())
        || (exponent.negative && !exponent.coeff.is_zero());
    if invalid {
        return Dec::error(flag::INVALID_OPERATION, status);
    }
    let negative = base.negative && exponent.is_odd();
    if base.coeff.is_zero() {
        return Dec::new(negative, Coeff::ZERO, 0);
    }
    let divisor =
        if modulus.exp > 0 { modulus.coeff.shl(modulus.exp) } else { modulus.coeff.shr(-modulus.exp).0 };
    let reduce = |a: &Coeff| a.div_rem(&divisor).1;
    if exponent.coeff.is_zero() {
        return Dec::new(negative, reduce(&Coeff::ONE), 0);
    }
    // Integers as a coefficient and a power of ten.
    let parts = |a: &Dec| if a.exp < 0 { (a.coeff.shr(-a.exp).0, 0) } else { (a.coeff.clone(), a.exp) };
    let raise = |base: &Coeff, exponent: &Coeff, status: &mut u32| {
        let (mut base, mut left, mut result) = (base.clone(), exponent.clone(), reduce(&Coeff::ONE));
        while !left.is_zero() && !interrupted(status) {
            if left.is_odd() {
                result = reduce(&result.mul(&base));
            }
            base = reduce(&base.mul(&base));
            left = left.div_word(2);
        }
        result
    };
    let (base, base_exp) = parts(base);
    let (exponent, exponent_exp) = parts(exponent);
    let tens = raise(&reduce(&Coeff::Small(10)), &Coeff::Small(base_exp as u128), status);
    let mut base = reduce(&reduce(&base).mul(&tens));
    for _ in 0..exponent_exp {
        base = raise(&base, &Coeff::Small(10), status);
        if base.is_zero() || base.is_one() || interrupted(status) {
            break;
        }
    }
    Dec::new(negative, raise(&base, &exponent, status), 0)
}
