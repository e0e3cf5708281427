//! `dx pip show` and `dx pip tree`: what packages say of themselves, and what requires what.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::name::Name;
use super::present::{self, Present};
use super::session::{Session, Trouble};

/// `dx pip show`.
pub fn show(session: &Session<'_>) -> Result<i32, Trouble> {
    let queries = &session.options.given.operands;
    if queries.is_empty() {
        session.ui.warn("ERROR: Please provide a package name or names.");
        return Ok(1);
    }
    let packages = present::all(session)?;
    let named = |text: &String| {
        let name = Name::new(text).ok()?;
        packages.iter().find(|package| *package.name() == name)
    };
    let mut missing: Vec<&str> =
        queries.iter().filter(|text| named(text).is_none()).map(String::as_str).collect();
    missing.sort_unstable();
    if !missing.is_empty() {
        session.ui.warn(&format!("Package(s) not found: {}", missing.join(", ")));
    }
    let files = session.options.switch("files")?;
    let mut shown = 0;
    for package in queries.iter().filter_map(named) {
        if shown > 0 {
            session.ui.result("---");
        }
        shown += 1;
        one(session, package, &packages, files);
    }
    Ok(i32::from(shown == 0))
}

fn sorted(mut texts: Vec<String>) -> String {
    texts.sort_by_key(|text| text.to_lowercase());
    texts.dedup();
    texts.join(", ")
}

fn one(session: &Session<'_>, package: &Present, packages: &[Present], files: bool) {
    let metadata = &package.metadata;
    let field = |name: &str| metadata.get(name).unwrap_or_default().to_owned();
    let put = |label: &str, value: &str| session.ui.result(&format!("{label}: {value}"));
    put("Name", &package.raw_name());
    put("Version", &package.raw_version());
    put("Summary", &field("Summary"));
    put("Home-page", metadata.home_page().unwrap_or_default());
    put("Author", &field("Author"));
    put("Author-email", &field("Author-email"));
    let level: Vec<u32> = field("Metadata-Version").split('.').filter_map(|part| part.parse().ok()).collect();
    let expression = field("License-Expression");
    match level >= vec![2, 4] && !expression.is_empty() {
        true => put("License-Expression", &expression),
        false => put("License", &field("License")),
    }
    put("Location", &package.location());
    if let Some(location) = package.editable_location() {
        put("Editable project location", &location);
    }
    put("Requires", &sorted(written_names(session, package)));
    let by = packages.iter().filter(|other| {
        other.requires(session).iter().any(|requirement| requirement.name == *package.name())
    });
    put("Required-by", &sorted(by.map(Present::raw_name).collect()));
    if session.ui.verbosity > 0 {
        put("Metadata-Version", &field("Metadata-Version"));
        put("Installer", &package.installed.installer().unwrap_or_default());
        session.ui.result("Classifiers:");
        for classifier in metadata.get_all("Classifier") {
            session.ui.result(&format!("  {classifier}"));
        }
        session.ui.result("Entry-points:");
        if let Ok(Some(text)) = package.installed.entry_points() {
            for line in text.lines() {
                session.ui.result(&format!("  {}", line.trim()));
            }
        }
        session.ui.result("Project-URLs:");
        for (label, url) in metadata.project_urls() {
            session.ui.result(&format!("  {label}, {url}"));
        }
    }
    if files {
        session.ui.result("Files:");
        match package.installed.files() {
            Ok(Some(files)) => {
                let mut paths: Vec<String> = files.into_iter().map(|file| file.path).collect();
                paths.sort();
                for path in paths {
                    session.ui.result(&format!("  {path}"));
                }
            }
            Ok(None) => session.ui.result("Cannot locate RECORD or installed-files.txt"),
            Err(error) => session.ui.warn(&error.to_string()),
        }
    }
}

/// The names of what a package requires, as its metadata spells them.
fn written_names(session: &Session<'_>, package: &Present) -> Vec<String> {
    let required: FxHashSet<Name> =
        package.requires(session).into_iter().map(|requirement| requirement.name).collect();
    package
        .metadata
        .requires_dist()
        .filter_map(|text| {
            let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || "-_.".contains(letter)));
            let written = text[..end.unwrap_or(text.len())].to_owned();
            Name::new(&written).ok().filter(|name| required.contains(name)).map(|_| written)
        })
        .collect()
}

