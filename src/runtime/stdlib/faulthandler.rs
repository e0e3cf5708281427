//! `faulthandler`: tracebacks on demand. Fatal signals are not caught: dx has no crash of its own to explain, and says so by
//! keeping the system's default; `enable` is remembered for `is_enabled`.

use crate::runtime::error::PyResult;
use crate::runtime::interp::frame;
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::sys;
use crate::runtime::value::Value;

fn descriptor(vm: &Vm, file: &Value) -> PyResult<i32> {
    let file = match file.some() {
        Some(file) => file.clone(),
        None => match vm.interp().sys.get_str(&vm.names().stderr) {
            None => return Err(vm.runtime_error("unable to get sys.stderr")),
            Some(file) if file.is_none() => return Err(vm.runtime_error("sys.stderr is None")),
            Some(file) => file,
        },
    };
    if vm.is_int(&file) {
        let fd = vm.c_int(&file)?;
        return if fd < 0 || !sys::is_open(fd.into()) {
            Err(vm.value_error("file is not a valid file descriptor"))
        } else {
            Ok(fd)
        };
    }
    let fd = vm.call_method_str(&file, "fileno", &[])?;
    let Some(fd) = fd.as_small().filter(|fd| *fd >= 0) else {
        return Err(vm.runtime_error("file.fileno() is not a valid file descriptor"));
    };
    if let Err(raised) = vm.call_method(&file, &vm.names().flush, &[]) {
        drop(vm.take_raised(raised));
    }
    Ok(fd as i32)
}

/// The stack of the calling thread, most recent call first.
fn stack_text(vm: &Vm) -> String {
    let mut text = String::from("Stack (most recent call first):\n");
    let mut at = vm.running().map(|running| frame::object(vm, running).into_value());
    let mut depth = 0;
    while let Some(frame) = at.take().filter(|f| !f.is_none()) {
        if depth == 100 {
            text.push_str("  ...\n");
            break;
        }
        depth += 1;
        let field = |object: &Value, name: &str| vm.getattr_str(object, name);
        let shown = (|| {
            let code = field(&frame, "f_code")?;
            let (file, name) = (field(&code, "co_filename")?, field(&code, "co_name")?);
            let line = field(&frame, "f_lineno")?;
            let line = if line.is_none() { "???".to_owned() } else { vm.to_string(&line)? };
            Ok(format!("  File \"{}\", line {line} in {}\n", vm.to_string(&file)?, vm.to_string(&name)?))
        })();
        match shown {
            Ok(line) => text.push_str(&line),
            Err(raised) => drop(vm.take_raised(raised)),
        }
        at = match field(&frame, "f_back") {
            Ok(back) => Some(back),
            Err(raised) => {
                drop(vm.take_raised(raised));
                None
            }
        };
    }
    text
}

fn enabled(vm: &Vm) -> bool {
    vm.interp().module_state.borrow().get("faulthandler enabled").is_some_and(Value::is_true)
}

/// `faulthandler`
pub static MODULE: NativeModule = NativeModule {
    name: "faulthandler",
    doc: "faulthandler module.",
    functions: &[
        native(
            "enable(file=sys.stderr, all_threads=True)",
            |vm, args| {
                descriptor(vm, &args[0])?;
                vm.interp().module_state.borrow_mut().insert("faulthandler enabled", Value::TRUE);
                Ok(Value::NONE)
            },
            "Enable the fault handler.",
        ),
        native(
            "disable()",
            |vm, _| {
                let was = enabled(vm);
                vm.interp().module_state.borrow_mut().insert("faulthandler enabled", Value::FALSE);
                Ok(Value::bool(was))
            },
            "Disable the fault handler.",
        ),
        native("is_enabled()", |vm, _| Ok(Value::bool(enabled(vm))), "Check if the handler is enabled."),
        native(
            "dump_traceback(file=sys.stderr, all_threads=True)",
            |vm, args| {
                let fd = descriptor(vm, &args[0])?;
                sys::write_all(fd, stack_text(vm).as_bytes());
                Ok(Value::NONE)
            },
            "Dump the traceback of the current thread, or of all threads if all_threads is True, into file.",
        ),
        native(
            "dump_traceback_later(timeout, repeat=False, file=sys.stderr, exit=False)",
            |vm, _| {
                Err(vm.not_implemented_error(
                    "faulthandler.dump_traceback_later() is not available in this build yet",
                ))
            },
            "Dump the traceback of all threads in timeout seconds.",
        ),
        native(
            "cancel_dump_traceback_later()",
            |_, _| Ok(Value::NONE),
            "Cancel the previous call to dump_traceback_later().",
        ),
        native(
            "register(signum, file=sys.stderr, all_threads=True, chain=False)",
            |vm, _| {
                Err(vm.not_implemented_error("faulthandler.register() is not available in this build yet"))
            },
            "Register a handler for the signal 'signum'.",
        ),
        native(
            "unregister(signum, /)",
            |_, _| Ok(Value::FALSE),
            "Unregister the handler of the signal 'signum' registered by register().",
        ),
    ],
    init: |_, _| Ok(()),
};
