//! `%` formatting of `str`, and what it shares with that of `bytes`: where arguments come from, and numbers.
//!
//! The template is read by `text::percent`; the arguments are one tuple, one value, or a mapping for keys.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::ints::IntView;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::number::int_text::Decimal;
use crate::runtime::object::dict::exact_str;
use crate::runtime::object::str::Str;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::text::percent::{self, Amount, Part, Spec, Template};
use crate::runtime::text::{Points, Unit, wtf8};
use crate::runtime::value::{Obj, Ref, Value};

/// Where the values of a template come from.
pub struct Arguments {
    values: Source,
    next: usize,
    /// The mapping that keys are looked up in.
    mapping: Option<Value>,
}

enum Source {
    /// The items of a tuple.
    Tuple(Ref<Tuple>),
    /// One value.
    One(Value),
}

impl Source {
    #[inline]
    fn values(&self) -> &[Value] {
        match self {
            Source::Tuple(tuple) => tuple.items(),
            Source::One(value) => std::slice::from_ref(value),
        }
    }
}

impl Arguments {
    /// Of the right operand; `is_text` says whether it is a string of the template's own kind, which is no mapping.
    pub fn of(vm: &Vm, operand: &Value, is_text: bool) -> Arguments {
        if let Some(tuple) = operand.downcast_ref::<Tuple>() {
            return Arguments { values: Source::Tuple(tuple), next: 0, mapping: None };
        }
        let mapping = !is_text && operand.ty(vm).slots.get().getitem.is_some();
        let values = Source::One(operand.clone());
        Arguments { values, next: 0, mapping: mapping.then(|| operand.clone()) }
    }

    /// The next value.
    pub fn next(&mut self, vm: &Vm) -> PyResult<Value> {
        let Some(value) = self.values.values().get(self.next) else {
            return Err(vm.type_error(percent::NOT_ENOUGH));
        };
        self.next += 1;
        Ok(value.clone())
    }

    fn star(&mut self, vm: &Vm) -> PyResult<Value> {
        let value = self.next(vm)?;
        if vm.is_int(&value) { Ok(value) } else { Err(vm.type_error(percent::STAR_WANTS_INT)) }
    }

    /// Looks the key up and fetches the numbers that stars stand for.
    pub fn prepare(&mut self, vm: &Vm, spec: &mut Spec<'_>, key: impl Fn(&[u8]) -> Value) -> PyResult<()> {
        if let Some(name) = spec.key {
            let Some(mapping) = &self.mapping else { return Err(vm.type_error(percent::NEEDS_MAPPING)) };
            self.values = Source::One(vm.getitem(mapping, &key(name))?);
            self.next = 0;
        }
        if spec.width == Amount::Argument {
            let width = self.star(vm)?;
            spec.set_width(vm.to_ssize(&width)? as i64).map_err(|fault| vm.fault(fault))?;
        }
        if spec.precision == Amount::Argument {
            let precision = self.star(vm)?;
            let precision = i64::from(vm.to_i32(&precision)?);
            spec.set_precision(precision).map_err(|fault| vm.fault(fault))?;
        }
        Ok(())
    }

    /// As far as a broken specification was read, then its error.
    pub fn broken(&mut self, vm: &Vm, part: Part<'_>, key: impl Fn(&[u8]) -> Value) -> Raised {
        let Part::Broken { mut spec, needs_mapping, fault } = part else {
            return vm.system_error("no broken part");
        };
        if needs_mapping && self.mapping.is_none() {
            return vm.type_error(percent::NEEDS_MAPPING);
        }
        match self.prepare(vm, &mut spec, key) {
            Ok(()) => vm.fault(fault),
            Err(raised) => raised,
        }
    }

    /// Error unless all values were used.
    pub fn finish(&self, vm: &Vm, message: &str) -> PyResult<()> {
        if self.next < self.values.values().len() && self.mapping.is_none() {
            return Err(vm.type_error(message));
        }
        Ok(())
    }
}

