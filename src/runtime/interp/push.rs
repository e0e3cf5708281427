//! Frames of callees: how arguments and defaults come to lie where the locals of the frame begin.

use std::mem::MaybeUninit;

use crate::runtime::bytecode::code::flags;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::frame::{Frame, info};
use crate::runtime::interp::function::{Function, GENERATOR_KINDS};
use crate::runtime::interp::generator;
use crate::runtime::interp::places::{self, LEFT_OUT, MOST, Names, Places};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Ref, Value, bits};

/// Attends to what the machine is wanted for, before a call reads its function's sizes and defaults: Python code may run.
#[inline]
pub fn attend(vm: &Vm) -> PyResult<()> {
    if vm.is_wanted() { vm.attend() } else { Ok(()) }
}

/// A callee's frame that is about to begin, and where its locals do.
pub struct Laid {
    /// The frame; its header is not written yet.
    pub frame: Frame,
    /// Its first local.
    pub locals: *mut Value,
}

/// Lays out the locals of a frame of `function`, which the frame at `base` calls with the `count` arguments at `args`: behind
/// the `front` locals that the caller of this writes come the arguments, then defaults, then what is unbound yet. Arguments
/// stay in the call's run; but what a generator calls runs above the frame that resumed it: there they move. `None` if the
/// function takes other arguments, there is no room, or the machine is wanted: nothing has happened. Otherwise the depth is
/// counted.
///
/// # Safety
/// Callable, `front - 1` dead words and the arguments lie in a run of the frame at `base`.
#[inline(always)]
pub unsafe fn lay(
    vm: &Vm,
    base: *mut Value,
    function: &Obj<Function>,
    (args, count): (*mut Value, u32),
    front: u32,
) -> Option<Laid> {
    let missing = function.simple_args.get().wrapping_sub(count + front) as usize;
    let defaults = match missing {
        0 => &[][..],
        _ => function.defaults.get().as_tuple().map_or(&[][..], |defaults| defaults.items()),
    };
    // Too many arguments, or parameters of other kinds: more are missing than any function has.
    let first = defaults.len().checked_sub(missing)?;
    let moves = Frame(base).is(info::GENERATOR);
    // SAFETY: addresses in the register stack, which is written below the limit; what lies behind the arguments is dead.
    unsafe {
        let locals = match moves {
            true => Frame(base).end(),
            false => args.sub(front as usize),
        };
        let frame = Frame(locals.add(function.locals.get() as usize));
        let left = vm.depth_left.get();
        if frame.0.add(function.frame_words()) > vm.call_limit() || left <= 0 {
            return None;
        }
        vm.depth_left.set(left - 1);
        let mut at = locals.add(front as usize);
        if moves {
            for nth in 0..count as usize {
                at.add(nth).write(args.add(nth).replace(Value::UNBOUND));
            }
        }
        at = at.add(count as usize);
        for default in &defaults[first..] {
            at.write(default.clone());
            at = at.add(1);
        }
        frame.unbind_from(at);
        Some(Laid { frame, locals })
    }
}

/// Pushes a frame for a call, maybe with keywords, whose arguments all have their place at once; the callable stays in the
/// call's run, from which the frame borrows it. `None` if that is not so, and nothing has happened.
///
/// [`attend`] was called before the function was asked for anything.
pub fn push_named(
    vm: &Vm,
    at: At,
    function: &Obj<Function>,
    values: &mut [Value],
    names: Names,
) -> PyResult<Option<*mut Value>> {
    if function.flags.get() & GENERATOR_KINDS != 0 {
        return Ok(None);
    }
    let Some(places) = places::of(vm, function, values.len(), names) else { return Ok(None) };
    let moves = at.frame().is(info::GENERATOR);
    let start = if moves { at.frame().end() } else { values.as_mut_ptr() };
    let Some(frame) = lay_places(vm, function, start, places, values, names.list)? else { return Ok(None) };
    // SAFETY: the frame is laid out.
    unsafe { frame.begin(vm, at.base, function, function.address() | 1, 0) };
    Ok(Some(frame.0))
}

/// Makes room for a frame whose locals begin at `start`, and moves a call's values to their places, where they may lie already
/// in another order; see [`arrange`].
fn lay_places(
    vm: &Vm,
    function: &Obj<Function>,
    start: *mut Value,
    places: &Places,
    values: &mut [Value],
    names: &[Value],
) -> PyResult<Option<Frame>> {
    let frame = Frame(start.wrapping_add(function.locals.get() as usize));
    enter(vm, frame.0, function)?;
    let mut words = Words::NONE;
    if !arrange(vm, function, places, values, names, &mut words) {
        vm.depth_left.set(vm.depth_left.get() + 1);
        return Ok(None);
    }
    // SAFETY: the stack is written up to the frame's end (`enter`), and what lies there is dead; the values move.
    unsafe {
        std::ptr::copy_nonoverlapping(words.words.as_ptr().cast::<Value>(), start, words.count);
        frame.unbind_from(start.add(words.count));
    }
    Ok(Some(frame))
}

