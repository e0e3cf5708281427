//! `_thread`: locks and identities of the one thread there is so far; starting another says so.

use std::cell::Cell;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::types::Plain;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Native, TypeSpec, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{Payload, Value};

/// A lock: how often it is held.
pub struct Lock {
    held: Cell<u64>,
}
crate::payload!(Lock, "lock");

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Lock> {
    Ok(&vm.cast::<Lock>(value)?.data)
}

fn wants_block(vm: &Vm, args: &[Value]) -> PyResult<bool> {
    let blocking = args[1].given().map_or(Ok(true), |b| vm.truth(b))?;
    let timeout = args[2].given().map_or(Ok(-1.0), |t| vm.to_f64(t))?;
    if !blocking && timeout != -1.0 {
        return Err(vm.value_error("can't specify a timeout for a non-blocking call"));
    }
    if timeout < 0.0 && timeout != -1.0 {
        return Err(vm.value_error("timeout value must be a non-negative number"));
    }
    if timeout > 9_223_372_036.0 {
        return Err(vm.overflow_error("timeout value is too large"));
    }
    Ok(blocking && timeout < 0.0)
}

fn acquire(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let block = wants_block(vm, args)?;
    let lock = this(vm, &args[0])?;
    if lock.held.get() == 0 {
        lock.held.set(1);
        return Ok(Value::TRUE);
    }
    if block {
        return Err(vm.runtime_error("deadlock: the only thread waits for a lock that it holds"));
    }
    Ok(Value::FALSE)
}

fn release(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let lock = this(vm, &args[0])?;
    if lock.held.get() == 0 {
        return Err(vm.runtime_error("release unlocked lock"));
    }
    lock.held.set(0);
    Ok(Value::NONE)
}

fn repr(vm: &Vm, object: &Value) -> PyResult<Value> {
    let state = if this(vm, object)?.held.get() > 0 { "locked" } else { "unlocked" };
    Ok(vm.str(format!("<{state} {} object at 0x{:x}>", vm.full_type_name(object), object.to_bits())))
}

const LOCK_METHODS: &[Native] = &[
    native("acquire(self, blocking=True, timeout=-1)", acquire, "Lock the lock."),
    native("acquire_lock(self, blocking=True, timeout=-1)", acquire, "An obsolete synonym of acquire()."),
    native("release(self, /)", release, "Release the lock."),
    native("release_lock(self, /)", release, "An obsolete synonym of release()."),
    native(
        "locked(self, /)",
        |vm, args| Ok(Value::bool(this(vm, &args[0])?.held.get() > 0)),
        "Return whether the lock is in the locked state.",
    ),
    native(
        "locked_lock(self, /)",
        |vm, args| Ok(Value::bool(this(vm, &args[0])?.held.get() > 0)),
        "An obsolete synonym of locked().",
    ),
    native(
        "__enter__(self, /)",
        |vm, args| acquire(vm, &[args[0].clone(), Value::UNBOUND, Value::UNBOUND]),
        "Lock the lock.",
    ),
    native_raw("__exit__(self, /, *exc_info)", |vm, args: Args| release(vm, args.pos()), "Release the lock."),
    native(
        "_at_fork_reinit(self, /)",
        |vm, args| {
            this(vm, &args[0])?.held.set(0);
            Ok(Value::NONE)
        },
        "",
    ),
];

/// `_thread.lock`
pub static LOCK: TypeSpec = TypeSpec::new("_thread.lock", Lock::layout)
    .flags(type_flag::WEAKREF)
    .slots(|s| {
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Lock { held: Cell::new(0) }).into_value()));
        s.repr = Some(repr);
    })
    .methods(LOCK_METHODS);

fn again(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    wants_block(vm, args)?;
    let lock = this(vm, &args[0])?;
    lock.held.set(lock.held.get() + 1);
    Ok(Value::TRUE)
}

fn release_once(vm: &Vm, object: &Value) -> PyResult<Value> {
    let lock = this(vm, object)?;
    if lock.held.get() == 0 {
        return Err(vm.runtime_error("cannot release un-acquired lock"));
    }
    lock.held.set(lock.held.get() - 1);
    Ok(Value::NONE)
}

/// `_thread.RLock`
pub static RLOCK: TypeSpec = TypeSpec::new("_thread.RLock", Lock::layout)
    .flags(type_flag::WEAKREF | type_flag::BASE)
    .slots(|s| {
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Lock { held: Cell::new(0) }).into_value()));
        s.repr = Some(|vm, object| {
            let held = this(vm, object)?.held.get();
            let state = if held > 0 { "locked" } else { "unlocked" };
            let owner = if held > 0 { vm.thread_id.get() } else { 0 };
            Ok(vm.str(format!(
                "<{state} {} object owner={owner} count={held} at 0x{:x}>",
                vm.full_type_name(object),
                object.to_bits()
            )))
        });
    })
    .methods(&[
        native("acquire(self, blocking=True, timeout=-1)", again, "Lock the lock."),
        native("release(self, /)", |vm, args| release_once(vm, &args[0]), "Release the lock."),
        native("locked(self, /)", |vm, args| Ok(Value::bool(this(vm, &args[0])?.held.get() > 0)), "locked()"),
        native(
            "__enter__(self, /)",
            |vm, args| again(vm, &[args[0].clone(), Value::UNBOUND, Value::UNBOUND]),
            "Lock the lock.",
        ),
        native_raw(
            "__exit__(self, /, *exc_info)",
            |vm, args: Args| release_once(vm, &args.pos()[0]),
            "Release the lock.",
        ),
        native("_is_owned(self, /)", |vm, args| Ok(Value::bool(this(vm, &args[0])?.held.get() > 0)), ""),
        native("_recursion_count(self, /)", |vm, args| Ok(vm.int(this(vm, &args[0])?.held.get() as i64)), ""),
        native(
            "_release_save(self, /)",
            |vm, args| {
                let lock = this(vm, &args[0])?;
                if lock.held.get() == 0 {
                    return Err(vm.runtime_error("cannot release un-acquired lock"));
                }
                let held = lock.held.replace(0);
                Ok(vm.tuple(vec![vm.int(held as i64), vm.int(vm.thread_id.get() as i64)]))
            },
            "",
        ),
        native(
            "_acquire_restore(self, state, /)",
            |vm, args| {
                let state = vm.collect(&args[1])?;
                this(vm, &args[0])?.held.set(state.first().and_then(Value::as_small).unwrap_or(1) as u64);
                Ok(Value::NONE)
            },
            "",
        ),
        native(
            "_at_fork_reinit(self, /)",
            |vm, args| {
                this(vm, &args[0])?.held.set(0);
                Ok(Value::NONE)
            },
            "",
        ),
    ]);

