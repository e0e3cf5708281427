//! `marshal`: dx's own form of serialised constants and code (CPython calls its form undocumented and version bound too):
//! a tag, then `bytecode::store` for code and a plain encoding for everything else.

use crate::runtime::bytecode::code::CodeData;
use crate::runtime::bytecode::store;
use crate::runtime::error::PyResult;
use crate::runtime::interp::code::Code;
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{Ref, Value};

/// Deepest nesting that is written or read.
const MAX_DEPTH: usize = 2000;

/// `marshal`
pub static MODULE: NativeModule = NativeModule {
    name: "marshal",
    doc: "This module contains functions that can read and write Python values in\na binary format.",
    functions: &[
        native(
            "dumps(value, version=5, /, *, allow_code=True)",
            |vm, args| {
                let allow = args[2].given().map_or(Ok(true), |a| vm.truth(a))?;
                let mut out = Vec::new();
                write(vm, &args[0], allow, 0, &mut out)?;
                Ok(vm.bytes(&out))
            },
            "Return the bytes object that would be written to a file by dump(value, file).",
        ),
        native(
            "loads(bytes, /, *, allow_code=True)",
            |vm, args| {
                let allow = args[1].given().map_or(Ok(true), |a| vm.truth(a))?;
                let bytes = vm.with_buffer(&args[0], <[u8]>::to_vec)?;
                let mut reader = Reader { bytes: &bytes, at: 0, allow };
                reader.value(vm, 0)
            },
            "Convert the bytes-like object to a value.",
        ),
        native(
            "dump(value, file, version=5, /, *, allow_code=True)",
            |vm, args| {
                let allow = args[3].given().map_or(Ok(true), |a| vm.truth(a))?;
                let mut out = Vec::new();
                write(vm, &args[0], allow, 0, &mut out)?;
                vm.call_method(&args[1], &vm.names().write, &[vm.bytes(&out)])
            },
            "Write the value on the open file.",
        ),
        native(
            "load(file, /, *, allow_code=True)",
            |vm, args| {
                let allow = args[1].given().map_or(Ok(true), |a| vm.truth(a))?;
                let data = vm.call_method(&args[0], &vm.names().read, &[])?;
                let bytes = vm.with_buffer(&data, <[u8]>::to_vec)?;
                let mut reader = Reader { bytes: &bytes, at: 0, allow };
                let value = reader.value(vm, 0)?;
                let rest = bytes.len() - reader.at;
                if rest > 0 {
                    let seek = vm.intern("seek");
                    vm.call_method(&args[0], &seek, &[vm.int(-(rest as i64)), vm.int(1)])?;
                }
                Ok(value)
            },
            "Read one value from the open file and return it.",
        ),
    ],
    init: |vm, dict| {
        vm.set_ints_in(dict, &[("version", 5)]);
        Ok(())
    },
};

/// A code object's form.
pub fn code_bytes(code: &CodeData) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, b'c', &store::write(code));
    out
}

fn put(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(bytes);
}

fn write(vm: &Vm, value: &Value, allow: bool, depth: usize, out: &mut Vec<u8>) -> PyResult<()> {
    if depth > MAX_DEPTH {
        return Err(vm.value_error("object too deeply nested to marshal"));
    }
    use crate::runtime::object::typedef::kind;
    if let Some(i) = value.as_small() {
        out.push(b'i');
        out.extend(i.to_le_bytes());
        return Ok(());
    }
    if let Some(b) = value.as_bool() {
        out.push(if b { b'T' } else { b'F' });
        return Ok(());
    }
    for (immediate, tag) in [(Value::NONE, b'N'), (Value::ELLIPSIS, b'.'), (Value::NOT_IMPLEMENTED, b'!')] {
        if value.is(&immediate) {
            out.push(tag);
            return Ok(());
        }
    }
    let is_stop = value.as_type().is_some_and(|t| {
        t.address() == vm.typ(&crate::runtime::builtins::exceptions::STOP_ITERATION).address()
    });
    if is_stop {
        out.push(b'S');
        return Ok(());
    }
    if value.as_tagged_float().is_some() || value.kind() == kind::FLOAT {
        out.push(b'g');
        out.extend(vm.to_f64(value)?.to_bits().to_le_bytes());
        return Ok(());
    }
    let items = |tag: u8, items: &[Value], out: &mut Vec<u8>| -> PyResult<()> {
        out.push(tag);
        out.extend((items.len() as u64).to_le_bytes());
        for item in items {
            write(vm, item, allow, depth + 1, out)?;
        }
        Ok(())
    };
    match value.kind() {
        kind::INT => {
            let text = vm.repr_string(value)?;
            put(out, b'l', &text);
        }
        kind::STR => {
            let text = value.as_str().map(|t| (t.bytes().to_vec(), t.is_interned())).unwrap_or_default();
            put(out, if text.1 { b't' } else { b'u' }, &text.0);
        }
        kind::BYTES | kind::BYTEARRAY => {
            let bytes = vm.with_buffer(value, <[u8]>::to_vec)?;
            put(out, b's', &bytes);
        }
        kind::COMPLEX => {
            out.push(b'y');
            for part in ["real", "imag"] {
                let part = vm.getattr_str(value, part)?;
                out.extend(vm.to_f64(&part)?.to_bits().to_le_bytes());
            }
        }
        kind::TUPLE => items(b'(', &vm.collect(value)?, out)?,
        kind::LIST => items(b'[', &vm.collect(value)?, out)?,
        kind::SET => items(b'<', &vm.collect(value)?, out)?,
        kind::FROZENSET => items(b'>', &vm.collect(value)?, out)?,
        kind::SLICE => {
            let parts = ["start", "stop", "step"].map(|p| vm.getattr_str(value, p));
            let [a, b, c] = parts;
            items(b':', &[a?, b?, c?], out)?;
        }
        kind::DICT => {
            let pairs = value.as_dict().map(|d| d.entries()).unwrap_or_default();
            let flat: Vec<Value> = pairs.into_iter().flat_map(|(k, v)| [k, v]).collect();
            items(b'{', &flat, out)?;
        }
        kind::CODE => {
            if !allow {
                return Err(vm.value_error("marshalling code objects is disallowed"));
            }
            let code = vm.cast::<Code>(value)?;
            let data = vm.code_data(code)?;
            out.extend(code_bytes(&data));
        }
        _ => {
            let is_buffer = vm.has_buffer(value);
            if is_buffer {
                let bytes = vm.with_buffer(value, <[u8]>::to_vec)?;
                put(out, b's', &bytes);
            } else {
                return Err(vm.value_error("unmarshallable object"));
            }
        }
    }
    Ok(())
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    allow: bool,
}

