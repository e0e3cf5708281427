//! Line ends: what counts as one, their translation, and `IncrementalNewlineDecoder`.

use std::cell::Cell;

use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Signature;
use crate::runtime::object::typedef::{TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

const CR: u8 = 1;
const LF: u8 = 2;
const CRLF: u8 = 4;

/// Translates line ends piece by piece and remembers which kinds came.
#[derive(Default)]
pub struct Newlines {
    /// Makes `\n` of all kinds?
    pub translate: Cell<bool>,
    /// A `\r` waits for what follows.
    pub pending: Cell<bool>,
    seen: Cell<u8>,
}

impl Newlines {
    /// Takes a piece of text (WTF-8), gives what is certain.
    pub fn feed(&self, mut text: Vec<u8>, last: bool) -> Vec<u8> {
        if self.pending.get() && (last || !text.is_empty()) {
            text.insert(0, b'\r');
            self.pending.set(false);
        }
        if !last && text.last() == Some(&b'\r') {
            text.pop();
            self.pending.set(true);
        }
        let Some(first) = memchr::memchr(b'\r', &text) else {
            if self.seen.get() & LF == 0 && memchr::memchr(b'\n', &text).is_some() {
                self.seen.set(self.seen.get() | LF);
            }
            return text;
        };
        let mut seen = self.seen.get();
        let translate = self.translate.get();
        let mut out = Vec::with_capacity(if translate { text.len() } else { 0 });
        if memchr::memchr(b'\n', &text[..first]).is_some() {
            seen |= LF;
        }
        if translate {
            out.extend_from_slice(&text[..first]);
        }
        let mut at = first;
        while at < text.len() {
            let next = memchr::memchr2(b'\r', b'\n', &text[at..]).map_or(text.len(), |n| at + n);
            if translate {
                out.extend_from_slice(&text[at..next]);
            }
            if next == text.len() {
                break;
            }
            let two = text[next] == b'\r' && text.get(next + 1) == Some(&b'\n');
            seen |= if two {
                CRLF
            } else if text[next] == b'\r' {
                CR
            } else {
                LF
            };
            if translate {
                out.push(b'\n');
            }
            at = next + if two { 2 } else { 1 };
        }
        self.seen.set(seen);
        if translate { out } else { text }
    }
    /// Forgets all.
    pub fn reset(&self) {
        self.seen.set(0);
        self.pending.set(false);
    }
    /// The kinds that came, for the attribute `newlines`.
    pub fn seen(&self, vm: &Vm) -> Value {
        let kinds: Vec<Value> = [(CR, "\r"), (LF, "\n"), (CRLF, "\r\n")]
            .iter()
            .filter(|(bit, _)| self.seen.get() & bit != 0)
            .map(|(_, text)| vm.str(*text))
            .collect();
        match kinds.as_slice() {
            [] => Value::NONE,
            [only] => only.clone(),
            _ => vm.tuple(kinds),
        }
    }
}

/// How a reader finds line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// `\n`, because all others are translated or none else count.
    Feed,
    /// `\n`, `\r` and `\r\n`.
    Any,
    /// `\r`
    Return,
    /// `\r\n`
    Both,
}

impl LineEnd {
    /// End of the first line, its end mark included.
    pub fn find(self, text: &[u8]) -> Option<usize> {
        match self {
            LineEnd::Feed => memchr::memchr(b'\n', text).map(|at| at + 1),
            LineEnd::Return => memchr::memchr(b'\r', text).map(|at| at + 1),
            LineEnd::Both => memchr::memmem::find(text, b"\r\n").map(|at| at + 2),
            LineEnd::Any => {
                let at = memchr::memchr2(b'\r', b'\n', text)?;
                if text[at] == b'\n' {
                    Some(at + 1)
                } else {
                    Some(at + 1 + usize::from(text.get(at + 1) == Some(&b'\n')))
                }
            }
        }
    }
}

/// What the argument `newline` of a text stream means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewlineMode {
    /// All kinds are line ends.
    pub universal: bool,
    /// All kinds are read as `\n`.
    pub translate: bool,
    /// How lines are found.
    pub end: LineEnd,
    /// What `\n` is written as, unless as it is.
    pub write: Option<&'static str>,
}

impl NewlineMode {
    /// Of the argument; ValueError for a wrong one.
    pub fn of(vm: &Vm, newline: &Value, function: &str) -> PyResult<NewlineMode> {
        let Some(given) = newline.some() else {
            return Ok(NewlineMode { universal: true, translate: true, end: LineEnd::Feed, write: None });
        };
        let Some(text) = given.as_str() else {
            return Err(vm.type_error(format!(
                "{function}() argument 'newline' must be str or None, not {}",
                given.type_name(vm)
            )));
        };
        let plain = |end, write| NewlineMode { universal: false, translate: false, end, write };
        Ok(match text.bytes() {
            b"" => NewlineMode { universal: true, translate: false, end: LineEnd::Any, write: None },
            b"\n" => plain(LineEnd::Feed, None),
            b"\r" => plain(LineEnd::Return, Some("\r")),
            b"\r\n" => plain(LineEnd::Both, Some("\r\n")),
            _ => {
                let shown = vm.repr_text(given)?;
                return Err(vm.value_error(format!("illegal newline value: {shown}")));
            }
        })
    }
    /// Text to write, with its line ends as they should be; `None`: as it is.
    pub fn written(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mark = self.write?;
        memchr::memchr(b'\n', text)?;
        let mut out = Vec::with_capacity(text.len() + 16);
        for (at, piece) in text.split(|b| *b == b'\n').enumerate() {
            if at > 0 {
                out.extend_from_slice(mark.as_bytes());
            }
            out.extend_from_slice(piece);
        }
        Some(out)
    }
}

