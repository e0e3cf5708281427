//! Expressions: values into registers.
//!
//! An operand is either a local's own register (reading it costs nothing) or a temporary on top of the stack of
//! temporaries, which the consuming instruction uses up. A destination is a temporary that is already taken and dead,
//! or a local; a local is written by the last instruction of an expression only, so that nothing shows if it raises.

use ruff_python_ast::{self as ast, CmpOp, Expr, Operator, UnaryOp};

use super::super::bytecode::code::Const;
use super::super::bytecode::ops::{Common, Inplace, Intrinsic1, Op};
use super::compile::{Compiler, contains_walrus, span};
use super::emit::Reg;
use super::fold::{as_int, binary};
use super::problem::Outcome;
use super::regs::MAX_RUN;
use super::source::Span;
use super::stack::with_stack;

/// Items above which a display is built piece by piece.
pub const MAX_ITEMS: usize = 30;

impl<'a> Compiler<'a> {
    /// Evaluates to an operand: a local's register or a new temporary.
    pub(super) fn operand(&mut self, expr: &'a Expr) -> Outcome<Reg> {
        if let Some(reg) = self.local_operand(expr) {
            return Ok(reg);
        }
        let dst = self.unit.temp();
        self.expr_to(expr, dst)?;
        Ok(dst)
    }

    /// As [`Self::operand`], but what is not a local goes to `slot`, a taken and dead temporary.
    pub(super) fn operand_in(&mut self, expr: &'a Expr, slot: Reg) -> Outcome<Reg> {
        if let Some(reg) = self.local_operand(expr) {
            return Ok(reg);
        }
        self.expr_to(expr, slot)?;
        Ok(slot)
    }

    /// As [`Self::operand_in`] for an operand that must outlive the evaluation of `later`.
    pub(super) fn operand_before(&mut self, expr: &'a Expr, slot: Reg, later: &[&Expr]) -> Outcome<Reg> {
        if self.has_walrus() && later.iter().any(|e| contains_walrus(e)) {
            self.expr_to(expr, slot)?;
            return Ok(slot);
        }
        self.operand_in(expr, slot)
    }

    /// The register of an expression that is just a local variable.
    pub(super) fn local_operand(&mut self, expr: &Expr) -> Option<Reg> {
        let Expr::Name(name) = expr else { return None };
        if name.id.as_str() == "__debug__" {
            return None;
        }
        let reg = self.fast_local(&name.id)?;
        self.emit(span(expr), Op::CheckBound, reg, 0, 0);
        Some(reg)
    }

    /// Evaluates into a new temporary.
    pub(super) fn expr_temp(&mut self, expr: &'a Expr) -> Outcome<Reg> {
        let dst = self.unit.temp();
        self.expr_to(expr, dst)?;
        Ok(dst)
    }

    /// Where an expression that writes its destination early must go: `dst` itself or a new temporary.
    pub(super) fn early(&mut self, dst: Reg) -> Reg {
        if dst >= 0 { dst } else { self.unit.temp() }
    }

    /// Completes [`Self::early`].
    pub(super) fn late(&mut self, at: Span, dst: Reg, early: Reg) {
        if early != dst {
            self.emit(at, Op::Move, dst, early, 0);
        }
    }

    /// First register of a run that ends in `dst`: `dst` itself if it is the topmost temporary.
    pub(super) fn run_base(&mut self, dst: Reg) -> Reg {
        if dst >= 0 && dst + 1 == self.unit.height as i32 { dst } else { self.unit.temp() }
    }

    /// Evaluates into `dst`.
    pub(super) fn expr_to(&mut self, expr: &'a Expr, dst: Reg) -> Outcome<()> {
        let mark = self.unit.height;
        with_stack(|| self.expr_inner(expr, dst))?;
        self.unit.height = mark;
        Ok(())
    }

