//! `time`

use std::ffi::CString;

use crate::runtime::builtins::structs::StructSpec;
use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::sys::clock::{self, Tm};
use crate::runtime::value::{Ref, Value};

static STRUCT_TIME: StructSpec = StructSpec::new(
    "time.struct_time",
    "The time value as returned by gmtime(), localtime(), and strptime(), and\naccepted by asctime(), mktime() and strftime().  May be considered as a\nsequence of 9 integers.\n\nNote that several fields' values are not the same as those defined by\nthe C language standard for struct tm.  For example, the value of the\nfield tm_year is the actual year, not year - 1900.  See individual\nfields' descriptions for details.",
    &[
        ("tm_year", "year, for example, 1993"),
        ("tm_mon", "month of year, range [1, 12]"),
        ("tm_mday", "day of month, range [1, 31]"),
        ("tm_hour", "hours, range [0, 23]"),
        ("tm_min", "minutes, range [0, 59]"),
        ("tm_sec", "seconds, range [0, 61])"),
        ("tm_wday", "day of week, range [0, 6], Monday is 0"),
        ("tm_yday", "day of year, range [1, 366]"),
        ("tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"),
        ("tm_zone", "abbreviation of timezone name"),
        ("tm_gmtoff", "offset from UTC in seconds"),
    ],
)
.visible(9);

fn seconds(vm: &Vm, nanoseconds: i64) -> Value {
    let whole = nanoseconds / 1_000_000_000;
    let rest = nanoseconds % 1_000_000_000;
    vm.float(if rest == 0 { whole as f64 } else { nanoseconds as f64 / 1e9 })
}

fn ask(vm: &Vm, clock: i32) -> PyResult<i64> {
    vm.os(clock::gettime(clock))
}

fn tm_value(vm: &Vm, tm: &Tm) -> PyResult<Value> {
    let mut fields: Vec<Value> = [
        tm.year + 1900,
        tm.month + 1,
        tm.day,
        tm.hour,
        tm.minute,
        tm.second,
        (tm.weekday + 6) % 7,
        tm.yearday + 1,
        tm.dst,
    ]
    .iter()
    .map(|n| vm.int((*n).into()))
    .collect();
    fields.push(tm.zone.as_ref().map_or(Value::NONE, |z| vm.fs_decode(z)));
    fields.push(vm.int(tm.offset));
    vm.struct_value(&STRUCT_TIME, fields)
}

/// An argument in seconds, rounded down; now if there is none.
fn time_argument(vm: &Vm, value: &Value) -> PyResult<i64> {
    let Some(value) = value.some() else {
        return Ok(ask(vm, libc::CLOCK_REALTIME)?.div_euclid(1_000_000_000));
    };
    if vm.is_int(value) {
        return match vm.to_i64(value) {
            Ok(n) => Ok(n),
            Err(raised) => {
                drop(vm.take_raised(raised));
                Err(vm.overflow_error("timestamp out of range for platform time_t"))
            }
        };
    }
    if value.ty(vm).slots.get().float.is_none() && value.ty(vm).slots.get().index.is_none() {
        return Err(
            vm.type_error(format!("'{}' object cannot be interpreted as an integer", value.type_name(vm)))
        );
    }
    let x = vm.to_f64(value)?;
    if x.is_nan() {
        return Err(vm.value_error("Invalid value NaN (not a number)"));
    }
    let x = x.floor();
    if !(-9.223_372_036_854_775e18..9.223_372_036_854_775e18).contains(&x) {
        return Err(vm.overflow_error("timestamp out of range for platform time_t"));
    }
    Ok(x as i64)
}

fn broken_down(vm: &Vm, value: &Value, local: bool) -> PyResult<Tm> {
    let at = time_argument(vm, value)?;
    let mut tm = vm.os(clock::broken_down(at, local))?;
    if !local {
        tm.zone = Some(b"UTC".to_vec());
    }
    Ok(tm)
}

