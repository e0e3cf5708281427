//! `type` and `object`: how types are made (from specs and by class statements), called, read and changed.

use std::cell::Cell;

use crate::runtime::builtins::class_new::{compute_mro, set_bases, type_new};
use crate::runtime::builtins::descr::{
    self, CLASS_METHOD_DESCRIPTOR, GETSET_DESCRIPTOR, GetSetDescriptor, MEMBER_DESCRIPTOR, METHOD_DESCRIPTOR,
    MemberDescriptor, MethodDescriptor, NATIVE_FUNCTION, NativeFunction, SLOT_WRAPPER,
};
use crate::runtime::builtins::weakrefs;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::{Layout, TypeHead, type_flag};
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::attrs;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::hash::address_hash;
use crate::runtime::object::protocol;
use crate::runtime::object::slots::{self, not_hashable};
use crate::runtime::object::str::Str;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{
    Binding, Body, Cmp, GetSet, Namespace, Native, Slots, Type, TypeRef, TypeSpec, getset, getter, kind,
    native, native_raw,
};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value, flag};

/// The payload of plain instances: nothing.
pub struct Plain;
crate::payload!(Plain, "object");

/// `object`
pub static OBJECT: TypeSpec = TypeSpec::new("object", Plain::layout)
    .kind(kind::OBJECT)
    .flags(type_flag::BASE)
    .doc(
        "()",
        "The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n",
    )
    .slots(object_slots)
    .methods(OBJECT_METHODS)
    .getset(&[getset("__class__", |vm, o| Ok(o.ty(vm).to_value()), set_class, "the object's class")]);

/// `type`
pub static TYPE: TypeSpec = TypeSpec::new("type", Type::layout)
    .kind(kind::TYPE)
    .flags(type_flag::BASE | type_flag::TYPE | type_flag::WEAKREF)
    .doc("", "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type")
    .slots(type_slots)
    .methods(TYPE_METHODS)
    .getset(TYPE_GETSET);

/// The `__new__` of native types; its receiver says which.
pub static NEW: Native = Native {
    signature: Signature::parse("__new__(*args, **kwargs)"),
    body: Body::Raw(new_trampoline),
    doc: "Create and return a new object.  See help(type) for accurate signature.",
    binding: Binding::Static,
};

fn new_trampoline(vm: &Vm, args: Args) -> PyResult<Value> {
    // The receiver (the type whose `__new__` this is) comes first, see `native_call`.
    let Some(owner) = args.values[0].as_type() else { return Err(vm.system_error("__new__ without a type")) };
    let args = args.rest();
    let Some(first) = args.pos().first() else {
        return Err(vm.type_error(format!("{}.__new__(): not enough arguments", owner.name())));
    };
    let Some(class) = first.as_type() else {
        return Err(vm.type_error(format!(
            "{}.__new__(X): X is not a type object ({})",
            owner.name(),
            first.type_name(vm)
        )));
    };
    if !class.is_subtype(owner) {
        return Err(vm.type_error(format!(
            "{0}.__new__({1}): {1} is not a subtype of {0}",
            owner.name(),
            class.name()
        )));
    }
    if class.has(type_flag::NO_NEW) {
        return Err(vm.type_error(format!("cannot create '{}' instances", class.tp_name())));
    }
    // `object.__new__(int)` would make an int without a value: what makes the object is the first base, by layout, whose
    // `__new__` is native.
    let mut maker = Some(class.to_ref());
    while let Some(ty) = &maker
        && ty.slots.get().new.is_some_and(slots::is_python_new)
    {
        maker = ty.base.cloned();
    }
    if let Some(maker) = maker
        && let (Some(a), Some(b)) = (maker.slots.get().new, owner.slots.get().new)
        && !std::ptr::fn_addr_eq(a, b)
    {
        return Err(vm.type_error(format!(
            "{}.__new__({}) is not safe, use {}.__new__()",
            owner.tp_name(),
            class.tp_name(),
            maker.tp_name()
        )));
    }
    match owner.slots.get().new {
        Some(new) => new(vm, &class.to_ref(), args.rest()),
        None => Err(vm.type_error(format!("cannot create '{}' instances", class.name()))),
    }
}

// ------------------------------------------------------------------------------------------------ types of specs

/// A type object as the bootstrap needs it: head, names and tables, no methods yet.
///
/// # Safety
/// `meta` is a type object (or the address where `type` itself is being made).
pub fn raw_type(
    name: (Ref<Str>, Ref<Str>),
    layout: &'static Layout,
    bases: (Option<TypeRef>, Ref<Tuple>, Ref<Tuple>),
    dict: Namespace,
    spec: Option<&'static TypeSpec>,
) -> Type {
    Type {
        fast: TypeHead {
            layout: Cell::new(layout),
            flags: Cell::new(0),
            version: Cell::new(0),
            kind: Cell::new(spec.map_or(0, |s| s.kind)),
            attrs_offset: Cell::new(0),
            slots_offset: Cell::new(0),
            slots_count: Cell::new(0),
            instance_size: Cell::new(layout.size as u32),
            inline_values: Cell::new(0),
        },
        name: LockCell::new(name.0),
        qualname: LockCell::new(name.1),
        base: LockCell::new(bases.0),
        bases: LockCell::new(bases.1),
        mro: LockCell::new(bases.2),
        dict,
        slots: LockCell::new(Slots::default()),
        spec,
        subclasses: LockCell::new(Vec::new()),
        slot_names: LockCell::new(Vec::new()),
        init: Cell::new((0, 0)),
        getitem: Cell::new((0, 0)),
        plain_class: Cell::new(0),
    }
}

pub use crate::runtime::builtins::class_new::{DICT_GETSET, DICT_GETSET_COPY};

/// Flags that a subclass has because its base has them.
pub(super) const INHERITED: u32 = type_flag::INT
    | type_flag::STR
    | type_flag::TUPLE
    | type_flag::LIST
    | type_flag::DICT
    | type_flag::EXCEPTION
    | type_flag::TYPE
    | type_flag::BYTES
    | type_flag::SEQUENCE
    | type_flag::MAPPING
    | type_flag::MATCH_SELF
    | type_flag::WEAKREF
    | type_flag::NUMBERED
    | type_flag::DICT_ATTR;

