//! `float`: arithmetic, comparison (exact with ints), text, methods.
//!
//! A float of common magnitude is an immediate word; zeros, tiny, huge and non-finite ones, and instances of subclasses,
//! are objects.
//!
//! Not here: what the machine does for two immediates by itself (`interp::ops::arith`), the algorithms (`number`).

use std::cmp::Ordering;

use dashu_int::IBig;

use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::number::float_text;
use crate::runtime::number::int_math;
use crate::runtime::object::args::Args;
use crate::runtime::object::hash::address_hash;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Cmp, GetSet, Native, Slots, TypeRef, TypeSpec, getter, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::format_value::{self, Locale};
use crate::runtime::text::unicode::to_ascii_decimal;
use crate::runtime::value::{Obj, Payload, Value};

use super::ints::IntView;

/// A float that is no immediate.
pub struct FloatObject {
    /// Its value.
    pub value: f64,
}
crate::payload!(FloatObject, "float");

/// `float`
pub static FLOAT: TypeSpec = TypeSpec::new("float", FloatObject::layout)
    .kind(kind::FLOAT)
    .flags(type_flag::BASE | type_flag::MATCH_SELF)
    .doc("(x=0, /)", "Convert a string or number to a floating-point number, if possible.")
    .slots(float_slots)
    .methods(FLOAT_METHODS)
    .getset(FLOAT_GETSET);

impl Value {
    /// The number, if it is a float (or of a subclass).
    #[inline]
    pub fn as_float(&self) -> Option<f64> {
        match self.as_tagged_float() {
            Some(x) => Some(x),
            None => self.downcast::<FloatObject>().map(|object| object.value),
        }
    }
    /// Is it a float and of no subclass?
    #[inline]
    pub fn is_exact_float(&self) -> bool {
        self.as_tagged_float().is_some() || self.kind() == kind::FLOAT
    }
}

impl Vm {
    /// A float.
    #[inline(always)]
    pub fn float(&self, x: f64) -> Value {
        match Value::tagged_float(x) {
            Some(value) => value,
            None => self.float_boxed(x),
        }
    }

    #[inline(never)]
    fn float_boxed(&self, x: f64) -> Value {
        self.alloc_spec(&FLOAT, FloatObject { value: x })
    }

    /// The number of a float, or of an int as float; `None` for anything else.
    #[inline]
    pub fn real_operand(&self, value: &Value) -> PyResult<Option<f64>> {
        if let Some(x) = value.as_float() {
            return Ok(Some(x));
        }
        value.as_int().map(|view| view.to_float(self)).transpose()
    }

    /// What `PyFloat_AsDouble` takes: floats, and whatever has `__float__` or `__index__`.
    pub fn to_f64(&self, value: &Value) -> PyResult<f64> {
        if let Some(x) = value.as_float() {
            return Ok(x);
        }
        if let Some(i) = value.as_small() {
            return Ok(i as f64);
        }
        match self.number_to_float(value)? {
            Some(x) => Ok(x),
            None => Err(self.type_error(format!("must be real number, not {}", value.type_name(self)))),
        }
    }

    /// The float that `__float__` or `__index__` give; `None` if the value is no number.
    pub fn number_to_float(&self, value: &Value) -> PyResult<Option<f64>> {
        if let Some(x) = value.as_float() {
            return Ok(Some(x));
        }
        let slots = value.ty(self).slots.get();
        if let Some(f) = slots.float {
            let result = f(self, value)?;
            return self.float_result(value, &result).map(Some);
        }
        if slots.index.is_some() {
            let index = self.index(value)?;
            return index.as_int().map(|view| view.to_float(self)).transpose();
        }
        Ok(None)
    }

    /// As [`Vm::number_to_float`], for `float()` and `complex()`, which ask subclasses of float; elsewhere their value is
    /// what they hold.
    pub fn number_as_float(&self, value: &Value) -> PyResult<Option<f64>> {
        match value.ty(self).slots.get().float {
            Some(f) if !value.is_exact_float() => self.float_result(value, &f(self, value)?).map(Some),
            _ => self.number_to_float(value),
        }
    }

    /// What `__float__` gave, checked.
    fn float_result(&self, value: &Value, result: &Value) -> PyResult<f64> {
        let (name, given) = (value.type_name(self), result.type_name(self));
        let Some(x) = result.as_float() else {
            return Err(self.type_error(format!("{name}.__float__ returned non-float (type {given})")));
        };
        if result.as_tagged_float().is_none() && result.kind() != kind::FLOAT {
            self.warn_deprecated(&format!(
                "{name}.__float__ returned non-float (type {given}).  The ability to return an instance of a strict subclass of float is deprecated, and may be removed in a future version of Python."
            ))?;
        }
        Ok(x)
    }

