//! `generator`, `coroutine`, `async_generator` and what awaits them.

use std::cell::Cell;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::bytecode::code::flags;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::interp::frame::Frame;
use crate::runtime::interp::generator::{self, Generator, State, Step, kind_name};
use crate::runtime::object::args::Args;
use crate::runtime::object::raise::Exception;
use crate::runtime::object::typedef::{
    GetSet, Native, Slots, TypeSpec, getset, getter, kind, native, native_raw,
};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value, flag};

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Generator>> {
    vm.cast::<Generator>(value)
}

/// Is it a coroutine?
pub fn is_coroutine(generator: &Obj<Generator>) -> bool {
    generator.function.get().flags.get() & flags::COROUTINE != 0
}

/// Is it a generator that `types.coroutine` marked?
pub fn is_iterable_coroutine(value: &Value) -> bool {
    value.kind() == kind::GENERATOR
        && value
            .downcast::<Generator>()
            .is_some_and(|g| g.function.get().code.get().flags & flags::ITERABLE_COROUTINE != 0)
}

/// Is it the type of a native asynchronous step, which iterates over itself?
pub fn is_async_step(spec: &'static TypeSpec) -> bool {
    std::ptr::eq(spec, &ASYNC_SEND) || std::ptr::eq(spec, &ASYNC_THROW)
}

fn finish(vm: &Vm, step: Step) -> PyResult<Value> {
    match step {
        Step::Yield(value) => Ok(value),
        Step::Return(value) => Err(vm.stop_iteration(value)),
    }
}

fn next(vm: &Vm, object: &Value) -> PyResult<Option<Value>> {
    vm.generator_next(this(vm, object)?)
}

fn send(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let step = vm.generator_send(this(vm, &args[0])?, args[1].clone())?;
    finish(vm, step)
}

/// The exception that `throw(type, value, traceback)` means.
pub fn thrown(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    thrown_or(vm, args, "throw() third argument must be a traceback object", |class| {
        format!("exceptions must be classes or instances deriving from BaseException, not {class}")
    })
}

/// As [`thrown`], with other words for a third argument that is no traceback and a first one that is no exception (by its type's name).
pub fn thrown_or(
    vm: &Vm,
    args: &[Value],
    no_traceback: &str,
    no_exception: impl FnOnce(&str) -> String,
) -> PyResult<Value> {
    let (class, value, traceback) =
        (&args[0], args.get(1).and_then(Value::some), args.get(2).and_then(Value::some));
    if traceback.is_some_and(|tb| tb.downcast::<crate::runtime::interp::frame::Traceback>().is_none()) {
        return Err(vm.type_error(no_traceback));
    }
    let exception = if let Some(ty) = class.as_type()
        && ty.has(type_flag::EXCEPTION)
    {
        let made = match value {
            Some(value) if value.ty(vm).is_subtype(ty) => Ok(value.clone()),
            Some(value) => match value.as_tuple() {
                Some(tuple) => vm.call_args(class, tuple.items()),
                None => vm.call1(class, value),
            },
            None => vm.call0(class),
        };
        let made = made.and_then(|made| match made.downcast::<Exception>() {
            Some(_) => Ok(made),
            None => Err(vm.type_error(format!(
                "calling {} should have returned an instance of BaseException, not {}",
                vm.repr_text(class)?,
                made.type_name(vm)
            ))),
        });
        // What goes wrong in making it is thrown in its place.
        made.unwrap_or_else(|raised| vm.take_raised(raised))
    } else if class.downcast::<Exception>().is_some() {
        if value.is_some() {
            return Err(vm.type_error("instance exception may not have a separate value"));
        }
        class.clone()
    } else {
        return Err(vm.type_error(no_exception(&class.type_name(vm))));
    };
    if let (Some(tb), Some(e)) = (traceback, exception.downcast::<Exception>()) {
        e.traceback.set(tb.clone());
    }
    Ok(exception)
}

