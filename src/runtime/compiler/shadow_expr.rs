//! Expressions from conditionals down to primaries in the diagnosing parser.

use std::rc::Rc;

use super::shadow::{Found, Kind, Node, Shadow, Stop};
use super::source::Span;
use super::tokens::Tok;

impl<'a> Shadow<'a> {
    pub fn expression(&mut self) -> Found {
        self.memoized(2, |me| {
            me.mistake(Self::invalid_expression)?;
            me.mistake(Self::invalid_legacy)?;
            me.expression_proper()
        })
    }

    pub(super) fn expression_proper(&mut self) -> Found {
        let start = self.token().span.start;
        let conditional = self.attempt(|me| {
            let Some(_) = me.disjunction()? else { return Ok(None) };
            if me.eat("if").is_none() {
                return Ok(None);
            }
            let Some(_) = me.disjunction()? else { return Ok(None) };
            if me.eat("else").is_none() {
                return Ok(None);
            }
            let Some(_) = me.expression()? else { return Ok(None) };
            Ok(Some(me.node(Kind::Conditional, me.from(start))))
        })?;
        if conditional.is_some() {
            return Ok(conditional);
        }
        match self.disjunction()? {
            Some(node) => Ok(Some(node)),
            None => self.lambda(),
        }
    }

    /// An expression, the rules for mistakes switched off.
    pub fn expression_quiet(&mut self) -> Found {
        let second = std::mem::replace(&mut self.second, false);
        let memo = std::mem::take(&mut self.memo);
        let found = self.attempt(Self::expression_proper);
        self.memo = memo;
        self.second = second;
        found
    }

    pub(super) fn lambda(&mut self) -> Found {
        self.attempt(|me| {
            let Some(start) = me.eat("lambda") else { return Ok(None) };
            me.parameters(true)?;
            if me.eat(":").is_none() {
                return Ok(None);
            }
            let Some(_) = me.expression()? else { return Ok(None) };
            Ok(Some(me.node(Kind::Lambda, me.from(start.start))))
        })
    }

    /// A token without which nothing makes sense.
    pub fn forced<T>(&mut self, text: &str) -> Result<Option<T>, Stop> {
        self.raise_next(format!("expected '{text}'"))
    }

    pub(super) fn legacy_name(&self, node: &Node) -> bool {
        node.kind == Kind::Name && matches!(self.source_text(node.span), "print" | "exec")
    }

    pub(super) fn invalid_expression(&mut self) -> Result<Option<()>, Stop> {
        // "text "text" text"
        self.attempt(|me| {
            let Some(first) = me.eat_kind(Tok::Str) else { return Ok(None) };
            let _ = first;
            let mut between: Option<Span> = None;
            while !me.is_kind(Tok::Str) {
                let Some(node) = me.expression_quiet()? else { return Ok(None) };
                between = Some(between.map_or(node.span, |start| start.to(node.span)));
            }
            let Some(between) = between else { return Ok(None) };
            me.raise::<Option<()>>(between, "invalid syntax. Is this intended to be part of the string?")
        })?;
        let prefix = self.ahead(|me| Ok(me.name().and_then(|_| me.eat_kind(Tok::Str))))?;
        let soft = self.is_any(&["_", "case", "match", "type"]);
        if !prefix && !soft {
            self.attempt(|me| {
                let Some(first) = me.disjunction()? else { return Ok(None) };
                let Some(second) = me.expression_quiet()? else { return Ok(None) };
                let level = me.tokens.get(me.pos - 1).map_or(0, |t| t.level);
                if me.legacy_name(&first) || level == 0 {
                    return Ok(None::<()>);
                }
                me.raise(first.span.to(second.span), "invalid syntax. Perhaps you forgot a comma?")
            })?;
        }
        self.attempt(|me| {
            let Some(first) = me.disjunction()? else { return Ok(None) };
            if me.eat("if").is_none() {
                return Ok(None);
            }
            let Some(test) = me.disjunction()? else { return Ok(None) };
            if !me.is_any(&["else", ":"]) {
                return me.raise(first.span.to(test.span), "expected 'else' after 'if' expression");
            }
            if me.eat("else").is_some() && !me.ahead(Self::expression)? {
                return me.raise_next("expected expression after 'else', but statement is given");
            }
            Ok(None::<()>)
        })?;
        self.attempt(|me| {
            let Some(statement) = me.eat_any(&["pass", "break", "continue"]) else { return Ok(None) };
            if me.eat("if").is_none() || me.disjunction()?.is_none() || me.eat("else").is_none() {
                return Ok(None);
            }
            if me.attempt(Self::simple_stmt)?.is_none() {
                return Ok(None);
            }
            me.raise::<Option<()>>(statement, "expected expression before 'if', but statement is given")
        })?;
        self.attempt(|me| {
            let Some(start) = me.eat("lambda") else { return Ok(None) };
            me.parameters(true)?;
            let Some(colon) = me.eat(":") else { return Ok(None) };
            let in_string = me.is_kind(Tok::FMiddle) || me.tokens[me.pos - 1].level > 0 && me.is("}");
            if in_string && let Some(kind) = me.string_letter() {
                let message =
                    format!("{kind}-string: lambda expressions are not allowed without parentheses");
                return me.raise(start.to(colon), message);
            }
            Ok(None::<()>)
        })
    }

