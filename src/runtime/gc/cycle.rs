//! The cycle collector: trial deletion over tracked containers, in two generations.
//!
//! # Model
//!
//! Of the containers in the lists that are looked at, the references they hold to each other are subtracted from
//! copies of their counts (kept in the `prev` links). Who has references left is reachable from outside, and so is all
//! it reaches. The rest is garbage: weak references are cleared, finalizers run, and if nothing came back to life the
//! containers are emptied, which lets the counts do the rest.

use std::ptr::NonNull;

use crate::runtime::gc::heap::{self, Heap, Links, container, links, type_flag, type_head};
use crate::runtime::value::{Header, Value, flag};

/// What a collection did.
#[derive(Clone, Copy, Default, Debug)]
pub struct Outcome {
    /// Unreachable objects found and emptied.
    pub collected: usize,
}

fn members(list: &Links) -> Vec<NonNull<Header>> {
    let mut all = Vec::new();
    let mut at = list.next.get();
    while !std::ptr::eq(at, list) {
        // SAFETY: members of the lists are live containers.
        unsafe {
            all.push(container(NonNull::new_unchecked(at.cast_mut())));
            at = (*at).next.get();
        }
    }
    all
}

fn set_flag(head: &Header, bit: u32, on: bool) {
    let flags = head.flags.get();
    head.flags.set(if on { flags | bit } else { flags & !bit });
}

fn tracked(value: &Value, bit: u32) -> Option<NonNull<Header>> {
    let head = value.header()?;
    if head.flags.get() & bit != 0 { Some(NonNull::from(head)) } else { None }
}

/// Marks what of the objects cannot be reached from outside; gives it.
///
/// # Safety
/// All are live containers, none in flux (the collector runs between instructions).
unsafe fn unreachable(objects: &[NonNull<Header>]) -> Vec<NonNull<Header>> {
    // SAFETY: as promised; the counts in `prev` are restored by the caller relinking the lists.
    unsafe {
        for at in objects {
            set_flag(at.as_ref(), flag::COLLECTING, true);
            links(*at).as_ref().prev.set(at.as_ref().count.get() as usize);
        }
        for at in objects {
            heap::traverse_inline(*at, |value| {
                if let Some(found) = tracked(value, flag::COLLECTING) {
                    let prev = &links(found).as_ref().prev;
                    prev.set(prev.get().wrapping_sub(1));
                }
            });
        }
        let mut reached: Vec<NonNull<Header>> = Vec::new();
        let mut left = objects.len();
        for at in objects {
            if at.as_ref().flags.get() & flag::COLLECTING != 0 && links(*at).as_ref().prev.get() != 0 {
                set_flag(at.as_ref(), flag::COLLECTING, false);
                left -= 1;
                reached.push(*at);
                while let Some(next) = reached.pop() {
                    heap::traverse_inline(next, |value| {
                        if let Some(found) = tracked(value, flag::COLLECTING) {
                            set_flag(found.as_ref(), flag::COLLECTING, false);
                            left -= 1;
                            reached.push(found);
                        }
                    });
                }
            }
        }
        let mut garbage = Vec::new();
        if left == 0 {
            return garbage;
        }
        for at in objects {
            if at.as_ref().flags.get() & flag::COLLECTING != 0 {
                set_flag(at.as_ref(), flag::COLLECTING, false);
                garbage.push(*at);
            }
        }
        garbage
    }
}

/// Links the objects anew, in order, into a list.
///
/// # Safety
/// All are live containers whose links nobody else uses.
unsafe fn relink(list: &Links, objects: &[NonNull<Header>], old: bool) {
    list.make_empty();
    for at in objects {
        // SAFETY: as promised.
        unsafe {
            list.push(links(*at));
            set_flag(at.as_ref(), flag::OLD, old);
        }
    }
}

