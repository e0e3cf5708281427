//! Functions, lambdas, classes.

use std::rc::Rc;

use ruff_python_ast::{self as ast, Expr, Stmt};

use super::super::bytecode::code::{CodeData, Const, flags};
use super::super::bytecode::ops::{Intrinsic1, Intrinsic2, Op, Part};
use super::call::needs_unpacking;
use super::compile::{Compiler, docstring_of, span, str_const};
use super::emit::{Reg, local_reg};
use super::literal;
use super::names::NameId;
use super::problem::Outcome;
use super::regs::MAX_RUN;
use super::scope::Role;
use super::source::{Source, Span};
use super::unit::UnitKind;

impl<'a> Compiler<'a> {
    // ---- making function objects

    /// A tuple of closure cells in `slot`, the topmost temporary.
    fn closure_tuple(&mut self, free: &[NameId], slot: Reg, at: Span) {
        let mark = self.unit.height;
        if free.len() <= MAX_RUN {
            for (index, &name) in free.iter().enumerate() {
                let cell = if index == 0 { slot } else { self.unit.temp() };
                self.load_cell(at, name, cell);
            }
            self.emit(at, Op::BuildTuple, slot, slot, free.len() as i32);
        } else {
            self.emit(at, Op::BuildList, slot, slot, 0);
            for &name in free {
                let cell = self.unit.temp();
                self.load_cell(at, name, cell);
                self.emit(at, Op::ListAppend, slot, cell, 0);
                self.unit.height -= 1;
            }
            self.emit(at, Op::ListToTuple, slot, slot, 0);
        }
        self.unit.height = mark;
    }

    /// A function object of `code`. Its parts named by `parts` already lie from `base` on; `base` is taken anyway.
    pub(super) fn make_function(
        &mut self,
        code: CodeData,
        free: &[NameId],
        parts: u32,
        base: Reg,
        dst: Reg,
        at: Span,
    ) {
        let mut parts = parts;
        if !free.is_empty() {
            let slot = if parts == 0 { base } else { self.unit.temp() };
            self.closure_tuple(free, slot, at);
            parts |= Part::Closure as u32;
        }
        let code = self.unit.const_index(Const::Code(Box::new(code)));
        self.emit_x(at, Op::MakeFunction, [dst, base, parts as i32], [code, 0]);
    }

    /// Evaluates defaults into temporaries; gives the parts.
    fn defaults(&mut self, parameters: &'a ast::Parameters) -> Outcome<u32> {
        let mut parts = 0;
        let positional: Vec<&'a Expr> = parameters
            .posonlyargs
            .iter()
            .chain(&parameters.args)
            .filter_map(|p| p.default.as_deref())
            .collect();
        if let (Some(first), Some(last)) = (positional.first(), positional.last()) {
            parts |= Part::Defaults as u32;
            let at = span(*first).to(span(*last));
            let constants: Option<Box<[Const]>> = positional.iter().map(|e| self.const_of(e)).collect();
            let slot = self.unit.temp();
            if let Some(items) = constants {
                self.load_const(at, slot, Const::Tuple(items));
            } else if positional.len() <= MAX_RUN {
                for (index, default) in positional.iter().enumerate() {
                    let value = if index == 0 { slot } else { self.unit.temp() };
                    self.expr_to(default, value)?;
                }
                self.emit(at, Op::BuildTuple, slot, slot, positional.len() as i32);
            } else {
                self.emit(at, Op::BuildList, slot, slot, 0);
                for default in positional {
                    let mark = self.unit.height;
                    let value = self.operand(default)?;
                    self.emit(at, Op::ListAppend, slot, value, 0);
                    self.unit.height = mark;
                }
                self.emit(at, Op::ListToTuple, slot, slot, 0);
            }
            self.unit.height = slot as u32 + 1;
        }
        let mut slot = None;
        for parameter in &parameters.kwonlyargs {
            let Some(default) = parameter.default.as_deref() else { continue };
            let at = span(default);
            let dict = match slot {
                Some(dict) => dict,
                None => {
                    parts |= Part::KwDefaults as u32;
                    let dict = self.unit.temp();
                    self.emit(at, Op::BuildMap, dict, dict, 0);
                    *slot.insert(dict)
                }
            };
            let mark = self.unit.height;
            let name = self.mangled(&parameter.parameter.name);
            let text = str_const(&self.table.names.text(name));
            let key = self.unit.temp();
            self.load_const(at, key, text);
            let value = self.operand(default)?;
            self.emit(at, Op::MapAdd, dict, key, value);
            self.unit.height = mark;
        }
        Ok(parts)
    }

