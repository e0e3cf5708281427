//! Encoding and decoding, with the caller deciding about errors.
//!
//! A codec asks its handler at every place that does not fit; the handler answers with a replacement and the place to go
//! on, or with an error of its own. [`Policy`] is the handler of the names that Python builds in.
//!
//! Decoders take `last`: without it, an incomplete sequence at the end is left, and [`Decoded::consumed`] tells where.
//! Positions are bytes for decoding and code points for encoding, as in Python's exceptions.

pub mod charmap;
pub mod escapes;
pub mod single;
pub mod utf7;
pub mod utf8;
pub mod wide;

use std::borrow::Cow;

use super::{escape, unicode_name, wtf8};

/// What UnicodeDecodeError and UnicodeEncodeError tell beside the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodecError {
    pub encoding: &'static str,
    pub start: usize,
    pub end: usize,
    pub reason: Cow<'static, str>,
}

impl CodecError {
    pub fn new(encoding: &'static str, start: usize, end: usize, reason: &'static str) -> CodecError {
        CodecError { encoding, start, end, reason: Cow::Borrowed(reason) }
    }
}

/// What has been decoded out of how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    pub text: Vec<u8>,
    pub consumed: usize,
}

/// What an encoder puts for what it could not encode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// Still to be encoded, strictly.
    Text(Vec<u8>),
    Bytes(Vec<u8>),
}

pub trait DecodeHandler {
    type Error;

    /// The text to put for `input[error.start..error.end]`, and the byte of `input` to go on at; the handler has seen to
    /// it that this is inside.
    fn decode_error(&mut self, error: CodecError, input: &[u8]) -> Result<(Vec<u8>, usize), Self::Error>;
}

pub trait EncodeHandler {
    type Error;

    /// What to put for `part`, the code points from `error.start` to `error.end`, and the code point to go on at.
    fn encode_error(&mut self, error: CodecError, part: &[u8]) -> Result<(Replacement, usize), Self::Error>;

    /// The caller's form of an error that stands: the replacement could not be encoded either.
    fn refuse(&mut self, error: CodecError) -> Self::Error;
}

/// The error handlers with a name of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    XmlCharRefReplace,
    NameReplace,
    SurrogateEscape,
    SurrogatePass,
}

impl Policy {
    pub fn from_name(name: &[u8]) -> Option<Policy> {
        Some(match name {
            b"strict" => Policy::Strict,
            b"ignore" => Policy::Ignore,
            b"replace" => Policy::Replace,
            b"backslashreplace" => Policy::BackslashReplace,
            b"xmlcharrefreplace" => Policy::XmlCharRefReplace,
            b"namereplace" => Policy::NameReplace,
            b"surrogateescape" => Policy::SurrogateEscape,
            b"surrogatepass" => Policy::SurrogatePass,
            _ => return None,
        })
    }

    /// The text for `input[start..end]` and where to go on; `None` if the error stands (or the handler is not made for
    /// decoding, which is a TypeError where Python calls it by itself).
    pub fn on_decode(
        self,
        encoding: &str,
        input: &[u8],
        start: usize,
        end: usize,
    ) -> Option<(Vec<u8>, usize)> {
        let end = end.min(input.len());
        let bad = &input[start.min(end)..end];
        match self {
            Policy::Ignore => Some((Vec::new(), end)),
            Policy::Replace => Some(("\u{fffd}".into(), end)),
            Policy::BackslashReplace => {
                let mut text = Vec::with_capacity(bad.len() * 4);
                bad.iter().for_each(|&byte| escape::push_escape(&mut text, u32::from(byte)));
                Some((text, end))
            }
            Policy::SurrogateEscape => {
                let high = bad.iter().take(4).take_while(|&&byte| byte >= 0x80);
                let text = wtf8::from_points(high.clone().map(|&byte| 0xdc00 + u32::from(byte)));
                let count = high.count();
                (count > 0).then_some((text, start + count))
            }
            Policy::SurrogatePass => {
                let width = UtfName::of(encoding)?;
                let (point, len) = width.read(input.get(start..)?)?;
                wtf8::is_surrogate(point).then(|| (wtf8::from_points([point]), start + len))
            }
            Policy::Strict | Policy::XmlCharRefReplace | Policy::NameReplace => None,
        }
    }

    /// What stands for the code points of `part`; `None` if the error stands.
    pub fn on_encode(self, encoding: &str, part: &[u8]) -> Option<Replacement> {
        let mut text = Vec::new();
        match self {
            Policy::Ignore => {}
            Policy::Replace => text.resize(wtf8::count(part), b'?'),
            Policy::BackslashReplace => {
                wtf8::code_points(part).for_each(|point| escape::push_escape(&mut text, point));
            }
            Policy::XmlCharRefReplace => wtf8::code_points(part)
                .for_each(|point| text.extend_from_slice(format!("&#{point};").as_bytes())),
            Policy::NameReplace => {
                wtf8::code_points(part).for_each(|point| match unicode_name::name(point) {
                    Some(name) => text.extend_from_slice(format!("\\N{{{name}}}").as_bytes()),
                    None => escape::push_escape(&mut text, point),
                })
            }
            Policy::SurrogateEscape => {
                for point in wtf8::code_points(part) {
                    if !(0xdc80..=0xdcff).contains(&point) {
                        return None;
                    }
                    text.push((point - 0xdc00) as u8);
                }
                return Some(Replacement::Bytes(text));
            }
            Policy::SurrogatePass => {
                let width = UtfName::of(encoding)?;
                for point in wtf8::code_points(part) {
                    if !wtf8::is_surrogate(point) {
                        return None;
                    }
                    width.write(point, &mut text);
                }
                return Some(Replacement::Bytes(text));
            }
            Policy::Strict => return None,
        }
        Some(Replacement::Text(text))
    }

