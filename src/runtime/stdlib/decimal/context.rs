//! `decimal.Context`: its attributes, the current context of a thread or task, `localcontext`.

use std::cell::Cell;
use std::rc::Rc;

use super::number::{Ctx, MAX_PREC, ROUNDINGS, Round, flag};
use super::signals::{self, SIGNALS, SignalDict, Signals};
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::{TypeRef, TypeSpec, getset, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::contextvars;
use crate::runtime::value::{LockCell, Obj, Payload, Value};

/// The payload of `decimal.Context`.
pub struct Context {
    pub ctx: Cell<Ctx>,
    pub capitals: Cell<bool>,
    pub signals: Rc<Signals>,
    /// The views that `flags` and `traps` gave, or `None`.
    views: LockCell<[Value; 2]>,
}
crate::payload!(Context, "decimal.Context", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.views.get().iter().for_each(visit);
    }
});

impl Drop for Context {
    fn drop(&mut self) {
        self.signals.alive.set(false);
    }
}

impl Context {
    fn new(ctx: Ctx, capitals: bool, traps: u32, flags: u32) -> Context {
        let signals = Signals { traps: Cell::new(traps), flags: Cell::new(flags), alive: Cell::new(true) };
        Context {
            ctx: Cell::new(ctx),
            capitals: Cell::new(capitals),
            signals: Rc::new(signals),
            views: LockCell::new([Value::NONE, Value::NONE]),
        }
    }
    fn copied(&self, flags: u32) -> Context {
        Context::new(self.ctx.get(), self.capitals.get(), self.signals.traps.get(), flags)
    }
    /// Notes conditions, and raises those that are trapped.
    #[inline(always)]
    pub fn note(&self, vm: &Vm, status: u32) -> PyResult<()> {
        if status == 0 {
            return Ok(());
        }
        let signals = &self.signals;
        let trapped = status & (signals.traps.get() | flag::MEMORY | flag::INTERRUPTED);
        if trapped & flag::INTERRUPTED == 0 {
            signals.flags.set(signals.flags.get() | status);
        }
        if trapped == 0 { Ok(()) } else { Err(signals::raise(vm, trapped)) }
    }
}

const DEFAULT: Ctx = Ctx { prec: 28, emax: 999_999, emin: -999_999, round: Round::HalfEven, clamp: false };
const DEFAULT_TRAPS: u32 = flag::INVALID | flag::DIVISION_BY_ZERO | flag::OVERFLOW;

/// DefaultContext, BasicContext, ExtendedContext.
pub fn templates(vm: &Vm) -> [Value; 3] {
    let basic = Ctx { prec: 9, round: Round::HalfUp, ..DEFAULT };
    [
        (DEFAULT, DEFAULT_TRAPS),
        (basic, DEFAULT_TRAPS | flag::UNDERFLOW | flag::CLAMPED),
        (basic.with_round(Round::HalfEven), 0),
    ]
    .map(|(ctx, traps)| vm.alloc_spec(&CONTEXT, Context::new(ctx, true, traps, 0)))
}

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Context>> {
    vm.cast::<Context>(value)
}

// ------------------------------------------------------------------------------------------------ the current one

/// The current context.
#[inline(always)]
pub fn current(vm: &Vm) -> PyResult<Value> {
    match contextvars::hot(vm) {
        Some(found) => Ok(found),
        None => find_current(vm),
    }
}

#[cold]
#[inline(never)]
fn find_current(vm: &Vm) -> PyResult<Value> {
    let state = signals::state(vm)?;
    let state = signals::inside(vm, &state)?;
    if let Some(found) = contextvars::lookup(vm, &state.variable)?
        && found.downcast::<Context>().is_some()
    {
        contextvars::set_hot(vm, found.clone())?;
        return Ok(found);
    }
    let new = vm.alloc_spec(&CONTEXT, this(vm, &state.templates[0])?.copied(0));
    make_current(vm, &new)?;
    Ok(new)
}

fn make_current(vm: &Vm, context: &Value) -> PyResult<()> {
    let state = signals::state(vm)?;
    contextvars::assign(vm, &signals::inside(vm, &state)?.variable, context.clone())?;
    contextvars::set_hot(vm, context.clone())
}

/// Makes a context the current one; of a template a copy.
fn set_current(vm: &Vm, context: &Value) -> PyResult<Value> {
    let Some(given) = context.downcast::<Context>() else {
        return Err(vm.type_error("argument must be a context"));
    };
    let state = signals::state(vm)?;
    let is_template = signals::inside(vm, &state)?.templates.iter().any(|template| template.is(context));
    if is_template {
        let copy = vm.alloc_spec(&CONTEXT, given.copied(0));
        make_current(vm, &copy)?;
    } else {
        make_current(vm, context)?;
    }
    Ok(Value::NONE)
}

