//! Indexing, assignment, comparison and hash of memoryviews, and casts to other formats and shapes.

use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::hash::bytes_hash;
use crate::runtime::object::typedef::{Cmp, Slots, TypeRef, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Ref, Value};

use super::items::{native_letter, pack, size_of, unpack};
use super::{MemoryView, View, WRITABLE, c_strides, item_at, memory_iter};

/// Slots of `memoryview`.
pub fn slots(s: &mut Slots) {
    s.new = Some(view_new);
    s.repr = Some(|vm, value| {
        let this = vm.cast::<MemoryView>(value)?;
        let released = if this.lease.get().is_none() { "released " } else { "" };
        Ok(vm.str(format!("<{released}memory at 0x{:x}>", value.to_bits())))
    });
    s.hash = Some(hash);
    s.compare = Some(compare);
    s.len = Some(|vm, value| {
        let this = vm.cast::<MemoryView>(value)?;
        this.alive(vm)?;
        match this.view.shape.first() {
            Some(&length) => Ok(length),
            None => Err(vm.type_error("0-dim memory has no length")),
        }
    });
    s.getitem = Some(getitem);
    s.setitem = Some(setitem);
    s.iter = Some(memory_iter);
    s.buffer = Some(|vm, value, flags| {
        let this = vm.cast::<MemoryView>(value)?;
        let lease = this.alive(vm)?;
        if flags & WRITABLE != 0 && this.view.readonly {
            return Err(vm.buffer_error("memoryview: underlying buffer is not writable"));
        }
        Ok(vm.view_of(lease, this.view.clone()))
    });
}

fn view_new(vm: &Vm, _: &TypeRef, args: Args) -> PyResult<Value> {
    if args.values.len() > 1 {
        return Err(
            vm.type_error(format!("memoryview() takes at most 1 argument ({} given)", args.values.len()))
        );
    }
    if let Some((key, _)) =
        args.keywords().find(|(key, _)| !key.as_str().is_some_and(|k| k.bytes() == b"object"))
    {
        let name = vm.to_string(key)?;
        return Err(vm.type_error(format!("memoryview() got an unexpected keyword argument '{name}'")));
    }
    let Some(object) = args.values.first() else {
        return Err(vm.type_error("memoryview() missing required argument 'object' (pos 1)"));
    };
    if !vm.has_buffer(object) {
        return Err(vm.type_error(format!(
            "memoryview: a bytes-like object is required, not '{}'",
            object.type_name(vm)
        )));
    }
    vm.buffer_view(object, 0).map(Ref::into_value)
}

// ------------------------------------------------------------------------------------------------ items

/// The letter of the view's format, or NotImplementedError.
fn letter(vm: &Vm, view: &View) -> PyResult<u8> {
    match native_letter(&view.format) {
        Some(letter) => Ok(letter),
        None => Err(vm.not_implemented_error(format!("memoryview: unsupported format {}", view.format))),
    }
}

/// Place of an item by its indices.
fn place(vm: &Vm, view: &View, indices: &[isize]) -> PyResult<usize> {
    let mut at = view.offset as isize;
    for (dimension, &index) in indices.iter().enumerate() {
        let length = view.shape[dimension] as isize;
        let index = if index < 0 { index + length } else { index };
        if index < 0 || index >= length {
            return Err(vm.index_error(format!("index out of bounds on dimension {}", dimension + 1)));
        }
        at += index * view.strides[dimension];
    }
    Ok(at as usize)
}

/// The item of a one-dimensional view.
pub fn item(vm: &Vm, this: &Obj<MemoryView>, index: isize) -> PyResult<Value> {
    let lease = this.alive(vm)?;
    let letter = letter(vm, &this.view)?;
    let at = place(vm, &this.view, &[index])?;
    unpack(vm, letter, item_at(lease.memory(), at, this.view.itemsize))
}

fn is_index(vm: &Vm, value: &Value) -> bool {
    value.ty(vm).slots.get().index.is_some()
}

