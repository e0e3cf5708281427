//! `super`: attribute lookup behind a class in another class's MRO.

use crate::runtime::builtins::tools::member;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::interp::function::CellObject;
use crate::runtime::object::args::Args;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{TypeRef, TypeSpec, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

/// The payload of `super`.
pub struct Super {
    /// `__thisclass__`: the search starts behind it.
    class: LockCell<Option<TypeRef>>,
    /// `__self__`; unbound if the object is not bound.
    receiver: LockCell<Value>,
    /// `__self_class__`: whose MRO is searched.
    start: LockCell<Option<TypeRef>>,
}

crate::payload!(Super, "super", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        for ty in [self.class.get(), self.start.get()].into_iter().flatten() {
            visit(ty.value());
        }
        visit(self.receiver.get());
    }
    fn clear(&self) {
        self.receiver.set(Value::UNBOUND);
    }
});

/// `super`
pub static SUPER: TypeSpec = TypeSpec::new("super", Super::layout)
    .kind(kind::SUPER)
    .flags(type_flag::BASE)
    .doc(
        "",
        "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) -> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires issubclass(type2, type)\nTypical use to call a cooperative superclass method:\nclass C(B):\n    def meth(self, arg):\n        super().meth(arg)\nThis works for class methods too:\nclass C(B):\n    @classmethod\n    def cmeth(cls, arg):\n        super().cmeth(arg)",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, _| {
            let new = Super {
                class: LockCell::new(None),
                receiver: LockCell::new(Value::UNBOUND),
                start: LockCell::new(None),
            };
            Ok(vm.alloc(ty, new).into_value())
        });
        s.init = Some(init);
        s.getattr = Some(|vm, object, name| {
            let this = vm.cast::<Super>(object)?;
            let Some(text) = name.as_str() else { return vm.generic_getattr(object, name) };
            if let (Some(class), Some(start)) = (this.class.cloned(), this.start.cloned()) {
                let receiver = this.receiver.cloned();
                if let Some(found) = find(vm, &class, &start, &receiver, text)? {
                    return Ok(found);
                }
            }
            vm.generic_getattr(object, name)
        });
        s.get = Some(|vm, object, receiver, _| {
            let this = vm.cast::<Super>(object)?;
            let Some(receiver) = receiver.filter(|r| !r.is_none()) else { return Ok(object.clone()) };
            let Some(class) = this.class.cloned() else { return Ok(object.clone()) };
            if !this.receiver.get().is_unbound() {
                return Ok(object.clone());
            }
            if object.kind() == kind::SUPER {
                return bound(vm, class, receiver);
            }
            vm.call_args(&object.ty(vm).to_value(), &[class.into_value(), receiver.clone()])
        });
        s.repr = Some(|vm, object| {
            let this = vm.cast::<Super>(object)?;
            let class = this.class.get().as_ref().map_or_else(|| "NULL".to_owned(), |c| c.name());
            Ok(vm.str(match this.start.get() {
                Some(start) => format!("<super: <class '{class}'>, <{} object>>", start.name()),
                None => format!("<super: <class '{class}'>, NULL>"),
            }))
        });
    })
    .getset(&[
        member("__thisclass__", |vm, s| {
            Ok(vm.cast::<Super>(s)?.class.cloned().map_or(Value::NONE, Ref::into_value))
        }, "the class invoking super()"),
        member("__self__", |vm, s| {
            let receiver = vm.cast::<Super>(s)?.receiver.cloned();
            Ok(if receiver.is_unbound() { Value::NONE } else { receiver })
        }, "the instance invoking super(); may be None"),
        member("__self_class__", |vm, s| {
            Ok(vm.cast::<Super>(s)?.start.cloned().map_or(Value::NONE, Ref::into_value))
        }, "the type of the instance invoking super(); may be None"),
    ]);

/// Whose MRO is searched for a receiver: itself if it is a fitting class, else its type, else its `__class__`.
fn start_of(vm: &Vm, class: &TypeRef, receiver: &Value) -> PyResult<TypeRef> {
    if let Some(ty) = receiver.as_type()
        && ty.is_subtype(class)
    {
        return Ok(ty.to_ref());
    }
    let ty = receiver.ty(vm);
    if ty.is_subtype(class) {
        return Ok(ty.to_ref());
    }
    if let Some(claimed) = vm.getattr_opt(receiver, vm.names().__class__.value())?
        && claimed.to_bits() != ty.address()
        && let Some(claimed) = claimed.as_type()
        && claimed.is_subtype(class)
    {
        return Ok(claimed.to_ref());
    }
    Err(unfit(vm, class, receiver))
}

#[cold]
fn unfit(vm: &Vm, class: &TypeRef, receiver: &Value) -> Raised {
    let (what, name) = match receiver.as_type() {
        Some(ty) => ("type", ty.name()),
        None => ("instance of", receiver.type_name(vm)),
    };
    vm.type_error(format!(
        "super(type, obj): obj ({what} {name}) is not an instance or subtype of type ({}).",
        class.name()
    ))
}