impl Vm {
    /// Throws an exception into a generator: into what it delegates to, if it does.
    pub fn generator_throw(&self, generator: &Obj<Generator>, exception: Value) -> PyResult<Step> {
        self.check_native()?;
        if let Some(inner) = generator::delegate(generator) {
            let is_exit = exception.ty(self).is_subtype(self.typ(&exc::GENERATOR_EXIT));
            generator::enter(self, generator)?;
            if is_exit {
                let closed = self.close_iterator(&inner);
                generator::leave(self, generator);
                // Its frame has the last reference, and lets go of it before its handlers run.
                drop(inner);
                return match closed {
                    Ok(()) => {
                        let raised = self.set_raised(exception);
                        self.generator_raise(generator, raised)
                    }
                    Err(raised) => self.generator_raise(generator, raised),
                };
            }
            let result = if let Some(delegate) = inner.downcast::<Generator>()
                && matches!(inner.kind(), kind::GENERATOR | kind::COROUTINE)
            {
                match self.generator_throw(delegate, exception) {
                    Ok(Step::Yield(value)) => Ok(Some(value)),
                    Ok(Step::Return(value)) => {
                        self.stop_value.set(value);
                        Ok(None)
                    }
                    Err(raised) => Err(raised),
                }
            } else {
                let throw = self.getattr_opt(&inner, self.names().throw.value());
                match throw {
                    Ok(Some(throw)) => {
                        let result = self.call1(&throw, &exception);
                        self.end_of_iteration(result)
                    }
                    Ok(None) => {
                        generator::leave(self, generator);
                        drop(inner);
                        let raised = self.set_raised(exception);
                        return self.generator_raise(generator, raised);
                    }
                    Err(raised) => Err(raised),
                }
            };
            generator::leave(self, generator);
            drop(inner);
            return match result {
                Ok(Some(value)) => Ok(Step::Yield(value)),
                Ok(None) => {
                    let value = self.stop_value.replace(Value::NONE);
                    self.generator_continue(generator, value)
                }
                Err(raised) => self.generator_raise(generator, raised),
            };
        }
        let raised = self.set_raised(exception);
        self.generator_raise(generator, raised)
    }

    /// `close()` of an iterator that is delegated to.
    pub fn close_iterator(&self, inner: &Value) -> PyResult<()> {
        if let Some(generator) = inner.downcast::<Generator>()
            && matches!(inner.kind(), kind::GENERATOR | kind::COROUTINE)
        {
            return self.generator_close(generator).map(drop);
        }
        match self.getattr_opt(inner, self.names().close.value()) {
            Ok(Some(close)) => self.call0(&close).map(drop),
            Ok(None) => Ok(()),
            Err(raised) => {
                self.write_unraisable(raised, inner);
                Ok(())
            }
        }
    }

    /// `generator.close()`
    pub fn generator_close(&self, generator: &Obj<Generator>) -> PyResult<Value> {
        match generator.state.get() {
            State::Created => {
                generator.discard();
                generator.state.set(State::Closed);
                return Ok(Value::NONE);
            }
            State::Closed => return Ok(Value::NONE),
            State::Running => {
                return Err(self.value_error(format!("{} already executing", kind_name(generator))));
            }
            State::Suspended if generator::nobody_hears(generator) => {
                generator.discard();
                return Ok(Value::NONE);
            }
            State::Suspended => {}
        }
        let ty = self.typ(&exc::GENERATOR_EXIT).clone();
        let exit = self.new_exception(&ty, &[]).into_value();
        match self.generator_throw(generator, exit) {
            Ok(Step::Yield(value)) => {
                drop(value);
                Err(self.runtime_error(format!("{} ignored GeneratorExit", kind_name(generator))))
            }
            Ok(Step::Return(value)) => Ok(value),
            Err(raised) => {
                if self.raised_is(&exc::GENERATOR_EXIT) {
                    drop(self.take_raised(raised));
                    return Ok(Value::NONE);
                }
                if self.raised_is(&exc::STOP_ITERATION) {
                    let e = self.take_raised(raised);
                    return Ok(e.downcast::<Exception>().map_or(Value::NONE, |e| e.field(0)));
                }
                Err(raised)
            }
        }
    }
}

fn throw(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    if args[2].given().is_some() || args[3].given().is_some() {
        vm.warn(
            &exc::DEPRECATION_WARNING,
            "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.",
            1,
        )?;
    }
    let exception = thrown(vm, &args[1..])?;
    let step = vm.generator_throw(this(vm, &args[0])?, exception)?;
    finish(vm, step)
}

