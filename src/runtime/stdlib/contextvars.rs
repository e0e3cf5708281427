//! `_contextvars`: contexts, variables and tokens.
//!
//! A context holds an immutable dict, copied when a variable is set: copying a context is cheap, setting is not, as there
//! are few variables in a program. `Vm::context` is the context of the thread, made on first use.

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

/// `_contextvars`
pub static MODULE: NativeModule = NativeModule {
    name: "_contextvars",
    doc: "Context Variables",
    functions: &[native("copy_context()", |vm, _| {
        let vars = current(vm).vars.cloned();
        Ok(context(vm, vars))
    }, "")],
    init: |vm, dict| {
        for spec in [&CONTEXT, &CONTEXT_VAR, &TOKEN] {
            vm.set_type_in(dict, spec);
        }
        Ok(())
    },
};

/// The payload of `Context`.
pub struct Context {
    /// Never changed in place.
    vars: LockCell<Ref<Dict>>,
    /// The context that was current before, while this one is entered.
    previous: LockCell<Value>,
    entered: Cell<bool>,
}

crate::payload!(Context, "_contextvars.Context", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.vars.get().value());
        visit(self.previous.get());
    }
});

fn context(vm: &Vm, vars: Ref<Dict>) -> Value {
    vm.alloc_spec(&CONTEXT, Context {
        vars: LockCell::new(vars),
        previous: LockCell::new(Value::NONE),
        entered: Cell::new(false),
    })
}

/// The thread's context.
fn current(vm: &Vm) -> Ref<Context> {
    if let Some(found) = vm.context.get().downcast_ref::<Context>() {
        return found;
    }
    let new = context(vm, vm.new_dict());
    vm.context.set(new);
    match vm.context.get().downcast_ref::<Context>() {
        Some(found) => found,
        None => unreachable!("a context was put there"),
    }
}

/// `contextvars.copy_context()`
pub fn copy_context(vm: &Vm) -> Value {
    let vars = current(vm).vars.cloned();
    context(vm, vars)
}

fn run(vm: &Vm, args: Args) -> PyResult<Value> {
    let Some(this) = args.values[0].downcast_ref::<Context>() else {
        return Err(vm.type_error("descriptor 'run' requires a '_contextvars.Context' object"));
    };
    if args.pos().len() < 2 {
        return Err(vm.type_error("run() missing 1 required positional argument"));
    }
    if this.entered.get() {
        let text = vm.repr_text(&args.values[0])?;
        return Err(vm.runtime_error(format!("cannot enter context: {text} is already entered")));
    }
    this.entered.set(true);
    let before = vm.context.replace(args.values[0].clone());
    let result = vm.call(&args.values[1], args.rest().rest());
    let own = vm.context.replace(before);
    drop(own);
    this.entered.set(false);
    result
}

fn variable<'a>(vm: &Vm, key: &'a Value) -> PyResult<&'a Value> {
    if key.downcast::<ContextVar>().is_some() {
        return Ok(key);
    }
    Err(vm.type_error(format!("a ContextVar key was expected, got {}", vm.repr_text(key)?)))
}

fn vars(vm: &Vm, value: &Value) -> PyResult<Ref<Dict>> {
    Ok(vm.cast::<Context>(value)?.vars.cloned())
}

