//! Arithmetic and comparison beyond small ints and tagged floats.

use crate::runtime::bytecode::ops::Inplace;
use crate::runtime::error::PyResult;
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::ops::flow::has;
use crate::runtime::object::dict::exact_str;
use crate::runtime::object::ops::{self, BinaryOp};
use crate::runtime::object::typedef::{Cmp, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

#[inline(always)]
fn finish(at: At, result: Value) {
    let (a, b, c) = (at.a(), at.b(), at.c());
    if b != a {
        at.done(b);
    }
    if c != a {
        at.done(c);
    }
    at.set(a, result);
}

/// A float of either form, or a small int that is one exactly, and whether it is a float.
#[inline(always)]
fn real(value: &Value) -> Option<(f64, bool)> {
    if let Some(x) = value.as_tagged_float() {
        return Some((x, true));
    }
    if let Some(i) = value.as_small() {
        return (i.unsigned_abs() < 1 << 53).then_some((i as f64, false));
    }
    // Floats that the word does not hold; those of subclasses may have operators of their own.
    if value.is_object() && value.kind() == kind::FLOAT { value.as_float().map(|x| (x, true)) } else { None }
}

/// Sum, difference or product of a float and a float or small int.
#[inline(always)]
fn quick_float(vm: &Vm, x: &Value, y: &Value, op: &BinaryOp) -> Option<Value> {
    let ((a, first), (b, second)) = (real(x)?, real(y)?);
    if !first && !second {
        return None;
    }
    let result = if std::ptr::eq(op, &ops::ADD) {
        a + b
    } else if std::ptr::eq(op, &ops::SUB) {
        a - b
    } else if std::ptr::eq(op, &ops::MUL) {
        a * b
    } else if std::ptr::eq(op, &ops::TRUE_DIV) && b != 0.0 {
        a / b
    } else {
        return None;
    };
    Some(vm.float(result))
}

/// `A = B op C`
#[inline(never)]
pub fn binary(vm: &Vm, at: At, op: &BinaryOp) -> PyResult<()> {
    let (x, y) = (at.reg(at.b()), at.reg(at.c()));
    if let Some(result) = quick_float(vm, x, y, op) {
        finish(at, result);
        return Ok(());
    }
    if std::ptr::eq(op, &ops::ADD)
        && let (Some(a), Some(b)) = (exact_str(x), exact_str(y))
    {
        let result = vm.str_concat(a, b);
        finish(at, result);
        return Ok(());
    }
    let result = vm.binary(x, y, op)?;
    finish(at, result);
    Ok(())
}

/// `A = B op small int`
#[inline(never)]
pub fn binary_small(vm: &Vm, at: At, op: &BinaryOp) -> PyResult<()> {
    let y = Value::small_wrapping(i64::from(at.c()));
    let x = at.reg(at.b());
    // `IAddI` and `ISubI` are augmented assignments.
    let inplace = matches!(
        crate::runtime::bytecode::ops::Op::decode(at.word()),
        Some(crate::runtime::bytecode::ops::Op::IAddI | crate::runtime::bytecode::ops::Op::ISubI)
    );
    let result = if inplace { vm.binary_inplace(x, &y, op)? } else { vm.binary(x, &y, op)? };
    if at.b() != at.a() {
        at.done(at.b());
    }
    at.set(at.a(), result);
    Ok(())
}

/// `A = B / C`
#[inline(never)]
pub fn true_div(vm: &Vm, at: At) -> PyResult<()> {
    let (x, y) = (at.reg(at.b()), at.reg(at.c()));
    if let (Some(n), Some(d)) = (x.as_small(), y.as_small())
        && d != 0
        && n.unsigned_abs() < 1 << 53
        && d.unsigned_abs() < 1 << 53
    {
        let result = vm.float(n as f64 / d as f64);
        finish(at, result);
        return Ok(());
    }
    binary(vm, at, &ops::TRUE_DIV)
}

/// `A = B ** C`
#[inline(never)]
pub fn pow(vm: &Vm, at: At) -> PyResult<()> {
    let result = vm.power(at.reg(at.b()), at.reg(at.c()), &Value::NONE)?;
    finish(at, result);
    Ok(())
}

/// `A = B << C`
#[inline(never)]
pub fn lshift(vm: &Vm, at: At) -> PyResult<()> {
    if let (Some(x), Some(y)) = (at.reg(at.b()).as_small(), at.reg(at.c()).as_small())
        && (0..62).contains(&y)
        && (x << y) >> y == x
        && let Some(result) = Value::small(x << y)
    {
        at.set(at.a(), result);
        return Ok(());
    }
    binary(vm, at, &ops::LSHIFT)
}

/// `A = B += C`: a string with one reference grows in place.
#[inline(never)]
pub fn iadd(vm: &Vm, at: At) -> PyResult<()> {
    let (x, y) = (at.reg(at.b()), at.reg(at.c()));
    if exact_str(x).is_some()
        && let Some(b) = exact_str(y)
    {
        let result = if at.a() == at.b() || at.b() >= 0 {
            let owned = std::mem::replace(at.reg(at.b()), Value::UNBOUND);
            vm.str_append(owned, b)
        } else {
            match exact_str(x) {
                Some(a) => vm.str_concat(a, b),
                None => Value::NONE,
            }
        };
        finish(at, result);
        return Ok(());
    }
    inplace(vm, at, &ops::ADD)
}

/// `A = B op= C`
#[inline(never)]
pub fn inplace(vm: &Vm, at: At, op: &BinaryOp) -> PyResult<()> {
    let (x, y) = (at.reg(at.b()), at.reg(at.c()));
    let result = match quick_float(vm, x, y, op) {
        Some(result) => result,
        None => vm.binary_inplace(x, y, op)?,
    };
    finish(at, result);
    Ok(())
}

/// `InplaceOp`
#[inline(never)]
pub fn inplace_op(vm: &Vm, at: At) -> PyResult<()> {
    let op = match Inplace::decode(at.extra(0)) {
        Some(Inplace::TrueDiv) => &ops::TRUE_DIV,
        Some(Inplace::FloorDiv) => &ops::FLOOR_DIV,
        Some(Inplace::Mod) => &ops::MOD,
        Some(Inplace::MatMul) => &ops::MAT_MUL,
        Some(Inplace::LShift) => &ops::LSHIFT,
        Some(Inplace::RShift) => &ops::RSHIFT,
        Some(Inplace::And) => &ops::AND,
        Some(Inplace::Or) => &ops::OR,
        Some(Inplace::Xor) => &ops::XOR,
        Some(Inplace::Pow) | None => {
            let result = vm.power_inplace(at.reg(at.b()), at.reg(at.c()))?;
            finish(at, result);
            return Ok(());
        }
    };
    inplace(vm, at, op)
}

fn unary_done(at: At, result: Value) {
    if at.b() != at.a() {
        at.done(at.b());
    }
    at.set(at.a(), result);
}

/// `A = -B`
#[inline(never)]
pub fn neg(vm: &Vm, at: At) -> PyResult<()> {
    let result = vm.unary(at.reg(at.b()), |s| s.neg, "unary -")?;
    unary_done(at, result);
    Ok(())
}

/// `A = +B`
#[inline(never)]
pub fn pos(vm: &Vm, at: At) -> PyResult<()> {
    let result = vm.unary(at.reg(at.b()), |s| s.pos, "unary +")?;
    unary_done(at, result);
    Ok(())
}

/// `A = ~B`
#[inline(never)]
pub fn invert(vm: &Vm, at: At) -> PyResult<()> {
    let result = vm.unary(at.reg(at.b()), |s| s.invert, "unary ~")?;
    unary_done(at, result);
    Ok(())
}

/// `A = B op C` for comparisons.
#[inline(never)]
pub fn compare(vm: &Vm, at: At, op: Cmp) -> PyResult<()> {
    let (x, y) = (at.reg(at.b()), at.reg(at.c()));
    let result = match quick_compare(x, y, op) {
        Some(b) => Value::bool(b),
        None => vm.compare(x, y, op)?,
    };
    finish(at, result);
    Ok(())
}

#[inline(always)]
fn quick_compare(x: &Value, y: &Value, op: Cmp) -> Option<bool> {
    if let Some(a) = exact_str(x) {
        let b = exact_str(y)?;
        return matches!(op, Cmp::Eq | Cmp::Ne).then(|| a.same(b) == (op == Cmp::Eq));
    }
    let ((a, _), (b, _)) = (real(x)?, real(y)?);
    Some(a.partial_cmp(&b).map_or(op == Cmp::Ne, |ordering| op.holds(ordering)))
}

/// Truth of `A op B`, both used up.
#[inline(never)]
pub fn compare_truth(vm: &Vm, at: At, op: Cmp) -> PyResult<bool> {
    let (x, y) = (at.reg(at.a()), at.reg(at.b()));
    let truth = match quick_compare(x, y, op) {
        Some(b) => b,
        None => {
            let result = vm.compare(x, y, op)?;
            vm.truth(&result)?
        }
    };
    at.done(at.a());
    at.done(at.b());
    Ok(truth)
}

/// Truth of `A op small int B`, A used up.
#[inline(never)]
pub fn compare_small(vm: &Vm, at: At, op: Cmp) -> PyResult<bool> {
    let y = Value::small_wrapping(i64::from(at.b()));
    let x = at.reg(at.a());
    if let Some(x) = x.as_tagged_float() {
        return Ok(match x.partial_cmp(&f64::from(at.b())) {
            Some(ordering) => op.holds(ordering),
            None => op == Cmp::Ne,
        });
    }
    let result = vm.compare(x, &y, op)?;
    let truth = vm.truth(&result)?;
    at.done(at.a());
    Ok(truth)
}

/// `B in C`, both used up.
#[inline(never)]
pub fn contains(vm: &Vm, at: At) -> PyResult<bool> {
    let found = has(vm, at.reg(at.c()), at.reg(at.b()))?;
    at.done(at.b());
    at.done(at.c());
    Ok(found)
}
