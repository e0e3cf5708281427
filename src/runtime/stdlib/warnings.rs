//! `_warnings`: issuing a warning, and the filters that decide about it.
//!
//! Programs change filters, default action and registry through the module `warnings`, so its attributes come first where
//! it has been imported; the state here is what holds before that. Until a warning is to be shown nothing is imported.
//!
//! The messages are CPython's; filters are checked one by one as they are met, so that a wrong one is found only then.

use std::cell::Cell;
use std::sync::Arc;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::interp::frame::Frame;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::stdlib::contextvars::context_variable;
use crate::runtime::stdlib::thread::{self, Patience};
use crate::runtime::sys::sync::Lock;
use crate::runtime::value::{LockCell, Payload, Ref, Value};

/// `_warnings`
pub static MODULE: NativeModule = NativeModule {
    name: "_warnings",
    doc: "_warnings provides basic warning filtering support.\nIt is a helper module to speed up interpreter start-up.",
    functions: &[
        native(
            "warn(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())",
            warn_function,
            "Issue a warning, or maybe ignore it or raise an exception.\n\nmessage is its text or a warning; category its class, UserWarning by default.\nstacklevel says which caller it is attributed to: 1 is the one of this function.\nsource is the object that a ResourceWarning is about. Frames of files whose names\nbegin with one of the tuple skip_file_prefixes are not counted.",
        ),
        native(
            "warn_explicit(message, category, filename, lineno, module=<unrepresentable>, registry=None, module_globals=None, source=None)",
            warn_explicit_function,
            "Issue a warning, or maybe ignore it or raise an exception.",
        ),
        native(
            "_filters_mutated_lock_held()",
            |vm, _| {
                let state = state(vm)?;
                if state.depth.get() == 0 {
                    return Err(vm.runtime_error("warnings lock is not held"));
                }
                state.version.set(state.version.get() + 1);
                Ok(Value::NONE)
            },
            "",
        ),
        native("_acquire_lock()", |vm, _| acquire(vm), ""),
        native("_release_lock()", |vm, _| release(vm), ""),
    ],
    init: |vm, dict| {
        let state = state(vm)?;
        vm.set_in(dict, "filters", state.filters.cloned());
        vm.set_in(dict, "_onceregistry", state.once.cloned());
        vm.set_in(dict, "_defaultaction", state.action.cloned());
        vm.set_in(dict, "_warnings_context", state.context.clone());
        Ok(())
    },
};

// ------------------------------------------------------------------------------------------------ the state

struct State {
    /// The attributes as `warnings` had them last: they hold on if it loses them.
    filters: LockCell<Value>,
    once: LockCell<Value>,
    action: LockCell<Value>,
    /// The variable that `catch_warnings` may keep its filters in.
    context: Value,
    /// Registries of another version are out of date.
    version: Cell<i64>,
    lock: Arc<Lock>,
    owner: Cell<u64>,
    depth: Cell<u32>,
}
crate::payload!(State, "_warnings._State", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.filters.get());
        visit(self.once.get());
        visit(self.action.get());
        visit(&self.context);
    }
});
static STATE: TypeSpec = TypeSpec::new("_warnings._State", State::layout);

fn state(vm: &Vm) -> PyResult<Ref<State>> {
    let value = vm.state("_warnings", |vm| {
        let filter = |action: &str, category: &'static TypeSpec, module: Value| {
            let class = vm.typ(category).value().clone();
            vm.tuple(vec![vm.intern(action).into_value(), Value::NONE, class, module, vm.int(0)])
        };
        let filters = vec![
            filter("default", &exc::DEPRECATION_WARNING, vm.names().__main__.value().clone()),
            filter("ignore", &exc::DEPRECATION_WARNING, Value::NONE),
            filter("ignore", &exc::PENDING_DEPRECATION_WARNING, Value::NONE),
            filter("ignore", &exc::IMPORT_WARNING, Value::NONE),
            filter("ignore", &exc::RESOURCE_WARNING, Value::NONE),
        ];
        let state = State {
            filters: LockCell::new(vm.list(filters)),
            once: LockCell::new(vm.new_dict().into_value()),
            action: LockCell::new(vm.intern("default").into_value()),
            context: context_variable(vm, "_warnings_context"),
            version: Cell::new(0),
            lock: Arc::new(Lock::new()),
            owner: Cell::new(0),
            depth: Cell::new(0),
        };
        vm.alloc_spec(&STATE, state)
    });
    Ok(vm.cast::<State>(&value)?.to_ref())
}

