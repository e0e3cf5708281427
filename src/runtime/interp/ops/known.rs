//! Where attributes were found before, by type and name: for instructions that meet objects of several types, which their
//! inline caches, made for one, serve badly.
//!
//! # Invariants
//!
//! 1. An entry is good for objects whose type has its version and which have its shape; a type's version changes with
//!    every change that could make a lookup come out differently (`Type::version`).
//! 2. An entry owns its name, so that no other string gets the address; the function of a method is kept alive by the
//!    type, as long as its version stays.

use crate::runtime::object::attrs::{Attrs, attrs};
use crate::runtime::object::protocol;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Binary, Type};
use crate::runtime::object::vm::{Known, Vm};
use crate::runtime::value::{Obj, Ref, Value, bits};

/// Entries of each table; a power of two.
const ENTRIES: usize = 512;

fn slot(version: u32, name: &Obj<Str>) -> usize {
    (version as usize ^ (name.address() >> 4) as usize) % ENTRIES
}

/// The entry for an object and a name, if it is good.
#[inline(always)]
fn find<'a>(table: &'a [Known], object: &Value, ty: &Obj<Type>, name: &Obj<Str>) -> Option<&'a Known> {
    let version = ty.fast.version.get();
    let entry = table.get(slot(version, name))?;
    if version == 0 || entry.version != version || entry.name.to_bits() != name.address() {
        return None;
    }
    let area = ty.fast.attrs_offset.get() as usize;
    // SAFETY: entries are made for types whose instances have an attribute area.
    let shape = unsafe { *((object.to_bits() as usize + area + 4) as *const u32) };
    (shape == entry.shape).then_some(entry)
}

fn put(table: &mut Vec<Known>, name: &Ref<Str>, entry: Known) {
    if table.is_empty() {
        table.resize_with(ENTRIES, Known::default);
    }
    let old = std::mem::replace(&mut table[slot(entry.version, name)], entry);
    drop(old);
}

/// An instance's own attribute, from the table.
#[inline(always)]
pub fn load(vm: &Vm, object: &Value, name: &Obj<Str>) -> Option<Value> {
    if !object.is_object() {
        return None;
    }
    let entry = find(vm.interp().known_attrs.get(), object, object.ty(vm), name)?;
    // SAFETY: the shape has a bound value there; a clone is made of it.
    let value = unsafe { &*((object.to_bits() + entry.what) as *const Value) };
    (!value.is_unbound()).then(|| value.clone())
}

/// Where an attribute that an instance has already is written, from the table.
#[inline(always)]
pub fn place(vm: &Vm, object: &Value, name: &Obj<Str>) -> Option<*mut Value> {
    if !object.is_object() {
        return None;
    }
    let entry = find(vm.interp().known_attrs.get(), object, object.ty(vm), name)?;
    entry.can_store.then_some((object.to_bits() + entry.what) as *mut Value)
}

/// A method of an instance that has nothing of its own under that name, from the table: a word that is not counted, because the
/// type owns the function while its version stays.
#[inline(always)]
pub fn method(vm: &Vm, object: &Value, name: &Obj<Str>) -> Option<u64> {
    if !object.is_object() {
        return None;
    }
    find(vm.interp().known_methods.get(), object, object.ty(vm), name).map(|entry| entry.what)
}

fn same<F: PartialEq>(a: Option<F>, b: Option<F>) -> bool {
    a == b
}

/// Remembers where an instance keeps an attribute that was just found (or written).
pub fn remember(vm: &Vm, object: &Value, name: &Ref<Str>) {
    if !object.is_object() {
        return;
    }
    let Attrs::Shape(shape, values) = attrs(object) else { return };
    let Some(place) = vm.interp().shapes.find(shape, name) else { return };
    if values[place].get() == bits::UNBOUND {
        return;
    }
    let ty = object.ty(vm);
    let slots = ty.slots.get();
    let generic = protocol::generic as Binary as usize;
    if slots.getattr.map(|f| f as usize) != Some(generic) {
        return;
    }
    if let Some(found) = ty.lookup(vm, name)
        && found.is_object()
        && found.ty(vm).slots.get().set.is_some()
    {
        return;
    }
    let plain = vm.interp().object_type.slots.get().setattr;
    let can_store = same(slots.setattr.map(|f| f as usize), plain.map(|f| f as usize));
    let version = ty.version(vm);
    if version == 0 {
        return;
    }
    let what = u64::from(ty.fast.attrs_offset.get()) + 8 + 8 * place as u64;
    put(
        vm.interp().known_attrs.get_mut(),
        name,
        Known { version, shape, name: name.to_value(), what, can_store },
    );
}

/// Remembers a method that was just found for an instance with nothing of its own under the name.
pub fn remember_method(vm: &Vm, object: &Value, name: &Ref<Str>, function: &Value) {
    let Attrs::Shape(shape, _) = attrs(object) else { return };
    let version = object.ty(vm).version(vm);
    if version == 0 {
        return;
    }
    let what = function.to_bits();
    put(
        vm.interp().known_methods.get_mut(),
        name,
        Known { version, shape, name: name.to_value(), what, can_store: false },
    );
}
