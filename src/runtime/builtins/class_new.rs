//! Classes made at run time: `type.__new__`, the C3 linearisation, the layout of slots and attributes, `__bases__`.

use std::ptr::NonNull;

use crate::runtime::builtins::descr::{
    GETSET_DESCRIPTOR, GetSetDescriptor, MEMBER_DESCRIPTOR, MemberDescriptor,
};
use crate::runtime::builtins::dicts::{DICT, update_from};
use crate::runtime::builtins::modules::{MODULE, Module};
use crate::runtime::builtins::types::{INHERITED, TYPE, check_set, raw_type, this, type_full_name};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::attrs::{self, own_dict};
use crate::runtime::object::dict::Dict;
use crate::runtime::object::slots;
use crate::runtime::object::str::Str;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{GetSet, Type, TypeRef, getset, getter};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Ref, Value};

// ------------------------------------------------------------------------------------------------ MRO

/// C3 linearisation.
pub(super) fn compute_mro(vm: &Vm, ty: &Obj<Type>) -> PyResult<Vec<Value>> {
    let bases = ty.bases.cloned();
    for base in bases.items().iter().filter_map(Value::as_type) {
        if base.mro().is_empty() {
            return Err(vm.type_error(format!("Cannot extend an incomplete type '{}'", base.name())));
        }
    }
    if let [only] = bases.items()
        && let Some(base) = only.as_type()
    {
        let mut mro = vec![ty.to_value()];
        mro.extend_from_slice(base.mro());
        return Ok(mro);
    }
    for (at, base) in bases.items().iter().enumerate() {
        if bases.items()[..at].iter().any(|b| b.is(base)) {
            let name = base.as_type().map(|t| t.name()).unwrap_or_default();
            return Err(vm.type_error(format!("duplicate base class {name}")));
        }
    }
    let mut sequences: Vec<Vec<Value>> =
        bases.items().iter().filter_map(Value::as_type).map(|base| base.mro().to_vec()).collect();
    sequences.push(bases.items().to_vec());
    let mut heads = vec![0usize; sequences.len()];
    let mut mro = vec![ty.to_value()];
    loop {
        let mut candidate = None;
        let mut done = true;
        for (sequence, &head) in sequences.iter().zip(&heads) {
            let Some(first) = sequence.get(head) else { continue };
            done = false;
            let blocked =
                sequences.iter().zip(&heads).any(|(other, &h)| other.iter().skip(h + 1).any(|v| v.is(first)));
            if !blocked {
                candidate = Some(first.clone());
                break;
            }
        }
        if done {
            return Ok(mro);
        }
        let Some(next) = candidate else {
            let mut names: Vec<String> = Vec::new();
            for (sequence, &head) in sequences.iter().zip(&heads) {
                if let Some(ty) = sequence.get(head).and_then(Value::as_type) {
                    let name = ty.name();
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
            return Err(vm.type_error(format!(
                "Cannot create a consistent method resolution order (MRO) for bases {}",
                names.join(", ")
            )));
        };
        for (sequence, head) in sequences.iter().zip(&mut heads) {
            if sequence.get(*head).is_some_and(|v| v.is(&next)) {
                *head += 1;
            }
        }
        mro.push(next);
    }
}

/// Sets the MRO anew; `None` if a custom `mro()` has set another one meanwhile, which stays.
fn set_mro(vm: &Vm, ty: &TypeRef) -> PyResult<Option<Ref<Tuple>>> {
    let before = ty.mro.cloned();
    let meta = ty.value().ty(vm);
    let is_plain = meta.address() == vm.interp().type_type.address();
    let mro = if is_plain { compute_mro(vm, ty)? } else { custom_mro(vm, ty)? };
    if !ty.mro.get().is(&before) {
        return Ok(None);
    }
    let mro = vm.tuple_ref(mro);
    ty.mro.set(mro.clone());
    ty.modified(vm);
    Ok(Some(mro))
}

/// The MRO as the metaclass's `mro` gives it.
fn custom_mro(vm: &Vm, ty: &TypeRef) -> PyResult<Vec<Value>> {
    let meta = ty.value().type_ref(vm);
    let ours = vm.interp().type_type.dict.get_str(&vm.names().mro);
    let found = meta.lookup(vm, &vm.names().mro);
    let Some(found) = found else {
        return Err(vm.attribute_error_on(ty.value(), vm.names().mro.value(), "mro"));
    };
    if ours.is_some_and(|ours| ours.is(&found)) {
        return compute_mro(vm, ty);
    }
    let result = vm.call_found(ty.value(), &found, &[])?;
    let mro = vm.collect(&result)?;
    if mro.is_empty() {
        return Err(vm.type_error("type MRO must not be empty"));
    }
    let solid = solid_base(ty);
    for base in &mro {
        let Some(base) = base.as_type() else {
            return Err(vm.type_error(format!("mro() returned a non-class ('{}')", base.type_name(vm))));
        };
        if !solid.is_subtype(&solid_base(base)) {
            return Err(
                vm.type_error(format!("mro() returned base with unsuitable layout ('{}')", base.name()))
            );
        }
    }
    Ok(mro)
}

// ------------------------------------------------------------------------------------------------ class creation

/// The type among the bases that decides the layout.
fn solid_base(ty: &Obj<Type>) -> TypeRef {
    let mut at = ty.to_ref();
    loop {
        let Some(base) = at.base.cloned() else { return at };
        let (a, b) = (&at.fast, &base.fast);
        let adds_slots = a.slots_count.get() != b.slots_count.get();
        if !std::ptr::eq(a.layout.get(), b.layout.get()) || adds_slots {
            return at;
        }
        at = base;
    }
}

fn best_base(vm: &Vm, bases: &[Value]) -> PyResult<TypeRef> {
    let mut winner: Option<(TypeRef, TypeRef)> = None;
    for base in bases {
        let Some(base) = base.as_type() else { return Err(vm.type_error("bases must be types")) };
        if !base.has(type_flag::BASE) {
            return Err(
                vm.type_error(format!("type '{}' is not an acceptable base type", type_full_name(vm, base)?))
            );
        }
        let solid = solid_base(base);
        match &winner {
            None => winner = Some((base.to_ref(), solid)),
            Some((_, current)) if current.is_subtype(&solid) => {}
            Some((_, current)) if solid.is_subtype(current) => winner = Some((base.to_ref(), solid)),
            Some(_) => return Err(vm.type_error("multiple bases have instance lay-out conflict")),
        }
    }
    match winner {
        Some((base, _)) => Ok(base),
        None => Ok(vm.interp().object_type.clone()),
    }
}

impl Vm {
    /// The metaclass that fits all bases, starting from one.
    pub fn winning_metaclass(&self, meta: &TypeRef, bases: &[Value]) -> PyResult<TypeRef> {
        let mut winner = meta.clone();
        for base in bases {
            let candidate = base.type_ref(self);
            if winner.is_subtype(&candidate) {
                continue;
            }
            if candidate.is_subtype(&winner) {
                winner = candidate;
                continue;
            }
            return Err(self.type_error(
                "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
            ));
        }
        Ok(winner)
    }
}

pub(super) fn type_new(vm: &Vm, meta: &TypeRef, args: Args) -> PyResult<Value> {
    let pos = args.pos();
    if pos.len() != 3 {
        return Err(vm.type_error(format!("type.__new__() takes exactly 3 arguments ({} given)", pos.len())));
    }
    let Some(name) = pos[0].as_str() else {
        return Err(
            vm.type_error(format!("type.__new__() argument 1 must be str, not {}", pos[0].type_name(vm)))
        );
    };
    let Some(bases) = pos[1].as_tuple() else {
        return Err(
            vm.type_error(format!("type.__new__() argument 2 must be tuple, not {}", pos[1].type_name(vm)))
        );
    };
    let Some(namespace) = pos[2].as_dict() else {
        return Err(
            vm.type_error(format!("type.__new__() argument 3 must be dict, not {}", pos[2].type_name(vm)))
        );
    };
    let mut bases: Vec<Value> = bases.items().to_vec();
    for base in &bases {
        if base.as_type().is_none() && vm.getattr_opt(base, vm.names().__mro_entries__.value())?.is_some() {
            return Err(vm.type_error("type() doesn't support MRO entry resolution; use types.new_class()"));
        }
    }
    let given = meta;
    let meta = if bases.is_empty() { meta.clone() } else { vm.winning_metaclass(meta, &bases)? };
    // Another metaclass wins: its `__new__` has the say, once.
    if !meta.is(given)
        && let Some(new) = meta.slots.get().new
        && new as usize != type_new as *const () as usize
    {
        return new(vm, &meta, args);
    }
    if bases.is_empty() {
        bases.push(vm.interp().object_type.clone().into_value());
    }
    let base = best_base(vm, &bases)?;
    if name.bytes().contains(&0) {
        return Err(vm.value_error("type name must not contain null characters"));
    }
    if name.as_str().is_none() {
        return Err(vm.encode_error_surrogate(&pos[0]));
    }
    make_class(vm, &meta, name, bases, base, namespace, args)
}

fn make_class(
    vm: &Vm,
    meta: &TypeRef,
    name: &Obj<Str>,
    bases: Vec<Value>,
    base: TypeRef,
    namespace: &Obj<Dict>,
    args: Args,
) -> PyResult<Value> {
    let n = vm.names();
    // A subclass of dict may give its items in an order of its own.
    let iter = |ty: &Obj<Type>| ty.slots.get().iter.map(|f| f as usize);
    let dict = if iter(namespace.to_value().ty(vm)) == iter(vm.typ(&DICT)) {
        vm.dict(namespace.copy())
    } else {
        let dict = vm.new_dict();
        update_from(vm, &dict, &namespace.to_value())?;
        dict
    };
    if let Some(doc) = dict.get_str(&n.__doc__)
        && doc.as_str().is_some_and(|doc| doc.as_str().is_none())
    {
        return Err(vm.encode_error_surrogate(&doc));
    }
    let qualname = match dict.get_str(&n.__qualname__) {
        Some(q) => match q.as_str() {
            Some(text) => {
                let text = text.to_ref();
                dict.remove_str(&n.__qualname__);
                text
            }
            None => {
                return Err(
                    vm.type_error(format!("type __qualname__ must be a str, not {}", q.type_name(vm)))
                );
            }
        },
        None => name.to_ref(),
    };
    // A slot of that name takes the place of the cell below.
    let (classcell, classdictcell) = (dict.get_str(&n.__classcell__), dict.get_str(&n.__classdictcell__));
    let layout = base.fast.layout.get();
    if dict.keys().iter().any(|key| key.as_str().is_none()) {
        let message = format!("non-string key in the __dict__ of class {}", name.to_string_lossy());
        vm.warn(&crate::runtime::builtins::exceptions::RUNTIME_WARNING, &message, 1)?;
    }
    let own_name = vm.intern_value(&name.to_value()).unwrap_or_else(|| name.to_ref());
    let raw = raw_type(
        (own_name, qualname),
        layout,
        (Some(base.clone()), vm.tuple_ref(bases.clone()), vm.tuple_ref(vec![])),
        crate::runtime::object::typedef::Namespace::of(dict.clone()),
        None,
    );
    let ty = vm.alloc(meta, raw);
    // The base's spec is not ours: `spec` tells builtin types.
    let flags = (base.fast.flags.get() & INHERITED) | type_flag::HEAP | type_flag::BASE | type_flag::READY;
    ty.fast.flags.set(flags);
    for other in &bases {
        if let Some(other) = other.as_type() {
            ty.set_flags(other.fast.flags.get() & (type_flag::SEQUENCE | type_flag::MAPPING));
        }
    }
    layout_slots(vm, &ty, &base, &bases, &dict)?;
    set_mro(vm, &ty)?;
    // A custom `mro()` may have assigned `__bases__` and so entered the class already.
    let pointer = NonNull::from(&*ty);
    for other in ty.bases.cloned().items().iter().filter_map(Value::as_type) {
        let subclasses = other.subclasses.get_mut();
        if !subclasses.contains(&pointer) {
            subclasses.push(pointer);
        }
    }
    fill_namespace(vm, &ty, &dict)?;
    slots::fill(vm, &ty);
    let is_slot = |value: &Value| value.downcast::<MemberDescriptor>().is_some();
    if let Some(cell) = classcell {
        if !vm.set_cell(&cell, ty.value().clone()) {
            return Err(vm.type_error(format!(
                "type.__new__(): __classcell__ must be a nonlocal cell, not <class '{}'>",
                cell.type_name(vm)
            )));
        }
        if dict.get_str(&n.__classcell__).is_some_and(|now| !is_slot(&now)) {
            dict.remove_str(&n.__classcell__);
        }
        ty.modified(vm);
    }
    if let Some(cell) = classdictcell {
        if !vm.set_cell(&cell, dict.clone().into_value()) {
            return Err(vm.type_error(format!(
                "type.__new__(): __classdictcell__ must be a nonlocal cell, not <class '{}'>",
                cell.type_name(vm)
            )));
        }
        if dict.get_str(&n.__classdictcell__).is_some_and(|now| !is_slot(&now)) {
            dict.remove_str(&n.__classdictcell__);
        }
        ty.modified(vm);
    }
    set_names(vm, &ty, &dict)?;
    init_subclass(vm, &ty, args)?;
    Ok(ty.into_value())
}

fn fill_namespace(vm: &Vm, ty: &TypeRef, dict: &Ref<Dict>) -> PyResult<()> {
    let n = vm.names();
    if dict.get_str(&n.__module__).is_none()
        && let Some(module) = vm.current_global("__name__")
    {
        dict.insert_str(&n.__module__, module);
    }
    if let Some(new) = dict.get_str(&n.__new__)
        && vm.is_python_function(&new)
    {
        drop(dict.insert_str(&n.__new__, vm.static_method(new)));
    }
    for name in [&n.__init_subclass__, &n.__class_getitem__] {
        if let Some(f) = dict.get_str(name)
            && vm.is_python_function(&f)
        {
            drop(dict.insert_str(name, vm.class_method(f)));
        }
    }
    if dict.get_str(&n.__doc__).is_none() {
        dict.insert_str(&n.__doc__, Value::NONE);
    }
    if dict.get_str(&n.__eq__).is_some() && dict.get_str(&n.__hash__).is_none() {
        dict.insert_str(&n.__hash__, Value::NONE);
    }
    let _ = ty;
    Ok(())
}

/// `__slots__`, `__dict__` and `__weakref__`, and where they stand in an instance.
fn layout_slots(vm: &Vm, ty: &TypeRef, base: &TypeRef, bases: &[Value], dict: &Ref<Dict>) -> PyResult<()> {
    let n = vm.names();
    let slots = dict.get_str(&n.__slots__);
    let mut names: Vec<Ref<Str>> = Vec::new();
    let base_has_dict = base.fast.attrs_offset.get() != 0;
    let base_has_weak = base.has(type_flag::WEAKREF);
    // The attributes of a class or module are in its namespace: metaclasses and classes of modules add no place.
    let is_meta = base.has(type_flag::TYPE);
    let layout = base.fast.layout.get();
    let has_namespace = is_meta || std::ptr::eq(layout, Module::layout()) || layout.extends(Module::layout());
    let any_dict =
        has_namespace || bases.iter().filter_map(Value::as_type).any(|b| b.has(type_flag::DICT_ATTR));
    let any_weak = bases.iter().filter_map(Value::as_type).any(|b| b.has(type_flag::WEAKREF));
    let (mut wants_dict, mut wants_weak) = (true, true);
    // Strings have their text behind them too, but their place is found for subclasses with slots.
    let var_sized = is_meta
        || (base.fast.layout.get().size_of.is_some() && !base.has(type_flag::STR))
        || base.has(type_flag::INT);
    if let Some(slots) = slots {
        (wants_dict, wants_weak) = (any_dict, any_weak);
        let list = if slots.as_str().is_some() { vec![slots.clone()] } else { vm.collect(&slots)? };
        if var_sized && !list.is_empty() {
            return Err(
                vm.type_error(format!("nonempty __slots__ not supported for subtype of '{}'", base.name()))
            );
        }
        for item in &list {
            let Some(text) = item.as_str() else {
                return Err(
                    vm.type_error(format!("__slots__ items must be strings, not '{}'", item.type_name(vm)))
                );
            };
            if !vm.is_identifier(text) {
                return Err(vm.type_error("__slots__ must be identifiers"));
            }
            match text.bytes() {
                b"__dict__" => {
                    if base_has_dict || (wants_dict && !any_dict) {
                        return Err(vm.type_error("__dict__ slot disallowed: we already got one"));
                    }
                    wants_dict = true;
                }
                b"__weakref__" => {
                    if base_has_weak || (wants_weak && !any_weak) {
                        return Err(vm.type_error("__weakref__ slot disallowed: we already got one"));
                    }
                    wants_weak = true;
                }
                _ => {
                    let mangled = mangle(vm, &ty.name.get().to_string_lossy(), text);
                    if names.iter().any(|n| n.is(&mangled)) {
                        continue;
                    }
                    let special = [&n.__qualname__, &n.__classcell__, &n.__classdictcell__];
                    if dict.get_str(&mangled).is_some() && !special.iter().any(|s| s.is(&mangled)) {
                        return Err(vm.value_error(format!(
                            "'{}' in __slots__ conflicts with class variable",
                            mangled.to_string_lossy()
                        )));
                    }
                    names.push(mangled);
                }
            }
        }
        names.sort_by(|a, b| a.bytes().cmp(b.bytes()));
    }
    // Slots of the base stay where they are; ours follow, then the attribute area.
    let head = &ty.fast;
    let base_slots_start = base.fast.layout.get().size.next_multiple_of(8);
    let base_count = base.fast.slots_count.get() as usize;
    let mut slots_start = base_slots_start;
    let mut attrs_offset = 0;
    if base_has_dict {
        // The attribute area of the base comes first; our slots cannot follow inline values, so the area moves:
        // slots are laid out from the layout's end on, the area behind them.
        slots_start = base.fast.slots_offset.get() as usize;
    }
    let count = base_count + names.len();
    let mut end = slots_start + 8 * count;
    if (wants_dict && !has_namespace) || base_has_dict {
        attrs_offset = end;
        end += 8;
        ty.set_flags(type_flag::DICT_ATTR);
    }
    if wants_weak || base_has_weak {
        ty.set_flags(type_flag::WEAKREF);
    }
    if end > u16::MAX as usize {
        return Err(vm.type_error("too many __slots__"));
    }
    head.slots_offset.set(slots_start as u16);
    head.slots_count.set(count as u16);
    head.attrs_offset.set(attrs_offset as u16);
    head.instance_size.set(end as u32);
    if attrs_offset != 0 {
        head.inline_values.set(inline_hint(vm, bases, dict));
    }
    for (at, name) in names.iter().enumerate() {
        let offset = slots_start + 8 * (base_count + at);
        let descriptor = vm.alloc_spec(
            &MEMBER_DESCRIPTOR,
            MemberDescriptor { name: name.clone(), owner: ty.clone(), offset, native: None },
        );
        dict.insert_str(name, descriptor);
    }
    ty.slot_names.set(names);
    if wants_dict && !any_dict {
        let descriptor =
            vm.alloc_spec(&GETSET_DESCRIPTOR, GetSetDescriptor { def: &DICT_GETSET, owner: ty.clone() });
        dict.set_default(vm, n.__dict__.value(), &descriptor)?;
    }
    if wants_weak && !any_weak {
        let descriptor =
            vm.alloc_spec(&GETSET_DESCRIPTOR, GetSetDescriptor { def: &WEAKREF_GETSET, owner: ty.clone() });
        dict.set_default(vm, n.__weakref__.value(), &descriptor)?;
    }
    Ok(())
}

/// `__dict__` of instances of classes.
pub static DICT_GETSET: GetSet = getset(
    "__dict__",
    get_dict,
    |vm, object, value| {
        if value.is_some() {
            return set_dict(vm, object, value);
        }
        // As the native base has it, if that has attributes: those are not deleted.
        let native = object.ty(vm).mro().iter().filter_map(Value::as_type).find(|ty| ty.spec.is_some());
        if native.is_some_and(|native| native.has(type_flag::DICT_ATTR)) {
            return Err(vm.type_error("cannot delete __dict__"));
        }
        if attrs::own_set_dict(vm, object, vm.new_dict()) {
            return Ok(());
        }
        Err(no_dict(vm, object))
    },
    "dictionary for instance variables",
);

/// `__dict__` of instances of native types, for their tables.
pub const DICT_GETSET_COPY: GetSet = getset(
    "__dict__",
    get_dict,
    |vm, object, value| match value {
        Some(_) => set_dict(vm, object, value),
        None => Err(vm.type_error("cannot delete __dict__")),
    },
    "dictionary for instance variables",
);

fn get_dict(vm: &Vm, object: &Value) -> PyResult<Value> {
    match own_dict(vm, object) {
        Some(dict) => Ok(dict.into_value()),
        // Classes and modules have theirs elsewhere.
        None if object.as_type().is_some() || object.downcast::<Module>().is_some() => {
            let native = if object.as_type().is_some() { &TYPE } else { &MODULE };
            match vm.typ(native).dict.get_str(&vm.names().__dict__) {
                Some(found) => vm.bind(&found, object),
                None => Err(vm.no_attribute(object, vm.names().__dict__.value())),
            }
        }
        None => Err(vm.no_attribute(object, vm.names().__dict__.value())),
    }
}

fn set_dict(vm: &Vm, object: &Value, value: Option<&Value>) -> PyResult<()> {
    let Some(value) = value else { return Ok(()) };
    let Some(dict) = value.downcast_ref::<Dict>() else {
        return Err(
            vm.type_error(format!("__dict__ must be set to a dictionary, not a '{}'", value.type_name(vm)))
        );
    };
    if attrs::own_set_dict(vm, object, dict) {
        return Ok(());
    }
    Err(no_dict(vm, object))
}

fn no_dict(vm: &Vm, object: &Value) -> Raised {
    vm.type_error(format!("this __dict__ descriptor does not support '{}' objects", object.type_name(vm)))
}

static WEAKREF_GETSET: GetSet =
    getter("__weakref__", |vm, object| vm.first_weakref(object), "list of weak references to the object");

fn inline_hint(vm: &Vm, bases: &[Value], dict: &Ref<Dict>) -> u8 {
    let inherited =
        bases.iter().filter_map(Value::as_type).map(|b| b.fast.inline_values.get()).max().unwrap_or(0);
    let own = dict
        .get_str(&vm.names().__static_attributes__)
        .and_then(|names| names.as_tuple().map(Obj::<Tuple>::len))
        .unwrap_or(0);
    // Others set a few more attributes than the class's own methods do, and an instance never gets more room later.
    let spare = if inherited == 0 { 2 } else { 0 };
    (inherited as usize + own + spare).min(30) as u8
}

fn mangle(vm: &Vm, class: &str, name: &Obj<Str>) -> Ref<Str> {
    let text = name.to_string_lossy();
    let class = class.trim_start_matches('_');
    if !text.starts_with("__") || text.ends_with("__") || class.is_empty() {
        return vm.intern(&text);
    }
    vm.intern(&format!("_{class}{text}"))
}

fn set_names(vm: &Vm, ty: &TypeRef, dict: &Ref<Dict>) -> PyResult<()> {
    for (name, value) in dict.entries() {
        if !value.is_object() {
            continue;
        }
        let Some(found) = value.ty(vm).lookup(vm, &vm.names().__set_name__) else { continue };
        let result = vm.call_found(&value, &found, &[ty.value().clone(), name.clone()]);
        if let Err(raised) = result {
            let exception = vm.take_raised(raised);
            let note = format!(
                "Error calling __set_name__ on '{}' instance {} in '{}'",
                value.type_name(vm),
                vm.repr_text(&name)?,
                ty.name()
            );
            let note = vm.str(note);
            vm.call_method_str(&exception, "add_note", &[note])?;
            return Err(vm.set_raised(exception));
        }
    }
    Ok(())
}

fn init_subclass(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<()> {
    // As `super(cls, cls)`: a custom `mro()` may have left the class out.
    if !ty.mro().iter().any(|base| base.is(ty.value())) {
        return Err(vm.type_error(format!(
            "super(type, obj): obj (type {}) is not an instance or subtype of type ({}).",
            ty.name(),
            ty.name()
        )));
    }
    let hook = vm.super_lookup(ty, ty.value(), &vm.names().__init_subclass__)?;
    let Some(hook) = hook else { return Ok(()) };
    let values = &args.values[args.pos().len()..];
    vm.call(&hook, Args { values, names: args.names }).map(drop)
}

pub(super) fn set_bases(vm: &Vm, object: &Value, value: Option<&Value>) -> PyResult<()> {
    let ty = this(vm, object)?.to_ref();
    check_set(vm, &ty, "__bases__", value)?;
    let Some(value) = value else { return Ok(()) };
    let Some(new) = value.downcast_ref::<Tuple>() else {
        return Err(vm.type_error(format!(
            "can only assign tuple to {}.__bases__, not {}",
            ty.name(),
            value.type_name(vm)
        )));
    };
    if new.is_empty() {
        return Err(
            vm.type_error(format!("can only assign non-empty tuple to {}.__bases__, not ()", ty.name()))
        );
    }
    for base in new.items() {
        let Some(base) = base.as_type() else {
            return Err(vm.type_error(format!(
                "{}.__bases__ must be tuple of classes, not '{}'",
                ty.name(),
                base.type_name(vm)
            )));
        };
        // A custom `mro()` may come here again, before the MROs of those that it is called for are set.
        if base.is_subtype(&ty) || (!base.mro().is_empty() && base.extends(&ty)) {
            return Err(vm.type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    let base = best_base(vm, new.items())?;
    let old_base = ty.base.cloned();
    if let Some(old) = &old_base {
        let (a, b) = (&old.fast, &base.fast);
        if !std::ptr::eq(a.layout.get(), b.layout.get())
            || a.slots_count.get() != b.slots_count.get()
            || (a.attrs_offset.get() != b.attrs_offset.get())
        {
            // Python classes share the function that ends their instances, builtin types have one each.
            let what = if base.is_heap() && old.is_heap() { "object layout" } else { "deallocator" };
            return Err(vm.type_error(format!(
                "__bases__ assignment: '{}' {what} differs from '{}'",
                base.name(),
                old.name()
            )));
        }
    }
    let old_bases = ty.bases.replace(new.clone());
    ty.base.set(Some(base));
    let mut done = Vec::new();
    let result = recompute_mro(vm, &ty, &mut done);
    // A custom `mro()` may have assigned other bases, or MROs, to any of these: what it did stands.
    let is_ours = ty.bases.get().is(&new);
    if let Err(raised) = result {
        for (ty, new, old) in done {
            if ty.mro.get().is(&new) {
                ty.mro.set(old);
                ty.modified(vm);
            }
        }
        if is_ours {
            ty.bases.set(old_bases);
            ty.base.set(old_base);
        }
        return Err(raised);
    }
    if !is_ours {
        return Ok(());
    }
    let pointer = NonNull::from(&*ty);
    for base in old_bases.items().iter().filter_map(Value::as_type) {
        base.subclasses.get_mut().retain(|sub| *sub != pointer);
    }
    for base in new.items().iter().filter_map(Value::as_type) {
        base.subclasses.get_mut().push(pointer);
    }
    ty.modified(vm);
    slots::update(vm, &ty, None);
    Ok(())
}

/// Computes the MROs of a class and its subclasses; notes each with the new and the old one.
fn recompute_mro(vm: &Vm, ty: &TypeRef, done: &mut Vec<(TypeRef, Ref<Tuple>, Ref<Tuple>)>) -> PyResult<()> {
    vm.check_native()?;
    let old = ty.mro.cloned();
    let Some(new) = set_mro(vm, ty)? else { return Ok(()) };
    done.push((ty.clone(), new, old));
    for sub in ty.live_subclasses() {
        recompute_mro(vm, &sub, done)?;
    }
    Ok(())
}