    /// The int that the float is without its fraction.
    pub fn int_from_float(&self, x: f64) -> PyResult<Value> {
        if x.abs() < 4e18 {
            return Ok(self.int(x as i64));
        }
        int_math::from_float(x).map(|big| self.int_big(big)).map_err(|fault| self.fault(fault))
    }

    /// `a ** b` of two floats.
    pub fn float_pow(&self, a: &Value, b: &Value) -> PyResult<Value> {
        pow(self, a, b, &Value::NONE)
    }

    /// The text of a float in messages and in `repr`.
    pub fn float_repr(&self, x: f64) -> Value {
        self.str_ascii(float_text::repr(x).as_bytes())
    }
}

// ------------------------------------------------------------------------------------------------ arithmetic

/// Both operands as floats, or `NotImplemented` is returned.
macro_rules! both {
    ($vm:ident, $a:ident, $b:ident) => {{
        let Some(x) = $vm.real_operand($a)? else { return Ok(Value::NOT_IMPLEMENTED) };
        let Some(y) = $vm.real_operand($b)? else { return Ok(Value::NOT_IMPLEMENTED) };
        (x, y)
    }};
}

macro_rules! operation {
    ($name:ident, $op:tt) => {
        fn $name(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
            let (x, y) = both!(vm, a, b);
            Ok(vm.float(x $op y))
        }
    };
}

operation!(add, +);
operation!(sub, -);
operation!(mul, *);

fn true_div(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let (x, y) = both!(vm, a, b);
    if y == 0.0 {
        return Err(vm.zero_division("division by zero"));
    }
    Ok(vm.float(x / y))
}

/// `(x // y, x % y)` for `y` that is not zero.
pub fn float_divmod(x: f64, y: f64) -> (f64, f64) {
    let mut rest = x % y;
    let mut quotient = (x - rest) / y;
    if rest == 0.0 {
        rest = 0f64.copysign(y);
    } else if (y < 0.0) != (rest < 0.0) {
        rest += y;
        quotient -= 1.0;
    }
    let floor = if quotient == 0.0 {
        0f64.copysign(x / y)
    } else {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    };
    (floor, rest)
}

fn floor_div(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let (x, y) = both!(vm, a, b);
    if y == 0.0 {
        return Err(vm.zero_division("division by zero"));
    }
    Ok(vm.float(float_divmod(x, y).0))
}

fn modulo(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let (x, y) = both!(vm, a, b);
    if y == 0.0 {
        return Err(vm.zero_division("division by zero"));
    }
    Ok(vm.float(float_divmod(x, y).1))
}

fn divmod(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let (x, y) = both!(vm, a, b);
    if y == 0.0 {
        return Err(vm.zero_division("division by zero"));
    }
    let (quotient, rest) = float_divmod(x, y);
    Ok(vm.tuple(vec![vm.float(quotient), vm.float(rest)]))
}

fn pow(vm: &Vm, a: &Value, b: &Value, modulus: &Value) -> PyResult<Value> {
    if !modulus.is_none() {
        return Err(vm.type_error("pow() 3rd argument not allowed unless all arguments are integers"));
    }
    let (x, y) = both!(vm, a, b);
    if y == 0.0 || x == 1.0 {
        return Ok(vm.float(1.0));
    }
    if x.is_nan() || y.is_nan() {
        return Ok(vm.float(if x.is_nan() { x } else { y }));
    }
    let odd = y.is_finite() && (y % 2.0).abs() == 1.0;
    if y.is_infinite() {
        let size = x.abs();
        return Ok(vm.float(if size == 1.0 {
            1.0
        } else if (y > 0.0) == (size > 1.0) {
            f64::INFINITY
        } else {
            0.0
        }));
    }
    if x.is_infinite() {
        let size = if y > 0.0 { f64::INFINITY } else { 0.0 };
        return Ok(vm.float(if odd { size.copysign(x) } else { size }));
    }
    if x == 0.0 {
        if y < 0.0 {
            return Err(vm.zero_division("zero to a negative power"));
        }
        return Ok(vm.float(if odd { x } else { 0.0 }));
    }
    if x < 0.0 && y != y.floor() {
        let (x, y) = (vm.complex(x, 0.0), vm.complex(y, 0.0));
        return vm.power(&x, &y, &Value::NONE);
    }
    let size = x.abs().powf(y);
    if size.is_infinite() {
        let args = vec![vm.int(34), vm.str("Numerical result out of range")];
        return Err(vm.raise_args(&super::exceptions::OVERFLOW_ERROR, args));
    }
    Ok(vm.float(if x < 0.0 && odd { -size } else { size }))
}

