//! The scanner below requirements and markers, and the error that shows where a text went wrong.

use std::fmt;

/// A text that does not follow PEP 508's grammar: what was expected, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    pub source: String,
    /// The bytes to mark, from and to.
    pub span: (usize, usize),
}

impl fmt::Display for SyntaxError {
    /// Three lines: the message, the text, and marks below the place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = |end: usize| self.source.get(..end).map_or(end, |text| text.chars().count());
        let (start, end) = (columns(self.span.0), columns(self.span.1));
        write!(
            f,
            "{}\n    {}\n    {}{}^",
            self.message,
            self.source,
            " ".repeat(start),
            "~".repeat(end.saturating_sub(start))
        )
    }
}

impl std::error::Error for SyntaxError {}

/// A place in a text.
pub(super) struct Scanner<'a> {
    pub source: &'a str,
    pub position: usize,
}

impl<'a> Scanner<'a> {
    pub fn new(source: &'a str) -> Scanner<'a> {
        Scanner { source, position: 0 }
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a str {
        self.source.get(self.position..).unwrap_or("")
    }

    pub fn at_end(&self) -> bool {
        self.position >= self.source.len()
    }

    pub fn blanks(&mut self) -> bool {
        let before = self.position;
        self.position += self.rest().bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.position > before
    }

    /// Reads `text` if it stands here.
    pub fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.position += text.len();
        }
        found
    }

    /// Reads `word` if it stands here and no letter of a name follows.
    pub fn eat_word(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let ends =
            |rest: &str| !rest.chars().next().is_some_and(|next| next.is_alphanumeric() || next == '_');
        let found = rest.strip_prefix(word).is_some_and(ends);
        if found {
            self.position += word.len();
        }
        found
    }

    /// Reads a name: letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.
    pub fn identifier(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        if !rest.as_bytes().first()?.is_ascii_alphanumeric() {
            return None;
        }
        let length = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            .count();
        // The name ends with a letter, a digit or an underscore; a dot or a hyphen behind it belongs to what follows.
        let name = rest[..length].trim_end_matches(['-', '.']);
        self.position += name.len();
        Some(name)
    }

    pub fn error<T>(&self, message: impl Into<String>) -> Result<T, SyntaxError> {
        self.error_from(self.position, message)
    }

    pub fn error_from<T>(&self, start: usize, message: impl Into<String>) -> Result<T, SyntaxError> {
        Err(SyntaxError {
            message: message.into(),
            source: self.source.to_owned(),
            span: (start, self.position),
        })
    }
}
