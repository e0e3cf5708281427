//! Binding: assignment targets, augmented assignment, deletion.

use ruff_python_ast::{self as ast, Expr};

use super::super::bytecode::ops::Op;
use super::compile::{Compiler, contains_walrus, span};
use super::emit::Reg;
use super::problem::Outcome;
use super::regs::MAX_RUN;
use super::source::Span;

impl<'a> Compiler<'a> {
    /// `targets = … = value`
    pub(super) fn assign(&mut self, node: &'a ast::StmtAssign) -> Outcome<()> {
        let mark = self.unit.height;
        if let [target] = &*node.targets {
            if let Expr::Name(name) = target {
                self.check_store(&name.id, span(target))?;
                if let Some(local) = self.fast_local(&name.id) {
                    self.expr_to(&node.value, local)?;
                    return Ok(());
                }
            }
            if self.assign_pairs(target, &node.value)? {
                return Ok(());
            }
            if let Expr::Attribute(_) | Expr::Subscript(_) = target {
                return self.assign_place(target, &node.value);
            }
        }
        let value = self.operand(&node.value)?;
        if let Some((last, first)) = node.targets.split_last() {
            for target in first {
                let mark = self.unit.height;
                if value >= 0 {
                    let copy = self.unit.temp();
                    self.emit(span(target), Op::Copy, copy, value, 0);
                    self.store(target, copy)?;
                } else {
                    self.store(target, value)?;
                }
                self.unit.height = mark;
            }
            self.store(last, value)?;
        }
        self.unit.height = mark;
        Ok(())
    }

    /// `object.name = value`, `object[index] = value`: the value is evaluated first.
    fn assign_place(&mut self, target: &'a Expr, value: &'a Expr) -> Outcome<()> {
        let mark = self.unit.height;
        let later: Vec<&Expr> = match target {
            Expr::Attribute(node) => vec![&node.value],
            Expr::Subscript(node) => vec![&node.value, &node.slice],
            _ => Vec::new(),
        };
        let slot = self.unit.temp();
        let value = self.operand_before(value, slot, &later)?;
        self.store(target, value)?;
        self.unit.height = mark;
        Ok(())
    }

    /// `a, b = c, d` without a tuple.
    fn assign_pairs(&mut self, target: &'a Expr, value: &'a Expr) -> Outcome<bool> {
        let elts = |e: &'a Expr| -> Option<&'a [Expr]> {
            match e {
                Expr::Tuple(node) => Some(&node.elts),
                Expr::List(node) => Some(&node.elts),
                _ => None,
            }
        };
        let (Some(targets), Some(values)) = (elts(target), elts(value)) else { return Ok(false) };
        let plain = |list: &[Expr]| !list.iter().any(Expr::is_starred_expr);
        if targets.len() != values.len()
            || targets.len() < 2
            || targets.len() > 8
            || !plain(targets)
            || !plain(values)
            || self.const_of(value).is_some()
        {
            return Ok(false);
        }
        let mark = self.unit.height;
        let mut regs = Vec::with_capacity(values.len());
        for value in values {
            regs.push(self.expr_temp(value)?);
        }
        for (target, reg) in targets.iter().zip(regs) {
            self.store(target, reg)?;
        }
        self.unit.height = mark;
        Ok(true)
    }