fn acquire(vm: &Vm) -> PyResult<Value> {
    let state = state(vm)?;
    let me = vm.thread_id.get();
    if state.depth.get() == 0 || state.owner.get() != me {
        thread::take(vm, &state.lock, Patience::Until(None))?;
        state.owner.set(me);
    }
    state.depth.set(state.depth.get() + 1);
    Ok(Value::NONE)
}

fn release(vm: &Vm) -> PyResult<Value> {
    let state = state(vm)?;
    if state.depth.get() == 0 || state.owner.get() != vm.thread_id.get() {
        return Err(vm.runtime_error("cannot release un-acquired lock"));
    }
    state.depth.set(state.depth.get() - 1);
    if state.depth.get() == 0 {
        state.lock.release();
    }
    Ok(Value::NONE)
}

/// An attribute of the module `warnings`, if that has been imported.
fn of_warnings(vm: &Vm, name: &str) -> PyResult<Option<Value>> {
    match vm.interp().modules.cloned().get_str(&vm.names().warnings) {
        Some(module) => vm.getattr_opt(&module, vm.intern(name).value()),
        None => Ok(None),
    }
}

fn default_action(vm: &Vm) -> PyResult<Value> {
    match of_warnings(vm, "defaultaction")? {
        None => Ok(state(vm)?.action.cloned()),
        Some(action) if action.as_str().is_some() => {
            state(vm)?.action.set(action.clone());
            Ok(action)
        }
        Some(other) => Err(
            vm.type_error(format!("_warnings.defaultaction must be a string, not '{}'", other.type_name(vm)))
        ),
    }
}

fn once_registry(vm: &Vm) -> PyResult<Value> {
    match of_warnings(vm, "onceregistry")? {
        None => Ok(state(vm)?.once.cloned()),
        Some(registry) if registry.as_dict().is_some() => {
            state(vm)?.once.set(registry.clone());
            Ok(registry)
        }
        Some(other) => {
            Err(vm
                .type_error(format!("_warnings.onceregistry must be a dict, not '{}'", other.type_name(vm))))
        }
    }
}

// ------------------------------------------------------------------------------------------------ the filters

/// Does a part of a filter match a text? Strings match exactly, patterns by their `match`.
fn part_matches(vm: &Vm, part: &Value, text: &Value) -> PyResult<bool> {
    if part.is_none() {
        return Ok(true);
    }
    if part.kind() == kind::STR {
        return vm.equal(part, text);
    }
    let found = vm.call_method_str(part, "match", &[text.clone()])?;
    vm.truth(&found)
}

/// A warning on its way.
struct Warning {
    category: Value,
    message: Value,
    text: Value,
    filename: Value,
    line: Value,
    module: Value,
}

/// The action of the first filter of a list that matches, with the filter.
fn search(vm: &Vm, filters: &Value, what: &str, warning: &Warning) -> PyResult<Option<(Value, Value)>> {
    let mut at = 0;
    while let Some(item) = vm.list_items(filters).and_then(|items| items.get().get(at).cloned()) {
        let parts = item.as_tuple().map(|tuple| tuple.items());
        let Some([action, message, category, module, line]) = parts else {
            return Err(vm.value_error(format!("{what} item {at} isn't a 5-tuple")));
        };
        if action.as_str().is_none() {
            return Err(vm.type_error(format!("action must be a string, not '{}'", action.type_name(vm))));
        }
        let matches = part_matches(vm, message, &warning.text)?
            && vm.issubclass(&warning.category, category)?
            && part_matches(vm, module, &warning.module)?
            && {
                let line = vm.to_i64(line)?;
                line == 0 || Some(line) == warning.line.as_small()
            };
        if matches {
            return Ok(Some((action.clone(), item.clone())));
        }
        at += 1;
    }
    Ok(None)
}

