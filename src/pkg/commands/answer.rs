//! The one way from what was asked for to an answer, for every command that needs one: the index, the rules, the search or the lock
//! file, and what has to be said about them.

use rustc_hash::FxHashMap;

use super::super::install::installed::Installed;
use super::super::name::Name;
use super::inputs::Inputs;
use super::locked;
use super::session::{Session, Trouble};
use super::solve::{self, For, Keep, Solved, World};
use super::sources::Sources;

/// Finds the answer and hands it to `work`.
///
/// # Arguments
/// `present` is what is installed where the answer is to go; nothing for commands that only write files.
///
/// # Errors
/// Nothing satisfies what was asked for, or something could not be fetched; then those of `work`.
pub fn with<R>(
    session: &Session<'_>,
    inputs: &Inputs,
    target: &For,
    present: &FxHashMap<Name, Installed>,
    keep: Keep,
    work: impl FnOnce(Solved<'_>) -> Result<R, Trouble>,
) -> Result<R, Trouble> {
    let index = session.index(&inputs.settings())?;
    let rules = solve::rules(session, inputs, target, &index)?;
    let builder = Sources::new(session, &index, &rules).with_inputs(inputs);
    let world = World { index: &index, rules: &rules, builder: &builder, installed: present };
    let solved = match inputs.locks.is_empty() {
        true => solve::solve(session, inputs, target, world, keep)?,
        false => locked::solve(session, inputs, target, world, keep)?,
    };
    for warning in index.take_warnings() {
        session.ui.warn(&warning);
    }
    for (name, version, extra) in &solved.resolution.missing_extras {
        session.ui.warn(&format!("{name} {version} does not provide the extra '{extra}'"));
    }
    work(solved)
}
