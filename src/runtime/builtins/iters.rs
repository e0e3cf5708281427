//! Iterators over sequences: of lists and tuples (both directions), over anything with `__getitem__`, `reversed`, and
//! the iterator of `iter(callable, sentinel)`. Those of `enumerate`, `zip`, `map` and `filter` are in `lazies`.
//!
//! An exhausted iterator lets go of what it went through and stays exhausted.

use std::cell::Cell;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::lists::List;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{Native, Slots, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Payload, Ref, Value};

pub use crate::runtime::builtins::ranges::RangeIter;

/// The payload of `list_iterator`.
pub struct ListIter {
    /// The list, while there is more to come.
    pub list: LockCell<Option<Ref<List>>>,
    /// Index of the next item.
    pub index: Cell<usize>,
}

crate::payload!(ListIter, "list_iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(list) = self.list.get() {
            visit(list.value());
        }
    }
    fn clear(&self) {
        self.list.set(None);
    }
});

/// `list_iterator`
pub static LIST_ITER: TypeSpec = TypeSpec::new("list_iterator", ListIter::layout)
    .kind(kind::LIST_ITER)
    .slots(list_iter_slots)
    .methods(LIST_ITER_METHODS);

fn list_iter_slots(s: &mut Slots) {
    s.iter = Some(|_, iter| Ok(iter.clone()));
    s.next = Some(|vm, iter| {
        let this = vm.cast::<ListIter>(iter)?;
        let Some(list) = this.list.get() else { return Ok(None) };
        let at = this.index.get();
        let found = list.get(at);
        if found.is_some() {
            this.index.set(at + 1);
        } else {
            this.list.set(None);
        }
        Ok(found)
    });
}

static LIST_ITER_METHODS: &[Native] = &[
    native(
        "__length_hint__(self, /)",
        |vm, args| {
            let this = vm.cast::<ListIter>(&args[0])?;
            let left = this.list.get().as_ref().map_or(0, |list| list.len().saturating_sub(this.index.get()));
            Ok(vm.int(left as i64))
        },
        "Private method returning an estimate of len(list(it)).",
    ),
    native(
        "__reduce__(self, /)",
        |vm, args| {
            // Looking it up may run Python code, which may exhaust the iterator.
            vm.builtin("iter")?;
            let this = vm.cast::<ListIter>(&args[0])?;
            match this.list.cloned() {
                Some(list) => vm.reduce_iter(list.into_value(), this.index.get() as i64),
                None => vm.reduce_to_iter(Vec::new()),
            }
        },
        "Return state information for pickling.",
    ),
    native(
        "__setstate__(self, state, /)",
        |vm, args| {
            let this = vm.cast::<ListIter>(&args[0])?;
            let index = vm.to_index(&args[1])?;
            if let Some(list) = this.list.get() {
                this.index.set(index.clamp(0, list.len() as isize) as usize);
            }
            Ok(Value::NONE)
        },
        "Set state information for unpickling.",
    ),
];

/// The payload of `list_reverseiterator`.
pub struct ListReverseIter {
    list: LockCell<Option<Ref<List>>>,
    /// Index of the next item; -1 at the end.
    index: Cell<isize>,
}

impl ListReverseIter {
    /// The next item, if there is one.
    pub fn next_item(&self) -> Option<Value> {
        let at = self.index.get();
        let found = self.list.get().as_ref()?.get(usize::try_from(at).ok()?)?;
        self.index.set(at - 1);
        Some(found)
    }
}

crate::payload!(ListReverseIter, "list_reverseiterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(list) = self.list.get() {
            visit(list.value());
        }
    }
    fn clear(&self) {
        self.list.set(None);
    }
});

/// `list_reverseiterator`
pub static LIST_REVERSE_ITER: TypeSpec = TypeSpec::new("list_reverseiterator", ListReverseIter::layout)
    .kind(kind::LIST_REVERSE_ITER)
    .slots(|s| {
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<ListReverseIter>(iter)?;
            let found = this.next_item();
            if found.is_none() {
                this.index.set(-1);
                this.list.set(None);
            }
            Ok(found)
        });
    })
    .methods(&[
        native(
            "__length_hint__(self, /)",
            |vm, args| {
                let this = vm.cast::<ListReverseIter>(&args[0])?;
                let length = this.list.get().as_ref().map_or(0, |list| list.len() as isize);
                let left = this.index.get() + 1;
                Ok(vm.int(if length < left { 0 } else { left as i64 }))
            },
            "Private method returning an estimate of len(list(it)).",
        ),
        native(
            "__reduce__(self, /)",
            |vm, args| {
                // Looking it up may run Python code, which may exhaust the iterator.
                vm.builtin("reversed")?;
                let this = vm.cast::<ListReverseIter>(&args[0])?;
                match this.list.cloned() {
                    Some(list) => vm.reduce_reversed(list.into_value(), this.index.get()),
                    None => {
                        let class = vm.builtin("reversed")?;
                        Ok(vm.tuple(vec![class, vm.tuple(vec![vm.list(Vec::new())])]))
                    }
                }
            },
            "Return state information for pickling.",
        ),
        native(
            "__setstate__(self, state, /)",
            |vm, args| {
                let this = vm.cast::<ListReverseIter>(&args[0])?;
                let index = vm.to_index(&args[1])?;
                if let Some(list) = this.list.get() {
                    this.index.set(index.clamp(-1, list.len() as isize - 1));
                }
                Ok(Value::NONE)
            },
            "Set state information for unpickling.",
        ),
    ]);

