//! `%` formatting of `str` and `bytes`: reading the template, and laying out what has been converted.
//!
//! The caller walks a [`Template`], fetches keys and arguments in the order of the template, and hands the values to the
//! `push_` functions. What fails while a specification is read comes as [`Part::Broken`] with all that was read before,
//! since Python fetches those arguments first.

use std::marker::PhantomData;

use super::format_value::IntRef;
use super::{Unit, pad, wtf8};
use crate::runtime::number::float_text::{self, Layout, MAX_PRECISION};
use crate::runtime::number::{Fault, FaultKind, int_text};

pub const NEEDS_MAPPING: &str = "format requires a mapping";
pub const NOT_ENOUGH: &str = "not enough arguments for format string";
pub const NOT_ALL_STR: &str = "not all arguments converted during string formatting";
pub const NOT_ALL_BYTES: &str = "not all arguments converted during bytes formatting";
pub const STAR_WANTS_INT: &str = "* wants int";

/// A width or a precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    None,
    Given(usize),
    /// A star: the next argument says it, see [`Spec::set_width`] and [`Spec::set_precision`].
    Argument,
}

impl Amount {
    fn get(self) -> Option<usize> {
        match self {
            Amount::Given(amount) => Some(amount),
            _ => None,
        }
    }
}

/// A conversion specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec<'a> {
    /// What stands in parentheses.
    pub key: Option<&'a [u8]>,
    pub left: bool,
    pub plus: bool,
    pub blank: bool,
    pub alternate: bool,
    pub zero: bool,
    pub width: Amount,
    pub precision: Amount,
    /// The letter, and its byte offset in the template.
    pub conversion: u32,
    pub offset: usize,
}

impl Spec<'_> {
    /// The width that an argument gives.
    pub fn set_width(&mut self, width: i64) -> Result<(), Fault> {
        self.left |= width < 0;
        let width = width.checked_abs().and_then(|width| usize::try_from(width).ok());
        self.width = Amount::Given(width.ok_or_else(|| Fault::overflow("width too big"))?);
        Ok(())
    }

    /// The precision that an argument gives.
    pub fn set_precision(&mut self, precision: i64) -> Result<(), Fault> {
        if i32::try_from(precision).is_err() {
            return Err(Fault::overflow("Python int too large to convert to C int"));
        }
        self.precision = Amount::Given(usize::try_from(precision).unwrap_or(0));
        Ok(())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    Literal(&'a [u8]),
    Spec(Spec<'a>),
    /// Ends the walk. `needs_mapping` if a key was begun; then its specification, if the key was complete, has it.
    Broken {
        spec: Spec<'a>,
        needs_mapping: bool,
        fault: Fault,
    },
}

/// The parts of a template of `str` or `bytes`.
#[derive(Clone, Debug)]
pub struct Template<'a, U> {
    text: &'a [u8],
    at: usize,
    unit: PhantomData<U>,
}

impl<'a, U: Unit> Template<'a, U> {
    pub fn new(text: &'a [u8]) -> Template<'a, U> {
        Template { text, at: 0, unit: PhantomData }
    }

    fn digits(&mut self) -> Option<usize> {
        let mut value = Some(0usize);
        while let Some(&digit @ b'0'..=b'9') = self.text.get(self.at) {
            value = value.and_then(|value| value.checked_mul(10)?.checked_add(usize::from(digit - b'0')));
            self.at += 1;
        }
        value
    }

    fn amount(&mut self, max: usize, message: &'static str) -> Result<Amount, Fault> {
        match self.text.get(self.at) {
            Some(b'*') => {
                self.at += 1;
                Ok(Amount::Argument)
            }
            Some(b'0'..=b'9') => match self.digits() {
                Some(value) if value <= max => Ok(Amount::Given(value)),
                _ => Err(Fault::value(message)),
            },
            _ => Ok(Amount::None),
        }
    }

    /// Reads the rest of a specification after its percent sign.
    fn fill(&mut self, spec: &mut Spec<'a>, needs_mapping: &mut bool) -> Result<(), Fault> {
        if self.text.get(self.at) == Some(&b'(') {
            *needs_mapping = true;
            let start = self.at + 1;
            let mut depth = 1;
            let parens = memchr::memchr2_iter(b'(', b')', &self.text[start..]);
            let end = parens.map(|at| start + at).find(|&at| {
                depth = if self.text[at] == b'(' { depth + 1 } else { depth - 1 };
                depth == 0
            });
            let end = end.ok_or_else(|| Fault::value("incomplete format key"))?;
            spec.key = Some(&self.text[start..end]);
            self.at = end + 1;
        }
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'-' => spec.left = true,
                b'+' => spec.plus = true,
                b' ' => spec.blank = true,
                b'#' => spec.alternate = true,
                b'0' => spec.zero = true,
                _ => break,
            }
            self.at += 1;
        }
        spec.width = self.amount(isize::MAX as usize, "width too big")?;
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            let message = if U::next(b"\xc3\xa9", 0).1 == 1 { "prec too big" } else { "precision too big" };
            spec.precision = match self.amount(MAX_PRECISION, message)? {
                Amount::None => Amount::Given(0),
                amount => amount,
            };
        }
        if matches!(self.text.get(self.at), Some(b'h' | b'l' | b'L')) {
            self.at += 1;
        }
        if self.at >= self.text.len() {
            return Err(Fault::value("incomplete format"));
        }
        spec.offset = self.at;
        let (conversion, len) = U::next(self.text, self.at);
        spec.conversion = conversion;
        self.at += len;
        Ok(())
    }
}

