//! `_bisect`: search in sorted sequences.

use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::{Cmp, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

/// `_bisect`
pub static MODULE: NativeModule = NativeModule {
    name: "_bisect",
    doc: "Search in sorted sequences by bisection, and insertion that keeps them sorted.",
    functions: &[
        native(
            "bisect_left(a, x, lo=0, hi=None, *, key=None)",
            |vm, args| Ok(vm.int_usize(search(vm, args, &args[1], Side::Left)?)),
            "The first index in a[lo:hi] at which x can be inserted: items before are smaller.\n\nkey is applied to the items, not to x.",
        ),
        native(
            "bisect_right(a, x, lo=0, hi=None, *, key=None)",
            |vm, args| Ok(vm.int_usize(search(vm, args, &args[1], Side::Right)?)),
            "The last index in a[lo:hi] at which x can be inserted: items behind are larger.\n\nkey is applied to the items, not to x.",
        ),
        native(
            "insort_left(a, x, lo=0, hi=None, *, key=None)",
            |vm, args| insert(vm, args, Side::Left),
            "Insert x into the sorted a, before items that are equal.\n\nkey is applied to the items and to x.",
        ),
        native(
            "insort_right(a, x, lo=0, hi=None, *, key=None)",
            |vm, args| insert(vm, args, Side::Right),
            "Insert x into the sorted a, behind items that are equal.\n\nkey is applied to the items and to x.",
        ),
    ],
    init: |_, _| Ok(()),
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

fn search(vm: &Vm, args: &[Value], x: &Value, side: Side) -> PyResult<usize> {
    let sequence = &args[0];
    let low = args[2].given().map_or(Ok(0), |low| vm.to_ssize(low))?;
    let high = match args[3].some() {
        None => -1,
        Some(high) if high.as_int().is_none() && high.ty(vm).slots.get().index.is_none() => {
            return Err(
                vm.type_error(format!("argument should be integer or None, not '{}'", high.type_name(vm)))
            );
        }
        Some(high) => vm.to_ssize(high)?,
    };
    if low < 0 {
        return Err(vm.value_error("lo must be non-negative"));
    }
    let mut low = low as usize;
    let mut high = match high {
        -1 => vm.len(sequence)?,
        high if high < 0 => 0,
        high => high as usize,
    };
    let key = args[4].some();
    let items = if sequence.kind() == kind::LIST { vm.list_items(sequence) } else { None };
    while low < high {
        let middle = low + (high - low) / 2;
        let item = match items.and_then(|items| items.get().get(middle).cloned()) {
            Some(item) => item,
            None => vm.getitem(sequence, &vm.int_usize(middle))?,
        };
        let item = match key {
            Some(key) => vm.call1(key, &item)?,
            None => item,
        };
        let goes_right = match side {
            Side::Left => vm.compare_bool(&item, x, Cmp::Lt)?,
            Side::Right => !vm.compare_bool(x, &item, Cmp::Lt)?,
        };
        if goes_right {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn insert(vm: &Vm, args: &[Value], side: Side) -> PyResult<Value> {
    let at = match args[4].some() {
        Some(key) => {
            let x = vm.call1(key, &args[1])?;
            search(vm, args, &x, side)?
        }
        None => search(vm, args, &args[1], side)?,
    };
    if args[0].kind() == kind::LIST
        && let Some(items) = vm.list_items(&args[0])
    {
        let items = items.get_mut();
        items.insert(at.min(items.len()), args[1].clone());
        return Ok(Value::NONE);
    }
    vm.call_method_str(&args[0], "insert", &[vm.int_usize(at), args[1].clone()])?;
    Ok(Value::NONE)
}
