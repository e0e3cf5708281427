//! `partial` and the `Placeholder` that keeps a positional place free.
//!
//! # Invariants
//!
//! 1. The last of `args` is no placeholder: `__new__` and `__setstate__` refuse it. `free` is the number of placeholders.

use std::cell::Cell;

use crate::runtime::builtins::tools::member;
use crate::runtime::builtins::types::DICT_GETSET_COPY;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::attrs;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{TypeRef, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

// ------------------------------------------------------------------------------------------------ Placeholder

/// The payload of `Placeholder`.
pub struct Placeholder;
crate::payload!(Placeholder, "_PlaceholderType");

/// `_PlaceholderType`
pub static PLACEHOLDER_TYPE: TypeSpec = TypeSpec::new("functools._PlaceholderType", Placeholder::layout)
    .doc("", "The type of Placeholder, which stands for a positional argument of partial to be given later.")
    .slots(|s| {
        s.new = Some(|vm, _, args| {
            if !args.values.is_empty() {
                return Err(vm.type_error("PlaceholderType takes no arguments"));
            }
            Ok(placeholder(vm))
        });
        s.repr = Some(|vm, _| Ok(vm.str("Placeholder")));
    })
    .methods(&[native("__reduce__(self, /)", |vm, _| Ok(vm.str("Placeholder")), "")]);

/// `Placeholder`
pub fn placeholder(vm: &Vm) -> Value {
    vm.state("functools.Placeholder", |vm| vm.alloc_spec(&PLACEHOLDER_TYPE, Placeholder))
}

fn is_placeholder(value: &Value) -> bool {
    value.downcast::<Placeholder>().is_some()
}

fn count_free(args: &[Value]) -> usize {
    args.iter().filter(|arg| is_placeholder(arg)).count()
}

// ------------------------------------------------------------------------------------------------ partial

/// The payload of `partial`.
pub struct Partial {
    function: LockCell<Value>,
    args: LockCell<Ref<Tuple>>,
    keywords: LockCell<Ref<Dict>>,
    free: Cell<usize>,
}

crate::payload!(Partial, "partial", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.function.get());
        visit(self.args.get().value());
        visit(self.keywords.get().value());
    }
    fn clear(&self) {
        self.function.set(Value::NONE);
        Payload::clear(&self.keywords.cloned().data);
    }
});

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Partial>> {
    vm.cast::<Partial>(value)
}

/// `partial`
pub static PARTIAL: TypeSpec = TypeSpec::new("functools.partial", Partial::layout)
    .flags(type_flag::BASE | type_flag::WEAKREF | type_flag::DICT_ATTR)
    .doc("(func, /, *args, **keywords)", "A callable that calls func with these arguments and those of the call.\n\nPlaceholder among the positional ones keeps a place free for the call's.")
    .slots(|s| {
        s.new = Some(new);
        s.call = Some(call);
        s.repr = Some(repr);
        s.get = Some(|vm, this, object, _| Ok(match object.filter(|object| !object.is_none()) {
            Some(object) => vm.bound_method(this.clone(), object.clone()),
            None => this.clone(),
        }));
    })
    .methods(&[
        native("__reduce__(self, /)", reduce, ""),
        native("__setstate__(self, state, /)", set_state, ""),
        native("__class_getitem__(cls, object, /)", |vm, args| vm.generic_alias(&args[0], &args[1]), "Generic over the type of what the function returns.").class(),
    ])
    .getset(&[
        member("func", |vm, value| Ok(this(vm, value)?.function.cloned()), "The function."),
        member("args", |vm, value| Ok(this(vm, value)?.args.cloned().into_value()), "Its first positional arguments, a tuple."),
        member("keywords", |vm, value| Ok(this(vm, value)?.keywords.cloned().into_value()), "Its keyword arguments, a dict."),
        DICT_GETSET_COPY,
    ]);

fn new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    let Some((function, given)) = args.pos().split_first() else {
        return Err(vm.type_error("type 'partial' takes at least one argument"));
    };
    if !vm.is_callable(function) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    if given.last().is_some_and(is_placeholder) {
        return Err(vm.type_error("trailing Placeholders are not allowed"));
    }
    if args.keywords().any(|(_, value)| is_placeholder(value)) {
        return Err(vm.type_error("Placeholder cannot be passed as a keyword argument"));
    }
    // A partial that nobody gave attributes is merged into this one.
    let inner = function.downcast::<Partial>().filter(|_| {
        let call_is_ours =
            function.ty(vm).slots.get().call.is_some_and(|f| f as usize == call as *const () as usize);
        call_is_ours && has_no_attributes(vm, function)
    });
    let (target, all, keywords) = match inner {
        None => (function.clone(), given.to_vec(), Dict::new()),
        Some(inner) => {
            let before = inner.args.cloned();
            let mut given = given.iter();
            let mut all: Vec<Value> = before
                .items()
                .iter()
                .map(|arg| match is_placeholder(arg) {
                    true => given.next().unwrap_or(arg).clone(),
                    false => arg.clone(),
                })
                .collect();
            all.extend(given.cloned());
            (inner.function.cloned(), all, inner.keywords.cloned().copy())
        }
    };
    for (name, value) in args.keywords() {
        drop(keywords.insert(vm, name.clone(), value.clone())?);
    }
    let free = Cell::new(count_free(&all));
    let partial = Partial {
        function: LockCell::new(target),
        args: LockCell::new(vm.tuple_ref(all)),
        keywords: LockCell::new(vm.dict(keywords)),
        free,
    };
    Ok(vm.alloc(ty, partial).into_value())
}

