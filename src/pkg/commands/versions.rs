//! `dx pip index versions`: which versions of a package the index has for this Python.

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::super::name::Name;
use super::super::resolve::Universe;
use super::super::resolve::table::{Prereleases, Problem};
use super::inputs::Inputs;
use super::list::json_object;
use super::present;
use super::session::{Session, Trouble};
use super::solve::{self, For};
use super::sources::Sources;
use super::universe::Indexes;

/// The command.
pub fn index(session: &Session<'_>) -> Result<i32, Trouble> {
    let operands = &session.options.given.operands;
    let Some(("versions", rest)) = operands.split_first().map(|(action, rest)| (action.as_str(), rest))
    else {
        return Err(Trouble::new("Need an action (versions) to perform."));
    };
    let [query] = rest else {
        return Err(Trouble::new("You need to specify exactly one argument"));
    };
    let nothing = || Trouble::new(format!("No matching distribution found for {query}"));
    let name = Name::new(query).map_err(|_| nothing())?;
    let inputs = Inputs::default();
    let target = For::of(session)?;
    let index = session.index(&[])?;
    let rules = solve::rules(session, &inputs, &target, &index)?;
    let none = FxHashMap::default();
    let builder = Sources::new(session, &index, &rules);
    let universe = Indexes::new(&index, &rules, &builder, &none);
    let table = universe.table(&name).map_err(Trouble::from)?;
    for warning in index.take_warnings() {
        session.ui.warn(&warning);
    }
    let entries = table.as_deref().map(|table| table.entries.as_slice()).unwrap_or_default();
    let prereleases = solve::prereleases_for(session, &inputs, &name)?;
    let mut native = 0;
    let mut found = Vec::new();
    for entry in entries.iter().rev() {
        if prereleases != Prereleases::Allow && entry.version.is_prerelease() {
            continue;
        }
        match entry.problem {
            None => found.push(entry.version.to_string()),
            Some(Problem::Native { .. }) => native += 1,
            Some(_) => {}
        }
    }
    let Some(latest) = found.first() else {
        let trouble = nothing();
        return Err(match native {
            0 => trouble,
            _ => trouble.with_hint(format!(
                "{native} versions have only native wheels, which are for CPython; --implementation cp lists them"
            )),
        });
    };
    let installed = installed(session, &name)?;
    if session.options.switch("json")? {
        let mut object = vec![
            ("name", Value::from(query.as_str())),
            ("versions", Value::from(found.clone())),
            ("latest", Value::from(latest.as_str())),
        ];
        object.extend(installed.map(|version| ("installed_version", Value::from(version))));
        session.ui.result(&json_object(&object));
        return Ok(0);
    }
    session.ui.result(&format!("{query} ({latest})"));
    session.ui.result(&format!("Available versions: {}", found.join(", ")));
    if let Some(installed) = installed {
        let is_pre =
            entries.iter().any(|entry| entry.version.is_prerelease() && entry.version.to_string() == *latest);
        session.ui.result(&format!("  INSTALLED: {installed}"));
        let how = if is_pre { " (pre-release; install with `pip install --pre`)" } else { "" };
        session.ui.result(&format!("  LATEST:    {latest}{how}"));
    }
    Ok(0)
}

/// The version that is installed; an index can be asked without an environment.
fn installed(session: &Session<'_>, name: &Name) -> Result<Option<String>, Trouble> {
    let Ok(folders) = present::folders(session) else { return Ok(None) };
    let packages = present::in_folders(session, &folders)?;
    let found = packages.iter().find(|package| package.name() == name);
    Ok(found.map(|package| package.installed.version.to_string()))
}
