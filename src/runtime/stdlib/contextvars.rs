//! `_contextvars` (PEP 567): a context is a dictionary from variables to values, which never changes: a context whose variable
//! is set gets a new one. So a copy of a context shares it, whatever iterates over it is sound.

use std::cell::Cell;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::dict::Dict;
use crate::runtime::object::typedef::{Cmp, TypeSpec, getter, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Obj, Payload, Ref, Value};

/// `contextvars.Context`
pub struct Context {
    /// Shared with copies; replaced, not changed.
    values: LockCell<Ref<Dict>>,
    entered: Cell<bool>,
    /// Value of the variable that is read all the time, the current decimal context; `None` if it was not looked up.
    hot: LockCell<Value>,
}
crate::payload!(Context, "_contextvars.Context", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.values.get().value());
        visit(self.hot.get());
    }
});

/// `contextvars.ContextVar`
pub struct ContextVar {
    name: Value,
    default: Value,
}
crate::payload!(ContextVar, "_contextvars.ContextVar", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.name);
        visit(&self.default);
    }
});

/// `contextvars.Token`
pub struct Token {
    variable: Value,
    context: Value,
    old: Value,
    used: Cell<bool>,
}
crate::payload!(Token, "_contextvars.Token", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.variable);
        visit(&self.context);
        visit(&self.old);
    }
});

struct Missing;
crate::payload!(Missing, "_contextvars._TokenMissing");
static MISSING: TypeSpec = TypeSpec::new("_contextvars._TokenMissing", Missing::layout)
    .flags(type_flag::NO_NEW)
    .slots(|s| s.repr = Some(|vm, _| Ok(vm.str("<Token.MISSING>"))));

fn missing(vm: &Vm) -> Value {
    if let Some(found) = vm.interp().module_state.borrow().get("Token.MISSING") {
        return found.clone();
    }
    let new = vm.alloc_spec(&MISSING, Missing);
    vm.interp().module_state.borrow_mut().insert("Token.MISSING", new.clone());
    new
}

fn new_context(vm: &Vm, values: Ref<Dict>) -> Value {
    let context =
        Context { values: LockCell::new(values), entered: Cell::new(false), hot: LockCell::new(Value::NONE) };
    vm.alloc_spec(&CONTEXT, context)
}

/// The hot value of the running context (see [`Context`]), if it is known.
#[inline(always)]
pub fn hot(vm: &Vm) -> Option<Value> {
    let hot = vm.context.get().downcast::<Context>()?.hot.get();
    if hot.is_none() { None } else { Some(hot.clone()) }
}

/// Keeps the hot value in the running context, until one of its variables changes.
pub fn set_hot(vm: &Vm, value: Value) -> PyResult<()> {
    let current = vm.current_context();
    context(vm, &current)?.hot.set(value);
    Ok(())
}

/// The value of a variable in the running context.
pub fn lookup(vm: &Vm, variable: &Value) -> PyResult<Option<Value>> {
    let current = vm.current_context();
    context(vm, &current)?.values.cloned().get(vm, variable)
}

/// Sets a variable in the running context.
pub fn assign(vm: &Vm, variable: &Value, value: Value) -> PyResult<()> {
    change(vm, variable, Some(value))
}

impl Vm {
    /// The running context, made on demand.
    pub fn current_context(&self) -> Value {
        if self.context.get().is_none() {
            self.context.set(new_context(self, self.new_dict()));
        }
        self.context.cloned()
    }
}

fn context<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Context>> {
    vm.cast::<Context>(value)
}

fn enter(vm: &Vm, object: &Value) -> PyResult<Value> {
    let this = context(vm, object)?;
    if this.entered.replace(true) {
        let shown = vm.repr_text(object)?;
        return Err(vm.runtime_error(format!("cannot enter context: {shown} is already entered")));
    }
    Ok(vm.context.replace(object.clone()))
}

/// Runs something in a context, which must not be entered yet.
pub fn run_in<R>(vm: &Vm, object: &Value, body: impl FnOnce() -> R) -> PyResult<R> {
    let before = enter(vm, object)?;
    let result = body();
    vm.context.set(before);
    context(vm, object)?.entered.set(false);
    Ok(result)
}

/// A copy of the running context.
pub fn copy_current(vm: &Vm) -> PyResult<Value> {
    let current = vm.current_context();
    let values = context(vm, &current)?.values.cloned();
    Ok(new_context(vm, values))
}

fn run(vm: &Vm, args: Args) -> PyResult<Value> {
    let [object, callable, ..] = args.pos() else {
        return Err(vm.type_error("run() missing 1 required positional argument"));
    };
    let rest = Args { values: &args.values[2..], names: args.names };
    run_in(vm, object, || vm.call(callable, rest))?
}

