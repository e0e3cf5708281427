//! `property`, `staticmethod` and `classmethod`.

use std::cell::Cell;

use crate::runtime::builtins::tools::member;
use crate::runtime::builtins::types::DICT_GETSET_COPY;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::attrs::{own_get, own_set};
use crate::runtime::object::typedef::{
    GetSet, Native, Slots, TypeSpec, getset, getter, kind, native, native_raw,
};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// The payload of `property`.
pub struct Property {
    /// `fget`, or `None`
    pub get: LockCell<Value>,
    /// `fset`, or `None`
    pub set: LockCell<Value>,
    /// `fdel`, or `None`
    pub del: LockCell<Value>,
    /// `__doc__`, or `None`
    pub doc: LockCell<Value>,
    /// `__name__`; unbound if it was not told.
    pub name: LockCell<Value>,
    /// Does the documentation come from the getter?
    getter_doc: Cell<bool>,
}

crate::payload!(Property, "property", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        for cell in [&self.get, &self.set, &self.del, &self.doc, &self.name] {
            visit(cell.get());
        }
    }
    fn clear(&self) {
        for cell in [&self.get, &self.set, &self.del, &self.doc, &self.name] {
            cell.set(Value::NONE);
        }
    }
});

/// `property`
pub static PROPERTY: TypeSpec = TypeSpec::new("property", Property::layout)
    .kind(kind::PROPERTY)
    .flags(type_flag::BASE)
    .doc(
        "(fget=None, fset=None, fdel=None, doc=None)",
        "Property attribute.\n\n  fget\n    function to be used for getting an attribute value\n  fset\n    function to be used for setting an attribute value\n  fdel\n    function to be used for del'ing an attribute\n  doc\n    docstring\n\nTypical use is to define a managed attribute x:\n\nclass C(object):\n    def getx(self): return self._x\n    def setx(self, value): self._x = value\n    def delx(self): del self._x\n    x = property(getx, setx, delx, \"I'm the 'x' property.\")\n\nDecorators make defining new properties or modifying existing ones easy:\n\nclass C(object):\n    @property\n    def x(self):\n        \"I am the 'x' property.\"\n        return self._x\n    @x.setter\n    def x(self, value):\n        self._x = value\n    @x.deleter\n    def x(self):\n        del self._x",
    )
    .slots(property_slots)
    .methods(PROPERTY_METHODS)
    .getset(PROPERTY_GETSET);

#[inline(always)]
fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Property>> {
    vm.cast::<Property>(value)
}

fn property_slots(s: &mut Slots) {
    s.new = Some(|vm, ty, _| {
        let none = || LockCell::new(Value::NONE);
        let new = Property {
            get: none(),
            set: none(),
            del: none(),
            doc: none(),
            name: LockCell::new(Value::UNBOUND),
            getter_doc: Cell::new(false),
        };
        Ok(vm.alloc(ty, new).into_value())
    });
    s.init = Some(property_init);
    s.get = Some(|vm, property, object, _| {
        let Some(object) = object else { return Ok(property.clone()) };
        let this = this(vm, property)?;
        let get = this.get.cloned();
        if get.is_none() {
            return Err(missing(vm, this, object, "getter"));
        }
        vm.call1(&get, object)
    });
    s.set = Some(|vm, property, object, value| {
        let this = this(vm, property)?;
        let (function, what) =
            if value.is_some() { (this.set.cloned(), "setter") } else { (this.del.cloned(), "deleter") };
        if function.is_none() {
            return Err(missing(vm, this, object, what));
        }
        match value {
            Some(value) => vm.call_args(&function, &[object.clone(), value.clone()]),
            None => vm.call1(&function, object),
        }
        .map(drop)
    });
}

