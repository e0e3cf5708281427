//! `print` and `input`.

use crate::runtime::error::PyResult;
use crate::runtime::object::args::Args;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::Value;

fn write(vm: &Vm, file: &Value, text: &Value) -> PyResult<()> {
    vm.call_method(file, &vm.names().write, std::slice::from_ref(text)).map(drop)
}

/// `print`: every value and separator is one call of the file's `write`.
pub fn print(vm: &Vm, args: Args) -> PyResult<Value> {
    let (mut sep, mut end, mut file, mut flush) = (None, None, None, false);
    for (name, value) in args.keywords() {
        match name.as_str().map(|n| n.bytes()) {
            Some(b"sep") => sep = Some(value),
            Some(b"end") => end = Some(value),
            Some(b"file") => file = Some(value),
            Some(b"flush") => flush = vm.truth(value)?,
            _ => {
                return Err(vm.type_error(format!(
                    "print() got an unexpected keyword argument '{}'",
                    vm.to_string(name)?
                )));
            }
        }
    }
    let file = match file.filter(|f| !f.is_none()) {
        Some(file) => file.clone(),
        None => match vm.interp().sys.get_str(&vm.names().stdout) {
            Some(stdout) if stdout.is_none() => return Ok(Value::NONE),
            Some(stdout) => stdout,
            None => return Err(vm.runtime_error("lost sys.stdout")),
        },
    };
    let mut part = [(sep, "sep", " "), (end, "end", "\n")].into_iter().map(|(given, name, default)| {
        match given.filter(|v| !v.is_none()) {
            None => Ok(vm.str(default)),
            Some(text) if text.as_str().is_some() => Ok(text.clone()),
            Some(other) => {
                Err(vm.type_error(format!("{name} must be None or a string, not {}", other.type_name(vm))))
            }
        }
    });
    let (sep, end) = match (part.next(), part.next()) {
        (Some(sep), Some(end)) => (sep?, end?),
        _ => return Ok(Value::NONE),
    };
    for (at, value) in args.pos().iter().enumerate() {
        if at > 0 {
            write(vm, &file, &sep)?;
        }
        let text = vm.to_str(value)?;
        write(vm, &file, &text)?;
    }
    write(vm, &file, &end)?;
    if flush {
        vm.call_method(&file, &vm.names().flush, &[])?;
    }
    Ok(Value::NONE)
}

/// `input`: the prompt to stdout, a line from stdin.
pub fn input(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let stream = |name: &str| match vm.interp().sys.get_str(&vm.intern(name)) {
        Some(file) if !file.is_none() => Ok(file),
        _ => Err(vm.runtime_error(format!("input(): lost sys.{name}"))),
    };
    let (stdin, stdout, stderr) = (stream("stdin")?, stream("stdout")?, stream("stderr")?);
    if let Err(raised) = vm.call_method(&stderr, &vm.names().flush, &[]) {
        drop(vm.take_raised(raised));
    }
    if let Some(prompt) = args[0].given() {
        let text = vm.to_str(prompt)?;
        write(vm, &stdout, &text)?;
    }
    if let Err(raised) = vm.call_method(&stdout, &vm.names().flush, &[]) {
        drop(vm.take_raised(raised));
    }
    let line = vm.call_method(&stdin, &vm.names().readline, &[])?;
    let Some(text) = line.as_str() else {
        return Err(vm.type_error("object.readline() returned non-string"));
    };
    if text.is_empty() {
        return Err(vm.eof_error("EOF when reading a line"));
    }
    Ok(match text.bytes().strip_suffix(b"\n") {
        Some(bytes) => vm.str_with_len(bytes, text.len() - 1),
        None => line.clone(),
    })
}
