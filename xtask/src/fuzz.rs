//! `cargo xtask fuzz`: programs of the test suite, damaged at random, run under a debug build of dx until one of them breaks it.
//!
//! No input may panic, die by a signal or hang. Every round takes programs from `tests/lang` and `tests/hostile`, changes tokens and
//! lines of them (or, for a part of them, bytes of their stored bytecode), and runs them one after the other in one process. What
//! goes wrong is run again alone, made smaller line by line and written to `target/fuzz`; a program that CPython doesn't finish
//! either is no finding. The same seed gives the same programs.
//!
//! Programs run with a list of modules that reach nothing outside, and, where the fuzzer is root, as nobody.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Programs of one process.
const BATCH: usize = 30;
/// How long one program may take. Debug builds on a busy machine are slow.
const PATIENCE: Duration = Duration::from_secs(20);
/// Address space of the process under test, in KiB.
const MEMORY: u64 = 8 << 20;
/// The user `nobody`.
#[cfg(unix)]
const NOBODY: u32 = 65534;
/// Programs that mention one of these are no seeds: damaged, they could do harm.
const DANGEROUS: &[&str] = &[
    "os.",
    "import os",
    "open(",
    "subprocess",
    "signal",
    "shutil",
    "socket",
    "thread",
    "ctypes",
    "posix",
    "tempfile",
    "pathlib",
    "sys.modules",
    "gc.get_objects",
    "# args:",
    "# stdin:",
    "input(",
];

/// What damaged programs get in the place of a token.
const TOKENS: &[&str] = &[
    "0",
    "-1",
    "1",
    "2",
    "1 << 70",
    "-(1 << 63)",
    "(1 << 62)",
    "0.0",
    "float('nan')",
    "1e308",
    "1j",
    "None",
    "True",
    "...",
    "''",
    "'\\ud800'",
    "'é'",
    "b'\\xff'",
    "[]",
    "()",
    "{}",
    "set()",
    "range(3)",
    "[[]] * 3",
    "lambda *a: a",
    "self",
    "super()",
    "type",
    "object",
    "int",
    "iter([1])",
    "(yield)",
    "(yield from ())",
    "await x",
    "*x",
    "**x",
    "del x",
    "global x",
    "nonlocal x",
    "return",
    "raise",
    "break",
    "continue",
    "x := 1",
    "async",
    "lambda",
    "not",
    "in",
    "is",
    "if",
    "else",
    "for",
    "while",
    "try:",
    "finally:",
    "except* E:",
    "match x:",
    "case _:",
    "type X = X",
    "[T]",
    "@",
    "->",
    "=",
    "==",
    ":",
    ",",
    ";",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\\",
    "f'{x!r:>{y}}'",
    "t'{x}'",
    "'''",
    "__class__",
    "__slots__",
    "__del__",
    "__eq__",
    "__hash__",
    "__getattr__",
    "__init_subclass__",
    "vars()",
    "locals()",
    "globals()",
    "dir()",
    "(lambda: x)()",
    "[x for x in x]",
    "{x: x for x in x}",
    "memoryview(b'x')",
    "bytearray(3)",
    "slice(None)",
    "NotImplemented",
    "__import__('gc').collect()",
    "sys.setrecursionlimit(50)",
];

/// Runs inside the process under test: `@ N` stands on its output before the Nth program starts.
const HARNESS: &str = r#"
import builtins, marshal, random, sys
allowed = set('''__future__ abc array ast asyncio atexit bisect builtins cmath collections contextlib contextvars copy csv dataclasses
datetime decimal dis enum fractions functools gc heapq inspect io itertools json keyword math numbers operator pickle pprint random re
reprlib statistics string struct sys textwrap time token tokenize traceback types typing unicodedata warnings weakref zlib'''.split())
def importer(name, globals=None, locals=None, fromlist=(), level=0):
    if name.partition('.')[0] not in allowed:
        raise ImportError(name)
    return builtins.__import__(name, globals, locals, fromlist, level)
hidden = {'open', 'input', 'breakpoint', 'exit', 'quit', 'help'}
class Nowhere:
    encoding, errors = 'utf-8', 'strict'
    def write(self, text): return len(text)
    def flush(self): pass
def damaged(code, rng):
    blob = bytearray(marshal.dumps(code))
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(21, len(blob))
        match rng.randrange(5):
            case 0: blob[at] = rng.randrange(256)
            case 1: blob[at] = blob[rng.randrange(len(blob))]
            case 2: blob[at] ^= 1 << rng.randrange(8)
            case 3: blob[at] = max(0, min(255, blob[at] + rng.choice([-1, 1])))
            case 4: blob[at:at + 4] = blob[(other := rng.randrange(21, len(blob))):other + 4]
    return marshal.loads(bytes(blob))
