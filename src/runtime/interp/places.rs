//! Which of a call's values each parameter of a Python function gets. Calls of the same shape (the same code, as many values,
//! the same names) find it in a table.
//!
//! # Invariants
//!
//! 1. An entry of the table depends on the code alone, which its serial number names for ever, and owns the tuple of names, so
//!    that no other gets its address. Defaults are the function's: who uses an entry looks for them anew.

use crate::runtime::bytecode::code::flags;
use crate::runtime::interp::code::Code;
use crate::runtime::interp::function::Function;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Value, bits};

/// Most parameters of a function, and most values of a call, that this is for.
pub const MOST: usize = 32;

/// In [`Places::from`]: the parameter gets its default.
pub const LEFT_OUT: u8 = u8::MAX;

/// Which of a call's values each parameter gets.
#[derive(Clone, Copy)]
pub struct Places {
    /// Index of the value by parameter, or [`LEFT_OUT`].
    pub from: [u8; MOST],
    /// Number of parameters, without those for the rest.
    pub total: usize,
    /// Names that are no parameter's, for `**kwargs`: a bit each.
    pub others: u32,
    /// Are there parameters for the rest?
    pub has_rest: bool,
}

/// Places of a shape of calls.
pub struct Entry {
    code: u64,
    names: Value,
    count: usize,
    places: Places,
}

/// Entries of the table; a power of two.
const ENTRIES: usize = 256;

/// Names of a call's last values.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// The names.
    pub list: &'a [Value],
    /// The tuple that holds them, if it is known.
    tuple: Option<&'a Value>,
}

impl<'a> Names<'a> {
    /// No names.
    pub const NONE: Names<'static> = Names { list: &[], tuple: None };
    /// Those of a tuple.
    pub fn of(tuple: &'a Value) -> Names<'a> {
        Names { list: tuple.as_tuple().map_or(&[][..], |names| names.items()), tuple: Some(tuple) }
    }
    /// Of a list that no tuple is known to hold.
    pub fn listed(list: &'a [Value]) -> Names<'a> {
        Names { list, tuple: None }
    }
}

/// Where a call's values go; good until this is asked again. `None` if some do not match at once: the general way says why.
#[inline]
pub fn of<'a>(vm: &'a Vm, function: &Obj<Function>, count: usize, names: Names) -> Option<&'a Places> {
    let code = function.code.get();
    let tuple = names.tuple.map_or(bits::NONE, Value::to_bits);
    let slot = (code.serial as usize ^ (tuple >> 4) as usize ^ count << 3) % ENTRIES;
    if let Some(entry) = vm.interp().places.get().get(slot)
        && entry.code == code.serial
        && entry.names.to_bits() == tuple
        && entry.count == count
        && (names.list.is_empty() || names.tuple.is_some())
    {
        return Some(&entry.places);
    }
    find(vm, code, count, names, slot)
}

#[inline(never)]
fn find<'a>(vm: &'a Vm, code: &Obj<Code>, count: usize, names: Names, slot: usize) -> Option<&'a Places> {
    if !code.has(flags::OPTIMIZED) {
        return None;
    }
    let (positional, first) = (code.arg_count as usize, code.posonly_count as usize);
    let total = positional + code.kwonly_count as usize;
    let given = count - names.list.len();
    if total > MOST || count > MOST || given > positional && !code.has(flags::VARARGS) {
        return None;
    }
    let mut from = [LEFT_OUT; MOST];
    (0..given.min(positional)).for_each(|at| from[at] = at as u8);
    let mut others = 0;
    for (nth, name) in names.list.iter().enumerate() {
        match code.local_names[first..total].iter().position(|local| local.value().is(name)) {
            Some(at) if from[first + at] == LEFT_OUT => from[first + at] = (given + nth) as u8,
            // An interned name that is no parameter's is equal to none.
            None if code.has(flags::VARKEYWORDS) && name.as_str().is_some_and(|name| name.is_interned()) => {
                others |= 1 << nth;
            }
            _ => return None,
        }
    }
    let has_rest = code.has(flags::VARARGS | flags::VARKEYWORDS);
    let places = Places { from, total, others, has_rest };
    let table = vm.interp().places.get_mut();
    if table.is_empty() {
        table.resize_with(ENTRIES + 1, || Entry { code: 0, names: Value::NONE, count: 0, places });
    }
    // Names that no tuple is known to hold are not found again: the last entry, in which nobody looks, is for them.
    let lasting = names.list.is_empty() || names.tuple.is_some();
    let (slot, code) = if lasting { (slot, code.serial) } else { (ENTRIES, 0) };
    let names = names.tuple.cloned().unwrap_or(Value::NONE);
    let old = std::mem::replace(&mut table[slot], Entry { code, names, count, places });
    drop(old);
    vm.interp().places.get().get(slot).map(|entry| &entry.places)
}

/// The default of a parameter, if the function has one.
#[inline]
pub fn default(function: &Obj<Function>, at: usize) -> Option<Value> {
    let code = function.code.get();
    match (code.arg_count as usize).checked_sub(at + 1) {
        Some(behind) => {
            let defaults = function.defaults.get().as_tuple()?.items();
            defaults.get(defaults.len().checked_sub(behind + 1)?).cloned()
        }
        None => {
            let (defaults, name) = (function.kwdefaults.get().as_dict()?, &code.local_names[at]);
            // As the function was made, they stand in order: all have one, or those of the last parameters.
            let nth = (at - code.arg_count as usize + defaults.len()).checked_sub(code.kwonly_count as usize);
            match nth.and_then(|nth| defaults.next_entry(nth)) {
                Some((_, key, value)) if key.is(name.value()) => Some(value.clone()),
                _ => defaults.get_str(name),
            }
        }
    }
}
