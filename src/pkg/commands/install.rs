//! `dx pip install` and `dx pip uninstall`.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::install::installed::Installed;
use super::super::install::place::LinkMode;
use super::super::install::store::Store;
use super::super::install::transaction::{self, Addition, Plan, Report, TransactionError};
use super::super::install::{installed, lock};
use super::super::name::Name;
use super::super::requirements::Target as Asked;
use super::super::resolve::Chosen;
use super::super::venv::{Environment, Kind};
use super::inputs::Inputs;
use super::session::{Session, Trouble, layout, shown};
use super::solve::{For, Keep, Solved};
use super::wheels::{self, Ready};
use super::{answer, report, script_places, ui};

/// The command.
pub fn install(session: &Session<'_>) -> Result<i32, Trouble> {
    let operands = session.options.given.operands.clone();
    let inputs = Inputs::read(session, &operands)?;
    if inputs.is_empty() {
        return Err(Trouble::new(
            "You must give at least one requirement to install (see \"pip help install\")",
        ));
    }
    install_inputs(session, &inputs)
}

/// Which installed versions stay.
fn keep(
    session: &Session<'_>,
    inputs: &Inputs,
    present: &FxHashMap<Name, Installed>,
) -> Result<Keep, Trouble> {
    let options = &session.options;
    let mut keep = Keep::default();
    if options.switch("force-reinstall")? || options.switch("ignore-installed")? {
        return Ok(keep);
    }
    let upgrade = options.switch("upgrade")?;
    let eager = match options.value("upgrade-strategy") {
        None | Some("only-if-needed") => false,
        Some("eager") => true,
        Some(other) => {
            return Err(Trouble::usage(format!(
                "option --upgrade-strategy: invalid choice: '{other}' (choose from 'only-if-needed', 'eager')"
            )));
        }
    };
    if upgrade && eager {
        return Ok(keep);
    }
    let named: FxHashSet<Name> = inputs.wanted().filter_map(|entry| entry.target.name().cloned()).collect();
    for (name, installed) in present {
        if !(upgrade && named.contains(name)) {
            keep.versions.insert(name.clone(), installed.version.clone());
        }
    }
    Ok(keep)
}

/// Installs what inputs ask for.
pub fn install_inputs(session: &Session<'_>, inputs: &Inputs) -> Result<i32, Trouble> {
    let options = &session.options;
    let dry_run = options.switch("dry-run")?;
    let target = For::of(session)?;
    if target.is_foreign && !dry_run && options.value("target").is_none() {
        return Err(Trouble::new(
            "Can not use any platform or abi specific options unless installing via '--target' or using '--dry-run'",
        ));
    }
    let environment = session.environment()?;
    let layout = layout(&environment);
    // Two commands that change one environment come one after the other; a dry run only looks.
    let held = match dry_run {
        true => None,
        false => Some(transaction::Environment::open(
            layout.clone(),
            &mut session.waiting(&shown(&environment.root)),
        )?),
    };
    let present = scan(session, &environment)?;
    let considered = match target.is_foreign || environment.kind == Kind::Target {
        true => FxHashMap::default(),
        false => present.clone(),
    };
    let keep = keep(session, inputs, &considered)?;
    answer::with(session, inputs, &target, &considered, keep, |solved| {
        let solved = only_dependencies(session, solved)?;
        tell_satisfied(session, &solved, &present);
        let place = Place { environment: &environment, present: &present, held };
        carry_out(session, &solved, place, Vec::new())
    })
}

/// Where an answer goes.
pub struct Place<'p> {
    pub environment: &'p Environment,
    pub present: &'p FxHashMap<Name, Installed>,
    /// Nothing where the environment is only looked at.
    pub held: Option<transaction::Environment>,
}