fn close(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    vm.generator_close(this(vm, &args[0])?)
}

/// A dying generator that waits inside a `try` is closed.
fn finalize(vm: &Vm, object: &Value) -> PyResult<()> {
    let this = this(vm, object)?;
    match this.state.get() {
        State::Closed | State::Running => return Ok(()),
        State::Created if !is_coroutine(this) => return Ok(()),
        _ => {}
    }
    let closed = finalize_waiting(vm, object, this);
    if let Err(raised) = closed {
        vm.write_unraisable_while(raised, "closing generator", object);
    }
    Ok(())
}

fn finalize_waiting(vm: &Vm, object: &Value, this: &Obj<Generator>) -> PyResult<()> {
    if this.function.get().flags.get() & flags::ASYNC_GENERATOR != 0 {
        let finalizer = this.finalizer();
        if !finalizer.is_none() && !this.async_closed.get() {
            return vm.call1(&finalizer, object).map(drop);
        }
    }
    if is_coroutine(this) && this.state.get() == State::Created {
        let name = this.qualname.get().to_string_lossy().into_owned();
        let warned = vm.warn_unawaited(object, &name);
        if let Err(raised) = warned {
            vm.write_unraisable_while(raised, "finalizing coroutine", object);
        }
        this.discard();
        this.state.set(State::Closed);
        return Ok(());
    }
    vm.generator_close(this).map(drop)
}

/// A step of an asynchronous generator dies that nobody has awaited.
fn warn_unawaited_step(vm: &Vm, generator: &Ref<Generator>, method: &str) -> PyResult<()> {
    let name = generator.qualname.cloned();
    let text = format!("coroutine method '{method}' of '{}' was never awaited", name.to_string_lossy());
    let class = vm.typ(&exc::RUNTIME_WARNING).value().clone();
    let warned = vm.warn_about(&class, &vm.str(text), 1, generator.value());
    if let Err(raised) = warned {
        vm.write_unraisable_while(raised, "finalizing async generator", generator.value());
    }
    Ok(())
}

fn shared_slots(s: &mut Slots) {
    s.del = Some(finalize);
    s.repr = Some(|vm, g| {
        let this = this(vm, g)?;
        let what = match kind_name(this) {
            "async generator" => "async_generator",
            other => other,
        };
        Ok(vm.str(format!(
            "<{what} object {} at 0x{:x}>",
            this.qualname.get().to_string_lossy(),
            g.to_bits()
        )))
    });
}

/// `__name__` and `__qualname__` of what is called so.
macro_rules! name_getset {
    ($attribute:literal, $field:ident, $doc:expr) => {
        getset(
            $attribute,
            |vm, g| Ok(this(vm, g)?.$field.cloned().into_value()),
            |vm, g, v| match v.and_then(Value::downcast_ref) {
                Some(text) => {
                    this(vm, g)?.$field.set(text);
                    Ok(())
                }
                None => Err(vm.type_error(concat!($attribute, " must be set to a string object"))),
            },
            $doc,
        )
    };
    (name of $what:literal) => {
        name_getset!("__name__", name, concat!("name of the ", $what))
    };
    (qualname of $what:literal) => {
        name_getset!("__qualname__", qualname, concat!("qualified name of the ", $what))
    };
}

fn running(vm: &Vm, g: &Value) -> PyResult<Value> {
    Ok(Value::bool(this(vm, g)?.state.get() == State::Running))
}
fn suspended(vm: &Vm, g: &Value) -> PyResult<Value> {
    Ok(Value::bool(this(vm, g)?.state.get() == State::Suspended))
}
fn frame(vm: &Vm, g: &Value) -> PyResult<Value> {
    Ok(generator::frame_object(vm, this(vm, g)?))
}
fn code(vm: &Vm, g: &Value) -> PyResult<Value> {
    Ok(this(vm, g)?.function.get().code.cloned().into_value())
}
fn delegate(vm: &Vm, g: &Value) -> PyResult<Value> {
    Ok(generator::delegate(this(vm, g)?).unwrap_or(Value::NONE))
}

