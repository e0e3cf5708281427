//! A failed search in words: how the requirements contradict each other, and what of the packages' own troubles is behind it.

use std::fmt::Write;
use std::sync::Arc;

use pubgrub::{
    DefaultStringReporter, DerivationTree, Derived, External, Map, Ranges, ReportFormatter, Reporter, Term,
    VersionSet,
};
use rustc_hash::FxHashSet;

use super::super::name::Name;
use super::super::version::Version;
use super::fetch::Fetcher;
use super::provider::{self, Node, Reason, Set};
use super::ranges::{self, describe};
use super::table::{Prereleases, Problem, Table};
use super::{Missing, Request, ResolveError};

type Tree = DerivationTree<Node, Set, Reason>;
type Cause = External<Node, Set, Reason>;
type Step = Derived<Node, Set, Reason>;
type Terms = Map<Node, Term<Set>>;

/// Derivations can be as long as a package has versions; walking them takes stack.
const STACK: usize = 512 * 1024 * 1024;
/// A package's troubles that are listed one by one.
const MOST_TROUBLES: usize = 3;
/// A derivation of more steps is cut in the middle.
const MOST_LINES: usize = 24;

/// Puts a failure in words.
pub(super) fn unsatisfiable(tree: Tree, request: &Request, fetcher: &Fetcher<'_>) -> ResolveError {
    let explain = || explain(tree, request, fetcher);
    std::thread::scope(|scope| {
        match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, explain) {
            Ok(thread) => thread.join().unwrap_or_else(|_| ResolveError::Unsatisfiable {
                explanation: String::from("your requirements are unsatisfiable"),
                hints: Vec::new(),
                missing: None,
            }),
            Err(_) => ResolveError::Unsatisfiable {
                explanation: String::from("your requirements are unsatisfiable"),
                hints: Vec::new(),
                missing: None,
            },
        }
    })
}

fn explain(mut tree: Tree, request: &Request, fetcher: &Fetcher<'_>) -> ResolveError {
    let missing = missing(&tree, request, fetcher);
    let hints = hints(&tree, request, fetcher);
    join_gaps(&mut tree, fetcher);
    let words = Words { fetcher };
    let text = DefaultStringReporter::report_with_formatter(&tree, &words);
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let count = lines.len();
    if count > MOST_LINES {
        let cut = lines.split_off(MOST_LINES / 2);
        lines.push("[…]");
        lines.extend(&cut[cut.len() - MOST_LINES / 2..]);
    }
    // Dropping a deep tree takes as much stack as building the text.
    drop(tree);
    ResolveError::Unsatisfiable { explanation: lines.join("\n"), hints, missing }
}

/// Takes out the steps that only say that there are no versions between those that others depend on something: a set of versions and
/// a gap beside it are one set.
fn join_gaps(tree: &mut Tree, fetcher: &Fetcher<'_>) {
    let DerivationTree::Derived(step) = tree else { return };
    join_gaps(Arc::make_mut(&mut step.cause1), fetcher);
    join_gaps(Arc::make_mut(&mut step.cause2), fetcher);
    let is_gap = |node: &Node, Set(range): &Set| {
        node.name().and_then(|name| fetcher.known_table(name)).is_some_and(|table| {
            !table.entries.is_empty() && table.entries.iter().all(|entry| !range.contains(&entry.version))
        })
    };
    let joined = match (step.cause1.as_ref(), step.cause2.as_ref()) {
        (
            DerivationTree::External(External::NoVersions(node, gap)),
            DerivationTree::External(External::FromDependencyOf(of, range, needed, wanted)),
        )
        | (
            DerivationTree::External(External::FromDependencyOf(of, range, needed, wanted)),
            DerivationTree::External(External::NoVersions(node, gap)),
        ) if node == of => DerivationTree::External(External::FromDependencyOf(
            of.clone(),
            range.union(gap),
            needed.clone(),
            wanted.clone(),
        )),
        (DerivationTree::External(External::NoVersions(node, gap)), DerivationTree::Derived(other))
        | (DerivationTree::Derived(other), DerivationTree::External(External::NoVersions(node, gap)))
            if is_gap(node, gap) =>
        {
            let mut other = other.clone();
            other.terms = step.terms.clone();
            other.shared_id = step.shared_id;
            DerivationTree::Derived(other)
        }
        _ => return,
    };
    *tree = joined;
}

