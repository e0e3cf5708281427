//! Variables: globals, names, cells.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::bytecode::code::flags;
use crate::runtime::bytecode::ops::Op;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::forms;
use crate::runtime::interp::function::{CellObject, Function};

use crate::runtime::object::dict::Dict;
use crate::runtime::object::str::Str;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Ref, Value};

fn local_name(at: At, register: isize) -> &'static Obj<Str> {
    let frame = at.frame();
    let index = (register + frame.locals_count() as isize) as usize;
    // SAFETY: the code lives while its frame runs; the reference is used for a message only.
    unsafe { &*std::ptr::from_ref::<Obj<Str>>(&frame.code().local_names[index]) }
}

/// UnboundLocalError.
#[cold]
pub fn unbound(vm: &Vm, at: At, register: isize) -> Raised {
    let name = local_name(at, register);
    vm.name_error_on(
        &exc::UNBOUND_LOCAL_ERROR,
        &name.to_value(),
        format!(
            "cannot access local variable '{}' where it is not associated with a value",
            name.to_string_lossy()
        ),
    )
}

#[cold]
fn unbound_free(vm: &Vm, name: &Obj<Str>) -> Raised {
    vm.name_error_on(
        &exc::NAME_ERROR,
        &name.to_value(),
        format!(
            "cannot access free variable '{}' where it is not associated with a value in enclosing scope",
            name.to_string_lossy()
        ),
    )
}

/// The error for an empty cell in a local register.
#[cold]
pub fn empty_cell(vm: &Vm, at: At, register: isize) -> Raised {
    if register >= 0 {
        // A far cell that was loaded into a temporary: its name is not known here.
        return vm.name_error_on(
            &exc::UNBOUND_LOCAL_ERROR,
            &Value::NONE,
            "cannot access local variable where it is not associated with a value",
        );
    }
    unbound(vm, at, register)
}

/// The error for an empty closure cell.
#[cold]
pub fn empty_free(vm: &Vm, at: At) -> Raised {
    let code = at.frame().code();
    unbound_free(vm, &code.free_names[at.n16()])
}

/// `del local`
pub fn delete_fast(vm: &Vm, at: At) -> PyResult<()> {
    if at.reg(at.a()).is_unbound() {
        return Err(unbound(vm, at, at.a() as isize));
    }
    at.set(at.a(), Value::UNBOUND);
    Ok(())
}

#[cold]
fn not_defined(vm: &Vm, name: &Ref<Str>) -> Raised {
    vm.name_error_on(
        &exc::NAME_ERROR,
        name.value(),
        format!("name '{}' is not defined", name.to_string_lossy()),
    )
}

/// The place of a value in a dictionary's block, which stays while the version stays.
fn remember_address(at: At, place: &Value) {
    let address = std::ptr::from_ref(place) as u64;
    at.set_extra(2, address as u32);
    at.set_extra(3, (address >> 32) as u32);
}

/// Is the instruction a `LoadGlobal`, which has forms, and not a `LoadName`?
fn has_forms(at: At) -> bool {
    Op::decode(at.word()).is_some_and(|op| op.plain() == Op::LoadGlobal)
}

fn cache_global(vm: &Vm, at: At, name: &Ref<Str>) -> Option<Value> {
    let function = at.function();
    let globals = &function.globals;
    if let Some(found) = globals.position_str(name) {
        let version = globals.version(vm);
        if version != 0 {
            at.set_extra(0, !version);
            at.set_extra(1, 0);
            remember_address(at, globals.cached_value(found));
            if has_forms(at) {
                // These are only run with a version there; others may find zero, which is none.
                at.set_extra(0, version);
                forms::rewrite(at, if at.a() >= 0 { Op::LoadGlobalTemp } else { Op::LoadGlobalPlain });
            }
        }
        return Some(globals.cached_value(found).clone());
    }
    let builtins = &function.builtins;
    let found = builtins.position_str(name)?;
    let (version, second) = (globals.version(vm), builtins.version(vm));
    if version != 0 && second != 0 && !second != 0 {
        at.set_extra(0, !version);
        at.set_extra(1, !second);
        remember_address(at, builtins.cached_value(found));
        if has_forms(at) {
            forms::rewrite(at, Op::LoadGlobal);
        }
    }
    Some(builtins.cached_value(found).clone())
}

