//! `cargo xtask growth`: what an element costs, in time and memory, as things grow from a thousand to ten million elements.
//!
//! `xtask/growth.py` holds the things; each runs in a process of its own under CPython 3.14 and dx. Marked are: time that grows faster
//! than the number of elements where CPython's doesn't, more time and more memory than CPython takes, and no answer.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const FIRST: u32 = 3;
const PATIENCE: Duration = Duration::from_secs(120);
/// After a run of this length there is none with ten times as many elements.
const LONG: f64 = 12.0;
/// Shorter runs say nothing of how time grows.
const SHORT: f64 = 2e-4;
/// How much the time of an element may grow over all sizes, more than CPython's does.
const SUPERLINEAR: f64 = 3.0;

/// Seconds and bytes an element.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    bytes: Option<f64>,
}

/// `[NAME]... [max=7]`: the things whose names contain one of the arguments, up to ten to the power of `max` elements.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let cpython = crate::cpython()?;
    let dx = match std::env::var_os("DX_BINARY") {
        Some(path) => PathBuf::from(path),
        None => crate::release_binary()?,
    };
    let (options, names): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|word| word.contains('='));
    let mut max = 7;
    for option in options {
        max = option.strip_prefix("max=").and_then(|text| text.parse().ok()).ok_or("only max=N is known")?;
    }
    let script = crate::root().join("xtask/growth.py");
    let list = Command::new(&cpython).arg(&script).output().map_err(|error| error.to_string())?;
    println!("nanoseconds an element at 10^{FIRST}, 10^{}, ... elements; bytes an element", FIRST + 1);
    let mut faults = 0;
    for line in String::from_utf8_lossy(&list.stdout).lines() {
        let Some((name, most)) = line.split_once(' ') else { continue };
        if !names.is_empty() && !names.iter().any(|part| name.contains(part.as_str())) {
            continue;
        }
        let most: u32 = most.parse().map_err(|_| format!("{}: {line:?}", script.display()))?;
        let mut costs: [Vec<Cost>; 2] = [Vec::new(), Vec::new()];
        let mut problem = None;
        'sizes: for power in FIRST..=most.min(max) {
            let mut long = false;
            for (costs, program) in costs.iter_mut().zip([&cpython, &dx]) {
                match measure(program, &script, name, 10u64.pow(power)) {
                    Ok(cost) => {
                        long |= cost.seconds > LONG;
                        costs.push(cost);
                    }
                    Err(message) => {
                        problem = Some(format!("10^{power} under {}: {message}", program.display()));
                        break 'sizes;
                    }
                }
            }
            if long {
                break;
            }
        }
        let [theirs, ours] = &costs;
        let mut marks = marks(theirs, ours);
        marks.extend(problem);
        faults += usize::from(!marks.is_empty());
        row(name, "CPython", theirs, "");
        row("", "dx", ours, &marks.join("; "));
    }
    println!("{faults} marked");
    Ok(())
}

fn row(name: &str, who: &str, costs: &[Cost], mark: &str) {
    let mut text = format!("{name:42}{who:8}");
    let shown = |cost: &Cost, power: u32| format!("{:>9.1}", cost.seconds * 1e9 / 10f64.powi(power as i32));
    for power in 0..5 {
        let cost = costs.get(power as usize);
        text += &cost.map_or(format!("{:>9}", ""), |cost| shown(cost, FIRST + power));
    }
    let bytes = costs.iter().rev().find_map(|cost| cost.bytes);
    text += &bytes.map_or(format!("{:>10}", ""), |bytes| format!("{bytes:>8.1} B"));
    println!("{}", format!("{text}  {mark}").trim_end());
}

/// What is wrong with dx's figures.
fn marks(theirs: &[Cost], ours: &[Cost]) -> Vec<String> {
    let mut marks = Vec::new();
    // One of them may have come further than the other.
    let both = theirs.len().min(ours.len());
    let (theirs, ours) = (&theirs[..both], &ours[..both]);
    let (Some(their_last), Some(our_last)) = (theirs.last(), ours.last()) else { return marks };
    // From the first size at which both take long enough to be measured.
    let first = theirs.iter().zip(ours).position(|(a, b)| a.seconds > SHORT && b.seconds > SHORT);
    if let Some(first) = first {
        let sizes = 10f64.powi((both - 1 - first) as i32);
        let growth = |costs: &[Cost]| costs[both - 1].seconds / costs[first].seconds / sizes;
        let (their_growth, our_growth) = (growth(theirs).max(1.0), growth(ours));
        if our_growth > SUPERLINEAR * their_growth {
            marks.push(format!("SUPERLINEAR: {our_growth:.1} times an element (CPython {their_growth:.1})"));
        }
    }
    if our_last.seconds > their_last.seconds * 1.1 {
        marks.push(format!("slower: {:.2}x", our_last.seconds / their_last.seconds));
    }
    if let (Some(their_bytes), Some(our_bytes)) = (their_last.bytes, our_last.bytes)
        && our_bytes > their_bytes * 1.05 + 1.0
    {
        marks.push(format!("more memory: {:.2}x", our_bytes / their_bytes));
    }
    marks
}

fn measure(program: &Path, script: &Path, name: &str, count: u64) -> Result<Cost, String> {
    let mut command = Command::new(program);
    if program.file_stem().is_some_and(|stem| stem == "dx") {
        command.arg("run");
    }
    command.arg(script).args([name, &count.to_string()]);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let start = Instant::now();
    // What they write fits into a pipe.
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if start.elapsed() > PATIENCE => {
                child.kill().ok();
                child.wait().ok();
                return Err(format!("no answer in {} s", PATIENCE.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let hear = |pipe: Option<&mut dyn Read>| {
        let mut text = String::new();
        pipe.map(|pipe| pipe.read_to_string(&mut text));
        text
    };
    let out = hear(child.stdout.as_mut().map(|pipe| pipe as &mut dyn Read));
    let err = hear(child.stderr.as_mut().map(|pipe| pipe as &mut dyn Read));
    let mut words = out.split_whitespace().map(|word| word.parse().ok());
    match (status.success(), words.next().flatten()) {
        (true, Some(seconds)) => Ok(Cost { seconds, bytes: words.next().flatten() }),
        _ => Err(format!("{status}: {}", err.lines().last().unwrap_or("nothing said"))),
    }
}