fn action_for(vm: &Vm, warning: &Warning) -> PyResult<(Value, Value)> {
    let state = state(vm)?;
    let context = vm.call_method(&state.context, &vm.names().get, &[Value::NONE])?;
    if !context.is_none() {
        let filters = vm.getattr_str(&context, "_filters")?;
        if vm.list_items(&filters).is_none() {
            return Err(vm.value_error("_filters of warnings._warnings_context must be a list"));
        }
        if let Some(found) = search(vm, &filters, "warnings._warnings_context _filters", warning)? {
            return Ok(found);
        }
    } else {
        if let Some(filters) = of_warnings(vm, "filters")? {
            state.filters.set(filters);
        }
        let filters = state.filters.cloned();
        if vm.list_items(&filters).is_none() {
            return Err(vm.value_error("warnings.filters must be a list"));
        }
        if let Some(found) = search(vm, &filters, "warnings.filters", warning)? {
            return Ok(found);
        }
    }
    Ok((default_action(vm)?, Value::NONE))
}

// ------------------------------------------------------------------------------------------------ registries

/// Does the registry know the warning? It is emptied first if the filters have changed.
fn already_warned(vm: &Vm, registry: &Value, key: &Value, note: bool) -> PyResult<bool> {
    let Some(dict) = registry.downcast_ref::<Dict>() else { return Ok(false) };
    let version = vm.int(state(vm)?.version.get());
    let name = vm.intern("version").into_value();
    match dict.get(vm, &name)? {
        Some(known) if known.is(&version) => {
            if let Some(known) = dict.get(vm, key)?
                && vm.truth(&known)?
            {
                return Ok(true);
            }
        }
        _ => {
            dict.clear();
            drop(dict.insert(vm, name, version)?);
        }
    }
    if note {
        drop(dict.insert(vm, key.clone(), Value::TRUE)?);
    }
    Ok(false)
}

// ------------------------------------------------------------------------------------------------ issuing

/// The name of a module by its file.
fn module_of(vm: &Vm, filename: &Value) -> Value {
    let text = filename.as_str().map_or_else(Vec::new, |text| text.bytes().to_vec());
    if text.is_empty() {
        return vm.str("<unknown>");
    }
    match text.strip_suffix(b".py") {
        Some(stem) => vm.str_bytes(stem),
        None => filename.clone(),
    }
}

struct Place {
    filename: Value,
    line: i64,
    /// Unbound: by the file's name.
    module: Value,
    registry: Value,
}

fn issue(
    vm: &Vm,
    category: Value,
    message: &Value,
    place: Place,
    source_line: Value,
    source: &Value,
) -> PyResult<()> {
    let Place { filename, line, module, registry } = place;
    if module.is_none() {
        // The program ends, and the module is no longer what it was.
        return Ok(());
    }
    if !registry.is_none() && registry.as_dict().is_none() {
        return Err(vm.type_error("'registry' must be a dict or None"));
    }
    let module = if module.is_unbound() { module_of(vm, &filename) } else { module };
    let (text, category, message) = match vm.isinstance(message, vm.typ(&exc::WARNING).value())? {
        true => (vm.to_str(message)?, message.ty(vm).to_value(), message.clone()),
        false => (message.clone(), category.clone(), vm.call1(&category, message)?),
    };
    let line = vm.int(line);
    let key = vm.tuple(vec![text.clone(), category.clone(), line.clone()]);
    if already_warned(vm, &registry, &key, false)? {
        return Ok(());
    }
    let warning = Warning { category, message, text, filename, line, module };
    let (action, filter) = action_for(vm, &warning)?;
    let name = action.as_str().map_or_else(String::new, |text| text.to_string_lossy().into_owned());
    if name == "error" {
        let exception = warning.message.clone();
        return Err(match exception.downcast::<crate::runtime::object::raise::Exception>() {
            Some(_) => vm.raise_value(exception),
            None => vm.type_error("exceptions must derive from BaseException"),
        });
    }
    if name == "ignore" {
        return Ok(());
    }
    if name != "always" && name != "all" {
        if let Some(dict) = registry.downcast_ref::<Dict>() {
            drop(dict.insert(vm, key, Value::TRUE)?);
        }
        let wide = |line: Option<Value>| {
            let mut parts = vec![warning.text.clone(), warning.category.clone()];
            parts.extend(line);
            vm.tuple(parts)
        };
        let known = match name.as_str() {
            "once" => {
                let registry = if registry.is_none() { once_registry(vm)? } else { registry };
                already_warned(vm, &registry, &wide(None), true)?
            }
            "module" => already_warned(vm, &registry, &wide(Some(vm.int(0))), true)?,
            "default" => false,
            _ => {
                return Err(vm.runtime_error(format!(
                    "Unrecognized action ({}) in warnings.filters:\n {}",
                    vm.repr_text(&action)?,
                    vm.repr_text(&filter)?
                )));
            }
        };
        if known {
            return Ok(());
        }
    }
    show(vm, &warning, source_line, source)
}

