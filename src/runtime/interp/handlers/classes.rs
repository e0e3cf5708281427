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
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Type, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Value, bits};

/// Where a frame of a function would begin whose first local takes the place in front of the `count` arguments at `args`, and
/// where its locals begin: mostly there. What a generator calls runs above the frame that resumed it: the arguments move. `None`
/// if the frame has no room; otherwise the depth is counted.
#[inline(always)]
unsafe fn place(
    vm: &Vm,
    base: *mut Value,
    function: &Obj<Function>,
    args: *mut Value,
    count: u32,
) -> Option<(Frame, *mut Value)> {
    if function.simple_args.get() != count + 1 {
        return None;
    }
    let in_generator = Frame(base).is(info::GENERATOR);
    // SAFETY: addresses in the register stack.
    let (first, new, end) = unsafe {
        let first = if in_generator { Frame(base).address(word::END) as *mut Value } else { args.sub(1) };
        let new = first.add(function.locals.get() as usize);
        (first, new, new.add(function.frame_words.get() as usize))
    };
    let left = vm.depth_left.get();
    if end > vm.call_limit() || left <= 0 {
        return None;
    }
    vm.depth_left.set(left - 1);
    if in_generator {
        for at in 0..count as usize {
            // SAFETY: the stack is written below the limit, and dead there.
            unsafe { first.add(1 + at).write(args.add(at).replace(Value::UNBOUND)) };
        }
    }
    Some((Frame(new), first))
}

/// Begins a frame that owns its function. Its arguments lie where its locals begin.
#[inline(always)]
unsafe fn begin(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    function: &Obj<Function>,
    (new, behind, flags): (Frame, *mut Value, u64),
) -> State {
    // SAFETY: the stack is written below the limit, and what lies behind the arguments is dead.
    unsafe {
        let at = At { base, pc };
        Frame(base).set_pc(pc.add(1));
        let mut place = behind;
        while place < new.0 {
            place.cast::<u64>().write_volatile(bits::UNBOUND);
            place = place.add(1);
        }
        let register = u64::from(at.a() as u8) << 8;
        let owned = function.to_value().into_bits() | 1;
        new.begin(vm, base, function, owned, register | flags | info::OWNS);
        State { pc: function.entry.get(), base: new.0 }
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
            if let Some((new, first)) = place(vm, base, function, args, count) {
                let instance = vm.alloc(&ty.to_ref(), Plain).into_value();
                let run = base.offset(At { base, pc }.b() as isize);
                let class = run.replace(Value::UNBOUND);
                first.cast::<u64>().write(instance.clone().into_bits());
                // The instance keeps it alive.
                drop(class);
                new.set(word::NAMESPACE, instance.into_bits());
                return begin(pc, base, vm, function, (new, first.add(count as usize + 1), info::INIT));
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
            if let Some((new, first)) = place(vm, base, function, args, count) {
                let run = base.offset(At { base, pc }.b() as isize);
                let method = run.replace(Value::UNBOUND);
                let held = &*(callable as *const Obj<BoundMethod>);
                first.cast::<u64>().write(held.receiver.clone().into_bits());
                let state = begin(pc, base, vm, function, (new, first.add(count as usize + 1), 0));
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
