//! The data attributes of `sys`, from the configuration and the build.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::runtime::api::Config;
use crate::runtime::builtins::structs::StructSpec;
use crate::runtime::error::PyResult;
use crate::runtime::import::frozen;
use crate::runtime::object::dict::Dict;
use crate::runtime::object::hash;
use crate::runtime::object::vm::{ImportTimes, Vm};
use crate::runtime::stdlib;
use crate::runtime::value::{Ref, Value};
use crate::version;

macro_rules! struct_spec {
    ($name:literal, $doc:literal, [$($field:literal),* $(,)?]) => {
        StructSpec::new($name, $doc, &[$(($field, "")),*])
    };
}

static FLAGS: StructSpec = struct_spec!(
    "sys.flags",
    "sys.flags\n\nFlags provided through command line arguments or environment vars.",
    [
        "debug",
        "inspect",
        "interactive",
        "optimize",
        "dont_write_bytecode",
        "no_user_site",
        "no_site",
        "ignore_environment",
        "verbose",
        "bytes_warning",
        "quiet",
        "hash_randomization",
        "isolated",
        "dev_mode",
        "utf8_mode",
        "warn_default_encoding",
        "safe_path",
        "int_max_str_digits",
        "gil",
        "thread_inherit_context",
        "context_aware_warnings",
    ]
)
.visible(18)
.closed();
static VERSION_INFO: StructSpec = struct_spec!(
    "sys.version_info",
    "sys.version_info\n\nVersion information as a named tuple.",
    ["major", "minor", "micro", "releaselevel", "serial",]
)
.closed();
static FLOAT_INFO: StructSpec = struct_spec!(
    "sys.float_info",
    "sys.float_info\n\nA named tuple holding information about the float type.",
    [
        "max",
        "max_exp",
        "max_10_exp",
        "min",
        "min_exp",
        "min_10_exp",
        "dig",
        "mant_dig",
        "epsilon",
        "radix",
        "rounds",
    ]
);
static INT_INFO: StructSpec = struct_spec!(
    "sys.int_info",
    "sys.int_info\n\nA named tuple that holds information about Python's internal representation of integers.",
    ["bits_per_digit", "sizeof_digit", "default_max_str_digits", "str_digits_check_threshold",]
);
static HASH_INFO: StructSpec = struct_spec!(
    "sys.hash_info",
    "hash_info\n\nA named tuple providing parameters used for computing hashes.",
    ["width", "modulus", "inf", "nan", "imag", "algorithm", "hash_bits", "seed_bits", "cutoff",]
);
static THREAD_INFO: StructSpec = struct_spec!(
    "sys.thread_info",
    "sys.thread_info\n\nA named tuple holding information about the thread implementation.",
    ["name", "lock", "version",]
);
static ASYNCGEN_HOOKS: StructSpec = struct_spec!(
    "sys.asyncgen_hooks",
    "asyncgen_hooks\n\nNamed tuple with information about asynchronous generators hooks.",
    ["firstiter", "finalizer",]
);
static UNRAISABLE: StructSpec = struct_spec!(
    "UnraisableHookArgs",
    "UnraisableHookArgs\n\nType used to pass arguments to sys.unraisablehook.",
    ["exc_type", "exc_value", "exc_traceback", "err_msg", "object",]
);

