//! Points in time as indexes write them: HTTP dates, and the ISO dates of PEP 700.

/// Days from 1 January 1970 to a date of the Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // A year that begins in March has its leap day at its end.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Microseconds since 1970 as PEP 700 writes them: `2023-05-03T18:29:34.123456Z`, without a fraction of nothing.
pub fn to_iso(micros: u64) -> String {
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days since 1 March of the year 0: a year that begins in March has its leap day at its end.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:06}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// Takes exactly `count` digits from the front.
fn digits(text: &mut &str, count: usize) -> Option<i64> {
    let (head, rest) = text.split_at_checked(count)?;
    if !head.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    *text = rest;
    head.parse().ok()
}

fn skip(text: &mut &str, letters: &[char]) -> Option<()> {
    *text = text.strip_prefix(letters)?;
    Some(())
}

/// Microseconds since 1970 of an ISO 8601 date with or without time, fraction and offset (`2023-05-03T18:29:34.123456Z`);
/// without an offset it is UTC, and a date alone is its midnight.
pub fn parse_iso(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let year = digits(&mut rest, 4)?;
    skip(&mut rest, &['-'])?;
    let month = digits(&mut rest, 2)?;
    skip(&mut rest, &['-'])?;
    let day = digits(&mut rest, 2)?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let mut seconds = days_from_civil(year, month, day) * 86_400;
    let mut micros = 0;
    if !rest.is_empty() {
        skip(&mut rest, &['T', 't', ' '])?;
        let (hour, minute, second, fraction) = clock(&mut rest)?;
        seconds += hour * 3600 + minute * 60 + second - offset(rest)?;
        micros = fraction;
    }
    u64::try_from(seconds.checked_mul(1_000_000)?.checked_add(micros)?).ok()
}

fn clock(rest: &mut &str) -> Option<(i64, i64, i64, i64)> {
    let hour = digits(rest, 2)?;
    skip(rest, &[':'])?;
    let minute = digits(rest, 2)?;
    let mut second = 0;
    let mut fraction = 0;
    if skip(rest, &[':']).is_some() {
        second = digits(rest, 2)?;
        if skip(rest, &['.', ',']).is_some() {
            let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
            let (number, after) = rest.split_at_checked(end)?;
            *rest = after;
            let padded: String = number.chars().chain("000000".chars()).take(6).collect();
            fraction = padded.parse().ok()?;
        }
    }
    (hour < 24 && minute < 60 && second <= 60).then_some((hour, minute, second, fraction))
}

/// Seconds that a zone is ahead of UTC.
fn offset(text: &str) -> Option<i64> {
    let sign = match text.chars().next() {
        None => return Some(0),
        Some('Z' | 'z') if text.len() == 1 => return Some(0),
        Some('+') => 1,
        Some('-') => -1,
        Some(_) => return None,
    };
    let mut rest = text.get(1..)?;
    let hour = digits(&mut rest, 2)?;
    let _ = skip(&mut rest, &[':']);
    let minute = if rest.is_empty() { 0 } else { digits(&mut rest, 2)? };
    rest.is_empty().then_some(sign * (hour * 3600 + minute * 60))
}

/// Seconds since 1970 of a date in a header (`Wed, 21 Oct 2015 07:28:00 GMT`).
pub fn parse_http(text: &str) -> Option<u64> {
    let (_, rest) = text.trim().split_once(", ")?;
    let mut parts = rest.split([' ', '-']);
    let day: i64 = parts.next()?.parse().ok()?;
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let name = parts.next()?;
    let month = months.iter().position(|month| *month == name)? as i64 + 1;
    let year: i64 = parts.next()?.parse().ok()?;
    // The old form has two digits.
    let year = if year < 70 { year + 2000 } else { year };
    let year = if year < 100 { year + 1900 } else { year };
    let mut time = parts.next()?;
    let (hour, minute, second, _) = clock(&mut time)?;
    if !(1970..10_000).contains(&year) || !(1..=31).contains(&day) {
        return None;
    }
    u64::try_from(days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second).ok()
}

/// Seconds since 1970, now.
pub fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
