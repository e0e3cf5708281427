//! `dx pip hash`: hashes of files as options of a requirements file.

use std::fs::File;
use std::io::Read;

use super::super::index::hash::{Algorithm, Hasher};
use super::help;
use super::session::{Session, Trouble};

/// The command.
pub fn hash(session: &Session<'_>) -> Result<i32, Trouble> {
    let paths = &session.options.given.operands;
    if paths.is_empty() {
        eprintln!("\n{}\n", help::usage(&session.program, session.command));
        return Ok(1);
    }
    let name = session.options.value("algorithm").unwrap_or("sha256");
    let algorithm = Algorithm::of(name).filter(|algorithm| algorithm.is_strong()).ok_or_else(|| {
        Trouble::usage(format!(
            "option -a: invalid choice: '{name}' (choose from 'sha256', 'sha384', 'sha512')"
        ))
    })?;
    for path in paths {
        let digest = hash_of(path, algorithm)
            .map_err(|error| Trouble::new(format!("cannot read {path}: {error}")))?
            .ok_or_else(|| Trouble::new(format!("{path} has no {} hash", algorithm.name())))?;
        session.ui.result(&format!("{path}:\n--hash={}:{digest}", algorithm.name()));
    }
    Ok(0)
}

fn hash_of(path: &str, algorithm: Algorithm) -> std::io::Result<Option<String>> {
    let mut file = File::open(path)?;
    let mut hasher = Hasher::new([algorithm]);
    let mut bytes = vec![0; 1 << 18];
    loop {
        let count = file.read(&mut bytes)?;
        if count == 0 {
            break;
        }
        hasher.update(bytes.get(..count).unwrap_or_default());
    }
    let (_, hashes) = hasher.finish();
    Ok(hashes.into_iter().find(|hash| hash.algorithm == algorithm).map(|hash| hash.hex))
}
