//! Displays, subscripts, unpacking, strings.

use crate::runtime::builtins::bytearrays::ByteArray;
use crate::runtime::builtins::dicts::dict_lookup;
use crate::runtime::builtins::ints;
use crate::runtime::builtins::lists::List;
use crate::runtime::builtins::sets;
use crate::runtime::bytecode::ops::Op;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap;
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::forms;
use crate::runtime::interp::{call, push};
use crate::runtime::object::dict::{Dict, exact_str};
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Header, Obj, Value, clone_all};

/// The bits of `object[key]`, counted up, for an exact list or tuple and a small int in range.
///
/// # Safety
/// Both are words of live values, `object` a pointer.
#[inline(always)]
pub unsafe fn subscr_fast(object: u64, key: u64) -> Option<u64> {
    if key & 1 == 0 {
        return None;
    }
    // SAFETY: as promised; the kinds say what the objects are.
    unsafe {
        let items: &[Value] = match heap::type_head(&*(object as *const Header)).kind.get() {
            kind::LIST => (&*(object as *const Obj<List>)).items.get(),
            kind::TUPLE => (&*(object as *const Obj<Tuple>)).items(),
            _ => return None,
        };
        let mut index = (key as i64) >> 1;
        if index < 0 {
            index += items.len() as i64;
        }
        items.get(index as usize).map(|value| value.clone().into_bits())
    }
}

/// The place of an item of an exact list.
///
/// # Safety
/// As [`subscr_fast`]; the place is written before the list can change.
#[inline(always)]
pub unsafe fn list_slot(object: u64, key: u64) -> Option<*mut Value> {
    // SAFETY: as promised.
    unsafe {
        if heap::type_head(&*(object as *const Header)).kind.get() != kind::LIST {
            return None;
        }
        let items = (&*(object as *const Obj<List>)).items.get_mut();
        let mut index = (key as i64) >> 1;
        if index < 0 {
            index += items.len() as i64;
        }
        items.get_mut(index as usize).map(std::ptr::from_mut)
    }
}

/// Stores a byte at a place of a bytearray that there is.
#[inline(always)]
fn store_byte(object: &Value, key: &Value, value: &Value) -> Option<()> {
    let (at, byte) = (usize::try_from(key.as_small()?).ok()?, u8::try_from(value.as_small()?).ok()?);
    *object.downcast::<ByteArray>()?.content.get_mut().get_mut(at)? = byte;
    Some(())
}

/// `A = B[C]`; `__getitem__` of a class runs in a frame above.
#[inline(never)]
pub fn subscr(vm: &Vm, at: At) -> PyResult<Option<*mut Value>> {
    let (object, key) = (at.reg(at.b()), at.reg(at.c()));
    if let Some(function) = call::python_getitem(vm, object) {
        let taken = [at.take(at.b()), at.take(at.c())];
        return push::push_taken(vm, function, taken, at.a()).map(Some);
    }
    let result = match object.kind() {
        kind::DICT => dict_lookup(vm, object, key)?,
        _ => vm.getitem(object, key)?,
    };
    if at.b() != at.a() {
        at.done(at.b());
    }
    if at.c() != at.a() {
        at.done(at.c());
    }
    at.set(at.a(), result);
    Ok(None)
}

/// `A = B[small int]`
#[inline(never)]
pub fn subscr_small(vm: &Vm, at: At) -> PyResult<Option<*mut Value>> {
    let key = Value::small_wrapping(i64::from(at.c()));
    let object = at.reg(at.b());
    if let Some(function) = call::python_getitem(vm, object) {
        return push::push_taken(vm, function, [at.take(at.b()), key], at.a()).map(Some);
    }
    let result = vm.getitem(object, &key)?;
    if at.b() != at.a() {
        at.done(at.b());
    }
    at.set(at.a(), result);
    Ok(None)
}

/// `A[B] = C`
#[inline(never)]
pub fn store_subscr(vm: &Vm, at: At) -> PyResult<()> {
    let (object, key, value) = (at.reg(at.a()), at.reg(at.b()), at.reg(at.c()));
    if object.kind() == kind::DICT
        && let Some(dict) = object.as_dict()
    {
        drop(dict.insert_in_place(vm, key.clone(), value.clone())?);
    } else if object.kind() != kind::BYTEARRAY || store_byte(object, key, value).is_none() {
        vm.setitem(object, key, Some(value))?;
    }
    at.done(at.c());
    at.done(at.b());
    at.done(at.a());
    Ok(())
}