/// Makes an answer true in an environment, and removes `gone`; or only says what would be done.
pub fn carry_out(
    session: &Session<'_>,
    solved: &Solved<'_>,
    place: Place<'_>,
    gone: Vec<Installed>,
) -> Result<i32, Trouble> {
    let options = &session.options;
    let Place { environment, present, held } = place;
    let index = solved.universe.index;
    let Some(held) = held else { return tell_dry_run(session, solved, &gone) };
    let store = Store::new(&session.cache);
    let _used = match solved.resolution.packages.iter().any(|chosen| chosen.entry.is_some()) {
        true => Some(store.lock(lock::Kind::Shared, &mut session.waiting("the cache"))?),
        false => None,
    };
    let mut ready = wheels::ready(session, solved, &store)?;
    let built = solved.universe.builder.take_built();
    if !built.is_empty() {
        session.ui.say(&format!("Successfully built {}", built.join(" ")));
    }
    tell_collected(session, solved, &ready);
    if let Some(path) = options.value("report") {
        report::write(session, path, &report::of_ready(session, solved, &ready)?)?;
    }
    if ready.is_empty() && gone.is_empty() {
        session.ui.detail(&format!("{} requests", index.requests()));
        return Ok(0);
    }
    if !ready.is_empty() {
        let names: Vec<String> = in_order(&ready).iter().map(|chosen| chosen.name.to_string()).collect();
        session.ui.say(&format!("Installing collected packages: {}", names.join(", ")));
    }
    let compiles = compiles(session)?;
    let make_plan = |ready: &[Ready]| {
        if compiles {
            for made in ready {
                store.compile(&made.entry, session.host.python)?;
            }
        }
        let mut plan = plan(session, ready, present, environment)?;
        plan.remove.extend(gone.iter().cloned());
        Ok::<Plan, Trouble>(plan)
    };
    let mut plan = make_plan(&ready)?;
    let apply = apply_options(session)?;
    let done = match held.apply(&plan, &apply) {
        // Somebody wrote through a link into the cache: the wheel is fetched and unpacked anew, once.
        Err(TransactionError::StoreDamaged { name, path }) => {
            session.ui.detail(&format!(
                "the cached files of {name} are damaged ({}); fetching them again",
                path.display()
            ));
            for made in ready
                .iter()
                .filter(|made| made.entry.manifest.name == name || made.chosen.name.as_str() == name)
            {
                store.remove(&made.entry.key)?;
            }
            ready = wheels::ready(session, solved, &store)?;
            plan = make_plan(&ready)?;
            held.apply(&plan, &apply)?
        }
        other => other?,
    };
    tell_warnings(session, &done);
    script_places::warn(session, environment, &ready)?;
    for removed in &plan.remove {
        let line = format!("  Successfully uninstalled {}-{}", removed.name, removed.version);
        match gone.iter().any(|gone| gone.name == removed.name) {
            true => session.ui.say(&line),
            false => session.ui.detail(&line),
        }
    }
    if !present.is_empty() {
        warn_conflicts(session, environment)?;
    }
    if !ready.is_empty() {
        let mut installed: Vec<String> =
            ready.iter().map(|ready| format!("{}-{}", ready.chosen.name, ready.chosen.version)).collect();
        installed.sort();
        session.ui.say(&format!("Successfully installed {}", installed.join(" ")));
    }
    if session.ui.is_watched() {
        let count = ready.len();
        session.ui.say(&format!(
            "{count} package{} in {}",
            if count == 1 { "" } else { "s" },
            ui::duration(session.ui.started.elapsed())
        ));
    }
    session.ui.detail(&format!("{} requests", index.requests()));
    Ok(0)
}

/// How files get into the environment.
pub fn apply_options<'s>(session: &'s Session<'_>) -> Result<transaction::Options<'s>, Trouble> {
    let link_mode = match session.options.value("link-mode") {
        // A cache of this run alone goes away, what was linked into it stays: as good as a copy.
        None => LinkMode::default(),
        Some(text) => text.parse().map_err(|error| Trouble::usage(format!("option --link-mode: {error}")))?,
    };
    if link_mode == LinkMode::Symlink && session.has_no_cache() {
        return Err(Trouble::usage("--link-mode symlink needs the cache that --no-cache-dir leaves out"));
    }
    let bytecode = compiles(session)?.then(|| session.host.python.cache_tag());
    Ok(transaction::Options { link_mode, bytecode, ..transaction::Options::default() })
}

/// Whether bytecode is placed too. Without an option it is left to the first import, which is faster for all that is never imported.
fn compiles(session: &Session<'_>) -> Result<bool, Trouble> {
    let last = session.options.given.in_order(&["compile", "no-compile"]).last();
    match last {
        Some((long, _)) => Ok(long == "compile"),
        None => Ok(session.options.switch("compile")? && !session.options.switch("no-compile")?),
    }
}

/// What is installed, by name.
pub fn scan(session: &Session<'_>, environment: &Environment) -> Result<FxHashMap<Name, Installed>, Trouble> {
    let found = installed::scan(&environment.purelib()).map_err(|error| Trouble::of(&error, None))?;
    for damaged in &found.damaged {
        session.ui.warn(&format!("Ignoring damaged distribution: {damaged}"));
    }
    Ok(found.distributions.into_iter().map(|installed| (installed.name.clone(), installed)).collect())
}

