//! From what was asked for to an answer: rules and request for the resolver, direct files looked at first, and the search itself.
//!
//! Pages without any freshness information have to be fetched again each time. To know which, the search first runs on what the last
//! run saw, without asking anybody; then all those pages are fetched at once, and the search runs again on what is true now.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::fallback;
use super::super::index::{Index, Strategy, time};
use super::super::install::installed::Installed;
use super::super::marker::Environment as Markers;
use super::super::name::Name;
use super::super::requirement::{Requirement, Source};
use super::super::requirements::{Entry, Setting, Target as Asked};
use super::super::resolve::table::{FormatRules, Formats, Order, Prereleases, Rules};
use super::super::resolve::{self, Request, Resolution, ResolveError, Wanted};
use super::super::specifier::Specifiers;
use super::super::tags::{self, Tags, Target};
use super::super::version::Version;
use super::inputs::Inputs;
use super::session::{Session, Trouble};
use super::universe::{Builder, Indexes};
use crate::version;

/// The Python and machine to resolve for.
#[derive(Clone, Debug)]
pub struct For {
    pub markers: Markers,
    pub python: Version,
    pub tags: Tags,
    /// This machine's platforms, where the target is dx itself.
    pub native: Option<Vec<String>>,
    /// Another target than dx here.
    pub is_foreign: bool,
}

impl For {
    /// dx itself, here, whatever is asked for: what builds are made for.
    pub fn here(session: &Session<'_>) -> For {
        let python = Version::of_release(&[
            u64::from(version::MAJOR),
            u64::from(version::MINOR),
            u64::from(version::PATCH),
        ]);
        let platforms = tags::platforms(session.host.system, std::env::consts::ARCH);
        let target = Target {
            implementation: "dx".to_owned(),
            python: (u64::from(version::MAJOR), u64::from(version::MINOR)),
            abis: Vec::new(),
            platforms: platforms.clone(),
        };
        For {
            markers: session.host.markers.clone(),
            python,
            tags: Tags::of(&target),
            native: Some(platforms),
            is_foreign: false,
        }
    }

    /// Reads `--platform`, `--python-version`, `--implementation` and `--abi`.
    pub fn of(session: &Session<'_>) -> Result<For, Trouble> {
        let options = &session.options;
        let (named, abis) = (options.values("platform"), options.values("abi"));
        let implementation = options.value("implementation");
        let python_option = options.value("python-version");
        let mut markers = session.host.markers.clone();
        let mut python = Version::of_release(&[
            u64::from(version::MAJOR),
            u64::from(version::MINOR),
            u64::from(version::PATCH),
        ]);
        let is_foreign =
            !named.is_empty() || !abis.is_empty() || implementation.is_some() || python_option.is_some();
        if let Some(text) = python_option {
            python = python_version(text)?;
            let release = python.release();
            let at = |place: usize| release.get(place).copied().unwrap_or(0);
            markers.python_version = format!("{}.{}", at(0), at(1));
            markers.python_full_version = format!("{}.{}.{}", at(0), at(1), at(2));
            markers.implementation_version = markers.python_full_version.clone();
        }
        match implementation {
            None | Some("dx" | "py") => {}
            Some("cp") => {
                (markers.implementation_name, markers.platform_python_implementation) =
                    ("cpython".into(), "CPython".into())
            }
            Some("pp") => {
                (markers.implementation_name, markers.platform_python_implementation) =
                    ("pypy".into(), "PyPy".into())
            }
            Some(other) => {
                markers.implementation_name = other.to_owned();
                markers.platform_python_implementation = other.to_owned();
            }
        }
        let here = tags::platforms(session.host.system, std::env::consts::ARCH);
        let mut platforms: Vec<String> = Vec::new();
        for name in &named {
            for platform in tags::expand_platform(name) {
                if !platforms.contains(&platform) {
                    platforms.push(platform);
                }
            }
        }
        if let Some(name) = named.first() {
            markers_of_platform(name, &mut markers);
        }
        if platforms.is_empty() {
            platforms.clone_from(&here);
        }
        let release = python.release();
        let target = Target {
            implementation: implementation.unwrap_or("dx").to_owned(),
            python: (release.first().copied().unwrap_or(3), release.get(1).copied().unwrap_or(0)),
            abis,
            platforms,
        };
        let native = (!is_foreign).then_some(here);
        Ok(For { markers, python, tags: Tags::of(&target), native, is_foreign })
    }
}

