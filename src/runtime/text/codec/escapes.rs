//! The codecs `unicode_escape`, `raw_unicode_escape`, and the `escape` of bytes.

use super::{CodecError, DecodeHandler, Decoded};
use crate::runtime::number::Fault;
use crate::runtime::text::{escape, unicode_name, wtf8};

/// The first escape that means nothing and was left as it stands: what Python warns of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidEscape {
    /// `"\{char}" is an invalid escape sequence`.
    Char(u8),
    /// `"\{value:o}" is an invalid octal escape sequence`, above 0o377.
    Octal(u32),
}

impl InvalidEscape {
    /// The text of the DeprecationWarning; `prefix` is `b` for bytes and empty for text.
    pub fn message(self, prefix: &str) -> String {
        let (escape, octal) = match self {
            InvalidEscape::Char(byte) => (char::from(byte).to_string(), ""),
            InvalidEscape::Octal(value) => (format!("{value:o}"), "octal "),
        };
        format!(
            "{prefix}\"\\{escape}\" is an invalid {octal}escape sequence. Such sequences will not work in the future. "
        )
    }
}

/// Reads up to `count` hexadecimal digits at `at`: the value, or where it broke off.
fn read_hex(input: &[u8], at: usize, count: usize) -> Result<u32, usize> {
    let mut value = 0u32;
    for nth in at..at + count {
        let digit = input.get(nth).and_then(|&byte| char::from(byte).to_digit(16)).ok_or(nth)?;
        value = value << 4 | digit;
    }
    Ok(value)
}

/// Reads up to three octal digits, the first of which is at `at`.
fn read_octal(input: &[u8], at: usize) -> (u32, usize) {
    let digits = input[at..].iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7'));
    let len = digits.clone().count();
    (digits.fold(0, |value, &byte| value * 8 + u32::from(byte - b'0')), len)
}

/// What the letter after a backslash stands for.
fn simple_escape(letter: u8) -> Option<u8> {
    Some(match letter {
        b'\\' | b'\'' | b'"' => letter,
        b'a' => 7,
        b'b' => 8,
        b't' => 9,
        b'n' => 10,
        b'v' => 11,
        b'f' => 12,
        b'r' => 13,
        _ => return None,
    })
}

/// Decodes `unicode_escape`.
pub fn decode_unicode_escape<H: DecodeHandler>(
    input: &[u8],
    last: bool,
    handler: &mut H,
) -> Result<(Decoded, Option<InvalidEscape>), H::Error> {
    let mut text = Vec::with_capacity(input.len());
    let mut invalid = None;
    let mut at = 0;
    while at < input.len() {
        let byte = input[at];
        if byte != b'\\' {
            wtf8::push(&mut text, u32::from(byte));
            at += 1;
            continue;
        }
        let start = at;
        let Some(&letter) = input.get(start + 1) else {
            if !last {
                break;
            }
            at = fail(input, start, start + 1, "\\ at end of string", &mut text, handler)?;
            continue;
        };
        at += 2;
        let (end, reason) = match letter {
            b'\n' => continue,
            b'0'..=b'7' => {
                let (value, len) = read_octal(input, start + 1);
                if value > 0o377 {
                    invalid.get_or_insert(InvalidEscape::Octal(value));
                }
                wtf8::push(&mut text, value);
                at = start + 1 + len;
                continue;
            }
            b'x' | b'u' | b'U' => {
                let (count, reason) = match letter {
                    b'x' => (2, "truncated \\xXX escape"),
                    b'u' => (4, "truncated \\uXXXX escape"),
                    _ => (8, "truncated \\UXXXXXXXX escape"),
                };
                match read_hex(input, at, count) {
                    Ok(point) if point <= wtf8::MAX => {
                        wtf8::push(&mut text, point);
                        at += count;
                        continue;
                    }
                    Ok(_) => (at + count, "illegal Unicode character"),
                    Err(end) => (end, reason),
                }
            }
            b'N' => match read_name(input, at) {
                Ok((point, end)) => {
                    wtf8::push(&mut text, point);
                    at = end;
                    continue;
                }
                Err(failure) => failure,
            },
            _ => {
                match simple_escape(letter) {
                    Some(byte) => text.push(byte),
                    None => {
                        invalid.get_or_insert(InvalidEscape::Char(letter));
                        text.push(b'\\');
                        wtf8::push(&mut text, u32::from(letter));
                    }
                }
                continue;
            }
        };
        let whole = matches!(reason, "illegal Unicode character" | "unknown Unicode character name");
        if end >= input.len() && !whole && !last {
            at = start;
            break;
        }
        at = fail(input, start, end, reason, &mut text, handler)?;
    }
    Ok((Decoded { text, consumed: at.min(input.len()) }, invalid))
}

