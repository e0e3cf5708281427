//! Type comments: `# type: …` behind statements, headers and parameters, `# type: ignore`, and the mode `func_type`.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::TreeOptions;
use super::build::{Builder, span};
use super::kinds::Kind;
use crate::runtime::compiler::{self, Mode, Options, Source, Span};
use crate::runtime::error::PyResult;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

/// A type comment.
struct Comment {
    /// Its `#`.
    start: u32,
    /// What stands behind `type: `.
    text: Span,
    /// A node has it.
    used: bool,
}

/// The type comments of a source.
#[derive(Default)]
pub struct Comments {
    list: Vec<Comment>,
    /// Places of `# type: ignore`, and what stands behind it.
    ignores: Vec<Span>,
}

/// What stands behind `# type: `; blanks may be more or fewer.
fn type_text(comment: &str) -> Option<&str> {
    let blank = [' ', '\t'];
    let rest = comment.strip_prefix('#')?.trim_start_matches(blank);
    Some(rest.strip_prefix("type:")?.trim_start_matches(blank))
}

impl Comments {
    /// Finds them among the tokens.
    pub fn find(source: &Source, tokens: &Tokens) -> Comments {
        let mut found = Comments::default();
        for token in tokens {
            if token.kind() != TokenKind::Comment {
                continue;
            }
            let at = span(&token.range());
            let Some(text) = type_text(source.slice(at)) else { continue };
            let start = at.end - text.len() as u32;
            let ignored = text.strip_prefix("ignore");
            if let Some(tag) = ignored.filter(|tag| !tag.starts_with(|c: char| c.is_alphanumeric())) {
                found.ignores.push(Span { start: at.end - tag.len() as u32, end: at.end });
            } else {
                let text = Span { start, end: at.end };
                found.list.push(Comment { start: at.start, text, used: false });
            }
        }
        found
    }

    /// The first comment that begins between two places.
    fn first(&mut self, start: u32, end: u32) -> Option<&mut Comment> {
        let at = self.list.partition_point(|comment| comment.start < start);
        self.list.get_mut(at).filter(|comment| comment.start < end)
    }
}

impl Builder<'_> {
    fn take(&mut self, start: u32, end: u32) -> Value {
        let Some(comment) = self.comments.first(start, end) else { return Value::NONE };
        comment.used = true;
        let text = comment.text;
        self.vm.str(self.source.slice(text))
    }

    /// The type comment on the rest of the line behind a statement.
    pub fn comment_behind(&mut self, end: u32) -> Value {
        if self.comments.list.is_empty() {
            return Value::NONE;
        }
        let rest = &self.source.text()[end as usize..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        self.take(end, end + blanks as u32 + 1)
    }

    /// The type comment between a header and its body.
    pub fn comment_between(&mut self, header: u32, body: &[Stmt]) -> PyResult<Value> {
        if self.comments.list.is_empty() {
            return Ok(Value::NONE);
        }
        let end = body.first().map_or(header, |first| first.range().start().to_u32());
        let comment = self.take(header, end);
        if let Some(last) = self.comments.list.iter().filter(|c| c.start >= header && c.start < end).nth(1) {
            let at = last.text;
            return Err(self.error(at, "Cannot have two type comments on def"));
        }
        Ok(comment)
    }

    /// The type comment behind a parameter, and behind the comma.
    pub fn parameter_comment(&mut self, end: u32) -> Value {
        if self.comments.list.is_empty() {
            return Value::NONE;
        }
        let rest = &self.source.text()[end as usize..];
        let mut after = rest.trim_start_matches([' ', '\t']);
        after = after.strip_prefix(',').unwrap_or(after).trim_start_matches([' ', '\t']);
        if after.starts_with('\n') {
            // `)` and a comma may stand on the next line.
            return Value::NONE;
        }
        let offset = (rest.len() - after.len()) as u32;
        self.take(end + offset, end + offset + 1)
    }

    /// `# type: ignore` comments as a list of nodes.
    pub fn type_ignores(&self) -> Value {
        let nodes = self.comments.ignores.iter().map(|at| {
            let line = self.vm.int(i64::from(self.source.line(at.start)));
            self.plain(Kind::TypeIgnore, [line, self.vm.str(self.source.slice(*at))])
        });
        self.vm.list(nodes.collect())
    }

    /// SyntaxError for a type comment where none may stand.
    pub fn check_comments(&self) -> PyResult<()> {
        match self.comments.list.iter().find(|comment| !comment.used) {
            None => Ok(()),
            Some(stray) => {
                let at = Span { start: stray.text.start, end: stray.text.end };
                Err(self.error(at, "invalid syntax"))
            }
        }
    }
}

