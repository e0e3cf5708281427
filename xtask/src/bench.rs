//! `cargo xtask bench`: micro-benchmarks under dx and CPython 3.14, in turn, on the same machine in the same minutes.
//!
//! Each file in `xtask/bench` prints the seconds that its own loop took, so that start-up stays out of it; start-up and peak memory
//! of `-c pass` are measured apart. Medians of paired runs are shown; `DX_BENCH_RUNS` sets their number.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const RUNS: usize = 5;
const STARTS: usize = 40;

/// Runs the benchmarks whose name contains one of the arguments, or all.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let cpython = crate::cpython()?;
    let dx = match std::env::var_os("DX_BINARY") {
        Some(path) => PathBuf::from(path),
        None => crate::release_binary()?,
    };
    let runs = std::env::var("DX_BENCH_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(RUNS).max(1);
    let mut files: Vec<PathBuf> = crate::root()
        .join("xtask/bench")
        .read_dir()
        .map_err(|error| format!("xtask/bench: {error}"))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    files.sort();
    let wanted =
        |name: &str| arguments.is_empty() || arguments.iter().any(|part| name.contains(part.as_str()));
    println!("{:28}{:>12}{:>12}{:>9}", "", "CPython", "dx", "ratio");
    let mut lost = 0;
    let mut ratios = Vec::new();
    for file in &files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !wanted(&name) {
            continue;
        }
        match paired(runs, || seconds(&cpython, file), || seconds(&dx, file)) {
            Ok((theirs, ours)) => {
                ratios.push(theirs / ours);
                println!("{name:28}{:>10.3} s{:>10.3} s{:>8.2}x", theirs, ours, theirs / ours);
            }
            Err(message) => {
                lost += 1;
                println!("{name:28}{message}");
            }
        }
    }
    if ratios.len() > 1 {
        let mean = (ratios.iter().map(|ratio: &f64| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
        println!("{:52}{mean:>8.2}x", "geometric mean");
    }
    if wanted("startup") {
        let (theirs, ours) = paired(STARTS, || start(&cpython), || start(&dx))?;
        println!("{:28}{:>9.2} ms{:>9.2} ms{:>8.2}x", "startup", theirs * 1e3, ours * 1e3, theirs / ours);
    }
    if wanted("memory") {
        match (peak(&cpython), peak(&dx)) {
            (Some(theirs), Some(ours)) => {
                println!("{:28}{theirs:>8.1} MiB{ours:>8.1} MiB{:>8.2}x", "memory", theirs / ours);
            }
            _ => println!("{:28}cannot be measured here (needs Linux)", "memory"),
        }
    }
    if lost == 0 { Ok(()) } else { Err(format!("{lost} benchmarks gave no figure")) }
}

/// Medians of two measurements taken in turn, after one unmeasured round.
fn paired(
    runs: usize,
    mut theirs: impl FnMut() -> Result<f64, String>,
    mut ours: impl FnMut() -> Result<f64, String>,
) -> Result<(f64, f64), String> {
    theirs()?;
    ours()?;
    let mut figures = (Vec::new(), Vec::new());
    for round in 0..runs {
        // The order changes from round to round, so that neither profits from what the other warmed.
        if round % 2 == 0 {
            figures.0.push(theirs()?);
            figures.1.push(ours()?);
        } else {
            figures.1.push(ours()?);
            figures.0.push(theirs()?);
        }
    }
    Ok((median(figures.0), median(figures.1)))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    if figures.len() % 2 == 1 { figures[middle] } else { (figures[middle - 1] + figures[middle]) / 2.0 }
}

/// dx takes Python's options behind `run`, CPython without.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if program.file_stem().is_some_and(|name| name == "dx") {
        command.arg("run");
    }
    command
}

fn seconds(program: &Path, file: &Path) -> Result<f64, String> {
    let output =
        command(program).arg(file).output().map_err(|error| format!("{}: {error}", program.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let last_error = String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("").to_string();
    if !output.status.success() {
        return Err(format!("{} under {}: {last_error}", output.status, program.display()));
    }
    text.trim().parse().map_err(|_| format!("{} printed {:?}", program.display(), text.trim()))
}

fn start(program: &Path) -> Result<f64, String> {
    let start = Instant::now();
    let status = command(program).args(["-c", "pass"]).stdin(Stdio::null()).stderr(Stdio::null()).status();
    let taken = start.elapsed().as_secs_f64();
    match status {
        Ok(status) if status.success() => Ok(taken),
        other => Err(format!("startup of {}: {other:?}", program.display())),
    }
}

/// Peak resident memory of a program that does next to nothing, in MiB, as the kernel tells the process itself. What a parent is told
/// of a child begins with what the parent had when it started it.
fn peak(program: &Path) -> Option<f64> {
    let output = command(program).args(["-c", "print(open('/proc/self/status').read())"]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let kilobytes: f64 =
        text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1024.0)
}
