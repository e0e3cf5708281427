//! What Unicode says about a code point, as CPython 3.14 says it (Unicode 16.0): the predicates of `str`, the values of
//! digits, and the properties that `unicodedata` shows.
//!
//! A table of runs maps code points to property records; a page table over it, made at compile time, leaves a search
//! within one page of 256. ASCII has its own table. Case mappings are in `unicode_case`, names in `unicode_name`.

use std::borrow::Cow;

use super::unicode_tables as tables;
pub use super::unicode_tables::VERSION;
use super::wtf8;

const PAGE_COUNT: usize = 0x1100;

/// How many runs start before a page.
static PAGES: [u16; PAGE_COUNT + 1] = {
    let mut pages = [0u16; PAGE_COUNT + 1];
    let (mut page, mut run) = (0, 0);
    while page <= PAGE_COUNT {
        while run < tables::RUNS.len() && (tables::RUNS[run] >> 11) < (page as u32) << 8 {
            run += 1;
        }
        pages[page] = run as u16;
        page += 1;
    }
    pages
};

static ASCII_FLAGS: [u16; 128] = {
    let mut flags = [0u16; 128];
    let (mut point, mut run) = (0, 0);
    while point < 128 {
        while run + 1 < tables::RUNS.len() && (tables::RUNS[run + 1] >> 11) as usize <= point {
            run += 1;
        }
        flags[point] = tables::RECORDS[(tables::RUNS[run] & 0x7ff) as usize].0;
        point += 1;
    }
    flags
};

/// (flags, category, bidirectional class, combining class, width)
type Record = (u16, u8, u8, u8, u8);

fn record(point: u32) -> &'static Record {
    let page = (point >> 8) as usize;
    if page >= PAGE_COUNT {
        return record(0x10ffff);
    }
    let (low, high) = (usize::from(PAGES[page]), usize::from(PAGES[page + 1]));
    let inside = tables::RUNS[low..high].partition_point(|&run| run >> 11 <= point);
    let run = tables::RUNS[(low + inside).saturating_sub(1)];
    &tables::RECORDS[(run & 0x7ff) as usize]
}

/// All flags of `point`, see `unicode_tables`.
#[inline]
pub(crate) fn flags(point: u32) -> u16 {
    match ASCII_FLAGS.get(point as usize) {
        Some(&flags) => flags,
        None => record(point).0,
    }
}

