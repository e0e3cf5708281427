//! `_queue`: `SimpleQueue`, an unbounded queue between threads.
//!
//! Who waits for an item lays a lock down that it holds itself; `put` releases the oldest one. The interpreter lock guards
//! items and locks.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::typedef::{TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::stdlib::thread::{self, Patience};
use crate::runtime::sys::sync::Lock;
use crate::runtime::value::{LockCell, Payload, Value};

/// `_queue`
pub static MODULE: NativeModule = NativeModule {
    name: "_queue",
    doc: "The native part of the module queue.",
    functions: &[],
    init: |vm, dict| {
        vm.set_type_in(dict, &SIMPLE_QUEUE);
        vm.set_in(dict, "Empty", empty_class(vm)?);
        Ok(())
    },
};

fn empty_class(vm: &Vm) -> PyResult<Value> {
    vm.exception_class("_queue.Empty", &exc::EXCEPTION)
}

/// Raises `_queue.Empty`.
fn empty(vm: &Vm) -> Raised {
    match empty_class(vm).and_then(|class| vm.call0(&class)) {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

struct SimpleQueue {
    items: LockCell<VecDeque<Value>>,
    waiting: LockCell<VecDeque<Arc<Lock>>>,
}

crate::payload!(SimpleQueue, "SimpleQueue", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.items.get().iter().for_each(visit);
    }
    fn clear(&self) {
        drop(self.items.take());
    }
});

static SIMPLE_QUEUE: TypeSpec = TypeSpec::new("_queue.SimpleQueue", SimpleQueue::layout)
    .flags(type_flag::BASE | type_flag::WEAKREF)
    .doc("()", "An unbounded queue, first in, first out, that threads and destructors may share.")
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            let exact = ty.is(vm.typ(&SIMPLE_QUEUE));
            if exact && !args.pos().is_empty() {
                return Err(vm.type_error("SimpleQueue() takes no positional arguments"));
            }
            if exact && !args.names.is_empty() {
                return Err(vm.type_error("SimpleQueue() takes no keyword arguments"));
            }
            let queue =
                SimpleQueue { items: LockCell::new(VecDeque::new()), waiting: LockCell::new(VecDeque::new()) };
            Ok(vm.alloc(ty, queue).into_value())
        });
    })
    .methods(&[
        native(
            "put(self, /, item, block=True, timeout=None)",
            |vm, args| put(vm, &args[0], &args[1]),
            "Add an item.\n\nblock and timeout are there for the sake of queue.Queue: this never waits.",
        ),
        native("put_nowait(self, /, item)", |vm, args| put(vm, &args[0], &args[1]), "Add an item."),
        native(
            "get(self, /, block=True, timeout=None)",
            |vm, args| {
                let block = args[1].given().map_or(Ok(true), |block| vm.truth(block))?;
                let patience = match args[2].some().filter(|_| block) {
                    _ if !block => Patience::None,
                    None => Patience::Until(None),
                    Some(timeout) => {
                        let nanoseconds = vm.nanoseconds(timeout)?;
                        if nanoseconds < 0 {
                            return Err(vm.value_error("'timeout' must be a non-negative number"));
                        }
                        Patience::Until(Some(Instant::now() + Duration::from_nanos(nanoseconds as u64)))
                    }
                };
                get(vm, &args[0], patience)
            },
            "Remove and return the first item.\n\nIf there is none it waits, at most timeout seconds if that is given, and not\nat all if block is false; then it raises Empty.",
        ),
        native(
            "get_nowait(self, /)",
            |vm, args| get(vm, &args[0], Patience::None),
            "Remove and return the first item; Empty if there is none.",
        ),
        native(
            "empty(self, /)",
            |vm, args| Ok(Value::bool(vm.cast::<SimpleQueue>(&args[0])?.items.get().is_empty())),
            "Is there no item now?",
        ),
        native(
            "qsize(self, /)",
            |vm, args| Ok(vm.int_usize(vm.cast::<SimpleQueue>(&args[0])?.items.get().len())),
            "How many items there are now.",
        ),
        native("__class_getitem__(cls, object, /)", |vm, args| vm.generic_alias(&args[0], &args[1]), "SimpleQueues are generic over the type of their contents").class(),
    ]);

fn put(vm: &Vm, value: &Value, item: &Value) -> PyResult<Value> {
    let queue = vm.cast::<SimpleQueue>(value)?;
    queue.items.get_mut().push_back(item.clone());
    if let Some(lock) = queue.waiting.get_mut().pop_front() {
        lock.release();
    }
    Ok(Value::NONE)
}

fn get(vm: &Vm, value: &Value, patience: Patience) -> PyResult<Value> {
    let queue = vm.cast::<SimpleQueue>(value)?;
    let _alive = value.clone();
    loop {
        if let Some(item) = queue.items.get_mut().pop_front() {
            return Ok(item);
        }
        if matches!(patience, Patience::None) {
            return Err(empty(vm));
        }
        let lock = Arc::new(Lock::new());
        lock.try_acquire();
        queue.waiting.get_mut().push_back(lock.clone());
        let woken = thread::take(vm, &lock, patience);
        queue.waiting.get_mut().retain(|other| !Arc::ptr_eq(other, &lock));
        if !woken? && queue.items.get().is_empty() {
            return Err(empty(vm));
        }
    }
}