impl Vm {
    /// `sys.get_asyncgen_hooks()`
    pub fn asyncgen_hooks_value(&self, first: Value, last: Value) -> PyResult<Value> {
        self.struct_value(&ASYNCGEN_HOOKS, vec![first, last])
    }
    /// The argument of `sys.unraisablehook`.
    pub fn unraisable_args(&self, fields: &[Value]) -> PyResult<Value> {
        self.struct_value(&UNRAISABLE, fields.to_vec())
    }
    /// Text of the system: UTF-8 with surrogateescape.
    pub fn os_str(&self, text: &OsStr) -> Value {
        match text.to_str() {
            Some(text) => self.str(text),
            None => {
                let mut bytes = Vec::new();
                let mut rest = text.as_bytes();
                loop {
                    match std::str::from_utf8(rest) {
                        Ok(fine) => {
                            bytes.extend_from_slice(fine.as_bytes());
                            break;
                        }
                        Err(problem) => {
                            let (fine, bad) = rest.split_at(problem.valid_up_to());
                            bytes.extend_from_slice(fine);
                            crate::runtime::text::wtf8::push(&mut bytes, 0xdc00 + u32::from(bad[0]));
                            rest = &bad[1..];
                        }
                    }
                }
                self.str_bytes(&bytes)
            }
        }
    }
}

/// Puts a folder in front of `sys.path`, unless the configuration is a safe one.
pub fn prepend_path(vm: &Vm, config: &Config, folder: &str) -> PyResult<()> {
    if config.flags.safe_path || config.flags.isolated {
        return Ok(());
    }
    if let Some(path) = vm.interp().sys.get_str(&vm.names().path)
        && let Some(items) = vm.list_items(&path)
    {
        let folder = if folder.is_empty() {
            match (&config.target, std::env::current_dir()) {
                (crate::runtime::api::Target::File(_), Ok(here)) => here.display().to_string(),
                _ => String::new(),
            }
        } else {
            folder.to_owned()
        };
        let folder = vm.str(folder);
        vm.interp()
            .module_state
            .borrow_mut()
            .insert(crate::runtime::builtins::modules::FIRST_PATH, folder.clone());
        items.get_mut().insert(0, folder);
    }
    Ok(())
}

