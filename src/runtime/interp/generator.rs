//! Generators, coroutines and asynchronous generators: a frame that waits in a block of its own.

use std::cell::Cell;
use std::ptr::NonNull;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::generators as types;
use crate::runtime::bytecode::code::flags;
use crate::runtime::bytecode::ops::{FRAME_HEADER, Op};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::{self, Layout};
use crate::runtime::interp::dispatch::{self, Next};
use crate::runtime::interp::frame::{self, Frame, info, word};
use crate::runtime::interp::function::Function;
use crate::runtime::interp::{push, unwind};
use crate::runtime::object::str::Str;
use crate::runtime::object::vm::{Handled, Vm};
use crate::runtime::value::{Header, LockCell, Obj, Payload, Ref, Value, bits, flag, is_object_bits};

/// Where a generator is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Not started.
    Created,
    /// Waits at a yield.
    Suspended,
    /// Runs.
    Running,
    /// Has ended.
    Closed,
}

/// The payload of generators of all kinds; the words of the frame stand behind it: locals, header, temporaries.
pub struct Generator {
    /// Base of the frame; null when it has ended.
    pub base: Cell<*mut Value>,
    words: u32,
    /// Where it is.
    pub state: Cell<State>,
    /// Asynchronous generators: closed, hooks called, inside a step.
    pub async_closed: Cell<bool>,
    /// See `async_closed`.
    pub hooks_inited: Cell<bool>,
    /// See `async_closed`.
    pub running_async: Cell<bool>,
    /// `__name__`
    pub name: LockCell<Ref<Str>>,
    /// `__qualname__`
    pub qualname: LockCell<Ref<Str>>,
    /// The function, kept for `gi_code` after the end.
    pub function: LockCell<Ref<Function>>,
    /// The exceptions it handles.
    pub handled: Handled,
    /// What only few have.
    rare: LockCell<Option<Box<Rare>>>,
}

/// What only few generators have.
#[derive(Default)]
struct Rare {
    /// Coroutines: where they were made, if that is tracked.
    origin: Option<Value>,
    /// The finalizer hook of an asynchronous generator.
    finalizer: Option<Value>,
}

impl Payload for Generator {
    #[inline(always)]
    fn layout() -> &'static Layout {
        static LAYOUT: Layout =
            Layout::of::<Generator>("generator", true, None).with_items(size_of_generator);
        &LAYOUT
    }
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.function.get().value());
        visit(self.handled.value.get());
        if let Some(rare) = self.rare.get() {
            rare.origin.iter().chain(&rare.finalizer).for_each(&mut *visit);
        }
        if !self.base.get().is_null() {
            let frame = Frame(self.base.get());
            for at in 0..frame.locals_count() {
                if let Some(held) = frame.local(at).given() {
                    visit(held);
                }
            }
            // While it runs, calls lay their arguments out in the temporaries.
            let temps = if self.state.get() == State::Running { 0 } else { self.temps() };
            for at in 0..temps {
                if let Some(held) = frame.temp(at).given() {
                    visit(held);
                }
            }
        }
    }
    fn clear(&self) {
        if self.state.get() != State::Running {
            self.discard();
        }
    }
}

unsafe fn size_of_generator(at: NonNull<Header>) -> usize {
    // SAFETY: called with a generator.
    size_of::<Obj<Generator>>() + 8 * unsafe { at.cast::<Obj<Generator>>().as_ref() }.words as usize
}

impl Generator {
    fn temps(&self) -> usize {
        self.words as usize - FRAME_HEADER - Frame(self.base.get()).locals_count()
    }

    /// What its variables hold.
    pub fn locals(&self) -> Vec<Value> {
        if self.base.get().is_null() {
            return Vec::new();
        }
        let frame = Frame(self.base.get());
        (0..frame.locals_count())
            .map(|at| frame.local(at).clone())
            .filter(|held| !held.is_unbound())
            .collect()
    }

    /// Drops what the frame holds.
    pub fn discard(&self) {
        let base = self.base.replace(std::ptr::null_mut());
        if !base.is_null() {
            self.state.set(State::Closed);
            drop(Frame(base).take(crate::runtime::object::vm::vm()));
        }
    }

