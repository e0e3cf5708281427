//! Annotations and type parameters: code that is evaluated later, in functions of its own.

use ruff_python_ast::{self as ast, Expr, Stmt};

use super::super::bytecode::code::Const;
use super::super::bytecode::ops::{Common, Intrinsic1, Intrinsic2, Op, Part};
use super::compile::{Compiler, span, str_const};
use super::emit::{Reg, local_reg};
use super::problem::Outcome;
use super::regs::MAX_RUN;
use super::scope::{Role, ScopeId, ScopeKind, node_key};
use super::source::Span;
use super::unit::UnitKind;
use super::unparse::unparse;

impl<'a> Compiler<'a> {
    // ---- functions that evaluate lazily

    /// Starts a unit that takes an annotation format and refuses those it does not know.
    fn enter_lazy(&mut self, scope: ScopeId, name: &str, at: Span) {
        let private = self.unit.private.clone();
        self.enter(scope, UnitKind::Annotation, name, at.start, private);
        self.unit.arg_count = 1;
        self.unit.posonly_count = 1;
        let body = self.unit.label();
        // VALUE_WITH_FAKE_GLOBALS is the last format that compiled code knows.
        self.jump_if(at, Op::JGtI, [local_reg(0), 2, 0], body);
        let error = self.unit.temp();
        self.load_common(at, error, Common::NotImplementedError);
        self.emit(at, Op::Raise, error, 1, 0);
        self.unit.height -= 1;
        self.unit.bind(body);
    }

    /// Ends a unit of [`Self::enter_lazy`] that returns `value` and makes its function in `dst`, the topmost temporary.
    fn leave_lazy(&mut self, value: Reg, dst: Reg, at: Span, with_default: bool) -> Outcome<()> {
        self.emit(at, Op::Return, value, 0, 0);
        if !with_default {
            // What `inspect.signature` shows; the name in the scope must not hide a `format` in annotations.
            let format = self.table.names.intern("format");
            self.unit.locals[0].name = format;
        }
        let (code, free) = self.leave()?;
        let mark = self.unit.height;
        let mut parts = 0;
        if with_default {
            parts = Part::Defaults as u32;
            self.load_const(at, dst, Const::Tuple([Const::Int(1)].into()));
        }
        self.make_function(code, &free, parts, dst, dst, at);
        self.unit.height = mark;
        Ok(())
    }

    /// An annotation, bound or default: `*Ts` stands for the one item of the unpacked value.
    fn lazy_value(&mut self, expr: &'a Expr) -> Outcome<Reg> {
        if let Expr::Starred(star) = expr {
            let value = self.expr_temp(&star.value)?;
            self.emit(span(expr), Op::UnpackSequence, value, value, 1);
            return Ok(value);
        }
        self.operand(expr)
    }

    // ---- annotations of functions

    /// Makes the `__annotate__` function of a definition in a new temporary, if it has annotations.
    pub(super) fn annotations(&mut self, def: &'a ast::StmtFunctionDef, at: Span) -> Outcome<u32> {
        let parameters = &def.parameters;
        let mut all: Vec<(&'a str, &'a Expr)> = Vec::new();
        for list in [&parameters.posonlyargs, &parameters.args] {
            for p in list {
                all.extend(p.parameter.annotation.as_deref().map(|a| (p.parameter.name.as_str(), a)));
            }
        }
        all.extend(
            parameters.vararg.iter().filter_map(|p| Some((p.name.as_str(), p.annotation.as_deref()?))),
        );
        for p in &parameters.kwonlyargs {
            all.extend(p.parameter.annotation.as_deref().map(|a| (p.parameter.name.as_str(), a)));
        }
        all.extend(parameters.kwarg.iter().filter_map(|p| Some((p.name.as_str(), p.annotation.as_deref()?))));
        all.extend(def.returns.as_deref().map(|a| ("return", a)));
        if all.is_empty() {
            return Ok(0);
        }
        let slot = self.unit.temp();
        let scope = self.node_scope(def, Role::Annotations);
        self.enter_lazy(scope, "__annotate__", at);
        let base = self.unit.height as i32;
        let piecewise = all.len() * 2 > MAX_RUN;
        let dict = self.unit.temp();
        if piecewise {
            self.emit(at, Op::BuildMap, dict, dict, 0);
        } else {
            self.unit.height -= 1;
        }
        for (name, annotation) in &all {
            let mark = self.unit.height;
            let key = self.unit.temp();
            let id = self.mangled(name);
            let text = str_const(&self.table.names.text(id));
            self.load_const(at, key, text);
            let value = self.unit.temp();
            if self.future_annotations {
                let text = unparse(annotation, self.source);
                self.load_str(span(*annotation), value, &text);
            } else {
                self.unit.height -= 1;
                let operand = self.lazy_value(annotation)?;
                if operand != value {
                    self.emit(span(*annotation), Op::Move, value, operand, 0);
                }
                self.unit.height = value as u32 + 1;
                self.unit.max_height = self.unit.max_height.max(self.unit.height);
            }
            if piecewise {
                self.emit(at, Op::MapAdd, dict, key, value);
                self.unit.height = mark;
            }
        }
        if !piecewise {
            self.emit(at, Op::BuildMap, base, base, all.len() as i32);
        }
        self.leave_lazy(base, slot, at, false)?;
        Ok(Part::Annotate as u32)
    }

