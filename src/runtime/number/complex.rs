//! Complex numbers: `complex("...")`, `repr`, and the arithmetic of 3.14, which follows annex G of C for infinities and
//! treats a real operand as real.

use super::Fault;
use super::float_text::{Layout, parse, trim_ascii_space, write_magnitude};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex {
    pub real: f64,
    pub imag: f64,
}

impl Complex {
    pub const ONE: Complex = Complex { real: 1.0, imag: 0.0 };

    pub const fn new(real: f64, imag: f64) -> Complex {
        Complex { real, imag }
    }

    fn is_finite(self) -> bool {
        self.real.is_finite() && self.imag.is_finite()
    }

    fn is_infinite(self) -> bool {
        self.real.is_infinite() || self.imag.is_infinite()
    }

    fn is_all_nan(self) -> bool {
        self.real.is_nan() && self.imag.is_nan()
    }

    /// Infinities to ones and all else to zeros, with their signs.
    fn boxed(self) -> Complex {
        let unit = |x: f64| (if x.is_infinite() { 1f64 } else { 0.0 }).copysign(x);
        Complex::new(unit(self.real), unit(self.imag))
    }

    /// Not-a-numbers to zeros, with their signs.
    fn without_nan(self) -> Complex {
        let clean = |x: f64| if x.is_nan() { 0f64.copysign(x) } else { x };
        Complex::new(clean(self.real), clean(self.imag))
    }
}

/// `repr(z)`.
pub fn repr(z: Complex) -> String {
    let mut out = String::new();
    let part = |x: f64, plus: bool, out: &mut String| {
        if x.is_sign_negative() && !x.is_nan() {
            out.push('-');
        } else if plus {
            out.push('+');
        }
        // The shortest form has no precision that could fail.
        let _ = write_magnitude(x, Layout::Shortest, 0, false, false, out);
    };
    if z.real.to_bits() == 0 {
        part(z.imag, false, &mut out);
        out.push('j');
        return out;
    }
    out.push('(');
    part(z.real, false, &mut out);
    part(z.imag, true, &mut out);
    out.push_str("j)");
    out
}

