//! `Future`, and the iterator that `await` drives.
//!
//! # Invariants
//!
//! 1. `event_loop` is unbound until `__init__` has run; methods that need it say so.
//! 2. `callbacks` is taken out before any of them is handed to the loop, and compared with from copies: the loop's
//!    `call_soon` and a callback's `__eq__` are the program's.

use std::cell::Cell;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::types::DICT_GETSET_COPY;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Signature;
use crate::runtime::object::raise::Exception;
use crate::runtime::object::typedef::{GetSet, Native, Slots, TypeSpec, getset, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::asyncio::{call_soon, call_with, from_module, get_event_loop, raise, task};
use crate::runtime::stdlib::contextvars::copy_context;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// Where a future is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Not done.
    Pending,
    /// Cancelled.
    Cancelled,
    /// It has a result or an exception.
    Finished,
}

/// The payload of `Future`; what is not set is unbound.
#[repr(C)]
pub struct Future {
    /// Its loop.
    pub event_loop: LockCell<Value>,
    /// Functions and their contexts.
    callbacks: LockCell<Vec<(Value, Value)>>,
    /// See [`State`].
    pub state: Cell<State>,
    result: LockCell<Value>,
    exception: LockCell<Value>,
    exception_traceback: LockCell<Value>,
    /// Where it was made, in debug mode.
    pub source_traceback: LockCell<Value>,
    /// Why it was cancelled.
    pub cancel_message: LockCell<Value>,
    /// The exception that it was cancelled by.
    pub cancelled_exception: LockCell<Value>,
    awaited_by: LockCell<Vec<Value>>,
    /// Its exception was not looked at yet.
    pub log_traceback: Cell<bool>,
    /// It was yielded to be waited for.
    pub blocking: Cell<bool>,
}

impl Future {
    /// Before `__init__`.
    pub fn new() -> Future {
        let unset = || LockCell::new(Value::UNBOUND);
        Future {
            event_loop: unset(),
            callbacks: LockCell::new(Vec::new()),
            state: Cell::new(State::Pending),
            result: unset(),
            exception: unset(),
            exception_traceback: unset(),
            source_traceback: unset(),
            cancel_message: unset(),
            cancelled_exception: unset(),
            awaited_by: LockCell::new(Vec::new()),
            log_traceback: Cell::new(false),
            blocking: Cell::new(false),
        }
    }

    fn values(&self) -> [&LockCell<Value>; 7] {
        [
            &self.event_loop,
            &self.result,
            &self.exception,
            &self.exception_traceback,
            &self.source_traceback,
            &self.cancel_message,
            &self.cancelled_exception,
        ]
    }

    /// For the payload's own and that of tasks.
    pub fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        for value in self.values() {
            visit(value.get());
        }
        for (callback, context) in self.callbacks.get() {
            visit(callback);
            visit(context);
        }
        self.awaited_by.get().iter().for_each(visit);
    }

    /// Forgets everything.
    pub fn empty(&self) {
        for value in self.values() {
            value.set(Value::UNBOUND);
        }
        drop(self.callbacks.take());
        drop(self.awaited_by.take());
    }
}

crate::payload!(Future, "Future", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.visit(visit);
    }
    fn clear(&self) {
        self.empty();
    }
});

/// The native part of a future.
pub fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Future>> {
    vm.cast::<Future>(value)
}

/// A future or task of exactly the native classes, whose methods nobody has replaced.
pub fn exact<'a>(vm: &Vm, value: &'a Value) -> Option<&'a Obj<Future>> {
    let ty = value.ty(vm);
    let at = ty.address();
    let native = at == vm.typ(&FUTURE).address() || at == vm.typ(&task::TASK).address();
    if native { value.downcast() } else { None }
}

fn alive<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Future>> {
    let this = this(vm, value)?;
    match this.event_loop.get().is_unbound() {
        true => Err(vm.runtime_error("Future object is not initialized.")),
        false => Ok(this),
    }
}

