//! `aiter` and `anext`, and the awaitable that `anext(iterator, default)` gives.

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{TypeSpec, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Value};

/// `aiter(iterable)`
pub fn aiter(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(f) = args[0].ty(vm).slots.get().aiter else {
        return Err(vm.type_error(format!("'{}' object is not an async iterable", args[0].type_name(vm))));
    };
    let iter = f(vm, &args[0])?;
    if iter.ty(vm).slots.get().anext.is_none() {
        return Err(
            vm.type_error(format!("aiter() returned not an async iterator of type '{}'", iter.type_name(vm)))
        );
    }
    Ok(iter)
}

/// `anext(iterator[, default])`
pub fn anext(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let Some(f) = args[0].ty(vm).slots.get().anext else {
        return Err(vm.type_error(format!("'{}' object is not an async iterator", args[0].type_name(vm))));
    };
    let awaitable = f(vm, &args[0])?;
    match args[1].given() {
        None => Ok(awaitable),
        Some(default) => {
            Ok(vm.alloc_spec(&ANEXT_AWAITABLE, AnextAwaitable { awaitable, default: default.clone() }))
        }
    }
}

/// The payload of `anext_awaitable`.
pub struct AnextAwaitable {
    awaitable: Value,
    default: Value,
}

crate::payload!(AnextAwaitable, "anext_awaitable", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.awaitable);
        visit(&self.default);
    }
});

/// `anext_awaitable`
pub static ANEXT_AWAITABLE: TypeSpec = TypeSpec::new("anext_awaitable", AnextAwaitable::layout)
    .slots(|s| {
        s.iter = Some(|_, this| Ok(this.clone()));
        s.await_ = Some(|_, this| Ok(this.clone()));
        s.next = Some(|vm, this| {
            let this = vm.cast::<AnextAwaitable>(this)?;
            let result = inner(vm, this).and_then(|iter| match vm.next(&iter)? {
                Some(value) => Ok(value),
                None => {
                    let value = vm.stop_value.replace(Value::NONE);
                    Err(vm.stop_iteration(value))
                }
            });
            vm.end_of_iteration(defaulted(vm, this, result))
        });
    })
    .methods(&[
        native("send(self, value, /)", |vm, args| forward(vm, &args[0], &vm.names().send, &args[1..]),
            "send(arg) -> send 'arg' into the wrapped iterator,\nreturn next yielded value or raise StopIteration."),
        native_raw("throw(self, typ, val=None, tb=None, /)", |vm, args| {
            forward(vm, &args.values[0], &vm.names().throw, &args.values[1..])
        }, "throw(value)\nthrow(typ[,val[,tb]])\n\nraise exception in the wrapped iterator, return next yielded value\nor raise StopIteration."),
        native("close(self, /)", |vm, args| forward(vm, &args[0], &vm.names().close, &[]),
            "close() -> raise GeneratorExit inside generator."),
    ]);

/// What is iterated when the object is awaited.
fn inner(vm: &Vm, this: &Obj<AnextAwaitable>) -> PyResult<Value> {
    let iter = vm.awaitable_iter(&this.awaitable)?;
    if iter.ty(vm).slots.get().next.is_some() {
        return Ok(iter);
    }
    // A coroutine is no iterator by itself; its `__await__` gives one.
    match iter.ty(vm).slots.get().await_ {
        Some(f) => f(vm, &iter),
        None => Ok(iter),
    }
}

/// The end of the asynchronous iteration becomes the default, as value of the await.
fn defaulted(vm: &Vm, this: &Obj<AnextAwaitable>, result: PyResult<Value>) -> PyResult<Value> {
    match result {
        Err(raised) if vm.raised_is(&exc::STOP_ASYNC_ITERATION) => {
            drop(vm.take_raised(raised));
            Err(vm.stop_iteration(this.default.clone()))
        }
        other => other,
    }
}

fn forward(vm: &Vm, object: &Value, name: &Obj<Str>, args: &[Value]) -> PyResult<Value> {
    let this = vm.cast::<AnextAwaitable>(object)?;
    let iter = inner(vm, this)?;
    let result = vm.call_method(&iter, name, args);
    defaulted(vm, this, result)
}
