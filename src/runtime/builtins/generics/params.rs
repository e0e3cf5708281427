//! The type parameters: `TypeVar`, `ParamSpec` with its `args` and `kwargs`, `TypeVarTuple`.

use super::lazy::Lazy;
use super::unions::union_from;
use super::{alias, call_typing, caller_module};
use crate::runtime::builtins::tools::member;
use crate::runtime::builtins::types::DICT_GETSET_COPY;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::{Args, Signature};
use crate::runtime::object::attrs::own_set;
use crate::runtime::object::typedef::{Cmp, GetSet, Native, Slots, TypeRef, TypeSpec, getter, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Obj, Payload, Value};

/// The variance of a type parameter.
#[derive(Clone, Copy, Default)]
struct Variance {
    covariant: bool,
    contravariant: bool,
    inferred: bool,
}

/// The payload of type parameters of all kinds.
pub struct TypeParam {
    name: Value,
    bound: Lazy,
    constraints: Lazy,
    default: Lazy,
    variance: Variance,
}

crate::payload!(TypeParam, "typing.TypeVar", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.name);
        for lazy in [&self.bound, &self.constraints, &self.default] {
            lazy.traverse(visit);
        }
    }
    fn clear(&self) {
        for lazy in [&self.bound, &self.constraints, &self.default] {
            lazy.clear();
        }
    }
});

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<TypeParam>> {
    vm.cast::<TypeParam>(value)
}

const FLAGS: u32 = type_flag::DICT_ATTR | type_flag::WEAKREF;

/// `typing.TypeVar`
pub static TYPE_VAR: TypeSpec = TypeSpec::new("typing.TypeVar", TypeParam::layout)
    .flags(FLAGS)
    .doc(
        "(name, *constraints, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)",
        "Type variable.\n\nThe preferred way to construct a type variable is via the dedicated\nsyntax for generic functions, classes, and type aliases::\n\n    class Sequence[T]:  # T is a TypeVar\n        ...",
    )
    .slots(|s| {
        common_slots(s);
        s.new = Some(type_var_new);
    })
    .methods(&[
        native("__typing_subst__(self, arg, /)", |vm, args| call_typing(vm, "_typevar_subst", &args[..2]), ""),
        native("__typing_prepare_subst__(self, alias, args, /)", type_var_prepare, ""),
        REDUCE,
        HAS_DEFAULT,
        native("__mro_entries__(self, bases, /)", |vm, _| Err(no_subclass(vm, "TypeVar")), ""),
    ])
    .getset(TYPE_VAR_GETSET);

/// `typing.ParamSpec`
pub static PARAM_SPEC: TypeSpec = TypeSpec::new("typing.ParamSpec", TypeParam::layout)
    .flags(FLAGS)
    .doc(
        "(name, *, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)",
        "Parameter specification variable.\n\nThe preferred way to construct a parameter specification is via the\ndedicated syntax for generic functions, classes, and type aliases,\nwhere the use of '**' creates a parameter specification::\n\n    type IntFunc[**P] = Callable[P, int]",
    )
    .slots(|s| {
        common_slots(s);
        s.new = Some(param_spec_new);
    })
    .methods(&[
        native("__typing_subst__(self, arg, /)", |vm, args| call_typing(vm, "_paramspec_subst", &args[..2]), ""),
        native("__typing_prepare_subst__(self, alias, args, /)", |vm, args| {
            call_typing(vm, "_paramspec_prepare_subst", &args[..3])
        }, ""),
        REDUCE,
        HAS_DEFAULT,
        native("__mro_entries__(self, bases, /)", |vm, _| Err(no_subclass(vm, "ParamSpec")), ""),
    ])
    .getset(PARAM_SPEC_GETSET);