/// How long the float at the start of `text` is.
fn float_len(text: &[u8]) -> usize {
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let starts =
        |word: &[u8]| text.get(sign..sign + word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    for word in [&b"infinity"[..], b"inf", b"nan"] {
        if starts(word) {
            return sign + word.len();
        }
    }
    let run = |at: usize| text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = run(sign);
    let mut end = sign + whole;
    let mut digits = whole;
    if text.get(end) == Some(&b'.') {
        let fraction = run(end + 1);
        digits += fraction;
        end += 1 + fraction;
    }
    if digits == 0 {
        return 0;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let signed = end + 1 + usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        if signed <= text.len() && run(signed) > 0 {
            end = signed + run(signed);
        }
    }
    end
}

/// Reads the whole of `text` (ASCII) as `complex(text)` does; `None`: "complex() arg is a malformed string".
pub fn from_text(text: &[u8]) -> Option<Complex> {
    if text.contains(&b'_') {
        return from_plain(&super::float_text::without_underscores(text)?);
    }
    from_plain(text)
}

fn from_plain(text: &[u8]) -> Option<Complex> {
    let mut text = trim_ascii_space(text);
    if let Some(inner) = text.strip_prefix(b"(") {
        text = trim_ascii_space(inner.strip_suffix(b")")?);
    }
    let imaginary = |rest: &[u8]| matches!(rest, b"j" | b"J");
    let len = float_len(text);
    if len == 0 {
        // "j", "+j", "-j"
        return match text {
            [b'-', rest @ ..] if imaginary(rest) => Some(Complex::new(0.0, -1.0)),
            [b'+', rest @ ..] | rest if imaginary(rest) => Some(Complex::new(0.0, 1.0)),
            _ => None,
        };
    }
    let first = parse(&text[..len])?;
    let rest = &text[len..];
    match rest.first() {
        None => Some(Complex::new(first, 0.0)),
        Some(b'j' | b'J') => imaginary(rest).then_some(Complex::new(0.0, first)),
        Some(&sign @ (b'+' | b'-')) => {
            let len = float_len(rest);
            let (imag, tail) = match len {
                0 => (if sign == b'-' { -1.0 } else { 1.0 }, &rest[1..]),
                _ => (parse(&rest[..len])?, &rest[len..]),
            };
            imaginary(tail).then_some(Complex::new(first, imag))
        }
        _ => None,
    }
}

/// `z * w`.
pub fn mul(z: Complex, w: Complex) -> Complex {
    let product = |z: Complex, w: Complex| {
        Complex::new(z.real * w.real - z.imag * w.imag, z.real * w.imag + z.imag * w.real)
    };
    let result = product(z, w);
    if !result.is_all_nan() {
        return result;
    }
    // Infinities that came out as not-a-numbers.
    let (mut a, mut b, mut again) = (z, w, false);
    if a.is_infinite() {
        (a, b, again) = (a.boxed(), b.without_nan(), true);
    }
    if b.is_infinite() {
        (a, b, again) = (a.without_nan(), b.boxed(), true);
    }
    let overflowed = [z.real * w.real, z.imag * w.imag, z.real * w.imag, z.imag * w.real];
    if !again && overflowed.iter().any(|x| x.is_infinite()) {
        (a, b, again) = (a.without_nan(), b.without_nan(), true);
    }
    if !again {
        return result;
    }
    let unit = product(a, b);
    Complex::new(f64::INFINITY * unit.real, f64::INFINITY * unit.imag)
}

/// `z * x`.
pub fn mul_real(z: Complex, x: f64) -> Complex {
    Complex::new(z.real * x, z.imag * x)
}

/// `z - x`, where only the real part takes part.
pub fn sub_real(z: Complex, x: f64) -> Complex {
    Complex::new(z.real - x, z.imag)
}

/// `x - z`.
pub fn real_sub(x: f64, z: Complex) -> Complex {
    Complex::new(x - z.real, -z.imag)
}

/// `z + x`.
pub fn add_real(z: Complex, x: f64) -> Complex {
    Complex::new(z.real + x, z.imag)
}

#[cold]
fn by_zero() -> Fault {
    super::int_math::division_by_zero()
}

/// `z / w`, by Smith's method.
pub fn div(z: Complex, w: Complex) -> Result<Complex, Fault> {
    let (real, imag) = (w.real.abs(), w.imag.abs());
    let mut result = Complex::new(f64::NAN, f64::NAN);
    if real >= imag {
        if real == 0.0 {
            return Err(by_zero());
        }
        let ratio = w.imag / w.real;
        let bottom = w.real + w.imag * ratio;
        result = Complex::new((z.real + z.imag * ratio) / bottom, (z.imag - z.real * ratio) / bottom);
    } else if imag >= real {
        let ratio = w.real / w.imag;
        let bottom = w.real * ratio + w.imag;
        result = Complex::new((z.real * ratio + z.imag) / bottom, (z.imag * ratio - z.real) / bottom);
    }
    if result.is_all_nan() {
        if z.is_infinite() && w.is_finite() {
            let unit = z.boxed();
            result.real = f64::INFINITY * (unit.real * w.real + unit.imag * w.imag);
            result.imag = f64::INFINITY * (unit.imag * w.real - unit.real * w.imag);
        } else if w.is_infinite() && z.is_finite() {
            let unit = w.boxed();
            result.real = 0.0 * (z.real * unit.real + z.imag * unit.imag);
            result.imag = 0.0 * (z.imag * unit.real - z.real * unit.imag);
        }
    }
    Ok(result)
}

/// `z / x`.
pub fn div_real(z: Complex, x: f64) -> Result<Complex, Fault> {
    if x == 0.0 {
        return Err(by_zero());
    }
    Ok(Complex::new(z.real / x, z.imag / x))
}

/// `x / w`.
pub fn real_div(x: f64, w: Complex) -> Result<Complex, Fault> {
    let (real, imag) = (w.real.abs(), w.imag.abs());
    let mut result = Complex::new(f64::NAN, f64::NAN);
    if real >= imag {
        if real == 0.0 {
            return Err(by_zero());
        }
        let ratio = w.imag / w.real;
        let bottom = w.real + w.imag * ratio;
        result = Complex::new(x / bottom, (-x * ratio) / bottom);
    } else if imag >= real {
        let ratio = w.real / w.imag;
        let bottom = w.real * ratio + w.imag;
        result = Complex::new((x * ratio) / bottom, -x / bottom);
    }
    if result.is_all_nan() && x.is_finite() && w.is_infinite() {
        let unit = w.boxed();
        result = Complex::new(0.0 * (x * unit.real), 0.0 * (-x * unit.imag));
    }
    Ok(result)
}

/// `z ** w`.
pub fn pow(z: Complex, w: Complex) -> Result<Complex, Fault> {
    /// Up to this, whole exponents are powers by squaring.
    const WHOLE: f64 = 100.0;
    let zero_power = || Fault::zero_division("zero to a negative or complex power");
    let result = if w.imag == 0.0 && w.real == w.real.floor() && w.real.abs() <= WHOLE {
        let power = whole_power(z, w.real.abs() as u32);
        if w.real > 0.0 { power } else { div(Complex::ONE, power).map_err(|_| zero_power())? }
    } else if z.real == 0.0 && z.imag == 0.0 {
        if w.imag != 0.0 || w.real < 0.0 {
            return Err(zero_power());
        }
        Complex::new(0.0, 0.0)
    } else {
        let size = z.real.hypot(z.imag);
        let angle = z.imag.atan2(z.real);
        let mut len = size.powf(w.real);
        let mut phase = angle * w.real;
        if w.imag != 0.0 {
            len *= (-angle * w.imag).exp();
            phase += w.imag * size.ln();
        }
        if phase.is_infinite() {
            // C's sine of infinity is a domain error, which Python takes for this one.
            return Err(zero_power());
        }
        Complex::new(len * phase.cos(), len * phase.sin())
    };
    if result.is_infinite() {
        return Err(Fault::overflow("complex exponentiation"));
    }
    Ok(result)
}

fn whole_power(z: Complex, exponent: u32) -> Complex {
    let (mut result, mut square, mut left) = (Complex::ONE, z, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = mul(result, square);
        }
        square = mul(square, square);
        left >>= 1;
    }
    result
}

