//! `int` and `bool`: arithmetic, comparison, text, methods.
//!
//! An int that fits 63 bits is an immediate; a larger one is an object with an [`IBig`], and so is every instance of a
//! subclass, whatever its value. `True` and `False` are immediates. Operations look at [`convert::IntView`], which
//! hides the difference: two machine words first, big ints when they overflow.
//!
//! Not here: what the machine does for two immediates by itself (`interp::ops::arith`), the algorithms (`number`).

pub mod convert;

use dashu_int::IBig;

pub use convert::IntView;

use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::number::int_bytes::{self, ByteOrder};
use crate::runtime::number::int_math;
use crate::runtime::object::args::Args;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Cmp, GetSet, Native, Slots, TypeRef, TypeSpec, getter, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::format_value::{self, Locale};
use crate::runtime::value::{Obj, Payload, Value};

/// An int that is no immediate.
pub struct BigInt {
    /// Its value.
    pub value: IBig,
}
crate::payload!(BigInt, "int");

/// `int`
pub static INT: TypeSpec = TypeSpec::new("int", BigInt::layout)
    .kind(kind::INT)
    .flags(type_flag::BASE | type_flag::INT | type_flag::MATCH_SELF)
    .doc(
        "",
        "int([x]) -> integer\nint(x, base=10) -> integer\n\nMake an integer of a number or of text; without arguments, 0. A number is asked\nfor its __int__; floats lose their fraction.\n\nText (str, bytes or bytearray) holds a literal in the given base, 10 by default,\nwith an optional sign and white space around it. Base 0 reads the prefix.\n>>> int('0b100', base=0)\n4",
    )
    .slots(int_slots)
    .methods(INT_METHODS)
    .getset(INT_GETSET);

/// `bool`
pub static BOOL: TypeSpec = TypeSpec::new("bool", BigInt::layout)
    .base(&INT)
    .kind(kind::BOOL)
    .flags(type_flag::INT | type_flag::MATCH_SELF)
    .doc(
        "(object=False, /)",
        "The truth of the argument: True or False.\nThese two are the only instances of the class bool, which is a subclass of int\nand cannot be subclassed.",
    )
    .slots(bool_slots);

// ------------------------------------------------------------------------------------------------ arithmetic

/// Both operands as ints, or `NotImplemented` is returned.
macro_rules! both {
    ($a:ident, $b:ident) => {
        match ($a.as_int(), $b.as_int()) {
            (Some(x), Some(y)) => (x, y),
            _ => return Ok(Value::NOT_IMPLEMENTED),
        }
    };
}

macro_rules! ring_operation {
    ($name:ident, $checked:ident, $op:tt) => {
        fn $name(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
            let (x, y) = both!(a, b);
            if let (IntView::Small(x), IntView::Small(y)) = (x, y)
                && let Some(result) = x.$checked(y)
            {
                return Ok(vm.int(result));
            }
            Ok(vm.int_big(&*x.big() $op &*y.big()))
        }
    };
}

ring_operation!(add, checked_add, +);
ring_operation!(sub, checked_sub, -);
ring_operation!(mul, checked_mul, *);

macro_rules! bit_operation {
    ($name:ident, $op:tt) => {
        fn $name(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
            let (x, y) = both!(a, b);
            if let (IntView::Small(x), IntView::Small(y)) = (x, y) {
                return Ok(vm.int(x $op y));
            }
            Ok(vm.int_big(&*x.big() $op &*y.big()))
        }
    };
}

bit_operation!(and, &);
bit_operation!(or, |);
bit_operation!(xor, ^);

fn true_div(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let result = match both!(a, b) {
        (IntView::Small(x), IntView::Small(y)) => int_math::small_true_div(x, y),
        (x, y) => int_math::true_div(&x.big(), &y.big()),
    };
    result.map(|x| vm.float(x)).map_err(|fault| vm.fault(fault))
}

fn floor_div(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let (x, y) = both!(a, b);
    if let (IntView::Small(x), IntView::Small(y)) = (x, y)
        && let Some((quotient, _)) = int_math::small_divmod(x, y)
    {
        return Ok(vm.int(quotient));
    }
    int_math::floor_div(&x.big(), &y.big()).map(|q| vm.int_big(q)).map_err(|fault| vm.fault(fault))
}

