//! The hash table of sets: open addressing with short linear runs, the way CPython's sets do it.
//!
//! The probing order and the growth are those of CPython, so that sets of small ints are gone through in the order
//! that people know from there. An entry is a hash and a key. A free entry holds no key (unbound); a deleted one keeps
//! a mark in its hash, so that probing goes on behind it.
//!
//! # Invariants
//!
//! 1. `fill` entries are used or deleted, `used` of them have a key; `fill * 5 < size * 3`, so probing ends.
//! 2. `epoch` changes with every change of the entries: who compared keys by Python code looks whether it moved.
//! 3. `marks` has the bit of each key's hash ([`Table::mark`]); removing a key leaves its bit, making the table anew does
//!    not, so that without deleted entries (`fill == used`) there are no other bits.

use std::cell::Cell;

use crate::runtime::error::PyResult;
use crate::runtime::object::dict::{Dict, exact_str};
use crate::runtime::object::hash::int_hash;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Value};

const SMALLEST: usize = 8;
const LINEAR: usize = 9;
/// Hash of a deleted entry: no object's hash is -1.
const DELETED: i64 = -1;

/// A place of the table.
#[derive(Clone)]
struct Entry {
    key: Value,
    hash: i64,
}

const FREE: Entry = Entry { key: Value::UNBOUND, hash: 0 };

/// So many free entries.
fn free_entries(size: usize) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(size);
    entries.resize_with(size, || FREE);
    entries
}

/// A set of values.
pub struct Table {
    entries: LockCell<Vec<Entry>>,
    fill: Cell<usize>,
    used: Cell<usize>,
    epoch: Cell<u32>,
    marks: Cell<u64>,
}

impl Default for Table {
    fn default() -> Self {
        Table::new()
    }
}

/// What a search found.
enum Found {
    At(usize),
    /// Not there; a new key goes there.
    Free(usize),
}