impl Vm {
    /// Makes the type object of a spec.
    #[cold]
    pub fn make_type(&self, spec: &'static TypeSpec) -> &TypeRef {
        let interp = self.interp();
        let base = match spec.base {
            Some(base) => self.typ(base).clone(),
            None => interp.object_type.clone(),
        };
        let short = self.intern(spec.short_name());
        let ty = raw_type(
            (short.clone(), short),
            (spec.layout)(),
            (Some(base.clone()), self.tuple_ref(vec![base.clone().into_value()]), self.tuple_ref(vec![])),
            Namespace::to_be_made(spec),
            Some(spec),
        );
        let ty = self.alloc(&interp.type_type, ty);
        let mut mro = vec![ty.clone().into_value()];
        mro.extend_from_slice(base.mro());
        ty.mro.set(self.tuple_ref(mro));
        self.set_spec_type(spec, ty.clone());
        self.finish_spec_type(&ty, &base, spec);
        self.typ(spec)
    }

    /// Registers the type object of a spec.
    pub fn set_spec_type(&self, spec: &'static TypeSpec, ty: TypeRef) {
        ty.head.flags.set(ty.head.flags.get() | flag::IMMORTAL);
        // What never dies is no business of the collector.
        if ty.head.flags.get() & flag::TRACKED != 0 {
            self.interp().heap.untrack(std::ptr::NonNull::from(&ty.head));
        }
        let types = self.interp().types.get_mut();
        let id = spec.id();
        assert!(id < types.len(), "too many builtin types");
        types[id] = Some(ty);
    }

    /// Slots, flags, methods of a builtin type.
    pub fn finish_spec_type(&self, ty: &TypeRef, base: &TypeRef, spec: &'static TypeSpec) {
        let is_root = ty.is(base);
        let mut slots = if is_root { Slots::default() } else { *base.slots.get() };
        let inherited = slots;
        (spec.slots)(&mut slots);
        let same = |a: Option<usize>, b: Option<usize>| a == b;
        if !is_root
            && !same(slots.compare.map(|f| f as usize), inherited.compare.map(|f| f as usize))
            && same(slots.hash.map(|f| f as usize), inherited.hash.map(|f| f as usize))
        {
            slots.hash = Some(not_hashable);
        }
        if spec.flags & type_flag::NO_NEW != 0
            || (slots.new.is_some()
                && same(slots.new.map(|f| f as usize), Some(object_new as *const () as usize))
                && spec.base.is_none()
                && !is_root)
        {
            slots.new = None;
        }
        ty.slots.set(slots);
        let no_new = if slots.new.is_none() { type_flag::NO_NEW } else { 0 };
        let from_base = if is_root { 0 } else { base.fast.flags.get() & INHERITED };
        ty.fast.flags.set(spec.flags | from_base | no_new | type_flag::READY);
        if (spec.flags | from_base) & type_flag::DICT_ATTR != 0 {
            let offset = ty.fast.instance_size.get().next_multiple_of(8);
            ty.fast.attrs_offset.set(offset as u16);
            ty.fast.instance_size.set(offset + 8);
            ty.fast.slots_offset.set(offset as u16);
        } else {
            ty.set_flags(type_flag::PLAIN);
        }
        if !is_root {
            base.subclasses.get_mut().push(std::ptr::NonNull::from(&**ty));
        }
        let is_fixed = |value: &Value| value.as_type().is_some_and(|ty| ty.has(type_flag::IMMUTABLE));
        if ty.dict.is_made() {
            self.fill_spec_dict(ty, spec);
        } else if !ty.mro().iter().all(is_fixed) {
            // What its slots are now may not be what they are when somebody looks.
            ty.dict.len();
        }
        if let Some(extra) = spec.extra {
            extra(self, ty);
        }
    }

    /// Fills the namespace of a builtin type: methods, computed attributes, wrappers of its slots.
    pub fn fill_spec_dict(&self, ty: &TypeRef, spec: &'static TypeSpec) {
        let base = ty.base.cloned();
        let inherited = base.as_ref().map(|base| *base.slots.get()).unwrap_or_default();
        let is_root = base.is_none();
        let slots = *ty.slots.get();
        let dict = &ty.dict;
        let rows = slots::own_rows(ty);
        // With `__new__`, `__doc__` and `__module__`.
        dict.reserve(spec.methods.len() + spec.getset.len() + slots::dunders_of(&rows) + 3);
        for def in spec.methods {
            let name = self.intern(def.name());
            let value = match def.binding {
                Binding::Instance => {
                    self.alloc_spec(&METHOD_DESCRIPTOR, MethodDescriptor { def, owner: ty.clone() })
                }
                Binding::Class => {
                    self.alloc_spec(&CLASS_METHOD_DESCRIPTOR, MethodDescriptor { def, owner: ty.clone() })
                }
                Binding::Static => {
                    let function = self.alloc_spec(
                        &NATIVE_FUNCTION,
                        NativeFunction {
                            def,
                            receiver: ty.clone().into_value(),
                            passes_self: false,
                            module: LockCell::new(Value::NONE),
                        },
                    );
                    self.static_method(function)
                }
            };
            dict.insert_str(&name, value);
        }
        for def in spec.getset {
            let name = self.intern(def.name);
            let value = if def.is_member {
                let (name, owner) = (name.clone(), ty.clone());
                let member = MemberDescriptor { name, owner, offset: 0, native: Some(def) };
                self.alloc_spec(&MEMBER_DESCRIPTOR, member)
            } else {
                self.alloc_spec(&GETSET_DESCRIPTOR, GetSetDescriptor { def, owner: ty.clone() })
            };
            dict.insert_str(&name, value);
        }
        let own_new = slots.new.is_some()
            && (is_root || slots.new.map(|f| f as usize) != inherited.new.map(|f| f as usize));
        if own_new {
            let function = self.alloc_spec(
                &NATIVE_FUNCTION,
                NativeFunction {
                    def: &NEW,
                    receiver: ty.clone().into_value(),
                    passes_self: true,
                    module: LockCell::new(Value::NONE),
                },
            );
            dict.insert_str(&self.names().__new__, function);
        }
        let wrapper_type = self.typ(&SLOT_WRAPPER).clone();
        slots::add_wrappers(self, ty, &wrapper_type, &rows);
        if dict.get_str(&self.names().__doc__).is_none() {
            let doc = if spec.doc.is_empty() { Value::NONE } else { self.str(spec.doc) };
            dict.insert_str(&self.names().__doc__, doc);
        }
        if spec.module() != "builtins" && dict.get_str(&self.names().__module__).is_none() {
            let module = self.intern(spec.module());
            dict.insert_str(&self.names().__module__, module.into_value());
        }
    }

