//! Merges a scanned Python command line with the environment into the runtime's `Config`.
//!
//! The order of checks and every message are CPython's (`preconfig`, then the command line, then `config`), including its habit
//! that the first of equal `-X` options counts here while `sys._xoptions` shows the last. Where dx differs on purpose: text is
//! UTF-8 whatever the locale names, `PYTHONHOME` moves nothing. The system is seen through `System` alone, so tests bring their own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::environment::{Reader, VARIABLES};
use super::flags::{self, Help, Line, Program, Scanned};
use crate::runtime::api::{Config, Flags, HashSeed, Target};

/// The frames that a traceback of `tracemalloc` may have.
const TRACEMALLOC_FRAMES: i64 = 65535;
const MIN_STR_DIGITS: i64 = 640;
const DEFAULT_STR_DIGITS: u32 = 4300;

/// What the process's surroundings say.
pub struct System {
    pub variables: BTreeMap<OsString, OsString>,
    pub directory: PathBuf,
    pub stdin_is_terminal: bool,
    pub is_executable: fn(&Path) -> bool,
}

impl System {
    pub fn current() -> System {
        System {
            variables: std::env::vars_os().collect(),
            directory: std::env::current_dir().unwrap_or_default(),
            stdin_is_terminal: std::io::stdin().is_terminal(),
            is_executable,
        }
    }
}

fn is_executable(path: &Path) -> bool {
    let Ok(metadata) = path.metadata() else {
        return false;
    };
    #[cfg(unix)]
    let allowed = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let allowed = true;
    metadata.is_file() && allowed
}

/// What the command line asks for.
pub enum Request {
    Run(Box<Config>),
    Show(Help),
}

/// Why nothing is run.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The line above the usage line; exit code 2.
    Usage(Vec<u8>),
    /// CPython's fatal error before any Python: exit code 1.
    Fatal { state: &'static str, message: String },
    /// `-c` with text that is no Unicode.
    Command,
}

/// Reads a whole process's arguments; Python's begin behind the first `skip`.
pub fn read(arguments: &[OsString], skip: usize, system: &System) -> Result<Request, Refusal> {
    let words = arguments.get(skip..).unwrap_or_default();
    let merge = |line: Line| Merge {
        environment: Environment { system, ignored: line.ignore_environment || line.isolated },
        line,
    };
    let ahead = merge(flags::scan_ahead(words));
    ahead.utf8_mode()?;
    ahead.check_allocator()?;
    let merge = match flags::scan(words).map_err(Refusal::Usage)? {
        Scanned::Help(help) => return Ok(Request::Show(help)),
        Scanned::Line(line) => merge(*line),
    };
    let mut config = merge.config()?;
    config.orig_argv = arguments.to_vec();
    config.program_name = arguments.first().cloned().unwrap_or_default();
    config.executable = executable(&config.program_name, system);
    Ok(Request::Run(Box::new(config)))
}

/// The variables, as far as the command line lets them count. Empty ones count as absent.
struct Environment<'a> {
    system: &'a System,
    ignored: bool,
}

impl Environment<'_> {
    fn get(&self, name: &str) -> Option<&OsStr> {
        debug_assert!(
            VARIABLES.iter().any(|variable| variable.name == name && variable.reader == Reader::Front),
            "{name} is missing from the table"
        );
        if self.ignored {
            return None;
        }
        self.system.variables.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A counter: a number is its level, any other text is 1.
    fn level(&self, name: &str) -> u32 {
        match self.get(name) {
            None => 0,
            Some(value) => integer(value).and_then(|number| u32::try_from(number).ok()).unwrap_or(1),
        }
    }
}

struct Merge<'a> {
    environment: Environment<'a>,
    line: Line,
}

