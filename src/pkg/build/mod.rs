//! Building: from a project's folder to a wheel, by the project's own backend that runs on dx (PEP 517, 518, 660).
//!
//! The way: `source` unpacks an archive, `project` reads what the folder says of its build, `declared` finds metadata that needs no
//! build, `isolated` makes the environment that the backend is installed in, `backend` runs one of its hooks, `editable` makes a wheel
//! that leads back to the folder where the backend cannot, `native` says which builds cannot be, `cache` keeps what was built.
//!
//! What a build requires is installed through [`Installer`], which the commands implement: nothing here knows of indexes.
//!
//! Invariant: a [`Built`] has the name and version that its project was asked for, and its file name says the same as its metadata. That
//! its content is sound is checked where every wheel is, when it is unpacked into the store.
//!
//! Not here: what a URL or path leads to, and `direct_url.json` (`commands::sources`).

pub mod backend;
pub mod cache;
pub mod declared;
mod editable;
mod error;
pub mod isolated;
mod native;
mod project;
pub mod source;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::filename::WheelName;
use super::index::hash::Hasher;
use super::index::metadata::from_wheel;
use super::metadata::Metadata;
use super::name::Name;
use super::requirement::Requirement;
use super::tags::Tags;
use super::version::Version;
use backend::{Answer, Call};
use isolated::{Place, Run};

pub use backend::Settings;
pub use error::BuildError;
pub use isolated::{Installer, Isolation};
pub use project::{Project, subdirectory};

/// A wheel that was built.
#[derive(Clone, Debug)]
pub struct Built {
    pub path: PathBuf,
    pub sha256: [u8; 32],
    pub name: WheelName,
    /// The text of its METADATA.
    pub metadata: String,
}

/// What is known of a project before it is installed.
#[derive(Clone, Debug)]
pub enum Prepared {
    Metadata(String),
    /// The backend has no hook for metadata alone: the whole wheel was built.
    Wheel(Built),
}

/// All builds of one run.
pub struct Builds<'a> {
    cache: PathBuf,
    isolation: Isolation,
    keep: bool,
    /// The tags that a wheel may have.
    tags: Tags,
    run: Mutex<Option<Arc<Run>>>,
    /// What was found out for a folder and a hook: its metadata and its wheel are made in the same environment.
    settled: Mutex<HashMap<(PathBuf, String), Settled>>,
    /// Told what happens: a line for everybody, and the output of backends.
    tell: Box<dyn Fn(Event<'_>) + Send + Sync + 'a>,
}

/// All that a build requires, and where that is installed.
#[derive(Clone)]
struct Settled {
    requires: Arc<Vec<Requirement>>,
    place: Arc<Place>,
}

/// What a build tells while it runs.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A hook is about to run for a project.
    Begins { project: &'a str, what: &'a str },
    /// The backend's output.
    Output { project: &'a str, text: &'a str },
    /// A wheel was built without its extension modules.
    Without { project: &'a str, modules: &'a [String] },
}

/// One build: what is built, and for whom.
pub struct Job<'a> {
    pub project: &'a Project,
    pub settings: &'a Settings,
    pub installer: &'a dyn Installer,
    /// The projects whose builds wait for this one, the outermost first.
    pub chain: &'a [String],
}

impl<'a> Builds<'a> {
    /// # Arguments
    /// `keep` leaves temporary folders where they are (`--no-clean`); `tags` are dx's own.
    pub fn new(
        cache: &Path,
        isolation: Isolation,
        keep: bool,
        tags: Tags,
        tell: Box<dyn Fn(Event<'_>) + Send + Sync + 'a>,
    ) -> Builds<'a> {
        Builds {
            cache: cache.to_path_buf(),
            isolation,
            keep,
            tags,
            run: Mutex::default(),
            settled: Mutex::default(),
            tell,
        }
    }

    /// The folder of this run, if something was built: for who keeps it.
    pub fn kept(&self) -> Option<PathBuf> {
        let run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        run.as_ref().filter(|_| self.keep).map(|run| run.folder.clone())
    }

    fn run(&self) -> Result<Arc<Run>, BuildError> {
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(run) = &*run {
            return Ok(run.clone());
        }
        let made = Arc::new(Run::new(&self.cache, self.keep)?);
        *run = Some(made.clone());
        Ok(made)
    }

    /// A new folder that goes when the run ends.
    ///
    /// # Errors
    /// What the system says of the cache's folder.
    pub fn scratch(&self, label: &str) -> Result<PathBuf, BuildError> {
        self.run()?.fresh(label)
    }

