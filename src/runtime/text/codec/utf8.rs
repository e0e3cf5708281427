//! UTF-8.

use super::{CodecError, Cursor, DecodeHandler, Decoded, EncodeHandler, Replacement};
use crate::runtime::text::wtf8;

const NAME: &str = "utf-8";

pub fn decode<H: DecodeHandler>(input: &[u8], last: bool, handler: &mut H) -> Result<Decoded, H::Error> {
    let mut text = Vec::with_capacity(input.len());
    let mut at = 0;
    while at < input.len() {
        let Err(error) = std::str::from_utf8(&input[at..]) else {
            text.extend_from_slice(&input[at..]);
            at = input.len();
            break;
        };
        let start = at + error.valid_up_to();
        text.extend_from_slice(&input[at..start]);
        at = start;
        let (end, reason) = match error.error_len() {
            None if !last => break,
            // The start of a surrogate, which `surrogatepass` may want to see whole.
            _ if !last && matches!(input[start..], [0xed, 0xa0..=0xbf]) => break,
            None => (input.len(), "unexpected end of data"),
            Some(len) if matches!(input[start], 0xc2..=0xf4) => (start + len, "invalid continuation byte"),
            Some(_) => (start + 1, "invalid start byte"),
        };
        let (put, next) = handler.decode_error(CodecError::new(NAME, start, end, reason), input)?;
        text.extend_from_slice(&put);
        at = next;
    }
    Ok(Decoded { text, consumed: at.min(input.len()) })
}

pub fn encode<H: EncodeHandler>(text: &[u8], handler: &mut H) -> Result<Vec<u8>, H::Error> {
    let Some(first) = wtf8::find_surrogate(text) else {
        return Ok(text.to_vec());
    };
    let mut out = text[..first].to_vec();
    let mut cursor = Cursor { text, offset: first, index: wtf8::count(&text[..first]) };
    while cursor.offset < text.len() {
        let good = cursor.take_while(|point| !wtf8::is_surrogate(point));
        out.extend_from_slice(good);
        let start = cursor.index;
        let bad = cursor.take_while(wtf8::is_surrogate);
        if bad.is_empty() {
            break;
        }
        let (replacement, error) = cursor.ask(handler, NAME, start, bad, "surrogates not allowed")?;
        match replacement {
            Replacement::Bytes(bytes) => out.extend_from_slice(&bytes),
            Replacement::Text(put) if put.is_ascii() => out.extend_from_slice(&put),
            Replacement::Text(_) => return Err(handler.refuse(error)),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::*;

    #[test]
    fn errors_are_where_python_sees_them() {
        let fail = |input: &[u8]| decode(input, true, &mut Policy::Strict).unwrap_err();
        assert_eq!(fail(b"a\xe2\x82"), CodecError::new(NAME, 1, 3, "unexpected end of data"));
        assert_eq!(fail(b"a\xe2\x82b"), CodecError::new(NAME, 1, 3, "invalid continuation byte"));
        assert_eq!(fail(b"\xed\xa0\x80"), CodecError::new(NAME, 0, 1, "invalid continuation byte"));
        assert_eq!(fail(b"\xff"), CodecError::new(NAME, 0, 1, "invalid start byte"));
        assert_eq!(fail(b"\xc0\x80"), CodecError::new(NAME, 0, 1, "invalid start byte"));
        let fail = |text: &[u8]| encode(text, &mut Policy::Strict).unwrap_err();
        assert_eq!(
            fail(b"\xc3\xa9\xed\xa0\x80\xed\xb0\x80b"),
            CodecError::new(NAME, 1, 3, "surrogates not allowed")
        );
    }

    #[test]
    fn policies_and_pieces() {
        let good = |input: &[u8], mut policy| decode(input, true, &mut policy).unwrap().text;
        assert_eq!(good(b"a\xff\xe2\x82b", Policy::Replace), "a\u{fffd}\u{fffd}b".as_bytes());
        assert_eq!(good(b"a\xff\xe2\x82b", Policy::BackslashReplace), b"a\\xff\\xe2\\x82b");
        assert_eq!(good(b"\xff", Policy::SurrogateEscape), b"\xed\xb3\xbf");
        assert_eq!(good(b"\xed\xa0\x80", Policy::SurrogatePass), b"\xed\xa0\x80");
        assert_eq!(encode(b"\xed\xb3\xbf", &mut Policy::SurrogateEscape).unwrap(), b"\xff");
        assert_eq!(encode(b"\xed\xa0\x80", &mut Policy::XmlCharRefReplace).unwrap(), b"&#55296;");
        let part = decode(b"a\xe2\x82", false, &mut Policy::Strict).unwrap();
        assert_eq!((part.text, part.consumed), (b"a".to_vec(), 1));
    }
}
