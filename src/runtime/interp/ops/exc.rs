//! Raising, matching and handling exceptions; `with`.

use crate::runtime::builtins::descr::BoundMethod;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::function::{Function, GENERATOR_KINDS};
use crate::runtime::interp::push::{push_taken, push_values};
use crate::runtime::interp::rest;
use crate::runtime::object::raise::Exception;
use crate::runtime::object::str::Str;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Value};

/// `Raise`
pub fn raise(vm: &Vm, at: At) -> Raised {
    let count = at.b() as u8 as usize;
    if count == 0 {
        let handled = vm.handled_exception();
        if handled.is_none() {
            return vm.runtime_error("No active exception to reraise");
        }
        return vm.set_raised(handled);
    }
    let mut operands = at.take_run(at.a(), count).into_iter();
    let exception = operands.next().unwrap_or(Value::NONE);
    let exception = match vm.exception_instance(&exception) {
        Ok(exception) => exception,
        Err(raised) => return raised,
    };
    if let Some(cause) = operands.next() {
        let cause = if cause.is_none() {
            Value::NONE
        } else {
            match cause_instance(vm, &cause) {
                Ok(cause) => cause,
                Err(raised) => return raised,
            }
        };
        if let Some(e) = exception.downcast::<Exception>() {
            e.cause.set(cause);
            e.suppress_context.set(true);
        }
    }
    vm.raise_value(exception)
}

fn cause_instance(vm: &Vm, cause: &Value) -> PyResult<Value> {
    if let Some(ty) = cause.as_type()
        && ty.has(type_flag::EXCEPTION)
    {
        let made = vm.call0(cause)?;
        if made.downcast::<Exception>().is_none() {
            return Err(vm.type_error(format!(
                "calling {} should have returned an instance of BaseException, not {}",
                vm.repr_text(cause)?,
                vm.repr_text(&made.ty(vm).to_value())?
            )));
        }
        return Ok(made);
    }
    if cause.downcast::<Exception>().is_some() {
        return Ok(cause.clone());
    }
    Err(vm.type_error("exception causes must derive from BaseException"))
}

impl Vm {
    /// An exception instance of what `raise` was given: a class is called.
    pub fn exception_instance(&self, given: &Value) -> PyResult<Value> {
        if let Some(ty) = given.as_type()
            && ty.has(type_flag::EXCEPTION)
        {
            let made = self.call0(given)?;
            if made.downcast::<Exception>().is_none() {
                return Err(self.type_error(format!(
                    "calling {} should have returned an instance of BaseException, not {}",
                    self.repr_text(given)?,
                    self.repr_text(&made.ty(self).to_value())?
                )));
            }
            return Ok(made);
        }
        if given.downcast::<Exception>().is_some() {
            return Ok(given.clone());
        }
        Err(self.type_error("exceptions must derive from BaseException"))
    }

