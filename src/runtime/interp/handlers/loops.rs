//! Loops over ranges, lists, dictionaries, sets, texts and pairs.

use crate::runtime::bytecode::ops::Op;
use crate::runtime::gc::heap;
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::forms;
use crate::runtime::interp::frame::Frame;
use crate::runtime::interp::handlers::{calls, handlers, jumps};
use crate::runtime::interp::machine::{self, Machine, State, Table};
use crate::runtime::interp::ops::iter;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Header, Value, bits, is_object_bits};

/// The next number of the range iterator in B, or the end of the loop.
///
/// # Safety
/// A handler's promise at a `ForIter`; the iterator is one of a range.
#[inline(always)]
pub unsafe fn next_in_range(m: Machine, iterator: u64) -> State {
    // SAFETY: as promised.
    unsafe {
        match iter::range_next(iterator) {
            Some(value) => m.put(m.a(), value, 1),
            None => {
                let ended = m.swap(m.b(), bits::UNBOUND);
                Machine { pc: m.pc.add(1).offset(*m.pc as i32 as isize), ..m }.drop_next(0, ended)
            }
        }
    }
}

/// Is it an iterator of that kind? An immediate may stand there: a generator expression's iterator can be written over from
/// outside.
#[inline(always)]
unsafe fn iterates(iterator: u64, kind: u16) -> bool {
    // SAFETY: a register holds a live value.
    unsafe { is_object_bits(iterator) && heap::type_head(&*(iterator as *const Header)).kind.get() == kind }
}

handlers! {
    /// `ForIter` over a range.
    for_iter_range(m) {
        let iterator = m.bits(m.b());
        if iterates(iterator, kind::RANGE_ITER) {
            return next_in_range(m, iterator);
        }
        calls::for_iter(m.pc, m.base, m.vm, m.table)
    }
    /// `ForIter` over a list.
    for_iter_list(m) {
        let iterator = m.bits(m.b());
        if iterates(iterator, kind::LIST_ITER)
            && let Some(value) = iter::list_next(iterator)
        {
            return m.put(m.a(), value, 1);
        }
        calls::for_iter(m.pc, m.base, m.vm, m.table)
    }
    /// Jumps back to a `ForIter`, whose form says which this shall have.
    jump_back_iter(m) {
        if m.vm.is_wanted() {
            return jumps::jump_back(m.pc, m.base, m.vm, m.table);
        }
        let target = m.pc.offset(m.i24());
        match *target.cast::<u8>().add(machine::OPCODE) {
            op if op == Op::ForIterRange as u8 => forms::rewrite(m.at(), Op::JumpBackRange),
            op if op == Op::ForIterList as u8 => forms::rewrite(m.at(), Op::JumpBackList),
            _ => {}
        }
        m.go(target)
    }
    /// The same of a loop over a range, whose next number it takes.
    jump_back_range(m) {
        if m.vm.is_wanted() {
            return jumps::jump_back(m.pc, m.base, m.vm, m.table);
        }
        // Whatever form the loop has by now: its operands are the same.
        let m = Machine { pc: m.pc.offset(m.i24() + 1), ..m };
        let iterator = m.bits(m.b());
        if iterates(iterator, kind::RANGE_ITER) {
            return next_in_range(m, iterator);
        }
        m.go(m.pc.sub(1))
    }
    /// The same of a loop over a list.
    jump_back_list(m) {
        if m.vm.is_wanted() {
            return jumps::jump_back(m.pc, m.base, m.vm, m.table);
        }
        let m = Machine { pc: m.pc.offset(m.i24() + 1), ..m };
        let iterator = m.bits(m.b());
        if iterates(iterator, kind::LIST_ITER)
            && let Some(value) = iter::list_next(iterator)
        {
            return m.put(m.a(), value, 1);
        }
        m.go(m.pc.sub(1))
    }
}

/// `ForIter` over the keys or values of a dictionary, a set or the characters of a text.
///
/// # Safety
/// A handler's promise; operand B holds such an iterator.
#[inline(never)]
pub unsafe fn for_iter_known(pc: *const u32, base: *mut Value, vm: &Vm, table: &Table) -> State {
    let m = Machine { pc, base, vm, table };
    // SAFETY: as promised.
    unsafe {
        match iter::known_next(vm, m.value(m.b())) {
            Some(value) => m.put(m.a(), value, 1),
            None => m.slow_flow(1, iter::for_iter),
        }
    }
}

/// Registers for the parts of the pair in register `source`, and the instruction behind, if it is taken apart at once.
#[inline]
unsafe fn taken_apart(next: *const u32, source: i8) -> Option<([i8; 2], *const u32)> {
    // SAFETY: an instruction begins there; an `UnpackMoves` of two is followed by two moves.
    unsafe {
        let word = *next;
        // A local keeps the pair.
        if (word >> 16) as i8 != source || source < 0 || word >> 24 != 2 {
            return None;
        }
        let register = |at: usize| (*next.add(at) >> 8) as i8;
        match word & 0xff {
            op if op == Op::UnpackMoves as u32 => Some(([register(1), register(2)], next.add(3))),
            op if op == Op::UnpackPlain as u32 => Some(([register(0), register(0) + 1], next.add(1))),
            _ => None,
        }
    }
}

/// `ForIter` over items of a dictionary, an `enumerate` or a `zip`: if the pair is taken apart at once, it is never made.
///
/// # Safety
/// A handler's promise; operand B holds such an iterator.
#[inline(never)]
pub unsafe fn for_iter_pair(pc: *const u32, base: *mut Value, vm: &Vm, table: &Table) -> State {
    let at = At { base, pc };
    Frame(base).set_pc(pc);
    // SAFETY: as promised.
    unsafe {
        if let Some((places, next)) = taken_apart(pc.add(1), at.a()) {
            // Python code may run, and drop what the register holds.
            let iterator = at.reg(at.b()).clone();
            match iter::next_pair(vm, &iterator) {
                Some(Ok(Some([first, second]))) => {
                    at.set(places[0], first);
                    at.set(places[1], second);
                    return State { pc: next, base };
                }
                Some(Ok(None)) => {
                    at.set(at.b(), Value::UNBOUND);
                    return State { pc: pc.add(1).offset(*pc as i32 as isize), base };
                }
                Some(Err(raised)) => return machine::fail(vm, base, raised),
                None => {}
            }
        }
        Machine { pc, base, vm, table }.slow_flow(1, iter::for_iter)
    }
}
