//! The first modules, the target, and the end.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crate::runtime::api::{Config, ExitStatus, Target};
use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::globals;
use crate::runtime::builtins::weakrefs::WeakRef;
use crate::runtime::compiler::Mode;
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::object::dict::Dict;
use crate::runtime::object::raise::Exception;
use crate::runtime::object::vm::Vm;
use crate::runtime::startup::boot;
use crate::runtime::startup::prefixes::Prefixes;
use crate::runtime::stdlib::faulthandler;
use crate::runtime::stdlib::prompt;
use crate::runtime::stdlib::source_bytes::Origin;
use crate::runtime::stdlib::sysinfo;
use crate::runtime::value::{Ref, Value};

/// Runs the target in a new interpreter.
pub fn run(vm: &'static Vm, config: &Config) -> ExitStatus {
    let asks = matches!(config.target, Target::Interactive);
    let status = match begin(vm, config) {
        Ok(()) => {
            if asks || config.flags.verbose > 0 {
                prompt::banner(vm, config);
            }
            let status = status_of(vm, target(vm, config), config.flags.inspect > 0 && !asks);
            match !asks && prompt::follows(config) {
                true => status_of(vm, prompt::after(vm, config), false),
                false => status,
            }
        }
        Err(raised) => end_of(vm, raised, false),
    };
    finalize(vm, status)
}

fn status_of(vm: &Vm, outcome: PyResult<()>, inspects: bool) -> ExitStatus {
    match outcome {
        Ok(()) => ExitStatus::Code(0),
        Err(raised) => end_of(vm, raised, inspects),
    }
}

fn begin(vm: &'static Vm, config: &Config) -> PyResult<()> {
    boot::finish(vm);
    globals::install(vm)?;
    vm.import_native("builtins")?;
    vm.import_native("sys")?;
    sysinfo::install(vm, config)?;
    let prefixes = Prefixes::install(vm, config);
    for (name, fd) in [("stdin", 0), ("stdout", 1), ("stderr", 2)] {
        vm.set_in(&vm.interp().sys, name, vm.printer(fd));
        vm.set_in(&vm.interp().sys, &format!("__{name}__"), vm.printer(fd));
    }
    vm.interp().collections.enabled.set(false);
    import_machinery(vm)?;
    if config.faulthandler {
        faulthandler::start(vm)?;
    }
    sysinfo::streams(vm, config)?;
    if !config.flags.no_site {
        site(vm, config, &prefixes)?;
    }
    if !config.warn_options.is_empty() {
        // It reads the options; an error in it is not the program's.
        if let Err(raised) = vm.import("warnings") {
            drop(vm.take_raised(raised));
        }
    }
    crate::runtime::gc::cycle::settle(vm.interp().heap);
    vm.interp().collections.enabled.set(true);
    Ok(())
}

