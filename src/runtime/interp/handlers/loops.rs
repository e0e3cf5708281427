//! Loops over dictionaries, sets, texts and pairs.

use crate::runtime::bytecode::ops::Op;
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::frame::Frame;
use crate::runtime::interp::machine::{self, Machine, State, Table};
use crate::runtime::interp::ops::iter;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

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
