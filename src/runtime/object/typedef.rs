//! Types: their static description for builtin ones, the type object, its slot table, lookup along the MRO.
//!
//! # Invariants
//!
//! 1. `version` of a type moves (to a number never used before) when its dict, its bases or those of any base change.
//!    (`Type::modified`; every writer of a type's dict calls it.)
//! 2. A slot is set exactly if the MRO defines the dunder: native types set slots, whose wrappers go into the dict
//!    (`slots::add_wrappers`); Python classes put functions into the dict, and `slots::update` sets the slots.

use std::cell::{Cell, OnceCell};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::{Layout, TypeHead, heap, type_flag};
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::dict::Dict;
use crate::runtime::object::str::Str;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Header, LockCell, Obj, Payload, Ref, Value, bits, flag};

/// A type object, typed.
pub type TypeRef = Ref<Type>;

/// Numbers of builtin types that the machine tests for exactly (`TypeHead::kind`).
#[allow(missing_docs)]
pub mod kind {
    pub const OTHER: u16 = 0;
    pub const OBJECT: u16 = 1;
    pub const TYPE: u16 = 2;
    pub const INT: u16 = 3;
    pub const FLOAT: u16 = 4;
    pub const STR: u16 = 5;
    pub const BYTES: u16 = 6;
    pub const TUPLE: u16 = 7;
    pub const LIST: u16 = 8;
    pub const DICT: u16 = 9;
    pub const SET: u16 = 10;
    pub const FROZENSET: u16 = 11;
    pub const FUNCTION: u16 = 12;
    pub const METHOD: u16 = 13;
    pub const NATIVE_FUNCTION: u16 = 14;
    pub const METHOD_DESCRIPTOR: u16 = 15;
    pub const RANGE_ITER: u16 = 16;
    pub const LIST_ITER: u16 = 17;
    pub const TUPLE_ITER: u16 = 18;
    pub const DICT_KEY_ITER: u16 = 19;
    pub const DICT_VALUE_ITER: u16 = 20;
    pub const DICT_ITEM_ITER: u16 = 21;
    pub const STR_ITER: u16 = 22;
    pub const GENERATOR: u16 = 23;
    pub const COROUTINE: u16 = 24;
    pub const ASYNC_GENERATOR: u16 = 25;
    pub const MODULE: u16 = 26;
    pub const CELL: u16 = 27;
    pub const CODE: u16 = 28;
    pub const SLICE: u16 = 29;
    pub const RANGE: u16 = 30;
    pub const PROPERTY: u16 = 31;
    pub const COMPLEX: u16 = 32;
    pub const BYTEARRAY: u16 = 33;
    pub const SLOT_WRAPPER: u16 = 34;
    pub const MEMBER: u16 = 35;
    pub const STATICMETHOD: u16 = 36;
    pub const CLASSMETHOD: u16 = 37;
    pub const GETSET: u16 = 38;
    pub const SET_ITER: u16 = 39;
    pub const ENUMERATE: u16 = 40;
    pub const ZIP: u16 = 41;
    pub const BOOL: u16 = 42;
    pub const SUPER: u16 = 43;
    pub const LIST_REVERSE_ITER: u16 = 44;
    pub const BYTES_ITER: u16 = 45;
    pub const WEAKREF: u16 = 46;
}

/// Body of a native function.
#[derive(Clone, Copy)]
pub enum Body {
    /// Gets one value a parameter of the signature; unbound if left out.
    Bound(fn(&Vm, &[Value]) -> PyResult<Value>),
    /// Gets the call's arguments as they are.
    Raw(fn(&Vm, Args) -> PyResult<Value>),
}

/// How a native function sits in its type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binding {
    /// The first parameter is the instance.
    Instance,
    /// The first parameter is the class.
    Class,
    /// No hidden parameter.
    Static,
}

/// A native function or method.
pub struct Native {
    /// Its signature, with the instance or class as first parameter (named `self`, `cls`, or `$self`) for methods.
    pub signature: Signature,
    /// What it runs.
    pub body: Body,
    /// `__doc__`
    pub doc: &'static str,
    /// How it is bound.
    pub binding: Binding,
}

impl Native {
    /// What it runs, if that takes exactly `n` positional arguments as they are.
    #[inline(always)]
    pub fn exact_body(&self, n: usize) -> Option<fn(&Vm, &[Value]) -> PyResult<Value>> {
        match self.body {
            Body::Bound(body) if n == self.signature.total() && self.signature.keyword_only == 0 => {
                Some(body)
            }
            _ => None,
        }
    }

