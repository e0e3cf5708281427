//! Statements in the diagnosing parser.

use super::shadow::{Found, Kind, Node, Shadow, Stop, Targets};
use super::source::Span;
use super::tokens::Tok;

type Step = Result<Option<()>, Stop>;

const AUGMENTED: [&str; 13] =
    ["+=", "-=", "*=", "@=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//="];

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

    fn statement(&mut self) -> Step {
        if self.is_kind(Tok::End) || self.is_kind(Tok::Dedent) {
            return Ok(None);
        }
        if let Some(()) = super::stack::with_stack(|| self.attempt(Self::compound_stmt))? {
            return Ok(Some(()));
        }
        self.attempt(Self::simple_stmts)
    }

    fn compound_stmt(&mut self) -> Step {
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

    fn line(&self, span: Span) -> u32 {
        self.source.line(span.start)
    }

    // ---- blocks

    fn block(&mut self) -> Step {
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
    fn suite(&mut self, what: &str, keyword: Span, forced: bool) -> Step {
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

    fn if_stmt(&mut self, word: &str) -> Step {
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

    fn else_block(&mut self) -> Step {
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

    fn while_stmt(&mut self) -> Step {
        let Some(keyword) = self.eat("while") else { return Ok(None) };
        if self.named_expression()?.is_none() {
            return Ok(None);
        }
        if self.suite("'while' statement", keyword, false)?.is_none() {
            return Ok(None);
        }
        self.else_block()
    }

    fn for_stmt(&mut self) -> Step {
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

    fn with_item(&mut self) -> Step {
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

    fn with_items(&mut self) -> Result<bool, Stop> {
        if self.attempt(Self::with_item)?.is_none() {
            return Ok(false);
        }
        while self.attempt(|me| Ok(if me.eat(",").is_some() { me.with_item()? } else { None }))?.is_some() {}
        Ok(true)
    }

    fn with_stmt(&mut self) -> Step {
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

    fn try_stmt(&mut self) -> Step {
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

    fn mixed_except(&mut self, word: Span, is_star: bool) -> Step {
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

    fn except_block(&mut self, is_star: bool) -> Step {
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

    fn invalid_except(&mut self, is_star: bool) -> Step {
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

    fn decorated(&mut self) -> Step {
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

    fn function_def(&mut self) -> Step {
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

    fn class_def(&mut self) -> Step {
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

    // ---- simple statements

    fn simple_stmts(&mut self) -> Step {
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

    fn del(&mut self) -> Step {
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

    fn type_alias(&mut self) -> Step {
        if self.eat("type").is_none()
            || self.name().is_none()
            || !self.type_params()?
            || self.eat("=").is_none()
        {
            return Ok(None);
        }
        Ok(self.expression()?.map(|_| ()))
    }

    fn assignment(&mut self) -> Step {
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

    fn invalid_assignment(&mut self) -> Step {
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

    fn star_target(&mut self) -> Found {
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

    fn dotted_name(&mut self) -> Result<bool, Stop> {
        if self.name().is_none() {
            return Ok(false);
        }
        while self.attempt(|me| Ok(if me.eat(".").is_some() { me.name() } else { None }))?.is_some() {}
        Ok(true)
    }

    fn import(&mut self) -> Step {
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
    fn raise_next_empty<T>(&mut self, message: &str) -> Result<T, Stop> {
        let span = self.token().span;
        self.raise(Span { start: span.start, end: span.start }, message)
    }

    fn import_alias(&mut self) -> Result<bool, Stop> {
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

    fn import_from(&mut self) -> Step {
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

    // ---- match

    fn match_stmt(&mut self) -> Step {
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

    fn case_block(&mut self) -> Step {
        let Some(keyword) = self.eat("case") else { return Ok(None) };
        if !self.patterns()? {
            return Ok(None);
        }
        if self.eat("if").is_some() && self.named_expression()?.is_none() {
            return Ok(None);
        }
        self.suite("'case' statement", keyword, false)
    }

    fn patterns(&mut self) -> Result<bool, Stop> {
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

    fn star_or_as_pattern(&mut self) -> Step {
        if self.eat("*").is_some() {
            return Ok(self.name().map(|_| ()));
        }
        self.as_pattern()
    }

    fn as_pattern(&mut self) -> Step {
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

    fn closed_pattern(&mut self) -> Step {
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

    fn dotted_pattern(&mut self) -> Step {
        Ok(self.dotted_name()?.then_some(()))
    }

    fn class_arguments(&mut self) -> Step {
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

    fn literal_pattern(&mut self) -> Step {
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
