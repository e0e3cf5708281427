//! `Task`: a future that drives a coroutine.

use std::cell::Cell;

use crate::runtime::builtins::generators::is_coroutine;
use crate::runtime::builtins::types::DICT_GETSET_COPY;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::interp::generator::Generator;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::typedef::{GetSet, Native, TypeSpec, getset, getter, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::asyncio::future::{self, FUTURE, Future, State, or_none};
use crate::runtime::stdlib::asyncio::{call_with, from_module, register, step};
use crate::runtime::stdlib::contextvars::{copy_context, enter_context, leave_context};
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// The payload of `Task`; what is not set is unbound.
#[repr(C)]
pub struct Task {
    /// What it is as a future.
    pub future: Future,
    /// The coroutine.
    pub coroutine: LockCell<Value>,
    /// The context that it runs in.
    pub context: LockCell<Value>,
    /// What it waits for.
    pub waits_for: LockCell<Value>,
    /// A string, or the number that makes one.
    name: LockCell<Value>,
    /// The next step raises CancelledError.
    pub must_cancel: Cell<bool>,
    log_destroy_pending: Cell<bool>,
    cancels_requested: Cell<i64>,
}

crate::payload!(Task, "Task", gc, extends Future {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.future.visit(visit);
        for value in [&self.coroutine, &self.context, &self.waits_for, &self.name] {
            visit(value.get());
        }
    }
    fn clear(&self) {
        self.future.empty();
        for value in [&self.coroutine, &self.context, &self.waits_for] {
            value.set(Value::UNBOUND);
        }
    }
});

/// The native part of a task.
pub fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Task>> {
    vm.cast::<Task>(value)
}

fn may_be_driven(vm: &Vm, coroutine: &Value) -> PyResult<bool> {
    if coroutine.kind() == kind::COROUTINE && coroutine.downcast::<Generator>().is_some_and(is_coroutine) {
        return Ok(true);
    }
    let known = vm.call1(&from_module(vm, "asyncio.coroutines", "iscoroutine")?, coroutine)?;
    vm.truth(&known)
}

fn init(vm: &Vm, object: &Value, args: Args) -> PyResult<()> {
    const SIGNATURE: Signature =
        Signature::parse("Task(coro, *, loop=None, name=None, context=None, eager_start=False)");
    let [coroutine, event_loop, name, context, eager] = vm.bind_args::<5>(&SIGNATURE, args)?;
    future::init(vm, object, event_loop.some())?;
    let this = this(vm, object)?;
    if !may_be_driven(vm, &coroutine)? {
        // Nothing to say about it when it dies.
        this.log_destroy_pending.set(false);
        return Err(vm.type_error(format!("a coroutine was expected, got {}", vm.repr_text(&coroutine)?)));
    }
    let context = match context.some() {
        Some(context) => context.clone(),
        None => copy_context(vm)?,
    };
    this.context.set(context);
    this.waits_for.set(Value::UNBOUND);
    this.must_cancel.set(false);
    this.log_destroy_pending.set(true);
    this.cancels_requested.set(0);
    this.coroutine.set(coroutine);
    let name = match name.some() {
        Some(name) if name.kind() == kind::STR => name.clone(),
        Some(name) => vm.to_str(name)?,
        None => next_number(vm),
    };
    this.name.set(name);
    let eager = match eager.given() {
        Some(eager) => vm.truth(eager)?,
        None => false,
    };
    let event_loop = this.future.event_loop.cloned();
    if eager {
        let running = vm.call_method_str(&event_loop, "is_running", &[])?;
        if vm.truth(&running)? {
            return start_eagerly(vm, object, this, &event_loop);
        }
    }
    step::schedule(vm, object, this, Value::UNBOUND)?;
    super::register_task(vm, object)
}

/// The number of the next task without a name.
fn next_number(vm: &Vm) -> Value {
    let mut state = vm.interp().module_state.borrow_mut();
    let known = state.get("_asyncio.tasks").and_then(Value::as_small).unwrap_or(0);
    let next = vm.int(known + 1);
    state.insert("_asyncio.tasks", next.clone());
    next
}

