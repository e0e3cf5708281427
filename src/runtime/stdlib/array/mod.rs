//! `array`: sequences of machine values. The kinds of items are in `item`, pickling is in `pickled`.
//!
//! # Invariants
//!
//! 1. The number of bytes is a multiple of the item's size.
//! 2. While `exports` is above zero the array keeps its size. (`resizable`, called by everything that changes it.)

use std::cell::Cell;

use item::Kind;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::memoryviews::{Access, Export};
use crate::runtime::builtins::slices::SLICE;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Cmp, Native, Slots, TypeRef, TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::text::{escape, wtf8};
use crate::runtime::value::{LockCell, Obj, Payload, Value};

mod item;
mod pickled;

/// `array`
pub static MODULE: NativeModule = NativeModule {
    name: "array",
    doc: "Compact arrays of machine values: integers, floating-point numbers, characters.\n\nThe type code, a letter, says what the items are.",
    functions: &[native(
        "_array_reconstructor(arraytype, typecode, mformat_code, items, /)",
        pickled::reconstruct,
        "Internal: makes an array of what pickles hold.",
    )],
    init: |vm, dict| {
        vm.set_type_in(dict, &ARRAY);
        vm.set_in(dict, "ArrayType", vm.typ(&ARRAY).value().clone());
        let codes: Vec<u8> = item::KINDS.iter().map(|kind| kind.code).collect();
        vm.set_in(dict, "typecodes", vm.str_ascii(&codes));
        let sequences = vm.import("collections.abc").and_then(|_| vm.import("_collections_abc"))?;
        let mutable = vm.getattr_str(&sequences, "MutableSequence")?;
        vm.call_method_str(&mutable, "register", &[vm.typ(&ARRAY).value().clone()])?;
        Ok(())
    },
};

/// The payload of `array`.
pub struct Array {
    kind: &'static Kind,
    bytes: LockCell<Vec<u8>>,
    exports: Cell<usize>,
}
crate::payload!(Array, "array");

/// `array`
pub static ARRAY: TypeSpec = TypeSpec::new("array.array", Array::layout)
    .flags(type_flag::BASE | type_flag::SEQUENCE | type_flag::WEAKREF)
    .doc("", "array(typecode [, initializer]) -> array\n\nA new array of the items that an iterable, bytes-like object or text gives.\n\n  b, B  1 byte, signed or unsigned\n  h, H  2 bytes    i, I  4 bytes    l, L, q, Q  8 bytes\n  f, d  floating-point numbers of 4 or 8 bytes\n  w     characters (u, which is deprecated, also)\n\nArrays are mutable sequences; in addition they go to and from bytes, files,\nlists and text, and tell about their memory.")
    .slots(slots)
    .methods(METHODS)
    .getset(&[
        getter("typecode", |vm, value| Ok(vm.str_char(u32::from(this(vm, value)?.kind.code))), "the letter that says what the items are"),
        getter("itemsize", |vm, value| Ok(vm.int_usize(this(vm, value)?.kind.size)), "bytes of an item"),
    ]);

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Array>> {
    vm.cast::<Array>(value)
}

fn make(vm: &Vm, kind: &'static Kind, bytes: Vec<u8>) -> Value {
    vm.alloc_spec(&ARRAY, Array { kind, bytes: LockCell::new(bytes), exports: Cell::new(0) })
}

