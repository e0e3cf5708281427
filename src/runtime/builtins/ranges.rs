//! `range` and its iterators.
//!
//! A range holds Python ints of any size. Its iterator counts in machine words if all its numbers, and the one behind
//! the last, are small ints; the machine then encodes them unchecked. Others get the long iterator.

use std::cell::Cell;

use crate::runtime::builtins::tools::member;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::ops;
use crate::runtime::object::typedef::{Cmp, GetSet, Native, Slots, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, SMALL_MAX, SMALL_MIN, Value};

/// The payload of `range`; all four are exact ints.
pub struct Range {
    /// `start`
    pub start: Value,
    /// `stop`
    pub stop: Value,
    /// `step`
    pub step: Value,
    /// Number of values.
    pub length: Value,
}

crate::payload!(Range, "range");

/// The payload of `range_iterator`.
pub struct RangeIter {
    /// The next value.
    pub next: Cell<i64>,
    /// Distance to the one behind.
    pub step: Cell<i64>,
    /// Values still to come.
    pub left: Cell<u64>,
}

crate::payload!(RangeIter, "range_iterator");

/// The payload of `longrange_iterator`.
pub struct LongRangeIter {
    next: LockCell<Value>,
    step: Value,
    left: LockCell<Value>,
}

crate::payload!(LongRangeIter, "longrange_iterator");

/// `range`
pub static RANGE: TypeSpec = TypeSpec::new("range", Range::layout)
    .kind(kind::RANGE)
    .flags(type_flag::SEQUENCE)
    .doc(
        "",
        "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nReturn an object that produces a sequence of integers from start (inclusive)\nto stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.\nstart defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.\nThese are exactly the valid indices for a list of 4 elements.\nWhen step is given, it specifies the increment (or decrement).",
    )
    .slots(range_slots)
    .methods(RANGE_METHODS)
    .getset(RANGE_GETSET);

#[inline(always)]
fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Range>> {
    vm.cast::<Range>(value)
}

fn small(i: i128) -> Option<i64> {
    (i >= i128::from(SMALL_MIN) && i <= i128::from(SMALL_MAX)).then_some(i as i64)
}

/// Number of values of a range of small ints.
fn small_length(start: i64, stop: i64, step: i64) -> i128 {
    let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
    if step > 0 && start < stop {
        (stop - start - 1) / step + 1
    } else if step < 0 && start > stop {
        (start - stop - 1) / -step + 1
    } else {
        0
    }
}

impl Vm {
    /// A range of exact ints; `step` is not zero.
    pub fn range(&self, start: Value, stop: Value, step: Value) -> PyResult<Value> {
        let length = if let (Some(a), Some(b), Some(c)) = (start.as_small(), stop.as_small(), step.as_small())
            && let Some(length) = small(small_length(a, b, c))
        {
            self.int(length)
        } else {
            self.long_length(&start, &stop, &step)?
        };
        Ok(self.alloc_spec(&RANGE, Range { start, stop, step, length }))
    }

    fn long_length(&self, start: &Value, stop: &Value, step: &Value) -> PyResult<Value> {
        let (low, high, step) = if self.is_negative(step) {
            (stop, start, self.unary(step, |s| s.neg, "unary -")?)
        } else {
            (start, stop, step.clone())
        };
        if !self.compare_bool(low, high, Cmp::Lt)? {
            return Ok(self.int(0));
        }
        let distance = self.binary(high, low, &ops::SUB)?;
        let distance = self.binary(&distance, &self.int(1), &ops::SUB)?;
        let steps = self.binary(&distance, &step, &ops::FLOOR_DIV)?;
        self.binary(&steps, &self.int(1), &ops::ADD)
    }

    /// Values of a range from one on.
    fn range_iter(&self, start: &Value, step: &Value, length: &Value) -> PyResult<Value> {
        if let (Some(next), Some(step), Some(left)) = (start.as_small(), step.as_small(), length.as_small())
            && small(i128::from(next) + i128::from(step) * i128::from(left)).is_some()
        {
            return Ok(self.small_range_iter(next, step, left as u64));
        }
        Ok(self.alloc_spec(
            &LONG_RANGE_ITER,
            LongRangeIter {
                next: LockCell::new(start.clone()),
                step: step.clone(),
                left: LockCell::new(length.clone()),
            },
        ))
    }

