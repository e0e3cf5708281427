//! Statements.

use ruff_python_ast::{self as ast, Expr, Stmt};

use super::super::bytecode::code::Const;
use super::super::bytecode::ops::{Common, Intrinsic1, Op};
use super::compile::{Compiler, span, str_const};
use super::emit::{NO_HANDLER, Reg};
use super::problem::Outcome;
use super::source::Span;
use super::stack::with_stack;
use super::unit::{Block, UnitKind};

impl<'a> Compiler<'a> {
    /// Compiles statements in order.
    pub(super) fn body(&mut self, body: &'a [Stmt]) -> Outcome<()> {
        body.iter().try_for_each(|stmt| with_stack(|| self.stmt(stmt)))
    }

    fn stmt(&mut self, stmt: &'a Stmt) -> Outcome<()> {
        let mark = self.unit.height;
        let at = span(stmt);
        match stmt {
            Stmt::FunctionDef(def) => self.function_def(def)?,
            Stmt::ClassDef(def) => self.class_def(def)?,
            Stmt::Return(node) => self.leaving(|me| me.return_stmt(node))?,
            Stmt::Delete(node) => node.targets.iter().try_for_each(|target| self.delete(target))?,
            Stmt::TypeAlias(node) => self.type_alias(node)?,
            Stmt::Assign(node) => self.assign(node)?,
            Stmt::AugAssign(node) => self.augmented(node)?,
            Stmt::AnnAssign(node) => self.ann_assign(node)?,
            Stmt::For(node) => self.for_stmt(node)?,
            Stmt::While(node) => self.while_stmt(node)?,
            Stmt::If(node) => self.if_stmt(node)?,
            Stmt::With(node) => self.with_stmt(node, 0)?,
            Stmt::Match(node) => self.match_stmt(node)?,
            Stmt::Raise(node) => self.raise_stmt(node)?,
            Stmt::Try(node) => self.try_stmt(node)?,
            Stmt::Assert(node) => self.assert_stmt(node)?,
            Stmt::Import(node) => self.import(node)?,
            Stmt::ImportFrom(node) => self.import_from(node)?,
            Stmt::Expr(node) => self.expr_stmt(node)?,
            Stmt::Break(_) => self.leaving(|me| me.break_stmt(at))?,
            Stmt::Continue(_) => self.leaving(|me| me.continue_stmt(at))?,
            Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            Stmt::Pass(_) => self.emit(at, Op::Nop, 0, 0, 0),
            Stmt::IpyEscapeCommand(_) => return self.error(at, "invalid syntax"),
        }
        self.unit.height = mark;
        Ok(())
    }

    fn expr_stmt(&mut self, node: &'a ast::StmtExpr) -> Outcome<()> {
        let at = span(node);
        if self.options.mode == super::Mode::Single && self.unit.kind == UnitKind::Module {
            let value = self.operand(&node.value)?;
            let dst = self.unit.temp();
            self.intrinsic(at, dst, value, Intrinsic1::Print);
            self.emit(at, Op::Clear, dst, 0, 0);
            return Ok(());
        }
        if self.const_of(&node.value).is_some() {
            return Ok(());
        }
        self.effect(&node.value)
    }

    // ---- leaving blocks

    /// Compiles a statement that leaves blocks; what stands behind it is covered as before.
    fn leaving(&mut self, compile: impl FnOnce(&mut Self) -> Outcome<()>) -> Outcome<()> {
        let handler = self.unit.handler;
        compile(self)?;
        self.unit.handler = handler;
        Ok(())
    }

    fn return_stmt(&mut self, node: &'a ast::StmtReturn) -> Outcome<()> {
        let at = span(node);
        match self.unit.kind {
            UnitKind::Function | UnitKind::Lambda => {}
            _ => return self.error(at, "'return' outside function"),
        }
        if node.value.is_some() && self.in_async_generator() {
            return self.error(at, "'return' with value in async generator");
        }
        if !self.unit.in_finally.is_empty() {
            self.warn(at, "'return' in a 'finally' block");
        }
        let constant = match &node.value {
            None => Some(Const::None),
            Some(value) => self.const_of(value),
        };
        let unwinds =
            self.unit.blocks.iter().any(|b| !matches!(b, Block::While { .. } | Block::TryExcept { .. }));
        if let Some(value) = constant {
            let at = node.value.as_ref().map_or(at, |value| span(&**value));
            if unwinds {
                self.unwind(0, None, at)?;
            }
            if value == Const::None {
                self.leave_with(at, None);
            } else {
                let temp = self.unit.temp();
                self.load_const(at, temp, value);
                self.leave_with(at, Some(temp));
            }
            return Ok(());
        }
        let Some(value) = &node.value else { return Ok(()) };
        if unwinds {
            let temp = self.expr_temp(value)?;
            self.unwind(0, Some(temp), at)?;
            self.leave_with(at, Some(temp));
        } else {
            self.return_value(at, value)?;
        }
        Ok(())
    }