/// A version of Python as pip takes it: `3`, `3.12`, `312`, `3.12.1`.
fn python_version(text: &str) -> Result<Version, Trouble> {
    let wrong = |why: &str| Trouble::usage(format!("invalid --python-version value: '{text}': {why}"));
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() > 3 {
        return Err(wrong("at most three version parts are allowed"));
    }
    let number = |part: &str| part.parse::<u64>().map_err(|_| wrong("each version part must be an integer"));
    let mut numbers = parts.iter().map(|part| number(part)).collect::<Result<Vec<_>, _>>()?;
    if let [single] = numbers.as_slice()
        && text.len() > 1
        && text.is_char_boundary(1)
    {
        let _ = single;
        numbers = vec![number(&text[..1])?, number(&text[1..])?];
    }
    Ok(Version::of_release(&numbers))
}

/// What markers say of a platform that wheels are named for.
fn markers_of_platform(platform: &str, markers: &mut Markers) {
    let mut set = |os: &str, system: &str, name: &str| {
        markers.sys_platform = os.to_owned();
        markers.platform_system = system.to_owned();
        markers.os_name = name.to_owned();
        // Nothing is known of the machine's release.
        markers.platform_release = String::new();
        markers.platform_version = String::new();
    };
    if platform.contains("linux") {
        set("linux", "Linux", "posix");
    } else if platform.starts_with("macosx") {
        set("darwin", "Darwin", "posix");
    } else if platform.starts_with("win") {
        set("win32", "Windows", "nt");
    } else {
        return;
    }
    const MACHINES: &[(&str, &str)] = &[
        ("x86_64", "x86_64"),
        ("amd64", "AMD64"),
        ("aarch64", "aarch64"),
        ("win_arm64", "ARM64"),
        ("arm64", "arm64"),
        ("i686", "i686"),
        ("win32", "x86"),
        ("armv7l", "armv7l"),
        ("ppc64le", "ppc64le"),
        ("s390x", "s390x"),
        ("riscv64", "riscv64"),
    ];
    if let Some((_, machine)) = MACHINES.iter().find(|(ending, _)| platform.ends_with(ending)) {
        markers.platform_machine = (*machine).to_owned();
    }
}

/// An answer with what is needed to act on it.
pub struct Solved<'a> {
    pub resolution: Resolution,
    pub universe: Indexes<'a>,
    /// The entries of the requirements, by package, for hashes and settings.
    pub asked: FxHashMap<Name, Vec<Entry>>,
}

/// Where packages come from.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub index: &'a Index,
    pub rules: &'a Rules,
    pub builder: &'a dyn Builder,
    /// What is installed, whether it is kept or not.
    pub installed: &'a FxHashMap<Name, Installed>,
}

/// What may change of an environment.
#[derive(Default)]
pub struct Keep {
    /// Installed versions that are kept where they fit.
    pub versions: FxHashMap<Name, Version>,
    /// Versions that are preferred where they fit.
    pub preferred: FxHashMap<Name, Version>,
    /// Nothing comes in for being required.
    pub listed_only: bool,
}

