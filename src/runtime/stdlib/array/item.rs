//! The kinds of items: how a value becomes bytes and bytes become a value.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::ints::convert::IntView;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::wtf8;
use crate::runtime::value::Value;

/// What the bytes of an item mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    Signed,
    Unsigned,
    Float,
    Text,
}

/// A kind of items.
#[derive(Debug)]
pub struct Kind {
    /// Its type code.
    pub code: u8,
    /// Bytes of an item.
    pub size: usize,
    /// What they mean.
    pub meaning: Meaning,
    /// Its number in pickles, little-endian; the next number is that of the big-endian form.
    pub machine: u8,
}

const fn kind(code: u8, size: usize, meaning: Meaning, machine: u8) -> Kind {
    Kind { code, size, meaning, machine }
}

/// All kinds, in the order in which pickles look for one.
pub static KINDS: &[Kind] = &[
    kind(b'b', 1, Meaning::Signed, 1),
    kind(b'B', 1, Meaning::Unsigned, 0),
    kind(b'u', 4, Meaning::Text, 20),
    kind(b'w', 4, Meaning::Text, 20),
    kind(b'h', 2, Meaning::Signed, 4),
    kind(b'H', 2, Meaning::Unsigned, 2),
    kind(b'i', 4, Meaning::Signed, 8),
    kind(b'I', 4, Meaning::Unsigned, 6),
    kind(b'l', 8, Meaning::Signed, 12),
    kind(b'L', 8, Meaning::Unsigned, 10),
    kind(b'q', 8, Meaning::Signed, 12),
    kind(b'Q', 8, Meaning::Unsigned, 10),
    kind(b'f', 4, Meaning::Float, 14),
    kind(b'd', 8, Meaning::Float, 16),
];

/// The kind of a type code.
pub fn find(code: u32) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| u32::from(kind.code) == code)
}

/// The bytes of a number, of which only the first are used.
type Bytes = [u8; 8];

impl Kind {
    /// Is it `u` or `w`?
    pub fn is_text(&self) -> bool {
        self.meaning == Meaning::Text
    }

    /// The number of the form that this machine has.
    pub fn native_machine(&self) -> u8 {
        self.machine + u8::from(self.size > 1 && cfg!(target_endian = "big"))
    }

    /// The item that these bytes are.
    #[inline]
    pub fn read(&self, vm: &Vm, bytes: &[u8]) -> Value {
        macro_rules! number {
            ($type:ty) => {
                match <[u8; size_of::<$type>()]>::try_from(bytes) {
                    Ok(bytes) => <$type>::from_ne_bytes(bytes),
                    Err(_) => Default::default(),
                }
            };
        }
        if let (Meaning::Float, 8) = (self.meaning, self.size) {
            return vm.float(number!(f64));
        }
        match (self.meaning, self.size) {
            (Meaning::Signed, 1) => vm.int(i64::from(number!(i8))),
            (Meaning::Signed, 2) => vm.int(i64::from(number!(i16))),
            (Meaning::Signed, 4) => vm.int(i64::from(number!(i32))),
            (Meaning::Signed, _) => vm.int(number!(i64)),
            (Meaning::Unsigned, 1) => vm.int(i64::from(number!(u8))),
            (Meaning::Unsigned, 2) => vm.int(i64::from(number!(u16))),
            (Meaning::Unsigned, 4) => vm.int(i64::from(number!(u32))),
            (Meaning::Unsigned, _) => vm.int_u64(number!(u64)),
            (Meaning::Float, 4) => vm.float(f64::from(number!(f32))),
            (Meaning::Float, _) => vm.float(number!(f64)),
            (Meaning::Text, _) => vm.str_char(number!(u32)),
        }
    }

    /// The bytes of a value.
    #[inline]
    pub fn write(&self, vm: &Vm, value: &Value) -> PyResult<Bytes> {
        if let (Some(small), Meaning::Signed) = (value.as_small(), self.meaning)
            && self.size == 8
        {
            return Ok(small.to_ne_bytes());
        }
        match self.meaning {
            Meaning::Float => {
                let x = vm.to_f64(value)?;
                Ok(if self.size == 4 { widened(&(x as f32).to_ne_bytes()) } else { x.to_ne_bytes() })
            }
            Meaning::Text => self.write_text(vm, value),
            _ => self.write_int(vm, value),
        }
    }

