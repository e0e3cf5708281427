//! Generators that a `for` loop resumes, and that yield to one.

use crate::runtime::bytecode::ops::Op;
use crate::runtime::interp::frame::{Frame, info, word};
use crate::runtime::interp::generator::{self, Generator, State};
use crate::runtime::interp::handlers::handlers;
use crate::runtime::interp::machine::Machine;
use crate::runtime::interp::ops::iter;
use crate::runtime::value::{Obj, bits, is_object_bits};

/// The opcode of an instruction's first word.
fn is(word: u32, op: Op) -> bool {
    word & 0xff == op as u32
}

handlers! {
    /// `A = next(B)`, B a generator: its frame runs next. What is not plain is left to `iter::for_iter`.
    #[inline(never)]
    for_iter_generator(m) {
        let generator = &*(m.bits(m.b()) as *const Obj<Generator>);
        let vm = m.vm;
        let frame = Frame(generator.base.get());
        let left = vm.depth_left.get();
        let mut plain = left > 0;
        match generator.state.get() {
            State::Created => {}
            State::Suspended => {
                let pc = frame.pc();
                let yielded = *pc.sub(1);
                plain &= is(yielded, Op::Yield);
                if plain {
                    // What is sent in: None.
                    let place = frame.0.offset((yielded >> 8) as i8 as isize).cast::<u64>();
                    plain = !is_object_bits(*place);
                    if plain {
                        *place = bits::NONE;
                    }
                }
            }
            State::Running | State::Closed => plain = false,
        }
        if !plain {
            return m.slow_flow(1, iter::for_iter);
        }
        vm.depth_left.set(left - 1);
        m.frame().set_pc(m.pc);
        frame.set(word::CALLER, m.base as u64 | 1);
        frame.set(word::END, m.frame().get(word::END));
        let register = u64::from(m.a() as u8) << 8;
        frame.set(word::INFO, frame.get(word::INFO) & !(0xff00 | info::ENTRY) | register);
        generator.state.set(State::Running);
        generator.handled.below.set(vm.handled.get());
        vm.handled.set(&generator.handled);
        vm.frame.set(frame.0);
        // The running frame keeps its generator alive.
        generator.head.count.set(generator.head.count.get() + 1);
        Machine { base: frame.0, ..m }.go(frame.pc())
    }
    /// Yields B; in place to a `for` loop.
    yield_(m) {
        let frame = m.frame();
        let header = frame.get(word::INFO);
        if header & info::ENTRY != 0 {
            return m.slow_flow(0, iter::yield_value);
        }
        let caller = Frame(frame.address(word::CALLER) as *mut _);
        let pc = caller.pc();
        if !is(*pc.sub(1), Op::ForIter) {
            return m.slow_flow(0, iter::yield_value);
        }
        let value = m.take(m.b());
        let generator = generator::of_frame(frame);
        let vm = m.vm;
        generator.state.set(State::Suspended);
        vm.handled.set(generator.handled.below.get());
        vm.depth_left.set(vm.depth_left.get() + 1);
        vm.frame.set(caller.0);
        frame.set_pc(m.pc);
        frame.set(word::CALLER, 1);
        let m = Machine { pc, base: caller.0, ..m };
        let old = m.swap(m.a(), value);
        // `for_iter` counted the generator up.
        m.drop_two_next(1, old, generator.address())
    }
}
