//! Methods and attributes of `memoryview`.

use crate::runtime::builtins::bytes::shared::{hex_layout, hex_text};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::{Cmp, GetSet, Native, getter, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Ref, Value};

use super::items::{native_letter, unpack};
use super::{MemoryView, View, item_at, ops};

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<MemoryView>> {
    let this = vm.cast::<MemoryView>(value)?;
    this.alive(vm)?;
    Ok(this)
}

/// Methods.
pub static METHODS: &[Native] = &[
    native(
        "release(self, /)",
        |vm, args| {
            vm.cast::<MemoryView>(&args[0])?.release(vm)?;
            Ok(Value::NONE)
        },
        "Release the underlying buffer exposed by the memoryview object.",
    ),
    native(
        "tobytes(self, /, order='C')",
        to_bytes,
        "The data as bytes: in the order of C ('C', also None), of Fortran ('F'), or in Fortran's\nif the view has that and in C's otherwise ('A').",
    ),
    native(
        "hex(self, /, sep=<unrepresentable>, bytes_per_sep=1)",
        |vm, args| {
            let this = this(vm, &args[0])?;
            let lease = this.alive(vm)?;
            let _held = this.hold();
            let (sep, group) = hex_layout(vm, &args[1], &args[2], true)?;
            Ok(vm.str_ascii(&hex_text(&this.view.gather(lease.memory()), sep, group)))
        },
        "The bytes in hexadecimal digits, with sep between groups of bytes_per_sep bytes.",
    ),
    native(
        "tolist(self, /)",
        |vm, args| {
            let this = this(vm, &args[0])?;
            let lease = this.alive(vm)?;
            let Some(letter) = native_letter(&this.view.format) else {
                return Err(
                    vm.not_implemented_error(format!("memoryview: unsupported format {}", this.view.format))
                );
            };
            nested(vm, &this.view, letter, lease.memory(), 0, this.view.offset as isize)
        },
        "Return the data in the buffer as a list of elements.",
    ),
    native(
        "cast(self, /, format, shape=<unrepresentable>)",
        ops::cast,
        "Cast a memoryview to a new format or shape.",
    ),
    native(
        "toreadonly(self, /)",
        |vm, args| {
            let this = this(vm, &args[0])?;
            Ok(vm.view_of(this.alive(vm)?, View { readonly: true, ..this.view.clone() }))
        },
        "Return a readonly version of the memoryview.",
    ),
    native(
        "_from_flags(cls, /, object, flags)",
        |vm, args| {
            let flags = vm.to_i32(&args[2])? as u32;
            vm.buffer_view(&args[1], flags).map(Ref::into_value)
        },
        "Create a new memoryview object which references the given object, for the flags.",
    )
    .class(),
    native(
        "count(self, value, /)",
        |vm, args| {
            let view = &args[0];
            let mut count = 0;
            vm.for_each(view, |item| {
                count += usize::from(vm.equal(&item, &args[1])?);
                Ok(())
            })?;
            Ok(vm.int_usize(count))
        },
        "Count the number of occurrences of a value.",
    ),
    native(
        "index(self, value, start=0, stop=sys.maxsize, /)",
        index,
        "The index of the first occurrence of a value, or ValueError.",
    ),
    native(
        "__enter__(self, /)",
        |vm, args| {
            this(vm, &args[0])?;
            Ok(args[0].clone())
        },
        "",
    ),
    native_raw(
        "__exit__(self, /, *exc_info)",
        |vm, args| {
            let this = vm.cast::<MemoryView>(&args.values[0])?;
            this.lease.set(None);
            Ok(Value::NONE)
        },
        "Release the underlying buffer exposed by the memoryview object.",
    ),
    native(
        "__class_getitem__(cls, object, /)",
        |vm, args| vm.generic_alias(&args[0], &args[1]),
        "See PEP 585",
    )
    .class(),
    native(
        "__release_buffer__(self, buffer, /)",
        |vm, args| {
            if let Some(view) = args[1].downcast::<MemoryView>() {
                view.lease.set(None);
                return Ok(Value::NONE);
            }
            Err(vm.type_error("expected a memoryview object"))
        },
        "Release the buffer object that exposes the underlying memory of the object.",
    ),
];

fn nested(vm: &Vm, view: &View, letter: u8, memory: &[u8], dimension: usize, at: isize) -> PyResult<Value> {
    if dimension == view.shape.len() {
        return unpack(vm, letter, item_at(memory, at as usize, view.itemsize));
    }
    let mut items = Vec::with_capacity(view.shape[dimension]);
    for nth in 0..view.shape[dimension] {
        let at = at + nth as isize * view.strides[dimension];
        items.push(nested(vm, view, letter, memory, dimension + 1, at)?);
    }
    Ok(vm.list(items))
}

