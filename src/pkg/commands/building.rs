//! What builds require, installed by dx itself: the resolver and the transaction once more, for an environment that goes with the run.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::super::build::{Installer, Settings};
use super::super::index::File;
use super::super::install::lock;
use super::super::install::store::Store;
use super::super::install::transaction::{self, Addition, Plan};
use super::super::name::Name;
use super::super::requirement::{Requirement, Source};
use super::super::requirements::{Requirements, Target as Asked};
use super::super::resolve::table::{Order, Prereleases, Rules};
use super::super::resolve::{self, Failure, Request, Wanted};
use super::super::venv;
use super::super::version::Version;
use super::inputs;
use super::session::{Session, Trouble, layout};
use super::solve::{self, For, Solved};
use super::sources::Sources;
use super::universe::{Builder, Direct, Indexes};
use super::wheels::{self, Ready};

/// Wheels that are fetched at the same time.
const MOST_THREADS: usize = 8;

/// For the search through versions.
const STACK: usize = 8 << 20;

/// A command's error inside of the resolver.
pub fn failure_of(trouble: Trouble) -> Failure {
    let hint = trouble.hints.first().cloned();
    // Its causes are texts already: as an error it has no other way to name them.
    let mut message = trouble.message.clone();
    for cause in trouble.causes.iter().filter(|cause| !trouble.message.contains(cause.as_str())) {
        message.push_str(": ");
        message.push_str(cause);
    }
    Failure { hint, ..Failure::new(Trouble { message, ..trouble }) }
}

/// Settings of the command line: `KEY=VALUE`; what has no `=` is an option of `setup.py`.
pub fn settings(session: &Session<'_>) -> Settings {
    let one = |text: String| match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => (key.to_owned(), value.to_owned()),
        _ => (String::from("--global-option"), text),
    };
    session.options.values("config-settings").into_iter().map(one).collect()
}

/// The versions that builds are limited to.
pub fn constraints(session: &Session<'_>) -> Result<Vec<Requirement>, Trouble> {
    let mut requirements = Requirements::default();
    for path in session.options.values("build-constraint") {
        inputs::read_file(session, &mut requirements, &path, true)?;
    }
    let mut found = Vec::new();
    for entry in requirements.entries {
        match entry.target {
            Asked::Named(requirement) => found.push(requirement),
            _ => return Err(Trouble::new("Unnamed requirements are not allowed as constraints")),
        }
    }
    Ok(found)
}

/// The sources of a build that another build waits for.
pub struct Nested<'s, 'a> {
    pub sources: &'s Sources<'a>,
    /// The projects whose builds wait, the outermost first.
    pub chain: &'s [String],
}

impl Builder for Nested<'_, '_> {
    fn direct(&self, name: Option<&Name>, url: &str) -> Result<(Name, Direct), Failure> {
        self.sources.direct_for(name, url, self.chain)
    }

    fn source_metadata(&self, name: &Name, version: &Version, file: &File<'_>) -> Result<Arc<str>, Failure> {
        self.sources.metadata_for(name, version, file, self.chain)
    }

    fn source_wheel(
        &self,
        name: &Name,
        version: &Version,
        file: &File<'_>,
    ) -> Result<(PathBuf, [u8; 32]), Failure> {
        self.sources.wheel_for(name, version, file, self.chain)
    }
}

/// Installs for builds.
pub struct BuildInstaller<'s, 'a> {
    pub sources: &'s Sources<'a>,
}

