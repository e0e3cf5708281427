//! Statements in the diagnosing parser.

use super::shadow::{Shadow, Stop, Targets};
use super::source::Span;
use super::tokens::Tok;

pub(super) type Step = Result<Option<()>, Stop>;

impl<'a> Shadow<'a> {
    /// A whole module.
    pub fn file(&mut self) -> Result<bool, Stop> {
        while self.attempt(Self::statement)?.is_some() {}
        Ok(self.is_kind(Tok::End))
    }

    /// A whole expression.
    pub fn eval(&mut self) -> Result<bool, Stop> {
        if self.attempt(Self::expressions)?.is_none() {
            return Ok(false);
        }
        while self.eat_kind(Tok::Newline).is_some() {}
        Ok(self.is_kind(Tok::End))
    }

    pub(super) fn statement(&mut self) -> Step {
        if self.is_kind(Tok::End) || self.is_kind(Tok::Dedent) {
            return Ok(None);
        }
        if let Some(()) = super::stack::with_stack(|| self.attempt(Self::compound_stmt))? {
            return Ok(Some(()));
        }
        self.attempt(Self::simple_stmts)
    }

    pub(super) fn compound_stmt(&mut self) -> Step {
        let word = self.text();
        if !self.is_kind(Tok::Name) && word != "@" {
            return Ok(None);
        }
        match word {
            "def" => self.function_def(),
            "@" => self.decorated(),
            "async" => {
                let pos = self.pos;
                self.pos += 1;
                let next = self.text();
                match next {
                    "def" => self.function_def(),
                    "with" => self.with_stmt(),
                    "for" => self.for_stmt(),
                    _ => {
                        self.pos = pos;
                        Ok(None)
                    }
                }
            }
            "if" => self.if_stmt("if"),
            "class" => self.class_def(),
            "with" => self.with_stmt(),
            "for" => self.for_stmt(),
            "try" => self.try_stmt(),
            "while" => self.while_stmt(),
            "match" => self.match_stmt(),
            _ => Ok(None),
        }
    }

    pub(super) fn line(&self, span: Span) -> u32 {
        self.source.line(span.start)
    }

    // ---- blocks

    pub(super) fn block(&mut self) -> Step {
        let found = self.attempt(|me| {
            if me.eat_kind(Tok::Newline).is_none() || me.eat_kind(Tok::Indent).is_none() {
                return Ok(None);
            }
            let mut any = false;
            while me.attempt(Self::statement)?.is_some() {
                any = true;
            }
            Ok(me.eat_kind(Tok::Dedent).filter(|_| any).map(|_| ()))
        })?;
        if found.is_some() {
            return Ok(found);
        }
        if let Some(()) = self.attempt(Self::simple_stmts)? {
            return Ok(Some(()));
        }
        if self.second
            && self.attempt(|me| Ok(me.eat_kind(Tok::Newline)))?.is_some()
            && !self.is_kind(Tok::Indent)
        {
            return self.raise_indent("expected an indented block".to_owned());
        }
        Ok(None)
    }

    /// `:` and a block behind a header, with what can be said if they are missing.
    pub(super) fn suite(&mut self, what: &str, keyword: Span, forced: bool) -> Step {
        if self.eat(":").is_none() {
            if forced {
                return self.forced(":");
            }
            if self.second && self.is_kind(Tok::Newline) {
                return self.raise_last("expected ':'");
            }
            return Ok(None);
        }
        if self.second {
            let missing =
                self.ahead(|me| Ok(me.eat_kind(Tok::Newline).filter(|_| !me.is_kind(Tok::Indent))))?;
            if missing {
                let line = self.line(keyword);
                return self.raise_indent(format!("expected an indented block after {what} on line {line}"));
            }
        }
        self.block()
    }

    pub(super) fn if_stmt(&mut self, word: &str) -> Step {
        let Some(keyword) = self.eat(word) else { return Ok(None) };
        if self.named_expression()?.is_none() {
            return Ok(None);
        }
        if self.suite(&format!("'{word}' statement"), keyword, false)?.is_none() {
            return Ok(None);
        }
        if self.is("elif") {
            return self.if_stmt("elif");
        }
        self.else_block()
    }

    pub(super) fn else_block(&mut self) -> Step {
        match self.eat("else") {
            Some(keyword) => {
                let found = self.suite("'else' statement", keyword, true)?;
                if self.second && found.is_some() && self.is("elif") {
                    return self.raise_next("'elif' block follows an 'else' block");
                }
                Ok(found)
            }
            None => Ok(Some(())),
        }
    }

