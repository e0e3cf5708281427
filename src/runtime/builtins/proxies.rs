//! `mappingproxy`: a read-only view of a mapping.

use crate::runtime::builtins::dicts::dict_lookup;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::ops;
use crate::runtime::object::typedef::{Native, Slots, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Ref, Value};

/// The payload of `mappingproxy`.
pub struct MappingProxy {
    /// What is shown.
    pub mapping: Value,
}

crate::payload!(MappingProxy, "mappingproxy", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.mapping);
    }
});

/// `mappingproxy`
pub static MAPPING_PROXY: TypeSpec = TypeSpec::new("mappingproxy", MappingProxy::layout)
    .flags(type_flag::MAPPING)
    .doc("(mapping)", "Read-only proxy of a mapping.")
    .slots(slots)
    .methods(METHODS);

impl Vm {
    /// A proxy of a mapping.
    pub fn mapping_proxy(&self, mapping: Value) -> PyResult<Value> {
        let is_mapping = mapping.ty(self).slots.get().getitem.is_some()
            && !mapping.ty(self).has(type_flag::LIST | type_flag::TUPLE);
        if !is_mapping {
            return Err(self.type_error(format!(
                "mappingproxy() argument must be a mapping, not {}",
                mapping.type_name(self)
            )));
        }
        Ok(self.alloc_spec(&MAPPING_PROXY, MappingProxy { mapping }))
    }
    /// A proxy of a dictionary.
    pub fn dict_proxy(&self, dict: Ref<Dict>) -> Value {
        self.alloc_spec(&MAPPING_PROXY, MappingProxy { mapping: dict.into_value() })
    }
}

#[inline(always)]
fn inner<'a>(vm: &Vm, proxy: &'a Value) -> PyResult<&'a Value> {
    Ok(&vm.cast::<MappingProxy>(proxy)?.data.mapping)
}

/// What a proxy shows, if it is exactly a dictionary: that of a class mostly.
#[inline(always)]
fn dict(mapping: &Value) -> Option<&Obj<Dict>> {
    if mapping.kind() == kind::DICT { mapping.as_dict() } else { None }
}

/// What a proxy shows, any other value itself.
fn unwrap(value: &Value) -> &Value {
    match value.downcast::<MappingProxy>() {
        Some(proxy) => &proxy.data.mapping,
        None => value,
    }
}

fn slots(s: &mut Slots) {
    s.new = Some(|vm, _, args| {
        let [mapping] = vm.bind_args(&SIGNATURE, args)?;
        vm.mapping_proxy(mapping)
    });
    s.repr = Some(|vm, proxy| {
        let text = vm.repr_string(inner(vm, proxy)?)?;
        Ok(vm.str_bytes(&[b"mappingproxy(", text.as_slice(), b")"].concat()))
    });
    s.str = Some(|vm, proxy| vm.to_str(inner(vm, proxy)?));
    s.hash = Some(|vm, proxy| vm.hash(inner(vm, proxy)?));
    s.compare = Some(|vm, a, b, op| vm.compare(inner(vm, a)?, b, op));
    s.iter = Some(|vm, proxy| vm.iter(inner(vm, proxy)?));
    s.len = Some(|vm, proxy| vm.len(inner(vm, proxy)?));
    s.getitem = Some(|vm, proxy, key| {
        let mapping = inner(vm, proxy)?;
        if mapping.kind() == kind::DICT { dict_lookup(vm, mapping, key) } else { vm.getitem(mapping, key) }
    });
    s.contains = Some(|vm, proxy, key| {
        let mapping = inner(vm, proxy)?;
        match dict(mapping) {
            Some(dict) => match dict.seek(key) {
                Some(found) => Ok(found.is_some()),
                None => dict.contains(vm, key),
            },
            None => vm.contains(mapping, key),
        }
    });
    s.or = Some(|vm, a, b| vm.binary(unwrap(a), unwrap(b), &ops::OR));
    s.ior = Some(|vm, a, b| {
        Err(vm.type_error(format!(
            "'|=' is not supported by {}; use '|' instead",
            if a.downcast::<MappingProxy>().is_some() { a.type_name(vm) } else { b.type_name(vm) }
        )))
    });
}

static SIGNATURE: crate::runtime::object::args::Signature =
    crate::runtime::object::args::Signature::parse("mappingproxy(mapping)");

fn forward(vm: &Vm, proxy: &Value, name: &str, args: &[Value]) -> PyResult<Value> {
    vm.call_method_str(inner(vm, proxy)?, name, args)
}

static METHODS: &[Native] = &[
    native(
        "get(self, key, default=None, /)",
        |vm, args| {
            let default = args[2].given().cloned().unwrap_or(Value::NONE);
            if let Some(dict) = dict(inner(vm, &args[0])?) {
                return Ok(dict.get(vm, &args[1])?.unwrap_or(default));
            }
            forward(vm, &args[0], "get", &[args[1].clone(), default])
        },
        "Return the value for key if key is in the mapping, else default.",
    ),
    native(
        "keys(self, /)",
        |vm, args| forward(vm, &args[0], "keys", &[]),
        "a set-like object providing a view on D's keys",
    ),
    native(
        "values(self, /)",
        |vm, args| forward(vm, &args[0], "values", &[]),
        "an object providing a view on D's values",
    ),
    native(
        "items(self, /)",
        |vm, args| forward(vm, &args[0], "items", &[]),
        "a set-like object providing a view on D's items",
    ),
    native("copy(self, /)", |vm, args| forward(vm, &args[0], "copy", &[]), "a shallow copy of D"),
    native(
        "__reversed__(self, /)",
        |vm, args| forward(vm, &args[0], "__reversed__", &[]),
        "D.__reversed__() -> reverse iterator",
    ),
    native(
        "__class_getitem__(cls, object, /)",
        |vm, args| vm.generic_alias(&args[0], &args[1]),
        "See PEP 585",
    )
    .class(),
];
