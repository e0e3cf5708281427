//! Python's command line as a table, and the scan over it.
//!
//! Mirrors CPython's `getopt`: short flags bundle (`-Ssc 'x'`), a value follows in the same word or the next, `-c` and `-m` end the
//! options and take the rest as arguments, `-` and the first plain word do too. Long flags take their value in the next word only.
//! The messages of what is wrong are CPython's. Nothing here looks at the environment: that is `config`.

use std::ffi::{OsStr, OsString};

use crate::runtime::api::HashPycs;

/// One flag of `python`.
pub struct Flag {
    /// `-c`; None for a flag that has only a long name.
    pub short: Option<char>,
    /// `--check-hash-based-pycs`.
    pub long: Option<&'static str>,
    /// The value's name, when it takes one.
    pub value: Option<&'static str>,
    pub help: &'static str,
    pub effect: Effect,
}

/// What a flag does to the scan.
#[derive(Clone, Copy)]
pub enum Effect {
    /// Changes the result; goes on.
    Set(fn(&mut Line)),
    /// The same with the flag's value.
    Take(fn(&mut Line, OsString) -> Result<(), Vec<u8>>),
    /// The value is the program: options end here.
    Program(fn(OsString) -> Program),
    /// Prints something and ends, at once.
    Print(Help),
}

/// A text that is printed in place of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Help {
    Options,
    Environment,
    XOptions,
    All,
    Version,
    LongVersion,
}

/// What the command line names as the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    Command(OsString),
    Module(OsString),
    File(OsString),
    /// `-`, or nothing at all.
    Stdin,
}

/// A scanned command line. Counters count repetitions.
#[derive(Debug, Default)]
pub struct Line {
    pub bytes_warning: u32,
    pub dont_write_bytecode: bool,
    pub debug: bool,
    pub ignore_environment: bool,
    pub inspect: u32,
    pub isolated: bool,
    pub optimize: u32,
    pub safe_path: bool,
    pub quiet: u32,
    pub random_hashes: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub unbuffered: bool,
    pub verbose: u32,
    pub version: u32,
    pub skip_first_line: bool,
    pub warnings: Vec<OsString>,
    pub x_options: Vec<(OsString, Option<OsString>)>,
    pub check_hash_pycs: HashPycs,
    pub program: Option<Program>,
    /// `sys.argv`.
    pub argv: Vec<OsString>,
}

const fn set(short: char, help: &'static str, effect: fn(&mut Line)) -> Flag {
    Flag { short: Some(short), long: None, value: None, help, effect: Effect::Set(effect) }
}

