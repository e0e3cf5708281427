//! Finding, counting, replacing and cutting: `find`, `count`, `replace`, `partition`, `split`, `splitlines` of `str` and
//! `bytes`.
//!
//! All offsets are in bytes. UTF-8 synchronizes by itself, so a search for bytes finds code points; only an empty needle
//! asks what a unit is.

use memchr::memmem::{self, Finder};

use super::Unit;
use crate::runtime::number::Fault;

/// The first place of `needle`.
pub fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    match needle {
        [] => Some(0),
        [byte] => memchr::memchr(*byte, text),
        [first, ..] => find_by_first(text, needle, *first),
    }
}

/// Looks closer at the first places of the needle's first byte: a search that is prepared for any text costs more than most texts
/// are long.
fn find_by_first(text: &[u8], needle: &[u8], first: u8) -> Option<usize> {
    const MOST: usize = 8;
    let last = text.len().checked_sub(needle.len())?;
    let mut at = 0;
    for _ in 0..MOST {
        at += memchr::memchr(first, text.get(at..=last)?)?;
        if text[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
    memmem::find(&text[at..], needle).map(|found| at + found)
}

/// The last place of a byte. A short text is looked through here: the quick search asks the processor what it can at its first
/// use, which takes longer on a virtual machine than all else that start-up searches.
fn rfind_byte(text: &[u8], byte: u8) -> Option<usize> {
    if text.len() <= 64 {
        return text.iter().rposition(|other| *other == byte);
    }
    memchr::memrchr(byte, text)
}

/// The last place of `needle`.
pub fn rfind(text: &[u8], needle: &[u8]) -> Option<usize> {
    match needle {
        [] => Some(text.len()),
        [byte] => rfind_byte(text, *byte),
        _ => memmem::rfind(text, needle),
    }
}

/// How often `needle` stands in `text`, without overlaps.
pub fn count<U: Unit>(text: &[u8], needle: &[u8]) -> usize {
    match needle {
        [] => U::count(text) + 1,
        [byte] => memchr::memchr_iter(*byte, text).count(),
        _ => memmem::find_iter(text, needle).count(),
    }
}

/// `text.replace(old, new, max)`; `None` if nothing was replaced.
pub fn replace<U: Unit>(text: &[u8], old: &[u8], new: &[u8], max: usize) -> Result<Option<Vec<u8>>, Fault> {
    if max == 0 || old == new {
        return Ok(None);
    }
    if old.is_empty() {
        return interleave::<U>(text, new, max).map(Some);
    }
    let mut out = Vec::new();
    if let ([old], [new], usize::MAX) = (old, new, max) {
        let Some(first) = memchr::memchr(*old, text) else { return Ok(None) };
        reserve(&mut out, text.len())?;
        out.extend_from_slice(text);
        out[first..].iter_mut().for_each(|byte| *byte = if byte == old { *new } else { *byte });
        return Ok(Some(out));
    }
    let finder = Finder::new(old);
    if old.len() == new.len() {
        let mut hits = finder.find_iter(text).take(max).peekable();
        if hits.peek().is_none() {
            return Ok(None);
        }
        reserve(&mut out, text.len())?;
        out.extend_from_slice(text);
        hits.for_each(|at| out[at..at + new.len()].copy_from_slice(new));
        return Ok(Some(out));
    }
    let hits = finder.find_iter(text).take(max).count();
    if hits == 0 {
        return Ok(None);
    }
    let added = hits.checked_mul(new.len()).ok_or_else(too_long)?;
    let len = (text.len() - hits * old.len()).checked_add(added).ok_or_else(too_long)?;
    reserve(&mut out, len)?;
    let mut from = 0;
    for at in finder.find_iter(text).take(max) {
        out.extend_from_slice(&text[from..at]);
        out.extend_from_slice(new);
        from = at + old.len();
    }
    out.extend_from_slice(&text[from..]);
    Ok(Some(out))
}

#[cold]
fn too_long() -> Fault {
    Fault::overflow("replace string is too long")
}

fn reserve(out: &mut Vec<u8>, len: usize) -> Result<(), Fault> {
    if len > isize::MAX as usize {
        return Err(too_long());
    }
    out.try_reserve_exact(len).map_err(|_| Fault::memory())
}

/// `new` before the first `max` units, the end counting as one.
fn interleave<U: Unit>(text: &[u8], new: &[u8], max: usize) -> Result<Vec<u8>, Fault> {
    let hits = max.min(U::count(text) + 1);
    let len =
        hits.checked_mul(new.len()).and_then(|added| added.checked_add(text.len())).ok_or_else(too_long)?;
    let mut out = Vec::new();
    reserve(&mut out, len)?;
    let mut at = 0;
    for _ in 0..hits {
        out.extend_from_slice(new);
        if at < text.len() {
            let (_, len) = U::next(text, at);
            out.extend_from_slice(&text[at..at + len]);
            at += len;
        }
    }
    out.extend_from_slice(&text[at..]);
    Ok(out)
}

/// The parts around the first `sep`. Callers refuse an empty one: "empty separator".
pub fn partition<'a>(text: &'a [u8], sep: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    find(text, sep).map(|at| (&text[..at], &text[at + sep.len()..]))
}

/// The parts around the last `sep`.
pub fn rpartition<'a>(text: &'a [u8], sep: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    rfind(text, sep).map(|at| (&text[..at], &text[at + sep.len()..]))
}

