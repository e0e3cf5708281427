//! `repr` and `ascii` of `str` and `bytes`, and the escapes that they are made of.

use super::{unicode, wtf8};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends `\x`, `\u` or `\U` and as many digits as `point` needs.
pub fn push_escape(out: &mut Vec<u8>, point: u32) {
    let (letter, digits) = match point {
        0..=0xff => (b'x', 2),
        0x100..=0xffff => (b'u', 4),
        _ => (b'U', 8),
    };
    out.extend_from_slice(&[b'\\', letter]);
    (0..digits).rev().for_each(|nth| out.push(HEX[(point >> (4 * nth) & 15) as usize]));
}

/// The short escape of a control character or a backslash.
pub(crate) fn short_escape(point: u32) -> Option<&'static [u8]> {
    match point {
        0x09 => Some(b"\\t"),
        0x0a => Some(b"\\n"),
        0x0d => Some(b"\\r"),
        0x5c => Some(b"\\\\"),
        _ => None,
    }
}

/// The quote that needs the fewest escapes: double if there are only single ones inside.
fn quote_for(text: &[u8]) -> u8 {
    let single = memchr::memchr(b'\'', text).is_some();
    if single && memchr::memchr(b'"', text).is_none() { b'"' } else { b'\'' }
}

fn quoted(text: &[u8], plain: impl Fn(u32) -> bool) -> Vec<u8> {
    let quote = quote_for(text);
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(quote);
    let mut at = 0;
    while at < text.len() {
        // Runs of plain ASCII are copied whole.
        let run =
            text[at..].iter().take_while(|&&b| matches!(b, 0x20..=0x7e) && b != b'\\' && b != quote).count();
        out.extend_from_slice(&text[at..at + run]);
        at += run;
        if at == text.len() {
            break;
        }
        let (point, len) = wtf8::decode_at(text, at);
        if let Some(escape) = short_escape(point) {
            out.extend_from_slice(escape);
        } else if point == u32::from(quote) {
            out.extend_from_slice(&[b'\\', quote]);
        } else if plain(point) {
            out.extend_from_slice(&text[at..at + len]);
        } else {
            push_escape(&mut out, point);
        }
        at += len;
    }
    out.push(quote);
    out
}

/// `repr(text)`. Surrogates are escaped, so that this is UTF-8.
pub fn repr_str(text: &[u8]) -> Vec<u8> {
    quoted(text, |point| point >= 0x80 && unicode::is_printable(point))
}

/// `ascii(text)`.
pub fn ascii_str(text: &[u8]) -> Vec<u8> {
    quoted(text, |_| false)
}

/// `ascii(x)` out of `repr(x)`: what is not ASCII is escaped.
pub fn ascii_of_repr(repr: &[u8]) -> Vec<u8> {
    if repr.is_ascii() {
        return repr.to_vec();
    }
    let mut out = Vec::with_capacity(repr.len() + 8);
    for point in wtf8::code_points(repr) {
        if point < 0x80 { out.push(point as u8) } else { push_escape(&mut out, point) }
    }
    out
}

/// `repr(bytes)`, with its `b`.
pub fn repr_bytes(bytes: &[u8]) -> Vec<u8> {
    let quote = quote_for(bytes);
    let mut out = Vec::with_capacity(bytes.len() + 3);
    out.extend_from_slice(&[b'b', quote]);
    escape_bytes(bytes, quote, &mut out);
    out.push(quote);
    out
}

/// As [`repr_bytes`], as it stands within the `repr` of a `bytearray`: an apostrophe is escaped within any quotes.
pub fn repr_bytearray(bytes: &[u8]) -> Vec<u8> {
    let quote = quote_for(bytes);
    let mut out = vec![b'b', quote];
    for (at, part) in bytes.split(|byte| *byte == b'\'').enumerate() {
        if at > 0 {
            out.extend_from_slice(b"\\'");
        }
        escape_bytes(part, quote, &mut out);
    }
    out.push(quote);
    out
}

/// Appends `bytes` as they stand within `quote`s.
pub fn escape_bytes(bytes: &[u8], quote: u8, out: &mut Vec<u8>) {
    for &byte in bytes {
        if let Some(escape) = short_escape(u32::from(byte)) {
            out.extend_from_slice(escape);
        } else if byte == quote {
            out.extend_from_slice(&[b'\\', quote]);
        } else if matches!(byte, 0x20..=0x7e) {
            out.push(byte);
        } else {
            push_escape(out, u32::from(byte));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reprs() {
        let repr = |text: &str| String::from_utf8(repr_str(text.as_bytes())).unwrap();
        assert_eq!(repr("it's"), "\"it's\"");
        assert_eq!(repr("it's \"it\""), "'it\\'s \"it\"'");
        assert_eq!(repr("a\n\\\0\u{7f}é\u{a0}\u{2028}😀"), "'a\\n\\\\\\x00\\x7fé\\xa0\\u2028😀'");
        assert_eq!(repr_str(b"\xed\xa0\x80"), b"'\\ud800'");
        assert_eq!(ascii_str("é€😀".as_bytes()), b"'\\xe9\\u20ac\\U0001f600'");
        assert_eq!(ascii_of_repr("['é\\n']".as_bytes()), b"['\\xe9\\n']");
        assert_eq!(repr_bytes(b"a'\xff\t"), b"b\"a'\\xff\\t\"");
    }
}