    fn expr_inner(&mut self, expr: &'a Expr, dst: Reg) -> Outcome<()> {
        let at = span(expr);
        match expr {
            Expr::NumberLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::StringLiteral(_) => {
                let value = self.const_of(expr).unwrap_or(Const::None);
                self.load_const(at, dst, value);
            }
            Expr::Name(node) => {
                if node.id.as_str() == "__debug__" {
                    let value = self.const_of(expr).unwrap_or(Const::None);
                    self.load_const(at, dst, value);
                } else {
                    self.load_name(at, &node.id, dst);
                }
            }
            Expr::BoolOp(node) => self.bool_op(node, dst)?,
            Expr::Named(node) => {
                let early = self.early(dst);
                self.expr_to(&node.value, early)?;
                let copy = self.unit.temp();
                self.emit(at, Op::Copy, copy, early, 0);
                if let Expr::Name(target) = &*node.target {
                    self.check_store(&target.id, span(target))?;
                    self.store_name(span(target), &target.id, copy);
                }
                self.late(at, dst, early);
            }
            Expr::BinOp(_) => self.bin_op(expr, dst)?,
            Expr::UnaryOp(node) => self.unary_op(expr, node, dst)?,
            Expr::Lambda(node) => self.lambda(node, dst)?,
            Expr::If(node) => {
                let (orelse, end) = (self.unit.label(), self.unit.label());
                self.cond_jump(&node.test, orelse, false)?;
                self.expr_to(&node.body, dst)?;
                self.jump(Span::NONE, end);
                self.unit.bind(orelse);
                self.expr_to(&node.orelse, dst)?;
                self.unit.bind(end);
            }
            Expr::Dict(node) => self.dict(node, dst)?,
            Expr::Set(node) => self.sequence(&node.elts, at, Op::BuildSet, dst)?,
            Expr::List(node) => self.sequence(&node.elts, at, Op::BuildList, dst)?,
            Expr::Tuple(node) => {
                if let Some(value) = self.const_of(expr) {
                    self.load_const(at, dst, value);
                } else {
                    self.sequence(&node.elts, at, Op::BuildTuple, dst)?;
                }
            }
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                self.comprehension(expr, dst)?;
            }
            Expr::Await(node) => self.await_expr(node, dst)?,
            Expr::Yield(node) => self.yield_expr(node, dst)?,
            Expr::YieldFrom(node) => self.yield_from(node, dst)?,
            Expr::Compare(node) => self.compare(node, dst)?,
            Expr::Call(node) => self.call(node, dst)?,
            Expr::FString(node) => self.fstring(node, dst)?,
            Expr::TString(node) => self.tstring(node, dst)?,
            Expr::Attribute(node) => self.attribute(node, dst)?,
            Expr::Subscript(node) => self.subscript(expr, node, dst)?,
            Expr::Slice(node) => self.slice(expr, node, dst)?,
            Expr::Starred(node) => {
                return self.error(node.range, "can't use starred expression here");
            }
            Expr::IpyEscapeCommand(node) => match self.source.constant(&node.value).cloned() {
                Some(value) => self.load_const(node.range.into(), dst, value),
                None => return self.error(node.range, "invalid syntax"),
            },
        }
        Ok(())
    }

    /// Evaluates for the effect alone.
    pub(super) fn effect(&mut self, expr: &'a Expr) -> Outcome<()> {
        let mark = self.unit.height;
        let value = self.operand(expr)?;
        if value >= 0 {
            self.emit(span(expr), Op::Clear, value, 0, 0);
        }
        self.unit.height = mark;
        Ok(())
    }

    // ---- operators

    fn bool_op(&mut self, node: &'a ast::ExprBoolOp, dst: Reg) -> Outcome<()> {
        let early = self.early(dst);
        let end = self.unit.label();
        let op = if node.op == ast::BoolOp::And { Op::JumpIfFalseKeep } else { Op::JumpIfTrueKeep };
        if let Some((last, first)) = node.values.split_last() {
            for value in first {
                self.expr_to(value, early)?;
                self.jump_if(span(node), op, [early, 0, 0], end);
            }
            self.expr_to(last, early)?;
        }
        self.unit.bind(end);
        self.late(span(node), dst, early);
        Ok(())
    }

    fn bin_op(&mut self, expr: &'a Expr, dst: Reg) -> Outcome<()> {
        let mut spine = Vec::new();
        let mut leaf = expr;
        while let Expr::BinOp(node) = leaf {
            spine.push(node);
            leaf = &node.left;
        }
        spine.reverse();
        // The longest constant prefix is folded.
        let mut done = 0;
        let mut prefix = if matches!(leaf, Expr::Name(_) | Expr::Call(_) | Expr::Attribute(_)) {
            None
        } else {
            self.const_of(leaf)
        };
        while let (Some(value), Some(node)) = (&prefix, spine.get(done)) {
            let Some(next) = self.const_of(&node.right).and_then(|right| binary(node.op, value, &right))
            else {
                break;
            };
            prefix = Some(next);
            done += 1;
        }
        let at = span(expr);
        if done == 0 {
            if self.percent_format(expr, dst)? {
                return Ok(());
            }
        } else if done == spine.len() {
            self.load_const(at, dst, prefix.unwrap_or(Const::None));
            return Ok(());
        }
        let slot = self.early(dst);
        let rights: Vec<&Expr> = spine[done..].iter().map(|n| &*n.right).collect();
        let mut left = if done > 0 {
            self.load_const(span(&*spine[done].left), slot, prefix.unwrap_or(Const::None));
            slot
        } else {
            self.operand_before(leaf, slot, &rights)?
        };
        for (at, node) in spine.iter().enumerate().skip(done) {
            let last = at + 1 == spine.len();
            let target = if last { dst } else { slot };
            self.binary_into(node.op, left, &node.right, span(*node), target, false)?;
            left = target;
        }
        Ok(())
    }

    /// `target = left op right`, `left` being used up.
    pub(super) fn binary_into(
        &mut self,
        op: Operator,
        left: Reg,
        right: &'a Expr,
        at: Span,
        target: Reg,
        in_place: bool,
    ) -> Outcome<()> {
        let mark = self.unit.height;
        let small = self.const_of(right).filter(|c| matches!(c, Const::Int(_)));
        if let Some(n) = small.and_then(|c| as_int(&c)).and_then(|n| i8::try_from(n).ok())
            && let Some(op) = immediate_op(op, in_place)
        {
            self.emit(at, op, target, left, n.into());
            return Ok(());
        }
        let right = self.operand(right)?;
        match in_place_op(op).filter(|_| in_place) {
            Some(InplaceForm::Own(op)) => self.emit(at, op, target, left, right),
            Some(InplaceForm::Numbered(which)) => {
                self.emit_x(at, Op::InplaceOp, [target, left, right], [which as u32, 0]);
            }
            None => self.emit(at, binary_opcode(op), target, left, right),
        }
        self.unit.height = mark;
        Ok(())
    }

    fn unary_op(&mut self, expr: &'a Expr, node: &'a ast::ExprUnaryOp, dst: Reg) -> Outcome<()> {
        if let Some(value) = self.const_of(expr) {
            self.load_const(node.range.into(), dst, value);
            return Ok(());
        }
        if node.op == UnaryOp::Not {
            if let Expr::Compare(compare) = &*node.operand
                && let ([op @ (CmpOp::Is | CmpOp::IsNot | CmpOp::In | CmpOp::NotIn)], [right]) =
                    (&*compare.ops, &*compare.comparators)
            {
                return self.compare_pair(&compare.left, op.negate(), right, span(compare), dst);
            }
            if matches!(&*node.operand, Expr::UnaryOp(inner) if inner.op == UnaryOp::Not)
                || node.operand.is_bool_op_expr()
            {
                return self.condition_value(expr, dst);
            }
        }
        let mark = self.unit.height;
        let slot = self.early(dst);
        let operand = self.operand_in(&node.operand, slot)?;
        let op = match node.op {
            UnaryOp::Not => Op::Not,
            UnaryOp::UAdd => Op::Pos,
            UnaryOp::USub => Op::Neg,
            UnaryOp::Invert => Op::Invert,
        };
        self.emit(node.range.into(), op, dst, operand, 0);
        self.unit.height = mark;
        Ok(())
    }

    /// The truth of an expression as `True` or `False`, by jumps.
    fn condition_value(&mut self, expr: &'a Expr, dst: Reg) -> Outcome<()> {
        let (no, end) = (self.unit.label(), self.unit.label());
        self.cond_jump(expr, no, false)?;
        self.emit(span(expr), Op::LoadTrue, dst, 0, 0);
        self.jump(Span::NONE, end);
        self.unit.bind(no);
        self.emit(span(expr), Op::LoadFalse, dst, 0, 0);
        self.unit.bind(end);
        Ok(())
    }

    // ---- attributes and items

    fn attribute(&mut self, node: &'a ast::ExprAttribute, dst: Reg) -> Outcome<()> {
        let name = node.attr.as_str();
        if let Expr::Call(call) = &*node.value
            && self.can_optimize_super(call, name)
        {
            let base = self.run_base(dst);
            let implicit = self.load_super_args(call, base)?;
            let name = self.mangled_index(name);
            let at = self.attribute_span(node);
            self.emit_x(at, Op::LoadSuperAttr, [dst, base, i32::from(implicit)], [name, 0]);
            return Ok(());
        }
        let slot = self.early(dst);
        let object = self.operand_in(&node.value, slot)?;
        let name = self.mangled_index(name);
        let at = self.attribute_span(node);
        self.emit_x(at, Op::LoadAttr, [dst, object, 0], [name, 0]);
        Ok(())
    }

    /// The position of an attribute access: in a chain over several lines it begins with the attribute's line.
    pub(super) fn attribute_span(&self, node: &ast::ExprAttribute) -> Span {
        self.attribute_start(node, span(node))
    }

    /// Moves the start of `at` to the attribute's name if that is on a later line.
    pub(super) fn attribute_start(&self, node: &ast::ExprAttribute, at: Span) -> Span {
        let attr: Span = node.attr.range.into();
        if self.source.line(at.start) != self.source.line(attr.end) {
            // The name may be followed by a call over more lines: the end stays.
            let start = attr.start;
            if self.source.line(start) == self.source.line(attr.end) {
                let end = if self.source.has_text() { at.end.max(start) } else { at.end };
                return Span { start, end };
            }
        }
        at
    }

    fn subscript(&mut self, expr: &'a Expr, node: &'a ast::ExprSubscript, dst: Reg) -> Outcome<()> {
        if let Some(value) = self.const_of(expr) {
            self.load_const(node.range.into(), dst, value);
            return Ok(());
        }
        self.check_subscripter(&node.value);
        self.check_index(&node.value, &node.slice);
        let slot = self.early(dst);
        let object = self.operand_before(&node.value, slot, &[&node.slice])?;
        if let Some(Const::Int(n)) = self.const_of(&node.slice)
            && let Ok(n) = i8::try_from(n)
        {
            self.emit(node.range.into(), Op::SubscrI, dst, object, n.into());
            return Ok(());
        }
        if let Expr::Slice(slice) = &*node.slice
            && self.const_of(&node.slice).is_none()
        {
            let bounds = self.slice_bounds(slice)?;
            self.emit(node.range.into(), Op::SubscrSlice, dst, object, bounds);
            return Ok(());
        }
        let index = self.index_operand(&node.slice)?;
        self.emit(node.range.into(), Op::Subscr, dst, object, index);
        Ok(())
    }

    /// Start, stop and step of a slice in a run of temporaries.
    pub(super) fn slice_bounds(&mut self, node: &'a ast::ExprSlice) -> Outcome<Reg> {
        let base = self.unit.temps(3);
        for (index, part) in [&node.lower, &node.upper, &node.step].into_iter().enumerate() {
            match part {
                Some(part) => self.expr_to(part, base + index as Reg)?,
                None => self.emit(span(node), Op::LoadNone, base + index as Reg, 0, 0),
            }
        }
        Ok(base)
    }

    /// The operand between the brackets of a subscript; a starred one makes a tuple.
    pub(super) fn index_operand(&mut self, slice: &'a Expr) -> Outcome<Reg> {
        self.operand(slice)
    }

    fn slice(&mut self, expr: &'a Expr, node: &'a ast::ExprSlice, dst: Reg) -> Outcome<()> {
        let at = span(node);
        if let Some(value) = self.const_of(expr) {
            self.load_const(at, dst, value);
            return Ok(());
        }
        let base = self.run_base(dst);
        let parts = [&node.lower, &node.upper, &node.step];
        let count = if node.step.is_some() { 3 } else { 2 };
        for (index, part) in parts.into_iter().take(count).enumerate() {
            let slot = if index == 0 { base } else { self.unit.temp() };
            match part {
                Some(part) => self.expr_to(part, slot)?,
                None => self.emit(at, Op::LoadNone, slot, 0, 0),
            }
        }
        self.emit(at, Op::BuildSlice, dst, base, count as i32);
        Ok(())
    }

    // ---- displays

    /// A tuple, list or set display.
    pub(super) fn sequence(&mut self, elts: &'a [Expr], at: Span, build: Op, dst: Reg) -> Outcome<()> {
        if elts.len() > 2 && matches!(build, Op::BuildList | Op::BuildSet) {
            let items: Option<Box<[Const]>> = elts.iter().map(|e| self.const_of(e)).collect();
            if let Some(items) = items {
                let early = self.early(dst);
                self.emit(at, build, early, 0, 0);
                let source = self.unit.temp();
                let (constant, extend) = match build {
                    Op::BuildList => (Const::Tuple(items), Op::ListExtend),
                    _ => (Const::FrozenSet(items), Op::SetUpdate),
                };
                self.load_const(at, source, constant);
                self.emit(at, extend, early, source, 0);
                self.late(at, dst, early);
                return Ok(());
            }
        }
        let has_star = elts.iter().any(Expr::is_starred_expr);
        if !has_star && elts.len() <= MAX_RUN.min(MAX_ITEMS) {
            let base = self.run_base(dst);
            for (index, elt) in elts.iter().enumerate() {
                let slot = if index == 0 { base } else { self.unit.temp() };
                self.expr_to(elt, slot)?;
            }
            self.emit(at, build, dst, base, elts.len() as i32);
            return Ok(());
        }
        let early = self.early(dst);
        let container = if build == Op::BuildSet { Op::BuildSet } else { Op::BuildList };
        self.fill(elts, at, container, early, 0)?;
        if build == Op::BuildTuple {
            self.emit(at, Op::ListToTuple, dst, early, 0);
        } else {
            self.late(at, dst, early);
        }
        Ok(())
    }

    /// Builds a list or set in `dst` (a temporary) piece by piece; `star_flag` goes with each starred part.
    pub(super) fn fill(
        &mut self,
        elts: &'a [Expr],
        at: Span,
        build: Op,
        dst: Reg,
        star_flag: i32,
    ) -> Outcome<()> {
        let (append, extend) = match build {
            Op::BuildSet => (Op::SetAdd, Op::SetUpdate),
            _ => (Op::ListAppend, Op::ListExtend),
        };
        let plain = elts.iter().take_while(|e| !e.is_starred_expr()).count().min(MAX_ITEMS);
        let base = self.run_base(dst);
        let mark = self.unit.height;
        for (index, elt) in elts[..plain].iter().enumerate() {
            let slot = if index == 0 { base } else { self.unit.temp() };
            self.expr_to(elt, slot)?;
        }
        self.emit(at, build, dst, base, plain as i32);
        self.unit.height = mark;
        for elt in &elts[plain..] {
            let value = match elt {
                Expr::Starred(star) => self.operand(&star.value)?,
                plain => self.operand(plain)?,
            };
            match elt {
                Expr::Starred(_) => self.emit(at, extend, dst, value, star_flag),
                _ => self.emit(at, append, dst, value, 0),
            }
            self.unit.height = mark;
        }
        Ok(())
    }

    fn dict(&mut self, node: &'a ast::ExprDict, dst: Reg) -> Outcome<()> {
        let at = span(node);
        let plain = node.items.iter().take_while(|item| item.key.is_some()).count();
        if plain == node.items.len() && plain <= MAX_ITEMS / 2 {
            let base = self.run_base(dst);
            for (index, item) in node.items.iter().enumerate() {
                let key_slot = if index == 0 { base } else { self.unit.temp() };
                if let Some(key) = &item.key {
                    self.expr_to(key, key_slot)?;
                }
                let value_slot = self.unit.temp();
                self.expr_to(&item.value, value_slot)?;
            }
            self.emit(at, Op::BuildMap, dst, base, plain as i32);
            return Ok(());
        }
        let early = self.early(dst);
        self.emit(at, Op::BuildMap, early, 0, 0);
        let mark = self.unit.height;
        for item in &node.items {
            match &item.key {
                Some(key) => {
                    let slot = self.unit.temp();
                    let key = self.operand_before(key, slot, &[&item.value])?;
                    let value = self.operand(&item.value)?;
                    self.emit(at, Op::MapAdd, early, key, value);
                }
                None => {
                    let value = self.operand(&item.value)?;
                    self.emit(at, Op::DictUpdate, early, value, 0);
                }
            }
            self.unit.height = mark;
        }
        self.late(at, dst, early);
        Ok(())
    }

    // ---- yield and await

    fn yield_expr(&mut self, node: &'a ast::ExprYield, dst: Reg) -> Outcome<()> {
        let at = span(node);
        self.check_yield(at, "yield")?;
        let slot = self.early(dst);
        let value = match &node.value {
            Some(value) => self.operand_in(value, slot)?,
            None => {
                self.emit(at, Op::LoadNone, slot, 0, 0);
                slot
            }
        };
        let op = if self.in_async_generator() { Op::AsyncYield } else { Op::Yield };
        self.emit(at, op, dst, value, 0);
        Ok(())
    }

    pub(super) fn in_async_generator(&self) -> bool {
        let scope = self.table.scope(self.unit.scope);
        scope.generator && scope.coroutine
    }

    fn yield_from(&mut self, node: &'a ast::ExprYieldFrom, dst: Reg) -> Outcome<()> {
        let at = span(node);
        self.check_yield(at, "yield from")?;
        if self.in_async_generator() || self.table.scope(self.unit.scope).coroutine {
            return self.error(at, "'yield from' inside async function");
        }
        let iter = self.unit.temp();
        let value = self.operand_in(&node.value, iter)?;
        self.emit(at, Op::GetYieldFromIter, iter, value, 0);
        self.emit(at, Op::YieldFrom, dst, iter, 0);
        Ok(())
    }

    fn await_expr(&mut self, node: &'a ast::ExprAwait, dst: Reg) -> Outcome<()> {
        let at = span(node);
        self.check_await(at)?;
        let iter = self.unit.temp();
        let value = self.operand_in(&node.value, iter)?;
        self.emit(at, Op::GetAwaitable, iter, value, 0);
        self.emit(at, Op::YieldFrom, dst, iter, 0);
        Ok(())
    }

    /// `AssertionError` and other objects that code needs without a name.
    pub(super) fn load_common(&mut self, at: Span, dst: Reg, which: Common) {
        self.emit(at, Op::LoadCommon, dst, which as i32, 0);
    }

    pub(super) fn intrinsic(&mut self, at: Span, dst: Reg, operand: Reg, which: Intrinsic1) {
        self.emit(at, Op::Intrinsic1, dst, operand, which as i32);
    }
}