/// `Future.__init__`
pub fn init(vm: &Vm, object: &Value, event_loop: Option<&Value>) -> PyResult<()> {
    let this = this(vm, object)?;
    this.empty();
    this.state.set(State::Pending);
    this.log_traceback.set(false);
    this.blocking.set(false);
    let event_loop = match event_loop {
        Some(event_loop) => event_loop.clone(),
        None => get_event_loop(vm)?,
    };
    this.event_loop.set(event_loop.clone());
    let debug = vm.call_method(&event_loop, &vm.names().get_debug, &[])?;
    if vm.truth(&debug)? {
        let extract = from_module(vm, "traceback", "extract_stack")?;
        let stack = vm.call0(&extract)?;
        this.source_traceback.set(stack);
    }
    Ok(())
}

fn schedule_callbacks(vm: &Vm, object: &Value) -> PyResult<()> {
    let this = this(vm, object)?;
    for (callback, context) in this.callbacks.take() {
        let event_loop = this.event_loop.cloned();
        call_soon(vm, &event_loop, &[callback, object.clone()], context)?;
    }
    Ok(())
}

/// `Future.cancel`, for tasks too.
pub fn cancel(vm: &Vm, object: &Value, message: Value) -> PyResult<bool> {
    let this = this(vm, object)?;
    this.log_traceback.set(false);
    if this.state.get() != State::Pending {
        return Ok(false);
    }
    this.state.set(State::Cancelled);
    this.cancel_message.set(message);
    schedule_callbacks(vm, object)?;
    Ok(true)
}

/// `Future.set_result`, for tasks too.
pub fn set_result(vm: &Vm, object: &Value, result: Value) -> PyResult<()> {
    let this = alive(vm, object)?;
    if this.state.get() != State::Pending {
        return raise(vm, "InvalidStateError", "invalid state".to_owned());
    }
    this.result.set(result);
    this.state.set(State::Finished);
    schedule_callbacks(vm, object)
}

/// `Future.set_exception`, for tasks too.
pub fn set_exception(vm: &Vm, object: &Value, exception: &Value) -> PyResult<()> {
    let this = alive(vm, object)?;
    if this.state.get() != State::Pending {
        return raise(vm, "InvalidStateError", "invalid state".to_owned());
    }
    let is_class = exception.as_type().is_some_and(|ty| ty.has(type_flag::EXCEPTION));
    let mut exception = if is_class { vm.call0(exception)? } else { exception.clone() };
    if exception.downcast::<Exception>().is_none() {
        return Err(vm.type_error("invalid exception object"));
    }
    if exception.ty(vm).is_subtype(vm.typ(&exc::STOP_ITERATION)) {
        let text = "StopIteration interacts badly with generators and cannot be raised into a Future";
        let ty = vm.typ(&exc::RUNTIME_ERROR).clone();
        let new = vm.new_exception(&ty, vec![vm.str(text)]);
        new.cause.set(exception.clone());
        new.context.set(exception);
        new.suppress_context.set(true);
        exception = new.into_value();
    }
    let traceback = exception.downcast::<Exception>().map_or(Value::NONE, |e| e.traceback.cloned());
    this.exception.set(exception);
    this.exception_traceback.set(traceback);
    this.state.set(State::Finished);
    schedule_callbacks(vm, object)?;
    this.log_traceback.set(true);
    Ok(())
}

/// The exception to raise for a cancelled future.
pub fn cancelled_error(vm: &Vm, this: &Obj<Future>) -> PyResult<Value> {
    let known = this.cancelled_exception.replace(Value::UNBOUND);
    if !known.is_unbound() {
        return Ok(known);
    }
    let class = from_module(vm, "asyncio.exceptions", "CancelledError")?;
    match this.cancel_message.cloned().some() {
        None => vm.call0(&class),
        Some(message) => vm.call1(&class, message),
    }
}

