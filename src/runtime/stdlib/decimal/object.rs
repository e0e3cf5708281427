//! `decimal.Decimal`: making decimals, operators and comparisons.

use std::borrow::Cow;

use super::arith;
use super::context::{self, Context, bind, current, given, inside};
use super::convert::{self, Whole};
use super::number::{Ctx, Dec, Kind, flag};
use super::order;
use super::power;
use super::signals;
use super::text;
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Cmp, TypeRef, TypeSpec, getter};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::unicode;
use crate::runtime::value::{Obj, Payload, Value};

crate::payload!(Dec, "decimal.Decimal");

/// A `Decimal`.
#[inline(always)]
pub fn wrap(vm: &Vm, dec: Dec) -> Value {
    vm.alloc_spec(&DECIMAL, dec)
}

/// The decimal behind a value, which is one.
#[inline(always)]
pub fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Dec>> {
    vm.cast::<Dec>(value)
}

/// A result with its conditions, in its context.
#[inline(always)]
pub fn finish(vm: &Vm, context: &Obj<Context>, dec: Dec, status: u32) -> PyResult<Value> {
    context.note(vm, status)?;
    Ok(wrap(vm, dec))
}

fn no_conversion(vm: &Vm, value: &Value) -> Raised {
    vm.type_error(format!("conversion from {} to Decimal is not supported", value.full_type_name(vm)))
}

/// An operand of arithmetic: a decimal as it is, an int exactly; nothing for others.
pub enum Operand<'a> {
    Own(&'a Obj<Dec>),
    Made(Dec),
}

impl std::ops::Deref for Operand<'_> {
    type Target = Dec;
    #[inline(always)]
    fn deref(&self) -> &Dec {
        match self {
            Operand::Own(dec) => &dec.data,
            Operand::Made(dec) => dec,
        }
    }
}

/// See [`Operand`].
#[inline(always)]
pub fn operand<'a>(vm: &Vm, context: &Obj<Context>, value: &'a Value) -> PyResult<Option<Operand<'a>>> {
    if let Some(dec) = value.downcast::<Dec>() {
        return Ok(Some(Operand::Own(dec)));
    }
    let Some(view) = value.as_int() else { return Ok(None) };
    let mut status = 0;
    let dec = convert::from_int_exact(view, &mut status);
    context.note(vm, status)?;
    Ok(Some(Operand::Made(dec)))
}

/// As [`operand`], TypeError for others.
#[inline(always)]
pub fn needed<'a>(vm: &Vm, context: &Obj<Context>, value: &'a Value) -> PyResult<Operand<'a>> {
    match operand(vm, context, value)? {
        Some(operand) => Ok(operand),
        None => Err(no_conversion(vm, value)),
    }
}

/// As [`needed`], for an argument that was bound.
#[inline(always)]
pub fn argument<'a>(vm: &Vm, context: &Obj<Context>, value: Option<&'a Value>) -> PyResult<Operand<'a>> {
    match value {
        Some(value) => needed(vm, context, value),
        None => Err(vm.type_error("function missing an argument")),
    }
}

/// An operation on two decimals.
pub type Operation = fn(&Dec, &Dec, &Ctx, &mut u32) -> Dec;

#[inline(always)]
fn binary(vm: &Vm, a: &Value, b: &Value, operation: Operation) -> PyResult<Value> {
    let current = current(vm)?;
    let context = inside(vm, &current)?;
    let mut status = 0;
    if let (Some(x), Some(y)) = (a.downcast::<Dec>(), b.downcast::<Dec>()) {
        let result = operation(x, y, &context.ctx.get(), &mut status);
        return finish(vm, context, result, status);
    }
    let Some(x) = operand(vm, context, a)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let Some(y) = operand(vm, context, b)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let result = operation(&x, &y, &context.ctx.get(), &mut status);
    finish(vm, context, result, status)
}

fn unary(vm: &Vm, a: &Value, operation: fn(&Dec, &Ctx, &mut u32) -> Dec) -> PyResult<Value> {
    let current = current(vm)?;
    let context = inside(vm, &current)?;
    let mut status = 0;
    let result = operation(this(vm, a)?, &context.ctx.get(), &mut status);
    finish(vm, context, result, status)
}