/// Owned values of parameters, given on by whoever asked for them.
struct Words {
    words: [MaybeUninit<u64>; MOST + 2],
    count: usize,
}

impl Words {
    const NONE: Words = Words { words: [const { MaybeUninit::uninit() }; MOST + 2], count: 0 };

    #[inline(always)]
    fn push(&mut self, value: u64) {
        self.words[self.count].write(value);
        self.count += 1;
    }
}

/// Takes a call's values, the last of which have names, and gives those of the parameters, in order: defaults for those that are
/// left out, and tuple and dict for the rest. `false` if one has no default, and nothing has happened.
fn arrange(
    vm: &Vm,
    function: &Obj<Function>,
    places: &Places,
    values: &mut [Value],
    names: &[Value],
    words: &mut Words,
) -> bool {
    for (at, from) in places.from[..places.total].iter().enumerate() {
        if *from != LEFT_OUT {
            words.push(values[*from as usize].to_bits());
            continue;
        }
        let Some(value) = places::default(function, at) else {
            for (from, word) in places.from[..at].iter().zip(&words.words) {
                if *from == LEFT_OUT {
                    // SAFETY: a default that was taken above.
                    drop(unsafe { Value::from_bits(word.assume_init()) });
                }
            }
            return false;
        };
        words.push(value.into_bits());
    }
    if places.has_rest {
        let code = function.code.get();
        let (given, positional) = (values.len() - names.len(), code.arg_count as usize);
        let take = |value: &mut Value| std::mem::replace(value, Value::UNBOUND);
        if code.has(flags::VARARGS) {
            let rest = match given > positional {
                true => {
                    vm.tuple_from(&vm.interp().tuple_type, values[positional..given].iter_mut().map(take))
                }
                false => vm.interp().empty_tuple.clone(),
            };
            words.push(rest.into_bits());
        }
        if code.has(flags::VARKEYWORDS) {
            let rest = vm.new_dict();
            for nth in (0..names.len()).filter(|nth| places.others & 1 << nth != 0) {
                if let Some(name) = names[nth].as_str() {
                    drop(rest.insert_str(&name.to_ref(), take(&mut values[given + nth])));
                }
            }
            words.push(rest.into_value().into_bits());
        }
    }
    for value in values {
        // SAFETY: what was there has a place in `words` now, or was taken.
        unsafe { std::ptr::from_mut(value).write(Value::UNBOUND) };
    }
    true
}

/// A generator whose parameters get copies of the values; `None` if they do not match at once.
pub fn arrange_generator(
    vm: &Vm,
    function: &Obj<Function>,
    values: &[Value],
    names: &[Value],
) -> Option<Value> {
    let places = places::of(vm, function, values.len(), Names::listed(names))?;
    let (mut copies, mut words) = (Copies::from(values), Words::NONE);
    if !arrange(vm, function, places, &mut copies, names, &mut words) {
        return None;
    }
    // SAFETY: the words are owned values, given up here.
    let bound = words.words[..words.count].iter().map(|word| unsafe { Value::from_bits(word.assume_init()) });
    Some(generator::make(vm, function, bound))
}

/// A call's values, copied to be moved.
type Copies = smallvec::SmallVec<[Value; 8]>;

/// Makes room for a frame with its base at `new`: counts the depth, extends the written part of the stack.
#[inline]
fn enter(vm: &Vm, new: *mut Value, function: &Obj<Function>) -> PyResult<()> {
    let end = new.wrapping_add(function.frame_words());
    if end > vm.stack_written.get() {
        extend(vm, end)?;
    }
    let left = vm.depth_left.get();
    if left <= 0 {
        return Err(too_deep(vm));
    }
    vm.depth_left.set(left - 1);
    Ok(())
}

#[cold]
fn too_deep(vm: &Vm) -> Raised {
    // A little room, so that the exception can be made and handled.
    let left = vm.depth_left.get();
    vm.depth_left.set(left + 50);
    let raised =
        vm.raise(&crate::runtime::builtins::exceptions::RECURSION_ERROR, "maximum recursion depth exceeded");
    vm.depth_left.set(left);
    raised
}

/// Writes immediates into the stack up to `end` and some more.
#[cold]
fn extend(vm: &Vm, end: *mut Value) -> PyResult<()> {
    let goal = end.wrapping_add(4096);
    if goal >= vm.stack_end.get() {
        return Err(vm.too_deep(""));
    }
    let mut at = vm.stack_written.get();
    while at < goal {
        // SAFETY: below the end of the reserved stack.
        unsafe {
            at.cast::<u64>().write(bits::UNBOUND);
            at = at.add(1);
        }
    }
    vm.stack_written.set(goal);
    vm.restore_call_limit();
    Ok(())
}

