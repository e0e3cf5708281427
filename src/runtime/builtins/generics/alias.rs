//! `types.GenericAlias`: `list[int]`.

use std::cell::Cell;

use super::type_text;
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::tools::member;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{Cmp, GetSet, Native, Slots, TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

/// The payload of `types.GenericAlias`.
pub struct GenericAlias {
    origin: Value,
    args: Ref<Tuple>,
    parameters: LockCell<Option<Value>>,
    /// Is it `*origin[args]`?
    starred: bool,
}

crate::payload!(GenericAlias, "types.GenericAlias", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.origin);
        visit(self.args.value());
        if let Some(parameters) = self.parameters.get() {
            visit(parameters);
        }
    }
});

/// `types.GenericAlias`
pub static GENERIC_ALIAS: TypeSpec = TypeSpec::new("types.GenericAlias", GenericAlias::layout)
    .flags(type_flag::BASE | type_flag::WEAKREF)
    .doc("", "Represent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).")
    .slots(slots)
    .methods(METHODS)
    .getset(GETSET);

/// Attributes that are the alias's own, not its origin's.
static OWN: &[&[u8]] = &[
    b"__class__",
    b"__origin__",
    b"__args__",
    b"__unpacked__",
    b"__parameters__",
    b"__typing_unpacked_tuple_args__",
    b"__mro_entries__",
    b"__reduce_ex__",
    b"__reduce__",
    b"__copy__",
    b"__deepcopy__",
    b"__bases__",
];

/// Those of them that `copy` and classes ask for in vain: `dir` does not name them.
static UNNAMED: &[&[u8]] = &[b"__copy__", b"__deepcopy__", b"__bases__"];

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<GenericAlias>> {
    vm.cast::<GenericAlias>(value)
}

impl Vm {
    /// `origin[args]`; a tuple of arguments is several.
    pub fn generic_alias(&self, origin: &Value, args: &Value) -> PyResult<Value> {
        let ty = self.typ(&GENERIC_ALIAS).clone();
        Ok(make(self, &ty, origin, args, false))
    }
}

fn make(
    vm: &Vm,
    ty: &crate::runtime::object::typedef::TypeRef,
    origin: &Value,
    args: &Value,
    starred: bool,
) -> Value {
    let args = match args.downcast_ref::<Tuple>() {
        Some(args) => args,
        None => vm.tuple_ref(vec![args.clone()]),
    };
    let alias = GenericAlias { origin: origin.clone(), args, parameters: LockCell::new(None), starred };
    vm.alloc(ty, alias).into_value()
}