/// `del A[B]`
pub fn delete_subscr(vm: &Vm, at: At) -> PyResult<()> {
    vm.setitem(at.reg(at.a()), at.reg(at.b()), None)?;
    at.done(at.b());
    at.done(at.a());
    Ok(())
}

/// `BuildSlice`
pub fn build_slice(vm: &Vm, at: At) -> PyResult<()> {
    let run = at.run(at.b(), count(at));
    let mut part =
        |at: usize| run.get_mut(at).map_or(Value::NONE, |part| std::mem::replace(part, Value::UNBOUND));
    let slice = vm.slice(part(0), part(1), part(2));
    at.set(at.a(), slice);
    Ok(())
}

fn count(at: At) -> usize {
    (at.word() >> 24) as usize
}

/// `BuildTuple`
#[inline(never)]
pub fn build_tuple(vm: &Vm, at: At) -> PyResult<()> {
    let n = count(at);
    let tuple = if n == 0 {
        vm.tuple(vec![])
    } else {
        let run = at.run(at.b(), n);
        vm.tuple_from(&vm.interp().tuple_type, run.iter_mut().map(|v| std::mem::replace(v, Value::UNBOUND)))
    };
    at.set(at.a(), tuple);
    Ok(())
}

/// `BuildList`
#[inline(never)]
pub fn build_list(vm: &Vm, at: At) -> PyResult<()> {
    let items = at.take_run(at.b(), count(at));
    let list = vm.list(items);
    at.set(at.a(), list);
    Ok(())
}

/// `BuildSet`
pub fn build_set(vm: &Vm, at: At) -> PyResult<()> {
    let set = vm.new_set();
    for item in at.run(at.b(), count(at)) {
        vm.set_add(&set, item.clone())?;
    }
    at.done_run(at.b(), count(at));
    at.set(at.a(), set);
    Ok(())
}

/// `BuildMap`
#[inline(never)]
pub fn build_map(vm: &Vm, at: At) -> PyResult<()> {
    let n = count(at);
    let table = Dict::with_capacity(n);
    for pair in at.run(at.b(), 2 * n).chunks_exact(2) {
        drop(table.insert(vm, pair[0].clone(), pair[1].clone())?);
    }
    at.done_run(at.b(), 2 * n);
    let dict = vm.dict(table).into_value();
    at.set(at.a(), dict);
    Ok(())
}

/// `BuildString`
#[inline(never)]
pub fn build_string(vm: &Vm, at: At) -> PyResult<()> {
    let n = count(at);
    let run = at.run(at.b(), n);
    let result = vm.str_of_texts(run);
    at.done_run(at.b(), n);
    at.set(at.a(), result);
    Ok(())
}

/// `ListAppend`
#[inline(always)]
pub fn list_append(vm: &Vm, at: At) -> PyResult<()> {
    let value = at.take(at.b());
    match vm.list_items(at.reg(at.a())) {
        Some(items) => items.get_mut().push(value),
        None => return Err(vm.system_error("ListAppend on another object")),
    }
    Ok(())
}

/// `SetAdd`
pub fn set_add(vm: &Vm, at: At) -> PyResult<()> {
    let value = at.take(at.b());
    vm.set_add(at.reg(at.a()), value)
}

/// `MapAdd`
pub fn map_add(vm: &Vm, at: At) -> PyResult<()> {
    let (key, value) = (at.take(at.b()), at.take(at.c()));
    if let Some(dict) = at.reg(at.a()).as_dict() {
        drop(dict.insert_in_place(vm, key, value)?);
    }
    Ok(())
}

