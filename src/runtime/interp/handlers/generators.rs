//! Generators that a loop or a delegation resumes, and that yield to one.

use crate::runtime::bytecode::ops::Op;
use crate::runtime::gc::heap;
use crate::runtime::interp::frame::{Frame, info, word};
use crate::runtime::interp::generator::{self, Generator, PASS_ON, RESUMED, State as GeneratorState};
use crate::runtime::interp::handlers::handlers;
use crate::runtime::interp::machine::{Machine, State};
use crate::runtime::interp::ops::iter;
use crate::runtime::object::typedef::kind;
use crate::runtime::value::{Header, Obj, Value, bits, is_object_bits};

/// The opcode of an instruction's first word.
fn is(word: u32, op: Op) -> bool {
    word & 0xff == op as u32
}

/// Makes the suspended or new generator the running one, sends None in, and runs it; `None` if that takes more, with
/// nothing changed.
#[inline(always)]
unsafe fn resume(m: Machine, generator: &Obj<Generator>) -> Option<State> {
    let vm = m.vm;
    let frame = Frame(generator.base.get());
    let left = vm.depth_left.get();
    if left <= 0 {
        return None;
    }
    // SAFETY: a suspended generator's pc is behind the first word of its yield, whose operand A names a register.
    unsafe {
        match generator.state.get() {
            GeneratorState::Created => {}
            GeneratorState::Suspended => {
                let pc = frame.pc();
                let yielded = *pc.sub(1);
                let place = frame.0.offset((yielded >> 8) as i8 as isize).cast::<u64>();
                if is_object_bits(*place) {
                    return None;
                }
                if is(yielded, Op::YieldFrom) {
                    // It runs again and sends on.
                    frame.set(word::INFO, frame.get(word::INFO) | RESUMED);
                    frame.set_pc(pc.sub(1));
                } else if !is(yielded, Op::Yield) {
                    return None;
                }
                *place = bits::NONE;
            }
            GeneratorState::Running | GeneratorState::Closed => return None,
        }
        vm.depth_left.set(left - 1);
        m.frame().set_pc(m.pc);
        frame.set(word::CALLER, m.base as u64 | 1);
        frame.set(word::END, m.frame().get(word::END));
        let register = u64::from(m.a() as u8) << 8;
        frame.set(word::INFO, frame.get(word::INFO) & !(0xff00 | info::ENTRY) | register);
        generator.state.set(GeneratorState::Running);
        generator.handled.below.set(vm.handled.get());
        vm.handled.set(&generator.handled);
        vm.frame.set(frame.0);
        // The running frame keeps its generator alive.
        generator.head.count.set(generator.head.count.get() + 1);
        Some(Machine { base: frame.0, ..m }.go(frame.pc()))
    }
}

/// Does the frame that resumed this one wait in a loop or a delegation?
#[inline(always)]
unsafe fn has_plain_caller(frame: Frame) -> bool {
    // SAFETY: the caller of a frame that was not entered from native code waits behind an instruction's first word.
    unsafe {
        if frame.is(info::ENTRY) {
            return false;
        }
        let word = *Frame(frame.address(word::CALLER) as *mut Value).pc().sub(1);
        is(word, Op::ForIter) || is(word, Op::YieldFrom)
    }
}

/// The running generator waits, and the loop or delegation that resumed it gets a value.
///
/// # Safety
/// [`has_plain_caller`]; the value is given up.
#[inline(always)]
unsafe fn yield_to_caller(m: Machine, value: u64) -> State {
    // SAFETY: as promised.
    unsafe {
        let frame = m.frame();
        let caller = Frame(frame.address(word::CALLER) as *mut Value);
        let pc = caller.pc();
        let generator = generator::of_frame(frame);
        let vm = m.vm;
        generator.state.set(GeneratorState::Suspended);
        vm.handled.set(generator.handled.below.get());
        vm.depth_left.set(vm.depth_left.get() + 1);
        vm.frame.set(caller.0);
        frame.set_pc(m.pc);
        frame.set(word::CALLER, 1);
        let m = Machine { pc, base: caller.0, ..m };
        // Who resumed it counted the generator up.
        let old = m.swap(m.a(), value);
        if is(*pc.sub(1), Op::ForIter) {
            return m.drop_two_next(1, old, generator.address());
        }
        // The delegation runs again and yields the value on.
        caller.set(word::INFO, caller.get(word::INFO) | PASS_ON);
        Machine { pc: pc.sub(1), ..m }.drop_two_next(0, old, generator.address())
    }
}

handlers! {
    /// `A = next(B)`, B a generator: its frame runs next.
    #[inline(never)]
    for_iter_generator(m) {
        match resume(m, &*(m.bits(m.b()) as *const Obj<Generator>)) {
            Some(state) => state,
            None => m.slow_flow(1, iter::for_iter),
        }
    }
    /// Yields B.
    yield_(m) {
        if !has_plain_caller(m.frame()) {
            return m.slow_flow(0, iter::yield_value);
        }
        let value = m.take(m.b());
        yield_to_caller(m, value)
    }
    /// `A = what B is awaited by`: a coroutine itself.
    get_awaitable(m) {
        let object = m.bits(m.b());
        if is_object_bits(object)
            && heap::type_head(&*(object as *const Header)).kind.get() == kind::COROUTINE
            && (&*(object as *const Obj<Generator>)).state.get() == GeneratorState::Created
        {
            let object = m.take(m.b());
            return m.put(m.a(), object, 0);
        }
        m.slow(0, iter::get_awaitable)
    }
    /// Delegates to B: resumes it, or yields on what it has yielded.
    yield_from(m) {
        let frame = m.frame();
        let header = frame.get(word::INFO);
        if header & PASS_ON != 0 {
            if !has_plain_caller(frame) {
                return m.slow_flow(0, iter::yield_from);
            }
            frame.set(word::INFO, header & !PASS_ON);
            let value = m.swap(m.a(), bits::NONE);
            return yield_to_caller(m, value);
        }
        let iterator = m.bits(m.b());
        if !is_object_bits(iterator) || header & RESUMED != 0 && m.bits(m.a()) != bits::NONE {
            return m.slow_flow(0, iter::yield_from);
        }
        let kind = heap::type_head(&*(iterator as *const Header)).kind.get();
        if kind != kind::GENERATOR && kind != kind::COROUTINE {
            return m.slow_flow(0, iter::yield_from);
        }
        frame.set(word::INFO, header & !RESUMED);
        match resume(m, &*(iterator as *const Obj<Generator>)) {
            Some(state) => state,
            None => {
                frame.set(word::INFO, header);
                m.slow_flow(0, iter::yield_from)
            }
        }
    }
}
