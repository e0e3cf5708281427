//! Simple statements in the diagnosing parser.

use super::shadow::{Found, Kind, Node, Shadow, Stop, Targets};
use super::shadow_stmt::Step;
use super::source::Span;
use super::tokens::Tok;

const AUGMENTED: [&str; 13] =
    ["+=", "-=", "*=", "@=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//="];

impl<'a> Shadow<'a> {
    pub(super) fn simple_stmts(&mut self) -> Step {
        loop {
            if self.attempt(Self::simple_stmt)?.is_none() {
                return Ok(None);
            }
            if self.eat(";").is_none() {
                break;
            }
            if self.is_kind(Tok::Newline) {
                break;
            }
        }
        Ok(self.eat_kind(Tok::Newline).map(|_| ()))
    }

    pub(super) fn simple_stmt(&mut self) -> Step {
        if let Some(()) = self.attempt(Self::assignment)? {
            return Ok(Some(()));
        }
        if self.attempt(Self::star_expressions)?.is_some() {
            return Ok(Some(()));
        }
        let word = self.text();
        match word {
            "return" => {
                self.pos += 1;
                self.attempt(Self::star_expressions)?;
                Ok(Some(()))
            }
            "import" => self.import(),
            "from" => self.import_from(),
            "raise" => {
                self.pos += 1;
                if self.attempt(Self::expression)?.is_some() && self.eat("from").is_some() {
                    return Ok(self.expression()?.map(|_| ()));
                }
                Ok(Some(()))
            }
            "pass" | "break" | "continue" => {
                self.pos += 1;
                Ok(Some(()))
            }
            "del" => self.del(),
            "yield" => Ok(self.yield_expr()?.map(|_| ())),
            "assert" => {
                self.pos += 1;
                if self.expression()?.is_none() {
                    return Ok(None);
                }
                if self.eat(",").is_some() {
                    return Ok(self.expression()?.map(|_| ()));
                }
                Ok(Some(()))
            }
            "global" | "nonlocal" => {
                self.pos += 1;
                loop {
                    if self.name().is_none() {
                        return Ok(None);
                    }
                    if self.eat(",").is_none() {
                        return Ok(Some(()));
                    }
                }
            }
            _ => Ok(None),
        }
    }

    pub(super) fn del(&mut self) -> Step {
        self.pos += 1;
        let start = self.pos;
        let fine = self.attempt(|me| {
            let Some(node) = me.star_expressions()? else { return Ok(None) };
            let end = me.is(";") || me.is_kind(Tok::Newline);
            Ok((Self::invalid_target(&node, Targets::Del).is_none() && end).then_some(()))
        })?;
        if fine.is_some() {
            return Ok(fine);
        }
        self.pos = start;
        self.mistake(|me| match me.star_expressions()? {
            Some(node) => me.raise_target::<()>(&node, Targets::Del),
            None => Ok(None),
        })?;
        Ok(None)
    }

    pub(super) fn type_alias(&mut self) -> Step {
        if self.eat("type").is_none()
            || self.name().is_none()
            || !self.type_params()?
            || self.eat("=").is_none()
        {
            return Ok(None);
        }
        Ok(self.expression()?.map(|_| ()))
    }

    pub(super) fn assignment(&mut self) -> Step {
        if self.is("type")
            && let Some(()) = self.attempt(Self::type_alias)?
        {
            return Ok(Some(()));
        }
        let annotated = self.attempt(|me| {
            let target = me.primary()?;
            let fine = target
                .is_some_and(|node| matches!(node.kind, Kind::Name | Kind::Attribute | Kind::Subscript));
            if !fine || me.eat(":").is_none() || me.expression()?.is_none() {
                return Ok(None);
            }
            if me.eat("=").is_some() {
                return Ok(me.annotated_rhs()?.map(|_| ()));
            }
            Ok(Some(()))
        })?;
        if annotated.is_some() {
            return Ok(annotated);
        }
        let plain = self.attempt(|me| {
            let mut any = false;
            while me.attempt(|me| Ok(me.star_targets()?.and_then(|_| me.eat("="))))?.is_some() {
                any = true;
            }
            if !any || me.annotated_rhs()?.is_none() {
                return Ok(None);
            }
            Ok((!me.is("=")).then_some(()))
        })?;
        if plain.is_some() {
            return Ok(plain);
        }
        let start = self.pos;
        let augmented = self.attempt(|me| {
            let target = me.primary()?;
            let fine = target
                .is_some_and(|node| matches!(node.kind, Kind::Name | Kind::Attribute | Kind::Subscript));
            if !fine || me.eat_any(&AUGMENTED).is_none() {
                return Ok(None);
            }
            // No other way from here on.
            Ok(Some(me.annotated_rhs()?.is_some()))
        })?;
        if let Some(fine) = augmented {
            return Ok(fine.then_some(()));
        }
        self.pos = start;
        self.mistake(Self::invalid_assignment)?;
        Ok(None)
    }

