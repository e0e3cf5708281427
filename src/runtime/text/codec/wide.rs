//! UTF-16 and UTF-32.

use super::{CodecError, Cursor, DecodeHandler, Decoded, EncodeHandler, Replacement};
use crate::runtime::text::wtf8;

/// The order of the bytes in a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Little,
    Big,
    /// The machine's, unless a mark at the start of what is decoded says otherwise; what is encoded gets a mark.
    Marked,
}

const NATIVE_BIG: bool = cfg!(target_endian = "big");

/// The unit in all of `bytes`.
pub(crate) fn read_unit(bytes: &[u8], big: bool) -> u32 {
    let join = |sum: u32, &byte: &u8| sum << 8 | u32::from(byte);
    if big { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) }
}

pub(crate) fn push_unit(out: &mut Vec<u8>, unit: u32, width: usize, big: bool) {
    let bytes = unit.to_be_bytes();
    if big { out.extend_from_slice(&bytes[4 - width..]) } else { out.extend(bytes.iter().rev().take(width)) }
}

/// What is decoded, and the order that was found, for the next piece.
pub struct WideDecoded {
    pub decoded: Decoded,
    pub order: Order,
}

/// Looks for a mark; the order in effect and the bytes to skip.
fn find_mark(input: &[u8], order: Order, width: usize) -> (bool, Order, usize) {
    match order {
        Order::Little => return (false, order, 0),
        Order::Big => return (true, order, 0),
        Order::Marked => {}
    }
    match input.get(..width) {
        Some(mark) if read_unit(mark, false) == 0xfeff => (false, Order::Little, width),
        Some(mark) if read_unit(mark, true) == 0xfeff => (true, Order::Big, width),
        Some(_) => (NATIVE_BIG, if NATIVE_BIG { Order::Big } else { Order::Little }, 0),
        None => (NATIVE_BIG, Order::Marked, 0),
    }
}

pub fn decode_utf16<H: DecodeHandler>(
    input: &[u8],
    order: Order,
    last: bool,
    handler: &mut H,
) -> Result<WideDecoded, H::Error> {
    let (big, order, mut at) = find_mark(input, order, 2);
    let name = if big { "utf-16-be" } else { "utf-16-le" };
    let mut text = Vec::with_capacity(input.len());
    let unit = |at: usize| input.get(at..at + 2).map(|bytes| read_unit(bytes, big));
    while at < input.len() {
        let (end, reason) = match (unit(at), unit(at + 2)) {
            (None, _) if !last => break,
            (None, _) => (input.len(), "truncated data"),
            (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
                wtf8::push(&mut text, 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00)));
                at += 4;
                continue;
            }
            (Some(0xd800..=0xdbff), None) if !last => break,
            (Some(0xd800..=0xdbff), None) => (input.len(), "unexpected end of data"),
            (Some(0xd800..=0xdbff), Some(_)) => (at + 2, "illegal UTF-16 surrogate"),
            (Some(0xdc00..=0xdfff), _) => (at + 2, "illegal encoding"),
            (Some(point), _) => {
                wtf8::push(&mut text, point);
                at += 2;
                continue;
            }
        };
        let (put, next) = handler.decode_error(CodecError::new(name, at, end, reason), input)?;
        text.extend_from_slice(&put);
        at = next;
    }
    Ok(WideDecoded { decoded: Decoded { text, consumed: at.min(input.len()) }, order })
}

pub fn decode_utf32<H: DecodeHandler>(
    input: &[u8],
    order: Order,
    last: bool,
    handler: &mut H,
) -> Result<WideDecoded, H::Error> {
    let (big, order, mut at) = find_mark(input, order, 4);
    let name = if big { "utf-32-be" } else { "utf-32-le" };
    let mut text = Vec::with_capacity(input.len());
    while at < input.len() {
        let (end, reason) = match input.get(at..at + 4).map(|bytes| read_unit(bytes, big)) {
            None if !last => break,
            None => (input.len(), "truncated data"),
            Some(0xd800..=0xdfff) => (at + 4, "code point in surrogate code point range(0xd800, 0xe000)"),
            Some(0x110000..) => (at + 4, "code point not in range(0x110000)"),
            Some(point) => {
                wtf8::push(&mut text, point);
                at += 4;
                continue;
            }
        };
        let (put, next) = handler.decode_error(CodecError::new(name, at, end, reason), input)?;
        text.extend_from_slice(&put);
        at = next;
    }
    Ok(WideDecoded { decoded: Decoded { text, consumed: at.min(input.len()) }, order })
}