fn property_init(vm: &Vm, property: &Value, args: Args) -> PyResult<()> {
    static SIGNATURE: Signature = Signature::parse("property(fget=None, fset=None, fdel=None, doc=None)");
    let [get, set, del, doc] = vm.bind_args(&SIGNATURE, args)?;
    let or_none = |value: Value| if value.is_unbound() { Value::NONE } else { value };
    let this = this(vm, property)?;
    let (get, mut doc) = (or_none(get), or_none(doc));
    this.get.set(get.clone());
    this.set.set(or_none(set));
    this.del.set(or_none(del));
    this.name.set(Value::UNBOUND);
    this.getter_doc.set(false);
    if doc.is_none()
        && !get.is_none()
        && let Some(found) = vm.getattr_opt(&get, vm.names().__doc__.value())?
        && !found.is_none()
    {
        doc = found;
        this.getter_doc.set(true);
    }
    if property.kind() == kind::PROPERTY {
        this.doc.set(doc);
        return Ok(());
    }
    // A subclass has a `__doc__` in its dict, which would hide ours: the instance gets one of its own.
    match vm.setattr(property, vm.names().__doc__.value(), Some(&doc)) {
        Ok(()) => Ok(()),
        Err(raised) if !this.getter_doc.get() => vm.forgive_attribute_error(raised),
        Err(raised) => Err(raised),
    }
}

/// The property's name: what it was told, else its getter's.
fn name(vm: &Vm, this: &Obj<Property>) -> PyResult<Option<Value>> {
    let known = this.name.cloned();
    if !known.is_unbound() {
        return Ok(Some(known));
    }
    let get = this.get.cloned();
    if get.is_none() {
        return Ok(None);
    }
    vm.getattr_opt(&get, vm.names().__name__.value())
}

#[cold]
fn missing(vm: &Vm, this: &Obj<Property>, object: &Value, what: &str) -> Raised {
    let text = (|| {
        let class = object.ty(vm).qualname.cloned().into_value();
        let class = vm.repr_text(&class)?;
        Ok(match name(vm, this)? {
            Some(name) => format!("property {} of {class} object has no {what}", vm.repr_text(&name)?),
            None => format!("property of {class} object has no {what}"),
        })
    })();
    match text {
        Ok(text) => vm.attribute_error(text),
        Err(raised) => raised,
    }
}

/// A copy with some functions replaced.
fn copy(
    vm: &Vm,
    property: &Value,
    get: Option<&Value>,
    set: Option<&Value>,
    del: Option<&Value>,
) -> PyResult<Value> {
    let old = this(vm, property)?;
    let part = |new: Option<&Value>, old: &LockCell<Value>| match new {
        Some(new) if !new.is_none() => new.clone(),
        _ => old.cloned(),
    };
    let get = part(get, &old.get);
    let doc = if old.getter_doc.get() && !get.is_none() { Value::NONE } else { old.doc.cloned() };
    let args = [get, part(set, &old.set), part(del, &old.del), doc];
    let new = vm.call_args(&property.ty(vm).to_value(), &args)?;
    if let Some(new) = new.downcast::<Property>() {
        new.name.set(old.name.cloned());
    }
    Ok(new)
}

static PROPERTY_METHODS: &[Native] = &[
    native(
        "getter(self, object, /)",
        |vm, args| copy(vm, &args[0], Some(&args[1]), None, None),
        "Descriptor to obtain a copy of the property with a different getter.",
    ),
    native(
        "setter(self, object, /)",
        |vm, args| copy(vm, &args[0], None, Some(&args[1]), None),
        "Descriptor to obtain a copy of the property with a different setter.",
    ),
    native(
        "deleter(self, object, /)",
        |vm, args| copy(vm, &args[0], None, None, Some(&args[1])),
        "Descriptor to obtain a copy of the property with a different deleter.",
    ),
    native_raw(
        "__set_name__(self, owner, name, /)",
        |vm, args| {
            let given = args.values.len() - 1;
            if given != 2 || !args.names.is_empty() {
                return Err(vm.type_error(format!(
                    "__set_name__() takes 2 positional arguments but {given} were given"
                )));
            }
            this(vm, &args.values[0])?.name.set(args.values[2].clone());
            Ok(Value::NONE)
        },
        "Method to set name of a property.",
    ),
];

