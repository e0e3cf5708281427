//! A second, slower parser that exists to be wrong like CPython's.
//!
//! CPython's parser, when it fails, starts over with rules that match common mistakes; what is reported depends on the
//! order in which rules are tried. This parser tries the same things in the same order over the tokens of
//! [`super::tokens`]: a first pass without the rules for mistakes finds how far the source makes sense, a second with
//! them finds what to say. It builds no tree, only what messages need: the kind and place of expressions.
//!
//! Here are the engine and expressions; [`super::shadow_stmt`] has statements, [`super::shadow_args`] calls and parameters.

use std::collections::HashMap;
use std::rc::Rc;

use super::problem::{ProblemKind, SyntaxProblem};
use super::source::{Source, Span};
use super::stack::with_stack;
use super::tokens::{Tok, Token};

/// Kinds of expressions, as far as messages tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Name,
    Literal,
    True,
    False,
    None,
    Ellipsis,
    Tuple,
    List,
    Set,
    Dict,
    ListComp,
    SetComp,
    DictComp,
    Generator,
    Attribute,
    Subscript,
    Call,
    Operation,
    Compare,
    /// A comparison whose first operator is `in`.
    CompareIn,
    Lambda,
    Conditional,
    Named,
    Starred,
    Await,
    Yield,
    FString,
    TString,
    Slice,
    /// Not an expression.
    Other,
}

impl Kind {
    /// What messages call it.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Name => "name",
            Kind::Literal => "literal",
            Kind::True => "True",
            Kind::False => "False",
            Kind::None => "None",
            Kind::Ellipsis => "ellipsis",
            Kind::Tuple => "tuple",
            Kind::List => "list",
            Kind::Set => "set display",
            Kind::Dict => "dict literal",
            Kind::ListComp => "list comprehension",
            Kind::SetComp => "set comprehension",
            Kind::DictComp => "dict comprehension",
            Kind::Generator => "generator expression",
            Kind::Attribute => "attribute",
            Kind::Subscript => "subscript",
            Kind::Call => "function call",
            Kind::Operation | Kind::Other => "expression",
            Kind::Compare | Kind::CompareIn => "comparison",
            Kind::Lambda => "lambda",
            Kind::Conditional => "conditional expression",
            Kind::Named => "named expression",
            Kind::Starred => "starred",
            Kind::Await => "await expression",
            Kind::Yield => "yield expression",
            Kind::FString => "f-string expression",
            Kind::TString => "t-string expression",
            Kind::Slice => "slice",
        }
    }
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Node {
    pub kind: Kind,
    pub span: Span,
    /// Items of tuples and lists, value of a star, left side of a comparison.
    pub kids: Rc<[Node]>,
}

/// An error has been found.
pub struct Stop;
/// What a rule gives: nothing if it does not match.
pub type Found = Result<Option<Node>, Stop>;

/// Which targets are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Targets {
    Star,
    Del,
    For,
}

const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// The parser.
pub struct Shadow<'a> {
    pub source: &'a Source<'a>,
    pub tokens: &'a [Token],
    pub pos: usize,
    /// Last token that was looked at.
    pub far: usize,
    /// The rules for mistakes are tried.
    pub second: bool,
    memo: HashMap<(u8, usize), (Option<Node>, usize)>,
    pub problem: Option<Box<SyntaxProblem>>,
    /// The parser looked behind the last token.
    pub beyond: bool,
}

impl<'a> Shadow<'a> {
    pub fn new(source: &'a Source<'a>, tokens: &'a [Token]) -> Shadow<'a> {
        Shadow {
            source,
            tokens,
            pos: 0,
            far: 0,
            second: false,
            memo: HashMap::new(),
            problem: None,
            beyond: false,
        }
    }

    /// Starts over with the rules for mistakes.
    pub fn restart(&mut self) {
        self.second = true;
        self.pos = 0;
        self.memo.clear();
    }

    // ---- tokens

    pub fn token(&mut self) -> Token {
        self.far = self.far.max(self.pos);
        self.beyond |= self.pos >= self.tokens.len();
        let end = self.tokens.last().map_or(0, |token| token.span.end);
        let beyond = Token { kind: Tok::Beyond, span: Span { start: end, end }, level: 0 };
        self.tokens.get(self.pos).copied().unwrap_or(beyond)
    }

    pub fn text(&mut self) -> &'a str {
        let token = self.token();
        self.source_text(token.span)
    }

