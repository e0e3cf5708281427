//! Copies of elements, and the state that pickles of them have: the attributes' dict of the library's own `Element`.

use crate::runtime::builtins::tools::wrong_argument;
use crate::runtime::error::PyResult;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

use super::element::{Element, TAIL_IS_LIST, TEXT_IS_LIST, is_exact, make, this, want_element};

/// Trees that are deeper have no deep copy: CPython runs out of stack before, and what else goes through them may as well.
const DEEPEST: usize = 100_000;

/// `__copy__`
pub fn shallow(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let from = this(vm, &args[0])?;
    let new = make(vm, from.tag.cloned(), from.attributes());
    let to = this(vm, &new)?;
    drop(to.text.replace(from.text.cloned()));
    drop(to.tail.replace(from.tail.cloned()));
    to.lists.set(from.lists.get());
    drop(to.children.replace(from.children.cloned()));
    Ok(new)
}

/// A deep copy of what is no element to be looked into here.
fn deep_value(vm: &Vm, value: &Value, memo: &Value) -> PyResult<Value> {
    if value.is_none() || crate::runtime::object::dict::exact_str(value).is_some() {
        return Ok(value.clone());
    }
    vm.call_args(&super::deepcopy(vm)?, &[value.clone(), memo.clone()])
}

/// Attributes: a dict of strings that nobody else has needs no memo.
fn deep_attributes(vm: &Vm, attrib: &Value, memo: &Value) -> PyResult<Value> {
    // One reference is the element's, one is ours.
    if attrib.count() == 2
        && let Some(dict) = attrib.as_dict()
        && attrib.ty(vm).is_exact_builtin()
    {
        let simple = |value: &Value| crate::runtime::object::dict::exact_str(value).is_some();
        if dict.entries().iter().all(|(key, value)| simple(key) && simple(value)) {
            return Ok(vm.dict(dict.copy()).into_value());
        }
    }
    deep_value(vm, attrib, memo)
}

/// A copy without children.
fn deep_head(vm: &Vm, value: &Value, memo: &Value) -> PyResult<Value> {
    let from = this(vm, value)?;
    let tag = deep_value(vm, &from.tag.cloned(), memo)?;
    let attrib = match from.attributes() {
        Some(attrib) => Some(deep_attributes(vm, &attrib, memo)?),
        None => None,
    };
    let new = make(vm, tag, attrib);
    let to = this(vm, &new)?;
    let text = deep_value(vm, &from.joined(vm, TEXT_IS_LIST)?, memo)?;
    to.set_text(TEXT_IS_LIST, text, false);
    let tail = deep_value(vm, &from.joined(vm, TAIL_IS_LIST)?, memo)?;
    to.set_text(TAIL_IS_LIST, tail, false);
    Ok(new)
}

/// `__deepcopy__`: the elements that are being copied stand on a stack of ours, so that depth is no matter.
pub fn deep(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let memo = &args[1];
    let Some(known) = memo.as_dict() else {
        return Err(wrong_argument(vm, "__deepcopy__() argument", "dict", memo));
    };
    let address = |value: &Value| vm.int_usize(value.to_bits() as usize);
    let new = deep_head(vm, &args[0], memo)?;
    // Entered before it is whole: an element may stand below itself.
    drop(known.insert(vm, address(&args[0]), new.clone())?);
    let mut stack = vec![(args[0].clone(), new, 0)];
    loop {
        let Some((from, to, at)) = stack.last_mut() else { return Err(vm.runtime_error("nothing to copy")) };
        let Some(child) = this(vm, from)?.child(*at) else {
            match stack.pop() {
                Some((_, done, _)) if stack.is_empty() => return Ok(done),
                _ => continue,
            }
        };
        *at += 1;
        if is_exact(vm, &child) {
            let to = to.clone();
            // Only one that something else refers to as well can have been met before.
            if child.count() > 2
                && let Some(copy) = known.get(vm, &address(&child))?
            {
                want_element(vm, &copy)?;
                this(vm, &to)?.push(copy);
                continue;
            }
            let new = deep_head(vm, &child, memo)?;
            drop(known.insert(vm, address(&child), new.clone())?);
            this(vm, &to)?.push(new.clone());
            if stack.len() == DEEPEST {
                return Err(vm.too_deep(""));
            }
            stack.push((child, new, 0));
            continue;
        }
        let to = to.clone();
        let new = deep_value(vm, &child, memo)?;
        want_element(vm, &new)?;
        this(vm, &to)?.push(new);
    }
}

/// `__getstate__`
pub fn state(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let element = this(vm, &args[0])?;
    let children = vm.list(element.children.cloned());
    let attrib = element.attributes().unwrap_or_else(|| vm.new_dict().into_value());
    let state = vm.new_dict();
    vm.set_in(&state, "tag", element.tag.cloned());
    vm.set_in(&state, "_children", children);
    vm.set_in(&state, "attrib", attrib);
    vm.set_in(&state, "text", element.text.cloned());
    vm.set_in(&state, "tail", element.tail.cloned());
    Ok(state.into_value())
}

/// `__setstate__`
pub fn set_state(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let state = &args[1];
    let Some(dict) = state.as_dict().filter(|_| state.ty(vm).is_exact_builtin()) else {
        let shown = vm.repr_text(state)?;
        let shown: String = shown.chars().take(200).collect();
        return Err(vm.type_error(format!("Don't know how to unpickle \"{shown}\" as an Element")));
    };
    let mut parts = [const { None }; 5];
    for (key, value) in dict.entries() {
        let Some(name) = key.as_str() else { return Err(vm.type_error("keywords must be strings")) };
        let at = match name.bytes() {
            b"tag" => 0,
            b"attrib" => 1,
            b"text" => 2,
            b"tail" => 3,
            b"_children" => 4,
            _ => {
                let name = vm.repr_text(&key)?;
                return Err(vm.type_error(format!("this function got an unexpected keyword argument {name}")));
            }
        };
        parts[at] = Some(value);
    }
    let [tag, attrib, text, tail, children] = parts;
    let element = this(vm, &args[0])?;
    let Some(tag) = tag else { return Err(vm.type_error("tag may not be NULL")) };
    drop(element.tag.replace(tag));
    for (which, value) in [(TEXT_IS_LIST, text), (TAIL_IS_LIST, tail)] {
        let value = value.unwrap_or(Value::NONE);
        let is_list = vm.list_items(&value).is_some() && value.ty(vm).is_exact_builtin();
        element.set_text(which, value, is_list);
    }
    if children.is_none() && attrib.is_none() {
        return Ok(Value::NONE);
    }
    if let Some(children) = children {
        let Some(items) = vm.list_items(&children).map(|items| items.cloned()) else {
            return Err(vm.type_error("'_children' is not a list"));
        };
        let fit = items.iter().take_while(|child| child.downcast::<Element>().is_some()).count();
        let wrong = items.get(fit).cloned();
        let old = element.children.replace(items.into_iter().take(fit).collect());
        drop(old);
        if let Some(wrong) = wrong {
            return want_element(vm, &wrong).map(|()| Value::NONE);
        }
    }
    drop(element.attrib.replace(attrib.unwrap_or(Value::UNBOUND)));
    Ok(Value::NONE)
}
