//! The characters of a text: bytes, or code points in WTF-8.

use super::sets::Set;
use crate::runtime::text::wtf8;

/// A text's characters.
pub trait Unit {
    /// The character at `at`, and where the next one starts.
    fn next(text: &[u8], at: usize) -> Option<(u32, usize)>;
    /// The character that ends at `at`, and where it starts.
    fn before(text: &[u8], at: usize) -> Option<(u32, usize)>;
    /// Whether a set has the character at `at`; where the next one starts.
    fn taken(set: &Set, codes: &[u32], text: &[u8], at: usize) -> Option<usize>;
    /// `count` characters ahead, or as many as there are.
    fn skip(text: &[u8], at: usize, count: usize) -> usize;
    /// One character back; `at` is above zero.
    fn back(text: &[u8], at: usize) -> usize;
    /// `count` characters back, if there are as many.
    fn back_by(text: &[u8], at: usize, count: usize) -> Option<usize>;
    /// Whether a character is a byte.
    const BYTE: bool;
}

/// Bytes, or ASCII text.
pub enum Single {}

/// WTF-8.
pub enum Wide {}

impl Unit for Single {
    #[inline(always)]
    fn next(text: &[u8], at: usize) -> Option<(u32, usize)> {
        text.get(at).map(|byte| (u32::from(*byte), at + 1))
    }
    #[inline(always)]
    fn before(text: &[u8], at: usize) -> Option<(u32, usize)> {
        let at = at.checked_sub(1)?;
        Some((u32::from(text[at]), at))
    }
    #[inline(always)]
    fn taken(set: &Set, _: &[u32], text: &[u8], at: usize) -> Option<usize> {
        match text.get(at) {
            Some(byte) if set.low[usize::from(*byte)] => Some(at + 1),
            _ => None,
        }
    }
    #[inline(always)]
    fn skip(text: &[u8], at: usize, count: usize) -> usize {
        at + count.min(text.len() - at)
    }
    #[inline(always)]
    fn back(_: &[u8], at: usize) -> usize {
        at - 1
    }
    #[inline(always)]
    fn back_by(_: &[u8], at: usize, count: usize) -> Option<usize> {
        at.checked_sub(count)
    }
    const BYTE: bool = true;
}

impl Unit for Wide {
    #[inline(always)]
    fn next(text: &[u8], at: usize) -> Option<(u32, usize)> {
        let first = *text.get(at)?;
        if first < 0x80 {
            return Some((u32::from(first), at + 1));
        }
        let (point, length) = wtf8::decode_at(text, at);
        Some((point, at + length))
    }
    #[inline(always)]
    fn before(text: &[u8], at: usize) -> Option<(u32, usize)> {
        let last = *text.get(at.checked_sub(1)?)?;
        if last < 0x80 {
            return Some((u32::from(last), at - 1));
        }
        let (point, length) = wtf8::decode_before(text, at);
        Some((point, at - length))
    }
    #[inline(always)]
    fn taken(set: &Set, codes: &[u32], text: &[u8], at: usize) -> Option<usize> {
        let first = *text.get(at)?;
        if first < 0x80 {
            return set.low[usize::from(first)].then_some(at + 1);
        }
        let (point, length) = wtf8::decode_at(text, at);
        set.has(codes, point).then_some(at + length)
    }
    #[inline(always)]
    fn skip(text: &[u8], at: usize, count: usize) -> usize {
        wtf8::advance(text, at, count)
    }
    #[inline(always)]
    fn back(text: &[u8], mut at: usize) -> usize {
        at -= 1;
        while at > 0 && !wtf8::is_boundary_byte(text[at]) {
            at -= 1;
        }
        at
    }
    fn back_by(text: &[u8], mut at: usize, count: usize) -> Option<usize> {
        if count > at {
            return None;
        }
        for _ in 0..count {
            if at == 0 {
                return None;
            }
            at = Self::back(text, at);
        }
        Some(at)
    }
    const BYTE: bool = false;
}