/// `text.split(sep, max)`; `usize::MAX` for no limit. Callers refuse an empty `sep`: "empty separator".
pub fn split<'a>(text: &'a [u8], sep: &[u8], max: usize) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut from = 0;
    if let [byte] = sep {
        for at in memchr::memchr_iter(*byte, text).take(max) {
            parts.push(&text[from..at]);
            from = at + 1;
        }
    } else if !sep.is_empty() {
        for at in memmem::find_iter(text, sep).take(max) {
            parts.push(&text[from..at]);
            from = at + sep.len();
        }
    }
    parts.push(&text[from..]);
    parts
}

/// `text.rsplit(sep, max)`, in the order of the text.
pub fn rsplit<'a>(text: &'a [u8], sep: &[u8], max: usize) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut end = text.len();
    if let [byte] = sep {
        while parts.len() < max
            && let Some(at) = rfind_byte(&text[..end], *byte)
        {
            parts.push(&text[at + 1..end]);
            end = at;
        }
    } else if !sep.is_empty() {
        for at in memmem::rfind_iter(text, sep).take(max) {
            parts.push(&text[at + sep.len()..end]);
            end = at;
        }
    }
    parts.push(&text[..end]);
    parts.reverse();
    parts
}

/// `text.split(None, max)`: at runs of white space.
pub fn split_space<U: Unit>(text: &[u8], max: usize) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut at = skip::<U>(text, 0, true);
    while at < text.len() {
        if parts.len() == max {
            parts.push(&text[at..]);
            break;
        }
        let end = skip::<U>(text, at, false);
        parts.push(&text[at..end]);
        at = skip::<U>(text, end, true);
    }
    parts
}

/// `text.rsplit(None, max)`, in the order of the text.
pub fn rsplit_space<U: Unit>(text: &[u8], max: usize) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut end = skip_back::<U>(text, text.len(), true);
    while end > 0 {
        if parts.len() == max {
            parts.push(&text[..end]);
            break;
        }
        let start = skip_back::<U>(text, end, false);
        parts.push(&text[start..end]);
        end = skip_back::<U>(text, start, true);
    }
    parts.reverse();
    parts
}

/// Past all units that are (or are not) white space.
fn skip<U: Unit>(text: &[u8], mut at: usize, space: bool) -> usize {
    while let Some(&byte) = text.get(at) {
        let (unit, len) = if byte < 0x80 { (u32::from(byte), 1) } else { U::next(text, at) };
        if U::is_space(unit) != space {
            break;
        }
        at += len;
    }
    at
}