impl<'a, U: Unit> Iterator for Template<'a, U> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return None;
        }
        let run = memchr::memchr(b'%', rest).unwrap_or(rest.len());
        if run > 0 {
            self.at += run;
            return Some(Part::Literal(&rest[..run]));
        }
        self.at += 1;
        if rest.get(1) == Some(&b'%') {
            self.at += 1;
            return Some(Part::Literal(&rest[..1]));
        }
        let mut spec = Spec {
            key: None,
            left: false,
            plus: false,
            blank: false,
            alternate: false,
            zero: false,
            width: Amount::None,
            precision: Amount::None,
            conversion: 0,
            offset: self.at,
        };
        let mut needs_mapping = false;
        match self.fill(&mut spec, &mut needs_mapping) {
            Ok(()) => Some(Part::Spec(spec)),
            Err(fault) => {
                self.at = self.text.len();
                Some(Part::Broken { spec, needs_mapping, fault })
            }
        }
    }
}

/// The error for a letter that is none of the conversions.
pub fn unsupported<U: Unit>(template: &[u8], spec: &Spec<'_>) -> Fault {
    let index = U::count(&template[..spec.offset.min(template.len())]);
    let code = spec.conversion;
    if code >= 0x80 && U::next(b"\xc3\xa9", 0).1 == 1 {
        // A quirk of CPython: C's char is signed there, except right after the digits of a width or a precision.
        let before = spec.offset.checked_sub(1).and_then(|at| template.get(at));
        let given = matches!((spec.width, spec.precision), (Amount::Given(_), _) | (_, Amount::Given(_)));
        if !given || !before.is_some_and(u8::is_ascii_digit) {
            return Fault::new(FaultKind::Overflow, "character argument not in range(0x110000)");
        }
        let shown = char::from(code as u8);
        return Fault::value(format!("unsupported format character '{shown}' (0x{code:x}) at index {index}"));
    }
    let shown = char::from_u32(code).filter(|&c| (' '..='~').contains(&c)).unwrap_or('?');
    Fault::value(format!("unsupported format character '{shown}' (0x{code:x}) at index {index}"))
}

fn letter(spec: &Spec<'_>) -> char {
    char::from_u32(spec.conversion).unwrap_or('?')
}

/// The error of `d`, `i` and `u` for what is no number.
pub fn number_required(spec: &Spec<'_>, type_name: &str) -> Fault {
    Fault::type_error(format!("%{} format: a real number is required, not {type_name}", letter(spec)))
}

/// The error of `o`, `x` and `X` for what is no integer.
pub fn integer_required(spec: &Spec<'_>, type_name: &str) -> Fault {
    Fault::type_error(format!("%{} format: an integer is required, not {type_name}", letter(spec)))
}