/// The code point that the name in braces at `at` means and where it ends, or where it breaks off and why.
fn read_name(input: &[u8], at: usize) -> Result<(u32, usize), (usize, &'static str)> {
    const MALFORMED: &str = "malformed \\N character escape";
    if input.get(at) != Some(&b'{') {
        return Err((at, MALFORMED));
    }
    let Some(len) = memchr::memchr(b'}', &input[at + 1..]) else {
        return Err((input.len(), MALFORMED));
    };
    let end = at + 1 + len;
    if len == 0 {
        return Err((end, MALFORMED));
    }
    let name = std::str::from_utf8(&input[at + 1..end]).ok();
    let point = name.and_then(unicode_name::point_of).ok_or((end + 1, "unknown Unicode character name"))?;
    Ok((point, end + 1))
}

fn fail<H: DecodeHandler>(
    input: &[u8],
    start: usize,
    end: usize,
    reason: &'static str,
    text: &mut Vec<u8>,
    handler: &mut H,
) -> Result<usize, H::Error> {
    let (put, next) = handler.decode_error(CodecError::new("unicodeescape", start, end, reason), input)?;
    text.extend_from_slice(&put);
    Ok(next)
}

/// Encodes `unicode_escape`: ASCII that needs no quotes.
pub fn encode_unicode_escape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for point in wtf8::code_points(text) {
        match escape::short_escape(point) {
            Some(short) => out.extend_from_slice(short),
            None if matches!(point, 0x20..=0x7e) => out.push(point as u8),
            None => escape::push_escape(&mut out, point),
        }
    }
    out
}

/// Decodes `raw_unicode_escape`: `\u` and `\U` only.
pub fn decode_raw_unicode_escape<H: DecodeHandler>(
    input: &[u8],
    last: bool,
    handler: &mut H,
) -> Result<Decoded, H::Error> {
    let mut text = Vec::with_capacity(input.len());
    let mut at = 0;
    while at < input.len() {
        let start = at;
        let (count, reason) = match (input[at], input.get(at + 1)) {
            (b'\\', Some(b'u')) => (4, "truncated \\uXXXX escape"),
            (b'\\', Some(b'U')) => (8, "truncated \\UXXXXXXXX escape"),
            (b'\\', None) if !last => break,
            (b'\\', Some(&other)) => {
                text.push(b'\\');
                wtf8::push(&mut text, u32::from(other));
                at += 2;
                continue;
            }
            (byte, _) => {
                wtf8::push(&mut text, u32::from(byte));
                at += 1;
                continue;
            }
        };
        let (end, reason) = match read_hex(input, at + 2, count) {
            Ok(point) if point <= wtf8::MAX => {
                wtf8::push(&mut text, point);
                at += 2 + count;
                continue;
            }
            Ok(_) => (at + 2 + count, "\\Uxxxxxxxx out of range"),
            Err(end) if end >= input.len() && !last => break,
            Err(end) => (end, reason),
        };
        let error = CodecError::new("rawunicodeescape", start, end, reason);
        let (put, next) = handler.decode_error(error, input)?;
        text.extend_from_slice(&put);
        at = next;
    }
    Ok(Decoded { text, consumed: at.min(input.len()) })
}

/// Encodes `raw_unicode_escape`: Latin-1 as it is, the rest escaped.
pub fn encode_raw_unicode_escape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for point in wtf8::code_points(text) {
        if point < 0x100 { out.push(point as u8) } else { escape::push_escape(&mut out, point) }
    }
    out
}