    pub fn source_text(&self, span: Span) -> &'a str {
        self.source.text().get(span.start as usize..span.end as usize).unwrap_or("")
    }

    pub fn is(&mut self, text: &str) -> bool {
        let token = self.token();
        matches!(token.kind, Tok::Op | Tok::Name) && self.source_text(token.span) == text
    }

    pub fn is_any(&mut self, texts: &[&str]) -> bool {
        texts.iter().any(|text| self.is(text))
    }

    pub fn is_kind(&mut self, kind: Tok) -> bool {
        self.token().kind == kind
    }

    /// Takes a token by its text.
    pub fn eat(&mut self, text: &str) -> Option<Span> {
        if !self.is(text) {
            return None;
        }
        self.pos += 1;
        Some(self.tokens[self.pos - 1].span)
    }

    pub fn eat_any(&mut self, texts: &[&str]) -> Option<Span> {
        texts.iter().find_map(|text| self.eat(text))
    }

    pub fn eat_kind(&mut self, kind: Tok) -> Option<Span> {
        if !self.is_kind(kind) {
            return None;
        }
        self.pos += 1;
        self.tokens.get(self.pos - 1).map(|t| t.span)
    }

    /// An identifier that is no keyword.
    pub fn name(&mut self) -> Option<Node> {
        if !self.is_kind(Tok::Name) || KEYWORDS.contains(&self.text()) {
            return None;
        }
        let span = self.token().span;
        self.pos += 1;
        Some(self.node(Kind::Name, span))
    }

    pub fn node(&self, kind: Kind, span: Span) -> Node {
        Node { kind, span, kids: Rc::new([]) }
    }

    /// End of the last token taken.
    pub fn end(&self) -> u32 {
        self.pos.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |t| t.span.end)
    }

    pub fn from(&self, start: u32) -> Span {
        Span { start, end: self.end() }
    }

    // ---- rules

    /// Tries something; the position is restored if it does not match.
    pub fn attempt<T>(
        &mut self,
        rule: impl FnOnce(&mut Self) -> Result<Option<T>, Stop>,
    ) -> Result<Option<T>, Stop> {
        let pos = self.pos;
        let found = rule(self)?;
        if found.is_none() {
            self.pos = pos;
        }
        Ok(found)
    }

    /// Whether something would match here.
    pub fn ahead<T>(
        &mut self,
        rule: impl FnOnce(&mut Self) -> Result<Option<T>, Stop>,
    ) -> Result<bool, Stop> {
        let pos = self.pos;
        let found = rule(self)?;
        self.pos = pos;
        Ok(found.is_some())
    }

    fn memoized(&mut self, rule: u8, parse: impl FnOnce(&mut Self) -> Found) -> Found {
        let key = (rule, self.pos);
        if let Some((found, end)) = self.memo.get(&key) {
            self.pos = *end;
            return Ok(found.clone());
        }
        let start = self.pos;
        let found = with_stack(|| parse(self))?;
        if found.is_none() {
            self.pos = start;
        }
        self.memo.insert(key, (found.clone(), self.pos));
        Ok(found)
    }

    /// A rule for mistakes: only in the second pass.
    pub fn mistake<T>(
        &mut self,
        rule: impl FnOnce(&mut Self) -> Result<Option<T>, Stop>,
    ) -> Result<(), Stop> {
        if self.second {
            let pos = self.pos;
            rule(self)?;
            self.pos = pos;
        }
        Ok(())
    }

    pub fn raise<T>(&mut self, span: Span, message: impl Into<String>) -> Result<T, Stop> {
        if !self.beyond {
            self.problem = Some(SyntaxProblem::syntax(self.source, span, message));
        }
        Err(Stop)
    }

    /// An error at the last token that was looked at.
    pub fn raise_last<T>(&mut self, message: impl Into<String>) -> Result<T, Stop> {
        self.raise_at(ProblemKind::SyntaxError, self.far, message.into())
    }

    /// An error at the next token.
    pub fn raise_next<T>(&mut self, message: impl Into<String>) -> Result<T, Stop> {
        self.token();
        self.raise_at(ProblemKind::SyntaxError, self.pos, message.into())
    }

    pub fn raise_indent<T>(&mut self, message: String) -> Result<T, Stop> {
        self.raise_at(ProblemKind::IndentationError, self.far, message)
    }

    fn raise_at<T>(&mut self, kind: ProblemKind, at: usize, message: String) -> Result<T, Stop> {
        if let Some(token) = self.tokens.get(at).filter(|_| !self.beyond) {
            self.problem = Some(self.at_token(kind, *token, message));
        }
        Err(Stop)
    }

    pub fn at_token(&self, kind: ProblemKind, token: Token, message: String) -> Box<SyntaxProblem> {
        let mut span = token.span;
        if matches!(token.kind, Tok::Indent | Tok::Dedent | Tok::End) {
            // Tokens without text: the place is where the tokenizer stands.
            let text = self.source.text();
            let stands = if span.end as usize >= text.len() { text.len() as u32 } else { span.end };
            let at_end = stands as usize == text.len() && stands > 0;
            let line_of = if at_end { stands - 1 } else { stands };
            let place = Span { start: line_of, end: line_of };
            let mut problem = SyntaxProblem::new(kind, self.source, place, message);
            if at_end {
                // With the newline that is added if there is none.
                problem.column =
                    self.source.line_text(problem.line).trim_end_matches('\n').chars().count() as u32 + 1;
            } else {
                problem.column -= 1;
            }
            problem.end_column = -1;
            return problem;
        }
        if token.kind == Tok::Newline {
            // Up to the end of the line's text, one column wide.
            span.end = span.start;
        }
        let mut problem = SyntaxProblem::new(kind, self.source, span, message);
        if token.kind == Tok::Newline {
            problem.end_column += 1;
        }
        problem
    }

    // ---- targets

    /// The part of an expression that cannot be a target.
    pub fn invalid_target(node: &Node, targets: Targets) -> Option<Node> {
        match node.kind {
            Kind::Name | Kind::Attribute | Kind::Subscript => None,
            Kind::Tuple | Kind::List => node.kids.iter().find_map(|kid| Self::invalid_target(kid, targets)),
            Kind::Starred if targets != Targets::Del => {
                node.kids.first().and_then(|kid| Self::invalid_target(kid, targets))
            }
            Kind::CompareIn if targets == Targets::For => {
                node.kids.first().and_then(|kid| Self::invalid_target(kid, targets))
            }
            Kind::Compare if targets == Targets::For => None,
            _ => Some(node.clone()),
        }
    }

    pub fn raise_target<T>(&mut self, node: &Node, targets: Targets) -> Result<Option<T>, Stop> {
        match Self::invalid_target(node, targets) {
            Some(wrong) => {
                let verb = if targets == Targets::Del { "delete" } else { "assign to" };
                self.raise(wrong.span, format!("cannot {verb} {}", wrong.kind.words()))
            }
            None => Ok(None),
        }
    }

    // ---- lists of expressions

    /// One or more items with commas between; a trailing comma makes a tuple of one.
    fn items(&mut self, item: fn(&mut Self) -> Found) -> Found {
        let start = self.token().span.start;
        let Some(first) = item(self)? else { return Ok(None) };
        if !self.is(",") {
            return Ok(Some(first));
        }
        let mut kids = vec![first];
        loop {
            if self.eat(",").is_none() {
                break;
            }
            match self.attempt(item)? {
                Some(next) => kids.push(next),
                None => break,
            }
        }
        Ok(Some(Node { kind: Kind::Tuple, span: self.from(start), kids: kids.into() }))
    }

    pub fn star_expressions(&mut self) -> Found {
        self.items(Self::star_expression)
    }

    pub fn star_named_expressions(&mut self) -> Found {
        self.items(Self::star_named_expression)
    }

    pub fn expressions(&mut self) -> Found {
        self.items(Self::expression)
    }

    fn starred(&mut self, value: fn(&mut Self) -> Found) -> Found {
        self.attempt(|me| {
            let Some(star) = me.eat("*") else { return Ok(None) };
            let Some(value) = value(me)? else { return Ok(None) };
            Ok(Some(Node { kind: Kind::Starred, span: me.from(star.start), kids: Rc::new([value]) }))
        })
    }

    pub fn star_expression(&mut self) -> Found {
        self.memoized(0, |me| match me.starred(Self::bitwise_or)? {
            Some(node) => Ok(Some(node)),
            None => me.expression(),
        })
    }

    pub fn star_named_expression(&mut self) -> Found {
        match self.starred(Self::bitwise_or)? {
            Some(node) => Ok(Some(node)),
            None => self.named_expression(),
        }
    }

    pub fn assignment_expression(&mut self) -> Found {
        self.attempt(|me| {
            let Some(name) = me.name() else { return Ok(None) };
            if me.eat(":=").is_none() {
                return Ok(None);
            }
            let Some(_) = me.expression()? else { return Ok(None) };
            Ok(Some(me.node(Kind::Named, me.from(name.span.start))))
        })
    }

    pub fn named_expression(&mut self) -> Found {
        self.memoized(1, |me| {
            if let Some(node) = me.assignment_expression()? {
                return Ok(Some(node));
            }
            me.mistake(Self::invalid_named_expression)?;
            me.plain_expression()
        })
    }

    /// `expression !':='`
    pub fn plain_expression(&mut self) -> Found {
        self.attempt(|me| {
            let node = me.expression()?;
            Ok(node.filter(|_| !me.is(":=")))
        })
    }

    fn invalid_named_expression(&mut self) -> Result<Option<()>, Stop> {
        self.attempt(|me| {
            if let Some(node) = me.expression()?
                && me.eat(":=").is_some()
            {
                let words = node.kind.words();
                return me.raise(node.span, format!("cannot use assignment expressions with {words}"));
            }
            Ok(None::<()>)
        })?;
        self.attempt(|me| {
            let Some(name) = me.name() else { return Ok(None) };
            if me.eat("=").is_none() {
                return Ok(None);
            }
            let Some(value) = me.bitwise_or()? else { return Ok(None) };
            if !me.is_any(&["=", ":="]) {
                let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
                return me.raise(name.span.to(value.span), message);
            }
            Ok(None::<()>)
        })?;
        let display = self.ahead(|me| {
            if me.is_any(&["True", "None", "False"]) {
                return Ok(Some(()));
            }
            let node = if me.is_any(&["[", "("]) { me.atom()? } else { None };
            Ok(node.filter(|n| matches!(n.kind, Kind::List | Kind::Tuple | Kind::Generator)).map(|_| ()))
        })?;
        if display {
            return Ok(None);
        }
        self.attempt(|me| {
            let Some(node) = me.bitwise_or()? else { return Ok(None) };
            if me.eat("=").is_none() {
                return Ok(None);
            }
            let Some(_) = me.bitwise_or()? else { return Ok(None) };
            if !me.is_any(&["=", ":="]) {
                let words = node.kind.words();
                let message = format!("cannot assign to {words} here. Maybe you meant '==' instead of '='?");
                return me.raise(node.span, message);
            }
            Ok(None::<()>)
        })
    }

    // ---- expressions

    pub fn expression(&mut self) -> Found {
        self.memoized(2, |me| {
            me.mistake(Self::invalid_expression)?;
            me.mistake(Self::invalid_legacy)?;
            me.expression_proper()
        })
    }

    fn expression_proper(&mut self) -> Found {
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

    fn lambda(&mut self) -> Found {
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

    fn legacy_name(&self, node: &Node) -> bool {
        node.kind == Kind::Name && matches!(self.source_text(node.span), "print" | "exec")
    }

    fn invalid_expression(&mut self) -> Result<Option<()>, Stop> {
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
    fn string_letter(&self) -> Option<char> {
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

    fn invalid_legacy(&mut self) -> Result<Option<()>, Stop> {
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
    fn chain(&mut self, operand: fn(&mut Self) -> Found, operators: &[&str]) -> Found {
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

    fn conjunction(&mut self) -> Found {
        self.memoized(4, |me| me.chain(Self::inversion, &["and"]))
    }

    fn inversion(&mut self) -> Found {
        self.memoized(5, |me| {
            let start = me.token().span.start;
            if me.eat("not").is_some() {
                let value = me.inversion()?;
                return Ok(value.map(|_| me.node(Kind::Operation, me.from(start))));
            }
            me.comparison()
        })
    }

    fn comparison(&mut self) -> Found {
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

    fn sum(&mut self) -> Found {
        self.memoized(7, |me| me.chain(Self::term, &["+", "-"]))
    }

    fn term(&mut self) -> Found {
        self.memoized(8, |me| me.chain(Self::factor, &["*", "/", "//", "%", "@"]))
    }

    fn factor(&mut self) -> Found {
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

    fn await_primary(&mut self) -> Found {
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
    fn trailer(&mut self) -> Result<Option<Kind>, Stop> {
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

    fn slices(&mut self) -> Result<bool, Stop> {
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

    fn slice(&mut self) -> Found {
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

    // ---- atoms

    pub fn atom(&mut self) -> Found {
        self.memoized(12, Self::atom_inner)
    }

    fn atom_inner(&mut self) -> Found {
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

    fn tuple(&mut self) -> Found {
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

    fn group(&mut self) -> Found {
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

    fn list(&mut self) -> Found {
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

    fn listcomp(&mut self) -> Found {
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

    fn set(&mut self) -> Found {
        let Some(open) = self.eat("{") else { return Ok(None) };
        let Some(_) = self.star_named_expressions()? else { return Ok(None) };
        if self.eat("}").is_none() {
            return Ok(None);
        }
        Ok(Some(self.node(Kind::Set, self.from(open.start))))
    }

    fn setcomp(&mut self) -> Found {
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

    fn kvpair(&mut self) -> Result<bool, Stop> {
        Ok(self.expression()?.is_some() && self.eat(":").is_some() && self.expression()?.is_some())
    }

    fn double_starred_kvpair(&mut self) -> Result<Option<()>, Stop> {
        if self.eat("**").is_some() {
            return Ok(self.bitwise_or()?.map(|_| ()));
        }
        Ok(self.kvpair()?.then_some(()))
    }

    fn dict(&mut self) -> Found {
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

    fn invalid_dict(&mut self) -> Result<Option<()>, Stop> {
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

    fn invalid_kvpair(&mut self, missing_colon: bool) -> Result<Option<()>, Stop> {
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

    fn dictcomp(&mut self) -> Found {
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

    fn invalid_comprehension(&mut self) -> Result<Option<()>, Stop> {
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

    fn for_clause(&mut self) -> Result<Option<()>, Stop> {
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

    // ---- strings

    fn strings(&mut self) -> Found {
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
    fn interpolated(&mut self, start: Tok) -> Result<bool, Stop> {
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

    fn field(&mut self, letter: char) -> Result<Option<()>, Stop> {
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

    fn conversion(&mut self, letter: char) -> Result<bool, Stop> {
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

    fn format_spec(&mut self, letter: char) -> Result<bool, Stop> {
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

    fn invalid_field(&mut self, letter: char) -> Result<Option<()>, Stop> {
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
