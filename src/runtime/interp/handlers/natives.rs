//! Calls of native functions and methods by positional arguments.

use crate::runtime::builtins::descr::{MethodDescriptor, NativeFunction};
use crate::runtime::bytecode::ops::Op;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap;
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::forms;
use crate::runtime::interp::frame::info;
use crate::runtime::interp::handlers::{calls, handlers};
use crate::runtime::interp::machine::{self, Machine, State, Table};
use crate::runtime::object::typedef::{Native, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Header, Obj, Value, bits, is_object_bits};

/// What a native function runs.
type Body = fn(&Vm, &[Value]) -> PyResult<Value>;

/// What a native function or method runs on that many positional arguments, if that can be told quickly: it does not take what it
/// is bound to, or its receiver, the first argument, is of the type that it belongs to.
///
/// # Safety
/// The callable and the arguments are live values.
#[inline(always)]
pub unsafe fn def_of(callable: u64, args: *mut Value, count: u32) -> Option<&'static Native> {
    // SAFETY: the kinds say what the callable is.
    unsafe {
        match kind_of(callable) {
            kind::NATIVE_FUNCTION => {
                let function = &*(callable as *const Obj<NativeFunction>);
                if function.passes_self { None } else { Some(function.def) }
            }
            kind::METHOD_DESCRIPTOR => {
                let method = &*(callable as *const Obj<MethodDescriptor>);
                let owner = method.owner.head_ptr();
                let fits = count > 0 && (*args).header().is_some_and(|head| head.ty.get() == owner);
                if fits { Some(method.def) } else { None }
            }
            _ => None,
        }
    }
}

/// Runs a native function on the arguments in a call's run, drops the run, stores the result and goes on.
#[inline(always)]
unsafe fn run(m: Machine, body: Body, args: *mut Value, count: u32) -> State {
    m.frame().set_pc(m.pc);
    // SAFETY: the run holds the callable, maybe an empty word, and that many arguments.
    unsafe {
        match body(m.vm, std::slice::from_raw_parts(args, count as usize)) {
            Ok(result) => finish(m, args, count, result.into_bits()),
            Err(raised) => machine::fail(m.vm, m.base, raised),
        }
    }
}

/// The same with a function that takes care of its arguments itself or some of whose parameters are left out.
#[inline(never)]
unsafe fn run_with_less<const METHOD: bool>(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    table: &Table,
    def: &'static Native,
) -> State {
    let m = Machine { pc, base, vm, table };
    // SAFETY: as in `run`.
    unsafe {
        let (_, args, count) = match METHOD {
            true => calls::method_run(base, m.b(), m.n8()),
            false => (0, base.offset(m.b() + 1), m.n8()),
        };
        m.frame().set_pc(pc);
        match outcome(vm, def, args, count) {
            bits::UNBOUND => machine::fail(vm, base, Raised::token()),
            result => finish(m, args, count, result),
        }
    }
}

/// What a native function gives for arguments that it takes; unbound if it has raised.
#[inline(never)]
unsafe fn outcome(vm: &Vm, def: &'static Native, args: *mut Value, count: u32) -> u64 {
    // SAFETY: live values.
    let values = unsafe { std::slice::from_raw_parts(args, count as usize) };
    match def.run_positional(vm, values) {
        Some(Ok(result)) => result.into_bits(),
        Some(Err(_)) => bits::UNBOUND,
        None => {
            let _ = vm.system_error("a native function is given what it does not take");
            bits::UNBOUND
        }
    }
}

/// Drops what lies in a call's run, the last first.
///
/// # Safety
/// The words belong to the frame, which gives them up.
#[inline(always)]
pub unsafe fn drop_run(run: *mut Value, end: *mut Value) {
    let mut place = end;
    while place > run {
        // SAFETY: as promised.
        unsafe {
            place = place.sub(1);
            if (*place).is_object() {
                drop(place.replace(Value::UNBOUND));
            }
        }
    }
}

/// Drops a call's run, stores the result and goes on.
#[inline(always)]
unsafe fn finish(m: Machine, args: *mut Value, count: u32, result: u64) -> State {
    // SAFETY: the call has used up the run: the callable, maybe an empty word, and the arguments.
    unsafe {
        drop_run(m.base.offset(m.b()), args.add(count as usize));
        if m.extra(0) == forms::DROPS {
            return m.drop_next(2, result);
        }
        m.put(m.a(), result, 1)
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

/// A call of a native function or method that its form can do: gives the instruction that form.
pub fn expect_native(at: At) {
    let method = Op::decode(at.word()).map(Op::plain) == Some(Op::CallMethod);
    forms::rewrite(at, if method { Op::CallMethodNative } else { Op::CallNative });
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

/// Does a call of the native form, or gives it the plain one.
#[inline(always)]
unsafe fn call_form<const METHOD: bool>(m: Machine, callable: u64, args: *mut Value, count: u32) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        if let Some(def) = def_of(callable, args, count) {
            if let Some(body) = def.exact_body(count as usize) {
                return run(m, body, args, count);
            }
            if def.takes_positional(count as usize) {
                return run_with_less::<METHOD>(m.pc, m.base, m.vm, m.table, def);
            }
        }
        call_again(m.pc, m.base, m.vm, m.table)
    }
}

handlers! {
    /// `A = B0(B1, …)`
    call_native(m) {
        let run = m.base.offset(m.b());
        call_form::<false>(m, *run.cast::<u64>(), run.add(1), m.n8())
    }
    /// `A = B0(B1, B2, …)`, B1 the receiver or nothing.
    call_method_native(m) {
        let (callable, args, count) = calls::method_run(m.base, m.b(), m.n8());
        call_form::<true>(m, callable, args, count)
    }
}