macro_rules! predicates {
    ($($(#[$doc:meta])* $name:ident = $flag:ident;)*) => {
        $($(#[$doc])* #[inline] pub fn $name(point: u32) -> bool { flags(point) & tables::$flag != 0 })*
    };
}

predicates! {
    is_alpha = ALPHA;
    is_decimal = DECIMAL;
    is_digit = DIGIT;
    is_numeric = NUMERIC;
    is_upper = UPPER;
    is_lower = LOWER;
    is_title = TITLE;
    is_printable = PRINTABLE;
    /// Whether an identifier may start with it; the underscore may.
    is_xid_start = XID_START;
    is_xid_continue = XID_CONTINUE;
    is_cased = CASED;
    /// Whether it is looked through when a final sigma is told from another; only meaningful there.
    is_case_ignorable = CASE_IGNORABLE;
    is_mirrored = MIRRORED;
}

/// `str.isspace` of one code point.
#[inline]
pub fn is_space(point: u32) -> bool {
    match point {
        0x09..=0x0d | 0x1c..=0x20 => true,
        0..0x80 => false,
        _ => matches!(
            point,
            0x85 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000
        ),
    }
}

pub fn is_alnum(point: u32) -> bool {
    flags(point) & (tables::ALPHA | tables::DECIMAL | tables::DIGIT | tables::NUMERIC) != 0
}

/// The general category: `"Lu"`.
pub fn category(point: u32) -> &'static str {
    tables::CATEGORIES[usize::from(record(point).1)]
}

/// Whether it is assigned in this version of Unicode.
pub fn is_assigned(point: u32) -> bool {
    record(point).1 != 0
}

/// The bidirectional class, empty for none.
pub fn bidirectional(point: u32) -> &'static str {
    tables::BIDI_CLASSES[usize::from(record(point).2)]
}

/// The canonical combining class.
pub fn combining(point: u32) -> u8 {
    if point < 0x300 { 0 } else { record(point).3 }
}

pub fn east_asian_width(point: u32) -> &'static str {
    tables::WIDTHS[usize::from(record(point).4)]
}

/// The value of a decimal digit.
pub fn decimal_value(point: u32) -> Option<u8> {
    if point < 0x80 {
        return (0x30..=0x39).contains(&point).then(|| (point - 0x30) as u8);
    }
    if !is_decimal(point) {
        return None;
    }
    let place = tables::DECIMAL_ZEROS.partition_point(|&zero| zero <= point);
    let zero = *tables::DECIMAL_ZEROS.get(place.checked_sub(1)?)?;
    u8::try_from(point - zero).ok().filter(|&value| value < 10)
}

/// The value of a digit, decimal or not.
pub fn digit_value(point: u32) -> Option<u8> {
    if point < 0x80 || !is_digit(point) {
        return decimal_value(point);
    }
    let place = tables::DIGITS.partition_point(|run| run.0 <= point);
    let found = place.checked_sub(1).map(|place| tables::DIGITS[place]);
    match found {
        Some((first, count, value)) if point - first < u32::from(count) => {
            Some(value + (point - first) as u8)
        }
        _ => decimal_value(point),
    }
}

/// The value of anything that counts.
pub fn numeric_value(point: u32) -> Option<f64> {
    if point < 0x80 || !is_numeric(point) {
        return decimal_value(point).map(f64::from);
    }
    let place = tables::NUMERICS.partition_point(|run| run.0 <= point);
    let found = place.checked_sub(1).map(|place| tables::NUMERICS[place]);
    match found {
        Some((first, count, top, bottom)) if point - first < u32::from(count) => {
            Some((top + i64::from(point - first)) as f64 / f64::from(bottom))
        }
        _ => digit_value(point).map(f64::from),
    }
}

/// Whether `text` is not empty and all of it satisfies `test`: the shape of most of the `str.is...` methods.
pub fn all(text: &[u8], test: impl Fn(u32) -> bool) -> bool {
    !text.is_empty() && wtf8::code_points(text).all(test)
}

/// `text.isprintable()`; the empty text is.
pub fn text_is_printable(text: &[u8]) -> bool {
    wtf8::code_points(text).all(is_printable)
}

/// `text.isidentifier()`.
pub fn text_is_identifier(text: &[u8]) -> bool {
    let mut points = wtf8::code_points(text);
    points.next().is_some_and(is_xid_start) && points.all(is_xid_continue)
}

/// `text.islower()`.
pub fn text_is_lower(text: &[u8]) -> bool {
    text_is_cased_as(text, tables::LOWER, tables::UPPER | tables::TITLE)
}

/// `text.isupper()`.
pub fn text_is_upper(text: &[u8]) -> bool {
    text_is_cased_as(text, tables::UPPER, tables::LOWER | tables::TITLE)
}

fn text_is_cased_as(text: &[u8], wanted: u16, refused: u16) -> bool {
    let mut seen = false;
    for point in wtf8::code_points(text) {
        let flags = flags(point);
        if flags & refused != 0 {
            return false;
        }
        seen |= flags & wanted != 0;
    }
    seen
}

/// `text.istitle()`.
pub fn text_is_title(text: &[u8]) -> bool {
    let (mut seen, mut after_cased) = (false, false);
    for point in wtf8::code_points(text) {
        let flags = flags(point);
        if flags & (tables::UPPER | tables::TITLE) != 0 {
            if after_cased {
                return false;
            }
            (seen, after_cased) = (true, true);
        } else if flags & tables::LOWER != 0 {
            if !after_cased {
                return false;
            }
            seen = true;
        } else {
            after_cased = false;
        }
    }
    seen
}

/// `text` as `int()`, `float()` and `complex()` read it: decimal digits and white space of any script become ASCII; at
/// the first other code point it ends with a question mark, which no number contains.
pub fn to_ascii_decimal(text: &[u8]) -> Cow<'_, [u8]> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    for point in wtf8::code_points(text) {
        if point < 0x7f {
            out.push(point as u8);
        } else if is_space(point) {
            out.push(b' ');
        } else if let Some(value) = decimal_value(point) {
            out.push(b'0' + value);
        } else {
            out.push(b'?');
            break;
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_of_some_points() {
        assert!(is_alpha(0xaa) && !is_alpha(0x30) && is_alpha(0x10ffff - 0xe0000) == is_alpha(0x2ffff));
        assert_eq!(category(0x41), "Lu");
        assert_eq!(category(0x10ffff), "Cn");
        assert_eq!(category(0xdc80), "Cs");
        assert_eq!(bidirectional(0x5d0), "R");
        assert_eq!(combining(0x301), 230);
        assert_eq!(east_asian_width(0x3042), "W");
        assert!(is_mirrored(0x28) && !is_mirrored(0x41));
        assert!(is_printable(0x20) && !is_printable(0x7f) && !is_printable(0xa0) && !is_printable(0xd800));
        assert_eq!(category(u32::MAX), "Cn");
    }

    #[test]
    fn values_of_digits() {
        assert_eq!(decimal_value(0x0669), Some(9));
        assert_eq!(decimal_value(0xb2), None);
        assert_eq!(digit_value(0xb2), Some(2));
        assert_eq!(numeric_value(0xbd), Some(0.5));
        assert_eq!(numeric_value(0x4e07), Some(10000.0));
        assert_eq!(numeric_value(0x41), None);
        assert_eq!(&*to_ascii_decimal("\u{2003}１２٣".as_bytes()), b" 123");
        assert_eq!(&*to_ascii_decimal("1é2".as_bytes()), b"1?");
    }

    #[test]
    fn whole_texts() {
        assert!(!text_is_title(b"Hello WOrld") && text_is_title(b"Hello World"));
        assert!(text_is_upper(b"A1") && !text_is_upper(b"1") && !text_is_lower(b"aB"));
        assert!(
            text_is_identifier("_é1".as_bytes()) && !text_is_identifier(b"1a") && !text_is_identifier(b"")
        );
        assert!(text_is_printable(b"") && !all(b"", is_alpha) && all("é".as_bytes(), is_alpha));
    }
}
