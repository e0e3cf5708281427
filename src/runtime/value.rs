//! The value word: what every register, list slot and dictionary entry holds, and the object header behind it.
//!
//! One 64-bit word. `Clone` counts a reference up, `Drop` counts it down:
//!
//! ```text
//! …xxx1   small int: 63 bits, two's complement, in the bits above the tag
//! …xx10   float that is zero or whose magnitude is 2^-255 < |x| < 2^257: the bits of x, see `float_encode`
//! …x100   None, False, True, Ellipsis, NotImplemented, unbound
//! …x000   pointer to an object's header, 16-byte aligned, never null
//! ```
//!
//! # Invariants
//!
//! 1. The word is never zero, so `Option<Value>` is one word too. (`NonZeroU64`.)
//! 2. Equal small ints, and floats that fit the tag and are not zero, are the same word; an int that fits 63 bits is never boxed
//!    unless it belongs to a subclass of `int`. (`Value::int` is the only maker.)
//! 3. An object whose count is above zero is alive; the count is changed under the interpreter lock only.
//!
//! # Safety
//!
//! All objects are reached through `Value` and [`Ref`], which own a count. [`Obj`] gives shared access only; payloads
//! use cells. The interpreter lock stands for the missing `Sync`.
//!
//! Not here: allocation and death of objects (`gc::heap`), types (`object::typedef`).

use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::num::NonZeroU64;
use std::ops::Deref;
use std::ptr::NonNull;

use super::gc::heap::{self, Layout, TypeHead};

/// A Python value; see the module's diagram.
#[repr(transparent)]
pub struct Value(NonZeroU64);

const TAG_MASK: u64 = 7;
const FLOAT_TAG: u64 = 2;
const SPECIAL_TAG: u64 = 4;

const fn special(n: u64) -> u64 {
    (n << 3) | SPECIAL_TAG
}

/// Bits of the immediate objects.
pub mod bits {
    use super::special;
    /// `None`
    pub const NONE: u64 = special(1);
    /// `False`
    pub const FALSE: u64 = special(2);
    /// `True`: differs from `False` in one bit
    pub const TRUE: u64 = special(3);
    /// `Ellipsis`
    pub const ELLIPSIS: u64 = special(4);
    /// `NotImplemented`
    pub const NOT_IMPLEMENTED: u64 = special(5);
    /// Nothing: an unbound local, an omitted argument, an empty cell
    pub const UNBOUND: u64 = special(0);
}

/// Largest and smallest small int.
pub const SMALL_MAX: i64 = i64::MAX >> 1;
/// See [`SMALL_MAX`].
pub const SMALL_MIN: i64 = i64::MIN >> 1;

/// The header every heap object starts with: count, then type, in CPython's order.
#[repr(C)]
pub struct Header {
    /// Number of references.
    pub count: Cell<u32>,
    /// See [`flag`].
    pub flags: Cell<u32>,
    /// The type object.
    pub ty: Cell<NonNull<Obj<TypeHead>>>,
}

/// Bits of [`Header::flags`].
pub mod flag {
    /// Never dies.
    pub const IMMORTAL: u32 = 1;
    /// The heap's table has weak references to the object.
    pub const WEAKLY_REFERENCED: u32 = 2;
    /// `__del__` has run.
    pub const FINALIZED: u32 = 4;
    /// Link words stand in front of the header.
    pub const HAS_LINKS: u32 = 8;
    /// In one of the collector's lists.
    pub const TRACKED: u32 = 16;
    /// In the collector's old generation.
    pub const OLD: u32 = 32;
    /// Interned string.
    pub const INTERNED: u32 = 64;
    /// Scratch bit of the collector: being looked at in this collection.
    pub const COLLECTING: u32 = 128;
    /// Scratch bit of the collector: found unreachable.
    pub const UNREACHABLE: u32 = 256;
    /// Scratch bit: inside `repr` of this object.
    pub const IN_REPR: u32 = 512;
    /// Its payload is being dropped.
    pub const DYING: u32 = 1024;
    /// Inline items do not stand right behind the payload, because the type is a subclass with slots or attributes.
    pub const SHIFTED: u32 = 2048;
    /// The finalizer of its type has nothing to do for it (any more).
    pub const SETTLED: u32 = 4096;
}

