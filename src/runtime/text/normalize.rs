//! Normal forms of Unicode text, and the decompositions behind them.

use super::{unicode, unicode_old, unicode_tables as tables, wtf8};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Nfc,
    Nfkc,
    Nfd,
    Nfkd,
}

impl Form {
    /// `None`: "invalid normalization form".
    pub fn from_name(name: &[u8]) -> Option<Form> {
        match name {
            b"NFC" => Some(Form::Nfc),
            b"NFKC" => Some(Form::Nfkc),
            b"NFD" => Some(Form::Nfd),
            b"NFKD" => Some(Form::Nfkd),
            _ => None,
        }
    }

    fn composes(self) -> bool {
        matches!(self, Form::Nfc | Form::Nfkc)
    }

    fn compatible(self) -> bool {
        matches!(self, Form::Nfkc | Form::Nfkd)
    }
}

const S_BASE: u32 = 0xac00;
const L_BASE: u32 = 0x1100;
const V_BASE: u32 = 0x1161;
const T_BASE: u32 = 0x11a7;
const L_COUNT: u32 = 19;
const V_COUNT: u32 = 21;
const T_COUNT: u32 = 28;
const S_COUNT: u32 = L_COUNT * V_COUNT * T_COUNT;

/// The tag, by number, and what `point` decomposes to in one step; not for Hangul syllables.
fn mapping(point: u32) -> Option<(usize, &'static [u32])> {
    if point < 0xa0 {
        return None;
    }
    let place = tables::DECOMPOSITIONS.binary_search_by_key(&point, |entry| entry.0).ok()?;
    let packed = tables::DECOMPOSITIONS[place].1 as usize;
    let (start, len, tag) = (packed >> 10, packed >> 5 & 31, packed & 31);
    Some((tag, &tables::DECOMPOSED[start..start + len]))
}

/// The jamo of a Hangul syllable, the third zero if it has two.
fn jamo(point: u32) -> Option<[u32; 3]> {
    let place = point.checked_sub(S_BASE).filter(|&place| place < S_COUNT)?;
    let tail = place % T_COUNT;
    Some([
        L_BASE + place / (V_COUNT * T_COUNT),
        V_BASE + place / T_COUNT % V_COUNT,
        if tail == 0 { 0 } else { T_BASE + tail },
    ])
}

/// `unicodedata.decomposition`: `"<font> 0041"`.
pub fn decomposition(point: u32) -> String {
    if let Some([first, second, third]) = jamo(point) {
        return if third == 0 {
            format!("{first:04X} {second:04X}")
        } else {
            format!("{first:04X} {second:04X} {third:04X}")
        };
    }
    let Some((tag, points)) = mapping(point) else {
        return String::new();
    };
    let mut text = tables::TAGS[tag].to_owned();
    for point in points {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&format!("{point:04X}"));
    }
    text
}

/// As [`decompose`], by Unicode 3.2.0.
fn decompose_old(point: u32, compatible: bool, out: &mut Vec<u32>) {
    if unicode_old::UNASSIGNED.iter().any(|&(low, high)| (low..=high).contains(&point)) {
        out.push(point);
        return;
    }
    if let Some(&(_, _, corrected)) = unicode_old::CORRECTED.iter().find(|entry| entry.0 == point) {
        out.push(corrected);
        return;
    }
    match mapping(point) {
        Some((tag, points)) if tag == 0 || compatible => {
            points.iter().for_each(|&part| decompose_old(part, compatible, out));
        }
        _ => decompose(point, compatible, out),
    }
}

fn decompose(point: u32, compatible: bool, out: &mut Vec<u32>) {
    if let Some(parts) = jamo(point) {
        out.extend(parts.into_iter().filter(|&part| part != 0));
        return;
    }
    match mapping(point) {
        Some((tag, points)) if tag == 0 || compatible => {
            points.iter().for_each(|&part| decompose(part, compatible, out));
        }
        _ => out.push(point),
    }
}

/// Sorts each run of combining marks by class.
fn reorder(points: &mut [u32]) {
    let mut at = 0;
    while at < points.len() {
        if unicode::combining(points[at]) == 0 {
            at += 1;
            continue;
        }
        let len = points[at..].iter().take_while(|&&point| unicode::combining(point) != 0).count();
        points[at..at + len].sort_by_key(|&point| unicode::combining(point));
        at += len;
    }
}