/// `typing.TypeVarTuple`
pub static TYPE_VAR_TUPLE: TypeSpec = TypeSpec::new("typing.TypeVarTuple", TypeParam::layout)
    .flags(FLAGS)
    .doc(
        "(name, *, default=typing.NoDefault)",
        "Type variable tuple. A specialized form of type variable that enables\nvariadic generics.\n\nThe preferred way to construct a type variable tuple is via the\ndedicated syntax for generic functions, classes, and type aliases,\nwhere a single '*' indicates a type variable tuple::\n\n    def move_first_element_to_last[T, *Ts](tup: tuple[T, *Ts]) -> tuple[*Ts, T]:\n        return (*tup[1:], tup[0])",
    )
    .slots(|s| {
        s.new = Some(|vm, ty, args| {
            static SIGNATURE: Signature = Signature::parse("typevartuple(name, *, default=typing.NoDefault)");
            let [name, default] = vm.bind_args(&SIGNATURE, args)?;
            check_name(vm, &name, "typevartuple")?;
            let mut new = plain(name, Variance::default());
            new.default = known_default(vm, default);
            Ok(finish(vm, ty, new))
        });
        s.repr = Some(|vm, value| Ok(this(vm, value)?.name.clone()));
        s.iter = Some(|vm, value| {
            let item = unpack(vm, value)?;
            Ok(alias::once(vm, item))
        });
    })
    .methods(&[
        native("__typing_subst__(self, arg, /)", |vm, _| {
            Err(vm.type_error("Substitution of bare TypeVarTuple is not supported"))
        }, ""),
        native("__typing_prepare_subst__(self, alias, args, /)", |vm, args| {
            call_typing(vm, "_typevartuple_prepare_subst", &args[..3])
        }, ""),
        REDUCE,
        HAS_DEFAULT,
        native("__mro_entries__(self, bases, /)", |vm, _| Err(no_subclass(vm, "TypeVarTuple")), ""),
    ])
    .getset(&[NAME, DEFAULT, EVALUATE_DEFAULT, DICT_GETSET_COPY]);

fn common_slots(s: &mut Slots) {
    s.repr = Some(|vm, value| {
        let this = this(vm, value)?;
        let variance = this.variance;
        let mark = match (variance.inferred, variance.covariant, variance.contravariant) {
            (true, ..) => return vm.to_str(&this.name),
            (_, true, _) => '+',
            (_, _, true) => '-',
            _ => '~',
        };
        Ok(vm.str(format!("{mark}{}", vm.to_string(&this.name)?)))
    });
    // `typing` converts the other side: a string is a forward reference.
    s.or = Some(|vm, a, b| union_from(vm, vec![a.clone(), b.clone()]));
}

fn no_subclass(vm: &Vm, what: &str) -> Raised {
    vm.type_error(format!("Cannot subclass an instance of {what}"))
}

fn check_name(vm: &Vm, name: &Value, function: &str) -> PyResult<()> {
    if name.as_str().is_some() {
        return Ok(());
    }
    Err(vm.type_error(format!("{function}() argument 'name' must be str, not {}", name.type_name(vm))))
}

fn plain(name: Value, variance: Variance) -> TypeParam {
    TypeParam {
        name,
        bound: Lazy::known(Value::UNBOUND),
        constraints: Lazy::known(Value::UNBOUND),
        default: Lazy::known(Value::UNBOUND),
        variance,
    }
}

/// A default as the constructors take it.
fn known_default(vm: &Vm, default: Value) -> Lazy {
    Lazy::known(if default.is_unbound() { vm.no_default() } else { default })
}

/// The object, with the `__module__` of who makes it.
fn finish(vm: &Vm, ty: &TypeRef, new: TypeParam) -> Value {
    let object = vm.alloc(ty, new).into_value();
    own_set(vm, &object, &vm.names().__module__, Some(&caller_module(vm)));
    object
}

/// The three keywords of the variance, which exclude each other.
fn variance(vm: &Vm, covariant: &Value, contravariant: &Value, inferred: &Value) -> PyResult<Variance> {
    let flag = |value: &Value| match value.given() {
        Some(value) => vm.truth(value),
        None => Ok(false),
    };
    let (covariant, contravariant, inferred) = (flag(covariant)?, flag(contravariant)?, flag(inferred)?);
    if covariant && contravariant {
        return Err(vm.value_error("Bivariant types are not supported."));
    }
    if inferred && (covariant || contravariant) {
        return Err(vm.value_error("Variance cannot be specified with infer_variance."));
    }
    Ok(Variance { covariant, contravariant, inferred })
}

