//! Calls that the loop does not do in place: other arguments, native functions, classes, generators; calls from native
//! code; the ways back that are not the plain one.

use crate::runtime::builtins::descr::{self, BoundMethod, MethodDescriptor, NativeFunction};

use crate::runtime::bytecode::code::flags;
use crate::runtime::bytecode::ops::Op;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::interp::dispatch::{self, At, Next};
use crate::runtime::interp::frame::{Frame, info, word};
use crate::runtime::interp::function::{Function, GENERATOR_KINDS, NOT_SIMPLE};
use crate::runtime::interp::{generator, handlers};
use crate::runtime::object::args::Args;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Ref, Value, bits};

type Pushed = PyResult<Option<*mut Value>>;

/// `Call` and `CallMethod` beyond the simple case. `Ok(None)`: the result is stored; `Ok(Some(base))`: that frame runs now.
#[inline(never)]
pub fn call(vm: &Vm, at: At, callable: u64, args: *mut Value, count: u32) -> Pushed {
    // SAFETY: the run holds the callable and that many arguments.
    let values = unsafe { std::slice::from_raw_parts_mut(args, count as usize) };
    let run = at.reg(at.b());
    let kind = run.kind();
    if kind == kind::FUNCTION {
        return call_python(vm, at, values, &[]);
    }
    let result = match kind {
        kind::METHOD_DESCRIPTOR => {
            // SAFETY: exact kind.
            let descriptor = unsafe { &*(callable as *const Obj<MethodDescriptor>) };
            let args = Args::positional(values);
            match descr::check_receiver(vm, descriptor.def, &descriptor.owner, args) {
                Ok(()) => descr::run(vm, descriptor.def, args, 1)?,
                Err(raised) => return Err(raised),
            }
        }
        kind::NATIVE_FUNCTION => {
            // SAFETY: exact kind.
            let function = unsafe { &*(callable as *const Obj<NativeFunction>) };
            if function.passes_self {
                vm.call(run, Args::positional(values))?
            } else {
                descr::run(vm, function.def, Args::positional(values), 0)?
            }
        }
        kind::METHOD => {
            // SAFETY: exact kind.
            let method = unsafe { &*(callable as *const Obj<BoundMethod>) };
            if method.function.kind() == kind::FUNCTION {
                // A bound Python method: lay the receiver where the callable was.
                let function = method.function.clone();
                let receiver = method.receiver.clone();
                let old = std::mem::replace(run, function);
                if std::ptr::eq(args, std::ptr::from_mut(at.reg(at.b() + 1))) {
                    // `Call`: no place for the receiver; the pair form has one.
                    let all: Vec<Value> = std::iter::once(receiver)
                        .chain(values.iter_mut().map(|v| std::mem::replace(v, Value::UNBOUND)))
                        .collect();
                    drop(old);
                    let function = std::mem::replace(at.reg(at.b()), Value::UNBOUND);
                    let Some(function) = function.downcast::<Function>() else {
                        return Err(vm.system_error("call of a lost function"));
                    };
                    let begun = start(vm, function, &all, &[], at.a())?;
                    return Ok(started(at, begun));
                }
                // SAFETY: the word before the arguments is the pair's second place, unbound now.
                let values = unsafe {
                    let first = args.sub(1);
                    *first = receiver;
                    std::slice::from_raw_parts_mut(first, count as usize + 1)
                };
                drop(old);
                return call_python(vm, at, values, &[]);
            }
            vm.call(run, Args::positional(values))?
        }
        kind::TYPE => match call_class(vm, at, values, &[])? {
            Some(pushed) => return Ok(Some(pushed)),
            None => {
                let callable = run.clone();
                vm.call(&callable, Args::positional(values))?
            }
        },
        _ => {
            let callable = run.clone();
            vm.call(&callable, Args::positional(values))?
        }
    };
    at.done_run(at.b(), (count as usize) + (args as usize - std::ptr::from_mut(at.reg(at.b())) as usize) / 8);
    at.set(at.a(), result);
    Ok(None)
}

