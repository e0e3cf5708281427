//! `set` and `frozenset`: slots, operators and the iterator. The methods are in `methods`, the hash table in `table`.

mod methods;
pub mod table;

use std::cell::Cell;

use crate::runtime::builtins::lists::List;
use crate::runtime::builtins::types::hashes_by_address;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::hash::address_hash;
use crate::runtime::object::typedef::{Binary, Cmp, Slots, TypeRef, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

use table::Table;

/// The payload of `set` and `frozenset`.
pub struct Set {
    /// The members.
    pub table: Table,
    /// Hash of a frozenset, once computed.
    hash: Cell<Option<i64>>,
    /// Where `pop` looks next.
    finger: Cell<usize>,
}

crate::payload!(Set, "set", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.table.traverse(visit);
    }
    fn clear(&self) {
        self.table.clear();
    }
});

impl Set {
    /// A payload of these members.
    pub const fn new(table: Table) -> Set {
        Set { table, hash: Cell::new(None), finger: Cell::new(0) }
    }
}

/// The members of a set or frozenset, not of a subclass, with their hashes.
pub fn keys_hashed(value: &Value) -> Option<Vec<(Value, i64)>> {
    if !matches!(value.kind(), kind::SET | kind::FROZENSET) {
        return None;
    }
    let set = value.downcast::<Set>()?;
    let mut all = Vec::with_capacity(set.table.len());
    let mut at = 0;
    while let Some((found, key, hash)) = set.table.next(at) {
        all.push((key.clone(), hash));
        at = found + 1;
    }
    Some(all)
}

/// `set`
pub static SET: TypeSpec = TypeSpec::new("set", Set::layout)
    .kind(kind::SET)
    .flags(type_flag::BASE | type_flag::MATCH_SELF | type_flag::WEAKREF)
    .doc("", "Build an unordered collection of unique elements.")
    .slots(|s| {
        common_slots(s);
        s.new = Some(set_new);
        s.init = Some(set_init);
        s.ior = Some(|vm, a, b| in_place(vm, a, b, methods::update));
        s.iand = Some(|vm, a, b| in_place(vm, a, b, methods::intersection_update));
        s.isub = Some(|vm, a, b| in_place(vm, a, b, methods::difference_update));
        s.ixor = Some(|vm, a, b| in_place(vm, a, b, methods::symmetric_difference_update));
    })
    .methods(methods::SET_METHODS);

/// `frozenset`
pub static FROZENSET: TypeSpec = TypeSpec::new("frozenset", Set::layout)
    .kind(kind::FROZENSET)
    .flags(type_flag::BASE | type_flag::MATCH_SELF | type_flag::WEAKREF)
    .doc("", "Build an immutable unordered collection of unique elements.")
    .slots(|s| {
        common_slots(s);
        s.new = Some(frozenset_new);
        s.hash = Some(frozenset_hash);
    })
    .methods(methods::FROZENSET_METHODS);

/// `set_iterator`
pub static SET_ITER: TypeSpec = TypeSpec::new("set_iterator", SetIter::layout)
    .kind(kind::SET_ITER)
    .slots(|s| {
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| vm.cast::<SetIter>(iter)?.step(vm));
    })
    .methods(&[
        native(
            "__length_hint__(self, /)",
            |vm, args| {
                let this = vm.cast::<SetIter>(&args[0])?;
                let left = match this.set.get() {
                    Some(set) if set.table.len() == this.used.get() => this.left.get(),
                    _ => 0,
                };
                Ok(vm.int(left as i64))
            },
            "Private method returning an estimate of len(list(it)).",
        ),
        native(
            "__reduce__(self, /)",
            |vm, args| {
                let this = vm.cast::<SetIter>(&args[0])?;
                let copy = SetIter {
                    set: LockCell::new(this.set.cloned()),
                    at: this.at.clone(),
                    used: this.used.clone(),
                    left: this.left.clone(),
                };
                let mut rest = Vec::new();
                while let Some(item) = copy.step(vm)? {
                    rest.push(item);
                }
                vm.reduce_to_iter(rest)
            },
            "Return state information for pickling.",
        ),
    ]);