impl Obj<Array> {
    /// The item at a place, from the end if that is negative, if items are floats or signed ints of eight bytes.
    #[inline(always)]
    fn word(&self, vm: &Vm, at: i64) -> Option<Value> {
        if self.kind.size != 8 {
            return None;
        }
        let items = self.bytes.get().as_chunks::<8>().0;
        let at = if at < 0 { at + items.len() as i64 } else { at };
        let item = *items.get(usize::try_from(at).ok()?)?;
        match self.kind.meaning {
            item::Meaning::Float => Some(vm.float(f64::from_ne_bytes(item))),
            item::Meaning::Signed => Some(vm.int(i64::from_ne_bytes(item))),
            _ => None,
        }
    }
    fn len(&self) -> usize {
        // Sizes are powers of two.
        self.bytes.get().len() >> self.kind.size.trailing_zeros()
    }
    #[inline]
    fn get(&self, vm: &Vm, at: usize) -> Option<Value> {
        let start = at.checked_mul(self.kind.size)?;
        let bytes = self.bytes.get().get(start..)?.get(..self.kind.size)?;
        Some(self.kind.read(vm, bytes))
    }
    fn resizable(&self, vm: &Vm) -> PyResult<()> {
        if self.exports.get() > 0 {
            return Err(vm.buffer_error("cannot resize an array that is exporting buffers"));
        }
        Ok(())
    }
    fn push(&self, vm: &Vm, value: &Value) -> PyResult<()> {
        let item = self.kind.write(vm, value)?;
        self.resizable(vm)?;
        self.bytes.get_mut().extend_from_slice(&item[..self.kind.size]);
        Ok(())
    }
    fn append_bytes(&self, vm: &Vm, bytes: &[u8]) -> PyResult<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.resizable(vm)?;
        self.bytes.get_mut().extend_from_slice(bytes);
        Ok(())
    }
    /// Replaces a range of items.
    fn splice(&self, vm: &Vm, from: usize, to: usize, bytes: &[u8]) -> PyResult<()> {
        let size = self.kind.size;
        if (to - from) * size != bytes.len() {
            self.resizable(vm)?;
        }
        self.bytes.get_mut().splice(from * size..to * size, bytes.iter().copied());
        Ok(())
    }
    fn extend_from_list(&self, vm: &Vm, items: &Value) -> PyResult<()> {
        let old = self.bytes.get().len();
        let result = vm.for_each(items, |item| self.push(vm, &item));
        if result.is_err() && self.exports.get() == 0 {
            self.bytes.get_mut().truncate(old);
        }
        result
    }
    fn extend_from_bytes(&self, vm: &Vm, source: &Value) -> PyResult<()> {
        let bytes = vm.buffer_bytes(source)?;
        if !bytes.len().is_multiple_of(self.kind.size) {
            return Err(vm.value_error("bytes length not a multiple of item size"));
        }
        self.append_bytes(vm, &bytes)
    }
    fn extend_from_text(&self, vm: &Vm, text: &Value) -> PyResult<()> {
        let Some(text) = text.as_str() else {
            return Err(
                vm.type_error(format!("fromunicode() argument must be str, not {}", text.type_name(vm)))
            );
        };
        if !self.kind.is_text() {
            return Err(
                vm.value_error("fromunicode() may only be called on unicode type arrays ('u' or 'w')")
            );
        }
        let points: Vec<u8> = wtf8::code_points(text.bytes()).flat_map(u32::to_ne_bytes).collect();
        self.append_bytes(vm, &points)
    }
    fn extend(&self, vm: &Vm, source: &Value) -> PyResult<()> {
        if let Some(other) = source.downcast::<Array>() {
            if other.kind.code != self.kind.code {
                return Err(vm.type_error("can only extend with array of same kind"));
            }
            let bytes = other.bytes.cloned();
            return self.append_bytes(vm, &bytes);
        }
        let iter = vm.iter(source)?;
        while let Some(item) = vm.next(&iter)? {
            self.push(vm, &item)?;
        }
        Ok(())
    }
    fn remove(&self, vm: &Vm, at: usize) -> PyResult<()> {
        self.splice(vm, at, at + 1, &[])
    }
}

/// The code point of a type code argument.
fn code_of(vm: &Vm, function: &str, number: usize, value: &Value) -> PyResult<u32> {
    let Some(text) = value.as_str() else {
        return Err(vm.type_error(format!(
            "{function}() argument {number} must be a unicode character, not {}",
            value.type_name(vm)
        )));
    };
    vm.only_char(text).ok_or_else(|| {
        vm.type_error(format!(
            "{function}() argument {number} must be a unicode character, not a string of length {}",
            text.len()
        ))
    })
}

