//! The methods of `decimal.Decimal`.

use super::arith;
use super::context::{bind, current, given, inside, rounding};
use super::convert::{self, Whole};
use super::format::Spec;
use super::number::{Ctx, Dec, Kind, Round};
use super::object::{
    Operation, argument, bad_format, converted, finish, from_real, of_class, this, to_float, to_int, to_text,
    wrap,
};
use super::order;
use super::series;
use super::signals;
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Native, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

/// An operation on one decimal.
pub type Single = fn(&Dec, &Ctx, &mut u32) -> Dec;

fn one(vm: &Vm, args: Args, operation: Single) -> PyResult<Value> {
    let [context] = bind(vm, args.rest(), &["context"], 0)?;
    let context = given(vm, context)?;
    let context = inside(vm, &context)?;
    let mut status = 0;
    let result = operation(this(vm, &args.values[0])?, &context.ctx.get(), &mut status);
    finish(vm, context, result, status)
}

fn two(vm: &Vm, args: Args, operation: Operation) -> PyResult<Value> {
    let [other, context] = bind(vm, args.rest(), &["other", "context"], 1)?;
    let context = given(vm, context)?;
    let context = inside(vm, &context)?;
    let other = argument(vm, context, other)?;
    let mut status = 0;
    let result = operation(this(vm, &args.values[0])?, &other, &context.ctx.get(), &mut status);
    finish(vm, context, result, status)
}

fn test(vm: &Vm, args: Args, test: fn(&Dec, &Ctx) -> bool) -> PyResult<Value> {
    let [context] = bind(vm, args.rest(), &["context"], 0)?;
    let context = given(vm, context)?;
    let ctx = inside(vm, &context)?.ctx.get();
    Ok(Value::bool(test(this(vm, &args.values[0])?, &ctx)))
}

fn integral(vm: &Vm, args: Args, operation: Single) -> PyResult<Value> {
    let [round, context] = bind(vm, args.rest(), &["rounding", "context"], 0)?;
    let context = given(vm, context)?;
    let context = inside(vm, &context)?;
    let mut ctx = context.ctx.get();
    if let Some(round) = round.filter(|round| !round.is_none()) {
        ctx.round = rounding(vm, round)?;
    }
    let mut status = 0;
    let result = operation(this(vm, &args.values[0])?, &ctx, &mut status);
    finish(vm, context, result, status)
}

fn quantize(vm: &Vm, args: Args) -> PyResult<Value> {
    let [exp, round, context] = bind(vm, args.rest(), &["exp", "rounding", "context"], 1)?;
    let context = given(vm, context)?;
    let context = inside(vm, &context)?;
    let mut ctx = context.ctx.get();
    if let Some(round) = round.filter(|round| !round.is_none()) {
        ctx.round = rounding(vm, round)?;
    }
    let exp = argument(vm, context, exp)?;
    let mut status = 0;
    let result = arith::quantize(this(vm, &args.values[0])?, &exp, &ctx, &mut status);
    finish(vm, context, result, status)
}

fn fma(vm: &Vm, args: Args) -> PyResult<Value> {
    let [other, third, context] = bind(vm, args.rest(), &["other", "third", "context"], 2)?;
    let context = given(vm, context)?;
    let context = inside(vm, &context)?;
    let other = argument(vm, context, other)?;
    let third = argument(vm, context, third)?;
    let mut status = 0;
    let result = arith::fma(this(vm, &args.values[0])?, &other, &third, &context.ctx.get(), &mut status);
    finish(vm, context, result, status)
}

fn same_quantum(vm: &Vm, args: Args) -> PyResult<Value> {
    let [other, context] = bind(vm, args.rest(), &["other", "context"], 1)?;
    let context = given(vm, context)?;
    let other = argument(vm, inside(vm, &context)?, other)?;
    Ok(Value::bool(order::same_quantum(this(vm, &args.values[0])?, &other)))
}

