//! Escape sequences in literals: those that cannot be decoded, and those that mean nothing.

use super::source::{Source, Span};

/// The first escape that cannot be decoded: place in CPython's terms, and what is wrong.
struct Bad {
    start: usize,
    end: usize,
    what: &'static str,
}

/// Finds the first undecodable escape of a text literal. Positions count bytes after every character that is not
/// ASCII has become a ten-byte escape, as CPython does before it decodes.
fn bad_escape(body: &str) -> Option<Bad> {
    let bytes: Vec<char> = body.chars().collect();
    let mut at = 0;
    let mut place = 0;
    let width = |c: char| if c.is_ascii() { 1 } else { 10 };
    while at < bytes.len() {
        let c = bytes[at];
        if c != '\\' {
            place += width(c);
            at += 1;
            continue;
        }
        let start = place;
        let Some(&kind) = bytes.get(at + 1) else {
            return Some(Bad { start, end: start, what: "\\ at end of string" });
        };
        at += 2;
        place += 1 + width(kind);
        let (count, what) = match kind {
            'x' => (2, "truncated \\xXX escape"),
            'u' => (4, "truncated \\uXXXX escape"),
            'U' => (8, "truncated \\UXXXXXXXX escape"),
            'N' => {
                if bytes.get(at) != Some(&'{') {
                    return Some(Bad { start, end: place - 1, what: "malformed \\N character escape" });
                }
                let Some(length) = bytes[at..].iter().position(|&c| c == '}') else {
                    let rest: usize = bytes[at..].iter().map(|&c| width(c)).sum();
                    return Some(Bad {
                        start,
                        end: place + rest - 1,
                        what: "malformed \\N character escape",
                    });
                };
                let name: String = bytes[at + 1..at + length].iter().collect();
                let end = place + length;
                if name.is_empty() {
                    return Some(Bad { start, end, what: "malformed \\N character escape" });
                }
                if ruff_python_parser::parse_expression(&format!("'\\N{{{name}}}'")).is_err() {
                    return Some(Bad { start, end, what: "unknown Unicode character name" });
                }
                at += length + 1;
                place = end + 1;
                continue;
            }
            _ => continue,
        };
        let digits = bytes[at..].iter().take(count).take_while(|c| c.is_ascii_hexdigit()).count();
        if digits < count {
            return Some(Bad { start, end: place + digits - 1, what });
        }
        let value: String = bytes[at..at + count].iter().collect();
        at += count;
        place += count;
        if u32::from_str_radix(&value, 16).is_ok_and(|v| v > 0x10_ffff) {
            return Some(Bad { start, end: place - 1, what: "illegal Unicode character" });
        }
    }
    None
}

fn unicode_message(bad: &Bad) -> String {
    let place = if bad.start == bad.end {
        format!("byte 0x5c in position {}", bad.start)
    } else {
        format!("bytes in position {}-{}", bad.start, bad.end)
    };
    format!("(unicode error) 'unicodeescape' codec can't decode {place}: {}", bad.what)
}

/// What is wrong with a string or bytes token.
pub fn literal_error(source: &Source, span: Span) -> Option<(Span, String)> {
    let text = source.slice(span);
    let prefix: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    let prefix_lower = prefix.to_ascii_lowercase();
    let rest = &text[prefix.len()..];
    let quote = rest.chars().next()?;
    let triple = rest.len() >= 6 && rest.starts_with(&quote.to_string().repeat(3));
    let width = if triple { 3 } else { 1 };
    let body = rest.get(width..rest.len().checked_sub(width)?)?;
    if prefix_lower.contains('b') {
        if !body.is_ascii() {
            return Some((span, "bytes can only contain ASCII literal characters".to_owned()));
        }
        if prefix_lower.contains('r') {
            return None;
        }
        let mut at = 0;
        let bytes = body.as_bytes();
        while at < bytes.len() {
            if bytes[at] == b'\\' {
                let digit = |i: usize| bytes.get(at + i).is_some_and(u8::is_ascii_hexdigit);
                if bytes.get(at + 1) == Some(&b'x') && !(digit(2) && digit(3)) {
                    return Some((span, format!("(value error) invalid \\x escape at position {at}")));
                }
                at += 1;
            }
            at += 1;
        }
        return None;
    }
    if prefix_lower.contains('r') || !body.contains('\\') {
        return None;
    }
    bad_escape(body).map(|bad| (span, unicode_message(&bad)))
}

/// What is wrong with literal text in an f-string.
pub fn middle_error(source: &Source, span: Span) -> Option<(Span, String)> {
    let body = source.slice(span);
    if !body.contains('\\') {
        return None;
    }
    // A backslash before a field is text.
    let body = body.strip_suffix('\\').filter(|rest| !rest.ends_with('\\')).unwrap_or(body);
    bad_escape(body).map(|bad| (span, unicode_message(&bad)))
}

/// The first escape sequence in a literal that means nothing: its place and its text, and whether it is octal.
pub fn meaningless(body: &str, is_bytes: bool) -> Option<(usize, String, bool)> {
    let bytes = body.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', bytes.get(at..)?) {
        let start = at + found;
        let kind = body[start + 1..].chars().next()?;
        at = start + 1 + kind.len_utf8();
        match kind {
            '\n' | '\\' | '\'' | '"' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | 'x' => {}
            'N' | 'u' | 'U' if !is_bytes => {}
            '0'..='7' => {
                let digits =
                    bytes[start + 1..].iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
                let text = &body[start + 1..start + 1 + digits];
                if u32::from_str_radix(text, 8).is_ok_and(|value| value > 0o377) {
                    return Some((start, text.to_owned(), true));
                }
            }
            other => return Some((start, other.to_string(), false)),
        }
    }
    None
}
