//! The functions of `math` on floats, with CPython's errors, and the operators of float that are not the machine's.

use dashu_int::{IBig, Sign, ops::UnsignedAbs};

use super::double::{self, fast_sum, two_product, two_sum};
use super::float_text::repr;
use super::int_math::{division_by_zero, top_bits};
use super::{Fault, FaultKind};

#[cold]
pub fn domain_error() -> Fault {
    Fault::value("math domain error")
}

#[cold]
pub fn range_error() -> Fault {
    Fault::overflow("math range error")
}

#[cold]
fn expected(what: &str, x: f64) -> Fault {
    Fault::value(format!("expected {what}, got {}", repr(x)))
}

/// `divmod(x, y)` of floats.
pub fn divmod(x: f64, y: f64) -> Result<(f64, f64), Fault> {
    if y == 0.0 {
        return Err(division_by_zero());
    }
    let mut rest = x % y;
    let mut quotient = (x - rest) / y;
    if rest != 0.0 {
        if (y < 0.0) != (rest < 0.0) {
            rest += y;
            quotient -= 1.0;
        }
    } else {
        rest = 0f64.copysign(y);
    }
    let floor = if quotient != 0.0 {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0f64.copysign(x / y)
    };
    Ok((floor, rest))
}

/// `x % y`.
pub fn modulo(x: f64, y: f64) -> Result<f64, Fault> {
    divmod(x, y).map(|(_, rest)| rest)
}

/// `x // y`.
pub fn floor_div(x: f64, y: f64) -> Result<f64, Fault> {
    divmod(x, y).map(|(quotient, _)| quotient)
}

/// What `x ** y` is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Power {
    Real(f64),
    /// A negative number to a broken power: complex arithmetic has the answer.
    Complex,
}

/// The text of the OverflowError of `x ** y`, whose arguments are `(34, text)`.
pub const POW_RANGE: &str = "Numerical result out of range";

/// `x ** y` of floats.
pub fn power(x: f64, y: f64) -> Result<Power, Fault> {
    if x == 0.0 && y < 0.0 && y.is_finite() {
        return Err(Fault::zero_division("zero to a negative power"));
    }
    if x < 0.0 && x.is_finite() && y.is_finite() && y != y.floor() {
        return Ok(Power::Complex);
    }
    let result = x.powf(y);
    if result.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(Fault::new(FaultKind::Overflow, POW_RANGE));
    }
    Ok(Power::Real(result))
}

/// `math.pow`.
pub fn pow(x: f64, y: f64) -> Result<f64, Fault> {
    let result = x.powf(y);
    if x.is_finite() && y.is_finite() && !result.is_finite() {
        return Err(if result.is_nan() || x == 0.0 { domain_error() } else { range_error() });
    }
    Ok(result)
}

macro_rules! in_domain {
    ($($name:ident, $call:expr, $what:literal, $test:expr;)*) => {
        $(
            #[doc = concat!("`math.", stringify!($name), "`.")]
            pub fn $name(x: f64) -> Result<f64, Fault> {
                let inside: fn(f64) -> bool = $test;
                if !x.is_nan() && !inside(x) {
                    return Err(expected($what, x));
                }
                let call: fn(f64) -> f64 = $call;
                Ok(call(x))
            }
        )*
    };
}

in_domain! {
    acos, f64::acos, "a number in range from -1 up to 1", |x| x.abs() <= 1.0;
    asin, f64::asin, "a number in range from -1 up to 1", |x| x.abs() <= 1.0;
    acosh, double::acosh, "argument value not less than 1", |x| x >= 1.0;
    atanh, double::atanh, "a number between -1 and 1", |x| x.abs() < 1.0;
    sin, f64::sin, "a finite input", |x| x.is_finite();
    cos, f64::cos, "a finite input", |x| x.is_finite();
    tan, f64::tan, "a finite input", |x| x.is_finite();
    sqrt, f64::sqrt, "a nonnegative input", |x| x >= 0.0;
    log1p, f64::ln_1p, "argument value > -1", |x| x > -1.0;
    log, f64::ln, "a positive input", |x| x > 0.0;
    log2, f64::log2, "a positive input", |x| x > 0.0;
    log10, f64::log10, "a positive input", |x| x > 0.0;
}

macro_rules! in_range {
    ($($name:ident, $call:expr;)*) => {
        $(
            #[doc = concat!("`math.", stringify!($name), "`: too large a result is an error.")]
            pub fn $name(x: f64) -> Result<f64, Fault> {
                let call: fn(f64) -> f64 = $call;
                let result = call(x);
                if result.is_infinite() && x.is_finite() { Err(range_error()) } else { Ok(result) }
            }
        )*
    };
}