    /// Where a coroutine was made, if that is tracked.
    pub fn origin(&self) -> Value {
        self.rare.get().as_ref().and_then(|rare| rare.origin.clone()).unwrap_or(Value::NONE)
    }

    /// The finalizer hook of an asynchronous generator, or None.
    pub fn finalizer(&self) -> Value {
        self.rare.get().as_ref().and_then(|rare| rare.finalizer.clone()).unwrap_or(Value::NONE)
    }

    /// Sets the finalizer hook of an asynchronous generator.
    pub fn set_finalizer(&self, finalizer: Value) {
        self.rare.get_mut().get_or_insert_default().finalizer = Some(finalizer);
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        self.discard();
    }
}

/// The generator whose frame this is.
pub fn of_frame<'a>(frame: Frame) -> &'a Obj<Generator> {
    // SAFETY: a generator's locals begin behind its payload; the caller of the frame keeps it alive.
    unsafe { &*frame.0.sub(frame.locals_count()).cast::<Obj<Generator>>().sub(1) }
}

/// What `exec` and `eval` make of code that is a generator's or a coroutine's (`await` at the top level): it runs in a namespace.
pub fn create_in(vm: &Vm, function: &Obj<Function>, namespace: Value) -> PyResult<Value> {
    let object = create(vm, function, &[], &[])?;
    let frame = Frame(vm.cast::<Generator>(&object)?.base.get());
    frame.set(word::NAMESPACE, namespace.into_bits());
    frame.set(word::INFO, frame.get(word::INFO) | info::NAMESPACE);
    Ok(object)
}

/// A call of a generator function: binds the arguments into a frame of its own.
pub fn create(vm: &Vm, function: &Obj<Function>, values: &[Value], names: &[Value]) -> PyResult<Value> {
    if names.is_empty() && function.generator_args.get() as usize == values.len() {
        return Ok(make(vm, function, values.iter().cloned()));
    }
    if let Some(made) = push::arrange_generator(vm, function, values, names) {
        return Ok(made);
    }
    let bound = push::bind(vm, function, values, names)?;
    Ok(make(vm, function, bound.into_iter()))
}

/// A generator of a function, whose first locals are the values; the rest is unbound.
#[inline(always)]
pub fn make(vm: &Vm, function: &Obj<Function>, values: impl Iterator<Item = Value>) -> Value {
    function.resolve();
    let locals = function.locals.get() as usize;
    let words = locals + function.frame_words();
    let spec = match function.flags.get() {
        kind if kind & flags::ASYNC_GENERATOR != 0 => &types::ASYNC_GENERATOR,
        kind if kind & flags::COROUTINE != 0 => &types::COROUTINE,
        _ => &types::GENERATOR,
    };
    // SAFETY: the object has room for its payload and that many words, which are all written: locals, header, temporaries.
    unsafe {
        let size = size_of::<Obj<Generator>>() + 8 * words;
        let object = heap::heap().object(vm.typ(spec).head_ptr(), size, true).cast::<Obj<Generator>>();
        let start = object.add(1).cast::<Value>().as_ptr();
        let new = Frame(start.add(locals));
        (&raw mut (*object.as_ptr()).data).write(Generator {
            base: Cell::new(new.0),
            words: words as u32,
            state: Cell::new(State::Created),
            async_closed: Cell::new(false),
            hooks_inited: Cell::new(false),
            running_async: Cell::new(false),
            name: LockCell::new(function.name.cloned()),
            qualname: LockCell::new(function.qualname.cloned()),
            function: LockCell::new(function.to_ref()),
            handled: Handled::new(),
            rare: LockCell::new(None),
        });
        let mut at = start;
        for value in values {
            debug_assert!(at < new.0);
            at.write(value);
            at = at.add(1);
        }
        let end = start.add(words);
        while at < end {
            at.cast::<u64>().write_volatile(bits::UNBOUND);
            at = at.add(1);
        }
        new.set(word::CALLER, 1);
        new.set(word::FUNCTION, function.address() | 1);
        new.set_pc(function.entry.get());
        new.set(word::INFO, info::word(locals as u32, info::GENERATOR));
        new.set(word::END, 1);
        if vm.origin_depth.get() > 0 && std::ptr::eq(spec, &types::COROUTINE) {
            let origin = vm.coroutine_origin(vm.origin_depth.get());
            object.as_ref().rare.get_mut().get_or_insert_default().origin = Some(origin);
        }
        Value::from_bits(object.as_ptr() as u64)
    }
}