real, errors, limit = sys.stdout, sys.stderr, sys.getrecursionlimit()
for at, path in enumerate(sys.argv[1:]):
    sys.stdout, sys.stderr = real, errors
    sys.setrecursionlimit(limit)
    print('@', at, file=real, flush=True)
    with open(path, 'rb') as file:
        text = file.read()
    sys.stdout = sys.stderr = Nowhere()
    try:
        code = compile(text, 'fuzz', 'exec')
        if path.endswith('bytes'):
            code = damaged(code, random.Random(text))
        exec(code, {'__builtins__': {name: value for name, value in vars(builtins).items() if name not in hidden}
                                    | {'__import__': importer}, '__name__': 'fuzz'})
    except BaseException:
        pass
    code = None
sys.stdout, sys.stderr = real, errors
print('@ end', flush=True)
"#;

/// Small and good enough: xorshift.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn choose<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// How a run went wrong.
#[derive(Debug)]
struct Failure {
    /// Which program; one past the last is the process's end.
    program: usize,
    /// Where it panicked, or how the process ended: equal for equal faults.
    signature: String,
    hangs: bool,
}

/// `[seconds=600] [seed=N] [bytes=PERCENT] [dx=PATH]`; `bytes` is the part of the programs that is damaged as bytecode.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let argument = |key: &str| arguments.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
    let number = |key: &str, default: u64| {
        argument(key)
            .map_or(Ok(default), |text| text.parse().map_err(|_| format!("{key}={text}: not a number")))
    };
    let seconds = number("seconds", 600)?;
    let seed = number("seed", std::time::UNIX_EPOCH.elapsed().map_or(1, |time| time.as_secs()))?;
    let bytes = number("bytes", 25)?;
    let dx = match argument("dx") {
        Some(path) => PathBuf::from(path),
        None => debug_binary()?,
    };
    let seeds = seeds()?;
    let folder = std::env::temp_dir().join(format!("dx-fuzz-{seed}"));
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let harness = folder.join("harness.py");
    write(&harness, HARNESS.as_bytes())?;
    // Nobody may read the folder and keep dx's library there.
    open_to_all(&folder)?;
    let found = crate::root().join("target/fuzz");
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut known = BTreeSet::new();
    let mut findings = 0;
    let start = Instant::now();
    let mut count = 0;
    println!("{} seeds, seed={seed}, {} under test", seeds.len(), dx.display());
    while start.elapsed() < Duration::from_secs(seconds) {
        let mut paths = Vec::new();
        for at in 0..BATCH {
            let kind = if random.below(100) < bytes as usize { "bytes" } else { "py" };
            let path = folder.join(format!("{at}.{kind}"));
            write(&path, &program(&seeds, &mut random, kind == "bytes"))?;
            paths.push(path);
        }
        let mut rest = &paths[..];
        while let Some(failure) = execute(&dx, &harness, rest, &folder)? {
            // The end of the process is everybody's; what comes before, of the one it happened in, if it does so alone.
            let culprit = rest.get(failure.program).map(std::slice::from_ref);
            let alone = match culprit {
                Some(one) => execute(&dx, &harness, one, &folder)?,
                None => None,
            };
            let together = &rest[..rest.len().min(failure.program + 1)];
            let (failure, programs) = match (alone, culprit) {
                (Some(alone), Some(one)) => (alone, one),
                _ => (failure, together),
            };
            let excused = || failure.hangs && may_hang(&harness, programs, &folder);
            // One hang looks like another: each is reported.
            if (failure.hangs || !known.contains(&failure.signature)) && !excused() {
                known.insert(failure.signature.clone());
                findings += 1;
                report(&dx, &harness, &folder, &found, &failure, programs, findings)?;
            }
            rest = rest.get(together.len()..).unwrap_or(&[]);
        }
        count += BATCH;
        if count % (BATCH * 20) == 0 {
            println!("{count} programs, {findings} findings, {} s", start.elapsed().as_secs());
        }
    }
    std::fs::remove_dir_all(&folder).ok();
    println!("{count} programs, {findings} findings, seed={seed}");
    if findings == 0 { Ok(()) } else { Err(format!("{findings} findings in {}", found.display())) }
}