/// `codecs.escape_decode`: the escapes of bytes. `errors` matters for a bad `\x` only.
pub fn decode_bytes_escape(input: &[u8], errors: &str) -> Result<(Vec<u8>, Option<InvalidEscape>), Fault> {
    let mut out = Vec::with_capacity(input.len());
    let mut invalid = None;
    let mut at = 0;
    while at < input.len() {
        if input[at] != b'\\' {
            out.push(input[at]);
            at += 1;
            continue;
        }
        let Some(&letter) = input.get(at + 1) else {
            return Err(Fault::value("Trailing \\ in string"));
        };
        match letter {
            b'\n' => at += 2,
            b'0'..=b'7' => {
                let (value, len) = read_octal(input, at + 1);
                if value > 0o377 {
                    invalid.get_or_insert(InvalidEscape::Octal(value));
                }
                out.push(value as u8);
                at += 1 + len;
            }
            b'x' => match (read_hex(input, at + 2, 2), errors) {
                (Ok(value), _) => {
                    out.push(value as u8);
                    at += 4;
                }
                (Err(_), "strict") => {
                    return Err(Fault::value(format!("invalid \\x escape at position {at}")));
                }
                (Err(end), "replace" | "ignore") => {
                    if errors == "replace" {
                        out.push(b'?');
                    }
                    at = end;
                }
                (Err(_), unknown) => {
                    return Err(Fault::value(format!(
                        "decoding error; unknown error handling code: {unknown}"
                    )));
                }
            },
            _ => {
                match simple_escape(letter) {
                    Some(byte) => out.push(byte),
                    None => {
                        invalid.get_or_insert(InvalidEscape::Char(letter));
                        out.extend_from_slice(&[b'\\', letter]);
                    }
                }
                at += 2;
            }
        }
    }
    Ok((out, invalid))
}

/// `codecs.escape_encode`.
pub fn encode_bytes_escape(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    escape::escape_bytes(bytes, b'\'', &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::*;

    #[test]
    fn unicode_escapes() {
        let read = |input: &[u8]| decode_unicode_escape(input, true, &mut Policy::Strict);
        let (decoded, invalid) = read(b"\\x41\\u20ac\\101\\N{SPACE}\\q\\777\xe9\\\n").unwrap();
        assert_eq!(decoded.text, "A€A \\q\u{1ff}é".as_bytes());
        assert_eq!(invalid, Some(InvalidEscape::Char(b'q')));
        for (input, start, end, reason) in [
            (&b"a\\"[..], 1, 2, "\\ at end of string"),
            (b"\\x1g", 0, 3, "truncated \\xXX escape"),
            (b"\\U00110000z", 0, 10, "illegal Unicode character"),
            (b"\\Nx", 0, 2, "malformed \\N character escape"),
            (b"\\N{}y", 0, 3, "malformed \\N character escape"),
            (b"\\N{nonsense}y", 0, 12, "unknown Unicode character name"),
        ] {
            assert_eq!(read(input).unwrap_err(), CodecError::new("unicodeescape", start, end, reason));
        }
        assert_eq!(decode_unicode_escape(b"ab\\u12", false, &mut Policy::Strict).unwrap().0.consumed, 2);
        assert_eq!(encode_unicode_escape("a\n\\é€'".as_bytes()), b"a\\n\\\\\\xe9\\u20ac'");
        assert_eq!(encode_raw_unicode_escape("a\\é€".as_bytes()), b"a\\\xe9\\u20ac");
        let raw = decode_raw_unicode_escape(b"\\\\u0041\\u0041\\", true, &mut Policy::Strict).unwrap();
        assert_eq!(raw.text, b"\\\\u0041A\\");
    }

    #[test]
    fn bytes_escapes() {
        assert_eq!(decode_bytes_escape(b"\\x41\\0\\12\\q", "strict").unwrap().0, b"A\0\n\\q");
        assert_eq!(decode_bytes_escape(b"a\\x4gb", "replace").unwrap().0, b"a?gb");
        assert_eq!(
            decode_bytes_escape(b"a\\x", "strict").unwrap_err().msg,
            "invalid \\x escape at position 1"
        );
        assert_eq!(encode_bytes_escape(b"a'\"\xff"), b"a\\'\"\\xff");
        assert_eq!(
            InvalidEscape::Octal(0o777).message("b"),
            "b\"\\777\" is an invalid octal escape sequence. Such sequences will not work in the future. "
        );
    }
}
