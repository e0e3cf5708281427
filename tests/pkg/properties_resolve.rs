//! The resolver against a model that tries everything, over small worlds that nobody thought of.
//!
//! A world has a few packages with a few versions, some of them pre-releases or yanked, with requirements, extras and constraints. The
//! model: a choice (for every package a version, or none) is a solution if the chosen packages are exactly those that can be reached
//! from what was asked for, every requirement on the way is satisfied, and every version may be taken. An answer has to be a solution,
//! there is none exactly if there is no solution, and no package of it could have a better version while all others keep theirs: a
//! search that excludes a version has proved that nothing of what it decided before goes with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dx::pkg::name::Name;
use dx::pkg::requirement::Requirement;
use dx::pkg::resolve::table::{Entry, FormatRules, Listed, Order, Prereleases, Rules, Table};
use dx::pkg::resolve::{self, Facts, Failure, Request, Resolution, ResolveError, Universe, Wanted};
use dx::pkg::specifier::Specifiers;
use dx::pkg::tags::{Tags, Target};
use dx::pkg::version::Version;
use quickcheck::{Arbitrary, Gen};
use rustc_hash::FxHashMap;

use crate::seed::tester;
use crate::types::environment;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const VERSIONS: [&str; 6] = ["1.0", "1.5", "2.0", "2.1rc1", "2.1", "3.0b2"];
const SPECIFIERS: [&str; 14] = [
    "", "", "", ">=1.5", "<2", "==1.*", "!=2.0", "==2.0", ">=2.0", "<=1.5", "~=1.0", ">2", "<2.1", ">=2.1rc1",
];

/// `name[extra]specifier`, the extra if there is one.
#[derive(Clone, Debug)]
struct Needs {
    name: usize,
    specifier: usize,
    extra: bool,
}

impl Needs {
    fn draw(g: &mut Gen, names: usize) -> Needs {
        Needs {
            name: usize::arbitrary(g) % names,
            specifier: usize::arbitrary(g) % SPECIFIERS.len(),
            extra: u8::arbitrary(g) % 4 == 0,
        }
    }

    fn text(&self) -> String {
        let extra = if self.extra { "[x]" } else { "" };
        format!("{}{extra}{}", NAMES[self.name], SPECIFIERS[self.specifier])
    }

    fn accepts(&self, version: &str) -> bool {
        let specifiers: Specifiers = SPECIFIERS[self.specifier].parse().unwrap();
        specifiers.contains(&version.parse().unwrap())
    }
}

#[derive(Clone, Debug, Default)]
struct Release {
    yanked: bool,
    requires: Vec<Needs>,
    /// What the extra `x` requires; none if there is no such extra.
    extra: Option<Vec<Needs>>,
}

#[derive(Clone, Debug)]
struct World {
    /// The releases of each package, by version.
    packages: Vec<BTreeMap<usize, Release>>,
    wanted: Vec<Needs>,
    constraints: Vec<Needs>,
    lowest: bool,
}

impl Arbitrary for World {
    fn arbitrary(g: &mut Gen) -> World {
        let count = 2 + usize::arbitrary(g) % (NAMES.len() - 1);
        let several = |g: &mut Gen, most: usize| -> Vec<Needs> {
            (0..usize::arbitrary(g) % (most + 1)).map(|_| Needs::draw(g, count)).collect()
        };
        let packages = (0..count)
            .map(|_| {
                let mut releases = BTreeMap::new();
                for version in 0..VERSIONS.len() {
                    if bool::arbitrary(g) {
                        let extra = (u8::arbitrary(g) % 3 == 0).then(|| several(g, 2));
                        let yanked = u8::arbitrary(g) % 6 == 0;
                        releases.insert(version, Release { yanked, requires: several(g, 2), extra });
                    }
                }
                releases
            })
            .collect();
        let mut wanted = several(g, 1);
        wanted.push(Needs::draw(g, count));
        let constraints = if u8::arbitrary(g) % 4 == 0 { several(g, 2) } else { Vec::new() };
        World { packages, wanted, constraints, lowest: u8::arbitrary(g) % 5 == 0 }
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = World>> {
        let mut smaller = Vec::new();
        for package in 0..self.packages.len() {
            for version in self.packages[package].keys() {
                let mut less = self.clone();
                less.packages[package].remove(version);
                smaller.push(less);
                let release = &self.packages[package][version];
                for at in 0..release.requires.len() {
                    let mut less = self.clone();
                    less.packages[package].get_mut(version).unwrap().requires.remove(at);
                    smaller.push(less);
                }
                if release.extra.is_some() || release.yanked {
                    let mut less = self.clone();
                    let plain = Release { requires: release.requires.clone(), ..Release::default() };
                    less.packages[package].insert(*version, plain);
                    smaller.push(less);
                }
            }
        }
        for at in 0..self.wanted.len() {
            let mut less = self.clone();
            less.wanted.remove(at);
            smaller.push(less);
        }
        for at in 0..self.constraints.len() {
            let mut less = self.clone();
            less.constraints.remove(at);
            smaller.push(less);
        }
        Box::new(smaller.into_iter().filter(|world| !world.wanted.is_empty()))
    }
}

/// For every package the version that is chosen, if any.
type Choice = Vec<Option<usize>>;

impl World {
    /// The versions that may be taken at all: what was yanked only if the user named it.
    fn may_take(&self, package: usize, version: usize) -> bool {
        let named = |needs: &Needs| {
            let pinned = SPECIFIERS[needs.specifier].strip_prefix("==").filter(|text| !text.ends_with('*'));
            needs.name == package && pinned == Some(VERSIONS[version])
        };
        let Some(release) = self.packages[package].get(&version) else { return false };
        !release.yanked || self.wanted.iter().any(named)
    }

