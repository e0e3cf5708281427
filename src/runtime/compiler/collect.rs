//! First pass of the symbol tables: walks the tree and notes what every block does with its names.

use ruff_python_ast as ast;
use ruff_python_ast::{Expr, Pattern, Stmt};
use ruff_text_size::Ranged;

use super::names::{NameId, Names, QuickMap, mangle};
use super::problem::{Outcome, ProblemKind, SyntaxProblem};
use super::scope::{Role, Scope, ScopeId, ScopeKind, ScopeTable, node_key, uses};
use super::source::{Source, Span};
use super::stack::with_stack;

/// Nodes within nodes; what is deeper is refused.
const MAX_DEPTH: u32 = 100_000;

/// What of the options the symbol tables depend on.
#[derive(Clone, Copy, Debug)]
pub struct CollectOptions {
    /// `from __future__ import annotations`
    pub future_annotations: bool,
    /// `await` is allowed at module level.
    pub top_level_await: bool,
    /// Most digits of a decimal int; 0: any number.
    pub max_int_digits: usize,
}

impl CollectOptions {
    /// What of the options of a compilation counts here.
    pub fn of(options: &super::Options, future_annotations: bool) -> CollectOptions {
        let super::Options { top_level_await, max_int_digits, .. } = *options;
        CollectOptions { future_annotations, top_level_await, max_int_digits }
    }
}

pub(super) struct Collector<'a> {
    pub(super) table: ScopeTable,
    pub(super) source: &'a Source<'a>,
    pub(super) options: CollectOptions,
    pub(super) stack: Vec<ScopeId>,
    private: Option<String>,
    /// Depths of comprehension iterables and targets being visited in the current block.
    pub(super) iter_exprs: u32,
    pub(super) iter_target: bool,
    conditional: bool,
    pub(super) unevaluated: bool,
    /// Depth of the node being visited, and the greatest so far.
    pub(super) depth: u32,
    pub(super) max_depth: u32,
}

/// Collects the blocks of a module; tells how deeply its nodes nest, too.
pub fn collect(module: &ast::Mod, source: &Source, options: CollectOptions) -> Outcome<(ScopeTable, u32)> {
    let mut names = Names::default();
    let top = names.intern("top");
    let table = ScopeTable { scopes: Vec::new(), by_node: QuickMap::default(), names };
    let mut collector = Collector {
        table,
        source,
        options,
        stack: Vec::new(),
        private: None,
        iter_exprs: 0,
        iter_target: false,
        conditional: false,
        unevaluated: false,
        depth: 0,
        max_depth: 0,
    };
    collector.enter(ScopeKind::Module, top, node_key(module), Role::Body, Span { start: 0, end: 0 });
    match module {
        ast::Mod::Module(module) => collector.body(&module.body)?,
        ast::Mod::Expression(module) => collector.expr(&module.body)?,
    }
    Ok((collector.table, collector.max_depth))
}

impl<'a> Collector<'a> {
    pub(super) fn error<T>(&self, span: impl Into<Span>, message: impl Into<String>) -> Outcome<T> {
        Err(SyntaxProblem::compiled(self.source, span, message))
    }

    /// Notes how deep the tree is from here on.
    pub(super) fn deeper(&mut self, by: u32, span: Span) -> Outcome<()> {
        self.depth += by;
        self.max_depth = self.max_depth.max(self.depth);
        if self.depth > MAX_DEPTH {
            let message = "maximum recursion depth exceeded during compilation";
            return Err(SyntaxProblem::new(ProblemKind::TooDeep, self.source, span, message));
        }
        Ok(())
    }

    pub(super) fn current(&self) -> ScopeId {
        *self.stack.last().unwrap_or(&ScopeId(0))
    }

    pub(super) fn scope(&self) -> &Scope {
        self.table.scope(self.current())
    }

    pub(super) fn scope_mut(&mut self) -> &mut Scope {
        let id = self.current();
        self.table.scope_mut(id)
    }