static CONTEXT: TypeSpec = TypeSpec::new("_contextvars.Context", Context::layout)
    .flags(type_flag::WEAKREF)
    .slots(|s| {
        s.new = Some(|vm, _, args| {
            if !args.values.is_empty() {
                return Err(vm.type_error("Context() does not accept any arguments"));
            }
            Ok(context(vm, vm.new_dict()))
        });
        s.len = Some(|vm, value| Ok(vars(vm, value)?.len()));
        s.iter = Some(|vm, value| vm.iter(vars(vm, value)?.value()));
        s.contains = Some(|vm, value, key| vars(vm, value)?.contains(vm, variable(vm, key)?));
        s.getitem = Some(|vm, value, key| match vars(vm, value)?.get(vm, variable(vm, key)?)? {
            Some(found) => Ok(found),
            None => Err(vm.key_error(key)),
        });
        s.compare = Some(|vm, a, b, op| {
            let (Some(x), Some(y)) = (a.downcast::<Context>(), b.downcast::<Context>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            if !matches!(op, Cmp::Eq | Cmp::Ne) {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let (x, y) = (x.vars.cloned(), y.vars.cloned());
            vm.compare(x.value(), y.value(), op)
        });
    })
    .methods(&[
        native_raw("run(self, callable, *args, **kwargs)", run, ""),
        native("copy(self, /)", |vm, args| {
            let vars = vars(vm, &args[0])?;
            Ok(context(vm, vars))
        }, "Return a shallow copy of the context object."),
        native("get(self, key, default=None, /)", |vm, args| {
            let found = vars(vm, &args[0])?.get(vm, variable(vm, &args[1])?)?;
            Ok(found.unwrap_or_else(|| args[2].given().cloned().unwrap_or(Value::NONE)))
        }, "Return the value for `key` if `key` has the value in the context object.\n\nIf `key` does not exist, return `default`. If `default` is not given,\nreturn None."),
        native("keys(self, /)", |vm, args| Ok(vm.list(vars(vm, &args[0])?.keys())), "Return a list of all variables in the context object."),
        native("values(self, /)", |vm, args| Ok(vm.list(vars(vm, &args[0])?.entries().into_iter().map(|e| e.1).collect())), "Return a list of all variables' values in the context object."),
        native("items(self, /)", |vm, args| {
            let pairs = vars(vm, &args[0])?.entries().into_iter().map(|(k, v)| vm.tuple(vec![k, v])).collect();
            Ok(vm.list(pairs))
        }, "Return all variables and their values in the context object.\n\nThe result is returned as a list of 2-tuples (variable, value)."),
    ]);

// ------------------------------------------------------------------------------------------------ ContextVar

/// The payload of `ContextVar`.
pub struct ContextVar {
    name: Value,
    default: LockCell<Value>,
}

crate::payload!(ContextVar, "_contextvars.ContextVar", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.default.get());
    }
    fn clear(&self) {
        self.default.set(Value::UNBOUND);
    }
});

fn set(vm: &Vm, var: &Value, value: Option<Value>) -> PyResult<()> {
    let context = current(vm);
    let vars = vm.dict(context.vars.cloned().copy());
    match value {
        Some(value) => drop(vars.insert(vm, var.clone(), value)?),
        None => {
            if vars.remove(vm, var)?.is_none() {
                return Err(vm.raise_args(&exc::LOOKUP_ERROR, vec![var.clone()]));
            }
        }
    }
    context.vars.set(vars);
    Ok(())
}

static CONTEXT_VAR: TypeSpec = TypeSpec::new("_contextvars.ContextVar", ContextVar::layout)
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature = Signature::parse("ContextVar(name, *, default=None)");
            let [name, default] = vm.bind_args(&SIGNATURE, args)?;
            if name.as_str().is_none() {
                return Err(vm.type_error("context variable name must be a str"));
            }
            Ok(vm.alloc(ty, ContextVar { name, default: LockCell::new(default) }).into_value())
        });
        s.hash = Some(|_, value| Ok((value.to_bits() >> 4) as i64));
        s.repr = Some(|vm, value| {
            let this = vm.cast::<ContextVar>(value)?;
            let name = vm.repr_text(&this.name)?;
            let default = match this.default.cloned().given() {
                Some(default) => format!(" default={}", vm.repr_text(default)?),
                None => String::new(),
            };
            Ok(vm.str(format!("<ContextVar name={name}{default} at 0x{:x}>", value.to_bits())))
        });
    })
    .methods(&[
        native("get(self, default=None, /)", |vm, args| {
            let this = vm.cast::<ContextVar>(&args[0])?;
            let vars = current(vm).vars.cloned();
            if let Some(found) = vars.get(vm, &args[0])? {
                return Ok(found);
            }
            if let Some(default) = args[1].given() {
                return Ok(default.clone());
            }
            match this.default.cloned().given() {
                Some(default) => Ok(default.clone()),
                None => Err(vm.raise_args(&exc::LOOKUP_ERROR, vec![args[0].clone()])),
            }
        }, "Return a value for the context variable for the current context."),
        native("set(self, value, /)", |vm, args| {
            let context = current(vm);
            let old = context.vars.cloned().get(vm, &args[0])?.unwrap_or(Value::UNBOUND);
            set(vm, &args[0], Some(args[1].clone()))?;
            Ok(vm.alloc_spec(&TOKEN, Token { context, var: args[0].clone(), old, used: Cell::new(false) }))
        }, "Call to set a new value for the context variable in the current context."),
        native("reset(self, token, /)", |vm, args| {
            let Some(token) = args[1].downcast::<Token>() else {
                return Err(vm.type_error(format!("expected an instance of Token, got {}", vm.repr_text(&args[1])?)));
            };
            reset(vm, &args[0], &args[1], token)?;
            Ok(Value::NONE)
        }, "Reset the context variable."),
        native("__class_getitem__(cls, object, /)", |vm, args| vm.generic_alias(&args[0], &args[1]), "See PEP 585").class(),
    ])
    .getset(&[getter("name", |vm, value| Ok(vm.cast::<ContextVar>(value)?.name.clone()), "")]);

