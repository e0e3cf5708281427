//! `_imp`: what `importlib._bootstrap` needs of the runtime; embedded modules are its frozen ones.

use crate::runtime::error::PyResult;
use crate::runtime::import::{frozen, library};
use crate::runtime::interp::code::Code;
use crate::runtime::object::hash;
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::{self, NativeModule};
use crate::runtime::value::{Ref, Value};

/// The number at the head of a bytecode file, as `importlib` writes it: CPython 3.14's, for the tag in the name tells dx's apart.
pub const MAGIC: u32 = 168_627_187;

/// `_imp`
pub static MODULE: NativeModule = NativeModule {
    name: "_imp",
    doc: "(Extremely) low-level import machinery bits as used by importlib.",
    functions: &[
        native(
            "_fix_co_filename(code, path, /)",
            fix_co_filename,
            "Changes code.co_filename to specify the passed-in file path.",
        ),
        native(
            "_frozen_module_names()",
            |vm, _| Ok(vm.list(frozen::names().map(|n| vm.str(n)).collect())),
            "Returns the list of available frozen modules.",
        ),
        native(
            "_override_frozen_modules_for_tests(override, /)",
            |_, _| Ok(Value::NONE),
            "(internal-only) Override PyConfig.use_frozen_modules.",
        ),
        native(
            "_override_multi_interp_extensions_check(override, /)",
            |vm, _| Ok(vm.int(0)),
            "(internal-only) Override PyInterpreterConfig.check_multi_interp_extensions.",
        ),
        native(
            "acquire_lock()",
            |vm, _| vm.import_lock(1),
            "Acquires the interpreter's import lock for the current thread.",
        ),
        native("create_builtin(spec, /)", create_builtin, "Create an extension module."),
        native(
            "create_dynamic(spec, file=None, /)",
            |vm, args| {
                let name = vm.getattr_str(&args[0], "name")?;
                Err(vm.import_error(format!(
                    "{}: extension modules need CPython's C API, which dx has not",
                    vm.to_string(&name)?
                )))
            },
            "Create an extension module.",
        ),
        native("exec_builtin(mod, /)", |vm, _| Ok(vm.int(0)), "Initialize a built-in module."),
        native("exec_dynamic(mod, /)", |vm, _| Ok(vm.int(0)), "Initialize an extension module."),
        native(
            "extension_suffixes()",
            |vm, _| Ok(vm.list(vec![])),
            "Returns the list of file suffixes used to identify extension modules.",
        ),
        native(
            "find_frozen(name, /, *, withdata=False)",
            find_frozen,
            "Return info about the corresponding frozen module (if there is one) or None.",
        ),
        native(
            "get_frozen_object(name, data=None, /)",
            get_frozen_object,
            "Create a code object for a frozen module.",
        ),
        native("init_frozen(name, /)", |_, _| Ok(Value::NONE), "Initializes a frozen module."),
        native(
            "zipimporter(path, /)",
            zip_hook,
            "The first of sys.path_hooks: return zipimport.zipimporter(path), which is imported when there is a file to open.\n\nRaises ImportError if neither the path nor what it begins with is a file.",
        ),
        native(
            "library_module(name, /)",
            |vm, args| match frozen::find(&vm.to_string(&args[0])?) {
                Some(found) => Ok(vm.tuple(vec![vm.str(found.path), Value::bool(found.is_package)])),
                None => Ok(Value::NONE),
            },
            "Return (path in the library, whether it is a package) of an embedded module, or None.",
        ),
        native(
            "library_code(name, /)",
            |vm, args| {
                let name = vm.to_string(&args[0])?;
                vm.frozen_code(&name)?.map(Ref::into_value).ok_or_else(|| no_frozen(vm, &name))
            },
            "Return the code of an embedded module.",
        ),
        native(
            "is_builtin(name, /)",
            |vm, args| {
                let name = vm.to_string(&args[0])?;
                Ok(vm.int(i64::from(name == "builtins" || stdlib::find(&name).is_some())))
            },
            "Returns True if the module name corresponds to a built-in module.",
        ),
        native(
            "is_frozen(name, /)",
            |vm, args| {
                let name = vm.to_string(&args[0])?;
                Ok(Value::bool(frozen::find_first(&name).is_some()))
            },
            "Returns True if the module name corresponds to a frozen module.",
        ),
        native(
            "is_frozen_package(name, /)",
            |vm, args| {
                let name = vm.to_string(&args[0])?;
                match frozen::find_first(&name) {
                    Some(found) => Ok(Value::bool(found.is_package)),
                    None => Err(no_frozen(vm, &name)),
                }
            },
            "Returns True if the module name is of a frozen package.",
        ),
        native(
            "lock_held()",
            |vm, _| vm.import_lock(0),
            "Return True if the import lock is currently held, else False.",
        ),
        native("release_lock()", |vm, _| vm.import_lock(-1), "Release the interpreter's import lock."),
        native(
            "source_hash(key, source)",
            |vm, args| {
                let key = vm.to_index(&args[0])? as u64;
                let hash = vm.with_buffer(&args[1], |bytes| hash::keyed_hash(key, 0, bytes))?;
                Ok(vm.bytes(&hash.to_le_bytes()))
            },
            "",
        ),
    ],
    init: |vm, dict| {
        vm.set_in(dict, "check_hash_based_pycs", vm.str("default"));
        vm.set_in(dict, "pyc_magic_number_token", vm.int(i64::from(MAGIC)));
        Ok(())
    },
};