/// Indices of a tuple of them with as many as there are dimensions.
fn indices(vm: &Vm, view: &View, key: &[Value]) -> PyResult<Vec<isize>> {
    let dimensions = view.shape.len();
    if key.len() < dimensions {
        return Err(vm.not_implemented_error("sub-views are not implemented"));
    }
    if key.len() > dimensions {
        return Err(vm.type_error(format!(
            "cannot index {dimensions}-dimension view with {}-element tuple",
            key.len()
        )));
    }
    key.iter().map(|index| vm.to_index(index)).collect()
}

fn getitem(vm: &Vm, value: &Value, key: &Value) -> PyResult<Value> {
    let this = vm.cast::<MemoryView>(value)?;
    let lease = this.alive(vm)?;
    let view = &this.view;
    let tuple = key.as_tuple().map(|tuple| tuple.items());
    if view.shape.is_empty() {
        if tuple.is_some_and(<[_]>::is_empty) {
            return unpack(vm, letter(vm, view)?, item_at(lease.memory(), view.offset, view.itemsize));
        }
        if key.is(&Value::ELLIPSIS) {
            return Ok(value.clone());
        }
        return Err(vm.type_error("invalid indexing of 0-dim memory"));
    }
    if is_index(vm, key) {
        if view.shape.len() > 1 {
            letter(vm, view)?;
            return Err(vm.not_implemented_error("multi-dimensional sub-views are not implemented"));
        }
        let index = vm.to_index(key)?;
        return item(vm, this, index);
    }
    if key.kind() == kind::SLICE {
        let sliced = slice_view(vm, view, key)?;
        return Ok(vm.view_of(lease, sliced));
    }
    if let Some(key) = tuple {
        if key.iter().all(|part| is_index(vm, part)) {
            let letter = letter(vm, view)?;
            let at = place(vm, view, &indices(vm, view, key)?)?;
            let lease = this.alive(vm)?;
            return unpack(vm, letter, item_at(lease.memory(), at, view.itemsize));
        }
        if key.iter().all(|part| part.kind() == kind::SLICE) {
            return Err(vm.not_implemented_error("multi-dimensional slicing is not implemented"));
        }
    }
    Err(vm.type_error("memoryview: invalid slice key"))
}

/// The view cut in its first dimension.
fn slice_view(vm: &Vm, view: &View, key: &Value) -> PyResult<View> {
    let span = vm.slice_span(key, view.shape[0])?;
    let mut sliced = view.clone();
    if span.count > 0 {
        sliced.offset = (view.offset as isize + span.start * view.strides[0]) as usize;
    }
    sliced.shape[0] = span.count;
    sliced.strides[0] = view.strides[0].wrapping_mul(span.step);
    Ok(sliced)
}

fn setitem(vm: &Vm, object: &Value, key: &Value, value: Option<&Value>) -> PyResult<()> {
    let this = vm.cast::<MemoryView>(object)?;
    this.alive(vm)?;
    let view = &this.view;
    if view.readonly {
        return Err(vm.type_error("cannot modify read-only memory"));
    }
    let Some(value) = value else { return Err(vm.type_error("cannot delete memory")) };
    let tuple = key.as_tuple().map(|tuple| tuple.items());
    if view.shape.is_empty() {
        if key.is(&Value::ELLIPSIS) || tuple.is_some_and(<[_]>::is_empty) {
            return store(vm, this, view.offset, value);
        }
        return Err(vm.type_error("invalid indexing of 0-dim memory"));
    }
    if is_index(vm, key) {
        letter(vm, view)?;
        if view.shape.len() > 1 {
            return Err(vm.not_implemented_error("sub-views are not implemented"));
        }
        let at = place(vm, view, &[vm.to_index(key)?])?;
        return store(vm, this, at, value);
    }
    if key.kind() == kind::SLICE {
        if view.shape.len() > 1 {
            return Err(
                vm.not_implemented_error("memoryview slice assignments are currently restricted to ndim = 1")
            );
        }
        return store_slice(vm, this, key, value);
    }
    if let Some(key) = tuple {
        if key.iter().all(|part| is_index(vm, part)) {
            letter(vm, view)?;
            let at = place(vm, view, &indices(vm, view, key)?)?;
            return store(vm, this, at, value);
        }
        if key.iter().all(|part| part.kind() == kind::SLICE) {
            return Err(
                vm.not_implemented_error("memoryview slice assignments are currently restricted to ndim = 1")
            );
        }
    }
    Err(vm.type_error("memoryview: invalid slice key"))
}

