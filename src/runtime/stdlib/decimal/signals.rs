//! Signals: the exceptions of the module, the mapping from signals to flags that contexts show, and the module's state.

use std::cell::Cell;
use std::rc::Rc;

use super::number::flag;
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::typedef::{Cmp, TypeRef, TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Value};

/// The signals in their order, with their conditions.
pub const SIGNALS: [(&str, u32); 9] = [
    ("InvalidOperation", flag::INVALID),
    ("FloatOperation", flag::FLOAT_OPERATION),
    ("DivisionByZero", flag::DIVISION_BY_ZERO),
    ("Overflow", flag::OVERFLOW),
    ("Underflow", flag::UNDERFLOW),
    ("Subnormal", flag::SUBNORMAL),
    ("Inexact", flag::INEXACT),
    ("Rounded", flag::ROUNDED),
    ("Clamped", flag::CLAMPED),
];

/// The conditions of InvalidOperation that have classes of their own.
const CONDITIONS: [(&str, u32); 4] = [
    ("ConversionSyntax", flag::CONVERSION_SYNTAX),
    ("DivisionImpossible", flag::DIVISION_IMPOSSIBLE),
    ("DivisionUndefined", flag::DIVISION_UNDEFINED),
    ("InvalidContext", flag::INVALID_CONTEXT),
];

/// What the module keeps for itself.
pub struct State {
    /// DecimalException, the signals, the conditions.
    classes: Vec<Value>,
    /// The class of a context's `flags` and `traps`.
    pub signal_dict: TypeRef,
    pub decimal_tuple: Value,
    /// `numbers.Rational`
    pub rational: Value,
    /// The context variable of the current context.
    pub variable: Value,
    /// DefaultContext, BasicContext, ExtendedContext.
    pub templates: [Value; 3],
}
crate::payload!(State, "decimal state", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.classes.iter().for_each(&mut *visit);
        visit(self.signal_dict.value());
        visit(&self.decimal_tuple);
        visit(&self.rational);
        visit(&self.variable);
        self.templates.iter().for_each(visit);
    }
});
static STATE: TypeSpec = TypeSpec::new("decimal._State", State::layout).flags(type_flag::NO_NEW);

/// The state, as a value that holds it.
pub fn state(vm: &Vm) -> PyResult<Value> {
    let known = vm.interp().module_state.borrow().get("decimal").cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let new = make_state(vm)?;
    vm.interp().module_state.borrow_mut().insert("decimal", new.clone());
    Ok(new)
}

fn make_state(vm: &Vm) -> PyResult<Value> {
    let meta = vm.interp().type_type.value().clone();
    let class = |name: &str, bases: Vec<Value>, module: &str| {
        let namespace = vm.new_dict();
        vm.set_in(&namespace, "__module__", vm.str(module));
        vm.call_args(&meta, &[vm.str(name), vm.tuple(bases), namespace.into_value()])
    };
    let builtin = |spec| vm.typ(spec).value().clone();
    let root = class("DecimalException", vec![builtin(&exc::ARITHMETIC_ERROR)], "decimal")?;
    let mut signals = vec![Value::NONE; SIGNALS.len()];
    // Bases before those that derive from them.
    for at in [0, 1, 2, 5, 6, 7, 8, 3, 4] {
        let bases = match SIGNALS[at].0 {
            "FloatOperation" => vec![root.clone(), builtin(&exc::TYPE_ERROR)],
            "DivisionByZero" => vec![root.clone(), builtin(&exc::ZERO_DIVISION_ERROR)],
            "Overflow" => vec![signals[6].clone(), signals[7].clone()],
            "Underflow" => vec![signals[6].clone(), signals[7].clone(), signals[5].clone()],
            _ => vec![root.clone()],
        };
        signals[at] = class(SIGNALS[at].0, bases, "decimal")?;
    }
    let mut classes = vec![root];
    classes.extend(signals.iter().cloned());
    for (name, condition) in CONDITIONS {
        let mut bases = vec![signals[0].clone()];
        if condition == flag::DIVISION_UNDEFINED {
            bases.push(builtin(&exc::ZERO_DIVISION_ERROR));
        }
        classes.push(class(name, bases, "decimal")?);
    }
    let mapping = vm.getattr_str(&vm.import("collections.abc")?, "MutableMapping")?;
    let signal_dict = vm.call_args(
        &vm.getattr_str(&vm.import("abc")?, "ABCMeta")?,
        &[vm.str("SignalDict"), vm.tuple(vec![builtin(&SIGNAL_MIXIN), mapping]), {
            let namespace = vm.new_dict();
            vm.set_in(&namespace, "__module__", vm.str("abc"));
            namespace.into_value()
        }],
    )?;
    let named = vm.getattr_str(&vm.import("collections")?, "namedtuple")?;
    let decimal_tuple = vm.call_args(&named, &[vm.str("DecimalTuple"), vm.str("sign digits exponent")])?;
    vm.setattr(&decimal_tuple, vm.intern("__module__").value(), Some(&vm.str("decimal")))?;
    let numbers = vm.import("numbers")?;
    let rational = vm.getattr_str(&numbers, "Rational")?;
    let number = vm.getattr_str(&numbers, "Number")?;
    vm.call_method_str(&number, "register", &[builtin(&super::object::DECIMAL)])?;
    let Some(signal_dict) = signal_dict.downcast_ref() else {
        return Err(vm.type_error("SignalDict is not a class"));
    };
    let state = State {
        classes,
        signal_dict,
        decimal_tuple,
        rational,
        variable: crate::runtime::stdlib::contextvars::context_variable(vm, "decimal_context"),
        templates: super::context::templates(vm),
    };
    Ok(vm.alloc_spec(&STATE, state))
}