/// Appends a number by `d`, `x`, `f` and their relatives; false if the letter is none of them.
pub fn push_number(vm: &Vm, spec: &Spec<'_>, value: &Value, out: &mut Vec<u8>) -> PyResult<bool> {
    let letter = u8::try_from(spec.conversion).unwrap_or(0);
    match letter {
        b'd' | b'i' | b'u' | b'o' | b'x' | b'X' => {
            let number = integer(vm, spec, value, matches!(letter, b'o' | b'x' | b'X'))?;
            let view = number.as_int().unwrap_or(IntView::Small(0));
            let limit = vm.interp().int_max_str_digits.get();
            percent::push_int(spec, view.int_ref(), limit, out).map_err(|fault| vm.fault(fault))?;
        }
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
            let x = vm.to_f64(value)?;
            percent::push_float(spec, x, out).map_err(|fault| vm.fault(fault))?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn integer(vm: &Vm, spec: &Spec<'_>, value: &Value, by_index: bool) -> PyResult<Value> {
    if vm.is_int(value) {
        return Ok(value.clone());
    }
    let number = if by_index {
        if value.ty(vm).slots.get().index.is_some() {
            vm.catch(vm.index(value), &exc::TYPE_ERROR)?
        } else {
            None
        }
    } else {
        vm.catch(vm.number_to_int(value), &exc::TYPE_ERROR)?.flatten()
    };
    number.ok_or_else(|| {
        let name = value.type_name(vm);
        vm.fault(if by_index {
            percent::integer_required(spec, &name)
        } else {
            percent::number_required(spec, &name)
        })
    })
}

/// The error for an unknown letter.
pub fn unsupported<U: Unit>(vm: &Vm, template: &[u8], spec: &Spec<'_>) -> Raised {
    vm.fault(percent::unsupported::<U>(template, spec))
}

/// `text % operand` for bare `%s` with texts; `None` for others, right or wrong.
fn texts_modulo(vm: &Vm, template: &Obj<Str>, operand: &Value) -> Option<Value> {
    let values = match operand.kind() {
        kind::TUPLE => operand.as_tuple()?.items(),
        _ => std::slice::from_ref(operand),
    };
    let mut rest = template.bytes();
    if let (b"%s", [only]) = (rest, values) {
        return exact_str(only).map(|_| only.clone());
    }
    let mut values = values.iter();
    // Bytes that are no code points of their own.
    let (mut length, mut extra) = (0, rest.len() - template.len());
    let mut parts = smallvec::SmallVec::<[&[u8]; 8]>::new();
    while let Some(at) = rest.iter().position(|&byte| byte == b'%') {
        if rest.get(at + 1) != Some(&b's') {
            return None;
        }
        let text = exact_str(values.next()?)?;
        extra += text.bytes().len() - text.len();
        length += at + text.bytes().len();
        parts.push(&rest[..at]);
        parts.push(text.bytes());
        rest = &rest[at + 2..];
    }
    if values.next().is_some() {
        return None;
    }
    length += rest.len();
    Some(vm.str_filled(length, length - extra, |room| {
        parts.iter().filter(|part| !part.is_empty()).for_each(|part| room.put(part));
        room.put(rest);
    }))
}

/// Room for the results that [`quick_modulo`] makes.
const QUICK: usize = 256;

/// `text % operand` for short results of bare `%s` with texts and `%d` with small ints; `None` for others, right or wrong.
fn quick_modulo(vm: &Vm, template: &Obj<Str>, operand: &Value) -> Option<Value> {
    let values = match operand.kind() {
        kind::TUPLE => operand.as_tuple()?.items(),
        _ => std::slice::from_ref(operand),
    };
    let mut values = values.iter();
    let (mut out, mut length) = ([0; QUICK], 0);
    let mut push = |part: &[u8]| {
        out.get_mut(length..length + part.len())?.copy_from_slice(part);
        length += part.len();
        Some(())
    };
    // Bytes that are no code points of their own.
    let mut extra = template.bytes().len() - template.len();
    let mut rest = template.bytes();
    while let Some(at) = rest.iter().position(|&byte| byte == b'%') {
        push(&rest[..at])?;
        match rest.get(at + 1)? {
            b's' => {
                let text = exact_str(values.next()?)?;
                extra += text.bytes().len() - text.len();
                push(text.bytes())?;
            }
            b'd' => push(Decimal::of(values.next()?.as_small()?).text())?,
            _ => return None,
        }
        rest = &rest[at + 2..];
    }
    push(rest)?;
    if values.next().is_some() {
        return None;
    }
    Some(vm.str_with_len(&out[..length], length - extra))
}

/// How many values a template takes in which nothing but `%s` and `%r` stands; `None` for other templates.
fn plain_count(template: &[u8]) -> Option<usize> {
    let (mut count, mut at) = (0, 0);
    while let Some(run) = memchr::memchr(b'%', &template[at..]) {
        at += run + 2;
        if !matches!(template.get(at - 1), Some(b's' | b'r')) {
            return None;
        }
        count += 1;
    }
    Some(count)
}

/// `template % operand` where texts just follow each other.
fn joined(vm: &Vm, template: &[u8], values: &[Value]) -> PyResult<Value> {
    let mut out = Vec::with_capacity(template.len() + 32);
    let mut rest = template;
    for value in values {
        let Some(run) = memchr::memchr(b'%', rest) else { break };
        out.extend_from_slice(&rest[..run]);
        let made;
        let text = match (rest[run + 1], value.kind()) {
            (b's', kind::STR) => value,
            (b's', _) => {
                made = vm.to_str(value)?;
                &made
            }
            _ => {
                made = vm.repr(value)?;
                &made
            }
        };
        out.extend_from_slice(text.as_str().map_or(&[][..], |text| text.bytes()));
        rest = &rest[run + 2..];
    }
    out.extend_from_slice(rest);
    Ok(vm.str_bytes(&out))
}

/// `text % operand`
pub fn str_modulo(vm: &Vm, a: &Value, b: &Value) -> PyResult<Value> {
    let Some(text) = a.as_str() else { return Ok(Value::NOT_IMPLEMENTED) };
    if let Some(result) = texts_modulo(vm, text, b) {
        return Ok(result);
    }
    if text.bytes().len() < QUICK
        && let Some(result) = quick_modulo(vm, text, b)
    {
        return Ok(result);
    }
    if plain_count(text.bytes()) == Some(b.as_tuple().map_or(1, |tuple| tuple.items().len())) {
        // The operands may lie in registers, which what is called may write.
        let (text, b) = (text.to_ref(), b.clone());
        let values = b.as_tuple().map_or(std::slice::from_ref(&b), |tuple| tuple.items());
        return joined(vm, text.bytes(), values);
    }
    let mut arguments = Arguments::of(vm, b, b.as_str().is_some());
    let mut out = Vec::with_capacity(text.bytes().len() + 32);
    let key = |name: &[u8]| vm.str_bytes(name);
    for part in Template::<Points>::new(text.bytes()) {
        match part {
            Part::Literal(literal) => out.extend_from_slice(literal),
            Part::Spec(mut spec) => {
                arguments.prepare(vm, &mut spec, key)?;
                let value = arguments.next(vm)?;
                push_value(vm, text.bytes(), &spec, &value, &mut out)?;
            }
            broken => return Err(arguments.broken(vm, broken, key)),
        }
    }
    arguments.finish(vm, percent::NOT_ALL_STR)?;
    Ok(vm.str_bytes(&out))
}

fn push_value(vm: &Vm, template: &[u8], spec: &Spec<'_>, value: &Value, out: &mut Vec<u8>) -> PyResult<()> {
    let text = match u8::try_from(spec.conversion).unwrap_or(0) {
        b's' => vm.to_str(value)?,
        b'r' => vm.repr(value)?,
        b'a' => vm.ascii(value)?,
        b'c' => {
            let code = character(vm, value)?;
            return percent::push_text::<Points>(spec, &wtf8::from_points([code]), out)
                .map_err(|fault| vm.fault(fault));
        }
        _ if push_number(vm, spec, value, out)? => return Ok(()),
        _ => return Err(unsupported::<Points>(vm, template, spec)),
    };
    let bytes = text.as_str().map_or(&[][..], |text| text.bytes());
    percent::push_text::<Points>(spec, bytes, out).map_err(|fault| vm.fault(fault))
}

fn character(vm: &Vm, value: &Value) -> PyResult<u32> {
    if let Some(text) = value.as_str() {
        return vm.only_char(text).ok_or_else(|| {
            vm.type_error(format!(
                "%c requires an int or a unicode character, not a string of length {}",
                text.len()
            ))
        });
    }
    if !vm.is_int(value) && value.ty(vm).slots.get().index.is_none() {
        return Err(vm.type_error(format!(
            "%c requires an int or a unicode character, not {}",
            value.full_type_name(vm)
        )));
    }
    let index = vm.index(value)?;
    percent::char_of(index.as_int().and_then(IntView::small)).map_err(|fault| vm.fault(fault))
}
