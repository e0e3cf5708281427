//! The dunder table: which dunder belongs to which slot, how a native slot is called through its dunder, and how a
//! Python dunder is called through its slot.
//!
//! Everything about a slot stands in its row of [`GROUPS`]: types get wrapper descriptors from it
//! (`add_wrappers`), classes get slots from it (`fill`, `update`).

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::{AddressHasher, type_flag};
use crate::runtime::object::args::Args;
use crate::runtime::object::dict::{Dict, exact_str};
use crate::runtime::object::names::Names;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Binary, Cmp, Slots, Ternary, Type, TypeRef};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Ref, Value};

/// A dunder of a slot.
pub struct Dunder {
    /// Its name.
    pub name: fn(&Names) -> &Ref<Str>,
    /// Calls the native slot; the first argument is `self`, which is of the right type.
    pub call: fn(&Vm, &Slots, &Value, Args, &str) -> PyResult<Value>,
    /// Parameters for `__text_signature__`.
    pub signature: &'static str,
    /// `__doc__`
    pub doc: &'static str,
}

/// A slot with its dunders.
pub struct Group {
    /// The dunders.
    pub dunders: &'static [Dunder],
    /// Is the slot set?
    pub is_set: fn(&Slots) -> bool,
    /// Sets the slot to what calls the Python dunders.
    pub set_python: fn(&mut Slots),
    /// Copies the slot.
    pub copy: fn(&mut Slots, &Slots),
    /// Have both the same function there?
    pub same: fn(&Slots, &Slots) -> bool,
}

fn one<'a>(vm: &Vm, args: Args<'a>, name: &str) -> PyResult<&'a Value> {
    if !args.names.is_empty() {
        return Err(vm.type_error(format!("wrapper {name}() takes no keyword arguments")));
    }
    match args.values {
        [only] => Ok(only),
        other => Err(vm.type_error(format!("expected 1 argument, got {}", other.len()))),
    }
}

fn none(vm: &Vm, args: Args, name: &str) -> PyResult<()> {
    if !args.names.is_empty() {
        return Err(vm.type_error(format!("wrapper {name}() takes no keyword arguments")));
    }
    match args.values.len() {
        0 => Ok(()),
        n => Err(vm.type_error(format!("expected 0 arguments, got {n}"))),
    }
}

fn two<'a>(vm: &Vm, args: Args<'a>, name: &str) -> PyResult<[&'a Value; 2]> {
    if !args.names.is_empty() {
        return Err(vm.type_error(format!("wrapper {name}() takes no keyword arguments")));
    }
    match args.values {
        [a, b] => Ok([a, b]),
        other => Err(vm.type_error(format!("expected 2 arguments, got {}", other.len()))),
    }
}

fn one_or_two<'a>(vm: &Vm, args: Args<'a>, name: &str) -> PyResult<&'a [Value]> {
    if !args.names.is_empty() {
        return Err(vm.type_error(format!("wrapper {name}() takes no keyword arguments")));
    }
    match args.values.len() {
        1 | 2 => Ok(args.values),
        n => Err(vm.type_error(format!("expected 1 or 2 arguments, got {n}"))),
    }
}

impl Vm {
    /// A special method: looked up on the type, bound to the instance by calling it with it.
    #[inline]
    pub fn call_special(&self, object: &Value, name: &Obj<Str>, args: &[Value]) -> PyResult<Option<Value>> {
        let Some(found) = object.ty(self).lookup(self, name) else { return Ok(None) };
        self.call_found(object, &found, args).map(Some)
    }

    /// Calls what a lookup on the type found, bound to `object`.
    #[inline]
    pub fn call_found(&self, object: &Value, found: &Value, args: &[Value]) -> PyResult<Value> {
        if let Some(outcome) = self.call_exact(found, object, args) {
            return outcome;
        }
        if found.is_object() && found.ty(self).has(type_flag::METHOD_DESCRIPTOR) {
            let mut all: [Value; 4] = [object.clone(), Value::UNBOUND, Value::UNBOUND, Value::UNBOUND];
            if args.len() < 4 {
                all[1..=args.len()].clone_from_slice(args);
                return self.call(found, Args::positional(&all[..=args.len()]));
            }
            let mut all = vec![object.clone()];
            all.extend_from_slice(args);
            return self.call(found, Args::positional(&all));
        }
        let bound = self.bind(found, object)?;
        self.call(&bound, Args::positional(args))
    }

    /// What a descriptor found on the type gives for the instance.
    pub fn bind(&self, found: &Value, object: &Value) -> PyResult<Value> {
        if found.is_object()
            && let Some(get) = found.ty(self).slots.get().get
        {
            let owner = object.ty(self).to_value();
            return get(self, found, Some(object), Some(&owner));
        }
        Ok(found.clone())
    }

    fn special(&self, object: &Value, name: &Obj<Str>, args: &[Value]) -> PyResult<Value> {
        match self.call_special(object, name, args)? {
            Some(value) => Ok(value),
            None => Err(self.attribute_error_on(object, &name.to_value(), name.to_string_lossy())),
        }
    }

    /// As `special`, where the dunder set to `None` makes the operation unsupported.
    fn special_or_none(&self, object: &Value, name: &Obj<Str>, args: &[Value]) -> PyResult<Option<Value>> {
        match object.ty(self).lookup(self, name) {
            Some(found) if !found.is_none() => self.call_found(object, &found, args).map(Some),
            _ => Ok(None),
        }
    }
}

type GetBinary = fn(&Slots) -> Option<Binary>;