/// The state behind its value.
pub fn inside<'a>(vm: &Vm, state: &'a Value) -> PyResult<&'a Obj<State>> {
    vm.cast::<State>(state)
}

impl State {
    /// Names and classes for the module's namespace.
    pub fn exceptions(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        let names = ["DecimalException"].into_iter();
        let names = names.chain(SIGNALS.iter().chain(&CONDITIONS).map(|(name, _)| *name));
        names.zip(&self.classes)
    }
    fn signal(&self, at: usize) -> &Value {
        &self.classes[1 + at]
    }
    /// The classes of all conditions that are set.
    pub fn conditions(&self, status: u32) -> Vec<Value> {
        let mut found = Vec::new();
        // InvalidOperation itself is a condition, too.
        if status & flag::INVALID_OPERATION != 0 {
            found.push(self.signal(0).clone());
        }
        for (at, (_, condition)) in CONDITIONS.iter().enumerate() {
            if status & condition != 0 {
                found.push(self.classes[1 + SIGNALS.len() + at].clone());
            }
        }
        for (at, (_, condition)) in SIGNALS.iter().enumerate().skip(1) {
            if status & condition != 0 {
                found.push(self.signal(at).clone());
            }
        }
        found
    }
    /// The classes of all signals that are set.
    pub fn signals(&self, status: u32) -> Vec<Value> {
        let set = SIGNALS.iter().enumerate().filter(|(_, (_, condition))| status & condition != 0);
        set.map(|(at, _)| self.signal(at).clone()).collect()
    }
}

/// Raises what a context traps.
#[cold]
#[inline(never)]
pub fn raise(vm: &Vm, trapped: u32) -> Raised {
    if trapped & flag::INTERRUPTED != 0
        && let Some(exception) = super::number::INTERRUPT.take()
    {
        return vm.set_raised(exception);
    }
    if trapped & flag::MEMORY != 0 {
        return vm.memory_error();
    }
    let make = || {
        let state = state(vm)?;
        let state = inside(vm, &state)?;
        let class = state.signals(trapped).into_iter().next().unwrap_or(Value::NONE);
        vm.call1(&class, &vm.list(state.conditions(trapped)))
    };
    match make() {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

// ------------------------------------------------------------------------------------------------ SignalDict

/// The flags and the traps of a context; views of them may live longer.
pub struct Signals {
    pub traps: Cell<u32>,
    pub flags: Cell<u32>,
    /// Is there the context still?
    pub alive: Cell<bool>,
}

/// A view of flags or traps; of nothing if a program made it.
pub struct SignalDict {
    signals: Option<Rc<Signals>>,
    is_traps: bool,
}
crate::payload!(SignalDict, "decimal.SignalDictMixin");

impl SignalDict {
    pub fn new(signals: &Rc<Signals>, is_traps: bool) -> SignalDict {
        SignalDict { signals: Some(signals.clone()), is_traps }
    }
    fn cell(&self) -> Option<&Cell<u32>> {
        let signals = self.signals.as_ref().filter(|signals| signals.alive.get())?;
        Some(if self.is_traps { &signals.traps } else { &signals.flags })
    }
}

/// The conditions that a view shows.
pub fn shown(vm: &Vm, view: &Value) -> PyResult<u32> {
    Ok(cell(vm, vm.cast::<SignalDict>(view)?)?.get())
}

fn cell<'a>(vm: &Vm, view: &'a Obj<SignalDict>) -> PyResult<&'a Cell<u32>> {
    view.data.cell().ok_or_else(|| vm.value_error("invalid signal dict"))
}

const WRONG_SIGNAL: &str = "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]";