// ------------------------------------------------------------------------------------------------ Token

/// What `ContextVar.set` gives.
pub struct Token {
    context: Ref<Context>,
    var: Value,
    /// Unbound if the variable had no value.
    old: Value,
    used: Cell<bool>,
}

crate::payload!(Token, "_contextvars.Token", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.context.value());
        visit(&self.var);
        visit(&self.old);
    }
});

fn reset(vm: &Vm, var: &Value, shown: &Value, token: &Obj<Token>) -> PyResult<()> {
    if token.used.get() {
        return Err(vm.runtime_error(format!("{} has already been used once", vm.repr_text(shown)?)));
    }
    if !token.var.is(var) {
        return Err(vm.value_error(format!("{} was created by a different ContextVar", vm.repr_text(shown)?)));
    }
    if !current(vm).value().is(token.context.value()) {
        return Err(vm.value_error(format!("{} was created in a different Context", vm.repr_text(shown)?)));
    }
    token.used.set(true);
    set(vm, var, token.old.given().cloned())
}

/// `Token.MISSING`
struct Missing;

crate::payload!(Missing, "Token.MISSING");

static MISSING: TypeSpec = TypeSpec::new("Token.MISSING", Missing::layout)
    .flags(type_flag::NO_NEW)
    .slots(|s| s.repr = Some(|vm, _| Ok(vm.str("<Token.MISSING>"))));

fn missing(vm: &Vm) -> Value {
    const KEY: &str = "Token.MISSING";
    if let Some(known) = vm.interp().module_state.borrow().get(KEY) {
        return known.clone();
    }
    let new = vm.alloc_spec(&MISSING, Missing);
    vm.interp().module_state.borrow_mut().insert(KEY, new.clone());
    new
}

static TOKEN: TypeSpec = TypeSpec::new("_contextvars.Token", Token::layout)
    .slots(|s| {
        s.new = Some(|vm, _, _| Err(vm.runtime_error("Tokens can only be created by ContextVars")));
        s.hash = Some(|vm, value| Err(vm.type_error(format!("unhashable type: '{}'", value.type_name(vm)))));
        s.repr = Some(|vm, value| {
            let this = vm.cast::<Token>(value)?;
            let used = if this.used.get() { " used" } else { "" };
            Ok(vm.str(format!("<Token{used} var={} at 0x{:x}>", vm.repr_text(&this.var)?, value.to_bits())))
        });
    })
    .methods(&[
        native("__enter__(self, /)", |_, args| Ok(args[0].clone()), "Enter into Token context manager."),
        native("__exit__(self, type, value, traceback, /)", |vm, args| {
            let token = vm.cast::<Token>(&args[0])?;
            reset(vm, &token.var, &args[0], token)?;
            Ok(Value::NONE)
        }, "Exit from Token context manager, restore the linked ContextVar."),
        native("__class_getitem__(cls, object, /)", |vm, args| vm.generic_alias(&args[0], &args[1]), "See PEP 585").class(),
    ])
    .getset(&[
        getter("var", |vm, value| Ok(vm.cast::<Token>(value)?.var.clone()), ""),
        getter("old_value", |vm, value| {
            let this = vm.cast::<Token>(value)?;
            Ok(this.old.given().cloned().unwrap_or_else(|| missing(vm)))
        }, ""),
    ])
    .extra(|vm, ty| drop(ty.dict.insert_str(&vm.intern("MISSING"), missing(vm))));
