//! `_typing`: the types that the module `typing` builds on.

use crate::runtime::builtins::generics;
use crate::runtime::object::typedef::{TypeSpec, native};
use crate::runtime::stdlib::NativeModule;

static TYPES: &[&TypeSpec] = &[
    &generics::TYPE_VAR,
    &generics::PARAM_SPEC,
    &generics::PARAM_SPEC_ARGS,
    &generics::PARAM_SPEC_KWARGS,
    &generics::TYPE_VAR_TUPLE,
    &generics::TYPE_ALIAS_TYPE,
    &generics::GENERIC,
    &generics::UNION,
];

/// `_typing`
pub static MODULE: NativeModule = NativeModule {
    name: "_typing",
    doc: "Primitives and accelerators for the typing module.\n",
    functions: &[native("_idfunc(x, /)", |_, args| Ok(args[0].clone()), "")],
    init: |vm, dict| {
        for spec in TYPES {
            vm.set_in(dict, spec.short_name(), vm.typ(spec).value().clone());
        }
        vm.set_in(dict, "NoDefault", vm.no_default());
        Ok(())
    },
};