static GENERATOR_GETSET: &[GetSet] = &[
    name_getset!(name of "generator"),
    name_getset!(qualname of "generator"),
    getter("gi_running", running, ""),
    getter("gi_suspended", suspended, ""),
    getter("gi_frame", frame, ""),
    getter("gi_code", code, ""),
    getter("gi_yieldfrom", delegate, "object being iterated by yield from, or None"),
];
static COROUTINE_GETSET: &[GetSet] = &[
    name_getset!(name of "coroutine"),
    name_getset!(qualname of "coroutine"),
    getter("cr_running", running, ""),
    getter("cr_suspended", suspended, ""),
    getter("cr_frame", frame, ""),
    getter("cr_code", code, ""),
    getter("cr_await", delegate, "object being awaited on, or None"),
    getter("cr_origin", |vm, g| Ok(this(vm, g)?.origin()), ""),
];

static ASYNC_GENERATOR_GETSET: &[GetSet] = &[
    name_getset!(name of "async generator"),
    name_getset!(qualname of "async generator"),
    getter("ag_running", |vm, g| Ok(Value::bool(this(vm, g)?.running_async.get())), ""),
    getter("ag_suspended", suspended, ""),
    getter("ag_frame", frame, ""),
    getter("ag_code", code, ""),
    getter("ag_await", delegate, "object being awaited on, or None"),
];

/// `generator`
pub static GENERATOR: TypeSpec = TypeSpec::new("generator", Generator::layout)
    .kind(kind::GENERATOR)
    .flags(type_flag::WEAKREF | type_flag::HAS_DEL | type_flag::NO_NEW)
    .slots(|s| {
        shared_slots(s);
        s.iter = Some(|_, g| Ok(g.clone()));
        s.next = Some(next);
    })
    .methods(&[
        native("send(self, value, /)", send, "send(value) -> send 'value' into generator,\nreturn next yielded value or raise StopIteration."),
        native("throw(self, type, value=None, traceback=None, /)", throw, "throw(value)\nthrow(type[,value[,tb]])\n\nRaise exception in generator, return next yielded value or raise\nStopIteration."),
        native("close(self, /)", close, "close() -> raise GeneratorExit inside generator."),
        native("__class_getitem__(cls, item, /)", |vm, args| vm.generic_alias(&args[0], &args[1]), "See PEP 585").class(),
    ])
    .getset(GENERATOR_GETSET);

/// `coroutine`
pub static COROUTINE: TypeSpec = TypeSpec::new("coroutine", Generator::layout)
    .kind(kind::COROUTINE)
    .flags(type_flag::WEAKREF | type_flag::HAS_DEL | type_flag::NO_NEW)
    .slots(|s| {
        shared_slots(s);
        s.await_ = Some(|vm, g| {
            let coroutine = vm.cast::<Generator>(g)?.to_ref();
            Ok(vm.alloc_spec(&COROUTINE_WRAPPER, CoroutineWrapper { coroutine }))
        });
    })
    .methods(&[
        native("send(self, arg, /)", send, "send(arg) -> send 'arg' into coroutine,\nreturn next iterated value or raise StopIteration."),
        native("throw(self, type, value=None, traceback=None, /)", throw, "throw(value)\nthrow(type[,value[,traceback]])\n\nRaise exception in coroutine, return next iterated value or raise\nStopIteration."),
        native("close(self, /)", close, "close() -> raise GeneratorExit inside coroutine."),
        native("__class_getitem__(cls, item, /)", |vm, args| vm.generic_alias(&args[0], &args[1]), "See PEP 585").class(),
    ])
    .getset(COROUTINE_GETSET);

/// What `coroutine.__await__()` gives.
pub struct CoroutineWrapper {
    coroutine: Ref<Generator>,
}
crate::payload!(CoroutineWrapper, "coroutine_wrapper", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.coroutine.value());
    }
});

