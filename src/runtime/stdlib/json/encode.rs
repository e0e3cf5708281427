//! The encoder: from objects to JSON text.

use std::borrow::Cow;

use super::{quote, quote_ascii};
use crate::runtime::builtins::descr::NativeFunction;
use crate::runtime::builtins::tools::member;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::number::float_text;
use crate::runtime::object::args::Signature;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{TypeSpec, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Ref, Value};

/// How strings are written.
#[derive(Clone, Copy)]
enum Quoting {
    Plain,
    Ascii,
    /// By the function of the encoder.
    Called,
}

/// The payload of the encoder.
pub struct Encoder {
    markers: Option<Ref<Dict>>,
    default: Value,
    encoder: Value,
    indent: Value,
    key_separator: Ref<Str>,
    item_separator: Ref<Str>,
    sort_keys: bool,
    skipkeys: bool,
    allow_nan: bool,
    quoting: Quoting,
}

crate::payload!(Encoder, "Encoder", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(markers) = &self.markers {
            visit(markers.value());
        }
        visit(&self.default);
        visit(&self.encoder);
        visit(&self.indent);
    }
});

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Encoder>> {
    vm.cast::<Encoder>(value)
}

/// `make_encoder`
pub static ENCODER: TypeSpec = TypeSpec::new("_json.Encoder", Encoder::layout)
    .doc(
        "",
        "An encoder of JSON text: markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan.",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse(
                "make_encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
            );
            let [markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan] =
                vm.bind_args(&SIGNATURE, args)?;
            let separator = |value: &Value, number: usize| -> PyResult<Ref<Str>> {
                value.downcast_ref::<Str>().ok_or_else(|| {
                    vm.type_error(format!("make_encoder() argument {number} must be str, not {}", value.type_name(vm)))
                })
            };
            let (key_separator, item_separator) = (separator(&key_separator, 5)?, separator(&item_separator, 6)?);
            let quoting = match encoder.downcast::<NativeFunction>().map(|function| function.def.name()) {
                Some("encode_basestring") => Quoting::Plain,
                Some("encode_basestring_ascii") => Quoting::Ascii,
                _ => Quoting::Called,
            };
            if !markers.is_none() && markers.as_dict().is_none() {
                return Err(vm.type_error(format!(
                    "make_encoder() argument 1 must be dict or None, not {}",
                    markers.type_name(vm)
                )));
            }
            let encoder = Encoder {
                markers: markers.downcast_ref::<Dict>(),
                default,
                encoder,
                indent,
                key_separator,
                item_separator,
                sort_keys: vm.truth(&sort_keys)?,
                skipkeys: vm.truth(&skipkeys)?,
                allow_nan: vm.truth(&allow_nan)?,
                quoting,
            };
            Ok(vm.alloc(ty, encoder).into_value())
        });
        s.call = Some(|vm, callable, args| {
            const SIGNATURE: Signature = Signature::parse("_iterencode(obj, _current_indent_level)");
            let [object, level] = vm.bind_args(&SIGNATURE, args)?;
            let level = vm.to_ssize(&level)?.max(0) as usize;
            let _alive = callable.clone();
            let encoder = this(vm, callable)?;
            let mut line = Vec::new();
            if !encoder.indent.is_none() {
                let Some(indent) = encoder.indent.as_str() else {
                    return Err(vm.type_error(format!("indent must be str, not {}", encoder.indent.type_name(vm))));
                };
                line.push(b'\n');
                for _ in 0..level {
                    line.extend_from_slice(indent.bytes());
                }
            }
            let mut run = Run { vm, encoder, out: Vec::new(), line };
            run.object(&object)?;
            let text = vm.str_bytes(&run.out);
            Ok(vm.tuple(vec![text]))
        });
    })
    .getset(&[
        member("markers", |vm, value| Ok(this(vm, value)?.markers.clone().map_or(Value::NONE, Ref::into_value)), "markers"),
        member("default", |vm, value| Ok(this(vm, value)?.default.clone()), "default"),
        member("encoder", |vm, value| Ok(this(vm, value)?.encoder.clone()), "encoder"),
        member("indent", |vm, value| Ok(this(vm, value)?.indent.clone()), "indent"),
        member("key_separator", |vm, value| Ok(this(vm, value)?.key_separator.clone().into_value()), "key_separator"),
        member("item_separator", |vm, value| Ok(this(vm, value)?.item_separator.clone().into_value()), "item_separator"),
        member("sort_keys", |vm, value| Ok(Value::bool(this(vm, value)?.sort_keys)), "sort_keys"),
        member("skipkeys", |vm, value| Ok(Value::bool(this(vm, value)?.skipkeys)), "skipkeys"),
    ]);

