//! Runs the language cases under `tests/lang` and the hostile programs under `tests/hostile` with the dx that was just built.
//!
//! `cargo test --test suite -- FILTER ...` runs the cases whose path contains a filter; `DX_CASES=a,b` says the same to a plain
//! `cargo test`. `DX_BLESS=1` writes what dx does into the files: read the difference before it is committed. `DX_JOBS=N` sets the
//! number of cases at a time, `DX_PYTHON=COMMAND` another interpreter. The form of a case is described in `case`.

mod case;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use case::{Case, Outcome};

/// How many differing lines a failure shows of each stream.
const SHOWN_LINES: usize = 12;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut filters: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    filters.extend(std::env::var("DX_CASES").iter().flat_map(|names| names.split(',').map(String::from)));
    let listing = std::env::args().any(|word| word == "--list");
    let bless = std::env::var("DX_BLESS").is_ok_and(|value| value == "1");
    let command = match std::env::var("DX_PYTHON") {
        Ok(command) => command.split(' ').map(String::from).collect(),
        Err(_) => vec![String::from(env!("CARGO_BIN_EXE_dx")), String::from("run")],
    };

    let mut paths = Vec::new();
    for folder in ["lang", "hostile"] {
        match case::find(&root.join("tests").join(folder)) {
            Ok(found) => paths.extend(found),
            Err(error) => {
                eprintln!("tests/{folder}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    let name = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
    paths.retain(|path| filters.is_empty() || filters.iter().any(|filter| name(path).contains(filter)));
    if listing {
        paths.iter().for_each(|path| println!("{}: test", name(path)));
        return ExitCode::SUCCESS;
    }
    if paths.is_empty() {
        eprintln!("no case matches");
        return ExitCode::FAILURE;
    }

    let failures = run_all(&paths, &command, bless);
    for (path, report) in &failures {
        println!("---- {}\n{report}", name(path));
    }
    if !failures.is_empty() {
        println!("failed:");
        failures.iter().for_each(|(path, _)| println!("    {}", name(path)));
    }
    println!("{} cases, {} failed", paths.len(), failures.len());
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs the cases on all cores; what failed comes back sorted, each with its report.
fn run_all(paths: &[PathBuf], command: &[String], bless: bool) -> Vec<(PathBuf, String)> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = std::env::var("DX_JOBS").ok().and_then(|jobs| jobs.parse().ok()).unwrap_or(cores).max(1);
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(report) = run_one(path, command, bless) {
                        failures.lock().unwrap_or_else(PoisonError::into_inner).push((path.clone(), report));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    failures.sort();
    failures
}

fn run_one(path: &Path, command: &[String], bless: bool) -> Result<(), String> {
    let case = Case::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    let outcome = case.run(command).map_err(|error| format!("cannot be run: {error}"))?;
    let mut report = compare(&case.expected, &outcome);
    if case.is_marked() && !report.is_empty() {
        report += "marked FIXME: if dx is right now, fill in CPython's answer with `cargo xtask oracle` and take the mark out\n";
    }
    if bless && !report.is_empty() {
        return case.bless(&outcome).map(|_| ()).map_err(|error| format!("cannot be written: {error}"));
    }
    if report.is_empty() { Ok(()) } else { Err(report) }
}

fn compare(expected: &Outcome, actual: &Outcome) -> String {
    let mut report = String::new();
    for (stream, expected, actual) in
        [("stdout", &expected.stdout, &actual.stdout), ("stderr", &expected.stderr, &actual.stderr)]
    {
        if !same_text(expected, actual) {
            report += &format!("{stream}:\n{}", difference(expected, actual));
        }
    }
    if expected.exit != actual.exit {
        report += &format!("exit: expected {}, got {}\n", expected.exit, actual.exit);
    }
    report
}

/// Lines of comments can't say whether the last one ended.
fn same_text(expected: &str, actual: &str) -> bool {
    expected.lines().eq(actual.lines())
}

/// The lines from the first difference on, `-` expected and `+` actual, behind one line of context.
fn difference(expected: &str, actual: &str) -> String {
    let expected: Vec<&str> = expected.lines().collect();
    let actual: Vec<&str> = actual.lines().collect();
    let same = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
    let mut text = String::new();
    if same > 0 {
        text += &format!("  line {same}: {}\n", expected[same - 1]);
    }
    for (sign, lines) in [('-', &expected[same..]), ('+', &actual[same..])] {
        for line in lines.iter().take(SHOWN_LINES) {
            text += &format!("{sign} {line}\n");
        }
        if lines.len() > SHOWN_LINES {
            text += &format!("{sign} ... {} lines more\n", lines.len() - SHOWN_LINES);
        }
    }
    text
}