    pub(super) fn enter(
        &mut self,
        kind: ScopeKind,
        name: NameId,
        key: usize,
        role: Role,
        span: Span,
    ) -> ScopeId {
        let id = self.make(kind, name, key, role, span);
        self.stack.push(id);
        id
    }

    pub(super) fn make(
        &mut self,
        kind: ScopeKind,
        name: NameId,
        key: usize,
        role: Role,
        span: Span,
    ) -> ScopeId {
        let id = ScopeId(self.table.scopes.len() as u32);
        let parent = self.stack.last().copied();
        let mut scope = Scope::new(kind, name, parent, span);
        if let Some(parent) = parent {
            let parent = self.table.scope_mut(parent);
            parent.children.push(id);
            scope.nested = parent.nested || parent.kind.is_function_like();
            scope.method = kind == ScopeKind::Function && parent.kind == ScopeKind::Class;
            if parent.kind == ScopeKind::TypeParams && kind == ScopeKind::Function {
                scope.method = parent.can_see_class_scope;
            }
        }
        self.table.scopes.push(scope);
        self.table.by_node.insert((key, role as u8), id);
        if matches!(kind, ScopeKind::Annotation | ScopeKind::TypeVariable | ScopeKind::TypeAlias) {
            let format = self.table.names.intern(".format");
            let scope = self.table.scope_mut(id);
            scope.entry(format).flags |= uses::PARAM | uses::USE;
            scope.params.push(format);
        }
        id
    }

    pub(super) fn leave(&mut self) {
        self.stack.pop();
    }

    pub(super) fn mangled(&mut self, name: &str) -> NameId {
        let limited = self.stack.iter().rev().find_map(|&id| {
            let scope = self.table.scope(id);
            (scope.kind == ScopeKind::TypeParams).then_some(scope.mangled_names.as_ref()).flatten()
        });
        if let (Some(only), Some(&top)) = (limited, self.stack.last())
            && self.table.scope(top).kind == ScopeKind::TypeParams
        {
            let plain = only.iter().any(|&id| &*self.table.names.text(id) == name);
            if !plain {
                return self.table.names.intern(name);
            }
        }
        match mangle(self.private.as_deref(), name) {
            Some(mangled) => self.table.names.intern(&mangled),
            None => self.table.names.intern(name),
        }
    }

    pub(super) fn define(&mut self, name: &str, flag: u32, span: impl Into<Span>) -> Outcome<()> {
        let id = self.mangled(name);
        self.define_id(id, flag, self.current(), span.into())
    }

    pub(super) fn define_id(&mut self, name: NameId, flag: u32, scope: ScopeId, span: Span) -> Outcome<()> {
        let iter_target = self.iter_target && scope == self.current();
        let old = self.table.scope(scope).flags(name);
        let text = || self.table.names.text(name);
        if flag & uses::PARAM != 0 && old & uses::PARAM != 0 {
            return self.error(span, format!("duplicate argument '{}' in function definition", text()));
        }
        if flag & uses::TYPE_PARAM != 0 && old & uses::TYPE_PARAM != 0 {
            return self.error(span, format!("duplicate type parameter '{}'", text()));
        }
        let mut flags = old | flag;
        if iter_target && flag & uses::LOCAL != 0 {
            if flags & (uses::GLOBAL | uses::NONLOCAL) != 0 {
                let message = format!(
                    "comprehension inner loop cannot rebind assignment expression target '{}'",
                    text()
                );
                return self.error(span, message);
            }
            flags |= uses::COMP_ITER;
        }
        let entry = self.table.scope_mut(scope);
        entry.entry(name).flags = flags;
        if flag & uses::PARAM != 0 {
            entry.params.push(name);
        }
        if flag & uses::GLOBAL != 0 {
            self.table.scope_mut(ScopeId(0)).entry(name).flags |= if scope == ScopeId(0) { flag } else { 0 };
        }
        Ok(())
    }

    // ---- statements

