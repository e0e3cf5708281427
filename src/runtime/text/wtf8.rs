//! Generalized UTF-8: decoding, encoding, counting, and the way from a code point's index to its byte offset.
//!
//! Functions that decode trust their input to be valid (see [`is_valid`]); on anything else they give some answer and
//! never panic, as long as offsets lie inside.

/// The highest code point.
pub const MAX: u32 = 0x10ffff;

/// Whether `point` is a surrogate, high or low.
pub const fn is_surrogate(point: u32) -> bool {
    point & 0xffff_f800 == 0xd800
}

/// The length of the sequence that `first` starts; 1 for bytes that start none.
pub const fn width(first: u8) -> usize {
    match first {
        0..=0xbf => 1,
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    }
}

/// The length of the encoding of `point`.
pub const fn encoded_len(point: u32) -> usize {
    match point {
        0..=0x7f => 1,
        0x80..=0x7ff => 2,
        0x800..=0xffff => 3,
        _ => 4,
    }
}

/// Whether `byte` starts a sequence.
pub const fn is_boundary_byte(byte: u8) -> bool {
    byte as i8 >= -0x40
}

/// The code point at `at`, which must be inside and on a boundary, and its length.
#[inline]
pub fn decode_at(text: &[u8], at: usize) -> (u32, usize) {
    let first = text[at];
    if first < 0x80 {
        return (u32::from(first), 1);
    }
    let tail = |nth: usize| u32::from(text.get(at + nth).copied().unwrap_or(0x80) & 0x3f);
    let first = u32::from(first);
    let (point, len) = match first {
        0xc0..=0xdf => ((first & 0x1f) << 6 | tail(1), 2),
        0xe0..=0xef => ((first & 0x0f) << 12 | tail(1) << 6 | tail(2), 3),
        0xf0..=0xff => ((first & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4),
        _ => (first, 1),
    };
    (point, len.min(text.len() - at))
}

/// The code point that ends at `at`, which must be above zero and on a boundary, and its length.
#[inline]
pub fn decode_before(text: &[u8], at: usize) -> (u32, usize) {
    let mut start = at - 1;
    while start > 0 && at - start < 4 && !is_boundary_byte(text[start]) {
        start -= 1;
    }
    (decode_at(text, start).0, at - start)
}

/// Appends the encoding of `point`, which may be a surrogate.
#[inline]
pub fn push(out: &mut Vec<u8>, point: u32) {
    let tail = |shift: u32| (point >> shift & 0x3f) as u8 | 0x80;
    match point {
        0..=0x7f => out.push(point as u8),
        0x80..=0x7ff => out.extend_from_slice(&[(point >> 6) as u8 | 0xc0, tail(0)]),
        0x800..=0xffff => out.extend_from_slice(&[(point >> 12) as u8 | 0xe0, tail(6), tail(0)]),
        _ => out.extend_from_slice(&[(point >> 18) as u8 & 7 | 0xf0, tail(12), tail(6), tail(0)]),
    }
}

/// The text of these code points.
pub fn from_points(points: impl IntoIterator<Item = u32>) -> Vec<u8> {
    let mut out = Vec::new();
    points.into_iter().for_each(|point| push(&mut out, point));
    out
}

/// How many code points `text` has.
pub fn count(text: &[u8]) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.iter().filter(|&&byte| is_boundary_byte(byte)).count()
}

/// Whether `text` is generalized UTF-8.
pub fn is_valid(text: &[u8]) -> bool {
    let mut rest = text;
    while let Err(error) = std::str::from_utf8(rest) {
        rest = &rest[error.valid_up_to()..];
        if !matches!(rest, [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..]) {
            return false;
        }
        rest = &rest[3..];
    }
    true
}

/// Whether `text` holds a surrogate, and where the first one is.
pub fn find_surrogate(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(0xed, text).find(|&at| text.get(at + 1).is_some_and(|&byte| byte >= 0xa0))
}

/// The byte offset of code point `index`, counted from `from`; the end of the text if there are fewer.
pub fn advance(text: &[u8], from: usize, index: usize) -> usize {
    const STRIDE: usize = 64;
    let (mut at, mut left) = (from, index);
    // A stride never has more code points than bytes, so whole strides can be counted at once.
    while left >= STRIDE && text.len() - at >= STRIDE {
        left -= count(&text[at..at + STRIDE]);
        at += STRIDE;
    }
    while at < text.len() && !is_boundary_byte(text[at]) {
        at += 1;
    }
    while left > 0 && at < text.len() {
        at += width(text[at]);
        left -= 1;
    }
    at.min(text.len())
}

/// Walks the code points of a text from both ends.
#[derive(Clone, Debug)]
pub struct CodePoints<'a> {
    text: &'a [u8],
}

/// The code points of `text`.
pub fn code_points(text: &[u8]) -> CodePoints<'_> {
    CodePoints { text }
}

impl<'a> CodePoints<'a> {
    /// What has not been walked yet.
    pub fn rest(&self) -> &'a [u8] {
        self.text
    }
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.text.is_empty() {
            return None;
        }
        let (point, len) = decode_at(self.text, 0);
        self.text = &self.text[len..];
        Some(point)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.text.len().div_ceil(4), Some(self.text.len()))
    }
}

impl DoubleEndedIterator for CodePoints<'_> {
    fn next_back(&mut self) -> Option<u32> {
        if self.text.is_empty() {
            return None;
        }
        let (point, len) = decode_before(self.text, self.text.len());
        self.text = &self.text[..self.text.len() - len];
        Some(point)
    }
}