fn checked_bound(vm: &Vm, bound: &Value) -> PyResult<Value> {
    match bound.some() {
        None => Ok(Value::UNBOUND),
        Some(bound) => {
            let message = vm.str("Bound must be a type.");
            call_typing(vm, "_type_check", &[bound.clone(), message])
        }
    }
}

fn type_var_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    static SIGNATURE: Signature = Signature::parse(
        "typevar(name, *, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)",
    );
    let pos = args.pos();
    // Everything behind the name is a constraint.
    let constraints = pos.get(1..).unwrap_or(&[]);
    let mut values: Vec<Value> = pos.iter().take(1).cloned().collect();
    values.extend_from_slice(&args.values[pos.len()..]);
    let [name, bound, default, co, contra, inferred] =
        vm.bind_args(&SIGNATURE, Args { values: &values, names: args.names })?;
    check_name(vm, &name, "typevar")?;
    let variance = variance(vm, &co, &contra, &inferred)?;
    let bound = checked_bound(vm, &bound)?;
    let mut new = plain(name, variance);
    match constraints {
        [] => new.constraints = Lazy::known(vm.tuple(Vec::new())),
        [_] => return Err(vm.type_error("A single constraint is not allowed")),
        several => {
            if !bound.is_unbound() {
                return Err(vm.type_error("Constraints cannot be combined with bound=..."));
            }
            let message = vm.str("TypeVar(name, constraint, ...): constraints must be types.");
            let mut checked = Vec::with_capacity(several.len());
            for constraint in several {
                checked.push(call_typing(vm, "_type_check", &[constraint.clone(), message.clone()])?);
            }
            new.constraints = Lazy::known(vm.tuple(checked));
        }
    }
    new.bound = Lazy::known(bound);
    new.default = known_default(vm, default);
    Ok(finish(vm, ty, new))
}

fn param_spec_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    static SIGNATURE: Signature = Signature::parse(
        "paramspec(name, *, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)",
    );
    let [name, bound, default, co, contra, inferred] = vm.bind_args(&SIGNATURE, args)?;
    check_name(vm, &name, "paramspec")?;
    let mut new = plain(name, variance(vm, &co, &contra, &inferred)?);
    // What bounds a ParamSpec is not looked at.
    new.bound = Lazy::known(bound.some().cloned().unwrap_or(Value::UNBOUND));
    new.default = known_default(vm, default);
    Ok(finish(vm, ty, new))
}

fn default_of(vm: &Vm, this: &Obj<TypeParam>) -> PyResult<Value> {
    Ok(this.default.get(vm)?.unwrap_or_else(|| vm.no_default()))
}

/// A TypeVar behind the given arguments takes its default.
fn type_var_prepare(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let [own, alias, given, ..] = args else { return Ok(Value::NONE) };
    let parameters = vm.getattr(alias, vm.names().__parameters__.value())?;
    let given_items = vm.collect(given)?;
    let parameters = vm.collect(&parameters)?;
    let at = parameters.iter().position(|p| p.is(own)).unwrap_or(0);
    if at < given_items.len() {
        return Ok(given.clone());
    }
    let default = default_of(vm, this(vm, own)?)?;
    if at > given_items.len() || default.is(&vm.no_default()) {
        let mut least = 0;
        for parameter in &parameters {
            let has = vm.getattr_str(parameter, "has_default")?;
            let has = vm.call0(&has)?;
            if vm.truth(&has)? {
                break;
            }
            least += 1;
        }
        let bound = if least < parameters.len() || least > 0 { "at least " } else { "" };
        return Err(vm.type_error(format!(
            "Too few arguments for {}; actual {}, expected {bound}{least}",
            vm.to_string(alias)?,
            given_items.len()
        )));
    }
    let mut all = given_items;
    all.push(default);
    Ok(vm.tuple(all))
}

const REDUCE: Native = native("__reduce__(self, /)", |vm, args| Ok(this(vm, &args[0])?.name.clone()), "");

