//! What there is of one package: its versions in order, with the file that would be taken of each and what speaks against it.
//!
//! A table is built once from an index page by the request's `Rules` and then only read. Whether a version may be chosen depends on
//! nothing that the resolver learns, which is what its derivations rest on.

use std::cmp::Reverse;
use std::fmt;
use std::ops::Bound;

use pubgrub::Ranges;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::filename::{SDIST_ENDINGS, SdistName, WheelName};
use super::super::name::Name;
use super::super::specifier::Specifiers;
use super::super::tags::{Misfit, Tags};
use super::super::version::Version;

/// One file of a page, as far as choosing depends on it.
pub struct Listed<'a> {
    /// The page's own number of the file.
    pub index: u32,
    /// The place that it is from, in the order in which places are asked.
    pub rank: u32,
    pub filename: &'a str,
    pub requires_python: Option<&'a str>,
    /// The reason given, perhaps an empty one, if the file was yanked (PEP 592).
    pub yanked: Option<&'a str>,
    /// Microseconds since 1970.
    pub uploaded: Option<u64>,
    /// Hashes as `algorithm:digest`.
    pub hashes: &'a [String],
}

/// Which kinds of files a package may come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Formats {
    #[default]
    Any,
    OnlyWheels,
    OnlySources,
}

/// Formats by package, as `--only-binary` and `--no-binary` say them.
#[derive(Clone, Debug, Default)]
pub struct FormatRules {
    pub all: Formats,
    pub packages: FxHashMap<Name, Formats>,
    /// Any version with a wheel comes before all versions without one (`--prefer-binary`).
    pub prefer_wheels: bool,
}

impl FormatRules {
    /// What holds for a package.
    pub fn of(&self, name: &Name) -> Formats {
        self.packages.get(name).copied().unwrap_or(self.all)
    }
}

/// What decides about files.
#[derive(Clone, Debug)]
pub struct Rules {
    pub tags: Tags,
    /// The machine's platforms, where the target is dx: a wheel for any CPython on one of them is native code.
    pub native: Option<Vec<String>>,
    pub python: Version,
    pub ignore_requires_python: bool,
    pub formats: FormatRules,
    /// Files uploaded later do not exist; microseconds since 1970.
    pub exclude_newer: Option<u64>,
    /// Packages of which only files with one of these hashes may be taken.
    pub hashes: FxHashMap<Name, FxHashSet<String>>,
    /// Versions that may be taken although they were yanked.
    pub yanked_allowed: FxHashSet<(Name, Version)>,
    /// Whether any version of an earlier place is preferred to all versions of later ones.
    pub by_place: bool,
    /// Whether a version whose wheels are native may be taken without its extension modules.
    pub fallback: fn(&Name, &Version) -> bool,
}

/// Why a version, or a file of it, can't be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    RequiresPython(String),
    /// Wheels exist, none fits, and there is no source.
    Tags(Misfit),
    /// All wheels hold native code for CPython, on this machine too.
    Native {
        has_source: bool,
    },
    Yanked(String),
    Newer,
    /// Only sources, which are not wanted.
    OnlySources,
    /// Only wheels, which are not wanted.
    OnlyWheels,
    Hash,
}

impl fmt::Display for Problem {
    /// The rest of a sentence that begins with the version.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::RequiresPython(specifiers) => write!(f, "requires Python {specifiers}"),
            Problem::Tags(Misfit::Python) => f.write_str("has no wheel for this Python"),
            Problem::Tags(Misfit::Abi) => f.write_str("has no wheel with a matching Python ABI"),
            Problem::Tags(Misfit::Platform) => f.write_str("has no wheel for this platform"),
            Problem::Native { .. } => f.write_str("has only native wheels"),
            Problem::Yanked(reason) if reason.is_empty() => f.write_str("was yanked"),
            Problem::Yanked(reason) => write!(f, "was yanked ({reason})"),
            Problem::Newer => f.write_str("was uploaded after the date asked for"),
            Problem::OnlySources => f.write_str("has no usable wheel, and building from source is disabled"),
            Problem::OnlyWheels => f.write_str("has no source distribution, and wheels are disabled"),
            Problem::Hash => f.write_str("has no file with one of the hashes asked for"),
        }
    }
}

/// One version.
#[derive(Clone, Debug)]
pub struct Entry {
    pub version: Version,
    /// The wheel to take, and whether its extension modules have to be left out.
    pub wheel: Option<u32>,
    pub without_extension: bool,
    pub source: Option<u32>,
    /// The first place that has it.
    pub rank: u32,
    /// Why the version can't be taken; none if it can.
    pub problem: Option<Problem>,
}

impl Entry {
    /// The file to take: a wheel, else the source.
    pub fn file(&self) -> Option<u32> {
        self.wheel.or(self.source)
    }
}