fn raise_cancelled(vm: &Vm, this: &Obj<Future>) -> Raised {
    match cancelled_error(vm, this) {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// What a future that is done has come to.
pub enum Outcome {
    /// Its result.
    Result(Value),
    /// Its exception, with the traceback that it had.
    Exception(Value),
}

/// What it has come to; the error says that it was cancelled or is not done.
pub fn outcome(vm: &Vm, this: &Obj<Future>) -> PyResult<Outcome> {
    match this.state.get() {
        State::Cancelled => Err(raise_cancelled(vm, this)),
        State::Pending => raise(vm, "InvalidStateError", "Result is not set.".to_owned()),
        State::Finished => {
            this.log_traceback.set(false);
            let exception = this.exception.cloned();
            match exception.downcast::<Exception>() {
                None => Ok(Outcome::Result(this.result.cloned())),
                Some(e) => {
                    let traceback = this.exception_traceback.replace(Value::UNBOUND);
                    e.traceback.set(traceback.given().cloned().unwrap_or(Value::NONE));
                    Ok(Outcome::Exception(exception.clone()))
                }
            }
        }
    }
}

fn result(vm: &Vm, object: &Value) -> PyResult<Value> {
    let this = this(vm, object)?;
    if this.event_loop.get().is_unbound() {
        return raise(vm, "InvalidStateError", "Future object is not initialized.".to_owned());
    }
    match outcome(vm, this)? {
        Outcome::Result(value) => Ok(value),
        Outcome::Exception(exception) => Err(vm.raise_value(exception)),
    }
}

fn exception(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    if this.event_loop.get().is_unbound() {
        return raise(vm, "InvalidStateError", "Future object is not initialized.".to_owned());
    }
    match this.state.get() {
        State::Cancelled => Err(raise_cancelled(vm, this)),
        State::Pending => raise(vm, "InvalidStateError", "Exception is not set.".to_owned()),
        State::Finished => {
            this.log_traceback.set(false);
            Ok(or_none(this.exception.cloned()))
        }
    }
}

/// Adds a callback, or hands it to the loop if the future is done.
pub fn add_done_callback(vm: &Vm, object: &Value, callback: Value, context: Value) -> PyResult<()> {
    let this = alive(vm, object)?;
    if this.state.get() != State::Pending {
        let event_loop = this.event_loop.cloned();
        return call_soon(vm, &event_loop, &[callback, object.clone()], context);
    }
    this.callbacks.get_mut().push((callback, context));
    Ok(())
}

fn remove_done_callback(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = alive(vm, &args[0])?;
    let mut removed = 0;
    let mut at = 0;
    // The list may change with every comparison.
    while let Some((callback, context)) = this.callbacks.get().get(at).cloned() {
        let same = vm.equal(&callback, &args[1])?;
        let unmoved = this.callbacks.get().get(at).is_some_and(|(f, c)| f.is(&callback) && c.is(&context));
        if same && unmoved {
            let old = this.callbacks.get_mut().remove(at);
            drop(old);
            removed += 1;
        } else {
            at += 1;
        }
    }
    Ok(vm.int(removed))
}

// ------------------------------------------------------------------------------------------------ who waits for it

/// Notes that a native future is awaited by another.
pub fn awaited_by_add(_: &Vm, future: &Value, waiter: &Value) -> PyResult<()> {
    let (Some(this), Some(_)) = (future.downcast::<Future>(), waiter.downcast::<Future>()) else {
        return Ok(());
    };
    let awaited_by = this.awaited_by.get_mut();
    if !awaited_by.iter().any(|known| known.is(waiter)) {
        awaited_by.push(waiter.clone());
    }
    Ok(())
}

/// Notes that it is awaited no longer.
pub fn awaited_by_discard(_: &Vm, future: &Value, waiter: &Value) -> PyResult<()> {
    let (Some(this), Some(_)) = (future.downcast::<Future>(), waiter.downcast::<Future>()) else {
        return Ok(());
    };
    let at = this.awaited_by.get().iter().position(|known| known.is(waiter));
    if let Some(at) = at {
        let known = this.awaited_by.get_mut().remove(at);
        drop(known);
    }
    Ok(())
}

// ------------------------------------------------------------------------------------------------ the class

/// Calls the loop's handler for what went wrong with a future that nobody refers to.
pub fn report(vm: &Vm, object: &Value, message: String, parts: &[(&str, Value)]) -> PyResult<()> {
    let this = this(vm, object)?;
    let context = vm.new_dict();
    vm.set_in(&context, "message", vm.str(message));
    for (name, value) in parts {
        vm.set_in(&context, name, value.clone());
    }
    let source = this.source_traceback.cloned();
    if source.some().is_some() {
        vm.set_in(&context, "source_traceback", source);
    }
    let event_loop = this.event_loop.cloned();
    if event_loop.is_unbound() {
        return Ok(());
    }
    vm.call_method_str(&event_loop, "call_exception_handler", &[context.into_value()]).map(drop)
}

/// `Future.__del__`
pub fn finalize(vm: &Vm, object: &Value) -> PyResult<()> {
    let this = this(vm, object)?;
    if !this.log_traceback.replace(false) {
        return Ok(());
    }
    let message = format!("{} exception was never retrieved", object.type_name(vm));
    let parts = [("exception", or_none(this.exception.cloned())), ("future", object.clone())];
    report(vm, object, message, &parts)
}

/// What stands for an attribute that is not set.
pub fn or_none(value: Value) -> Value {
    if value.is_unbound() { Value::NONE } else { value }
}

/// The slots that tasks share.
pub fn shared_slots(s: &mut Slots) {
    s.iter = Some(iterate);
    s.await_ = Some(iterate);
}

/// `Future`
pub static FUTURE: TypeSpec = TypeSpec::new("_asyncio.Future", Future::layout)
    .flags(type_flag::BASE | type_flag::WEAKREF | type_flag::DICT_ATTR | type_flag::HAS_DEL)
    .doc("(*, loop=None)", "A result that is to come, much like a concurrent.futures.Future.\n\nresult() and exception() take no timeout and raise an exception while it is not\ndone; callbacks run through the event loop's call_soon_threadsafe(); wait() and\nas_completed() of concurrent.futures do not know it.")
    .slots(|s| {
        shared_slots(s);
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Future::new()).into_value()));
        s.init = Some(|vm, object, args| {
            const SIGNATURE: Signature = Signature::parse("Future(*, loop=None)");
            let [event_loop] = vm.bind_args::<1>(&SIGNATURE, args)?;
            init(vm, object, event_loop.some())
        });
        s.del = Some(finalize);
        s.repr = Some(|vm, object| {
            let shown = from_module(vm, "asyncio.base_futures", "_future_repr")?;
            vm.call1(&shown, object)
        });
    })
    .methods(METHODS)
    .getset(GETSET);

