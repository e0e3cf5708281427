//! The table of interned strings: found by their text, under the hash that the string has anyway.
//!
//! # Invariants
//!
//! 1. Strings in the table are alive: a dying one is taken out first (`str::drop_str`). The table counts no reference.
//! 2. Half of the places at least are empty, so that probing ends. A string stands at the place of its hash or behind it,
//!    with no empty place between.

use std::cell::{Cell, RefCell};

use crate::runtime::object::hash;
use crate::runtime::object::str::Str;
use crate::runtime::value::{Obj, Ref, Value, flag};

/// Places of a new table: enough for what start-up interns.
const FIRST: usize = 4096;
/// Places in a page of memory.
const PAGE: usize = 512;

/// The interned strings of an interpreter.
pub struct Interned {
    places: RefCell<Box<[*const Obj<Str>]>>,
    used: Cell<usize>,
}

impl Interned {
    /// An empty table.
    pub fn new() -> Interned {
        let mut places = empty(FIRST);
        // Written before they are read, memory pages come into being once: a page that is read first comes again when it is written.
        for page in places.chunks_mut(PAGE) {
            // SAFETY: a place of the table; volatile, for a zero over a zero would be left out.
            unsafe { std::ptr::write_volatile(&mut page[0], std::ptr::null()) };
        }
        Interned { places: RefCell::new(places), used: Cell::new(0) }
    }

    /// How many strings there are.
    pub fn count(&self) -> usize {
        self.used.get()
    }

    /// The interned string of a text; `make` makes the string if there is none.
    #[inline]
    pub fn intern(&self, bytes: &[u8], make: impl FnOnce() -> Value) -> Ref<Str> {
        self.intern_hashed(bytes, hash::text_hash(bytes, bytes.is_ascii()), make)
    }

    /// As [`Interned::intern`], hash known.
    pub fn intern_hashed(&self, bytes: &[u8], hash: u64, make: impl FnOnce() -> Value) -> Ref<Str> {
        if let Some(found) = self.find(bytes, hash) {
            return found;
        }
        let new = make();
        // SAFETY: `make` gives strings.
        let new: Ref<Str> = unsafe { Ref::from_value_unchecked(new) };
        new.remember_hash(hash);
        new.head.flags.set(new.head.flags.get() | flag::INTERNED);
        if (self.used.get() + 1) * 2 > self.places.borrow().len() {
            self.grow();
        }
        put(&mut self.places.borrow_mut(), &new);
        self.used.set(self.used.get() + 1);
        new
    }

    fn find(&self, bytes: &[u8], hash: u64) -> Option<Ref<Str>> {
        let places = self.places.borrow();
        let mask = places.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            // SAFETY: strings in the table are alive (invariant 1).
            let text = unsafe { places[at].as_ref() }?;
            if text.hash() == hash && text.bytes() == bytes {
                return Some(text.to_ref());
            }
            at = (at + 1) & mask;
        }
    }

    #[cold]
    fn grow(&self) {
        let mut places = self.places.borrow_mut();
        let mut new = empty(places.len() * 2);
        for place in places.iter() {
            // SAFETY: strings in the table are alive (invariant 1).
            if let Some(text) = unsafe { place.as_ref() } {
                put(&mut new, text);
            }
        }
        *places = new;
    }

    /// Takes a dying string out.
    pub fn forget(&self, text: &Obj<Str>) {
        let mut places = self.places.borrow_mut();
        let mask = places.len() - 1;
        let mut gap = text.hash() as usize & mask;
        while !std::ptr::eq(places[gap], text) {
            if places[gap].is_null() {
                return;
            }
            gap = (gap + 1) & mask;
        }
        self.used.set(self.used.get() - 1);
        // What stands behind the gap moves into it, unless the gap is before its own place.
        let mut at = gap;
        loop {
            at = (at + 1) & mask;
            // SAFETY: strings in the table are alive (invariant 1).
            let Some(next) = (unsafe { places[at].as_ref() }) else { break };
            let home = next.hash() as usize & mask;
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(gap) & mask {
                places[gap] = places[at];
                gap = at;
            }
        }
        places[gap] = std::ptr::null();
    }
}

impl Default for Interned {
    fn default() -> Self {
        Interned::new()
    }
}

fn empty(places: usize) -> Box<[*const Obj<Str>]> {
    // SAFETY: a null pointer is a word of zero.
    unsafe { Box::new_zeroed_slice(places).assume_init() }
}

/// Puts a string that is not there into the first free place.
fn put(places: &mut [*const Obj<Str>], text: &Obj<Str>) {
    let mask = places.len() - 1;
    let mut at = text.hash() as usize & mask;
    while !places[at].is_null() {
        at = (at + 1) & mask;
    }
    places[at] = text;
}
