//! `format(value, spec)` for `str`, `int`, `float` and `complex`.
//!
//! A number is laid out as padding, sign, prefix, padding, grouped digits, point, fraction, rest, padding; zero padding
//! after the sign takes part in the grouping.

use dashu_int::{IBig, Sign};

use super::format_spec::{FormatSpec, Grouping};
use super::{pad, wtf8};
use crate::runtime::number::float_text::{self, Layout};
use crate::runtime::number::{Fault, int_math, int_text};

/// What the presentation type `n` takes from the locale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locale<'a> {
    pub point: &'a [u8],
    pub separator: &'a [u8],
    /// Sizes of groups from the right, as C's `localeconv` has them.
    pub grouping: &'a [u8],
}

impl Locale<'_> {
    /// The locale of programs that never set one.
    pub const C: Locale<'static> = Locale { point: b".", separator: b"", grouping: b"" };
}

/// An int of either size.
#[derive(Clone, Copy, Debug)]
pub enum IntRef<'a> {
    Small(i64),
    Big(&'a IBig),
}

impl IntRef<'_> {
    pub(crate) fn is_negative(self) -> bool {
        match self {
            IntRef::Small(value) => value < 0,
            IntRef::Big(value) => value.sign() == Sign::Negative,
        }
    }

    /// The digits without a sign.
    pub(crate) fn digits(self, base: u32, limit: usize) -> Result<String, Fault> {
        let text = match (self, base) {
            (IntRef::Small(value), 10) => {
                let decimal = int_text::Decimal::of(value);
                let digits = decimal.text();
                return Ok(digits
                    .strip_prefix(b"-")
                    .unwrap_or(digits)
                    .iter()
                    .map(|&b| char::from(b))
                    .collect());
            }
            (IntRef::Small(value), _) => int_text::small_to_radix(value, base),
            (IntRef::Big(value), 10) => int_text::to_decimal(value, limit)?,
            (IntRef::Big(value), _) => int_text::to_radix(value, base),
        };
        Ok(text.strip_prefix('-').map(str::to_owned).unwrap_or(text))
    }

    fn to_float(self) -> Result<f64, Fault> {
        match self {
            IntRef::Small(value) => Ok(value as f64),
            IntRef::Big(value) => int_math::to_float(value),
        }
    }
}

/// Where digits are cut: the separator, and the sizes as in [`Locale::grouping`].
#[derive(Clone, Copy)]
struct Groups<'a> {
    separator: &'a [u8],
    sizes: &'a [u8],
    point: &'a [u8],
    fraction: Grouping,
}

impl<'a> Groups<'a> {
    fn of(spec: &FormatSpec, locale: &Locale<'a>) -> Groups<'a> {
        let fraction = spec.fraction_grouping;
        if spec.kind == u32::from(b'n') {
            return Groups {
                separator: locale.separator,
                sizes: locale.grouping,
                point: locale.point,
                fraction,
            };
        }
        let sizes: &[u8] = match (spec.grouping, u8::try_from(spec.kind).unwrap_or(0)) {
            (Grouping::None, _) => &[],
            (_, b'b' | b'o' | b'x' | b'X') => &[4],
            _ => &[3],
        };
        Groups { separator: spec.grouping.text(), sizes, point: b".", fraction }
    }

    /// `digits` in groups, with zeros in front up to `min_width` code points.
    fn apply(&self, digits: &[u8], min_width: usize, out: &mut Vec<u8>) {
        // From the right: how many digits each group has, zeros included.
        let separator_len = wtf8::count(self.separator);
        let mut groups = Vec::new();
        let (mut left, mut room) = (digits.len(), min_width);
        let mut sizes = self.sizes.iter().copied();
        let mut size = 0usize;
        loop {
            match sizes.next() {
                Some(0) | None if size > 0 => {}
                Some(127) | None | Some(0) => size = usize::MAX,
                Some(next) => size = usize::from(next),
            }
            let len = size.min(left.max(room).max(1));
            groups.push(len);
            left = left.saturating_sub(len);
            room = room.saturating_sub(len);
            if left == 0 && room == 0 {
                break;
            }
            room = room.saturating_sub(separator_len);
        }
        let total: usize = groups.iter().sum();
        let mut zeros = total.saturating_sub(digits.len());
        let mut rest = digits;
        for (nth, &len) in groups.iter().rev().enumerate() {
            if nth > 0 {
                out.extend_from_slice(self.separator);
            }
            let put = zeros.min(len);
            out.resize(out.len() + put, b'0');
            zeros -= put;
            let (head, tail) = rest.split_at((len - put).min(rest.len()));
            out.extend_from_slice(head);
            rest = tail;
        }
    }

    fn apply_fraction(&self, digits: &[u8], out: &mut Vec<u8>) {
        for (nth, group) in digits.chunks(3).enumerate() {
            if nth > 0 {
                out.extend_from_slice(self.fraction.text());
            }
            out.extend_from_slice(group);
        }
    }
}

/// The text of a number, taken apart.
struct Parts<'a> {
    negative: bool,
    prefix: &'a [u8],
    digits: &'a [u8],
    point: bool,
    fraction: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Of a float without its sign: `123.45e+67%`.
    fn of_float(text: &'a [u8], negative: bool) -> Parts<'a> {
        let run = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, tail) = text.split_at(run(text));
        let point = tail.first() == Some(&b'.');
        let tail = &tail[usize::from(point)..];
        let (fraction, rest) = tail.split_at(if point { run(tail) } else { 0 });
        Parts { negative, prefix: b"", digits, point, fraction, rest }
    }

