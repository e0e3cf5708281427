//! `datetime`: a date and a time of the day, with or without a zone.

use std::cell::Cell;

use super::clock::{self, zone_of};
use super::date::Date;
use super::delta::{self, fields};
use super::strftime::{self, Subject};
use super::zone::{self, name_of, offset_of};
use super::{
    DAY, DAY_MICROS, EPOCH, MAX_ORDINAL, MICRO, bind, check_date, check_time, check_zone, days_in_month,
    int_or, iso, out_of_range, pickled, same_type, shown_type, text_argument,
};
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{Cmp, TypeRef, TypeSpec, getter, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::sys::clock as system;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// The payload of `datetime`.
#[repr(C)]
pub struct Stamp {
    pub date: Date,
    /// Hour, minute, second, microsecond.
    pub time: [i32; 4],
    pub fold: Cell<i32>,
    /// `None` if there is none.
    pub zone: LockCell<Value>,
    hash: Cell<Option<i64>>,
}
crate::payload!(Stamp, "datetime", gc, extends Date {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.zone.get());
    }
});

const NAMES: [&str; 9] =
    ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"];

impl Stamp {
    /// Microseconds since the day before the first one.
    fn micros(&self) -> i64 {
        self.date.ordinal() * DAY_MICROS + clock::micros(self.time)
    }
    fn order(&self, other: &Stamp) -> std::cmp::Ordering {
        self.date.cmp(&other.date).then(self.time.cmp(&other.time))
    }
}

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Stamp>> {
    vm.cast::<Stamp>(value)
}

fn alloc(vm: &Vm, ty: &TypeRef, date: Date, time: [i32; 4], zone: Value, fold: i32) -> Value {
    let stamp = Stamp { date, time, fold: Cell::new(fold), zone: LockCell::new(zone), hash: Cell::new(None) };
    vm.alloc(ty, stamp).into_value()
}

/// A datetime without zone at the begin of a day.
pub fn midnight(vm: &Vm, date: Date) -> Value {
    alloc(vm, vm.typ(&DATETIME), date, [0; 4], Value::NONE, 0)
}

/// `cls(...)`, without the call for `datetime` itself.
fn make(vm: &Vm, ty: &Value, date: Date, time: [i32; 4], zone: Value, fold: i32) -> PyResult<Value> {
    if let Some(ty) = ty.as_type()
        && same_type(ty, vm.typ(&DATETIME))
    {
        check_date(vm, date.year, date.month, date.day)?;
        check_time(vm, time, fold)?;
        return Ok(alloc(vm, vm.typ(&DATETIME), date, time, zone, fold));
    }
    let numbers = [date.year, date.month, date.day, time[0], time[1], time[2], time[3]];
    let mut values: Vec<Value> = numbers.iter().map(|n| vm.int((*n).into())).collect();
    values.push(zone);
    let made = vm.call_args(ty, &values)?;
    if fold != 0
        && let Some(made) = made.downcast::<Stamp>()
    {
        made.fold.set(fold);
    }
    Ok(made)
}

/// As [`make`], of microseconds; OverflowError outside the calendar.
fn make_micros(vm: &Vm, ty: &Value, micros: i128, zone: Value) -> PyResult<Value> {
    let ordinal = micros.div_euclid(DAY_MICROS.into());
    if !(1..=i128::from(MAX_ORDINAL)).contains(&ordinal) {
        return Err(out_of_range(vm));
    }
    let time = clock::from_micros(micros.rem_euclid(DAY_MICROS.into()) as i64);
    make(vm, ty, Date::of(ordinal as i64), time, zone, 0)
}

/// A datetime of the same type and zone, so many microseconds later.
pub fn add(vm: &Vm, value: &Value, micros: i128) -> PyResult<Value> {
    let stamp = this(vm, value)?;
    let zone = stamp.zone.cloned();
    make_micros(vm, &value.ty(vm).to_value(), i128::from(stamp.micros()) + micros, zone)
}

