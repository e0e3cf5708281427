//! `time`: a time of the day, with or without a zone.

use std::cell::Cell;

use super::delta::{self, fields};
use super::strftime::{self, Subject};
use super::zone::{self, name_of, offset_of};
use super::{
    MICRO, bind, check_time, check_zone, int_or, iso, pickled, same_type, shown_type, text_argument,
};
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Cmp, TypeRef, TypeSpec, getter, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Value};

/// The payload of `time`.
pub struct Time {
    /// Hour, minute, second, microsecond.
    pub parts: [i32; 4],
    pub fold: i32,
    /// `None` if there is none.
    pub zone: Value,
    hash: Cell<Option<i64>>,
}
crate::payload!(Time, "time", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.zone);
    }
});

pub fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Time>> {
    vm.cast::<Time>(value)
}

/// Pickled bytes of a time.
pub fn bytes(parts: [i32; 4]) -> [u8; 6] {
    let [hour, minute, second, micro] = parts;
    [hour as u8, minute as u8, second as u8, (micro >> 16) as u8, (micro >> 8) as u8, micro as u8]
}

/// The time in pickled bytes.
pub fn from_bytes(b: &[u8]) -> [i32; 4] {
    let n = |at: usize| i32::from(b[at]);
    [n(0), n(1), n(2), n(3) << 16 | n(4) << 8 | n(5)]
}

/// Microseconds since midnight.
pub fn micros(parts: [i32; 4]) -> i64 {
    let [hour, minute, second, micro] = parts.map(i64::from);
    ((hour * 60 + minute) * 60 + second) * MICRO + micro
}

pub fn from_micros(micros: i64) -> [i32; 4] {
    let seconds = micros / MICRO;
    [seconds / 3600, seconds / 60 % 60, seconds % 60, micros % MICRO].map(|n| n as i32)
}

/// A time of exactly this type, of fields that were checked.
pub fn plain(vm: &Vm, ty: &TypeRef, parts: [i32; 4], zone: Value, fold: i32) -> Value {
    vm.alloc(ty, Time { parts, fold, zone, hash: Cell::new(None) }).into_value()
}

/// `cls(hour, minute, second, microsecond, tzinfo, fold=fold)`
fn make(vm: &Vm, ty: &Value, parts: [i32; 4], zone: Value, fold: i32) -> PyResult<Value> {
    if let Some(ty) = ty.as_type()
        && same_type(ty, vm.typ(&TIME))
    {
        check_time(vm, parts, fold)?;
        return Ok(plain(vm, vm.typ(&TIME), parts, zone, fold));
    }
    let mut values: Vec<Value> = parts.iter().map(|n| vm.int((*n).into())).collect();
    values.push(zone);
    if fold == 0 {
        return vm.call_args(ty, &values);
    }
    values.push(vm.int(fold.into()));
    vm.call(ty, Args { values: &values, names: &[vm.intern("fold").into_value()] })
}

fn new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    if let [state, rest @ ..] = args.values
        && args.names.is_empty()
        && rest.len() < 2
        && let Some(mut b) = pickled(vm, state, 6, "time", |b| b[0] & 0x7f < 24)?
    {
        let zone = rest.first().cloned().unwrap_or(Value::NONE);
        if !zone.is_none() && !zone::is_zone(vm, &zone) {
            return Err(vm.type_error("bad tzinfo state arg"));
        }
        let fold = i32::from(b[0] >> 7);
        b[0] &= 0x7f;
        return Ok(plain(vm, ty, from_bytes(&b), zone, fold));
    }
    const NAMES: [&str; 6] = ["hour", "minute", "second", "microsecond", "tzinfo", "fold"];
    let bound = bind(vm, "", &NAMES, 0, 5, args)?;
    let mut parts = [0; 4];
    for (place, value) in parts.iter_mut().zip(&bound) {
        *place = int_or(vm, value, 0)?;
    }
    let fold = int_or(vm, &bound[5], 0)?;
    let zone = bound[4].given().cloned().unwrap_or(Value::NONE);
    check_zone(vm, &zone)?;
    check_time(vm, parts, fold)?;
    Ok(plain(vm, ty, parts, zone, fold))
}

fn replace(vm: &Vm, args: Args) -> PyResult<Value> {
    let value = &args.values[0];
    let time = this(vm, value)?;
    const NAMES: [&str; 6] = ["hour", "minute", "second", "microsecond", "tzinfo", "fold"];
    let bound = bind(vm, "replace", &NAMES, 0, 5, args.rest())?;
    let mut parts = time.parts;
    for (place, value) in parts.iter_mut().zip(&bound) {
        *place = int_or(vm, value, *place)?;
    }
    let fold = int_or(vm, &bound[5], time.fold)?;
    let zone = bound[4].given().cloned().unwrap_or_else(|| time.zone.clone());
    check_zone(vm, &zone)?;
    check_time(vm, parts, fold)?;
    make(vm, &value.ty(vm).to_value(), parts, zone, fold)
}

