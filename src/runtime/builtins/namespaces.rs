//! `types.SimpleNamespace`

use crate::runtime::builtins::types::Plain;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::attrs;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{Cmp, TypeSpec, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Payload, Ref, Value};

fn namespace(vm: &Vm, object: &Value) -> PyResult<Ref<Dict>> {
    match attrs::own_dict(vm, object) {
        Some(dict) => Ok(dict),
        None => Err(vm.type_error("a namespace without attributes")),
    }
}

/// `types.SimpleNamespace`
pub static SIMPLE_NAMESPACE: TypeSpec = TypeSpec::new("types.SimpleNamespace", Plain::layout)
    .flags(type_flag::BASE | type_flag::DICT_ATTR)
    .doc("(mapping_or_iterable=(), /, **kwargs)", "A simple attribute-based namespace.")
    .slots(|s| {
        s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Plain).into_value()));
        s.init = Some(|vm, object, args| {
            let dict = namespace(vm, object)?;
            match args.pos() {
                [] => {}
                [source] => {
                    let given = vm.new_dict();
                    if source.as_dict().is_some()
                        || vm.getattr_opt(source, vm.names().keys.value())?.is_some()
                    {
                        vm.dict_merge(&given, source)?;
                    } else {
                        let class = vm.interp().dict_type.value().clone();
                        let made = vm.call1(&class, source)?;
                        vm.dict_merge(&given, &made)?;
                    }
                    for (key, value) in given.entries() {
                        if key.as_str().is_none() {
                            return Err(vm.type_error("keywords must be strings"));
                        }
                        dict.insert(vm, key, value)?;
                    }
                }
                more => {
                    return Err(vm.type_error(format!(
                        "{} expected at most 1 positional argument, got {}",
                        object.type_name(vm),
                        more.len()
                    )));
                }
            }
            for (key, value) in args.keywords() {
                dict.insert(vm, key.clone(), value.clone())?;
            }
            Ok(())
        });
        s.repr = Some(|vm, object| {
            let exact = object.ty(vm).address() == vm.typ(&SIMPLE_NAMESPACE).address();
            let name = if exact { "namespace".to_owned() } else { object.type_name(vm) };
            if vm.in_repr.borrow().contains(&object.to_bits()) {
                return Ok(vm.str(format!("{name}(...)")));
            }
            vm.in_repr.borrow_mut().push(object.to_bits());
            let result = (|| {
                let mut text = format!("{name}(").into_bytes();
                let mut first = true;
                for (key, value) in namespace(vm, object)?.entries() {
                    let Some(key) = key.as_str().filter(|k| !k.is_empty()) else { continue };
                    if !first {
                        text.extend(b", ");
                    }
                    first = false;
                    text.extend(key.bytes());
                    text.push(b'=');
                    text.extend(vm.repr_string(&value)?);
                }
                text.push(b')');
                Ok(vm.str_bytes(&text))
            })();
            vm.in_repr.borrow_mut().pop();
            result
        });
        s.compare = Some(|vm, a, b, op| {
            let ty = vm.typ(&SIMPLE_NAMESPACE);
            if !matches!(op, Cmp::Eq | Cmp::Ne) || !vm.is_instance(a, ty) || !vm.is_instance(b, ty) {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let (x, y) = (namespace(vm, a)?, namespace(vm, b)?);
            vm.compare(x.value(), y.value(), op)
        });
    })
    .getset(&[crate::runtime::builtins::types::DICT_GETSET_COPY])
    .methods(&[
        native(
            "__reduce__(self, /)",
            |vm, args| {
                let dict = namespace(vm, &args[0])?;
                Ok(vm.tuple(vec![args[0].ty(vm).to_value(), vm.tuple(vec![]), dict.into_value()]))
            },
            "Return state information for pickling",
        ),
        native_raw(
            "__replace__(self, /, **changes)",
            |vm, args| {
                let Some(object) = args.pos().first() else {
                    return Err(vm.type_error("__replace__() needs an argument"));
                };
                if args.pos().len() != 1 {
                    return Err(vm.type_error(format!(
                        "__replace__() takes 0 positional arguments but {} were given",
                        args.pos().len() - 1
                    )));
                }
                let new = vm.call0(&object.ty(vm).to_value())?;
                if !vm.is_instance(&new, vm.typ(&SIMPLE_NAMESPACE)) {
                    return Err(vm.type_error(format!(
                        "expect types.SimpleNamespace type, but {}() returned '{}' object",
                        vm.full_class_name(object.ty(vm)),
                        new.full_type_name(vm)
                    )));
                }
                let target = namespace(vm, &new)?;
                for (key, value) in namespace(vm, object)?.entries() {
                    target.insert(vm, key, value)?;
                }
                for (key, value) in args.keywords() {
                    target.insert(vm, key.clone(), value.clone())?;
                }
                Ok(new)
            },
            "Return a copy of the namespace object with new values for the specified attributes.",
        ),
    ]);

impl Vm {
    /// A namespace with those attributes.
    pub fn simple_namespace(&self, attributes: Ref<Dict>) -> PyResult<Value> {
        let object = self.alloc_spec(&SIMPLE_NAMESPACE, Plain);
        attrs::own_set_dict(self, &object, attributes);
        Ok(object)
    }
}
