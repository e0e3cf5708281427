//! From Rust's numbers to Python's ints and back: the makers, `__index__`, and the conversions that can overflow.

use std::borrow::Cow;

use dashu_int::{IBig, Sign};

use super::{BOOL, BigInt, INT};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::number::int_math;
use crate::runtime::number::int_text::{self, Int, ParseError};
use crate::runtime::object::hash::int_hash;
use crate::runtime::object::typedef::TypeSpec;
use crate::runtime::object::vm::Vm;
use crate::runtime::text::format_value::IntRef;
use crate::runtime::text::unicode::to_ascii_decimal;
use crate::runtime::value::{SMALL_MAX, SMALL_MIN, Value};

/// The number that an int, bool or instance of a subclass of int is. `Small` whenever it fits.
#[derive(Clone, Copy, Debug)]
pub enum IntView<'a> {
    /// It fits a machine word.
    Small(i64),
    /// It does not.
    Big(&'a IBig),
}

impl<'a> IntView<'a> {
    /// As big int.
    pub fn big(self) -> Cow<'a, IBig> {
        match self {
            IntView::Small(i) => Cow::Owned(IBig::from(i)),
            IntView::Big(big) => Cow::Borrowed(big),
        }
    }
    /// For the algorithms of `text`.
    pub fn int_ref(self) -> IntRef<'a> {
        match self {
            IntView::Small(i) => IntRef::Small(i),
            IntView::Big(big) => IntRef::Big(big),
        }
    }
    /// Is it below zero?
    pub fn is_negative(self) -> bool {
        match self {
            IntView::Small(i) => i < 0,
            IntView::Big(big) => big.sign() == Sign::Negative,
        }
    }
    /// The nearest float.
    pub fn to_float(self, vm: &Vm) -> PyResult<f64> {
        match self {
            IntView::Small(i) => Ok(i as f64),
            IntView::Big(big) => int_math::to_float(big).map_err(|fault| vm.fault(fault)),
        }
    }
    /// The machine word, if it fits.
    pub fn small(self) -> Option<i64> {
        match self {
            IntView::Small(i) => Some(i),
            IntView::Big(_) => None,
        }
    }
}

impl Value {
    /// The number, if it is an int, a bool or of a subclass.
    #[inline]
    pub fn as_int(&self) -> Option<IntView<'_>> {
        if let Some(i) = self.as_small() {
            return Some(IntView::Small(i));
        }
        if let Some(object) = self.downcast::<BigInt>() {
            return Some(match i64::try_from(&object.value) {
                Ok(i) => IntView::Small(i),
                Err(_) => IntView::Big(&object.value),
            });
        }
        self.as_bool().map(|b| IntView::Small(i64::from(b)))
    }
}

impl Vm {
    /// An int.
    #[inline(always)]
    pub fn int(&self, i: i64) -> Value {
        if (SMALL_MIN..=SMALL_MAX).contains(&i) {
            return Value::small_wrapping(i);
        }
        self.int_boxed(IBig::from(i))
    }
    /// An int.
    #[inline]
    pub fn int_u64(&self, i: u64) -> Value {
        match i64::try_from(i) {
            Ok(i) => self.int(i),
            Err(_) => self.int_boxed(IBig::from(i)),
        }
    }
    /// An int.
    #[inline]
    pub fn int_usize(&self, i: usize) -> Value {
        self.int_u64(i as u64)
    }
    /// An int; small ones become immediate.
    #[inline]
    pub fn int_big(&self, value: IBig) -> Value {
        match i64::try_from(&value) {
            Ok(i) if (SMALL_MIN..=SMALL_MAX).contains(&i) => Value::small_wrapping(i),
            _ => self.int_boxed(value),
        }
    }
    /// An int of what a parser gives.
    pub fn int_parsed(&self, value: Int) -> Value {
        match value {
            Int::Small(i) => self.int(i),
            Int::Big(big) => self.int_big(big),
        }
    }
    #[inline(never)]
    fn int_boxed(&self, value: IBig) -> Value {
        self.alloc_spec(&INT, BigInt { value })
    }
    /// The int of a literal: decimal or `0x` text.
    pub fn int_from_literal(&self, text: &str) -> PyResult<Value> {
        match int_text::parse(text.as_bytes(), 0, 0) {
            Ok(value) => Ok(self.int_parsed(value)),
            Err(_) => Err(self.system_error("malformed int constant")),
        }
    }