    pub(super) fn invalid_assignment(&mut self) -> Step {
        self.attempt(|me| {
            let start = me.pos;
            let Some(node) = me.atom()? else { return Ok(None) };
            let (Kind::List | Kind::Tuple) = node.kind else { return Ok(None) };
            let _ = start;
            if me.eat(":").is_some() && me.expression()?.is_some() {
                let words = node.kind.words();
                return me.raise(node.span, format!("only single target (not {words}) can be annotated"));
            }
            Ok(None::<()>)
        })?;
        self.attempt(|me| {
            let Some(first) = me.star_named_expression()? else { return Ok(None) };
            if me.eat(",").is_none() {
                return Ok(None);
            }
            me.attempt(Self::star_named_expressions)?;
            if me.eat(":").is_some() && me.expression()?.is_some() {
                return me.raise(first.span, "only single target (not tuple) can be annotated");
            }
            Ok(None::<()>)
        })?;
        self.attempt(|me| {
            let Some(node) = me.expression()? else { return Ok(None) };
            if me.eat(":").is_some() && me.expression()?.is_some() {
                return me.raise(node.span, "illegal target for annotation");
            }
            Ok(None::<()>)
        })?;
        self.attempt(|me| {
            while me.attempt(|me| Ok(me.star_targets()?.and_then(|_| me.eat("="))))?.is_some() {}
            let pos = me.pos;
            if let Some(node) = me.attempt(Self::star_expressions)?
                && me.eat("=").is_some()
            {
                return me.raise_target::<()>(&node, Targets::Star);
            }
            me.pos = pos;
            if let Some(node) = me.yield_expr()?
                && me.eat("=").is_some()
            {
                return me.raise(node.span, "assignment to yield expression not possible");
            }
            Ok(None::<()>)
        })?;
        self.attempt(|me| {
            let Some(node) = me.star_expressions()? else { return Ok(None) };
            if me.eat_any(&AUGMENTED).is_none() || me.annotated_rhs()?.is_none() {
                return Ok(None);
            }
            let words = node.kind.words();
            me.raise(node.span, format!("'{words}' is an illegal expression for augmented assignment"))
        })
    }

    // ---- targets

    pub(super) fn star_targets(&mut self) -> Found {
        let start = self.token().span.start;
        let Some(first) = self.star_target()? else { return Ok(None) };
        if !self.is(",") {
            return Ok(Some(first));
        }
        let mut kids = vec![first];
        while self.eat(",").is_some() {
            match self.attempt(Self::star_target)? {
                Some(next) => kids.push(next),
                None => break,
            }
        }
        Ok(Some(Node { kind: Kind::Tuple, span: self.from(start), kids: kids.into() }))
    }

    pub(super) fn star_target(&mut self) -> Found {
        let start = self.token().span.start;
        let star = self.eat("*");
        let Some(node) = self.primary()? else { return Ok(None) };
        if Self::invalid_target(&node, Targets::Star).is_some() {
            return Ok(None);
        }
        Ok(Some(if star.is_some() {
            Node { kind: Kind::Starred, span: self.from(start), kids: [node].into() }
        } else {
            node
        }))
    }

    // ---- imports

    pub(super) fn dotted_name(&mut self) -> Result<bool, Stop> {
        if self.name().is_none() {
            return Ok(false);
        }
        while self.attempt(|me| Ok(if me.eat(".").is_some() { me.name() } else { None }))?.is_some() {}
        Ok(true)
    }

    pub(super) fn import(&mut self) -> Step {
        let start = self.pos;
        let Some(keyword) = self.eat("import") else { return Ok(None) };
        self.mistake(|me| {
            let mut any = false;
            while me.dotted_name()? {
                any = true;
                if me.eat(",").is_none() {
                    break;
                }
            }
            if any && me.eat("from").is_some() && me.dotted_name()? {
                return me.raise_from(keyword, "Did you mean to use 'from ... import ...' instead?");
            }
            Ok(None::<()>)
        })?;
        if self.second && self.is_kind(Tok::Newline) {
            return self.raise_next_empty("Expected one or more names after 'import'");
        }
        loop {
            if !self.dotted_name()? || !self.import_alias()? {
                self.pos = start;
                return Ok(None);
            }
            if self.eat(",").is_none() {
                return Ok(Some(()));
            }
        }
    }

    /// An error at the newline that stands next.
    pub(super) fn raise_next_empty<T>(&mut self, message: &str) -> Result<T, Stop> {
        let span = self.token().span;
        self.raise(Span { start: span.start, end: span.start }, message)
    }

    pub(super) fn import_alias(&mut self) -> Result<bool, Stop> {
        if self.eat("as").is_none() {
            return Ok(true);
        }
        let start = self.pos;
        if self.name().is_some() && (self.is_any(&[",", ")", ";"]) || self.is_kind(Tok::Newline)) {
            return Ok(true);
        }
        self.pos = start;
        self.mistake(|me| {
            let Some(target) = me.expression()? else { return Ok(None::<()>) };
            me.raise(target.span, format!("cannot use {} as import target", target.kind.words()))
        })?;
        Ok(self.name().is_some())
    }

    pub(super) fn import_from(&mut self) -> Step {
        self.pos += 1;
        let mut dots = false;
        while self.eat_any(&[".", "..."]).is_some() {
            dots = true;
        }
        if !self.dotted_name()? && !dots || self.eat("import").is_none() {
            return Ok(None);
        }
        if self.eat("*").is_some() {
            return Ok(Some(()));
        }
        let bracket = self.eat("(").is_some();
        if self.second && !bracket && self.is_kind(Tok::Newline) {
            return self.raise_next_empty("Expected one or more names after 'import'");
        }
        loop {
            if self.name().is_none() || !self.import_alias()? {
                return Ok(None);
            }
            if self.eat(",").is_none() {
                break;
            }
            if bracket && self.is(")") {
                break;
            }
            if !bracket && self.is_kind(Tok::Newline) {
                if self.second {
                    return self.raise_last("trailing comma not allowed without surrounding parentheses");
                }
                return Ok(None);
            }
        }
        Ok(if bracket { self.eat(")").map(|_| ()) } else { Some(()) })
    }
}
