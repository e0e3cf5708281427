//! `Task`: a coroutine that a loop runs step by step, waking it when what it awaits is done.
//!
//! A step resumes the coroutine once. What it yields is a future to wait for (the task's wakeup becomes its callback) or
//! `None` (the loop makes the next step soon); everything else is an error that the coroutine gets at its next step.

use std::cell::Cell;

use super::future::{self, Future};
use super::{Shared, enter_task, is_plain, leave_task, shared, swap_task};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::generators::is_iterable_coroutine;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::interp::generator::{Generator, Step};
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::typedef::{Native, TypeSpec, getset, getter, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::contextvars;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

/// The payload of `Task`.
#[repr(C)]
pub struct Task {
    future: Future,
    coroutine: LockCell<Value>,
    /// A string, or the number that its default name ends with.
    name: LockCell<Value>,
    context: LockCell<Value>,
    /// What it waits for.
    waits_for: LockCell<Value>,
    must_cancel: Cell<bool>,
    log_destroy_pending: Cell<bool>,
    cancels: Cell<i64>,
    /// Where it stands in `Shared::tasks`.
    pub place: Cell<Option<usize>>,
}

crate::payload!(Task, "Task", gc, extends Future {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.future.traverse(visit);
        for value in self.values() {
            if let Some(value) = value.get().given() {
                visit(value);
            }
        }
    }
    fn clear(&self) {
        Payload::clear(&self.future);
        let old = self.values().map(|cell| cell.replace(Value::UNBOUND));
        drop(old);
    }
});

impl Task {
    fn values(&self) -> [&LockCell<Value>; 4] {
        [&self.coroutine, &self.name, &self.context, &self.waits_for]
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.future.shared.unregister(&self.place);
    }
}

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Task>> {
    vm.cast::<Task>(value)
}

fn or_none(cell: &LockCell<Value>) -> Value {
    cell.get().given().cloned().unwrap_or(Value::NONE)
}

/// Would `await` take it? Types that asyncio calls coroutines are remembered.
fn is_coroutine(vm: &Vm, shared: &Shared, object: &Value) -> PyResult<bool> {
    if object.kind() == kind::COROUTINE {
        return Ok(true);
    }
    let ty = object.ty(vm).to_value();
    if shared.coroutine_types.get().iter().any(|other| other.is(&ty)) {
        return Ok(true);
    }
    let test = shared.known(vm, "asyncio.coroutines", "iscoroutine")?;
    let answer = vm.call1(&test, object)?;
    let answer = vm.truth(&answer)?;
    if answer && shared.coroutine_types.get().len() < 100 {
        shared.coroutine_types.get_mut().push(ty);
    }
    Ok(answer)
}

fn init(vm: &Vm, object: &Value, args: Args) -> PyResult<()> {
    const SIGNATURE: Signature =
        Signature::parse("Task(coro, *, loop=None, name=None, context=None, eager_start=False)");
    let [coroutine, event_loop, name, context, eager] = vm.bind_args(&SIGNATURE, args)?;
    let none = Value::NONE;
    future::init(vm, object, event_loop.given().unwrap_or(&none))?;
    let this = this(vm, object)?;
    let shared = this.future.shared.clone();
    if !is_coroutine(vm, &shared, &coroutine)? {
        // There is nothing to be destroyed.
        this.log_destroy_pending.set(false);
        return Err(vm.type_error(format!("a coroutine was expected, got {}", vm.repr_text(&coroutine)?)));
    }
    let context = match context.some() {
        Some(context) => context.clone(),
        None => contextvars::copy_current(vm)?,
    };
    let name = match name.some() {
        Some(name) => name_text(vm, name)?,
        None => {
            shared.counter.set(shared.counter.get() + 1);
            vm.int(shared.counter.get())
        }
    };
    this.context.set(context);
    this.waits_for.set(Value::UNBOUND);
    this.must_cancel.set(false);
    this.log_destroy_pending.set(true);
    this.cancels.set(0);
    this.coroutine.set(coroutine);
    this.name.set(name);
    if eager.given().map_or(Ok(false), |eager| vm.truth(eager))? {
        let event_loop = this.future.event_loop(vm)?;
        let running = vm.call_method_str(&event_loop, "is_running", &[])?;
        if vm.truth(&running)? {
            return start_eagerly(vm, object);
        }
    }
    call_step_soon(vm, object, None)?;
    shared.register(vm, object)
}