/// How a float stands to a float or an int; `None` in `Some` for NaN.
fn ordering(a: f64, b: &Value) -> Option<Option<Ordering>> {
    if let Some(y) = b.as_float() {
        return Some(a.partial_cmp(&y));
    }
    let against = match b.as_int()? {
        IntView::Small(i) => int_math::small_cmp_float(i, a),
        IntView::Big(big) => int_math::cmp_float(big, a),
    };
    Some(against.map(Ordering::reverse))
}

fn compare(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    Ok(match ordering(this(vm, a)?, b) {
        None => Value::NOT_IMPLEMENTED,
        Some(None) => Value::bool(op == Cmp::Ne),
        Some(Some(ordering)) => Value::bool(op.holds(ordering)),
    })
}

fn this(vm: &Vm, value: &Value) -> PyResult<f64> {
    value.as_float().ok_or_else(|| {
        vm.type_error(format!(
            "descriptor requires a 'float' object but received a '{}'",
            value.type_name(vm)
        ))
    })
}

fn exact(vm: &Vm, a: &Value) -> PyResult<Value> {
    if a.is_exact_float() { Ok(a.clone()) } else { Ok(vm.float(this(vm, a)?)) }
}

fn to_int(vm: &Vm, a: &Value) -> PyResult<Value> {
    vm.int_from_float(this(vm, a)?)
}

fn float_slots(s: &mut Slots) {
    s.new = Some(float_new);
    s.repr = Some(|vm, a| Ok(vm.float_repr(this(vm, a)?)));
    s.hash = Some(|vm, a| {
        // NaN hashes by identity.
        Ok(int_math::hash_float(this(vm, a)?).unwrap_or(address_hash(a.to_bits())))
    });
    s.compare = Some(compare);
    s.bool = Some(|vm, a| Ok(this(vm, a)? != 0.0));
    s.int = Some(to_int);
    s.float = Some(exact);
    s.neg = Some(|vm, a| Ok(vm.float(-this(vm, a)?)));
    s.pos = Some(exact);
    s.abs = Some(|vm, a| Ok(vm.float(this(vm, a)?.abs())));
    s.add = Some(add);
    s.sub = Some(sub);
    s.mul = Some(mul);
    s.truediv = Some(true_div);
    s.floordiv = Some(floor_div);
    s.modulo = Some(modulo);
    s.divmod = Some(divmod);
    s.pow = Some(pow);
}

// ------------------------------------------------------------------------------------------------ construction

fn float_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    args.no_keywords_new(vm, ty, &FLOAT)?;
    let pos = args.pos();
    if pos.len() > 1 {
        return Err(vm.type_error(format!("float expected at most 1 argument, got {}", pos.len())));
    }
    let exact_type = ty.is(vm.typ(&FLOAT));
    let x = match pos.first() {
        None => 0.0,
        Some(value) if exact_type && value.is_exact_float() => return Ok(value.clone()),
        Some(value) => float_of(vm, value)?,
    };
    if exact_type {
        return Ok(vm.float(x));
    }
    Ok(vm.alloc(ty, FloatObject { value: x }).into_value())
}

/// `float(value)`
fn float_of(vm: &Vm, value: &Value) -> PyResult<f64> {
    if let Some(x) = vm.number_as_float(value)? {
        return Ok(x);
    }
    if let Some(text) = value.as_str() {
        return parse(vm, &to_ascii_decimal(text.bytes()), value);
    }
    if vm.has_buffer(value) {
        let text = vm.buffer_bytes(value)?;
        return parse(vm, &text, value);
    }
    Err(vm.type_error(format!(
        "float() argument must be a string or a real number, not '{}'",
        value.type_name(vm)
    )))
}

fn parse(vm: &Vm, text: &[u8], shown: &Value) -> PyResult<f64> {
    match float_text::parse(text) {
        Some(x) => Ok(x),
        None => {
            let mut message = b"could not convert string to float: ".to_vec();
            message.extend(vm.repr_string(shown)?);
            let message = vm.str_bytes(&message);
            Err(vm.raise_args(&super::exceptions::VALUE_ERROR, vec![message]))
        }
    }
}

// ------------------------------------------------------------------------------------------------ methods

static FLOAT_GETSET: &[GetSet] = &[
    getter("real", exact, "the real part of a complex number"),
    getter("imag", |vm, _| Ok(vm.float(0.0)), "the imaginary part of a complex number"),
];

