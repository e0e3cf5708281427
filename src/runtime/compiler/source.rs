//! The text that is compiled: its lines, and how byte ranges become line and column numbers.
//!
//! Invariant: the text holds no `\r` (newlines are normalised on entry), so offsets refer to the normalised text.

use std::borrow::Cow;

use super::super::bytecode::code::{Const, Position};
use ruff_text_size::TextRange;

/// Marks an offset that is the start of a line, where there is no text.
const LINE_START: u32 = 1 << 31;

/// Source text with a table of its lines.
#[derive(Debug)]
pub struct Source<'a> {
    text: Cow<'a, str>,
    lines: Vec<u32>,
    table: Option<Vec<(u32, u32)>>,
    constants: Vec<Const>,
    texts: Vec<(u32, String)>,
}

/// A byte range of the source; [`Span::NONE`] marks code without a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

impl Span {
    /// No position.
    pub const NONE: Span = Span { start: u32::MAX, end: u32::MAX };

    /// From the start of one span to the end of another.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end }
    }
}

impl From<TextRange> for Span {
    fn from(range: TextRange) -> Span {
        Span { start: range.start().to_u32(), end: range.end().to_u32() }
    }
}

impl<'a> Source<'a> {
    /// Takes a text; `\r\n` and `\r` become `\n`.
    pub fn new(text: &'a str) -> Source<'a> {
        let text: Cow<'a, str> = if memchr::memchr(b'\r', text.as_bytes()).is_some() {
            let mut out = String::with_capacity(text.len());
            let mut rest = text;
            while let Some(at) = memchr::memchr(b'\r', rest.as_bytes()) {
                out.push_str(&rest[..at]);
                out.push('\n');
                rest = &rest[at + 1..];
                rest = rest.strip_prefix('\n').unwrap_or(rest);
            }
            out.push_str(rest);
            Cow::Owned(out)
        } else {
            Cow::Borrowed(text)
        };
        let mut lines = vec![0];
        lines.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        Source { text, lines, table: None, constants: Vec::new(), texts: Vec::new() }
    }

    /// Adds text at the end.
    pub fn append(&mut self, text: &str) {
        let piece = Source::new(text);
        let start = self.text.len() as u32;
        self.lines.extend(piece.lines[1..].iter().map(|line| line + start));
        self.text.to_mut().push_str(piece.text());
    }

    /// A source without text, for trees that were not parsed: an offset is a number of a line and a column in the table.
    /// An escape command in the tree is a number of one of
    /// the constants; `texts` are what t-strings show of their expressions, by the start of the range.
    pub fn from_positions(
        table: Vec<(u32, u32)>,
        constants: Vec<Const>,
        mut texts: Vec<(u32, String)>,
    ) -> Source<'static> {
        texts.sort_by_key(|(at, _)| *at);
        Source { text: Cow::Borrowed(""), lines: vec![0], table: Some(table), constants, texts }
    }

    /// The constant that an escape command in a tree that was not parsed stands for.
    pub fn constant(&self, command: &str) -> Option<&Const> {
        self.constants.get(command.parse::<usize>().ok()?)
    }

    /// What a t-string of a tree that was not parsed shows of its expression.
    pub fn text_at(&self, start: u32) -> Option<&str> {
        let at = self.texts.binary_search_by_key(&start, |(at, _)| *at).ok()?;
        Some(&self.texts[at].1)
    }

    /// The normalised text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a range; empty if there is none.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Whether there is text at all.
    pub fn has_text(&self) -> bool {
        self.table.is_none()
    }

    /// Line (from 1) and byte column (from 0) of an offset.
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        if let Some(table) = &self.table {
            if offset & LINE_START != 0 {
                return (offset & !LINE_START, 0);
            }
            return table.get(offset as usize).copied().unwrap_or((1, 0));
        }
        let line = self.lines.partition_point(|&start| start <= offset);
        (line as u32, offset - self.lines[line - 1])
    }

    /// The line of an offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.line_column(offset).0
    }

    /// The position of a span, with `start` 0; line 0 for no position.
    pub fn position(&self, span: Span) -> Position {
        if span == Span::NONE {
            return Position { start: 0, line: 0, end_line: 0, column: 0, end_column: 0 };
        }
        let (line, column) = self.line_column(span.start);
        let (end_line, end_column) = self.line_column(span.end);
        Position { start: 0, line, end_line, column, end_column }
    }

    /// Start offset of a line (from 1).
    pub fn line_start(&self, line: u32) -> u32 {
        if self.table.is_some() {
            return line | LINE_START;
        }
        let index = (line.max(1) - 1) as usize;
        self.lines.get(index).copied().unwrap_or(self.text.len() as u32)
    }

    /// Number of lines, counting a last one without newline.
    pub fn line_count(&self) -> u32 {
        self.lines.len() as u32
    }

    /// The text of a line (from 1), with its newline.
    pub fn line_text(&self, line: u32) -> &str {
        let start = self.line_start(line) as usize;
        let end = self.line_start(line + 1) as usize;
        self.text.get(start..end.max(start)).unwrap_or("")
    }

    /// Column of an offset in code points, from 1.
    pub fn char_column(&self, offset: u32) -> u32 {
        let (line, column) = self.line_column(offset);
        if self.table.is_some() {
            return column + 1;
        }
        let start = self.line_start(line) as usize;
        let text = self.text.get(start..start + column as usize).unwrap_or("");
        text.chars().count() as u32 + 1
    }
}

