//! The iterators of `str`: one for ASCII, which needs no decoding, and one for the rest.

use std::cell::Cell;

use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::{Native, Slots, TypeSpec, kind, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::wtf8;
use crate::runtime::value::{LockCell, Payload, Value};

/// An iterator over the characters of a text.
pub struct StrIter {
    /// The text; `None` after the end.
    pub text: LockCell<Value>,
    /// Byte offset of the next character.
    pub offset: Cell<usize>,
    /// Its index.
    pub index: Cell<usize>,
}

crate::payload!(StrIter, "str_iterator", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.text.get());
    }
});

/// `str_ascii_iterator`
pub static STR_ASCII_ITER: TypeSpec =
    TypeSpec::new("str_ascii_iterator", StrIter::layout).kind(kind::STR_ITER).slots(slots).methods(METHODS);

/// `str_iterator`
pub static STR_ITER: TypeSpec =
    TypeSpec::new("str_iterator", StrIter::layout).kind(kind::STR_ITER).slots(slots).methods(METHODS);

/// `iter(text)`
pub fn str_iter(vm: &Vm, value: &Value) -> PyResult<Value> {
    let text = super::this(vm, value)?;
    let spec = if text.is_ascii() { &STR_ASCII_ITER } else { &STR_ITER };
    let iter = StrIter { text: LockCell::new(value.clone()), offset: Cell::new(0), index: Cell::new(0) };
    Ok(vm.alloc_spec(spec, iter))
}

impl StrIter {
    /// The next character, if it is below U+0100; `None` also at the end.
    #[inline(always)]
    pub fn next_shared(&self, vm: &Vm) -> Option<Value> {
        let at = self.offset.get();
        let bytes = self.text.get().as_str()?.bytes().get(at..)?;
        let (character, length) = match *bytes {
            [first @ (0xc2 | 0xc3), second, ..] => (vm.latin_char(first << 6 | second & 63), 2),
            [code, ..] => (vm.interp().ascii_chars.get(usize::from(code))?.clone(), 1),
            [] => return None,
        };
        self.offset.set(at + length);
        self.index.set(self.index.get() + 1);
        Some(character)
    }
}

/// The next character, as the machine also asks for it.
pub fn str_iter_next(vm: &Vm, iter: &Value) -> PyResult<Option<Value>> {
    let this = vm.cast::<StrIter>(iter)?;
    let Some(text) = this.text.get().as_str() else { return Ok(None) };
    let (bytes, at) = (text.bytes(), this.offset.get());
    if at >= bytes.len() {
        this.text.set(Value::NONE);
        return Ok(None);
    }
    let (code, length) = wtf8::decode_at(bytes, at);
    this.offset.set(at + length);
    this.index.set(this.index.get() + 1);
    Ok(Some(vm.str_char(code)))
}

fn slots(s: &mut Slots) {
    s.iter = Some(|_, iter| Ok(iter.clone()));
    s.next = Some(str_iter_next);
}

static METHODS: &[Native] = &[
    native(
        "__length_hint__(self, /)",
        |vm, args| {
            let this = vm.cast::<StrIter>(&args[0])?;
            let left = this.text.get().as_str().map_or(0, |text| text.len().saturating_sub(this.index.get()));
            Ok(vm.int_usize(left))
        },
        "Private method returning an estimate of len(list(it)).",
    ),
    native(
        "__reduce__(self, /)",
        |vm, args| {
            let this = vm.cast::<StrIter>(&args[0])?;
            let iter = vm.builtin("iter")?;
            let text = this.text.cloned();
            if text.is_none() {
                let empty = vm.tuple(vec![vm.interp().empty_str.clone()]);
                return Ok(vm.tuple(vec![iter, empty]));
            }
            let index = vm.int_usize(this.index.get());
            Ok(vm.tuple(vec![iter, vm.tuple(vec![text]), index]))
        },
        "Return state information for pickling.",
    ),
    native(
        "__setstate__(self, state, /)",
        |vm, args| {
            let this = vm.cast::<StrIter>(&args[0])?;
            let at = vm.to_ssize(&args[1])?.max(0) as usize;
            if let Some(text) = this.text.get().as_str() {
                let at = at.min(text.len());
                this.offset.set(text.offset(at));
                this.index.set(at);
            }
            Ok(Value::NONE)
        },
        "Set state information for unpickling.",
    ),
];
