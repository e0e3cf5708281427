//! `sys`

use std::cell::Cell;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::builtins::lists::List;
use crate::runtime::error::PyResult;
use crate::runtime::interp::frame;
use crate::runtime::object::args::Args;
use crate::runtime::object::raise::Exception;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{Type, TypeSpec, native, native_raw};
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::{self, NativeModule, prompt};
use crate::runtime::value::{Obj, Payload, Ref, Value};

/// `sys`
pub static MODULE: NativeModule = NativeModule {
    name: "sys",
    doc: "This module provides access to some objects used or maintained by the\ninterpreter and to functions that interact strongly with the interpreter.",
    functions: &[
        native(
            "_getframe(depth=0, /)",
            |vm, args| {
                let depth = args[0].given().map_or(Ok(0), |d| vm.to_index(d))?;
                let mut at = vm.running();
                for _ in 0..depth.max(0) {
                    at = at.and_then(|f| f.caller());
                }
                match at {
                    Some(running) => Ok(frame::object(vm, running).into_value()),
                    None => Err(vm.value_error("call stack is not deep enough")),
                }
            },
            "Return a frame object from the call stack.",
        ),
        native(
            "_getframemodulename(depth=0)",
            |vm, args| {
                let depth = args[0].given().map_or(Ok(0), |d| vm.to_index(d))?;
                let mut at = vm.running();
                for _ in 0..depth.max(0) {
                    at = at.and_then(|f| f.caller());
                }
                Ok(at.map_or(Value::NONE, |f| f.function().module.cloned()))
            },
            "Return the name of the module for a calling frame.",
        ),
        native(
            "_get_cpu_count_config()",
            |vm, _| {
                Ok(vm.interp().sys.get_str(&vm.intern("_cpu_count_config")).unwrap_or_else(|| vm.int(-1)))
            },
            "Private function for getting PyConfig.cpu_count",
        ),
        native(
            "_clear_type_cache()",
            |vm, _| {
                vm.interp().type_cache_clear();
                Ok(Value::NONE)
            },
            "Clear the internal type lookup cache.",
        ),
        native("_is_gil_enabled()", |_, _| Ok(Value::TRUE), ""),
        native(
            "_is_interned(string, /)",
            |vm, args| Ok(Value::bool(vm.text(&args[0], "_is_interned() argument")?.is_interned())),
            "",
        ),
        native_raw(
            "audit(event, /, *args)",
            |vm, args: Args| {
                args.no_keywords(vm, "sys.audit")?;
                let Some((event, rest)) = args.values.split_first() else {
                    return Err(vm.type_error("audit expected at least 1 argument, got 0"));
                };
                let event = vm.text(event, "audit() argument 1")?;
                vm.audit(event, || rest.to_vec())?;
                Ok(Value::NONE)
            },
            "Passes the event to any hooks that are attached.",
        ),
        native(
            "addaudithook(hook)",
            |vm, args| {
                let hooks = vm.audit_hooks();
                // The hooks that are there may refuse a new one; an Exception of theirs only keeps it out.
                if let Err(raised) = vm.audit(&vm.intern("sys.addaudithook"), Vec::new) {
                    return match vm.raised_is(&exc::EXCEPTION) {
                        true => {
                            drop(vm.take_raised(raised));
                            Ok(Value::NONE)
                        }
                        false => Err(raised),
                    };
                }
                hooks.items.get_mut().push(args[0].clone());
                vm.interp().audited.set(true);
                Ok(Value::NONE)
            },
            "Adds a new audit hook callback.",
        ),
        native(
            "_clear_internal_caches()",
            |vm, _| {
                vm.interp().type_cache_clear();
                Ok(Value::NONE)
            },
            "Clear all internal performance-related caches.",
        ),
        native(
            "_clear_type_descriptors(type, /)",
            |vm, args| {
                let ty = vm.cast::<Type>(&args[0])?;
                if !ty.is_heap() {
                    return Err(vm.type_error("argument is immutable"));
                }
                for name in ["__dict__", "__weakref__"] {
                    let old = ty.dict.remove_str(&vm.intern(name));
                    ty.modified(vm);
                    drop(old);
                }
                Ok(Value::NONE)
            },
            "Removes the descriptors `__dict__` and `__weakref__` from a class's namespace.",
        ),
        native(
            "_is_immortal(op, /)",
            |_, args| Ok(Value::bool(!args[0].is_object())),
            "Return True if the given object is \"immortal\" per PEP 683.",
        ),
        native(
            "is_remote_debug_enabled()",
            |_, _| Ok(Value::FALSE),
            "Return True if remote debugging is enabled, False otherwise.",
        ),
        native(
            "remote_exec(pid, script)",
            |vm, _| Err(vm.runtime_error("Remote debugging is not enabled")),
            "Executes a file containing Python code in a given remote Python process.",
        ),
        native(
            "_baserepl()",
            |vm, _| prompt::basic(vm).map(|()| Value::NONE),
            "Private function for getting the base REPL",
        ),
        native(
            "displayhook(object, /)",
            displayhook,
            "Print an object to sys.stdout and also save it in builtins._",
        ),
        native(
            "excepthook(exctype, value, traceback, /)",
            |vm, args| {
                if args[1].downcast::<Exception>().is_none() {
                    let found = args[1].type_name(vm);
                    vm.write_stderr(&format!(
                        "TypeError: print_exception(): Exception expected for value, {found} found\n"
                    ));
                    return Ok(Value::NONE);
                }
                vm.print_exception(&args[1]);
                Ok(Value::NONE)
            },
            "Handle an exception by displaying it with a traceback on sys.stderr.",
        ),
        native("unraisablehook(unraisable, /)", unraisablehook, "Handle an unraisable exception."),
        native_raw(
            "breakpointhook(*args, **kws)",
            breakpointhook,
            "This hook function is called by built-in breakpoint().",
        ),
        native(
            "exc_info()",
            |vm, _| {
                let e = vm.handled_exception();
                if e.is_none() {
                    return Ok(vm.tuple(vec![Value::NONE, Value::NONE, Value::NONE]));
                }
                let tb = e.downcast::<Exception>().map_or(Value::NONE, |e| e.traceback.cloned());
                Ok(vm.tuple(vec![e.ty(vm).to_value(), e, tb]))
            },
            "Return current exception information: (type, value, traceback).",
        ),
        native("exception()", |vm, _| Ok(vm.handled_exception()), "Return the current exception."),
        native(
            "exit(status=None, /)",
            |vm, args| {
                let Some(status) = args[0].some() else {
                    return Err(vm.raise_args(&exc::SYSTEM_EXIT, vec![]));
                };
                // A tuple is the exception's arguments, an exception is raised itself.
                if status.ty(vm).is_subtype(vm.typ(&exc::SYSTEM_EXIT)) {
                    return Err(vm.raise_value(status.clone()));
                }
                let arguments = match status.as_tuple() {
                    Some(tuple) => tuple.items().to_vec(),
                    None => vec![status.clone()],
                };
                Err(vm.raise_args(&exc::SYSTEM_EXIT, arguments))
            },
            "Exit the interpreter by raising SystemExit(status).",
        ),
        native(
            "getdefaultencoding()",
            |vm, _| Ok(vm.str("utf-8")),
            "Return the current default encoding used by the Unicode implementation.",
        ),
        native("getfilesystemencoding()", |vm, _| Ok(vm.str("utf-8")), ""),
        native("getfilesystemencodeerrors()", |vm, _| Ok(vm.str("surrogateescape")), ""),
        native(
            "getrecursionlimit()",
            |vm, _| Ok(vm.int(i64::from(vm.depth_limit.get()))),
            "Return the current value of the recursion limit.",
        ),
        native(
            "setrecursionlimit(limit, /)",
            |vm, args| {
                let limit = vm.to_i32(&args[0])?;
                if limit < 1 {
                    return Err(vm.value_error("recursion limit must be greater or equal than 1"));
                }
                let limit = limit.min(i32::MAX / 2);
                let used = vm.depth_limit.get() - vm.depth_left.get();
                if used >= limit {
                    return Err(vm.raise(&exc::RECURSION_ERROR, format!(
                    "cannot set the recursion limit to {limit} at the recursion depth {used}: the limit is too low")));
                }
                vm.depth_limit.set(limit);
                vm.depth_left.set(limit - used);
                Ok(Value::NONE)
            },
            "Set the maximum depth of the Python interpreter stack to n.",
        ),
        native(
            "getrefcount(object, /)",
            |vm, args| {
                let count = args[0].count();
                Ok(vm.int(if args[0].is_object() { i64::from(count) } else { i64::from(u32::MAX) }))
            },
            "Return the reference count of object.",
        ),
        native(
            "getsizeof(object, default=0)",
            |vm, args| {
                let name = vm.intern("__sizeof__");
                let size = match args[0].ty(vm).lookup(vm, &name) {
                    Some(found) => vm.call_found(&args[0], &found, &[])?,
                    None => {
                        return Err(vm.type_error(format!(
                            "Type {} doesn't define __sizeof__",
                            args[0].type_name(vm)
                        )));
                    }
                };
                let size = vm.to_index(&size)?;
                if size < 0 {
                    return Err(vm.value_error("__sizeof__() should return >= 0"));
                }
                let extra = args[0].header().map_or(0, |h| {
                    if h.flags.get() & crate::runtime::value::flag::HAS_LINKS != 0 { 16 } else { 0 }
                });
                Ok(vm.int(size as i64 + extra))
            },
            "Return the size of object in bytes.",
        ),
        native("getswitchinterval()", |vm, _| Ok(vm.float(vm.interp().switch_interval.get())), ""),
        native(
            "setswitchinterval(interval, /)",
            |vm, args| {
                let interval = vm.to_f64(&args[0])?;
                if interval <= 0.0 {
                    return Err(vm.value_error("switch interval must be strictly positive"));
                }
                vm.interp().switch_interval.set(interval);
                vm.interp().gil.set_interval(interval);
                Ok(Value::NONE)
            },
            "",
        ),
        native("gettrace()", |vm, _| Ok(vm.trace.cloned()), ""),
        native(
            "settrace(function, /)",
            |vm, args| {
                if args[0].is_none() {
                    vm.trace.set(Value::NONE);
                    return Ok(Value::NONE);
                }
                Err(vm.not_implemented_error("sys.settrace() is not available in this build yet"))
            },
            "",
        ),
        native("getprofile()", |vm, _| Ok(vm.profile.cloned()), ""),
        native(
            "setprofile(function, /)",
            |vm, args| {
                if args[0].is_none() {
                    vm.profile.set(Value::NONE);
                    return Ok(Value::NONE);
                }
                Err(vm.not_implemented_error("sys.setprofile() is not available in this build yet"))
            },
            "",
        ),
        native(
            "intern(string, /)",
            |vm, args| {
                if crate::runtime::object::dict::exact_str(&args[0]).is_none() {
                    return Err(match args[0].as_str() {
                        Some(_) => vm.type_error(format!("can't intern {}", args[0].type_name(vm))),
                        None => vm.type_error(format!(
                            "intern() argument must be str, not {}",
                            args[0].type_name(vm)
                        )),
                    });
                }
                Ok(vm.intern_value(&args[0]).map_or(Value::NONE, |s| s.into_value()))
            },
            "``Intern'' the given string.",
        ),
        native(
            "is_finalizing()",
            |vm, _| Ok(Value::bool(vm.interp().finalizing.load(std::sync::atomic::Ordering::Relaxed))),
            "",
        ),
        native(
            "get_int_max_str_digits()",
            |vm, _| Ok(vm.int(vm.interp().int_max_str_digits.get() as i64)),
            "",
        ),
        native(
            "set_int_max_str_digits(maxdigits)",
            |vm, args| {
                let digits = vm.to_index(&args[0])?;
                if digits != 0 && digits < 640 {
                    return Err(vm.value_error("maxdigits must be >= 640 or 0 for unlimited"));
                }
                vm.interp().int_max_str_digits.set(digits as usize);
                Ok(Value::NONE)
            },
            "",
        ),
        native(
            "get_coroutine_origin_tracking_depth()",
            |vm, _| Ok(vm.int(i64::from(vm.origin_depth.get()))),
            "",
        ),
        native(
            "set_coroutine_origin_tracking_depth(depth)",
            |vm, args| {
                let depth = vm.to_index(&args[0])?;
                if depth < 0 {
                    return Err(vm.value_error("depth must be >= 0"));
                }
                vm.origin_depth.set(depth as u32);
                Ok(Value::NONE)
            },
            "",
        ),
        native(
            "get_asyncgen_hooks()",
            |vm, _| {
                let [first, last] = vm.asyncgen_hooks.cloned();
                vm.asyncgen_hooks_value(first, last)
            },
            "",
        ),
        native(
            "set_asyncgen_hooks(firstiter=None, finalizer=None)",
            |vm, args| {
                for (value, name) in [(&args[1], "finalizer"), (&args[0], "firstiter")] {
                    if value.some().is_some_and(|f| !vm.is_callable(f)) {
                        return Err(
                            vm.type_error(format!("callable {name} expected, got {}", value.type_name(vm)))
                        );
                    }
                }
                let [mut first, mut last] = vm.asyncgen_hooks.cloned();
                if let Some(f) = args[0].given() {
                    first = f.clone();
                }
                if let Some(f) = args[1].given() {
                    last = f.clone();
                }
                vm.asyncgen_hooks.set([first, last]);
                Ok(Value::NONE)
            },
            "",
        ),
        native(
            "call_tracing(func, args, /)",
            |vm, args| {
                let values = vm.collect(&args[1])?;
                vm.call_args(&args[0], &values)
            },
            "",
        ),
        native(
            "getunicodeinternedsize(*, _only_immortal=False)",
            |vm, args| {
                // No interned string is immortal here.
                let immortal = args[0].given().map_or(Ok(false), |v| vm.truth(v))?;
                Ok(vm.int(if immortal { 0 } else { vm.interp().interned_count() as i64 }))
            },
            "Return the number of elements of the unicode interned dictionary.",
        ),
        native(
            "getallocatedblocks()",
            |vm, _| Ok(vm.int(vm.interp().heap.blocks() as i64)),
            "Return the number of memory blocks currently allocated.",
        ),
        native(
            "activate_stack_trampoline(backend, /)",
            |vm, _| Err(vm.value_error("perf trampoline not available")),
            "",
        ),
        native("deactivate_stack_trampoline()", |_, _| Ok(Value::NONE), ""),
        native("is_stack_trampoline_active()", |_, _| Ok(Value::FALSE), ""),
        native(
            "_current_frames()",
            |vm, _| {
                let dict = vm.new_dict();
                let threads = vm.interp().threads.borrow().clone();
                for thread in threads {
                    if let Some(running) = thread.running() {
                        let key = vm.int(thread.thread_id.get() as i64);
                        dict.insert(vm, key, frame::object(vm, running).into_value())?;
                    }
                }
                Ok(dict.into_value())
            },
            "",
        ),
        native(
            "_current_exceptions()",
            |vm, _| {
                let dict = vm.new_dict();
                let threads = vm.interp().threads.borrow().clone();
                for thread in threads {
                    dict.insert(vm, vm.int(thread.thread_id.get() as i64), thread.handled_exception())?;
                }
                Ok(dict.into_value())
            },
            "",
        ),
    ],
    init: |vm, dict| {
        for (name, native) in [("_jit", &JIT), ("monitoring", &stdlib::monitoring::MODULE)] {
            let module = vm.new_module(native.name, native.doc);
            let space = vm.getattr_str(&module, "__dict__")?;
            stdlib::fill(vm, native, &module, &space.downcast_ref().expect("a module has a dict"))?;
            vm.set_in(dict, name, module);
        }
        Ok(())
    },
};

