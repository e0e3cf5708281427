//! The methods of `set` and `frozenset`.
//!
//! Those that go through the members while Python may run look at the table place by place, holding no borrow; what
//! they build is a table that nobody else sees yet.

use super::table::Table;
use super::{Set, fill, is_subset, lookup_hash, new_like, this};
use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::{Native, kind, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Value};

/// Calls `each` with every member and its hash.
fn for_members(set: &Obj<Set>, mut each: impl FnMut(Value, i64) -> PyResult<()>) -> PyResult<()> {
    let set = set.to_ref();
    let mut at = 0;
    while let Some((found, key, hash)) = set.table.next(at) {
        let key = key.clone();
        at = found + 1;
        each(key, hash)?;
    }
    Ok(())
}

pub fn update(vm: &Vm, set: &Value, other: &Value) -> PyResult<()> {
    fill(vm, &this(vm, set)?.table, other)
}

pub fn intersection(vm: &Vm, set: &Value, other: &Value) -> PyResult<Value> {
    let mine = this(vm, set)?;
    if set.is(other) {
        return Ok(new_like(vm, set, mine.table.copy()));
    }
    let table = Table::new();
    match other.downcast::<Set>() {
        Some(other) => {
            let (small, large) =
                if other.table.len() > mine.table.len() { (mine, other) } else { (other, mine) };
            if let Some(common) = small.table.filtered_plain(&large.table, true, Table::grown_size) {
                return Ok(new_like(vm, set, common));
            }
            let large = large.to_ref();
            for_members(small, |key, hash| {
                if large.table.contains_hashed(vm, &key, hash)? {
                    table.insert_hashed(vm, key, hash)?;
                }
                Ok(())
            })?;
        }
        None => {
            let mine = mine.to_ref();
            vm.for_each(other, |key| {
                let hash = match key.as_small() {
                    Some(_) => Table::hash_key(vm, &key)?,
                    None => vm.hash(&key)?,
                };
                if mine.table.contains_hashed(vm, &key, hash)? {
                    table.insert_hashed(vm, key, hash)?;
                }
                Ok(())
            })?;
        }
    }
    Ok(new_like(vm, set, table))
}

pub fn intersection_update(vm: &Vm, set: &Value, other: &Value) -> PyResult<()> {
    let result = intersection(vm, set, other)?;
    this(vm, set)?.table.swap(&this(vm, &result)?.table);
    Ok(())
}

pub fn difference(vm: &Vm, set: &Value, other: &Value) -> PyResult<Value> {
    let mine = this(vm, set)?;
    let table = Table::new();
    if let Some(other) = other.downcast_ref::<Set>() {
        // Far more to take away than there is: ask for each of ours. Otherwise take theirs out of a copy.
        if (mine.table.len() >> 2) > other.table.len() {
            let size = mine.table.copied_size();
            if let Some(rest) = mine.table.filtered_plain(&other.table, false, |_| size) {
                return Ok(new_like(vm, set, rest));
            }
            let copy = mine.table.copy();
            for_members(&other, |key, hash| copy.remove_hashed(vm, &key, hash).map(drop))?;
            return Ok(new_like(vm, set, copy));
        }
        if let Some(rest) = mine.table.filtered_plain(&other.table, false, Table::grown_size) {
            return Ok(new_like(vm, set, rest));
        }
        for_members(mine, |key, hash| {
            if !other.table.contains_hashed(vm, &key, hash)? {
                table.insert_hashed(vm, key, hash)?;
            }
            Ok(())
        })?;
        return Ok(new_like(vm, set, table));
    }
    if other.kind() == kind::DICT
        && let Some(dict) = other.as_dict()
        && (mine.table.len() >> 2) <= dict.len()
    {
        let dict = dict.to_ref();
        for_members(mine, |key, hash| {
            if !dict.contains_hashed(vm, &key, hash as u64)? {
                table.insert_hashed(vm, key, hash)?;
            }
            Ok(())
        })?;
        return Ok(new_like(vm, set, table));
    }
    let result = new_like(vm, set, mine.table.copy());
    difference_update(vm, &result, other)?;
    Ok(result)
}

