//! `str.format` and `str.format_map`: fields are read by `text::markup`, values looked up and formatted here.

use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::text::markup::{self, Access, AutoNumber, Field, Key, MAX_DEPTH, Markup};
use crate::runtime::value::Value;

/// Where the values of fields come from.
enum Source<'a> {
    Call(Args<'a>),
    Mapping(&'a Value),
}

/// `text.format(*args, **kwargs)`
pub fn format_method(vm: &Vm, args: Args) -> PyResult<Value> {
    let text = super::this(vm, &args.values[0])?;
    let out = render(vm, text.bytes(), &Source::Call(args.rest()), &mut AutoNumber::default(), MAX_DEPTH)?;
    Ok(vm.str_bytes(&out))
}

/// `text.format_map(mapping)`
pub fn format_map(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let text = super::this(vm, &args[0])?;
    let out = render(vm, text.bytes(), &Source::Mapping(&args[1]), &mut AutoNumber::default(), MAX_DEPTH)?;
    Ok(vm.str_bytes(&out))
}

fn render(
    vm: &Vm,
    text: &[u8],
    source: &Source,
    numbers: &mut AutoNumber,
    depth: usize,
) -> PyResult<Vec<u8>> {
    if depth == 0 {
        return Err(vm.fault(markup::too_deep()));
    }
    let mut out = Vec::with_capacity(text.len() + 32);
    for piece in Markup::new(text) {
        let piece = piece.map_err(|fault| vm.fault(fault))?;
        out.extend_from_slice(piece.literal);
        if let Some(field) = piece.field {
            push_field(vm, &field, source, numbers, depth, &mut out)?;
        }
    }
    Ok(out)
}

fn push_field(
    vm: &Vm,
    field: &Field<'_>,
    source: &Source,
    numbers: &mut AutoNumber,
    depth: usize,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    let mut value = lookup(vm, field.name, source, numbers)?;
    if let Some(conversion) = field.conversion {
        value = match u8::try_from(conversion).unwrap_or(0) {
            b'r' => vm.repr(&value)?,
            b's' => vm.to_str(&value)?,
            b'a' => vm.ascii(&value)?,
            _ => return Err(vm.fault(markup::unknown_conversion(conversion))),
        };
    }
    let nested;
    let spec = if field.nested {
        nested = render(vm, field.spec, source, numbers, depth - 1)?;
        &nested[..]
    } else {
        field.spec
    };
    let result = if spec.is_empty() && value.kind() == kind::STR {
        value
    } else {
        vm.format(&value, &vm.str_bytes(spec))?
    };
    out.extend_from_slice(result.as_str().map_or(&[], |text| text.bytes()));
    Ok(())
}

fn lookup(vm: &Vm, name: &[u8], source: &Source, numbers: &mut AutoNumber) -> PyResult<Value> {
    let (first, path) = markup::split_name(name).map_err(|fault| vm.fault(fault))?;
    let first = numbers.resolve(first).map_err(|fault| vm.fault(fault))?;
    let mut value = match (first, source) {
        (Key::Index(_), Source::Mapping(_)) => {
            return Err(vm.value_error("Format string contains positional fields"));
        }
        (Key::Index(at), Source::Call(args)) => match args.pos().get(at) {
            Some(value) => value.clone(),
            None => {
                return Err(
                    vm.index_error(format!("Replacement index {at} out of range for positional args tuple"))
                );
            }
        },
        (Key::Name(name), Source::Mapping(mapping)) => vm.getitem(mapping, &vm.str_bytes(name))?,
        (Key::Name(name), Source::Call(args)) => {
            let found = args.keywords().find(|(key, _)| key.as_str().is_some_and(|key| key.bytes() == name));
            match found {
                Some((_, value)) => value.clone(),
                None => return Err(vm.key_error(&vm.str_bytes(name))),
            }
        }
    };
    for step in path {
        value = match step.map_err(|fault| vm.fault(fault))? {
            Access::Attribute(name) => vm.getattr(&value, &vm.str_bytes(name))?,
            Access::Item(Key::Index(at)) => vm.getitem(&value, &vm.int_usize(at))?,
            Access::Item(Key::Name(name)) => vm.getitem(&value, &vm.str_bytes(name))?,
        };
    }
    Ok(value)
}
