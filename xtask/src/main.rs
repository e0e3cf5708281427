//! `cargo xtask TASK`: what a developer of dx runs besides build and tests. One module a task.

mod bench;
#[path = "../../tests/case/mod.rs"]
mod case;
mod conformance;
mod dist;
mod fuzz;
mod growth;
mod oracle;
mod packages;
mod programs;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// A task: its name, what follows it, what it does, and the code.
type Task = (&'static str, &'static str, &'static str, fn(&[String]) -> Result<(), String>);

const TASKS: &[Task] = &[
    ("oracle", "[FILE|FOLDER]...", "fill the expectations of language cases from CPython 3.14", oracle::run),
    ("bench", "[NAME]...", "micro-benchmarks, dx and CPython 3.14 in turn", bench::run),
    (
        "conformance",
        "[ARGUMENT]...",
        "CPython's own tests; arguments go to ../shared/conformance/run",
        conformance::run,
    ),
    (
        "programs",
        "--site FOLDER [NAME]...",
        "real programs from unpacked wheels, dx and CPython 3.14 compared",
        programs::run,
    ),
    (
        "packages",
        "[--python DX]",
        "the most used pure packages: what dx and real pip say of them compared",
        packages::run,
    ),
    (
        "fuzz",
        "[seconds=N] [seed=N] [bytes=N]",
        "damaged programs under a debug build, until one breaks it",
        fuzz::run,
    ),
    ("growth", "[NAME]... [max=N]", "time and memory of an element, dx and CPython 3.14", growth::run),
    ("dist", "", "release build, with the sizes of what is in it", dist::run),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let name = words.first().map_or("", String::as_str);
    let Some((_, _, _, run)) = TASKS.iter().find(|(task, ..)| *task == name) else {
        eprintln!("usage: cargo xtask TASK [argument] ...\n");
        for (name, arguments, what, _) in TASKS {
            eprintln!("    {:32}{what}", format!("{name} {arguments}"));
        }
        return ExitCode::from(2);
    };
    match run(&words[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask {name}: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The project's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}

/// CPython 3.14: `DX_ORACLE`, else where `get-peers` puts it.
fn cpython() -> Result<PathBuf, String> {
    let path = match std::env::var_os("DX_ORACLE") {
        Some(path) => PathBuf::from(path),
        None => {
            PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/dx-peers/bin/python3.14")
        }
    };
    if path.exists() {
        Ok(path)
    } else {
        Err(format!("{} is not there; name CPython 3.14 with DX_ORACLE", path.display()))
    }
}

/// Builds dx in release mode and answers the binary's path.
fn release_binary() -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status =
        Command::new(cargo).args(["build", "--release", "--package", "dx"]).current_dir(root()).status();
    match status {
        Ok(status) if status.success() => {
            let target =
                std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
            Ok(target.join("release").join(format!("dx{}", std::env::consts::EXE_SUFFIX)))
        }
        Ok(status) => Err(format!("cargo build: {status}")),
        Err(error) => Err(format!("cargo build: {error}")),
    }
}
