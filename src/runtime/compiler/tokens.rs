//! A tokenizer that fails exactly as CPython's does; it runs only when something is wrong with a source.
//!
//! Errors of the tokenizer win over those of the parser wherever they stand, so the diagnosing pass reads the whole
//! source with it first.

use super::problem::{Outcome, ProblemKind, SyntaxProblem};
use super::source::{Source, Span};

/// Kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tok {
    /// Identifier or keyword.
    Name,
    /// Number.
    Number,
    /// String without replacement fields.
    Str,
    /// `f"`
    FStart,
    /// Literal text in an f-string.
    FMiddle,
    /// Closing quote of an f-string.
    FEnd,
    /// `t"`
    TStart,
    /// Closing quote of a t-string.
    TEnd,
    /// Operator or delimiter.
    Op,
    /// End of a logical line.
    Newline,
    /// Deeper indentation.
    Indent,
    /// End of it.
    Dedent,
    /// End of the source.
    End,
    /// What the tokenizer cannot give because a bracket is open.
    Beyond,
    /// A comment; for programs alone.
    Comment,
    /// A newline that ends no logical line; for programs alone.
    Nl,
    /// Literal text in a t-string; for programs alone.
    TMiddle,
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// Its kind.
    pub kind: Tok,
    /// Where it is.
    pub span: Span,
    /// Brackets that are open behind it.
    pub level: u16,
}

/// What the tokenizer found.
pub struct Tokens {
    /// The tokens; with an error those before it.
    pub list: Vec<Token>,
    /// The first error, behind the tokens.
    pub error: Option<Box<SyntaxProblem>>,
    /// The error counts only if the parser gets there.
    pub soft: bool,
    /// The error is that the source ends.
    pub at_end: bool,
    /// Brackets that are still open at the end.
    pub open: Vec<(u8, u32)>,
}

pub(super) const MAX_LEVEL: usize = 200;
const MAX_INDENT: usize = 100;

/// An f-string being read.
pub(super) struct Mode {
    pub(super) quote: u8,
    pub(super) triple: bool,
    pub(super) raw: bool,
    pub(super) is_t: bool,
    pub(super) start: u32,
    /// Bracket levels at which replacement fields were opened.
    pub(super) fields: Vec<usize>,
    /// Whether each field is in its format specification.
    pub(super) in_spec: Vec<bool>,
}

pub(super) struct Tokenizer<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    pub(super) tokens: Vec<Token>,
    pub(super) open: Vec<(u8, u32)>,
    pub(super) indents: Vec<(usize, usize)>,
    pub(super) modes: Vec<Mode>,
    pub(super) line_begins: bool,
    pub(super) soft: bool,
    /// Comments and newlines of all kinds are tokens, and numbers may run into words.
    pub(super) extra: bool,
    /// The line at hand has no token of its own.
    pub(super) blank: bool,
    /// The text may go on: what reaches its end waits.
    pub(super) partial: bool,
    /// Where the comment of the line at hand begins, if comments are no tokens.
    pub(super) comment: Option<usize>,
}

/// Reads a source line by line, as far as each line allows, for a program, with comments and all newlines.
pub struct Stepwise {
    source: Source<'static>,
    at: usize,
    tokens: Vec<Token>,
    given: usize,
    open: Vec<(u8, u32)>,
    indents: Vec<(usize, usize)>,
    modes: Vec<Mode>,
    line_begins: bool,
    blank: bool,
    /// The text ends in a literal over several lines: a line without its quote or a brace ends nothing.
    waits_for: Option<u8>,
}

impl Default for Stepwise {
    fn default() -> Stepwise {
        Stepwise {
            source: Source::new(""),
            at: 0,
            tokens: Vec::new(),
            given: 0,
            open: Vec::new(),
            indents: vec![(0, 0)],
            modes: Vec::new(),
            line_begins: true,
            blank: false,
            waits_for: None,
        }
    }
}

