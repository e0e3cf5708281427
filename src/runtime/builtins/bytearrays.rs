//! `bytearray`: a growable array of bytes that can lend its memory.
//!
//! # Invariants
//!
//! 1. While `exports` is above zero the array keeps its size. (`resizable`, called by everything that changes it.)
//!
//! Not here: what it has in common with `bytes` (`bytes::shared`), its iterator (`bytes`).

use std::cell::Cell;

use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Cmp, Native, Slots, TypeSpec, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::escape;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

use super::bytes::buffer::ByteBuffer;
use super::bytes::{BYTEARRAY_ITER, bytes_iter, percent, shared, source};
use super::memoryviews::{Access, Export};

/// A mutable array of bytes.
pub struct ByteArray {
    /// The bytes.
    pub content: LockCell<ByteBuffer>,
    /// How many views lend them.
    pub exports: Cell<usize>,
}
crate::payload!(ByteArray, "bytearray");

/// `bytearray`
pub static BYTEARRAY: TypeSpec = TypeSpec::new("bytearray", ByteArray::layout)
    .kind(kind::BYTEARRAY)
    .flags(type_flag::BASE | type_flag::MATCH_SELF)
    .doc(
        "",
        "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\nbytearray(int) -> bytes array of size given by the parameter initialized with null bytes\nbytearray() -> empty bytes array\n\nA mutable array of bytes: of integers in range(256), of a string in an encoding, of any\nbuffer, or of so many zeros.",
    )
    .slots(slots)
    .methods(METHODS);

impl Vm {
    /// A new `bytearray`.
    pub fn bytearray(&self, bytes: Vec<u8>) -> Value {
        self.alloc_spec(&BYTEARRAY, ByteArray { content: LockCell::new(bytes.into()), exports: Cell::new(0) })
    }
}

impl Value {
    /// The object, if it is a `bytearray` (or of a subclass).
    pub fn as_bytearray(&self) -> Option<&Obj<ByteArray>> {
        self.downcast::<ByteArray>()
    }
}

impl ByteArray {
    /// Error if views forbid a change of size.
    pub fn resizable(&self, vm: &Vm) -> PyResult<()> {
        if self.exports.get() > 0 {
            return Err(vm.buffer_error("Existing exports of data: object cannot be re-sized"));
        }
        Ok(())
    }

    /// Puts other content in.
    fn replace(&self, vm: &Vm, bytes: Vec<u8>) -> PyResult<()> {
        if bytes.len() == self.content.get().len() {
            self.content.get_mut().copy_from_slice(&bytes);
            return Ok(());
        }
        self.resizable(vm)?;
        self.content.set(bytes.into());
        Ok(())
    }
}

/// How a `bytearray` lends its memory.
static ACCESS: Access = Access {
    bytes: |value| value.as_bytearray().map_or(&[], |this| this.content.get()),
    bytes_mut: Some(|value| match value.as_bytearray() {
        Some(this) => this.content.get_mut(),
        None => &mut [],
    }),
    release: |_, value| {
        if let Some(this) = value.as_bytearray() {
            this.exports.set(this.exports.get().saturating_sub(1));
        }
    },
};

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<ByteArray>> {
    vm.cast::<ByteArray>(value)
}

