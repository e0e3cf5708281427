//! `Future`: a result that is there later, the callbacks that wait for it, and the iterator that awaits it.
//!
//! # Invariants
//!
//! 1. `looper` is unbound exactly until `__init__` has run; whatever needs the loop says so.
//! 2. Callbacks are taken out before they are handed to the loop, which may run Python.

use std::cell::Cell;
use std::sync::atomic::Ordering;

use smallvec::SmallVec;

use super::{Shared, get_event_loop, is_plain, shared};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::generators::thrown_or;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::raise::Exception;
use crate::runtime::object::typedef::{TypeSpec, getset, getter, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::contextvars;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value, flag};

/// How far a future is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    Pending,
    Cancelled,
    Finished,
}

/// The payload of `Future`, and the first part of a task's.
#[repr(C)]
pub struct Future {
    pub shared: Ref<Shared>,
    pub looper: LockCell<Value>,
    state: Cell<State>,
    /// Callbacks with the contexts to run them in.
    callbacks: LockCell<SmallVec<[(Value, Value); 1]>>,
    result: LockCell<Value>,
    exception: LockCell<Value>,
    exception_traceback: LockCell<Value>,
    source_traceback: LockCell<Value>,
    pub cancel_message: LockCell<Value>,
    /// The exception that a cancelled task ended with, to be raised once more.
    pub cancelled_exception: LockCell<Value>,
    /// Nobody has asked for the exception yet.
    pub log_traceback: Cell<bool>,
    pub blocking: Cell<bool>,
    awaited_by: LockCell<SmallVec<[Value; 1]>>,
}

impl Payload for Future {
    #[inline(always)]
    fn layout() -> &'static crate::runtime::gc::heap::Layout {
        static LAYOUT: crate::runtime::gc::heap::Layout =
            crate::runtime::gc::heap::Layout::of::<Future>("Future", true, None);
        &LAYOUT
    }
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        for value in self.values() {
            if let Some(value) = value.get().given() {
                visit(value);
            }
        }
        for (callback, context) in self.callbacks.get() {
            visit(callback);
            visit(context);
        }
        self.awaited_by.get().iter().for_each(visit);
    }
    fn clear(&self) {
        let old = self.values().map(|cell| cell.replace(Value::UNBOUND));
        let callbacks = self.callbacks.take();
        let waiters = self.awaited_by.take();
        drop((old, callbacks, waiters));
    }
}

impl Future {
    pub fn new(shared: Ref<Shared>) -> Future {
        let cell = || LockCell::new(Value::UNBOUND);
        Future {
            shared,
            looper: cell(),
            state: Cell::new(State::Pending),
            callbacks: LockCell::new(SmallVec::new()),
            result: cell(),
            exception: cell(),
            exception_traceback: cell(),
            source_traceback: cell(),
            cancel_message: cell(),
            cancelled_exception: cell(),
            log_traceback: Cell::new(false),
            blocking: Cell::new(false),
            awaited_by: LockCell::new(SmallVec::new()),
        }
    }

    fn values(&self) -> [&LockCell<Value>; 7] {
        [
            &self.looper,
            &self.result,
            &self.exception,
            &self.exception_traceback,
            &self.source_traceback,
            &self.cancel_message,
            &self.cancelled_exception,
        ]
    }

    pub fn is_done(&self) -> bool {
        self.state.get() != State::Pending
    }

    /// The loop; RuntimeError before `__init__`.
    pub fn event_loop(&self, vm: &Vm) -> PyResult<Value> {
        match self.looper.get().given() {
            Some(event_loop) => Ok(event_loop.clone()),
            None => Err(vm.runtime_error("Future object is not initialized.")),
        }
    }

    pub fn add_waiter(&self, waiter: &Value) {
        let waiters = self.awaited_by.get_mut();
        if !waiters.iter().any(|other| other.is(waiter)) {
            waiters.push(waiter.clone());
        }
    }

    pub fn remove_waiter(&self, waiter: &Value) {
        let waiters = self.awaited_by.get_mut();
        let old = waiters.iter().position(|other| other.is(waiter)).map(|at| waiters.swap_remove(at));
        drop(old);
    }
}

pub fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Future>> {
    vm.cast::<Future>(value)
}

/// A getter's value, `None` where there is nothing.
fn or_none(cell: &LockCell<Value>) -> Value {
    cell.get().given().cloned().unwrap_or(Value::NONE)
}