/// What the library's `site` does at start: it runs if there is something for it to find, a folder of installed packages or a virtual
/// environment with more than packages; else only its builtins are made, without `os` and all that it imports.
fn site(vm: &Vm, config: &Config, prefixes: &Prefixes) -> PyResult<()> {
    let packages = |root: PathBuf| {
        let version = format!("python{}.{}", crate::version::MAJOR, crate::version::MINOR);
        root.join("lib").join(version).join("site-packages").is_dir()
    };
    let home = std::env::var_os("PYTHONUSERBASE")
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local").into_os_string()));
    let customized = |folder: &Path| {
        ["sitecustomize.py", "sitecustomize", "usercustomize.py", "usercustomize"]
            .iter()
            .any(|name| folder.join(name).exists())
    };
    let found = prompt::is_asked_for(config)
        || match prefixes.is_environment() {
            true => !prefixes.add_packages(vm, config)?,
            false => packages(prefixes.prefix.clone()) || home.map(PathBuf::from).is_some_and(&packages),
        }
        || config.module_search_path.iter().flat_map(std::env::split_paths).any(|folder| customized(&folder));
    if found {
        return vm.import("site").map(drop);
    }
    let module = vm.import("_sitebuiltins")?;
    let builtins = vm.interp().builtins.clone();
    let make = |class: &str, args: &[Value]| -> PyResult<Value> {
        vm.call_args(&vm.getattr_str(&module, class)?, args)
    };
    let eof = vm.str("Ctrl-D (i.e. EOF)");
    for name in ["quit", "exit"] {
        vm.set_in(&builtins, name, make("Quitter", &[vm.str(name), eof.clone()])?);
    }
    let copyright = vm.interp().sys.get_str(&vm.intern("copyright")).unwrap_or(Value::NONE);
    // As `_Printer("name", text)` makes them, which would import `os` for a list of files that is empty.
    let printer = vm.getattr_str(&module, "_Printer")?;
    for (name, text) in [("copyright", copyright), ("credits", vm.str(CREDITS)), ("license", vm.str(LICENSE))]
    {
        let made =
            vm.call_method_str(vm.interp().object_type.value(), "__new__", std::slice::from_ref(&printer))?;
        let attributes =
            [("name", vm.str(name)), ("data", text), ("lines", Value::NONE), ("filenames", vm.list(vec![]))];
        for (attribute, value) in attributes {
            let private = vm.intern(&format!("_Printer__{attribute}"));
            vm.setattr(&made, private.value(), Some(&value))?;
        }
        vm.set_in(&builtins, name, made);
    }
    vm.set_in(&builtins, "help", make("_Helper", &[])?);
    Ok(())
}

const CREDITS: &str = "\
dx runs Python; the language and its standard library are the work of the Python Software Foundation and thousands of contributors.";
const LICENSE: &str = "See https://www.python.org/psf/license/";

/// Runs the import machinery of the embedded library.
fn import_machinery(vm: &Vm) -> PyResult<()> {
    let modules = vm.interp().modules.cloned();
    let Some(code) = vm.frozen_code("_frozen_importlib")? else {
        return Err(vm.import_error("the embedded library has no importlib"));
    };
    let dict = vm.new_dict();
    let bootstrap = vm.module_with("_frozen_importlib", "", dict.clone());
    drop(modules.insert_str(&vm.intern("_frozen_importlib"), bootstrap.clone()));
    vm.set_in(&dict, "__origname__", vm.str("importlib._bootstrap"));
    vm.run_in(&code, &dict, dict.value().clone(), None)?;
    let imp = match vm.import_native("_imp")? {
        Some(imp) => imp,
        None => return Err(vm.import_error("no _imp")),
    };
    let sys = modules.get_str(&vm.intern("sys")).unwrap_or(Value::NONE);
    let install = vm.getattr_str(&bootstrap, "_install")?;
    vm.call_args(&install, &[sys, imp.clone()])?;
    let external = vm.getattr_str(&bootstrap, "_install_external_importers")?;
    vm.call0(&external)?;
    let hooks = vm.interp().sys.get_str(&vm.intern("path_hooks")).unwrap_or(Value::NONE);
    vm.call_method_str(&hooks, "insert", &[vm.int(0), vm.getattr_str(&imp, "zipimporter")?])?;
    Ok(())
}

fn main_module(vm: &Vm) -> PyResult<Ref<Dict>> {
    let dict = vm.new_dict();
    let module = vm.module_with("__main__", "", dict.clone());
    let modules = vm.interp().modules.cloned();
    drop(modules.insert_str(&vm.intern("__main__"), module));
    let builtins = modules.get_str(&vm.intern("builtins")).unwrap_or(Value::NONE);
    drop(dict.insert_str(&vm.names().__builtins__, builtins));
    let bootstrap = vm.import("_frozen_importlib")?;
    let loader = vm.getattr_str(&bootstrap, "BuiltinImporter")?;
    drop(dict.insert_str(&vm.names().__loader__, loader));
    Ok(dict)
}

