//! Calls, returns, iteration, raising.

use crate::runtime::bytecode::ops::Op;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap;
use crate::runtime::interp::dispatch::{self, At, Next};
use crate::runtime::interp::frame::{Frame, info, word};
use crate::runtime::interp::function::Function;
use crate::runtime::interp::handlers::{classes, generators, handlers, loops, natives};
use crate::runtime::interp::machine::{self, Machine, State, Table};
use crate::runtime::interp::ops::{exc, iter};
use crate::runtime::interp::{call, forms, generator, push, unwind};
use crate::runtime::object::args::Args;
use crate::runtime::object::slots::SlotWrapper;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Header, Obj, Value, bits, is_object_bits};

/// Calls a Python function whose parameters are exactly the arguments, in place: they become the first locals of its frame.
#[inline(always)]
unsafe fn call_in_place(m: Machine, callable: u64, args: *mut Value, count: u32) -> State {
    // SAFETY: a handler's promise; the stack is written below the limit, and what lies behind the arguments is dead.
    unsafe {
        if !is_object_bits(callable)
            || heap::type_head(&*(callable as *const Header)).kind.get() != kind::FUNCTION
        {
            return call_kind(m.pc, m.base, m.vm, callable, args, count);
        }
        let function = &*(callable as *const Obj<Function>);
        debug_assert!(!m.frame().is(info::GENERATOR));
        if function.simple_args.get() != count {
            return call_elsewhere(m.pc, m.base, m.vm, callable, args, count);
        }
        if args.add(function.reach.get() as usize) > m.vm.call_limit() {
            return call_other(m.pc, m.base, m.vm, callable, args, count);
        }
        // Counted in place, and taken back in another function than above: both together would take more registers.
        let left = m.vm.depth_left.get() - 1;
        m.vm.depth_left.set(left);
        if left < 0 {
            return call_too_deep(m.pc, m.base, m.vm, callable, args, count);
        }
        m.frame().set_pc(m.pc.add(1));
        let new = args.add(function.locals.get() as usize);
        Frame(new).begin_at_entry(m.vm, m.base, function, callable + 1, 0);
        if function.unfilled.get() != 0 {
            Frame(new).unbind_from(new.sub(function.unfilled.get() as usize));
        }
        Machine { base: new, ..m }.go(function.entry.get())
    }
}

/// Calls by a generator, whose frame does not lie where its callee's is to be: arguments move.
#[inline(always)]
unsafe fn call_moved(m: Machine, callable: u64, args: *mut Value, count: u32) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        if is_object_bits(callable)
            && heap::type_head(&*(callable as *const Header)).kind.get() == kind::FUNCTION
        {
            return call_elsewhere(m.pc, m.base, m.vm, callable, args, count);
        }
        call_kind(m.pc, m.base, m.vm, callable, args, count)
    }
}

/// Calls a Python function with defaults for the last parameters, or by a generator, or one that makes a generator: the
/// arguments stay in their run if they can, otherwise they move.
#[inline(never)]
unsafe fn call_elsewhere(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    callable: u64,
    args: *mut Value,
    count: u32,
) -> State {
    // SAFETY: a handler's promise; the stack is written below the limit, and what lies behind the arguments is dead.
    unsafe {
        let function = &*(callable as *const Obj<Function>);
        if let Some(laid) = push::lay(vm, base, function, (args, count), 0) {
            Frame(base).set_pc(pc.add(1));
            laid.frame.begin(vm, base, function, callable | 1, 0);
            return State { pc: function.entry.get(), base: laid.frame.0 };
        }
        if function.generator_args.get() == count && !vm.is_wanted() {
            let take = |at: u32| args.add(at as usize).replace(Value::UNBOUND);
            Frame(base).set_pc(pc);
            let made = generator::make(vm, function, (0..count).map(take));
            let at = At { base, pc };
            drop(std::mem::replace(at.reg(at.b()), Value::UNBOUND));
            at.set(at.a(), made);
            return State { pc: pc.add(1), base };
        }
    }
    call_other(pc, base, vm, callable, args, count)
}

/// A call of something else than a Python function.
#[inline(never)]
unsafe fn call_kind(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    callable: u64,
    args: *mut Value,
    count: u32,
) -> State {
    // SAFETY: a handler's promise.
    unsafe {
        if is_object_bits(callable) {
            let call = match heap::type_head(&*(callable as *const Header)).kind.get() {
                kind::METHOD_DESCRIPTOR | kind::NATIVE_FUNCTION => call_native,
                kind::TYPE => classes::call_class,
                kind::METHOD => classes::call_bound,
                kind::SLOT_WRAPPER => call_slot_wrapper,
                _ => return call_other(pc, base, vm, callable, args, count),
            };
            return call(pc, base, vm, callable, args, count);
        }
    }
    call_other(pc, base, vm, callable, args, count)
}