/// The context that a method was given, or the current one.
#[inline(always)]
pub fn given(vm: &Vm, value: Option<&Value>) -> PyResult<Value> {
    match value {
        None => current(vm),
        Some(value) if value.is_none() => current(vm),
        Some(value) if value.downcast::<Context>().is_some() => Ok(value.clone()),
        Some(_) => Err(vm.type_error("optional argument must be a context")),
    }
}

/// The context behind its value.
#[inline(always)]
pub fn inside<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Context>> {
    this(vm, value)
}

// ------------------------------------------------------------------------------------------------ attributes

/// The rounding mode of a name.
pub fn rounding(vm: &Vm, value: &Value) -> PyResult<Round> {
    let found = value.as_str().and_then(|text| {
        ROUNDINGS.iter().find(|(name, _)| name.as_bytes() == text.bytes()).map(|(_, round)| *round)
    });
    found.ok_or_else(|| {
        vm.type_error(
            "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]",
        )
    })
}

fn rounding_name(round: Round) -> &'static str {
    ROUNDINGS.iter().find(|(_, r)| *r == round).map_or("", |(name, _)| name)
}

/// An int that fits a word.
pub fn integer(vm: &Vm, value: &Value) -> PyResult<i64> {
    match value.as_int() {
        Some(view) => {
            view.small().ok_or_else(|| vm.overflow_error("Python int too large to convert to C ssize_t"))
        }
        None => Err(vm.type_error("an integer is required")),
    }
}

fn limited(vm: &Vm, value: &Value, least: i64, most: i64, message: &str) -> PyResult<i64> {
    let n = integer(vm, value)?;
    if (least..=most).contains(&n) { Ok(n) } else { Err(vm.value_error(message)) }
}

/// Attributes that can be set, in the order of the constructor's parameters.
const NAMES: [&str; 8] = ["prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];

fn set_attribute(vm: &Vm, context: &Obj<Context>, at: usize, value: &Value) -> PyResult<()> {
    let mut ctx = context.ctx.get();
    match at {
        0 => ctx.prec = limited(vm, value, 1, MAX_PREC, "valid range for prec is [1, MAX_PREC]")?,
        1 => ctx.round = rounding(vm, value)?,
        2 => ctx.emin = limited(vm, value, -MAX_PREC, 0, "valid range for Emin is [MIN_EMIN, 0]")?,
        3 => ctx.emax = limited(vm, value, 0, MAX_PREC, "valid range for Emax is [0, MAX_EMAX]")?,
        4 => {
            let n = limited(vm, value, 0, 1, "valid values for capitals are 0 or 1")?;
            context.capitals.set(n == 1);
        }
        5 => ctx.clamp = limited(vm, value, 0, 1, "valid values for clamp are 0 or 1")? == 1,
        6 => context.signals.flags.set(signals::conditions_of(vm, value)?),
        _ => context.signals.traps.set(signals::conditions_of(vm, value)?),
    }
    context.ctx.set(ctx);
    Ok(())
}

/// Sets what was given; flags and traps may be lists here.
fn configure(vm: &Vm, context: &Obj<Context>, bound: &[Option<&Value>]) -> PyResult<()> {
    for (at, value) in bound.iter().enumerate().take(6) {
        if let Some(value) = value.filter(|value| !value.is_none()) {
            set_attribute(vm, context, at, value)?;
        }
    }
    for at in [7, 6] {
        let Some(value) = bound[at].filter(|value| !value.is_none()) else { continue };
        let conditions = if value.downcast::<crate::runtime::builtins::lists::List>().is_some() {
            signals::conditions_of_list(vm, value)?
        } else {
            signals::conditions_of(vm, value)?
        };
        let signals = &context.signals;
        if at == 7 { signals.traps.set(conditions) } else { signals.flags.set(conditions) }
    }
    Ok(())
}

fn view(vm: &Vm, value: &Value, is_traps: bool) -> PyResult<Value> {
    let context = this(vm, value)?;
    let at = usize::from(is_traps);
    if context.views.get()[at].is_none() {
        let state = signals::state(vm)?;
        let ty = signals::inside(vm, &state)?.signal_dict.clone();
        let new = vm.alloc(&ty, SignalDict::new(&context.signals, is_traps)).into_value();
        context.views.get_mut()[at] = new;
    }
    Ok(context.views.get()[at].clone())
}

/// Binds arguments by position or name in the words of `PyArg_ParseTupleAndKeywords` without a function's name.
#[inline]
pub fn bind<'a, const N: usize>(
    vm: &Vm,
    args: Args<'a>,
    names: &[&str; N],
    required: usize,
) -> PyResult<[Option<&'a Value>; N]> {
    let mut bound = [None; N];
    let given = args.values.len();
    if args.names.is_empty() && given <= N && given >= required {
        for (place, value) in bound.iter_mut().zip(args.values) {
            *place = Some(value);
        }
        return Ok(bound);
    }
    bind_names(vm, args, names, required, &mut bound)?;
    Ok(bound)
}

