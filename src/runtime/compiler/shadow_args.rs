//! Arguments of calls, parameters of functions and types, in the diagnosing parser.

use super::shadow::{Found, Kind, Node, Shadow, Stop};
use super::source::Span;

/// Arguments of a call that make sense so far.
struct Args {
    positional: Vec<Node>,
    /// For each keyword argument whether it is a `**`.
    keywords: Vec<bool>,
    span: Span,
}

impl<'a> Shadow<'a> {
    /// A range that ends where the tokenizer stands.
    pub(super) fn raise_from<T>(&mut self, start: Span, message: impl Into<String>) -> Result<T, Stop> {
        let far = self.far.min(self.tokens.len().saturating_sub(1));
        let end = self.tokens[far].span.end;
        let result = self.raise(Span { start: start.start, end: end.max(start.start) }, message);
        if let Some(problem) = &mut self.problem {
            problem.end_column = (problem.end_column - 1).max(1);
        }
        result
    }

    /// The arguments of a call up to the bracket, which is left.
    pub(super) fn arguments(&mut self) -> Result<(), Stop> {
        let start = self.pos;
        if self.attempt(Self::args)?.is_some() {
            self.eat(",");
            if self.is(")") {
                return Ok(());
            }
        }
        self.pos = start;
        self.mistake(Self::invalid_arguments)?;
        self.attempt(Self::args)?;
        self.eat(",");
        Ok(())
    }

    fn args(&mut self) -> Result<Option<Args>, Stop> {
        let start = self.token().span.start;
        let mut found =
            Args { positional: Vec::new(), keywords: Vec::new(), span: Span { start, end: start } };
        loop {
            let argument = self.attempt(|me| {
                if let Some(node) = me.starred_expression()? {
                    return Ok(Some(node));
                }
                let node = match me.assignment_expression()? {
                    Some(node) => Some(node),
                    None => me.plain_expression()?,
                };
                Ok(node.filter(|_| !me.is("=")))
            })?;
            let Some(argument) = argument else { break };
            found.positional.push(argument);
            found.span.end = self.end();
            let comma = self.pos;
            if self.eat(",").is_none() {
                return Ok(Some(found));
            }
            if self.is(")") {
                self.pos = comma;
                return Ok(Some(found));
            }
        }
        // Keywords, with iterables between them until the first `**`.
        let before = self.pos;
        let mut any = false;
        let mut doubled = false;
        loop {
            let keyword = self.attempt(|me| me.keyword(doubled))?;
            let Some(is_double) = keyword else { break };
            if let Some(is_double) = is_double {
                doubled |= is_double;
                found.keywords.push(is_double);
            }
            any = true;
            found.span.end = self.end();
            let comma = self.pos;
            if self.eat(",").is_none() {
                return Ok(Some(found));
            }
            if !self.ahead(|me| me.keyword(doubled))? {
                self.pos = comma;
                return Ok(Some(found));
            }
        }
        if !any {
            if found.positional.is_empty() {
                return Ok(None);
            }
            // The comma belongs to what follows.
            self.pos = before.saturating_sub(1);
        }
        Ok(Some(found))
    }

    /// A keyword argument; `Some(None)` for a starred argument among them.
    fn keyword(&mut self, doubled: bool) -> Result<Option<Option<bool>>, Stop> {
        self.mistake(Self::invalid_kwarg)?;
        let named = self.attempt(|me| {
            if me.name().is_none() || me.eat("=").is_none() {
                return Ok(None);
            }
            Ok(me.expression()?.map(|_| ()))
        })?;
        if named.is_some() {
            return Ok(Some(Some(false)));
        }
        if self.eat("**").is_some() {
            return Ok(self.expression()?.map(|_| Some(true)));
        }
        if doubled {
            return Ok(None);
        }
        Ok(self.starred_expression()?.map(|_| None))
    }

    fn invalid_kwarg(&mut self) -> Result<Option<()>, Stop> {
        self.attempt(|me| {
            let Some(word) = me.eat_any(&["True", "False", "None"]) else { return Ok(None) };
            let Some(equal) = me.eat("=") else { return Ok(None::<()>) };
            let text = me.source_text(word);
            me.raise(word.to(equal), format!("cannot assign to {text}"))
        })?;
        self.attempt(|me| {
            let Some(name) = me.name() else { return Ok(None) };
            let Some(equal) = me.eat("=") else { return Ok(None) };
            if me.expression()?.is_some() && me.for_clauses()? {
                let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
                return me.raise(name.span.to(equal), message);
            }
            Ok(None::<()>)
        })?;
        let plain = self.ahead(|me| Ok(me.name().and_then(|_| me.eat("="))))?;
        if !plain {
            self.attempt(|me| {
                let Some(node) = me.expression()? else { return Ok(None) };
                let Some(equal) = me.eat("=") else { return Ok(None::<()>) };
                let message = "expression cannot contain assignment, perhaps you meant \"==\"?";
                me.raise(node.span.to(equal), message)
            })?;
        }
        self.attempt(|me| {
            let Some(stars) = me.eat("**") else { return Ok(None) };
            if me.expression()?.is_none() || me.eat("=").is_none() {
                return Ok(None);
            }
            let Some(value) = me.expression()? else { return Ok(None::<()>) };
            me.raise(stars.to(value.span), "cannot assign to keyword argument unpacking")
        })
    }

