//! `exp`, `ln` and `log10`, correctly rounded: approximations in fixed point, repeated with more digits until both ends of
//! the interval of their error round to the same number (Ziv's strategy). None of the three is exact where it is tried, so
//! that this ends.

use std::cell::RefCell;

use super::coeff::Coeff;
use super::number::{Ctx, Dec, MOST_DIGITS, Round, flag, interrupted, nan_of};

/// A number in fixed point; the scale is the caller's.
#[derive(Clone)]
struct Fixed {
    negative: bool,
    size: Coeff,
}

impl Fixed {
    fn add(&self, other: &Fixed) -> Fixed {
        if self.negative == other.negative {
            return Fixed { negative: self.negative, size: self.size.add(&other.size) };
        }
        let (size, order) = self.size.distance(&other.size);
        Fixed { negative: if order.is_lt() { other.negative } else { self.negative }, size }
    }
}

/// `e^x * 10^w` for `x = r / 10^w` between 0 and 3, with an error below three.
fn exp_fixed(r: &Coeff, w: i64, status: &mut u32) -> Coeff {
    let halvings = ((w as f64).sqrt() * 0.6) as u64 + 2;
    // A truncation a step, and each squaring doubles what there is.
    let guard = 12 + halvings as i64 * 31 / 100 + i64::from(w.max(10).ilog10());
    let scale = w + guard;
    let mut step = r.shl(guard);
    let mut left = halvings;
    while left > 0 {
        let bits = left.min(60);
        step = step.div_word(1 << bits);
        left -= bits;
    }
    let one = Coeff::pow10(scale);
    let mut sum = one.add(&step);
    let mut term = step.clone();
    let mut n = 2;
    while !term.is_zero() && !interrupted(status) {
        term = term.mul(&step).shr(scale).0.div_word(n);
        sum = sum.add(&term);
        n += 1;
    }
    for _ in 0..halvings {
        if interrupted(status) {
            return Coeff::ONE;
        }
        sum = sum.mul(&sum).shr(scale).0;
    }
    sum.shr(guard).0
}

/// `atanh(1 / k) * 10^scale`, a little too small.
fn atanh_inverse(k: u64, scale: i64, status: &mut u32) -> Coeff {
    let mut power = Coeff::pow10(scale).div_word(k);
    let mut sum = power.clone();
    let mut n = 3;
    loop {
        power = power.div_word(k * k);
        if power.is_zero() || interrupted(status) {
            return sum;
        }
        sum = sum.add(&power.div_word(n));
        n += 2;
    }
}

thread_local! {
    /// The longest `ln(10)` so far, and its scale.
    static LN10: RefCell<(i64, Coeff)> = const { RefCell::new((0, Coeff::ZERO)) };
}

/// `ln(10) * 10^scale` with an error below one.
fn ln10_fixed(scale: i64, status: &mut u32) -> Coeff {
    let known = |scale: i64| {
        LN10.with_borrow(|(known, value)| (*known >= scale).then(|| value.shr(*known - scale).0))
    };
    if let Some(value) = known(scale) {
        return value;
    }
    // Some digits more than asked for: the next one may want a few more.
    let new = scale + scale / 4 + 40;
    let work = new + 12;
    let sum = atanh_inverse(31, work, status)
        .mul_word(46)
        .add(&atanh_inverse(49, work, status).mul_word(34))
        .add(&atanh_inverse(161, work, status).mul_word(20));
    let value = sum.shr(12).0;
    let result = value.shr(new - scale).0;
    // A handler of a signal may have run in between, and computed as well.
    if *status & flag::INTERRUPTED == 0 && known(new).is_none() {
        LN10.set((new, value));
    }
    result
}

/// The fixed-point form of a number's size, cut off.
fn to_fixed(a: &Dec, scale: i64) -> Coeff {
    let shift = a.exp + scale;
    if shift >= 0 { a.coeff.shl(shift) } else { a.coeff.shr(-shift).0 }
}

