//! The payload of `tuple`: a length and the items behind it.
//!
//! A tuple is made whole and never changes; the collector may empty one that is garbage.

use std::cell::Cell;
use std::ptr::NonNull;

use crate::runtime::gc::heap::{Layout, heap};
use crate::runtime::object::typedef::TypeRef;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Header, Obj, Payload, Ref, Value};

/// Items of a tuple.
#[repr(C)]
pub struct Tuple {
    length: usize,
    /// Cached hash, 0 if not computed.
    pub hash: Cell<i64>,
}

impl Payload for Tuple {
    #[inline(always)]
    fn layout() -> &'static Layout {
        static LAYOUT: Layout = Layout {
            traverse: traverse_tuple,
            values: Some(values_of_tuple),
            ..Layout::of::<Tuple>("tuple", true, None).with_items(size_of_tuple).with_drop(drop_tuple)
        };
        &LAYOUT
    }
}

unsafe fn as_tuple<'a>(at: NonNull<Header>) -> &'a Obj<Tuple> {
    // SAFETY: the layout's functions are called with tuples.
    unsafe { at.cast::<Obj<Tuple>>().as_ref() }
}

unsafe fn size_of_tuple(at: NonNull<Header>) -> usize {
    // SAFETY: called with a tuple.
    let tuple = unsafe { as_tuple(at) };
    tuple.items_start() as usize - at.as_ptr() as usize + 8 * tuple.length
}

unsafe fn drop_tuple(at: NonNull<Header>) {
    // SAFETY: called once with a dying tuple, whose items are dropped here.
    unsafe {
        let tuple = as_tuple(at);
        let start = tuple.items_start().cast::<Value>();
        for at in (0..tuple.length).rev() {
            std::ptr::drop_in_place(start.add(at));
        }
    }
}

unsafe fn values_of_tuple(at: NonNull<Header>) -> *const [Value] {
    // SAFETY: called with a live tuple.
    unsafe { as_tuple(at) }.items()
}

unsafe fn traverse_tuple(at: NonNull<Header>, visit: &mut dyn FnMut(&Value)) {
    // SAFETY: called with a live tuple.
    unsafe { as_tuple(at) }.items().iter().for_each(visit);
}

impl Obj<Tuple> {
    /// The items.
    #[inline(always)]
    pub fn items(&self) -> &[Value] {
        // SAFETY: that many values stand behind the payload.
        unsafe { std::slice::from_raw_parts(self.items_start().cast::<Value>(), self.length) }
    }
    /// Number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.length
    }
    /// Has it no items?
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

/// A tuple of a type, of the items that the iterator gives.
pub fn tuple_of_type(ty: &TypeRef, items: impl ExactSizeIterator<Item = Value>) -> Value {
    {
        let length = items.len();
        let exact = ty.is_exact_builtin();
        // SAFETY: payload and items are written before anything else can see the object; the iterator gives as many
        // items as it says, and panics are aborts.
        unsafe {
            let size = 8 * length;
            let at = if exact {
                heap().object(ty.head_ptr(), size_of::<Obj<Tuple>>() + size, true)
            } else {
                ty.allocate_shifted(size)
            };
            let tuple = at.cast::<Obj<Tuple>>();
            (&raw mut (*tuple.as_ptr()).data).write(Tuple { length: 0, hash: Cell::new(0) });
            let start = tuple.as_ref().items_start().cast::<Value>();
            let mut made = 0;
            for item in items {
                assert!(made < length);
                start.add(made).write(item);
                made += 1;
            }
            (*tuple.as_ptr()).data.length = made;
            Value::from_bits(at.as_ptr() as u64)
        }
    }
}

impl Vm {
    /// A tuple of a type, of the items that the iterator gives.
    #[inline]
    pub fn tuple_from(&self, ty: &TypeRef, items: impl ExactSizeIterator<Item = Value>) -> Value {
        tuple_of_type(ty, items)
    }

    /// A tuple of the values.
    pub fn tuple(&self, items: Vec<Value>) -> Value {
        if items.is_empty() {
            return self.interp().empty_tuple.clone();
        }
        self.tuple_from(&self.interp().tuple_type, items.into_iter())
    }

    /// A tuple of clones of the values.
    pub fn tuple_of(&self, items: &[Value]) -> Value {
        if items.is_empty() {
            return self.interp().empty_tuple.clone();
        }
        self.tuple_from(&self.interp().tuple_type, items.iter().cloned())
    }

    /// As [`Vm::tuple_of`], typed.
    pub fn tuple_ref_of(&self, items: &[Value]) -> Ref<Tuple> {
        // SAFETY: `tuple_of` makes tuples.
        unsafe { Ref::from_value_unchecked(self.tuple_of(items)) }
    }

    /// As [`Vm::tuple`], typed.
    pub fn tuple_ref(&self, items: Vec<Value>) -> Ref<Tuple> {
        // SAFETY: `tuple` makes tuples.
        unsafe { Ref::from_value_unchecked(self.tuple(items)) }
    }
}

impl Value {
    /// The items, if it is a tuple (or of a subclass).
    #[inline(always)]
    pub fn as_tuple(&self) -> Option<&Obj<Tuple>> {
        self.downcast::<Tuple>()
    }
}
