//! `timedelta`: days, seconds and microseconds, the latter two never negative.

use dashu_int::IBig;

use super::{DAY, DAY_MICROS, MICRO, bind, shown_type};
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::ops;
use crate::runtime::object::typedef::{TypeRef, TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Value};

/// The payload of `timedelta`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delta {
    pub days: i32,
    pub seconds: i32,
    pub micros: i32,
}
crate::payload!(Delta, "timedelta");

const MAX_DAYS: i64 = 999_999_999;

impl Delta {
    /// All of it in microseconds.
    pub fn total(self) -> i128 {
        i128::from(self.days) * i128::from(DAY_MICROS)
            + i128::from(self.seconds) * i128::from(MICRO)
            + i128::from(self.micros)
    }
    pub fn is_zero(self) -> bool {
        self.total() == 0
    }
}

pub fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Delta>> {
    vm.cast::<Delta>(value)
}

/// The fields of a timedelta.
pub fn fields(value: &Value) -> Option<Delta> {
    value.downcast::<Delta>().map(|delta| delta.data)
}

/// The fields for so many microseconds; OverflowError if there is no such timedelta.
fn parts(vm: &Vm, micros: i128) -> PyResult<Delta> {
    let days = micros.div_euclid(DAY_MICROS.into());
    let rest = micros.rem_euclid(DAY_MICROS.into()) as i64;
    if i32::try_from(days).is_err() {
        return Err(too_large(vm));
    }
    let days = days as i64;
    if days.abs() > MAX_DAYS {
        return Err(vm.overflow_error(format!("days={days}; must have magnitude <= {MAX_DAYS}")));
    }
    Ok(Delta { days: days as i32, seconds: (rest / MICRO) as i32, micros: (rest % MICRO) as i32 })
}

fn too_large(vm: &Vm) -> crate::runtime::error::Raised {
    vm.overflow_error("Python int too large to convert to C int")
}

/// A timedelta of so many microseconds.
pub fn from_micros(vm: &Vm, micros: i128) -> PyResult<Value> {
    let delta = parts(vm, micros)?;
    Ok(vm.alloc_spec(&TIMEDELTA, delta))
}

fn from_big(vm: &Vm, micros: &IBig) -> PyResult<Value> {
    match i128::try_from(micros) {
        Ok(micros) => from_micros(vm, micros),
        Err(_) => Err(too_large(vm)),
    }
}

/// A timedelta of so many seconds.
pub fn from_seconds(vm: &Vm, seconds: i64) -> PyResult<Value> {
    from_micros(vm, i128::from(seconds) * i128::from(MICRO))
}

fn new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    const NAMES: [&str; 7] = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"];
    const FACTORS: [i64; 7] = [DAY_MICROS, MICRO, 1, 1000, 60 * MICRO, 3600 * MICRO, 7 * DAY_MICROS];
    /// Smallest unit first, so that what is left over of floats adds up as it does elsewhere.
    const ORDER: [usize; 7] = [2, 3, 1, 4, 5, 0, 6];
    let bound = bind(vm, "__new__", &NAMES, 0, 7, args)?;
    let mut small: i128 = 0;
    let mut big: Option<IBig> = None;
    let mut left = 0.0;
    let mut floats = false;
    for at in ORDER {
        let Some(value) = bound[at].given() else { continue };
        let factor = FACTORS[at];
        if let Some(n) = value.as_small() {
            small += i128::from(n) * i128::from(factor);
        } else if let Some(n) = vm.as_big(value) {
            big = Some(big.unwrap_or_default() + n * IBig::from(factor));
        } else if let Some(x) = value.as_float() {
            let whole = vm.int_from_float(x.trunc())?;
            let whole = vm.as_big(&whole).unwrap_or_default();
            big = Some(big.unwrap_or_default() + whole * IBig::from(factor));
            let rest = x.fract();
            if rest != 0.0 {
                let rest = rest * factor as f64;
                small += rest.trunc() as i128;
                left += rest.fract();
                floats = true;
            }
        } else {
            return Err(vm.type_error(format!(
                "unsupported type for timedelta {} component: {}",
                NAMES[at],
                value.type_name(vm)
            )));
        }
    }
    let mut total = match big {
        Some(big) => match i128::try_from(&(big + IBig::from(small))) {
            Ok(total) => total,
            Err(_) => return Err(too_large(vm)),
        },
        None => small,
    };
    if floats && left != 0.0 {
        let mut whole = f64::round(left);
        if (whole - left).abs() == 0.5 {
            // A tie: to the even sum.
            let odd = (total & 1) as f64;
            whole = 2.0 * ((left + odd) * 0.5).round() - odd;
        }
        total += whole as i128;
    }
    let delta = parts(vm, total)?;
    Ok(vm.alloc(ty, delta).into_value())
}

