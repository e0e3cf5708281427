//! Strings and f-strings in the diagnosing parser.

use super::shadow::{Found, Kind, Shadow, Stop};
use super::tokens::Tok;

impl<'a> Shadow<'a> {
    pub(super) fn strings(&mut self) -> Found {
        let start = self.token().span;
        let (mut text, mut bytes, mut fstring, mut tstring) = (false, false, false, false);
        loop {
            let token = self.token();
            match token.kind {
                Tok::Str => {
                    let prefix = self.source_text(token.span);
                    let is_bytes =
                        prefix.chars().take_while(char::is_ascii_alphabetic).any(|c| matches!(c, 'b' | 'B'));
                    bytes |= is_bytes;
                    text |= !is_bytes;
                    self.pos += 1;
                    if let Some((span, message)) = super::escapes::literal_error(self.source, token.span) {
                        return self.raise(span, message);
                    }
                }
                Tok::FStart | Tok::TStart => {
                    fstring |= token.kind == Tok::FStart;
                    tstring |= token.kind == Tok::TStart;
                    self.pos += 1;
                    if !self.interpolated(token.kind)? {
                        return Ok(None);
                    }
                }
                _ => break,
            }
        }
        let span = self.from(start.start);
        if bytes && (text || fstring) {
            return self.raise(span, "cannot mix bytes and nonbytes literals");
        }
        if tstring && (text || bytes || fstring) {
            return self.raise(span, "cannot mix t-string literals with string or bytes literals");
        }
        let kind = match (fstring, tstring) {
            (true, _) => Kind::FString,
            (_, true) => Kind::TString,
            _ => Kind::Literal,
        };
        Ok(Some(self.node(kind, span)))
    }

    /// The parts of an f-string up to its end.
    pub(super) fn interpolated(&mut self, start: Tok) -> Result<bool, Stop> {
        let (end, letter, raw) = {
            let opening = self.tokens[self.pos - 1].span;
            let raw = self.source_text(opening).to_ascii_lowercase().contains('r');
            if start == Tok::FStart { (Tok::FEnd, 'f', raw) } else { (Tok::TEnd, 't', raw) }
        };
        loop {
            let token = self.token();
            if token.kind == Tok::FMiddle {
                self.pos += 1;
                if !raw && let Some((span, message)) = super::escapes::middle_error(self.source, token.span) {
                    return self.raise(span, message);
                }
            } else if self.is("{") {
                if self.attempt(|me| me.field(letter))?.is_none() {
                    return Ok(false);
                }
            } else {
                return Ok(self.eat_kind(end).is_some());
            }
        }
    }

    pub fn annotated_rhs(&mut self) -> Found {
        match self.attempt(Self::yield_expr)? {
            Some(node) => Ok(Some(node)),
            None => self.star_expressions(),
        }
    }

    pub(super) fn field(&mut self, letter: char) -> Result<Option<()>, Stop> {
        let start = self.pos;
        let found = self.attempt(|me| {
            me.eat("{");
            if me.annotated_rhs()?.is_none() {
                return Ok(None);
            }
            me.eat("=");
            if !me.conversion(letter)? {
                return Ok(None);
            }
            if me.eat(":").is_some() && !me.format_spec(letter)? {
                return Ok(None);
            }
            Ok(me.eat("}").map(|_| ()))
        })?;
        if found.is_none() {
            self.pos = start;
            self.mistake(|me| me.invalid_field(letter))?;
        }
        Ok(found)
    }

    pub(super) fn conversion(&mut self, letter: char) -> Result<bool, Stop> {
        let Some(mark) = self.eat("!") else { return Ok(true) };
        let Some(name) = self.name() else { return Ok(false) };
        if name.span.start != mark.end {
            let message =
                format!("{letter}-string: conversion type must come right after the exclamation mark");
            return self.raise(mark.to(name.span), message);
        }
        let text = self.source_text(name.span);
        if !matches!(text, "s" | "r" | "a") {
            let message =
                format!("{letter}-string: invalid conversion character '{text}': expected 's', 'r', or 'a'");
            return self.raise(name.span, message);
        }
        Ok(true)
    }

    pub(super) fn format_spec(&mut self, letter: char) -> Result<bool, Stop> {
        loop {
            if self.eat_kind(Tok::FMiddle).is_some() {
                continue;
            }
            if !self.is("{") {
                return Ok(true);
            }
            if self.attempt(|me| me.field(letter))?.is_none() {
                return Ok(false);
            }
        }
    }

    pub(super) fn invalid_field(&mut self, letter: char) -> Result<Option<()>, Stop> {
        self.eat("{");
        for sign in ["=", "!", ":", "}"] {
            if let Some(span) = self.eat(sign) {
                return self
                    .raise(span, format!("{letter}-string: valid expression required before '{sign}'"));
            }
        }
        if self.annotated_rhs()?.is_none() {
            return self.raise_next(format!("{letter}-string: expecting a valid expression after '{{'"));
        }
        if !self.is_any(&["=", "!", ":", "}"]) {
            return self.raise_next(format!("{letter}-string: expecting '=', or '!', or ':', or '}}'"));
        }
        if self.eat("=").is_some() && !self.is_any(&["!", ":", "}"]) {
            return self.raise_next(format!("{letter}-string: expecting '!', or ':', or '}}'"));
        }
        if self.eat("!").is_some() {
            if self.is_any(&[":", "}"]) {
                return self.raise_next(format!("{letter}-string: missing conversion character"));
            }
            if self.name().is_none() {
                return self.raise_next(format!("{letter}-string: invalid conversion character"));
            }
            if !self.is_any(&[":", "}"]) {
                return self.raise_next(format!("{letter}-string: expecting ':' or '}}'"));
            }
        }
        if self.eat(":").is_some() {
            self.format_spec(letter)?;
            if !self.is("}") {
                return self.raise_next(format!("{letter}-string: expecting '}}', or format specs"));
            }
            return Ok(None);
        }
        if !self.is("}") {
            return self.raise_next(format!("{letter}-string: expecting '}}'"));
        }
        Ok(None)
    }
}