fn skip_back<U: Unit>(text: &[u8], mut at: usize, space: bool) -> usize {
    while at > 0 {
        let (unit, len) = U::before(text, at);
        if U::is_space(unit) != space {
            break;
        }
        at -= len;
    }
    at
}

/// `text.splitlines(keep)`.
pub fn split_lines<U: Unit>(text: &[u8], keep: bool) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        let (unit, len) = U::next(text, at);
        if !U::is_line_break(unit) {
            at += len;
            continue;
        }
        let end = at;
        at += len;
        if unit == 0x0d && text.get(at) == Some(&b'\n') {
            at += 1;
        }
        lines.push(&text[start..if keep { at } else { end }]);
        start = at;
    }
    if start < text.len() {
        lines.push(&text[start..]);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::{Bytes, Points};
    use super::*;

    fn replaced(text: &str, old: &str, new: &str, max: usize) -> Option<String> {
        let out = replace::<Points>(text.as_bytes(), old.as_bytes(), new.as_bytes(), max).unwrap();
        out.map(|bytes| String::from_utf8(bytes).unwrap())
    }

    fn joined(parts: Vec<&[u8]>) -> String {
        parts.iter().map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn empty_needles_match_between_units() {
        assert_eq!(replaced("aé", "", "-", usize::MAX).as_deref(), Some("-a-é-"));
        assert_eq!(replaced("aé", "", "-", 2).as_deref(), Some("-a-é"));
        assert_eq!(replaced("", "", "-", usize::MAX).as_deref(), Some("-"));
        assert_eq!(count::<Points>("aé".as_bytes(), b""), 3);
        assert_eq!(count::<Bytes>("aé".as_bytes(), b""), 4);
        assert_eq!(rfind(b"ab", b""), Some(2));
    }

    #[test]
    fn replacing() {
        assert_eq!(replaced("aXbXc", "X", "", usize::MAX).as_deref(), Some("abc"));
        assert_eq!(replaced("aXbXc", "X", "éé", 1).as_deref(), Some("aéébXc"));
        assert_eq!(replaced("aaa", "aa", "b", usize::MAX).as_deref(), Some("ba"));
        assert_eq!(replaced("aXb", "X", "Y", usize::MAX).as_deref(), Some("aYb"));
        assert_eq!(replaced("abc", "X", "Y", usize::MAX), None);
    }

    #[test]
    fn splitting() {
        assert_eq!(joined(split(b"a,b,,c", b",", 2)), "a|b|,c");
        assert_eq!(joined(rsplit(b"a,b,,c", b",", 2)), "a,b||c");
        assert_eq!(joined(split(b"", b",", 2)), "");
        assert_eq!(joined(rsplit(b"aaa", b"aa", 9)), "a|");
        assert_eq!(joined(split_space::<Points>("  a\u{a0}b \u{2028}c  ".as_bytes(), 1)), "a|b \u{2028}c  ");
        assert_eq!(joined(rsplit_space::<Points>("  a\u{a0}b \u{2028}c  ".as_bytes(), 1)), "  a\u{a0}b|c");
        assert_eq!(joined(split_space::<Bytes>(b"a\x1cb c", usize::MAX)), "a\u{1c}b|c");
        assert!(split_space::<Points>(b"  ", 0).is_empty());
        assert_eq!(joined(split_space::<Points>(b" a b ", 0)), "a b ");
        assert_eq!(joined(split_lines::<Points>("a\r\nb\x0b\u{2029}c\r".as_bytes(), false)), "a|b||c");
        assert_eq!(joined(split_lines::<Points>(b"a\n\nb", true)), "a\n|\n|b");
        assert_eq!(joined(split_lines::<Bytes>(b"a\x0bb\rc", false)), "a\x0bb|c");
    }
}