/// `_thread._local`: attributes of the one thread.
pub static LOCAL: TypeSpec = TypeSpec::new("_thread._local", Plain::layout)
    .flags(type_flag::BASE | type_flag::WEAKREF | type_flag::DICT_ATTR)
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            let has_init = ty.slots.get().init.map(|f| f as usize)
                != vm.interp().object_type.slots.get().init.map(|f| f as usize);
            if !args.values.is_empty() && !has_init {
                return Err(vm.type_error("Initialization arguments are not supported"));
            }
            Ok(vm.alloc(ty, Plain).into_value())
        })
    })
    .getset(&[crate::runtime::builtins::types::DICT_GETSET_COPY]);

fn no_threads(vm: &Vm) -> PyResult<Value> {
    Err(vm.runtime_error("can't start new thread: threads are not available in this build yet"))
}

/// `_thread`
pub static MODULE: NativeModule = NativeModule {
    name: "_thread",
    doc: "This module provides primitive operations to write multi-threaded programs.\nThe 'threading' module provides a more convenient interface.",
    functions: &[
        native(
            "allocate_lock()",
            |vm, _| Ok(vm.alloc_spec(&LOCK, Lock { held: Cell::new(0) })),
            "Create a new lock object.",
        ),
        native(
            "allocate()",
            |vm, _| Ok(vm.alloc_spec(&LOCK, Lock { held: Cell::new(0) })),
            "An obsolete synonym of allocate_lock().",
        ),
        native(
            "get_ident()",
            |vm, _| Ok(vm.int(vm.thread_id.get() as i64)),
            "Return a non-zero integer that uniquely identifies the current thread.",
        ),
        native("_get_main_thread_ident()", |vm, _| Ok(vm.int(vm.thread_id.get() as i64)), ""),
        native("get_native_id()", |vm, _| Ok(vm.int(i64::from(std::process::id()))), ""),
        native("_count()", |vm, _| Ok(vm.int(0)), ""),
        native("_is_main_interpreter()", |_, _| Ok(Value::TRUE), ""),
        native("_shutdown()", |_, _| Ok(Value::NONE), ""),
        native("daemon_threads_allowed()", |_, _| Ok(Value::TRUE), ""),
        native("stack_size(size=0, /)", |vm, _| Ok(vm.int(0)), ""),
        native_raw("start_new_thread(function, args, kwargs={}, /)", |vm, _| no_threads(vm), ""),
        native_raw("start_joinable_thread(function, handle=None, daemon=True)", |vm, _| no_threads(vm), ""),
        native_raw(
            "_make_thread_handle(ident, /)",
            |vm, args: Args| {
                let dict = vm.new_dict();
                vm.set_in(&dict, "ident", args.pos().first().cloned().unwrap_or(Value::NONE));
                vm.simple_namespace(dict)
            },
            "",
        ),
        native(
            "interrupt_main(signum=2, /)",
            |vm, args| {
                let number = args[0].given().map_or(Ok(2), |n| vm.to_index(n))?;
                crate::runtime::sys::note_signal(number as i32);
                Ok(Value::NONE)
            },
            "",
        ),
        native("exit()", |vm, _| Err(vm.raise_args(&exc::SYSTEM_EXIT, vec![])), ""),
        native(
            "_excepthook(exc_info, /)",
            |vm, args| {
                let e = vm.getattr_str(&args[0], "exc_value")?;
                vm.print_exception(&e);
                Ok(Value::NONE)
            },
            "Handle uncaught Thread.run() exception.",
        ),
        native("set_name(name)", |_, _| Ok(Value::NONE), ""),
    ],
    init: |vm, dict| {
        for (name, spec) in [("lock", &LOCK), ("LockType", &LOCK), ("RLock", &RLOCK), ("_local", &LOCAL)] {
            let ty = vm.typ(spec).value().clone();
            vm.set_in(dict, name, ty);
        }
        vm.set_in(
            dict,
            "_ThreadHandle",
            vm.typ(&crate::runtime::builtins::namespaces::SIMPLE_NAMESPACE).value().clone(),
        );
        vm.set_in(dict, "error", vm.typ(&exc::RUNTIME_ERROR).value().clone());
        vm.set_in(dict, "TIMEOUT_MAX", vm.float(9_223_372_036.0));
        vm.set_in(
            dict,
            "_ExceptHookArgs",
            vm.typ(&crate::runtime::builtins::namespaces::SIMPLE_NAMESPACE).value().clone(),
        );
        Ok(())
    },
};

/// What a forked child has to set right: it has one thread, which holds nothing.
pub fn after_fork(vm: &Vm) {
    vm.thread_id.set(crate::runtime::sys::sync::thread_id());
}