static METHODS: &[Native] = &[
    native(
        "result(self, /)",
        |vm, args| result(vm, &args[0]),
        "Return the result this future represents.\n\nIf the future has been cancelled, raises CancelledError.  If the\nfuture's result isn't yet available, raises InvalidStateError.  If\nthe future is done and has an exception set, this exception is raised.",
    ),
    native(
        "exception(self, /)",
        exception,
        "Return the exception that was set on this future.\n\nThe exception (or None if no exception was set) is returned only if\nthe future is done.  If the future has been cancelled, raises\nCancelledError.  If the future isn't done yet, raises\nInvalidStateError.",
    ),
    native(
        "set_result(self, result, /)",
        |vm, args| {
            set_result(vm, &args[0], args[1].clone())?;
            Ok(Value::NONE)
        },
        "Mark the future done and set its result.\n\nIf the future is already done when this method is called, raises\nInvalidStateError.",
    ),
    native(
        "set_exception(self, exception, /)",
        |vm, args| {
            set_exception(vm, &args[0], &args[1])?;
            Ok(Value::NONE)
        },
        "Mark the future done and set an exception.\n\nIf the future is already done when this method is called, raises\nInvalidStateError.",
    ),
    native(
        "add_done_callback(self, fn, /, *, context=<unrepresentable>)",
        |vm, args| {
            let context = match args[2].given() {
                Some(context) => context.clone(),
                None => copy_context(vm)?,
            };
            add_done_callback(vm, &args[0], args[1].clone(), context)?;
            Ok(Value::NONE)
        },
        "Add a callback to be run when the future becomes done.\n\nThe callback is called with a single argument - the future object. If\nthe future is already done when this is called, the callback is\nscheduled with call_soon.",
    ),
    native(
        "remove_done_callback(self, fn, /)",
        remove_done_callback,
        "Remove all instances of a callback from the \"call when done\" list.\n\nReturns the number of callbacks removed.",
    ),
    native(
        "cancel(self, /, msg=None)",
        |vm, args| {
            alive(vm, &args[0])?;
            Ok(Value::bool(cancel(vm, &args[0], args[1].clone())?))
        },
        "Cancel the future and schedule callbacks.\n\nIf the future is already done or cancelled, return False.  Otherwise,\nchange the future's state to cancelled, schedule the callbacks and\nreturn True.",
    ),
    native(
        "cancelled(self, /)",
        |vm, args| Ok(Value::bool(this(vm, &args[0])?.state.get() == State::Cancelled)),
        "Return True if the future was cancelled.",
    ),
    native(
        "done(self, /)",
        |vm, args| {
            let this = this(vm, &args[0])?;
            Ok(Value::bool(!this.event_loop.get().is_unbound() && this.state.get() != State::Pending))
        },
        "Return True if the future is done.\n\nDone means either that a result / exception are available, or that the\nfuture was cancelled.",
    ),
    native(
        "get_loop(self, /)",
        |vm, args| Ok(alive(vm, &args[0])?.event_loop.cloned()),
        "Return the event loop the Future is bound to.",
    ),
    native(
        "_make_cancelled_error(self, /)",
        |vm, args| cancelled_error(vm, this(vm, &args[0])?),
        "Create the CancelledError to raise if the Future is cancelled.\n\nThis should only be called once when handling a cancellation since\nit erases the context exception value.",
    ),
    native(
        "__class_getitem__(cls, object, /)",
        |vm, args| vm.generic_alias(&args[0], &args[1]),
        "Futures are generic over the type of their results",
    )
    .class(),
];

