//! Functions of `posix` about processes, users and the system.

use std::ffi::CString;
use std::sync::atomic::Ordering;

use super::names::{self, CONFSTR, SYSCONF};
use super::paths::id_argument;
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::structs::StructSpec;
use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::{Native, native};
use crate::runtime::object::vm::{Vm, want};
use crate::runtime::stdlib::system::Target;
use crate::runtime::sys::process::{self, FileAction, SpawnOptions, Texts, Usage};
use crate::runtime::sys::signal::SignalSet;
use crate::runtime::sys::{self, Sys, users};
use crate::runtime::value::Value;

macro_rules! spec {
    ($(#[$doc:meta])* $name:ident = $text:literal, $help:literal, [$($field:literal),*]) => {
        $(#[$doc])*
        pub static $name: StructSpec = StructSpec::new($text, $help, &[$(($field, "")),*]);
    };
}

spec!(
    /// `os.times_result`
    TIMES_RESULT = "posix.times_result", "times_result: Result from os.times().",
    ["user", "system", "children_user", "children_system", "elapsed"]
);
spec!(
    /// `os.uname_result`
    UNAME_RESULT = "posix.uname_result", "uname_result: Result from os.uname().",
    ["sysname", "nodename", "release", "version", "machine"]
);
spec!(
    /// `os.waitid_result`
    WAITID_RESULT = "posix.waitid_result", "waitid_result: Result from waitid.",
    ["si_pid", "si_uid", "si_signo", "si_status", "si_code"]
);
spec!(
    /// `os.sched_param`
    SCHED_PARAM = "posix.sched_param", "Currently has only one field: sched_priority",
    ["sched_priority"]
);
spec!(
    /// `resource.struct_rusage`
    RUSAGE = "resource.struct_rusage", "struct_rusage: Result from getrusage.",
    ["ru_utime", "ru_stime", "ru_maxrss", "ru_ixrss", "ru_idrss", "ru_isrss", "ru_minflt", "ru_majflt", "ru_nswap",
     "ru_inblock", "ru_oublock", "ru_msgsnd", "ru_msgrcv", "ru_nsignals", "ru_nvcsw", "ru_nivcsw"]
);

/// `struct_rusage`
pub fn usage_value(vm: &Vm, usage: &Usage) -> PyResult<Value> {
    let mut fields = vec![vm.float(usage[0] as f64 * 1e-6), vm.float(usage[1] as f64 * 1e-6)];
    fields.extend(usage[2..].iter().map(|n| vm.int(*n)));
    vm.struct_value(&RUSAGE, fields)
}

fn pid(vm: &Vm, value: &Value) -> PyResult<i32> {
    vm.c_int(value)
}
fn none<T>(vm: &Vm, result: Sys<T>) -> PyResult<Value> {
    vm.os(result).map(|_| Value::NONE)
}
fn number(vm: &Vm, result: Sys<i32>) -> PyResult<Value> {
    Ok(vm.int(vm.os(result)?.into()))
}
fn ints<const N: usize>(vm: &Vm, values: [u32; N]) -> Value {
    vm.tuple(values.iter().map(|n| vm.int((*n).into())).collect())
}
fn status(vm: &Vm, args: &[Value]) -> PyResult<i32> {
    vm.c_int(&args[0])
}

// ---------------------------------------------------------------------------------------------- fork

/// Calls what `register_at_fork` registered; errors are shown.
pub fn run_at_fork(vm: &Vm, which: &'static str, backwards: bool) {
    let found = vm.interp().module_state.borrow().get(which).cloned();
    let mut hooks =
        found.and_then(|list| vm.list_items(&list).map(|items| items.cloned())).unwrap_or_default();
    if backwards {
        hooks.reverse();
    }
    for hook in hooks {
        if let Err(raised) = vm.call0(&hook) {
            vm.report_ignored(raised, "atfork callback", &hook);
        }
    }
}

/// What must be right in a child before Python code runs in it.
pub fn after_fork_child(vm: &Vm) {
    vm.thread_id.set(sys::sync::thread_id());
    vm.interp().main_thread.set(vm.thread_id.get());
    let bell = vm.bell();
    sys::watch_signals(bell.wanted, bell.limit);
    bell.ring(0);
    vm.wanted.fetch_and(!want::LOCK, Ordering::AcqRel);
    // The loop is the parent's.
    vm.running_loop.set([Value::NONE, Value::NONE]);
    crate::runtime::stdlib::thread::after_fork(vm);
}

/// Forks; both sides come back with Python's state right.
pub fn fork(vm: &Vm, call: impl FnOnce() -> Sys<i32>) -> PyResult<i32> {
    if vm.interp().finalizing.load(Ordering::Relaxed) {
        return Err(vm.raise(&exc::PYTHON_FINALIZATION_ERROR, "can't fork at interpreter shutdown"));
    }
    run_at_fork(vm, "before fork", true);
    let threads = vm.interp().gil.threads();
    let result = vm.interp().gil.around_fork(call);
    match result {
        Ok(0) => {
            after_fork_child(vm);
            run_at_fork(vm, "after fork in child", false);
        }
        _ => {
            run_at_fork(vm, "after fork in parent", false);
            if result.is_ok() && threads > 1 {
                let text = format!(
                    "This process (pid={}) is multi-threaded, use of fork() may lead to deadlocks in the child.",
                    process::getpid()
                );
                vm.warn(&exc::DEPRECATION_WARNING, &text, 1)?;
            }
        }
    }
    vm.os(result)
}

fn register_at_fork(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let all = [(&args[0], "before"), (&args[1], "after_in_child"), (&args[2], "after_in_parent")];
    if all.iter().all(|(hook, _)| hook.given().is_none()) {
        return Err(vm.type_error("At least one argument is required."));
    }
    for (hook, name) in all {
        if hook.given().is_some_and(|h| !vm.is_callable(h)) {
            return Err(vm.type_error(format!("'{name}' must be callable, not {}", hook.type_name(vm))));
        }
    }
    for ((hook, _), key) in
        all.into_iter().zip(["before fork", "after fork in child", "after fork in parent"])
    {
        if let Some(hook) = hook.given() {
            let list = vm.state(key, |vm| vm.list(Vec::new()));
            if let Some(items) = vm.list_items(&list) {
                items.get_mut().push(hook.clone());
            }
        }
    }
    Ok(Value::NONE)
}

// ---------------------------------------------------------------------------------------------- exec

/// A list of texts for the system.
pub fn texts(vm: &Vm, value: &Value, function: &str, what: &str) -> PyResult<Vec<CString>> {
    let mut all = Vec::new();
    for item in vm.collect(value)? {
        let path = vm.fspath(&item)?;
        let bytes = vm.fs_encode(&path)?;
        match CString::new(bytes) {
            Ok(text) => all.push(text),
            Err(_) => return Err(vm.value_error("embedded null byte")),
        }
    }
    let _ = (function, what);
    Ok(all)
}

fn arguments(vm: &Vm, value: &Value, function: &str) -> PyResult<Texts> {
    let flags = crate::runtime::gc::heap::type_flag::LIST | crate::runtime::gc::heap::type_flag::TUPLE;
    if !value.ty(vm).has(flags) {
        return Err(vm.type_error(format!("{function}: argv must be a tuple or list")));
    }
    let all = texts(vm, value, function, "argv")?;
    if all.is_empty() {
        return Err(vm.value_error(format!("{function}: argv must not be empty")));
    }
    if all[0].is_empty() {
        return Err(vm.value_error(format!("{function}: argv first element cannot be empty")));
    }
    Ok(Texts::new(all))
}

fn environment(vm: &Vm, value: &Value, function: &str) -> PyResult<Texts> {
    if vm.getattr_opt(value, vm.names().keys.value())?.is_none() {
        return Err(vm.type_error(format!("{function}: environment must be a mapping object")));
    }
    let keys = vm.call_method(value, &vm.names().keys, &[])?;
    let mut all = Vec::new();
    for key in vm.collect(&keys)? {
        let item = vm.getitem(value, &key)?;
        let (key, item) = (vm.fspath(&key)?, vm.fspath(&item)?);
        let mut line = vm.fs_encode(&key)?;
        if line.is_empty() || line[1..].contains(&b'=') {
            return Err(vm.value_error("illegal environment variable name"));
        }
        line.push(b'=');
        line.extend(vm.fs_encode(&item)?);
        match CString::new(line) {
            Ok(line) => all.push(line),
            Err(_) => return Err(vm.value_error("embedded null byte")),
        }
    }
    Ok(Texts::new(all))
}

fn execv(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let path = vm.os_path(&args[0], "execv", "path")?;
    let argv = arguments(vm, &args[1], "execv")?;
    let number = process::exec(Ok(path.c()), &argv, None);
    Err(vm.os_error(number))
}

fn execve(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let target = vm.os_target(&args[0], "execve", "path")?;
    let argv = arguments(vm, &args[1], "execve")?;
    let env = environment(vm, &args[2], "execve")?;
    let number = process::exec(
        match &target {
            Target::Path(path) => Ok(path.c()),
            Target::Fd(fd, _) => Err(*fd),
        },
        &argv,
        Some(&env),
    );
    Err(vm.os_error_at(number, target.given()))
}

/// A set of signals.
pub fn signal_set(vm: &Vm, value: &Value) -> PyResult<SignalSet> {
    let mut set = SignalSet::default();
    for item in vm.collect(value)? {
        // What is far too large is told as -1.
        let n = match vm.clamped_index(&item)? {
            isize::MIN | isize::MAX => -1,
            n => n,
        };
        if !(1..65).contains(&n) {
            return Err(vm.value_error(format!("signal number {n} out of range [1; 64]")));
        }
        if !set.add(n as i32) {
            // Signals that the C library keeps for itself.
            continue;
        }
    }
    Ok(set)
}

fn spawn(vm: &Vm, args: &[Value], search: bool) -> PyResult<Value> {
    let function = if search { "posix_spawnp" } else { "posix_spawn" };
    let path = vm.os_path(&args[0], function, "path")?;
    let argv = arguments(vm, &args[1], function)?;
    let env = if args[2].is_none() {
        Texts::new(
            sys::file::environment()
                .into_iter()
                .filter_map(|(k, v)| {
                    use std::os::unix::ffi::OsStrExt;
                    CString::new([k.as_bytes(), b"=", v.as_bytes()].concat()).ok()
                })
                .collect(),
        )
    } else {
        environment(vm, &args[2], function)?
    };
    let mut options = SpawnOptions::default();
    if let Some(actions) = args[3].some() {
        for action in vm.collect(actions)? {
            let Some(items) = action.as_tuple().map(|t| t.items()).filter(|i| !i.is_empty()) else {
                return Err(vm.type_error("Each file_actions element must be a non-empty tuple"));
            };
            let kind = vm.to_i64(&items[0])?;
            let wrong = |what: &str| {
                vm.type_error(format!("A {what} file_action tuple must have the right number of elements"))
            };
            options.actions.push(match kind {
                0 => {
                    let [_, fd, path, flags, mode] = items else { return Err(wrong("open")) };
                    let path = vm.os_path(path, function, "path")?;
                    FileAction::Open(vm.c_int(fd)?, path.text, vm.c_int(flags)?, vm.to_u32(mode)?)
                }
                1 => {
                    let [_, fd] = items else { return Err(wrong("close")) };
                    FileAction::Close(vm.c_int(fd)?)
                }
                2 => {
                    let [_, a, b] = items else { return Err(wrong("dup2")) };
                    FileAction::Dup2(vm.c_int(a)?, vm.c_int(b)?)
                }
                3 => {
                    let [_, fd] = items else { return Err(wrong("closefrom")) };
                    FileAction::CloseFrom(vm.c_int(fd)?)
                }
                _ => return Err(vm.type_error("Unknown file_actions identifier")),
            });
        }
    }
    options.group = args[4].some().map(|g| vm.c_int(g)).transpose()?;
    options.reset_ids = args[5].given().map_or(Ok(false), |v| vm.truth(v))?;
    options.session = args[6].given().map_or(Ok(false), |v| vm.truth(v))?;
    if let Some(mask) = args[7].given() {
        options.mask = Some(signal_set(vm, mask)?);
    }
    if let Some(defaults) = args[8].given() {
        options.defaults = Some(signal_set(vm, defaults)?);
    }
    if let Some(scheduler) = args[9].some() {
        let Some([policy, param]) = scheduler.as_tuple().map(|t| t.items()) else {
            return Err(vm.type_error("A scheduler tuple must have two elements"));
        };
        options.scheduler = Some((policy.some().map(|p| vm.c_int(p)).transpose()?, priority(vm, param)?));
    }
    match process::spawn(path.c(), search, &argv, &env, &options) {
        Ok(pid) => Ok(vm.int(pid.into())),
        Err(number) => Err(vm.os_error_at(number, &path.given)),
    }
}

fn priority(vm: &Vm, param: &Value) -> PyResult<i32> {
    let value = vm.getattr_str(param, "sched_priority")?;
    vm.c_int(&value)
}

// ---------------------------------------------------------------------------------------------- waiting

fn waitpid(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (pid, options) = (pid(vm, &args[0])?, vm.c_int(&args[1])?);
    let (found, status, _) = vm.retry_os(|| process::wait(pid, options))?;
    Ok(vm.tuple(vec![vm.int(found.into()), vm.int(status.into())]))
}

fn wait4(vm: &Vm, pid: i32, options: i32) -> PyResult<Value> {
    let (found, status, usage) = vm.retry_os(|| process::wait(pid, options))?;
    let usage = usage_value(vm, &usage)?;
    Ok(vm.tuple(vec![vm.int(found.into()), vm.int(status.into()), usage]))
}

fn exit_code(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let status = status(vm, args)?;
    if libc::WIFEXITED(status) {
        return Ok(vm.int(libc::WEXITSTATUS(status).into()));
    }
    if libc::WIFSIGNALED(status) {
        let signal = libc::WTERMSIG(status);
        if signal > 0 {
            return Ok(vm.int(-i64::from(signal)));
        }
    }
    if libc::WIFSTOPPED(status) {
        return Err(
            vm.value_error(format!("process stopped by delivery of signal {}", libc::WSTOPSIG(status)))
        );
    }
    Err(vm.value_error(format!("invalid wait status: {status}")))
}

fn putenv(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let (name, value) = (vm.fs_encode(&args[0])?, vm.fs_encode(&args[1])?);
    if name.contains(&b'=') {
        return Err(vm.value_error("illegal environment variable name"));
    }
    let (Ok(name), Ok(value)) = (CString::new(name), CString::new(value)) else {
        return Err(vm.value_error("embedded null byte"));
    };
    none(vm, sys::file::setenv(&name, Some(&value)))
}

/// The environment as dict of bytes.
pub fn environ(vm: &Vm) -> PyResult<Value> {
    use std::os::unix::ffi::OsStrExt;
    let dict = vm.new_dict();
    for (name, value) in sys::file::environment() {
        let name = vm.bytes(name.as_bytes());
        if !dict.contains(vm, &name)? {
            drop(dict.insert(vm, name, vm.bytes(value.as_bytes()))?);
        }
    }
    Ok(dict.into_value())
}

/// The functions.
pub static FUNCTIONS: &[Native] = &[
    native("fork()", |vm, _| Ok(vm.int(fork(vm, process::fork)?.into())), "Fork a child process."),
    native(
        "forkpty()",
        |vm, _| {
            let mut master = -1;
            let pid = fork(vm, || {
                let (pid, fd) = process::forkpty()?;
                master = fd;
                Ok(pid)
            })?;
            Ok(vm.tuple(vec![vm.int(pid.into()), vm.int(master.into())]))
        },
        "Fork a new process with a new pseudo-terminal as controlling tty.",
    ),
    native(
        "register_at_fork(*, before=None, after_in_child=None, after_in_parent=None)",
        register_at_fork,
        "Register callables to be called when forking a new process.",
    ),
    native(
        "execv(path, argv, /)",
        execv,
        "Execute an executable path with arguments, replacing current process.",
    ),
    native(
        "execve(path, argv, env)",
        execve,
        "Execute an executable path with arguments, replacing current process.",
    ),
    native(
        "posix_spawn(path, argv, env, /, *, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=None)",
        |vm, args| spawn(vm, args, false),
        "Execute the program specified by path in a new process.",
    ),
    native(
        "posix_spawnp(path, argv, env, /, *, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=None)",
        |vm, args| spawn(vm, args, true),
        "Execute the program specified by path in a new process.",
    ),
    native("waitpid(pid, options, /)", waitpid, "Wait for completion of a given child process."),
    native(
        "wait()",
        |vm, _| waitpid(vm, &[vm.int(-1), vm.int(0)]),
        "Wait for completion of a child process.",
    ),
    native(
        "wait3(options)",
        |vm, args| wait4(vm, -1, vm.c_int(&args[0])?),
        "Wait for completion of a child process.",
    ),
    native(
        "wait4(pid, options)",
        |vm, args| wait4(vm, pid(vm, &args[0])?, vm.c_int(&args[1])?),
        "Wait for completion of a specific child process.",
    ),
    native(
        "waitid(idtype, id, options, /)",
        |vm, args| {
            let (kind, id, options) = (vm.c_int(&args[0])?, vm.to_u32(&args[1])?, vm.c_int(&args[2])?);
            match vm.retry_os(|| process::waitid(kind, id, options))? {
                None => Ok(Value::NONE),
                Some(found) => vm.struct_value(&WAITID_RESULT, found.iter().map(|n| vm.int(*n)).collect()),
            }
        },
        "Returns the result of waiting for a process or processes.",
    ),
    native("waitstatus_to_exitcode(status)", exit_code, "Convert a wait status to an exit code."),
    native("WIFEXITED(status)", |vm, args| Ok(Value::bool(libc::WIFEXITED(status(vm, args)?))), ""),
    native("WEXITSTATUS(status)", |vm, args| Ok(vm.int(libc::WEXITSTATUS(status(vm, args)?).into())), ""),
    native("WIFSIGNALED(status)", |vm, args| Ok(Value::bool(libc::WIFSIGNALED(status(vm, args)?))), ""),
    native("WTERMSIG(status)", |vm, args| Ok(vm.int(libc::WTERMSIG(status(vm, args)?).into())), ""),
    native("WIFSTOPPED(status)", |vm, args| Ok(Value::bool(libc::WIFSTOPPED(status(vm, args)?))), ""),
    native("WSTOPSIG(status)", |vm, args| Ok(vm.int(libc::WSTOPSIG(status(vm, args)?).into())), ""),
    native("WIFCONTINUED(status)", |vm, args| Ok(Value::bool(libc::WIFCONTINUED(status(vm, args)?))), ""),
    native("WCOREDUMP(status, /)", |vm, args| Ok(Value::bool(libc::WCOREDUMP(status(vm, args)?))), ""),
    native(
        "_exit(status)",
        |vm, args| process::exit_now(vm.c_int(&args[0])?),
        "Exit to the system with specified status, without normal exit processing.",
    ),
    native("abort()", |_, _| process::abort(), "Abort the interpreter immediately."),
    native(
        "kill(pid, signal, /)",
        |vm, args| {
            let result = process::kill(pid(vm, &args[0])?, vm.c_int(&args[1])?);
            vm.os(result)?;
            vm.check_signals()?;
            Ok(Value::NONE)
        },
        "Kill a process with a signal.",
    ),
    native(
        "killpg(pgid, signal, /)",
        |vm, args| none(vm, process::killpg(pid(vm, &args[0])?, vm.c_int(&args[1])?)),
        "Kill a process group with a signal.",
    ),
    native(
        "system(command)",
        |vm, args| {
            let command = vm.os_path(&args[0], "system", "command")?;
            Ok(vm.int(vm.blocking(|| process::system(command.c())).into()))
        },
        "Execute the command in a subshell.",
    ),
    native("getpid()", |vm, _| Ok(vm.int(process::getpid().into())), "Return the current process id."),
    native("getppid()", |vm, _| Ok(vm.int(process::getppid().into())), "Return the parent's process id."),
    native(
        "getpgrp()",
        |vm, _| Ok(vm.int(process::getpgrp().into())),
        "Return the current process group id.",
    ),
    native(
        "getpgid(pid)",
        |vm, args| number(vm, process::getpgid(pid(vm, &args[0])?)),
        "Call the system call getpgid(), and return the result.",
    ),
    native(
        "getsid(pid, /)",
        |vm, args| number(vm, process::getsid(pid(vm, &args[0])?)),
        "Call the system call getsid(pid) and return the result.",
    ),
    native("setsid()", |vm, _| none(vm, process::setsid()), "Call the system call setsid()."),
    native(
        "setpgid(pid, pgrp, /)",
        |vm, args| none(vm, process::setpgid(pid(vm, &args[0])?, pid(vm, &args[1])?)),
        "Call the system call setpgid(pid, pgrp).",
    ),
    native(
        "setpgrp()",
        |vm, _| none(vm, process::setpgid(0, 0)),
        "Make the current process the leader of its process group.",
    ),
    native("getuid()", |vm, _| Ok(vm.int(process::getuid().into())), "Return the current process's user id."),
    native(
        "geteuid()",
        |vm, _| Ok(vm.int(process::geteuid().into())),
        "Return the current process's effective user id.",
    ),
    native(
        "getgid()",
        |vm, _| Ok(vm.int(process::getgid().into())),
        "Return the current process's group id.",
    ),
    native(
        "getegid()",
        |vm, _| Ok(vm.int(process::getegid().into())),
        "Return the current process's effective group id.",
    ),
    native(
        "setuid(uid, /)",
        |vm, args| none(vm, process::setuid(id_argument(vm, &args[0], "uid")?)),
        "Set the current process's user id.",
    ),
    native(
        "seteuid(euid, /)",
        |vm, args| none(vm, process::seteuid(id_argument(vm, &args[0], "uid")?)),
        "Set the current process's effective user id.",
    ),
    native(
        "setgid(gid, /)",
        |vm, args| none(vm, process::setgid(id_argument(vm, &args[0], "gid")?)),
        "Set the current process's group id.",
    ),
    native(
        "setegid(egid, /)",
        |vm, args| none(vm, process::setegid(id_argument(vm, &args[0], "gid")?)),
        "Set the current process's effective group id.",
    ),
    native(
        "setreuid(ruid, euid, /)",
        |vm, args| {
            none(vm, process::setreuid(id_argument(vm, &args[0], "uid")?, id_argument(vm, &args[1], "uid")?))
        },
        "",
    ),
    native(
        "setregid(rgid, egid, /)",
        |vm, args| {
            none(vm, process::setregid(id_argument(vm, &args[0], "gid")?, id_argument(vm, &args[1], "gid")?))
        },
        "",
    ),
    native(
        "setresuid(ruid, euid, suid, /)",
        |vm, args| {
            none(
                vm,
                process::setresuid(
                    id_argument(vm, &args[0], "uid")?,
                    id_argument(vm, &args[1], "uid")?,
                    id_argument(vm, &args[2], "uid")?,
                ),
            )
        },
        "",
    ),
    native(
        "setresgid(rgid, egid, sgid, /)",
        |vm, args| {
            none(
                vm,
                process::setresgid(
                    id_argument(vm, &args[0], "gid")?,
                    id_argument(vm, &args[1], "gid")?,
                    id_argument(vm, &args[2], "gid")?,
                ),
            )
        },
        "",
    ),
    native("getresuid()", |vm, _| Ok(ints(vm, vm.os(process::getresuid())?)), ""),
    native("getresgid()", |vm, _| Ok(ints(vm, vm.os(process::getresgid())?)), ""),
    native(
        "getgroups()",
        |vm, _| Ok(vm.list(vm.os(process::getgroups())?.iter().map(|g| vm.int((*g).into())).collect())),
        "Return list of supplemental group IDs for the process.",
    ),
    native(
        "setgroups(groups, /)",
        |vm, args| {
            let mut groups = Vec::new();
            for group in vm.collect(&args[0])? {
                groups.push(id_argument(vm, &group, "gid")?);
            }
            none(vm, process::setgroups(&groups))
        },
        "Set the groups of the current process to list.",
    ),
    native(
        "getgrouplist(user, group, /)",
        |vm, args| {
            let user = vm.os_path(&args[0], "getgrouplist", "user")?;
            let groups = vm.os(users::groups_of(user.c(), id_argument(vm, &args[1], "gid")?))?;
            Ok(vm.list(groups.iter().map(|g| vm.int((*g).into())).collect()))
        },
        "Returns a list of groups to which a user belongs.",
    ),
    native(
        "initgroups(username, gid, /)",
        |vm, args| {
            let user = vm.os_path(&args[0], "initgroups", "username")?;
            none(vm, users::init_groups(user.c(), id_argument(vm, &args[1], "gid")?))
        },
        "Initialize the group access list.",
    ),
    native(
        "getlogin()",
        |vm, _| Ok(vm.fs_decode(&vm.os(process::getlogin())?)),
        "Return the actual login name.",
    ),
    native(
        "getpriority(which, who)",
        |vm, args| number(vm, process::getpriority(vm.c_int(&args[0])?, vm.c_int(&args[1])? as u32)),
        "Return program scheduling priority.",
    ),
    native(
        "setpriority(which, who, priority)",
        |vm, args| {
            none(
                vm,
                process::setpriority(vm.c_int(&args[0])?, vm.c_int(&args[1])? as u32, vm.c_int(&args[2])?),
            )
        },
        "Set program scheduling priority.",
    ),
    native(
        "nice(increment, /)",
        |vm, args| number(vm, process::nice(vm.c_int(&args[0])?)),
        "Add increment to the priority of process and return the new priority.",
    ),
    native(
        "sched_yield()",
        |vm, _| {
            let result = vm.blocking(process::sched_yield);
            none(vm, result)
        },
        "Voluntarily relinquish the CPU.",
    ),
    native(
        "sched_getaffinity(pid, /)",
        |vm, args| {
            let all = vm.os(process::affinity(pid(vm, &args[0])?))?;
            let numbers = vm.list(all.iter().map(|n| vm.int(*n as i64)).collect());
            vm.call1(&vm.builtin("set")?, &numbers)
        },
        "Return the affinity of the process identified by pid (or the current process if zero).",
    ),
    native(
        "sched_setaffinity(pid, mask, /)",
        |vm, args| {
            let mut all = Vec::new();
            for item in vm.collect(&args[1])? {
                let n = vm.to_i64(&item)?;
                if n < 0 {
                    return Err(vm.value_error("negative CPU number"));
                }
                all.push(n as usize);
            }
            none(vm, process::set_affinity(pid(vm, &args[0])?, &all))
        },
        "Set the CPU affinity of the process identified by pid to mask.",
    ),
    native(
        "sched_get_priority_min(policy)",
        |vm, args| number(vm, process::sched_get_priority_min(vm.c_int(&args[0])?)),
        "",
    ),
    native(
        "sched_get_priority_max(policy)",
        |vm, args| number(vm, process::sched_get_priority_max(vm.c_int(&args[0])?)),
        "",
    ),
    native(
        "sched_getscheduler(pid, /)",
        |vm, args| number(vm, process::sched_getscheduler(pid(vm, &args[0])?)),
        "",
    ),
    native(
        "sched_setscheduler(pid, policy, param, /)",
        |vm, args| {
            none(
                vm,
                process::set_sched(pid(vm, &args[0])?, Some(vm.c_int(&args[1])?), priority(vm, &args[2])?),
            )
        },
        "",
    ),
    native(
        "sched_getparam(pid, /)",
        |vm, args| {
            let priority = vm.os(process::sched_param(pid(vm, &args[0])?))?;
            vm.struct_value(&SCHED_PARAM, vec![vm.int(priority.into())])
        },
        "",
    ),
    native(
        "sched_setparam(pid, param, /)",
        |vm, args| none(vm, process::set_sched(pid(vm, &args[0])?, None, priority(vm, &args[1])?)),
        "",
    ),
    native(
        "sched_rr_get_interval(pid, /)",
        |vm, args| Ok(vm.float(vm.os(process::sched_interval(pid(vm, &args[0])?))? as f64 * 1e-9)),
        "",
    ),
    native("unshare(flags)", |vm, args| none(vm, process::unshare(vm.c_int(&args[0])?)), ""),
    native(
        "setns(fd, nstype=0)",
        |vm, args| {
            let kind = args[1].given().map_or(Ok(0), |k| vm.c_int(k))?;
            none(vm, process::setns(vm.file_descriptor(&args[0])?, kind))
        },
        "",
    ),
    native(
        "pidfd_open(pid, flags=0)",
        |vm, args| {
            let flags = args[1].given().map_or(Ok(0), |f| vm.to_u32(f))?;
            number(vm, process::pidfd(pid(vm, &args[0])?, flags))
        },
        "Return a file descriptor referring to the process *pid*.",
    ),
    native(
        "times()",
        |vm, _| {
            let ticks = process::sysconf(libc::_SC_CLK_TCK).unwrap_or(100) as f64;
            vm.struct_value(
                &TIMES_RESULT,
                process::times().iter().map(|t| vm.float(*t as f64 / ticks)).collect(),
            )
        },
        "Return a collection containing process timing information.",
    ),
    native(
        "uname()",
        |vm, _| {
            let parts = vm.os(process::uname())?;
            vm.struct_value(&UNAME_RESULT, parts.iter().map(|p| vm.fs_decode(p)).collect())
        },
        "Return an object identifying the current operating system.",
    ),
    native(
        "cpu_count()",
        |vm, _| {
            Ok(match process::sysconf(libc::_SC_NPROCESSORS_ONLN) {
                Ok(n) if n > 0 => vm.int(n),
                _ => Value::NONE,
            })
        },
        "Return the number of logical CPUs in the system.",
    ),
    native(
        "getloadavg()",
        |vm, _| match process::load_average() {
            Some(loads) => Ok(vm.tuple(loads.iter().map(|l| vm.float(*l)).collect())),
            None => Err(vm.raise(&exc::OS_ERROR, "Load averages are unobtainable")),
        },
        "Return average recent system load information.",
    ),
    native(
        "sysconf(name, /)",
        |vm, args| Ok(vm.int(vm.os(process::sysconf(names::conf_name(vm, &args[0], SYSCONF)?))?)),
        "Return an integer-valued system configuration variable.",
    ),
    native(
        "confstr(name, /)",
        |vm, args| {
            let found = vm.os(process::confstr(names::conf_name(vm, &args[0], CONFSTR)?))?;
            Ok(found.map_or(Value::NONE, |text| vm.fs_decode(&text)))
        },
        "Return a string-valued system configuration variable.",
    ),
    native(
        "umask(mask, /)",
        |vm, args| Ok(vm.int(sys::file::umask(vm.c_int(&args[0])? as u32).into())),
        "Set the current numeric umask and return the previous umask.",
    ),
    native("putenv(name, value, /)", putenv, "Change or add an environment variable."),
    native(
        "unsetenv(name, /)",
        |vm, args| {
            let Ok(name) = CString::new(vm.fs_encode(&args[0])?) else {
                return Err(vm.value_error("embedded null byte"));
            };
            none(vm, sys::file::setenv(&name, None))
        },
        "Delete an environment variable.",
    ),
    native("_create_environ()", |vm, _| environ(vm), "Create the environment dictionary."),
    native("_inputhook()", |vm, _| Ok(vm.int(0)), ""),
    native("_is_inputhook_installed()", |_, _| Ok(Value::FALSE), ""),
];
