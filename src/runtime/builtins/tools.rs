//! What many builtin types and functions share: class tests with their hooks, guards against endless repr, binding of
//! constructors' arguments, sizes. Tuples with named fields are in `structs`.

use crate::runtime::builtins::descr::NativeFunction;
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::generics::union_args;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::attrs;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{GetSet, Type, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Ref, Value};

pub use crate::runtime::builtins::structs::StructSpec;

/// A read-only attribute that C has as a member of its struct: writing it gives another text than for computed ones.
pub const fn member(
    name: &'static str,
    get: fn(&Vm, &Value) -> PyResult<Value>,
    doc: &'static str,
) -> GetSet {
    let set = |vm: &Vm, _: &Value, _: Option<&Value>| Err(vm.attribute_error("readonly attribute"));
    GetSet { name, get, set: Some(set), doc, is_member: true }
}

/// The TypeError for an argument of the wrong type; `place` names it, as in `"compile() argument 'code'"`.
#[cold]
pub fn wrong_argument(vm: &Vm, place: &str, wanted: &str, value: &Value) -> Raised {
    let got = if value.is_none() { "None".to_owned() } else { value.type_name(vm) };
    vm.type_error(format!("{place} must be {wanted}, not {got}"))
}

/// While it lives the object's repr is being made.
pub struct ReprGuard<'a> {
    vm: &'a Vm,
}

impl Drop for ReprGuard<'_> {
    fn drop(&mut self) {
        self.vm.in_repr.borrow_mut().pop();
    }
}

/// The texts of one class test.
struct Test {
    /// What the second argument should have been.
    wrong_class: &'static str,
    hook: fn(&Vm) -> &Value,
}

static ISINSTANCE: Test = Test {
    wrong_class: "isinstance() arg 2 must be a type, a tuple of types, or a union",
    hook: |vm| vm.names().__instancecheck__.value(),
};

static ISSUBCLASS: Test = Test {
    wrong_class: "issubclass() arg 2 must be a class, a tuple of classes, or a union",
    hook: |vm| vm.names().__subclasscheck__.value(),
};

/// How deep tuples of classes may lie in tuples: about as deep as CPython's stack lets them.
const MOST_NESTED: usize = 100_000;

