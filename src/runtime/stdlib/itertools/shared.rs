//! `groupby` and `tee`: several iterators that draw on one.

use std::cell::Cell;

use super::{iterator, state};
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Signature;
use crate::runtime::object::typedef::{Cmp, TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

fn cell(value: Value) -> LockCell<Value> {
    LockCell::new(value)
}

// ------------------------------------------------------------------------------------------------ groupby

state!(/** `groupby` */ GroupBy, "groupby"; iter, key_function, target, key, item;; group: Cell<u64>);

/// `groupby`
pub static GROUPBY: TypeSpec = TypeSpec::new("itertools.groupby", GroupBy::layout)
    .flags(type_flag::BASE)
    .doc("(iterable, key=None)", "make an iterator that returns consecutive keys and groups from the iterable\n\n  iterable\n    Elements to divide into groups according to the key function.\n  key\n    A function for computing the group category for each element.\n    If the key function is not specified or is None, the element itself\n    is used for grouping.")
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("groupby(iterable, key=None)");
            let [iterable, key] = vm.bind_args(&SIGNATURE, args)?;
            let iter = vm.iter(&iterable)?;
            let group = GroupBy {
                iter: cell(iter),
                key_function: cell(key.some().cloned().unwrap_or(Value::NONE)),
                target: cell(Value::UNBOUND),
                key: cell(Value::UNBOUND),
                item: cell(Value::UNBOUND),
                group: Cell::new(0),
            };
            Ok(vm.alloc(ty, group).into_value())
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<GroupBy>(iter)?;
            this.group.set(this.group.get() + 1);
            loop {
                let (key, target) = (this.key.cloned(), this.target.cloned());
                if !key.is_unbound() && (target.is_unbound() || !equal(vm, &target, &key)?) {
                    break;
                }
                if !step(vm, this)? {
                    return Ok(None);
                }
            }
            let key = this.key.cloned();
            this.target.set(key.clone());
            let group = Grouper { parent: cell(iter.clone()), target: cell(key.clone()), group: this.group.get() };
            let group = vm.alloc_spec(&GROUPER, group);
            Ok(Some(vm.tuple(vec![key, group])))
        });
    });

fn equal(vm: &Vm, a: &Value, b: &Value) -> PyResult<bool> {
    if a.is(b) {
        return Ok(true);
    }
    vm.compare_bool(a, b, Cmp::Eq)
}

/// Draws the next item and computes its key.
fn step(vm: &Vm, this: &Obj<GroupBy>) -> PyResult<bool> {
    let inner = this.iter.cloned();
    let Some(item) = vm.next(&inner)? else { return Ok(false) };
    let function = this.key_function.cloned();
    let key = if function.is_none() {
        item.clone()
    } else {
        let Some(key) = vm.end_of_iteration(vm.call1(&function, &item))? else { return Ok(false) };
        key
    };
    this.item.set(item);
    this.key.set(key);
    Ok(true)
}

state!(/** One group. */ Grouper, "_grouper"; parent, target;; group: u64);

/// `_grouper`
pub static GROUPER: TypeSpec = TypeSpec::new("itertools._grouper", Grouper::layout).slots(|s| {
    iterator(s);
    s.new = Some(|vm, ty, args| {
        let pos = args.count(vm, "_grouper", 2, 2)?;
        let Some(parent) = pos[0].downcast::<GroupBy>() else {
            return Err(vm.type_error(format!(
                "_grouper() argument 1 must be itertools.groupby, not {}",
                pos[0].type_name(vm)
            )));
        };
        let group = parent.group.get();
        Ok(vm
            .alloc(ty, Grouper { parent: cell(pos[0].clone()), target: cell(pos[1].clone()), group })
            .into_value())
    });
    s.next = Some(|vm, iter| {
        let this = vm.cast::<Grouper>(iter)?;
        let parent = this.parent.cloned();
        let Some(parent) = parent.downcast::<GroupBy>() else { return Ok(None) };
        if parent.group.get() != this.group {
            return Ok(None);
        }
        if parent.item.get().is_unbound() && !step(vm, parent)? {
            return Ok(None);
        }
        let (target, key) = (this.target.cloned(), parent.key.cloned());
        if !equal(vm, &target, &key)? {
            return Ok(None);
        }
        let item = parent.item.replace(Value::UNBOUND);
        Ok(if item.is_unbound() { None } else { Some(item) })
    });
});