/// Calls a native function or method: the instruction gets the form for that and runs again, if it can be told quickly what runs.
#[inline(never)]
unsafe fn call_native(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    callable: u64,
    args: *mut Value,
    count: u32,
) -> State {
    // SAFETY: a handler's promise; the caller has seen the kind.
    let def = unsafe { natives::def_of(callable, args, count) };
    if def.is_some_and(|def| def.takes_positional(count as usize)) {
        natives::expect_native(At { base, pc });
        // SAFETY: the call's first word stands in front of the address.
        return State { pc: unsafe { pc.sub(1) }, base };
    }
    call_other(pc, base, vm, callable, args, count)
}

/// Calls a built-in type's method of a slot, as `super().__init__()` mostly does.
#[inline(never)]
unsafe fn call_slot_wrapper(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    callable: u64,
    args: *mut Value,
    count: u32,
) -> State {
    // SAFETY: a handler's promise; the caller has seen the kind, and the run holds the callable until the call has ended.
    unsafe {
        let wrapper = &*(callable as *const Obj<SlotWrapper>);
        finish_native(pc, base, vm, args, count, |vm, values| {
            let (receiver, rest) = values.split_first()?;
            if !receiver.ty(vm).is_subtype(&wrapper.owner) {
                return None;
            }
            Some(vm.check_native().and_then(|()| wrapper.call(vm, receiver, Args::positional(rest))))
        })
    }
}

/// Runs a native function on arguments in a call's run, drops the run, stores the result; what it does not take is called
/// in the general way.
///
/// # Safety
/// A handler's promise.
#[inline(always)]
pub unsafe fn finish_native(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    args: *mut Value,
    count: u32,
    body: impl FnOnce(&Vm, &[Value]) -> Option<PyResult<Value>>,
) -> State {
    let at = At { base, pc };
    Frame(base).set_pc(pc);
    // SAFETY: the run holds the callable, maybe an empty word, and that many arguments.
    let Some(outcome) = body(vm, unsafe { std::slice::from_raw_parts(args, count as usize) }) else {
        return call_other(pc, base, vm, at.reg(at.b()).to_bits(), args, count);
    };
    match outcome {
        // SAFETY: the run's words are owned by the caller's frame and used up by the call.
        Ok(result) => unsafe {
            natives::drop_run(at.reg(at.b()), args.add(count as usize));
            at.set(at.a(), result);
            State { pc: pc.add(1), base }
        },
        Err(raised) => machine::fail(vm, base, raised),
    }
}

/// A call at the limit of recursion, which is counted already.
#[cold]
#[inline(never)]
fn call_too_deep(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    callable: u64,
    args: *mut Value,
    count: u32,
) -> State {
    vm.depth_left.set(vm.depth_left.get() + 1);
    call_other(pc, base, vm, callable, args, count)
}

/// A call that is not done in place.
#[inline(never)]
pub fn call_other(
    pc: *const u32,
    base: *mut Value,
    vm: &Vm,
    callable: u64,
    args: *mut Value,
    count: u32,
) -> State {
    Frame(base).set_pc(pc);
    let outcome = call::call(vm, At { base, pc }, callable, args, count);
    // SAFETY: a call has one extra word.
    machine::called(vm, base, unsafe { pc.add(1) }, outcome)
}

/// Leaves a frame with a value.
#[inline(always)]
unsafe fn leave(m: Machine, result: u64) -> State {
    // SAFETY: a handler's promise; the caller of a plain frame waits in a call.
    unsafe {
        debug_assert!(
            (0..m.frame().code().temps as usize).all(|at| !m.frame().temp(at).is_object()),
            "{:?} is left with a temporary alive",
            m.frame().code().qualname.to_string_lossy()
        );
        let header = m.base.cast::<u64>();
        let frame_info = m.frame().get(word::INFO);
        if frame_info & info::SPECIAL != 0 {
            return leave_with(m.pc, m.base, m.vm, m.table, result);
        }
        let mut at = info::locals_start(frame_info);
        while at != 0 {
            let place = header.byte_offset(at);
            let old = *place;
            if is_object_bits(old) {
                let head = &*(old as *const Header);
                let count = head.count.get();
                if count == 1 {
                    return leave_with(m.pc, m.base, m.vm, m.table, result);
                }
                head.count.set(count - 1);
                *place = bits::UNBOUND;
            }
            at += size_of::<Value>() as isize;
        }
        hand_over(m, result)
    }
}

