//! What a URL or a path leads to: a wheel is taken as it is, everything else is built.
//!
//! An archive or a commit is built once and then taken from the cache; a local folder is built each time, in place, as pip does. What is
//! built here for an answer is in the run's own folder, which goes with the [`Sources`].
//!
//! Standard: PEP 610 for what is recorded.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use url::Url;

use super::super::build::cache::{Cache, Key};
use super::super::build::{
    self, BuildError, Builds, Built, Event, Isolation, Job, Prepared, Project, Settings, source,
};
use super::super::direct_url::{DirectUrl, Origin, without_credentials};
use super::super::filename::WheelName;
use super::super::index::git::GitUrl;
use super::super::index::hash::{Hash, hex};
use super::super::index::url::{file_name, local_path, redacted};
use super::super::index::{File, Index, metadata};
use super::super::metadata::Metadata;
use super::super::name::Name;
use super::super::requirement::{Requirement, Source};
use super::super::requirements::{Target as Asked, fragment};
use super::super::resolve::Failure;
use super::super::resolve::table::Rules;
use super::super::version::Version;
use super::building::{self, BuildInstaller, failure_of};
use super::checkouts;
use super::inputs::Inputs;
use super::session::{Session, Trouble, shown};
use super::solve::For;
use super::universe::{Builder, Direct, facts_of, failure};

/// What stands in front of a URL that is to be installed in place.
const EDITABLE: &str = "editable+";

/// Marks a URL as one to be installed in place.
pub fn editable(url: &str) -> String {
    format!("{EDITABLE}{url}")
}

/// A path of a command line or requirements file as a `file:` URL.
pub fn path_url(path: &str, in_place: bool) -> Result<String, Trouble> {
    let absolute = std::path::absolute(path).ok().filter(|path| path.exists()).ok_or_else(|| {
        Trouble::new(format!("Invalid requirement: '{path}'"))
            .with_hint(format!("It looks like a path. File '{path}' does not exist."))
    })?;
    let url = Url::from_file_path(&absolute)
        .map_err(|()| Trouble::new(format!("{} cannot be written as a URL", absolute.display())))?;
    Ok(if in_place { editable(url.as_str()) } else { url.into() })
}

