//! Comparisons, and conditions compiled to jumps.

use ruff_python_ast::{self as ast, CmpOp, Expr, UnaryOp};

use super::super::bytecode::code::Const;
use super::super::bytecode::ops::Op;
use super::compile::{Compiler, span};
use super::emit::{Label, Reg};
use super::fold::as_int;
use super::problem::Outcome;
use super::source::Span;
use super::stack::with_stack;

impl<'a> Compiler<'a> {
    /// `dst = left op right`
    pub(super) fn compare_pair(
        &mut self,
        left: &'a Expr,
        op: CmpOp,
        right: &'a Expr,
        at: Span,
        dst: Reg,
    ) -> Outcome<()> {
        let mark = self.unit.height;
        let slot = self.early(dst);
        let a = self.operand_before(left, slot, &[right])?;
        let b = self.comparand(op, right)?;
        self.emit(at, compare_opcode(op), dst, a, b);
        self.unit.height = mark;
        Ok(())
    }

    /// The right operand of a comparison: displays of constants after `in` become constants.
    pub(super) fn comparand(&mut self, op: CmpOp, right: &'a Expr) -> Outcome<Reg> {
        if matches!(op, CmpOp::In | CmpOp::NotIn)
            && let Some(value) = self.const_display(right)
        {
            let dst = self.unit.temp();
            self.load_const(span(right), dst, value);
            return Ok(dst);
        }
        self.operand(right)
    }

    /// A list or set display of constants, as the tuple or frozenset that serves for iteration and containment.
    pub(super) fn const_display(&mut self, expr: &Expr) -> Option<Const> {
        let elts = match expr {
            Expr::List(node) => &node.elts,
            Expr::Set(node) => &node.elts,
            _ => return None,
        };
        let items: Option<Box<[Const]>> = elts.iter().map(|e| self.const_of(e)).collect();
        items.map(|items| if expr.is_set_expr() { Const::FrozenSet(items) } else { Const::Tuple(items) })
    }

    pub(super) fn compare(&mut self, node: &'a ast::ExprCompare, dst: Reg) -> Outcome<()> {
        self.check_compare(node)?;
        if let ([op], [right]) = (&*node.ops, &*node.comparators) {
            return self.compare_pair(&node.left, *op, right, span(node), dst);
        }
        let at = span(node);
        let early = self.early(dst);
        let end = self.unit.label();
        let mut fails = Vec::new();
        // Operands that are needed twice take turns in two temporaries.
        let slots = [self.unit.temp(), self.unit.temp()];
        let later: Vec<&Expr> = node.comparators.iter().collect();
        let mut left = self.operand_before(&node.left, slots[1], &later)?;
        let count = node.ops.len();
        for (index, (op, right)) in node.ops.iter().zip(&node.comparators).enumerate() {
            if index + 1 == count {
                let b = self.comparand(*op, right)?;
                self.emit(at, compare_opcode(*op), early, left, b);
                break;
            }
            let kept = self.operand_before(right, slots[index % 2], &later[index + 1..])?;
            let mark = self.unit.height;
            let b = self.shared(kept, at);
            self.emit(at, compare_opcode(*op), early, left, b);
            self.unit.height = mark;
            let fail = self.unit.label();
            let target = if kept >= 0 { fail } else { end };
            self.jump_if(at, Op::JumpIfFalseKeep, [early, 0, 0], target);
            if kept >= 0 {
                fails.push((fail, kept));
            }
            left = kept;
        }
        self.fail_paths(at, fails, end);
        self.unit.bind(end);
        self.late(at, dst, early);
        Ok(())
    }

    /// A second reference to an operand that is needed again.
    pub(super) fn shared(&mut self, reg: Reg, at: Span) -> Reg {
        if reg < 0 {
            return reg;
        }
        let copy = self.unit.temp();
        self.emit(at, Op::Copy, copy, reg, 0);
        copy
    }

    /// Behind the normal path: clears a kept operand and joins `end`.
    pub(super) fn fail_paths(&mut self, at: Span, fails: Vec<(Label, Reg)>, end: Label) {
        if fails.is_empty() {
            return;
        }
        self.jump(Span::NONE, end);
        for (label, temp) in fails {
            self.unit.bind(label);
            self.emit(at, Op::Clear, temp, 0, 0);
            self.jump(Span::NONE, end);
        }
    }

    // ---- conditions

    /// Jumps to `target` if the truth of `expr` is `when`, else falls through.
    pub(super) fn cond_jump(&mut self, expr: &'a Expr, target: Label, when: bool) -> Outcome<()> {
        let mark = self.unit.height;
        with_stack(|| self.cond_inner(expr, target, when))?;
        self.unit.height = mark;
        Ok(())
    }

    pub(super) fn cond_inner(&mut self, expr: &'a Expr, target: Label, when: bool) -> Outcome<()> {
        let at = span(expr);
        if let Some(value) = self.const_of(expr) {
            if super::fold::truth(&value) == when {
                self.jump(at, target);
            }
            return Ok(());
        }
        match expr {
            Expr::UnaryOp(node) if node.op == UnaryOp::Not => {
                return self.cond_jump(&node.operand, target, !when);
            }
            Expr::BoolOp(node) => {
                let Some((last, first)) = node.values.split_last() else { return Ok(()) };
                let stops_on = node.op == ast::BoolOp::Or;
                if stops_on == when {
                    for value in first {
                        self.cond_jump(value, target, when)?;
                    }
                    return self.cond_jump(last, target, when);
                }
                let skip = self.unit.label();
                for value in first {
                    self.cond_jump(value, skip, stops_on)?;
                }
                self.cond_jump(last, target, when)?;
                self.unit.bind(skip);
                return Ok(());
            }
            Expr::If(node) => {
                let (orelse, end) = (self.unit.label(), self.unit.label());
                self.cond_jump(&node.test, orelse, false)?;
                self.cond_jump(&node.body, target, when)?;
                self.jump(Span::NONE, end);
                self.unit.bind(orelse);
                self.cond_jump(&node.orelse, target, when)?;
                self.unit.bind(end);
                return Ok(());
            }
            Expr::Compare(node) => {
                self.check_compare(node)?;
                if let ([op], [right]) = (&*node.ops, &*node.comparators) {
                    return self.jump_compare(&node.left, *op, right, at, target, when);
                }
                return self.jump_chain(node, target, when);
            }
            _ => {}
        }
        let value = self.operand(expr)?;
        let op = if when { Op::JumpIfTrue } else { Op::JumpIfFalse };
        self.jump_if(at, op, [value, 0, 0], target);
        Ok(())
    }

