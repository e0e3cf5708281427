//! Compound statements: conditions, loops, `with`, `try`.

use ruff_python_ast::{self as ast, Expr, Stmt};

use super::super::bytecode::ops::Op;
use super::compile::{Compiler, span};
use super::emit::{HandlerId, Label, Reg};
use super::problem::Outcome;
use super::source::Span;
use super::unit::Block;

/// CPython's limit on blocks within blocks.
const MAX_BLOCKS: usize = 21;

impl<'a> Compiler<'a> {
    fn push_block(&mut self, block: Block<'a>, at: Span) -> Outcome<()> {
        if self.unit.blocks.len() >= MAX_BLOCKS {
            return self.error(at, "too many statically nested blocks");
        }
        self.unit.blocks.push(block);
        Ok(())
    }

    fn loop_in_finally(&mut self, by: i32) {
        if let Some(loops) = self.unit.in_finally.last_mut() {
            *loops = loops.saturating_add_signed(by);
        }
    }

    // ---- conditions and loops

    pub(super) fn if_stmt(&mut self, node: &'a ast::StmtIf) -> Outcome<()> {
        let end = self.unit.label();
        let mut test = Some(&*node.test);
        let mut body = &*node.body;
        let mut clauses = node.elif_else_clauses.iter();
        loop {
            let clause = clauses.next();
            let next = self.unit.label();
            if let Some(test) = test {
                self.cond_jump(test, next, false)?;
            }
            self.body(body)?;
            let Some(clause) = clause else {
                self.unit.bind(next);
                break;
            };
            self.jump(Span::NONE, end);
            self.unit.bind(next);
            test = clause.test.as_ref();
            body = &clause.body;
        }
        self.unit.bind(end);
        Ok(())
    }

    pub(super) fn while_stmt(&mut self, node: &'a ast::StmtWhile) -> Outcome<()> {
        let (next, end, exit) = (self.unit.label(), self.unit.label(), self.unit.label());
        self.push_block(Block::While { exit, next }, span(node))?;
        self.loop_in_finally(1);
        self.unit.bind(next);
        self.cond_jump(&node.test, end, false)?;
        self.body(&node.body)?;
        self.jump_back(Span::NONE, next);
        self.unit.bind(end);
        self.loop_in_finally(-1);
        self.unit.blocks.pop();
        self.body(&node.orelse)?;
        self.unit.bind(exit);
        Ok(())
    }

    pub(super) fn for_stmt(&mut self, node: &'a ast::StmtFor) -> Outcome<()> {
        if node.is_async {
            return self.async_for(node);
        }
        let (next, end, exit) = (self.unit.label(), self.unit.label(), self.unit.label());
        let iter = self.unit.temp();
        self.push_block(Block::For { exit, next, iter }, span(node))?;
        self.loop_iterator(&node.iter, iter)?;
        self.unit.height = iter as u32 + 1;
        self.loop_in_finally(1);
        self.unit.bind(next);
        self.for_iter(&node.target, iter, end, span(&*node.iter))?;
        self.body(&node.body)?;
        self.jump_back(Span::NONE, next);
        self.unit.bind(end);
        self.loop_in_finally(-1);
        self.unit.blocks.pop();
        self.unit.height = iter as u32;
        self.body(&node.orelse)?;
        self.unit.bind(exit);
        Ok(())
    }

    /// Takes the next item and binds the target; goes to `end` after the last.
    pub(super) fn for_iter(&mut self, target: &'a Expr, iter: Reg, end: Label, at: Span) -> Outcome<()> {
        if let Expr::Name(name) = target {
            self.check_store(&name.id, span(target))?;
            if let Some(local) = self.fast_local(&name.id) {
                self.jump_if(at, Op::ForIter, [local, iter, 0], end);
                return Ok(());
            }
        }
        let mark = self.unit.height;
        let item = self.unit.temp();
        self.jump_if(at, Op::ForIter, [item, iter, 0], end);
        self.store(target, item)?;
        self.unit.height = mark;
        Ok(())
    }

    fn async_for(&mut self, node: &'a ast::StmtFor) -> Outcome<()> {
        let at = span(node);
        if !self.is_async_allowed() {
            return self.error(at, "'async for' outside async function");
        }
        let (next, end, exit) = (self.unit.label(), self.unit.label(), self.unit.label());
        let iter = self.unit.temp();
        let operand = self.operand_in(&node.iter, iter)?;
        let iter_at = span(&*node.iter);
        self.emit(iter_at, Op::GetAIter, iter, operand, 0);
        self.push_block(Block::For { exit, next, iter }, at)?;
        self.loop_in_finally(1);
        self.unit.bind(next);
        let handler = self.async_next(&node.target, iter, iter_at)?;
        self.body(&node.body)?;
        self.jump_back(Span::NONE, next);
        self.unit.blocks.pop();
        self.loop_in_finally(-1);
        self.async_end(handler, iter, end, iter_at);
        self.unit.bind(end);
        self.unit.height = iter as u32;
        self.body(&node.orelse)?;
        self.unit.bind(exit);
        Ok(())
    }

