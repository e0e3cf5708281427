//! Codecs by a table from bytes to code points.

use super::{CodecError, Cursor, DecodeHandler, Decoded, EncodeHandler, Replacement};
use crate::runtime::text::wtf8;

const NAME: &str = "charmap";
const REASON: &str = "character maps to <undefined>";
/// What a decoding table holds for a byte without a meaning.
pub const UNDEFINED: u32 = 0xfffe;

/// Decodes by `lookup`, which appends what a byte means, or says `false`.
pub fn decode<H: DecodeHandler>(
    input: &[u8],
    mut lookup: impl FnMut(u8, &mut Vec<u8>) -> Result<bool, H::Error>,
    handler: &mut H,
) -> Result<Decoded, H::Error> {
    let mut text = Vec::with_capacity(input.len());
    let mut at = 0;
    while at < input.len() {
        if lookup(input[at], &mut text)? {
            at += 1;
            continue;
        }
        let (put, next) = handler.decode_error(CodecError::new(NAME, at, at + 1, REASON), input)?;
        text.extend_from_slice(&put);
        at = next;
    }
    Ok(Decoded { text, consumed: at.min(input.len()) })
}

/// A `lookup` of [`decode`] for a table of code points.
pub fn table_lookup(table: &[u32], byte: u8, text: &mut Vec<u8>) -> bool {
    match table.get(usize::from(byte)) {
        Some(&UNDEFINED) | None => false,
        Some(&point) => {
            wtf8::push(text, point);
            true
        }
    }
}

/// Encodes by `lookup`, which appends the bytes of a code point, or says `false` and appends nothing.
pub fn encode<H: EncodeHandler>(
    text: &[u8],
    mut lookup: impl FnMut(u32, &mut Vec<u8>) -> Result<bool, H::Error>,
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    let mut out = Vec::with_capacity(text.len());
    let mut cursor = Cursor::new(text);
    while let Some((point, len)) = cursor.peek() {
        if lookup(point, &mut out)? {
            cursor.step(len);
            continue;
        }
        let (start, offset) = (cursor.index, cursor.offset);
        cursor.step(len);
        let mut scratch = Vec::new();
        while let Some((point, len)) = cursor.peek() {
            if lookup(point, &mut scratch)? {
                break;
            }
            cursor.step(len);
        }
        let bad = &text[offset..cursor.offset];
        let (replacement, error) = cursor.ask(handler, NAME, start, bad, REASON)?;
        match replacement {
            Replacement::Bytes(bytes) => out.extend_from_slice(&bytes),
            Replacement::Text(put) => {
                for point in wtf8::code_points(&put) {
                    if !lookup(point, &mut out)? {
                        return Err(handler.refuse(error));
                    }
                }
            }
        }
    }
    Ok(out)
}

/// The way back of a decoding table: `codecs.charmap_build`.
#[derive(Clone, Debug)]
pub struct EncodingMap {
    ascii: [Option<u8>; 128],
    others: Vec<(u32, u8)>,
}

impl EncodingMap {
    /// Of the first 256 entries; where a code point stands twice the later byte counts.
    pub fn new(table: &[u32]) -> EncodingMap {
        let mut map = EncodingMap { ascii: [None; 128], others: Vec::new() };
        for (&point, byte) in table.iter().zip(0u8..=255) {
            match map.ascii.get_mut(point as usize) {
                _ if point == UNDEFINED => {}
                Some(slot) => *slot = Some(byte),
                None => map.others.push((point, byte)),
            }
        }
        map.others.sort_unstable();
        map
    }

    pub fn get(&self, point: u32) -> Option<u8> {
        if let Some(slot) = self.ascii.get(point as usize) {
            return *slot;
        }
        let place = self.others.partition_point(|entry| entry.0 <= point).checked_sub(1)?;
        let (found, byte) = self.others[place];
        (found == point).then_some(byte)
    }

    /// A `lookup` of [`encode`].
    pub fn lookup(&self, point: u32, out: &mut Vec<u8>) -> bool {
        self.get(point).map(|byte| out.push(byte)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::*;

    #[test]
    fn tables_go_both_ways() {
        let mut table: Vec<u32> = (0..256).collect();
        table[0x80] = 0x20ac;
        table[0x81] = UNDEFINED;
        let read = |input: &[u8], mut policy| {
            decode(input, |byte, text| Ok(table_lookup(&table, byte, text)), &mut policy)
                .map(|decoded| decoded.text)
        };
        assert_eq!(read(b"a\x80", Policy::Strict).unwrap(), "a€".as_bytes());
        assert_eq!(read(b"a\x81", Policy::Strict).unwrap_err(), CodecError::new(NAME, 1, 2, REASON));
        let map = EncodingMap::new(&table);
        let write = |text: &str, mut policy| {
            encode(text.as_bytes(), |point, out| Ok(map.lookup(point, out)), &mut policy)
        };
        assert_eq!(write("a€ÿ", Policy::Strict).unwrap(), b"a\x80\xff");
        assert_eq!(
            write("a\u{81}\u{1234}b", Policy::Strict).unwrap_err(),
            CodecError::new(NAME, 1, 3, REASON)
        );
        assert_eq!(write("a\u{1234}", Policy::BackslashReplace).unwrap(), b"a\\u1234");
    }
}
