//! The mini-language of `format()`: what a specification says. Applying it is `format_value`'s work, the braces of
//! `str.format` are read in `markup`.

use super::{unicode, wtf8};
use crate::runtime::number::Fault;

/// The separator between groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    None,
    Comma,
    Underscore,
}

impl Grouping {
    fn char(self) -> Option<char> {
        match self {
            Grouping::None => None,
            Grouping::Comma => Some(','),
            Grouping::Underscore => Some('_'),
        }
    }

    pub(crate) fn text(self) -> &'static [u8] {
        match self {
            Grouping::None => b"",
            Grouping::Comma => b",",
            Grouping::Underscore => b"_",
        }
    }
}

/// A parsed specification, with the defaults of the type it is for filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatSpec {
    pub fill: u32,
    /// One of `<`, `>`, `^`, `=`.
    pub align: u8,
    /// `+`, `-`, a space, or zero.
    pub sign: u8,
    /// `z`
    pub no_negative_zero: bool,
    /// `#`
    pub alternate: bool,
    pub width: Option<usize>,
    pub grouping: Grouping,
    /// The grouping of the digits after the point.
    pub fraction_grouping: Grouping,
    pub precision: Option<usize>,
    /// The presentation type; zero if there is none and the type has no default.
    pub kind: u32,
}

/// Reads a run of decimal digits, of any script, at `at`; `None` if there are none.
pub(crate) fn read_number(text: &[u8], at: &mut usize) -> Result<Option<usize>, Fault> {
    let start = *at;
    let mut value = 0usize;
    while *at < text.len() {
        let (point, len) = wtf8::decode_at(text, *at);
        let Some(digit) = unicode::decimal_value(point) else {
            break;
        };
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(usize::from(digit)))
            .filter(|&value| value <= isize::MAX as usize)
            .ok_or_else(|| Fault::value("Too many decimal digits in format string"))?;
        *at += len;
    }
    Ok((*at > start).then_some(value))
}

fn is_align(point: u32) -> bool {
    matches!(point, 0x3c | 0x3d | 0x3e | 0x5e)
}

/// `'x'` for what can be printed, `'\x1'` for the rest.
pub(crate) fn show_kind(point: u32) -> String {
    match char::from_u32(point) {
        Some(c) if point > 32 && point < 128 => format!("'{c}'"),
        _ => format!("'\\x{point:x}'"),
    }
}

/// A walk over the specification.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u32> {
        (self.at < self.text.len()).then(|| wtf8::decode_at(self.text, self.at).0)
    }

    fn take(&mut self, byte: u8) -> bool {
        let hit = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(hit);
        hit
    }

    fn take_grouping(&mut self) -> Result<Grouping, Fault> {
        let comma = self.take(b',');
        let underscore = self.take(b'_');
        if underscore && (comma || self.peek() == Some(u32::from(b','))) {
            return Err(Fault::value("Cannot specify both ',' and '_'."));
        }
        Ok(match (comma, underscore) {
            (true, _) => Grouping::Comma,
            (_, true) => Grouping::Underscore,
            _ => Grouping::None,
        })
    }
}