/// The payload of `tuple_iterator`.
pub struct TupleIter {
    /// The tuple, while there is more to come.
    pub tuple: LockCell<Option<Ref<Tuple>>>,
    /// Index of the next item.
    pub index: Cell<usize>,
}

crate::payload!(TupleIter, "tuple_iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(tuple) = self.tuple.get() {
            visit(tuple.value());
        }
    }
    fn clear(&self) {
        self.tuple.set(None);
    }
});

/// `tuple_iterator`
pub static TUPLE_ITER: TypeSpec = TypeSpec::new("tuple_iterator", TupleIter::layout)
    .kind(kind::TUPLE_ITER)
    .slots(|s| {
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<TupleIter>(iter)?;
            let Some(tuple) = this.tuple.get() else { return Ok(None) };
            let at = this.index.get();
            let found = tuple.items().get(at).cloned();
            if found.is_some() {
                this.index.set(at + 1);
            } else {
                this.tuple.set(None);
            }
            Ok(found)
        });
    })
    .methods(&[
        native(
            "__length_hint__(self, /)",
            |vm, args| {
                let this = vm.cast::<TupleIter>(&args[0])?;
                let left =
                    this.tuple.get().as_ref().map_or(0, |tuple| tuple.len().saturating_sub(this.index.get()));
                Ok(vm.int(left as i64))
            },
            "Private method returning an estimate of len(list(it)).",
        ),
        native(
            "__reduce__(self, /)",
            |vm, args| {
                // Looking it up may run Python code, which may exhaust the iterator.
                vm.builtin("iter")?;
                let this = vm.cast::<TupleIter>(&args[0])?;
                match this.tuple.cloned() {
                    Some(tuple) => vm.reduce_iter(tuple.into_value(), this.index.get() as i64),
                    None => Ok(vm.reduce_ended(vm.builtin("iter")?)),
                }
            },
            "Return state information for pickling.",
        ),
        native(
            "__setstate__(self, state, /)",
            |vm, args| {
                let this = vm.cast::<TupleIter>(&args[0])?;
                let index = vm.to_index(&args[1])?;
                if let Some(tuple) = this.tuple.get() {
                    this.index.set(index.clamp(0, tuple.len() as isize) as usize);
                }
                Ok(Value::NONE)
            },
            "Set state information for unpickling.",
        ),
    ]);

// ------------------------------------------------------------------------------------------------ any sequence

/// The payload of `iterator`: items by number until IndexError.
pub struct SequenceIter {
    sequence: LockCell<Value>,
    index: Cell<i64>,
}

crate::payload!(SequenceIter, "iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.sequence.get());
    }
    fn clear(&self) {
        self.sequence.set(Value::UNBOUND);
    }
});