/// `sys._jit`: the machine without a compiler to machine code.
static JIT: NativeModule = NativeModule {
    name: "sys._jit",
    doc: "Utilities for observing just-in-time compilation.",
    functions: &[
        native(
            "is_active()",
            |_, _| Ok(Value::FALSE),
            "Return True if the topmost Python frame is currently executing JIT code.",
        ),
        native(
            "is_available()",
            |_, _| Ok(Value::FALSE),
            "Return True if the executable supports JIT compilation, and False otherwise.",
        ),
        native(
            "is_enabled()",
            |_, _| Ok(Value::FALSE),
            "Return True if JIT compilation is enabled for the current process.",
        ),
    ],
    init: |_, _| Ok(()),
};

/// `sys.breakpointhook`: calls what `PYTHONBREAKPOINT` names, `pdb.set_trace` without it; `0` switches it off.
fn breakpointhook(vm: &Vm, args: Args) -> PyResult<Value> {
    let flags = vm.getattr_str(&vm.import("sys")?, "flags")?;
    let ignored = vm.truth(&vm.getattr_str(&flags, "ignore_environment")?)?;
    let named = std::env::var_os("PYTHONBREAKPOINT").filter(|_| !ignored);
    let named = match &named {
        Some(name) if !name.is_empty() => name.to_string_lossy().into_owned(),
        _ => "pdb.set_trace".to_owned(),
    };
    if named == "0" {
        return Ok(Value::NONE);
    }
    let (module, function) = named.rsplit_once('.').unwrap_or(("builtins", &named));
    let found = match module.is_empty() || function.is_empty() {
        true => None,
        false => match vm.import(module).and_then(|m| vm.getattr_str(&m, function)) {
            Ok(found) => Some(found),
            Err(raised) => {
                let ignored = vm.raised_is(&exc::IMPORT_ERROR) || vm.raised_is(&exc::ATTRIBUTE_ERROR);
                if !ignored {
                    return Err(raised);
                }
                drop(vm.take_raised(raised));
                None
            }
        },
    };
    match found {
        Some(found) => vm.call(&found, args),
        None => {
            vm.warn(
                &exc::RUNTIME_WARNING,
                &format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{named}\""),
                1,
            )?;
            Ok(Value::NONE)
        }
    }
}