    fn write(&self, spec: &FormatSpec, groups: &Groups<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
        let sign: &[u8] = match (self.negative, spec.sign) {
            (true, _) => b"-",
            (_, b'+') => b"+",
            (_, b' ') => b" ",
            _ => b"",
        };
        let mut grouped = Vec::new();
        let fraction = if groups.fraction == Grouping::None {
            self.fraction
        } else {
            groups.apply_fraction(self.fraction, &mut grouped);
            &grouped
        };
        let point = if self.point { groups.point } else { b"" };
        let fixed =
            sign.len() + self.prefix.len() + wtf8::count(point) + fraction.len() + wtf8::count(self.rest);
        let width = spec.width.unwrap_or(0);
        let min_width = if spec.fill == 0x30 && spec.align == b'=' { width.saturating_sub(fixed) } else { 0 };
        let room = width.checked_mul(wtf8::encoded_len(spec.fill)).ok_or_else(Fault::memory)?;
        let room = room.checked_add(self.digits.len() * 5 + fixed * 4).ok_or_else(Fault::memory)?;
        out.try_reserve(room).map_err(|_| Fault::memory())?;
        let mut grouped = Vec::new();
        let digits = if self.digits.is_empty() || (groups.sizes.is_empty() && min_width <= self.digits.len())
        {
            self.digits
        } else {
            grouped.try_reserve(min_width).map_err(|_| Fault::memory())?;
            groups.apply(self.digits, min_width, &mut grouped);
            &grouped
        };
        let margin = width.saturating_sub(fixed + wtf8::count(digits));
        let (left, inner, right) = match spec.align {
            b'<' => (0, 0, margin),
            b'^' => (margin / 2, 0, margin - margin / 2),
            b'=' => (0, margin, 0),
            _ => (margin, 0, 0),
        };
        pad::push_fill(out, spec.fill, left);
        out.extend_from_slice(sign);
        out.extend_from_slice(self.prefix);
        pad::push_fill(out, spec.fill, inner);
        out.extend_from_slice(digits);
        out.extend_from_slice(point);
        out.extend_from_slice(fraction);
        out.extend_from_slice(self.rest);
        pad::push_fill(out, spec.fill, right);
        Ok(())
    }
}