/// A tuple of nine numbers.
fn tm_argument(vm: &Vm, value: &Value, function: &str) -> PyResult<Tm> {
    let Some(tuple) = value.as_tuple() else {
        return Err(vm.type_error("Tuple or struct_time argument required"));
    };
    let items = tuple.items();
    if items.len() != 9 {
        return Err(vm.type_error(format!("{function}(): illegal time tuple argument")));
    }
    let mut n = [0i32; 9];
    for (at, item) in items.iter().enumerate() {
        n[at] = vm.to_i32_arg(item)?;
    }
    let Some(year) = n[0].checked_sub(1900) else { return Err(vm.overflow_error("year out of range")) };
    let mut tm = Tm {
        year,
        month: n[1].wrapping_sub(1),
        day: n[2],
        hour: n[3],
        minute: n[4],
        second: n[5],
        weekday: (n[6].wrapping_add(1)) % 7,
        yearday: n[7].wrapping_sub(1),
        dst: n[8],
        zone: None,
        offset: 0,
    };
    if value.ty(vm).address() == vm.struct_type(&STRUCT_TIME).address() {
        let zone = vm.getattr_str(value, "tm_zone")?;
        if zone.as_str().is_some() {
            tm.zone = Some(vm.fs_encode(&zone)?);
        }
        let offset = vm.getattr_str(value, "tm_gmtoff")?;
        if !offset.is_none() {
            tm.offset = vm.to_i64(&offset)?;
        }
    }
    Ok(tm)
}

/// Fields out of their range raise; zero where a tuple may have it becomes the first.
fn check(vm: &Vm, tm: &mut Tm) -> PyResult<()> {
    if tm.month == -1 {
        tm.month = 0;
    }
    if tm.day == 0 {
        tm.day = 1;
    }
    if tm.yearday == -1 {
        tm.yearday = 0;
    }
    for (fine, what) in [
        ((0..12).contains(&tm.month), "month"),
        ((1..32).contains(&tm.day), "day of month"),
        ((0..24).contains(&tm.hour), "hour"),
        ((0..60).contains(&tm.minute), "minute"),
        ((0..62).contains(&tm.second), "seconds"),
        (tm.weekday >= 0, "day of week"),
        ((0..366).contains(&tm.yearday), "day of year"),
    ] {
        if !fine {
            return Err(vm.value_error(format!("{what} out of range")));
        }
    }
    Ok(())
}

fn asctime_text(tm: &Tm) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    format!(
        "{} {}{:>3} {:02}:{:02}:{:02} {}",
        DAYS[tm.weekday.rem_euclid(7) as usize],
        MONTHS[tm.month.rem_euclid(12) as usize],
        tm.day,
        tm.hour,
        tm.minute,
        tm.second,
        i64::from(tm.year) + 1900
    )
}

fn tuple_or_now(vm: &Vm, value: &Value, function: &str) -> PyResult<Tm> {
    match value.given() {
        None => broken_down(vm, &Value::NONE, true),
        Some(value) => {
            let mut tm = tm_argument(vm, value, function)?;
            check(vm, &mut tm)?;
            Ok(tm)
        }
    }
}

