//! Requirements in the terms of the search: packages, the ranges they need of each other, and which to decide first.
//!
//! A package with an extra is a package of its own (`Node::Extra`) that needs the plain one in the same version; so an extra can refer
//! to other extras of its package, and versions of both never differ.

use std::cell::RefCell;
use std::cmp::{Ordering, Reverse};
use std::fmt;
use std::ops::Bound;
use std::sync::Arc;
use std::thread::Scope;

use pubgrub::{
    Dependencies, DependencyConstraints, DependencyProvider, DerivationTree, PackageResolutionStatistics,
    PubGrubError, Ranges, VersionSet,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::name::Name;
use super::super::requirement::{Requirement, Source};
use super::super::specifier::Specifiers;
use super::super::version::Version;
use super::fetch::Fetcher;
use super::table::{Choice, Entry, Order, Table};
use super::{Chosen, Facts, Failure, Request, Resolution, ResolveError, Universe, report};

/// A package with as many conflicts as this is decided early.
const MANY_CONFLICTS: u32 = 5;

/// What the search decides about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Node {
    /// What the user asked for.
    Root,
    Package(Name),
    /// A package with one of its extras.
    Extra(Name, Name),
}

impl Node {
    /// The package, unless it is the user.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Node::Root => None,
            Node::Package(name) | Node::Extra(name, _) => Some(name),
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Root => f.write_str("your request"),
            Node::Package(name) => write!(f, "{name}"),
            Node::Extra(name, extra) => write!(f, "{name}[{extra}]"),
        }
    }
}

/// A version that was picked. In a long search it stands for all that lies between it and the one below it in its package's grid,
/// which is nothing: so what is learned about neighbours is one interval, and the notes stay short however many releases the search
/// goes through. Every set has to follow the grid then (`Provider::on_grid`), so that each table is waited for; a short search, which
/// most are, does not wait.
#[derive(Clone)]
pub struct Pick {
    pub version: Version,
    /// `None` in a short search: the version stands for itself alone.
    below: Option<Bound<Version>>,
}

impl Pick {
    /// A version that stands for itself.
    fn alone(version: Version) -> Pick {
        Pick { version, below: None }
    }
}

impl PartialEq for Pick {
    fn eq(&self, other: &Pick) -> bool {
        self.version == other.version
    }
}

impl Eq for Pick {}

impl PartialOrd for Pick {
    fn partial_cmp(&self, other: &Pick) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pick {
    fn cmp(&self, other: &Pick) -> Ordering {
        self.version.cmp(&other.version)
    }
}

impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.version, f)
    }
}

impl fmt::Debug for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.version, f)
    }
}

/// A set of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set(pub Ranges<Version>);

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl VersionSet for Set {
    type V = Pick;

    fn empty() -> Set {
        Set(Ranges::empty())
    }

    fn singleton(pick: Pick) -> Set {
        let high = Bound::Included(pick.version.clone());
        let low = pick.below.unwrap_or(Bound::Included(pick.version));
        Set(Ranges::from_range_bounds((low, high)))
    }

    fn complement(&self) -> Set {
        Set(self.0.complement())
    }

    fn intersection(&self, other: &Set) -> Set {
        Set(self.0.intersection(&other.0))
    }

    fn contains(&self, pick: &Pick) -> bool {
        self.0.contains(&pick.version)
    }

    fn full() -> Set {
        Set(Ranges::full())
    }

    fn union(&self, other: &Set) -> Set {
        Set(self.0.union(&other.0))
    }

    fn is_disjoint(&self, other: &Set) -> bool {
        self.0.is_disjoint(&other.0)
    }

    fn subset_of(&self, other: &Set) -> bool {
        self.0.subset_of(&other.0)
    }
}

/// Why a version that a table offers is no use after all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    RequiresPython(String),
    /// Its metadata could not be had or understood.
    Broken(String),
    /// It requires other versions of its own package.
    Itself,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::RequiresPython(specifiers) => write!(f, "requires Python {specifiers}"),
            Reason::Broken(error) => write!(f, "cannot be used: {error}"),
            Reason::Itself => f.write_str("requires another version of itself"),
        }
    }
}

/// What stops the search.
#[derive(Debug)]
pub enum Stop {
    Native {
        name: Name,
        version: Version,
        older: Option<Version>,
        has_source: bool,
    },
    Failed {
        what: String,
        failure: Failure,
    },
    /// The search has become a long one.
    Long,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Native { name, version, .. } => write!(f, "{name} {version} has only native wheels"),
            Stop::Failed { what, failure } => write!(f, "{what}: {failure}"),
            Stop::Long => f.write_str("the search has become a long one"),
        }
    }
}

