//! Attributes of instances: inline values and dictionaries, and the generic lookup that `object` has.

use std::cell::Cell;

use crate::runtime::builtins::descr;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::{self, shape_of, type_flag, type_head};
use crate::runtime::object::dict::Dict;
use crate::runtime::object::shape;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Type, TypeRef};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Header, Obj, Ref, Value, bits};

/// Where the attributes of an instance are.
pub enum Attrs<'a> {
    /// Inline, laid out by the shape.
    Shape(u32, &'a [std::cell::Cell<u64>]),
    /// In a dictionary.
    Dict(Ref<Dict>),
    /// The instance has no attributes of its own.
    None,
}

/// Where the attributes of an instance are.
#[inline(always)]
pub fn attrs(object: &Value) -> Attrs<'_> {
    let Some(head) = object.header() else { return Attrs::None };
    if type_head(head).attrs_offset.get() == 0 {
        return Attrs::None;
    }
    // SAFETY: the type has an attribute area; inline values stand behind its word.
    unsafe {
        let word = heap::attrs_word(head);
        match shape_of(word.get()) {
            Some(shape) => Attrs::Shape(
                shape,
                std::slice::from_raw_parts(std::ptr::from_ref(word).add(1), heap::inline_values(head)),
            ),
            None => {
                let dict = std::mem::ManuallyDrop::new(Value::from_bits(word.get()));
                Attrs::Dict(Ref::from_value_unchecked((*dict).clone()))
            }
        }
    }
}

fn clone_word(word: u64) -> Value {
    // SAFETY: inline values hold words of values that the instance owns; a clone is made.
    let value = std::mem::ManuallyDrop::new(unsafe { Value::from_bits(word) });
    (*value).clone()
}

/// The instance's own attribute.
#[inline]
pub fn own_get(vm: &Vm, object: &Value, name: &Obj<Str>) -> Option<Value> {
    match attrs(object) {
        Attrs::Shape(shape, values) => {
            let at = if name.is_interned() {
                vm.interp().shapes.find(shape, name)?
            } else {
                vm.interp().shapes.names(shape).iter().position(|n| n.same(name))?
            };
            let word = values[at].get();
            if word == bits::UNBOUND { None } else { Some(clone_word(word)) }
        }
        Attrs::Dict(dict) => dict.get_str(name),
        Attrs::None => None,
    }
}

/// Moves an instance's inline values into a dictionary, which is its `__dict__` from now on.
pub fn own_dict(vm: &Vm, object: &Value) -> Option<Ref<Dict>> {
    match attrs(object) {
        Attrs::None => None,
        Attrs::Dict(dict) => Some(dict),
        Attrs::Shape(shape, values) => {
            let names = vm.interp().shapes.names(shape);
            let table = Dict::with_capacity(names.len());
            let bound = names.iter().zip(values).filter(|(_, cell)| cell.get() != bits::UNBOUND);
            // SAFETY: the words are moved out of the instance.
            let moved = |cell: &Cell<u64>| unsafe { Value::from_bits(cell.replace(bits::UNBOUND)) };
            table.fill_new(bound.map(|(name, cell)| (name, moved(cell))));
            let dict = vm.dict(table);
            set_word(object.header()?, dict.clone().into_value().into_bits());
            Some(dict)
        }
    }
}

/// The instance's attributes: its `__dict__` if there is one, else a dictionary made of its inline values.
pub fn own_copy(vm: &Vm, object: &Value) -> Option<Ref<Dict>> {
    match attrs(object) {
        Attrs::None => None,
        Attrs::Dict(dict) => Some(dict),
        Attrs::Shape(shape, values) => {
            let names = vm.interp().shapes.names(shape);
            let table = Dict::with_capacity(names.len());
            let bound = names.iter().zip(values).filter(|(_, cell)| cell.get() != bits::UNBOUND);
            table.fill_new(bound.map(|(name, cell)| (name, clone_word(cell.get()))));
            Some(vm.dict(table))
        }
    }
}

fn set_word(head: &Header, word: u64) {
    // SAFETY: callers have seen that the type has an attribute area.
    unsafe { heap::attrs_word(head) }.set(word);
}

/// Replaces an instance's `__dict__`.
pub fn own_set_dict(vm: &Vm, object: &Value, dict: Ref<Dict>) -> bool {
    let Some(old) = own_dict(vm, object) else { return false };
    if let Some(head) = object.header() {
        set_word(head, dict.into_value().into_bits());
        // The word owned a count of the old dictionary.
        // SAFETY: that count is given up here, `old` has one of its own.
        drop(unsafe { Value::from_bits(old.value().to_bits()) });
    }
    true
}