    pub(super) fn while_stmt(&mut self) -> Step {
        let Some(keyword) = self.eat("while") else { return Ok(None) };
        if self.named_expression()?.is_none() {
            return Ok(None);
        }
        if self.suite("'while' statement", keyword, false)?.is_none() {
            return Ok(None);
        }
        self.else_block()
    }

    pub(super) fn for_stmt(&mut self) -> Step {
        let Some(keyword) = self.eat("for") else { return Ok(None) };
        let start = self.pos;
        if self.attempt(Self::star_targets)?.is_some() && self.eat("in").is_some() {
            if self.star_expressions()?.is_none() {
                return Ok(None);
            }
            if self.suite("'for' statement", keyword, false)?.is_none() {
                return Ok(None);
            }
            return self.else_block();
        }
        self.pos = start;
        self.mistake(|me| match me.star_expressions()? {
            Some(node) => me.raise_target::<()>(&node, Targets::For),
            None => Ok(None),
        })?;
        Ok(None)
    }

    pub(super) fn with_item(&mut self) -> Step {
        let plain = self.attempt(|me| {
            if me.expression()?.is_none() || me.eat("as").is_none() || me.star_target()?.is_none() {
                return Ok(None);
            }
            Ok(me.is_any(&[",", ")", ":"]).then_some(()))
        })?;
        if plain.is_some() {
            return Ok(plain);
        }
        self.mistake(|me| {
            if me.expression()?.is_none() || me.eat("as").is_none() {
                return Ok(None);
            }
            let Some(target) = me.expression()? else { return Ok(None) };
            if me.is_any(&[",", ")", ":"]) {
                return me.raise_target::<()>(&target, Targets::Star);
            }
            Ok(None)
        })?;
        Ok(self.expression()?.map(|_| ()))
    }

    pub(super) fn with_items(&mut self) -> Result<bool, Stop> {
        if self.attempt(Self::with_item)?.is_none() {
            return Ok(false);
        }
        while self.attempt(|me| Ok(if me.eat(",").is_some() { me.with_item()? } else { None }))?.is_some() {}
        Ok(true)
    }

    pub(super) fn with_stmt(&mut self) -> Step {
        let Some(keyword) = self.eat("with") else { return Ok(None) };
        let what = "'with' statement";
        let start = self.pos;
        let bracketed = self.attempt(|me| {
            if me.eat("(").is_none() || !me.with_items()? {
                return Ok(None);
            }
            me.eat(",");
            Ok(me.eat(")").filter(|_| me.is(":") || me.second && me.is_kind(Tok::Newline)).map(|_| ()))
        })?;
        if bracketed.is_some() {
            return self.suite(what, keyword, false);
        }
        self.pos = start;
        let found =
            self.attempt(|me| if me.with_items()? { me.suite(what, keyword, false) } else { Ok(None) })?;
        if found.is_none() {
            self.mistake(|me| {
                loop {
                    if me.expression()?.is_none() {
                        return Ok(None);
                    }
                    if me.eat("as").is_some() && me.star_target()?.is_none() {
                        return Ok(None);
                    }
                    if me.eat(",").is_none() {
                        break;
                    }
                }
                if me.is_kind(Tok::Newline) {
                    return me.raise_last("expected ':'");
                }
                Ok(None::<()>)
            })?;
        }
        Ok(found)
    }

    pub(super) fn try_stmt(&mut self) -> Step {
        let Some(keyword) = self.eat("try") else { return Ok(None) };
        if self.suite("'try' statement", keyword, true)?.is_none() {
            return Ok(None);
        }
        if !self.is_any(&["except", "finally"]) {
            if self.second {
                return self.raise_last("expected 'except' or 'finally' block");
            }
            return Ok(None);
        }
        let mut star = None;
        let mut any = false;
        while self.is("except") {
            let start = self.pos;
            let word = self.token().span;
            let is_star = self.ahead(|me| {
                me.pos += 1;
                Ok(me.eat("*"))
            })?;
            if *star.get_or_insert(is_star) != is_star {
                if self.second {
                    self.mixed_except(word, is_star)?;
                }
                self.pos = start;
                break;
            }
            if self.attempt(|me| me.except_block(is_star))?.is_none() {
                self.pos = start;
                break;
            }
            any = true;
        }
        if any && self.is("else") && self.else_block()?.is_none() {
            return Ok(None);
        }
        if let Some(keyword) = self.eat("finally") {
            return self.suite("'finally' statement", keyword, true);
        }
        Ok(any.then_some(()))
    }

