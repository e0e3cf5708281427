//! The cycle collector: trial deletion over tracked containers, in two generations.
//!
//! # Model
//!
//! Of the containers that are looked at, the references they hold to each other are counted (`Links::inner`). Who has
//! more references than these is reachable from outside, and so is all it reaches. The rest is garbage: weak references
//! are cleared, finalizers run, and if nothing came back to life the containers are emptied, which lets the counts do the
//! rest.
//!
//! What a collection costs is the memory that it waits for. So there are two passes over the objects, both over an array
//! that tells addresses well before they are needed, and what marks an object is in the line that has its count.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use crate::runtime::gc::heap::{self, Age, Generation, Heap, links, type_flag, type_head};
use crate::runtime::sys::prefetch;
use crate::runtime::value::{Header, Value, flag};

/// What a collection did.
#[derive(Clone, Copy, Default, Debug)]
pub struct Outcome {
    /// Unreachable objects found and emptied.
    pub collected: usize,
}

/// How many objects ahead memory is asked for.
const AHEAD: usize = 12;

// Which objects a collection looks at is told by their flags, at the price of one test a reference. If `YOUNG`, they are what
// is tracked and not old, and who is reached gets old; else they are what was marked before, and who is reached loses the
// mark.

#[inline(always)]
fn is_looked_at<const YOUNG: bool>(head: &Header) -> bool {
    let flags = head.flags.get();
    if YOUNG { flags & (flag::TRACKED | flag::OLD) == flag::TRACKED } else { flags & flag::COLLECTING != 0 }
}

#[inline(always)]
fn reach<const YOUNG: bool>(head: &Header) {
    head.flags.set(head.flags.get() ^ if YOUNG { flag::OLD } else { flag::COLLECTING });
}

fn set_flag(head: &Header, bit: u32, on: bool) {
    let flags = head.flags.get();
    head.flags.set(if on { flags | bit } else { flags & !bit });
}

/// Asks for the memory of the object some places ahead.
#[inline(always)]
fn ask_ahead(objects: &[NonNull<Header>], at: usize) {
    if let Some(ahead) = objects.get(at + AHEAD) {
        prefetch(ahead.as_ptr().cast());
    }
}

/// Counts the references that an object holds to others that are looked at.
///
/// # Safety
/// A live container.
#[inline(always)]
unsafe fn count_references<const YOUNG: bool>(at: NonNull<Header>) {
    // SAFETY: as promised.
    unsafe {
        heap::traverse_inline(at, |value| {
            if let Some(head) = value.header()
                && is_looked_at::<YOUNG>(head)
            {
                let inner = &links(NonNull::from(head)).as_ref().inner;
                inner.set(inner.get() + 1);
            }
        });
    }
}

/// What of the objects cannot be reached from outside; their references to each other are counted already. Counts and marks are
/// as before any collection afterwards, except that what was reached of the young ones is old.
///
/// # Safety
/// All are live containers, none in flux (the collector runs between instructions).
unsafe fn unreached<const YOUNG: bool>(objects: &[NonNull<Header>]) -> Vec<NonNull<Header>> {
    let mut garbage = Vec::new();
    // SAFETY: as promised.
    unsafe {
        let mut reached: Vec<NonNull<Header>> = Vec::new();
        let mut left = objects.len();
        for (number, at) in objects.iter().enumerate() {
            ask_ahead(objects, number);
            let head = at.as_ref();
            let inner = &links(*at).as_ref().inner;
            if !is_looked_at::<YOUNG>(head) || inner.get() == head.count.get() as usize {
                continue;
            }
            reach::<YOUNG>(head);
            inner.set(0);
            left -= 1;
            reached.push(*at);
            while let Some(next) = reached.pop() {
                heap::traverse_inline(next, |value| {
                    if let Some(head) = value.header()
                        && is_looked_at::<YOUNG>(head)
                    {
                        let found = NonNull::from(head);
                        reach::<YOUNG>(head);
                        links(found).as_ref().inner.set(0);
                        left -= 1;
                        reached.push(found);
                    }
                });
            }
        }
        if left == 0 {
            return garbage;
        }
        for at in objects {
            let head = at.as_ref();
            if is_looked_at::<YOUNG>(head) {
                reach::<YOUNG>(head);
                links(*at).as_ref().inner.set(0);
                garbage.push(*at);
            }
        }
    }
    garbage
}

/// Looks at the young generation; all of it is old afterwards.
///
/// # Safety
/// The machine is between instructions.
unsafe fn look_at_young(heap: &Heap) -> Vec<NonNull<Header>> {
    heap.old.reserve(heap.young.count(), Age::OLD);
    // SAFETY: members are live containers; nothing joins or leaves while no Python code runs.
    unsafe {
        let before = heap.old.places().len();
        let young = heap.young.places();
        for (number, at) in young.iter().enumerate() {
            if let Some(ahead) = young.get(number + AHEAD) {
                prefetch(ahead.cast());
            }
            let Some(at) = NonNull::new(*at) else { continue };
            heap.old.push(at, Age::OLD);
            count_references::<true>(at);
        }
        heap.young.empty();
        heap.reset_young_count();
        unreached::<true>(present(&heap.old.places()[before..]))
    }
}

/// Places without holes, as objects.
///
/// # Safety
/// None is null.
unsafe fn present(places: &[*mut Header]) -> &[NonNull<Header>] {
    // SAFETY: as promised; a `NonNull` is laid out as the pointer.
    unsafe { std::slice::from_raw_parts(places.as_ptr().cast(), places.len()) }
}