fn compose_pair(first: u32, second: u32) -> Option<u32> {
    if let (Some(l), Some(v)) = (first.checked_sub(L_BASE), second.checked_sub(V_BASE))
        && l < L_COUNT
        && v < V_COUNT
    {
        return Some(S_BASE + (l * V_COUNT + v) * T_COUNT);
    }
    if let (Some(s), Some(t)) = (first.checked_sub(S_BASE), second.checked_sub(T_BASE))
        && s < S_COUNT
        && s.is_multiple_of(T_COUNT)
        && (1..T_COUNT).contains(&t)
    {
        return Some(first + t);
    }
    let place =
        tables::COMPOSITIONS.binary_search_by_key(&(first, second), |entry| (entry.0, entry.1)).ok()?;
    Some(tables::COMPOSITIONS[place].2)
}

fn compose(points: &mut Vec<u32>) {
    // Where the last starter stands in what is kept, and the class of the last mark kept after it.
    let mut starter: Option<usize> = None;
    let (mut last_class, mut kept) = (0u8, 0);
    for at in 0..points.len() {
        let point = points[at];
        let class = unicode::combining(point);
        if let Some(place) = starter {
            let adjacent = place + 1 == kept;
            let open = adjacent || (last_class != 0 && last_class < class);
            if open && let Some(joined) = compose_pair(points[place], point) {
                points[place] = joined;
                continue;
            }
        }
        points[kept] = point;
        if class == 0 {
            starter = Some(kept);
        }
        last_class = class;
        kept += 1;
    }
    points.truncate(kept);
}

/// Whether nothing in `text` can change, told by the size of its code points alone.
fn is_surely_normal(form: Form, text: &[u8]) -> bool {
    match form {
        // U+0300 is 0xcc 0x80, the first code point with a class and the first that composes.
        Form::Nfc => text.iter().all(|&byte| byte < 0xcc),
        _ => text.is_ascii(),
    }
}

/// `unicodedata.normalize(form, text)`; `None` if `text` is normal as it is.
pub fn normalize(form: Form, text: &[u8]) -> Option<Vec<u8>> {
    if is_surely_normal(form, text) {
        return None;
    }
    let mut points = Vec::with_capacity(text.len());
    wtf8::code_points(text).for_each(|point| decompose(point, form.compatible(), &mut points));
    reorder(&mut points);
    if form.composes() {
        compose(&mut points);
    }
    let out = wtf8::from_points(points);
    (out != text).then_some(out)
}

/// As [`normalize`], by Unicode 3.2.0.
pub fn normalize_old(form: Form, text: &[u8]) -> Option<Vec<u8>> {
    if is_surely_normal(form, text) {
        return None;
    }
    let mut points = Vec::with_capacity(text.len());
    wtf8::code_points(text).for_each(|point| decompose_old(point, form.compatible(), &mut points));
    reorder(&mut points);
    if form.composes() {
        compose(&mut points);
    }
    let out = wtf8::from_points(points);
    (out != text).then_some(out)
}

/// `unicodedata.is_normalized(form, text)`.
pub fn is_normalized(form: Form, text: &[u8]) -> bool {
    normalize(form, text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: Form, from: &str, to: &str) {
        let out = normalize(form, from.as_bytes()).unwrap_or_else(|| from.as_bytes().to_vec());
        assert_eq!(String::from_utf8(out).unwrap(), to, "{form:?} {from}");
    }

    #[test]
    fn forms() {
        check(Form::Nfc, "e\u{301}a", "éa");
        check(Form::Nfd, "é", "e\u{301}");
        check(Form::Nfc, "a\u{323}\u{302}", "ậ");
        check(Form::Nfc, "a\u{302}\u{323}", "ậ");
        check(Form::Nfc, "\u{212b}\u{958}", "Å\u{915}\u{93c}");
        check(Form::Nfkc, "ﬁ²", "fi2");
        check(Form::Nfkd, "각", "\u{1100}\u{1161}\u{11a8}");
        check(Form::Nfc, "\u{1100}\u{1161}\u{11a8}", "각");
        check(Form::Nfc, "\u{301}e", "\u{301}e");
        assert!(is_normalized(Form::Nfc, "é".as_bytes()) && !is_normalized(Form::Nfd, "é".as_bytes()));
        assert_eq!(decomposition(0xbd), "<fraction> 0031 2044 0032");
        assert_eq!(decomposition(0xac01), "1100 1161 11A8");
        assert_eq!(decomposition(0x41), "");
    }
}
