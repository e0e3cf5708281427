//! The interactive prompt: the library's `_pyrepl` on a terminal, a plain one elsewhere (`sys._baserepl`), and what comes before it.
//!
//! Which one runs, and what is run before, is as CPython's `main` has it: the file of `PYTHONSTARTUP`, then `sys.__interactivehook__`.

use std::io::IsTerminal;

use crate::runtime::api::{Config, Target};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::compiler::Mode;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::interp::code::Code;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::raise::Exception;
use crate::runtime::object::vm::Vm;
use crate::runtime::startup::main as startup;
use crate::runtime::stdlib::source_bytes::Origin;
use crate::runtime::value::{Ref, Value};

/// An environment variable that is set to something, unless they are to be ignored.
fn variable(config: &Config, name: &str) -> Option<std::ffi::OsString> {
    if config.flags.ignore_environment {
        return None;
    }
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Is the user to be asked, on a terminal or because of `-i`?
pub fn is_interactive(config: &Config) -> bool {
    config.flags.interactive > 0 || std::io::stdin().is_terminal()
}

/// Is a prompt to follow the program (`-i`, or `PYTHONINSPECT`, which the program may set)?
pub fn follows(config: &Config) -> bool {
    (config.flags.inspect > 0 || variable(config, "PYTHONINSPECT").is_some()) && is_interactive(config)
}

/// Is there to be a prompt, instead of a program or after it, as far as can be told before? Then `site` sets it up.
pub fn is_asked_for(config: &Config) -> bool {
    matches!(config.target, Target::Interactive) || follows(config)
}

/// The lines that greet.
pub fn banner(vm: &Vm, config: &Config) {
    if config.flags.quiet > 0 {
        return;
    }
    let text = |name: &str| {
        let value = vm.interp().sys.get_str(&vm.intern(name));
        value.and_then(|value| Some(value.as_str()?.to_string_lossy().into_owned())).unwrap_or_default()
    };
    let mut lines = format!("Python {} on {}\n", text("version"), text("platform"));
    if !config.flags.no_site {
        lines += "Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n";
    }
    vm.write_stderr(&lines);
}

/// Asks instead of a program, in the namespace of `__main__`.
pub fn instead(vm: &Vm, config: &Config, main: &Ref<Dict>) -> PyResult<()> {
    if let Some(path) = variable(config, "PYTHONSTARTUP") {
        run_startup(vm, main, &path)?;
    }
    run_hook(vm)?;
    ask(vm, config, false)
}

/// Asks after a program.
pub fn after(vm: &Vm, config: &Config) -> PyResult<()> {
    run_hook(vm)?;
    ask(vm, config, true)
}

/// `startup`: `PYTHONSTARTUP` has not run yet.
fn ask(vm: &Vm, config: &Config, startup: bool) -> PyResult<()> {
    if !std::io::stdin().is_terminal() || variable(config, "PYTHON_BASIC_REPL").is_some() {
        return basic(vm);
    }
    let console = vm.getattr_str(&vm.import("_pyrepl.main")?, "interactive_console")?;
    let main = vm.import("__main__")?;
    vm.call_args(&console, &[main, Value::bool(config.flags.quiet > 0), Value::bool(startup)]).map(drop)
}

/// Runs the file that `PYTHONSTARTUP` names; what goes wrong is said and forgotten, but for the wish to leave.
fn run_startup(vm: &Vm, main: &Ref<Dict>, path: &std::ffi::OsStr) -> PyResult<()> {
    let shown = path.to_string_lossy().into_owned();
    let outcome = match std::fs::read(path) {
        Ok(bytes) => vm.decode_source(&bytes, &shown, Origin::File).and_then(|text| {
            let code = vm.compile_text(&text, &shown, Mode::Exec)?;
            vm.run_in(&code, main, main.value().clone(), None).map(drop)
        }),
        Err(problem) => {
            vm.write_stderr("Could not open PYTHONSTARTUP\n");
            Err(vm.os_error_at(problem.raw_os_error().unwrap_or(0), &vm.str(&shown)))
        }
    };
    settle(vm, outcome)
}

/// Calls `sys.__interactivehook__`, if there is one.
fn run_hook(vm: &Vm) -> PyResult<()> {
    let Some(hook) = vm.interp().sys.get_str(&vm.intern("__interactivehook__")) else { return Ok(()) };
    let outcome = vm.call0(&hook).map(drop);
    if outcome.is_err() && !vm.raised_is(&exc::SYSTEM_EXIT) {
        vm.write_stderr("Failed calling sys.__interactivehook__\n");
    }
    settle(vm, outcome)
}

/// Shows what was raised, but for the wish to leave, which goes on.
fn settle(vm: &Vm, outcome: PyResult<()>) -> PyResult<()> {
    let Err(raised) = outcome else { return Ok(()) };
    if vm.raised_is(&exc::SYSTEM_EXIT) {
        return Err(raised);
    }
    let exception = vm.take_raised(raised);
    match startup::show(vm, &exception) {
        Some(exit) => Err(vm.set_raised(exit)),
        None => Ok(()),
    }
}

/// The plain prompt, on standard input and in `__main__`: one statement after the other, until the input ends.
pub fn basic(vm: &Vm) -> PyResult<()> {
    for (name, text) in [("ps1", ">>> "), ("ps2", "... ")] {
        if vm.interp().sys.get_str(&vm.intern(name)).is_none() {
            vm.set_in(&vm.interp().sys, name, vm.str(text));
        }
    }
    let compile = vm.call0(&vm.getattr_str(&vm.import("codeop")?, "CommandCompiler")?)?;
    let register = vm.getattr_str(&vm.import("linecache")?, "_register_code")?;
    let main = vm.module_dict(&vm.import("__main__")?).ok_or_else(|| vm.runtime_error("lost __main__"))?;
    loop {
        match statement(vm, &compile) {
            Ok(Some((code, text))) => {
                let outcome = vm
                    .call_args(&register, &[code.value().clone(), text, vm.str("<stdin>")])
                    .and_then(|_| vm.run_in(&code, &main, main.value().clone(), None));
                settle(vm, outcome.map(drop))?;
            }
            Ok(None) => {
                vm.write_stderr("\n");
                return Ok(());
            }
            Err(raised) if vm.raised_is(&exc::KEYBOARD_INTERRUPT) => {
                drop(vm.take_raised(raised));
                vm.write_stderr("\nKeyboardInterrupt\n");
            }
            Err(raised) => settle(vm, Err(raised))?,
        }
        startup::flush(vm);
    }
}

/// The next statement and its text; `None` at the end of the input.
fn statement(vm: &Vm, compile: &Value) -> PyResult<Option<(Ref<Code>, Value)>> {
    let mut text = String::new();
    let mut prompt = "ps1";
    while let Some(line) = read_line(vm, prompt)? {
        text += &line;
        let source = vm.str(text.strip_suffix('\n').unwrap_or(&text));
        let code = match vm.call_args(compile, &[source, vm.str("<stdin>"), vm.str("single")]) {
            Ok(code) => code,
            Err(raised) => return Err(without_traceback(vm, raised)),
        };
        if let Some(code) = code.downcast_ref::<Code>() {
            return Ok(Some((code, vm.str(&text))));
        }
        prompt = "ps2";
    }
    if text.is_empty() {
        return Ok(None);
    }
    // What the input leaves unfinished is an error, and the end is met again afterwards.
    let code = vm.compile_text(&text, "<stdin>", Mode::Single)?;
    Ok(Some((code, vm.str(&text))))
}

/// What a statement is wrong in is not the business of those who compile it.
fn without_traceback(vm: &Vm, raised: Raised) -> Raised {
    let exception = vm.take_raised(raised);
    if let Some(exception) = exception.downcast::<Exception>() {
        exception.traceback.set(Value::NONE);
    }
    vm.set_raised(exception)
}

/// A line with its end; `None` where the input ends. Bytes are read one by one: what follows belongs to the program's `input()`.
fn read_line(vm: &Vm, prompt: &str) -> PyResult<Option<String>> {
    let prompt = vm.interp().sys.get_str(&vm.intern(prompt)).unwrap_or_else(|| vm.str(""));
    let prompt = vm.to_string(&prompt)?;
    startup::flush(vm);
    vm.write_stderr(&prompt);
    let read = vm.getattr_str(&vm.import("posix")?, "read")?;
    let mut line = Vec::new();
    loop {
        let bytes = vm.call_args(&read, &[vm.int(0), vm.int(1)])?;
        match bytes.as_bytes().and_then(|bytes| bytes.bytes().first().copied()) {
            Some(byte) => line.push(byte),
            None if line.is_empty() => return Ok(None),
            None => break,
        }
        if line.last() == Some(&b'\n') {
            break;
        }
    }
    vm.decode_source(&line, "<stdin>", Origin::File).map(Some)
}
