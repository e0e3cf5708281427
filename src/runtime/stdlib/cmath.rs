//! `cmath`: the arithmetic is in `number::cmath`; here are arguments and results.

use crate::runtime::error::PyResult;
use crate::runtime::number::complex::Complex;
use crate::runtime::number::{Fault, cmath};
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

fn operand(vm: &Vm, value: &Value) -> PyResult<Complex> {
    let z = vm.to_complex(value)?;
    Ok(Complex { real: z.re, imag: z.im })
}

fn complex(vm: &Vm, result: Result<Complex, Fault>) -> PyResult<Value> {
    match result {
        Ok(z) => Ok(vm.complex(z.real, z.imag)),
        Err(fault) => Err(vm.fault(fault)),
    }
}

macro_rules! one {
    ($signature:literal, $function:ident, $doc:literal) => {
        native($signature, |vm, args| complex(vm, cmath::$function(operand(vm, &args[0])?)), $doc)
    };
}
macro_rules! test {
    ($signature:literal, $test:expr, $doc:literal) => {
        native(
            $signature,
            |vm, args| {
                let z = operand(vm, &args[0])?;
                let test: fn(Complex) -> bool = $test;
                Ok(Value::bool(test(z)))
            },
            $doc,
        )
    };
}

/// `cmath`
pub static MODULE: NativeModule = NativeModule {
    name: "cmath",
    doc: "Mathematical functions of complex numbers.",
    functions: &[
        one!("acos(z, /)", acos, "The arc cosine of z."),
        one!("acosh(z, /)", acosh, "The inverse hyperbolic cosine of z."),
        one!("asin(z, /)", asin, "The arc sine of z."),
        one!("asinh(z, /)", asinh, "The inverse hyperbolic sine of z."),
        one!("atan(z, /)", atan, "The arc tangent of z."),
        one!("atanh(z, /)", atanh, "The inverse hyperbolic tangent of z."),
        one!("cos(z, /)", cos, "The cosine of z."),
        one!("cosh(z, /)", cosh, "The hyperbolic cosine of z."),
        one!("exp(z, /)", exp, "e raised to the power z."),
        one!("log10(z, /)", log10, "The logarithm of z to base 10."),
        one!("sin(z, /)", sin, "The sine of z."),
        one!("sinh(z, /)", sinh, "The hyperbolic sine of z."),
        one!("sqrt(z, /)", sqrt, "The square root of z."),
        one!("tan(z, /)", tan, "The tangent of z."),
        one!("tanh(z, /)", tanh, "The hyperbolic tangent of z."),
        test!("isfinite(z, /)", |z| z.real.is_finite() && z.imag.is_finite(), "Are both parts of z finite?"),
        test!("isinf(z, /)", |z| z.real.is_infinite() || z.imag.is_infinite(), "Is a part of z infinite?"),
        test!("isnan(z, /)", |z| z.real.is_nan() || z.imag.is_nan(), "Is a part of z no number?"),
        native(
            "log(z, base=<unrepresentable>, /)",
            |vm, args| {
                let z = operand(vm, &args[0])?;
                match args[1].given() {
                    Some(base) => complex(vm, cmath::log_base(z, operand(vm, base)?)),
                    None => complex(vm, cmath::log(z)),
                }
            },
            "The logarithm of z to a base, to e if none is given.",
        ),
        native(
            "phase(z, /)",
            |vm, args| match cmath::phase(operand(vm, &args[0])?) {
                Ok(angle) => Ok(vm.float(angle)),
                Err(fault) => Err(vm.fault(fault)),
            },
            "The angle of z, between -pi and pi.",
        ),
        native(
            "polar(z, /)",
            |vm, args| match cmath::polar(operand(vm, &args[0])?) {
                Ok((size, angle)) => Ok(vm.tuple(vec![vm.float(size), vm.float(angle)])),
                Err(fault) => Err(vm.fault(fault)),
            },
            "The distance of z from 0 and its angle.",
        ),
        native(
            "rect(r, phi, /)",
            |vm, args| complex(vm, cmath::rect(vm.to_f64(&args[0])?, vm.to_f64(&args[1])?)),
            "The number at a distance from 0 and an angle.",
        ),
        native(
            "isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)",
            |vm, args| {
                let (a, b) = (operand(vm, &args[0])?, operand(vm, &args[1])?);
                let tolerance =
                    |value: &Value, default: f64| value.given().map_or(Ok(default), |value| vm.to_f64(value));
                let (relative, absolute) = (tolerance(&args[2], 1e-9)?, tolerance(&args[3], 0.0)?);
                match cmath::is_close(a, b, relative, absolute) {
                    Ok(close) => Ok(Value::bool(close)),
                    Err(fault) => Err(vm.fault(fault)),
                }
            },
            "Are two numbers close to each other?\n\n  rel_tol\n    The allowed difference relative to the larger one.\n  abs_tol\n    The allowed difference at any size.\n\nNothing is close to what is no number; an infinity is close to itself only.",
        ),
    ],
    init: |vm, dict| {
        use std::f64::consts;
        for (name, value) in [
            ("pi", consts::PI),
            ("e", consts::E),
            ("tau", consts::TAU),
            ("inf", f64::INFINITY),
            ("nan", f64::NAN),
        ] {
            vm.set_in(dict, name, vm.float(value));
        }
        vm.set_in(dict, "infj", vm.complex(0.0, f64::INFINITY));
        vm.set_in(dict, "nanj", vm.complex(0.0, f64::NAN));
        Ok(())
    },
};