/// The conditions of a signal's class; KeyError if it is none.
pub fn condition_of(vm: &Vm, class: &Value) -> PyResult<u32> {
    let state = state(vm)?;
    let state = inside(vm, &state)?;
    match (0..SIGNALS.len()).find(|at| state.signal(*at).is(class)) {
        Some(at) => Ok(SIGNALS[at].1),
        None => Err(vm.key_error(&vm.str(WRONG_SIGNAL))),
    }
}

/// The conditions of a dict from all signals to truth values.
pub fn conditions_of_dict(vm: &Vm, value: &Value) -> PyResult<u32> {
    let Some(dict) = value.as_dict() else { return Err(vm.type_error("argument must be a signal dict")) };
    let invalid = || vm.key_error(&vm.str("invalid signal dict"));
    let entries = dict.entries();
    if entries.len() != SIGNALS.len() {
        return Err(invalid());
    }
    let mut conditions = 0;
    for (class, value) in entries {
        let condition = condition_of(vm, &class)?;
        if vm.truth(&value)? {
            conditions |= condition;
        }
    }
    Ok(conditions)
}

/// The conditions of a list of signals.
pub fn conditions_of_list(vm: &Vm, value: &Value) -> PyResult<u32> {
    let mut conditions = 0;
    for class in vm.collect(value)? {
        conditions |= condition_of(vm, &class)?;
    }
    Ok(conditions)
}

/// What may be set as flags or traps: a view or a dict.
pub fn conditions_of(vm: &Vm, value: &Value) -> PyResult<u32> {
    if value.downcast::<SignalDict>().is_some() { shown(vm, value) } else { conditions_of_dict(vm, value) }
}

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Cell<u32>> {
    cell(vm, vm.cast::<SignalDict>(value)?)
}

fn as_dict(vm: &Vm, conditions: u32) -> PyResult<Value> {
    let state = state(vm)?;
    let state = inside(vm, &state)?;
    let dict = vm.new_dict();
    for (at, (_, condition)) in SIGNALS.iter().enumerate() {
        dict.insert(vm, state.signal(at).clone(), Value::bool(conditions & condition != 0))?;
    }
    Ok(dict.into_value())
}

/// What `SignalDict` adds to `MutableMapping`.
pub static SIGNAL_MIXIN: TypeSpec = TypeSpec::new("decimal.SignalDictMixin", SignalDict::layout)
    .flags(type_flag::BASE)
    .slots(|s| {
        s.new =
            Some(|vm, ty, _| Ok(vm.alloc(ty, SignalDict { signals: None, is_traps: false }).into_value()));
        s.init = Some(|_, _, _| Ok(()));
        s.len = Some(|vm, view| this(vm, view).map(|_| SIGNALS.len()));
        s.iter = Some(|vm, view| {
            this(vm, view)?;
            let state = state(vm)?;
            let signals = vm.tuple(inside(vm, &state)?.signals(u32::MAX));
            vm.iter(&signals)
        });
        s.getitem = Some(|vm, view, class| {
            let conditions = this(vm, view)?.get();
            Ok(Value::bool(conditions & condition_of(vm, class)? != 0))
        });
        s.setitem = Some(|vm, view, class, value| {
            this(vm, view)?;
            let Some(value) = value else { return Err(vm.value_error("signal keys cannot be deleted")) };
            let condition = condition_of(vm, class)?;
            let is_set = vm.truth(value)?;
            let cell = this(vm, view)?;
            cell.set(if is_set { cell.get() | condition } else { cell.get() & !condition });
            Ok(())
        });
        s.repr = Some(|vm, view| {
            let conditions = this(vm, view)?.get();
            let shown: Vec<String> = SIGNALS
                .iter()
                .map(|(name, condition)| {
                    let is_set = if conditions & condition != 0 { "True" } else { "False" };
                    format!("<class 'decimal.{name}'>:{is_set}")
                })
                .collect();
            Ok(vm.str(format!("{{{}}}", shown.join(", "))))
        });
        s.compare = Some(|vm, a, b, op| {
            if !matches!(op, Cmp::Eq | Cmp::Ne) {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let own = this(vm, a)?.get();
            let other = if b.downcast::<SignalDict>().is_some() {
                shown(vm, b)?
            } else if b.as_dict().is_some() {
                match vm.catch(conditions_of_dict(vm, b), &exc::KEY_ERROR)? {
                    Some(other) => other,
                    None => return Ok(Value::bool(op == Cmp::Ne)),
                }
            } else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            Ok(Value::bool((own == other) == (op == Cmp::Eq)))
        });
    })
    .methods(&[native(
        "copy(self, /)",
        |vm, args| {
            let conditions = this(vm, &args[0])?.get();
            as_dict(vm, conditions)
        },
        "A plain dict of the same signals.",
    )]);