impl Table {
    /// An empty table; takes no memory before the first key.
    pub const fn new() -> Table {
        Table {
            entries: LockCell::new(Vec::new()),
            fill: Cell::new(0),
            used: Cell::new(0),
            epoch: Cell::new(0),
            marks: Cell::new(0),
        }
    }
    /// The bit of a hash in `marks`.
    #[inline(always)]
    fn mark(hash: i64) -> u64 {
        1 << (hash & 63)
    }
    /// May a key with this hash be there? Most that are not are found out without a look at the entries, if there are few.
    #[inline(always)]
    fn may_have(&self, hash: i64) -> bool {
        self.marks.get() & Table::mark(hash) != 0
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
    /// Changes with every change.
    pub fn epoch(&self) -> u32 {
        self.epoch.get()
    }
    /// Number of places.
    pub fn size(&self) -> usize {
        self.entries.get().len().max(SMALLEST)
    }
    fn touch(&self) {
        self.epoch.set(self.epoch.get().wrapping_add(1));
    }

    /// The hash of a key.
    #[inline(always)]
    pub fn hash_key(vm: &Vm, key: &Value) -> PyResult<i64> {
        if let Some(i) = key.as_small() {
            return Ok(int_hash(i));
        }
        if let Some(text) = exact_str(key) {
            return Ok(text.hash() as i64);
        }
        vm.hash(key).map_err(|raised| vm.unhashable_key(key, raised, "a set element"))
    }

    /// The places to try for a hash, in order, until a free one: `visit` says whether the search is over.
    #[inline(always)]
    fn probe<R>(size: usize, hash: i64, mut visit: impl FnMut(usize) -> Option<R>) -> R {
        let mask = size - 1;
        let mut perturb = hash as u64 as usize;
        let mut at = perturb & mask;
        loop {
            let run = if at + LINEAR <= mask { LINEAR } else { 0 };
            for place in at..=at + run {
                if let Some(result) = visit(place) {
                    return result;
                }
            }
            perturb >>= 5;
            at = at.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
        }
    }

    /// As [`Table::probe`], in entries that nothing changes meanwhile.
    #[inline(always)]
    fn search<R>(entries: &[Entry], hash: i64, mut visit: impl FnMut(usize, &Entry) -> Option<R>) -> R {
        let mask = entries.len() - 1;
        let mut perturb = hash as u64 as usize;
        let mut at = perturb & mask;
        loop {
            let run = if at + LINEAR <= mask { LINEAR } else { 0 };
            for (step, entry) in entries[at..=at + run].iter().enumerate() {
                if let Some(result) = visit(at + step, entry) {
                    return result;
                }
            }
            perturb >>= 5;
            at = at.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
        }
    }

    /// Searches without running Python code; `None` if that takes a comparison that might.
    #[inline(always)]
    fn find_plain(&self, key: &Value, hash: i64) -> Option<Found> {
        let entries = self.entries.get().as_slice();
        if entries.is_empty() {
            return None;
        }
        Table::search(entries, hash, |place, entry| {
            if entry.key.is(key) {
                return Some(Some(Found::At(place)));
            }
            if entry.key.is_unbound() {
                return if entry.hash == 0 { Some(Some(Found::Free(place))) } else { None };
            }
            // Two small ints are equal if they are the same word.
            if entry.hash != hash || entry.key.as_small().is_some() && key.as_small().is_some() {
                return None;
            }
            match (exact_str(&entry.key), exact_str(key)) {
                (Some(a), Some(b)) if a.bytes() == b.bytes() => Some(Some(Found::At(place))),
                (Some(_), Some(_)) => None,
                _ => Some(None),
            }
        })
    }

    fn find(&self, vm: &Vm, key: &Value, hash: i64) -> PyResult<Found> {
        match self.find_plain(key, hash) {
            Some(found) => Ok(found),
            None if self.entries.get().is_empty() => {
                self.entries.set(free_entries(SMALLEST));
                Ok(Found::Free(hash as usize & (SMALLEST - 1)))
            }
            None => self.find_comparing(vm, key, hash),
        }
    }

    #[inline(never)]
    fn find_comparing(&self, vm: &Vm, key: &Value, hash: i64) -> PyResult<Found> {
        loop {
            let size = self.entries.get().len();
            if size == 0 {
                self.entries.set(free_entries(SMALLEST));
                continue;
            }
            let epoch = self.epoch.get();
            let found = Table::probe(size, hash, |place| {
                let entry = &self.entries.get()[place];
                if entry.key.is_unbound() {
                    return if entry.hash == 0 { Some(Ok(Some(Found::Free(place)))) } else { None };
                }
                if entry.hash != hash {
                    return None;
                }
                if entry.key.is(key) {
                    return Some(Ok(Some(Found::At(place))));
                }
                if let (Some(a), Some(b)) = (exact_str(&entry.key), exact_str(key)) {
                    return if a.bytes() == b.bytes() { Some(Ok(Some(Found::At(place)))) } else { None };
                }
                let other = entry.key.clone();
                match vm.equal(&other, key) {
                    Err(raised) => Some(Err(raised)),
                    Ok(_) if self.epoch.get() != epoch => Some(Ok(None)),
                    Ok(true) => Some(Ok(Some(Found::At(place)))),
                    Ok(false) => None,
                }
            })?;
            // `None`: the comparison changed the table; look again.
            if let Some(found) = found {
                return Ok(found);
            }
        }
    }

    /// Is the key there?
    pub fn contains_hashed(&self, vm: &Vm, key: &Value, hash: i64) -> PyResult<bool> {
        if self.is_empty() || !self.may_have(hash) {
            return Ok(false);
        }
        Ok(matches!(self.find(vm, key, hash)?, Found::At(_)))
    }

    /// Does every key stand in the other table, as far as that can be told without running Python code?
    pub fn is_within_plain(&self, other: &Table) -> Option<bool> {
        if self.fill.get() == self.used.get() && self.marks.get() & !other.marks.get() != 0 {
            return Some(false);
        }
        if self.is_empty() {
            return Some(true);
        }
        for entry in self.entries.get().iter().filter(|entry| !entry.key.is_unbound()) {
            if !other.contains_plain(entry)? {
                return Some(false);
            }
        }
        Some(true)
    }

    /// Have the tables no key in common? `None` if that cannot be told without running Python code.
    pub fn is_apart_plain(&self, other: &Table) -> Option<bool> {
        if self.marks.get() & other.marks.get() == 0 {
            return Some(true);
        }
        for entry in self.entries.get().iter().filter(|entry| !entry.key.is_unbound()) {
            if other.contains_plain(entry)? {
                return Some(false);
            }
        }
        Some(true)
    }

    #[inline(always)]
    fn contains_plain(&self, entry: &Entry) -> Option<bool> {
        if !self.may_have(entry.hash) {
            return Some(false);
        }
        self.find_plain(&entry.key, entry.hash).map(|found| matches!(found, Found::At(_)))
    }

    /// A new table of the keys that the other one has (`wanted`) or has not; `None` if it takes running Python code or
    /// if this one is large. `size` says how many places it shall have for so many keys.
    pub fn filtered_plain(
        &self,
        other: &Table,
        wanted: bool,
        size: impl FnOnce(usize) -> usize,
    ) -> Option<Table> {
        const WORDS: usize = 8;
        let entries = self.entries.get();
        if entries.len() > WORDS * 64 {
            return None;
        }
        // Counted first, so that the new table gets its size at once.
        let (mut chosen, mut count) = ([0u64; WORDS], 0);
        for (word, entries) in chosen.iter_mut().zip(entries.chunks(64)) {
            for (bit, entry) in entries.iter().enumerate() {
                if !entry.key.is_unbound() && other.contains_plain(entry)? == wanted {
                    *word |= 1 << bit;
                    count += 1;
                }
            }
        }
        let table = Table::new();
        if count == 0 {
            return Some(table);
        }
        let mut new = free_entries(size(count));
        let mut marks = 0;
        for (mut word, entries) in chosen.into_iter().zip(entries.chunks(64)) {
            while word != 0 {
                let entry = &entries[word.trailing_zeros() as usize];
                word &= word - 1;
                marks |= Table::mark(entry.hash);
                Table::place(&mut new, entry.clone());
            }
        }
        table.entries.set(new);
        table.fill.set(count);
        table.used.set(count);
        table.marks.set(marks);
        Some(table)
    }

    /// The size of a copy of this table.
    pub fn copied_size(&self) -> usize {
        let count = self.len();
        if count * 5 < (SMALLEST - 1) * 3 { SMALLEST } else { Table::size_for(count * 2) }
    }

    /// The size of a table to which so many keys were added one by one.
    pub fn grown_size(count: usize) -> usize {
        let mut size = SMALLEST;
        while count * 5 >= (size - 1) * 3 {
            // The key that made it too full.
            let full = ((size - 1) * 3).div_ceil(5);
            size = Table::size_for(Table::growth(full));
        }
        size
    }

    /// How many keys a table of so many is made ready for when it is full.
    fn growth(used: usize) -> usize {
        if used > 50_000 { used * 2 } else { used * 4 }
    }

    fn size_for(least: usize) -> usize {
        let mut size = SMALLEST;
        while size <= least {
            size *= 2;
        }
        size
    }

    /// Is the key there?
    pub fn contains(&self, vm: &Vm, key: &Value) -> PyResult<bool> {
        let hash = Table::hash_key(vm, key)?;
        self.contains_hashed(vm, key, hash)
    }

    /// Adds a key; says whether it is new.
    #[inline]
    pub fn insert(&self, vm: &Vm, key: Value) -> PyResult<bool> {
        let hash = Table::hash_key(vm, &key)?;
        // Mostly the first place is the one.
        let entries = self.entries.get();
        let first = hash as usize & entries.len().wrapping_sub(1);
        match entries.get(first) {
            Some(entry) if entry.key.is(&key) => Ok(false),
            Some(entry) if entry.key.is_unbound() && entry.hash == 0 => {
                self.put(first, key, hash);
                Ok(true)
            }
            _ => self.insert_hashed(vm, key, hash),
        }
    }

    /// As [`Table::insert`], hash known.
    pub fn insert_hashed(&self, vm: &Vm, key: Value, hash: i64) -> PyResult<bool> {
        match self.find(vm, &key, hash)? {
            Found::At(_) => Ok(false),
            Found::Free(place) => {
                self.put(place, key, hash);
                Ok(true)
            }
        }
    }

    /// Puts a new key into a free place.
    #[inline(always)]
    fn put(&self, place: usize, key: Value, hash: i64) {
        let entries = self.entries.get_mut();
        entries[place] = Entry { key, hash };
        let size = entries.len();
        self.fill.set(self.fill.get() + 1);
        self.used.set(self.used.get() + 1);
        self.marks.set(self.marks.get() | Table::mark(hash));
        self.touch();
        if self.fill.get() * 5 >= (size - 1) * 3 {
            self.resize(Table::growth(self.used.get()));
        }
    }

    /// Adds a key if it is not there; `false` if that takes running Python code.
    #[inline(always)]
    fn add_plain(&self, key: &Value, hash: i64) -> bool {
        let entries = self.entries.get();
        // Mostly the first place is the one.
        let first = hash as usize & entries.len().wrapping_sub(1);
        match entries.get(first) {
            Some(entry) if entry.key.is(key) => return true,
            Some(entry) if entry.key.is_unbound() && entry.hash == 0 => {
                self.put(first, key.clone(), hash);
                return true;
            }
            _ => {}
        }
        match self.find_plain(key, hash) {
            Some(Found::At(_)) => true,
            Some(Found::Free(place)) => {
                self.put(place, key.clone(), hash);
                true
            }
            None => false,
        }
    }

    /// Adds small ints and texts as long as no Python code has to run for it; gives how many.
    pub fn extend_plain(&self, keys: &[Value]) -> usize {
        if self.entries.get().is_empty() && !keys.is_empty() {
            self.entries.set(free_entries(SMALLEST));
        }
        for (at, key) in keys.iter().enumerate() {
            let hash = match (key.as_small(), exact_str(key)) {
                (Some(i), _) => int_hash(i),
                (_, Some(text)) => text.hash() as i64,
                _ => return at,
            };
            if !self.add_plain(key, hash) {
                return at;
            }
        }
        keys.len()
    }

    /// Makes the table anew for more than `least` keys, without the deleted entries.
    fn resize(&self, least: usize) {
        let old = self.entries.replace(free_entries(Table::size_for(least)));
        let new = self.entries.get_mut();
        let mut marks = 0;
        for entry in old {
            if !entry.key.is_unbound() {
                marks |= Table::mark(entry.hash);
                Table::place(new, entry);
            }
        }
        self.marks.set(marks);
        self.fill.set(self.used.get());
        self.touch();
    }

    /// Puts an entry, which is not there yet, into a table without deleted entries.
    #[inline(always)]
    fn place(entries: &mut [Entry], entry: Entry) {
        let first = entry.hash as usize & (entries.len() - 1);
        if entries[first].key.is_unbound() {
            entries[first] = entry;
            return;
        }
        let at = Table::search(
            entries,
            entry.hash,
            |place, entry| {
                if entry.key.is_unbound() { Some(place) } else { None }
            },
        );
        entries[at] = entry;
    }

    /// Removes a key and gives it.
    pub fn remove(&self, vm: &Vm, key: &Value) -> PyResult<Option<Value>> {
        let hash = Table::hash_key(vm, key)?;
        self.remove_hashed(vm, key, hash)
    }

    /// As [`Table::remove`], hash known.
    pub fn remove_hashed(&self, vm: &Vm, key: &Value, hash: i64) -> PyResult<Option<Value>> {
        if self.is_empty() || !self.may_have(hash) {
            return Ok(None);
        }
        Ok(match self.find(vm, key, hash)? {
            Found::At(place) => Some(self.take(place)),
            Found::Free(_) => None,
        })
    }

    fn take(&self, place: usize) -> Value {
        let old = std::mem::replace(
            &mut self.entries.get_mut()[place],
            Entry { key: Value::UNBOUND, hash: DELETED },
        );
        self.used.set(self.used.get() - 1);
        self.touch();
        old.key
    }

    /// Removes some key: the first one at or behind `from`, else the first; also gives the place behind it.
    pub fn pop(&self, from: usize) -> Option<(usize, Value)> {
        let place = match self.next(from) {
            Some((place, ..)) => place,
            None => self.next(0)?.0,
        };
        Some((place + 1, self.take(place)))
    }

    /// The first key at or behind a place: place, key, hash.
    #[inline]
    pub fn next(&self, from: usize) -> Option<(usize, &Value, i64)> {
        let entries = self.entries.get();
        let rest = entries.get(from..)?;
        let at = rest.iter().position(|entry| !entry.key.is_unbound())?;
        let entry = &rest[at];
        Some((from + at, &entry.key, entry.hash))
    }

    /// Removes everything; the keys are dropped when the table is already empty.
    pub fn clear(&self) {
        let old = Table::new();
        self.swap(&old);
        drop(old);
    }

    /// Exchanges the contents of two tables.
    pub fn swap(&self, other: &Table) {
        let entries = self.entries.take();
        self.entries.set(other.entries.replace(entries));
        self.fill.swap(&other.fill);
        self.used.swap(&other.used);
        self.marks.swap(&other.marks);
        self.touch();
        other.touch();
    }

    /// Clones of all keys.
    pub fn keys(&self) -> Vec<Value> {
        self.entries
            .get()
            .iter()
            .filter(|entry| !entry.key.is_unbound())
            .map(|entry| entry.key.clone())
            .collect()
    }
    /// Clones of all keys with their hashes.
    pub fn hashed_keys(&self) -> Vec<(Value, i64)> {
        let entries = self.entries.get();
        entries
            .iter()
            .filter(|entry| !entry.key.is_unbound())
            .map(|entry| (entry.key.clone(), entry.hash))
            .collect()
    }
    /// The hashes of all keys.
    pub fn hashes(&self) -> impl Iterator<Item = i64> + '_ {
        self.entries.get().iter().filter(|entry| !entry.key.is_unbound()).map(|entry| entry.hash)
    }

