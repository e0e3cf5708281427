//! Latin-1 and ASCII: a byte is a code point.

use super::{CodecError, Cursor, DecodeHandler, Decoded, EncodeHandler, Replacement};
use crate::runtime::text::wtf8;

pub fn decode_latin1(input: &[u8]) -> Vec<u8> {
    if input.is_ascii() {
        return input.to_vec();
    }
    let mut text = Vec::with_capacity(input.len() + input.len() / 2);
    input.iter().for_each(|&byte| wtf8::push(&mut text, u32::from(byte)));
    text
}

pub fn decode_ascii<H: DecodeHandler>(input: &[u8], handler: &mut H) -> Result<Decoded, H::Error> {
    let mut text = Vec::with_capacity(input.len());
    let mut at = 0;
    while at < input.len() {
        let run = input[at..].iter().position(|byte| !byte.is_ascii()).unwrap_or(input.len() - at);
        text.extend_from_slice(&input[at..at + run]);
        at += run;
        if at == input.len() {
            break;
        }
        let error = CodecError::new("ascii", at, at + 1, "ordinal not in range(128)");
        let (put, next) = handler.decode_error(error, input)?;
        text.extend_from_slice(&put);
        at = next;
    }
    Ok(Decoded { text, consumed: at.min(input.len()) })
}

pub fn encode_latin1<H: EncodeHandler>(text: &[u8], handler: &mut H) -> Result<Vec<u8>, H::Error> {
    encode(text, 0x100, "latin-1", "ordinal not in range(256)", handler)
}

pub fn encode_ascii<H: EncodeHandler>(text: &[u8], handler: &mut H) -> Result<Vec<u8>, H::Error> {
    encode(text, 0x80, "ascii", "ordinal not in range(128)", handler)
}

fn encode<H: EncodeHandler>(
    text: &[u8],
    limit: u32,
    encoding: &'static str,
    reason: &'static str,
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    if text.is_ascii() {
        return Ok(text.to_vec());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut cursor = Cursor::new(text);
    while let Some((point, len)) = cursor.peek() {
        if point < limit {
            out.push(point as u8);
            cursor.step(len);
            continue;
        }
        let start = cursor.index;
        let bad = cursor.take_while(|point| point >= limit);
        let (replacement, error) = cursor.ask(handler, encoding, start, bad, reason)?;
        match replacement {
            Replacement::Bytes(bytes) => out.extend_from_slice(&bytes),
            Replacement::Text(put) => {
                if wtf8::code_points(&put).any(|point| point >= limit) {
                    return Err(handler.refuse(error));
                }
                out.extend(wtf8::code_points(&put).map(|point| point as u8));
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::*;

    #[test]
    fn bytes_and_points() {
        assert_eq!(decode_latin1(b"a\xe9"), "aé".as_bytes());
        assert_eq!(encode_latin1("aé".as_bytes(), &mut Policy::Strict).unwrap(), b"a\xe9");
        let error = encode_ascii("aéèb".as_bytes(), &mut Policy::Strict).unwrap_err();
        assert_eq!(error, CodecError::new("ascii", 1, 3, "ordinal not in range(128)"));
        assert_eq!(
            encode_latin1("Ā\u{20ac}".as_bytes(), &mut Policy::NameReplace).unwrap(),
            b"\\N{LATIN CAPITAL LETTER A WITH MACRON}\\N{EURO SIGN}"
        );
        assert_eq!(decode_ascii(b"a\xe9", &mut Policy::SurrogateEscape).unwrap().text, b"a\xed\xb3\xa9");
    }
}