impl Vm {
    /// Marks that an object's repr is being made; `None` if it is already.
    pub fn enter_repr(&self, object: &Value) -> Option<ReprGuard<'_>> {
        let mut stack = self.in_repr.borrow_mut();
        if stack.contains(&object.to_bits()) {
            return None;
        }
        stack.push(object.to_bits());
        Some(ReprGuard { vm: self })
    }

    /// Binds a call's arguments to a signature: one value a parameter, unbound for what was left out.
    pub fn bind_args<const N: usize>(&self, signature: &Signature, args: Args) -> PyResult<[Value; N]> {
        let mut bound = [const { Value::UNBOUND }; N];
        signature.bind(self, args, &mut bound, 0)?;
        Ok(bound)
    }

    /// The type's name with its module, unless that is `builtins` or `__main__`: `%T` of CPython's messages.
    pub fn full_type_name(&self, object: &Value) -> String {
        self.full_class_name(object.ty(self))
    }

    /// As [`Vm::full_type_name`], of a type.
    pub fn full_class_name(
        &self,
        ty: &crate::runtime::value::Obj<crate::runtime::object::typedef::Type>,
    ) -> String {
        let name = ty.qualname.get().to_string_lossy().into_owned();
        let module = crate::runtime::builtins::types::type_module(self, ty);
        match module.as_ref().ok().and_then(Value::as_str).map(|m| m.to_string_lossy()) {
            Some(module) if !matches!(module.as_ref(), "builtins" | "__main__") => format!("{module}.{name}"),
            _ => name,
        }
    }

    // ---- class tests

    /// `isinstance(object, class)`
    pub fn isinstance(&self, object: &Value, class: &Value) -> PyResult<bool> {
        if object.ty(self).address() == class.to_bits() {
            return Ok(true);
        }
        self.class_test(object, class, &ISINSTANCE, |vm| vm.real_isinstance(object, class))
    }

    /// `issubclass(derived, class)`
    #[inline]
    pub fn issubclass(&self, derived: &Value, class: &Value) -> PyResult<bool> {
        // A class whose metaclass is exactly `type` has no hook.
        if class.kind() == kind::TYPE
            && let (Some(derived), Some(class)) = (derived.as_type(), class.as_type())
        {
            return Ok(derived.is_subtype(class));
        }
        self.class_test(derived, class, &ISSUBCLASS, |vm| vm.real_issubclass(derived, class))
    }

    /// Tuples, unions and hooks; `real` is the test without them.
    fn class_test(
        &self,
        subject: &Value,
        class: &Value,
        test: &Test,
        real: impl FnOnce(&Vm) -> PyResult<bool>,
    ) -> PyResult<bool> {
        // A class whose metaclass is exactly `type` has no hook.
        if class.ty(self).address() == self.interp().type_type.address() {
            return real(self);
        }
        let members = match union_args(class) {
            Some(args) => Some(args),
            None => class.downcast_ref::<Tuple>(),
        };
        if let Some(members) = members {
            return self.any_member(subject, members, std::ptr::eq(test, &ISINSTANCE));
        }
        let hook = (test.hook)(self);
        if let Some(name) = hook.as_str()
            && let Some(result) = self.call_special(class, name, std::slice::from_ref(subject))?
        {
            return self.truth(&result);
        }
        real(self)
    }

    /// The test with the members of a tuple; those within it are gone through on the way, down to [`MOST_NESTED`].
    fn any_member(&self, subject: &Value, members: Ref<Tuple>, is_instance: bool) -> PyResult<bool> {
        self.check_native()?;
        let metaclass = self.interp().type_type.head_ptr();
        let mut outer = Vec::new();
        let (mut members, mut at) = (members, 0);
        loop {
            let Some(member) = members.items().get(at) else {
                match outer.pop() {
                    Some(left) => (members, at) = left,
                    None => return Ok(false),
                }
                continue;
            };
            at += 1;
            let plain = member.header().is_some_and(|head| head.ty.get() == metaclass);
            if !plain && let Some(inner) = member.downcast_ref::<Tuple>() {
                if outer.len() >= MOST_NESTED {
                    let during = if is_instance { " in __instancecheck__" } else { " in __subclasscheck__" };
                    return Err(self.too_deep(during));
                }
                outer.push((std::mem::replace(&mut members, inner), std::mem::replace(&mut at, 0)));
                continue;
            }
            let found = if plain && is_instance {
                subject.ty(self).address() == member.to_bits() || self.real_isinstance(subject, member)?
            } else if is_instance {
                self.isinstance(subject, member)?
            } else {
                self.issubclass(subject, member)?
            };
            if found {
                return Ok(true);
            }
        }
    }

    /// `type.__instancecheck__`: by the type, then by `__class__`.
    pub fn real_isinstance(&self, object: &Value, class: &Value) -> PyResult<bool> {
        let ty = object.ty(self);
        let name = self.names().__class__.value();
        if let Some(class) = class.as_type() {
            if ty.is_subtype(class) {
                return Ok(true);
            }
            if self.has_plain_class(ty) {
                return Ok(false);
            }
            let claimed = self.getattr_opt(object, name)?;
            return Ok(claimed.is_some_and(|claimed| {
                claimed.to_bits() != ty.address()
                    && claimed.as_type().is_some_and(|claimed| claimed.is_subtype(class))
            }));
        }
        self.check_class(class, ISINSTANCE.wrong_class)?;
        match self.getattr_opt(object, name)? {
            Some(claimed) => self.derives(&claimed, class),
            None => Ok(false),
        }
    }

    /// Is `__class__` of all instances what `object` makes of it: their type?
    #[inline]
    fn has_plain_class(&self, ty: &Obj<Type>) -> bool {
        let version = ty.plain_class.get();
        if version != 0 && version == ty.fast.version.get() {
            return true;
        }
        let plain = self.finds_plain_class(ty);
        if plain {
            ty.plain_class.set(ty.version(self));
        }
        plain
    }

    #[inline(never)]
    fn finds_plain_class(&self, ty: &Obj<Type>) -> bool {
        let object = &self.interp().object_type;
        let (own, plain) = (ty.slots.get().getattr, object.slots.get().getattr);
        let name = &self.names().__class__;
        own.map(|f| f as usize) == plain.map(|f| f as usize)
            && match (ty.lookup(self, name), object.lookup(self, name)) {
                (Some(found), Some(plain)) => found.is(&plain),
                _ => false,
            }
    }

    /// `type.__subclasscheck__`
    pub fn real_issubclass(&self, derived: &Value, class: &Value) -> PyResult<bool> {
        if let (Some(derived), Some(class)) = (derived.as_type(), class.as_type()) {
            return Ok(derived.is_subtype(class));
        }
        self.check_class(derived, "issubclass() arg 1 must be a class")?;
        self.check_class(class, ISSUBCLASS.wrong_class)?;
        self.derives(derived, class)
    }

    /// The `__bases__` of something that behaves like a class.
    fn class_bases(&self, class: &Value) -> PyResult<Option<Value>> {
        Ok(self
            .getattr_opt(class, self.names().__bases__.value())?
            .filter(|bases| bases.as_tuple().is_some()))
    }

    fn check_class(&self, class: &Value, message: &str) -> PyResult<()> {
        match self.class_bases(class)? {
            Some(_) => Ok(()),
            None => Err(self.type_error(message)),
        }
    }

    /// Is `class` among `derived` and its `__bases__`, all the way up?
    fn derives(&self, derived: &Value, class: &Value) -> PyResult<bool> {
        self.check_native()?;
        if derived.is(class) {
            return Ok(true);
        }
        let Some(bases) = self.class_bases(derived)? else { return Ok(false) };
        for base in bases.as_tuple().map_or(&[][..], |bases| bases.items()) {
            if self.derives(base, class)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    // ---- small things

    /// Bytes that an object takes, without what it refers to.
    pub fn object_size(&self, object: &Value) -> usize {
        attrs::object_size(object)
    }

    /// Is it the builtin function `print`?
    pub fn is_print_function(&self, value: &Value) -> bool {
        value.downcast::<NativeFunction>().is_some_and(|f| f.def.name() == "print")
    }

    /// Is the attribute `__isabstractmethod__` of an object true?
    pub fn is_abstract(&self, object: &Value) -> PyResult<bool> {
        if object.is_none() || object.is_unbound() {
            return Ok(false);
        }
        match self.getattr_opt(object, self.names().__isabstractmethod__.value())? {
            Some(flag) => self.truth(&flag),
            None => Ok(false),
        }
    }

    /// Drops an AttributeError; any other error is given back.
    pub fn forgive_attribute_error(&self, raised: Raised) -> PyResult<()> {
        if self.raised_is(&exc::ATTRIBUTE_ERROR) {
            drop(self.take_raised(raised));
            return Ok(());
        }
        Err(raised)
    }
}