/// A call of a class whose `__init__` is a Python function and whose `__new__` is `object`'s: the instance takes the
/// class's place in front of the arguments.
fn call_class(vm: &Vm, at: At, values: &mut [Value], names: &[Value]) -> PyResult<Option<*mut Value>> {
    let class = at.reg(at.b());
    attend(vm)?;
    let Some(ty) = class.as_type() else { return Ok(None) };
    if !ty.is_heap()
        || ty.has(type_flag::ABSTRACT)
        || class.ty(vm).address() != vm.interp().type_type.address()
    {
        return Ok(None);
    }
    let object_type = &vm.interp().object_type;
    let slots = ty.slots.get();
    if slots.new.map(|f| f as usize) != object_type.slots.get().new.map(|f| f as usize) {
        return Ok(None);
    }
    let Some(init) = ty.lookup(vm, &vm.names().__init__) else { return Ok(None) };
    if init.kind() != kind::FUNCTION {
        return Ok(None);
    }
    let Some(function) = init.downcast::<Function>() else { return Ok(None) };
    if function.flags.get() & GENERATOR_KINDS != 0 {
        return Ok(None);
    }
    if function.simple_args.get() != NOT_SIMPLE {
        handlers::classes::remember_init(vm, ty, function);
    }
    let instance = vm.alloc(&ty.to_ref(), crate::runtime::builtins::types::Plain).into_value();
    let mut all = vec![instance.clone()];
    all.extend(values.iter_mut().map(|v| std::mem::replace(v, Value::UNBOUND)));
    let pushed = push_values(vm, function, &all, names, at.a(), info::INIT)?;
    Frame(pushed).set(word::NAMESPACE, instance.into_bits());
    at.done_run(at.b(), 1);
    Ok(Some(pushed))
}

/// Attends to what the machine is wanted for, before a call reads its function's sizes and defaults: Python code may run.
#[inline]
fn attend(vm: &Vm) -> PyResult<()> {
    if vm.is_wanted() { vm.attend() } else { Ok(()) }
}

