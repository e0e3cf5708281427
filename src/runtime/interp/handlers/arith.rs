//! Arithmetic and comparison. A small int's word is 2 i + 1.

use crate::runtime::error::PyResult;
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::handlers::{handlers, moves};
use crate::runtime::interp::machine::{Machine, State, Table};
use crate::runtime::interp::ops::arith;
use crate::runtime::object::ops::{self, BinaryOp};
use crate::runtime::object::typedef::Cmp;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{
    Value, bits, float_decode, float_decode_plain, float_encode, float_encode_plain, is_float_bits,
    is_int_bits, is_plain_float_bits,
};

/// Operands B and C.
#[inline(always)]
unsafe fn operands(m: Machine) -> (u64, u64) {
    // SAFETY: a handler's promise.
    unsafe { (m.bits(m.b()), m.bits(m.c())) }
}

/// Stores an immediate result in A: a register of any kind, or (`temp`) a temporary that was dead or held an immediate operand.
#[inline(always)]
unsafe fn put(m: Machine, temp: bool, result: u64) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        if temp {
            m.fill(m.a(), result);
            return m.next(0);
        }
        m.put(m.a(), result, 0)
    }
}

/// Two small ints by one function, two floats by another, the rest by the operator; `temp`: into a temporary.
#[inline(always)]
unsafe fn arithmetic(
    m: Machine,
    temp: bool,
    int: impl Fn(i64, i64) -> Option<i64>,
    float: impl Fn(f64, f64) -> f64,
    rest: impl Fn(&Vm, At) -> PyResult<()>,
) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        let (x, y) = operands(m);
        if x & y & 1 != 0 {
            if let Some(result) = int(x as i64, y as i64) {
                return put(m, temp, result as u64);
            }
        } else if is_plain_float_bits(x)
            && is_plain_float_bits(y)
            && let Some(result) = float_encode_plain(float(float_decode_plain(x), float_decode_plain(y)))
        {
            return put(m, temp, result);
        }
        with_zeros(m.pc, m.base, m.vm, m.table, float, rest)
    }
}

/// The rest of [`arithmetic`]: floats of which one or the result is zero, and everything else by the operator.
#[inline(never)]
unsafe fn with_zeros(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    table: &Table,
    float: impl Fn(f64, f64) -> f64,
    rest: impl Fn(&Vm, At) -> PyResult<()>,
) -> State {
    let m = Machine { pc, base, vm, table };
    // SAFETY: a handler's promise.
    unsafe {
        let (x, y) = operands(m);
        if is_float_bits(x)
            && is_float_bits(y)
            && let Some(result) = float_encode(float(float_decode(x), float_decode(y)))
        {
            return m.put(m.a(), result, 0);
        }
        m.slow(0, rest)
    }
}

/// Two floats by a division, the rest by the operator.
#[inline(always)]
unsafe fn division(m: Machine, temp: bool) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        let (x, y) = operands(m);
        if is_plain_float_bits(x)
            && is_plain_float_bits(y)
            && let Some(result) = float_encode_plain(float_decode_plain(x) / float_decode_plain(y))
        {
            return put(m, temp, result);
        }
        with_zeros(m.pc, m.base, m.vm, m.table, |x, y| x / y, arith::true_div)
    }
}

/// Two small ints by a function, the rest by the operator.
#[inline(always)]
unsafe fn integral(m: Machine, int: impl Fn(i64, i64) -> Option<i64>, op: &'static BinaryOp) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        let (x, y) = operands(m);
        if x & y & 1 != 0
            && let Some(result) = int(x as i64, y as i64)
        {
            return m.put(m.a(), result as u64, 0);
        }
        slow_binary(m, op)
    }
}

#[inline(always)]
unsafe fn slow_binary(m: Machine, op: &'static BinaryOp) -> State {
    // SAFETY: a handler's promise.
    unsafe { m.slow(0, move |vm, at| arith::binary(vm, at, op)) }
}