fn as_tuple(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let dec = this(vm, &args[0])?;
    let exponent = match dec.kind {
        Kind::Finite => vm.int(dec.exp),
        Kind::Infinite => vm.str("F"),
        Kind::Quiet => vm.str("n"),
        Kind::Signaling => vm.str("N"),
    };
    let digits =
        if dec.is_nan() && dec.coeff.is_zero() { Vec::new() } else { super::text::coeff_digits(&dec.coeff) };
    let digits = vm.tuple(digits.iter().map(|digit| vm.int(i64::from(digit - b'0'))).collect());
    let state = signals::state(vm)?;
    let class = signals::inside(vm, &state)?.decimal_tuple.clone();
    vm.call_args(&class, &[vm.int(dec.negative.into()), digits, exponent])
}

fn as_integer_ratio(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let dec = this(vm, &args[0])?;
    if dec.is_nan() {
        return Err(vm.value_error("cannot convert NaN to integer ratio"));
    }
    if dec.is_infinite() {
        return Err(vm.overflow_error("cannot convert Infinity to integer ratio"));
    }
    let mut status = 0;
    let int = |dec: &Dec, status: &mut u32| match convert::to_int(dec, status) {
        Some(Whole::Small(i)) => Ok(vm.int(i)),
        Some(Whole::Big(big)) => Ok(vm.int_big(big)),
        None => Err(vm.memory_error()),
    };
    if dec.coeff.is_zero() {
        return Ok(vm.tuple(vec![vm.int(0), vm.int(1)]));
    }
    if dec.exp >= 0 {
        return Ok(vm.tuple(vec![int(dec, &mut status)?, vm.int(1)]));
    }
    let zeros = dec.coeff.trailing_zeros().min(-dec.exp);
    let (numerator, places) = (dec.coeff.shr(zeros).0, -dec.exp - zeros);
    if super::number::no_room(places, super::number::QUOTIENT, &mut status) {
        return Err(vm.memory_error());
    }
    let numerator = int(&Dec::new(dec.negative, numerator, 0), &mut status)?;
    let denominator = int(&Dec::new(false, super::coeff::Coeff::ONE, places), &mut status)?;
    let gcd = vm
        .call_args(&vm.getattr_str(&vm.import("math")?, "gcd")?, &[numerator.clone(), denominator.clone()])?;
    let floordiv = &crate::runtime::object::ops::FLOOR_DIV;
    Ok(vm.tuple(vec![vm.binary(&numerator, &gcd, floordiv)?, vm.binary(&denominator, &gcd, floordiv)?]))
}

fn round(vm: &Vm, args: Args) -> PyResult<Value> {
    let given = args.values.len() - 1;
    args.no_keywords(vm, "__round__")?;
    if given > 1 {
        return Err(vm.type_error(format!("function takes at most 1 argument ({given} given)")));
    }
    let dec = this(vm, &args.values[0])?;
    let Some(places) = args.values.get(1) else { return to_int(vm, dec, Round::HalfEven) };
    if places.as_int().is_none() {
        return Err(vm.type_error("optional arg must be an integer"));
    }
    let places = super::context::integer(vm, places)?;
    let current = current(vm)?;
    let context = inside(vm, &current)?;
    let unit = Dec::new(false, super::coeff::Coeff::ONE, places.checked_neg().unwrap_or(i64::MAX));
    let mut status = 0;
    let result = arith::quantize(dec, &unit, &context.ctx.get(), &mut status);
    finish(vm, context, result, status)
}

/// What a program gives as `decimal_point`, `thousands_sep` or `grouping`.
fn override_text(vm: &Vm, dict: &Value, key: &str) -> PyResult<Option<Vec<u8>>> {
    let found = match dict.as_dict() {
        Some(dict) => dict.get(vm, &vm.str(key))?,
        None => None,
    };
    match found {
        Some(value) => match value.as_str() {
            Some(text) => Ok(Some(text.bytes().to_vec())),
            None => Err(vm.type_error("bad argument type for built-in operation")),
        },
        None => Ok(None),
    }
}