    /// `f` or `t`, whichever string is open here.
    pub(super) fn string_letter(&self) -> Option<char> {
        let open = self.tokens[..self.pos.min(self.tokens.len())].iter().rev();
        let mut depth = 0;
        for token in open {
            match token.kind {
                Tok::FEnd | Tok::TEnd => depth += 1,
                Tok::FStart | Tok::TStart if depth > 0 => depth -= 1,
                Tok::FStart => return Some('f'),
                Tok::TStart => return Some('t'),
                _ => {}
            }
        }
        None
    }

    pub(super) fn invalid_legacy(&mut self) -> Result<Option<()>, Stop> {
        self.attempt(|me| {
            let Some(name) = me.name() else { return Ok(None) };
            if me.is("(") {
                return Ok(None);
            }
            let Some(rest) = me.star_expressions()? else { return Ok(None) };
            if !me.legacy_name(&name) {
                return Ok(None);
            }
            let word = me.source_text(name.span);
            let message = format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?");
            me.raise(name.span.to(rest.span), message)
        })
    }

    /// Operands joined by operators of one precedence.
    pub(super) fn chain(&mut self, operand: fn(&mut Self) -> Found, operators: &[&str]) -> Found {
        let start = self.token().span.start;
        let Some(mut left) = operand(self)? else { return Ok(None) };
        loop {
            let pos = self.pos;
            if self.eat_any(operators).is_none() {
                return Ok(Some(left));
            }
            let arithmetic = operators.iter().any(|op| matches!(*op, "+" | "*"));
            if arithmetic && self.second && self.is("not") {
                let not = self.token().span;
                if self.attempt(Self::inversion)?.is_some() {
                    let span = self.from(not.start);
                    return self.raise(span, "'not' after an operator must be parenthesized");
                }
            }
            match operand(self)? {
                Some(_) => left = self.node(Kind::Operation, self.from(start)),
                None => {
                    self.pos = pos;
                    return Ok(Some(left));
                }
            }
        }
    }

    pub fn disjunction(&mut self) -> Found {
        self.memoized(3, |me| me.chain(Self::conjunction, &["or"]))
    }

    pub(super) fn conjunction(&mut self) -> Found {
        self.memoized(4, |me| me.chain(Self::inversion, &["and"]))
    }

    pub(super) fn inversion(&mut self) -> Found {
        self.memoized(5, |me| {
            let start = me.token().span.start;
            if me.eat("not").is_some() {
                let value = me.inversion()?;
                return Ok(value.map(|_| me.node(Kind::Operation, me.from(start))));
            }
            me.comparison()
        })
    }

    pub(super) fn comparison(&mut self) -> Found {
        let start = self.token().span.start;
        let Some(left) = self.bitwise_or()? else { return Ok(None) };
        let mut first_in = None;
        loop {
            let pos = self.pos;
            if let Some(op) = self.eat("<>") {
                // The parser asks the tokenizer for the operator's meaning.
                return self.raise(op, "invalid syntax.  Maybe you meant '!=' instead of '<>'?");
            }
            let is_in = self.is("in");
            let operator = if self.eat("not").is_some() {
                self.eat("in")
            } else if self.eat("is").is_some() {
                let _ = self.attempt(|me| Ok(me.eat("not")))?;
                Some(left.span)
            } else {
                self.eat_any(&["==", "!=", "<=", "<", ">=", ">", "in"])
            };
            if operator.is_none() || self.bitwise_or()?.is_none() {
                self.pos = pos;
                break;
            }
            first_in.get_or_insert(is_in);
        }
        Ok(Some(match first_in {
            None => left,
            Some(is_in) => {
                let kind = if is_in { Kind::CompareIn } else { Kind::Compare };
                Node { kind, span: self.from(start), kids: Rc::new([left]) }
            }
        }))
    }

