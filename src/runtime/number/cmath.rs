//! The functions of `cmath`.
//!
//! Branch cuts follow the sign of zero. What has an infinite or undefined part is looked up in tables of special values
//! (annex G of C), after the cases in which only a sign depends on the other part.

use std::f64::consts::{E, FRAC_PI_2, FRAC_PI_4, LN_2, LN_10, PI};

use super::complex::{self, Complex};
use super::float_math::{domain_error, ldexp, range_error};
use super::{Fault, double};

type Outcome = Result<Complex, Fault>;

/// Results by the classes of the real and the imaginary part: minus infinity, negative, -0, 0, positive, infinity, nan.
/// A letter each: zero, one, infinity, pi, half, quarter and three quarters of it; capital (M for one) for negative; dots
/// for what is computed.
type Table = [&'static [u8; 20]; 7];

#[rustfmt::skip]
const ACOS: Table = [
    b"ti pi pi pI pI tI ni",
    b"hi .. .. .. .. hI nn",
    b"hi .. .. .. .. hI hn",
    b"hi .. .. .. .. hI hn",
    b"hi .. .. .. .. hI nn",
    b"qi zi zi zI zI qI ni",
    b"ni nn nn nn nn nI nn",
];

#[rustfmt::skip]
const ACOSH: Table = [
    b"iT iP iP ip ip it in",
    b"iH .. .. .. .. ih nn",
    b"iH .. .. .. .. ih nh",
    b"iH .. .. .. .. ih nh",
    b"iH .. .. .. .. ih nn",
    b"iQ iZ iZ iz iz iq in",
    b"in nn nn nn nn in nn",
];

#[rustfmt::skip]
const ASINH: Table = [
    b"IQ IZ IZ Iz Iz Iq In",
    b"IH .. .. .. .. Ih nn",
    b"IH .. .. .. .. Ih nn",
    b"iH .. .. .. .. ih nn",
    b"iH .. .. .. .. ih nn",
    b"iQ iZ iZ iz iz iq in",
    b"in nn nZ nz nn in nn",
];

#[rustfmt::skip]
const ATANH: Table = [
    b"ZH ZH ZH Zh Zh Zh Zn",
    b"ZH .. .. .. .. Zh nn",
    b"ZH .. .. .. .. Zh Zn",
    b"zH .. .. .. .. zh zn",
    b"zH .. .. .. .. zh nn",
    b"zH zH zH zh zh zh zn",
    b"zH nn nn nn nn zh nn",
];

#[rustfmt::skip]
const COSH: Table = [
    b"nn ii iz iZ iI nn in",
    b"nn .. .. .. .. nn nn",
    b"nn .. .. .. .. nn nz",
    b"nn .. .. .. .. nn nz",
    b"nn .. .. .. .. nn nn",
    b"nn iI iZ iz ii nn in",
    b"nn nn nz nz nn nn nn",
];

#[rustfmt::skip]
const EXP: Table = [
    b"zz zZ zZ zz zz zz zz",
    b"nn .. .. .. .. nn nn",
    b"nn .. .. .. .. nn nn",
    b"nn .. .. .. .. nn nn",
    b"nn .. .. .. .. nn nn",
    b"nn iI iZ iz ii nn in",
    b"nn nn nZ nz nn nn nn",
];

#[rustfmt::skip]
const LOG: Table = [
    b"iT iP iP ip ip it in",
    b"iH .. .. .. .. ih nn",
    b"iH .. .. .. .. ih nn",
    b"iH .. .. .. .. ih nn",
    b"iH .. .. .. .. ih nn",
    b"iQ iZ iZ iz iz iq in",
    b"in nn nn nn nn in nn",
];

#[rustfmt::skip]
const SINH: Table = [
    b"nn II IZ Iz Ii nn in",
    b"nn .. .. .. .. nn nn",
    b"nn .. .. .. .. nn zn",
    b"nn .. .. .. .. nn zn",
    b"nn .. .. .. .. nn nn",
    b"nn iI iZ iz ii nn in",
    b"nn nn nZ nz nn nn nn",
];

#[rustfmt::skip]
const SQRT: Table = [
    b"iI zI zI zi zi ii ni",
    b"iI .. .. .. .. ii nn",
    b"iI .. .. .. .. ii nn",
    b"iI .. .. .. .. ii nn",
    b"iI .. .. .. .. ii nn",
    b"iI iZ iZ iz iz ii in",
    b"iI nn nn nn nn ii nn",
];

#[rustfmt::skip]
const TANH: Table = [
    b"Mz MZ MZ Mz Mz Mz Mz",
    b"nn .. .. .. .. nn nn",
    b"nn .. .. .. .. nn Zn",
    b"nn .. .. .. .. nn zn",
    b"nn .. .. .. .. nn nn",
    b"1z 1Z 1Z 1z 1z 1z 1z",
    b"nn nn nZ nz nn nn nn",
];

#[rustfmt::skip]
const RECT: Table = [
    b"nn Ii Iz IZ II nn in",
    b"nn .. .. .. .. nn nn",
    b"zz .. .. .. .. zz zz",
    b"zz .. .. .. .. zz zz",
    b"nn .. .. .. .. nn nn",
    b"nn iI iZ iz ii nn in",
    b"nn nn nz nz nn nn nn",
];

fn class(x: f64) -> usize {
    if x.is_nan() {
        return 6;
    }
    let size = match x.abs() {
        f64::INFINITY => 2,
        0.0 => 0,
        _ => 1,
    };
    if x.is_sign_negative() { 2 - size } else { 3 + size }
}

fn value(letter: u8) -> f64 {
    let size = match letter.to_ascii_lowercase() {
        b'z' => 0.0,
        b'1' | b'm' => 1.0,
        b'i' => f64::INFINITY,
        b'p' => PI,
        b'h' => FRAC_PI_2,
        b'q' => FRAC_PI_4,
        b't' => 3.0 * FRAC_PI_4,
        _ => f64::NAN,
    };
    if letter.is_ascii_uppercase() { -size } else { size }
}

/// The tabled result, if a part is not finite.
fn special(table: &Table, z: Complex) -> Option<Complex> {
    if z.real.is_finite() && z.imag.is_finite() {
        return None;
    }
    let row = table[class(z.real)];
    let at = class(z.imag) * 3;
    Some(Complex::new(value(row[at]), value(row[at + 1])))
}

const LARGE: f64 = f64::MAX / 4.0;

fn is_large(z: Complex) -> bool {
    z.real.abs() > LARGE || z.imag.abs() > LARGE
}

fn log_large() -> f64 {
    LARGE.ln()
}

/// The logarithm of the size of a large number.
fn ln_of_large(z: Complex) -> f64 {
    (z.real / 2.0).hypot(z.imag / 2.0).ln() + LN_2 * 2.0
}

fn in_range(z: Complex) -> Outcome {
    if z.real.is_infinite() || z.imag.is_infinite() { Err(range_error()) } else { Ok(z) }
}

fn neg(z: Complex) -> Complex {
    Complex::new(-z.real, -z.imag)
}

/// `i * z`.
fn turn(z: Complex) -> Complex {
    Complex::new(-z.imag, z.real)
}

/// `-i * z`.
fn turn_back(z: Complex) -> Complex {
    Complex::new(z.imag, -z.real)
}

/// A root of `z`.
fn root(z: Complex) -> Complex {
    if let Some(result) = special(&SQRT, z) {
        return result;
    }
    if z.real == 0.0 && z.imag == 0.0 {
        return Complex::new(0.0, z.imag);
    }
    let (real, imag) = (z.real.abs(), z.imag.abs());
    let half = if real < f64::MIN_POSITIVE && imag < f64::MIN_POSITIVE {
        // The length could be subnormal.
        let scale = 2f64.powi(53);
        (real * scale + (real * scale).hypot(imag * scale)).sqrt() * 2f64.powi(-27)
    } else {
        let eighth = real / 8.0;
        2.0 * (eighth + eighth.hypot(imag / 8.0)).sqrt()
    };
    let other = imag / (2.0 * half);
    if z.real >= 0.0 {
        Complex::new(half, other.copysign(z.imag))
    } else {
        Complex::new(other, half.copysign(z.imag))
    }
}

pub fn sqrt(z: Complex) -> Outcome {
    Ok(root(z))
}

pub fn acos(z: Complex) -> Outcome {
    if let Some(result) = special(&ACOS, z) {
        return Ok(result);
    }
    if is_large(z) {
        let size = ln_of_large(z);
        let imag = if z.real < 0.0 { -size.copysign(z.imag) } else { size.copysign(-z.imag) };
        return Ok(Complex::new(z.imag.abs().atan2(z.real), imag));
    }
    let low = root(Complex::new(1.0 - z.real, -z.imag));
    let high = root(Complex::new(1.0 + z.real, z.imag));
    Ok(Complex::new(
        2.0 * low.real.atan2(high.real),
        double::asinh(high.real * low.imag - high.imag * low.real),
    ))
}

pub fn acosh(z: Complex) -> Outcome {
    if let Some(result) = special(&ACOSH, z) {
        return Ok(result);
    }
    if is_large(z) {
        return Ok(Complex::new(ln_of_large(z), z.imag.atan2(z.real)));
    }
    let low = root(Complex::new(z.real - 1.0, z.imag));
    let high = root(Complex::new(z.real + 1.0, z.imag));
    Ok(Complex::new(
        double::asinh(low.real * high.real + low.imag * high.imag),
        2.0 * low.imag.atan2(high.real),
    ))
}

pub fn asinh(z: Complex) -> Outcome {
    if let Some(result) = special(&ASINH, z) {
        return Ok(result);
    }
    if is_large(z) {
        let size = ln_of_large(z);
        let real = if z.imag >= 0.0 { size.copysign(z.real) } else { -size.copysign(-z.real) };
        return Ok(Complex::new(real, z.imag.atan2(z.real.abs())));
    }
    let up = root(Complex::new(1.0 + z.imag, -z.real));
    let down = root(Complex::new(1.0 - z.imag, z.real));
    Ok(Complex::new(
        double::asinh(up.real * down.imag - down.real * up.imag),
        z.imag.atan2(up.real * down.real - up.imag * down.imag),
    ))
}

pub fn asin(z: Complex) -> Outcome {
    asinh(turn(z)).map(turn_back)
}

pub fn atanh(z: Complex) -> Outcome {
    if let Some(result) = special(&ATANH, z) {
        return Ok(result);
    }
    if z.real.is_sign_negative() {
        return atanh(neg(z)).map(neg);
    }
    let imag = z.imag.abs();
    let large = LARGE.sqrt();
    if z.real > large || imag > large {
        let size = (z.real / 2.0).hypot(z.imag / 2.0);
        return Ok(Complex::new(z.real / 4.0 / size / size, -FRAC_PI_2.copysign(-z.imag)));
    }
    if z.real == 1.0 && imag < f64::MIN_POSITIVE.sqrt() {
        if imag == 0.0 {
            return Err(domain_error());
        }
        return Ok(Complex::new(
            -(imag.sqrt() / imag.hypot(2.0).sqrt()).ln(),
            (2f64.atan2(-imag) / 2.0).copysign(z.imag),
        ));
    }
    let below = 1.0 - z.real;
    Ok(Complex::new(
        (4.0 * z.real / (below * below + imag * imag)).ln_1p() / 4.0,
        -(-2.0 * z.imag).atan2(below * (1.0 + z.real) - imag * imag) / 2.0,
    ))
}

pub fn atan(z: Complex) -> Outcome {
    atanh(turn(z)).map(turn_back)
}

/// Whether only signs depend on the imaginary part.
fn is_far(z: Complex) -> bool {
    z.real.is_infinite() && z.imag.is_finite() && z.imag != 0.0
}

/// What is infinite with the signs of the cosine and the sine.
fn directed(size: f64, angle: f64) -> Complex {
    Complex::new(size.copysign(angle.cos()), size.copysign(angle.sin()))
}

pub fn cosh(z: Complex) -> Outcome {
    if z.imag.is_infinite() && !z.real.is_nan() {
        return Err(domain_error());
    }
    if is_far(z) {
        let far = directed(f64::INFINITY, z.imag);
        return Ok(Complex::new(far.real, if z.real > 0.0 { far.imag } else { -far.imag }));
    }
    if let Some(result) = special(&COSH, z) {
        return Ok(result);
    }
    in_range(if z.real.abs() > log_large() {
        let less = z.real - 1f64.copysign(z.real);
        Complex::new(z.imag.cos() * less.cosh() * E, z.imag.sin() * less.sinh() * E)
    } else {
        Complex::new(z.imag.cos() * z.real.cosh(), z.imag.sin() * z.real.sinh())
    })
}

pub fn cos(z: Complex) -> Outcome {
    cosh(turn(z))
}

pub fn sinh(z: Complex) -> Outcome {
    if z.imag.is_infinite() && !z.real.is_nan() {
        return Err(domain_error());
    }
    if is_far(z) {
        let far = directed(f64::INFINITY, z.imag);
        return Ok(Complex::new(if z.real > 0.0 { far.real } else { -far.real }, far.imag));
    }
    if let Some(result) = special(&SINH, z) {
        return Ok(result);
    }
    in_range(if z.real.abs() > log_large() {
        let less = z.real - 1f64.copysign(z.real);
        Complex::new(z.imag.cos() * less.sinh() * E, z.imag.sin() * less.cosh() * E)
    } else {
        Complex::new(z.imag.cos() * z.real.sinh(), z.imag.sin() * z.real.cosh())
    })
}

pub fn sin(z: Complex) -> Outcome {
    sinh(turn(z)).map(turn_back)
}

pub fn tanh(z: Complex) -> Outcome {
    if z.imag.is_infinite() && z.real.is_finite() {
        return Err(domain_error());
    }
    if is_far(z) {
        let sign = 2.0 * z.imag.sin() * z.imag.cos();
        return Ok(Complex::new(1f64.copysign(z.real), 0f64.copysign(sign)));
    }
    if let Some(result) = special(&TANH, z) {
        return Ok(result);
    }
    if z.real.abs() > log_large() {
        let imag = 4.0 * z.imag.sin() * z.imag.cos() * (-2.0 * z.real.abs()).exp();
        return Ok(Complex::new(1f64.copysign(z.real), imag));
    }
    let (tx, ty) = (z.real.tanh(), z.imag.tan());
    let cx = 1.0 / z.real.cosh();
    let both = tx * ty;
    let bottom = 1.0 + both * both;
    Ok(Complex::new(tx * (1.0 + ty * ty) / bottom, ((ty / bottom) * cx) * cx))
}

pub fn tan(z: Complex) -> Outcome {
    tanh(turn(z)).map(turn_back)
}

pub fn exp(z: Complex) -> Outcome {
    if z.imag.is_infinite() && (z.real.is_finite() || z.real == f64::INFINITY) {
        return Err(domain_error());
    }
    if is_far(z) {
        return Ok(directed(if z.real > 0.0 { f64::INFINITY } else { 0.0 }, z.imag));
    }
    if let Some(result) = special(&EXP, z) {
        return Ok(result);
    }
    in_range(if z.real > log_large() {
        let less = (z.real - 1.0).exp();
        Complex::new(less * z.imag.cos() * E, less * z.imag.sin() * E)
    } else {
        let size = z.real.exp();
        Complex::new(size * z.imag.cos(), size * z.imag.sin())
    })
}

pub fn log(z: Complex) -> Outcome {
    if let Some(result) = special(&LOG, z) {
        return Ok(result);
    }
    let (real, imag) = (z.real.abs(), z.imag.abs());
    let size = if is_large(z) {
        (real / 2.0).hypot(imag / 2.0).ln() + LN_2
    } else if real < f64::MIN_POSITIVE && imag < f64::MIN_POSITIVE {
        if real == 0.0 && imag == 0.0 {
            return Err(domain_error());
        }
        let scaled = |x: f64| ldexp(x, 53).unwrap_or(x);
        scaled(real).hypot(scaled(imag)).ln() - 53.0 * LN_2
    } else {
        let len = real.hypot(imag);
        if (0.71..=1.73).contains(&len) {
            let (more, less) = (real.max(imag), real.min(imag));
            ((more - 1.0) * (more + 1.0) + less * less).ln_1p() / 2.0
        } else {
            len.ln()
        }
    };
    Ok(Complex::new(size, z.imag.atan2(z.real)))
}

/// `cmath.log(z, base)`.
pub fn log_base(z: Complex, base: Complex) -> Outcome {
    complex::div(log(z)?, log(base)?).map_err(|_| domain_error())
}

pub fn log10(z: Complex) -> Outcome {
    log(z).map(|log| Complex::new(log.real / LN_10, log.imag / LN_10))
}

/// `cmath.phase`. A result too small for a float is an error, since C's `atan2` reports it.
pub fn phase(z: Complex) -> Result<f64, Fault> {
    let angle = z.imag.atan2(z.real);
    if angle == 0.0 && z.imag != 0.0 && z.real.is_finite() { Err(range_error()) } else { Ok(angle) }
}

/// `cmath.polar`.
pub fn polar(z: Complex) -> Result<(f64, f64), Fault> {
    let size = complex::abs(z).map_err(|_| range_error())?;
    Ok((size, z.imag.atan2(z.real)))
}

/// `cmath.rect`.
pub fn rect(size: f64, angle: f64) -> Outcome {
    if size != 0.0 && !size.is_nan() && angle.is_infinite() {
        return Err(domain_error());
    }
    if size.is_infinite() && angle.is_finite() && angle != 0.0 {
        let far = directed(f64::INFINITY, angle);
        return Ok(if size > 0.0 { far } else { neg(far) });
    }
    if let Some(result) = special(&RECT, Complex::new(size, angle)) {
        return Ok(result);
    }
    if angle == 0.0 {
        return Ok(Complex::new(size, size * angle));
    }
    Ok(Complex::new(size * angle.cos(), size * angle.sin()))
}

/// `cmath.isclose`.
pub fn is_close(a: Complex, b: Complex, relative: f64, absolute: f64) -> Result<bool, Fault> {
    if relative < 0.0 || absolute < 0.0 {
        return Err(Fault::value("tolerances must be non-negative"));
    }
    if a == b {
        return Ok(true);
    }
    let infinite = |z: Complex| z.real.is_infinite() || z.imag.is_infinite();
    if infinite(a) || infinite(b) {
        return Ok(false);
    }
    let size = |z: Complex| z.real.hypot(z.imag);
    let gap = size(Complex::new(a.real - b.real, a.imag - b.imag));
    Ok(gap <= relative * size(b) || gap <= relative * size(a) || gap <= absolute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_values_and_errors() {
        let inf = f64::INFINITY;
        assert_eq!(sqrt(Complex::new(-4.0, -0.0)), Ok(Complex::new(0.0, -2.0)));
        assert_eq!(acos(Complex::new(-inf, inf)), Ok(Complex::new(3.0 * FRAC_PI_4, -inf)));
        assert_eq!(exp(Complex::new(-inf, 1.0)), Ok(Complex::new(0.0, 0.0)));
        assert_eq!(log(Complex::new(0.0, 0.0)), Err(domain_error()));
        assert_eq!(exp(Complex::new(1000.0, 0.0)), Err(range_error()));
        assert_eq!(tanh(Complex::new(0.0, inf)), Err(domain_error()));
        assert_eq!(rect(2.0, 0.0), Ok(Complex::new(2.0, 0.0)));
        assert_eq!(log(Complex::new(-1.0, 0.0)), Ok(Complex::new(0.0, PI)));
        assert_eq!(atan(Complex::new(0.0, 1.0)), Err(domain_error()));
    }
}
