//! `tuple`: slots and methods. The payload and its makers are in `object::tuple`, the iterator in `iters`, tuples with
//! named fields in `structs`.

use crate::runtime::builtins::lists::{equal_start, pick};
use crate::runtime::builtins::slices::plain_range;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::ops::quick_equal;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{Cmp, Native, Slots, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Value};

/// `tuple`
pub static TUPLE: TypeSpec = TypeSpec::new("tuple", Tuple::layout)
    .kind(kind::TUPLE)
    .flags(type_flag::BASE | type_flag::TUPLE | type_flag::SEQUENCE | type_flag::MATCH_SELF)
    .doc(
        "(iterable=(), /)",
        "Built-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\nIf iterable is specified the tuple is initialized from iterable's items.\n\nIf the argument is a tuple, the return value is the same object.",
    )
    .slots(tuple_slots)
    .methods(TUPLE_METHODS);

#[inline(always)]
fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Tuple>> {
    vm.cast::<Tuple>(value)
}

fn tuple_slots(s: &mut Slots) {
    s.new = Some(|vm, ty, args| {
        let base = &vm.interp().tuple_type;
        let exact = ty.is(base);
        let pos = args.pos();
        if exact || ty.slots.get().init.map(|f| f as usize) == base.slots.get().init.map(|f| f as usize) {
            args.no_keywords(vm, "tuple")?;
        }
        let args = Args::positional(pos).count(vm, "tuple", 0, 1)?;
        let items = match args.first() {
            Some(iterable) if exact && iterable.kind() == kind::TUPLE => return Ok(iterable.clone()),
            Some(iterable) => vm.collect(iterable)?,
            None => Vec::new(),
        };
        if exact { Ok(vm.tuple(items)) } else { Ok(vm.tuple_from(ty, items.into_iter())) }
    });
    s.repr = Some(|vm, value| {
        let tuple = this(vm, value)?;
        if tuple.is_empty() {
            return Ok(vm.str("()"));
        }
        let Some(_guard) = vm.enter_repr(value) else { return Ok(vm.str("(...)")) };
        let close: &[u8] = if tuple.len() == 1 { b",)" } else { b")" };
        vm.repr_items(b"(", close, |at| tuple.items().get(at).cloned())
    });
    s.hash = Some(hash);
    s.compare = Some(compare);
    s.iter = Some(|vm, value| Ok(vm.tuple_iter(this(vm, value)?.to_ref())));
    s.len = Some(|vm, value| Ok(this(vm, value)?.len()));
    s.getitem = Some(getitem);
    s.contains = Some(|vm, value, item| {
        for other in this(vm, value)?.items() {
            if vm.equal(other, item)? {
                return Ok(true);
            }
        }
        Ok(false)
    });
    s.concat = Some(|vm, a, b| {
        let tuple = this(vm, a)?;
        let Some(other) = b.as_tuple() else {
            return Err(
                vm.type_error(format!("can only concatenate tuple (not \"{}\") to tuple", b.type_name(vm)))
            );
        };
        if tuple.is_empty() && b.kind() == kind::TUPLE {
            return Ok(b.clone());
        }
        if other.is_empty() && a.kind() == kind::TUPLE {
            return Ok(a.clone());
        }
        Ok(vm.tuple([tuple.items(), other.items()].concat()))
    });
    s.repeat = Some(|vm, value, count| {
        let tuple = this(vm, value)?;
        if (count == 1 || tuple.is_empty()) && value.kind() == kind::TUPLE {
            return Ok(value.clone());
        }
        let items = vm.repeated(tuple.items(), count)?;
        Ok(vm.tuple(items))
    });
}

/// CPython's hash of tuples, a variant of xxHash over the items' hashes; computed once.
fn compare(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    let (Some(x), Some(y)) = (a.as_tuple(), b.as_tuple()) else { return Ok(Value::NOT_IMPLEMENTED) };
    if matches!(op, Cmp::Eq | Cmp::Ne) {
        return Ok(Value::bool(same(vm, x, y)? == (op == Cmp::Eq)));
    }
    let from = equal_start(x.items(), y.items());
    let (x, y) = (x.to_ref(), y.to_ref());
    // Tuples of other lengths may still be ordered by an early item, so only the items decide.
    for (p, q) in x.items()[from..].iter().zip(&y.items()[from..]) {
        if !vm.equal(p, q)? {
            return vm.compare(p, q, op);
        }
    }
    Ok(Value::bool(op.holds(x.len().cmp(&y.len()))))
}

/// Is it a tuple, perhaps of a subclass, that no other comparison was given to?
#[inline]
pub fn compares_as_tuple(vm: &Vm, value: &Value) -> bool {
    let own: fn(&Vm, &Value, &Value, Cmp) -> PyResult<Value> = compare;
    value.is_object() && value.ty(vm).slots.get().compare.is_some_and(|f| std::ptr::fn_addr_eq(f, own))
}

/// Are two tuples equal? Items are compared up to the first that differ, even if the lengths do.
pub fn same(vm: &Vm, x: &Obj<Tuple>, y: &Obj<Tuple>) -> PyResult<bool> {
    let (left, right) = (x.items(), y.items());
    let both = left.len().min(right.len());
    let (p, q) = (&left[..both], &right[..both]);
    let mut at = 0;
    while at < both {
        match quick_equal(&p[at], &q[at]) {
            Some(true) => at += 1,
            Some(false) => return Ok(false),
            None => match same_plain(vm, &p[at], &q[at]) {
                Some(true) => at += 1,
                Some(false) => return Ok(false),
                None => return same_from(vm, x, y, at),
            },
        }
    }
    Ok(left.len() == right.len())
}