/// Why a direct file can't be used.
#[derive(Debug)]
pub enum SourceError {
    /// The wheel is for another Python or machine.
    Unfit {
        filename: String,
    },
    /// The file is not of the package that was asked for.
    OtherName {
        url: String,
        expected: Name,
        found: Name,
    },
    /// The file's name tells no package, and it is not one that can be built.
    Unknown {
        url: String,
    },
    /// Only a folder, or a repository that can be checked out, can be installed in place.
    InPlace {
        url: String,
    },
    /// A folder or repository that should be checked by a hash.
    Unhashable {
        url: String,
    },
    /// A repository of another kind than git.
    Repository {
        url: String,
    },
    Filename(super::super::filename::FilenameError),
    Wheel {
        url: String,
        source: metadata::MetadataError,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SourceError::Unfit { filename } => {
                write!(f, "{filename} is not a supported wheel on this platform.")
            }
            SourceError::OtherName { url, expected, found } => {
                write!(f, "{url} holds {found}, not {expected}")
            }
            SourceError::Unknown { url } => {
                write!(f, "{url} is neither a wheel nor a source archive nor a folder")
            }
            SourceError::InPlace { url } => write!(
                f,
                "{url} is not a valid editable requirement. It should either be a path to a local project or a VCS URL \
                 (beginning with git+)."
            ),
            SourceError::Unhashable { url } => {
                write!(f, "{url} cannot be checked by a hash: a folder or a repository has none")
            }
            SourceError::Repository { url } => {
                write!(f, "{url} is in a repository of a kind that dx does not know; it knows git")
            }
            SourceError::Filename(error) => error.fmt(f),
            SourceError::Wheel { url, .. } => write!(f, "{url} is not a usable wheel"),
        }
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SourceError::Wheel { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// The direct files and the builds of one command.
pub struct Sources<'a> {
    pub session: &'a Session<'a>,
    pub index: &'a Index,
    pub rules: &'a Rules,
    builds: Builds<'a>,
    built: Cache,
    /// For every build, and for those that were asked for with settings of their own: by name or place.
    settings: Settings,
    settings_of: FxHashMap<String, Settings>,
    /// The hashes that were given with paths and URLs, by place.
    hashes_of: FxHashMap<String, Vec<Hash>>,
    constraints: OnceLock<Result<Vec<Requirement>, String>>,
    /// Whether metadata is enough: nothing will be installed.
    only_metadata: bool,
    /// The names of what was built, for the command to say.
    made: Mutex<Vec<String>>,
    /// What was unpacked for its metadata, for its wheel.
    unpacked: Mutex<FxHashMap<String, Arc<Project>>>,
}

/// The commands that need no wheels, only what they would require.
const RESOLVING: &[&str] = &["lock", "compile"];

/// The commands that say what they do; others have results on standard output.
const TALKATIVE: &[&str] = &["install", "download", "wheel", "sync"];

impl<'a> Sources<'a> {
    pub fn new(session: &'a Session<'a>, index: &'a Index, rules: &'a Rules) -> Sources<'a> {
        let options = &session.options;
        // A value that is no truth value was refused where the command read its options.
        let is_on = |long: &str| options.switch(long).unwrap_or(false);
        let isolation = match is_on("no-build-isolation") {
            true => Isolation::None { check: is_on("check-build-dependencies") },
            false => Isolation::Full,
        };
        let says = TALKATIVE.contains(&session.command.name);
        let tell = move |event: Event<'_>| match event {
            Event::Begins { project, what } if says => session.ui.say(&format!("  {what}: {project}")),
            Event::Begins { project, what } => session.ui.detail(&format!("  {what}: {project}")),
            Event::Without { project, modules } => {
                let line =
                    format!("  {project}: built without its extension modules ({})", modules.join(", "));
                if says { session.ui.say(&line) } else { session.ui.detail(&line) }
            }
            Event::Output { text, .. } => {
                text.lines().for_each(|line| session.ui.detail(&format!("    {line}")))
            }
        };
        let tags = For::here(session).tags;
        Sources {
            session,
            index,
            rules,
            builds: Builds::new(&session.cache, isolation, is_on("no-clean"), tags, Box::new(tell)),
            built: Cache::new(&session.cache),
            settings: building::settings(session),
            settings_of: FxHashMap::default(),
            hashes_of: FxHashMap::default(),
            constraints: OnceLock::new(),
            only_metadata: is_on("dry-run") || RESOLVING.contains(&session.command.name),
            made: Mutex::default(),
            unpacked: Mutex::default(),
        }
    }

    /// The same with the build settings and the hashes that single requirements have.
    pub fn with_inputs(mut self, inputs: &Inputs) -> Sources<'a> {
        for entry in inputs.wanted() {
            let key = match &entry.target {
                Asked::Named(requirement) => requirement.name.to_string(),
                // A path that does not exist ends the command when it is looked at.
                Asked::Path { path, .. } => path_url(path, false).unwrap_or_default(),
                Asked::Url { url, .. } => without_fragment(url).to_owned(),
            };
            let place = match &entry.target {
                Asked::Named(Requirement { source: Source::Url(url), .. }) => Some(without_fragment(url)),
                Asked::Named(_) => None,
                Asked::Path { .. } | Asked::Url { .. } => Some(key.as_str()),
            };
            // Also where hashes are not demanded of everything else.
            if let Some(place) = place.filter(|_| !entry.hashes.is_empty()) {
                let parsed = entry.hashes.iter().filter_map(|hash| Hash::parse(&hash.to_string()));
                self.hashes_of.entry(place.to_owned()).or_default().extend(parsed);
            }
            if !entry.config_settings.is_empty() {
                self.settings_of.insert(key, entry.config_settings.clone());
            }
        }
        self
    }

    /// The versions that builds are limited to.
    pub fn constraints(&self) -> Result<Vec<Requirement>, Trouble> {
        let read = || building::constraints(self.session).map_err(|trouble| trouble.to_string());
        self.constraints.get_or_init(read).clone().map_err(Trouble::new)
    }

    /// The settings of a build: those of the command line, and those of its requirement by name or place.
    fn settings(&self, name: Option<&Name>, place: &str, chain: &[String]) -> Settings {
        // What builds require was not asked for with settings.
        if !chain.is_empty() {
            return Settings::new();
        }
        let own = self.settings_of.get(place).or_else(|| self.settings_of.get(name?.as_str()));
        self.settings.iter().chain(own.into_iter().flatten()).cloned().collect()
    }

    /// Hashes that the user demands of a file.
    fn required(&self, name: Option<&Name>, place: &str) -> Vec<Hash> {
        let named = name.and_then(|name| self.rules.hashes.get(name));
        let named = named.into_iter().flatten().filter_map(|hash| Hash::parse(hash));
        self.hashes_of.get(place).into_iter().flatten().cloned().chain(named).collect()
    }

    /// Refuses what has no hash, where one is demanded.
    fn check_hashable(&self, name: Option<&Name>, place: &str) -> Result<(), Failure> {
        match self.required(name, place).is_empty() {
            true => Ok(()),
            false => Err(Failure::new(SourceError::Unhashable { url: redacted(place) })),
        }
    }

    fn say(&self, line: &str) {
        match TALKATIVE.contains(&self.session.command.name) {
            true => self.session.ui.say(line),
            false => self.session.ui.detail(line),
        }
    }

    fn wheel(&self, name: Option<&Name>, url: &str, filename: &str) -> Result<(Name, Direct), Failure> {
        let wheel = WheelName::parse(filename).map_err(|error| Failure::new(SourceError::Filename(error)))?;
        if wheel.fit(&self.rules.tags).is_err() {
            return Err(Failure::new(SourceError::Unfit { filename: filename.to_owned() }));
        }
        check_name(name, &wheel.name, url)?;
        self.say(&format!(
            "Processing {}",
            local_path(url).map_or_else(|| redacted(url), |path| shown(&path))
        ));
        let required = self.required(name, without_fragment(url));
        let downloaded =
            self.index.download_url(url, &required, &|_, _| {}).map_err(|error| failure(Arc::new(error)))?;
        let text = metadata::from_wheel(&downloaded.path, &wheel)
            .map_err(|source| Failure::new(SourceError::Wheel { url: redacted(url), source }))?;
        let facts = facts_of(&Metadata::parse(text.as_bytes()))?;
        let bare = without_fragment(url);
        let direct = Direct {
            version: wheel.version,
            facts: Arc::new(facts),
            metadata: Arc::from(text),
            wheel: downloaded.path,
            sha256: downloaded.sha256,
            direct_url: archive_url(bare, &downloaded.sha256, None).to_json(),
            url: redacted(bare),
            editable: false,
            may_change: false,
        };
        Ok((wheel.name, direct))
    }

    /// What a URL or path leads to; `chain` are the projects whose builds wait for it.
    pub fn direct_for(
        &self,
        name: Option<&Name>,
        url: &str,
        chain: &[String],
    ) -> Result<(Name, Direct), Failure> {
        let (place, in_place) = match url.strip_prefix(EDITABLE) {
            Some(rest) => (rest, true),
            None => (url, false),
        };
        if place.starts_with("git+") {
            return self.repository(name, place, in_place, chain);
        }
        if ["hg+", "svn+", "bzr+"].iter().any(|kind| place.starts_with(kind)) {
            return Err(Failure::new(SourceError::Repository { url: redacted(place) }));
        }
        if let Some(folder) = local_path(place).filter(|path| path.is_dir()) {
            match in_place {
                true => self.say(&format!("Obtaining {}", without_fragment(place))),
                false => self.say(&format!("Processing {}", shown(&folder))),
            }
            return self.folder(name, place, &folder, in_place, chain);
        }
        if in_place {
            return Err(Failure::new(SourceError::InPlace { url: redacted(place) }));
        }
        let filename = file_name(without_fragment(place));
        match () {
            () if filename.ends_with(".whl") => self.wheel(name, place, &filename),
            () if source::is_archive(&filename) => self.archive(name, place, &filename, chain),
            () => Err(Failure::new(SourceError::Unknown { url: redacted(place) })),
        }
    }

    fn build(
        &self,
        project: &Project,
        settings: &Settings,
        editable: bool,
        chain: &[String],
    ) -> Result<Built, Failure> {
        let installer = BuildInstaller { sources: self };
        let job = Job { project, settings, installer: &installer, chain };
        if self.only_metadata && chain.is_empty() {
            return match self.builds.prepare(&job).map_err(not_built)? {
                Prepared::Metadata(text) => described(project, text).map_err(not_built),
                Prepared::Wheel(built) => Ok(built),
            };
        }
        let built = self.builds.wheel(&job, editable).map_err(not_built)?;
        if chain.is_empty() {
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            made.push(built.name.name.to_string());
        }
        Ok(built)
    }

    fn folder(
        &self,
        name: Option<&Name>,
        place: &str,
        folder: &Path,
        in_place: bool,
        chain: &[String],
    ) -> Result<(Name, Direct), Failure> {
        let bare = without_fragment(place);
        self.check_hashable(name, bare)?;
        let subdirectory = part(place, "subdirectory");
        let top = folder;
        let folder = match &subdirectory {
            Some(below) => build::subdirectory(&shown(top), top, below).map_err(not_built)?,
            None => top.to_path_buf(),
        };
        let mut project = Project::open(&folder, &shown(&folder), false).map_err(not_built)?;
        project.name = name.cloned();
        let built = self.build(&project, &self.settings(name, bare, chain), in_place, chain)?;
        let direct_url = DirectUrl {
            url: bare.to_owned(),
            origin: Origin::Directory { editable: in_place.then_some(true) },
            subdirectory,
        };
        let url = bare.to_owned();
        direct_of(built, Direct { url, editable: in_place, may_change: true, ..blank(&direct_url) })
    }

    fn archive(
        &self,
        name: Option<&Name>,
        url: &str,
        filename: &str,
        chain: &[String],
    ) -> Result<(Name, Direct), Failure> {
        let bare = without_fragment(url);
        let subdirectory = part(url, "subdirectory");
        let is_local = local_path(bare).is_some();
        self.say(&format!(
            "Processing {}",
            local_path(bare).map_or_else(|| redacted(bare), |path| shown(&path))
        ));
        let required = self.required(name, without_fragment(url));
        let downloaded =
            self.index.download_url(url, &required, &|_, _| {}).map_err(|error| failure(Arc::new(error)))?;
        let settings = self.settings(name, bare, chain);
        let origin = format!("sha256:{}", hex(&downloaded.sha256));
        let key = Key::new(&origin, subdirectory.as_deref(), &settings);
        let direct_url = archive_url(bare, &downloaded.sha256, subdirectory.clone());
        let direct = Direct { url: redacted(bare), may_change: is_local, ..blank(&direct_url) };
        if let Some(built) = self.kept(&key) {
            check_name(name, &built.name.name, url)?;
            return direct_of(built, direct);
        }
        let label = redacted(bare);
        let folder = self.builds.scratch("source").map_err(not_built)?;
        let top =
            source::unpack(&downloaded.path, filename, &folder).map_err(|error| not_built(error.into()))?;
        let folder = match &subdirectory {
            Some(below) => build::subdirectory(&label, &top, below).map_err(not_built)?,
            None => top,
        };
        let mut project = Project::open(&folder, &label, true).map_err(not_built)?;
        project.name = name.cloned();
        let built = self.build(&project, &settings, false, chain)?;
        direct_of(self.keep(&key, built, &label)?, direct)
    }

    fn repository(
        &self,
        name: Option<&Name>,
        url: &str,
        in_place: bool,
        chain: &[String],
    ) -> Result<(Name, Direct), Failure> {
        let git = |error: super::super::index::git::GitError| {
            let hint = error.hint();
            Failure { hint, ..Failure::new(error) }
        };
        self.check_hashable(name, without_fragment(url))?;
        let parsed = GitUrl::parse(url).map_err(git)?;
        let claimed = parsed.egg.as_deref().and_then(|egg| egg.split('[').next());
        let claimed = claimed.and_then(|egg| Name::new(egg).ok());
        let name = name.or(claimed.as_ref());
        self.say(&format!("{} {}", if in_place { "Obtaining" } else { "Collecting" }, redacted(url)));
        let checkout = self.index.checkout(&parsed).map_err(git)?;
        self.say(&format!("  Resolved {} to commit {}", parsed.repository(), checkout.commit));
        let label = redacted(url);
        if in_place {
            let top = checkouts::place(self.session, &parsed, &checkout, name).map_err(failure_of)?;
            let place = Url::from_file_path(&top)
                .map_err(|()| Failure::new(SourceError::InPlace { url: redacted(url) }))?;
            let place = match &parsed.subdirectory {
                Some(below) => format!("{place}#subdirectory={below}"),
                None => place.into(),
            };
            let (found, mut direct) = self.folder(name, &place, &top, true, chain)?;
            direct.may_change = true;
            return Ok((found, direct));
        }
        let settings = self.settings(name, without_fragment(url), chain);
        let origin = format!("git {} {}", parsed.repository(), checkout.commit);
        let key = Key::new(&origin, parsed.subdirectory.as_deref(), &settings);
        let direct_url = DirectUrl {
            url: parsed.repository(),
            origin: Origin::Vcs {
                vcs: String::from("git"),
                commit_id: checkout.commit.clone(),
                requested_revision: parsed.revision.clone(),
            },
            subdirectory: parsed.subdirectory.clone(),
        };
        let direct = Direct { url: label.clone(), ..blank(&direct_url) };
        if let Some(built) = self.kept(&key) {
            check_name(name, &built.name.name, url)?;
            return direct_of(built, direct);
        }
        // A build may write into its folder; the cache's work tree never changes.
        let folder = self.builds.scratch("source").map_err(not_built)?;
        let top = folder.join("tree");
        checkouts::copy(&checkout.path, &top).map_err(failure_of)?;
        let folder = match &parsed.subdirectory {
            Some(below) => build::subdirectory(&label, &top, below).map_err(not_built)?,
            None => top,
        };
        let mut project = Project::open(&folder, &label, false).map_err(not_built)?;
        project.name = name.cloned();
        let built = self.build(&project, &settings, false, chain)?;
        direct_of(self.keep(&key, built, &label)?, direct)
    }

    /// A wheel that was built before, if its metadata can be read; that alone where it is enough.
    fn kept(&self, key: &Key) -> Option<Built> {
        if self.only_metadata
            && let Some(text) = self.built.metadata(key)
        {
            return build::described(text);
        }
        let kept = self.built.wheel(key)?;
        let metadata = metadata::from_wheel(&kept.path, &kept.name).ok()?;
        Some(Built { path: kept.path, sha256: kept.sha256, name: kept.name, metadata })
    }

    fn keep(&self, key: &Key, built: Built, origin: &str) -> Result<Built, Failure> {
        if built.path.as_os_str().is_empty() {
            self.built.keep_metadata(key, &built.metadata);
            return Ok(built);
        }
        let path =
            self.built.keep_wheel(key, &built.path, &built.name, built.sha256, origin).map_err(not_built)?;
        self.built.keep_metadata(key, &built.metadata);
        Ok(Built { path, ..built })
    }

    /// Gets an index's source distribution, and what its builds are kept under.
    fn release(&self, name: &Name, file: &File<'_>, chain: &[String]) -> Result<(PathBuf, Key), Failure> {
        let required = self.required(Some(name), "");
        let downloaded =
            self.index.download(file, &required, &|_, _| {}).map_err(|error| failure(Arc::new(error)))?;
        let key = self.key(name, &downloaded.sha256, chain);
        Ok((downloaded.path, key))
    }

    /// An index's source distribution, unpacked once.
    fn project(
        &self,
        name: &Name,
        version: &Version,
        file: &File<'_>,
        archive: &Path,
    ) -> Result<Arc<Project>, Failure> {
        let url = file.url().into_owned();
        let held = || self.unpacked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(project) = held().get(&url) {
            return Ok(project.clone());
        }
        let folder = self.builds.scratch("source").map_err(not_built)?;
        let top =
            source::unpack(archive, file.filename(), &folder).map_err(|error| not_built(error.into()))?;
        let label = format!("{name} {version}");
        let mut project = Project::open(&top, &label, true).map_err(not_built)?;
        (project.name, project.version) = (Some(name.clone()), Some(version.clone()));
        let project = Arc::new(project);
        held().insert(url, project.clone());
        Ok(project)
    }

    fn key(&self, name: &Name, sha256: &[u8; 32], chain: &[String]) -> Key {
        Key::new(&format!("sha256:{}", hex(sha256)), None, &self.settings(Some(name), "", chain))
    }

    /// The metadata of an index's source distribution.
    pub fn metadata_for(
        &self,
        name: &Name,
        version: &Version,
        file: &File<'_>,
        chain: &[String],
    ) -> Result<Arc<str>, Failure> {
        if let Some(text) =
            file.sha256().and_then(|sha256| self.built.metadata(&self.key(name, sha256, chain)))
        {
            return Ok(Arc::from(text));
        }
        if file.core_metadata().is_some()
            && let Ok(text) = self.index.metadata(file)
            && build::declared::is_final(&text)
        {
            return Ok(text);
        }
        let (archive, key) = self.release(name, file, chain)?;
        // Where the index names no hash the key is known only now.
        if let Some(text) = self.built.metadata(&key) {
            return Ok(Arc::from(text));
        }
        let project = self.project(name, version, file, &archive)?;
        let settings = self.settings(Some(name), "", chain);
        let installer = BuildInstaller { sources: self };
        let job = Job { project: &project, settings: &settings, installer: &installer, chain };
        match self.builds.prepare(&job).map_err(not_built)? {
            Prepared::Metadata(text) => {
                self.built.keep_metadata(&key, &text);
                Ok(Arc::from(text))
            }
            Prepared::Wheel(built) => {
                let built = self.keep(&key, built, &project.label)?;
                Ok(Arc::from(built.metadata))
            }
        }
    }

    /// The wheel of an index's source distribution, and its hash.
    pub fn wheel_for(
        &self,
        name: &Name,
        version: &Version,
        file: &File<'_>,
        chain: &[String],
    ) -> Result<(PathBuf, [u8; 32]), Failure> {
        if let Some(kept) = file.sha256().and_then(|sha256| self.built.wheel(&self.key(name, sha256, chain)))
        {
            return Ok((kept.path, kept.sha256));
        }
        let (archive, key) = self.release(name, file, chain)?;
        if let Some(kept) = self.built.wheel(&key) {
            return Ok((kept.path, kept.sha256));
        }
        let project = self.project(name, version, file, &archive)?;
        let built = self.build(&project, &self.settings(Some(name), "", chain), false, chain)?;
        let built = self.keep(&key, built, &project.label)?;
        Ok((built.path, built.sha256))
    }
}

