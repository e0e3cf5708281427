//! The payload of `bytes`: a length, the hash, and the bytes behind it. Made whole, never changed.

use std::cell::Cell;
use std::ptr::NonNull;

use crate::runtime::builtins::bytes::BYTES;
use crate::runtime::gc::heap::{Layout, heap};
use crate::runtime::object::hash;
use crate::runtime::object::typedef::TypeRef;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Header, Obj, Payload, Ref, Value};

/// Bytes; they stand behind it.
#[repr(C)]
pub struct Bytes {
    hash: Cell<u64>,
    length: usize,
}

impl Payload for Bytes {
    #[inline(always)]
    fn layout() -> &'static Layout {
        static LAYOUT: Layout = Layout::of::<Bytes>("bytes", false, None).with_items(size_of_bytes);
        &LAYOUT
    }
}

unsafe fn size_of_bytes(at: NonNull<Header>) -> usize {
    // SAFETY: called with the header of a bytes object.
    let this = unsafe { at.cast::<Obj<Bytes>>().as_ref() };
    this.items_start() as usize - at.as_ptr() as usize + this.length
}

impl Obj<Bytes> {
    /// The bytes.
    #[inline(always)]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: that many bytes stand behind the payload and never change.
        unsafe { std::slice::from_raw_parts(self.items_start(), self.length) }
    }
    /// How many.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.length
    }
    /// Are there none?
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
    /// The hash, computed once.
    pub fn hash(&self) -> u64 {
        if self.hash.get() == 0 {
            self.hash.set(hash::bytes_hash(self.bytes()));
        }
        self.hash.get()
    }
}

impl Vm {
    /// A new `bytes`.
    #[inline]
    pub fn bytes(&self, bytes: &[u8]) -> Value {
        self.bytes_of_type(self.typ(&BYTES), bytes)
    }

    /// A new `bytes` of so many bytes, which `fill` writes; they are zeros before. Also gives what `fill` returns.
    pub fn bytes_filled<R>(&self, length: usize, fill: impl FnOnce(&mut [u8]) -> R) -> (Value, R) {
        // SAFETY: header, payload and all bytes are written before anything else runs, and nobody else knows of the object
        // while `fill` does.
        unsafe {
            let ty = self.typ(&BYTES);
            let at = heap().object(ty.head_ptr(), size_of::<Obj<Bytes>>() + length, false);
            let this = at.cast::<Obj<Bytes>>();
            (&raw mut (*this.as_ptr()).data).write(Bytes { hash: Cell::new(0), length });
            let start = this.as_ref().items_start();
            start.write_bytes(0, length);
            let result = fill(std::slice::from_raw_parts_mut(start, length));
            let made = Ref::<Bytes>::from_value_unchecked(Value::from_bits(at.as_ptr() as u64));
            (made.into_value(), result)
        }
    }

    /// A new instance of a subclass of `bytes` (or of itself).
    pub fn bytes_of_type(&self, ty: &TypeRef, bytes: &[u8]) -> Value {
        // SAFETY: header, payload and all attribute words are written before anything else runs, and there is room for the
        // bytes.
        unsafe {
            let at = if ty.is_exact_builtin() {
                heap().object(ty.head_ptr(), size_of::<Obj<Bytes>>() + bytes.len(), false)
            } else {
                ty.allocate_shifted(bytes.len())
            };
            let this = at.cast::<Obj<Bytes>>();
            (&raw mut (*this.as_ptr()).data).write(Bytes { hash: Cell::new(0), length: bytes.len() });
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), this.as_ref().items_start(), bytes.len());
            Ref::<Bytes>::from_value_unchecked(Value::from_bits(at.as_ptr() as u64)).into_value()
        }
    }

    /// The content of a `bytes` (or of a subclass).
    #[inline]
    pub fn bytes_of<'a>(&self, value: &'a Value) -> Option<&'a [u8]> {
        value.as_bytes().map(|this| this.bytes())
    }
}

impl Value {
    /// The object, if it is a `bytes` (or of a subclass).
    #[inline(always)]
    pub fn as_bytes(&self) -> Option<&Obj<Bytes>> {
        self.downcast::<Bytes>()
    }
}