fn displayhook(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let underscore = vm.intern("_");
    if args[0].is_none() {
        return Ok(Value::NONE);
    }
    drop(vm.interp().builtins.insert_str(&underscore, Value::NONE));
    let Some(out) = vm.interp().sys.get_str(&vm.names().stdout).filter(|o| !o.is_none()) else {
        return Err(vm.runtime_error("lost sys.stdout"));
    };
    let text = vm.repr(&args[0])?;
    let write = vm.names().write.clone();
    let result = vm.call_method(&out, &write, &[text.clone()]);
    if let Err(raised) = result {
        if !vm.raised_is(&exc::UNICODE_ENCODE_ERROR) {
            return Err(raised);
        }
        drop(vm.take_raised(raised));
        let escaped = vm.ascii(&args[0])?;
        vm.call_method(&out, &write, &[escaped])?;
    }
    vm.call_method(&out, &write, &[vm.str("\n")])?;
    drop(vm.interp().builtins.insert_str(&underscore, args[0].clone()));
    Ok(Value::NONE)
}

fn unraisablehook(vm: &Vm, args: &[Value]) -> PyResult<Value> {
    let field = |name: &str| vm.getattr_str(&args[0], name);
    let (value, object, message) = (field("exc_value")?, field("object")?, field("err_msg")?);
    let mut text = String::new();
    let head = if message.is_none() { "Exception ignored in".to_owned() } else { vm.to_string(&message)? };
    if object.is_none() {
        text.push_str(&format!("{head}:\n"));
    } else {
        let shown = match vm.repr_text(&object) {
            Ok(shown) => shown,
            Err(raised) => {
                drop(vm.take_raised(raised));
                "<object repr() failed>".to_owned()
            }
        };
        text.push_str(&format!("{head}: {shown}\n"));
    }
    vm.write_stderr(&text);
    vm.print_exception(&value);
    Ok(Value::NONE)
}

