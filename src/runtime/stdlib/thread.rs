//! `_thread`: threads of the system, locks, and attributes of a thread's own.
//!
//! A thread gets a state of its own (`Vm::enter`) and runs Python while it holds the interpreter lock (`sys::sync::Gil`).

use std::cell::Cell;
use std::os::unix::thread::JoinHandleExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::structs::StructSpec;
use crate::runtime::builtins::types::DICT_GETSET_COPY;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::attrs;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{Native, TypeSpec, getter, native, native_raw};
use crate::runtime::object::vm::{Vm, vm, want};
use crate::runtime::stdlib::NativeModule;
use crate::runtime::sys::sync::{self, Hand};
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

/// Longest time that can be waited for, in seconds.
const TIMEOUT_MAX: f64 = 9_223_372_036.0;
/// How long the main thread waits at a time, so that handlers of signals run.
const SLICE: Duration = Duration::from_millis(20);
/// Native stack of a thread unless the program says otherwise; memory only where it is touched.
const STACK: usize = if cfg!(debug_assertions) { 64 << 20 } else { 16 << 20 };
/// The least size that a program may ask for, as in CPython.
const LEAST_STACK: isize = 53248;
/// Part of it that is kept for what runs when the rest is used up.
const RESERVE: usize = 256 << 10;

/// When to stop waiting.
#[derive(Clone, Copy)]
pub enum Patience {
    /// At once.
    None,
    /// At a time, or never.
    Until(Option<Instant>),
}

fn patience(vm: &Vm, blocking: &Value, timeout: &Value) -> PyResult<Patience> {
    let blocking = blocking.given().map_or(Ok(true), |b| vm.truth(b))?;
    let Some(timeout) = timeout.given() else {
        return Ok(if blocking { Patience::Until(None) } else { Patience::None });
    };
    let nanoseconds = vm.nanoseconds(timeout)?;
    if !blocking && nanoseconds != -1_000_000_000 {
        return Err(vm.value_error("can't specify a timeout for a non-blocking call"));
    }
    if nanoseconds < 0 && nanoseconds != -1_000_000_000 {
        return Err(vm.value_error("timeout value must be a non-negative number"));
    }
    if nanoseconds as f64 * 1e-9 > TIMEOUT_MAX {
        return Err(vm.overflow_error("timeout value is too large"));
    }
    Ok(match (blocking, nanoseconds) {
        (false, _) => Patience::None,
        (true, n) if n < 0 => Patience::Until(None),
        (true, n) => Patience::Until(Some(Instant::now() + Duration::from_nanos(n as u64))),
    })
}

/// Takes a lock, with the interpreter lock given up meanwhile; handlers of signals run in the main thread.
pub fn take(vm: &Vm, lock: &sync::Lock, patience: Patience) -> PyResult<bool> {
    if lock.try_acquire() {
        return Ok(true);
    }
    let Patience::Until(deadline) = patience else { return Ok(false) };
    let began = Instant::now();
    loop {
        let slice = match vm.is_main_thread() {
            true => Some(deadline.map_or(Instant::now() + SLICE, |d| d.min(Instant::now() + SLICE))),
            false => deadline,
        };
        let waited = vm.blocking(|| lock.wait(began, slice));
        if waited == sync::Waited::Taken || waited == sync::Waited::Open && lock.try_acquire() {
            return Ok(true);
        }
        vm.check_signals()?;
        if deadline.is_some_and(|d| Instant::now() >= d) {
            return Ok(false);
        }
    }
}

// ---------------------------------------------------------------------------------------------- lock

/// The payload of `lock`.
pub struct Lock {
    lock: LockCell<Arc<sync::Lock>>,
}
crate::payload!(Lock, "lock");

fn lock(vm: &Vm, value: &Value) -> PyResult<Arc<sync::Lock>> {
    Ok(vm.cast::<Lock>(value)?.lock.cloned())
}

fn new_lock() -> Lock {
    Lock { lock: LockCell::new(Arc::new(sync::Lock::new())) }
}

