//! The braces of `str.format`: replacement fields, the names in them, and automatic numbering. The caller drives it and
//! looks the arguments up.

use super::{format_spec::read_number, wtf8};
use crate::runtime::number::Fault;

/// How deep fields may stand in the specifications of fields.
pub const MAX_DEPTH: usize = 2;

/// A replacement field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    pub name: &'a [u8],
    pub spec: &'a [u8],
    /// Whether the specification has fields of its own.
    pub nested: bool,
    /// What stands after the exclamation mark.
    pub conversion: Option<u32>,
}

/// Literal text and the field after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub literal: &'a [u8],
    pub field: Option<Field<'a>>,
}

/// The pieces of a format string, in order; what `_string.formatter_parser` walks.
#[derive(Clone, Debug)]
pub struct Markup<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Markup<'a> {
    pub fn new(text: &'a [u8]) -> Markup<'a> {
        Markup { text, at: 0 }
    }

    fn piece(&mut self) -> Result<Piece<'a>, Fault> {
        let rest = &self.text[self.at..];
        let Some(brace) = memchr::memchr2(b'{', b'}', rest) else {
            self.at = self.text.len();
            return Ok(Piece { literal: rest, field: None });
        };
        let (open, next) = (rest[brace] == b'{', rest.get(brace + 1));
        self.at += brace + 1;
        if next == Some(&rest[brace]) {
            // A doubled brace is literal, and ends the piece.
            self.at += 1;
            return Ok(Piece { literal: &rest[..=brace], field: None });
        }
        if !open {
            return Err(Fault::value("Single '}' encountered in format string"));
        }
        if next.is_none() {
            return Err(Fault::value("Single '{' encountered in format string"));
        }
        Ok(Piece { literal: &rest[..brace], field: Some(self.field()?) })
    }

    /// The field whose brace has just been read.
    fn field(&mut self) -> Result<Field<'a>, Fault> {
        let text = self.text;
        let start = self.at;
        let mut end = None;
        while let Some(&byte) = text.get(self.at) {
            self.at += 1;
            match byte {
                b'{' => return Err(Fault::value("unexpected '{' in field name")),
                b'[' => self.at += memchr::memchr(b']', &text[self.at..]).unwrap_or(text.len() - self.at),
                b'}' | b':' | b'!' => {
                    end = Some((self.at - 1, byte));
                    break;
                }
                _ => {}
            }
        }
        let Some((end, stop)) = end else {
            return Err(Fault::value("expected '}' before end of string"));
        };
        let mut field = Field { name: &text[start..end], spec: b"", nested: false, conversion: None };
        if stop == b'}' {
            return Ok(field);
        }
        if stop == b'!' {
            if self.at >= text.len() {
                return Err(Fault::value("end of string while looking for conversion specifier"));
            }
            let (conversion, len) = wtf8::decode_at(text, self.at);
            field.conversion = Some(conversion);
            self.at += len;
            match text.get(self.at) {
                Some(b'}') => {
                    self.at += 1;
                    return Ok(field);
                }
                Some(b':') => self.at += 1,
                Some(_) => return Err(Fault::value("expected ':' after conversion specifier")),
                None => {}
            }
        }
        let start = self.at;
        let mut depth = 1;
        for brace in memchr::memchr2_iter(b'{', b'}', &text[start..]) {
            if text[start + brace] == b'{' {
                field.nested = true;
                depth += 1;
                continue;
            }
            depth -= 1;
            if depth == 0 {
                field.spec = &text[start..start + brace];
                self.at = start + brace + 1;
                return Ok(field);
            }
        }
        Err(Fault::value("unmatched '{' in format spec"))
    }
}

impl<'a> Iterator for Markup<'a> {
    type Item = Result<Piece<'a>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let piece = self.piece();
        if piece.is_err() {
            self.at = self.text.len();
        }
        Some(piece)
    }
}

/// What an argument or an item is looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    Index(usize),
    Name(&'a [u8]),
}

impl<'a> Key<'a> {
    /// A number if it is nothing but decimal digits.
    fn of(text: &'a [u8]) -> Result<Key<'a>, Fault> {
        let mut at = 0;
        // A number too large is an error only if all of it is digits.
        let number = read_number(text, &mut at);
        match number {
            Ok(Some(index)) if at == text.len() => Ok(Key::Index(index)),
            Err(fault) => Err(fault),
            _ => Ok(Key::Name(text)),
        }
    }
}

/// A step from an object on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access<'a> {
    Attribute(&'a [u8]),
    Item(Key<'a>),
}

/// The steps after the first name of a field.
#[derive(Clone, Debug)]
pub struct Path<'a> {
    rest: &'a [u8],
}

/// Splits `0.name[key]` into its first part and the steps after it: `_string.formatter_field_name_split`.
pub fn split_name(name: &[u8]) -> Result<(Key<'_>, Path<'_>), Fault> {
    let len = memchr::memchr2(b'.', b'[', name).unwrap_or(name.len());
    Ok((Key::of(&name[..len])?, Path { rest: &name[len..] }))
}

impl<'a> Path<'a> {
    fn step(&mut self) -> Result<Access<'a>, Fault> {
        let (first, rest) = (self.rest[0], &self.rest[1..]);
        let (access, after) = match first {
            b'.' => {
                let len = memchr::memchr2(b'.', b'[', rest).unwrap_or(rest.len());
                (Access::Attribute(&rest[..len]), &rest[len..])
            }
            b'[' => {
                let len =
                    memchr::memchr(b']', rest).ok_or_else(|| Fault::value("Missing ']' in format string"))?;
                (Access::Item(Key::of(&rest[..len])?), &rest[len + 1..])
            }
            _ => {
                return Err(Fault::value("Only '.' or '[' may follow ']' in format field specifier"));
            }
        };
        self.rest = after;
        match access {
            Access::Attribute(b"") | Access::Item(Key::Name(b"")) => {
                Err(Fault::value("Empty attribute in format string"))
            }
            _ => Ok(access),
        }
    }
}

