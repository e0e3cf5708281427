//! `_string`: the parsing of format strings, for `string.Formatter`.

use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::text::markup::{Access, Key, Markup, split_name};
use crate::runtime::value::{Obj, Value};

/// `_string`
pub static MODULE: NativeModule = NativeModule {
    name: "_string",
    doc: "string helper module",
    functions: &[
        native(
            "formatter_field_name_split(format_string, /)",
            |vm, args| {
                let text = argument(vm, &args[0])?;
                let (first, path) = split_name(text.bytes()).map_err(|fault| vm.fault(fault))?;
                let mut steps = Vec::new();
                for step in path {
                    let (is_attribute, name) = match step.map_err(|fault| vm.fault(fault))? {
                        Access::Attribute(name) => (true, vm.str_bytes(name)),
                        Access::Item(item) => (false, key(vm, item)),
                    };
                    steps.push(vm.tuple(vec![Value::bool(is_attribute), name]));
                }
                let steps = vm.iter(&vm.list(steps))?;
                Ok(vm.tuple(vec![key(vm, first), steps]))
            },
            "split the argument as a field name",
        ),
        native(
            "formatter_parser(format_string, /)",
            |vm, args| {
                let text = argument(vm, &args[0])?;
                let mut pieces = Vec::new();
                for piece in Markup::new(text.bytes()) {
                    let piece = piece.map_err(|fault| vm.fault(fault))?;
                    let literal = vm.str_bytes(piece.literal);
                    pieces.push(match piece.field {
                        None => vm.tuple(vec![literal, Value::NONE, Value::NONE, Value::NONE]),
                        Some(field) => {
                            let conversion = field.conversion.map_or(Value::NONE, |c| vm.str_char(c));
                            vm.tuple(vec![
                                literal,
                                vm.str_bytes(field.name),
                                vm.str_bytes(field.spec),
                                conversion,
                            ])
                        }
                    });
                }
                vm.iter(&vm.list(pieces))
            },
            "parse the argument as a format string",
        ),
    ],
    init: |_, _| Ok(()),
};

fn argument<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Obj<crate::runtime::object::str::Str>> {
    match value.as_str() {
        Some(text) => Ok(text),
        None => Err(vm.type_error(format!("expected str, got {}", value.type_name(vm)))),
    }
}

fn key(vm: &Vm, key: Key) -> Value {
    match key {
        Key::Index(at) => vm.int_usize(at),
        Key::Name(name) => vm.str_bytes(name),
    }
}