static FLOAT_METHODS: &[Native] = &[
    native(
        "from_number(cls, number, /)",
        |vm, args| {
            let is_float = args[0].is(vm.typ(&FLOAT).value());
            if is_float && args[1].is_exact_float() {
                return Ok(args[1].clone());
            }
            let value = vm.float(vm.to_f64(&args[1])?);
            if is_float { Ok(value) } else { vm.call1(&args[0], &value) }
        },
        "Convert real number to a floating-point number.",
    )
    .class(),
    native("conjugate(self, /)", |vm, args| exact(vm, &args[0]), "Return self, the complex conjugate of any float."),
    native("__trunc__(self, /)", |vm, args| to_int(vm, &args[0]), "Return the Integral closest to x between 0 and x."),
    native(
        "__floor__(self, /)",
        |vm, args| vm.int_from_float(this(vm, &args[0])?.floor()),
        "Return the floor as an Integral.",
    ),
    native(
        "__ceil__(self, /)",
        |vm, args| vm.int_from_float(this(vm, &args[0])?.ceil()),
        "Return the ceiling as an Integral.",
    ),
    native(
        "__round__(self, ndigits=None, /)",
        |vm, args| {
            let x = this(vm, &args[0])?;
            let Some(digits) = args[1].some() else { return vm.int_from_float(float_text::round_even(x)) };
            let digits = vm.clamped_index(digits)?;
            float_text::round_digits(x, digits as i64).map(|x| vm.float(x)).map_err(|fault| vm.fault(fault))
        },
        "Return the Integral closest to x, rounding half toward even.\n\nWhen an argument is passed, work like built-in round(x, ndigits).",
    ),
    native(
        "as_integer_ratio(self, /)",
        |vm, args| {
            let (numerator, denominator): (IBig, IBig) =
                int_math::integer_ratio(this(vm, &args[0])?).map_err(|fault| vm.fault(fault))?;
            Ok(vm.tuple(vec![vm.int_big(numerator), vm.int_big(denominator)]))
        },
        "A pair of integers in lowest terms whose ratio is exactly the float.\n\nOverflowError for infinities, ValueError for NaNs.\n\n>>> (-.25).as_integer_ratio()\n(-1, 4)",
    ),
    native("fromhex(cls, string, /)", from_hex, "Create a floating-point number from a hexadecimal string.\n\n>>> float.fromhex('0x1.ffffp10')\n2047.984375").class(),
    native(
        "hex(self, /)",
        |vm, args| Ok(vm.str(float_text::to_hex(this(vm, &args[0])?))),
        "Return a hexadecimal representation of a floating-point number.\n\n>>> (-0.1).hex()\n'-0x1.999999999999ap-4'",
    ),
    native(
        "is_integer(self, /)",
        |vm, args| {
            let x = this(vm, &args[0])?;
            Ok(Value::bool(x.is_finite() && x == x.floor()))
        },
        "Return True if the float is an integer.",
    ),
    native(
        "__getnewargs__(self, /)",
        |vm, args| {
            let value = exact(vm, &args[0])?;
            Ok(vm.tuple(vec![value]))
        },
        "",
    ),
    native(
        "__getformat__(cls, typestr, /)",
        |vm, args| {
            let name = vm.text(&args[1], "__getformat__() argument")?;
            if !matches!(name.bytes(), b"double" | b"float") {
                return Err(vm.value_error("__getformat__() argument 1 must be 'double' or 'float'"));
            }
            Ok(vm.str(if cfg!(target_endian = "little") { "IEEE, little-endian" } else { "IEEE, big-endian" }))
        },
        "How C's double or float is laid out; for Python's own tests.",
    )
    .class(),
    native("__format__(self, format_spec, /)", format, "Formats the float according to format_spec."),
];

fn from_hex(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(text) = args[1].as_str() else {
        return Err(vm.type_error("bad argument type for built-in operation"));
    };
    let x = float_text::from_hex(text.bytes()).map_err(|fault| vm.fault(fault))?;
    let value = vm.float(x);
    if args[0].is(vm.typ(&FLOAT).value()) { Ok(value) } else { vm.call1(&args[0], &value) }
}

fn format(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let spec = vm.text(&args[1], "__format__() argument")?;
    if spec.is_empty() {
        return vm.to_str(&args[0]);
    }
    format_with(vm, &args[0], spec)
}

/// `float.__format__` with a spec that is not empty.
pub fn format_with(vm: &Vm, value: &Value, spec: &Obj<Str>) -> PyResult<Value> {
    let mut quick = [0; format_value::QUICK];
    if let Some(x) = value.as_tagged_float()
        && let Some(length) = format_value::quick_float(x, spec.bytes(), &mut quick)
    {
        return Ok(vm.str_ascii(&quick[..length]));
    }
    let name = value.type_name(vm);
    let text = format_value::format_float(this(vm, value)?, spec.bytes(), &name, &Locale::C)
        .map_err(|fault| vm.fault(fault))?;
    Ok(vm.str_bytes(&text))
}
