//! A second, slower parser that exists to be wrong like CPython's.
//!
//! CPython's parser, when it fails, starts over with rules that match common mistakes; what is reported depends on the
//! order in which rules are tried. This parser tries the same things in the same order over the tokens of
//! [`super::tokens`]: a first pass without the rules for mistakes finds how far the source makes sense, a second with
//! them finds what to say. It builds no tree, only what messages need: the kind and place of expressions.
//!
//! Here is the engine with what all rules use; the rules are in the `shadow_*` files.

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
    pub(super) memo: HashMap<(u8, usize), (Option<Node>, usize)>,
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

    pub(super) fn memoized(&mut self, rule: u8, parse: impl FnOnce(&mut Self) -> Found) -> Found {
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

    pub(super) fn raise_at<T>(&mut self, kind: ProblemKind, at: usize, message: String) -> Result<T, Stop> {
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
            // Up to the end of the line's text, and one column more.
            let has_end = self.source.slice(span).ends_with('\n');
            span.end = span.start.max(span.end - u32::from(has_end));
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
    pub(super) fn items(&mut self, item: fn(&mut Self) -> Found) -> Found {
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

    pub(super) fn starred(&mut self, value: fn(&mut Self) -> Found) -> Found {
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

    pub(super) fn invalid_named_expression(&mut self) -> Result<Option<()>, Stop> {
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
}