/// The same for code of so many locals.
#[inline(always)]
unsafe fn leave_few<const LOCALS: usize>(m: Machine, result: u64) -> State {
    // SAFETY: as in `leave`.
    unsafe {
        if m.frame().get(word::INFO) != info::word(LOCALS as u32, 0) {
            return leave_with(m.pc, m.base, m.vm, m.table, result);
        }
        for at in 1..=LOCALS as isize {
            let old = m.bits(-at);
            if is_object_bits(old) {
                let head = &*(old as *const Header);
                let count = head.count.get();
                if count == 1 {
                    return leave_with(m.pc, m.base, m.vm, m.table, result);
                }
                head.count.set(count - 1);
                m.base.offset(-at).cast::<u64>().write(bits::UNBOUND);
            }
        }
        hand_over(m, result)
    }
}

/// Gives the result of a plain frame whose locals are gone to its caller, which goes on.
#[inline(always)]
unsafe fn hand_over(m: Machine, result: u64) -> State {
    // SAFETY: the caller waits in a call; the callable, which the frame has borrowed, still lies in its run.
    unsafe {
        let base = (m.frame().get(word::CALLER) - 1) as *mut Value;
        m.vm.frame.set(base);
        m.vm.depth_left.set(m.vm.depth_left.get() + 1);
        let pc = Frame(base).pc();
        let m = Machine { pc, base, ..m };
        let (place, run) = dispatch::called(pc);
        // Mostly the result takes the callable's place.
        let note = *pc.sub(1);
        if note == forms::IN_PLACE {
            let callable = m.swap(run, result);
            return m.drop_object_next(0, callable);
        }
        let callable = m.swap(run, bits::UNBOUND);
        debug_assert!(is_object_bits(callable));
        std::hint::assert_unchecked(is_object_bits(callable));
        if note == forms::DROPS {
            // The next instruction would clear it.
            return m.drop_two_next(1, callable, result);
        }
        let old = m.swap(place, result);
        m.drop_two_next(0, old, callable)
    }
}

/// Leaves a frame that is no plain call's, or one of whose locals may die: quickly, if it only owns its function or the instance
/// that it initialises, and nothing dies.
///
/// # Safety
/// A handler's promise; the value is given up. Temporaries are dead.
#[inline(never)]
unsafe fn leave_with(pc: *const u32, base: *mut Value, vm: &Vm, table: &Table, result: u64) -> State {
    let m = Machine { pc, base, vm, table };
    // SAFETY: as promised.
    unsafe {
        let frame_info = m.frame().get(word::INFO);
        let init = frame_info & info::INIT != 0;
        if frame_info & info::SPECIAL & !(info::INIT | info::OWNS) != 0 || init && result != bits::NONE {
            return leave_dying(pc, base, vm, result);
        }
        let mut at = info::locals_start(frame_info);
        while at != 0 {
            let place = base.cast::<u64>().byte_offset(at);
            let old = *place;
            if is_object_bits(old) {
                let head = &*(old as *const Header);
                let count = head.count.get();
                if count == 1 {
                    return leave_dying(pc, base, vm, result);
                }
                head.count.set(count - 1);
                *place = bits::UNBOUND;
            }
            at += size_of::<Value>() as isize;
        }
        let owns = frame_info & info::OWNS != 0;
        if owns {
            let head = &*(m.frame().address(word::FUNCTION) as *const Header);
            let count = head.count.get();
            if count == 1 {
                return leave_dying(pc, base, vm, result);
            }
            head.count.set(count - 1);
        }
        let result = if init { instance_of(m) } else { result };
        if !owns {
            return hand_over(m, result);
        }
        let place = m.frame().result_register() as isize;
        let caller = m.frame().address(word::CALLER) as *mut Value;
        vm.frame.set(caller);
        vm.depth_left.set(vm.depth_left.get() + 1);
        let m = Machine { pc: Frame(caller).pc(), base: caller, ..m };
        m.put(place, result, 0)
    }
}

/// Takes the instance that a frame initialises out of its header.
#[inline(always)]
unsafe fn instance_of(m: Machine) -> u64 {
    // SAFETY: the frame owns it. What lies above the running frame must be no value (the frame's second invariant).
    unsafe { m.base.add(word::NAMESPACE).cast::<u64>().replace(bits::UNBOUND) }
}

/// Most locals of a frame of which [`leave_dying`] takes leave.
const MOST_DYING: usize = 64;

