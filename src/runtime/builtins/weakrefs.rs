//! `weakref.ReferenceType` and the proxies.
//!
//! The heap's table maps the address of a referent to its weak references; an object with an entry has the flag
//! `WEAKLY_REFERENCED`, so that its death looks here.
//!
//! A row of the table is in the reverse of the order in which the references are told: the older before the newer, then the
//! shared proxy, the shared reference last. So a new one is put in near the end. Each reference knows its place, and one that
//! dies leaves a gap (`gap`), so that thousands of references to one object come and go in constant time each.

use std::cell::Cell;
use std::ptr::NonNull;

use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::{heap, type_flag, type_head};
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Cmp, TypeSpec, getter, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Header, LockCell, Obj, Payload, Value, flag};

/// The payload of a weak reference.
#[repr(C)]
pub struct WeakRef {
    /// Address of the referent; 0 when it is dead.
    pub target: Cell<u64>,
    /// The callback, or `None`.
    pub callback: LockCell<Value>,
    /// Hash of the referent, once asked for.
    hash: Cell<Option<i64>>,
    /// Its place in the referent's row.
    place: Cell<usize>,
}
crate::payload!(WeakRef, "weakref", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.callback.get());
    }
    fn clear(&self) {
        self.callback.set(Value::NONE);
    }
});

impl Drop for WeakRef {
    fn drop(&mut self) {
        let target = self.target.replace(0);
        if target != 0 {
            forget(target, self.place.get());
        }
    }
}

/// What stands in a row where a reference has died.
fn gap() -> NonNull<Header> {
    NonNull::dangling()
}

/// Takes the reference at a place out of a referent's row.
fn forget(target: u64, place: usize) {
    let mut table = heap().weakrefs.borrow_mut();
    let Some(refs) = table.get_mut(&(target as usize)) else { return };
    refs[place] = gap();
    while refs.last() == Some(&gap()) {
        refs.pop();
    }
    if refs.is_empty() {
        table.remove(&(target as usize));
        // SAFETY: a referent clears its references when it dies, so it is alive.
        let head = unsafe { &*(target as *const Header) };
        head.flags.set(head.flags.get() & !flag::WEAKLY_REFERENCED);
    }
}

/// A reference in a row.
fn at_place(reference: &NonNull<Header>) -> Option<&Obj<WeakRef>> {
    if *reference == gap() {
        return None;
    }
    // SAFETY: the table holds live weak references: they leave it, or it them, before they die.
    Some(unsafe { reference.cast::<Obj<WeakRef>>().as_ref() })
}

/// Puts a reference into a row, `from_end` places before its end.
fn put(refs: &mut Vec<NonNull<Header>>, new: NonNull<Header>, from_end: usize) {
    // Where it would have to grow, and gaps are the better half of it, it shrinks instead.
    if refs.len() == refs.capacity() && refs.iter().filter(|r| **r == gap()).count() * 2 > refs.len() {
        refs.retain(|r| *r != gap());
        for (place, weak) in refs.iter().enumerate() {
            at_place(weak).inspect(|weak| weak.place.set(place));
        }
    }
    let place = refs.len() - from_end;
    refs.insert(place, new);
    for (at, weak) in refs.iter().enumerate().skip(place) {
        at_place(weak).inspect(|weak| weak.place.set(at));
    }
}

/// Whether a reference is the one that all share who ask for a `spec` without a callback.
fn is_shared(vm: &Vm, reference: &NonNull<Header>, spec: &'static TypeSpec) -> bool {
    at_place(reference).is_some_and(|weak| {
        weak.callback.get().is_none() && weak.to_value().ty(vm).address() == vm.typ(spec).address()
    })
}

fn is_shared_proxy(vm: &Vm, reference: &NonNull<Header>) -> bool {
    is_shared(vm, reference, &PROXY) || is_shared(vm, reference, &CALLABLE_PROXY)
}

