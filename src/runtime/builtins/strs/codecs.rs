//! Encoding and decoding of text: the codecs that are native, their error handlers, and the way to all others, which
//! the module `_codecs` keeps.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::codec::wide::{self, Order};
use crate::runtime::text::codec::{
    CodecError, DecodeHandler, Decoded, EncodeHandler, Policy, Replacement, escapes, single, utf7, utf8,
};
use crate::runtime::text::wtf8;
use crate::runtime::value::Value;

/// A codec that needs no registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Native {
    /// UTF-8.
    Utf8,
    /// ASCII.
    Ascii,
    /// Latin-1.
    Latin1,
    /// UTF-16 with a mark or in the given order.
    Utf16(Order),
    /// UTF-32 with a mark or in the given order.
    Utf32(Order),
    /// UTF-7.
    Utf7,
    /// `raw_unicode_escape`
    RawUnicodeEscape,
}

impl Native {
    /// By name, spelled in any of the usual ways.
    pub fn from_name(name: &str) -> Option<Native> {
        if name == "utf-8" {
            return Some(Native::Utf8);
        }
        // Runs of punctuation are one underscore. No name is longer.
        let mut normal = [0; 24];
        let mut length = 0;
        for byte in name.bytes() {
            let kept = if byte.is_ascii_alphanumeric() || byte == b'.' {
                byte.to_ascii_lowercase()
            } else if length > 0 && normal[length - 1] != b'_' {
                b'_'
            } else {
                continue;
            };
            *normal.get_mut(length)? = kept;
            length += 1;
        }
        let normal = std::str::from_utf8(&normal[..length]).ok()?;
        Some(match normal.trim_end_matches('_') {
            "utf_8" | "utf8" => Native::Utf8,
            "ascii" | "us_ascii" => Native::Ascii,
            "latin_1" | "latin1" | "iso_8859_1" | "iso8859_1" => Native::Latin1,
            "utf_16" | "utf16" => Native::Utf16(Order::Marked),
            "utf_16_le" | "utf_16le" => Native::Utf16(Order::Little),
            "utf_16_be" | "utf_16be" => Native::Utf16(Order::Big),
            "utf_32" | "utf32" => Native::Utf32(Order::Marked),
            "utf_32_le" | "utf_32le" => Native::Utf32(Order::Little),
            "utf_32_be" | "utf_32be" => Native::Utf32(Order::Big),
            "utf_7" | "utf7" => Native::Utf7,
            "raw_unicode_escape" => Native::RawUnicodeEscape,
            _ => return None,
        })
    }
}

/// Asks the error handler of a name.
pub struct Handler<'a> {
    vm: &'a Vm,
    errors: &'a str,
    /// The text being encoded; made on demand when bytes are decoded.
    object: Option<Value>,
    /// A handler from the registry, once it was needed.
    callback: Option<Value>,
}

impl<'a> Handler<'a> {
    /// For encoding a text.
    pub fn encoding(vm: &'a Vm, errors: &'a str, text: &Value) -> Handler<'a> {
        Handler { vm, errors, object: Some(text.clone()), callback: None }
    }
    /// For decoding bytes.
    pub fn decoding(vm: &'a Vm, errors: &'a str) -> Handler<'a> {
        Handler { vm, errors, object: None, callback: None }
    }

    fn policy(&self) -> Option<Policy> {
        Policy::from_name(self.errors.as_bytes())
    }

    fn object(&mut self, input: &[u8]) -> Value {
        let vm = self.vm;
        self.object.get_or_insert_with(|| vm.bytes(input)).clone()
    }

    fn exception_args(&mut self, error: &CodecError, input: &[u8]) -> Vec<Value> {
        let object = self.object(input);
        let vm = self.vm;
        vec![
            vm.str(error.encoding),
            object,
            vm.int_usize(error.start),
            vm.int_usize(error.end),
            vm.str(&*error.reason),
        ]
    }

    /// Calls the handler that the registry has under the name; gives the replacement and the position.
    fn call(
        &mut self,
        class: &'static crate::runtime::object::typedef::TypeSpec,
        args: Vec<Value>,
    ) -> PyResult<(Value, Value)> {
        let vm = self.vm;
        let callback = match &self.callback {
            Some(callback) => callback.clone(),
            None => {
                let callback = vm.codec_error_handler(self.errors)?;
                self.callback = Some(callback.clone());
                callback
            }
        };
        let class = vm.typ(class).clone();
        let exception = vm.call_args(class.value(), &args)?;
        let result = vm.call1(&callback, &exception)?;
        match result.as_tuple().map(|tuple| tuple.items()) {
            Some([replacement, position]) => Ok((replacement.clone(), position.clone())),
            _ => Ok((Value::NONE, Value::NONE)),
        }
    }

    fn position(&self, given: &Value, length: usize) -> PyResult<usize> {
        let at = self.vm.to_ssize(given)?;
        let real = if at < 0 { at + length as isize } else { at };
        if real < 0 || real as usize > length {
            return Err(self.vm.index_error(format!("position {at} from error handler out of bounds")));
        }
        Ok(real as usize)
    }
}