/// `__init__`, for tasks too.
pub fn init(vm: &Vm, object: &Value, event_loop: &Value) -> PyResult<()> {
    let this = this(vm, object)?;
    let event_loop = match event_loop.some() {
        Some(event_loop) => event_loop.clone(),
        None => get_event_loop(vm)?,
    };
    let old = this.values().map(|cell| cell.replace(Value::UNBOUND));
    let callbacks = this.callbacks.take();
    let waiters = this.awaited_by.take();
    drop((old, callbacks, waiters));
    this.state.set(State::Pending);
    this.head.flags.set(this.head.flags.get() & !flag::SETTLED);
    this.log_traceback.set(false);
    this.blocking.set(false);
    this.looper.set(event_loop.clone());
    let debug = vm.call_method(&event_loop, &this.shared.get_debug, &[])?;
    if vm.truth(&debug)? && !vm.interp().finalizing.load(Ordering::Relaxed) {
        let extract = this.shared.known(vm, "traceback", "extract_stack")?;
        let stack = vm.call0(&extract)?;
        this.source_traceback.set(stack);
    }
    Ok(())
}

/// Hands all callbacks to the loop.
fn schedule(vm: &Vm, object: &Value, this: &Obj<Future>) -> PyResult<()> {
    let callbacks = this.callbacks.take();
    if callbacks.is_empty() {
        return Ok(());
    }
    let event_loop = this.event_loop(vm)?;
    for (callback, context) in &callbacks {
        this.shared.call_soon(vm, &event_loop, callback, Some(object), context)?;
    }
    Ok(())
}

pub fn set_result(vm: &Vm, object: &Value, result: Value) -> PyResult<()> {
    let this = this(vm, object)?;
    this.event_loop(vm)?;
    if this.is_done() {
        return Err(this.shared.invalid_state(vm, "invalid state"));
    }
    this.result.set(result);
    this.state.set(State::Finished);
    if is_plain(vm, object) {
        // Nobody needs to be told of anything when it dies.
        this.head.flags.set(this.head.flags.get() | flag::SETTLED);
    }
    schedule(vm, object, this)
}

pub fn set_exception(vm: &Vm, object: &Value, exception: &Value) -> PyResult<()> {
    let this = this(vm, object)?;
    this.event_loop(vm)?;
    if this.is_done() {
        return Err(this.shared.invalid_state(vm, "invalid state"));
    }
    let mut exception = match exception.as_type() {
        Some(ty) if ty.has(type_flag::EXCEPTION) => vm.call0(exception)?,
        _ => exception.clone(),
    };
    if exception.downcast::<Exception>().is_none() {
        return Err(vm.type_error("invalid exception object"));
    }
    if exception.ty(vm).is_subtype(vm.typ(&exc::STOP_ITERATION)) {
        let text = vm.str("StopIteration interacts badly with generators and cannot be raised into a Future");
        let class = vm.typ(&exc::RUNTIME_ERROR).clone();
        let new = vm.new_exception(&class, &[text]);
        new.cause.set(exception.clone());
        new.context.set(exception);
        new.suppress_context.set(true);
        exception = new.into_value();
    }
    let traceback = exception.downcast::<Exception>().map_or(Value::NONE, |e| e.traceback.cloned());
    this.exception.set(exception);
    this.exception_traceback.set(traceback);
    this.state.set(State::Finished);
    schedule(vm, object, this)?;
    this.log_traceback.set(true);
    Ok(())
}

/// Cancels a future; false if it is done.
pub fn cancel(vm: &Vm, object: &Value, message: Value) -> PyResult<bool> {
    let this = this(vm, object)?;
    this.log_traceback.set(false);
    if this.is_done() {
        return Ok(false);
    }
    this.state.set(State::Cancelled);
    this.cancel_message.set(message);
    schedule(vm, object, this)?;
    Ok(true)
}

/// The `CancelledError` of a cancelled future.
pub fn cancelled_error(vm: &Vm, this: &Obj<Future>) -> PyResult<Value> {
    let known = this.cancelled_exception.replace(Value::UNBOUND);
    if known.given().is_some() {
        return Ok(known);
    }
    match this.cancel_message.cloned().some() {
        Some(message) => this.shared.exception(vm, "CancelledError", std::slice::from_ref(message)),
        None => this.shared.exception(vm, "CancelledError", &[]),
    }
}

/// What a future ended with: `Ok(Ok(result))` or `Ok(Err(exception))`; what is wrong with asking now is raised.
pub fn outcome(vm: &Vm, this: &Obj<Future>) -> PyResult<Result<Value, Value>> {
    match this.state.get() {
        State::Cancelled => Err(vm.raise_value(cancelled_error(vm, this)?)),
        State::Pending => Err(this.shared.invalid_state(vm, "Result is not set.")),
        State::Finished => {
            this.log_traceback.set(false);
            if this.exception.get().is_unbound() {
                return Ok(Ok(this.result.cloned()));
            }
            let traceback = this.exception_traceback.replace(Value::UNBOUND);
            let exception = this.exception.cloned();
            if let Some(e) = exception.downcast::<Exception>() {
                e.traceback.set(traceback.given().cloned().unwrap_or(Value::NONE));
            }
            Ok(Err(exception))
        }
    }
}

