//! Generic types at run time: `types.GenericAlias` (`alias`), `typing.Union` (`unions`), type parameters (`params`,
//! `lazy`), `type` statements (`type_alias`), `typing.Generic` (`generic`).
//!
//! Whatever needs the rules of the module `typing` itself calls its functions, as CPython's C code does.

pub mod alias;
pub mod generic;
pub mod lazy;
pub mod params;
pub mod type_alias;
pub mod unions;

use crate::runtime::builtins::constants::NONE_TYPE;
use crate::runtime::error::PyResult;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

pub use alias::GENERIC_ALIAS;
pub use generic::GENERIC;
pub use lazy::NO_DEFAULT_TYPE;
pub use params::{PARAM_SPEC, PARAM_SPEC_ARGS, PARAM_SPEC_KWARGS, TYPE_VAR, TYPE_VAR_TUPLE};
pub use type_alias::TYPE_ALIAS_TYPE;
pub use unions::{UNION, union_args};

/// Calls a function of the module `typing`.
fn call_typing(vm: &Vm, name: &str, args: &[Value]) -> PyResult<Value> {
    let typing = vm.import("typing")?;
    let function = vm.getattr_str(&typing, name)?;
    vm.call_args(&function, args)
}

/// How annotations show a type: without `<class ...>`, with its module unless that is `builtins`.
fn type_text(vm: &Vm, ty: &Value) -> PyResult<Vec<u8>> {
    let n = vm.names();
    if ty.is_bits(crate::runtime::value::bits::ELLIPSIS) {
        return Ok(b"...".to_vec());
    }
    if ty.to_bits() == vm.typ(&NONE_TYPE).address() {
        return Ok(b"None".to_vec());
    }
    let is_alias = vm.getattr_opt(ty, n.__origin__.value())?.is_some()
        && vm.getattr_opt(ty, n.__args__.value())?.is_some();
    if is_alias {
        return vm.repr_string(ty);
    }
    let Some(name) = vm.getattr_opt(ty, n.__qualname__.value())? else { return vm.repr_string(ty) };
    let Some(module) = vm.getattr_opt(ty, n.__module__.value())?.filter(|m| !m.is_none()) else {
        return vm.repr_string(ty);
    };
    let name = vm.to_string(&name)?;
    let module = vm.to_string(&module)?;
    Ok(if module == "builtins" { name.into_bytes() } else { format!("{module}.{name}").into_bytes() })
}

/// Name of the module whose code runs: `__module__` of what it makes.
fn caller_module(vm: &Vm) -> Value {
    vm.current_global("__name__").unwrap_or(Value::NONE)
}