fn fix_co_filename(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (Some(code), Some(path)) = (args[0].downcast::<Code>(), args[1].downcast_ref()) else {
        return Err(vm.type_error("_fix_co_filename() needs code and str"));
    };
    fix(code, &path);
    Ok(Value::NONE)
}

fn fix(code: &Code, path: &Ref<crate::runtime::object::str::Str>) {
    code.filename.set(path.clone());
    for constant in &code.consts {
        if let Some(inner) = constant.downcast::<Code>() {
            fix(inner, path);
        }
    }
}

fn create_builtin(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let name = vm.getattr_str(&args[0], "name")?;
    let name = vm.to_string(&name)?;
    let key = vm.intern(&name);
    if let Some(found) = vm.interp().modules.cloned().get_str(&key) {
        return Ok(found);
    }
    match vm.import_native(&name)? {
        Some(module) => Ok(module),
        None => Ok(Value::NONE),
    }
}

fn no_frozen(vm: &Vm, name: &str) -> crate::runtime::error::Raised {
    vm.raise_args(
        &crate::runtime::builtins::exceptions::IMPORT_ERROR,
        vec![vm.str(format!("No such frozen object named '{name}'"))],
    )
}

fn find_frozen(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let name = vm.to_string(&args[0])?;
    let Some(found) = frozen::find_first(&name) else { return Ok(Value::NONE) };
    let with_data = match args[1].given() {
        Some(flag) => vm.truth(flag)?,
        None => false,
    };
    let data = if with_data { vm.bytes(found.source) } else { Value::NONE };
    Ok(vm.tuple(vec![data, Value::bool(found.is_package), vm.str(found.name)]))
}

fn get_frozen_object(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let name = vm.to_string(&args[0])?;
    if args[1].given().is_some_and(|data| vm.bytes_of(data).is_some()) {
        return Err(vm.import_error(format!("Frozen object named '{name}' is invalid")));
    }
    let known = frozen::find_first(&name).and_then(|_| vm.frozen_code(&name).transpose()).transpose()?;
    match known {
        Some(code) => Ok(code.into_value()),
        None => Err(no_frozen(vm, &name)),
    }
}

impl Vm {
    /// The code of an embedded module.
    pub fn frozen_code(&self, name: &str) -> PyResult<Option<Ref<Code>>> {
        let Some(found) = frozen::find(name) else { return Ok(None) };
        let file = match frozen::is_frozen_everywhere(found.name) {
            true => None,
            false => library::path_of(&found).and_then(|path| path.into_os_string().into_string().ok()),
        };
        let filename = file.unwrap_or_else(|| format!("<frozen {}>", found.name));
        if self.interp().optimize.get() == 0
            && let Ok(blob) = crate::runtime::bytecode::store::Blob::new(found.code)
            && let Ok(code) = self.stored_code(blob, blob.root(), &self.intern(&filename))
        {
            return Ok(Some(code));
        }
        let text = String::from_utf8_lossy(found.source);
        self.compile_text(&text, &filename, crate::runtime::compiler::Mode::Exec).map(Some)
    }

    /// The import lock: acquire, release, ask. Imports are serialised by module locks; this one is only counted.
    pub fn import_lock(&self, change: i64) -> PyResult<Value> {
        let held = &self.interp().import_lock;
        match change {
            0 => return Ok(Value::bool(held.get() > 0)),
            -1 if held.get() == 0 => return Err(self.runtime_error("not holding the import lock")),
            _ => held.set(held.get() + change),
        }
        Ok(Value::NONE)
    }
}

/// `zipimporter` of `zipimport`, imported only when the path can be that of an archive or of something in one: most paths are folders.
fn zip_hook(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    if let Some(text) = args[0].as_str() {
        let shown = text.to_string_lossy();
        let mut path = std::path::Path::new(&*shown);
        let found = loop {
            match (std::fs::metadata(path), path.parent()) {
                (Ok(found), _) => break found.is_file(),
                (Err(_), Some(parent)) => path = parent,
                (Err(_), None) => break false,
            }
        };
        if !found {
            return Err(vm.import_error(format!("not a Zip file: {}", vm.repr_text(&args[0])?)));
        }
    }
    let module = vm.import("zipimport")?;
    vm.call1(&vm.getattr_str(&module, "zipimporter")?, &args[0])
}