fn slots(s: &mut Slots) {
    s.new = Some(|vm, ty, _| {
        let empty = ByteArray { content: LockCell::new(ByteBuffer::default()), exports: Cell::new(0) };
        Ok(vm.alloc(ty, empty).into_value())
    });
    s.init = Some(init);
    s.repr = Some(|vm, value| {
        let mut out = value.ty(vm).name().into_bytes();
        out.push(b'(');
        out.extend(escape::repr_bytearray(this(vm, value)?.content.get()));
        out.push(b')');
        Ok(vm.str_bytes(&out))
    });
    s.str = Some(|vm, value| {
        if vm.interp().bytes_warning.get() > 0 {
            vm.warn(&super::exceptions::BYTES_WARNING, "str() on a bytearray instance", 1)?;
        }
        vm.repr(value)
    });
    s.compare = Some(compare);
    s.len = Some(|vm, value| Ok(this(vm, value)?.content.get().len()));
    s.getitem =
        Some(|vm, value, key| shared::getitem(vm, value, key, "bytearray", "bytearray index out of range"));
    s.item = Some(|_, value, at| {
        let byte = shared::item(value.downcast::<ByteArray>()?.content.get(), at)?;
        Some(Value::small_wrapping(byte.into()))
    });
    s.setitem = Some(setitem);
    s.contains = Some(shared::contains);
    s.concat = Some(|vm, a, b| {
        if !vm.has_buffer(b) {
            return Err(vm.type_error(format!("can't concat {} to {}", b.type_name(vm), a.type_name(vm))));
        }
        let y = shared::buffer(vm, b)?;
        Ok(vm.bytearray([shared::data(vm, a)?, &y].concat()))
    });
    s.iconcat = Some(|vm, a, b| {
        if !vm.has_buffer(b) {
            return Err(vm.type_error(format!("can't concat {} to {}", b.type_name(vm), a.type_name(vm))));
        }
        let added = shared::buffer(vm, b)?;
        append_bytes(vm, a, &added)?;
        Ok(a.clone())
    });
    s.repeat = Some(|vm, value, count| {
        let bytes = super::strs::repeated(vm, this(vm, value)?.content.get(), count.max(0) as usize)?;
        Ok(vm.bytearray(bytes))
    });
    s.irepeat = Some(|vm, value, count| {
        let array = this(vm, value)?;
        let bytes = super::strs::repeated(vm, array.content.get(), count.max(0) as usize)?;
        array.replace(vm, bytes)?;
        Ok(value.clone())
    });
    s.iter = Some(|vm, value| Ok(bytes_iter(vm, &BYTEARRAY_ITER, value)));
    s.modulo = Some(percent::modulo);
    s.buffer = Some(|vm, value, flags| {
        let array = this(vm, value)?;
        let view = vm.export(value, Export::bytes(&ACCESS, false), flags)?;
        array.exports.set(array.exports.get() + 1);
        Ok(view)
    });
}

fn init(vm: &Vm, value: &Value, args: Args) -> PyResult<()> {
    let parts = source::parts(vm, args, "bytearray")?;
    this(vm, value)?.replace(vm, Vec::new())?;
    // What an iterator gives is there as soon as it came.
    if let [Some(iterable), None, None] = parts
        && source::is_iterated(vm, iterable)
    {
        let iter = vm.iter(iterable)?;
        while let Some(item) = vm.next(&iter)? {
            let byte = vm.to_byte(&item, "byte")?;
            append_bytes(vm, value, &[byte])?;
        }
        return Ok(());
    }
    let bytes = source::content(vm, parts, "bytearray")?;
    this(vm, value)?.replace(vm, bytes)
}

fn compare(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    if b.as_str().is_some() || !vm.has_buffer(b) {
        return shared::compare_foreign(vm, a, b, op);
    }
    let other = shared::buffer(vm, b)?;
    let ordering = shared::data(vm, a)?.cmp(&*other);
    Ok(Value::bool(op.holds(ordering)))
}

fn append_bytes(vm: &Vm, value: &Value, added: &[u8]) -> PyResult<()> {
    if added.is_empty() {
        return Ok(());
    }
    let array = this(vm, value)?;
    array.resizable(vm)?;
    let data = array.content.get_mut();
    if data.try_reserve(added.len()).is_err() {
        return Err(vm.memory_error());
    }
    data.extend_from_slice(added);
    Ok(())
}

/// `array[key] = value` or `del array[key]`
fn setitem(vm: &Vm, object: &Value, key: &Value, value: Option<&Value>) -> PyResult<()> {
    // Nearly always a byte is put at a place that there is.
    if let Some(at) = key.as_small()
        && let Some(byte) = value.and_then(Value::as_small).and_then(|byte| u8::try_from(byte).ok())
        && let Ok(at) = usize::try_from(at)
        && let Some(place) = this(vm, object)?.content.get_mut().get_mut(at)
    {
        *place = byte;
        return Ok(());
    }
    if key.kind() == kind::SLICE {
        return set_slice(vm, object, key, value);
    }
    if key.ty(vm).slots.get().index.is_none() {
        return Err(
            vm.type_error(format!("bytearray indices must be integers or slices, not {}", key.type_name(vm)))
        );
    }
    let at = vm.to_index(key)?;
    let byte = value.map(|value| vm.to_byte(value, "byte")).transpose()?;
    let array = this(vm, object)?;
    let length = array.content.get().len();
    let at = if at < 0 { at + length as isize } else { at };
    if at < 0 || at as usize >= length {
        return Err(vm.index_error("bytearray index out of range"));
    }
    match byte {
        Some(byte) => array.content.get_mut()[at as usize] = byte,
        None => {
            array.resizable(vm)?;
            array.content.get_mut().remove(at as usize);
        }
    }
    Ok(())
}