fn variable_key(vm: &Vm, key: &Value) -> PyResult<()> {
    if key.downcast::<ContextVar>().is_some() {
        return Ok(());
    }
    let shown = vm.repr_text(key)?;
    Err(vm.type_error(format!("a ContextVar key was expected, got {shown}")))
}

static CONTEXT: TypeSpec = TypeSpec::new("_contextvars.Context", Context::layout)
    .flags(type_flag::WEAKREF)
    .slots(|s| {
        s.new = Some(|vm, _, args| {
            if !args.values.is_empty() {
                return Err(vm.type_error("Context() does not accept any arguments"));
            }
            Ok(new_context(vm, vm.new_dict()))
        });
        s.len = Some(|vm, c| Ok(context(vm, c)?.values.get().len()));
        s.iter = Some(|vm, c| {
            let values = context(vm, c)?.values.cloned();
            vm.iter(values.value())
        });
        s.contains = Some(|vm, c, key| {
            variable_key(vm, key)?;
            context(vm, c)?.values.cloned().contains(vm, key)
        });
        s.getitem = Some(|vm, c, key| {
            variable_key(vm, key)?;
            match context(vm, c)?.values.cloned().get(vm, key)? {
                Some(value) => Ok(value),
                None => Err(vm.key_error(key)),
            }
        });
        s.compare = Some(|vm, a, b, op| {
            let (Some(x), Some(y)) = (a.downcast::<Context>(), b.downcast::<Context>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            if !matches!(op, Cmp::Eq | Cmp::Ne) {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let (x, y) = (x.values.cloned(), y.values.cloned());
            vm.compare(x.value(), y.value(), op)
        });
    })
    .methods(&[
        native_raw("run(self, callable, /, *args, **kwargs)", run, ""),
        native(
            "copy(self, /)",
            |vm, args| {
                let values = context(vm, &args[0])?.values.cloned();
                Ok(new_context(vm, values))
            },
            "Return a shallow copy of the context object.",
        ),
        native(
            "get(self, key, default=None, /)",
            |vm, args| {
                variable_key(vm, &args[1])?;
                let values = context(vm, &args[0])?.values.cloned();
                Ok(values
                    .get(vm, &args[1])?
                    .unwrap_or_else(|| args[2].given().cloned().unwrap_or(Value::NONE)))
            },
            "Return the value for `key` if `key` has the value in the context object.",
        ),
        native(
            "keys(self, /)",
            |vm, args| vm.iter(context(vm, &args[0])?.values.cloned().value()),
            "Return a list of all variables in the context object.",
        ),
        native(
            "values(self, /)",
            |vm, args| {
                let values = context(vm, &args[0])?.values.cloned();
                let all = vm.call_method(values.value(), &vm.names().values, &[])?;
                vm.iter(&all)
            },
            "Return a list of all variables' values in the context object.",
        ),
        native(
            "items(self, /)",
            |vm, args| {
                let values = context(vm, &args[0])?.values.cloned();
                let all = vm.call_method(values.value(), &vm.names().items, &[])?;
                vm.iter(&all)
            },
            "Return all variables and their values in the context object.",
        ),
    ]);

fn variable<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<ContextVar>> {
    vm.cast::<ContextVar>(value)
}

/// Sets or removes a variable in the running context, which gets a new dictionary.
fn change(vm: &Vm, variable: &Value, value: Option<Value>) -> PyResult<()> {
    let current = vm.current_context();
    let this = context(vm, &current)?;
    let values = vm.dict(this.values.cloned().copy());
    match value {
        Some(value) => drop(values.insert(vm, variable.clone(), value)?),
        None => drop(values.remove(vm, variable)?),
    }
    this.values.set(values);
    this.hot.set(Value::NONE);
    Ok(())
}

fn set(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    variable(vm, &args[0])?;
    let current = vm.current_context();
    let old = context(vm, &current)?.values.cloned().get(vm, &args[0])?;
    change(vm, &args[0], Some(args[1].clone()))?;
    let old = old.unwrap_or_else(|| missing(vm));
    Ok(vm.alloc_spec(
        &TOKEN,
        Token { variable: args[0].clone(), context: current, old, used: Cell::new(false) },
    ))
}

fn reset(vm: &Vm, variable: &Value, token: &Value) -> PyResult<Value> {
    let Some(this) = token.downcast::<Token>() else {
        return Err(vm.type_error(format!("expected an instance of Token, got {}", vm.repr_text(token)?)));
    };
    if this.used.get() {
        return Err(vm.runtime_error(format!("{} has already been used once", vm.repr_text(token)?)));
    }
    if !this.variable.is(variable) {
        return Err(vm.value_error(format!("{} was created by a different ContextVar", vm.repr_text(token)?)));
    }
    if !this.context.is(&vm.current_context()) {
        return Err(vm.value_error(format!("{} was created in a different Context", vm.repr_text(token)?)));
    }
    this.used.set(true);
    let old = if this.old.is(&missing(vm)) { None } else { Some(this.old.clone()) };
    change(vm, variable, old)?;
    Ok(Value::NONE)
}

static CONTEXT_VAR: TypeSpec = TypeSpec::new("_contextvars.ContextVar", ContextVar::layout)
    .slots(|s| {
        s.new = Some(|vm, _, args| {
            const SIGNATURE: Signature = Signature::parse("ContextVar(name, /, *, default=None)");
            let mut bound = [Value::UNBOUND, Value::UNBOUND];
            SIGNATURE.bind(vm, args, &mut bound, 0)?;
            let [name, default] = bound;
            if name.as_str().is_none() {
                return Err(vm.type_error("context variable name must be a str"));
            }
            Ok(vm.alloc_spec(&CONTEXT_VAR, ContextVar { name, default }))
        });
        s.repr = Some(|vm, v| {
            let this = variable(vm, v)?;
            let name = vm.repr_text(&this.name)?;
            let default = match this.default.given() {
                Some(default) => format!(" default={}", vm.repr_text(default)?),
                None => String::new(),
            };
            Ok(vm.str(format!("<ContextVar name={name}{default} at 0x{:x}>", v.to_bits())))
        });
    })
    .methods(&[
        native(
            "get(self, default=<unrepresentable>, /)",
            |vm, args| {
                let this = variable(vm, &args[0])?;
                let current = vm.current_context();
                if let Some(value) = context(vm, &current)?.values.cloned().get(vm, &args[0])? {
                    return Ok(value);
                }
                match args[1].given().or_else(|| this.default.given()) {
                    Some(default) => Ok(default.clone()),
                    None => Err(vm.raise_args(&exc::LOOKUP_ERROR, vec![args[0].clone()])),
                }
            },
            "Return a value for the context variable for the current context.",
        ),
        native(
            "set(self, value, /)",
            set,
            "Call to set a new value for the context variable in the current context.",
        ),
        native(
            "reset(self, token, /)",
            |vm, args| reset(vm, &args[0], &args[1]),
            "Reset the context variable.",
        ),
        native(
            "__class_getitem__(cls, item, /)",
            |vm, args| vm.generic_alias(&args[0], &args[1]),
            "See PEP 585",
        )
        .class(),
    ])
    .getset(&[getter("name", |vm, v| Ok(variable(vm, v)?.name.clone()), "")]);

static TOKEN: TypeSpec = TypeSpec::new("_contextvars.Token", Token::layout)
    .slots(|s| {
        s.new = Some(|vm, _, _| Err(vm.runtime_error("Tokens can only be created by ContextVars")));
        s.repr = Some(|vm, t| {
            let this = vm.cast::<Token>(t)?;
            let used = if this.used.get() { " used" } else { "" };
            let variable = vm.repr_text(&this.variable)?;
            Ok(vm.str(format!("<Token{used} var={variable} at 0x{:x}>", t.to_bits())))
        });
    })
    .methods(&[
        native("__enter__(self, /)", |_, args| Ok(args[0].clone()), "Enter into Token context manager."),
        native_raw(
            "__exit__(self, type, value, traceback, /)",
            |vm, args: Args| {
                let token = args.pos().first().cloned().unwrap_or(Value::NONE);
                let variable = vm.cast::<Token>(&token)?.variable.clone();
                reset(vm, &variable, &token)
            },
            "Exit from Token context manager, restore the linked ContextVar.",
        ),
        native(
            "__class_getitem__(cls, item, /)",
            |vm, args| vm.generic_alias(&args[0], &args[1]),
            "See PEP 585",
        )
        .class(),
    ])
    .getset(&[
        getter("var", |vm, t| Ok(vm.cast::<Token>(t)?.variable.clone()), ""),
        getter("old_value", |vm, t| Ok(vm.cast::<Token>(t)?.old.clone()), ""),
    ])
    .extra(|vm, ty| vm.set_in(&ty.dict, "MISSING", missing(vm)));

/// A new variable without a default.
pub fn context_variable(vm: &Vm, name: &str) -> Value {
    vm.alloc_spec(&CONTEXT_VAR, ContextVar { name: vm.str(name), default: Value::UNBOUND })
}

/// `_contextvars`
pub static MODULE: NativeModule = NativeModule {
    name: "_contextvars",
    doc: "Context Variables",
    functions: &[native("copy_context()", |vm, _| copy_current(vm), "")],
    init: |vm, dict| {
        for spec in [&CONTEXT, &CONTEXT_VAR, &TOKEN] {
            vm.set_type_in(dict, spec);
        }
        Ok(())
    },
};