pub fn difference_update(vm: &Vm, set: &Value, other: &Value) -> PyResult<()> {
    let mine = this(vm, set)?;
    if set.is(other) {
        mine.table.clear();
        return Ok(());
    }
    match other.downcast::<Set>() {
        Some(other) => for_members(other, |key, hash| mine.table.remove_hashed(vm, &key, hash).map(drop)),
        None => vm.for_each(other, |key| mine.table.remove(vm, &key).map(drop)),
    }
}

pub fn symmetric_difference(vm: &Vm, set: &Value, other: &Value) -> PyResult<Value> {
    // The other's members first, as CPython builds it.
    let theirs = Table::new();
    fill(vm, &theirs, other)?;
    let result = new_like(vm, set, theirs);
    symmetric_difference_update(vm, &result, set)?;
    Ok(result)
}

pub fn symmetric_difference_update(vm: &Vm, set: &Value, other: &Value) -> PyResult<()> {
    let mine = this(vm, set)?;
    if set.is(other) {
        mine.table.clear();
        return Ok(());
    }
    let made;
    let other = match other.downcast::<Set>() {
        Some(other) => other,
        None => {
            made = vm.set_from(other)?;
            this(vm, &made)?
        }
    };
    for_members(other, |key, hash| {
        match mine.table.remove_hashed(vm, &key, hash)? {
            Some(old) => drop(old),
            None => drop(mine.table.insert_hashed(vm, key, hash)?),
        }
        Ok(())
    })
}

/// Error unless there are no keywords; the name of the type is asked for only then.
fn no_keywords(vm: &Vm, args: crate::runtime::object::args::Args, name: &str) -> PyResult<()> {
    if args.names.is_empty() {
        return Ok(());
    }
    args.no_keywords(vm, format_args!("{}.{name}", base_name(vm, &args.values[0])))
}

/// Calls a method that takes one other for every argument, on the set itself.
fn for_others(
    vm: &Vm,
    args: crate::runtime::object::args::Args,
    name: &str,
    each: fn(&Vm, &Value, &Value) -> PyResult<()>,
) -> PyResult<Value> {
    no_keywords(vm, args, name)?;
    for other in &args.values[1..] {
        each(vm, &args.values[0], other)?;
    }
    Ok(Value::NONE)
}

fn base_name(vm: &Vm, set: &Value) -> &'static str {
    if set.ty(vm).is_subtype(vm.typ(&super::FROZENSET)) { "frozenset" } else { "set" }
}

/// A copy; a frozenset that is exactly one is its own.
fn copy(vm: &Vm, set: &Value) -> PyResult<Value> {
    if set.kind() == kind::FROZENSET {
        return Ok(set.clone());
    }
    Ok(new_like(vm, set, this(vm, set)?.table.copy()))
}

const COPY: Native =
    native("copy(self, /)", |vm, args| copy(vm, &args[0]), "Return a shallow copy of a set.");

const UNION: Native = native_raw(
    "union(self, /, *others)",
    |vm, args| {
        no_keywords(vm, args, "union")?;
        let result = new_like(vm, &args.values[0], this(vm, &args.values[0])?.table.copy());
        for other in &args.values[1..] {
            fill(vm, &this(vm, &result)?.table, other)?;
        }
        Ok(result)
    },
    "Return a new set with elements from the set and all others.",
);

const INTERSECTION: Native = native_raw(
    "intersection(self, /, *others)",
    |vm, args| {
        no_keywords(vm, args, "intersection")?;
        intersection_of(vm, args.values)
    },
    "Return a new set with elements common to the set and all others.",
);

