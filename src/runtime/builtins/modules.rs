//! `module`: a namespace with a type.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::attrs;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{TypeSpec, getset, getter, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Payload, Ref, Value};

/// The payload of `module`.
#[repr(C)]
pub struct Module {
    /// The namespace.
    pub dict: LockCell<Ref<Dict>>,
}
crate::payload!(Module, "module", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.dict.get().value());
    }
});

fn namespace(vm: &Vm, module: &Value) -> PyResult<Ref<Dict>> {
    Ok(vm.cast::<Module>(module)?.dict.cloned())
}

/// `module`
pub static MODULE: TypeSpec = TypeSpec::new("module", Module::layout)
    .kind(kind::MODULE)
    .flags(type_flag::BASE | type_flag::WEAKREF)
    .doc(
        "(name, doc=None)",
        "Create a module object.\n\nThe name must be a string; the optional docstring can have any type.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, _| {
            let dict = vm.new_dict();
            Ok(vm.alloc(ty, Module { dict: LockCell::new(dict) }).into_value())
        });
        s.init = Some(|vm, module, args| {
            let mut bound = [Value::UNBOUND, Value::UNBOUND];
            const SIGNATURE: crate::runtime::object::args::Signature =
                crate::runtime::object::args::Signature::parse("module(name, doc=None)");
            SIGNATURE.bind(vm, args, &mut bound, 0)?;
            let [name, doc] = bound;
            if name.as_str().is_none() {
                return Err(vm.type_error(format!(
                    "module() argument 'name' must be str, not {}",
                    name.type_name(vm)
                )));
            }
            let dict = namespace(vm, module)?;
            vm.init_module_dict(&dict, name, if doc.is_unbound() { Value::NONE } else { doc });
            Ok(())
        });
        s.getattr = Some(|vm, module, name| match module_getattr(vm, module, name)? {
            Some(found) => Ok(found),
            None => Err(missing(vm, module, name)?),
        });
        s.setattr = Some(|vm, module, name, value| {
            let Some(text) = name.as_str() else {
                return Err(
                    vm.type_error(format!("attribute name must be string, not '{}'", name.type_name(vm)))
                );
            };
            if let Some(found) = module.ty(vm).lookup(vm, text)
                && found.is_object()
                && let Some(set) = found.ty(vm).slots.get().set
            {
                return set(vm, &found, module, value);
            }
            let dict = namespace(vm, module)?;
            match value {
                Some(value) => {
                    let key = vm.intern_value(name).unwrap_or_else(|| text.to_ref());
                    drop(dict.insert_str(&key, value.clone()));
                }
                None => {
                    if dict.remove_str(text).is_none() {
                        return Err(vm.no_attribute(module, name));
                    }
                }
            }
            Ok(())
        });
        s.repr = Some(|vm, module| {
            let bootstrap = vm.interp().modules.cloned().get_str(&vm.intern("_frozen_importlib"));
            if let Some(bootstrap) = bootstrap {
                let f = vm.getattr_str(&bootstrap, "_module_repr")?;
                return vm.call1(&f, module);
            }
            let name = namespace(vm, module)?.get_str(&vm.names().__name__).unwrap_or(Value::NONE);
            let name = vm.repr_text(&name)?;
            Ok(vm.str(format!("<module {name}>")))
        });
    })
    .methods(&[native(
        "__dir__(self, /)",
        |vm, args| {
            let dict = vm.getattr(&args[0], vm.names().__dict__.value())?;
            let Some(table) = dict.as_dict() else {
                return Err(vm.type_error(format!("{}.__dict__ is not a dictionary", args[0].type_name(vm))));
            };
            if let Some(hook) = table.get_str(&vm.names().__dir__) {
                return vm.call0(&hook);
            }
            Ok(vm.list(table.keys()))
        },
        "__dir__() -> list\nspecialized dir() implementation",
    )])
    .getset(&[
        getter("__dict__", |vm, module| Ok(namespace(vm, module)?.into_value()), ""),
        getset(
            "__annotations__",
            |vm, module| vm.module_annotations(module),
            |vm, module, value| {
                let dict = namespace(vm, module)?;
                let name = &vm.names().__annotations__;
                match value {
                    Some(value) => {
                        drop(dict.insert_str(name, value.clone()));
                        drop(dict.remove_str(&vm.names().__annotate__));
                    }
                    None => {
                        if dict.remove_str(name).is_none() {
                            return Err(vm.attribute_error("__annotations__"));
                        }
                        drop(dict.remove_str(&vm.names().__annotate__));
                    }
                }
                Ok(())
            },
            "",
        ),
        getset(
            "__annotate__",
            |vm, module| {
                let dict = namespace(vm, module)?;
                Ok(dict.get_str(&vm.names().__annotate__).unwrap_or(Value::NONE))
            },
            |vm, module, value| {
                let Some(value) = value else {
                    return Err(vm.type_error("cannot delete __annotate__ attribute"));
                };
                if !value.is_none() && !vm.is_callable(value) {
                    return Err(vm.type_error("__annotate__ must be callable or None"));
                }
                let dict = namespace(vm, module)?;
                drop(dict.insert_str(&vm.names().__annotate__, value.clone()));
                if !value.is_none() {
                    drop(dict.remove_str(&vm.names().__annotations__));
                }
                Ok(())
            },
            "",
        ),
    ]);