// ------------------------------------------------------------------------------------------------ tee

/// Items a block holds before the next one is linked.
const BLOCK: usize = 57;

state!(/** A block of items that several iterators read. */ TeeData, "_tee_dataobject"; iter, next; items; running: Cell<bool>);

/// `_tee_dataobject`
pub static TEE_DATA: TypeSpec =
    TypeSpec::new("itertools._tee_dataobject", TeeData::layout).flags(type_flag::NO_NEW).doc(
        "",
        "teedataobject(iterable, values, next, /)\n--\n\nData container common to multiple tee objects.",
    );

fn block(vm: &Vm, iter: Value) -> Value {
    vm.alloc_spec(
        &TEE_DATA,
        TeeData {
            iter: cell(iter),
            next: cell(Value::NONE),
            items: LockCell::new(Vec::new()),
            running: Cell::new(false),
        },
    )
}

/// The item at a place of a block, drawn if nobody had it yet.
fn block_item(vm: &Vm, this: &Obj<TeeData>, at: usize) -> PyResult<Option<Value>> {
    if let Some(item) = this.items.get().get(at) {
        return Ok(Some(item.clone()));
    }
    if this.running.replace(true) {
        return Err(vm.runtime_error("cannot re-enter the tee iterator"));
    }
    let inner = this.iter.cloned();
    let drawn = vm.next(&inner);
    this.running.set(false);
    let Some(item) = drawn? else { return Ok(None) };
    this.items.get_mut().push(item.clone());
    Ok(Some(item))
}

state!(/** `_tee` */ Tee, "_tee"; block;; index: Cell<usize>);

/// `_tee`
pub static TEE: TypeSpec = TypeSpec::new("itertools._tee", Tee::layout)
    .flags(type_flag::WEAKREF)
    .doc("(iterable, /)", "Iterator wrapped to make it copyable.")
    .slots(|s| {
        iterator(s);
        s.new = Some(|vm, _, args| {
            let pos = args.count(vm, "_tee", 1, 1)?;
            from_iterable(vm, &pos[0])
        });
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Tee>(iter)?;
            if this.index.get() >= BLOCK {
                let data = this.block.cloned();
                let Some(old) = data.downcast::<TeeData>() else { return Ok(None) };
                if old.next.get().is_none() {
                    let inner = old.iter.cloned();
                    old.next.set(block(vm, inner));
                }
                let next = old.next.cloned();
                this.block.set(next);
                this.index.set(0);
            }
            let data = this.block.cloned();
            let Some(data) = data.downcast::<TeeData>() else { return Ok(None) };
            let item = block_item(vm, data, this.index.get())?;
            if item.is_some() {
                this.index.set(this.index.get() + 1);
            }
            Ok(item)
        });
    })
    .methods(&[native(
        "__copy__(self, /)",
        |vm, args| Ok(copy(vm, vm.cast::<Tee>(&args[0])?)),
        "Returns an independent iterator.",
    )]);

fn copy(vm: &Vm, tee: &Obj<Tee>) -> Value {
    vm.alloc_spec(&TEE, Tee { block: cell(tee.block.cloned()), index: Cell::new(tee.index.get()) })
}

fn from_iterable(vm: &Vm, iterable: &Value) -> PyResult<Value> {
    let iter = vm.iter(iterable)?;
    if let Some(tee) = iter.downcast::<Tee>() {
        return Ok(copy(vm, tee));
    }
    let data = block(vm, iter);
    Ok(vm.alloc_spec(&TEE, Tee { block: cell(data), index: Cell::new(0) }))
}

/// `tee(iterable, n=2, /)`
pub fn tee(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let n = match args[1].given() {
        Some(n) => vm.to_index(n)?,
        None => 2,
    };
    if n < 0 {
        return Err(vm.value_error("n must be >= 0"));
    }
    if n == 0 {
        return Ok(vm.tuple(Vec::new()));
    }
    vm.room_for::<Value>(n as usize)?;
    let first = from_iterable(vm, &args[0])?;
    let mut all = vec![first.clone()];
    if let Some(tee) = first.downcast::<Tee>() {
        for _ in 1..n {
            all.push(copy(vm, tee));
        }
    }
    Ok(vm.tuple(all))
}