fn python_binary(
    vm: &Vm,
    (a, b): (&Value, &Value),
    (forward, reverse): (&Ref<Str>, &Ref<Str>),
    slot: GetBinary,
    me: Binary,
) -> PyResult<Value> {
    let is_me = |v: &Value| slot(v.ty(vm).slots.get()).is_some_and(|f| std::ptr::fn_addr_eq(f, me));
    let (ta, tb) = (a.ty(vm), b.ty(vm));
    let mut other = ta.address() != tb.address() && is_me(b);
    if is_me(a) {
        if other && tb.is_subtype(ta) {
            let ours = ta.lookup(vm, reverse);
            let theirs = tb.lookup(vm, reverse);
            let overloaded = match (&ours, &theirs) {
                (Some(x), Some(y)) => !x.is(y),
                (None, Some(_)) => true,
                _ => false,
            };
            if overloaded {
                let result = vm.call_special(b, reverse, std::slice::from_ref(a))?;
                if let Some(result) = result
                    && !result.is_not_implemented()
                {
                    return Ok(result);
                }
                other = false;
            }
        }
        let result = vm.call_special(a, forward, std::slice::from_ref(b))?.unwrap_or(Value::NOT_IMPLEMENTED);
        if !result.is_not_implemented() || ta.address() == tb.address() {
            return Ok(result);
        }
    }
    if other {
        return Ok(vm.call_special(b, reverse, std::slice::from_ref(a))?.unwrap_or(Value::NOT_IMPLEMENTED));
    }
    Ok(Value::NOT_IMPLEMENTED)
}

macro_rules! same_slot {
    ($slot:ident) => {
        |a, b| match (a.$slot, b.$slot) {
            (Some(a), Some(b)) => a as usize == b as usize,
            (None, None) => true,
            _ => false,
        }
    };
}

macro_rules! group {
    ($slot:ident, $python:expr, [$($name:ident $sig:literal $doc:expr => $call:expr;)*]) => {
        Group {
            dunders: &[$(Dunder { name: |n| &n.$name, call: $call, signature: $sig, doc: $doc },)*],
            is_set: |s| s.$slot.is_some(),
            set_python: |s| s.$slot = Some($python),
            copy: |to, from| to.$slot = from.$slot,
            same: same_slot!($slot),
        }
    };
}

macro_rules! unary {
    ($slot:ident $name:ident $doc:literal) => {
        group!($slot, |vm, a| vm.special(a, &vm.names().$name, &[]), [
            $name "($self, /)" $doc => |vm, s, me, args, name| {
                none(vm, args, name)?;
                match s.$slot { Some(f) => f(vm, me), None => Ok(Value::NOT_IMPLEMENTED) }
            };
        ])
    };
}

macro_rules! binary {
    ($slot:ident $python:ident $name:ident $reverse:ident $op:literal) => {
        binary!($slot $python $name $reverse "" $op "")
    };
    ($slot:ident $python:ident $name:ident $reverse:ident $left:literal $op:literal $right:literal) => {
        group!($slot, $python, [
            $name "($self, value, /)" concat!("Return ", $left, "self", $op, "value", $right, ".") => |vm, s, me, args, name| {
                let other = one(vm, args, name)?;
                match s.$slot { Some(f) => f(vm, me, other), None => Ok(Value::NOT_IMPLEMENTED) }
            };
            $reverse "($self, value, /)" concat!("Return ", $left, "value", $op, "self", $right, ".") => |vm, s, me, args, name| {
                let other = one(vm, args, name)?;
                match s.$slot { Some(f) => f(vm, other, me), None => Ok(Value::NOT_IMPLEMENTED) }
            };
        ])
    };
}

macro_rules! python_binaries {
    ($($python:ident $slot:ident $name:ident $reverse:ident;)*) => { $(
        fn $python(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
            python_binary(vm, (a, b), (&vm.names().$name, &vm.names().$reverse), |s| s.$slot, $python)
        }
    )* };
}

python_binaries! {
    py_add add __add__ __radd__;
    py_sub sub __sub__ __rsub__;
    py_mul mul __mul__ __rmul__;
    py_truediv truediv __truediv__ __rtruediv__;
    py_floordiv floordiv __floordiv__ __rfloordiv__;
    py_modulo modulo __mod__ __rmod__;
    py_divmod divmod __divmod__ __rdivmod__;
    py_matmul matmul __matmul__ __rmatmul__;
    py_lshift lshift __lshift__ __rlshift__;
    py_rshift rshift __rshift__ __rrshift__;
    py_and and __and__ __rand__;
    py_or or __or__ __ror__;
    py_xor xor __xor__ __rxor__;
}

fn py_pow2(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    python_binary(
        vm,
        (a, b),
        (&vm.names().__pow__, &vm.names().__rpow__),
        |s| s.pow.filter(|f| std::ptr::fn_addr_eq(*f, py_pow as Ternary)).map(|_| py_pow2 as Binary),
        py_pow2,
    )
}

fn py_pow(vm: &Vm, a: &Value, b: &Value, modulus: &Value) -> PyResult<Value> {
    if modulus.is_none() {
        return py_pow2(vm, a, b);
    }
    let is_me =
        |v: &Value| v.ty(vm).slots.get().pow.is_some_and(|f| std::ptr::fn_addr_eq(f, py_pow as Ternary));
    if is_me(a) {
        let result = vm.call_special(a, &vm.names().__pow__, &[b.clone(), modulus.clone()])?;
        if let Some(result) = result
            && !result.is_not_implemented()
        {
            return Ok(result);
        }
    }
    if is_me(b) {
        let result = vm.call_special(b, &vm.names().__rpow__, &[a.clone(), modulus.clone()])?;
        return Ok(result.unwrap_or(Value::NOT_IMPLEMENTED));
    }
    Ok(Value::NOT_IMPLEMENTED)
}

macro_rules! inplace {
    ($slot:ident $name:ident $op:literal) => {
        group!($slot, |vm, a, b| Ok(vm.call_special(a, &vm.names().$name, std::slice::from_ref(b))?
            .unwrap_or(Value::NOT_IMPLEMENTED)), [
            $name "($self, value, /)" concat!("Return self", $op, "=value.") => |vm, s, me, args, name| {
                let other = one(vm, args, name)?;
                match s.$slot { Some(f) => f(vm, me, other), None => Ok(Value::NOT_IMPLEMENTED) }
            };
        ])
    };
}