    fn set_parameters(&mut self, parameters: &ast::Parameters) -> Outcome<()> {
        self.unit.posonly_count = parameters.posonlyargs.len() as u32;
        self.unit.arg_count = self.unit.posonly_count + parameters.args.len() as u32;
        self.unit.kwonly_count = parameters.kwonlyargs.len() as u32;
        for parameter in parameters {
            let name = parameter.name();
            self.check_store(name, span(parameter.as_parameter()))?;
        }
        Ok(())
    }

    // ---- functions

    pub(super) fn function_def(&mut self, def: &'a ast::StmtFunctionDef) -> Outcome<()> {
        let at = Span {
            start: keyword_start(self.source, def.range.into(), &def.decorator_list),
            end: def.range.end().to_u32(),
        };
        self.check_store(&def.name, at)?;
        let decorators = self.decorators(&def.decorator_list)?;
        let first = def.decorator_list.first().map_or(at.start, |d| span(d).start);
        let dst = self.unit.temp();
        if let Some(params) = &def.type_params {
            self.generic_function(def, params, dst, at, first)?;
        } else {
            self.unit.height -= 1;
            let base = self.unit.height as i32;
            let mut parts = self.defaults(&def.parameters)?;
            parts |= self.annotations(def, at)?;
            if parts == 0 {
                self.unit.temp();
            }
            self.function_body(def, parts, base, dst, at, first)?;
            self.unit.height = dst as u32 + 1;
        }
        self.decorate(&def.decorator_list, decorators);
        let value = decorators.unwrap_or(dst);
        self.store_name(at, &def.name, value);
        Ok(())
    }

    fn decorators(&mut self, decorators: &'a [ast::Decorator]) -> Outcome<Option<Reg>> {
        let base = self.unit.height as i32;
        for decorator in decorators {
            self.expr_temp(&decorator.expression)?;
        }
        Ok((!decorators.is_empty()).then_some(base))
    }

    /// Calls the decorators that lie from `base` on; what they decorate lies behind them.
    fn decorate(&mut self, decorators: &'a [ast::Decorator], base: Option<Reg>) {
        let Some(base) = base else { return };
        for (index, decorator) in decorators.iter().enumerate().rev() {
            let slot = base + index as i32;
            self.emit(span(&decorator.expression), Op::Call, slot, slot, 1);
        }
    }

    fn function_body(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        parts: u32,
        base: Reg,
        dst: Reg,
        at: Span,
        first: u32,
    ) -> Outcome<()> {
        let scope = self.node_scope(def, Role::Body);
        let private = self.unit.private.clone();
        self.enter(scope, UnitKind::Function, &def.name, first, private);
        self.unit.is_async = def.is_async;
        self.set_parameters(&def.parameters)?;
        let body = self.docstring(&def.body);
        self.body(body)?;
        self.implicit_return(&def.body, at);
        let (code, free) = self.leave()?;
        self.make_function(code, &free, parts, base, dst, at);
        Ok(())
    }