/// The files that may be taken.
pub fn rules(session: &Session<'_>, inputs: &Inputs, target: &For, index: &Index) -> Result<Rules, Trouble> {
    let options = &session.options;
    let mut formats = FormatRules {
        prefer_wheels: options.switch("prefer-binary")?
            || inputs.settings().iter().any(|setting| matches!(setting, Setting::PreferBinary)),
        ..FormatRules::default()
    };
    let mut add = |kind: Formats, value: &str| {
        for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                ":all:" => {
                    formats.all = kind;
                    formats.packages.retain(|_, other| *other != kind);
                }
                ":none:" => {
                    if formats.all == kind {
                        formats.all = Formats::Any;
                    }
                    formats.packages.retain(|_, other| *other != kind);
                }
                name => {
                    let name = Name::new(name).map_err(|error| Trouble::usage(error.to_string()))?;
                    formats.packages.insert(name, kind);
                }
            }
        }
        Ok::<(), Trouble>(())
    };
    let given: Vec<_> = options.given.in_order(&["no-binary", "only-binary"]).collect();
    for (long, value) in &given {
        add(if *long == "no-binary" { Formats::OnlySources } else { Formats::OnlyWheels }, value)?;
    }
    if given.is_empty() {
        for value in options.values("no-binary") {
            add(Formats::OnlySources, &value)?;
        }
        for value in options.values("only-binary") {
            add(Formats::OnlyWheels, &value)?;
        }
    }
    for setting in inputs.settings() {
        match setting {
            Setting::NoBinary(value) => add(Formats::OnlySources, value)?,
            Setting::OnlyBinary(value) => add(Formats::OnlyWheels, value)?,
            _ => {}
        }
    }
    let exclude_newer = match options.value("exclude-newer").or(options.value("uploaded-prior-to")) {
        None => None,
        Some(text) => Some(moment(text)?),
    };
    let mut hashes: FxHashMap<Name, FxHashSet<String>> = FxHashMap::default();
    if hashes_required(session, inputs)? {
        for entry in &inputs.requirements.entries {
            if let Some(name) = entry.target.name() {
                hashes.entry(name.clone()).or_default().extend(entry.hashes.iter().map(ToString::to_string));
            }
        }
    }
    let named: Vec<&Requirement> = inputs
        .requirements
        .entries
        .iter()
        .filter_map(|entry| match &entry.target {
            Asked::Named(requirement) => Some(requirement),
            _ => None,
        })
        .collect();
    Ok(Rules {
        tags: target.tags.clone(),
        native: target.native.clone(),
        python: target.python.clone(),
        ignore_requires_python: options.switch("ignore-requires-python")?,
        formats,
        exclude_newer,
        hashes,
        yanked_allowed: resolve::pins(&named),
        by_place: index.strategy() == Strategy::UnsafeFirstMatch,
        fallback: |name, version| fallback::take(name, version).is_some(),
    })
}

/// A moment as microseconds since 1970: a date, a date and time, or `P3D` for three days ago.
fn moment(text: &str) -> Result<u64, Trouble> {
    if let Some(days) = text
        .strip_prefix('P')
        .and_then(|rest| rest.strip_suffix('D'))
        .and_then(|days| days.parse::<u64>().ok())
    {
        return Ok(time::now().saturating_sub(days.saturating_mul(86_400)).saturating_mul(1_000_000));
    }
    time::parse_iso(text).ok_or_else(|| {
        Trouble::usage(format!(
            "'{text}' is no date: write 2026-01-31, 2026-01-31T12:00:00Z, or P3D for three days ago"
        ))
    })
}

/// Whether everything needs a hash: asked for, or because one requirement has one.
pub fn hashes_required(session: &Session<'_>, inputs: &Inputs) -> Result<bool, Trouble> {
    let options = &session.options;
    let in_files = inputs.settings().into_iter().rev().find_map(|setting| match setting {
        Setting::RequireHashes(required) => Some(*required),
        _ => None,
    });
    Ok(match (options.switch("require-hashes")?, options.switch("no-require-hashes")?) {
        (true, _) => true,
        (false, true) => false,
        _ => in_files.unwrap_or_else(|| inputs.wanted().any(|entry| !entry.hashes.is_empty())),
    })
}

