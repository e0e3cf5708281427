//! `dx pip sync`: an environment exactly as requirements or lock files say.
//!
//! Only what the files list counts, not what that requires: a file for `sync` is a whole list, as `compile`, `lock` and `freeze` write
//! it. What is installed in a version that the files allow stays as it is. The one thing that is never removed for not being listed is
//! an installed pip.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::install::installed::Installed;
use super::super::install::transaction;
use super::super::name::Name;
use super::super::venv::Kind;
use super::answer;
use super::inputs::Inputs;
use super::install::{Place, carry_out, scan};
use super::session::{Session, Trouble, layout, shown};
use super::solve::{For, Keep};

/// Stays though no file lists it: environments of other tools have it for their users.
const KEPT: &str = "pip";

/// The command.
pub fn sync(session: &Session<'_>) -> Result<i32, Trouble> {
    let files = &session.options.given.operands;
    if files.is_empty() {
        return Err(Trouble::new("You must give at least one file to sync (see \"pip help sync\")")
            .with_hint("`dx pip lock` and `dx pip compile` write such files"));
    }
    let mut inputs = Inputs::read(session, &[])?;
    for file in files {
        inputs.file(session, file)?;
    }
    let (locks, only_constraints) = (&inputs.locks, inputs.wanted().next().is_none());
    if !locks.is_empty() && !only_constraints {
        return Err(Trouble::new(
            "a lock file and a requirements file cannot say together what is installed",
        ));
    }
    let dry_run = session.options.switch("dry-run")?;
    let target = For::of(session)?;
    if target.is_foreign && !dry_run {
        return Err(Trouble::new(
            "Can not use any platform or abi specific options unless using '--dry-run'",
        ));
    }
    let environment = session.environment()?;
    if environment.kind == Kind::Target {
        return Err(Trouble::usage("sync changes environments; --target is none"));
    }
    let held = match dry_run {
        true => None,
        false => Some(transaction::Environment::open(
            layout(&environment),
            &mut session.waiting(&shown(&environment.root)),
        )?),
    };
    let present = scan(session, &environment)?;
    let considered = if target.is_foreign { FxHashMap::default() } else { present.clone() };
    let versions = considered.iter().map(|(name, installed)| (name.clone(), installed.version.clone()));
    let keep = Keep { versions: versions.collect(), listed_only: true, ..Keep::default() };
    answer::with(session, &inputs, &target, &considered, keep, |solved| {
        let listed: FxHashSet<&Name> = solved.resolution.packages.iter().map(|chosen| &chosen.name).collect();
        let mut gone: Vec<Installed> = present
            .values()
            .filter(|installed| !listed.contains(&installed.name) && installed.name.as_str() != KEPT)
            .cloned()
            .collect();
        gone.sort_by(|left, right| left.name.cmp(&right.name));
        if gone.is_empty() && solved.resolution.packages.iter().all(|chosen| chosen.entry.is_none()) {
            session.ui.say(&format!("{} is as the files say", shown(&environment.root)));
        }
        let place = Place { environment: &environment, present: &present, held };
        carry_out(session, &solved, place, gone)
    })
}