/// `ListExtend`
pub fn list_extend(vm: &Vm, at: At) -> PyResult<()> {
    let iterable = at.reg(at.b());
    let slots = iterable.ty(vm).slots.get();
    if slots.iter.is_none() && slots.getitem.is_none() {
        let name = iterable.type_name(vm);
        return Err(vm.type_error(format!("Value after * must be an iterable, not {name}")));
    }
    let items = vm.collect(iterable)?;
    at.done(at.b());
    if let Some(list) = vm.list_items(at.reg(at.a())) {
        list.get_mut().extend(items);
    }
    Ok(())
}

/// `SetUpdate`
pub fn set_update(vm: &Vm, at: At) -> PyResult<()> {
    let iterable = at.reg(at.b()).clone();
    let set = at.reg(at.a()).clone();
    // Not one by one: the room that is made for all of another set's members decides on their order.
    sets::extend(vm, &set, &iterable)?;
    at.done(at.b());
    Ok(())
}

/// `DictUpdate`
pub fn dict_update(vm: &Vm, at: At) -> PyResult<()> {
    let mapping = at.reg(at.b()).clone();
    let Some(dict) = at.reg(at.a()).downcast_ref::<Dict>() else { return Ok(()) };
    if mapping.as_dict().is_none() && vm.getattr_opt(&mapping, vm.names().keys.value())?.is_none() {
        return Err(vm.type_error(format!("'{}' object is not a mapping", mapping.type_name(vm))));
    }
    vm.dict_merge(&dict, &mapping)?;
    at.done(at.b());
    Ok(())
}

/// `DictMerge`
pub fn dict_merge(vm: &Vm, at: At) -> PyResult<()> {
    let mapping = at.reg(at.b()).clone();
    let Some(dict) = at.reg(at.a()).downcast_ref::<Dict>() else { return Ok(()) };
    if mapping.as_dict().is_none() && vm.getattr_opt(&mapping, vm.names().keys.value())?.is_none() {
        let text = vm.function_text(at.reg(at.c()))?;
        return Err(vm.type_error(format!(
            "{text} argument after ** must be a mapping, not {}",
            mapping.type_name(vm)
        )));
    }
    // The first one is mostly a dictionary of names.
    if dict.is_empty()
        && mapping.kind() == kind::DICT
        && let Some(source) = mapping.as_dict()
        && source.has_interned_keys()
    {
        let copy = vm.dict(source.copy()).into_value();
        at.done(at.b());
        at.set(at.a(), copy);
        return Ok(());
    }
    let pairs = vm.mapping_pairs(&mapping)?;
    for (key, value) in pairs {
        if key.as_str().is_none() {
            return Err(vm.type_error("keywords must be strings"));
        }
        let key = match crate::runtime::object::dict::exact_str(&key) {
            Some(text) if !text.is_interned() => vm.intern_value(&key).map_or(key, |k| k.into_value()),
            _ => key,
        };
        if dict.contains(vm, &key)? {
            let text = vm.function_text(at.reg(at.c()))?;
            return Err(vm.type_error(format!(
                "{text} got multiple values for keyword argument '{}'",
                vm.to_string(&key)?
            )));
        }
        dict.insert(vm, key, value)?;
    }
    at.done(at.b());
    Ok(())
}

/// `ListToTuple`
pub fn list_to_tuple(vm: &Vm, at: At) -> PyResult<()> {
    let list = at.take(at.b());
    let items =
        vm.list_items(&list).map(|items| if list.count() == 1 { items.take() } else { items.cloned() });
    let tuple = vm.tuple(items.unwrap_or_default());
    at.set(at.a(), tuple);
    Ok(())
}

/// `Convert`
pub fn convert(vm: &Vm, at: At) -> PyResult<()> {
    let value = at.reg(at.b());
    let result = match at.c() {
        1 => vm.to_str(value)?,
        2 => vm.repr(value)?,
        _ => vm.ascii(value)?,
    };
    if at.b() != at.a() {
        at.done(at.b());
    }
    at.set(at.a(), result);
    Ok(())
}

/// `Format`
#[inline(never)]
pub fn format(vm: &Vm, at: At) -> PyResult<()> {
    let value = at.reg(at.b());
    // A small int's text never changes: where it becomes part of another, that one is made of the int.
    let result = if value.kind() == kind::STR || at.c() != 0 && value.as_small().is_some() {
        value.clone()
    } else if let Some(i) = value.as_small() {
        vm.str_decimal(i)
    } else {
        let empty = vm.interp().empty_str.clone();
        vm.format(value, &empty)?
    };
    if at.b() != at.a() {
        at.done(at.b());
    }
    at.set(at.a(), result);
    Ok(())
}