    fn small_range_iter(&self, next: i64, step: i64, left: u64) -> Value {
        self.alloc_spec(
            &RANGE_ITER,
            RangeIter { next: Cell::new(next), step: Cell::new(step), left: Cell::new(left) },
        )
    }
}

/// `start + index * step`
fn item(vm: &Vm, range: &Range, index: &Value) -> PyResult<Value> {
    if let (Some(start), Some(step), Some(index)) =
        (range.start.as_small(), range.step.as_small(), index.as_small())
        && let Some(value) = small(i128::from(start) + i128::from(step) * i128::from(index))
    {
        return Ok(vm.int(value));
    }
    let distance = vm.binary(index, &range.step, &ops::MUL)?;
    vm.binary(&range.start, &distance, &ops::ADD)
}

fn range_slots(s: &mut Slots) {
    s.new = Some(|vm, _, args| {
        args.no_keywords(vm, "range")?;
        let parts = Args::positional(args.pos()).count(vm, "range", 1, 3)?;
        let (start, stop, step) = match parts {
            [stop] => (vm.int(0), vm.index(stop)?, vm.int(1)),
            [start, stop] => (vm.index(start)?, vm.index(stop)?, vm.int(1)),
            [start, stop, step, ..] => (vm.index(start)?, vm.index(stop)?, vm.index(step)?),
            [] => return Ok(Value::NONE),
        };
        if step.as_small() == Some(0) {
            return Err(vm.value_error("range() arg 3 must not be zero"));
        }
        vm.range(start, stop, step)
    });
    s.repr = Some(|vm, value| {
        let range = this(vm, value)?;
        let (start, stop) = (vm.repr_text(&range.start)?, vm.repr_text(&range.stop)?);
        Ok(vm.str(match range.step.as_small() {
            Some(1) => format!("range({start}, {stop})"),
            _ => format!("range({start}, {stop}, {})", vm.repr_text(&range.step)?),
        }))
    });
    s.hash = Some(|vm, value| {
        let range = this(vm, value)?;
        let key = match range.length.as_small() {
            Some(0) => vec![range.length.clone(), Value::NONE, Value::NONE],
            Some(1) => vec![range.length.clone(), range.start.clone(), Value::NONE],
            _ => vec![range.length.clone(), range.start.clone(), range.step.clone()],
        };
        let key = vm.tuple(key);
        vm.hash(&key)
    });
    s.compare = Some(|vm, a, b, op| {
        let (Some(x), Some(y)) = (a.downcast::<Range>(), b.downcast::<Range>()) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        if !matches!(op, Cmp::Eq | Cmp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let same = a.is(b)
            || vm.equal(&x.length, &y.length)?
                && (x.length.as_small() == Some(0)
                    || vm.equal(&x.start, &y.start)?
                        && (x.length.as_small() == Some(1) || vm.equal(&x.step, &y.step)?));
        Ok(Value::bool(same == (op == Cmp::Eq)))
    });
    s.bool = Some(|vm, value| Ok(this(vm, value)?.length.as_small() != Some(0)));
    s.len = Some(|vm, value| match this(vm, value)?.length.as_int().and_then(|length| length.small()) {
        Some(length) => Ok(length as usize),
        None => Err(vm.overflow_error("Python int too large to convert to C ssize_t")),
    });
    s.iter = Some(|vm, value| {
        let range = this(vm, value)?;
        vm.range_iter(&range.start, &range.step, &range.length)
    });
    s.getitem = Some(getitem);
    s.contains = Some(|vm, value, item| {
        if !is_exact_int(item) {
            return vm.contains_by_iteration(value, item);
        }
        contains_int(vm, this(vm, value)?, item)
    });
}

fn is_exact_int(value: &Value) -> bool {
    value.as_small().is_some() || value.as_bool().is_some() || value.kind() == kind::INT
}

fn contains_int(vm: &Vm, range: &Range, item: &Value) -> PyResult<bool> {
    let item = vm.index(item)?;
    let inside = if vm.is_negative(&range.step) {
        vm.compare_bool(&item, &range.start, Cmp::Le)? && vm.compare_bool(&range.stop, &item, Cmp::Lt)?
    } else {
        vm.compare_bool(&range.start, &item, Cmp::Le)? && vm.compare_bool(&item, &range.stop, Cmp::Lt)?
    };
    if !inside {
        return Ok(false);
    }
    let distance = vm.binary(&item, &range.start, &ops::SUB)?;
    let rest = vm.binary(&distance, &range.step, &ops::MOD)?;
    Ok(rest.as_small() == Some(0))
}

fn getitem(vm: &Vm, value: &Value, key: &Value) -> PyResult<Value> {
    let range = this(vm, value)?;
    if key.kind() == kind::SLICE {
        return slice(vm, range, key);
    }
    if key.as_small().is_none() && key.ty(vm).slots.get().index.is_none() {
        return Err(
            vm.type_error(format!("range indices must be integers or slices, not {}", key.type_name(vm)))
        );
    }
    let mut index = vm.index(key)?;
    if vm.is_negative(&index) {
        index = vm.binary(&index, &range.length, &ops::ADD)?;
    }
    if vm.is_negative(&index) || !vm.compare_bool(&index, &range.length, Cmp::Lt)? {
        return Err(vm.index_error("range object index out of range"));
    }
    item(vm, range, &index)
}

fn slice(vm: &Vm, range: &Range, key: &Value) -> PyResult<Value> {
    let (start, stop, step) = if let Some(length) = range.length.as_small() {
        let span = vm.slice_span(key, length as usize)?;
        (vm.int(span.start as i64), vm.int(span.stop as i64), vm.int(span.step as i64))
    } else {
        // Longer than any sequence: the slice itself computes in ints of any size.
        let parts = vm.call_method_str(key, "indices", std::slice::from_ref(&range.length))?;
        match vm.collect(&parts)?.as_slice() {
            [start, stop, step] => (start.clone(), stop.clone(), step.clone()),
            _ => return Err(vm.system_error("slice.indices() gave no three values")),
        }
    };
    let new_step = vm.binary(&range.step, &step, &ops::MUL)?;
    let new_start = item(vm, range, &start)?;
    let new_stop = item(vm, range, &stop)?;
    vm.range(new_start, new_stop, new_step)
}

static RANGE_GETSET: &[GetSet] = &[
    member("start", |vm, value| Ok(this(vm, value)?.start.clone()), ""),
    member("stop", |vm, value| Ok(this(vm, value)?.stop.clone()), ""),
    member("step", |vm, value| Ok(this(vm, value)?.step.clone()), ""),
];

static RANGE_METHODS: &[Native] = &[
    native(
        "__reversed__(self, /)",
        |vm, args| {
            let range = this(vm, &args[0])?;
            if range.length.as_small() == Some(0) {
                return Ok(vm.small_range_iter(0, 1, 0));
            }
            let last = vm.binary(&range.length, &vm.int(1), &ops::SUB)?;
            let start = item(vm, range, &last)?;
            let step = vm.unary(&range.step, |s| s.neg, "unary -")?;
            vm.range_iter(&start, &step, &range.length)
        },
        "Return a reverse iterator.",
    ),
    native(
        "__reduce__(self, /)",
        |vm, args| {
            let range = this(vm, &args[0])?;
            let parts = vm.tuple(vec![range.start.clone(), range.stop.clone(), range.step.clone()]);
            Ok(vm.tuple(vec![args[0].ty(vm).to_value(), parts]))
        },
        "",
    ),
    native(
        "count(self, value, /)",
        |vm, args| {
            let range = this(vm, &args[0])?;
            if is_exact_int(&args[1]) {
                return Ok(vm.int(i64::from(contains_int(vm, range, &args[1])?)));
            }
            let mut count = 0;
            vm.for_each(&args[0], |item| {
                count += i64::from(vm.equal(&item, &args[1])?);
                Ok(())
            })?;
            Ok(vm.int(count))
        },
        "rangeobject.count(value) -> integer -- return number of occurrences of value",
    ),
    native(
        "index(self, value, /)",
        |vm, args| {
            let range = this(vm, &args[0])?;
            if !is_exact_int(&args[1]) {
                let iter = vm.iter(&args[0])?;
                let mut at = 0;
                while let Some(item) = vm.next(&iter)? {
                    if vm.equal(&item, &args[1])? {
                        return Ok(vm.int(at));
                    }
                    at += 1;
                }
                return Err(vm.value_error("sequence.index(x): x not in sequence"));
            }
            if !contains_int(vm, range, &args[1])? {
                return Err(vm.value_error("range.index(x): x not in range"));
            }
            let value = vm.index(&args[1])?;
            let distance = vm.binary(&value, &range.start, &ops::SUB)?;
            vm.binary(&distance, &range.step, &ops::FLOOR_DIV)
        },
        "rangeobject.index(value) -> integer -- return index of value.\nRaise ValueError if the value is not present.",
    ),
];

// ------------------------------------------------------------------------------------------------ iterators

/// `range_iterator`
pub static RANGE_ITER: TypeSpec = TypeSpec::new("range_iterator", RangeIter::layout)
    .kind(kind::RANGE_ITER)
    .slots(|s| {
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<RangeIter>(iter)?;
            let left = this.left.get();
            if left == 0 {
                return Ok(None);
            }
            this.left.set(left - 1);
            let value = this.next.get();
            this.next.set(value + this.step.get());
            Ok(Some(vm.int(value)))
        });
    })
    .methods(&[
        native(
            "__length_hint__(self, /)",
            |vm, args| Ok(vm.int(vm.cast::<RangeIter>(&args[0])?.left.get() as i64)),
            "Private method returning an estimate of len(list(it)).",
        ),
        native(
            "__reduce__(self, /)",
            |vm, args| {
                let this = vm.cast::<RangeIter>(&args[0])?;
                let (next, step) = (this.next.get(), this.step.get());
                let stop = next + step * this.left.get() as i64;
                let range = vm.range(vm.int(next), vm.int(stop), vm.int(step))?;
                reduce(vm, range)
            },
            "Return state information for pickling.",
        ),
        native(
            "__setstate__(self, state, /)",
            |vm, args| {
                let this = vm.cast::<RangeIter>(&args[0])?;
                let skip = vm.to_index(&args[1])?.clamp(0, this.left.get() as isize) as u64;
                this.next.set(this.next.get() + this.step.get() * skip as i64);
                this.left.set(this.left.get() - skip);
                Ok(Value::NONE)
            },
            "Set state information for unpickling.",
        ),
    ]);

