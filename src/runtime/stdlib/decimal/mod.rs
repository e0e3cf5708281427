//! `_decimal`: decimal arithmetic by the General Decimal Arithmetic specification, what libmpdec is for CPython.
//!
//! `limbs` and `ntt` compute with natural numbers in base 10^19, `coeff` keeps short ones in a word; `number` has decimals,
//! contexts and the fitting of results. On these stand `arith` (what is rounded once), `order` (comparisons), `series` (exp,
//! ln, log10), `power`, `text`, `format` and `convert`, none of which knows objects. `signals` has exceptions and their
//! mappings, `context` and `object` the two types, `methods` and `context_methods` their tables.
//!
//! Results are libmpdec's to the last digit; coefficients of more than [`number::MOST_DIGITS`] digits are a MemoryError.

use crate::runtime::object::typedef::{native, native_raw};
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

mod arith;
mod coeff;
mod context;
mod context_methods;
mod convert;
mod format;
mod limbs;
mod methods;
mod ntt;
mod number;
mod object;
mod order;
mod power;
mod series;
mod signals;
mod text;

/// `_decimal`
pub static MODULE: NativeModule = NativeModule {
    name: "_decimal",
    doc: "C decimal arithmetic module",
    functions: &[
        native("getcontext()", context::get, "The current context."),
        native("setcontext(context, /)", context::set, "Sets the current context."),
        native_raw(
            "localcontext(ctx=None, **kwargs)",
            context::local,
            "A context manager with a copy of a context (the current one), changed by keywords.",
        ),
        native("IEEEContext(bits, /)", context::ieee, "The context of an IEEE 754 interchange format."),
    ],
    init: |vm, dict| {
        for spec in [&object::DECIMAL, &context::CONTEXT] {
            vm.set_type_in(dict, spec);
        }
        let state = signals::state(vm)?;
        let state = signals::inside(vm, &state)?;
        for (name, class) in state.exceptions() {
            vm.set_in(dict, name, class.clone());
        }
        vm.set_in(dict, "DecimalTuple", state.decimal_tuple.clone());
        let names = ["DefaultContext", "BasicContext", "ExtendedContext"];
        for (name, template) in names.iter().zip(&state.templates) {
            vm.set_in(dict, name, template.clone());
        }
        for (name, _) in number::ROUNDINGS {
            vm.set_in(dict, name, vm.intern(name).into_value());
        }
        vm.set_ints_in(
            dict,
            &[
                ("MAX_PREC", number::MAX_PREC),
                ("MAX_EMAX", number::MAX_PREC),
                ("MIN_EMIN", -number::MAX_PREC),
                ("MIN_ETINY", number::MIN_ETINY),
                ("IEEE_CONTEXT_MAX_BITS", context::MAX_BITS),
            ],
        );
        vm.set_in(dict, "HAVE_CONTEXTVAR", Value::TRUE);
        vm.set_in(dict, "HAVE_THREADS", Value::TRUE);
        vm.set_in(dict, "__version__", vm.str("1.70"));
        vm.set_in(dict, "__libmpdec_version__", vm.str("2.5.1"));
        Ok(())
    },
};