/// Parses `(int, *str, **Any) -> float`.
pub fn function_type(
    vm: &Vm,
    text: &str,
    filename: &str,
    options: &Options,
    tree: &TreeOptions,
) -> PyResult<Value> {
    let whole = Source::new(text);
    let options = Options { mode: Mode::Eval, ..options.clone() };
    let fail = |at: usize| {
        let at = Span { start: at as u32, end: at as u32 + 1 };
        vm.tree_error(&whole, filename, at, "invalid syntax")
    };
    let body = whole.text().trim_end();
    let blanks = body.len() - body.trim_start().len();
    let Some(close) = closing(body, blanks) else { return Err(fail(blanks)) };
    let behind = &body[close + 1..];
    let arrow = close + 1 + (behind.len() - behind.trim_start().len());
    let Some(returns) = body.get(arrow..).and_then(|rest| rest.strip_prefix("->")) else {
        return Err(fail(arrow.min(body.len())));
    };
    if returns.trim().is_empty() {
        return Err(fail(body.len()));
    }
    // The parameters are read as a call's arguments, whose name stands on a line of its own.
    let call = format!("f\\\n{}", &body[..=close]);
    let value = format!("(\n{returns}\n)");
    let (call, value) = (Source::new(&call), Source::new(&value));
    let mut parsed = Vec::new();
    for source in [&call, &value] {
        match compiler::parse_tokens(source, &options) {
            Ok((tree, _)) => parsed.push(tree.into_syntax()),
            Err(problem) => return Err(vm.syntax_error(&problem, filename)),
        }
    }
    let [ast::Mod::Expression(parameters), ast::Mod::Expression(result)] = &parsed[..] else {
        return Err(fail(0));
    };
    let Expr::Call(parameters) = &*parameters.body else { return Err(fail(blanks)) };
    let mut builder = Builder::new(vm, &call, filename, &options, tree)?;
    builder.line_shift = -1;
    let mut types = Vec::new();
    let mut starred = 0;
    for argument in parameters.arguments.iter_source_order() {
        let (value, rank) = match argument {
            ast::ArgOrKeyword::Arg(Expr::Starred(starred)) => (&*starred.value, 1),
            ast::ArgOrKeyword::Arg(value) => (value, 0),
            ast::ArgOrKeyword::Keyword(keyword) if keyword.arg.is_none() => (&keyword.value, 2),
            ast::ArgOrKeyword::Keyword(keyword) => {
                return Err(fail(span(keyword).start as usize - 3));
            }
        };
        // One `*` and one `**`, in this order, behind all others.
        if rank < starred || (rank > 0 && rank == starred) {
            return Err(fail(span(value).start as usize - 3));
        }
        starred = rank;
        types.push(builder.expr(value)?);
    }
    let types = vm.list(types);
    let mut results = Builder::new(vm, &value, filename, &options, tree)?;
    results.line_shift = -1;
    results.first_column = arrow as u32 + 2 - whole.line_start(whole.line(arrow as u32));
    let result = results.expr(&result.body)?;
    Ok(builder.plain(Kind::FunctionType, [types, result]))
}

/// The `)` that belongs to the `(` at a place.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match (byte, quote) {
            (b'\'' | b'"', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            (_, Some(_)) => {}
            (b'(' | b'[' | b'{', None) => depth += 1,
            (b')' | b']' | b'}', None) => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return (byte == b')').then_some(at);
        }
    }
    None
}