fn set_slice(vm: &Vm, object: &Value, key: &Value, value: Option<&Value>) -> PyResult<()> {
    let (start, stop, step) = vm.slice_unpack(key)?;
    let new = match value {
        None => Vec::new(),
        Some(value) if vm.has_buffer(value) => vm.buffer_bytes(value)?,
        Some(value) => {
            let slots = value.ty(vm).slots.get();
            let wrong = value.as_str().is_some()
                || slots.index.is_some()
                || (slots.iter.is_none() && slots.getitem.is_none());
            if wrong {
                return Err(
                    vm.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)")
                );
            }
            vm.bytearray_source(value)?
        }
    };
    let array = this(vm, object)?;
    let span = super::slices::span(start, stop, step, array.content.get().len());
    if span.step == 1 {
        let (from, to) = (span.start as usize, span.start as usize + span.count);
        if new.len() != span.count {
            array.resizable(vm)?;
        }
        array.content.get_mut().splice(from..to, &new);
        return Ok(());
    }
    if new.is_empty() {
        if span.count == 0 {
            return Ok(());
        }
        array.resizable(vm)?;
        let mut gone = span.ascending().positions().peekable();
        let mut at = 0;
        array.content.get_mut().retain(|_| {
            let drop = gone.next_if_eq(&at).is_some();
            at += 1;
            !drop
        });
        return Ok(());
    }
    if new.len() != span.count {
        return Err(vm.value_error(format!(
            "attempt to assign bytes of size {} to extended slice of size {}",
            new.len(),
            span.count
        )));
    }
    let data = array.content.get_mut();
    for (at, byte) in span.positions().zip(new) {
        data[at] = byte;
    }
    Ok(())
}

fn reduce(vm: &Vm, value: &Value, protocol: i64) -> PyResult<Value> {
    let state = vm.call_method_str(value, "__getstate__", &[])?;
    let data = this(vm, value)?.content.get().to_vec();
    let parts = if protocol < 3 {
        let text = vm.decode(&data, "latin-1", "strict")?;
        vec![text, vm.str("latin-1")]
    } else if data.is_empty() {
        vec![]
    } else {
        vec![vm.bytes(&data)]
    };
    Ok(vm.tuple(vec![value.ty(vm).to_value(), vm.tuple(parts), state]))
}