impl Merge<'_> {
    fn config(&self) -> Result<Config, Refusal> {
        let (line, environment) = (&self.line, &self.environment);
        let dev_mode = self.has_x("dev") || environment.has("PYTHONDEVMODE");
        let utf8_mode = self.utf8_mode()?;
        let interactive = line.inspect;
        let target = match line.program.clone().unwrap_or(Program::Stdin) {
            Program::Command(text) => Target::Command(text.into_string().map_err(|_| Refusal::Command)?),
            Program::Module(name) => Target::Module(name.to_string_lossy().into_owned()),
            Program::File(path) => Target::File(PathBuf::from(path)),
            Program::Stdin if environment.system.stdin_is_terminal || interactive > 0 => Target::Interactive,
            Program::Stdin => Target::Stdin,
        };
        let mut config = Config::new(target);
        config.argv = line.argv.clone();
        config.hash_seed = self.hash_seed()?;
        // CPython's order, which decides what is said when several are wrong.
        self.check_gil()?;
        config.import_time = self.import_time()?;
        config.tracemalloc = self.tracemalloc()?;
        let int_max_str_digits = self.int_max_str_digits()?;
        config.cpu_count = self.cpu_count()?;
        let thread_inherit_context = self.switch(
            "PYTHON_THREAD_INHERIT_CONTEXT",
            "thread_inherit_context",
            "config_init_thread_inherit_context",
        )?;
        let context_aware_warnings = self.switch(
            "PYTHON_CONTEXT_AWARE_WARNINGS",
            "context_aware_warnings",
            "config_init_context_aware_warnings",
        )?;
        config.frozen_modules = self.frozen_modules()?;
        config.flags = Flags {
            debug: u32::from(line.debug || environment.level("PYTHONDEBUG") > 0),
            inspect: line.inspect.max(u32::from(environment.has("PYTHONINSPECT"))),
            interactive,
            optimize: line.optimize.max(environment.level("PYTHONOPTIMIZE")),
            dont_write_bytecode: line.dont_write_bytecode || environment.level("PYTHONDONTWRITEBYTECODE") > 0,
            no_user_site: line.no_user_site || line.isolated || environment.level("PYTHONNOUSERSITE") > 0,
            no_site: line.no_site,
            ignore_environment: environment.ignored,
            verbose: line.verbose.max(environment.level("PYTHONVERBOSE")),
            bytes_warning: line.bytes_warning,
            quiet: line.quiet,
            hash_randomization: config.hash_seed != HashSeed::Fixed(0),
            isolated: line.isolated,
            dev_mode,
            utf8_mode,
            warn_default_encoding: self.has_x("warn_default_encoding")
                || environment.has("PYTHONWARNDEFAULTENCODING"),
            safe_path: line.safe_path || line.isolated || environment.has("PYTHONSAFEPATH"),
            int_max_str_digits,
            thread_inherit_context,
            context_aware_warnings,
        };
        config.faulthandler = dev_mode || self.has_x("faulthandler") || environment.has("PYTHONFAULTHANDLER");
        config.debug_ranges = !self.has_x("no_debug_ranges") && !environment.has("PYTHONNODEBUGRANGES");
        config.unbuffered = line.unbuffered || environment.level("PYTHONUNBUFFERED") > 0;
        config.skip_first_line = line.skip_first_line;
        config.check_hash_pycs = line.check_hash_pycs;
        config.warn_options = self.warn_options(dev_mode);
        config.x_options = line.x_options.clone();
        config.module_search_path = environment.get("PYTHONPATH").map(OsStr::to_owned);
        config.home = environment.get("PYTHONHOME").map(OsStr::to_owned);
        config.startup_file = environment.get("PYTHONSTARTUP").map(PathBuf::from);
        config.pycache_prefix = match self.x("pycache_prefix") {
            Some(value) => value.filter(|value| !value.is_empty()).map(PathBuf::from),
            None => environment.get("PYTHONPYCACHEPREFIX").map(PathBuf::from),
        };
        (config.stdio_encoding, config.stdio_errors) = self.stdio(utf8_mode);
        Ok(config)
    }

    /// The first `-X` option of that name: absent, without a value, or with one.
    fn x(&self, name: &str) -> Option<Option<&OsStr>> {
        self.line.x_options.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_deref())
    }

    fn has_x(&self, name: &str) -> bool {
        self.x(name).is_some()
    }

    fn utf8_mode(&self) -> Result<bool, Refusal> {
        let refusal = |what: &str| Refusal::Fatal {
            state: "preinitializing",
            message: format!("preconfig_init_utf8_mode: invalid {what} value"),
        };
        match self.x("utf8").map(|value| value.map(OsStr::to_str)) {
            Some(None | Some(Some("1"))) => return Ok(true),
            Some(Some(Some("0"))) => return Ok(false),
            Some(Some(_)) => return Err(refusal("-X utf8 option")),
            None => {}
        }
        match self.environment.get("PYTHONUTF8").map(OsStr::to_str) {
            Some(Some("1")) => Ok(true),
            Some(Some("0")) => Ok(false),
            Some(_) => Err(refusal("PYTHONUTF8 environment variable")),
            None => Ok(matches!(self.locale().as_str(), "C" | "POSIX")),
        }
    }

    /// The locale of characters, by POSIX's order of variables. These are no `PYTHON*` variables: `-E` leaves them.
    fn locale(&self) -> String {
        ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .filter_map(|name| self.environment.system.variables.get(OsStr::new(name)))
            .find(|value| !value.is_empty())
            .map_or_else(|| String::from("C"), |value| value.to_string_lossy().into_owned())
    }

    fn check_allocator(&self) -> Result<(), Refusal> {
        const KNOWN: [&str; 8] = [
            "default",
            "debug",
            "malloc",
            "malloc_debug",
            "pymalloc",
            "pymalloc_debug",
            "mimalloc",
            "mimalloc_debug",
        ];
        match self.environment.get("PYTHONMALLOC") {
            Some(value) if !KNOWN.iter().any(|known| value == *known) => Err(Refusal::Fatal {
                state: "preinitializing",
                message: String::from("preconfig_init_allocator: PYTHONMALLOC: unknown allocator"),
            }),
            _ => Ok(()),
        }
    }

    fn check_gil(&self) -> Result<(), Refusal> {
        let given = match self.x("gil") {
            Some(value) => Some(value.unwrap_or_default()),
            None => self.environment.get("PYTHON_GIL"),
        };
        match given.map(OsStr::to_str) {
            None | Some(Some("1")) => Ok(()),
            Some(Some("0")) => {
                Err(fatal("config_read_gil: Disabling the GIL is not supported by this build"))
            }
            Some(_) => Err(fatal("config_read_gil: PYTHON_GIL / -X gil must be \"0\" or \"1\"")),
        }
    }

    fn hash_seed(&self) -> Result<HashSeed, Refusal> {
        if self.line.random_hashes {
            return Ok(HashSeed::Random);
        }
        match self.environment.get("PYTHONHASHSEED") {
            None => Ok(HashSeed::Random),
            Some(value) if value == "random" => Ok(HashSeed::Random),
            Some(value) => match integer(value).and_then(|number| u32::try_from(number).ok()) {
                Some(seed) => Ok(HashSeed::Fixed(seed)),
                None => Err(fatal(
                    "config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]",
                )),
            },
        }
    }

    fn int_max_str_digits(&self) -> Result<u32, Refusal> {
        let read = |value: Option<&OsStr>, source: &str| {
            let limit = value.and_then(integer).filter(|limit| *limit == 0 || *limit >= MIN_STR_DIGITS);
            limit.and_then(|limit| u32::try_from(limit).ok()).ok_or_else(|| {
                fatal(&format!(
                    "config_init_int_max_str_digits: {source}: invalid limit; must be >= {MIN_STR_DIGITS} or 0 for unlimited."
                ))
            })
        };
        let mut limit = DEFAULT_STR_DIGITS;
        if let Some(value) = self.environment.get("PYTHONINTMAXSTRDIGITS") {
            limit = read(Some(value), "PYTHONINTMAXSTRDIGITS")?;
        }
        if let Some(value) = self.x("int_max_str_digits") {
            limit = read(value, "-X int_max_str_digits")?;
        }
        Ok(limit)
    }

    fn cpu_count(&self) -> Result<Option<u32>, Refusal> {
        let read = |value: &OsStr| match value.to_str() {
            Some("default") => Ok(None),
            _ => match integer(value).and_then(|count| u32::try_from(count).ok()) {
                Some(count) if count > 0 => Ok(Some(count)),
                _ => Err(fatal(
                    "config_init_cpu_count: -X cpu_count=n option: n is missing or an invalid number, n must be greater than 0",
                )),
            },
        };
        let from_environment = self.environment.get("PYTHON_CPU_COUNT").map(read).transpose()?.flatten();
        match self.x("cpu_count") {
            Some(value) => read(value.unwrap_or_default()),
            None => Ok(from_environment),
        }
    }

    fn import_time(&self) -> Result<u32, Refusal> {
        let read = |value: &OsStr, message: &str| match integer(value) {
            None => Ok(1),
            Some(level @ 0..=2) => Ok(level as u32),
            Some(_) => Err(fatal(&format!(
                "config_init_import_time: {message} values other than 1 and 2 are reserved for future use."
            ))),
        };
        let mut level = 0;
        if let Some(value) = self.environment.get("PYTHONPROFILEIMPORTTIME") {
            level = read(value, "PYTHONPROFILEIMPORTTIME: numeric")?;
        }
        if let Some(value) = self.x("importtime") {
            level = value.map_or(Ok(1), |value| read(value, "-X importtime:"))?;
        }
        Ok(level)
    }

    fn tracemalloc(&self) -> Result<u32, Refusal> {
        let read = |value: &OsStr, source: &str| match integer(value) {
            Some(frames @ 0..=TRACEMALLOC_FRAMES) => Ok(frames as u32),
            _ => Err(fatal(&format!("config_init_tracemalloc: {source}: invalid number of frames"))),
        };
        let mut frames = 0;
        if let Some(value) = self.environment.get("PYTHONTRACEMALLOC") {
            frames = read(value, "PYTHONTRACEMALLOC")?;
        }
        match self.x("tracemalloc") {
            None => Ok(frames),
            Some(None) => Ok(1),
            Some(Some(value)) if value.is_empty() => Ok(0),
            Some(Some(value)) => read(value, "-X tracemalloc=NFRAME"),
        }
    }

    fn frozen_modules(&self) -> Result<bool, Refusal> {
        let read = |value: &OsStr, source: &str| match value.to_str() {
            Some("" | "on") => Ok(true),
            Some("off") => Ok(false),
            _ => Err(fatal(&format!("bad value for {source} (expected \"on\" or \"off\")"))),
        };
        match (self.x("frozen_modules"), self.environment.get("PYTHON_FROZEN_MODULES")) {
            (Some(value), _) => read(value.unwrap_or_default(), "option -X frozen_modules"),
            (None, Some(value)) => read(value, "PYTHON_FROZEN_MODULES"),
            (None, None) => Ok(true),
        }
    }

    /// A variable and an option that are 0 or 1.
    fn switch(&self, variable: &str, option: &str, function: &str) -> Result<bool, Refusal> {
        let read = |value: Option<&OsStr>, message: String| match value.and_then(OsStr::to_str) {
            Some("0") => Ok(false),
            Some("1") => Ok(true),
            _ => Err(fatal(&format!("{function}: {message} is missing or invalid"))),
        };
        let mut on = false;
        if let Some(value) = self.environment.get(variable) {
            on = read(Some(value), format!("{variable}=N: N"))?;
        }
        if let Some(value) = self.x(option) {
            on = read(value, format!("-X {option}=n: n"))?;
        }
        Ok(on)
    }

    /// Development mode's filter, then the environment's, the command line's and `-b`'s; none twice.
    fn warn_options(&self, dev_mode: bool) -> Vec<OsString> {
        let mut options: Vec<OsString> = Vec::new();
        let mut add = |option: OsString| {
            if !options.contains(&option) {
                options.push(option);
            }
        };
        if dev_mode {
            add(OsString::from("default"));
        }
        if let Some(value) = self.environment.get("PYTHONWARNINGS") {
            value
                .to_string_lossy()
                .split(',')
                .filter(|option| !option.is_empty())
                .for_each(|option| add(OsString::from(option)));
        }
        self.line.warnings.iter().cloned().for_each(&mut add);
        match self.line.bytes_warning {
            0 => {}
            1 => add(OsString::from("default::BytesWarning")),
            _ => add(OsString::from("error::BytesWarning")),
        }
        options
    }

    /// Encoding and error handler of the standard streams.
    fn stdio(&self, utf8_mode: bool) -> (String, String) {
        let lenient =
            utf8_mode || matches!(self.locale().as_str(), "C" | "POSIX" | "C.UTF-8" | "C.utf8" | "UTF-8");
        let default_errors = if lenient { "surrogateescape" } else { "strict" };
        let given = self
            .environment
            .get("PYTHONIOENCODING")
            .map(|value| value.to_string_lossy().into_owned())
            .unwrap_or_default();
        let (encoding, errors) = match given.split_once(':') {
            Some((encoding, errors)) => (encoding, errors),
            None => (given.as_str(), ""),
        };
        let errors = match (encoding, errors) {
            ("", "") => default_errors,
            (_, "") => "strict",
            (_, errors) => errors,
        };
        (String::from(if encoding.is_empty() { "utf-8" } else { encoding }), String::from(errors))
    }
}