    /// A copy: no key is compared or hashed.
    pub fn copy(&self) -> Table {
        let new = Table::new();
        new.merge_into_empty(self);
        new
    }

    /// Fills an empty table with another's keys; as in CPython, a table without deleted entries of the same size is
    /// copied place by place, any other is placed anew.
    pub fn merge_into_empty(&self, other: &Table) {
        if other.is_empty() {
            return;
        }
        let count = other.len();
        let size = other.copied_size();
        let entries = other.entries.get();
        let new = if entries.len() == size && other.fill.get() == count {
            entries.clone()
        } else {
            let mut new = free_entries(size);
            for entry in entries.iter().filter(|entry| !entry.key.is_unbound()) {
                Table::place(&mut new, entry.clone());
            }
            new
        };
        self.entries.set(new);
        self.fill.set(count);
        self.used.set(count);
        // A deleted key's bit may be among them, and there is no deleted entry to tell.
        self.marks.set(if other.fill.get() == count {
            other.marks.get()
        } else {
            Table::marks_of(self.entries.get())
        });
        self.touch();
    }

    fn marks_of(entries: &[Entry]) -> u64 {
        let used = entries.iter().filter(|entry| !entry.key.is_unbound());
        used.fold(0, |marks, entry| marks | Table::mark(entry.hash))
    }