fn modulo(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let (x, y) = both!(a, b);
    if let (IntView::Small(x), IntView::Small(y)) = (x, y)
        && let Some((_, rest)) = int_math::small_divmod(x, y)
    {
        return Ok(vm.int(rest));
    }
    int_math::floor_mod(&x.big(), &y.big()).map(|r| vm.int_big(r)).map_err(|fault| vm.fault(fault))
}

fn divmod(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let (x, y) = both!(a, b);
    if let (IntView::Small(x), IntView::Small(y)) = (x, y)
        && let Some((quotient, rest)) = int_math::small_divmod(x, y)
    {
        return Ok(vm.tuple(vec![vm.int(quotient), vm.int(rest)]));
    }
    let (quotient, rest) = int_math::divmod(&x.big(), &y.big()).map_err(|fault| vm.fault(fault))?;
    Ok(vm.tuple(vec![vm.int_big(quotient), vm.int_big(rest)]))
}

fn small_pow(mut base: i64, mut exponent: u64) -> Option<i64> {
    let mut result = 1i64;
    loop {
        if exponent & 1 != 0 {
            result = result.checked_mul(base)?;
        }
        exponent >>= 1;
        if exponent == 0 {
            return Some(result);
        }
        base = base.checked_mul(base)?;
    }
}

fn pow(vm: &Vm, a: &Value, b: &Value, modulus: &Value) -> PyResult<Value> {
    let (x, y) = both!(a, b);
    if !modulus.is_none() {
        let Some(m) = modulus.as_int() else { return Ok(Value::NOT_IMPLEMENTED) };
        return int_math::pow_mod(&x.big(), &y.big(), &m.big())
            .map(|result| vm.int_big(result))
            .map_err(|fault| vm.fault(fault));
    }
    if y.is_negative() {
        let (x, y) = (vm.float(x.to_float(vm)?), vm.float(y.to_float(vm)?));
        return vm.float_pow(&x, &y);
    }
    if let (IntView::Small(x), IntView::Small(y)) = (x, y)
        && let Some(result) = small_pow(x, y as u64)
    {
        return Ok(vm.int(result));
    }
    int_math::pow(&x.big(), &y.big()).map(|result| vm.int_big(result)).map_err(|fault| vm.fault(fault))
}

fn lshift(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let (x, y) = both!(a, b);
    if let (IntView::Small(x), IntView::Small(y @ 0..63)) = (x, y)
        && (x << y) >> y == x
    {
        return Ok(vm.int(x << y));
    }
    int_math::shift_left(&x.big(), &y.big()).map(|result| vm.int_big(result)).map_err(|fault| vm.fault(fault))
}

fn rshift(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let (x, y) = both!(a, b);
    if let (IntView::Small(x), IntView::Small(y @ 0..)) = (x, y) {
        return Ok(vm.int(x >> y.min(63)));
    }
    int_math::shift_right(&x.big(), &y.big())
        .map(|result| vm.int_big(result))
        .map_err(|fault| vm.fault(fault))
}

fn compare(_: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    let ordering = match both!(a, b) {
        (IntView::Small(x), IntView::Small(y)) => x.cmp(&y),
        (x, y) => x.big().cmp(&y.big()),
    };
    Ok(Value::bool(op.holds(ordering)))
}

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<IntView<'a>> {
    value.as_int().ok_or_else(|| {
        vm.type_error(format!("descriptor requires a 'int' object but received a '{}'", value.type_name(vm)))
    })
}

fn exact(vm: &Vm, a: &Value) -> PyResult<Value> {
    Ok(vm.int_exact(a))
}

fn negate(vm: &Vm, a: &Value) -> PyResult<Value> {
    Ok(match this(vm, a)? {
        IntView::Small(i) if i != i64::MIN => vm.int(-i),
        view => vm.int_big(-view.big().into_owned()),
    })
}

fn absolute(vm: &Vm, a: &Value) -> PyResult<Value> {
    if this(vm, a)?.is_negative() { negate(vm, a) } else { exact(vm, a) }
}

fn invert(vm: &Vm, a: &Value) -> PyResult<Value> {
    Ok(match this(vm, a)? {
        IntView::Small(i) => vm.int(!i),
        IntView::Big(big) => vm.int_big(!big),
    })
}

