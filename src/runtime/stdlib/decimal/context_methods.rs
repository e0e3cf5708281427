//! The methods of `decimal.Context`: every operation, in this context.

use super::arith;
use super::context::{bind, inside, method_copy, method_reduce};
use super::methods::Single;
use super::number::{Ctx, Dec, Kind};
use super::object::{Operation, argument, created, divmod_in, finish, from_real, needed, to_text, wrap};
use super::order;
use super::power;
use super::series;
use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Native, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

fn one(vm: &Vm, args: &[Value], operation: Single) -> PyResult<Value> {
    let context = inside(vm, &args[0])?;
    let operand = needed(vm, context, &args[1])?;
    let mut status = 0;
    let result = operation(&operand, &context.ctx.get(), &mut status);
    finish(vm, context, result, status)
}

/// The operands of a method that takes so many by position alone.
fn operands<'a>(vm: &Vm, args: Args<'a>, name: &str, count: usize) -> PyResult<&'a [Value]> {
    args.no_keywords(vm, name)?;
    let given = args.values.len() - 1;
    if given != count {
        return Err(vm.type_error(format!("function takes exactly {count} arguments ({given} given)")));
    }
    Ok(&args.values[1..])
}

fn two(vm: &Vm, args: Args, name: &str, operation: Operation) -> PyResult<Value> {
    let context = inside(vm, &args.values[0])?;
    let values = operands(vm, args, name, 2)?;
    let (a, b) = (needed(vm, context, &values[0])?, needed(vm, context, &values[1])?);
    let mut status = 0;
    let result = operation(&a, &b, &context.ctx.get(), &mut status);
    finish(vm, context, result, status)
}

fn pair(vm: &Vm, args: Args, name: &str, combine: fn(&Vm, &Dec, &Dec) -> Value) -> PyResult<Value> {
    let context = inside(vm, &args.values[0])?;
    let values = operands(vm, args, name, 2)?;
    let (a, b) = (needed(vm, context, &values[0])?, needed(vm, context, &values[1])?);
    Ok(combine(vm, &a, &b))
}

fn about(vm: &Vm, args: &[Value], answer: fn(&Vm, &Dec, &Ctx) -> Value) -> PyResult<Value> {
    let context = inside(vm, &args[0])?;
    let operand = needed(vm, context, &args[1])?;
    Ok(answer(vm, &operand, &context.ctx.get()))
}

fn own(vm: &Vm, value: &Value) -> PyResult<()> {
    match value.downcast::<Dec>() {
        Some(_) => Ok(()),
        None => Err(vm.type_error("argument must be a Decimal")),
    }
}

macro_rules! one {
    ($name:literal, $operation:path, $doc:literal) => {
        native(concat!($name, "(self, x, /)"), |vm, args| one(vm, args, $operation), $doc)
    };
}
macro_rules! two {
    ($name:literal, $operation:path, $doc:literal) => {
        native_raw(concat!($name, "($self, x, y, /)"), |vm, args| two(vm, args, $name, $operation), $doc)
    };
}
macro_rules! pair {
    ($name:literal, $combine:expr, $doc:literal) => {
        native_raw(concat!($name, "($self, x, y, /)"), |vm, args| pair(vm, args, $name, $combine), $doc)
    };
}
macro_rules! about {
    ($name:literal, $answer:expr, $doc:literal) => {
        native(concat!($name, "(self, x, /)"), |vm, args| about(vm, args, $answer), $doc)
    };
}

