//! What is installed in a directory of packages: `.dist-info` directories, and the older `.egg-info` and `.egg-link`.
//!
//! Names and versions come from the names of the directories, so that a list costs one reading of `site-packages`; everything else
//! (metadata, files, origin) is read when it is asked for. What cannot be understood is reported in `Scan::damaged` and never
//! stands in the way of the rest.
//!
//! Standard: "Recording installed projects" (PEP 376, PEP 627), "direct_url.json" (PEP 610).

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::folder::{Folder, Kind as FileKind};
use crate::pkg::name::Name;
use crate::pkg::record::{self, RecordError};
use crate::pkg::version::Version;

/// In which form a distribution is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    DistInfo,
    /// A directory that setuptools made.
    EggInfo,
    /// A file that distutils made: nobody knows which files belong to it.
    EggInfoFile,
    /// `NAME.egg-link`: setuptools' older editable install.
    EggLink,
}

/// One installed distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    pub name: Name,
    pub version: Version,
    pub form: Form,
    /// The `.dist-info` directory, or what stands for it.
    pub path: PathBuf,
    /// The directory that it was found in.
    pub site_packages: PathBuf,
}

/// What a directory has.
#[derive(Debug, Default)]
pub struct Scan {
    /// In the order of names.
    pub distributions: Vec<Installed>,
    pub damaged: Vec<InstalledError>,
}

#[derive(Debug)]
pub enum InstalledError {
    Io {
        path: PathBuf,
        source: io::Error,
    },
    /// A name that is not that of a distribution.
    Name(PathBuf),
    Record {
        path: PathBuf,
        source: RecordError,
    },
}

impl fmt::Display for InstalledError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InstalledError::Io { path, .. } => write!(f, "cannot read {}", path.display()),
            InstalledError::Name(path) => {
                write!(f, "{} names no name and version of a distribution", path.display())
            }
            InstalledError::Record { path, .. } => write!(f, "{} cannot be read", path.display()),
        }
    }
}

impl std::error::Error for InstalledError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            InstalledError::Io { source, .. } => Some(source),
            InstalledError::Name(_) => None,
            InstalledError::Record { source, .. } => Some(source),
        }
    }
}

/// A row of a distribution's RECORD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledFile {
    /// As RECORD has it: from the directory of packages, with `/`.
    pub path: String,
    /// `sha256=…`, or empty.
    pub hash: String,
    pub size: Option<u64>,
}

/// The distributions in `site_packages`; none where there is no such directory.
///
/// Errors: the directory cannot be read.
pub fn scan(site_packages: &Path) -> Result<Scan, InstalledError> {
    let error = |source| InstalledError::Io { path: site_packages.to_path_buf(), source };
    let names = match Folder::open(site_packages).and_then(|folder| folder.list()) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Scan::default()),
        names => names.map_err(error)?,
    };
    let mut found = Scan::default();
    for (file, kind) in names {
        let Some((stem, form)) = form_of(&file, kind) else { continue };
        let path = site_packages.join(&file);
        match name_and_version(stem, form, &path) {
            Some((name, version)) => {
                let site_packages = site_packages.to_path_buf();
                found.distributions.push(Installed { name, version, form, path, site_packages });
            }
            None => found.damaged.push(InstalledError::Name(path)),
        }
    }
    found.distributions.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.path.cmp(&b.path)));
    Ok(found)
}

/// What an entry of `site-packages` records, if anything, and its name without the ending.
fn form_of(file: &str, kind: FileKind) -> Option<(&str, Form)> {
    if let Some(stem) = file.strip_suffix(".dist-info") {
        return (kind == FileKind::Directory).then_some((stem, Form::DistInfo));
    }
    if let Some(stem) = file.strip_suffix(".egg-info") {
        return Some((stem, if kind == FileKind::Directory { Form::EggInfo } else { Form::EggInfoFile }));
    }
    Some((file.strip_suffix(".egg-link")?, Form::EggLink))
}

fn name_and_version(stem: &str, form: Form, path: &Path) -> Option<(Name, Version)> {
    if form == Form::DistInfo {
        let (name, version) = stem.rsplit_once('-')?;
        return Some((Name::new(name).ok()?, parse_version(version)?));
    }
    // `name-1.0-py3.14`, or the name alone.
    let mut parts = stem.split('-');
    let name = Name::new(parts.next()?).ok()?;
    if let Some(version) = parts.next().and_then(parse_version) {
        return Some((name, version));
    }
    let metadata = match form {
        Form::EggLink => fs::read_to_string(linked_metadata(path, &name)?).ok()?,
        Form::EggInfo => fs::read_to_string(path.join("PKG-INFO")).ok()?,
        _ => fs::read_to_string(path).ok()?,
    };
    Some((name, parse_version(header(&metadata, "Version")?)?))
}