fn int_slots(s: &mut Slots) {
    s.new = Some(int_new);
    s.repr = Some(|vm, a| {
        let view = this(vm, a)?;
        if let IntView::Small(i) = view {
            return Ok(vm.str_decimal(i));
        }
        let digits = vm.int_digits(view, 10)?;
        Ok(vm.str_ascii(digits.as_bytes()))
    });
    s.hash = Some(|vm, a| vm.hash_int(a));
    s.compare = Some(compare);
    s.bool = Some(|vm, a| Ok(!matches!(this(vm, a)?, IntView::Small(0))));
    s.int = Some(exact);
    s.float = Some(|vm, a| Ok(vm.float(this(vm, a)?.to_float(vm)?)));
    s.index = Some(exact);
    s.neg = Some(negate);
    s.pos = Some(exact);
    s.abs = Some(absolute);
    s.invert = Some(invert);
    s.add = Some(add);
    s.sub = Some(sub);
    s.mul = Some(mul);
    s.truediv = Some(true_div);
    s.floordiv = Some(floor_div);
    s.modulo = Some(modulo);
    s.divmod = Some(divmod);
    s.pow = Some(pow);
    s.lshift = Some(lshift);
    s.rshift = Some(rshift);
    s.and = Some(and);
    s.or = Some(or);
    s.xor = Some(xor);
}

// ------------------------------------------------------------------------------------------------ construction

/// The keywords of `int()` sorted out: the number or text, and the base.
fn new_arguments<'a>(vm: &Vm, args: Args<'a>) -> PyResult<(Option<&'a Value>, Option<&'a Value>)> {
    let pos = args.pos();
    if args.values.len() > 2 {
        return Err(vm.type_error(format!("int expected at most 2 arguments, got {}", args.values.len())));
    }
    let (value, mut base) = (pos.first(), pos.get(1));
    for (key, given) in args.keywords() {
        let name = key.as_str().map(|k| k.to_string_lossy()).unwrap_or_default();
        if name != "base" {
            return Err(vm.type_error(format!("int() got an unexpected keyword argument '{name}'")));
        }
        if base.is_some() {
            return Err(vm.type_error("argument for int() given by name ('base') and position (2)"));
        }
        base = Some(given);
    }
    Ok((value, base))
}

fn int_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    let value = match new_arguments(vm, args)? {
        (None, None) => vm.int(0),
        (None, Some(_)) => return Err(vm.type_error("int() missing string argument")),
        (Some(value), None) => int_of(vm, value)?,
        (Some(value), Some(base)) => int_in_base(vm, value, base)?,
    };
    if ty.is(vm.typ(&INT)) {
        return Ok(value);
    }
    let value = value.as_int().map(|view| view.big().into_owned()).unwrap_or_default();
    Ok(vm.alloc(ty, BigInt { value }).into_value())
}

/// `int(value)`
fn int_of(vm: &Vm, value: &Value) -> PyResult<Value> {
    if let Some(number) = vm.number_to_int(value)? {
        return Ok(number);
    }
    if let Some(text) = value.as_str() {
        return vm.int_from_text(text.bytes(), 10, value);
    }
    if vm.has_buffer(value) {
        let text = vm.buffer_bytes(value)?;
        let shown = vm.bytes(&text);
        return int_from_bytes_text(vm, &text, 10, &shown);
    }
    Err(vm.type_error(format!(
        "int() argument must be a string, a bytes-like object or a real number, not '{}'",
        value.type_name(vm)
    )))
}

/// Text in bytes: only ASCII counts, whatever the bytes would be as UTF-8.
fn int_from_bytes_text(vm: &Vm, text: &[u8], base: u32, shown: &Value) -> PyResult<Value> {
    if text.is_ascii() {
        return vm.int_from_text(text, base, shown);
    }
    vm.int_from_text(b"?", base, shown)
}

/// `int(value, base)`
fn int_in_base(vm: &Vm, value: &Value, base: &Value) -> PyResult<Value> {
    let base = vm.clamped_index(base)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(vm.value_error("int() base must be >= 2 and <= 36, or 0"));
    }
    let base = base as u32;
    if let Some(text) = value.as_str() {
        return vm.int_from_text(text.bytes(), base, value);
    }
    if value.ty(vm).has(type_flag::BYTES) || value.as_bytearray().is_some() {
        let text = vm.buffer_bytes(value)?;
        let shown = vm.bytes(&text);
        return int_from_bytes_text(vm, &text, base, &shown);
    }
    Err(vm.type_error("int() can't convert non-string with explicit base"))
}

