//! Runs many programs in one process of dx or of CPython 3.14, and gives what each printed.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long a process may take before it is killed.
const PATIENCE: Duration = Duration::from_secs(120);
/// And so much longer for each program of a batch.
const PATIENCE_EACH: Duration = Duration::from_millis(200);
/// Between programs and between answers.
const MARK: char = '\u{1e}';

/// Runs the programs of the file that it is given, one namespace each; prints what each printed, and how it ended if badly.
const HARNESS: &str = r#"
import io, sys, warnings
warnings.simplefilter('ignore')
with open(sys.argv[1], encoding='utf-8') as file:
    programs = file.read().split('\x1e')
real = sys.stdout
for program in programs:
    sys.stdout = heard = io.StringIO()
    try:
        exec(compile(program, '<case>', 'exec'), {'__name__': 'case'})
    except BaseException as error:
        print('uncaught', type(error).__name__, error)
    sys.stdout = real
    real.buffer.write(heard.getvalue().encode('utf-8', 'backslashreplace') + b'\x1e')
    real.buffer.flush()
"#;

/// What a program printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer(pub String);

/// dx as a command.
pub fn dx() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dx"));
    command.arg("run");
    command
}

/// CPython 3.14 as a command, if there is one here.
pub fn cpython() -> Option<Command> {
    static SAID: Once = Once::new();
    let path = match std::env::var_os("DX_ORACLE") {
        Some(path) => PathBuf::from(path),
        None => {
            PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/dx-peers/bin/python3.14")
        }
    };
    if path.exists() {
        return Some(Command::new(path));
    }
    SAID.call_once(|| eprintln!("{}: not there, so nothing is compared with CPython", path.display()));
    None
}

pub fn run_dx(programs: &[String]) -> Vec<Answer> {
    run(&dx, programs)
}

pub fn run_cpython(programs: &[String]) -> Option<Vec<Answer>> {
    cpython()?;
    Some(run(&|| cpython().expect("was there"), programs))
}

/// What a process that ended by itself printed, and how it ended; `Err` if it had to be killed.
pub fn finish(command: Command) -> Result<(String, String, ExitStatus), String> {
    let (out, err, end) = finish_within(command, PATIENCE);
    end.map(|status| (out, err, status))
}

/// What a process printed, and how it ended or why it had to be killed.
fn finish_within(mut command: Command, patience: Duration) -> (String, String, Result<ExitStatus, String>) {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return (String::new(), String::new(), Err(format!("{command:?}: {error}"))),
    };
    let (mut out, mut err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    let hear = |pipe: &mut dyn Read| {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).ok();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    std::thread::scope(|scope| {
        let out = scope.spawn(move || hear(&mut out));
        let err = scope.spawn(move || hear(&mut err));
        let start = Instant::now();
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break Ok(status),
                Ok(None) if start.elapsed() > patience => {
                    child.kill().ok();
                    child.wait().ok();
                    break Err(format!("no end after {} s", patience.as_secs()));
                }
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Err(error) => break Err(error.to_string()),
            }
        };
        (out.join().unwrap_or_default(), err.join().unwrap_or_default(), status)
    })
}

fn run(interpreter: &dyn Fn() -> Command, programs: &[String]) -> Vec<Answer> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("dx-properties-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).expect("a folder for programs");
    let answers = run_in(&folder, interpreter, programs);
    std::fs::remove_dir_all(&folder).ok();
    answers
}

fn run_in(folder: &Path, interpreter: &dyn Fn() -> Command, programs: &[String]) -> Vec<Answer> {
    let (harness, file) = (folder.join("harness.py"), folder.join("programs"));
    std::fs::write(&harness, HARNESS).expect("the harness");
    let mut answers: Vec<Answer> = Vec::new();
    while answers.len() < programs.len() {
        let rest = &programs[answers.len()..];
        std::fs::write(&file, rest.join(&MARK.to_string())).expect("the programs");
        let mut command = interpreter();
        command.arg(&harness).arg(&file).env("PYTHONIOENCODING", "utf-8");
        let (out, err, end) = finish_within(command, PATIENCE + PATIENCE_EACH * rest.len() as u32);
        let end = match end {
            Ok(status) => format!("the process ended with {status}: {err}"),
            Err(why) => why,
        };
        let mut heard: Vec<&str> = out.split(MARK).collect();
        // What stands behind the last mark is what a program printed that never came to its end.
        let unfinished = heard.pop().unwrap_or_default();
        answers.extend(heard.iter().map(|text| Answer(text.to_string())));
        if heard.len() < rest.len() {
            answers.push(Answer(format!("{unfinished}{end}")));
        }
    }
    answers
}