/// What a step of a generator gave.
pub enum Step {
    /// It yielded.
    Yield(Value),
    /// It returned.
    Return(Value),
}

/// Links the generator's frame in above the running one.
fn link(vm: &Vm, generator: &Obj<Generator>, result: i8, flags: u64) -> PyResult<Frame> {
    let left = vm.depth_left.get();
    if left <= 0 {
        return Err(vm.raise(&exc::RECURSION_ERROR, "maximum recursion depth exceeded"));
    }
    vm.depth_left.set(left - 1);
    let frame = Frame(generator.base.get());
    let end = push::free_stack(vm);
    frame.set(word::CALLER, vm.frame.get() as u64 | 1);
    frame.set(word::END, end as u64 | 1);
    let old = frame.get(word::INFO);
    frame.set(word::INFO, (old & !(0xff00 | info::ENTRY)) | u64::from(result as u8) << 8 | flags);
    generator.state.set(State::Running);
    generator.handled.below.set(vm.handled.get());
    vm.handled.set(&generator.handled);
    vm.frame.set(frame.0);
    // The running frame keeps its generator alive; its owner may drop it meanwhile.
    generator.head.count.set(generator.head.count.get() + 1);
    Ok(frame)
}

/// Unlinks a frame that yields or ends; gives its caller and the reference that `link` took.
fn unlink(vm: &Vm, frame: Frame) -> (*mut Value, Value) {
    let generator = of_frame(frame);
    vm.handled.set(generator.handled.below.get());
    vm.depth_left.set(vm.depth_left.get() + 1);
    let caller = frame.address(word::CALLER) as *mut Value;
    vm.frame.set(caller);
    frame.set(word::CALLER, 1);
    // SAFETY: `link` counted the generator up.
    (caller, unsafe { Value::from_bits(generator.address()) })
}

/// Makes a suspended generator's frame the running one, while what it delegates to gets an exception.
pub fn enter(vm: &Vm, generator: &Obj<Generator>) -> PyResult<()> {
    link(vm, generator, 0, info::ENTRY).map(drop)
}

/// The end of [`enter`]: it waits where it did.
pub fn leave(vm: &Vm, generator: &Obj<Generator>) {
    generator.state.set(State::Suspended);
    let (_, owner) = unlink(vm, Frame(generator.base.get()));
    drop(owner);
}

/// The register that the suspended yield writes what is sent into.
fn sent_register(frame: Frame) -> i8 {
    // SAFETY: the pc of a suspended generator is behind the first word of its yield.
    let word = unsafe { *frame.pc().sub(1) };
    (word >> 8) as i8
}

/// Is the generator suspended inside a `yield from` or `await`?
pub fn delegate(generator: &Obj<Generator>) -> Option<Value> {
    if generator.state.get() != State::Suspended {
        return None;
    }
    let frame = Frame(generator.base.get());
    // SAFETY: as in `sent_register`.
    let word = unsafe { *frame.pc().sub(1) };
    if Op::decode(word) != Some(Op::YieldFrom) {
        return None;
    }
    // SAFETY: operand B names a register of the frame.
    let value = unsafe { &*frame.0.offset((word >> 16) as i8 as isize) };
    Some(value.clone())
}

/// Would an exception at the suspended yield leave the generator at once? No handler covers the yield, and nothing is
/// delegated to.
pub fn nobody_hears(generator: &Obj<Generator>) -> bool {
    let frame = Frame(generator.base.get());
    // SAFETY: as in `sent_register`.
    if Op::decode(unsafe { *frame.pc().sub(1) }) != Some(Op::Yield) {
        return false;
    }
    let at = frame.running_word();
    !frame.code().handlers.iter().any(|handler| handler.start <= at && at < handler.end)
}

