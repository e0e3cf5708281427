//! `match` statements in the diagnosing parser.

use super::shadow::{Kind, Shadow, Stop};
use super::shadow_stmt::Step;
use super::source::Span;
use super::tokens::Tok;

impl<'a> Shadow<'a> {
    pub(super) fn match_stmt(&mut self) -> Step {
        let Some(keyword) = self.eat("match") else { return Ok(None) };
        if self.star_named_expressions()?.is_none() {
            return Ok(None);
        }
        if self.eat(":").is_none() {
            if self.second && self.is_kind(Tok::Newline) {
                return self.raise_last("expected ':'");
            }
            return Ok(None);
        }
        if self.eat_kind(Tok::Newline).is_none() {
            return Ok(None);
        }
        if self.eat_kind(Tok::Indent).is_none() {
            if self.second {
                let line = self.line(keyword);
                let message = format!("expected an indented block after 'match' statement on line {line}");
                return self.raise_indent(message);
            }
            return Ok(None);
        }
        let mut any = false;
        while self.attempt(Self::case_block)?.is_some() {
            any = true;
        }
        Ok(self.eat_kind(Tok::Dedent).filter(|_| any).map(|_| ()))
    }

    pub(super) fn case_block(&mut self) -> Step {
        let Some(keyword) = self.eat("case") else { return Ok(None) };
        if !self.patterns()? {
            return Ok(None);
        }
        if self.eat("if").is_some() && self.named_expression()?.is_none() {
            return Ok(None);
        }
        self.suite("'case' statement", keyword, false)
    }

    pub(super) fn patterns(&mut self) -> Result<bool, Stop> {
        let mut any = false;
        loop {
            if self.attempt(Self::star_or_as_pattern)?.is_none() {
                return Ok(any);
            }
            any = true;
            if self.eat(",").is_none() {
                return Ok(true);
            }
        }
    }

    pub(super) fn star_or_as_pattern(&mut self) -> Step {
        if self.eat("*").is_some() {
            return Ok(self.name().map(|_| ()));
        }
        self.as_pattern()
    }

    pub(super) fn as_pattern(&mut self) -> Step {
        loop {
            if self.attempt(Self::closed_pattern)?.is_none() {
                return Ok(None);
            }
            if self.eat("|").is_none() {
                break;
            }
        }
        if self.eat("as").is_none() {
            return Ok(Some(()));
        }
        if self.second {
            if self.is("_") {
                let span = self.token().span;
                return self.raise(span, "cannot use '_' as a target");
            }
            self.mistake(|me| {
                let Some(node) = me.expression()? else { return Ok(None::<()>) };
                if node.kind != Kind::Name {
                    return me
                        .raise(node.span, format!("cannot use {} as pattern target", node.kind.words()));
                }
                Ok(None)
            })?;
        }
        if self.is("_") {
            return Ok(None);
        }
        Ok(self.name().map(|_| ()))
    }

    pub(super) fn closed_pattern(&mut self) -> Step {
        match self.text() {
            "(" | "[" => {
                let close = if self.is("(") { ")" } else { "]" };
                self.pos += 1;
                self.patterns()?;
                return Ok(self.eat(close).map(|_| ()));
            }
            "{" => {
                self.pos += 1;
                loop {
                    if self.is("}") {
                        break;
                    }
                    if self.eat("**").is_some() {
                        if self.name().is_none() {
                            return Ok(None);
                        }
                    } else {
                        let key = self.attempt(Self::literal_pattern)?;
                        if key.is_none() && self.attempt(Self::dotted_pattern)?.is_none() {
                            return Ok(None);
                        }
                        if self.eat(":").is_none() || self.as_pattern()?.is_none() {
                            return Ok(None);
                        }
                    }
                    if self.eat(",").is_none() {
                        break;
                    }
                }
                return Ok(self.eat("}").map(|_| ()));
            }
            _ => {}
        }
        if let Some(()) = self.attempt(Self::literal_pattern)? {
            return Ok(Some(()));
        }
        if self.attempt(Self::dotted_pattern)?.is_none() {
            return Ok(None);
        }
        if self.eat("(").is_some() {
            return self.class_arguments();
        }
        Ok(Some(()))
    }

    pub(super) fn dotted_pattern(&mut self) -> Step {
        Ok(self.dotted_name()?.then_some(()))
    }

    pub(super) fn class_arguments(&mut self) -> Step {
        let mut keyword_seen = false;
        let mut late: Option<Span> = None;
        while !self.is(")") {
            let keyword = self.ahead(|me| Ok(me.name().and_then(|_| me.eat("="))))?;
            let start = self.token().span.start;
            if keyword {
                if late.is_some() {
                    break;
                }
                self.pos += 2;
                keyword_seen = true;
            }
            if self.attempt(Self::as_pattern)?.is_none() {
                return Ok(None);
            }
            if !keyword && keyword_seen {
                let span = self.from(start);
                late = Some(late.map_or(span, |first| first.to(span)));
            }
            if self.eat(",").is_none() {
                break;
            }
        }
        if let Some(span) = late {
            if self.second {
                return self.raise(span, "positional patterns follow keyword patterns");
            }
            return Ok(None);
        }
        Ok(self.eat(")").map(|_| ()))
    }

    pub(super) fn literal_pattern(&mut self) -> Step {
        if self.eat_any(&["None", "True", "False"]).is_some() {
            return Ok(Some(()));
        }
        if matches!(self.token().kind, Tok::Str | Tok::FStart | Tok::TStart) {
            let node = self.atom()?;
            return Ok(node.filter(|node| node.kind == Kind::Literal).map(|_| ()));
        }
        self.eat("-");
        let Some(number) = self.eat_kind(Tok::Number) else { return Ok(None) };
        let imaginary = |me: &Self, span: Span| me.source_text(span).ends_with(['j', 'J']);
        if self.is_any(&["+", "-"]) {
            if imaginary(self, number) {
                return self.raise(number, "real number required in complex literal");
            }
            self.pos += 1;
            let Some(second) = self.eat_kind(Tok::Number) else { return Ok(None) };
            if !imaginary(self, second) {
                return self.raise(second, "imaginary number required in complex literal");
            }
        }
        Ok(Some(()))
    }
}
