//! `_abc`: what `abc.ABCMeta` is made of, with registries and caches of weak references.
//!
//! A weak set is a map from addresses to weak references; an entry counts only while its reference is alive and refers to
//! the object asked for. Dead entries go when the map grows.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::runtime::builtins::weakrefs::WeakRef;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::{AddressHasher, type_flag};
use crate::runtime::object::typedef::{Type, TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

/// Counts registrations: a negative cache of an older count is void.
static COUNTER: AtomicU64 = AtomicU64::new(0);

#[derive(Default)]
struct WeakSet {
    refs: HashMap<u64, Value, BuildHasherDefault<AddressHasher>>,
    limit: usize,
}

impl WeakSet {
    fn contains(&self, object: &Value) -> bool {
        self.refs.get(&object.to_bits()).is_some_and(|weak| alive(weak).is_some_and(|found| found.is(object)))
    }
    fn live(&self) -> Vec<Value> {
        self.refs.values().filter_map(alive).collect()
    }
}

fn alive(weak: &Value) -> Option<Value> {
    weak.downcast::<WeakRef>()?.referent()
}

/// What `_abc_impl` of a class holds.
pub struct Data {
    registry: LockCell<WeakSet>,
    cache: LockCell<WeakSet>,
    negative: LockCell<WeakSet>,
    version: Cell<u64>,
}

crate::payload!(Data, "_abc_data", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        for set in [&self.registry, &self.cache, &self.negative] {
            for weak in set.get().refs.values() {
                visit(weak);
            }
        }
    }
    fn clear(&self) {
        for set in [&self.registry, &self.cache, &self.negative] {
            drop(set.take());
        }
    }
});

/// `_abc_data`
static DATA: TypeSpec =
    TypeSpec::new("_abc._abc_data", Data::layout).doc("", "Internal state held by ABC machinery.");

/// `_abc`
pub static MODULE: NativeModule = NativeModule {
    name: "_abc",
    doc: "Module contains faster C implementation of abc.ABCMeta",
    functions: &[
        native(
            "get_cache_token()",
            |vm, _| Ok(vm.int_u64(COUNTER.load(Ordering::Relaxed))),
            "Returns the current ABC cache token.\n\nThe token is an opaque object (supporting equality testing) identifying the\ncurrent version of the ABC cache for virtual subclasses. The token changes\nwith every call to register() on any ABC.",
        ),
        native(
            "_abc_init(self, /)",
            init,
            "Internal ABC helper for class set-up. Should be never used outside abc module.",
        ),
        native(
            "_abc_register(self, subclass, /)",
            register,
            "Internal ABC helper for subclasss registration. Should be never used outside abc module.",
        ),
        native(
            "_abc_instancecheck(self, instance, /)",
            instance_check,
            "Internal ABC helper for instance checks. Should be never used outside abc module.",
        ),
        native(
            "_abc_subclasscheck(self, subclass, /)",
            |vm, args| Ok(Value::bool(subclass_check(vm, &args[0], &args[1])?)),
            "Internal ABC helper for subclasss checks. Should be never used outside abc module.",
        ),
        native(
            "_get_dump(self, /)",
            |vm, args| {
                let data = data_of(vm, &args[0])?;
                let set = |set: &LockCell<WeakSet>| -> PyResult<Value> {
                    let refs = vm.list(set.get().refs.values().cloned().collect());
                    vm.set_from(&refs)
                };
                let (a, b, c) = (set(&data.registry)?, set(&data.cache)?, set(&data.negative)?);
                Ok(vm.tuple(vec![a, b, c, vm.int_u64(data.version.get())]))
            },
            "Internal ABC helper for cache and registry debugging.\n\nReturn shallow copies of registry, of both caches, and\nnegative cache version. Don't call this function directly,\ninstead use ABC._dump_registry() for a nice repr.",
        ),
        native(
            "_reset_registry(self, /)",
            |vm, args| {
                drop(data_of(vm, &args[0])?.registry.take());
                Ok(Value::NONE)
            },
            "Internal ABC helper to reset registry of a given class.\n\nShould be only used by refleak.py",
        ),
        native(
            "_reset_caches(self, /)",
            |vm, args| {
                let data = data_of(vm, &args[0])?;
                drop(data.cache.take());
                drop(data.negative.take());
                Ok(Value::NONE)
            },
            "Internal ABC helper to reset both caches of a given class.\n\nShould be only used by refleak.py",
        ),
    ],
    init: |_, _| Ok(()),
};

fn data_of(vm: &Vm, class: &Value) -> PyResult<Ref<Data>> {
    let data = vm.getattr(class, vm.names()._abc_impl.value())?;
    match data.downcast_ref::<Data>() {
        Some(data) => Ok(data),
        None => Err(vm.type_error("_abc_impl is set to a wrong type")),
    }
}

fn add(vm: &Vm, set: &LockCell<WeakSet>, object: &Value) -> PyResult<()> {
    let weak = vm.weakref(object, Value::NONE)?;
    let mut dead = Vec::new();
    let table = set.get_mut();
    if table.refs.len() >= table.limit.max(32) {
        let gone: Vec<u64> =
            table.refs.iter().filter(|(_, weak)| alive(weak).is_none()).map(|(k, _)| *k).collect();
        dead.extend(gone.iter().filter_map(|key| table.refs.remove(key)));
        table.limit = 2 * table.refs.len();
    }
    dead.extend(table.refs.insert(object.to_bits(), weak));
    drop(dead);
    Ok(())
}