impl std::error::Error for Stop {}

impl Stop {
    fn into_error(self) -> ResolveError {
        match self {
            Stop::Native { name, version, older, has_source } => {
                ResolveError::Native { name, version, older, has_source }
            }
            Stop::Failed { what, failure } => ResolveError::Failed { what, failure },
            Stop::Long => ResolveError::Failed {
                what: String::from("search"),
                failure: Failure::internal("it was to be a long one"),
            },
        }
    }
}

/// Classes of what is decided first; within one, what was seen first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Unspecified,
    Conflict,
    Pinned,
    Direct,
    Root,
}

#[derive(Default)]
struct Learned {
    /// Names in the order in which they were seen, then nodes within a name.
    names: FxHashMap<Name, u32>,
    nodes: FxHashMap<Node, u32>,
    conflicts: FxHashSet<Name>,
    pinned: FxHashSet<Name>,
    direct: FxHashMap<Name, String>,
    /// How many versions of a package were tried, for fetching ahead.
    tried: FxHashMap<Name, u32>,
    ahead: FxHashMap<Name, u32>,
    missing_extras: Vec<(Name, Version, Name)>,
    /// The versions of packages, in order, that sets follow in a long search.
    grids: FxHashMap<Name, Arc<Vec<Version>>>,
    /// Versions looked at in all.
    looked_at: u32,
}

pub(super) struct Provider<'s, 'scope, 'env, 'u> {
    request: &'s Request,
    universe: &'s dyn Universe,
    pub fetcher: &'scope Fetcher<'u>,
    scope: &'scope Scope<'scope, 'env>,
    constraints: FxHashMap<Name, Ranges<Version>>,
    overrides: FxHashMap<Name, Vec<&'s Requirement>>,
    /// Named by the user, for `lowest_direct`.
    named: FxHashSet<Name>,
    learned: RefCell<Learned>,
    is_long: bool,
}

/// The root's only version.
fn root_version() -> Version {
    Version::of_release(&[0])
}