/// Nearest integer to a quotient, ties to even.
fn divide_nearest(vm: &Vm, a: IBig, b: IBig) -> PyResult<IBig> {
    if b == IBig::ZERO {
        return Err(vm.zero_division("division by zero"));
    }
    let (a, b) = if b < IBig::ZERO { (-a, -b) } else { (a, b) };
    let mut quotient = &a / &b;
    let mut rest = a - &quotient * &b;
    if rest < IBig::ZERO {
        quotient -= IBig::ONE;
        rest += &b;
    }
    let twice = rest * IBig::from(2);
    let is_odd = (&quotient & IBig::ONE) == IBig::ONE;
    if twice > b || (twice == b && is_odd) {
        quotient += IBig::ONE;
    }
    Ok(quotient)
}

/// `delta * x` and `delta / x` for a float.
fn by_float(vm: &Vm, delta: Delta, x: &Value, divide: bool) -> PyResult<Value> {
    let ratio = vm.call_method_str(x, "as_integer_ratio", &[])?;
    let [a, b] = ratio.as_tuple().map_or(&[][..], |t| t.items()) else {
        return Err(vm.type_error("unexpected return type from as_integer_ratio(): expected tuple"));
    };
    let (a, b) = (vm.as_big(a).unwrap_or_default(), vm.as_big(b).unwrap_or_default());
    let (a, b) = if divide { (b, a) } else { (a, b) };
    let micros = divide_nearest(vm, IBig::from(delta.total()) * a, b)?;
    from_big(vm, &micros)
}

fn big_value(vm: &Vm, micros: i128) -> Value {
    vm.int_big(IBig::from(micros))
}

/// Floor division of microseconds: quotient and rest.
fn floor(vm: &Vm, a: i128, b: i128) -> PyResult<(i128, i128)> {
    if b == 0 {
        return Err(vm.zero_division("division by zero"));
    }
    let (mut quotient, mut rest) = (a / b, a % b);
    if rest != 0 && (rest < 0) != (b < 0) {
        quotient -= 1;
        rest += b;
    }
    Ok((quotient, rest))
}

/// `timedelta.__str__`
fn text(delta: Delta) -> String {
    let mut text = String::new();
    if delta.days != 0 {
        let s = if delta.days.abs() == 1 { "" } else { "s" };
        text = format!("{} day{s}, ", delta.days);
    }
    let (hours, minutes, seconds) = (delta.seconds / 3600, delta.seconds / 60 % 60, delta.seconds % 60);
    text += &format!("{hours}:{minutes:02}:{seconds:02}");
    if delta.micros != 0 {
        text += &format!(".{:06}", delta.micros);
    }
    text
}

fn both(a: &Value, b: &Value) -> Option<(Delta, Delta)> {
    Some((fields(a)?, fields(b)?))
}

const NOT_MINE: PyResult<Value> = Ok(Value::NOT_IMPLEMENTED);