/// Puts what is sent in where the suspended yield wants it.
fn deliver(generator: &Obj<Generator>, sent: Value) {
    let frame = Frame(generator.base.get());
    if generator.state.get() == State::Created {
        return;
    }
    // SAFETY: operand A names a register of the frame.
    let place = unsafe { &mut *frame.0.offset(sent_register(frame) as isize) };
    drop(std::mem::replace(place, sent));
    // SAFETY: as in `sent_register`.
    if Op::decode(unsafe { *frame.pc().sub(1) }) == Some(Op::YieldFrom) {
        // It runs again and passes what is sent on.
        frame.set(word::INFO, frame.get(word::INFO) | RESUMED);
        frame.set_pc(frame.pc().wrapping_sub(1));
    }
}

/// Is the generator new, or waits it at a `Yield` whose register takes None, which this writes there?
#[inline]
fn ready_for_none(generator: &Obj<Generator>) -> bool {
    match generator.state.get() {
        State::Created => true,
        State::Suspended => {
            let frame = Frame(generator.base.get());
            // SAFETY: as in `sent_register`; operand A names a register of the frame.
            unsafe {
                let word = *frame.pc().sub(1);
                let place = frame.0.offset((word >> 8) as i8 as isize).cast::<u64>();
                if word as u8 != Op::Yield as u8 || is_object_bits(*place) {
                    return false;
                }
                *place = bits::NONE;
            }
            true
        }
        State::Running | State::Closed => false,
    }
}

impl Vm {
    fn busy(&self, generator: &Obj<Generator>) -> Raised {
        self.value_error(format!("{} already executing", kind_name(generator)))
    }

    /// `next(generator)`, from native code: what it yields; at the end `None`, the result in `stop_value`.
    #[inline]
    pub fn generator_next(&self, generator: &Obj<Generator>) -> PyResult<Option<Value>> {
        let step = match ready_for_none(generator) {
            true => {
                self.check_native()?;
                let frame = link(self, generator, 0, info::ENTRY)?;
                let result = dispatch::run(self, frame.0)?;
                match generator.state.get() {
                    State::Closed => Step::Return(result),
                    _ => Step::Yield(result),
                }
            }
            false => self.generator_send(generator, Value::NONE)?,
        };
        match step {
            Step::Yield(value) => Ok(Some(value)),
            Step::Return(value) => {
                self.stop_value.set(value);
                Ok(None)
            }
        }
    }

    /// `generator.send(value)`, from native code.
    pub fn generator_send(&self, generator: &Obj<Generator>, sent: Value) -> PyResult<Step> {
        self.check_native()?;
        match generator.state.get() {
            State::Running => return Err(self.busy(generator)),
            State::Closed => {
                if types::is_coroutine(generator) {
                    return Err(self.runtime_error("cannot reuse already awaited coroutine"));
                }
                return Ok(Step::Return(Value::NONE));
            }
            State::Created if !sent.is_none() => {
                return Err(self.type_error(format!(
                    "can't send non-None value to a just-started {}",
                    kind_name(generator)
                )));
            }
            _ => {}
        }
        deliver(generator, sent);
        let frame = link(self, generator, 0, info::ENTRY)?;
        let result = dispatch::run(self, frame.0)?;
        Ok(if generator.state.get() == State::Closed { Step::Return(result) } else { Step::Yield(result) })
    }