#[cold]
fn bind_names<'a>(
    vm: &Vm,
    args: Args<'a>,
    names: &[&str],
    required: usize,
    bound: &mut [Option<&'a Value>],
) -> PyResult<()> {
    let given = args.values.len();
    if given > names.len() {
        let kind = if args.pos().is_empty() { "keyword " } else { "" };
        let s = if names.len() == 1 { "" } else { "s" };
        return Err(vm.type_error(format!(
            "function takes at most {} {kind}argument{s} ({given} given)",
            names.len()
        )));
    }
    for (place, value) in bound.iter_mut().zip(args.pos()) {
        *place = Some(value);
    }
    let mut unknown = None;
    for (key, value) in args.keywords() {
        let text = key.as_str().map(|key| key.to_string_lossy().into_owned()).unwrap_or_default();
        match names.iter().position(|name| *name == text) {
            Some(at) if bound[at].is_none() => bound[at] = Some(value),
            Some(at) => {
                return Err(vm.type_error(format!(
                    "argument for function given by name ('{text}') and position ({})",
                    at + 1
                )));
            }
            None => unknown = Some(text),
        }
    }
    if let Some(missing) = bound[..required].iter().position(Option::is_none) {
        return Err(vm.type_error(format!(
            "function missing required argument '{}' (pos {})",
            names[missing],
            missing + 1
        )));
    }
    match unknown {
        Some(text) => {
            Err(vm.type_error(format!("this function got an unexpected keyword argument '{text}'")))
        }
        None => Ok(()),
    }
}

fn new(vm: &Vm, ty: &TypeRef, _: Args) -> PyResult<Value> {
    let state = signals::state(vm)?;
    let template = &signals::inside(vm, &state)?.templates[0];
    let copy = this(vm, template)?.copied(0);
    Ok(vm.alloc(ty, copy).into_value())
}

fn names_of(vm: &Vm, conditions: u32) -> PyResult<Value> {
    let state = signals::state(vm)?;
    Ok(vm.list(signals::inside(vm, &state)?.signals(conditions)))
}

/// Names of signals in the order of their bits, as `repr` has them.
fn shown_signals(conditions: u32) -> String {
    let order = [8, 0, 2, 6, 1, 3, 7, 5, 4];
    let set = order.iter().map(|at| SIGNALS[*at]).filter(|(_, condition)| conditions & condition != 0);
    set.map(|(name, _)| name).collect::<Vec<_>>().join(", ")
}

fn repr(vm: &Vm, value: &Value) -> PyResult<Value> {
    let context = this(vm, value)?;
    let ctx = context.ctx.get();
    Ok(vm.str(format!(
        "Context(prec={}, rounding={}, Emin={}, Emax={}, capitals={}, clamp={}, flags=[{}], traps=[{}])",
        ctx.prec,
        rounding_name(ctx.round),
        ctx.emin,
        ctx.emax,
        i32::from(context.capitals.get()),
        i32::from(ctx.clamp),
        shown_signals(context.signals.flags.get()),
        shown_signals(context.signals.traps.get()),
    )))
}

fn copy(vm: &Vm, value: &Value) -> PyResult<Value> {
    let context = this(vm, value)?;
    let copy = context.copied(context.signals.flags.get());
    Ok(vm.alloc_spec(&CONTEXT, copy))
}

/// A getter of a small number.
macro_rules! number {
    ($name:literal, $at:literal, $get:expr, $doc:literal) => {
        getset(
            $name,
            |vm, value| {
                let get: fn(&Context) -> i64 = $get;
                Ok(vm.int(get(this(vm, value)?)))
            },
            |vm, value, new| match new {
                Some(new) => set_attribute(vm, this(vm, value)?, $at, new),
                None => Err(vm.attribute_error("context attributes cannot be deleted")),
            },
            $doc,
        )
    };
}