static GETSET: &[GetSet] = &[
    getter(
        "_state",
        |vm, f| {
            let state = match this(vm, f)?.state.get() {
                State::Pending => "PENDING",
                State::Cancelled => "CANCELLED",
                State::Finished => "FINISHED",
            };
            Ok(vm.intern(state).into_value())
        },
        "",
    ),
    getset(
        "_asyncio_future_blocking",
        |vm, f| {
            let this = this(vm, f)?;
            Ok(Value::bool(!this.event_loop.get().is_unbound() && this.blocking.get()))
        },
        |vm, f, value| {
            let this = alive(vm, f)?;
            let blocking = flag(vm, value)?;
            this.blocking.set(blocking);
            Ok(())
        },
        "",
    ),
    getter(
        "_asyncio_awaited_by",
        |vm, f| {
            let waiters = this(vm, f)?.awaited_by.cloned();
            if waiters.is_empty() { Ok(Value::NONE) } else { vm.frozenset(waiters) }
        },
        "",
    ),
    getter("_loop", |vm, f| Ok(or_none(this(vm, f)?.event_loop.cloned())), ""),
    getter(
        "_callbacks",
        |vm, f| {
            let callbacks = this(vm, f)?.callbacks.cloned();
            if callbacks.is_empty() {
                return Ok(Value::NONE);
            }
            Ok(vm.list(
                callbacks.into_iter().map(|(callback, context)| vm.tuple(vec![callback, context])).collect(),
            ))
        },
        "",
    ),
    getter("_result", |vm, f| Ok(or_none(this(vm, f)?.result.cloned())), ""),
    getter("_exception", |vm, f| Ok(or_none(this(vm, f)?.exception.cloned())), ""),
    getset(
        "_log_traceback",
        |vm, f| Ok(Value::bool(this(vm, f)?.log_traceback.get())),
        |vm, f, value| {
            if flag(vm, value)? {
                return Err(vm.value_error("_log_traceback can only be set to False"));
            }
            this(vm, f)?.log_traceback.set(false);
            Ok(())
        },
        "",
    ),
    getter("_source_traceback", |vm, f| Ok(or_none(this(vm, f)?.source_traceback.cloned())), ""),
    getset(
        "_cancel_message",
        |vm, f| Ok(or_none(this(vm, f)?.cancel_message.cloned())),
        |vm, f, value| {
            this(vm, f)?.cancel_message.set(value.cloned().unwrap_or(Value::UNBOUND));
            Ok(())
        },
        "",
    ),
    DICT_GETSET_COPY,
];