/// `FormatSpec`
pub fn format_spec(vm: &Vm, at: At) -> PyResult<()> {
    let (value, spec) = (at.reg(at.b()), at.reg(at.c()));
    // Small ints are exact: nobody can have given them another `__format__`.
    let result = match exact_str(spec) {
        Some(text) if value.as_small().is_some() && !text.is_empty() => ints::format_with(vm, value, text)?,
        _ => vm.format(value, spec)?,
    };
    if at.b() != at.a() {
        at.done(at.b());
    }
    if at.c() != at.a() {
        at.done(at.c());
    }
    at.set(at.a(), result);
    Ok(())
}

/// `BuildInterpolation`
pub fn build_interpolation(vm: &Vm, at: At) -> PyResult<()> {
    let has_spec = at.c() & 4 != 0;
    let mut parts = at.take_run(at.b(), 2 + usize::from(has_spec)).into_iter();
    let mut part = || parts.next().unwrap_or(Value::NONE);
    let (value, expression) = (part(), part());
    let spec = if has_spec { part() } else { vm.interp().empty_str.clone() };
    let conversion = match at.c() & 3 {
        1 => vm.str("s"),
        2 => vm.str("r"),
        3 => vm.str("a"),
        _ => Value::NONE,
    };
    let result = vm.interpolation(value, expression, conversion, spec)?;
    at.set(at.a(), result);
    Ok(())
}

/// `BuildTemplate`
pub fn build_template(vm: &Vm, at: At) -> PyResult<()> {
    let (strings, interpolations) = (at.take(at.b()), at.take(at.c()));
    let result = vm.template(strings, interpolations)?;
    at.set(at.a(), result);
    Ok(())
}

/// `UnpackSequence`, the first time: gives it a form by what follows, then does it.
pub fn unpack_first(vm: &Vm, at: At) -> PyResult<()> {
    let n = count(at);
    // SAFETY: the words of the instructions that follow; a code ends with a return, so there is one more than is asked for
    // whenever the words before it are moves.
    let moved = (0..n).all(|nth| unsafe {
        let word = *at.pc.add(nth);
        word as u8 == Op::Move as u8 && (word >> 16) as i8 == at.a() + nth as i8
    });
    let form = if moved && n > 0 { Op::UnpackMoves } else { Op::UnpackPlain };
    forms::rewrite(at, form);
    unpack_sequence(vm, at)
}

/// `UnpackSequence`
#[inline(never)]
pub fn unpack_sequence(vm: &Vm, at: At) -> PyResult<()> {
    let n = count(at);
    let source = at.take(at.b());
    let wrong = |vm: &Vm, got: usize| {
        if got < n {
            vm.value_error(format!("not enough values to unpack (expected {n}, got {got})"))
        } else {
            vm.value_error(format!("too many values to unpack (expected {n}, got {got})"))
        }
    };
    match source.kind() {
        kind::TUPLE | kind::LIST => {
            let items: &[Value] = match (source.as_tuple(), vm.list_items(&source)) {
                (Some(tuple), _) => tuple.items(),
                (_, Some(list)) => list.get(),
                _ => &[],
            };
            if items.len() != n {
                return Err(wrong(vm, items.len()));
            }
            for (at_, item) in items.iter().enumerate() {
                at.set(at.a() + at_ as i8, item.clone());
            }
            return Ok(());
        }
        _ => {}
    }
    let slots = source.ty(vm).slots.get();
    // A tuple of a subclass that is gone through as tuples are; for other lengths the texts of iteration hold.
    if let Some(tuple) = source.as_tuple()
        && tuple.len() == n
        && slots.iter.map(|f| f as usize) == vm.interp().tuple_type.slots.get().iter.map(|f| f as usize)
    {
        for (place, item) in tuple.items().iter().enumerate() {
            at.set(at.a() + place as i8, item.clone());
        }
        return Ok(());
    }
    if slots.iter.is_none() && slots.getitem.is_none() {
        return Err(vm.type_error(format!("cannot unpack non-iterable {} object", source.type_name(vm))));
    }
    let iter = vm.iter(&source)?;
    let mut items = Vec::with_capacity(n);
    while items.len() < n {
        match vm.next(&iter)? {
            Some(item) => items.push(item),
            None => return Err(wrong(vm, items.len())),
        }
    }
    if vm.next(&iter)?.is_some() {
        if source.kind() == kind::DICT || source.kind() == kind::SET {
            return Err(wrong(vm, vm.len(&source)?));
        }
        return Err(vm.value_error(format!("too many values to unpack (expected {n})")));
    }
    for (at_, item) in items.into_iter().enumerate() {
        at.set(at.a() + at_ as i8, item);
    }
    Ok(())
}