static COROUTINE_WRAPPER: TypeSpec = TypeSpec::new("coroutine_wrapper", CoroutineWrapper::layout)
    .flags(type_flag::NO_NEW)
    .slots(|s| {
        s.iter = Some(|_, w| Ok(w.clone()));
        s.next = Some(|vm, w| next(vm, vm.cast::<CoroutineWrapper>(w)?.coroutine.value()));
    })
    .methods(&[
        native(
            "send(self, arg, /)",
            |vm, args| {
                let inner = vm.cast::<CoroutineWrapper>(&args[0])?.coroutine.clone().into_value();
                send(vm, &[inner, args[1].clone()])
            },
            "send(arg) -> send 'arg' into coroutine",
        ),
        native(
            "throw(self, type, value=None, traceback=None, /)",
            |vm, args| {
                let inner = vm.cast::<CoroutineWrapper>(&args[0])?.coroutine.clone().into_value();
                throw(vm, &[inner, args[1].clone(), args[2].clone(), args[3].clone()])
            },
            "",
        ),
        native(
            "close(self, /)",
            |vm, args| {
                let inner = vm.cast::<CoroutineWrapper>(&args[0])?.coroutine.clone();
                vm.generator_close(&inner)
            },
            "close() -> raise GeneratorExit inside coroutine.",
        ),
    ]);

// ------------------------------------------------------------------------------------ asynchronous generators

/// A value that an asynchronous generator yields, told apart from what it awaits.
pub struct Wrapped {
    value: Value,
}
crate::payload!(Wrapped, "async_generator_wrapped_value", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.value);
    }
});

static WRAPPED: TypeSpec =
    TypeSpec::new("async_generator_wrapped_value", Wrapped::layout).flags(type_flag::NO_NEW);

/// Wraps a value for `AsyncYield`.
pub fn wrap_async(vm: &Vm, value: Value) -> Value {
    vm.alloc_spec(&WRAPPED, Wrapped { value })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum StepState {
    Init,
    Iterating,
    Closed,
}

/// `__anext__()`, `asend()`
pub struct AsyncSend {
    generator: Ref<Generator>,
    sent: LockCell<Value>,
    state: Cell<StepState>,
}
crate::payload!(AsyncSend, "async_generator_asend", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.generator.value());
        visit(self.sent.get());
    }
});

/// `athrow()`, `aclose()`
pub struct AsyncThrow {
    generator: Ref<Generator>,
    /// Arguments of `throw`; `None`: `aclose`.
    args: LockCell<Option<Vec<Value>>>,
    state: Cell<StepState>,
}
crate::payload!(AsyncThrow, "async_generator_athrow", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.generator.value());
        self.args.get().iter().flatten().for_each(visit);
    }
});

/// What a step of an asynchronous generator gives to who awaits it: [`Step::Yield`] what it waits for itself,
/// [`Step::Return`] the result.
fn unwrap_step(vm: &Vm, generator: &Obj<Generator>, step: PyResult<Step>) -> PyResult<Step> {
    match step {
        Ok(Step::Yield(value)) => Ok(match value.downcast::<Wrapped>() {
            Some(wrapped) => {
                generator.running_async.set(false);
                Step::Return(wrapped.value.clone())
            }
            None => Step::Yield(value),
        }),
        Ok(Step::Return(_)) => {
            generator.async_closed.set(true);
            generator.running_async.set(false);
            Err(vm.raise_args(&exc::STOP_ASYNC_ITERATION, vec![]))
        }
        Err(raised) => {
            if vm.raised_is(&exc::STOP_ASYNC_ITERATION) || vm.raised_is(&exc::GENERATOR_EXIT) {
                generator.async_closed.set(true);
            }
            generator.running_async.set(false);
            Err(raised)
        }
    }
}

/// The step of an awaitable as its `send()` and `throw()` give it.
fn given(vm: &Vm, step: PyResult<Step>) -> PyResult<Value> {
    match step? {
        Step::Yield(value) => Ok(value),
        Step::Return(value) => Err(vm.stop_iteration_exact(value)),
    }
}

/// The same as the slot for `__next__` gives it.
fn given_next(vm: &Vm, step: PyResult<Step>) -> PyResult<Option<Value>> {
    match step {
        Ok(Step::Yield(value)) => Ok(Some(value)),
        Ok(Step::Return(value)) => {
            vm.stop_value.set(value);
            Ok(None)
        }
        Err(raised) => vm.end_of_iteration(Err(raised)),
    }
}