/// The payload of `IncrementalNewlineDecoder`.
pub struct NewlineDecoder {
    decoder: LockCell<Value>,
    newlines: Newlines,
}
crate::payload!(NewlineDecoder, "IncrementalNewlineDecoder", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.decoder.get());
    }
    fn clear(&self) {
        self.decoder.set(Value::NONE);
    }
});

static SIGNATURE: Signature =
    Signature::parse("IncrementalNewlineDecoder(decoder, translate, errors='strict')");

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<NewlineDecoder>> {
    let this = vm.cast::<NewlineDecoder>(value)?;
    if this.decoder.get().is_unbound() {
        return Err(vm.value_error("IncrementalNewlineDecoder.__init__() not called"));
    }
    Ok(this)
}

fn decode(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let this = this(vm, &args[0])?;
    let last = match args[2].given() {
        Some(flag) => vm.truth(flag)?,
        None => false,
    };
    let decoder = this.decoder.cloned();
    let text = if decoder.is_none() {
        args[1].clone()
    } else {
        vm.call_method_str(&decoder, "decode", &[args[1].clone(), Value::bool(last)])?
    };
    let Some(string) = text.as_str() else {
        return Err(
            vm.type_error(format!("decoder should return a string result, not '{}'", text.type_name(vm)))
        );
    };
    Ok(vm.str_bytes(&this.newlines.feed(string.bytes().to_vec(), last)))
}

/// `_io.IncrementalNewlineDecoder`
pub static NEWLINE_DECODER: TypeSpec = TypeSpec::new("_io.IncrementalNewlineDecoder", NewlineDecoder::layout)
    .flags(type_flag::BASE)
    .doc(
        "(decoder, translate, errors='strict')",
        "Codec used when reading a file in universal newlines mode.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, _| {
            let new =
                NewlineDecoder { decoder: LockCell::new(Value::UNBOUND), newlines: Newlines::default() };
            Ok(vm.alloc(ty, new).into_value())
        });
        s.init = Some(|vm, object, args| {
            let [decoder, translate, _] = vm.bind_args::<3>(&SIGNATURE, args)?;
            let translate = vm.truth(&translate)?;
            let this = vm.cast::<NewlineDecoder>(object)?;
            this.newlines.translate.set(translate);
            this.newlines.reset();
            this.decoder.set(decoder);
            Ok(())
        });
    })
    .methods(&[
        native("decode(self, /, input, final=False)", decode, ""),
        native(
            "getstate(self, /)",
            |vm, args| {
                let this = this(vm, &args[0])?;
                let decoder = this.decoder.cloned();
                let (buffer, flag) = if decoder.is_none() {
                    (vm.bytes(b""), 0)
                } else {
                    let state = vm.call_method_str(&decoder, "getstate", &[])?;
                    let Some([buffer, flag]) = state.as_tuple().map(|t| t.items()) else {
                        return Err(vm.type_error("illegal decoder state"));
                    };
                    (buffer.clone(), vm.to_i64(flag)?)
                };
                let flag = flag << 1 | i64::from(this.newlines.pending.get());
                Ok(vm.tuple(vec![buffer, vm.int(flag)]))
            },
            "",
        ),
        native(
            "setstate(self, state, /)",
            |vm, args| {
                let this = this(vm, &args[0])?;
                let Some(tuple) = args[1].as_tuple() else {
                    return Err(vm.type_error("state argument must be a tuple"));
                };
                let [buffer, flag] = tuple.items() else {
                    return Err(vm.type_error("illegal state argument"));
                };
                let flag = vm.to_i64(flag)?;
                this.newlines.pending.set(flag & 1 != 0);
                let decoder = this.decoder.cloned();
                if !decoder.is_none() {
                    let state = vm.tuple(vec![buffer.clone(), vm.int(flag >> 1)]);
                    return vm.call_method_str(&decoder, "setstate", &[state]);
                }
                Ok(Value::NONE)
            },
            "",
        ),
        native(
            "reset(self, /)",
            |vm, args| {
                let this = this(vm, &args[0])?;
                this.newlines.reset();
                let decoder = this.decoder.cloned();
                if decoder.is_none() { Ok(Value::NONE) } else { vm.call_method_str(&decoder, "reset", &[]) }
            },
            "",
        ),
    ])
    .getset(&[getter("newlines", |vm, d| Ok(this(vm, d)?.newlines.seen(vm)), "")]);