fn target(vm: &Vm, config: &Config) -> PyResult<()> {
    let main = main_module(vm)?;
    match &config.target {
        Target::Command(text) => {
            sysinfo::prepend_path(vm, config, "")?;
            let code = vm.compile_text(text, "<string>", Mode::Exec)?;
            vm.remember_source(&code, text, "<string>");
            vm.run_in(&code, &main, main.value().clone(), None).map(drop)
        }
        Target::File(path) => run_file(vm, config, &main, path),
        Target::Module(name) => {
            if let Ok(here) = std::env::current_dir() {
                sysinfo::prepend_path(vm, config, &here.display().to_string())?;
            }
            let runpy = vm.import("runpy")?;
            let f = vm.getattr_str(&runpy, "_run_module_as_main")?;
            let name = vm.str(name);
            vm.call1(&f, &name).map(drop)
        }
        Target::Stdin => {
            sysinfo::prepend_path(vm, config, "")?;
            let mut bytes = Vec::new();
            if std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).is_err() {
                return Err(vm.raise(&exc::OS_ERROR, "cannot read standard input"));
            }
            let text = vm.decode_source(&bytes, "<stdin>", Origin::File)?;
            run_text(vm, &main, &text, "<stdin>")
        }
        Target::Interactive => {
            sysinfo::prepend_path(vm, config, "")?;
            prompt::instead(vm, config, &main)
        }
    }
}

fn run_text(vm: &Vm, main: &Ref<Dict>, text: &str, filename: &str) -> PyResult<()> {
    let code = vm.compile_text(text, filename, Mode::Exec)?;
    vm.run_in(&code, main, main.value().clone(), None).map(drop)
}

fn run_file(vm: &Vm, config: &Config, main: &Ref<Dict>, given: &std::path::Path) -> PyResult<()> {
    // As it was given, only absolute: the program may change the current folder.
    let path = &std::env::current_dir().map_or_else(|_| given.to_path_buf(), |here| here.join(given));
    let shown = path.display().to_string();
    if path.is_dir() || ends_as_archive(path) {
        sysinfo::prepend_path(vm, config, &shown)?;
        let runpy = vm.import("runpy")?;
        let f = vm.getattr_str(&runpy, "_run_module_as_main")?;
        let name = vm.str("__main__");
        return vm.call_args(&f, &[name, Value::FALSE]).map(drop);
    }
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(problem) => {
            let program = String::from_utf8_lossy(config.program_name.as_bytes()).into_owned();
            let number = problem.raw_os_error().unwrap_or(0);
            let reason = std::io::Error::from_raw_os_error(number).to_string();
            let reason = reason.split(" (os error").next().unwrap_or("").to_owned();
            let shown = vm.repr_text(&vm.str(&shown))?;
            vm.write_stderr(&format!("{program}: can't open file {shown}: [Errno {number}] {reason}\n"));
            let two = vm.int(2);
            return Err(vm.raise_args(&exc::SYSTEM_EXIT, vec![two]));
        }
    };
    let real = path.canonicalize().unwrap_or_else(|_| path.clone());
    let folder = real.parent().map(|p| p.display().to_string()).unwrap_or_default();
    sysinfo::prepend_path(vm, config, &folder)?;
    vm.set_in(main, "__file__", vm.str(&shown));
    vm.set_in(main, "__cached__", Value::NONE);
    let external = vm.import("_frozen_importlib_external")?;
    let loader = vm.getattr_str(&external, "SourceFileLoader")?;
    let loader = vm.call_args(&loader, &[vm.str("__main__"), vm.str(&shown)])?;
    vm.set_in(main, "__loader__", loader);
    let bytes = if config.skip_first_line {
        bytes.iter().position(|b| *b == b'\n').map_or(&[][..], |at| &bytes[at..]).to_vec()
    } else {
        bytes
    };
    let text = vm.decode_source(&bytes, &shown, Origin::File)?;
    run_text(vm, main, &text, &shown)
}