fn init_hooks(vm: &Vm, generator: &Obj<Generator>) -> PyResult<()> {
    if generator.hooks_inited.replace(true) {
        return Ok(());
    }
    let [first, finalizer] = vm.asyncgen_hooks.cloned();
    generator.set_finalizer(finalizer);
    if !first.is_none() {
        vm.call1(&first, &generator.to_value())?;
    }
    Ok(())
}

fn async_send(vm: &Vm, object: &Value, sent: Value) -> PyResult<Step> {
    let step = vm.cast::<AsyncSend>(object)?;
    let generator = &step.generator;
    let mut sent = sent;
    match step.state.get() {
        StepState::Closed => return Err(vm.runtime_error("cannot reuse already awaited __anext__()/asend()")),
        StepState::Init => {
            if generator.running_async.get() {
                step.state.set(StepState::Closed);
                return Err(vm.runtime_error("anext(): asynchronous generator is already running"));
            }
            if sent.is_none() {
                sent = step.sent.cloned();
            }
            step.state.set(StepState::Iterating);
            step.head.flags.set(step.head.flags.get() | flag::SETTLED);
        }
        StepState::Iterating => {}
    }
    generator.running_async.set(true);
    let result = vm.generator_send(generator, sent);
    let result = unwrap_step(vm, generator, result);
    if !matches!(result, Ok(Step::Yield(_))) {
        step.state.set(StepState::Closed);
    }
    result
}

fn async_send_throw(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let step = vm.cast::<AsyncSend>(&args[0])?;
    match step.state.get() {
        StepState::Closed => return Err(vm.runtime_error("cannot reuse already awaited __anext__()/asend()")),
        StepState::Init => {
            if step.generator.running_async.get() {
                step.state.set(StepState::Closed);
                return Err(vm.runtime_error("anext(): asynchronous generator is already running"));
            }
            step.state.set(StepState::Iterating);
            step.generator.running_async.set(true);
        }
        StepState::Iterating => {}
    }
    let exception = thrown(vm, &args[1..])?;
    let result = vm.generator_throw(&step.generator, exception);
    let result = unwrap_step(vm, &step.generator, result);
    if !matches!(result, Ok(Step::Yield(_))) {
        step.state.set(StepState::Closed);
    }
    given(vm, result)
}

/// `async_generator_asend`
pub static ASYNC_SEND: TypeSpec = TypeSpec::new("async_generator_asend", AsyncSend::layout)
    .flags(type_flag::NO_NEW | type_flag::HAS_DEL)
    .slots(|s| {
        s.del = Some(|vm, a| {
            let step = vm.cast::<AsyncSend>(a)?;
            match step.state.get() {
                StepState::Init => warn_unawaited_step(vm, &step.generator, "asend"),
                _ => Ok(()),
            }
        });
        s.iter = Some(|_, a| Ok(a.clone()));
        s.await_ = Some(|_, a| Ok(a.clone()));
        s.next = Some(|vm, a| {
            let result = async_send(vm, a, Value::NONE);
            given_next(vm, result)
        });
    })
    .methods(&[
        native("send(self, arg, /)", |vm, args| given(vm, async_send(vm, &args[0], args[1].clone())), ""),
        native("throw(self, type, value=None, traceback=None, /)", async_send_throw, ""),
        native(
            "close(self, /)",
            |vm, args| {
                let step = vm.cast::<AsyncSend>(&args[0])?;
                if step.state.get() == StepState::Closed {
                    return Ok(Value::NONE);
                }
                let ty = vm.typ(&exc::GENERATOR_EXIT).value().clone();
                let result = async_send_throw(vm, &[args[0].clone(), ty, Value::UNBOUND, Value::UNBOUND]);
                close_result(vm, result)
            },
            "",
        ),
    ]);

fn close_result(vm: &Vm, result: PyResult<Value>) -> PyResult<Value> {
    match result {
        Ok(_) => Err(vm.runtime_error("coroutine ignored GeneratorExit")),
        Err(raised)
            if vm.raised_is(&exc::STOP_ITERATION)
                || vm.raised_is(&exc::STOP_ASYNC_ITERATION)
                || vm.raised_is(&exc::GENERATOR_EXIT) =>
        {
            drop(vm.take_raised(raised));
            Ok(Value::NONE)
        }
        Err(raised) => Err(raised),
    }
}

