//! The types of `None`, `Ellipsis` and `NotImplemented`, which are immediates without a payload.

use crate::runtime::builtins::types::Plain;
use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Payload, Value};

/// `hash(None)`
const NONE_HASH: i64 = 0xfca8_6420;

fn no_arguments(vm: &Vm, args: Args, name: &str) -> PyResult<()> {
    if args.values.is_empty() { Ok(()) } else { Err(vm.type_error(format!("{name} takes no arguments"))) }
}

/// `NoneType`
pub static NONE_TYPE: TypeSpec =
    TypeSpec::new("NoneType", Plain::layout).doc("()", "The type of the None singleton.").slots(|s| {
        s.new = Some(|vm, _, args| no_arguments(vm, args, "NoneType").map(|()| Value::NONE));
        s.repr = Some(|vm, _| Ok(vm.intern("None").into_value()));
        s.bool = Some(|_, _| Ok(false));
        s.hash = Some(|_, _| Ok(NONE_HASH));
    });

/// `ellipsis`
pub static ELLIPSIS_TYPE: TypeSpec = TypeSpec::new("ellipsis", Plain::layout)
    .doc("()", "The type of the Ellipsis singleton.")
    .slots(|s| {
        s.new = Some(|vm, _, args| no_arguments(vm, args, "EllipsisType").map(|()| Value::ELLIPSIS));
        s.repr = Some(|vm, _| Ok(vm.intern("Ellipsis").into_value()));
    })
    .methods(&[native("__reduce__(self, /)", |vm, _| Ok(vm.intern("Ellipsis").into_value()), "")]);

/// `NotImplementedType`
pub static NOT_IMPLEMENTED_TYPE: TypeSpec = TypeSpec::new("NotImplementedType", Plain::layout)
    .doc("()", "The type of the NotImplemented singleton.")
    .slots(|s| {
        s.new =
            Some(|vm, _, args| no_arguments(vm, args, "NotImplementedType").map(|()| Value::NOT_IMPLEMENTED));
        s.repr = Some(|vm, _| Ok(vm.intern("NotImplemented").into_value()));
        s.bool = Some(|vm, _| Err(vm.type_error("NotImplemented should not be used in a boolean context")));
    })
    .methods(&[native("__reduce__(self, /)", |vm, _| Ok(vm.intern("NotImplemented").into_value()), "")]);
