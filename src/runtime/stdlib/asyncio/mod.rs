//! `_asyncio`: futures and tasks, the thread's running loop and task, and the register of tasks.
//!
//! The event loop itself is the library's Python; this is what it does for every callback and every step of a task. The
//! running loop and the running task belong to the thread (`Vm::running_loop`, `Vm::running_task`).
//!
//! Native tasks are registered by weak references in [`Register`], which are swept when it has doubled; tasks of other
//! classes stand in a `weakref.WeakSet` that is made when the first one comes.

mod future;
mod step;
mod task;

use std::cell::Cell;

use crate::runtime::builtins::weakrefs::WeakRef;
use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Payload, Ref, Value};

use future::{Future, State};
use task::Task;

/// `_asyncio`
pub static MODULE: NativeModule = NativeModule {
    name: "_asyncio",
    doc: "Accelerator module for asyncio",
    functions: &[
        native(
            "_enter_task(loop, task)",
            |vm, args| {
                enter_task(vm, &args[0], &args[1])?;
                Ok(Value::NONE)
            },
            "Enter into task execution or resume suspended task.\n\nTask belongs to loop.\n\nReturns None.",
        ),
        native(
            "_get_running_loop()",
            |vm, _| Ok(vm.running_loop.cloned()),
            "Return the running event loop or None.\n\nThis is a low-level function intended to be used by event loops.\nThis function is thread-specific.",
        ),
        native(
            "_leave_task(loop, task)",
            |vm, args| {
                leave_task(vm, &args[0], &args[1])?;
                Ok(Value::NONE)
            },
            "Leave task execution or suspend a task.\n\nTask belongs to loop.\n\nReturns None.",
        ),
        native(
            "_register_eager_task(task)",
            |vm, args| {
                vm.set_add(&register(vm)?.eager, args[0].clone())?;
                Ok(Value::NONE)
            },
            "Register a new task in asyncio as executed by loop.\n\nReturns None.",
        ),
        native(
            "_register_task(task)",
            |vm, args| {
                register_task(vm, &args[0])?;
                Ok(Value::NONE)
            },
            "Register a new task in asyncio as executed by loop.\n\nReturns None.",
        ),
        native(
            "_set_running_loop(loop, /)",
            |vm, args| {
                vm.running_loop.set(args[0].clone());
                Ok(Value::NONE)
            },
            "Set the running event loop.\n\nThis is a low-level function intended to be used by event loops.\nThis function is thread-specific.",
        ),
        native(
            "_swap_current_task(loop, task)",
            |vm, args| swap_current_task(vm, &args[0], &args[1]),
            "Temporarily swap in the supplied task and return the original one (or None).\n\nThis is intended for use during eager coroutine execution.",
        ),
        native(
            "_unregister_eager_task(task)",
            |vm, args| {
                unregister_eager_task(vm, &args[0])?;
                Ok(Value::NONE)
            },
            "Unregister a task.\n\nReturns None.",
        ),
        native(
            "_unregister_task(task)",
            |vm, args| {
                unregister_task(vm, &args[0])?;
                Ok(Value::NONE)
            },
            "Unregister a task.\n\nReturns None.",
        ),
        native("all_tasks(loop=None)", all_tasks, "Return a set of all tasks for the loop."),
        native("current_task(loop=None)", current_task, "Return a currently executed task."),
        native(
            "future_add_to_awaited_by(fut, waiter, /)",
            |vm, args| {
                future::awaited_by_add(vm, &args[0], &args[1])?;
                Ok(Value::NONE)
            },
            "Record that `fut` is awaited on by `waiter`.",
        ),
        native(
            "future_discard_from_awaited_by(fut, waiter, /)",
            |vm, args| {
                future::awaited_by_discard(vm, &args[0], &args[1])?;
                Ok(Value::NONE)
            },
            "",
        ),
        native(
            "get_event_loop()",
            |vm, _| get_event_loop(vm),
            "Return an asyncio event loop.\n\nWhen called from a coroutine or a callback (e.g. scheduled with\ncall_soon or similar API), this function will always return the\nrunning event loop.\n\nIf there is no running event loop set, the function will return\nthe result of `get_event_loop_policy().get_event_loop()` call.",
        ),
        native(
            "get_running_loop()",
            |vm, _| running_loop(vm),
            "Return the running event loop.  Raise a RuntimeError if there is none.\n\nThis function is thread-specific.",
        ),
    ],
    init: |vm, dict| {
        vm.set_type_in(dict, &future::FUTURE);
        vm.set_type_in(dict, &task::TASK);
        Ok(())
    },
};

