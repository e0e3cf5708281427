//! `faulthandler`: what the threads are doing, written at once when a signal comes, after a time, or when asked.
//!
//! Fatal signals end the process as before, once the report (`dump`) is written; `watch` is the thread of `dump_traceback_later`.
//! The signals themselves are in `sys::fault`. A handler takes no lock and no memory: file names and lines are read where they lie.

mod dump;
mod watch;

use std::time::Duration;

use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::{Interp, Vm, has_vm, vm};
use crate::runtime::stdlib::NativeModule;
use crate::runtime::sys;
use crate::runtime::sys::fault::{self, FATAL, Pen, Request, SIGNALS};
use crate::runtime::value::Value;

pub use watch::after_fork;

/// The longest time of `dump_traceback_later`, in nanoseconds.
const LONGEST: i64 = i64::MAX / 1000 * 1000;

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
    let Some(fd) =
        fd.as_int().and_then(|fd| i32::try_from(fd.small()?).ok()).filter(|fd| (0..i32::MAX).contains(fd))
    else {
        return Err(vm.runtime_error("file.fileno() is not a valid file descriptor"));
    };
    if let Err(raised) = vm.call_method(&file, &vm.names().flush, &[]) {
        drop(vm.take_raised(raised));
    }
    Ok(fd)
}

/// Keeps the file of a request open as long as the request stands: by the signal's number, 0 for fatal ones, -1 for the watch.
fn keep(vm: &Vm, key: i64, file: Option<&Value>) -> PyResult<()> {
    let files = vm.state("faulthandler files", |vm| vm.new_dict().into_value());
    let Some(files) = files.as_dict() else { return Ok(()) };
    match file {
        Some(file) => drop(files.insert(vm, vm.int(key), file.clone())?),
        None => drop(files.remove(vm, &vm.int(key))?),
    }
    Ok(())
}

fn flag(vm: &Vm, value: &Value, default: bool) -> PyResult<bool> {
    value.given().map_or(Ok(default), |value| vm.truth(value))
}

/// What a signal has written.
fn report(number: i32, request: Request) {
    let Some(interp) = Interp::watched() else { return };
    let current = has_vm().then(vm);
    dump::once(|| {
        let mut pen = Pen::new(request.fd);
        if let Some((_, name)) = FATAL.iter().find(|(fatal, _)| request.fatal && *fatal == number) {
            pen.text("Fatal Python error: ");
            pen.text(name);
            pen.text("\n\n");
        }
        match request.all_threads {
            true => dump::stacks(&mut pen, interp, current),
            false => dump::stack(&mut pen, current),
        }
        if request.native {
            pen.byte(b'\n');
            dump::native(&mut pen);
        }
    });
}

fn enabled(vm: &Vm) -> bool {
    vm.interp().module_state.borrow().get("faulthandler enabled").is_some_and(Value::is_true)
}

fn enable(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = descriptor(vm, &args[0])?;
    let (all_threads, native) = (flag(vm, &args[1], true)?, flag(vm, &args[2], true)?);
    keep(vm, 0, Some(&args[0]))?;
    vm.interp().be_watched();
    fault::handler_stack();
    if native {
        fault::prepare_native();
    }
    for (number, _) in FATAL {
        vm.os(fault::catch(number, Request { fd, all_threads, native, chain: false, fatal: true }, report))?;
    }
    vm.interp().module_state.borrow_mut().insert("faulthandler enabled", Value::TRUE);
    Ok(Value::NONE)
}

fn disable(vm: &Vm, _: &[Value]) -> PyResult<Value> {
    let was = enabled(vm);
    if was {
        vm.interp().module_state.borrow_mut().insert("faulthandler enabled", Value::FALSE);
        for (number, _) in FATAL {
            fault::release(number);
        }
        keep(vm, 0, None)?;
    }
    Ok(Value::bool(was))
}

fn dump_traceback(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = descriptor(vm, &args[0])?;
    let all_threads = flag(vm, &args[1], true)?;
    vm.interp().be_watched();
    let Some(interp) = Interp::watched() else { return Ok(Value::NONE) };
    dump::once(|| {
        let mut pen = Pen::new(fd);
        match all_threads {
            true => dump::stacks(&mut pen, interp, Some(vm)),
            false => dump::stack(&mut pen, Some(vm)),
        }
    });
    vm.check_signals()?;
    Ok(Value::NONE)
}

fn dump_c_stack(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = descriptor(vm, &args[0])?;
    fault::prepare_native();
    dump::once(|| dump::native(&mut Pen::new(fd)));
    Ok(Value::NONE)
}

fn dump_later(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let nanoseconds = vm.nanoseconds(&args[0])?;
    if nanoseconds <= 0 {
        return Err(vm.value_error("timeout must be greater than 0"));
    }
    if nanoseconds > LONGEST {
        return Err(vm.overflow_error("timeout value is too large"));
    }
    let repeat = flag(vm, &args[1], false)?;
    let exit = flag(vm, &args[3], false)?;
    let fd = descriptor(vm, &args[2])?;
    cancel_later(vm, &[])?;
    keep(vm, -1, Some(&args[2]))?;
    vm.interp().be_watched();
    let timeout = Duration::from_nanos(nanoseconds as u64);
    if !watch::start(watch::Watch { timeout, repeat, fd, exit }) {
        return Err(vm.runtime_error("unable to start watchdog thread"));
    }
    Ok(Value::NONE)
}