impl BuildInstaller<'_, '_> {
    fn session(&self) -> &Session<'_> {
        self.sources.session
    }

    fn make(
        &self,
        wanted: &[Requirement],
        folder: &Path,
        chain: &[String],
    ) -> Result<(PathBuf, PathBuf), Trouble> {
        let session = self.session();
        let (index, here) = (self.sources.index, For::here(session));
        let rules = Rules {
            tags: here.tags.clone(),
            native: here.native.clone(),
            python: here.python.clone(),
            ignore_requires_python: false,
            hashes: FxHashMap::default(),
            yanked_allowed: resolve::pins(&wanted.iter().collect::<Vec<_>>()),
            ..self.sources.rules.clone()
        };
        let builder = Nested { sources: self.sources, chain };
        let none = FxHashMap::default();
        let universe = Indexes::new(index, &rules, &builder, &none);
        let request = Request {
            wanted: wanted
                .iter()
                .map(|requirement| Wanted { requirement: requirement.clone(), origin: String::new() })
                .collect(),
            constraints: self.sources.constraints()?,
            overrides: Vec::new(),
            environment: here.markers.clone(),
            python: here.python.clone(),
            order: Order::Highest,
            lowest_direct: false,
            prereleases: Prereleases::IfNecessary,
            prereleases_of: FxHashMap::default(),
            no_dependencies: false,
            preferred: FxHashMap::default(),
            installed: FxHashMap::default(),
            allow_old_pure: false,
            ignore_requires_python: false,
            patience: resolve::PATIENCE,
        };
        solve::ask_ahead(&request, &universe, index);
        let resolution = resolve::resolve(&request, &universe).map_err(unsolved)?;
        let solved = Solved { resolution, universe, asked: FxHashMap::default() };
        let store = Store::new(&session.cache);
        let _used = store.lock(lock::Kind::Shared, &mut || {})?;
        let ready = fetch(&solved, &store)?;
        let (names, pip) = session.host.links;
        let environment = venv::create(
            folder,
            &venv::Options {
                executable: &session.host.executable,
                names,
                pip,
                system_site_packages: false,
                clear: false,
                prompt: None,
                copies: false,
                command: "dx pip (build)",
            },
        )?;
        let add = ready.into_iter().map(|made| Addition::new(made.entry)).collect();
        let plan = Plan { add, ..Plan::default() };
        let held = transaction::Environment::open(layout(&environment), &mut || {})?;
        held.apply(&plan, &transaction::Options::default())?;
        Ok((environment.python.clone(), environment.purelib()))
    }
}

/// Why the requirements of a build contradict each other.
fn unsolved(error: resolve::ResolveError) -> Trouble {
    let hints = error.hints();
    let mut trouble = Trouble::of(&error, None);
    trouble.hints = hints;
    trouble
}

/// The wheels of an answer, several at once.
fn fetch(solved: &Solved<'_>, store: &Store) -> Result<Vec<Ready>, Trouble> {
    let chosen = &solved.resolution.packages;
    let waiting = Mutex::new(chosen.iter());
    let done: Mutex<Vec<Result<Ready, Trouble>>> = Mutex::default();
    let work = || {
        loop {
            let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(chosen) = next else { return };
            let made = wheels::one(solved, store, chosen, &|_, _| {});
            done.lock().unwrap_or_else(PoisonError::into_inner).push(made);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..chosen.len().min(MOST_THREADS) {
            scope.spawn(work);
        }
        work();
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
}

impl Installer for BuildInstaller<'_, '_> {
    fn install(
        &self,
        requirements: &[Requirement],
        folder: &Path,
        chain: &[String],
    ) -> Result<(PathBuf, PathBuf), Failure> {
        // Threads of the resolver have small stacks, and a build may wait for a build that waits for a build.
        let make = || self.make(requirements, folder, chain).map_err(failure_of);
        std::thread::scope(|scope| {
            match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, make) {
                Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Err(_) => make(),
            }
        })
    }

    fn own_python(&self) -> Result<PathBuf, Failure> {
        Ok(self.session().environment().map_err(failure_of)?.python)
    }

    fn missing(&self, requirements: &[Requirement]) -> Result<Vec<String>, Failure> {
        let session = self.session();
        let environment = session.environment().map_err(failure_of)?;
        let present = super::install::scan(session, &environment).map_err(failure_of)?;
        let here = For::here(session);
        let is_missing = |requirement: &&Requirement| {
            if requirement.marker.as_ref().is_some_and(|marker| !marker.evaluate(&here.markers, &[])) {
                return false;
            }
            match (present.get(&requirement.name), &requirement.source) {
                (None, _) => true,
                (Some(installed), Source::Version(specifiers)) => !specifiers.contains(&installed.version),
                (Some(_), Source::Url(_)) => false,
            }
        };
        Ok(requirements.iter().filter(is_missing).map(ToString::to_string).collect())
    }
}
