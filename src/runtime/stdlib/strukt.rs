//! `_struct`: packing and unpacking of C structures.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::memoryviews::items::{half_from_float, half_to_float};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::number::int_bytes::{self, ByteOrder};
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Native, TypeSpec, getter, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Payload, Value};

/// `_struct`
pub static MODULE: NativeModule = NativeModule {
    name: "_struct",
    doc: "Functions to convert between Python values and C structs.\nPython bytes objects are used to hold the data representing the C struct\nand also as format strings (explained below) to describe the layout of data\nin the C struct.",
    functions: &[
        native("_clearcache()", |_, _| Ok(Value::NONE), "Clear the internal cache."),
        native(
            "calcsize(format, /)",
            |vm, args| Ok(vm.int_usize(Layout::parse(vm, &args[0])?.size)),
            "Return size in bytes of the struct described by the format string.",
        ),
        native_raw(
            "pack(format, /, *values)",
            |vm, args| {
                args.no_keywords(vm, "pack")?;
                let Some((format, values)) = args.values.split_first() else {
                    return Err(vm.type_error("missing format argument"));
                };
                let bytes = Layout::parse(vm, format)?.pack(vm, values, "pack")?;
                Ok(vm.bytes(&bytes))
            },
            "pack(format, v1, v2, ...) -> bytes\n\nReturn a bytes object containing the values v1, v2, ... packed according\nto the format string.",
        ),
        native_raw(
            "pack_into(format, buffer, offset, /, *values)",
            |vm, args| {
                args.no_keywords(vm, "pack_into")?;
                let Some((format, rest)) = args.values.split_first() else {
                    return Err(vm.type_error("missing format argument"));
                };
                Layout::parse(vm, format)?.pack_into(vm, rest)
            },
            "",
        ),
        native(
            "unpack(format, buffer, /)",
            |vm, args| {
                let layout = Layout::parse(vm, &args[0])?;
                layout.unpack_whole(vm, &args[1])
            },
            "Return a tuple containing values unpacked according to the format string.",
        ),
        native(
            "unpack_from(format, /, buffer, offset=0)",
            |vm, args| {
                let layout = Layout::parse(vm, &args[0])?;
                layout.unpack_from(vm, &args[1], &args[2])
            },
            "Return a tuple containing values unpacked according to the format string.",
        ),
        native(
            "iter_unpack(format, buffer, /)",
            |vm, args| {
                let layout = Layout::parse(vm, &args[0])?;
                iter_unpack(vm, Rc::new(layout), &args[1])
            },
            "Return an iterator yielding tuples unpacked from the given bytes.",
        ),
    ],
    init: |vm, dict| {
        vm.set_type_in(dict, &STRUCT);
        let error = error_type(vm)?;
        vm.set_in(dict, "error", error);
        Ok(())
    },
};

/// `struct.error`
fn error_type(vm: &Vm) -> PyResult<Value> {
    vm.exception_class("struct.error", &exc::EXCEPTION)
}