fn new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    let exact = ty.is(vm.typ(&ARRAY));
    let init = |ty: &TypeRef| ty.slots.get().init.map(|f| f as usize);
    if !args.names.is_empty() && (exact || init(ty) == init(vm.typ(&ARRAY))) {
        return Err(vm.type_error("array.array() takes no keyword arguments"));
    }
    let (code, initial) = match args.pos() {
        [] => return Err(vm.type_error("array() takes at least 1 argument (0 given)")),
        [code] => (code, None),
        [code, initial] => (code, Some(initial)),
        more => {
            return Err(vm.type_error(format!("array() takes at most 2 arguments ({} given)", more.len())));
        }
    };
    let code = code_of(vm, "array", 1, code)?;
    if code == u32::from(b'u') {
        vm.warn(
            &exc::DEPRECATION_WARNING,
            "The 'u' type code is deprecated and will be removed in Python 3.16",
            1,
        )?;
    }
    let letter = char::from_u32(code).unwrap_or('?');
    let is_text = matches!(letter, 'u' | 'w');
    if let Some(initial) = initial.filter(|_| !is_text) {
        if initial.as_str().is_some() {
            return Err(
                vm.type_error(format!("cannot use a str to initialize an array with typecode '{letter}'"))
            );
        }
        if initial.downcast::<Array>().is_some_and(|other| other.kind.is_text()) {
            return Err(vm.type_error(format!(
                "cannot use a unicode array to initialize an array with typecode '{letter}'"
            )));
        }
    }
    let Some(kind) = item::find(code) else {
        return Err(vm.value_error("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)"));
    };
    let array = vm.alloc(ty, Array { kind, bytes: LockCell::new(Vec::new()), exports: Cell::new(0) });
    if let Some(initial) = initial {
        if initial.as_str().is_some() {
            array.extend_from_text(vm, initial)?;
        } else if initial.as_bytes().is_some() || initial.as_bytearray().is_some() {
            array.extend_from_bytes(vm, initial)?;
        } else if initial.downcast::<Array>().is_some_and(|other| other.kind.code == kind.code) {
            array.extend(vm, initial)?;
        } else {
            vm.for_each(initial, |item| array.push(vm, &item))?;
        }
    }
    Ok(array.into_value())
}

/// How an array lends its memory.
static ACCESS: Access = Access {
    bytes: |value| value.downcast::<Array>().map_or(&[], |array| array.bytes.get()),
    bytes_mut: Some(|value| match value.downcast::<Array>() {
        Some(array) => array.bytes.get_mut(),
        None => &mut [],
    }),
    release: |_, value| {
        if let Some(array) = value.downcast::<Array>() {
            array.exports.set(array.exports.get().saturating_sub(1));
        }
    },
};

#[inline]
fn position(vm: &Vm, array: &Obj<Array>, key: &Value) -> PyResult<Option<usize>> {
    if let Some(index) = key.as_small() {
        let at = if index < 0 { index + array.len() as i64 } else { index };
        return Ok(usize::try_from(at).ok().filter(|at| *at < array.len()));
    }
    if key.ty(vm).slots.get().index.is_none() {
        return Err(vm.type_error("array indices must be integers"));
    }
    // An `__index__` may change the array: it runs before the length is looked at.
    let index = vm.int(vm.to_index(key)? as i64);
    vm.subscript_position(&index, array.len())
}

fn is_slice(vm: &Vm, key: &Value) -> bool {
    key.is_object() && key.ty(vm).address() == vm.typ(&SLICE).address()
}

fn bad_argument(vm: &Vm) -> Raised {
    vm.type_error("bad argument type for built-in operation")
}

fn repeated(vm: &Vm, bytes: &[u8], count: isize) -> PyResult<Vec<u8>> {
    crate::runtime::builtins::strs::repeated(vm, bytes, usize::try_from(count).unwrap_or(0))
}

