//! `_asyncio`: futures and tasks are in files of their own; here are the running loop of a thread, the registers of tasks
//! and what all futures of an interpreter share.
//!
//! The running loop and the task that it executes belong to the thread (`Vm::running_loop`). Native tasks that are not
//! done stand in a table, which does not keep them alive: a task remembers its place and leaves it when it dies. Tasks of
//! other classes are in a `WeakSet`, and in a set while their first step runs eagerly.

use std::cell::Cell;

use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::Uncounted;
use crate::runtime::object::args::Args;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Payload, Ref, Value};

mod future;
mod task;

use future::Future;
use task::Task;

/// What the futures of an interpreter share.
pub struct Shared {
    call_soon: Ref<Str>,
    get_debug: Ref<Str>,
    get_loop: Ref<Str>,
    private_loop: Ref<Str>,
    blocking: Ref<Str>,
    add_done_callback: Ref<Str>,
    cancel: Ref<Str>,
    result: Ref<Str>,
    done: Ref<Str>,
    /// `("context",)` and `("msg",)`, for calls with these keywords.
    context_names: [Value; 1],
    msg_names: [Value; 1],
    /// Objects of Python modules that are looked up once, by module and name.
    known: LockCell<Vec<(&'static str, &'static str, Value)>>,
    /// Native tasks that are not done, not counted; empty places are free.
    tasks: LockCell<Vec<Option<Uncounted>>>,
    free: LockCell<Vec<usize>>,
    /// `WeakSet` of tasks of other classes; unbound until there is one.
    scheduled: LockCell<Value>,
    eager: LockCell<Value>,
    /// Types of objects that were found to be coroutines.
    coroutine_types: LockCell<Vec<Value>>,
    counter: Cell<i64>,
}

crate::payload!(Shared, "asyncio state", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.known.get().iter().for_each(|(_, _, value)| visit(value));
        self.coroutine_types.get().iter().for_each(&mut *visit);
        visit(self.scheduled.get());
        visit(self.eager.get());
    }
});

static SHARED: TypeSpec =
    TypeSpec::new("_asyncio._state", Shared::layout).flags(crate::runtime::gc::heap::type_flag::NO_NEW);

fn shared(vm: &Vm) -> PyResult<Ref<Shared>> {
    if let Some(known) = vm.futures.get().downcast::<Shared>() {
        return Ok(known.to_ref());
    }
    let value = vm.state("_asyncio", |vm| {
        vm.alloc_spec(
            &SHARED,
            Shared {
                call_soon: vm.intern("call_soon"),
                get_debug: vm.intern("get_debug"),
                get_loop: vm.intern("get_loop"),
                private_loop: vm.intern("_loop"),
                blocking: vm.intern("_asyncio_future_blocking"),
                add_done_callback: vm.intern("add_done_callback"),
                cancel: vm.intern("cancel"),
                result: vm.intern("result"),
                done: vm.intern("done"),
                context_names: [vm.intern("context").into_value()],
                msg_names: [vm.intern("msg").into_value()],
                known: LockCell::new(Vec::new()),
                tasks: LockCell::new(Vec::new()),
                free: LockCell::new(Vec::new()),
                scheduled: LockCell::new(Value::UNBOUND),
                eager: LockCell::new(Value::UNBOUND),
                coroutine_types: LockCell::new(Vec::new()),
                counter: Cell::new(0),
            },
        )
    });
    vm.futures.set(value.clone());
    vm.cast::<Shared>(&value).map(|shared| shared.to_ref())
}

impl Shared {
    /// A name of a Python module, looked up once.
    fn known(&self, vm: &Vm, module: &'static str, name: &'static str) -> PyResult<Value> {
        if let Some((_, _, value)) = self.known.get().iter().find(|(m, n, _)| *n == name && *m == module) {
            return Ok(value.clone());
        }
        let value = vm.getattr_str(&vm.import(module)?, name)?;
        self.known.get_mut().push((module, name, value.clone()));
        Ok(value)
    }