    pub(super) fn body(&mut self, body: &[Stmt]) -> Outcome<()> {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    pub(super) fn conditional_body(&mut self, body: &[Stmt]) -> Outcome<()> {
        let old = std::mem::replace(&mut self.conditional, true);
        self.body(body)?;
        self.conditional = old;
        Ok(())
    }

    pub(super) fn stmt(&mut self, stmt: &Stmt) -> Outcome<()> {
        with_stack(|| self.stmt_inner(stmt))
    }

    fn stmt_inner(&mut self, stmt: &Stmt) -> Outcome<()> {
        match stmt {
            Stmt::FunctionDef(def) => self.function(def),
            Stmt::ClassDef(def) => self.class(def),
            Stmt::Return(node) => {
                if let Some(value) = &node.value {
                    self.expr(value)?;
                    self.scope_mut().returns_value = true;
                }
                Ok(())
            }
            Stmt::Delete(node) => self.exprs(&node.targets),
            Stmt::TypeAlias(node) => self.type_alias(node),
            Stmt::Assign(node) => {
                self.exprs(&node.targets)?;
                self.expr(&node.value)
            }
            Stmt::AugAssign(node) => {
                self.expr(&node.target)?;
                self.expr(&node.value)
            }
            Stmt::AnnAssign(node) => self.ann_assign(node),
            Stmt::For(node) => {
                if node.is_async {
                    self.scope_mut().coroutine = true;
                }
                self.expr(&node.target)?;
                self.expr(&node.iter)?;
                self.conditional_body(&node.body)?;
                self.conditional_body(&node.orelse)
            }
            Stmt::While(node) => {
                self.expr(&node.test)?;
                self.conditional_body(&node.body)?;
                self.conditional_body(&node.orelse)
            }
            Stmt::If(node) => {
                self.expr(&node.test)?;
                self.conditional_body(&node.body)?;
                for clause in &node.elif_else_clauses {
                    if let Some(test) = &clause.test {
                        self.expr(test)?;
                    }
                    self.conditional_body(&clause.body)?;
                }
                Ok(())
            }
            Stmt::With(node) => {
                if node.is_async {
                    self.scope_mut().coroutine = true;
                }
                for item in &node.items {
                    self.expr(&item.context_expr)?;
                    if let Some(target) = &item.optional_vars {
                        self.expr(target)?;
                    }
                }
                self.conditional_body(&node.body)
            }
            Stmt::Match(node) => {
                self.expr(&node.subject)?;
                for case in &node.cases {
                    self.pattern(&case.pattern)?;
                    if let Some(guard) = &case.guard {
                        self.expr(guard)?;
                    }
                    self.conditional_body(&case.body)?;
                }
                Ok(())
            }
            Stmt::Raise(node) => {
                for part in [&node.exc, &node.cause].into_iter().flatten() {
                    self.expr(part)?;
                }
                Ok(())
            }
            Stmt::Try(node) => {
                self.conditional_body(&node.body)?;
                for ast::ExceptHandler::ExceptHandler(handler) in &node.handlers {
                    if let Some(kind) = &handler.type_ {
                        self.expr(kind)?;
                    }
                    if let Some(name) = &handler.name {
                        self.define(name, uses::LOCAL, handler.range)?;
                    }
                    self.conditional_body(&handler.body)?;
                }
                self.conditional_body(&node.orelse)?;
                self.conditional_body(&node.finalbody)
            }
            Stmt::Assert(node) => {
                self.expr(&node.test)?;
                node.msg.iter().try_for_each(|msg| self.expr(msg))
            }
            Stmt::Import(node) => node.names.iter().try_for_each(|alias| self.alias(alias)),
            Stmt::ImportFrom(node) => node.names.iter().try_for_each(|alias| self.alias(alias)),
            Stmt::Global(node) => self.declaration(&node.names, uses::GLOBAL, "global", node.range.into()),
            Stmt::Nonlocal(node) => {
                self.declaration(&node.names, uses::NONLOCAL, "nonlocal", node.range.into())
            }
            Stmt::Expr(node) => self.expr(&node.value),
            Stmt::Pass(_) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::IpyEscapeCommand(_) => Ok(()),
        }
    }

    pub(super) fn declaration(
        &mut self,
        names: &[ast::Identifier],
        flag: u32,
        word: &str,
        span: Span,
    ) -> Outcome<()> {
        for name in names {
            let id = self.mangled(name);
            let old = self.scope().flags(id);
            if old & (uses::PARAM | uses::LOCAL | uses::USE | uses::ANNOT) != 0 {
                let message = if old & uses::PARAM != 0 {
                    format!("name '{name}' is parameter and {word}")
                } else if old & uses::USE != 0 {
                    format!("name '{name}' is used prior to {word} declaration")
                } else if old & uses::ANNOT != 0 {
                    format!("annotated name '{name}' can't be {word}")
                } else {
                    format!("name '{name}' is assigned to before {word} declaration")
                };
                return self.error(span, message);
            }
            self.define_id(id, flag, self.current(), span)?;
            if flag == uses::GLOBAL {
                // For the module's own code the name is global too, wherever that stores its other names.
                self.table.scope_mut(ScopeId(0)).entry(id).flags |= uses::GLOBAL;
            }
            self.scope_mut().directives.push((id, span));
        }
        Ok(())
    }

    pub(super) fn alias(&mut self, alias: &ast::Alias) -> Outcome<()> {
        if alias.name.as_str() == "*" {
            if self.scope().kind != ScopeKind::Module {
                return self.error(alias.range, "import * only allowed at module level");
            }
            return Ok(());
        }
        let name = match &alias.asname {
            Some(name) => name.as_str(),
            None => alias.name.as_str().split('.').next().unwrap_or(""),
        };
        self.define(name, uses::IMPORT, alias.range)
    }

    pub(super) fn ann_assign(&mut self, node: &ast::StmtAnnAssign) -> Outcome<()> {
        self.scope_mut().annotations_used = true;
        match &*node.target {
            Expr::Name(target) => {
                let id = self.mangled(&target.id);
                let flags = self.scope().flags(id);
                if flags & (uses::GLOBAL | uses::NONLOCAL) != 0 && self.current() != ScopeId(0) && node.simple
                {
                    let word = if flags & uses::GLOBAL != 0 { "global" } else { "nonlocal" };
                    let message = format!("annotated name '{}' can't be {word}", target.id);
                    return self.error(node.range, message);
                }
                if node.simple {
                    self.define_id(id, uses::ANNOT | uses::LOCAL, self.current(), target.range.into())?;
                } else if node.value.is_some() {
                    self.define_id(id, uses::LOCAL, self.current(), target.range.into())?;
                }
            }
            target => self.expr(target)?,
        }
        self.statement_annotation(&node.annotation)?;
        node.value.iter().try_for_each(|value| self.expr(value))
    }

    /// The annotation of a variable: it belongs to the one annotation block of its class, module or function.
    pub(super) fn statement_annotation(&mut self, annotation: &Expr) -> Outcome<()> {
        let parent = self.current();
        let kind = self.scope().kind;
        let span = annotation.range().into();
        let future = self.options.future_annotations;
        if !future
            && (kind == ScopeKind::Module || kind == ScopeKind::Class && self.conditional)
            && !self.scope().has_conditional_annotations
        {
            self.scope_mut().has_conditional_annotations = true;
            let name = self.table.names.intern("__conditional_annotations__");
            self.define_id(name, uses::USE, parent, span)?;
        }
        let block = match self.scope().annotation_block {
            Some(block) => block,
            None => {
                let name = self.table.names.intern("__annotate__");
                let key = parent.0 as usize;
                let block = self.make(ScopeKind::Annotation, name, key, Role::Annotations, span);
                if future {
                    self.scope_mut().children.retain(|&child| child != block);
                }
                self.scope_mut().annotation_block = Some(block);
                if kind == ScopeKind::Class && !future {
                    self.table.scope_mut(block).can_see_class_scope = true;
                    let name = self.table.names.intern("__classdict__");
                    self.define_id(name, uses::USE, block, span)?;
                }
                block
            }
        };
        if kind == ScopeKind::Class && !future && self.scope().has_conditional_annotations {
            let name = self.table.names.intern("__conditional_annotations__");
            self.define_id(name, uses::USE, block, span)?;
        }
        self.stack.push(block);
        let old = std::mem::replace(&mut self.unevaluated, kind.is_function_like());
        self.expr(annotation)?;
        self.unevaluated = old;
        self.leave();
        Ok(())
    }

    // ---- functions and classes

    pub(super) fn defaults(&mut self, parameters: &ast::Parameters) -> Outcome<()> {
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs) {
            if let Some(default) = &parameter.default {
                self.expr(default)?;
            }
        }
        Ok(())
    }