/// The type.
pub static CONTEXT: TypeSpec = TypeSpec::new("decimal.Context", Context::layout)
    .flags(type_flag::BASE)
    .doc(
        "(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)",
        "How decimal arithmetic rounds and what it signals.\n\nWhat is not given or None is taken from DefaultContext; flags, if not given, are clear:\n\n    >>> c = Context(prec=5, rounding=ROUND_FLOOR)\n    >>> c.divide(2, 3)\n    Decimal('0.66666')\n",
    )
    .slots(|s| {
        s.new = Some(new);
        s.init = Some(|vm, value, args| {
            let bound = bind(vm, args, &NAMES, 0)?;
            configure(vm, this(vm, value)?, &bound)
        });
        s.repr = Some(repr);
        s.setattr = Some(|vm, value, name, new| {
            if new.is_none() {
                return Err(vm.attribute_error("context attributes cannot be deleted"));
            }
            vm.generic_setattr(value, name, new)
        });
    })
    .methods(super::context_methods::METHODS)
    .getset(&[
        number!("prec", 0, |c| c.ctx.get().prec, ""),
        getset(
            "rounding",
            |vm, value| Ok(vm.intern(rounding_name(this(vm, value)?.ctx.get().round)).into_value()),
            |vm, value, new| match new {
                Some(new) => set_attribute(vm, this(vm, value)?, 1, new),
                None => Err(vm.attribute_error("context attributes cannot be deleted")),
            },
            "",
        ),
        number!("Emin", 2, |c| c.ctx.get().emin, ""),
        number!("Emax", 3, |c| c.ctx.get().emax, ""),
        number!("capitals", 4, |c| i64::from(c.capitals.get()), ""),
        number!("clamp", 5, |c| i64::from(c.ctx.get().clamp), ""),
        getset("flags", |vm, value| view(vm, value, false), |vm, value, new| set_signals(vm, value, 6, new), ""),
        getset("traps", |vm, value| view(vm, value, true), |vm, value, new| set_signals(vm, value, 7, new), ""),
    ]);

fn set_signals(vm: &Vm, value: &Value, at: usize, new: Option<&Value>) -> PyResult<()> {
    match new {
        Some(new) => set_attribute(vm, this(vm, value)?, at, new),
        None => Err(vm.attribute_error("context attributes cannot be deleted")),
    }
}

/// `Context.copy`, `__copy__`
pub fn method_copy(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    copy(vm, &args[0])
}

/// `Context.__reduce__`
pub fn method_reduce(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let context = this(vm, &args[0])?;
    let ctx = context.ctx.get();
    let fields = vec![
        vm.int(ctx.prec),
        vm.str(rounding_name(ctx.round)),
        vm.int(ctx.emin),
        vm.int(ctx.emax),
        vm.int(context.capitals.get().into()),
        vm.int(ctx.clamp.into()),
        names_of(vm, context.signals.flags.get())?,
        names_of(vm, context.signals.traps.get())?,
    ];
    Ok(vm.tuple(vec![args[0].ty(vm).to_value(), vm.tuple(fields)]))
}

// ------------------------------------------------------------------------------------------------ localcontext

/// What `localcontext` gives.
struct Manager {
    local: Value,
    global: Value,
}
crate::payload!(Manager, "decimal.ContextManager", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.local);
        visit(&self.global);
    }
});

/// The type of what `localcontext` gives.
pub static MANAGER: TypeSpec =
    TypeSpec::new("decimal.ContextManager", Manager::layout).flags(type_flag::NO_NEW).methods(&[
        native(
            "__enter__(self, /)",
            |vm, args| {
                let local = vm.cast::<Manager>(&args[0])?.local.clone();
                set_current(vm, &local)?;
                Ok(local)
            },
            "",
        ),
        native_raw(
            "__exit__(self, /, *args)",
            |vm, args| {
                let global = vm.cast::<Manager>(&args.values[0])?.global.clone();
                set_current(vm, &global)?;
                Ok(Value::FALSE)
            },
            "",
        ),
    ]);

/// `localcontext(ctx=None, **kwargs)`
pub fn local(vm: &Vm, args: Args) -> PyResult<Value> {
    const KEYS: [&str; 9] =
        ["ctx", "prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];
    if args.pos().len() > 1 {
        return Err(vm.type_error(format!(
            "function takes at most 1 positional argument ({} given)",
            args.pos().len()
        )));
    }
    let bound = bind(vm, args, &KEYS, 0)?;
    let global = current(vm)?;
    let base = given(vm, bound[0])?;
    let local = copy(vm, &base)?;
    let context = this(vm, &local)?;
    configure(vm, context, &bound[1..])?;
    Ok(vm.alloc_spec(&MANAGER, Manager { local, global }))
}

/// `getcontext()`
pub fn get(vm: &Vm, _: &[Value]) -> PyResult<Value> {
    current(vm)
}

/// `setcontext(context)`
pub fn set(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    set_current(vm, &args[0])
}

/// Greatest number of bits of an interchange format.
pub const MAX_BITS: i64 = 512;

/// `IEEEContext(bits)`
pub fn ieee(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let bits = integer(vm, &args[0])?;
    if bits <= 0 || bits > MAX_BITS || bits % 32 != 0 {
        return Err(vm.value_error("argument must be a multiple of 32, with a maximum of 512"));
    }
    let emax = 3 * (1i64 << (bits / 16 + 3));
    let ctx = Ctx { prec: 9 * (bits / 32) - 2, emax, emin: 1 - emax, round: Round::HalfEven, clamp: true };
    Ok(vm.alloc_spec(&CONTEXT, Context::new(ctx, true, 0, 0)))
}
