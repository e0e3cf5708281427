//! Attributes: the slow ways, which fill the inline caches.

use crate::runtime::builtins::descr::{GetSetDescriptor, MemberDescriptor};
use crate::runtime::builtins::modules::Module;
use crate::runtime::builtins::props::{CLASS_METHOD, Property, Wrapper};
use crate::runtime::builtins::types::type_getattr;
use crate::runtime::bytecode::ops::Op;
use crate::runtime::error::PyResult;
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::forms;
use crate::runtime::interp::function::Function;
use crate::runtime::interp::ops::known;
use crate::runtime::interp::push::push_taken;
use crate::runtime::object::attrs::{Attrs, attrs, own_get};
use crate::runtime::object::dict::Dict;
use crate::runtime::object::protocol;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Binary, GetSet, Type, TypeRef, kind};
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
    let result = if is_worth_a_look(vm, at) {
        remember_load(vm, at, object, name);
        wait_if_still(at, Op::LoadAttr);
        vm.getattr(object, name.value())?
    } else if object.kind() == kind::TYPE {
        type_getattr(vm, object, name.value())?
    } else {
        let found = vm.getattr(object, name.value())?;
        known::remember(vm, at.reg(at.b()), name);
        found
    };
    if at.b() != at.a() {
        at.done(at.b());
    }
    at.set(at.a(), result);
    Ok(())
}

/// Shall the instruction be given the form that fits the object at hand? One time in eight if it has another form already and the
/// table of known attributes does not help, because a place that sees objects of several kinds would be rewritten without end; the
/// general form says in its first cache word how many times it waits ([`wait_if_still`]).
fn is_worth_a_look(vm: &Vm, at: At) -> bool {
    if matches!(Op::decode(at.word()), Some(Op::LoadAttr | Op::LoadMethod)) {
        let wait = at.extra(1);
        at.set_extra(1, wait.saturating_sub(1));
        return wait == 0;
    }
    vm.misses.get().is_multiple_of(8)
}

/// No form fits what an instruction sees: it asks again after some rounds.
fn wait_if_still(at: At, general: Op) {
    if Op::decode(at.word()) == Some(general) {
        at.set_extra(1, 15);
    }
}

/// Fills the cache and rewrites the instruction if the attribute is one that a fast form can load.
fn remember_load(vm: &Vm, at: At, object: &Value, name: &Ref<Str>) {
    if !object.is_object() {
        return;
    }
    let ty = object.ty(vm);
    if object.kind() == kind::MODULE {
        return remember_module(vm, at, object, name, Op::LoadAttrModule);
    }
    if object.as_type().is_some() {
        return remember_type(vm, at, object, name, Op::LoadAttrType);
    }
    if !is_generic(ty) {
        return;
    }
    let found = ty.lookup(vm, name);
    let version = ty.version(vm);
    if version == 0 {
        return;
    }
    let mut binds = false;
    if let Some(found) = &found {
        if let Some(member) = found.downcast::<MemberDescriptor>().filter(|member| member.native.is_none())
            && ty.is_subtype(&member.owner)
        {
            at.set_extra(1, version);
            at.set_extra(3, member.offset as u32);
            return forms::rewrite(at, Op::LoadAttrSlot);
        }
        if let Some((def, owner)) = native_attribute(found)
            && ty.is_subtype(owner)
        {
            let address = std::ptr::from_ref(def).expose_provenance() as u64;
            at.set_extra(1, version);
            at.set_extra(3, address as u32);
            at.set_extra(4, (address >> 32) as u32);
            return forms::rewrite(at, Op::LoadAttrNative);
        }
        if found.kind() == kind::PROPERTY && property_function(found).is_some() {
            at.set_extra(1, version);
            at.set_extra(3, found.to_bits() as u32);
            at.set_extra(4, (found.to_bits() >> 32) as u32);
            return forms::rewrite(at, Op::LoadAttrProperty);
        }
        let slots = found.ty(vm).slots.get();
        if found.is_object() && slots.set.is_some() {
            return;
        }
        binds = found.is_object() && slots.get.is_some();
    }
    let area = u32::from(ty.fast.attrs_offset.get());
    // Nothing is written before the form is known: the instruction may have another form already, which reads the words.
    let shape = match attrs(object) {
        Attrs::Shape(shape, values) => {
            if let Some(place) = vm.interp().shapes.find(shape, name) {
                if values[place].get() != crate::runtime::value::bits::UNBOUND {
                    at.set_extra(1, version);
                    at.set_extra(2, shape);
                    at.set_extra(3, area + 8 + 8 * place as u32);
                    at.set_extra(4, area + 4);
                    let form = match at.b() < 0 && at.a() >= 0 {
                        true if is_stored_next(at) => Op::LoadStoreAttr,
                        true => Op::LoadAttrShapeLocal,
                        false => Op::LoadAttrShape,
                    };
                    forms::rewrite(at, form);
                }
                return;
            }
            shape
        }
        Attrs::Dict(dict) => return remember_dict(at, version, &dict, name, Op::LoadAttrDict),
        Attrs::None if area == 0 => 0,
        Attrs::None => return,
    };
    // Not the instance's: the class's, which keeps it alive while the version stays.
    if let Some(found) = found
        && !binds
    {
        at.set_extra(1, version);
        at.set_extra(2, shape);
        at.set_extra(3, found.to_bits() as u32);
        at.set_extra(4, (found.to_bits() >> 32) as u32);
        forms::rewrite(at, Op::LoadAttrClass);
    }
}

