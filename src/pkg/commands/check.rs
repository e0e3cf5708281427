//! `dx pip check`: whether everything that installed packages require is there.

use rustc_hash::FxHashMap;

use super::super::install::installed::Installed;
use super::super::metadata::Metadata;
use super::super::name::Name;
use super::super::requirement::Requirement;
use super::super::venv::Environment;
use super::install::scan;
use super::session::{Session, Trouble};
use super::solve::For;

/// The command.
pub fn check(session: &Session<'_>) -> Result<i32, Trouble> {
    let environment = session.environment()?;
    let mut problems = problems(session, &environment)?;
    problems.extend(unsupported(session, &environment)?);
    for problem in &problems {
        session.ui.say(problem);
    }
    if problems.is_empty() {
        session.ui.say("No broken requirements found.");
        return Ok(0);
    }
    Ok(1)
}

/// Every requirement that is not satisfied, as a sentence of pip's, in the order of names.
pub fn problems(session: &Session<'_>, environment: &Environment) -> Result<Vec<String>, Trouble> {
    let present = scan(session, environment)?;
    let mut installed: Vec<&Installed> = present.values().collect();
    installed.sort_by(|left, right| left.name.cmp(&right.name));
    let mut missing = Vec::new();
    let mut conflicting = Vec::new();
    for package in installed {
        let Ok(Some(text)) = package.metadata() else { continue };
        let metadata = Metadata::parse(text.as_bytes());
        let mut requirements: Vec<(Requirement, String)> = metadata
            .requires_dist()
            .filter_map(|text| Some((Requirement::parse_lenient(&text).ok()?, text.into_owned())))
            .filter(|(requirement, _)| {
                requirement.marker.as_ref().is_none_or(|marker| marker.evaluate(&session.host.markers, &[]))
            })
            .collect();
        requirements.sort_by(|left, right| left.0.name.cmp(&right.0.name));
        for (requirement, text) in requirements {
            match unsatisfied(&requirement, &present) {
                None => {}
                Some(None) => missing.push(format!(
                    "{} {} requires {}, which is not installed.",
                    package.name, package.version, requirement.name
                )),
                Some(Some(found)) => conflicting.push(format!(
                    "{} {} has requirement {}, but you have {} {}.",
                    package.name,
                    package.version,
                    as_written(&requirement, &text),
                    found.name,
                    found.version
                )),
            }
        }
    }
    missing.extend(conflicting);
    Ok(missing)
}

/// A requirement in its normal form, but the name as it was written.
fn as_written(requirement: &Requirement, text: &str) -> String {
    let normal = requirement.to_string();
    let rest = normal.strip_prefix(requirement.name.as_str()).unwrap_or_default();
    let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || "-_.".contains(letter)));
    format!("{}{rest}", &text[..end.unwrap_or(text.len())])
}

/// The packages that were installed from a wheel for another Python or machine.
fn unsupported(session: &Session<'_>, environment: &Environment) -> Result<Vec<String>, Trouble> {
    let tags = For::of(session)?.tags;
    let mut found = Vec::new();
    for package in scan(session, environment)?.values() {
        let Ok(wheel) = std::fs::read_to_string(package.path.join("WHEEL")) else { continue };
        let mut own = wheel.lines().filter_map(|line| line.strip_prefix("Tag:")).peekable();
        let fits = |tag: &str| {
            let mut parts = tag.trim().splitn(3, '-');
            let mut part = || parts.next().unwrap_or_default();
            let (interpreter, abi, platform) = (part(), part(), part());
            tags.best(interpreter, abi, platform).is_ok()
        };
        if own.peek().is_some() && !own.any(fits) {
            found.push(format!("{} {} is not supported on this platform", package.name, package.version));
        }
    }
    found.sort();
    Ok(found)
}

/// Nothing if the requirement is satisfied, else what is there instead, if anything.
fn unsatisfied<'i>(
    requirement: &Requirement,
    present: &'i FxHashMap<Name, Installed>,
) -> Option<Option<&'i Installed>> {
    let Some(found) = present.get(&requirement.name) else { return Some(None) };
    match requirement.specifiers() {
        Some(specifiers) if !specifiers.contains(&found.version) => Some(Some(found)),
        _ => None,
    }
}