fn slots(s: &mut Slots) {
    s.new = Some(new);
    s.repr = Some(|vm, value| {
        let array = this(vm, value)?;
        let code = char::from(array.kind.code);
        let mut text = format!("{}('{code}'", value.ty(vm).name()).into_bytes();
        if array.len() > 0 {
            text.extend_from_slice(b", ");
            if array.kind.is_text() {
                text.extend(escape::repr_str(&text_of(vm, array)?));
            } else {
                let items = vm.list((0..array.len()).filter_map(|at| array.get(vm, at)).collect());
                text.extend(vm.repr_string(&items)?);
            }
        }
        text.push(b')');
        Ok(vm.str_bytes(&text))
    });
    s.compare = Some(|vm, a, b, op| {
        let (Some(x), Some(y)) = (a.downcast::<Array>(), b.downcast::<Array>()) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        if x.len() != y.len() && matches!(op, Cmp::Eq | Cmp::Ne) {
            return Ok(Value::bool(op == Cmp::Ne));
        }
        if x.kind.code == y.kind.code
            && x.kind.meaning != item::Meaning::Float
            && matches!(op, Cmp::Eq | Cmp::Ne)
        {
            return Ok(Value::bool((x.bytes.get() == y.bytes.get()) == (op == Cmp::Eq)));
        }
        vm.compare_items(op, 0, || (x.len(), y.len()), |at| Some((x.get(vm, at)?, y.get(vm, at)?)))
    });
    s.len = Some(|vm, value| Ok(this(vm, value)?.len()));
    s.iter = Some(|vm, value| {
        this(vm, value)?;
        Ok(vm.alloc_spec(&ITER, ArrayIter { array: LockCell::new(value.clone()), at: Cell::new(0) }))
    });
    s.contains = Some(|vm, value, item| {
        let array = this(vm, value)?;
        let mut at = 0;
        while let Some(found) = array.get(vm, at) {
            if vm.equal(&found, item)? {
                return Ok(true);
            }
            at += 1;
        }
        Ok(false)
    });
    s.item = Some(|vm, value, at| value.downcast::<Array>()?.word(vm, at));
    s.getitem = Some(|vm, value, key| {
        let array = this(vm, value)?;
        if !key.is_object()
            && let Some(item) = position(vm, array, key)?.and_then(|at| array.get(vm, at))
        {
            return Ok(item);
        }
        if is_slice(vm, key) {
            let span = vm.slice_span_of(key, || array.len())?;
            let (size, bytes) = (array.kind.size, array.bytes.get());
            let picked =
                span.positions().flat_map(|at| &bytes[at * size..at * size + size]).copied().collect();
            return Ok(make(vm, array.kind, picked));
        }
        match position(vm, array, key)?.and_then(|at| array.get(vm, at)) {
            Some(item) => Ok(item),
            None => Err(vm.index_error("array index out of range")),
        }
    });
    s.setitem = Some(set_item);
    s.concat = Some(|vm, a, b| {
        let x = this(vm, a)?;
        let Some(y) = b.downcast::<Array>() else {
            return Err(
                vm.type_error(format!("can only append array (not \"{}\") to array", b.type_name(vm)))
            );
        };
        if x.kind.code != y.kind.code {
            return Err(bad_argument(vm));
        }
        Ok(make(vm, x.kind, [x.bytes.get().as_slice(), y.bytes.get()].concat()))
    });
    s.iconcat = Some(|vm, a, b| {
        if b.downcast::<Array>().is_none() {
            return Err(
                vm.type_error(format!("can only extend array with array (not \"{}\")", b.type_name(vm)))
            );
        }
        this(vm, a)?.extend(vm, b)?;
        Ok(a.clone())
    });
    s.repeat = Some(|vm, value, count| {
        let array = this(vm, value)?;
        Ok(make(vm, array.kind, repeated(vm, array.bytes.get(), count)?))
    });
    s.irepeat = Some(|vm, value, count| {
        let array = this(vm, value)?;
        let bytes = repeated(vm, array.bytes.get(), count)?;
        if bytes.len() != array.bytes.get().len() {
            array.resizable(vm)?;
            array.bytes.set(bytes);
        }
        Ok(value.clone())
    });
    s.buffer = Some(|vm, value, flags| {
        let array = this(vm, value)?;
        let format =
            if array.kind.is_text() { String::from("w") } else { char::from(array.kind.code).to_string() };
        let view = vm.export(value, Export::items(&ACCESS, false, format, array.kind.size), flags)?;
        array.exports.set(array.exports.get() + 1);
        Ok(view)
    });
}

