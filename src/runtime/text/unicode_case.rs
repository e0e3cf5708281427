//! Case mappings of code points and texts: `lower`, `upper`, `title`, `capitalize`, `swapcase`, `casefold`.
//!
//! Full mappings, so that one code point can become three; sigma at the end of a word has its own lower case.

use super::{unicode, unicode_tables as tables, wtf8};

/// What a code point maps to: one to three code points, the rest zero.
pub type Mapped = [u32; 3];

type Range = (u32, u32, u32, i32);

const SIGMA: u32 = 0x3a3;

fn find(ranges: &[Range], many: &[(u32, Mapped)], point: u32) -> Option<Mapped> {
    if let Ok(place) = many.binary_search_by_key(&point, |entry| entry.0) {
        return Some(many[place].1);
    }
    let place = ranges.partition_point(|range| range.0 <= point).checked_sub(1)?;
    let (first, last, step, delta) = ranges[place];
    let hit = point <= last && (point - first).is_multiple_of(step);
    hit.then(|| [point.wrapping_add_signed(delta), 0, 0])
}

/// The lower case of `point`, as it is outside of words.
pub fn lower_point(point: u32) -> Mapped {
    // Of the first 256, letters have their small ones 32 further on.
    if point < 0x100 {
        let capital = matches!(point, 0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde);
        return [if capital { point + 32 } else { point }, 0, 0];
    }
    find(&tables::LOWER_MAP, &tables::LOWER_MAP_MANY, point).unwrap_or([point, 0, 0])
}

pub fn upper_point(point: u32) -> Mapped {
    if point < 0x80 {
        return [if matches!(point, 0x61..=0x7a) { point - 32 } else { point }, 0, 0];
    }
    find(&tables::UPPER_MAP, &tables::UPPER_MAP_MANY, point).unwrap_or([point, 0, 0])
}

pub fn title_point(point: u32) -> Mapped {
    if point < 0x80 {
        return upper_point(point);
    }
    find(&tables::TITLE_MAP, &tables::TITLE_MAP_MANY, point).unwrap_or_else(|| upper_point(point))
}

pub fn fold_point(point: u32) -> Mapped {
    if point < 0x80 {
        return lower_point(point);
    }
    find(&tables::FOLD_MAP, &tables::FOLD_MAP_MANY, point).unwrap_or_else(|| lower_point(point))
}

/// The lower case that is always one code point: what `re` compares by.
pub fn simple_lower(point: u32) -> u32 {
    // Of this one, the full mapping keeps the dot as a second code point.
    if point == 0x130 { 0x69 } else { lower_point(point)[0] }
}

/// The upper case if it is one code point, else the title case if that is, else `point`.
pub fn simple_upper(point: u32) -> u32 {
    match (upper_point(point), title_point(point)) {
        ([upper, 0, 0], _) => upper,
        (_, [title, 0, 0]) => title,
        _ => point,
    }
}

fn push_mapped(out: &mut Vec<u8>, mapped: Mapped) {
    wtf8::push(out, mapped[0]);
    mapped[1..].iter().filter(|&&point| point != 0).for_each(|&point| wtf8::push(out, point));
}

/// Appends the lower case of `point`, which stands at byte `at` of `text`.
fn push_lower(out: &mut Vec<u8>, text: &[u8], at: usize, point: u32) {
    if point == SIGMA {
        wtf8::push(out, if is_final_sigma(text, at) { 0x3c2 } else { 0x3c3 });
    } else {
        push_mapped(out, lower_point(point));
    }
}

/// Whether the sigma at byte `at` ends a word: cased before it and not cased after it, looking through what is ignorable.
fn is_final_sigma(text: &[u8], at: usize) -> bool {
    finds_cased(wtf8::code_points(&text[..at]).rev()) && !finds_cased(wtf8::code_points(&text[at + 2..]))
}

/// Whether the first that is not ignorable is cased.
fn finds_cased(mut points: impl Iterator<Item = u32>) -> bool {
    points.find(|&point| !unicode::is_case_ignorable(point)).is_some_and(unicode::is_cased)
}

fn map(text: &[u8], mut each: impl FnMut(&mut Vec<u8>, usize, u32)) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let (point, len) = wtf8::decode_at(text, at);
        each(&mut out, at, point);
        at += len;
    }
    out
}

/// `text.lower()`.
pub fn lower(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    map(text, |out, at, point| push_lower(out, text, at, point))
}

/// `text.upper()`.
pub fn upper(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    map(text, |out, _, point| push_mapped(out, upper_point(point)))
}

/// `text.casefold()`.
pub fn casefold(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    map(text, |out, _, point| push_mapped(out, fold_point(point)))
}

/// `text.swapcase()`.
pub fn swapcase(text: &[u8]) -> Vec<u8> {
    map(text, |out, at, point| {
        if unicode::is_upper(point) {
            push_lower(out, text, at, point);
        } else if unicode::is_lower(point) {
            push_mapped(out, upper_point(point));
        } else {
            wtf8::push(out, point);
        }
    })
}

/// `text.capitalize()`.
pub fn capitalize(text: &[u8]) -> Vec<u8> {
    map(text, |out, at, point| {
        if at == 0 {
            push_mapped(out, title_point(point));
        } else {
            push_lower(out, text, at, point);
        }
    })
}

/// `text.title()`.
pub fn title(text: &[u8]) -> Vec<u8> {
    let mut after_cased = false;
    map(text, |out, at, point| {
        if after_cased {
            push_lower(out, text, at, point);
        } else {
            push_mapped(out, title_point(point));
        }
        after_cased = unicode::is_cased(point);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(map: fn(&[u8]) -> Vec<u8>, from: &str, to: &str) {
        assert_eq!(String::from_utf8(map(from.as_bytes())).unwrap(), to);
    }

    #[test]
    fn full_mappings() {
        check(lower, "ΑΣ ΣΑ Σ Α.Σ\u{301}", "ας σα σ α.ς\u{301}");
        check(lower, "İ", "i\u{307}");
        check(upper, "straße ŉ ﬃ", "STRASSE ʼN FFI");
        check(casefold, "Straße Σς", "strasse σσ");
        check(swapcase, "aBß ǅ", "AbSS ǅ");
        check(capitalize, "ǆABCΣ", "ǅabcς");
        check(title, "they're ǆa ﬁx", "They'Re ǅa Fix");
        check(upper, "az", "AZ");
        assert_eq!(simple_upper(0x1f80), 0x1f88);
        assert_eq!(simple_lower(0x130), 0x69);
        assert_eq!(lower(b"\xed\xa0\x80A"), b"\xed\xa0\x80a");
    }
}
