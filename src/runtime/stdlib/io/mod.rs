//! `_io`: files and streams.
//!
//! `base` has the abstract classes, `fileio` the descriptor, `buffered` the buffers over raw streams, `text` the text over
//! those, `bytesio` and `stringio` the streams in memory.

pub mod base;
pub mod buffered;
pub mod bytesio;
pub mod coding;
pub mod fileio;
pub mod newlines;
pub mod stringio;
pub mod text;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::{Native, native};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Value;

/// `io.DEFAULT_BUFFER_SIZE`
pub const BUFFER_SIZE: usize = 128 * 1024;

/// `__getstate__` of what cannot be pickled.
pub const NO_PICKLE: Native = native(
    "__getstate__(self, /)",
    |vm, args| Err(vm.type_error(format!("cannot pickle '{}' instances", vm.full_type_name(&args[0])))),
    "",
);

/// `_io`
pub static MODULE: NativeModule = NativeModule {
    name: "_io",
    doc: "The io module provides the Python interfaces to stream handling.",
    functions: &[
        native(
            "open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)",
            open,
            "Open file and return a stream.  Raise OSError upon failure.",
        ),
        native(
            "open_code(path)",
            |vm, args| {
                if args[0].as_str().is_none() {
                    return Err(vm.type_error(format!(
                        "open_code() argument 'path' must be str, not {}",
                        args[0].type_name(vm)
                    )));
                }
                let unbound = Value::UNBOUND;
                open(
                    vm,
                    &[
                        args[0].clone(),
                        vm.str("rb"),
                        unbound.clone(),
                        unbound.clone(),
                        unbound.clone(),
                        unbound.clone(),
                        unbound.clone(),
                        unbound,
                    ],
                )
            },
            "Opens the provided file with the intent to import the contents.",
        ),
        native(
            "text_encoding(encoding, stacklevel=2, /)",
            |vm, args| {
                if args[0].is_none() {
                    if warns_of_default_encoding(vm) {
                        let level = args[1].given().map_or(Ok(2), |l| vm.to_index(l))?;
                        vm.warn(&exc::ENCODING_WARNING, "'encoding' argument not specified", level as i64)?;
                    }
                    return Ok(vm.str(if utf8_mode(vm) { "utf-8" } else { "locale" }));
                }
                Ok(args[0].clone())
            },
            "A helper function to choose the text encoding.",
        ),
    ],
    init: |vm, dict| {
        for spec in [
            &base::IO_BASE,
            &base::RAW_IO_BASE,
            &base::BUFFERED_IO_BASE,
            &base::TEXT_IO_BASE,
            &fileio::FILE_IO,
            &buffered::BUFFERED_READER,
            &buffered::BUFFERED_WRITER,
            &buffered::BUFFERED_RANDOM,
            &buffered::BUFFERED_RW_PAIR,
            &bytesio::BYTES_IO,
            &stringio::STRING_IO,
            &text::TEXT_IO_WRAPPER,
            &newlines::NEWLINE_DECODER,
        ] {
            vm.set_type_in(dict, spec);
        }
        vm.set_in(dict, "DEFAULT_BUFFER_SIZE", vm.int(BUFFER_SIZE as i64));
        vm.set_in(dict, "UnsupportedOperation", base::unsupported_class(vm));
        vm.set_in(dict, "BlockingIOError", vm.typ(&exc::BLOCKING_IO_ERROR).value().clone());
        if let Some(open) = dict.get_str(&vm.intern("open")) {
            drop(vm.interp().builtins.insert_str(&vm.intern("open"), open));
        }
        Ok(())
    },
};

fn flag(vm: &Vm, name: &str) -> bool {
    let Some(flags) = vm.interp().sys.get_str(&vm.intern("flags")) else { return false };
    match vm.getattr_str(&flags, name).and_then(|value| vm.truth(&value)) {
        Ok(set) => set,
        Err(raised) => {
            drop(vm.take_raised(raised));
            false
        }
    }
}

/// `-X warn_default_encoding`
pub fn warns_of_default_encoding(vm: &Vm) -> bool {
    flag(vm, "warn_default_encoding")
}

fn utf8_mode(vm: &Vm) -> bool {
    flag(vm, "utf8_mode")
}

/// The position in the state of a stream in memory.
fn state_position(vm: &Vm, at: &Value) -> PyResult<usize> {
    usize::try_from(vm.to_ssize(at)?).map_err(|_| vm.value_error("position value cannot be negative"))
}

/// Sets the attributes that the state of a stream in memory ends with.
fn set_state_attributes(vm: &Vm, object: &Value, state: &Value, item: &str) -> PyResult<Value> {
    if let Some(state) = state.some() {
        let Some(attributes) = state.as_dict() else {
            let got = state.type_name(vm);
            return Err(vm.type_error(format!("{item} item of state should be a dict, got a {got}")));
        };
        for (key, value) in attributes.entries() {
            vm.setattr(object, &key, Some(&value))?;
        }
    }
    Ok(Value::NONE)
}