/// A heap object: header and payload.
#[repr(C, align(16))]
pub struct Obj<T> {
    /// Count and type.
    pub head: Header,
    /// What the object is.
    pub data: T,
}

impl<T> Deref for Obj<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        &self.data
    }
}

/// A payload type: what lies behind a header, with its static description.
pub trait Payload: Sized + 'static {
    /// The description; its address identifies the payload type.
    fn layout() -> &'static Layout;
    /// Shows every value that the payload owns to the collector.
    fn traverse(&self, _visit: &mut dyn FnMut(&Value)) {}
    /// Do all values that the payload owns lie side by side?
    const CONTIGUOUS: bool = false;
    /// These values, if they do.
    fn values(&self) -> &[Value] {
        &[]
    }
    /// Lets go of what could close a cycle.
    fn clear(&self) {}
}

/// A cell that the interpreter lock protects.
///
/// The rule that makes it sound is the caller's: a reference from `get` or `get_mut` is never held across anything
/// that can run Python code or reach the same cell again (see the style: take the value out, then drop it).
#[repr(transparent)]
pub struct LockCell<T>(UnsafeCell<T>);

impl<T> LockCell<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        LockCell(UnsafeCell::new(value))
    }
    /// Shared access; see the type.
    #[inline(always)]
    pub fn get(&self) -> &T {
        // SAFETY: the rule of the type: no `get_mut` reference is alive now.
        unsafe { &*self.0.get() }
    }
    /// Exclusive access; see the type.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub fn get_mut(&self) -> &mut T {
        // SAFETY: the rule of the type: no other reference into the cell is alive now.
        unsafe { &mut *self.0.get() }
    }
    /// Puts a value in and gives the old one, which the caller drops when no borrow is alive.
    #[inline(always)]
    pub fn replace(&self, value: T) -> T {
        std::mem::replace(self.get_mut(), value)
    }
    /// Puts a value in; the old one is dropped after the cell holds the new one.
    #[inline(always)]
    pub fn set(&self, value: T) {
        drop(self.replace(value));
    }
    /// Address of the content.
    pub const fn as_ptr(&self) -> *mut T {
        self.0.get()
    }
}

impl<T: Clone> LockCell<T> {
    /// A clone of the content.
    #[inline(always)]
    pub fn cloned(&self) -> T {
        self.get().clone()
    }
}

impl<T: Default> LockCell<T> {
    /// Takes the content out.
    pub fn take(&self) -> T {
        self.replace(T::default())
    }
}

/// The floats that fit the tag: adding 2^60 to the bits turns the exponents' top bits 011 and 100 into 10x, which a
/// rotation by three puts where the tag is. The words of ±2^-255, the smallest magnitude, stand for ±0.
#[inline(always)]
pub const fn float_encode(x: f64) -> Option<u64> {
    match float_encode_plain(x) {
        None if x == 0.0 => Some(x.to_bits() >> 61 | FLOAT_TAG),
        found => found,
    }
}

/// The word of -0.0; that of 0.0 is the only smaller one of a float.
const LAST_ZERO: u64 = 4 | FLOAT_TAG;

/// Inverse of [`float_encode`].
#[inline(always)]
pub const fn float_decode(word: u64) -> f64 {
    if word <= LAST_ZERO {
        return f64::from_bits((word & !FLOAT_TAG) << 61);
    }
    float_decode_plain(word)
}

/// Is the word a tagged float that is not zero? Then the `_plain` forms hold, which are cheaper.
#[inline(always)]
pub const fn is_plain_float_bits(word: u64) -> bool {
    is_plain_float_turned(word.rotate_right(3))
}