static PROPERTY_GETSET: &[GetSet] = &[
    member("fget", |vm, p| Ok(this(vm, p)?.get.cloned()), ""),
    member("fset", |vm, p| Ok(this(vm, p)?.set.cloned()), ""),
    member("fdel", |vm, p| Ok(this(vm, p)?.del.cloned()), ""),
    getset(
        "__doc__",
        |vm, p| Ok(this(vm, p)?.doc.cloned()),
        |vm, p, value| {
            this(vm, p)?.doc.set(value.cloned().unwrap_or(Value::NONE));
            Ok(())
        },
        "",
    ),
    getset(
        "__name__",
        |vm, p| match name(vm, this(vm, p)?)? {
            Some(name) => Ok(name),
            None => Err(vm.no_attribute(p, vm.names().__name__.value())),
        },
        |vm, p, value| {
            this(vm, p)?.name.set(value.cloned().unwrap_or(Value::UNBOUND));
            Ok(())
        },
        "",
    ),
    getter(
        "__isabstractmethod__",
        |vm, p| {
            let this = this(vm, p)?;
            for cell in [&this.get, &this.set, &this.del] {
                if vm.is_abstract(&cell.cloned())? {
                    return Ok(Value::TRUE);
                }
            }
            Ok(Value::FALSE)
        },
        "",
    ),
];

// ------------------------------------------------------------------------------------------------ wrappers of functions

/// The payload of `staticmethod` and `classmethod`.
pub struct Wrapper {
    /// What is wrapped.
    pub callable: LockCell<Value>,
}

crate::payload!(Wrapper, "staticmethod", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.callable.get());
    }
    fn clear(&self) {
        self.callable.set(Value::NONE);
    }
});

/// `staticmethod`
pub static STATIC_METHOD: TypeSpec = TypeSpec::new("staticmethod", Wrapper::layout)
    .kind(kind::STATICMETHOD)
    .flags(type_flag::BASE | type_flag::DICT_ATTR)
    .doc(
        "(function, /)",
        "Convert a function to be a static method.\n\nA static method does not receive an implicit first argument.\nTo declare a static method, use this idiom:\n\n     class C:\n         @staticmethod\n         def f(arg1, arg2, argN):\n             ...\n\nIt can be called either on the class (e.g. C.f()) or on an instance\n(e.g. C().f()). Both the class and the instance are ignored, and\nneither is passed implicitly as the first argument to the method.\n\nStatic methods in Python are similar to those found in Java or C++.\nFor a more advanced concept, see the classmethod builtin.",
    )
    .slots(|s| {
        wrapper_slots(s);
        s.init = Some(|vm, object, args| wrapper_init(vm, object, args, "staticmethod"));
        s.get = Some(|vm, method, _, _| Ok(wrapped(vm, method)?.callable.cloned()));
        s.call = Some(|vm, method, args| {
            let callable = wrapped(vm, method)?.callable.cloned();
            vm.call(&callable, args)
        });
        s.repr = Some(|vm, method| wrapper_repr(vm, method, "staticmethod"));
    })
    .methods(&[CLASS_GETITEM])
    .getset(WRAPPER_GETSET);

/// `classmethod`
pub static CLASS_METHOD: TypeSpec = TypeSpec::new("classmethod", Wrapper::layout)
    .kind(kind::CLASSMETHOD)
    .flags(type_flag::BASE | type_flag::DICT_ATTR)
    .doc(
        "(function, /)",
        "Convert a function to be a class method.\n\nA class method receives the class as implicit first argument,\njust like an instance method receives the instance.\nTo declare a class method, use this idiom:\n\n  class C:\n      @classmethod\n      def f(cls, arg1, arg2, argN):\n          ...\n\nIt can be called either on the class (e.g. C.f()) or on an instance\n(e.g. C().f()).  The instance is ignored except for its class.\nIf a class method is called for a derived class, the derived class\nobject is passed as the implied first argument.\n\nClass methods are different than C++ or Java static methods.\nIf you want those, see the staticmethod builtin.",
    )
    .slots(|s| {
        wrapper_slots(s);
        s.init = Some(|vm, object, args| wrapper_init(vm, object, args, "classmethod"));
        s.get = Some(|vm, method, object, owner| {
            let callable = wrapped(vm, method)?.callable.cloned();
            let class = match (owner, object) {
                (Some(owner), _) => owner.clone(),
                (None, Some(object)) => object.ty(vm).to_value(),
                (None, None) => Value::NONE,
            };
            Ok(vm.bound_method(callable, class))
        });
        s.repr = Some(|vm, method| wrapper_repr(vm, method, "classmethod"));
    })
    .methods(&[CLASS_GETITEM])
    .getset(WRAPPER_GETSET);