/// Runs the first step at once.
fn start_eagerly(vm: &Vm, object: &Value, this: &Obj<Task>, event_loop: &Value) -> PyResult<()> {
    let before = super::swap_current_task(vm, event_loop, object)?;
    let eager = register(vm)?.eager.clone();
    vm.set_add(&eager, object.clone())?;
    let context = this.context.cloned();
    let stepped = enter_context(vm, &context).and_then(|outer| {
        let stepped = step::run(vm, object, Value::UNBOUND);
        leave_context(vm, &context, outer);
        stepped
    });
    // An error of the step is what is reported, whatever tidying up meets.
    let raised = stepped.err().map(|raised| vm.take_raised(raised));
    let tidied = super::swap_current_task(vm, event_loop, &before)
        .and_then(|_| super::unregister_eager_task(vm, object))
        .and_then(|()| match this.future.state.get() {
            State::Pending => super::register_task(vm, object),
            _ => {
                this.coroutine.set(Value::UNBOUND);
                Ok(())
            }
        });
    match raised {
        None => tidied,
        Some(exception) => {
            if let Err(raised) = tidied {
                drop(vm.take_raised(raised));
            }
            Err(vm.set_raised(exception))
        }
    }
}

fn cancel(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    this.future.log_traceback.set(false);
    if this.future.state.get() != State::Pending {
        return Ok(Value::FALSE);
    }
    this.cancels_requested.set(this.cancels_requested.get() + 1);
    let waits_for = this.waits_for.cloned();
    let message = or_none(args[1].clone());
    if !waits_for.is_unbound() && future::cancel_any(vm, &waits_for, message.clone())? {
        return Ok(Value::TRUE);
    }
    this.must_cancel.set(true);
    this.future.cancel_message.set(message);
    Ok(Value::TRUE)
}

fn finalize(vm: &Vm, object: &Value) -> PyResult<()> {
    let this = this(vm, object)?;
    if this.future.state.get() == State::Pending && this.log_destroy_pending.get() {
        let message = "Task was destroyed but it is pending!".to_owned();
        future::report(vm, object, message, &[("task", object.clone())])?;
    }
    future::finalize(vm, object)
}

/// `Task`
pub static TASK: TypeSpec = TypeSpec::new("_asyncio.Task", Task::layout)
    .base(&FUTURE)
    .flags(type_flag::BASE | type_flag::WEAKREF | type_flag::DICT_ATTR | type_flag::HAS_DEL)
    .doc(
        "(coro, *, loop=None, name=None, context=None, eager_start=False)",
        "A coroutine wrapped in a Future.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, _| {
            let unset = || LockCell::new(Value::UNBOUND);
            let task = Task {
                future: Future::new(),
                coroutine: unset(),
                context: unset(),
                waits_for: unset(),
                name: unset(),
                must_cancel: Cell::new(false),
                log_destroy_pending: Cell::new(false),
                cancels_requested: Cell::new(0),
            };
            Ok(vm.alloc(ty, task).into_value())
        });
        s.init = Some(init);
        s.del = Some(finalize);
        s.repr = Some(|vm, object| {
            let shown = from_module(vm, "asyncio.base_tasks", "_task_repr")?;
            vm.call1(&shown, object)
        });
    })
    .methods(METHODS)
    .getset(GETSET);