/// What the first two lines of a source file say about its encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// The normalised name ("utf-8" without a declaration).
    pub name: String,
    /// Whether a UTF-8 byte order mark stands at the start.
    pub has_bom: bool,
    /// The line of the declaration, 0 if there is none.
    pub line: u32,
}

/// Finds the encoding of a source file: byte order mark, then a PEP 263 comment in one of the first two lines.
pub fn detect_encoding(bytes: &[u8]) -> Encoding {
    let has_bom = bytes.starts_with(b"\xef\xbb\xbf");
    let body = if has_bom { &bytes[3..] } else { bytes };
    let mut lines = body.split(|&b| b == b'\n' || b == b'\r');
    for line_number in 1..=2 {
        let Some(line) = lines.next() else { break };
        if let Some(name) = cookie(line) {
            return Encoding { name, has_bom, line: line_number };
        }
        let blank = line.iter().all(|b| matches!(b, b' ' | b'\t' | 0x0c));
        let comment = line.iter().find(|b| !matches!(b, b' ' | b'\t' | 0x0c)) == Some(&b'#');
        if !blank && !comment {
            break;
        }
        if line_number == 1 && bytes.windows(2).any(|w| w == b"\r\n") {
            let first_is_crlf =
                body.get(line.len()) == Some(&b'\r') && body.get(line.len() + 1) == Some(&b'\n');
            if first_is_crlf {
                lines.next();
            }
        }
    }
    Encoding { name: "utf-8".to_owned(), has_bom, line: 0 }
}

fn cookie(line: &[u8]) -> Option<String> {
    let first = line.iter().position(|b| !matches!(b, b' ' | b'\t' | 0x0c))?;
    if line[first] != b'#' {
        return None;
    }
    let mut rest = &line[first..];
    while let Some(at) = rest.windows(6).position(|w| w == b"coding") {
        rest = &rest[at + 6..];
        let Some((&mark, after)) = rest.split_first() else { break };
        if mark != b':' && mark != b'=' {
            continue;
        }
        let skip = after.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let name: Vec<u8> = after[skip..]
            .iter()
            .copied()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .collect();
        if !name.is_empty() {
            return Some(normal_name(&String::from_utf8_lossy(&name)));
        }
    }
    None
}

fn normal_name(name: &str) -> String {
    let plain: String =
        name.chars().take(12).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    if plain == "utf-8" || plain.starts_with("utf-8-") {
        return "utf-8".to_owned();
    }
    for latin in ["latin-1", "iso-8859-1", "iso-latin-1"] {
        if plain == latin || plain.strip_prefix(latin).is_some_and(|rest| rest.starts_with('-')) {
            return "iso-8859-1".to_owned();
        }
    }
    name.to_owned()
}
