//! `deque` and its iterators.
//!
//! Every change counts `changes` up; whoever goes through the items while Python may run compares it.

use std::cell::Cell;
use std::collections::VecDeque;

use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::typedef::{Cmp, Native, Slots, TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

/// The payload of `deque`.
pub struct Deque {
    items: LockCell<VecDeque<Value>>,
    maxlen: Cell<Option<usize>>,
    changes: Cell<u64>,
}

crate::payload!(Deque, "deque", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        for item in self.items.get() {
            visit(item);
        }
    }
    fn clear(&self) {
        drop(self.items.take());
    }
});

/// `deque`
pub static DEQUE: TypeSpec = TypeSpec::new("collections.deque", Deque::layout)
    .flags(type_flag::BASE | type_flag::SEQUENCE | type_flag::WEAKREF)
    .doc("([iterable[, maxlen]])", "A list-like sequence optimized for data accesses near its endpoints.")
    .slots(slots)
    .methods(METHODS)
    .getset(&[getter(
        "maxlen",
        |vm, value| {
            Ok(match this(vm, value)?.maxlen.get() {
                Some(n) => vm.int_usize(n),
                None => Value::NONE,
            })
        },
        "maximum size of a deque or None if unbounded",
    )]);

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Deque>> {
    vm.cast::<Deque>(value)
}

impl Obj<Deque> {
    fn len(&self) -> usize {
        self.items.get().len()
    }
    fn get(&self, at: usize) -> Option<Value> {
        self.items.get().get(at).cloned()
    }
    fn touch(&self) {
        self.changes.set(self.changes.get().wrapping_add(1));
    }
    fn push(&self, item: Value) {
        self.touch();
        let items = self.items.get_mut();
        items.push_back(item);
        if self.maxlen.get().is_some_and(|max| items.len() > max) {
            let old = items.pop_front();
            drop(old);
        }
    }
    fn push_left(&self, item: Value) {
        self.touch();
        let items = self.items.get_mut();
        items.push_front(item);
        if self.maxlen.get().is_some_and(|max| items.len() > max) {
            let old = items.pop_back();
            drop(old);
        }
    }
    fn pop(&self) -> Option<Value> {
        let item = self.items.get_mut().pop_back();
        if item.is_some() {
            self.touch();
        }
        item
    }
    fn pop_left(&self) -> Option<Value> {
        let item = self.items.get_mut().pop_front();
        if item.is_some() {
            self.touch();
        }
        item
    }
    fn empty(&self) {
        self.touch();
        drop(self.items.take());
    }
    fn snapshot(&self) -> Vec<Value> {
        self.items.get().iter().cloned().collect()
    }
}

/// Appends as `deque.append` does, if the value is a deque and of no subclass.
pub fn append_exact(vm: &Vm, value: &Value, item: &Value) -> bool {
    match value.downcast::<Deque>() {
        Some(deque) if vm.typ(&DEQUE).is(value.ty(vm)) => {
            deque.push(item.clone());
            true
        }
        _ => false,
    }
}

fn mutated(vm: &Vm) -> Raised {
    vm.runtime_error("deque mutated during iteration")
}

fn make(vm: &Vm, items: VecDeque<Value>, maxlen: Option<usize>) -> Value {
    vm.alloc_spec(
        &DEQUE,
        Deque { items: LockCell::new(items), maxlen: Cell::new(maxlen), changes: Cell::new(0) },
    )
}

fn extend(vm: &Vm, value: &Value, iterable: &Value, push: fn(&Obj<Deque>, Value)) -> PyResult<()> {
    let deque = this(vm, value)?;
    if iterable.is(value) {
        for item in deque.snapshot() {
            push(deque, item);
        }
        return Ok(());
    }
    let iter = vm.iter(iterable)?;
    while let Some(item) = vm.next(&iter)? {
        push(deque, item);
    }
    Ok(())
}

/// A copy of the same type.
fn copy(vm: &Vm, value: &Value) -> PyResult<Value> {
    let deque = this(vm, value)?;
    let ty = value.ty(vm);
    if ty.address() == vm.typ(&DEQUE).address() {
        return Ok(make(vm, deque.items.cloned(), deque.maxlen.get()));
    }
    let mut args = vec![value.clone()];
    if let Some(max) = deque.maxlen.get() {
        args.push(vm.int_usize(max));
    }
    let new = vm.call_args(&ty.to_value(), &args)?;
    if new.downcast::<Deque>().is_none() {
        return Err(vm.type_error(format!("{}() must return a deque, not {}", ty.name(), new.type_name(vm))));
    }
    Ok(new)
}

