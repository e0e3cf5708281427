//! `lru_cache`'s wrapper: a table from keys to places in a ring that is kept in the order of use.
//!
//! The ring is a vector of links, number 0 its root. While a key is looked up, while the function runs and while the oldest
//! key is removed Python code may run, which may use or clear the same cache: `era` counts the clearings, and who comes
//! back to another era leaves the cache alone.
//!
//! # Invariants
//!
//! 1. A value of the table is the number of a link that is in the ring, of the current era.
//! 2. `free` holds the numbers of the links that are in neither.
//! 3. `recent` holds numbers of links that are in the ring of the current era, or zeros: who takes a link out for good forgets it
//!    there (`discard`, `cache_clear`).

use std::cell::Cell;

use crate::runtime::builtins::types::{DICT_GETSET_COPY, hashes_by_address};
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::dict::{Dict, exact_str};
use crate::runtime::object::typedef::{TypeRef, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

struct Link {
    key: Value,
    hash: u64,
    result: Value,
    before: u32,
    after: u32,
}

/// The payload of the wrapper.
pub struct Lru {
    function: Value,
    info: Value,
    /// `None` has no bound.
    maxsize: Option<usize>,
    typed: bool,
    /// From keys to results if there is no bound, else to links.
    table: LockCell<Ref<Dict>>,
    links: LockCell<Vec<Link>>,
    free: LockCell<Vec<u32>>,
    /// Links that arguments were found at, by their addresses.
    recent: [Cell<u32>; RECENT],
    era: Cell<u64>,
    hits: Cell<i64>,
    misses: Cell<i64>,
    /// Stands between positional and keyword arguments in keys.
    mark: Value,
}

crate::payload!(Lru, "_lru_cache_wrapper", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.function);
        visit(&self.info);
        visit(self.table.get().value());
        visit(&self.mark);
        for link in self.links.get() {
            visit(&link.key);
            visit(&link.result);
        }
    }
    fn clear(&self) {
        let table = self.table.cloned();
        let links = self.links.replace(root());
        self.recent.iter().for_each(|at| at.set(0));
        Payload::clear(&table.data);
        drop(links);
    }
});

/// Places of [`Lru::recent`]; a power of two.
const RECENT: usize = 16;

fn root() -> Vec<Link> {
    vec![Link { key: Value::NONE, hash: 0, result: Value::NONE, before: 0, after: 0 }]
}

/// `_lru_cache_wrapper`
pub static WRAPPER: TypeSpec = TypeSpec::new("functools._lru_cache_wrapper", Lru::layout)
    .flags(type_flag::WEAKREF | type_flag::DICT_ATTR | type_flag::METHOD_DESCRIPTOR)
    .doc(
        "",
        "A callable that remembers what a function returned for its last arguments.\n\n  user_function    the function\n  maxsize          how many results are kept: 0 none, None all\n  typed            equal arguments of different types count as different\n  cache_info_type  called with hits, misses, maxsize, currsize by cache_info()",
    )
    .slots(|s| {
        s.new = Some(new);
        s.call = Some(call);
        s.get = Some(|vm, this, object, _| {
            Ok(match object.filter(|object| !object.is_none()) {
                Some(object) => vm.bound_method(this.clone(), object.clone()),
                None => this.clone(),
            })
        });
    })
    .methods(&[
        native(
            "cache_info(self, /)",
            |vm, args| {
                let lru = vm.cast::<Lru>(&args[0])?;
                let maxsize = lru.maxsize.map_or(Value::NONE, |n| vm.int_usize(n));
                let size = vm.int_usize(lru.table.get().len());
                vm.call_args(&lru.info, &[vm.int(lru.hits.get()), vm.int(lru.misses.get()), maxsize, size])
            },
            "Hits, misses, bound and size of the cache.",
        ),
        native(
            "cache_clear(self, /)",
            |vm, args| {
                let lru = vm.cast::<Lru>(&args[0])?;
                lru.era.set(lru.era.get() + 1);
                lru.hits.set(0);
                lru.misses.set(0);
                drop(lru.free.take());
                lru.recent.iter().for_each(|at| at.set(0));
                let table = lru.table.replace(vm.new_dict());
                let links = lru.links.replace(root());
                drop((table, links));
                Ok(Value::NONE)
            },
            "Forget all results and begin to count anew.",
        ),
        native(
            "__reduce__(self, /)",
            |vm, args| vm.getattr(&args[0], vm.names().__qualname__.value()),
            "",
        ),
        native("__copy__(self, /)", |_, args| Ok(args[0].clone()), ""),
        native("__deepcopy__(self, memo, /)", |_, args| Ok(args[0].clone()), ""),
    ])
    .getset(&[DICT_GETSET_COPY]);

