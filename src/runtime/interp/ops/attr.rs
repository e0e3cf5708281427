//! Attributes: the slow ways, which fill the inline caches.

use crate::runtime::builtins::descr::MemberDescriptor;
use crate::runtime::error::PyResult;
use crate::runtime::interp::dispatch::At;
use crate::runtime::object::attrs::{Attrs, attrs};
use crate::runtime::object::protocol;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Binary, Type, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Ref, Value};

fn is_generic(ty: &Obj<Type>) -> bool {
    ty.slots.get().getattr.is_some_and(|f| std::ptr::fn_addr_eq(f, protocol::generic as Binary))
}

/// `A = B.name`
#[inline(never)]
pub fn load_attr(vm: &Vm, at: At) -> PyResult<()> {
    let name = at.name(at.extra(0) as usize);
    let object = at.reg(at.b());
    remember_load(vm, at, object, name);
    let result = vm.getattr(object, name.value())?;
    if at.b() != at.a() {
        at.done(at.b());
    }
    at.set(at.a(), result);
    Ok(())
}

/// Fills the cache if the attribute is an inline value or a slot.
fn remember_load(vm: &Vm, at: At, object: &Value, name: &Ref<Str>) {
    if !object.is_object() {
        return;
    }
    let ty = object.ty(vm);
    if !is_generic(ty) {
        return;
    }
    let found = ty.lookup(vm, name);
    let version = ty.version(vm);
    if version == 0 {
        return;
    }
    if let Some(found) = &found {
        if let Some(member) = found.downcast::<MemberDescriptor>().filter(|member| member.native.is_none())
            && ty.is_subtype(&member.owner)
        {
            at.set_extra(1, !version);
            at.set_extra(3, (member.offset as u32) << 2 | 1);
            return;
        }
        if found.is_object() && found.ty(vm).slots.get().set.is_some() {
            return;
        }
    }
    if let Attrs::Shape(shape, values) = attrs(object)
        && let Some(place) = vm.interp().shapes.find(shape, name)
        && !values[place].get() != !crate::runtime::value::bits::UNBOUND
    {
        let area = u32::from(ty.fast.attrs_offset.get());
        at.set_extra(1, !version);
        at.set_extra(2, shape);
        at.set_extra(3, (area + 8 + 8 * place as u32) << 2);
        at.set_extra(4, area + 4);
    }
}

/// `A.name = B`
#[inline(never)]
pub fn store_attr(vm: &Vm, at: At) -> PyResult<()> {
    let name = at.name(at.extra(0) as usize);
    let object = at.reg(at.a());
    let before = match attrs(object) {
        Attrs::Shape(shape, _) => Some(shape),
        _ => None,
    };
    let value = at.reg(at.b());
    vm.setattr(object, name.value(), Some(value))?;
    if let Some(before) = before {
        remember_store(vm, at, at.reg(at.a()), name, before);
    }
    at.done(at.b());
    at.done(at.a());
    Ok(())
}

fn remember_store(vm: &Vm, at: At, object: &Value, name: &Ref<Str>, before: u32) {
    let ty = object.ty(vm);
    let generic = vm.interp().object_type.slots.get().setattr;
    if ty.slots.get().setattr.map(|f| f as usize) != generic.map(|f| f as usize) {
        return;
    }
    if let Some(found) = ty.lookup(vm, name)
        && found.is_object()
        && found.ty(vm).slots.get().set.is_some()
    {
        return;
    }
    let Attrs::Shape(after, _) = attrs(object) else { return };
    let shapes = &vm.interp().shapes;
    let Some(place) = shapes.find(after, name) else { return };
    let version = ty.version(vm);
    let expected = if after == before {
        shapes.find(before, name).is_some()
    } else {
        shapes.names(before).len() == place
    };
    if version == 0 || !expected {
        return;
    }
    let area = u32::from(ty.fast.attrs_offset.get());
    at.set_extra(1, !version);
    at.set_extra(2, before);
    at.set_extra(3, after);
    at.set_extra(4, area + 8 + 8 * place as u32);
}

/// `del A.name`
pub fn delete_attr(vm: &Vm, at: At) -> PyResult<()> {
    let name = at.name(at.extra(0) as usize);
    vm.setattr(at.reg(at.a()), name.value(), None)?;
    at.done(at.a());
    Ok(())
}

