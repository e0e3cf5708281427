//! Iteration, yields, awaiting.

use crate::runtime::builtins::bytes::BytesIter;
use crate::runtime::builtins::dict_views::DictIter;
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::generators as types;
use crate::runtime::builtins::iters::{ListIter, ListReverseIter, RangeIter, TupleIter};
use crate::runtime::builtins::lazies::{Enumerate, Zip};
use crate::runtime::builtins::lists::List;
use crate::runtime::builtins::sets::SetIter;
use crate::runtime::builtins::strs::iter::StrIter;
use crate::runtime::error::PyResult;
use crate::runtime::interp::dispatch::{At, Next};
use crate::runtime::interp::frame::word;
use crate::runtime::interp::generator::{self, Generator, RESUMED};
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Value};

/// `GetIter`
#[inline(never)]
pub fn get_iter(vm: &Vm, at: At) -> PyResult<()> {
    let object = at.reg(at.b());
    let quick = match object.kind() {
        kind::LIST => object.downcast_ref::<List>().map(|list| vm.list_iter(list)),
        kind::TUPLE => object.downcast_ref::<Tuple>().map(|tuple| vm.tuple_iter(tuple)),
        _ => None,
    };
    let iter = match quick {
        Some(iter) => iter,
        None => vm.iter(object)?,
    };
    if at.b() != at.a() {
        at.done(at.b());
    }
    at.set(at.a(), iter);
    Ok(())
}

/// Next number of a range iterator.
///
/// # Safety
/// `iterator` is a live range iterator.
#[inline(always)]
pub unsafe fn range_next(iterator: u64) -> Option<u64> {
    // SAFETY: as promised.
    let iter = unsafe { &*(iterator as *const Obj<RangeIter>) };
    let left = iter.left.get();
    if left == 0 {
        return None;
    }
    iter.left.set(left - 1);
    let value = iter.next.get();
    iter.next.set(value.wrapping_add(iter.step.get()));
    Some(((value as u64) << 1) | 1)
}

/// Next item of a list iterator, counted up; `None` also at the end.
///
/// # Safety
/// `iterator` is a live list iterator.
#[inline(always)]
pub unsafe fn list_next(iterator: u64) -> Option<u64> {
    // SAFETY: as promised.
    let iter = unsafe { &*(iterator as *const Obj<ListIter>) };
    let list = iter.list.get().as_ref()?;
    let at = iter.index.get();
    let item = list.items.get().get(at)?.clone();
    iter.index.set(at + 1);
    Some(item.into_bits())
}

/// Next item of a tuple iterator, counted up; `None` also at the end.
///
/// # Safety
/// `iterator` is a live tuple iterator.
#[inline(always)]
pub unsafe fn tuple_next(iterator: u64) -> Option<u64> {
    // SAFETY: as promised.
    let iter = unsafe { &*(iterator as *const Obj<TupleIter>) };
    let tuple = iter.tuple.get().as_ref()?;
    let at = iter.index.get();
    let item = tuple.items().get(at)?.clone();
    iter.index.set(at + 1);
    Some(item.into_bits())
}

/// Next key or value of a dictionary, member of a set, or character of a text, counted up; `None` also at the end, and if the
/// dictionary or set has changed.
///
/// # Safety
/// `iterator` is a live iterator of such a kind.
#[inline(always)]
pub unsafe fn known_next(vm: &Vm, iterator: &Value) -> Option<u64> {
    let at = iterator.to_bits();
    // SAFETY: as promised.
    let found = unsafe {
        match iterator.kind() {
            kind::STR_ITER => (&*(at as *const Obj<StrIter>)).next_shared(vm)?,
            kind::LIST_REVERSE_ITER => (&*(at as *const Obj<ListReverseIter>)).next_item()?,
            kind::BYTES_ITER => (&*(at as *const Obj<BytesIter>)).next_byte()?,
            kind::SET_ITER => (&*(at as *const Obj<SetIter>)).next_member()?.clone(),
            kind::DICT_KEY_ITER => (&*(at as *const Obj<DictIter>)).next_entry()?.0.clone(),
            _ => (&*(at as *const Obj<DictIter>)).next_entry()?.1.clone(),
        }
    };
    Some(found.into_bits())
}