/// The type, with the constants that are in its dict.
pub static TIMEDELTA: TypeSpec = TypeSpec::new("datetime.timedelta", Delta::layout)
    .flags(type_flag::BASE)
    .doc(
        "",
        "A duration, to the microsecond.\n\ntimedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)\n\nThe sum of the arguments, which are ints or floats and may be negative;\nOverflowError beyond 999999999 days.",
    )
    .slots(|s| {
        s.new = Some(new);
        s.repr = Some(|vm, value| {
            let delta = this(vm, value)?.data;
            let mut inner = Vec::new();
            for (name, n) in
                [("days", delta.days), ("seconds", delta.seconds), ("microseconds", delta.micros)]
            {
                if n != 0 {
                    inner.push(format!("{name}={n}"));
                }
            }
            let inner = if inner.is_empty() { "0".to_owned() } else { inner.join(", ") };
            Ok(vm.str(format!("{}({inner})", shown_type(vm, value))))
        });
        s.str = Some(|vm, value| Ok(vm.str(text(this(vm, value)?.data))));
        s.hash = Some(|vm, value| {
            let delta = this(vm, value)?.data;
            vm.hash(&state(vm, delta))
        });
        s.compare = Some(|_, a, b, op| match both(a, b) {
            Some((a, b)) => Ok(Value::bool(op.holds(a.cmp(&b)))),
            None => NOT_MINE,
        });
        s.bool = Some(|vm, value| Ok(!this(vm, value)?.is_zero()));
        s.neg = Some(|vm, value| from_micros(vm, -this(vm, value)?.total()));
        s.pos = Some(|vm, value| from_micros(vm, this(vm, value)?.total()));
        s.abs = Some(|vm, value| from_micros(vm, this(vm, value)?.total().abs()));
        s.add = Some(|vm, a, b| match both(a, b) {
            Some((a, b)) => from_micros(vm, a.total() + b.total()),
            None => NOT_MINE,
        });
        s.sub = Some(|vm, a, b| match both(a, b) {
            Some((a, b)) => from_micros(vm, a.total() - b.total()),
            None => NOT_MINE,
        });
        s.mul = Some(|vm, a, b| {
            let (delta, other) = match fields(a) {
                Some(delta) => (delta, b),
                None => match fields(b) {
                    Some(delta) => (delta, a),
                    None => return NOT_MINE,
                },
            };
            if let Some(n) = other.as_small()
                && let Some(micros) = delta.total().checked_mul(n.into())
            {
                return from_micros(vm, micros);
            }
            match vm.as_big(other) {
                Some(n) => from_big(vm, &(IBig::from(delta.total()) * n)),
                None if other.as_float().is_some() => by_float(vm, delta, other, false),
                None => NOT_MINE,
            }
        });
        s.truediv = Some(|vm, a, b| {
            let Some(delta) = fields(a) else { return NOT_MINE };
            if let Some(other) = fields(b) {
                let (a, b) = (big_value(vm, delta.total()), big_value(vm, other.total()));
                return vm.binary(&a, &b, &ops::TRUE_DIV);
            }
            match vm.as_big(b) {
                Some(n) => from_big(vm, &divide_nearest(vm, IBig::from(delta.total()), n)?),
                None if b.as_float().is_some() => by_float(vm, delta, b, true),
                None => NOT_MINE,
            }
        });
        s.floordiv = Some(|vm, a, b| {
            let Some(delta) = fields(a) else { return NOT_MINE };
            if let Some(other) = fields(b) {
                return Ok(big_value(vm, floor(vm, delta.total(), other.total())?.0));
            }
            match vm.as_big(b) {
                Some(n) => match i128::try_from(&n) {
                    Ok(n) => from_micros(vm, floor(vm, delta.total(), n)?.0),
                    Err(_) => from_micros(vm, if (delta.total() < 0) == (n < IBig::ZERO) || delta.is_zero() { 0 } else { -1 }),
                },
                None => NOT_MINE,
            }
        });
        s.modulo = Some(|vm, a, b| match both(a, b) {
            Some((a, b)) => from_micros(vm, floor(vm, a.total(), b.total())?.1),
            None => NOT_MINE,
        });
        s.divmod = Some(|vm, a, b| match both(a, b) {
            Some((a, b)) => {
                let (quotient, rest) = floor(vm, a.total(), b.total())?;
                let rest = from_micros(vm, rest)?;
                Ok(vm.tuple(vec![big_value(vm, quotient), rest]))
            }
            None => NOT_MINE,
        });
    })
    .methods(&[
        native(
            "total_seconds(self, /)",
            |vm, args| {
                let total = big_value(vm, this(vm, &args[0])?.total());
                vm.binary(&total, &vm.int(MICRO), &ops::TRUE_DIV)
            },
            "All of the duration in seconds.",
        ),
        native(
            "__reduce__(self, /)",
            |vm, args| {
                let state = state(vm, this(vm, &args[0])?.data);
                Ok(vm.tuple(vec![args[0].ty(vm).to_value(), state]))
            },
            "__reduce__() -> (cls, state)",
        ),
    ])
    .getset(&[
        getter("days", |vm, value| Ok(vm.int(this(vm, value)?.days.into())), "Number of days."),
        getter(
            "seconds",
            |vm, value| Ok(vm.int(this(vm, value)?.seconds.into())),
            "Number of seconds (>= 0 and less than 1 day).",
        ),
        getter(
            "microseconds",
            |vm, value| Ok(vm.int(this(vm, value)?.micros.into())),
            "Number of microseconds (>= 0 and less than 1 second).",
        ),
    ])
    .extra(|vm, ty| {
        let make = |days, seconds, micros| vm.alloc(ty, Delta { days, seconds, micros }).into_value();
        vm.set_in(&ty.dict, "resolution", make(0, 0, 1));
        vm.set_in(&ty.dict, "min", make(-MAX_DAYS as i32, 0, 0));
        vm.set_in(&ty.dict, "max", make(MAX_DAYS as i32, DAY as i32 - 1, MICRO as i32 - 1));
    });

fn state(vm: &Vm, delta: Delta) -> Value {
    vm.tuple([delta.days, delta.seconds, delta.micros].map(|n| vm.int(n.into())).to_vec())
}

/// Do both offsets say the same? `None` is equal to itself alone.
pub fn same(a: &Value, b: &Value) -> bool {
    match (fields(a), fields(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => true,
        _ => false,
    }
}