in_range! {
    exp, f64::exp;
    exp2, f64::exp2;
    expm1, f64::exp_m1;
    sinh, f64::sinh;
    cosh, f64::cosh;
}

/// `math.asinh`.
pub fn asinh(x: f64) -> f64 {
    double::asinh(x)
}

/// `math.cbrt`, correctly rounded; glibc's own is now and then one unit off.
pub fn cbrt(x: f64) -> f64 {
    x.cbrt()
}

/// The logarithms of an int, by `log` of a float.
fn log_int(value: &IBig, log: fn(f64) -> f64) -> Result<f64, Fault> {
    if value.sign() == Sign::Negative || value.is_zero() {
        return Err(Fault::value("expected a positive input"));
    }
    if let Ok(x) = super::int_math::to_float(value) {
        return Ok(log(x));
    }
    let (top, sticky, below) = top_bits(&value.unsigned_abs());
    // A float in [0.5, 1), correctly rounded.
    let x = super::compose_float(false, top, sticky, -64).unwrap_or(1.0);
    Ok(log(x) + log(2.0) * (below + 64) as f64)
}

/// `math.log` of an int, without a base.
pub fn ln_of_int(value: &IBig) -> Result<f64, Fault> {
    log_int(value, f64::ln)
}

pub fn log2_of_int(value: &IBig) -> Result<f64, Fault> {
    log_int(value, f64::log2)
}

pub fn log10_of_int(value: &IBig) -> Result<f64, Fault> {
    log_int(value, f64::log10)
}

/// `math.fmod`.
pub fn fmod(x: f64, y: f64) -> Result<f64, Fault> {
    let result = x % y;
    if result.is_nan() && !x.is_nan() && !y.is_nan() { Err(domain_error()) } else { Ok(result) }
}

/// `math.remainder`.
pub fn remainder(x: f64, y: f64) -> Result<f64, Fault> {
    if x.is_nan() || y.is_nan() {
        return Ok(if x.is_nan() { x } else { y });
    }
    if x.is_infinite() || y == 0.0 {
        return Err(domain_error());
    }
    if y.is_infinite() {
        return Ok(x);
    }
    let (size, unit) = (x.abs(), y.abs());
    let low = size % unit;
    let high = unit - low;
    let rest = if low < high {
        low
    } else if low > high {
        -high
    } else {
        // Half way: to the even multiple.
        low - 2.0 * (0.5 * (size - low) % unit)
    };
    Ok(1f64.copysign(x) * rest)
}

/// `math.frexp`.
pub fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (scaled, extra) = if x.abs() < f64::MIN_POSITIVE { (x * 2f64.powi(64), -64) } else { (x, 0) };
    let bits = scaled.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent + extra)
}

/// `math.ldexp`; exponents beyond `i64` are to be clamped.
pub fn ldexp(x: f64, exponent: i64) -> Result<f64, Fault> {
    if x == 0.0 || !x.is_finite() {
        return Ok(x);
    }
    let (mantissa, own) = frexp(x);
    // 53 bits, an integer.
    let whole = (mantissa.abs() * 2f64.powi(53)) as u64;
    let exponent = exponent.clamp(-1 << 40, 1 << 40) + i64::from(own) - 53;
    super::compose_float(x < 0.0, whole, false, exponent).ok_or_else(range_error)
}

/// `math.modf`: the fraction and the whole part.
pub fn modf(x: f64) -> (f64, f64) {
    if x.is_infinite() {
        return (0f64.copysign(x), x);
    }
    let whole = x.trunc();
    ((x - whole).copysign(x), whole)
}

/// `math.fma`.
pub fn fma(x: f64, y: f64, z: f64) -> Result<f64, Fault> {
    let result = x.mul_add(y, z);
    if result.is_nan() && !x.is_nan() && !y.is_nan() && !z.is_nan() {
        return Err(Fault::value("invalid operation in fma"));
    }
    if result.is_infinite() && x.is_finite() && y.is_finite() && z.is_finite() {
        return Err(Fault::overflow("overflow in fma"));
    }
    Ok(result)
}

/// `math.ulp`.
pub fn ulp(x: f64) -> f64 {
    if !x.is_finite() {
        return x.abs();
    }
    let size = x.abs();
    let next = size.next_up();
    if next.is_infinite() { size - size.next_down() } else { next - size }
}

