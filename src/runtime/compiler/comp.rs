//! Comprehensions: inlined into the frame around them, or generator expressions with a function of their own.

use ruff_python_ast::{self as ast, Expr};

use super::super::bytecode::ops::Op;
use super::compile::{Compiler, span};
use super::emit::{Label, Reg, local_reg, reg_local};
use super::problem::Outcome;
use super::scope::{Binding, Role, ScopeId, uses};
use super::source::Span;
use super::unit::{CompFrame, UnitKind};

/// What a comprehension makes of each item.
#[derive(Clone, Copy)]
enum Product<'a> {
    List(&'a Expr),
    Set(&'a Expr),
    Dict(Option<&'a Expr>, &'a Expr),
    Yield(&'a Expr),
}

impl<'a> Compiler<'a> {
    /// Compiles a comprehension or generator expression.
    pub(super) fn comprehension(&mut self, expr: &'a Expr, dst: Reg) -> Outcome<()> {
        let (product, generators, scope, name) = match expr {
            Expr::ListComp(node) => {
                (Product::List(&node.elt), &node.generators, self.node_scope(node, Role::Body), "<listcomp>")
            }
            Expr::SetComp(node) => {
                (Product::Set(&node.elt), &node.generators, self.node_scope(node, Role::Body), "<setcomp>")
            }
            Expr::DictComp(node) => (
                Product::Dict(node.key.as_deref(), &node.value),
                &node.generators,
                self.node_scope(node, Role::Body),
                "<dictcomp>",
            ),
            Expr::Generator(node) => {
                (Product::Yield(&node.elt), &node.generators, self.node_scope(node, Role::Body), "<genexpr>")
            }
            _ => return Ok(()),
        };
        let at = self.parentheses.take().unwrap_or(span(expr));
        let Some(first) = generators.first() else { return Ok(()) };
        if self.table.scope(scope).inlined {
            return self.inline(product, generators, scope, at, dst);
        }
        let is_async = self.table.scope(scope).coroutine && !matches!(product, Product::Yield(_));
        let private = self.unit.private.clone();
        self.enter(scope, UnitKind::Comprehension, name, at.start, private);
        self.unit.arg_count = 1;
        self.unit.posonly_count = 0;
        if let Product::Yield(_) = product {
            let iter = self.unit.temp();
            self.emit(at, Op::Move, iter, local_reg(0), 0);
            self.generators(product, generators, 0, Some(iter), 0, at)?;
            self.emit(at, Op::ReturnNone, 0, 0, 0);
        } else {
            let container = self.unit.temp();
            self.container(product, at, container);
            let iter = self.unit.temp();
            self.emit(at, Op::Move, iter, local_reg(0), 0);
            self.generators(product, generators, 0, Some(iter), container, at)?;
            self.emit(at, Op::Return, container, 0, 0);
        }
        let (code, free) = self.leave()?;
        let base = self.run_base(dst);
        self.make_function(code, &free, 0, base, base, at);
        self.unit.height = base as u32 + 1;
        let iter_at = span(&first.iter);
        let iter = self.unit.temp();
        let operand = self.operand_in(&first.iter, iter)?;
        let op = if first.is_async { Op::GetAIter } else { Op::GetIter };
        self.emit(iter_at, op, iter, operand, 0);
        self.emit(at, Op::Call, if is_async { base } else { dst }, base, 1);
        if is_async {
            self.emit(at, Op::GetAwaitable, iter, base, 0);
            self.emit(at, Op::YieldFrom, dst, iter, 0);
        }
        Ok(())
    }

    fn container(&mut self, product: Product, at: Span, dst: Reg) {
        let build = match product {
            Product::List(_) => Op::BuildList,
            Product::Set(_) => Op::BuildSet,
            Product::Dict(..) => Op::BuildMap,
            Product::Yield(_) => return,
        };
        self.emit(at, build, dst, dst, 0);
    }

    fn inline(
        &mut self,
        product: Product<'a>,
        generators: &'a [ast::Comprehension],
        scope: ScopeId,
        at: Span,
        dst: Reg,
    ) -> Outcome<()> {
        let Some(first) = generators.first() else { return Ok(()) };
        let base = if dst >= 0 { dst } else { self.unit.temp() };
        // The outermost iterable belongs to the code around the comprehension.
        let iter = self.unit.temp();
        let iter_at = span(&first.iter);
        if first.is_async {
            let operand = self.operand_in(&first.iter, iter)?;
            self.emit(iter_at, Op::GetAIter, iter, operand, 0);
        } else {
            self.loop_iterator(&first.iter, iter)?;
        }
        let mut frame = CompFrame { scope, map: Default::default() };
        let symbols: Vec<_> = self
            .table
            .scope(scope)
            .symbols
            .iter()
            .filter(|s| s.flags & uses::PARAM == 0 && matches!(s.binding, Binding::Local | Binding::Cell))
            .map(|s| (s.name, s.binding == Binding::Cell))
            .collect();
        let mut mine = Vec::new();
        for (name, is_cell) in symbols {
            let local = self.unit.hidden_local(name, is_cell);
            frame.map.insert(name, local);
            mine.push(local_reg(local));
            if is_cell {
                // What an earlier run left behind is not to be wrapped.
                self.emit(at, Op::Clear, local_reg(local), 0, 0);
                self.emit(at, Op::MakeCell, local_reg(local), 0, 0);
            }
        }
        self.unit.comps.push(frame);
        self.container(product, at, base);
        self.generators(product, generators, 0, Some(iter), base, at)?;
        self.unit.comps.pop();
        for local in mine {
            self.emit(at, Op::Clear, local, 0, 0);
            self.unit.hidden_free.extend(reg_local(local));
        }
        if base != dst {
            self.emit(at, Op::Move, dst, base, 0);
        }
        Ok(())
    }

    /// The iterator of a `for`; constant displays are iterated as tuples.
    pub(super) fn loop_iterator(&mut self, iterable: &'a Expr, iter: Reg) -> Outcome<()> {
        let at = span(iterable);
        if let Some(value) = self.const_display(iterable) {
            self.load_const(at, iter, value);
            self.emit(at, Op::GetIter, iter, iter, 0);
            return Ok(());
        }
        if let Expr::List(list) = iterable
            && !list.elts.iter().any(Expr::is_starred_expr)
        {
            self.sequence(&list.elts, at, Op::BuildTuple, iter)?;
            self.unit.height = iter as u32 + 1;
            self.emit(at, Op::GetIter, iter, iter, 0);
            return Ok(());
        }
        let operand = self.operand_in(iterable, iter)?;
        self.emit(at, Op::GetIter, iter, operand, 0);
        Ok(())
    }

    /// The loops of a comprehension from `index` on; `iter` already holds the iterator of the first.
    fn generators(
        &mut self,
        product: Product<'a>,
        generators: &'a [ast::Comprehension],
        index: usize,
        iter: Option<Reg>,
        container: Reg,
        at: Span,
    ) -> Outcome<()> {
        let Some(generator) = generators.get(index) else {
            return self.product(product, container, at);
        };
        let mark = self.unit.height;
        if generator.is_async {
            return self.async_generator(product, generators, index, iter, container, at);
        }
        let (next, end) = (self.unit.label(), self.unit.label());
        let iter = match iter {
            Some(iter) => Some(iter),
            None => match single_item(&generator.iter) {
                // `for x in [value]` is an assignment.
                Some(item) => {
                    let value = self.operand(item)?;
                    self.store(&generator.target, value)?;
                    self.unit.height = mark;
                    None
                }
                None => {
                    let iter = self.unit.temp();
                    self.loop_iterator(&generator.iter, iter)?;
                    Some(iter)
                }
            },
        };
        if let Some(iter) = iter {
            self.unit.bind(next);
            self.for_iter(&generator.target, iter, end, span(&generator.iter))?;
        }
        let skip = if iter.is_some() { self.unit.label() } else { next };
        for test in &generator.ifs {
            self.cond_jump(test, skip, false)?;
        }
        self.generators(product, generators, index + 1, None, container, at)?;
        if iter.is_some() {
            self.repeat(product, next, skip, generator);
        } else {
            self.unit.bind(next);
        }
        self.unit.bind(end);
        self.unit.height = mark;
        Ok(())
    }

    /// Goes back to the next item, also from where a condition leads that does not hold: only a `JumpBack` looks whether a signal
    /// came.
    fn repeat(&mut self, product: Product<'a>, next: Label, skip: Label, generator: &'a ast::Comprehension) {
        self.jump_back(product_span(product), next);
        if !generator.ifs.is_empty() {
            self.unit.bind(skip);
            self.jump_back(Span::NONE, next);
        }
    }

    fn async_generator(
        &mut self,
        product: Product<'a>,
        generators: &'a [ast::Comprehension],
        index: usize,
        iter: Option<Reg>,
        container: Reg,
        at: Span,
    ) -> Outcome<()> {
        let mark = self.unit.height;
        let generator = &generators[index];
        let iter = match iter {
            Some(iter) => iter,
            None => {
                let iter = self.unit.temp();
                let operand = self.operand_in(&generator.iter, iter)?;
                self.emit(span(&generator.iter), Op::GetAIter, iter, operand, 0);
                iter
            }
        };
        let (next, end) = (self.unit.label(), self.unit.label());
        self.unit.bind(next);
        let handler = self.async_next(&generator.target, iter, span(&generator.iter))?;
        let skip = self.unit.label();
        for test in &generator.ifs {
            self.cond_jump(test, skip, false)?;
        }
        self.generators(product, generators, index + 1, None, container, at)?;
        self.repeat(product, next, skip, generator);
        self.async_end(handler, iter, end, span(&generator.iter));
        self.unit.bind(end);
        self.unit.height = mark;
        Ok(())
    }

    fn product(&mut self, product: Product<'a>, container: Reg, _at: Span) -> Outcome<()> {
        let mark = self.unit.height;
        match product {
            Product::List(elt) => {
                let value = self.operand(elt)?;
                self.emit(span(elt), Op::ListAppend, container, value, 0);
            }
            Product::Set(elt) => {
                let value = self.operand(elt)?;
                self.emit(span(elt), Op::SetAdd, container, value, 0);
            }
            Product::Dict(key, value) => {
                let at = key.map_or(span(value), |key| span(key).to(span(value)));
                if let Some(key) = key {
                    let slot = self.unit.temp();
                    let key = self.operand_before(key, slot, &[value])?;
                    let value = self.operand(value)?;
                    self.emit(at, Op::MapAdd, container, key, value);
                } else {
                    let value = self.operand(value)?;
                    self.emit(at, Op::DictUpdate, container, value, 0);
                }
            }
            Product::Yield(elt) => {
                let value = self.operand(elt)?;
                let op = if self.in_async_generator() { Op::AsyncYield } else { Op::Yield };
                let sent = self.unit.temp();
                self.emit(span(elt), op, sent, value, 0);
                self.emit(span(elt), Op::Clear, sent, 0, 0);
            }
        }
        self.unit.height = mark;
        Ok(())
    }
}

fn single_item(iter: &Expr) -> Option<&Expr> {
    let elts = match iter {
        Expr::List(node) => &node.elts,
        Expr::Tuple(node) => &node.elts,
        _ => return None,
    };
    match &**elts {
        [item] if !item.is_starred_expr() => Some(item),
        _ => None,
    }
}

fn product_span(product: Product) -> Span {
    match product {
        Product::List(elt) | Product::Set(elt) | Product::Yield(elt) => span(elt),
        Product::Dict(key, value) => key.map_or(span(value), |key| span(key).to(span(value))),
    }
}
