//! The RECORD file of a wheel or an installed distribution: which files there are, with their hashes and sizes.
//!
//! The form is CSV as Python's `csv` module writes it: a row is `path,algorithm=digest,size`, a field that holds a comma, a
//! quote or a line end stands in quotes, quotes inside are doubled. Digests are urlsafe base64 without padding. Hash and size
//! may be empty: they always are for RECORD itself, and they are for bytecode that an installer compiled.
//!
//! Standard: "Recording installed projects" (PEP 376, PEP 627) and the binary distribution format (PEP 427).

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// With `/`; relative to the directory that holds the `.dist-info` directory, or absolute.
    pub path: Cow<'a, str>,
    /// `sha256=…`, or empty.
    pub hash: Cow<'a, str>,
    pub size: Option<u64>,
}

/// A row that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError {
    /// Counted from one.
    pub line: usize,
    pub problem: &'static str,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of RECORD {}", self.line, self.problem)
    }
}

impl std::error::Error for RecordError {}

/// The rows of a RECORD file; empty lines are passed over.
///
/// Errors: a quote that is not closed, a path that is empty, a size that is no number, more than three fields.
pub fn parse(text: &str) -> Result<Vec<Row<'_>>, RecordError> {
    let mut rows = Vec::with_capacity(text.len() / 80 + 1);
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut line = 1;
    while !rest.is_empty() {
        let error = |problem| RecordError { line, problem };
        let mut fields: [Cow<'_, str>; 3] = Default::default();
        let mut count = 0;
        let mut lines = 0;
        loop {
            let (field, after) = field(rest).ok_or_else(|| error("has a quote that nothing closes"))?;
            lines += field.matches('\n').count();
            match fields.get_mut(count) {
                Some(place) => *place = field,
                None if field.is_empty() => {}
                None => return Err(error("has more than three fields")),
            }
            count += 1;
            if let Some(after) = after.strip_prefix(',') {
                rest = after;
                continue;
            }
            rest = match after.strip_prefix("\r\n") {
                Some(after) => after,
                None => after.strip_prefix(['\n', '\r']).unwrap_or(after),
            };
            break;
        }
        let [path, hash, size] = fields;
        if path.is_empty() {
            if count > 1 {
                return Err(error("has no path"));
            }
            line += 1;
            continue;
        }
        let size = match size.trim() {
            "" => None,
            digits => Some(digits.parse().map_err(|_| error("has a size that is no number"))?),
        };
        rows.push(Row { path, hash, size });
        line += lines + 1;
    }
    Ok(rows)
}

/// The field at the start of `text`, and what follows it. `None` when its quote is not closed or something follows the quote.
fn field(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', '\n', '\r']).unwrap_or(text.len());
        return Some((Cow::Borrowed(&text[..end]), &text[end..]));
    };
    let mut from = 0;
    let mut doubled = false;
    loop {
        let end = from + quoted.get(from..)?.find('"')?;
        let after = &quoted[end + 1..];
        if after.starts_with('"') {
            doubled = true;
            from = end + 2;
            continue;
        }
        if !(after.is_empty() || after.starts_with([',', '\n', '\r'])) {
            return None;
        }
        let inner = &quoted[..end];
        return Some((if doubled { inner.replace("\"\"", "\"").into() } else { inner.into() }, after));
    }
}

/// Appends a row, quoted where the form asks for it.
pub fn push_row(text: &mut String, path: &str, hash: &str, size: Option<u64>) {
    if path.contains([',', '"', '\n', '\r']) {
        text.push('"');
        text.push_str(&path.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(path);
    }
    text.push(',');
    text.push_str(hash);
    text.push(',');
    if let Some(size) = size {
        // Writing to a string cannot fail.
        let _ = fmt::Write::write_fmt(text, format_args!("{size}"));
    }
    text.push('\n');
}

/// `sha256=…` of a file's content.
pub fn sha256(content: &[u8]) -> String {
    let mut text = String::with_capacity(7 + 43);
    text.push_str("sha256=");
    URL_SAFE_NO_PAD.encode_string(Sha256::digest(content), &mut text);
    text
}

/// What comparing a content with a row's hash found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    Same,
    Different,
    /// No algorithm that the standard allows (SHA-256, SHA-384, SHA-512), or no digest of it.
    Unknown,
}

/// Compares `content` with a hash such as `sha256=…`. Padding of the digest is passed over.
pub fn check(hash: &str, content: &[u8]) -> Check {
    let Some((algorithm, digest)) = hash.split_once('=') else { return Check::Unknown };
    let Ok(digest) = URL_SAFE_NO_PAD.decode(digest.trim_end_matches('=')) else { return Check::Unknown };
    let same = match algorithm {
        "sha256" => Sha256::digest(content).as_slice() == digest,
        "sha384" => Sha384::digest(content).as_slice() == digest,
        "sha512" => Sha512::digest(content).as_slice() == digest,
        _ => return Check::Unknown,
    };
    if same { Check::Same } else { Check::Different }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read() {
        let text = "a.py,sha256=abc,12\r\n\"b,\"\"c\"\".py\",,\n\nx-1.dist-info/RECORD,,\n\"new\nline\",,1\nlast,h=1,2,,";
        let rows = parse(text).unwrap();
        let short: Vec<_> = rows.iter().map(|row| (&*row.path, &*row.hash, row.size)).collect();
        assert_eq!(
            short,
            [
                ("a.py", "sha256=abc", Some(12)),
                ("b,\"c\".py", "", None),
                ("x-1.dist-info/RECORD", "", None),
                ("new\nline", "", Some(1)),
                ("last", "h=1", Some(2)),
            ]
        );
    }

    #[test]
    fn what_is_no_row_is_an_error_with_its_line() {
        for (text, line) in [
            ("a,b,c\n", 1),
            ("a,,\n\"b", 2),
            ("a,,\n\n,x,1", 3),
            ("a,b,1,d", 1),
            ("\"a\"b,,", 1),
            ("\"a\"\"", 1),
        ] {
            assert_eq!(parse(text).unwrap_err().line, line, "{text:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let rows =
            [("plain.py", "sha256=x", Some(0)), ("com,ma", "", None), ("quo\"te", "a=b", Some(u64::MAX))];
        let mut text = String::new();
        for (path, hash, size) in rows {
            push_row(&mut text, path, hash, size);
        }
        let back = parse(&text).unwrap();
        assert!(back.iter().map(|row| (&*row.path, &*row.hash, row.size)).eq(rows));
    }

    #[test]
    fn hashes_are_compared() {
        let hash = sha256(b"");
        assert_eq!(hash, "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
        assert_eq!(check(&hash, b""), Check::Same);
        assert_eq!(check(&format!("{hash}="), b""), Check::Same);
        assert_eq!(check(&hash, b"x"), Check::Different);
        assert_eq!(check("md5=1B2M2Y8AsgTpgAmY7PhCfg", b""), Check::Unknown);
        assert_eq!(check("", b""), Check::Unknown);
    }
}