fn position(vm: &Vm, deque: &Obj<Deque>, key: &Value) -> PyResult<usize> {
    if key.as_small().is_none() && key.ty(vm).slots.get().index.is_none() {
        return Err(vm.type_error(format!("sequence index must be integer, not '{}'", key.type_name(vm))));
    }
    match vm.subscript_position(key, deque.len())? {
        Some(at) => Ok(at),
        None => Err(vm.index_error("deque index out of range")),
    }
}

fn repeat(vm: &Vm, deque: &Obj<Deque>, count: isize) -> PyResult<VecDeque<Value>> {
    let items = deque.snapshot();
    let count = count.max(0) as usize;
    let mut total = match items.len().checked_mul(count) {
        Some(total) if total < isize::MAX as usize / 16 => total,
        _ => return Err(vm.memory_error()),
    };
    let mut skip = 0;
    if let Some(max) = deque.maxlen.get()
        && total > max
    {
        skip = total - max;
        total = max;
    }
    let mut all = VecDeque::new();
    if all.try_reserve(total).is_err() {
        return Err(vm.memory_error());
    }
    for at in skip..skip + total {
        all.push_back(items[at % items.len()].clone());
    }
    Ok(all)
}

fn slots(s: &mut Slots) {
    s.new = Some(|vm, ty, _| {
        let deque =
            Deque { items: LockCell::new(VecDeque::new()), maxlen: Cell::new(None), changes: Cell::new(0) };
        Ok(vm.alloc(ty, deque).into_value())
    });
    s.init = Some(|vm, value, args| {
        const SIGNATURE: Signature = Signature::parse("deque(iterable=(), maxlen=None)");
        let [iterable, maxlen] = vm.bind_args(&SIGNATURE, args)?;
        let deque = this(vm, value)?;
        let maxlen = match maxlen.some() {
            None => None,
            Some(max) if !vm.is_int(max) => return Err(vm.type_error("an integer is required")),
            Some(max) => {
                let max = vm.to_ssize(max)?;
                if max < 0 {
                    return Err(vm.value_error("maxlen must be non-negative"));
                }
                Some(max as usize)
            }
        };
        deque.maxlen.set(maxlen);
        if deque.len() > 0 {
            deque.empty();
        }
        match iterable.given() {
            Some(iterable) => extend(vm, value, iterable, Obj::<Deque>::push),
            None => Ok(()),
        }
    });
    s.repr = Some(|vm, value| {
        let Some(_guard) = vm.enter_repr(value) else { return Ok(vm.str("[...]")) };
        let deque = this(vm, value)?;
        let items = vm.list(deque.snapshot());
        let mut text = format!("{}(", value.ty(vm).name()).into_bytes();
        text.extend(vm.repr_string(&items)?);
        if let Some(max) = deque.maxlen.get() {
            text.extend(format!(", maxlen={max}").bytes());
        }
        text.push(b')');
        Ok(vm.str_bytes(&text))
    });
    s.compare = Some(|vm, a, b, op| {
        let (Some(x), Some(y)) = (a.downcast::<Deque>(), b.downcast::<Deque>()) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        if x.len() != y.len() && matches!(op, Cmp::Eq | Cmp::Ne) {
            return Ok(Value::bool(op == Cmp::Ne));
        }
        let (start_x, start_y) = (x.changes.get(), y.changes.get());
        let mut at = 0;
        while let (Some(left), Some(right)) = (x.get(at), y.get(at)) {
            if !vm.equal(&left, &right)? {
                return match op {
                    Cmp::Eq => Ok(Value::FALSE),
                    Cmp::Ne => Ok(Value::TRUE),
                    _ => vm.compare(&left, &right, op),
                };
            }
            at += 1;
            if x.changes.get() != start_x || y.changes.get() != start_y {
                return Err(mutated(vm));
            }
        }
        Ok(Value::bool(op.holds(x.len().cmp(&y.len()))))
    });
    s.iter = Some(|vm, value| {
        let deque = this(vm, value)?;
        Ok(vm.alloc_spec(&ITER, iter_of(deque)))
    });
    s.len = Some(|vm, value| Ok(this(vm, value)?.len()));
    s.getitem = Some(|vm, value, key| {
        let deque = this(vm, value)?;
        let at = position(vm, deque, key)?;
        match deque.get(at) {
            Some(item) => Ok(item),
            None => Err(vm.index_error("deque index out of range")),
        }
    });
    s.setitem = Some(|vm, value, key, new| {
        let deque = this(vm, value)?;
        let at = position(vm, deque, key)?;
        let old = match new {
            Some(new) => deque.items.get_mut().get_mut(at).map(|place| std::mem::replace(place, new.clone())),
            None => {
                deque.touch();
                deque.items.get_mut().remove(at)
            }
        };
        drop(old);
        Ok(())
    });
    s.contains = Some(|vm, value, item| {
        let deque = this(vm, value)?;
        let start = deque.changes.get();
        let mut at = 0;
        while let Some(other) = deque.get(at) {
            if vm.equal(&other, item)? {
                return Ok(true);
            }
            if deque.changes.get() != start {
                return Err(mutated(vm));
            }
            at += 1;
        }
        Ok(false)
    });
    s.concat = Some(|vm, a, b| {
        if b.downcast::<Deque>().is_none() {
            return Err(
                vm.type_error(format!("can only concatenate deque (not \"{}\") to deque", b.type_name(vm)))
            );
        }
        let new = copy(vm, a)?;
        extend(vm, &new, b, Obj::<Deque>::push)?;
        Ok(new)
    });
    s.iconcat = Some(|vm, value, other| {
        extend(vm, value, other, Obj::<Deque>::push)?;
        Ok(value.clone())
    });
    s.repeat = Some(|vm, value, count| {
        let new = copy(vm, value)?;
        let deque = this(vm, &new)?;
        let items = repeat(vm, this(vm, value)?, count)?;
        deque.items.set(items);
        Ok(new)
    });
    s.irepeat = Some(|vm, value, count| {
        let deque = this(vm, value)?;
        let items = repeat(vm, deque, count)?;
        deque.touch();
        deque.items.set(items);
        Ok(value.clone())
    });
}

