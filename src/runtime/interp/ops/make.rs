//! Functions and classes, patterns, imports, intrinsics, far temporaries.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::{globals, lists, sets, tuples};
use crate::runtime::bytecode::ops::{Common, Intrinsic1, Intrinsic2, Part};
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::interp::code::Code;
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::ops::name::builtin;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

/// `LoadCommon`
pub fn load_common(vm: &Vm, at: At) -> PyResult<()> {
    let class = match Common::decode(u32::from(at.b() as u8)) {
        Some(Common::AssertionError) => &exc::ASSERTION_ERROR,
        Some(Common::NotImplementedError) => &exc::NOT_IMPLEMENTED_ERROR,
        Some(Common::Set) => &sets::SET,
        Some(Common::List) => &lists::LIST,
        Some(Common::Tuple) => &tuples::TUPLE,
        Some(Common::EmptyTuple) => {
            at.set(at.a(), vm.interp().empty_tuple.clone());
            return Ok(());
        }
        Some(Common::Any | Common::All) | None => return Err(vm.system_error("unknown common object")),
    };
    at.set(at.a(), vm.typ(class).value().clone());
    Ok(())
}

/// `JumpIfNotCommon`: is it the object?
pub fn is_common(vm: &Vm, at: At) -> PyResult<bool> {
    let value = at.reg(at.a());
    let class = match Common::decode(u32::from(at.b() as u8)) {
        Some(Common::Set) => &sets::SET,
        Some(Common::List) => &lists::LIST,
        Some(Common::Tuple) => &tuples::TUPLE,
        Some(Common::Any) => return Ok(globals::is_builtin(value, "any")),
        Some(Common::All) => return Ok(globals::is_builtin(value, "all")),
        _ => return Err(vm.system_error("unknown common object")),
    };
    Ok(value.is(vm.typ(class).value()))
}

/// `Spill`
pub fn spill(_: &Vm, at: At) -> PyResult<()> {
    let far = at.extra(0) as i32 as isize;
    for i in 0..at.b() as u8 as usize {
        let value = std::mem::replace(at.reg(at.a() + i as i8), Value::UNBOUND);
        drop(std::mem::replace(at.far(far + i as isize), value));
    }
    Ok(())
}

/// `Unspill`
pub fn unspill(_: &Vm, at: At) -> PyResult<()> {
    let far = at.extra(0) as i32 as isize;
    for i in 0..at.b() as u8 as usize {
        let value = std::mem::replace(at.far(far + i as isize), Value::UNBOUND);
        at.set(at.a() + i as i8, value);
    }
    Ok(())
}

/// `MakeFunction`
#[inline(never)]
pub fn make_function(vm: &Vm, at: At) -> PyResult<()> {
    let running = at.function();
    let code = running.code.get().consts[at.extra(0) as usize].clone();
    let Some(code) = code.downcast_ref::<Code>() else {
        return Err(vm.system_error("MakeFunction without code"));
    };
    let parts = at.c() as u8;
    let mut run = at.run(at.b(), parts.count_ones() as usize).iter_mut();
    let mut part = |which: Part| {
        let place = if parts & which as u8 != 0 { run.next() } else { None };
        place.map(|place| std::mem::replace(place, Value::UNBOUND))
    };
    let defaults = part(Part::Defaults);
    let kwdefaults = part(Part::KwDefaults);
    let annotate = part(Part::Annotate);
    let closure = part(Part::Closure).and_then(|c| c.downcast_ref::<Tuple>());
    // Free variables are read without a look at what the closure holds. (`verify` sees to it that there is one.)
    if let Some(closure) = &closure
        && (closure.len() != code.free_names.len()
            || closure.items().iter().any(|cell| cell.kind() != kind::CELL))
    {
        return Err(vm.system_error("MakeFunction without the cells of its closure"));
    }
    let function = vm.function(&code, &running.globals, closure);
    if let Some(defaults) = defaults {
        function.defaults.set(defaults);
    }
    if let Some(kwdefaults) = kwdefaults {
        function.kwdefaults.set(kwdefaults);
    }
    if let Some(annotate) = annotate {
        function.annotate.set(annotate);
    }
    at.set(at.a(), function.into_value());
    Ok(())
}

/// `LoadBuildClass`
pub fn load_build_class(vm: &Vm, at: At) -> PyResult<()> {
    let name = &vm.names().__build_class__;
    match builtin(vm, at.function(), name)? {
        Some(found) => {
            at.set(at.a(), found);
            Ok(())
        }
        None => Err(vm.name_error_on(&exc::NAME_ERROR, name.value(), "__build_class__ not found")),
    }
}