/// The truth of a value that an attribute is set to.
pub fn flag(vm: &Vm, value: Option<&Value>) -> PyResult<bool> {
    match value {
        Some(value) => vm.truth(value),
        None => Err(vm.attribute_error("cannot delete attribute")),
    }
}

// ------------------------------------------------------------------------------------------------ its iterator

/// `FutureIter`
pub struct FutureIter {
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

fn iterate(vm: &Vm, object: &Value) -> PyResult<Value> {
    alive(vm, object)?;
    Ok(vm.alloc_spec(&FUTURE_ITER, FutureIter { future: LockCell::new(object.clone()) }))
}

/// Yields the future once; then its result ends the iteration.
fn advance(vm: &Vm, iterator: &Value) -> PyResult<Option<Value>> {
    let iterator = vm.cast::<FutureIter>(iterator)?;
    let future = iterator.future.cloned();
    let Some(this) = future.downcast::<Future>() else { return Ok(None) };
    if this.state.get() == State::Pending {
        if this.blocking.get() {
            return Err(vm.runtime_error("await wasn't used with future"));
        }
        this.blocking.set(true);
        return Ok(Some(future));
    }
    iterator.future.set(Value::UNBOUND);
    let value = result(vm, &future)?;
    vm.stop_value.set(value);
    Ok(None)
}

fn iterator_throw(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    if args[2].given().is_some() || args[3].given().is_some() {
        vm.warn_deprecated(
            "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.",
        )?;
    }
    let exception = crate::runtime::builtins::generators::thrown(vm, &args[1..])?;
    vm.cast::<FutureIter>(&args[0])?.future.set(Value::UNBOUND);
    Err(vm.set_raised(exception))
}

static FUTURE_ITER: TypeSpec = TypeSpec::new("_asyncio.FutureIter", FutureIter::layout)
    .flags(type_flag::NO_NEW)
    .slots(|s| {
        s.iter = Some(|_, iterator| Ok(iterator.clone()));
        s.next = Some(advance);
    })
    .methods(&[
        native(
            "send(self, object, /)",
            |vm, args| match advance(vm, &args[0])? {
                Some(value) => Ok(value),
                None => {
                    let value = vm.stop_value.replace(Value::NONE);
                    Err(vm.stop_iteration(value))
                }
            },
            "",
        ),
        native("throw(self, type, value=None, traceback=None, /)", iterator_throw, ""),
        native(
            "close(self, /)",
            |vm, args| {
                vm.cast::<FutureIter>(&args[0])?.future.set(Value::UNBOUND);
                Ok(Value::NONE)
            },
            "",
        ),
    ]);

/// Cancels a future of whatever class: `future.cancel(msg=message)`.
pub fn cancel_any(vm: &Vm, future: &Value, message: Value) -> PyResult<bool> {
    let cancel = vm.getattr_str(future, "cancel")?;
    let cancelled = call_with(vm, &cancel, &[], "msg", message)?;
    vm.truth(&cancelled)
}
