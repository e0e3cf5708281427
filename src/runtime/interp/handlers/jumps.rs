//! Jumps.

use crate::runtime::interp::handlers::handlers;
use crate::runtime::interp::machine::{Machine, State};
use crate::runtime::interp::ops::{arith, flow, make};
use crate::runtime::object::typedef::Cmp;
use crate::runtime::value::{Value, bits, float_decode, is_float_bits, is_int_bits};

/// Jumps when the outcome of `A op B` is `when`.
#[inline(always)]
unsafe fn compared(
    m: Machine,
    int: impl Fn(i64, i64) -> bool,
    float: impl Fn(f64, f64) -> bool,
    op: Cmp,
    when: bool,
) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        let (x, y) = (m.bits(m.a()), m.bits(m.b()));
        if x & y & 1 != 0 {
            return m.branch(int(x as i64, y as i64) == when);
        }
        if is_float_bits(x) && is_float_bits(y) {
            return m.branch(float(float_decode(x), float_decode(y)) == when);
        }
        m.slow_branch(when, move |vm, at| arith::compare_truth(vm, at, op))
    }
}

/// Jumps when the outcome of `A op small int` is `when`.
#[inline(always)]
unsafe fn compared_small(
    m: Machine,
    int: impl Fn(i64, i64) -> bool,
    float: impl Fn(f64, f64) -> bool,
    op: Cmp,
    when: bool,
) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        let x = m.bits(m.a());
        if is_int_bits(x) {
            // Words of small ints are in the order of the ints.
            return m.branch(int(x as i64, m.b() as i64 * 2 + 1) == when);
        }
        if is_float_bits(x) {
            return m.branch(float(float_decode(x), m.b() as f64) == when);
        }
        m.slow_branch(when, move |vm, at| arith::compare_small(vm, at, op))
    }
}

/// Jumps when the truth of A, which is used up, is `when`.
#[inline(always)]
unsafe fn by_truth(m: Machine, when: bool) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        let x = m.bits(m.a());
        let truth = match x {
            bits::TRUE => true,
            bits::FALSE | bits::NONE => false,
            _ if is_int_bits(x) => x != 1,
            _ => return m.slow_branch16(when, flow::truth_used),
        };
        if truth == when { m.jump(0, m.i16()) } else { m.next(0) }
    }
}

/// Jumps when A, which is used up, is None or is not.
#[inline(always)]
unsafe fn by_none(m: Machine, when: bool) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        let none = m.bits(m.a()) == bits::NONE;
        let used = m.used(m.a());
        if none == when {
            let target = Machine { pc: m.pc.offset(m.i16()), ..m };
            return target.drop_next(0, used);
        }
        m.drop_next(0, used)
    }
}

/// Jumps and keeps A when its truth is `when`, else drops it.
#[inline(always)]
unsafe fn by_truth_keep(m: Machine, when: bool) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        let x = m.bits(m.a());
        let truth = match x {
            bits::TRUE => true,
            bits::FALSE | bits::NONE => false,
            _ if is_int_bits(x) => x != 1,
            _ => {
                return m.slow_branch16(when, move |vm, at| {
                    let truth = vm.truth(at.reg(at.a()))?;
                    if truth != when {
                        at.set(at.a(), Value::UNBOUND);
                    }
                    Ok(truth)
                });
            }
        };
        if truth == when { m.jump(0, m.i16()) } else { m.put(m.a(), bits::UNBOUND, 0) }
    }
}