/// Every flag, in the order of the help page.
pub const PYTHON_FLAGS: &[Flag] = &[
    set('b', "warn when bytes meet str in a comparison or conversion; twice: raise instead", |line| {
        line.bytes_warning += 1
    }),
    set('B', "write no .pyc files", |line| line.dont_write_bytecode = true),
    Flag {
        short: Some('c'),
        long: None,
        value: Some("cmd"),
        help: "run this program text; ends the options",
        effect: Effect::Program(Program::Command),
    },
    set('d', "debug the parser (no effect in dx)", |line| line.debug = true),
    set('E', "ignore the PYTHON* environment variables", |line| line.ignore_environment = true),
    Flag {
        short: Some('h'),
        long: None,
        value: None,
        help: "print this page and exit (also -? and --help)",
        effect: Effect::Print(Help::Options),
    },
    set(
        'i',
        "stay at an interactive prompt after the program; prompt even if stdin is no terminal",
        |line| line.inspect += 1,
    ),
    set('I', "isolate from the user's environment: -E, -P and -s in one", |line| line.isolated = true),
    Flag {
        short: Some('m'),
        long: None,
        value: Some("mod"),
        help: "run a library module as a script; ends the options",
        effect: Effect::Program(Program::Module),
    },
    set('O', "leave out assert statements and set __debug__ to False; twice: docstrings too", |line| {
        line.optimize += 1
    }),
    set('P', "put no unsafe path (script's folder, working directory) first on sys.path", |line| {
        line.safe_path = true
    }),
    set('q', "print no banner at the interactive prompt", |line| line.quiet += 1),
    set('R', "random hashes, whatever PYTHONHASHSEED says", |line| line.random_hashes = true),
    set('s', "leave the user's site directory out of sys.path", |line| line.no_user_site = true),
    set('S', "don't import site at the start", |line| line.no_site = true),
    set('t', "accepted for old scripts; no effect", |_| {}),
    set('u', "write stdout and stderr through at once", |line| line.unbuffered = true),
    set('v', "trace imports; more of it when repeated", |line| line.verbose += 1),
    set('V', "print the version and exit (also --version); twice: what built it, too", |line| {
        line.version += 1
    }),
    Flag {
        short: Some('W'),
        long: None,
        value: Some("arg"),
        help: "filter warnings: action:message:category:module:lineno",
        effect: Effect::Take(|line, value| {
            line.warnings.push(value);
            Ok(())
        }),
    },
    set('x', "skip the source's first line, whatever it holds", |line| line.skip_first_line = true),
    Flag {
        short: Some('X'),
        long: None,
        value: Some("opt"),
        help: "set an option of the implementation; --help-xoptions lists them",
        effect: Effect::Take(|line, value| {
            line.x_options.push(match split_at_equals(&value) {
                Some((name, value)) => (name, Some(value)),
                None => (value, None),
            });
            Ok(())
        }),
    },
    Flag {
        short: None,
        long: Some("check-hash-based-pycs"),
        value: Some("always|default|never"),
        help: "when a .pyc that is keyed by hash is compared with its source",
        effect: Effect::Take(|line, value| {
            line.check_hash_pycs = match value.to_str() {
                Some("always") => HashPycs::Always,
                Some("default") => HashPycs::Default,
                Some("never") => HashPycs::Never,
                _ => {
                    return Err(
                        b"--check-hash-based-pycs must be one of 'default', 'always', or 'never'".to_vec()
                    );
                }
            };
            Ok(())
        }),
    },
    Flag {
        short: None,
        long: Some("help-env"),
        value: None,
        help: "print the environment variables and exit",
        effect: Effect::Print(Help::Environment),
    },
    Flag {
        short: None,
        long: Some("help-xoptions"),
        value: None,
        help: "print the -X options and exit",
        effect: Effect::Print(Help::XOptions),
    },
    Flag {
        short: None,
        long: Some("help-all"),
        value: None,
        help: "print all three pages and exit",
        effect: Effect::Print(Help::All),
    },
];

/// One `-X` option: name, value's form, meaning. Sorted by name.
pub const X_OPTIONS: &[(&str, &str, &str)] = &[
    (
        "context_aware_warnings",
        "=[0|1]",
        "keep warning filters in a context variable; also PYTHON_CONTEXT_AWARE_WARNINGS",
    ),
    ("cpu_count", "=N", "what os.cpu_count() answers, or 'default'; also PYTHON_CPU_COUNT"),
    ("dev", "", "development mode: more warnings and checks; also PYTHONDEVMODE"),
    ("disable-remote-debug", "", "refuse remote debugging (dx has none); also PYTHON_DISABLE_REMOTE_DEBUG"),
    ("faulthandler", "", "print tracebacks on fatal signals; also PYTHONFAULTHANDLER"),
    ("frozen_modules", "=[on|off]", "import the library from the executable; also PYTHON_FROZEN_MODULES"),
    ("gil", "=1", "the interpreter lock is always on; also PYTHON_GIL"),
    (
        "importtime",
        "[=2]",
        "print what each import takes, 2: also of loaded modules; also PYTHONPROFILEIMPORTTIME",
    ),
    ("int_max_str_digits", "=N", "limit of int and str conversions, 0 for none; also PYTHONINTMAXSTRDIGITS"),
    ("no_debug_ranges", "", "keep no columns in code objects; also PYTHONNODEBUGRANGES"),
    ("perf", "", "accepted, no effect; also PYTHONPERFSUPPORT"),
    ("perf_jit", "", "accepted, no effect; also PYTHON_PERF_JIT_SUPPORT"),
    ("pycache_prefix", "=PATH", "write .pyc files to a tree of their own; also PYTHONPYCACHEPREFIX"),
    ("showrefcount", "", "accepted, no effect"),
    (
        "thread_inherit_context",
        "=[0|1]",
        "threads start with a copy of the context; also PYTHON_THREAD_INHERIT_CONTEXT",
    ),
    ("tracemalloc", "[=N]", "trace allocations with N frames each; also PYTHONTRACEMALLOC"),
    ("utf8", "[=0|1]", "UTF-8 mode; also PYTHONUTF8"),
    (
        "warn_default_encoding",
        "",
        "warn where a text file's encoding is left open; also PYTHONWARNDEFAULTENCODING",
    ),
];