    // ---- annotations of variables

    pub(super) fn ann_assign(&mut self, node: &'a ast::StmtAnnAssign) -> Outcome<()> {
        let at = span(node);
        if let Some(value) = &node.value {
            let mark = self.unit.height;
            match &*node.target {
                Expr::Name(name) if self.fast_local(&name.id).is_some() => {
                    self.check_store(&name.id, span(name))?;
                    let local = self.fast_local(&name.id).unwrap_or(0);
                    self.expr_to(value, local)?;
                }
                target => {
                    let value = self.operand(value)?;
                    self.store(target, value)?;
                }
            }
            self.unit.height = mark;
        }
        let in_body = !self.scope_kind().is_function_like();
        match &*node.target {
            Expr::Name(name) => {
                self.check_store(&name.id, span(name))?;
                if node.simple && in_body {
                    if self.future_annotations {
                        self.store_annotation(node, &name.id)?;
                    } else {
                        self.note_annotation(node, at);
                    }
                    return Ok(());
                }
            }
            Expr::Attribute(target) => {
                self.check_store(&target.attr, span(target))?;
                if node.value.is_none() {
                    self.effect(&target.value)?;
                }
            }
            Expr::Subscript(target) if node.value.is_none() => {
                self.effect(&target.value)?;
                self.effect_of_index(&target.slice)?;
            }
            _ => {}
        }
        if !node.simple && in_body && !self.future_annotations {
            self.effect(&node.annotation)?;
        }
        Ok(())
    }

    fn effect_of_index(&mut self, slice: &'a Expr) -> Outcome<()> {
        match slice {
            Expr::Slice(node) => [&node.lower, &node.upper, &node.step]
                .into_iter()
                .flatten()
                .try_for_each(|part| self.effect(part)),
            Expr::Tuple(node) => node.elts.iter().try_for_each(|e| self.effect_of_index(e)),
            Expr::Starred(_) => Ok(()),
            other => self.effect(other),
        }
    }

    /// `__annotations__[name] = "text"`
    fn store_annotation(&mut self, node: &'a ast::StmtAnnAssign, name: &str) -> Outcome<()> {
        let at = span(node);
        let mark = self.unit.height;
        let (value, dict, key) = (self.unit.temp(), self.unit.temp(), self.unit.temp());
        let text = unparse(&node.annotation, self.source);
        self.load_str(span(&*node.annotation), value, &text);
        self.load_name(at, "__annotations__", dict);
        let id = self.mangled(name);
        let text = str_const(&self.table.names.text(id));
        self.load_const(at, key, text);
        self.emit(at, Op::StoreSubscr, dict, key, value);
        self.unit.height = mark;
        Ok(())
    }

    /// Records at run time that a conditional annotation was reached.
    fn note_annotation(&mut self, node: &'a ast::StmtAnnAssign, at: Span) {
        let number = self
            .unit
            .annotations
            .iter()
            .find(|(other, _)| std::ptr::eq(*other, node))
            .and_then(|(_, number)| *number);
        let Some(number) = number else { return };
        let mark = self.unit.height;
        let (set, value) = (self.unit.temp(), self.unit.temp());
        if self.unit.kind == UnitKind::Class {
            let cell = self.special_cell("__conditional_annotations__");
            self.emit(at, Op::LoadDeref, set, cell, 0);
        } else {
            self.load_name(at, "__conditional_annotations__", set);
        }
        self.load_const(at, value, Const::Int(number));
        self.emit(at, Op::SetAdd, set, value, 0);
        self.emit(at, Op::Clear, set, 0, 0);
        self.unit.height = mark;
    }