impl Obj<WeakRef> {
    /// The referent, if it is alive.
    pub fn referent(&self) -> Option<Value> {
        let target = self.target.get();
        if target == 0 {
            return None;
        }
        // SAFETY: a referent clears its references before its memory goes.
        let head = unsafe { &*(target as *const Header) };
        if head.count.get() == 0 || head.flags.get() & flag::DYING != 0 {
            return None;
        }
        head.count.set(head.count.get() + 1);
        // SAFETY: counted right above.
        Some(unsafe { Value::from_bits(target) })
    }
}

/// The heap's hook: the referent is about to die.
///
/// # Safety
/// `at` is an object in the table.
pub unsafe fn clear(at: NonNull<Header>) {
    let refs = heap().weakrefs.borrow_mut().remove(&(at.as_ptr() as usize));
    // SAFETY: the object is still there.
    let head = unsafe { at.as_ref() };
    head.flags.set(head.flags.get() & !flag::WEAKLY_REFERENCED);
    let vm = crate::runtime::object::vm::vm();
    let mut calls = Vec::new();
    for reference in refs.iter().flatten().rev() {
        let Some(weak) = at_place(reference) else { continue };
        weak.target.set(0);
        let callback = weak.callback.replace(Value::NONE);
        let in_garbage = weak.head.flags.get() & flag::UNREACHABLE != 0;
        if !callback.is_none() && weak.head.count.get() > 0 && !in_garbage {
            calls.push((weak.to_value(), callback));
        }
    }
    for (weak, callback) in calls {
        let pending = vm.take_pending();
        if let Err(raised) = vm.call1(&callback, &weak) {
            vm.write_unraisable_while(raised, "calling weakref callback", &callback);
        }
        vm.put_pending(pending);
    }
}

fn referenceable(vm: &Vm, object: &Value) -> PyResult<()> {
    match object.header() {
        Some(head) if type_head(head).flags.get() & type_flag::WEAKREF != 0 => Ok(()),
        _ => Err(not_referenceable(vm, object)),
    }
}

#[cold]
#[inline(never)]
fn not_referenceable(vm: &Vm, object: &Value) -> Raised {
    vm.type_error(format!("cannot create weak reference to '{}' object", object.type_name(vm)))
}

/// The reference that all share who ask for one without a callback.
pub fn shared(vm: &Vm, object: &Value) -> PyResult<Value> {
    if let Some(head) = object.header()
        && head.flags.get() & flag::WEAKLY_REFERENCED != 0
    {
        let table = heap().weakrefs.borrow();
        let refs = table.get(&(object.to_bits() as usize)).map_or(&[][..], |refs| refs);
        // It stands last.
        if let Some(weak) = refs.last().and_then(at_place)
            && type_head(&weak.head).kind.get() == kind::WEAKREF
            && weak.callback.get().is_none()
            && weak.head.count.get() > 0
        {
            return Ok(weak.to_value());
        }
    }
    vm.weakref(object, Value::NONE)
}

fn make(
    vm: &Vm,
    spec_type: &crate::runtime::object::typedef::TypeRef,
    object: &Value,
    callback: Value,
    shared: bool,
) -> PyResult<Value> {
    referenceable(vm, object)?;
    let address = object.to_bits() as usize;
    let is_known = object.header().is_some_and(|head| head.flags.get() & flag::WEAKLY_REFERENCED != 0);
    if is_known && shared && callback.is_none() {
        let table = heap().weakrefs.borrow();
        if let Some(refs) = table.get(&address) {
            for weak in refs.iter().rev().take(2).filter_map(at_place) {
                let same_type = type_head(&weak.head).head.count.as_ptr() == spec_type.head.count.as_ptr();
                if same_type && weak.callback.get().is_none() && weak.head.count.get() > 0 {
                    return Ok(weak.to_value());
                }
            }
        }
    }
    let weak = vm.alloc(
        spec_type,
        WeakRef {
            target: Cell::new(object.to_bits()),
            callback: LockCell::new(callback),
            hash: Cell::new(None),
            place: Cell::new(0),
        },
    );
    let pointer = NonNull::from(&weak.head);
    let mut table = heap().weakrefs.borrow_mut();
    let refs = table.entry(address).or_default();
    if refs.is_empty() {
        refs.push(pointer);
    } else {
        put_in_order(vm, refs, pointer);
    }
    drop(table);
    if let Some(head) = object.header() {
        head.flags.set(head.flags.get() | flag::WEAKLY_REFERENCED);
    }
    Ok(weak.into_value())
}