    /// The packages that are reached from what was asked for, if every requirement on the way is satisfied.
    fn reached(&self, choice: &Choice) -> Option<BTreeSet<usize>> {
        let mut reached: BTreeSet<(usize, bool)> = BTreeSet::new();
        let mut waiting: Vec<&Needs> = self.wanted.iter().collect();
        while let Some(needs) = waiting.pop() {
            let version = choice[needs.name].filter(|version| needs.accepts(VERSIONS[*version]))?;
            let release = &self.packages[needs.name][&version];
            if reached.insert((needs.name, false)) {
                waiting.extend(&release.requires);
            }
            if needs.extra && reached.insert((needs.name, true)) {
                waiting.extend(release.extra.iter().flatten());
            }
        }
        Some(reached.into_iter().map(|(package, _)| package).collect())
    }

    fn is_solution(&self, choice: &Choice) -> bool {
        let Some(reached) = self.reached(choice) else { return false };
        choice.iter().enumerate().all(|(package, version)| match version {
            None => !reached.contains(&package),
            Some(version) => {
                let limits = self.constraints.iter().filter(|needs| needs.name == package);
                reached.contains(&package)
                    && self.may_take(package, *version)
                    && limits.into_iter().all(|needs| needs.accepts(VERSIONS[*version]))
            }
        })
    }

    /// Whether there is any solution.
    fn is_solvable(&self) -> bool {
        fn search(world: &World, choice: &mut Choice, at: usize) -> bool {
            if at == choice.len() {
                return world.is_solution(choice);
            }
            let versions = world.packages[at].keys().copied().map(Some).chain([None]);
            let versions: Vec<Option<usize>> = versions.collect();
            versions.into_iter().any(|version| {
                choice[at] = version;
                search(world, choice, at + 1)
            })
        }
        search(self, &mut vec![None; self.packages.len()], 0)
    }

    /// Releases before pre-releases, then the order asked for.
    fn is_better(&self, left: usize, right: usize) -> bool {
        let key = |version: usize| {
            let parsed: Version = VERSIONS[version].parse().unwrap();
            (!parsed.is_prerelease(), parsed)
        };
        let (left, right) = (key(left), key(right));
        if left.0 != right.0 { left.0 } else { (left.1 > right.1) != self.lowest && left.1 != right.1 }
    }

    /// A better version of one package that goes with all the others as they are, dropping what is no longer needed.
    fn improvement(&self, choice: &Choice) -> Option<(usize, usize)> {
        for (package, version) in choice.iter().enumerate() {
            let Some(version) = version else { continue };
            for better in self.packages[package].keys().filter(|other| self.is_better(**other, *version)) {
                let mut other = choice.clone();
                other[package] = Some(*better);
                if let Some(reached) = self.reached(&other) {
                    for (package, version) in other.iter_mut().enumerate() {
                        if !reached.contains(&package) {
                            *version = None;
                        }
                    }
                }
                if self.is_solution(&other) {
                    return Some((package, *better));
                }
            }
        }
        None
    }

    fn rules(&self, wanted: &[Wanted]) -> Rules {
        let requirements: Vec<&Requirement> = wanted.iter().map(|wanted| &wanted.requirement).collect();
        Rules {
            tags: Tags::of(&Target {
                implementation: "dx".to_owned(),
                python: (3, 14),
                abis: Vec::new(),
                platforms: Vec::new(),
            }),
            native: None,
            python: "3.14.0".parse().unwrap(),
            ignore_requires_python: false,
            formats: FormatRules::default(),
            exclude_newer: None,
            hashes: FxHashMap::default(),
            yanked_allowed: resolve::pins(&requirements),
            by_place: false,
            fallback: |_, _| false,
        }
    }

    fn resolve(&self) -> Result<Resolution, ResolveError> {
        let wanted: Vec<Wanted> = self
            .wanted
            .iter()
            .map(|needs| Wanted { requirement: needs.text().parse().unwrap(), origin: String::new() })
            .collect();
        let plain = |needs: &Needs| Needs { extra: false, ..needs.clone() }.text().parse().unwrap();
        let rules = self.rules(&wanted);
        let request = Request {
            wanted,
            constraints: self.constraints.iter().map(plain).collect(),
            overrides: Vec::new(),
            environment: environment(),
            python: "3.14.0".parse().unwrap(),
            order: if self.lowest { Order::Lowest } else { Order::Highest },
            lowest_direct: false,
            prereleases: Prereleases::IfNecessary,
            prereleases_of: FxHashMap::default(),
            no_dependencies: false,
            preferred: FxHashMap::default(),
            installed: FxHashMap::default(),
            allow_old_pure: false,
            ignore_requires_python: false,
            // Every other world is answered by a long search: it has the same answers.
            patience: if self.wanted.len() % 2 == 0 { 0 } else { resolve::PATIENCE },
        };
        resolve::resolve(&request, &Asked { world: self, rules })
    }