/// Error of `IndexError` and `StopIteration` alike is the end.
fn end_of_sequence(vm: &Vm, result: PyResult<Value>) -> PyResult<Option<Value>> {
    match result {
        Ok(item) => Ok(Some(item)),
        Err(raised) if vm.raised_is(&exc::INDEX_ERROR) || vm.raised_is(&exc::STOP_ITERATION) => {
            drop(vm.take_raised(raised));
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

/// `iterator`
pub static SEQUENCE_ITER: TypeSpec = TypeSpec::new("iterator", SequenceIter::layout)
    .slots(|s| {
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<SequenceIter>(iter)?;
            let sequence = this.sequence.cloned();
            if sequence.is_unbound() {
                return Ok(None);
            }
            let at = this.index.get();
            let result = vm.getitem(&sequence, &vm.int(at));
            let found = end_of_sequence(vm, result)?;
            if found.is_some() {
                this.index.set(at + 1);
            } else {
                this.sequence.set(Value::UNBOUND);
            }
            Ok(found)
        });
    })
    .methods(&[
        native(
            "__length_hint__(self, /)",
            |vm, args| {
                let this = vm.cast::<SequenceIter>(&args[0])?;
                let sequence = this.sequence.cloned();
                if sequence.is_unbound() {
                    return Ok(vm.int(0));
                }
                if sequence.ty(vm).slots.get().len.is_none() {
                    return Ok(Value::NOT_IMPLEMENTED);
                }
                let left = vm.len(&sequence)? as i64 - this.index.get();
                Ok(vm.int(left.max(0)))
            },
            "Private method returning an estimate of len(list(it)).",
        ),
        native(
            "__reduce__(self, /)",
            |vm, args| {
                // Looking it up may run Python code, which may exhaust the iterator.
                vm.builtin("iter")?;
                let this = vm.cast::<SequenceIter>(&args[0])?;
                let sequence = this.sequence.cloned();
                if sequence.is_unbound() {
                    return Ok(vm.reduce_ended(vm.builtin("iter")?));
                }
                vm.reduce_iter(sequence, this.index.get())
            },
            "Return state information for pickling.",
        ),
        native(
            "__setstate__(self, state, /)",
            |vm, args| {
                let this = vm.cast::<SequenceIter>(&args[0])?;
                let index = vm.to_index(&args[1])?;
                if !this.sequence.get().is_unbound() {
                    this.index.set(index.max(0) as i64);
                }
                Ok(Value::NONE)
            },
            "Set state information for unpickling.",
        ),
    ]);

// ------------------------------------------------------------------------------------------------ iter(f, sentinel)

/// The payload of `callable_iterator`.
pub struct CallIter {
    callable: LockCell<Value>,
    sentinel: LockCell<Value>,
}

crate::payload!(CallIter, "callable_iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.callable.get());
        visit(self.sentinel.get());
    }
    fn clear(&self) {
        self.end();
    }
});

impl CallIter {
    fn end(&self) {
        let old = (self.callable.replace(Value::UNBOUND), self.sentinel.replace(Value::UNBOUND));
        drop(old);
    }
}

/// `callable_iterator`
pub static CALL_ITER: TypeSpec = TypeSpec::new("callable_iterator", CallIter::layout)
    .slots(|s| {
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<CallIter>(iter)?;
            let callable = this.callable.cloned();
            if callable.is_unbound() {
                return Ok(None);
            }
            let result = vm.call0(&callable);
            let Some(result) = vm.end_of_iteration(result)? else {
                this.end();
                return Ok(None);
            };
            // The call may have ended this iterator.
            let sentinel = this.sentinel.cloned();
            if sentinel.is_unbound() {
                return Ok(None);
            }
            if vm.equal(&sentinel, &result)? {
                this.end();
                return Ok(None);
            }
            Ok(Some(result))
        });
    })
    .methods(&[native(
        "__reduce__(self, /)",
        |vm, args| {
            // Looking it up may run Python code, which may exhaust the iterator.
            vm.builtin("iter")?;
            let this = vm.cast::<CallIter>(&args[0])?;
            let (callable, sentinel) = (this.callable.cloned(), this.sentinel.cloned());
            let iter = vm.builtin("iter")?;
            if callable.is_unbound() {
                return Ok(vm.reduce_ended(iter));
            }
            Ok(vm.tuple(vec![iter, vm.tuple(vec![callable, sentinel])]))
        },
        "Return state information for pickling.",
    )]);

// ------------------------------------------------------------------------------------------------ reversed

/// The payload of `reversed`.
pub struct Reversed {
    sequence: LockCell<Value>,
    /// Index of the next item; -1 at the end.
    index: Cell<isize>,
}

crate::payload!(Reversed, "reversed", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.sequence.get());
    }
    fn clear(&self) {
        self.sequence.set(Value::UNBOUND);
    }
});

