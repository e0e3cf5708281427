//! The steps of a task: the coroutine runs until it yields a future, whose end wakes the task for the next step.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::interp::generator::{Generator, Step};
use crate::runtime::object::raise::Exception;
use crate::runtime::object::typedef::{Native, TypeSpec, getter, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::asyncio::future::{self, Outcome, State};
use crate::runtime::stdlib::asyncio::task::{Task, add_callback_any, this};
use crate::runtime::stdlib::asyncio::{call_soon, from_module, loop_of, raise};
use crate::runtime::value::{LockCell, Obj, Payload, Value};

// ------------------------------------------------------------------------------------------------ its callbacks

/// What the loop calls for a step: the task, and the exception to raise in it or unbound.
struct Callback {
    task: LockCell<Value>,
    exception: LockCell<Value>,
}
crate::payload!(Callback, "TaskStepMethWrapper", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.task.get());
        visit(self.exception.get());
    }
    fn clear(&self) {
        self.task.set(Value::NONE);
        self.exception.set(Value::UNBOUND);
    }
});

static CALLBACK: TypeSpec = TypeSpec::new("_asyncio.TaskStepMethWrapper", Callback::layout)
    .flags(crate::runtime::gc::heap::type_flag::NO_NEW)
    .slots(|s| {
        s.call = Some(|vm, callback, args| {
            if !args.names.is_empty() {
                return Err(vm.type_error("function takes no keyword arguments"));
            }
            if !args.values.is_empty() {
                return Err(vm.type_error("function takes no positional arguments"));
            }
            let callback = vm.cast::<Callback>(callback)?;
            step(vm, &callback.task.cloned(), callback.exception.cloned())
        });
    })
    .getset(&[getter("__self__", |vm, c| Ok(vm.cast::<Callback>(c)?.task.cloned()), "")]);

static WAKE_UP: Native =
    native("task_wakeup(self, object, /)", |vm, args| wake_up(vm, &args[0], &args[1]), "");

/// Asks the loop for the next step.
pub fn schedule(vm: &Vm, object: &Value, this: &Obj<Task>, exception: Value) -> PyResult<()> {
    let callback = Callback { task: LockCell::new(object.clone()), exception: LockCell::new(exception) };
    let callback = vm.alloc_spec(&CALLBACK, callback);
    let event_loop = this.future.event_loop.cloned();
    call_soon(vm, &event_loop, &[callback], this.context.cloned())
}

/// The awaited future is done.
fn wake_up(vm: &Vm, object: &Value, awaited: &Value) -> PyResult<Value> {
    future::awaited_by_discard(vm, awaited, object)?;
    let outcome = match future::exact(vm, awaited) {
        Some(native) => future::outcome(vm, native),
        None => vm.call_method_str(awaited, "result", &[]).map(Outcome::Result),
    };
    let exception = match outcome {
        Ok(Outcome::Result(_)) => Value::UNBOUND,
        Ok(Outcome::Exception(exception)) => exception,
        Err(raised) => vm.take_raised(raised),
    };
    step(vm, object, exception)
}

// ------------------------------------------------------------------------------------------------ the step

/// A step as the loop's current task.
fn step(vm: &Vm, object: &Value, exception: Value) -> PyResult<Value> {
    let event_loop = this(vm, object)?.future.event_loop.cloned();
    super::enter_task(vm, &event_loop, object)?;
    match run(vm, object, exception) {
        Ok(()) => {
            super::leave_task(vm, &event_loop, object)?;
            Ok(Value::NONE)
        }
        Err(raised) => {
            let exception = vm.take_raised(raised);
            if let Err(raised) = super::leave_task(vm, &event_loop, object) {
                drop(vm.take_raised(raised));
            }
            Err(vm.set_raised(exception))
        }
    }
}

/// How a coroutine came back.
enum Came {
    Yield(Value),
    Return(Value),
}

fn resume(vm: &Vm, coroutine: &Value, exception: Value) -> PyResult<Came> {
    let native = match coroutine.kind() {
        kind::COROUTINE | kind::GENERATOR => coroutine.downcast::<Generator>(),
        _ => None,
    };
    if let Some(native) = native {
        let step = match exception.is_unbound() {
            true => vm.generator_send(native, Value::NONE)?,
            false => vm.generator_throw(native, exception)?,
        };
        return Ok(match step {
            Step::Yield(value) => Came::Yield(value),
            Step::Return(value) => Came::Return(value),
        });
    }
    let result = match exception.is_unbound() {
        false => vm.call_method(coroutine, &vm.names().throw, &[exception]),
        true if coroutine.ty(vm).slots.get().next.is_some() => match vm.next(coroutine) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => return Ok(Came::Return(vm.stop_value.replace(Value::NONE))),
            Err(raised) => Err(raised),
        },
        true => vm.call_method(coroutine, &vm.names().send, &[Value::NONE]),
    };
    match vm.end_of_iteration(result)? {
        Some(value) => Ok(Came::Yield(value)),
        None => Ok(Came::Return(vm.stop_value.replace(Value::NONE))),
    }
}