impl Reader<'_> {
    fn take(&mut self, vm: &Vm, n: usize) -> PyResult<&[u8]> {
        match self.bytes.get(self.at..self.at.saturating_add(n)) {
            Some(piece) => {
                self.at += n;
                Ok(piece)
            }
            None => Err(vm.eof_error("marshal data too short")),
        }
    }
    fn number(&mut self, vm: &Vm) -> PyResult<u64> {
        let mut word = [0; 8];
        word.copy_from_slice(self.take(vm, 8)?);
        Ok(u64::from_le_bytes(word))
    }
    fn counted(&mut self, vm: &Vm) -> PyResult<Vec<u8>> {
        let n = self.number(vm)? as usize;
        Ok(self.take(vm, n)?.to_vec())
    }
    fn items(&mut self, vm: &Vm, depth: usize) -> PyResult<Vec<Value>> {
        let n = self.number(vm)? as usize;
        if n > self.bytes.len() {
            return Err(vm.value_error("bad marshal data (size out of range)"));
        }
        (0..n).map(|_| self.value(vm, depth + 1)).collect()
    }
    fn value(&mut self, vm: &Vm, depth: usize) -> PyResult<Value> {
        if depth > MAX_DEPTH {
            return Err(vm.value_error("recursion limit exceeded"));
        }
        let tag = self.take(vm, 1)?[0];
        Ok(match tag {
            b'N' => Value::NONE,
            b'T' => Value::TRUE,
            b'F' => Value::FALSE,
            b'.' => Value::ELLIPSIS,
            b'!' => Value::NOT_IMPLEMENTED,
            b'S' => vm.typ(&crate::runtime::builtins::exceptions::STOP_ITERATION).value().clone(),
            b'i' => vm.int(self.number(vm)? as i64),
            b'g' => vm.float(f64::from_bits(self.number(vm)?)),
            b'y' => vm.complex(f64::from_bits(self.number(vm)?), f64::from_bits(self.number(vm)?)),
            b'l' => {
                let text = self.counted(vm)?;
                vm.int_from_literal(&String::from_utf8_lossy(&text))?
            }
            b'u' | b't' => {
                let bytes = self.counted(vm)?;
                if !crate::runtime::text::wtf8::is_valid(&bytes) {
                    return Err(vm.value_error("bad marshal data (invalid text)"));
                }
                let text = vm.str_bytes(&bytes);
                if tag == b't' { vm.intern_value(&text).map_or(text, Ref::into_value) } else { text }
            }
            b's' => vm.bytes(&self.counted(vm)?),
            b'(' => vm.tuple(self.items(vm, depth)?),
            b'[' => vm.list(self.items(vm, depth)?),
            b'<' => {
                let set = vm.new_set();
                for item in self.items(vm, depth)? {
                    vm.set_add(&set, item)?;
                }
                set
            }
            b'>' => vm.frozenset(self.items(vm, depth)?)?,
            b':' => match <[Value; 3]>::try_from(self.items(vm, depth)?) {
                Ok([a, b, c]) => vm.slice(a, b, c),
                Err(_) => return Err(vm.value_error("bad marshal data (slice)")),
            },
            b'{' => {
                let dict = vm.new_dict();
                let mut flat = self.items(vm, depth)?.into_iter();
                while let (Some(key), Some(value)) = (flat.next(), flat.next()) {
                    dict.insert(vm, key, value)?;
                }
                dict.into_value()
            }
            b'c' => {
                if !self.allow {
                    return Err(vm.value_error("unmarshalling code objects is disallowed"));
                }
                let bytes = self.counted(vm)?;
                let data = store::Blob::new(&bytes).and_then(|blob| blob.whole(blob.root()));
                match data {
                    Ok(data) => match crate::runtime::bytecode::verify::verify(&data) {
                        Ok(()) => vm.code(&data)?.into_value(),
                        Err(problem) => return Err(vm.value_error(format!("bad marshal data ({problem})"))),
                    },
                    Err(problem) => return Err(vm.value_error(format!("bad marshal data ({problem})"))),
                }
            }
            _ => return Err(vm.value_error("bad marshal data (unknown type code)")),
        })
    }
}
