//! The scanner: from JSON text to objects. It works on the bytes of the text; offsets become indices where they are shown.
//!
//! As in CPython a value that is missing raises StopIteration with its index, which the library turns into an error.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::{index_at, not_text};
use crate::runtime::builtins::floats::FLOAT;
use crate::runtime::builtins::ints::INT;
use crate::runtime::builtins::tools::member;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::number::float_text;
use crate::runtime::object::args::Signature;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::hash::table_hash;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::TypeSpec;
use crate::runtime::object::vm::Vm;
use crate::runtime::text::wtf8;
use crate::runtime::value::{Obj, Payload, Value};

/// The payload of the scanner.
pub struct Scanner {
    strict: bool,
    object_hook: Value,
    object_pairs_hook: Value,
    parse_float: Value,
    parse_int: Value,
    parse_constant: Value,
}

crate::payload!(Scanner, "Scanner", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        let values = [&self.object_hook, &self.object_pairs_hook, &self.parse_float, &self.parse_int, &self.parse_constant];
        values.into_iter().for_each(visit);
    }
});

macro_rules! field {
    ($name:ident) => {
        member(stringify!($name), |vm, this| Ok(vm.cast::<Scanner>(this)?.$name.clone()), "")
    };
}

/// `make_scanner`
pub static SCANNER: TypeSpec = TypeSpec::new("_json.Scanner", Scanner::layout)
    .doc("", "A scanner of JSON text, set up by the attributes of a decoder.")
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("make_scanner(context)");
            let [context] = vm.bind_args(&SIGNATURE, args)?;
            let strict = vm.getattr_str(&context, "strict")?;
            let scanner = Scanner {
                strict: vm.truth(&strict)?,
                object_hook: vm.getattr_str(&context, "object_hook")?,
                object_pairs_hook: vm.getattr_str(&context, "object_pairs_hook")?,
                parse_float: vm.getattr_str(&context, "parse_float")?,
                parse_int: vm.getattr_str(&context, "parse_int")?,
                parse_constant: vm.getattr_str(&context, "parse_constant")?,
            };
            Ok(vm.alloc(ty, scanner).into_value())
        });
        s.call = Some(|vm, this, args| {
            const SIGNATURE: Signature = Signature::parse("scan_once(string, idx)");
            let [string, index] = vm.bind_args(&SIGNATURE, args)?;
            let index = vm.to_ssize(&index)?;
            let Some(text) = string.as_str() else { return Err(not_text(vm, &string)) };
            if index < 0 {
                return Err(vm.value_error("idx cannot be negative"));
            }
            if index as usize >= text.len() {
                return Err(vm.stop_iteration(vm.int(index as i64)));
            }
            let _alive = this.clone();
            let scanner = vm.cast::<Scanner>(this)?;
            let start = text.offset(index as usize);
            let mut scan =
                Scan { vm, scanner, string: &string, text, bytes: text.bytes(), keys: HashMap::default() };
            let (value, end) = scan.value(start)?;
            Ok(vm.tuple(vec![value, vm.int_usize(index_at(text, end))]))
        });
    })
    .getset(&[
        member("strict", |vm, this| Ok(Value::bool(vm.cast::<Scanner>(this)?.strict)), "strict"),
        field!(object_hook),
        field!(object_pairs_hook),
        field!(parse_float),
        field!(parse_int),
        field!(parse_constant),
    ]);

#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = table_hash(bytes);
    }
    fn write_usize(&mut self, _: usize) {}
}

/// One run of the scanner.
struct Scan<'a> {
    vm: &'a Vm,
    scanner: &'a Scanner,
    string: &'a Value,
    text: &'a Obj<Str>,
    bytes: &'a [u8],
    /// Keys of objects without escapes, by how they are written: equal ones are one string.
    keys: HashMap<&'a [u8], Value, BuildHasherDefault<KeyHasher>>,
}

/// A value and the offset behind it.
type Found = PyResult<(Value, usize)>;