/// One run of the encoder.
struct Run<'a> {
    vm: &'a Vm,
    encoder: &'a Encoder,
    out: Vec<u8>,
    /// Line break and indentation of the current level; empty without indentation.
    line: Vec<u8>,
}

impl Run<'_> {
    fn deep(&self) -> PyResult<()> {
        let Err(raised) = self.vm.check_native() else { return Ok(()) };
        drop(self.vm.take_raised(raised));
        Err(self.vm.too_deep(" while encoding a JSON object"))
    }

    /// Adds a note to the exception in flight.
    #[cold]
    fn note(&self, raised: Raised, note: impl FnOnce(&Vm) -> PyResult<String>) -> Raised {
        let exception = self.vm.take_raised(raised);
        let added = note(self.vm)
            .and_then(|note| self.vm.call_method_str(&exception, "add_note", &[self.vm.str(note)]));
        match added {
            Ok(_) => self.vm.set_raised(exception),
            Err(raised) => raised,
        }
    }

    fn string(&mut self, value: &Value, text: &[u8]) -> PyResult<()> {
        match self.encoder.quoting {
            Quoting::Plain => quote(text, &mut self.out),
            Quoting::Ascii => quote_ascii(text, &mut self.out),
            Quoting::Called => {
                let written = self.vm.call1(&self.encoder.encoder, value)?;
                let Some(written) = written.as_str() else {
                    return Err(self.vm.type_error(format!(
                        "encoder() must return a string, not {}",
                        written.type_name(self.vm)
                    )));
                };
                self.out.extend_from_slice(written.bytes());
            }
        }
        Ok(())
    }

    fn float(&self, value: &Value, x: f64) -> PyResult<String> {
        if x.is_finite() {
            return Ok(float_text::repr(x));
        }
        if !self.encoder.allow_nan {
            let shown = self.vm.repr_text(value)?;
            return Err(self
                .vm
                .value_error(format!("Out of range float values are not JSON compliant: {shown}")));
        }
        Ok(String::from(if x.is_nan() {
            "NaN"
        } else if x > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }))
    }

    /// What constants and numbers are written as, for values and for keys.
    fn scalar(&mut self, value: &Value) -> PyResult<Option<Cow<'static, str>>> {
        let literal = if value.is_none() {
            "null"
        } else if let Some(truth) = value.as_bool() {
            if truth { "true" } else { "false" }
        } else if let Some(number) = value.as_int() {
            return Ok(Some(self.vm.int_digits(number, 10)?.into()));
        } else if let Some(x) = value.as_float() {
            return self.float(value, x).map(|text| Some(text.into()));
        } else {
            return Ok(None);
        };
        Ok(Some(literal.into()))
    }

    fn mark(&self, object: &Value) -> PyResult<Option<Value>> {
        let Some(markers) = &self.encoder.markers else { return Ok(None) };
        let id = self.vm.int_u64(object.to_bits());
        // What stands there under the number of an object can only be the object itself.
        if markers.insert(self.vm, id.clone(), object.clone())?.is_some() {
            return Err(self.vm.value_error("Circular reference detected"));
        }
        Ok(Some(id))
    }
    fn unmark(&self, mark: Option<Value>) -> PyResult<()> {
        if let (Some(markers), Some(id)) = (&self.encoder.markers, mark) {
            drop(markers.remove(self.vm, &id)?);
        }
        Ok(())
    }

    fn object(&mut self, value: &Value) -> PyResult<()> {
        let vm = self.vm;
        if let Some(text) = value.as_str() {
            return self.string(value, text.bytes());
        }
        if let Some(small) = value.as_small() {
            use std::io::Write;
            // Writing to a vector does not fail.
            let _ = write!(self.out, "{small}");
            return Ok(());
        }
        if value.is_object() && value.as_dict().is_some() {
            self.deep()?;
            return self.mapping(value);
        }
        if vm.list_items(value).is_some() || value.as_tuple().is_some() {
            self.deep()?;
            return self.sequence(value);
        }
        if let Some(text) = self.scalar(value)? {
            self.out.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        let mark = self.mark(value)?;
        let replaced = vm.call1(&self.encoder.default, value)?;
        self.deep()?;
        if let Err(raised) = self.object(&replaced) {
            return Err(
                self.note(raised, |vm| Ok(format!("when serializing {} object", vm.full_type_name(value))))
            );
        }
        self.unmark(mark)
    }

    /// Goes one level deeper.
    fn indent(&mut self) -> usize {
        let before = self.line.len();
        if let Some(indent) = self.encoder.indent.as_str() {
            self.line.extend_from_slice(indent.bytes());
        }
        before
    }
    fn dedent(&mut self, before: usize, is_empty: bool) {
        self.line.truncate(before);
        if !is_empty {
            self.out.extend_from_slice(&self.line);
        }
    }
    /// Goes to the next item; before the first one the level is still to be opened.
    fn separate(&mut self, first: &mut bool) {
        if !std::mem::replace(first, false) {
            self.out.extend_from_slice(self.encoder.item_separator.bytes());
        }
        self.out.extend_from_slice(&self.line);
    }

    fn sequence(&mut self, value: &Value) -> PyResult<()> {
        let vm = self.vm;
        let item_at = |at: usize| match vm.list_items(value) {
            Some(items) => items.get().get(at).cloned(),
            None => value.as_tuple().and_then(|tuple| tuple.items().get(at).cloned()),
        };
        if item_at(0).is_none() {
            self.out.extend_from_slice(b"[]");
            return Ok(());
        }
        let mark = self.mark(value)?;
        self.out.push(b'[');
        let before = self.indent();
        let (mut at, mut first) = (0, true);
        while let Some(item) = item_at(at) {
            self.separate(&mut first);
            if let Err(raised) = self.object(&item) {
                return Err(self.note(raised, |vm| {
                    Ok(format!("when serializing {} item {at}", vm.full_type_name(value)))
                }));
            }
            at += 1;
        }
        self.unmark(mark)?;
        self.dedent(before, first);
        self.out.push(b']');
        Ok(())
    }

    fn mapping(&mut self, value: &Value) -> PyResult<()> {
        let vm = self.vm;
        let Some(dict) = value.as_dict() else { return Ok(()) };
        if dict.is_empty() {
            self.out.extend_from_slice(b"{}");
            return Ok(());
        }
        let mark = self.mark(value)?;
        self.out.push(b'{');
        let before = self.indent();
        let mut first = true;
        if self.encoder.sort_keys || value.kind() != kind::DICT {
            let items = vm.call_method_str(value, "items", &[])?;
            let items = vm.list(vm.collect(&items)?);
            if self.encoder.sort_keys {
                vm.call_method_str(&items, "sort", &[])?;
            }
            let mut at = 0;
            while let Some(item) = vm.list_items(&items).and_then(|items| items.get().get(at).cloned()) {
                at += 1;
                let Some([key, item]) = item.as_tuple().map(|pair| pair.items()) else {
                    return Err(vm.value_error("items must return 2-tuples"));
                };
                self.pair(value, key, item, &mut first)?;
            }
        } else {
            let mut at = 0;
            while let Some((found, key, item)) = dict.next_entry(at) {
                let (key, item) = (key.clone(), item.clone());
                at = found + 1;
                self.pair(value, &key, &item, &mut first)?;
            }
        }
        self.unmark(mark)?;
        self.dedent(before, first);
        self.out.push(b'}');
        Ok(())
    }

    fn pair(&mut self, owner: &Value, key: &Value, item: &Value, first: &mut bool) -> PyResult<()> {
        let vm = self.vm;
        if let Some(text) = key.as_str() {
            self.separate(first);
            self.string(key, text.bytes())?;
        } else {
            match self.scalar(key)? {
                Some(text) => {
                    self.separate(first);
                    let key = vm.str(&text);
                    self.string(&key, text.as_bytes())?;
                }
                None if self.encoder.skipkeys => return Ok(()),
                None => {
                    return Err(vm.type_error(format!(
                        "keys must be str, int, float, bool or None, not {}",
                        key.type_name(vm)
                    )));
                }
            }
        }
        self.out.extend_from_slice(self.encoder.key_separator.bytes());
        if let Err(raised) = self.object(item) {
            return Err(self.note(raised, |vm| {
                Ok(format!("when serializing {} item {}", vm.full_type_name(owner), vm.repr_text(key)?))
            }));
        }
        Ok(())
    }
}