fn async_throw_step(vm: &Vm, object: &Value, sent: &Value, injected: Option<Value>) -> PyResult<Value> {
    let step = vm.cast::<AsyncThrow>(object)?;
    let generator = &step.generator;
    let closing = step.args.get().is_none();
    let what = if closing { "aclose()" } else { "athrow()" };
    if step.state.get() == StepState::Closed {
        return Err(vm.runtime_error("cannot reuse already awaited aclose()/athrow()"));
    }
    if generator.state.get() == State::Closed && step.state.get() == StepState::Init {
        step.state.set(StepState::Closed);
        return Err(vm.stop_iteration(Value::NONE));
    }
    let result = if step.state.get() == StepState::Init {
        if generator.running_async.get() {
            step.state.set(StepState::Closed);
            return Err(vm.runtime_error(format!("{what}: asynchronous generator is already running")));
        }
        if generator.async_closed.get() {
            step.state.set(StepState::Closed);
            return Err(vm.raise_args(&exc::STOP_ASYNC_ITERATION, vec![]));
        }
        if !sent.is_none() {
            return Err(vm.runtime_error("can't send non-None value to a just-started coroutine"));
        }
        step.state.set(StepState::Iterating);
        generator.running_async.set(true);
        let exception = match injected {
            Some(exception) => exception,
            None => match step.args.cloned() {
                Some(args) => thrown(vm, &args)?,
                None => {
                    generator.async_closed.set(true);
                    let ty = vm.typ(&exc::GENERATOR_EXIT).clone();
                    vm.new_exception(&ty, &[]).into_value()
                }
            },
        };
        vm.generator_throw(generator, exception)
    } else {
        match injected {
            Some(exception) => vm.generator_throw(generator, exception),
            None => vm.generator_send(generator, sent.clone()),
        }
    };
    if !closing {
        let result = unwrap_step(vm, generator, result);
        if !matches!(result, Ok(Step::Yield(_))) {
            step.state.set(StepState::Closed);
        }
        return given(vm, result);
    }
    let end = |raised: Raised| {
        generator.running_async.set(false);
        step.state.set(StepState::Closed);
        Err(raised)
    };
    match result {
        Ok(Step::Yield(value)) if value.downcast::<Wrapped>().is_some() => {
            end(vm.runtime_error("async generator ignored GeneratorExit"))
        }
        Ok(Step::Yield(value)) => Ok(value),
        Ok(Step::Return(_)) => end(vm.stop_iteration(Value::NONE)),
        Err(raised) => {
            if vm.raised_is(&exc::STOP_ASYNC_ITERATION) || vm.raised_is(&exc::GENERATOR_EXIT) {
                drop(vm.take_raised(raised));
                return end(vm.stop_iteration(Value::NONE));
            }
            end(raised)
        }
    }
}

/// `async_generator_athrow`
pub static ASYNC_THROW: TypeSpec = TypeSpec::new("async_generator_athrow", AsyncThrow::layout)
    .flags(type_flag::NO_NEW | type_flag::HAS_DEL)
    .slots(|s| {
        s.del = Some(|vm, a| {
            let step = vm.cast::<AsyncThrow>(a)?;
            let method = if step.args.get().is_none() { "aclose" } else { "athrow" };
            match step.state.get() {
                StepState::Init => warn_unawaited_step(vm, &step.generator, method),
                _ => Ok(()),
            }
        });
        s.iter = Some(|_, a| Ok(a.clone()));
        s.await_ = Some(|_, a| Ok(a.clone()));
        s.next = Some(|vm, a| {
            let result = async_throw_step(vm, a, &Value::NONE, None);
            vm.end_of_iteration(result)
        });
    })
    .methods(&[
        native("send(self, arg, /)", |vm, args| async_throw_step(vm, &args[0], &args[1], None), ""),
        native(
            "throw(self, type, value=None, traceback=None, /)",
            |vm, args| {
                let exception = thrown(vm, &args[1..])?;
                async_throw_step(vm, &args[0], &Value::NONE, Some(exception))
            },
            "",
        ),
        native(
            "close(self, /)",
            |vm, args| {
                if vm.cast::<AsyncThrow>(&args[0])?.state.get() == StepState::Closed {
                    return Ok(Value::NONE);
                }
                let ty = vm.typ(&exc::GENERATOR_EXIT).clone();
                let exit = vm.new_exception(&ty, &[]).into_value();
                let result = async_throw_step(vm, &args[0], &Value::NONE, Some(exit));
                close_result(vm, result)
            },
            "",
        ),
    ]);