fn slots(s: &mut Slots) {
    s.new = Some(|vm, ty, args| {
        args.no_keywords(vm, "GenericAlias")?;
        let args = args.count(vm, "GenericAlias", 2, 2)?;
        Ok(make(vm, ty, &args[0], &args[1], false))
    });
    s.repr = Some(|vm, value| {
        let this = this(vm, value)?;
        let mut text = if this.starred { b"*".to_vec() } else { Vec::new() };
        text.extend(type_text(vm, &this.origin)?);
        text.push(b'[');
        if this.args.is_empty() {
            text.extend_from_slice(b"()");
        }
        for (at, arg) in this.args.items().iter().enumerate() {
            if at > 0 {
                text.extend_from_slice(b", ");
            }
            text.extend(argument_text(vm, arg)?);
        }
        text.push(b']');
        Ok(vm.str_bytes(&text))
    });
    s.hash = Some(|vm, value| {
        let this = this(vm, value)?;
        Ok(vm.hash(&this.origin)? ^ vm.hash(this.args.value())?)
    });
    s.compare = Some(|vm, a, b, op| {
        let (Some(x), Some(y)) = (a.downcast::<GenericAlias>(), b.downcast::<GenericAlias>()) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        if !matches!(op, Cmp::Eq | Cmp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let same = x.starred == y.starred
            && vm.equal(&x.origin, &y.origin)?
            && vm.equal(x.args.value(), y.args.value())?;
        Ok(Value::bool(same == (op == Cmp::Eq)))
    });
    s.call = Some(|vm, value, args| {
        let this = this(vm, value)?;
        let object = vm.call(&this.origin, args)?;
        let result = vm.setattr(&object, vm.names().__orig_class__.value(), Some(value));
        if let Err(raised) = result {
            if !vm.raised_is(&exc::ATTRIBUTE_ERROR) && !vm.raised_is(&exc::TYPE_ERROR) {
                return Err(raised);
            }
            drop(vm.take_raised(raised));
        }
        Ok(object)
    });
    s.getattr = Some(|vm, value, name| {
        if let Some(text) = name.as_str()
            && !OWN.contains(&text.bytes())
        {
            return vm.getattr(&this(vm, value)?.origin, name);
        }
        vm.generic_getattr(value, name)
    });
    s.getitem = Some(|vm, value, item| {
        let this = this(vm, value)?;
        let parameters = parameters(vm, this)?;
        let args = substitute(vm, value, this.args.value(), &parameters, item)?;
        let args = vm.tuple(args);
        Ok(make(vm, &value.type_ref(vm), &this.origin, &args, this.starred))
    });
    s.iter = Some(|vm, value| {
        let this = this(vm, value)?;
        let starred = make(vm, &value.type_ref(vm), &this.origin, this.args.value(), true);
        Ok(vm.alloc_spec(&ALIAS_ITER, AliasIter { item: LockCell::new(starred), done: Cell::new(false) }))
    });
    s.or = Some(|vm, a, b| vm.union_of(a, b));
}

fn argument_text(vm: &Vm, arg: &Value) -> PyResult<Vec<u8>> {
    let Some(items) = vm.list_items(arg) else { return type_text(vm, arg) };
    let mut text = b"[".to_vec();
    let count = items.get().len();
    for at in 0..count {
        if at > 0 {
            text.extend_from_slice(b", ");
        }
        // The text of an item before may have shortened the list.
        let item = vm.list_items(arg).and_then(|items| items.get().get(at).cloned());
        let Some(item) = item else { return Err(vm.index_error("list index out of range")) };
        text.extend(argument_text(vm, &item)?);
    }
    text.push(b']');
    Ok(text)
}

// ------------------------------------------------------------------------------------------------ type parameters

fn parameters(vm: &Vm, this: &Obj<GenericAlias>) -> PyResult<Value> {
    if let Some(known) = this.parameters.get() {
        return Ok(known.clone());
    }
    let found = find_parameters(vm, this.args.items())?;
    let found = vm.tuple(found);
    this.parameters.set(Some(found.clone()));
    Ok(found)
}

/// The items, if it is a tuple or a list.
fn items_of(vm: &Vm, value: &Value) -> Option<Vec<Value>> {
    match value.as_tuple() {
        Some(tuple) => Some(tuple.items().to_vec()),
        None => vm.list_items(value).map(LockCell::cloned),
    }
}

/// The type parameters in arguments, each once, in order.
pub fn find_parameters(vm: &Vm, args: &[Value]) -> PyResult<Vec<Value>> {
    let mut found: Vec<Value> = Vec::new();
    let mut add = |new: &Value| {
        if !found.iter().any(|known| known.is(new)) {
            found.push(new.clone());
        }
    };
    for arg in args {
        if arg.as_type().is_some() {
            continue;
        }
        if vm.getattr_opt(arg, vm.names().__typing_subst__.value())?.is_some() {
            add(arg);
        } else if let Some(items) = items_of(vm, arg) {
            for inner in find_parameters(vm, &items)? {
                add(&inner);
            }
        } else if let Some(inner) = vm.getattr_opt(arg, vm.names().__parameters__.value())?
            && let Some(inner) = inner.as_tuple()
        {
            inner.items().iter().for_each(&mut add);
        }
    }
    Ok(found)
}

/// Arguments with unpacked tuples of known length spread out.
fn unpack_args(vm: &Vm, item: &Value) -> PyResult<Vec<Value>> {
    let given = match item.as_tuple() {
        Some(tuple) => tuple.items().to_vec(),
        None => vec![item.clone()],
    };
    let mut all = Vec::with_capacity(given.len());
    for arg in given {
        if arg.as_type().is_none()
            && let Some(inner) = vm.getattr_opt(&arg, vm.names().__typing_unpacked_tuple_args__.value())?
            && let Some(inner) = inner.as_tuple()
            && !inner.items().last().is_some_and(|last| last.is_bits(crate::runtime::value::bits::ELLIPSIS))
        {
            all.extend_from_slice(inner.items());
            continue;
        }
        all.push(arg);
    }
    Ok(all)
}

/// The arguments with the type parameters replaced by `item`, a type or a tuple of them.
pub fn substitute(
    vm: &Vm,
    alias: &Value,
    args: &Value,
    parameters: &Value,
    item: &Value,
) -> PyResult<Vec<Value>> {
    let parameters = parameters.as_tuple().map_or_else(Vec::new, |t| t.items().to_vec());
    if parameters.is_empty() {
        return Err(vm.type_error(format!("{} is not a generic class", vm.repr_text(alias)?)));
    }
    let mut given = vm.tuple(unpack_args(vm, item)?);
    for parameter in &parameters {
        if let Some(prepare) = vm.getattr_opt(parameter, vm.names().__typing_prepare_subst__.value())?
            && !prepare.is_none()
        {
            let whole =
                if given.as_tuple().is_some() { given.clone() } else { vm.tuple(vec![given.clone()]) };
            given = vm.call_args(&prepare, &[alias.clone(), whole])?;
        }
    }
    let given = match given.as_tuple() {
        Some(tuple) => tuple.items().to_vec(),
        None => vec![given.clone()],
    };
    if given.len() != parameters.len() {
        return Err(vm.type_error(format!(
            "Too {} arguments for {}; actual {}, expected {}",
            if given.len() > parameters.len() { "many" } else { "few" },
            vm.repr_text(alias)?,
            given.len(),
            parameters.len()
        )));
    }
    let args = items_of(vm, args).unwrap_or_default();
    replace(vm, alias, &args, &parameters, &given)
}

fn replace(
    vm: &Vm,
    alias: &Value,
    args: &[Value],
    parameters: &[Value],
    given: &[Value],
) -> PyResult<Vec<Value>> {
    vm.check_native()?;
    let n = vm.names();
    let mut all = Vec::with_capacity(args.len());
    for arg in args {
        if arg.as_type().is_some() {
            all.push(arg.clone());
            continue;
        }
        if let Some(items) = items_of(vm, arg) {
            let inner = replace(vm, alias, &items, parameters, given)?;
            all.push(if arg.as_tuple().is_some() { vm.tuple(inner) } else { vm.list(inner) });
            continue;
        }
        let unpack = match vm.getattr_opt(arg, n.__typing_is_unpacked_typevartuple__.value())? {
            Some(flag) => vm.truth(&flag)?,
            None => false,
        };
        let new = match vm.getattr_opt(arg, n.__typing_subst__.value())? {
            Some(subst) => match parameters.iter().position(|parameter| parameter.is(arg)) {
                Some(at) => vm.call1(&subst, &given[at])?,
                // It became a parameter after the alias was made.
                None => {
                    return Err(vm.type_error(format!(
                        "Type parameter {} of {} not found in __parameters__",
                        vm.repr_text(arg)?,
                        vm.repr_text(alias)?
                    )));
                }
            },
            None => replace_inside(vm, arg, parameters, given)?,
        };
        if !unpack {
            all.push(new);
            continue;
        }
        let Some(several) = new.as_tuple() else {
            return Err(vm.type_error(format!(
                "expected __typing_subst__ of {} objects to return a tuple, not {}",
                vm.full_type_name(arg),
                vm.full_type_name(&new)
            )));
        };
        all.extend_from_slice(several.items());
    }
    Ok(all)
}

/// Another generic type among the arguments, with the parameters that it has replaced.
fn replace_inside(vm: &Vm, arg: &Value, parameters: &[Value], given: &[Value]) -> PyResult<Value> {
    let inner = match vm.getattr_opt(arg, vm.names().__parameters__.value())? {
        Some(inner) => inner,
        None => return Ok(arg.clone()),
    };
    let inner = match inner.as_tuple() {
        Some(inner) if !inner.is_empty() => inner.items().to_vec(),
        _ => return Ok(arg.clone()),
    };
    let mut values = Vec::with_capacity(inner.len());
    for own in inner {
        match parameters.iter().position(|parameter| parameter.is(&own)) {
            Some(at) => match given[at].as_tuple() {
                // What a TypeVarTuple stands for is several arguments.
                Some(several) if own.ty(vm).slots.get().iter.is_some() => {
                    values.extend_from_slice(several.items())
                }
                _ => values.push(given[at].clone()),
            },
            None => values.push(own),
        }
    }
    let values = vm.tuple(values);
    vm.getitem(arg, &values)
}

// ------------------------------------------------------------------------------------------------ methods

fn parameterized(vm: &Vm, function: &str) -> PyResult<Value> {
    Err(vm.type_error(format!("{function}() argument 2 cannot be a parameterized generic")))
}

static METHODS: &[Native] = &[
    native(
        "__mro_entries__(self, bases, /)",
        |vm, args| Ok(vm.tuple(vec![this(vm, &args[0])?.origin.clone()])),
        "",
    ),
    native("__instancecheck__(self, instance, /)", |vm, _| parameterized(vm, "isinstance"), ""),
    native("__subclasscheck__(self, cls, /)", |vm, _| parameterized(vm, "issubclass"), ""),
    native(
        "__reduce__(self, /)",
        |vm, args| {
            let this = this(vm, &args[0])?;
            if this.starred {
                let plain = make(vm, &args[0].type_ref(vm), &this.origin, this.args.value(), false);
                let iter = vm.iter(&plain)?;
                let next = vm.builtin("next")?;
                let parts = vm.tuple(vec![iter]);
                return Ok(vm.tuple(vec![next, parts]));
            }
            let parts = vm.tuple(vec![this.origin.clone(), this.args.clone().into_value()]);
            Ok(vm.tuple(vec![args[0].ty(vm).to_value(), parts]))
        },
        "",
    ),
    native(
        "__dir__(self, /)",
        |vm, args| {
            let dir = vm.builtin("dir")?;
            let names = vm.call1(&dir, &this(vm, &args[0])?.origin)?;
            let mut names = vm.collect(&names)?;
            for own in OWN.iter().filter(|own| !UNNAMED.contains(own)) {
                let own = vm.str_ascii(own);
                let mut known = false;
                for name in &names {
                    known |= vm.equal(name, &own)?;
                }
                if !known {
                    names.push(own);
                }
            }
            Ok(vm.list(names))
        },
        "",
    ),
];

static GETSET: &[GetSet] = &[
    member("__origin__", |vm, value| Ok(this(vm, value)?.origin.clone()), ""),
    member("__args__", |vm, value| Ok(this(vm, value)?.args.clone().into_value()), ""),
    member("__unpacked__", |vm, value| Ok(Value::bool(this(vm, value)?.starred)), ""),
    getter(
        "__parameters__",
        |vm, value| parameters(vm, this(vm, value)?),
        "Type variables in the GenericAlias.",
    ),
    getter(
        "__typing_unpacked_tuple_args__",
        |vm, value| {
            let this = this(vm, value)?;
            let is_tuple = this.origin.to_bits() == vm.interp().tuple_type.address();
            Ok(if this.starred && is_tuple { this.args.clone().into_value() } else { Value::NONE })
        },
        "",
    ),
];

// ------------------------------------------------------------------------------------------------ `*list[int]`

/// The payload of `generic_alias_iterator`: gives one starred object.
pub struct AliasIter {
    item: LockCell<Value>,
    done: Cell<bool>,
}

crate::payload!(AliasIter, "generic_alias_iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.item.get());
    }
    fn clear(&self) {
        self.item.set(Value::NONE);
    }
});

/// `generic_alias_iterator`
pub static ALIAS_ITER: TypeSpec = TypeSpec::new("generic_alias_iterator", AliasIter::layout)
    .slots(|s| {
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<AliasIter>(iter)?;
            if this.done.replace(true) {
                return Ok(None);
            }
            Ok(Some(this.item.replace(Value::NONE)))
        });
    })
    .methods(&[native(
        "__reduce__(self, /)",
        |vm, args| {
            let this = vm.cast::<AliasIter>(&args[0])?;
            let iter = vm.builtin("iter")?;
            let parts = if this.done.get() {
                vec![vm.tuple(Vec::new())]
            } else {
                let item = this.item.cloned();
                let inner = self::this(vm, &item)?;
                vec![make(vm, &item.type_ref(vm), &inner.origin, inner.args.value(), false)]
            };
            Ok(vm.tuple(vec![iter, vm.tuple(parts)]))
        },
        "",
    )]);

/// An iterator that gives one object.
pub fn once(vm: &Vm, item: Value) -> Value {
    vm.alloc_spec(&ALIAS_ITER, AliasIter { item: LockCell::new(item), done: Cell::new(false) })
}