/// `format(text, spec)`.
pub fn format_str(text: &[u8], spec: &[u8], type_name: &str) -> Result<Vec<u8>, Fault> {
    let spec = FormatSpec::parse(spec, type_name, b's', b'<')?;
    if spec.kind != u32::from(b's') {
        return Err(spec.unknown_kind(type_name));
    }
    let refused = match spec.sign {
        b' ' => Some("Space not allowed in string format specifier"),
        0 if spec.no_negative_zero => {
            Some("Negative zero coercion (z) not allowed in string format specifier")
        }
        0 if spec.alternate => Some("Alternate form (#) not allowed in string format specifier"),
        0 if spec.align == b'=' => Some("'=' alignment not allowed in string format specifier"),
        0 => None,
        _ => Some("Sign not allowed in string format specifier"),
    };
    if let Some(message) = refused {
        return Err(Fault::value(message));
    }
    let text = match spec.precision {
        Some(precision) => &text[..wtf8::advance(text, 0, precision)],
        None => text,
    };
    let Some(width) = spec.width else {
        return Ok(text.to_vec());
    };
    let margin = width.saturating_sub(wtf8::count(text));
    let (left, right) = match spec.align {
        b'>' => (margin, 0),
        b'^' => (margin / 2, margin - margin / 2),
        _ => (0, margin),
    };
    pad::pad(text, left, right, &wtf8::from_points([spec.fill])).map_err(|_| Fault::memory())
}

/// The room that [`quick_int`] needs.
pub const QUICK: usize = 64;

/// `format(value, spec)` of a small int for the specifications that are met most, `[[fill]align][0][width][d|x|X]` in
/// ASCII; `None` for others, right or wrong. Gives the length of what stands in `out` then.
pub fn quick_int(value: i64, spec: &[u8], out: &mut [u8; QUICK]) -> Option<usize> {
    let is_align = |byte: u8| matches!(byte, b'<' | b'>' | b'^' | b'=');
    let (fill, align, rest) = match *spec {
        [fill, align, ref rest @ ..] if is_align(align) => (fill, align, rest),
        [align, ref rest @ ..] if is_align(align) => (b' ', align, rest),
        [b'0', ref rest @ ..] => (b'0', b'=', rest),
        _ => (b' ', b'>', spec),
    };
    let (width, rest) = match *rest {
        [b'0', ..] => return None,
        [ten @ b'1'..=b'9', one @ b'0'..=b'9', ref rest @ ..] => {
            (usize::from(ten - b'0') * 10 + usize::from(one - b'0'), rest)
        }
        [one @ b'1'..=b'9', ref rest @ ..] => (usize::from(one - b'0'), rest),
        ref rest => (0, rest),
    };
    if !fill.is_ascii() || width > QUICK {
        return None;
    }
    let decimal = int_text::Decimal::of(value);
    let mut hex = [0; 16];
    let (negative, digits) = match *rest {
        [] | [b'd'] => (value < 0, &decimal.text()[usize::from(value < 0)..]),
        [kind @ (b'x' | b'X')] => {
            let letters = if kind == b'x' { b"0123456789abcdef" } else { b"0123456789ABCDEF" };
            let (mut left, mut start) = (value.unsigned_abs(), 16);
            loop {
                start -= 1;
                hex[start] = letters[left as usize & 15];
                left >>= 4;
                if left == 0 {
                    break;
                }
            }
            (value < 0, &hex[start..])
        }
        _ => return None,
    };
    let sign = usize::from(negative);
    let margin = width.saturating_sub(sign + digits.len());
    let (left, inner) = match align {
        b'<' => (0, 0),
        b'^' => (margin / 2, 0),
        b'=' => (0, margin),
        _ => (margin, 0),
    };
    let total = sign + digits.len() + margin;
    let start = left + sign + inner;
    out[..total].fill(fill);
    if negative {
        out[left] = b'-';
    }
    out[start..start + digits.len()].copy_from_slice(digits);
    Some(total)
}