/// Fills `sys`.
pub fn install(vm: &Vm, config: &Config) -> PyResult<()> {
    let sys: Ref<Dict> = vm.interp().sys.clone();
    let set = |name: &str, value: Value| vm.set_in(&sys, name, value);
    let f = &config.flags;
    vm.interp().debug_ranges.set(config.debug_ranges);
    if config.import_time > 0 {
        let times = ImportTimes { cached: config.import_time > 1, ..ImportTimes::default() };
        *vm.interp().import_times.borrow_mut() = Some(times);
    }
    if config.tracemalloc > 0 {
        vm.write_stderr(
            "dx: allocations cannot be traced: -X tracemalloc and PYTHONTRACEMALLOC have no effect\n",
        );
    }
    vm.interp().optimize.set(f.optimize.min(2) as u8);
    vm.interp().dev_mode.set(f.dev_mode);
    vm.interp().bytes_warning.set(f.bytes_warning);
    vm.interp().int_max_str_digits.set(f.int_max_str_digits as usize);
    let int = |n: u32| vm.int(i64::from(n));
    let bit = |b: bool| vm.int(i64::from(b));
    let flags = vec![
        int(f.debug),
        int(f.inspect),
        int(f.interactive),
        int(f.optimize),
        bit(f.dont_write_bytecode),
        bit(f.no_user_site),
        bit(f.no_site),
        bit(f.ignore_environment),
        int(f.verbose),
        int(f.bytes_warning),
        int(f.quiet),
        bit(f.hash_randomization),
        bit(f.isolated),
        Value::bool(f.dev_mode),
        bit(f.utf8_mode),
        bit(f.warn_default_encoding),
        Value::bool(f.safe_path),
        int(f.int_max_str_digits),
        vm.int(1),
        bit(f.thread_inherit_context),
        bit(f.context_aware_warnings),
    ];
    set("flags", vm.struct_value(&FLAGS, flags)?);
    let info = || {
        vm.struct_value(
            &VERSION_INFO,
            vec![
                vm.int(i64::from(version::MAJOR)),
                vm.int(i64::from(version::MINOR)),
                vm.int(i64::from(version::PATCH)),
                vm.str("final"),
                vm.int(0),
            ],
        )
    };
    let hex = i64::from(version::MAJOR) << 24
        | i64::from(version::MINOR) << 16
        | i64::from(version::PATCH) << 8
        | 0xf0;
    set("version_info", info()?);
    set("hexversion", vm.int(hex));
    set("api_version", vm.int(1013));
    set("version", vm.str(version::sys_version()));
    set("copyright", vm.str("Copyright (c) 2001 Python Software Foundation.\nAll Rights Reserved.\n\nCopyright (c) the dx authors.\nAll Rights Reserved."));
    set(
        "platform",
        vm.str(if cfg!(target_os = "macos") {
            "darwin"
        } else if cfg!(windows) {
            "win32"
        } else {
            "linux"
        }),
    );
    set("byteorder", vm.str(if cfg!(target_endian = "little") { "little" } else { "big" }));
    set("maxsize", vm.int_u64(i64::MAX as u64));
    set("maxunicode", vm.int(0x10_ffff));
    set("float_repr_style", vm.str("short"));
    set("platlibdir", vm.str("lib"));
    set("abiflags", vm.str(""));
    set("_git", vm.tuple(vec![vm.str("dx"), vm.str(""), vm.str("")]));
    set("_framework", vm.str(""));
    set(
        "float_info",
        vm.struct_value(
            &FLOAT_INFO,
            vec![
                vm.float(f64::MAX),
                vm.int(1024),
                vm.int(308),
                vm.float(f64::MIN_POSITIVE),
                vm.int(-1021),
                vm.int(-307),
                vm.int(15),
                vm.int(53),
                vm.float(f64::EPSILON),
                vm.int(2),
                vm.int(1),
            ],
        )?,
    );
    set("int_info", vm.struct_value(&INT_INFO, vec![vm.int(30), vm.int(4), vm.int(4300), vm.int(640)])?);
    set(
        "hash_info",
        vm.struct_value(
            &HASH_INFO,
            vec![
                vm.int(64),
                vm.int(hash::MODULUS as i64),
                vm.int(hash::INF),
                vm.int(0),
                vm.int(1_000_003),
                vm.str("siphash13"),
                vm.int(64),
                vm.int(128),
                vm.int(0),
            ],
        )?,
    );
    set(
        "thread_info",
        vm.struct_value(&THREAD_INFO, vec![vm.str("pthread"), vm.str("semaphore"), Value::NONE])?,
    );
    let natives = stdlib::MODULES.iter().map(|m| vm.str(m.name)).collect();
    set("builtin_module_names", vm.tuple(natives));
    let names: Vec<Value> = frozen::names()
        .filter(|n| !n.contains('.'))
        .chain(stdlib::MODULES.iter().map(|m| m.name))
        .map(|n| vm.str(n))
        .collect();
    set("stdlib_module_names", vm.frozenset(names)?);
    set("modules", vm.interp().modules.cloned().into_value());
    set("argv", vm.list(config.argv.iter().map(|a| vm.os_str(a)).collect()));
    set("orig_argv", vm.list(config.orig_argv.iter().map(|a| vm.os_str(a)).collect()));
    set("warnoptions", vm.list(config.warn_options.iter().map(|a| vm.os_str(a)).collect()));
    let options = vm.new_dict();
    for (name, value) in &config.x_options {
        let value = value.as_ref().map_or(Value::TRUE, |v| vm.os_str(v));
        options.insert(vm, vm.os_str(name), value)?;
    }
    set("_xoptions", options.into_value());
    set("executable", vm.os_str(config.executable.as_os_str()));
    set("dont_write_bytecode", Value::bool(f.dont_write_bytecode));
    let prefix = config.pycache_prefix.as_ref().map_or(Value::NONE, |p| vm.os_str(p.as_os_str()));
    set("pycache_prefix", prefix);
    set("_cpu_count_config", vm.int(config.cpu_count.map_or(-1, i64::from)));
    let library = crate::runtime::import::library::root();
    set("_stdlib_dir", library.map_or(Value::NONE, |root| vm.os_str(root.as_os_str())));
    let mut path = Vec::new();
    if let Some(given) = &config.module_search_path {
        for part in given.as_bytes().split(|b| *b == b':') {
            path.push(vm.os_str(OsStr::from_bytes(part)));
        }
    }
    path.extend(library.map(|root| vm.os_str(root.as_os_str())));
    set("path", vm.list(path));
    set("meta_path", vm.list(vec![]));
    set("path_hooks", vm.list(vec![]));
    set("path_importer_cache", vm.new_dict().into_value());
    let implementation = vm.new_dict();
    vm.set_in(&implementation, "name", vm.str("dx"));
    vm.set_in(&implementation, "cache_tag", vm.str(version::CACHE_TAG));
    vm.set_in(&implementation, "version", info()?);
    vm.set_in(&implementation, "hexversion", vm.int(hex));
    vm.set_in(&implementation, "_multiarch", vm.str(version::multiarch()));
    vm.set_in(&implementation, "supports_isolated_interpreters", Value::FALSE);
    set("implementation", vm.simple_namespace(implementation)?);
    for name in ["displayhook", "excepthook", "breakpointhook", "unraisablehook"] {
        if let Some(found) = sys.get_str(&vm.intern(name)) {
            set(&format!("__{name}__"), found);
        }
    }
    Ok(())
}