// ------------------------------------------------------------------------------------------------ tools

/// A function or class of a module of asyncio.
fn from_module(vm: &Vm, module: &str, name: &str) -> PyResult<Value> {
    let module = vm.import(module)?;
    vm.getattr_str(&module, name)
}

/// Raises an exception class of `asyncio.exceptions`.
fn raise<T>(vm: &Vm, class: &str, message: String) -> PyResult<T> {
    let class = from_module(vm, "asyncio.exceptions", class)?;
    let exception = vm.call1(&class, &vm.str(message))?;
    Err(vm.raise_value(exception))
}

/// Calls with one keyword argument.
fn call_with(vm: &Vm, callable: &Value, args: &[Value], keyword: &str, value: Value) -> PyResult<Value> {
    let mut values = args.to_vec();
    values.push(value);
    vm.call(callable, Args { values: &values, names: &[vm.intern(keyword).into_value()] })
}

/// `loop.call_soon(callback, *args, context=context)`
fn call_soon(vm: &Vm, event_loop: &Value, callback: &[Value], context: Value) -> PyResult<()> {
    let call_soon = vm.getattr(event_loop, vm.names().call_soon.value())?;
    let mut values = callback.to_vec();
    values.push(context);
    let names = [vm.names().context.value().clone()];
    vm.call(&call_soon, Args { values: &values, names: &names }).map(drop)
}

/// The loop of a future of whatever class.
fn loop_of(vm: &Vm, future: &Value) -> PyResult<Value> {
    if let Some(native) = future::exact(vm, future) {
        return Ok(native.event_loop.cloned());
    }
    match vm.getattr_opt(future, vm.names().get_loop.value())? {
        Some(get_loop) => vm.call0(&get_loop),
        None => vm.getattr_str(future, "_loop"),
    }
}

// ------------------------------------------------------------------------------------------------ the running loop

fn running_loop(vm: &Vm) -> PyResult<Value> {
    match vm.running_loop.get().is_none() {
        true => Err(vm.runtime_error("no running event loop")),
        false => Ok(vm.running_loop.cloned()),
    }
}

fn get_event_loop(vm: &Vm) -> PyResult<Value> {
    if !vm.running_loop.get().is_none() {
        return Ok(vm.running_loop.cloned());
    }
    let policy = vm.call0(&from_module(vm, "asyncio.events", "_get_event_loop_policy")?)?;
    vm.call_method_str(&policy, "get_event_loop", &[])
}

fn check_loop(vm: &Vm, event_loop: &Value) -> PyResult<()> {
    if vm.running_loop.get().is(event_loop) {
        return Ok(());
    }
    Err(vm.runtime_error(format!("loop {} is not the running loop", vm.repr_text(event_loop)?)))
}

fn enter_task(vm: &Vm, event_loop: &Value, task: &Value) -> PyResult<()> {
    check_loop(vm, event_loop)?;
    let running = vm.running_task.cloned();
    if !running.is_none() {
        return Err(vm.runtime_error(format!(
            "Cannot enter into task {} while another task {} is being executed.",
            vm.repr_text(task)?,
            vm.repr_text(&running)?
        )));
    }
    vm.running_task.set(task.clone());
    Ok(())
}

fn leave_task(vm: &Vm, event_loop: &Value, task: &Value) -> PyResult<()> {
    check_loop(vm, event_loop)?;
    let running = vm.running_task.cloned();
    if !running.is(task) {
        return Err(vm.runtime_error(format!(
            "Invalid attempt to leave task {} while task {} is entered.",
            vm.repr_text(task)?,
            vm.repr_text(&running)?
        )));
    }
    vm.running_task.set(Value::NONE);
    Ok(())
}

fn swap_current_task(vm: &Vm, event_loop: &Value, task: &Value) -> PyResult<Value> {
    check_loop(vm, event_loop)?;
    Ok(vm.running_task.replace(task.clone()))
}

