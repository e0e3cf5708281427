//! An answer that is read from lock files instead of searched for: exactly the listed files that this environment takes.
//!
//! Each file becomes the only one on a page of its package, so that everything behind the search (downloads, checks, the store, reports)
//! works as for any other answer. Nothing is fetched that the lock does not name, and nothing is taken without a hash that it names.
//!
//! Standard: PEP 751.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use url::Url;

use super::super::filename::{SdistName, WheelName};
use super::super::index::hash::{Algorithm, Hash};
use super::super::index::page::{Freshness, NewFile, PageBuilder};
use super::super::index::url::local_path;
use super::super::index::{Package as Listed, Source as Listing};
use super::super::name::Name;
use super::super::pylock::{Archive, Chosen as Locked, File, Package, Pylock, Wanted};
use super::super::requirement::Source;
use super::super::requirements::{Target as Asked, redacted};
use super::super::resolve::table::{self, Entry, Formats};
use super::super::resolve::{Chosen, Facts, Resolution};
use super::super::version::Version;
use super::inputs::{self, Inputs};
use super::session::{Session, Trouble};
use super::solve::{For, Keep, Solved, World};
use super::sources;
use super::universe::Indexes;

/// A lock file with its place, from which paths in it count.
struct Place<'a> {
    shown: &'a str,
    /// Nothing where it came from the net.
    folder: Option<PathBuf>,
    url: Option<Url>,
}

/// Reads a lock file by its path or address.
pub fn read(session: &Session<'_>, path: &str) -> Result<Pylock, Trouble> {
    let shown = redacted(path);
    let bytes = inputs::read(session, path)
        .map_err(|error| Trouble::new(format!("Error reading pylock file '{shown}': {error}")))?;
    let text =
        String::from_utf8(bytes).map_err(|_| Trouble::new(format!("pylock file '{shown}' is not UTF-8")))?;
    let lock = Pylock::parse(&text).map_err(|error| {
        let hint = error.hint();
        let mut trouble = Trouble::of(&error, hint);
        trouble.message = format!("Invalid pylock file '{shown}': {}", trouble.message);
        trouble
    })?;
    if lock.is_newer() {
        session.ui.warn(&format!(
            "{shown} is of lock version {}, newer than what is known here; something in it may be passed over",
            lock.lock_version
        ));
    }
    Ok(lock)
}

/// The answer of lock files.
///
/// # Errors
/// A file that can't be read, is not for this environment, or says something else than another input.
pub fn solve<'a>(
    session: &Session<'_>,
    inputs: &Inputs,
    target: &For,
    world: World<'a>,
    keep: Keep,
) -> Result<Solved<'a>, Trouble> {
    if inputs.wanted().next().is_some() {
        return Err(Trouble::new("a lock file cannot be installed together with other requirements").with_hint(
            "lock them together (`dx pip lock -r …`), or install them by two commands, the lock file first",
        ));
    }
    if !inputs.overrides.is_empty() {
        return Err(Trouble::new("--override changes what packages require; a lock file is taken as it is"));
    }
    let World { index, rules, builder, installed } = world;
    let universe = Indexes::new(index, rules, builder, installed);
    let mut packages: Vec<Chosen> = Vec::new();
    for named in &inputs.locks {
        let (path, extras) = split_extras(named)?;
        let lock = read(session, path)?;
        let place = Place::of(path);
        let prefer_sdist = |name: &Name| rules.formats.of(name) == Formats::OnlySources;
        let native = |wheel: &WheelName| {
            let platforms =
                rules.native.as_ref().filter(|_| (rules.fallback)(&wheel.name, &wheel.version))?;
            table::native_place(wheel, platforms, &rules.python)
        };
        let wanted = Wanted {
            environment: &target.markers,
            tags: &target.tags,
            native: &native,
            extras: &extras,
            groups: None,
            prefer_sdist: &prefer_sdist,
        };
        let selected = lock.select(&wanted).map_err(|error| {
            let mut trouble = Trouble::of(&error, None);
            trouble.message =
                format!("Cannot select requirements from pylock file '{}': {}", place.shown, trouble.message);
            trouble
        })?;
        if let Some(extra) =
            extras.iter().find(|extra| !lock.extras.iter().flatten().any(|one| one == *extra))
        {
            session.ui.warn(&format!("{} has no extra '{extra}'", place.shown));
        }
        for (package, locked) in selected {
            let one = one(&universe, &place, package, locked)?;
            match packages.iter().find(|other| other.name == one.name) {
                None => packages.push(one),
                Some(other) if other.version == one.version => {}
                Some(other) => {
                    return Err(Trouble::new(format!(
                        "the lock files contradict each other: {} {} and {}",
                        one.name, other.version, one.version
                    )));
                }
            }
        }
    }
    check_constraints(inputs, &packages)?;
    packages.sort_by(|left, right| left.name.cmp(&right.name));
    let names: FxHashSet<Name> = packages.iter().map(|chosen| chosen.name.clone()).collect();
    for chosen in &mut packages {
        chosen.requires.retain(|name| names.contains(name));
        chosen.requires.sort();
        chosen.requires.dedup();
        let kept = keep.versions.get(&chosen.name) == Some(&chosen.version);
        let is_same = installed.get(&chosen.name).is_some_and(|installed| {
            let recorded = installed.direct_url().ok().flatten();
            match universe.direct_of(&chosen.name) {
                None => recorded.is_none(),
                // A folder may have changed since.
                Some(direct) => {
                    !direct.url.starts_with("file:") && recorded.as_deref() == Some(&*direct.direct_url)
                }
            }
        });
        if kept && is_same {
            chosen.entry = None;
        }
    }
    let resolution = Resolution { packages, missing_extras: Vec::new() };
    Ok(Solved { resolution, universe, asked: FxHashMap::default() })
}