/// Pushes a frame above everything in use and binds clones of the arguments to its parameters.
pub fn push_values(
    vm: &Vm,
    function: &Obj<Function>,
    values: &[Value],
    names: &[Value],
    result: i8,
    flags: u64,
) -> PyResult<*mut Value> {
    attend(vm)?;
    let exact = names.is_empty() && function.simple_args.get() as usize == values.len();
    if !exact
        && let Some(places) = places::of(vm, function, values.len(), Names::listed(names))
        && let Some(frame) =
            lay_places(vm, function, free_stack(vm), places, &mut Copies::from(values), names)?
    {
        let register = u64::from(result as u8) << 8;
        let owned = function.to_value().into_bits() | 1;
        // SAFETY: the frame is laid out.
        unsafe { frame.begin(vm, vm.frame.get(), function, owned, register | flags | info::OWNS) };
        return Ok(frame.0);
    }
    // Python code may run while arguments are bound (equality of keyword names): not on the stack's words.
    let bound = if exact { Bound::new() } else { bind(vm, function, values, names)? };
    function.resolve();
    let start = free_stack(vm);
    let locals = function.locals.get() as usize;
    let new = start.wrapping_add(locals);
    enter(vm, new, function)?;
    // SAFETY: the stack is written up to the frame's end (`enter`); the words hold immediates (frame's invariant 1),
    // or a callee's dead words, which are written over without a drop.
    unsafe {
        let mut at = start;
        let mut write = |value: Value| {
            at.write(value);
            at = at.add(1);
        };
        if exact {
            values.iter().for_each(|value| write(value.clone()));
        } else {
            bound.into_iter().for_each(write);
        }
        Frame(new).unbind_from(at);
        let register = u64::from(result as u8) << 8;
        let owned = function.to_value().into_bits() | 1;
        Frame(new).begin(vm, vm.frame.get(), function, owned, register | flags | info::OWNS);
    }
    Ok(new)
}

/// Pushes a frame that native code enters, for a call of a function whose parameters are exactly `first`, if there is one, and
/// the values, of which it gets copies; `None` if they are not, there is no room, or the machine is wanted.
#[inline]
pub fn push_exact(
    vm: &Vm,
    function: &Obj<Function>,
    first: Option<&Value>,
    values: &[Value],
) -> Option<*mut Value> {
    if function.simple_args.get() as usize != values.len() + usize::from(first.is_some()) {
        return None;
    }
    let mut at = free_stack(vm);
    let frame = Frame(at.wrapping_add(function.locals.get() as usize));
    let left = vm.depth_left.get();
    if frame.0.wrapping_add(function.frame_words()) > vm.call_limit() || left <= 0 {
        return None;
    }
    vm.depth_left.set(left - 1);
    // SAFETY: the stack is written below the limit; what lies there is dead.
    unsafe {
        for value in first.into_iter().chain(values) {
            at.write(value.clone());
            at = at.add(1);
        }
        frame.unbind_from(at);
        let owned = function.to_value().into_bits() | 1;
        frame.begin(vm, vm.frame.get(), function, owned, info::ENTRY | info::OWNS);
    }
    Some(frame.0)
}

/// Pushes a frame of a function whose parameters are exactly the values, which become its first locals.
pub fn push_taken<const N: usize>(
    vm: &Vm,
    function: Ref<Function>,
    values: [Value; N],
    result: i8,
) -> PyResult<*mut Value> {
    debug_assert_eq!(function.simple_args.get() as usize, N);
    if vm.is_wanted() {
        vm.attend()?;
        if function.simple_args.get() as usize != N {
            return push_values(vm, &function, &values, &[], result, 0);
        }
    }
    function.resolve();
    let start = free_stack(vm);
    let locals = function.locals.get() as usize;
    let new = start.wrapping_add(locals);
    enter(vm, new, &function)?;
    // SAFETY: the stack is written up to the frame's end (`enter`); what lies there is dead.
    unsafe {
        let mut at = start;
        for value in values {
            at.write(value);
            at = at.add(1);
        }
        Frame(new).unbind_from(at);
        let flags = u64::from(result as u8) << 8 | info::OWNS;
        let caller = vm.frame.get();
        let function = function.into_value();
        let typed = &*(function.to_bits() as *const Obj<Function>);
        Frame(new).begin(vm, caller, typed, function.into_bits() | 1, flags);
    }
    Ok(new)
}

/// All locals of a function that begins.
pub type Bound = smallvec::SmallVec<[Value; 16]>;

/// Binds arguments to a function's parameters; gives all its locals.
pub fn bind(vm: &Vm, function: &Obj<Function>, values: &[Value], names: &[Value]) -> PyResult<Bound> {
    loop {
        let code = function.code.cloned();
        let mut bound = Bound::new();
        bound.resize(code.locals_count as usize, Value::UNBOUND);
        vm.bind_arguments(function, values, names, &mut bound)?;
        // Whoever compares keyword names in Python may have given the function other code.
        if std::ptr::eq(&*code, &**function.code.get()) {
            return Ok(bound);
        }
    }
}

/// Where the next frame may start.
pub fn free_stack(vm: &Vm) -> *mut Value {
    match vm.running() {
        Some(frame) => frame.end(),
        None => vm.stack_start.get(),
    }
}