    /// A project's metadata: as declared, else as its backend prepares it, else that of the wheel.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub fn prepare(&self, job: &Job<'_>) -> Result<Prepared, BuildError> {
        let project = job.project;
        if let Some(text) = project.declared() {
            check(project, &text)?;
            return Ok(Prepared::Metadata(text));
        }
        let setting = Setting::new(self, job, "get_requires_for_build_wheel")?;
        (self.tell)(Event::Begins { project: &project.label, what: "Preparing metadata (pyproject.toml)" });
        let folder = setting.run.fresh("metadata")?;
        let answer = setting.hook(self, "prepare_metadata_for_build_wheel", &[&folder], &[])?;
        match answer.value {
            Some(value) => {
                let inner = file_of(project, "prepare_metadata_for_build_wheel", &value, &folder)?;
                let path = inner.join("METADATA");
                let text = fs::read(&path).map_err(BuildError::io("read", &path))?;
                let text = String::from_utf8_lossy(&text).into_owned();
                check(project, &text)?;
                Ok(Prepared::Metadata(text))
            }
            None => setting.wheel(self, false).map(Prepared::Wheel),
        }
    }

    /// Builds a project's wheel.
    ///
    /// # Arguments
    /// `editable`: one that leads back to the project's folder (PEP 660).
    ///
    /// # Errors
    /// See [`BuildError`].
    pub fn wheel(&self, job: &Job<'_>, editable: bool) -> Result<Built, BuildError> {
        let project = job.project;
        let what = match editable {
            true => "Building editable (pyproject.toml)",
            false => "Building wheel (pyproject.toml)",
        };
        let requires =
            if editable { "get_requires_for_build_editable" } else { "get_requires_for_build_wheel" };
        let setting = Setting::new(self, job, requires)?;
        (self.tell)(Event::Begins { project: &project.label, what });
        setting.wheel(self, editable)
    }
}

/// A job with the environment that it runs in.
struct Setting<'a> {
    job: &'a Job<'a>,
    run: Arc<Run>,
    requires: Arc<Vec<Requirement>>,
    place: Arc<Place>,
}

impl<'a> Setting<'a> {
    /// Makes the environment, and once more with what the backend asks for besides.
    fn new(builds: &Builds<'_>, job: &'a Job<'a>, hook: &str) -> Result<Setting<'a>, BuildError> {
        let project = job.project;
        native::check(&project.label, &project.build)?;
        let run = builds.run()?;
        // Settings may change what is required.
        let key = (project.folder.clone(), format!("{hook} {:?}", job.settings));
        let settled = || builds.settled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Settled { requires, place }) = settled().get(&key).cloned() {
            return Ok(Setting { job, run, requires, place });
        }
        let mut requires = requirements(&project.label, project.build.requires.iter().map(String::as_str))?;
        let place = |requires: &[Requirement]| {
            run.place(&project.label, requires, builds.isolation, job.installer, job.chain)
        };
        let mut setting =
            Setting { job, run: run.clone(), place: place(&requires)?, requires: Arc::new(requires.clone()) };
        let answer = setting.hook(builds, hook, &[], &[])?;
        let more = match &answer.value {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(texts)) => {
                let texts: Option<Vec<&str>> = texts.iter().map(Value::as_str).collect();
                texts.ok_or_else(|| wrong(project, hook, "a list of something else than texts"))?
            }
            Some(_) => return Err(wrong(project, hook, "no list")),
        };
        let known = requires.len();
        for requirement in requirements(&project.label, more.into_iter())? {
            if !requires.iter().any(|known| known.to_string() == requirement.to_string()) {
                requires.push(requirement);
            }
        }
        if requires.len() > known {
            setting.place = place(&requires)?;
            setting.requires = Arc::new(requires);
        }
        let found = Settled { requires: setting.requires.clone(), place: setting.place.clone() };
        settled().insert(key, found);
        Ok(setting)
    }

    fn hook(
        &self,
        builds: &Builds<'_>,
        hook: &str,
        before: &[&Path],
        after: &[&Path],
    ) -> Result<Answer, BuildError> {
        let project = self.job.project;
        let call = Call {
            project: &project.label,
            source: &project.folder,
            system: &project.build,
            python: &self.place.python,
            isolated: self.place.isolated,
            scratch: &self.run.folder,
        };
        let tell = |text: &str| {
            if !text.is_empty() {
                (builds.tell)(Event::Output { project: &project.label, text });
            }
        };
        match call.run(hook, before, self.job.settings, after) {
            Ok(answer) => {
                tell(&String::from_utf8_lossy(&fs::read(&answer.log).unwrap_or_default()));
                Ok(answer)
            }
            Err(error) => {
                tell(error.output().unwrap_or_default());
                Err(native::explain(&self.requires, error))
            }
        }
    }

    fn wheel(&self, builds: &Builds<'_>, editable: bool) -> Result<Built, BuildError> {
        let project = self.job.project;
        let folder = self.run.fresh("wheel")?;
        if editable {
            let answer = self.hook(builds, "build_editable", &[&folder], &[])?;
            if let Some(value) = answer.value {
                let built = finish(builds, project, "build_editable", &value, &folder)?;
                without(builds, project, &answer.native);
                return Ok(built);
            }
        }
        let answer = self.hook(builds, "build_wheel", &[&folder], &[])?;
        let Some(value) = answer.value else {
            return Err(BuildError::Backend {
                project: project.label.clone(),
                problem: format!("the build backend '{}' has no build_wheel", project.build.backend),
                output: Box::default(),
            });
        };
        let built = finish(builds, project, "build_wheel", &value, &folder)?;
        without(builds, project, &answer.native);
        match editable {
            false => Ok(built),
            true => {
                let folder = self.run.fresh("wheel")?;
                let path = editable::wheel(&project.label, &project.folder, &built, &folder)?;
                taken(builds, project, &path)
            }
        }
    }
}