fn error(vm: &Vm, message: impl AsRef<str>) -> Raised {
    let made = error_type(vm).and_then(|ty| vm.call1(&ty, &vm.str(message)));
    match made {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Equal items of a format, side by side: their letter, where the first is, the size of one (for `s` and `p` of the
/// whole text) and how many there are.
#[derive(Clone, Copy)]
struct Item {
    letter: u8,
    offset: usize,
    size: usize,
    count: usize,
}

struct Layout {
    items: Vec<Item>,
    /// Number of values.
    values: usize,
    size: usize,
    order: ByteOrder,
}

/// Size in standard and in native mode.
fn sizes(letter: u8) -> Option<(Option<usize>, usize)> {
    Some(match letter {
        b'x' | b'c' | b'b' | b'B' | b'?' | b's' | b'p' => (Some(1), 1),
        b'h' | b'H' | b'e' => (Some(2), 2),
        b'i' | b'I' | b'f' => (Some(4), 4),
        b'l' | b'L' => (Some(4), 8),
        b'q' | b'Q' | b'd' => (Some(8), 8),
        b'n' | b'N' | b'P' => (None, 8),
        b'F' => (Some(8), 8),
        b'D' => (Some(16), 16),
        _ => return None,
    })
}

impl Layout {
    fn parse(vm: &Vm, format: &Value) -> PyResult<Layout> {
        let text = match (format.as_str(), vm.bytes_of(format)) {
            (Some(text), _) if text.is_ascii() => Cow::Borrowed(text.bytes()),
            (Some(_), _) => {
                let bytes = vm.encode(format, "ascii", "strict")?;
                Cow::Owned(vm.bytes_of(&bytes).unwrap_or_default().to_vec())
            }
            (_, Some(bytes)) => Cow::Borrowed(bytes),
            _ => {
                return Err(vm.type_error(format!(
                    "Struct() argument 1 must be a str or bytes object, not {}",
                    format.type_name(vm)
                )));
            }
        };
        if text.contains(&0) {
            return Err(error(vm, "embedded null character"));
        }
        let host = if cfg!(target_endian = "big") { ByteOrder::Big } else { ByteOrder::Little };
        let (mut order, mut native, mut at) = (host, true, 0);
        if let Some(first) = text.first() {
            at = 1;
            match first {
                b'<' => (order, native) = (ByteOrder::Little, false),
                b'>' | b'!' => (order, native) = (ByteOrder::Big, false),
                b'=' => native = false,
                b'@' => {}
                _ => at = 0,
            }
        }
        let mut layout = Layout { items: Vec::new(), values: 0, size: 0, order };
        let too_long = || error(vm, "total struct size too long");
        while at < text.len() {
            if text[at].is_ascii_whitespace() {
                at += 1;
                continue;
            }
            let mut count: Option<usize> = None;
            while at < text.len() && text[at].is_ascii_digit() {
                let digit = usize::from(text[at] - b'0');
                let Some(new) = count.unwrap_or(0).checked_mul(10).and_then(|n| n.checked_add(digit)) else {
                    return Err(too_long());
                };
                count = Some(new);
                at += 1;
            }
            let Some(&letter) = text.get(at) else {
                return Err(error(vm, "repeat count given without format specifier"));
            };
            at += 1;
            let size = match sizes(letter) {
                Some((standard, real)) => {
                    if native {
                        Some(real)
                    } else {
                        standard
                    }
                }
                None => None,
            };
            let Some(size) = size else { return Err(error(vm, "bad char in struct format")) };
            let count = count.unwrap_or(1);
            if native && size > 1 {
                let align = if letter == b'D' { 8 } else { size };
                layout.size = layout.size.next_multiple_of(align);
            }
            let total = count
                .checked_mul(size)
                .filter(|n| n.checked_add(layout.size).is_some_and(|end| end <= isize::MAX as usize))
                .ok_or_else(too_long)?;
            match letter {
                b'x' => {}
                b's' | b'p' => {
                    layout.items.push(Item { letter, offset: layout.size, size: count, count: 1 });
                    layout.values += 1;
                }
                _ => {
                    layout.items.push(Item { letter, offset: layout.size, size, count });
                    layout.values += count;
                }
            }
            layout.size += total;
        }
        Ok(layout)
    }

    fn pack(&self, vm: &Vm, values: &[Value], name: &str) -> PyResult<Vec<u8>> {
        if values.len() != self.values {
            return Err(error(
                vm,
                format!("{name} expected {} items for packing (got {})", self.values, values.len()),
            ));
        }
        let mut out = vm.zeros(self.size)?;
        let mut rest = values;
        for item in &self.items {
            let (own, others) = rest.split_at(item.count);
            rest = others;
            for (nth, value) in own.iter().enumerate() {
                if let (b'b'..=b'q' | b'B'..=b'Q', Some(small)) = (item.letter, value.as_small())
                    && !matches!(item.letter, b'c' | b'd' | b'e' | b'f' | b'p' | b'D' | b'F' | b'P')
                {
                    let at = item.offset + nth * item.size;
                    let place = &mut out[at..at + item.size];
                    if int_bytes::write_small(small, place, self.order, item.letter.is_ascii_lowercase()) {
                        continue;
                    }
                }
                let bytes = self.item_bytes(vm, item, value)?;
                let at = item.offset + nth * item.size;
                out[at..at + bytes.len()].copy_from_slice(&bytes);
            }
        }
        Ok(out)
    }

    fn ordered(&self, mut little: Vec<u8>) -> Vec<u8> {
        if self.order == ByteOrder::Big {
            little.reverse();
        }
        little
    }

    fn item_bytes(&self, vm: &Vm, item: &Item, value: &Value) -> PyResult<Vec<u8>> {
        let float = |vm: &Vm| match vm.to_f64(value) {
            Ok(x) => Ok(x),
            Err(raised) => {
                drop(vm.take_raised(raised));
                Err(error(vm, "required argument is not a float"))
            }
        };
        let too_large = |letter: char| match vm.is_int(value) {
            true => error(vm, "int too large to convert"),
            false => vm.overflow_error(format!("float too large to pack with {letter} format")),
        };
        let text = |vm: &Vm| -> PyResult<Vec<u8>> {
            match (vm.bytes_of(value), value.as_bytearray().is_some()) {
                (Some(bytes), _) => Ok(bytes.to_vec()),
                (_, true) => vm.buffer_bytes(value),
                _ => Err(error(
                    vm,
                    format!("argument for '{}' must be a bytes object", char::from(item.letter)),
                )),
            }
        };
        Ok(match item.letter {
            b'c' => match vm.bytes_of(value) {
                Some(bytes) if bytes.len() == 1 => bytes.to_vec(),
                _ => return Err(error(vm, "char format requires a bytes object of length 1")),
            },
            b's' => {
                let mut bytes = text(vm)?;
                bytes.truncate(item.size);
                bytes
            }
            b'p' => {
                let mut bytes = text(vm)?;
                if item.size == 0 {
                    return Ok(vec![]);
                }
                bytes.truncate(item.size - 1);
                let mut all = vec![bytes.len().min(255) as u8];
                all.extend(bytes);
                all
            }
            b'?' => vec![u8::from(vm.truth(value)?)],
            b'e' => {
                let x = float(vm)?;
                let half = half_from_float(x).ok_or_else(|| too_large('e'))?;
                self.ordered(half.to_le_bytes().to_vec())
            }
            b'f' => {
                let x = float(vm)?;
                let narrow = x as f32;
                if narrow.is_infinite() && x.is_finite() {
                    return Err(too_large('f'));
                }
                self.ordered(narrow.to_le_bytes().to_vec())
            }
            b'd' => self.ordered(float(vm)?.to_le_bytes().to_vec()),
            b'F' | b'D' => {
                let z = vm.to_complex(value)?;
                let mut all = Vec::new();
                for part in [z.re, z.im] {
                    all.extend(self.ordered(if item.letter == b'F' {
                        (part as f32).to_le_bytes().to_vec()
                    } else {
                        part.to_le_bytes().to_vec()
                    }));
                }
                all
            }
            letter => {
                let index = match vm.index(value) {
                    Ok(index) => index,
                    Err(raised)
                        if vm.raised_is(&exc::TYPE_ERROR) && value.ty(vm).slots.get().index.is_none() =>
                    {
                        drop(vm.take_raised(raised));
                        return Err(error(vm, "required argument is not an integer"));
                    }
                    Err(raised) => return Err(raised),
                };
                let signed = letter.is_ascii_lowercase() || letter == b'P' && vm.is_negative(&index);
                let big = index.as_int().map(|view| view.big().into_owned()).unwrap_or_default();
                int_bytes::to_bytes(&big, item.size as i64, self.order, signed)
                    .map_err(|_| self.out_of_range(vm, letter, item.size, signed))?
            }
        })
    }

    fn out_of_range(&self, vm: &Vm, letter: u8, size: usize, signed: bool) -> Raised {
        // Pointers may be given with either sign.
        if letter == b'P' {
            return error(vm, "int too large to convert");
        }
        let letter = char::from(letter);
        let bits = 8 * size as u32;
        let (low, high) = if signed {
            (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
        } else {
            (0, (1i128 << bits) - 1)
        };
        error(vm, format!("'{letter}' format requires {low} <= number <= {high}"))
    }

    fn unpack(&self, vm: &Vm, bytes: &[u8]) -> PyResult<Value> {
        // The buffer has room for all values: their number is no larger than it.
        let mut values = Vec::with_capacity(self.values);
        for item in &self.items {
            for nth in 0..item.count {
                let at = item.offset + nth * item.size;
                values.push(self.unpack_item(vm, item.letter, &bytes[at..at + item.size]));
            }
        }
        Ok(vm.tuple(values))
    }

    fn unpack_item(&self, vm: &Vm, letter: u8, raw: &[u8]) -> Value {
        let little = |raw: &[u8]| self.ordered(raw.to_vec());
        match letter {
            b'c' | b's' => vm.bytes(raw),
            b'p' => match raw.split_first() {
                Some((count, rest)) => vm.bytes(&rest[..usize::from(*count).min(rest.len())]),
                None => vm.bytes(b""),
            },
            b'?' => Value::bool(raw[0] != 0),
            b'e' | b'f' | b'd' => vm.float(float_of(&little(raw))),
            b'F' | b'D' => {
                let (re, im) = raw.split_at(raw.len() / 2);
                vm.complex(float_of(&little(re)), float_of(&little(im)))
            }
            letter if raw.len() <= 8 => {
                let signed = letter.is_ascii_lowercase();
                let join = |word: u64, byte: &u8| word << 8 | u64::from(*byte);
                let word = match self.order {
                    ByteOrder::Big => raw.iter().fold(0, join),
                    ByteOrder::Little => raw.iter().rev().fold(0, join),
                };
                let unused = 64 - 8 * raw.len() as u32;
                if signed { vm.int((word << unused) as i64 >> unused) } else { vm.int_u64(word) }
            }
            letter => vm.int_parsed(int_bytes::from_bytes(raw, self.order, letter.is_ascii_lowercase())),
        }
    }

    fn unpack_whole(&self, vm: &Vm, buffer: &Value) -> PyResult<Value> {
        let bytes = crate::runtime::builtins::bytes::shared::buffer(vm, buffer)?;
        if bytes.len() != self.size {
            return Err(error(vm, format!("unpack requires a buffer of {} bytes", self.size)));
        }
        self.unpack(vm, &bytes)
    }

    fn unpack_from(&self, vm: &Vm, buffer: &Value, offset: &Value) -> PyResult<Value> {
        let given = match offset.given() {
            Some(offset) => vm.to_index(offset)?,
            None => 0,
        };
        let bytes = crate::runtime::builtins::bytes::shared::buffer(vm, buffer)?;
        let at = self.place(vm, given, bytes.len(), "unpack_from", "unpacking")?;
        self.unpack(vm, &bytes[at..at + self.size])
    }

    fn place(&self, vm: &Vm, given: isize, length: usize, name: &str, doing: &str) -> PyResult<usize> {
        let size = self.size;
        let mut at = given;
        if at < 0 {
            if at.saturating_add(size as isize) > 0 {
                let what = if name == "pack_into" { "no space to pack" } else { "not enough data to unpack" };
                return Err(error(vm, format!("{what} {size} bytes at offset {given}")));
            }
            if at + (length as isize) < 0 {
                return Err(error(vm, format!("offset {given} out of range for {length}-byte buffer")));
            }
            at += length as isize;
        }
        let at = at as usize;
        if length < at || length - at < size {
            return Err(error(
                vm,
                format!(
                    "{name} requires a buffer of at least {} bytes for {doing} {size} bytes at offset {at} (actual buffer size is {length})",
                    size + at
                ),
            ));
        }
        Ok(at)
    }

    fn pack_into(&self, vm: &Vm, args: &[Value]) -> PyResult<Value> {
        let [buffer, offset, values @ ..] = args else {
            return Err(error(
                vm,
                match args.len() {
                    0 => "pack_into expected buffer argument",
                    _ => "pack_into expected offset argument",
                },
            ));
        };
        if values.len() != self.values {
            return Err(error(
                vm,
                format!("pack_into expected {} items for packing (got {})", self.values, values.len()),
            ));
        }
        let given = vm.to_index(offset)?;
        // The buffer keeps its size while conversions of values run.
        let buffer = vm.lend_mut(buffer, "pack_into() argument 1")?;
        let at = self.place(vm, given, buffer.len(), "pack_into", "packing")?;
        let bytes = self.pack(vm, values, "pack_into")?;
        buffer.write(at, &bytes);
        Ok(Value::NONE)
    }
}

fn iter_unpack(vm: &Vm, layout: Rc<Layout>, buffer: &Value) -> PyResult<Value> {
    if layout.size == 0 {
        return Err(error(vm, "cannot iteratively unpack with a struct of length 0"));
    }
    let length = vm.buffer_len(buffer)?;
    if length % layout.size != 0 {
        return Err(error(
            vm,
            format!("iterative unpacking requires a buffer of a multiple of {} bytes", layout.size),
        ));
    }
    let buffer = match vm.bytes_of(buffer) {
        Some(_) => buffer.clone(),
        None => vm.buffer_view(buffer, 0)?.into_value(),
    };
    let iter = UnpackIter { layout, buffer: LockCell::new(Some(buffer)), length, at: Cell::new(0) };
    Ok(vm.alloc_spec(&UNPACK_ITER, iter))
}

/// The payload of `unpack_iterator`.
pub struct UnpackIter {
    layout: Rc<Layout>,
    /// What is unpacked; nothing at the end.
    buffer: LockCell<Option<Value>>,
    length: usize,
    at: Cell<usize>,
}

crate::payload!(UnpackIter, "_struct.unpack_iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(buffer) = self.buffer.get() {
            visit(buffer);
        }
    }
    fn clear(&self) {
        drop(self.buffer.take());
    }
});

static UNPACK_ITER: TypeSpec = TypeSpec::new("_struct.unpack_iterator", UnpackIter::layout)
    .flags(type_flag::NO_NEW)
    .slots(|s| {
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<UnpackIter>(iter)?;
            let Some(buffer) = this.buffer.cloned() else { return Ok(None) };
            let at = this.at.get();
            if at >= this.length {
                drop(this.buffer.take());
                return Ok(None);
            }
            this.at.set(at + this.layout.size);
            let part =
                vm.with_buffer(&buffer, |bytes| bytes.get(at..at + this.layout.size).map(<[u8]>::to_vec))?;
            match part {
                Some(part) => this.layout.unpack(vm, &part).map(Some),
                None => Ok(None),
            }
        });
    })
    .methods(&[native(
        "__length_hint__(self, /)",
        |vm, args| {
            let this = vm.cast::<UnpackIter>(&args[0])?;
            let left = if this.buffer.get().is_some() { this.length - this.at.get() } else { 0 };
            Ok(vm.int_usize(left / this.layout.size))
        },
        "",
    )]);

