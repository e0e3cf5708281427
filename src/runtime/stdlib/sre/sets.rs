//! What one character has to be: sets compiled to a table of the first 256 characters and a rule for those above, and sets
//! of the bytes that a text may go on with.
//!
//! A locale's letters are ASCII's: dx runs in the C locale or one with UTF-8, where no other byte is a letter.

use super::codes::{Fold, One, op};
use crate::runtime::text::{unicode, unicode_case, wtf8};

/// Whether a character is of a category (`re._constants.CHCODES`).
pub fn category(code: u32, point: u32) -> bool {
    let byte = u8::try_from(point).ok();
    let ascii_space = || byte.is_some_and(|byte| matches!(byte, 9..=13 | 32));
    let ascii_word = || byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match code {
        0 => byte.is_some_and(|byte| byte.is_ascii_digit()),
        1 => !category(0, point),
        2 => ascii_space(),
        3 => !ascii_space(),
        4 | 8 => ascii_word(),
        5 | 9 => !ascii_word(),
        6 => point == 10,
        7 => point != 10,
        10 => unicode::is_decimal(point),
        11 => !unicode::is_decimal(point),
        12 => unicode::is_space(point),
        13 => !unicode::is_space(point),
        14 => is_word(point),
        15 => !is_word(point),
        16 => is_line_break(point),
        _ => !is_line_break(point),
    }
}

/// Whether a character is a letter, a digit or an underscore.
pub fn is_word(point: u32) -> bool {
    match point {
        0..0x80 => (point as u8).is_ascii_alphanumeric() || point == 0x5f,
        _ => unicode::is_alnum(point),
    }
}

fn is_line_break(point: u32) -> bool {
    matches!(point, 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029)
}

/// The lower case of an ASCII letter, other characters as they are.
pub fn ascii_lower(point: u32) -> u32 {
    if (65..=90).contains(&point) { point + 32 } else { point }
}

fn ascii_upper(point: u32) -> u32 {
    if (97..=122).contains(&point) { point - 32 } else { point }
}

/// The form of a character by which it is compared.
pub fn folded(fold: Fold, point: u32) -> u32 {
    match fold {
        Fold::None => point,
        Fold::Ascii | Fold::Locale => ascii_lower(point),
        Fold::Unicode => unicode_case::simple_lower(point),
    }
}

impl One {
    /// Whether it matches a character.
    pub fn has(self, codes: &[u32], point: u32) -> bool {
        match self {
            One::All => true,
            One::Any => point != 10,
            One::Char(own) => point == own,
            One::NotChar(own) => point != own,
            One::Folded { point: own, fold, not } => {
                let same = match fold {
                    Fold::Locale => own == point || own == ascii_lower(point) || own == ascii_upper(point),
                    _ => own == folded(fold, point),
                };
                same != not
            }
            One::In { start, end, fold } => {
                let set = codes.get(start as usize..end as usize).unwrap_or_default();
                if fold == Fold::Locale {
                    // Neither case may be in what is negated.
                    let (lower, upper) = (walk(set, ascii_lower(point)), walk(set, ascii_upper(point)));
                    return if set.first() == Some(&op::NEGATE) { lower && upper } else { lower || upper };
                }
                walk(set, folded(fold, point))
            }
            One::Category(code) => category(code, point),
        }
    }

    /// Whether it may match a character above the first 256, and whether it matches each of them.
    fn high(self, codes: &[u32]) -> High {
        match self {
            One::All | One::Any => High::All,
            One::Char(own) if own < 256 => High::None,
            One::NotChar(own) if own < 256 => High::All,
            One::Folded { point, fold, not } if fold != Fold::Unicode && point < 256 => {
                if not {
                    High::All
                } else {
                    High::None
                }
            }
            One::In { start, end, fold } if fold != Fold::Unicode => {
                let set = codes.get(start as usize..end as usize).unwrap_or_default();
                match low_only(set) {
                    Some(false) => High::None,
                    Some(true) => High::All,
                    None => High::Some,
                }
            }
            _ => High::Some,
        }
    }
}

/// Whether a set without fold has no part that knows characters above the first 256; then whether all those are in it.
fn low_only(set: &[u32]) -> Option<bool> {
    let (mut at, mut negated) = (0, false);
    while let Some(code) = set.get(at) {
        at += match *code {
            op::NEGATE => {
                negated = !negated;
                1
            }
            op::LITERAL if *set.get(at + 1)? < 256 => 2,
            op::RANGE if *set.get(at + 2)? < 256 => 3,
            op::CHARSET => 9,
            op::CATEGORY if matches!(*set.get(at + 1)?, 0 | 2 | 4 | 6 | 8) => 2,
            _ => return None,
        };
    }
    Some(negated)
}