/// The standard streams, as `io` makes them.
pub fn streams(vm: &Vm, config: &Config) -> PyResult<()> {
    if stdlib::find("_io").is_none() {
        return Ok(());
    }
    let loaded = vm.interp().modules.cloned().get_str(&vm.intern("_io"));
    let io = match loaded {
        Some(io) => io,
        None => vm.import_native("_io")?.unwrap_or(Value::NONE),
    };
    let open = vm.getattr_str(&io, "open")?;
    let wrapper = vm.getattr_str(&io, "TextIOWrapper")?;
    for (name, fd, mode) in [("stdin", 0, "rb"), ("stdout", 1, "wb"), ("stderr", 2, "wb")] {
        if !crate::runtime::sys::is_open(fd) {
            vm.set_in(&vm.interp().sys, name, Value::NONE);
            vm.set_in(&vm.interp().sys, &format!("__{name}__"), Value::NONE);
            continue;
        }
        let raw_mode = config.unbuffered && fd != 0;
        let buffering = vm.int(if raw_mode { 0 } else { -1 });
        let none = Value::NONE;
        let buffer = vm.call_args(
            &open,
            &[vm.int(fd), vm.str(mode), buffering, none.clone(), none.clone(), none, Value::FALSE],
        )?;
        let errors = if fd == 2 { "backslashreplace" } else { config.stdio_errors.as_str() };
        let terminal = crate::runtime::sys::is_terminal(fd as i32);
        let line_buffering = Value::bool(fd == 2 || (terminal && !raw_mode));
        let args = [
            buffer,
            vm.str(&config.stdio_encoding),
            vm.str(errors),
            if fd == 0 { Value::NONE } else { vm.str("\n") },
            line_buffering,
            Value::bool(raw_mode),
        ];
        let stream = vm.call_args(&wrapper, &args)?;
        let shown = vm.str(format!("<{name}>"));
        let raw = vm.getattr_str(&stream, "buffer")?;
        let raw = match vm.getattr_opt(&raw, vm.names().raw.value())? {
            Some(raw) => raw,
            None => raw,
        };
        vm.setattr(&raw, vm.intern("name").value(), Some(&shown))?;
        let mode = vm.str(if fd == 0 { "r" } else { "w" });
        vm.setattr(&stream, vm.names().mode.value(), Some(&mode))?;
        vm.set_in(&vm.interp().sys, name, stream.clone());
        vm.set_in(&vm.interp().sys, &format!("__{name}__"), stream);
    }
    Ok(())
}