/// Puts a new reference into a row that has some.
fn put_in_order(vm: &Vm, refs: &mut Vec<NonNull<Header>>, pointer: NonNull<Header>) {
    let has_ref = refs.last().is_some_and(|r| is_shared(vm, r, &REFERENCE));
    let behind = usize::from(has_ref);
    let has_proxy = refs.iter().rev().nth(behind).is_some_and(|r| is_shared_proxy(vm, r));
    let from_end = if is_shared(vm, &pointer, &REFERENCE) {
        0
    } else if is_shared_proxy(vm, &pointer) {
        behind
    } else {
        behind + usize::from(has_proxy)
    };
    put(refs, pointer, from_end);
}

#[inline(always)]
fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<WeakRef>> {
    vm.cast::<WeakRef>(value)
}

fn weakref_repr(vm: &Vm, weak: &Value) -> PyResult<Value> {
    let this = this(vm, weak)?;
    let own = weak.to_bits();
    let Some(target) = this.referent() else { return Ok(vm.str(format!("<weakref at 0x{own:x}; dead>"))) };
    // As a special method, so that no `__getattr__` is asked.
    let name = match target.ty(vm).lookup(vm, &vm.names().__name__) {
        Some(found) => {
            let bound = vm.bind(&found, &target);
            vm.catch(bound, &crate::runtime::builtins::exceptions::ATTRIBUTE_ERROR)?
        }
        None => None,
    };
    let ty = target.type_name(vm);
    let at = target.to_bits();
    Ok(match name.filter(|n| n.as_str().is_some()) {
        Some(name) => {
            vm.str(format!("<weakref at 0x{own:x}; to '{ty}' at 0x{at:x} ({})>", vm.to_string(&name)?))
        }
        None => vm.str(format!("<weakref at 0x{own:x}; to '{ty}' at 0x{at:x}>")),
    })
}

/// `weakref.ReferenceType`
pub static REFERENCE: TypeSpec = TypeSpec::new("weakref.ReferenceType", WeakRef::layout)
    .kind(kind::WEAKREF)
    .flags(type_flag::BASE)
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            if let ([object], true) = (args.values, args.names.is_empty()) {
                return make(vm, ty, object, Value::NONE, ty.is(vm.typ(&REFERENCE)));
            }
            // Keywords are for the `__init__` of a subclass.
            let args = Args::positional(args.pos()).count(vm, "__new__", 1, 2)?;
            let callback = args.get(1).cloned().unwrap_or(Value::NONE);
            let shared = ty.is(vm.typ(&REFERENCE));
            make(vm, ty, &args[0], callback, shared)
        });
        s.init = Some(|vm, _, args: Args| {
            if args.names.is_empty() && args.values.len() == 1 {
                return Ok(());
            }
            args.no_keywords(vm, "ref")?;
            args.count(vm, "__init__", 1, 2).map(drop)
        });
        s.call = Some(|vm, weak, args| {
            const SIGNATURE: crate::runtime::object::args::Signature =
                crate::runtime::object::args::Signature::parse("__call__()");
            if !args.values.is_empty() {
                SIGNATURE.bind(vm, args, &mut [], 0)?;
            }
            Ok(this(vm, weak)?.referent().unwrap_or(Value::NONE))
        });
        s.repr = Some(weakref_repr);
        s.hash = Some(|vm, weak| {
            let this = this(vm, weak)?;
            if let Some(hash) = this.hash.get() {
                return Ok(hash);
            }
            let Some(target) = this.referent() else {
                return Err(vm.type_error("weak object has gone away"));
            };
            let hash = vm.hash(&target)?;
            this.hash.set(Some(hash));
            Ok(hash)
        });
        s.compare = Some(|vm, a, b, op| {
            if !matches!(op, Cmp::Eq | Cmp::Ne) {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let (Some(x), Some(y)) = (a.downcast::<WeakRef>(), b.downcast::<WeakRef>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            match (x.referent(), y.referent()) {
                (Some(x), Some(y)) => vm.compare(&x, &y, op),
                _ => Ok(Value::bool(a.is(b) == (op == Cmp::Eq))),
            }
        });
    })
    .methods(&[native(
        "__class_getitem__(cls, item, /)",
        |vm, args| vm.generic_alias(&args[0], &args[1]),
        "See PEP 585",
    )
    .class()])
    .getset(&[getter("__callback__", |vm, weak| Ok(this(vm, weak)?.callback.cloned()), "")]);

