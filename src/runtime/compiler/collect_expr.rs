//! Expressions in the first pass of the symbol tables.

use ruff_python_ast as ast;
use ruff_python_ast::{Expr, ExprContext};

use super::collect::Collector;
use super::problem::Outcome;
use super::scope::{CompKind, Role, ScopeKind, node_key, uses};
use super::source::Span;
use super::stack::with_stack;

impl Collector<'_> {
    pub(super) fn exprs(&mut self, exprs: &[Expr]) -> Outcome<()> {
        exprs.iter().try_for_each(|e| self.expr(e))
    }

    /// Visits an expression; chains that nest to the left are walked in a loop.
    pub(super) fn expr(&mut self, expr: &Expr) -> Outcome<()> {
        with_stack(|| self.expr_inner(expr))
    }

    fn expr_inner(&mut self, expr: &Expr) -> Outcome<()> {
        let mut spine = Vec::new();
        let mut leaf = expr;
        loop {
            let next = match leaf {
                Expr::BinOp(node) => &node.left,
                Expr::Attribute(node) => &node.value,
                Expr::Call(node) => &node.func,
                Expr::Subscript(node) => &node.value,
                Expr::Compare(node) => &node.left,
                _ => break,
            };
            spine.push(leaf);
            leaf = next;
        }
        let levels = spine.len() as u32 + 1;
        self.deeper(levels, super::compile::span(expr))?;
        self.leaf(leaf)?;
        for node in spine.into_iter().rev() {
            match node {
                Expr::BinOp(node) => self.expr(&node.right)?,
                Expr::Call(node) => {
                    self.exprs(&node.arguments.args)?;
                    for keyword in &node.arguments.keywords {
                        self.expr(&keyword.value)?;
                    }
                }
                Expr::Subscript(node) => self.expr(&node.slice)?,
                Expr::Compare(node) => self.exprs(&node.comparators)?,
                _ => {}
            }
        }
        self.depth -= levels;
        Ok(())
    }

    fn leaf(&mut self, expr: &Expr) -> Outcome<()> {
        match expr {
            Expr::BoolOp(node) => self.exprs(&node.values),
            Expr::Named(node) => self.named(node),
            Expr::UnaryOp(node) => self.expr(&node.operand),
            Expr::Lambda(node) => self.lambda(node),
            Expr::If(node) => {
                self.expr(&node.test)?;
                self.expr(&node.body)?;
                self.expr(&node.orelse)
            }
            Expr::Dict(node) => {
                for item in &node.items {
                    if let Some(key) = &item.key {
                        self.expr(key)?;
                    }
                    self.expr(&item.value)?;
                }
                Ok(())
            }
            Expr::Set(node) => self.exprs(&node.elts),
            Expr::List(node) => self.exprs(&node.elts),
            Expr::Tuple(node) => self.exprs(&node.elts),
            Expr::ListComp(node) => self.comprehension(
                node_key(node),
                CompKind::List,
                &node.generators,
                &[&node.elt],
                node.range.into(),
            ),
            Expr::SetComp(node) => self.comprehension(
                node_key(node),
                CompKind::Set,
                &node.generators,
                &[&node.elt],
                node.range.into(),
            ),
            Expr::DictComp(node) => {
                let key = node.key.as_deref();
                let parts: Vec<&Expr> = key.into_iter().chain([&*node.value]).collect();
                self.comprehension(
                    node_key(node),
                    CompKind::Dict,
                    &node.generators,
                    &parts,
                    node.range.into(),
                )
            }
            Expr::Generator(node) => self.comprehension(
                node_key(node),
                CompKind::Generator,
                &node.generators,
                &[&node.elt],
                node.range.into(),
            ),
            Expr::Await(node) => {
                self.not_in_annotation("await expression", node.range.into())?;
                self.check_await(node)?;
                self.scope_mut().coroutine = true;
                self.expr(&node.value)
            }
            Expr::Yield(node) => {
                self.not_in_annotation("yield expression", node.range.into())?;
                if let Some(value) = &node.value {
                    self.expr(value)?;
                }
                self.scope_mut().generator = true;
                self.no_yield_in_comprehension(node.range.into())
            }
            Expr::YieldFrom(node) => {
                self.not_in_annotation("yield expression", node.range.into())?;
                self.expr(&node.value)?;
                self.scope_mut().generator = true;
                self.no_yield_in_comprehension(node.range.into())
            }
            Expr::FString(node) => {
                for part in node.value.f_strings() {
                    self.interpolated(&part.elements)?;
                }
                Ok(())
            }
            Expr::TString(node) => {
                for part in node.value.iter() {
                    self.interpolated(&part.elements)?;
                }
                Ok(())
            }
            Expr::Starred(node) => self.expr(&node.value),
            Expr::Name(node) => {
                if self.unevaluated {
                    return Ok(());
                }
                let flag = if node.ctx == ExprContext::Load { uses::USE } else { uses::LOCAL };
                self.define(&node.id, flag, node.range)?;
                if flag == uses::USE && self.scope().kind.is_function_like() && node.id.as_str() == "super" {
                    self.define("__class__", uses::USE, node.range)?;
                }
                Ok(())
            }
            Expr::Slice(node) => [&node.lower, &node.upper, &node.step]
                .into_iter()
                .flatten()
                .try_for_each(|part| self.expr(part)),
            Expr::BinOp(_) | Expr::Attribute(_) | Expr::Call(_) | Expr::Subscript(_) | Expr::Compare(_) => {
                self.expr(expr)
            }
            Expr::NumberLiteral(node) => {
                match super::literal::too_many_digits(&node.value, self.options.max_int_digits) {
                    Some(message) => {
                        Err(super::problem::SyntaxProblem::syntax(self.source, node.range, message))
                    }
                    None => Ok(()),
                }
            }
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::IpyEscapeCommand(_) => Ok(()),
        }
    }

    fn interpolated(&mut self, elements: &ast::InterpolatedStringElements) -> Outcome<()> {
        for element in elements.interpolations() {
            self.expr(&element.expression)?;
            if let Some(spec) = &element.format_spec {
                self.interpolated(&spec.elements)?;
            }
        }
        Ok(())
    }

    fn not_in_annotation(&self, what: &str, span: Span) -> Outcome<()> {
        let scope = self.scope();
        let place = match scope.kind {
            ScopeKind::Annotation => "an annotation",
            ScopeKind::TypeVariable => scope.info,
            ScopeKind::TypeAlias => "a type alias",
            ScopeKind::TypeParams => "the definition of a generic",
            _ => return Ok(()),
        };
        self.error(span, format!("{what} cannot be used within {place}"))
    }

    fn no_yield_in_comprehension(&self, span: Span) -> Outcome<()> {
        let place = match self.scope().comp {
            CompKind::No => return Ok(()),
            CompKind::List => "list comprehension",
            CompKind::Set => "set comprehension",
            CompKind::Dict => "dict comprehension",
            CompKind::Generator => "generator expression",
        };
        self.error(span, format!("'yield' inside {place}"))
    }

    fn check_await(&self, node: &ast::ExprAwait) -> Outcome<()> {
        if self.options.top_level_await && self.scope().kind == ScopeKind::Module {
            return Ok(());
        }
        if !self.scope().kind.is_function_like() {
            return self.error(node.range, "'await' outside function");
        }
        if self.scope().comp == CompKind::No && !self.scope().coroutine {
            return self.error(node.range, "'await' outside async function");
        }
        Ok(())
    }

    fn lambda(&mut self, node: &ast::ExprLambda) -> Outcome<()> {
        if let Some(parameters) = &node.parameters {
            self.defaults(parameters)?;
        }
        let name = self.table.names.intern("<lambda>");
        self.with_fresh_flags(|me| {
            me.enter(ScopeKind::Function, name, node_key(node), Role::Body, node.range.into());
            if let Some(parameters) = &node.parameters {
                me.parameters(parameters)?;
            }
            me.expr(&node.body)?;
            me.leave();
            Ok(())
        })
    }

    fn named(&mut self, node: &ast::ExprNamed) -> Outcome<()> {
        let span: Span = node.range.into();
        if self.iter_exprs > 0 {
            return self
                .error(span, "assignment expression cannot be used in a comprehension iterable expression");
        }
        self.not_in_annotation("named expression", span)?;
        let Expr::Name(target) = &*node.target else { return self.expr(&node.value) };
        if self.scope().comp != CompKind::No {
            self.extend_walrus(&target.id, span, target.range.into())?;
        } else {
            self.scope_mut().has_walrus = true;
        }
        self.expr(&node.value)?;
        self.expr(&node.target)
    }

    /// An assignment expression in a comprehension binds in the block around all comprehensions.
    fn extend_walrus(&mut self, target: &str, span: Span, target_span: Span) -> Outcome<()> {
        let name = self.mangled(target);
        for at in (0..self.stack.len()).rev() {
            let id = self.stack[at];
            self.table.scope_mut(id).has_walrus = true;
            let scope = self.table.scope(id);
            let flags = scope.flags(name);
            if scope.comp != CompKind::No {
                if flags & uses::COMP_ITER != 0 && flags & (uses::LOCAL | uses::GLOBAL) != 0 {
                    let message = format!(
                        "assignment expression cannot rebind comprehension iteration variable '{target}'"
                    );
                    return self.error(target_span, message);
                }
                continue;
            }
            let place = match scope.kind {
                ScopeKind::Function => {
                    let here = if flags & uses::GLOBAL != 0 { uses::GLOBAL } else { uses::NONLOCAL };
                    self.define_walrus(name, here, span)?;
                    return self.define_id(name, uses::LOCAL, id, span);
                }
                ScopeKind::Module => {
                    self.define_walrus(name, uses::GLOBAL, span)?;
                    return self.define_id(name, uses::GLOBAL, id, span);
                }
                ScopeKind::Class => "in a class body",
                ScopeKind::TypeParams => "within the definition of a generic",
                ScopeKind::TypeAlias => "in a type alias",
                ScopeKind::TypeVariable => "in a TypeVar bound",
                ScopeKind::Annotation => "within an annotation",
            };
            let message = format!("assignment expression within a comprehension cannot be used {place}");
            return self.error(target_span, message);
        }
        Ok(())
    }

    fn define_walrus(&mut self, name: super::names::NameId, flag: u32, span: Span) -> Outcome<()> {
        // Between the innermost comprehension and the block that owns the name, every block looks outwards.
        self.define_id(name, flag, self.current(), span)?;
        self.scope_mut().directives.push((name, span));
        Ok(())
    }

    fn comprehension(
        &mut self,
        key: usize,
        kind: CompKind,
        generators: &[ast::Comprehension],
        parts: &[&Expr],
        span: Span,
    ) -> Outcome<()> {
        let Some((first, rest)) = generators.split_first() else { return Ok(()) };
        if let [Expr::Starred(star)] = parts {
            return self.error(star.range, "iterable unpacking cannot be used in comprehension");
        }
        if let (CompKind::Dict, [value]) = (kind, parts) {
            let end = super::compile::span(*value).start;
            let before = self.source.slice(Span { start: span.start, end });
            let start = span.start + before.find("**").unwrap_or(0) as u32;
            let message = "dict unpacking cannot be used in dict comprehension";
            return self.error(Span { start, end: start + 2 }, message);
        }
        self.iter_exprs += 1;
        self.expr(&first.iter)?;
        self.iter_exprs -= 1;
        let name = match kind {
            CompKind::List => "<listcomp>",
            CompKind::Set => "<setcomp>",
            CompKind::Dict => "<dictcomp>",
            _ => "<genexpr>",
        };
        let name = self.table.names.intern(name);
        let mut is_async = false;
        self.with_fresh_flags(|me| {
            let id = me.enter(ScopeKind::Function, name, key, Role::Body, span);
            me.scope_mut().method = false;
            me.table.scope_mut(id).comp = kind;
            me.table.scope_mut(id).coroutine = first.is_async;
            let implicit = me.table.names.intern(".0");
            me.define_id(implicit, uses::PARAM, id, span)?;
            me.target(&first.target)?;
            me.exprs(&first.ifs)?;
            for generator in rest {
                me.target(&generator.target)?;
                me.iter_exprs += 1;
                me.expr(&generator.iter)?;
                me.iter_exprs -= 1;
                me.exprs(&generator.ifs)?;
                if generator.is_async {
                    me.scope_mut().coroutine = true;
                }
            }
            for part in parts.iter().rev() {
                me.expr(part)?;
            }
            let scope = me.table.scope_mut(id);
            scope.generator = kind == CompKind::Generator;
            is_async = scope.coroutine && kind != CompKind::Generator;
            me.leave();
            Ok(())
        })?;
        if is_async {
            let scope = self.scope();
            let at_top = self.options.top_level_await && scope.kind == ScopeKind::Module;
            if !scope.kind.is_function_like() && !at_top
                || scope.kind != ScopeKind::Function && scope.kind.is_function_like()
                || scope.kind == ScopeKind::Function && scope.comp == CompKind::No && !scope.coroutine
            {
                return self.error(span, "asynchronous comprehension outside of an asynchronous function");
            }
            self.scope_mut().coroutine = true;
        }
        Ok(())
    }

    fn target(&mut self, target: &Expr) -> Outcome<()> {
        self.iter_target = true;
        self.expr(target)?;
        self.iter_target = false;
        Ok(())
    }
}