/// Next pair of an iterator over items of a dictionary, an `enumerate`, or a `zip` of two that need not end together; `None`
/// for others.
pub fn next_pair(vm: &Vm, iterator: &Value) -> Option<PyResult<Option<[Value; 2]>>> {
    match iterator.kind() {
        kind::DICT_ITEM_ITER => {
            let (key, value) = iterator.downcast::<DictIter>()?.next_entry()?;
            Some(Ok(Some([key.clone(), value.clone()])))
        }
        kind::ENUMERATE => Some(iterator.downcast::<Enumerate>()?.next_parts(vm)),
        kind::ZIP => iterator.downcast::<Zip>()?.next_two(vm),
        _ => None,
    }
}

/// `ForIter` beyond ranges, lists and tuples.
#[inline(never)]
pub fn for_iter(vm: &Vm, at: At) -> PyResult<Next> {
    let iterator = at.reg(at.b());
    if iterator.kind() == kind::GENERATOR {
        return for_iter_generator(vm, at);
    }
    match vm.next(iterator)? {
        Some(value) => {
            at.set(at.a(), value);
            Ok(Next::Go)
        }
        None => Ok(ended(at)),
    }
}

#[inline(never)]
fn for_iter_generator(vm: &Vm, at: At) -> PyResult<Next> {
    if let Some(generator) = at.reg(at.b()).downcast::<Generator>()
        && let Some(base) = generator::resume_inline(vm, generator, Value::NONE, at.a())?
    {
        return Ok(Next::Frame(base));
    }
    Ok(ended(at))
}

/// The loop's iterator goes when it has ended.
#[inline(always)]
fn ended(at: At) -> Next {
    at.set(at.b(), Value::UNBOUND);
    Next::Jump(at.extra(0) as i32 as isize + 1)
}

/// `GetAIter`
pub fn get_aiter(vm: &Vm, at: At) -> PyResult<()> {
    let object = at.reg(at.b());
    let Some(f) = object.ty(vm).slots.get().aiter else {
        return Err(vm.type_error(format!(
            "'async for' requires an object with __aiter__ method, got {}",
            object.type_name(vm)
        )));
    };
    let iter = f(vm, object)?;
    if iter.ty(vm).slots.get().anext.is_none() {
        return Err(vm.type_error(format!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {}",
            iter.type_name(vm)
        )));
    }
    at.done(at.b());
    at.set(at.a(), iter);
    Ok(())
}

/// `GetANext`
pub fn get_anext(vm: &Vm, at: At) -> PyResult<()> {
    let iter = at.reg(at.b());
    let Some(f) = iter.ty(vm).slots.get().anext else {
        return Err(vm.type_error(format!(
            "'async for' requires an iterator with __anext__ method, got {}",
            iter.type_name(vm)
        )));
    };
    let awaitable = f(vm, iter)?;
    let is_native = awaitable.ty(vm).spec.is_some_and(|s| types::is_async_step(s));
    let result = if is_native {
        awaitable
    } else {
        match vm.awaitable_iter(&awaitable) {
            Ok(iter) => iter,
            Err(raised) => {
                let cause = vm.take_raised(raised);
                let raised = vm.type_error(format!(
                    "'async for' received an invalid object from __anext__: {}",
                    awaitable.type_name(vm)
                ));
                let new = vm.take_raised(raised);
                if let Some(e) = new.downcast::<crate::runtime::object::raise::Exception>() {
                    e.cause.set(cause.clone());
                    e.context.set(cause);
                    e.suppress_context.set(true);
                }
                return Err(vm.set_raised(new));
            }
        }
    };
    at.set(at.a(), result);
    Ok(())
}

impl Vm {
    /// What `await` iterates over.
    pub fn awaitable_iter(&self, object: &Value) -> PyResult<Value> {
        if object.kind() == kind::COROUTINE || types::is_iterable_coroutine(object) {
            return Ok(object.clone());
        }
        let Some(f) = object.ty(self).slots.get().await_ else {
            return Err(self.type_error(format!("'{}' object can't be awaited", object.type_name(self))));
        };
        let iter = f(self, object)?;
        if iter.kind() == kind::COROUTINE || types::is_iterable_coroutine(&iter) {
            return Err(self.type_error("__await__() returned a coroutine"));
        }
        if iter.ty(self).slots.get().next.is_none() {
            return Err(self.type_error(format!(
                "__await__() returned non-iterator of type '{}'",
                iter.type_name(self)
            )));
        }
        Ok(iter)
    }
}