    /// Finds the annotations of a class or module body in source order.
    pub(super) fn collect_annotations(&mut self, body: &'a [Stmt], conditional: bool) {
        if self.future_annotations {
            return;
        }
        for stmt in body {
            match stmt {
                Stmt::AnnAssign(node) if node.simple && node.target.is_name_expr() => {
                    let number = (conditional || self.unit.kind == UnitKind::Module).then(|| {
                        self.unit.conditional_count += 1;
                        self.unit.conditional_count - 1
                    });
                    self.unit.annotations.push((node, number));
                }
                Stmt::For(node) => {
                    self.collect_annotations(&node.body, true);
                    self.collect_annotations(&node.orelse, true);
                }
                Stmt::While(node) => {
                    self.collect_annotations(&node.body, true);
                    self.collect_annotations(&node.orelse, true);
                }
                Stmt::If(node) => {
                    self.collect_annotations(&node.body, true);
                    for clause in &node.elif_else_clauses {
                        self.collect_annotations(&clause.body, true);
                    }
                }
                Stmt::With(node) => self.collect_annotations(&node.body, true),
                Stmt::Match(node) => {
                    for case in &node.cases {
                        self.collect_annotations(&case.body, true);
                    }
                }
                Stmt::Try(node) => {
                    self.collect_annotations(&node.body, true);
                    for ast::ExceptHandler::ExceptHandler(handler) in &node.handlers {
                        self.collect_annotations(&handler.body, true);
                    }
                    self.collect_annotations(&node.orelse, true);
                    self.collect_annotations(&node.finalbody, true);
                }
                _ => {}
            }
        }
    }

    /// With `from __future__ import annotations`: makes `__annotations__` if the body has annotations.
    pub(super) fn setup_future_annotations(&mut self, at: Span) {
        let scope = self.table.scope(self.unit.scope);
        if !self.future_annotations || !scope.annotations_used {
            return;
        }
        let skip = self.unit.label();
        let mark = self.unit.height;
        let (key, namespace) = (self.unit.temp(), self.unit.temp());
        self.load_str(at, key, "__annotations__");
        self.emit(at, Op::LoadLocals, namespace, 0, 0);
        self.jump_if(at, Op::JIn, [key, namespace, 1], skip);
        self.emit(at, Op::BuildMap, key, key, 0);
        let name = self.name_index("__annotations__");
        self.emit(at, Op::StoreName, key, name as i32, 0);
        self.unit.bind(skip);
        self.unit.height = mark;
    }

    /// Makes the `__annotate__` function of a class or module body.
    pub(super) fn deferred_annotations(&mut self, at: Span) -> Outcome<()> {
        let annotations = std::mem::take(&mut self.unit.annotations);
        self.unit.annotations = annotations.clone();
        if annotations.is_empty() {
            return Ok(());
        }
        let in_class = self.unit.kind == UnitKind::Class;
        let Some(scope) = self.table.scope(self.unit.scope).annotation_block else { return Ok(()) };
        let slot = self.unit.temp();
        self.enter_lazy(scope, "__annotate__", at);
        let dict = self.unit.temp();
        self.emit(at, Op::BuildMap, dict, dict, 0);
        for (node, number) in annotations {
            let Expr::Name(target) = &*node.target else { continue };
            let at = span(node);
            let mark = self.unit.height;
            let skip = self.unit.label();
            if let Some(number) = number {
                let (index, set) = (self.unit.temp(), self.unit.temp());
                self.load_const(at, index, Const::Int(number));
                let name = self.table.names.intern("__conditional_annotations__");
                match self.free_index(name).filter(|_| in_class) {
                    Some(free) => self.emit(at, Op::LoadFree, set, free as i32, 0),
                    None => {
                        let name = self.unit.name_index(name);
                        self.emit(at, Op::LoadGlobal, set, name as i32, 0);
                    }
                }
                self.jump_if(at, Op::JIn, [index, set, 0], skip);
                self.unit.height = mark;
            }
            // The value comes before the key, which is a constant.
            let value = self.lazy_value(&node.annotation)?;
            let key = self.unit.temp();
            let id = self.mangled(&target.id);
            let text = str_const(&self.table.names.text(id));
            self.load_const(at, key, text);
            self.emit(at, Op::MapAdd, dict, key, value);
            self.unit.bind(skip);
            self.unit.height = mark;
        }
        self.leave_lazy(dict, slot, at, false)?;
        let name = if in_class { "__annotate_func__" } else { "__annotate__" };
        self.store_name(at, name, slot);
        self.unit.height = slot as u32;
        Ok(())
    }

    // ---- type parameters

    /// Evaluates type parameters into a tuple in `dst`, the topmost temporary, and binds their names.
    pub(super) fn type_params(&mut self, params: &'a ast::TypeParams, dst: Reg) -> Outcome<()> {
        let at = span(params);
        let piecewise = params.len() > MAX_RUN;
        if piecewise {
            self.emit(at, Op::BuildList, dst, dst, 0);
        }
        for (index, param) in params.iter().enumerate() {
            let slot = if index == 0 && !piecewise { dst } else { self.unit.temp() };
            self.type_param(param, slot)?;
            let copy = self.unit.temp();
            let param_at = span(param);
            self.emit(param_at, Op::Copy, copy, slot, 0);
            self.store_name(param_at, param.name().as_str(), copy);
            self.unit.height -= 1;
            if piecewise {
                self.emit(at, Op::ListAppend, dst, slot, 0);
                self.unit.height -= 1;
            }
        }
        if piecewise {
            self.emit(at, Op::ListToTuple, dst, dst, 0);
        } else {
            self.emit(at, Op::BuildTuple, dst, dst, params.len() as i32);
        }
        self.unit.height = dst as u32 + 1;
        Ok(())
    }