// ------------------------------------------------------------------------------------------------ methods

static INT_GETSET: &[GetSet] = &[
    getter("real", exact, "the real part of a complex number"),
    getter("imag", |vm, _| Ok(vm.int(0)), "the imaginary part of a complex number"),
    getter("numerator", exact, "the numerator of a rational number in lowest terms"),
    getter("denominator", |vm, _| Ok(vm.int(1)), "the denominator of a rational number in lowest terms"),
];

static INT_METHODS: &[Native] = &[
    native("conjugate(self, /)", |vm, args| exact(vm, &args[0]), "Returns self, the complex conjugate of any int."),
    native(
        "bit_length(self, /)",
        |vm, args| {
            Ok(vm.int(match this(vm, &args[0])? {
                IntView::Small(i) => i64::from(64 - i.unsigned_abs().leading_zeros()),
                IntView::Big(big) => int_math::bit_length(big) as i64,
            }))
        },
        "How many bits the absolute value takes in binary.\n\n>>> bin(37)\n'0b100101'\n>>> (37).bit_length()\n6",
    ),
    native(
        "bit_count(self, /)",
        |vm, args| {
            Ok(match this(vm, &args[0])? {
                IntView::Small(i) => vm.int(i64::from(i.unsigned_abs().count_ones())),
                IntView::Big(big) => vm.int_u64(int_math::bit_count(big)),
            })
        },
        "How many ones the absolute value has in binary.\n\n>>> bin(13)\n'0b1101'\n>>> (13).bit_count()\n3",
    ),
    native(
        "to_bytes(self, /, length=1, byteorder='big', *, signed=False)",
        to_bytes,
        "The integer as bytes.\n\nOverflowError if it does not fit into length bytes, or is negative and signed is\nfalse; with signed it is in two's complement. The byteorder is 'big' (most\nsignificant byte first) or 'little'.",
    ),
    native(
        "from_bytes(cls, /, bytes, byteorder='big', *, signed=False)",
        from_bytes,
        "The integer that bytes (bytes-like, or an iterable of ints) stand for.\n\nThe byteorder is 'big' (most significant byte first) or 'little'; signed says\nthat it is in two's complement.",
    )
    .class(),
    native(
        "as_integer_ratio(self, /)",
        |vm, args| {
            let value = exact(vm, &args[0])?;
            Ok(vm.tuple(vec![value, vm.int(1)]))
        },
        "The integer and 1: a pair whose ratio it is.\n\n>>> (10).as_integer_ratio()\n(10, 1)",
    ),
    native("__trunc__(self, /)", |vm, args| exact(vm, &args[0]), "Truncating an Integral returns itself."),
    native("__floor__(self, /)", |vm, args| exact(vm, &args[0]), "Flooring an Integral returns itself."),
    native("__ceil__(self, /)", |vm, args| exact(vm, &args[0]), "Ceiling of an Integral returns itself."),
    native(
        "__round__(self, ndigits=None, /)",
        round,
        "Rounding an Integral returns itself.\n\nRounding with an ndigits argument also returns an integer.",
    ),
    native(
        "__getnewargs__(self, /)",
        |vm, args| {
            let value = exact(vm, &args[0])?;
            Ok(vm.tuple(vec![value]))
        },
        "",
    ),
    native("__format__(self, format_spec, /)", format, "Convert to a string according to format_spec."),
    native(
        "__sizeof__(self, /)",
        |vm, args| {
            let bits = match this(vm, &args[0])? {
                IntView::Small(i) => 64 - i.unsigned_abs().leading_zeros() as usize,
                IntView::Big(big) => int_math::bit_length(big),
            };
            Ok(vm.int_usize(24 + 4 * bits.div_ceil(30).max(1)))
        },
        "Returns size in memory, in bytes.",
    ),
    native(
        "is_integer(self, /)",
        |_, _| Ok(Value::TRUE),
        "Returns True. Exists for duck type compatibility with float.is_integer.",
    ),
];

fn byte_order(vm: &Vm, value: &Value, function: &str) -> PyResult<ByteOrder> {
    let Some(value) = value.given() else { return Ok(ByteOrder::Big) };
    let name = vm.text(value, format_args!("{function}() argument 'byteorder'"))?;
    ByteOrder::from_name(name.bytes()).map_err(|fault| vm.fault(fault))
}