fn new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    if let [state, rest @ ..] = args.values
        && args.names.is_empty()
        && rest.len() < 2
        && let Some(mut b) = pickled(vm, state, 10, "datetime", |b| (1..=12).contains(&(b[2] & 0x7f)))?
    {
        let zone = rest.first().cloned().unwrap_or(Value::NONE);
        if !zone.is_none() && !zone::is_zone(vm, &zone) {
            return Err(vm.type_error("bad tzinfo state arg"));
        }
        let fold = i32::from(b[2] >> 7);
        b[2] &= 0x7f;
        let year = i32::from(b[0]) << 8 | i32::from(b[1]);
        let date = Date { year, month: b[2].into(), day: b[3].into() };
        return Ok(alloc(vm, ty, date, clock::from_bytes(&b[4..]), zone, fold));
    }
    let bound = bind(vm, "", &NAMES, 3, 8, args)?;
    let (date, time, zone, fold) =
        bound_fields(vm, &bound, Date { year: 0, month: 0, day: 0 }, [0; 4], Value::NONE, 0)?;
    Ok(alloc(vm, ty, date, time, zone, fold))
}

type Fields = (Date, [i32; 4], Value, i32);

/// The fields that a call gives, the others as they are; checked.
fn bound_fields(
    vm: &Vm,
    bound: &[Value; 9],
    date: Date,
    time: [i32; 4],
    zone: Value,
    fold: i32,
) -> PyResult<Fields> {
    let mut n = [date.year, date.month, date.day, time[0], time[1], time[2], time[3]];
    for (place, value) in n.iter_mut().zip(bound) {
        *place = int_or(vm, value, *place)?;
    }
    let fold = int_or(vm, &bound[8], fold)?;
    let zone = bound[7].given().cloned().unwrap_or(zone);
    check_zone(vm, &zone)?;
    let [year, month, day, time @ ..] = n;
    check_date(vm, year, month, day)?;
    check_time(vm, time, fold)?;
    Ok((Date { year, month, day }, time, zone, fold))
}

fn replace(vm: &Vm, args: Args) -> PyResult<Value> {
    let value = &args.values[0];
    let stamp = this(vm, value)?;
    let bound = bind(vm, "replace", &NAMES, 0, 8, args.rest())?;
    let (date, time, zone, fold) =
        bound_fields(vm, &bound, stamp.date, stamp.time, stamp.zone.cloned(), stamp.fold.get())?;
    make(vm, &value.ty(vm).to_value(), date, time, zone, fold)
}

fn offset(vm: &Vm, value: &Value) -> PyResult<Value> {
    let zone = this(vm, value)?.zone.cloned();
    offset_of(vm, &zone, "utcoffset", value)
}

// ------------------------------------------------------------------------------------------------ comparison

/// Has the datetime another offset with the other fold? Then it is equal to none of another zone (PEP 495).
fn is_problematic(vm: &Vm, value: &Value, own: &Value) -> PyResult<bool> {
    let stamp = this(vm, value)?;
    let zone = stamp.zone.cloned();
    let flipped = alloc(vm, vm.typ(&DATETIME), stamp.date, stamp.time, zone.clone(), 1 - stamp.fold.get());
    let other = offset_of(vm, &zone, "utcoffset", &flipped)?;
    Ok(!delta::same(own, &other))
}

