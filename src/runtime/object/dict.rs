//! The payload of `dict` (and of `set`'s table): a compact, ordered hash table.
//!
//! # Model
//!
//! One block: entries in insertion order, then index slots as small as the size allows (1, 2, 4 or 8 bytes), holding
//! entry numbers. A deleted entry keeps its place with an unbound key until the next resize. Two strides: while all
//! keys are exact strings or small ints, whose hash costs nothing, an entry is key and value (16 bytes); otherwise
//! it carries the hash too (24 bytes).
//!
//! # Invariants
//!
//! 1. `fill` entries are in use, `used` of them with a key; `fill + budget ≤ usable(slots)`. Each new key takes one off
//!    `budget`, which only a new block restores: so some slots stay empty, and probing ends.
//! 2. `version` is zero or a number no other dictionary state has; it is set to zero whenever a key comes, goes or
//!    moves. Changing only a value keeps it. (inline caches of globals.)
//! 3. No borrow of the block is held while keys are compared by Python code: `lookup` starts anew if `epoch` moved.

use std::alloc;
use std::cell::Cell;

use crate::runtime::builtins::exceptions::TYPE_ERROR;
use crate::runtime::builtins::tuples;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::hash::int_hash;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Ref, Value};

const EMPTY: i64 = -1;
const DUMMY: i64 = -2;

/// A compact, ordered hash table from values to values.
pub struct Dict {
    block: Cell<*mut u8>,
    /// The index slots, in the block.
    slots: Cell<*mut u8>,
    fill: Cell<usize>,
    /// New keys that may still be put in before the block is made anew.
    budget: Cell<usize>,
    used: Cell<usize>,
    /// Number for inline caches; see invariant 2.
    version: Cell<u32>,
    /// Changes with every change of structure.
    epoch: Cell<u32>,
    /// Changes when entries get other positions.
    moves: Cell<u32>,
    log2: Cell<u8>,
    hashed: Cell<bool>,
}

crate::payload!(Dict, "dict", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        for at in 0..self.fill.get() {
            visit(self.key_at(at));
            visit(self.value_at(at));
        }
    }
    fn clear(&self) {
        self.clear();
    }
});

/// A free place or a found entry.
#[derive(Clone, Copy)]
struct Found {
    slot: usize,
    entry: Option<usize>,
}

const fn usable(log2: u8) -> usize {
    (1usize << log2) * 2 / 3
}

const fn width(log2: u8) -> usize {
    match log2 {
        0..8 => 1,
        8..16 => 2,
        16..32 => 4,
        _ => 8,
    }
}

/// Does this key carry its hash (exact string or small int)?
#[inline(always)]
fn cheap_hash(key: &Value) -> Option<u64> {
    if let Some(i) = key.as_small() {
        return Some(int_hash(i) as u64);
    }
    let text = exact_str(key)?;
    Some(text.hash())
}

/// The key as exact string.
#[inline(always)]
pub fn exact_str(key: &Value) -> Option<&Obj<Str>> {
    let head = key.header()?;
    if crate::runtime::gc::heap::type_head(head).kind.get() == crate::runtime::object::typedef::kind::STR {
        key.downcast::<Str>()
    } else {
        None
    }
}

impl Default for Dict {
    fn default() -> Self {
        Dict::new()
    }
}

impl Dict {
    /// An empty table; takes no memory before the first key.
    pub const fn new() -> Dict {
        Dict {
            block: Cell::new(std::ptr::null_mut()),
            slots: Cell::new(std::ptr::null_mut()),
            fill: Cell::new(0),
            budget: Cell::new(0),
            used: Cell::new(0),
            version: Cell::new(0),
            epoch: Cell::new(0),
            moves: Cell::new(0),
            log2: Cell::new(0),
            hashed: Cell::new(false),
        }
    }

    /// An empty table with room for `n` keys.
    pub fn with_capacity(n: usize) -> Dict {
        let dict = Dict::new();
        if n > 0 {
            dict.resize(n, false);
        }
        dict
    }

    /// Makes room for `n` more keys.
    pub fn reserve(&self, n: usize) {
        if self.budget.get() < n {
            self.resize(self.used.get() + n, false);
        }
    }

