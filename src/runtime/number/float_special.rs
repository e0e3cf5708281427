//! `gamma`, `lgamma`, `erf`, `erfc`: the special functions of `math`.
//!
//! The gamma functions use Lanczos' approximation with the coefficients and in the order of operations of CPython, so
//! that the last bit is the same.

use std::f64::consts::PI;

use super::Fault;
use super::float_text::repr;

/// Lanczos' g, and g - 1/2.
const G: f64 = 6.02468004077673;
const G_MINUS_HALF: f64 = 5.52468004077673;
const LOG_PI: f64 = 1.1447298858494002;

const LANCZOS_TOP: [f64; 13] = [
    23531376880.41076,
    42919803642.6491,
    35711959237.35567,
    17921034426.03721,
    6039542586.352028,
    1439720407.3117216,
    248874557.86205417,
    31426415.585400194,
    2876370.6289353725,
    186056.26539522348,
    8071.672002365816,
    210.82427775157936,
    2.5066282746310002,
];
const LANCZOS_BOTTOM: [f64; 13] = [
    0.0,
    39916800.0,
    120543840.0,
    150917976.0,
    105258076.0,
    45995730.0,
    13339535.0,
    2637558.0,
    357423.0,
    32670.0,
    1925.0,
    66.0,
    1.0,
];

/// The sum in Lanczos' formula, a quotient of polynomials.
fn lanczos_sum(x: f64) -> f64 {
    let step = |pair: (f64, f64), (top, bottom): (&f64, &f64)| (pair.0 * x + top, pair.1 * x + bottom);
    let step_down = |pair: (f64, f64), (top, bottom): (&f64, &f64)| (pair.0 / x + top, pair.1 / x + bottom);
    let both = LANCZOS_TOP.iter().zip(&LANCZOS_BOTTOM);
    // Large arguments go by 1/x, lest the powers overflow.
    let (top, bottom) =
        if x < 5.0 { both.rev().fold((0.0, 0.0), step) } else { both.fold((0.0, 0.0), step_down) };
    top / bottom
}

/// sin(pi * x), exact at integers.
fn sin_pi(x: f64) -> f64 {
    let y = x.abs() % 2.0;
    let size = match (2.0 * y).round() as i32 {
        0 => (PI * y).sin(),
        1 => (PI * (y - 0.5)).cos(),
        2 => (PI * (1.0 - y)).sin(),
        3 => -(PI * (y - 1.5)).cos(),
        _ => (PI * (y - 2.0)).sin(),
    };
    1f64.copysign(x) * size
}

#[cold]
fn pole(x: f64) -> Fault {
    Fault::value(format!("expected a noninteger or positive integer, got {}", repr(x)))
}

#[cold]
fn range_error() -> Fault {
    Fault::overflow("math range error")
}

/// `math.gamma(x)`.
pub fn gamma(x: f64) -> Result<f64, Fault> {
    if x.is_nan() || x == f64::INFINITY {
        return Ok(x);
    }
    if x == f64::NEG_INFINITY || x == 0.0 || (x < 0.0 && x == x.floor()) {
        return Err(pole(x));
    }
    if x == x.floor() && x <= 23.0 {
        // Factorials up to 22! are exact.
        return Ok((1..x as u64).map(|n| n as f64).product());
    }
    let size = x.abs();
    if size < 1e-20 {
        let result = 1.0 / x;
        return if result.is_infinite() { Err(range_error()) } else { Ok(result) };
    }
    if size > 200.0 {
        return if x < 0.0 { Ok(0.0 / sin_pi(x)) } else { Err(range_error()) };
    }
    let y = size + G_MINUS_HALF;
    // What was lost when y was rounded.
    let lost = if size > G_MINUS_HALF { (y - size) - G_MINUS_HALF } else { (y - G_MINUS_HALF) - size };
    let correction = lost * G / y;
    let result = if x < 0.0 {
        let mut result = -PI / sin_pi(size) / size * y.exp() / lanczos_sum(size);
        result -= correction * result;
        if size < 140.0 {
            result / y.powf(size - 0.5)
        } else {
            let root = y.powf(size / 2.0 - 0.25);
            result / root / root
        }
    } else {
        let mut result = lanczos_sum(size) / y.exp();
        result += correction * result;
        if size < 140.0 {
            result * y.powf(size - 0.5)
        } else {
            let root = y.powf(size / 2.0 - 0.25);
            result * root * root
        }
    };
    if result.is_infinite() { Err(range_error()) } else { Ok(result) }
}

/// `math.lgamma(x)`.
pub fn lgamma(x: f64) -> Result<f64, Fault> {
    if !x.is_finite() {
        return Ok(if x.is_nan() { x } else { f64::INFINITY });
    }
    if x == x.floor() && x <= 2.0 {
        return if x <= 0.0 { Err(pole(x)) } else { Ok(0.0) };
    }
    let size = x.abs();
    if size < 1e-20 {
        return Ok(-size.ln());
    }
    let mut result = lanczos_sum(size).ln() - G;
    result += (size - 0.5) * ((size + G - 0.5).ln() - 1.0);
    if x < 0.0 {
        result = LOG_PI - sin_pi(size).abs().ln() - size.ln() - result;
    }
    if result.is_infinite() { Err(range_error()) } else { Ok(result) }
}

/// `math.erf(x)`.
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// `math.erfc(x)`.
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(gamma(0.5), Ok(1.7724538509055159));
        assert_eq!(gamma(5.0), Ok(24.0));
        assert_eq!(gamma(-1.5), Ok(2.3632718012073544));
        assert_eq!(gamma(f64::INFINITY), Ok(f64::INFINITY));
        assert_eq!(gamma(172.0).unwrap_err().msg, "math range error");
        assert_eq!(gamma(-2.0).unwrap_err().msg, "expected a noninteger or positive integer, got -2.0");
        assert_eq!(lgamma(4.0), Ok(1.7917594692280554));
        assert_eq!(lgamma(0.0).unwrap_err().msg, "expected a noninteger or positive integer, got 0.0");
        assert_eq!(erf(1.0), 0.8427007929497149);
        assert_eq!(erfc(10.0), 2.088487583762545e-45);
    }
}