fn compare(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    let (Some(x), Some(y)) = (a.downcast::<Stamp>(), b.downcast::<Stamp>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if x.zone.get().is(y.zone.get()) {
        return Ok(Value::bool(op.holds(x.order(y))));
    }
    let (own, other) = (offset(vm, a)?, offset(vm, b)?);
    let order = if delta::same(&own, &other) {
        x.order(y)
    } else if let (Some(own), Some(other)) = (fields(&own), fields(&other)) {
        (i128::from(x.micros()) - own.total()).cmp(&(i128::from(y.micros()) - other.total()))
    } else {
        return match op {
            Cmp::Eq => Ok(Value::FALSE),
            Cmp::Ne => Ok(Value::TRUE),
            _ => Err(vm.type_error("can't compare offset-naive and offset-aware datetimes")),
        };
    };
    if matches!(op, Cmp::Eq | Cmp::Ne)
        && order.is_eq()
        && (is_problematic(vm, a, &own)? || is_problematic(vm, b, &other)?)
    {
        return Ok(Value::bool(op == Cmp::Ne));
    }
    Ok(Value::bool(op.holds(order)))
}

fn pack(stamp: &Stamp) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[..4].copy_from_slice(&stamp.date.bytes());
    bytes[4..].copy_from_slice(&clock::bytes(stamp.time));
    bytes
}

fn hash(vm: &Vm, value: &Value) -> PyResult<i64> {
    let stamp = this(vm, value)?;
    if let Some(hash) = stamp.hash.get() {
        return Ok(hash);
    }
    let own = if stamp.fold.get() == 0 {
        offset(vm, value)?
    } else {
        // Times that differ in the fold alone are equal.
        let first = alloc(vm, vm.typ(&DATETIME), stamp.date, stamp.time, stamp.zone.cloned(), 0);
        offset(vm, &first)?
    };
    let hash = match fields(&own) {
        Some(own) => {
            let shifted = delta::from_micros(vm, i128::from(stamp.micros()) - own.total())?;
            vm.hash(&shifted)?
        }
        None => vm.hash(&vm.bytes(&pack(stamp)))?,
    };
    stamp.hash.set(Some(hash));
    Ok(hash)
}

fn subtract(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let Some(x) = a.downcast::<Stamp>() else { return Ok(Value::NOT_IMPLEMENTED) };
    if let Some(delta) = fields(b) {
        return add(vm, a, -delta.total());
    }
    let Some(y) = b.downcast::<Stamp>() else { return Ok(Value::NOT_IMPLEMENTED) };
    let mut micros = i128::from(x.micros() - y.micros());
    if !x.zone.get().is(y.zone.get()) {
        let (own, other) = (offset(vm, a)?, offset(vm, b)?);
        match (fields(&own), fields(&other)) {
            (Some(own), Some(other)) => micros -= own.total() - other.total(),
            (None, None) => {}
            _ => return Err(vm.type_error("can't subtract offset-naive and offset-aware datetimes")),
        }
    }
    delta::from_micros(vm, micros)
}

// ------------------------------------------------------------------------------------------------ timestamps

/// Local time, as seconds since the first day, of seconds since the epoch.
fn local_seconds(vm: &Vm, at: i64) -> PyResult<i64> {
    let tm = vm.os(system::broken_down(at, true))?;
    let year = tm.year.saturating_add(1900);
    if !(super::MIN_YEAR..=super::MAX_YEAR).contains(&year) {
        return Err(vm.value_error(format!("year {year} is out of range")));
    }
    let date = Date { year, month: tm.month + 1, day: tm.day };
    Ok(date.ordinal() * DAY + clock::micros([tm.hour, tm.minute, tm.second.min(59), 0]) / MICRO)
}

const EPOCH_SECONDS: i64 = EPOCH * DAY;

/// Seconds since the epoch of a local time, by looking for an offset that fits (PEP 495).
fn of_local(vm: &Vm, seconds: i64, fold: i32) -> PyResult<i64> {
    let local = |at: i64| local_seconds(vm, at - EPOCH_SECONDS);
    let a = local(seconds)? - seconds;
    let u1 = seconds - a;
    let t1 = local(u1)?;
    let b = if t1 == seconds {
        // One solution; on the other side of a change there may be a second one.
        let u2 = if fold == 0 { u1 - DAY } else { u1 + DAY };
        let b = local(u2)? - u2;
        if a == b {
            return Ok(u1 - EPOCH_SECONDS);
        }
        b
    } else {
        t1 - u1
    };
    let u2 = seconds - b;
    if local(u2)? == seconds {
        return Ok(u2 - EPOCH_SECONDS);
    }
    if t1 == seconds {
        return Ok(u1 - EPOCH_SECONDS);
    }
    // The time was skipped.
    Ok(if fold != 0 { u1.min(u2) } else { u1.max(u2) } - EPOCH_SECONDS)
}