impl<'s, 'scope, 'env, 'u: 'scope> Provider<'s, 'scope, 'env, 'u> {
    fn new(
        request: &'s Request,
        universe: &'s dyn Universe,
        fetcher: &'scope Fetcher<'u>,
        scope: &'scope Scope<'scope, 'env>,
        is_long: bool,
    ) -> Self {
        let mut constraints: FxHashMap<Name, Ranges<Version>> = FxHashMap::default();
        for constraint in request.constraints.iter().filter(|constraint| applies(constraint, request, &[])) {
            if let Source::Version(specifiers) = &constraint.source {
                let range = specifiers.ranges();
                constraints
                    .entry(constraint.name.clone())
                    .and_modify(|known| *known = known.intersection(&range))
                    .or_insert(range);
            }
        }
        let mut overrides: FxHashMap<Name, Vec<&Requirement>> = FxHashMap::default();
        for requirement in &request.overrides {
            overrides.entry(requirement.name.clone()).or_default().push(requirement);
        }
        let named = request.wanted.iter().map(|wanted| wanted.requirement.name.clone()).collect();
        Provider {
            request,
            universe,
            fetcher,
            scope,
            constraints,
            overrides,
            named,
            learned: RefCell::default(),
            is_long,
        }
    }

    fn order(&self, name: &Name) -> Order {
        match self.request.lowest_direct && self.named.contains(name) {
            true => Order::Lowest,
            false => self.request.order,
        }
    }

    /// Whether the installed version is what stands for the package, wherever it fits.
    fn installed(&self, name: &Name, range: &Ranges<Version>) -> Option<Version> {
        if self.learned.borrow().direct.contains_key(name) {
            return None;
        }
        let installed = self.request.installed.get(name)?;
        range.contains(installed).then(|| installed.clone())
    }

    fn fail(&self, what: String, failure: Failure) -> Stop {
        Stop::Failed { what, failure }
    }

    /// What a version requires; a reason if the version is of no use.
    fn facts(&self, name: &Name, version: &Version) -> Result<Result<Arc<Facts>, Reason>, Stop> {
        if let Some(installed) = self.request.installed.get(name)
            && installed == version
            && !self.learned.borrow().direct.contains_key(name)
        {
            let facts = self.universe.installed_facts(name);
            return facts.map(Ok).map_err(|failure| self.fail(format!("{name} {version}"), failure));
        }
        let facts = match self.fetcher.facts(name, version) {
            Ok(facts) => facts,
            Err(failure) if failure.skips_version => return Ok(Err(Reason::Broken(failure.to_string()))),
            Err(failure) => return Err(self.fail(format!("{name} {version}"), failure)),
        };
        match &facts.requires_python {
            Some(wanted)
                if !self.request.ignore_requires_python && !wanted.contains(&self.request.python) =>
            {
                Ok(Err(Reason::RequiresPython(wanted.to_string())))
            }
            _ => Ok(Ok(facts)),
        }
    }

    /// Adds what `requirement` needs to `needs`. `from` is the package that requires it.
    fn need(
        &self,
        requirement: &Requirement,
        from: Option<&Name>,
        needs: &mut Vec<(Node, Ranges<Version>)>,
    ) -> Result<(), Stop> {
        let name = &requirement.name;
        let mut range = match &requirement.source {
            Source::Version(specifiers) => specifiers.ranges(),
            Source::Url(url) => {
                self.direct(name, url, from)?;
                Ranges::full()
            }
        };
        if let Some(constraint) = self.constraints.get(name) {
            range = range.intersection(constraint);
        }
        {
            let mut learned = self.learned.borrow_mut();
            let next = learned.names.len() as u32;
            learned.names.entry(name.clone()).or_insert(next);
            let pinned = requirement.specifiers().is_some_and(|specifiers| specifiers.pinned().is_some());
            if pinned {
                learned.pinned.insert(name.clone());
            }
        }
        if self.is_long {
            range = self.on_grid(name, &range)?;
        } else if self.installed(name, &range).is_none() {
            self.fetcher.ask_table(self.scope, name);
        }
        let mut add = |node: Node| {
            let mut learned = self.learned.borrow_mut();
            let next = learned.nodes.len() as u32;
            learned.nodes.entry(node.clone()).or_insert(next);
            // Two demands that exclude each other stay apart, so that a report can name both.
            match needs.iter_mut().find(|(known, others)| *known == node && !others.is_disjoint(&range)) {
                Some((_, known)) => *known = known.intersection(&range),
                None => needs.push((node, range.clone())),
            }
        };
        add(Node::Package(name.clone()));
        for extra in &requirement.extras {
            add(Node::Extra(name.clone(), extra.clone()));
        }
        Ok(())
    }

    /// The versions of a package that there are, in order, with the installed one.
    fn grid(&self, name: &Name) -> Result<Arc<Vec<Version>>, Stop> {
        if let Some(grid) = self.learned.borrow().grids.get(name) {
            return Ok(grid.clone());
        }
        let table = self.fetcher.table(name).map_err(|failure| self.fail(name.to_string(), failure))?;
        let mut versions: Vec<Version> =
            table.iter().flat_map(|table| &table.entries).map(|entry| entry.version.clone()).collect();
        if let Some(installed) = self.request.installed.get(name)
            && let Err(place) = versions.binary_search(installed)
        {
            versions.insert(place, installed.clone());
        }
        let grid = Arc::new(versions);
        self.learned.borrow_mut().grids.insert(name.clone(), grid.clone());
        Ok(grid)
    }

    /// A set with the same versions whose intervals each begin behind a version and end with one.
    fn on_grid(&self, name: &Name, range: &Ranges<Version>) -> Result<Ranges<Version>, Stop> {
        let grid = self.grid(name)?;
        let mut set = Ranges::empty();
        let mut start: Option<usize> = None;
        for place in 0..=grid.len() {
            let inside = grid.get(place).is_some_and(|version| range.contains(version));
            match (inside, start) {
                (true, None) => start = Some(place),
                (false, Some(first)) => {
                    start = None;
                    let high = Bound::Included(grid[place - 1].clone());
                    set = set.union(&Ranges::from_range_bounds((below(&grid, first), high)));
                }
                _ => {}
            }
        }
        Ok(set)
    }

    /// The version as the search takes it.
    fn pick(&self, name: &Name, version: &Version) -> Result<Pick, Stop> {
        if !self.is_long {
            return Ok(Pick::alone(version.clone()));
        }
        let grid = self.grid(name)?;
        let below = grid.binary_search(version).ok().map(|place| below(&grid, place));
        Ok(Pick { version: version.clone(), below })
    }

    fn direct(&self, name: &Name, url: &str, from: Option<&Name>) -> Result<(), Stop> {
        let known = self.learned.borrow().direct.get(name).cloned();
        let trouble = |text: String| Stop::Failed {
            what: format!("{name} @ {url}"),
            failure: Failure::new(DirectError(text)),
        };
        match known {
            Some(known) if known == url => return Ok(()),
            Some(known) => return Err(trouble(format!("{name} is asked for from {known} too"))),
            None => {}
        }
        if let Some(from) = from
            && !self.learned.borrow().direct.contains_key(from)
        {
            return Err(trouble(format!(
                "{from} comes from an index and may not name a URL for what it requires; ask for `{name} @ {url}` yourself if you trust it"
            )));
        }
        if self.fetcher.known_table(name).is_some() {
            return Err(trouble(format!(
                "versions of {name} from an index were looked at before its URL was known"
            )));
        }
        self.universe.direct(name, url).map_err(|failure| self.fail(format!("{name} @ {url}"), failure))?;
        self.learned.borrow_mut().direct.insert(name.clone(), url.to_owned());
        Ok(())
    }

    /// The requirements of `facts` that count here, with `extra` those that it adds.
    fn required<'f>(&'f self, name: &Name, facts: &'f Facts, extra: Option<&Name>) -> Vec<&'f Requirement> {
        let mut found = Vec::new();
        for requirement in &facts.requires {
            let counts = match extra {
                None => applies(requirement, self.request, &[]),
                Some(extra) => {
                    applies(requirement, self.request, std::slice::from_ref(extra))
                        && !applies(requirement, self.request, &[])
                }
            };
            if !counts {
                continue;
            }
            match self.overrides.get(&requirement.name) {
                Some(others) if requirement.name != *name => {
                    found.extend(others.iter().copied().filter(|other| applies(other, self.request, &[])));
                }
                _ => found.push(requirement),
            }
        }
        found
    }

    /// Fetches ahead what would be looked at next if versions of `name` keep failing: nothing for the first few, then more and more.
    fn look_ahead(&self, name: &Name, range: &Ranges<Version>, entry: &Entry, table: &Table) {
        let wanted = {
            let mut learned = self.learned.borrow_mut();
            let tried = learned.tried.entry(name.clone()).or_default();
            *tried += 1;
            let tried = *tried;
            let ahead = learned.ahead.entry(name.clone()).or_default();
            let reach = match tried {
                0..=4 => 0,
                5..=9 => 10,
                10..=19 => 20,
                _ => 50,
            };
            if *ahead > tried + reach / 2 {
                0
            } else {
                *ahead = tried + reach;
                reach
            }
        };
        if wanted == 0 {
            return;
        }
        let order = self.order(name);
        for next in table
            .following(range, &entry.version, order, self.request.prereleases(name))
            .take(wanted as usize)
        {
            self.fetcher.ask_facts(self.scope, name, &next.version);
        }
    }

    fn root(&self) -> Result<Vec<(Node, Ranges<Version>)>, Stop> {
        let mut needs = Vec::new();
        for wanted in &self.request.wanted {
            let requirement = &wanted.requirement;
            if applies(requirement, self.request, &[]) {
                let replaced = self.overrides.get(&requirement.name);
                match replaced {
                    Some(others) => {
                        for other in others.iter().filter(|other| applies(other, self.request, &[])) {
                            self.need(other, None, &mut needs)?;
                        }
                    }
                    None => self.need(requirement, None, &mut needs)?,
                }
            }
        }
        Ok(needs)
    }
}

