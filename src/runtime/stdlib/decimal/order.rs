//! Comparisons: by value, in total order, greatest and least, and the tests that a context decides.

use std::cmp::Ordering;

use super::coeff::Coeff;
use super::number::{Ctx, Dec, Kind, flag, nan_of};

/// Compares the sizes of two numbers that are no NaNs.
pub fn compare_abs(a: &Dec, b: &Dec) -> Ordering {
    match (a.is_infinite(), b.is_infinite()) {
        (false, false) => {}
        (x, y) => return x.cmp(&y),
    }
    match (a.coeff.is_zero(), b.coeff.is_zero()) {
        (false, false) => {}
        (x, y) => return y.cmp(&x),
    }
    if a.exp == b.exp {
        return a.coeff.cmp(&b.coeff);
    }
    a.adjusted().cmp(&b.adjusted()).then_with(|| {
        if a.exp > b.exp {
            a.coeff.shl(a.exp - b.exp).cmp(&b.coeff)
        } else {
            a.coeff.cmp(&b.coeff.shl(b.exp - a.exp))
        }
    })
}

/// Compares two numbers that are no NaNs.
pub fn compare(a: &Dec, b: &Dec) -> Ordering {
    if let (Coeff::Small(x), Coeff::Small(y)) = (&a.coeff, &b.coeff)
        && a.exp == b.exp
        && !a.negative
        && !b.negative
        && a.is_finite()
        && b.is_finite()
    {
        return x.cmp(y);
    }
    let sign = |x: &Dec| {
        if x.is_zero() {
            0
        } else if x.negative {
            -1
        } else {
            1
        }
    };
    let (x, y) = (sign(a), sign(b));
    if x != y || x == 0 {
        return x.cmp(&y);
    }
    let order = compare_abs(a, b);
    if x < 0 { order.reverse() } else { order }
}

/// Compares in the total order of the specification.
pub fn total(a: &Dec, b: &Dec) -> Ordering {
    if a.negative != b.negative {
        return b.negative.cmp(&a.negative);
    }
    let order = match (a.is_nan(), b.is_nan()) {
        (true, true) => b.is_snan().cmp(&a.is_snan()).then_with(|| a.coeff.cmp(&b.coeff)),
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => compare_abs(a, b).then(a.exp.cmp(&b.exp)),
    };
    if a.negative { order.reverse() } else { order }
}

fn order_number(order: Ordering) -> Dec {
    Dec::from_i64(order as i64)
}

/// `compare`: -1, 0, 1 or NaN.
pub fn compare_quiet(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    nan_of(&[a, b], ctx, status).unwrap_or_else(|| order_number(compare(a, b)))
}

/// `compare_signal`: all NaNs signal.
pub fn compare_signal(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx, status) {
        *status |= flag::INVALID_OPERATION;
        return nan;
    }
    order_number(compare(a, b))
}

/// `compare_total`
pub fn compare_total(a: &Dec, b: &Dec) -> Dec {
    order_number(total(a, b))
}

/// `compare_total_mag`
pub fn compare_total_mag(a: &Dec, b: &Dec) -> Dec {
    order_number(total(&a.clone().with_sign(false), &b.clone().with_sign(false)))
}

/// One of both by an order; a number wins against a quiet NaN.
fn choose(
    a: &Dec,
    b: &Dec,
    ctx: &Ctx,
    status: &mut u32,
    order: fn(&Dec, &Dec) -> Ordering,
    greater: bool,
) -> Dec {
    let chosen = if a.kind == Kind::Quiet && !b.is_nan() {
        b
    } else if b.kind == Kind::Quiet && !a.is_nan() {
        a
    } else if let Some(nan) = nan_of(&[a, b], ctx, status) {
        return nan;
    } else {
        let order = order(a, b).then_with(|| total(a, b));
        if order.is_eq() || order.is_gt() == greater { a } else { b }
    };
    chosen.clone().finalize(ctx, status)
}

/// `max`
pub fn max(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    choose(a, b, ctx, status, compare, true)
}
/// `min`
pub fn min(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    choose(a, b, ctx, status, compare, false)
}
/// `max_mag`
pub fn max_mag(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    choose(a, b, ctx, status, compare_abs, true)
}
/// `min_mag`
pub fn min_mag(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    choose(a, b, ctx, status, compare_abs, false)
}

/// `same_quantum`
pub fn same_quantum(a: &Dec, b: &Dec) -> bool {
    if a.is_special() || b.is_special() {
        return (a.is_nan() && b.is_nan()) || (a.is_infinite() && b.is_infinite());
    }
    a.exp == b.exp
}

/// Finite, not zero, and not below the least normal number?
pub fn is_normal(a: &Dec, ctx: &Ctx) -> bool {
    a.is_finite() && !a.coeff.is_zero() && a.adjusted() >= ctx.emin
}

/// Finite, not zero, and below the least normal number?
pub fn is_subnormal(a: &Dec, ctx: &Ctx) -> bool {
    a.is_finite() && !a.coeff.is_zero() && a.adjusted() < ctx.emin
}

/// `number_class`
pub fn class(a: &Dec, ctx: &Ctx) -> &'static str {
    match a.kind {
        Kind::Quiet => return "NaN",
        Kind::Signaling => return "sNaN",
        _ => {}
    }
    let names = if a.is_infinite() {
        ["+Infinity", "-Infinity"]
    } else if a.coeff.is_zero() {
        ["+Zero", "-Zero"]
    } else if is_subnormal(a, ctx) {
        ["+Subnormal", "-Subnormal"]
    } else {
        ["+Normal", "-Normal"]
    };
    names[usize::from(a.negative)]
}

/// The coefficient's digits, the last first, if the number is one of zeros and ones; at most as many as the precision.
fn logical_digits(a: &Dec, ctx: &Ctx) -> Option<Vec<u8>> {
    if a.is_special() || a.negative || a.exp != 0 {
        return None;
    }
    let mut text = super::text::coeff_digits(&a.coeff);
    if text.iter().any(|digit| !matches!(digit, b'0' | b'1')) {
        return None;
    }
    text.reverse();
    text.truncate(ctx.prec as usize);
    Some(text)
}

fn logical_number(mut digits: Vec<u8>) -> Dec {
    digits.reverse();
    Dec::new(false, super::text::coeff_of_digits(&digits), 0)
}

fn logical(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32, combine: fn(bool, bool) -> bool) -> Dec {
    let (Some(a), Some(b)) = (logical_digits(a, ctx), logical_digits(b, ctx)) else {
        return Dec::error(flag::INVALID_OPERATION, status);
    };
    let bit = |digits: &[u8], at: usize| digits.get(at) == Some(&b'1');
    let digits = (0..a.len().max(b.len())).map(|at| b'0' + u8::from(combine(bit(&a, at), bit(&b, at))));
    logical_number(digits.collect())
}

/// `logical_and`
pub fn logical_and(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    logical(a, b, ctx, status, |x, y| x && y)
}
/// `logical_or`
pub fn logical_or(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    logical(a, b, ctx, status, |x, y| x || y)
}
/// `logical_xor`
pub fn logical_xor(a: &Dec, b: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    logical(a, b, ctx, status, |x, y| x != y)
}
/// `logical_invert`
pub fn logical_invert(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if super::number::too_long(ctx.prec, status) {
        return Dec::NAN;
    }
    let Some(digits) = logical_digits(a, ctx) else { return Dec::error(flag::INVALID_OPERATION, status) };
    let ones = Coeff::nines(ctx.prec).div_word(9);
    Dec::new(false, ones.sub(&logical_number(digits).coeff), 0)
}