/// `pylock.toml[extra,other]`: the path and the extras.
fn split_extras(text: &str) -> Result<(&str, Vec<Name>), Trouble> {
    let Some((path, rest)) = text.strip_suffix(']').and_then(|text| text.rsplit_once('[')) else {
        return Ok((text, Vec::new()));
    };
    let mut extras = Vec::new();
    for extra in rest.split(',').map(str::trim).filter(|extra| !extra.is_empty()) {
        extras.push(Name::new(extra).map_err(|error| Trouble::usage(format!("{text}: {error}")))?);
    }
    Ok((path, extras))
}

fn check_constraints(inputs: &Inputs, packages: &[Chosen]) -> Result<(), Trouble> {
    for entry in inputs.requirements.entries.iter().filter(|entry| entry.constraint) {
        let Asked::Named(requirement) = &entry.target else { continue };
        let Source::Version(specifiers) = &requirement.source else { continue };
        let chosen = packages.iter().find(|chosen| chosen.name == requirement.name);
        if let Some(chosen) = chosen.filter(|chosen| !specifiers.contains(&chosen.version)) {
            let origin = entry.origin.as_ref().map(|origin| format!(" ({origin})")).unwrap_or_default();
            return Err(Trouble::new(format!(
                "the lock file has {} {}, which the constraint {requirement}{origin} excludes",
                chosen.name, chosen.version
            )));
        }
    }
    Ok(())
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Place<'a> {
        let url = Url::parse(path).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let folder = match &url {
            Some(_) => None,
            None => {
                let local = local_path(path).unwrap_or_else(|| PathBuf::from(path));
                let local = std::path::absolute(&local).unwrap_or(local);
                local.parent().map(Path::to_owned)
            }
        };
        Place { shown: path, folder, url }
    }

    /// The address of a path or URL in the file; a path counts first.
    fn address(&self, path: Option<&str>, url: Option<&str>) -> Result<String, Trouble> {
        let Some(path) = path.filter(|path| !path.is_empty()) else {
            return url
                .map(str::to_owned)
                .ok_or_else(|| Trouble::new(format!("{} names a file without a place", self.shown)));
        };
        if let Some(base) = &self.url {
            let joined = base.join(path).ok();
            let same = joined.filter(|url| {
                !Path::new(path).is_absolute()
                    && (url.scheme(), url.host_str(), url.port())
                        == (base.scheme(), base.host_str(), base.port())
            });
            return same.map(String::from).ok_or_else(|| {
                Trouble::new(format!(
                    "{}: the path '{path}' leads away from where the lock file came from",
                    redacted(self.shown)
                ))
            });
        }
        let folder = self.folder.clone().unwrap_or_default();
        let full = folder.join(path);
        Url::from_file_path(&full)
            .map(String::from)
            .map_err(|()| Trouble::new(format!("{} cannot be written as a URL", full.display())))
    }
}

