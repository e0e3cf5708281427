//! `complex`: arithmetic with the infinities of C's Annex G and without a detour for real operands, text, methods.

use crate::runtime::builtins::tools::member;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::number::float_text;
use crate::runtime::number::int_math;
use crate::runtime::object::args::Args;
use crate::runtime::object::hash::address_hash;
use crate::runtime::object::typedef::{Cmp, Native, Slots, TypeRef, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::format_value::{self, Locale};
use crate::runtime::text::unicode::to_ascii_decimal;
use crate::runtime::value::{Payload, Value};

/// A complex number.
#[derive(Clone, Copy)]
pub struct Complex {
    /// Its real part.
    pub re: f64,
    /// Its imaginary part.
    pub im: f64,
}
crate::payload!(Complex, "complex");

/// `complex`
pub static COMPLEX: TypeSpec = TypeSpec::new("complex", Complex::layout)
    .kind(kind::COMPLEX)
    .flags(type_flag::BASE)
    .doc(
        "(real=0, imag=0)",
        "A complex number of a string or of numbers.\n\nA string, or a single number of any kind, is converted; 'real' and 'imag' give\nboth parts.",
    )
    .slots(complex_slots)
    .methods(METHODS)
    .getset(&[
        member("real", |vm, c| Ok(vm.float(this(vm, c)?.re)), "the real part of a complex number"),
        member("imag", |vm, c| Ok(vm.float(this(vm, c)?.im)), "the imaginary part of a complex number"),
    ]);

impl Vm {
    /// A complex number.
    pub fn complex(&self, re: f64, im: f64) -> Value {
        self.alloc_spec(&COMPLEX, Complex { re, im })
    }

    /// What `PyComplex_AsCComplex` takes: complex numbers, `__complex__`, and real numbers.
    pub fn to_complex(&self, value: &Value) -> PyResult<Complex> {
        // A subclass's own value counts, whatever its `__complex__`; only the constructor asks that.
        if let Some(c) = value.as_complex() {
            return Ok(c);
        }
        match self.complex_by_method(value)? {
            Some(c) => Ok(c),
            None => Ok(Complex { re: self.to_f64(value)?, im: 0.0 }),
        }
    }

    /// A complex number itself, or what `__complex__` gives.
    fn complex_by_method(&self, value: &Value) -> PyResult<Option<Complex>> {
        if value.kind() == kind::COMPLEX {
            return Ok(value.as_complex());
        }
        if value.as_small().is_some() || value.is_exact_float() {
            return Ok(None);
        }
        let Some(result) = self.call_special(value, &self.names().__complex__, &[])? else { return Ok(None) };
        let Some(c) = result.as_complex() else {
            return Err(self
                .type_error(format!("__complex__ returned non-complex (type {})", result.type_name(self))));
        };
        if result.kind() != kind::COMPLEX {
            let name = result.type_name(self);
            self.warn_deprecated(&format!(
                "__complex__ returned non-complex (type {name}).  The ability to return an instance of a strict subclass of complex is deprecated, and may be removed in a future version of Python."
            ))?;
        }
        Ok(Some(c))
    }
}

impl Value {
    /// The number, if it is complex (or of a subclass).
    pub fn as_complex(&self) -> Option<Complex> {
        self.downcast::<Complex>().map(|object| object.data)
    }
}

// ------------------------------------------------------------------------------------------------ arithmetic

/// The finite stand-in of a part that may be infinite.
fn boxed(x: f64) -> f64 {
    if x.is_infinite() { 1f64.copysign(x) } else { 0f64.copysign(x) }
}

fn nan_to_zero(x: f64) -> f64 {
    if x.is_nan() { 0f64.copysign(x) } else { x }
}

fn product(z: Complex, w: Complex) -> Complex {
    let (mut a, mut b, mut c, mut d) = (z.re, z.im, w.re, w.im);
    let (ac, bd, ad, bc) = (a * c, b * d, a * d, b * c);
    let result = Complex { re: ac - bd, im: ad + bc };
    if !(result.re.is_nan() && result.im.is_nan()) {
        return result;
    }
    let mut again = false;
    if a.is_infinite() || b.is_infinite() {
        (a, b, c, d) = (boxed(a), boxed(b), nan_to_zero(c), nan_to_zero(d));
        again = true;
    }
    if c.is_infinite() || d.is_infinite() {
        (c, d, a, b) = (boxed(c), boxed(d), nan_to_zero(a), nan_to_zero(b));
        again = true;
    }
    if !again && [ac, bd, ad, bc].iter().any(|x| x.is_infinite()) {
        (a, b, c, d) = (nan_to_zero(a), nan_to_zero(b), nan_to_zero(c), nan_to_zero(d));
        again = true;
    }
    if !again {
        return result;
    }
    Complex { re: f64::INFINITY * (a * c - b * d), im: f64::INFINITY * (a * d + b * c) }
}

/// `a / b` for `b` that is not zero. `real` says that `a` has no imaginary part at all.
fn quotient(a: Complex, b: Complex, real: bool) -> Complex {
    let (re, im) = (b.re.abs(), b.im.abs());
    let result = if re >= im {
        let ratio = b.im / b.re;
        let unit = b.re + b.im * ratio;
        if real {
            Complex { re: a.re / unit, im: -a.re * ratio / unit }
        } else {
            Complex { re: (a.re + a.im * ratio) / unit, im: (a.im - a.re * ratio) / unit }
        }
    } else if im >= re {
        let ratio = b.re / b.im;
        let unit = b.re * ratio + b.im;
        if real {
            Complex { re: a.re * ratio / unit, im: -a.re / unit }
        } else {
            Complex { re: (a.re * ratio + a.im) / unit, im: (a.im * ratio - a.re) / unit }
        }
    } else {
        Complex { re: f64::NAN, im: f64::NAN }
    };
    if !(result.re.is_nan() && result.im.is_nan()) {
        return result;
    }
    if !real && (a.re.is_infinite() || a.im.is_infinite()) && b.re.is_finite() && b.im.is_finite() {
        let (x, y) = (boxed(a.re), boxed(a.im));
        return Complex {
            re: f64::INFINITY * (x * b.re + y * b.im),
            im: f64::INFINITY * (y * b.re - x * b.im),
        };
    }
    if (re.is_infinite() || im.is_infinite()) && a.re.is_finite() && (real || a.im.is_finite()) {
        let (x, y) = (boxed(b.re), boxed(b.im));
        if real {
            return Complex { re: 0.0 * (a.re * x), im: 0.0 * (-a.re * y) };
        }
        return Complex { re: 0.0 * (a.re * x + a.im * y), im: 0.0 * (a.im * x - a.re * y) };
    }
    result
}

/// An operand: complex, or a real number.
enum Operand {
    Complex(Complex),
    Real(f64),
}

impl Operand {
    fn complex(&self) -> Complex {
        match *self {
            Operand::Complex(c) => c,
            Operand::Real(re) => Complex { re, im: 0.0 },
        }
    }
}

fn operand(vm: &Vm, value: &Value) -> PyResult<Option<Operand>> {
    if let Some(c) = value.as_complex() {
        return Ok(Some(Operand::Complex(c)));
    }
    Ok(vm.real_operand(value)?.map(Operand::Real))
}

macro_rules! both {
    ($vm:ident, $a:ident, $b:ident) => {{
        let Some(x) = operand($vm, $a)? else { return Ok(Value::NOT_IMPLEMENTED) };
        let Some(y) = operand($vm, $b)? else { return Ok(Value::NOT_IMPLEMENTED) };
        (x, y)
    }};
}

fn add(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    Ok(match both!(vm, a, b) {
        (Operand::Complex(z), Operand::Complex(w)) => vm.complex(z.re + w.re, z.im + w.im),
        (Operand::Complex(z), Operand::Real(x)) | (Operand::Real(x), Operand::Complex(z)) => {
            vm.complex(z.re + x, z.im)
        }
        (Operand::Real(x), Operand::Real(y)) => vm.complex(x + y, 0.0),
    })
}

fn sub(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    Ok(match both!(vm, a, b) {
        (Operand::Complex(z), Operand::Complex(w)) => vm.complex(z.re - w.re, z.im - w.im),
        (Operand::Complex(z), Operand::Real(x)) => vm.complex(z.re - x, z.im),
        (Operand::Real(x), Operand::Complex(z)) => vm.complex(x - z.re, -z.im),
        (Operand::Real(x), Operand::Real(y)) => vm.complex(x - y, 0.0),
    })
}

fn mul(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    Ok(match both!(vm, a, b) {
        (Operand::Complex(z), Operand::Real(x)) | (Operand::Real(x), Operand::Complex(z)) => {
            vm.complex(z.re * x, z.im * x)
        }
        (x, y) => {
            let result = product(x.complex(), y.complex());
            vm.complex(result.re, result.im)
        }
    })
}

fn true_div(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let (x, y) = both!(vm, a, b);
    let divisor = y.complex();
    if divisor.re == 0.0 && divisor.im == 0.0 {
        return Err(vm.zero_division("division by zero"));
    }
    let result = match (x, y) {
        (Operand::Complex(z), Operand::Real(d)) => Complex { re: z.re / d, im: z.im / d },
        (Operand::Real(re), Operand::Complex(w)) => quotient(Complex { re, im: 0.0 }, w, true),
        (x, _) => quotient(x.complex(), divisor, false),
    };
    Ok(vm.complex(result.re, result.im))
}

const ONE: Complex = Complex { re: 1.0, im: 0.0 };

fn power_by_squares(base: Complex, n: u32) -> Complex {
    let (mut result, mut square, mut mask) = (ONE, base, 1u32);
    while n >= mask {
        if n & mask != 0 {
            result = product(result, square);
        }
        mask <<= 1;
        square = product(square, square);
    }
    result
}

fn pow(vm: &Vm, a: &Value, b: &Value, modulus: &Value) -> PyResult<Value> {
    let (x, y) = both!(vm, a, b);
    let (base, exponent) = (x.complex(), y.complex());
    if !modulus.is_none() {
        return Err(vm.value_error("complex modulo"));
    }
    let no_power = || vm.zero_division("zero to a negative or complex power");
    let is_zero = base.re == 0.0 && base.im == 0.0;
    let result = if exponent.im == 0.0 && exponent.re == exponent.re.floor() && exponent.re.abs() <= 100.0 {
        let power = power_by_squares(base, exponent.re.abs() as u32);
        if exponent.re < 0.0 {
            if power.re == 0.0 && power.im == 0.0 {
                return Err(no_power());
            }
            quotient(ONE, power, false)
        } else {
            power
        }
    } else if exponent.re == 0.0 && exponent.im == 0.0 {
        ONE
    } else if is_zero {
        if exponent.im != 0.0 || exponent.re < 0.0 {
            return Err(no_power());
        }
        Complex { re: 0.0, im: 0.0 }
    } else {
        let size = base.re.hypot(base.im);
        let angle = base.im.atan2(base.re);
        let mut length = size.powf(exponent.re);
        let mut phase = angle * exponent.re;
        if exponent.im != 0.0 {
            length *= (-angle * exponent.im).exp();
            phase += exponent.im * size.ln();
        }
        Complex { re: length * phase.cos(), im: length * phase.sin() }
    };
    if result.re.is_infinite() || result.im.is_infinite() {
        return Err(vm.overflow_error("complex exponentiation"));
    }
    Ok(vm.complex(result.re, result.im))
}

fn compare(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    if !matches!(op, Cmp::Eq | Cmp::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let z = this(vm, a)?;
    let equal = if let Some(w) = b.as_complex() {
        z.re == w.re && z.im == w.im
    } else if b.as_float().is_some() || b.as_int().is_some() {
        if z.im == 0.0 {
            let real = vm.float(z.re);
            vm.compare_bool(&real, b, Cmp::Eq)?
        } else {
            false
        }
    } else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(Value::bool(equal == (op == Cmp::Eq)))
}

fn this(vm: &Vm, value: &Value) -> PyResult<Complex> {
    Ok(vm.cast::<Complex>(value)?.data)
}

/// A part in `repr`: whole ones show no ".0", unlike floats.
fn part_text(x: f64) -> String {
    let text = float_text::repr(x);
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

fn complex_repr(vm: &Vm, value: &Value) -> PyResult<Value> {
    let z = this(vm, value)?;
    let imaginary = part_text(z.im);
    if z.re == 0.0 && z.re.is_sign_positive() {
        return Ok(vm.str(format!("{imaginary}j")));
    }
    let plus = if imaginary.starts_with('-') { "" } else { "+" };
    Ok(vm.str(format!("({}{plus}{imaginary}j)", part_text(z.re))))
}

fn complex_slots(s: &mut Slots) {
    s.new = Some(complex_new);
    s.repr = Some(complex_repr);
    s.hash = Some(|vm, a| {
        let z = this(vm, a)?;
        let identity = address_hash(a.to_bits());
        let re = int_math::hash_float(z.re).unwrap_or(identity);
        let im = int_math::hash_float(z.im).unwrap_or(identity);
        let hash = re.wrapping_add(im.wrapping_mul(1_000_003));
        Ok(if hash == -1 { -2 } else { hash })
    });
    s.compare = Some(compare);
    s.bool = Some(|vm, a| this(vm, a).map(|z| z.re != 0.0 || z.im != 0.0));
    s.neg = Some(|vm, a| this(vm, a).map(|z| vm.complex(-z.re, -z.im)));
    s.pos = Some(exact);
    s.abs = Some(|vm, a| {
        let z = this(vm, a)?;
        let size = z.re.hypot(z.im);
        if size.is_infinite() && z.re.is_finite() && z.im.is_finite() {
            return Err(vm.overflow_error("absolute value too large"));
        }
        Ok(vm.float(size))
    });
    s.add = Some(add);
    s.sub = Some(sub);
    s.mul = Some(mul);
    s.truediv = Some(true_div);
    s.pow = Some(pow);
}

fn exact(vm: &Vm, a: &Value) -> PyResult<Value> {
    if a.kind() == kind::COMPLEX {
        return Ok(a.clone());
    }
    let z = this(vm, a)?;
    Ok(vm.complex(z.re, z.im))
}

// ------------------------------------------------------------------------------------------------ construction

fn of_type(vm: &Vm, ty: &TypeRef, z: Complex) -> Value {
    vm.alloc(ty, z).into_value()
}

fn complex_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    let pos = args.pos();
    if args.values.len() > 2 {
        return Err(
            vm.type_error(format!("complex() takes at most 2 arguments ({} given)", args.values.len()))
        );
    }
    let (mut real, mut imag) = (pos.first(), pos.get(1));
    for (key, value) in args.keywords() {
        let name = key.as_str().map(|k| k.to_string_lossy()).unwrap_or_default();
        let (place, number) = match &*name {
            "real" => (&mut real, 1),
            "imag" => (&mut imag, 2),
            _ => return Err(vm.type_error(format!("complex() got an unexpected keyword argument '{name}'"))),
        };
        if place.is_some() {
            return Err(vm.type_error(format!(
                "argument for complex() given by name ('{name}') and position ({number})"
            )));
        }
        *place = Some(value);
    }
    match (real, imag) {
        (None, None) => Ok(of_type(vm, ty, Complex { re: 0.0, im: 0.0 })),
        (Some(value), None) if args.names.is_empty() => of_single(vm, ty, value),
        (real, imag) => of_parts(vm, ty, real, imag),
    }
}

fn of_single(vm: &Vm, ty: &TypeRef, value: &Value) -> PyResult<Value> {
    if value.kind() == kind::COMPLEX && ty.is(vm.typ(&COMPLEX)) {
        return Ok(value.clone());
    }
    if let Some(text) = value.as_str() {
        return match parse(&to_ascii_decimal(text.bytes())) {
            Some(z) => Ok(of_type(vm, ty, z)),
            None => Err(vm.value_error("complex() arg is a malformed string")),
        };
    }
    if let Some(z) = vm.complex_by_method(value)? {
        return Ok(of_type(vm, ty, z));
    }
    match vm.number_as_float(value)? {
        Some(re) => Ok(of_type(vm, ty, Complex { re, im: 0.0 })),
        None => Err(vm.type_error(format!(
            "complex() argument must be a string or a number, not {}",
            value.type_name(vm)
        ))),
    }
}

/// A part of `complex(real, imag)`; complex parts are still taken.
fn part(vm: &Vm, value: Option<&Value>, name: &str) -> PyResult<Operand> {
    let Some(value) = value else { return Ok(Operand::Real(0.0)) };
    let wrong = || format!("complex() argument '{name}' must be a real number, not {}", value.type_name(vm));
    let direct = value.as_complex().is_some();
    let by_method = if name == "real" || direct { vm.complex_by_method(value)? } else { None };
    if let Some(z) = by_method {
        vm.warn_deprecated(&wrong())?;
        return Ok(Operand::Complex(z));
    }
    match vm.number_as_float(value)? {
        Some(x) => Ok(Operand::Real(x)),
        None => Err(vm.type_error(wrong())),
    }
}

fn of_parts(vm: &Vm, ty: &TypeRef, real: Option<&Value>, imag: Option<&Value>) -> PyResult<Value> {
    let real = part(vm, real, "real")?;
    let imag = part(vm, imag, "imag")?;
    let mut z = real.complex();
    match imag {
        Operand::Complex(i) => {
            z.re -= i.im;
            z.im = if matches!(real, Operand::Complex(_)) { z.im + i.re } else { i.re };
        }
        Operand::Real(i) => z.im = if matches!(real, Operand::Complex(_)) { z.im + i } else { i },
    }
    Ok(of_type(vm, ty, z))
}

/// Length of the float that `text` begins with, sign included; zero if there is none.
fn float_prefix(text: &[u8]) -> usize {
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let body = &text[sign..];
    let word = |name: &[u8]| body.len() >= name.len() && body[..name.len()].eq_ignore_ascii_case(name);
    for name in [&b"infinity"[..], b"inf", b"nan"] {
        if word(name) {
            return sign + name.len();
        }
    }
    let digits = |from: usize| body[from..].iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
    let whole = digits(0);
    let mut end = whole;
    let mut any = whole > 0;
    if body.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        any |= fraction > 0;
        end += 1 + fraction;
    }
    if !any {
        return 0;
    }
    if matches!(body.get(end), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(body.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits((end + 1 + signed).min(body.len()));
        if exponent > 0 {
            end += 1 + signed + exponent;
        }
    }
    sign + end
}

/// `complex(text)` of ASCII text.
fn parse(text: &[u8]) -> Option<Complex> {
    let mut text = float_text::trim_ascii_space(text);
    if let [b'(', inner @ .., b')'] = text {
        text = float_text::trim_ascii_space(inner);
    }
    let number = |text: &[u8]| match text {
        b"" | b"+" => Some(1.0),
        b"-" => Some(-1.0),
        _ => float_text::parse(text),
    };
    let is_unit = |rest: &[u8]| matches!(rest, [b'j' | b'J']);
    let first = float_prefix(text);
    let (head, rest) = text.split_at(first);
    if first == 0 {
        // A lone unit, with or without a sign.
        let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
        return is_unit(&text[sign..])
            .then(|| Complex { re: 0.0, im: if text[0] == b'-' { -1.0 } else { 1.0 } });
    }
    if rest.is_empty() {
        return Some(Complex { re: float_text::parse(head)?, im: 0.0 });
    }
    if is_unit(rest) {
        return Some(Complex { re: 0.0, im: float_text::parse(head)? });
    }
    if !matches!(rest[0], b'+' | b'-') {
        return None;
    }
    let second = match float_prefix(rest) {
        0 => 1,
        length => length,
    };
    let (imaginary, unit) = rest.split_at(second);
    if !is_unit(unit) {
        return None;
    }
    Some(Complex { re: float_text::parse(head)?, im: number(imaginary)? })
}

static METHODS: &[Native] = &[
    native(
        "from_number(cls, number, /)",
        |vm, args| {
            let is_complex = args[0].is(vm.typ(&COMPLEX).value());
            if is_complex && args[1].kind() == kind::COMPLEX {
                return Ok(args[1].clone());
            }
            let z = vm.to_complex(&args[1])?;
            let value = vm.complex(z.re, z.im);
            if is_complex { Ok(value) } else { vm.call1(&args[0], &value) }
        },
        "Convert number to a complex floating-point number.",
    )
    .class(),
    native(
        "conjugate(self, /)",
        |vm, args| this(vm, &args[0]).map(|z| vm.complex(z.re, -z.im)),
        "Return the complex conjugate of its argument. (3-4j).conjugate() == 3+4j.",
    ),
    native(
        "__complex__(self, /)",
        |vm, args| exact(vm, &args[0]),
        "Convert this value to exact type complex.",
    ),
    native(
        "__getnewargs__(self, /)",
        |vm, args| {
            let z = this(vm, &args[0])?;
            Ok(vm.tuple(vec![vm.float(z.re), vm.float(z.im)]))
        },
        "",
    ),
    native("__format__(self, format_spec, /)", format, "Convert to a string according to format_spec."),
];

fn format(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let spec = vm.text(&args[1], "__format__() argument")?;
    if spec.is_empty() {
        return vm.to_str(&args[0]);
    }
    let z = this(vm, &args[0])?;
    let name = args[0].type_name(vm);
    let text = format_value::format_complex(z.re, z.im, spec.bytes(), &name, &Locale::C)
        .map_err(|fault| vm.fault(fault))?;
    Ok(vm.str_bytes(&text))
}