/// The same of a word whose tag was rotated to the front, as decoding does.
#[inline(always)]
const fn is_plain_float_turned(turned: u64) -> bool {
    // Without the sign, they are the numbers behind the one that stands for the two zeros: one comparison.
    const ZERO: u64 = FLOAT_TAG << 62;
    (turned << 1).wrapping_sub(ZERO + 2) < (1 << 62) - 2
}

/// [`float_encode`] of what is not zero; `None` also for zeros.
#[inline(always)]
pub const fn float_encode_plain(x: f64) -> Option<u64> {
    let turned = x.to_bits().wrapping_add(1 << 60);
    if is_plain_float_turned(turned) { Some(turned.rotate_left(3)) } else { None }
}

/// [`float_decode`] of what is not zero.
#[inline(always)]
pub const fn float_decode_plain(word: u64) -> f64 {
    f64::from_bits(word.rotate_right(3).wrapping_sub(1 << 60))
}

/// Is the word a small int?
#[inline(always)]
pub const fn is_int_bits(word: u64) -> bool {
    word & 1 != 0
}

/// Is the word a tagged float?
#[inline(always)]
pub const fn is_float_bits(word: u64) -> bool {
    word & 3 == FLOAT_TAG
}

/// Is the word a pointer?
#[inline(always)]
pub const fn is_object_bits(word: u64) -> bool {
    word & TAG_MASK == 0
}

impl Value {
    /// `None`
    pub const NONE: Value = Value::immediate(bits::NONE);
    /// `True`
    pub const TRUE: Value = Value::immediate(bits::TRUE);
    /// `False`
    pub const FALSE: Value = Value::immediate(bits::FALSE);
    /// `Ellipsis`
    pub const ELLIPSIS: Value = Value::immediate(bits::ELLIPSIS);
    /// `NotImplemented`
    pub const NOT_IMPLEMENTED: Value = Value::immediate(bits::NOT_IMPLEMENTED);
    /// Nothing; never visible to Python
    pub const UNBOUND: Value = Value::immediate(bits::UNBOUND);

    const fn immediate(word: u64) -> Value {
        match NonZeroU64::new(word) {
            Some(word) => Value(word),
            None => panic!("an immediate is not zero"),
        }
    }

    /// The raw word.
    #[inline(always)]
    pub const fn to_bits(&self) -> u64 {
        self.0.get()
    }

    /// Takes over the count that the word stands for.
    ///
    /// # Safety
    /// The word came from a `Value` that is forgotten, and is not turned into a value twice.
    #[inline(always)]
    pub const unsafe fn from_bits(word: u64) -> Value {
        // SAFETY: words of values are not zero (invariant 1).
        Value(unsafe { NonZeroU64::new_unchecked(word) })
    }

    /// The word, with the duty to drop it handed to the caller.
    #[inline(always)]
    pub fn into_bits(self) -> u64 {
        ManuallyDrop::new(self).0.get()
    }

    /// A bool.
    #[inline(always)]
    pub const fn bool(b: bool) -> Value {
        if b { Value::TRUE } else { Value::FALSE }
    }

    /// A small int, if it fits 63 bits.
    #[inline(always)]
    pub const fn small(i: i64) -> Option<Value> {
        if i >= SMALL_MIN && i <= SMALL_MAX { Some(Value::small_wrapping(i)) } else { None }
    }

    /// A small int that is known to fit.
    #[inline(always)]
    pub const fn small_wrapping(i: i64) -> Value {
        Value::immediate(((i as u64) << 1) | 1)
    }

    /// The small int, if it is one (not a bool).
    #[inline(always)]
    pub const fn as_small(&self) -> Option<i64> {
        let word = self.to_bits();
        if word & 1 != 0 { Some((word as i64) >> 1) } else { None }
    }

    /// A float that fits the tag.
    #[inline(always)]
    pub const fn tagged_float(x: f64) -> Option<Value> {
        match float_encode(x) {
            Some(word) => Some(Value::immediate(word)),
            None => None,
        }
    }