/// Where the debug build is that `cargo build` makes.
fn debug_binary() -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo).args(["build", "--package", "dx"]).current_dir(crate::root()).status();
    if !status.as_ref().is_ok_and(|status| status.success()) {
        return Err(format!("cargo build: {status:?}"));
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| crate::root().join("target"), PathBuf::from);
    Ok(target.join("debug").join(format!("dx{}", std::env::consts::EXE_SUFFIX)))
}

/// The programs of the suite, without their expectations, that can do no harm.
fn seeds() -> Result<Vec<String>, String> {
    let mut seeds = Vec::new();
    for folder in ["tests/lang", "tests/hostile"] {
        let paths =
            crate::case::find(&crate::root().join(folder)).map_err(|error| format!("{folder}: {error}"))?;
        for path in paths {
            let text =
                std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let lines = text.lines().filter(|line| !line.starts_with("#|") && !line.starts_with("# stdout"));
            let text: String = lines.flat_map(|line| [line, "\n"]).collect();
            if !DANGEROUS.iter().any(|word| text.contains(word)) {
                seeds.push(text);
            }
        }
    }
    if seeds.is_empty() { Err(String::from("no seeds")) } else { Ok(seeds) }
}

/// A damaged program; `whole` leaves it as it is, for the harness damages its bytecode, but for a last line that makes it another.
fn program(seeds: &[String], random: &mut Random, whole: bool) -> Vec<u8> {
    let mut text = random.choose(seeds).clone();
    if whole {
        return format!("{text}\n# {}\n", random.next()).into_bytes();
    }
    for _ in 0..1 + random.below(4) {
        text = match random.below(10) {
            0..=5 => damage_token(&text, seeds, random),
            6..=8 => damage_line(&text, seeds, random),
            _ => text,
        };
    }
    let mut bytes = text.into_bytes();
    if random.below(12) == 0 && !bytes.is_empty() {
        let at = random.below(bytes.len());
        bytes[at] = random.next() as u8;
    }
    bytes
}

/// Borders of the words, numbers, blanks and signs of a text.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let class = |letter: char| match letter {
        '\n' => 0,
        letter if letter.is_whitespace() => 1,
        letter if letter.is_alphanumeric() || letter == '_' || letter == '.' => 2,
        _ => 3,
    };
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut last = 0;
    for (at, letter) in text.char_indices() {
        let this = class(letter);
        match found.last_mut() {
            Some(token) if this == last && (this == 1 || this == 2) => token.1 = at + letter.len_utf8(),
            _ => found.push((at, at + letter.len_utf8())),
        }
        last = this;
    }
    found.retain(|(start, end)| !text[*start..*end].trim().is_empty());
    found
}

fn damage_token(text: &str, seeds: &[String], random: &mut Random) -> String {
    let places = tokens(text);
    if places.is_empty() {
        return text.to_string();
    }
    let (start, end) = *random.choose(&places);
    let other = *random.choose(&places);
    let new = match random.below(6) {
        0 => String::new(),
        1 => text[start..end].repeat(2),
        2 => format!("{} ", &text[other.0..other.1]),
        3 => {
            let donor = random.choose(seeds);
            let places = tokens(donor);
            places
                .get(random.below(places.len()))
                .map_or_else(String::new, |place| donor[place.0..place.1].into())
        }
        _ => String::from(*random.choose(TOKENS)),
    };
    format!("{}{new}{}", &text[..start], &text[end..])
}

fn damage_line(text: &str, seeds: &[String], random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(String::from).collect();
    if lines.is_empty() {
        return text.to_string();
    }
    let at = random.below(lines.len());
    let other = random.below(lines.len());
    match random.below(6) {
        0 => {
            lines.remove(at);
        }
        1 => lines.insert(other, lines[at].clone()),
        2 => lines.swap(at, other),
        3 => lines[at].insert_str(0, "    "),
        4 => lines[at] = lines[at].trim_start().to_string(),
        _ => {
            // A piece of another program, indented like its new neighbour.
            let donor: Vec<&str> = random.choose(seeds).lines().collect();
            let from = random.below(donor.len());
            let indent: String = lines[at].chars().take_while(|letter| *letter == ' ').collect();
            let stray = donor.get(from).map_or(0, |line| line.len() - line.trim_start().len());
            let piece = donor[from..].iter().take(1 + random.below(8));
            let piece: Vec<String> = piece
                .map(|line| format!("{indent}{}", line.get(stray..).unwrap_or(line.trim_start())))
                .collect();
            lines.splice(at..at, piece);
        }
    }
    lines.join("\n") + "\n"
}