    /// Makes room for `count` more keys, as CPython does before a set or dict is merged.
    pub fn reserve(&self, count: usize) {
        let size = self.size();
        if (self.fill.get() + count) * 5 >= (size - 1) * 3 {
            self.resize((self.used.get() + count) * 2);
        }
    }

    /// Adds all keys of a dict.
    pub fn extend_from_dict(&self, vm: &Vm, dict: &Dict) -> PyResult<()> {
        self.reserve(dict.len());
        let mut at = 0;
        while let Some((found, key, _)) = dict.next_entry(at) {
            let (key, hash) = (key.clone(), dict.entry_hash(found) as i64);
            at = found + 1;
            self.insert_hashed(vm, key, hash)?;
        }
        Ok(())
    }

    /// Adds all keys of another table.
    pub fn extend_from(&self, vm: &Vm, other: &Table) -> PyResult<()> {
        if std::ptr::eq(self, other) || other.is_empty() {
            return Ok(());
        }
        if self.fill.get() == 0 {
            self.merge_into_empty(other);
            return Ok(());
        }
        self.reserve(other.len());
        let mut at = 0;
        while let Some((found, key, hash)) = other.next(at) {
            at = found + 1;
            if !self.add_plain(key, hash) {
                let key = key.clone();
                self.insert_hashed(vm, key, hash)?;
            }
        }
        Ok(())
    }

    /// Shows all keys.
    pub fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        for entry in self.entries.get() {
            visit(&entry.key);
        }
    }
}