/// `MatchSequence`
pub fn match_sequence(vm: &Vm, at: At) -> PyResult<()> {
    let result = at.reg(at.b()).ty(vm).has(type_flag::SEQUENCE);
    at.set(at.a(), Value::bool(result));
    Ok(())
}

/// `MatchMapping`
pub fn match_mapping(vm: &Vm, at: At) -> PyResult<()> {
    let result = at.reg(at.b()).ty(vm).has(type_flag::MAPPING);
    at.set(at.a(), Value::bool(result));
    Ok(())
}

/// `GetLen`
pub fn get_len(vm: &Vm, at: At) -> PyResult<()> {
    let n = vm.len(at.reg(at.b()))?;
    at.set(at.a(), vm.int(n as i64));
    Ok(())
}

/// `MatchKeys`
pub fn match_keys(vm: &Vm, at: At) -> PyResult<()> {
    let (subject, keys) = (at.reg(at.b()).clone(), at.reg(at.c()).clone());
    let keys = keys.as_tuple().map_or(&[][..], |t| t.items());
    let seen = vm.new_dict();
    let get = vm.getattr(&subject, vm.names().get.value())?;
    let missing = vm.alloc(&vm.interp().object_type, crate::runtime::builtins::types::Plain).into_value();
    let mut values = Vec::with_capacity(keys.len());
    for key in keys {
        if seen.insert(vm, key.clone(), Value::NONE)?.is_some() {
            return Err(
                vm.value_error(format!("mapping pattern checks duplicate key ({})", vm.repr_text(key)?))
            );
        }
        let value = vm.call_args(&get, &[key.clone(), missing.clone()])?;
        if value.is(&missing) {
            at.set(at.a(), Value::NONE);
            return Ok(());
        }
        values.push(value);
    }
    let result = vm.tuple(values);
    at.set(at.a(), result);
    Ok(())
}

/// `MatchClass`
pub fn match_class(vm: &Vm, at: At) -> PyResult<()> {
    let subject = at.reg(at.b()).clone();
    let mut run = at.take_run(at.c(), 2).into_iter();
    let (class, names) = (run.next().unwrap_or(Value::NONE), run.next().unwrap_or(Value::NONE));
    let result = class_attributes(vm, &subject, &class, &names, at.extra(0) as usize)?;
    at.set(at.a(), result.unwrap_or(Value::NONE));
    Ok(())
}

fn class_attributes(
    vm: &Vm,
    subject: &Value,
    class: &Value,
    names: &Value,
    positional: usize,
) -> PyResult<Option<Value>> {
    let Some(ty) = class.as_type() else {
        return Err(vm.type_error("called match pattern must be a class"));
    };
    if !vm.isinstance(subject, class)? {
        return Ok(None);
    }
    let name = ty.name();
    let mut seen: Vec<Value> = Vec::new();
    let mut values = Vec::new();
    let mut attribute = |name_value: &Value, values: &mut Vec<Value>| -> PyResult<bool> {
        for other in &seen {
            if vm.equal(other, name_value)? {
                return Err(vm.type_error(format!(
                    "{name}() got multiple sub-patterns for attribute {}",
                    vm.repr_text(name_value)?
                )));
            }
        }
        seen.push(name_value.clone());
        match vm.getattr_opt(subject, name_value)? {
            Some(value) => {
                values.push(value);
                Ok(true)
            }
            None => Ok(false),
        }
    };
    if positional > 0 {
        let args = vm.getattr_opt(class, vm.names().__match_args__.value())?;
        let mut match_self = false;
        let items = match &args {
            Some(args) => match args.as_tuple() {
                Some(tuple) if args.kind() == crate::runtime::object::typedef::kind::TUPLE => {
                    tuple.items().to_vec()
                }
                _ => {
                    return Err(vm.type_error(format!(
                        "{name}.__match_args__ must be a tuple (got {})",
                        args.type_name(vm)
                    )));
                }
            },
            None => {
                match_self = ty.has(type_flag::MATCH_SELF);
                Vec::new()
            }
        };
        let allowed = if match_self { 1 } else { items.len() };
        if positional > allowed {
            let plural = if allowed == 1 { "" } else { "s" };
            return Err(vm.type_error(format!(
                "{name}() accepts {allowed} positional sub-pattern{plural} ({positional} given)"
            )));
        }
        if match_self {
            values.push(subject.clone());
        } else {
            for item in &items[..positional] {
                if item.as_str().is_none() {
                    return Err(vm.type_error(format!(
                        "__match_args__ elements must be strings (got {})",
                        item.type_name(vm)
                    )));
                }
                if !attribute(item, &mut values)? {
                    return Ok(None);
                }
            }
        }
    }
    for keyword in names.as_tuple().map_or(&[][..], |t| t.items()) {
        if !attribute(keyword, &mut values)? {
            return Ok(None);
        }
    }
    Ok(Some(vm.tuple(values)))
}