/// `reversed`
pub static REVERSED: TypeSpec = TypeSpec::new("reversed", Reversed::layout)
    .flags(type_flag::BASE)
    .doc("(object, /)", "Return a reverse iterator over the values of the given sequence.")
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            if ty.is(vm.typ(&REVERSED)) {
                args.no_keywords(vm, "reversed")?;
            }
            let pos =
                crate::runtime::object::args::Args::positional(args.pos()).count(vm, "reversed", 1, 1)?;
            let sequence = &pos[0];
            let not_reversible =
                || vm.type_error(format!("'{}' object is not reversible", sequence.type_name(vm)));
            match sequence.ty(vm).lookup(vm, &vm.names().__reversed__) {
                Some(found) if found.is_none() => return Err(not_reversible()),
                Some(found) => return vm.call_found(sequence, &found, &[]),
                None => {}
            }
            let slots = sequence.ty(vm).slots.get();
            if slots.getitem.is_none() || sequence.ty(vm).has(type_flag::DICT | type_flag::TYPE) {
                return Err(not_reversible());
            }
            let length = vm.len(sequence)?;
            let (sequence, index) = (LockCell::new(sequence.clone()), Cell::new(length as isize - 1));
            Ok(vm.alloc(ty, Reversed { sequence, index }).into_value())
        });
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<Reversed>(iter)?;
            let (sequence, at) = (this.sequence.cloned(), this.index.get());
            if sequence.is_unbound() {
                return Ok(None);
            }
            if at >= 0 {
                let result = vm.getitem(&sequence, &vm.int(at as i64));
                if let Some(item) = end_of_sequence(vm, result)? {
                    this.index.set(at - 1);
                    return Ok(Some(item));
                }
            }
            this.index.set(-1);
            this.sequence.set(Value::UNBOUND);
            Ok(None)
        });
    })
    .methods(&[
        native(
            "__length_hint__(self, /)",
            |vm, args| {
                let this = vm.cast::<Reversed>(&args[0])?;
                let sequence = this.sequence.cloned();
                if sequence.is_unbound() {
                    return Ok(vm.int(0));
                }
                let left = this.index.get() as i64 + 1;
                Ok(vm.int(if (vm.len(&sequence)? as i64) < left { 0 } else { left }))
            },
            "Private method returning an estimate of len(list(it)).",
        ),
        native(
            "__reduce__(self, /)",
            |vm, args| {
                // Looking it up may run Python code, which may exhaust the iterator.
                vm.builtin("iter")?;
                let this = vm.cast::<Reversed>(&args[0])?;
                let sequence = this.sequence.cloned();
                let class = args[0].ty(vm).to_value();
                if sequence.is_unbound() {
                    return Ok(vm.reduce_ended(class));
                }
                let index = vm.int(this.index.get() as i64);
                Ok(vm.tuple(vec![class, vm.tuple(vec![sequence]), index]))
            },
            "Return state information for pickling.",
        ),
        native(
            "__setstate__(self, state, /)",
            |vm, args| {
                let this = vm.cast::<Reversed>(&args[0])?;
                let index = vm.to_index(&args[1])?;
                let sequence = this.sequence.cloned();
                if !sequence.is_unbound() {
                    let length = vm.len(&sequence)? as isize;
                    this.index.set(index.clamp(-1, length - 1));
                }
                Ok(Value::NONE)
            },
            "Set state information for unpickling.",
        ),
    ]);

impl Vm {
    /// An iterator over a list.
    pub fn list_iter(&self, list: Ref<List>) -> Value {
        self.alloc_spec(&LIST_ITER, ListIter { list: LockCell::new(Some(list)), index: Cell::new(0) })
    }
    /// A reverse iterator over a list.
    pub fn list_reverse_iter(&self, list: Ref<List>) -> Value {
        let index = Cell::new(list.len() as isize - 1);
        self.alloc_spec(&LIST_REVERSE_ITER, ListReverseIter { list: LockCell::new(Some(list)), index })
    }
    /// An iterator over a tuple.
    pub fn tuple_iter(&self, tuple: Ref<Tuple>) -> Value {
        self.alloc_spec(&TUPLE_ITER, TupleIter { tuple: LockCell::new(Some(tuple)), index: Cell::new(0) })
    }
    /// An iterator over anything with `__getitem__`.
    pub fn sequence_iter(&self, sequence: &Value) -> Value {
        self.alloc_spec(
            &SEQUENCE_ITER,
            SequenceIter { sequence: LockCell::new(sequence.clone()), index: Cell::new(0) },
        )
    }
    /// `iter(callable, sentinel)`
    pub fn call_iter(&self, callable: Value, sentinel: Value) -> Value {
        self.alloc_spec(
            &CALL_ITER,
            CallIter { callable: LockCell::new(callable), sentinel: LockCell::new(sentinel) },
        )
    }

    /// `(iter, (object,), index)`: how an iterator at a place is pickled.
    pub fn reduce_iter(&self, object: Value, index: i64) -> PyResult<Value> {
        let iter = self.builtin("iter")?;
        let args = self.tuple(vec![object]);
        Ok(self.tuple(vec![iter, args, self.int(index)]))
    }
    /// `(function, ((),))`: how an iterator is pickled that has come to its end.
    pub fn reduce_ended(&self, function: Value) -> Value {
        self.tuple(vec![function, self.tuple(vec![self.tuple(Vec::new())])])
    }
    /// `(iter, ([items],))`: how an iterator is pickled by what is left of it.
    pub fn reduce_to_iter(&self, rest: Vec<Value>) -> PyResult<Value> {
        let iter = self.builtin("iter")?;
        let args = self.tuple(vec![self.list(rest)]);
        Ok(self.tuple(vec![iter, args]))
    }
    /// `(reversed, (object,), index)`
    pub fn reduce_reversed(&self, object: Value, index: isize) -> PyResult<Value> {
        let class = self.builtin("reversed")?;
        let args = self.tuple(vec![object]);
        Ok(self.tuple(vec![class, args, self.int(index as i64)]))
    }
}