    /// The instance of an exception class of `asyncio.exceptions`.
    fn exception(&self, vm: &Vm, name: &'static str, args: &[Value]) -> PyResult<Value> {
        let class = self.known(vm, "asyncio.exceptions", name)?;
        vm.call_args(&class, args)
    }

    fn invalid_state(&self, vm: &Vm, message: &str) -> Raised {
        match self.exception(vm, "InvalidStateError", &[vm.str(message)]) {
            Ok(exception) => vm.raise_value(exception),
            Err(raised) => raised,
        }
    }

    /// `loop.call_soon(callback[, argument], context=context)`
    fn call_soon(
        &self,
        vm: &Vm,
        event_loop: &Value,
        callback: &Value,
        argument: Option<&Value>,
        context: &Value,
    ) -> PyResult<()> {
        let with_argument;
        let without;
        let values: &[Value] = match argument {
            Some(argument) => {
                with_argument = [callback.clone(), argument.clone(), context.clone()];
                &with_argument
            }
            None => {
                without = [callback.clone(), context.clone()];
                &without
            }
        };
        vm.call_method_with(event_loop, &self.call_soon, Args { values, names: &self.context_names })
            .map(drop)
    }

    /// The loop of a future of any class.
    fn loop_of(&self, vm: &Vm, object: &Value) -> PyResult<Value> {
        if is_plain(vm, object)
            && let Some(future) = object.downcast::<Future>()
        {
            return future.event_loop(vm);
        }
        if let Some(method) = vm.getattr_opt(object, self.get_loop.value())? {
            return vm.call0(&method);
        }
        vm.getattr(object, self.private_loop.value())
    }

    /// Puts a native task into the table of those that are not done.
    fn register(&self, vm: &Vm, task: &Value) -> PyResult<()> {
        let this = vm.cast::<Task>(task)?;
        if this.place.get().is_some() {
            return Ok(());
        }
        let noted = Uncounted::of(task);
        let place = match self.free.get_mut().pop() {
            Some(place) => {
                self.tasks.get_mut()[place] = noted;
                place
            }
            None => {
                self.tasks.get_mut().push(noted);
                self.tasks.get().len() - 1
            }
        };
        this.place.set(Some(place));
        Ok(())
    }

    fn unregister(&self, place: &Cell<Option<usize>>) {
        if let Some(place) = place.take() {
            self.tasks.get_mut()[place] = None;
            self.free.get_mut().push(place);
        }
    }

    fn scheduled(&self, vm: &Vm) -> PyResult<Value> {
        if self.scheduled.get().is_unbound() {
            let class = vm.getattr_str(&vm.import("weakref")?, "WeakSet")?;
            let set = vm.call0(&class)?;
            self.scheduled.set(set);
        }
        Ok(self.scheduled.cloned())
    }

    fn eager(&self, vm: &Vm) -> Value {
        if self.eager.get().is_unbound() {
            self.eager.set(vm.new_set());
        }
        self.eager.cloned()
    }
}

/// Is it exactly a native future or task, whose methods nobody has overridden?
fn is_plain(vm: &Vm, object: &Value) -> bool {
    let ty = object.ty(vm).address();
    ty == vm.typ(&future::FUTURE).address() || ty == vm.typ(&task::TASK).address()
}

fn running(vm: &Vm) -> Value {
    vm.running_loop.get()[0].clone()
}

fn get_running_loop(vm: &Vm) -> PyResult<Value> {
    let found = running(vm);
    if found.is_none() { Err(vm.runtime_error("no running event loop")) } else { Ok(found) }
}

/// The running loop, else what the policy gives.
fn get_event_loop(vm: &Vm) -> PyResult<Value> {
    let found = running(vm);
    if !found.is_none() {
        return Ok(found);
    }
    let events = vm.import("asyncio.events")?;
    let policy = vm.call_method_str(&events, "_get_event_loop_policy", &[])?;
    vm.call_method_str(&policy, "get_event_loop", &[])
}