fn store(vm: &Vm, this: &Obj<MemoryView>, at: usize, value: &Value) -> PyResult<()> {
    let letter = letter(vm, &this.view)?;
    let bytes = pack(vm, letter, &this.view.format, value)?;
    // Packing may have run Python code that released the view.
    let lease = this.alive(vm)?;
    if let Some(place) = lease.memory_mut().and_then(|memory| memory.get_mut(at..at + bytes.len())) {
        place.copy_from_slice(&bytes);
    }
    Ok(())
}

fn store_slice(vm: &Vm, this: &Obj<MemoryView>, key: &Value, value: &Value) -> PyResult<()> {
    let source = vm.buffer_view(value, 0)?;
    let target = slice_view(vm, &this.view, key)?;
    let same_format = target.format.trim_start_matches('@') == source.view.format.trim_start_matches('@')
        && target.itemsize == source.view.itemsize;
    if !same_format || target.shape != source.view.shape {
        return Err(vm.value_error("memoryview assignment: lvalue and rvalue have different structures"));
    }
    // Both may be parts of the same memory.
    let bytes = source.view.gather(source.alive(vm)?.memory()).into_owned();
    let lease = this.alive(vm)?;
    let Some(memory) = lease.memory_mut() else { return Ok(()) };
    let size = target.itemsize;
    let mut pieces = bytes.chunks_exact(size.max(1));
    target.for_each_item(&mut |at| {
        if let (Some(piece), Some(place)) = (pieces.next(), memory.get_mut(at..at + size)) {
            place.copy_from_slice(piece);
        }
    });
    Ok(())
}

// ------------------------------------------------------------------------------------------------ comparison

/// Items of a format without a native letter, by the module `struct`.
fn unpack_foreign(vm: &Vm, format: &str, bytes: &[u8]) -> PyResult<Value> {
    let module = vm.import("struct")?;
    let unpack = vm.getattr_str(&module, "unpack")?;
    vm.call_args(&unpack, &[vm.str(format), vm.bytes(bytes)])
}

/// All items of a view, in order.
fn items(vm: &Vm, view: &View, memory: &[u8]) -> PyResult<Vec<Value>> {
    let bytes = view.gather(memory).into_owned();
    let letter = native_letter(&view.format);
    bytes
        .chunks_exact(view.itemsize.max(1))
        .map(|piece| match letter {
            Some(letter) => unpack(vm, letter, piece),
            None => unpack_foreign(vm, &view.format, piece),
        })
        .collect()
}

