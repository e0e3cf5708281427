//! Encoders and decoders of a text stream: native ones for UTF-8, ASCII and Latin-1, else those of the module `codecs`.

use super::newlines::Newlines;
use crate::runtime::builtins::strs::codecs::{Handler, Native, decode_native, encode_native};
use crate::runtime::error::PyResult;
use crate::runtime::object::str::Str;
use crate::runtime::object::vm::Vm;
use crate::runtime::text::wtf8;
use crate::runtime::value::{LockCell, Obj, Value};

/// The codec that needs no Python, if it is one of the three.
pub fn fast_codec(encoding: &str) -> Option<Native> {
    Native::from_name(encoding).filter(|codec| matches!(codec, Native::Utf8 | Native::Ascii | Native::Latin1))
}

/// How bytes become text.
pub enum Decoding {
    /// Nothing is read.
    None,
    /// Natively; bytes that wait for more.
    Native(Native, LockCell<Vec<u8>>),
    /// By an incremental decoder.
    Python(Value),
}

/// A decoder with its translation of line ends.
pub struct Decoder {
    /// The codec.
    pub decoding: Decoding,
    /// For universal newlines.
    pub newlines: Option<Newlines>,
    /// Name of the error handler.
    pub errors: String,
}

/// What `getstate` of a decoder gives.
#[derive(Clone, Default)]
pub struct DecoderState {
    /// Bytes that wait for more.
    pub waiting: Vec<u8>,
    /// The rest of the state.
    pub flags: u64,
}

impl Decoder {
    /// Shows the Python object.
    pub fn python(&self) -> Option<&Value> {
        match &self.decoding {
            Decoding::Python(object) => Some(object),
            _ => None,
        }
    }

    /// Is there a decoder at all?
    pub fn is_some(&self) -> bool {
        !matches!(self.decoding, Decoding::None)
    }

    /// The next text.
    pub fn decode(&self, vm: &Vm, input: Vec<u8>, last: bool) -> PyResult<Vec<u8>> {
        let text = match &self.decoding {
            Decoding::None => Vec::new(),
            Decoding::Native(codec, waiting) => {
                let input = if waiting.get().is_empty() {
                    input
                } else {
                    let mut all = waiting.take();
                    all.extend_from_slice(&input);
                    all
                };
                let plain = match codec {
                    Native::Utf8 => std::str::from_utf8(&input).is_ok(),
                    _ => input.is_ascii(),
                };
                if plain {
                    input
                } else {
                    let decoded =
                        decode_native(*codec, &input, last, &mut Handler::decoding(vm, &self.errors));
                    match decoded {
                        Ok(decoded) => {
                            waiting.set(input[decoded.consumed..].to_vec());
                            decoded.text
                        }
                        Err(raised) => return Err(raised),
                    }
                }
            }
            Decoding::Python(decoder) => {
                let text = vm.call_method_str(decoder, "decode", &[vm.bytes(&input), Value::bool(last)])?;
                match text.as_str() {
                    Some(text) => text.bytes().to_vec(),
                    None => {
                        return Err(vm.type_error(format!(
                            "decoder should return a string result, not '{}'",
                            text.type_name(vm)
                        )));
                    }
                }
            }
        };
        Ok(match &self.newlines {
            Some(newlines) => newlines.feed(text, last),
            None => text,
        })
    }

    /// Back to the start.
    pub fn reset(&self, vm: &Vm) -> PyResult<()> {
        if let Some(newlines) = &self.newlines {
            newlines.reset();
        }
        match &self.decoding {
            Decoding::None => Ok(()),
            Decoding::Native(_, waiting) => {
                waiting.take();
                Ok(())
            }
            Decoding::Python(decoder) => vm.call_method_str(decoder, "reset", &[]).map(drop),
        }
    }

    /// The state, from which `set_state` goes on.
    pub fn state(&self, vm: &Vm) -> PyResult<DecoderState> {
        let mut state = match &self.decoding {
            Decoding::None => DecoderState::default(),
            Decoding::Native(_, waiting) => DecoderState { waiting: waiting.get().clone(), flags: 0 },
            Decoding::Python(decoder) => {
                let state = vm.call_method_str(decoder, "getstate", &[])?;
                let Some(tuple) = state.as_tuple() else {
                    return Err(vm.type_error("illegal decoder state"));
                };
                let [waiting, flags] = tuple.items() else {
                    return Err(vm.type_error("illegal decoder state"));
                };
                let Some(bytes) = vm.bytes_of(waiting) else {
                    return Err(vm.type_error(format!(
                        "illegal decoder state: the first item should be a bytes object, not '{}'",
                        waiting.type_name(vm)
                    )));
                };
                DecoderState { waiting: bytes.to_vec(), flags: vm.to_u64(flags)? }
            }
        };
        if let Some(newlines) = &self.newlines {
            state.flags = state.flags << 1 | u64::from(newlines.pending.get());
        }
        Ok(state)
    }

    /// Goes on from a state.
    pub fn set_state(&self, vm: &Vm, state: &DecoderState) -> PyResult<()> {
        let mut flags = state.flags;
        if let Some(newlines) = &self.newlines {
            newlines.pending.set(flags & 1 != 0);
            flags >>= 1;
        }
        match &self.decoding {
            Decoding::None => Ok(()),
            Decoding::Native(_, waiting) => {
                waiting.set(state.waiting.clone());
                Ok(())
            }
            Decoding::Python(decoder) => {
                let state = vm.tuple(vec![vm.bytes(&state.waiting), vm.int_u64(flags)]);
                vm.call_method_str(decoder, "setstate", &[state]).map(drop)
            }
        }
    }
}

/// Adds the bytes of a text to a buffer: what needs no error handler.
#[inline]
pub fn encode_plain(codec: Native, text: &Obj<Str>, out: &mut Vec<u8>) -> bool {
    let plain = text.is_ascii() || (codec == Native::Utf8 && wtf8::find_surrogate(text.bytes()).is_none());
    if plain {
        out.extend_from_slice(text.bytes());
    }
    plain
}

/// The bytes of a text.
pub fn encode_checked(vm: &Vm, codec: Native, errors: &str, text: &Value) -> PyResult<Vec<u8>> {
    let bytes = text.as_str().map_or(&[][..], |text| text.bytes());
    encode_native(codec, bytes, &mut Handler::encoding(vm, errors, text))
}