/// One package of the answer, made known to the universe.
fn one(
    universe: &Indexes<'_>,
    place: &Place<'_>,
    package: &Package,
    locked: Locked<'_>,
) -> Result<Chosen, Trouble> {
    let name = &package.name;
    let entry = match locked {
        Locked::Wheel(file) => listed(universe, place, package, file, Kind::Wheel)?,
        Locked::WithoutExtension(file) => listed(universe, place, package, file, Kind::Native)?,
        Locked::Sdist(file) if universe.rules.formats.of(name) == Formats::OnlyWheels => {
            return Err(Trouble::new(format!(
                "{}: {name} has only the source distribution {} for this environment, and building is disabled",
                place.shown,
                file.file_name().unwrap_or_default()
            )));
        }
        Locked::Sdist(file) => listed(universe, place, package, file, Kind::Source)?,
        Locked::Archive(archive) => {
            let fragment = archive_fragment(place, package, archive)?;
            direct(
                universe,
                name,
                &format!("{}#{fragment}", place.address(archive.path.as_deref(), archive.url.as_deref())?),
            )?
        }
        Locked::Directory(directory) => {
            if place.url.is_some() {
                return Err(Trouble::new(format!(
                    "{}: a lock file from the net cannot name the folder {}",
                    redacted(place.shown),
                    directory.path
                )));
            }
            let mut path = directory.path.clone();
            if let Some(below) = &directory.subdirectory {
                path = format!("{path}/{below}");
            }
            let url = place.address(Some(&path), None)?;
            let url = if directory.editable == Some(true) { sources::editable(&url) } else { url };
            direct(universe, name, &url)?
        }
        Locked::Vcs(vcs) => {
            let mut url = format!(
                "{}+{}@{}",
                vcs.kind,
                place.address(vcs.path.as_deref(), vcs.url.as_deref())?,
                vcs.commit_id
            );
            if let Some(below) = &vcs.subdirectory {
                url = format!("{url}#subdirectory={below}");
            }
            direct(universe, name, &url)?
        }
    };
    if let Some(expected) = package.version.as_ref().filter(|version| **version != entry.version) {
        return Err(Trouble::new(format!(
            "{}: {name} is locked at {expected}, and what is there is {}",
            place.shown, entry.version
        )));
    }
    let requires = package.dependencies.iter().flatten().filter_map(|table| {
        table.get("name").and_then(|name| name.as_str()).and_then(|name| Name::new(name).ok())
    });
    Ok(Chosen {
        name: name.clone(),
        version: entry.version.clone(),
        entry: Some(entry),
        extras: Vec::new(),
        facts: Arc::new(Facts::default()),
        requires: requires.collect(),
        direct: true,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Wheel,
    /// A native wheel of which the extension modules are left out.
    Native,
    Source,
}

/// A file of an index as the only one of its package.
fn listed(
    universe: &Indexes<'_>,
    place: &Place<'_>,
    package: &Package,
    file: &File,
    kind: Kind,
) -> Result<Entry, Trouble> {
    let filename = file.file_name().unwrap_or_default();
    let hashes: Vec<(Algorithm, &str)> = file
        .hashes
        .iter()
        .filter_map(|(name, digest)| Some((Algorithm::of(name)?, digest.as_str())))
        .filter(|(algorithm, digest)| Hash::new(*algorithm, digest).is_some())
        .collect();
    if !hashes.iter().any(|(algorithm, _)| algorithm.is_strong()) {
        return Err(Trouble::new(format!(
            "{}: {filename} has no hash by sha256, sha384 or sha512",
            redacted(place.shown)
        )));
    }
    let version = match kind {
        Kind::Source => SdistName::parse(&filename, &package.name).map(|source| source.version),
        _ => WheelName::parse(&filename).map(|wheel| wheel.version),
    };
    // The version of a source distribution may be told by the lock alone.
    let version: Version = match (version, &package.version) {
        (Ok(version), _) => version,
        (Err(_), Some(version)) => version.clone(),
        (Err(error), None) => return Err(Trouble::new(error.to_string())),
    };
    let url = place.address(file.path.as_deref(), file.url.as_deref())?;
    let requires = package.requires_python.as_ref().map(ToString::to_string);
    let mut page = PageBuilder::default();
    page.push(&NewFile {
        filename: &filename,
        url: url.split('#').next().unwrap_or(&url),
        hashes: &hashes,
        requires_python: requires.as_deref(),
        size: file.size,
        ..NewFile::default()
    });
    let page = Arc::new(page.finish("", &[], &Freshness::default()));
    let listed = Listed { name: package.name.clone(), sources: vec![Listing { page, rank: 1 }] };
    universe.add_page(Arc::new(listed));
    Ok(Entry {
        version,
        wheel: (kind != Kind::Source).then_some(0),
        without_extension: kind == Kind::Native,
        source: (kind == Kind::Source).then_some(0),
        rank: 1,
        problem: None,
    })
}

/// What stands behind an archive's address so that it is checked: its hashes, and the folder in it.
fn archive_fragment(place: &Place<'_>, package: &Package, archive: &Archive) -> Result<String, Trouble> {
    let mut parts: Vec<String> = Vec::new();
    let mut is_strong = false;
    for (name, digest) in &archive.hashes {
        let Some(algorithm) = Algorithm::of(name).filter(|one| Hash::new(*one, digest).is_some()) else {
            continue;
        };
        is_strong |= algorithm.is_strong();
        parts.push(format!("{}={digest}", algorithm.name()));
    }
    if !is_strong {
        return Err(Trouble::new(format!(
            "{}: the archive of {} has no hash by sha256, sha384 or sha512",
            redacted(place.shown),
            package.name
        )));
    }
    parts.extend(archive.subdirectory.as_ref().map(|below| format!("subdirectory={below}")));
    Ok(parts.join("&"))
}

/// What an address leads to.
fn direct(universe: &Indexes<'_>, name: &Name, url: &str) -> Result<Entry, Trouble> {
    let (_, found) = universe.builder.direct(Some(name), url).map_err(Trouble::from)?;
    let version = found.version.clone();
    universe.add_direct(name.clone(), found);
    Ok(Entry { version, wheel: Some(0), without_extension: false, source: None, rank: 0, problem: None })
}