/// A package's versions, lowest first.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub entries: Vec<Entry>,
    /// The places to look at one after the other; empty where all count at once.
    pub places: Vec<u32>,
    /// Whether versions with a wheel come first.
    pub prefer_wheels: bool,
    /// Files whose names could not be understood.
    pub ignored: u32,
}

/// Which versions come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Highest,
    Lowest,
}

/// Whether pre-releases are taken (`--pre` allows them like any other).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prereleases {
    /// Only where no release fits.
    #[default]
    IfNecessary,
    Allow,
    Disallow,
}

/// What was found when a version was looked for.
#[derive(Clone, Debug)]
pub enum Choice<'t> {
    Take(&'t Entry),
    /// The one that would be taken is native code; the next that could be taken instead, if any.
    Native(&'t Entry, Option<&'t Entry>),
    None,
}

/// Whether none of the hashes that a page tells is wanted, though one of them could be. Where a page tells none by these algorithms, the
/// file itself is looked at once it is there.
fn contradicts(wanted: &FxHashSet<String>, told: &[String]) -> bool {
    let algorithm = |hash: &str| hash.split([':', '=']).next().unwrap_or_default().to_owned();
    let comparable = told.iter().any(|hash| {
        let own = algorithm(hash);
        wanted.iter().any(|other| algorithm(other) == own)
    });
    comparable && !told.iter().any(|hash| wanted.contains(hash))
}

