//! Names of characters, for `\N{...}` and `unicodedata`.
//!
//! The names of `unicode_names2` may be of a newer Unicode; names never change, so it is enough to leave out what is not
//! assigned yet. Its own look-up is lax where Python's is not, hence the check of every answer.

use super::{unicode, unicode_aliases as aliases};

/// The longest name has 88 letters; nothing longer is looked up.
const LONGEST: usize = 128;

/// `unicodedata.name`.
pub fn name(point: u32) -> Option<String> {
    if !unicode::is_assigned(point) {
        return None;
    }
    Some(unicode_names2::name(char::from_u32(point)?)?.to_string())
}

/// The code point that `\N{name}` means: the name of a character or an alias, in any case.
pub fn point_of(name: &str) -> Option<u32> {
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_ascii_uppercase();
    if let Ok(place) = aliases::ALIASES.binary_search_by_key(&name.as_str(), |entry| entry.0) {
        return Some(aliases::ALIASES[place].1);
    }
    named(&name)
}

/// The code point whose own name, in capitals, it is.
fn named(name: &str) -> Option<u32> {
    if let Some(number) = name.strip_prefix("TANGUT IDEOGRAPH-") {
        // CPython finds them by name but has no name for them.
        let point = u32::from_str_radix(number, 16).ok().filter(|point| format!("{point:X}") == number)?;
        return matches!(point, 0x17000..=0x187f7 | 0x18d00..=0x18d08).then_some(point);
    }
    let point = u32::from(unicode_names2::character(name)?);
    (self::name(point)? == name).then_some(point)
}

/// As [`point_of`], without the aliases.
pub fn point_named(name: &str) -> Option<u32> {
    if name.len() > LONGEST { None } else { named(&name.to_ascii_uppercase()) }
}

/// The code points that `unicodedata.lookup(name)` means: a named sequence has several.
pub fn lookup(name: &str) -> Option<Vec<u32>> {
    if let Some(point) = point_of(name) {
        return Some(vec![point]);
    }
    let name = name.to_ascii_uppercase();
    let place = aliases::SEQUENCES.binary_search_by_key(&name.as_str(), |entry| entry.0).ok()?;
    Some(aliases::SEQUENCES[place].1.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        assert_eq!(name(0x41).as_deref(), Some("LATIN CAPITAL LETTER A"));
        assert_eq!(name(0xac01).as_deref(), Some("HANGUL SYLLABLE GAG"));
        assert_eq!(name(0x4e00).as_deref(), Some("CJK UNIFIED IDEOGRAPH-4E00"));
        assert_eq!((name(0), name(0xd800), name(0x10ffff)), (None, None, None));
        assert_eq!(point_of("snowMAN"), Some(0x2603));
        assert_eq!(point_of("black_star"), None);
        assert_eq!(point_of("LINE FEED"), Some(10));
        assert_eq!(lookup("KEYCAP DIGIT ONE"), Some(vec![0x31, 0xfe0f, 0x20e3]));
        assert_eq!(lookup(&"A".repeat(5000)), None);
    }
}
