//! `dx pip check`: whether everything that installed packages require is there.

use rustc_hash::FxHashMap;

use super::super::install::installed::Installed;
use super::super::metadata::Metadata;
use super::super::name::Name;
use super::super::requirement::Requirement;
use super::super::venv::Environment;
use super::install::scan;
use super::session::{Session, Trouble};

/// The command.
pub fn check(session: &Session<'_>) -> Result<i32, Trouble> {
    let environment = session.environment()?;
    let problems = problems(session, &environment)?;
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
        for text in metadata.requires_dist() {
            let Ok(requirement) = Requirement::parse_lenient(&text) else { continue };
            if requirement.marker.as_ref().is_some_and(|marker| !marker.evaluate(&session.host.markers, &[]))
            {
                continue;
            }
            match unsatisfied(&requirement, &present) {
                None => {}
                Some(None) => missing.push(format!(
                    "{} {} requires {}, which is not installed.",
                    package.name, package.version, requirement.name
                )),
                Some(Some(found)) => {
                    let mut shown = requirement.clone();
                    shown.marker = None;
                    conflicting.push(format!(
                        "{} {} has requirement {}, but you have {} {}.",
                        package.name, package.version, text, found.name, found.version
                    ));
                }
            }
        }
    }
    missing.extend(conflicting);
    Ok(missing)
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