impl FormatSpec {
    /// Parses `text` for an object of the type named `type_name`.
    pub fn parse(
        text: &[u8],
        type_name: &str,
        default_kind: u8,
        default_align: u8,
    ) -> Result<FormatSpec, Fault> {
        let mut spec = FormatSpec {
            fill: 0x20,
            align: default_align,
            sign: 0,
            no_negative_zero: false,
            alternate: false,
            width: None,
            grouping: Grouping::None,
            fraction_grouping: Grouping::None,
            precision: None,
            kind: u32::from(default_kind),
        };
        let mut reader = Reader { text, at: 0 };
        let (mut filled, mut aligned) = (false, false);
        if let Some(first) = reader.peek() {
            let len = wtf8::encoded_len(first).min(text.len());
            let second = text.get(len).map(|&byte| u32::from(byte)).filter(|&point| is_align(point));
            if let Some(align) = second {
                (spec.fill, spec.align) = (first, align as u8);
                (filled, aligned) = (true, true);
                reader.at = len + 1;
            } else if is_align(first) {
                spec.align = first as u8;
                aligned = true;
                reader.at = 1;
            }
        }
        if let Some(&sign @ (b'+' | b'-' | b' ')) = text.get(reader.at) {
            spec.sign = sign;
            reader.at += 1;
        }
        spec.no_negative_zero = reader.take(b'z');
        spec.alternate = reader.take(b'#');
        if !filled && reader.take(b'0') {
            spec.fill = 0x30;
            if !aligned && default_align == b'>' {
                spec.align = b'=';
            }
        }
        spec.width = read_number(text, &mut reader.at)?;
        spec.grouping = reader.take_grouping()?;
        if reader.take(b'.') {
            spec.precision = read_number(text, &mut reader.at)?;
            spec.fraction_grouping = reader.take_grouping()?;
            if spec.precision.is_none() && spec.fraction_grouping == Grouping::None {
                return Err(Fault::value("Format specifier missing precision"));
            }
        }
        if let Some(kind) = reader.peek() {
            if reader.at + wtf8::encoded_len(kind) < text.len() {
                let shown = String::from_utf8_lossy(text);
                return Err(Fault::value(format!(
                    "Invalid format specifier '{shown}' for object of type '{type_name}'"
                )));
            }
            spec.kind = kind;
        }
        spec.check_grouping()?;
        Ok(spec)
    }

    fn check_grouping(&self) -> Result<(), Fault> {
        let fits = match u8::try_from(self.kind).unwrap_or(b'?') {
            b'd' | b'e' | b'f' | b'g' | b'E' | b'G' | b'%' | b'F' | 0 => true,
            b'b' | b'o' | b'x' | b'X' => self.grouping == Grouping::Underscore,
            _ => false,
        };
        let wrong = match (self.grouping.char(), self.fraction_grouping.char()) {
            (Some(char), _) if !fits => Some(char),
            (_, Some(char)) if self.kind == u32::from(b'n') => Some(char),
            _ => None,
        };
        match wrong {
            Some(char) => {
                Err(Fault::value(format!("Cannot specify '{char}' with {}.", show_kind(self.kind))))
            }
            None => Ok(()),
        }
    }

    #[cold]
    pub(crate) fn unknown_kind(&self, type_name: &str) -> Fault {
        Fault::value(format!("Unknown format code {} for object of type '{type_name}'", show_kind(self.kind)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_at_once() {
        let spec = FormatSpec::parse("é^+z#12_.5,f".as_bytes(), "float", 0, b'>').unwrap();
        assert_eq!((spec.fill, spec.align, spec.sign), (0xe9, b'^', b'+'));
        assert!(spec.no_negative_zero && spec.alternate);
        assert_eq!((spec.width, spec.precision), (Some(12), Some(5)));
        assert_eq!((spec.grouping, spec.fraction_grouping), (Grouping::Underscore, Grouping::Comma));
        assert_eq!(spec.kind, u32::from(b'f'));
        let spec = FormatSpec::parse(b"010", "int", b'd', b'>').unwrap();
        assert_eq!((spec.fill, spec.align, spec.width), (0x30, b'=', Some(10)));
    }

    #[test]
    fn messages() {
        for (text, message) in [
            ("99999999999999999999", "Too many decimal digits in format string"),
            ("5 s", "Invalid format specifier '5 s' for object of type 'int'"),
            (".", "Format specifier missing precision"),
            (",_", "Cannot specify both ',' and '_'."),
            ("_,", "Cannot specify both ',' and '_'."),
            (",,", "Cannot specify ',' with ','."),
            (",x", "Cannot specify ',' with 'x'."),
            ("._n", "Cannot specify '_' with 'n'."),
            (",\u{1}", "Cannot specify ',' with '\\x1'."),
        ] {
            assert_eq!(FormatSpec::parse(text.as_bytes(), "int", b'd', b'>').unwrap_err().msg, message);
        }
    }
}