    /// Number of keys.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used.get()
    }
    /// Are there no keys?
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.used.get() == 0
    }
    /// Number of entries, deleted ones included: the bound of positions.
    #[inline(always)]
    pub fn fill(&self) -> usize {
        self.fill.get()
    }
    /// Changes with every change of structure.
    #[inline(always)]
    pub fn epoch(&self) -> u32 {
        self.epoch.get()
    }
    /// Changes when entries get other positions: after a resize and when the table was emptied.
    #[inline(always)]
    pub fn moves(&self) -> u32 {
        self.moves.get()
    }
    /// Bytes of the block, for `sys.getsizeof`.
    pub fn block_size(&self) -> usize {
        if self.block.get().is_null() {
            0
        } else {
            self.block_layout(self.log2.get(), self.hashed.get()).size()
        }
    }

    #[inline(always)]
    fn stride(&self) -> usize {
        if self.hashed.get() { 3 } else { 2 }
    }

    #[inline(always)]
    fn entry(&self, at: usize) -> *mut Value {
        debug_assert!(at < usable(self.log2.get()));
        // SAFETY: entries stand at the start of the block, `at` is below the number of usable ones.
        unsafe { self.block.get().cast::<Value>().add(at * self.stride()) }
    }

    #[inline(always)]
    fn key_at(&self, at: usize) -> &Value {
        // SAFETY: entries below `fill` hold a key and a value.
        unsafe { &*self.entry(at) }
    }
    #[inline(always)]
    fn value_at(&self, at: usize) -> &Value {
        // SAFETY: as in `key_at`.
        unsafe { &*self.entry(at).add(1) }
    }
    #[inline(always)]
    fn hash_at(&self, at: usize) -> u64 {
        if self.hashed.get() {
            // SAFETY: entries with stride 3 hold the hash in their third word.
            unsafe { *self.entry(at).add(2).cast::<u64>() }
        } else {
            cheap_hash(self.key_at(at)).unwrap_or(0)
        }
    }

    fn block_layout(&self, log2: u8, hashed: bool) -> alloc::Layout {
        let entries = usable(log2) * if hashed { 24 } else { 16 };
        let size = entries.saturating_add((1usize << log2).saturating_mul(width(log2)));
        alloc::Layout::from_size_align(size.next_multiple_of(16), 16)
            .unwrap_or_else(|_| alloc::handle_alloc_error(alloc::Layout::new::<u128>()))
    }

    #[inline(always)]
    fn index(&self, slot: usize) -> i64 {
        let log2 = self.log2.get();
        // SAFETY: the slots stand behind the entries; `slot` is masked.
        unsafe {
            let start = self.slots.get();
            match width(log2) {
                1 => i64::from(*start.cast::<i8>().add(slot)),
                2 => i64::from(*start.cast::<i16>().add(slot)),
                4 => i64::from(*start.cast::<i32>().add(slot)),
                _ => *start.cast::<i64>().add(slot),
            }
        }
    }

    #[inline(always)]
    fn set_index(&self, slot: usize, index: i64) {
        let log2 = self.log2.get();
        // SAFETY: as in `index`.
        unsafe {
            let start = self.slots.get();
            match width(log2) {
                1 => *start.cast::<i8>().add(slot) = index as i8,
                2 => *start.cast::<i16>().add(slot) = index as i16,
                4 => *start.cast::<i32>().add(slot) = index as i32,
                _ => *start.cast::<i64>().add(slot) = index,
            }
        }
    }

    #[inline(always)]
    fn moved(&self) {
        self.moves.set(self.moves.get().wrapping_add(1));
    }

    #[inline(always)]
    fn touch(&self) {
        self.version.set(0);
        self.epoch.set(self.epoch.get().wrapping_add(1));
    }

    /// The number that inline caches compare; given out on demand.
    pub fn version(&self, vm: &Vm) -> u32 {
        if self.version.get() == 0 {
            self.version.set(vm.interp().next_version());
        }
        self.version.get()
    }
    /// The number as it is: zero if none was given out since the last change.
    #[inline(always)]
    pub fn current_version(&self) -> u32 {
        self.version.get()
    }

    /// Makes the block anew for at least `n` keys, dropping deleted entries.
    #[cold]
    #[inline(never)]
    fn resize(&self, n: usize, hashed: bool) {
        let hashed = hashed || self.hashed.get();
        let mut log2 = 3u8;
        while usable(log2) < n {
            log2 += 1;
        }
        let layout = self.block_layout(log2, hashed);
        let new = crate::runtime::gc::heap::heap().memory(layout.size());
        let old = (self.block.get(), self.block.get().is_null());
        let old_layout =
            if old.1 { None } else { Some(self.block_layout(self.log2.get(), self.hashed.get())) };
        let (old_fill, old_stride) = (self.fill.get(), self.stride());
        // SAFETY: the new block has room for `usable(log2)` entries of the new stride and the slots; every live entry is
        // moved, word by word, and the old block is not looked at again.
        unsafe {
            let entries = usable(log2) * if hashed { 24 } else { 16 };
            std::ptr::write_bytes(new.add(entries), 0xff, layout.size() - entries);
            let mut fill = 0;
            let stride = if hashed { 3 } else { 2 };
            for at in 0..old_fill {
                let from = old.0.cast::<u64>().add(at * old_stride);
                let key = std::mem::ManuallyDrop::new(Value::from_bits(*from));
                if key.is_unbound() {
                    continue;
                }
                let to = new.cast::<u64>().add(fill * stride);
                *to = *from;
                *to.add(1) = *from.add(1);
                if hashed {
                    *to.add(2) = if old_stride == 3 { *from.add(2) } else { cheap_hash(&key).unwrap_or(0) };
                }
                fill += 1;
            }
            self.block.set(new);
            self.slots.set(new.add(entries));
            self.log2.set(log2);
            self.hashed.set(hashed);
            self.fill.set(fill);
            self.budget.set(usable(log2) - fill);
            debug_assert_eq!(fill, self.used.get());
            if let Some(layout) = old_layout {
                crate::runtime::gc::heap::heap().give_back(old.0, layout.size());
            }
        }
        for at in 0..self.fill.get() {
            let slot = self.free_slot(self.hash_at(at));
            self.set_index(slot, at as i64);
        }
        self.moved();
        self.touch();
    }

    #[inline(always)]
    fn free_slot(&self, hash: u64) -> usize {
        let mask = (1usize << self.log2.get()) - 1;
        let mut slot = hash as usize & mask;
        let mut perturb = hash;
        while self.index(slot) >= 0 {
            perturb >>= 5;
            slot = (slot.wrapping_mul(5).wrapping_add(perturb as usize).wrapping_add(1)) & mask;
        }
        slot
    }

    /// Finds a string key: no Python code runs unless a key of another type with the same hash is met.
    #[inline(always)]
    fn find_str(&self, key: &Obj<Str>, hash: u64) -> Result<Found, ()> {
        if self.block.get().is_null() {
            return Ok(Found { slot: 0, entry: None });
        }
        let mask = (1usize << self.log2.get()) - 1;
        let mut slot = hash as usize & mask;
        let mut perturb = hash;
        loop {
            let index = self.index(slot);
            if index >= 0 {
                let at = index as usize;
                let found = self.key_at(at);
                if found.to_bits() == key.address() {
                    return Ok(Found { slot, entry: Some(at) });
                }
                if let Some(text) = exact_str(found) {
                    if text.hash() == hash
                        && !(text.is_interned() && key.is_interned())
                        && text.bytes() == key.bytes()
                    {
                        return Ok(Found { slot, entry: Some(at) });
                    }
                } else if !found.is_unbound() && self.hashed.get() && self.hash_at(at) == hash {
                    return Err(());
                }
            } else if index == EMPTY {
                return Ok(Found { slot, entry: None });
            }
            perturb >>= 5;
            slot = (slot.wrapping_mul(5).wrapping_add(perturb as usize).wrapping_add(1)) & mask;
        }
    }

    /// Position of a key that is an exact string or a small int, if it is found without running Python code; `None` says
    /// nothing.
    #[inline(always)]
    pub fn quick(&self, key: &Value) -> Option<usize> {
        if self.block.get().is_null() {
            return None;
        }
        let Some(i) = key.as_small() else {
            let text = exact_str(key)?;
            return self.find_str(text, text.hash()).ok()?.entry;
        };
        let mask = (1usize << self.log2.get()) - 1;
        let mut perturb = int_hash(i) as u64;
        let mut slot = perturb as usize & mask;
        loop {
            let index = self.index(slot);
            if index >= 0 {
                let at = index as usize;
                if self.key_at(at).is(key) {
                    return Some(at);
                }
            } else if index == EMPTY {
                return None;
            }
            perturb >>= 5;
            slot = (slot.wrapping_mul(5).wrapping_add(perturb as usize).wrapping_add(1)) & mask;
        }
    }

    /// As [`Dict::quick`], which also tells that the key is not there: `Some(None)`.
    #[inline(always)]
    pub fn seek(&self, key: &Value) -> Option<Option<usize>> {
        let found = match key.as_small() {
            Some(i) => self.find_small(key, int_hash(i) as u64)?,
            None => {
                let text = exact_str(key)?;
                self.find_str(text, text.hash()).ok()?
            }
        };
        Some(found.entry)
    }

    /// The value at a position whose key is that object.
    #[inline(always)]
    pub fn place(&self, at: usize, key: u64) -> Option<*mut Value> {
        // SAFETY: positions below `fill` hold a key and a value.
        (at < self.fill.get() && self.key_at(at).to_bits() == key).then(|| unsafe { self.entry(at).add(1) })
    }

    /// The value at a position that [`Dict::quick`] gave.
    #[inline(always)]
    pub fn quick_value(&self, at: usize) -> *mut Value {
        debug_assert!(at < self.fill.get());
        // SAFETY: the entry's second word.
        unsafe { self.entry(at).add(1) }
    }

    /// Finds a key; `hash` is its hash.
    #[inline]
    fn find(&self, vm: &Vm, key: &Value, hash: u64) -> PyResult<Found> {
        if let Some(text) = exact_str(key)
            && let Ok(found) = self.find_str(text, hash)
        {
            return Ok(found);
        }
        if let Some(found) = self.find_small(key, hash) {
            return Ok(found);
        }
        self.find_any(vm, key, hash)
    }

    /// Finds a small int among keys none of which but itself is equal to it: small ints and strings.
    #[inline(always)]
    fn find_small(&self, key: &Value, hash: u64) -> Option<Found> {
        if self.hashed.get() || self.block.get().is_null() || key.as_small().is_none() {
            return None;
        }
        let mask = (1usize << self.log2.get()) - 1;
        let mut slot = hash as usize & mask;
        let mut perturb = hash;
        loop {
            let index = self.index(slot);
            if index >= 0 {
                let at = index as usize;
                if self.key_at(at).is(key) {
                    return Some(Found { slot, entry: Some(at) });
                }
            } else if index == EMPTY {
                return Some(Found { slot, entry: None });
            }
            perturb >>= 5;
            slot = (slot.wrapping_mul(5).wrapping_add(perturb as usize).wrapping_add(1)) & mask;
        }
    }

    #[inline(never)]
    fn find_any(&self, vm: &Vm, key: &Value, hash: u64) -> PyResult<Found> {
        'anew: loop {
            if self.block.get().is_null() {
                return Ok(Found { slot: 0, entry: None });
            }
            let mask = (1usize << self.log2.get()) - 1;
            let mut slot = hash as usize & mask;
            let mut perturb = hash;
            loop {
                let index = self.index(slot);
                if index >= 0 {
                    let at = index as usize;
                    let found = self.key_at(at);
                    if found.is(key) {
                        return Ok(Found { slot, entry: Some(at) });
                    }
                    let both_small = key.as_small().is_some() && found.as_small().is_some();
                    if !both_small && !found.is_unbound() && self.hash_at(at) == hash {
                        let equal = match tuples::same_plain(vm, found, key) {
                            Some(equal) => equal,
                            None => {
                                let moves = self.moves.get();
                                let found = found.clone();
                                let equal = vm.equal(&found, key)?;
                                // The comparison may have changed the table: go on only if this entry is where it was.
                                let stays = self.moves.get() == moves && at < self.fill.get();
                                if !stays || !self.key_at(at).is(&found) {
                                    continue 'anew;
                                }
                                equal
                            }
                        };
                        if equal {
                            return Ok(Found { slot, entry: Some(at) });
                        }
                    }
                } else if index == EMPTY {
                    return Ok(Found { slot, entry: None });
                }
                perturb >>= 5;
                slot = (slot.wrapping_mul(5).wrapping_add(perturb as usize).wrapping_add(1)) & mask;
            }
        }
    }

    /// The hash of a key.
    #[inline(always)]
    pub fn hash_key(vm: &Vm, key: &Value) -> PyResult<u64> {
        match cheap_hash(key) {
            Some(hash) => Ok(hash),
            None if key.kind() == kind::TUPLE
                && let Some(hash) =
                    key.as_tuple().map(|tuple| tuple.hash.get()).filter(|hash| *hash != 0) =>
            {
                Ok(hash as u64)
            }
            None => match vm.hash(key) {
                Ok(hash) => Ok(hash as u64),
                Err(raised) => Err(vm.unhashable_key(key, raised, "a dict key")),
            },
        }
    }

    /// The value of a key.
    #[inline]
    pub fn get(&self, vm: &Vm, key: &Value) -> PyResult<Option<Value>> {
        let hash = Dict::hash_key(vm, key)?;
        self.get_hashed(vm, key, hash)
    }

    /// The value of a key whose hash is known.
    #[inline]
    pub fn get_hashed(&self, vm: &Vm, key: &Value, hash: u64) -> PyResult<Option<Value>> {
        if self.used.get() == 0 {
            return Ok(None);
        }
        Ok(self.find(vm, key, hash)?.entry.map(|at| self.value_at(at).clone()))
    }

    /// The value of a string key, without ever running Python code (a key of another type that would have to be
    /// asked counts as different).
    #[inline]
    pub fn get_str(&self, key: &Obj<Str>) -> Option<Value> {
        self.position_str(key).map(|at| self.value_at(at).clone())
    }

    /// Is there a key of another type with the hash of this string, so that a search has to run Python code?
    pub fn is_odd_for(&self, key: &Obj<Str>) -> bool {
        self.find_str(key, key.hash()).is_err()
    }

    /// Position of a string key; see [`Dict::get_str`].
    #[inline]
    pub fn position_str(&self, key: &Obj<Str>) -> Option<usize> {
        match self.find_str(key, key.hash()) {
            Ok(found) => found.entry,
            Err(()) => None,
        }
    }

    /// The position of a key whose hash is known.
    pub fn position(&self, vm: &Vm, key: &Value, hash: u64) -> PyResult<Option<usize>> {
        if self.used.get() == 0 {
            return Ok(None);
        }
        Ok(self.find(vm, key, hash)?.entry)
    }

    /// Is the key there?
    pub fn contains(&self, vm: &Vm, key: &Value) -> PyResult<bool> {
        let hash = Dict::hash_key(vm, key)?;
        Ok(self.used.get() != 0 && self.find(vm, key, hash)?.entry.is_some())
    }

    /// Is the key there? Its hash is known.
    pub fn contains_hashed(&self, vm: &Vm, key: &Value, hash: u64) -> PyResult<bool> {
        Ok(self.used.get() != 0 && self.find(vm, key, hash)?.entry.is_some())
    }

    /// Sets a key's value; a key that is there stays the same object. Gives the old value.
    #[inline]
    pub fn insert(&self, vm: &Vm, key: Value, value: Value) -> PyResult<Option<Value>> {
        let hash = Dict::hash_key(vm, &key)?;
        self.insert_hashed(vm, key, hash, value)
    }

    /// As [`Dict::insert`], without calls where the key is a string or a small int: for what fills dictionaries.
    #[inline(always)]
    pub fn insert_in_place(&self, vm: &Vm, key: Value, value: Value) -> PyResult<Option<Value>> {
        let Some(hash) = cheap_hash(&key) else { return self.insert(vm, key, value) };
        let found = match exact_str(&key) {
            Some(text) => self.find_str(text, hash).ok(),
            None => self.find_small(&key, hash),
        };
        let Some(found) = found else { return self.insert_hashed(vm, key, hash, value) };
        if let Some(at) = found.entry {
            return Ok(Some(self.replace_at(at, value)));
        }
        self.push(found.slot, key, hash, value);
        Ok(None)
    }

    /// As [`Dict::insert`], hash known.
    #[inline]
    pub fn insert_hashed(&self, vm: &Vm, key: Value, hash: u64, value: Value) -> PyResult<Option<Value>> {
        let found = self.find(vm, &key, hash)?;
        if let Some(at) = found.entry {
            return Ok(Some(self.replace_at(at, value)));
        }
        self.push(found.slot, key, hash, value);
        Ok(None)
    }

    /// As [`Dict::insert_hashed`]; also gives the key's position.
    pub fn insert_position(
        &self,
        vm: &Vm,
        key: Value,
        hash: u64,
        value: Value,
    ) -> PyResult<(usize, Option<Value>)> {
        let found = self.find(vm, &key, hash)?;
        if let Some(at) = found.entry {
            return Ok((at, Some(self.replace_at(at, value))));
        }
        self.push(found.slot, key, hash, value);
        Ok((self.fill.get() - 1, None))
    }

    /// Sets the key's value if the key is new; gives the value that is there then, and whether the key was new.
    pub fn set_default(&self, vm: &Vm, key: &Value, default: &Value) -> PyResult<(Value, bool)> {
        let hash = Dict::hash_key(vm, key)?;
        let found = self.find(vm, key, hash)?;
        if let Some(at) = found.entry {
            return Ok((self.value_at(at).clone(), false));
        }
        self.push(found.slot, key.clone(), hash, default.clone());
        Ok((default.clone(), true))
    }

    /// Sets a string key's value, without running Python code.
    pub fn insert_str(&self, key: &Obj<Str>, value: Value) -> Option<Value> {
        let hash = key.hash();
        match self.find_str(key, hash) {
            Ok(Found { entry: Some(at), .. }) => Some(self.replace_at(at, value)),
            Ok(Found { slot, .. }) => {
                self.push(slot, key.to_value(), hash, value);
                None
            }
            Err(()) => {
                let slot = self.free_slot(hash);
                self.push(slot, key.to_value(), hash, value);
                None
            }
        }
    }

    /// Puts keys that are distinct strings into a table that has room for them and no key yet.
    pub fn fill_new<'a>(&self, entries: impl Iterator<Item = (&'a Ref<Str>, Value)>) {
        debug_assert!(self.is_empty() && !self.hashed.get());
        let mut at = self.fill.get();
        for (key, value) in entries {
            assert!(at < usable(self.log2.get()), "a table is filled that has no room");
            let slot = self.free_slot(key.hash());
            // SAFETY: there is room for one more entry.
            unsafe {
                let entry = self.entry(at);
                entry.write(key.to_value());
                entry.add(1).write(value);
            }
            self.set_index(slot, at as i64);
            at += 1;
        }
        self.budget.set(self.budget.get() - (at - self.fill.get()));
        self.fill.set(at);
        self.used.set(at);
        self.touch();
    }

    /// Changes the value at a position and gives the old one.
    #[inline(always)]
    pub fn replace_at(&self, at: usize, value: Value) -> Value {
        // SAFETY: a position below `fill` holds an entry; nobody borrows its value across this call.
        unsafe { std::mem::replace(&mut *self.entry(at).add(1), value) }
    }

    #[inline]
    fn push(&self, slot: usize, key: Value, hash: u64, value: Value) {
        let mut slot = slot;
        let needs_hash = !self.hashed.get() && cheap_hash(&key).is_none();
        if self.budget.get() == 0 || needs_hash {
            let n = if self.budget.get() == 0 {
                (self.used.get() * 2).max(self.used.get() + 1)
            } else {
                usable(self.log2.get()).max(self.used.get() + 1)
            };
            self.resize(n, needs_hash);
            slot = self.free_slot(hash);
        }
        let at = self.fill.get();
        // SAFETY: there is room for one more entry (invariant 1).
        unsafe {
            let entry = self.entry(at);
            entry.write(key);
            entry.add(1).write(value);
            if self.hashed.get() {
                entry.add(2).cast::<u64>().write(hash);
            }
        }
        self.set_index(slot, at as i64);
        self.fill.set(at + 1);
        self.budget.set(self.budget.get() - 1);
        self.used.set(self.used.get() + 1);
        self.touch();
    }

    /// Removes a key and gives key and value.
    pub fn remove(&self, vm: &Vm, key: &Value) -> PyResult<Option<(Value, Value)>> {
        let hash = Dict::hash_key(vm, key)?;
        self.remove_hashed(vm, key, hash)
    }

    /// As [`Dict::remove`], hash known.
    pub fn remove_hashed(&self, vm: &Vm, key: &Value, hash: u64) -> PyResult<Option<(Value, Value)>> {
        if self.used.get() == 0 {
            return Ok(None);
        }
        let found = self.find(vm, key, hash)?;
        Ok(found.entry.map(|at| self.remove_entry(found.slot, at)))
    }

    /// Removes a string key.
    pub fn remove_str(&self, key: &Obj<Str>) -> Option<Value> {
        match self.find_str(key, key.hash()) {
            Ok(Found { slot, entry: Some(at) }) => Some(self.remove_entry(slot, at).1),
            _ => None,
        }
    }

    fn remove_entry(&self, slot: usize, at: usize) -> (Value, Value) {
        self.set_index(slot, DUMMY);
        self.used.set(self.used.get() - 1);
        self.touch();
        // SAFETY: the entry holds key and value; both are taken out.
        unsafe {
            let entry = self.entry(at);
            (
                std::mem::replace(&mut *entry, Value::UNBOUND),
                std::mem::replace(&mut *entry.add(1), Value::UNBOUND),
            )
        }
    }

    /// Removes the last key.
    pub fn pop_last(&self) -> Option<(Value, Value)> {
        if self.used.get() == 0 {
            return None;
        }
        let mut at = self.fill.get() - 1;
        while self.key_at(at).is_unbound() {
            at -= 1;
        }
        let slot = self.slot_of_entry(at);
        let pair = self.remove_entry(slot, at);
        self.fill.set(at);
        Some(pair)
    }

    /// Removes the entry at a position, which must hold one.
    pub fn remove_at(&self, at: usize) -> (Value, Value) {
        let slot = self.slot_of_entry(at);
        self.remove_entry(slot, at)
    }

    fn slot_of_entry(&self, at: usize) -> usize {
        let mask = (1usize << self.log2.get()) - 1;
        let hash = self.hash_at(at);
        let mut slot = hash as usize & mask;
        let mut perturb = hash;
        while self.index(slot) != at as i64 {
            perturb >>= 5;
            slot = (slot.wrapping_mul(5).wrapping_add(perturb as usize).wrapping_add(1)) & mask;
        }
        slot
    }

    /// Removes everything; the old entries are dropped when the table is already empty.
    pub fn clear(&self) {
        if self.block.get().is_null() {
            return;
        }
        let old = Dict::new();
        self.swap(&old);
        self.touch();
        drop(old);
    }

    /// Exchanges the contents of two tables.
    pub fn swap(&self, other: &Dict) {
        self.block.swap(&other.block);
        self.slots.swap(&other.slots);
        self.fill.swap(&other.fill);
        self.budget.swap(&other.budget);
        self.used.swap(&other.used);
        self.log2.swap(&other.log2);
        self.hashed.swap(&other.hashed);
        self.moved();
        other.moved();
        self.touch();
        other.touch();
    }

    /// The first entry at or after a position: position, key, value.
    #[inline]
    pub fn next_entry(&self, from: usize) -> Option<(usize, &Value, &Value)> {
        let mut at = from;
        while at < self.fill.get() {
            let key = self.key_at(at);
            if !key.is_unbound() {
                return Some((at, key, self.value_at(at)));
            }
            at += 1;
        }
        None
    }

    /// The last entry before a position.
    pub fn previous_entry(&self, before: usize) -> Option<(usize, &Value, &Value)> {
        let mut at = before.min(self.fill.get());
        while at > 0 {
            at -= 1;
            let key = self.key_at(at);
            if !key.is_unbound() {
                return Some((at, key, self.value_at(at)));
            }
        }
        None
    }

    /// The hash of the entry at a position.
    pub fn entry_hash(&self, at: usize) -> u64 {
        self.hash_at(at)
    }

    /// Value at a position that an inline cache remembers under the current version.
    #[inline(always)]
    pub fn cached_value(&self, at: usize) -> &Value {
        debug_assert!(at < self.fill.get());
        self.value_at(at)
    }

    /// Clones of all keys and values in order.
    pub fn entries(&self) -> Vec<(Value, Value)> {
        let mut all = Vec::with_capacity(self.len());
        let mut at = 0;
        while let Some((found, key, value)) = self.next_entry(at) {
            all.push((key.clone(), value.clone()));
            at = found + 1;
        }
        all
    }

    /// Are all keys interned strings?
    pub fn has_interned_keys(&self) -> bool {
        let mut at = 0;
        while let Some((found, key, _)) = self.next_entry(at) {
            if !exact_str(key).is_some_and(|key| key.is_interned()) {
                return false;
            }
            at = found + 1;
        }
        true
    }

    /// Clones of all keys in order.
    pub fn keys(&self) -> Vec<Value> {
        let mut all = Vec::with_capacity(self.len());
        let mut at = 0;
        while let Some((found, key, _)) = self.next_entry(at) {
            all.push(key.clone());
            at = found + 1;
        }
        all
    }

    /// Clones of all keys in order, with their hashes.
    pub fn keys_hashed(&self) -> Vec<(Value, u64)> {
        let mut all = Vec::with_capacity(self.len());
        let mut at = 0;
        while let Some((found, key, _)) = self.next_entry(at) {
            all.push((key.clone(), self.hash_at(found)));
            at = found + 1;
        }
        all
    }

    /// A copy of the block, gaps included.
    fn cloned(&self) -> Dict {
        let layout = self.block_layout(self.log2.get(), self.hashed.get());
        let block = crate::runtime::gc::heap::heap().memory(layout.size());
        let (fill, stride) = (self.fill.get(), self.stride());
        // SAFETY: both blocks have that size and form; each key and value that now stands in both is counted up, gaps are
        // immediates, and a hash is a plain number.
        unsafe {
            std::ptr::copy_nonoverlapping(self.block.get(), block, layout.size());
            let mut entry = block.cast::<Value>();
            for _ in 0..fill {
                std::mem::forget((*entry).clone());
                std::mem::forget((*entry.add(1)).clone());
                entry = entry.add(stride);
            }
            Dict {
                block: Cell::new(block),
                slots: Cell::new(block.add(self.slots.get().offset_from_unsigned(self.block.get()))),
                fill: self.fill.clone(),
                budget: self.budget.clone(),
                used: self.used.clone(),
                version: Cell::new(0),
                epoch: Cell::new(0),
                moves: Cell::new(0),
                log2: self.log2.clone(),
                hashed: self.hashed.clone(),
            }
        }
    }

    /// A copy: no key is compared or hashed.
    pub fn copy(&self) -> Dict {
        let new = Dict::new();
        if self.used.get() == 0 {
            return new;
        }
        // As the block is, unless much of it is empty.
        let (used, fill) = (self.used.get(), self.fill.get());
        if used * 3 >= fill * 2 && usable(self.log2.get()) <= (used * 4).max(usable(3)) {
            return self.cloned();
        }
        new.hashed.set(self.hashed.get());
        new.resize(self.used.get(), self.hashed.get());
        let mut at = 0;
        while let Some((found, key, value)) = self.next_entry(at) {
            let hash = self.hash_at(found);
            let slot = new.free_slot(hash);
            new.push(slot, key.clone(), hash, value.clone());
            at = found + 1;
        }
        new
    }
}

