//! `cargo xtask dist`: a release build and a report of its sizes.

use std::process::Command;
use std::time::Instant;

/// What a stripped binary may weigh.
const MAX_BYTES: u64 = 40 << 20;

/// Builds, prints the size of the binary and of its sections, and fails over the limit.
pub fn run(arguments: &[String]) -> Result<(), String> {
    if let Some(unknown) = arguments.first() {
        return Err(format!("takes no argument '{unknown}'"));
    }
    let start = Instant::now();
    let binary = crate::release_binary()?;
    // The release profile strips already; a toolchain that leaves symbols behind is caught here.
    let stripped = Command::new("strip").arg(&binary).status();
    if !stripped.is_ok_and(|status| status.success()) {
        eprintln!("no `strip` here: the size may include symbols");
    }
    let size = std::fs::metadata(&binary).map_err(|error| format!("{}: {error}", binary.display()))?.len();
    println!("{}", binary.display());
    println!(
        "built in {:.1} s, {} bytes ({:.1} MiB)",
        start.elapsed().as_secs_f64(),
        size,
        size as f64 / f64::from(1 << 20)
    );
    if let Ok(output) = Command::new("size").args(["-A", "-d"]).arg(&binary).output() {
        let mut sections: Vec<(u64, String)> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| {
                let mut words = line.split_whitespace();
                let name = words.next()?.to_string();
                Some((words.next()?.parse().ok()?, name))
            })
            .filter(|(_, name)| name.starts_with('.'))
            .collect();
        sections.sort_by(|a, b| b.cmp(a));
        for (bytes, name) in sections.iter().take(8) {
            println!("{bytes:>12}  {name}");
        }
    }
    if size > MAX_BYTES { Err(format!("over {MAX_BYTES} bytes")) } else { Ok(()) }
}