/// The attribute of a module; `None` if it has none.
pub fn module_getattr(vm: &Vm, module: &Value, name: &Value) -> PyResult<Option<Value>> {
    let Some(text) = name.as_str() else {
        return Err(vm.type_error(format!("attribute name must be string, not '{}'", name.type_name(vm))));
    };
    let ty = module.ty(vm);
    let in_type = ty.lookup(vm, text);
    let mut getter = None;
    if let Some(found) = &in_type
        && found.is_object()
    {
        let slots = found.ty(vm).slots.get();
        getter = slots.get;
        if let (Some(get), true) = (slots.get, slots.set.is_some()) {
            return get(vm, found, Some(module), Some(&ty.to_value())).map(Some);
        }
    }
    let dict = namespace(vm, module)?;
    if let Some(found) = dict.get_str(text) {
        return Ok(Some(found));
    }
    if let Some(found) = attrs::own_get(vm, module, text) {
        return Ok(Some(found));
    }
    if let Some(found) = in_type {
        return match getter {
            Some(get) => get(vm, &found, Some(module), Some(&ty.to_value())).map(Some),
            None => Ok(Some(found)),
        };
    }
    if let Some(hook) = dict.get_str(&vm.names().__getattr__) {
        return vm.call1(&hook, name).map(Some);
    }
    Ok(None)
}

#[cold]
fn missing(vm: &Vm, module: &Value, name: &Value) -> PyResult<crate::runtime::error::Raised> {
    let dict = namespace(vm, module)?;
    let text = vm.to_string(name)?;
    let own = dict.get_str(&vm.names().__name__);
    let message = match own.as_ref().filter(|own| own.as_str().is_some()) {
        Some(name) => {
            let own = vm.to_string(name)?;
            let spec = dict.get_str(&vm.names().__spec__);
            let origin = file_origin(vm, spec.as_ref())?;
            let (shadows, shadows_library) = shadowing(vm, name, origin.as_deref())?;
            let origin = origin.unwrap_or_default();
            let circular = "(most likely due to a circular import)";
            if shadows_library {
                format!("module '{own}' has no attribute '{text}' {}", rename(&own, &origin))
            } else if is_initializing(vm, spec.as_ref())? {
                if shadows {
                    format!("module '{own}' has no attribute '{text}' {}", perhaps_rename(&origin))
                } else if origin.is_empty() {
                    format!("partially initialized module '{own}' has no attribute '{text}' {circular}")
                } else {
                    format!(
                        "partially initialized module '{own}' from '{origin}' has no attribute '{text}' {circular}"
                    )
                }
            } else if is_unfinished_submodule(vm, spec.as_ref(), &text)? {
                format!("cannot access submodule '{text}' of module '{own}' {circular}")
            } else {
                format!("module '{own}' has no attribute '{text}'")
            }
        }
        None => format!("module has no attribute '{text}'"),
    };
    Ok(vm.attribute_error_on(module, name, message))
}

/// Where `sysinfo::prepend_path` leaves what it put in front of `sys.path`.
pub const FIRST_PATH: &str = "sys.path[0]";

fn rename(own: &str, origin: &str) -> String {
    format!(
        "(consider renaming '{origin}' since it has the same name as the standard library module named '{own}' and prevents importing that standard library module)"
    )
}