fn divmod(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let current = current(vm)?;
    let context = inside(vm, &current)?;
    let Some(x) = operand(vm, context, a)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let Some(y) = operand(vm, context, b)? else { return Ok(Value::NOT_IMPLEMENTED) };
    divmod_in(vm, context, &x, &y)
}

/// `divmod` in a context.
pub fn divmod_in(vm: &Vm, context: &Obj<Context>, x: &Dec, y: &Dec) -> PyResult<Value> {
    let mut status = 0;
    let (quotient, rest) = arith::div_mod(x, y, &context.ctx.get(), &mut status);
    context.note(vm, status)?;
    Ok(vm.tuple(vec![wrap(vm, quotient), wrap(vm, rest)]))
}

fn pow(vm: &Vm, a: &Value, b: &Value, modulus: &Value) -> PyResult<Value> {
    let current = current(vm)?;
    let context = inside(vm, &current)?;
    let Some(x) = operand(vm, context, a)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let Some(y) = operand(vm, context, b)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let mut status = 0;
    let result = if modulus.is_none() || modulus.is_unbound() {
        power::power(&x, &y, &context.ctx.get(), &mut status)
    } else {
        let Some(z) = operand(vm, context, modulus)? else { return Ok(Value::NOT_IMPLEMENTED) };
        power::power_modulo(&x, &y, &z, &context.ctx.get(), &mut status)
    };
    finish(vm, context, result, status)
}

// ------------------------------------------------------------------------------------------------ comparison