/// Seconds since the epoch, rounded down, of an argument.
pub fn whole_seconds(vm: &Vm, value: &Value) -> PyResult<i64> {
    let range = || vm.overflow_error("timestamp out of range for platform time_t");
    if let Some(x) = value.as_float() {
        if x.is_nan() {
            return Err(vm.value_error("Invalid value NaN (not a number)"));
        }
        let x = x.floor();
        if !(-9.3e18..9.2e18).contains(&x) {
            return Err(range());
        }
        return Ok(x as i64);
    }
    let index = vm.index(value)?;
    index_seconds(vm, &index)
}

fn index_seconds(vm: &Vm, index: &Value) -> PyResult<i64> {
    match index.as_small() {
        Some(n) => Ok(n),
        None => Err(vm.overflow_error("timestamp out of range for platform time_t")),
    }
}

/// Seconds and microseconds of a timestamp; floats are rounded to even microseconds.
fn split(vm: &Vm, value: &Value) -> PyResult<(i64, i32)> {
    let Some(x) = value.as_float() else {
        if value.ty(vm).slots.get().index.is_none() {
            return Err(vm.type_error(format!("argument must be int or float, not {}", value.type_name(vm))));
        }
        return Ok((index_seconds(vm, &vm.index(value)?)?, 0));
    };
    if x.is_nan() {
        return Err(vm.value_error("Invalid value NaN (not a number)"));
    }
    let mut whole = x.trunc();
    let mut part = (x.fract() * 1e6).round_ties_even();
    if part >= 1e6 {
        part -= 1e6;
        whole += 1.0;
    } else if part < 0.0 {
        part += 1e6;
        whole -= 1.0;
    }
    if !(-9.2e18..9.2e18).contains(&whole) {
        return Err(vm.overflow_error("timestamp out of range for platform time_t"));
    }
    Ok((whole as i64, part as i32))
}

/// `cls` at a time: local without zone, else in the zone. `utc` is for `utcfromtimestamp`.
fn at(vm: &Vm, ty: &Value, seconds: i64, micro: i32, zone: &Value, utc: bool) -> PyResult<Value> {
    let local = zone.is_none() && !utc;
    let tm = vm.os(system::broken_down(seconds, local))?;
    let date = Date { year: tm.year.saturating_add(1900), month: tm.month + 1, day: tm.day };
    let time = [tm.hour, tm.minute, tm.second.min(59), micro];
    let mut fold = 0;
    if local && (super::MIN_YEAR..=super::MAX_YEAR).contains(&date.year) {
        // Did the same local time come up a change of offset before?
        let own = date.ordinal() * DAY + clock::micros(time) / MICRO;
        if let Ok(probe) = local_seconds(vm, seconds - DAY) {
            let change = own - probe - DAY;
            if change < 0 && local_seconds(vm, seconds + change)? == own {
                fold = 1;
            }
        } else {
            let _ = vm.take_pending();
        }
    }
    let made = make(vm, ty, date, time, zone.clone(), fold)?;
    if zone.is_none() {
        return Ok(made);
    }
    vm.call_method_str(zone, "fromutc", &[made])
}

fn now(vm: &Vm, ty: &Value, zone: &Value, utc: bool) -> PyResult<Value> {
    let nanoseconds = vm.os(system::gettime(libc::CLOCK_REALTIME))?;
    let (seconds, rest) = (nanoseconds.div_euclid(1_000_000_000), nanoseconds.rem_euclid(1_000_000_000));
    at(vm, ty, seconds, (rest / 1000) as i32, zone, utc)
}

