//! `_json`: strings of JSON both ways; `scan` has the scanner, `encode` the encoder.

use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::text::wtf8;
use crate::runtime::value::{Obj, Value};

mod encode;
mod scan;

/// `_json`
pub static MODULE: NativeModule = NativeModule {
    name: "_json",
    doc: "Reading and writing JSON.",
    functions: &[
        native(
            "scanstring(string, end, strict=True, /)",
            scan::scan_string,
            "Read a JSON string whose opening quote stands right before index end.\n\nReturns the text and the index behind the closing quote. Unless strict, control characters may stand in it.",
        ),
        native(
            "encode_basestring(object, /)",
            |vm, args| quoted(vm, &args[0], quote),
            "A string as JSON writes it, other than ASCII characters as they are.",
        ),
        native(
            "encode_basestring_ascii(object, /)",
            |vm, args| quoted(vm, &args[0], quote_ascii),
            "A string as JSON writes it, in ASCII characters.",
        ),
    ],
    init: |vm, dict| {
        let scanner = vm.typ(&scan::SCANNER).value().clone();
        vm.set_in(dict, "make_scanner", scanner);
        let encoder = vm.typ(&encode::ENCODER).value().clone();
        vm.set_in(dict, "make_encoder", encoder);
        Ok(())
    },
};

fn not_text(vm: &Vm, value: &Value) -> Raised {
    vm.type_error(format!("first argument must be a string, not {}", value.type_name(vm)))
}

fn quoted(vm: &Vm, value: &Value, quote: fn(&[u8], &mut Vec<u8>)) -> PyResult<Value> {
    let Some(text) = value.as_str() else { return Err(not_text(vm, value)) };
    let mut out = Vec::with_capacity(text.bytes().len() + 2);
    quote(text.bytes(), &mut out);
    Ok(vm.str_bytes(&out))
}

/// The letter behind the backslash of a short escape; `u` for a long one, 0 for what stands for itself.
static ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 0x20 {
        table[at] = b'u';
        at += 1;
    }
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table[8] = b'b';
    table[12] = b'f';
    table[b'\n' as usize] = b'n';
    table[b'\r' as usize] = b'r';
    table[b'\t' as usize] = b't';
    table
};

fn push_escape(out: &mut Vec<u8>, unit: u32) {
    out.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        out.push(b"0123456789abcdef"[(unit >> shift & 15) as usize]);
    }
}

/// Writes a text with quotes and the escapes that JSON demands.
fn quote(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut done = 0;
    for (at, &byte) in text.iter().enumerate() {
        let escape = ESCAPES[byte as usize];
        if escape == 0 {
            continue;
        }
        out.extend_from_slice(&text[done..at]);
        done = at + 1;
        match escape {
            b'u' => push_escape(out, u32::from(byte)),
            letter => out.extend_from_slice(&[b'\\', letter]),
        }
    }
    out.extend_from_slice(&text[done..]);
    out.push(b'"');
}

/// Has one of eight bytes to be escaped?
#[inline(always)]
fn escapes_any(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const TOPS: u64 = ONES << 7;
    // Some byte is below `limit`, which is at most 0x80; what borrows carry on matters only where the answer is yes.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (word | below(word, 0x20) | is(b'"') | is(b'\\') | is(0x7f)) & TOPS != 0
}

/// Is a text as good as its JSON in ASCII?
#[inline(always)]
fn is_plain(text: &[u8]) -> bool {
    if let Some(last) = text.last_chunk::<8>() {
        let (chunks, _) = text.as_chunks::<8>();
        return chunks.iter().chain([last]).all(|chunk| !escapes_any(u64::from_le_bytes(*chunk)));
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return !escapes_any(u64::from(first) << 32 | u64::from(last));
    }
    text.iter().all(|byte| ESCAPES[usize::from(*byte)] == 0 && *byte < 0x7f)
}

/// As [`quote`], in ASCII characters alone.
fn quote_ascii(text: &[u8], out: &mut Vec<u8>) {
    if is_plain(text) {
        out.reserve(text.len() + 2);
        out.push(b'"');
        out.extend_from_slice(text);
        out.push(b'"');
        return;
    }
    out.push(b'"');
    let (mut at, mut done) = (0, 0);
    while at < text.len() {
        let byte = text[at];
        let escape = ESCAPES[byte as usize];
        if escape == 0 && byte < 0x7f {
            at += 1;
            continue;
        }
        out.extend_from_slice(&text[done..at]);
        if byte >= 0x7f || escape == b'u' {
            let (point, width) = wtf8::decode_at(text, at);
            at += width;
            if point >= 0x10000 {
                push_escape(out, 0xd800 + ((point - 0x10000) >> 10));
                push_escape(out, 0xdc00 + ((point - 0x10000) & 0x3ff));
            } else {
                push_escape(out, point);
            }
        } else {
            out.extend_from_slice(&[b'\\', escape]);
            at += 1;
        }
        done = at;
    }
    out.extend_from_slice(&text[done..]);
    out.push(b'"');
}

/// The index of the character at a byte offset.
fn index_at(text: &Obj<Str>, offset: usize) -> usize {
    crate::runtime::builtins::strs::char_index(text, offset)
}