/// A file descriptor that text is written to before (and without) the `io` module.
pub struct Printer {
    fd: i32,
    column: Cell<usize>,
}
crate::payload!(Printer, "stderrprinter");

/// `stderrprinter`
pub static PRINTER: TypeSpec = TypeSpec::new("stderrprinter", Printer::layout)
    .methods(&[
        native(
            "write(self, text, /)",
            |vm, args| {
                let this = vm.cast::<Printer>(&args[0])?;
                let text = vm.text(&args[1], "write() argument")?;
                write_all(this.fd, text.bytes());
                this.column.set(this.column.get() + text.len());
                Ok(vm.int(text.len() as i64))
            },
            "",
        ),
        native("flush(self, /)", |_, _| Ok(Value::NONE), ""),
        native("close(self, /)", |_, _| Ok(Value::NONE), ""),
        native("fileno(self, /)", |vm, args| Ok(vm.int(vm.cast::<Printer>(&args[0])?.fd.into())), ""),
        native("isatty(self, /)", |_, _| Ok(Value::FALSE), ""),
    ])
    .getset(&[
        crate::runtime::object::typedef::getter("encoding", |vm, _| Ok(vm.str("utf-8")), ""),
        crate::runtime::object::typedef::getter("closed", |_, _| Ok(Value::FALSE), ""),
        crate::runtime::object::typedef::getter("mode", |vm, _| Ok(vm.str("w")), ""),
    ]);

