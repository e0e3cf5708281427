//! `slice`, and what a slice means for a sequence of some length.

use dashu_int::IBig;

use crate::runtime::builtins::tools::member;
use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Cmp, Native, TypeRef, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Payload, Value};

/// `slice(start, stop, step)`
pub struct Slice {
    /// `None` if left out.
    pub start: Value,
    /// `None` if left out.
    pub stop: Value,
    /// `None` if left out.
    pub step: Value,
}

crate::payload!(Slice, "slice", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.start);
        visit(&self.stop);
        visit(&self.step);
    }
});

/// A slice applied to a sequence: `count` positions from `start` in steps of `step`. `stop` is where CPython's
/// algorithms see the end; for `step == 1` it is not below `start` when `count` is zero only if the slice says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First position; may be the length (or -1 for a negative step) if there are none.
    pub start: isize,
    /// Where it ends, exclusive.
    pub stop: isize,
    /// Never zero.
    pub step: isize,
    /// How many positions.
    pub count: usize,
}

impl Span {
    /// The positions.
    pub fn positions(self) -> impl ExactSizeIterator<Item = usize> + DoubleEndedIterator {
        (0..self.count).map(move |nth| (self.start + nth as isize * self.step) as usize)
    }
    /// The same positions from the lowest to the highest: with a positive step.
    pub fn ascending(self) -> Span {
        if self.step > 0 || self.count == 0 {
            return Span { step: self.step.saturating_abs(), ..self };
        }
        let last = self.start + (self.count as isize - 1) * self.step;
        Span { start: last, stop: self.start + 1, step: -self.step, count: self.count }
    }
}

/// Fits a bound into `low..=high`, negative ones counting from the end.
fn fit(bound: isize, length: isize, low: isize, high: isize) -> isize {
    if bound < 0 { (bound + length).max(low) } else { bound.min(high) }
}

/// What start, stop (if given) and step mean for a length.
/// As `Vm::slice_span`, after `Vm::slice_unpack`.
pub fn span(start: Option<isize>, stop: Option<isize>, step: isize, length: usize) -> Span {
    adjust(start, stop, step, length as isize)
}

/// The positions that a slice without a step means whose bounds are left out or small ints; `None` for others.
#[inline(always)]
pub fn plain_range(slice: &Value, length: usize) -> Option<std::ops::Range<usize>> {
    let this = slice.downcast::<Slice>().filter(|this| this.step.is_none())?;
    let fit = |bound: &Value, absent: usize| {
        if bound.is_none() {
            return Some(absent);
        }
        let at = bound.as_small()?;
        let at = if at < 0 { (at + length as i64).max(0) } else { at };
        Some((at as usize).min(length))
    };
    let (start, end) = (fit(&this.start, 0)?, fit(&this.stop, length)?);
    Some(start..end.max(start))
}

/// As `Vm::slice_span`, after `Vm::slice_unpack`, of a length that may stand for another.
#[inline]
pub fn adjust(start: Option<isize>, stop: Option<isize>, step: isize, length: isize) -> Span {
    let (low, high) = if step < 0 { (-1, length - 1) } else { (0, length) };
    let (first, last) = if step < 0 { (high, low) } else { (low, high) };
    let start = start.map_or(first, |at| fit(at, length, low, high));
    let stop = stop.map_or(last, |at| fit(at, length, low, high));
    let count = if step < 0 {
        if stop < start { (start - stop - 1) as usize / step.unsigned_abs() + 1 } else { 0 }
    } else if step == 1 {
        (stop - start).max(0) as usize
    } else if start < stop {
        (stop - start - 1) as usize / step as usize + 1
    } else {
        0
    };
    Span { start, stop, step, count }
}

impl Vm {
    /// `slice(start, stop, step)`
    pub fn slice(&self, start: Value, stop: Value, step: Value) -> Value {
        self.alloc_spec(&SLICE, Slice { start, stop, step })
    }