    /// Can it be called with `n` positional arguments, the rest being left out? (Or takes care of that itself.)
    #[inline(always)]
    fn takes(&self, n: usize) -> bool {
        let signature = &self.signature;
        n >= signature.required as usize
            && n <= signature.positional as usize
            && signature.keyword_required == 0
            && signature.total() <= MOST_PADDED
    }

    /// Can it be called with `n` positional arguments alone?
    #[inline(always)]
    pub fn takes_positional(&self, n: usize) -> bool {
        match self.body {
            Body::Bound(_) => {
                n == self.signature.total() && self.signature.keyword_only == 0 || self.takes(n)
            }
            Body::Raw(_) => true,
        }
    }

    /// Runs it with positional arguments; `None` if they are not what its signature wants or they are too many.
    #[inline(always)]
    pub fn run_positional(&self, vm: &Vm, values: &[Value]) -> Option<PyResult<Value>> {
        match self.body {
            Body::Bound(body) => {
                if values.len() == self.signature.total() && self.signature.keyword_only == 0 {
                    return Some(body(vm, values));
                }
                if !self.takes(values.len()) {
                    return None;
                }
                let total = self.signature.total();
                // The caller owns the values; these are copies of its words, which nobody drops.
                // SAFETY: words of live values that outlive the call, or immediates.
                let run = |words: &[u64]| unsafe {
                    body(vm, std::slice::from_raw_parts(words.as_ptr().cast::<Value>(), words.len()))
                };
                // Mostly the last parameters of two or three are left out.
                Some(match (values, total) {
                    ([a], 2) => run(&[a.to_bits(), bits::UNBOUND]),
                    ([a], 3) => run(&[a.to_bits(), bits::UNBOUND, bits::UNBOUND]),
                    ([a, b], 3) => run(&[a.to_bits(), b.to_bits(), bits::UNBOUND]),
                    _ => {
                        let mut padded = [bits::UNBOUND; MOST_PADDED];
                        for (place, value) in padded.iter_mut().zip(values) {
                            *place = value.to_bits();
                        }
                        run(&padded[..total])
                    }
                })
            }
            Body::Raw(body) => Some(body(vm, Args::positional(values))),
        }
    }
}

/// Most parameters of a native function that can be called with some left out without a look at its signature's text.
const MOST_PADDED: usize = 8;

/// A function or method with arguments bound by its signature.
pub const fn native(
    signature: &'static str,
    body: fn(&Vm, &[Value]) -> PyResult<Value>,
    doc: &'static str,
) -> Native {
    Native {
        signature: Signature::parse(signature),
        body: Body::Bound(body),
        doc,
        binding: Binding::Instance,
    }
}

/// A function or method that looks at its arguments itself; the signature is for people.
pub const fn native_raw(
    signature: &'static str,
    body: fn(&Vm, Args) -> PyResult<Value>,
    doc: &'static str,
) -> Native {
    Native { signature: Signature::parse(signature), body: Body::Raw(body), doc, binding: Binding::Instance }
}

impl Native {
    /// As class method.
    pub const fn class(mut self) -> Native {
        self.binding = Binding::Class;
        self
    }
    /// Its wrong arguments are told as those of C functions that are handed the class that defines them.
    pub const fn handed_class(mut self) -> Native {
        self.signature.handed_class = true;
        self
    }
    /// As static method.
    pub const fn of_static(mut self) -> Native {
        self.binding = Binding::Static;
        self
    }
    /// The function's name.
    pub fn name(&self) -> &'static str {
        self.signature.name()
    }
}

/// A computed attribute of a native type.
pub struct GetSet {
    /// Its name.
    pub name: &'static str,
    /// Reads it.
    pub get: fn(&Vm, &Value) -> PyResult<Value>,
    /// Writes it, or deletes it if there is no value.
    pub set: Option<fn(&Vm, &Value, Option<&Value>) -> PyResult<()>>,
    /// `__doc__`
    pub doc: &'static str,
    /// Is it a member of CPython's struct, with a `member_descriptor`?
    pub is_member: bool,
}

/// A read-only attribute.
pub const fn getter(
    name: &'static str,
    get: fn(&Vm, &Value) -> PyResult<Value>,
    doc: &'static str,
) -> GetSet {
    GetSet { name, get, set: None, doc, is_member: false }
}