fn set_running(vm: &Vm, at: usize, value: Value) {
    let old = std::mem::replace(&mut vm.running_loop.get_mut()[at], value);
    drop(old);
}

fn check_running(vm: &Vm, event_loop: &Value) -> PyResult<()> {
    if running(vm).is(event_loop) {
        return Ok(());
    }
    Err(vm.runtime_error(format!("loop {} is not the running loop", vm.repr_text(event_loop)?)))
}

fn enter_task(vm: &Vm, event_loop: &Value, task: &Value) -> PyResult<()> {
    check_running(vm, event_loop)?;
    let current = vm.running_loop.get()[1].clone();
    if !current.is_none() {
        return Err(vm.runtime_error(format!(
            "Cannot enter into task {} while another task {} is being executed.",
            vm.repr_text(task)?,
            vm.repr_text(&current)?
        )));
    }
    set_running(vm, 1, task.clone());
    Ok(())
}

fn leave_task(vm: &Vm, event_loop: &Value, task: &Value) -> PyResult<()> {
    check_running(vm, event_loop)?;
    let current = vm.running_loop.get()[1].clone();
    if !current.is(task) {
        return Err(vm.runtime_error(format!(
            "Invalid attempt to leave task {} while task {} is entered.",
            vm.repr_text(task)?,
            vm.repr_text(&current)?
        )));
    }
    set_running(vm, 1, Value::NONE);
    Ok(())
}

fn swap_task(vm: &Vm, event_loop: &Value, task: &Value) -> PyResult<Value> {
    check_running(vm, event_loop)?;
    Ok(std::mem::replace(&mut vm.running_loop.get_mut()[1], task.clone()))
}

fn current_task(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let wanted = match args[0].some() {
        Some(event_loop) => event_loop.clone(),
        None => get_running_loop(vm)?,
    };
    let threads = vm.interp().threads.borrow().clone();
    for thread in std::iter::once(vm).chain(threads) {
        let [event_loop, task] = thread.running_loop.get();
        if event_loop.is(&wanted) {
            return Ok(task.clone());
        }
    }
    Ok(Value::NONE)
}

fn all_tasks(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let shared = shared(vm)?;
    let wanted = match args[0].some() {
        Some(event_loop) => event_loop.clone(),
        None => get_running_loop(vm)?,
    };
    let found = vm.new_set();
    let native: Vec<Value> = shared.tasks.get().iter().flatten().filter_map(Uncounted::get).collect();
    for task in native {
        let of_loop =
            task.downcast::<Future>().is_some_and(|this| !this.is_done() && this.looper.get().is(&wanted));
        if of_loop {
            vm.set_add(&found, task)?;
        }
    }
    let mut others = vm.collect(&shared.eager(vm))?;
    if shared.scheduled.get().given().is_some() {
        others.extend(vm.collect(&shared.scheduled(vm)?)?);
    }
    for task in others {
        let done = vm.call_method(&task, &shared.done, &[])?;
        if !vm.truth(&done)? && shared.loop_of(vm, &task)?.is(&wanted) {
            vm.set_add(&found, task)?;
        }
    }
    Ok(found)
}

/// Both futures, if both are native: for others nothing is noted.
fn both(args: &[Value]) -> Option<(&crate::runtime::value::Obj<Future>, &Value)> {
    let waiter = args[1].downcast::<Future>().map(|_| &args[1])?;
    Some((args[0].downcast::<Future>()?, waiter))
}