    /// Binds a target to the value in `src`, which is used up if it is a temporary.
    pub(super) fn store(&mut self, target: &'a Expr, src: Reg) -> Outcome<()> {
        let mark = self.unit.height;
        let at = span(target);
        match target {
            Expr::Name(node) => {
                self.check_store(&node.id, at)?;
                self.store_name(at, &node.id, src);
            }
            Expr::Attribute(node) => {
                self.check_store(&node.attr, at)?;
                self.note_static_attribute(node);
                let object = self.operand(&node.value)?;
                let name = self.mangled_index(&node.attr);
                let at = self.attribute_span(node);
                self.emit_x(at, Op::StoreAttr, [object, src, 0], [name, 0]);
            }
            Expr::Subscript(node) => {
                let slot = self.unit.temp();
                let object = self.operand_before(&node.value, slot, &[&node.slice])?;
                if let Expr::Slice(slice) = &*node.slice
                    && self.const_of(&node.slice).is_none()
                {
                    let bounds = self.slice_bounds(slice)?;
                    self.emit(at, Op::StoreSlice, object, src, bounds);
                } else {
                    let index = self.index_operand(&node.slice)?;
                    self.emit(at, Op::StoreSubscr, object, index, src);
                }
            }
            Expr::Tuple(node) => self.unpack(&node.elts, at, src)?,
            Expr::List(node) => self.unpack(&node.elts, at, src)?,
            Expr::Starred(_) => {
                return self.error(at, "starred assignment target must be in a list or tuple");
            }
            other => {
                return self.error(at, format!("cannot assign to {}", super::describe::expr_name(other)));
            }
        }
        self.unit.height = mark;
        Ok(())
    }

    fn unpack(&mut self, targets: &'a [Expr], at: Span, src: Reg) -> Outcome<()> {
        let star = targets.iter().position(Expr::is_starred_expr);
        if let Some(star) = star {
            if targets[star + 1..].iter().any(Expr::is_starred_expr) {
                return self.error(at, "multiple starred expressions in assignment");
            }
            if star >= 1 << 8 || targets.len() - star > 1 << 23 {
                return self.error(at, "too many expressions in star-unpacking assignment");
            }
        }
        if targets.len() > MAX_RUN {
            return self.unpack_long(targets, star, at, src);
        }
        let count = targets.len() as u32;
        let base = self.unit.temps(count);
        match star {
            Some(star) => {
                let after = count - star as u32 - 1;
                self.emit_x(at, Op::UnpackEx, [base, src, star as i32], [after, 0]);
            }
            None => self.emit(at, Op::UnpackSequence, base, src, count as i32),
        }
        self.store_run(targets, base)
    }

    fn store_run(&mut self, targets: &'a [Expr], base: Reg) -> Outcome<()> {
        for (index, target) in targets.iter().enumerate() {
            let target = match target {
                Expr::Starred(star) => &star.value,
                plain => plain,
            };
            self.store(target, base + index as i32)?;
        }
        Ok(())
    }

    /// Targets that do not fit a run: the items travel in a list.
    fn unpack_long(&mut self, targets: &'a [Expr], star: Option<usize>, at: Span, src: Reg) -> Outcome<()> {
        let list = self.unit.temp();
        let (before, after) = match star {
            Some(star) => (star as u32, (targets.len() - star - 1) as u32),
            None => (targets.len() as u32, u32::MAX),
        };
        self.emit_x(at, Op::UnpackList, [list, src, 0], [before, after]);
        for (index, target) in targets.iter().enumerate() {
            let mark = self.unit.height;
            let (key, item, keep) = (self.unit.temp(), self.unit.temp(), index + 1 < targets.len());
            let holder = if keep {
                self.emit(at, Op::Copy, item, list, 0);
                item
            } else {
                list
            };
            self.emit(at, Op::LoadInt, key, index as i32, 0);
            self.emit(at, Op::Subscr, item, holder, key);
            let target = match target {
                Expr::Starred(star) => &star.value,
                plain => plain,
            };
            self.store(target, item)?;
            self.unit.height = mark;
        }
        Ok(())
    }

