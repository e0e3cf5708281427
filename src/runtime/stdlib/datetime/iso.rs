//! ISO 8601: texts of times and offsets, and what `fromisoformat` reads.

use super::{from_iso_calendar, from_ordinal};
use crate::runtime::error::PyResult;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

/// `+hh:mm[:ss[.ffffff]]` with any separator.
pub fn offset_text(micros: i64, separator: &str) -> String {
    let sign = if micros < 0 { '-' } else { '+' };
    let micros = micros.abs();
    let (seconds, micros) = (micros / super::MICRO, micros % super::MICRO);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = format!("{sign}{hours:02}{separator}{minutes:02}");
    if seconds != 0 || micros != 0 {
        text += &format!("{separator}{seconds:02}");
    }
    if micros != 0 {
        text += &format!(".{micros:06}");
    }
    text
}

/// A time to the precision that `timespec` names (`auto` if it is unbound).
pub fn time_text(vm: &Vm, time: [i32; 4], timespec: &Value) -> PyResult<String> {
    let [hour, minute, second, micro] = time;
    let spec = match timespec.given() {
        None => "auto".to_owned(),
        Some(spec) => spec.as_str().map(|spec| spec.to_string_lossy().into_owned()).unwrap_or_default(),
    };
    let spec = match spec.as_str() {
        "auto" if micro == 0 => "seconds",
        "auto" => "microseconds",
        other => other,
    };
    Ok(match spec {
        "hours" => format!("{hour:02}"),
        "minutes" => format!("{hour:02}:{minute:02}"),
        "seconds" => format!("{hour:02}:{minute:02}:{second:02}"),
        "milliseconds" => format!("{hour:02}:{minute:02}:{second:02}.{:03}", micro / 1000),
        "microseconds" => format!("{hour:02}:{minute:02}:{second:02}.{micro:06}"),
        _ => return Err(vm.value_error("Unknown timespec value")),
    })
}

/// The text as bytes; what is not ASCII becomes a byte that fits nowhere.
pub fn plain(text: &Value) -> Option<Vec<u8>> {
    let text = text.as_str()?;
    let mut plain = Vec::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            // Continuations belong to the byte before them.
            0x80..=0xbf => {}
            0xc0.. => plain.push(0xff),
            _ => plain.push(*byte),
        }
    }
    Some(plain)
}

/// ValueError about the whole text.
pub fn invalid<T>(vm: &Vm, text: &Value) -> PyResult<T> {
    Err(vm.value_error(format!("Invalid isoformat string: {}", vm.repr_text(text)?)))
}

/// Bytes to be read from the left; zero stands behind the end.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }
    fn take(&mut self) -> u8 {
        let byte = self.peek();
        self.at += 1;
        byte
    }
    fn digits(&mut self, count: usize) -> Option<i32> {
        let mut n = 0;
        for _ in 0..count {
            let digit = self.take();
            if !digit.is_ascii_digit() {
                return None;
            }
            n = 10 * n + i32::from(digit - b'0');
        }
        Some(n)
    }
}

/// `YYYY-MM-DD`, `YYYYMMDD`, `YYYY-Www[-D]` or `YYYYWww[D]`; the day need not exist.
pub fn read_date(bytes: &[u8]) -> Option<(i32, i32, i32)> {
    if !matches!(bytes.len(), 7 | 8 | 10) {
        return None;
    }
    let mut from = Reader { bytes, at: 0 };
    let year = from.digits(4)?;
    let separated = from.peek() == b'-';
    from.at += usize::from(separated);
    if from.peek() == b'W' {
        from.at += 1;
        let week = from.digits(2)?;
        let mut day = 1;
        if from.at < bytes.len() {
            if separated && from.take() != b'-' {
                return None;
            }
            day = from.digits(1)?;
        }
        let ordinal = from_iso_calendar(year.into(), week.into(), day.into()).ok()?;
        return (from.at >= bytes.len()).then(|| from_ordinal(ordinal));
    }
    let month = from.digits(2)?;
    if separated && from.take() != b'-' {
        return None;
    }
    let day = from.digits(2)?;
    (from.at >= bytes.len()).then_some((year, month, day))
}

/// `HH[[:]MM[[:]SS[.,f+]]]` from the start of the bytes up to `end`: the numbers, and whether something follows.
fn read_clock(bytes: &[u8], end: usize) -> Option<([i32; 4], bool)> {
    let mut from = Reader { bytes, at: 0 };
    let mut time = [0; 4];
    let mut separated = true;
    for place in 0..3 {
        time[place] = from.digits(2)?;
        let next = from.take();
        if place == 0 {
            separated = next == b':';
        }
        if from.at >= end {
            return Some((time, next != 0));
        }
        if separated && next == b':' {
            if place == 2 {
                return None;
            }
        } else if next == b'.' || next == b',' {
            if place < 2 {
                return None;
            }
            break;
        } else if !separated {
            from.at -= 1;
        } else {
            return None;
        }
    }
    let count = end.saturating_sub(from.at).min(6);
    time[3] = from.digits(count)? * 10i32.pow(6 - count as u32);
    while from.peek().is_ascii_digit() {
        from.at += 1;
    }
    Some((time, from.peek() != 0))
}

/// A time, and the microseconds of its offset from UTC if it has one.
pub fn read_time(bytes: &[u8]) -> Option<([i32; 4], Option<i64>)> {
    let end = bytes.iter().position(|b| matches!(b, b'+' | b'-' | b'Z')).unwrap_or(bytes.len());
    let (time, more) = read_clock(bytes, end)?;
    let Some(sign) = bytes.get(end) else { return (!more).then_some((time, None)) };
    let rest = &bytes[end + 1..];
    if *sign == b'Z' {
        return rest.is_empty().then_some((time, Some(0)));
    }
    let (offset, more) = read_clock(rest, rest.len())?;
    if more {
        return None;
    }
    let [hours, minutes, seconds, micros] = offset.map(i64::from);
    let micros = ((hours * 60 + minutes) * 60 + seconds) * super::MICRO + micros;
    Some((time, Some(if *sign == b'-' { -micros } else { micros })))
}

/// Where the date ends in a text of date and time.
pub fn separator(bytes: &[u8]) -> Option<usize> {
    let (length, at) = (bytes.len(), |at: usize| bytes.get(at).copied().unwrap_or(0));
    if length == 7 {
        return Some(7);
    }
    if at(4) == b'-' {
        if at(5) != b'W' {
            return Some(10);
        }
        if length > 8 && at(8) == b'-' {
            if length == 9 {
                return None;
            }
            // With a digit behind it the hyphen is taken for the separator.
            return Some(if length > 10 && at(10).is_ascii_digit() { 8 } else { 10 });
        }
        return Some(8);
    }
    if at(4) == b'W' {
        let end = (7..length).find(|at| !bytes[*at].is_ascii_digit()).unwrap_or(length.max(7));
        return Some(if end < 9 { end } else { 7 + end % 2 });
    }
    Some(8)
}