/// How an in-place operator is expressed.
enum InplaceForm {
    /// By an instruction of its own.
    Own(Op),
    /// By `InplaceOp`.
    Numbered(Inplace),
}

fn in_place_op(op: Operator) -> Option<InplaceForm> {
    Some(match op {
        Operator::Add => InplaceForm::Own(Op::IAdd),
        Operator::Sub => InplaceForm::Own(Op::ISub),
        Operator::Mult => InplaceForm::Own(Op::IMul),
        Operator::Div => InplaceForm::Numbered(Inplace::TrueDiv),
        Operator::FloorDiv => InplaceForm::Numbered(Inplace::FloorDiv),
        Operator::Mod => InplaceForm::Numbered(Inplace::Mod),
        Operator::Pow => InplaceForm::Numbered(Inplace::Pow),
        Operator::MatMult => InplaceForm::Numbered(Inplace::MatMul),
        Operator::LShift => InplaceForm::Numbered(Inplace::LShift),
        Operator::RShift => InplaceForm::Numbered(Inplace::RShift),
        Operator::BitAnd => InplaceForm::Numbered(Inplace::And),
        Operator::BitOr => InplaceForm::Numbered(Inplace::Or),
        Operator::BitXor => InplaceForm::Numbered(Inplace::Xor),
    })
}