/// Does the next instruction store what this one loads, as an attribute of what a local holds?
fn is_stored_next(at: At) -> bool {
    let next = at.extra(5);
    let (object, value) = ((next >> 8) as i8, (next >> 16) as i8);
    Op::decode(next).map(Op::plain) == Some(Op::StoreAttr) && object < 0 && value == at.a()
}

/// What a descriptor of a native attribute reads with, and the type that it belongs to.
fn native_attribute(found: &Value) -> Option<(&'static GetSet, &TypeRef)> {
    match found.kind() {
        kind::GETSET => found.downcast::<GetSetDescriptor>().map(|found| (found.data.def, &found.data.owner)),
        kind::MEMBER => {
            let found = found.downcast::<MemberDescriptor>()?;
            Some((found.data.native?, &found.data.owner))
        }
        _ => None,
    }
}

/// `LoadAttrNative`
#[inline(never)]
pub fn load_native(vm: &Vm, at: At) -> PyResult<()> {
    let word = u64::from(at.extra(3)) | u64::from(at.extra(4)) << 32;
    // SAFETY: `remember_load` wrote the address of a static there, for the type that the object has.
    let def = unsafe { &*std::ptr::with_exposed_provenance::<GetSet>(word as usize) };
    let result = (def.get)(vm, at.reg(at.b()))?;
    if at.b() != at.a() {
        at.done(at.b());
    }
    at.set(at.a(), result);
    Ok(())
}

/// The getter of a property, if it is a Python function of one parameter.
fn property_function(property: &Value) -> Option<Ref<Function>> {
    let function = property.downcast::<Property>()?.get.get().downcast_ref::<Function>()?;
    (function.simple_args.get() == 1).then_some(function)
}

/// `LoadAttrProperty`: the getter's frame runs.
pub fn call_property(vm: &Vm, at: At) -> PyResult<Option<*mut Value>> {
    let word = u64::from(at.extra(3)) | u64::from(at.extra(4)) << 32;
    // SAFETY: the type has the version under which the word was written, and so the property, of which no count is given up.
    let property = std::mem::ManuallyDrop::new(unsafe { Value::from_bits(word) });
    let Some(function) = property_function(&property) else {
        return load_attr(vm, at).map(|()| None);
    };
    push_taken(vm, function, [at.take(at.b())], at.a()).map(Some)
}

/// A name in an instance's dictionary.
fn remember_dict(at: At, version: u32, dict: &Dict, name: &Ref<Str>, form: Op) {
    let Some(place) = dict.position_str(name) else { return };
    if dict.place(place, name.address()).is_none() {
        return;
    }
    at.set_extra(1, version);
    at.set_extra(2, place as u32);
    at.set_extra(3, name.address() as u32);
    at.set_extra(4, (name.address() >> 32) as u32);
    forms::rewrite(at, form);
}

/// A method that is itself when it is read from its class; what a class has stands before such a one of its metaclass.
fn is_mere_method(found: &Value) -> bool {
    matches!(found.kind(), kind::FUNCTION | kind::METHOD_DESCRIPTOR | kind::SLOT_WRAPPER)
}

/// Do the attributes of the classes of a metaclass stand before what it has of that name itself?
fn has_plain_lookup(vm: &Vm, meta: &Obj<Type>, name: &Ref<Str>) -> bool {
    let plain = vm.interp().type_type.slots.get().getattr;
    meta.slots.get().getattr.map(|f| f as usize) == plain.map(|f| f as usize)
        && meta.lookup(vm, name).is_none_or(|found| is_mere_method(&found))
}