fn result(vm: &Vm, object: &Value) -> PyResult<Value> {
    let this = this(vm, object)?;
    if this.looper.get().is_unbound() {
        return Err(this.shared.invalid_state(vm, "Future object is not initialized."));
    }
    match outcome(vm, this)? {
        Ok(result) => Ok(result),
        Err(exception) => Err(vm.raise_value(exception)),
    }
}

fn exception(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    if this.looper.get().is_unbound() {
        return Err(this.shared.invalid_state(vm, "Future object is not initialized."));
    }
    match this.state.get() {
        State::Cancelled => Err(vm.raise_value(cancelled_error(vm, this)?)),
        State::Pending => Err(this.shared.invalid_state(vm, "Exception is not set.")),
        State::Finished => {
            this.log_traceback.set(false);
            Ok(or_none(&this.exception))
        }
    }
}

/// Adds a callback, or hands it to the loop at once if the future is done.
pub fn add_callback(vm: &Vm, object: &Value, callback: Value, context: Value) -> PyResult<()> {
    let this = this(vm, object)?;
    if this.is_done() {
        let event_loop = this.event_loop(vm)?;
        return this.shared.call_soon(vm, &event_loop, &callback, Some(object), &context);
    }
    this.callbacks.get_mut().push((callback, context));
    Ok(())
}

fn add_done_callback(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    if this(vm, &args[0])?.looper.get().is_unbound() {
        return Err(vm.runtime_error("uninitialized Future object"));
    }
    let context = match args[2].given() {
        Some(context) => context.clone(),
        None => contextvars::copy_current(vm)?,
    };
    add_callback(vm, &args[0], args[1].clone(), context)?;
    Ok(Value::NONE)
}

fn remove_done_callback(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    this.event_loop(vm)?;
    let mut removed = 0;
    let mut at = 0;
    // A comparison may add or remove callbacks.
    while let Some((callback, _)) = this.callbacks.get().get(at).cloned() {
        if !vm.equal(&callback, &args[1])? {
            at += 1;
            continue;
        }
        let callbacks = this.callbacks.get_mut();
        if callbacks.get(at).is_some_and(|(other, _)| other.is(&callback)) {
            let old = callbacks.remove(at);
            removed += 1;
            drop(old);
        }
    }
    Ok(vm.int(removed))
}

/// Tells the loop of something that went wrong with nobody there to hear of it.
pub fn report(vm: &Vm, this: &Obj<Future>, entries: &[(&str, Value)]) -> PyResult<()> {
    let context = vm.new_dict();
    for (key, value) in entries {
        vm.set_in(&context, key, value.clone());
    }
    if let Some(stack) = this.source_traceback.cloned().given() {
        vm.set_in(&context, "source_traceback", stack.clone());
    }
    let event_loop = this.event_loop(vm)?;
    vm.call_method_str(&event_loop, "call_exception_handler", &[context.into_value()])?;
    Ok(())
}

/// A dying future whose exception nobody has asked for.
pub fn finalize(vm: &Vm, object: &Value) -> PyResult<()> {
    let this = this(vm, object)?;
    if !this.log_traceback.get() || this.exception.get().is_unbound() {
        return Ok(());
    }
    this.log_traceback.set(false);
    let message = format!("{} exception was never retrieved", object.ty(vm).name());
    report(
        vm,
        this,
        &[("message", vm.str(message)), ("exception", this.exception.cloned()), ("future", object.clone())],
    )
}

/// The error of deleting an attribute of a native type.
pub fn no_deletion<T>(vm: &Vm, owner: &str, name: &str) -> PyResult<T> {
    Err(vm.attribute_error(format!("attribute '{name}' of '{owner}' objects cannot be deleted")))
}

fn iterate(vm: &Vm, object: &Value) -> PyResult<Value> {
    this(vm, object)?.event_loop(vm)?;
    Ok(vm.alloc_spec(&FUTURE_ITER, FutureIter { future: LockCell::new(object.clone()) }))
}

