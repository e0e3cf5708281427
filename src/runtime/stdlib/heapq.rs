//! `_heapq`: lists kept as heaps, with the smallest or (`_max`) the largest item first.
//!
//! A comparison can run Python, which may change the list: the length is looked at after each one.

use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::typedef::{Cmp, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Value};

/// `_heapq`
pub static MODULE: NativeModule = NativeModule {
    name: "_heapq",
    doc: "Lists kept as heaps: the item at k is no larger than those at 2*k+1 and 2*k+2.\n\nThe functions that end in _max keep it no smaller.",
    functions: &[
        native(
            "heappush(heap, item, /)",
            |vm, args| push(vm, "heappush", args, MIN),
            "Add an item to the heap.",
        ),
        native(
            "heappushpop(heap, item, /)",
            |vm, args| push_pop(vm, "heappushpop", args, MIN),
            "Add an item, then remove and return the smallest one.",
        ),
        native(
            "heappop(heap, /)",
            |vm, args| pop(vm, "heappop", args, MIN),
            "Remove and return the smallest item.",
        ),
        native(
            "heapreplace(heap, item, /)",
            |vm, args| replace(vm, "heapreplace", args, MIN),
            "Remove and return the smallest item, then add another one.",
        ),
        native(
            "heapify(heap, /)",
            |vm, args| heapify(vm, "heapify", args, MIN),
            "Make a heap of a list, in place.",
        ),
        native(
            "heappush_max(heap, item, /)",
            |vm, args| push(vm, "heappush_max", args, MAX),
            "Add an item to the heap.",
        ),
        native(
            "heappushpop_max(heap, item, /)",
            |vm, args| push_pop(vm, "heappushpop_max", args, MAX),
            "Add an item, then remove and return the largest one.",
        ),
        native(
            "heappop_max(heap, /)",
            |vm, args| pop(vm, "heappop_max", args, MAX),
            "Remove and return the largest item.",
        ),
        native(
            "heapreplace_max(heap, item, /)",
            |vm, args| replace(vm, "heapreplace_max", args, MAX),
            "Remove and return the largest item, then add another one.",
        ),
        native(
            "heapify_max(heap, /)",
            |vm, args| heapify(vm, "heapify_max", args, MAX),
            "Make a heap of a list, in place.",
        ),
    ],
    init: |vm, dict| {
        let about =
            "Heaps are lists in which each item stands before two others, at twice its index and further on.";
        vm.set_in(dict, "__about__", vm.str(about));
        Ok(())
    },
};

type Items = LockCell<Vec<Value>>;
/// Does the first belong nearer to the top than the second?
type Before = fn(&Vm, &Value, &Value) -> PyResult<bool>;

const MIN: Before = |vm, a, b| less(vm, a, b);
const MAX: Before = |vm, a, b| less(vm, b, a);

#[inline]
fn less(vm: &Vm, a: &Value, b: &Value) -> PyResult<bool> {
    if let (Some(x), Some(y)) = (a.as_tagged_float(), b.as_tagged_float()) {
        return Ok(x < y);
    }
    vm.compare_bool(a, b, Cmp::Lt)
}

fn list<'a>(vm: &Vm, function: &str, heap: &'a Value) -> PyResult<&'a Items> {
    vm.list_items(heap).ok_or_else(|| {
        vm.type_error(format!("{function}() argument 1 must be list, not {}", heap.type_name(vm)))
    })
}

#[cold]
fn no_item(vm: &Vm) -> Raised {
    vm.index_error("index out of range")
}

/// Compares the items at two places.
#[inline]
fn stands_before(vm: &Vm, items: &Items, first: usize, second: usize, before: Before) -> PyResult<bool> {
    let length = items.get().len();
    let (a, b) = (items.get()[first].clone(), items.get()[second].clone());
    let result = before(vm, &a, &b)?;
    if items.get().len() != length {
        return Err(vm.runtime_error("list changed size during iteration"));
    }
    Ok(result)
}

/// Moves the item at `at` towards the top, no further than `top`.
fn rise(vm: &Vm, items: &Items, top: usize, mut at: usize, before: Before) -> PyResult<()> {
    if at >= items.get().len() {
        return Err(no_item(vm));
    }
    while at > top {
        let parent = (at - 1) / 2;
        if !stands_before(vm, items, at, parent, before)? {
            break;
        }
        items.get_mut().swap(at, parent);
        at = parent;
    }
    Ok(())
}

/// Moves the item at `top` down to the bottom and from there to its place.
fn sink(vm: &Vm, items: &Items, top: usize, before: Before) -> PyResult<()> {
    let end = items.get().len();
    if top >= end {
        return Err(no_item(vm));
    }
    let mut at = top;
    while at < end / 2 {
        let mut child = 2 * at + 1;
        if child + 1 < end && !stands_before(vm, items, child, child + 1, before)? {
            child += 1;
        }
        items.get_mut().swap(at, child);
        at = child;
    }
    rise(vm, items, top, at, before)
}

fn push(vm: &Vm, name: &str, args: &[Value], before: Before) -> PyResult<Value> {
    let items = list(vm, name, &args[0])?;
    items.get_mut().push(args[1].clone());
    rise(vm, items, 0, items.get().len() - 1, before)?;
    Ok(Value::NONE)
}

fn pop(vm: &Vm, name: &str, args: &[Value], before: Before) -> PyResult<Value> {
    let items = list(vm, name, &args[0])?;
    let Some(last) = items.get_mut().pop() else { return Err(no_item(vm)) };
    let Some(top) = items.get_mut().first_mut() else { return Ok(last) };
    let result = std::mem::replace(top, last);
    sink(vm, items, 0, before)?;
    Ok(result)
}

fn replace(vm: &Vm, name: &str, args: &[Value], before: Before) -> PyResult<Value> {
    let items = list(vm, name, &args[0])?;
    let Some(top) = items.get_mut().first_mut() else { return Err(no_item(vm)) };
    let result = std::mem::replace(top, args[1].clone());
    sink(vm, items, 0, before)?;
    Ok(result)
}

fn push_pop(vm: &Vm, name: &str, args: &[Value], before: Before) -> PyResult<Value> {
    let items = list(vm, name, &args[0])?;
    let Some(top) = items.get().first().cloned() else { return Ok(args[1].clone()) };
    if !before(vm, &top, &args[1])? {
        return Ok(args[1].clone());
    }
    replace(vm, name, args, before)
}

fn heapify(vm: &Vm, name: &str, args: &[Value], before: Before) -> PyResult<Value> {
    let items = list(vm, name, &args[0])?;
    for top in (0..items.get().len() / 2).rev() {
        sink(vm, items, top, before)?;
    }
    Ok(Value::NONE)
}