/// A class's attribute that reading does not bind, if its metaclass has nothing of that name that stands before it.
fn remember_type(vm: &Vm, at: At, class: &Value, name: &Ref<Str>, form: Op) {
    let (Some(ty), meta) = (class.as_type(), class.ty(vm)) else { return };
    if !has_plain_lookup(vm, meta, name) {
        return;
    }
    let Some(found) = ty.lookup(vm, name) else { return };
    // Functions and native methods are themselves when they are read from the class; other descriptors are asked each time.
    if !is_mere_method(&found) && found.is_object() && found.ty(vm).slots.get().get.is_some() {
        return;
    }
    let (version, meta_version) = (ty.version(vm), meta.version(vm));
    if version == 0 || meta_version == 0 {
        return;
    }
    at.set_extra(1, version);
    at.set_extra(2, meta_version);
    at.set_extra(3, found.to_bits() as u32);
    at.set_extra(4, (found.to_bits() >> 32) as u32);
    forms::rewrite(at, form);
}

/// A module's own name, if nothing of the module type stands before it.
fn remember_module(vm: &Vm, at: At, module: &Value, name: &Ref<Str>, form: Op) {
    let ty = module.ty(vm);
    if let Some(found) = ty.lookup(vm, name)
        && found.is_object()
        && found.ty(vm).slots.get().set.is_some()
    {
        return;
    }
    let Some(dict) = vm.module_dict(module) else { return };
    let Some(place) = dict.position_str(name) else { return };
    let version = dict.version(vm);
    if version == 0 {
        return;
    }
    let address = std::ptr::from_ref(dict.cached_value(place)) as u64;
    at.set_extra(1, version);
    at.set_extra(3, address as u32);
    at.set_extra(4, (address >> 32) as u32);
    forms::rewrite(at, form);
}

/// The version of the namespace of a module, by its address.
///
/// # Safety
/// `module` is the word of a live object of kind `MODULE`.
#[inline(always)]
pub unsafe fn module_version(module: u64) -> u32 {
    // SAFETY: as promised.
    unsafe { &*(module as *const Obj<Module>) }.dict.get().current_version()
}

/// `A.name = B`
#[inline(never)]
pub fn store_attr(vm: &Vm, at: At) -> PyResult<()> {
    let name = at.name(at.extra(0) as usize);
    let object = at.reg(at.a());
    if Op::decode(at.word()) != Some(Op::StoreAttr) && !is_worth_a_look(vm, at) {
        return store_known(vm, at, object, name);
    }
    let before = match attrs(object) {
        Attrs::Shape(shape, _) => shape,
        Attrs::Dict(_) | Attrs::None => 0,
    };
    let value = at.reg(at.b());
    vm.setattr(object, name.value(), Some(value))?;
    remember_store(vm, at, at.reg(at.a()), name, before);
    at.done(at.b());
    at.done(at.a());
    Ok(())
}

/// As [`store_attr`], for an instruction whose form does not fit this object.
fn store_known(vm: &Vm, at: At, object: &Value, name: &Ref<Str>) -> PyResult<()> {
    let value = at.reg(at.b()).clone();
    vm.setattr(object, name.value(), Some(&value))?;
    known::remember(vm, at.reg(at.a()), name);
    at.done(at.b());
    at.done(at.a());
    Ok(())
}