    /// The number of a small int, True or False.
    #[inline(always)]
    pub const fn as_small_or_bool(&self) -> Option<i64> {
        match self.to_bits() {
            bits::TRUE => Some(1),
            bits::FALSE => Some(0),
            _ => self.as_small(),
        }
    }
    /// The float, if it is a tagged one.
    #[inline(always)]
    pub const fn as_tagged_float(&self) -> Option<f64> {
        let word = self.to_bits();
        if is_float_bits(word) { Some(float_decode(word)) } else { None }
    }

    /// Is it the immediate of those bits?
    #[inline(always)]
    pub const fn is_bits(&self, word: u64) -> bool {
        self.to_bits() == word
    }
    /// Is it `None`?
    #[inline(always)]
    pub const fn is_none(&self) -> bool {
        self.is_bits(bits::NONE)
    }
    /// Is it nothing?
    #[inline(always)]
    pub const fn is_unbound(&self) -> bool {
        self.is_bits(bits::UNBOUND)
    }
    /// Is it `NotImplemented`?
    #[inline(always)]
    pub const fn is_not_implemented(&self) -> bool {
        self.is_bits(bits::NOT_IMPLEMENTED)
    }
    /// Is it `True`?
    #[inline(always)]
    pub const fn is_true(&self) -> bool {
        self.is_bits(bits::TRUE)
    }
    /// The bool, if it is one.
    #[inline(always)]
    pub const fn as_bool(&self) -> Option<bool> {
        match self.to_bits() {
            bits::TRUE => Some(true),
            bits::FALSE => Some(false),
            _ => None,
        }
    }
    /// Is it a pointer to an object?
    #[inline(always)]
    pub const fn is_object(&self) -> bool {
        is_object_bits(self.to_bits())
    }
    /// Are both the same object (Python's `is`)?
    #[inline(always)]
    pub const fn is(&self, other: &Value) -> bool {
        self.to_bits() == other.to_bits()
    }
    /// `None` for nothing, else the value: an optional argument.
    #[inline(always)]
    pub fn given(&self) -> Option<&Value> {
        if self.is_unbound() { None } else { Some(self) }
    }
    /// `None` for nothing and for Python's `None`.
    #[inline(always)]
    pub fn some(&self) -> Option<&Value> {
        if self.is_unbound() || self.is_none() { None } else { Some(self) }
    }

    /// The header, if it is an object.
    #[inline(always)]
    pub fn header(&self) -> Option<&Header> {
        if self.is_object() {
            // SAFETY: a word with tag 000 points to a live header while the value lives (invariant 3).
            Some(unsafe { &*(self.to_bits() as *const Header) })
        } else {
            None
        }
    }

    /// The object as payload `T`, if its layout is that of `T` or extends it.
    #[inline(always)]
    pub fn downcast<T: Payload>(&self) -> Option<&Obj<T>> {
        let head = self.header()?;
        // SAFETY: `ty` points to a live type object: instances keep their type alive.
        let layout = unsafe { head.ty.get().as_ref() }.layout.get();
        if std::ptr::eq(layout, T::layout()) || layout.base.is_some() && layout.extends(T::layout()) {
            // SAFETY: the layout says that an Obj<T> begins here.
            Some(unsafe { &*(self.to_bits() as *const Obj<T>) })
        } else {
            None
        }
    }

    /// The object as payload `T`, owned.
    #[inline(always)]
    pub fn downcast_ref<T: Payload>(&self) -> Option<Ref<T>> {
        self.downcast::<T>().map(Obj::to_ref)
    }

    /// Number of references to the object; 0 for immediates.
    pub fn count(&self) -> u32 {
        self.header().map_or(0, |head| head.count.get())
    }
}

impl<T> Obj<T> {
    /// This object as a value, counted up.
    #[inline(always)]
    pub fn to_value(&self) -> Value {
        self.head.count.set(self.head.count.get() + 1);
        // SAFETY: the count was raised for the new value; the address is a live header.
        unsafe { Value::from_bits(std::ptr::from_ref(self) as u64) }
    }
    /// The word of this object, without counting: for identity tests.
    #[inline(always)]
    pub fn address(&self) -> u64 {
        std::ptr::from_ref(self) as u64
    }
}