fn acquire(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let patience = patience(vm, &args[1], &args[2])?;
    Ok(Value::bool(take(vm, &*lock(vm, &args[0])?, patience)?))
}

fn release(vm: &Vm, object: &Value) -> PyResult<Value> {
    if lock(vm, object)?.release() { Ok(Value::NONE) } else { Err(vm.runtime_error("release unlocked lock")) }
}

fn locked(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    Ok(Value::bool(lock(vm, &args[0])?.is_held()))
}

const LOCK_METHODS: &[Native] = &[
    native("acquire(self, blocking=True, timeout=-1)", acquire, "Lock the lock."),
    native("acquire_lock(self, blocking=True, timeout=-1)", acquire, "An obsolete synonym of acquire()."),
    native("release(self, /)", |vm, args| release(vm, &args[0]), "Release the lock."),
    native("release_lock(self, /)", |vm, args| release(vm, &args[0]), "An obsolete synonym of release()."),
    native("locked(self, /)", locked, "Return whether the lock is in the locked state."),
    native("locked_lock(self, /)", locked, "An obsolete synonym of locked()."),
    native(
        "__enter__(self, /)",
        |vm, args| Ok(Value::bool(take(vm, &*lock(vm, &args[0])?, Patience::Until(None))?)),
        "Lock the lock.",
    ),
    native_raw(
        "__exit__(self, /, *exc_info)",
        |vm, args: Args| release(vm, &args.values[0]),
        "Release the lock.",
    ),
    native(
        "_at_fork_reinit(self, /)",
        |vm, args| {
            vm.cast::<Lock>(&args[0])?.lock.set(Arc::new(sync::Lock::new()));
            Ok(Value::NONE)
        },
        "",
    ),
];

/// `_thread.lock`
pub static LOCK: TypeSpec = TypeSpec::new("_thread.lock", Lock::layout)
    .flags(type_flag::WEAKREF)
    .doc("()", "A lock object is a synchronization primitive.")
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            args.count(vm, "lock", 0, 0)?;
            Ok(vm.alloc(ty, new_lock()).into_value())
        });
        s.repr = Some(|vm, object| {
            let state = if lock(vm, object)?.is_held() { "locked" } else { "unlocked" };
            Ok(vm.str(format!("<{state} {} object at 0x{:x}>", vm.full_type_name(object), object.to_bits())))
        });
    })
    .methods(LOCK_METHODS);

// ---------------------------------------------------------------------------------------------- rlock

/// The payload of `RLock`.
pub struct RLock {
    lock: LockCell<Arc<sync::Lock>>,
    owner: Cell<u64>,
    count: Cell<u64>,
}
crate::payload!(RLock, "RLock");

fn rlock<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<RLock>> {
    vm.cast::<RLock>(value)
}

fn rlock_take(vm: &Vm, this: &RLock, patience: Patience) -> PyResult<bool> {
    let me = vm.thread_id.get();
    if this.owner.get() == me && this.count.get() > 0 {
        let Some(count) = this.count.get().checked_add(1) else {
            return Err(vm.overflow_error("Internal lock count overflowed"));
        };
        this.count.set(count);
        return Ok(true);
    }
    let lock = this.lock.cloned();
    if !take(vm, &lock, patience)? {
        return Ok(false);
    }
    this.owner.set(me);
    this.count.set(1);
    Ok(true)
}

fn rlock_release(vm: &Vm, object: &Value) -> PyResult<Value> {
    let this = rlock(vm, object)?;
    if this.count.get() == 0 || this.owner.get() != vm.thread_id.get() {
        return Err(vm.runtime_error("cannot release un-acquired lock"));
    }
    this.count.set(this.count.get() - 1);
    if this.count.get() == 0 {
        this.owner.set(0);
        this.lock.cloned().release();
    }
    Ok(Value::NONE)
}