fn remember_store(vm: &Vm, at: At, object: &Value, name: &Ref<Str>, before: u32) {
    if !object.is_object() {
        return;
    }
    let ty = object.ty(vm);
    let generic = vm.interp().object_type.slots.get().setattr;
    if ty.slots.get().setattr.map(|f| f as usize) != generic.map(|f| f as usize) {
        return;
    }
    if let Some(found) = ty.lookup(vm, name)
        && found.is_object()
        && found.ty(vm).slots.get().set.is_some()
    {
        if let Some(member) = found.downcast::<MemberDescriptor>().filter(|member| member.native.is_none())
            && ty.is_subtype(&member.owner)
            && ty.version(vm) != 0
        {
            at.set_extra(1, ty.version(vm));
            at.set_extra(3, member.offset as u32);
            forms::rewrite(at, Op::StoreAttrSlot);
        }
        return;
    }
    let after = match attrs(object) {
        Attrs::Shape(after, _) if before != 0 => after,
        Attrs::Dict(dict) if ty.version(vm) != 0 => {
            return remember_dict(at, ty.version(vm), &dict, name, Op::StoreAttrDict);
        }
        _ => return,
    };
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
    at.set_extra(2, before);
    at.set_extra(4, area + 8 + 8 * place as u32);
    if before == after {
        at.set_extra(1, version);
        at.set_extra(3, area + 4);
        forms::rewrite(at, if at.a() < 0 { Op::StoreAttrShapeLocal } else { Op::StoreAttrShape });
    } else {
        // Other numbers may stand in the word of this form: complements of versions are far from them.
        at.set_extra(1, !version);
        at.set_extra(3, after);
        forms::rewrite(at, Op::StoreAttr);
    }
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
    let look = is_worth_a_look(vm, at);
    let ty = object.ty(vm);
    if is_generic(ty) {
        let found = ty.lookup(vm, name);
        if let Some(found) = found
            && found.is_object()
            && found.ty(vm).has(crate::runtime::gc::heap::type_flag::METHOD_DESCRIPTOR)
        {
            match own_get(vm, object, name) {
                Some(own) => {
                    at.done(at.b());
                    at.set(at.a(), own);
                    at.set(at.a() + 1, Value::UNBOUND);
                }
                None => {
                    if look {
                        remember_method(vm, at, object, &found);
                        wait_if_still(at, Op::LoadMethod);
                    } else if object.is_object() {
                        known::remember_method(vm, object, name, &found);
                    }
                    let receiver = at.take(at.b());
                    at.set(at.a(), found);
                    at.set(at.a() + 1, receiver);
                }
            }
            return Ok(());
        }
    }
    if let Some((callable, class)) = class_method(vm, at, object, name) {
        at.done(at.b());
        at.set(at.a(), callable);
        at.set(at.a() + 1, class);
        return Ok(());
    }
    if object.as_type().is_some() {
        remember_type(vm, at, object, name, Op::LoadMethodType);
    } else if object.kind() == kind::MODULE {
        remember_module(vm, at, object, name, Op::LoadMethodModule);
    }
    let result = vm.getattr(object, name.value())?;
    at.done(at.b());
    at.set(at.a(), result);
    at.set(at.a() + 1, Value::UNBOUND);
    Ok(())
}

/// What a class method wraps, and the class that it is called with, if the name is that of one, by an instance that has no such
/// attribute of its own or by a class; the instruction gets its form.
fn class_method(vm: &Vm, at: At, object: &Value, name: &Ref<Str>) -> Option<(Value, Value)> {
    let ty = object.ty(vm);
    let by_class = object.as_type();
    let found = match by_class {
        Some(class) if has_plain_lookup(vm, ty, name) => class.lookup(vm, name)?,
        None if is_generic(ty) => ty.lookup(vm, name)?,
        _ => return None,
    };
    if !found.is_object() || found.ty(vm).address() != vm.typ(&CLASS_METHOD).address() {
        return None;
    }
    let callable = found.downcast::<Wrapper>()?.callable.cloned();
    if !callable.is_object() || by_class.is_none() && own_get(vm, object, name).is_some() {
        return None;
    }
    let version = by_class.unwrap_or(ty).version(vm);
    let (second, form) = match (by_class, attrs(object)) {
        (Some(_), _) => (ty.version(vm), Op::LoadClassMethodType),
        (None, Attrs::Shape(shape, _)) => (shape, Op::LoadClassMethod),
        (None, Attrs::None) if ty.fast.attrs_offset.get() == 0 => (0, Op::LoadClassMethod),
        (None, _) => (0, Op::LoadMethod),
    };
    if version != 0 && (by_class.is_none() || second != 0) && form as u8 != Op::LoadMethod as u8 {
        at.set_extra(1, version);
        at.set_extra(2, second);
        at.set_extra(3, found.to_bits() as u32);
        at.set_extra(4, (found.to_bits() >> 32) as u32);
        forms::rewrite(at, form);
    }
    Some((callable, by_class.map_or_else(|| ty.to_value(), |_| object.clone())))
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
    let form = match attrs(object) {
        Attrs::Shape(shape, _) => {
            at.set_extra(2, shape);
            Op::LoadMethodShape
        }
        Attrs::Dict(_) => Op::LoadMethodDict,
        Attrs::None if ty.fast.attrs_offset.get() == 0 => Op::LoadMethodPlain,
        Attrs::None => return,
    };
    at.set_extra(1, version);
    at.set_extra(3, found.to_bits() as u32);
    at.set_extra(4, (found.to_bits() >> 32) as u32);
    forms::rewrite(at, form);
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