fn fatal(message: &str) -> Refusal {
    Refusal::Fatal { state: "preinitialized", message: String::from(message) }
}

/// A number as C's `strtol` reads a whole text: blanks and a sign in front, nothing behind.
fn integer(text: &OsStr) -> Option<i64> {
    let text =
        text.to_str()?.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == '\x0b');
    if text.starts_with("+-") || text.starts_with("++") { None } else { text.parse().ok() }
}

/// `sys.executable`: `argv[0]` when it is a path, else the first file of that name on `PATH`, else what the system knows. Links
/// are not followed, so that an environment's own link is found again.
fn executable(program: &OsStr, system: &System) -> PathBuf {
    let path = Path::new(program);
    if path.components().count() > 1 || path.is_absolute() || program.as_encoded_bytes().contains(&b'/') {
        return system.directory.join(path.strip_prefix(".").unwrap_or(path));
    }
    let search = system.variables.get(OsStr::new("PATH")).map(OsString::as_os_str).unwrap_or_default();
    let found = std::env::split_paths(search)
        .filter(|_| !program.is_empty())
        .map(|folder| system.directory.join(folder.strip_prefix(".").unwrap_or(&folder)).join(path))
        .find(|candidate| (system.is_executable)(candidate));
    found.or_else(|| std::env::current_exe().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::api::HashPycs;

    fn system(variables: &[&str]) -> System {
        let pair = |text: &&str| {
            text.split_once('=').map(|(name, value)| (OsString::from(name), OsString::from(value)))
        };
        let mut variables: BTreeMap<_, _> = variables.iter().filter_map(pair).collect();
        variables.entry(OsString::from("LANG")).or_insert_with(|| OsString::from("C.UTF-8"));
        System {
            variables,
            directory: PathBuf::from("/work"),
            stdin_is_terminal: false,
            is_executable: |path| path == Path::new("/opt/bin/python"),
        }
    }

    /// Reads `python` with these words, in an environment of `NAME=value` words.
    fn request(variables: &[&str], words: &[&str]) -> Result<Config, Refusal> {
        let arguments: Vec<OsString> =
            std::iter::once("python").chain(words.iter().copied()).map(OsString::from).collect();
        match read(&arguments, 1, &system(variables))? {
            Request::Run(config) => Ok(*config),
            Request::Show(help) => panic!("{help:?}"),
        }
    }

    fn config(variables: &[&str], words: &[&str]) -> Config {
        request(variables, words).expect("accepted")
    }

    fn message(variables: &[&str], words: &[&str]) -> String {
        match request(variables, words) {
            Err(Refusal::Fatal { message, .. }) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn isolation_implies_three_flags_and_mutes_the_environment() {
        let flags = config(&["PYTHONOPTIMIZE=2", "PYTHONHASHSEED=nonsense"], &["-I", "-c", "pass"]).flags;
        assert!(flags.isolated && flags.ignore_environment && flags.no_user_site && flags.safe_path);
        assert_eq!(flags.optimize, 0);
    }

    #[test]
    fn levels_take_the_higher_of_flag_and_variable() {
        let level =
            |value: &str, words: &[&str]| config(&[&format!("PYTHONOPTIMIZE={value}")], words).flags.optimize;
        assert_eq!(level("5", &["-O", "f"]), 5);
        assert_eq!(level("x", &["f"]), 1);
        assert_eq!(level("-2", &["f"]), 1);
        assert_eq!(level("", &["-OO", "f"]), 2);
        assert_eq!(config(&["PYTHONDEBUG=3"], &["f"]).flags.debug, 1);
        assert!(!config(&["PYTHONDONTWRITEBYTECODE=0"], &["f"]).flags.dont_write_bytecode);
        assert_eq!(config(&["PYTHONINSPECT=0"], &["f"]).flags.inspect, 1);
        assert!(config(&["PYTHONSAFEPATH=0"], &["f"]).flags.safe_path);
    }

    #[test]
    fn interactive_needs_a_terminal_or_the_flag() {
        assert_eq!(config(&[], &[]).target, Target::Stdin);
        assert_eq!(config(&["PYTHONINSPECT=1"], &[]).target, Target::Stdin);
        assert_eq!(config(&[], &["-i"]).target, Target::Interactive);
        assert_eq!(config(&[], &["-i", "f"]).target, Target::File(PathBuf::from("f")));
    }

    #[test]
    fn the_first_of_equal_x_options_counts() {
        assert!(!config(&[], &["-Xutf8=0", "-Xutf8", "f"]).flags.utf8_mode);
        assert!(!config(&["PYTHONUTF8=1"], &["-Xutf8=0", "f"]).flags.utf8_mode);
        assert!(config(&["LANG=C"], &["f"]).flags.utf8_mode);
    }

    #[test]
    fn warning_filters_come_in_order_and_once() {
        let filters = |variables: &[&str], words: &[&str]| -> Vec<String> {
            config(variables, words)
                .warn_options
                .iter()
                .map(|option| option.to_string_lossy().into_owned())
                .collect()
        };
        assert_eq!(
            filters(&["PYTHONWARNINGS=once,a,once"], &["-Wonce", "-Xdev", "-Wdefault", "-b", "f"]),
            ["default", "once", "a", "default::BytesWarning"]
        );
        assert_eq!(
            filters(&[], &["-W", "error::BytesWarning", "-bb", "-W", "", "f"]),
            ["error::BytesWarning", ""]
        );
    }

    #[test]
    fn hash_seeds() {
        assert_eq!(config(&["PYTHONHASHSEED= 5"], &["f"]).hash_seed, HashSeed::Fixed(5));
        let zero = config(&["PYTHONHASHSEED=0"], &["f"]);
        assert!(!zero.flags.hash_randomization);
        assert_eq!(config(&["PYTHONHASHSEED=x"], &["-R", "f"]).hash_seed, HashSeed::Random);
        assert_eq!(config(&["PYTHONHASHSEED="], &["f"]).hash_seed, HashSeed::Random);
        for wrong in ["foo", "-1", "4294967296"] {
            assert_eq!(
                message(&[&format!("PYTHONHASHSEED={wrong}")], &["f"]),
                "config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]"
            );
        }
    }

    #[test]
    fn refusals_are_cpythons() {
        for (variables, words, expected) in [
            (&[][..], &["-Xutf8=3", "f"][..], "preconfig_init_utf8_mode: invalid -X utf8 option value"),
            (
                &["PYTHONUTF8=3"],
                &["f"],
                "preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value",
            ),
            (&["PYTHONMALLOC=q"], &["f"], "preconfig_init_allocator: PYTHONMALLOC: unknown allocator"),
            (
                &[],
                &["-Xint_max_str_digits=5", "f"],
                "config_init_int_max_str_digits: -X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.",
            ),
            (
                &["PYTHONINTMAXSTRDIGITS=x"],
                &["f"],
                "config_init_int_max_str_digits: PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for unlimited.",
            ),
            (
                &[],
                &["-Xtracemalloc=x", "f"],
                "config_init_tracemalloc: -X tracemalloc=NFRAME: invalid number of frames",
            ),
            (
                &["PYTHONTRACEMALLOC=x"],
                &["f"],
                "config_init_tracemalloc: PYTHONTRACEMALLOC: invalid number of frames",
            ),
            (
                &[],
                &["-Ximporttime=7", "f"],
                "config_init_import_time: -X importtime: values other than 1 and 2 are reserved for future use.",
            ),
            (
                &["PYTHONPROFILEIMPORTTIME=9"],
                &["f"],
                "config_init_import_time: PYTHONPROFILEIMPORTTIME: numeric values other than 1 and 2 are reserved for future use.",
            ),
            (
                &[],
                &["-Xfrozen_modules=q", "f"],
                "bad value for option -X frozen_modules (expected \"on\" or \"off\")",
            ),
            (&[], &["-Xgil=0", "f"], "config_read_gil: Disabling the GIL is not supported by this build"),
            (&["PYTHON_GIL=2"], &["f"], "config_read_gil: PYTHON_GIL / -X gil must be \"0\" or \"1\""),
            (
                &[],
                &["-Xthread_inherit_context=2", "f"],
                "config_init_thread_inherit_context: -X thread_inherit_context=n: n is missing or invalid",
            ),
            (
                &["PYTHON_CONTEXT_AWARE_WARNINGS=3"],
                &["f"],
                "config_init_context_aware_warnings: PYTHON_CONTEXT_AWARE_WARNINGS=N: N is missing or invalid",
            ),
        ] {
            assert_eq!(message(variables, words), expected);
        }
    }

    #[test]
    fn of_several_mistakes_cpythons_first_is_reported() {
        for (words, expected) in [
            (&["-Xgil=4", "-Ximporttime=7", "f"][..], "config_read_gil"),
            (&["-Xcpu_count=0", "-Xtracemalloc=x", "f"], "config_init_tracemalloc"),
            (&["-Xint_max_str_digits=1", "-Ximporttime=7", "f"], "config_init_import_time"),
            (&["-Xcpu_count=0", "-Xint_max_str_digits=1", "f"], "config_init_int_max_str_digits"),
            (
                &["-Xfrozen_modules=q", "-Xthread_inherit_context=q", "f"],
                "config_init_thread_inherit_context",
            ),
            (&["-Z", "-Xutf8=3"], "preconfig_init_utf8_mode"),
            (&["-h", "-Xutf8=3"], "preconfig_init_utf8_mode"),
        ] {
            assert!(message(&[], words).starts_with(expected), "{words:?}");
        }
    }

    #[test]
    fn streams_follow_variable_and_locale() {
        let streams = |variables: &[&str]| {
            let config = config(variables, &["f"]);
            (config.stdio_encoding, config.stdio_errors)
        };
        let pair = |encoding: &str, errors: &str| (String::from(encoding), String::from(errors));
        assert_eq!(streams(&[]), pair("utf-8", "surrogateescape"));
        assert_eq!(streams(&["LANG=de_DE.UTF-8"]), pair("utf-8", "strict"));
        assert_eq!(streams(&["PYTHONIOENCODING=latin-1"]), pair("latin-1", "strict"));
        assert_eq!(streams(&["PYTHONIOENCODING=:ignore"]), pair("utf-8", "ignore"));
        assert_eq!(streams(&["PYTHONIOENCODING=ascii:replace"]), pair("ascii", "replace"));
    }

    #[test]
    fn the_executable_is_found_as_a_shell_finds_it() {
        let system = system(&["PATH=/bin:/opt/bin"]);
        assert_eq!(executable(OsStr::new("/x/python"), &system), Path::new("/x/python"));
        assert_eq!(executable(OsStr::new("./python"), &system), Path::new("/work/python"));
        assert_eq!(executable(OsStr::new("../b/python"), &system), Path::new("/work/../b/python"));
        assert_eq!(executable(OsStr::new("python"), &system), Path::new("/opt/bin/python"));
    }

    #[test]
    fn small_options() {
        assert_eq!(config(&["PYTHON_CPU_COUNT=3"], &["f"]).cpu_count, Some(3));
        assert_eq!(config(&["PYTHON_CPU_COUNT=3"], &["-Xcpu_count=default", "f"]).cpu_count, None);
        assert_eq!(config(&["PYTHONPYCACHEPREFIX=/p"], &["-Xpycache_prefix", "f"]).pycache_prefix, None);
        assert_eq!(config(&[], &["-Ximporttime=x", "f"]).import_time, 1);
        assert!(config(&[], &["-Xdev", "f"]).faulthandler);
        assert_eq!(
            config(&[], &["--check-hash-based-pycs", "always", "f"]).check_hash_pycs,
            HashPycs::Always
        );
    }
}