fn format(vm: &Vm, args: Args) -> PyResult<Value> {
    args.no_keywords(vm, "__format__")?;
    let given = args.values.len() - 1;
    if given == 0 {
        return Err(vm.type_error("function takes at least 1 argument (0 given)"));
    }
    if given > 2 {
        return Err(vm.type_error(format!("function takes at most 2 arguments ({given} given)")));
    }
    let current = current(vm)?;
    let context = inside(vm, &current)?;
    let Some(text) = args.values[1].as_str() else { return Err(vm.type_error("format arg must be str")) };
    if text.bytes().last() == Some(&b'N') {
        vm.warn_deprecated("Format specifier 'N' is deprecated and slated for removal in Python 3.18")?;
    }
    let Some(mut spec) = Spec::parse(text.bytes()) else { return Err(bad_format(vm)) };
    if let Some(change) = args.values.get(2) {
        if change.as_dict().is_none() {
            return Err(vm.type_error("optional argument must be a dict"));
        }
        let point = override_text(vm, change, "decimal_point")?;
        let separator = override_text(vm, change, "thousands_sep")?;
        let grouping = override_text(vm, change, "grouping")?;
        let too_long = |text: &Option<Vec<u8>>, least: usize| {
            text.as_ref().is_some_and(|text| !(least..=4).contains(&text.len()))
        };
        let is_odd = grouping.as_ref().is_some_and(|sizes| sizes.iter().any(|size| *size > 127));
        if too_long(&point, 1) || too_long(&separator, 0) || is_odd {
            return Err(vm.value_error("invalid override dict"));
        }
        spec.change(point, separator, grouping);
    } else if spec.is_local {
        let conventions = vm.call_method_str(&vm.import("locale")?, "localeconv", &[])?;
        let point = override_text(vm, &conventions, "decimal_point")?.unwrap_or_else(|| b".".to_vec());
        let separator = override_text(vm, &conventions, "thousands_sep")?.unwrap_or_default();
        let mut grouping = Vec::new();
        if let Some(sizes) = conventions.as_dict().map(|dict| dict.get(vm, &vm.str("grouping"))) {
            for size in vm.collect(&sizes?.unwrap_or_else(|| vm.tuple(Vec::new())))? {
                grouping.push(vm.to_i64(&size)?.clamp(0, 127) as u8);
            }
        }
        spec.change(Some(point), Some(separator), Some(grouping));
    }
    let dec = this(vm, &args.values[0])?;
    match spec.format(dec, context.ctx.get().round, context.capitals.get()) {
        Some(text) => Ok(vm.str_bytes(&text)),
        None => Err(vm.raise(&exc::VALUE_ERROR, "format specification exceeds internal limits of _decimal")),
    }
}

fn total(compare: fn(&Dec, &Dec) -> Dec, vm: &Vm, args: Args) -> PyResult<Value> {
    let [other, context] = bind(vm, args.rest(), &["other", "context"], 1)?;
    let context = given(vm, context)?;
    let other = argument(vm, inside(vm, &context)?, other)?;
    Ok(wrap(vm, compare(this(vm, &args.values[0])?, &other)))
}

macro_rules! one {
    ($name:literal, $operation:path, $doc:literal) => {
        native_raw(concat!($name, "($self, /, context=None)"), |vm, args| one(vm, args, $operation), $doc)
    };
}
macro_rules! two {
    ($name:literal, $operation:path, $doc:literal) => {
        native_raw(
            concat!($name, "($self, /, other, context=None)"),
            |vm, args| two(vm, args, $operation),
            $doc,
        )
    };
}
macro_rules! integral {
    ($name:literal, $operation:path, $doc:literal) => {
        native_raw(
            concat!($name, "($self, /, rounding=None, context=None)"),
            |vm, args| integral(vm, args, $operation),
            $doc,
        )
    };
}
macro_rules! is {
    ($name:literal, $test:expr, $doc:literal) => {
        native(
            concat!($name, "(self, /)"),
            |vm, args| {
                let test: fn(&Dec) -> bool = $test;
                Ok(Value::bool(test(this(vm, &args[0])?)))
            },
            $doc,
        )
    };
}
macro_rules! rounded {
    ($name:literal, $round:expr) => {
        native(concat!($name, "(self, /)"), |vm, args| to_int(vm, this(vm, &args[0])?, $round), "")
    };
}