    /// Returns an expression's value; each side of a conditional one returns its own.
    pub(super) fn return_value(&mut self, at: Span, value: &'a Expr) -> Outcome<()> {
        let height = self.unit.height;
        let mut value = value;
        while let Expr::If(node) = value {
            let orelse = self.unit.label();
            self.cond_jump(&node.test, orelse, false)?;
            with_stack(|| self.return_value(at, &node.body))?;
            self.unit.bind(orelse);
            self.unit.height = height;
            value = &node.orelse;
        }
        let value = self.operand(value)?;
        self.leave_with(at, Some(value));
        Ok(())
    }

    /// The return itself: it raises nothing, so no handler covers it.
    fn leave_with(&mut self, at: Span, value: Option<Reg>) {
        let handler = std::mem::replace(&mut self.unit.handler, NO_HANDLER);
        match value {
            Some(value) => self.emit(at, Op::Return, value, 0, 0),
            None => self.emit(at, Op::ReturnNone, 0, 0, 0),
        }
        self.unit.handler = handler;
    }

    fn find_loop(&self, at: Span, message: &str) -> Outcome<usize> {
        for (index, block) in self.unit.blocks.iter().enumerate().rev() {
            match block {
                Block::While { .. } | Block::For { .. } => return Ok(index),
                Block::StarHandler => {
                    return self
                        .error(at, "'break', 'continue' and 'return' cannot appear in an except* block");
                }
                _ => {}
            }
        }
        self.error(at, message)
    }

    fn break_stmt(&mut self, at: Span) -> Outcome<()> {
        if self.unit.in_finally.last() == Some(&0) {
            self.warn(at, "'break' in a 'finally' block");
        }
        let index = self.find_loop(at, "'break' outside loop")?;
        self.unwind_loop(index, at)?;
        match self.unit.blocks[index] {
            Block::For { exit, iter, .. } => {
                self.emit(at, Op::Clear, iter, 0, 0);
                self.jump(at, exit);
            }
            Block::While { exit, .. } => self.jump(at, exit),
            _ => {}
        }
        Ok(())
    }

    fn continue_stmt(&mut self, at: Span) -> Outcome<()> {
        if self.unit.in_finally.last() == Some(&0) {
            self.warn(at, "'continue' in a 'finally' block");
        }
        let index = self.find_loop(at, "'continue' not properly in loop")?;
        self.unwind_loop(index, at)?;
        if let Block::For { next, .. } | Block::While { next, .. } = self.unit.blocks[index] {
            self.jump_back(at, next);
        }
        Ok(())
    }

    fn unwind_loop(&mut self, index: usize, at: Span) -> Outcome<()> {
        self.unwind(index + 1, None, at)
    }

    /// Emits what leaving the blocks above the first `keep` takes; `value` is kept for a `return`. The handler is that
    /// of the place outside afterwards, until the caller restores it.
    fn unwind(&mut self, keep: usize, value: Option<Reg>, at: Span) -> Outcome<()> {
        let blocks = self.unit.blocks.clone();
        let mark = self.unit.height;
        let mut at = at;
        while self.unit.blocks.len() > keep {
            let Some(block) = self.unit.blocks.pop() else { break };
            match block {
                Block::While { .. } => {}
                Block::TryExcept { outer } => self.unit.handler = outer,
                Block::StarHandler => {
                    return self
                        .error(at, "'break', 'continue' and 'return' cannot appear in an except* block");
                }
                Block::For { iter, .. } => self.emit(at, Op::Clear, iter, 0, 0),
                Block::Value { temp } => self.emit(at, Op::Clear, temp, 0, 0),
                Block::FinallyTry { body, outer } => {
                    self.unit.handler = outer;
                    if let Some(temp) = value {
                        self.unit.blocks.push(Block::Value { temp });
                    }
                    self.finally_body(body)?;
                    if value.is_some() {
                        self.unit.blocks.pop();
                    }
                }
                Block::FinallyEnd { exc, prev, outer } => {
                    self.unit.handler = outer;
                    self.emit(at, Op::PopExc, prev, 0, 0);
                    self.emit(at, Op::Clear, exc, 0, 0);
                }
                Block::Handler { exc, prev, name, outer } => {
                    self.unit.handler = outer;
                    self.emit(at, Op::PopExc, prev, 0, 0);
                    self.emit(at, Op::Clear, exc, 0, 0);
                    if let Some(name) = name {
                        self.forget(name, at)?;
                    }
                }
                Block::With { exit, is_async, span, outer } => {
                    self.unit.handler = outer;
                    at = span;
                    self.call_exit(exit, is_async, span)?;
                }
            }
        }
        self.unit.blocks = blocks;
        self.unit.height = mark;
        Ok(())
    }