    fn write_text(&self, vm: &Vm, value: &Value) -> PyResult<Bytes> {
        let wrong = "array item must be a unicode character, not";
        let Some(text) = value.as_str() else {
            return Err(vm.type_error(format!("{wrong} {}", value.type_name(vm))));
        };
        match vm.only_char(text) {
            Some(point) => Ok(widened(&point.to_ne_bytes())),
            None => Err(vm.type_error(format!("{wrong} a string of length {}", text.len()))),
        }
    }

    fn write_int(&self, vm: &Vm, value: &Value) -> PyResult<Bytes> {
        let index = vm.index(value)?;
        let Some(view) = index.as_int() else { return Err(vm.type_error("an integer is required")) };
        if self.meaning == Meaning::Unsigned && self.size >= 4 {
            return self.write_unsigned(vm, view);
        }
        let Some(number) = view.small() else {
            return Err(vm.overflow_error(match self.code {
                b'q' => "int too big to convert",
                _ => "Python int too large to convert to C long",
            }));
        };
        let check = |low: i64, high: i64, what: &str| -> Result<(), Raised> {
            if number < low {
                return Err(vm.overflow_error(format!("{what} is less than minimum")));
            }
            if number > high {
                return Err(vm.overflow_error(format!("{what} is greater than maximum")));
            }
            Ok(())
        };
        match self.code {
            b'b' => {
                check(i64::from(i16::MIN), i64::from(i16::MAX), "signed short integer")?;
                check(-128, 127, "signed char")?;
                Ok(widened(&(number as i8).to_ne_bytes()))
            }
            b'B' => {
                check(0, 255, "unsigned byte integer")?;
                Ok(widened(&(number as u8).to_ne_bytes()))
            }
            b'h' => {
                check(i64::from(i16::MIN), i64::from(i16::MAX), "signed short integer")?;
                Ok(widened(&(number as i16).to_ne_bytes()))
            }
            b'H' => {
                check(i64::from(i32::MIN), i64::from(i32::MAX), "signed integer")?;
                check(0, 0xffff, "unsigned short")?;
                Ok(widened(&(number as u16).to_ne_bytes()))
            }
            b'i' => {
                check(i64::from(i32::MIN), i64::from(i32::MAX), "signed integer")?;
                Ok(widened(&(number as i32).to_ne_bytes()))
            }
            _ => Ok(number.to_ne_bytes()),
        }
    }

    fn write_unsigned(&self, vm: &Vm, view: IntView<'_>) -> PyResult<Bytes> {
        if view.is_negative() {
            return Err(vm.overflow_error(match self.code {
                b'Q' => "can't convert negative int to unsigned",
                _ => "can't convert negative value to unsigned int",
            }));
        }
        let number = match view {
            IntView::Small(small) => Some(small as u64),
            IntView::Big(big) => u64::try_from(big).ok(),
        };
        let Some(number) = number else {
            return Err(vm.raise(
                &exc::OVERFLOW_ERROR,
                match self.code {
                    b'Q' => "int too big to convert",
                    _ => "Python int too large to convert to C unsigned long",
                },
            ));
        };
        if self.size == 8 {
            return Ok(number.to_ne_bytes());
        }
        match u32::try_from(number) {
            Ok(number) => Ok(widened(&number.to_ne_bytes())),
            Err(_) => Err(vm.overflow_error("unsigned int is greater than maximum")),
        }
    }
}

fn widened(bytes: &[u8]) -> Bytes {
    let mut all = [0; 8];
    all[..bytes.len()].copy_from_slice(bytes);
    all
}

/// The items of `u` and `w` as text.
pub fn text_of(bytes: &[u8]) -> Vec<u8> {
    wtf8::from_points(bytes.chunks_exact(4).map(|item| {
        let point = <[u8; 4]>::try_from(item).map(u32::from_ne_bytes).unwrap_or(0);
        // What is no character cannot be shown as one.
        if point > 0x10ffff { 0xfffd } else { point }
    }))
}