/// An attribute that can be set and deleted.
pub const fn getset(
    name: &'static str,
    get: fn(&Vm, &Value) -> PyResult<Value>,
    set: fn(&Vm, &Value, Option<&Value>) -> PyResult<()>,
    doc: &'static str,
) -> GetSet {
    GetSet { name, get, set: Some(set), doc, is_member: false }
}

/// Static description of a builtin type; `Vm::typ` makes the type object when it is first asked for.
pub struct TypeSpec {
    /// Module and name, `"collections.deque"`; no dot: `builtins`.
    pub name: &'static str,
    /// The base; `None`: `object`.
    pub base: Option<&'static TypeSpec>,
    /// Layout of the instances.
    pub layout: fn() -> &'static Layout,
    /// See `type_flag`.
    pub flags: u32,
    /// See `kind`.
    pub kind: u16,
    /// `__doc__`
    pub doc: &'static str,
    /// Parameters for `__text_signature__`, with brackets.
    pub signature: &'static str,
    /// Sets the native slots.
    pub slots: fn(&mut Slots),
    /// Methods.
    pub methods: &'static [Native],
    /// Computed attributes.
    pub getset: &'static [GetSet],
    /// Further constant attributes.
    pub extra: Option<fn(&Vm, &TypeRef)>,
    id: AtomicU32,
}

fn no_slots(_: &mut Slots) {}

impl TypeSpec {
    /// A type with instances of that layout.
    pub const fn new(name: &'static str, layout: fn() -> &'static Layout) -> TypeSpec {
        TypeSpec {
            name,
            base: None,
            layout,
            flags: type_flag::IMMUTABLE,
            kind: kind::OTHER,
            doc: "",
            signature: "",
            slots: no_slots,
            methods: &[],
            getset: &[],
            extra: None,
            id: AtomicU32::new(0),
        }
    }
    /// Sets the base.
    pub const fn base(mut self, base: &'static TypeSpec) -> TypeSpec {
        self.base = Some(base);
        self
    }
    /// Adds flags.
    pub const fn flags(mut self, flags: u32) -> TypeSpec {
        self.flags |= flags;
        self
    }
    /// Programs may change the type's attributes.
    pub const fn mutable(mut self) -> TypeSpec {
        self.flags &= !type_flag::IMMUTABLE;
        self
    }
    /// Sets the kind.
    pub const fn kind(mut self, kind: u16) -> TypeSpec {
        self.kind = kind;
        self
    }
    /// Sets signature (may be empty) and documentation.
    pub const fn doc(mut self, signature: &'static str, doc: &'static str) -> TypeSpec {
        self.signature = signature;
        self.doc = doc;
        self
    }
    /// Sets the slots.
    pub const fn slots(mut self, slots: fn(&mut Slots)) -> TypeSpec {
        self.slots = slots;
        self
    }
    /// Sets the methods.
    pub const fn methods(mut self, methods: &'static [Native]) -> TypeSpec {
        self.methods = methods;
        self
    }
    /// Sets the computed attributes.
    pub const fn getset(mut self, getset: &'static [GetSet]) -> TypeSpec {
        self.getset = getset;
        self
    }
    /// Runs when the type object is made, to add further attributes to its dict.
    pub const fn extra(mut self, extra: fn(&Vm, &TypeRef)) -> TypeSpec {
        self.extra = Some(extra);
        self
    }

    /// Number of the spec, the same for all interpreters; given out on first use.
    #[inline(always)]
    pub fn id(&self) -> usize {
        match self.id.load(Ordering::Relaxed) {
            0 => self.new_id(),
            id => id as usize,
        }
    }

    #[cold]
    fn new_id(&self) -> usize {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let new = NEXT.fetch_add(1, Ordering::Relaxed);
        match self.id.compare_exchange(0, new, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => new as usize,
            Err(id) => id as usize,
        }
    }

    /// Name without module.
    pub fn short_name(&self) -> &'static str {
        self.name.rsplit_once('.').map_or(self.name, |(_, name)| name)
    }
    /// Module.
    pub fn module(&self) -> &'static str {
        self.name.rsplit_once('.').map_or("builtins", |(module, _)| module)
    }
}

/// Comparison operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Cmp {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