/// `dx pip tree`.
pub fn tree(session: &Session<'_>) -> Result<i32, Trouble> {
    let excluded = present::excluded(session)?;
    let packages = present::all(session)?;
    let by_name: FxHashMap<&Name, &Present> = packages
        .iter()
        .filter(|package| !excluded.contains(package.name()))
        .map(|package| (package.name(), package))
        .collect();
    let mut roots: Vec<&Present> = Vec::new();
    let queries = &session.options.given.operands;
    for text in queries {
        let name = Name::new(text).map_err(|error| Trouble::new(error.to_string()))?;
        match by_name.get(&name) {
            Some(package) => roots.push(package),
            None => return Err(Trouble::new(format!("{name} is not installed"))),
        }
    }
    if queries.is_empty() {
        let required: FxHashSet<Name> = packages
            .iter()
            .flat_map(|package| package.requires(session))
            .map(|requirement| requirement.name)
            .collect();
        roots.extend(by_name.values().copied().filter(|package| !required.contains(package.name())));
        roots.sort_by(|left, right| left.name().cmp(right.name()));
        // Packages that require each other in a circle have no root: the first of those that were not reached stands for them.
        let mut reached = FxHashSet::default();
        for root in &roots {
            reach(session, root, &by_name, &mut reached);
        }
        for package in &packages {
            if by_name.contains_key(package.name()) && !reached.contains(package.name()) {
                roots.push(package);
                reach(session, package, &by_name, &mut reached);
            }
        }
    }
    let mut repeated = false;
    for root in roots {
        session.ui.result(&format!("{} v{}", root.raw_name(), root.installed.version));
        let mut seen = FxHashSet::default();
        repeated |= branch(session, root, &by_name, "", &mut vec![root.name().clone()], &mut seen);
    }
    if repeated {
        session.ui.result("(*) shown with what it requires further up");
    }
    Ok(0)
}

fn reach<'p>(
    session: &Session<'_>,
    from: &'p Present,
    by_name: &FxHashMap<&Name, &'p Present>,
    reached: &mut FxHashSet<Name>,
) {
    let mut waiting = vec![from];
    while let Some(package) = waiting.pop() {
        if reached.insert(package.name().clone()) {
            let requires = package.requires(session);
            waiting.extend(requires.iter().filter_map(|requirement| by_name.get(&requirement.name).copied()));
        }
    }
}

/// Writes what `package` requires, each line behind `indent`. Answers whether something was cut short.
fn branch(
    session: &Session<'_>,
    package: &Present,
    by_name: &FxHashMap<&Name, &Present>,
    indent: &str,
    way: &mut Vec<Name>,
    seen: &mut FxHashSet<Name>,
) -> bool {
    let mut requires = package.requires(session);
    requires.sort_by(|left, right| left.name.cmp(&right.name));
    requires.dedup_by(|left, right| left.name == right.name);
    let mut repeated = false;
    let count = requires.len();
    for (place, requirement) in requires.into_iter().enumerate() {
        let last = place + 1 == count;
        let joint = if last { "└── " } else { "├── " };
        let wanted = requirement.specifiers().map(ToString::to_string).unwrap_or_default();
        let wanted = if wanted.is_empty() { String::new() } else { format!(" [{wanted}]") };
        let Some(found) = by_name.get(&requirement.name) else {
            session.ui.result(&format!("{indent}{joint}{} (not installed){wanted}", requirement.name));
            continue;
        };
        let known = way.contains(found.name()) || !seen.insert(found.name().clone());
        let has_more = known && !found.requires(session).is_empty();
        let mark = if has_more { " (*)" } else { "" };
        session.ui.result(&format!(
            "{indent}{joint}{} v{}{wanted}{mark}",
            found.raw_name(),
            found.installed.version
        ));
        repeated |= has_more;
        if !known {
            way.push(found.name().clone());
            let below = format!("{indent}{}", if last { "    " } else { "│   " });
            repeated |= branch(session, found, by_name, &below, way, seen);
            way.pop();
        }
    }
    repeated
}