impl Table {
    /// Builds the table of `name` from its files.
    pub fn build<'a>(name: &Name, files: impl Iterator<Item = Listed<'a>>, rules: &Rules) -> Table {
        let formats = rules.formats.of(name);
        let hashes = rules.hashes.get(name);
        let mut drafts: FxHashMap<Version, Draft> = FxHashMap::default();
        let mut pythons: FxHashMap<&'a str, bool> = FxHashMap::default();
        let mut ignored = 0;
        for file in files {
            let wheel = match file.filename.ends_with(".whl") {
                true => match WheelName::parse(file.filename) {
                    Ok(wheel) if wheel.name == *name => Some(wheel),
                    _ => {
                        ignored += 1;
                        continue;
                    }
                },
                false => None,
            };
            let (version, wheel) = match wheel {
                Some(wheel) => (wheel.version.clone(), Some(wheel)),
                None => match SdistName::parse(file.filename, name) {
                    Ok(source) => (source.version, None),
                    Err(_) => {
                        ignored += 1;
                        continue;
                    }
                },
            };
            let draft = drafts.entry(version).or_default();
            let python_fits = file.requires_python.is_none_or(|text| {
                rules.ignore_requires_python
                    || *pythons.entry(text).or_insert_with(|| {
                        // What can't be understood forbids nothing, as pip has it.
                        Specifiers::parse_lenient(text).map_or(true, |wanted| wanted.contains(&rules.python))
                    })
            });
            let rank = match &wheel {
                Some(wheel) => draft.wheel_rank(wheel, rules),
                None => source_rank(file.filename),
            };
            let problem =
                if rules.exclude_newer.is_some_and(|limit| file.uploaded.is_none_or(|time| time > limit)) {
                    Some(Problem::Newer)
                } else if !python_fits {
                    Some(Problem::RequiresPython(file.requires_python.unwrap_or_default().to_owned()))
                } else if let Some(reason) = file.yanked {
                    Some(Problem::Yanked(reason.to_owned()))
                } else if hashes.is_some_and(|hashes| contradicts(hashes, file.hashes)) {
                    Some(Problem::Hash)
                } else {
                    None
                };
            draft.place = draft.place.min(file.rank);
            draft.add(file.index, wheel.is_some(), rank, problem, formats);
        }
        let mut entries: Vec<Entry> =
            drafts.into_iter().map(|(version, draft)| draft.finish(name, version, rules)).collect();
        entries.sort_unstable_by(|left, right| left.version.cmp(&right.version));
        let mut places = Vec::new();
        if rules.by_place {
            places.extend(entries.iter().map(|entry| entry.rank));
            places.sort_unstable();
            places.dedup();
        }
        Table { entries, places, prefer_wheels: rules.formats.prefer_wheels, ignored }
    }

    /// The entry of a version.
    pub fn get(&self, version: &Version) -> Option<&Entry> {
        let place = self.entries.binary_search_by(|entry| entry.version.cmp(version)).ok()?;
        self.entries.get(place)
    }

    /// The entries in `range`, in the order asked for, releases before pre-releases unless these are allowed.
    fn ordered<'t>(
        &'t self,
        range: &'t Ranges<Version>,
        order: Order,
        prereleases: Prereleases,
    ) -> impl Iterator<Item = &'t Entry> {
        let stages: &[Option<bool>] = match prereleases {
            Prereleases::Allow => &[None],
            Prereleases::IfNecessary => &[Some(false), Some(true)],
            Prereleases::Disallow => &[Some(false)],
        };
        let inside = self.between(range.bounding_range());
        let count = inside.len();
        let everywhere: &[u32] = &[u32::MAX];
        let places = if self.places.is_empty() { everywhere } else { &self.places };
        let kinds: &[Option<bool>] = if self.prefer_wheels { &[Some(true), Some(false)] } else { &[None] };
        let stages = stages.iter().flat_map(move |wanted| kinds.iter().map(move |kind| (*wanted, *kind)));
        let passes = places
            .iter()
            .flat_map(move |place| stages.clone().map(move |(wanted, kind)| (*place, wanted, kind)));
        passes.flat_map(move |(place_wanted, wanted, kind)| {
            (0..count)
                .map(move |place| match order {
                    Order::Highest => &inside[count - 1 - place],
                    Order::Lowest => &inside[place],
                })
                .filter(move |entry| wanted.is_none_or(|wanted| entry.version.is_prerelease() == wanted))
                .filter(move |entry| kind.is_none_or(|kind| entry.wheel.is_some() == kind))
                .filter(move |entry| place_wanted == u32::MAX || entry.rank == place_wanted)
                .filter(move |entry| range.contains(&entry.version))
        })
    }

    /// The entries from the first to the last that can be within bounds.
    fn between(&self, bounds: Option<(Bound<&Version>, Bound<&Version>)>) -> &[Entry] {
        let Some((low, high)) = bounds else { return &[] };
        let first = match low {
            Bound::Included(low) => self.entries.partition_point(|entry| entry.version < *low),
            Bound::Excluded(low) => self.entries.partition_point(|entry| entry.version <= *low),
            Bound::Unbounded => 0,
        };
        let end = match high {
            Bound::Included(high) => self.entries.partition_point(|entry| entry.version <= *high),
            Bound::Excluded(high) => self.entries.partition_point(|entry| entry.version < *high),
            Bound::Unbounded => self.entries.len(),
        };
        self.entries.get(first..end).unwrap_or(&[])
    }

    /// The version to take of those in `range`.
    pub fn choose<'t>(
        &'t self,
        range: &'t Ranges<Version>,
        order: Order,
        prereleases: Prereleases,
        allow_old: bool,
    ) -> Choice<'t> {
        let mut native: Option<&Entry> = None;
        for entry in self.ordered(range, order, prereleases) {
            match (&entry.problem, native) {
                (None, Some(native)) if !allow_old => return Choice::Native(native, Some(entry)),
                (None, _) => return Choice::Take(entry),
                (Some(Problem::Native { .. }), None) => native = Some(entry),
                (Some(_), _) => {}
            }
        }
        native.map_or(Choice::None, |native| Choice::Native(native, None))
    }

    /// The next versions after `version` that would be chosen if it were not there, for fetching ahead.
    pub fn following<'t>(
        &'t self,
        range: &'t Ranges<Version>,
        version: &'t Version,
        order: Order,
        prereleases: Prereleases,
    ) -> impl Iterator<Item = &'t Entry> {
        self.ordered(range, order, prereleases)
            .skip_while(move |entry| entry.version != *version)
            .skip(1)
            .filter(|entry| entry.problem.is_none())
    }
}

/// A version while its files are looked at.
struct Draft {
    place: u32,
    wheel: Option<(Rank, u32)>,
    source: Option<(Rank, u32)>,
    wheel_problem: Option<Problem>,
    source_problem: Option<Problem>,
    /// What comes nearest among wheels whose tags do not fit.
    misfit: Option<Misfit>,
    /// A wheel for CPython on this machine, and its rank.
    native: Option<(Rank, u32)>,
    has_wheel: bool,
    has_source: bool,
}

/// Lower is better.
type Rank = (u32, Reverse<(u64, String)>);

impl Default for Draft {
    fn default() -> Draft {
        Draft {
            place: u32::MAX,
            wheel: None,
            source: None,
            wheel_problem: None,
            source_problem: None,
            misfit: None,
            native: None,
            has_wheel: false,
            has_source: false,
        }
    }
}

enum WheelRank {
    Fits(Rank),
    Native(Rank),
    Not(Misfit),
}

fn source_rank(filename: &str) -> WheelRank {
    let place =
        SDIST_ENDINGS.iter().position(|ending| filename.ends_with(ending)).unwrap_or(SDIST_ENDINGS.len());
    WheelRank::Fits((place as u32, Reverse((0, String::new()))))
}