fn binary_opcode(op: Operator) -> Op {
    match op {
        Operator::Add => Op::Add,
        Operator::Sub => Op::Sub,
        Operator::Mult => Op::Mul,
        Operator::MatMult => Op::MatMul,
        Operator::Div => Op::TrueDiv,
        Operator::Mod => Op::Mod,
        Operator::Pow => Op::Pow,
        Operator::LShift => Op::LShift,
        Operator::RShift => Op::RShift,
        Operator::BitOr => Op::Or,
        Operator::BitXor => Op::Xor,
        Operator::BitAnd => Op::And,
        Operator::FloorDiv => Op::FloorDiv,
    }
}

fn immediate_op(op: Operator, in_place: bool) -> Option<Op> {
    Some(match (op, in_place) {
        (Operator::Add, false) => Op::AddI,
        (Operator::Sub, false) => Op::SubI,
        (Operator::Mult, false) => Op::MulI,
        (Operator::FloorDiv, false) => Op::FloorDivI,
        (Operator::Mod, false) => Op::ModI,
        (Operator::BitAnd, false) => Op::AndI,
        (Operator::LShift, false) => Op::LShiftI,
        (Operator::RShift, false) => Op::RShiftI,
        (Operator::Add, true) => Op::IAddI,
        (Operator::Sub, true) => Op::ISubI,
        _ => return None,
    })
}
