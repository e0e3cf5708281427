//! `typing.Union`, which `X | Y` gives.

use super::alias::{GenericAlias, find_parameters, substitute};
use super::type_alias::TypeAlias;
use super::{call_typing, type_text};
use crate::runtime::builtins::constants::NONE_TYPE;
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::sets::table::Table;
use crate::runtime::builtins::tools::member;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{Cmp, TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

/// The payload of `typing.Union`.
pub struct Union {
    /// The members, each once, no unions among them.
    args: Ref<Tuple>,
    /// Number of members without a hash.
    unhashable: usize,
    parameters: LockCell<Option<Value>>,
}

crate::payload!(Union, "typing.Union", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.args.value());
        if let Some(parameters) = self.parameters.get() {
            visit(parameters);
        }
    }
});

/// `typing.Union`
pub static UNION: TypeSpec = TypeSpec::new("typing.Union", Union::layout)
    .flags(type_flag::WEAKREF)
    .doc("", "Represent a union type\n\nE.g. for int | str")
    .slots(|s| {
        s.repr = Some(|vm, value| {
            let mut text = Vec::new();
            for arg in this(vm, value)?.args.items() {
                if !text.is_empty() {
                    text.extend_from_slice(b" | ");
                }
                text.extend(type_text(vm, arg)?);
            }
            Ok(vm.str_bytes(&text))
        });
        s.hash = Some(|vm, value| {
            let this = this(vm, value)?;
            if this.unhashable > 0 {
                for arg in this.args.items() {
                    vm.hash(arg)?;
                }
                let s = if this.unhashable == 1 { "" } else { "s" };
                return Err(
                    vm.type_error(format!("union contains {} unhashable element{s}", this.unhashable))
                );
            }
            let set = vm.frozenset(this.args.items().to_vec())?;
            vm.hash(&set)
        });
        s.compare = Some(|vm, a, b, op| {
            let (Some(x), Some(y)) = (a.downcast::<Union>(), b.downcast::<Union>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            if !matches!(op, Cmp::Eq | Cmp::Ne) {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            Ok(Value::bool(same_members(vm, &x.args, &y.args)? == (op == Cmp::Eq)))
        });
        s.getitem = Some(|vm, value, item| {
            let this = this(vm, value)?;
            let parameters = parameters(vm, this)?;
            let args = substitute(vm, value, this.args.value(), &parameters, item)?;
            union_from(vm, args)
        });
        s.or = Some(|vm, a, b| union_from(vm, vec![a.clone(), b.clone()]));
    })
    .methods(&[
        native(
            "__mro_entries__(self, bases, /)",
            |vm, args| Err(vm.type_error(format!("Cannot subclass {}", vm.repr_text(&args[0])?))),
            "",
        ),
        native(
            "__class_getitem__(cls, object, /)",
            |vm, args| {
                let given = match args[1].as_tuple() {
                    Some(tuple) => tuple.items().to_vec(),
                    None => vec![args[1].clone()],
                };
                union_from(vm, given)
            },
            "",
        )
        .class(),
    ])
    .getset(&[
        getter("__name__", |vm, _| Ok(vm.str("Union")), "Name of the type"),
        getter("__qualname__", |vm, _| Ok(vm.str("Union")), "Qualified name of the type"),
        getter("__origin__", |vm, _| Ok(vm.typ(&UNION).value().clone()), "Always returns the type"),
        member("__args__", |vm, value| Ok(this(vm, value)?.args.clone().into_value()), ""),
        getter(
            "__parameters__",
            |vm, value| parameters(vm, this(vm, value)?),
            "Type variables in the types.UnionType.",
        ),
    ]);

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Union>> {
    vm.cast::<Union>(value)
}

fn parameters(vm: &Vm, this: &Obj<Union>) -> PyResult<Value> {
    if let Some(known) = this.parameters.get() {
        return Ok(known.clone());
    }
    let found = vm.tuple(find_parameters(vm, this.args.items())?);
    this.parameters.set(Some(found.clone()));
    Ok(found)
}

fn same_members(vm: &Vm, a: &Obj<Tuple>, b: &Obj<Tuple>) -> PyResult<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for x in a.items() {
        let mut found = false;
        for y in b.items() {
            if vm.equal(x, y)? {
                found = true;
                break;
            }
        }
        if !found {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The members, if it is a union.
pub fn union_args(value: &Value) -> Option<Ref<Tuple>> {
    value.downcast::<Union>().map(|union| union.args.clone())
}

/// May it stand beside `|` without asking `typing`?
fn is_unionable(value: &Value) -> bool {
    value.is_none()
        || value.as_type().is_some()
        || value.downcast::<GenericAlias>().is_some()
        || value.downcast::<Union>().is_some()
        || value.downcast::<TypeAlias>().is_some()
}

/// The union of types, flattened, each once; what is no type is checked and converted by `typing`.
pub fn union_from(vm: &Vm, given: Vec<Value>) -> PyResult<Value> {
    let seen = Table::new();
    let mut args: Vec<Value> = Vec::with_capacity(given.len());
    let mut unhashable: Vec<Value> = Vec::new();
    let mut queue = Vec::with_capacity(given.len());
    for item in given {
        match union_args(&item) {
            Some(inner) => queue.extend_from_slice(inner.items()),
            None => queue.push(item),
        }
    }
    for item in queue {
        let item = if item.is_none() {
            vm.typ(&NONE_TYPE).value().clone()
        } else if is_unionable(&item) {
            item
        } else {
            let message = vm.str("Union[arg, ...]: each arg must be a type.");
            call_typing(vm, "_type_check", &[item, message])?
        };
        let hash = vm.hash(&item);
        match vm.catch(hash, &exc::TYPE_ERROR)? {
            Some(hash) => {
                if seen.insert_hashed(vm, item.clone(), hash)? {
                    args.push(item);
                }
            }
            None => {
                let mut known = false;
                for other in &unhashable {
                    known = known || vm.equal(other, &item)?;
                }
                if !known {
                    unhashable.push(item.clone());
                    args.push(item);
                }
            }
        }
    }
    match args.as_slice() {
        [] => Err(vm.type_error("Cannot take a Union of no types.")),
        [only] => Ok(only.clone()),
        _ => {
            let union = Union {
                args: vm.tuple_ref(args),
                unhashable: unhashable.len(),
                parameters: LockCell::new(None),
            };
            Ok(vm.alloc_spec(&UNION, union))
        }
    }
}

impl Vm {
    /// `a | b` of types; `NotImplemented` if one is no type.
    pub fn union_of(&self, a: &Value, b: &Value) -> PyResult<Value> {
        if !is_unionable(a) || !is_unionable(b) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        union_from(self, vec![a.clone(), b.clone()])
    }
}
