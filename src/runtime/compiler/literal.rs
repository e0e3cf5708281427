//! Values of literals that the parser's tree cannot hold: text with lone surrogates, large ints.

use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use super::super::bytecode::code::Const;
use super::source::{Source, Span};

/// A large int from its source text.
pub fn big_int(text: &str) -> Const {
    let text: String = text.chars().filter(|&c| c != '_').collect();
    let lower = text.to_ascii_lowercase();
    for (prefix, bits) in [("0o", 3), ("0b", 1)] {
        if let Some(digits) = lower.strip_prefix(prefix) {
            return Const::BigInt(to_hex(digits, bits).into());
        }
    }
    Const::BigInt(lower.into())
}

/// The error for an int that has too many decimal digits to be converted; a limit of 0 is none.
pub fn too_many_digits(value: &ast::Number, limit: usize) -> Option<String> {
    let ast::Number::Int(int) = value else { return None };
    if limit == 0 || int.as_u64().is_some() {
        return None;
    }
    let text = int.to_string();
    let has_prefix = text.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic);
    let count = text.bytes().filter(u8::is_ascii_digit).count();
    if has_prefix || count <= limit {
        return None;
    }
    Some(format!(
        "Exceeds the limit ({limit} digits) for integer string conversion: value has {count} digits; use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to avoid decimal conversion limits."
    ))
}

/// Binary or octal digits as `0x` text.
fn to_hex(digits: &str, bits: usize) -> String {
    let mut all: Vec<u8> = Vec::new();
    for digit in digits.bytes() {
        for bit in (0..bits).rev() {
            all.push((digit - b'0') >> bit & 1);
        }
    }
    let mut hex: Vec<u8> = Vec::new();
    for nibble in all.rchunks(4) {
        let value = nibble.iter().fold(0, |acc, bit| acc << 1 | bit);
        hex.push(b"0123456789abcdef"[usize::from(value)]);
    }
    while hex.last() == Some(&b'0') && hex.len() > 1 {
        hex.pop();
    }
    hex.reverse();
    format!("0x{}", String::from_utf8_lossy(&hex))
}

/// The text of a string literal as WTF-8.
pub fn string_value(source: &Source, value: &ast::StringLiteralValue) -> Box<[u8]> {
    if value.iter().all(|part| !part.value.contains('\u{fffd}')) {
        return value.to_str().as_bytes().into();
    }
    let mut out = Vec::new();
    for part in value.iter() {
        string_part(source, part, &mut out);
    }
    out.into()
}

/// Adds the text of one of the literals that make up a string.
pub fn string_part(source: &Source, part: &ast::StringLiteral, out: &mut Vec<u8>) {
    if !source.has_text() {
        out.extend_from_slice(part.value.as_bytes());
        return;
    }
    let raw = part.flags.prefix().is_raw();
    literal_text(source, part.content_range().into(), &part.value, raw, false, out);
}

/// The text of a literal part of an f-string as WTF-8.
pub fn interpolated_value(
    source: &Source,
    part: &ast::InterpolatedStringLiteralElement,
    is_raw: bool,
) -> Box<[u8]> {
    let mut out = Vec::new();
    literal_text(source, part.range().into(), &part.value, is_raw, true, &mut out);
    out.into()
}

/// Decodes source text again where the parser put a replacement character for a lone surrogate.
fn literal_text(source: &Source, span: Span, value: &str, is_raw: bool, braces: bool, out: &mut Vec<u8>) {
    let text = source.slice(span);
    if is_raw || !value.contains('\u{fffd}') || !text.contains('\\') {
        out.extend_from_slice(value.as_bytes());
        return;
    }
    let mut rest = text;
    let push = |out: &mut Vec<u8>, code: u32| match char::from_u32(code) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        // A surrogate: three bytes, as in generalised UTF-8.
        None => out.extend([
            0xe0 | (code >> 12) as u8,
            0x80 | (code >> 6 & 0x3f) as u8,
            0x80 | (code & 0x3f) as u8,
        ]),
    };
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if braces && (c == '{' || c == '}') && rest.starts_with(c) {
            rest = &rest[1..];
        }
        if c != '\\' {
            push(out, c.into());
            continue;
        }
        let Some(kind) = rest.chars().next() else {
            push(out, c.into());
            break;
        };
        rest = &rest[kind.len_utf8()..];
        let simple = match kind {
            '\n' => continue,
            '\\' | '\'' | '"' => kind.into(),
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            '0'..='7' => {
                let more = rest.bytes().take(2).take_while(|b| matches!(b, b'0'..=b'7')).count();
                let digits = format!("{kind}{}", &rest[..more]);
                rest = &rest[more..];
                u32::from_str_radix(&digits, 8).unwrap_or(0)
            }
            'x' | 'u' | 'U' => {
                let count = match kind {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let digits = rest.get(..count).unwrap_or("");
                rest = rest.get(count..).unwrap_or("");
                u32::from_str_radix(digits, 16).unwrap_or(0xfffd)
            }
            'N' => {
                let end = rest.find('}').map_or(rest.len(), |at| at + 1);
                let name = &rest[..end];
                rest = &rest[end..];
                named_character(name)
            }
            other => {
                push(out, '\\'.into());
                if braces && (other == '{' || other == '}') {
                    // The brace may be doubled.
                    if rest.starts_with(other) {
                        rest = &rest[1..];
                    }
                }
                other.into()
            }
        };
        push(out, simple);
    }
}

/// The character of `{NAME}`, by way of the parser, which knows the names.
fn named_character(name: &str) -> u32 {
    let text = format!("'\\N{name}'");
    let Ok(parsed) = ruff_python_parser::parse_expression(&text) else { return 0xfffd };
    match &*parsed.syntax().body {
        ast::Expr::StringLiteral(node) => node.value.chars().next().map_or(0xfffd, u32::from),
        _ => 0xfffd,
    }
}