impl<T> Obj<T> {
    /// Address of the inline items behind the payload (and behind slots and attributes of a subclass's instance).
    #[inline(always)]
    pub fn items_start(&self) -> *mut u8 {
        let offset = if self.head.flags.get() & flag::SHIFTED == 0 {
            size_of::<Obj<T>>()
        } else {
            heap::shifted_items(&self.head)
        };
        // SAFETY: objects with items are allocated with room for them there.
        unsafe { std::ptr::from_ref(self).cast::<u8>().cast_mut().add(offset) }
    }
}

impl<T: Payload> Obj<T> {
    /// This object as a typed reference, counted up.
    #[inline(always)]
    pub fn to_ref(&self) -> Ref<T> {
        Ref { value: self.to_value(), of: PhantomData }
    }
}

impl Clone for Value {
    #[inline(always)]
    fn clone(&self) -> Value {
        if let Some(head) = self.header() {
            head.count.set(head.count.get().wrapping_add(1));
        }
        Value(self.0)
    }
}

impl Drop for Value {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(head) = self.header() {
            let count = head.count.get().wrapping_sub(1);
            head.count.set(count);
            if count == 0 {
                // SAFETY: the last reference has gone; nobody can reach the object any more.
                unsafe { heap::release(NonNull::from(head)) }
            }
        }
    }
}

/// Are all of them small ints? Several are looked at with one instruction.
#[inline(always)]
fn all_small(items: &[Value; STRIDE]) -> bool {
    items.iter().fold(1, |all, item| all & item.to_bits()) != 0
}

/// So many values are looked at together.
const STRIDE: usize = 8;

/// Clones of all values; counting is left out where there is nothing to count.
pub fn clone_all(items: &[Value]) -> Vec<Value> {
    let mut out = Vec::with_capacity(items.len());
    let (strides, rest) = items.as_chunks::<STRIDE>();
    for some in strides {
        if !all_small(some) {
            some.iter().for_each(|item| std::mem::forget(item.clone()));
        }
    }
    rest.iter().for_each(|item| std::mem::forget(item.clone()));
    // SAFETY: there is room for all of them, and each object was counted up for its copy.
    unsafe {
        std::ptr::copy_nonoverlapping(items.as_ptr(), out.as_mut_ptr(), items.len());
        out.set_len(items.len());
    }
    out
}

/// Drops values from the last to the first.
pub fn drop_backwards(mut items: Vec<Value>) {
    while let Some(some) = items.last_chunk::<STRIDE>() {
        if all_small(some) {
            let left = items.len() - STRIDE;
            // SAFETY: fewer than before; what is left out are small ints, which need no drop.
            unsafe { items.set_len(left) }
        } else {
            (0..STRIDE).for_each(|_| drop(items.pop()));
        }
    }
    while let Some(item) = items.pop() {
        drop(item);
    }
}

/// A value that is known to be an object with payload `T`.
#[repr(transparent)]
pub struct Ref<T: Payload> {
    value: Value,
    of: PhantomData<*const Obj<T>>,
}

impl<T: Payload> Ref<T> {
    /// Takes over a value whose layout is known.
    ///
    /// # Safety
    /// `value.downcast::<T>()` would succeed.
    #[inline(always)]
    pub unsafe fn from_value_unchecked(value: Value) -> Ref<T> {
        debug_assert!(value.downcast::<T>().is_some());
        Ref { value, of: PhantomData }
    }
    /// The value, if it is of this payload; else the value back.
    pub fn from_value(value: Value) -> Result<Ref<T>, Value> {
        if value.downcast::<T>().is_some() { Ok(Ref { value, of: PhantomData }) } else { Err(value) }
    }
    /// As an untyped value, borrowed.
    #[inline(always)]
    pub fn value(&self) -> &Value {
        &self.value
    }
    /// As an untyped value, owned.
    #[inline(always)]
    pub fn into_value(self) -> Value {
        self.value
    }
    /// Are both the same object?
    #[inline(always)]
    pub fn is(&self, other: &Obj<T>) -> bool {
        self.value.to_bits() == other.address()
    }
}