fn py_compare(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    let n = vm.names();
    let name = match op {
        Cmp::Lt => &n.__lt__,
        Cmp::Le => &n.__le__,
        Cmp::Eq => &n.__eq__,
        Cmp::Ne => &n.__ne__,
        Cmp::Gt => &n.__gt__,
        Cmp::Ge => &n.__ge__,
    };
    let Some(found) = a.ty(vm).lookup(vm, name) else { return Ok(Value::NOT_IMPLEMENTED) };
    // What a class has not of its own is mostly that of `object`.
    if found.kind() == crate::runtime::object::typedef::kind::SLOT_WRAPPER
        && let Some(wrapper) = found.downcast::<SlotWrapper>()
        && wrapper.owner.is(&vm.interp().object_type)
        && let Some(f) = wrapper.owner.slots.get().compare
    {
        return f(vm, a, b, op);
    }
    vm.call_found(a, &found, std::slice::from_ref(b))
}

macro_rules! compare_dunder {
    ($name:ident $op:ident $doc:literal) => {
        Dunder {
            name: |n| &n.$name,
            call: |vm, s, me, args, name| {
                let other = one(vm, args, name)?;
                match s.compare {
                    Some(f) => f(vm, me, other, Cmp::$op),
                    None => Ok(Value::NOT_IMPLEMENTED),
                }
            },
            signature: "($self, value, /)",
            doc: $doc,
        }
    };
}

fn py_hash(vm: &Vm, a: &Value) -> PyResult<i64> {
    match vm.special_or_none(a, &vm.names().__hash__, &[])? {
        Some(hash) => {
            if !hash.ty(vm).has(type_flag::INT) && hash.as_bool().is_none() {
                return Err(vm.type_error("__hash__ method should return an integer"));
            }
            match hash.as_small() {
                Some(-1) => Ok(-2),
                Some(i) => Ok(i),
                // What fits a hash is one as it stands, small int or not.
                None => match hash.as_int().and_then(|int| i64::try_from(&*int.big()).ok()) {
                    Some(-1) => Ok(-2),
                    Some(i) => Ok(i),
                    None => vm.hash_int(&hash),
                },
            }
        }
        None => Err(vm.type_error(format!("unhashable type: '{}'", a.type_name(vm)))),
    }
}

/// The slot of types whose `__hash__` is `None`.
pub fn not_hashable(vm: &Vm, a: &Value) -> PyResult<i64> {
    Err(vm.type_error(format!("unhashable type: '{}'", a.type_name(vm))))
}

fn py_getattr(vm: &Vm, object: &Value, name: &Value) -> PyResult<Value> {
    let n = vm.names();
    let ty = object.ty(vm);
    let found = match ty.lookup(vm, &n.__getattribute__) {
        Some(f) if !vm.is_object_getattribute(&f) => vm.call_found(object, &f, std::slice::from_ref(name)),
        _ => match vm.generic_getattr_opt(object, name) {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => match object.ty(vm).lookup(vm, &n.__getattr__) {
                Some(hook) => return vm.call_found(object, &hook, std::slice::from_ref(name)),
                None => Err(vm.no_attribute(object, name)),
            },
            Err(raised) => Err(raised),
        },
    };
    match found {
        Err(raised) if vm.raised_is(&crate::runtime::builtins::exceptions::ATTRIBUTE_ERROR) => {
            match object.ty(vm).lookup(vm, &n.__getattr__) {
                Some(hook) => {
                    drop(vm.take_raised(raised));
                    vm.call_found(object, &hook, std::slice::from_ref(name))
                }
                None => Err(raised),
            }
        }
        other => other,
    }
}

fn py_len(vm: &Vm, object: &Value) -> PyResult<usize> {
    let length = vm.special(object, &vm.names().__len__, &[])?;
    let length = vm.index(&length)?;
    match length.as_int().and_then(|length| length.small()) {
        Some(n) if n >= 0 => Ok(n as usize),
        Some(_) => Err(vm.value_error("__len__() should return >= 0")),
        None if vm.is_negative(&length) => Err(vm.value_error("__len__() should return >= 0")),
        None => Err(vm.overflow_error("cannot fit 'int' into an index-sized integer")),
    }
}

fn py_bool(vm: &Vm, object: &Value) -> PyResult<bool> {
    let n = vm.names();
    if let Some(found) = object.ty(vm).lookup(vm, &n.__bool__) {
        if found.is_none() {
            return Err(
                vm.type_error(format!("'{}' cannot be interpreted as a boolean", object.type_name(vm)))
            );
        }
        let result = vm.call_found(object, &found, &[])?;
        return match result.as_bool() {
            Some(b) => Ok(b),
            None => {
                Err(vm.type_error(format!("__bool__ should return bool, returned {}", result.type_name(vm))))
            }
        };
    }
    Ok(py_len(vm, object)? != 0)
}

fn py_next(vm: &Vm, object: &Value) -> PyResult<Option<Value>> {
    let result = vm.special(object, &vm.names().__next__, &[]);
    vm.end_of_iteration(result)
}

fn py_iter(vm: &Vm, object: &Value) -> PyResult<Value> {
    match vm.special_or_none(object, &vm.names().__iter__, &[])? {
        Some(iter) => Ok(iter),
        None => Err(vm.type_error(format!("'{}' object is not iterable", object.type_name(vm)))),
    }
}

fn py_contains(vm: &Vm, object: &Value, item: &Value) -> PyResult<bool> {
    match object.ty(vm).lookup(vm, &vm.names().__contains__) {
        Some(found) if found.is_none() => {
            Err(vm.type_error(format!("'{}' object is not a container", object.type_name(vm))))
        }
        Some(found) => {
            let result = vm.call_found(object, &found, std::slice::from_ref(item))?;
            vm.truth(&result)
        }
        None => vm.contains_by_iteration(object, item),
    }
}