/// A global or builtin, where the namespaces may be subclasses of dict.
fn global_or_builtin(vm: &Vm, at: At, name: &Ref<Str>) -> PyResult<Option<Value>> {
    let function = at.function();
    // A subclass of dict may have its own idea of what it holds.
    let plain = |dict: &Ref<Dict>| dict.value().kind() == crate::runtime::object::typedef::kind::DICT;
    if plain(&function.globals)
        && plain(&function.builtins)
        && let Some(found) = cache_global(vm, at, name)
    {
        return Ok(Some(found));
    }
    uncached_global(vm, function, name)
}

fn uncached_global(vm: &Vm, function: &Function, name: &Ref<Str>) -> PyResult<Option<Value>> {
    // A dict with keys that are no strings, or a subclass with `__missing__`.
    for dict in [&function.globals, &function.builtins] {
        if dict.value().kind() != crate::runtime::object::typedef::kind::DICT {
            let result = vm.getitem(dict.value(), name.value());
            if let Some(found) = vm.catch(result, &exc::KEY_ERROR)? {
                return Ok(Some(found));
            }
        } else if let Some(found) = dict.get(vm, name.value())? {
            return Ok(Some(found));
        }
    }
    match &function.other_builtins {
        Some(other) => vm.catch(vm.getitem(other, name.value()), &exc::KEY_ERROR),
        None => Ok(None),
    }
}

/// A name among a function's builtins.
pub fn builtin(vm: &Vm, function: &Function, name: &Ref<Str>) -> PyResult<Option<Value>> {
    match &function.other_builtins {
        Some(other) => vm.catch(vm.getitem(other, name.value()), &exc::KEY_ERROR),
        None => function.builtins.get(vm, name.value()),
    }
}

/// `LoadGlobal`
#[inline(never)]
pub fn load_global(vm: &Vm, at: At) -> PyResult<()> {
    let name = at.name(at.n16());
    match global_or_builtin(vm, at, name)? {
        Some(found) => {
            at.set(at.a(), found);
            Ok(())
        }
        None => Err(not_defined(vm, name)),
    }
}

/// `StoreGlobal`
#[inline(never)]
pub fn store_global(vm: &Vm, at: At) -> PyResult<()> {
    let _ = vm;
    let value = at.take(at.a());
    let globals = &at.function().globals;
    if !globals.current_version() == at.extra(0) {
        drop(globals.replace_at(at.extra(1) as usize, value));
        return Ok(());
    }
    let name = at.name(at.n16());
    drop(globals.insert_str(name, value));
    if let Some(found) = globals.position_str(name) {
        let version = globals.version(vm);
        if version != 0 {
            at.set_extra(0, !version);
            at.set_extra(1, found as u32);
        }
    }
    Ok(())
}

/// `DeleteGlobal`
pub fn delete_global(vm: &Vm, at: At) -> PyResult<()> {
    let name = at.name(at.n16());
    match at.function().globals.remove_str(name) {
        Some(old) => {
            drop(old);
            Ok(())
        }
        None => Err(not_defined(vm, name)),
    }
}

/// A name in a namespace that may be any mapping.
fn in_namespace(vm: &Vm, namespace: &Value, name: &Ref<Str>) -> PyResult<Option<Value>> {
    if namespace.kind() == crate::runtime::object::typedef::kind::DICT
        && let Some(dict) = namespace.as_dict()
    {
        return dict.get(vm, name.value());
    }
    let result = vm.getitem(namespace, name.value());
    vm.catch(result, &exc::KEY_ERROR)
}

/// The frame's namespace: the globals if a function runs code of a module.
fn namespace(vm: &Vm, at: At) -> PyResult<Value> {
    match at.frame().namespace() {
        Some(namespace) => Ok(namespace),
        None if at.frame().code().has(flags::OPTIMIZED) => Err(vm.system_error("no locals found")),
        None => Ok(at.function().globals.value().clone()),
    }
}

/// `LoadName`
#[inline(never)]
pub fn load_name(vm: &Vm, at: At) -> PyResult<()> {
    let name = at.name(at.n16());
    let namespace = namespace(vm, at)?;
    if !namespace.is(at.function().globals.value())
        && let Some(found) = in_namespace(vm, &namespace, name)?
    {
        at.set(at.a(), found);
        return Ok(());
    }
    match global_or_builtin(vm, at, name)? {
        Some(found) => {
            at.set(at.a(), found);
            Ok(())
        }
        None => Err(not_defined(vm, name)),
    }
}