impl<T: Payload> Deref for Ref<T> {
    type Target = Obj<T>;
    #[inline(always)]
    fn deref(&self) -> &Obj<T> {
        // SAFETY: a Ref's value is an object with this payload, alive while the Ref is.
        unsafe { &*(self.value.to_bits() as *const Obj<T>) }
    }
}

impl<T: Payload> Clone for Ref<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        Ref { value: self.value.clone(), of: PhantomData }
    }
}

impl<T: Payload> From<Ref<T>> for Value {
    #[inline(always)]
    fn from(r: Ref<T>) -> Value {
        r.value
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::bool(b)
    }
}

/// Declares the static [`Layout`] of a payload type: `payload!(List, "list");` for one without references to other
/// objects, `payload!(List, "list", gc)` for a container (then `traverse` and `clear` are given in the braces),
/// `extends Base` for a payload whose first field is another payload.
#[macro_export]
macro_rules! payload {
    ($type:ty, $name:literal) => {
        $crate::payload!(@make $type, $name, false, None, {});
    };
    ($type:ty, $name:literal, gc { $($items:tt)* }) => {
        $crate::payload!(@make $type, $name, true, None, { $($items)* });
    };
    ($type:ty, $name:literal, gc, extends $base:ty { $($items:tt)* }) => {
        $crate::payload!(@make $type, $name, true,
            Some(<$base as $crate::runtime::value::Payload>::layout as fn() -> &'static $crate::runtime::gc::heap::Layout),
            { $($items)* });
    };
    (@make $type:ty, $name:literal, $gc:literal, $base:expr, { $($items:tt)* }) => {
        impl $crate::runtime::value::Payload for $type {
            #[inline(always)]
            fn layout() -> &'static $crate::runtime::gc::heap::Layout {
                static LAYOUT: $crate::runtime::gc::heap::Layout =
                    $crate::runtime::gc::heap::Layout::of::<$type>($name, $gc, $base);
                &LAYOUT
            }
            $($items)*
        }
    };
}