/// `math.nextafter(x, y, steps=steps)`; steps beyond `u64` are to be clamped.
pub fn next_after(x: f64, y: f64, steps: u64) -> f64 {
    if steps == 0 || x.is_nan() {
        return x;
    }
    if x == y || y.is_nan() {
        return y;
    }
    // Floats in order, as integers.
    let place = |x: f64| {
        let bits = x.to_bits() as i64;
        i128::from(if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits })
    };
    let (from, to) = (place(x), place(y));
    let steps = i128::from(steps);
    if (to - from).abs() <= steps {
        return y;
    }
    let at = if to > from { from + steps } else { from - steps };
    if at == 0 {
        return if from < 0 { -0.0 } else { 0.0 };
    }
    let size = f64::from_bits(at.unsigned_abs() as u64);
    if at < 0 { -size } else { size }
}

/// C's `nextafter`: as one step, but the zero that is reached has the sign of where it was reached from.
pub fn neighbour(x: f64, y: f64) -> f64 {
    if x == y || x.is_nan() || y.is_nan() {
        return if x.is_nan() { x } else { y };
    }
    let next = next_after(x, y, 1);
    if next == 0.0 { next.copysign(x) } else { next }
}

/// `math.isclose`.
pub fn is_close(a: f64, b: f64, relative: f64, absolute: f64) -> Result<bool, Fault> {
    if relative < 0.0 || absolute < 0.0 {
        return Err(Fault::value("tolerances must be non-negative"));
    }
    if a == b {
        return Ok(true);
    }
    if a.is_infinite() || b.is_infinite() {
        return Ok(false);
    }
    let gap = (b - a).abs();
    Ok(gap <= (relative * b).abs() || gap <= (relative * a).abs() || gap <= absolute)
}

/// The length of a vector: `math.hypot` and, of differences, `math.dist`.
pub fn norm(vector: &[f64]) -> f64 {
    let mut vector: Vec<f64> = vector.iter().map(|x| x.abs()).collect();
    let max = vector.iter().copied().fold(0.0, f64::max);
    if vector.iter().any(|x| x.is_infinite()) {
        return f64::INFINITY;
    }
    if vector.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if max == 0.0 || vector.len() <= 1 {
        return max;
    }
    let exponent = frexp(max).1;
    if exponent < -1023 {
        // Too small to scale at once.
        vector.iter_mut().for_each(|x| *x /= f64::MIN_POSITIVE);
        return f64::MIN_POSITIVE * norm(&vector);
    }
    let scale = ldexp(1.0, -i64::from(exponent)).unwrap_or(1.0);
    let (mut sum, mut low_products, mut low_sums) = (1.0, 0.0, 0.0);
    let mut add = |a: f64, b: f64| {
        let square = two_product(a, b);
        let added = fast_sum(sum, square.high);
        sum = added.high;
        low_products += square.low;
        low_sums += added.low;
        sum - 1.0 + (low_products + low_sums)
    };
    let mut total = 0.0;
    for x in vector {
        total = add(x * scale, x * scale);
    }
    let root = total.sqrt();
    // One step of Newton's method on what is left.
    let rest = add(-root, root);
    (root + rest / (2.0 * root)) / scale
}

/// A sum without rounding until the end: `math.fsum`.
#[derive(Clone, Debug, Default)]
pub struct FloatSum {
    /// Parts that do not overlap, the smallest first.
    parts: Vec<f64>,
    special: f64,
    infinities: f64,
}

impl FloatSum {
    pub fn add(&mut self, x: f64) -> Result<(), Fault> {
        let (original, mut x, mut kept) = (x, x, 0);
        for nth in 0..self.parts.len() {
            let mut part = self.parts[nth];
            if x.abs() < part.abs() {
                (x, part) = (part, x);
            }
            let sum = fast_sum(x, part);
            if sum.low != 0.0 {
                self.parts[kept] = sum.low;
                kept += 1;
            }
            x = sum.high;
        }
        self.parts.truncate(kept);
        if x == 0.0 {
            return Ok(());
        }
        if x.is_finite() {
            self.parts.push(x);
            return Ok(());
        }
        if original.is_finite() {
            return Err(Fault::overflow("intermediate overflow in fsum"));
        }
        if original.is_infinite() {
            self.infinities += original;
        }
        self.special += original;
        self.parts.clear();
        Ok(())
    }

    pub fn finish(mut self) -> Result<f64, Fault> {
        if self.special != 0.0 {
            if self.infinities.is_nan() {
                return Err(Fault::value("-inf + inf in fsum"));
            }
            return Ok(self.special);
        }
        let Some(mut high) = self.parts.pop() else {
            return Ok(0.0);
        };
        let mut low = 0.0;
        while let Some(part) = self.parts.pop() {
            let sum = fast_sum(high, part);
            (high, low) = (sum.high, sum.low);
            if low != 0.0 {
                break;
            }
        }
        // Half way between two floats: what is left below decides.
        if let Some(&below) = self.parts.last()
            && ((low < 0.0 && below < 0.0) || (low > 0.0 && below > 0.0))
        {
            let twice = low * 2.0;
            let up = high + twice;
            if twice == up - high {
                high = up;
            }
        }
        Ok(high)
    }
}