/// The point that `%c` of a `str` makes of an int.
pub fn char_of(value: Option<i64>) -> Result<u32, Fault> {
    let point = value.and_then(|value| u32::try_from(value).ok()).filter(|&point| point <= wtf8::MAX);
    point.ok_or_else(|| Fault::overflow("%c arg not in range(0x110000)"))
}

/// The byte that `%c` of a `bytes` makes of an int.
pub fn byte_of(value: Option<i64>) -> Result<u8, Fault> {
    let byte = value.and_then(|value| u8::try_from(value).ok());
    byte.ok_or_else(|| Fault::overflow("%c arg not in range(256)"))
}

/// Appends text by `s`, `r`, `a`, `b` or `c`; all but the last cut it to the precision.
pub fn push_text<U: Unit>(spec: &Spec<'_>, text: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let mut text = text;
    if let (Some(precision), true) = (spec.precision.get(), spec.conversion != u32::from(b'c')) {
        text = &text[..offset_of::<U>(text, precision)];
    }
    let width = spec.width.get().unwrap_or(0);
    if width == 0 && out.capacity() - out.len() >= text.len() {
        out.extend_from_slice(text);
        return Ok(());
    }
    let margin = if width == 0 { 0 } else { width.saturating_sub(U::count(text)) };
    lay_out(spec, margin, false, [b"", text], out)
}

fn offset_of<U: Unit>(text: &[u8], count: usize) -> usize {
    let mut at = 0;
    for _ in 0..count {
        if at >= text.len() {
            break;
        }
        at += U::next(text, at).1;
    }
    at
}