/// Values and the heap behind them without a machine; small enough for Miri (`docs/adding.md`, "Hunting").
#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::runtime::gc::cycle;
    use crate::runtime::gc::heap::{Heap, enter, forget_reference};

    /// Two references, and something that tells of its death.
    struct Pair {
        first: LockCell<Value>,
        second: LockCell<Value>,
        _life: Rc<()>,
    }

    crate::payload!(Pair, "pair", gc {
        fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
            visit(self.first.get());
            visit(self.second.get());
        }
        fn clear(&self) {
            self.first.set(Value::NONE);
            self.second.set(Value::NONE);
        }
    });

    /// An object without references.
    struct Leaf(Rc<()>);
    crate::payload!(Leaf, "leaf");

    /// A type as far as the heap looks at it; it never dies.
    fn type_of<T: Payload>() -> NonNull<Obj<TypeHead>> {
        let made: &'static Obj<TypeHead> = Box::leak(Box::new(Obj {
            head: Header {
                count: Cell::new(1 << 30),
                flags: Cell::new(flag::IMMORTAL),
                ty: Cell::new(NonNull::dangling()),
            },
            data: TypeHead {
                layout: Cell::new(T::layout()),
                flags: Cell::new(0),
                version: Cell::new(0),
                kind: Cell::new(0),
                attrs_offset: Cell::new(0),
                slots_offset: Cell::new(0),
                slots_count: Cell::new(0),
                instance_size: Cell::new(size_of::<Obj<T>>() as u32),
                inline_values: Cell::new(0),
            },
        }));
        NonNull::from(made)
    }

    fn object<T: Payload>(ty: NonNull<Obj<TypeHead>>, data: T) -> Value {
        // SAFETY: a type of that payload; the payload is written at once, and the one reference is the result's.
        unsafe {
            let at = heap::heap().object(ty, size_of::<Obj<T>>(), T::layout().is_container);
            (&raw mut (*at.cast::<Obj<T>>().as_ptr()).data).write(data);
            Value::from_bits(at.as_ptr() as u64)
        }
    }

    fn pair(ty: NonNull<Obj<TypeHead>>, first: Value, second: Value, life: &Rc<()>) -> Value {
        object(ty, Pair { first: LockCell::new(first), second: LockCell::new(second), _life: life.clone() })
    }

    #[test]
    fn immediates_come_back_from_their_words() {
        for number in [0, 1, -1, 255, SMALL_MAX, SMALL_MIN] {
            let value = Value::small(number).expect("fits");
            assert_eq!(
                (value.as_small(), value.as_tagged_float(), value.is_object()),
                (Some(number), None, false)
            );
            assert!(value.is(&value.clone()));
        }
        assert!(Value::small(SMALL_MAX + 1).is_none() && Value::small(SMALL_MIN - 1).is_none());
        // 2^-255; of powers Miri says what is only nearly right.
        let zero = f64::from_bits(0x300 << 52);
        let least = f64::from_bits(zero.to_bits() + 1);
        for number in [1.0, -1.5, 0.1, 1e70, -1e-70, 0.0, -0.0, least, -least, std::f64::consts::PI] {
            let value = Value::tagged_float(number).expect("fits");
            assert_eq!(value.as_tagged_float().map(f64::to_bits), Some(number.to_bits()));
            assert_eq!(
                (value.as_tagged_float(), value.as_small(), value.is_object()),
                (Some(number), None, false)
            );
        }
        for number in [f64::NAN, f64::INFINITY, 1e300, 5e-324, zero, -zero] {
            assert!(Value::tagged_float(number).is_none());
        }
        assert!(Value::NONE.is_none() && Value::UNBOUND.given().is_none() && Value::NONE.some().is_none());
        assert_eq!(
            (Value::TRUE.as_bool(), Value::FALSE.as_bool(), Value::NONE.as_bool()),
            (Some(true), Some(false), None)
        );
        assert_eq!(Value::NONE.count(), 0);
    }

    #[test]
    fn the_last_reference_ends_an_object() {
        enter(Heap::new());
        let (ty, life) = (type_of::<Leaf>(), Rc::new(()));
        let value = object(ty, Leaf(life.clone()));
        assert_eq!((value.count(), Rc::strong_count(&life)), (1, 2));
        let other = value.clone();
        let typed = value.downcast_ref::<Leaf>().expect("a leaf");
        assert!(value.downcast::<Pair>().is_none());
        assert_eq!((value.count(), Rc::strong_count(&typed.0)), (3, 2));
        drop(value);
        let word = typed.into_value().into_bits();
        drop(other);
        assert_eq!(Rc::strong_count(&life), 2);
        // SAFETY: the word of the value right above, which was given up for it.
        drop(unsafe { Value::from_bits(word) });
        assert_eq!(Rc::strong_count(&life), 1);
        // Its block is the next one's.
        let again = object(ty, Leaf(life.clone()));
        std::mem::forget(again.clone());
        forget_reference(&again);
        assert_eq!(again.count(), 1);
    }

    #[test]
    fn a_long_chain_dies_without_recursion() {
        let heap = Heap::new();
        enter(heap);
        let (ty, life) = (type_of::<Pair>(), Rc::new(()));
        let mut chain = Value::NONE;
        for number in 0..300 {
            chain = pair(ty, chain, Value::small_wrapping(number), &life);
        }
        assert_eq!((Rc::strong_count(&life), heap.young_count()), (301, 300));
        drop(chain);
        assert_eq!((Rc::strong_count(&life), heap.young_count()), (1, 0));
        assert!(heap.young.is_empty() && !heap.is_releasing());
    }

    #[test]
    fn a_cell_gives_out_what_it_held() {
        enter(Heap::new());
        let (ty, life) = (type_of::<Leaf>(), Rc::new(()));
        let cell = LockCell::new(object(ty, Leaf(life.clone())));
        let old = cell.replace(Value::TRUE);
        assert_eq!((cell.get().as_bool(), Rc::strong_count(&life)), (Some(true), 2));
        cell.set(old);
        let copy = cell.cloned();
        assert_eq!(copy.count(), 2);
        cell.set(Value::NONE);
        drop(copy);
        assert_eq!(Rc::strong_count(&life), 1);
    }

    #[test]
    fn rings_are_collected_and_what_is_held_stays() {
        let heap = Heap::new();
        enter(heap);
        let (ty, life) = (type_of::<Pair>(), Rc::new(()));
        let ring = |size: usize| {
            let first = pair(ty, Value::NONE, Value::NONE, &life);
            let mut last = first.clone();
            for _ in 1..size {
                last = pair(ty, last, Value::NONE, &life);
            }
            first.downcast::<Pair>().expect("a pair").first.set(last);
            first
        };
        let held = ring(3);
        let beside = pair(ty, held.clone(), Value::NONE, &life);
        drop((ring(1), ring(2), ring(5)));
        assert_eq!(Rc::strong_count(&life), 1 + 3 + 1 + 8);
        // The young ones first, then all.
        for full in [false, true] {
            let outcome = cycle::collect(heap, full, &mut |_| false);
            assert_eq!((outcome.collected, Rc::strong_count(&life)), (if full { 0 } else { 8 }, 1 + 3 + 1));
        }
        drop(held);
        assert_eq!(cycle::collect(heap, true, &mut |_| false).collected, 0);
        // Only the old generation has them: a look at the young one finds nothing.
        drop(beside);
        assert_eq!(cycle::collect(heap, false, &mut |_| false).collected, 0);
        assert_eq!(cycle::collect(heap, true, &mut |_| false).collected, 3);
        assert_eq!(Rc::strong_count(&life), 1);
        assert!(heap.old.is_empty() && heap.young.is_empty());
    }

    #[test]
    fn generations_close_the_holes_that_the_dead_leave() {
        let heap = Heap::new();
        enter(heap);
        let (ty, life) = (type_of::<Pair>(), Rc::new(()));
        let (mut kept, mut last) = (Vec::new(), Value::NONE);
        // More than there are places at first; Miri takes a quarter of an hour for thousands.
        for number in 0..if cfg!(miri) { 1300 } else { 5000 } {
            let new = pair(ty, Value::NONE, Value::small_wrapping(number), &life);
            if number % 3 == 0 {
                kept.push(new.clone());
            }
            // Its predecessor dies, which stands in front of it.
            last = new;
        }
        drop(last);
        let addresses = |values: &[Value]| values.iter().map(Value::to_bits).collect::<Vec<_>>();
        assert_eq!((heap.young_count(), heap.young.count()), (kept.len() as i32, kept.len()));
        assert_eq!(addresses(&cycle::objects(heap, 0)), addresses(&kept));
        assert_eq!(cycle::collect(heap, false, &mut |_| false).collected, 0);
        assert_eq!((heap.young_count(), heap.old.count()), (0, kept.len()));
        let mut at = 0;
        kept.retain(|_| {
            at += 1;
            at % 2 == 0
        });
        assert_eq!(addresses(&cycle::objects(heap, 2)), addresses(&kept));
        cycle::freeze(heap);
        kept.truncate(kept.len() - 1);
        assert_eq!((heap.old.count(), cycle::frozen_count(heap)), (0, kept.len()));
        cycle::unfreeze(heap);
        assert_eq!(cycle::collect(heap, true, &mut |_| false).collected, 0);
        assert_eq!(addresses(&cycle::all_objects(heap, |_| true)), addresses(&kept));
        kept.clear();
        assert!(heap.old.is_empty() && heap.frozen.is_empty());
        assert_eq!(Rc::strong_count(&life), 1);
    }
}