fn write_all(fd: i32, bytes: &[u8]) {
    crate::runtime::sys::write_all(fd, bytes);
}

impl Vm {
    /// The list of `sys.addaudithook`'s hooks.
    fn audit_hooks(&self) -> Ref<List> {
        let mut states = self.interp().module_state.borrow_mut();
        let hooks = states.entry("sys.audit hooks").or_insert_with(|| self.list(Vec::new()));
        hooks.downcast_ref().expect("it is a list")
    }

    /// Tells the hooks of an event (PEP 578); free without hooks. `args` are made on demand.
    pub fn audit(&self, event: &Obj<Str>, args: impl FnOnce() -> Vec<Value>) -> PyResult<()> {
        if !self.interp().audited.get() {
            return Ok(());
        }
        let hooks = self.audit_hooks();
        let args = self.tuple(args());
        let mut at = 0;
        while let Some(hook) = hooks.items.get().get(at).cloned() {
            self.call_args(&hook, &[event.to_ref().into_value(), args.clone()])?;
            at += 1;
        }
        Ok(())
    }

    /// A printer for a file descriptor.
    pub fn printer(&self, fd: i32) -> Value {
        self.alloc_spec(&PRINTER, Printer { fd, column: Cell::new(0) })
    }

    /// Writes to `sys.stderr`, or the process's if that fails.
    pub fn write_stderr(&self, text: &str) {
        let file = self.interp().sys.get_str(&self.names().stderr).filter(|f| !f.is_none());
        if let Some(file) = file {
            let value = self.str(text);
            match self.call_method(&file, &self.names().write, &[value]) {
                Ok(_) => return,
                Err(raised) => drop(self.take_raised(raised)),
            }
        }
        write_all(2, text.as_bytes());
    }