fn set_item(vm: &Vm, value: &Value, key: &Value, new: Option<&Value>) -> PyResult<()> {
    let array = this(vm, value)?;
    let size = array.kind.size;
    if !is_slice(vm, key) {
        let Some(at) = position(vm, array, key)? else {
            return Err(vm.index_error("array assignment index out of range"));
        };
        let Some(new) = new else { return array.remove(vm, at) };
        let item = array.kind.write(vm, new)?;
        // Python code of the conversion may have shortened the array.
        return match array.bytes.get_mut().get_mut(at * size..at * size + size) {
            Some(place) => {
                place.copy_from_slice(&item[..size]);
                Ok(())
            }
            None => Err(vm.index_error("array assignment index out of range")),
        };
    }
    let bytes = match new {
        None => Vec::new(),
        Some(new) => match new.downcast::<Array>() {
            Some(other) if other.kind.code == array.kind.code => other.bytes.cloned(),
            Some(_) => return Err(bad_argument(vm)),
            None => {
                return Err(vm.type_error(format!(
                    "can only assign array (not \"{}\") to array slice",
                    new.type_name(vm)
                )));
            }
        },
    };
    let span = vm.slice_span_of(key, || array.len())?;
    if span.step == 1 {
        let from = span.start as usize;
        return array.splice(vm, from, from + span.count, &bytes);
    }
    if new.is_none() {
        array.resizable(vm)?;
        let gone: std::collections::HashSet<usize> = span.positions().collect();
        let mut at = 0;
        let kept = array.bytes.get().chunks_exact(size).filter(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
        let kept = kept.flatten().copied().collect();
        array.bytes.set(kept);
        return Ok(());
    }
    if bytes.len() != span.count * size {
        return Err(vm.value_error(format!(
            "attempt to assign array of size {} to extended slice of size {}",
            bytes.len() / size,
            span.count
        )));
    }
    let items = array.bytes.get_mut();
    for (at, item) in span.positions().zip(bytes.chunks_exact(size)) {
        items[at * size..at * size + size].copy_from_slice(item);
    }
    Ok(())
}

fn find(vm: &Vm, array: &Obj<Array>, value: &Value, start: usize, stop: usize) -> PyResult<Option<usize>> {
    let mut at = start;
    while at < stop
        && let Some(item) = array.get(vm, at)
    {
        if vm.equal(&item, value)? {
            return Ok(Some(at));
        }
        at += 1;
    }
    Ok(None)
}

const METHODS: &[Native] = &[
    native(
        "append(self, v, /)",
        |vm, args| this(vm, &args[0])?.push(vm, &args[1]).map(|()| Value::NONE),
        "Add an item at the end.",
    ),
    native(
        "buffer_info(self, /)",
        |vm, args| {
            let array = this(vm, &args[0])?;
            let address = array.bytes.get().as_ptr() as u64;
            Ok(vm.tuple(vec![vm.int_u64(address), vm.int_usize(array.len())]))
        },
        "The address of the memory and the number of items.",
    ),
    native(
        "byteswap(self, /)",
        |vm, args| {
            let array = this(vm, &args[0])?;
            array.bytes.get_mut().chunks_exact_mut(array.kind.size).for_each(<[u8]>::reverse);
            Ok(Value::NONE)
        },
        "Reverse the bytes of each item.",
    ),
    native(
        "clear(self, /)",
        |vm, args| {
            let array = this(vm, &args[0])?;
            array.resizable(vm)?;
            drop(array.bytes.take());
            Ok(Value::NONE)
        },
        "Remove all items.",
    ),
    native(
        "count(self, v, /)",
        |vm, args| {
            let array = this(vm, &args[0])?;
            let (mut at, mut count) = (0, 0);
            while let Some(item) = array.get(vm, at) {
                count += i64::from(vm.equal(&item, &args[1])?);
                at += 1;
            }
            Ok(vm.int(count))
        },
        "How many items are equal to v.",
    ),
    native(
        "extend(self, bb, /)",
        |vm, args| this(vm, &args[0])?.extend(vm, &args[1]).map(|()| Value::NONE),
        "Add the items of an iterable, or of an array of the same kind, at the end.",
    ),
    native(
        "frombytes(self, buffer, /)",
        |vm, args| this(vm, &args[0])?.extend_from_bytes(vm, &args[1]).map(|()| Value::NONE),
        "Add the items whose bytes a bytes-like object has.",
    ),
    native(
        "fromfile(self, f, n, /)",
        |vm, args| {
            let array = this(vm, &args[0])?;
            let count = vm.to_ssize(&args[2])?;
            if count < 0 {
                return Err(vm.value_error("negative count"));
            }
            let Some(wanted) =
                (count as usize).checked_mul(array.kind.size).filter(|n| *n <= isize::MAX as usize)
            else {
                return Err(vm.memory_error());
            };
            let read = vm.call_method_str(&args[1], "read", &[vm.int_usize(wanted)])?;
            let Some(bytes) = read.as_bytes() else {
                return Err(vm.type_error("read() didn't return bytes"));
            };
            let is_short = bytes.len() != wanted;
            array.extend_from_bytes(vm, &read)?;
            if is_short {
                return Err(vm.eof_error("read() didn't return enough bytes"));
            }
            Ok(Value::NONE)
        },
        "Read n items from a binary file; EOFError if there are fewer.",
    ),
    native(
        "fromlist(self, list, /)",
        |vm, args| {
            if vm.list_items(&args[1]).is_none() {
                return Err(vm.type_error("arg must be list"));
            }
            this(vm, &args[0])?.extend_from_list(vm, &args[1])?;
            Ok(Value::NONE)
        },
        "Add the items of a list, all or none.",
    ),
    native(
        "fromunicode(self, ustr, /)",
        |vm, args| this(vm, &args[0])?.extend_from_text(vm, &args[1]).map(|()| Value::NONE),
        "Add the characters of a text; ValueError if the items are no characters.",
    ),
    native(
        "index(self, v, start=0, stop=sys.maxsize, /)",
        |vm, args| {
            let array = this(vm, &args[0])?;
            let (start, stop) = vm.index_range(&args[2], &args[3], array.len())?;
            match find(vm, array, &args[1], start, stop)? {
                Some(at) => Ok(vm.int_usize(at)),
                None => Err(vm.value_error("array.index(x): x not in array")),
            }
        },
        "The first position of v; ValueError if there is none.",
    ),
    native(
        "insert(self, i, v, /)",
        |vm, args| {
            let array = this(vm, &args[0])?;
            let at = vm.to_ssize(&args[1])?;
            let item = array.kind.write(vm, &args[2])?;
            let length = array.len() as isize;
            let at = if at < 0 { (at + length).max(0) } else { at.min(length) } as usize;
            array.resizable(vm)?;
            array.splice(vm, at, at, &item[..array.kind.size])?;
            Ok(Value::NONE)
        },
        "Add an item before position i.",
    ),
    native(
        "pop(self, i=-1, /)",
        |vm, args| {
            let array = this(vm, &args[0])?;
            let at = args[1].given().map_or(Ok(-1), |at| vm.to_ssize(at))?;
            if array.len() == 0 {
                return Err(vm.index_error("pop from empty array"));
            }
            let at = if at < 0 { at + array.len() as isize } else { at };
            let item = usize::try_from(at).ok().and_then(|at| array.get(vm, at));
            let Some(item) = item else { return Err(vm.index_error("pop index out of range")) };
            array.remove(vm, at as usize)?;
            Ok(item)
        },
        "Remove and return the item at position i.",
    ),
    native(
        "remove(self, v, /)",
        |vm, args| {
            let array = this(vm, &args[0])?;
            match find(vm, array, &args[1], 0, usize::MAX)? {
                Some(at) if at < array.len() => array.remove(vm, at).map(|()| Value::NONE),
                _ => Err(vm.value_error("array.remove(x): x not in array")),
            }
        },
        "Remove the first item that is equal to v; ValueError if there is none.",
    ),
    native(
        "reverse(self, /)",
        |vm, args| {
            let array = this(vm, &args[0])?;
            let bytes = array.bytes.get_mut();
            bytes.reverse();
            bytes.chunks_exact_mut(array.kind.size).for_each(<[u8]>::reverse);
            Ok(Value::NONE)
        },
        "Reverse the order of the items.",
    ),
    native(
        "tobytes(self, /)",
        |vm, args| Ok(vm.bytes(this(vm, &args[0])?.bytes.get())),
        "The bytes of the items.",
    ),
    native(
        "tofile(self, f, /)",
        |vm, args| {
            const BLOCK: usize = 64 << 10;
            let array = this(vm, &args[0])?;
            let mut at = 0;
            while at < array.bytes.get().len() {
                let end = (at + BLOCK).min(array.bytes.get().len());
                let block = vm.bytes(&array.bytes.get()[at..end]);
                vm.call_method_str(&args[1], "write", &[block])?;
                at = end;
            }
            Ok(Value::NONE)
        },
        "Write the items to a binary file.",
    ),
    native(
        "tolist(self, /)",
        |vm, args| {
            let array = this(vm, &args[0])?;
            Ok(vm.list((0..array.len()).filter_map(|at| array.get(vm, at)).collect()))
        },
        "A list of the items.",
    ),
    native(
        "tounicode(self, /)",
        |vm, args| {
            let array = this(vm, &args[0])?;
            if !array.kind.is_text() {
                return Err(
                    vm.value_error("tounicode() may only be called on unicode type arrays ('u' or 'w')")
                );
            }
            Ok(vm.str_bytes(&text_of(vm, array)?))
        },
        "The characters as text; ValueError if the items are no characters.",
    ),
    native("__copy__(self, /)", |vm, args| copy(vm, &args[0]), "Return a copy of the array."),
    native("__deepcopy__(self, unused, /)", |vm, args| copy(vm, &args[0]), "Return a copy of the array."),
    native("__reduce_ex__(self, value, /)", pickled::reduce, "Return state information for pickling."),
    native(
        "__sizeof__(self, /)",
        |vm, args| Ok(vm.int_usize(size_of::<Obj<Array>>() + this(vm, &args[0])?.bytes.get().capacity())),
        "Size of the array in memory, in bytes.",
    ),
    native(
        "__class_getitem__(cls, object, /)",
        |vm, args| vm.generic_alias(&args[0], &args[1]),
        "Arrays are generic over the type of their elements",
    )
    .class(),
];

/// The characters of the items, or ValueError for what is none.
fn text_of(vm: &Vm, array: &Obj<Array>) -> PyResult<Vec<u8>> {
    let bytes = array.bytes.cloned();
    let points = bytes.chunks_exact(4).map(|item| <[u8; 4]>::try_from(item).map_or(0, u32::from_ne_bytes));
    match points.clone().find(|point| *point > 0x10ffff) {
        Some(point) => {
            Err(vm.value_error(format!("character U+{point:x} is not in range [U+0000; U+10ffff]")))
        }
        None => Ok(wtf8::from_points(points)),
    }
}

fn copy(vm: &Vm, value: &Value) -> PyResult<Value> {
    let array = this(vm, value)?;
    Ok(make(vm, array.kind, array.bytes.cloned()))
}

// ------------------------------------------------------------------------------------------------ iterator

struct ArrayIter {
    array: LockCell<Value>,
    at: Cell<usize>,
}

crate::payload!(ArrayIter, "arrayiterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.array.get());
    }
});