impl DecodeHandler for Handler<'_> {
    type Error = Raised;

    fn decode_error(&mut self, error: CodecError, input: &[u8]) -> PyResult<(Vec<u8>, usize)> {
        let vm = self.vm;
        match self.policy() {
            Some(Policy::XmlCharRefReplace | Policy::NameReplace) => {
                Err(vm.type_error("don't know how to handle UnicodeDecodeError in error callback"))
            }
            Some(mut policy) => match policy.decode_error(error, input) {
                Ok(result) => Ok(result),
                Err(error) => {
                    let args = self.exception_args(&error, input);
                    Err(vm.raise_args(&exc::UNICODE_DECODE_ERROR, args))
                }
            },
            None => {
                let args = self.exception_args(&error, input);
                let (replacement, position) = self.call(&exc::UNICODE_DECODE_ERROR, args)?;
                let (Some(text), true) = (replacement.as_str(), vm.is_int(&position)) else {
                    return Err(vm.type_error("decoding error handler must return (str, int) tuple"));
                };
                let next = self.position(&position, input.len())?;
                Ok((text.bytes().to_vec(), next))
            }
        }
    }
}

impl EncodeHandler for Handler<'_> {
    type Error = Raised;

    fn encode_error(&mut self, error: CodecError, part: &[u8]) -> PyResult<(Replacement, usize)> {
        let vm = self.vm;
        if let Some(mut policy) = self.policy() {
            return match policy.encode_error(error, part) {
                Ok(result) => Ok(result),
                Err(error) => Err(self.refuse(error)),
            };
        }
        let args = self.exception_args(&error, &[]);
        let (replacement, position) = self.call(&exc::UNICODE_ENCODE_ERROR, args)?;
        let length = self.object.as_ref().and_then(Value::as_str).map_or(0, |text| text.len());
        let put = match (replacement.as_str(), vm.bytes_of(&replacement)) {
            (Some(text), _) => Replacement::Text(text.bytes().to_vec()),
            (_, Some(bytes)) => Replacement::Bytes(bytes.to_vec()),
            _ => return Err(vm.type_error("encoding error handler must return (str/bytes, int) tuple")),
        };
        if !vm.is_int(&position) {
            return Err(vm.type_error("encoding error handler must return (str/bytes, int) tuple"));
        }
        let next = self.position(&position, length)?;
        Ok((put, next))
    }

    fn refuse(&mut self, error: CodecError) -> Raised {
        let args = self.exception_args(&error, &[]);
        self.vm.raise_args(&exc::UNICODE_ENCODE_ERROR, args)
    }
}

/// Encodes with a native codec.
pub fn encode_native(codec: Native, text: &[u8], handler: &mut Handler) -> PyResult<Vec<u8>> {
    match codec {
        Native::Utf8 => utf8::encode(text, handler),
        Native::Ascii => single::encode_ascii(text, handler),
        Native::Latin1 => single::encode_latin1(text, handler),
        Native::Utf16(order) => wide::encode_utf16(text, order, handler),
        Native::Utf32(order) => wide::encode_utf32(text, order, handler),
        Native::Utf7 => Ok(utf7::encode(text)),
        Native::RawUnicodeEscape => Ok(escapes::encode_raw_unicode_escape(text)),
    }
}

/// Decodes with a native codec.
pub fn decode_native(codec: Native, input: &[u8], last: bool, handler: &mut Handler) -> PyResult<Decoded> {
    match codec {
        Native::Utf8 => utf8::decode(input, last, handler),
        Native::Ascii => single::decode_ascii(input, handler),
        Native::Latin1 => Ok(Decoded { text: single::decode_latin1(input), consumed: input.len() }),
        Native::Utf16(order) => wide::decode_utf16(input, order, last, handler).map(|wide| wide.decoded),
        Native::Utf32(order) => wide::decode_utf32(input, order, last, handler).map(|wide| wide.decoded),
        Native::Utf7 => utf7::decode(input, last, handler),
        Native::RawUnicodeEscape => escapes::decode_raw_unicode_escape(input, last, handler),
    }
}

/// `text.encode(encoding, errors)`
pub fn encode_method(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (encoding, errors) = names(vm, args, "encode")?;
    vm.encode(&args[0], encoding, errors)
}

/// The second and third argument of `encode` and `decode`.
pub fn names<'a>(vm: &Vm, args: &'a [Value], function: &str) -> PyResult<(&'a str, &'a str)> {
    let name = |at: usize, what: &str, default: &'static str| match args[at].given() {
        None => Ok(default),
        Some(value) => {
            vm.text(value, format_args!("{function}() argument '{what}'"))?;
            let name = vm.utf8(value)?;
            if name.contains('\0') {
                return Err(vm.value_error("embedded null character"));
            }
            Ok(name)
        }
    };
    Ok((name(1, "encoding", "utf-8")?, name(2, "errors", "strict")?))
}