/// `_thread.RLock`
pub static RLOCK: TypeSpec = TypeSpec::new("_thread.RLock", RLock::layout)
    .flags(type_flag::WEAKREF | type_flag::BASE)
    .slots(|s| {
        s.new = Some(|vm, ty, _| {
            let new = RLock {
                lock: LockCell::new(Arc::new(sync::Lock::new())),
                owner: Cell::new(0),
                count: Cell::new(0),
            };
            Ok(vm.alloc(ty, new).into_value())
        });
        s.repr = Some(|vm, object| {
            let this = rlock(vm, object)?;
            let state = if this.count.get() > 0 { "locked" } else { "unlocked" };
            Ok(vm.str(format!(
                "<{state} {} object owner={} count={} at 0x{:x}>",
                vm.full_type_name(object),
                this.owner.get(),
                this.count.get(),
                object.to_bits()
            )))
        });
    })
    .methods(&[
        native(
            "acquire(self, blocking=True, timeout=-1)",
            |vm, args| {
                let patience = patience(vm, &args[1], &args[2])?;
                Ok(Value::bool(rlock_take(vm, rlock(vm, &args[0])?, patience)?))
            },
            "Lock the lock.",
        ),
        native("release(self, /)", |vm, args| rlock_release(vm, &args[0]), "Release the lock."),
        native(
            "locked(self, /)",
            |vm, args| Ok(Value::bool(rlock(vm, &args[0])?.count.get() > 0)),
            "Return a boolean indicating whether this object is locked right now.",
        ),
        native(
            "__enter__(self, /)",
            |vm, args| Ok(Value::bool(rlock_take(vm, rlock(vm, &args[0])?, Patience::Until(None))?)),
            "Lock the lock.",
        ),
        native_raw(
            "__exit__(self, /, *exc_info)",
            |vm, args: Args| rlock_release(vm, &args.values[0]),
            "Release the lock.",
        ),
        native(
            "_is_owned(self, /)",
            |vm, args| {
                let this = rlock(vm, &args[0])?;
                Ok(Value::bool(this.count.get() > 0 && this.owner.get() == vm.thread_id.get()))
            },
            "For internal use by `threading.Condition`.",
        ),
        native(
            "_recursion_count(self, /)",
            |vm, args| {
                let this = rlock(vm, &args[0])?;
                Ok(vm.int(if this.owner.get() == vm.thread_id.get() { this.count.get() as i64 } else { 0 }))
            },
            "For internal use by reentrancy checks.",
        ),
        native(
            "_release_save(self, /)",
            |vm, args| {
                let this = rlock(vm, &args[0])?;
                if this.count.get() == 0 {
                    return Err(vm.runtime_error("cannot release un-acquired lock"));
                }
                let (count, owner) = (this.count.replace(0), this.owner.replace(0));
                this.lock.cloned().release();
                Ok(vm.tuple(vec![vm.int(count as i64), vm.int_u64(owner)]))
            },
            "For internal use by `threading.Condition`.",
        ),
        native(
            "_acquire_restore(self, state, /)",
            |vm, args| {
                let Some(state) = args[1].as_tuple() else {
                    return Err(vm.type_error(format!(
                        "_acquire_restore() argument 1 must be 2-item tuple, not {}",
                        args[1].type_name(vm)
                    )));
                };
                let [count, owner] = state.items() else {
                    return Err(vm.type_error(format!(
                        "_acquire_restore() argument 1 must be tuple of length 2, not {}",
                        state.items().len()
                    )));
                };
                let (count, owner) = (vm.to_ssize(count)? as u64, vm.to_u64(owner)?);
                let this = rlock(vm, &args[0])?;
                let lock = this.lock.cloned();
                let began = Instant::now();
                while !lock.try_acquire() {
                    if vm.blocking(|| lock.wait(began, None)) == sync::Waited::Taken {
                        break;
                    }
                }
                this.owner.set(owner);
                this.count.set(count);
                Ok(Value::NONE)
            },
            "For internal use by `threading.Condition`.",
        ),
        native(
            "_at_fork_reinit(self, /)",
            |vm, args| {
                let this = rlock(vm, &args[0])?;
                this.lock.set(Arc::new(sync::Lock::new()));
                this.owner.set(0);
                this.count.set(0);
                Ok(Value::NONE)
            },
            "",
        ),
    ]);

