//! `dx pip lock`: resolves and writes `pylock.toml`.
//!
//! The lock is for one Python and one machine, and says which: `requires-python` is the minor version that it was resolved for, and
//! `environments` names whatever else a marker on the way depended on, and nothing more. All files of each release are listed, so that
//! another machine that those markers allow takes its own wheels. The text depends on the answer alone.
//!
//! Standard: PEP 751.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::super::direct_url::Origin;
use super::super::index::hash::Hash;
use super::super::index::time;
use super::super::index::url::local_path;
use super::super::marker::Marker;
use super::super::name::Name;
use super::super::pylock::{self, Archive, Directory, File, Package, Pylock, Vcs};
use super::super::requirement::Requirement;
use super::super::resolve::Chosen;
use super::super::specifier::Specifiers;
use super::super::version::Version;
use super::inputs::Inputs;
use super::releases::{self, Release, ReleaseFile};
use super::session::{Session, Trouble};
use super::solve::{For, Keep, Solved};
use super::{answer, install, output};

const DEFAULT: &str = "pylock.toml";

/// The command.
pub fn lock(session: &Session<'_>) -> Result<i32, Trouble> {
    let operands = session.options.given.operands.clone();
    let inputs = Inputs::read(session, &operands)?;
    if inputs.is_empty() {
        return Err(Trouble::new("You must give at least one requirement to lock (see \"pip help lock\")"));
    }
    refuse_locks(&inputs, "lock")?;
    let path = session.options.value("output").unwrap_or(DEFAULT);
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    if path != "-" && !pylock::is_file_name(name) {
        session.ui.warn(&format!("{path} is not a valid lock file name."));
    }
    let folder = match path {
        "-" => PathBuf::from("."),
        path => output::folder_of(Path::new(path)).to_owned(),
    };
    let target = For::of(session)?;
    let upgrade = Upgrade::of(session)?;
    let mut keep = Keep::default();
    if path != "-"
        && !upgrade.all
        && let Ok(text) = std::fs::read_to_string(path)
    {
        match Pylock::parse(&text) {
            Ok(old) => {
                let pinned =
                    old.packages.into_iter().filter_map(|package| Some((package.name, package.version?)));
                keep.preferred.extend(pinned.filter(|(name, _)| !upgrade.packages.contains(name)));
            }
            Err(error) => session.ui.warn(&format!("the versions of {path} are not kept: {error}")),
        }
    }
    let nothing = FxHashMap::default();
    let text = answer::with(session, &inputs, &target, &nothing, keep, |solved| {
        let environments = environments(session, &inputs, &target, &solved)?;
        let solved = install::only_dependencies(session, solved)?;
        let mut packages = Vec::new();
        for chosen in &solved.resolution.packages {
            packages.push(package(&solved, chosen, &folder)?);
        }
        let lock = Pylock {
            lock_version: String::from("1.0"),
            environments,
            requires_python: Some(minor(&target.python)?),
            created_by: String::from("dx"),
            packages,
            ..Pylock::default()
        };
        lock.to_toml().map_err(|error| Trouble::of(&error, None))
    })?;
    match path {
        "-" => session.ui.result(text.trim_end()),
        path => output::write(Path::new(path), &text)?,
    }
    Ok(0)
}

/// What `-U` and `--upgrade-package` free from the versions of an existing file.
pub struct Upgrade {
    pub all: bool,
    pub packages: BTreeSet<Name>,
}

impl Upgrade {
    pub fn of(session: &Session<'_>) -> Result<Upgrade, Trouble> {
        let mut packages = BTreeSet::new();
        for text in session.options.values("upgrade-package") {
            let requirement: Requirement =
                text.parse().map_err(|_| Trouble::usage(format!("option -P: '{text}' is no package")))?;
            packages.insert(requirement.name);
        }
        Ok(Upgrade { all: session.options.switch("upgrade")?, packages })
    }
}

/// A lock file is an answer already.
pub fn refuse_locks(inputs: &Inputs, command: &str) -> Result<(), Trouble> {
    match inputs.locks.first() {
        None => Ok(()),
        Some(path) => {
            Err(Trouble::new(format!("`{command}` resolves requirements, and {path} is a lock file"))
                .with_hint(format!("`dx pip install -r {path}` and `dx pip sync {path}` install it")))
        }
    }
}

/// All patch releases of a minor version of Python.
fn minor(python: &Version) -> Result<Specifiers, Trouble> {
    let release = python.release();
    let at = |place: usize| release.get(place).copied().unwrap_or(0);
    let text = format!("=={}.{}.*", at(0), at(1));
    text.parse().map_err(|_| Trouble::new(format!("'{text}' names no Python")))
}

