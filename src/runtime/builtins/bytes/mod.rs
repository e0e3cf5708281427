//! `bytes`: construction, operators, iteration.
//!
//! The payload is `object::bytes`. What `bytes` has in common with `bytearray` is in `shared` (methods), `percent` (`%`
//! formatting) and `source` (what both can be made of).

pub mod buffer;
pub mod percent;
pub mod shared;
pub mod source;

use std::cell::Cell;

use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::bytes::Bytes;
use crate::runtime::object::typedef::{Native, Slots, TypeRef, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::escape;
use crate::runtime::value::{LockCell, Payload, Value};

use super::bytearrays::ByteArray;
use super::memoryviews::{Access, Export};

/// `bytes`
pub static BYTES: TypeSpec = TypeSpec::new("bytes", Bytes::layout)
    .kind(kind::BYTES)
    .flags(type_flag::BASE | type_flag::BYTES | type_flag::MATCH_SELF)
    .doc(
        "",
        "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\nbytes(int) -> bytes object of size given by the parameter initialized with null bytes\nbytes() -> empty bytes object\n\nAn immutable array of bytes: of integers in range(256), of a string in an encoding, of\nany buffer, or of so many zeros.",
    )
    .slots(slots)
    .methods(METHODS);

static METHODS: &[Native] = shared::byte_methods![
    native(
        "__getnewargs__(self, /)",
        |vm, args| {
            let copy = vm.bytes(shared::data(vm, &args[0])?);
            Ok(vm.tuple(vec![copy]))
        },
        "",
    ),
    native(
        "__bytes__(self, /)",
        |vm, args| {
            if args[0].kind() == kind::BYTES {
                return Ok(args[0].clone());
            }
            Ok(vm.bytes(shared::data(vm, &args[0])?))
        },
        "Convert this value to exact type bytes.",
    ),
];

/// How a `bytes` lends its memory.
static ACCESS: Access = Access {
    bytes: |value| value.as_bytes().map_or(&[], |this| this.bytes()),
    bytes_mut: None,
    release: |_, _| {},
};

fn slots(s: &mut Slots) {
    s.new = Some(bytes_new);
    s.repr = Some(bytes_repr);
    s.str = Some(|vm, value| {
        if vm.interp().bytes_warning.get() > 0 {
            vm.warn(&super::exceptions::BYTES_WARNING, "str() on a bytes instance", 1)?;
        }
        bytes_repr(vm, value)
    });
    s.hash = Some(|vm, value| Ok(vm.cast::<Bytes>(value)?.hash() as i64));
    s.compare = Some(|vm, a, b, op| {
        let (Some(x), Some(y)) = (a.as_bytes(), b.as_bytes()) else {
            return shared::compare_foreign(vm, a, b, op);
        };
        Ok(Value::bool(op.holds(x.bytes().cmp(y.bytes()))))
    });
    s.len = Some(|vm, value| Ok(vm.cast::<Bytes>(value)?.len()));
    s.getitem = Some(|vm, value, key| shared::getitem(vm, value, key, "byte", "index out of range"));
    s.item = Some(|_, value, at| {
        let byte = shared::item(value.downcast::<Bytes>()?.bytes(), at)?;
        Some(Value::small_wrapping(byte.into()))
    });
    s.contains = Some(shared::contains);
    s.concat = Some(bytes_concat);
    s.repeat = Some(|vm, value, count| {
        let bytes = vm.cast::<Bytes>(value)?.bytes();
        if count == 1 && value.kind() == kind::BYTES {
            return Ok(value.clone());
        }
        let count = count.max(0) as usize;
        if bytes.len().checked_mul(count).is_none_or(|n| n > isize::MAX as usize) {
            return Err(vm.overflow_error("repeated bytes are too long"));
        }
        Ok(vm.bytes(&super::strs::repeated(vm, bytes, count)?))
    });
    s.iter = Some(|vm, value| Ok(bytes_iter(vm, &BYTES_ITER, value)));
    s.modulo = Some(percent::modulo);
    s.buffer = Some(|vm, value, flags| vm.export(value, Export::bytes(&ACCESS, true), flags));
}

fn bytes_repr(vm: &Vm, value: &Value) -> PyResult<Value> {
    Ok(vm.str_bytes(&escape::repr_bytes(vm.cast::<Bytes>(value)?.bytes())))
}

fn both(vm: &Vm, x: &[u8], y: &[u8]) -> Value {
    let write = |out: &mut [u8]| {
        let (first, second) = out.split_at_mut(x.len());
        first.copy_from_slice(x);
        second.copy_from_slice(y);
    };
    vm.bytes_filled(x.len() + y.len(), write).0
}

fn bytes_concat(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let x = vm.cast::<Bytes>(a)?.bytes();
    if let Some(y) = b.as_bytes().map(|b| b.bytes())
        && !x.is_empty()
        && !y.is_empty()
    {
        return Ok(both(vm, x, y));
    }
    if !vm.has_buffer(b) {
        return Err(vm.type_error(format!("can't concat {} to {}", b.type_name(vm), a.type_name(vm))));
    }
    if x.is_empty() && b.kind() == kind::BYTES {
        return Ok(b.clone());
    }
    vm.with_buffer(b, |y| {
        if y.is_empty() && a.kind() == kind::BYTES {
            return a.clone();
        }
        both(vm, x, y)
    })
}

fn bytes_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    let parts = source::parts(vm, args, "bytes")?;
    let exact = ty.is(vm.typ(&BYTES));
    if exact
        && let [Some(only), None, None] = parts
        && only.kind() == kind::BYTES
    {
        return Ok(only.clone());
    }
    if exact
        && let [Some(only), None, None] = parts
        && let Some(result) = vm.call_special(only, &vm.names().__bytes__, &[])?
    {
        if vm.bytes_of(&result).is_none() {
            return Err(
                vm.type_error(format!("__bytes__ returned non-bytes (type {})", result.type_name(vm)))
            );
        }
        return Ok(result);
    }
    let bytes = source::content(vm, parts, "bytes")?;
    Ok(vm.bytes_of_type(ty, &bytes))
}

