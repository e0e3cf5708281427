//! Dialects: how a file writes its fields.

use super::error;
use crate::runtime::builtins::tools::member;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::args::Args;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{GetSet, TypeRef, TypeSpec, getset, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::text::wtf8;
use crate::runtime::value::{Obj, Payload, Ref, Value};

/// When fields are quoted.
pub mod quoting {
    pub const MINIMAL: i64 = 0;
    pub const ALL: i64 = 1;
    pub const NONNUMERIC: i64 = 2;
    pub const NONE: i64 = 3;
    pub const STRINGS: i64 = 4;
    pub const NOTNULL: i64 = 5;
}

/// The payload of `Dialect`.
pub struct Dialect {
    pub delimiter: u32,
    pub quotechar: Option<u32>,
    pub escapechar: Option<u32>,
    pub lineterminator: Ref<Str>,
    pub quoting: i64,
    pub doublequote: bool,
    pub skipinitialspace: bool,
    pub strict: bool,
}
crate::payload!(Dialect, "Dialect");

fn this<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<Dialect>> {
    vm.cast::<Dialect>(value)
}

fn char_or_none(vm: &Vm, point: Option<u32>) -> Value {
    point.map_or(Value::NONE, |point| vm.str_char(point))
}

macro_rules! computed {
    ($name:literal, $get:expr) => {
        getset(
            $name,
            |vm, value| {
                let get: fn(&Vm, &Dialect) -> Value = $get;
                Ok(get(vm, this(vm, value)?))
            },
            |vm, _, _| {
                Err(vm.attribute_error(concat!(
                    "attribute '",
                    $name,
                    "' of '_csv.Dialect' objects is not writable"
                )))
            },
            "",
        )
    };
}

const GETSET: &[GetSet] = &[
    computed!("delimiter", |vm, dialect| vm.str_char(dialect.delimiter)),
    computed!("escapechar", |vm, dialect| char_or_none(vm, dialect.escapechar)),
    computed!("lineterminator", |_, dialect| dialect.lineterminator.clone().into_value()),
    computed!("quotechar", |vm, dialect| char_or_none(vm, dialect.quotechar)),
    computed!("quoting", |vm, dialect| vm.int(dialect.quoting)),
    member("doublequote", |vm, value| Ok(Value::bool(this(vm, value)?.doublequote)), ""),
    member("skipinitialspace", |vm, value| Ok(Value::bool(this(vm, value)?.skipinitialspace)), ""),
    member("strict", |vm, value| Ok(Value::bool(this(vm, value)?.strict)), ""),
];

/// `Dialect`
pub static DIALECT: TypeSpec = TypeSpec::new("_csv.Dialect", Dialect::layout)
    .flags(type_flag::BASE)
    .doc("", "How a CSV file writes its records: delimiter, quotechar, escapechar, doublequote, skipinitialspace, lineterminator, quoting, strict.")
    .slots(|s| s.new = Some(new))
    .methods(&[
        native("__reduce__(self, protocol=0, /)", no_pickle, "raises an exception to avoid pickling"),
        native("__reduce_ex__(self, protocol=0, /)", no_pickle, "raises an exception to avoid pickling"),
    ])
    .getset(GETSET);

fn no_pickle(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    Err(vm.type_error(format!("cannot pickle '{}' instances", args[0].ty(vm).name())))
}

const NAMES: [&str; 8] = [
    "delimiter",
    "doublequote",
    "escapechar",
    "lineterminator",
    "quotechar",
    "quoting",
    "skipinitialspace",
    "strict",
];

fn new(vm: &Vm, ty: &TypeRef, args: Args) -> PyResult<Value> {
    let mut base = None;
    if args.pos().len() > 1 {
        return Err(vm.type_error(format!(
            "_csv.Dialect() takes at most 1 positional argument ({} given)",
            args.pos().len()
        )));
    }
    if let Some(first) = args.pos().first() {
        base = Some(first.clone());
    }
    let mut given = [const { Value::UNBOUND }; 8];
    for (name, value) in args.keywords() {
        let text = name.as_str().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match NAMES.iter().position(|known| *known == text) {
            Some(at) => given[at] = value.clone(),
            None if text == "dialect" && base.is_none() => base = Some(value.clone()),
            None => {
                return Err(
                    vm.type_error(format!("this function got an unexpected keyword argument '{text}'"))
                );
            }
        }
    }
    if let Some(mut from) = base.filter(|base| !base.is_none()) {
        if from.as_str().is_some() {
            from = named(vm, &from)?;
        }
        let exact = from.is_object() && from.ty(vm).address() == vm.typ(&DIALECT).address();
        if exact && given.iter().all(Value::is_unbound) {
            return Ok(from);
        }
        for (name, place) in NAMES.iter().zip(&mut given) {
            if place.is_unbound()
                && let Some(found) = vm.getattr_opt(&from, vm.intern(name).value())?
            {
                *place = found;
            }
        }
    }
    let dialect = dialect_of(vm, &given)?;
    Ok(vm.alloc(ty, dialect).into_value())
}

fn one_char(vm: &Vm, name: &str, kind: &str, value: &Value) -> PyResult<u32> {
    let Some(text) = value.as_str() else {
        return Err(vm.type_error(format!("\"{name}\" must be {kind}, not {}", value.type_name(vm))));
    };
    vm.only_char(text).ok_or_else(|| {
        vm.type_error(format!("\"{name}\" must be {kind}, not a string of length {}", text.len()))
    })
}

fn optional_char(vm: &Vm, name: &str, value: &Value, default: Option<u32>) -> PyResult<Option<u32>> {
    match value.given() {
        None => Ok(default),
        Some(none) if none.is_none() => Ok(None),
        Some(value) => one_char(vm, name, "a unicode character or None", value).map(Some),
    }
}

fn dialect_of(vm: &Vm, given: &[Value; 8]) -> PyResult<Dialect> {
    let [delimiter, doublequote, escapechar, lineterminator, quotechar, quoting, skipinitialspace, strict] =
        given;
    let truth = |value: &Value, default: bool| value.given().map_or(Ok(default), |value| vm.truth(value));
    let delimiter_char = match delimiter.given() {
        Some(value) => one_char(vm, "delimiter", "a unicode character", value)?,
        None => u32::from(b','),
    };
    let doublequote = truth(doublequote, true)?;
    let escape = optional_char(vm, "escapechar", escapechar, None)?;
    let terminator = match lineterminator.given() {
        None => vm.intern("\r\n"),
        Some(value) => value.downcast_ref::<Str>().ok_or_else(|| {
            vm.type_error(format!("\"lineterminator\" must be a string, not {}", value.type_name(vm)))
        })?,
    };
    let quote = optional_char(vm, "quotechar", quotechar, Some(u32::from(b'"')))?;
    let mut mode = match quoting.given() {
        None => quoting::MINIMAL,
        Some(value) if value.as_int().is_none() || value.as_bool().is_some() => {
            return Err(vm.type_error(format!("\"quoting\" must be an integer, not {}", value.type_name(vm))));
        }
        Some(value) => i64::from(vm.to_i32(value)?),
    };
    let skipinitialspace = truth(skipinitialspace, false)?;
    let strict = truth(strict, false)?;
    if !(quoting::MINIMAL..=quoting::NOTNULL).contains(&mode) {
        return Err(vm.type_error("bad \"quoting\" value"));
    }
    if quotechar.is_none() && quoting.is_unbound() {
        mode = quoting::NONE;
    }
    if mode != quoting::NONE && quote.is_none() {
        return Err(vm.type_error("quotechar must be set if quoting enabled"));
    }
    let check = |name: &str, point: Option<u32>, allow_space: bool| {
        let Some(point) = point else { return Ok(()) };
        if matches!(point, 10 | 13) || point == 32 && !allow_space {
            return Err(vm.value_error(format!("bad {name} value")));
        }
        if wtf8::code_points(terminator.bytes()).any(|other| other == point) {
            return Err(vm.value_error(format!("bad {name} or lineterminator value")));
        }
        Ok(())
    };
    check("delimiter", Some(delimiter_char), true)?;
    check("escapechar", escape, !skipinitialspace)?;
    check("quotechar", quote, !skipinitialspace)?;
    for (first, second, names) in [
        (Some(delimiter_char), escape, "delimiter or escapechar"),
        (Some(delimiter_char), quote, "delimiter or quotechar"),
        (escape, quote, "escapechar or quotechar"),
    ] {
        if first.is_some() && first == second {
            return Err(vm.value_error(format!("bad {names} value")));
        }
    }
    Ok(Dialect {
        delimiter: delimiter_char,
        quotechar: quote,
        escapechar: escape,
        lineterminator: terminator,
        quoting: mode,
        doublequote,
        skipinitialspace,
        strict,
    })
}

// ------------------------------------------------------------------------------------------------ registry

/// The dialects by name.
pub fn registry(vm: &Vm) -> Ref<Dict> {
    let dict = vm.state("csv dialects", |vm| vm.new_dict().into_value());
    dict.downcast_ref::<Dict>().unwrap_or_else(|| vm.new_dict())
}

/// The dialect of a name.
pub fn named(vm: &Vm, name: &Value) -> PyResult<Value> {
    match registry(vm).get(vm, name)? {
        Some(dialect) => Ok(dialect),
        None => Err(error(vm, "unknown dialect")),
    }
}

/// The dialect that arguments `dialect` and keywords mean.
pub fn of_args(vm: &Vm, dialect: Option<&Value>, args: Args) -> PyResult<Ref<Dialect>> {
    let mut values: Vec<Value> = dialect.into_iter().cloned().collect();
    values.extend(args.keywords().map(|(_, value)| value.clone()));
    let made = vm.call(vm.typ(&DIALECT).value(), Args { values: &values, names: args.names })?;
    made.downcast_ref::<Dialect>().ok_or_else(|| vm.type_error("not a dialect"))
}