fn name_text(vm: &Vm, name: &Value) -> PyResult<Value> {
    if crate::runtime::object::dict::exact_str(name).is_some() { Ok(name.clone()) } else { vm.to_str(name) }
}

/// Makes the first step before `Task()` returns.
fn start_eagerly(vm: &Vm, object: &Value) -> PyResult<()> {
    let this = this(vm, object)?;
    let shared = this.future.shared.clone();
    let event_loop = this.future.event_loop(vm)?;
    let context = or_none(&this.context);
    let before = swap_task(vm, &event_loop, object)?;
    shared.register(vm, object)?;
    let result = contextvars::run_in(vm, &context, || step_inner(vm, object, None)).and_then(|result| result);
    let held = result.map_err(|raised| vm.take_raised(raised));
    let swapped = swap_task(vm, &event_loop, &before);
    if this.future.is_done() {
        shared.unregister(&this.place);
        this.coroutine.set(Value::UNBOUND);
    }
    match held {
        Ok(()) => swapped.map(drop),
        Err(exception) => Err(vm.set_raised(exception)),
    }
}

/// What the loop calls to make a step: with an exception, it is thrown into the coroutine.
struct StepCall {
    task: LockCell<Value>,
    exception: LockCell<Value>,
}

crate::payload!(StepCall, "TaskStepMethWrapper", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.task.get());
        visit(self.exception.get());
    }
    fn clear(&self) {
        self.task.set(Value::UNBOUND);
        self.exception.set(Value::UNBOUND);
    }
});

static STEP_CALL: TypeSpec = TypeSpec::new("_asyncio.TaskStepMethWrapper", StepCall::layout)
    .flags(type_flag::NO_NEW)
    .slots(|s| {
        s.call = Some(|vm, call, args| {
            if !args.names.is_empty() {
                return Err(vm.type_error("function takes no keyword arguments"));
            }
            if !args.values.is_empty() {
                return Err(vm.type_error("function takes no positional arguments"));
            }
            let call = vm.cast::<StepCall>(call)?;
            let (task, exception) = (call.task.cloned(), call.exception.cloned());
            step(vm, &task, exception.given().cloned()).map(|()| Value::NONE)
        });
    })
    .getset(&[getter("__self__", |vm, call| Ok(or_none(&vm.cast::<StepCall>(call)?.task)), "The task.")]);

fn call_step_soon(vm: &Vm, object: &Value, exception: Option<Value>) -> PyResult<()> {
    let this = this(vm, object)?;
    let event_loop = this.future.event_loop(vm)?;
    let call = StepCall {
        task: LockCell::new(object.clone()),
        exception: LockCell::new(exception.unwrap_or(Value::UNBOUND)),
    };
    let call = vm.alloc_spec(&STEP_CALL, call);
    this.future.shared.call_soon(vm, &event_loop, &call, None, &or_none(&this.context))
}

/// Makes a step as the current task of the loop.
fn step(vm: &Vm, object: &Value, exception: Option<Value>) -> PyResult<()> {
    let event_loop = this(vm, object)?.future.event_loop(vm)?;
    enter_task(vm, &event_loop, object)?;
    match step_inner(vm, object, exception) {
        Ok(()) => leave_task(vm, &event_loop, object),
        Err(raised) => {
            let held = vm.take_raised(raised);
            leave_task(vm, &event_loop, object)?;
            Err(vm.set_raised(held))
        }
    }
}

/// Resumes a coroutine: `Ok(Some)` is what it yields, `Ok(None)` its end, with the result in `stop_value`.
fn resume(vm: &Vm, coroutine: &Value, exception: Option<Value>) -> PyResult<Option<Value>> {
    if let Some(generator) = coroutine.downcast::<Generator>()
        && (coroutine.kind() == kind::COROUTINE || is_iterable_coroutine(coroutine))
    {
        let step = match exception {
            None => vm.generator_send(generator, Value::NONE)?,
            Some(exception) => vm.generator_throw(generator, exception)?,
        };
        return Ok(match step {
            Step::Yield(value) => Some(value),
            Step::Return(value) => {
                vm.stop_value.set(value);
                None
            }
        });
    }
    vm.stop_value.set(Value::NONE);
    let result = match exception {
        Some(exception) => vm.call_method(coroutine, &vm.names().throw, &[exception]),
        None if coroutine.ty(vm).slots.get().next.is_some() => return vm.next(coroutine),
        None => vm.call_method(coroutine, &vm.names().send, &[Value::NONE]),
    };
    vm.end_of_iteration(result)
}

