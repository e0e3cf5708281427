//! Generators that a loop or a delegation resumes, and that yield to one. What a generator yields goes through all that
//! delegate to it at once, and what resumes them goes down to it at once.

use crate::runtime::bytecode::ops::Op;
use crate::runtime::gc::heap;
use crate::runtime::interp::dispatch::Next;
use crate::runtime::interp::frame::{Frame, info, word};
use crate::runtime::interp::generator::{self, Generator, RESUMED, State as GeneratorState};
use crate::runtime::interp::handlers::handlers;
use crate::runtime::interp::machine::{Machine, State};
use crate::runtime::interp::ops::iter;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Header, Obj, Value, bits, is_object_bits};

/// The opcode of an instruction's first word.
fn is(word: u32, op: Op) -> bool {
    word & 0xff == op as u32
}

/// A generator that can be resumed with None: its frame, and the yield that it waits at, 0 if it is new.
#[inline(always)]
unsafe fn ready(generator: &Obj<Generator>) -> Option<(Frame, u32)> {
    let frame = Frame(generator.base.get());
    match generator.state.get() {
        GeneratorState::Created => Some((frame, 0)),
        GeneratorState::Suspended => {
            // SAFETY: a suspended generator's pc is behind the first word of its yield, whose operand A names a register.
            let (word, held) = unsafe {
                let word = *frame.pc().sub(1);
                (word, *sent_place(frame, word))
            };
            let waits = is(word, Op::Yield) || is(word, Op::YieldFrom);
            (waits && !is_object_bits(held)).then_some((frame, word))
        }
        GeneratorState::Running | GeneratorState::Closed => None,
    }
}

/// Where what is sent goes.
#[inline(always)]
unsafe fn sent_place(frame: Frame, yielded: u32) -> *mut u64 {
    // SAFETY: operand A of a yield names a register of the frame.
    unsafe { frame.0.offset((yielded >> 8) as i8 as isize).cast() }
}

/// The generator or coroutine that a frame that waits at this `YieldFrom` delegates to.
#[inline(always)]
unsafe fn delegate<'a>(frame: Frame, yielded: u32) -> Option<&'a Obj<Generator>> {
    // SAFETY: operand B names a register of the frame, which keeps what it holds alive.
    unsafe {
        let inner = *frame.0.offset((yielded >> 16) as i8 as isize).cast::<u64>();
        if !is_object_bits(inner) {
            return None;
        }
        let kind = heap::type_head(&*(inner as *const Header)).kind.get();
        (kind == kind::GENERATOR || kind == kind::COROUTINE).then(|| &*(inner as *const Obj<Generator>))
    }
}

/// Resumes a suspended or new generator with None, and what it delegates to and that delegates to, down to the one that
/// yielded; `None` if that takes more, with nothing changed.
#[inline(always)]
unsafe fn resume(m: Machine, generator: &Obj<Generator>) -> Option<State> {
    let vm = m.vm;
    let mut left = vm.depth_left.get();
    if left <= 0 {
        return None;
    }
    // SAFETY: a generator that is ready has a frame; the running frame keeps its generator alive.
    unsafe {
        let (mut frame, mut yielded) = ready(generator)?;
        m.frame().set_pc(m.pc);
        let end = m.frame().end() as u64 | 1;
        let (mut caller, mut register) = (m.base, m.a() as u8);
        let mut handled = vm.handled.get();
        let mut generator = generator;
        loop {
            left -= 1;
            frame.set(word::CALLER, caller as u64 | 1);
            frame.set(word::END, end);
            let header = frame.get(word::INFO) & !(0xff00 | info::ENTRY);
            frame.set(word::INFO, header | u64::from(register) << 8);
            generator.state.set(GeneratorState::Running);
            generator.handled.below.set(handled);
            handled = &raw const generator.handled;
            generator.head.count.set(generator.head.count.get() + 1);
            if !is(yielded, Op::YieldFrom) {
                break;
            }
            match delegate(frame, yielded).map(|inner| (inner, ready(inner))) {
                Some((inner, Some(found))) if left > 0 => {
                    (caller, register) = (frame.0, (yielded >> 8) as u8);
                    generator = inner;
                    (frame, yielded) = found;
                }
                // It runs again and sends on.
                _ => {
                    frame.set(word::INFO, frame.get(word::INFO) | RESUMED);
                    frame.set_pc(frame.pc().sub(1));
                    break;
                }
            }
        }
        if yielded != 0 {
            sent_place(frame, yielded).write(bits::NONE);
        }
        vm.depth_left.set(left);
        vm.handled.set(handled);
        vm.frame.set(frame.0);
        Some(Machine { base: frame.0, ..m }.go(frame.pc()))
    }
}

