//! `__build_class__`: what a class statement calls.

use crate::runtime::error::PyResult;
use crate::runtime::interp::function::{CellObject, Function};
use crate::runtime::object::args::Args;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

/// The bases with those that are no types replaced by what their `__mro_entries__` gives; `None`: nothing to replace.
fn resolved(vm: &Vm, bases: &[Value]) -> PyResult<Option<Vec<Value>>> {
    if bases.iter().all(|base| base.as_type().is_some()) {
        return Ok(None);
    }
    let original = vm.tuple_of(bases);
    let mut all = Vec::with_capacity(bases.len());
    let mut changed = false;
    for base in bases {
        let hook = match base.as_type() {
            Some(_) => None,
            None => vm.getattr_opt(base, vm.names().__mro_entries__.value())?,
        };
        match hook {
            None => all.push(base.clone()),
            Some(hook) => {
                let entries = vm.call1(&hook, &original)?;
                let Some(entries) = entries.as_tuple() else {
                    return Err(vm.type_error("__mro_entries__ must return a tuple"));
                };
                all.extend_from_slice(entries.items());
                changed = true;
            }
        }
    }
    Ok(changed.then_some(all))
}

/// `__build_class__(function, name, *bases, metaclass=..., **keywords)`
pub fn build_class(vm: &Vm, args: Args) -> PyResult<Value> {
    let n = vm.names();
    let [body, name, given @ ..] = args.pos() else {
        return Err(vm.type_error("__build_class__: not enough arguments"));
    };
    let Some(function) = body.downcast::<Function>() else {
        return Err(vm.type_error("__build_class__: func must be a function"));
    };
    if name.as_str().is_none() {
        return Err(vm.type_error("__build_class__: name is not a string"));
    }
    let entries = resolved(vm, given)?;
    let replaced = entries.is_some();
    let bases = entries.unwrap_or_else(|| given.to_vec());
    let (mut names, mut values) = (Vec::new(), Vec::new());
    let mut meta = None;
    for (key, value) in args.keywords() {
        if key.as_str().is_some_and(|k| k.bytes() == b"metaclass") {
            meta = Some(value.clone());
        } else {
            names.push(key.clone());
            values.push(value.clone());
        }
    }
    let meta = match meta {
        Some(meta) => meta,
        None => match bases.first() {
            Some(first) => first.ty(vm).to_value(),
            None => vm.interp().type_type.value().clone(),
        },
    };
    // Any callable may be the metaclass; only for types the bases have a say.
    let meta = match meta.downcast_ref() {
        Some(ty) => vm.winning_metaclass(&ty, &bases)?.into_value(),
        None => meta,
    };
    let bases = vm.tuple(bases);
    let namespace = match vm.getattr_opt(&meta, n.__prepare__.value())? {
        None => vm.new_dict().into_value(),
        Some(prepare) => {
            let mut all = vec![name.clone(), bases.clone()];
            all.extend_from_slice(&values);
            vm.call(&prepare, Args { values: &all, names: &names })?
        }
    };
    if namespace.ty(vm).slots.get().getitem.is_none() {
        let who = meta.as_type().map_or_else(|| "<metaclass>".to_owned(), |ty| ty.name());
        return Err(vm.type_error(format!(
            "{who}.__prepare__() must return a mapping, not {}",
            namespace.type_name(vm)
        )));
    }
    let cell = vm.run_code(function, namespace.clone())?;
    if replaced {
        let original = vm.tuple_of(given);
        vm.setitem(&namespace, n.__orig_bases__.value(), Some(&original))?;
    }
    let mut all = vec![name.clone(), bases, namespace];
    all.extend_from_slice(&values);
    let class = vm.call(&meta, Args { values: &all, names: &names })?;
    if class.as_type().is_some()
        && let Some(cell) = cell.downcast::<CellObject>()
    {
        check_cell(vm, name, &class, &cell.content.cloned())?;
    }
    Ok(class)
}

/// The `__class__` cell of the body must hold the class now.
fn check_cell(vm: &Vm, name: &Value, class: &Value, content: &Value) -> PyResult<()> {
    if content.is(class) {
        return Ok(());
    }
    let (name, class) = (vm.repr_text(name)?, vm.repr_text(class)?);
    if content.is_unbound() {
        return Err(vm.runtime_error(format!(
            "__class__ not set defining {name} as {class}. Was __classcell__ propagated to type.__new__?"
        )));
    }
    Err(vm.type_error(format!("__class__ set to {} defining {name} as {class}", vm.repr_text(content)?)))
}