    /// The type of an immediate value.
    pub fn immediate_type(&self, value: &Value) -> &Obj<Type> {
        use crate::runtime::builtins::{constants, floats, ints};
        let spec = if value.as_small().is_some() {
            &ints::INT
        } else if value.as_tagged_float().is_some() {
            &floats::FLOAT
        } else if value.as_bool().is_some() {
            &ints::BOOL
        } else if value.is_none() || value.is_unbound() {
            &constants::NONE_TYPE
        } else if value.is_not_implemented() {
            &constants::NOT_IMPLEMENTED_TYPE
        } else {
            &constants::ELLIPSIS_TYPE
        };
        self.typ(spec)
    }
}

// ------------------------------------------------------------------------------------------------ object

fn object_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    if !args.values.is_empty() {
        let slots = ty.slots.get();
        let new_is_ours = slots.new.is_some_and(|f| f as usize == object_new as *const () as usize);
        let init_is_ours = slots.init.is_none_or(|f| f as usize == object_init as *const () as usize);
        if !new_is_ours {
            return Err(
                vm.type_error("object.__new__() takes exactly one argument (the type to instantiate)")
            );
        }
        if init_is_ours {
            return Err(vm.type_error(format!("{}() takes no arguments", ty.name())));
        }
    }
    if ty.has(type_flag::ABSTRACT) {
        return Err(abstract_error(vm, ty));
    }
    if !std::ptr::eq(ty.fast.layout.get(), Plain::layout()) {
        // A class of a builtin base that took `object.__new__` as its own.
        let mut native = ty.clone();
        while native.spec.is_none()
            && let Some(base) = native.base.cloned()
        {
            native = base;
        }
        return Err(vm.type_error(format!(
            "object.__new__({}) is not safe, use {}.__new__()",
            ty.tp_name(),
            native.tp_name()
        )));
    }
    Ok(vm.alloc(ty, Plain).into_value())
}

fn abstract_error(vm: &Vm, ty: &TypeRef) -> crate::runtime::error::Raised {
    let names = (|| {
        let methods = vm.getattr(ty.value(), vm.names().__abstractmethods__.value())?;
        let mut names = Vec::new();
        for name in vm.collect(&methods)? {
            names.push(vm.to_string(&name)?);
        }
        names.sort();
        Ok(names)
    })();
    let names: Vec<String> = match names {
        Ok(names) => names,
        Err(raised) => return raised,
    };
    let list = names.iter().map(|n| format!("'{n}'")).collect::<Vec<_>>().join(", ");
    let s = if names.len() > 1 { "s" } else { "" };
    vm.type_error(format!(
        "Can't instantiate abstract class {} without an implementation for abstract method{s} {list}",
        ty.name()
    ))
}

fn object_init(vm: &Vm, object: &Value, args: Args) -> PyResult<()> {
    if !args.values.is_empty() {
        let ty = object.ty(vm);
        let slots = ty.slots.get();
        if slots.init.is_some_and(|f| f as usize != object_init as *const () as usize) {
            return Err(
                vm.type_error("object.__init__() takes exactly one argument (the instance to initialize)")
            );
        }
        if slots.new.is_some_and(|f| f as usize == object_new as *const () as usize) {
            return Err(vm.type_error(format!(
                "{}.__init__() takes exactly one argument (the instance to initialize)",
                ty.name()
            )));
        }
    }
    Ok(())
}

fn object_repr(vm: &Vm, object: &Value) -> PyResult<Value> {
    let ty = object.ty(vm);
    let name = ty.qualname.get().to_string_lossy().into_owned();
    let module = type_module(vm, ty)?;
    Ok(match module.as_str().map(|m| m.to_string_lossy()) {
        Some(module) if module != "builtins" => {
            vm.str(format!("<{module}.{name} object at 0x{:x}>", object.to_bits()))
        }
        _ => vm.str(format!("<{name} object at 0x{:x}>", object.to_bits())),
    })
}

/// `object.__hash__`, as slot.
pub fn identity_hash(_: &Vm, object: &Value) -> PyResult<i64> {
    Ok(address_hash(object.to_bits()))
}

/// Is an object's hash that of `object`?
#[inline]
pub fn hashes_by_address(vm: &Vm, object: &Value) -> bool {
    let by_address: fn(&Vm, &Value) -> PyResult<i64> = identity_hash;
    object.ty(vm).slots.get().hash.is_some_and(|f| std::ptr::fn_addr_eq(f, by_address))
}

fn object_slots(s: &mut Slots) {
    s.new = Some(object_new);
    s.init = Some(object_init);
    s.repr = Some(object_repr);
    s.str = Some(|vm, object| vm.repr(object));
    s.hash = Some(identity_hash);
    s.getattr = Some(protocol::generic);
    s.setattr = Some(|vm, object, name, value| vm.generic_setattr(object, name, value));
    s.compare = Some(|vm, a, b, op| {
        Ok(match op {
            Cmp::Eq if a.is(b) => Value::TRUE,
            Cmp::Ne => {
                // The opposite of `==`, if that has something to say.
                let Some(f) = a.ty(vm).slots.get().compare else { return Ok(Value::NOT_IMPLEMENTED) };
                let equal = f(vm, a, b, Cmp::Eq)?;
                if equal.is_not_implemented() { equal } else { Value::bool(!vm.truth(&equal)?) }
            }
            _ => Value::NOT_IMPLEMENTED,
        })
    });
}

