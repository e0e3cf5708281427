//! `_weakref`

use crate::runtime::builtins::weakrefs::{CALLABLE_PROXY, PROXY, REFERENCE, WeakRef};
use crate::runtime::object::typedef::native;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

/// `_weakref`
pub static MODULE: NativeModule = NativeModule {
    name: "_weakref",
    doc: "Weak-reference support module.",
    functions: &[
        native(
            "_remove_dead_weakref(dct, key, /)",
            |vm, args| {
                let Some(dict) = args[0].as_dict() else {
                    return Err(vm.type_error(format!(
                        "_remove_dead_weakref() argument 1 must be dict, not {}",
                        args[0].type_name(vm)
                    )));
                };
                let found = dict.get(vm, &args[1])?;
                if let Some(found) = found
                    && found.downcast::<WeakRef>().is_some_and(|w| w.referent().is_none())
                {
                    drop(dict.remove(vm, &args[1])?);
                }
                Ok(Value::NONE)
            },
            "Atomically remove key from dict if it points to a dead weakref.",
        ),
        native(
            "getweakrefcount(object, /)",
            |vm, args| Ok(vm.int(vm.weakrefs_of(&args[0]).len() as i64)),
            "Return the number of weak references to 'object'.",
        ),
        native(
            "getweakrefs(object, /)",
            |vm, args| Ok(vm.list(vm.weakrefs_of(&args[0]))),
            "Return a list of all weak reference objects pointing to 'object'.",
        ),
        native(
            "proxy(object, callback=None, /)",
            |vm, args| {
                let callback = args[1].some().cloned().unwrap_or(Value::NONE);
                let spec = if vm.is_callable(&args[0]) { &CALLABLE_PROXY } else { &PROXY };
                vm.weakref_of(spec, &args[0], callback)
            },
            "Create a proxy object that weakly references 'object'.",
        ),
    ],
    init: |vm, dict| {
        let reference = vm.typ(&REFERENCE).value().clone();
        vm.set_in(dict, "ref", reference.clone());
        vm.set_in(dict, "ReferenceType", reference);
        vm.set_in(dict, "ProxyType", vm.typ(&PROXY).value().clone());
        vm.set_in(dict, "CallableProxyType", vm.typ(&CALLABLE_PROXY).value().clone());
        Ok(())
    },
};