/// Where the interval of a grid's version begins.
fn below(grid: &[Version], place: usize) -> Bound<Version> {
    match place.checked_sub(1).and_then(|place| grid.get(place)) {
        Some(version) => Bound::Excluded(version.clone()),
        None => Bound::Unbounded,
    }
}

/// A contradiction between URLs.
#[derive(Debug)]
struct DirectError(String);

impl fmt::Display for DirectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DirectError {}

fn applies(requirement: &Requirement, request: &Request, extras: &[Name]) -> bool {
    requirement.marker.as_ref().is_none_or(|marker| marker.evaluate(&request.environment, extras))
}

impl<'u: 'scope, 'scope> DependencyProvider for Provider<'_, 'scope, '_, 'u> {
    type P = Node;
    type V = Pick;
    type VS = Set;
    type Priority = (Class, Reverse<u32>, Reverse<u32>);
    type M = Reason;
    type Err = Stop;

    fn prioritize(
        &self,
        node: &Node,
        Set(range): &Set,
        statistics: &PackageResolutionStatistics,
    ) -> Self::Priority {
        let Some(name) = node.name() else { return (Class::Root, Reverse(0), Reverse(0)) };
        let mut learned = self.learned.borrow_mut();
        if statistics.conflict_count() >= MANY_CONFLICTS {
            learned.conflicts.insert(name.clone());
        }
        let class = if learned.direct.contains_key(name) {
            Class::Direct
        } else if learned.pinned.contains(name) || range.as_singleton().is_some() {
            Class::Pinned
        } else if learned.conflicts.contains(name) {
            Class::Conflict
        } else {
            Class::Unspecified
        };
        let by_name = learned.names.get(name).copied().unwrap_or(u32::MAX);
        let by_node = learned.nodes.get(node).copied().unwrap_or(u32::MAX);
        (class, Reverse(by_name), Reverse(by_node))
    }

    fn choose_version(&self, node: &Node, Set(range): &Set) -> Result<Option<Pick>, Stop> {
        let Some(name) = node.name() else { return Ok(Some(Pick::alone(root_version()))) };
        if let Some(version) = self.installed(name, range) {
            return Ok(Some(self.pick(name, &version)?));
        }
        let table = match self.fetcher.table(name) {
            Ok(Some(table)) => table,
            Ok(None) => return Ok(None),
            Err(failure) => return Err(self.fail(name.to_string(), failure)),
        };
        if let Some(preferred) = self.request.preferred.get(name)
            && range.contains(preferred)
            && table.get(preferred).is_some_and(|entry| entry.problem.is_none())
        {
            return Ok(Some(self.pick(name, preferred)?));
        }
        let chosen = table.choose(
            range,
            self.order(name),
            self.request.prereleases(name),
            self.request.allow_old_pure,
        );
        match chosen {
            Choice::Take(entry) => {
                self.learned.borrow_mut().looked_at += 1;
                if !self.is_long && self.learned.borrow().looked_at > self.request.patience {
                    return Err(Stop::Long);
                }
                if matches!(node, Node::Package(_)) {
                    self.look_ahead(name, range, entry, &table);
                }
                Ok(Some(self.pick(name, &entry.version)?))
            }
            Choice::Native(entry, older) => Err(Stop::Native {
                name: name.clone(),
                version: entry.version.clone(),
                older: older.map(|older| older.version.clone()),
                has_source: matches!(entry.problem, Some(super::table::Problem::Native { has_source: true })),
            }),
            Choice::None => Ok(None),
        }
    }

    fn get_dependencies(&self, node: &Node, picked: &Pick) -> Result<Dependencies<Node, Set, Reason>, Stop> {
        let version = &picked.version;
        let mut needs = Vec::new();
        match node {
            Node::Root => needs = self.root()?,
            Node::Package(name) => {
                if !self.request.no_dependencies {
                    let facts = match self.facts(name, version)? {
                        Ok(facts) => facts,
                        Err(reason) => return Ok(Dependencies::Unavailable(reason)),
                    };
                    for requirement in self.required(name, &facts, None) {
                        self.need(requirement, Some(name), &mut needs)?;
                    }
                }
            }
            Node::Extra(name, extra) => {
                if !self.request.no_dependencies {
                    let facts = match self.facts(name, version)? {
                        Ok(facts) => facts,
                        Err(reason) => return Ok(Dependencies::Unavailable(reason)),
                    };
                    if !facts.extras.contains(extra) {
                        let mut learned = self.learned.borrow_mut();
                        let missing = (name.clone(), version.clone(), extra.clone());
                        if !learned.missing_extras.contains(&missing) {
                            learned.missing_extras.push(missing);
                        }
                    }
                    for requirement in self.required(name, &facts, Some(extra)) {
                        self.need(requirement, Some(name), &mut needs)?;
                    }
                }
                // The same version without the extra; what the extra says of its own package narrows that further.
                let own = Node::Package(name.clone());
                let Set(same) = Set::singleton(picked.clone());
                match needs.iter_mut().find(|(known, _)| *known == own) {
                    Some((_, known)) => *known = known.intersection(&same),
                    None => needs.push((own, same)),
                }
                needs.retain(|(known, _)| known != node);
            }
        }
        // The search knows no dependency of a version on its own package.
        if needs.iter().any(|(known, range)| known == node && !range.contains(version)) {
            return Ok(Dependencies::Unavailable(Reason::Itself));
        }
        needs.retain(|(known, _)| known != node);
        let needs = needs.into_iter().map(|(node, range)| (node, Set(range)));
        Ok(Dependencies::Available(needs.collect::<DependencyConstraints<_, _>>()))
    }
}