const CLASS_GETITEM: Native = native(
    "__class_getitem__(cls, object, /)",
    |vm, args| vm.generic_alias(&args[0], &args[1]),
    "See PEP 585",
)
.class();

fn wrapped<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Wrapper>> {
    vm.cast::<Wrapper>(value)
}

fn wrapper_slots(s: &mut Slots) {
    s.new = Some(|vm, ty, _| Ok(vm.alloc(ty, Wrapper { callable: LockCell::new(Value::NONE) }).into_value()));
}

fn wrapper_init(vm: &Vm, object: &Value, args: Args, name: &str) -> PyResult<()> {
    args.no_keywords(vm, name)?;
    let callable = &args.count(vm, name, 1, 1)?[0];
    wrapped(vm, object)?.callable.set(callable.clone());
    let n = vm.names();
    for name in [&n.__module__, &n.__name__, &n.__qualname__, &n.__doc__] {
        if let Some(value) = vm.getattr_opt(callable, name.value())? {
            own_set(vm, object, name, Some(&value));
        }
    }
    Ok(())
}

fn wrapper_repr(vm: &Vm, method: &Value, name: &str) -> PyResult<Value> {
    let callable = wrapped(vm, method)?.callable.cloned();
    let inner = vm.repr_string(&callable)?;
    Ok(vm.str_bytes(&[b"<", name.as_bytes(), b"(", &inner, b")>"].concat()))
}

/// An attribute that the wrapper has of its own from the first time that somebody asks for it on.
fn forwarded(vm: &Vm, method: &Value, name: &str) -> PyResult<Value> {
    let name = vm.intern(name);
    if let Some(own) = own_get(vm, method, &name) {
        return Ok(own);
    }
    let callable = wrapped(vm, method)?.callable.cloned();
    match vm.getattr_opt(&callable, name.value())? {
        Some(found) => {
            own_set(vm, method, &name, Some(&found));
            Ok(found)
        }
        None => Err(vm.no_attribute(method, name.value())),
    }
}

fn set_forwarded(vm: &Vm, method: &Value, name: &str, value: Option<&Value>) -> PyResult<()> {
    let name = vm.intern(name);
    if own_set(vm, method, &name, value) {
        return Ok(());
    }
    Err(vm.no_attribute(method, name.value()))
}

macro_rules! forward {
    ($name:literal) => {
        getset($name, |vm, m| forwarded(vm, m, $name), |vm, m, value| set_forwarded(vm, m, $name, value), "")
    };
}

static WRAPPER_GETSET: &[GetSet] = &[
    member("__func__", |vm, m| Ok(wrapped(vm, m)?.callable.cloned()), ""),
    member("__wrapped__", |vm, m| Ok(wrapped(vm, m)?.callable.cloned()), ""),
    getter(
        "__isabstractmethod__",
        |vm, m| {
            let callable = wrapped(vm, m)?.callable.cloned();
            Ok(Value::bool(vm.is_abstract(&callable)?))
        },
        "",
    ),
    forward!("__annotations__"),
    forward!("__annotate__"),
    DICT_GETSET_COPY,
];

impl Vm {
    /// `staticmethod(callable)`
    pub fn static_method(&self, callable: Value) -> Value {
        self.alloc_spec(&STATIC_METHOD, Wrapper { callable: LockCell::new(callable) })
    }
    /// `classmethod(callable)`
    pub fn class_method(&self, callable: Value) -> Value {
        self.alloc_spec(&CLASS_METHOD, Wrapper { callable: LockCell::new(callable) })
    }
}