impl Vm {
    /// A new weak reference (a shared one if there is no callback).
    pub fn weakref(&self, object: &Value, callback: Value) -> PyResult<Value> {
        make(self, self.typ(&REFERENCE), object, callback, true)
    }
    /// A weak reference of a proxy type.
    pub fn weakref_of(&self, spec: &'static TypeSpec, object: &Value, callback: Value) -> PyResult<Value> {
        let ty = self.typ(spec).clone();
        make(self, &ty, object, callback, true)
    }
    /// The first weak reference to an object, for `__weakref__`.
    pub fn first_weakref(&self, object: &Value) -> PyResult<Value> {
        Ok(self.weakrefs_of(object).into_iter().next().unwrap_or(Value::NONE))
    }
    /// All weak references to an object.
    pub fn weakrefs_of(&self, object: &Value) -> Vec<Value> {
        let table = heap().weakrefs.borrow();
        let refs = table.get(&(object.to_bits() as usize)).map_or(&[][..], |refs| refs);
        refs.iter().rev().filter_map(at_place).map(Obj::to_value).collect()
    }
}

/// The referent of a proxy, or of anything else the thing itself.
fn through(vm: &Vm, value: &Value) -> PyResult<Value> {
    match value.downcast::<WeakRef>() {
        Some(weak) if is_proxy(vm, value) => match weak.referent() {
            Some(target) => Ok(target),
            None => Err(vm.reference_error("weakly-referenced object no longer exists")),
        },
        _ => Ok(value.clone()),
    }
}

fn is_proxy(vm: &Vm, value: &Value) -> bool {
    let ty = value.ty(vm).address();
    ty == vm.typ(&PROXY).address() || ty == vm.typ(&CALLABLE_PROXY).address()
}

macro_rules! proxy_binary {
    ($slots:ident; $($slot:ident $op:ident;)*) => { $(
        $slots.$slot = Some(|vm, a, b| {
            let (a, b) = (through(vm, a)?, through(vm, b)?);
            vm.binary(&a, &b, &crate::runtime::object::ops::$op)
        });
    )* };
}
macro_rules! proxy_inplace {
    ($slots:ident; $($slot:ident $op:ident;)*) => { $(
        $slots.$slot = Some(|vm, a, b| {
            let (a, b) = (through(vm, a)?, through(vm, b)?);
            vm.binary_inplace(&a, &b, &crate::runtime::object::ops::$op)
        });
    )* };
}
macro_rules! proxy_unary {
    ($slots:ident; $($slot:ident $symbol:literal;)*) => { $(
        $slots.$slot = Some(|vm, a| {
            let a = through(vm, a)?;
            vm.unary(&a, |s| s.$slot, $symbol)
        });
    )* };
}