fn new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    const SIGNATURE: Signature =
        Signature::parse("lru_cache(user_function, maxsize, typed, cache_info_type)");
    let [function, maxsize, typed, info] = vm.bind_args(&SIGNATURE, args)?;
    if !vm.is_callable(&function) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let maxsize = if maxsize.is_none() {
        None
    } else if maxsize.as_int().is_some() || maxsize.ty(vm).slots.get().index.is_some() {
        Some(vm.to_index_or(&maxsize, &crate::runtime::builtins::exceptions::OVERFLOW_ERROR)?.max(0) as usize)
    } else {
        return Err(vm.type_error("maxsize should be integer or None"));
    };
    let typed = vm.truth(&typed)?;
    let mark = vm.state("functools.kwd_mark", |vm| {
        vm.alloc(&vm.interp().object_type.clone(), crate::runtime::builtins::types::Plain).into_value()
    });
    let lru = Lru {
        function,
        info,
        maxsize,
        typed,
        table: LockCell::new(vm.new_dict()),
        links: LockCell::new(root()),
        free: LockCell::new(Vec::new()),
        recent: [const { Cell::new(0) }; RECENT],
        era: Cell::new(0),
        hits: Cell::new(0),
        misses: Cell::new(0),
        mark,
    };
    Ok(vm.alloc(ty, lru).into_value())
}

/// The key of a call's arguments.
fn key_of(vm: &Vm, lru: &Obj<Lru>, args: Args) -> Value {
    let pos = args.pos();
    if let ([only], true, false) = (pos, args.names.is_empty(), lru.typed) {
        // Such keys are equal to no tuple.
        if only.as_small().is_some() || exact_str(only).is_some() {
            return only.clone();
        }
    }
    if args.names.is_empty() && !lru.typed {
        return vm.tuple_of(pos);
    }
    let mut parts = pos.to_vec();
    if !args.names.is_empty() {
        parts.push(lru.mark.clone());
        for (name, value) in args.keywords() {
            parts.push(name.clone());
            parts.push(value.clone());
        }
    }
    if lru.typed {
        parts.extend(args.values.iter().map(|value| value.ty(vm).to_value()));
    }
    vm.tuple(parts)
}

fn call(vm: &Vm, callable: &Value, args: Args) -> PyResult<Value> {
    vm.check_native()?;
    let lru = vm.cast::<Lru>(callable)?;
    match lru.maxsize {
        Some(0) => {
            lru.misses.set(lru.misses.get() + 1);
            vm.call(&lru.function, args)
        }
        None => unbounded(vm, lru, args),
        Some(maxsize) => bounded(vm, lru, maxsize, args),
    }
}

fn hash_of(vm: &Vm, key: &Value) -> PyResult<u64> {
    match exact_str(key) {
        Some(text) => Ok(text.hash()),
        None => Ok(vm.hash(key)? as u64),
    }
}

fn unbounded(vm: &Vm, lru: &Obj<Lru>, args: Args) -> PyResult<Value> {
    let key = key_of(vm, lru, args);
    let hash = hash_of(vm, &key)?;
    let table = lru.table.cloned();
    if let Some(found) = table.get_hashed(vm, &key, hash)? {
        lru.hits.set(lru.hits.get() + 1);
        return Ok(found);
    }
    drop(table);
    lru.misses.set(lru.misses.get() + 1);
    let result = vm.call(&lru.function, args)?;
    let table = lru.table.cloned();
    drop(table.insert_hashed(vm, key, hash, result.clone())?);
    Ok(result)
}

impl Obj<Lru> {
    fn cut(&self, at: u32) {
        let links = self.links.get_mut();
        let (before, after) = (links[at as usize].before, links[at as usize].after);
        links[before as usize].after = after;
        links[after as usize].before = before;
        // Cutting it once more changes nothing.
        links[at as usize].before = at;
        links[at as usize].after = at;
    }
    fn append(&self, at: u32) {
        let links = self.links.get_mut();
        let last = links[0].before;
        links[last as usize].after = at;
        links[0].before = at;
        links[at as usize].before = last;
        links[at as usize].after = 0;
    }
    /// A link for a result, not in the ring yet.
    fn link(&self, key: Value, hash: u64, result: Value) -> u32 {
        let link = Link { key, hash, result, before: 0, after: 0 };
        let links = self.links.get_mut();
        match self.free.get_mut().pop() {
            Some(at) => {
                let old = std::mem::replace(&mut links[at as usize], link);
                debug_assert!(old.key.is_none());
                at
            }
            None => {
                links.push(link);
                links.len() as u32 - 1
            }
        }
    }
    /// Gives a link's place back; key and result are the caller's to drop.
    fn discard(&self, at: u32) -> (Value, Value) {
        self.recent.iter().filter(|recent| recent.get() == at).for_each(|recent| recent.set(0));
        let link = &mut self.links.get_mut()[at as usize];
        let old =
            (std::mem::replace(&mut link.key, Value::NONE), std::mem::replace(&mut link.result, Value::NONE));
        self.free.get_mut().push(at);
        old
    }
}