impl Cmp {
    /// The operator with its sides exchanged.
    pub const fn swapped(self) -> Cmp {
        match self {
            Cmp::Lt => Cmp::Gt,
            Cmp::Le => Cmp::Ge,
            Cmp::Gt => Cmp::Lt,
            Cmp::Ge => Cmp::Le,
            same => same,
        }
    }
    /// As written.
    pub const fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }
    /// Does an ordering satisfy it?
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Cmp::Lt => ordering.is_lt(),
            Cmp::Le => ordering.is_le(),
            Cmp::Eq => ordering.is_eq(),
            Cmp::Ne => ordering.is_ne(),
            Cmp::Gt => ordering.is_gt(),
            Cmp::Ge => ordering.is_ge(),
        }
    }
}

/// Slot of one operand.
pub type Unary = fn(&Vm, &Value) -> PyResult<Value>;
/// Slot of two operands.
pub type Binary = fn(&Vm, &Value, &Value) -> PyResult<Value>;
/// Slot of `pow`.
pub type Ternary = fn(&Vm, &Value, &Value, &Value) -> PyResult<Value>;

/// What a type can do: one function a dunder or a family of them.
#[derive(Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct Slots {
    pub repr: Option<Unary>,
    pub str: Option<Unary>,
    pub hash: Option<fn(&Vm, &Value) -> PyResult<i64>>,
    pub call: Option<fn(&Vm, &Value, Args) -> PyResult<Value>>,
    pub getattr: Option<Binary>,
    pub setattr: Option<fn(&Vm, &Value, &Value, Option<&Value>) -> PyResult<()>>,
    pub compare: Option<fn(&Vm, &Value, &Value, Cmp) -> PyResult<Value>>,
    pub iter: Option<Unary>,
    pub next: Option<fn(&Vm, &Value) -> PyResult<Option<Value>>>,
    pub get: Option<fn(&Vm, &Value, Option<&Value>, Option<&Value>) -> PyResult<Value>>,
    pub set: Option<fn(&Vm, &Value, &Value, Option<&Value>) -> PyResult<()>>,
    pub init: Option<fn(&Vm, &Value, Args) -> PyResult<()>>,
    pub new: Option<fn(&Vm, &TypeRef, Args) -> PyResult<Value>>,
    pub del: Option<fn(&Vm, &Value) -> PyResult<()>>,
    pub bool: Option<fn(&Vm, &Value) -> PyResult<bool>>,
    pub int: Option<Unary>,
    pub float: Option<Unary>,
    pub index: Option<Unary>,
    pub neg: Option<Unary>,
    pub pos: Option<Unary>,
    pub abs: Option<Unary>,
    pub invert: Option<Unary>,
    pub add: Option<Binary>,
    pub sub: Option<Binary>,
    pub mul: Option<Binary>,
    pub truediv: Option<Binary>,
    pub floordiv: Option<Binary>,
    pub modulo: Option<Binary>,
    pub divmod: Option<Binary>,
    pub pow: Option<Ternary>,
    pub matmul: Option<Binary>,
    pub lshift: Option<Binary>,
    pub rshift: Option<Binary>,
    pub and: Option<Binary>,
    pub or: Option<Binary>,
    pub xor: Option<Binary>,
    pub iadd: Option<Binary>,
    pub isub: Option<Binary>,
    pub imul: Option<Binary>,
    pub itruediv: Option<Binary>,
    pub ifloordiv: Option<Binary>,
    pub imodulo: Option<Binary>,
    pub ipow: Option<Ternary>,
    pub imatmul: Option<Binary>,
    pub ilshift: Option<Binary>,
    pub irshift: Option<Binary>,
    pub iand: Option<Binary>,
    pub ior: Option<Binary>,
    pub ixor: Option<Binary>,
    /// `len` of sequences and mappings.
    pub len: Option<fn(&Vm, &Value) -> PyResult<usize>>,
    pub getitem: Option<Binary>,
    /// What `getitem` gives for a small int, if that is told quickly; asked of types that are not made by Python code.
    pub item: Option<fn(&Vm, &Value, i64) -> Option<Value>>,
    pub setitem: Option<fn(&Vm, &Value, &Value, Option<&Value>) -> PyResult<()>>,
    pub contains: Option<fn(&Vm, &Value, &Value) -> PyResult<bool>>,
    /// `+` of sequences.
    pub concat: Option<Binary>,
    /// `*` of a sequence with a count.
    pub repeat: Option<fn(&Vm, &Value, isize) -> PyResult<Value>>,
    pub iconcat: Option<Binary>,
    pub irepeat: Option<fn(&Vm, &Value, isize) -> PyResult<Value>>,
    pub await_: Option<Unary>,
    pub aiter: Option<Unary>,
    pub anext: Option<Unary>,
    /// The buffer protocol: a memoryview-to-be over the object, for the flags asked.
    pub buffer: Option<fn(&Vm, &Value, u32) -> PyResult<Value>>,
    pub release_buffer: Option<fn(&Vm, &Value, &Value)>,
}