fn to_bytes(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let mut order = b'C';
    if let Some(given) = args[1].some() {
        let Some(text) = given.as_str() else {
            return Err(vm.type_error(format!(
                "tobytes() argument 'order' must be str or None, not {}",
                given.type_name(vm)
            )));
        };
        order = match text.bytes() {
            b"C" => b'C',
            b"F" => b'F',
            b"A" if this.view.is_f_contiguous() && !this.view.is_c_contiguous() => b'F',
            b"A" => b'C',
            _ => return Err(vm.value_error("order must be 'C', 'F' or 'A'")),
        };
    }
    let lease = this.alive(vm)?;
    if order == b'C' {
        return Ok(vm.bytes(&this.view.gather(lease.memory())));
    }
    // The other order is C's with the dimensions turned round.
    let mut turned = this.view.clone();
    turned.shape.reverse();
    turned.strides.reverse();
    Ok(vm.bytes(&turned.gather(lease.memory())))
}

fn index(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    match this.view.shape.len() {
        0 => return Err(vm.type_error("invalid lookup on 0-dim memory")),
        1 => {}
        _ => return Err(vm.not_implemented_error("multi-dimensional lookup is not implemented")),
    }
    let length = this.view.shape[0] as isize;
    let bound = |value: &Value, default: isize| -> PyResult<isize> {
        let at = match value.given() {
            Some(value) => vm.slice_bound(value)?.unwrap_or(default),
            None => default,
        };
        Ok(if at < 0 { (at + length).max(0) } else { at.min(length) })
    };
    let (start, stop) = (bound(&args[2], 0)?, bound(&args[3], isize::MAX)?);
    for at in start..stop {
        let item = ops::item(vm, this, at)?;
        if item.is(&args[1]) || vm.compare_bool(&item, &args[1], Cmp::Eq)? {
            return Ok(vm.int(at as i64));
        }
    }
    Err(vm.raise(&exc::VALUE_ERROR, "memoryview.index(x): x not found"))
}

fn int_tuple(vm: &Vm, values: impl Iterator<Item = i64>) -> Value {
    vm.tuple(values.map(|value| vm.int(value)).collect())
}

/// Attributes.
pub static GETSET: &[GetSet] = &[
    getter(
        "obj",
        |vm, v| Ok(this(vm, v)?.alive(vm)?.shown.clone()),
        "The underlying object of the memoryview.",
    ),
    getter(
        "nbytes",
        |vm, v| Ok(vm.int_usize(this(vm, v)?.view.size())),
        "The size in bytes that the items would take side by side.",
    ),
    getter(
        "readonly",
        |vm, v| Ok(Value::bool(this(vm, v)?.view.readonly)),
        "A bool indicating whether the memory is read only.",
    ),
    getter(
        "itemsize",
        |vm, v| Ok(vm.int_usize(this(vm, v)?.view.itemsize)),
        "The size in bytes of each element of the memoryview.",
    ),
    getter(
        "format",
        |vm, v| Ok(vm.str(&*this(vm, v)?.view.format)),
        "The format of an element, in the style of the module struct.",
    ),
    getter(
        "ndim",
        |vm, v| Ok(vm.int_usize(this(vm, v)?.view.shape.len())),
        "How many dimensions the memory has.",
    ),
    getter(
        "shape",
        |vm, v| Ok(int_tuple(vm, this(vm, v)?.view.shape.iter().map(|&n| n as i64))),
        "How many elements each dimension has.",
    ),
    getter(
        "strides",
        |vm, v| Ok(int_tuple(vm, this(vm, v)?.view.strides.iter().map(|&n| n as i64))),
        "How many bytes lie between neighbours in each dimension.",
    ),
    getter(
        "suboffsets",
        |vm, v| {
            this(vm, v)?;
            Ok(vm.tuple(vec![]))
        },
        "Used internally for PIL-style arrays.",
    ),
    getter(
        "c_contiguous",
        |vm, v| Ok(Value::bool(this(vm, v)?.view.is_c_contiguous())),
        "A bool indicating whether the memory is C contiguous.",
    ),
    getter(
        "f_contiguous",
        |vm, v| Ok(Value::bool(this(vm, v)?.view.is_f_contiguous())),
        "A bool indicating whether the memory is Fortran contiguous.",
    ),
    getter(
        "contiguous",
        |vm, v| {
            let this = this(vm, v)?;
            Ok(Value::bool(this.view.is_c_contiguous() || this.view.is_f_contiguous()))
        },
        "A bool indicating whether the memory is contiguous.",
    ),
];