/// Looks at both generations; all objects are old afterwards.
///
/// # Safety
/// The machine is between instructions.
unsafe fn look_at_all(heap: &Heap) -> Vec<NonNull<Header>> {
    move_all(&heap.young, &heap.old, Age::OLD);
    heap.reset_young_count();
    heap.old.close_holes(Age::OLD);
    // SAFETY: members are live containers, without holes as of just now.
    unsafe { look_at(present(heap.old.places())) }
}

/// What of the objects cannot be reached from outside.
///
/// # Safety
/// All are live containers, none in flux.
unsafe fn look_at(objects: &[NonNull<Header>]) -> Vec<NonNull<Header>> {
    // SAFETY: as promised.
    unsafe {
        for (number, at) in objects.iter().enumerate() {
            ask_ahead(objects, number);
            set_flag(at.as_ref(), flag::COLLECTING, true);
        }
        for (number, at) in objects.iter().enumerate() {
            ask_ahead(objects, number);
            count_references::<false>(*at);
        }
        unreached::<false>(objects)
    }
}

/// Collects the young generation, or both.
pub fn collect(heap: &Heap, full: bool, keep: &mut dyn FnMut(Value) -> bool) -> Outcome {
    // SAFETY: the machine is between instructions.
    let garbage = unsafe { if full { look_at_all(heap) } else { look_at_young(heap) } };
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
    // SAFETY: live containers.
    let dead = unsafe {
        for value in &held {
            if let Some(head) = value.header() {
                head.count.set(head.count.get() - 1);
            }
        }
        let dead = look_at(&garbage);
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
        0 => select(&[&heap.young], |_| true),
        2 => select(&[&heap.old, &heap.boot], |_| true),
        _ => select(&[&heap.young, &heap.old, &heap.boot], |_| true),
    }
}

/// All containers, also the frozen ones, that are chosen.
pub fn all_objects(heap: &Heap, is_chosen: impl FnMut(&Value) -> bool) -> Vec<Value> {
    select(&[&heap.young, &heap.old, &heap.boot, &heap.frozen], is_chosen)
}

/// The tracked objects that hold one of these values, or are chosen for another reason.
pub fn referrers(heap: &Heap, held: &[Value], mut is_chosen: impl FnMut(&Value) -> bool) -> Vec<Value> {
    let generations = [&heap.young, &heap.old, &heap.boot];
    match held {
        // The fast way shows objects alone.
        // SAFETY: members are live, and looking changes none.
        [only] if only.is_object() => select(&generations, |object| unsafe {
            let mut refers = false;
            let Some(head) = object.header() else { return false };
            heap::traverse_inline(NonNull::from(head), |value| refers |= only.is(value));
            refers || is_chosen(object)
        }),
        _ => select(&generations, |object| {
            let mut refers = false;
            heap::for_each_reference(object, &mut |value| refers |= held.iter().any(|v| v.is(value)));
            refers || is_chosen(object)
        }),
    }
}

/// The members that are chosen, by who changes none and runs no Python code.
fn select(generations: &[&Generation], mut is_chosen: impl FnMut(&Value) -> bool) -> Vec<Value> {
    let mut chosen = Vec::new();
    for generation in generations {
        // SAFETY: members are live, and nothing joins or leaves meanwhile; the value that is not counted is not dropped.
        unsafe {
            let places = generation.places();
            for (number, at) in places.iter().enumerate() {
                if let Some(ahead) = places.get(number + AHEAD) {
                    prefetch(ahead.cast());
                }
                let Some(at) = NonNull::new(*at) else { continue };
                let object = ManuallyDrop::new(Value::from_bits(at.as_ptr() as u64));
                if is_chosen(&object) {
                    chosen.push(Value::clone(&object));
                }
            }
        }
    }
    chosen
}

/// Moves all members of a generation to the end of one that is not young.
fn move_all(from: &Generation, to: &Generation, age: usize) {
    to.reserve(from.count(), age);
    // SAFETY: members are live containers, which stand nowhere else as soon as `from` is emptied.
    unsafe {
        let places = from.places();
        for (number, at) in places.iter().enumerate() {
            if let Some(ahead) = places.get(number + AHEAD) {
                prefetch(ahead.cast());
            }
            let Some(at) = NonNull::new(*at) else { continue };
            set_flag(at.as_ref(), flag::OLD, true);
            to.push(at, age);
        }
    }
    from.empty();
}

/// Start-up is over: what it made stays, so that no collection looks at it (CPython's immortal objects; 1.4 million
/// instructions of `-c pass`).
pub fn settle(heap: &Heap) {
    move_all(&heap.old, &heap.boot, Age::BOOT);
    move_all(&heap.young, &heap.boot, Age::BOOT);
    heap.reset_young_count();
}

/// `gc.freeze()`
pub fn freeze(heap: &Heap) {
    move_all(&heap.old, &heap.frozen, Age::FROZEN);
    move_all(&heap.young, &heap.frozen, Age::FROZEN);
    heap.reset_young_count();
}

/// `gc.unfreeze()`
pub fn unfreeze(heap: &Heap) {
    move_all(&heap.frozen, &heap.old, Age::OLD);
}

/// Number of frozen objects.
pub fn frozen_count(heap: &Heap) -> usize {
    heap.frozen.count()
}