static ITER: TypeSpec = TypeSpec::new("array.arrayiterator", ArrayIter::layout)
    .flags(type_flag::NO_NEW)
    .slots(|s| {
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let iter = vm.cast::<ArrayIter>(iter)?;
            let held = iter.array.cloned();
            let Some(array) = held.downcast::<Array>() else { return Ok(None) };
            let at = iter.at.get();
            let item = array.get(vm, at);
            match &item {
                Some(_) => iter.at.set(at + 1),
                None => iter.array.set(Value::NONE),
            }
            Ok(item)
        });
    })
    .methods(&[
        native(
            "__reduce__(self, /)",
            |vm, args| {
                let iter = vm.cast::<ArrayIter>(&args[0])?;
                let function = vm.builtin("iter")?;
                let array = iter.array.cloned();
                if array.is_none() {
                    let empty = vm.tuple(vec![vm.tuple(vec![])]);
                    return Ok(vm.tuple(vec![function, empty]));
                }
                Ok(vm.tuple(vec![function, vm.tuple(vec![array]), vm.int_usize(iter.at.get())]))
            },
            "Return state information for pickling.",
        ),
        native(
            "__setstate__(self, state, /)",
            |vm, args| {
                let iter = vm.cast::<ArrayIter>(&args[0])?;
                let at = vm.to_ssize(&args[1])?.max(0) as usize;
                let held = iter.array.cloned();
                if let Some(array) = held.downcast::<Array>() {
                    iter.at.set(at.min(array.len()));
                }
                Ok(Value::NONE)
            },
            "Set state information for unpickling.",
        ),
    ]);