fn index(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let deque = this(vm, &args[0])?;
    let length = deque.len() as i64;
    let bound = |value: &Value, default: i64| -> PyResult<i64> {
        let at = match value.given() {
            Some(value) => vm.position_bound(value)?,
            None => default,
        };
        Ok(if at < 0 { (at + length).max(0) } else { at })
    };
    let (start, stop) = (bound(&args[2], 0)?, bound(&args[3], length)?.min(length));
    let changes = deque.changes.get();
    for at in start..stop {
        let Some(item) = deque.get(at as usize) else { break };
        let same = vm.equal(&item, &args[1])?;
        if same {
            return Ok(vm.int(at));
        }
        if deque.changes.get() != changes {
            return Err(mutated(vm));
        }
    }
    Err(vm.value_error("deque.index(x): x not in deque"))
}

const METHODS: &[Native] = &[
    native(
        "append(self, item, /)",
        |vm, args| {
            this(vm, &args[0])?.push(args[1].clone());
            Ok(Value::NONE)
        },
        "Add an element to the right side of the deque.",
    ),
    native(
        "appendleft(self, item, /)",
        |vm, args| {
            this(vm, &args[0])?.push_left(args[1].clone());
            Ok(Value::NONE)
        },
        "Add an element to the left side of the deque.",
    ),
    native(
        "clear(self, /)",
        |vm, args| {
            this(vm, &args[0])?.empty();
            Ok(Value::NONE)
        },
        "Remove all elements from the deque.",
    ),
    native("__copy__(self, /)", |vm, args| copy(vm, &args[0]), "Return a shallow copy of a deque."),
    native("copy(self, /)", |vm, args| copy(vm, &args[0]), "Return a shallow copy of a deque."),
    native(
        "count(self, value, /)",
        |vm, args| {
            let deque = this(vm, &args[0])?;
            let start = deque.changes.get();
            let (mut at, mut count) = (0, 0);
            while let Some(item) = deque.get(at) {
                count += i64::from(vm.equal(&item, &args[1])?);
                if deque.changes.get() != start {
                    return Err(mutated(vm));
                }
                at += 1;
            }
            Ok(vm.int(count))
        },
        "Return number of occurrences of value.",
    ),
    native(
        "extend(self, iterable, /)",
        |vm, args| {
            extend(vm, &args[0], &args[1], Obj::<Deque>::push)?;
            Ok(Value::NONE)
        },
        "Extend the right side of the deque with elements from the iterable.",
    ),
    native(
        "extendleft(self, iterable, /)",
        |vm, args| {
            extend(vm, &args[0], &args[1], Obj::<Deque>::push_left)?;
            Ok(Value::NONE)
        },
        "Extend the left side of the deque with elements from the iterable.",
    ),
    native(
        "index(self, value, start=0, stop=None, /)",
        index,
        "Return first index of value.\n\nRaises ValueError if the value is not present.",
    ),
    native(
        "insert(self, index, value, /)",
        |vm, args| {
            let deque = this(vm, &args[0])?;
            let at = vm.to_ssize(&args[1])?;
            let length = deque.len();
            if deque.maxlen.get() == Some(length) {
                return Err(vm.index_error("deque already at its maximum size"));
            }
            let at = if at < 0 { (at + length as isize).max(0) as usize } else { (at as usize).min(length) };
            deque.touch();
            deque.items.get_mut().insert(at, args[2].clone());
            Ok(Value::NONE)
        },
        "Insert value before index.",
    ),
    native(
        "pop(self, /)",
        |vm, args| match this(vm, &args[0])?.pop() {
            Some(item) => Ok(item),
            None => Err(vm.index_error("pop from an empty deque")),
        },
        "Remove and return the rightmost element.",
    ),
    native(
        "popleft(self, /)",
        |vm, args| match this(vm, &args[0])?.pop_left() {
            Some(item) => Ok(item),
            None => Err(vm.index_error("pop from an empty deque")),
        },
        "Remove and return the leftmost element.",
    ),
    native(
        "__reduce__(self, /)",
        |vm, args| {
            let deque = this(vm, &args[0])?;
            let state = vm.call_method_str(&args[0], "__getstate__", &[])?;
            let iter = vm.iter(&args[0])?;
            let parts = match deque.maxlen.get() {
                None => vec![],
                Some(max) => vec![vm.tuple(vec![]), vm.int_usize(max)],
            };
            Ok(vm.tuple(vec![args[0].ty(vm).to_value(), vm.tuple(parts), state, iter]))
        },
        "Return state information for pickling.",
    ),
    native(
        "remove(self, value, /)",
        |vm, args| {
            let deque = this(vm, &args[0])?;
            let start = deque.changes.get();
            let mut at = 0;
            while let Some(item) = deque.get(at) {
                let same = vm.equal(&item, &args[1])?;
                if deque.changes.get() != start {
                    return Err(vm.index_error("deque mutated during iteration"));
                }
                if same {
                    deque.touch();
                    let old = deque.items.get_mut().remove(at);
                    drop(old);
                    return Ok(Value::NONE);
                }
                at += 1;
            }
            Err(vm.value_error("deque.remove(x): x not in deque"))
        },
        "Remove first occurrence of value.",
    ),
    native(
        "__reversed__(self, /)",
        |vm, args| {
            let deque = this(vm, &args[0])?;
            Ok(vm.alloc_spec(&REVERSE_ITER, iter_of(deque)))
        },
        "Return a reverse iterator over the deque.",
    ),
    native(
        "reverse(self, /)",
        |vm, args| {
            let deque = this(vm, &args[0])?;
            deque.items.get_mut().make_contiguous().reverse();
            Ok(Value::NONE)
        },
        "Reverse *IN PLACE*.",
    ),
    native(
        "rotate(self, n=1, /)",
        |vm, args| {
            let n = match args[1].given() {
                Some(n) => vm.to_ssize(n)?,
                None => 1,
            };
            let deque = this(vm, &args[0])?;
            let length = deque.len();
            if length > 1 {
                deque.touch();
                let n = n.rem_euclid(length as isize) as usize;
                deque.items.get_mut().rotate_right(n);
            }
            Ok(Value::NONE)
        },
        "Rotate the deque n steps to the right.  If n is negative, rotates left.",
    ),
    native(
        "__sizeof__(self, /)",
        |vm, args| {
            let deque = this(vm, &args[0])?;
            Ok(vm.int_usize(vm.object_size(&args[0]) + 8 * deque.items.get().capacity()))
        },
        "Return the size of the deque in memory, in bytes.",
    ),
    native(
        "__class_getitem__(cls, object, /)",
        |vm, args| vm.generic_alias(&args[0], &args[1]),
        "See PEP 585",
    )
    .class(),
];