/// JSONDecodeError at a byte offset.
#[cold]
fn error(vm: &Vm, message: &str, string: &Value, text: &Obj<Str>, offset: usize) -> Raised {
    let made = vm.import("json.decoder").and_then(|_| {
        let module = vm.interp().modules.cloned().get_str(&vm.intern("json.decoder")).unwrap_or(Value::NONE);
        let class = vm.getattr_str(&module, "JSONDecodeError")?;
        let at = vm.int_usize(index_at(text, offset.min(text.bytes().len())));
        vm.call_args(&class, &[vm.str(message), string.clone(), at])
    });
    match made {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

fn hex(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |value, byte| Some(value << 4 | (*byte as char).to_digit(16)?))
}

/// Reads a string from the offset behind its opening quote.
fn string_at(vm: &Vm, string: &Value, text: &Obj<Str>, start: usize, strict: bool) -> Found {
    let bytes = text.bytes();
    let (mut at, mut done) = (start, start);
    let mut out = Vec::new();
    loop {
        while let Some(&byte) = bytes.get(at)
            && byte != b'"'
            && byte != b'\\'
            && (byte >= 0x20 || !strict)
        {
            at += 1;
        }
        let Some(&byte) = bytes.get(at) else {
            return Err(error(vm, "Unterminated string starting at", string, text, start.saturating_sub(1)));
        };
        if byte == b'"' {
            break;
        }
        if byte != b'\\' {
            return Err(error(vm, "Invalid control character at", string, text, at));
        }
        out.extend_from_slice(&bytes[done..at]);
        at += 1;
        let Some(&letter) = bytes.get(at) else {
            return Err(error(vm, "Unterminated string starting at", string, text, start.saturating_sub(1)));
        };
        at += 1;
        match letter {
            b'"' | b'\\' | b'/' => out.push(letter),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => {
                let bad = |at: usize| error(vm, "Invalid \\uXXXX escape", string, text, at);
                let Some(mut point) = bytes.get(at..at + 4).and_then(hex) else { return Err(bad(at - 1)) };
                at += 4;
                let next = bytes.get(at..at + 6).filter(|next| next.starts_with(b"\\u"));
                if let Some(next) = next
                    && (0xd800..0xdc00).contains(&point)
                {
                    let Some(low) = hex(&next[2..]) else { return Err(bad(at + 1)) };
                    if (0xdc00..0xe000).contains(&low) {
                        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
                        at += 6;
                    }
                }
                wtf8::push(&mut out, point);
            }
            _ => return Err(error(vm, "Invalid \\escape", string, text, at - 2)),
        }
        done = at;
    }
    let value = if out.is_empty() {
        vm.str_bytes(&bytes[start..at])
    } else {
        out.extend_from_slice(&bytes[done..at]);
        vm.str_bytes(&out)
    };
    Ok((value, at + 1))
}

/// `scanstring(string, end, strict=True)`
pub fn scan_string(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let end = vm.to_ssize(&args[1])?;
    let strict = args[2].given().map_or(Ok(true), |strict| vm.truth(strict))?;
    let Some(text) = args[0].as_str() else { return Err(not_text(vm, &args[0])) };
    if end < 0 || end as usize > text.len() {
        return Err(vm.value_error("end is out of bounds"));
    }
    let (value, end) = string_at(vm, &args[0], text, text.offset(end as usize), strict)?;
    Ok(vm.tuple(vec![value, vm.int_usize(index_at(text, end))]))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

impl<'a> Scan<'a> {
    fn error(&self, message: &str, offset: usize) -> Raised {
        error(self.vm, message, self.string, self.text, offset)
    }
    fn spaces(&self, mut at: usize) -> usize {
        while self.bytes.get(at).copied().is_some_and(is_space) {
            at += 1;
        }
        at
    }
    #[cold]
    fn nothing(&self, at: usize) -> Raised {
        self.vm.stop_iteration(self.vm.int_usize(index_at(self.text, at)))
    }
    fn deep(&self, what: &str) -> PyResult<()> {
        let Err(raised) = self.vm.check_native() else { return Ok(()) };
        drop(self.vm.take_raised(raised));
        Err(self.vm.too_deep(&format!(" while decoding a JSON {what} from a unicode string")))
    }

    fn value(&mut self, at: usize) -> Found {
        let rest = &self.bytes[at.min(self.bytes.len())..];
        let Some(&first) = rest.first() else { return Err(self.nothing(at)) };
        match first {
            b'"' => string_at(self.vm, self.string, self.text, at + 1, self.scanner.strict),
            b'{' => {
                self.deep("object")?;
                self.object(at + 1)
            }
            b'[' => {
                self.deep("array")?;
                self.array(at + 1)
            }
            b'n' if rest.starts_with(b"null") => Ok((Value::NONE, at + 4)),
            b't' if rest.starts_with(b"true") => Ok((Value::TRUE, at + 4)),
            b'f' if rest.starts_with(b"false") => Ok((Value::FALSE, at + 5)),
            b'N' if rest.starts_with(b"NaN") => self.constant("NaN", at),
            b'I' if rest.starts_with(b"Infinity") => self.constant("Infinity", at),
            b'-' if rest.starts_with(b"-Infinity") => self.constant("-Infinity", at),
            _ => self.number(at),
        }
    }

    fn constant(&self, name: &str, at: usize) -> Found {
        let value = self.vm.call1(&self.scanner.parse_constant, &self.vm.str(name))?;
        Ok((value, at + name.len()))
    }

    fn number(&self, start: usize) -> Found {
        let (vm, bytes) = (self.vm, self.bytes);
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let digits = |mut at: usize| {
            while digit(at) {
                at += 1;
            }
            at
        };
        let mut at = start + usize::from(bytes[start] == b'-');
        if !digit(at) {
            return Err(self.nothing(start));
        }
        at = if bytes[at] == b'0' { at + 1 } else { digits(at) };
        let mut is_float = false;
        if bytes.get(at) == Some(&b'.') && digit(at + 1) {
            is_float = true;
            at = digits(at + 1);
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            if digit(at + 1 + sign) {
                is_float = true;
                at = digits(at + 1 + sign);
            }
        }
        let text = &bytes[start..at];
        let (parse, plain) =
            if is_float { (&self.scanner.parse_float, &FLOAT) } else { (&self.scanner.parse_int, &INT) };
        if !parse.is(vm.typ(plain).value()) {
            return Ok((vm.call1(parse, &vm.str_ascii(text))?, at));
        }
        if is_float {
            return match float_text::parse(text) {
                Some(x) => Ok((vm.float(x), at)),
                None => Err(self.nothing(start)),
            };
        }
        if text.len() < 18 {
            let (negative, digits) = match text.strip_prefix(b"-") {
                Some(digits) => (true, digits),
                None => (false, text),
            };
            let value = digits.iter().fold(0i64, |value, digit| value * 10 + i64::from(digit - b'0'));
            return Ok((vm.int(if negative { -value } else { value }), at));
        }
        Ok((vm.int_from_text(text, 10, &vm.str_ascii(text))?, at))
    }

    fn array(&mut self, start: usize) -> Found {
        let mut at = self.spaces(start);
        let mut items = Vec::new();
        if self.bytes.get(at) == Some(&b']') {
            return Ok((self.vm.list(items), at + 1));
        }
        loop {
            let (item, end) = self.value(at)?;
            items.push(item);
            at = self.spaces(end);
            match self.bytes.get(at) {
                Some(b']') => return Ok((self.vm.list(items), at + 1)),
                Some(b',') => {}
                _ => return Err(self.error("Expecting ',' delimiter", at)),
            }
            let comma = at;
            at = self.spaces(at + 1);
            if self.bytes.get(at) == Some(&b']') {
                return Err(self.error("Illegal trailing comma before end of array", comma));
            }
        }
    }

    /// The key whose opening quote stands at the offset.
    fn key(&mut self, at: usize) -> Found {
        let mut end = at + 1;
        while let Some(&byte) = self.bytes.get(end)
            && byte != b'"'
            && byte != b'\\'
            && byte >= 0x20
        {
            end += 1;
        }
        if self.bytes.get(end) != Some(&b'"') {
            return string_at(self.vm, self.string, self.text, at + 1, self.scanner.strict);
        }
        let written = &self.bytes[at + 1..end];
        if let Some(key) = self.keys.get(written) {
            return Ok((key.clone(), end + 1));
        }
        let key = self.vm.str_bytes(written);
        self.keys.insert(written, key.clone());
        Ok((key, end + 1))
    }

    fn object(&mut self, start: usize) -> Found {
        let vm = self.vm;
        let has_pairs_hook = !self.scanner.object_pairs_hook.is_none();
        let (table, mut pairs) = (Dict::new(), Vec::new());
        let mut at = self.spaces(start);
        if self.bytes.get(at) == Some(&b'}') {
            at += 1;
        } else {
            loop {
                if self.bytes.get(at) != Some(&b'"') {
                    return Err(self.error("Expecting property name enclosed in double quotes", at));
                }
                let (key, end) = self.key(at)?;
                at = self.spaces(end);
                if self.bytes.get(at) != Some(&b':') {
                    return Err(self.error("Expecting ':' delimiter", at));
                }
                at = self.spaces(at + 1);
                let (value, end) = self.value(at)?;
                if has_pairs_hook {
                    pairs.push(vm.tuple(vec![key, value]));
                } else if let Some(text) = key.as_str() {
                    drop(table.insert_str(text, value));
                }
                at = self.spaces(end);
                match self.bytes.get(at) {
                    Some(b'}') => {
                        at += 1;
                        break;
                    }
                    Some(b',') => {}
                    _ => return Err(self.error("Expecting ',' delimiter", at)),
                }
                let comma = at;
                at = self.spaces(at + 1);
                if self.bytes.get(at) == Some(&b'}') {
                    return Err(self.error("Illegal trailing comma before end of object", comma));
                }
            }
        }
        if has_pairs_hook {
            return Ok((vm.call1(&self.scanner.object_pairs_hook, &vm.list(pairs))?, at));
        }
        let object = vm.dict(table).into_value();
        if !self.scanner.object_hook.is_none() {
            return Ok((vm.call1(&self.scanner.object_hook, &object)?, at));
        }
        Ok((object, at))
    }
}