static OBJECT_METHODS: &[Native] = &[
    native("__reduce__(self, /)", |vm, args| reduce(vm, &args[0], 0), "Helper for pickle."),
    native(
        "__reduce_ex__(self, protocol, /)",
        |vm, args| {
            let name = &vm.names().__reduce__;
            let found = args[0].ty(vm).lookup(vm, name);
            let ours = vm.interp().object_type.lookup(vm, name);
            if let (Some(found), Some(ours)) = (&found, &ours)
                && !found.is(ours)
            {
                let method = vm.getattr(&args[0], name.value())?;
                return vm.call0(&method);
            }
            let protocol = vm.to_index(&args[1])?;
            reduce(vm, &args[0], protocol as i64)
        },
        "Helper for pickle.",
    ),
    native("__getstate__(self, /)", |vm, args| getstate_of(vm, &args[0]), "Helper for pickle."),
    native("__format__(self, format_spec, /)", |vm, args| {
        let Some(spec) = args[1].as_str() else {
            return Err(vm.type_error(format!("__format__() argument must be str, not {}", args[1].type_name(vm))));
        };
        if !spec.is_empty() {
            return Err(vm.type_error(format!("unsupported format string passed to {}.__format__", args[0].type_name(vm))));
        }
        vm.to_str(&args[0])
    }, "Default object formatter.\n\nReturn str(self) if format_spec is empty. Raise TypeError otherwise."),
    native("__sizeof__(self, /)", |vm, args| Ok(vm.int(vm.object_size(&args[0]) as i64)), "Size of object in memory, in bytes."),
    native("__dir__(self, /)", |vm, args| object_dir(vm, &args[0]), "Default dir() implementation."),
    native("__subclasshook__(cls, object, /)", |_, _| Ok(Value::NOT_IMPLEMENTED), "Abstract classes can override this to customize issubclass().\n\nThis is invoked early on by abc.ABCMeta.__subclasscheck__().\nIt should return True, False or NotImplemented.  If it returns\nNotImplemented, the normal algorithm is used.  Otherwise, it\noverrides the normal algorithm (and the outcome is cached).").class(),
    native_raw("__init_subclass__(cls, /)", |vm, args| {
        if args.names.is_empty() && args.values.len() == 1 {
            return Ok(Value::NONE);
        }
        let name = args.values[0].as_type().map(|t| t.name()).unwrap_or_default();
        if args.names.is_empty() {
            return Err(vm.type_error(format!("{name}.__init_subclass__() takes no arguments ({} given)", args.values.len() - 1)));
        }
        Err(vm.type_error(format!("{name}.__init_subclass__() takes no keyword arguments")))
    }, "This method is called when a class is subclassed.\n\nThe default implementation does nothing. It may be\noverridden to extend subclasses.").class(),
];

fn object_dir(vm: &Vm, object: &Value) -> PyResult<Value> {
    let all = vm.new_dict();
    if let Some(dict) = vm.getattr_opt(object, vm.names().__dict__.value())?
        && let Some(dict) = dict.as_dict()
    {
        for key in dict.keys() {
            all.insert(vm, key, Value::NONE)?;
        }
    }
    if let Some(class) = vm.getattr_opt(object, vm.names().__class__.value())?
        && let Some(class) = class.as_type()
    {
        merge_dir(vm, &all, class)?;
    }
    Ok(vm.list(all.keys()))
}

fn merge_dir(vm: &Vm, all: &Ref<Dict>, class: &Obj<Type>) -> PyResult<()> {
    for ty in class.mro.cloned().items() {
        if let Some(ty) = ty.as_type() {
            for key in ty.dict.keys() {
                all.insert(vm, key, Value::NONE)?;
            }
        }
    }
    Ok(())
}

fn getstate_of(vm: &Vm, object: &Value) -> PyResult<Value> {
    let state = match attrs::own_copy(vm, object) {
        Some(dict) if !dict.is_empty() => dict.into_value(),
        _ => Value::NONE,
    };
    let names = slot_names(vm, object.ty(vm))?;
    if names.is_empty() {
        return Ok(state);
    }
    let slots = vm.new_dict();
    for name in names {
        if let Some(value) = vm.getattr_opt(object, &name)? {
            slots.insert(vm, name, value)?;
        }
    }
    if slots.is_empty() {
        return Ok(state);
    }
    Ok(vm.tuple(vec![state, slots.into_value()]))
}

/// The names of `__slots__` of a class and its bases as `copyreg` sees them, which keeps them in the class.
fn slot_names(vm: &Vm, ty: &Obj<Type>) -> PyResult<Vec<Value>> {
    if !ty.is_heap() {
        return Ok(Vec::new());
    }
    let ty = ty.to_ref();
    if let Some(known) = ty.dict.get_str(&vm.names().__slotnames__) {
        if known.is_none() {
            return Ok(Vec::new());
        }
        return match vm.list_items(&known) {
            Some(names) => Ok(names.cloned()),
            None => Err(vm.type_error(format!(
                "{}.__slotnames__ should be a list or None, not {}",
                ty.name(),
                known.type_name(vm)
            ))),
        };
    }
    let copyreg = vm.import("copyreg")?;
    let find = vm.getattr_str(&copyreg, "_slotnames")?;
    let names = vm.call1(&find, ty.value())?;
    match vm.list_items(&names) {
        Some(names) => Ok(names.cloned()),
        None if names.is_none() => Ok(Vec::new()),
        None => Err(vm.type_error("copyreg._slotnames didn't return a list or None")),
    }
}