/// Runs the search and puts its answer together.
pub(super) fn run<'scope, 'u: 'scope>(
    request: &Request,
    universe: &dyn Universe,
    fetcher: &'scope Fetcher<'u>,
    scope: &'scope Scope<'scope, '_>,
) -> Result<Resolution, ResolveError> {
    match search(request, universe, fetcher, scope, false) {
        Err(Failed::Stop(Stop::Long)) => search(request, universe, fetcher, scope, true),
        other => other,
    }
    .map_err(|failed| match failed {
        Failed::Unsatisfiable(tree) => report::unsatisfiable(*tree, request, fetcher),
        Failed::Stop(stop) => stop.into_error(),
    })
}

/// How a search ends without an answer.
enum Failed {
    Unsatisfiable(Box<DerivationTree<Node, Set, Reason>>),
    Stop(Stop),
}

fn search<'scope, 'u: 'scope>(
    request: &Request,
    universe: &dyn Universe,
    fetcher: &'scope Fetcher<'u>,
    scope: &'scope Scope<'scope, '_>,
    is_long: bool,
) -> Result<Resolution, Failed> {
    let provider = Provider::new(request, universe, fetcher, scope, is_long);
    match pubgrub::resolve(&provider, Node::Root, Pick::alone(root_version())) {
        Ok(solution) => {
            let versions = solution.into_iter().map(|(node, picked)| (node, picked.version));
            provider.answer(&versions.collect::<FxHashMap<_, _>>()).map_err(Failed::Stop)
        }
        Err(PubGrubError::NoSolution(tree)) => Err(Failed::Unsatisfiable(Box::new(tree))),
        Err(PubGrubError::ErrorRetrievingDependencies { source, .. })
        | Err(PubGrubError::ErrorChoosingVersion { source, .. })
        | Err(PubGrubError::ErrorInShouldCancel(source)) => Err(Failed::Stop(source)),
    }
}