/// Appends an int by `d`, `i`, `u`, `o`, `x` or `X`; `limit` is that of decimal digits.
pub fn push_int(spec: &Spec<'_>, value: IntRef<'_>, limit: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
    if let (IntRef::Small(small), Amount::None, 0x64) = (value, spec.precision, spec.conversion) {
        let decimal = int_text::Decimal::of(small);
        let digits = &decimal.text()[usize::from(small < 0)..];
        return push_number(spec, sign_of(spec, small < 0), digits, out);
    }
    let (base, prefix) = match u8::try_from(spec.conversion).unwrap_or(b'd') {
        b'o' => (8, "0o"),
        b'x' => (16, "0x"),
        b'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = value.digits(base, limit)?;
    if prefix == "0X" {
        digits.make_ascii_uppercase();
    }
    if spec.precision.get().is_some_and(|precision| precision > i32::MAX as usize - 3) {
        return Err(Fault::overflow("precision too large"));
    }
    let zeros = spec.precision.get().unwrap_or(0).saturating_sub(digits.len());
    let mut body = Vec::new();
    body.try_reserve(zeros.saturating_add(digits.len())).map_err(|_| Fault::memory())?;
    body.resize(zeros, b'0');
    body.extend_from_slice(digits.as_bytes());
    let mut head = sign_of(spec, value.is_negative()).to_vec();
    if spec.alternate {
        head.extend_from_slice(prefix.as_bytes());
    }
    push_number(spec, &head, &body, out)
}

/// Appends a float by `e`, `E`, `f`, `F`, `g` or `G`.
pub fn push_float(spec: &Spec<'_>, x: f64, out: &mut Vec<u8>) -> Result<(), Fault> {
    let kind = u8::try_from(spec.conversion).unwrap_or(b'g');
    let layout = match kind.to_ascii_lowercase() {
        b'e' => Layout::Exponent,
        b'f' => Layout::Fixed,
        _ => Layout::General,
    };
    let mut text = String::new();
    let precision = spec.precision.get().unwrap_or(6);
    float_text::write_magnitude(x, layout, precision, spec.alternate, false, &mut text)?;
    if kind.is_ascii_uppercase() {
        text.make_ascii_uppercase();
    }
    let negative = x.is_sign_negative() && !x.is_nan();
    push_number(spec, sign_of(spec, negative), text.as_bytes(), out)
}

fn sign_of(spec: &Spec<'_>, negative: bool) -> &'static [u8] {
    match (negative, spec.plus, spec.blank) {
        (true, ..) => b"-",
        (_, true, _) => b"+",
        (_, _, true) => b" ",
        _ => b"",
    }
}

/// Appends ASCII: what stands before zero padding, and what after.
fn push_number(spec: &Spec<'_>, head: &[u8], body: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let margin = spec.width.get().unwrap_or(0).saturating_sub(head.len() + body.len());
    lay_out(spec, margin, spec.zero, [head, body], out)
}

fn lay_out(
    spec: &Spec<'_>,
    margin: usize,
    zeros: bool,
    [head, body]: [&[u8]; 2],
    out: &mut Vec<u8>,
) -> Result<(), Fault> {
    let len = margin.checked_add(head.len() + body.len()).ok_or_else(Fault::memory)?;
    out.try_reserve(len).map_err(|_| Fault::memory())?;
    if margin == 0 {
        out.extend_from_slice(head);
        out.extend_from_slice(body);
        return Ok(());
    }
    let (left, inner, right) = match (spec.left, zeros) {
        (true, _) => (0, 0, margin),
        (_, true) => (0, margin, 0),
        _ => (margin, 0, 0),
    };
    pad::push_fill(out, 0x20, left);
    out.extend_from_slice(head);
    pad::push_fill(out, 0x30, inner);
    out.extend_from_slice(body);
    pad::push_fill(out, 0x20, right);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Bytes, Points};
    use super::*;

    fn spec(text: &'static str) -> Spec<'static> {
        match Template::<Points>::new(text.as_bytes()).next() {
            Some(Part::Spec(spec)) => spec,
            other => panic!("{other:?}"),
        }
    }

    fn shown(push: impl FnOnce(&mut Vec<u8>) -> Result<(), Fault>) -> String {
        let mut out = Vec::new();
        push(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn templates() {
        let parts: Vec<_> = Template::<Points>::new("aé%%%(k(x))-*.3ldz".as_bytes()).collect();
        assert_eq!(parts.len(), 4);
        assert_eq!(parts[0], Part::Literal("aé".as_bytes()));
        assert_eq!(parts[1], Part::Literal(b"%"));
        let Part::Spec(spec) = &parts[2] else { panic!() };
        assert_eq!((spec.key, spec.left, spec.width), (Some(&b"k(x)"[..]), true, Amount::Argument));
        assert_eq!((spec.precision, spec.conversion, spec.offset), (Amount::Given(3), 0x64, 17));
        for (text, message) in [
            ("%", "incomplete format"),
            ("%5", "incomplete format"),
            ("%(a", "incomplete format key"),
            ("%99999999999999999999d", "width too big"),
            ("%.2147483648d", "precision too big"),
        ] {
            let Some(Part::Broken { fault, .. }) = Template::<Points>::new(text.as_bytes()).last() else {
                panic!()
            };
            assert_eq!(fault.msg, message);
        }
        let Some(Part::Broken { fault, .. }) = Template::<Bytes>::new(b"%.2147483648d").last() else {
            panic!()
        };
        assert_eq!(fault.msg, "prec too big");
    }

    #[test]
    fn layouts() {
        let int = |text, value| shown(|out| push_int(&spec(text), IntRef::Small(value), 0, out));
        assert_eq!(int("%#010x", -255), "-0x00000ff");
        assert_eq!(int("%-#10x", 255), "0xff      ");
        assert_eq!(int("%#.5X", 255), "0X000FF");
        assert_eq!(int("%10.5d", -42), "    -00042");
        assert_eq!(int("%010.5d", -42), "-000000042");
        assert_eq!(int("% -05d", 1), " 1   ");
        let float = |text, x| shown(|out| push_float(&spec(text), x, out));
        assert_eq!(float("%05f", f64::INFINITY), "00inf");
        assert_eq!(float("%#.0f", 1.0), "1.");
        assert_eq!(float("%+E", 1e5), "+1.000000E+05");
        let text =
            |template, text: &str| shown(|out| push_text::<Points>(&spec(template), text.as_bytes(), out));
        assert_eq!(text("%05.2s", "éàb"), "   éà");
        assert_eq!(text("%-3.0c", "a"), "a  ");
        assert_eq!(
            unsupported::<Points>("é%y".as_bytes(), &spec("%y")).msg,
            "unsupported format character 'y' (0x79) at index 1"
        );
    }
}