/// `_asyncio.Future`
pub static FUTURE: TypeSpec = TypeSpec::new("_asyncio.Future", Future::layout)
    .flags(type_flag::BASE | type_flag::WEAKREF | type_flag::HAS_DEL)
    .doc(
        "(*, loop=None)",
        "A result that will be there later.\n\n  loop\n    The event loop that runs the callbacks; None is that of get_event_loop().\n\nIt is awaited, or asked by result() and exception() once it is done.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Future::new(shared(vm)?)).into_value()));
        s.init = Some(|vm, object, args| {
            const SIGNATURE: Signature = Signature::parse("Future(*, loop=None)");
            let [event_loop] = vm.bind_args(&SIGNATURE, args)?;
            init(vm, object, event_loop.given().unwrap_or(&Value::NONE))
        });
        s.repr = Some(|vm, object| {
            let this = this(vm, object)?;
            this.event_loop(vm)?;
            let repr = this.shared.known(vm, "asyncio.base_futures", "_future_repr")?;
            vm.call1(&repr, object)
        });
        s.iter = Some(iterate);
        s.await_ = Some(iterate);
        s.del = Some(finalize);
    })
    .methods(&[
        native(
            "result(self, /)",
            |vm, args| result(vm, &args[0]),
            "What the future was given; its exception is raised.\n\nCancelledError if it was cancelled, InvalidStateError if it is not done.",
        ),
        native(
            "exception(self, /)",
            exception,
            "The exception that the future was given, or None.\n\nCancelledError if it was cancelled, InvalidStateError if it is not done.",
        ),
        native(
            "set_result(self, result, /)",
            |vm, args| set_result(vm, &args[0], args[1].clone()).map(|()| Value::NONE),
            "Finish the future with a result; InvalidStateError if it is done.",
        ),
        native(
            "set_exception(self, exception, /)",
            |vm, args| set_exception(vm, &args[0], &args[1]).map(|()| Value::NONE),
            "Finish the future with an exception or exception class; InvalidStateError if it is done.",
        ),
        native(
            "add_done_callback(self, fn, /, *, context=<unrepresentable>)",
            add_done_callback,
            "Have the loop call fn with the future once it is done, or soon if it is.\n\n  context\n    What it runs in; left out, a copy of the current one.",
        ),
        native(
            "remove_done_callback(self, fn, /)",
            remove_done_callback,
            "Remove all callbacks equal to fn, and return how many there were.",
        ),
        native(
            "cancel(self, /, msg=None)",
            |vm, args| {
                this(vm, &args[0])?.event_loop(vm)?;
                Ok(Value::bool(cancel(vm, &args[0], or_none(&LockCell::new(args[1].clone())))?))
            },
            "Cancel the future and have the loop call its callbacks; False if it is done.\n\n  msg\n    Argument of the CancelledError.",
        ),
        native(
            "cancelled(self, /)",
            |vm, args| Ok(Value::bool(this(vm, &args[0])?.state.get() == State::Cancelled)),
            "Was the future cancelled?",
        ),
        native(
            "done(self, /)",
            |vm, args| Ok(Value::bool(this(vm, &args[0])?.is_done())),
            "Has the future a result or an exception, or was it cancelled?",
        ),
        native("get_loop(self, /)", |vm, args| this(vm, &args[0])?.event_loop(vm), "The loop of the future."),
        native(
            "_make_cancelled_error(self, /)",
            |vm, args| cancelled_error(vm, this(vm, &args[0])?),
            "The CancelledError to raise for a cancelled future. For future classes alone.",
        ),
        native(
            "__class_getitem__(cls, object, /)",
            |vm, args| vm.generic_alias(&args[0], &args[1]),
            "Futures are generic over the type of their result.",
        )
        .class(),
    ])
    .getset(&[
        getter(
            "_state",
            |vm, object| {
                let this = this(vm, object)?;
                this.event_loop(vm)?;
                Ok(vm
                    .intern(match this.state.get() {
                        State::Pending => "PENDING",
                        State::Cancelled => "CANCELLED",
                        State::Finished => "FINISHED",
                    })
                    .into_value())
            },
            "",
        ),
        getset(
            "_asyncio_future_blocking",
            |vm, object| {
                let this = this(vm, object)?;
                Ok(Value::bool(!this.looper.get().is_unbound() && this.blocking.get()))
            },
            |vm, object, value| {
                let this = this(vm, object)?;
                this.event_loop(vm)?;
                let Some(value) = value else {
                    return no_deletion(vm, "_asyncio.Future", "_asyncio_future_blocking");
                };
                this.blocking.set(vm.truth(value)?);
                Ok(())
            },
            "",
        ),
        getter("_loop", |vm, object| Ok(or_none(&this(vm, object)?.looper)), ""),
        getter(
            "_callbacks",
            |vm, object| {
                let this = this(vm, object)?;
                this.event_loop(vm)?;
                let pairs = this.callbacks.cloned();
                if pairs.is_empty() {
                    return Ok(Value::NONE);
                }
                Ok(vm.list(pairs.into_iter().map(|(callback, context)| vm.tuple(vec![callback, context])).collect()))
            },
            "",
        ),
        getter(
            "_result",
            |vm, object| {
                let this = this(vm, object)?;
                this.event_loop(vm)?;
                Ok(or_none(&this.result))
            },
            "",
        ),
        getter(
            "_exception",
            |vm, object| {
                let this = this(vm, object)?;
                this.event_loop(vm)?;
                Ok(or_none(&this.exception))
            },
            "",
        ),
        getset(
            "_log_traceback",
            |vm, object| {
                let this = this(vm, object)?;
                this.event_loop(vm)?;
                Ok(Value::bool(this.log_traceback.get()))
            },
            |vm, object, value| {
                let Some(value) = value else { return no_deletion(vm, "_asyncio.Future", "_log_traceback") };
                if vm.truth(value)? {
                    return Err(vm.value_error("_log_traceback can only be set to False"));
                }
                this(vm, object)?.log_traceback.set(false);
                Ok(())
            },
            "",
        ),
        getter("_source_traceback", |vm, object| Ok(or_none(&this(vm, object)?.source_traceback)), ""),
        getset(
            "_cancel_message",
            |vm, object| Ok(or_none(&this(vm, object)?.cancel_message)),
            |vm, object, value| {
                let Some(value) = value else { return no_deletion(vm, "_asyncio.Future", "_cancel_message") };
                this(vm, object)?.cancel_message.set(value.clone());
                Ok(())
            },
            "",
        ),
        getter(
            "_asyncio_awaited_by",
            |vm, object| {
                let waiters = this(vm, object)?.awaited_by.cloned();
                if waiters.is_empty() { Ok(Value::NONE) } else { vm.frozenset(waiters.into_vec()) }
            },
            "",
        ),
    ]);