impl Drop for Sources<'_> {
    fn drop(&mut self) {
        if let Some(folder) = self.builds.kept() {
            self.session.ui.say(&format!("The builds' folders are left in {}", folder.display()));
        }
    }
}

/// A project of which only the metadata is known.
fn described(project: &Project, text: String) -> Result<Built, BuildError> {
    build::described(text).ok_or_else(|| BuildError::Other {
        project: project.label.clone(),
        expected: String::from("a package with a name and a version"),
        found: String::from("none"),
    })
}

/// A failed build ends the search: another version is no answer to it.
fn not_built(error: BuildError) -> Failure {
    let hint = error.hint();
    Failure { hint, ..Failure::new(error) }
}

fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(bare, _)| bare)
}

/// A value of a URL's fragment.
fn part(url: &str, key: &str) -> Option<String> {
    fragment(url)
        .find(|(name, _)| *name == key)
        .map(|(_, value)| super::super::index::url::percent_decoded(value))
}

fn archive_url(bare: &str, sha256: &[u8; 32], subdirectory: Option<String>) -> DirectUrl {
    let hashes = Some([("sha256".to_owned(), hex(sha256))].into_iter().collect());
    DirectUrl { url: without_credentials(bare), origin: Origin::Archive { hashes }, subdirectory }
}