/// `ImportName`
pub fn import_name(vm: &Vm, at: At) -> PyResult<()> {
    let name = at.name(at.extra(0) as usize).clone();
    let level = at.extra(1);
    let fromlist = at.take(at.b());
    let function = at.function();
    let import = match builtin(vm, function, &vm.names().__import__)? {
        Some(import) => import,
        None => return Err(vm.import_error("__import__ not found")),
    };
    let locals = at.frame().namespace().unwrap_or(Value::NONE);
    let level = vm.int(i64::from(level));
    let args = [name.into_value(), function.globals.clone().into_value(), locals, fromlist, level];
    let module = if globals::is_builtin(&import, "__import__") {
        vm.builtin_import(&args)?
    } else {
        vm.call_args(&import, &args)?
    };
    at.set(at.a(), module);
    Ok(())
}

/// `ImportFrom`
pub fn import_from(vm: &Vm, at: At) -> PyResult<()> {
    let name = at.name(at.extra(0) as usize).clone();
    let module = at.reg(at.b()).clone();
    let found = vm.import_from(&module, &name)?;
    at.set(at.a(), found);
    Ok(())
}

/// `ImportStar`
pub fn import_star(vm: &Vm, at: At) -> PyResult<()> {
    let module = at.take(at.a());
    let Some(namespace) = at.frame().namespace() else {
        return Err(vm.system_error("no locals found during 'import *'"));
    };
    vm.import_star(&module, &namespace)
}

/// `Intrinsic1`
pub fn intrinsic1(vm: &Vm, at: At) -> PyResult<()> {
    let value = at.take(at.b());
    let result = match Intrinsic1::decode(u32::from(at.c() as u8)) {
        Some(Intrinsic1::Print) => {
            let Some(hook) = vm.interp().sys.get_str(&vm.names().displayhook) else {
                return Err(vm.runtime_error("lost sys.displayhook"));
            };
            vm.call1(&hook, &value)?
        }
        Some(Intrinsic1::StopIterationError) => {
            return Err(vm.runtime_error("generator raised StopIteration"));
        }
        Some(Intrinsic1::TypeVar) => vm.type_var(&value, Value::NONE, Value::NONE)?,
        Some(Intrinsic1::ParamSpec) => vm.param_spec(&value)?,
        Some(Intrinsic1::TypeVarTuple) => vm.type_var_tuple(&value)?,
        Some(Intrinsic1::SubscriptGeneric) => vm.subscript_generic(&value)?,
        Some(Intrinsic1::TypeAlias) => vm.type_alias(&value)?,
        Some(Intrinsic1::ListToTuple) => {
            let items = vm.collect(&value)?;
            vm.tuple(items)
        }
        Some(Intrinsic1::UnpackStar) => {
            let iter = vm.iter(&value)?;
            match vm.next(&iter)? {
                Some(first) if vm.next(&iter)?.is_none() => first,
                _ => return Err(vm.value_error("star unpacking needs exactly one value here")),
            }
        }
        None => return Err(vm.system_error("unknown intrinsic")),
    };
    at.set(at.a(), result);
    Ok(())
}

/// `Intrinsic2`
pub fn intrinsic2(vm: &Vm, at: At) -> PyResult<()> {
    let mut run = at.take_run(at.b(), 2).into_iter();
    let (first, second) = (run.next().unwrap_or(Value::NONE), run.next().unwrap_or(Value::NONE));
    let result = match Intrinsic2::decode(u32::from(at.c() as u8)) {
        Some(Intrinsic2::TypeVarWithBound) => vm.type_var(&first, second, Value::NONE)?,
        Some(Intrinsic2::TypeVarWithConstraints) => vm.type_var(&first, Value::NONE, second)?,
        Some(Intrinsic2::SetFunctionTypeParams) => {
            if let Some(function) = first.downcast::<crate::runtime::interp::function::Function>() {
                function.type_params.set(second);
            }
            first
        }
        Some(Intrinsic2::SetTypeParamDefault) => vm.set_type_param_default(first, second)?,
        None => return Err(vm.system_error("unknown intrinsic")),
    };
    at.set(at.a(), result);
    Ok(())
}