    /// Resumes a generator by raising an exception at its yield (no delegation), from native code.
    pub fn generator_raise(&self, generator: &Obj<Generator>, raised: Raised) -> PyResult<Step> {
        match generator.state.get() {
            State::Running => {
                drop(self.take_raised(raised));
                return Err(self.busy(generator));
            }
            State::Closed => {
                if types::is_coroutine(generator) {
                    drop(self.take_raised(raised));
                    return Err(self.runtime_error("cannot reuse already awaited coroutine"));
                }
                return Err(raised);
            }
            State::Created => {
                let exception = self.take_raised(raised);
                let frame = Frame(generator.base.get());
                // The traceback shows the generator's first line.
                let raised = self.set_raised(exception);
                let linked = link(self, generator, 0, info::ENTRY)?;
                debug_assert_eq!(linked.0, frame.0);
                frame.set_pc(frame.pc().wrapping_add(1));
                return match unwind::unwind_unbegun(self, frame.0, raised) {
                    Ok(base) => {
                        let result = dispatch::run(self, base)?;
                        Ok(if generator.state.get() == State::Closed {
                            Step::Return(result)
                        } else {
                            Step::Yield(result)
                        })
                    }
                    Err(raised) => Err(raised),
                };
            }
            State::Suspended => {}
        }
        let exception = self.take_raised(raised);
        let frame = link(self, generator, 0, info::ENTRY)?;
        // It is raised anew here: its context is what this generator handles, but not what its resumer does.
        let handles = !generator.handled.value.get().is_none();
        let raised = if handles { self.raise_value(exception) } else { self.set_raised(exception) };
        let base = unwind::unwind(self, frame.0, raised)?;
        let result = dispatch::run(self, base)?;
        Ok(if generator.state.get() == State::Closed { Step::Return(result) } else { Step::Yield(result) })
    }
}

impl Vm {
    /// Resumes a generator behind a delegation that has ended with a value.
    pub fn generator_continue(&self, generator: &Obj<Generator>, value: Value) -> PyResult<Step> {
        let frame = Frame(generator.base.get());
        // SAFETY: the generator waits at a `YieldFrom`, whose operands name registers of its frame.
        unsafe {
            let word = *frame.pc().sub(1);
            let iterator = &mut *frame.0.offset((word >> 16) as i8 as isize);
            drop(std::mem::replace(iterator, Value::UNBOUND));
            let place = &mut *frame.0.offset((word >> 8) as i8 as isize);
            drop(std::mem::replace(place, value));
        }
        let frame = link(self, generator, 0, info::ENTRY)?;
        let result = dispatch::run(self, frame.0)?;
        Ok(if generator.state.get() == State::Closed { Step::Return(result) } else { Step::Yield(result) })
    }
}

/// `generator`, `coroutine` or `async generator`.
pub fn kind_name(generator: &Obj<Generator>) -> &'static str {
    let flags = generator.function.get().flags.get();
    if flags & flags::ASYNC_GENERATOR != 0 {
        "async generator"
    } else if flags & flags::COROUTINE != 0 {
        "coroutine"
    } else {
        "generator"
    }
}

/// `ForIter` and `YieldFrom` on a generator: its frame runs next; `None` if it cannot.
pub fn resume_inline(
    vm: &Vm,
    generator: &Obj<Generator>,
    sent: Value,
    result: i8,
) -> PyResult<Option<*mut Value>> {
    match generator.state.get() {
        State::Running => Err(vm.busy(generator)),
        State::Closed => Ok(None),
        State::Created if !sent.is_none() => {
            Err(vm
                .type_error(format!("can't send non-None value to a just-started {}", kind_name(generator))))
        }
        _ => {
            deliver(generator, sent);
            Ok(Some(link(vm, generator, result, 0)?.0))
        }
    }
}

/// `Yield`: the frame waits, and so do those that delegate to it; the loop or the native code that resumed them gets the value.
pub fn suspend(vm: &Vm, frame: Frame, value: Value) -> Next {
    let mut frame = frame;
    loop {
        of_frame(frame).state.set(State::Suspended);
        let entered = frame.is(info::ENTRY);
        let (caller, owner) = unlink(vm, frame);
        drop(owner);
        if entered {
            return Next::Leave(value);
        }
        frame = Frame(caller);
        // SAFETY: the caller's pc is behind the first word of the instruction that resumed the generator.
        let word = unsafe { *frame.pc().sub(1) };
        if Op::decode(word).map(Op::plain) == Some(Op::ForIter) {
            // SAFETY: its operand A names a register of the frame, and the instruction has a second word.
            let place = unsafe {
                frame.set_pc(frame.pc().add(1));
                &mut *caller.offset((word >> 8) as i8 as isize)
            };
            drop(std::mem::replace(place, value));
            return Next::Frame(caller);
        }
    }
}

/// Bit of the info word of a frame at a `YieldFrom`: its register holds what was sent.
pub const RESUMED: u64 = 128;