    fn choice(&self, resolution: &Resolution) -> Choice {
        let mut choice = vec![None; self.packages.len()];
        for chosen in &resolution.packages {
            let package = NAMES.iter().position(|name| *name == chosen.name.as_str()).unwrap();
            choice[package] = VERSIONS.iter().position(|version| *version == chosen.version.to_string());
        }
        choice
    }
}

/// A world as the resolver asks for it.
struct Asked<'w> {
    world: &'w World,
    rules: Rules,
}

impl Asked<'_> {
    fn releases(&self, name: &Name) -> Option<&BTreeMap<usize, Release>> {
        let place = NAMES.iter().position(|known| *known == name.as_str())?;
        self.world.packages.get(place).filter(|releases| !releases.is_empty())
    }
}

impl Universe for Asked<'_> {
    fn table(&self, name: &Name) -> Result<Option<Arc<Table>>, Failure> {
        let Some(releases) = self.releases(name) else { return Ok(None) };
        let files: Vec<(String, bool)> = releases
            .iter()
            .map(|(version, release)| {
                (format!("{name}-{}-py3-none-any.whl", VERSIONS[*version]), release.yanked)
            })
            .collect();
        let listed = files.iter().enumerate().map(|(index, (filename, yanked))| Listed {
            index: index as u32,
            rank: 0,
            filename,
            requires_python: None,
            yanked: yanked.then_some(""),
            uploaded: None,
            hashes: &[],
        });
        Ok(Some(Arc::new(Table::build(name, listed, &self.rules))))
    }

    fn facts(&self, name: &Name, entry: &Entry) -> Result<Arc<Facts>, Failure> {
        let version = entry.version.to_string();
        let place = VERSIONS.iter().position(|known| *known == version).unwrap();
        let release = &self.releases(name).unwrap()[&place];
        let mut facts = Facts::default();
        facts
            .requires
            .extend(release.requires.iter().map(|needs| needs.text().parse::<Requirement>().unwrap()));
        if let Some(extra) = &release.extra {
            facts.extras.push(Name::new("x").unwrap());
            for needs in extra {
                facts.requires.push(format!("{} ; extra == 'x'", needs.text()).parse().unwrap());
            }
        }
        Ok(Arc::new(facts))
    }

    fn direct(&self, _: &Name, _: &str) -> Result<(), Failure> {
        panic!("no world has URLs")
    }

    fn installed_facts(&self, _: &Name) -> Result<Arc<Facts>, Failure> {
        panic!("nothing is installed in a world")
    }
}

// Feature: dx-py-production-ready, Property 16: Dependency Resolution Completeness
// Validates: Requirements 8.3, 8.4
#[test]
fn an_answer_is_complete_and_the_best_and_is_missing_only_if_there_is_none() {
    static SOLVED: AtomicU32 = AtomicU32::new(0);
    static UNSOLVED: AtomicU32 = AtomicU32::new(0);
    fn holds(world: World) -> Result<(), String> {
        match world.resolve() {
            Ok(resolution) => {
                SOLVED.fetch_add(1, Ordering::Relaxed);
                let choice = world.choice(&resolution);
                if !world.is_solution(&choice) {
                    return Err(format!("{choice:?} is no solution"));
                }
                if let Some((package, version)) = world.improvement(&choice) {
                    return Err(format!("{choice:?}: {} {} fits too", NAMES[package], VERSIONS[version]));
                }
                for chosen in &resolution.packages {
                    let direct = world.wanted.iter().any(|needs| NAMES[needs.name] == chosen.name.as_str());
                    if chosen.direct != direct {
                        return Err(format!("{} is asked for: {direct}", chosen.name));
                    }
                }
                Ok(())
            }
            Err(ResolveError::Unsatisfiable { explanation, .. }) => {
                UNSOLVED.fetch_add(1, Ordering::Relaxed);
                match world.is_solvable() {
                    true => Err(format!("there is a solution, and dx says: {explanation}")),
                    false => Ok(()),
                }
            }
            Err(other) => Err(format!("failed in another way: {other}")),
        }
    }
    /// quickcheck shows what a property returns only as an error's text.
    fn property(world: World) -> Result<bool, String> {
        holds(world).map(|()| true)
    }
    tester("Property 16", 1500).quickcheck(property as fn(World) -> Result<bool, String>);
    let (solved, unsolved) = (SOLVED.load(Ordering::Relaxed), UNSOLVED.load(Ordering::Relaxed));
    assert!(
        solved > 200 && unsolved > 200,
        "worlds of both kinds: {solved} with an answer, {unsolved} without"
    );
}