/// `format(x, spec)` for `[width].<digit>f`, the specification that is met most; `None` for others, right or wrong, and for
/// numbers that take more. Gives the length of what stands in `out` then.
pub fn quick_float(x: f64, spec: &[u8], out: &mut [u8; QUICK]) -> Option<usize> {
    let (width, precision) = match *spec {
        [b'.', precision, b'f'] => (0, precision),
        [one @ b'1'..=b'9', b'.', precision, b'f'] => (usize::from(one - b'0'), precision),
        [ten @ b'1'..=b'5', one @ b'0'..=b'9', b'.', precision, b'f'] => {
            (usize::from(ten - b'0') * 10 + usize::from(one - b'0'), precision)
        }
        _ => return None,
    };
    if !precision.is_ascii_digit() || !x.is_finite() {
        return None;
    }
    let mut text = [0; float_text::FIXED];
    let length = float_text::fixed_text(x, usize::from(precision - b'0'), &mut text)?;
    let sign = usize::from(x.is_sign_negative());
    let start = width.saturating_sub(length + sign) + sign;
    out[..start].fill(b' ');
    if sign == 1 {
        out[start - 1] = b'-';
    }
    out[start..start + length].copy_from_slice(&text[..length]);
    Some(start + length)
}

/// `format(value, spec)` of an int; `limit` is that of decimal digits.
pub fn format_int(
    value: IntRef<'_>,
    spec: &[u8],
    type_name: &str,
    limit: usize,
    locale: &Locale<'_>,
) -> Result<Vec<u8>, Fault> {
    let spec = FormatSpec::parse(spec, type_name, b'd', b'>')?;
    match u8::try_from(spec.kind).unwrap_or(0) {
        b'b' | b'c' | b'd' | b'o' | b'x' | b'X' | b'n' => int_with(value, &spec, limit, locale),
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%' => float_with(value.to_float()?, &spec, locale),
        _ => Err(spec.unknown_kind(type_name)),
    }
}

fn int_with(
    value: IntRef<'_>,
    spec: &FormatSpec,
    limit: usize,
    locale: &Locale<'_>,
) -> Result<Vec<u8>, Fault> {
    if spec.precision.is_some() {
        return Err(Fault::value("Precision not allowed in integer format specifier"));
    }
    if spec.no_negative_zero {
        return Err(Fault::value("Negative zero coercion (z) not allowed in integer format specifier"));
    }
    let groups = Groups::of(spec, locale);
    let mut out = Vec::new();
    let mut parts = Parts {
        negative: value.is_negative(),
        prefix: b"",
        digits: b"",
        point: false,
        fraction: b"",
        rest: b"",
    };
    let kind = u8::try_from(spec.kind).unwrap_or(b'd');
    if kind == b'c' {
        let char = character(value, spec)?;
        parts.negative = false;
        parts.rest = &char;
        parts.write(spec, &groups, &mut out)?;
        return Ok(out);
    }
    let (base, prefix): (u32, &[u8]) = match kind {
        b'b' => (2, b"0b"),
        b'o' => (8, b"0o"),
        b'x' => (16, b"0x"),
        b'X' => (16, b"0X"),
        _ => (10, b""),
    };
    let mut digits = value.digits(base, limit)?;
    if kind == b'X' {
        digits.make_ascii_uppercase();
    }
    parts.digits = digits.as_bytes();
    parts.prefix = if spec.alternate { prefix } else { b"" };
    parts.write(spec, &groups, &mut out)?;
    Ok(out)
}

/// The character that `c` makes of a number.
fn character(value: IntRef<'_>, spec: &FormatSpec) -> Result<Vec<u8>, Fault> {
    if spec.sign != 0 {
        return Err(Fault::value("Sign not allowed with integer format specifier 'c'"));
    }
    if spec.alternate {
        return Err(Fault::value("Alternate form (#) not allowed with integer format specifier 'c'"));
    }
    let value = match value {
        IntRef::Small(value) => value,
        IntRef::Big(value) => {
            i64::try_from(value).map_err(|_| Fault::overflow("Python int too large to convert to C long"))?
        }
    };
    match u32::try_from(value) {
        Ok(point) if point <= wtf8::MAX => Ok(wtf8::from_points([point])),
        _ => Err(Fault::overflow("%c arg not in range(0x110000)")),
    }
}

/// `format(x, spec)`.
pub fn format_float(x: f64, spec: &[u8], type_name: &str, locale: &Locale<'_>) -> Result<Vec<u8>, Fault> {
    let spec = FormatSpec::parse(spec, type_name, 0, b'>')?;
    match u8::try_from(spec.kind).unwrap_or(1) {
        0 | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'n' | b'%' => float_with(x, &spec, locale),
        _ => Err(spec.unknown_kind(type_name)),
    }
}