/// The environments that the answer is for, beside the Python's minor version; nothing where it is for all.
fn environments(
    session: &Session<'_>,
    inputs: &Inputs,
    target: &For,
    solved: &Solved<'_>,
) -> Result<Option<Vec<Marker>>, Trouble> {
    let mut variables: BTreeSet<&'static str> = BTreeSet::new();
    let mut look = |marker: &Marker, extra: Option<&Name>| {
        for variable in marker.decided_by(extra) {
            let is_decided = match variable {
                "python_version" => false,
                "python_full_version" => patch_matters(marker, extra, target),
                _ => true,
            };
            if is_decided {
                variables.insert(variable);
            }
        }
    };
    for entry in &inputs.requirements.entries {
        if let Some(marker) = entry.target.marker() {
            look(marker, None);
        }
    }
    for requirement in &inputs.overrides {
        if let Some(marker) = &requirement.marker {
            look(marker, None);
        }
    }
    if !session.options.switch("no-deps")? {
        for chosen in &solved.resolution.packages {
            for marker in chosen.facts.requires.iter().filter_map(|requirement| requirement.marker.as_ref()) {
                look(marker, None);
                for extra in &chosen.extras {
                    look(marker, Some(extra));
                }
            }
        }
    }
    let markers: BTreeMap<&str, &str> = target.markers.items().into_iter().collect();
    let parts: Vec<String> = variables
        .iter()
        .filter_map(|name| {
            let value = markers.get(name)?;
            let quote = if value.contains('"') { '\'' } else { '"' };
            Some(format!("{name} == {quote}{value}{quote}"))
        })
        .collect();
    if parts.is_empty() {
        return Ok(None);
    }
    let text = parts.join(" and ");
    let marker = text.parse().map_err(|_| Trouble::new(format!("'{text}' is no marker")))?;
    Ok(Some(vec![marker]))
}

/// Whether the result is another one within the same minor version of Python.
fn patch_matters(marker: &Marker, extra: Option<&Name>, target: &For) -> bool {
    let release = target.python.release();
    let at = |place: usize| release.get(place).copied().unwrap_or(0);
    let extras: Vec<Name> = extra.cloned().into_iter().collect();
    let with = |patch: &str| {
        let mut environment = target.markers.clone();
        environment.python_full_version = format!("{}.{}.{patch}", at(0), at(1));
        marker.evaluate(&environment, &extras)
    };
    let own = marker.evaluate(&target.markers, &extras);
    with("0") != own || with("99") != own
}

fn package(solved: &Solved<'_>, chosen: &Chosen, folder: &Path) -> Result<Package, Trouble> {
    let mut package = Package::new(chosen.name.clone());
    if !chosen.requires.is_empty() {
        let table = |name: &Name| {
            let mut table = toml::Table::new();
            table.insert(String::from("name"), toml::Value::from(name.as_str()));
            table
        };
        package.dependencies = Some(chosen.requires.iter().map(table).collect());
    }
    let (url, origin, subdirectory) = match releases::of(solved, chosen)? {
        Release::Files { files, index, requires_python } => {
            package.version = Some(chosen.version.clone());
            package.requires_python = requires_python.and_then(|text| Specifiers::parse_lenient(&text).ok());
            package.index = index;
            for file in files {
                let is_wheel = file.is_wheel;
                let file = listed(file, folder);
                match is_wheel {
                    true => package.wheels.push(file),
                    false => package.sdist = Some(file),
                }
            }
            return Ok(package);
        }
        Release::Direct(direct) => (direct.url, direct.origin, direct.subdirectory),
    };
    let local = local_path(&url).and_then(|path| output::relative(&path, folder));
    match origin {
        Origin::Archive { hashes } => {
            if subdirectory.is_none() && url.ends_with(".whl") {
                package.version = Some(chosen.version.clone());
            }
            let (path, url) = place(&url, local);
            let hashes = hashes.unwrap_or_default();
            package.archive = Some(Archive { url, path, hashes, subdirectory, ..Archive::default() });
        }
        Origin::Directory { editable } => {
            let path = local.ok_or_else(|| {
                Trouble::new(format!("{url} cannot be written as a path from {}", folder.display()))
            })?;
            package.directory = Some(Directory { path, editable: editable.filter(|set| *set), subdirectory });
        }
        Origin::Vcs { vcs, commit_id, requested_revision } => {
            let (path, url) = place(&url, local);
            package.vcs = Some(Vcs { kind: vcs, url, path, requested_revision, commit_id, subdirectory });
        }
    }
    Ok(package)
}

/// A path for what is local, the address for all else.
fn place(url: &str, local: Option<String>) -> (Option<String>, Option<String>) {
    match local {
        Some(path) => (Some(path), None),
        None => (None, Some(url.to_owned())),
    }
}

fn listed(file: ReleaseFile, folder: &Path) -> File {
    let local = local_path(&file.url).and_then(|path| output::relative(&path, folder));
    let (path, url) = place(&file.url, local);
    let digest = |hash: &Hash| (hash.algorithm.name().to_owned(), hash.hex.clone());
    File {
        name: Some(file.filename),
        upload_time: file.uploaded.and_then(|micros| time::to_iso(micros).parse().ok()),
        url,
        path,
        size: file.size,
        hashes: file.hashes.iter().map(digest).collect(),
    }
}