static METHODS: &[Native] = shared::byte_methods![
    native(
        "__alloc__(self, /)",
        |vm, args| {
            // One more than it holds, as with CPython's closing zero.
            let length = this(vm, &args[0])?.content.get().len();
            Ok(vm.int_usize(length + 1))
        },
        "Return the number of bytes actually allocated."
    ),
    native(
        "__reduce__(self, /)",
        |vm, args| reduce(vm, &args[0], 2),
        "Return state information for pickling."
    ),
    native(
        "__reduce_ex__(self, proto=0, /)",
        |vm, args| {
            let protocol = args[1].given().map_or(Ok(0), |protocol| vm.to_i32(protocol))?;
            reduce(vm, &args[0], i64::from(protocol))
        },
        "Return state information for pickling."
    ),
    native(
        "__sizeof__(self, /)",
        |vm, args| {
            let length = this(vm, &args[0])?.content.get().len();
            Ok(vm.int_usize(56 + length + 1))
        },
        "Returns the size of the bytearray object in memory, in bytes."
    ),
    native(
        "__release_buffer__(self, buffer, /)",
        |vm, args| {
            let Some(view) = args[1].downcast::<super::memoryviews::MemoryView>() else {
                return Err(vm.type_error("expected a memoryview object"));
            };
            view.lease.set(None);
            Ok(Value::NONE)
        },
        "Release the buffer object that exposes the underlying memory of the object."
    ),
    native(
        "append(self, item, /)",
        |vm, args| {
            let byte = vm.to_byte(&args[1], "byte")?;
            append_bytes(vm, &args[0], &[byte])?;
            Ok(Value::NONE)
        },
        "Append a single item to the end of the bytearray."
    ),
    native(
        "clear(self, /)",
        |vm, args| {
            this(vm, &args[0])?.replace(vm, Vec::new())?;
            Ok(Value::NONE)
        },
        "Remove all items from the bytearray."
    ),
    native(
        "copy(self, /)",
        |vm, args| Ok(vm.bytearray(this(vm, &args[0])?.content.get().to_vec())),
        "Return a copy of B."
    ),
    native(
        "extend(self, iterable_of_ints, /)",
        |vm, args| {
            let added = if vm.has_buffer(&args[1]) {
                // The end is where it was before the buffer was asked for, which may have changed the array.
                let end = this(vm, &args[0])?.content.get().len();
                let added = vm.buffer_bytes(&args[1])?;
                let array = this(vm, &args[0])?;
                if !added.is_empty() {
                    array.resizable(vm)?;
                }
                let at = end.min(array.content.get().len());
                array.content.get_mut().splice(at..at, &added);
                return Ok(Value::NONE);
            } else {
                let slots = args[1].ty(vm).slots.get();
                if slots.iter.is_none() && slots.getitem.is_none() {
                    return Err(
                        vm.type_error(format!("can't extend bytearray with {}", args[1].type_name(vm)))
                    );
                }
                if args[1].as_str().is_some() {
                    return Err(vm.type_error("expected iterable of integers; got: 'str'"));
                }
                vm.bytearray_source(&args[1])?
            };
            append_bytes(vm, &args[0], &added)?;
            Ok(Value::NONE)
        },
        "Append all the items from the iterator or sequence to the bytearray."
    ),
    native(
        "insert(self, index, item, /)",
        |vm, args| {
            let at = vm.to_ssize(&args[1])?;
            let byte = vm.to_byte(&args[2], "byte")?;
            let array = this(vm, &args[0])?;
            array.resizable(vm)?;
            let length = array.content.get().len() as isize;
            let at = if at < 0 { (at + length).max(0) } else { at.min(length) };
            array.content.get_mut().insert(at as usize, byte);
            Ok(Value::NONE)
        },
        "Insert a single item into the bytearray before the given index."
    ),
    native(
        "pop(self, index=-1, /)",
        |vm, args| {
            let at = args[1].given().map_or(Ok(-1), |at| vm.to_ssize(at))?;
            let array = this(vm, &args[0])?;
            let length = array.content.get().len() as isize;
            if length == 0 {
                return Err(vm.index_error("pop from empty bytearray"));
            }
            let at = if at < 0 { at + length } else { at };
            if at < 0 || at >= length {
                return Err(vm.index_error("pop index out of range"));
            }
            array.resizable(vm)?;
            let byte = array.content.get_mut().remove(at as usize);
            Ok(vm.int(i64::from(byte)))
        },
        "Remove and return a single item from B.\n\nThe last one unless an index is given."
    ),
    native(
        "remove(self, value, /)",
        |vm, args| {
            let byte = vm.to_byte(&args[1], "byte")?;
            let array = this(vm, &args[0])?;
            let Some(at) = memchr::memchr(byte, array.content.get()) else {
                return Err(vm.value_error("value not found in bytearray"));
            };
            array.resizable(vm)?;
            array.content.get_mut().remove(at);
            Ok(Value::NONE)
        },
        "Remove the first occurrence of a value in the bytearray."
    ),
    native(
        "resize(self, size, /)",
        |vm, args| {
            let size = vm.to_ssize(&args[1])?;
            if size < 0 {
                return Err(vm.value_error(format!("Can only resize to positive sizes, got {size}")));
            }
            let array = this(vm, &args[0])?;
            let (size, data) = (size as usize, array.content.get_mut());
            if size == data.len() {
                return Ok(Value::NONE);
            }
            array.resizable(vm)?;
            if size > data.len() && data.try_reserve(size - data.len()).is_err() {
                return Err(vm.memory_error());
            }
            data.resize(size, 0);
            Ok(Value::NONE)
        },
        "Resize the internal buffer of bytearray to len; new bytes are zero."
    ),
    native(
        "reverse(self, /)",
        |vm, args| {
            this(vm, &args[0])?.content.get_mut().reverse();
            Ok(Value::NONE)
        },
        "Reverse the order of the values in B in place."
    ),
];
