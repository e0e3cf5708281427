//! Source text from bytes: byte order mark and cookie (PEP 263), and the errors of bytes that are no text.
//!
//! Bytes without a cookie, or with the cookie `utf-8` itself, are looked at where they stand and give a SyntaxError with
//! its place. All others go through their codec as a whole, whose error has no place: line 0, column -1, as CPython has it.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::compiler::{self, SyntaxProblem};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::raise::Exception;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

/// Where source bytes come from, for the texts of errors.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// An argument of `compile`, `exec`, `eval`.
    Argument,
    /// A file that is read to be run.
    File,
}

/// A line of the source, the first one being 1.
struct Line<'a> {
    number: u32,
    start: usize,
    bytes: &'a [u8],
}

/// The line that a byte stands in.
fn line_at(bytes: &[u8], at: usize) -> Line<'_> {
    let (mut number, mut start, mut here) = (1, 0, 0);
    while here < at {
        let width = match bytes[here] {
            b'\r' if bytes.get(here + 1) == Some(&b'\n') => 2,
            b'\r' | b'\n' => 1,
            _ => {
                here += 1;
                continue;
            }
        };
        if here + width > at {
            break;
        }
        here += width;
        number += 1;
        start = here;
    }
    let length =
        bytes[start..].iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(bytes.len() - start);
    Line { number, start, bytes: &bytes[start..start + length] }
}

fn chars(bytes: &[u8]) -> u32 {
    String::from_utf8_lossy(bytes).chars().count() as u32
}

impl Vm {
    fn placed(&self, message: String, filename: &str, line: &Line, column: u32, end_column: i32) -> Raised {
        let problem = SyntaxProblem {
            kind: compiler::ProblemKind::SyntaxError,
            message,
            line: line.number,
            column,
            end_line: line.number,
            end_column,
            text: String::from_utf8_lossy(line.bytes).into_owned(),
            late: false,
            warnings: Vec::new(),
        };
        self.syntax_error(&problem, filename)
    }

    /// A SyntaxError of a file as a whole.
    fn placeless(&self, message: &str, filename: &str) -> Raised {
        let details = self.tuple(vec![self.str(filename), self.int(0), self.int(-1), Value::NONE]);
        self.raise_args(&exc::SYNTAX_ERROR, vec![self.str(message), details])
    }

    /// Decodes source bytes by byte order mark and cookie.
    pub fn decode_source(&self, bytes: &[u8], filename: &str, origin: Origin) -> PyResult<String> {
        if let Some(at) = memchr::memchr(0, bytes) {
            if origin == Origin::Argument {
                return Err(self.plain_syntax_error("source code string cannot contain null bytes"));
            }
            let line = line_at(bytes, at);
            let line = Line { bytes: &bytes[line.start..at], ..line };
            return Err(self.placed(
                "source code cannot contain null bytes".to_owned(),
                filename,
                &line,
                0,
                0,
            ));
        }
        let encoding = compiler::detect_encoding(bytes);
        let plain = encoding.name == "utf-8";
        let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if encoding.has_bom && !plain {
            let first = body.iter().position(|b| *b == b'\n').map_or(body.len(), |at| at + 1);
            let line = line_at(body, if encoding.line == 2 { first } else { 0 });
            let message = format!("encoding problem: {} with BOM", encoding.name);
            let end = chars(line.bytes) as i32;
            return Err(self.placed(message, filename, &line, 0, end));
        }
        if plain {
            let problem = match std::str::from_utf8(body) {
                Ok(text) => return Ok(text.to_owned()),
                Err(problem) => problem,
            };
            return Err(self.not_utf8(body, problem.valid_up_to(), filename, origin, &encoding));
        }
        self.decode_by_codec(bytes, &encoding.name, filename, origin)
    }

    fn not_utf8(
        &self,
        body: &[u8],
        at: usize,
        filename: &str,
        origin: Origin,
        encoding: &compiler::Encoding,
    ) -> Raised {
        let line = line_at(body, at);
        if origin == Origin::File && (encoding.has_bom || encoding.line != 0) {
            // The file was declared to be UTF-8: its decoder says what is wrong.
            let Err(raised) = self.decode(line.bytes, "utf-8", "strict") else {
                return self.plain_syntax_error("invalid UTF-8");
            };
            let exception = self.take_raised(raised);
            let text = self.to_string(&exception).unwrap_or_default();
            return self.placed(format!("(unicode error) {text}"), filename, &line, 0, 0);
        }
        let place = match origin {
            Origin::File => format!(" in file {filename}"),
            Origin::Argument => String::new(),
        };
        let message = format!(
            "Non-UTF-8 code starting with '\\x{:02x}'{place} on line {}, but no encoding declared; see \
             https://peps.python.org/pep-0263/ for details",
            body[at], line.number
        );
        let column = chars(&body[line.start..at]) + 1;
        self.placed(message, filename, &line, column, column as i32)
    }

    fn decode_by_codec(&self, bytes: &[u8], name: &str, filename: &str, origin: Origin) -> PyResult<String> {
        let raised = match self.decode(bytes, name, "strict") {
            Ok(text) => {
                return match text.as_str().and_then(|text| text.as_str()) {
                    Some(text) => Ok(text.to_owned()),
                    None => Err(self.encode_error_surrogate(&text)),
                };
            }
            Err(raised) => raised,
        };
        let spec = [&exc::LOOKUP_ERROR, &exc::UNICODE_ERROR].into_iter().find(|spec| self.raised_is(spec));
        let Some(spec) = spec else { return Err(raised) };
        let exception = self.take_raised(raised);
        let lookup = std::ptr::eq(spec, &exc::LOOKUP_ERROR);
        if origin == Origin::File
            && let Some(e) = exception.downcast::<Exception>()
            && exception.ty(self).is_subtype(self.typ(&exc::UNICODE_DECODE_ERROR))
            && let (Some(start), Some(end)) = (e.field(2).as_small(), e.field(3).as_small())
        {
            // Files are read line by line.
            let before =
                line_at(bytes, (start.max(0) as usize).min(bytes.len().saturating_sub(1))).start as i64;
            e.set_field(1, self.bytes(&bytes[before as usize..]));
            e.set_field(2, self.int(start - before));
            e.set_field(3, self.int(end - before));
        }
        let mut message = self.to_string(&exception)?;
        if lookup && message.starts_with("unknown encoding") {
            message = format!("unknown encoding: {name}");
        } else if lookup && origin == Origin::File {
            message.truncate(message.find(';').unwrap_or(message.len()));
        }
        Err(self.placeless(&message, filename))
    }
}