/// The table.
pub const METHODS: &[Native] = &[
    one!("abs", arith::abs, "The absolute value, rounded."),
    one!("exp", series::exp, "e ** x"),
    one!("ln", series::ln, "The natural logarithm."),
    one!("log10", series::log10, "The logarithm to base ten."),
    one!("logb", arith::logb, "The exponent of the first digit."),
    one!("logical_invert", order::logical_invert, "Inverts the digits zero and one."),
    one!("minus", arith::minus, "-x"),
    one!("next_minus", arith::next_minus, "The greatest number below x."),
    one!("next_plus", arith::next_plus, "The least number above x."),
    one!("normalize", arith::reduce, "x without zeros at the end."),
    one!("plus", arith::plus, "+x"),
    one!("sqrt", arith::sqrt, "The square root."),
    one!("to_integral", arith::to_integral, "As to_integral_value."),
    one!("to_integral_exact", arith::to_integral_exact, "Rounds to an integer, and signals it."),
    one!("to_integral_value", arith::to_integral, "Rounds to an integer, silently."),
    one!("_apply", plain_finalize, "x, rounded to this context."),
    two!("add", arith::add, "x + y"),
    two!("compare", order::compare_quiet, "-1, 0, 1 or NaN."),
    two!("compare_signal", order::compare_signal, "As compare; all NaNs signal."),
    two!("divide", arith::div, "x / y"),
    two!("divide_int", arith::div_int, "x // y"),
    two!("logical_and", order::logical_and, "The digits' and."),
    two!("logical_or", order::logical_or, "The digits' or."),
    two!("logical_xor", order::logical_xor, "The digits' exclusive or."),
    two!("max", order::max, "The greater one."),
    two!("max_mag", order::max_mag, "The greater one by absolute value."),
    two!("min", order::min, "The lesser one."),
    two!("min_mag", order::min_mag, "The lesser one by absolute value."),
    two!("multiply", arith::mul, "x * y"),
    two!("next_toward", arith::next_toward, "The next number in the direction of y."),
    two!("quantize", arith::quantize, "x with the exponent of y."),
    two!("remainder", arith::rem, "x % y"),
    two!("remainder_near", arith::rem_near, "The rest of the division by the nearest quotient."),
    two!("rotate", arith::rotate, "The coefficient rotated by y digits."),
    two!("scaleb", arith::scaleb, "x * 10 ** y"),
    two!("shift", arith::shift, "The coefficient shifted by y digits."),
    two!("subtract", arith::sub, "x - y"),
    pair!("compare_total", |vm, a, b| wrap(vm, order::compare_total(a, b)), "-1, 0 or 1 in the total order."),
    pair!(
        "compare_total_mag",
        |vm, a, b| wrap(vm, order::compare_total_mag(a, b)),
        "As compare_total, without the signs."
    ),
    pair!("copy_sign", |vm, a, b| wrap(vm, a.clone().with_sign(b.negative)), "x with the sign of y."),
    pair!("same_quantum", |_, a, b| Value::bool(order::same_quantum(a, b)), "Have both the same exponent?"),
    native_raw(
        "divmod($self, x, y, /)",
        |vm, args| {
            let context = inside(vm, &args.values[0])?;
            let values = operands(vm, args, "divmod", 2)?;
            let (a, b) = (needed(vm, context, &values[0])?, needed(vm, context, &values[1])?);
            divmod_in(vm, context, &a, &b)
        },
        "Quotient and rest.",
    ),
    native_raw(
        "fma($self, x, y, z, /)",
        |vm, args| {
            let context = inside(vm, &args.values[0])?;
            let values = operands(vm, args, "fma", 3)?;
            let (a, b) = (needed(vm, context, &values[0])?, needed(vm, context, &values[1])?);
            let c = needed(vm, context, &values[2])?;
            let mut status = 0;
            let result = arith::fma(&a, &b, &c, &context.ctx.get(), &mut status);
            finish(vm, context, result, status)
        },
        "x * y + z, rounded once.",
    ),
    native_raw(
        "power($self, /, a, b, modulo=None)",
        |vm, args| {
            let context = inside(vm, &args.values[0])?;
            let [a, b, modulo] = bind(vm, args.rest(), &["a", "b", "modulo"], 2)?;
            let a = argument(vm, context, a)?;
            let b = argument(vm, context, b)?;
            let mut status = 0;
            let result = match modulo.filter(|modulo| !modulo.is_none()) {
                None => power::power(&a, &b, &context.ctx.get(), &mut status),
                Some(modulo) => {
                    let c = needed(vm, context, modulo)?;
                    power::power_modulo(&a, &b, &c, &context.ctx.get(), &mut status)
                }
            };
            finish(vm, context, result, status)
        },
        "a ** b, or a ** b % modulo exactly.",
    ),
    about!("is_finite", |_, dec, _| Value::bool(dec.is_finite()), "Neither infinite nor NaN?"),
    about!("is_infinite", |_, dec, _| Value::bool(dec.is_infinite()), "Infinite?"),
    about!("is_nan", |_, dec, _| Value::bool(dec.is_nan()), "A NaN of either kind?"),
    about!("is_normal", |_, dec, ctx| Value::bool(order::is_normal(dec, ctx)), "Finite and normal?"),
    about!("is_qnan", |_, dec, _| Value::bool(dec.kind == Kind::Quiet), "A quiet NaN?"),
    about!("is_signed", |_, dec, _| Value::bool(dec.negative), "Is the sign negative?"),
    about!("is_snan", |_, dec, _| Value::bool(dec.is_snan()), "A signaling NaN?"),
    about!("is_subnormal", |_, dec, ctx| Value::bool(order::is_subnormal(dec, ctx)), "Subnormal?"),
    about!("is_zero", |_, dec, _| Value::bool(dec.is_zero()), "Zero?"),
    about!("copy_abs", |vm, dec, _| wrap(vm, dec.clone().with_sign(false)), "x without its sign."),
    about!("copy_negate", |vm, dec, _| wrap(vm, dec.clone().negated()), "x with the other sign."),
    about!("number_class", |vm, dec, ctx| vm.str(order::class(dec, ctx)), "The class of x as a word."),
    native(
        "canonical(self, x, /)",
        |vm, args| {
            own(vm, &args[1])?;
            Ok(args[1].clone())
        },
        "x itself.",
    ),
    native(
        "copy_decimal(self, x, /)",
        |vm, args| {
            if args[1].downcast::<Dec>().is_some() {
                return Ok(args[1].clone());
            }
            let dec = needed(vm, inside(vm, &args[0])?, &args[1])?;
            Ok(wrap(vm, dec.clone()))
        },
        "x as a decimal.",
    ),
    native(
        "is_canonical(self, x, /)",
        |vm, args| {
            own(vm, &args[1])?;
            Ok(Value::TRUE)
        },
        "Always true.",
    ),
    native(
        "to_sci_string(self, x, /)",
        |vm, args| {
            let context = inside(vm, &args[0])?;
            let dec = needed(vm, context, &args[1])?;
            Ok(to_text(vm, &dec, false, context.capitals.get()))
        },
        "x in scientific notation.",
    ),
    native(
        "to_eng_string(self, x, /)",
        |vm, args| {
            let context = inside(vm, &args[0])?;
            let dec = needed(vm, context, &args[1])?;
            Ok(to_text(vm, &dec, true, context.capitals.get()))
        },
        "x in engineering notation.",
    ),
    native_raw(
        "create_decimal($self, num=\"0\", /)",
        |vm, args| {
            args.no_keywords(vm, "create_decimal")?;
            let context = inside(vm, &args.values[0])?;
            match &args.values[1..] {
                [] => Ok(wrap(vm, Dec::ZERO)),
                [value] => created(vm, context, value),
                more => {
                    Err(vm.type_error(format!("function takes at most 1 argument ({} given)", more.len())))
                }
            }
        },
        "A decimal of a value, rounded to this context.",
    ),
    native(
        "create_decimal_from_float(self, f, /)",
        |vm, args| {
            let context = inside(vm, &args[0])?;
            let (dec, mut status) = from_real(vm, &args[1])?;
            let dec = dec.finalize(&context.ctx.get(), &mut status);
            finish(vm, context, dec, status)
        },
        "A decimal of a float or an int, rounded to this context.",
    ),
    native(
        "Etiny(self, /)",
        |vm, args| Ok(vm.int(inside(vm, &args[0])?.ctx.get().etiny())),
        "The least exponent of a subnormal number.",
    ),
    native(
        "Etop(self, /)",
        |vm, args| Ok(vm.int(inside(vm, &args[0])?.ctx.get().etop())),
        "The exponent of a number with full precision and greatest size.",
    ),
    native("radix(self, /)", |vm, _| Ok(wrap(vm, Dec::from_i64(10))), "Ten."),
    native(
        "clear_flags(self, /)",
        |vm, args| {
            inside(vm, &args[0])?.signals.flags.set(0);
            Ok(Value::NONE)
        },
        "Clears all flags.",
    ),
    native(
        "clear_traps(self, /)",
        |vm, args| {
            inside(vm, &args[0])?.signals.traps.set(0);
            Ok(Value::NONE)
        },
        "Clears all traps.",
    ),
    native("copy(self, /)", method_copy, "A copy, with flags and traps."),
    native("__copy__(self, /)", method_copy, ""),
    native("__reduce__(self, /)", method_reduce, ""),
];

fn plain_finalize(dec: &Dec, ctx: &Ctx, status: &mut u32) -> Dec {
    dec.clone().finalize(ctx, status)
}