fn init(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let class = &args[0];
    compute_abstract(vm, class)?;
    let data = Data {
        registry: LockCell::new(WeakSet::default()),
        cache: LockCell::new(WeakSet::default()),
        negative: LockCell::new(WeakSet::default()),
        version: Cell::new(COUNTER.load(Ordering::Relaxed)),
    };
    let data = vm.alloc_spec(&DATA, data);
    vm.setattr(class, vm.names()._abc_impl.value(), Some(&data))?;
    if let Some(ty) = class.as_type() {
        let name = vm.intern("__abc_tpflags__");
        if let Some(flags) = ty.dict.get_str(&name) {
            let flags = flags.as_small().unwrap_or(0) as u32 & (type_flag::SEQUENCE | type_flag::MAPPING);
            if flags.count_ones() == 2 {
                return Err(vm.type_error(
                    "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING",
                ));
            }
            ty.set_flags(flags);
            drop(ty.dict.remove_str(&name));
            ty.modified(vm);
        }
    }
    Ok(Value::NONE)
}

fn compute_abstract(vm: &Vm, class: &Value) -> PyResult<()> {
    let mut names = Vec::new();
    if let Some(ty) = class.as_type() {
        for (name, value) in ty.dict.entries() {
            if vm.is_abstract(&value)? {
                names.push(name);
            }
        }
        for base in ty.bases.cloned().items() {
            let Some(inherited) = vm.getattr_opt(base, vm.names().__abstractmethods__.value())? else {
                continue;
            };
            for name in vm.collect(&inherited)? {
                if let Some(value) = vm.getattr_opt(class, &name)?
                    && vm.is_abstract(&value)?
                {
                    names.push(name);
                }
            }
        }
    }
    let names = vm.frozenset(names)?;
    vm.setattr(class, vm.names().__abstractmethods__.value(), Some(&names))
}

fn register(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (class, sub) = (&args[0], &args[1]);
    let Some(sub_type) = sub.as_type() else { return Err(vm.type_error("Can only register classes")) };
    if vm.issubclass(sub, class)? {
        return Ok(sub.clone());
    }
    if vm.issubclass(class, sub)? {
        return Err(vm.runtime_error("Refusing to create an inheritance cycle"));
    }
    let data = data_of(vm, class)?;
    add(vm, &data.registry, sub)?;
    COUNTER.fetch_add(1, Ordering::Relaxed);
    if let Some(ty) = class.as_type() {
        let flags = ty.fast.flags.get() & (type_flag::SEQUENCE | type_flag::MAPPING);
        if flags != 0 {
            spread(sub_type, flags);
        }
    }
    Ok(sub.clone())
}

/// Marks a class and its subclasses as sequences or mappings, for patterns.
fn spread(ty: &Obj<Type>, flags: u32) {
    // Native types say themselves what they are: a string is a `Sequence`, yet no sequence to a pattern.
    if ty.has(type_flag::IMMUTABLE)
        || ty.fast.flags.get() & (type_flag::SEQUENCE | type_flag::MAPPING) == flags
    {
        return;
    }
    ty.clear_flags(type_flag::SEQUENCE | type_flag::MAPPING);
    ty.set_flags(flags);
    for sub in ty.live_subclasses() {
        spread(&sub, flags);
    }
}

fn instance_check(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (class, instance) = (&args[0], &args[1]);
    let data = data_of(vm, class)?;
    let sub = match vm.getattr_opt(instance, vm.names().__class__.value())? {
        Some(class) => class,
        None => instance.ty(vm).to_value(),
    };
    if data.cache.get().contains(&sub) {
        return Ok(Value::TRUE);
    }
    let ty = instance.ty(vm).to_value();
    if ty.is(&sub) {
        if data.version.get() == COUNTER.load(Ordering::Relaxed) && data.negative.get().contains(&sub) {
            return Ok(Value::FALSE);
        }
        return vm.call_method(class, &vm.names().__subclasscheck__, &[sub]);
    }
    let result = vm.call_method(class, &vm.names().__subclasscheck__, &[sub])?;
    if vm.truth(&result)? {
        return Ok(result);
    }
    vm.call_method(class, &vm.names().__subclasscheck__, &[ty])
}

fn subclass_check(vm: &Vm, class: &Value, sub: &Value) -> PyResult<bool> {
    let Some(sub_type) = sub.as_type() else {
        return Err(vm.type_error("issubclass() arg 1 must be a class"));
    };
    let data = data_of(vm, class)?;
    if data.cache.get().contains(sub) {
        return Ok(true);
    }
    let counter = COUNTER.load(Ordering::Relaxed);
    if data.version.get() < counter {
        drop(data.negative.take());
        data.version.set(counter);
    } else if data.negative.get().contains(sub) {
        return Ok(false);
    }
    let hooked = vm.call_method(class, &vm.names().__subclasshook__, std::slice::from_ref(sub))?;
    if hooked.is_true() {
        add(vm, &data.cache, sub)?;
        return Ok(true);
    }
    if hooked.as_bool() == Some(false) {
        add(vm, &data.negative, sub)?;
        return Ok(false);
    }
    if !hooked.is_not_implemented() {
        return Err(vm.assertion_error("__subclasshook__ must return either False, True, or NotImplemented"));
    }
    if class.as_type().is_some_and(|class| sub_type.is_subtype(class)) {
        add(vm, &data.cache, sub)?;
        return Ok(true);
    }
    for registered in data.registry.get().live() {
        if vm.issubclass(sub, &registered)? {
            add(vm, &data.cache, sub)?;
            return Ok(true);
        }
    }
    let subclasses = vm.call_method(class, &vm.names().__subclasses__, &[])?;
    if vm.list_items(&subclasses).is_none() {
        return Err(vm.type_error("__subclasses__() must return a list"));
    }
    for other in vm.collect(&subclasses)? {
        if vm.issubclass(sub, &other)? {
            add(vm, &data.cache, sub)?;
            return Ok(true);
        }
    }
    add(vm, &data.negative, sub)?;
    Ok(false)
}
