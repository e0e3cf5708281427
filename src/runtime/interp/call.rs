//! Calls that the loop does not do in place: other arguments, native functions, classes, generators; calls from native
//! code; the ways back that are not the plain one.

use crate::runtime::builtins::descr::{self, BoundMethod, MethodDescriptor, NativeFunction};

use crate::runtime::bytecode::ops::Op;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::interp::dispatch::{self, At, Next};
use crate::runtime::interp::frame::{Frame, info, word};
use crate::runtime::interp::function::{Function, GENERATOR_KINDS, NOT_SIMPLE};
use crate::runtime::interp::places::Names;
use crate::runtime::interp::push::{attend, push_exact, push_named, push_values};
use crate::runtime::interp::{generator, handlers, rest};
use crate::runtime::object::args::Args;
use crate::runtime::object::tuple::Tuple;
use crate::runtime::object::typedef::{Type, kind};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Ref, Value, bits, clone_all};

type Pushed = PyResult<Option<*mut Value>>;

/// A call's values with a receiver in front.
type All = smallvec::SmallVec<[Value; 8]>;

/// `Call` and `CallMethod` beyond the simple case. `Ok(None)`: the result is stored; `Ok(Some(base))`: that frame runs now.
#[inline(never)]
pub fn call(vm: &Vm, at: At, callable: u64, args: *mut Value, count: u32) -> Pushed {
    // SAFETY: the run holds the callable and that many arguments.
    let values = unsafe { std::slice::from_raw_parts_mut(args, count as usize) };
    let run = at.reg(at.b());
    let kind = run.kind();
    if kind == kind::FUNCTION {
        // SAFETY: exact kind; the arguments are the last words of their run.
        let pushed =
            unsafe { rest::push(vm, at.base, &*(callable as *const Obj<Function>), (args, count as usize)) };
        if pushed.is_some() {
            return Ok(pushed);
        }
        return call_python(vm, at, values, Names::NONE);
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
                // SAFETY: in front of the arguments lies the callable, or an empty word behind it.
                unsafe { call_with_receiver(vm, function, args, count as usize)? }
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
                    let all: All = std::iter::once(receiver)
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
                return call_python(vm, at, values, Names::NONE);
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

/// A call of a native function that passes its receiver: it takes the place in front of the arguments while the call runs.
///
/// # Safety
/// `args` points to that many arguments behind another word of their run.
unsafe fn call_with_receiver(
    vm: &Vm,
    function: &Obj<NativeFunction>,
    args: *mut Value,
    count: usize,
) -> PyResult<Value> {
    // SAFETY: as promised; the word in front keeps what it held alive here, which may be the function.
    unsafe {
        let front = args.sub(1);
        let (def, receiver) = (function.def, function.receiver.clone());
        let held = front.replace(receiver);
        let all = std::slice::from_raw_parts(front, count + 1);
        let outcome = match def.exact_body(count + 1) {
            Some(body) => body(vm, all),
            None => descr::run(vm, def, Args::positional(all), 1),
        };
        drop(front.replace(held));
        outcome
    }
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
    let mut all: All = smallvec::smallvec![instance.clone()];
    all.extend(values.iter_mut().map(|v| std::mem::replace(v, Value::UNBOUND)));
    let pushed = push_values(vm, function, &all, names, at.a(), info::INIT)?;
    Frame(pushed).set(word::NAMESPACE, instance.into_bits());
    at.done_run(at.b(), 1);
    Ok(Some(pushed))
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
fn call_python(vm: &Vm, at: At, values: &mut [Value], names: Names) -> Pushed {
    attend(vm)?;
    let run = at.reg(at.b()).clone();
    let Some(function) = run.downcast::<Function>() else {
        return Err(vm.system_error("call of a lost function"));
    };
    if let Some(new) = push_named(vm, at, function, values, names)? {
        return Ok(Some(new));
    }
    let begun = start(vm, function, values, names.list, at.a())?;
    drop(std::mem::replace(at.reg(at.b()), Value::UNBOUND));
    for value in values {
        drop(std::mem::replace(value, Value::UNBOUND));
    }
    Ok(started(at, begun))
}

/// The Python function that is `__getitem__` of an object's class, if its parameters are receiver and key.
#[inline]
pub fn python_getitem(vm: &Vm, object: &Value) -> Option<Ref<Function>> {
    let ty = object.ty(vm);
    if !ty.is_heap() {
        return None;
    }
    let (version, known) = ty.getitem.get();
    let function = match version != 0 && version == ty.fast.version.get() {
        true => known,
        false => find_getitem(vm, ty),
    };
    if function == 0 {
        return None;
    }
    // SAFETY: the type owns the function while its version stays (or it was found just now).
    let function = unsafe { &*(function as *const Obj<Function>) };
    (function.simple_args.get() == 2).then(|| function.to_ref())
}

/// Looks for a Python function that is `__getitem__` and remembers it, or that there is none (0).
#[cold]
#[inline(never)]
fn find_getitem(vm: &Vm, ty: &Obj<Type>) -> u64 {
    let found = ty.lookup(vm, &vm.names().__getitem__);
    let function = found.as_ref().and_then(Value::downcast::<Function>).map_or(0, Obj::address);
    ty.getitem.set((ty.version(vm), function));
    function
}

/// `CallKw` and `CallMethodKw`.
#[inline(never)]
pub fn call_kw(vm: &Vm, at: At) -> Pushed {
    let method = Op::decode(at.word()) == Some(Op::CallMethodKw);
    let names = at.function().code.get().consts[at.extra(0) as usize].clone();
    let names = Names::of(&names);
    let given = (at.word() >> 24) as usize;
    let places = given + 1 + usize::from(method);
    let run = at.run(at.b(), places);
    let skip = if method && run[1].is_unbound() { 2 } else { 1 };
    let callable = run[0].clone();
    let values = &mut run[skip..];
    match callable.kind() {
        kind::FUNCTION => return call_python(vm, at, values, names),
        kind::TYPE => {
            if let Some(new) = call_class(vm, at, values, names.list)? {
                return Ok(Some(new));
            }
        }
        _ => {}
    }
    let result = vm.call(&callable, Args { values, names: names.list })?;
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
    // Items of a tuple or list are given on as they lie there, if nothing has to be found out about the arguments.
    let exact = if run[1].kind() == kind::TUPLE { run[1].downcast_ref::<Tuple>() } else { None };
    let items = match &exact {
        Some(tuple) => Some(tuple.items()),
        None if run[1].kind() == kind::LIST => vm.list_items(&run[1]).map(|items| items.get().as_slice()),
        None => None,
    };
    if let (false, Some(items)) = (has_keywords, items) {
        // What is wanted may be Python code, which may change the list: the general way is for that.
        let function = callable.downcast::<Function>();
        if !vm.is_wanted()
            && let Some(pushed) = function.and_then(|f| rest::push_copies(vm, f, items, at.a()))
        {
            at.done_run(at.b(), 2);
            return Ok(Some(pushed));
        }
        if function.is_none() {
            let result = match exact {
                Some(_) => vm.call(&callable, Args::positional(items))?,
                None if run[1].count() == 1
                    && let Some(list) = vm.list_items(&run[1]) =>
                {
                    // A list made for this call: its items are the arguments, and nobody sees them in it meanwhile.
                    let items = list.take();
                    let outcome = vm.call(&callable, Args::positional(&items));
                    drop(list.replace(items));
                    outcome?
                }
                None => vm.call(&callable, Args::positional(&clone_all(items)))?,
            };
            at.done_run(at.b(), 2);
            at.set(at.a(), result);
            return Ok(None);
        }
    }
    let mut values: All = match exact {
        Some(tuple) => tuple.items().iter().cloned().collect(),
        None => {
            let iterable = run[1].clone();
            if iterable.ty(vm).slots.get().iter.is_none() && iterable.ty(vm).slots.get().getitem.is_none() {
                return Err(vm.type_error(format!(
                    "{} argument after * must be an iterable, not {}",
                    vm.function_text(&callable)?,
                    iterable.type_name(vm)
                )));
            }
            match (iterable.kind(), vm.list_items(&iterable)) {
                (kind::LIST, Some(items)) => items.get().iter().cloned().collect(),
                _ => All::from_vec(vm.collect(&iterable)?),
            }
        }
    };
    let mut names = All::new();
    if has_keywords {
        let keywords = run[2].clone();
        if let Some(dict) = keywords.as_dict() {
            let mut at = 0;
            while let Some((found, name, value)) = dict.next_entry(at) {
                if name.as_str().is_none() {
                    return Err(vm.type_error("keywords must be strings"));
                }
                names.push(name.clone());
                values.push(value.clone());
                at = found + 1;
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
        if args.names.is_empty()
            && let Some(base) = push_exact(self, function, None, args.values)
        {
            return dispatch::run(self, base);
        }
        if function.flags.get() & GENERATOR_KINDS != 0 {
            return generator::create(self, function, args.values, args.names);
        }
        let base = push_values(self, function, args.values, args.names, 0, info::ENTRY)?;
        dispatch::run(self, base)
    }

    /// Calls a Python function with a receiver in front of the arguments, if those are exactly its parameters.
    #[inline]
    pub fn call_exact(
        &self,
        function: &Value,
        receiver: &Value,
        values: &[Value],
    ) -> Option<PyResult<Value>> {
        let function = function.downcast::<Function>()?;
        if let Err(raised) = self.check_native() {
            return Some(Err(raised));
        }
        let base = push_exact(self, function, Some(receiver), values)?;
        Some(dispatch::run(self, base))
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