/// Rounds an approximation, if all numbers as near as `error` round alike.
fn settled(approximation: &Dec, error: u64, prec: i64) -> bool {
    let ctx = Ctx { prec, emax: i64::MAX / 2, emin: i64::MIN / 2, round: Round::HalfEven, clamp: false };
    let error = Coeff::Small(error.into());
    if approximation.coeff <= error {
        return false;
    }
    let (mut status, mut low, mut high) = (0, approximation.clone(), approximation.clone());
    low.coeff = low.coeff.sub(&error);
    high.coeff = high.coeff.add(&error);
    let (low, high) = (low.finalize(&ctx, &mut status), high.finalize(&ctx, &mut status));
    super::order::compare(&low, &high).is_eq()
}

/// Are so many digits out of reach for a series?
fn beyond(digits: i64, status: &mut u32) -> bool {
    let beyond = digits > MOST_DIGITS / 64;
    if beyond {
        *status |= flag::MEMORY;
    }
    beyond
}

/// `e^a`
pub fn exp(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx, status) {
        return nan;
    }
    if a.is_infinite() {
        return if a.negative { Dec::ZERO } else { Dec::infinity(false) };
    }
    if a.coeff.is_zero() {
        return Dec::ONE;
    }
    let ctx = &ctx.with_round(Round::HalfEven);
    *status |= flag::INEXACT | flag::ROUNDED;
    let whole = a.adjusted() + 1;
    if whole > 19 {
        if a.negative {
            *status |= flag::SUBNORMAL | flag::UNDERFLOW | flag::CLAMPED;
            return Dec::new(false, Coeff::ZERO, ctx.etiny());
        }
        *status |= flag::OVERFLOW;
        return Dec::infinity(false);
    }
    if beyond(ctx.prec, status) {
        return Dec::NAN;
    }
    // Nearer to one than anyone can see: not subnormal, even if it is below one and so is the least normal number.
    let near = Dec::new(false, Coeff::Small(9), -ctx.prec - 4);
    if super::order::compare_abs(a, &near).is_le() {
        return Dec::new(false, Coeff::pow10(ctx.prec - 1), 1 - ctx.prec).finalize(ctx, status);
    }
    let mut w = ctx.prec + 4;
    loop {
        let scale = w + whole.max(0) + 3;
        let ln10 = ln10_fixed(scale, status);
        let (quotient, mut rest) = to_fixed(a, scale).div_rem(&ln10);
        let mut k = quotient.small().unwrap_or(0) as i64;
        if a.negative {
            k = -k;
            // A rest too small to be seen: just below a power of ten.
            rest = ln10.sub(if rest.is_zero() { &Coeff::ONE } else { &rest });
            k -= 1;
        }
        let size = exp_fixed(&rest.shr(scale - w).0, w, status);
        if interrupted(status) {
            return Dec::NAN;
        }
        let result = Dec::new(false, size, k - w);
        if settled(&result, 20, ctx.prec) {
            return result.finalize(ctx, status);
        }
        w += 19 + w / 8;
    }
}

/// The natural logarithm of a finite positive number in fixed point, with an error below a hundred.
fn ln_fixed(a: &Dec, w: i64, status: &mut u32) -> Fixed {
    let work = w + 3;
    // a = v * 10^t, v between 0.3 and 3.2
    let digits = a.digits();
    let lead = a.coeff.shr((digits - 17).max(0)).0.small().unwrap_or(1) as f64;
    let lead = lead / 10f64.powi(digits.min(17) as i32 - 1);
    let t = a.adjusted() + i64::from(lead > 3.16);
    let v = Dec::new(false, a.coeff.clone(), a.exp - t);
    let approximate = (if lead > 3.16 { lead / 10.0 } else { lead }).ln();
    let mut scale = 15;
    let mut y = Fixed { negative: approximate < 0.0, size: Coeff::Small((approximate.abs() * 1e15) as u128) };
    // Each step of Newton's iteration y + v / e^y - 1 doubles the digits.
    let mut known = 13;
    while known < work {
        let next = (2 * known - 3).min(work);
        let new_scale = next + 2;
        let size =
            if new_scale >= scale { y.size.shl(new_scale - scale) } else { y.size.shr(scale - new_scale).0 };
        y.size = size;
        scale = new_scale;
        let power = exp_fixed(&y.size, scale, status);
        if interrupted(status) {
            return y;
        }
        let v = to_fixed(&v, scale);
        let ratio = if y.negative { v.mul(&power).shr(scale).0 } else { v.shl(scale).div_rem(&power).0 };
        let (size, order) = ratio.distance(&Coeff::pow10(scale));
        y = y.add(&Fixed { negative: order.is_lt(), size });
        known = next;
    }
    let mut result = Fixed { negative: y.negative, size: y.size };
    if t != 0 {
        let product = ln10_fixed(scale + 20, status).mul_word(t.unsigned_abs()).shr(20).0;
        result = result.add(&Fixed { negative: t < 0, size: product });
    }
    result.size = result.size.shr(scale - w).0;
    result
}