fn strftime(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(format) = args[0].as_str() else {
        return Err(
            vm.type_error(format!("strftime() argument 1 must be str, not {}", args[0].type_name(vm)))
        );
    };
    let tm = tuple_or_now(vm, &args[1], "strftime")?;
    let mut tm = tm;
    tm.dst = tm.dst.clamp(-1, 1);
    let mut out: Vec<u8> = Vec::new();
    let mut rest = format.bytes();
    // Only directives go to the system, so that all other text stays as it is.
    while !rest.is_empty() {
        let at = memchr::memchr(b'%', rest).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        if rest.is_empty() {
            break;
        }
        let mut end = 1;
        while end < rest.len()
            && (matches!(rest[end], b'_' | b'-' | b'^' | b'#' | b'E' | b'O') || rest[end].is_ascii_digit())
        {
            end += 1;
        }
        if end >= rest.len() || !rest[end].is_ascii() || rest[end] == 0 {
            out.extend_from_slice(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        end += 1;
        if let Ok(piece) = CString::new(&rest[..end]) {
            let made = clock::strftime(&piece, &tm);
            let text = vm.fs_decode(&made);
            out.extend_from_slice(text.as_str().map_or(&[][..], |t| t.bytes()));
        }
        rest = &rest[end..];
    }
    Ok(vm.str_bytes(&out))
}

fn sleep(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let n = vm.nanoseconds(&args[0])?;
    if n < 0 {
        return Err(vm.value_error("sleep length must be non-negative"));
    }
    // A signal that came just before would wait for the end, and interrupts nothing.
    vm.check_signals()?;
    let end = ask(vm, libc::CLOCK_MONOTONIC)?.saturating_add(n);
    vm.retry_os(|| clock::sleep_until(end))?;
    vm.check_signals()?;
    Ok(Value::NONE)
}

fn clock_info(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let name = vm.to_string(vm.text(&args[0], "get_clock_info() argument 1").map(|_| &args[0])?)?;
    let (call, id, monotonic, adjustable) = match name.as_str() {
        "time" => ("clock_gettime(CLOCK_REALTIME)", libc::CLOCK_REALTIME, false, true),
        "monotonic" => ("clock_gettime(CLOCK_MONOTONIC)", libc::CLOCK_MONOTONIC, true, false),
        "perf_counter" => ("clock_gettime(CLOCK_MONOTONIC)", libc::CLOCK_MONOTONIC, true, false),
        "process_time" => {
            ("clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", libc::CLOCK_PROCESS_CPUTIME_ID, true, false)
        }
        "thread_time" => {
            ("clock_gettime(CLOCK_THREAD_CPUTIME_ID)", libc::CLOCK_THREAD_CPUTIME_ID, true, false)
        }
        _ => return Err(vm.value_error("unknown clock")),
    };
    let dict = vm.new_dict();
    vm.set_in(&dict, "implementation", vm.str(call));
    vm.set_in(&dict, "monotonic", Value::bool(monotonic));
    vm.set_in(&dict, "adjustable", Value::bool(adjustable));
    vm.set_in(&dict, "resolution", vm.float(vm.os(clock::getres(id))? as f64 * 1e-9));
    vm.simple_namespace(dict)
}

/// Sets the names about the time zone.
fn set_zone_names(vm: &Vm, dict: &Ref<crate::runtime::object::dict::Dict>) -> PyResult<()> {
    const YEAR: i64 = (365 * 24 + 6) * 3600;
    let now = ask(vm, libc::CLOCK_REALTIME)? / 1_000_000_000;
    let start = now / YEAR * YEAR;
    let january = vm.os(clock::broken_down(start, true))?;
    let july = vm.os(clock::broken_down(start + YEAR / 2, true))?;
    let zone = |tm: &Tm| tm.zone.as_ref().map_or_else(|| vm.str(""), |z| vm.fs_decode(z));
    let (winter, summer) = if -january.offset < -july.offset { (&july, &january) } else { (&january, &july) };
    vm.set_in(dict, "timezone", vm.int(-winter.offset));
    vm.set_in(dict, "altzone", vm.int(-summer.offset));
    vm.set_in(dict, "daylight", vm.int(i64::from(january.offset != july.offset)));
    vm.set_in(dict, "tzname", vm.tuple(vec![zone(winter), zone(summer)]));
    Ok(())
}

macro_rules! clocks {
    ($($name:literal $name_ns:literal $clock:ident $doc:literal;)*) => { &[
        $(
            native($name, |vm, _| Ok(seconds(vm, ask(vm, libc::$clock)?)), $doc),
            native($name_ns, |vm, _| Ok(vm.int(ask(vm, libc::$clock)?)), $doc),
        )*
        native("clock_gettime(clk_id, /)", |vm, args| Ok(seconds(vm, ask(vm, vm.c_int(&args[0])?)?)), "Return the time of the specified clock clk_id as a float."),
        native("clock_gettime_ns(clk_id, /)", |vm, args| Ok(vm.int(ask(vm, vm.c_int(&args[0])?)?)), "Return the time of the specified clock clk_id as nanoseconds (int)."),
        native("clock_settime(clk_id, time, /)", |vm, args| {
            let (id, n) = (vm.c_int(&args[0])?, vm.nanoseconds(&args[1])?);
            vm.os(clock::settime(id, n)).map(|()| Value::NONE)
        }, "Set the time of the specified clock clk_id."),
        native("clock_settime_ns(clk_id, time, /)", |vm, args| {
            let (id, n) = (vm.c_int(&args[0])?, vm.to_i64(&args[1])?);
            vm.os(clock::settime(id, n)).map(|()| Value::NONE)
        }, "Set the time of the specified clock clk_id with nanoseconds."),
        native("clock_getres(clk_id, /)", |vm, args| Ok(vm.float(vm.os(clock::getres(vm.c_int(&args[0])?))? as f64 * 1e-9)), "Return the resolution (precision) of the specified clock clk_id."),
        native("pthread_getcpuclockid(thread_id, /)", |vm, args| Ok(vm.int(vm.os(clock::thread_clock(vm.to_u64(&args[0])?))?.into())), "Return the clk_id of a thread's CPU time clock."),
        native("sleep(seconds, /)", sleep, "Delay execution for a given number of seconds."),
        native("gmtime(seconds=None, /)", |vm, args| tm_value(vm, &broken_down(vm, &args[0], false)?), "Convert seconds since the Epoch to a time tuple expressing UTC (a.k.a. GMT)."),
        native("localtime(seconds=None, /)", |vm, args| tm_value(vm, &broken_down(vm, &args[0], true)?), "Convert seconds since the Epoch to a time tuple expressing local time."),
        native("mktime(tuple, /)", |vm, args| {
            let tm = tm_argument(vm, &args[0], "mktime")?;
            match clock::mktime(&tm) {
                Some(at) => Ok(vm.float(at as f64)),
                None => Err(vm.overflow_error("mktime argument out of range")),
            }
        }, "Convert a time tuple in local time to seconds since the Epoch."),
        native("asctime(tuple=None, /)", |vm, args| Ok(vm.str(asctime_text(&tuple_or_now(vm, &args[0], "asctime")?))), "Convert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'."),
        native("ctime(seconds=None, /)", |vm, args| Ok(vm.str(asctime_text(&broken_down(vm, &args[0], true)?))), "Convert a time in seconds since the Epoch to a string in local time."),
        native("strftime(format, tuple=None, /)", strftime, "Convert a time tuple to a string according to a format specification."),
        native("strptime(string, format='%a %b %d %H:%M:%S %Y', /)", |vm, args| {
            let module = vm.import("_strptime")?;
            let f = vm.getattr_str(&module, "_strptime_time")?;
            let given: Vec<Value> = args.iter().filter(|a| !a.is_unbound()).cloned().collect();
            vm.call_args(&f, &given)
        }, "Parse a string to a time tuple according to a format specification."),
        native("tzset()", |vm, _| {
            clock::set_zone();
            let module = vm.import("time")?;
            if let Some(dict) = vm.module_dict(&module) {
                set_zone_names(vm, &dict)?;
            }
            Ok(Value::NONE)
        }, "Initialize, or reinitialize, the local timezone to the value stored in os.environ['TZ']."),
        native("get_clock_info(name, /)", clock_info, "Get information of the specified clock."),
    ] };
}

/// `time`
pub static MODULE: NativeModule = NativeModule {
    name: "time",
    doc: "This module provides various functions to manipulate time values.",
    functions: clocks! {
        "time()" "time_ns()" CLOCK_REALTIME "Return the current time since the Epoch.";
        "monotonic()" "monotonic_ns()" CLOCK_MONOTONIC "Monotonic clock, cannot go backward.";
        "perf_counter()" "perf_counter_ns()" CLOCK_MONOTONIC "Performance counter for benchmarking.";
        "process_time()" "process_time_ns()" CLOCK_PROCESS_CPUTIME_ID "Process time for profiling: sum of the kernel and user-space CPU time.";
        "thread_time()" "thread_time_ns()" CLOCK_THREAD_CPUTIME_ID "Thread time for profiling: sum of the kernel and user-space CPU time.";
    },
    init: |vm, dict| {
        clock::set_zone();
        vm.set_ints_in(
            dict,
            &[
                ("CLOCK_REALTIME", 0),
                ("CLOCK_MONOTONIC", 1),
                ("CLOCK_PROCESS_CPUTIME_ID", 2),
                ("CLOCK_THREAD_CPUTIME_ID", 3),
                ("CLOCK_MONOTONIC_RAW", 4),
                ("CLOCK_BOOTTIME", 7),
                ("CLOCK_TAI", 11),
                ("_STRUCT_TM_ITEMS", 11),
            ],
        );
        vm.set_in(dict, "struct_time", vm.struct_type(&STRUCT_TIME).value().clone());
        set_zone_names(vm, dict)
    },
};