/// The layout for a presentation type, with its default precision, and whether letters are capital.
fn layout_of(kind: u8) -> (Layout, usize, bool) {
    match kind {
        b'e' | b'E' => (Layout::Exponent, 6, kind == b'E'),
        b'f' | b'F' | b'%' => (Layout::Fixed, 6, kind == b'F'),
        b'g' | b'G' | b'n' => (Layout::General, 6, kind == b'G'),
        _ => (Layout::Shortest, 0, false),
    }
}

/// The text of `|x|` as `spec` wants it before padding, and whether it gets a minus.
fn float_digits(x: f64, spec: &FormatSpec, dot_zero: bool) -> Result<(String, bool), Fault> {
    let kind = u8::try_from(spec.kind).unwrap_or(0);
    let (mut layout, default, capital) = layout_of(kind);
    if layout == Layout::Shortest && spec.precision.is_some() {
        layout = Layout::General;
    }
    let precision = spec.precision.unwrap_or(default);
    let mut text = String::new();
    float_text::write_magnitude(x, layout, precision, spec.alternate, dot_zero, &mut text)?;
    if capital {
        text.make_ascii_uppercase();
    }
    let zero = || {
        text.bytes().take_while(|byte| !matches!(byte, b'e' | b'E')).all(|byte| matches!(byte, b'0' | b'.'))
    };
    let negative = x.is_sign_negative() && !x.is_nan() && !(spec.no_negative_zero && zero());
    Ok((text, negative))
}

fn float_with(x: f64, spec: &FormatSpec, locale: &Locale<'_>) -> Result<Vec<u8>, Fault> {
    if spec.precision.is_some_and(|precision| precision > float_text::MAX_PRECISION) {
        return Err(Fault::value("precision too big"));
    }
    let percent = spec.kind == u32::from(b'%');
    let x = if percent { x * 100.0 } else { x };
    let (mut text, negative) = float_digits(x, spec, spec.kind == 0)?;
    if percent {
        text.push('%');
    }
    let mut out = Vec::new();
    Parts::of_float(text.as_bytes(), negative).write(spec, &Groups::of(spec, locale), &mut out)?;
    Ok(out)
}