fn py_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    let new = vm.getattr(ty.value(), vm.names().__new__.value())?;
    let mut all = vec![ty.clone().into_value()];
    all.extend_from_slice(args.values);
    vm.call(&new, Args { values: &all, names: args.names })
}

/// Does the slot call a Python `__new__`?
pub fn is_python_new(f: fn(&Vm, &TypeRef, Args) -> PyResult<Value>) -> bool {
    std::ptr::fn_addr_eq(f, py_new as fn(&Vm, &TypeRef, Args) -> PyResult<Value>)
}

/// Does the slot call a Python `__getitem__`?
pub fn is_python_getitem(f: Binary) -> bool {
    std::ptr::fn_addr_eq(f, py_getitem as Binary)
}

fn py_getitem(vm: &Vm, object: &Value, key: &Value) -> PyResult<Value> {
    vm.special(object, &vm.names().__getitem__, std::slice::from_ref(key))
}

fn prepend<R>(first: &Value, args: Args, body: impl FnOnce(Args) -> R) -> R {
    if args.values.len() < 6 {
        let mut all: [Value; 6] = [const { Value::UNBOUND }; 6];
        all[0] = first.clone();
        all[1..=args.values.len()].clone_from_slice(args.values);
        return body(Args { values: &all[..=args.values.len()], names: args.names });
    }
    let mut all = Vec::with_capacity(args.values.len() + 1);
    all.push(first.clone());
    all.extend_from_slice(args.values);
    body(Args { values: &all, names: args.names })
}

/// As [`Vm::call_found`], with keywords.
pub fn call_found_args(vm: &Vm, object: &Value, found: &Value, args: Args) -> PyResult<Value> {
    if found.is_object() && found.ty(vm).has(type_flag::METHOD_DESCRIPTOR) {
        return prepend(object, args, |args| vm.call(found, args));
    }
    let bound = vm.bind(found, object)?;
    vm.call(&bound, args)
}

fn py_call(vm: &Vm, object: &Value, args: Args) -> PyResult<Value> {
    vm.check_native()?;
    match object.ty(vm).lookup(vm, &vm.names().__call__) {
        Some(found) => call_found_args(vm, object, &found, args),
        None => Err(vm.no_attribute(object, vm.names().__call__.value())),
    }
}

fn py_init(vm: &Vm, object: &Value, args: Args) -> PyResult<()> {
    let Some(found) = object.ty(vm).lookup(vm, &vm.names().__init__) else {
        return Err(vm.no_attribute(object, vm.names().__init__.value()));
    };
    let result = call_found_args(vm, object, &found, args)?;
    if result.is_none() {
        return Ok(());
    }
    Err(vm.type_error(format!("__init__() should return None, not '{}'", result.type_name(vm))))
}

fn delete_or_set(
    vm: &Vm,
    object: &Value,
    (set, delete): (&Ref<Str>, &Ref<Str>),
    key: &Value,
    value: Option<&Value>,
) -> PyResult<()> {
    match value {
        Some(value) => vm.special(object, set, &[key.clone(), value.clone()]).map(drop),
        None => vm.special(object, delete, std::slice::from_ref(key)).map(drop),
    }
}

fn py_setattr(vm: &Vm, object: &Value, name: &Value, value: Option<&Value>) -> PyResult<()> {
    delete_or_set(vm, object, (&vm.names().__setattr__, &vm.names().__delattr__), name, value)
}

/// `object.__setattr__(C, …)` must not step over the native `type.__setattr__`: the slot that a wrapper calls is that
/// of the first native type that has the say for the object.
fn check_setattr(vm: &Vm, object: &Value, slot: SetAttr, name: &str) -> PyResult<()> {
    let is_python = |f: SetAttr| std::ptr::fn_addr_eq(f, py_setattr as SetAttr);
    let ty = object.type_ref(vm);
    let mine = ty.slots.get().setattr;
    let mro = ty.mro.cloned();
    let defining = mro.items().iter().rev().filter_map(Value::as_type).find(|base| {
        match (base.slots.get().setattr, mine) {
            (Some(f), Some(mine)) => !is_python(f) && std::ptr::fn_addr_eq(f, mine),
            _ => false,
        }
    });
    let mut at = Some(defining.map_or_else(|| ty.clone(), Obj::to_ref));
    while let Some(base) = at {
        match base.slots.get().setattr {
            Some(f) if std::ptr::fn_addr_eq(f, slot) => return Ok(()),
            Some(f) if !is_python(f) => {
                return Err(vm.type_error(format!("can't apply this {name} to {} object", ty.name())));
            }
            _ => {}
        }
        at = base.base.cloned();
    }
    Ok(())
}

type SetAttr = fn(&Vm, &Value, &Value, Option<&Value>) -> PyResult<()>;