/// The namespace of a type. That of a builtin type, which nobody can change and whose bases nobody can, is made when somebody
/// looks into it: a program looks into few of them.
pub struct Namespace {
    made: OnceCell<Ref<Dict>>,
    spec: Option<&'static TypeSpec>,
    more: Cell<Option<Box<dyn Fn(&Vm, &TypeRef)>>>,
}

impl Namespace {
    /// That of a type that is filled at once.
    pub fn of(dict: Ref<Dict>) -> Namespace {
        Namespace { made: OnceCell::from(dict), spec: None, more: Cell::new(None) }
    }
    /// That of the type of a spec, which `Vm::fill_spec_dict` fills.
    pub fn to_be_made(spec: &'static TypeSpec) -> Namespace {
        Namespace { made: OnceCell::new(), spec: Some(spec), more: Cell::new(None) }
    }

    /// What else is put into it when it is made; it must not be yet.
    pub fn add_when_made(&self, more: Box<dyn Fn(&Vm, &TypeRef)>) {
        debug_assert!(!self.is_made());
        self.more.set(Some(more));
    }

    /// Is it there?
    pub fn is_made(&self) -> bool {
        self.made.get().is_some()
    }

    #[cold]
    #[inline(never)]
    fn make(&self) -> &Ref<Dict> {
        let vm = crate::runtime::object::vm::vm();
        // No Python runs here: making objects only asks for a collection.
        let dict = self.made.get_or_init(|| vm.new_dict());
        if let Some(spec) = self.spec {
            let ty = vm.typ(spec).clone();
            vm.fill_spec_dict(&ty, spec);
            if let Some(more) = self.more.take() {
                more(vm, &ty);
            }
        }
        dict
    }
}

impl std::ops::Deref for Namespace {
    type Target = Ref<Dict>;
    #[inline(always)]
    fn deref(&self) -> &Ref<Dict> {
        match self.made.get() {
            Some(dict) => dict,
            None => self.make(),
        }
    }
}

/// The payload of `type`.
#[repr(C)]
pub struct Type {
    /// What the heap and the machine look at.
    pub fast: TypeHead,
    /// `__name__`
    pub name: LockCell<Ref<Str>>,
    /// `__qualname__`
    pub qualname: LockCell<Ref<Str>>,
    /// `__base__`
    pub base: LockCell<Option<TypeRef>>,
    /// `__bases__`
    pub bases: LockCell<Ref<Tuple>>,
    /// `__mro__`
    pub mro: LockCell<Ref<Tuple>>,
    /// The namespace.
    pub dict: Namespace,
    /// What instances can do.
    pub slots: LockCell<Slots>,
    /// The description of a builtin type.
    pub spec: Option<&'static TypeSpec>,
    /// Direct subclasses, not counted; a dying type removes itself.
    pub subclasses: LockCell<Vec<NonNull<Obj<Type>>>>,
    /// Names of the `__slots__` words, for member descriptors and `__getstate__`.
    pub slot_names: LockCell<Vec<Ref<Str>>>,
    /// A version, and the function that is `__init__` of a class without any other way of making instances, as long as the
    /// type has that version.
    pub init: Cell<(u32, u64)>,
    /// A version, and the Python function that is `__getitem__` while the type has it, or 0.
    pub getitem: Cell<(u32, u64)>,
    /// The version with which `__class__` of all instances was found to be what `object` makes of it; 0 if there was none.
    pub plain_class: Cell<u32>,
}

