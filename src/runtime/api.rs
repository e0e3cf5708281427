//! The embedding door: what the command line and the test runner may use of the runtime.
//!
//! `Config` is everything that has to be known before the first Python instruction, already merged from command line and
//! environment; the runtime reads no `PYTHON*` variable that has a field here. Text that came from the system stays `OsString`:
//! the runtime turns it into `str` with the surrogateescape handler.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::runtime::compiler;
use crate::runtime::object::vm::Vm;
use crate::runtime::startup::{boot, main};
use crate::runtime::stdlib::{imp, marshal};
pub use crate::runtime::sys::blocks::Allocator;
use crate::runtime::sys::process;

/// How a run ends: what the process has to tell its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Exit with this code. Only the low eight bits reach the parent on Unix.
    Code(i32),
    /// Die by this signal, with its default disposition, so that a shell sees why (an uncaught KeyboardInterrupt is SIGINT).
    Signal(i32),
}

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `-c`: program text, as given (common indentation is the runtime's to remove).
    Command(String),
    /// `-m`: a module's name, found as `runpy` finds it.
    Module(String),
    /// A file, or a directory or zip archive that holds `__main__.py`.
    File(PathBuf),
    /// A program on standard input that is not a terminal.
    Stdin,
    /// A REPL: standard input is a terminal, or `-i` says to treat it as one.
    Interactive,
}

/// `sys.flags`, field for field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flags {
    pub debug: u32,
    pub inspect: u32,
    pub interactive: u32,
    pub optimize: u32,
    pub dont_write_bytecode: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub ignore_environment: bool,
    pub verbose: u32,
    pub bytes_warning: u32,
    pub quiet: u32,
    /// False only when the seed is fixed at 0.
    pub hash_randomization: bool,
    pub isolated: bool,
    pub dev_mode: bool,
    pub utf8_mode: bool,
    pub warn_default_encoding: bool,
    pub safe_path: bool,
    /// Digits up to which `int` and `str` convert; 0 is no limit.
    pub int_max_str_digits: u32,
    pub thread_inherit_context: bool,
    pub context_aware_warnings: bool,
}

impl Default for Flags {
    fn default() -> Flags {
        Flags {
            debug: 0,
            inspect: 0,
            interactive: 0,
            optimize: 0,
            dont_write_bytecode: false,
            no_user_site: false,
            no_site: false,
            ignore_environment: false,
            verbose: 0,
            bytes_warning: 0,
            quiet: 0,
            hash_randomization: true,
            isolated: false,
            dev_mode: false,
            utf8_mode: false,
            warn_default_encoding: false,
            safe_path: false,
            int_max_str_digits: 4300,
            thread_inherit_context: false,
            context_aware_warnings: false,
        }
    }
}

/// Where the hashes of `str` and `bytes` start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HashSeed {
    #[default]
    Random,
    Fixed(u32),
}

/// `--check-hash-based-pycs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HashPycs {
    Always,
    #[default]
    Default,
    Never,
}

/// Everything a run is configured by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub target: Target,
    pub flags: Flags,
    /// `sys.argv`.
    pub argv: Vec<OsString>,
    /// `sys.orig_argv`: the process's arguments as they came.
    pub orig_argv: Vec<OsString>,
    /// `argv[0]` as it came; messages such as "can't open file" begin with it.
    pub program_name: OsString,
    /// `sys.executable`: absolute, links not followed; empty when it can't be found.
    pub executable: PathBuf,
    /// `sys.warnoptions`, in order; the last one wins.
    pub warn_options: Vec<OsString>,
    /// `-X` options in order of appearance; of equal names the last stands in `sys._xoptions`. `None` is shown as `True`.
    pub x_options: Vec<(OsString, Option<OsString>)>,
    pub hash_seed: HashSeed,
    /// `PYTHONPATH`, unsplit.
    pub module_search_path: Option<OsString>,
    /// `PYTHONHOME`: kept for `sysconfig`; the embedded library is found without it.
    pub home: Option<OsString>,
    /// `PYTHONSTARTUP`, run at the start of a REPL.
    pub startup_file: Option<PathBuf>,
    /// `sys.pycache_prefix`.
    pub pycache_prefix: Option<PathBuf>,
    pub check_hash_pycs: HashPycs,
    /// From `PYTHONIOENCODING` or the locale.
    pub stdio_encoding: String,
    /// Error handler of stdin and stdout; stderr's is always `backslashreplace`.
    pub stdio_errors: String,
    /// `-u`: stdout and stderr write through.
    pub unbuffered: bool,
    /// `-x`.
    pub skip_first_line: bool,
    pub faulthandler: bool,
    /// Frames that `tracemalloc` keeps from the start; 0 leaves it off.
    pub tracemalloc: u32,
    /// 0 off, 1 imports, 2 also those already loaded.
    pub import_time: u32,
    /// Columns are kept in code objects.
    pub debug_ranges: bool,
    /// `-X cpu_count`; `None` asks the system.
    pub cpu_count: Option<u32>,
    pub frozen_modules: bool,
}