fn current_task(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let event_loop = match args[0].some() {
        Some(event_loop) => event_loop.clone(),
        None => running_loop(vm)?,
    };
    if vm.running_loop.get().is(&event_loop) {
        return Ok(vm.running_task.cloned());
    }
    let threads = vm.interp().threads.borrow().clone();
    let owner = threads.iter().find(|thread| thread.running_loop.get().is(&event_loop));
    Ok(owner.map_or(Value::NONE, |thread| thread.running_task.cloned()))
}

// ------------------------------------------------------------------------------------------------ the register

/// All tasks that may be pending.
struct Register {
    /// Weak references to native tasks.
    native: LockCell<Vec<Value>>,
    /// The length at which `native` is swept.
    sweep: Cell<usize>,
    /// A `weakref.WeakSet` of other tasks, or unbound.
    others: LockCell<Value>,
    /// Tasks in their first, eager step.
    eager: Value,
}
crate::payload!(Register, "_asyncio._Register", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.native.get().iter().for_each(&mut *visit);
        visit(self.others.get());
        visit(&self.eager);
    }
});
static REGISTER: TypeSpec = TypeSpec::new("_asyncio._Register", Register::layout);

fn register(vm: &Vm) -> PyResult<Ref<Register>> {
    let value = vm.state("_asyncio.register", |vm| {
        let register = Register {
            native: LockCell::new(Vec::new()),
            sweep: Cell::new(64),
            others: LockCell::new(Value::UNBOUND),
            eager: vm.new_set(),
        };
        vm.alloc_spec(&REGISTER, register)
    });
    Ok(vm.cast::<Register>(&value)?.to_ref())
}

impl Register {
    fn add(&self, weak: Value) {
        let native = self.native.get_mut();
        native.push(weak);
        if native.len() < self.sweep.get() {
            return;
        }
        let all = self.native.take();
        let (kept, dead): (Vec<Value>, Vec<Value>) =
            all.into_iter().partition(|weak| pending(weak).is_some());
        self.sweep.set((kept.len() * 2).max(64));
        self.native.set(kept);
        drop(dead);
    }
}

/// The task of a weak reference, if it lives and is not done.
fn pending(weak: &Value) -> Option<Value> {
    let task = weak.downcast::<WeakRef>()?.referent()?;
    (task.downcast::<Future>()?.state.get() == State::Pending).then_some(task)
}

fn register_task(vm: &Vm, task: &Value) -> PyResult<()> {
    let register = register(vm)?;
    if task.downcast::<Task>().is_some() {
        let weak = vm.weakref(task, Value::NONE)?;
        if !register.native.get().iter().rev().take(8).any(|known| known.is(&weak)) {
            register.add(weak);
        }
        return Ok(());
    }
    if register.others.get().is_unbound() {
        let new = vm.call0(&from_module(vm, "weakref", "WeakSet")?)?;
        register.others.set(new);
    }
    vm.call_method_str(&register.others.cloned(), "add", &[task.clone()]).map(drop)
}

fn unregister_task(vm: &Vm, task: &Value) -> PyResult<()> {
    let register = register(vm)?;
    if task.downcast::<Task>().is_some() {
        let weak = vm.weakref(task, Value::NONE)?;
        let at = register.native.get().iter().position(|known| known.is(&weak));
        if let Some(at) = at {
            let known = register.native.get_mut().swap_remove(at);
            drop(known);
        }
        return Ok(());
    }
    let others = register.others.cloned();
    match others.is_unbound() {
        true => Ok(()),
        false => vm.call_method_str(&others, "discard", &[task.clone()]).map(drop),
    }
}

fn unregister_eager_task(vm: &Vm, task: &Value) -> PyResult<()> {
    let eager = register(vm)?.eager.clone();
    vm.call_method_str(&eager, "discard", &[task.clone()]).map(drop)
}

fn all_tasks(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let event_loop = match args[0].some() {
        Some(event_loop) => event_loop.clone(),
        None => running_loop(vm)?,
    };
    let register = register(vm)?;
    let found = vm.new_set();
    let mut candidates = vm.collect(&register.eager)?;
    let others = register.others.cloned();
    if !others.is_unbound() {
        candidates.extend(vm.collect(&others)?);
    }
    candidates.extend(register.native.get().iter().filter_map(pending));
    for task in candidates {
        let done = vm.call_method_str(&task, "done", &[])?;
        if !vm.truth(&done)? && loop_of(vm, &task)?.is(&event_loop) {
            vm.set_add(&found, task)?;
        }
    }
    Ok(found)
}