/// `A, A+1 = method and self` of `B.name`
#[inline(never)]
pub fn load_method(vm: &Vm, at: At) -> PyResult<()> {
    let name = at.name(at.extra(0) as usize);
    let object = at.reg(at.b());
    let ty = object.ty(vm);
    if is_generic(ty) {
        let found = ty.lookup(vm, name);
        if let Some(found) = found
            && found.is_object()
            && found.ty(vm).has(crate::runtime::gc::heap::type_flag::METHOD_DESCRIPTOR)
        {
            match crate::runtime::object::attrs::own_get(vm, object, name) {
                Some(own) => {
                    at.done(at.b());
                    at.set(at.a(), own);
                    at.set(at.a() + 1, Value::UNBOUND);
                }
                None => {
                    remember_method(vm, at, object, &found);
                    let receiver = at.take(at.b());
                    at.set(at.a(), found);
                    at.set(at.a() + 1, receiver);
                }
            }
            return Ok(());
        }
    }
    let result = vm.getattr(object, name.value())?;
    at.done(at.b());
    at.set(at.a(), result);
    at.set(at.a() + 1, Value::UNBOUND);
    Ok(())
}

fn remember_method(vm: &Vm, at: At, object: &Value, found: &Value) {
    if !object.is_object() {
        return;
    }
    let ty = object.ty(vm);
    let version = ty.version(vm);
    if version == 0 {
        return;
    }
    match attrs(object) {
        Attrs::Shape(shape, _) => at.set_extra(2, shape),
        Attrs::None if ty.fast.attrs_offset.get() == 0 => {}
        _ => return,
    }
    at.set_extra(1, !version);
    at.set_extra(3, found.to_bits() as u32);
    at.set_extra(4, (found.to_bits() >> 32) as u32);
}

/// `A = super(B0, B1/B2).name`
fn super_attr(vm: &Vm, at: At) -> PyResult<Value> {
    let name = at.name(at.extra(0) as usize).clone();
    let run = at.run(at.b(), 3);
    let native = vm.typ(&crate::runtime::builtins::supers::SUPER);
    if run[0].to_bits() == native.address()
        && let Some(class) = run[1].as_type()
    {
        let (class, receiver) = (class.to_ref(), run[2].clone());
        let found = vm.super_getattr(&class, &receiver, &name)?;
        return Ok(found);
    }
    let callable = run[0].clone();
    let object = if at.c() & 1 != 0 {
        vm.call0(&callable)?
    } else {
        let args = [run[1].clone(), run[2].clone()];
        vm.call_args(&callable, &args)?
    };
    vm.getattr(&object, name.value())
}

/// `LoadSuperAttr`
pub fn load_super_attr(vm: &Vm, at: At) -> PyResult<()> {
    let found = super_attr(vm, at)?;
    at.done_run(at.b(), 3);
    at.set(at.a(), found);
    Ok(())
}

/// `LoadSuperMethod`
#[inline(never)]
pub fn load_super_method(vm: &Vm, at: At) -> PyResult<()> {
    let run = at.run(at.b(), 3);
    let native = vm.typ(&crate::runtime::builtins::supers::SUPER);
    if run[0].to_bits() == native.address()
        && let Some(class) = run[1].as_type()
    {
        let name = at.name(at.extra(0) as usize);
        // An instance whose class has the method behind `class` in its MRO: no bound method is needed.
        let receiver = &run[2];
        let ty = receiver.ty(vm);
        if receiver.as_type().is_none()
            && ty.is_subtype(class)
            && let Some(start) = ty.mro().iter().position(|t| t.to_bits() == class.address())
        {
            let found = ty.mro()[start + 1..].iter().find_map(|t| t.as_type()?.dict.get_str(name));
            if let Some(found) = found
                && matches!(found.kind(), kind::FUNCTION | kind::METHOD_DESCRIPTOR | kind::SLOT_WRAPPER)
            {
                let receiver = receiver.clone();
                at.done_run(at.b(), 3);
                at.set(at.a(), found);
                at.set(at.a() + 1, receiver);
                return Ok(());
            }
        }
    }
    let found = super_attr(vm, at)?;
    at.done_run(at.b(), 3);
    at.set(at.a(), found);
    at.set(at.a() + 1, Value::UNBOUND);
    Ok(())
}
