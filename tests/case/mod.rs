//! A language case: one Python file whose comments hold how it is run and what comes of it.
//!
//! The file's path is the claim. Behind the program, in this order and each only where there is something to say, stand blocks of
//! comments; the suite compares with them, `cargo xtask oracle` writes them from CPython, `DX_BLESS=1` from dx:
//!
//! ```text
//! # args: -O -W error           options in front of the file (first lines of the file, written by hand, like the next three)
//! # argv: a b                   arguments behind it
//! # env: NAME=value             one variable a line
//! # stdin: text                 one line of input a line
//! print(1 + 1)
//! # stdout:
//! #| 2
//! # stderr:
//! #| Traceback (most recent call last):
//! # exit: 1                     `signal 2` for a death by signal
//! ```
//!
//! A line `# FIXME: ...` in front of the blocks marks a case whose answer is wrong: the blocks hold dx's, and all of it is compared.
//!
//! A block that is absent says "nothing" and "0": a case without expectations claims silence and success. A case runs in its own
//! folder under its bare name; the folder's path is cut out of what it prints. Names that begin with `_` are helpers, not cases.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How the line begins that says: dx answers something else than CPython, and what stands below is dx's answer of today.
const MARK: &str = "# FIXME: ";

/// How long a case may take before it is killed. Generous: debug builds on a busy machine run these too.
const PATIENCE: Duration = Duration::from_secs(60);

const PREFIX: &str = "#| ";

/// What came of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub stdout: String,
    pub stderr: String,
    /// `0`, `1`, `signal 11`, `no answer`
    pub exit: String,
}

/// A case as it stands in its file.
pub struct Case {
    pub path: PathBuf,
    /// The file without the expectations, newline at its end.
    program: String,
    args: Vec<String>,
    argv: Vec<String>,
    env: Vec<(String, String)>,
    stdin: String,
    pub expected: Outcome,
}

impl Case {
    pub fn read(path: &Path) -> std::io::Result<Case> {
        let text = std::fs::read_to_string(path)?;
        let mut case = Case {
            path: path.to_owned(),
            program: String::new(),
            args: Vec::new(),
            argv: Vec::new(),
            env: Vec::new(),
            stdin: String::new(),
            expected: Outcome { exit: String::from("0"), ..Outcome::default() },
        };
        for line in text.lines().take_while(|line| line.starts_with("# ")) {
            let Some((key, value)) = line[2..].split_once(": ") else { continue };
            match key {
                "args" => case.args = value.split(' ').map(String::from).collect(),
                "argv" => case.argv = value.split(' ').map(String::from).collect(),
                "env" => {
                    case.env.extend(value.split_once('=').map(|(name, value)| (name.into(), value.into())))
                }
                "stdin" => case.stdin += &format!("{value}\n"),
                _ => {}
            }
        }
        let mut lines: Vec<&str> = text.lines().collect();
        let is_expectation = |line: &str| {
            line.starts_with("#|")
                || line == "# stdout:"
                || line == "# stderr:"
                || line.starts_with("# exit: ")
        };
        let behind = lines.iter().rposition(|line| !is_expectation(line)).map_or(0, |at| at + 1);
        let expectations = lines.split_off(behind);
        case.program = lines.iter().map(|line| format!("{line}\n")).collect();
        let mut in_stderr = false;
        for line in expectations {
            match line.strip_prefix("# exit: ") {
                Some(exit) => case.expected.exit = String::from(exit),
                None if line.starts_with("#|") => {
                    let stream =
                        if in_stderr { &mut case.expected.stderr } else { &mut case.expected.stdout };
                    stream.push_str(line.strip_prefix(PREFIX).unwrap_or(""));
                    stream.push('\n');
                }
                None => in_stderr = line == "# stderr:",
            }
        }
        Ok(case)
    }

    /// Is what the case expects known to be wrong? It is compared like any other: whoever changes the answer takes the mark out.
    pub fn is_marked(&self) -> bool {
        self.program.lines().any(|line| line.starts_with(MARK))
    }

    /// Runs the case under `command` (a program and its first arguments).
    pub fn run(&self, command: &[String]) -> std::io::Result<Outcome> {
        let folder = self.path.parent().unwrap_or(Path::new(".")).canonicalize()?;
        let name = self.path.file_name().unwrap_or_default();
        let mut process = Command::new(&command[0]);
        process.args(&command[1..]).args(&self.args).arg(name).args(&self.argv).current_dir(&folder);
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("PYTHON") {
                process.env_remove(&variable);
            }
        }
        process.envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1"), ("PYTHONDONTWRITEBYTECODE", "1")]);
        process.env_remove("FORCE_COLOR").envs(self.env.iter().cloned());
        let mut child =
            process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let mut stdin = child.stdin.take().expect("piped");
        let mut stdout = child.stdout.take().expect("piped");
        let mut stderr = child.stderr.take().expect("piped");
        let (out, err, exit) = std::thread::scope(|scope| {
            // A child that doesn't read its input is no failure of the harness.
            scope.spawn(move || stdin.write_all(self.stdin.as_bytes()));
            let out = scope.spawn(move || read_all(&mut stdout));
            let err = scope.spawn(move || read_all(&mut stderr));
            let exit = wait(&mut child);
            (out.join().expect("reader"), err.join().expect("reader"), exit)
        });
        let folder = format!("{}/", folder.display());
        let clean = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace(&folder, "");
        Ok(Outcome { stdout: clean(out), stderr: clean(err), exit: exit? })
    }

    /// Writes the file anew with `outcome` as what is expected. Answers whether that changed anything.
    pub fn bless(&self, outcome: &Outcome) -> std::io::Result<bool> {
        let mut text = self.program.clone();
        for (name, stream) in [("stdout", &outcome.stdout), ("stderr", &outcome.stderr)] {
            if stream.is_empty() {
                continue;
            }
            text += &format!("# {name}:\n");
            for line in stream.lines() {
                text += format!("{PREFIX}{line}").trim_end_matches(|letter| letter == ' ' && line.is_empty());
                text.push('\n');
            }
        }
        if outcome.exit != "0" {
            text += &format!("# exit: {}\n", outcome.exit);
        }
        let changed = std::fs::read_to_string(&self.path)? != text;
        if changed {
            std::fs::write(&self.path, text)?;
        }
        Ok(changed)
    }
}

/// All cases below `folder`, sorted by path.
pub fn find(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('_') || name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            found.extend(find(&path)?);
        } else if name.ends_with(".py") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read_all(stream: &mut impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What could be read before an error is what there is to compare.
    let _ = stream.read_to_end(&mut bytes);
    bytes
}

fn wait(child: &mut std::process::Child) -> std::io::Result<String> {
    let start = Instant::now();
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(describe(status));
        }
        if start.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Ok(String::from("no answer"));
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal}");
    }
    status.code().map_or_else(|| String::from("unknown"), |code| code.to_string())
}