    pub(super) fn jump_compare(
        &mut self,
        left: &'a Expr,
        op: CmpOp,
        right: &'a Expr,
        at: Span,
        target: Label,
        when: bool,
    ) -> Outcome<()> {
        let slot = self.unit.temp();
        let a = self.operand_before(left, slot, &[right])?;
        self.jump_compare_reg(a, op, right, at, target, when)
    }

    pub(super) fn jump_compare_reg(
        &mut self,
        a: Reg,
        op: CmpOp,
        right: &'a Expr,
        at: Span,
        target: Label,
        when: bool,
    ) -> Outcome<()> {
        if let (CmpOp::Is | CmpOp::IsNot, Expr::NoneLiteral(_)) = (op, right) {
            let op = if (op == CmpOp::Is) == when { Op::JumpIfNone } else { Op::JumpIfNotNone };
            self.jump_if(at, op, [a, 0, 0], target);
            return Ok(());
        }
        let small = self.const_of(right).filter(|c| matches!(c, Const::Int(_)));
        if let Some(n) = small.and_then(|c| as_int(&c)).and_then(|n| i8::try_from(n).ok()) {
            let op = match op {
                CmpOp::Lt => Some(Op::JLtI),
                CmpOp::LtE => Some(Op::JLeI),
                CmpOp::Eq => Some(Op::JEqI),
                CmpOp::NotEq => Some(Op::JNeI),
                CmpOp::Gt => Some(Op::JGtI),
                CmpOp::GtE => Some(Op::JGeI),
                _ => None,
            };
            if let Some(op) = op {
                self.jump_if(at, op, [a, n.into(), i32::from(when)], target);
                return Ok(());
            }
        }
        let b = self.comparand(op, right)?;
        self.jump_compare_regs(a, op, b, at, target, when);
        Ok(())
    }

    pub(super) fn jump_compare_regs(
        &mut self,
        a: Reg,
        op: CmpOp,
        b: Reg,
        at: Span,
        target: Label,
        when: bool,
    ) {
        let (op, sense) = match op {
            CmpOp::Lt => (Op::JLt, when),
            CmpOp::LtE => (Op::JLe, when),
            CmpOp::Eq => (Op::JEq, when),
            CmpOp::NotEq => (Op::JNe, when),
            CmpOp::Gt => (Op::JGt, when),
            CmpOp::GtE => (Op::JGe, when),
            CmpOp::Is => (Op::JIs, when),
            CmpOp::IsNot => (Op::JIs, !when),
            CmpOp::In => (Op::JIn, when),
            CmpOp::NotIn => (Op::JIn, !when),
        };
        self.jump_if(at, op, [a, b, i32::from(sense)], target);
    }

    pub(super) fn jump_chain(
        &mut self,
        node: &'a ast::ExprCompare,
        target: Label,
        when: bool,
    ) -> Outcome<()> {
        let at = span(node);
        let end = self.unit.label();
        let no = if when { end } else { target };
        let mut fails = Vec::new();
        // Operands that are needed twice take turns in two temporaries.
        let slots = [self.unit.temp(), self.unit.temp()];
        let later: Vec<&Expr> = node.comparators.iter().collect();
        let mut left = self.operand_before(&node.left, slots[1], &later)?;
        let count = node.ops.len();
        for (index, (op, right)) in node.ops.iter().zip(&node.comparators).enumerate() {
            if index + 1 == count {
                self.jump_compare_reg(left, *op, right, at, target, when)?;
                break;
            }
            let kept = self.operand_before(right, slots[index % 2], &later[index + 1..])?;
            let mark = self.unit.height;
            let b = self.shared(kept, at);
            let fail = self.unit.label();
            self.jump_compare_regs(left, *op, b, at, if kept >= 0 { fail } else { no }, false);
            self.unit.height = mark;
            if kept >= 0 {
                fails.push((fail, kept));
            }
            left = kept;
        }
        if !fails.is_empty() {
            self.jump(Span::NONE, end);
            for (label, temp) in fails {
                self.unit.bind(label);
                self.emit(at, Op::Clear, temp, 0, 0);
                self.jump(Span::NONE, no);
            }
        }
        self.unit.bind(end);
        Ok(())
    }
}

fn compare_opcode(op: CmpOp) -> Op {
    match op {
        CmpOp::Eq => Op::Eq,
        CmpOp::NotEq => Op::Ne,
        CmpOp::Lt => Op::Lt,
        CmpOp::LtE => Op::Le,
        CmpOp::Gt => Op::Gt,
        CmpOp::GtE => Op::Ge,
        CmpOp::Is => Op::Is,
        CmpOp::IsNot => Op::IsNot,
        CmpOp::In => Op::In,
        CmpOp::NotIn => Op::NotIn,
    }
}