    fn invalid_arguments(&mut self) -> Result<Option<()>, Stop> {
        const GENERATOR: &str = "Generator expression must be parenthesized";
        self.attempt(|me| {
            let Some(args) = me.args()? else { return Ok(None) };
            if args.keywords.is_empty() {
                return Ok(None);
            }
            let Some(comma) = me.eat(",") else { return Ok(None) };
            if me.eat("*").is_none() {
                return Ok(None);
            }
            let Some(value) = me.expression()? else { return Ok(None::<()>) };
            let message = "iterable argument unpacking follows keyword argument unpacking";
            me.raise(comma.to(value.span), message)
        })?;
        self.attempt(|me| {
            let Some(element) = me.expression()? else { return Ok(None) };
            if !me.for_clauses()? {
                return Ok(None);
            }
            let end = me.end();
            if me.eat(",").is_none() {
                return Ok(None);
            }
            me.ahead(Self::args)?;
            me.raise::<Option<()>>(Span { start: element.span.start, end }, GENERATOR)
        })?;
        self.attempt(|me| {
            let Some(name) = me.name() else { return Ok(None) };
            let Some(equal) = me.eat("=") else { return Ok(None) };
            if me.expression()?.is_some() && me.for_clauses()? {
                let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
                return me.raise(name.span.to(equal), message);
            }
            Ok(None::<()>)
        })?;
        self.attempt(|me| {
            me.attempt(|me| {
                let args = me.args()?;
                Ok(if args.is_some() { me.eat(",").map(|_| ()) } else { None })
            })?;
            let Some(name) = me.name() else { return Ok(None) };
            let Some(equal) = me.eat("=") else { return Ok(None) };
            if me.is_any(&[",", ")"]) {
                return me.raise(name.span.to(equal), "expected argument value expression");
            }
            Ok(None::<()>)
        })?;
        self.attempt(|me| {
            let Some(args) = me.args()? else { return Ok(None) };
            let pos = me.pos;
            if me.for_clauses()? {
                if let [_, .., last] = &*args.positional {
                    let span = Span { start: last.span.start, end: me.end() };
                    return me.raise(span, GENERATOR);
                }
                return Ok(None);
            }
            me.pos = pos;
            if me.eat(",").is_none() {
                return Ok(None);
            }
            let element = me.token().span.start;
            let generator =
                me.attempt(|me| Ok((me.expression()?.is_some() && me.for_clauses()?).then_some(())))?;
            if generator.is_some() {
                let span = me.from(element);
                return me.raise(span, GENERATOR);
            }
            if me.args()?.is_some() {
                let message = if args.keywords.contains(&true) {
                    "positional argument follows keyword argument unpacking"
                } else {
                    "positional argument follows keyword argument"
                };
                return me.raise_last(message);
            }
            Ok(None::<()>)
        })
    }

    // ---- parameters

