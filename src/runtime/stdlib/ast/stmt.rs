//! Statements of the parser's tree as nodes.

use ruff_python_ast::{self as ast, Expr, Stmt};

use super::build::{Builder, span};
use super::expr::operator_kind;
use super::kinds::Kind;
use crate::runtime::compiler::{self, Span};
use crate::runtime::error::PyResult;
use crate::runtime::value::Value;

fn is_compound(stmt: &Stmt) -> bool {
    use Stmt::{ClassDef, For, FunctionDef, If, Match, Try, While, With};
    matches!(stmt, ClassDef(_) | For(_) | FunctionDef(_) | If(_) | Match(_) | Try(_) | While(_) | With(_))
}

impl Builder<'_> {
    /// Statements as a list.
    pub fn body(&mut self, body: &[Stmt]) -> PyResult<Value> {
        self.list(body, Self::stmt)
    }

    /// A body that may begin with a docstring, which an optimised tree at `-OO` has not.
    pub fn documented_body(&mut self, body: &[Stmt]) -> PyResult<Value> {
        let has_docstring =
            matches!(body.first(), Some(Stmt::Expr(first)) if first.value.is_string_literal_expr());
        if !(self.tree.optimized && self.options.optimize >= 2 && has_docstring) {
            return self.body(body);
        }
        if let [only] = body {
            let (line, column) = self.source.line_column(span(only).start);
            let number = |n: u32| self.vm.int(i64::from(n));
            let place = [number(line), number(column), number(line), number(column + 4)];
            let pass = self.raw(Kind::Pass, place);
            return Ok(self.vm.list(vec![pass]));
        }
        self.body(&body[1..])
    }

    /// A statement.
    pub fn stmt(&mut self, stmt: &Stmt) -> PyResult<Value> {
        let mut at = span(stmt);
        if is_compound(stmt) {
            at.end = self.block_end(at.end);
        }
        self.deeper(|me| me.stmt_in(stmt, at))
    }

    /// A semicolon behind the last statement belongs to the block.
    fn block_end(&self, end: u32) -> u32 {
        let Some(rest) = self.source.text().get(end as usize..) else { return end };
        let after = rest.trim_start_matches([' ', '\t', '\x0c']);
        if after.starts_with(';') { end + (rest.len() - after.len()) as u32 + 1 } else { end }
    }

    fn stmt_in(&mut self, stmt: &Stmt, at: Span) -> PyResult<Value> {
        Ok(match stmt {
            Stmt::FunctionDef(node) => self.function(node, at.end)?,
            Stmt::ClassDef(node) => self.class(node, at.end)?,
            Stmt::Return(node) => {
                let value = self.expr_opt(node.value.as_deref())?;
                self.node(Kind::Return, [value], at)
            }
            Stmt::Delete(node) => {
                let targets = self.exprs(&node.targets)?;
                self.node(Kind::Delete, [targets], at)
            }
            Stmt::TypeAlias(node) => {
                self.since(12, "Type statement is", at)?;
                let name = self.expr(&node.name)?;
                let params = self.type_params(node.type_params.as_deref())?;
                let value = self.expr(&node.value)?;
                self.node(Kind::TypeAlias, [name, params, value], at)
            }
            Stmt::Assign(node) => {
                let targets = self.exprs(&node.targets)?;
                let value = self.expr(&node.value)?;
                let comment = self.comment_behind(at.end);
                self.node_with_comment(Kind::Assign, [targets, value], comment, at)
            }
            Stmt::AugAssign(node) => {
                let target = self.expr(&node.target)?;
                let value = self.expr(&node.value)?;
                if node.op == ast::Operator::MatMult {
                    self.since(5, "The '@' operator is", at)?;
                }
                self.node(Kind::AugAssign, [target, self.single(operator_kind(node.op)), value], at)
            }
            Stmt::AnnAssign(node) => {
                self.since(6, "Variable annotation syntax is", at)?;
                let target = self.expr(&node.target)?;
                let annotation = self.expr(&node.annotation)?;
                let value = self.expr_opt(node.value.as_deref())?;
                let simple = self.vm.int(i64::from(node.simple));
                self.node(Kind::AnnAssign, [target, annotation, value, simple], at)
            }
            Stmt::For(node) => {
                if node.is_async {
                    self.since(5, "Async for loops are", at)?;
                }
                let target = self.expr(&node.target)?;
                let iter = self.expr(&node.iter)?;
                let comment = self.comment_between(span(&*node.iter).end, &node.body)?;
                let body = self.body(&node.body)?;
                let orelse = self.body(&node.orelse)?;
                let kind = if node.is_async { Kind::AsyncFor } else { Kind::For };
                self.node(kind, [target, iter, body, orelse, comment], at)
            }
            Stmt::While(node) => {
                let test = self.expr(&node.test)?;
                let body = self.body(&node.body)?;
                let orelse = self.body(&node.orelse)?;
                self.node(Kind::While, [test, body, orelse], at)
            }
            Stmt::If(node) => {
                let test = self.expr(&node.test)?;
                let body = self.body(&node.body)?;
                let orelse = self.clauses(&node.elif_else_clauses, at.end)?;
                self.node(Kind::If, [test, body, orelse], at)
            }
            Stmt::With(node) => {
                if node.is_async {
                    self.since(5, "Async with statements are", at)?;
                }
                let items = self.list(&node.items, |me, item| {
                    let context = me.expr(&item.context_expr)?;
                    let vars = me.expr_opt(item.optional_vars.as_deref())?;
                    Ok(me.plain(Kind::WithItem, [context, vars]))
                })?;
                let header = node.items.last().map_or(at.start, |item| item.range.end().to_u32());
                let comment = self.comment_between(header, &node.body)?;
                let body = self.body(&node.body)?;
                let kind = if node.is_async { Kind::AsyncWith } else { Kind::With };
                self.node(kind, [items, body, comment], at)
            }
            Stmt::Match(node) => {
                self.since(10, "Pattern matching is", at)?;
                let subject = self.expr(&node.subject)?;
                let cases = self.list(&node.cases, |me, case| {
                    let pattern = me.pattern(&case.pattern)?;
                    let guard = me.expr_opt(case.guard.as_deref())?;
                    let body = me.body(&case.body)?;
                    Ok(me.plain(Kind::MatchCase, [pattern, guard, body]))
                })?;
                self.node(Kind::Match, [subject, cases], at)
            }
            Stmt::Raise(node) => {
                let exc = self.expr_opt(node.exc.as_deref())?;
                let cause = self.expr_opt(node.cause.as_deref())?;
                self.node(Kind::Raise, [exc, cause], at)
            }
            Stmt::Try(node) => self.try_in(node, at)?,
            Stmt::Assert(node) => {
                let test = self.expr(&node.test)?;
                let msg = self.expr_opt(node.msg.as_deref())?;
                self.node(Kind::Assert, [test, msg], at)
            }
            Stmt::Import(node) => {
                let names = self.aliases(&node.names)?;
                self.node(Kind::Import, [names], at)
            }
            Stmt::ImportFrom(node) => {
                let names = self.aliases(&node.names)?;
                let level = self.vm.int(i64::from(node.level));
                self.node(Kind::ImportFrom, [self.name_opt(node.module.as_ref()), names, level], at)
            }
            Stmt::Global(node) => self.node(Kind::Global, [self.names(&node.names)], at),
            Stmt::Nonlocal(node) => self.node(Kind::Nonlocal, [self.names(&node.names)], at),
            Stmt::Expr(node) => {
                let value = self.expr(&node.value)?;
                self.node(Kind::Expr, [value], at)
            }
            Stmt::Pass(_) => self.node(Kind::Pass, [], at),
            Stmt::Break(_) => self.node(Kind::Break, [], at),
            Stmt::Continue(_) => self.node(Kind::Continue, [], at),
            Stmt::IpyEscapeCommand(_) => return Err(self.error(at, "invalid syntax")),
        })
    }

    fn node_with_comment(&self, kind: Kind, fields: [Value; 2], comment: Value, at: Span) -> Value {
        let [a, b] = fields;
        self.node(kind, [a, b, comment], at)
    }

    fn aliases(&mut self, names: &[ast::Alias]) -> PyResult<Value> {
        self.list(names, |me, alias| {
            let fields = [me.name(&alias.name), me.name_opt(alias.asname.as_ref())];
            Ok(me.node(Kind::Alias, fields, span(alias)))
        })
    }

    /// `elif` is an `if` in the `else` of the one before it.
    fn clauses(&mut self, clauses: &[ast::ElifElseClause], end: u32) -> PyResult<Value> {
        let Some((first, rest)) = clauses.split_first() else { return Ok(self.vm.list(Vec::new())) };
        let Some(test) = &first.test else { return self.body(&first.body) };
        self.deeper(|me| {
            let test = me.expr(test)?;
            let body = me.body(&first.body)?;
            let orelse = me.clauses(rest, end)?;
            let at = Span { start: span(first).start, end };
            let node = me.node(Kind::If, [test, body, orelse], at);
            Ok(me.vm.list(vec![node]))
        })
    }

    fn try_in(&mut self, node: &ast::StmtTry, at: Span) -> PyResult<Value> {
        if node.is_star {
            self.since(11, "Exception groups are", at)?;
        }
        let body = self.body(&node.body)?;
        let handlers = self.list(&node.handlers, |me, handler| {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            if let Some(Expr::Tuple(types)) = handler.type_.as_deref()
                && !types.parenthesized
            {
                me.since(14, "except expressions without parentheses are", span(types))?;
            }
            let class = me.expr_opt(handler.type_.as_deref())?;
            let body = me.body(&handler.body)?;
            let mut at = span(handler);
            at.end = me.block_end(at.end);
            Ok(me.node(Kind::ExceptHandler, [class, me.name_opt(handler.name.as_ref()), body], at))
        })?;
        let orelse = self.body(&node.orelse)?;
        let last = self.body(&node.finalbody)?;
        let kind = if node.is_star { Kind::TryStar } else { Kind::Try };
        Ok(self.node(kind, [body, handlers, orelse, last], at))
    }

    fn decorators(&mut self, decorators: &[ast::Decorator]) -> PyResult<Value> {
        self.list(decorators, |me, decorator| me.expr(&decorator.expression))
    }

    fn type_params(&mut self, params: Option<&ast::TypeParams>) -> PyResult<Value> {
        let Some(params) = params else { return Ok(self.vm.list(Vec::new())) };
        self.since(12, "Type parameter lists are", span(params))?;
        self.list(&params.type_params, |me, param| {
            let at = span(param);
            Ok(match param {
                ast::TypeParam::TypeVar(node) => {
                    let bound = me.expr_opt(node.bound.as_deref())?;
                    let default = me.type_default(node.default.as_deref())?;
                    me.node(Kind::TypeVar, [me.name(&node.name), bound, default], at)
                }
                ast::TypeParam::TypeVarTuple(node) => {
                    let default = me.type_default(node.default.as_deref())?;
                    me.node(Kind::TypeVarTuple, [me.name(&node.name), default], at)
                }
                ast::TypeParam::ParamSpec(node) => {
                    let default = me.type_default(node.default.as_deref())?;
                    me.node(Kind::ParamSpec, [me.name(&node.name), default], at)
                }
            })
        })
    }

    fn type_default(&mut self, default: Option<&Expr>) -> PyResult<Value> {
        let Some(default) = default else { return Ok(Value::NONE) };
        self.since(13, "Type parameter defaults are", span(default))?;
        self.expr(default)
    }

    fn function(&mut self, node: &ast::StmtFunctionDef, end: u32) -> PyResult<Value> {
        let start = compiler::keyword_start(self.source, node.range.into(), &node.decorator_list);
        let at = Span { start, end };
        if node.is_async {
            self.since(5, "Async functions are", at)?;
        }
        let args = self.arguments(Some(&node.parameters))?;
        let header =
            node.returns.as_ref().map_or(span(&*node.parameters).end, |returns| span(&**returns).end);
        let comment = self.comment_between(header, &node.body)?;
        let body = self.documented_body(&node.body)?;
        let decorators = self.decorators(&node.decorator_list)?;
        let returns = self.expr_opt(node.returns.as_deref())?;
        let params = self.type_params(node.type_params.as_deref())?;
        let kind = if node.is_async { Kind::AsyncFunctionDef } else { Kind::FunctionDef };
        let fields = [self.name(&node.name), args, body, decorators, returns, comment, params];
        Ok(self.node(kind, fields, at))
    }

    fn class(&mut self, node: &ast::StmtClassDef, end: u32) -> PyResult<Value> {
        let start = compiler::keyword_start(self.source, node.range.into(), &node.decorator_list);
        let at = Span { start, end };
        let [bases, keywords] = match &node.arguments {
            Some(arguments) => self.call_arguments(arguments)?,
            None => [self.vm.list(Vec::new()), self.vm.list(Vec::new())],
        };
        let body = self.documented_body(&node.body)?;
        let decorators = self.decorators(&node.decorator_list)?;
        let params = self.type_params(node.type_params.as_deref())?;
        Ok(self.node(Kind::ClassDef, [self.name(&node.name), bases, keywords, body, decorators, params], at))
    }
}