    pub fn bitwise_or(&mut self) -> Found {
        self.memoized(6, |me| {
            me.chain(
                |me| me.chain(|me| me.chain(|me| me.chain(Self::sum, &["<<", ">>"]), &["&"]), &["^"]),
                &["|"],
            )
        })
    }

    pub(super) fn sum(&mut self) -> Found {
        self.memoized(7, |me| me.chain(Self::term, &["+", "-"]))
    }

    pub(super) fn term(&mut self) -> Found {
        self.memoized(8, |me| me.chain(Self::factor, &["*", "/", "//", "%", "@"]))
    }

    pub(super) fn factor(&mut self) -> Found {
        self.memoized(9, |me| {
            let start = me.token().span.start;
            if me.eat_any(&["+", "-", "~"]).is_some() {
                if me.second && me.is("not") {
                    let not = me.token().span;
                    me.pos += 1;
                    if me.attempt(Self::factor)?.is_some() {
                        let span = me.from(not.start);
                        return me.raise(span, "'not' after an operator must be parenthesized");
                    }
                }
                let value = me.factor()?;
                return Ok(value.map(|_| me.node(Kind::Operation, me.from(start))));
            }
            let Some(base) = me.await_primary()? else { return Ok(None) };
            let pos = me.pos;
            if me.eat("**").is_some() {
                if me.factor()?.is_some() {
                    return Ok(Some(me.node(Kind::Operation, me.from(start))));
                }
                me.pos = pos;
            }
            Ok(Some(base))
        })
    }

    pub(super) fn await_primary(&mut self) -> Found {
        self.memoized(10, |me| {
            let start = me.token().span.start;
            if me.eat("await").is_some() {
                let value = me.primary()?;
                return Ok(value.map(|_| me.node(Kind::Await, me.from(start))));
            }
            me.primary()
        })
    }

    pub fn primary(&mut self) -> Found {
        self.memoized(11, |me| {
            let start = me.token().span.start;
            let Some(mut node) = me.atom()? else { return Ok(None) };
            while let Some(kind) = me.attempt(Self::trailer)? {
                node = me.node(kind, me.from(start));
            }
            Ok(Some(node))
        })
    }

    /// What may follow a primary.
    pub(super) fn trailer(&mut self) -> Result<Option<Kind>, Stop> {
        if self.eat(".").is_some() {
            return Ok(self.name().map(|_| Kind::Attribute));
        }
        if self.is("(") {
            if self.attempt(Self::genexp)?.is_some() {
                return Ok(Some(Kind::Call));
            }
            self.pos += 1;
            self.arguments()?;
            return Ok(self.eat(")").map(|_| Kind::Call));
        }
        if self.eat("[").is_some() {
            if !self.slices()? {
                return Ok(None);
            }
            return Ok(self.eat("]").map(|_| Kind::Subscript));
        }
        Ok(None)
    }

    pub(super) fn slices(&mut self) -> Result<bool, Stop> {
        let one = self.attempt(|me| {
            let slice = me.slice()?;
            Ok(slice.filter(|_| !me.is(",")))
        })?;
        if one.is_some() {
            return Ok(true);
        }
        let mut any = false;
        loop {
            let item = match self.attempt(Self::slice)? {
                Some(item) => Some(item),
                None => self.starred_expression()?,
            };
            if item.is_none() {
                return Ok(any);
            }
            any = true;
            if self.eat(",").is_none() {
                return Ok(true);
            }
        }
    }

    pub(super) fn slice(&mut self) -> Found {
        let range = self.attempt(|me| {
            let start = me.token().span.start;
            me.attempt(Self::expression)?;
            if me.eat(":").is_none() {
                return Ok(None);
            }
            me.attempt(Self::expression)?;
            me.attempt(|me| {
                if me.eat(":").is_none() {
                    return Ok(None);
                }
                me.attempt(Self::expression)?;
                Ok(Some(()))
            })?;
            Ok(Some(me.node(Kind::Slice, me.from(start))))
        })?;
        match range {
            Some(range) => Ok(Some(range)),
            None => self.attempt(Self::named_expression),
        }
    }

    pub fn starred_expression(&mut self) -> Found {
        self.mistake(|me| {
            let Some(star) = me.eat("*") else { return Ok(None) };
            let Some(_) = me.expression()? else { return Ok(None) };
            if me.eat("=").is_none() {
                return Ok(None);
            }
            let Some(value) = me.expression()? else { return Ok(None::<()>) };
            me.raise(star.to(value.span), "cannot assign to iterable argument unpacking")
        })?;
        if let Some(node) = self.starred(Self::expression)? {
            return Ok(Some(node));
        }
        if self.second && self.eat("*").is_some() {
            return self.raise_last("Invalid star expression");
        }
        Ok(None)
    }
}