// ---------------------------------------------------------------------------------------------- local

/// The payload of `_local`: a number under which every thread keeps a dictionary, and what a new thread's one is
/// initialised with.
pub struct Local {
    number: u64,
    args: LockCell<Vec<Value>>,
    names: LockCell<Vec<Value>>,
}
crate::payload!(Local, "_local", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.args.get().iter().for_each(&mut *visit);
        // The threads keep the dictionaries for it alone.
        for thread in vm().interp().threads.borrow().iter() {
            if let Some(dict) = thread.locals.borrow().get(&self.number) {
                visit(dict);
            }
        }
    }
    fn clear(&self) {
        drop(self.args.take());
        drop(self.names.take());
        self.forget();
    }
});

impl Local {
    /// Takes the dictionaries away from all threads.
    fn forget(&self) {
        let threads = vm().interp().threads.borrow().clone();
        let dicts: Vec<Value> =
            threads.iter().filter_map(|vm| vm.locals.borrow_mut().remove(&self.number)).collect();
        drop(dicts);
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.forget();
    }
}

/// Makes the calling thread's dictionary the object's.
fn switch_dict(vm: &Vm, object: &Value) -> PyResult<()> {
    let this = vm.cast::<Local>(object)?;
    let known = vm.locals.borrow().get(&this.number).cloned();
    if let Some(dict) = known {
        if attrs::own_dict(vm, object).is_none_or(|own| !own.value().is(&dict))
            && let Ok(dict) = Ref::<Dict>::from_value(dict)
        {
            attrs::own_set_dict(vm, object, dict);
        }
        return Ok(());
    }
    let dict = vm.new_dict();
    vm.locals.borrow_mut().insert(this.number, dict.value().clone());
    attrs::own_set_dict(vm, object, dict);
    let init = object.ty(vm).slots.get().init;
    let plain = vm.interp().object_type.slots.get().init.map(|f| f as usize);
    if let Some(init) = init.filter(|f| Some(*f as usize) != plain) {
        let (args, names) = (this.args.cloned(), this.names.cloned());
        if let Err(raised) = init(vm, object, Args { values: &args, names: &names }) {
            vm.locals.borrow_mut().remove(&this.number);
            return Err(raised);
        }
    }
    Ok(())
}

/// `_thread._local`
pub static LOCAL: TypeSpec = TypeSpec::new("_thread._local", Local::layout)
    .flags(type_flag::BASE | type_flag::WEAKREF | type_flag::DICT_ATTR)
    .doc("()", "Thread-local data")
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            static NEXT: AtomicU64 = AtomicU64::new(1);
            let plain = vm.interp().object_type.slots.get().init.map(|f| f as usize);
            if !args.values.is_empty() && ty.slots.get().init.map(|f| f as usize) == plain {
                return Err(vm.type_error("Initialization arguments are not supported"));
            }
            let new = Local {
                number: NEXT.fetch_add(1, Ordering::Relaxed),
                args: LockCell::new(args.values.to_vec()),
                names: LockCell::new(args.names.to_vec()),
            };
            let number = new.number;
            let object = vm.alloc(ty, new).into_value();
            let dict = vm.new_dict();
            vm.locals.borrow_mut().insert(number, dict.value().clone());
            attrs::own_set_dict(vm, &object, dict);
            Ok(object)
        });
        s.getattr = Some(|vm, object, name| {
            switch_dict(vm, object)?;
            vm.generic_getattr(object, name)
        });
        s.setattr = Some(|vm, object, name, value| {
            switch_dict(vm, object)?;
            if name.as_str().is_some_and(|n| n.bytes() == b"__dict__") {
                return Err(vm.attribute_error(format!(
                    "'{}' object attribute '__dict__' is read-only",
                    object.type_name(vm)
                )));
            }
            vm.generic_setattr(object, name, value)
        });
    })
    .getset(&[DICT_GETSET_COPY]);