impl<'a> Iterator for Path<'a> {
    type Item = Result<Access<'a>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.rest = b"";
        }
        Some(step)
    }
}

/// Numbers fields without a name, and keeps them apart from those with a number. One for a whole call, nested fields
/// included.
#[derive(Clone, Debug, Default)]
pub struct AutoNumber {
    next: usize,
    manual: Option<bool>,
}

impl AutoNumber {
    /// The key itself, or the next number for an empty name.
    pub fn resolve<'a>(&mut self, key: Key<'a>) -> Result<Key<'a>, Fault> {
        let manual = match key {
            Key::Name(b"") => false,
            Key::Index(_) => true,
            Key::Name(_) => return Ok(key),
        };
        match (*self.manual.get_or_insert(manual), manual) {
            (true, false) => Err(Fault::value(
                "cannot switch from manual field specification to automatic field numbering",
            )),
            (false, true) => Err(Fault::value(
                "cannot switch from automatic field numbering to manual field specification",
            )),
            (_, true) => Ok(key),
            _ => {
                self.next += 1;
                Ok(Key::Index(self.next - 1))
            }
        }
    }
}

/// The error for a conversion that is none of `r`, `s`, `a`.
pub fn unknown_conversion(conversion: u32) -> Fault {
    match char::from_u32(conversion) {
        Some(c) if conversion > 32 && conversion < 127 => {
            Fault::value(format!("Unknown conversion specifier {c}"))
        }
        _ => Fault::value(format!("Unknown conversion specifier \\x{conversion:x}")),
    }
}

/// The error for fields nested deeper than [`MAX_DEPTH`].
pub fn too_deep() -> Fault {
    Fault::value("Max string recursion exceeded")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let fault = Markup::new(text.as_bytes()).find_map(Result::err);
        fault.map_or(String::new(), |fault| fault.msg.into_owned())
    }

    #[test]
    fn pieces() {
        let pieces: Vec<_> = Markup::new(b"x{0.a[b]!r:{w}}y{{").map(Result::unwrap).collect();
        let field = Field { name: b"0.a[b]", spec: b"{w}", nested: true, conversion: Some(0x72) };
        assert_eq!(pieces[0], Piece { literal: b"x", field: Some(field) });
        assert_eq!(pieces[1], Piece { literal: b"y{", field: None });
        assert_eq!(pieces.len(), 2);
        for (text, message) in [
            ("{", "Single '{' encountered in format string"),
            ("a}b", "Single '}' encountered in format string"),
            ("{a", "expected '}' before end of string"),
            ("{a[}", "expected '}' before end of string"),
            ("{a!", "end of string while looking for conversion specifier"),
            ("{a!r", "unmatched '{' in format spec"),
            ("{a!rx}", "expected ':' after conversion specifier"),
            ("{a:{}", "unmatched '{' in format spec"),
            ("{a{}", "unexpected '{' in field name"),
            ("{0:}}", "Single '}' encountered in format string"),
            ("{}}}", ""),
        ] {
            assert_eq!(error(text), message, "{text}");
        }
    }

    #[test]
    fn names() {
        let (first, path) = split_name(b"0.a[b][1]").unwrap();
        assert_eq!(first, Key::Index(0));
        let steps: Vec<_> = path.map(Result::unwrap).collect();
        let want = [Access::Attribute(b"a"), Access::Item(Key::Name(b"b")), Access::Item(Key::Index(1))];
        assert_eq!(steps, want);
        let failure = |name: &'static str| {
            split_name(name.as_bytes()).and_then(|(_, path)| path.collect::<Result<Vec<_>, _>>())
        };
        assert_eq!(failure("a.").unwrap_err().msg, "Empty attribute in format string");
        assert_eq!(failure("a[").unwrap_err().msg, "Missing ']' in format string");
        assert_eq!(
            failure("a[b]c").unwrap_err().msg,
            "Only '.' or '[' may follow ']' in format field specifier"
        );
        assert_eq!(
            failure("99999999999999999999999").unwrap_err().msg,
            "Too many decimal digits in format string"
        );
        let mut auto = AutoNumber::default();
        assert_eq!(auto.resolve(Key::Name(b"")), Ok(Key::Index(0)));
        assert_eq!(auto.resolve(Key::Name(b"x")), Ok(Key::Name(b"x")));
        assert!(auto.resolve(Key::Index(3)).is_err());
    }
}
