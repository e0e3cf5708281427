//! `_collections`: `deque` and `OrderedDict` (in files of their own), `defaultdict`, the field descriptor of `namedtuple`,
//! and the counting loop of `Counter`.

use crate::runtime::builtins::dicts::DICT;
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::ops;
use crate::runtime::object::typedef::{TypeSpec, getset, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

pub mod deque;
pub mod ordered;

/// `_collections`
pub static MODULE: NativeModule = NativeModule {
    name: "_collections",
    doc: "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n- defaultdict:  dict subclass with a default value factory\n",
    functions: &[native(
        "_count_elements(mapping, iterable, /)",
        count_elements,
        "Count elements in the iterable, updating the mapping",
    )],
    init: |vm, dict| {
        for spec in [
            &deque::DEQUE,
            &DEFAULTDICT,
            &ordered::ORDERED_DICT,
            &deque::ITER,
            &deque::REVERSE_ITER,
            &TUPLE_GETTER,
        ] {
            vm.set_type_in(dict, spec);
        }
        Ok(())
    },
};

// ------------------------------------------------------------------------------------------------ defaultdict

/// A dict with a factory of missing values.
#[repr(C)]
pub struct DefaultDict {
    dict: Dict,
    factory: LockCell<Value>,
}

crate::payload!(DefaultDict, "defaultdict", gc, extends Dict {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.dict.traverse(visit);
        visit(self.factory.get());
    }
    fn clear(&self) {
        Payload::clear(&self.dict);
        self.factory.set(Value::NONE);
    }
});

fn factory_of(vm: &Vm, value: &Value) -> PyResult<Value> {
    Ok(vm.cast::<DefaultDict>(value)?.factory.cloned())
}

fn missing(vm: &Vm, value: &Value, key: &Value) -> PyResult<Value> {
    let factory = factory_of(vm, value)?;
    if factory.is_none() {
        return Err(vm.raise_args(&exc::KEY_ERROR, vec![key.clone()]));
    }
    let made = vm.call0(&factory)?;
    // The factory may have set the key meanwhile; that value stays.
    Ok(vm.cast::<DefaultDict>(value)?.dict.set_default(vm, key, &made)?.0)
}

/// `type(self)(factory, source)`
fn remade(vm: &Vm, value: &Value, source: &Value) -> PyResult<Value> {
    let factory = factory_of(vm, value)?;
    let ty = value.ty(vm).to_value();
    vm.call_args(&ty, &[factory, source.clone()])
}

/// `defaultdict`
pub static DEFAULTDICT: TypeSpec = TypeSpec::new("collections.defaultdict", DefaultDict::layout)
    .base(&DICT)
    .flags(type_flag::BASE)
    .doc("", "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\nThe default factory is called without arguments to produce\na new value when a key is not present, in __getitem__ only.\nA defaultdict compares equal to a dict with the same items.\nAll remaining arguments are treated the same as if they were\npassed to the dict constructor, including keyword arguments.")
    .slots(|s| {
        s.new = Some(|vm, ty, _| {
            Ok(vm.alloc(ty, DefaultDict { dict: Dict::new(), factory: LockCell::new(Value::NONE) }).into_value())
        });
        s.init = Some(|vm, value, args| {
            let this = vm.cast::<DefaultDict>(value)?;
            let mut rest = args;
            let mut factory = Value::NONE;
            if let Some(first) = args.pos().first() {
                if !first.is_none() && !vm.is_callable(first) {
                    return Err(vm.type_error("first argument must be callable or None"));
                }
                factory = first.clone();
                rest = args.rest();
            }
            this.factory.set(factory);
            match vm.typ(&DICT).slots.get().init {
                Some(init) => init(vm, value, rest),
                None => Ok(()),
            }
        });
        s.getitem = Some(|vm, value, key| {
            let Some(dict) = value.as_dict() else { return Err(vm.type_error("not a dict")) };
            match dict.get(vm, key)? {
                Some(found) => Ok(found),
                None if value.ty(vm).address() == vm.typ(&DEFAULTDICT).address() => missing(vm, value, key),
                None => crate::runtime::builtins::dicts::dict_lookup(vm, value, key),
            }
        });
        s.repr = Some(|vm, value| {
            let Some(repr) = vm.typ(&DICT).slots.get().repr else { return Err(vm.type_error("no repr")) };
            let base = vm.to_string(&repr(vm, value)?)?;
            let factory = factory_of(vm, value)?;
            let shown = match vm.enter_repr(&factory) {
                None => "...".to_owned(),
                Some(_guard) => vm.repr_text(&factory)?,
            };
            Ok(vm.str(format!("{}({shown}, {base})", value.ty(vm).name())))
        });
        s.or = Some(|vm, a, b| {
            let (own, other) = if a.downcast::<DefaultDict>().is_some() { (a, b) } else { (b, a) };
            if other.as_dict().is_none() {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let new = remade(vm, own, a)?;
            vm.call_method_str(&new, "update", std::slice::from_ref(b))?;
            Ok(new)
        });
    })
    .methods(&[
        native("__missing__(self, key, /)", |vm, args| missing(vm, &args[0], &args[1]), "__missing__(key) # Called by __getitem__ for missing key; pseudo-code:\n  if self.default_factory is None: raise KeyError((key,))\n  self[key] = value = self.default_factory()\n  return value"),
        native("copy(self, /)", |vm, args| remade(vm, &args[0], &args[0]), "D.copy() -> a shallow copy of D."),
        native("__copy__(self, /)", |vm, args| remade(vm, &args[0], &args[0]), "D.copy() -> a shallow copy of D."),
        native("__reduce__(self, /)", |vm, args| {
            let factory = factory_of(vm, &args[0])?;
            let parts = vm.tuple(if factory.is_none() { vec![] } else { vec![factory] });
            let items = vm.call_method_str(&args[0], "items", &[])?;
            let items = vm.iter(&items)?;
            Ok(vm.tuple(vec![args[0].ty(vm).to_value(), parts, Value::NONE, Value::NONE, items]))
        }, "Return state information for pickling."),
        native("__class_getitem__(cls, object, /)", |vm, args| vm.generic_alias(&args[0], &args[1]), "See PEP 585").class(),
    ])
    .getset(&[getset("default_factory", factory_of, |vm, value, new| {
        vm.cast::<DefaultDict>(value)?.factory.set(new.cloned().unwrap_or(Value::NONE));
        Ok(())
    }, "Factory for default value called by __missing__().")]);

// ------------------------------------------------------------------------------------------------ _tuplegetter

/// A field of a named tuple.
pub struct TupleGetter {
    index: usize,
    doc: LockCell<Value>,
}

crate::payload!(TupleGetter, "_tuplegetter", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.doc.get());
    }
    fn clear(&self) {
        self.doc.set(Value::NONE);
    }
});

