//! The protocols that native code is written against: attributes, calls, iteration, items, conversion.

use crate::runtime::builtins::lists::List;
use crate::runtime::builtins::modules;
use crate::runtime::builtins::sets::{Set, SetIter};
use crate::runtime::builtins::types::{self, identity_hash};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::args::Args;
use crate::runtime::object::hash::address_hash;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{TypeRef, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Value, clone_all};

/// Items for which room is made because a hint says that they come.
pub const MOST_HINTED: usize = 1 << 24;

impl Vm {
    /// The object as payload `T`, or TypeError: for receivers of native methods.
    #[inline(always)]
    pub fn cast<'a, T: Payload>(&self, value: &'a Value) -> PyResult<&'a Obj<T>> {
        match value.downcast::<T>() {
            Some(object) => Ok(object),
            None => Err(self.cast_error(T::layout().name, value)),
        }
    }

    #[cold]
    #[inline(never)]
    fn cast_error(&self, wanted: &str, value: &Value) -> Raised {
        self.type_error(format!(
            "descriptor requires a '{wanted}' object but received a '{}'",
            value.type_name(self)
        ))
    }

    // ---- attributes

    /// `getattr(object, name)`
    #[inline]
    pub fn getattr(&self, object: &Value, name: &Value) -> PyResult<Value> {
        match object.ty(self).slots.get().getattr {
            Some(f) => f(self, object, name),
            None => self.generic_getattr(object, name),
        }
    }

    /// `getattr(object, name)` for a text.
    pub fn getattr_str(&self, object: &Value, name: &str) -> PyResult<Value> {
        let name = self.intern(name);
        self.getattr(object, name.value())
    }

    /// `getattr(object, name)`; `None` for AttributeError.
    pub fn getattr_opt(&self, object: &Value, name: &Value) -> PyResult<Option<Value>> {
        let f = object.ty(self).slots.get().getattr;
        if f.is_none_or(|f| std::ptr::fn_addr_eq(f, generic as fn(&Vm, &Value, &Value) -> PyResult<Value>)) {
            let result = self.generic_getattr_opt(object, name);
            return match result {
                Ok(found) => Ok(found),
                Err(raised) => {
                    self.catch(Err(raised), &crate::runtime::builtins::exceptions::ATTRIBUTE_ERROR)
                }
            };
        }
        // Where nothing is found no exception has to be made and caught.
        let of_type =
            |f| std::ptr::fn_addr_eq(f, types::type_getattr as fn(&Vm, &Value, &Value) -> PyResult<Value>);
        let result = match object.kind() {
            kind::MODULE => modules::module_getattr(self, object, name),
            _ if f.is_some_and(of_type) => self.type_getattr_opt(object, name),
            _ => self.getattr(object, name).map(Some),
        };
        match result {
            Ok(found) => Ok(found),
            Err(raised) => self.catch(Err(raised), &crate::runtime::builtins::exceptions::ATTRIBUTE_ERROR),
        }
    }

    /// `setattr(object, name, value)` or `delattr(object, name)`
    pub fn setattr(&self, object: &Value, name: &Value, value: Option<&Value>) -> PyResult<()> {
        match object.ty(self).slots.get().setattr {
            Some(f) => f(self, object, name, value),
            None => self.generic_setattr(object, name, value),
        }
    }

    // ---- calls

    /// `callable(*args, **kwargs)`
    #[inline]
    pub fn call(&self, callable: &Value, args: Args) -> PyResult<Value> {
        match callable.ty(self).slots.get().call {
            Some(f) => f(self, callable, args),
            None => Err(self.type_error(format!("'{}' object is not callable", callable.type_name(self)))),
        }
    }
    /// Call without arguments.
    pub fn call0(&self, callable: &Value) -> PyResult<Value> {
        self.call(callable, Args::NONE)
    }
    /// Call with one argument.
    pub fn call1(&self, callable: &Value, a: &Value) -> PyResult<Value> {
        self.call(callable, Args::positional(std::slice::from_ref(a)))
    }
    /// Call with positional arguments.
    pub fn call_args(&self, callable: &Value, args: &[Value]) -> PyResult<Value> {
        self.call(callable, Args::positional(args))
    }
    /// `object.name(*args)`
    pub fn call_method(&self, object: &Value, name: &Obj<Str>, args: &[Value]) -> PyResult<Value> {
        if let Some(found) = self.plain_method(object, name) {
            return self.call_found(object, &found, args);
        }
        let method = self.getattr(object, &name.to_value())?;
        self.call_args(&method, args)
    }
    /// `object.name(*args, **names)`
    pub fn call_method_with(&self, object: &Value, name: &Obj<Str>, args: Args) -> PyResult<Value> {
        match self.plain_method(object, name) {
            Some(found) => crate::runtime::object::slots::call_found_args(self, object, &found, args),
            None => self.call(&self.getattr(object, &name.to_value())?, args),
        }
    }
    /// The function that a method call on an object with ordinary attributes calls.
    fn plain_method(&self, object: &Value, name: &Obj<Str>) -> Option<Value> {
        let f = object.ty(self).slots.get().getattr;
        let plain =
            f.is_none_or(|f| std::ptr::fn_addr_eq(f, generic as fn(&Vm, &Value, &Value) -> PyResult<Value>));
        if plain
            && let Some(found) = object.ty(self).lookup(self, name)
            && found.is_object()
            && found.ty(self).has(crate::runtime::gc::heap::type_flag::METHOD_DESCRIPTOR)
            && crate::runtime::object::attrs::own_get(self, object, name).is_none()
        {
            return Some(found);
        }
        None
    }
    /// `object.name(*args)` for a text.
    pub fn call_method_str(&self, object: &Value, name: &str, args: &[Value]) -> PyResult<Value> {
        let name = self.intern(name);
        self.call_method(object, &name, args)
    }
    /// Is it callable?
    pub fn is_callable(&self, value: &Value) -> bool {
        value.ty(self).slots.get().call.is_some()
    }

    // ---- iteration

    /// `iter(object)`
    pub fn iter(&self, object: &Value) -> PyResult<Value> {
        let slots = object.ty(self).slots.get();
        if let Some(f) = slots.iter {
            let iter = f(self, object)?;
            if iter.ty(self).slots.get().next.is_none() {
                return Err(self
                    .type_error(format!("iter() returned non-iterator of type '{}'", iter.type_name(self))));
            }
            return Ok(iter);
        }
        if slots.getitem.is_some_and(crate::runtime::object::slots::is_python_getitem)
            || object.ty(self).has(crate::runtime::gc::heap::type_flag::NUMBERED)
        {
            return Ok(self.sequence_iter(object));
        }
        Err(self.type_error(format!("'{}' object is not iterable", object.type_name(self))))
    }

    /// `next(iter)`; `None` at the end.
    #[inline(always)]
    pub fn next(&self, iter: &Value) -> PyResult<Option<Value>> {
        match iter.ty(self).slots.get().next {
            Some(f) => {
                // Iterators over iterators nest as deep as a program likes.
                self.check_native()?;
                f(self, iter)
            }
            None => Err(self.type_error(format!("'{}' object is not an iterator", iter.type_name(self)))),
        }
    }

    /// Calls `each` with every item.
    pub fn for_each(&self, iterable: &Value, mut each: impl FnMut(Value) -> PyResult<()>) -> PyResult<()> {
        match iterable.kind() {
            crate::runtime::object::typedef::kind::TUPLE => {
                if let Some(tuple) = iterable.as_tuple() {
                    for item in tuple.items() {
                        each(item.clone())?;
                    }
                    return Ok(());
                }
            }
            crate::runtime::object::typedef::kind::LIST => {
                // Who takes an item may change the list, even let go of it.
                let held = iterable.clone();
                if let Some(list) = self.list_items(&held) {
                    let mut at = 0;
                    while let Some(item) = list.get().get(at).cloned() {
                        at += 1;
                        each(item)?;
                    }
                    return Ok(());
                }
            }
            crate::runtime::object::typedef::kind::SET | crate::runtime::object::typedef::kind::FROZENSET => {
                if let Some(set) = iterable.downcast::<Set>() {
                    let iter = SetIter::new(set);
                    while let Some(item) = iter.step(self)? {
                        each(item)?;
                    }
                    return Ok(());
                }
            }
            _ => {}
        }
        let iter = self.iter(iterable)?;
        while let Some(item) = self.next(&iter)? {
            each(item)?;
        }
        Ok(())
    }

    /// All items.
    pub fn collect(&self, iterable: &Value) -> PyResult<Vec<Value>> {
        match iterable.kind() {
            crate::runtime::object::typedef::kind::TUPLE => {
                if let Some(tuple) = iterable.as_tuple() {
                    return Ok(clone_all(tuple.items()));
                }
            }
            crate::runtime::object::typedef::kind::LIST => {
                if let Some(list) = self.list_items(iterable) {
                    return Ok(clone_all(list.get()));
                }
            }
            _ => {}
        }
        let iter = self.iter(iterable)?;
        let hint = self.length_hint(iterable, 0)?;
        // A length is believed, a mere hint may be wrong.
        if hint > MOST_HINTED && iterable.ty(self).slots.get().len.is_some() {
            self.room_for::<Value>(hint)?;
        }
        let mut items = Vec::with_capacity(hint.min(MOST_HINTED));
        while let Some(item) = self.next(&iter)? {
            items.push(item);
        }
        Ok(items)
    }

    /// `operator.length_hint(object, default)`
    pub fn length_hint(&self, object: &Value, default: usize) -> PyResult<usize> {
        let ty = object.ty(self);
        if let Some(f) = ty.slots.get().len {
            let result = f(self, object);
            return match self.catch(result, &crate::runtime::builtins::exceptions::TYPE_ERROR)? {
                Some(n) => Ok(n),
                None => Ok(default),
            };
        }
        let Some(found) = ty.lookup(self, &self.names().__length_hint__) else { return Ok(default) };
        let result = self.call_found(object, &found, &[]);
        let Some(hint) = self.catch(result, &crate::runtime::builtins::exceptions::TYPE_ERROR)? else {
            return Ok(default);
        };
        if hint.is_not_implemented() {
            return Ok(default);
        }
        match hint.as_int().and_then(|hint| hint.small()) {
            Some(n) if n >= 0 => Ok(n as usize),
            Some(_) => Err(self.value_error("__length_hint__() should return >= 0")),
            None if hint.ty(self).has(crate::runtime::gc::heap::type_flag::INT) => {
                Err(self.overflow_error("Python int too large to convert to C ssize_t"))
            }
            None => {
                Err(self
                    .type_error(format!("__length_hint__ must be an integer, not {}", hint.type_name(self))))
            }
        }
    }

    // ---- items

    /// `object[key]`
    pub fn getitem(&self, object: &Value, key: &Value) -> PyResult<Value> {
        if let Some(f) = object.ty(self).slots.get().getitem {
            return f(self, object, key);
        }
        if object.as_type().is_some() {
            if object.to_bits() == self.interp().type_type.address() {
                return self.generic_alias(object, key);
            }
            let method = self.getattr_opt(object, self.names().__class_getitem__.value())?;
            if let Some(method) = method.filter(|method| !method.is_none()) {
                return self.call1(&method, key);
            }
            return Err(self.type_error(format!(
                "type '{}' is not subscriptable",
                object.as_type().map(|t| t.tp_name()).unwrap_or_default()
            )));
        }
        Err(self.type_error(format!("'{}' object is not subscriptable", object.type_name(self))))
    }

    /// `object[key] = value` or `del object[key]`
    pub fn setitem(&self, object: &Value, key: &Value, value: Option<&Value>) -> PyResult<()> {
        match object.ty(self).slots.get().setitem {
            Some(f) => f(self, object, key, value),
            None => {
                let what = if value.is_some() { "assignment" } else { "deletion" };
                // What could be a sequence and is asked by a number answers as one.
                let slots = object.ty(self).slots.get();
                let is_sequence = object.ty(self).spec.is_none()
                    || slots.len.is_some()
                    || slots.contains.is_some()
                    || slots.concat.is_some();
                let by_number = is_sequence && key.ty(self).slots.get().index.is_some();
                Err(self.type_error(format!(
                    "'{}' object does{} support item {what}",
                    object.type_name(self),
                    if value.is_none() && by_number { "n't" } else { " not" }
                )))
            }
        }
    }

    /// `len(object)`
    pub fn len(&self, object: &Value) -> PyResult<usize> {
        // The usual ones, without a call.
        let told = match object.kind() {
            kind::LIST => object.downcast::<List>().map(|list| list.items.get().len()),
            kind::STR => object.as_str().map(|text| text.len()),
            kind::DICT => object.as_dict().map(|dict| dict.len()),
            kind::TUPLE => object.as_tuple().map(|tuple| tuple.items().len()),
            _ => None,
        };
        if let Some(length) = told {
            return Ok(length);
        }
        match object.ty(self).slots.get().len {
            Some(f) => f(self, object),
            None => Err(self.type_error(format!("object of type '{}' has no len()", object.type_name(self)))),
        }
    }

    /// `hash(object)`
    #[inline]
    pub fn hash(&self, object: &Value) -> PyResult<i64> {
        match object.ty(self).slots.get().hash {
            Some(f) if std::ptr::fn_addr_eq(f, identity_hash as fn(&Vm, &Value) -> PyResult<i64>) => {
                Ok(address_hash(object.to_bits()))
            }
            Some(f) => f(self, object),
            None => Err(self.type_error(format!("unhashable type: '{}'", object.type_name(self)))),
        }
    }

    // ---- text

    /// `str(object)`
    pub fn to_str(&self, object: &Value) -> PyResult<Value> {
        if crate::runtime::object::dict::exact_str(object).is_some() {
            return Ok(object.clone());
        }
        self.check_native()?;
        let slots = object.ty(self).slots.get();
        let Some(f) = slots.str.or(slots.repr) else { return Err(self.type_error("no str")) };
        let text = f(self, object)?;
        if text.as_str().is_none() {
            return Err(
                self.type_error(format!("__str__ returned non-string (type {})", text.type_name(self)))
            );
        }
        Ok(text)
    }

    /// `repr(object)`
    pub fn repr(&self, object: &Value) -> PyResult<Value> {
        self.check_native()?;
        let Some(f) = object.ty(self).slots.get().repr else { return Err(self.type_error("no repr")) };
        let text = f(self, object)?;
        if text.as_str().is_none() {
            return Err(
                self.type_error(format!("__repr__ returned non-string (type {})", text.type_name(self)))
            );
        }
        Ok(text)
    }

    /// `repr(object)` as WTF-8 bytes.
    pub fn repr_string(&self, object: &Value) -> PyResult<Vec<u8>> {
        let text = self.repr(object)?;
        Ok(text.as_str().map(|t| t.bytes().to_vec()).unwrap_or_default())
    }

    /// `repr(object)` for messages.
    pub fn repr_text(&self, object: &Value) -> PyResult<String> {
        Ok(String::from_utf8_lossy(&self.repr_string(object)?).into_owned())
    }

    /// `str(object)` for messages.
    pub fn to_string(&self, object: &Value) -> PyResult<String> {
        let text = self.to_str(object)?;
        Ok(text.as_str().map(|t| t.to_string_lossy().into_owned()).unwrap_or_default())
    }

    /// The text of a string argument, or TypeError that names the function and argument.
    pub fn text<'a>(&self, value: &'a Value, what: impl std::fmt::Display) -> PyResult<&'a Obj<Str>> {
        match value.as_str() {
            Some(text) => Ok(text),
            None => Err(self.type_error(format!("{what} must be str, not {}", value.type_name(self)))),
        }
    }

    // ---- classes

    /// `isinstance(object, class)` for a single class object, by type alone (no hooks).
    #[inline]
    pub fn is_instance(&self, object: &Value, ty: &TypeRef) -> bool {
        object.ty(self).is_subtype(ty)
    }
}

/// `object.__getattribute__` as slot.
pub fn generic(vm: &Vm, object: &Value, name: &Value) -> PyResult<Value> {
    vm.generic_getattr(object, name)
}