/// Takes an instance's attributes out, leaving it with none (for the collector).
pub fn own_clear(object: &Value) {
    let Some(head) = object.header() else { return };
    // SAFETY: a live object; each word is replaced before what it held is dropped.
    unsafe {
        let at = std::ptr::NonNull::from(head);
        let ty = type_head(head);
        let mut old = Vec::new();
        if ty.attrs_offset.get() != 0 {
            let word = heap::attrs_word(head);
            if shape_of(word.get()).is_none() {
                old.push(Value::from_bits(word.replace(shape::EMPTY_WORD)));
            } else {
                word.set(shape::EMPTY_WORD);
            }
        }
        heap::instance_words(at, &mut |cell| {
            old.push(std::mem::replace(&mut *cell.get(), Value::UNBOUND));
        });
        drop(old);
    }
}

/// Sets or deletes the instance's own attribute; says whether it could (`Ok(false)`: no such attribute to delete, or
/// no room for attributes at all).
#[inline]
pub fn own_set(vm: &Vm, object: &Value, name: &Obj<Str>, value: Option<&Value>) -> bool {
    match attrs(object) {
        Attrs::None => false,
        // A key that is no exact string is compared by Python code: none is put in here.
        Attrs::Dict(dict) => match value {
            Some(value) => {
                let exact = exact_name(vm, name);
                drop(dict.insert_str(exact.as_deref().unwrap_or(name), value.clone()));
                true
            }
            None => dict.remove_str(name).is_some(),
        },
        Attrs::Shape(shape, values) => {
            let (Some(value), true) = (value, name.is_interned()) else {
                return own_set_slow(vm, object, name, value);
            };
            let shapes = &vm.interp().shapes;
            if let Some(at) = shapes.find(shape, name) {
                let old = values[at].replace(value.clone().into_bits());
                // SAFETY: the old word was moved out.
                drop(unsafe { Value::from_bits(old) });
                return true;
            }
            let place = shapes.names(shape).len();
            if place < values.len()
                && let Some(child) = shapes.child(shape, name)
                && let Some(head) = object.header()
            {
                let old = values[place].replace(value.clone().into_bits());
                set_word(head, shape::word(child));
                note_count(head, place + 1);
                // SAFETY: the old word was moved out.
                drop(unsafe { Value::from_bits(old) });
                return true;
            }
            if let Some(head) = object.header() {
                note_count(head, place + 1);
            }
            own_set_slow(vm, object, name, Some(value))
        }
    }
}

/// Gives an instance that has no attributes yet those of a shape, in its order.
pub fn own_fill(vm: &Vm, object: &Value, shape: u32, attributes: impl ExactSizeIterator<Item = Value>) {
    let count = attributes.len();
    let Some(head) = object.header() else { return };
    if let Attrs::Shape(_, values) = attrs(object) {
        note_count(head, count);
        if count <= values.len() {
            for (cell, value) in values.iter().zip(attributes) {
                cell.set(value.into_bits());
            }
            set_word(head, shape::word(shape));
            return;
        }
    }
    for (name, value) in vm.interp().shapes.names(shape).iter().zip(attributes) {
        own_set(vm, object, name, Some(&value));
    }
}

/// New instances of the type get room for that many attributes.
fn note_count(head: &Header, count: usize) {
    let ty = type_head(head);
    if count > ty.inline_values.get() as usize && count <= 30 {
        ty.inline_values.set(count as u8);
    }
}

/// The text of a name that is an instance of a subclass of `str`.
fn exact_name(vm: &Vm, name: &Obj<Str>) -> Option<Ref<Str>> {
    if name.is_interned() || crate::runtime::object::dict::exact_str(&name.to_value()).is_some() {
        return None;
    }
    vm.str_bytes(name.bytes()).downcast_ref()
}

#[cold]
fn own_set_slow(vm: &Vm, object: &Value, name: &Obj<Str>, value: Option<&Value>) -> bool {
    let Some(dict) = own_dict(vm, object) else { return false };
    match value {
        Some(value) => {
            let exact = exact_name(vm, name);
            let name = exact.as_deref().unwrap_or(name);
            let name = vm.intern_value(&name.to_value()).unwrap_or_else(|| name.to_ref());
            drop(dict.insert_str(&name, value.clone()));
            true
        }
        None => dict.remove_str(name).is_some(),
    }
}

impl Value {
    /// The type object.
    #[inline(always)]
    pub fn ty<'a>(&'a self, vm: &'a Vm) -> &'a Obj<Type> {
        match self.header() {
            // SAFETY: every header points to a type object, whose payload begins with the head.
            Some(head) => unsafe { head.ty.get().cast::<Obj<Type>>().as_ref() },
            None => vm.immediate_type(self),
        }
    }
    /// The type object, owned.
    pub fn type_ref(&self, vm: &Vm) -> TypeRef {
        self.ty(vm).to_ref()
    }
    /// Number of the builtin type that this is exactly an instance of, for objects.
    #[inline(always)]
    pub fn kind(&self) -> u16 {
        self.header().map_or(0, |head| type_head(head).kind.get())
    }
    /// The type's qualified name with the module, unless that is the main module or `builtins`.
    pub fn full_type_name(&self, vm: &Vm) -> String {
        let ty = self.ty(vm);
        if let Some(spec) = ty.spec {
            return spec.name.to_owned();
        }
        let name = ty.qualname.get().to_string_lossy().into_owned();
        let module = ty.dict.get_str(&vm.names().__module__);
        match module.as_ref().and_then(Value::as_str).map(|module| module.to_string_lossy()) {
            Some(module) if module != "builtins" && module != "__main__" => format!("{module}.{name}"),
            _ => name,
        }
    }
    /// Name of the type, for messages: with the module if the type is native and in one.
    pub fn type_name(&self, vm: &Vm) -> String {
        self.ty(vm).tp_name()
    }
}