// ---------------------------------------------------------------------------------------------- threads

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    Running,
    Done,
}

/// The payload of `_ThreadHandle`.
pub struct Handle {
    phase: Cell<Phase>,
    ident: Cell<u64>,
    /// Held while the thread runs.
    end: Arc<sync::Lock>,
}
crate::payload!(Handle, "_ThreadHandle");

fn new_handle() -> Handle {
    Handle { phase: Cell::new(Phase::New), ident: Cell::new(0), end: Arc::new(sync::Lock::new()) }
}

fn handle<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Handle>> {
    vm.cast::<Handle>(value)
}

fn is_done(this: &Handle) -> bool {
    this.phase.get() == Phase::Done || (this.phase.get() == Phase::Running && !this.end.is_held())
}

fn join(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = handle(vm, &args[0])?;
    let deadline = match args[1].some() {
        None => None,
        Some(timeout) => {
            let n = vm.nanoseconds(timeout)?;
            if n < 0 { None } else { Some(Instant::now() + Duration::from_nanos(n as u64)) }
        }
    };
    if this.phase.get() == Phase::New {
        return Err(vm.runtime_error("thread not started"));
    }
    if is_done(this) {
        return Ok(Value::NONE);
    }
    if this.ident.get() == vm.thread_id.get() {
        return Err(vm.runtime_error("Cannot join current thread"));
    }
    if vm.interp().finalizing.load(Ordering::Relaxed) {
        // It will never end: no other thread gets the interpreter lock any more.
        return Err(vm.raise(&exc::PYTHON_FINALIZATION_ERROR, "cannot join thread at interpreter shutdown"));
    }
    let end = this.end.clone();
    if take(vm, &end, Patience::Until(deadline))? {
        end.release();
    }
    Ok(Value::NONE)
}

/// `_thread._ThreadHandle`
pub static HANDLE: TypeSpec = TypeSpec::new("_thread._ThreadHandle", Handle::layout)
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            args.count(vm, "_ThreadHandle", 0, 0)?;
            Ok(vm.alloc(ty, new_handle()).into_value())
        });
        s.repr = Some(|vm, object| {
            let ident = handle(vm, object)?.ident.get();
            Ok(vm.str(format!("<{} object: ident={ident}>", object.type_name(vm))))
        });
    })
    .methods(&[
        native("join(self, timeout=None, /)", join, ""),
        native(
            "_set_done(self, /)",
            |vm, args| {
                let this = handle(vm, &args[0])?;
                if this.phase.get() == Phase::New {
                    return Err(vm.runtime_error("thread not started"));
                }
                this.phase.set(Phase::Done);
                this.end.release();
                Ok(Value::NONE)
            },
            "",
        ),
        native("is_done(self, /)", |vm, args| Ok(Value::bool(is_done(handle(vm, &args[0])?))), ""),
    ])
    .getset(&[getter("ident", |vm, h| Ok(vm.int_u64(handle(vm, h)?.ident.get())), "")]);

static STACK_SIZE: AtomicUsize = AtomicUsize::new(0);
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// What a new thread needs.
struct Start {
    interp: &'static crate::runtime::object::vm::Interp,
    function: Value,
    args: Vec<Value>,
    names: Vec<Value>,
    end: Arc<sync::Lock>,
}

