//! From a requirements file's bytes to its logical lines: encoding, continuation, comments, variables.

use std::borrow::Cow;

/// Takes the bytes for text: by the mark at the beginning, else by a `coding:` comment in the first two lines, else as UTF-8.
///
/// # Errors
/// The encoding that the bytes do not fit, or that is not known.
pub(super) fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return utf8(rest);
    }
    let marks: [(&[u8], &str); 4] = [
        (b"\xff\xfe\x00\x00", "utf-32-le"),
        (b"\x00\x00\xfe\xff", "utf-32-be"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ];
    for (mark, encoding) in marks {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return by_name(rest, encoding);
        }
    }
    for line in bytes.split(|byte| *byte == b'\n').take(2) {
        if let Some(encoding) = declared(line) {
            return by_name(bytes, &encoding);
        }
    }
    utf8(bytes)
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| "utf-8".to_owned())
}

/// The encoding that a comment line declares as PEP 263 has it: `coding:` or `coding=`, blanks, a name.
fn declared(line: &[u8]) -> Option<String> {
    if line.first() != Some(&b'#') {
        return None;
    }
    let line = String::from_utf8_lossy(line);
    let mut rest: &str = &line;
    while let Some((_, after)) = rest.split_once("coding") {
        rest = after;
        let Some(value) = after.strip_prefix([':', '=']) else { continue };
        let value = value.trim_start();
        let end = value
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
            .unwrap_or(value.len());
        if let Some(name) = value.get(..end).filter(|name| !name.is_empty()) {
            return Some(name.to_owned());
        }
    }
    None
}

fn by_name<'a>(bytes: &'a [u8], encoding: &str) -> Result<Cow<'a, str>, String> {
    let wrong = || encoding.to_owned();
    let plain = encoding.to_ascii_lowercase().replace('_', "-");
    match plain.as_str() {
        "utf-8" | "utf8" | "u8" => utf8(bytes).map_err(|_| wrong()),
        "utf-8-sig" => utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).map_err(|_| wrong()),
        "ascii" | "us-ascii" if bytes.is_ascii() => utf8(bytes).map_err(|_| wrong()),
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" => {
            Ok(Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()))
        }
        "cp1252" | "windows-1252" => bytes
            .iter()
            .map(|byte| cp1252(*byte))
            .collect::<Option<String>>()
            .map(Cow::Owned)
            .ok_or_else(wrong),
        "utf-16-le" | "utf-16-be" => {
            let big = plain.ends_with("be");
            let units = bytes.chunks(2).map(|pair| match pair {
                [a, b] if big => Some(u16::from_be_bytes([*a, *b])),
                [a, b] => Some(u16::from_le_bytes([*a, *b])),
                _ => None,
            });
            let units: Vec<u16> = units.collect::<Option<_>>().ok_or_else(wrong)?;
            String::from_utf16(&units).map(Cow::Owned).map_err(|_| wrong())
        }
        "utf-32-le" | "utf-32-be" => {
            let big = plain.ends_with("be");
            let letters = bytes.chunks(4).map(|four| match four {
                [a, b, c, d] if big => char::from_u32(u32::from_be_bytes([*a, *b, *c, *d])),
                [a, b, c, d] => char::from_u32(u32::from_le_bytes([*a, *b, *c, *d])),
                _ => None,
            });
            letters.collect::<Option<String>>().map(Cow::Owned).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

/// A byte of Windows' western code page; five of them mean nothing.
fn cp1252(byte: u8) -> Option<char> {
    const UPPER: [u16; 32] = [
        0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
        0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
        0x0153, 0, 0x017e, 0x0178,
    ];
    match byte {
        0x80..=0x9f => UPPER
            .get(usize::from(byte - 0x80))
            .filter(|code| **code != 0)
            .and_then(|code| char::from_u32(u32::from(*code))),
        other => Some(char::from(other)),
    }
}

/// The logical lines: continuations joined, comments and empty lines gone, variables filled in; each with its first line's number.
///
/// A variable is `${NAME}` of capitals, digits and `_`; one that is unset or empty stays as it is written.
pub(super) fn lines(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    let mut push = |number: usize, line: &str| {
        let line = without_comment(line).trim();
        if !line.is_empty() {
            out.push((number, expanded(line, variable)));
        }
    };
    let mut pending: Option<(usize, String)> = None;
    for (index, line) in text_lines(text).enumerate() {
        let number = index + 1;
        let is_comment = line.trim_start().starts_with('#');
        if line.ends_with('\\') && !is_comment {
            let (_, joined) = pending.get_or_insert_with(|| (number, String::new()));
            joined.push_str(line.trim_matches('\\'));
            continue;
        }
        match pending.take() {
            Some((first, mut joined)) => {
                // A comment ends what went on before it: with a blank in front it is one there too.
                if is_comment {
                    joined.push(' ');
                }
                joined.push_str(line);
                push(first, &joined);
            }
            None => push(number, line),
        }
    }
    if let Some((first, joined)) = pending {
        push(first, &joined);
    }
    out
}

/// Lines as Python's `str.splitlines` cuts them.
fn text_lines(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| {
        matches!(
            c,
            '\n' | '\r' | '\x0b' | '\x0c' | '\x1c' | '\x1d' | '\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let mut rest = Some(text).filter(|text| !text.is_empty());
    std::iter::from_fn(move || {
        let whole = rest?;
        let Some((at, end)) = whole.char_indices().find(|(_, c)| ends(*c)) else {
            rest = None;
            return Some(whole);
        };
        let (line, tail) =
            (whole.get(..at).unwrap_or_default(), whole.get(at + end.len_utf8()..).unwrap_or_default());
        let tail = if end == '\r' { tail.strip_prefix('\n').unwrap_or(tail) } else { tail };
        rest = Some(tail).filter(|tail| !tail.is_empty());
        Some(line)
    })
}

/// The line up to a `#` that stands at its beginning or behind a blank.
fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    for (at, letter) in line.char_indices() {
        if letter == '#' && before.is_whitespace() {
            return line.get(..at).unwrap_or_default();
        }
        before = letter;
    }
    line
}

fn expanded(line: &str, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let name = after.split_once('}').map(|(name, _)| name).filter(|name| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        });
        let value = name.and_then(|name| Some((name, variable(name).filter(|value| !value.is_empty())?)));
        match value {
            Some((name, value)) => {
                out.push_str(&value);
                rest = after.get(name.len() + 1..).unwrap_or_default();
            }
            None => {
                out.push_str("${");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Splits options as a shell does: quotes, backslashes; `None` where a quote is not closed or a backslash ends the text.
///
/// A word that begins with `;` ends them: it begins a marker, whose quotes have to stay. The marker is the second value.
pub(super) fn words(text: &str) -> Option<(Vec<String>, &str)> {
    let mut out = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ';' if word.is_none() => return Some((out, letters.as_str())),
            ' ' | '\t' | '\r' | '\n' => out.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next()? {
                        '\'' => break,
                        other => word.push(other),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next()? {
                        '"' => break,
                        '\\' => match letters.next()? {
                            escaped @ ('"' | '\\') => word.push(escaped),
                            other => word.extend(['\\', other]),
                        },
                        other => word.push(other),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(letters.next()?),
            other => word.get_or_insert_default().push(other),
        }
    }
    out.extend(word);
    Some((out, ""))
}