/// Whether a set's program, which has been validated, takes a character.
fn walk(set: &[u32], point: u32) -> bool {
    let (mut at, mut found) = (0, true);
    let word = |at: usize| set.get(at).copied().unwrap_or_default();
    let within = |at: usize, point: u32| word(at) <= point && point <= word(at + 1);
    let bit = |word: u32| word & 1 << (point & 31) != 0;
    while at < set.len() {
        let (hit, length) = match word(at) {
            op::NEGATE => {
                found = !found;
                (false, 1)
            }
            op::LITERAL => (point == word(at + 1), 2),
            op::RANGE => (within(at + 1, point), 3),
            op::RANGE_UNI_IGNORE => {
                (within(at + 1, point) || within(at + 1, unicode_case::simple_upper(point)), 3)
            }
            op::CATEGORY => (category(word(at + 1), point), 2),
            op::CHARSET => (point < 256 && bit(word(at + 1 + (point >> 5) as usize)), 9),
            op::BIGCHARSET => {
                let blocks = at + 66;
                let hit = point < 0x10000 && {
                    let number = (point >> 8) as usize;
                    let block = usize::from(word(at + 2 + number / 4).to_ne_bytes()[number % 4]);
                    bit(word(blocks + block * 8 + (point as usize & 255) / 32))
                };
                (hit, 66 + word(at + 1) as usize * 8)
            }
            _ => return false,
        };
        if hit {
            return found;
        }
        at += length;
    }
    !found
}

/// What a set holds of the characters above the first 256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum High {
    None,
    All,
    Some,
}

/// A set of characters.
pub struct Set {
    pub low: [bool; 256],
    pub high: High,
    pub one: One,
}

impl Set {
    pub fn new(one: One, codes: &[u32]) -> Set {
        let mut low = [false; 256];
        match one {
            One::Char(point) => {
                if point < 256 {
                    low[point as usize] = true;
                }
            }
            _ => low.iter_mut().enumerate().for_each(|(point, has)| *has = one.has(codes, point as u32)),
        }
        Set { low, high: one.high(codes), one }
    }

    /// Whether it has a character.
    #[inline]
    pub fn has(&self, codes: &[u32], point: u32) -> bool {
        if point < 256 {
            return self.low[point as usize];
        }
        match self.high {
            High::None => false,
            High::All => true,
            High::Some => self.one.has(codes, point),
        }
    }

    /// The bytes with which its characters begin.
    pub fn leads(&self, wide: bool) -> Bytes {
        let mut leads = Bytes::NONE;
        let ends = if wide { 128 } else { 256 };
        (0..ends).filter(|byte| self.low[*byte]).for_each(|byte| leads.add(byte as u8));
        if wide {
            (128..256usize).filter(|point| self.low[*point]).for_each(|point| {
                leads.add(if point < 0xc0 { 0xc2 } else { 0xc3 });
            });
            match (self.high, self.one) {
                (High::None, _) => {}
                (_, One::Char(point)) => {
                    let mut text = Vec::with_capacity(4);
                    wtf8::push(&mut text, point);
                    leads.add(text[0]);
                }
                _ => (0xc4..=0xf4).for_each(|byte| leads.add(byte)),
            }
        }
        leads
    }
}

/// A set of bytes with which a text may go on, and whether it may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes {
    bits: [u64; 4],
    /// Whether there need not be a byte.
    pub end: bool,
}

impl Bytes {
    pub const NONE: Bytes = Bytes { bits: [0; 4], end: false };
    /// Anything is possible.
    pub const FREE: Bytes = Bytes { bits: [u64::MAX; 4], end: true };

    pub fn add(&mut self, byte: u8) {
        self.bits[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    pub fn has(&self, byte: u8) -> bool {
        self.bits[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
    }

    /// Whether a text may go on so.
    pub fn fits(&self, text: &[u8]) -> bool {
        text.first().map_or(self.end, |byte| self.has(*byte))
    }

    pub fn or(mut self, other: &Bytes) -> Bytes {
        self.bits.iter_mut().zip(other.bits).for_each(|(own, bits)| *own |= bits);
        self.end |= other.end;
        self
    }

    pub fn and(mut self, other: &Bytes) -> Bytes {
        self.bits.iter_mut().zip(other.bits).for_each(|(own, bits)| *own &= bits);
        self.end &= other.end;
        self
    }

    /// Whether no byte is in both.
    pub fn is_disjoint(&self, other: &Bytes) -> bool {
        self.bits.iter().zip(other.bits).all(|(own, bits)| own & bits == 0)
    }

    pub fn count(&self) -> u32 {
        self.bits.iter().map(|bits| bits.count_ones()).sum()
    }

    /// The bytes in order.
    pub fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=255).filter(|byte| self.has(*byte))
    }

    pub fn is_free(&self) -> bool {
        *self == Bytes::FREE
    }
}
