//! The environments that builds run in (PEP 518), and the folder of a run in which everything temporary stands.
//!
//! The folder lies in the cache, so that packages are linked into environments instead of copied, and is locked while its process lives:
//! what a killed run left is found by its free lock and removed by the next run that builds something. Environments are kept for the run,
//! by the requirements that they were made for.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::super::install::lock::{self, Kind, Lock};
use super::super::requirement::Requirement;
use super::super::resolve::Failure;
use super::{BuildError, backend};

const FOLDER: &str = "builds-1";
/// Why a build may need a build: more than any project does.
const DEEPEST: usize = 16;

/// Installs what builds require: the way back to the commands, which know indexes and the resolver.
pub trait Installer: Sync {
    /// Makes an environment in `folder` with what `requirements` ask for, and answers its interpreter and its folder of packages.
    ///
    /// # Arguments
    /// `chain` are the projects whose builds wait for this, the outermost first.
    fn install(
        &self,
        requirements: &[Requirement],
        folder: &Path,
        chain: &[String],
    ) -> Result<(PathBuf, PathBuf), Failure>;

    /// The interpreter of the user's own environment.
    fn own_python(&self) -> Result<PathBuf, Failure>;

    /// Which requirements the user's own environment does not satisfy.
    fn missing(&self, requirements: &[Requirement]) -> Result<Vec<String>, Failure>;
}

/// Where a build runs.
#[derive(Clone, Debug)]
pub struct Place {
    pub python: PathBuf,
    /// Whether it was made for builds.
    pub isolated: bool,
}

/// How builds get what they require.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// In an environment of their own.
    Full,
    /// In the user's own environment; `check` asks first whether everything is there.
    None { check: bool },
}

/// A folder for one run of dx.
#[derive(Debug)]
pub struct Run {
    pub folder: PathBuf,
    keep: bool,
    _lock: Lock,
    next: AtomicU64,
    environments: Mutex<HashMap<Vec<String>, Arc<Place>>>,
}

impl Drop for Run {
    fn drop(&mut self) {
        if !self.keep {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

impl Run {
    /// # Arguments
    /// `keep` leaves the folder where it is at the end (`--no-clean`).
    ///
    /// # Errors
    /// What the system says of the cache's folder.
    pub fn new(cache: &Path, keep: bool) -> Result<Run, BuildError> {
        let all = cache.join(FOLDER);
        fs::create_dir_all(&all).map_err(BuildError::io("create", &all))?;
        let wait = |folder: &Path| {
            lock::lock(folder, Kind::Exclusive, &mut || {}).map_err(|error| BuildError::Environment {
                project: String::from("what is built"),
                failure: Failure::new(error),
            })
        };
        // While this one is held no folder is there that its run has not locked yet.
        let held = wait(&all)?;
        sweep(&all);
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_nanos());
        let folder = all.join(format!("run-{}-{number}-{now}", std::process::id()));
        fs::create_dir(&folder).map_err(BuildError::io("create", &folder))?;
        let lock = wait(&folder)?;
        drop(held);
        if keep {
            // It looks abandoned as soon as this process ends.
            let mark = folder.join(KEPT);
            fs::write(&mark, b"").map_err(BuildError::io("write", &mark))?;
        }
        backend::write_programs(&folder)?;
        Ok(Run { folder, keep, _lock: lock, next: AtomicU64::new(0), environments: Mutex::default() })
    }

    /// A new folder of this run.
    pub fn fresh(&self, label: &str) -> Result<PathBuf, BuildError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.join(format!("{label}-{number}"));
        fs::create_dir(&folder).map_err(BuildError::io("create", &folder))?;
        Ok(folder)
    }

    /// The place where a project with these requirements is built.
    pub fn place(
        &self,
        project: &str,
        requirements: &[Requirement],
        isolation: Isolation,
        installer: &dyn Installer,
        chain: &[String],
    ) -> Result<Arc<Place>, BuildError> {
        let failed = |failure| BuildError::Environment { project: project.to_owned(), failure };
        if let Isolation::None { check } = isolation {
            if check {
                let missing = installer.missing(requirements).map_err(failed)?;
                if !missing.is_empty() {
                    return Err(BuildError::Missing { project: project.to_owned(), missing });
                }
            }
            let python = installer.own_python().map_err(failed)?;
            return Ok(Arc::new(Place { python, isolated: false }));
        }
        let mut key: Vec<String> = requirements.iter().map(ToString::to_string).collect();
        key.sort();
        key.dedup();
        let known = |key: &Vec<String>| {
            self.environments.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
        };
        if let Some(place) = known(&key) {
            return Ok(place);
        }
        let mut chain = chain.to_vec();
        let is_cycle = chain.iter().any(|other| other == project);
        chain.push(project.to_owned());
        if is_cycle || chain.len() > DEEPEST {
            return Err(BuildError::Cycle { chain });
        }
        // Two threads may make the same one: waiting for each other could last for ever, where builds need builds.
        let folder = self.fresh("environment")?;
        let (python, packages) = installer.install(requirements, &folder, &chain).map_err(failed)?;
        backend::watch_environment(&packages)?;
        let place = Arc::new(Place { python, isolated: true });
        let mut environments = self.environments.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(environments.entry(key).or_insert(place).clone())
    }
}

const KEPT: &str = "kept";

/// Removes what runs left that were killed, and that did not mean to leave it.
fn sweep(all: &Path) {
    for entry in fs::read_dir(all).into_iter().flatten().flatten() {
        let folder = entry.path();
        if folder.join(KEPT).exists() {
            continue;
        }
        if let Ok(Some(_held)) = lock::try_lock(&folder, Kind::Exclusive) {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}
