//! Frames of callees: which argument each parameter gets, and how the frame comes to lie on the stack.

use crate::runtime::bytecode::code::flags;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::frame::{Frame, info, word};
use crate::runtime::interp::function::{Function, GENERATOR_KINDS};
use crate::runtime::interp::generator;
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
            true => Frame(base).address(word::END) as *mut Value,
            false => args.sub(front as usize),
        };
        let frame = Frame(locals.add(function.locals.get() as usize));
        let left = vm.depth_left.get();
        if frame.0.add(function.frame_words.get() as usize) > vm.call_limit() || left <= 0 {
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

/// Most parameters of a function that [`push_named`] calls.
const MOST_NAMED: usize = 32;

/// Which of a call's values each parameter gets ([`LEFT_OUT`]: its default).
struct Places {
    from: [u8; MOST_NAMED],
    /// Names that are no parameter's, for `**kwargs`: a bit each.
    others: u32,
}

/// Where a call's values go; `None` if some do not match at once: the general way says why.
fn places_of(function: &Obj<Function>, count: usize, names: &[Value]) -> Option<Places> {
    let code = function.code.get();
    if !code.has(flags::OPTIMIZED) {
        return None;
    }
    let (positional, first) = (code.arg_count as usize, code.posonly_count as usize);
    let total = positional + code.kwonly_count as usize;
    let given = count - names.len();
    if total > MOST_NAMED || count > MOST_NAMED || given > positional && !code.has(flags::VARARGS) {
        return None;
    }
    let mut from = [LEFT_OUT; MOST_NAMED];
    (0..given.min(positional)).for_each(|at| from[at] = at as u8);
    let mut others = 0;
    for (nth, name) in names.iter().enumerate() {
        match code.local_names[first..total].iter().position(|local| local.value().is(name)) {
            Some(at) if from[first + at] == LEFT_OUT => from[first + at] = (given + nth) as u8,
            // An interned name that is no parameter's is equal to none.
            None if code.has(flags::VARKEYWORDS) && name.as_str().is_some_and(|name| name.is_interned()) => {
                others |= 1 << nth;
            }
            _ => return None,
        }
    }
    let defaults = function.defaults.get().as_tuple().map_or(0, |defaults| defaults.len());
    let required = positional.checked_sub(defaults)?;
    let keyword_defaults = function.kwdefaults.get().as_dict();
    for (at, from) in from[..total].iter().enumerate() {
        let has_default = || match at < positional {
            true => at >= required,
            false => keyword_defaults.is_some_and(|dict| dict.get_str(&code.local_names[at]).is_some()),
        };
        if *from == LEFT_OUT && !has_default() {
            return None;
        }
    }
    Some(Places { from, others })
}

/// See [`places_of`].
const LEFT_OUT: u8 = u8::MAX;

/// Pushes a frame for a call, maybe with keywords, whose arguments all have their place at once; the callable stays in the
/// call's run, from which the frame borrows it. `None` if that is not so, and nothing has happened.
///
/// [`attend`] was called before the function was asked for anything.
pub fn push_named(
    vm: &Vm,
    at: At,
    function: &Obj<Function>,
    values: &mut [Value],
    names: &[Value],
) -> PyResult<Option<*mut Value>> {
    let count = values.len();
    if function.flags.get() & GENERATOR_KINDS != 0 {
        return Ok(None);
    }
    let Some(places) = places_of(function, count, names) else { return Ok(None) };
    let in_generator = at.frame().is(info::GENERATOR);
    let start = if in_generator { at.frame().address(word::END) as *mut Value } else { values.as_mut_ptr() };
    let take = |at: usize| std::mem::replace(&mut values[at], Value::UNBOUND);
    let new = lay_out(vm, function, start, &places, (count, names), take)?;
    // SAFETY: the frame is laid out.
    unsafe { Frame(new).begin(vm, at.base, function, function.address() | 1, 0) };
    Ok(Some(new))
}

/// What a call's values make of a function's parameters.
type Arranged = smallvec::SmallVec<[Value; 8]>;

/// The values of the parameters, in order; see [`lay_out`].
fn arrange(
    vm: &Vm,
    function: &Obj<Function>,
    places: &Places,
    (count, names): (usize, &[Value]),
    mut take: impl FnMut(usize) -> Value,
) -> PyResult<Arranged> {
    let code = function.code.get();
    let (positional, total) = (code.arg_count as usize, (code.arg_count + code.kwonly_count) as usize);
    let defaults = function.defaults.get().as_tuple().map_or(&[][..], |defaults| defaults.items());
    let mut bound = Arranged::new();
    for (at, from) in places.from[..total].iter().enumerate() {
        bound.push(match *from {
            LEFT_OUT if at < positional => defaults[at + defaults.len() - positional].clone(),
            LEFT_OUT => {
                let defaults = function.kwdefaults.get().as_dict();
                defaults.and_then(|dict| dict.get_str(&code.local_names[at])).unwrap_or(Value::UNBOUND)
            }
            from => take(from as usize),
        });
    }
    let given = count - names.len();
    if code.has(flags::VARARGS) {
        bound.push(match given {
            more if more > positional => {
                vm.tuple_from(&vm.interp().tuple_type, (positional..given).map(&mut take))
            }
            _ => vm.interp().empty_tuple.clone(),
        });
    }
    if code.has(flags::VARKEYWORDS) {
        let rest = vm.new_dict();
        for nth in (0..names.len()).filter(|nth| places.others & 1 << nth != 0) {
            drop(rest.insert(vm, names[nth].clone(), take(given + nth))?);
        }
        bound.push(rest.into_value());
    }
    Ok(bound)
}

/// A generator whose parameters get copies of the values; `None` if they do not match at once.
pub fn arrange_generator(
    vm: &Vm,
    function: &Obj<Function>,
    values: &[Value],
    names: &[Value],
) -> PyResult<Option<Value>> {
    let Some(places) = places_of(function, values.len(), names) else { return Ok(None) };
    let bound = arrange(vm, function, &places, (values.len(), names), |at| values[at].clone())?;
    Ok(Some(generator::make(vm, function, bound.into_iter())))
}

/// Makes room for a frame whose locals begin at `start`, and lays out its locals: `take` gives a value of the call's, `count`
/// of which there are, each once; `names` are those of the last ones.
fn lay_out(
    vm: &Vm,
    function: &Obj<Function>,
    start: *mut Value,
    places: &Places,
    (count, names): (usize, &[Value]),
    mut take: impl FnMut(usize) -> Value,
) -> PyResult<*mut Value> {
    function.resolve();
    let new = start.wrapping_add(function.locals.get() as usize);
    enter(vm, new, function)?;
    // The values may lie where the locals will.
    let bound = match arrange(vm, function, places, (count, names), &mut take) {
        Ok(bound) => bound,
        Err(raised) => {
            vm.depth_left.set(vm.depth_left.get() + 1);
            return Err(raised);
        }
    };
    // SAFETY: the stack is written up to the frame's end (`enter`); the values were taken out of their places, and what lies
    // behind is dead.
    unsafe {
        let mut place = start;
        for value in bound {
            place.write(value);
            place = place.add(1);
        }
        Frame(new).unbind_from(place);
    }
    Ok(new)
}

/// Makes room for a frame with its base at `new`: counts the depth, extends the written part of the stack.
#[inline]
fn enter(vm: &Vm, new: *mut Value, function: &Obj<Function>) -> PyResult<()> {
    let end = new.wrapping_add(function.frame_words.get() as usize);
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
    if !exact && let Some(places) = places_of(function, values.len(), names) {
        let start = free_stack(vm);
        let new = lay_out(vm, function, start, &places, (values.len(), names), |at| values[at].clone())?;
        let register = u64::from(result as u8) << 8;
        let owned = function.to_value().into_bits() | 1;
        // SAFETY: the frame is laid out.
        unsafe { Frame(new).begin(vm, vm.frame.get(), function, owned, register | flags | info::OWNS) };
        return Ok(new);
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
        Some(frame) => frame.address(word::END) as *mut Value,
        None => vm.stack_start.get(),
    }
}