fn cancel_later(vm: &Vm, _: &[Value]) -> PyResult<Value> {
    if let Some(watch) = watch::take() {
        vm.blocking(|| watch.call_off());
    }
    keep(vm, -1, None)?;
    Ok(Value::NONE)
}

fn signal_number(vm: &Vm, value: &Value) -> PyResult<i32> {
    let number = vm.c_int(value)?;
    if FATAL.iter().any(|(fatal, _)| *fatal == number) {
        return Err(vm.runtime_error(format!("signal {number} cannot be registered, use enable() instead")));
    }
    if number < 1 || number >= SIGNALS as i32 {
        return Err(vm.value_error("signal number out of range"));
    }
    Ok(number)
}

fn register(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let number = signal_number(vm, &args[0])?;
    let fd = descriptor(vm, &args[1])?;
    let (all_threads, chain) = (flag(vm, &args[2], true)?, flag(vm, &args[3], false)?);
    keep(vm, number.into(), Some(&args[1]))?;
    vm.interp().be_watched();
    fault::handler_stack();
    vm.os(fault::catch(number, Request { fd, all_threads, native: false, chain, fatal: false }, report))?;
    Ok(Value::NONE)
}

fn unregister(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let number = signal_number(vm, &args[0])?;
    let was = fault::release(number);
    keep(vm, number.into(), None)?;
    Ok(Value::bool(was))
}

/// A thread that knows nothing of Python meets something that cannot be.
fn fatal_thread(vm: &Vm, _: &[Value]) -> PyResult<Value> {
    vm.interp().be_watched();
    let _ = std::thread::Builder::new().stack_size(256 << 10).spawn(fatal);
    vm.blocking(|| std::thread::sleep(Duration::from_secs(5)));
    Ok(Value::NONE)
}

fn fatal() {
    let mut pen = Pen::new(2);
    pen.text("Fatal Python error: faulthandler_fatal_error_thread: in new thread\n");
    pen.text("Python runtime state: initialized\n\n");
    if let Some(interp) = Interp::watched() {
        dump::once(|| dump::stacks(&mut pen, interp, None));
    }
    drop(pen);
    fault::abort()
}

fn raise(vm: &Vm, number: i32) -> PyResult<Value> {
    vm.os(sys::signal::raise(number))?;
    Ok(Value::NONE)
}

/// Turns the handler on at start, as `-X faulthandler` asks.
pub fn start(vm: &Vm) -> PyResult<()> {
    vm.import("faulthandler")?;
    enable(vm, &[Value::NONE, Value::TRUE, Value::TRUE]).map(drop)
}

/// `faulthandler`
pub static MODULE: NativeModule = NativeModule {
    name: "faulthandler",
    doc: "faulthandler module.",
    functions: &[
        native(
            "enable(file=sys.stderr, all_threads=True, c_stack=True)",
            enable,
            "Enable the fault handler.",
        ),
        native("disable()", disable, "Disable the fault handler."),
        native("is_enabled()", |vm, _| Ok(Value::bool(enabled(vm))), "Check if the handler is enabled."),
        native(
            "dump_traceback(file=sys.stderr, all_threads=True)",
            dump_traceback,
            "Dump the traceback of the current thread, or of all threads if all_threads is True, into file.",
        ),
        native("dump_c_stack(file=sys.stderr)", dump_c_stack, "Dump the C stack of the current thread."),
        native(
            "dump_traceback_later(timeout, repeat=False, file=sys.stderr, exit=False)",
            dump_later,
            "Dump the traceback of all threads in timeout seconds,\nor each timeout seconds if repeat is True. If exit is True, call _exit(1) which is not safe.",
        ),
        native(
            "cancel_dump_traceback_later()",
            cancel_later,
            "Cancel the previous call to dump_traceback_later().",
        ),
        native(
            "register(signum, file=sys.stderr, all_threads=True, chain=False)",
            register,
            "Register a handler for the signal 'signum': dump the traceback of the current thread, or of all threads if all_threads is True, into file.",
        ),
        native(
            "unregister(signum, /)",
            unregister,
            "Unregister the handler of the signal 'signum' registered by register().",
        ),
        native(
            "_read_null()",
            |vm, _| Ok(vm.int(fault::read_nothing().into())),
            "Read from NULL, raise a SIGSEGV or SIGBUS signal depending on the platform.",
        ),
        native(
            "_sigsegv(release_gil=False, /)",
            |vm, args| {
                if flag(vm, &args[0], false)? {
                    return vm.blocking(|| raise(vm, libc::SIGSEGV));
                }
                raise(vm, libc::SIGSEGV)
            },
            "Raise a SIGSEGV signal.",
        ),
        native("_sigfpe()", |vm, _| raise(vm, libc::SIGFPE), "Raise a SIGFPE signal."),
        native("_sigabrt()", |_, _| fault::abort(), "Raise a SIGABRT signal."),
        native("_fatal_error_c_thread()", fatal_thread, "Call Py_FatalError() in a new C thread."),
        native(
            "_stack_overflow()",
            |vm, _| {
                let depth = fault::use_up_stack(0);
                Err(vm.runtime_error(format!("unable to raise a stack overflow (allocated {depth} frames)")))
            },
            "Recursive call to raise a stack overflow.",
        ),
    ],
    init: |_, _| Ok(()),
};