/// A direct package of which only the origin is known.
fn blank(direct_url: &DirectUrl) -> Direct {
    Direct {
        version: Version::of_release(&[0]),
        facts: Arc::default(),
        metadata: Arc::from(""),
        wheel: PathBuf::new(),
        sha256: [0; 32],
        direct_url: direct_url.to_json(),
        url: String::new(),
        editable: false,
        may_change: false,
    }
}

/// The same with what was built.
fn direct_of(built: Built, direct: Direct) -> Result<(Name, Direct), Failure> {
    let facts = facts_of(&Metadata::parse(built.metadata.as_bytes()))?;
    let direct = Direct {
        version: built.name.version,
        facts: Arc::new(facts),
        metadata: Arc::from(built.metadata),
        wheel: built.path,
        sha256: built.sha256,
        ..direct
    };
    Ok((built.name.name, direct))
}

fn check_name(expected: Option<&Name>, found: &Name, url: &str) -> Result<(), Failure> {
    match expected {
        Some(expected) if expected != found => Err(Failure::new(SourceError::OtherName {
            url: redacted(url),
            expected: expected.clone(),
            found: found.clone(),
        })),
        _ => Ok(()),
    }
}

impl Builder for Sources<'_> {
    fn take_built(&self) -> Vec<String> {
        std::mem::take(&mut *self.made.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn direct(&self, name: Option<&Name>, url: &str) -> Result<(Name, Direct), Failure> {
        self.direct_for(name, url, &[])
    }

    fn source_metadata(&self, name: &Name, version: &Version, file: &File<'_>) -> Result<Arc<str>, Failure> {
        self.metadata_for(name, version, file, &[])
    }

    fn source_wheel(
        &self,
        name: &Name,
        version: &Version,
        file: &File<'_>,
    ) -> Result<(PathBuf, [u8; 32]), Failure> {
        self.wheel_for(name, version, file, &[])
    }
}

/// Whether a path is a project that can be built.
pub fn is_project(folder: &Path) -> bool {
    folder.join("pyproject.toml").is_file() || folder.join("setup.py").is_file()
}