    /// Awaits the next item of an asynchronous iterator and binds the target.
    pub(super) fn async_next(&mut self, target: &'a Expr, iter: Reg, at: Span) -> Outcome<HandlerId> {
        let mark = self.unit.height;
        let outer = self.unit.handler;
        let handler = self.unit.add_handler();
        self.unit.handler = handler;
        let (item, awaitable) = (self.unit.temp(), self.unit.temp());
        self.emit(at, Op::GetANext, awaitable, iter, 0);
        self.emit(at, Op::YieldFrom, item, awaitable, 0);
        self.unit.handler = outer;
        self.unit.height = item as u32 + 1;
        self.store(target, item)?;
        self.unit.height = mark;
        Ok(handler)
    }

    /// The end of an asynchronous loop: `StopAsyncIteration` out of [`Self::async_next`] arrives here.
    pub(super) fn async_end(&mut self, handler: HandlerId, iter: Reg, end: Label, at: Span) {
        let exc = self.unit.bind_handler(handler);
        let done = self.unit.label();
        self.jump_if(at, Op::EndAsyncFor, [exc, 0, 0], done);
        self.unit.bind(done);
        self.emit(at, Op::Clear, iter, 0, 0);
        self.jump(at, end);
    }

    // ---- with

    pub(super) fn with_stmt(&mut self, node: &'a ast::StmtWith, index: usize) -> Outcome<()> {
        let Some(item) = node.items.get(index) else { return self.body(&node.body) };
        let mark = self.unit.height;
        let at = span(&item.context_expr);
        let is_async = node.is_async;
        if is_async && !self.is_async_allowed() {
            return self.error(span(node), "'async with' outside async function");
        }
        let (exit, entered) = (self.unit.temp(), self.unit.temp());
        self.unit.height = exit as u32 + 1;
        let context = self.operand_in(&item.context_expr, exit)?;
        self.unit.height = entered as u32 + 1;
        if is_async {
            self.emit(at, Op::BeforeAsyncWith, exit, context, 0);
            let awaitable = self.unit.temp();
            self.emit(at, Op::GetAwaitable, awaitable, entered, 1);
            self.emit(at, Op::YieldFrom, entered, awaitable, 0);
        } else {
            self.emit(at, Op::BeforeWith, exit, context, 0);
        }
        self.unit.height = exit as u32 + 1;
        let outer = self.unit.handler;
        let handler = self.unit.add_handler();
        self.push_block(Block::With { exit, is_async, span: at, outer }, span(node))?;
        self.unit.handler = handler;
        self.unit.height = entered as u32 + 1;
        match &item.optional_vars {
            Some(target) => self.store(target, entered)?,
            None => self.emit(at, Op::Clear, entered, 0, 0),
        }
        self.unit.height = exit as u32 + 1;
        self.with_stmt(node, index + 1)?;
        self.unit.handler = outer;
        self.unit.blocks.pop();
        self.call_exit(exit, is_async, at)?;
        let end = self.unit.label();
        self.jump(Span::NONE, end);

        let exc = self.unit.bind_handler(handler);
        let prev = self.unit.temp();
        self.emit(at, Op::PushExc, prev, exc, 0);
        let cleanup = self.unit.add_handler();
        self.unit.handler = cleanup;
        let answer = self.unit.temp();
        self.emit(at, Op::WithExcept, answer, exit, exc);
        if is_async {
            let awaitable = self.unit.temp();
            self.emit(at, Op::GetAwaitable, awaitable, answer, 2);
            self.emit(at, Op::YieldFrom, answer, awaitable, 0);
        }
        let suppress = self.unit.label();
        self.jump_if(at, Op::JumpIfTrue, [answer, 0, 0], suppress);
        self.unit.handler = outer;
        self.emit(at, Op::PopExc, prev, 0, 0);
        self.emit(at, Op::Reraise, exc, 0, 0);
        self.unit.bind(suppress);
        self.emit(at, Op::PopExc, prev, 0, 0);
        self.emit(at, Op::Clear, exc, 0, 0);
        self.jump(Span::NONE, end);
        self.cleanup(cleanup, prev, at);
        self.unit.bind(end);
        self.unit.height = mark;
        Ok(())
    }

