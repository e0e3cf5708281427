//! `_signal`: handlers of signals, timers, and the system's calls about signals.
//!
//! Handlers lie in the module state under "signal handlers", a dict from number to handler; the machine runs them between
//! two instructions of the main thread (`Vm::run_signal_handlers`).

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::structs::StructSpec;
use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::stdlib::posix::processes::signal_set;
use crate::runtime::sys::signal::{self, Info, SignalSet};
use crate::runtime::sys::{self, Disposition};
use crate::runtime::value::Value;

static SIGINFO: StructSpec = StructSpec::new(
    "signal.struct_siginfo",
    "struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\nThis object may be accessed either as a tuple of\n(si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\nor via the attributes si_signo, si_code, and so on.",
    &[
        ("si_signo", "signal number"),
        ("si_code", "signal code"),
        ("si_errno", "errno associated with this signal"),
        ("si_pid", "sending process ID"),
        ("si_uid", "real user ID of sending process"),
        ("si_status", "exit value or signal"),
        ("si_band", "band event for SIGPOLL"),
    ],
);

fn handlers(vm: &Vm) -> Value {
    vm.state("signal handlers", |vm| vm.new_dict().into_value())
}

fn number(vm: &Vm, value: &Value) -> PyResult<i32> {
    let n = vm.c_int(value)?;
    if (1..65).contains(&n) { Ok(n) } else { Err(vm.value_error("signal number out of range")) }
}

/// The handler of a signal, as `getsignal` gives it.
fn handler_of(vm: &Vm, number: i32) -> PyResult<Value> {
    let dict = handlers(vm);
    if let Some(dict) = dict.as_dict()
        && let Some(found) = dict.get(vm, &vm.int(number.into()))?
    {
        return Ok(found);
    }
    Ok(match signal::disposition(number) {
        Some(0) => vm.int(0),
        Some(1) => vm.int(1),
        _ => Value::NONE,
    })
}

/// Does Python do something when the signal comes?
pub fn is_handled(vm: &Vm, number: i32) -> PyResult<bool> {
    let handler = handler_of(vm, number)?;
    // Before `signal` is imported the machine itself turns an interrupt into KeyboardInterrupt.
    Ok(if handler.is_none() { number == libc::SIGINT } else { !vm.is_int(&handler) })
}