pub fn encode_utf16<H: EncodeHandler>(
    text: &[u8],
    order: Order,
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    encode(text, order, 2, ["utf-16-le", "utf-16-be", "utf-16"], handler)
}

pub fn encode_utf32<H: EncodeHandler>(
    text: &[u8],
    order: Order,
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    encode(text, order, 4, ["utf-32-le", "utf-32-be", "utf-32"], handler)
}

fn encode<H: EncodeHandler>(
    text: &[u8],
    order: Order,
    width: usize,
    names: [&'static str; 3],
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    let (big, name) = match order {
        Order::Little => (false, names[0]),
        Order::Big => (true, names[1]),
        Order::Marked => (NATIVE_BIG, names[2]),
    };
    let mut out = Vec::with_capacity(text.len() * width / 2 + width);
    if order == Order::Marked {
        push_unit(&mut out, 0xfeff, width, big);
    }
    let mut cursor = Cursor::new(text);
    while let Some((point, len)) = cursor.peek() {
        let (start, offset) = (cursor.index, cursor.offset);
        cursor.step(len);
        if !wtf8::is_surrogate(point) {
            if point >= 0x10000 && width == 2 {
                push_unit(&mut out, 0xd800 + ((point - 0x10000) >> 10), 2, big);
                push_unit(&mut out, 0xdc00 + (point & 0x3ff), 2, big);
            } else {
                push_unit(&mut out, point, width, big);
            }
            continue;
        }
        let bad = &text[offset..offset + len];
        let (replacement, error) = cursor.ask(handler, name, start, bad, "surrogates not allowed")?;
        match replacement {
            Replacement::Bytes(bytes) if bytes.len() % width == 0 => out.extend_from_slice(&bytes),
            Replacement::Text(put) if put.is_ascii() => {
                put.iter().for_each(|&byte| push_unit(&mut out, u32::from(byte), width, big));
            }
            _ => return Err(handler.refuse(error)),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::*;

    #[test]
    fn marks_orders_and_errors() {
        let decode = |input: &[u8], order| decode_utf16(input, order, true, &mut Policy::Strict);
        let text = |input: &[u8], order| decode(input, order).map(|wide| wide.decoded.text).unwrap();
        assert_eq!(text(b"\xfe\xff\0a", Order::Marked), b"a");
        assert_eq!(text(b"\xff\xfea\0", Order::Marked), b"a");
        assert_eq!(text(b"=\xd8\0\xde", Order::Little), "😀".as_bytes());
        let fail = |input: &[u8]| decode(input, Order::Little).err().unwrap();
        assert_eq!(fail(b"\0\xd8a"), CodecError::new("utf-16-le", 0, 3, "unexpected end of data"));
        assert_eq!(fail(b"\0\xd8a\0"), CodecError::new("utf-16-le", 0, 2, "illegal UTF-16 surrogate"));
        assert_eq!(
            encode_utf16("a😀".as_bytes(), Order::Big, &mut Policy::Strict).unwrap(),
            b"\0a\xd8=\xde\0"
        );
        assert_eq!(
            encode_utf32(b"\xed\xa0\x80", Order::Big, &mut Policy::SurrogatePass).unwrap(),
            b"\0\0\xd8\0"
        );
        let part =
            decode_utf16(b"a\0\0\xd8", Order::Little, false, &mut Policy::Strict).ok().unwrap().decoded;
        assert_eq!((part.text, part.consumed), (b"a".to_vec(), 2));
        let wide = decode_utf32(b"\0\0\0a\0\x11\0\0", Order::Big, true, &mut Policy::Replace).ok().unwrap();
        assert_eq!(wide.decoded.text, "a\u{fffd}".as_bytes());
    }
}