/// Collects the young generation, or both.
pub fn collect(heap: &Heap, full: bool, keep: &mut dyn FnMut(Value) -> bool) -> Outcome {
    let mut objects = if full { members(&heap.old) } else { Vec::new() };
    objects.extend(members(&heap.young));
    // SAFETY: the lists hold live containers; the machine is between instructions.
    let garbage = unsafe { unreachable(&objects) };
    // Everything that was looked at is old now; garbage too, until it dies.
    // SAFETY: as above.
    unsafe {
        if full {
            relink(&heap.old, &objects, true);
        } else {
            for at in &objects {
                heap.old.push(links(*at));
                set_flag(at.as_ref(), flag::OLD, true);
            }
        }
    }
    heap.young.make_empty();
    heap.young_count.set(0);
    if garbage.is_empty() {
        return Outcome::default();
    }
    // From here on Python code may run: each object is held.
    let held: Vec<Value> = garbage
        .iter()
        .map(|at| {
            // SAFETY: live objects; the count is raised for the new value.
            unsafe {
                let head = at.as_ref();
                head.count.set(head.count.get() + 1);
                Value::from_bits(at.as_ptr() as u64)
            }
        })
        .collect();
    for value in &held {
        if let Some(head) = value.header() {
            set_flag(head, flag::UNREACHABLE, true);
        }
    }
    for value in &held {
        if let Some(head) = value.header()
            && head.flags.get() & flag::WEAKLY_REFERENCED != 0
        {
            // SAFETY: a live object.
            unsafe { (heap.clear_weakrefs.get())(NonNull::from(head)) };
        }
    }
    for value in &held {
        if let Some(head) = value.header()
            && type_head(head).flags.get() & type_flag::HAS_DEL != 0
            && head.flags.get() & flag::FINALIZED == 0
        {
            set_flag(head, flag::FINALIZED, true);
            // SAFETY: a live object.
            unsafe { (heap.finalize.get())(NonNull::from(head)) };
        }
    }
    for value in &held {
        if let Some(head) = value.header() {
            set_flag(head, flag::UNREACHABLE, false);
        }
    }
    // Did a finalizer bring something back? Look again, with our own references left out.
    // SAFETY: live containers; the old list is relinked afterwards.
    let dead = unsafe {
        for value in &held {
            if let Some(head) = value.header() {
                head.count.set(head.count.get() - 1);
            }
        }
        // `unreachable` uses the links of these objects for its counts. They alone are mended: a walk over the old generation
        // after each look at the young one made a program's time grow with the square of its size.
        let links_before: Vec<usize> = garbage.iter().map(|at| links(*at).as_ref().prev.get()).collect();
        let dead = unreachable(&garbage);
        for (at, prev) in garbage.iter().zip(links_before) {
            links(*at).as_ref().prev.set(prev);
        }
        for value in &held {
            if let Some(head) = value.header() {
                head.count.set(head.count.get() + 1);
            }
        }
        dead
    };
    let mut outcome = Outcome::default();
    // Types first: what runs while the rest is emptied must not find their attributes in a cache.
    // SAFETY: `held` keeps the objects alive.
    let is_type = |at: &NonNull<Header>| unsafe {
        let ty = type_head(at.as_ref());
        ty.flags.get() & type_flag::TYPE != 0
    };
    let (types, others): (Vec<_>, Vec<_>) = dead.into_iter().partition(is_type);
    for at in types.iter().chain(&others) {
        outcome.collected += 1;
        // SAFETY: `held` keeps the object alive.
        let value = unsafe {
            let head = at.as_ref();
            head.count.set(head.count.get() + 1);
            Value::from_bits(at.as_ptr() as u64)
        };
        if keep(value.clone()) {
            continue;
        }
        // SAFETY: a live object.
        unsafe { (type_head(at.as_ref()).layout.get().clear)(*at) };
        clear_words(&value);
    }
    drop(held);
    outcome
}

/// Empties slots and attributes of an instance.
fn clear_words(value: &Value) {
    let Some(head) = value.header() else { return };
    let mut old = Vec::new();
    // SAFETY: a live object; each word is replaced before what it held is dropped.
    unsafe {
        let ty = type_head(head);
        if ty.attrs_offset.get() != 0 {
            let word = heap::attrs_word(head);
            let bits = word.replace(u64::from(heap::FIRST_SHAPE) << 32 | 1);
            if heap::shape_of(bits).is_none() {
                old.push(Value::from_bits(bits));
            }
        }
        heap::instance_words(NonNull::from(head), &mut |cell| {
            let content = &mut *cell.get();
            if content.is_object() {
                old.push(std::mem::replace(content, Value::UNBOUND));
            }
        });
    }
    drop(old);
}

/// All tracked objects of a generation (0 young, 2 old, anything else both).
pub fn objects(heap: &Heap, generation: i64) -> Vec<Value> {
    match generation {
        0 => values_of(&[&heap.young]),
        2 => values_of(&[&heap.old, &heap.boot]),
        _ => values_of(&[&heap.young, &heap.old, &heap.boot]),
    }
}

/// All containers, also the frozen ones.
pub fn all_objects(heap: &Heap) -> Vec<Value> {
    values_of(&[&heap.young, &heap.old, &heap.boot, &heap.frozen])
}

fn values_of(lists: &[&Links]) -> Vec<Value> {
    let value = |at: NonNull<Header>| {
        // SAFETY: members are live; the count is raised for the new value.
        unsafe {
            let head = at.as_ref();
            head.count.set(head.count.get() + 1);
            Value::from_bits(at.as_ptr() as u64)
        }
    };
    lists.iter().flat_map(|list| members(list)).map(value).collect()
}

fn move_all(from: &Links, to: &Links, old: bool) -> usize {
    let all = members(from);
    from.make_empty();
    for at in &all {
        // SAFETY: members of the lists are live containers, in no list now.
        unsafe {
            to.push(links(*at));
            set_flag(at.as_ref(), flag::OLD, old);
        }
    }
    all.len()
}

/// Start-up is over: what it made stays, so that no collection looks at it (CPython's immortal objects; 1.4 million
/// instructions of `-c pass`).
pub fn settle(heap: &Heap) {
    move_all(&heap.young, &heap.boot, true);
    move_all(&heap.old, &heap.boot, true);
    heap.young_count.set(0);
}

/// `gc.freeze()`
pub fn freeze(heap: &Heap) {
    move_all(&heap.young, &heap.frozen, true);
    move_all(&heap.old, &heap.frozen, true);
    heap.young_count.set(0);
}

/// `gc.unfreeze()`
pub fn unfreeze(heap: &Heap) {
    move_all(&heap.frozen, &heap.old, true);
}

/// Number of frozen objects.
pub fn frozen_count(heap: &Heap) -> usize {
    members(&heap.frozen).len()
}