fn perhaps_rename(origin: &str) -> String {
    format!("(consider renaming '{origin}' if it has the same name as a library you intended to import)")
}

/// The file that a spec says the module came from.
fn file_origin(vm: &Vm, spec: Option<&Value>) -> PyResult<Option<String>> {
    let Some(spec) = spec.and_then(Value::some) else { return Ok(None) };
    match vm.getattr_opt(spec, vm.intern("has_location").value())? {
        Some(flag) if vm.truth(&flag)? => {}
        _ => return Ok(None),
    }
    let origin = vm.getattr_opt(spec, vm.intern("origin").value())?;
    origin.filter(|origin| origin.as_str().is_some()).map(|origin| vm.to_string(&origin)).transpose()
}

/// Does the spec say that its module is being imported?
pub fn is_initializing(vm: &Vm, spec: Option<&Value>) -> PyResult<bool> {
    let Some(spec) = spec.and_then(Value::some) else { return Ok(false) };
    match vm.getattr_opt(spec, vm.names()._initializing.value())? {
        Some(flag) => vm.truth(&flag),
        None => Ok(false),
    }
}

fn is_unfinished_submodule(vm: &Vm, spec: Option<&Value>, name: &str) -> PyResult<bool> {
    let Some(spec) = spec.and_then(Value::some) else { return Ok(false) };
    match vm.getattr_opt(spec, vm.intern("_uninitialized_submodules").value())? {
        Some(names) => vm.contains(&names, &vm.str(name)),
        None => Ok(false),
    }
}

/// Whether a module's file lies in the program's own folder, so that it may hide another one; and whether that would be one of the
/// standard library.
fn shadowing(vm: &Vm, name: &Value, origin: Option<&str>) -> PyResult<(bool, bool)> {
    let first = vm.interp().module_state.borrow().get(FIRST_PATH).cloned();
    let (Some(first), Some(origin)) = (first, origin) else { return Ok((false, false)) };
    let path = std::path::Path::new(origin);
    let is_package = path.file_name().is_some_and(|name| name == "__init__.py");
    let folder = if is_package { path.parent().and_then(|path| path.parent()) } else { path.parent() };
    let first = vm.to_string(&first)?;
    let here = if first.is_empty() { std::env::current_dir().ok() } else { Some(first.into()) };
    if here.as_deref() != folder {
        return Ok((false, false));
    }
    let library = match vm.interp().sys.get_str(&vm.intern("stdlib_module_names")) {
        Some(names) if matches!(names.kind(), kind::SET | kind::FROZENSET) => vm.contains(&names, name)?,
        _ => false,
    };
    Ok((true, library))
}

impl Vm {
    /// The attributes a new module has.
    pub fn init_module_dict(&self, dict: &Ref<Dict>, name: Value, doc: Value) {
        let n = self.names();
        drop(dict.insert_str(&n.__name__, name));
        drop(dict.insert_str(&n.__doc__, doc));
        drop(dict.insert_str(&n.__package__, Value::NONE));
        drop(dict.insert_str(&n.__loader__, Value::NONE));
        drop(dict.insert_str(&n.__spec__, Value::NONE));
    }

    /// A new module with the usual attributes.
    pub fn new_module(&self, name: &str, doc: &str) -> Value {
        let dict = self.new_dict();
        self.module_with(name, doc, dict)
    }

    /// A module around a namespace.
    pub fn module_with(&self, name: &str, doc: &str, dict: Ref<Dict>) -> Value {
        let doc = if doc.is_empty() { Value::NONE } else { self.str(doc) };
        self.init_module_dict(&dict, self.intern(name).into_value(), doc);
        self.alloc_spec(&MODULE, Module { dict: LockCell::new(dict) })
    }

    /// The namespace of a module.
    pub fn module_dict(&self, module: &Value) -> Option<Ref<Dict>> {
        module.downcast::<Module>().map(|m| m.dict.cloned())
    }