/// All slots.
pub static GROUPS: &[Group] = &[
    group!(repr, |vm, a| vm.special(a, &vm.names().__repr__, &[]), [
        __repr__ "($self, /)" "Return repr(self)." => |vm, s, me, args, name| {
            none(vm, args, name)?;
            match s.repr { Some(f) => f(vm, me), None => Ok(Value::NOT_IMPLEMENTED) }
        };
    ]),
    unary!(str __str__ "Return str(self)."),
    Group {
        dunders: &[Dunder {
            name: |n| &n.__hash__,
            call: |vm, s, me, args, name| {
                none(vm, args, name)?;
                match s.hash {
                    Some(f) => Ok(vm.int(f(vm, me)?)),
                    None => Ok(Value::NOT_IMPLEMENTED),
                }
            },
            signature: "($self, /)",
            doc: "Return hash(self).",
        }],
        is_set: |s| s.hash.is_some_and(|f| f as usize != not_hashable as *const () as usize),
        set_python: |s| s.hash = Some(py_hash),
        copy: |to, from| to.hash = from.hash,
        same: same_slot!(hash),
    },
    group!(call, py_call, [
        __call__ "($self, /, *args, **kwargs)" "Call self as a function." => |vm, s, me, args, _| match s.call {
            Some(f) => f(vm, me, args),
            None => Ok(Value::NOT_IMPLEMENTED),
        };
    ]),
    group!(getattr, py_getattr, [
        __getattribute__ "($self, name, /)" "Return getattr(self, name)." => |vm, s, me, args, name| {
            let attr = one(vm, args, name)?;
            match s.getattr { Some(f) => f(vm, me, attr), None => Ok(Value::NOT_IMPLEMENTED) }
        };
    ]),
    group!(setattr, py_setattr, [
        __setattr__ "($self, name, value, /)" "Implement setattr(self, name, value)." => |vm, s, me, args, name| {
            let [attr, value] = two(vm, args, name)?;
            if let Some(f) = s.setattr {
                check_setattr(vm, me, f, name)?;
                f(vm, me, attr, Some(value))?;
            }
            Ok(Value::NONE)
        };
        __delattr__ "($self, name, /)" "Implement delattr(self, name)." => |vm, s, me, args, name| {
            let attr = one(vm, args, name)?;
            if let Some(f) = s.setattr {
                check_setattr(vm, me, f, name)?;
                f(vm, me, attr, None)?;
            }
            Ok(Value::NONE)
        };
    ]),
    Group {
        dunders: &[
            compare_dunder!(__lt__ Lt "Return self<value."),
            compare_dunder!(__le__ Le "Return self<=value."),
            compare_dunder!(__eq__ Eq "Return self==value."),
            compare_dunder!(__ne__ Ne "Return self!=value."),
            compare_dunder!(__gt__ Gt "Return self>value."),
            compare_dunder!(__ge__ Ge "Return self>=value."),
        ],
        is_set: |s| s.compare.is_some(),
        set_python: |s| s.compare = Some(py_compare),
        copy: |to, from| to.compare = from.compare,
        same: same_slot!(compare),
    },
    group!(iter, py_iter, [
        __iter__ "($self, /)" "Implement iter(self)." => |vm, s, me, args, name| {
            none(vm, args, name)?;
            match s.iter { Some(f) => f(vm, me), None => Ok(Value::NOT_IMPLEMENTED) }
        };
    ]),
    group!(next, py_next, [
        __next__ "($self, /)" "Implement next(self)." => |vm, s, me, args, name| {
            none(vm, args, name)?;
            let Some(f) = s.next else { return Ok(Value::NOT_IMPLEMENTED) };
            vm.stop_value.set(Value::NONE);
            match f(vm, me)? {
                Some(value) => Ok(value),
                None => {
                    let value = vm.stop_value.replace(Value::NONE);
                    Err(vm.stop_iteration(value))
                }
            }
        };
    ]),
    group!(get, |vm, descriptor, object, owner| {
        let object = object.cloned().unwrap_or(Value::NONE);
        let owner = owner.cloned().unwrap_or(Value::NONE);
        match descriptor.ty(vm).lookup(vm, &vm.names().__get__) {
            Some(found) => vm.call_found(descriptor, &found, &[object, owner]),
            None => Ok(descriptor.clone()),
        }
    }, [
        __get__ "($self, instance, owner=None, /)" "Return an attribute of instance, which is of type owner." =>
            |vm, s, me, args, name| {
            let args = args.count(vm, name, 1, 2)?;
            let owner = args.get(1).filter(|o| !o.is_none());
            let object = Some(&args[0]).filter(|o| !o.is_none());
            if object.is_none() && owner.is_none() {
                return Err(vm.type_error("__get__(None, None) is invalid"));
            }
            match s.get { Some(f) => f(vm, me, object, owner), None => Ok(Value::NOT_IMPLEMENTED) }
        };
    ]),
    group!(set, |vm, descriptor, object, value| delete_or_set(
        vm, descriptor, (&vm.names().__set__, &vm.names().__delete__), object, value), [
        __set__ "($self, instance, value, /)" "Set an attribute of instance to value." => |vm, s, me, args, name| {
            let [object, value] = two(vm, args, name)?;
            if let Some(f) = s.set { f(vm, me, object, Some(value))?; }
            Ok(Value::NONE)
        };
        __delete__ "($self, instance, /)" "Delete an attribute of instance." => |vm, s, me, args, name| {
            let object = one(vm, args, name)?;
            if let Some(f) = s.set { f(vm, me, object, None)?; }
            Ok(Value::NONE)
        };
    ]),
    group!(init, py_init, [
        __init__ "($self, /, *args, **kwargs)" "Initialize self.  See help(type(self)) for accurate signature." =>
            |vm, s, me, args, _| {
            if let Some(f) = s.init { f(vm, me, args)?; }
            Ok(Value::NONE)
        };
    ]),
    group!(del, |vm, object| vm.special(object, &vm.names().__del__, &[]).map(drop), [
        __del__ "($self, /)" "Called when the instance is about to be destroyed." => |vm, s, me, args, name| {
            none(vm, args, name)?;
            if let Some(f) = s.del { f(vm, me)?; }
            Ok(Value::NONE)
        };
    ]),
    Group {
        dunders: &[Dunder {
            name: |n| &n.__bool__,
            call: |vm, s, me, args, name| {
                none(vm, args, name)?;
                match s.bool {
                    Some(f) => Ok(Value::bool(f(vm, me)?)),
                    None => Ok(Value::NOT_IMPLEMENTED),
                }
            },
            signature: "($self, /)",
            doc: "True if self else False",
        }],
        is_set: |s| s.bool.is_some(),
        set_python: |s| s.bool = Some(py_bool),
        copy: |to, from| to.bool = from.bool,
        same: same_slot!(bool),
    },
    unary!(int __int__ "int(self)"),
    unary!(float __float__ "float(self)"),
    unary!(index __index__ "Return self converted to an integer, if self is suitable for use as an index into a list."),
    unary!(neg __neg__ "-self"),
    unary!(pos __pos__ "+self"),
    unary!(abs __abs__ "abs(self)"),
    unary!(invert __invert__ "~self"),
    binary!(add py_add __add__ __radd__ "+"),
    binary!(sub py_sub __sub__ __rsub__ "-"),
    binary!(mul py_mul __mul__ __rmul__ "*"),
    binary!(truediv py_truediv __truediv__ __rtruediv__ "/"),
    binary!(floordiv py_floordiv __floordiv__ __rfloordiv__ "//"),
    binary!(modulo py_modulo __mod__ __rmod__ "%"),
    binary!(divmod py_divmod __divmod__ __rdivmod__ "divmod(" ", " ")"),
    group!(pow, py_pow, [
        __pow__ "($self, value, mod=None, /)" "Return pow(self, value, mod)." => |vm, s, me, args, name| {
            let args = one_or_two(vm, args, name)?;
            let modulus = args.get(1).cloned().unwrap_or(Value::NONE);
            match s.pow { Some(f) => f(vm, me, &args[0], &modulus), None => Ok(Value::NOT_IMPLEMENTED) }
        };
        __rpow__ "($self, value, mod=None, /)" "Return pow(value, self, mod)." => |vm, s, me, args, name| {
            let args = one_or_two(vm, args, name)?;
            let modulus = args.get(1).cloned().unwrap_or(Value::NONE);
            match s.pow { Some(f) => f(vm, &args[0], me, &modulus), None => Ok(Value::NOT_IMPLEMENTED) }
        };
    ]),
    binary!(matmul py_matmul __matmul__ __rmatmul__ "@"),
    binary!(lshift py_lshift __lshift__ __rlshift__ "<<"),
    binary!(rshift py_rshift __rshift__ __rrshift__ ">>"),
    binary!(and py_and __and__ __rand__ "&"),
    binary!(or py_or __or__ __ror__ "|"),
    binary!(xor py_xor __xor__ __rxor__ "^"),
    inplace!(iadd __iadd__ "+"),
    inplace!(isub __isub__ "-"),
    inplace!(imul __imul__ "*"),
    inplace!(itruediv __itruediv__ "/"),
    inplace!(ifloordiv __ifloordiv__ "//"),
    inplace!(imodulo __imod__ "%"),
    group!(ipow, |vm, a, b, _| Ok(vm.call_special(a, &vm.names().__ipow__, std::slice::from_ref(b))?
        .unwrap_or(Value::NOT_IMPLEMENTED)), [
        __ipow__ "($self, value, /)" "Return self**=value." => |vm, s, me, args, name| {
            let other = one(vm, args, name)?;
            match s.ipow { Some(f) => f(vm, me, other, &Value::NONE), None => Ok(Value::NOT_IMPLEMENTED) }
        };
    ]),
    inplace!(imatmul __imatmul__ "@"),
    inplace!(ilshift __ilshift__ "<<"),
    inplace!(irshift __irshift__ ">>"),
    inplace!(iand __iand__ "&"),
    inplace!(ior __ior__ "|"),
    inplace!(ixor __ixor__ "^"),
    group!(len, py_len, [
        __len__ "($self, /)" "Return len(self)." => |vm, s, me, args, name| {
            none(vm, args, name)?;
            match s.len { Some(f) => Ok(vm.int(f(vm, me)? as i64)), None => Ok(Value::NOT_IMPLEMENTED) }
        };
    ]),
    group!(getitem, py_getitem, [
        __getitem__ "($self, key, /)" "Return self[key]." => |vm, s, me, args, name| {
            let key = one(vm, args, name)?;
            match s.getitem { Some(f) => f(vm, me, key), None => Ok(Value::NOT_IMPLEMENTED) }
        };
    ]),
    group!(setitem, |vm, object, key, value| delete_or_set(
        vm, object, (&vm.names().__setitem__, &vm.names().__delitem__), key, value), [
        __setitem__ "($self, key, value, /)" "Set self[key] to value." => |vm, s, me, args, name| {
            let [key, value] = two(vm, args, name)?;
            if let Some(f) = s.setitem { f(vm, me, key, Some(value))?; }
            Ok(Value::NONE)
        };
        __delitem__ "($self, key, /)" "Delete self[key]." => |vm, s, me, args, name| {
            let key = one(vm, args, name)?;
            if let Some(f) = s.setitem { f(vm, me, key, None)?; }
            Ok(Value::NONE)
        };
    ]),
    group!(contains, py_contains, [
        __contains__ "($self, key, /)" "Return bool(key in self)." => |vm, s, me, args, name| {
            let key = one(vm, args, name)?;
            match s.contains { Some(f) => Ok(Value::bool(f(vm, me, key)?)), None => Ok(Value::NOT_IMPLEMENTED) }
        };
    ]),
    // Sequences' `+` and `*`: Python classes fill `add` and `mul` above instead.
    Group {
        dunders: &[Dunder {
            name: |n| &n.__add__,
            call: |vm, s, me, args, name| {
                let other = one(vm, args, name)?;
                match s.concat {
                    Some(f) => f(vm, me, other),
                    None => Ok(Value::NOT_IMPLEMENTED),
                }
            },
            signature: "($self, value, /)",
            doc: "Return self+value.",
        }],
        is_set: |s| s.concat.is_some(),
        set_python: |_| {},
        copy: |to, from| to.concat = from.concat,
        same: same_slot!(concat),
    },
    Group {
        dunders: &[
            Dunder {
                name: |n| &n.__mul__,
                call: repeat_call,
                signature: "($self, value, /)",
                doc: "Return self*value.",
            },
            Dunder {
                name: |n| &n.__rmul__,
                call: repeat_call,
                signature: "($self, value, /)",
                doc: "Return value*self.",
            },
        ],
        is_set: |s| s.repeat.is_some(),
        set_python: |_| {},
        copy: |to, from| to.repeat = from.repeat,
        same: same_slot!(repeat),
    },
    Group {
        dunders: &[Dunder {
            name: |n| &n.__iadd__,
            call: |vm, s, me, args, name| {
                let other = one(vm, args, name)?;
                match s.iconcat {
                    Some(f) => f(vm, me, other),
                    None => Ok(Value::NOT_IMPLEMENTED),
                }
            },
            signature: "($self, value, /)",
            doc: "Implement self+=value.",
        }],
        is_set: |s| s.iconcat.is_some(),
        set_python: |_| {},
        copy: |to, from| to.iconcat = from.iconcat,
        same: same_slot!(iconcat),
    },
    Group {
        dunders: &[Dunder {
            name: |n| &n.__imul__,
            call: |vm, s, me, args, name| {
                let count = vm.repeat_count(one(vm, args, name)?)?;
                match s.irepeat {
                    Some(f) => f(vm, me, count),
                    None => Ok(Value::NOT_IMPLEMENTED),
                }
            },
            signature: "($self, value, /)",
            doc: "Implement self*=value.",
        }],
        is_set: |s| s.irepeat.is_some(),
        set_python: |_| {},
        copy: |to, from| to.irepeat = from.irepeat,
        same: same_slot!(irepeat),
    },
    unary!(await_ __await__ "Return an iterator to be used in await expression."),
    unary!(aiter __aiter__ "Return an awaitable, that resolves in asynchronous iterator."),
    unary!(anext __anext__ "Return a value or raise StopAsyncIteration."),
    group!(buffer, |vm, object, flags| {
        let flags = vm.int(i64::from(flags));
        vm.special(object, &vm.names().__buffer__, &[flags])
    }, [
        __buffer__ "($self, flags, /)" "Return a buffer object that exposes the underlying memory of the object." =>
            |vm, s, me, args, name| {
            let flags = vm.to_index(one(vm, args, name)?)? as u32;
            match s.buffer { Some(f) => f(vm, me, flags), None => Ok(Value::NOT_IMPLEMENTED) }
        };
    ]),
];