/// The user's own requirement that nothing satisfies, if that alone is the reason.
fn missing(tree: &Tree, request: &Request, fetcher: &Fetcher<'_>) -> Option<Missing> {
    let DerivationTree::Derived(step) = tree else { return None };
    let (cause, other) = (step.cause1.as_ref(), step.cause2.as_ref());
    let (DerivationTree::External(cause), DerivationTree::External(other)) = (cause, other) else {
        return None;
    };
    let name = match (cause, other) {
        (External::NoVersions(node, _), External::FromDependencyOf(Node::Root, ..))
        | (External::FromDependencyOf(Node::Root, ..), External::NoVersions(node, _)) => node.name()?,
        _ => return None,
    };
    let asked = provider::asked(request, name);
    let [(requirement, origin)] = asked.as_slice() else { return None };
    let versions = fetcher
        .known_table(name)
        .map(|table| {
            let shown = |problem: &Option<Problem>| {
                !matches!(problem, Some(Problem::Yanked(_) | Problem::RequiresPython(_) | Problem::Newer))
            };
            table
                .entries
                .iter()
                .filter(|entry| shown(&entry.problem))
                .map(|entry| entry.version.clone())
                .collect()
        })
        .unwrap_or_default();
    Some(Missing { requirement: requirement.clone(), origin: origin.clone(), versions })
}

/// Troubles of the packages that have no usable version somewhere in the tree.
fn hints(tree: &Tree, request: &Request, fetcher: &Fetcher<'_>) -> Vec<String> {
    let mut found: Vec<(Name, Ranges<Version>)> = Vec::new();
    let mut seen: FxHashSet<*const Tree> = FxHashSet::default();
    let mut waiting = vec![tree];
    while let Some(tree) = waiting.pop() {
        if !seen.insert(tree) {
            continue;
        }
        match tree {
            DerivationTree::Derived(step) => {
                waiting.push(&step.cause2);
                waiting.push(&step.cause1);
            }
            DerivationTree::External(External::NoVersions(node, Set(range))) => {
                let Some(name) = node.name() else { continue };
                match found.iter_mut().find(|(known, _)| known == name) {
                    Some((_, known)) => *known = known.union(range),
                    None => found.push((name.clone(), range.clone())),
                }
            }
            DerivationTree::External(_) => {}
        }
    }
    let mut hints = Vec::new();
    for (name, range) in found {
        match fetcher.known_table(&name) {
            Some(table) => troubles(&name, &range, &table, request, &mut hints),
            None => {
                hints.push(format!("{name} was not found in the package index; check the name and the index"))
            }
        }
    }
    hints
}

fn troubles(name: &Name, range: &Ranges<Version>, table: &Table, request: &Request, hints: &mut Vec<String>) {
    let bad: Vec<_> = table.entries.iter().rev().filter(|entry| range.contains(&entry.version)).collect();
    for (count, entry) in bad.iter().filter(|entry| entry.problem.is_some()).enumerate() {
        if count == MOST_TROUBLES {
            let more = bad.iter().filter(|entry| entry.problem.is_some()).count() - count;
            hints.push(format!(
                "{name}: {more} more version{} cannot be used either",
                if more == 1 { "" } else { "s" }
            ));
            break;
        }
        if let Some(problem) = &entry.problem {
            hints.push(format!("{name} {} {problem}", entry.version));
        }
    }
    if request.prereleases(name) == Prereleases::Disallow
        && bad.iter().any(|entry| entry.version.is_prerelease() && entry.problem.is_none())
    {
        hints.push(format!("{name} has only pre-releases there; `--pre` allows them"));
    }
    if table.entries.is_empty() {
        hints.push(format!("the index lists no files of {name} that could be installed"));
    }
}

struct Words<'f, 'u> {
    fetcher: &'f Fetcher<'u>,
}

impl Words<'_, '_> {
    /// A package with the versions that are meant, as short as its real versions allow.
    fn set(&self, node: &Node, Set(range): &Set) -> String {
        let Some(name) = node.name() else { return String::from("your request") };
        let given = describe(range);
        let Some(table) = self.fetcher.known_table(name) else { return format!("{node}{given}") };
        let versions: Vec<&Version> = table.entries.iter().map(|entry| &entry.version).collect();
        let real = ranges::among(range, &versions);
        // What the search found out about versions is told by these versions, what somebody asked for in that one's words, unless
        // the versions make it shorter.
        match real {
            Some(real) if ranges::is_learned(range) || real.len() < given.len() => format!("{node}{real}"),
            _ => format!("{node}{given}"),
        }
    }

    /// As `set`, at the head of a sentence about what these versions do.
    fn subject(&self, node: &Node, set: &Set) -> (String, bool) {
        let Set(range) = set;
        let all = node.name().is_some_and(|name| match self.fetcher.known_table(name) {
            Some(table) => {
                table.entries.len() > 1
                    && table
                        .entries
                        .iter()
                        .filter(|entry| entry.problem.is_none())
                        .all(|entry| range.contains(&entry.version))
            }
            None => false,
        });
        match all {
            true => (format!("all versions of {node}"), true),
            false => (self.set(node, set), false),
        }
    }