/// Looks at paths and URLs, which name packages only once they were read, and makes them known to the universe.
fn direct(
    inputs: &Inputs,
    target: &For,
    universe: &Indexes<'_>,
    asked: &mut FxHashMap<Name, Vec<Entry>>,
) -> Result<Vec<Wanted>, Trouble> {
    let mut wanted = Vec::new();
    for entry in inputs.wanted() {
        if entry.target.marker().is_some_and(|marker| !marker.evaluate(&target.markers, &[])) {
            continue;
        }
        let origin = entry.origin.as_ref().map(|origin| format!("(from {origin})")).unwrap_or_default();
        let (name, requirement) = match &entry.target {
            Asked::Named(requirement) => (requirement.name.clone(), requirement.clone()),
            Asked::Path { path, extras, marker } => {
                let place = super::sources::path_url(path, entry.editable)?;
                let (name, found) = universe.builder.direct(None, &place).map_err(Trouble::from)?;
                universe.add_direct(name.clone(), found);
                let mut requirement = Requirement::any(name.clone());
                requirement.extras.clone_from(extras);
                requirement.marker.clone_from(marker);
                requirement.source = Source::Url(place);
                (name, requirement)
            }
            Asked::Url { url, name, extras, marker } => {
                let place = if entry.editable { super::sources::editable(url) } else { url.clone() };
                let (name, found) = universe.builder.direct(name.as_ref(), &place).map_err(Trouble::from)?;
                universe.add_direct(name.clone(), found);
                let mut requirement = Requirement::any(name.clone());
                requirement.extras.clone_from(extras);
                requirement.marker.clone_from(marker);
                requirement.source = Source::Url(place);
                (name, requirement)
            }
        };
        asked.entry(name).or_default().push(entry.clone());
        wanted.push(Wanted { requirement, origin });
    }
    Ok(wanted)
}

/// Resolves what was asked for.
pub fn solve<'a>(
    session: &Session<'_>,
    inputs: &Inputs,
    target: &For,
    world: World<'a>,
    keep: Keep,
) -> Result<Solved<'a>, Trouble> {
    let options = &session.options;
    let World { index, rules, builder, installed } = world;
    let universe = Indexes::new(index, rules, builder, installed);
    let mut asked = FxHashMap::default();
    let wanted = direct(inputs, target, &universe, &mut asked)?;
    let mut keep = keep;
    keep.versions.retain(|name, _| !universe.direct_of(name).is_some_and(|direct| direct.may_change));
    for (specifiers, script) in &inputs.pythons {
        if !specifiers.contains(&target.python) && !rules.ignore_requires_python {
            let kind = if script.ends_with(".toml") { "Project" } else { "Script" };
            return Err(Trouble::new(format!(
                "{kind} '{script}' requires a different Python: {} not in '{specifiers}'",
                target.python
            )));
        }
    }
    check_hashes(session, inputs, &wanted)?;
    let constraints = constraints(inputs)?;
    let (order, lowest_direct) = match options.value("resolution") {
        None | Some("highest") => (Order::Highest, false),
        Some("lowest") => (Order::Lowest, false),
        Some("lowest-direct") => (Order::Highest, true),
        Some(other) => {
            return Err(Trouble::usage(format!(
                "option --resolution: invalid choice: '{other}' (choose from 'highest', 'lowest', 'lowest-direct')"
            )));
        }
    };
    let pre =
        options.switch("pre")? || inputs.settings().iter().any(|setting| matches!(setting, Setting::Pre));
    let request = Request {
        wanted,
        constraints,
        overrides: inputs.overrides.clone(),
        environment: target.markers.clone(),
        python: target.python.clone(),
        order,
        lowest_direct,
        prereleases: if pre { Prereleases::Allow } else { Prereleases::IfNecessary },
        prereleases_of: prereleases_of(session, inputs)?,
        no_dependencies: keep.listed_only || options.switch("no-deps")?,
        preferred: keep.preferred,
        installed: keep.versions,
        allow_old_pure: options.switch("allow-old-pure")?,
        ignore_requires_python: rules.ignore_requires_python,
        patience: resolve::PATIENCE,
    };
    ask_ahead(&request, &universe, index);
    let resolution = resolve::resolve(&request, &universe).map_err(|error| unsolved(session, error))?;
    if hashes_required(session, inputs)? {
        check_answer_hashes(&resolution, &universe, &asked)?;
    }
    Ok(Solved { resolution, universe, asked })
}