    pub(super) fn finally_body(&mut self, body: &'a [Stmt]) -> Outcome<()> {
        self.unit.in_finally.push(0);
        self.body(body)?;
        self.unit.in_finally.pop();
        Ok(())
    }

    /// `name = None; del name` at the end of an `except … as name` clause.
    pub(super) fn forget(&mut self, name: &str, at: Span) -> Outcome<()> {
        let temp = self.unit.temp();
        self.emit(at, Op::LoadNone, temp, 0, 0);
        self.store_name(at, name, temp);
        self.delete_name(at, name);
        self.unit.height -= 1;
        Ok(())
    }

    // ---- simple statements

    fn raise_stmt(&mut self, node: &'a ast::StmtRaise) -> Outcome<()> {
        let at = span(node);
        let base = self.unit.height as i32;
        let mut count = 0;
        for part in [&node.exc, &node.cause].into_iter().flatten() {
            self.expr_temp(part)?;
            count += 1;
        }
        self.emit(at, Op::Raise, base, count, 0);
        Ok(())
    }

    fn assert_stmt(&mut self, node: &'a ast::StmtAssert) -> Outcome<()> {
        if matches!(&*node.test, Expr::Tuple(tuple) if !tuple.elts.is_empty()) {
            self.warn(span(node), "assertion is always true, perhaps remove parentheses?");
        }
        if self.options.optimize > 0 {
            // The code is still checked.
            return self.discard(|me| {
                me.effect(&node.test)?;
                node.msg.iter().try_for_each(|msg| me.effect(msg))
            });
        }
        let end = self.unit.label();
        self.cond_jump(&node.test, end, true)?;
        let at = span(node);
        let base = self.unit.temp();
        self.load_common(at, base, Common::AssertionError);
        if let Some(msg) = &node.msg {
            self.expr_temp(msg)?;
            self.emit(at, Op::Call, base, base, 1);
        }
        self.emit(span(&*node.test), Op::Raise, base, 1, 0);
        self.unit.bind(end);
        Ok(())
    }

    /// Compiles something whose code is not wanted.
    pub(super) fn discard(&mut self, compile: impl FnOnce(&mut Self) -> Outcome<()>) -> Outcome<()> {
        let skip = self.unit.label();
        self.jump(Span::NONE, skip);
        let handler = std::mem::replace(&mut self.unit.handler, NO_HANDLER);
        compile(self)?;
        self.unit.handler = handler;
        self.unit.bind(skip);
        Ok(())
    }

    fn import(&mut self, node: &'a ast::StmtImport) -> Outcome<()> {
        let at = span(node);
        for alias in &node.names {
            let mark = self.unit.height;
            let module = self.unit.temp();
            self.emit(at, Op::LoadNone, module, 0, 0);
            let full = alias.name.as_str();
            let name = self.name_index(full);
            self.emit_x(at, Op::ImportName, [module, module, 0], [name, 0]);
            match &alias.asname {
                None => {
                    let first = full.split('.').next().unwrap_or(full);
                    self.check_store(first, at)?;
                    self.store_name(at, first, module);
                }
                Some(asname) => {
                    let mut last = module;
                    for part in full.split('.').skip(1) {
                        let next = self.unit.temp();
                        let name = self.name_index(part);
                        self.emit_x(at, Op::ImportFrom, [next, last, 0], [name, 0]);
                        self.emit(at, Op::Clear, last, 0, 0);
                        last = next;
                    }
                    self.check_store(asname, at)?;
                    self.store_name(at, asname, last);
                }
            }
            self.unit.height = mark;
        }
        Ok(())
    }

    fn import_from(&mut self, node: &'a ast::StmtImportFrom) -> Outcome<()> {
        let at = span(node);
        let module = self.unit.temp();
        let names: Box<[Const]> = node.names.iter().map(|alias| str_const(&alias.name)).collect();
        self.load_const(at, module, Const::Tuple(names));
        let name = node.module.as_ref().map_or("", |name| name.as_str());
        let name = self.name_index(name);
        self.emit_x(at, Op::ImportName, [module, module, 0], [name, node.level]);
        if node.names.first().is_some_and(|alias| alias.name.as_str() == "*") {
            self.emit(at, Op::ImportStar, module, 0, 0);
            return Ok(());
        }
        for alias in &node.names {
            let value = self.unit.temp();
            let name = self.name_index(&alias.name);
            self.emit_x(at, Op::ImportFrom, [value, module, 0], [name, 0]);
            let target = alias.asname.as_ref().unwrap_or(&alias.name);
            self.check_store(target, at)?;
            self.store_name(at, target, value);
            self.unit.height -= 1;
        }
        self.emit(at, Op::Clear, module, 0, 0);
        Ok(())
    }
}