impl<'scope, 'u: 'scope> Provider<'_, 'scope, '_, 'u> {
    fn answer(&self, solution: &FxHashMap<Node, Version>) -> Result<Resolution, Stop> {
        let mut packages = Vec::new();
        for (node, version) in solution {
            let Node::Package(name) = node else { continue };
            let mut extras: Vec<Name> = solution
                .keys()
                .filter_map(|node| match node {
                    Node::Extra(of, extra) if of == name => Some(extra.clone()),
                    _ => None,
                })
                .collect();
            extras.sort();
            let kept = self.installed(name, &Ranges::singleton(version.clone())).is_some();
            let entry = match kept {
                true => None,
                false => match self.fetcher.table(name) {
                    Ok(table) => table.and_then(|table| table.get(version).cloned()),
                    Err(failure) => {
                        return Err(self.fail(name.to_string(), failure));
                    }
                },
            };
            let facts = match self.request.no_dependencies {
                true => Arc::default(),
                false => self.facts(name, version)?.unwrap_or_default(),
            };
            let mut requires: Vec<Name> = std::iter::once(None)
                .chain(extras.iter().map(Some))
                .flat_map(|extra| self.required(name, &facts, extra))
                .map(|requirement| requirement.name.clone())
                .filter(|other| other != name)
                .collect();
            requires.sort();
            requires.dedup();
            packages.push(Chosen {
                direct: self.named.contains(name),
                name: name.clone(),
                version: version.clone(),
                entry,
                extras,
                facts,
                requires,
            });
        }
        packages.sort_by(|left, right| left.name.cmp(&right.name));
        let mut missing_extras = std::mem::take(&mut self.learned.borrow_mut().missing_extras);
        missing_extras
            .retain(|(name, version, _)| solution.get(&Node::Package(name.clone())) == Some(version));
        Ok(Resolution { packages, missing_extras })
    }
}

/// The specifiers of the user's own requirements of a package, as written.
pub(super) fn asked(request: &Request, name: &Name) -> Vec<(String, String)> {
    request
        .wanted
        .iter()
        .filter(|wanted| wanted.requirement.name == *name)
        .map(|wanted| {
            let mut text = wanted.requirement.name.to_string();
            if let Some(specifiers) = wanted.requirement.specifiers() {
                text.push_str(&Specifiers::to_string(specifiers));
            }
            (text, wanted.origin.clone())
        })
        .collect()
}