/// `abs(z)`.
pub fn abs(z: Complex) -> Result<f64, Fault> {
    if z.is_infinite() {
        return Ok(f64::INFINITY);
    }
    let size = z.real.hypot(z.imag);
    if size.is_infinite() && z.is_finite() {
        return Err(Fault::overflow("absolute value too large"));
    }
    Ok(size)
}

/// `hash(z)` from the hashes of its parts.
pub fn hash(real: i64, imag: i64) -> i64 {
    let mixed = (real as u64).wrapping_add((imag as u64).wrapping_mul(1_000_003)) as i64;
    if mixed == -1 { -2 } else { mixed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_both_ways() {
        for (text, real, imag, shown) in [
            ("1", 1.0, 0.0, "(1+0j)"),
            (" ( 1_0+2j ) ", 10.0, 2.0, "(10+2j)"),
            ("-j", 0.0, -1.0, "-1j"),
            ("J", 0.0, 1.0, "1j"),
            ("1e5-1e-3J", 1e5, -1e-3, "(100000-0.001j)"),
            ("1.5+j", 1.5, 1.0, "(1.5+1j)"),
            ("-0.0-0j", -0.0, -0.0, "(-0-0j)"),
            ("infinity-infj", f64::INFINITY, f64::NEG_INFINITY, "(inf-infj)"),
        ] {
            let z = from_text(text.as_bytes()).unwrap();
            assert_eq!((z.real.to_bits(), z.imag.to_bits()), (real.to_bits(), imag.to_bits()), "{text}");
            assert_eq!(repr(z), shown);
        }
        for text in ["", "1+", "1 +2j", "(1", "1)", "1e+j", "j1", "+", "1j+2", "1__0j", "++j", "()", "1+2"] {
            assert_eq!(from_text(text.as_bytes()), None, "{text}");
        }
        assert_eq!(repr(Complex::new(f64::NAN, -f64::NAN)), "(nan+nanj)");
    }

    #[test]
    fn infinities_survive() {
        let inf = f64::INFINITY;
        let z = mul(Complex::new(inf, f64::NAN), Complex::new(1.0, 1.0));
        assert!(z.real.is_infinite());
        assert_eq!(div(Complex::new(1.0, 1.0), Complex::new(inf, inf)), Ok(Complex::new(0.0, 0.0)));
        assert!(div(Complex::ONE, Complex::new(0.0, 0.0)).is_err());
        assert_eq!(pow(Complex::new(0.0, 1.0), Complex::new(2.0, 0.0)), Ok(Complex::new(-1.0, 0.0)));
        assert_eq!(
            pow(Complex::new(0.0, 0.0), Complex::new(-1.0, 0.0)).unwrap_err().msg,
            "zero to a negative or complex power"
        );
        assert_eq!(
            pow(Complex::new(1e200, 1.0), Complex::new(3.0, 0.0)).unwrap_err().msg,
            "complex exponentiation"
        );
        assert_eq!(abs(Complex::new(f64::MAX, f64::MAX)).unwrap_err().msg, "absolute value too large");
    }
}