fn float_of(little: &[u8]) -> f64 {
    let word = little.iter().rev().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
    match little.len() {
        2 => half_to_float(word as u16),
        4 => f64::from(f32::from_bits(word as u32)),
        _ => f64::from_bits(word),
    }
}

// ------------------------------------------------------------------------------------------------ Struct

/// The payload of `Struct`.
pub struct Struct {
    format: LockCell<Value>,
    layout: LockCell<Option<Rc<Layout>>>,
}

crate::payload!(Struct, "_struct.Struct");

/// The layout, held: a conversion of a value may initialise the object anew.
fn layout_of(vm: &Vm, value: &Value) -> PyResult<Rc<Layout>> {
    match vm.cast::<Struct>(value)?.layout.cloned() {
        Some(layout) => Ok(layout),
        None => Err(vm.runtime_error("Struct object is not initialized")),
    }
}

const METHODS: &[Native] = &[
    native_raw(
        "pack(self, /, *values)",
        |vm, args: Args| {
            args.no_keywords(vm, "pack")?;
            let bytes = layout_of(vm, &args.values[0])?.pack(vm, &args.values[1..], "pack")?;
            Ok(vm.bytes(&bytes))
        },
        "S.pack(v1, v2, ...) -> bytes",
    ),
    native_raw(
        "pack_into(self, buffer, offset, /, *values)",
        |vm, args: Args| {
            args.no_keywords(vm, "pack_into")?;
            layout_of(vm, &args.values[0])?.pack_into(vm, &args.values[1..])
        },
        "S.pack_into(buffer, offset, v1, v2, ...)",
    ),
    native(
        "unpack(self, buffer, /)",
        |vm, args| layout_of(vm, &args[0])?.unpack_whole(vm, &args[1]),
        "Return a tuple containing unpacked values.",
    ),
    native(
        "unpack_from(self, /, buffer, offset=0)",
        |vm, args| layout_of(vm, &args[0])?.unpack_from(vm, &args[1], &args[2]),
        "Return a tuple containing unpacked values.",
    ),
    native(
        "iter_unpack(self, buffer, /)",
        |vm, args| iter_unpack(vm, layout_of(vm, &args[0])?, &args[1]),
        "Return an iterator yielding tuples.",
    ),
    native(
        "__sizeof__(self, /)",
        |vm, args| {
            let layout = layout_of(vm, &args[0])?;
            Ok(vm.int_usize(vm.object_size(&args[0]) + layout.items.len() * size_of::<Item>()))
        },
        "S.__sizeof__() -> size of S in memory, in bytes",
    ),
];