/// `StoreName`
#[inline(never)]
pub fn store_name(vm: &Vm, at: At) -> PyResult<()> {
    let namespace = namespace(vm, at)?;
    let is_plain = namespace.kind() == crate::runtime::object::typedef::kind::DICT;
    if is_plain && namespace.is(at.function().globals.value()) {
        return store_global(vm, at);
    }
    let value = at.take(at.a());
    let name = at.name(at.n16());
    if namespace.kind() == crate::runtime::object::typedef::kind::DICT
        && let Some(dict) = namespace.as_dict()
    {
        drop(dict.insert(vm, name.value().clone(), value)?);
        return Ok(());
    }
    vm.setitem(&namespace, name.value(), Some(&value))
}

/// `DeleteName`
pub fn delete_name(vm: &Vm, at: At) -> PyResult<()> {
    let name = at.name(at.n16());
    let namespace = namespace(vm, at)?;
    let result = vm.setitem(&namespace, name.value(), None);
    match vm.catch(result, &exc::KEY_ERROR)? {
        Some(()) => Ok(()),
        None => Err(not_defined(vm, name)),
    }
}

/// `MakeCell`
pub fn make_cell(vm: &Vm, at: At) -> PyResult<()> {
    let content = std::mem::replace(at.reg(at.a()), Value::UNBOUND);
    *at.reg(at.a()) = vm.cell(content);
    Ok(())
}

/// `MakeCellFar`
pub fn make_cell_far(vm: &Vm, at: At) -> PyResult<()> {
    let content = std::mem::replace(at.far(at.i16()), Value::UNBOUND);
    *at.far(at.i16()) = vm.cell(content);
    Ok(())
}

fn cell(value: &Value) -> &Obj<CellObject> {
    match value.downcast::<CellObject>() {
        Some(cell) => cell,
        None => unreachable!("a cell register holds a cell"),
    }
}

/// `DeleteDeref`
pub fn delete_deref(vm: &Vm, at: At) -> PyResult<()> {
    let cell = cell(at.reg(at.a()));
    if cell.content.get().is_unbound() {
        return Err(empty_cell(vm, at, at.a() as isize));
    }
    cell.content.set(Value::UNBOUND);
    Ok(())
}

/// A closure cell of the running function.
#[inline(always)]
pub fn free_cell<'a>(at: At, index: usize) -> &'a Obj<CellObject> {
    match &at.function().closure {
        // SAFETY: the compiler numbers the cells; `MakeFunction` fills the tuple with cells; the function keeps it.
        Some(closure) => unsafe {
            let cell = closure.items().get_unchecked(index);
            &*(cell.to_bits() as *const Obj<CellObject>)
        },
        None => unreachable!("code with free variables has a closure"),
    }
}

/// `DeleteFree`
pub fn delete_free(vm: &Vm, at: At) -> PyResult<()> {
    let cell = free_cell(at, at.n16());
    if cell.content.get().is_unbound() {
        return Err(empty_free(vm, at));
    }
    cell.content.set(Value::UNBOUND);
    Ok(())
}

/// `LoadFreeCell`
pub fn load_free_cell(_: &Vm, at: At) -> PyResult<()> {
    let cell = free_cell(at, at.n16()).to_value();
    at.set(at.a(), cell);
    Ok(())
}

/// `LoadNsDeref`
pub fn load_ns_deref(vm: &Vm, at: At) -> PyResult<()> {
    let name = at.name(at.extra(0) as usize);
    let namespace = at.reg(at.b()).clone();
    let found = match in_namespace(vm, &namespace, name)? {
        Some(found) => found,
        None => match cell(at.reg(at.c())).content.cloned() {
            empty if empty.is_unbound() => return Err(unbound_free(vm, name)),
            content => content,
        },
    };
    at.done(at.b());
    at.set(at.a(), found);
    Ok(())
}

/// `LoadNsGlobal`
pub fn load_ns_global(vm: &Vm, at: At) -> PyResult<()> {
    let name = at.name(at.extra(0) as usize);
    let namespace = at.reg(at.b()).clone();
    let found = match in_namespace(vm, &namespace, name)? {
        Some(found) => found,
        None => match uncached_global(vm, at.function(), name)? {
            Some(found) => found,
            None => return Err(not_defined(vm, name)),
        },
    };
    at.done(at.b());
    at.set(at.a(), found);
    Ok(())
}

/// `LoadLocals`
pub fn load_locals(vm: &Vm, at: At) -> PyResult<()> {
    let locals = match at.frame().namespace() {
        Some(namespace) => namespace,
        None => vm.locals_of(at.frame())?,
    };
    at.set(at.a(), locals);
    Ok(())
}