fn proxy_slots(s: &mut crate::runtime::object::typedef::Slots) {
    proxy_binary!(s; add ADD; sub SUB; mul MUL; truediv TRUE_DIV; floordiv FLOOR_DIV; modulo MOD; matmul MAT_MUL;
        lshift LSHIFT; rshift RSHIFT; and AND; or OR; xor XOR; divmod DIVMOD;);
    proxy_inplace!(s; iadd ADD; isub SUB; imul MUL; itruediv TRUE_DIV; ifloordiv FLOOR_DIV; imodulo MOD; imatmul MAT_MUL;
        ilshift LSHIFT; irshift RSHIFT; iand AND; ior OR; ixor XOR;);
    proxy_unary!(s; neg "unary -"; pos "unary +"; abs "abs()"; invert "unary ~"; int "int()"; float "float()"; index "index()";);
    s.pow = Some(|vm, a, b, c| {
        let (a, b, c) = (through(vm, a)?, through(vm, b)?, through(vm, c)?);
        vm.power(&a, &b, &c)
    });
    s.ipow = Some(|vm, a, b, _| {
        let (a, b) = (through(vm, a)?, through(vm, b)?);
        vm.power_inplace(&a, &b)
    });
    s.bool = Some(|vm, a| vm.truth(&through(vm, a)?));
    s.str = Some(|vm, a| vm.to_str(&through(vm, a)?));
    s.repr = Some(|vm, a| {
        let this = this(vm, a)?;
        match this.referent() {
            Some(target) => Ok(vm.str(format!(
                "<weakproxy at 0x{:x}; to '{}' at 0x{:x}>",
                a.to_bits(),
                target.type_name(vm),
                target.to_bits()
            ))),
            None => Ok(vm.str(format!("<weakproxy at 0x{:x}; dead>", a.to_bits()))),
        }
    });
    s.getattr = Some(|vm, a, name| vm.getattr(&through(vm, a)?, name));
    s.setattr = Some(|vm, a, name, value| vm.setattr(&through(vm, a)?, name, value));
    s.compare = Some(|vm, a, b, op| {
        let (a, b) = (through(vm, a)?, through(vm, b)?);
        vm.compare(&a, &b, op)
    });
    s.hash = Some(crate::runtime::object::slots::not_hashable);
    s.iter = Some(|vm, a| vm.iter(&through(vm, a)?));
    s.next = Some(|vm, a| {
        let target = through(vm, a)?;
        if target.ty(vm).slots.get().next.is_none() {
            return Err(vm.type_error(format!(
                "Weakref proxy referenced a non-iterator '{}' object",
                target.type_name(vm)
            )));
        }
        vm.next(&target)
    });
    s.len = Some(|vm, a| vm.len(&through(vm, a)?));
    s.getitem = Some(|vm, a, key| vm.getitem(&through(vm, a)?, key));
    s.setitem = Some(|vm, a, key, value| vm.setitem(&through(vm, a)?, key, value));
    s.contains = Some(|vm, a, item| vm.contains(&through(vm, a)?, item));
}

const PROXY_METHODS: &[crate::runtime::object::typedef::Native] = &[
    native(
        "__bytes__(self, /)",
        |vm, args| {
            let target = through(vm, &args[0])?;
            vm.call_method(&target, &vm.names().__bytes__, &[])
        },
        "",
    ),
    native(
        "__reversed__(self, /)",
        |vm, args| {
            let target = through(vm, &args[0])?;
            vm.call_method(&target, &vm.names().__reversed__, &[])
        },
        "",
    ),
];

/// `weakref.ProxyType`
pub static PROXY: TypeSpec = TypeSpec::new("weakref.ProxyType", WeakRef::layout)
    .flags(type_flag::NO_NEW)
    .slots(proxy_slots)
    .methods(PROXY_METHODS);

/// `weakref.CallableProxyType`
pub static CALLABLE_PROXY: TypeSpec = TypeSpec::new("weakref.CallableProxyType", WeakRef::layout)
    .flags(type_flag::NO_NEW)
    .slots(|s| {
        proxy_slots(s);
        s.call = Some(|vm, a, args| vm.call(&through(vm, a)?, args));
    })
    .methods(PROXY_METHODS);