/// How near a wheel of native code for CPython on one of these platforms comes to `python`: 0 for its own version; nothing if it is
/// no such wheel.
pub fn native_place(wheel: &WheelName, platforms: &[String], python: &Version) -> Option<u32> {
    let is_native = |abi: &str| abi.starts_with("cp") || abi.starts_with("abi");
    if !wheel.abis.split('.').any(is_native) {
        return None;
    }
    let own = python.release().get(1).copied().unwrap_or(0);
    let minor = |interpreter: &str| interpreter.strip_prefix("cp3")?.parse::<u64>().ok();
    let distance = wheel.interpreters.split('.').filter_map(minor).map(|minor| minor.abs_diff(own)).min()?;
    let place = |platform| platforms.iter().position(|known| known == platform);
    let platform = wheel.platforms.split('.').filter_map(place).min()?;
    Some((distance.min(1000) * 1000 + platform.min(999) as u64) as u32)
}

impl Draft {
    fn wheel_rank(&self, wheel: &WheelName, rules: &Rules) -> WheelRank {
        let build = || Reverse(wheel.build.clone().unwrap_or_default());
        match wheel.fit(&rules.tags) {
            Ok(place) => WheelRank::Fits((place, build())),
            Err(misfit) => {
                match rules.native.as_ref().and_then(|native| native_place(wheel, native, &rules.python)) {
                    Some(place) => WheelRank::Native((place, build())),
                    None => WheelRank::Not(misfit),
                }
            }
        }
    }

    fn add(
        &mut self,
        index: u32,
        is_wheel: bool,
        rank: WheelRank,
        problem: Option<Problem>,
        formats: Formats,
    ) {
        if is_wheel {
            self.has_wheel = true;
        } else {
            self.has_source = true;
        }
        let unwanted =
            if is_wheel { formats == Formats::OnlySources } else { formats == Formats::OnlyWheels };
        if unwanted {
            return;
        }
        match rank {
            WheelRank::Not(misfit) => {
                self.misfit = Some(self.misfit.map_or(misfit, |known| known.max(misfit)))
            }
            WheelRank::Native(rank) => {
                if problem.is_none() && self.native.as_ref().is_none_or(|(best, _)| rank < *best) {
                    self.native = Some((rank, index));
                } else if problem.is_some() {
                    self.wheel_problem = problem;
                }
            }
            WheelRank::Fits(rank) => {
                let (place, trouble) = match is_wheel {
                    true => (&mut self.wheel, &mut self.wheel_problem),
                    false => (&mut self.source, &mut self.source_problem),
                };
                match problem {
                    // A yanked file is usable when its version was asked for by name.
                    Some(Problem::Yanked(reason)) => {
                        *trouble = Some(Problem::Yanked(reason));
                        if place.as_ref().is_none_or(|(best, _)| rank < *best) {
                            *place = Some((rank, index));
                        }
                    }
                    Some(problem) => *trouble = Some(problem),
                    None => {
                        if place.as_ref().is_none_or(|(best, _)| rank < *best) {
                            *place = Some((rank, index));
                        }
                    }
                }
            }
        }
    }

    fn finish(self, name: &Name, version: Version, rules: &Rules) -> Entry {
        let mut entry = Entry {
            wheel: self.wheel.as_ref().map(|(_, index)| *index),
            source: self.source.as_ref().map(|(_, index)| *index),
            without_extension: false,
            rank: self.place,
            problem: None,
            version,
        };
        let yanked =
            [&self.wheel_problem, &self.source_problem].into_iter().flatten().find_map(
                |problem| match problem {
                    Problem::Yanked(reason) => Some(reason.clone()),
                    _ => None,
                },
            );
        if entry.wheel.is_none() {
            if let Some((_, index)) = self.native {
                if (rules.fallback)(name, &entry.version) {
                    entry.wheel = Some(index);
                    entry.without_extension = true;
                } else if rules.formats.of(name) != Formats::OnlySources {
                    entry.problem = Some(Problem::Native { has_source: self.has_source });
                    return entry;
                }
            }
        }
        if let Some(reason) = yanked {
            if !rules.yanked_allowed.contains(&(name.clone(), entry.version.clone())) {
                entry.problem = Some(Problem::Yanked(reason));
                return entry;
            }
        }
        if entry.file().is_none() {
            entry.problem = Some(match (self.wheel_problem, self.source_problem, self.misfit) {
                (_, Some(problem), _) | (Some(problem), None, _) => problem,
                (None, None, Some(_)) if self.has_source => Problem::OnlySources,
                (None, None, Some(misfit)) => Problem::Tags(misfit),
                (None, None, None) if self.has_source => Problem::OnlySources,
                (None, None, None) => Problem::OnlyWheels,
            });
        }
        entry
    }
}