    /// Calls an exit function without an exception.
    pub(super) fn call_exit(&mut self, exit: Reg, is_async: bool, at: Span) -> Outcome<()> {
        let mark = self.unit.height;
        let answer = self.unit.temp();
        self.emit(at, Op::WithExit, answer, exit, 0);
        if is_async {
            let awaitable = self.unit.temp();
            self.emit(at, Op::GetAwaitable, awaitable, answer, 2);
            self.emit(at, Op::YieldFrom, answer, awaitable, 0);
        }
        self.emit(at, Op::Clear, answer, 0, 0);
        self.unit.height = mark;
        Ok(())
    }

    /// The handler of what runs while an exception is handled: that is over then.
    fn cleanup(&mut self, handler: HandlerId, prev: Reg, at: Span) {
        let exc = self.unit.bind_handler(handler);
        self.emit(at, Op::PopExc, prev, 0, 0);
        self.emit(at, Op::Reraise, exc, 0, 0);
    }

    // ---- try

    pub(super) fn try_stmt(&mut self, node: &'a ast::StmtTry) -> Outcome<()> {
        if node.finalbody.is_empty() {
            return self.try_except(node);
        }
        let mark = self.unit.height;
        let at = span(node);
        let outer = self.unit.handler;
        let handler = self.unit.add_handler();
        let body: &'a [Stmt] = &node.finalbody;
        self.push_block(Block::FinallyTry { body, outer }, at)?;
        self.unit.handler = handler;
        if node.handlers.is_empty() {
            self.body(&node.body)?;
        } else {
            self.try_except(node)?;
        }
        self.unit.handler = outer;
        self.unit.blocks.pop();
        self.finally_body(body)?;
        let end = self.unit.label();
        self.jump(Span::NONE, end);

        let none = Span::NONE;
        let exc = self.unit.bind_handler(handler);
        let prev = self.unit.temp();
        self.emit(none, Op::PushExc, prev, exc, 0);
        let cleanup = self.unit.add_handler();
        self.push_block(Block::FinallyEnd { exc, prev, outer }, at)?;
        self.unit.handler = cleanup;
        self.finally_body(body)?;
        self.unit.handler = outer;
        self.unit.blocks.pop();
        self.emit(none, Op::PopExc, prev, 0, 0);
        self.emit(none, Op::Reraise, exc, 0, 0);
        self.cleanup(cleanup, prev, none);
        self.unit.bind(end);
        self.unit.height = mark;
        Ok(())
    }

    fn try_except(&mut self, node: &'a ast::StmtTry) -> Outcome<()> {
        let mark = self.unit.height;
        let at = span(node);
        let none = Span::NONE;
        let outer = self.unit.handler;
        let handler = self.unit.add_handler();
        let end = self.unit.label();
        self.push_block(Block::TryExcept { outer }, at)?;
        self.unit.handler = handler;
        self.body(&node.body)?;
        self.unit.handler = outer;
        self.unit.blocks.pop();
        self.body(&node.orelse)?;
        self.jump(none, end);

        let exc = self.unit.bind_handler(handler);
        let prev = self.unit.temp();
        self.emit(none, Op::PushExc, prev, exc, 0);
        let cleanup = self.unit.add_handler();
        self.unit.handler = cleanup;
        if node.is_star {
            self.star_handlers(node, exc, prev, outer, end)?;
        } else {
            self.handlers(node, exc, prev, outer, cleanup, end)?;
        }
        self.unit.handler = outer;
        self.cleanup(cleanup, prev, none);
        self.unit.bind(end);
        self.unit.height = mark;
        Ok(())
    }