fn run_thread(start: Start, stack: usize) {
    let Start { interp, function, args, names, end } = start;
    let vm = Vm::enter(interp, stack - RESERVE);
    // The starter counted the thread before it was there.
    interp.gil.leave();
    vm.depth_limit.set(interp.threads.borrow().first().map_or(1000, |main| main.depth_limit.get()));
    vm.depth_left.set(vm.depth_limit.get());
    COUNT.fetch_add(1, Ordering::Relaxed);
    let result = vm.call(&function, Args { values: &args, names: &names });
    drop((args, names));
    if let Err(raised) = result {
        if vm.raised_is(&exc::SYSTEM_EXIT) {
            drop(vm.take_raised(raised));
        } else {
            vm.report_ignored(raised, "thread started by", &function);
        }
    }
    drop(function);
    COUNT.fetch_sub(1, Ordering::Relaxed);
    interp.awaited.borrow_mut().retain(|other| !Arc::ptr_eq(other, &end));
    end.release();
    vm.leave();
}

fn start(
    vm: &Vm,
    handle: &Handle,
    function: &Value,
    args: Vec<Value>,
    names: Vec<Value>,
    daemon: bool,
) -> PyResult<()> {
    if vm.interp().finalizing.load(Ordering::Relaxed) {
        return Err(
            vm.raise(&exc::PYTHON_FINALIZATION_ERROR, "can't create new thread at interpreter shutdown")
        );
    }
    if handle.phase.get() != Phase::New {
        return Err(vm.runtime_error("thread already started"));
    }
    let end = handle.end.clone();
    end.try_acquire();
    let start = Start { interp: vm.interp(), function: function.clone(), args, names, end: end.clone() };
    // The content is used after the new thread took the interpreter lock, and dropped before it gives it up.
    let hand = sync::hand_over(start);
    let stack = match STACK_SIZE.load(Ordering::Relaxed) {
        0 => STACK,
        size => size.max(1 << 20),
    };
    if !daemon {
        vm.interp().awaited.borrow_mut().push(end.clone());
    }
    // From now on this thread is not alone, so that the new one can get the lock.
    vm.interp().gil.join_in();
    let spawned = std::thread::Builder::new().stack_size(stack).spawn(move || {
        let hand: Hand<Start> = hand;
        run_thread(hand.take(), stack);
    });
    match spawned {
        Ok(thread) => {
            handle.ident.set(thread.as_pthread_t() as u64);
            handle.phase.set(Phase::Running);
            drop(thread);
            vm.want(want::LOCK);
            Ok(())
        }
        Err(_) => {
            vm.interp().gil.leave();
            end.release();
            vm.interp().awaited.borrow_mut().retain(|other| !Arc::ptr_eq(other, &end));
            Err(vm.runtime_error("can't start new thread"))
        }
    }
}

fn start_new_thread(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    if !vm.is_callable(&args[0]) {
        return Err(vm.type_error("first arg must be callable"));
    }
    let Some(given) = args[1].as_tuple() else { return Err(vm.type_error("2nd arg must be a tuple")) };
    let mut values = given.items().to_vec();
    let mut names = Vec::new();
    if let Some(keywords) = args[2].given() {
        let Some(keywords) = keywords.as_dict() else {
            return Err(vm.type_error("optional 3rd arg must be a dictionary"));
        };
        for (name, value) in keywords.entries() {
            names.push(name);
            values.push(value);
        }
    }
    let handle = new_handle();
    start(vm, &handle, &args[0], values, names, true)?;
    Ok(vm.int_u64(handle.ident.get()))
}

fn start_joinable_thread(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    if !vm.is_callable(&args[0]) {
        return Err(vm.type_error("thread function must be callable"));
    }
    let object = match args[1].some() {
        None => vm.alloc_spec(&HANDLE, new_handle()),
        Some(object) if object.downcast::<Handle>().is_some() => object.clone(),
        Some(_) => return Err(vm.type_error("'handle' must be a _ThreadHandle")),
    };
    let daemon = args[2].given().map_or(Ok(true), |d| vm.truth(d))?;
    start(vm, handle(vm, &object)?, &args[0], Vec::new(), Vec::new(), daemon)?;
    Ok(object)
}

