//! `_datetime`: the proleptic Gregorian calendar, and what the types of the module share.
//!
//! A type a file: `delta` (timedelta), `zone` (tzinfo and timezone), `date`, `clock` (time), `stamp` (datetime); `iso` reads
//! and writes ISO 8601, `strftime` formats. Days are counted from 1 = January 1 of year 1, as `toordinal` does.

use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::TypeRef;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{Obj, Value};

mod clock;
mod date;
mod delta;
mod iso;
mod stamp;
mod strftime;
mod zone;

const MIN_YEAR: i32 = 1;
const MAX_YEAR: i32 = 9999;
/// Ordinal of the last day.
const MAX_ORDINAL: i64 = 3_652_059;
/// Ordinal of 1970-01-01.
const EPOCH: i64 = 719_163;
const DAY: i64 = 86_400;
const MICRO: i64 = 1_000_000;
const DAY_MICROS: i64 = DAY * MICRO;

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 => 28 + i32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_before_year(year: i32) -> i64 {
    let y = i64::from(year - 1);
    y * 365 + y / 4 - y / 100 + y / 400
}

fn days_before_month(year: i32, month: i32) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    BEFORE[(month - 1) as usize] + i64::from(month > 2 && is_leap(year))
}

/// The number of a day that exists.
fn ordinal(year: i32, month: i32, day: i32) -> i64 {
    days_before_year(year) + days_before_month(year, month) + i64::from(day)
}

/// Year, month and day of an ordinal from 1 to [`MAX_ORDINAL`] and the few days behind it.
fn from_ordinal(ordinal: i64) -> (i32, i32, i32) {
    // A year is at most 366 days: the guess is never too late by more than a year.
    let n = ordinal - 1;
    let mut year = (n * 400 / 146_097) as i32 + 1;
    while days_before_year(year + 1) <= n {
        year += 1;
    }
    while days_before_year(year) > n {
        year -= 1;
    }
    let rest = n - days_before_year(year);
    let mut month = (rest / 29).min(11) as i32 + 1;
    while days_before_month(year, month) > rest {
        month -= 1;
    }
    (year, month, (rest - days_before_month(year, month)) as i32 + 1)
}

/// 0 is Monday.
fn weekday(ordinal: i64) -> i64 {
    (ordinal + 6).rem_euclid(7)
}

/// Ordinal of the Monday that the ISO year begins with.
fn first_monday(year: i32) -> i64 {
    let first = days_before_year(year) + 1;
    let day = weekday(first);
    first - day + if day > 3 { 7 } else { 0 }
}

/// ISO 8601 year, week and day of the week.
fn iso_calendar(ordinal: i64, year: i32) -> (i32, i64, i64) {
    let mut year = year;
    if ordinal < first_monday(year) {
        year -= 1;
    } else if ordinal >= first_monday(year + 1) {
        year += 1;
    }
    let days = ordinal - first_monday(year);
    (year, days / 7 + 1, days % 7 + 1)
}

/// What is wrong with a date of the ISO calendar.
enum IsoFault {
    Year,
    Week,
    Day,
}

/// Ordinal of a day of the ISO calendar.
fn from_iso_calendar(year: i64, week: i64, day: i64) -> Result<i64, IsoFault> {
    if !(i64::from(MIN_YEAR)..=i64::from(MAX_YEAR)).contains(&year) {
        return Err(IsoFault::Year);
    }
    let first = first_monday(year as i32);
    if week < 1 || week > (first_monday(year as i32 + 1) - first) / 7 {
        return Err(IsoFault::Week);
    }
    if !(1..=7).contains(&day) {
        return Err(IsoFault::Day);
    }
    Ok(first + (week - 1) * 7 + day - 1)
}

/// ValueError unless the day exists.
fn check_date(vm: &Vm, year: i32, month: i32, day: i32) -> PyResult<()> {
    if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
        return Err(vm.value_error(format!("year must be in 1..9999, not {year}")));
    }
    if !(1..=12).contains(&month) {
        return Err(vm.value_error(format!("month must be in 1..12, not {month}")));
    }
    let last = days_in_month(year, month);
    if !(1..=last).contains(&day) {
        return Err(
            vm.value_error(format!("day {day} must be in range 1..{last} for month {month} in year {year}"))
        );
    }
    Ok(())
}

/// ValueError unless the time exists.
fn check_time(vm: &Vm, time: [i32; 4], fold: i32) -> PyResult<()> {
    for (value, last, name) in [
        (time[0], 23, "hour"),
        (time[1], 59, "minute"),
        (time[2], 59, "second"),
        (time[3], 999_999, "microsecond"),
    ] {
        if !(0..=last).contains(&value) {
            return Err(vm.value_error(format!("{name} must be in 0..{last}, not {value}")));
        }
    }
    if fold != 0 && fold != 1 {
        return Err(vm.value_error(format!("fold must be either 0 or 1, not {fold}")));
    }
    Ok(())
}

fn out_of_range(vm: &Vm) -> Raised {
    vm.overflow_error("date value out of range")
}