fn wrong_type(vm: &Vm, number: usize, value: &Value) -> crate::runtime::error::Raised {
    let names = ["file", "mode", "buffering", "encoding", "errors", "newline"];
    let what = if number == 1 { "str" } else { "str or None" };
    vm.type_error(format!("open() argument '{}' must be {what}, not {}", names[number], value.type_name(vm)))
}

fn open(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let file = &args[0];
    let mode = match args[1].given() {
        None => "r".to_owned(),
        Some(mode) => match mode.as_str() {
            Some(text) => text.to_string_lossy().into_owned(),
            None => return Err(wrong_type(vm, 1, mode)),
        },
    };
    for number in 3..=5 {
        if args[number].some().is_some_and(|v| v.as_str().is_none()) {
            return Err(wrong_type(vm, number, &args[number]));
        }
    }
    let mut buffering = args[2].given().map_or(Ok(-1), |b| vm.to_i32(b).map(i64::from))?;
    let closefd = match args[6].given() {
        Some(flag) => vm.truth(flag)?,
        None => true,
    };
    let path = if vm.is_int(file) { file.clone() } else { vm.fspath(file)? };
    let (mut creating, mut reading, mut writing, mut appending, mut updating, mut text, mut binary) =
        (false, false, false, false, false, false, false);
    for (at, letter) in mode.char_indices() {
        let known = match letter {
            'x' => &mut creating,
            'r' => &mut reading,
            'w' => &mut writing,
            'a' => &mut appending,
            '+' => &mut updating,
            't' => &mut text,
            'b' => &mut binary,
            _ => return Err(vm.value_error(format!("invalid mode: '{mode}'"))),
        };
        *known = true;
        if mode[..at].contains(letter) {
            return Err(vm.value_error(format!("invalid mode: '{mode}'")));
        }
    }
    if text && binary {
        return Err(vm.value_error("can't have text and binary mode at once"));
    }
    let ways = u8::from(creating) + u8::from(reading) + u8::from(writing) + u8::from(appending);
    if ways == 0 {
        let text = "Must have exactly one of create/read/write/append mode and at most one plus";
        return Err(vm.value_error(text));
    }
    if ways > 1 {
        return Err(vm.value_error("must have exactly one of create/read/write/append mode"));
    }
    let [_, _, _, encoding, errors, newline, ..] = args else { return Err(vm.system_error("open")) };
    if binary {
        for (value, name) in [(encoding, "an encoding"), (errors, "an errors"), (newline, "a newline")] {
            if value.some().is_some() {
                return Err(vm.value_error(format!("binary mode doesn't take {name} argument")));
            }
        }
        if buffering == 1 {
            vm.warn(
                &exc::RUNTIME_WARNING,
                "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used",
                1,
            )?;
        }
    }
    let mut raw_mode = String::new();
    for (set, letter) in [(creating, 'x'), (reading, 'r'), (writing, 'w'), (appending, 'a'), (updating, '+')]
    {
        if set {
            raw_mode.push(letter);
        }
    }
    let opener = args[7].given().cloned().unwrap_or(Value::NONE);
    let raw = fileio::make(vm, &[path, vm.str(raw_mode), Value::bool(closefd), opener])?;
    let mut result = raw.clone();
    let made = (|| {
        // A terminal gets lines one by one.
        let terminal = buffering < 0 && {
            let answer = vm.call_method_str(&raw, "_isatty_open_only", &[])?;
            vm.truth(&answer)?
        };
        let mut line_buffering = false;
        if buffering == 1 || terminal {
            buffering = -1;
            line_buffering = true;
        }
        if buffering < 0 {
            let size = vm.getattr_str(&raw, "_blksize")?;
            buffering = (vm.to_i64(&size)?).clamp(BUFFER_SIZE as i64, 8 << 20);
        }
        if buffering == 0 {
            if !binary {
                return Err(vm.value_error("can't have unbuffered text I/O"));
            }
            return Ok(raw.clone());
        }
        let spec = if updating {
            &buffered::BUFFERED_RANDOM
        } else if creating || writing || appending {
            &buffered::BUFFERED_WRITER
        } else {
            &buffered::BUFFERED_READER
        };
        let buffer = buffered::make(vm, spec, raw.clone(), buffering as usize)?;
        result = buffer.clone();
        if binary {
            return Ok(buffer);
        }
        let none = |value: &Value| value.given().cloned().unwrap_or(Value::NONE);
        let wrapper = text::make(
            vm,
            &[buffer, none(encoding), none(errors), none(newline), Value::bool(line_buffering)],
        )?;
        result = wrapper.clone();
        let shown = vm.str(&mode);
        vm.setattr(&wrapper, vm.names().mode.value(), Some(&shown))?;
        Ok(wrapper)
    })();
    match made {
        Ok(stream) => Ok(stream),
        Err(raised) => {
            let failed = vm.take_raised(raised);
            let closed = vm.call_method(&result, &vm.names().close, &[]);
            Err(base::chain(vm, failed, closed))
        }
    }
}