    pub(super) fn parameters(&mut self, parameters: &ast::Parameters) -> Outcome<()> {
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs) {
            self.define(&parameter.parameter.name, uses::PARAM, parameter.parameter.range)?;
        }
        if let Some(parameter) = &parameters.vararg {
            let span =
                Span { start: parameter.name.range.start().to_u32(), end: parameter.range.end().to_u32() };
            self.define(&parameter.name, uses::PARAM, span)?;
            self.scope_mut().varargs = true;
        }
        if let Some(parameter) = &parameters.kwarg {
            let span =
                Span { start: parameter.name.range.start().to_u32(), end: parameter.range.end().to_u32() };
            self.define(&parameter.name, uses::PARAM, span)?;
            self.scope_mut().varkeywords = true;
        }
        Ok(())
    }

    pub(super) fn function(&mut self, def: &ast::StmtFunctionDef) -> Outcome<()> {
        self.define(&def.name, uses::LOCAL, def.range)?;
        for decorator in &def.decorator_list {
            self.expr(&decorator.expression)?;
        }
        self.defaults(&def.parameters)?;
        let name = self.table.names.intern(&def.name);
        if let Some(params) = &def.type_params {
            let positional = def.parameters.posonlyargs.iter().chain(&def.parameters.args);
            let has_defaults = positional.into_iter().any(|p| p.default.is_some());
            let has_kwdefaults = def.parameters.kwonlyargs.iter().any(|p| p.default.is_some());
            self.enter_type_params(name, node_key(def), params, has_defaults, has_kwdefaults, false)?;
        }
        self.annotations(def)?;
        self.with_fresh_flags(|me| {
            let id = me.enter(ScopeKind::Function, name, node_key(def), Role::Body, def.range.into());
            me.table.scope_mut(id).coroutine = def.is_async;
            me.parameters(&def.parameters)?;
            me.body(&def.body)?;
            me.leave();
            Ok(())
        })?;
        if def.type_params.is_some() {
            self.leave();
        }
        Ok(())
    }

    /// Visits a new block whose conditional and comprehension state starts afresh.
    pub(super) fn with_fresh_flags(&mut self, visit: impl FnOnce(&mut Self) -> Outcome<()>) -> Outcome<()> {
        let saved = (self.iter_exprs, self.iter_target, self.conditional, self.unevaluated);
        // Not the comprehension iterables around: what is inside belongs to them, too.
        (self.iter_target, self.conditional) = (false, false);
        visit(self)?;
        (self.iter_exprs, self.iter_target, self.conditional, self.unevaluated) = saved;
        Ok(())
    }

    pub(super) fn annotations<'t>(&mut self, def: &'t ast::StmtFunctionDef) -> Outcome<()> {
        let in_class = self.scope().can_see_class_scope || self.scope().kind == ScopeKind::Class;
        let name = self.table.names.intern("__annotate__");
        let span: Span = def.range.into();
        let block = self.enter(ScopeKind::Annotation, name, node_key(def), Role::Annotations, span);
        if in_class {
            self.scope_mut().can_see_class_scope = true;
            let name = self.table.names.intern("__classdict__");
            self.define_id(name, uses::USE, block, span)?;
        }
        let parameters = &def.parameters;
        let annotation_of = |p: &'t ast::ParameterWithDefault| p.parameter.annotation.as_deref();
        let mut all: Vec<Option<&Expr>> = parameters.posonlyargs.iter().map(annotation_of).collect();
        all.extend(parameters.args.iter().map(annotation_of));
        all.push(parameters.vararg.as_ref().and_then(|p| p.annotation.as_deref()));
        all.push(parameters.kwarg.as_ref().and_then(|p| p.annotation.as_deref()));
        all.extend(parameters.kwonlyargs.iter().map(annotation_of));
        all.push(def.returns.as_deref());
        let mut used = false;
        for annotation in all.into_iter().flatten() {
            used = true;
            // `*args: *Ts`
            match annotation {
                Expr::Starred(star) => self.expr(&star.value)?,
                plain => self.expr(plain)?,
            }
        }
        self.scope_mut().annotations_used = used;
        self.leave();
        // The block is there even if nothing is annotated, as in CPython: `symtable` shows it, and a class with methods
        // has a `__classdict__`.
        if self.options.future_annotations {
            self.scope_mut().children.retain(|&child| child != block);
        }
        Ok(())
    }

    pub(super) fn class(&mut self, def: &ast::StmtClassDef) -> Outcome<()> {
        self.define(&def.name, uses::LOCAL, def.range)?;
        for decorator in &def.decorator_list {
            self.expr(&decorator.expression)?;
        }
        let name = self.table.names.intern(&def.name);
        let outer_private = self.private.clone();
        if let Some(params) = &def.type_params {
            self.private = Some(def.name.to_string());
            self.enter_type_params(name, node_key(def), params, false, false, true)?;
        }
        if let Some(arguments) = &def.arguments {
            self.exprs(&arguments.args)?;
            for keyword in &arguments.keywords {
                self.expr(&keyword.value)?;
            }
        }
        self.private = Some(def.name.to_string());
        self.with_fresh_flags(|me| {
            let id = me.enter(ScopeKind::Class, name, node_key(def), Role::Body, def.range.into());
            if def.type_params.is_some() {
                for (name, flag) in [("__type_params__", uses::LOCAL), (".type_params", uses::USE)] {
                    let name = me.table.names.intern(name);
                    me.define_id(name, flag, id, def.range.into())?;
                }
            }
            me.body(&def.body)?;
            me.leave();
            Ok(())
        })?;
        if def.type_params.is_some() {
            self.leave();
        }
        self.private = outer_private;
        Ok(())
    }

    pub(super) fn type_alias(&mut self, node: &ast::StmtTypeAlias) -> Outcome<()> {
        self.expr(&node.name)?;
        let Expr::Name(target) = &*node.name else { return Ok(()) };
        let name = self.table.names.intern(&target.id);
        let in_class = self.scope().kind == ScopeKind::Class;
        if let Some(params) = &node.type_params {
            self.enter_type_params(name, node_key(node), params, false, false, false)?;
        }
        self.with_fresh_flags(|me| {
            let id = me.enter(ScopeKind::TypeAlias, name, node_key(node), Role::Alias, node.range.into());
            me.see_class(id, in_class)?;
            me.expr(&node.value)?;
            me.leave();
            Ok(())
        })?;
        if node.type_params.is_some() {
            self.leave();
        }
        Ok(())
    }

    pub(super) fn see_class(&mut self, id: ScopeId, in_class: bool) -> Outcome<()> {
        if in_class {
            self.table.scope_mut(id).can_see_class_scope = true;
            let name = self.table.names.intern("__classdict__");
            let span = self.table.scope(id).span;
            self.define_id(name, uses::USE, id, span)?;
        }
        Ok(())
    }

    pub(super) fn enter_type_params(
        &mut self,
        name: NameId,
        key: usize,
        params: &ast::TypeParams,
        has_defaults: bool,
        has_kwdefaults: bool,
        is_class: bool,
    ) -> Outcome<()> {
        let in_class = self.scope().kind == ScopeKind::Class;
        let span: Span = params.range.into();
        let id = self.enter(ScopeKind::TypeParams, name, key, Role::TypeParams, span);
        self.see_class(id, in_class)?;
        if is_class {
            for special in [".type_params", ".generic_base"] {
                let special = self.table.names.intern(special);
                self.define_id(special, uses::LOCAL | uses::USE, id, span)?;
            }
            let mangled = params.iter().map(|p| self.table.names.intern(p.name().as_str())).collect();
            self.table.scope_mut(id).mangled_names = Some(mangled);
        }
        for (wanted, special) in [(has_defaults, ".defaults"), (has_kwdefaults, ".kwdefaults")] {
            if wanted {
                let special = self.table.names.intern(special);
                self.define_id(special, uses::PARAM, id, span)?;
            }
        }
        let mut default = false;
        for param in params.iter() {
            self.type_param(param)?;
            if default && param.default().is_none() {
                let name = param.name();
                let message = format!("non-default type parameter '{name}' follows default type parameter");
                return self.error(param.range(), message);
            }
            default |= param.default().is_some();
        }
        Ok(())
    }

    pub(super) fn type_param(&mut self, param: &ast::TypeParam) -> Outcome<()> {
        let name = param.name();
        if name.as_str() == "__classdict__" {
            return self
                .error(param.range(), "reserved name '__classdict__' cannot be used for type parameter");
        }
        self.define(name, uses::TYPE_PARAM | uses::LOCAL, param.range())?;
        let (bound, infos) = match param {
            ast::TypeParam::TypeVar(node) => {
                let info = match node.bound.as_deref() {
                    Some(Expr::Tuple(_)) => "a TypeVar constraint",
                    _ => "a TypeVar bound",
                };
                (node.bound.as_deref(), (info, "a TypeVar default"))
            }
            ast::TypeParam::ParamSpec(_) => (None, ("", "a ParamSpec default")),
            ast::TypeParam::TypeVarTuple(_) => (None, ("", "a TypeVarTuple default")),
        };
        let key = node_key(param);
        for (expr, role, info) in [(bound, Role::Bound, infos.0), (param.default(), Role::Default, infos.1)] {
            let Some(expr) = expr else { continue };
            let in_class = self.scope().can_see_class_scope;
            let id = self.table.names.intern(name.as_str());
            self.with_fresh_flags(|me| {
                let id = me.enter(ScopeKind::TypeVariable, id, key, role, expr.range().into());
                me.table.scope_mut(id).info = info;
                me.see_class(id, in_class)?;
                match expr {
                    Expr::Starred(star) => me.expr(&star.value)?,
                    plain => me.expr(plain)?,
                }
                me.leave();
                Ok(())
            })?;
        }
        Ok(())
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) -> Outcome<()> {
        match pattern {
            Pattern::MatchValue(node) => self.expr(&node.value),
            Pattern::MatchSingleton(_) => Ok(()),
            Pattern::MatchSequence(node) => node.patterns.iter().try_for_each(|p| self.pattern(p)),
            Pattern::MatchMapping(node) => {
                self.exprs(&node.keys)?;
                node.patterns.iter().try_for_each(|p| self.pattern(p))?;
                node.rest.iter().try_for_each(|name| self.define(name, uses::LOCAL, node.range))
            }
            Pattern::MatchClass(node) => {
                self.expr(&node.cls)?;
                node.arguments.patterns.iter().try_for_each(|p| self.pattern(p))?;
                node.arguments.keywords.iter().try_for_each(|k| self.pattern(&k.pattern))
            }
            Pattern::MatchStar(node) => {
                node.name.iter().try_for_each(|name| self.define(name, uses::LOCAL, node.range))
            }
            Pattern::MatchAs(node) => {
                node.pattern.iter().try_for_each(|p| self.pattern(p))?;
                node.name.iter().try_for_each(|name| self.define(name, uses::LOCAL, node.range))
            }
            Pattern::MatchOr(node) => node.patterns.iter().try_for_each(|p| self.pattern(p)),
        }
    }
}