    pub(super) fn mixed_except(&mut self, word: Span, is_star: bool) -> Step {
        let message = "cannot have both 'except' and 'except*' on the same 'try'";
        self.attempt(|me| {
            me.pos += 1;
            let star = if is_star { me.eat("*") } else { None };
            let kind = me.attempt(Self::expression)?;
            if is_star && kind.is_none() {
                return Ok(None);
            }
            if kind.is_some() && me.eat("as").is_some() && me.name().is_none() {
                return Ok(None);
            }
            if !me.is(":") {
                return Ok(None::<()>);
            }
            me.raise(star.map_or(word, |star| word.to(star)), message)
        })
    }

    pub(super) fn except_block(&mut self, is_star: bool) -> Step {
        let start = self.pos;
        let Some(keyword) = self.eat("except") else { return Ok(None) };
        let what = if is_star { "'except*' statement" } else { "'except' statement" };
        if is_star {
            self.eat("*");
        }
        if !is_star && self.is(":") {
            return self.suite(what, keyword, false);
        }
        let found = self.attempt(|me| {
            if me.expression()?.is_none() {
                return Ok(None);
            }
            if me.eat("as").is_some() {
                if me.name().is_none() || !me.is(":") {
                    return Ok(None);
                }
            } else if me.is(",") {
                while me
                    .attempt(|me| Ok(if me.eat(",").is_some() { me.expression()? } else { None }))?
                    .is_some()
                {}
                me.eat(",");
            }
            if !me.is(":") {
                return Ok(None);
            }
            me.suite(what, keyword, false)
        })?;
        if found.is_some() {
            return Ok(found);
        }
        self.pos = start;
        self.mistake(|me| me.invalid_except(is_star))?;
        Ok(None)
    }

    pub(super) fn invalid_except(&mut self, is_star: bool) -> Step {
        self.eat("except");
        if is_star {
            let star = self.eat("*");
            if (self.is_kind(Tok::Newline) || self.is(":")) && star.is_some() {
                return self.raise_last("expected one or more exception types");
            }
        }
        let start = self.pos;
        self.attempt(|me| {
            let Some(first) = me.expression()? else { return Ok(None) };
            if me.eat(",").is_none() || me.expressions()?.is_none() || me.eat("as").is_none() {
                return Ok(None);
            }
            if me.name().is_some() && me.eat(":").is_some() {
                let message = "multiple exception types must be parenthesized when using 'as'";
                return me.raise_from(first.span, message);
            }
            Ok(None::<()>)
        })?;
        self.attempt(|me| {
            if me.expression()?.is_none() {
                return Ok(None);
            }
            if me.eat("as").is_some() && me.name().is_none() {
                return Ok(None);
            }
            if me.is_kind(Tok::Newline) {
                return me.raise_last("expected ':'");
            }
            Ok(None::<()>)
        })?;
        if self.is_kind(Tok::Newline) {
            return self.raise_last("expected ':'");
        }
        self.pos = start;
        self.attempt(|me| {
            if me.expression()?.is_none() || me.eat("as").is_none() {
                return Ok(None);
            }
            let Some(target) = me.expression()? else { return Ok(None) };
            if me.eat(":").is_some() && me.block()?.is_some() {
                let word = if is_star { "except*" } else { "except" };
                let message = format!("cannot use {word} statement with {}", target.kind.words());
                return me.raise(target.span, message);
            }
            Ok(None::<()>)
        })
    }

    // ---- definitions

    pub(super) fn decorated(&mut self) -> Step {
        while self.eat("@").is_some() {
            if self.named_expression()?.is_none() || self.eat_kind(Tok::Newline).is_none() {
                return Ok(None);
            }
        }
        if self.is("class") {
            return self.class_def();
        }
        self.eat("async");
        self.function_def()
    }

    pub(super) fn function_def(&mut self) -> Step {
        let Some(keyword) = self.eat("def") else { return Ok(None) };
        if self.name().is_none() || !self.type_params()? {
            return Ok(None);
        }
        if self.eat("(").is_none() {
            return self.forced("(");
        }
        self.parameters(false)?;
        if self.eat(")").is_none() {
            return Ok(None);
        }
        if self.eat("->").is_some() && self.expression()?.is_none() {
            return Ok(None);
        }
        self.suite("function definition", keyword, true)
    }

    pub(super) fn class_def(&mut self) -> Step {
        let Some(keyword) = self.eat("class") else { return Ok(None) };
        if self.name().is_none() || !self.type_params()? {
            return Ok(None);
        }
        if self.eat("(").is_some() {
            self.arguments()?;
            if self.eat(")").is_none() {
                return Ok(None);
            }
        }
        self.suite("class definition", keyword, false)
    }
}