fn reduce(vm: &Vm, range: Value) -> PyResult<Value> {
    let iter = vm.builtin("iter")?;
    let args = vm.tuple(vec![range]);
    Ok(vm.tuple(vec![iter, args, Value::NONE]))
}

/// `longrange_iterator`
pub static LONG_RANGE_ITER: TypeSpec = TypeSpec::new("longrange_iterator", LongRangeIter::layout)
    .slots(|s| {
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<LongRangeIter>(iter)?;
            let left = this.left.cloned();
            if left.as_small() == Some(0) {
                return Ok(None);
            }
            let value = this.next.cloned();
            this.left.set(vm.binary(&left, &vm.int(1), &ops::SUB)?);
            this.next.set(vm.binary(&value, &this.step, &ops::ADD)?);
            Ok(Some(value))
        });
    })
    .methods(&[
        native(
            "__length_hint__(self, /)",
            |vm, args| Ok(vm.cast::<LongRangeIter>(&args[0])?.left.cloned()),
            "Private method returning an estimate of len(list(it)).",
        ),
        native(
            "__reduce__(self, /)",
            |vm, args| {
                let this = vm.cast::<LongRangeIter>(&args[0])?;
                let (next, step) = (this.next.cloned(), this.step.clone());
                let distance = vm.binary(this.left.get(), &step, &ops::MUL)?;
                let stop = vm.binary(&next, &distance, &ops::ADD)?;
                let range = vm.range(next, stop, step)?;
                reduce(vm, range)
            },
            "Return state information for pickling.",
        ),
        native(
            "__setstate__(self, state, /)",
            |vm, args| {
                let this = vm.cast::<LongRangeIter>(&args[0])?;
                let mut skip = vm.index(&args[1])?;
                if vm.is_negative(&skip) {
                    skip = vm.int(0);
                }
                let left = this.left.cloned();
                if vm.compare_bool(&left, &skip, Cmp::Lt)? {
                    skip = left.clone();
                }
                let distance = vm.binary(&skip, &this.step, &ops::MUL)?;
                let next = vm.binary(this.next.get(), &distance, &ops::ADD)?;
                let left = vm.binary(&left, &skip, &ops::SUB)?;
                this.next.set(next);
                this.left.set(left);
                Ok(Value::NONE)
            },
            "Set state information for unpickling.",
        ),
    ]);