fn repeat_call(vm: &Vm, s: &Slots, me: &Value, args: Args, name: &str) -> PyResult<Value> {
    let count = vm.repeat_count(one(vm, args, name)?)?;
    match s.repeat {
        Some(f) => f(vm, me, count),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// Payload of the descriptor that stands for a native slot in its type's dict.
pub struct SlotWrapper {
    /// The type whose slot it calls.
    pub owner: TypeRef,
    /// Row in [`GROUPS`].
    pub group: usize,
    /// Which dunder of the row.
    pub dunder: usize,
}

crate::payload!(SlotWrapper, "wrapper_descriptor", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.owner.value());
    }
});

impl SlotWrapper {
    /// The dunder.
    pub fn dunder(&self) -> &'static Dunder {
        &GROUPS[self.group].dunders[self.dunder]
    }
    /// Calls the slot.
    pub fn call(&self, vm: &Vm, me: &Value, args: Args) -> PyResult<Value> {
        let dunder = self.dunder();
        let name = (dunder.name)(vm.names()).as_str().unwrap_or_default();
        (dunder.call)(vm, self.owner.slots.get(), me, args, name)
    }
}

/// Numbers of rows of [`GROUPS`].
pub type Rows = smallvec::SmallVec<[u8; 96]>;

/// The native slots of a type that its base has not or has differently.
pub fn own_rows(ty: &TypeRef) -> Rows {
    let slots = ty.slots.get();
    let base = ty.base.get().as_ref().map(|base| *base.slots.get()).unwrap_or_default();
    let is_own = |group: &Group| (group.is_set)(slots) && !(group.same)(slots, &base);
    (0u8..).zip(GROUPS).filter(|(_, group)| is_own(group)).map(|(number, _)| number).collect()
}