fn reduce(vm: &Vm, object: &Value, protocol: i64) -> PyResult<Value> {
    let n = vm.names();
    let copyreg = vm.import_name(&n.copyreg)?;
    if protocol < 2 {
        let f = vm.getattr_str(&copyreg, "_reduce_ex")?;
        let protocol = vm.int(protocol);
        return vm.call_args(&f, &[object.clone(), protocol]);
    }
    let class = object.ty(vm).to_value();
    let (mut args, mut kwargs) = (None, None);
    if let Some(pair) = vm.call_special(object, &n.__getnewargs_ex__, &[])? {
        let Some(items) = pair.as_tuple() else {
            return Err(vm.type_error(format!(
                "__getnewargs_ex__ should return a tuple, not '{}'",
                pair.type_name(vm)
            )));
        };
        let [a, k] = items.items() else {
            return Err(vm.value_error(format!(
                "__getnewargs_ex__ should return a tuple of length 2, not {}",
                items.len()
            )));
        };
        if a.as_tuple().is_none() {
            return Err(vm.type_error(format!(
                "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{}'",
                a.type_name(vm)
            )));
        }
        if k.as_dict().is_none() {
            return Err(vm.type_error(format!(
                "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{}'",
                k.type_name(vm)
            )));
        }
        (args, kwargs) = (Some(a.clone()), Some(k.clone()));
    } else if let Some(a) = vm.call_special(object, &n.__getnewargs__, &[])? {
        if a.as_tuple().is_none() {
            return Err(
                vm.type_error(format!("__getnewargs__ should return a tuple, not '{}'", a.type_name(vm)))
            );
        }
        args = Some(a);
    }
    let has_args = args.is_some();
    let (function, arguments) = match (args, kwargs) {
        (args, Some(kwargs)) if kwargs.as_dict().is_some_and(|k| !k.is_empty()) => {
            let function = vm.getattr(&copyreg, n.__newobj_ex__.value())?;
            let args = args.unwrap_or_else(|| vm.tuple(vec![]));
            (function, vm.tuple(vec![class.clone(), args, kwargs]))
        }
        (args, _) => {
            let function = vm.getattr(&copyreg, n.__newobj__.value())?;
            let all = match args.as_ref().and_then(Value::as_tuple) {
                Some(args) => vm.tuple([std::slice::from_ref(&class), args.items()].concat()),
                None => vm.tuple_of(std::slice::from_ref(&class)),
            };
            (function, all)
        }
    };
    let getstate = StateGetter::of(vm, object)?;
    let is_container = object.ty(vm).has(type_flag::LIST | type_flag::DICT);
    if !has_args && !is_container {
        let ty = object.ty(vm);
        let items = ty.fast.layout.get().size > Plain::layout().size
            && ty
                .mro()
                .iter()
                .filter_map(Value::as_type)
                .any(|t| t.spec.is_some_and(|s| !std::ptr::eq(s, &OBJECT)))
            && !ty.has(type_flag::EXCEPTION);
        if items && !overrides_getstate(vm, ty) {
            return Err(vm.type_error(format!("cannot pickle '{}' object", object.type_name(vm))));
        }
    }
    let state = match getstate {
        StateGetter::Default => getstate_of(vm, object)?,
        StateGetter::Found(method) => vm.call0(&method)?,
    };
    let list_items = if object.ty(vm).has(type_flag::LIST) { vm.iter(object)? } else { Value::NONE };
    let dict_items = if object.ty(vm).has(type_flag::DICT) {
        let items = vm.call_method(object, &n.items, &[])?;
        vm.iter(&items)?
    } else {
        Value::NONE
    };
    Ok(vm.tuple_of(&[function, arguments, state, list_items, dict_items]))
}

/// What gives an object's state.
enum StateGetter {
    /// `object.__getstate__`
    Default,
    /// What the object has under that name.
    Found(Value),
}

impl StateGetter {
    fn of(vm: &Vm, object: &Value) -> PyResult<StateGetter> {
        let ty = object.ty(vm);
        let name = &vm.names().__getstate__;
        let plain: fn(&Vm, &Value, &Value) -> PyResult<Value> = protocol::generic;
        let is_plain = ty.slots.get().getattr.is_some_and(|f| std::ptr::fn_addr_eq(f, plain));
        let has_own = match attrs::attrs(object) {
            attrs::Attrs::Dict(dict) => dict.is_odd_for(name) || dict.get_str(name).is_some(),
            _ => attrs::own_get(vm, object, name).is_some(),
        };
        if is_plain && !overrides_getstate(vm, ty) && !has_own {
            return Ok(StateGetter::Default);
        }
        vm.getattr(object, name.value()).map(StateGetter::Found)
    }
}

/// Has a class another `__getstate__` than that of `object`?
fn overrides_getstate(vm: &Vm, ty: &Obj<Type>) -> bool {
    let name = &vm.names().__getstate__;
    match (ty.lookup(vm, name), vm.interp().object_type.lookup(vm, name)) {
        (Some(found), Some(default)) => !found.is(&default),
        _ => true,
    }
}

/// The first class, following `__base__`, that adds slots, attributes or weak references to its base.
fn adding_base(ty: &TypeRef) -> TypeRef {
    let mut at = ty.clone();
    loop {
        let Some(base) = at.base.cloned() else { return at };
        let (a, b) = (&at.fast, &base.fast);
        let adds = !std::ptr::eq(a.layout.get(), b.layout.get())
            || a.slots_count.get() != b.slots_count.get()
            || (a.attrs_offset.get() == 0) != (b.attrs_offset.get() == 0)
            || at.has(type_flag::WEAKREF) != base.has(type_flag::WEAKREF);
        if adds {
            return at;
        }
        at = base;
    }
}

fn set_class(vm: &Vm, object: &Value, value: Option<&Value>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.type_error("can't delete __class__ attribute")) };
    let Some(new) = value.as_type() else {
        return Err(
            vm.type_error(format!("__class__ must be set to a class, not '{}' object", value.type_name(vm)))
        );
    };
    let old = object.type_ref(vm);
    let is_module = |ty: &Obj<Type>| {
        ty.mro().iter().any(|t| t.as_type().is_some_and(|t| t.fast.kind.get() == kind::MODULE))
    };
    if !((is_module(&old) && is_module(new)) || (old.is_heap() && new.is_heap())) {
        return Err(
            vm.type_error("__class__ assignment only supported for mutable types or ModuleType subclasses")
        );
    }
    let (a, b) = (&old.fast, &new.fast);
    // Classes that add nothing to their base count as that; else both must add the same to the same base.
    let (x, y) = (adding_base(&old), adding_base(&new.to_ref()));
    let same_slots = x.is(&y)
        || (x.slot_layout() == y.slot_layout()
            && match (x.base.get(), y.base.get()) {
                (Some(a), Some(b)) => a.is(b),
                _ => false,
            });
    if !std::ptr::eq(a.layout.get(), b.layout.get())
        || a.attrs_offset.get() != b.attrs_offset.get()
        || a.slots_count.get() != b.slots_count.get()
        || a.instance_size.get() != b.instance_size.get()
        || old.has(type_flag::WEAKREF) != new.has(type_flag::WEAKREF)
        || !same_slots
    {
        return Err(vm.type_error(format!(
            "__class__ assignment: '{}' object layout differs from '{}'",
            new.name(),
            old.name()
        )));
    }
    if let Some(head) = object.header() {
        if new.is_heap() {
            new.head.count.set(new.head.count.get() + 1);
        }
        head.ty.set(new.head_ptr());
        if old.is_heap() {
            crate::runtime::gc::heap::forget_reference(&old.into_value());
        }
    }
    Ok(())
}

// ------------------------------------------------------------------------------------------------ type