handlers! {
    /// Jumps if A is not the common object B.
    jump_if_not_common(m) { m.slow_branch(false, make::is_common) }
    /// Jumps.
    jump(m) { m.jump(0, m.i24()) }
    /// Jumps back.
    jump_back(m) {
        if m.vm.is_wanted() {
            return m.slow_flow(0, |vm, at| {
                flow::attend(vm)?;
                Ok(crate::runtime::interp::dispatch::Next::Jump((at.word() as i32 >> 8) as isize))
            });
        }
        m.jump(0, m.i24())
    }
    /// Jumps if A is true.
    jump_if_true(m) { by_truth(m, true) }
    /// Jumps if A is false.
    jump_if_false(m) { by_truth(m, false) }
    /// Jumps if A is None.
    jump_if_none(m) { by_none(m, true) }
    /// Jumps if A is not None.
    jump_if_not_none(m) { by_none(m, false) }
    /// Jumps and keeps A if it is true.
    jump_if_true_keep(m) { by_truth_keep(m, true) }
    /// Jumps and keeps A if it is false.
    jump_if_false_keep(m) { by_truth_keep(m, false) }
    /// Jumps if `A is B` is what C says.
    j_is(m) {
        let same = m.value(m.a()).is(m.value(m.b()));
        let offset = if u32::from(same) == m.n8() { m.extra(0) as i32 as isize } else { 0 };
        let (first, second) = (m.used(m.a()), m.used(m.b()));
        Machine { pc: m.pc.add(1).offset(offset), ..m }.drop_two_next(0, first, second)
    }
    /// Jumps if `A in B` is what C says.
    j_in(m) { m.slow_branch(m.n8() == 1, flow::jump_in) }
    /// Jumps if `A < B`.
    j_lt(m) { compared(m, |x, y| x < y, |x, y| x < y, Cmp::Lt, true) }
    /// Jumps if not `A < B`.
    j_not_lt(m) { compared(m, |x, y| x < y, |x, y| x < y, Cmp::Lt, false) }
    /// Jumps if `A < small int`.
    j_lt_i(m) { compared_small(m, |x, y| x < y, |x, y| x < y, Cmp::Lt, true) }
    /// Jumps if not `A < small int`.
    j_not_lt_i(m) { compared_small(m, |x, y| x < y, |x, y| x < y, Cmp::Lt, false) }
    /// Jumps if `A <= B`.
    j_le(m) { compared(m, |x, y| x <= y, |x, y| x <= y, Cmp::Le, true) }
    /// Jumps if not `A <= B`.
    j_not_le(m) { compared(m, |x, y| x <= y, |x, y| x <= y, Cmp::Le, false) }
    /// Jumps if `A <= small int`.
    j_le_i(m) { compared_small(m, |x, y| x <= y, |x, y| x <= y, Cmp::Le, true) }
    /// Jumps if not `A <= small int`.
    j_not_le_i(m) { compared_small(m, |x, y| x <= y, |x, y| x <= y, Cmp::Le, false) }
    /// Jumps if `A == B`.
    j_eq(m) { compared(m, |x, y| x == y, |x, y| x == y, Cmp::Eq, true) }
    /// Jumps if not `A == B`.
    j_not_eq(m) { compared(m, |x, y| x == y, |x, y| x == y, Cmp::Eq, false) }
    /// Jumps if `A == small int`.
    j_eq_i(m) { compared_small(m, |x, y| x == y, |x, y| x == y, Cmp::Eq, true) }
    /// Jumps if not `A == small int`.
    j_not_eq_i(m) { compared_small(m, |x, y| x == y, |x, y| x == y, Cmp::Eq, false) }
    /// Jumps if `A != B`.
    j_ne(m) { compared(m, |x, y| x != y, |x, y| x != y, Cmp::Ne, true) }
    /// Jumps if not `A != B`.
    j_not_ne(m) { compared(m, |x, y| x != y, |x, y| x != y, Cmp::Ne, false) }
    /// Jumps if `A != small int`.
    j_ne_i(m) { compared_small(m, |x, y| x != y, |x, y| x != y, Cmp::Ne, true) }
    /// Jumps if not `A != small int`.
    j_not_ne_i(m) { compared_small(m, |x, y| x != y, |x, y| x != y, Cmp::Ne, false) }
    /// Jumps if `A > B`.
    j_gt(m) { compared(m, |x, y| x > y, |x, y| x > y, Cmp::Gt, true) }
    /// Jumps if not `A > B`.
    j_not_gt(m) { compared(m, |x, y| x > y, |x, y| x > y, Cmp::Gt, false) }
    /// Jumps if `A > small int`.
    j_gt_i(m) { compared_small(m, |x, y| x > y, |x, y| x > y, Cmp::Gt, true) }
    /// Jumps if not `A > small int`.
    j_not_gt_i(m) { compared_small(m, |x, y| x > y, |x, y| x > y, Cmp::Gt, false) }
    /// Jumps if `A >= B`.
    j_ge(m) { compared(m, |x, y| x >= y, |x, y| x >= y, Cmp::Ge, true) }
    /// Jumps if not `A >= B`.
    j_not_ge(m) { compared(m, |x, y| x >= y, |x, y| x >= y, Cmp::Ge, false) }
    /// Jumps if `A >= small int`.
    j_ge_i(m) { compared_small(m, |x, y| x >= y, |x, y| x >= y, Cmp::Ge, true) }
    /// Jumps if not `A >= small int`.
    j_not_ge_i(m) { compared_small(m, |x, y| x >= y, |x, y| x >= y, Cmp::Ge, false) }
}