/// Whether the file ends with the directory of a zip archive, whatever it is called and whatever stands before it.
fn ends_as_archive(path: &Path) -> bool {
    use std::io::{Read, Seek, SeekFrom};
    /// Length of the record without its comment, and the longest comment.
    const RECORD: u64 = 22;
    const COMMENT: u64 = 0xffff;
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = std::fs::File::open(path)?;
        if !file.metadata()?.is_file() {
            return Ok(Vec::new());
        }
        let length = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(length.saturating_sub(RECORD + COMMENT)))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        Ok(tail)
    };
    let tail = read().unwrap_or_default();
    memchr::memmem::rfind(&tail, b"PK\x05\x06").is_some_and(|at| match tail.get(at + 20..at + 22) {
        Some(size) => {
            tail.len() - at == RECORD as usize + usize::from(u16::from_le_bytes([size[0], size[1]]))
        }
        None => false,
    })
}

/// What an exception that nobody caught means for the process; `inspects`: a prompt follows, and `SystemExit` ends nothing.
fn end_of(vm: &Vm, raised: Raised, inspects: bool) -> ExitStatus {
    let exception = vm.take_raised(raised);
    if !inspects && exception.ty(vm).is_subtype(vm.typ(&exc::SYSTEM_EXIT)) {
        return exit_code(vm, &exception);
    }
    let interrupted = exception.ty(vm).is_subtype(vm.typ(&exc::KEYBOARD_INTERRUPT));
    if let Some(exit) = show(vm, &exception) {
        return exit_code(vm, &exit);
    }
    if interrupted { ExitStatus::Signal(libc::SIGINT) } else { ExitStatus::Code(1) }
}

/// Shows an exception through `sys.excepthook` and keeps it in `sys.last_exc`; gives the `SystemExit` that the hook may raise.
pub fn show(vm: &Vm, exception: &Value) -> Option<Value> {
    flush(vm);
    let sys = &vm.interp().sys;
    let traceback = exception.downcast::<Exception>().map_or(Value::NONE, |e| e.traceback.cloned());
    vm.set_in(sys, "last_exc", exception.clone());
    vm.set_in(sys, "last_type", exception.ty(vm).to_value());
    vm.set_in(sys, "last_value", exception.clone());
    vm.set_in(sys, "last_traceback", traceback.clone());
    let Some(hook) = sys.get_str(&vm.names().excepthook) else {
        vm.write_stderr("sys.excepthook is missing\n");
        vm.print_exception(exception);
        return None;
    };
    let args = [exception.ty(vm).to_value(), exception.clone(), traceback];
    if let Err(raised) = vm.call_args(&hook, &args) {
        let second = vm.take_raised(raised);
        if second.ty(vm).is_subtype(vm.typ(&exc::SYSTEM_EXIT)) {
            return Some(second);
        }
        vm.write_stderr("Error in sys.excepthook:\n");
        vm.print_exception(&second);
        vm.write_stderr("\nOriginal exception was:\n");
        vm.print_exception(exception);
    }
    None
}

fn exit_code(vm: &Vm, exception: &Value) -> ExitStatus {
    let code = match vm.getattr_str(exception, "code") {
        Ok(code) => code,
        Err(raised) => {
            drop(vm.take_raised(raised));
            return ExitStatus::Code(1);
        }
    };
    if code.is_none() {
        return ExitStatus::Code(0);
    }
    if let Some(b) = code.as_bool() {
        return ExitStatus::Code(i32::from(b));
    }
    if code.ty(vm).has(crate::runtime::gc::heap::type_flag::INT) {
        return match vm.to_i64(&code) {
            Ok(i) => ExitStatus::Code(i as i32),
            Err(raised) => {
                drop(vm.take_raised(raised));
                ExitStatus::Code(-1)
            }
        };
    }
    flush(vm);
    let text = match vm.to_string(&code) {
        Ok(text) => text,
        Err(raised) => {
            drop(vm.take_raised(raised));
            String::new()
        }
    };
    vm.write_stderr(&format!("{text}\n"));
    ExitStatus::Code(1)
}