fn set(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (given, handler) = (vm.c_int(&args[0])?, &args[1]);
    if !vm.is_main_thread() {
        return Err(vm.value_error("signal only works in main thread of the main interpreter"));
    }
    if !(1..65).contains(&given) {
        return Err(vm.value_error("signal number out of range"));
    }
    let disposition = match if vm.is_int(handler) { vm.to_i64(handler)? } else { -1 } {
        0 => Disposition::Default,
        1 => Disposition::Ignore,
        _ if vm.is_callable(handler) => Disposition::Note,
        _ => {
            return Err(
                vm.type_error("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
            );
        }
    };
    vm.run_signal_handlers()?;
    let old = handler_of(vm, given)?;
    if !sys::set_signal(given, disposition) {
        return Err(vm.os_error(sys::errno()));
    }
    let dict = handlers(vm);
    if let Some(dict) = dict.as_dict() {
        drop(dict.insert(vm, vm.int(given.into()), handler.clone())?);
    }
    Ok(old)
}

fn set_value(vm: &Vm, set: &SignalSet) -> PyResult<Value> {
    let all = vm.list(set.members().iter().map(|n| vm.int((*n).into())).collect());
    vm.call1(&vm.builtin("set")?, &all)
}

fn info_value(vm: &Vm, info: &Info) -> PyResult<Value> {
    vm.struct_value(&SIGINFO, info.iter().map(|n| vm.int(*n)).collect())
}

fn timer_value(vm: &Vm, (value, interval): (i64, i64)) -> Value {
    vm.tuple(vec![vm.float(value as f64 * 1e-6), vm.float(interval as f64 * 1e-6)])
}

const TIMER_ERROR: &str = "signal.ItimerError";

/// Sets or asks a timer; gives what it was.
fn set_timer(vm: &Vm, which: i32, set: Option<(i64, i64)>) -> PyResult<Value> {
    match signal::timer(which, set) {
        Ok(old) => Ok(timer_value(vm, old)),
        Err(number) => {
            let class = vm.exception_class(TIMER_ERROR, &exc::OS_ERROR)?;
            let text = vm.str(crate::runtime::sys::strerror(number));
            Err(vm.raise_value(vm.call_args(&class, &[vm.int(number.into()), text])?))
        }
    }
}

fn microseconds(vm: &Vm, value: &Value) -> PyResult<i64> {
    Ok((vm.nanoseconds(value)? + 999) / 1000)
}

fn wakeup(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let fd = vm.c_int(&args[0])?;
    if let Some(warn) = args[1].given() {
        vm.truth(warn)?;
    }
    if !vm.is_main_thread() {
        return Err(vm.value_error("set_wakeup_fd only works in main thread of the main interpreter"));
    }
    if fd != -1 {
        vm.os(sys::file::fstat(fd))?;
        if vm.os(sys::file::blocking(fd))? {
            return Err(vm.value_error(format!("the fd {fd} must be in non-blocking mode")));
        }
    }
    Ok(vm.int(sys::set_wakeup(fd).into()))
}

fn wait_info(vm: &Vm, set: &SignalSet, deadline: Option<i64>) -> PyResult<Value> {
    loop {
        let left = match deadline {
            None => None,
            Some(end) => Some((end - vm.os(sys::clock::gettime(libc::CLOCK_MONOTONIC))?).max(0)),
        };
        match vm.blocking(|| signal::wait_info(set, left)) {
            Ok(info) => return info_value(vm, &info),
            Err(libc::EAGAIN) if deadline.is_some() => return Ok(Value::NONE),
            Err(libc::EINTR) => vm.check_signals()?,
            Err(number) => return Err(vm.os_error(number)),
        }
    }
}

/// `_signal`
pub static MODULE: NativeModule = NativeModule {
    name: "_signal",
    doc: "This module provides mechanisms to use signal handlers in Python.",
    functions: &[
        native(
            "default_int_handler(signalnum, frame, /)",
            |vm, _| Err(vm.raise_args(&exc::KEYBOARD_INTERRUPT, vec![])),
            "The default handler for SIGINT installed by Python.",
        ),
        native("signal(signalnum, handler, /)", set, "Set the action for the given signal."),
        native(
            "getsignal(signalnum, /)",
            |vm, args| handler_of(vm, number(vm, &args[0])?),
            "Return the current action for the given signal.",
        ),
        native(
            "raise_signal(signalnum, /)",
            |vm, args| {
                let n = vm.c_int(&args[0])?;
                let result = vm.blocking(|| signal::raise(n));
                vm.os(result)?;
                vm.check_signals()?;
                Ok(Value::NONE)
            },
            "Send a signal to the executing process.",
        ),
        native(
            "strsignal(signalnum, /)",
            |vm, args| Ok(signal::describe(number(vm, &args[0])?).map_or(Value::NONE, |text| vm.str(text))),
            "Return the system description of the given signal.",
        ),
        native(
            "siginterrupt(signalnum, flag, /)",
            |vm, args| {
                let n = number(vm, &args[0])?;
                let flag = vm.c_int(&args[1])? != 0;
                vm.os(signal::interrupts(n, flag)).map(|()| Value::NONE)
            },
            "Change system call restart behaviour.",
        ),
        native(
            "set_wakeup_fd(fd, /, *, warn_on_full_buffer=True)",
            wakeup,
            "Sets the fd to be written to (with the signal number) when a signal comes in.",
        ),
        native(
            "alarm(seconds, /)",
            |vm, args| Ok(vm.int(signal::alarm(vm.c_int(&args[0])? as u32).into())),
            "Arrange for SIGALRM to arrive after the given number of seconds.",
        ),
        native(
            "pause()",
            |vm, _| {
                vm.blocking(signal::pause);
                vm.check_signals()?;
                Ok(Value::NONE)
            },
            "Wait until a signal arrives.",
        ),
        native(
            "setitimer(which, seconds, interval=0.0, /)",
            |vm, args| {
                let which = vm.c_int(&args[0])?;
                let value = microseconds(vm, &args[1])?;
                let interval = args[2].given().map_or(Ok(0), |i| microseconds(vm, i))?;
                set_timer(vm, which, Some((value, interval)))
            },
            "Sets given itimer (one of ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF).",
        ),
        native(
            "getitimer(which, /)",
            |vm, args| set_timer(vm, vm.c_int(&args[0])?, None),
            "Returns current value of given itimer.",
        ),
        native(
            "pthread_sigmask(how, mask, /)",
            |vm, args| {
                let how = vm.c_int(&args[0])?;
                let set = signal_set(vm, &args[1])?;
                let old = vm.os(signal::mask(how, &set))?;
                vm.check_signals()?;
                set_value(vm, &old)
            },
            "Fetch and/or change the signal mask of the calling thread.",
        ),
        native("sigpending()", |vm, _| set_value(vm, &vm.os(signal::pending())?), "Examine pending signals."),
        native(
            "sigwait(sigset, /)",
            |vm, args| {
                let set = signal_set(vm, &args[0])?;
                Ok(vm.int(vm.retry_os(|| signal::wait(&set))?.into()))
            },
            "Wait for a signal.",
        ),
        native(
            "sigwaitinfo(sigset, /)",
            |vm, args| wait_info(vm, &signal_set(vm, &args[0])?, None),
            "Wait synchronously until one of the signals in *sigset* is delivered.",
        ),
        native(
            "sigtimedwait(sigset, timeout, /)",
            |vm, args| {
                let set = signal_set(vm, &args[0])?;
                let n = vm.nanoseconds(&args[1])?;
                if n < 0 {
                    return Err(vm.value_error("timeout must be non-negative"));
                }
                let now = vm.os(sys::clock::gettime(libc::CLOCK_MONOTONIC))?;
                wait_info(vm, &set, Some(now.saturating_add(n)))
            },
            "Like sigwaitinfo(), but with a timeout.",
        ),
        native(
            "pthread_kill(thread_id, signalnum, /)",
            |vm, args| {
                let (thread, n) = (vm.to_u64(&args[0])?, vm.c_int(&args[1])?);
                vm.os(signal::kill_thread(thread, n))?;
                vm.check_signals()?;
                Ok(Value::NONE)
            },
            "Send a signal to a thread.",
        ),
        native(
            "pidfd_send_signal(pidfd, signalnum, siginfo=None, flags=0, /)",
            |vm, args| {
                let (fd, n) = (vm.c_int(&args[0])?, vm.c_int(&args[1])?);
                if args[2].some().is_some() {
                    return Err(vm.type_error("siginfo must be None"));
                }
                let flags = args[3].given().map_or(Ok(0), |f| vm.to_u32(f))?;
                vm.os(signal::send_pidfd(fd, n, flags)).map(|()| Value::NONE)
            },
            "Send a signal to a process referred to by a pid file descriptor.",
        ),
        native(
            "valid_signals()",
            |vm, _| set_value(vm, &SignalSet::full()),
            "Return a set of valid signal numbers on this platform.",
        ),
    ],
    init: |vm, dict| {
        let (first, last) = signal::realtime();
        vm.set_ints_in(
            dict,
            &[
                ("NSIG", 65),
                ("SIG_DFL", 0),
                ("SIG_IGN", 1),
                ("SIGRTMIN", first.into()),
                ("SIGRTMAX", last.into()),
                ("SIGCLD", libc::SIGCHLD.into()),
            ],
        );
        macro_rules! names { ($($name:ident)*) => { vm.set_ints_in(dict, &[$((stringify!($name), i64::from(libc::$name))),*]) } }
        names! {
            SIGABRT SIGALRM SIGBUS SIGCHLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT SIGKILL SIGPIPE SIGPOLL
            SIGPROF SIGPWR SIGQUIT SIGSEGV SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG
            SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ SIG_BLOCK SIG_SETMASK SIG_UNBLOCK ITIMER_PROF ITIMER_REAL
            ITIMER_VIRTUAL
        }
        vm.set_in(dict, "ItimerError", vm.exception_class(TIMER_ERROR, &exc::OS_ERROR)?);
        vm.set_in(dict, "struct_siginfo", vm.struct_type(&SIGINFO).value().clone());
        let known = handlers(vm);
        if let (Some(known), Some(handler)) =
            (known.as_dict(), dict.get_str(&vm.intern("default_int_handler")))
        {
            let key = vm.int(libc::SIGINT.into());
            if signal::disposition(libc::SIGINT) == Some(2) && !known.contains(vm, &key)? {
                drop(known.insert(vm, key, handler)?);
            }
        }
        Ok(())
    },
};
