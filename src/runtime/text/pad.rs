//! Filling to a width: `center`, `ljust`, `rjust`, `zfill`, `expandtabs` of `str` and `bytes`.

use super::{Unit, wtf8};
use crate::runtime::number::Fault;

/// Appends `count` times the code point `fill`.
pub fn push_fill(out: &mut Vec<u8>, fill: u32, count: usize) {
    if fill < 0x80 {
        out.resize(out.len() + count, fill as u8);
        return;
    }
    let mut one = Vec::with_capacity(4);
    wtf8::push(&mut one, fill);
    (0..count).for_each(|_| out.extend_from_slice(&one));
}

/// `text` between `left` and `right` times `fill`, a whole unit in its encoding.
pub fn pad(text: &[u8], left: usize, right: usize, fill: &[u8]) -> Result<Vec<u8>, Fault> {
    let too_long = || Fault::overflow("padded string is too long");
    let count = left.checked_add(right).ok_or_else(too_long)?;
    let len = count.checked_mul(fill.len()).and_then(|more| more.checked_add(text.len()));
    let len = len.filter(|&len| len <= isize::MAX as usize).ok_or_else(too_long)?;
    let mut out = Vec::new();
    out.try_reserve_exact(len).map_err(|_| Fault::memory())?;
    let fill_to = |out: &mut Vec<u8>, count: usize| match fill {
        [byte] => out.resize(out.len() + count, *byte),
        _ => (0..count).for_each(|_| out.extend_from_slice(fill)),
    };
    fill_to(&mut out, left);
    out.extend_from_slice(text);
    fill_to(&mut out, right);
    Ok(out)
}

/// How many fills `center` puts on the left and on the right of `len` units.
pub fn center_margins(len: usize, width: usize) -> (usize, usize) {
    let margin = width.saturating_sub(len);
    let left = margin / 2 + (margin & width & 1);
    (left, margin - left)
}

/// `text.zfill(width)`, `len` the number of units; `None` if it is wide enough.
pub fn zfill(text: &[u8], len: usize, width: usize) -> Result<Option<Vec<u8>>, Fault> {
    if width <= len {
        return Ok(None);
    }
    let mut out = pad(text, width - len, 0, b"0")?;
    if let Some(&sign @ (b'+' | b'-')) = text.first() {
        out[0] = sign;
        out[width - len] = b'0';
    }
    Ok(Some(out))
}

/// `text.expandtabs(size)`; a size below one drops the tabs.
pub fn expand_tabs<U: Unit>(text: &[u8], size: usize) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::with_capacity(text.len());
    let (mut column, mut at) = (0usize, 0);
    while at < text.len() {
        let (unit, len) = U::next(text, at);
        if unit == 0x09 {
            if size > 0 {
                let gap = size - column % size;
                if gap > isize::MAX as usize - out.len() {
                    return Err(Fault::overflow("new string is too long"));
                }
                out.try_reserve(gap).map_err(|_| Fault::memory())?;
                out.resize(out.len() + gap, b' ');
                column += gap;
            }
        } else {
            out.extend_from_slice(&text[at..at + len]);
            column = if matches!(unit, 0x0a | 0x0d) { 0 } else { column + 1 };
        }
        at += len;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::{Bytes, Points};
    use super::*;

    #[test]
    fn padding() {
        assert_eq!(center_margins(1, 4), (1, 2));
        assert_eq!(center_margins(2, 5), (2, 1));
        assert_eq!(center_margins(5, 2), (0, 0));
        assert_eq!(pad(b"x", 1, 2, "é".as_bytes()).unwrap(), "éxéé".as_bytes());
        assert!(pad(b"x", usize::MAX, 2, b" ").is_err());
        assert_eq!(pad(b"x", isize::MAX as usize - 1, 0, b" "), Err(Fault::memory()));
        assert_eq!(zfill(b"-12", 3, 5).unwrap().as_deref(), Some(&b"-0012"[..]));
        assert_eq!(zfill(b"+", 1, 3).unwrap().as_deref(), Some(&b"+00"[..]));
        assert_eq!(zfill(b"12", 2, 2), Ok(None));
    }

    #[test]
    fn tabs() {
        assert_eq!(expand_tabs::<Points>("é\tb\n\tc".as_bytes(), 4).unwrap(), "é   b\n    c".as_bytes());
        assert_eq!(expand_tabs::<Bytes>("é\tb".as_bytes(), 4).unwrap(), "é  b".as_bytes());
        assert_eq!(expand_tabs::<Points>(b"a\tb", 0).unwrap(), b"ab");
        assert!(expand_tabs::<Points>(b"\t\t", isize::MAX as usize).is_err());
    }
}