/// The byte offsets of every 64th code point of one text: random access in constant time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetIndex {
    offsets: Box<[usize]>,
}

impl OffsetIndex {
    const STRIDE: usize = 64;

    pub fn new(text: &[u8]) -> OffsetIndex {
        let mut offsets = Vec::with_capacity(text.len() / Self::STRIDE / 2 + 1);
        let mut seen = 0usize;
        for (at, &byte) in text.iter().enumerate() {
            if is_boundary_byte(byte) {
                if seen.is_multiple_of(Self::STRIDE) {
                    offsets.push(at);
                }
                seen += 1;
            }
        }
        OffsetIndex { offsets: offsets.into_boxed_slice() }
    }

    /// The byte offset of code point `index` of `text`, the text this was made for; its length if there are fewer.
    pub fn offset(&self, text: &[u8], index: usize) -> usize {
        match self.offsets.get(index / Self::STRIDE) {
            Some(&base) => advance_short(text, base, index % Self::STRIDE),
            None => text.len(),
        }
    }

    /// The index of the code point that starts at byte `offset` of `text`.
    pub fn index(&self, text: &[u8], offset: usize) -> usize {
        let block = self.offsets.partition_point(|&base| base <= offset).saturating_sub(1);
        match self.offsets.get(block) {
            Some(&base) => block * Self::STRIDE + count(&text[base..offset.min(text.len())]),
            None => 0,
        }
    }
}

fn advance_short(text: &[u8], mut at: usize, count: usize) -> usize {
    for _ in 0..count {
        match text.get(at) {
            Some(&byte) => at += width(byte),
            None => break,
        }
    }
    at.min(text.len())
}

/// `text[start::step]` of `count` code points, all of which must exist. Without an index this walks the text.
pub fn slice(text: &[u8], index: Option<&OffsetIndex>, start: usize, step: isize, count: usize) -> Vec<u8> {
    let offset = |nth: usize| match index {
        Some(index) => index.offset(text, nth),
        None => advance(text, 0, nth),
    };
    if count == 0 || text.is_empty() {
        return Vec::new();
    }
    let mut at = offset(start);
    if step == 1 {
        let end = index.map_or_else(|| advance(text, at, count), |index| index.offset(text, start + count));
        return text[at..end].to_vec();
    }
    let mut out = Vec::with_capacity(count);
    let far = index.is_some() && step.unsigned_abs() > OffsetIndex::STRIDE;
    let mut nth = start;
    for left in (0..count).rev() {
        let Some(&first) = text.get(at) else { break };
        out.extend_from_slice(&text[at..(at + width(first)).min(text.len())]);
        if left == 0 {
            break;
        }
        if far {
            nth = nth.saturating_add_signed(step);
            at = offset(nth);
        } else if step > 0 {
            at = advance_short(text, at, step as usize);
        } else {
            for _ in 0..step.unsigned_abs() {
                at -= if at == 0 { 0 } else { decode_before(text, at).1 };
            }
        }
    }
    out
}

/// As [`slice`], of a text in ASCII or a `bytes`.
pub fn slice_bytes(text: &[u8], start: usize, step: isize, count: usize) -> Vec<u8> {
    if step == 1 {
        let start = start.min(text.len());
        return text[start..start.saturating_add(count).min(text.len())].to_vec();
    }
    let mut out = Vec::with_capacity(count.min(text.len()));
    let mut at = start;
    for _ in 0..count {
        match text.get(at) {
            Some(&byte) => out.push(byte),
            None => break,
        }
        at = at.wrapping_add_signed(step);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIXED: [u32; 8] = [0x41, 0xe9, 0x20ac, 0x1f600, 0xd83d, 0xde00, 0x10ffff, 0];

    #[test]
    fn every_width_goes_both_ways() {
        let text = from_points(MIXED);
        assert!(is_valid(&text));
        assert_eq!(count(&text), MIXED.len());
        assert!(code_points(&text).eq(MIXED));
        assert!(code_points(&text).rev().eq(MIXED.into_iter().rev()));
        assert_eq!(find_surrogate(&text), Some(10));
        assert_eq!(find_surrogate("\u{d7ff}".as_bytes()), None);
        for bad in [&b"\x80"[..], b"\xc3", b"\xed\xa0", b"\xf4\x90\x80\x80", b"\xc0\x80"] {
            assert!(!is_valid(bad));
        }
    }

    #[test]
    fn offsets_by_index_and_by_walking_agree() {
        let points: Vec<u32> = (0..500).map(|n| MIXED[n % 7]).collect();
        let text = from_points(points.iter().copied());
        let index = OffsetIndex::new(&text);
        let mut at = 0;
        for (nth, &point) in points.iter().enumerate() {
            assert_eq!(index.offset(&text, nth), at);
            assert_eq!(advance(&text, 0, nth), at);
            assert_eq!(index.index(&text, at), nth);
            assert_eq!(decode_at(&text, at).0, point);
            at += encoded_len(point);
        }
        assert_eq!(index.offset(&text, 500), text.len());
        assert_eq!(index.index(&text, text.len()), 500);
        for (start, step, count) in
            [(3, 1, 7), (499, -1, 500), (0, 3, 100), (499, -70, 8), (5, 100, 5), (0, 1, 0)]
        {
            let nth = |n: usize| (start as isize + n as isize * step) as usize;
            let want = from_points((0..count).map(|n| points[nth(n)]));
            assert_eq!(slice(&text, Some(&index), start, step, count), want);
            assert_eq!(slice(&text, None, start, step, count), want);
        }
        assert_eq!(slice_bytes(b"abcdef", 5, -2, 3), b"fdb");
    }
}
