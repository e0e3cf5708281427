//! Calls of native functions and methods whose parameters are exactly the arguments.

use crate::runtime::builtins::descr::{MethodDescriptor, NativeFunction};
use crate::runtime::bytecode::ops::Op;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap;
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::forms;
use crate::runtime::interp::frame::info;
use crate::runtime::interp::handlers::{calls, handlers};
use crate::runtime::interp::machine::{self, Machine, State, Table};
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Header, Obj, Value, is_object_bits};

/// What a native function runs.
type Body = fn(&Vm, &[Value]) -> PyResult<Value>;

/// What a native function runs on that many arguments, if they are what it takes.
///
/// # Safety
/// The callable is a native function.
#[inline(always)]
pub unsafe fn function_body(callable: u64, count: u32) -> Option<Body> {
    // SAFETY: the caller has seen the kind.
    let function = unsafe { &*(callable as *const Obj<NativeFunction>) };
    if function.passes_self { None } else { function.def.exact_body(count as usize) }
}

/// The same of a native method and its receiver, the first of the arguments, which has to be of the type that the method belongs
/// to.
///
/// # Safety
/// The callable is a native method, the arguments are live values.
#[inline(always)]
pub unsafe fn method_body(callable: u64, args: *mut Value, count: u32) -> Option<Body> {
    // SAFETY: the caller has seen the kind; arguments are live values.
    unsafe {
        let method = &*(callable as *const Obj<MethodDescriptor>);
        let fits = count > 0 && (*args).header().is_some_and(|head| head.ty.get() == method.owner.head_ptr());
        if fits { method.def.exact_body(count as usize) } else { None }
    }
}

/// Runs a native function on the arguments in a call's run, drops the run, stores the result and goes on.
#[inline(always)]
unsafe fn run(m: Machine, body: Body, args: *mut Value, count: u32) -> State {
    m.frame().set_pc(m.pc);
    // SAFETY: the run holds the callable, maybe an empty word, and that many arguments, which the call uses up.
    unsafe {
        match body(m.vm, std::slice::from_raw_parts(args, count as usize)) {
            Ok(result) => {
                let run = m.base.offset(m.b());
                let mut place = args.add(count as usize);
                while place > run {
                    place = place.sub(1);
                    if (*place).is_object() {
                        drop(place.replace(Value::UNBOUND));
                    }
                }
                if m.extra(0) == forms::DROPS {
                    return m.drop_next(2, result.into_bits());
                }
                m.put(m.a(), result.into_bits(), 1)
            }
            Err(raised) => machine::fail(m.vm, m.base, raised),
        }
    }
}

/// Something else is called than the form is for: it becomes the plain one again.
#[cold]
#[inline(never)]
unsafe fn call_again(pc: *const u32, base: *mut Value, vm: &Vm, table: &Table) -> State {
    let m = Machine { pc, base, vm, table };
    let moves = m.frame().is(info::GENERATOR);
    let form = match Op::decode(m.at().word()).map(Op::plain) {
        Some(Op::Call) if moves => Op::CallMoving,
        Some(Op::Call) => Op::Call,
        _ if moves => Op::CallMethodMoving,
        _ => Op::CallMethod,
    };
    forms::rewrite(m.at(), form);
    // SAFETY: the same instruction.
    unsafe { m.go(pc.sub(1)) }
}

/// A native function was called with exactly its arguments: the next time that is expected.
pub fn expect_native(at: At) {
    match Op::decode(at.word()).map(Op::plain) {
        Some(Op::Call) => forms::rewrite(at, Op::CallNative),
        Some(Op::CallMethod) => forms::rewrite(at, Op::CallMethodNative),
        _ => {}
    }
}

/// A native method was called with exactly its arguments, as a method: the next time that is expected.
pub fn expect_native_method(at: At) {
    if Op::decode(at.word()).map(Op::plain) == Some(Op::CallMethod) {
        forms::rewrite(at, Op::CallMethodNative);
    }
}

#[inline(always)]
unsafe fn kind_of(callable: u64) -> u16 {
    if is_object_bits(callable) {
        // SAFETY: a register holds live values.
        unsafe { heap::type_head(&*(callable as *const Header)) }.kind.get()
    } else {
        kind::OTHER
    }
}

handlers! {
    /// `A = B0(B1, …)`
    call_native(m) {
        let run_at = m.base.offset(m.b());
        let (callable, args, count) = (*run_at.cast::<u64>(), run_at.add(1), m.n8());
        if kind_of(callable) == kind::NATIVE_FUNCTION
            && let Some(body) = function_body(callable, count)
        {
            return run(m, body, args, count);
        }
        call_again(m.pc, m.base, m.vm, m.table)
    }
    /// `A = B0(B1, B2, …)`, B1 the receiver or nothing.
    call_method_native(m) {
        let (callable, args, count) = calls::method_run(m.base, m.b(), m.n8());
        let body = match kind_of(callable) {
            kind::METHOD_DESCRIPTOR => method_body(callable, args, count),
            kind::NATIVE_FUNCTION => function_body(callable, count),
            _ => None,
        };
        match body {
            Some(body) => run(m, body, args, count),
            None => call_again(m.pc, m.base, m.vm, m.table),
        }
    }
}