/// The module of a type, as `__module__` gives it.
pub fn type_module(vm: &Vm, ty: &Obj<Type>) -> PyResult<Value> {
    // A builtin type may have a computed attribute of that name for its instances.
    if let Some(spec) = ty.spec {
        return Ok(vm.intern(spec.module()).into_value());
    }
    if let Some(module) = ty.dict.get_str(&vm.names().__module__) {
        return Ok(module);
    }
    Ok(vm.intern("builtins").into_value())
}

fn type_repr(vm: &Vm, value: &Value) -> PyResult<Value> {
    let ty = vm.cast::<Type>(value)?;
    let module = type_module(vm, ty)?;
    let name = ty.qualname.get().to_string_lossy().into_owned();
    Ok(match module.as_str().map(|m| m.to_string_lossy()) {
        Some(module) if module != "builtins" => vm.str(format!("<class '{module}.{name}'>")),
        _ => vm.str(format!("<class '{name}'>")),
    })
}

/// The calls of builtin classes that are met most: what their `__new__` and `__init__` would make of such arguments, without
/// the way through both. Subclasses are of no builtin kind.
#[inline(always)]
fn quick_call(vm: &Vm, class: u16, values: &[Value]) -> Option<PyResult<Value>> {
    match values {
        [] => match class {
            kind::LIST => Some(Ok(vm.list(Vec::new()))),
            kind::DICT => Some(Ok(vm.new_dict().into_value())),
            _ => None,
        },
        [value] => match class {
            kind::STR => Some(vm.to_str(value)),
            kind::BOOL => Some(vm.truth(value).map(Value::bool)),
            kind::INT => match (value.as_tagged_float(), value.as_small()) {
                (Some(x), _) if x.abs() < 4e18 => Some(Ok(vm.int(x as i64))),
                (None, Some(_)) => Some(Ok(value.clone())),
                _ => None,
            },
            kind::FLOAT => match (value.as_small(), value.as_tagged_float()) {
                (Some(i), _) => Some(Ok(vm.float(i as f64))),
                (_, Some(_)) => Some(Ok(value.clone())),
                _ => None,
            },
            kind::LIST | kind::TUPLE | kind::DICT => quick_copy(vm, class, value),
            kind::WEAKREF => Some(weakrefs::shared(vm, value)),
            _ => None,
        },
        _ => None,
    }
}

/// A container of a builtin class from another one.
#[inline(never)]
fn quick_copy(vm: &Vm, class: u16, value: &Value) -> Option<PyResult<Value>> {
    match (class, value.kind()) {
        (kind::LIST, kind::LIST | kind::TUPLE) => Some(vm.collect(value).map(|items| vm.list(items))),
        (kind::TUPLE, kind::TUPLE) => Some(Ok(value.clone())),
        (kind::TUPLE, kind::LIST) => Some(Ok(vm.tuple_of(vm.list_items(value)?.get()))),
        (kind::DICT, kind::DICT) => Some(Ok(vm.dict(value.as_dict()?.copy()).into_value())),
        _ => None,
    }
}

/// A call of a class whose metaclass is `type`.
pub fn type_call(vm: &Vm, callable: &Value, args: Args) -> PyResult<Value> {
    vm.check_native()?;
    let ty = vm.cast::<Type>(callable)?;
    if ty.address() == vm.interp().type_type.address() && args.names.is_empty() {
        match args.values {
            [object] => return Ok(object.ty(vm).to_value()),
            [_, _, _] => {}
            _ => return Err(vm.type_error("type() takes 1 or 3 arguments")),
        }
    }
    if args.names.is_empty()
        && let Some(result) = quick_call(vm, ty.fast.kind.get(), args.values)
    {
        return result;
    }
    let Some(new) = ty.slots.get().new else {
        return Err(vm.type_error(format!("cannot create '{}' instances", ty.tp_name())));
    };
    let ty = ty.to_ref();
    let object = new(vm, &ty, args)?;
    let made = object.ty(vm);
    if made.address() != ty.address() && !made.is_subtype(&ty) {
        return Ok(object);
    }
    if let Some(init) = made.slots.get().init {
        init(vm, &object, args)?;
    }
    Ok(object)
}

pub(super) fn type_full_name(vm: &Vm, ty: &Obj<Type>) -> PyResult<String> {
    let module = type_module(vm, ty)?;
    Ok(match module.as_str().map(|m| m.to_string_lossy()) {
        Some(module) if module != "builtins" => format!("{module}.{}", ty.name()),
        _ => ty.name(),
    })
}

/// `type.__getattribute__`, as slot.
pub fn type_getattr(vm: &Vm, object: &Value, name: &Value) -> PyResult<Value> {
    match vm.type_getattr_opt(object, name)? {
        Some(found) => Ok(found),
        None => Err(vm.no_attribute(object, name)),
    }
}

impl Vm {
    /// [`type_getattr`]; `None` if there is no such attribute.
    pub fn type_getattr_opt(&self, object: &Value, name: &Value) -> PyResult<Option<Value>> {
        let Some(text) = name.as_str() else {
            return Err(
                self.type_error(format!("attribute name must be string, not '{}'", name.type_name(self)))
            );
        };
        let ty = self.cast::<Type>(object)?;
        let meta = object.ty(self);
        let in_meta = meta.lookup(self, text);
        let mut meta_get = None;
        if let Some(found) = &in_meta
            && found.is_object()
        {
            // A computed attribute of classes: their namespace, name, bases.
            if let Some(get) = descr::computed(meta, found) {
                return get(self, object).map(Some);
            }
            let slots = found.ty(self).slots.get();
            meta_get = slots.get;
            if let (Some(get), true) = (slots.get, slots.set.is_some()) {
                return get(self, found, Some(object), Some(&meta.to_value())).map(Some);
            }
        }
        if let Some(found) = ty.lookup(self, text) {
            // Of a class these are what they are.
            if matches!(found.kind(), kind::FUNCTION | kind::SLOT_WRAPPER | kind::METHOD_DESCRIPTOR) {
                return Ok(Some(found));
            }
            if found.is_object()
                && let Some(get) = found.ty(self).slots.get().get
            {
                return get(self, &found, None, Some(object)).map(Some);
            }
            return Ok(Some(found));
        }
        match (in_meta, meta_get) {
            (Some(found), Some(get)) => get(self, &found, Some(object), Some(&meta.to_value())).map(Some),
            (found, _) => Ok(found),
        }
    }
}