impl Stepwise {
    /// What has been read.
    pub fn source(&self) -> &Source<'static> {
        &self.source
    }

    /// Takes more text (an empty one is the end) and answers the tokens that are sure now. After an error there is no more.
    pub fn read(&mut self, piece: &str) -> Tokens {
        self.source.append(piece);
        let partial = !piece.is_empty();
        if partial
            && let Some(quote) = self.waits_for
            && !piece.bytes().any(|byte| byte == quote || matches!(byte, b'{' | b'}'))
        {
            return Tokens { list: Vec::new(), error: None, soft: false, at_end: false, open: Vec::new() };
        }
        let text = self.source.text().as_bytes();
        let mut tokenizer = Tokenizer {
            source: &self.source,
            text,
            at: self.at,
            tokens: std::mem::take(&mut self.tokens),
            open: std::mem::take(&mut self.open),
            indents: std::mem::take(&mut self.indents),
            modes: std::mem::take(&mut self.modes),
            line_begins: self.line_begins,
            soft: false,
            extra: true,
            blank: self.blank,
            partial,
            comment: None,
        };
        let error = tokenizer.run().err();
        self.at = tokenizer.at;
        self.waits_for = if tokenizer.in_literal() {
            tokenizer.modes.last().filter(|mode| mode.triple).map(|mode| mode.quote)
        } else {
            let rest = text.get(self.at..).unwrap_or(&[]);
            let rest =
                rest.iter().position(|byte| !byte.is_ascii_alphabetic()).map_or(rest, |at| &rest[at..]);
            [b'\'', b'"'].into_iter().find(|&quote| rest.starts_with(&[quote; 3]))
        };
        let Tokenizer { tokens, open, indents, modes, line_begins, soft, blank, .. } = tokenizer;
        let at_end = self.at >= self.source.text().len();
        let found = Tokens { list: tokens[self.given..].to_vec(), error, soft, at_end, open: open.clone() };
        // Only the last ones are looked back at.
        let kept = tokens.len().saturating_sub(2);
        self.tokens = tokens[kept..].to_vec();
        self.given = self.tokens.len();
        (self.open, self.indents, self.modes) = (open, indents, modes);
        (self.line_begins, self.blank) = (line_begins, blank);
        found
    }
}

/// Reads a whole source.
pub fn tokenize<'a>(source: &'a Source<'a>) -> Tokens {
    let text = source.text().as_bytes();
    let mut tokenizer = Tokenizer {
        source,
        text,
        at: 0,
        tokens: Vec::new(),
        open: Vec::new(),
        indents: vec![(0, 0)],
        modes: Vec::new(),
        line_begins: true,
        soft: false,
        extra: false,
        blank: false,
        partial: false,
        comment: None,
    };
    let error = tokenizer.run().err();
    let at_end = tokenizer.at >= tokenizer.text.len();
    Tokens { list: tokenizer.tokens, error, soft: tokenizer.soft, at_end, open: tokenizer.open }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_name_part(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit()
}

impl<'a> Tokenizer<'a> {
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// An error at the character before `at`, as the tokenizer reports what it has just read.
    pub(super) fn before<T>(&self, at: usize, message: impl Into<String>) -> Outcome<T> {
        // A newline that was read belongs to its line.
        let end = if at > 0 && self.text[at - 1] == b'\n' { at - 1 } else { at };
        let line_start = self.text[..end].iter().rposition(|&b| b == b'\n').map_or(0, |p| p + 1);
        let text = String::from_utf8_lossy(&self.text[line_start..at]);
        let mut problem =
            SyntaxProblem::syntax(self.source, Span { start: end as u32, end: end as u32 }, message);
        problem.column = text.chars().count() as u32;
        problem.end_column = problem.column as i32;
        Err(problem)
    }

    pub(super) fn known<T>(&self, start: usize, end: usize, message: impl Into<String>) -> Outcome<T> {
        Err(SyntaxProblem::syntax(self.source, Span { start: start as u32, end: end as u32 }, message))
    }