fn intersection_of(vm: &Vm, sets: &[Value]) -> PyResult<Value> {
    let mut result = match sets {
        [only] => {
            let table = this(vm, only)?.table.copy();
            return Ok(new_like(vm, only, table));
        }
        _ => sets[0].clone(),
    };
    for other in &sets[1..] {
        result = intersection(vm, &result, other)?;
    }
    Ok(result)
}

const DIFFERENCE: Native = native_raw(
    "difference(self, /, *others)",
    |vm, args| {
        no_keywords(vm, args, "difference")?;
        let [set, others @ ..] = args.values else { return Ok(Value::NONE) };
        let Some(first) = others.first() else { return copy(vm, set) };
        let result = difference(vm, set, first)?;
        for other in &others[1..] {
            difference_update(vm, &result, other)?;
        }
        Ok(result)
    },
    "Return a new set with elements in the set that are not in the others.",
);

const SYMMETRIC_DIFFERENCE: Native = native(
    "symmetric_difference(self, other, /)",
    |vm, args| symmetric_difference(vm, &args[0], &args[1]),
    "Return a new set with elements in either the set or other but not both.",
);

const IS_DISJOINT: Native = native(
    "isdisjoint(self, other, /)",
    |vm, args| {
        let mine = this(vm, &args[0])?;
        if args[0].is(&args[1]) {
            return Ok(Value::bool(mine.table.is_empty()));
        }
        if let Some(other) = args[1].downcast::<Set>() {
            let (small, large) =
                if other.table.len() > mine.table.len() { (mine, other) } else { (other, mine) };
            if let Some(apart) = small.table.is_apart_plain(&large.table) {
                return Ok(Value::bool(apart));
            }
            let (small, large) = (small.to_ref(), large.to_ref());
            let mut at = 0;
            while let Some((found, key, hash)) = small.table.next(at) {
                let key = key.clone();
                at = found + 1;
                if large.table.contains_hashed(vm, &key, hash)? {
                    return Ok(Value::FALSE);
                }
            }
            return Ok(Value::TRUE);
        }
        let iter = vm.iter(&args[1])?;
        while let Some(key) = vm.next(&iter)? {
            if mine.table.contains(vm, &key)? {
                return Ok(Value::FALSE);
            }
        }
        Ok(Value::TRUE)
    },
    "Return True if two sets have a null intersection.",
);

const IS_SUBSET: Native = native(
    "issubset(self, other, /)",
    |vm, args| {
        let made;
        let other = match args[1].downcast::<Set>() {
            Some(other) => other,
            None => {
                made = intersection(vm, &args[0], &args[1])?;
                let all = this(vm, &made)?.table.len() == this(vm, &args[0])?.table.len();
                return Ok(Value::bool(all));
            }
        };
        Ok(Value::bool(is_subset(vm, this(vm, &args[0])?, other)?))
    },
    "Report whether another set contains this set.",
);

const IS_SUPERSET: Native = native(
    "issuperset(self, other, /)",
    |vm, args| {
        let mine = this(vm, &args[0])?;
        if let Some(other) = args[1].downcast::<Set>() {
            return Ok(Value::bool(is_subset(vm, other, mine)?));
        }
        let iter = vm.iter(&args[1])?;
        while let Some(key) = vm.next(&iter)? {
            if !mine.table.contains(vm, &key)? {
                return Ok(Value::FALSE);
            }
        }
        Ok(Value::TRUE)
    },
    "Report whether this set contains another set.",
);

const REDUCE: Native = native(
    "__reduce__(self, /)",
    |vm, args| {
        let keys = vm.list(this(vm, &args[0])?.table.keys());
        let state = vm.call_method_str(&args[0], "__getstate__", &[])?;
        let parts = vm.tuple(vec![keys]);
        Ok(vm.tuple(vec![args[0].ty(vm).to_value(), parts, state]))
    },
    "Return state information for pickling.",
);

const SIZE: Native = native(
    "__sizeof__(self, /)",
    |vm, args| {
        let size = this(vm, &args[0])?.table.size();
        Ok(vm.int(200 + if size > 8 { 16 * size as i64 } else { 0 }))
    },
    "S.__sizeof__() -> size of S in memory, in bytes.",
);

