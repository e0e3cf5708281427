//! `atexit`: what is called when the interpreter ends. The callbacks lie in the module state, last registered first.

use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

/// A list of (function, positional arguments, keywords).
fn callbacks(vm: &Vm) -> Value {
    vm.state("atexit callbacks", |vm| vm.list(Vec::new()))
}

fn register(vm: &Vm, args: Args) -> PyResult<Value> {
    let Some((function, rest)) = args.pos().split_first() else {
        return Err(vm.type_error("register() takes at least 1 argument (0 given)"));
    };
    if !vm.is_callable(function) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let keywords = vm.new_dict();
    for (name, value) in args.keywords() {
        drop(keywords.insert(vm, name.clone(), value.clone())?);
    }
    let entry = vm.tuple(vec![function.clone(), vm.tuple(rest.to_vec()), keywords.into_value()]);
    let list = callbacks(vm);
    if let Some(items) = vm.list_items(&list) {
        items.get_mut().insert(0, entry);
    }
    Ok(function.clone())
}

fn run(vm: &Vm, _: &[Value]) -> PyResult<Value> {
    let list = callbacks(vm);
    let Some(items) = vm.list_items(&list) else { return Ok(Value::NONE) };
    loop {
        let next = if items.get().is_empty() { None } else { Some(items.get_mut().remove(0)) };
        let Some(next) = next else { return Ok(Value::NONE) };
        let Some([function, positional, keywords]) = next.as_tuple().map(|t| t.items()) else { continue };
        let mut values = positional.as_tuple().map(|t| t.items().to_vec()).unwrap_or_default();
        let mut names = Vec::new();
        if let Some(keywords) = keywords.as_dict() {
            for (name, value) in keywords.entries() {
                names.push(name);
                values.push(value);
            }
        }
        if let Err(raised) = vm.call(function, Args { values: &values, names: &names }) {
            vm.report_ignored(raised, "atexit callback", function);
        }
    }
}

/// `atexit`
pub static MODULE: NativeModule = NativeModule {
    name: "atexit",
    doc: "allow programmer to define multiple exit functions to be executed\nupon normal program termination.\n\nTwo public functions, register and unregister, are defined.\n",
    functions: &[
        native_raw(
            "register(func, /, *args, **kwargs)",
            register,
            "Register a function to be executed upon normal program termination",
        ),
        native(
            "unregister(func, /)",
            |vm, args| {
                let list = callbacks(vm);
                let Some(items) = vm.list_items(&list) else { return Ok(Value::NONE) };
                for entry in items.cloned() {
                    let same = match entry.as_tuple().map(|t| t.items()) {
                        Some([function, ..]) => vm.equal(function, &args[0])?,
                        _ => false,
                    };
                    if same {
                        let old: Vec<Value> = {
                            let all = items.get_mut();
                            let at = all.iter().position(|other| other.is(&entry));
                            at.map(|at| all.remove(at)).into_iter().collect()
                        };
                        drop(old);
                    }
                }
                Ok(Value::NONE)
            },
            "Unregister an exit function which was previously registered using atexit.register",
        ),
        native(
            "_clear()",
            |vm, _| {
                let list = callbacks(vm);
                let old = vm.list_items(&list).map(|items| items.take());
                drop(old);
                Ok(Value::NONE)
            },
            "Clear the list of previously registered exit functions.",
        ),
        native("_run_exitfuncs()", run, "Run all registered exit functions."),
        native(
            "_ncallbacks()",
            |vm, _| {
                let list = callbacks(vm);
                let n = vm.list_items(&list).map_or(0, |items| items.get().len());
                Ok(vm.int(n as i64))
            },
            "Return the number of registered exit functions.",
        ),
    ],
    init: |_, _| Ok(()),
};