/// `UnpackEx`
pub fn unpack_ex(vm: &Vm, at: At) -> PyResult<()> {
    let (before, after) = (count(at), at.extra(0) as usize);
    let source = at.take(at.b());
    let slots = source.ty(vm).slots.get();
    if slots.iter.is_none() && slots.getitem.is_none() {
        return Err(vm.type_error(format!("cannot unpack non-iterable {} object", source.type_name(vm))));
    }
    let items: Option<&[Value]> = match source.kind() {
        kind::TUPLE => source.as_tuple().map(|tuple| tuple.items()),
        kind::LIST => vm.list_items(&source).map(|list| list.get().as_slice()),
        _ => None,
    };
    if let Some(items) = items.filter(|items| items.len() >= before + after) {
        let end = items.len() - after;
        let middle = vm.list(clone_all(&items[before..end]));
        let all = items[..before].iter().cloned().chain([middle]).chain(items[end..].iter().cloned());
        for (place, item) in all.enumerate() {
            at.set(at.a() + place as i8, item);
        }
        return Ok(());
    }
    let iter = vm.iter(&source)?;
    let mut first = Vec::new();
    while first.len() < before {
        match vm.next(&iter)? {
            Some(item) => first.push(item),
            None => {
                return Err(vm.value_error(format!(
                    "not enough values to unpack (expected at least {}, got {})",
                    before + after,
                    first.len()
                )));
            }
        }
    }
    let mut rest = Vec::new();
    while let Some(item) = vm.next(&iter)? {
        rest.push(item);
    }
    if rest.len() < after {
        return Err(vm.value_error(format!(
            "not enough values to unpack (expected at least {}, got {})",
            before + after,
            before + rest.len()
        )));
    }
    let last = rest.split_off(rest.len() - after);
    let middle = vm.list(rest);
    for (place, item) in first.into_iter().chain([middle]).chain(last).enumerate() {
        at.set(at.a() + place as i8, item);
    }
    Ok(())
}

/// `UnpackList`: a list of what `UnpackEx` or `UnpackSequence` would give.
pub fn unpack_list(vm: &Vm, at: At) -> PyResult<()> {
    let (before, after) = (at.extra(0) as usize, at.extra(1));
    let source = at.take(at.b());
    let slots = source.ty(vm).slots.get();
    if slots.iter.is_none() && slots.getitem.is_none() {
        return Err(vm.type_error(format!("cannot unpack non-iterable {} object", source.type_name(vm))));
    }
    let starred = after != u32::MAX;
    let after = if starred { after as usize } else { 0 };
    let iter = vm.iter(&source)?;
    let mut items = Vec::new();
    while starred || items.len() <= before {
        match vm.next(&iter)? {
            Some(item) => items.push(item),
            None => break,
        }
    }
    if items.len() < before + after {
        let least = if starred { "at least " } else { "" };
        return Err(vm.value_error(format!(
            "not enough values to unpack (expected {least}{}, got {})",
            before + after,
            items.len()
        )));
    }
    if !starred && items.len() > before {
        return Err(vm.value_error(format!("too many values to unpack (expected {before})")));
    }
    if starred {
        let last = items.split_off(items.len() - after);
        let middle = vm.list(items.split_off(before));
        items.push(middle);
        items.extend(last);
    }
    let list = vm.list(items);
    at.set(at.a(), list);
    Ok(())
}
