//! Unevaluated sums of two floats, about 106 bits: what the functions need that are to be rounded once.

use std::f64::consts::LN_2;

/// `high + low`, where `low` is at most half a unit of `high`'s last place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Double {
    pub high: f64,
    pub low: f64,
}

/// ln 2.
const LN_2_LOW: f64 = 2.3190468138462996e-17;

/// `a + b` exactly, if `a` is not the smaller one.
pub fn fast_sum(a: f64, b: f64) -> Double {
    let high = a + b;
    Double { high, low: (a - high) + b }
}

/// `a + b` exactly.
pub fn two_sum(a: f64, b: f64) -> Double {
    let high = a + b;
    let part = high - a;
    Double { high, low: (a - (high - part)) + (b - part) }
}

/// `a * b` exactly.
pub fn two_product(a: f64, b: f64) -> Double {
    let high = a * b;
    Double { high, low: a.mul_add(b, -high) }
}

impl From<f64> for Double {
    fn from(x: f64) -> Double {
        Double { high: x, low: 0.0 }
    }
}

impl std::ops::Neg for Double {
    type Output = Double;

    fn neg(self) -> Double {
        Double { high: -self.high, low: -self.low }
    }
}

impl std::ops::Add for Double {
    type Output = Double;

    fn add(self, other: Double) -> Double {
        let high = two_sum(self.high, other.high);
        let low = two_sum(self.low, other.low);
        let middle = fast_sum(high.high, high.low + low.high);
        fast_sum(middle.high, middle.low + low.low)
    }
}

impl std::ops::Sub for Double {
    type Output = Double;

    fn sub(self, other: Double) -> Double {
        self + -other
    }
}

impl std::ops::Mul for Double {
    type Output = Double;

    fn mul(self, other: Double) -> Double {
        let product = two_product(self.high, other.high);
        fast_sum(product.high, product.low + (self.high * other.low + self.low * other.high))
    }
}

impl std::ops::Div for Double {
    type Output = Double;

    fn div(self, other: Double) -> Double {
        let first = self.high / other.high;
        let rest = self - other * Double::from(first);
        let second = rest.high / other.high;
        let rest = rest - other * Double::from(second);
        let quotient = fast_sum(first, second);
        quotient + Double::from(rest.high / other.high)
    }
}

impl Double {
    pub const ONE: Double = Double { high: 1.0, low: 0.0 };
    const LN_2: Double = Double { high: LN_2, low: LN_2_LOW };

    /// The nearest float.
    pub fn round(self) -> f64 {
        self.high + self.low
    }

    fn scale(self, factor: f64) -> Double {
        Double { high: self.high * factor, low: self.low * factor }
    }

    pub fn sqrt(self) -> Double {
        if self.high <= 0.0 {
            return Double::from(0.0);
        }
        let root = self.high.sqrt();
        let rest = self - two_product(root, root);
        let first = fast_sum(root, rest.high / (2.0 * root));
        let rest = self - first * first;
        first + Double::from(rest.high / (2.0 * root))
    }

    /// e to the power of this, which is to be well within the range of floats.
    fn exp(self) -> Double {
        const HALVINGS: i32 = 9;
        let turns = (self.high / LN_2).round();
        let small = (self - Double::LN_2 * Double::from(turns)).scale(0.5f64.powi(HALVINGS));
        // e**x - 1 by Taylor, then doubled as often as x was halved.
        let mut sum = Double::from(0.0);
        for nth in (1..=10).rev() {
            sum = (sum + Double::ONE) * small / Double::from(f64::from(nth));
        }
        for _ in 0..HALVINGS {
            sum = sum.scale(2.0) + sum * sum;
        }
        (sum + Double::ONE).scale(2f64.powi(turns as i32))
    }

    /// The natural logarithm of this, which is to be well above zero and not close to one.
    fn ln(self) -> Double {
        // The scale is taken out, so that the exponential stays in range.
        let (_, exponent) = super::float_math::frexp(self.high);
        let half = exponent / 2;
        let scaled = self.scale(2f64.powi(-half)).scale(2f64.powi(half - exponent));
        let guess = scaled.high.ln();
        let error = scaled * Double::from(-guess).exp() - Double::ONE;
        let step = error - (error * error).scale(0.5);
        Double::LN_2 * Double::from(f64::from(exponent)) + (Double::from(guess) + step)
    }

    /// Sums `x * (1 + c1 x^2 (1 + c2 x^2 (...)))`, where `ratio` gives c1, c2 and so on as fractions.
    fn odd_series(self, ratio: impl Fn(f64) -> (f64, f64)) -> Double {
        let square = self * self;
        let mut sum = Double::ONE;
        for nth in (1..=16).rev() {
            let (top, bottom) = ratio(f64::from(nth));
            sum = Double::ONE + sum * square * Double::from(top) / Double::from(bottom);
        }
        self * sum
    }

    /// Below this a series is better than a logarithm, which loses what is near one.
    const SMALL: f64 = 0.03;

    fn asinh(self) -> Double {
        if self.high < Double::SMALL {
            return self.odd_series(|n| (-(2.0 * n - 1.0) * (2.0 * n - 1.0), 2.0 * n * (2.0 * n + 1.0)));
        }
        (self + (self * self + Double::ONE).sqrt()).ln()
    }
}

/// Above this, one more or less under the root of `x * x` does not matter.
const HUGE: f64 = 1e17;

pub fn asinh(x: f64) -> f64 {
    let size = x.abs();
    // Below this the result is x, which is also how its sign of zero is kept.
    if !x.is_finite() || size < 1e-160 {
        return x;
    }
    let result =
        if size > HUGE { Double::from(size).ln() + Double::LN_2 } else { Double::from(size).asinh() };
    result.round().copysign(x)
}

/// Of `x` from one on.
pub fn acosh(x: f64) -> f64 {
    if x == 1.0 || !x.is_finite() {
        return if x == 1.0 { 0.0 } else { x };
    }
    if x > HUGE {
        return (Double::from(x).ln() + Double::LN_2).round();
    }
    let above = two_sum(x, -1.0);
    // The sine whose cosine is x.
    let sine = (above * (above + Double::from(2.0))).sqrt();
    if sine.high < Double::SMALL {
        return sine.asinh().round();
    }
    (Double::from(x) + sine).ln().round()
}

/// Of `x` between minus one and one.
pub fn atanh(x: f64) -> f64 {
    let size = x.abs();
    if x.is_nan() || size < 1e-160 {
        return x;
    }
    let size = Double::from(size);
    let result = if size.high < Double::SMALL {
        size.odd_series(|n| (2.0 * n - 1.0, 2.0 * n + 1.0))
    } else {
        ((Double::ONE + size) / (Double::ONE - size)).ln().scale(0.5)
    };
    result.round().copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_once() {
        assert_eq!(asinh(-24.26929181293059), -3.8827831996468114);
        assert_eq!(asinh(f64::MAX), 710.475860073944);
        assert_eq!(acosh(2.0), 1.3169578969248168);
        assert_eq!(atanh(0.5), 0.5493061443340549);
        assert_eq!(atanh(-1.4880209517802233e-8), -1.4880209517802234e-8);
        assert_eq!(asinh(-0.0).to_bits(), (-0.0f64).to_bits());
    }
}