/// With `--only-deps`: leaves out what was asked for by name, path or URL.
pub fn only_dependencies<'a>(session: &Session<'_>, mut solved: Solved<'a>) -> Result<Solved<'a>, Trouble> {
    if session.options.switch("only-deps")? {
        for other in ["no-deps", "group", "requirement", "requirements-from-script"] {
            if session.options.given.has(other) {
                return Err(Trouble::usage(format!("--only-deps cannot be used with --{other}")));
            }
        }
        solved.resolution.packages.retain(|chosen| !chosen.direct);
    }
    Ok(solved)
}

/// pip's line for each requirement that is there already.
pub fn tell_satisfied(session: &Session<'_>, solved: &Solved<'_>, present: &FxHashMap<Name, Installed>) {
    if session.ui.verbosity < 0 {
        return;
    }
    for chosen in solved.resolution.packages.iter().filter(|chosen| chosen.entry.is_none()) {
        let Some(installed) = present.get(&chosen.name) else { continue };
        let place = shown(&installed.site_packages);
        let by = requirers(solved, &chosen.name);
        let by =
            if chosen.direct || by.is_empty() { String::new() } else { format!(" (from {})", by.join("->")) };
        session.ui.say(&format!(
            "Requirement already satisfied: {} in {place}{by} ({})",
            asked_text(solved, &chosen.name),
            installed.version
        ));
    }
}

/// A package as it was asked for.
pub fn asked_text(solved: &Solved<'_>, name: &Name) -> String {
    let asked = solved.asked.get(name).and_then(|entries| entries.first());
    match asked.map(|entry| &entry.target) {
        Some(Asked::Named(requirement)) => requirement.to_string(),
        _ => solved
            .resolution
            .packages
            .iter()
            .find_map(|chosen| {
                chosen.facts.requires.iter().find(|requirement| requirement.name == *name).map(
                    |requirement| {
                        let specifiers =
                            requirement.specifiers().map(ToString::to_string).unwrap_or_default();
                        format!("{name}{specifiers}")
                    },
                )
            })
            .unwrap_or_else(|| name.to_string()),
    }
}

/// Who requires a package, nearest first, up to somebody who was asked for.
fn requirers(solved: &Solved<'_>, name: &Name) -> Vec<String> {
    let mut way = Vec::new();
    let mut at = name.clone();
    let mut seen = FxHashSet::default();
    while seen.insert(at.clone()) {
        let Some(by) = solved.resolution.packages.iter().find(|chosen| chosen.requires.contains(&at)) else {
            break;
        };
        way.push(by.name.to_string());
        if by.direct {
            break;
        }
        at = by.name.clone();
    }
    way
}

pub fn tell_collected(session: &Session<'_>, solved: &Solved<'_>, ready: &[Ready]) {
    if session.ui.verbosity < 0 {
        return;
    }
    // Direct ones were named when they were looked at.
    for made in ready.iter().filter(|made| !made.is_direct) {
        let chosen = &made.chosen;
        let by = if chosen.direct { Vec::new() } else { requirers(solved, &chosen.name) };
        let by = if by.is_empty() { String::new() } else { format!(" (from {})", by.join("->")) };
        session.ui.say(&format!("Collecting {}{by}", asked_text(solved, &chosen.name)));
        match &made.fetched {
            Some((filename, size)) => {
                session.ui.say(&format!("  Downloading {filename} ({})", ui::size(*size)))
            }
            None => session.ui.say(&format!("  Using cached {}", made.filename)),
        }
    }
}

/// What a dry run says.
fn tell_dry_run(session: &Session<'_>, solved: &Solved<'_>, gone: &[Installed]) -> Result<i32, Trouble> {
    if let Some(path) = session.options.value("report") {
        report::write(session, path, &report::of_solved(session, solved)?)?;
    }
    let mut going: Vec<String> = gone.iter().map(|gone| format!("{}-{}", gone.name, gone.version)).collect();
    going.sort();
    if !going.is_empty() {
        session.ui.say(&format!("Would uninstall {}", going.join(" ")));
    }
    let mut coming: Vec<String> = solved
        .resolution
        .packages
        .iter()
        .filter(|chosen| chosen.entry.is_some())
        .map(|chosen| format!("{}-{}", chosen.name, chosen.version))
        .collect();
    coming.sort();
    if !coming.is_empty() {
        session.ui.say(&format!("Would install {}", coming.join(" ")));
    }
    session.ui.detail(&format!("{} requests", solved.universe.index.requests()));
    Ok(0)
}