/// Leaves a frame with which something dies, that native code entered, or that owns its function and maybe the instance that
/// it initialises; others are left to [`leave_special`]. What dies does so when the frame has gone, last local first.
///
/// # Safety
/// A handler's promise; the value is given up. Temporaries are dead.
#[inline(never)]
unsafe fn leave_dying(pc: *const u32, base: *mut Value, vm: &Vm, result: u64) -> State {
    // SAFETY: as promised.
    unsafe {
        let frame = Frame(base);
        let header = frame.get(word::INFO);
        let init = header & info::INIT != 0;
        if header & info::SPECIAL & !(info::INIT | info::OWNS | info::ENTRY) != 0
            || frame.locals_count() >= MOST_DYING
            || init && result != bits::NONE
        {
            return leave_special(pc, base, vm, result);
        }
        let mut dying = [const { std::mem::MaybeUninit::<u64>::uninit() }; MOST_DYING];
        let mut count = 0;
        let mut give_up = |bits: u64| {
            let head = &*(bits as *const Header);
            match head.count.get() {
                1 => {
                    dying[count].write(bits);
                    count += 1;
                }
                other => head.count.set(other - 1),
            }
        };
        if header & info::OWNS != 0 {
            give_up(frame.address(word::FUNCTION));
        }
        let mut at = base.cast::<u64>().byte_offset(info::locals_start(header));
        while at < base.cast::<u64>() {
            let old = *at;
            if is_object_bits(old) {
                *at = bits::UNBOUND;
                give_up(old);
            }
            at = at.add(1);
        }
        let result = if init {
            // What lies above the running frame must be no value (the frame's second invariant).
            base.add(word::NAMESPACE).cast::<u64>().replace(bits::UNBOUND)
        } else {
            result
        };
        let caller = frame.address(word::CALLER) as *mut Value;
        vm.frame.set(caller);
        vm.depth_left.set(vm.depth_left.get() + 1);
        let entered = header & info::ENTRY != 0;
        if !entered {
            let (place, run) = match header & info::OWNS {
                0 => dispatch::called(Frame(caller).pc()),
                _ => (frame.result_register() as isize, frame.result_register() as isize),
            };
            let old = std::mem::replace(&mut *caller.offset(place), Value::from_bits(result));
            if run != place {
                drop(std::mem::replace(&mut *caller.offset(run), Value::UNBOUND));
            }
            drop(old);
        }
        for at in (0..count).rev() {
            drop(Value::from_bits(dying[at].assume_init()));
        }
        if entered { State::ended(Value::from_bits(result)) } else { State::at(caller) }
    }
}

/// Leaves a frame that is no plain call's, or one of which something dies with it.
///
/// # Safety
/// A handler's promise; the value is given up.
#[inline(never)]
unsafe fn leave_special(pc: *const u32, base: *mut Value, vm: &Vm, result: u64) -> State {
    Frame(base).set_pc(pc);
    // SAFETY: the value was taken from the frame.
    match call::return_special(vm, base, unsafe { Value::from_bits(result) }) {
        Ok(Next::Frame(new)) => State::at(new),
        Ok(Next::Leave(value)) => State::ended(value),
        Ok(Next::Go | Next::Jump(_)) => unreachable!("a frame that is left does not go on"),
        Err((frame, raised)) => machine::fail(vm, frame, raised),
    }
}

/// A call of a method pair without a receiver.
#[inline(never)]
unsafe fn call_bare(pc: *const u32, base: *mut Value, vm: &Vm, table: &Table) -> State {
    let m = Machine { pc, base, vm, table };
    // SAFETY: a handler's promise.
    unsafe {
        let run = base.offset(m.b());
        call_in_place(m, *run.cast::<u64>(), run.add(2), m.n8())
    }
}

/// The callable of a method pair, where its arguments begin, and how many they are.
///
/// # Safety
/// A handler's promise at a call of a method.
#[inline(always)]
pub unsafe fn method_run(base: *mut Value, run: isize, given: u32) -> (u64, *mut Value, u32) {
    // SAFETY: the instruction names a run of that many temporaries behind the pair.
    unsafe {
        let run = base.offset(run);
        let args = run.add(1);
        let callable = *run.cast::<u64>();
        if (*args).is_unbound() { (callable, args.add(1), given) } else { (callable, args, given + 1) }
    }
}

