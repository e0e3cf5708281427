//! UTF-7, RFC 2152.

use super::{CodecError, DecodeHandler, Decoded};
use crate::runtime::text::wtf8;

const NAME: &str = "utf7";
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn digit(byte: u8) -> Option<u32> {
    Some(match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// A shift sequence that is being read.
struct Shift {
    /// Where its plus stands, and how much text there was then.
    start: usize,
    text_len: usize,
    bits: u32,
    buffer: u32,
    /// A high surrogate that waits for its low one.
    high: Option<u32>,
}

impl Shift {
    fn push_digit(&mut self, digit: u32, text: &mut Vec<u8>) {
        self.buffer = self.buffer << 6 | digit;
        self.bits += 6;
        if self.bits < 16 {
            return;
        }
        self.bits -= 16;
        let unit = self.buffer >> self.bits;
        self.buffer &= (1 << self.bits) - 1;
        if let Some(high) = self.high.take() {
            if (0xdc00..0xe000).contains(&unit) {
                wtf8::push(text, 0x10000 + ((high - 0xd800) << 10 | (unit - 0xdc00)));
                return;
            }
            wtf8::push(text, high);
        }
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
        } else {
            wtf8::push(text, unit);
        }
    }
}

pub fn decode<H: DecodeHandler>(input: &[u8], last: bool, handler: &mut H) -> Result<Decoded, H::Error> {
    let mut text = Vec::with_capacity(input.len());
    let mut at = 0;
    let mut shift: Option<Shift> = None;
    loop {
        while at < input.len() {
            let byte = input[at];
            let (start, end, reason) = if let Some(mut open) = shift.take() {
                if let Some(digit) = digit(byte) {
                    open.push_digit(digit, &mut text);
                    shift = Some(open);
                    at += 1;
                    continue;
                }
                if open.bits >= 6 {
                    (open.start, at + 1, "partial character in shift sequence")
                } else if open.buffer != 0 {
                    (open.start, at + 1, "non-zero padding bits in shift sequence")
                } else {
                    if let Some(high) = open.high
                        && byte < 0x80
                    {
                        wtf8::push(&mut text, high);
                    }
                    at += usize::from(byte == b'-');
                    continue;
                }
            } else if byte == b'+' {
                match input.get(at + 1) {
                    Some(b'-') => {
                        text.push(b'+');
                        at += 2;
                        continue;
                    }
                    Some(&next) if digit(next).is_none() => (at, at + 2, "ill-formed sequence"),
                    _ => {
                        shift =
                            Some(Shift { start: at, text_len: text.len(), bits: 0, buffer: 0, high: None });
                        at += 1;
                        continue;
                    }
                }
            } else if byte < 0x80 {
                text.push(byte);
                at += 1;
                continue;
            } else {
                (at, at + 1, "unexpected special character")
            };
            let (put, next) = handler.decode_error(CodecError::new(NAME, start, end, reason), input)?;
            text.extend_from_slice(&put);
            at = next;
        }
        let Some(open) = shift.take() else { break };
        if !last {
            text.truncate(open.text_len);
            return Ok(Decoded { text, consumed: open.start });
        }
        if open.high.is_none() && open.bits < 6 && open.buffer == 0 {
            break;
        }
        let error = CodecError::new(NAME, open.start, input.len(), "unterminated shift sequence");
        let (put, next) = handler.decode_error(error, input)?;
        text.extend_from_slice(&put);
        at = next;
    }
    Ok(Decoded { text, consumed: at.min(input.len()) })
}

/// Whether `point` may stand for itself.
fn is_direct(point: u32) -> bool {
    matches!(point, 0x09 | 0x0a | 0x0d | 0x20..=0x7d) && point != u32::from(b'+') && point != u32::from(b'\\')
}

pub fn encode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 2);
    let (mut shifted, mut bits, mut buffer) = (false, 0u32, 0u32);
    let put = |out: &mut Vec<u8>, value: u32| out.push(DIGITS[(value & 63) as usize]);
    for point in wtf8::code_points(text) {
        if is_direct(point) {
            if shifted {
                if bits > 0 {
                    put(&mut out, buffer << (6 - bits));
                }
                (shifted, bits, buffer) = (false, 0, 0);
                if digit(point as u8).is_some() || point == u32::from(b'-') {
                    out.push(b'-');
                }
            }
            out.push(point as u8);
            continue;
        }
        if !shifted {
            out.push(b'+');
            if point == u32::from(b'+') {
                out.push(b'-');
                continue;
            }
            shifted = true;
        }
        let units = match point.checked_sub(0x10000) {
            Some(rest) => [Some(0xd800 + (rest >> 10)), Some(0xdc00 + (rest & 0x3ff))],
            None => [Some(point), None],
        };
        for unit in units.into_iter().flatten() {
            buffer = buffer << 16 | unit;
            bits += 16;
            while bits >= 6 {
                bits -= 6;
                put(&mut out, buffer >> bits);
            }
            buffer &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        put(&mut out, buffer << (6 - bits));
    }
    if shifted {
        out.push(b'-');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::*;

    #[test]
    fn both_ways() {
        let text = "a\u{20ac}b😀+-~\\é!".as_bytes();
        assert_eq!(encode(text), b"a+IKw-b+2D3eAAAr--+AH4AXADp!");
        assert_eq!(decode(&encode(text), true, &mut Policy::Strict).unwrap().text, text);
        let fail = |input: &[u8]| decode(input, true, &mut Policy::Strict).unwrap_err();
        assert_eq!(fail(b"+AGEx"), CodecError::new(NAME, 0, 5, "unterminated shift sequence"));
        assert_eq!(fail(b"+A!"), CodecError::new(NAME, 0, 3, "partial character in shift sequence"));
        assert_eq!(fail(b"+AGH-"), CodecError::new(NAME, 0, 5, "non-zero padding bits in shift sequence"));
        assert_eq!(fail(b"+!"), CodecError::new(NAME, 0, 2, "ill-formed sequence"));
        assert_eq!(fail(b"\xff"), CodecError::new(NAME, 0, 1, "unexpected special character"));
        assert_eq!(decode(b"a+AGE", false, &mut Policy::Strict).unwrap().consumed, 1);
    }
}
