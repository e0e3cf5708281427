//! The resolver: which version of each package satisfies everything that was asked for, or why none can.
//!
//! `pubgrub` searches; this folder tells it what there is. A `Universe` (an index, or a test's table) answers two questions: which
//! versions a package has (`table`), and what a version requires (`facts`). `fetch` asks them in parallel and ahead, `provider`
//! translates between requirements and the search, `report` puts a failure in words.
//!
//! Order of decisions, as uv found it: direct URLs, then what is pinned to one version, then what was in conflicts, then what was seen
//! first. The highest version that fits is taken (`Order`), releases before pre-releases, and never one that a table says has a
//! problem. What is installed already and fits is kept unless the request says otherwise.
//!
//! Not here: fetching itself (`index`), building what has no wheel (`build`), installing (`install`).

pub mod fetch;
mod provider;
mod ranges;
mod report;
pub mod table;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::marker::Environment;
use super::name::Name;
use super::requirement::Requirement;
use super::specifier::Specifiers;
use super::version::Version;
use table::{Entry, Order, Prereleases, Table};

/// What a version says of itself.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub requires: Vec<Requirement>,
    pub requires_python: Option<Specifiers>,
    pub extras: Vec<Name>,
}

/// Something that ends the search: not a conflict, but a question that got no answer.
#[derive(Clone)]
pub struct Failure {
    /// The error, with its own causes.
    pub error: Arc<dyn Error + Send + Sync>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The version alone is at fault (damaged metadata, a build that fails): the search may go on with another one.
    pub skips_version: bool,
}

impl Failure {
    pub fn new(error: impl Error + Send + Sync + 'static) -> Failure {
        Failure { error: Arc::new(error), hint: None, skips_version: false }
    }