fn compare(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    if !matches!(op, Cmp::Eq | Cmp::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let x = vm.cast::<MemoryView>(a)?;
    let answer = |equal: bool| Ok(Value::bool(equal == (op == Cmp::Eq)));
    let Some(lease) = x.lease.get().clone() else { return answer(a.is(b)) };
    if let Some(y) = b.downcast::<MemoryView>() {
        if y.lease.get().is_none() {
            return answer(a.is(b));
        }
    } else if !vm.has_buffer(b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let Some(y) = vm.catch(vm.buffer_view(b, 0), &crate::runtime::builtins::exceptions::EXCEPTION)? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (v, w) = (&x.view, &y.view);
    if v.shape != w.shape {
        return answer(false);
    }
    let other = y.alive(vm)?;
    let exact = |view: &View| native_letter(&view.format).filter(|l| !matches!(l, b'e' | b'f' | b'd' | b'?'));
    if let (Some(p), Some(q)) = (exact(v), exact(w))
        && p == q
    {
        return answer(v.gather(lease.memory()) == w.gather(other.memory()));
    }
    let known = |view: &View| native_letter(&view.format).is_some() || !view.format.is_empty();
    if !known(v) || !known(w) {
        return answer(false);
    }
    let (Ok(p), Ok(q)) = (items(vm, v, lease.memory()), items(vm, w, other.memory())) else {
        if let Some(exception) = vm.raised().cloned() {
            drop(vm.take_raised(vm.set_raised(exception)));
        }
        return answer(false);
    };
    for (p, q) in p.iter().zip(&q) {
        // Unlike containers: a NaN is not equal to itself.
        if !vm.compare_bool(p, q, Cmp::Eq)? {
            return answer(false);
        }
    }
    answer(true)
}

fn hash(vm: &Vm, value: &Value) -> PyResult<i64> {
    let this = vm.cast::<MemoryView>(value)?;
    if let Some(hash) = this.hash.get() {
        return Ok(hash);
    }
    let lease = this.alive(vm)?;
    if !this.view.readonly {
        return Err(vm.value_error("cannot hash writable memoryview object"));
    }
    if !native_letter(&this.view.format).is_some_and(|letter| matches!(letter, b'B' | b'b' | b'c')) {
        return Err(vm.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
    }
    // An exporter that cannot be hashed may change.
    let _held = this.hold();
    vm.hash(&lease.shown)?;
    let hash = bytes_hash(&this.view.gather(lease.memory())) as i64;
    this.hash.set(Some(hash));
    Ok(hash)
}

// ------------------------------------------------------------------------------------------------ cast

const MAX_DIMENSIONS: usize = 64;

/// `view.cast(format, shape)`
pub fn cast(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = vm.cast::<MemoryView>(&args[0])?;
    let lease = this.alive(vm)?;
    let format = vm.text(&args[1], "cast() argument 'format'")?;
    let view = &this.view;
    if !view.is_c_contiguous() {
        return Err(vm.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    let shape = args[2].given();
    if (shape.is_some() || view.shape.len() != 1) && view.shape.contains(&0) {
        return Err(vm.type_error("memoryview: cannot cast view with zeros in shape or strides"));
    }
    let shape = match shape {
        None => None,
        Some(given) => {
            if given.as_tuple().is_none() && vm.list_items(given).is_none() {
                return Err(vm.type_error("shape must be a list or a tuple"));
            }
            let given = vm.collect(given)?;
            if given.len() > MAX_DIMENSIONS {
                return Err(vm.value_error(format!(
                    "memoryview: number of dimensions must not exceed {MAX_DIMENSIONS}"
                )));
            }
            if view.shape.len() != 1 && given.len() != 1 {
                return Err(vm.type_error("memoryview: cast must be 1D -> ND or ND -> 1D"));
            }
            Some(given)
        }
    };
    let letters = "must be a native single character format prefixed with an optional '@'";
    let Some(from) = native_letter(&view.format) else {
        return Err(vm.value_error(format!("memoryview: source format {letters}")));
    };
    let format = format.to_string_lossy().into_owned();
    let Some(to) = native_letter(&format) else {
        return Err(vm.value_error(format!("memoryview: destination format {letters}")));
    };
    let is_byte = |letter| matches!(letter, b'B' | b'b' | b'c');
    if !is_byte(from) && !is_byte(to) {
        return Err(vm.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    let itemsize = size_of(to).unwrap_or(1);
    let size = view.size();
    if size % itemsize != 0 {
        return Err(vm.type_error("memoryview: length is not a multiple of itemsize"));
    }
    let shape = match shape {
        None => vec![size / itemsize],
        Some(given) => cast_shape(vm, &given, size, itemsize)?,
    };
    let strides = c_strides(&shape, itemsize);
    let cast = View { format: format.into(), itemsize, shape, strides, ..view.clone() };
    Ok(vm.view_of(lease, cast))
}

fn cast_shape(vm: &Vm, given: &[Value], size: usize, itemsize: usize) -> PyResult<Vec<usize>> {
    let mut shape = Vec::with_capacity(given.len());
    let mut product = 1usize;
    for length in given {
        if !vm.is_int(length) {
            return Err(vm.type_error("memoryview.cast(): elements of shape must be integers"));
        }
        let length = vm.to_ssize(length)?;
        if length <= 0 {
            return Err(vm.value_error("memoryview.cast(): elements of shape must be integers > 0"));
        }
        product = match product.checked_mul(length as usize).filter(|&n| n <= isize::MAX as usize) {
            Some(product) => product,
            None => return Err(vm.value_error("memoryview.cast(): product(shape) > SSIZE_MAX")),
        };
        shape.push(length as usize);
    }
    if product.checked_mul(itemsize) != Some(size) {
        return Err(vm.type_error("memoryview: product(shape) * itemsize != buffer size"));
    }
    Ok(shape)
}