    fn handlers(
        &mut self,
        node: &'a ast::StmtTry,
        exc: Reg,
        prev: Reg,
        outer: HandlerId,
        cleanup: HandlerId,
        end: Label,
    ) -> Outcome<()> {
        let mark = self.unit.height;
        for (index, ast::ExceptHandler::ExceptHandler(clause)) in node.handlers.iter().enumerate() {
            let at = span(clause);
            let next = self.unit.label();
            match &clause.type_ {
                Some(kind) => {
                    let class = self.operand(kind)?;
                    self.jump_if(span(&**kind), Op::JumpIfNotExc, [exc, class, 0], next);
                    self.unit.height = mark;
                }
                None if index + 1 < node.handlers.len() => {
                    return self.error(at, "default 'except:' must be last");
                }
                None => {}
            }
            let name = clause.name.as_ref().map(|name| name.as_str());
            if let Some(name) = name {
                self.check_store(name, at)?;
                let copy = self.unit.temp();
                self.emit(at, Op::Copy, copy, exc, 0);
                self.store_name(at, name, copy);
                self.unit.height = mark;
            }
            self.push_block(Block::Handler { exc, prev, name, outer }, at)?;
            let inner = name.map(|_| self.unit.add_handler());
            self.unit.handler = inner.unwrap_or(cleanup);
            self.body(&clause.body)?;
            self.unit.blocks.pop();
            self.unit.handler = outer;
            let none = Span::NONE;
            self.emit(none, Op::PopExc, prev, 0, 0);
            self.emit(none, Op::Clear, exc, 0, 0);
            if let Some(name) = name {
                self.forget(name, none)?;
            }
            self.jump(none, end);
            self.unit.handler = cleanup;
            if let (Some(name), Some(inner)) = (name, inner) {
                let raised = self.unit.bind_handler(inner);
                self.forget(name, none)?;
                self.emit(none, Op::Reraise, raised, 0, 0);
                self.unit.height = mark;
            }
            self.unit.bind(next);
        }
        self.unit.handler = outer;
        self.emit(Span::NONE, Op::PopExc, prev, 0, 0);
        self.emit(Span::NONE, Op::Reraise, exc, 0, 0);
        Ok(())
    }

    fn star_handlers(
        &mut self,
        node: &'a ast::StmtTry,
        exc: Reg,
        prev: Reg,
        outer: HandlerId,
        end: Label,
    ) -> Outcome<()> {
        let none = Span::NONE;
        let at = span(node);
        let cleanup = self.unit.handler;
        let (rest, list) = (self.unit.temp(), self.unit.temp());
        self.emit(none, Op::Copy, rest, exc, 0);
        self.emit(none, Op::BuildList, list, list, 0);
        let mark = self.unit.height;
        for ast::ExceptHandler::ExceptHandler(clause) in &node.handlers {
            let clause_at = span(clause);
            let (next, no_match) = (self.unit.label(), self.unit.label());
            let (found, before) = (self.unit.temp(), self.unit.temp());
            if let Some(kind) = &clause.type_ {
                let class = self.operand(kind)?;
                self.emit(span(&**kind), Op::ExcStarMatch, found, rest, class);
            }
            self.emit(none, Op::Copy, before, found, 0);
            self.jump_if(none, Op::JumpIfNone, [before, 0, 0], no_match);
            self.emit(none, Op::PushExc, before, found, 0);
            self.unit.height = before as u32 + 1;
            let name = clause.name.as_ref().map(|name| name.as_str());
            if let Some(name) = name {
                self.check_store(name, clause_at)?;
                let copy = self.unit.temp();
                self.emit(clause_at, Op::Copy, copy, found, 0);
                self.store_name(clause_at, name, copy);
                self.unit.height -= 1;
            }
            self.push_block(Block::StarHandler, at)?;
            let inner = self.unit.add_handler();
            self.unit.handler = inner;
            self.body(&clause.body)?;
            self.unit.blocks.pop();
            self.unit.handler = cleanup;
            if let Some(name) = name {
                self.forget(name, none)?;
            }
            self.emit(none, Op::PopExc, before, 0, 0);
            self.emit(none, Op::Clear, found, 0, 0);
            self.jump(none, next);
            let raised = self.unit.bind_handler(inner);
            if let Some(name) = name {
                self.forget(name, none)?;
            }
            self.emit(none, Op::ListAppend, list, raised, 0);
            self.emit(none, Op::PopExc, before, 0, 0);
            self.unit.bind(no_match);
            self.emit(none, Op::Clear, found, 0, 0);
            self.unit.bind(next);
            self.unit.height = mark;
        }
        self.emit(none, Op::ListAppend, list, rest, 0);
        let (raise, answer) = (self.unit.temp(), self.unit.temp());
        self.emit(none, Op::PrepReraiseStar, raise, exc, list);
        self.emit(none, Op::Copy, answer, raise, 0);
        let reraise = self.unit.label();
        self.jump_if(none, Op::JumpIfNotNone, [answer, 0, 0], reraise);
        self.unit.handler = outer;
        self.emit(none, Op::Clear, raise, 0, 0);
        self.emit(none, Op::PopExc, prev, 0, 0);
        self.jump(none, end);
        self.unit.bind(reraise);
        self.emit(none, Op::PopExc, prev, 0, 0);
        self.emit(none, Op::Reraise, raise, 0, 0);
        Ok(())
    }
}