    /// What stands for `count` code points that `str.translate` could not map: only some handlers know.
    pub fn on_translate(self, part: &[u8]) -> Option<Vec<u8>> {
        match self {
            Policy::Replace => Some("\u{fffd}".repeat(wtf8::count(part)).into_bytes()),
            _ => match self.on_encode("", part)? {
                Replacement::Text(text) => Some(text),
                Replacement::Bytes(_) => None,
            },
        }
    }
}

impl DecodeHandler for Policy {
    type Error = CodecError;

    fn decode_error(&mut self, error: CodecError, input: &[u8]) -> Result<(Vec<u8>, usize), CodecError> {
        self.on_decode(error.encoding, input, error.start, error.end).ok_or(error)
    }
}

impl EncodeHandler for Policy {
    type Error = CodecError;

    fn encode_error(&mut self, error: CodecError, part: &[u8]) -> Result<(Replacement, usize), CodecError> {
        let (mut part, mut end) = (part, error.end);
        if *self == Policy::SurrogateEscape && matches!(error.encoding, "utf-8" | "ascii" | "latin-1") {
            // CPython's own encoders escape what they can of a run and report the rest.
            let count = wtf8::code_points(part).take_while(|point| (0xdc80..=0xdcff).contains(point)).count();
            let len = count * 3;
            if count > 0 && len <= part.len() {
                (part, end) = (&part[..len], error.start + count);
            }
        }
        self.on_encode(error.encoding, part).map(|replacement| (replacement, end)).ok_or(error)
    }

    fn refuse(&mut self, error: CodecError) -> CodecError {
        error
    }
}

/// The encodings whose surrogates `surrogatepass` lets through.
#[derive(Clone, Copy)]
enum UtfName {
    Utf8,
    Wide { width: usize, big: bool },
}

impl UtfName {
    fn of(encoding: &str) -> Option<UtfName> {
        let name: String =
            encoding.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect();
        if matches!(name.as_str(), "utf8" | "cp65001") {
            return Some(UtfName::Utf8);
        }
        let (width, order) = match (name.strip_prefix("utf16"), name.strip_prefix("utf32")) {
            (Some(order), _) => (2, order),
            (_, Some(order)) => (4, order),
            _ => return None,
        };
        match order {
            "le" => Some(UtfName::Wide { width, big: false }),
            "be" => Some(UtfName::Wide { width, big: true }),
            "" => Some(UtfName::Wide { width, big: cfg!(target_endian = "big") }),
            _ => None,
        }
    }

    fn read(self, input: &[u8]) -> Option<(u32, usize)> {
        match self {
            UtfName::Utf8 => match input {
                [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] => Some((wtf8::decode_at(input, 0).0, 3)),
                _ => None,
            },
            UtfName::Wide { width, big } => {
                let unit = input.get(..width)?;
                Some((wide::read_unit(unit, big), width))
            }
        }
    }

    fn write(self, point: u32, out: &mut Vec<u8>) {
        match self {
            UtfName::Utf8 => wtf8::push(out, point),
            UtfName::Wide { width, big } => wide::push_unit(out, point, width, big),
        }
    }
}

/// A walk over the code points of a text that also knows where in the encoding it is: what an encoder needs to report an
/// error and to go on at another place.
pub(crate) struct Cursor<'a> {
    pub text: &'a [u8],
    pub offset: usize,
    pub index: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a [u8]) -> Cursor<'a> {
        Cursor { text, offset: 0, index: 0 }
    }

    pub fn peek(&self) -> Option<(u32, usize)> {
        (self.offset < self.text.len()).then(|| wtf8::decode_at(self.text, self.offset))
    }

    pub fn step(&mut self, len: usize) {
        self.offset += len;
        self.index += 1;
    }

    /// The part from here on of which every code point satisfies `test`, stepped over.
    pub fn take_while(&mut self, test: impl Fn(u32) -> bool) -> &'a [u8] {
        let start = self.offset;
        while let Some((point, len)) = self.peek() {
            if !test(point) {
                break;
            }
            self.step(len);
        }
        &self.text[start..self.offset]
    }

    pub fn jump(&mut self, index: usize) {
        if index != self.index {
            self.offset = wtf8::advance(self.text, 0, index);
            self.index = index;
        }
    }

    /// Asks the handler about `part`, which ends here and starts at code point `start`, and goes where it says.
    pub fn ask<H: EncodeHandler>(
        &mut self,
        handler: &mut H,
        encoding: &'static str,
        start: usize,
        part: &[u8],
        reason: &'static str,
    ) -> Result<(Replacement, CodecError), H::Error> {
        let error = CodecError::new(encoding, start, self.index, reason);
        let (replacement, next) = handler.encode_error(error.clone(), part)?;
        self.jump(next);
        Ok((replacement, error))
    }
}