/// Binds a call's arguments with the words that `PyArg_ParseTupleAndKeywords` has for errors. `function` is empty for
/// constructors whose format names none; `positional` of the `names` may be given without name.
fn bind<const N: usize>(
    vm: &Vm,
    function: &str,
    names: &[&str; N],
    required: usize,
    positional: usize,
    args: Args,
) -> PyResult<[Value; N]> {
    let shown = if function.is_empty() { "function".to_owned() } else { format!("{function}()") };
    let (pos, given) = (args.pos(), args.values.len());
    if given > N {
        let kind = if pos.is_empty() { "keyword " } else { "" };
        let s = if N == 1 { "" } else { "s" };
        return Err(vm.type_error(format!("{shown} takes at most {N} {kind}argument{s} ({given} given)")));
    }
    if pos.len() > positional {
        let text = match positional {
            0 => format!("{shown} takes no positional arguments"),
            n => format!("{shown} takes at most {n} positional arguments ({} given)", pos.len()),
        };
        return Err(vm.type_error(text));
    }
    let mut bound = [const { Value::UNBOUND }; N];
    for (place, value) in bound.iter_mut().zip(pos) {
        *place = value.clone();
    }
    let mut unknown = None;
    for (key, value) in args.keywords() {
        let text = key.as_str().map(|key| key.to_string_lossy().into_owned()).unwrap_or_default();
        match names.iter().position(|name| *name == text) {
            Some(at) if bound[at].is_unbound() => bound[at] = value.clone(),
            Some(at) => {
                return Err(vm.type_error(format!(
                    "argument for {shown} given by name ('{text}') and position ({})",
                    at + 1
                )));
            }
            None => unknown = Some(text),
        }
    }
    if let Some(missing) = bound[..required].iter().position(Value::is_unbound) {
        if function.is_empty() {
            // Numbers are converted one by one before the next argument is looked for.
            for value in &bound[..missing] {
                vm.to_i32_arg(value)?;
            }
        }
        return Err(vm.type_error(format!(
            "{shown} missing required argument '{}' (pos {})",
            names[missing],
            missing + 1
        )));
    }
    if let Some(text) = unknown {
        let shown = if function.is_empty() { "this function".to_owned() } else { shown };
        return Err(vm.type_error(format!("{shown} got an unexpected keyword argument '{text}'")));
    }
    Ok(bound)
}

/// The argument as C int, or the default if it was left out.
fn int_or(vm: &Vm, value: &Value, default: i32) -> PyResult<i32> {
    value.given().map_or(Ok(default), |value| vm.to_i32_arg(value))
}

/// TypeError unless it is `None` or a tzinfo.
fn check_zone(vm: &Vm, value: &Value) -> PyResult<()> {
    if value.is_none() || zone::is_zone(vm, value) {
        return Ok(());
    }
    Err(vm.type_error(format!(
        "tzinfo argument must be None or of a tzinfo subclass, not type '{}'",
        value.type_name(vm)
    )))
}

/// The bytes of a pickled state of that length, given as bytes or (by a pickle of Python 2) as text.
fn pickled(
    vm: &Vm,
    value: &Value,
    length: usize,
    what: &str,
    sane: fn(&[u8]) -> bool,
) -> PyResult<Option<Vec<u8>>> {
    if let Some(bytes) = vm.bytes_of(value).filter(|_| value.as_bytes().is_some()) {
        return Ok((bytes.len() == length && sane(bytes)).then(|| bytes.to_vec()));
    }
    let Some(text) = value.as_str().filter(|text| text.len() == length) else { return Ok(None) };
    let text = text.to_string_lossy();
    let narrow: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(0xff)).collect();
    if !sane(&narrow) {
        return Ok(None);
    }
    if text.chars().any(|c| u32::from(c) > 255) {
        return Err(vm.value_error(format!(
            "Failed to encode latin1 string when unpickling a {what} object. pickle.load(data, encoding='latin1') is assumed."
        )));
    }
    Ok(Some(narrow))
}

/// The name of an object's type in its `repr`: with the module for the types of this module.
fn shown_type(vm: &Vm, value: &Value) -> String {
    let ty = value.ty(vm);
    match ty.spec {
        Some(spec) => spec.name.to_owned(),
        None => ty.name(),
    }
}

fn same_type(ty: &Obj<crate::runtime::object::typedef::Type>, other: &TypeRef) -> bool {
    ty.address() == other.address()
}

/// The text, or TypeError in the words of a function's argument.
fn text_argument(vm: &Vm, value: &Value, function: &str) -> PyResult<()> {
    if value.as_str().is_some() {
        return Ok(());
    }
    Err(vm.type_error(format!("{function}() argument 1 must be str, not {}", value.type_name(vm))))
}

/// `__replace__`: `replace` with keywords alone.
fn replaced(vm: &Vm, args: Args, replace: fn(&Vm, Args) -> PyResult<Value>) -> PyResult<Value> {
    if args.pos().len() > 1 {
        return Err(vm.type_error(format!(
            "__replace__() takes 0 positional arguments but {} were given",
            args.pos().len() - 1
        )));
    }
    replace(vm, args)
}

/// `_datetime`
pub static MODULE: NativeModule = NativeModule {
    name: "_datetime",
    doc: "Dates and times of the proleptic Gregorian calendar.",
    functions: &[],
    init: |vm, dict| {
        for spec in
            [&date::DATE, &stamp::DATETIME, &clock::TIME, &delta::TIMEDELTA, &zone::TZINFO, &zone::TIMEZONE]
        {
            vm.set_type_in(dict, spec);
        }
        vm.set_ints_in(dict, &[("MINYEAR", MIN_YEAR.into()), ("MAXYEAR", MAX_YEAR.into())]);
        vm.set_in(dict, "UTC", zone::utc(vm));
        Ok(())
    },
};