/// How deep tuples in tuples are compared without the machine's say on the depth of calls.
const PLAIN_DEPTH: u8 = 8;

/// As [`same`], if it takes no Python code to tell.
#[inline]
pub fn same_plain(vm: &Vm, x: &Value, y: &Value) -> Option<bool> {
    same_item(vm, x, y, PLAIN_DEPTH)
}

/// Are two values equal that both are compared as tuples, as far as that can be told without running Python code?
fn same_item(vm: &Vm, x: &Value, y: &Value, depth: u8) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    let (left, right) = (plain_items(vm, x)?, plain_items(vm, y)?);
    for (p, q) in left.iter().zip(right) {
        if p.is(q) {
            continue;
        }
        let equal = match quick_equal(p, q) {
            Some(equal) => equal,
            None => same_item(vm, p, q, depth)?,
        };
        if !equal {
            return Some(false);
        }
    }
    Some(left.len() == right.len())
}

/// The items of what is compared as a tuple.
#[inline(always)]
fn plain_items<'a>(vm: &Vm, value: &'a Value) -> Option<&'a [Value]> {
    let is_plain = value.kind() == kind::TUPLE || compares_as_tuple(vm, value);
    if is_plain { value.as_tuple().map(|tuple| tuple.items()) } else { None }
}

/// As [`same`], from an item on that may run Python code.
fn same_from(vm: &Vm, x: &Obj<Tuple>, y: &Obj<Tuple>, from: usize) -> PyResult<bool> {
    let (x, y) = (x.to_ref(), y.to_ref());
    for (p, q) in x.items()[from..].iter().zip(&y.items()[from..]) {
        if !vm.equal(p, q)? {
            return Ok(false);
        }
    }
    Ok(x.len() == y.len())
}

fn hash(vm: &Vm, value: &Value) -> PyResult<i64> {
    const P1: u64 = 11_400_714_785_074_694_791;
    const P2: u64 = 14_029_467_366_897_019_727;
    const P5: u64 = 2_870_177_450_012_600_261;
    let tuple = this(vm, value)?;
    let known = tuple.hash.get();
    if known != 0 {
        return Ok(known);
    }
    vm.check_native_in(" while hashing a tuple")?;
    let mut state = P5;
    for item in tuple.items() {
        let lane = match item.as_small() {
            Some(i) => crate::runtime::object::hash::int_hash(i),
            None => vm.hash(item)?,
        };
        state = state.wrapping_add((lane as u64).wrapping_mul(P2));
        state = state.rotate_left(31).wrapping_mul(P1);
    }
    state = state.wrapping_add(tuple.len() as u64 ^ (P5 ^ 3_527_539));
    let hash = if state == u64::MAX { 1_546_275_796 } else { state as i64 };
    tuple.hash.set(hash);
    Ok(hash)
}

fn getitem(vm: &Vm, value: &Value, key: &Value) -> PyResult<Value> {
    let tuple = this(vm, value)?;
    if key.kind() == kind::SLICE {
        if let Some(range) = plain_range(key, tuple.len()) {
            if range.len() == tuple.len() && value.kind() == kind::TUPLE {
                return Ok(value.clone());
            }
            return Ok(vm.tuple_of(&tuple.items()[range]));
        }
        let span = vm.slice_span(key, tuple.len())?;
        if span.count == tuple.len() && span.step == 1 && value.kind() == kind::TUPLE {
            return Ok(value.clone());
        }
        return Ok(vm.tuple(pick(tuple.items(), span)));
    }
    if key.as_small().is_none() && key.ty(vm).slots.get().index.is_none() {
        return Err(
            vm.type_error(format!("tuple indices must be integers or slices, not {}", key.type_name(vm)))
        );
    }
    match vm.subscript_position(key, tuple.len())? {
        Some(at) => Ok(tuple.items()[at].clone()),
        None => Err(vm.index_error("tuple index out of range")),
    }
}

static TUPLE_METHODS: &[Native] = &[
    native(
        "index(self, value, start=0, stop=sys.maxsize, /)",
        |vm, args| {
            let tuple = this(vm, &args[0])?;
            let (start, stop) = vm.index_range(&args[2], &args[3], tuple.len())?;
            for at in start..stop.min(tuple.len()) {
                if vm.equal(&tuple.items()[at], &args[1])? {
                    return Ok(vm.int(at as i64));
                }
            }
            Err(vm.value_error("tuple.index(x): x not in tuple"))
        },
        "Return first index of value.\n\nRaises ValueError if the value is not present.",
    ),
    native(
        "count(self, value, /)",
        |vm, args| {
            let mut count = 0;
            for item in this(vm, &args[0])?.items() {
                if vm.equal(item, &args[1])? {
                    count += 1;
                }
            }
            Ok(vm.int(count))
        },
        "Return number of occurrences of value.",
    ),
    native(
        "__getnewargs__(self, /)",
        |vm, args| {
            let copy = vm.tuple_of(this(vm, &args[0])?.items());
            Ok(vm.tuple(vec![copy]))
        },
        "",
    ),
    native(
        "__sizeof__(self, /)",
        |vm, args| Ok(vm.int(32 + 8 * this(vm, &args[0])?.len() as i64)),
        "Return the size of the tuple in memory, in bytes.",
    ),
    native(
        "__class_getitem__(cls, object, /)",
        |vm, args| vm.generic_alias(&args[0], &args[1]),
        "See PEP 585",
    )
    .class(),
];
