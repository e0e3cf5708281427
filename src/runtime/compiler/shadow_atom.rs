//! Atoms, displays and comprehensions in the diagnosing parser.

use std::rc::Rc;

use super::shadow::{Found, Kind, Node, Shadow, Stop, Targets};
use super::source::Span;
use super::tokens::Tok;

impl<'a> Shadow<'a> {
    pub fn atom(&mut self) -> Found {
        self.memoized(12, Self::atom_inner)
    }

    pub(super) fn atom_inner(&mut self) -> Found {
        let token = self.token();
        if let Some(name) = self.name() {
            return Ok(Some(name));
        }
        for (word, kind) in
            [("True", Kind::True), ("False", Kind::False), ("None", Kind::None), ("...", Kind::Ellipsis)]
        {
            if let Some(span) = self.eat(word) {
                return Ok(Some(self.node(kind, span)));
            }
        }
        match token.kind {
            Tok::Str | Tok::FStart | Tok::TStart => return self.strings(),
            Tok::Number => {
                self.pos += 1;
                return Ok(Some(self.node(Kind::Literal, token.span)));
            }
            _ => {}
        }
        match self.text() {
            "(" => {
                for rule in [Self::tuple, Self::group, Self::genexp] {
                    if let Some(node) = self.attempt(rule)? {
                        return Ok(Some(node));
                    }
                }
                Ok(None)
            }
            "[" => match self.attempt(Self::list)? {
                Some(node) => Ok(Some(node)),
                None => self.attempt(Self::listcomp),
            },
            "{" => {
                for rule in [Self::dict, Self::set, Self::dictcomp, Self::setcomp] {
                    if let Some(node) = self.attempt(rule)? {
                        return Ok(Some(node));
                    }
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    pub(super) fn tuple(&mut self) -> Found {
        let Some(open) = self.eat("(") else { return Ok(None) };
        let mut kids = Vec::new();
        let inner = self.attempt(|me| {
            let Some(first) = me.star_named_expression()? else { return Ok(None) };
            if me.eat(",").is_none() {
                return Ok(None);
            }
            Ok(Some(first))
        })?;
        if let Some(first) = inner {
            kids.push(first);
            while let Some(next) = self.attempt(Self::star_named_expression)? {
                kids.push(next);
                if self.eat(",").is_none() {
                    break;
                }
            }
        }
        if self.eat(")").is_none() {
            return Ok(None);
        }
        Ok(Some(Node { kind: Kind::Tuple, span: self.from(open.start), kids: kids.into() }))
    }

    pub(super) fn group(&mut self) -> Found {
        let start = self.pos;
        if self.eat("(").is_none() {
            return Ok(None);
        }
        let inner = match self.attempt(Self::yield_expr)? {
            Some(node) => Some(node),
            None => self.attempt(Self::named_expression)?,
        };
        if let Some(inner) = inner
            && self.eat(")").is_some()
        {
            return Ok(Some(inner));
        }
        self.pos = start;
        self.mistake(|me| {
            me.eat("(");
            let starred = me.attempt(Self::starred_expression)?;
            if let Some(starred) = starred {
                if me.eat(")").is_some() {
                    return me.raise(starred.span, "cannot use starred expression here");
                }
                return Ok(None::<()>);
            }
            if let Some(stars) = me.eat("**") {
                let value = me.expression()?;
                if value.is_some() && me.eat(")").is_some() {
                    return me.raise(stars, "cannot use double starred expression here");
                }
            }
            Ok(None)
        })?;
        Ok(None)
    }

    pub fn genexp(&mut self) -> Found {
        let start = self.pos;
        let open = self.token().span.start;
        let found = self.attempt(|me| {
            if me.eat("(").is_none() {
                return Ok(None);
            }
            let element = match me.assignment_expression()? {
                Some(node) => Some(node),
                None => me.plain_expression()?,
            };
            if element.is_none() || !me.for_clauses()? || me.eat(")").is_none() {
                return Ok(None);
            }
            Ok(Some(me.node(Kind::Generator, me.from(open))))
        })?;
        if found.is_none() {
            self.pos = start;
            self.mistake(Self::invalid_comprehension)?;
        }
        Ok(found)
    }

    pub(super) fn list(&mut self) -> Found {
        let Some(open) = self.eat("[") else { return Ok(None) };
        let items = self.attempt(Self::star_named_expressions)?;
        if self.eat("]").is_none() {
            return Ok(None);
        }
        let kids: Rc<[Node]> = match items {
            None => Rc::new([]),
            // The items came as a tuple without parentheses, or as the only item.
            Some(node) if node.kind == Kind::Tuple && !self.source_text(node.span).starts_with('(') => {
                node.kids
            }
            Some(node) => Rc::new([node]),
        };
        Ok(Some(Node { kind: Kind::List, span: self.from(open.start), kids }))
    }

    pub(super) fn listcomp(&mut self) -> Found {
        let start = self.pos;
        let open = self.token().span.start;
        let found = self.attempt(|me| {
            me.eat("[");
            let Some(_) = me.named_expression()? else { return Ok(None) };
            if !me.for_clauses()? || me.eat("]").is_none() {
                return Ok(None);
            }
            Ok(Some(me.node(Kind::ListComp, me.from(open))))
        })?;
        if found.is_none() {
            self.pos = start;
            self.mistake(Self::invalid_comprehension)?;
        }
        Ok(found)
    }

    pub(super) fn set(&mut self) -> Found {
        let Some(open) = self.eat("{") else { return Ok(None) };
        let Some(_) = self.star_named_expressions()? else { return Ok(None) };
        if self.eat("}").is_none() {
            return Ok(None);
        }
        Ok(Some(self.node(Kind::Set, self.from(open.start))))
    }

    pub(super) fn setcomp(&mut self) -> Found {
        let start = self.pos;
        let open = self.token().span.start;
        let found = self.attempt(|me| {
            me.eat("{");
            let Some(_) = me.named_expression()? else { return Ok(None) };
            if !me.for_clauses()? || me.eat("}").is_none() {
                return Ok(None);
            }
            Ok(Some(me.node(Kind::SetComp, me.from(open))))
        })?;
        if found.is_none() {
            self.pos = start;
            self.mistake(Self::invalid_comprehension)?;
        }
        Ok(found)
    }

    pub(super) fn kvpair(&mut self) -> Result<bool, Stop> {
        Ok(self.expression()?.is_some() && self.eat(":").is_some() && self.expression()?.is_some())
    }

    pub(super) fn double_starred_kvpair(&mut self) -> Result<Option<()>, Stop> {
        if self.eat("**").is_some() {
            return Ok(self.bitwise_or()?.map(|_| ()));
        }
        Ok(self.kvpair()?.then_some(()))
    }

    pub(super) fn dict(&mut self) -> Found {
        let open = self.token().span.start;
        let start = self.pos;
        let found = self.attempt(|me| {
            me.eat("{");
            while me.attempt(Self::double_starred_kvpair)?.is_some() {
                if me.eat(",").is_none() {
                    break;
                }
            }
            if me.eat("}").is_none() {
                return Ok(None);
            }
            Ok(Some(me.node(Kind::Dict, me.from(open))))
        })?;
        if found.is_none() {
            self.pos = start;
            self.mistake(Self::invalid_dict)?;
        }
        Ok(found)
    }

    pub(super) fn invalid_dict(&mut self) -> Result<Option<()>, Stop> {
        self.eat("{");
        let first = self.pos;
        // Good pairs, then one that is not.
        let mut pairs = 0;
        loop {
            if self.attempt(Self::double_starred_kvpair)?.is_none() {
                break;
            }
            pairs += 1;
            if self.eat(",").is_none() {
                pairs = 0;
                break;
            }
        }
        if pairs > 0 {
            self.invalid_kvpair(true)?;
        }
        self.pos = first;
        self.invalid_kvpair(false)
    }

    pub(super) fn invalid_kvpair(&mut self, missing_colon: bool) -> Result<Option<()>, Stop> {
        let Some(key) = self.attempt(Self::expression)? else { return Ok(None) };
        if !self.is(":") {
            if missing_colon {
                let span = Span { start: key.span.end.saturating_sub(1), end: key.span.end };
                return self.raise(span, "':' expected after dictionary key");
            }
            return Ok(None);
        }
        let Some(colon) = self.eat(":") else { return Ok(None) };
        if let Some(star) = self.eat("*") {
            if self.bitwise_or()?.is_some() {
                let far = self.far.min(self.tokens.len() - 1);
                let span = Span { start: star.start, end: self.tokens[far].span.end };
                return self.raise(span, "cannot use a starred expression in a dictionary value");
            }
            return Ok(None);
        }
        if self.is_any(&["}", ","]) {
            return self.raise(colon, "expression expected after dictionary key and ':'");
        }
        Ok(None)
    }

    pub(super) fn dictcomp(&mut self) -> Found {
        let open = self.token().span.start;
        let start = self.pos;
        let found = self.attempt(|me| {
            me.eat("{");
            if !me.kvpair()? || !me.for_clauses()? || me.eat("}").is_none() {
                return Ok(None);
            }
            Ok(Some(me.node(Kind::DictComp, me.from(open))))
        })?;
        if found.is_none() {
            self.pos = start;
            self.mistake(|me| {
                me.eat("{");
                let Some(stars) = me.eat("**") else { return Ok(None) };
                if me.bitwise_or()?.is_some() && me.for_clauses()? && me.eat("}").is_some() {
                    return me.raise(stars, "dict unpacking cannot be used in dict comprehension");
                }
                Ok(None::<()>)
            })?;
        }
        Ok(found)
    }

    pub(super) fn invalid_comprehension(&mut self) -> Result<Option<()>, Stop> {
        let round = self.is("(");
        self.attempt(|me| {
            me.pos += 1;
            let Some(starred) = me.starred_expression()? else { return Ok(None) };
            if me.for_clauses()? {
                return me.raise(starred.span, "iterable unpacking cannot be used in comprehension");
            }
            Ok(None::<()>)
        })?;
        if round {
            return Ok(None);
        }
        self.attempt(|me| {
            me.pos += 1;
            let Some(first) = me.star_named_expression()? else { return Ok(None) };
            let Some(comma) = me.eat(",") else { return Ok(None) };
            let message = "did you forget parentheses around the comprehension target?";
            if let Some(rest) = me.attempt(Self::star_named_expressions)? {
                if me.for_clauses()? {
                    let last =
                        rest.kids.last().filter(|_| rest.kind == Kind::Tuple).map_or(rest.span, |n| n.span);
                    return me.raise(first.span.to(last), message);
                }
            } else if me.for_clauses()? {
                return me.raise(first.span.to(comma), message);
            }
            Ok(None::<()>)
        })
    }

    /// One or more `for … in … if …`.
    pub fn for_clauses(&mut self) -> Result<bool, Stop> {
        let mut any = false;
        while self.attempt(Self::for_clause)?.is_some() {
            any = true;
        }
        Ok(any)
    }

    pub(super) fn for_clause(&mut self) -> Result<Option<()>, Stop> {
        let start = self.pos;
        let is_async = self.eat("async").is_some();
        if self.eat("for").is_none() {
            self.pos = start;
            return Ok(None);
        }
        let after_for = self.pos;
        if self.attempt(Self::star_targets)?.is_some() && self.eat("in").is_some() {
            // From here on it is this clause or none.
            if self.disjunction()?.is_none() {
                return Ok(None);
            }
            while self
                .attempt(|me| Ok(if me.eat("if").is_some() { me.disjunction()? } else { None }))?
                .is_some()
            {}
            return Ok(Some(()));
        }
        let _ = is_async;
        self.pos = after_for;
        self.mistake(|me| {
            if me.bitwise_or()?.is_none() {
                return Ok(None);
            }
            while me.attempt(|me| Ok(if me.eat(",").is_some() { me.bitwise_or()? } else { None }))?.is_some()
            {
            }
            me.eat(",");
            if !me.is("in") {
                return me.raise_last("'in' expected after for-loop variables");
            }
            Ok(None::<()>)
        })?;
        self.mistake(|me| match me.star_expressions()? {
            Some(node) => me.raise_target::<()>(&node, Targets::For),
            None => Ok(None),
        })?;
        Ok(None)
    }

    pub fn yield_expr(&mut self) -> Found {
        let Some(start) = self.eat("yield") else { return Ok(None) };
        if self.eat("from").is_some() {
            let value = self.expression()?;
            return Ok(value.map(|_| self.node(Kind::Yield, self.from(start.start))));
        }
        self.attempt(Self::star_expressions)?;
        Ok(Some(self.node(Kind::Yield, self.from(start.start))))
    }
}