    pub(super) fn push(&mut self, kind: Tok, start: usize) {
        let level = self.open.len() as u16;
        self.tokens.push(Token { kind, span: Span { start: start as u32, end: self.at as u32 }, level });
    }

    pub(super) fn run(&mut self) -> Outcome<()> {
        loop {
            let (at, count, line_begins, blank) = (self.at, self.tokens.len(), self.line_begins, self.blank);
            let step = if self.partial && self.at_end() { Ok(true) } else { self.step() };
            match step {
                Ok(false) => {}
                Err(_) if self.partial && self.at_end() => {
                    // More text may mend it: once more from here, then.
                    self.at = at;
                    self.tokens.truncate(count);
                    (self.line_begins, self.blank) = (line_begins, blank);
                    return Ok(());
                }
                Ok(true) => return Ok(()),
                Err(problem) => return Err(problem),
            }
        }
    }

    /// Reads a token or a piece of a literal. True: that was all.
    fn step(&mut self) -> Outcome<bool> {
        if self.in_literal() {
            return self.middle().map(|()| false);
        }
        if self.line_begins {
            let (at, blank) = (self.at, self.blank);
            self.line_begins = false;
            self.indentation()?;
            if self.at_end() && self.partial {
                // Spaces and a continuation: the line goes on.
                (self.at, self.line_begins, self.blank) = (at, true, blank);
                return Ok(true);
            }
            // A token that has to wait for its end leaves the indentation alone.
            if !self.at_end() {
                return Ok(false);
            }
        }
        while matches!(self.peek(0), b' ' | b'\t' | 0x0c) && !self.at_end() {
            self.at += 1;
        }
        if self.at_end() {
            return if self.partial { Ok(true) } else { self.finish().map(|()| true) };
        }
        self.token().map(|()| false)
    }

    pub(super) fn finish(&mut self) -> Outcome<()> {
        if let Some(mode) = self.modes.last() {
            let start = mode.start as usize;
            if self.open.is_empty() || mode.fields.is_empty() {
                return self.unterminated_mode();
            }
            let _ = start;
        }
        let line_is_empty = self.at == 0 || self.text.get(self.at - 1) == Some(&b'\n');
        if self.extra && !line_is_empty && (self.blank || !self.open.is_empty()) {
            self.push(Tok::Nl, self.at);
        }
        if !self.open.is_empty() {
            return Ok(());
        }
        let last = self.tokens.iter().rev().find(|t| !(self.blank && t.kind == Tok::Comment));
        if last.is_some_and(|t| !matches!(t.kind, Tok::Newline | Tok::Dedent | Tok::Indent | Tok::Nl)) {
            self.push(Tok::Newline, self.comment.unwrap_or(self.at));
        }
        while self.indents.len() > 1 {
            self.indents.pop();
            self.push(Tok::Dedent, self.at);
        }
        self.push(Tok::End, self.at);
        Ok(())
    }