impl Drop for Dict {
    fn drop(&mut self) {
        let block = self.block.get();
        if block.is_null() {
            return;
        }
        for at in 0..self.fill.get() {
            // SAFETY: each entry holds key and value, dropped once here.
            unsafe {
                let entry = self.entry(at);
                std::ptr::drop_in_place(entry);
                std::ptr::drop_in_place(entry.add(1));
            }
        }
        let layout = self.block_layout(self.log2.get(), self.hashed.get());
        // SAFETY: the block came from the heap with this size.
        unsafe { crate::runtime::gc::heap::heap().give_back(block, layout.size()) };
    }
}

impl Vm {
    /// The TypeError of `hash` says what the object was to be used as.
    #[cold]
    pub fn unhashable_key(&self, key: &Value, raised: Raised, role: &str) -> Raised {
        let exact =
            self.raised().is_some_and(|e| e.ty(self).spec.is_some_and(|s| std::ptr::eq(s, &TYPE_ERROR)));
        if !exact {
            return raised;
        }
        let exception = self.take_raised(raised);
        match self.to_string(&exception) {
            Ok(text) => {
                self.type_error(format!("cannot use '{}' as {role} ({text})", self.full_type_name(key)))
            }
            Err(raised) => raised,
        }
    }

    /// A new dict object.
    pub fn dict(&self, table: Dict) -> Ref<Dict> {
        self.alloc(&self.interp().dict_type, table)
    }
    /// A new, empty dict object.
    pub fn new_dict(&self) -> Ref<Dict> {
        self.dict(Dict::new())
    }
}

impl Value {
    /// The table, if it is a dict (or of a subclass).
    #[inline(always)]
    pub fn as_dict(&self) -> Option<&Obj<Dict>> {
        self.downcast::<Dict>()
    }
}