    fn module_annotations(&self, module: &Value) -> PyResult<Value> {
        let dict = namespace(self, module)?;
        let name = &self.names().__annotations__;
        if let Some(found) = dict.get_str(name) {
            return Ok(found);
        }
        let made = match dict.get_str(&self.names().__annotate__) {
            Some(f) if self.is_callable(&f) => {
                let one = self.int(1);
                let made = self.call1(&f, &one)?;
                if made.as_dict().is_none() {
                    return Err(self.type_error(format!(
                        "__annotate__() must return a dict, not {}",
                        made.type_name(self)
                    )));
                }
                made
            }
            _ => self.new_dict().into_value(),
        };
        drop(dict.insert_str(name, made.clone()));
        Ok(made)
    }

    /// `from module import name`
    pub fn import_from(
        &self,
        module: &Value,
        name: &Ref<crate::runtime::object::str::Str>,
    ) -> PyResult<Value> {
        if let Some(found) = self.getattr_opt(module, name.value())? {
            return Ok(found);
        }
        let n = self.names();
        let own = self.getattr_opt(module, n.__name__.value())?;
        let own_text = own.as_ref().and_then(|v| v.as_str()).map(|t| t.to_string_lossy().into_owned());
        if let Some(own) = &own_text {
            let full = self.str(format!("{own}.{}", name.to_string_lossy()));
            if let Some(found) = self.interp().modules.cloned().get(self, &full)? {
                return Ok(found);
            }
        }
        let shown = own_text.clone().unwrap_or_else(|| "<unknown module name>".to_owned());
        let spec = self.getattr_opt(module, n.__spec__.value())?;
        let mut origin = file_origin(self, spec.as_ref())?;
        let known = own.clone().unwrap_or_else(|| self.str(&shown));
        let (shadows, shadows_library) = shadowing(self, &known, origin.as_deref())?;
        if origin.is_none()
            && let Some(dict) = self.module_dict(module)
            && let Some(file) = dict.get_str(&n.__file__).filter(|file| file.as_str().is_some())
        {
            origin = Some(self.to_string(&file)?);
        }
        let place = origin.clone().unwrap_or_else(|| "unknown location".to_owned());
        let what = format!("cannot import name '{}' from", name.to_string_lossy());
        let message = if shadows_library {
            format!("{what} '{shown}' {}", rename(&shown, &place))
        } else if is_initializing(self, spec.as_ref())? {
            if shadows {
                format!("{what} '{shown}' {}", perhaps_rename(&place))
            } else {
                format!(
                    "{what} partially initialized module '{shown}' (most likely due to a circular import) ({place})"
                )
            }
        } else {
            format!("{what} '{shown}' ({place})")
        };
        let file = origin.map(|origin| self.str(origin));
        let text = self.str(message);
        let ty = self.typ(&exc::IMPORT_ERROR).clone();
        let e = self.new_exception(&ty, &[text.clone()]);
        e.set_field(0, text);
        e.set_field(1, own.unwrap_or(Value::NONE));
        e.set_field(2, file.unwrap_or(Value::NONE));
        e.set_field(3, name.value().clone());
        Err(self.raise_value(e.into_value()))
    }

    /// `from module import *`
    pub fn import_star(&self, module: &Value, namespace: &Value) -> PyResult<()> {
        let n = self.names();
        let (names, skip_private) = match self.getattr_opt(module, n.__all__.value())? {
            Some(all) => (self.collect(&all)?, false),
            None => {
                let Some(dict) = self.getattr_opt(module, n.__dict__.value())? else {
                    return Err(self.import_error("from-import-* object has no __dict__ and no __all__"));
                };
                let keys = self.call_method(&dict, &n.keys, &[])?;
                (self.collect(&keys)?, true)
            }
        };
        for name in names {
            let Some(text) = name.as_str() else {
                let own = self.getattr_opt(module, n.__name__.value())?;
                let own = own.map_or(Ok(String::new()), |v| self.to_string(&v))?;
                let what = if skip_private { "Key in" } else { "Item in" };
                let where_ = if skip_private { "__dict__" } else { "__all__" };
                return Err(self
                    .type_error(format!("{what} {own}.{where_} must be str, not {}", name.type_name(self))));
            };
            if skip_private && text.bytes().first() == Some(&b'_') {
                continue;
            }
            let value = self.getattr(module, &name)?;
            if namespace.kind() == kind::DICT
                && let Some(dict) = namespace.as_dict()
            {
                drop(dict.insert(self, name, value)?);
            } else {
                self.setitem(namespace, &name, Some(&value))?;
            }
        }
        Ok(())
    }
}
