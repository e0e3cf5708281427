//! Import: the embedded library, native modules, and `__import__`.
//!
//! The machinery is the library's own `importlib._bootstrap`, run from the embedded library at start; this module gives
//! it what it needs (`_imp`, in `stdlib::imp`) and short-cuts what is already imported.

pub mod frozen;
pub mod library;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::modules;
use crate::runtime::error::PyResult;
use crate::runtime::interp::code::Code;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::str::Str;
use crate::runtime::object::vm::{ImportTimes, Vm};
use crate::runtime::stdlib;
use crate::runtime::value::{Ref, Value};

/// Key of the module state for the text of `-c`.
const SOURCE: &str = "source of -c";

impl Vm {
    /// Imports a module by its absolute name and gives it (not its top package).
    pub fn import(&self, name: &str) -> PyResult<Value> {
        let name = self.intern(name);
        self.import_absolute(name.value())
    }

    /// As [`Vm::import`], for an interned name.
    pub fn import_name(&self, name: &Ref<Str>) -> PyResult<Value> {
        self.import_absolute(name.value())
    }

    fn import_absolute(&self, name: &Value) -> PyResult<Value> {
        if let Some(found) = self.imported(name)? {
            if self.interp().import_times.borrow().as_ref().is_some_and(|times| times.cached) {
                self.note_import(name, None);
            }
            return Ok(found);
        }
        if self.interp().import_times.borrow().is_none() {
            return self.find_and_load(name);
        }
        let enter = |times: &mut ImportTimes| {
            times.level += 1;
            std::mem::take(&mut times.inner)
        };
        let outer = self.interp().import_times.borrow_mut().as_mut().map(enter).unwrap_or_default();
        let start = std::time::Instant::now();
        let result = self.find_and_load(name);
        self.note_import(name, Some((start.elapsed(), outer)));
        result
    }

    /// A line of the table of `-X importtime`: the whole time and what imports before had taken, or nothing for a cached module.
    #[cold]
    fn note_import(&self, name: &Value, times: Option<(std::time::Duration, std::time::Duration)>) {
        let shown = self.to_string(name).unwrap_or_default();
        let mut text = String::new();
        if let Some(state) = self.interp().import_times.borrow_mut().as_mut() {
            if !std::mem::replace(&mut state.begun, true) {
                text.push_str("import time: self [us] | cumulative | imported package\n");
            }
            match times {
                Some((whole, outer)) => {
                    state.level = state.level.saturating_sub(1);
                    let own = whole.saturating_sub(state.inner).as_micros();
                    state.inner = outer + whole;
                    let indent = 2 * state.level;
                    text +=
                        &format!("import time: {own:9} | {:10} | {:indent$}{shown}\n", whole.as_micros(), "");
                }
                None => {
                    // CPython makes the name as wide as the indentation, it does not indent it.
                    let width = 2 * state.level;
                    text += &format!("import time: {:<9} | {:<10} | {shown:>width$}\n", "cached", "cached");
                }
            }
        }
        crate::runtime::sys::write_all(2, text.as_bytes());
    }

    fn find_and_load(&self, name: &Value) -> PyResult<Value> {
        let find = self.bootstrap("_find_and_load")?;
        let import = self.builtin("__import__")?;
        let result = self.call_args(&find, &[name.clone(), import]);
        if result.is_err() {
            self.hide_import_frames();
        } else {
            self.register_source();
        }
        result
    }

    /// Keeps the text of `-c` until `linecache` is imported, which shows it in tracebacks.
    pub fn remember_source(&self, code: &Ref<Code>, text: &str, name: &str) {
        let source = self.tuple(vec![code.value().clone(), self.str(text), self.str(name)]);
        self.interp().module_state.borrow_mut().insert(SOURCE, source);
    }

    fn register_source(&self) {
        let Some(source) = self.interp().module_state.borrow().get(SOURCE).cloned() else { return };
        let Some(module) = self.interp().modules.cloned().get_str(&self.intern("linecache")) else { return };
        let registered =
            self.getattr_opt(&module, self.intern("_register_code").value()).and_then(|register| {
                // Not there: the module is being imported.
                let (Some(register), Some(source)) = (register, source.as_tuple()) else { return Ok(()) };
                drop(self.interp().module_state.borrow_mut().remove(SOURCE));
                self.call_args(&register, source.items()).map(drop)
            });
        if let Err(raised) = registered {
            drop(self.take_raised(raised));
        }
    }

    /// Takes the frames of the import machinery out of the traceback of the exception in flight: all of them for an
    /// ImportError, else those around the call of the module's code.
    fn hide_import_frames(&self) {
        use crate::runtime::interp::frame::Traceback;
        use crate::runtime::object::raise::Exception;
        let Some(exception) = self.raised().cloned() else { return };
        let Some(e) = exception.downcast::<Exception>() else { return };
        let always = exception.ty(self).is_subtype(self.typ(&exc::IMPORT_ERROR));
        let mut entries = Vec::new();
        let mut at = e.traceback.cloned();
        while let Some(entry) = at.clone().downcast::<Traceback>() {
            at = entry.next.cloned();
            entries.push(entry.to_ref());
        }
        let machinery = |entry: &Ref<Traceback>| {
            let file = entry.frame.code.filename.cloned();
            let file = file.bytes();
            file == b"<frozen importlib._bootstrap>" || file == b"<frozen importlib._bootstrap_external>"
        };
        let mut kept: Vec<Ref<Traceback>> = Vec::new();
        let mut chunk: Vec<Ref<Traceback>> = Vec::new();
        let flush = |chunk: &mut Vec<Ref<Traceback>>, kept: &mut Vec<Ref<Traceback>>| {
            let ends_in_call =
                chunk.last().is_some_and(|last| last.frame.code.name.bytes() == b"_call_with_frames_removed");
            if !(always || ends_in_call) {
                kept.append(chunk);
            }
            chunk.clear();
        };
        for entry in entries {
            if machinery(&entry) {
                chunk.push(entry);
            } else {
                flush(&mut chunk, &mut kept);
                kept.push(entry);
            }
        }
        flush(&mut chunk, &mut kept);
        let mut next = Value::NONE;
        for entry in kept.into_iter().rev() {
            entry.next.set(next);
            next = entry.into_value();
        }
        e.traceback.set(next);
    }

