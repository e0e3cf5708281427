//! `date`, and the tuple that `isocalendar` gives.

use super::delta::{self, fields};
use super::stamp::{self, Stamp};
use super::strftime::{self, Subject};
use super::{
    DAY_MICROS, EPOCH, IsoFault, MAX_ORDINAL, bind, check_date, from_iso_calendar, from_ordinal, int_or, iso,
    iso_calendar, ordinal, out_of_range, pickled, same_type, shown_type, text_argument, weekday,
};
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{TypeRef, TypeSpec, getter, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::sys::clock;
use crate::runtime::value::{Obj, Payload, Value};

/// The payload of `date`, and the first part of a datetime's.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    pub year: i32,
    pub month: i32,
    pub day: i32,
}
crate::payload!(Date, "date");

impl Date {
    pub fn of(ordinal: i64) -> Date {
        let (year, month, day) = from_ordinal(ordinal);
        Date { year, month, day }
    }
    pub fn ordinal(self) -> i64 {
        ordinal(self.year, self.month, self.day)
    }
    pub fn parts(self) -> (i32, i32, i32) {
        (self.year, self.month, self.day)
    }
    pub fn bytes(self) -> [u8; 4] {
        [(self.year >> 8) as u8, self.year as u8, self.month as u8, self.day as u8]
    }
    pub fn text(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

pub fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Date>> {
    vm.cast::<Date>(value)
}

/// A date that is not a datetime.
fn plain(value: &Value) -> Option<Date> {
    if value.downcast::<Stamp>().is_some() { None } else { value.downcast::<Date>().map(|d| d.data) }
}

/// `cls(year, month, day)`, without the call for the types of this module.
pub fn make(vm: &Vm, ty: &Value, year: i32, month: i32, day: i32) -> PyResult<Value> {
    if let Some(ty) = ty.as_type() {
        if same_type(ty, vm.typ(&DATE)) {
            check_date(vm, year, month, day)?;
            return Ok(vm.alloc_spec(&DATE, Date { year, month, day }));
        }
        if same_type(ty, vm.typ(&stamp::DATETIME)) {
            check_date(vm, year, month, day)?;
            return Ok(stamp::midnight(vm, Date { year, month, day }));
        }
    }
    vm.call_args(ty, &[year, month, day].map(|n| vm.int(n.into())))
}

fn of_ordinal(vm: &Vm, ty: &Value, ordinal: i64) -> PyResult<Value> {
    // Days behind the last one are told by their year.
    let (year, month, day) = from_ordinal(ordinal.clamp(1, MAX_ORDINAL + 366));
    make(vm, ty, year, month, day)
}

fn new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    if let [state] = args.values
        && args.names.is_empty()
        && let Some(b) = pickled(vm, state, 4, "date", |b| (1..=12).contains(&b[2]))?
    {
        let date =
            Date { year: i32::from(b[0]) << 8 | i32::from(b[1]), month: b[2].into(), day: b[3].into() };
        return Ok(vm.alloc(ty, date).into_value());
    }
    let [year, month, day] = bind(vm, "", &["year", "month", "day"], 3, 3, args)?;
    let (year, month, day) = (vm.to_i32_arg(&year)?, vm.to_i32_arg(&month)?, vm.to_i32_arg(&day)?);
    check_date(vm, year, month, day)?;
    Ok(vm.alloc(ty, Date { year, month, day }).into_value())
}

fn replace(vm: &Vm, args: Args) -> PyResult<Value> {
    let value = &args.values[0];
    let date = this(vm, value)?.data;
    let [year, month, day] = bind(vm, "replace", &["year", "month", "day"], 0, 3, args.rest())?;
    let (year, month, day) =
        (int_or(vm, &year, date.year)?, int_or(vm, &month, date.month)?, int_or(vm, &day, date.day)?);
    make(vm, &value.ty(vm).to_value(), year, month, day)
}

fn shift(vm: &Vm, value: &Value, days: i64) -> PyResult<Value> {
    let date = this(vm, value)?.data;
    let ordinal = date.ordinal() + days;
    if !(1..=MAX_ORDINAL).contains(&ordinal) {
        return Err(out_of_range(vm));
    }
    of_ordinal(vm, &value.ty(vm).to_value(), ordinal)
}

fn from_iso(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(bytes) = iso::plain(&args[1]) else {
        return Err(vm.type_error("fromisoformat: argument must be str"));
    };
    match iso::read_date(&bytes) {
        Some((year, month, day)) => make(vm, &args[0], year, month, day),
        None => iso::invalid(vm, &args[1]),
    }
}

fn from_iso_parts(vm: &Vm, args: Args) -> PyResult<Value> {
    let bound = bind(vm, "fromisocalendar", &["year", "week", "day"], 3, 3, args.rest())?;
    let mut parts = [0; 3];
    for (place, value) in parts.iter_mut().zip(&bound) {
        *place = match vm.to_i32_arg(value) {
            Ok(n) => n,
            Err(raised) if vm.raised_is(&crate::runtime::builtins::exceptions::OVERFLOW_ERROR) => {
                drop(vm.take_raised(raised));
                return Err(vm.value_error("ISO calendar component out of range"));
            }
            Err(raised) => return Err(raised),
        };
    }
    let [year, week, day] = parts;
    match from_iso_calendar(year.into(), week.into(), day.into()) {
        Ok(ordinal) => of_ordinal(vm, &args.values[0], ordinal),
        Err(IsoFault::Year) => Err(vm.value_error(format!("year must be in 1..9999, not {year}"))),
        Err(IsoFault::Week) => Err(vm.value_error(format!("Invalid week: {week}"))),
        Err(IsoFault::Day) => Err(vm.value_error(format!("Invalid weekday: {day} (range is [1, 7])"))),
    }
}

/// `cls` of the local date at a time.
fn of_timestamp(vm: &Vm, ty: &Value, seconds: i64) -> PyResult<Value> {
    let tm = vm.os(clock::broken_down(seconds, true))?;
    make(vm, ty, tm.year.saturating_add(1900), tm.month + 1, tm.day)
}

fn from_timestamp(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let seconds = stamp::whole_seconds(vm, &args[1])?;
    of_timestamp(vm, &args[0], seconds)
}

fn format_text(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let date = this(vm, &args[0])?.data;
    text_argument(vm, &args[1], "strftime")?;
    let subject = Subject {
        zone: &Value::NONE,
        argument: &args[0],
        date: date.parts(),
        micro: 0,
        tuple: vm.call_method_str(&args[0], "timetuple", &[])?,
    };
    strftime::format(vm, &subject, &args[1])
}

/// `date`
pub static DATE: TypeSpec = TypeSpec::new("datetime.date", Date::layout)
    .flags(type_flag::BASE)
    .doc("", "A day of the Gregorian calendar: date(year, month, day).")
    .slots(|s| {
        s.new = Some(new);
        s.repr = Some(|vm, value| {
            let date = this(vm, value)?.data;
            Ok(vm.str(format!("{}({}, {}, {})", shown_type(vm, value), date.year, date.month, date.day)))
        });
        s.str = Some(|vm, value| vm.call_method_str(value, "isoformat", &[]));
        s.hash = Some(|vm, value| vm.hash(&vm.bytes(&this(vm, value)?.data.bytes())));
        s.compare = Some(|_, a, b, op| match (plain(a), plain(b)) {
            (Some(a), Some(b)) => Ok(Value::bool(op.holds(a.cmp(&b)))),
            _ => Ok(Value::NOT_IMPLEMENTED),
        });
        s.add = Some(|vm, a, b| {
            let (date, delta) = if a.downcast::<Date>().is_some() { (a, b) } else { (b, a) };
            match fields(delta) {
                Some(delta) if date.downcast::<Date>().is_some() => shift(vm, date, delta.days.into()),
                _ => Ok(Value::NOT_IMPLEMENTED),
            }
        });
        s.sub = Some(|vm, a, b| {
            if let (Some(x), Some(y)) = (plain(a), plain(b)) {
                return delta::from_micros(
                    vm,
                    i128::from(x.ordinal() - y.ordinal()) * i128::from(DAY_MICROS),
                );
            }
            match fields(b) {
                Some(delta) if a.downcast::<Date>().is_some() => shift(vm, a, -i64::from(delta.days)),
                _ => Ok(Value::NOT_IMPLEMENTED),
            }
        });
    })
    .methods(&[
        native("fromtimestamp(cls, timestamp, /)", from_timestamp, "The local date at a POSIX timestamp.")
            .class(),
        native(
            "fromordinal(cls, ordinal, /)",
            |vm, args| {
                let index = vm.index(&args[1])?;
                let Ok(ordinal) = vm.to_i64(&index) else {
                    let _ = vm.take_pending();
                    return Err(vm.overflow_error("Python int too large to convert to C long"));
                };
                if ordinal < 1 {
                    return Err(vm.value_error("ordinal must be >= 1"));
                }
                of_ordinal(vm, &args[0], ordinal)
            },
            "The date of a day number; January 1 of year 1 is day 1.",
        )
        .class(),
        native("fromisoformat(cls, object, /)", from_iso, "The date of a text in ISO 8601 format.").class(),
        native_raw(
            "fromisocalendar(cls, year, week, day)",
            from_iso_parts,
            "The date of year, week and day of the week as ISO 8601 counts them.",
        )
        .class(),
        native(
            "strptime(cls, string, format, /)",
            |vm, args| strftime::parse(vm, args, "_strptime_datetime_date"),
            "The date of a text in a format as for time.strptime().",
        )
        .class(),
        native(
            "today(cls, /)",
            |vm, args| {
                let now = vm.call0(&vm.getattr_str(&vm.import("time")?, "time")?)?;
                vm.call_method_str(&args[0], "fromtimestamp", &[now])
            },
            "The local date now.",
        )
        .class(),
        native(
            "ctime(self, /)",
            |vm, args| Ok(vm.str(strftime::ctime(this(vm, &args[0])?.parts(), [0; 3]))),
            "The date as C's ctime() writes it.",
        ),
        native("strftime(self, format)", format_text, "The date in a format as for time.strftime()."),
        native(
            "__format__(self, format, /)",
            strftime::dunder_format,
            "str() for an empty format, else strftime().",
        ),
        native(
            "timetuple(self, /)",
            |vm, args| strftime::time_tuple(vm, this(vm, &args[0])?.parts(), [0; 3], -1),
            "The date as time.struct_time, for time.mktime().",
        ),
        native(
            "isocalendar(self, /)",
            |vm, args| {
                let date = this(vm, &args[0])?.data;
                let (year, week, day) = iso_calendar(date.ordinal(), date.year);
                let items = [vm.int(year.into()), vm.int(week), vm.int(day)];
                let ty = vm.typ(&ISO_DATE).clone();
                Ok(vm.tuple_from(&ty, items.into_iter()))
            },
            "Year, week and day of the week as ISO 8601 counts them, in a named tuple.",
        ),
        native(
            "isoformat(self, /)",
            |vm, args| Ok(vm.str(this(vm, &args[0])?.text())),
            "The date as YYYY-MM-DD.",
        ),
        native(
            "isoweekday(self, /)",
            |vm, args| Ok(vm.int(weekday(this(vm, &args[0])?.ordinal()) + 1)),
            "The day of the week; Monday is 1, Sunday 7.",
        ),
        native(
            "toordinal(self, /)",
            |vm, args| Ok(vm.int(this(vm, &args[0])?.ordinal())),
            "The day's number; January 1 of year 1 is day 1.",
        ),
        native(
            "weekday(self, /)",
            |vm, args| Ok(vm.int(weekday(this(vm, &args[0])?.ordinal()))),
            "The day of the week; Monday is 0, Sunday 6.",
        ),
        native_raw(
            "replace(self, /, year=unchanged, month=unchanged, day=unchanged)",
            replace,
            "The date with other values for some fields.",
        ),
        native_raw(
            "__replace__(self, /, **changes)",
            |vm, args| super::replaced(vm, args, replace),
            "The same as replace().",
        ),
        native(
            "__reduce__(self, /)",
            |vm, args| {
                let state = vm.bytes(&this(vm, &args[0])?.data.bytes());
                Ok(vm.tuple(vec![args[0].ty(vm).to_value(), vm.tuple(vec![state])]))
            },
            "__reduce__() -> (cls, state)",
        ),
    ])
    .getset(&[
        getter("year", |vm, value| Ok(vm.int(this(vm, value)?.year.into())), ""),
        getter("month", |vm, value| Ok(vm.int(this(vm, value)?.month.into())), ""),
        getter("day", |vm, value| Ok(vm.int(this(vm, value)?.day.into())), ""),
    ])
    .extra(|vm, ty| {
        let make = |ordinal| vm.alloc(ty, Date::of(ordinal)).into_value();
        vm.set_in(&ty.dict, "min", make(1));
        vm.set_in(&ty.dict, "max", make(MAX_ORDINAL));
        let day = delta::from_micros(vm, DAY_MICROS.into()).unwrap_or(Value::NONE);
        vm.set_in(&ty.dict, "resolution", day);
        debug_assert!(EPOCH == ordinal(1970, 1, 1));
    });

// ------------------------------------------------------------------------------------------------ isocalendar

fn item(vm: &Vm, value: &Value, at: usize) -> PyResult<Value> {
    let tuple = vm.cast::<Tuple>(value)?;
    Ok(tuple.items().get(at).cloned().unwrap_or(Value::NONE))
}

static ISO_DATE: TypeSpec = TypeSpec::new("datetime.IsoCalendarDate", Tuple::layout)
    .base(&crate::runtime::builtins::tuples::TUPLE)
    .flags(type_flag::NO_NEW)
    .doc("", "The result of date.isocalendar(): year, week and weekday.")
    .slots(|s| {
        s.repr = Some(|vm, value| {
            let shown: Vec<String> =
                (0..3).map(|at| vm.repr_text(&item(vm, value, at)?)).collect::<PyResult<_>>()?;
            Ok(vm.str(format!(
                "{}(year={}, week={}, weekday={})",
                shown_type(vm, value),
                shown[0],
                shown[1],
                shown[2]
            )))
        });
    })
    .methods(&[native(
        "__reduce__(self, /)",
        |vm, args| {
            let plain = vm.tuple_of(vm.cast::<Tuple>(&args[0])?.items());
            let ty = vm.interp().tuple_type.value().clone();
            Ok(vm.tuple(vec![ty, vm.tuple(vec![plain])]))
        },
        "",
    )])
    .getset(&[
        getter("year", |vm, value| item(vm, value, 0), ""),
        getter("week", |vm, value| item(vm, value, 1), ""),
        getter("weekday", |vm, value| item(vm, value, 2), ""),
    ]);