/// Runs programs in one process; the first that goes wrong.
fn execute(
    program: &Path,
    harness: &Path,
    paths: &[PathBuf],
    folder: &Path,
) -> Result<Option<Failure>, String> {
    if paths.is_empty() {
        return Ok(None);
    }
    let is_dx = program.file_stem().is_some_and(|name| name == "dx");
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("ulimit -v {MEMORY}; ulimit -c 0; exec \"$@\"")).arg("sh").arg(program);
    if is_dx {
        command.arg("run");
        become_nobody(&mut command);
    }
    command.arg(harness).args(paths).current_dir(folder).env("XDG_CACHE_HOME", folder).env("HOME", folder);
    command.env("RUST_BACKTRACE", "0");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let (Some(stdout), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(String::from("no pipes"));
    };
    let errors = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stderr.read_to_end(&mut bytes).ok();
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let (send, receive) = channel();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if line.starts_with("@ ") && send.send(line).is_err() {
                break;
            }
        }
    });
    let (mut at, mut hangs) = (0, false);
    loop {
        match receive.recv_timeout(PATIENCE) {
            Ok(line) => at = line[2..].parse().unwrap_or(paths.len()),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                hangs = true;
                child.kill().ok();
                break;
            }
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    reader.join().ok();
    let errors = errors.join().unwrap_or_default();
    let signature = if let Some(line) = errors.lines().find(|line| line.contains("panicked at")) {
        line[line.find("panicked at").unwrap_or(0)..].to_string()
    } else if hangs {
        String::from("hangs")
    } else if !status.success() {
        let last = errors.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
        let words: String = last.chars().filter(|letter| !letter.is_ascii_digit()).take(80).collect();
        format!("{status}: {words}")
    } else {
        return Ok(None);
    };
    Ok(Some(Failure { program: at, signature, hangs }))
}

#[cfg(unix)]
fn become_nobody(command: &mut Command) {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    if std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        command.uid(NOBODY).gid(NOBODY);
    }
}

#[cfg(not(unix))]
fn become_nobody(_: &mut Command) {}

#[cfg(unix)]
fn open_to_all(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(folder, open).map_err(|error| format!("{}: {error}", folder.display()))
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> Result<(), String> {
    Ok(())
}

/// Whether a program that hangs has a right to: CPython hangs in it too, or its damaged bytecode may hold an endless loop.
fn may_hang(harness: &Path, programs: &[PathBuf], folder: &Path) -> bool {
    if programs.iter().any(|path| path.extension().is_some_and(|kind| kind == "bytes")) {
        return true;
    }
    let Ok(cpython) = crate::cpython() else { return false };
    execute(&cpython, harness, programs, folder)
        .is_ok_and(|failure| failure.is_some_and(|failure| failure.hangs))
}

/// Makes one program smaller as long as it fails alike, and writes it where it is found.
fn report(
    dx: &Path,
    harness: &Path,
    folder: &Path,
    found: &Path,
    failure: &Failure,
    programs: &[PathBuf],
    number: usize,
) -> Result<(), String> {
    std::fs::create_dir_all(found).map_err(|error| format!("{}: {error}", found.display()))?;
    println!("finding {number}: {} ({} programs)", failure.signature, programs.len());
    let [path] = programs else {
        for path in programs {
            let name = format!("{number}-{}", path.file_name().unwrap_or_default().to_string_lossy());
            std::fs::copy(path, found.join(name)).map_err(|error| error.to_string())?;
        }
        return Ok(());
    };
    let kind = path.extension().unwrap_or_default().to_string_lossy().into_owned();
    let mut best = std::fs::read(path).map_err(|error| error.to_string())?;
    let small = folder.join(format!("small.{kind}"));
    // What a change of one byte changes wholly can't be made smaller.
    if kind == "py" && !failure.hangs {
        let mut size = best.split(|byte| *byte == b'\n').count() / 2;
        while size > 0 {
            let mut at = 0;
            loop {
                let lines: Vec<&[u8]> = best.split(|byte| *byte == b'\n').collect();
                if at >= lines.len() {
                    break;
                }
                let kept = lines.iter().enumerate().filter(|(line, _)| *line < at || *line >= at + size);
                let smaller = kept.map(|(_, line)| *line).collect::<Vec<_>>().join(&b'\n');
                write(&small, &smaller)?;
                match execute(dx, harness, std::slice::from_ref(&small), folder)? {
                    Some(other) if other.signature == failure.signature => best = smaller,
                    _ => at += size,
                }
            }
            size /= 2;
        }
    }
    let target = found.join(format!("{number}.{kind}"));
    write(&target, &best)?;
    println!("    {}", target.display());
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    std::fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}