fn to_bytes(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let value = this(vm, &args[0])?;
    let length = match args[1].given() {
        Some(length) => vm.to_ssize(length)? as i64,
        None => 1,
    };
    let order = byte_order(vm, &args[2], "to_bytes")?;
    let signed = args[3].given().map_or(Ok(false), |v| vm.truth(v))?;
    if let (Some(small), Ok(length @ 0..=64)) = (args[0].as_small(), usize::try_from(length)) {
        let (bytes, fits) = vm.bytes_filled(length, |out| int_bytes::write_small(small, out, order, signed));
        if fits {
            return Ok(bytes);
        }
    }
    let bytes = int_bytes::to_bytes(&value.big(), length, order, signed).map_err(|fault| vm.fault(fault))?;
    Ok(vm.bytes(&bytes))
}

fn from_bytes(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let order = byte_order(vm, &args[2], "from_bytes")?;
    let signed = args[3].given().map_or(Ok(false), |v| vm.truth(v))?;
    let bytes = vm.bytes_from_object(&args[1])?;
    let value = vm.int_parsed(int_bytes::from_bytes(&bytes, order, signed));
    if args[0].is(vm.typ(&INT).value()) { Ok(value) } else { vm.call1(&args[0], &value) }
}

fn round(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let value = this(vm, &args[0])?;
    let Some(digits) = args[1].some() else { return exact(vm, &args[0]) };
    let digits = vm.clamped_index(digits)?;
    if digits >= 0 {
        return exact(vm, &args[0]);
    }
    let big = value.big();
    // Below half of the unit everything rounds to zero; 10**n has more than 3n bits.
    let places = digits.unsigned_abs();
    if places > int_math::bit_length(&big) / 3 + 2 {
        return Ok(vm.int(0));
    }
    let unit = IBig::from(10).pow(places);
    let (quotient, rest) = int_math::divmod(&big, &unit).map_err(|fault| vm.fault(fault))?;
    let twice = &rest * IBig::from(2);
    let odd = &quotient & IBig::ONE == IBig::ONE;
    let up = twice > unit || (twice == unit && odd);
    Ok(vm.int_big((if up { quotient + IBig::ONE } else { quotient }) * unit))
}

fn format(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let spec = vm.text(&args[1], "__format__() argument")?;
    if spec.is_empty() {
        return vm.to_str(&args[0]);
    }
    format_with(vm, &args[0], spec)
}

/// `int.__format__` with a spec that is not empty.
pub fn format_with(vm: &Vm, value: &Value, spec: &Obj<Str>) -> PyResult<Value> {
    let mut quick = [0; format_value::QUICK];
    if let Some(i) = value.as_small()
        && let Some(length) = format_value::quick_int(i, spec.bytes(), &mut quick)
    {
        return Ok(vm.str_ascii(&quick[..length]));
    }
    let limit = vm.interp().int_max_str_digits.get();
    let name = value.type_name(vm);
    let text = format_value::format_int(this(vm, value)?.int_ref(), spec.bytes(), &name, limit, &Locale::C)
        .map_err(|fault| vm.fault(fault))?;
    Ok(vm.str_bytes(&text))
}

// ------------------------------------------------------------------------------------------------ bool

macro_rules! bool_operation {
    ($name:ident, $int:ident, $op:tt) => {
        fn $name(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
            match (a.as_bool(), b.as_bool()) {
                (Some(x), Some(y)) => Ok(Value::bool(x $op y)),
                _ => $int(vm, a, b),
            }
        }
    };
}

bool_operation!(bool_and, and, &);
bool_operation!(bool_or, or, |);
bool_operation!(bool_xor, xor, ^);

fn bool_slots(s: &mut Slots) {
    s.new = Some(|vm, _, args| {
        let values = args.count(vm, "bool", 0, 1)?;
        Ok(Value::bool(values.first().map_or(Ok(false), |value| vm.truth(value))?))
    });
    s.repr = Some(|vm, b| Ok(vm.intern(if b.is_true() { "True" } else { "False" }).into_value()));
    s.invert = Some(|vm, b| {
        vm.warn_deprecated(
            "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of the underlying int object and is usually not what you expect from negating a bool. Use the 'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the underlying int.",
        )?;
        invert(vm, b)
    });
    s.and = Some(bool_and);
    s.or = Some(bool_or);
    s.xor = Some(bool_xor);
}