fn parse_version(text: &str) -> Option<Version> {
    // Old tools write what a file name cannot hold as `_`.
    text.parse().ok().or_else(|| text.replace('_', "-").parse().ok())
}

/// The PKG-INFO of the project that an `.egg-link` points to.
fn linked_metadata(link: &Path, name: &Name) -> Option<PathBuf> {
    let text = fs::read_to_string(link).ok()?;
    let project = PathBuf::from(text.lines().next()?.trim());
    let entries = fs::read_dir(&project).ok()?;
    let is_own = |path: &PathBuf| {
        let stem = path.file_name().and_then(|file| file.to_str()?.strip_suffix(".egg-info"));
        stem.is_some_and(|stem| Name::new(stem).is_ok_and(|own| own == *name))
    };
    entries.flatten().map(|entry| entry.path()).find(is_own).map(|path| path.join("PKG-INFO"))
}

/// The first value of a header.
fn header<'a>(metadata: &'a str, key: &str) -> Option<&'a str> {
    let head = metadata.lines().take_while(|line| !line.trim().is_empty());
    let mut values = head.filter_map(|line| line.split_once(':'));
    values.find(|(found, _)| found.eq_ignore_ascii_case(key)).map(|(_, value)| value.trim())
}

impl Installed {
    fn read(&self, file: &str) -> Result<Option<String>, InstalledError> {
        let path = self.path.join(file);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(source) => Err(InstalledError::Io { path, source }),
        }
    }

    /// The core metadata; `None` where the distribution has none.
    pub fn metadata(&self) -> Result<Option<String>, InstalledError> {
        match self.form {
            Form::DistInfo => self.read("METADATA"),
            Form::EggInfo => self.read("PKG-INFO"),
            Form::EggInfoFile => self.read(""),
            Form::EggLink => {
                Ok(linked_metadata(&self.path, &self.name).and_then(|path| fs::read_to_string(path).ok()))
            }
        }
    }

    /// The name as the project spells it.
    pub fn spelt_name(&self) -> String {
        let metadata = self.metadata().ok().flatten();
        let name = metadata.as_deref().and_then(|metadata| header(metadata, "Name"));
        name.unwrap_or(self.name.as_str()).to_owned()
    }

    /// Who installed it, such as `pip`, `uv`, `dx`.
    pub fn installer(&self) -> Option<String> {
        let text = self.read("INSTALLER").ok().flatten()?;
        Some(text.lines().next().unwrap_or_default().trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// Whether somebody asked for it by name, rather than for something that needs it.
    pub fn is_requested(&self) -> bool {
        self.form == Form::DistInfo && self.path.join("REQUESTED").exists()
    }

    /// The text of `direct_url.json`, where it was installed from a URL or a directory.
    pub fn direct_url(&self) -> Result<Option<String>, InstalledError> {
        self.read("direct_url.json")
    }

    /// The entry points, as text.
    pub fn entry_points(&self) -> Result<Option<String>, InstalledError> {
        self.read("entry_points.txt")
    }

    /// What RECORD lists, or `installed-files.txt` of an `.egg-info`; `None` where there is no such file.
    pub fn files(&self) -> Result<Option<Vec<InstalledFile>>, InstalledError> {
        if self.form == Form::EggInfo {
            let Some(text) = self.read("installed-files.txt")? else { return Ok(None) };
            let folder =
                self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let from_site = |line: &str| {
                let path = if line.starts_with('/') { line.to_owned() } else { format!("{folder}/{line}") };
                InstalledFile { path: super::layout::normal_relative(&path), hash: String::new(), size: None }
            };
            return Ok(Some(
                text.lines().map(str::trim).filter(|line| !line.is_empty()).map(from_site).collect(),
            ));
        }
        let Some(text) = self.read("RECORD")? else { return Ok(None) };
        let rows = record::parse(&text)
            .map_err(|source| InstalledError::Record { path: self.path.join("RECORD"), source })?;
        let file = |row: record::Row<'_>| InstalledFile {
            path: row.path.into_owned(),
            hash: row.hash.into_owned(),
            size: row.size,
        };
        Ok(Some(rows.into_iter().map(file).collect()))
    }
}