impl Config {
    /// A run of `target` with nothing else said.
    pub fn new(target: Target) -> Config {
        Config {
            target,
            flags: Flags::default(),
            argv: vec![OsString::new()],
            orig_argv: Vec::new(),
            program_name: OsString::new(),
            executable: PathBuf::new(),
            warn_options: Vec::new(),
            x_options: Vec::new(),
            hash_seed: HashSeed::Random,
            module_search_path: None,
            home: None,
            startup_file: None,
            pycache_prefix: None,
            check_hash_pycs: HashPycs::Default,
            stdio_encoding: String::from("utf-8"),
            stdio_errors: String::from("strict"),
            unbuffered: false,
            skip_first_line: false,
            faulthandler: false,
            tracemalloc: 0,
            import_time: 0,
            debug_ranges: true,
            cpu_count: None,
            frozen_modules: true,
        }
    }
}

/// Native stack of the thread that runs the program, in bytes: twice what CPython's main thread commonly has. Python calls need none
/// of it, so it bounds only recursion through native code (nested data, operators, `__del__`). Frames of debug builds are larger.
const NATIVE_STACK: usize = if cfg!(debug_assertions) { 48 << 20 } else { 16 << 20 };
/// Part of it that is kept for what runs when the rest is used up.
const NATIVE_RESERVE: usize = 1 << 20;

/// Runs the target to its end, `atexit` and flushing included.
pub fn run(config: &Config) -> ExitStatus {
    // On a stack of its own in this thread: another thread would have to be started and waited for.
    stacker::grow(NATIVE_STACK, || {
        let interp = boot::interpreter(config);
        let vm = Vm::enter(interp, NATIVE_STACK - NATIVE_RESERVE);
        main::run(vm, config)
    })
}

/// Bytecode of a module in the form in which its file holds it behind the header, without an interpreter: `None` where the source does
/// not compile or is not UTF-8 (the first import says why).
///
/// `path` is what code objects name until loading corrects it.
pub fn compile_module(source: &[u8], path: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(source).ok()?;
    // Nested expressions take as much stack here as anywhere.
    stacker::grow(COMPILER_STACK, || {
        let source = compiler::Source::new(text);
        let compiled = compiler::compile(&source, path, &compiler::Options::default()).ok()?;
        Some(marshal::code_bytes(&compiled.code))
    })
}

/// Native stack for compiling one module.
const COMPILER_STACK: usize = if cfg!(debug_assertions) { 32 << 20 } else { 8 << 20 };

/// The first four bytes of a bytecode file.
pub const BYTECODE_MAGIC: [u8; 4] = imp::MAGIC.to_le_bytes();

/// What markers and wheels' tags depend on (`uname`, the version of the C library).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    pub system: String,
    pub release: String,
    pub version: String,
    pub machine: String,
    /// Of glibc, where that is the C library.
    pub glibc: Option<(u64, u64)>,
}

/// Asks the system.
pub fn machine() -> Machine {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let mut found = Machine::default();
    if let Ok([system, _, release, version, machine]) = process::uname() {
        found = Machine {
            system: text(system),
            release: text(release),
            version: text(version),
            machine: text(machine),
            glibc: None,
        };
    }
    found.glibc = process::libc_version().and_then(|version| {
        let (major, minor) = version.strip_prefix("glibc ")?.split_once('.')?;
        let minor = minor.split(|letter: char| !letter.is_ascii_digit()).next()?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    });
    found
}