    /// Prints an exception with its traceback, as the interpreter does for an uncaught one.
    pub fn print_exception(&self, exception: &Value) {
        if exception.is_none() {
            return;
        }
        let result = (|| {
            let module = self.import("traceback")?;
            let print = self.getattr_str(&module, "_print_exception_bltin")?;
            self.call1(&print, exception)
        })();
        if let Err(raised) = result {
            let second = self.take_raised(raised);
            let shown = |e: &Value| match self.to_string(e) {
                Ok(text) if text.is_empty() => e.type_name(self),
                Ok(text) => format!("{}: {text}", e.type_name(self)),
                Err(raised) => {
                    drop(self.take_raised(raised));
                    format!("{}: <exception str() failed>", e.type_name(self))
                }
            };
            let mut text = self.plain_traceback(exception);
            text.push_str(&shown(exception));
            text.push('\n');
            if self.interp().dev_mode.get() {
                text.push_str(&format!(
                    "(the traceback module failed: {})\n{}",
                    shown(&second),
                    self.plain_traceback(&second)
                ));
            }
            self.write_stderr(&text);
        }
    }

    /// A traceback's files and lines, without source text.
    pub fn plain_traceback(&self, exception: &Value) -> String {
        let mut text = String::new();
        let Some(e) = exception.downcast::<Exception>() else { return text };
        let mut at = e.traceback.cloned();
        if !at.is_none() {
            text.push_str("Traceback (most recent call last):\n");
        }
        while let Some(entry) = at.clone().downcast::<frame::Traceback>() {
            let code = &entry.frame.code;
            let line = code.line(entry.last.get().max(0) as u32).unwrap_or(code.first_line);
            text.push_str(&format!(
                "  File \"{}\", line {line}, in {}\n",
                code.filename.get().to_string_lossy(),
                code.qualname.to_string_lossy()
            ));
            at = entry.next.cloned();
        }
        text
    }
}
