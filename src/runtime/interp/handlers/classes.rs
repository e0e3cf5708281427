//! Calls of classes with a plain `__init__` and of bound methods: the instance or receiver takes the place in front of the
//! arguments, and the frame owns its function.

use crate::runtime::builtins::descr::BoundMethod;
use crate::runtime::builtins::types::{self, Plain};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::frame::{Frame, info, word};
use crate::runtime::interp::function::Function;
use crate::runtime::interp::handlers::calls::{call_other, finish_native};
use crate::runtime::interp::machine::State;
use crate::runtime::interp::push::{self, Laid};
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Type, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Value};

/// Begins a frame that owns its function; its locals are laid out.
#[inline(always)]
unsafe fn begin(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    function: &Obj<Function>,
    (frame, flags): (Frame, u64),
) -> State {
    // SAFETY: a handler's promise; the locals are live.
    unsafe {
        Frame(base).set_pc(pc.add(1));
        let register = u64::from(At { base, pc }.a() as u8) << 8;
        let owned = function.to_value().into_bits() | 1;
        frame.begin(vm, base, function, owned, register | flags | info::OWNS);
        State { pc: function.entry.get(), base: frame.0 }
    }
}

/// Calls a class, which the call's run holds in front of the arguments.
///
/// # Safety
/// `callable` is a class whose metaclass is `type`; a handler's promise for the rest.
#[inline(never)]
pub unsafe fn call_class(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    callable: u64,
    args: *mut Value,
    count: u32,
) -> State {
    // SAFETY: as promised.
    unsafe {
        let ty = &*(callable as *const Obj<Type>);
        if !ty.has(type_flag::HEAP) {
            return call_builtin_class(pc, base, vm, callable, args, count);
        }
        let (version, init) = ty.init.get();
        if version != 0 && version == ty.fast.version.get() && !ty.has(type_flag::ABSTRACT) {
            let function = &*(init as *const Obj<Function>);
            if let Some(Laid { frame, locals }) = push::lay(vm, base, function, (args, count), 1) {
                let instance = vm.alloc(&ty.to_ref(), Plain).into_value();
                let run = base.offset(At { base, pc }.b() as isize);
                let class = run.replace(Value::UNBOUND);
                locals.cast::<u64>().write(instance.clone().into_bits());
                // The instance keeps it alive.
                drop(class);
                frame.set(word::NAMESPACE, instance.into_bits());
                return begin(pc, base, vm, function, (frame, info::INIT));
            }
        }
        call_other(pc, base, vm, callable, args, count)
    }
}

/// Calls a class that is not made by Python code, `type` among them.
#[inline(never)]
unsafe fn call_builtin_class(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    callable: u64,
    args: *mut Value,
    count: u32,
) -> State {
    // SAFETY: a handler's promise; a class keeps its kind while it lies in the run.
    unsafe {
        let class = base.offset(At { base, pc }.b() as isize);
        let type_type = &vm.interp().type_type;
        if (*class).ty(vm).address() != type_type.address() {
            return call_other(pc, base, vm, callable, args, count);
        }
        if count == 1 && callable == type_type.address() {
            return finish_native(pc, base, vm, args, count, |vm, values| {
                Some(Ok(values[0].ty(vm).to_value()))
            });
        }
        finish_native(pc, base, vm, args, count, |vm, values| {
            Some(types::type_call(vm, &*class, Args::positional(values)))
        })
    }
}

/// Calls a bound method.
///
/// # Safety
/// `callable` is a bound method; a handler's promise for the rest.
#[inline(never)]
pub unsafe fn call_bound(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    callable: u64,
    args: *mut Value,
    count: u32,
) -> State {
    // SAFETY: as promised; the function is kept alive by the frame.
    unsafe {
        let method = &*(callable as *const Obj<BoundMethod>);
        if method.function.kind() == kind::FUNCTION {
            let function = &*(method.function.to_bits() as *const Obj<Function>);
            if let Some(Laid { frame, locals }) = push::lay(vm, base, function, (args, count), 1) {
                let run = base.offset(At { base, pc }.b() as isize);
                let method = run.replace(Value::UNBOUND);
                let held = &*(callable as *const Obj<BoundMethod>);
                locals.cast::<u64>().write(held.receiver.clone().into_bits());
                let state = begin(pc, base, vm, function, (frame, 0));
                // Nobody sees its end: receiver and function live on.
                drop(method);
                return state;
            }
        }
        call_other(pc, base, vm, callable, args, count)
    }
}

/// Remembers a class whose instances are made by `object.__new__` and a plain `__init__`.
pub fn remember_init(vm: &Vm, ty: &Obj<Type>, init: &Obj<Function>) {
    ty.init.set((ty.version(vm), init.address()));
}