/// What a scan ends in.
pub enum Scanned {
    Line(Box<Line>),
    Help(Help),
}

/// The flags of a command line one by one, each with its value, up to the program. After a mistake it goes on behind it.
struct Words<'a> {
    arguments: &'a [OsString],
    /// The next word.
    at: usize,
    /// The rest of a bundle of short flags: its word, and how far it was read.
    bundle: Option<(&'a OsString, usize)>,
    /// A lone dash at the end of a bundle, which CPython remarks on and takes for the end of the options.
    stray_dash: bool,
}

type Word = Result<(&'static Flag, Option<OsString>), Vec<u8>>;

impl<'a> Words<'a> {
    fn of(arguments: &'a [OsString]) -> Words<'a> {
        Words { arguments, at: 0, bundle: None, stray_dash: false }
    }

    fn short(&mut self, word: &'a OsString, offset: usize) -> Word {
        let bytes = word.as_encoded_bytes();
        self.bundle = (offset + 1 < bytes.len()).then_some((word, offset + 1));
        let Some(flag) = short_flag(bytes[offset]) else {
            return Err([b"Unknown option: -".as_slice(), &[latin_1(word, offset)]].concat());
        };
        if flag.value.is_none() {
            return Ok((flag, None));
        }
        if self.bundle.take().is_some() {
            return Ok((flag, Some(tail(word, offset + 1))));
        }
        let missing = || [b"Argument expected for the -".as_slice(), &[bytes[offset]], b" option"].concat();
        Ok((flag, Some(self.value().ok_or_else(missing)?)))
    }

    fn long(&mut self, word: &OsString, name: &[u8]) -> Word {
        let word = word.as_encoded_bytes();
        let flag = long_flag(name).ok_or_else(|| [b"Unknown option: ", word].concat())?;
        if flag.value.is_none() {
            return Ok((flag, None));
        }
        let missing = || [b"Argument expected for the ", word, b" options"].concat();
        Ok((flag, Some(self.value().ok_or_else(missing)?)))
    }

    fn value(&mut self) -> Option<OsString> {
        self.at += 1;
        self.arguments.get(self.at - 1).cloned()
    }
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let (word, offset) = match self.bundle.take() {
            Some(rest) => rest,
            None => {
                let word = self.arguments.get(self.at)?;
                let bytes = word.as_encoded_bytes();
                if bytes.first() != Some(&b'-') || bytes == b"-" {
                    return None;
                }
                self.at += 1;
                match bytes {
                    b"--" => return None,
                    b"--help" => return Some(Ok((short_flag(b'h')?, None))),
                    b"--version" => return Some(Ok((short_flag(b'V')?, None))),
                    _ => (word, 1),
                }
            }
        };
        let bytes = word.as_encoded_bytes();
        if bytes[offset] != b'-' {
            return Some(self.short(word, offset));
        }
        if offset + 1 == bytes.len() {
            self.stray_dash = true;
            return None;
        }
        Some(self.long(word, &bytes[offset + 1..]))
    }
}

/// What counts before anything else is judged: CPython reads its `-E`, `-I` and `-X` once ahead, mistakes and help ignored.
pub fn scan_ahead(arguments: &[OsString]) -> Line {
    let mut line = Line::default();
    for (flag, value) in Words::of(arguments).filter_map(Result::ok) {
        match flag.effect {
            Effect::Program(_) => break,
            _ => drop(apply(&mut line, flag, value)),
        }
    }
    line
}

/// Scans `arguments`, the part behind the program's name. The error is the line that stands above the usage line.
pub fn scan(arguments: &[OsString]) -> Result<Scanned, Vec<u8>> {
    let mut line = Line::default();
    let mut words = Words::of(arguments);
    for word in words.by_ref() {
        let (flag, value) = word?;
        if let Some(help) = apply(&mut line, flag, value)? {
            return Ok(Scanned::Help(help));
        }
        if line.program.is_some() {
            break;
        }
    }
    if words.stray_dash {
        super::complain("Expected long option");
    }
    match line.version {
        0 => {}
        1 => return Ok(Scanned::Help(Help::Version)),
        _ => return Ok(Scanned::Help(Help::LongVersion)),
    }
    let rest = arguments.get(words.at..).unwrap_or_default();
    match &line.program {
        Some(Program::Command(_)) => line.argv.push(OsString::from("-c")),
        Some(Program::Module(_)) => line.argv.push(OsString::from("-m")),
        _ => {
            line.program = Some(match rest.first() {
                Some(file) if file != "-" => Program::File(file.clone()),
                _ => Program::Stdin,
            });
            if rest.is_empty() {
                line.argv.push(OsString::new());
            }
        }
    }
    line.argv.extend_from_slice(rest);
    Ok(Scanned::Line(Box::new(line)))
}

fn apply(line: &mut Line, flag: &Flag, value: Option<OsString>) -> Result<Option<Help>, Vec<u8>> {
    match (flag.effect, value) {
        (Effect::Set(effect), _) => effect(line),
        (Effect::Take(effect), Some(value)) => effect(line, value)?,
        (Effect::Program(program), Some(value)) => line.program = Some(program(value)),
        (Effect::Print(help), _) => return Ok(Some(help)),
        (Effect::Take(_) | Effect::Program(_), None) => {
            unreachable!("the table gives these flags a value")
        }
    }
    Ok(None)
}

fn short_flag(letter: u8) -> Option<&'static Flag> {
    let letter = if letter == b'?' { 'h' } else { letter as char };
    PYTHON_FLAGS.iter().find(|flag| flag.short == Some(letter))
}