/// Fetches every page that the last run's answer needed, all at once.
pub(super) fn ask_ahead(request: &Request, universe: &Indexes<'_>, index: &Index) {
    let last = universe.as_last_seen();
    // What is missing ends this search early; what was seen until then is worth asking for all the same.
    let _ = resolve::resolve(request, &last);
    let pages: Vec<Name> = last.seen().into_iter().filter(|name| !index.is_fresh(name)).collect();
    if pages.len() < 2 {
        return;
    }
    std::thread::scope(|scope| {
        for name in &pages[1..] {
            let started = std::thread::Builder::new().stack_size(512 * 1024).spawn_scoped(scope, move || {
                let _ = index.page(name);
            });
            if started.is_err() {
                break;
            }
        }
        let _ = index.page(&pages[0]);
    });
}

/// Pre-releases by package, from `--all-releases` and `--only-final`.
fn prereleases_of(
    session: &Session<'_>,
    inputs: &Inputs,
) -> Result<FxHashMap<Option<Name>, Prereleases>, Trouble> {
    let mut found: FxHashMap<Option<Name>, Prereleases> = FxHashMap::default();
    let mut add = |kind: Prereleases, value: &str| {
        for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                ":all:" => {
                    found.insert(None, kind);
                }
                ":none:" => found.retain(|_, other| *other != kind),
                name => {
                    let name = Name::new(name).map_err(|error| Trouble::usage(error.to_string()))?;
                    found.insert(Some(name), kind);
                }
            }
        }
        Ok::<(), Trouble>(())
    };
    let options = &session.options;
    let releases = [("all-releases", Prereleases::Allow), ("only-final", Prereleases::Disallow)];
    for (long, kind) in releases {
        for value in options.values(long) {
            add(kind, &value)?;
        }
    }
    for setting in inputs.settings() {
        match setting {
            Setting::AllReleases(value) => add(Prereleases::Allow, value)?,
            Setting::OnlyFinal(value) => add(Prereleases::Disallow, value)?,
            _ => {}
        }
    }
    Ok(found)
}

/// Whether pre-releases of a package are taken.
pub fn prereleases_for(session: &Session<'_>, inputs: &Inputs, name: &Name) -> Result<Prereleases, Trouble> {
    let by_package = prereleases_of(session, inputs)?;
    if let Some(kind) = by_package.get(&Some(name.clone())).or(by_package.get(&None)) {
        return Ok(*kind);
    }
    Ok(if session.options.switch("pre")? { Prereleases::Allow } else { Prereleases::IfNecessary })
}

fn constraints(inputs: &Inputs) -> Result<Vec<Requirement>, Trouble> {
    let mut found = Vec::new();
    for entry in inputs.requirements.entries.iter().filter(|entry| entry.constraint) {
        match &entry.target {
            Asked::Named(requirement) => found.push(requirement.clone()),
            Asked::Url { name: Some(name), url, marker, .. } => {
                let mut requirement = Requirement::any(name.clone());
                requirement.source = Source::Url(url.clone());
                requirement.marker.clone_from(marker);
                found.push(requirement);
            }
            _ => return Err(Trouble::new("Unnamed requirements are not allowed as constraints")),
        }
    }
    Ok(found)
}

