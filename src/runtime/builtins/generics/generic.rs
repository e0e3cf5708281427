//! `typing.Generic`, the base of generic classes; its rules are functions of the module `typing`.

use super::type_alias::spread;
use crate::runtime::builtins::types::{OBJECT, Plain};
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{TypeSpec, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Payload, Value};

/// Calls a function of `typing` with a call's arguments.
fn forward(vm: &Vm, name: &str, args: Args) -> PyResult<Value> {
    let typing = vm.import("typing")?;
    let function = vm.getattr_str(&typing, name)?;
    vm.call(&function, args)
}

/// `typing.Generic`
pub static GENERIC: TypeSpec = TypeSpec::new("typing.Generic", Plain::layout)
    .flags(type_flag::BASE)
    .doc(
        "",
        "Abstract base class for generic types.\n\nOn Python 3.12 and newer, generic classes implicitly inherit from\nGeneric when they declare a parameter list after the class's name::\n\n    class Mapping[KT, VT]:\n        def __getitem__(self, key: KT) -> VT:\n            ...\n            # Etc.",
    )
    // Said aloud, so that `object.__new__` is inherited.
    .base(&OBJECT)
    .methods(&[
        native_raw("__class_getitem__(cls, *args, **kwargs)", |vm, args| forward(vm, "_generic_class_getitem", args),
            "Parameterizes a generic class.").class(),
        native_raw("__init_subclass__(cls, *args, **kwargs)", |vm, args| forward(vm, "_generic_init_subclass", args),
            "Function to initialize subclasses.").class(),
    ]);

impl Vm {
    /// `Generic[parameters]` of a class statement with type parameters.
    pub fn subscript_generic(&self, parameters: &Value) -> PyResult<Value> {
        let parameters = spread(self, &self.collect(parameters)?)?;
        let args = [self.typ(&GENERIC).value().clone(), self.tuple(parameters)];
        super::call_typing(self, "_GenericAlias", &args)
    }
}