/// Runs the coroutine until it yields or ends, with an exception to raise in it or unbound.
pub fn run(vm: &Vm, object: &Value, exception: Value) -> PyResult<()> {
    let this = this(vm, object)?;
    let mut exception = exception;
    if this.future.state.get() != State::Pending {
        let (task, given) = (vm.repr_text(object)?, exception.given().cloned().unwrap_or_else(|| vm.str("")));
        return raise(
            vm,
            "InvalidStateError",
            format!("__step(): already done: {task} {}", vm.repr_text(&given)?),
        );
    }
    if this.must_cancel.get() {
        let class = from_module(vm, "asyncio.exceptions", "CancelledError")?;
        if exception.is_unbound() || !vm.isinstance(&exception, &class)? {
            exception = future::cancelled_error(vm, future::this(vm, object)?)?;
        }
        this.must_cancel.set(false);
    }
    this.waits_for.set(Value::UNBOUND);
    let coroutine = this.coroutine.cloned();
    if coroutine.is_unbound() {
        return Err(vm.runtime_error("uninitialized Task object"));
    }
    match resume(vm, &coroutine, exception) {
        Ok(Came::Yield(awaited)) => wait_for(vm, object, this, &awaited),
        Ok(Came::Return(_)) if this.must_cancel.get() => {
            // It was cancelled right before it returned.
            this.must_cancel.set(false);
            let message = this.future.cancel_message.cloned();
            future::cancel(vm, object, message).map(drop)
        }
        Ok(Came::Return(value)) => future::set_result(vm, object, value),
        Err(raised) => {
            let exception = vm.take_raised(raised);
            let class = from_module(vm, "asyncio.exceptions", "CancelledError")?;
            if vm.isinstance(&exception, &class)? {
                this.future.cancelled_exception.set(exception);
                return future::cancel(vm, object, Value::UNBOUND).map(drop);
            }
            future::set_exception(vm, object, &exception)?;
            let ty = exception.ty(vm);
            let leaves = [&exc::KEYBOARD_INTERRUPT, &exc::SYSTEM_EXIT];
            if leaves.into_iter().any(|spec| ty.is_subtype(vm.typ(spec))) {
                return Err(vm.set_raised(exception));
            }
            Ok(())
        }
    }
}

/// The next step raises RuntimeError.
fn fail_soon(vm: &Vm, object: &Value, this: &Obj<Task>, message: String) -> PyResult<()> {
    let ty = vm.typ(&exc::RUNTIME_ERROR).clone();
    let exception = vm.new_exception(&ty, vec![vm.str(message)]).into_value();
    debug_assert!(exception.downcast::<Exception>().is_some());
    schedule(vm, object, this, exception)
}

/// The coroutine has yielded something to wait for.
fn wait_for(vm: &Vm, object: &Value, this: &Obj<Task>, awaited: &Value) -> PyResult<()> {
    let shown = |value: &Value| vm.repr_text(value);
    if awaited.is_none() {
        return schedule(vm, object, this, Value::UNBOUND);
    }
    if awaited.is(object) {
        return fail_soon(vm, object, this, format!("Task cannot await on itself: {}", shown(object)?));
    }
    let native = future::exact(vm, awaited);
    let blocking = match native {
        Some(native) => Some(native.blocking.get()),
        None => match vm.getattr_opt(awaited, vm.names()._asyncio_future_blocking.value())? {
            Some(blocking) if !blocking.is_none() => Some(vm.truth(&blocking)?),
            _ => None,
        },
    };
    let Some(blocking) = blocking else {
        let message = match awaited.kind() == kind::GENERATOR {
            true => format!(
                "yield was used instead of yield from for generator in task {} with {}",
                shown(object)?,
                shown(awaited)?
            ),
            false => format!("Task got bad yield: {}", shown(awaited)?),
        };
        return fail_soon(vm, object, this, message);
    };
    if !loop_of(vm, awaited)?.is(this.future.event_loop.get()) {
        let (task, other) = (shown(object)?, shown(awaited)?);
        return fail_soon(
            vm,
            object,
            this,
            format!("Task {task} got Future {other} attached to a different loop"),
        );
    }
    if !blocking {
        let (task, other) = (shown(object)?, shown(awaited)?);
        return fail_soon(
            vm,
            object,
            this,
            format!("yield was used instead of yield from in task {task} with {other}"),
        );
    }
    future::awaited_by_add(vm, awaited, object)?;
    let wake_up = vm.native_method(&WAKE_UP, object.clone());
    match native {
        Some(native) => {
            native.blocking.set(false);
            future::add_done_callback(vm, awaited, wake_up, this.context.cloned())?;
        }
        None => {
            vm.setattr(awaited, vm.names()._asyncio_future_blocking.value(), Some(&Value::FALSE))?;
            add_callback_any(vm, awaited, wake_up, this.context.cloned())?;
        }
    }
    this.waits_for.set(awaited.clone());
    if this.must_cancel.get() {
        let message = future::or_none(this.future.cancel_message.cloned());
        if future::cancel_any(vm, awaited, message)? {
            this.must_cancel.set(false);
        }
    }
    Ok(())
}