static METHODS: &[Native] = &[
    native(
        "cancel(self, /, msg=None)",
        cancel,
        "Request that this task cancel itself.\n\nThe next cycle of the event loop raises CancelledError inside the coroutine, which\nmay tidy up, or even refuse. So, unlike with a plain future, the task need not be\ncancelled afterwards: the coroutine may catch the exception and go on, return, or\nraise another one.\n\nRight afterwards cancelled() is not yet true (unless it was before); it becomes so\nwhen the coroutine ends with CancelledError.\n\nThis also increases the task's count of cancellation requests.",
    ),
    native(
        "cancelling(self, /)",
        |vm, args| Ok(vm.int(this(vm, &args[0])?.cancels_requested.get())),
        "Return the count of the task's cancellation requests.\n\nThis count is incremented when .cancel() is called\nand may be decremented using .uncancel().",
    ),
    native(
        "uncancel(self, /)",
        |vm, args| {
            let this = this(vm, &args[0])?;
            let count = this.cancels_requested.get();
            if count > 0 {
                this.cancels_requested.set(count - 1);
                if count == 1 {
                    this.must_cancel.set(false);
                }
            }
            Ok(vm.int(this.cancels_requested.get()))
        },
        "Decrement the task's count of cancellation requests.\n\nThis should be used by tasks that catch CancelledError\nand wish to continue indefinitely until they are cancelled again.\n\nReturns the remaining number of cancellation requests.",
    ),
    native("get_context(self, /)", |vm, args| Ok(or_none(this(vm, &args[0])?.context.cloned())), ""),
    native("get_coro(self, /)", |vm, args| Ok(or_none(this(vm, &args[0])?.coroutine.cloned())), ""),
    native(
        "get_name(self, /)",
        |vm, args| {
            let this = this(vm, &args[0])?;
            if let Some(number) = this.name.get().as_small() {
                this.name.set(vm.str(format!("Task-{number}")));
            }
            Ok(or_none(this.name.cloned()))
        },
        "",
    ),
    native(
        "set_name(self, value, /)",
        |vm, args| {
            let name = if args[1].kind() == kind::STR { args[1].clone() } else { vm.to_str(&args[1])? };
            this(vm, &args[0])?.name.set(name);
            Ok(Value::NONE)
        },
        "",
    ),
    native(
        "set_result(self, result, /)",
        |vm, _| Err(vm.runtime_error("Task does not support set_result operation")),
        "",
    ),
    native(
        "set_exception(self, exception, /)",
        |vm, _| Err(vm.runtime_error("Task does not support set_exception operation")),
        "",
    ),
    native(
        "get_stack(self, /, *, limit=None)",
        |vm, args| {
            let stack = from_module(vm, "asyncio.base_tasks", "_task_get_stack")?;
            vm.call_args(&stack, &[args[0].clone(), or_none(args[1].clone())])
        },
        "Return the list of stack frames for this task's coroutine.\n\nThe stack where it is suspended, if the coroutine is not done; the frames of the\ntraceback, if it ended by an exception; nothing, if it returned or was cancelled. The\noldest frame comes first.\n\nlimit is the most that is wanted: the newest ones of a stack, the oldest ones of a\ntraceback, as the module traceback has it. Of a suspended coroutine only one frame is\nknown.",
    ),
    native(
        "print_stack(self, /, *, limit=None, file=None)",
        |vm, args| {
            let print = from_module(vm, "asyncio.base_tasks", "_task_print_stack")?;
            vm.call_args(&print, &[args[0].clone(), or_none(args[1].clone()), or_none(args[2].clone())])
        },
        "Print the stack or traceback for this task's coroutine.\n\nlimit goes to get_stack(), whose frames are printed as the module traceback prints\nthem, to the stream file or else to sys.stderr.",
    ),
    native(
        "_make_cancelled_error(self, /)",
        |vm, args| future::cancelled_error(vm, future::this(vm, &args[0])?),
        "Create the CancelledError to raise if the Task is cancelled.\n\nThis should only be called once when handling a cancellation since\nit erases the context exception value.",
    ),
    native(
        "__class_getitem__(cls, object, /)",
        |vm, args| vm.generic_alias(&args[0], &args[1]),
        "Tasks are generic over the return type of their wrapped coroutines",
    )
    .class(),
];

static GETSET: &[GetSet] = &[
    getset(
        "_log_destroy_pending",
        |vm, t| Ok(Value::bool(this(vm, t)?.log_destroy_pending.get())),
        |vm, t, value| {
            let log = future::flag(vm, value)?;
            this(vm, t)?.log_destroy_pending.set(log);
            Ok(())
        },
        "",
    ),
    getter("_must_cancel", |vm, t| Ok(Value::bool(this(vm, t)?.must_cancel.get())), ""),
    getter("_coro", |vm, t| Ok(or_none(this(vm, t)?.coroutine.cloned())), ""),
    getter("_fut_waiter", |vm, t| Ok(or_none(this(vm, t)?.waits_for.cloned())), ""),
    DICT_GETSET_COPY,
];

/// `add_done_callback` of a future of whatever class, in the task's context.
pub fn add_callback_any(vm: &Vm, future: &Value, callback: Value, context: Value) -> PyResult<()> {
    let add = vm.getattr_str(future, "add_done_callback")?;
    call_with(vm, &add, &[callback], "context", context).map(drop)
}