/// What both logarithms say about special operands, zero and negative ones.
fn log_special(a: &Dec, ctx: &Ctx, status: &mut u32) -> Option<Dec> {
    if let Some(nan) = nan_of(&[a], ctx, status) {
        return Some(nan);
    }
    if a.is_zero() {
        return Some(Dec::infinity(true));
    }
    if a.negative {
        return Some(Dec::error(flag::INVALID_OPERATION, status));
    }
    a.is_infinite().then(|| Dec::infinity(false))
}

/// Digits in front of the logarithm's first one: those of `a - 1`, if it is small.
fn lost_digits(a: &Dec) -> i64 {
    if !(-1..=0).contains(&a.adjusted()) {
        return 0;
    }
    let mut status = 0;
    let rest = super::arith::sub(a, &Dec::ONE, &Ctx::MAX, &mut status);
    (-rest.adjusted()).max(0) + 1
}

/// Overflows the logarithm, of which this is a lower bound?
fn log_overflow(bound: i64, a: &Dec, ctx: &Ctx, status: &mut u32) -> Option<Dec> {
    if Coeff::Small(bound.unsigned_abs().into()).digits() - 1 <= ctx.emax {
        return None;
    }
    *status |= flag::OVERFLOW | flag::INEXACT | flag::ROUNDED;
    Some(Dec::infinity(a.adjusted() < 0))
}

/// `ln(a)`
pub fn ln(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(result) = log_special(a, ctx, status) {
        return result;
    }
    if super::order::compare(a, &Dec::ONE).is_eq() {
        return Dec::ZERO;
    }
    let adjusted = a.adjusted();
    let bound = 2 * if adjusted < 0 { -adjusted - 1 } else { adjusted };
    if let Some(result) = log_overflow(bound, a, ctx, status) {
        return result;
    }
    logarithm(a, ctx, status, ln_fixed)
}

/// `log10(a)`
pub fn log10(a: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    if let Some(result) = log_special(a, ctx, status) {
        return result;
    }
    let adjusted = a.adjusted();
    if a.coeff.trailing_zeros() == a.digits() - 1 && a.coeff.digit(a.digits() - 1) == 1 {
        return Dec::from_i64(adjusted).finalize(&ctx.with_round(Round::HalfEven), status);
    }
    let bound = if adjusted < 0 { -adjusted - 1 } else { adjusted };
    if let Some(result) = log_overflow(bound, a, ctx, status) {
        return result;
    }
    logarithm(a, ctx, status, |a, w, status| {
        let scale = w + 3;
        let mut result = ln_fixed(a, scale, status);
        // As exact as the numerator, relative to its size.
        let more = 22;
        result.size = result.size.shl(scale + more).div_rem(&ln10_fixed(scale + more, status)).0.shr(3).0;
        result
    })
}

fn logarithm(a: &Dec, ctx: &Ctx, status: &mut u32, approximate: fn(&Dec, i64, &mut u32) -> Fixed) -> Dec {
    let ctx = &ctx.with_round(Round::HalfEven);
    if beyond(ctx.prec.saturating_add(a.digits()), status) {
        return Dec::NAN;
    }
    *status |= flag::INEXACT | flag::ROUNDED;
    let mut w = ctx.prec + 4 + lost_digits(a);
    loop {
        let result = approximate(a, w, status);
        if interrupted(status) {
            return Dec::NAN;
        }
        let result = Dec::new(result.negative, result.size, -w);
        if settled(&result, 200, ctx.prec) {
            let mut work = 0;
            let result = result.finalize(ctx, &mut work);
            // Digits beyond the approximation's end make it inexact however few it shows.
            if work & flag::SUBNORMAL != 0 {
                work |= flag::UNDERFLOW;
            }
            *status |= work;
            return result;
        }
        w += 19 + w / 8;
    }
}