fn long_flag(name: &[u8]) -> Option<&'static Flag> {
    PYTHON_FLAGS.iter().find(|flag| flag.long.is_some_and(|long| long.as_bytes() == name))
}

/// `name=value` in two.
fn split_at_equals(text: &OsStr) -> Option<(OsString, OsString)> {
    let at = text.as_encoded_bytes().iter().position(|byte| *byte == b'=')?;
    Some((head(text, at), tail(text, at + 1)))
}

/// The low byte of the character at `offset`: the way CPython prints an option letter that it doesn't know.
fn latin_1(word: &OsStr, offset: usize) -> u8 {
    let rest = &word.as_encoded_bytes()[offset..];
    let length = (1..=rest.len().min(4)).find(|length| std::str::from_utf8(&rest[..*length]).is_ok());
    let letter = length
        .and_then(|length| std::str::from_utf8(&rest[..length]).ok())
        .and_then(|text| text.chars().next());
    letter.map_or(rest[0], |letter| letter as u32 as u8)
}

#[cfg(unix)]
fn head(text: &OsStr, at: usize) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(&text.as_bytes()[..at]).to_owned()
}

/// The part from a byte offset that follows an ASCII character.
#[cfg(unix)]
pub(super) fn tail(text: &OsStr, at: usize) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(&text.as_bytes()[at..]).to_owned()
}

#[cfg(not(unix))]
fn head(text: &OsStr, at: usize) -> OsString {
    OsString::from(&text.to_string_lossy()[..at])
}

