//! `_warnings`: the two functions that native code and `importlib` call; the work is done by the library's
//! `_py_warnings`, which `warnings` then uses too.

use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::native_raw;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

/// `_warnings`
pub static MODULE: NativeModule = NativeModule {
    name: "_warnings",
    doc: "_warnings provides basic warning filtering support.",
    functions: &[
        native_raw(
            "warn(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())",
            |vm, args| forward(vm, "warn", args),
            "Issue a warning, or maybe ignore it or raise an exception.",
        ),
        native_raw(
            "warn_explicit(message, category, filename, lineno, module=None, registry=None, module_globals=None, source=None)",
            |vm, args| forward(vm, "warn_explicit", args),
            "Issue a warning, or maybe ignore it or raise an exception.",
        ),
    ],
    init: |_, _| Ok(()),
};

fn forward(vm: &Vm, name: &str, args: Args) -> PyResult<Value> {
    let module = vm.import("warnings")?;
    let f = vm.getattr_str(&module, name)?;
    vm.call(&f, args)
}