const HAS_DEFAULT: Native = native(
    "has_default(self, /)",
    |vm, args| {
        let default = &this(vm, &args[0])?.data.default;
        Ok(Value::bool(match default.value() {
            Some(value) => !value.is(&vm.no_default()),
            None => default.is_given(),
        }))
    },
    "",
);

const NAME: GetSet = member("__name__", |vm, p| Ok(this(vm, p)?.name.clone()), "");
const DEFAULT: GetSet =
    getter("__default__", |vm, p| default_of(vm, this(vm, p)?), "The default value for this type parameter.");
const EVALUATE_DEFAULT: GetSet =
    getter("evaluate_default", |vm, p| Ok(this(vm, p)?.default.evaluator(vm)), "");
const BOUND: GetSet = getter("__bound__", |vm, p| Ok(this(vm, p)?.bound.get(vm)?.unwrap_or(Value::NONE)), "");
const COVARIANT: GetSet =
    member("__covariant__", |vm, p| Ok(Value::bool(this(vm, p)?.variance.covariant)), "");
const CONTRAVARIANT: GetSet =
    member("__contravariant__", |vm, p| Ok(Value::bool(this(vm, p)?.variance.contravariant)), "");
const INFERRED: GetSet =
    member("__infer_variance__", |vm, p| Ok(Value::bool(this(vm, p)?.variance.inferred)), "");

static TYPE_VAR_GETSET: &[GetSet] = &[
    NAME,
    DEFAULT,
    EVALUATE_DEFAULT,
    BOUND,
    COVARIANT,
    CONTRAVARIANT,
    INFERRED,
    getter(
        "__constraints__",
        |vm, p| {
            Ok(match this(vm, p)?.constraints.get(vm)? {
                Some(constraints) => constraints,
                None => vm.tuple(Vec::new()),
            })
        },
        "",
    ),
    getter("evaluate_bound", |vm, p| Ok(this(vm, p)?.bound.evaluator(vm)), ""),
    getter(
        "evaluate_constraints",
        |vm, p| {
            let constraints = &this(vm, p)?.data.constraints;
            if constraints.value().is_some_and(|v| v.as_tuple().is_some_and(|t| t.is_empty())) {
                return Ok(Value::NONE);
            }
            Ok(constraints.evaluator(vm))
        },
        "",
    ),
    DICT_GETSET_COPY,
];

static PARAM_SPEC_GETSET: &[GetSet] = &[
    NAME,
    DEFAULT,
    EVALUATE_DEFAULT,
    BOUND,
    COVARIANT,
    CONTRAVARIANT,
    INFERRED,
    getter(
        "args",
        |vm, p| Ok(vm.alloc_spec(&PARAM_SPEC_ARGS, ParamSpecPart { origin: p.clone() })),
        "Represents positional arguments.",
    ),
    getter(
        "kwargs",
        |vm, p| Ok(vm.alloc_spec(&PARAM_SPEC_KWARGS, ParamSpecPart { origin: p.clone() })),
        "Represents keyword arguments.",
    ),
    DICT_GETSET_COPY,
];

/// `Unpack[parameter]`
pub fn unpack(vm: &Vm, parameter: &Value) -> PyResult<Value> {
    let typing = vm.import("typing")?;
    let unpack = vm.getattr_str(&typing, "Unpack")?;
    vm.getitem(&unpack, parameter)
}

// ------------------------------------------------------------------------------------------------ P.args, P.kwargs

/// The payload of `ParamSpecArgs` and `ParamSpecKwargs`.
pub struct ParamSpecPart {
    origin: Value,
}

crate::payload!(ParamSpecPart, "typing.ParamSpecArgs", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.origin);
    }
});

/// `typing.ParamSpecArgs`
pub static PARAM_SPEC_ARGS: TypeSpec = TypeSpec::new("typing.ParamSpecArgs", ParamSpecPart::layout)
    .flags(type_flag::WEAKREF)
    .doc("(origin)", "The args for a ParamSpec object.\n\nGiven a ParamSpec object P, P.args returns an instance of ParamSpecArgs.")
    .slots(|s| {
        s.new = Some(|vm, ty, args| part_new(vm, ty, args));
        s.repr = Some(|vm, part| part_repr(vm, part, "args"));
        s.compare = Some(part_compare);
        s.hash = Some(|vm, part| vm.hash(&vm.cast::<ParamSpecPart>(part)?.origin));
    })
    .methods(&[native("__mro_entries__(self, bases, /)", |vm, _| Err(no_subclass(vm, "ParamSpecArgs")), "")])
    .getset(PART_GETSET);