fn timestamp(vm: &Vm, value: &Value) -> PyResult<Value> {
    let stamp = this(vm, value)?;
    if stamp.zone.get().is_none() {
        let seconds = stamp.date.ordinal() * DAY + clock::micros(stamp.time) / MICRO;
        let seconds = of_local(vm, seconds, stamp.fold.get())?;
        return Ok(vm.float(seconds as f64 + f64::from(stamp.time[3]) / 1e6));
    }
    let epoch = alloc(vm, vm.typ(&DATETIME), Date::of(EPOCH), [0; 4], zone::utc(vm), 0);
    let since = subtract(vm, value, &epoch)?;
    vm.call_method_str(&since, "total_seconds", &[])
}

/// The fixed zone that the system has at a time.
fn system_zone(vm: &Vm, seconds: i64) -> PyResult<Value> {
    let tm = vm.os(system::broken_down(seconds, true))?;
    let name = tm.zone.as_ref().map_or(Value::UNBOUND, |name| vm.fs_decode(name));
    zone::fixed(vm, delta::from_seconds(vm, tm.offset)?, name)
}

/// The system's zone at a local time.
fn system_zone_of_local(vm: &Vm, stamp: &Stamp) -> PyResult<Value> {
    let seconds = stamp.date.ordinal() * DAY + clock::micros(stamp.time) / MICRO;
    let seconds = of_local(vm, seconds, stamp.fold.get())?;
    system_zone(vm, seconds)
}

fn astimezone(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let stamp = this(vm, &args[0])?;
    let wanted = args[1].given().cloned().unwrap_or(Value::NONE);
    check_zone(vm, &wanted)?;
    let mut own = stamp.zone.cloned();
    if own.is_none() {
        own = system_zone_of_local(vm, stamp)?;
    }
    if own.is(&wanted) {
        return Ok(args[0].clone());
    }
    let mut shift = offset_of(vm, &own, "utcoffset", &args[0])?;
    if shift.is_none() {
        own = system_zone_of_local(vm, stamp)?;
        if own.is(&wanted) {
            return Ok(args[0].clone());
        }
        shift = offset_of(vm, &own, "utcoffset", &args[0])?;
    }
    let micros = i128::from(stamp.micros()) - fields(&shift).map_or(0, delta::Delta::total);
    let wanted = if wanted.is_none() {
        let seconds = micros.div_euclid(MICRO.into()) as i64 - EPOCH_SECONDS;
        system_zone(vm, seconds)?
    } else {
        wanted
    };
    let utc = make_micros(vm, &args[0].ty(vm).to_value(), micros, wanted.clone())?;
    if let Some(utc) = utc.downcast::<Stamp>() {
        utc.zone.set(wanted.clone());
    }
    vm.call_method_str(&wanted, "fromutc", &[utc])
}

// ------------------------------------------------------------------------------------------------ text

fn isoformat(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let stamp = this(vm, &args[0])?;
    let separator = match args[1].given() {
        None => vm.str("T"),
        Some(separator) => {
            let Some(text) = separator.as_str() else {
                return Err(vm.type_error(format!(
                    "isoformat() argument 1 must be a unicode character, not {}",
                    separator.type_name(vm)
                )));
            };
            if text.len() != 1 {
                return Err(vm.type_error(format!(
                    "isoformat() argument 1 must be a unicode character, not a string of length {}",
                    text.len()
                )));
            }
            separator.clone()
        }
    };
    if let Some(spec) = args[2].given()
        && spec.as_str().is_none()
    {
        return Err(vm.type_error(format!("isoformat() argument 2 must be str, not {}", spec.type_name(vm))));
    }
    let mut text = stamp.date.text().into_bytes();
    if let Some(separator) = separator.as_str() {
        text.extend(separator.bytes());
    }
    text.extend(iso::time_text(vm, stamp.time, &args[2])?.bytes());
    if let Some(offset) = fields(&offset(vm, &args[0])?) {
        text.extend(iso::offset_text(offset.total() as i64, ":").bytes());
    }
    Ok(vm.str_bytes(&text))
}

