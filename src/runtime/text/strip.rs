//! `strip`, `lstrip`, `rstrip` of `str` and `bytes`.

use super::Unit;

/// Which ends are stripped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    Left,
    Right,
    Both,
}

/// `text` without white space at its ends.
pub fn strip_space<U: Unit>(text: &[u8], ends: Ends) -> &[u8] {
    strip_while::<U>(text, ends, U::is_space)
}

/// `text` without any unit of `set` at its ends.
pub fn strip_set<'a, U: Unit>(text: &'a [u8], set: &[u8], ends: Ends) -> &'a [u8] {
    let mut low = [0u128; 2];
    let mut high = Vec::new();
    let mut at = 0;
    while at < set.len() {
        let (unit, len) = U::next(set, at);
        if unit < 0x100 {
            low[unit as usize / 128] |= 1 << (unit % 128);
        } else {
            high.push(unit);
        }
        at += len;
    }
    high.sort_unstable();
    strip_while::<U>(text, ends, |unit| {
        if unit < 0x100 {
            low[unit as usize / 128] >> (unit % 128) & 1 == 1
        } else {
            high.binary_search(&unit).is_ok()
        }
    })
}

fn strip_while<U: Unit>(text: &[u8], ends: Ends, drop: impl Fn(u32) -> bool) -> &[u8] {
    let (mut start, mut end) = (0, text.len());
    while ends != Ends::Right && start < end {
        let (unit, len) = U::next(text, start);
        if !drop(unit) {
            break;
        }
        start += len;
    }
    while ends != Ends::Left && end > start {
        let (unit, len) = U::before(text, end);
        if !drop(unit) {
            break;
        }
        end -= len;
    }
    &text[start..end]
}

#[cfg(test)]
mod tests {
    use super::super::{Bytes, Points};
    use super::*;

    #[test]
    fn stripping() {
        assert_eq!(strip_space::<Points>("\u{3000} a b\u{85}".as_bytes(), Ends::Both), b"a b");
        assert_eq!(strip_space::<Bytes>(b"\x1c a ", Ends::Right), b"\x1c a");
        assert_eq!(strip_set::<Points>("éxéaxé€".as_bytes(), "€éx".as_bytes(), Ends::Both), b"a");
        assert_eq!(strip_set::<Points>(b"xxax", b"x", Ends::Left), b"ax");
        assert_eq!(strip_set::<Bytes>(b"\xffa\xff", b"\xff", Ends::Both), b"a");
        assert_eq!(strip_set::<Points>(b"xx", b"x", Ends::Both), b"");
    }
}