    /// Makes a docstring the first constant; gives the statements behind it.
    fn docstring(&mut self, body: &'a [Stmt]) -> &'a [Stmt] {
        let Some(text) = docstring_of(body) else { return body };
        if self.options.optimize < 2 {
            let text = clean_doc(&literal::string_value(self.source, &text.value));
            self.unit.const_index(Const::Str(text));
            self.unit.flags |= flags::HAS_DOCSTRING;
        }
        &body[1..]
    }

    /// `return None` at the end of a function, with the position of its last statement.
    fn implicit_return(&mut self, body: &[Stmt], at: Span) {
        let at = body.last().map_or(at, |last| self.last_position(last));
        self.emit(at, Op::ReturnNone, 0, 0, 0);
    }

    fn last_position(&self, stmt: &Stmt) -> Span {
        let nested = |body: &[Stmt]| body.last().map(|s| self.last_position(s));
        match stmt {
            Stmt::If(node) => {
                let last = node.elif_else_clauses.last().map_or(&*node.body, |c| &c.body);
                nested(last).unwrap_or(span(stmt))
            }
            Stmt::With(node) => node.items.first().map_or(span(stmt), |item| span(&item.context_expr)),
            Stmt::For(node) if node.orelse.is_empty() => span(&*node.iter),
            Stmt::While(node) if node.orelse.is_empty() => span(&*node.test),
            _ => span(stmt),
        }
    }

    pub(super) fn lambda(&mut self, node: &'a ast::ExprLambda, dst: Reg) -> Outcome<()> {
        let at = span(node);
        let base = self.unit.height as i32;
        let parts = match &node.parameters {
            Some(parameters) => self.defaults(parameters)?,
            None => 0,
        };
        if parts == 0 {
            self.unit.temp();
        }
        let scope = self.node_scope(node, Role::Body);
        let private = self.unit.private.clone();
        self.enter(scope, UnitKind::Lambda, "<lambda>", at.start, private);
        if let Some(parameters) = &node.parameters {
            self.set_parameters(parameters)?;
        }
        self.return_value(span(&*node.body), &node.body)?;
        let (code, free) = self.leave()?;
        self.make_function(code, &free, parts, base, dst, at);
        Ok(())
    }

    fn generic_function(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        params: &'a ast::TypeParams,
        dst: Reg,
        at: Span,
        first: u32,
    ) -> Outcome<()> {
        // The function of the type parameters is called with the defaults.
        let start = self.unit.height;
        let parts = self.defaults(&def.parameters)?;
        let count = parts.count_ones();
        let scope = self.node_scope(def, Role::TypeParams);
        let name = format!("<generic parameters of {}>", def.name);
        let private = self.unit.private.clone();
        self.enter(scope, UnitKind::TypeParams, &name, first, private);
        self.unit.arg_count = count;
        let type_params = self.unit.temp();
        let function = self.unit.temp();
        self.unit.height = function as u32;
        self.type_params(params, type_params)?;
        // Intrinsic2 takes function and parameters in this order.
        let base = self.unit.height as i32;
        for argument in 0..count {
            let slot = self.unit.temp();
            self.emit(at, Op::Copy, slot, local_reg(argument), 0);
        }
        let mut all = parts;
        all |= self.annotations(def, at)?;
        if all == 0 {
            self.unit.temp();
        }
        self.function_body(def, all, base, function, at, first)?;
        self.unit.height = function as u32 + 1;
        let tuple = self.unit.temp();
        self.emit(at, Op::Move, tuple, type_params, 0);
        self.emit(at, Op::Intrinsic2, function, function, Intrinsic2::SetFunctionTypeParams as i32);
        self.emit(at, Op::Return, function, 0, 0);
        let (code, free) = self.leave()?;
        // Callee below its arguments.
        let arguments = start as i32;
        let base = self.unit.temps(count + 1);
        let callee = base;
        for index in (0..count as i32).rev() {
            self.emit(at, Op::Move, callee + 1 + index, arguments + index, 0);
        }
        let mark = self.unit.height;
        let maker = self.unit.temp();
        self.make_function(code, &free, 0, maker, callee, at);
        self.unit.height = mark;
        self.emit(at, Op::Call, dst, callee, count as i32);
        self.unit.height = dst as u32 + 1;
        Ok(())
    }

    // ---- classes

    pub(super) fn class_def(&mut self, def: &'a ast::StmtClassDef) -> Outcome<()> {
        let at = Span {
            start: keyword_start(self.source, def.range.into(), &def.decorator_list),
            end: def.range.end().to_u32(),
        };
        self.check_store(&def.name, at)?;
        let decorators = self.decorators(&def.decorator_list)?;
        let first = def.decorator_list.first().map_or(at.start, |d| span(d).start);
        let dst = self.unit.temp();
        if let Some(params) = &def.type_params {
            let scope = self.node_scope(def, Role::TypeParams);
            let name = format!("<generic parameters of {}>", def.name);
            self.enter(scope, UnitKind::TypeParams, &name, first, Some(def.name.as_str().into()));
            let tuple = self.unit.temp();
            self.type_params(params, tuple)?;
            let type_params = self.table.names.intern(".type_params");
            self.store_name_id(at, type_params, tuple);
            self.unit.height = 0;
            let base = self.unit.temps(2);
            self.class_function(def, base, at, first)?;
            let generic = self.table.names.intern(".generic_base");
            let mark = self.unit.height;
            let slot = self.unit.temp();
            self.load_name_id(at, type_params, slot);
            self.intrinsic(at, slot, slot, Intrinsic1::SubscriptGeneric);
            self.store_name_id(at, generic, slot);
            self.unit.height = mark;
            self.class_call(def, base, base, at, Some(generic))?;
            self.emit(at, Op::Return, base, 0, 0);
            let (code, free) = self.leave()?;
            let mark = self.unit.height;
            self.make_function(code, &free, 0, dst, dst, at);
            self.unit.height = mark;
            self.emit(at, Op::Call, dst, dst, 0);
        } else {
            self.unit.temp();
            self.class_function(def, dst, at, first)?;
            self.class_call(def, dst, dst, at, None)?;
        }
        self.unit.height = dst as u32 + 1;
        self.decorate(&def.decorator_list, decorators);
        let value = decorators.unwrap_or(dst);
        self.store_name(at, &def.name, value);
        Ok(())
    }

    /// Puts the class builder into `base` and the function of the body behind it; both are taken.
    fn class_function(&mut self, def: &'a ast::StmtClassDef, base: Reg, at: Span, first: u32) -> Outcome<()> {
        self.emit(at, Op::LoadBuildClass, base, 0, 0);
        let scope = self.node_scope(def, Role::Body);
        let private: Rc<str> = def.name.as_str().into();
        self.enter(scope, UnitKind::Class, &def.name, first, Some(private));
        self.class_body(def, first)?;
        let (code, free) = self.leave()?;
        self.make_function(code, &free, 0, base + 1, base + 1, at);
        Ok(())
    }

    fn store_special(&mut self, at: Span, name: &str, src: Reg) {
        let name = self.name_index(name);
        self.emit(at, Op::StoreName, src, name as i32, 0);
    }

    fn class_body(&mut self, def: &'a ast::StmtClassDef, first: u32) -> Outcome<()> {
        // A line without columns.
        let start = self.source.line_start(self.source.line(first));
        let at = Span { start, end: start };
        let slot = self.unit.temp();
        let name = self.name_index("__name__");
        self.emit(at, Op::LoadName, slot, name as i32, 0);
        self.store_special(at, "__module__", slot);
        let qualname = self.unit.qualname.clone();
        self.load_str(at, slot, &qualname);
        self.store_special(at, "__qualname__", slot);
        let line = self.source.line(first);
        self.load_const(at, slot, Const::Int(line.into()));
        self.store_special(at, "__firstlineno__", slot);
        if def.type_params.is_some() {
            let name = self.table.names.intern(".type_params");
            self.load_name_id(at, name, slot);
            self.store_special(at, "__type_params__", slot);
        }
        let scope = self.table.scope(self.unit.scope);
        let (closure, classdict, conditional) =
            (scope.needs_class_closure, scope.needs_classdict, scope.has_conditional_annotations);
        if classdict {
            let cell = self.special_cell("__classdict__");
            self.emit(at, Op::LoadLocals, slot, 0, 0);
            self.emit(at, Op::StoreDeref, cell, slot, 0);
        }
        if conditional {
            let cell = self.special_cell("__conditional_annotations__");
            self.emit(at, Op::BuildSet, slot, slot, 0);
            self.emit(at, Op::StoreDeref, cell, slot, 0);
        }
        self.unit.height = 0;
        self.collect_annotations(&def.body, false);
        self.setup_future_annotations(at);
        let body = self.stored_docstring(&def.body)?;
        self.body(body)?;
        self.deferred_annotations(at)?;
        let end = at;
        let slot = self.unit.temp();
        let mut names: Vec<Rc<str>> =
            self.unit.static_attributes.iter().map(|&name| self.table.names.text(name)).collect();
        names.sort();
        let names = names.iter().map(|name| str_const(name)).collect();
        self.load_const(end, slot, Const::Tuple(names));
        self.store_special(end, "__static_attributes__", slot);
        if classdict {
            let cell = self.special_cell("__classdict__");
            self.emit(end, Op::Copy, slot, cell, 0);
            self.store_special(end, "__classdictcell__", slot);
        }
        if closure {
            let cell = self.special_cell("__class__");
            self.emit(end, Op::Copy, slot, cell, 0);
            self.store_special(end, "__classcell__", slot);
            self.emit(end, Op::Copy, slot, cell, 0);
            self.emit(end, Op::Return, slot, 0, 0);
        } else {
            self.emit(end, Op::ReturnNone, 0, 0, 0);
        }
        Ok(())
    }

    /// The register of one of a class's special cells.
    pub(super) fn special_cell(&mut self, name: &str) -> Reg {
        let name = self.table.names.intern(name);
        local_reg(self.unit.own_local(name, true))
    }

    /// Stores a docstring as `__doc__`; gives the statements behind it.
    pub(super) fn stored_docstring(&mut self, body: &'a [Stmt]) -> Outcome<&'a [Stmt]> {
        let Some(text) = docstring_of(body) else { return Ok(body) };
        if self.options.optimize < 2 {
            let at = span(text);
            let text = clean_doc(&literal::string_value(self.source, &text.value));
            let slot = self.unit.temp();
            self.load_const(at, slot, Const::Str(text));
            self.store_name(at, "__doc__", slot);
            self.unit.height -= 1;
        }
        Ok(&body[1..])
    }

    /// Calls the class builder at `base`, whose function lies behind it.
    fn class_call(
        &mut self,
        def: &'a ast::StmtClassDef,
        base: Reg,
        dst: Reg,
        at: Span,
        generic: Option<NameId>,
    ) -> Outcome<()> {
        let name = self.unit.temp();
        self.load_str(at, name, &def.name);
        let Some(arguments) = &def.arguments else {
            let mut count = 2;
            if let Some(generic) = generic {
                let slot = self.unit.temp();
                self.load_name_id(at, generic, slot);
                count += 1;
            }
            self.emit(at, Op::Call, dst, base, count);
            return Ok(());
        };
        self.check_keywords(&arguments.keywords)?;
        if needs_unpacking(arguments) {
            return self.class_call_ex(arguments, base, dst, at, generic);
        }
        let mut count = 2 + arguments.args.len() as i32;
        for base_class in &arguments.args {
            self.expr_temp(base_class)?;
        }
        if let Some(generic) = generic {
            let slot = self.unit.temp();
            self.load_name_id(at, generic, slot);
            count += 1;
        }
        if arguments.keywords.is_empty() {
            self.emit(at, Op::Call, dst, base, count);
            return Ok(());
        }
        let mut names = Vec::new();
        for keyword in &arguments.keywords {
            if let Some(name) = &keyword.arg {
                let id = self.mangled(name);
                names.push(str_const(&self.table.names.text(id)));
            }
            self.expr_temp(&keyword.value)?;
            count += 1;
        }
        let names = self.unit.const_index(Const::Tuple(names.into()));
        self.emit_x(at, Op::CallKw, [dst, base, count], [names, 0]);
        Ok(())
    }

    fn class_call_ex(
        &mut self,
        arguments: &'a ast::Arguments,
        base: Reg,
        dst: Reg,
        at: Span,
        generic: Option<NameId>,
    ) -> Outcome<()> {
        let list = base + 1;
        self.emit(at, Op::BuildList, list, list, 2);
        self.unit.height = list as u32 + 1;
        let mark = self.unit.height;
        for arg in &arguments.args {
            let (value, op, flag) = match arg {
                Expr::Starred(star) => (self.operand(&star.value)?, Op::ListExtend, 1),
                plain => (self.operand(plain)?, Op::ListAppend, 0),
            };
            self.emit(at, op, list, value, flag);
            self.unit.height = mark;
        }
        if let Some(generic) = generic {
            let slot = self.unit.temp();
            self.load_name_id(at, generic, slot);
            self.emit(at, Op::ListAppend, list, slot, 0);
            self.unit.height = mark;
        }
        self.call_ex_keywords(arguments, base, at, dst)
    }
}

/// A docstring without the indentation that its lines share.
pub fn clean_doc(doc: &[u8]) -> Box<[u8]> {
    let doc = expand_tabs(doc);
    let lines: Vec<&[u8]> = doc.split(|&b| b == b'\n').collect();
    let indent = |line: &[u8]| line.iter().take_while(|&&b| b == b' ').count();
    let margin = lines[1..]
        .iter()
        .filter(|line| indent(line) < line.len())
        .map(|line| indent(line))
        .min()
        .unwrap_or(0);
    let mut out = Vec::with_capacity(doc.len());
    for (index, line) in lines.iter().enumerate() {
        let skip = if index == 0 { indent(line) } else { indent(line).min(margin) };
        if index > 0 {
            out.push(b'\n');
        }
        out.extend_from_slice(&line[skip..]);
    }
    out.into()
}

fn expand_tabs(doc: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(doc.len());
    let mut column = 0;
    for &byte in doc {
        match byte {
            b'\t' => {
                let fill = 8 - column % 8;
                out.resize(out.len() + fill, b' ');
                column += fill;
            }
            b'\n' | b'\r' => {
                column = 0;
                out.push(byte);
            }
            byte => {
                // Continuation bytes of UTF-8 take no column.
                column += usize::from(byte & 0xc0 != 0x80);
                out.push(byte);
            }
        }
    }
    out
}

/// Where `def` or `class` stands behind the decorators.
pub fn keyword_start(source: &Source, whole: Span, decorators: &[ast::Decorator]) -> u32 {
    let Some(last) = decorators.last().filter(|_| source.has_text()) else { return whole.start };
    let mut at = span(last).end;
    let text = source.text();
    // Behind the decorator: newlines, comments and blanks.
    loop {
        let rest = &text[at as usize..];
        let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\x0c', '\\', ')']);
        at += (rest.len() - trimmed.len()) as u32;
        if !trimmed.starts_with('#') {
            return at.min(whole.end);
        }
        at += trimmed.find('\n').unwrap_or(trimmed.len()) as u32;
    }
}