fn show(vm: &Vm, warning: &Warning, source_line: Value, source: &Value) -> PyResult<()> {
    let module = match vm.interp().modules.cloned().get_str(&vm.names().warnings) {
        Some(module) => Some(module),
        None => match vm.import("warnings") {
            Ok(module) => Some(module),
            Err(raised) => {
                drop(vm.take_raised(raised));
                None
            }
        },
    };
    let hook = match &module {
        Some(module) => vm.getattr_opt(module, vm.intern("_showwarnmsg").value())?,
        None => None,
    };
    let (Some(module), Some(hook)) = (module, hook) else { return show_plainly(vm, warning) };
    if !vm.is_callable(&hook) {
        return Err(vm.type_error("warnings._showwarnmsg() must be set to a callable"));
    }
    let Some(class) = vm.getattr_opt(&module, vm.intern("WarningMessage").value())? else {
        return Err(vm.runtime_error("unable to get warnings.WarningMessage"));
    };
    let line = if source_line.is_unbound() { Value::NONE } else { source_line };
    let message = vm.call_args(
        &class,
        &[
            warning.message.clone(),
            warning.category.clone(),
            warning.filename.clone(),
            warning.line.clone(),
            Value::NONE,
            line,
            source.some().cloned().unwrap_or(Value::NONE),
        ],
    )?;
    vm.call1(&hook, &message).map(drop)
}

/// Shows a warning where the module `warnings` cannot.
fn show_plainly(vm: &Vm, warning: &Warning) -> PyResult<()> {
    let name = vm.getattr(&warning.category, vm.names().__name__.value())?;
    let text = format!(
        "{}:{}: {}: {}\n",
        vm.to_string(&warning.filename)?,
        vm.to_string(&warning.line)?,
        vm.to_string(&name)?,
        vm.to_string(&warning.text)?
    );
    vm.write_stderr(&text);
    Ok(())
}

// ------------------------------------------------------------------------------------------------ whose warning

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// A frame of the import machinery, which nobody is to be blamed for.
fn is_internal(frame: Frame) -> bool {
    let file = frame.code().filename.cloned();
    contains(file.bytes(), b"importlib") && contains(file.bytes(), b"_bootstrap")
}

fn next_external(frame: Frame, skipped: &[Value]) -> Option<Frame> {
    let mut at = frame.caller();
    while let Some(frame) = at {
        let file = frame.code().filename.cloned();
        let skip = skipped
            .iter()
            .any(|prefix| prefix.as_str().is_some_and(|prefix| file.bytes().starts_with(prefix.bytes())));
        if !is_internal(frame) && !skip {
            break;
        }
        at = frame.caller();
    }
    at
}

/// The frame that is `level` up.
fn place(vm: &Vm, level: i64, skipped: &[Value]) -> PyResult<Place> {
    let mut at = vm.running();
    let plain = level <= 0 || at.is_some_and(is_internal);
    for _ in 1..level.max(1) {
        let Some(frame) = at else { break };
        at = if plain { frame.caller() } else { next_external(frame, skipped) };
    }
    let (globals, filename, line) = match at {
        None => (vm.interp().sys.clone(), vm.str("<sys>"), 0),
        Some(frame) => {
            let code = frame.code();
            let line = code.line(frame.running_word()).unwrap_or(code.first_line);
            (frame.function().globals.clone(), code.filename.cloned().into_value(), i64::from(line))
        }
    };
    let name = vm.intern("__warningregistry__");
    let registry = match globals.get_str(&name) {
        Some(registry) => registry,
        None => {
            let new = vm.new_dict().into_value();
            drop(globals.insert_str(&name, new.clone()));
            new
        }
    };
    let module = match globals.get_str(&vm.names().__name__) {
        Some(name) if name.as_str().is_some() => name,
        _ => vm.str("<string>"),
    };
    Ok(Place { filename, line, module, registry })
}