impl Vm {
    /// `text.encode(encoding, errors)`
    pub fn encode(&self, value: &Value, encoding: &str, errors: &str) -> PyResult<Value> {
        self.check_codec_names(encoding, errors)?;
        let text = super::this(self, value)?;
        let Some(codec) = Native::from_name(encoding) else {
            return self.encode_registered(value, encoding, errors);
        };
        let whole = match codec {
            Native::Ascii | Native::Latin1 => text.is_ascii(),
            Native::Utf8 => text.is_ascii() || wtf8::find_surrogate(text.bytes()).is_none(),
            _ => false,
        };
        if whole {
            return Ok(self.bytes(text.bytes()));
        }
        let bytes = encode_native(codec, text.bytes(), &mut Handler::encoding(self, errors, value))?;
        Ok(self.bytes(&bytes))
    }

    /// `bytes.decode(encoding, errors)`
    pub fn decode(&self, bytes: &[u8], encoding: &str, errors: &str) -> PyResult<Value> {
        self.check_codec_names(encoding, errors)?;
        let Some(codec) = Native::from_name(encoding) else {
            return self.decode_registered(bytes, encoding, errors);
        };
        let whole = match codec {
            Native::Utf8 => std::str::from_utf8(bytes).is_ok(),
            Native::Ascii | Native::Latin1 => bytes.is_ascii(),
            _ => false,
        };
        if whole {
            return Ok(self.str_bytes(bytes));
        }
        let decoded = decode_native(codec, bytes, true, &mut Handler::decoding(self, errors))?;
        Ok(self.str_bytes(&decoded.text))
    }

    /// What `codecs.lookup` gives, or LookupError.
    pub fn codec_lookup(&self, encoding: &str) -> PyResult<Value> {
        crate::runtime::stdlib::codecs::lookup(self, encoding)
    }

    /// What `codecs.lookup_error` gives, or LookupError.
    pub fn codec_error_handler(&self, name: &str) -> PyResult<Value> {
        let module = self.import("_codecs");
        let Some(module) = self.catch(module, &exc::IMPORT_ERROR)? else {
            return Err(self.lookup_error(format!("unknown error handler name '{name}'")));
        };
        let lookup = self.getattr_str(&module, "lookup_error")?;
        self.call1(&lookup, &self.str(name))
    }

    /// A text encoding from the registry: its function that stands at `at` of the codec's tuple.
    fn text_codec(&self, encoding: &str, at: i64, instead: &str) -> PyResult<Value> {
        let codec = self.codec_lookup(encoding)?;
        if let Some(flag) = self.getattr_opt(&codec, self.intern("_is_text_encoding").value())?
            && !self.truth(&flag)?
        {
            return Err(self.lookup_error(format!(
                "'{encoding}' is not a text encoding; use {instead} to handle arbitrary codecs"
            )));
        }
        self.getitem(&codec, &self.int(at))
    }

    /// In the development mode names are looked up even if nothing depends on them.
    #[inline]
    fn check_codec_names(&self, encoding: &str, errors: &str) -> PyResult<()> {
        if !self.interp().dev_mode.get() {
            return Ok(());
        }
        if Native::from_name(encoding).is_none() {
            self.codec_lookup(encoding)?;
        }
        if crate::runtime::text::codec::Policy::from_name(errors.as_bytes()).is_none() {
            let codecs = self.import("_codecs")?;
            let lookup = self.getattr_str(&codecs, "lookup_error")?;
            self.call1(&lookup, &self.str(errors))?;
        }
        Ok(())
    }

    fn encode_registered(&self, text: &Value, encoding: &str, errors: &str) -> PyResult<Value> {
        let encoder = self.text_codec(encoding, 0, "codecs.encode()")?;
        let result = self.call_args(&encoder, &[text.clone(), self.str(errors)]).map_err(|raised| {
            crate::runtime::stdlib::codecs::note_failure(self, raised, "encoding", encoding)
        })?;
        let Some([encoded, _]) = result.as_tuple().map(|tuple| tuple.items()) else {
            return Err(self.type_error("encoder must return a tuple (object, integer)"));
        };
        if let Some(bytes) = self.bytes_of(encoded) {
            return Ok(if encoded.kind() == crate::runtime::object::typedef::kind::BYTES {
                encoded.clone()
            } else {
                self.bytes(bytes)
            });
        }
        Err(self.type_error(format!(
            "'{encoding}' encoder returned '{}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types",
            encoded.type_name(self)
        )))
    }

    fn decode_registered(&self, bytes: &[u8], encoding: &str, errors: &str) -> PyResult<Value> {
        let decoder = self.text_codec(encoding, 1, "codecs.decode()")?;
        let result = self.call_args(&decoder, &[self.bytes(bytes), self.str(errors)]).map_err(|raised| {
            crate::runtime::stdlib::codecs::note_failure(self, raised, "decoding", encoding)
        })?;
        let Some([decoded, _]) = result.as_tuple().map(|tuple| tuple.items()) else {
            return Err(self.type_error("decoder must return a tuple (object,integer)"));
        };
        if decoded.as_str().is_some() {
            return Ok(decoded.clone());
        }
        Err(self.type_error(format!(
            "'{encoding}' decoder returned '{}' instead of 'str'; use codecs.decode() to decode to arbitrary types",
            decoded.type_name(self)
        )))
    }
}