fn new_send(vm: &Vm, object: &Value, sent: Value) -> PyResult<Value> {
    let generator = this(vm, object)?;
    init_hooks(vm, generator)?;
    Ok(vm.alloc_spec(
        &ASYNC_SEND,
        AsyncSend {
            generator: generator.to_ref(),
            sent: LockCell::new(sent),
            state: Cell::new(StepState::Init),
        },
    ))
}

fn new_throw(vm: &Vm, object: &Value, args: Option<Vec<Value>>) -> PyResult<Value> {
    let generator = this(vm, object)?;
    init_hooks(vm, generator)?;
    Ok(vm.alloc_spec(
        &ASYNC_THROW,
        AsyncThrow {
            generator: generator.to_ref(),
            args: LockCell::new(args),
            state: Cell::new(StepState::Init),
        },
    ))
}

static ASYNC_METHODS: &[Native] = &[
    native(
        "asend(self, value, /)",
        |vm, args| new_send(vm, &args[0], args[1].clone()),
        "asend(v) -> send 'v' in generator.",
    ),
    native_raw(
        "athrow(self, type, value=None, tb=None, /)",
        |vm, args: Args| {
            let args = args.count(vm, "athrow", 2, 4)?;
            if args.len() > 2 {
                vm.warn(
                &exc::DEPRECATION_WARNING,
                "the (type, exc, tb) signature of athrow() is deprecated, use the single-arg signature instead.",
                1,
            )?;
            }
            new_throw(vm, &args[0], Some(args[1..].to_vec()))
        },
        "athrow(value)\nathrow(type[,value[,tb]])\n\nraise exception in generator.",
    ),
    native(
        "aclose(self, /)",
        |vm, args| new_throw(vm, &args[0], None),
        "aclose() -> raise GeneratorExit inside generator.",
    ),
    native("__class_getitem__(cls, item, /)", |vm, args| vm.generic_alias(&args[0], &args[1]), "See PEP 585")
        .class(),
];

/// `async_generator`
pub static ASYNC_GENERATOR: TypeSpec = TypeSpec::new("async_generator", Generator::layout)
    .kind(kind::ASYNC_GENERATOR)
    .flags(type_flag::WEAKREF | type_flag::HAS_DEL | type_flag::NO_NEW)
    .slots(|s| {
        shared_slots(s);
        s.aiter = Some(|_, g| Ok(g.clone()));
        s.anext = Some(|vm, g| new_send(vm, g, Value::NONE));
    })
    .methods(ASYNC_METHODS)
    .getset(ASYNC_GENERATOR_GETSET);

impl Vm {
    /// `StopIteration(value)` where even a tuple or exception stays the one argument.
    pub fn stop_iteration_exact(&self, value: Value) -> Raised {
        if value.is_none() {
            return self.stop_iteration(value);
        }
        let ty = self.typ(&exc::STOP_ITERATION).clone();
        let e = self.new_exception(&ty, &[value.clone()]);
        e.set_field(0, value);
        self.raise_value(e.into_value())
    }

    /// `cr_origin`: file, line and function of the callers.
    pub fn coroutine_origin(&self, depth: u32) -> Value {
        let mut entries = Vec::new();
        let mut at = self.running();
        while let (Some(running), true) = (at, (entries.len() as u32) < depth) {
            entries.push(self.frame_entry(running));
            at = running.caller();
        }
        self.tuple(entries)
    }

    fn frame_entry(&self, running: Frame) -> Value {
        let code = running.code();
        let line = code.line(running.running_word()).unwrap_or(code.first_line);
        self.tuple(vec![
            code.filename.cloned().into_value(),
            self.int(line.into()),
            code.name.clone().into_value(),
        ])
    }
}