/// `format(complex(real, imag), spec)`.
pub fn format_complex(
    real: f64,
    imag: f64,
    spec: &[u8],
    type_name: &str,
    locale: &Locale<'_>,
) -> Result<Vec<u8>, Fault> {
    let spec = FormatSpec::parse(spec, type_name, 0, b'>')?;
    let kind = u8::try_from(spec.kind).unwrap_or(1);
    if !matches!(kind, 0 | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'n') {
        return Err(spec.unknown_kind(type_name));
    }
    if spec.fill == 0x30 {
        return Err(Fault::value("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == b'=' {
        return Err(Fault::value("'=' alignment flag is not allowed in complex format specifier"));
    }
    if spec.precision.is_some_and(|precision| precision > float_text::MAX_PRECISION) {
        return Err(Fault::value("precision too big"));
    }
    // Without a type it looks like its repr: no zero real part, parentheses around both parts.
    let imag_only = kind == 0 && real.to_bits() == 0;
    let parentheses = kind == 0 && !imag_only;
    let groups = Groups::of(&spec, locale);
    let mut part = FormatSpec { width: None, fill: 0, align: b'<', ..spec.clone() };
    let mut text = Vec::new();
    if parentheses {
        text.push(b'(');
    }
    if !imag_only {
        let (digits, negative) = float_digits(real, &spec, false)?;
        Parts::of_float(digits.as_bytes(), negative).write(&part, &groups, &mut text)?;
        part.sign = b'+';
    }
    let (digits, negative) = float_digits(imag, &spec, false)?;
    Parts::of_float(digits.as_bytes(), negative).write(&part, &groups, &mut text)?;
    text.push(b'j');
    if parentheses {
        text.push(b')');
    }
    let margin = spec.width.unwrap_or(0).saturating_sub(wtf8::count(&text));
    let (left, right) = match spec.align {
        b'<' => (0, margin),
        b'^' => (margin / 2, margin - margin / 2),
        _ => (margin, 0),
    };
    pad::pad(&text, left, right, &wtf8::from_points([spec.fill])).map_err(|_| Fault::memory())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(result: Result<Vec<u8>, Fault>) -> String {
        match result {
            Ok(text) => String::from_utf8(text).unwrap(),
            Err(fault) => fault.msg.into_owned(),
        }
    }

    fn int(value: i64, spec: &str) -> String {
        text(format_int(IntRef::Small(value), spec.as_bytes(), "int", 4300, &Locale::C))
    }

    fn float(x: f64, spec: &str) -> String {
        text(format_float(x, spec.as_bytes(), "float", &Locale::C))
    }

    #[test]
    fn strings() {
        let check = |spec: &str, want: &str| {
            assert_eq!(text(format_str("aé".as_bytes(), spec.as_bytes(), "str")), want)
        };
        check("", "aé");
        check("5", "aé   ");
        check("€^5", "€aé€€");
        check(".1", "a");
        check("05", "aé000");
        check("d", "Unknown format code 'd' for object of type 'str'");
        check("=5", "'=' alignment not allowed in string format specifier");
        check("-", "Sign not allowed in string format specifier");
        check("9223372036854775807", "");
    }

    #[test]
    fn ints() {
        for (value, spec, want) in [
            (1234, "010,", "00,001,234"),
            (1234, "09,", "0,001,234"),
            (-255, "#010x", "-0x00000ff"),
            (-255, "#_b", "-0b1111_1111"),
            (65, "5c", "    A"),
            (5, "+", "+5"),
            (5, "^5", "  5  "),
            (1, "x<010", "1xxxxxxxxx"),
            (1, ".2", "Precision not allowed in integer format specifier"),
            (-1, "c", "%c arg not in range(0x110000)"),
            (3, ".1%", "300.0%"),
            (255, "#X", "0XFF"),
        ] {
            assert_eq!(int(value, spec), want, "{value} {spec}");
        }
        let locale = Locale { point: b",", separator: "\u{a0}".as_bytes(), grouping: &[3, 2, 0] };
        let shown = format_int(IntRef::Small(12345678), b"n", "int", 0, &locale);
        assert_eq!(text(shown), "1\u{a0}23\u{a0}45\u{a0}678");
        let shown = format_int(IntRef::Small(12345678), b"013n", "int", 0, &locale);
        assert_eq!(text(shown), "01\u{a0}23\u{a0}45\u{a0}678".replace("01", "0\u{a0}01"));
    }

    #[test]
    fn floats_and_complexes() {
        for (x, spec, want) in [
            (1.5, "", "1.5"),
            (1e16, "", "1e+16"),
            (1.0, ".3", "1.0"),
            (1234567.1234567, ",.7_f", "1,234,567.123_456_7"),
            (f64::INFINITY, "010", "0000000inf"),
            (-0.0001, "z.2f", "0.00"),
            (-0.0001, ".2f", "-0.00"),
            (0.125, ".2f", "0.12"),
            (0.375, "8.2f", "    0.38"),
            (2.5, ".0f", "2"),
            (5e-324, ".9f", "0.000000000"),
            (9007199254740993.0, ".1f", "9007199254740992.0"),
            (0.125, ".1%", "12.5%"),
            (123456789.123456, "020,.5_f", "0,123,456,789.123_46"),
            (1.5, "d", "Unknown format code 'd' for object of type 'float'"),
        ] {
            assert_eq!(float(x, spec), want, "{x} {spec}");
        }
        let complex =
            |real, imag, spec: &str| text(format_complex(real, imag, spec.as_bytes(), "complex", &Locale::C));
        assert_eq!(complex(0.0, 1.0, ""), "1j");
        assert_eq!(complex(-0.0, -0.0, ""), "(-0-0j)");
        assert_eq!(complex(1.0, 1.0, "^20"), "       (1+1j)       ");
        assert_eq!(complex(12345.5, 1.0, "_.3_f"), "12_345.500+1.000j");
        assert_eq!(complex(0.0, 1.0, "05"), "Zero padding is not allowed in complex format specifier");
    }
}