/// Pushes a frame whose arguments already lie where its locals begin, of a callable that stays in the run of a `Call` or
/// `CallMethod`, which the frame borrows; `defaults` are the values of the parameters behind the arguments.
///
/// [`attend`] was called before the function was asked for anything.
fn push_plain(
    vm: &Vm,
    at: At,
    function: &Obj<Function>,
    args: &mut [Value],
    defaults: &[Value],
) -> PyResult<*mut Value> {
    function.resolve();
    let locals = function.locals.get() as usize;
    let start = args.as_mut_ptr();
    let new = start.wrapping_add(locals);
    enter(vm, new, function)?;
    // SAFETY: the stack is written up to the frame's end (`enter`); what lies behind the arguments is dead.
    unsafe {
        for place in args.len()..locals {
            let value = defaults.get(place - args.len()).cloned().unwrap_or(Value::UNBOUND);
            start.add(place).write(value);
        }
        Frame(new).begin(vm, at.base, function, function.address() | 1, 0);
    }
    Ok(new)
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

/// As [`push_plain`], for a call with keywords whose arguments all have their place at once; `None` if that is not so, and
/// nothing has happened.
fn push_named(
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
        while place < new {
            place.cast::<u64>().write_volatile(bits::UNBOUND);
            place = place.add(1);
        }
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

/// How a Python function began: with a frame, or with a generator that is the result.
enum Started {
    Frame(*mut Value),
    Value(Value),
}

fn start(
    vm: &Vm,
    function: &Obj<Function>,
    values: &[Value],
    names: &[Value],
    result: i8,
) -> PyResult<Started> {
    if function.flags.get() & GENERATOR_KINDS != 0 {
        return generator::create(vm, function, values, names).map(Started::Value);
    }
    push_values(vm, function, values, names, result, 0).map(Started::Frame)
}

/// The run has been used up: a generator is stored, a frame runs.
fn started(at: At, started: Started) -> Option<*mut Value> {
    match started {
        Started::Frame(base) => Some(base),
        Started::Value(value) => {
            at.set(at.a(), value);
            None
        }
    }
}

/// A call of a Python function with arguments in the caller's run. `names` name the last ones.
fn call_python(vm: &Vm, at: At, values: &mut [Value], names: &[Value]) -> Pushed {
    attend(vm)?;
    let run = at.reg(at.b()).clone();
    let Some(function) = run.downcast::<Function>() else {
        return Err(vm.system_error("call of a lost function"));
    };
    let simple = function.simple_args.get();
    let in_place = matches!(Op::decode(at.word()), Some(Op::Call | Op::CallMethod));
    if in_place
        && simple == NOT_SIMPLE
        && let Some(new) = push_named(vm, at, function, values, &[])?
    {
        return Ok(Some(new));
    }
    if in_place && simple != NOT_SIMPLE && values.len() <= simple as usize && !at.frame().is(info::GENERATOR)
    {
        let missing = simple as usize - values.len();
        let defaults = function.defaults.cloned();
        let defaults = defaults.as_tuple().map_or(&[][..], |defaults| defaults.items());
        if let Some(from) = defaults.len().checked_sub(missing) {
            return push_plain(vm, at, function, values, &defaults[from..]).map(Some);
        }
    }
    let begun = start(vm, function, values, names, at.a())?;
    drop(std::mem::replace(at.reg(at.b()), Value::UNBOUND));
    for value in values {
        drop(std::mem::replace(value, Value::UNBOUND));
    }
    Ok(started(at, begun))
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
            (values.len()..locals).for_each(|_| write(Value::UNBOUND));
        } else {
            bound.into_iter().for_each(write);
        }
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
        while at < new {
            at.cast::<u64>().write_volatile(bits::UNBOUND);
            at = at.add(1);
        }
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

/// The Python function that a class has under a name, if its parameters are that many: what a slot of its instances calls.
pub fn python_method(vm: &Vm, object: &Value, name: &Obj<Str>, count: u32) -> Option<Ref<Function>> {
    let ty = object.ty(vm);
    if !ty.is_heap() {
        return None;
    }
    let found = ty.lookup(vm, name)?;
    let function = found.downcast_ref::<Function>()?;
    (function.simple_args.get() == count).then_some(function)
}

/// Where the next frame may start.
pub fn free_stack(vm: &Vm) -> *mut Value {
    match vm.running() {
        Some(frame) => frame.address(word::END) as *mut Value,
        None => vm.stack_start.get(),
    }
}

/// `CallKw` and `CallMethodKw`.
#[inline(never)]
pub fn call_kw(vm: &Vm, at: At) -> Pushed {
    let method = Op::decode(at.word()) == Some(Op::CallMethodKw);
    let names = at.function().code.get().consts[at.extra(0) as usize].clone();
    let names = names.as_tuple().map_or(&[][..], |t| t.items());
    let given = (at.word() >> 24) as usize;
    let places = given + 1 + usize::from(method);
    let run = at.run(at.b(), places);
    let skip = if method && run[1].is_unbound() { 2 } else { 1 };
    let callable = run[0].clone();
    let values = &mut run[skip..];
    match callable.kind() {
        kind::FUNCTION => {
            attend(vm)?;
            if let Some(function) = callable.downcast::<Function>()
                && let Some(new) = push_named(vm, at, function, values, names)?
            {
                return Ok(Some(new));
            }
            return call_python(vm, at, values, names);
        }
        kind::TYPE => {
            if let Some(new) = call_class(vm, at, values, names)? {
                return Ok(Some(new));
            }
        }
        _ => {}
    }
    let result = vm.call(&callable, Args { values, names })?;
    drop(callable);
    at.done_run(at.b(), places);
    at.set(at.a(), result);
    Ok(None)
}

/// `CallEx`.
#[inline(never)]
pub fn call_ex(vm: &Vm, at: At) -> Pushed {
    let has_keywords = at.c() != 0;
    let run = at.run(at.b(), 2 + usize::from(has_keywords));
    let callable = run[0].clone();
    let mut values = match run[1].as_tuple() {
        Some(tuple) => tuple.items().to_vec(),
        None => {
            let iterable = run[1].clone();
            if iterable.ty(vm).slots.get().iter.is_none() && iterable.ty(vm).slots.get().getitem.is_none() {
                return Err(vm.type_error(format!(
                    "{} argument after * must be an iterable, not {}",
                    vm.function_text(&callable)?,
                    iterable.type_name(vm)
                )));
            }
            vm.collect(&iterable)?
        }
    };
    let mut names = Vec::new();
    if has_keywords {
        let keywords = run[2].clone();
        if let Some(dict) = keywords.as_dict() {
            for (name, value) in dict.entries() {
                if name.as_str().is_none() {
                    return Err(vm.type_error("keywords must be strings"));
                }
                names.push(name);
                values.push(value);
            }
        }
    }
    if let Some(function) = callable.downcast::<Function>() {
        let begun = start(vm, function, &values, &names, at.a())?;
        at.done_run(at.b(), 2 + usize::from(has_keywords));
        return Ok(started(at, begun));
    }
    let result = vm.call(&callable, Args { values: &values, names: &names })?;
    at.done_run(at.b(), 2 + usize::from(has_keywords));
    at.set(at.a(), result);
    Ok(None)
}

/// The end of a frame that is no plain call's.
#[inline(never)]
pub fn return_special(vm: &Vm, base: *mut Value, result: Value) -> Result<Next, (*mut Value, Raised)> {
    let frame = Frame(base);
    let header = frame.get(word::INFO);
    if header & info::GENERATOR != 0 {
        return generator::returned(vm, frame, result);
    }
    let mut result = result;
    if header & info::INIT != 0 {
        if !result.is_none() {
            let name = result.type_name(vm);
            drop(result);
            return Err((base, vm.type_error(format!("__init__() should return None, not '{name}'"))));
        }
        // SAFETY: the word owns the instance and forgets it.
        result = unsafe { Value::from_bits(frame.get(word::NAMESPACE)) };
        frame.set(word::NAMESPACE, bits::UNBOUND);
    }
    let caller = frame.address(word::CALLER) as *mut Value;
    let register = frame.result_register() as isize;
    let mut remains = frame.take(vm);
    vm.depth_left.set(vm.depth_left.get() + 1);
    vm.frame.set(caller);
    if header & info::ENTRY != 0 {
        drop(remains);
        return Ok(Next::Leave(result));
    }
    // SAFETY: a frame that does not own its function was pushed by a plain call; instructions name registers of their
    // frame.
    unsafe {
        let (register, run) = match header & info::OWNS {
            0 => dispatch::called(Frame(caller).pc()),
            _ => (register, register),
        };
        remains.push(std::mem::replace(&mut *caller.offset(register), result));
        if run != register {
            remains.push(std::mem::replace(&mut *caller.offset(run), Value::UNBOUND));
        }
    }
    drop(remains);
    Ok(Next::Frame(caller))
}

impl Vm {
    /// Calls a Python function from native code.
    pub fn call_function(&self, function: &Obj<Function>, args: Args) -> PyResult<Value> {
        self.check_native()?;
        if function.flags.get() & GENERATOR_KINDS != 0 {
            return generator::create(self, function, args.values, args.names);
        }
        let base = push_values(self, function, args.values, args.names, 0, info::ENTRY)?;
        dispatch::run(self, base)
    }

    /// Runs a code object in a namespace: modules, `exec`, class bodies.
    pub fn run_code(&self, function: &Obj<Function>, namespace: Value) -> PyResult<Value> {
        self.check_native()?;
        let base = push_values(self, function, &[], &[], 0, info::ENTRY | info::NAMESPACE)?;
        Frame(base).set(word::NAMESPACE, namespace.into_bits());
        dispatch::run(self, base)
    }

    /// How messages call a callable: `name()` with its module.
    pub fn function_text(&self, callable: &Value) -> PyResult<String> {
        let n = self.names();
        let Some(qualname) = self.getattr_opt(callable, n.__qualname__.value())? else {
            return self.to_string(callable);
        };
        let name = self.to_string(&qualname)?;
        if let Some(module) = self.getattr_opt(callable, n.__module__.value())?
            && let Some(module) = module.as_str().map(|m| m.to_string_lossy().into_owned())
            && module != "builtins"
        {
            return Ok(format!("{module}.{name}()"));
        }
        Ok(format!("{name}()"))
    }
}

/// `function.__call__`
pub fn function_call(vm: &Vm, callable: &Value, args: Args) -> PyResult<Value> {
    match callable.downcast::<Function>() {
        Some(function) => vm.call_function(function, args),
        None => Err(vm.system_error("function slot on another object")),
    }
}
