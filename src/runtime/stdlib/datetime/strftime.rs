//! `strftime` of the three types: what the C library does not know is put into the format before it gets it.

use super::zone;
use super::{iso_calendar, ordinal};
use crate::runtime::error::PyResult;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

/// What directives need to know.
pub struct Subject<'a> {
    pub zone: &'a Value,
    /// The argument for the methods of the zone.
    pub argument: &'a Value,
    pub date: (i32, i32, i32),
    pub micro: i32,
    /// What `time.strftime` gets.
    pub tuple: Value,
}

/// `value.strftime(format)`
pub fn format(vm: &Vm, subject: &Subject, format: &Value) -> PyResult<Value> {
    let Some(text) = format.as_str() else {
        return Err(vm.type_error(format!("strftime() argument 1 must be str, not {}", format.type_name(vm))));
    };
    let text = text.bytes().to_vec();
    let mut out: Vec<u8> = Vec::with_capacity(text.len() + 16);
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'%' || at + 1 >= text.len() {
            out.push(text[at]);
            at += 1;
            continue;
        }
        let (directive, length) = match text[at + 1] {
            b':' if text.get(at + 2) == Some(&b'z') => (b':', 3),
            directive => (directive, 2),
        };
        let (year, month, day) = subject.date;
        match directive {
            b'z' | b':' if length == 3 || directive == b'z' => {
                let offset = zone::offset_of(vm, subject.zone, "utcoffset", subject.argument)?;
                if let Some(offset) = super::delta::fields(&offset) {
                    let separator = if length == 3 { ":" } else { "" };
                    out.extend(super::iso::offset_text(offset.total() as i64, separator).bytes());
                }
            }
            b'Z' => {
                let name = zone::name_of(vm, subject.zone, subject.argument)?;
                if let Some(name) = name.as_str() {
                    // It is text, not format.
                    for byte in name.bytes() {
                        out.push(*byte);
                        if *byte == b'%' {
                            out.push(b'%');
                        }
                    }
                }
            }
            b'f' => out.extend(format!("{:06}", subject.micro).bytes()),
            // The C library does not fill years up.
            b'Y' if year < 1000 => out.extend(format!("{year:04}").bytes()),
            b'G' if year < 1001 => {
                let year = iso_calendar(ordinal(year, month, day), year).0;
                out.extend(format!("{year:04}").bytes());
            }
            b'C' if year < 1000 => out.extend(format!("{:02}", year / 100).bytes()),
            b'F' if year < 1000 => out.extend(format!("{year:04}-{month:02}-{day:02}").bytes()),
            _ => out.extend(&text[at..at + length]),
        }
        at += length;
    }
    let strftime = vm.getattr_str(&vm.import("time")?, "strftime")?;
    vm.call_args(&strftime, &[vm.str_bytes(&out), subject.tuple.clone()])
}

/// `time.struct_time` of a date and time.
pub fn time_tuple(vm: &Vm, date: (i32, i32, i32), time: [i32; 3], dst: i64) -> PyResult<Value> {
    let (year, month, day) = date;
    let number = ordinal(year, month, day);
    let mut items: Vec<Value> =
        [year, month, day, time[0], time[1], time[2]].iter().map(|n| vm.int((*n).into())).collect();
    items.push(vm.int(super::weekday(number)));
    items.push(vm.int(number - super::days_before_year(year)));
    items.push(vm.int(dst));
    let class = vm.getattr_str(&vm.import("time")?, "struct_time")?;
    let items = vm.tuple(items);
    vm.call1(&class, &items)
}

/// `__format__`: `str` for an empty format, else `strftime`.
pub fn dunder_format(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(text) = args[1].as_str() else {
        return Err(
            vm.type_error(format!("__format__() argument 1 must be str, not {}", args[1].type_name(vm)))
        );
    };
    if text.len() == 0 {
        return vm.to_str(&args[0]);
    }
    vm.call_method_str(&args[0], "strftime", &args[1..])
}

/// The text of `ctime`.
pub fn ctime(date: (i32, i32, i32), time: [i32; 3]) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day) = date;
    let weekday = super::weekday(ordinal(year, month, day));
    format!(
        "{} {} {day:2} {:02}:{:02}:{:02} {year:04}",
        DAYS[weekday as usize],
        MONTHS[month as usize - 1],
        time[0],
        time[1],
        time[2]
    )
}

/// `strptime` by the function of the library that makes the type's values.
pub fn parse(vm: &Vm, args: &[Value], function: &str) -> PyResult<Value> {
    for at in [1, 2] {
        if args[at].as_str().is_none() {
            return Err(vm.type_error(format!(
                "strptime() argument {at} must be str, not {}",
                args[at].type_name(vm)
            )));
        }
    }
    let parse = vm.getattr_str(&vm.import("_strptime")?, function)?;
    vm.call_args(&parse, args)
}
