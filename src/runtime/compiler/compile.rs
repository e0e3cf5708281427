//! The compiler proper: the stack of units, and the helpers that every kind of syntax uses.

use std::rc::Rc;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::super::bytecode::code::{CodeData, Const, flags};
use super::super::bytecode::ops::Op;
use super::Options;
use super::assemble::assemble;
use super::emit::{Label, Reg, local_reg};
use super::names::{NameId, mangle};
use super::problem::{Outcome, SyntaxProblem, SyntaxWarning};
use super::scope::{Binding, Role, ScopeId, ScopeKind, ScopeTable, uses};
use super::source::{Source, Span};
use super::unit::{Unit, UnitKind};

/// Last of the names that an instruction for names alone can reach; further ones are looked up in a namespace.
const NEAR_NAMES: u32 = u16::MAX as u32;

/// Where a name is found by the code being compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a register.
    Fast(Reg),
    /// In the cell that a register holds.
    Cell(Reg),
    /// In a closure cell.
    Free(u32),
    /// In a closure cell, unless the class namespace has it.
    FreeOrNamespace(u32),
    /// Global or builtin.
    Global,
    /// In the class namespace around an annotation scope, else global.
    NamespaceOrGlobal,
    /// In the frame's namespace.
    Name,
}

/// Compiles the units of one source.
pub struct Compiler<'a> {
    /// The text.
    pub(super) source: &'a Source<'a>,
    pub(super) filename: &'a str,
    pub(super) options: &'a Options,
    /// `from __future__ import annotations`
    pub(super) future_annotations: bool,
    pub(super) table: ScopeTable,
    pub(super) warnings: Vec<SyntaxWarning>,
    pub(super) unit: Unit<'a>,
    /// Units around the current one.
    pub(super) outer: Vec<Unit<'a>>,
    /// Warnings are not repeated while a `finally` body is compiled again.
    pub(super) quiet: u32,
    /// The parentheses of a call around a generator expression without its own.
    pub(super) parentheses: Option<Span>,
}

/// The span of a node.
pub fn span(node: &impl Ranged) -> Span {
    node.range().into()
}

impl<'a> Compiler<'a> {
    /// An error at a span.
    pub(super) fn error<T>(&self, span: impl Into<Span>, message: impl Into<String>) -> Outcome<T> {
        Err(SyntaxProblem::compiled(self.source, span, message))
    }