/// The attribute behind `class` in the MRO of `start`, bound to the receiver.
fn find(
    vm: &Vm,
    class: &TypeRef,
    start: &TypeRef,
    receiver: &Value,
    name: &Obj<Str>,
) -> PyResult<Option<Value>> {
    if name.same(&vm.names().__class__) {
        return Ok(None);
    }
    let mro = start.mro.cloned();
    let Some(at) = mro.items().iter().position(|ty| ty.to_bits() == class.address()) else { return Ok(None) };
    let found = mro.items()[at + 1..].iter().find_map(|ty| ty.as_type()?.dict.get_str(name));
    let Some(found) = found else { return Ok(None) };
    if found.is_object()
        && let Some(get) = found.ty(vm).slots.get().get
    {
        let own = receiver.to_bits() == start.address();
        return get(vm, &found, if own { None } else { Some(receiver) }, Some(start.value())).map(Some);
    }
    Ok(Some(found))
}

fn bound(vm: &Vm, class: TypeRef, receiver: &Value) -> PyResult<Value> {
    let start = start_of(vm, &class, receiver)?;
    let new = Super {
        class: LockCell::new(Some(class)),
        receiver: LockCell::new(receiver.clone()),
        start: LockCell::new(Some(start)),
    };
    Ok(vm.alloc_spec(&SUPER, new))
}

fn init(vm: &Vm, object: &Value, args: Args) -> PyResult<()> {
    let this = vm.cast::<Super>(object)?;
    args.no_keywords(vm, "super")?;
    let (class, receiver) = match args.values {
        [] => {
            let (class, receiver) = implicit(vm)?;
            (class, Some(receiver))
        }
        [class, rest @ ..] if rest.len() < 2 => {
            let Some(class) = class.as_type() else {
                return Err(
                    vm.type_error(format!("super() argument 1 must be a type, not {}", class.type_name(vm)))
                );
            };
            (class.to_ref(), rest.first().filter(|r| !r.is_none()).cloned())
        }
        more => {
            return Err(vm.type_error(format!("super() expected at most 2 arguments, got {}", more.len())));
        }
    };
    let start = match &receiver {
        Some(receiver) => Some(start_of(vm, &class, receiver)?),
        None => None,
    };
    this.class.set(Some(class));
    this.receiver.set(receiver.unwrap_or(Value::UNBOUND));
    this.start.set(start);
    Ok(())
}

/// Class and receiver of `super()`: the free variable `__class__` and the first argument of the running function.
fn implicit(vm: &Vm) -> PyResult<(TypeRef, Value)> {
    let Some(frame) = vm.running() else { return Err(vm.runtime_error("super(): no current frame")) };
    let code = frame.code();
    if code.arg_count == 0 {
        return Err(vm.runtime_error("super(): no arguments"));
    }
    let mut receiver = frame.local(0).clone();
    if code.locals.first().is_some_and(|local| local.is_cell)
        && let Some(cell) = receiver.downcast::<CellObject>()
    {
        receiver = cell.content.cloned();
    }
    if receiver.is_unbound() {
        return Err(vm.runtime_error("super(): arg[0] deleted"));
    }
    let name = &vm.names().__class__;
    let cell = code.free_names.iter().position(|free| free.is(name));
    let closure = frame.function().closure.as_ref();
    let Some(cell) = cell.and_then(|at| closure?.items().get(at)) else {
        return Err(vm.runtime_error("super(): __class__ cell not found"));
    };
    let Some(cell) = cell.downcast::<CellObject>() else {
        return Err(vm.runtime_error("super(): bad __class__ cell"));
    };
    let class = cell.content.cloned();
    if class.is_unbound() {
        return Err(vm.runtime_error("super(): empty __class__ cell"));
    }
    match class.downcast_ref() {
        Some(class) => Ok((class, receiver)),
        None => Err(vm.runtime_error(format!("super(): __class__ is not a type ({})", class.type_name(vm)))),
    }
}

impl Vm {
    /// `super(class, receiver).name`
    pub fn super_getattr(&self, class: &TypeRef, receiver: &Value, name: &Ref<Str>) -> PyResult<Value> {
        match self.super_lookup(class, receiver, name)? {
            Some(found) => Ok(found),
            None => {
                let object = bound(self, class.clone(), receiver)?;
                self.generic_getattr(&object, name.value())
            }
        }
    }

    /// What stands behind `ty` in the receiver's MRO, bound to the receiver; `None` if there is nothing.
    pub fn super_lookup(&self, ty: &TypeRef, receiver: &Value, name: &Ref<Str>) -> PyResult<Option<Value>> {
        let start = start_of(self, ty, receiver)?;
        find(self, ty, &start, receiver, name)
    }
}