/// The payload of `set_iterator`.
pub struct SetIter {
    set: LockCell<Option<Ref<Set>>>,
    at: Cell<usize>,
    /// Size of the set that the iterator expects.
    used: Cell<usize>,
    left: Cell<usize>,
}

crate::payload!(SetIter, "set_iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(set) = self.set.get() {
            visit(set.value());
        }
    }
    fn clear(&self) {
        self.set.set(None);
    }
});

impl SetIter {
    /// An iterator, not yet an object.
    pub fn new(set: &Obj<Set>) -> SetIter {
        SetIter {
            set: LockCell::new(Some(set.to_ref())),
            at: Cell::new(0),
            used: Cell::new(set.table.len()),
            left: Cell::new(set.table.len()),
        }
    }
    /// The next member; `None` also if the set has changed.
    #[inline(always)]
    pub fn next_member(&self) -> Option<&Value> {
        let set = self.set.get().as_ref()?;
        if set.table.len() != self.used.get() {
            return None;
        }
        let (at, key, _) = set.table.next(self.at.get())?;
        self.at.set(at + 1);
        self.left.set(self.left.get().saturating_sub(1));
        Some(key)
    }
    /// The next member.
    #[inline]
    pub fn step(&self, vm: &Vm) -> PyResult<Option<Value>> {
        let Some(set) = self.set.get() else { return Ok(None) };
        if set.table.len() != self.used.get() {
            self.used.set(usize::MAX);
            return Err(vm.runtime_error("Set changed size during iteration"));
        }
        let member = self.next_member().cloned();
        if member.is_none() {
            self.set.set(None);
        }
        Ok(member)
    }
}

#[inline(always)]
pub(super) fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Set>> {
    vm.cast::<Set>(value)
}

impl Vm {
    /// A new, empty set.
    pub fn new_set(&self) -> Value {
        self.alloc_spec(&SET, Set::new(Table::new()))
    }
    /// A set of these members.
    pub fn set_of(&self, table: Table) -> Value {
        self.alloc_spec(&SET, Set::new(table))
    }
    /// A set of what an iterable gives.
    pub fn set_from(&self, iterable: &Value) -> PyResult<Value> {
        let table = Table::new();
        fill(self, &table, iterable)?;
        Ok(self.set_of(table))
    }
    /// Adds a member to a set (or frozenset that nobody else has yet).
    pub fn set_add(&self, set: &Value, item: Value) -> PyResult<()> {
        this(self, set)?.table.insert(self, item).map(drop)
    }
    /// A frozenset of the values.
    pub fn frozenset(&self, items: Vec<Value>) -> PyResult<Value> {
        let table = Table::new();
        for item in items {
            table.insert(self, item)?;
        }
        Ok(self.alloc_spec(&FROZENSET, Set::new(table)))
    }
    /// Is it a set or frozenset, or of a subclass?
    pub fn is_any_set(&self, value: &Value) -> bool {
        value.downcast::<Set>().is_some()
    }
    /// The members, if it is a set or frozenset, or of a subclass.
    pub fn set_keys(&self, value: &Value) -> Option<Vec<Value>> {
        value.downcast::<Set>().map(|set| set.table.keys())
    }
    /// Is the value a member of the set?
    pub fn set_contains(&self, set: &Value, item: &Value) -> PyResult<bool> {
        contains(self, set, item)
    }
}

/// Adds all that an iterable gives.
pub(super) fn fill(vm: &Vm, table: &Table, iterable: &Value) -> PyResult<()> {
    if let Some(other) = iterable.downcast_ref::<Set>() {
        return table.extend_from(vm, &other.table);
    }
    if iterable.kind() == kind::DICT
        && let Some(dict) = iterable.as_dict()
    {
        return table.extend_from_dict(vm, dict);
    }
    if let Some(tuple) = iterable.as_tuple().filter(|_| iterable.kind() == kind::TUPLE) {
        let plain = table.extend_plain(tuple.items());
        let rest = tuple.items()[plain..].iter();
        return rest.map(|item| table.insert(vm, item.clone())).try_for_each(|new| new.map(drop));
    }
    if iterable.kind() == kind::LIST
        && let Some(list) = iterable.downcast_ref::<List>()
    {
        // Comparing may change the list, even let go of it.
        let mut at = table.extend_plain(list.items.get());
        while let Some(item) = list.get(at) {
            at += 1;
            table.insert(vm, item)?;
        }
        return Ok(());
    }
    vm.for_each(iterable, |item| table.insert(vm, item).map(drop))
}