/// pip's two demands of `--require-hashes`: everything is pinned, and everything has a hash.
fn check_hashes(session: &Session<'_>, inputs: &Inputs, wanted: &[Wanted]) -> Result<(), Trouble> {
    if !hashes_required(session, inputs)? {
        return Ok(());
    }
    let pinned = |requirement: &Requirement| match &requirement.source {
        Source::Version(specifiers) => Specifiers::pinned(specifiers).is_some(),
        Source::Url(_) => true,
    };
    let unpinned: Vec<String> = wanted
        .iter()
        .filter(|wanted| !pinned(&wanted.requirement))
        .map(|wanted| format!("    {} {}", wanted.requirement, wanted.origin).trim_end().to_owned())
        .collect();
    if !unpinned.is_empty() {
        return Err(Trouble::new(format!(
            "In --require-hashes mode, all requirements must have their versions pinned with ==. These do not:\n{}",
            unpinned.join("\n")
        )));
    }
    let bare: Vec<String> = inputs
        .wanted()
        .filter(|entry| entry.hashes.is_empty())
        .map(|entry| match &entry.target {
            Asked::Named(requirement) => format!("    {requirement}"),
            Asked::Path { path, .. } => format!("    {path}"),
            Asked::Url { url, .. } => format!("    {}", super::super::requirements::redacted(url)),
        })
        .collect();
    if !bare.is_empty() {
        return Err(Trouble::new(format!(
            "Hashes are required in --require-hashes mode, but they are missing from some requirements:\n{}",
            bare.join("\n")
        ))
        .with_hint("`dx pip compile --generate-hashes` writes a file with all of them"));
    }
    Ok(())
}

/// What came in for being required needs a hash too.
fn check_answer_hashes(
    resolution: &Resolution,
    universe: &Indexes<'_>,
    asked: &FxHashMap<Name, Vec<Entry>>,
) -> Result<(), Trouble> {
    let coming = || resolution.packages.iter().filter(|chosen| chosen.entry.is_some());
    let has_hash = |name: &Name| {
        let listed = universe.rules.hashes.get(name).is_some_and(|hashes| !hashes.is_empty());
        listed || asked.get(name).into_iter().flatten().any(|entry| !entry.hashes.is_empty())
    };
    let unlisted: Vec<String> = coming()
        .filter(|chosen| !has_hash(&chosen.name))
        .map(|chosen| {
            let by: Vec<String> = resolution
                .packages
                .iter()
                .filter(|other| other.requires.contains(&chosen.name))
                .map(|other| format!("{}=={}", other.name, other.version))
                .collect();
            let by = if by.is_empty() { String::new() } else { format!(" (from {})", by.join(", ")) };
            format!("    {}=={}{by}", chosen.name, chosen.version)
        })
        .collect();
    if !unlisted.is_empty() {
        return Err(Trouble::new(format!(
            "In --require-hashes mode, all requirements must have their versions pinned with == and a hash. These are required, but not listed:\n{}",
            unlisted.join("\n")
        ))
        .with_hint("`dx pip compile --generate-hashes` writes a file with all of them"));
    }
    Ok(())
}

/// An unsolvable request in pip's words and ours.
pub fn unsolved(session: &Session<'_>, error: ResolveError) -> Trouble {
    let hints = error.hints();
    let ResolveError::Unsatisfiable { explanation, missing, .. } = error else {
        let mut trouble = Trouble::of(&error, None);
        trouble.hints = hints;
        return trouble;
    };
    let mut trouble = Trouble::new(explanation);
    if let Some(missing) = missing {
        let versions: Vec<String> = missing.versions.iter().map(Version::to_string).collect();
        let versions = if versions.is_empty() { String::from("none") } else { versions.join(", ") };
        let origin = if missing.origin.is_empty() { String::new() } else { format!(" {}", missing.origin) };
        session.ui.error(&format!(
            "Could not find a version that satisfies the requirement {}{origin} (from versions: {versions})",
            missing.requirement
        ));
        trouble.message = format!("No matching distribution found for {}{origin}", missing.requirement);
    } else {
        trouble.message = format!("Cannot resolve what was asked for:\n{}", trouble.message);
    }
    trouble.hints = hints;
    trouble
}