fn compare(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    let x = this(vm, a)?;
    if let Some(y) = b.downcast::<Dec>()
        && !x.is_nan()
        && !y.is_nan()
    {
        return Ok(Value::bool(op.holds(order::compare(x, y))));
    }
    let current = current(vm)?;
    let context = inside(vm, &current)?;
    if let Some(y) = b.downcast::<Dec>() {
        return compared(vm, context, x, y, op);
    }
    if let Some(view) = b.as_int() {
        let mut status = 0;
        let y = convert::from_int_exact(view, &mut status);
        context.note(vm, status)?;
        return compared(vm, context, x, &y, op);
    }
    let is_equality = matches!(op, Cmp::Eq | Cmp::Ne);
    if let Some(y) = b.as_float() {
        return compared_float(vm, context, x, y, op);
    }
    if let Some(complex) = b.as_complex() {
        if !is_equality || complex.im != 0.0 {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        return compared_float(vm, context, x, complex.re, op);
    }
    let state = signals::state(vm)?;
    let rational = signals::inside(vm, &state)?.rational.clone();
    if !vm.isinstance(b, &rational)? {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let denominator = vm.getattr_str(b, "denominator")?;
    let numerator = vm.getattr_str(b, "numerator")?;
    let (Some(denominator), Some(numerator)) = (denominator.as_int(), numerator.as_int()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let mut status = 0;
    let numerator = convert::from_int_exact(numerator, &mut status);
    if x.is_special() {
        context.note(vm, status)?;
        return compared(vm, context, x, &numerator, op);
    }
    let denominator = convert::from_int_exact(denominator, &mut status);
    let product = Dec::new(x.negative, x.coeff.mul(&denominator.coeff), x.exp);
    context.note(vm, status)?;
    compared(vm, context, &product, &numerator, op)
}

fn compared_float(vm: &Vm, context: &Obj<Context>, x: &Dec, y: f64, op: Cmp) -> PyResult<Value> {
    if matches!(op, Cmp::Eq | Cmp::Ne) {
        let flags = &context.signals.flags;
        flags.set(flags.get() | flag::FLOAT_OPERATION);
    } else {
        context.note(vm, flag::FLOAT_OPERATION)?;
    }
    compared(vm, context, x, &convert::from_float(y), op)
}

#[inline]
fn compared(vm: &Vm, context: &Obj<Context>, x: &Dec, y: &Dec, op: Cmp) -> PyResult<Value> {
    if x.is_nan() || y.is_nan() {
        if x.is_snan() || y.is_snan() || !matches!(op, Cmp::Eq | Cmp::Ne) {
            context.note(vm, flag::INVALID_OPERATION)?;
        }
        return Ok(Value::bool(op == Cmp::Ne));
    }
    Ok(Value::bool(op.holds(order::compare(x, y))))
}

// ------------------------------------------------------------------------------------------------ construction

/// A numeric string as ASCII, without white space around it and underscores if that is allowed.
fn ascii(value: &Value, lenient: bool) -> Cow<'_, [u8]> {
    let Some(text) = value.as_str() else { return Cow::Borrowed(b"") };
    let bytes = text.bytes();
    let mapped = unicode::to_ascii_decimal(bytes);
    if !lenient
        || bytes.iter().all(u8::is_ascii_alphanumeric)
        || bytes.iter().all(|c| matches!(c, b'-'..=b'9'))
    {
        // White space of other scripts is no better than that of ASCII.
        return mapped;
    }
    let is_space = |c: &u8| matches!(c, b' ' | b'\t'..=b'\r' | 0x1c..=0x1f);
    let start = mapped.iter().position(|c| !is_space(c)).unwrap_or(mapped.len());
    let end = mapped.iter().rposition(|c| !is_space(c)).map_or(start, |at| at + 1);
    Cow::Owned(mapped[start..end].iter().copied().filter(|c| *c != b'_').collect())
}

/// The decimal of `(sign, digits, exponent)`.
fn from_tuple(vm: &Vm, value: &Value) -> PyResult<Dec> {
    let parts = vm.collect(value)?;
    let [sign, digits, exponent] = &parts[..] else {
        return Err(vm.value_error("argument must be a sequence of length 3"));
    };
    let negative = match sign.as_int().and_then(|view| view.small()) {
        Some(0) => false,
        Some(1) => true,
        _ => return Err(vm.value_error("sign must be an integer with the value 0 or 1")),
    };
    let mut exp = 0;
    let kind = if let Some(text) = exponent.as_str() {
        match text.bytes() {
            b"F" => Kind::Infinite,
            b"n" => Kind::Quiet,
            b"N" => Kind::Signaling,
            _ => {
                return Err(vm.value_error("string argument in the third position must be 'F', 'n' or 'N'"));
            }
        }
    } else {
        match exponent.as_int() {
            Some(_) => exp = context::integer(vm, exponent)?,
            None => return Err(vm.value_error("exponent must be an integer")),
        }
        Kind::Finite
    };
    let wrong = || vm.value_error("coefficient must be a tuple of digits");
    let is_list = digits.downcast::<crate::runtime::builtins::lists::List>().is_some();
    if digits.as_tuple().is_none() && !is_list {
        return Err(wrong());
    }
    let mut bytes = Vec::new();
    for digit in vm.collect(digits)? {
        match digit.as_int().and_then(|view| view.small()) {
            Some(digit @ 0..=9) => bytes.push(b'0' + digit as u8),
            _ => return Err(wrong()),
        }
    }
    let zeros = bytes.iter().take_while(|c| **c == b'0').count();
    let coeff = match kind {
        Kind::Infinite => super::coeff::Coeff::ZERO,
        _ => text::coeff_of_digits(&bytes[zeros..]),
    };
    Ok(Dec { coeff, exp: exp.clamp(-4_000_000_000_000_000_001, super::number::EXP_INF), negative, kind })
}

/// A decimal of any value that one can be made of, exactly.
fn exact(vm: &Vm, context: &Obj<Context>, value: &Value) -> PyResult<Dec> {
    let mut status = 0;
    let dec = if let Some(dec) = value.downcast::<Dec>() {
        dec.data.clone()
    } else if value.as_str().is_some() {
        text::read_exact(&ascii(value, true), &mut status)
    } else if let Some(view) = value.as_int() {
        convert::from_int_exact(view, &mut status)
    } else if value.as_tuple().is_some()
        || value.downcast::<crate::runtime::builtins::lists::List>().is_some()
    {
        let dec = from_tuple(vm, value)?;
        let mut work = 0;
        let dec = if dec.is_nan() && dec.digits() > super::number::MAX_PREC {
            Dec::error(flag::CONVERSION_SYNTAX, &mut work)
        } else {
            dec.finalize(&Ctx::MAX, &mut work)
        };
        text::exactly(dec, work, &mut status)
    } else if let Some(x) = value.as_float() {
        context.note(vm, flag::FLOAT_OPERATION)?;
        convert::from_float(x)
    } else {
        return Err(no_conversion(vm, value));
    };
    context.note(vm, status)?;
    Ok(dec)
}

/// `Context.create_decimal`: a decimal of any value, fitted to the context.
pub fn created(vm: &Vm, context: &Obj<Context>, value: &Value) -> PyResult<Value> {
    let ctx = context.ctx.get();
    let mut status = 0;
    let dec = if value.as_str().is_some() {
        text::read(&ascii(value, false), &ctx, &mut status)
    } else {
        let dec = if let Some(dec) = value.downcast::<Dec>() {
            dec.data.clone()
        } else if let Some(view) = value.as_int() {
            convert::from_int(view)
        } else if value.as_tuple().is_some()
            || value.downcast::<crate::runtime::builtins::lists::List>().is_some()
        {
            from_tuple(vm, value)?
        } else if let Some(x) = value.as_float() {
            context.note(vm, flag::FLOAT_OPERATION)?;
            convert::from_float(x)
        } else {
            return Err(no_conversion(vm, value));
        };
        if dec.is_nan() && !dec.coeff.is_zero() && dec.digits() > ctx.prec - i64::from(ctx.clamp) {
            Dec::error(flag::CONVERSION_SYNTAX, &mut status)
        } else {
            dec.finalize(&ctx, &mut status)
        }
    };
    finish(vm, context, dec, status)
}

/// `Context.create_decimal_from_float`, and the exact conversion of `Decimal.from_float`.
pub fn from_real(vm: &Vm, value: &Value) -> PyResult<(Dec, u32)> {
    if let Some(view) = value.as_int() {
        let mut status = 0;
        let dec = convert::from_int_exact(view, &mut status);
        return Ok((dec, status));
    }
    match value.as_float() {
        Some(x) => Ok((convert::from_float(x), 0)),
        None => Err(vm.type_error("argument must be int or float")),
    }
}

/// An instance of a class, by calling it unless it is `Decimal` itself.
pub fn of_class(vm: &Vm, class: &Value, dec: Dec) -> PyResult<Value> {
    let value = wrap(vm, dec);
    match class.as_type() {
        Some(ty) if ty.address() == vm.typ(&DECIMAL).address() => Ok(value),
        _ => vm.call1(class, &value),
    }
}

fn new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    let [value, context] = bind(vm, args, &["value", "context"], 0)?;
    let context = given(vm, context)?;
    let context = inside(vm, &context)?;
    let Some(value) = value else { return Ok(vm.alloc(ty, Dec::ZERO).into_value()) };
    if value.downcast::<Dec>().is_some() && ty.is(vm.typ(&DECIMAL)) && value.ty(vm).address() == ty.address()
    {
        return Ok(value.clone());
    }
    let dec = exact(vm, context, value)?;
    Ok(vm.alloc(ty, dec).into_value())
}

/// A decimal of a value as `Decimal(value)` makes it, for `from_number`.
pub fn converted(vm: &Vm, value: &Value) -> PyResult<Dec> {
    let current = current(vm)?;
    exact(vm, inside(vm, &current)?, value)
}

// ------------------------------------------------------------------------------------------------ conversion

/// The decimal rounded to an integer, as an int.
pub fn to_int(vm: &Vm, dec: &Dec, round: super::number::Round) -> PyResult<Value> {
    if dec.is_nan() {
        return Err(vm.value_error("cannot convert NaN to integer"));
    }
    if dec.is_infinite() {
        return Err(vm.overflow_error("cannot convert Infinity to integer"));
    }
    if let super::coeff::Coeff::Small(x) = dec.coeff
        && round == super::number::Round::Down
        && (-38..=0).contains(&dec.exp)
        && let Ok(size) = i64::try_from(x / super::coeff::WIDE_POW10[-dec.exp as usize])
    {
        return Ok(vm.int(if dec.negative { -size } else { size }));
    }
    let mut status = 0;
    let whole = arith::to_integral(dec, &Ctx::MAX.with_round(round), &mut status);
    match convert::to_int(&whole, &mut status) {
        Some(Whole::Small(i)) => Ok(vm.int(i)),
        Some(Whole::Big(big)) => Ok(vm.int_big(big)),
        None => Err(vm.memory_error()),
    }
}

/// The decimal as float.
pub fn to_float(vm: &Vm, dec: &Dec) -> PyResult<f64> {
    if dec.is_snan() {
        return Err(vm.value_error("cannot convert signaling NaN to float"));
    }
    Ok(convert::to_float(dec))
}

/// The decimal as text.
pub fn to_text(vm: &Vm, dec: &Dec, engineering: bool, capitals: bool) -> Value {
    vm.str_ascii(&text::format(dec, engineering, capitals))
}

fn capitals(vm: &Vm) -> PyResult<bool> {
    let current = current(vm)?;
    Ok(inside(vm, &current)?.capitals.get())
}

/// The type.
pub static DECIMAL: TypeSpec = TypeSpec::new("decimal.Decimal", Dec::layout)
    .flags(type_flag::BASE)
    .doc(
        "(value=\"0\", context=None)",
        "A decimal floating-point number: a sign, a coefficient and an exponent of ten.\n\nThe value may be a decimal, an int, a float, a numeric string or a tuple (sign, digits, exponent); the\nresult is exact. The context is where an invalid value signals.",
    )
    .slots(|s| {
        s.new = Some(new);
        s.repr = Some(|vm, value| {
            let text = text::format(this(vm, value)?, false, capitals(vm)?);
            Ok(vm.str_ascii(&[b"Decimal('", &text[..], b"')"].concat()))
        });
        s.str = Some(|vm, value| {
            let (dec, mut buffer) = (this(vm, value)?, [0; 48]);
            match text::short(dec, &mut buffer) {
                Some(at) => Ok(vm.str_ascii(&buffer[at..])),
                None => Ok(vm.str_ascii(&text::format(dec, false, capitals(vm)?))),
            }
        });
        s.hash = Some(|vm, value| {
            let dec = this(vm, value)?;
            if dec.is_snan() {
                return Err(vm.type_error("Cannot hash a signaling NaN value"));
            }
            if dec.is_nan() {
                return Ok((value.to_bits() as i64).rotate_right(4));
            }
            Ok(convert::hash(dec))
        });
        s.compare = Some(compare);
        s.bool = Some(|vm, value| Ok(!this(vm, value)?.is_zero()));
        s.int = Some(|vm, value| to_int(vm, this(vm, value)?, super::number::Round::Down));
        s.float = Some(|vm, value| Ok(vm.float(to_float(vm, this(vm, value)?)?)));
        s.neg = Some(|vm, value| unary(vm, value, arith::minus));
        s.pos = Some(|vm, value| unary(vm, value, arith::plus));
        s.abs = Some(|vm, value| unary(vm, value, arith::abs));
        s.add = Some(|vm, a, b| binary(vm, a, b, arith::add));
        s.sub = Some(|vm, a, b| binary(vm, a, b, arith::sub));
        s.mul = Some(|vm, a, b| binary(vm, a, b, arith::mul));
        s.truediv = Some(|vm, a, b| binary(vm, a, b, arith::div));
        s.floordiv = Some(|vm, a, b| binary(vm, a, b, arith::div_int));
        s.modulo = Some(|vm, a, b| binary(vm, a, b, arith::rem));
        s.divmod = Some(divmod);
        s.pow = Some(pow);
    })
    .methods(super::methods::METHODS)
    .getset(&[
        getter("real", |_, value| Ok(value.clone()), ""),
        getter("imag", |vm, _| Ok(wrap(vm, Dec::ZERO)), ""),
    ]);

/// ValueError for a specification that is none.
pub fn bad_format(vm: &Vm) -> Raised {
    vm.raise(&exc::VALUE_ERROR, "invalid format string")
}