    /// `int(text, base)` of a string's bytes; `shown` is what the message shows.
    pub fn int_from_text(&self, text: &[u8], base: u32, shown: &Value) -> PyResult<Value> {
        let limit = self.interp().int_max_str_digits.get();
        match int_text::parse(&to_ascii_decimal(text), base, limit) {
            Ok(value) => Ok(self.int_parsed(value)),
            Err(ParseError::Fault(fault)) => Err(self.fault(fault)),
            Err(ParseError::Invalid) => {
                let text = self.repr_text(shown)?;
                let text: String = text.chars().take(200).collect();
                Err(self.value_error(format!("invalid literal for int() with base {base}: {text}")))
            }
        }
    }

    /// An int, or an instance of its subclass, as exact int.
    pub fn int_exact(&self, value: &Value) -> Value {
        match value.as_int() {
            Some(IntView::Small(i)) => self.int(i),
            Some(IntView::Big(_)) if value.ty(self).address() == self.typ(&INT).address() => value.clone(),
            Some(IntView::Big(big)) => self.int_boxed(big.clone()),
            None => value.clone(),
        }
    }

    /// `hash` of an int.
    pub fn hash_int(&self, value: &Value) -> PyResult<i64> {
        match value.as_int() {
            Some(IntView::Small(i)) => Ok(int_hash(i)),
            Some(IntView::Big(big)) => Ok(int_math::hash(big)),
            None => Err(self.type_error(format!("an integer is required, not '{}'", value.type_name(self)))),
        }
    }

    /// `operator.index(value)`: always an exact int.
    #[inline]
    pub fn index(&self, value: &Value) -> PyResult<Value> {
        if value.as_small().is_some() { Ok(value.clone()) } else { self.index_slow(value) }
    }

    #[inline(never)]
    fn index_slow(&self, value: &Value) -> PyResult<Value> {
        let ty = value.ty(self);
        if ty.has(type_flag::INT) {
            return Ok(self.int_exact(value));
        }
        let Some(f) = ty.slots.get().index else {
            return Err(self.type_error(format!(
                "'{}' object cannot be interpreted as an integer",
                value.type_name(self)
            )));
        };
        let result = f(self, value)?;
        self.checked_int(result, "__index__")
    }

    /// The result of `__int__` or `__index__` as exact int, or TypeError.
    pub(super) fn checked_int(&self, result: Value, method: &str) -> PyResult<Value> {
        if result.as_small().is_some() {
            return Ok(result);
        }
        if !result.ty(self).has(type_flag::INT) {
            return Err(
                self.type_error(format!("{method} returned non-int (type {})", result.type_name(self)))
            );
        }
        if result.ty(self).address() != self.typ(&INT).address() {
            let name = result.type_name(self);
            self.warn_deprecated(&format!(
                "{method} returned non-int (type {name}).  The ability to return an instance of a strict subclass of int is deprecated, and may not be supported in a future version of Python."
            ))?;
        }
        Ok(self.int_exact(&result))
    }

    /// The value as position; IndexError if it does not fit.
    #[inline]
    pub fn to_index(&self, value: &Value) -> PyResult<isize> {
        match value.as_small() {
            Some(i) => Ok(i as isize),
            None => self.to_index_or(value, &exc::INDEX_ERROR),
        }
    }

    /// As [`Vm::to_index`], with another class of error (`PyNumber_AsSsize_t`).
    #[inline(never)]
    pub fn to_index_or(&self, value: &Value, spec: &'static TypeSpec) -> PyResult<isize> {
        let index = self.index(value)?;
        match index.as_int().and_then(IntView::small) {
            Some(i) => Ok(i as isize),
            None => Err(self
                .raise(spec, format!("cannot fit '{}' into an index-sized integer", value.type_name(self)))),
        }
    }

    /// The value as position, clamped to what fits.
    pub fn clamped_index(&self, value: &Value) -> PyResult<isize> {
        let index = self.index(value)?;
        Ok(match index.as_int() {
            Some(IntView::Small(i)) => i as isize,
            Some(big) if big.is_negative() => isize::MIN,
            _ => isize::MAX,
        })
    }