// ------------------------------------------------------------------------------------------------ iteration

/// An iterator over bytes.
pub struct BytesIter {
    /// A `bytes` or `bytearray`; `None` after the end.
    pub source: LockCell<Value>,
    /// Index of the next.
    pub index: Cell<usize>,
}

crate::payload!(BytesIter, "bytes_iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.source.get());
    }
});

impl BytesIter {
    /// The next byte, if there is one.
    pub fn next_byte(&self) -> Option<Value> {
        let at = self.index.get();
        let &byte = content(self.source.get()).get(at)?;
        self.index.set(at + 1);
        Value::small(i64::from(byte))
    }
}

/// `bytes_iterator`
pub static BYTES_ITER: TypeSpec = TypeSpec::new("bytes_iterator", BytesIter::layout)
    .kind(kind::BYTES_ITER)
    .slots(iter_slots)
    .methods(ITER_METHODS);

/// `bytearray_iterator`
pub static BYTEARRAY_ITER: TypeSpec =
    TypeSpec::new("bytearray_iterator", BytesIter::layout).slots(iter_slots).methods(ITER_METHODS);

/// An iterator over a `bytes` or `bytearray`.
pub fn bytes_iter(vm: &Vm, spec: &'static TypeSpec, value: &Value) -> Value {
    vm.alloc_spec(spec, BytesIter { source: LockCell::new(value.clone()), index: Cell::new(0) })
}

#[inline]
fn content(value: &Value) -> &[u8] {
    match value.as_bytes() {
        Some(this) => this.bytes(),
        None => value.downcast::<ByteArray>().map_or(&[], |this| this.content.get()),
    }
}

fn iter_slots(s: &mut Slots) {
    s.iter = Some(|_, iter| Ok(iter.clone()));
    s.next = Some(|vm, iter| {
        let this = vm.cast::<BytesIter>(iter)?;
        let next = this.next_byte();
        if next.is_none() {
            this.source.set(Value::NONE);
        }
        Ok(next)
    });
}

static ITER_METHODS: &[Native] = &[
    native(
        "__length_hint__(self, /)",
        |vm, args| {
            let this = vm.cast::<BytesIter>(&args[0])?;
            Ok(vm.int_usize(content(this.source.get()).len().saturating_sub(this.index.get())))
        },
        "Private method returning an estimate of len(list(it)).",
    ),
    native(
        "__reduce__(self, /)",
        |vm, args| {
            let this = vm.cast::<BytesIter>(&args[0])?;
            let iter = vm.builtin("iter")?;
            let data = this.source.cloned();
            if data.is_none() {
                let empty = vm.tuple(vec![vm.tuple(vec![])]);
                return Ok(vm.tuple(vec![iter, empty]));
            }
            let index = vm.int_usize(this.index.get());
            Ok(vm.tuple(vec![iter, vm.tuple(vec![data]), index]))
        },
        "Return state information for pickling.",
    ),
    native(
        "__setstate__(self, state, /)",
        |vm, args| {
            let this = vm.cast::<BytesIter>(&args[0])?;
            let at = vm.to_ssize(&args[1])?.max(0) as usize;
            this.index.set(at.min(content(this.source.get()).len()));
            Ok(Value::NONE)
        },
        "Set state information for unpickling.",
    ),
];
