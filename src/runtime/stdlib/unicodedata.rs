//! `unicodedata`: what Unicode says about characters, in the version of the tables and, as `ucd_3_2_0`, in version 3.2.0.
//!
//! The tables and their searches are in `text`; version 3.2.0 is a list of differences.

use crate::runtime::builtins::tools::member;
use crate::runtime::builtins::types::Plain;
use crate::runtime::error::PyResult;
use crate::runtime::gc::heap::type_flag;
use crate::runtime::object::typedef::{Native, TypeSpec, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::text::normalize::{self, Form};
use crate::runtime::text::{unicode, unicode_name, unicode_old as old, wtf8};
use crate::runtime::value::{Payload, Value};

/// `unicodedata`
pub static MODULE: NativeModule = NativeModule {
    name: "unicodedata",
    doc: "The Unicode Character Database, version 16.0.0: properties of characters, their names, and normal forms of text.",
    functions: FUNCTIONS,
    init: |vm, dict| {
        vm.set_type_in(dict, &UCD);
        vm.set_in(dict, "unidata_version", vm.str(unicode::VERSION));
        let plain = vm.alloc(vm.typ(&UCD), Plain);
        vm.set_in(dict, "ucd_3_2_0", plain.into_value());
        Ok(())
    },
};

static UCD: TypeSpec = TypeSpec::new("unicodedata.UCD", Plain::layout)
    .flags(type_flag::NO_NEW)
    .methods(METHODS)
    .getset(&[member("unidata_version", |vm, _| Ok(vm.str("3.2.0")), "")]);

/// The functions of the module, and the same as methods of version 3.2.0.
macro_rules! functions {
    ($($name:literal, $parameters:literal, $function:ident, $doc:literal;)*) => {
        const FUNCTIONS: &[Native] = &[
            $(native(concat!($name, "(", $parameters, ", /)"), |vm, args| $function(vm, args, false), $doc),)*
        ];
        const METHODS: &[Native] = &[
            $(native(concat!($name, "(self, ", $parameters, ", /)"), |vm, args| $function(vm, &args[1..], true), $doc),)*
        ];
    };
}

functions! {
    "decimal", "chr, default=<unrepresentable>", decimal, "The decimal value of a character; default, or ValueError, if it has none.";
    "digit", "chr, default=<unrepresentable>", digit, "The value of a character as a digit; default, or ValueError, if it has none.";
    "numeric", "chr, default=<unrepresentable>", numeric, "The numeric value of a character; default, or ValueError, if it has none.";
    "category", "chr", category, "The general category of a character.";
    "bidirectional", "chr", bidirectional, "The bidirectional class of a character, empty if it has none.";
    "combining", "chr", combining, "The canonical combining class of a character, 0 if it has none.";
    "mirrored", "chr", mirrored, "1 if a character is mirrored in bidirectional text, else 0.";
    "east_asian_width", "chr", east_asian_width, "The East Asian width of a character.";
    "decomposition", "chr", decomposition, "What a character decomposes to, empty if it does not.";
    "name", "chr, default=<unrepresentable>", name, "The name of a character; default, or ValueError, if it has none.";
    "lookup", "name", lookup, "The character (or named sequence) of a name, KeyError if there is none.";
    "is_normalized", "form, unistr", is_normalized, "Is a text in a normal form? The forms are NFC, NFKC, NFD and NFKD.";
    "normalize", "form, unistr", normalize, "The normal form of a text. The forms are NFC, NFKC, NFD and NFKD.";
}

fn point(vm: &Vm, function: &str, place: &str, value: &Value) -> PyResult<u32> {
    let Some(text) = value.as_str() else {
        return Err(vm.type_error(format!(
            "{function}() {place} must be a unicode character, not {}",
            value.type_name(vm)
        )));
    };
    vm.only_char(text).ok_or_else(|| {
        vm.type_error(format!(
            "{function}(): {place} must be a unicode character, not a string of length {}",
            text.len()
        ))
    })
}

/// What a table of differences says about a code point.
fn changed<T: Copy>(table: &[(u32, u32, T)], point: u32) -> Option<T> {
    let at = table.partition_point(|row| row.1 < point);
    table.get(at).filter(|row| row.0 <= point).map(|row| row.2)
}

fn is_unassigned(point: u32) -> bool {
    let at = old::UNASSIGNED.partition_point(|row| row.1 < point);
    old::UNASSIGNED.get(at).is_some_and(|row| row.0 <= point)
}

fn or_default(vm: &Vm, found: Option<Value>, default: &Value, message: &str) -> PyResult<Value> {
    match (found, default.given()) {
        (Some(found), _) => Ok(found),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(vm.value_error(message)),
    }
}

fn decimal(vm: &Vm, args: &[Value], is_old: bool) -> PyResult<Value> {
    let point = point(vm, "decimal", "argument 1", &args[0])?;
    let value = match changed(&old::DECIMAL, point).filter(|_| is_old) {
        _ if is_old && is_unassigned(point) => None,
        Some(value) => (value >= 0).then_some(i64::from(value)),
        None => unicode::decimal_value(point).map(i64::from),
    };
    or_default(vm, value.map(|value| vm.int(value)), &args[1], "not a decimal")
}

fn digit(vm: &Vm, args: &[Value], _: bool) -> PyResult<Value> {
    let point = point(vm, "digit", "argument 1", &args[0])?;
    let value = unicode::digit_value(point).map(|value| vm.int(i64::from(value)));
    or_default(vm, value, &args[1], "not a digit")
}

fn numeric(vm: &Vm, args: &[Value], is_old: bool) -> PyResult<Value> {
    let point = point(vm, "numeric", "argument 1", &args[0])?;
    let value = match changed(&old::NUMERIC, point).filter(|_| is_old) {
        _ if is_old && is_unassigned(point) => None,
        Some(value) => (!value.is_nan()).then_some(value),
        None => unicode::numeric_value(point),
    };
    or_default(vm, value.map(|value| vm.float(value)), &args[1], "not a numeric character")
}

fn category(vm: &Vm, args: &[Value], is_old: bool) -> PyResult<Value> {
    let point = point(vm, "category", "argument", &args[0])?;
    Ok(vm.str(match changed(&old::CATEGORY, point).filter(|_| is_old) {
        _ if is_old && is_unassigned(point) => "Cn",
        Some(category) => category,
        None => unicode::category(point),
    }))
}

fn bidirectional(vm: &Vm, args: &[Value], is_old: bool) -> PyResult<Value> {
    let point = point(vm, "bidirectional", "argument", &args[0])?;
    Ok(vm.str(match changed(&old::BIDI, point).filter(|_| is_old) {
        _ if is_old && is_unassigned(point) => "",
        Some(class) => class,
        None => unicode::bidirectional(point),
    }))
}

fn combining(vm: &Vm, args: &[Value], is_old: bool) -> PyResult<Value> {
    let point = point(vm, "combining", "argument", &args[0])?;
    let unassigned = is_old && is_unassigned(point);
    Ok(vm.int(if unassigned { 0 } else { i64::from(unicode::combining(point)) }))
}

fn mirrored(vm: &Vm, args: &[Value], is_old: bool) -> PyResult<Value> {
    let point = point(vm, "mirrored", "argument", &args[0])?;
    Ok(vm.int(match changed(&old::MIRRORED, point).filter(|_| is_old) {
        _ if is_old && is_unassigned(point) => 0,
        Some(mirrored) => i64::from(mirrored),
        None => i64::from(unicode::is_mirrored(point)),
    }))
}

fn east_asian_width(vm: &Vm, args: &[Value], is_old: bool) -> PyResult<Value> {
    let point = point(vm, "east_asian_width", "argument", &args[0])?;
    Ok(vm.str(match changed(&old::WIDTH, point).filter(|_| is_old) {
        _ if is_old && is_unassigned(point) => "N",
        Some(width) => width,
        None => unicode::east_asian_width(point),
    }))
}

fn decomposition(vm: &Vm, args: &[Value], is_old: bool) -> PyResult<Value> {
    let point = point(vm, "decomposition", "argument", &args[0])?;
    if is_old && is_unassigned(point) {
        return Ok(vm.str(""));
    }
    Ok(vm.str(normalize::decomposition(point)))
}

fn name(vm: &Vm, args: &[Value], is_old: bool) -> PyResult<Value> {
    let point = point(vm, "name", "argument 1", &args[0])?;
    let found = if is_old && is_unassigned(point) { None } else { unicode_name::name(point) };
    or_default(vm, found.map(|name| vm.str(name)), &args[1], "no such name")
}

fn lookup(vm: &Vm, args: &[Value], is_old: bool) -> PyResult<Value> {
    let bytes = match args[0].as_str() {
        Some(text) => text.bytes().to_vec(),
        None => vm.buffer_bytes(&args[0])?,
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if bytes.len() > 256 {
        return Err(vm.key_error(&vm.str("name too long")));
    }
    let found = if is_old {
        unicode_name::point_named(&text).map(|point| vec![point])
    } else {
        unicode_name::lookup(&text)
    };
    match found {
        Some(points) => Ok(vm.str_bytes(&wtf8::from_points(points))),
        None => Err(vm.key_error(&vm.str(format!("undefined character name '{text}'")))),
    }
}

fn form_and_text<'a>(vm: &Vm, function: &str, args: &'a [Value]) -> PyResult<(Option<Form>, &'a [u8])> {
    let mut texts = [&[][..]; 2];
    for (at, text) in texts.iter_mut().enumerate() {
        match args[at].as_str() {
            Some(found) => *text = found.bytes(),
            None => {
                return Err(vm.type_error(format!(
                    "{function}() argument {} must be str, not {}",
                    at + 1,
                    args[at].type_name(vm)
                )));
            }
        }
    }
    let form = Form::from_name(texts[0]);
    if form.is_none() && !texts[1].is_empty() {
        return Err(vm.value_error("invalid normalization form"));
    }
    Ok((form, texts[1]))
}

fn changed_by(form: Form, text: &[u8], is_old: bool) -> Option<Vec<u8>> {
    if is_old { normalize::normalize_old(form, text) } else { normalize::normalize(form, text) }
}

fn is_normalized(vm: &Vm, args: &[Value], is_old: bool) -> PyResult<Value> {
    let (form, text) = form_and_text(vm, "is_normalized", args)?;
    Ok(Value::bool(form.is_none_or(|form| changed_by(form, text, is_old).is_none())))
}

fn normalize(vm: &Vm, args: &[Value], is_old: bool) -> PyResult<Value> {
    let (form, text) = form_and_text(vm, "normalize", args)?;
    match form.and_then(|form| changed_by(form, text, is_old)) {
        Some(changed) => Ok(vm.str_bytes(&changed)),
        None => Ok(vm.plain_str(&args[1])),
    }
}