static STRUCT: TypeSpec = TypeSpec::new("_struct.Struct", Struct::layout)
    .flags(type_flag::BASE | type_flag::WEAKREF)
    .doc("(format)", "Struct(fmt) --> compiled struct object")
    .slots(|s| {
        s.new = Some(|vm, ty, _| {
            Ok(vm
                .alloc(ty, Struct { format: LockCell::new(Value::NONE), layout: LockCell::new(None) })
                .into_value())
        });
        s.init = Some(|vm, value, args| {
            const SIGNATURE: crate::runtime::object::args::Signature =
                crate::runtime::object::args::Signature::parse("Struct(format)");
            let [format] = vm.bind_args(&SIGNATURE, args)?;
            let layout = Layout::parse(vm, &format)?;
            let this = vm.cast::<Struct>(value)?;
            let text = match vm.bytes_of(&format) {
                Some(bytes) => vm.str_bytes(bytes),
                None => format.clone(),
            };
            this.format.set(text);
            this.layout.set(Some(Rc::new(layout)));
            Ok(())
        });
        s.repr = Some(|vm, value| {
            layout_of(vm, value)?;
            let format = vm.cast::<Struct>(value)?.format.cloned();
            Ok(vm.str(format!("{}({})", value.ty(vm).name(), vm.repr_text(&format)?)))
        });
    })
    .methods(METHODS)
    .getset(&[
        getter(
            "format",
            |vm, value| {
                layout_of(vm, value)?;
                Ok(vm.cast::<Struct>(value)?.format.cloned())
            },
            "struct format string",
        ),
        getter(
            "size",
            |vm, value| {
                let layout = vm.cast::<Struct>(value)?.layout.cloned();
                Ok(layout.map_or(vm.int(-1), |layout| vm.int_usize(layout.size)))
            },
            "struct size in bytes",
        ),
    ]);