// ------------------------------------------------------------------------------------------------ iterators

/// An iterator over a deque, in either direction.
pub struct DequeIter {
    deque: LockCell<Option<Ref<Deque>>>,
    /// Items given so far.
    at: Cell<usize>,
    left: Cell<usize>,
    changes: Cell<u64>,
}

crate::payload!(DequeIter, "_deque_iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(deque) = self.deque.get() {
            visit(deque.value());
        }
    }
    fn clear(&self) {
        self.deque.set(None);
    }
});

fn iter_of(deque: &Obj<Deque>) -> DequeIter {
    DequeIter {
        deque: LockCell::new(Some(deque.to_ref())),
        at: Cell::new(0),
        left: Cell::new(deque.len()),
        changes: Cell::new(deque.changes.get()),
    }
}

fn step(vm: &Vm, iter: &Value, reverse: bool) -> PyResult<Option<Value>> {
    let this = vm.cast::<DequeIter>(iter)?;
    let Some(deque) = this.deque.get() else { return Ok(None) };
    if deque.changes.get() != this.changes.get() {
        this.left.set(0);
        return Err(mutated(vm));
    }
    if this.left.get() == 0 {
        return Ok(None);
    }
    let at = this.at.get();
    let item = deque.get(if reverse { deque.len() - 1 - at } else { at });
    this.at.set(at + 1);
    this.left.set(this.left.get() - 1);
    Ok(item)
}

