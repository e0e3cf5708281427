//! Subscripts that are slices: of a list, tuple, text or bytes with plain bounds no slice object is made.

use smallvec::SmallVec;

use crate::runtime::builtins::slices::{self, Span};
use crate::runtime::builtins::{lists, strs};
use crate::runtime::error::PyResult;
use crate::runtime::interp::dispatch::At;
use crate::runtime::object::bytes::Bytes;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

/// What the bounds mean for a sequence of that length, if they are None or small ints.
fn plain_span(bounds: &[Value], length: usize) -> Option<Span> {
    let bound = |value: &Value| match value.as_small() {
        Some(at) => Some(Some(at as isize)),
        None => value.is_none().then_some(None),
    };
    let (start, stop, step) = (bound(&bounds[0])?, bound(&bounds[1])?, bound(&bounds[2])?.unwrap_or(1));
    (step != 0).then(|| slices::span(start, stop, step, length))
}

/// Takes a run's values, as a slice object.
fn make_slice(vm: &Vm, run: &mut [Value]) -> Value {
    let mut take = |at: usize| std::mem::replace(&mut run[at], Value::UNBOUND);
    vm.slice(take(0), take(1), take(2))
}

/// `A = B[C:C+1:C+2]`
#[inline(never)]
pub fn subscr_slice(vm: &Vm, at: At) -> PyResult<()> {
    let object = at.reg(at.b());
    let run = at.run(at.c(), 3);
    let part = match object.kind() {
        kind::LIST => vm.list_items(object).and_then(|items| {
            let items = items.get();
            plain_span(run, items.len()).map(|span| vm.list(lists::pick(items, span)))
        }),
        kind::TUPLE => object.as_tuple().and_then(|tuple| {
            let items = tuple.items();
            plain_span(run, items.len()).map(|span| match (span.step, span.count) {
                (1, count) if count == items.len() => object.clone(),
                (1, count) if count > 0 => vm.tuple_of(&items[span.start as usize..][..count]),
                _ => vm.tuple(lists::pick(items, span)),
            })
        }),
        kind::STR => object.downcast::<Str>().and_then(|text| {
            let span = plain_span(run, text.len()).filter(|span| span.step == 1)?;
            let start = span.start as usize;
            Some(match span.count == text.len() {
                true => object.clone(),
                false => strs::substring(vm, text, start, start + span.count),
            })
        }),
        kind::BYTES => object.downcast::<Bytes>().and_then(|bytes| {
            let bytes = bytes.bytes();
            let span = plain_span(run, bytes.len()).filter(|span| span.step == 1)?;
            Some(match span.count == bytes.len() {
                true => object.clone(),
                false => vm.bytes(&bytes[span.start as usize..][..span.count]),
            })
        }),
        _ => None,
    };
    let result = match part {
        Some(part) => {
            at.done_run(at.c(), 3);
            part
        }
        None => {
            let key = make_slice(vm, run);
            vm.getitem(object, &key)?
        }
    };
    if at.b() != at.a() {
        at.done(at.b());
    }
    at.set(at.a(), result);
    Ok(())
}

/// `A[C:C+1:C+2] = B`
#[inline(never)]
pub fn store_slice(vm: &Vm, at: At) -> PyResult<()> {
    let (object, value) = (at.reg(at.a()), at.reg(at.b()));
    let run = at.run(at.c(), 3);
    if !replace_items(vm, object, value, run) {
        let key = make_slice(vm, run);
        vm.setitem(object, &key, Some(value))?;
    }
    at.done_run(at.c(), 3);
    at.done(at.b());
    at.done(at.a());
    Ok(())
}

/// Replaces items of a list by as many of another list or a tuple; says whether it was such a case.
fn replace_items(vm: &Vm, object: &Value, value: &Value, bounds: &[Value]) -> bool {
    if object.kind() != kind::LIST {
        return false;
    }
    let Some(items) = vm.list_items(object) else { return false };
    let new: &[Value] = match value.kind() {
        kind::LIST => vm.list_items(value).map_or(&[], |items| items.get()),
        kind::TUPLE => value.as_tuple().map_or(&[], |tuple| tuple.items()),
        _ => return false,
    };
    let Some(span) = plain_span(bounds, items.get().len()) else { return false };
    if span.count != new.len() {
        return false;
    }
    // The list may be the other one too; and what is replaced is dropped when it is whole again.
    let mut moved: SmallVec<[Value; 16]> = new.iter().cloned().collect();
    let items = items.get_mut();
    for (position, item) in span.positions().zip(&mut moved) {
        std::mem::swap(&mut items[position], item);
    }
    true
}