/// The running generator waits, and those that delegate to it; the loop that resumed them gets a value.
///
/// # Safety
/// The frame was not entered from native code; the value is given up.
#[inline(always)]
unsafe fn yield_to_caller(m: Machine, value: u64) -> State {
    let vm = m.vm;
    let mut frame = m.frame();
    frame.set_pc(m.pc);
    let mut left = vm.depth_left.get();
    // SAFETY: as promised; the caller of such a frame waits behind the first word of a `ForIter` or `YieldFrom`.
    unsafe {
        loop {
            let generator = generator::of_frame(frame);
            let caller = Frame(frame.address(word::CALLER) as *mut Value);
            let pc = caller.pc();
            // The instruction may have got another form meanwhile, by another call of the same code.
            let loops = !is(*pc.sub(1), Op::YieldFrom);
            if !loops && (caller.is(info::ENTRY) || generator.head.count.get() == 1) {
                vm.depth_left.set(left);
                vm.frame.set(frame.0);
                return yield_on(vm, frame, value);
            }
            generator.state.set(GeneratorState::Suspended);
            frame.set(word::CALLER, 1);
            left += 1;
            vm.handled.set(generator.handled.below.get());
            if loops {
                vm.depth_left.set(left);
                vm.frame.set(caller.0);
                let m = Machine { pc, base: caller.0, ..m };
                // Who resumed it counted the generator up.
                let old = m.swap(m.a(), value);
                return m.drop_two_next(1, old, generator.address());
            }
            generator.head.count.set(generator.head.count.get() - 1);
            frame = caller;
        }
    }
}

/// The running generator waits, and the native code that resumed it gets a value.
///
/// # Safety
/// The frame was entered from native code; the value is given up.
#[inline(always)]
unsafe fn yield_to_native(m: Machine, value: u64) -> State {
    let frame = m.frame();
    frame.set_pc(m.pc);
    let generator = generator::of_frame(frame);
    // SAFETY: as promised.
    unsafe {
        // The reference that `link` took; who resumed it has another one.
        if generator.head.count.get() == 1 {
            return yield_on(m.vm, frame, value);
        }
        generator.head.count.set(generator.head.count.get() - 1);
        generator.state.set(GeneratorState::Suspended);
        m.vm.handled.set(generator.handled.below.get());
        m.vm.depth_left.set(m.vm.depth_left.get() + 1);
        m.vm.frame.set(frame.address(word::CALLER) as *mut Value);
        frame.set(word::CALLER, 1);
        State::ended(Value::from_bits(value))
    }
}

/// The rest of [`yield_to_caller`] for generators that native code resumed.
#[inline(never)]
unsafe fn yield_on(vm: &Vm, frame: Frame, value: u64) -> State {
    // SAFETY: the value is given up.
    match generator::suspend(vm, frame, unsafe { Value::from_bits(value) }) {
        Next::Leave(value) => State::ended(value),
        _ => State::at(vm.frame.get()),
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
        let value = m.take(m.b());
        if m.frame().is(info::ENTRY) {
            return yield_to_native(m, value);
        }
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
    /// Delegates to B: resumes it.
    yield_from(m) {
        let frame = m.frame();
        let header = frame.get(word::INFO);
        if header & RESUMED != 0 && m.bits(m.a()) != bits::NONE {
            return m.slow_flow(0, iter::yield_from);
        }
        let Some(inner) = delegate(frame, *m.pc.sub(1)) else {
            return m.slow_flow(0, iter::yield_from);
        };
        frame.set(word::INFO, header & !RESUMED);
        match resume(m, inner) {
            Some(state) => state,
            None => {
                frame.set(word::INFO, header);
                m.slow_flow(0, iter::yield_from)
            }
        }
    }
}
