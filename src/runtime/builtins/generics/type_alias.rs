//! `typing.TypeAliasType`: what a `type` statement makes.

use super::alias::once;
use super::caller_module;
use super::lazy::Lazy;
use super::params::{TYPE_VAR_TUPLE, unpack};
use crate::runtime::builtins::tools::member;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Signature;
use crate::runtime::object::typedef::{TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Value};

/// The payload of `typing.TypeAliasType`.
pub struct TypeAlias {
    name: Value,
    /// A tuple, or `None`.
    params: Value,
    value: Lazy,
    module: Value,
}

crate::payload!(TypeAlias, "typing.TypeAliasType", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.name);
        visit(&self.params);
        self.value.traverse(visit);
        visit(&self.module);
    }
    fn clear(&self) {
        self.value.clear();
    }
});

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<TypeAlias>> {
    vm.cast::<TypeAlias>(value)
}

/// `typing.TypeAliasType`
pub static TYPE_ALIAS_TYPE: TypeSpec = TypeSpec::new("typing.TypeAliasType", TypeAlias::layout)
    .flags(type_flag::WEAKREF)
    .doc(
        "(name, value, *, type_params=())",
        "Type alias.\n\nType aliases are created through the type statement::\n\n    type Alias = int\n\nIn this example, Alias and int will be treated equivalently by static\ntype checkers.\n\nAt runtime, Alias is an instance of TypeAliasType. The __name__\nattribute holds the name of the type alias. The value of the type alias\nis stored in the __value__ attribute. It is evaluated lazily, so the\nvalue is computed only if the attribute is accessed.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            static SIGNATURE: Signature = Signature::parse("typealias(name, value, *, type_params=())");
            let [name, value, params] = vm.bind_args(&SIGNATURE, args)?;
            if name.as_str().is_none() {
                return Err(vm.type_error(format!("typealias() argument 'name' must be str, not {}", name.type_name(vm))));
            }
            let params = match params.given() {
                None => Value::NONE,
                Some(params) => {
                    check_params(vm, params)?;
                    params.clone()
                }
            };
            let new = TypeAlias { name, params, value: Lazy::known(value), module: caller_module(vm) };
            Ok(vm.alloc(ty, new).into_value())
        });
        s.repr = Some(|vm, value| vm.to_str(&this(vm, value)?.name));
        s.getitem = Some(|vm, value, item| {
            if params(vm, this(vm, value)?).as_tuple().is_none_or(|t| t.is_empty()) {
                return Err(vm.type_error("Only generic type aliases are subscriptable"));
            }
            vm.generic_alias(value, item)
        });
        s.or = Some(|vm, a, b| vm.union_of(a, b));
        s.iter = Some(|vm, value| {
            let item = unpack(vm, value)?;
            Ok(once(vm, item))
        });
    })
    .methods(&[native("__reduce__(self, /)", |vm, args| Ok(this(vm, &args[0])?.name.clone()), "")])
    .getset(&[
        member("__name__", |vm, a| Ok(this(vm, a)?.name.clone()), ""),
        getter("__value__", |vm, a| Ok(this(vm, a)?.value.get(vm)?.unwrap_or(Value::NONE)), ""),
        getter("evaluate_value", |vm, a| Ok(this(vm, a)?.value.evaluator(vm)), ""),
        getter("__type_params__", |vm, a| Ok(params(vm, this(vm, a)?)), ""),
        getter("__parameters__", |vm, a| {
            let params = vm.collect(&params(vm, this(vm, a)?))?;
            let spread = spread(vm, &params)?;
            Ok(vm.tuple(spread))
        }, ""),
        getter("__module__", |vm, a| Ok(this(vm, a)?.module.clone()), ""),
    ]);

fn params(vm: &Vm, this: &Obj<TypeAlias>) -> Value {
    if this.params.is_none() { vm.tuple(Vec::new()) } else { this.params.clone() }
}

/// Type parameters with every TypeVarTuple unpacked.
pub fn spread(vm: &Vm, params: &[Value]) -> PyResult<Vec<Value>> {
    let tuples = vm.typ(&TYPE_VAR_TUPLE).clone();
    let mut all = Vec::with_capacity(params.len());
    for param in params {
        all.push(if vm.is_instance(param, &tuples) { unpack(vm, param)? } else { param.clone() });
    }
    Ok(all)
}

/// Type parameters as the constructor takes them: those with a default come last.
fn check_params(vm: &Vm, params: &Value) -> PyResult<()> {
    let Some(items) = params.as_tuple() else { return Err(vm.type_error("type_params must be a tuple")) };
    let mut defaults = false;
    for param in items.items() {
        let has = match vm.getattr_opt(param, vm.intern("has_default").value())? {
            Some(has) => vm.call0(&has)?,
            None => return Err(vm.type_error(format!("Expected a type param, got {}", vm.repr_text(param)?))),
        };
        if vm.truth(&has)? {
            defaults = true;
        } else if defaults {
            return Err(vm.type_error(format!(
                "non-default type parameter '{}' follows default type parameter",
                vm.repr_text(param)?
            )));
        }
    }
    Ok(())
}

impl Vm {
    /// The object of a `type` statement: a tuple of name, type parameters or `None`, and the function that computes
    /// the value.
    pub fn type_alias(&self, parts: &Value) -> PyResult<Value> {
        let parts = self.collect(parts)?;
        let [name, params, evaluate] = parts.as_slice() else {
            return Err(self.system_error("a type statement needs name, parameters and value"));
        };
        let new = TypeAlias {
            name: name.clone(),
            params: params.clone(),
            value: Lazy::computed(evaluate.clone()),
            module: caller_module(self),
        };
        Ok(self.alloc_spec(&TYPE_ALIAS_TYPE, new))
    }
}