handlers! {
    /// `A = B0(B1, …)`
    call(m) {
        let run = m.base.offset(m.b());
        call_in_place(m, *run.cast::<u64>(), run.add(1), m.n8())
    }
    /// `A = B0(B1, B2, …)`, B1 the receiver or nothing.
    call_method(m) {
        let run = m.base.offset(m.b());
        let args = run.add(1);
        if (*args).is_unbound() {
            return call_bare(m.pc, m.base, m.vm, m.table);
        }
        call_in_place(m, *run.cast::<u64>(), args, m.n8() + 1)
    }
    /// `A = B0(B1, …)` in a generator.
    call_moving(m) {
        let run = m.base.offset(m.b());
        call_moved(m, *run.cast::<u64>(), run.add(1), m.n8())
    }
    /// `A = B0(B1, B2, …)` in a generator.
    call_method_moving(m) {
        let (callable, args, count) = method_run(m.base, m.b(), m.n8());
        call_moved(m, callable, args, count)
    }
    /// A call with keywords.
    call_kw(m) { m.slow_call(1, call::call_kw) }
    /// A call with `*` or `**`.
    call_ex(m) { m.slow_call(0, call::call_ex) }
    /// `A, A + 1 = B.__exit__, B.__enter__()`
    before_with(m) { m.slow_call(0, exc::before_with) }
    /// The same with `__aexit__` and `__aenter__`.
    before_async_with(m) { m.slow_call(0, exc::before_async_with) }
    /// `A = B(None, None, None)`
    with_exit(m) { m.slow_call(0, exc::with_exit) }
    /// Returns A.
    return_(m) {
        let value = m.swap(m.a(), bits::UNBOUND);
        leave(m, value)
    }
    /// Returns None.
    return_none(m) { leave(m, bits::NONE) }
    /// Returns A from code with one local.
    return_1(m) {
        let value = m.swap(m.a(), bits::UNBOUND);
        leave_few::<1>(m, value)
    }
    /// Returns A from code with two locals.
    return_2(m) {
        let value = m.swap(m.a(), bits::UNBOUND);
        leave_few::<2>(m, value)
    }
    /// Returns None from code with one local.
    return_none_1(m) { leave_few::<1>(m, bits::NONE) }
    /// Returns None from code with two locals.
    return_none_2(m) { leave_few::<2>(m, bits::NONE) }
    /// Loads the code's body, then begins.
    resolve(m) {
        m.slow_flow(0, |_, at| {
            let function = at.function();
            function.resolve();
            at.frame().set_pc(function.entry.get());
            Ok(Next::Frame(at.base))
        })
    }

    /// `A = next(B)`, or jumps at the end.
    for_iter(m) {
        let iterator = m.bits(m.b());
        // An immediate may stand there: a generator expression's iterator can be written over from outside.
        if is_object_bits(iterator) {
            let kind = heap::type_head(&*(iterator as *const Header)).kind.get();
            if kind == kind::RANGE_ITER {
                forms::rewrite(m.at(), Op::ForIterRange);
                return loops::next_in_range(m, iterator);
            }
            if kind == kind::LIST_ITER
                && let Some(value) = iter::list_next(iterator)
            {
                forms::rewrite(m.at(), Op::ForIterList);
                return m.put(m.a(), value, 1);
            }
            if kind == kind::TUPLE_ITER
                && let Some(value) = iter::tuple_next(iterator)
            {
                return m.put(m.a(), value, 1);
            }
            match kind {
                kind::GENERATOR => return generators::for_iter_generator(m.pc, m.base, m.vm, m.table),
                kind::DICT_KEY_ITER
                | kind::DICT_VALUE_ITER
                | kind::SET_ITER
                | kind::STR_ITER
                | kind::LIST_REVERSE_ITER
                | kind::BYTES_ITER => {
                    return loops::for_iter_known(m.pc, m.base, m.vm, m.table);
                }
                kind::DICT_ITEM_ITER | kind::ENUMERATE | kind::ZIP => {
                    return loops::for_iter_pair(m.pc, m.base, m.vm, m.table);
                }
                _ => {}
            }
        }
        m.slow_flow(1, iter::for_iter)
    }
    /// Yields B from an asynchronous generator.
    async_yield(m) { m.slow_flow(0, iter::async_yield) }
    /// Jumps if the exception A is the end of an asynchronous iteration.
    end_async_for(m) { m.slow_branch(true, iter::end_async_for) }

    /// Raises.
    raise(m) { m.fail(exc::raise) }
    /// Raises A again.
    reraise(m) {
        reraise_again(m.pc, m.base, m.vm)
    }
    /// Jumps if exception A does not match B.
    jump_if_not_exc(m) { m.slow_branch(false, exc::matches) }
}

#[cold]
#[inline(never)]
unsafe fn reraise_again(pc: *const u32, base: *mut Value, vm: &Vm) -> State {
    Frame(base).set_pc(pc);
    let raised = exc::reraise(vm, At { base, pc });
    match unwind::unwind_again(vm, base, raised) {
        Ok(new) => State::at(new),
        Err(raised) => State::raised(raised),
    }
}