fn shutdown(vm: &Vm, _: &[Value]) -> PyResult<Value> {
    loop {
        let next = vm.interp().awaited.borrow().first().cloned();
        let Some(end) = next else { return Ok(Value::NONE) };
        if let Err(raised) = take(vm, &end, Patience::Until(None)) {
            vm.write_unraisable_message(
                raised,
                &Value::NONE,
                Some("Exception ignored on threading shutdown"),
            );
            return Ok(Value::NONE);
        }
        end.release();
        vm.interp().awaited.borrow_mut().retain(|other| !Arc::ptr_eq(other, &end));
    }
}

/// In a forked child: only the calling thread is left.
pub fn after_fork(vm: &Vm) {
    vm.interp().keep_only(vm);
    crate::runtime::stdlib::faulthandler::after_fork();
    vm.interp().awaited.borrow_mut().clear();
    COUNT.store(0, Ordering::Relaxed);
}

/// `_thread._ExceptHookArgs`
static HOOK_ARGS: StructSpec = StructSpec::new(
    "_thread._ExceptHookArgs",
    "ExceptHookArgs\n\nType used to pass arguments to threading.excepthook.",
    &[
        ("exc_type", "Exception type"),
        ("exc_value", "Exception value"),
        ("exc_traceback", "Exception traceback"),
        ("thread", "Thread"),
    ],
);

fn excepthook(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    if !args[0].ty(vm).is_subtype(vm.struct_type(&HOOK_ARGS)) {
        return Err(vm.type_error("_thread._excepthook argument type must be ExceptHookArgs"));
    }
    let field = |name: &str| vm.getattr_str(&args[0], name);
    let (class, value, thread) = (field("exc_type")?, field("exc_value")?, field("thread")?);
    if class.is(vm.typ(&exc::SYSTEM_EXIT).value()) {
        return Ok(Value::NONE);
    }
    let name = if thread.is_none() {
        vm.thread_id.get().to_string()
    } else {
        match vm.getattr_opt(&thread, vm.intern("_name").value())? {
            Some(name) => vm.to_string(&name)?,
            None => vm.thread_id.get().to_string(),
        }
    };
    vm.write_stderr(&format!("Exception in thread {name}:\n"));
    vm.print_exception(&value);
    Ok(Value::NONE)
}

fn stack_size(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let old = STACK_SIZE.load(Ordering::Relaxed);
    let size = args[0].given().map_or(Ok(0), |s| vm.to_ssize(s))?;
    if args[0].given().is_some() {
        if size != 0 && size < LEAST_STACK {
            return Err(vm.value_error(format!("size must be at least {LEAST_STACK} bytes")));
        }
        STACK_SIZE.store(size as usize, Ordering::Relaxed);
    }
    Ok(vm.int(old as i64))
}

