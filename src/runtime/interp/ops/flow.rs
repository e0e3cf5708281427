//! Truth and containment in jumps, and what the machine attends to between instructions.

use crate::runtime::builtins::sets;
use crate::runtime::error::PyResult;
use crate::runtime::interp::dispatch::At;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

/// Signals, collections, thread switches, scheduled calls.
#[cold]
#[inline(never)]
pub fn attend(vm: &Vm) -> PyResult<()> {
    vm.attend()
}

/// Truth of operand A, which is used up.
#[inline(never)]
pub fn truth_used(vm: &Vm, at: At) -> PyResult<bool> {
    let truth = vm.truth(at.reg(at.a()))?;
    at.done(at.a());
    Ok(truth)
}

/// `item in container`
#[inline(always)]
pub fn has(vm: &Vm, container: &Value, item: &Value) -> PyResult<bool> {
    match container.kind() {
        kind::SET | kind::FROZENSET => sets::contains(vm, container, item),
        _ => vm.contains(container, item),
    }
}

/// `A in B`, both used up.
#[inline(never)]
pub fn jump_in(vm: &Vm, at: At) -> PyResult<bool> {
    let (container, item) = (at.reg(at.b()), at.reg(at.a()));
    let found = has(vm, container, item)?;
    at.done(at.a());
    at.done(at.b());
    Ok(found)
}