const CLASS_GETITEM: Native = native(
    "__class_getitem__(cls, object, /)",
    |vm, args| vm.generic_alias(&args[0], &args[1]),
    "See PEP 585",
)
.class();

/// Methods of `frozenset`.
pub static FROZENSET_METHODS: &[Native] = &[
    COPY,
    UNION,
    INTERSECTION,
    DIFFERENCE,
    SYMMETRIC_DIFFERENCE,
    IS_DISJOINT,
    IS_SUBSET,
    IS_SUPERSET,
    REDUCE,
    SIZE,
    CLASS_GETITEM,
];

/// Methods of `set`.
pub static SET_METHODS: &[Native] = &[
    COPY,
    UNION,
    INTERSECTION,
    DIFFERENCE,
    SYMMETRIC_DIFFERENCE,
    IS_DISJOINT,
    IS_SUBSET,
    IS_SUPERSET,
    REDUCE,
    SIZE,
    CLASS_GETITEM,
    native(
        "add(self, object, /)",
        |vm, args| {
            this(vm, &args[0])?.table.insert(vm, args[1].clone())?;
            Ok(Value::NONE)
        },
        "Add an element to a set.\n\nThis has no effect if the element is already present.",
    ),
    native(
        "clear(self, /)",
        |vm, args| {
            this(vm, &args[0])?.table.clear();
            Ok(Value::NONE)
        },
        "Remove all elements from this set.",
    ),
    native(
        "discard(self, object, /)",
        |vm, args| {
            let hash = lookup_hash(vm, &args[1])?;
            drop(this(vm, &args[0])?.table.remove_hashed(vm, &args[1], hash)?);
            Ok(Value::NONE)
        },
        "Remove an element from a set if it is a member.\n\nUnlike set.remove(), the discard() method does not raise\nan exception when an element is missing from the set.",
    ),
    native(
        "remove(self, object, /)",
        |vm, args| {
            let hash = lookup_hash(vm, &args[1])?;
            match this(vm, &args[0])?.table.remove_hashed(vm, &args[1], hash)? {
                Some(old) => drop(old),
                None => return Err(vm.key_error(&args[1])),
            }
            Ok(Value::NONE)
        },
        "Remove an element from a set; it must be a member.\n\nIf the element is not a member, raise a KeyError.",
    ),
    native(
        "pop(self, /)",
        |vm, args| {
            let set = this(vm, &args[0])?;
            match set.table.pop(set.finger.get()) {
                Some((behind, key)) => {
                    set.finger.set(behind);
                    Ok(key)
                }
                None => {
                    let text = vm.str("pop from an empty set");
                    Err(vm.key_error(&text))
                }
            }
        },
        "Remove and return an arbitrary set element.\n\nRaises KeyError if the set is empty.",
    ),
    native_raw(
        "update(self, /, *others)",
        |vm, args| for_others(vm, args, "update", update),
        "Update the set, adding elements from all others.",
    ),
    native_raw(
        "difference_update(self, /, *others)",
        |vm, args| for_others(vm, args, "difference_update", difference_update),
        "Update the set, removing elements found in others.",
    ),
    native_raw(
        "intersection_update(self, /, *others)",
        |vm, args| {
            args.no_keywords(vm, "set.intersection_update")?;
            let result = intersection_of(vm, args.values)?;
            this(vm, &args.values[0])?.table.swap(&this(vm, &result)?.table);
            Ok(Value::NONE)
        },
        "Update the set, keeping only elements found in it and all others.",
    ),
    native(
        "symmetric_difference_update(self, other, /)",
        |vm, args| {
            symmetric_difference_update(vm, &args[0], &args[1])?;
            Ok(Value::NONE)
        },
        "Update the set, keeping only elements found in either set, but not in both.",
    ),
];