/// How many dunders rows have.
pub fn dunders_of(rows: &Rows) -> usize {
    rows.iter().map(|number| GROUPS[usize::from(*number)].dunders.len()).sum()
}

/// Puts wrappers for the native slots of a type that its base has not or has differently into the type's dict.
pub fn add_wrappers(vm: &Vm, ty: &TypeRef, wrapper_type: &TypeRef, rows: &Rows) {
    let slots = ty.slots.get();
    for &number in rows {
        let number = usize::from(number);
        for (dunder, row) in GROUPS[number].dunders.iter().enumerate() {
            let name = (row.name)(vm.names());
            if ty.dict.get_str(name).is_none() {
                let wrapper =
                    vm.alloc(wrapper_type, SlotWrapper { owner: ty.clone(), group: number, dunder });
                ty.dict.insert_str(name, wrapper.into_value());
            }
        }
    }
    let hash_changed = slots.hash.map(|f| f as usize) == Some(not_hashable as *const () as usize);
    if hash_changed && ty.dict.get_str(&vm.names().__hash__).is_none() {
        ty.dict.insert_str(&vm.names().__hash__, Value::NONE);
    }
}

/// The rows of [`GROUPS`], as a set of bits, that a dunder has a say in.
pub struct Dunders(HashMap<u64, u128, BuildHasherDefault<AddressHasher>>);

impl Dunders {
    fn new(names: &Names) -> Dunders {
        const { assert!(GROUPS.len() <= 128) };
        let mut all = Dunders(HashMap::default());
        for (number, group) in GROUPS.iter().enumerate() {
            let first = (group.dunders[0].name)(names);
            let also = if first.same(&names.__getattribute__) {
                Some(&names.__getattr__)
            } else if first.same(&names.__bool__) {
                Some(&names.__len__)
            } else {
                None
            };
            for name in group.dunders.iter().map(|row| (row.name)(names)).chain(also) {
                *all.0.entry(name.address()).or_default() |= 1 << number;
            }
        }
        all
    }