fn requirements<'t>(
    project: &str,
    texts: impl Iterator<Item = &'t str>,
) -> Result<Vec<Requirement>, BuildError> {
    let one = |text: &str| {
        text.parse().map_err(|source| BuildError::Requirement {
            project: project.to_owned(),
            text: text.to_owned(),
            source,
        })
    };
    texts.map(one).collect()
}

fn wrong(project: &Project, hook: &str, problem: &str) -> BuildError {
    BuildError::Answer {
        project: project.label.clone(),
        hook: hook.to_owned(),
        problem: format!("it answers {problem}"),
    }
}

/// The file or folder in `folder` that a hook's answer names.
fn file_of(project: &Project, hook: &str, value: &Value, folder: &Path) -> Result<PathBuf, BuildError> {
    let Some(name) = value.as_str() else { return Err(wrong(project, hook, "no name")) };
    let plain = Path::new(name);
    if plain.file_name() != Some(plain.as_os_str()) {
        return Err(wrong(
            project,
            hook,
            &format!("{name:?}, which is not a name in the folder that it was given"),
        ));
    }
    let path = folder.join(name);
    match fs::symlink_metadata(&path) {
        Ok(data) if !data.is_symlink() => Ok(path),
        _ => Err(wrong(project, hook, &format!("{name:?}, which it did not make"))),
    }
}

/// Tells of extension modules that the project does without.
fn without(builds: &Builds<'_>, project: &Project, modules: &[String]) {
    if !modules.is_empty() {
        (builds.tell)(Event::Without { project: &project.label, modules });
    }
}

fn finish(
    builds: &Builds<'_>,
    project: &Project,
    hook: &str,
    value: &Value,
    folder: &Path,
) -> Result<Built, BuildError> {
    let path = file_of(project, hook, value, folder)?;
    taken(builds, project, &path)
}

/// A wheel file, checked against what was asked for.
fn taken(builds: &Builds<'_>, project: &Project, path: &Path) -> Result<Built, BuildError> {
    let label = || project.label.clone();
    let filename = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name =
        WheelName::parse(&filename).map_err(|source| BuildError::Filename { project: label(), source })?;
    if let Some(expected) = &project.name
        && *expected != name.name
    {
        return Err(BuildError::other_name(&project.label, expected, &name.name));
    }
    if let Some(expected) = &project.version
        && *expected != name.version
    {
        return Err(BuildError::other_version(&project.label, expected, &name.version));
    }
    if name.fit(&builds.tags).is_err() {
        return Err(BuildError::Unfit { project: label(), filename });
    }
    let metadata =
        from_wheel(path, &name).map_err(|source| BuildError::Wheel { project: label(), source })?;
    let (found, version) = check(project, &metadata)?;
    if found != name.name {
        return Err(BuildError::other_name(&project.label, &name.name, &found));
    }
    if version != name.version {
        return Err(BuildError::other_version(&project.label, &name.version, &version));
    }
    let sha256 = digest(path).map_err(BuildError::io("read", path))?;
    Ok(Built { path: path.to_path_buf(), sha256, name, metadata })
}

/// Metadata in the place of a wheel that is not needed: it has no path, and a file name that says its name and version.
pub fn described(metadata: String) -> Option<Built> {
    let parsed = Metadata::parse(metadata.as_bytes());
    let name = Name::new(parsed.name()?.trim()).ok()?;
    let version: Version = parsed.version()?.trim().parse().ok()?;
    let name = WheelName::parse(&format!("{}-{version}-py3-none-any.whl", name.escaped())).ok()?;
    Some(Built { path: PathBuf::new(), sha256: [0; 32], name, metadata })
}

/// Metadata has to be of the project that was asked for.
fn check(project: &Project, text: &str) -> Result<(Name, Version), BuildError> {
    let metadata = Metadata::parse(text.as_bytes());
    let label = || project.label.clone();
    metadata.check().map_err(|source| BuildError::Metadata { project: label(), source })?;
    let other = |found: &str| BuildError::Other {
        project: label(),
        expected: String::from("a package with a name and a version"),
        found: found.to_owned(),
    };
    let name = metadata.name().unwrap_or_default().trim();
    let name = Name::new(name).map_err(|_| other(name))?;
    let version = metadata.version().unwrap_or_default().trim();
    let version: Version = version.parse().map_err(|_| other(version))?;
    if let Some(expected) = &project.name
        && *expected != name
    {
        return Err(BuildError::other_name(&project.label, expected, &name));
    }
    if let Some(expected) = &project.version
        && *expected != version
    {
        return Err(BuildError::other_version(&project.label, expected, &version));
    }
    Ok((name, version))
}

fn digest(path: &Path) -> std::io::Result<[u8; 32]> {
    use std::io::Read as _;
    let mut file = fs::File::open(path)?;
    let mut hasher = Hasher::new([]);
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finish().0),
            count => hasher.update(buffer.get(..count).unwrap_or_default()),
        }
    }
}