fn type_setattr(vm: &Vm, object: &Value, name: &Value, value: Option<&Value>) -> PyResult<()> {
    let ty = vm.cast::<Type>(object)?;
    let Some(text) = name.as_str() else {
        return Err(vm.type_error(format!("attribute name must be string, not '{}'", name.type_name(vm))));
    };
    if ty.has(type_flag::IMMUTABLE) {
        return Err(vm.type_error(format!(
            "cannot set '{}' attribute of immutable type '{}'",
            text.to_string_lossy(),
            ty.tp_name()
        )));
    }
    let meta = object.ty(vm);
    if let Some(found) = meta.lookup(vm, text)
        && found.is_object()
        && let Some(set) = found.ty(vm).slots.get().set
    {
        return set(vm, &found, object, value);
    }
    let exact = vm.str_bytes(text.bytes());
    let interned = match vm.intern_value(if text.is_interned() { name } else { &exact }) {
        Some(name) => name,
        None => text.to_ref(),
    };
    let old = match value {
        Some(value) => ty.dict.insert_str(&interned, value.clone()),
        None => match ty.dict.remove_str(text) {
            Some(old) => Some(old),
            None => return Err(vm.no_attribute(object, name)),
        },
    };
    ty.modified(vm);
    let bytes = text.bytes();
    if bytes.starts_with(b"__") && bytes.ends_with(b"__") {
        slots::update(vm, ty, Some(text));
    }
    drop(old);
    Ok(())
}

fn type_slots(s: &mut Slots) {
    s.repr = Some(type_repr);
    s.call = Some(type_call);
    s.getattr = Some(type_getattr);
    s.setattr = Some(type_setattr);
    s.new = Some(type_new);
    s.init = Some(|vm, _, args| {
        if !args.names.is_empty() && args.pos().len() == 1 {
            return Err(vm.type_error("type.__init__() takes no keyword arguments"));
        }
        match args.pos().len() {
            1 | 3 => Ok(()),
            _ => Err(vm.type_error("type.__init__() takes 1 or 3 arguments")),
        }
    });
    s.or = Some(|vm, a, b| vm.union_of(a, b));
}

static TYPE_METHODS: &[Native] = &[
    native(
        "mro(self, /)",
        |vm, args| {
            let ty = vm.cast::<Type>(&args[0])?;
            let mro = compute_mro(vm, ty)?;
            Ok(vm.list(mro))
        },
        "Return a type's method resolution order.",
    ),
    native(
        "__subclasses__(self, /)",
        |vm, args| {
            let ty = vm.cast::<Type>(&args[0])?;
            Ok(vm.list(ty.live_subclasses().into_iter().map(Ref::into_value).collect()))
        },
        "Return a list of immediate subclasses.",
    ),
    native_raw(
        "__prepare__(cls, name, bases, /, **kwds)",
        |vm, _| Ok(vm.new_dict().into_value()),
        "Create the namespace for the class statement",
    )
    .class(),
    native(
        "__instancecheck__(self, instance, /)",
        |vm, args| Ok(Value::bool(vm.real_isinstance(&args[1], &args[0])?)),
        "Check if an object is an instance.",
    ),
    native(
        "__subclasscheck__(self, subclass, /)",
        |vm, args| Ok(Value::bool(vm.real_issubclass(&args[1], &args[0])?)),
        "Check if a class is a subclass.",
    ),
    native(
        "__dir__(self, /)",
        |vm, args| {
            let ty = vm.cast::<Type>(&args[0])?;
            let all = vm.new_dict();
            merge_dir(vm, &all, ty)?;
            Ok(vm.list(all.keys()))
        },
        "Specialized __dir__ implementation for types.",
    ),
    native(
        "__sizeof__(self, /)",
        |vm, args| Ok(vm.int(vm.object_size(&args[0]) as i64)),
        "Return memory consumption of the type object.",
    ),
];

#[inline(always)]
pub(super) fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Type>> {
    vm.cast::<Type>(value)
}

pub(super) fn check_set(vm: &Vm, ty: &Obj<Type>, name: &str, value: Option<&Value>) -> PyResult<()> {
    if ty.has(type_flag::IMMUTABLE) {
        return Err(
            vm.type_error(format!("cannot set '{name}' attribute of immutable type '{}'", ty.tp_name()))
        );
    }
    if value.is_none() {
        return Err(
            vm.type_error(format!("cannot delete '{name}' attribute of immutable type '{}'", ty.tp_name()))
        );
    }
    Ok(())
}