/// `Return` in a generator.
pub fn returned(vm: &Vm, frame: Frame, result: Value) -> Result<Next, (*mut Value, Raised)> {
    let generator = of_frame(frame);
    let header = frame.get(word::INFO);
    generator.state.set(State::Closed);
    let (caller, owner) = unlink(vm, frame);
    generator.base.set(std::ptr::null_mut());
    generator.head.flags.set(generator.head.flags.get() | flag::SETTLED);
    if header & (info::OBJECT | info::NAMESPACE) != 0 {
        drop(frame.take(vm));
    } else {
        // Temporaries are dead at a return, and the function is the generator's.
        for at in (0..frame.locals_count()).rev() {
            drop(std::mem::replace(frame.local(at), Value::UNBOUND));
        }
    }
    if header & info::ENTRY != 0 {
        drop(owner);
        return Ok(Next::Leave(result));
    }
    let caller_frame = Frame(caller);
    ended_to(caller_frame, result, (header >> 8) as i8);
    drop(owner);
    Ok(Next::Frame(caller))
}

/// The caller's `ForIter` or `YieldFrom` goes on after the generator's end.
fn ended_to(caller: Frame, result: Value, register: i8) {
    // SAFETY: the caller's pc is behind the first word of the instruction that resumed the generator.
    unsafe {
        let pc = caller.pc();
        let word = *pc.sub(1);
        let iterator = &mut *caller.0.offset((word >> 16) as i8 as isize);
        match Op::decode(word).map(Op::plain) {
            Some(Op::ForIter) => {
                let offset = *pc as i32;
                caller.set_pc(pc.add(1).offset(offset as isize));
                drop(std::mem::replace(iterator, Value::UNBOUND));
            }
            _ => {
                let place = &mut *caller.0.offset(register as isize);
                drop(std::mem::replace(place, result));
                drop(std::mem::replace(iterator, Value::UNBOUND));
            }
        }
    }
}

/// An exception leaves a generator's frame: `StopIteration` becomes RuntimeError.
pub fn failed(vm: &Vm, frame: Frame, raised: Raised) -> Raised {
    let generator = of_frame(frame);
    let is_async = generator.function.get().flags.get() & flags::ASYNC_GENERATOR != 0;
    let mut raised = raised;
    let what = if vm.raised_is(&exc::STOP_ITERATION) {
        Some(format!("{} raised StopIteration", kind_name(generator)))
    } else if is_async && vm.raised_is(&exc::STOP_ASYNC_ITERATION) {
        Some("async generator raised StopAsyncIteration".to_owned())
    } else {
        None
    };
    if let Some(message) = what {
        let cause = vm.take_raised(raised);
        raised = vm.runtime_error(message);
        let new = vm.take_raised(raised);
        if let Some(e) = new.downcast::<crate::runtime::object::raise::Exception>() {
            e.cause.set(cause.clone());
            e.context.set(cause);
            e.suppress_context.set(true);
        }
        // It is raised anew where the generator was left: the traceback does not show that.
        raised = vm.set_raised(new);
    }
    let exception = vm.take_raised(raised);
    generator.state.set(State::Closed);
    let caller = frame.address(word::CALLER);
    let header = frame.get(word::INFO);
    // `unwind` finishes the frame; the generator forgets it, and the block is freed with the generator.
    vm.handled.set(generator.handled.below.get());
    generator.base.set(std::ptr::null_mut());
    frame.set(word::CALLER, caller | 1);
    frame.set(word::INFO, header);
    // SAFETY: `link` counted the generator up; its block outlives the unwinding because somebody else refers to it, or
    // it is given to the pending list below.
    let owner = unsafe { Value::from_bits(generator.address()) };
    if owner.count() == 1 {
        // Nobody else: keep it until the frame is finished.
        vm.keep_until_unwound(owner);
    } else {
        drop(owner);
    }
    vm.set_raised(exception)
}

/// Frame of a generator that waits, for `gi_frame`.
pub fn frame_object(vm: &Vm, generator: &Obj<Generator>) -> Value {
    if generator.base.get().is_null() {
        return Value::NONE;
    }
    let object = frame::object(vm, Frame(generator.base.get()));
    object.generator.set(generator.address());
    object.into_value()
}