fn category_of(vm: &Vm, message: &Value, category: Option<&Value>) -> PyResult<Value> {
    let warning = vm.typ(&exc::WARNING).value().clone();
    if vm.isinstance(message, &warning)? {
        return Ok(message.ty(vm).to_value());
    }
    let Some(category) = category else { return Ok(vm.typ(&exc::USER_WARNING).value().clone()) };
    let fits = category.as_type().is_some() && vm.issubclass(category, &warning)?;
    match fits {
        true => Ok(category.clone()),
        false => {
            Err(vm
                .type_error(format!("category must be a Warning subclass, not '{}'", category.type_name(vm))))
        }
    }
}

fn warn_function(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let mut level = args[2].given().map_or(Ok(1), |level| vm.to_i64(&vm.index(level)?))?;
    let skipped = match args[4].given() {
        None => Vec::new(),
        Some(skipped) => match skipped.as_tuple() {
            Some(tuple) => tuple.items().to_vec(),
            None => {
                return Err(vm.type_error(format!(
                    "warn() argument 'skip_file_prefixes' must be tuple, not {}",
                    skipped.type_name(vm)
                )));
            }
        },
    };
    if let Some(other) = skipped.iter().find(|prefix| prefix.as_str().is_none()) {
        return Err(vm.type_error(format!("Found non-str '{}' in skip_file_prefixes.", other.type_name(vm))));
    }
    if !skipped.is_empty() {
        level = level.max(2);
    }
    let category = category_of(vm, &args[0], args[1].some())?;
    let place = place(vm, level, &skipped)?;
    issue(vm, category, &args[0], place, Value::UNBOUND, &args[3])?;
    Ok(Value::NONE)
}

/// The line that a warning is about, asked from the loader of its module; unbound if it does not say.
fn source_line(vm: &Vm, globals: &Ref<Dict>, line: i64) -> PyResult<Value> {
    let external = vm.import("_frozen_importlib_external")?;
    let bless = vm.getattr_str(&external, "_bless_my_loader")?;
    let loader = vm.call1(&bless, globals.value())?;
    let Some(name) = globals.get_str(&vm.names().__name__) else { return Ok(Value::UNBOUND) };
    let Some(get_source) = vm.getattr_opt(&loader, vm.intern("get_source").value())? else {
        return Ok(Value::UNBOUND);
    };
    let source = vm.call1(&get_source, &name)?;
    if source.is_none() {
        return Ok(Value::UNBOUND);
    }
    let lines = vm.call_method_str(&source, "splitlines", &[])?;
    let line = vm.getitem(&lines, &vm.int(line - 1))?;
    Ok(if line.as_str().is_some() { line } else { Value::UNBOUND })
}

fn warn_explicit_function(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    if args[2].as_str().is_none() {
        return Err(vm.type_error(format!(
            "warn_explicit() argument 'filename' must be str, not {}",
            args[2].type_name(vm)
        )));
    }
    let line = i64::from(vm.c_int(&args[3])?);
    let shown = match args[6].some() {
        None => Value::UNBOUND,
        Some(globals) => match globals.downcast_ref::<Dict>() {
            Some(globals) => match source_line(vm, &globals, line) {
                Ok(line) => line,
                // A loader that cannot tell is no reason not to warn.
                Err(raised) if vm.raised_is(&exc::EXCEPTION) => {
                    drop(vm.take_raised(raised));
                    Value::UNBOUND
                }
                Err(raised) => return Err(raised),
            },
            None => {
                return Err(
                    vm.type_error(format!("module_globals must be a dict, not '{}'", globals.type_name(vm)))
                );
            }
        },
    };
    let registry = args[5].given().cloned().unwrap_or(Value::NONE);
    let place = Place { filename: args[2].clone(), line, module: args[4].clone(), registry };
    issue(vm, args[1].clone(), &args[0], place, shown, &args[7])?;
    Ok(Value::NONE)
}