    /// `target op= value`
    pub(super) fn augmented(&mut self, node: &'a ast::StmtAugAssign) -> Outcome<()> {
        let mark = self.unit.height;
        let at = span(node);
        match &*node.target {
            Expr::Name(name) => {
                let target_at = span(name);
                self.check_store(&name.id, target_at)?;
                if let Some(local) = self.fast_local(&name.id) {
                    self.emit(target_at, Op::CheckBound, local, 0, 0);
                    let mut left = local;
                    if self.has_walrus() && contains_walrus(&node.value) {
                        left = self.unit.temp();
                        self.emit(target_at, Op::Copy, left, local, 0);
                    }
                    self.binary_into(node.op, left, &node.value, at, local, true)?;
                } else {
                    let value = self.unit.temp();
                    self.load_name(target_at, &name.id, value);
                    self.binary_into(node.op, value, &node.value, at, value, true)?;
                    self.store_name(target_at, &name.id, value);
                }
            }
            Expr::Attribute(target) => {
                self.check_store(&target.attr, span(target))?;
                let target_at = self.attribute_span(target);
                let slot = self.unit.temp();
                let object = self.operand_before(&target.value, slot, &[&node.value])?;
                let value = self.unit.temp();
                let name = self.mangled_index(&target.attr);
                // A temporary is used up by the instruction, a local is not.
                let source = if object < 0 { object } else { value };
                if object >= 0 {
                    self.emit(target_at, Op::Copy, value, object, 0);
                }
                self.emit_x(target_at, Op::LoadAttr, [value, source, 0], [name, 0]);
                self.binary_into(node.op, value, &node.value, at, value, true)?;
                self.emit_x(target_at, Op::StoreAttr, [object, value, 0], [name, 0]);
            }
            Expr::Subscript(target) => {
                let target_at = span(target);
                let slot = self.unit.temp();
                let object = self.operand_before(&target.value, slot, &[&target.slice, &node.value])?;
                let slot = self.unit.temp();
                let index = self.operand_before(&target.slice, slot, &[&node.value])?;
                let value = self.unit.temp();
                let inner = self.unit.height;
                let copy_object = self.again(object, target_at);
                let copy_index = self.again(index, target_at);
                self.emit(target_at, Op::Subscr, value, copy_object, copy_index);
                self.unit.height = inner;
                self.binary_into(node.op, value, &node.value, at, value, true)?;
                self.emit(target_at, Op::StoreSubscr, object, index, value);
            }
            other => {
                let message = format!(
                    "'{}' is an illegal expression for augmented assignment",
                    super::describe::expr_name(other)
                );
                return self.error(span(other), message);
            }
        }
        self.unit.height = mark;
        Ok(())
    }

    /// A second reference to an operand.
    fn again(&mut self, reg: Reg, at: Span) -> Reg {
        if reg < 0 {
            return reg;
        }
        let copy = self.unit.temp();
        self.emit(at, Op::Copy, copy, reg, 0);
        copy
    }

    /// `del target`
    pub(super) fn delete(&mut self, target: &'a Expr) -> Outcome<()> {
        let mark = self.unit.height;
        let at = span(target);
        match target {
            Expr::Name(node) => {
                if node.id.as_str() == "__debug__" {
                    return self.error(at, "cannot delete __debug__");
                }
                self.delete_name(at, &node.id);
            }
            Expr::Attribute(node) => {
                if node.attr.as_str() == "__debug__" {
                    return self.error(at, "cannot delete __debug__");
                }
                let object = self.operand(&node.value)?;
                let name = self.mangled_index(&node.attr);
                let at = self.attribute_span(node);
                self.emit_x(at, Op::DeleteAttr, [object, 0, 0], [name, 0]);
            }
            Expr::Subscript(node) => {
                let slot = self.unit.temp();
                let object = self.operand_before(&node.value, slot, &[&node.slice])?;
                let index = self.index_operand(&node.slice)?;
                self.emit(at, Op::DeleteSubscr, object, index, 0);
            }
            Expr::Tuple(node) => node.elts.iter().try_for_each(|e| self.delete(e))?,
            Expr::List(node) => node.elts.iter().try_for_each(|e| self.delete(e))?,
            other => return self.error(at, format!("cannot delete {}", super::describe::expr_name(other))),
        }
        self.unit.height = mark;
        Ok(())
    }

    /// `self.x = …` in a method makes `x` one of the class's `__static_attributes__`.
    fn note_static_attribute(&mut self, node: &ast::ExprAttribute) {
        let Expr::Name(object) = &*node.value else { return };
        if object.id.as_str() != "self" {
            return;
        }
        let name = self.table.names.intern(&node.attr);
        if let Some(class) =
            self.outer.iter_mut().rev().find(|unit| unit.kind == super::unit::UnitKind::Class)
            && !class.static_attributes.contains(&name)
        {
            class.static_attributes.push(name);
        }
    }
}