    /// A bound of a slice: `None` if left out, clamped to the machine's size otherwise.
    pub fn slice_bound(&self, value: &Value) -> PyResult<Option<isize>> {
        if value.is_none() {
            return Ok(None);
        }
        if let Some(i) = value.as_small() {
            return Ok(Some(i as isize));
        }
        if value.ty(self).slots.get().index.is_none() {
            return Err(self.type_error("slice indices must be integers or None or have an __index__ method"));
        }
        self.clamped_index(value).map(Some)
    }

    /// Bounds and step of a slice, before a length is known: running `__index__` may change the sequence.
    pub fn slice_unpack(&self, slice: &Value) -> PyResult<(Option<isize>, Option<isize>, isize)> {
        let this = self.cast::<Slice>(slice)?;
        let step = self.slice_bound(&this.step)?.unwrap_or(1).max(-isize::MAX);
        if step == 0 {
            return Err(self.value_error("slice step cannot be zero"));
        }
        let start = self.slice_bound(&this.start)?;
        let stop = self.slice_bound(&this.stop)?;
        Ok((start, stop, step))
    }

    /// What a slice means for a sequence of that length. Runs `__index__` of bounds that are no ints; a mutable sequence
    /// uses [`Vm::slice_span_of`] to have its length taken afterwards.
    pub fn slice_span(&self, slice: &Value, length: usize) -> PyResult<Span> {
        self.slice_span_of(slice, || length)
    }

    /// As [`Vm::slice_span`]; the length is asked for after all Python code has run.
    pub fn slice_span_of(&self, slice: &Value, length: impl FnOnce() -> usize) -> PyResult<Span> {
        let (start, stop, step) = self.slice_unpack(slice)?;
        Ok(adjust(start, stop, step, length() as isize))
    }

    /// As [`Vm::slice_span`]: `(start, stop, step, count)`.
    pub fn slice_indices(&self, slice: &Value, length: usize) -> PyResult<(isize, isize, isize, usize)> {
        let span = self.slice_span(slice, length)?;
        Ok((span.start, span.stop, span.step, span.count))
    }
}

/// `slice`
pub static SLICE: TypeSpec = TypeSpec::new("slice", Slice::layout)
    .kind(kind::SLICE)
    .doc(
        "",
        "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.  This is used for extended slicing (e.g. a[0:10:2]).",
    )
    .slots(|s| {
        s.new = Some(slice_new);
        s.repr = Some(|vm, slice| {
            let this = vm.cast::<Slice>(slice)?;
            let mut out = b"slice(".to_vec();
            out.extend(vm.repr_string(&this.start)?);
            out.extend(b", ");
            out.extend(vm.repr_string(&this.stop)?);
            out.extend(b", ");
            out.extend(vm.repr_string(&this.step)?);
            out.push(b')');
            Ok(vm.str_bytes(&out))
        });
        s.hash = Some(|vm, slice| {
            let this = vm.cast::<Slice>(slice)?;
            let mut hash = 2_870_177_450_012_600_261u64;
            for part in [&this.start, &this.stop, &this.step] {
                let lane = vm.hash(part)? as u64;
                hash = hash.wrapping_add(lane.wrapping_mul(14_029_467_366_897_019_727));
                hash = hash.rotate_left(31).wrapping_mul(11_400_714_785_074_694_791);
            }
            Ok(if hash == u64::MAX { 1_546_275_796 } else { hash as i64 })
        });
        s.compare = Some(slice_compare);
    })
    .methods(METHODS)
    .getset(&[
        member("start", |vm, s| Ok(vm.cast::<Slice>(s)?.start.clone()), ""),
        member("stop", |vm, s| Ok(vm.cast::<Slice>(s)?.stop.clone()), ""),
        member("step", |vm, s| Ok(vm.cast::<Slice>(s)?.step.clone()), ""),
    ]);