/// `typing.ParamSpecKwargs`
pub static PARAM_SPEC_KWARGS: TypeSpec = TypeSpec::new("typing.ParamSpecKwargs", ParamSpecPart::layout)
    .flags(type_flag::WEAKREF)
    .doc("(origin)", "The kwargs for a ParamSpec object.\n\nGiven a ParamSpec object P, P.kwargs returns an instance of ParamSpecKwargs.")
    .slots(|s| {
        s.new = Some(|vm, ty, args| part_new(vm, ty, args));
        s.repr = Some(|vm, part| part_repr(vm, part, "kwargs"));
        s.compare = Some(part_compare);
        s.hash = Some(|vm, part| vm.hash(&vm.cast::<ParamSpecPart>(part)?.origin));
    })
    .methods(&[native("__mro_entries__(self, bases, /)", |vm, _| Err(no_subclass(vm, "ParamSpecKwargs")), "")])
    .getset(PART_GETSET);

static PART_GETSET: &[GetSet] =
    &[member("__origin__", |vm, p| Ok(vm.cast::<ParamSpecPart>(p)?.origin.clone()), "")];

fn part_new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    static SIGNATURE: Signature = Signature::parse("paramspecargs(origin)");
    let [origin] = vm.bind_args(&SIGNATURE, args)?;
    Ok(vm.alloc(ty, ParamSpecPart { origin }).into_value())
}

fn part_repr(vm: &Vm, part: &Value, what: &str) -> PyResult<Value> {
    let origin = &vm.cast::<ParamSpecPart>(part)?.data.origin;
    Ok(vm.str(match origin.downcast::<TypeParam>() {
        Some(spec) => format!("{}.{what}", vm.to_string(&spec.name)?),
        None => format!("{}.{what}", vm.repr_text(origin)?),
    }))
}

fn part_compare(vm: &Vm, a: &Value, b: &Value, op: Cmp) -> PyResult<Value> {
    if a.ty(vm).address() != b.ty(vm).address() || !matches!(op, Cmp::Eq | Cmp::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (x, y) = (vm.cast::<ParamSpecPart>(a)?, vm.cast::<ParamSpecPart>(b)?);
    Ok(Value::bool(vm.equal(&x.origin, &y.origin)? == (op == Cmp::Eq)))
}

// ------------------------------------------------------------------------------------------------ for the machine

// Parameters of the syntax say `typing` as their module, as their types do.

impl Vm {
    /// The type parameter of `[T: bound]` or `[T: (constraints)]`; the functions, or `None`, compute them.
    pub fn type_var(&self, name: &Value, bound: Value, constraints: Value) -> PyResult<Value> {
        let mut new = plain(name.clone(), Variance { inferred: true, ..Variance::default() });
        new.bound = Lazy::computed(bound);
        new.constraints = Lazy::computed(constraints);
        Ok(self.alloc_spec(&TYPE_VAR, new))
    }
    /// The type parameter of `[**P]`.
    pub fn param_spec(&self, name: &Value) -> PyResult<Value> {
        let new = plain(name.clone(), Variance { inferred: true, ..Variance::default() });
        Ok(self.alloc_spec(&PARAM_SPEC, new))
    }
    /// The type parameter of `[*Ts]`.
    pub fn type_var_tuple(&self, name: &Value) -> PyResult<Value> {
        Ok(self.alloc_spec(&TYPE_VAR_TUPLE, plain(name.clone(), Variance::default())))
    }
    /// Gives a type parameter the function that computes its default; gives the parameter back.
    pub fn set_type_param_default(&self, parameter: Value, evaluate: Value) -> PyResult<Value> {
        this(self, &parameter)?.default.set_evaluate(evaluate);
        Ok(parameter)
    }
}