    /// The module of that name in `sys.modules`, if it is imported whole.
    fn imported(&self, name: &Value) -> PyResult<Option<Value>> {
        let modules = self.interp().modules.cloned();
        let Some(module) = modules.get(self, name)? else { return Ok(None) };
        if module.is_none() {
            return Ok(None);
        }
        if self.is_initializing(&module)? {
            let f = self.bootstrap("_lock_unlock_module")?;
            self.call1(&f, name)?;
        }
        Ok(Some(module))
    }

    fn is_initializing(&self, module: &Value) -> PyResult<bool> {
        let spec = match self.module_dict(module) {
            Some(dict) => dict.get_str(&self.names().__spec__),
            None => self.getattr_opt(module, self.names().__spec__.value())?,
        };
        modules::is_initializing(self, spec.as_ref())
    }

    fn bootstrap(&self, function: &str) -> PyResult<Value> {
        const NAME: &str = "_frozen_importlib";
        // The module that start-up loaded, whatever a program does to `sys.modules`.
        let kept = self.interp().module_state.borrow().get(NAME).cloned();
        let module = match kept {
            Some(module) => module,
            None => match self.interp().modules.cloned().get_str(&self.intern(NAME)) {
                Some(module) => {
                    self.interp().module_state.borrow_mut().insert(NAME, module.clone());
                    module
                }
                None => return Err(self.import_error("the import machinery is not there yet")),
            },
        };
        self.getattr_str(&module, function)
    }

    /// `__import__(name, globals, locals, fromlist, level)`
    pub fn builtin_import(&self, args: &[Value]) -> PyResult<Value> {
        let name = &args[0];
        let Some(text) = name.as_str() else {
            return Err(
                self.type_error(format!("__import__() argument 1 must be str, not {}", name.type_name(self)))
            );
        };
        let level = match args.get(4).and_then(Value::given) {
            Some(level) => self.to_index(level)?,
            None => 0,
        };
        if level < 0 {
            return Err(self.value_error("level must be >= 0"));
        }
        if level == 0 && text.is_empty() {
            return Err(self.value_error("Empty module name"));
        }
        let globals = args.get(1).and_then(Value::some).cloned();
        let fromlist = args.get(3).and_then(Value::some).cloned();
        let absolute = if level > 0 {
            let empty = self.new_dict().into_value();
            let package = self.bootstrap("_calc___package__")?;
            let package = self.call1(&package, &globals.clone().unwrap_or(empty))?;
            let resolve = self.bootstrap("_resolve_name")?;
            if package.as_str().is_none_or(|p| p.is_empty()) {
                return Err(self.import_error("attempted relative import with no known parent package"));
            }
            self.call_args(&resolve, &[name.clone(), package, self.int(level as i64)])?
        } else {
            name.clone()
        };
        let module = self.import_absolute(&absolute)?;
        let has_from = match &fromlist {
            Some(list) => self.truth(list)?,
            None => false,
        };
        if has_from {
            if self.getattr_opt(&module, self.names().__path__.value())?.is_some()
                && let Some(list) = fromlist
            {
                let handle = self.bootstrap("_handle_fromlist")?;
                let import = self.builtin("__import__")?;
                return self.call_args(&handle, &[module, list, import]);
            }
            return Ok(module);
        }
        let bytes = text.bytes();
        let Some(dot) = bytes.iter().position(|b| *b == b'.') else { return Ok(module) };
        if level == 0 {
            let top = self.str_bytes(&bytes[..dot]);
            return self.import_absolute(&top);
        }
        // `from . import a.b` without a from list: cut the same tail off the absolute name.
        let cut = bytes.len() - dot;
        let full = absolute.as_str().map(|t| t.bytes().to_vec()).unwrap_or_default();
        let top = self.str_bytes(&full[..full.len() - cut]);
        match self.interp().modules.cloned().get(self, &top)? {
            Some(found) => Ok(found),
            None => Err(self.key_error(&top)),
        }
    }

    /// Makes a native module and puts it into `sys.modules`.
    pub fn import_native(&self, name: &str) -> PyResult<Option<Value>> {
        let Some(native) = stdlib::find(name) else { return Ok(None) };
        let dict: Ref<Dict> = match name {
            "sys" => self.interp().sys.clone(),
            "builtins" => self.interp().builtins.clone(),
            _ => self.new_dict(),
        };
        let module = self.module_with(native.name, native.doc, dict.clone());
        stdlib::fill(self, native, &module, &dict)?;
        drop(self.interp().modules.cloned().insert(self, self.intern(name).into_value(), module.clone())?);
        Ok(Some(module))
    }

    /// ModuleNotFoundError.
    pub fn module_not_found(&self, name: &str) -> crate::runtime::error::Raised {
        let message = self.str(format!("No module named '{name}'"));
        let ty = self.typ(&exc::MODULE_NOT_FOUND_ERROR).clone();
        let e = self.new_exception(&ty, &[message.clone()]);
        e.set_field(0, message);
        e.set_field(1, self.str(name));
        self.raise_value(e.into_value())
    }
}