impl Payload for Type {
    #[inline(always)]
    fn layout() -> &'static Layout {
        static LAYOUT: Layout = Layout::of::<Type>("type", true, None).with_drop(drop_type);
        &LAYOUT
    }
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(dict) = self.dict.made.get() {
            visit(dict.value());
        }
        visit(self.mro.get().value());
        visit(self.bases.get().value());
        if let Some(base) = self.base.get() {
            visit(base.value());
        }
    }
    fn clear(&self) {
        // Nobody is to find it any more: not through its bases, not in caches by its version.
        for base in self.bases.get().items() {
            if let Some(base) = base.downcast::<Type>() {
                // SAFETY: subclasses remove themselves when they die.
                base.subclasses
                    .get_mut()
                    .retain(|sub| !std::ptr::eq(&raw const unsafe { sub.as_ref() }.data, self));
            }
        }
        self.void_version(crate::runtime::object::vm::vm());
        if let Some(dict) = self.dict.made.get() {
            dict.clear();
        }
        // Its MRO begins with itself.
        let nothing = || -> Ref<Tuple> {
            let empty = &crate::runtime::object::vm::vm().interp().empty_tuple;
            empty.downcast_ref().expect("it is a tuple")
        };
        drop(self.base.replace(None));
        drop(self.bases.replace(nothing()));
        drop(self.mro.replace(nothing()));
    }
}

impl Type {
    fn void_version(&self, vm: &Vm) {
        if self.fast.version.replace(0) == 0 {
            return;
        }
        for sub in self.subclasses.get().clone() {
            // SAFETY: subclasses remove themselves when they die.
            unsafe { sub.as_ref() }.modified(vm);
        }
    }
}

unsafe fn drop_type(at: NonNull<Header>) {
    // SAFETY: called once for a dying type.
    unsafe {
        let ty = at.cast::<Obj<Type>>();
        for base in ty.as_ref().bases.get().items() {
            if let Some(base) = base.downcast::<Type>() {
                base.subclasses.get_mut().retain(|sub| *sub != ty);
            }
        }
        std::ptr::drop_in_place(&raw mut (*ty.as_ptr()).data);
    }
}

impl Obj<Type> {
    /// As the heap wants it.
    #[inline(always)]
    pub fn head_ptr(&self) -> NonNull<Obj<TypeHead>> {
        NonNull::from(self).cast()
    }
    /// Is it a builtin type itself, whose instances have nothing beside their payload?
    #[inline(always)]
    pub fn is_exact_builtin(&self) -> bool {
        self.fast.attrs_offset.get() == 0 && self.fast.slots_count.get() == 0
    }
    /// Are these flags (one of them) set?
    #[inline(always)]
    pub fn has(&self, flags: u32) -> bool {
        self.fast.flags.get() & flags != 0
    }
    /// Was it made by a class statement or `type()`?
    #[inline(always)]
    pub fn is_heap(&self) -> bool {
        self.has(type_flag::HEAP)
    }
    /// Sets flags.
    pub fn set_flags(&self, flags: u32) {
        self.fast.flags.set(self.fast.flags.get() | flags);
    }
    /// Clears flags.
    pub fn clear_flags(&self, flags: u32) {
        self.fast.flags.set(self.fast.flags.get() & !flags);
    }
    /// `__name__` for messages.
    pub fn name(&self) -> String {
        self.name.get().to_string_lossy().into_owned()
    }
    /// The name for messages about native types: with the module, if it is in one.
    pub fn tp_name(&self) -> String {
        match self.spec {
            Some(spec) => spec.name.to_owned(),
            None => self.name(),
        }
    }
    /// The types to look in, in order.
    #[inline(always)]
    pub fn mro(&self) -> &[Value] {
        self.mro.get().items()
    }
    /// Is `other` this type or one of its bases? By MRO, or by `__base__` while there is none.
    #[inline]
    pub fn is_subtype(&self, other: &Obj<Type>) -> bool {
        self.address() == other.address()
            || self.mro().iter().any(|ty| ty.to_bits() == other.address())
            || (self.mro().is_empty() && self.extends(other))
    }
    /// Is `other` this type or met by following `__base__` from it?
    pub fn extends(&self, other: &Obj<Type>) -> bool {
        let mut at = Some(self.to_ref());
        while let Some(ty) = at {
            if ty.address() == other.address() {
                return true;
            }
            at = ty.base.cloned();
        }
        false
    }
    /// An attribute of the type or its bases, as it stands in their dicts.
    #[inline]
    pub fn lookup(&self, vm: &Vm, name: &Obj<Str>) -> Option<Value> {
        vm.interp().type_cache_lookup(self, name)
    }
    /// As [`Obj::lookup`], without cache.
    pub fn lookup_slow(&self, name: &Obj<Str>) -> Option<Value> {
        self.mro().iter().find_map(|ty| ty.downcast::<Type>()?.dict.get_str(name))
    }
    /// As [`Obj::lookup`]; also gives the type whose dict has it.
    pub fn lookup_with_owner(&self, name: &Obj<Str>) -> Option<(Value, TypeRef)> {
        self.mro().iter().find_map(|ty| {
            let ty = ty.downcast::<Type>()?;
            ty.dict.get_str(name).map(|found| (found, ty.to_ref()))
        })
    }
    /// The type or its bases changed: caches of it and of its subclasses are void.
    pub fn modified(&self, vm: &Vm) {
        self.data.void_version(vm);
    }
    /// The version for caches, given out on demand; 0 if there are none left.
    #[inline(always)]
    pub fn version(&self, vm: &Vm) -> u32 {
        match self.fast.version.get() {
            0 => self.new_version(vm),
            version => version,
        }
    }
    #[cold]
    fn new_version(&self, vm: &Vm) -> u32 {
        // Unfinished, or emptied by the collector.
        if self.mro().is_empty() {
            return 0;
        }
        // A custom `mro()` may have named a class that is no base, whose changes would not reach this type.
        let bases = self.bases.get();
        let is_known = |ty: &Value| {
            ty.to_bits() == self.address()
                || bases
                    .items()
                    .iter()
                    .filter_map(Value::as_type)
                    .any(|base| base.mro().iter().any(|b| b.is(ty)))
        };
        if !self.mro().iter().all(is_known) {
            return 0;
        }
        // A base must have a version too, so that its next change reaches this type.
        for base in self.bases.get().items() {
            if let Some(base) = base.downcast::<Type>()
                && base.version(vm) == 0
            {
                return 0;
            }
        }
        let version = vm.interp().next_version();
        self.fast.version.set(version);
        version
    }
    /// Direct subclasses that are alive.
    pub fn live_subclasses(&self) -> Vec<TypeRef> {
        self.subclasses
            .get()
            .iter()
            // SAFETY: subclasses remove themselves when they die.
            .map(|sub| unsafe { sub.as_ref() })
            .filter(|sub| sub.head.count.get() > 0 && sub.head.flags.get() & flag::DYING == 0)
            .map(Obj::to_ref)
            .collect()
    }