    fn external(&self, cause: &Cause) -> String {
        match cause {
            External::NotRoot(..) => String::from("a request was made"),
            External::NoVersions(node, range) => {
                match node.name().map(|name| (name, self.fetcher.known_table(name))) {
                    Some((name, None)) => format!("{name} was not found in the package index"),
                    Some((_, Some(_))) if range.0 == Ranges::full() => {
                        format!("there is no usable version of {node}")
                    }
                    _ => format!("there is no usable version of {}", self.set(node, range)),
                }
            }
            External::Custom(node, range, reason) => format!("{} {reason}", self.set(node, range)),
            External::FromDependencyOf(Node::Root, _, dependency, range) => {
                // In the user's own words.
                match ranges::is_learned(&range.0) {
                    true => format!("you require {}", self.set(dependency, range)),
                    false => format!("you require {dependency}{}", describe(&range.0)),
                }
            }
            External::FromDependencyOf(node, range, dependency, wanted) => {
                let (subject, plural) = self.subject(node, range);
                let verb = if plural { "depend" } else { "depends" };
                format!("{subject} {verb} on {}", self.set(dependency, wanted))
            }
        }
    }

    fn terms(&self, terms: &Terms) -> String {
        let shown: Vec<_> = terms.iter().filter(|(node, _)| **node != Node::Root).collect();
        let by_root = shown.len() < terms.len();
        match shown.as_slice() {
            [] => String::from("your requirements are unsatisfiable"),
            [(node, Term::Negative(range))] if by_root => format!("you require {}", self.set(node, range)),
            [(node, Term::Positive(range))] => {
                let (subject, _) = self.subject(node, range);
                format!("{subject} cannot be used")
            }
            [(node, Term::Negative(range))] => format!("{} is needed", self.set(node, range)),
            [(node, Term::Positive(range)), (other, Term::Negative(wanted))]
            | [(other, Term::Negative(wanted)), (node, Term::Positive(range))] => {
                let (subject, plural) = self.subject(node, range);
                let verb = if plural { "depend" } else { "depends" };
                format!("{subject} {verb} on {}", self.set(other, wanted))
            }
            several => {
                let mut text = String::new();
                let last = several.len() - 1;
                for (place, (node, term)) in several.iter().enumerate() {
                    let joint = match place {
                        0 => "",
                        _ if place == last => " and ",
                        _ => ", ",
                    };
                    let part = match term {
                        Term::Positive(range) => self.set(node, range),
                        Term::Negative(range) => format!("no {}", self.set(node, range)),
                    };
                    let _ = write!(text, "{joint}{part}");
                }
                text + " are incompatible"
            }
        }
    }
}

impl ReportFormatter<Node, Set, Reason> for Words<'_, '_> {
    type Output = String;

    fn format_external(&self, cause: &Cause) -> String {
        self.external(cause)
    }

    fn format_terms(&self, terms: &Terms) -> String {
        self.terms(terms)
    }

    fn explain_both_external(&self, first: &Cause, second: &Cause, terms: &Terms) -> String {
        format!("Because {} and {}, {}.", self.external(first), self.external(second), self.terms(terms))
    }

    fn explain_both_ref(
        &self,
        first_line: usize,
        first: &Step,
        second_line: usize,
        second: &Step,
        terms: &Terms,
    ) -> String {
        format!(
            "Because {} ({first_line}) and {} ({second_line}), {}.",
            self.terms(&first.terms),
            self.terms(&second.terms),
            self.terms(terms)
        )
    }

    fn explain_ref_and_external(&self, line: usize, step: &Step, cause: &Cause, terms: &Terms) -> String {
        format!(
            "Because {} ({line}) and {}, {}.",
            self.terms(&step.terms),
            self.external(cause),
            self.terms(terms)
        )
    }

    fn and_explain_external(&self, cause: &Cause, terms: &Terms) -> String {
        format!("And because {}, {}.", self.external(cause), self.terms(terms))
    }

    fn and_explain_ref(&self, line: usize, step: &Step, terms: &Terms) -> String {
        format!("And because {} ({line}), {}.", self.terms(&step.terms), self.terms(terms))
    }

    fn and_explain_prior_and_external(&self, prior: &Cause, cause: &Cause, terms: &Terms) -> String {
        format!("And because {} and {}, {}.", self.external(prior), self.external(cause), self.terms(terms))
    }
}