#[cfg(not(unix))]
pub(super) fn tail(text: &OsStr, at: usize) -> OsString {
    OsString::from(&text.to_string_lossy()[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &[&str]) -> Vec<OsString> {
        text.iter().map(OsString::from).collect()
    }

    fn line(text: &[&str]) -> Line {
        match scan(&words(text)) {
            Ok(Scanned::Line(line)) => *line,
            Ok(Scanned::Help(help)) => panic!("help {help:?}"),
            Err(message) => panic!("{}", String::from_utf8_lossy(&message)),
        }
    }

    fn refusal(text: &[&str]) -> Vec<u8> {
        scan(&words(text)).err().expect("refused")
    }

    #[test]
    fn short_flags_bundle_and_a_program_ends_them() {
        let bundled = line(&["-Ssc", "print(1)", "-q", "x"]);
        assert!(bundled.no_site && bundled.no_user_site && bundled.quiet == 0);
        assert_eq!(bundled.program, Some(Program::Command(OsString::from("print(1)"))));
        assert_eq!(bundled.argv, words(&["-c", "-q", "x"]));
        let glued = line(&["-OOmjson.tool", "f"]);
        assert_eq!((glued.optimize, glued.program), (2, Some(Program::Module(OsString::from("json.tool")))));
        assert_eq!(glued.argv, words(&["-m", "f"]));
    }

    #[test]
    fn the_program_is_the_first_plain_word() {
        assert_eq!(line(&["-q", "a.py", "-q"]).argv, words(&["a.py", "-q"]));
        assert_eq!(line(&["--", "-x"]).program, Some(Program::File(OsString::from("-x"))));
        assert_eq!(line(&["-", "-x"]).argv, words(&["-", "-x"]));
        assert_eq!(line(&[]).argv, words(&[""]));
        assert_eq!(line(&["-P-"]).program, Some(Program::Stdin));
    }

    #[test]
    fn options_with_values() {
        let both = line(&["-Wonce", "-W", "error", "-Xa=b=c", "-X", "dev", "f"]);
        assert_eq!(both.warnings, words(&["once", "error"]));
        assert_eq!(both.x_options[0], (OsString::from("a"), Some(OsString::from("b=c"))));
        assert_eq!(both.x_options[1], (OsString::from("dev"), None));
        assert_eq!(line(&["--check-hash-based-pycs", "never", "f"]).check_hash_pycs, HashPycs::Never);
    }

    #[test]
    fn messages_are_cpythons() {
        for (text, message) in [
            (&["-Z"][..], "Unknown option: -Z"),
            (&["--foo"], "Unknown option: --foo"),
            (&["-Vf"], "Unknown option: -f"),
            (&["-P=2"], "Unknown option: -="),
            (&["-c"], "Argument expected for the -c option"),
            (&["-ic"], "Argument expected for the -c option"),
            (&["-X"], "Argument expected for the -X option"),
            (&["--check-hash-based-pycs"], "Argument expected for the --check-hash-based-pycs options"),
            (
                &["--check-hash-based-pycs", "x"],
                "--check-hash-based-pycs must be one of 'default', 'always', or 'never'",
            ),
        ] {
            assert_eq!(String::from_utf8(refusal(text)).unwrap(), message);
        }
        assert_eq!(refusal(&["-é"]), b"Unknown option: -\xe9");
    }

    #[test]
    fn help_comes_at_once_and_the_version_at_the_end() {
        assert!(matches!(scan(&words(&["-V", "-h"])), Ok(Scanned::Help(Help::Options))));
        assert!(matches!(scan(&words(&["-VV"])), Ok(Scanned::Help(Help::LongVersion))));
        assert!(matches!(scan(&words(&["--version", "x"])), Ok(Scanned::Help(Help::Version))));
        assert!(matches!(scan(&words(&["--help-env", "-Z"])), Ok(Scanned::Help(Help::Environment))));
        assert!(matches!(scan(&words(&["-?Z"])), Ok(Scanned::Help(Help::Options))));
        assert!(scan(&words(&["-V", "-Z"])).is_err());
    }

    #[test]
    fn tables_are_sorted() {
        assert!(X_OPTIONS.is_sorted_by_key(|(name, _, _)| *name));
    }
}