/// Adds all items of an iterable to a set.
pub fn extend(vm: &Vm, set: &Value, iterable: &Value) -> PyResult<()> {
    methods::update(vm, set, iterable)
}

/// A new set or frozenset: the builtin type that `like` is an instance of.
pub(super) fn new_like(vm: &Vm, like: &Value, table: Table) -> Value {
    let frozen = match like.kind() {
        kind::SET => false,
        kind::FROZENSET => true,
        _ => like.ty(vm).is_subtype(vm.typ(&FROZENSET)),
    };
    let spec = if frozen { &FROZENSET } else { &SET };
    vm.alloc_spec(spec, Set::new(table))
}

fn set_new(vm: &Vm, ty: &TypeRef, _: Args) -> PyResult<Value> {
    Ok(vm.alloc(ty, Set::new(Table::new())).into_value())
}

fn set_init(vm: &Vm, value: &Value, args: Args) -> PyResult<()> {
    let set = this(vm, value)?;
    args.no_keywords(vm, "set")?;
    let pos = Args::positional(args.pos()).count(vm, "set", 0, 1)?;
    set.table.clear();
    match pos.first() {
        Some(iterable) => fill(vm, &set.table, iterable),
        None => Ok(()),
    }
}

fn frozenset_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    let base = vm.typ(&FROZENSET);
    let exact = ty.is(base);
    if exact || ty.slots.get().init.map(|f| f as usize) == base.slots.get().init.map(|f| f as usize) {
        args.no_keywords(vm, "frozenset")?;
    }
    let pos = Args::positional(args.pos()).count(vm, "frozenset", 0, 1)?;
    let table = Table::new();
    match pos.first() {
        Some(iterable) if exact && iterable.kind() == kind::FROZENSET => return Ok(iterable.clone()),
        Some(iterable) => fill(vm, &table, iterable)?,
        None => {}
    }
    Ok(vm.alloc(ty, Set::new(table)).into_value())
}

/// CPython's hash of frozensets: the same for any order of the members.
fn frozenset_hash(vm: &Vm, value: &Value) -> PyResult<i64> {
    let set = this(vm, value)?;
    if let Some(hash) = set.hash.get() {
        return Ok(hash);
    }
    let hash = table_hash(&set.table);
    set.hash.set(Some(hash));
    Ok(hash)
}

fn table_hash(table: &Table) -> i64 {
    let shuffle = |h: u64| ((h ^ 89_869_747) ^ (h << 16)).wrapping_mul(3_644_798_167);
    let mut hash = table.hashes().fold(0, |all, hash| all ^ shuffle(hash as u64));
    hash ^= (table.len() as u64 + 1).wrapping_mul(1_927_868_237);
    hash ^= (hash >> 11) ^ (hash >> 25);
    hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
    if hash == u64::MAX { 590_923_713 } else { hash as i64 }
}

/// The hash of an item that is to be looked up: a set counts as the frozenset of its members.
#[inline]
pub(super) fn lookup_hash(vm: &Vm, item: &Value) -> PyResult<i64> {
    if item.as_small().is_some() || item.kind() == kind::STR {
        return Table::hash_key(vm, item);
    }
    // Classes mostly.
    if hashes_by_address(vm, item) {
        return Ok(address_hash(item.to_bits()));
    }
    let not_hashable = crate::runtime::object::slots::not_hashable as *const () as usize;
    if item.ty(vm).slots.get().hash.is_none_or(|f| f as usize == not_hashable)
        && let Some(set) = item.downcast::<Set>()
    {
        return Ok(table_hash(&set.table));
    }
    Table::hash_key(vm, item)
}

