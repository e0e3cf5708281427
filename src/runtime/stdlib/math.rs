//! `math`: the arithmetic is in `number`; here are arguments and the choice between ints and floats.

use crate::runtime::builtins::ints::convert::IntView;
use crate::runtime::error::PyResult;
use crate::runtime::number::float_math::{self, FloatSum, ProductSum};
use crate::runtime::number::{Fault, float_special, int_combine, int_math};
use crate::runtime::object::args::Args;
use crate::runtime::object::ops;
use crate::runtime::object::typedef::{native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

fn ok<T>(vm: &Vm, result: Result<T, Fault>) -> PyResult<T> {
    result.map_err(|fault| vm.fault(fault))
}

macro_rules! one {
    ($signature:literal, $f:expr) => {
        native(
            $signature,
            |vm, args| {
                let x = vm.to_f64(&args[0])?;
                let f: fn(f64) -> Result<f64, Fault> = $f;
                Ok(vm.float(ok(vm, f(x))?))
            },
            "",
        )
    };
}
macro_rules! two {
    ($signature:literal, $f:expr) => {
        native(
            $signature,
            |vm, args| {
                let (x, y) = (vm.to_f64(&args[0])?, vm.to_f64(&args[1])?);
                let f: fn(f64, f64) -> Result<f64, Fault> = $f;
                Ok(vm.float(ok(vm, f(x, y))?))
            },
            "",
        )
    };
}

/// `math`
pub static MODULE: NativeModule = NativeModule {
    name: "math",
    doc: "This module provides access to the mathematical functions\ndefined by the C standard.",
    functions: &[
        one!("acos(x, /)", float_math::acos),
        one!("acosh(x, /)", float_math::acosh),
        one!("asin(x, /)", float_math::asin),
        one!("asinh(x, /)", |x| Ok(float_math::asinh(x))),
        one!("atan(x, /)", |x| Ok(x.atan())),
        one!("atanh(x, /)", float_math::atanh),
        one!("cbrt(x, /)", |x| Ok(float_math::cbrt(x))),
        one!("cos(x, /)", float_math::cos),
        one!("cosh(x, /)", float_math::cosh),
        one!("degrees(x, /)", |x| Ok(x * (180.0 / std::f64::consts::PI))),
        one!("erf(x, /)", |x| Ok(float_special::erf(x))),
        one!("erfc(x, /)", |x| Ok(float_special::erfc(x))),
        one!("exp(x, /)", float_math::exp),
        one!("exp2(x, /)", float_math::exp2),
        one!("expm1(x, /)", float_math::expm1),
        one!("fabs(x, /)", |x| Ok(x.abs())),
        one!("gamma(x, /)", float_special::gamma),
        one!("lgamma(x, /)", float_special::lgamma),
        one!("log1p(x, /)", float_math::log1p),
        one!("radians(x, /)", |x| Ok(x * (std::f64::consts::PI / 180.0))),
        one!("sin(x, /)", float_math::sin),
        one!("sinh(x, /)", float_math::sinh),
        one!("sqrt(x, /)", float_math::sqrt),
        one!("tan(x, /)", float_math::tan),
        one!("tanh(x, /)", |x| Ok(x.tanh())),
        one!("ulp(x, /)", |x| Ok(float_math::ulp(x))),
        two!("atan2(y, x, /)", |y, x| Ok(y.atan2(x))),
        two!("copysign(x, y, /)", |x, y| Ok(x.copysign(y))),
        two!("fmod(x, y, /)", float_math::fmod),
        two!("pow(x, y, /)", float_math::pow),
        two!("remainder(x, y, /)", float_math::remainder),
        native(
            "log10(x, /)",
            |vm, args| logarithm(vm, &args[0], float_math::log10, float_math::log10_of_int),
            "Return the base 10 logarithm of x.",
        ),
        native(
            "log2(x, /)",
            |vm, args| logarithm(vm, &args[0], float_math::log2, float_math::log2_of_int),
            "Return the base 2 logarithm of x.",
        ),
        native(
            "log(x, base=math.e, /)",
            |vm, args| {
                let top = logarithm(vm, &args[0], float_math::log, float_math::ln_of_int)?;
                let Some(base) = args[1].given() else { return Ok(top) };
                let bottom = logarithm(vm, base, float_math::log, float_math::ln_of_int)?;
                vm.binary(&top, &bottom, &ops::TRUE_DIV)
            },
            "log(x, [base=math.e])\nReturn the logarithm of x to the given base.\n\nIf the base is not specified, returns the natural logarithm (base e) of x.",
        ),
        native(
            "ceil(x, /)",
            |vm, args| to_integral(vm, &args[0], "__ceil__", f64::ceil),
            "Return the ceiling of x as an Integral.\n\nThis is the smallest integer >= x.",
        ),
        native(
            "floor(x, /)",
            |vm, args| to_integral(vm, &args[0], "__floor__", f64::floor),
            "Return the floor of x as an Integral.\n\nThis is the largest integer <= x.",
        ),
        native(
            "trunc(x, /)",
            |vm, args| {
                if args[0].is_exact_float()
                    && let Some(x) = args[0].as_float()
                {
                    return vm.int_from_float(x.trunc());
                }
                let name = vm.intern("__trunc__");
                match vm.call_special(&args[0], &name, &[])? {
                    Some(result) => Ok(result),
                    None => Err(vm.type_error(format!(
                        "type {} doesn't define __trunc__ method",
                        args[0].type_name(vm)
                    ))),
                }
            },
            "Truncates the Real x to the nearest Integral toward 0.\n\nUses the __trunc__ magic method.",
        ),
        native(
            "isfinite(x, /)",
            |vm, args| Ok(Value::bool(vm.to_f64(&args[0])?.is_finite())),
            "Return True if x is neither an infinity nor a NaN, and False otherwise.",
        ),
        native(
            "isinf(x, /)",
            |vm, args| Ok(Value::bool(vm.to_f64(&args[0])?.is_infinite())),
            "Return True if x is a positive or negative infinity, and False otherwise.",
        ),
        native(
            "isnan(x, /)",
            |vm, args| Ok(Value::bool(vm.to_f64(&args[0])?.is_nan())),
            "Return True if x is a NaN (not a number), and False otherwise.",
        ),
        native(
            "isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)",
            |vm, args| {
                let number =
                    |value: &Value, default: f64| value.given().map_or(Ok(default), |value| vm.to_f64(value));
                let (a, b) = (vm.to_f64(&args[0])?, vm.to_f64(&args[1])?);
                let (relative, absolute) = (number(&args[2], 1e-9)?, number(&args[3], 0.0)?);
                Ok(Value::bool(ok(vm, float_math::is_close(a, b, relative, absolute))?))
            },
            "Determine whether two floating-point numbers are close in value.",
        ),
        native(
            "frexp(x, /)",
            |vm, args| {
                let (mantissa, exponent) = float_math::frexp(vm.to_f64(&args[0])?);
                Ok(vm.tuple(vec![vm.float(mantissa), vm.int(exponent.into())]))
            },
            "Return the mantissa and exponent of x, as pair (m, e).",
        ),
        native(
            "ldexp(x, i, /)",
            |vm, args| {
                let x = vm.to_f64(&args[0])?;
                let Some(view) = args[1].as_int() else {
                    return Err(vm.type_error("Expected an int as second argument to ldexp."));
                };
                let exponent = view.small().unwrap_or(if view.is_negative() { i64::MIN } else { i64::MAX });
                Ok(vm.float(ok(vm, float_math::ldexp(x, exponent))?))
            },
            "Return x * (2**i).",
        ),
        native(
            "modf(x, /)",
            |vm, args| {
                let (fraction, whole) = float_math::modf(vm.to_f64(&args[0])?);
                Ok(vm.tuple(vec![vm.float(fraction), vm.float(whole)]))
            },
            "Return the fractional and integer parts of x.",
        ),
        native(
            "fma(x, y, z, /)",
            |vm, args| {
                let (x, y, z) = (vm.to_f64(&args[0])?, vm.to_f64(&args[1])?, vm.to_f64(&args[2])?);
                Ok(vm.float(ok(vm, float_math::fma(x, y, z))?))
            },
            "Fused multiply-add operation.",
        ),
        native(
            "nextafter(x, y, /, *, steps=None)",
            |vm, args| {
                let (x, y) = (vm.to_f64(&args[0])?, vm.to_f64(&args[1])?);
                let steps = match args[2].some() {
                    None => return Ok(vm.float(float_math::neighbour(x, y))),
                    Some(steps) => {
                        let steps = vm.index(steps)?;
                        if vm.is_negative(&steps) {
                            return Err(vm.value_error("steps must be a non-negative integer"));
                        }
                        vm.catch(vm.to_u64(&steps), &crate::runtime::builtins::exceptions::OVERFLOW_ERROR)?
                            .unwrap_or(u64::MAX)
                    }
                };
                Ok(vm.float(float_math::next_after(x, y, steps)))
            },
            "Return the floating-point value the given number of steps after x towards y.",
        ),
        native_raw(
            "hypot(*coordinates)",
            |vm, args| {
                args.no_keywords(vm, "hypot")?;
                let vector: Vec<f64> = args.values.iter().map(|x| vm.to_f64(x)).collect::<PyResult<_>>()?;
                Ok(vm.float(float_math::norm(&vector)))
            },
            "Multidimensional Euclidean distance from the origin to a point.",
        ),
        native(
            "dist(p, q, /)",
            |vm, args| {
                let (p, q) = (vm.collect(&args[0])?, vm.collect(&args[1])?);
                if p.len() != q.len() {
                    return Err(vm.value_error("both points must have the same number of dimensions"));
                }
                let mut gaps = Vec::with_capacity(p.len());
                for (x, y) in p.iter().zip(&q) {
                    gaps.push(vm.to_f64(x)? - vm.to_f64(y)?);
                }
                Ok(vm.float(float_math::norm(&gaps)))
            },
            "Return the Euclidean distance between two points p and q.",
        ),
        native(
            "fsum(seq, /)",
            |vm, args| {
                let mut sum = FloatSum::default();
                vm.for_each(&args[0], |item| {
                    let x = vm.to_f64(&item)?;
                    ok(vm, sum.add(x))
                })?;
                Ok(vm.float(ok(vm, sum.finish())?))
            },
            "Return an accurate floating-point sum of values in the iterable seq.\n\nAssumes IEEE-754 floating-point arithmetic.",
        ),
        native(
            "factorial(n, /)",
            |vm, args| {
                let n = vm.index(&args[0])?;
                Ok(vm.int_big(ok(vm, int_combine::factorial(&big(&n)))?))
            },
            "Find n!.",
        ),
        native(
            "isqrt(n, /)",
            |vm, args| {
                let n = vm.index(&args[0])?;
                Ok(vm.int_big(ok(vm, int_math::isqrt(&big(&n)))?))
            },
            "Return the integer part of the square root of the input.",
        ),
        native(
            "comb(n, k, /)",
            |vm, args| {
                let (n, k) = (vm.index(&args[0])?, vm.index(&args[1])?);
                Ok(vm.int_big(ok(vm, int_combine::comb(&big(&n), &big(&k)))?))
            },
            "Number of ways to choose k items from n items without repetition and without order.",
        ),
        native(
            "perm(n, k=None, /)",
            |vm, args| {
                let n = vm.index(&args[0])?;
                let Some(k) = args[1].some() else {
                    return Ok(vm.int_big(ok(vm, int_combine::factorial(&big(&n)))?));
                };
                let k = vm.index(k)?;
                Ok(vm.int_big(ok(vm, int_combine::perm(&big(&n), &big(&k)))?))
            },
            "Number of ways to choose k items from n items without repetition and with order.",
        ),
        native_raw(
            "gcd(*integers)",
            |vm, args| fold(vm, args, "gcd", 0, int_math::gcd),
            "Greatest Common Divisor.",
        ),
        native_raw(
            "lcm(*integers)",
            |vm, args| fold(vm, args, "lcm", 1, int_math::lcm),
            "Least Common Multiple.",
        ),
        native(
            "prod(iterable, /, *, start=1)",
            |vm, args| {
                let mut total = args[1].given().cloned().unwrap_or_else(|| vm.int(1));
                vm.for_each(&args[0], |item| {
                    total = vm.binary(&total, &item, &ops::MUL)?;
                    Ok(())
                })?;
                Ok(total)
            },
            "Calculate the product of all the elements in the input iterable.\n\nThe default start value for the product is 1.\n\nWhen the iterable is empty, return the start value.  This function is\nintended specifically for use with numeric values and may reject\nnon-numeric types.",
        ),
        native(
            "sumprod(p, q, /)",
            sumprod,
            "Return the sum of products of values from two iterables p and q.",
        ),
    ],
    init: |vm, dict| {
        for (name, x) in [
            ("pi", std::f64::consts::PI),
            ("e", std::f64::consts::E),
            ("tau", std::f64::consts::TAU),
            ("inf", f64::INFINITY),
            ("nan", f64::NAN),
        ] {
            vm.set_in(dict, name, vm.float(x));
        }
        Ok(())
    },
};

fn big(value: &Value) -> dashu_int::IBig {
    value.as_int().map(|view| view.big().into_owned()).unwrap_or_default()
}

fn logarithm(
    vm: &Vm,
    value: &Value,
    of_float: fn(f64) -> Result<f64, Fault>,
    of_int: fn(&dashu_int::IBig) -> Result<f64, Fault>,
) -> PyResult<Value> {
    if let Some(IntView::Big(big)) = value.as_int() {
        return Ok(vm.float(ok(vm, of_int(big))?));
    }
    if let Some(IntView::Small(i)) = value.as_int()
        && i <= 0
    {
        return Ok(vm.float(ok(vm, of_int(&i.into()))?));
    }
    let x = vm.to_f64(value)?;
    Ok(vm.float(ok(vm, of_float(x))?))
}

fn to_integral(vm: &Vm, value: &Value, name: &str, round: fn(f64) -> f64) -> PyResult<Value> {
    if value.is_exact_float()
        && let Some(x) = value.as_float()
    {
        return vm.int_from_float(round(x));
    }
    let name = vm.intern(name);
    if let Some(result) = vm.call_special(value, &name, &[])? {
        return Ok(result);
    }
    vm.int_from_float(round(vm.to_f64(value)?))
}

fn fold(
    vm: &Vm,
    args: Args,
    name: &str,
    start: i64,
    f: fn(&dashu_int::IBig, &dashu_int::IBig) -> dashu_int::IBig,
) -> PyResult<Value> {
    args.no_keywords(vm, format_args!("math.{name}"))?;
    let mut total = dashu_int::IBig::from(start);
    for value in args.values {
        let value = vm.index(value)?;
        if name == "gcd"
            && let (Ok(a), Some(b)) = (i64::try_from(&total), value.as_small())
            && let Some(small) = int_math::small_gcd(a, b)
        {
            total = small.into();
            continue;
        }
        total = f(&total, &big(&value));
    }
    Ok(vm.int_big(total))
}

/// Ints are summed exactly and floats with extra precision, as long as only such come; then by Python's operators.
fn sumprod(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (p, q) = (vm.iter(&args[0])?, vm.iter(&args[1])?);
    let mut total = vm.int(0);
    let mut floats = ProductSum::default();
    let mut has_floats = false;
    let mut fast = true;
    loop {
        let (x, y) = (vm.next(&p)?, vm.next(&q)?);
        let (x, y) = match (x, y) {
            (Some(x), Some(y)) => (x, y),
            (None, None) => break,
            _ => return Err(vm.value_error("Inputs are not the same length")),
        };
        let plain =
            |v: &Value| v.as_small().is_some() || v.kind() == crate::runtime::object::typedef::kind::FLOAT;
        let float = x.as_float().is_some() || y.as_float().is_some();
        if fast && float && plain(&x) && plain(&y) {
            let (a, b) = (vm.to_f64(&x)?, vm.to_f64(&y)?);
            let mut longer = floats;
            longer.add(a, b);
            if longer.is_finite() {
                floats = longer;
                has_floats = true;
                continue;
            }
            // From here on plain arithmetic says what infinities and NaN give.
            fast = false;
            if std::mem::take(&mut has_floats) {
                total = vm.binary(&total, &vm.float(floats.finish()), &ops::ADD)?;
            }
        }
        let product = vm.binary(&x, &y, &ops::MUL)?;
        total = vm.binary(&total, &product, &ops::ADD)?;
    }
    if has_floats {
        let sum = vm.float(floats.finish());
        total = if total.as_small() == Some(0) { sum } else { vm.binary(&total, &sum, &ops::ADD)? };
    }
    Ok(total)
}