    /// The rows that a namespace says something about; nothing if it has keys that only a comparison can tell.
    fn defined_in(&self, dict: &Dict) -> Option<u128> {
        let mut rows = 0;
        let mut at = 0;
        while let Some((found, key, _)) = dict.next_entry(at) {
            let name = exact_str(key)?;
            if name.bytes().starts_with(b"__") {
                if !name.is_interned() {
                    return None;
                }
                rows |= self.0.get(&name.address()).copied().unwrap_or(0);
            }
            at = found + 1;
        }
        Some(rows)
    }
}

/// Sets the slots of a new class: its base's where it defines no dunder itself and looks everything else up as its base does.
pub fn fill(vm: &Vm, ty: &Obj<Type>) {
    let base = ty.base.cloned();
    let follows = |base: &TypeRef| {
        let (mine, its) = (ty.mro(), base.mro());
        mine.len() == its.len() + 1
            && mine[0].to_bits() == ty.address()
            && mine[1..].iter().zip(its).all(|(a, b)| a.is(b))
    };
    let rows = match &base {
        // A type that is iterated by number has a slot that nothing in its namespace stands for.
        Some(base) if follows(base) && base.has(type_flag::READY) && !base.has(type_flag::NUMBERED) => {
            vm.interp().dunders.get_or_init(|| Dunders::new(vm.names())).defined_in(&ty.dict)
        }
        _ => None,
    };
    let (Some(rows), Some(base)) = (rows, base) else { return update(vm, ty, None) };
    let mut slots = *ty.slots.get();
    for (number, group) in GROUPS.iter().enumerate() {
        if rows >> number & 1 != 0 {
            update_group(vm, ty, number, group, &mut slots);
        } else {
            (group.copy)(&mut slots, base.slots.get());
            if cfg!(debug_assertions) {
                let mut asked = *ty.slots.get();
                update_group(vm, ty, number, group, &mut asked);
                let name = (group.dunders[0].name)(vm.names());
                assert!((group.same)(&asked, &slots), "{}.{}", ty.name(), name.to_string_lossy());
            }
        }
    }
    update_new(vm, ty, &mut slots);
    adopt(vm, ty, slots, None);
}

/// Sets the slots of a class from what its MRO defines; `only` limits it to the dunder that changed.
pub fn update(vm: &Vm, ty: &Obj<Type>, only: Option<&Obj<Str>>) {
    let mut slots = *ty.slots.get();
    for (number, group) in GROUPS.iter().enumerate() {
        if let Some(only) = only {
            let hook = group.dunders.iter().any(|d| (d.name)(vm.names()).same(only))
                || (only.same(&vm.names().__getattr__)
                    && (group.dunders[0].name)(vm.names()).same(&vm.names().__getattribute__))
                || (only.same(&vm.names().__len__)
                    && (group.dunders[0].name)(vm.names()).same(&vm.names().__bool__));
            if !hook {
                continue;
            }
        }
        update_group(vm, ty, number, group, &mut slots);
    }
    let is_new = only.is_none_or(|name| name.same(&vm.names().__new__));
    if is_new {
        update_new(vm, ty, &mut slots);
    }
    adopt(vm, ty, slots, only);
}

/// The new slots of a class; those of its subclasses follow.
fn adopt(vm: &Vm, ty: &Obj<Type>, slots: Slots, only: Option<&Obj<Str>>) {
    let del = slots.del.is_some();
    ty.slots.set(slots);
    if del {
        ty.set_flags(type_flag::HAS_DEL);
    } else {
        ty.clear_flags(type_flag::HAS_DEL);
    }
    for sub in ty.live_subclasses() {
        update(vm, &sub, only);
    }
}

fn update_group(vm: &Vm, ty: &Obj<Type>, number: usize, group: &Group, slots: &mut Slots) {
    let names = vm.names();
    let mut native: Option<TypeRef> = None;
    let mut python = false;
    for row in group.dunders {
        let Some(found) = ty.lookup_slow((row.name)(names)) else { continue };
        match found.downcast::<SlotWrapper>() {
            Some(wrapper) if ty.is_subtype(&wrapper.owner) && wrapper.group == number => match &native {
                Some(other) if !(group.same)(other.slots.get(), wrapper.owner.slots.get()) => python = true,
                Some(_) => {}
                None => native = Some(wrapper.owner.clone()),
            },
            // The sequence slots share their dunders with the number slots.
            Some(wrapper) if ty.is_subtype(&wrapper.owner) && shares_dunders(wrapper.group, number) => {}
            _ => {
                python = true;
                if found.is_none() && (row.name)(names).same(&names.__hash__) {
                    slots.hash = Some(not_hashable);
                    return;
                }
            }
        }
    }
    let first = (group.dunders[0].name)(names);
    if first.same(&names.__getattribute__) && ty.lookup_slow(&names.__getattr__).is_some() {
        python = true;
    }
    if first.same(&names.__bool__) && !python && native.is_none() {
        // Without __bool__ the length decides; `truth` looks at it by itself.
        slots.bool = None;
        return;
    }
    if python {
        if is_sequence_group(number) {
            // A Python `__add__` fills `add`; the inherited sequence slot must not be asked any more.
            (group.copy)(slots, &Slots::default());
        } else {
            (group.set_python)(slots);
        }
    } else {
        match native {
            Some(owner) => (group.copy)(slots, owner.slots.get()),
            None => (group.copy)(slots, &Slots::default()),
        }
    }
}

fn is_sequence_group(number: usize) -> bool {
    let mut probe = Slots::default();
    (GROUPS[number].set_python)(&mut probe);
    !(GROUPS[number].is_set)(&probe)
}

fn shares_dunders(a: usize, b: usize) -> bool {
    is_sequence_group(a) != is_sequence_group(b)
}

fn update_new(vm: &Vm, ty: &Obj<Type>, slots: &mut Slots) {
    let Some((found, owner)) = ty.lookup_with_owner(&vm.names().__new__) else { return };
    match vm.native_new_owner(&found) {
        Some(native) if owner.is(&native) || owner.is_subtype(&native) => slots.new = native.slots.get().new,
        _ => slots.new = Some(py_new),
    }
}