/// What awaits a future: gives the future once, then its result as the end.
pub struct FutureIter {
    /// Unbound at the end.
    future: LockCell<Value>,
}

crate::payload!(FutureIter, "FutureIter", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.future.get());
    }
    fn clear(&self) {
        self.future.set(Value::UNBOUND);
    }
});

fn step(vm: &Vm, iter: &Value) -> PyResult<Option<Value>> {
    let iter = vm.cast::<FutureIter>(iter)?;
    let future = iter.future.cloned();
    let Some(this) = future.downcast::<Future>() else {
        vm.stop_value.set(Value::NONE);
        return Ok(None);
    };
    if !this.is_done() {
        if !this.blocking.replace(true) {
            return Ok(Some(future));
        }
        return Err(vm.runtime_error("await wasn't used with future"));
    }
    iter.future.set(Value::UNBOUND);
    let result = result(vm, &future)?;
    vm.stop_value.set(result);
    Ok(None)
}

fn send(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    match step(vm, &args[0])? {
        Some(future) => Ok(future),
        None => Err(vm.stop_iteration(vm.stop_value.replace(Value::NONE))),
    }
}

fn throw(vm: &Vm, args: Args) -> PyResult<Value> {
    let pos = Args { values: &args.values[1..], names: args.names }.count(vm, "throw", 1, 3)?;
    let iter = vm.cast::<FutureIter>(&args.values[0])?;
    if pos.len() > 1 {
        vm.warn(
            &exc::DEPRECATION_WARNING,
            "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.",
            1,
        )?;
    }
    let exception = thrown_or(vm, pos, "throw() third argument must be a traceback", |_| {
        String::from("exceptions must be classes deriving BaseException or instances of such a class")
    })?;
    iter.future.set(Value::UNBOUND);
    Err(vm.raise_value(exception))
}

/// `_asyncio.FutureIter`
static FUTURE_ITER: TypeSpec = TypeSpec::new("_asyncio.FutureIter", FutureIter::layout)
    .slots(|s| {
        s.new = Some(|vm, ty, _| {
            Ok(vm.alloc(ty, FutureIter { future: LockCell::new(Value::UNBOUND) }).into_value())
        });
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(step);
    })
    .methods(&[
        native("send(self, value, /)", send, "Go on; the value is of no use to a future."),
        native_raw(
            "throw(self, type, value=None, traceback=None, /)",
            throw,
            "Stop waiting and raise an exception.",
        ),
        native(
            "close(self, /)",
            |vm, args| {
                vm.cast::<FutureIter>(&args[0])?.future.set(Value::UNBOUND);
                Ok(Value::NONE)
            },
            "Stop waiting.",
        ),
    ]);