/// Where in [`Lru::recent`] a call's arguments are looked for: if they make a tuple whose hash takes no Python code and never
/// changes, so that the same objects are the same key.
#[inline]
fn recent_place(vm: &Vm, lru: &Obj<Lru>, args: Args) -> Option<usize> {
    if lru.typed || !args.names.is_empty() {
        return None;
    }
    // A lone text or int is the key itself.
    if let [only] = args.values
        && (only.as_small().is_some() || only.kind() == kind::STR)
    {
        return None;
    }
    let mut mix = 0u64;
    for value in args.values {
        let lasting = match value.kind() {
            kind::STR | kind::WEAKREF => true,
            _ => !value.is_object() || hashes_by_address(vm, value),
        };
        if !lasting {
            return None;
        }
        mix = mix.rotate_left(9) ^ value.to_bits();
    }
    Some((mix.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60) as usize % RECENT)
}

/// The link of a key of exactly these objects, if it is known without a search.
#[inline]
fn recent_link(lru: &Obj<Lru>, place: usize, values: &[Value]) -> Option<u32> {
    let at = lru.recent[place].get();
    let items = lru.links.get().get(at as usize)?.key.as_tuple()?.items();
    (items.len() == values.len() && items.iter().zip(values).all(|(a, b)| a.is(b))).then_some(at)
}

/// The result at a link of the ring, which is the one used last from now on.
#[inline]
fn hit(lru: &Obj<Lru>, at: u32) -> Value {
    if lru.links.get()[0].before != at {
        lru.cut(at);
        lru.append(at);
    }
    lru.hits.set(lru.hits.get() + 1);
    lru.links.get()[at as usize].result.clone()
}

fn bounded(vm: &Vm, lru: &Obj<Lru>, maxsize: usize, args: Args) -> PyResult<Value> {
    let place = recent_place(vm, lru, args);
    if let Some(place) = place
        && let Some(at) = recent_link(lru, place, args.values)
    {
        return Ok(hit(lru, at));
    }
    let key = key_of(vm, lru, args);
    let hash = hash_of(vm, &key)?;
    let table = lru.table.cloned();
    let found = table.get_hashed(vm, &key, hash)?;
    let same = table.value().is(lru.table.get().value());
    drop(table);
    if let Some(at) = found.and_then(|at| at.as_small())
        && same
    {
        let at = at as u32;
        if let Some(place) = place {
            lru.recent[place].set(at);
        }
        return Ok(hit(lru, at));
    }
    lru.misses.set(lru.misses.get() + 1);
    let result = vm.call(&lru.function, args)?;
    let (era, table) = (lru.era.get(), lru.table.cloned());
    // The call may have stored this very result.
    if table.contains_hashed(vm, &key, hash)? || lru.era.get() != era {
        return Ok(result);
    }
    if table.len() >= maxsize {
        let oldest = lru.links.get()[0].after;
        if oldest == 0 {
            return Ok(result);
        }
        lru.cut(oldest);
        let (old_key, old_hash) = {
            let link = &lru.links.get()[oldest as usize];
            (link.key.clone(), link.hash)
        };
        let removed = table.remove_hashed(vm, &old_key, old_hash);
        if lru.era.get() != era {
            return removed.map(|_| result);
        }
        // A comparison may have used it meanwhile, which put it back.
        lru.cut(oldest);
        let old = lru.discard(oldest);
        let is_there = removed?.is_some();
        drop((old, old_key));
        if !is_there || lru.era.get() != era {
            return Ok(result);
        }
    }
    let at = lru.link(key.clone(), hash, result.clone());
    match table.insert_hashed(vm, key, hash, vm.int(i64::from(at))) {
        Ok(None) if lru.era.get() == era => lru.append(at),
        // The comparison of keys cleared the cache or stored this key.
        Ok(Some(older)) if lru.era.get() == era => {
            lru.append(at);
            if let Some(older) = older.as_small() {
                lru.cut(older as u32);
                drop(lru.discard(older as u32));
            }
        }
        Ok(_) => {}
        Err(raised) => {
            if lru.era.get() == era {
                drop(lru.discard(at));
            }
            return Err(raised);
        }
    }
    Ok(result)
}