fn has_no_attributes(vm: &Vm, object: &Value) -> bool {
    match attrs::attrs(object) {
        attrs::Attrs::None => true,
        attrs::Attrs::Dict(dict) => dict.is_empty(),
        attrs::Attrs::Shape(shape, _) => vm.interp().shapes.names(shape).is_empty(),
    }
}

fn call(vm: &Vm, callable: &Value, args: Args) -> PyResult<Value> {
    vm.check_native()?;
    let this = this(vm, callable)?;
    let (function, first, keywords) = (this.function.cloned(), this.args.cloned(), this.keywords.cloned());
    let (free, given) = (this.free.get(), args.pos());
    if given.len() < free {
        return Err(vm.type_error(format!(
            "missing positional arguments in 'partial' call; expected at least {free}, got {}",
            given.len()
        )));
    }
    if first.is_empty() && keywords.is_empty() {
        return vm.call(&function, args);
    }
    let mut values = Vec::with_capacity(first.len() + args.values.len() + keywords.len());
    let mut rest = given.iter();
    if free == 0 {
        values.extend_from_slice(first.items());
    } else {
        for arg in first.items() {
            let filled = if is_placeholder(arg) { rest.next().unwrap_or(arg) } else { arg };
            values.push(filled.clone());
        }
    }
    values.extend(rest.cloned());
    if keywords.is_empty() {
        values.extend(args.keywords().map(|(_, value)| value.clone()));
        return vm.call(&function, Args { values: &values, names: args.names });
    }
    let mut names = Vec::with_capacity(keywords.len() + args.names.len());
    if args.names.is_empty() {
        for (name, value) in keywords.entries() {
            names.push(name);
            values.push(value);
        }
    } else {
        let merged = keywords.copy();
        for (name, value) in args.keywords() {
            drop(merged.insert(vm, name.clone(), value.clone())?);
        }
        for (name, value) in merged.entries() {
            names.push(name);
            values.push(value);
        }
    }
    vm.call(&function, Args { values: &values, names: &names })
}

fn repr(vm: &Vm, value: &Value) -> PyResult<Value> {
    let Some(_guard) = vm.enter_repr(value) else { return Ok(vm.str("...")) };
    let this = this(vm, value)?;
    let (function, args, keywords) = (this.function.cloned(), this.args.cloned(), this.keywords.cloned());
    let ty = value.ty(vm);
    let module = vm.getattr(&ty.to_value(), vm.names().__module__.value())?;
    let mut text = vm.to_string(&module)?.into_bytes();
    text.push(b'.');
    text.extend_from_slice(ty.qualname.get().bytes());
    text.push(b'(');
    text.extend(vm.repr_string(&function)?);
    for arg in args.items() {
        text.extend_from_slice(b", ");
        text.extend(vm.repr_string(arg)?);
    }
    for (name, value) in keywords.entries() {
        text.extend_from_slice(b", ");
        let name = vm.to_str(&name)?;
        text.extend_from_slice(name.as_str().map(|name| name.bytes()).unwrap_or_default());
        text.push(b'=');
        text.extend(vm.repr_string(&value)?);
    }
    text.push(b')');
    Ok(vm.str_bytes(&text))
}

fn reduce(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let attributes = match has_no_attributes(vm, &args[0]) {
        true => Value::NONE,
        false => attrs::own_dict(vm, &args[0]).map_or(Value::NONE, Ref::into_value),
    };
    let state = vm.tuple(vec![
        this.function.cloned(),
        this.args.cloned().into_value(),
        this.keywords.cloned().into_value(),
        attributes,
    ]);
    let parts = vm.tuple(vec![this.function.cloned()]);
    Ok(vm.tuple(vec![args[0].ty(vm).to_value(), parts, state]))
}

fn set_state(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let invalid = || vm.type_error("invalid partial state");
    let Some([function, positional, keywords, attributes]) = args[1].as_tuple().map(|t| t.items()) else {
        return Err(invalid());
    };
    let attributes = match attributes.some() {
        None => None,
        Some(value) => Some(value.downcast_ref::<Dict>().ok_or_else(invalid)?),
    };
    let Some(positional_items) = positional.as_tuple() else { return Err(invalid()) };
    if !vm.is_callable(function) || (!keywords.is_none() && keywords.as_dict().is_none()) {
        return Err(invalid());
    }
    if positional_items.items().last().is_some_and(is_placeholder) {
        return Err(vm.type_error("trailing Placeholders are not allowed"));
    }
    let exact = positional.kind() == kind::TUPLE;
    let positional = match positional.downcast_ref::<Tuple>() {
        Some(tuple) if exact => tuple,
        _ => vm.tuple_ref(positional_items.items().to_vec()),
    };
    let keywords = match keywords.downcast_ref::<Dict>() {
        Some(dict) if keywords.kind() == kind::DICT => dict,
        Some(dict) => vm.dict(dict.copy()),
        None => vm.new_dict(),
    };
    this.free.set(count_free(positional.items()));
    this.function.set(function.clone());
    this.args.set(positional);
    this.keywords.set(keywords);
    match attributes {
        Some(attributes) => drop(attrs::own_set_dict(vm, &args[0], attributes)),
        None => drop(attrs::own_set_dict(vm, &args[0], vm.new_dict())),
    }
    Ok(Value::NONE)
}