/// A sum of products in three floats: the float part of `math.sumprod`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProductSum {
    high: f64,
    low: f64,
    tiny: f64,
}

impl ProductSum {
    pub fn add(&mut self, x: f64, y: f64) {
        let product = two_product(x, y);
        let high = two_sum(self.high, product.high);
        let first = two_sum(self.low, product.low);
        let second = two_sum(first.high, high.low);
        *self = ProductSum { high: high.high, low: second.high, tiny: self.tiny + first.low + second.low };
    }

    /// Is the sum so far a finite number?
    pub fn is_finite(&self) -> bool {
        self.high.is_finite()
    }

    pub fn finish(self) -> f64 {
        let last = two_sum(self.low, self.tiny);
        let total = two_sum(self.high, last.high);
        total.high + (total.low + last.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(parts: &[f64]) -> Result<f64, Fault> {
        let mut sum = FloatSum::default();
        parts.iter().try_for_each(|&x| sum.add(x))?;
        sum.finish()
    }

    #[test]
    fn operators() {
        assert_eq!(divmod(-7.0, 2.0), Ok((-4.0, 1.0)));
        assert_eq!(divmod(7.5, -2.0), Ok((-4.0, -0.5)));
        assert_eq!(modulo(-0.0, 3.0).map(f64::to_bits), Ok(0));
        assert_eq!(power(-8.0, 1.0 / 3.0), Ok(Power::Complex));
        assert_eq!(power(0.0, -1.0).unwrap_err().msg, "zero to a negative power");
        assert_eq!(power(10.0, 400.0).unwrap_err().msg, POW_RANGE);
        assert_eq!(pow(0.0, -1.0).unwrap_err().msg, "math domain error");
    }

    #[test]
    fn domains() {
        assert_eq!(sqrt(-1.0).unwrap_err().msg, "expected a nonnegative input, got -1.0");
        assert_eq!(sin(f64::INFINITY).unwrap_err().msg, "expected a finite input, got inf");
        assert_eq!(exp(1000.0).unwrap_err().msg, "math range error");
        assert_eq!(ln_of_int(&IBig::from(-1)).unwrap_err().msg, "expected a positive input");
        assert_eq!(ln_of_int(&IBig::from(10).pow(400)), Ok(921.0340371976182));
        assert!(acos(f64::NAN).unwrap().is_nan());
    }

    #[test]
    fn pieces_of_floats() {
        assert_eq!(frexp(8.0), (0.5, 4));
        assert_eq!(frexp(5e-324), (0.5, -1073));
        assert_eq!(ldexp(0.5, -1073), Ok(5e-324));
        assert_eq!(ldexp(1.0, i64::MAX), Err(range_error()));
        assert_eq!(modf(-2.5), (-0.5, -2.0));
        assert_eq!(next_after(0.0, -1.0, 1), -5e-324);
        assert_eq!(next_after(1.0, 2.0, u64::MAX), 2.0);
        assert_eq!(next_after(-5e-324, 1.0, 1).to_bits(), (-0.0f64).to_bits());
        assert_eq!(ulp(1.0), f64::EPSILON);
        assert_eq!(remainder(5.0, 2.0), Ok(1.0));
        assert_eq!(remainder(7.0, 2.0), Ok(-1.0));
    }

    #[test]
    fn sums() {
        assert_eq!(sum(&[0.1; 10]), Ok(1.0));
        assert_eq!(sum(&[1e100, 1.0, -1e100]), Ok(1.0));
        assert_eq!(sum(&[1e16, 1.0, 1e-16]), Ok(10000000000000002.0));
        assert_eq!(sum(&[1e308, 1e308]).unwrap_err().msg, "intermediate overflow in fsum");
        assert_eq!(sum(&[f64::INFINITY, f64::NEG_INFINITY]).unwrap_err().msg, "-inf + inf in fsum");
        assert_eq!(norm(&[3.0, 4.0]), 5.0);
        assert_eq!(norm(&[1e308, 1e308]), 1.4142135623730951e308);
        assert_eq!(norm(&[f64::NAN, f64::INFINITY]), f64::INFINITY);
        let mut products = ProductSum::default();
        [(10.0, 20.0), (0.1, 1e100), (-0.1, 1e100)].iter().for_each(|&(x, y)| products.add(x, y));
        assert_eq!(products.finish(), 200.0);
    }
}