    pub(super) fn indentation(&mut self) -> Outcome<()> {
        let start = self.at;
        let (mut column, mut alternative) = (0, 0);
        loop {
            match self.peek(0) {
                b' ' => {
                    column += 1;
                    alternative += 1;
                }
                b'\t' => {
                    column = (column / 8 + 1) * 8;
                    alternative += 1;
                }
                0x0c => (column, alternative) = (0, 0),
                b'\\' if self.peek(1) == b'\n' => {
                    // A continuation line in the indentation.
                    self.at += 2;
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        self.blank = self.at_end() || matches!(self.peek(0), b'#' | b'\n');
        if self.blank || !self.open.is_empty() {
            return Ok(());
        }
        let (top, top_alternative) = *self.indents.last().unwrap_or(&(0, 0));
        self.soft = true;
        let tab_error = |me: &Self| {
            let mut problem = SyntaxProblem::new(
                ProblemKind::TabError,
                me.source,
                Span { start: me.at as u32, end: me.at as u32 },
                "inconsistent use of tabs and spaces in indentation",
            );
            let line = me.source.line_text(problem.line).trim_end_matches('\n').chars().count() as u32;
            let _ = line;
            problem.column = 1;
            problem.end_column = 0;
            Err(problem)
        };
        if column == top {
            if alternative != top_alternative {
                return tab_error(self);
            }
            self.soft = false;
            return Ok(());
        }
        if column > top {
            if self.indents.len() + 1 > MAX_INDENT {
                let span = Span { start: self.at as u32, end: self.at as u32 };
                let message = "too many levels of indentation";
                let mut problem =
                    SyntaxProblem::new(ProblemKind::IndentationError, self.source, span, message);
                problem.column = 1;
                problem.end_column = 0;
                return Err(problem);
            }
            if alternative <= top_alternative {
                return tab_error(self);
            }
            self.soft = false;
            self.indents.push((column, alternative));
            self.push(Tok::Indent, start);
            return Ok(());
        }
        let before = self.tokens.len();
        while self.indents.last().is_some_and(|top| column < top.0) {
            self.indents.pop();
            self.tokens.push(Token {
                kind: Tok::Dedent,
                span: Span { start: self.at as u32, end: self.at as u32 },
                level: 0,
            });
        }
        let (top, top_alternative) = *self.indents.last().unwrap_or(&(0, 0));
        if column != top {
            let span = Span { start: self.at as u32, end: self.at as u32 };
            let message = "unindent does not match any outer indentation level";
            let mut problem = SyntaxProblem::new(ProblemKind::IndentationError, self.source, span, message);
            let line = self.source.line_text(problem.line).trim_end_matches('\n').chars().count() as u32;
            problem.column = line + 1;
            problem.end_column = -1;
            if self.extra {
                self.tokens.truncate(before);
            }
            return Err(problem);
        }
        if alternative != top_alternative {
            return tab_error(self);
        }
        self.soft = false;
        Ok(())
    }

    /// The source ends behind a backslash.
    pub(super) fn soft_end(&mut self, at: usize) -> Outcome<()> {
        self.soft = true;
        self.before(at, "unexpected EOF while parsing").map_err(|mut problem: Box<SyntaxProblem>| {
            problem.end_column = -1;
            problem
        })
    }

    pub(super) fn token(&mut self) -> Outcome<()> {
        let start = self.at;
        let byte = self.peek(0);
        match byte {
            b'#' => {
                while !self.at_end() && self.peek(0) != b'\n' {
                    self.at += 1;
                }
                if let Some(mode) = self.modes.last()
                    && !mode.triple
                {
                    let place = self.open.last().map_or(start, |open| open.1 as usize);
                    return self.known(place, place, "'{' was never closed").map_err(
                        |mut problem: Box<SyntaxProblem>| {
                            problem.end_column = 0;
                            problem
                        },
                    );
                }
                if self.extra {
                    self.push(Tok::Comment, start);
                } else {
                    self.comment = Some(start);
                }
                Ok(())
            }
            b'\n' if self.extra => {
                self.at += 1;
                let kind = if self.blank || !self.open.is_empty() { Tok::Nl } else { Tok::Newline };
                self.push(kind, start);
                self.line_begins = true;
                Ok(())
            }
            b'\n' => {
                self.at += 1;
                if self.open.is_empty() {
                    let blank = self
                        .tokens
                        .last()
                        .is_none_or(|t| matches!(t.kind, Tok::Newline | Tok::Indent | Tok::Dedent));
                    // The end of a line begins where its comment does.
                    let start = self.comment.unwrap_or(start);
                    if !blank {
                        self.tokens.push(Token {
                            kind: Tok::Newline,
                            span: Span { start: start as u32, end: self.at as u32 },
                            level: 0,
                        });
                    }
                }
                self.comment = None;
                self.line_begins = true;
                Ok(())
            }
            b'\\' => {
                self.at += 1;
                if self.peek(0) == b'\n' {
                    self.at += 1;
                    if self.at_end() {
                        return self.soft_end(self.at);
                    }
                    return Ok(());
                }
                if self.at_end() {
                    return self.soft_end(self.at);
                }
                self.soft = true;
                let message = "unexpected character after line continuation character";
                self.known(self.at, self.at, message).map_err(|mut problem: Box<SyntaxProblem>| {
                    problem.end_column = 0;
                    problem
                })
            }
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_ascii_digit() => self.number(),
            b'\'' | b'"' => self.string(start, b""),
            byte if is_name_start(byte) => self.name(),
            _ => self.operator(),
        }
    }

    // ---- names and numbers

    pub(super) fn name(&mut self) -> Outcome<()> {
        let start = self.at;
        // A prefix before a quote makes it a string.
        let mut end = self.at;
        while end - start < 4 && self.text.get(end).is_some_and(u8::is_ascii_alphabetic) {
            end += 1;
        }
        if matches!(self.text.get(end), Some(b'\'' | b'"')) {
            let prefix = self.text[start..end].to_ascii_lowercase();
            if self.is_prefix(&prefix, start, end)? {
                self.at = end;
                return self.string(start, &prefix);
            }
        }
        while is_name_part(self.peek(0)) && !self.at_end() {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        if !word.is_ascii() {
            self.identifier(start)?;
        }
        self.push(Tok::Name, start);
        Ok(())
    }

    pub(super) fn is_prefix(&self, prefix: &[u8], start: usize, end: usize) -> Outcome<bool> {
        let saw = |c: u8| prefix.contains(&c);
        let known = prefix.iter().all(|c| b"bruft".contains(c));
        let repeated = prefix.iter().enumerate().any(|(i, c)| prefix[..i].contains(c));
        if !known || repeated {
            return Ok(false);
        }
        for (a, b) in
            [(b'u', b'b'), (b'u', b'r'), (b'u', b'f'), (b'u', b't'), (b'b', b'f'), (b'b', b't'), (b'f', b't')]
        {
            if saw(a) && saw(b) {
                let message = format!("'{}' and '{}' prefixes are incompatible", a as char, b as char);
                return self.known(start, end, message);
            }
        }
        Ok(true)
    }

    /// Checks the characters of a name that is not ASCII.
    pub(super) fn identifier(&mut self, start: usize) -> Outcome<()> {
        let text = String::from_utf8_lossy(&self.text[start..self.at]).into_owned();
        let mut at = start;
        for (index, c) in text.chars().enumerate() {
            at += c.len_utf8();
            let fine =
                c == '_' || if index == 0 { is_xid_start(c) } else { is_xid_start(c) || is_xid_continue(c) };
            if fine {
                continue;
            }
            let message = if is_printable(c) {
                format!("invalid character '{c}' (U+{:04X})", c as u32)
            } else {
                format!("invalid non-printable character U+{:04X}", c as u32)
            };
            return self.before(at, message);
        }
        Ok(())
    }

    pub(super) fn digits(&mut self, is_digit: impl Fn(u8) -> bool, kind: &str) -> Outcome<()> {
        loop {
            while is_digit(self.peek(0)) && !self.at_end() {
                self.at += 1;
            }
            if self.peek(0) != b'_' || self.at_end() {
                return Ok(());
            }
            self.at += 1;
            if !is_digit(self.peek(0)) {
                return self.before(self.at, format!("invalid {kind} literal"));
            }
        }
    }

    pub(super) fn number_end(&mut self, kind: &str) -> Outcome<()> {
        if self.extra {
            return Ok(());
        }
        let rest = &self.text[self.at..];
        let keyword = ["and", "else", "for", "if", "in", "is", "or", "not"];
        if keyword.iter().any(|word| rest.starts_with(word.as_bytes())) {
            return Ok(());
        }
        let byte = self.peek(0);
        if byte < 0x80 && is_name_part(byte) && !self.at_end() {
            return self.before(self.at, format!("invalid {kind} literal"));
        }
        Ok(())
    }

    pub(super) fn number(&mut self) -> Outcome<()> {
        let start = self.at;
        let radix = match (self.peek(0), self.peek(1) | 0x20) {
            (b'0', b'x') => Some(("hexadecimal", 16)),
            (b'0', b'o') => Some(("octal", 8)),
            (b'0', b'b') => Some(("binary", 2)),
            _ => None,
        };
        if let Some((kind, radix)) = radix {
            self.at += 2;
            let is_digit = move |b: u8| (b as char).is_digit(radix);
            if self.peek(0) == b'_' {
                self.at += 1;
            }
            if !is_digit(self.peek(0)) {
                if self.peek(0).is_ascii_digit() {
                    let digit = self.peek(0) as char;
                    return self.before(self.at + 1, format!("invalid digit '{digit}' in {kind} literal"));
                }
                return self.before(self.at, format!("invalid {kind} literal"));
            }
            loop {
                while is_digit(self.peek(0)) {
                    self.at += 1;
                }
                if self.peek(0) != b'_' {
                    break;
                }
                self.at += 1;
                if !is_digit(self.peek(0)) {
                    if self.peek(0).is_ascii_digit() {
                        let digit = self.peek(0) as char;
                        return self
                            .before(self.at + 1, format!("invalid digit '{digit}' in {kind} literal"));
                    }
                    return self.before(self.at, format!("invalid {kind} literal"));
                }
            }
            if self.peek(0).is_ascii_digit() {
                let digit = self.peek(0) as char;
                return self.before(self.at + 1, format!("invalid digit '{digit}' in {kind} literal"));
            }
            self.number_end(kind)?;
            self.push(Tok::Number, start);
            return Ok(());
        }
        let digit = |b: u8| b.is_ascii_digit();
        let mut nonzero = self.peek(0) != b'0';
        if self.peek(0) == b'0' {
            // Zeros may only be followed by a fraction, an exponent or `j`.
            loop {
                while self.peek(0) == b'0' {
                    self.at += 1;
                }
                if self.peek(0) != b'_' {
                    break;
                }
                self.at += 1;
                if !digit(self.peek(0)) {
                    return self.before(self.at, "invalid decimal literal");
                }
            }
            let zeros = self.at;
            if digit(self.peek(0)) {
                nonzero = true;
                self.digits(digit, "decimal")?;
            }
            if nonzero
                && !self.extra
                && !matches!(self.peek(0) | 0x20, b'.' | b'e' | b'j')
                && self.peek(0) != b'.'
            {
                let message = "leading zeros in decimal integer literals are not permitted; \
                               use an 0o prefix for octal integers";
                return self.known(start, zeros, message);
            }
        } else {
            self.digits(digit, "decimal")?;
        }
        if self.peek(0) == b'.' {
            self.at += 1;
            if digit(self.peek(0)) {
                self.digits(digit, "decimal")?;
            }
        }
        if self.peek(0) | 0x20 == b'e' {
            let after = self.peek(1);
            if matches!(after, b'+' | b'-') {
                if digit(self.peek(2)) {
                    self.at += 2;
                    self.digits(digit, "decimal")?;
                } else {
                    return self.before(self.at + 1, "invalid decimal literal").map_err(
                        |mut problem: Box<SyntaxProblem>| {
                            problem.column += 1;
                            problem.end_column = problem.column as i32;
                            problem
                        },
                    );
                }
            } else if digit(after) {
                self.at += 1;
                self.digits(digit, "decimal")?;
            } else {
                self.number_end("decimal")?;
                self.push(Tok::Number, start);
                return Ok(());
            }
        }
        if self.peek(0) | 0x20 == b'j' {
            self.at += 1;
            self.number_end("imaginary")?;
        } else {
            self.number_end("decimal")?;
        }
        self.push(Tok::Number, start);
        Ok(())
    }

    // ---- operators

    pub(super) fn operator(&mut self) -> Outcome<()> {
        let start = self.at;
        let byte = self.peek(0);
        let in_field =
            self.modes.last().filter(|mode| mode.fields.last().is_some_and(|&l| self.open.len() == l + 1));
        let kind = self.modes.last().map(|mode| if mode.is_t { 't' } else { 'f' });
        match byte {
            b'(' | b'[' | b'{' => {
                if self.open.len() >= MAX_LEVEL {
                    return self.before(self.at + 1, "too many nested parentheses");
                }
                self.open.push((byte, start as u32));
                self.at += 1;
            }
            b')' | b']' | b'}' => {
                self.at += 1;
                if let Some(kind) = kind
                    && in_field.is_some()
                    && byte != b'}'
                {
                    return self.before(self.at, format!("{kind}-string: unmatched '{}'", byte as char));
                }
                let Some((opening, place)) = self.open.pop() else {
                    if self.extra {
                        self.push(Tok::Op, start);
                        return Ok(());
                    }
                    return self.before(self.at, format!("unmatched '{}'", byte as char));
                };
                let fits = matches!((opening, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
                if !fits && !self.extra {
                    let (opening, closing) = (opening as char, byte as char);
                    let line = self.source.line(place);
                    let message = if line == self.source.line(start as u32) {
                        format!(
                            "closing parenthesis '{closing}' does not match opening parenthesis '{opening}'"
                        )
                    } else {
                        format!(
                            "closing parenthesis '{closing}' does not match opening parenthesis '{opening}' on line {line}"
                        )
                    };
                    return self.before(self.at, message);
                }
                if let Some(mode) = self.modes.last_mut()
                    && mode.fields.last() == Some(&self.open.len())
                {
                    mode.fields.pop();
                    mode.in_spec.pop();
                }
            }
            b':' if in_field.is_some() => {
                self.at += 1;
                if let Some(mode) = self.modes.last_mut()
                    && let Some(spec) = mode.in_spec.last_mut()
                {
                    *spec = true;
                }
            }
            b'!' if self.peek(1) != b'=' => {
                self.at += 1;
                if kind.is_none() {
                    // A lone exclamation mark is a token that no rule knows.
                    self.push(Tok::Op, start);
                    return Ok(());
                }
            }
            b'$' | b'?' | b'`' => {
                // Tokens that no rule knows.
                self.at += 1;
            }
            byte if byte.is_ascii_control() => {
                return self.before(self.at + 1, format!("invalid non-printable character U+{byte:04X}"));
            }
            _ => {
                const THREE: [&[u8]; 6] = [b"**=", b"//=", b">>=", b"<<=", b"...", b"<>="];
                const TWO: [&[u8]; 22] = [
                    b"**", b"//", b">>", b"<<", b"<=", b">=", b"==", b"!=", b"<>", b"->", b"+=", b"-=",
                    b"*=", b"/=", b"%=", b"&=", b"|=", b"^=", b"@=", b":=", b"  ", b"  ",
                ];
                let rest = &self.text[self.at..];
                self.at += if THREE[..5].iter().any(|op| rest.starts_with(op)) {
                    3
                } else if TWO.iter().any(|op| rest.starts_with(op))
                    && !(self.extra && rest.starts_with(b"<>"))
                {
                    2
                } else {
                    1
                };
            }
        }
        self.push(Tok::Op, start);
        Ok(())
    }
}

fn is_xid_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_xid_continue(c: char) -> bool {
    c.is_alphanumeric() && !matches!(c as u32, 0xb2 | 0xb3 | 0xb9 | 0xbc..=0xbe)
        || matches!(c as u32, 0xb7 | 0x300..=0x36f | 0x203f | 0x2040 | 0x20d0..=0x20dc)
}

/// Whether a character can be seen (roughly `str.isprintable`).
fn is_printable(c: char) -> bool {
    !(c.is_control()
        || c.is_whitespace()
        || matches!(c as u32, 0xad | 0x600..=0x605 | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xe000..=0xf8ff
            | 0xfeff | 0xfff0..=0xfffb | 0xfffe | 0xffff | 0xe0000..=0xe0fff | 0xf0000..=0x10ffff))
}