fn iter_new(vm: &Vm, spec: &'static TypeSpec, name: &str, args: Args) -> PyResult<Value> {
    let pos = args.count(vm, name, 1, 2)?;
    let Some(deque) = pos[0].downcast::<Deque>() else {
        return Err(vm.type_error(format!(
            "{name}() argument 1 must be collections.deque, not {}",
            pos[0].type_name(vm)
        )));
    };
    let skip = match pos.get(1) {
        Some(n) => vm.to_index(n)?.max(0) as usize,
        None => 0,
    };
    let iter = iter_of(deque);
    let skip = skip.min(iter.left.get());
    iter.at.set(skip);
    iter.left.set(iter.left.get() - skip);
    Ok(vm.alloc_spec(spec, iter))
}

const ITER_METHODS: &[Native] = &[
    native(
        "__length_hint__(self, /)",
        |vm, args| Ok(vm.int_usize(vm.cast::<DequeIter>(&args[0])?.left.get())),
        "Private method returning an estimate of len(list(it)).",
    ),
    native(
        "__reduce__(self, /)",
        |vm, args| {
            let this = vm.cast::<DequeIter>(&args[0])?;
            let deque = match this.deque.get() {
                Some(deque) => deque.value().clone(),
                None => Value::NONE,
            };
            let parts = vm.tuple(vec![deque, vm.int_usize(this.at.get())]);
            Ok(vm.tuple(vec![args[0].ty(vm).to_value(), parts]))
        },
        "Return state information for pickling.",
    ),
];

/// `_deque_iterator`
pub static ITER: TypeSpec = TypeSpec::new("_collections._deque_iterator", DequeIter::layout)
    .slots(|s| {
        s.new = Some(|vm, _, args| iter_new(vm, &ITER, "_deque_iterator", args));
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| step(vm, iter, false));
    })
    .methods(ITER_METHODS);

/// `_deque_reverse_iterator`
pub static REVERSE_ITER: TypeSpec = TypeSpec::new("_collections._deque_reverse_iterator", DequeIter::layout)
    .slots(|s| {
        s.new = Some(|vm, _, args| iter_new(vm, &REVERSE_ITER, "_deque_reverse_iterator", args));
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| step(vm, iter, true));
    })
    .methods(ITER_METHODS);