fn is_cancelled_error(vm: &Vm, shared: &Shared, exception: &Value) -> PyResult<bool> {
    let class = shared.known(vm, "asyncio.exceptions", "CancelledError")?;
    Ok(class.as_type().is_some_and(|class| exception.ty(vm).is_subtype(class)))
}

fn step_inner(vm: &Vm, object: &Value, mut exception: Option<Value>) -> PyResult<()> {
    let this = this(vm, object)?;
    let shared = &this.future.shared;
    if this.future.is_done() {
        let shown = exception.as_ref().map_or(Ok(String::new()), |e| vm.repr_text(e))?;
        let message = format!("__step(): already done: {} {shown}", vm.repr_text(object)?);
        return Err(shared.invalid_state(vm, &message));
    }
    if this.must_cancel.get() {
        let is_one = match &exception {
            Some(exception) => is_cancelled_error(vm, shared, exception)?,
            None => false,
        };
        if !is_one {
            exception = Some(future::cancelled_error(vm, future::this(vm, object)?)?);
        }
        this.must_cancel.set(false);
    }
    this.waits_for.set(Value::UNBOUND);
    let coroutine = this.coroutine.cloned();
    if coroutine.is_unbound() {
        return Err(vm.runtime_error("uninitialized Task object"));
    }
    match resume(vm, &coroutine, exception) {
        Ok(Some(yielded)) => wait_for(vm, object, this, yielded),
        Ok(None) => {
            let result = vm.stop_value.replace(Value::NONE);
            if this.must_cancel.replace(false) {
                // Cancelled just before the end.
                future::cancel(vm, object, or_none(&this.future.cancel_message))?;
            } else {
                future::set_result(vm, object, result)?;
            }
            shared.unregister(&this.place);
            Ok(())
        }
        Err(raised) => {
            let exception = vm.take_raised(raised);
            shared.unregister(&this.place);
            if is_cancelled_error(vm, shared, &exception)? {
                this.future.cancelled_exception.set(exception);
                return future::cancel(vm, object, Value::NONE).map(drop);
            }
            future::set_exception(vm, object, &exception)?;
            let ty = exception.ty(vm);
            if ty.is_subtype(vm.typ(&exc::KEYBOARD_INTERRUPT)) || ty.is_subtype(vm.typ(&exc::SYSTEM_EXIT)) {
                return Err(vm.set_raised(exception));
            }
            Ok(())
        }
    }
}

/// The coroutine gets a RuntimeError at its next step.
fn fail_soon(vm: &Vm, object: &Value, message: String) -> PyResult<()> {
    let class = vm.typ(&exc::RUNTIME_ERROR).clone();
    let exception = vm.new_exception(&class, &[vm.str(message)]).into_value();
    call_step_soon(vm, object, Some(exception))
}

fn wait_for(vm: &Vm, object: &Value, this: &Obj<Task>, yielded: Value) -> PyResult<()> {
    let shared = &this.future.shared;
    let shown = |value: &Value| vm.repr_text(value);
    if yielded.is_none() {
        return call_step_soon(vm, object, None);
    }
    if yielded.is(object) {
        return fail_soon(vm, object, format!("Task cannot await on itself: {}", shown(object)?));
    }
    let native = yielded.downcast::<Future>().filter(|_| is_plain(vm, &yielded));
    let blocking = match native {
        Some(other) => other.blocking.get(),
        None => {
            let mark = vm.getattr_opt(&yielded, shared.blocking.value())?;
            let Some(mark) = mark.filter(|mark| !mark.is_none()) else {
                let message = if yielded.kind() == kind::GENERATOR {
                    format!(
                        "yield was used instead of yield from for generator in task {} with {}",
                        shown(object)?,
                        shown(&yielded)?
                    )
                } else {
                    format!("Task got bad yield: {}", shown(&yielded)?)
                };
                return fail_soon(vm, object, message);
            };
            vm.truth(&mark)?
        }
    };
    let event_loop = shared.loop_of(vm, &yielded)?;
    if !event_loop.is(this.future.looper.get()) {
        let message =
            format!("Task {} got Future {} attached to a different loop", shown(object)?, shown(&yielded)?);
        return fail_soon(vm, object, message);
    }
    if !blocking {
        let message = format!(
            "yield was used instead of yield from in task {} with {}",
            shown(object)?,
            shown(&yielded)?
        );
        return fail_soon(vm, object, message);
    }
    if let Some(other) = yielded.downcast::<Future>() {
        other.add_waiter(object);
    }
    let wakeup = vm.native_method(&WAKEUP, object.clone());
    let context = or_none(&this.context);
    match native {
        Some(other) => {
            other.blocking.set(false);
            future::add_callback(vm, &yielded, wakeup, context)?;
        }
        None => {
            vm.setattr(&yielded, shared.blocking.value(), Some(&Value::FALSE))?;
            let add = vm.getattr(&yielded, shared.add_done_callback.value())?;
            vm.call(&add, Args { values: &[wakeup, context], names: &shared.context_names })?;
        }
    }
    this.waits_for.set(yielded.clone());
    if this.must_cancel.get() && cancel_other(vm, shared, &yielded, &or_none(&this.future.cancel_message))? {
        this.must_cancel.set(false);
    }
    Ok(())
}