    pub(crate) fn internal(text: &'static str) -> Failure {
        Failure {
            error: Arc::from(Box::<dyn Error + Send + Sync>::from(text)),
            hint: None,
            skips_version: false,
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.error, f)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

/// Where packages come from. Called by many threads at once; each question is asked once.
pub trait Universe: Sync {
    /// The versions of a package; none if there is no such package.
    fn table(&self, name: &Name) -> Result<Option<Arc<Table>>, Failure>;

    /// What a version of a package requires.
    fn facts(&self, name: &Name, entry: &Entry) -> Result<Arc<Facts>, Failure>;

    /// Whether the table can be had at once, so that asking for it ahead would be a waste.
    fn is_at_hand(&self, _: &Name) -> bool {
        false
    }

    /// Takes note that `name` comes from a URL, not from an index. Called before its table is asked for.
    fn direct(&self, name: &Name, url: &str) -> Result<(), Failure>;

    /// What the installed version of a package requires.
    fn installed_facts(&self, name: &Name) -> Result<Arc<Facts>, Failure>;
}

/// A requirement of the user's, with where it was written, for messages.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub requirement: Requirement,
    pub origin: String,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    pub wanted: Vec<Wanted>,
    pub constraints: Vec<Requirement>,
    pub overrides: Vec<Requirement>,
    pub environment: Environment,
    pub python: Version,
    pub order: Order,
    /// With `Order::Highest`: the lowest version of what was asked for by name.
    pub lowest_direct: bool,
    pub prereleases: Prereleases,
    /// Where that is otherwise: for one package, or (`None`) for all others.
    pub prereleases_of: FxHashMap<Option<Name>, Prereleases>,
    /// Only what was asked for, without what that requires.
    pub no_dependencies: bool,
    /// Versions that are preferred wherever they fit: of a lock file.
    pub preferred: FxHashMap<Name, Version>,
    /// What is installed and is kept where it fits.
    pub installed: FxHashMap<Name, Version>,
    /// An older pure release may be taken where newer ones are native.
    pub allow_old_pure: bool,
    pub ignore_requires_python: bool,
    /// A search that has looked at more versions begins anew as a long one, whose notes stay short; what was fetched is kept.
    /// `PATIENCE` as a rule.
    pub patience: u32,
}

/// See `Request::patience`.
pub const PATIENCE: u32 = 300;

impl Request {
    /// Whether pre-releases of a package are taken.
    pub fn prereleases(&self, name: &Name) -> Prereleases {
        let one = self.prereleases_of.get(&Some(name.clone()));
        one.or_else(|| self.prereleases_of.get(&None)).copied().unwrap_or(self.prereleases)
    }
}

/// A package of the answer.
#[derive(Clone, Debug)]
pub struct Chosen {
    pub name: Name,
    pub version: Version,
    /// None where the installed one is kept.
    pub entry: Option<Entry>,
    pub extras: Vec<Name>,
    pub facts: Arc<Facts>,
    /// The packages that it requires here, in alphabetical order.
    pub requires: Vec<Name>,
    /// Asked for by the user, not only by another package.
    pub direct: bool,
}

/// The answer: every package with one version, in alphabetical order.
#[derive(Clone, Debug, Default)]
pub struct Resolution {
    pub packages: Vec<Chosen>,
    /// Extras that were asked for and don't exist: package, version, extra.
    pub missing_extras: Vec<(Name, Version, Name)>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum ResolveError {
    /// The requirements contradict each other or what there is. In prose, with hints.
    Unsatisfiable { explanation: String, hints: Vec<String>, missing: Option<Missing> },
    /// The version that would be taken is native code that dx can't load.
    Native { name: Name, version: Version, older: Option<Version>, has_source: bool },
    /// Something could not be fetched or understood.
    Failed { what: String, failure: Failure },
}

/// A requirement of the user's for which there is nothing at all, for pip's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub requirement: String,
    pub origin: String,
    /// Versions that there are, lowest first.
    pub versions: Vec<Version>,
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ResolveError::Unsatisfiable { explanation, .. } => f.write_str(explanation),
            ResolveError::Native { name, version, has_source, .. } => {
                write!(f, "{name} {version} has only native wheels, which dx cannot load")?;
                if *has_source {
                    f.write_str(", and its source needs a compiler")?;
                }
                Ok(())
            }
            ResolveError::Failed { what, failure } => {
                let text = failure.to_string();
                // Some say themselves what they are about.
                match text.starts_with(what.as_str()) {
                    true => f.write_str(&text),
                    false => write!(f, "{what}: {text}"),
                }
            }
        }
    }
}

impl Error for ResolveError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ResolveError::Failed { failure, .. } => failure.source(),
            _ => None,
        }
    }
}

impl ResolveError {
    /// What the user can do, one sentence each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            ResolveError::Unsatisfiable { hints, .. } => hints.clone(),
            ResolveError::Native { name, version, older, has_source } => {
                let mut hints = Vec::new();
                if let Some(older) = older {
                    hints.push(format!(
                        "{name} {older} is the newest release without native wheels; `{name}=={older}` asks for it, `--allow-old-pure` \
                         takes such releases everywhere"
                    ));
                }
                if *has_source {
                    hints.push(format!("`--no-binary {name}` tries to build {version} from source"));
                }
                hints
            }
            ResolveError::Failed { failure, .. } => failure.hint.clone().into_iter().collect(),
        }
    }
}

/// Answers a request.
pub fn resolve(request: &Request, universe: &dyn Universe) -> Result<Resolution, ResolveError> {
    let fetcher = fetch::Fetcher::new(universe);
    std::thread::scope(|scope| {
        let result = provider::run(request, universe, &fetcher, scope);
        fetcher.close();
        result
    })
}

/// The versions that the user named exactly, which may be taken though yanked.
pub fn pins(requirements: &[&Requirement]) -> FxHashSet<(Name, Version)> {
    let mut pins = FxHashSet::default();
    for requirement in requirements {
        if let Some(version) = requirement.specifiers().and_then(Specifiers::pinned) {
            pins.insert((requirement.name.clone(), version.clone()));
        }
    }
    pins
}
