//! `dx pip list`: what is installed, and what the index has newer.

use serde_json::Value;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::name::Name;
use super::super::resolve::Universe;
use super::super::resolve::table::{Choice, Order, Prereleases};
use super::super::version::Version;
use super::inputs::Inputs;
use super::present::{self, Present};
use super::session::{Session, Trouble};
use super::solve::{self, For};
use super::sources::Sources;
use super::universe::Indexes;

/// What the index has of a package: the newest version and the kind of its file.
type Latest = FxHashMap<Name, (Version, &'static str)>;

/// The command.
pub fn list(session: &Session<'_>) -> Result<i32, Trouble> {
    let options = &session.options;
    let (outdated, uptodate) = (options.switch("outdated")?, options.switch("uptodate")?);
    if outdated && uptodate {
        return Err(Trouble::new("Options --outdated and --uptodate cannot be combined."));
    }
    let format = options.value("format").unwrap_or("columns").to_owned();
    if !["columns", "freeze", "json"].contains(&format.as_str()) {
        return Err(Trouble::usage(format!(
            "option --format: invalid choice: '{format}' (choose from 'columns', 'freeze', 'json')"
        )));
    }
    if outdated && format == "freeze" {
        return Err(Trouble::new("List format 'freeze' cannot be used with the --outdated option."));
    }
    let mut packages = present::all(session)?;
    if options.switch("editable-only")? {
        packages.retain(|package| package.editable_location().is_some());
    }
    let last = options.given.in_order(&["include-editable", "exclude-editable"]).last();
    if last.map_or(options.switch("exclude-editable")?, |(long, _)| long == "exclude-editable") {
        packages.retain(|package| package.editable_location().is_none());
    }
    if options.switch("not-required")? {
        let required: FxHashSet<Name> = packages
            .iter()
            .flat_map(|package| package.requires(session))
            .map(|requirement| requirement.name)
            .collect();
        packages.retain(|package| !required.contains(package.name()));
    }
    let excluded = present::excluded(session)?;
    packages.retain(|package| !excluded.contains(package.name()));
    let mut latest = Latest::default();
    if outdated || uptodate {
        latest = ask(session, &packages)?;
        packages.retain(|package| {
            latest.get(package.name()).is_some_and(|(newest, _)| match outdated {
                true => *newest > package.installed.version,
                false => *newest == package.installed.version,
            })
        });
    }
    match format.as_str() {
        "freeze" => {
            for package in &packages {
                let line = format!("{}=={}", package.raw_name(), package.installed.version);
                match session.ui.verbosity > 0 {
                    true => session.ui.result(&format!("{line} ({})", package.location())),
                    false => session.ui.result(&line),
                }
            }
        }
        "json" => {
            let rows: Vec<String> =
                packages.iter().map(|package| object(session, package, &latest, outdated)).collect();
            session.ui.result(&format!("[{}]", rows.join(", ")));
        }
        _ => columns(session, &packages, &latest, outdated),
    }
    Ok(0)
}

/// Asks the index about all packages at once.
fn ask(session: &Session<'_>, packages: &[Present]) -> Result<Latest, Trouble> {
    let index = session.index(&[])?;
    let target = For::of(session)?;
    let inputs = Inputs::default();
    let rules = solve::rules(session, &inputs, &target, &index)?;
    let none = FxHashMap::default();
    let builder = Sources::new(session, &index, &rules);
    let universe = Indexes::new(&index, &rules, &builder, &none);
    let prereleases = |name: &Name| {
        // pip offers no pre-release here unless they are asked for.
        Ok(match solve::prereleases_for(session, &inputs, name)? {
            Prereleases::Allow => Prereleases::Allow,
            _ => Prereleases::Disallow,
        })
    };
    let answers: Vec<_> = std::thread::scope(|scope| {
        let asked: Vec<_> = packages
            .iter()
            .map(|package| {
                let universe = &universe;
                scope.spawn(move || universe.table(package.name()))
            })
            .collect();
        asked.into_iter().map(|thread| thread.join().unwrap_or(Ok(None))).collect()
    });
    let mut latest = Latest::default();
    for (package, answer) in packages.iter().zip(answers) {
        let Some(table) = answer.map_err(Trouble::from)? else {
            continue;
        };
        let prereleases: Result<Prereleases, Trouble> = prereleases(package.name());
        if let Choice::Take(entry) =
            table.choose(&pubgrub::Ranges::full(), Order::Highest, prereleases?, true)
        {
            let kind = if entry.wheel.is_some() { "wheel" } else { "sdist" };
            latest.insert(package.name().clone(), (entry.version.clone(), kind));
        }
    }
    Ok(latest)
}

fn object(session: &Session<'_>, package: &Present, latest: &Latest, outdated: bool) -> String {
    let mut row = vec![
        ("name", Value::from(package.raw_name())),
        ("version", Value::from(package.installed.version.to_string())),
    ];
    if session.ui.verbosity > 0 {
        row.push(("location", Value::from(package.location())));
        row.push(("installer", Value::from(package.installed.installer().unwrap_or_default())));
    }
    if outdated && let Some((version, kind)) = latest.get(package.name()) {
        row.push(("latest_version", Value::from(version.to_string())));
        row.push(("latest_filetype", Value::from(*kind)));
    }
    if let Some(location) = package.editable_location() {
        row.push(("editable_project_location", Value::from(location)));
    }
    json_object(&row)
}

/// JSON as Python writes it by default: blanks behind commas and colons, everything beyond ASCII escaped, keys in the order given.
pub fn json_object(items: &[(&str, Value)]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|(key, value)| format!("{}: {}", ascii(&Value::from(*key)), python_json(value)))
        .collect();
    format!("{{{}}}", items.join(", "))
}