/// A small int and the immediate operand by a function, the rest by the operator.
#[inline(always)]
unsafe fn small(m: Machine, int: impl Fn(i64, i64) -> Option<i64>, op: &'static BinaryOp) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        let x = m.bits(m.b());
        if is_int_bits(x)
            && let Some(result) = int(x as i64, m.c() as i64)
        {
            return m.put(m.a(), result as u64, 0);
        }
        m.slow(0, move |vm, at| arith::binary_small(vm, at, op))
    }
}

/// A small int and the immediate operand by one function, a float and it by another, the rest by the operator.
#[inline(always)]
unsafe fn small_arithmetic(
    m: Machine,
    temp: bool,
    int: impl Fn(i64, i64) -> Option<i64>,
    float: impl Fn(f64, f64) -> f64,
    op: &'static BinaryOp,
) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        let x = m.bits(m.b());
        if is_int_bits(x) {
            if let Some(result) = int(x as i64, m.c() as i64) {
                return put(m, temp, result as u64);
            }
        } else if is_float_bits(x)
            && let Some(result) = float_encode(float(float_decode(x), m.c() as f64))
        {
            return put(m, temp, result);
        }
        m.slow(0, move |vm, at| arith::binary_small(vm, at, op))
    }
}

/// A constant float and the arithmetic that follows: with the other operand's word and the constant's, if both are floats and
/// the result is one that fits a word; otherwise the constant is loaded, and the next instruction does the rest.
#[inline(always)]
unsafe fn with_constant(
    m: Machine,
    other: impl Fn(Machine) -> isize,
    float: impl Fn(f64, f64) -> f64,
) -> State {
    // SAFETY: a handler's promise; the constant is such a float (`forms`), another instruction follows.
    unsafe {
        let fixed = moves::constant(m);
        let next = Machine { pc: m.pc.add(1), ..m };
        let x = next.bits(other(next));
        if is_plain_float_bits(x)
            && let Some(result) = float_encode_plain(float(float_decode_plain(fixed), float_decode_plain(x)))
        {
            return next.put(next.a(), result, 0);
        }
        moves::load_const_temp(m.pc, m.base, m.vm, m.table)
    }
}

/// Where the other operand is: behind a constant that comes first.
#[inline(always)]
fn second(m: Machine) -> isize {
    // SAFETY: an arithmetic instruction.
    unsafe { m.c() }
}

/// In front of a constant that comes second.
#[inline(always)]
fn first(m: Machine) -> isize {
    // SAFETY: as in `second`.
    unsafe { m.b() }
}

/// `A = B op C`; words of small ints are in the order of the ints.
#[inline(always)]
unsafe fn comparison(
    m: Machine,
    int: impl Fn(i64, i64) -> bool,
    float: impl Fn(f64, f64) -> bool,
    op: Cmp,
) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        let (x, y) = operands(m);
        let result = if x & y & 1 != 0 {
            int(x as i64, y as i64)
        } else if is_float_bits(x) && is_float_bits(y) {
            float(float_decode(x), float_decode(y))
        } else {
            return m.slow(0, move |vm, at| arith::compare(vm, at, op));
        };
        m.put(m.a(), Value::bool(result).into_bits(), 0)
    }
}

/// `A = (B is C) is when`
#[inline(always)]
unsafe fn identity(m: Machine, when: bool) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        let same = m.value(m.b()).is(m.value(m.c()));
        let (first, second) = (m.used(m.b()), m.used(m.c()));
        // The result's register is dead or one of the operands', unless it is a local.
        if m.a() >= 0 {
            m.swap(m.a(), Value::bool(same == when).into_bits());
            return m.drop_two_next(0, first, second);
        }
        m.slow(0, move |_, at| {
            at.set(at.a(), Value::bool(same == when));
            drop((Value::from_bits(first), Value::from_bits(second)));
            Ok(())
        })
    }
}

/// `A = (B in C) is when`
#[inline(always)]
unsafe fn containment(m: Machine, when: bool) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        m.slow(0, move |vm, at| {
            let found = arith::contains(vm, at)?;
            at.set(at.a(), Value::bool(found == when));
            Ok(())
        })
    }
}