    /// Room for an instance with `items` bytes of inline items of a type that adds slots or attributes; attribute
    /// words are written.
    ///
    /// # Safety
    /// The caller writes the payload before anything else runs, and the layout has inline items.
    pub unsafe fn allocate_shifted(&self, items: usize) -> NonNull<Header> {
        // SAFETY: the size covers payload, slots, attributes and items.
        unsafe {
            let inline = if self.fast.attrs_offset.get() != 0 { self.fast.inline_values.get() } else { 0 };
            let size = self.fast.instance_size.get() as usize + 8 * inline as usize + items;
            let at = heap().object(self.head_ptr(), size, self.is_container());
            self.init_words(at, inline);
            let head = at.as_ref();
            head.flags.set(head.flags.get() | flag::SHIFTED);
            at
        }
    }

    /// Do instances take part in collections?
    #[inline(always)]
    pub fn is_container(&self) -> bool {
        self.fast.layout.get().is_container || self.has(type_flag::HEAP)
    }

    /// Writes slots and attribute words of a new instance.
    ///
    /// # Safety
    /// `at` is a new instance of this type with room for them.
    #[inline(always)]
    unsafe fn init_words(&self, at: NonNull<Header>, inline: u8) {
        // SAFETY: the type says where the words are.
        unsafe {
            let start = at.cast::<u8>().as_ptr();
            let slots = start.add(self.fast.slots_offset.get() as usize).cast::<u64>();
            for i in 0..self.fast.slots_count.get() as usize {
                slots.add(i).write(crate::runtime::value::bits::UNBOUND);
            }
            let offset = self.fast.attrs_offset.get() as usize;
            if offset != 0 {
                let head = at.as_ref();
                head.flags.set(head.flags.get() | u32::from(inline) << 24);
                let word = start.add(offset).cast::<u64>();
                word.write(crate::runtime::object::shape::EMPTY_WORD);
                for i in 0..inline as usize {
                    word.add(1 + i).write(crate::runtime::value::bits::UNBOUND);
                }
            }
        }
    }
}