fn offset(vm: &Vm, time: &Obj<Time>) -> PyResult<Value> {
    offset_of(vm, &time.zone, "utcoffset", &Value::NONE)
}

fn compare(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    let (Some(x), Some(y)) = (a.downcast::<Time>(), b.downcast::<Time>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if x.zone.is(&y.zone) {
        return Ok(Value::bool(op.holds(x.parts.cmp(&y.parts))));
    }
    let (own, other) = (offset(vm, x)?, offset(vm, y)?);
    if delta::same(&own, &other) {
        return Ok(Value::bool(op.holds(x.parts.cmp(&y.parts))));
    }
    match (fields(&own), fields(&other)) {
        (Some(own), Some(other)) => {
            let own = i128::from(micros(x.parts)) - own.total();
            let other = i128::from(micros(y.parts)) - other.total();
            Ok(Value::bool(op.holds(own.cmp(&other))))
        }
        _ => match op {
            Cmp::Eq => Ok(Value::FALSE),
            Cmp::Ne => Ok(Value::TRUE),
            _ => Err(vm.type_error("can't compare offset-naive and offset-aware times")),
        },
    }
}

fn hash(vm: &Vm, value: &Value) -> PyResult<i64> {
    let time = this(vm, value)?;
    if let Some(hash) = time.hash.get() {
        return Ok(hash);
    }
    let own = if time.fold == 0 {
        offset(vm, time)?
    } else {
        let first = plain(vm, vm.typ(&TIME), time.parts, time.zone.clone(), 0);
        offset(vm, this(vm, &first)?)?
    };
    let hash = match fields(&own) {
        // Equal times of different zones hash alike.
        Some(own) => {
            let shifted = delta::from_micros(vm, i128::from(micros(time.parts)) - own.total())?;
            vm.hash(&shifted)?
        }
        None => vm.hash(&vm.bytes(&bytes(time.parts)))?,
    };
    time.hash.set(Some(hash));
    Ok(hash)
}

fn isoformat(vm: &Vm, value: &Value, timespec: &Value) -> PyResult<Value> {
    let time = this(vm, value)?;
    let mut text = iso::time_text(vm, time.parts, timespec)?;
    if let Some(offset) = fields(&offset(vm, time)?) {
        text += &iso::offset_text(offset.total() as i64, ":");
    }
    Ok(vm.str(text))
}

fn from_iso(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(bytes) = iso::plain(&args[1]) else {
        return Err(vm.type_error("fromisoformat: argument must be str"));
    };
    let bytes = bytes.strip_prefix(b"T").unwrap_or(&bytes);
    let Some((mut parts, offset)) = iso::read_time(bytes) else { return iso::invalid(vm, &args[1]) };
    if parts[0] == 24 {
        if parts[1..] != [0; 3] {
            return Err(vm.value_error("minute, second, and microsecond must be 0 when hour is 24"));
        }
        parts[0] = 0;
    }
    let zone = zone_of(vm, offset)?;
    make(vm, &args[0], parts, zone, 0)
}

/// The zone of an offset that was read.
pub fn zone_of(vm: &Vm, offset: Option<i64>) -> PyResult<Value> {
    match offset {
        None => Ok(Value::NONE),
        Some(0) => Ok(zone::utc(vm)),
        Some(micros) => zone::fixed(vm, delta::from_micros(vm, micros.into())?, Value::UNBOUND),
    }
}

fn format_text(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let time = this(vm, &args[0])?;
    text_argument(vm, &args[1], "strftime")?;
    let [hour, minute, second, micro] = time.parts;
    let date = (1900, 1, 1);
    let subject = Subject {
        zone: &time.zone,
        argument: &Value::NONE,
        date,
        micro,
        tuple: strftime::time_tuple(vm, date, [hour, minute, second], -1)?,
    };
    strftime::format(vm, &subject, &args[1])
}

fn reduce(vm: &Vm, value: &Value, protocol: i32) -> PyResult<Value> {
    let time = this(vm, value)?;
    let mut state = bytes(time.parts);
    if protocol > 3 && time.fold == 1 {
        state[0] |= 0x80;
    }
    let mut items = vec![vm.bytes(&state)];
    if !time.zone.is_none() {
        items.push(time.zone.clone());
    }
    Ok(vm.tuple(vec![value.ty(vm).to_value(), vm.tuple(items)]))
}

fn part(vm: &Vm, value: &Value, at: usize) -> PyResult<Value> {
    Ok(vm.int(this(vm, value)?.parts[at].into()))
}

/// `time`
pub static TIME: TypeSpec = TypeSpec::new("datetime.time", Time::layout)
    .flags(type_flag::BASE)
    .doc(
        "",
        "A time of the day: time([hour[, minute[, second[, microsecond[, tzinfo]]]]], *, fold=0).\n\nfold is 1 for the second of two times that a clock shows alike.",
    )
    .slots(|s| {
        s.new = Some(new);
        s.repr = Some(|vm, value| {
            let time = this(vm, value)?;
            let [hour, minute, second, micro] = time.parts;
            let mut inner = format!("{hour}, {minute}");
            if second != 0 || micro != 0 {
                inner += &format!(", {second}");
            }
            if micro != 0 {
                inner += &format!(", {micro}");
            }
            if !time.zone.is_none() {
                inner += &format!(", tzinfo={}", vm.repr_text(&time.zone)?);
            }
            if time.fold != 0 {
                inner += ", fold=1";
            }
            Ok(vm.str(format!("{}({inner})", shown_type(vm, value))))
        });
        s.str = Some(|vm, value| vm.call_method_str(value, "isoformat", &[]));
        s.hash = Some(hash);
        s.compare = Some(compare);
    })
    .methods(&[
        native(
            "strptime(cls, string, format, /)",
            |vm, args| strftime::parse(vm, args, "_strptime_datetime_time"),
            "The time of a text in a format as for time.strptime().",
        )
        .class(),
        native(
            "isoformat(self, timespec='auto')",
            |vm, args| {
                if args[1].given().is_some() {
                    text_argument(vm, &args[1], "isoformat")?;
                }
                isoformat(vm, &args[0], &args[1])
            },
            "The time as [HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].\n\n  timespec\n    auto, hours, minutes, seconds, milliseconds or microseconds.",
        ),
        native("strftime(self, format)", format_text, "The time in a format as for time.strftime()."),
        native("__format__(self, format, /)", strftime::dunder_format, "str() for an empty format, else strftime()."),
        native("utcoffset(self, /)", |vm, args| offset(vm, this(vm, &args[0])?), "tzinfo.utcoffset(None)"),
        native(
            "tzname(self, /)",
            |vm, args| name_of(vm, &this(vm, &args[0])?.zone.clone(), &Value::NONE),
            "tzinfo.tzname(None)",
        ),
        native(
            "dst(self, /)",
            |vm, args| offset_of(vm, &this(vm, &args[0])?.zone.clone(), "dst", &Value::NONE),
            "tzinfo.dst(None)",
        ),
        native_raw(
            "replace(self, /, hour=unchanged, minute=unchanged, second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)",
            replace,
            "The time with other values for some fields.",
        ),
        native_raw(
            "__replace__(self, /, **changes)",
            |vm, args| super::replaced(vm, args, replace),
            "The same as replace().",
        ),
        native("fromisoformat(cls, object, /)", from_iso, "The time of a text in ISO 8601 format.").class(),
        native(
            "__reduce_ex__(self, proto, /)",
            |vm, args| {
                let protocol = vm.to_i32_arg(&args[1])?;
                reduce(vm, &args[0], protocol)
            },
            "__reduce_ex__(proto) -> (cls, state)",
        ),
        native("__reduce__(self, /)", |vm, args| reduce(vm, &args[0], 2), "__reduce__() -> (cls, state)"),
    ])
    .getset(&[
        getter("hour", |vm, value| part(vm, value, 0), ""),
        getter("minute", |vm, value| part(vm, value, 1), ""),
        getter("second", |vm, value| part(vm, value, 2), ""),
        getter("microsecond", |vm, value| part(vm, value, 3), ""),
        getter("tzinfo", |vm, value| Ok(this(vm, value)?.zone.clone()), ""),
        getter("fold", |vm, value| Ok(vm.int(this(vm, value)?.fold.into())), ""),
    ])
    .extra(|vm, ty| {
        vm.set_in(&ty.dict, "min", plain(vm, ty, [0; 4], Value::NONE, 0));
        vm.set_in(&ty.dict, "max", plain(vm, ty, [23, 59, 59, 999_999], Value::NONE, 0));
        vm.set_in(&ty.dict, "resolution", delta::from_micros(vm, 1).unwrap_or(Value::NONE));
    });