    fn type_param(&mut self, param: &'a ast::TypeParam, slot: Reg) -> Outcome<()> {
        let at = span(param);
        let name = param.name().as_str();
        self.check_store(name, at)?;
        self.load_str(at, slot, name);
        match param {
            ast::TypeParam::TypeVar(node) => match node.bound.as_deref() {
                Some(bound) => {
                    let function = self.unit.temp();
                    self.bound_or_default(bound, param, Role::Bound, function)?;
                    let which = if bound.is_tuple_expr() {
                        Intrinsic2::TypeVarWithConstraints
                    } else {
                        Intrinsic2::TypeVarWithBound
                    };
                    self.emit(at, Op::Intrinsic2, slot, slot, which as i32);
                    self.unit.height -= 1;
                }
                None => self.intrinsic(at, slot, slot, Intrinsic1::TypeVar),
            },
            ast::TypeParam::ParamSpec(_) => self.intrinsic(at, slot, slot, Intrinsic1::ParamSpec),
            ast::TypeParam::TypeVarTuple(_) => self.intrinsic(at, slot, slot, Intrinsic1::TypeVarTuple),
        }
        if let Some(default) = param.default() {
            let function = self.unit.temp();
            self.bound_or_default(default, param, Role::Default, function)?;
            self.emit(at, Op::Intrinsic2, slot, slot, Intrinsic2::SetTypeParamDefault as i32);
            self.unit.height -= 1;
        }
        Ok(())
    }

    fn bound_or_default(
        &mut self,
        expr: &'a Expr,
        param: &'a ast::TypeParam,
        role: Role,
        dst: Reg,
    ) -> Outcome<()> {
        let at = span(expr);
        let key = (node_key(param), role as u8);
        let scope = self.table.by_node.get(&key).copied().unwrap_or(ScopeId(0));
        self.enter_lazy(scope, param.name().as_str(), at);
        let value = self.lazy_value(expr)?;
        self.leave_lazy(value, dst, at, true)
    }

    pub(super) fn type_alias(&mut self, node: &'a ast::StmtTypeAlias) -> Outcome<()> {
        let at = span(node);
        let Expr::Name(name) = &*node.name else { return self.error(at, "invalid syntax") };
        let result = self.unit.temp();
        if let Some(params) = &node.type_params {
            let scope = self.node_scope(node, Role::TypeParams);
            let unit_name = format!("<generic parameters of {}>", name.id);
            let private = self.unit.private.clone();
            self.enter(scope, UnitKind::TypeParams, &unit_name, at.start, private);
            let base = self.unit.temp();
            self.load_str(span(name), base, &name.id);
            let tuple = self.unit.temp();
            self.type_params(params, tuple)?;
            self.alias_value(node, &name.id, base, at)?;
            self.emit(at, Op::Return, base, 0, 0);
            let (code, free) = self.leave()?;
            let mark = self.unit.height;
            self.make_function(code, &free, 0, result, result, at);
            self.unit.height = mark;
            self.emit(at, Op::Call, result, result, 0);
        } else {
            self.load_str(span(name), result, &name.id);
            let none = self.unit.temp();
            self.emit(at, Op::LoadNone, none, 0, 0);
            self.alias_value(node, &name.id, result, at)?;
        }
        self.check_store(&name.id, span(name))?;
        self.store_name(at, &name.id, result);
        self.unit.height = result as u32;
        Ok(())
    }

    /// Makes the alias in `base`, where its name and type parameters lie.
    fn alias_value(&mut self, node: &'a ast::StmtTypeAlias, name: &str, base: Reg, at: Span) -> Outcome<()> {
        let function = self.unit.temp();
        let scope = self.node_scope(node, Role::Alias);
        self.enter_lazy(scope, name, at);
        let value = self.operand(&node.value)?;
        self.leave_lazy(value, function, at, true)?;
        self.emit(at, Op::BuildTuple, base, base, 3);
        self.intrinsic(at, base, base, Intrinsic1::TypeAlias);
        self.unit.height = base as u32 + 1;
        Ok(())
    }

    /// Whether the module records which of its annotations were reached.
    pub(super) fn setup_conditional_annotations(&mut self, at: Span) {
        let scope = self.table.scope(self.unit.scope);
        if scope.kind == ScopeKind::Module && scope.has_conditional_annotations && !self.future_annotations {
            let set = self.unit.temp();
            self.emit(at, Op::BuildSet, set, set, 0);
            self.store_name(at, "__conditional_annotations__", set);
            self.unit.height -= 1;
        }
    }
}