    /// Notes a warning.
    pub(super) fn warn(&mut self, span: impl Into<Span>, message: impl Into<String>) {
        if self.quiet == 0 {
            let warning = SyntaxWarning::new(self.source, span.into(), message);
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    // ---- units

    /// Starts a new unit inside the current one.
    pub(super) fn enter(
        &mut self,
        scope: ScopeId,
        kind: UnitKind,
        name: &str,
        first: u32,
        private: Option<Rc<str>>,
    ) {
        let qualname = self.qualname(kind, name);
        let mut unit = Unit::new(scope, kind, name.into(), qualname, self.source.line(first));
        unit.private = private;
        let symbols = self.table.scope(scope);
        for &param in &symbols.params {
            let at = unit.add_local(param, symbols.binding(param) == Binding::Cell, false);
            unit.local_map.insert(param, at);
        }
        unit.param_count = symbols.params.len() as u32;
        let mut free: Vec<NameId> = symbols
            .symbols
            .iter()
            .filter(|s| s.binding == Binding::Free || s.flags & uses::FREE_CLASS != 0)
            .map(|s| s.name)
            .collect();
        free.sort_by_key(|&name| self.table.names.text(name));
        unit.free = free;
        if symbols.kind.is_function_like() {
            unit.flags |= flags::NEWLOCALS | flags::OPTIMIZED;
            if symbols.nested {
                unit.flags |= flags::NESTED;
            }
            unit.flags |= match (symbols.generator, symbols.coroutine) {
                (true, false) => flags::GENERATOR,
                (false, true) => flags::COROUTINE,
                (true, true) => flags::ASYNC_GENERATOR,
                _ => 0,
            };
            if symbols.varargs {
                unit.flags |= flags::VARARGS;
            }
            if symbols.varkeywords {
                unit.flags |= flags::VARKEYWORDS;
            }
            if symbols.method {
                unit.flags |= flags::METHOD;
            }
        }
        let mut cells: Vec<NameId> = Vec::new();
        for symbol in &symbols.symbols {
            if symbol.binding == Binding::Cell && !unit.local_map.contains_key(&symbol.name) {
                cells.push(symbol.name);
            }
        }
        cells.sort_by_key(|&name| self.table.names.text(name));
        for name in cells {
            unit.own_local(name, true);
        }
        if symbols.kind == ScopeKind::Class {
            let special = [
                (symbols.needs_class_closure, "__class__"),
                (symbols.needs_classdict, "__classdict__"),
                (symbols.has_conditional_annotations, "__conditional_annotations__"),
            ];
            for (needed, name) in special {
                if needed {
                    let name = self.table.names.intern(name);
                    unit.own_local(name, true);
                }
            }
        }
        self.outer.push(std::mem::replace(&mut self.unit, unit));
        let at = Span { start: first, end: first };
        for local in 0..self.unit.locals.len() {
            if self.unit.locals[local].is_cell {
                self.emit(at, Op::MakeCell, local_reg(local as u32), 0, 0);
            }
        }
    }

    fn qualname(&mut self, kind: UnitKind, name: &str) -> String {
        let mut parent = &self.unit;
        // Type parameter scopes do not show.
        let mut depth = self.outer.len();
        while parent.kind == UnitKind::TypeParams && depth > 1 {
            depth -= 1;
            parent = &self.outer[depth];
        }
        if self.outer.is_empty() || parent.kind == UnitKind::Module && kind != UnitKind::Module && depth <= 1
        {
            return name.to_owned();
        }
        if matches!(kind, UnitKind::Function | UnitKind::Class) {
            let id = self.table.names.intern_mangled(parent.private.as_deref(), name);
            if self.table.scope(parent.scope).binding(id) == Binding::GlobalExplicit {
                return name.to_owned();
            }
        }
        let base = &parent.qualname;
        match parent.kind {
            UnitKind::Module => name.to_owned(),
            UnitKind::Function | UnitKind::Lambda => format!("{base}.<locals>.{name}"),
            _ => format!("{base}.{name}"),
        }
    }

    /// Ends the current unit; gives its code and the names of its closure cells.
    pub(super) fn leave(&mut self) -> Outcome<(CodeData, Vec<NameId>)> {
        let outer = self
            .outer
            .pop()
            .unwrap_or_else(|| Unit::new(ScopeId(0), UnitKind::Module, "".into(), String::new(), 0));
        let unit = std::mem::replace(&mut self.unit, outer);
        let free = unit.free.clone();
        let code = assemble(unit, &self.table.names, self.source, self.filename)?;
        Ok((code, free))
    }

    pub(super) fn scope_kind(&self) -> ScopeKind {
        self.table.scope(self.unit.scope).kind
    }

    pub(super) fn node_scope<T>(&self, node: &T, role: Role) -> ScopeId {
        self.table.of_node(node, role).unwrap_or(ScopeId(0))
    }

    // ---- instructions

    pub(super) fn emit(&mut self, span: Span, op: Op, a: i32, b: i32, c: i32) {
        self.unit.push(span, op, [a, b, c], [0, 0], Label::NONE);
    }

    pub(super) fn emit_x(&mut self, span: Span, op: Op, abc: [i32; 3], x: [u32; 2]) {
        self.unit.push(span, op, abc, x, Label::NONE);
    }

    pub(super) fn jump(&mut self, span: Span, to: Label) {
        self.unit.push(span, Op::Jump, [0; 3], [0, 0], to);
    }

    pub(super) fn jump_back(&mut self, span: Span, to: Label) {
        self.unit.push(span, Op::JumpBack, [0; 3], [0, 0], to);
    }

    /// A jump on the operands `a`, `b`, `c`.
    pub(super) fn jump_if(&mut self, span: Span, op: Op, abc: [i32; 3], to: Label) {
        self.unit.push(span, op, abc, [0, 0], to);
    }

    pub(super) fn name_index(&mut self, name: &str) -> u32 {
        let id = self.table.names.intern(name);
        self.unit.name_index(id)
    }

    /// Index of a name that is mangled in classes.
    pub(super) fn mangled_index(&mut self, name: &str) -> u32 {
        let id = self.mangled(name);
        self.unit.name_index(id)
    }

    pub(super) fn mangled(&mut self, name: &str) -> NameId {
        let scope = self.table.scope(self.unit.scope);
        if let (ScopeKind::TypeParams, Some(only)) = (scope.kind, &scope.mangled_names)
            && !only.iter().any(|&id| &*self.table.names.text(id) == name)
        {
            return self.table.names.intern(name);
        }
        match mangle(self.unit.private.as_deref(), name) {
            Some(mangled) => self.table.names.intern(&mangled),
            None => self.table.names.intern(name),
        }
    }

    /// Loads a constant.
    pub(super) fn load_const(&mut self, span: Span, dst: Reg, value: Const) {
        match value {
            Const::None => self.emit(span, Op::LoadNone, dst, 0, 0),
            Const::Bool(true) => self.emit(span, Op::LoadTrue, dst, 0, 0),
            Const::Bool(false) => self.emit(span, Op::LoadFalse, dst, 0, 0),
            Const::Ellipsis => self.emit(span, Op::LoadEllipsis, dst, 0, 0),
            Const::Int(n) if i16::try_from(n).is_ok() => self.emit(span, Op::LoadInt, dst, n as i32, 0),
            value => {
                let at = self.unit.const_index(value);
                if at <= u32::from(u16::MAX) {
                    self.emit(span, Op::LoadConst, dst, at as i32, 0);
                } else {
                    self.emit_x(span, Op::LoadConstX, [dst, 0, 0], [at, 0]);
                }
            }
        }
    }

    /// Loads text as constant.
    pub(super) fn load_str(&mut self, span: Span, dst: Reg, text: &str) {
        self.load_const(span, dst, str_const(text));
    }

    // ---- names

    /// Finds where a (mangled) name lives.
    pub(super) fn resolve(&mut self, name: NameId) -> Place {
        for at in (0..self.unit.comps.len()).rev() {
            let frame = &self.unit.comps[at];
            match self.table.scope(frame.scope).binding(name) {
                Binding::Local => {
                    if let Some(&local) = frame.map.get(&name) {
                        return Place::Fast(local_reg(local));
                    }
                }
                Binding::Cell => {
                    if let Some(&local) = frame.map.get(&name) {
                        return Place::Cell(local_reg(local));
                    }
                }
                Binding::GlobalExplicit => return Place::Global,
                Binding::GlobalImplicit => {
                    return match self.scope_kind() {
                        ScopeKind::Module => Place::Name,
                        _ => Place::Global,
                    };
                }
                Binding::Free | Binding::Unknown => {}
            }
        }
        let in_comp = !self.unit.comps.is_empty();
        let scope = self.table.scope(self.unit.scope);
        let kind = scope.kind;
        let symbol = scope.get(name);
        let binding = symbol.map_or(Binding::Unknown, |s| s.binding);
        let sees_class = scope.can_see_class_scope;
        let free_class = symbol.is_some_and(|s| s.flags & uses::FREE_CLASS != 0);
        match binding {
            _ if in_comp && kind == ScopeKind::Class && (free_class || binding == Binding::Free) => {
                self.free_index(name).map_or(Place::Global, Place::Free)
            }
            Binding::Local if kind.is_function_like() => {
                Place::Fast(local_reg(self.unit.own_local(name, false)))
            }
            Binding::Cell => Place::Cell(local_reg(self.unit.own_local(name, true))),
            Binding::Free => match self.free_index(name) {
                Some(at) if kind == ScopeKind::Class || sees_class => Place::FreeOrNamespace(at),
                Some(at) => Place::Free(at),
                None => Place::Global,
            },
            Binding::GlobalExplicit => Place::Global,
            Binding::GlobalImplicit if sees_class => Place::NamespaceOrGlobal,
            _ if kind.is_function_like() => Place::Global,
            _ if kind == ScopeKind::Class && in_comp => Place::Global,
            _ => Place::Name,
        }
    }

    pub(super) fn free_index(&self, name: NameId) -> Option<u32> {
        self.unit.free.iter().position(|&n| n == name).map(|at| at as u32)
    }

    /// The register of a name that is a plain local here.
    pub(super) fn fast_local(&mut self, name: &str) -> Option<Reg> {
        let id = self.mangled(name);
        match self.resolve(id) {
            Place::Fast(reg) => Some(reg),
            _ => None,
        }
    }

    /// Loads a name into a register.
    pub(super) fn load_name(&mut self, span: Span, name: &str, dst: Reg) {
        let id = self.mangled(name);
        self.load_name_id(span, id, dst);
    }

    /// Loads a mangled name into a register.
    pub(super) fn load_name_id(&mut self, span: Span, id: NameId, dst: Reg) {
        match self.resolve(id) {
            Place::Fast(reg) => {
                self.emit(span, Op::CheckBound, reg, 0, 0);
                self.emit(span, Op::Move, dst, reg, 0);
            }
            Place::Cell(reg) => self.emit(span, Op::LoadDeref, dst, reg, 0),
            Place::Free(at) => self.emit(span, Op::LoadFree, dst, at as i32, 0),
            Place::FreeOrNamespace(at) => {
                let mark = self.unit.height;
                let (namespace, cell) = (self.unit.temp(), self.unit.temp());
                self.load_namespace(span, namespace);
                self.emit(span, Op::LoadFreeCell, cell, at as i32, 0);
                let name = self.unit.name_index(id);
                self.emit_x(span, Op::LoadNsDeref, [dst, namespace, cell], [name, 0]);
                self.emit(span, Op::Clear, cell, 0, 0);
                self.unit.height = mark;
            }
            Place::Global => {
                let name = self.unit.name_index(id);
                if name > NEAR_NAMES {
                    // Looked for in an empty namespace first.
                    let mark = self.unit.height;
                    let nothing = self.unit.temp();
                    self.emit(span, Op::BuildMap, nothing, nothing, 0);
                    self.emit_x(span, Op::LoadNsGlobal, [dst, nothing, 0], [name, 0]);
                    self.unit.height = mark;
                    return;
                }
                self.emit(span, Op::LoadGlobal, dst, name as i32, 0);
            }
            Place::NamespaceOrGlobal => {
                let mark = self.unit.height;
                let namespace = self.unit.temp();
                self.load_namespace(span, namespace);
                let name = self.unit.name_index(id);
                self.emit_x(span, Op::LoadNsGlobal, [dst, namespace, 0], [name, 0]);
                self.unit.height = mark;
            }
            Place::Name => {
                let name = self.unit.name_index(id);
                if name > NEAR_NAMES {
                    let mark = self.unit.height;
                    let namespace = self.unit.temp();
                    self.emit(span, Op::LoadLocals, namespace, 0, 0);
                    self.emit_x(span, Op::LoadNsGlobal, [dst, namespace, 0], [name, 0]);
                    self.unit.height = mark;
                    return;
                }
                self.emit(span, Op::LoadName, dst, name as i32, 0);
            }
        }
    }

    /// The namespace in which class-level names are looked up first.
    fn load_namespace(&mut self, span: Span, dst: Reg) {
        if self.scope_kind() == ScopeKind::Class {
            self.emit(span, Op::LoadLocals, dst, 0, 0);
            return;
        }
        let name = self.table.names.intern("__classdict__");
        match self.free_index(name) {
            Some(at) => self.emit(span, Op::LoadFree, dst, at as i32, 0),
            None => self.emit(span, Op::LoadLocals, dst, 0, 0),
        }
    }

    /// Binds a mangled name to the value in `src`, which is used up.
    pub(super) fn store_name_id(&mut self, span: Span, id: NameId, src: Reg) {
        match self.resolve(id) {
            Place::Fast(reg) => self.emit(span, Op::Move, reg, src, 0),
            Place::Cell(reg) => self.emit(span, Op::StoreDeref, reg, src, 0),
            Place::Free(at) | Place::FreeOrNamespace(at) => self.emit(span, Op::StoreFree, src, at as i32, 0),
            Place::Global | Place::NamespaceOrGlobal => {
                let name = self.unit.name_index(id);
                self.emit(span, Op::StoreGlobal, src, name as i32, 0);
            }
            Place::Name => {
                let name = self.unit.name_index(id);
                if name > NEAR_NAMES {
                    let mark = self.unit.height;
                    // The value may stand in a temporary that is free for the next one already.
                    let mut namespace = self.unit.temp();
                    while namespace <= src {
                        namespace = self.unit.temp();
                    }
                    let key = self.unit.temp();
                    let text = self.table.names.text(id);
                    self.emit(span, Op::LoadLocals, namespace, 0, 0);
                    self.load_str(span, key, &text);
                    self.emit(span, Op::StoreSubscr, namespace, key, src);
                    self.unit.height = mark;
                    return;
                }
                self.emit(span, Op::StoreName, src, name as i32, 0);
            }
        }
    }

    /// Binds a name to the value in `src`, which is used up.
    pub(super) fn store_name(&mut self, span: Span, name: &str, src: Reg) {
        let id = self.mangled(name);
        self.store_name_id(span, id, src);
    }

    /// Unbinds a name.
    pub(super) fn delete_name(&mut self, span: Span, name: &str) {
        let id = self.mangled(name);
        match self.resolve(id) {
            Place::Fast(reg) => self.emit(span, Op::DeleteFast, reg, 0, 0),
            Place::Cell(reg) => self.emit(span, Op::DeleteDeref, reg, 0, 0),
            Place::Free(at) | Place::FreeOrNamespace(at) => self.emit(span, Op::DeleteFree, 0, at as i32, 0),
            Place::Global | Place::NamespaceOrGlobal => {
                let name = self.unit.name_index(id);
                self.emit(span, Op::DeleteGlobal, 0, name as i32, 0);
            }
            Place::Name => {
                let name = self.unit.name_index(id);
                if name > NEAR_NAMES {
                    let mark = self.unit.height;
                    let (namespace, key) = (self.unit.temp(), self.unit.temp());
                    // Says that there is none, if so, as a name is missed and not as a key.
                    self.load_name_id(span, id, key);
                    self.emit(span, Op::Clear, key, 0, 0);
                    let text = self.table.names.text(id);
                    self.load_str(span, key, &text);
                    self.emit(span, Op::LoadLocals, namespace, 0, 0);
                    self.emit(span, Op::DeleteSubscr, namespace, key, 0);
                    self.unit.height = mark;
                    return;
                }
                self.emit(span, Op::DeleteName, 0, name as i32, 0);
            }
        }
    }

    /// Puts a closure cell for inner code into `dst`.
    pub(super) fn load_cell(&mut self, span: Span, name: NameId, dst: Reg) {
        match self.resolve(name) {
            Place::Cell(reg) | Place::Fast(reg) => {
                self.emit(span, Op::Copy, dst, reg, 0);
            }
            Place::Free(at) | Place::FreeOrNamespace(at) => {
                self.emit(span, Op::LoadFreeCell, dst, at as i32, 0)
            }
            _ => {
                // Names that are both bound in a class body and free in its functions.
                if let Some(&local) = self.unit.local_map.get(&name) {
                    self.emit(span, Op::Copy, dst, local_reg(local), 0);
                } else if let Some(at) = self.free_index(name) {
                    self.emit(span, Op::LoadFreeCell, dst, at as i32, 0);
                } else {
                    self.emit(span, Op::LoadNone, dst, 0, 0);
                }
            }
        }
    }

    /// Whether the scopes around the current place contain assignment expressions.
    pub(super) fn has_walrus(&self) -> bool {
        self.table.scope(self.unit.scope).has_walrus
            || self.unit.comps.iter().any(|frame| self.table.scope(frame.scope).has_walrus)
    }

    pub(super) fn is_async_allowed(&self) -> bool {
        self.unit.is_async || self.top_level_await()
    }

    pub(super) fn top_level_await(&self) -> bool {
        self.options.top_level_await && self.unit.kind == UnitKind::Module
    }
}

/// Text as constant.
pub fn str_const(text: &str) -> Const {
    Const::Str(text.as_bytes().into())
}

/// Whether an expression contains an assignment expression.
pub fn contains_walrus(expr: &Expr) -> bool {
    // A very deep expression is not searched.
    let mut budget = 2000u32;
    ruff_python_ast::helpers::any_over_expr(expr, |e| {
        budget = budget.saturating_sub(1);
        budget == 0 || e.is_named_expr()
    })
}

/// Whether a statement is the docstring of its body.
pub fn docstring_of(body: &[Stmt]) -> Option<&ruff_python_ast::ExprStringLiteral> {
    match body.first()? {
        Stmt::Expr(statement) => match &*statement.value {
            Expr::StringLiteral(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}