/// `_tuplegetter`
pub static TUPLE_GETTER: TypeSpec = TypeSpec::new("collections._tuplegetter", TupleGetter::layout)
    .flags(type_flag::DATA_DESCRIPTOR)
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            let pos = args.count(vm, "_tuplegetter", 2, 2)?;
            let index = vm.to_index(&pos[0])?.max(0) as usize;
            Ok(vm.alloc(ty, TupleGetter { index, doc: LockCell::new(pos[1].clone()) }).into_value())
        });
        s.get = Some(|vm, this, object, _| {
            let getter = vm.cast::<TupleGetter>(this)?;
            let Some(object) = object.filter(|object| !object.is_none()) else { return Ok(this.clone()) };
            let Some(tuple) = object.as_tuple() else {
                return Err(vm.type_error(format!(
                    "descriptor for index '{}' for tuple subclasses doesn't apply to '{}' object",
                    getter.index,
                    object.type_name(vm)
                )));
            };
            match tuple.items().get(getter.index) {
                Some(item) => Ok(item.clone()),
                None => Err(vm.index_error("tuple index out of range")),
            }
        });
        s.set = Some(|vm, _, _, value| {
            Err(vm.attribute_error(match value {
                Some(_) => "can't set attribute",
                None => "can't delete attribute",
            }))
        });
        s.repr = Some(|vm, this| {
            let getter = vm.cast::<TupleGetter>(this)?;
            let doc = getter.doc.cloned();
            Ok(vm.str(format!("{}({}, {})", this.ty(vm).name(), getter.index, vm.repr_text(&doc)?)))
        });
    })
    .methods(&[native(
        "__reduce__(self, /)",
        |vm, args| {
            let getter = vm.cast::<TupleGetter>(&args[0])?;
            let parts = vm.tuple(vec![vm.int_usize(getter.index), getter.doc.cloned()]);
            Ok(vm.tuple(vec![args[0].ty(vm).to_value(), parts]))
        },
        "",
    )])
    .getset(&[getset(
        "__doc__",
        |vm, this| Ok(vm.cast::<TupleGetter>(this)?.doc.cloned()),
        |vm, this, value| {
            vm.cast::<TupleGetter>(this)?.doc.set(value.cloned().unwrap_or(Value::NONE));
            Ok(())
        },
        "",
    )]);

// ------------------------------------------------------------------------------------------------ counting

/// The table, if reading and writing it are those of `dict`.
fn plain_table<'a>(vm: &Vm, mapping: &'a Value) -> Option<&'a Obj<Dict>> {
    let dict = mapping.as_dict()?;
    let (ty, base) = (mapping.ty(vm), vm.typ(&DICT));
    for name in ["get", "__setitem__"] {
        let name = vm.intern(name);
        if ty.lookup(vm, &name)?.to_bits() != base.lookup(vm, &name)?.to_bits() {
            return None;
        }
    }
    Some(dict)
}

fn count_elements(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (mapping, iterable) = (&args[0], &args[1]);
    let one = vm.int(1);
    let iter = vm.iter(iterable)?;
    if let Some(dict) = plain_table(vm, mapping) {
        while let Some(key) = vm.next(&iter)? {
            let hash = Dict::hash_key(vm, &key)?;
            let new = match dict.get_hashed(vm, &key, hash)? {
                None => one.clone(),
                Some(old) => match old.as_small() {
                    Some(n) => vm.int(n + 1),
                    None => vm.binary(&old, &one, &ops::ADD)?,
                },
            };
            drop(dict.insert_hashed(vm, key, hash, new)?);
        }
        return Ok(Value::NONE);
    }
    let get = vm.getattr_str(mapping, "get")?;
    let zero = vm.int(0);
    while let Some(key) = vm.next(&iter)? {
        let old = vm.call_args(&get, &[key.clone(), zero.clone()])?;
        let new = vm.binary(&old, &one, &ops::ADD)?;
        vm.setitem(mapping, &key, Some(&new))?;
    }
    Ok(Value::NONE)
}