/// `GetAwaitable`
pub fn get_awaitable(vm: &Vm, at: At) -> PyResult<()> {
    let object = at.reg(at.b()).clone();
    let iter = match vm.awaitable_iter(&object) {
        Ok(iter) => iter,
        Err(raised) => {
            let no_await = object.ty(vm).slots.get().await_.is_none();
            let what = match at.c() {
                1 if no_await => "__aenter__",
                2 if no_await => "__aexit__",
                _ => return Err(raised),
            };
            drop(vm.take_raised(raised));
            return Err(vm.type_error(format!(
                "'async with' received an object from {what} that does not implement __await__: {}",
                object.type_name(vm)
            )));
        }
    };
    if let Some(generator) = iter.downcast::<Generator>()
        && iter.kind() == kind::COROUTINE
        && generator::delegate(generator).is_some()
    {
        return Err(vm.runtime_error("coroutine is being awaited already"));
    }
    at.done(at.b());
    at.set(at.a(), iter);
    Ok(())
}

/// `GetYieldFromIter`
pub fn get_yield_from_iter(vm: &Vm, at: At) -> PyResult<()> {
    let object = at.reg(at.b()).clone();
    let result = match object.kind() {
        kind::COROUTINE => {
            let flags = at.frame().code().flags;
            use crate::runtime::bytecode::code::flags as f;
            if flags & (f::COROUTINE | f::ITERABLE_COROUTINE) == 0 {
                return Err(
                    vm.type_error("cannot 'yield from' a coroutine object in a non-coroutine generator")
                );
            }
            object
        }
        kind::GENERATOR => object,
        _ => vm.iter(&object)?,
    };
    at.done(at.b());
    at.set(at.a(), result);
    Ok(())
}

/// `YieldFrom`
#[inline(never)]
pub fn yield_from(vm: &Vm, at: At) -> PyResult<Next> {
    let frame = at.frame();
    let header = frame.get(word::INFO);
    let sent = if header & RESUMED != 0 {
        frame.set(word::INFO, header & !RESUMED);
        std::mem::replace(at.reg(at.a()), Value::NONE)
    } else {
        Value::NONE
    };
    let iterator = at.reg(at.b());
    if matches!(iterator.kind(), kind::GENERATOR | kind::COROUTINE)
        && let Some(inner) = iterator.downcast::<Generator>()
    {
        if inner.state.get() == generator::State::Closed && types::is_coroutine(inner) {
            return Err(vm.runtime_error("cannot reuse already awaited coroutine"));
        }
        if let Some(base) = generator::resume_inline(vm, inner, sent, at.a())? {
            return Ok(Next::Frame(base));
        }
        at.set(at.a(), Value::NONE);
        at.set(at.b(), Value::UNBOUND);
        return Ok(Next::Go);
    }
    vm.stop_value.set(Value::NONE);
    let iterator = iterator.clone();
    let step = if sent.is_none() {
        vm.next(&iterator)?
    } else {
        let result = vm.call_method(&iterator, &vm.names().send, &[sent]);
        vm.end_of_iteration(result)?
    };
    match step {
        Some(value) => Ok(generator::suspend(vm, frame, value)),
        None => {
            let result = vm.stop_value.replace(Value::NONE);
            at.set(at.a(), result);
            at.set(at.b(), Value::UNBOUND);
            Ok(Next::Go)
        }
    }
}

/// `AsyncYield`
pub fn async_yield(vm: &Vm, at: At) -> PyResult<Next> {
    let value = at.take(at.b());
    let wrapped = types::wrap_async(vm, value);
    Ok(generator::suspend(vm, at.frame(), wrapped))
}

/// `EndAsyncFor`: is it the end?
pub fn end_async_for(vm: &Vm, at: At) -> PyResult<bool> {
    let exception = at.take(at.a());
    if exception.ty(vm).is_subtype(vm.typ(&exc::STOP_ASYNC_ITERATION)) {
        return Ok(true);
    }
    Err(vm.set_raised(exception))
}
