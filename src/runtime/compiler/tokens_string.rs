//! Strings and f-strings in the CPython-like tokenizer.

use super::problem::Outcome;
use super::tokens::{MAX_LEVEL, Mode, Tok, Tokenizer};

impl Tokenizer<'_> {
    pub(super) fn string(&mut self, start: usize, prefix: &[u8]) -> Outcome<()> {
        let quote = self.peek(0);
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        if prefix.contains(&b'f') || prefix.contains(&b't') {
            let is_t = prefix.contains(&b't');
            self.at += if triple { 3 } else { 1 };
            self.push(if is_t { Tok::TStart } else { Tok::FStart }, start);
            self.modes.push(Mode {
                quote,
                triple,
                raw: prefix.contains(&b'r'),
                is_t,
                start: start as u32,
                fields: Vec::new(),
                in_spec: Vec::new(),
            });
            return Ok(());
        }
        self.at += if triple { 3 } else { 1 };
        let mut escaped_quote = false;
        loop {
            if self.at_end() || (!triple && self.peek(0) == b'\n') {
                self.at = self.at.min(self.text.len());
                if let Some(mode) = self.modes.last()
                    && mode.quote == quote
                    && mode.triple == triple
                {
                    // The quote was meant to end the f-string around.
                    let kind = if mode.is_t { 't' } else { 'f' };
                    self.soft = true;
                    return self.before(start + 1, format!("{kind}-string: expecting '}}'"));
                }
                return self.unterminated(start, triple, escaped_quote, "string");
            }
            let byte = self.peek(0);
            if byte == b'\\' {
                escaped_quote |= self.peek(1) == quote;
                self.at += 2;
                continue;
            }
            self.at += 1;
            if byte == quote {
                if !triple {
                    break;
                }
                if self.peek(0) == quote && self.peek(1) == quote {
                    self.at += 2;
                    break;
                }
            }
        }
        self.at = self.at.min(self.text.len());
        self.push(Tok::Str, start);
        Ok(())
    }

    pub(super) fn unterminated<T>(
        &self,
        start: usize,
        triple: bool,
        escaped_quote: bool,
        what: &str,
    ) -> Outcome<T> {
        let at = self.at.min(self.text.len());
        // A newline that ends the source begins no line.
        let last =
            if triple && at == self.text.len() && self.text.last() == Some(&b'\n') { at - 1 } else { at };
        let line = self.source.line(last as u32);
        let message = if triple {
            format!("unterminated triple-quoted {what} literal (detected at line {line})")
        } else if escaped_quote {
            format!(
                "unterminated {what} literal (detected at line {line}); perhaps you escaped the end quote?"
            )
        } else {
            format!("unterminated {what} literal (detected at line {line})")
        };
        self.known(start, start, message)
    }

    pub(super) fn unterminated_mode(&self) -> Outcome<()> {
        let Some(mode) = self.modes.last() else { return Ok(()) };
        let what = if mode.is_t { "t-string" } else { "f-string" };
        self.unterminated(mode.start as usize, mode.triple, false, what)
    }

    /// Whether the text at hand is literal text of an f-string.
    pub(super) fn in_literal(&self) -> bool {
        self.modes.last().is_some_and(|mode| match mode.fields.last() {
            None => true,
            Some(&level) => mode.in_spec.last() == Some(&true) && self.open.len() == level + 1,
        })
    }

    /// Reads literal text of an f-string up to a field or the end.
    pub(super) fn middle(&mut self) -> Outcome<()> {
        let mut start = self.at;
        let Some(mode) = self.modes.last() else { return Ok(()) };
        let (quote, triple, raw) = (mode.quote, mode.triple, mode.raw);
        let in_spec = !mode.fields.is_empty();
        let is_t = mode.is_t;
        let kind = if is_t { 't' } else { 'f' };
        let middle = if is_t && self.extra { Tok::TMiddle } else { Tok::FMiddle };
        loop {
            if self.at_end() {
                return self.unterminated_mode();
            }
            let byte = self.peek(0);
            if byte == b'\n' && !triple {
                if in_spec {
                    let message = format!(
                        "{kind}-string: newlines are not allowed in format specifiers for single quoted {kind}-strings"
                    );
                    return self.before(self.at + 1, message);
                }
                return self.unterminated_mode();
            }
            let closes = byte == quote && (!triple || self.peek(1) == quote && self.peek(2) == quote);
            if closes {
                if self.at > start {
                    self.push(middle, start);
                }
                if in_spec {
                    // The field is still open: the parser complains.
                    let mode_start = self.at;
                    self.at += if triple { 3 } else { 1 };
                    self.push(if is_t { Tok::TEnd } else { Tok::FEnd }, mode_start);
                    let depth = self.modes.last().and_then(|mode| mode.fields.first().copied()).unwrap_or(0);
                    self.open.truncate(depth);
                    self.modes.pop();
                    return Ok(());
                }
                let end_start = self.at;
                self.at += if triple { 3 } else { 1 };
                self.push(if is_t { Tok::TEnd } else { Tok::FEnd }, end_start);
                self.modes.pop();
                return Ok(());
            }
            match byte {
                b'{' => {
                    if self.peek(1) == b'{' && !in_spec {
                        self.doubled(middle, &mut start);
                        continue;
                    }
                    if self.at > start || (in_spec && self.extra) {
                        self.push(middle, start);
                    }
                    return self.open_field();
                }
                b'}' => {
                    if in_spec {
                        if self.at > start || self.extra {
                            self.push(middle, start);
                        }
                        // The end of the field is an ordinary token.
                        if let Some(mode) = self.modes.last_mut()
                            && let Some(spec) = mode.in_spec.last_mut()
                        {
                            *spec = false;
                        }
                        return self.operator();
                    }
                    if self.peek(1) == b'}' {
                        self.doubled(middle, &mut start);
                        continue;
                    }
                    return self.before(self.at + 1, format!("{kind}-string: single '}}' is not allowed"));
                }
                b'\\' if !raw => {
                    if self.peek(1) == b'N' && self.peek(2) == b'{' {
                        self.at += 3;
                        while !self.at_end() && !matches!(self.peek(0), b'}' | b'\n') && self.peek(0) != quote
                        {
                            self.at += 1;
                        }
                        if self.peek(0) == b'}' {
                            self.at += 1;
                        }
                    } else if matches!(self.peek(1), b'{' | b'}') {
                        self.at += 1;
                    } else {
                        self.at = (self.at + 2).min(self.text.len());
                    }
                }
                b'\\' => {
                    let next = self.peek(1);
                    self.at += if next == quote || next == b'\\' { 2 } else { 1 };
                }
                _ => self.at += 1,
            }
        }
    }

    /// A doubled brace stands for one; programs get the text up to it as a token.
    fn doubled(&mut self, middle: Tok, start: &mut usize) {
        self.at += 1;
        if self.extra {
            self.push(middle, *start);
            *start = self.at + 1;
        }
        self.at += 1;
    }

    pub(super) fn open_field(&mut self) -> Outcome<()> {
        let start = self.at;
        self.at += 1;
        let level = self.open.len();
        if level >= MAX_LEVEL {
            return self.before(self.at, "too many nested parentheses");
        }
        self.open.push((b'{', start as u32));
        if let Some(mode) = self.modes.last_mut() {
            mode.fields.push(level);
            mode.in_spec.push(false);
            let (depth, is_t) = (mode.fields.len(), mode.is_t);
            if depth > 149 {
                let kind = if is_t { 't' } else { 'f' };
                return self.before(self.at, format!("{kind}-string: expressions nested too deeply"));
            }
        }
        self.push(Tok::Op, start);
        Ok(())
    }
}