/// Flushes `sys.stdout` and `sys.stderr`; says whether the first one could be.
pub fn flush(vm: &Vm) -> bool {
    let mut fine = true;
    for name in ["stdout", "stderr"] {
        let Some(file) = vm.interp().sys.get_str(&vm.intern(name)).filter(|f| !f.is_none()) else { continue };
        let closed = match vm.getattr_opt(&file, vm.intern("closed").value()) {
            Ok(Some(closed)) => vm.truth(&closed).unwrap_or(false),
            Ok(None) => false,
            Err(raised) => {
                drop(vm.take_raised(raised));
                false
            }
        };
        if closed {
            continue;
        }
        if let Err(raised) = vm.call_method(&file, &vm.names().flush, &[]) {
            if name == "stdout" {
                fine = false;
                vm.write_unraisable(raised, &file);
            } else {
                drop(vm.take_raised(raised));
            }
        }
    }
    fine
}

/// Threads, `atexit`, the streams.
fn finalize(vm: &Vm, status: ExitStatus) -> ExitStatus {
    let mut status = status;
    let modules = vm.interp().modules.cloned();
    for (module, function) in [("threading", "_shutdown"), ("atexit", "_run_exitfuncs")] {
        let Some(module) = modules.get_str(&vm.intern(module)) else { continue };
        let result = vm.getattr_str(&module, function).and_then(|f| vm.call0(&f));
        if let Err(raised) = result {
            vm.write_unraisable(raised, &module);
        }
    }
    if !flush(vm) && status == ExitStatus::Code(0) {
        status = ExitStatus::Code(120);
    }
    // From here on no other thread runs.
    vm.interp().finalizing.store(true, Ordering::Relaxed);
    vm.interp().gil.close(vm.bell());
    release_modules(vm, &modules);
    flush(vm);
    status
}

/// Lets go of the program's modules, so that destructors of what they hold run while everything is still there; what a module that
/// somebody keeps holds is taken out of it. The library's modules stay: they are nobody's but the process's.
fn release_modules(vm: &Vm, modules: &Ref<Dict>) {
    vm.collect_all();
    for name in ["ps1", "ps2", "last_exc", "last_type", "last_value", "last_traceback"] {
        if vm.interp().sys.get_str(&vm.intern(name)).is_some() {
            vm.set_in(&vm.interp().sys, name, Value::NONE);
        }
    }
    let mut kept = Vec::new();
    for (name, module) in modules.entries() {
        let Some(text) = name.as_str() else { continue };
        let ours = std::str::from_utf8(text.bytes()).is_ok_and(|name| {
            crate::runtime::import::frozen::find(name).is_some()
                || crate::runtime::stdlib::find(name).is_some()
        });
        if ours || vm.module_dict(&module).is_none() {
            continue;
        }
        match vm.weakref(&module, Value::NONE) {
            Ok(reference) => kept.push(reference),
            Err(raised) => drop(vm.take_raised(raised)),
        }
        drop(modules.remove_str(text));
        drop(module);
    }
    vm.collect_all();
    for reference in kept.into_iter().rev() {
        let Some(module) = reference.downcast::<WeakRef>().and_then(|reference| reference.referent()) else {
            continue;
        };
        let Some(dict) = vm.module_dict(&module) else { continue };
        for private in [true, false] {
            for (name, _) in dict.entries() {
                let Some(text) = name.as_str() else { continue };
                let bytes = text.bytes();
                let is_private = bytes.first() == Some(&b'_') && bytes.get(1) != Some(&b'_');
                if is_private == private && bytes != b"__builtins__" {
                    dict.insert_str(text, Value::NONE);
                }
            }
        }
    }
    vm.collect_all();
}