static TYPE_GETSET: &[GetSet] = &[
    getset(
        "__name__",
        |vm, t| Ok(this(vm, t)?.name.cloned().into_value()),
        |vm, t, value| {
            let ty = this(vm, t)?;
            check_set(vm, ty, "__name__", value)?;
            let Some(value) = value else { return Ok(()) };
            let Some(text) = value.as_str() else {
                return Err(vm.type_error(format!(
                    "can only assign string to {}.__name__, not '{}'",
                    ty.name(),
                    value.type_name(vm)
                )));
            };
            if text.bytes().contains(&0) {
                return Err(vm.value_error("type name must not contain null characters"));
            }
            if text.as_str().is_none() {
                return Err(vm.encode_error_surrogate(value));
            }
            ty.name.set(text.to_ref());
            Ok(())
        },
        "",
    ),
    getset(
        "__qualname__",
        |vm, t| Ok(this(vm, t)?.qualname.cloned().into_value()),
        |vm, t, value| {
            let ty = this(vm, t)?;
            check_set(vm, ty, "__qualname__", value)?;
            let Some(value) = value else { return Ok(()) };
            let Some(text) = value.as_str() else {
                return Err(vm.type_error(format!(
                    "can only assign string to {}.__qualname__, not '{}'",
                    ty.name(),
                    value.type_name(vm)
                )));
            };
            ty.qualname.set(text.to_ref());
            Ok(())
        },
        "",
    ),
    getset("__bases__", |vm, t| Ok(this(vm, t)?.bases.cloned().into_value()), set_bases, ""),
    getter(
        "__mro__",
        |vm, t| {
            let mro = this(vm, t)?.mro.cloned();
            // Not computed yet.
            Ok(if mro.is_empty() { Value::NONE } else { mro.into_value() })
        },
        "",
    ),
    getter("__base__", |vm, t| Ok(this(vm, t)?.base.cloned().map_or(Value::NONE, Ref::into_value)), ""),
    getset(
        "__module__",
        |vm, t| type_module(vm, this(vm, t)?),
        |vm, t, value| {
            let ty = this(vm, t)?;
            check_set(vm, ty, "__module__", value)?;
            if let Some(value) = value {
                drop(ty.dict.insert_str(&vm.names().__module__, value.clone()));
                drop(ty.dict.remove_str(&vm.names().__firstlineno__));
                ty.modified(vm);
            }
            Ok(())
        },
        "",
    ),
    getset(
        "__abstractmethods__",
        |vm, t| {
            let ty = this(vm, t)?;
            match ty.dict.get_str(&vm.names().__abstractmethods__) {
                Some(found) if !ty.has(type_flag::TYPE) || ty.is_heap() => Ok(found),
                _ => Err(vm.attribute_error_on(
                    t,
                    vm.names().__abstractmethods__.value(),
                    "__abstractmethods__",
                )),
            }
        },
        |vm, t, value| {
            let ty = this(vm, t)?;
            let name = &vm.names().__abstractmethods__;
            match value {
                Some(value) => {
                    let is_abstract = vm.truth(value)?;
                    drop(ty.dict.insert_str(name, value.clone()));
                    if is_abstract {
                        ty.set_flags(type_flag::ABSTRACT)
                    } else {
                        ty.clear_flags(type_flag::ABSTRACT)
                    }
                }
                None => {
                    if ty.dict.remove_str(name).is_none() {
                        return Err(vm.attribute_error_on(t, name.value(), "__abstractmethods__"));
                    }
                    ty.clear_flags(type_flag::ABSTRACT);
                }
            }
            ty.modified(vm);
            Ok(())
        },
        "",
    ),
    getter("__dict__", |vm, t| Ok(vm.dict_proxy(this(vm, t)?.dict.clone())), ""),
    getset(
        "__doc__",
        |vm, t| {
            let ty = this(vm, t)?;
            if let Some(spec) = ty.spec
                && !spec.doc.is_empty()
            {
                return Ok(vm.str(spec.doc));
            }
            match ty.dict.get_str(&vm.names().__doc__) {
                Some(found) => match found.is_object().then(|| found.ty(vm).slots.get().get).flatten() {
                    Some(get) => get(vm, &found, None, Some(t)),
                    None => Ok(found),
                },
                None => Ok(Value::NONE),
            }
        },
        |vm, t, value| {
            let ty = this(vm, t)?;
            check_set(vm, ty, "__doc__", value)?;
            if let Some(value) = value {
                drop(ty.dict.insert_str(&vm.names().__doc__, value.clone()));
                ty.modified(vm);
            }
            Ok(())
        },
        "",
    ),
    getter(
        "__text_signature__",
        |vm, t| {
            let ty = this(vm, t)?;
            Ok(match ty.spec {
                Some(spec) if !spec.signature.is_empty() => vm.str(spec.signature),
                _ => Value::NONE,
            })
        },
        "",
    ),
    getset("__annotations__", |vm, t| vm.type_annotations(t), |vm, t, v| vm.set_type_annotations(t, v), ""),
    getset("__annotate__", |vm, t| vm.type_annotate(t), |vm, t, v| vm.set_type_annotate(t, v), ""),
    getset(
        "__type_params__",
        |vm, t| {
            let ty = this(vm, t)?;
            let own = if ty.is_heap() { ty.dict.get_str(&vm.names().__type_params__) } else { None };
            Ok(own.unwrap_or_else(|| vm.tuple(vec![])))
        },
        |vm, t, value| {
            let ty = this(vm, t)?;
            check_set(vm, ty, "__type_params__", value)?;
            if let Some(value) = value {
                drop(ty.dict.insert_str(&vm.names().__type_params__, value.clone()));
                ty.modified(vm);
            }
            Ok(())
        },
        "",
    ),
    getter("__basicsize__", |vm, t| Ok(vm.int(i64::from(this(vm, t)?.fast.instance_size.get()))), ""),
    getter(
        "__itemsize__",
        |vm, t| Ok(vm.int(if this(vm, t)?.fast.layout.get().size_of.is_some() { 8 } else { 0 })),
        "",
    ),
    getter(
        "__flags__",
        |vm, t| {
            let ty = this(vm, t)?;
            let f = ty.fast.flags.get();
            let map = [
                (type_flag::HEAP, 1 << 9),
                (type_flag::BASE, 1 << 10),
                (type_flag::ABSTRACT, 1 << 20),
                (type_flag::IMMUTABLE, 1 << 8),
                (type_flag::INT, 1 << 24),
                (type_flag::LIST, 1 << 25),
                (type_flag::TUPLE, 1 << 26),
                (type_flag::BYTES, 1 << 27),
                (type_flag::STR, 1 << 28),
                (type_flag::DICT, 1 << 29),
                (type_flag::EXCEPTION, 1 << 30),
                (type_flag::TYPE, 1 << 31),
                (type_flag::SEQUENCE, 1 << 5),
                (type_flag::MAPPING, 1 << 6),
                (type_flag::NO_NEW, 1 << 7),
            ];
            let mut out: i64 = 1 << 12;
            // Types of CPython's extension modules are made at run time; pickling by protocol 0 looks for the first
            // base that is not.
            if ty.spec.is_some_and(|spec| !matches!(spec.module(), "builtins" | "types")) {
                out |= 1 << 9 | 1 << 8;
            }
            for (ours, theirs) in map {
                if f & ours != 0 {
                    out |= theirs;
                }
            }
            if ty.is_container() {
                out |= 1 << 14;
            }
            Ok(vm.int(out))
        },
        "",
    ),
    // Weak references are kept outside of objects: the number only says whether there can be some, and is that of
    // CPython's classes.
    getter(
        "__weakrefoffset__",
        |vm, t| Ok(vm.int(if this(vm, t)?.has(type_flag::WEAKREF) { -32 } else { 0 })),
        "",
    ),
    getter(
        "__dictoffset__",
        |vm, t| {
            let ty = this(vm, t)?;
            let offset = i64::from(ty.fast.attrs_offset.get());
            Ok(vm.int(if offset != 0 && ty.is_heap() { -1 } else { offset }))
        },
        "",
    ),
];

impl Obj<Type> {
    /// Names of the class's own slots: what must agree for `__class__` assignment.
    fn slot_layout(&self) -> Vec<String> {
        self.slot_names.get().iter().map(|n| n.to_string_lossy().into_owned()).collect()
    }
}