/// `item in value`, a set.
#[inline]
pub fn contains(vm: &Vm, value: &Value, item: &Value) -> PyResult<bool> {
    let hash = lookup_hash(vm, item)?;
    this(vm, value)?.table.contains_hashed(vm, item, hash)
}

/// Is every member of `a` one of `b`?
#[inline]
pub(super) fn is_subset(vm: &Vm, a: &Obj<Set>, b: &Obj<Set>) -> PyResult<bool> {
    if a.table.len() > b.table.len() {
        return Ok(false);
    }
    if let Some(plain) = a.table.is_within_plain(&b.table) {
        return Ok(plain);
    }
    let (a, b) = (a.to_ref(), b.to_ref());
    let mut at = 0;
    while let Some((found, key, hash)) = a.table.next(at) {
        let key = key.clone();
        at = found + 1;
        if !b.table.contains_hashed(vm, &key, hash)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn compare(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    let (Some(x), Some(y)) = (a.downcast::<Set>(), b.downcast::<Set>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (m, n) = (x.table.len(), y.table.len());
    let equal = || -> PyResult<bool> {
        if m != n {
            return Ok(false);
        }
        if let (Some(p), Some(q)) = (x.hash.get(), y.hash.get())
            && p != q
        {
            return Ok(false);
        }
        is_subset(vm, x, y)
    };
    Ok(Value::bool(match op {
        Cmp::Eq => equal()?,
        Cmp::Ne => !equal()?,
        Cmp::Le => is_subset(vm, x, y)?,
        Cmp::Ge => is_subset(vm, y, x)?,
        Cmp::Lt => m < n && is_subset(vm, x, y)?,
        Cmp::Gt => m > n && is_subset(vm, y, x)?,
    }))
}

fn repr(vm: &Vm, value: &Value) -> PyResult<Value> {
    let set = this(vm, value)?;
    let name = value.type_name(vm);
    if set.table.is_empty() {
        return Ok(vm.str(format!("{name}()")));
    }
    let Some(_guard) = vm.enter_repr(value) else { return Ok(vm.str(format!("{name}(...)"))) };
    let keys = set.table.keys();
    let (open, close) =
        if value.kind() == kind::SET { ("{".to_owned(), "}") } else { (format!("{name}({{"), "})") };
    vm.repr_items(open.as_bytes(), close.as_bytes(), |at| keys.get(at).cloned())
}

/// An operator of two sets; `NotImplemented` for anything else.
fn operator(
    vm: &Vm,
    a: &Value,
    b: &Value,
    method: fn(&Vm, &Value, &Value) -> PyResult<Value>,
) -> PyResult<Value> {
    if !vm.is_any_set(a) || !vm.is_any_set(b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    method(vm, a, b)
}

fn in_place(
    vm: &Vm,
    a: &Value,
    b: &Value,
    method: fn(&Vm, &Value, &Value) -> PyResult<()>,
) -> PyResult<Value> {
    if !vm.is_any_set(b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    method(vm, a, b)?;
    Ok(a.clone())
}

fn common_slots(s: &mut Slots) {
    s.repr = Some(repr);
    s.compare = Some(compare);
    s.iter = Some(|vm, value| {
        let iter = SetIter::new(this(vm, value)?);
        Ok(vm.alloc_spec(&SET_ITER, iter))
    });
    s.len = Some(|vm, value| Ok(this(vm, value)?.table.len()));
    s.contains = Some(contains);
    s.or = Some(or as Binary);
    s.and = Some(|vm, a, b| operator(vm, a, b, methods::intersection));
    s.sub = Some(|vm, a, b| operator(vm, a, b, methods::difference));
    s.xor = Some(|vm, a, b| operator(vm, a, b, methods::symmetric_difference));
}

fn or(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    operator(vm, a, b, |vm, a, b| {
        let result = new_like(vm, a, this(vm, a)?.table.copy());
        fill(vm, &this(vm, &result)?.table, b)?;
        Ok(result)
    })
}