#[inline(always)]
fn add_words(x: i64, y: i64) -> Option<i64> {
    x.checked_add(y - 1)
}
#[inline(always)]
fn sub_words(x: i64, y: i64) -> Option<i64> {
    x.checked_sub(y - 1)
}
#[inline(always)]
fn mul_words(x: i64, y: i64) -> Option<i64> {
    (x >> 1).checked_mul(y - 1).map(|product| product + 1)
}
#[inline(always)]
fn word_of(i: i64) -> i64 {
    i << 1 | 1
}

handlers! {
    /// `A = B + C`
    add(m) { arithmetic(m, false, add_words, |x, y| x + y, |vm, at| arith::binary(vm, at, &ops::ADD)) }
    /// `A = B - C`
    sub(m) { arithmetic(m, false, sub_words, |x, y| x - y, |vm, at| arith::binary(vm, at, &ops::SUB)) }
    /// `A = B * C`
    mul(m) { arithmetic(m, false, mul_words, |x, y| x * y, |vm, at| arith::binary(vm, at, &ops::MUL)) }
    /// `A = B += C`
    iadd(m) { arithmetic(m, false, add_words, |x, y| x + y, arith::iadd) }
    /// `A = B -= C`
    isub(m) { arithmetic(m, false, sub_words, |x, y| x - y, |vm, at| arith::inplace(vm, at, &ops::SUB)) }
    /// `A = B *= C`
    imul(m) { arithmetic(m, false, mul_words, |x, y| x * y, |vm, at| arith::inplace(vm, at, &ops::MUL)) }
    /// `A = B / C`
    true_div(m) { division(m, false) }
    /// `A = B + C`, a temporary.
    add_temp(m) { arithmetic(m, true, add_words, |x, y| x + y, |vm, at| arith::binary(vm, at, &ops::ADD)) }
    /// `A = B - C`, a temporary.
    sub_temp(m) { arithmetic(m, true, sub_words, |x, y| x - y, |vm, at| arith::binary(vm, at, &ops::SUB)) }
    /// `A = B * C`, a temporary.
    mul_temp(m) { arithmetic(m, true, mul_words, |x, y| x * y, |vm, at| arith::binary(vm, at, &ops::MUL)) }
    /// `A = B / C`, a temporary.
    true_div_temp(m) { division(m, true) }
    /// `A = B + small int`, a temporary.
    add_i_temp(m) { small_arithmetic(m, true, |x, y| x.checked_add(y << 1), |x, y| x + y, &ops::ADD) }
    /// `A = B - small int`, a temporary.
    sub_i_temp(m) { small_arithmetic(m, true, |x, y| x.checked_sub(y << 1), |x, y| x - y, &ops::SUB) }
    /// `A = constant + C`
    float_add(m) { with_constant(m, second, |c, x| c + x) }
    /// `A = constant - C`
    float_sub(m) { with_constant(m, second, |c, x| c - x) }
    /// `A = constant * C`
    float_mul(m) { with_constant(m, second, |c, x| c * x) }
    /// `A = constant / C`
    float_div(m) { with_constant(m, second, |c, x| c / x) }
    /// `A = B + constant`
    add_float(m) { with_constant(m, first, |c, x| x + c) }
    /// `A = B - constant`
    sub_float(m) { with_constant(m, first, |c, x| x - c) }
    /// `A = B * constant`
    mul_float(m) { with_constant(m, first, |c, x| x * c) }
    /// `A = B / constant`
    div_float(m) { with_constant(m, first, |c, x| x / c) }
    /// `A = B // C`
    floor_div(m) {
        integral(m, |x, y| (y > 1).then(|| word_of((x >> 1).div_euclid(y >> 1))), &ops::FLOOR_DIV)
    }
    /// `A = B % C`
    mod_(m) { integral(m, |x, y| (y > 1).then(|| word_of((x >> 1).rem_euclid(y >> 1))), &ops::MOD) }
    /// `A = B @ C`
    mat_mul(m) { slow_binary(m, &ops::MAT_MUL) }
    /// `A = B << C`
    lshift(m) { m.slow(0, arith::lshift) }
    /// `A = B >> C`
    rshift(m) {
        integral(m, |x, y| (y > 0 && y < 128).then(|| (x >> ((y >> 1) & 63)) | 1), &ops::RSHIFT)
    }
    /// `A = B & C`
    and(m) { integral(m, |x, y| Some(x & y), &ops::AND) }
    /// `A = B | C`
    or(m) { integral(m, |x, y| Some(x | y), &ops::OR) }
    /// `A = B ^ C`
    xor(m) { integral(m, |x, y| Some((x ^ y) | 1), &ops::XOR) }
    /// `A = B + small int`, also `+=`
    add_i(m) {
        small_arithmetic(m, false, |x, y| x.checked_add(y << 1), |x, y| x + y, &ops::ADD)
    }
    /// `A = B - small int`, also `-=`
    sub_i(m) {
        small_arithmetic(m, false, |x, y| x.checked_sub(y << 1), |x, y| x - y, &ops::SUB)
    }
    /// `A = B * small int`
    mul_i(m) {
        small_arithmetic(m, false, |x, y| (x - 1).checked_mul(y).map(|product| product + 1), |x, y| x * y, &ops::MUL)
    }
    /// `A = B // small int`
    floor_div_i(m) {
        small(m, |x, y| (y > 0).then(|| word_of((x >> 1).div_euclid(y))), &ops::FLOOR_DIV)
    }
    /// `A = B % small int`
    mod_i(m) { small(m, |x, y| (y > 0).then(|| word_of((x >> 1).rem_euclid(y))), &ops::MOD) }
    /// `A = B & small int`
    and_i(m) { small(m, |x, y| Some(x & (y << 1 | 1)), &ops::AND) }
    /// `A = B << small int`
    lshift_i(m) {
        small(
            m,
            |x, y| {
                let n = x >> 1;
                let result = n << (y & 63);
                let fits = (0..62).contains(&y) && result >> (y & 63) == n && Value::small(result).is_some();
                fits.then(|| word_of(result))
            },
            &ops::LSHIFT,
        )
    }
    /// `A = B >> small int`
    rshift_i(m) {
        small(m, |x, y| (0..64).contains(&y).then(|| (x >> y) | 1), &ops::RSHIFT)
    }
    /// `A = -B`
    neg(m) {
        let x = m.bits(m.b());
        if is_int_bits(x)
            && let Some(result) = 2i64.checked_sub(x as i64)
        {
            return m.put(m.a(), result as u64, 0);
        }
        m.slow(0, arith::neg)
    }
    /// `A = not B`
    not(m) {
        let x = m.bits(m.b());
        if x == bits::TRUE || x == bits::FALSE {
            return m.put(m.a(), Value::bool(x == bits::FALSE).into_bits(), 0);
        }
        m.slow(0, |vm, at| {
            let truth = vm.truth(at.reg(at.b()))?;
            if at.b() != at.a() {
                at.done(at.b());
            }
            at.set(at.a(), Value::bool(!truth));
            Ok(())
        })
    }
    /// `A = B < C`
    lt(m) { comparison(m, |x, y| x < y, |x, y| x < y, Cmp::Lt) }
    /// `A = B <= C`
    le(m) { comparison(m, |x, y| x <= y, |x, y| x <= y, Cmp::Le) }
    /// `A = B == C`
    eq(m) { comparison(m, |x, y| x == y, |x, y| x == y, Cmp::Eq) }
    /// `A = B != C`
    ne(m) { comparison(m, |x, y| x != y, |x, y| x != y, Cmp::Ne) }
    /// `A = B > C`
    gt(m) { comparison(m, |x, y| x > y, |x, y| x > y, Cmp::Gt) }
    /// `A = B >= C`
    ge(m) { comparison(m, |x, y| x >= y, |x, y| x >= y, Cmp::Ge) }
    /// `A = B is C`
    is(m) { identity(m, true) }
    /// `A = B is not C`
    is_not(m) { identity(m, false) }
    /// `A = B in C`
    in_(m) { containment(m, true) }
    /// `A = B not in C`
    not_in(m) { containment(m, false) }
}
