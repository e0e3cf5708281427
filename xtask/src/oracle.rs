//! `cargo xtask oracle`: CPython 3.14 writes the expectations of language cases. No expectation is written by hand.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::case::{self, Case, Outcome};

/// Runs each case twice, so that what depends on addresses or the order of a set shows, and writes what came of it.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let python = crate::cpython()?;
    let command = [python.display().to_string()];
    let mut folders: Vec<PathBuf> = arguments.iter().map(PathBuf::from).collect();
    if folders.is_empty() {
        folders = vec![crate::root().join("tests/lang"), crate::root().join("tests/hostile")];
    }
    let mut paths = Vec::new();
    for folder in folders {
        if folder.is_dir() {
            paths.extend(case::find(&folder).map_err(|error| format!("{}: {error}", folder.display()))?);
        } else {
            paths.push(folder);
        }
    }
    let next = AtomicUsize::new(0);
    let problems = Mutex::new(Vec::new());
    let changed = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match fill(path, &command) {
                        Ok(true) => {
                            changed.fetch_add(1, Ordering::Relaxed);
                        }
                        Ok(false) => {}
                        Err(problem) => {
                            let mut problems =
                                problems.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                            problems.push(format!("{}: {problem}", path.display()));
                        }
                    }
                }
            });
        }
    });
    let mut problems = problems.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    problems.sort();
    problems.iter().for_each(|problem| eprintln!("{problem}"));
    println!("{} cases, {} changed", paths.len(), changed.into_inner());
    if problems.is_empty() { Ok(()) } else { Err(format!("{} cases are no good", problems.len())) }
}

fn fill(path: &Path, command: &[String]) -> Result<bool, String> {
    let case = Case::read(path).map_err(|error| error.to_string())?;
    let once = case.run(command).map_err(|error| error.to_string())?;
    let twice = case.run(command).map_err(|error| error.to_string())?;
    if once != twice {
        return Err(String::from("two runs differ"));
    }
    unfit(&once)?;
    if case.is_marked() && case.expected == once {
        return Err(String::from("is marked FIXME, but expects what CPython does"));
    }
    let changed = case.bless(&once).map_err(|error| error.to_string())?;
    // The expectations are part of the program's text: an open string or a count of lines can see them.
    if changed && case.run(command).map_err(|error| error.to_string())? != once {
        return Err(String::from("does something else once its expectations stand in the file"));
    }
    Ok(changed)
}

/// What no expectation may hold.
fn unfit(outcome: &Outcome) -> Result<(), String> {
    if outcome.exit == "no answer" {
        return Err(String::from("CPython gives no answer"));
    }
    for text in [&outcome.stdout, &outcome.stderr] {
        if text.contains(" at 0x") {
            return Err(String::from("prints an address"));
        }
        if text.contains("dx-peers") || text.contains("/lib/python3") {
            return Err(String::from("prints a path of CPython's library"));
        }
    }
    Ok(())
}