/// The table.
pub const METHODS: &[Native] = &[
    one!("exp", series::exp, "e to the power of the number, correctly rounded."),
    one!("ln", series::ln, "The natural logarithm, correctly rounded."),
    one!("log10", series::log10, "The logarithm to base ten, correctly rounded."),
    one!("logb", arith::logb, "The exponent of the first digit; -Infinity and DivisionByZero for zero."),
    one!("logical_invert", order::logical_invert, "Inverts the digits zero and one."),
    one!("next_minus", arith::next_minus, "The greatest number of the context below this one."),
    one!("next_plus", arith::next_plus, "The least number of the context above this one."),
    one!("normalize", arith::reduce, "The number without zeros at the end of its coefficient."),
    one!("sqrt", arith::sqrt, "The square root, rounded to the nearest."),
    two!("compare", order::compare_quiet, "-1, 0, 1, or NaN if one of both is NaN."),
    two!("compare_signal", order::compare_signal, "As compare, but all NaNs signal."),
    native_raw(
        "compare_total($self, /, other, context=None)",
        |vm, args| total(order::compare_total, vm, args),
        "-1, 0 or 1 in the total order, in which equal numbers of different form differ:\n\n    >>> Decimal('7.00').compare_total(Decimal('7'))\n    Decimal('-1')\n",
    ),
    native_raw(
        "compare_total_mag($self, /, other, context=None)",
        |vm, args| total(order::compare_total_mag, vm, args),
        "As compare_total, without the signs.",
    ),
    native_raw(
        "copy_sign($self, /, other, context=None)",
        copy_sign,
        "The number with the sign of another one:\n\n    >>> Decimal('4.5').copy_sign(Decimal('-8'))\n    Decimal('-4.5')\n",
    ),
    two!("logical_and", order::logical_and, "The digits' and."),
    two!("logical_or", order::logical_or, "The digits' or."),
    two!("logical_xor", order::logical_xor, "The digits' exclusive or."),
    two!("max", order::max, "The greater one; a number wins against a quiet NaN."),
    two!("max_mag", order::max_mag, "As max, by the absolute values."),
    two!("min", order::min, "The lesser one; a number wins against a quiet NaN."),
    two!("min_mag", order::min_mag, "As min, by the absolute values."),
    two!(
        "next_toward",
        arith::next_toward,
        "The next number of the context in the direction of another one."
    ),
    two!("remainder_near", arith::rem_near, "The rest of the division by the nearest quotient."),
    two!("rotate", arith::rotate, "The coefficient rotated by digits."),
    two!("scaleb", arith::scaleb, "The number times a power of ten."),
    two!("shift", arith::shift, "The coefficient shifted by digits."),
    native_raw(
        "fma($self, /, other, third, context=None)",
        fma,
        "self * other + third, rounded once:\n\n    >>> Decimal(7).fma(6, 1)\n    Decimal('43')\n",
    ),
    native_raw(
        "quantize($self, /, exp, rounding=None, context=None)",
        quantize,
        "The number rounded to the exponent of another one; InvalidOperation if it doesn't fit the precision:\n\n    >>> Decimal('2.7182818').quantize(Decimal('0.01'))\n    Decimal('2.72')\n",
    ),
    native_raw(
        "same_quantum($self, /, other, context=None)",
        same_quantum,
        "Have both the same exponent, or are both NaN or infinite?",
    ),
    integral!("to_integral", arith::to_integral, "As to_integral_value."),
    integral!("to_integral_exact", arith::to_integral_exact, "Rounds to an integer, and signals it."),
    integral!("to_integral_value", arith::to_integral, "Rounds to an integer, silently."),
    native_raw(
        "is_normal($self, /, context=None)",
        |vm, args| test(vm, args, order::is_normal),
        "Finite, not zero and not subnormal?",
    ),
    native_raw(
        "is_subnormal($self, /, context=None)",
        |vm, args| test(vm, args, order::is_subnormal),
        "Less than the least normal number?",
    ),
    native_raw(
        "number_class($self, /, context=None)",
        |vm, args| {
            let [context] = bind(vm, args.rest(), &["context"], 0)?;
            let context = given(vm, context)?;
            let ctx = inside(vm, &context)?.ctx.get();
            Ok(vm.str(order::class(this(vm, &args.values[0])?, &ctx)))
        },
        "The class of the number as a word.",
    ),
    native_raw(
        "to_eng_string($self, /, context=None)",
        |vm, args| {
            let [context] = bind(vm, args.rest(), &["context"], 0)?;
            let context = given(vm, context)?;
            let capitals = inside(vm, &context)?.capitals.get();
            Ok(to_text(vm, this(vm, &args.values[0])?, true, capitals))
        },
        "The number in engineering notation.",
    ),
    is!("is_canonical", |_| true, "Always true."),
    is!("is_finite", Dec::is_finite, "Neither infinite nor NaN?"),
    is!("is_infinite", Dec::is_infinite, "Infinite?"),
    is!("is_nan", Dec::is_nan, "A NaN of either kind?"),
    is!("is_qnan", |dec| dec.kind == Kind::Quiet, "A quiet NaN?"),
    is!("is_snan", Dec::is_snan, "A signaling NaN?"),
    is!("is_signed", |dec| dec.negative, "Is the sign negative?"),
    is!("is_zero", Dec::is_zero, "Zero?"),
    native(
        "adjusted(self, /)",
        |vm, args| {
            let dec = this(vm, &args[0])?;
            Ok(vm.int(if dec.is_special() { 0 } else { dec.adjusted() }))
        },
        "The exponent of the first digit; zero for special values.",
    ),
    native("canonical(self, /)", |_, args| Ok(args[0].clone()), "The number itself."),
    native("conjugate(self, /)", |_, args| Ok(args[0].clone()), "The number itself."),
    native("radix(self, /)", |vm, _| Ok(wrap(vm, Dec::from_i64(10))), "Ten."),
    native(
        "copy_abs(self, /)",
        |vm, args| Ok(wrap(vm, this(vm, &args[0])?.data.clone().with_sign(false))),
        "The number without its sign.",
    ),
    native(
        "copy_negate(self, /)",
        |vm, args| Ok(wrap(vm, this(vm, &args[0])?.data.clone().negated())),
        "The number with the other sign.",
    ),
    native("as_tuple(self, /)", as_tuple, "Sign, digits and exponent as a named tuple."),
    native(
        "as_integer_ratio(self, /)",
        as_integer_ratio,
        "Two ints in lowest terms whose quotient is the number, the second one positive.",
    ),
    native(
        "from_float(cls, f, /)",
        |vm, args| {
            let (dec, status) = from_real(vm, &args[1])?;
            if status != 0 {
                return Err(signals::raise(vm, status));
            }
            of_class(vm, &args[0], dec)
        },
        "The decimal with exactly the value of a float or an int.",
    )
    .class(),
    native(
        "from_number(cls, number, /)",
        |vm, args| {
            let number = &args[1];
            let fits = number.downcast::<Dec>().is_some() || number.as_int().is_some();
            if !fits && number.as_float().is_none() {
                return Err(vm.type_error(format!(
                    "conversion from {} to Decimal is not supported",
                    number.full_type_name(vm)
                )));
            }
            of_class(vm, &args[0], converted(vm, number)?)
        },
        "The decimal with exactly the value of a number: an int, a float or a decimal.",
    )
    .class(),
    native("__copy__(self, /)", |_, args| Ok(args[0].clone()), ""),
    native("__deepcopy__(self, object, /)", |_, args| Ok(args[0].clone()), ""),
    native("__complex__(self, /)", |vm, args| Ok(vm.complex(to_float(vm, this(vm, &args[0])?)?, 0.0)), ""),
    rounded!("__ceil__", Round::Ceiling),
    rounded!("__floor__", Round::Floor),
    rounded!("__trunc__", Round::Down),
    native_raw("__round__", round, ""),
    native_raw("__format__", format, ""),
    native(
        "__reduce__(self, /)",
        |vm, args| {
            let text = vm.to_str(&args[0])?;
            Ok(vm.tuple(vec![args[0].ty(vm).to_value(), vm.tuple(vec![text])]))
        },
        "",
    ),
    native(
        "__sizeof__(self, /)",
        |vm, args| {
            let dec = this(vm, &args[0])?;
            let limbs = match &dec.coeff {
                super::coeff::Coeff::Small(_) => 0,
                super::coeff::Coeff::Big(limbs) => 8 * limbs.len(),
            };
            Ok(vm.int_usize(crate::runtime::object::attrs::object_size(&args[0]) + limbs))
        },
        "",
    ),
];

fn copy_sign(vm: &Vm, args: Args) -> PyResult<Value> {
    let [other, context] = bind(vm, args.rest(), &["other", "context"], 1)?;
    let context = given(vm, context)?;
    let other = argument(vm, inside(vm, &context)?, other)?;
    Ok(wrap(vm, this(vm, &args.values[0])?.data.clone().with_sign(other.negative)))
}