fn python_json(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(python_json).collect();
            format!("[{}]", items.join(", "))
        }
        other => ascii(other),
    }
}

/// A plain value with everything beyond ASCII escaped.
fn ascii(value: &Value) -> String {
    let mut out = String::new();
    for letter in value.to_string().chars() {
        match letter.is_ascii() {
            true => out.push(letter),
            false => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out
}

fn columns(session: &Session<'_>, packages: &[Present], latest: &Latest, outdated: bool) {
    if packages.is_empty() {
        return;
    }
    let builds: Vec<Option<String>> = packages.iter().map(build_tag).collect();
    let has_builds = builds.iter().any(Option::is_some);
    let has_editables = packages.iter().any(|package| package.editable_location().is_some());
    let verbose = session.ui.verbosity > 0;
    let mut header = vec!["Package", "Version"];
    if outdated {
        header.extend(["Latest", "Type"]);
    }
    if has_builds {
        header.push("Build");
    }
    if has_editables {
        header.push("Editable project location");
    }
    if verbose {
        header.extend(["Location", "Installer"]);
    }
    let mut rows: Vec<Vec<String>> = vec![header.into_iter().map(str::to_owned).collect()];
    for (package, build) in packages.iter().zip(builds) {
        let mut row = vec![package.raw_name(), package.raw_version()];
        if outdated {
            let (version, kind) = latest
                .get(package.name())
                .map(|(version, kind)| (version.to_string(), *kind))
                .unwrap_or_default();
            row.extend([version, kind.to_owned()]);
        }
        if has_builds {
            row.push(build.unwrap_or_default());
        }
        if has_editables {
            row.push(package.editable_location().unwrap_or_default());
        }
        if verbose {
            row.extend([package.location(), package.installed.installer().unwrap_or_default()]);
        }
        rows.push(row);
    }
    for line in table(&rows) {
        session.ui.result(&line);
    }
}

/// Rows as lines of equal columns, the first row underlined.
pub fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: Vec<String>| cells.join(" ").trim_end().to_owned();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| line(row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect()))
        .collect();
    lines.insert(1.min(lines.len()), line(widths.iter().map(|width| "-".repeat(*width)).collect()));
    lines
}

/// The build tag that a wheel was installed with.
fn build_tag(package: &Present) -> Option<String> {
    let text = std::fs::read_to_string(package.installed.path.join("WHEEL")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Build:"))?;
    Some(line.trim().to_owned()).filter(|build| !build.is_empty())
}