/// `_asyncio`
pub static MODULE: NativeModule = NativeModule {
    name: "_asyncio",
    doc: "What asyncio does most: futures, tasks, and which of them runs.",
    functions: &[
        native(
            "current_task(loop=None)",
            current_task,
            "The task that a loop executes now, or None.\n\n  loop\n    None is the running loop; RuntimeError if there is none.",
        ),
        native(
            "get_event_loop()",
            |vm, _| get_event_loop(vm),
            "The loop that runs in this thread, else the one that the policy gives.",
        ),
        native(
            "get_running_loop()",
            |vm, _| get_running_loop(vm),
            "The loop that runs in this thread; RuntimeError if there is none.",
        ),
        native("_get_running_loop()", |vm, _| Ok(running(vm)), "The loop that runs in this thread, or None."),
        native(
            "_set_running_loop(loop, /)",
            |vm, args| {
                set_running(vm, 0, args[0].clone());
                Ok(Value::NONE)
            },
            "Say which loop runs in this thread; None if there is none any more. For event loops alone.",
        ),
        native(
            "_register_task(task)",
            |vm, args| {
                let shared = shared(vm)?;
                if args[0].downcast::<Task>().is_some() {
                    shared.register(vm, &args[0])?;
                } else {
                    vm.call_method(&shared.scheduled(vm)?, &vm.names().add, &args[..1])?;
                }
                Ok(Value::NONE)
            },
            "Note a task, for all_tasks() to find. For task classes alone.",
        ),
        native(
            "_register_eager_task(task)",
            |vm, args| {
                let shared = shared(vm)?;
                vm.set_add(&shared.eager(vm), args[0].clone())?;
                Ok(Value::NONE)
            },
            "Note a task whose first step runs at once. For task classes alone.",
        ),
        native(
            "_unregister_task(task)",
            |vm, args| {
                let shared = shared(vm)?;
                if let Some(task) = args[0].downcast::<Task>() {
                    shared.unregister(&task.place);
                } else if shared.scheduled.get().given().is_some() {
                    vm.call_method_str(&shared.scheduled(vm)?, "discard", &args[..1])?;
                }
                Ok(Value::NONE)
            },
            "Forget a task that is done. For task classes alone.",
        ),
        native(
            "_unregister_eager_task(task)",
            |vm, args| {
                vm.call_method_str(&shared(vm)?.eager(vm), "discard", &args[..1])?;
                Ok(Value::NONE)
            },
            "Forget a task whose first step has ended. For task classes alone.",
        ),
        native(
            "_enter_task(loop, task)",
            |vm, args| enter_task(vm, &args[0], &args[1]).map(|()| Value::NONE),
            "The running loop begins to execute a task; RuntimeError if it executes another one. For loops alone.",
        ),
        native(
            "_leave_task(loop, task)",
            |vm, args| leave_task(vm, &args[0], &args[1]).map(|()| Value::NONE),
            "The running loop stops to execute a task; RuntimeError if it does not execute that one. For loops alone.",
        ),
        native(
            "_swap_current_task(loop, task)",
            |vm, args| swap_task(vm, &args[0], &args[1]),
            "Exchange the task that the running loop executes for another one or None, and return it.",
        ),
        native(
            "all_tasks(loop=None)",
            all_tasks,
            "The set of a loop's tasks that are not done.\n\n  loop\n    None is the running loop; RuntimeError if there is none.",
        ),
        native(
            "future_add_to_awaited_by(fut, waiter, /)",
            |_, args| {
                if let Some((future, waiter)) = both(args) {
                    future.add_waiter(waiter);
                }
                Ok(Value::NONE)
            },
            "Note that a future is awaited by another one, if both are native.",
        ),
        native(
            "future_discard_from_awaited_by(fut, waiter, /)",
            |_, args| {
                if let Some((future, waiter)) = both(args) {
                    future.remove_waiter(waiter);
                }
                Ok(Value::NONE)
            },
            "Note that a future is no longer awaited by another one.",
        ),
    ],
    init: |vm: &Vm, dict: &Ref<Dict>| {
        vm.set_type_in(dict, &future::FUTURE);
        vm.set_type_in(dict, &task::TASK);
        Ok(())
    },
};