/// A new object of a type whose layout is that of `T`.
#[inline(always)]
pub fn allocate<T: Payload>(ty: &TypeRef, data: T) -> Ref<T> {
    debug_assert!(
        std::ptr::eq(ty.fast.layout.get(), T::layout()) || ty.fast.layout.get().extends(T::layout())
    );
    // SAFETY: the size covers payload, slots and attributes, and all of it is written here.
    unsafe {
        if ty.has(type_flag::PLAIN) && std::ptr::eq(ty.fast.layout.get(), T::layout()) {
            let at = heap().object(ty.head_ptr(), size_of::<Obj<T>>(), T::layout().is_container);
            (&raw mut (*at.cast::<Obj<T>>().as_ptr()).data).write(data);
            return Ref::from_value_unchecked(Value::from_bits(at.as_ptr() as u64));
        }
        let inline = if ty.fast.attrs_offset.get() != 0 { ty.fast.inline_values.get() } else { 0 };
        let size = ty.fast.instance_size.get() as usize + 8 * inline as usize;
        let at = heap().object(ty.head_ptr(), size, ty.is_container());
        if !ty.is_exact_builtin() {
            ty.init_words(at, inline);
        }
        (&raw mut (*at.cast::<Obj<T>>().as_ptr()).data).write(data);
        Ref::from_value_unchecked(Value::from_bits(at.as_ptr() as u64))
    }
}

/// Memory for a type object of the bootstrap, with the part that the heap looks at written; the rest of the payload
/// must be written with [`complete`] before anything looks at it.
///
/// # Safety
/// `meta` is the type `type`, or dangling for `type` itself, which the caller corrects.
pub unsafe fn unfinished(meta: NonNull<Obj<TypeHead>>, layout: &'static Layout, kind: u16) -> TypeRef {
    // SAFETY: a block of the size of a type object; header and head are written here.
    unsafe {
        let block = heap().memory(size_of::<Obj<Type>>() + crate::runtime::gc::heap::LINKS);
        let at = block.add(crate::runtime::gc::heap::LINKS).cast::<Header>();
        let flags = flag::HAS_LINKS | flag::IMMORTAL;
        at.write(Header { count: Cell::new(1 << 30), flags: Cell::new(flags), ty: Cell::new(meta) });
        let head = &raw mut (*at.cast::<Obj<Type>>()).data.fast;
        head.write(TypeHead {
            layout: Cell::new(layout),
            flags: Cell::new(0),
            version: Cell::new(0),
            kind: Cell::new(kind),
            attrs_offset: Cell::new(0),
            slots_offset: Cell::new(0),
            slots_count: Cell::new(0),
            instance_size: Cell::new(layout.size as u32),
            inline_values: Cell::new(0),
        });
        std::mem::transmute::<Value, TypeRef>(Value::from_bits(at as u64))
    }
}

/// Writes the payload of an unfinished type.
///
/// # Safety
/// `ty` came from [`unfinished`] and is not complete yet.
pub unsafe fn complete(ty: &TypeRef, data: Type) {
    // SAFETY: the payload's memory is there and only its head was written, which owns nothing.
    unsafe { (&raw mut (*ty.head_ptr().cast::<Obj<Type>>().as_ptr()).data).write(data) }
}

impl Vm {
    /// A new object of a type whose layout is that of `T`.
    #[inline(always)]
    pub fn alloc<T: Payload>(&self, ty: &TypeRef, data: T) -> Ref<T> {
        allocate(ty, data)
    }

    /// As [`Vm::alloc`], for the type of a spec.
    #[inline(always)]
    pub fn alloc_spec<T: Payload>(&self, spec: &'static TypeSpec, data: T) -> Value {
        self.alloc(self.typ(spec), data).into_value()
    }

    /// The type object of a spec.
    #[inline(always)]
    pub fn typ(&self, spec: &'static TypeSpec) -> &TypeRef {
        let id = spec.id();
        match self.interp().types.get().get(id) {
            Some(Some(ty)) => {
                // SAFETY: type objects of specs stay in their boxed place until the interpreter ends.
                unsafe { &*std::ptr::from_ref::<TypeRef>(ty) }
            }
            _ => self.make_type(spec),
        }
    }
}

impl Value {
    /// The type payload, if it is a type.
    #[inline(always)]
    pub fn as_type(&self) -> Option<&Obj<Type>> {
        self.downcast::<Type>()
    }
}