    /// Does an exception match a class or a tuple of classes, as `except` means it?
    pub fn exception_matches(&self, exception: &Value, class: &Value) -> PyResult<bool> {
        if let Some(tuple) = class.as_tuple() {
            for item in tuple.items() {
                if item.as_type().is_none_or(|t| !t.has(type_flag::EXCEPTION)) && item.as_tuple().is_none() {
                    return Err(self.not_exception_class());
                }
            }
            for item in tuple.items() {
                if self.exception_matches(exception, item)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        match class.as_type() {
            Some(ty) if ty.has(type_flag::EXCEPTION) => Ok(exception.ty(self).is_subtype(ty)),
            _ => Err(self.not_exception_class()),
        }
    }

    #[cold]
    fn not_exception_class(&self) -> Raised {
        self.type_error("catching classes that do not inherit from BaseException is not allowed")
    }
}

/// `Reraise`
pub fn reraise(vm: &Vm, at: At) -> Raised {
    let exception = at.take(at.a());
    if exception.downcast::<Exception>().is_none() {
        return no_exception(vm);
    }
    vm.set_raised(exception)
}

/// Code that the compiler did not make (`marshal`) may handle what is none.
#[cold]
#[inline(never)]
fn no_exception(vm: &Vm) -> Raised {
    vm.system_error("bad bytecode: an exception is handled that is none")
}

/// `PushExc`
pub fn push_exc(vm: &Vm, at: At) -> PyResult<()> {
    // The chain's top is the running frame's own state.
    let state = vm.handled_top();
    let new = at.reg(at.b()).clone();
    if !new.is_object() {
        return Err(no_exception(vm));
    }
    let old = state.value.replace(new);
    at.set(at.a(), old);
    Ok(())
}

/// `PopExc`
pub fn pop_exc(vm: &Vm, at: At) -> PyResult<()> {
    let old = at.take(at.a());
    if !old.is_object() && !old.is_none() {
        return Err(no_exception(vm));
    }
    vm.handled_top().value.set(old);
    Ok(())
}

/// `ExcMatch`
pub fn exc_match(vm: &Vm, at: At) -> PyResult<()> {
    let result = vm.exception_matches(at.reg(at.b()), at.reg(at.c()))?;
    at.done(at.c());
    at.set(at.a(), Value::bool(result));
    Ok(())
}

/// `JumpIfNotExc`
#[inline(never)]
pub fn matches(vm: &Vm, at: At) -> PyResult<bool> {
    let result = vm.exception_matches(at.reg(at.a()), at.reg(at.b()))?;
    at.done(at.b());
    Ok(result)
}

/// `ExcStarMatch`
pub fn exc_star_match(vm: &Vm, at: At) -> PyResult<()> {
    let exception = at.reg(at.b()).clone();
    let class = at.reg(at.c()).clone();
    let (matched, rest) = vm.exception_group_match(&exception, &class)?;
    at.done(at.c());
    at.set(at.b(), rest);
    at.set(at.a(), matched);
    Ok(())
}

/// `PrepReraiseStar`
pub fn prep_reraise_star(vm: &Vm, at: At) -> PyResult<()> {
    let (original, raised) = (at.reg(at.b()).clone(), at.reg(at.c()).clone());
    let result = vm.prepare_reraise_star(&original, &raised)?;
    at.done(at.b());
    at.done(at.c());
    at.set(at.a(), result);
    Ok(())
}

fn special(vm: &Vm, object: &Value, name: &Obj<Str>) -> PyResult<Option<Value>> {
    match object.ty(vm).lookup(vm, name) {
        Some(found) => vm.bind(&found, object).map(Some),
        None => Ok(None),
    }
}

fn before(vm: &Vm, at: At, asynchronous: bool) -> PyResult<Option<*mut Value>> {
    let n = vm.names();
    let manager = at.reg(at.b()).clone();
    let (enter, exit) =
        if asynchronous { (&n.__aenter__, &n.__aexit__) } else { (&n.__enter__, &n.__exit__) };
    let protocol = if asynchronous { "asynchronous context manager" } else { "context manager" };
    let other = if asynchronous { (&n.__enter__, &n.__exit__) } else { (&n.__aenter__, &n.__aexit__) };
    let missing = |what: &Obj<Str>| {
        let ty = manager.ty(vm);
        let hint = if ty.lookup(vm, other.0).is_some() && ty.lookup(vm, other.1).is_some() {
            if asynchronous {
                " but it supports the context manager protocol. Did you mean to use 'with'?"
            } else {
                " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?"
            }
        } else {
            ""
        };
        let part = if hint.is_empty() {
            format!(" (missed {} method)", what.to_string_lossy())
        } else {
            format!(" (missed {} method){hint}", what.to_string_lossy())
        };
        let name = manager.type_name(vm);
        vm.type_error(format!("'{name}' object does not support the {protocol} protocol{part}"))
    };
    let Some(exit) = special(vm, &manager, exit)? else { return Err(missing(exit)) };
    let Some(found) = manager.ty(vm).lookup(vm, enter) else { return Err(missing(enter)) };
    at.done(at.b());
    at.set(at.a(), exit);
    if let Some(function) = found.downcast_ref::<Function>()
        && function.simple_args.get() == 1
    {
        return push_taken(vm, function, [manager], at.a() + 1).map(Some);
    }
    let entered = vm.call_found(&manager, &found, &[])?;
    at.set(at.a() + 1, entered);
    Ok(None)
}

/// `BeforeWith`
pub fn before_with(vm: &Vm, at: At) -> PyResult<Option<*mut Value>> {
    before(vm, at, false)
}

/// `BeforeAsyncWith`
pub fn before_async_with(vm: &Vm, at: At) -> PyResult<Option<*mut Value>> {
    before(vm, at, true)
}

/// `WithExcept`
pub fn with_except(vm: &Vm, at: At) -> PyResult<()> {
    let exception = at.reg(at.c()).clone();
    let traceback = exception.downcast::<Exception>().map_or(Value::NONE, |e| e.traceback.cloned());
    let args = [exception.ty(vm).to_value(), exception, traceback];
    let result = vm.call_args(at.reg(at.b()), &args)?;
    if at.b() != at.a() {
        at.done(at.b());
    }
    at.set(at.a(), result);
    Ok(())
}

/// `WithExit`
pub fn with_exit(vm: &Vm, at: At) -> PyResult<Option<*mut Value>> {
    let exit = at.reg(at.b());
    if let Some(method) = exit.downcast::<BoundMethod>()
        && let Some(function) = method.function.clone().downcast_ref::<Function>()
        && function.flags.get() & GENERATOR_KINDS == 0
    {
        let values = [method.receiver.clone(), Value::NONE, Value::NONE, Value::NONE];
        function.resolve();
        let pushed = match rest::push_copies(vm, &function, &values, at.a()) {
            Some(pushed) => pushed,
            None => push_values(vm, &function, &values, &[], at.a(), 0)?,
        };
        if at.b() != at.a() {
            at.done(at.b());
        }
        return Ok(Some(pushed));
    }
    let result = vm.call_args(exit, &[Value::NONE, Value::NONE, Value::NONE])?;
    if at.b() != at.a() {
        at.done(at.b());
    }
    at.set(at.a(), result);
    Ok(None)
}
