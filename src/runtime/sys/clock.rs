//! Clocks, time zones, sleeping.

use std::ffi::CStr;

use super::{Sys, checked};

/// Nanoseconds of a clock.
pub fn gettime(clock: i32) -> Sys<i64> {
    // SAFETY: the structure is written by the system.
    unsafe {
        let mut time: libc::timespec = std::mem::zeroed();
        checked(i64::from(libc::clock_gettime(clock, &raw mut time)))?;
        Ok(time.tv_sec as i64 * 1_000_000_000 + time.tv_nsec as i64)
    }
}
/// Resolution of a clock in nanoseconds.
pub fn getres(clock: i32) -> Sys<i64> {
    // SAFETY: the structure is written by the system.
    unsafe {
        let mut time: libc::timespec = std::mem::zeroed();
        checked(i64::from(libc::clock_getres(clock, &raw mut time)))?;
        Ok(time.tv_sec as i64 * 1_000_000_000 + time.tv_nsec as i64)
    }
}
/// Sets a clock.
pub fn settime(clock: i32, nanoseconds: i64) -> Sys<()> {
    let time = spec(nanoseconds);
    // SAFETY: the structure is readable.
    checked(i64::from(unsafe { libc::clock_settime(clock, &raw const time) })).map(drop)
}
/// Nanoseconds as the system wants them.
pub fn spec(nanoseconds: i64) -> libc::timespec {
    libc::timespec {
        tv_sec: nanoseconds.div_euclid(1_000_000_000) as _,
        tv_nsec: nanoseconds.rem_euclid(1_000_000_000) as _,
    }
}
/// Sleeps until a time of the monotonic clock; `Err(EINTR)` if a signal came.
pub fn sleep_until(nanoseconds: i64) -> Sys<()> {
    let time = spec(nanoseconds);
    // SAFETY: the structure is readable; the call gives the error itself.
    match unsafe {
        libc::clock_nanosleep(
            libc::CLOCK_MONOTONIC,
            libc::TIMER_ABSTIME,
            &raw const time,
            std::ptr::null_mut(),
        )
    } {
        0 => Ok(()),
        problem => Err(problem),
    }
}
/// The clock of a thread.
pub fn thread_clock(thread: u64) -> Sys<i32> {
    let mut clock = 0;
    // SAFETY: the number is written by the system; the thread is the caller's to answer for.
    match unsafe { libc::pthread_getcpuclockid(thread as libc::pthread_t, &raw mut clock) } {
        0 => Ok(clock),
        problem => Err(problem),
    }
}

/// A broken-down time.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Tm {
    pub year: i32,
    pub month: i32,
    pub day: i32,
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    /// Sunday is 0.
    pub weekday: i32,
    /// From 0.
    pub yearday: i32,
    pub dst: i32,
    pub zone: Option<Vec<u8>>,
    pub offset: i64,
}

fn from_raw(raw: &libc::tm) -> Tm {
    let zone = if raw.tm_zone.is_null() {
        None
    } else {
        // SAFETY: the system's text of the zone, which lives at least until the zone is set anew.
        Some(unsafe { CStr::from_ptr(raw.tm_zone) }.to_bytes().to_vec())
    };
    Tm {
        year: raw.tm_year,
        month: raw.tm_mon,
        day: raw.tm_mday,
        hour: raw.tm_hour,
        minute: raw.tm_min,
        second: raw.tm_sec,
        weekday: raw.tm_wday,
        yearday: raw.tm_yday,
        dst: raw.tm_isdst,
        zone,
        offset: raw.tm_gmtoff as i64,
    }
}

fn with_raw<R>(tm: &Tm, body: impl FnOnce(&mut libc::tm) -> R) -> R {
    let zone = tm.zone.clone().map(|mut z| {
        z.push(0);
        z
    });
    // SAFETY: a zeroed tm is valid.
    let mut raw: libc::tm = unsafe { std::mem::zeroed() };
    raw.tm_year = tm.year;
    raw.tm_mon = tm.month;
    raw.tm_mday = tm.day;
    raw.tm_hour = tm.hour;
    raw.tm_min = tm.minute;
    raw.tm_sec = tm.second;
    raw.tm_wday = tm.weekday;
    raw.tm_yday = tm.yearday;
    raw.tm_isdst = tm.dst;
    raw.tm_gmtoff = tm.offset as _;
    if let Some(zone) = &zone {
        raw.tm_zone = zone.as_ptr().cast();
    }
    body(&mut raw)
}

/// `localtime_r`, `gmtime_r`
pub fn broken_down(seconds: i64, local: bool) -> Sys<Tm> {
    let time = seconds as libc::time_t;
    // SAFETY: the structure is written by the system.
    unsafe {
        let mut raw: libc::tm = std::mem::zeroed();
        let at = if local {
            libc::localtime_r(&raw const time, &raw mut raw)
        } else {
            libc::gmtime_r(&raw const time, &raw mut raw)
        };
        if at.is_null() {
            return Err(match super::errno() {
                0 => libc::EINVAL,
                number => number,
            });
        }
        Ok(from_raw(&raw))
    }
}
/// `mktime`; `None`: out of range.
pub fn mktime(tm: &Tm) -> Option<i64> {
    with_raw(tm, |raw| {
        raw.tm_wday = -1;
        raw.tm_zone = std::ptr::null();
        // SAFETY: a valid structure, which the system completes.
        let seconds = unsafe { libc::mktime(raw) };
        if seconds == -1 && raw.tm_wday == -1 { None } else { Some(seconds as i64) }
    })
}
/// `strftime` of the C library for one piece of format.
pub fn strftime(format: &CStr, tm: &Tm) -> Vec<u8> {
    with_raw(tm, |raw| {
        let mut room = 256;
        loop {
            let mut buffer = vec![0u8; room];
            // SAFETY: the buffer is writable for its length, format and zone end with a zero.
            let n = unsafe { libc::strftime(buffer.as_mut_ptr().cast(), room, format.as_ptr(), raw) };
            if n > 0 || room > 256 * format.to_bytes().len().max(16) {
                buffer.truncate(n);
                return buffer;
            }
            room *= 2;
        }
    })
}

unsafe extern "C" {
    fn tzset();
}
/// `tzset`
pub fn set_zone() {
    // SAFETY: reads the environment; the interpreter lock keeps Python threads out.
    unsafe { tzset() }
}