fn slice_new(vm: &Vm, _: &TypeRef, args: Args) -> PyResult<Value> {
    let args = args.count(vm, "slice", 1, 3)?;
    Ok(match args {
        [stop] => vm.slice(Value::NONE, stop.clone(), Value::NONE),
        [start, stop] => vm.slice(start.clone(), stop.clone(), Value::NONE),
        _ => vm.slice(args[0].clone(), args[1].clone(), args[2].clone()),
    })
}

fn slice_compare(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    let (Some(x), Some(y)) = (a.downcast::<Slice>(), b.downcast::<Slice>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if a.is(b) {
        return Ok(Value::bool(matches!(op, Cmp::Eq | Cmp::Le | Cmp::Ge)));
    }
    for (p, q) in [(&x.start, &y.start), (&x.stop, &y.stop), (&x.step, &y.step)] {
        if !vm.equal(p, q)? {
            return match op {
                Cmp::Eq => Ok(Value::FALSE),
                Cmp::Ne => Ok(Value::TRUE),
                _ => vm.compare(p, q, op),
            };
        }
    }
    Ok(Value::bool(matches!(op, Cmp::Eq | Cmp::Le | Cmp::Ge)))
}

static METHODS: &[Native] = &[
    native(
        "indices(self, object, /)",
        indices,
        "S.indices(len) -> (start, stop, stride)\n\nAssuming a sequence of length len, calculate the start and stop\nindices, and the stride length of the extended slice described by\nS. Out of bounds indices are clipped in a manner consistent with the\nhandling of normal slices.",
    ),
    native(
        "__reduce__(self, /)",
        |vm, args| {
            let this = vm.cast::<Slice>(&args[0])?;
            let parts = vm.tuple(vec![this.start.clone(), this.stop.clone(), this.step.clone()]);
            Ok(vm.tuple(vec![vm.typ(&SLICE).clone().into_value(), parts]))
        },
        "Return state information for pickling.",
    ),
];

/// `slice.indices`, for lengths and bounds of any size.
fn indices(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = vm.cast::<Slice>(&args[0])?;
    let length = vm.index(&args[1])?;
    let all_small =
        [&this.start, &this.stop, &this.step].iter().all(|part| part.is_none() || part.as_small().is_some());
    if all_small && let Some(length) = length.as_small().filter(|&length| length >= 0) {
        let (start, stop, step) = vm.slice_unpack(&args[0])?;
        let span = adjust(start, stop, step, length as isize);
        return Ok(vm.tuple(vec![
            vm.int(span.start as i64),
            vm.int(span.stop as i64),
            vm.int(span.step as i64),
        ]));
    }
    let length = vm.as_big(&length).unwrap_or_default();
    if length < IBig::ZERO {
        return Err(vm.value_error("length should not be negative"));
    }
    let part = |value: &Value| -> PyResult<Option<IBig>> {
        if value.is_none() {
            return Ok(None);
        }
        if value.ty(vm).slots.get().index.is_none() {
            return Err(vm.type_error("slice indices must be integers or None or have an __index__ method"));
        }
        Ok(vm.as_big(&vm.index(value)?))
    };
    let step = part(&this.step)?.unwrap_or(IBig::ONE);
    if step.is_zero() {
        return Err(vm.value_error("slice step cannot be zero"));
    }
    let down = step < IBig::ZERO;
    let (low, high) = if down { (IBig::NEG_ONE, &length - IBig::ONE) } else { (IBig::ZERO, length.clone()) };
    let fit = |bound: IBig| {
        if bound < IBig::ZERO { (bound + &length).max(low.clone()) } else { bound.min(high.clone()) }
    };
    let (first, last) = if down { (high.clone(), low.clone()) } else { (low.clone(), high.clone()) };
    let start = part(&this.start)?.map_or(first, &fit);
    let stop = part(&this.stop)?.map_or(last, &fit);
    Ok(vm.tuple(vec![vm.int_big(start), vm.int_big(stop), vm.int_big(step)]))
}