    /// Parameters of a function or lambda, as far as they make sense.
    pub(super) fn parameters(&mut self, lambda: bool) -> Result<(), Stop> {
        let close = if lambda { ":" } else { ")" };
        let (mut slash, mut star, mut default, mut any) = (false, false, false, false);
        loop {
            let start = self.pos;
            if let Some(span) = self.eat("/") {
                if self.second {
                    if star {
                        return self.raise(span, "/ must be ahead of *");
                    }
                    if slash {
                        return self.raise(span, "/ may appear only once");
                    }
                    if !any {
                        if self.is(",") {
                            return self.raise(span, "at least one argument must precede /");
                        }
                    } else if self.is("*") {
                        let next = self.token().span;
                        return self.raise(next, "expected comma between / and *");
                    }
                }
                if slash || star || !any {
                    self.pos = start;
                    return Ok(());
                }
                slash = true;
            } else if let Some(span) = self.eat("*") {
                if star {
                    if self.second {
                        return self.raise(span, "* argument may appear only once");
                    }
                    self.pos = start;
                    return Ok(());
                }
                star = true;
                if self.parameter(lambda, true)?.is_some() {
                    if self.second && self.is("=") {
                        let equal = self.token().span;
                        return self.raise(equal, "var-positional argument cannot have default value");
                    }
                } else {
                    let lonely = self.is(close)
                        || self.ahead(|me| Ok(me.eat(",").filter(|_| me.is(close) || me.is("**"))))?;
                    if lonely || !self.is(",") {
                        if self.second && lonely {
                            let message = "named arguments must follow bare *";
                            if lambda {
                                return self.raise_last(message);
                            }
                            return self.raise(span, message);
                        }
                        self.pos = start;
                        return Ok(());
                    }
                }
            } else if self.eat("**").is_some() {
                if self.parameter(lambda, false)?.is_none() {
                    self.pos = start;
                    return Ok(());
                }
                if self.second {
                    if self.is("=") {
                        let equal = self.token().span;
                        return self.raise(equal, "var-keyword argument cannot have default value");
                    }
                    if self.eat(",").is_some() {
                        let after = self.token().span;
                        let message = "arguments cannot follow var-keyword argument";
                        if let Some(next) = self.attempt(|me| me.parameter(lambda, false))? {
                            return self.raise(next.span, message);
                        }
                        if self.is_any(&["*", "**", "/"]) {
                            return self.raise(after, message);
                        }
                    }
                    return Ok(());
                }
                self.eat(",");
                return Ok(());
            } else if let Some(parameter) = self.attempt(|me| me.parameter(lambda, false))? {
                if let Some(equal) = self.eat("=") {
                    if self.second && (self.is(",") || self.is(close)) {
                        return self.raise(equal, "expected default value expression");
                    }
                    if self.expression()?.is_none() {
                        self.pos = start;
                        return Ok(());
                    }
                    default = true;
                } else if default && !star {
                    if self.second {
                        let message = "parameter without a default follows parameter with a default";
                        return self.raise(parameter.span, message);
                    }
                    self.pos = start;
                    return Ok(());
                }
            } else {
                if self.second && self.is("(") {
                    self.parenthesized_parameters(lambda)?;
                }
                return Ok(());
            }
            any = true;
            if self.eat(",").is_none() {
                return Ok(());
            }
        }
    }

    fn parenthesized_parameters(&mut self, lambda: bool) -> Result<Option<()>, Stop> {
        self.attempt(|me| {
            let Some(open) = me.eat("(") else { return Ok(None) };
            while me.name().is_some() {
                if me.eat(",").is_none() {
                    break;
                }
            }
            let Some(close) = me.eat(")") else { return Ok(None::<()>) };
            let what = if lambda { "Lambda expression" } else { "Function" };
            me.raise(open.to(close), format!("{what} parameters cannot be parenthesized"))
        })
    }

    /// A name with its annotation.
    fn parameter(&mut self, lambda: bool, starred: bool) -> Found {
        let Some(name) = self.name() else { return Ok(None) };
        if !lambda && self.eat(":").is_some() {
            let annotation = if starred { self.star_expression()? } else { self.expression()? };
            if annotation.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(self.node(Kind::Other, self.from(name.span.start))))
    }

    /// `[T, *Ts, **P]`, if there is one; false if it makes no sense.
    pub(super) fn type_params(&mut self) -> Result<bool, Stop> {
        if self.eat("[").is_none() {
            return Ok(true);
        }
        if self.second && self.is("]") {
            let close = self.token().span;
            return self.raise_from(close, "Type parameter list cannot be empty");
        }
        loop {
            let stars = self.eat_any(&["**", "*"]);
            if self.name().is_none() {
                return Ok(false);
            }
            if let Some(stars) = stars {
                if self.is(":") {
                    if self.second {
                        let Some(colon) = self.eat(":") else { return Ok(false) };
                        if let Some(bound) = self.attempt(Self::expression)? {
                            let what = if bound.kind == Kind::Tuple { "constraints" } else { "bound" };
                            let kind =
                                if stars.end - stars.start == 1 { "TypeVarTuple" } else { "ParamSpec" };
                            return self.raise_from(colon, format!("cannot use {what} with {kind}"));
                        }
                    }
                    return Ok(false);
                }
            } else if self.eat(":").is_some() && self.expression()?.is_none() {
                return Ok(false);
            }
            if self.eat("=").is_some() && self.star_expression()?.is_none() {
                return Ok(false);
            }
            if self.eat(",").is_none() || self.is("]") {
                return Ok(self.eat("]").is_some());
            }
        }
    }
}