/// What the environment loses and gets.
fn plan(
    session: &Session<'_>,
    ready: &[Ready],
    present: &FxHashMap<Name, Installed>,
    environment: &Environment,
) -> Result<Plan, Trouble> {
    let mut plan = Plan::default();
    let upgrade = session.options.switch("upgrade")?;
    for made in ready {
        if let Some(old) = present.get(&made.chosen.name) {
            if environment.kind == Kind::Target && !upgrade {
                session.ui.warn(&format!(
                    "Target directory {} already exists. Specify --upgrade to force replacement.",
                    old.path.display()
                ));
                continue;
            }
            plan.remove.push(old.clone());
        }
        let mut addition = Addition::new(made.entry.clone());
        addition.requested = made.chosen.direct;
        addition.direct_url.clone_from(&made.direct_url);
        plan.add.push(addition);
    }
    Ok(plan)
}

/// What is installed before what needs it, as pip orders it.
fn in_order(ready: &[Ready]) -> Vec<&Chosen> {
    let by_name: FxHashMap<&Name, &Chosen> =
        ready.iter().map(|made| (&made.chosen.name, &made.chosen)).collect();
    let mut done: FxHashSet<&Name> = FxHashSet::default();
    let mut order = Vec::new();
    for made in ready {
        let mut waiting = vec![(&made.chosen, 0)];
        while let Some((chosen, at)) = waiting.pop() {
            if at == 0 && !done.insert(&chosen.name) {
                continue;
            }
            match chosen.requires.get(at) {
                Some(next) => {
                    waiting.push((chosen, at + 1));
                    if let Some(next) = by_name.get(next)
                        && !done.contains(&next.name)
                    {
                        waiting.push((next, 0));
                    }
                }
                None => order.push(chosen),
            }
        }
    }
    order
}

pub fn tell_warnings(session: &Session<'_>, report: &Report) {
    for warning in &report.warnings {
        session.ui.warn(&warning.to_string());
    }
}

/// The complaint about requirements that the result breaks.
fn warn_conflicts(session: &Session<'_>, environment: &Environment) -> Result<(), Trouble> {
    if session.options.switch("no-warn-conflicts")? || session.options.switch("no-deps")? {
        return Ok(());
    }
    let problems = super::check::problems(session, environment)?;
    if !problems.is_empty() {
        session.ui.error(&format!(
            "What is installed now does not satisfy what other installed packages require:\n{}",
            problems.join("\n")
        ));
    }
    Ok(())
}

/// `dx pip uninstall`.
pub fn uninstall(session: &Session<'_>) -> Result<i32, Trouble> {
    let operands = session.options.given.operands.clone();
    let inputs = Inputs::read(session, &operands)?;
    let mut names: Vec<Name> = Vec::new();
    for entry in inputs.wanted() {
        match entry.target.name() {
            Some(name) => names.push(name.clone()),
            None => {
                return Err(Trouble::new("only packages can be uninstalled by name")
                    .with_hint("`dx pip list` shows the names of what is installed"));
            }
        }
    }
    if names.is_empty() {
        return Err(Trouble::new(
            "You must give at least one requirement to uninstall (see \"pip help uninstall\")",
        ));
    }
    let environment = session.environment()?;
    let held = transaction::Environment::open(
        layout(&environment),
        &mut session.waiting(&shown(&environment.root)),
    )?;
    let present = scan(session, &environment)?;
    let mut plan = Plan::default();
    for name in names {
        match present.get(&name) {
            Some(installed) if plan.remove.iter().any(|known| known.name == installed.name) => {}
            Some(installed) => plan.remove.push(installed.clone()),
            None => session.ui.warn(&format!("Skipping {name} as it is not installed.")),
        }
    }
    for gone in &plan.remove {
        session.ui.say(&format!("Found existing installation: {} {}", gone.name, gone.version));
        session.ui.say(&format!("Uninstalling {}-{}:", gone.name, gone.version));
    }
    let report = held.apply(&plan, &transaction::Options::default())?;
    tell_warnings(session, &report);
    for gone in &plan.remove {
        session.ui.say(&format!("  Successfully uninstalled {}-{}", gone.name, gone.version));
    }
    Ok(0)
}