/// `other.cancel(msg=message)`
fn cancel_other(vm: &Vm, shared: &Shared, other: &Value, message: &Value) -> PyResult<bool> {
    let cancel = vm.getattr(other, shared.cancel.value())?;
    let answer =
        vm.call(&cancel, Args { values: std::slice::from_ref(message), names: &shared.msg_names })?;
    vm.truth(&answer)
}

/// What a task adds to the future that it waits for.
static WAKEUP: Native = native("task_wakeup(self, future, /)", wakeup, "");

fn wakeup(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (object, other) = (&args[0], &args[1]);
    let shared = this(vm, object)?.future.shared.clone();
    if let Some(other) = other.downcast::<Future>() {
        other.remove_waiter(object);
    }
    let outcome = match other.downcast::<Future>().filter(|_| is_plain(vm, other)) {
        Some(other) => match future::outcome(vm, other) {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(exception)) => Err(exception),
            Err(raised) => Err(vm.take_raised(raised)),
        },
        None => match vm.call_method(other, &shared.result, &[]) {
            Ok(_) => Ok(()),
            Err(raised) => Err(vm.take_raised(raised)),
        },
    };
    step(vm, object, outcome.err())?;
    Ok(Value::NONE)
}

fn cancel(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let message = args[1].given().cloned().unwrap_or(Value::NONE);
    this.future.log_traceback.set(false);
    if this.future.is_done() {
        return Ok(Value::FALSE);
    }
    this.cancels.set(this.cancels.get() + 1);
    if let Some(other) = this.waits_for.cloned().given()
        && cancel_other(vm, &this.future.shared, other, &message)?
    {
        return Ok(Value::TRUE);
    }
    this.must_cancel.set(true);
    this.future.cancel_message.set(message);
    Ok(Value::TRUE)
}

/// A dying task that nobody will run any more.
fn finalize(vm: &Vm, object: &Value) -> PyResult<()> {
    let this = this(vm, object)?;
    if !this.future.is_done() && this.log_destroy_pending.get() && this.future.looper.get().given().is_some()
    {
        let message = vm.str("Task was destroyed but it is pending!");
        future::report(vm, future::this(vm, object)?, &[("task", object.clone()), ("message", message)])?;
    }
    future::finalize(vm, object)
}

fn new_task(shared: Ref<Shared>) -> Task {
    let cell = || LockCell::new(Value::UNBOUND);
    Task {
        future: Future::new(shared),
        coroutine: cell(),
        name: cell(),
        context: cell(),
        waits_for: cell(),
        must_cancel: Cell::new(false),
        log_destroy_pending: Cell::new(false),
        cancels: Cell::new(0),
        place: Cell::new(None),
    }
}

