//! The algorithms under `str` and `bytes`, on plain byte slices: no object model here.
//!
//! A `str` is generalized UTF-8: UTF-8 in which lone surrogates stand as three bytes each, even two of them side by side.

pub mod codec;
pub mod escape;
pub mod format_spec;
pub mod format_value;
pub mod markup;
pub mod normalize;
pub mod pad;
pub mod percent;
pub mod search;
pub mod strip;
pub mod unicode;
mod unicode_aliases;
pub mod unicode_case;
pub mod unicode_name;
pub mod unicode_old;
mod unicode_tables;
pub mod wtf8;

/// What a sequence is made of: the code points of a `str`, or the bytes of a `bytes`.
pub trait Unit {
    /// The unit that starts at `at` and its length in bytes. `at` must be inside and on a boundary.
    fn next(text: &[u8], at: usize) -> (u32, usize);
    /// The unit that ends at `at`, which must be above zero and on a boundary.
    fn before(text: &[u8], at: usize) -> (u32, usize);
    /// How many units there are.
    fn count(text: &[u8]) -> usize;
    fn is_space(unit: u32) -> bool;
    fn is_line_break(unit: u32) -> bool;
}

/// The code points of a `str`.
pub enum Points {}

/// The bytes of a `bytes` or `bytearray`.
pub enum Bytes {}

impl Unit for Points {
    fn next(text: &[u8], at: usize) -> (u32, usize) {
        wtf8::decode_at(text, at)
    }

    fn before(text: &[u8], at: usize) -> (u32, usize) {
        wtf8::decode_before(text, at)
    }

    fn count(text: &[u8]) -> usize {
        wtf8::count(text)
    }

    #[inline(always)]
    fn is_space(unit: u32) -> bool {
        unicode::is_space(unit)
    }

    fn is_line_break(unit: u32) -> bool {
        matches!(unit, 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029)
    }
}

impl Unit for Bytes {
    fn next(text: &[u8], at: usize) -> (u32, usize) {
        (u32::from(text[at]), 1)
    }

    fn before(text: &[u8], at: usize) -> (u32, usize) {
        (u32::from(text[at - 1]), 1)
    }

    fn count(text: &[u8]) -> usize {
        text.len()
    }

    fn is_space(unit: u32) -> bool {
        matches!(unit, 0x20 | 0x09..=0x0d)
    }

    fn is_line_break(unit: u32) -> bool {
        matches!(unit, 0x0a | 0x0d)
    }
}
