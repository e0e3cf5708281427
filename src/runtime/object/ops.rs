//! Operators: how a binary operation finds its slot, comparison, truth, containment.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::tuples;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::dict::exact_str;
use crate::runtime::object::typedef::{Binary, Cmp, Slots};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Value, bits};

/// A binary operator: its symbol and slots.
pub struct BinaryOp {
    /// For messages.
    pub symbol: &'static str,
    /// The slot.
    pub slot: fn(&Slots) -> Option<Binary>,
    /// The slot of the augmented form.
    pub inplace: fn(&Slots) -> Option<Binary>,
}

macro_rules! binary_ops {
    ($($(#[$doc:meta])* $name:ident $symbol:literal $slot:ident $inplace:ident;)*) => {
        $( $(#[$doc])* pub static $name: BinaryOp =
            BinaryOp { symbol: $symbol, slot: |s| s.$slot, inplace: |s| s.$inplace }; )*
    };
}

binary_ops! {
    /// `+`
    ADD "+" add iadd;
    /// `-`
    SUB "-" sub isub;
    /// `*`
    MUL "*" mul imul;
    /// `/`
    TRUE_DIV "/" truediv itruediv;
    /// `//`
    FLOOR_DIV "//" floordiv ifloordiv;
    /// `%`
    MOD "%" modulo imodulo;
    /// `@`
    MAT_MUL "@" matmul imatmul;
    /// `<<`
    LSHIFT "<<" lshift ilshift;
    /// `>>`
    RSHIFT ">>" rshift irshift;
    /// `&`
    AND "&" and iand;
    /// `|`
    OR "|" or ior;
    /// `^`
    XOR "^" xor ixor;
    /// `divmod`
    DIVMOD "divmod()" divmod divmod;
}

/// `a is b or a == b` of small ints, floats and texts; `None` if it takes more to tell.
#[inline(always)]
pub fn quick_equal(a: &Value, b: &Value) -> Option<bool> {
    if a.is(b) {
        return Some(true);
    }
    if a.as_small().is_some() && b.as_small().is_some() {
        return Some(false);
    }
    if let (Some(x), Some(y)) = (exact_str(a), exact_str(b)) {
        return Some(x.bytes() == y.bytes());
    }
    match (a.as_tagged_float(), b.as_tagged_float()) {
        (Some(x), Some(y)) => Some(x == y),
        _ => None,
    }
}

impl Vm {
    /// The slots' say on a binary operation; `NotImplemented` if they have none.
    #[inline]
    fn binary_slots(&self, a: &Value, b: &Value, slot: fn(&Slots) -> Option<Binary>) -> PyResult<Value> {
        let (ta, tb) = (a.ty(self), b.ty(self));
        let fa = slot(ta.slots.get());
        let mut fb = None;
        if ta.address() != tb.address() {
            fb = slot(tb.slots.get());
            if let (Some(x), Some(y)) = (fa, fb)
                && std::ptr::fn_addr_eq(x, y)
            {
                fb = None;
            }
        }
        if let Some(f) = fa {
            if let Some(g) = fb
                && tb.is_subtype(ta)
            {
                let result = g(self, a, b)?;
                if !result.is_not_implemented() {
                    return Ok(result);
                }
                fb = None;
            }
            let result = f(self, a, b)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        match fb {
            Some(g) => g(self, a, b),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[cold]
    fn unsupported(&self, a: &Value, b: &Value, symbol: &str) -> Raised {
        if symbol == ">>" && a.ty(self).spec.is_some() && a.is_object() && self.is_print_function(a) {
            return self.type_error(format!(
                "unsupported operand type(s) for {symbol}: '{}' and '{}'. Did you mean \"print(<message>, file=<output_stream>)\"?",
                a.type_name(self),
                b.type_name(self)
            ));
        }
        self.type_error(format!(
            "unsupported operand type(s) for {symbol}: '{}' and '{}'",
            a.type_name(self),
            b.type_name(self)
        ))
    }

    /// `a op b`
    #[inline(never)]
    pub fn binary(&self, a: &Value, b: &Value, op: &BinaryOp) -> PyResult<Value> {
        let result = self.binary_slots(a, b, op.slot)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
        if std::ptr::eq(op, &ADD)
            && let Some(concat) = a.ty(self).slots.get().concat
        {
            return concat(self, a, b);
        }
        if std::ptr::eq(op, &MUL) {
            return self.sequence_repeat(a, b, op.symbol);
        }
        Err(self.unsupported(a, b, op.symbol))
    }

    fn sequence_repeat(&self, a: &Value, b: &Value, symbol: &str) -> PyResult<Value> {
        if let Some(repeat) = a.ty(self).slots.get().repeat {
            return repeat(self, a, self.repeat_count(b)?);
        }
        if let Some(repeat) = b.ty(self).slots.get().repeat {
            return repeat(self, b, self.repeat_count(a)?);
        }
        Err(self.unsupported(a, b, symbol))
    }

    /// The count of a sequence repetition.
    pub fn repeat_count(&self, n: &Value) -> PyResult<isize> {
        if let Some(i) = n.as_small() {
            return Ok(i as isize);
        }
        if n.ty(self).slots.get().index.is_none() {
            return Err(self
                .type_error(format!("can't multiply sequence by non-int of type '{}'", n.type_name(self))));
        }
        self.to_index_or(n, &crate::runtime::builtins::exceptions::OVERFLOW_ERROR)
    }

    /// `a op= b`
    #[inline(never)]
    pub fn binary_inplace(&self, a: &Value, b: &Value, op: &BinaryOp) -> PyResult<Value> {
        if let Some(f) = (op.inplace)(a.ty(self).slots.get()) {
            let result = f(self, a, b)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        let result = self.binary_slots(a, b, op.slot)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
        let slots = a.ty(self).slots.get();
        if std::ptr::eq(op, &ADD)
            && let Some(concat) = slots.iconcat.or(slots.concat)
        {
            return concat(self, a, b);
        }
        if std::ptr::eq(op, &MUL) {
            if let Some(repeat) = slots.irepeat {
                return repeat(self, a, self.repeat_count(b)?);
            }
            if let Some(repeat) = slots.repeat {
                return repeat(self, a, self.repeat_count(b)?);
            }
            if let Some(repeat) = b.ty(self).slots.get().repeat {
                return repeat(self, b, self.repeat_count(a)?);
            }
        }
        Err(self.unsupported(a, b, &format!("{}=", op.symbol)))
    }

    /// `pow(a, b, modulus)`; `modulus` is `None` for two operands.
    pub fn power(&self, a: &Value, b: &Value, modulus: &Value) -> PyResult<Value> {
        let (ta, tb) = (a.ty(self), b.ty(self));
        let fa = ta.slots.get().pow;
        let mut fb = if ta.address() == tb.address() { None } else { tb.slots.get().pow };
        if let (Some(x), Some(y)) = (fa, fb)
            && std::ptr::fn_addr_eq(x, y)
        {
            fb = None;
        }
        if let Some(f) = fa {
            if let Some(g) = fb
                && tb.is_subtype(ta)
            {
                let result = g(self, a, b, modulus)?;
                if !result.is_not_implemented() {
                    return Ok(result);
                }
                fb = None;
            }
            let result = f(self, a, b, modulus)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        if let Some(g) = fb {
            let result = g(self, a, b, modulus)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        if modulus.is_none() {
            return Err(self.unsupported(a, b, "** or pow()"));
        }
        if let Some(f) = modulus.ty(self).slots.get().pow
            && fa.is_none_or(|x| !std::ptr::fn_addr_eq(x, f))
        {
            let result = f(self, a, b, modulus)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        Err(self.type_error(format!(
            "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
            a.type_name(self),
            b.type_name(self),
            modulus.type_name(self)
        )))
    }

    /// `a **= b`
    pub fn power_inplace(&self, a: &Value, b: &Value) -> PyResult<Value> {
        if let Some(f) = a.ty(self).slots.get().ipow {
            let result = f(self, a, b, &Value::NONE)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        match self.power(a, b, &Value::NONE) {
            Err(raised)
                if self.raised_is(&crate::runtime::builtins::exceptions::TYPE_ERROR)
                    && self.is_unsupported_pow() =>
            {
                drop(self.take_raised(raised));
                Err(self.unsupported(a, b, "**="))
            }
            other => other,
        }
    }

    fn is_unsupported_pow(&self) -> bool {
        let Some(e) = self.raised().and_then(|e| e.downcast::<crate::runtime::object::raise::Exception>())
        else {
            return false;
        };
        let args = e.args.cloned();
        matches!(args.items(), [m] if m.as_str().is_some_and(|m| m.bytes().starts_with(b"unsupported operand type(s) for ** or pow()")))
    }

    /// A unary operator.
    pub fn unary(
        &self,
        a: &Value,
        slot: fn(&Slots) -> Option<fn(&Vm, &Value) -> PyResult<Value>>,
        symbol: &str,
    ) -> PyResult<Value> {
        match slot(a.ty(self).slots.get()) {
            Some(f) => f(self, a),
            None => Err(self.type_error(format!("bad operand type for {symbol}: '{}'", a.type_name(self)))),
        }
    }

    /// `a op b` for a comparison operator.
    #[inline(never)]
    pub fn compare(&self, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
        self.check_native()?;
        if matches!(op, Cmp::Eq | Cmp::Ne) && self.has_identity(a) && self.has_identity(b) {
            return Ok(Value::bool(a.is(b) == (op == Cmp::Eq)));
        }
        let (ta, tb) = (a.ty(self), b.ty(self));
        let mut reversed = false;
        if ta.address() != tb.address()
            && tb.is_subtype(ta)
            && let Some(f) = tb.slots.get().compare
        {
            reversed = true;
            let result = f(self, b, a, op.swapped())?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        if let Some(f) = ta.slots.get().compare {
            let result = f(self, a, b, op)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        if !reversed && let Some(f) = tb.slots.get().compare {
            let result = f(self, b, a, op.swapped())?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        match op {
            Cmp::Eq => Ok(Value::bool(a.is(b))),
            Cmp::Ne => Ok(Value::bool(!a.is(b))),
            _ => Err(self.type_error(format!(
                "'{}' not supported between instances of '{}' and '{}'",
                op.symbol(),
                a.type_name(self),
                b.type_name(self)
            ))),
        }
    }

    /// The truth of a comparison.
    #[inline]
    pub fn compare_bool(&self, a: &Value, b: &Value, op: Cmp) -> PyResult<bool> {
        if let (Some(x), Some(y)) = (a.as_small_or_bool(), b.as_small_or_bool()) {
            return Ok(op.holds(x.cmp(&y)));
        }
        if let (Some(x), Some(y)) =
            (crate::runtime::object::dict::exact_str(a), crate::runtime::object::dict::exact_str(b))
        {
            return Ok(op.holds(x.bytes().cmp(y.bytes())));
        }
        let result = self.compare(a, b, op)?;
        self.truth(&result)
    }

    /// `a is b or a == b`
    #[inline]
    pub fn equal(&self, a: &Value, b: &Value) -> PyResult<bool> {
        match quick_equal(a, b) {
            Some(equal) => Ok(equal),
            None => self.equal_slow(a, b),
        }
    }

    #[inline(never)]
    fn equal_slow(&self, a: &Value, b: &Value) -> PyResult<bool> {
        if let (Some(x), Some(y)) = (a.as_small_or_bool(), b.as_small_or_bool()) {
            return Ok(x == y);
        }
        if self.has_identity(a) && self.has_identity(b) {
            return Ok(false);
        }
        // Keys of dicts often are tuples: their items are compared without a slot and a result between.
        if tuples::compares_as_tuple(self, a)
            && tuples::compares_as_tuple(self, b)
            && let (Some(x), Some(y)) = (a.as_tuple(), b.as_tuple())
        {
            self.check_native()?;
            return tuples::same(self, x, y);
        }
        let result = self.compare(a, b, Cmp::Eq)?;
        self.truth(&result)
    }

    /// Is it equal to nothing but itself, as far as it is asked? Its comparison is that of `object`.
    #[inline(always)]
    fn has_identity(&self, v: &Value) -> bool {
        let plain = self.interp().object_type.slots.get().compare;
        v.is_object() && v.ty(self).slots.get().compare.map(|f| f as usize) == plain.map(|f| f as usize)
    }

    /// `bool(v)`
    #[inline(always)]
    pub fn truth(&self, v: &Value) -> PyResult<bool> {
        match v.to_bits() {
            bits::TRUE => Ok(true),
            bits::FALSE | bits::NONE => Ok(false),
            word if word & 1 != 0 => Ok(word != 1),
            _ => self.truth_slow(v),
        }
    }

    #[inline(never)]
    fn truth_slow(&self, v: &Value) -> PyResult<bool> {
        if let Some(x) = v.as_tagged_float() {
            return Ok(x != 0.0);
        }
        let slots = v.ty(self).slots.get();
        if let Some(f) = slots.bool {
            return f(self, v);
        }
        if let Some(f) = slots.len {
            return Ok(f(self, v)? != 0);
        }
        Ok(true)
    }

    /// `item in container`
    pub fn contains(&self, container: &Value, item: &Value) -> PyResult<bool> {
        if let Some(f) = container.ty(self).slots.get().contains {
            return f(self, container, item);
        }
        self.contains_by_iteration(container, item)
    }

    /// `item in container`, by going through it.
    pub fn contains_by_iteration(&self, container: &Value, item: &Value) -> PyResult<bool> {
        let iter = match self.iter(container) {
            Err(raised) if self.raised_is(&exc::TYPE_ERROR) => {
                drop(self.take_raised(raised));
                return Err(self.type_error(format!(
                    "argument of type '{}' is not a container or iterable",
                    container.type_name(self)
                )));
            }
            iter => iter?,
        };
        while let Some(next) = self.next(&iter)? {
            if self.equal(&next, item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