/// `_asyncio.Task`
pub static TASK: TypeSpec = TypeSpec::new("_asyncio.Task", Task::layout)
    .base(&future::FUTURE)
    .flags(type_flag::BASE | type_flag::WEAKREF | type_flag::HAS_DEL)
    .doc(
        "(coro, *, loop=None, name=None, context=None, eager_start=False)",
        "A coroutine that an event loop runs.\n\n  coro         the coroutine\n  loop         the event loop; None is that of get_event_loop()\n  name         None is a name with a running number\n  context      what its steps run in; None is a copy of the current context\n  eager_start  make the first step at once, if the loop runs",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, new_task(shared(vm)?)).into_value()));
        s.init = Some(init);
        s.repr = Some(|vm, object| {
            let this = this(vm, object)?;
            this.future.event_loop(vm)?;
            let repr = this.future.shared.known(vm, "asyncio.base_tasks", "_task_repr")?;
            vm.call1(&repr, object)
        });
        s.del = Some(finalize);
    })
    .methods(&[
        native(
            "set_result(self, result, /)",
            |vm, _| Err(vm.runtime_error("Task does not support set_result operation")),
            "RuntimeError: a task's result is its coroutine's.",
        ),
        native(
            "set_exception(self, exception, /)",
            |vm, _| Err(vm.runtime_error("Task does not support set_exception operation")),
            "RuntimeError: a task's exception is its coroutine's.",
        ),
        native(
            "cancel(self, /, msg=None)",
            cancel,
            "Have a CancelledError thrown into the coroutine at its next step; False if the task is done.\n\n  msg\n    Argument of the CancelledError.",
        ),
        native(
            "cancelling(self, /)",
            |vm, args| Ok(vm.int(this(vm, &args[0])?.cancels.get())),
            "How often cancel() was called, less the calls of uncancel().",
        ),
        native(
            "uncancel(self, /)",
            |vm, args| {
                let this = this(vm, &args[0])?;
                if this.cancels.get() > 0 {
                    this.cancels.set(this.cancels.get() - 1);
                    if this.cancels.get() == 0 {
                        this.must_cancel.set(false);
                    }
                }
                Ok(vm.int(this.cancels.get()))
            },
            "Take one call of cancel() back, and return how many are left.",
        ),
        native(
            "get_stack(self, /, *, limit=None)",
            |vm, args| {
                let shared = this(vm, &args[0])?.future.shared.clone();
                let get = shared.known(vm, "asyncio.base_tasks", "_task_get_stack")?;
                let limit = args[1].given().cloned().unwrap_or(Value::NONE);
                vm.call_args(&get, &[args[0].clone(), limit])
            },
            "The frames of the coroutine: one where it waits, or those of the exception that ended it.\n\n  limit\n    Greatest number of frames; None is all.",
        ),
        native(
            "print_stack(self, /, *, limit=None, file=None)",
            |vm, args| {
                let shared = this(vm, &args[0])?.future.shared.clone();
                let print = shared.known(vm, "asyncio.base_tasks", "_task_print_stack")?;
                let [limit, file] = [1, 2].map(|at: usize| args[at].given().cloned().unwrap_or(Value::NONE));
                vm.call_args(&print, &[args[0].clone(), limit, file])
            },
            "Print the frames of get_stack() like a traceback.\n\n  limit\n    As for get_stack().\n  file\n    Where to; None is sys.stderr.",
        ),
        native(
            "_make_cancelled_error(self, /)",
            |vm, args| future::cancelled_error(vm, future::this(vm, &args[0])?),
            "The CancelledError to raise for a cancelled task. For task classes alone.",
        ),
        native(
            "get_name(self, /)",
            |vm, args| {
                let this = this(vm, &args[0])?;
                if let Some(number) = this.name.get().as_small() {
                    this.name.set(vm.str(format!("Task-{number}")));
                }
                Ok(or_none(&this.name))
            },
            "The name of the task.",
        ),
        native(
            "set_name(self, value, /)",
            |vm, args| {
                let name = name_text(vm, &args[1])?;
                this(vm, &args[0])?.name.set(name);
                Ok(Value::NONE)
            },
            "Change the name of the task to str(value).",
        ),
        native("get_coro(self, /)", |vm, args| Ok(or_none(&this(vm, &args[0])?.coroutine)), "The coroutine."),
        native(
            "get_context(self, /)",
            |vm, args| Ok(or_none(&this(vm, &args[0])?.context)),
            "The context that the steps run in.",
        ),
        native(
            "__class_getitem__(cls, object, /)",
            |vm, args| vm.generic_alias(&args[0], &args[1]),
            "Tasks are generic over the type of their result.",
        )
        .class(),
    ])
    .getset(&[
        getset(
            "_log_destroy_pending",
            |vm, object| Ok(Value::bool(this(vm, object)?.log_destroy_pending.get())),
            |vm, object, value| {
                let Some(value) = value else {
                    return future::no_deletion(vm, "_asyncio.Task", "_log_destroy_pending");
                };
                let value = vm.truth(value)?;
                this(vm, object)?.log_destroy_pending.set(value);
                Ok(())
            },
            "",
        ),
        getter("_must_cancel", |vm, object| Ok(Value::bool(this(vm, object)?.must_cancel.get())), ""),
        getter("_coro", |vm, object| Ok(or_none(&this(vm, object)?.coroutine)), ""),
        getter("_fut_waiter", |vm, object| Ok(or_none(&this(vm, object)?.waits_for)), ""),
    ]);