    fn to_machine<T: TryFrom<i64>>(&self, value: &Value, name: &str) -> PyResult<T> {
        let index = self.index(value)?;
        let small = index.as_int().and_then(IntView::small);
        small.and_then(|i| T::try_from(i).ok()).ok_or_else(|| too_large(self, name))
    }
    /// The value as C `long`.
    pub fn to_i64(&self, value: &Value) -> PyResult<i64> {
        match value.as_small() {
            Some(i) => Ok(i),
            None => self.to_machine(value, "long"),
        }
    }
    /// The value as C `Py_ssize_t`.
    pub fn to_ssize(&self, value: &Value) -> PyResult<isize> {
        match value.as_small() {
            Some(i) => Ok(i as isize),
            None => self.to_machine(value, "ssize_t"),
        }
    }
    /// The value as C `int`.
    pub fn to_i32(&self, value: &Value) -> PyResult<i32> {
        self.to_machine(value, "int")
    }
    /// The value as C `int`, with the texts of argument parsing.
    pub fn to_i32_arg(&self, value: &Value) -> PyResult<i32> {
        let long = self.to_i64(value)?;
        i32::try_from(long).map_err(|_| {
            self.overflow_error(if long > 0 {
                "signed integer is greater than maximum"
            } else {
                "signed integer is less than minimum"
            })
        })
    }
    /// The value as C `unsigned long`.
    pub fn to_u64(&self, value: &Value) -> PyResult<u64> {
        self.to_unsigned(value, "unsigned int", "unsigned long")
    }
    /// The value as C `unsigned int`.
    pub fn to_u32(&self, value: &Value) -> PyResult<u32> {
        let wide = self.to_unsigned(value, "unsigned int", "unsigned int")?;
        u32::try_from(wide).map_err(|_| too_large(self, "unsigned int"))
    }
    /// The value as C `size_t`.
    pub fn to_usize(&self, value: &Value) -> PyResult<usize> {
        Ok(self.to_unsigned(value, "size_t", "size_t")? as usize)
    }
    fn to_unsigned(&self, value: &Value, negative: &str, name: &str) -> PyResult<u64> {
        let index = self.index(value)?;
        match index.as_int() {
            Some(view) if view.is_negative() => {
                Err(self.overflow_error(format!("can't convert negative value to {negative}")))
            }
            Some(IntView::Small(i)) => Ok(i as u64),
            Some(IntView::Big(big)) => u64::try_from(big).map_err(|_| too_large(self, name)),
            None => Err(too_large(self, name)),
        }
    }

    /// Is it an int below zero?
    pub fn is_negative(&self, value: &Value) -> bool {
        value.as_int().is_some_and(IntView::is_negative)
    }
    /// The number of an int, bool or instance of a subclass.
    pub fn as_big(&self, value: &Value) -> Option<IBig> {
        value.as_int().map(|view| view.big().into_owned())
    }
    /// Is it an int (of a subclass, or a bool)?
    #[inline]
    pub fn is_int(&self, value: &Value) -> bool {
        value.as_small().is_some() || value.ty(self).has(type_flag::INT)
    }

    /// `int(value)` of a number: what `int()` with one argument does short of reading text. `None` if it is no number.
    pub fn number_to_int(&self, value: &Value) -> PyResult<Option<Value>> {
        if value.as_small().is_some() {
            return Ok(Some(value.clone()));
        }
        let slots = value.ty(self).slots.get();
        if let Some(f) = slots.int {
            let result = f(self, value)?;
            return self.checked_int(result, "__int__").map(Some);
        }
        if slots.index.is_some() {
            return self.index(value).map(Some);
        }
        Ok(None)
    }

    /// The digits of an int in a base, without prefix.
    pub fn int_digits(&self, view: IntView<'_>, base: u32) -> PyResult<String> {
        match view {
            IntView::Small(i) if base == 10 => Ok(i.to_string()),
            IntView::Small(i) => Ok(int_text::small_to_radix(i, base)),
            IntView::Big(big) if base == 10 => {
                int_text::to_decimal(big, self.interp().int_max_str_digits.get())
                    .map_err(|fault| self.fault(fault))
            }
            IntView::Big(big) => Ok(int_text::to_radix(big, base)),
        }
    }

    /// `bin`, `oct`, `hex`: the digits with the prefix of the base.
    pub fn int_prefixed(&self, value: &Value, base: u32) -> PyResult<Value> {
        let index = self.index(value)?;
        let Some(view) = index.as_int() else { return Ok(index) };
        let digits = self.int_digits(view, base)?;
        let prefix = match base {
            2 => "0b",
            8 => "0o",
            _ => "0x",
        };
        Ok(self.str(int_text::with_prefix(&digits, prefix)))
    }

    /// Is the value a bool?
    pub fn is_bool(&self, value: &Value) -> bool {
        value.as_bool().is_some() || value.ty(self).address() == self.typ(&BOOL).address()
    }
}

#[cold]
fn too_large(vm: &Vm, name: &str) -> Raised {
    vm.overflow_error(format!("Python int too large to convert to C {name}"))
}