impl Vm {
    /// `object.__getattribute__`
    pub fn generic_getattr(&self, object: &Value, name: &Value) -> PyResult<Value> {
        match self.generic_getattr_opt(object, name)? {
            Some(found) => Ok(found),
            None => Err(self.no_attribute(object, name)),
        }
    }

    /// As [`Vm::generic_getattr`]; `None` if there is no such attribute. A descriptor may still raise AttributeError.
    #[inline]
    pub fn generic_getattr_opt(&self, object: &Value, name: &Value) -> PyResult<Option<Value>> {
        let Some(name) = name.as_str() else { return Err(self.attribute_name_error(name)) };
        let ty = object.ty(self);
        let found = ty.lookup(self, name);
        let mut getter = None;
        if let Some(found) = &found
            && found.is_object()
        {
            if let Some(get) = descr::computed(ty, found) {
                return get(self, object).map(Some);
            }
            let slots = found.ty(self).slots.get();
            getter = slots.get;
            if let (Some(get), true) = (getter, slots.set.is_some()) {
                let owner = ty.to_value();
                return get(self, found, Some(object), Some(&owner)).map(Some);
            }
        }
        match own_get(self, object, name) {
            Some(own) => return Ok(Some(own)),
            // A key that is no string may be equal to the name, which Python code decides.
            None => {
                if let Attrs::Dict(dict) = attrs(object)
                    && dict.is_odd_for(name)
                    && let Some(own) = dict.get(self, &name.to_value())?
                {
                    return Ok(Some(own));
                }
            }
        }
        match (found, getter) {
            (Some(found), Some(get)) => {
                let owner = ty.to_value();
                get(self, &found, Some(object), Some(&owner)).map(Some)
            }
            (found, _) => Ok(found),
        }
    }

    /// `object.__setattr__` and `object.__delattr__`
    pub fn generic_setattr(&self, object: &Value, name: &Value, value: Option<&Value>) -> PyResult<()> {
        let Some(text) = name.as_str() else { return Err(self.attribute_name_error(name)) };
        let ty = object.ty(self);
        let found = ty.lookup(self, text);
        if let Some(found) = &found
            && found.is_object()
            && let Some(set) = found.ty(self).slots.get().set
        {
            return set(self, found, object, value);
        }
        if own_set(self, object, text, value) {
            return Ok(());
        }
        Err(self.setattr_error(object, name, found.is_some()))
    }

    #[cold]
    fn setattr_error(&self, object: &Value, name: &Value, in_type: bool) -> Raised {
        let ty = object.ty(self);
        let has_room = matches!(attrs(object), Attrs::Shape(..) | Attrs::Dict(_));
        let text = name.as_str().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        if has_room {
            return self.no_attribute(object, name);
        }
        if in_type {
            return self.attribute_error_on(
                object,
                name,
                format!("'{}' object attribute '{text}' is read-only", ty.tp_name()),
            );
        }
        let has_dict = ty.has(type_flag::DICT_ATTR);
        let tail = if has_dict { "" } else { " and no __dict__ for setting new attributes" };
        self.attribute_error_on(
            object,
            name,
            format!("'{}' object has no attribute '{text}'{tail}", ty.tp_name()),
        )
    }

    #[cold]
    fn attribute_name_error(&self, name: &Value) -> Raised {
        self.type_error(format!("attribute name must be string, not '{}'", name.type_name(self)))
    }

    /// The AttributeError for a missing attribute.
    #[cold]
    pub fn no_attribute(&self, object: &Value, name: &Value) -> Raised {
        let text = name.as_str().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let message = match object.as_type() {
            Some(ty) => format!("type object '{}' has no attribute '{text}'", ty.tp_name()),
            None => format!("'{}' object has no attribute '{text}'", object.type_name(self)),
        };
        self.attribute_error_on(object, name, message)
    }
}

/// Bytes that an object takes; immediates count as the header they would have.
pub fn object_size(object: &Value) -> usize {
    match object.header() {
        // SAFETY: a live object: its payload is there.
        Some(head) => unsafe { heap::object_size(std::ptr::NonNull::from(head)) },
        None => size_of::<Header>(),
    }
}