fn from_iso(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(bytes) = iso::plain(&args[1]) else {
        return Err(vm.type_error("fromisoformat: argument must be str"));
    };
    let Some(end) =
        (bytes.len() >= 7).then(|| iso::separator(&bytes)).flatten().filter(|end| *end <= bytes.len())
    else {
        return iso::invalid(vm, &args[1]);
    };
    let Some((mut year, mut month, mut day)) = iso::read_date(&bytes[..end]) else {
        return iso::invalid(vm, &args[1]);
    };
    let (mut time, mut offset) = ([0; 4], None);
    if end < bytes.len() {
        match iso::read_time(&bytes[end + 1..]) {
            Some(found) => (time, offset) = found,
            None => return iso::invalid(vm, &args[1]),
        }
    }
    let zone = zone_of(vm, offset)?;
    if time[0] == 24 && (1..=12).contains(&month) && day <= days_in_month(year, month) {
        if time[1..] != [0; 3] {
            return Err(vm.value_error("minute, second, and microsecond must be 0 when hour is 24"));
        }
        time[0] = 0;
        day += 1;
        if day > days_in_month(year, month) {
            (month, day) = (month + 1, 1);
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
    }
    make(vm, &args[0], Date { year, month, day }, time, zone, 0)
}

fn format_text(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let stamp = this(vm, &args[0])?;
    text_argument(vm, &args[1], "strftime")?;
    let zone = stamp.zone.cloned();
    let subject = Subject {
        zone: &zone,
        argument: &args[0],
        date: stamp.date.parts(),
        micro: stamp.time[3],
        tuple: vm.call_method_str(&args[0], "timetuple", &[])?,
    };
    strftime::format(vm, &subject, &args[1])
}

fn timetuple(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let stamp = this(vm, &args[0])?;
    let dst = offset_of(vm, &stamp.zone.cloned(), "dst", &args[0])?;
    let dst = fields(&dst).map_or(-1, |dst| i64::from(!dst.is_zero()));
    let [hour, minute, second, _] = stamp.time;
    strftime::time_tuple(vm, stamp.date.parts(), [hour, minute, second], dst)
}

fn utctimetuple(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let stamp = this(vm, &args[0])?;
    let (mut date, mut time) = (stamp.date, stamp.time);
    if let Some(offset) = fields(&offset(vm, &args[0])?) {
        let micros = stamp.micros() - offset.total() as i64;
        let ordinal = micros.div_euclid(DAY_MICROS);
        if !(1..=MAX_ORDINAL).contains(&ordinal) {
            return Err(out_of_range(vm));
        }
        (date, time) = (Date::of(ordinal), clock::from_micros(micros.rem_euclid(DAY_MICROS)));
    }
    let [hour, minute, second, _] = time;
    strftime::time_tuple(vm, date.parts(), [hour, minute, second], 0)
}

fn combine(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(date) = args[1].downcast::<Date>() else {
        return Err(vm.type_error(format!(
            "combine() argument 1 must be datetime.date, not {}",
            vm.full_type_name(&args[1])
        )));
    };
    let Some(time) = args[2].downcast::<clock::Time>() else {
        return Err(vm.type_error(format!(
            "combine() argument 2 must be datetime.time, not {}",
            vm.full_type_name(&args[2])
        )));
    };
    let zone = args[3].given().cloned().unwrap_or_else(|| time.zone.clone());
    check_zone(vm, &zone)?;
    make(vm, &args[0], date.data, time.parts, zone, time.fold)
}

fn reduce(vm: &Vm, value: &Value, protocol: i32) -> PyResult<Value> {
    let stamp = this(vm, value)?;
    let mut state = pack(stamp);
    if protocol > 3 && stamp.fold.get() == 1 {
        state[2] |= 0x80;
    }
    let mut items = vec![vm.bytes(&state)];
    if !stamp.zone.get().is_none() {
        items.push(stamp.zone.cloned());
    }
    Ok(vm.tuple(vec![value.ty(vm).to_value(), vm.tuple(items)]))
}

fn part(vm: &Vm, value: &Value, at: usize) -> PyResult<Value> {
    Ok(vm.int(this(vm, value)?.time[at].into()))
}

fn repr(vm: &Vm, value: &Value) -> PyResult<Value> {
    let stamp = this(vm, value)?;
    let (Date { year, month, day }, [hour, minute, second, micro]) = (stamp.date, stamp.time);
    let mut inner = format!("{year}, {month}, {day}, {hour}, {minute}");
    if second != 0 || micro != 0 {
        inner += &format!(", {second}");
    }
    if micro != 0 {
        inner += &format!(", {micro}");
    }
    if stamp.fold.get() != 0 {
        inner += ", fold=1";
    }
    let zone = stamp.zone.cloned();
    if !zone.is_none() {
        inner += &format!(", tzinfo={}", vm.repr_text(&zone)?);
    }
    Ok(vm.str(format!("{}({inner})", shown_type(vm, value))))
}

/// `datetime`
pub static DATETIME: TypeSpec = TypeSpec::new("datetime.datetime", Stamp::layout)
    .base(&super::date::DATE)
    .flags(type_flag::BASE)
    .doc(
        "",
        "A date and time: datetime(year, month, day[, hour[, minute[, second[, microsecond[, tzinfo]]]]], *, fold=0).\n\nfold is 1 for the second of two times that a clock shows alike.",
    )
    .slots(|s| {
        s.new = Some(new);
        s.repr = Some(repr);
        s.str = Some(|vm, value| vm.call_method_str(value, "isoformat", &[vm.str(" ")]));
        s.hash = Some(hash);
        s.compare = Some(compare);
        s.add = Some(|vm, a, b| {
            let (stamp, delta) = if a.downcast::<Stamp>().is_some() { (a, b) } else { (b, a) };
            match fields(delta) {
                Some(delta) if stamp.downcast::<Stamp>().is_some() => add(vm, stamp, delta.total()),
                _ => Ok(Value::NOT_IMPLEMENTED),
            }
        });
        s.sub = Some(subtract);
    })
    .methods(&[
        native_raw(
            "now(cls, /, tz=None)",
            |vm, args| {
                let [zone] = bind(vm, "now", &["tz"], 0, 1, args.rest())?;
                let zone = zone.given().cloned().unwrap_or(Value::NONE);
                check_zone(vm, &zone)?;
                now(vm, &args.values[0], &zone, false)
            },
            "The time now: in a zone, or local without one.",
        )
        .class(),
        native("utcnow(cls, /)", |vm, args| {
            vm.warn_deprecated("datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.now(datetime.UTC).")?;
            now(vm, &args[0], &Value::NONE, true)
        }, "The time now in UTC, without zone.").class(),
        native(
            "fromtimestamp(cls, timestamp, tz=None)",
            |vm, args| {
                let zone = args[2].given().cloned().unwrap_or(Value::NONE);
                check_zone(vm, &zone)?;
                let (seconds, micro) = split(vm, &args[1])?;
                at(vm, &args[0], seconds, micro, &zone, false)
            },
            "The time of a POSIX timestamp: in a zone, or local without one.",
        )
        .class(),
        native(
            "utcfromtimestamp(cls, timestamp, /)",
            |vm, args| {
                vm.warn_deprecated("datetime.datetime.utcfromtimestamp() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.fromtimestamp(timestamp, datetime.UTC).")?;
                let (seconds, micro) = split(vm, &args[1])?;
                at(vm, &args[0], seconds, micro, &Value::NONE, true)
            },
            "The time of a POSIX timestamp in UTC, without zone.",
        )
        .class(),
        native(
            "strptime(cls, string, format, /)",
            |vm, args| strftime::parse(vm, args, "_strptime_datetime_datetime"),
            "The time of a text in a format as for time.strptime().",
        )
        .class(),
        native("combine(cls, date, time, tzinfo=<unrepresentable>)", combine, "A date and a time, with the zone of the time or another one.").class(),
        native("fromisoformat(cls, object, /)", from_iso, "The date and time of a text in ISO 8601 format.").class(),
        native(
            "date(self, /)",
            |vm, args| Ok(vm.alloc_spec(&super::date::DATE, this(vm, &args[0])?.date)),
            "The date.",
        ),
        native(
            "time(self, /)",
            |vm, args| {
                let stamp = this(vm, &args[0])?;
                Ok(clock::plain(vm, vm.typ(&clock::TIME), stamp.time, Value::NONE, stamp.fold.get()))
            },
            "The time of the day, without zone.",
        ),
        native(
            "timetz(self, /)",
            |vm, args| {
                let stamp = this(vm, &args[0])?;
                Ok(clock::plain(vm, vm.typ(&clock::TIME), stamp.time, stamp.zone.cloned(), stamp.fold.get()))
            },
            "The time of the day, with the zone.",
        ),
        native(
            "ctime(self, /)",
            |vm, args| {
                let stamp = this(vm, &args[0])?;
                let [hour, minute, second, _] = stamp.time;
                Ok(vm.str(strftime::ctime(stamp.date.parts(), [hour, minute, second])))
            },
            "The time as C's ctime() writes it.",
        ),
        native("timetuple(self, /)", timetuple, "The time as time.struct_time, for time.mktime()."),
        native("timestamp(self, /)", |vm, args| timestamp(vm, &args[0]), "The POSIX timestamp, as a float."),
        native("utctimetuple(self, /)", utctimetuple, "The time in UTC as time.struct_time."),
        native(
            "isoformat(self, sep='T', timespec='auto')",
            isoformat,
            "The time as YYYY-MM-DDT[HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].\n\n  sep\n    Stands between date and time.\n  timespec\n    auto, hours, minutes, seconds, milliseconds or microseconds.",
        ),
        native("strftime(self, format)", format_text, "The time in a format as for time.strftime()."),
        native("utcoffset(self, /)", |vm, args| offset(vm, &args[0]), "tzinfo.utcoffset(self)"),
        native(
            "tzname(self, /)",
            |vm, args| name_of(vm, &this(vm, &args[0])?.zone.cloned(), &args[0]),
            "tzinfo.tzname(self)",
        ),
        native(
            "dst(self, /)",
            |vm, args| offset_of(vm, &this(vm, &args[0])?.zone.cloned(), "dst", &args[0]),
            "tzinfo.dst(self)",
        ),
        native_raw(
            "replace(self, /, year=unchanged, month=unchanged, day=unchanged,\n        hour=unchanged, minute=unchanged, second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)",
            replace,
            "The time with other values for some fields.",
        ),
        native_raw(
            "__replace__(self, /, **changes)",
            |vm, args| super::replaced(vm, args, replace),
            "The same as replace().",
        ),
        native("astimezone(self, tz=None)", astimezone, "The same time in another zone; None is the system's."),
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
        getter("tzinfo", |vm, value| Ok(this(vm, value)?.zone.cloned()), ""),
        getter("fold", |vm, value| Ok(vm.int(this(vm, value)?.fold.get().into())), ""),
    ])
    .extra(|vm, ty| {
        let last = [23, 59, 59, 999_999];
        vm.set_in(&ty.dict, "min", alloc(vm, ty, Date::of(1), [0; 4], Value::NONE, 0));
        vm.set_in(&ty.dict, "max", alloc(vm, ty, Date::of(MAX_ORDINAL), last, Value::NONE, 0));
        vm.set_in(&ty.dict, "resolution", delta::from_micros(vm, 1).unwrap_or(Value::NONE));
    });