/// `_thread`
pub static MODULE: NativeModule = NativeModule {
    name: "_thread",
    doc: "This module provides primitive operations to write multi-threaded programs.\nThe 'threading' module provides a more convenient interface.",
    functions: &[
        native("allocate_lock()", |vm, _| Ok(vm.alloc_spec(&LOCK, new_lock())), "Create a new lock object."),
        native(
            "allocate()",
            |vm, _| Ok(vm.alloc_spec(&LOCK, new_lock())),
            "An obsolete synonym of allocate_lock().",
        ),
        native(
            "get_ident()",
            |vm, _| Ok(vm.int_u64(vm.thread_id.get())),
            "Return a non-zero integer that uniquely identifies the current thread.",
        ),
        native(
            "_get_main_thread_ident()",
            |vm, _| Ok(vm.int_u64(vm.interp().main_thread.get())),
            "Internal only. Return a non-zero integer that uniquely identifies the main thread.",
        ),
        native(
            "get_native_id()",
            |vm, _| Ok(vm.int_u64(sync::native_id())),
            "Return a non-negative integer identifying the thread as reported by the OS.",
        ),
        native(
            "_count()",
            |vm, _| Ok(vm.int(COUNT.load(Ordering::Relaxed) as i64)),
            "Return the number of currently running Python threads, excluding the main thread.",
        ),
        native(
            "_is_main_interpreter()",
            |_, _| Ok(Value::TRUE),
            "Return True if the current interpreter is the main Python interpreter.",
        ),
        native(
            "_shutdown()",
            shutdown,
            "Wait for all non-daemon threads (other than the calling thread) to stop.",
        ),
        native(
            "daemon_threads_allowed()",
            |_, _| Ok(Value::TRUE),
            "Return True if daemon threads are allowed in the current interpreter.",
        ),
        native(
            "stack_size(size=0, /)",
            stack_size,
            "Return the thread stack size used when creating new threads.",
        ),
        native(
            "start_new_thread(function, args, kwargs={}, /)",
            start_new_thread,
            "Start a new thread and return its identifier.",
        ),
        native(
            "start_new(function, args, kwargs={}, /)",
            start_new_thread,
            "An obsolete synonym of start_new_thread().",
        ),
        native(
            "start_joinable_thread(function, handle=None, daemon=True)",
            start_joinable_thread,
            "*For internal use only*: start a new thread.",
        ),
        native(
            "_make_thread_handle(ident, /)",
            |vm, args| {
                let made = new_handle();
                made.ident.set(vm.to_u64(&args[0])?);
                made.phase.set(Phase::Running);
                made.end.try_acquire();
                Ok(vm.alloc_spec(&HANDLE, made))
            },
            "Internal only. Make a thread handle for threads not spawned by the _thread or threading module.",
        ),
        native(
            "interrupt_main(signum=2, /)",
            |vm, args| {
                let number = args[0].given().map_or(Ok(2), |n| vm.c_int(n))?;
                if !(1..65).contains(&number) {
                    return Err(vm.value_error("signal number out of range"));
                }
                if crate::runtime::stdlib::signal::is_handled(vm, number)? {
                    crate::runtime::sys::note_signal(number);
                    // In the main thread the handler runs right after this call, not at the machine's next look.
                    vm.check_signals()?;
                }
                Ok(Value::NONE)
            },
            "Simulate the arrival of the given signal in the main thread.",
        ),
        native(
            "exit()",
            |vm, _| Err(vm.raise_args(&exc::SYSTEM_EXIT, vec![])),
            "Raise a SystemExit exception.",
        ),
        native(
            "exit_thread()",
            |vm, _| Err(vm.raise_args(&exc::SYSTEM_EXIT, vec![])),
            "An obsolete synonym of exit().",
        ),
        native("_excepthook(exc_info, /)", excepthook, "Handle uncaught Thread.run() exception."),
        native(
            "set_name(name)",
            |vm, args| {
                let name = vm.fs_encode(&args[0])?;
                let mut end = name.len().min(15);
                while end > 0 && end < name.len() && name[end] & 0xc0 == 0x80 {
                    end -= 1;
                }
                if let Some(text) = crate::runtime::sys::file::c_text(&name[..end]) {
                    sync::set_thread_name(&text);
                }
                Ok(Value::NONE)
            },
            "Set the name of the current thread.",
        ),
        native(
            "_get_name()",
            |vm, _| Ok(vm.fs_decode(&sync::thread_name())),
            "Get the name of the current thread.",
        ),
    ],
    init: |vm, dict| {
        for (name, spec) in [
            ("lock", &LOCK),
            ("LockType", &LOCK),
            ("RLock", &RLOCK),
            ("_local", &LOCAL),
            ("_ThreadHandle", &HANDLE),
        ] {
            vm.set_in(dict, name, vm.typ(spec).value().clone());
        }
        vm.set_in(dict, "error", vm.typ(&exc::RUNTIME_ERROR).value().clone());
        vm.set_in(dict, "TIMEOUT_MAX", vm.float(TIMEOUT_MAX));
        vm.set_in(dict, "_NAME_MAXLEN", vm.int(15));
        vm.set_in(dict, "_ExceptHookArgs", vm.struct_type(&HOOK_ARGS).value().clone());
        Ok(())
    },
};
