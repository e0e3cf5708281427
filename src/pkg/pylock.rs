//! `pylock.toml`: a lock file, read, checked and written.
//!
//! Reading keeps everything that the standard names, and the `tool` tables and attestation identities as they are. Writing is
//! deterministic: keys in the standard's order, packages in the order given, files by name; reading what was written gives the same
//! value, and writing that the same text.
//!
//! Invariants, checked by [`Pylock::parse`] and again by [`Pylock::check`] for a value put together by hand: a package has either
//! files of an index (`sdist`, `wheels`) or exactly one of `vcs`, `directory`, `archive`; each file has a digest and a place; names and
//! versions of files agree with their package.
//!
//! Which packages and files an environment takes is in `select`.
//!
//! Standard: PEP 751.

use std::collections::BTreeMap;
use std::fmt;

use toml::value::Datetime;
use toml::{Table, Value};

use super::marker::Marker;
use super::name::Name;
use super::specifier::Specifiers;
use super::version::Version;

mod check;
mod read;
mod select;
mod write;

pub use select::{Chosen, Wanted};

/// A lock file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pylock {
    /// `lock-version`, as written: `1.0`.
    pub lock_version: String,
    /// Markers of the environments that it is for; `None` where the file does not say.
    pub environments: Option<Vec<Marker>>,
    /// The Python versions that it is for.
    pub requires_python: Option<Specifiers>,
    /// The extras that may be chosen.
    pub extras: Option<Vec<Name>>,
    /// The dependency groups that may be chosen.
    pub dependency_groups: Option<Vec<String>>,
    /// The groups that are chosen when nobody chooses.
    pub default_groups: Option<Vec<String>>,
    /// The tool that wrote the file.
    pub created_by: String,
    /// What may be installed.
    pub packages: Vec<Package>,
    /// Other tools' own tables.
    pub tool: Option<Table>,
}

/// One `[[packages]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    /// The name.
    pub name: Name,
    /// The version; absent for what is built from a moving source.
    pub version: Option<Version>,
    /// When the package is installed at all.
    pub marker: Option<Marker>,
    /// The Python versions that it works with.
    pub requires_python: Option<Specifiers>,
    /// The packages that it depends on, as far as they have to be told apart: for people and tools, never for installing.
    pub dependencies: Option<Vec<Table>>,
    /// A repository.
    pub vcs: Option<Vcs>,
    /// A local folder.
    pub directory: Option<Directory>,
    /// An archive by its address.
    pub archive: Option<Archive>,
    /// The index that the files below come from.
    pub index: Option<String>,
    /// The source distribution.
    pub sdist: Option<File>,
    /// The wheels.
    pub wheels: Vec<File>,
    /// Who attested the files, as given.
    pub attestation_identities: Option<Vec<Table>>,
    /// Other tools' own tables.
    pub tool: Option<Table>,
}

/// `packages.vcs`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vcs {
    /// `git` and the like.
    pub kind: String,
    pub url: Option<String>,
    pub path: Option<String>,
    pub requested_revision: Option<String>,
    pub commit_id: String,
    pub subdirectory: Option<String>,
}

/// `packages.directory`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    pub path: String,
    pub editable: Option<bool>,
    pub subdirectory: Option<String>,
}

/// `packages.archive`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Archive {
    pub url: Option<String>,
    pub path: Option<String>,
    pub size: Option<u64>,
    pub upload_time: Option<Datetime>,
    pub hashes: BTreeMap<String, String>,
    pub subdirectory: Option<String>,
}

/// `packages.sdist` or one of `packages.wheels`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct File {
    /// The file's name, where it is not the end of the path or address.
    pub name: Option<String>,
    pub upload_time: Option<Datetime>,
    pub url: Option<String>,
    pub path: Option<String>,
    pub size: Option<u64>,
    /// Digests by algorithm; at least one.
    pub hashes: BTreeMap<String, String>,
}

/// Why a lock file cannot be used.
#[derive(Debug)]
pub enum PylockError {
    /// The text is no TOML.
    Toml(toml::de::Error),
    /// The file's form is of a major version that is not understood.
    Version(String),
    /// A value breaks a rule: which, and where (`packages[0].wheels[1].hashes`).
    Invalid { message: String, at: String },
}

impl fmt::Display for PylockError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PylockError::Toml(_) => write!(out, "the lock file is no TOML"),
            PylockError::Version(version) => write!(out, "lock file version {version} is not supported"),
            PylockError::Invalid { message, at } if at.is_empty() => write!(out, "{message}"),
            PylockError::Invalid { message, at } => write!(out, "{message} in '{at}'"),
        }
    }
}

impl std::error::Error for PylockError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            PylockError::Toml(cause) => Some(cause),
            PylockError::Version(_) | PylockError::Invalid { .. } => None,
        }
    }
}

impl PylockError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            PylockError::Version(_) => {
                Some("lock file versions from 1.0 up to below 2 are understood".to_owned())
            }
            PylockError::Toml(_) | PylockError::Invalid { .. } => {
                Some("lock again with the tool that wrote it".to_owned())
            }
        }
    }
}

impl Pylock {
    /// Reads and checks a lock file.
    ///
    /// # Errors
    /// [`PylockError`] for the first thing that breaks PEP 751.
    pub fn parse(text: &str) -> Result<Pylock, PylockError> {
        let table: Table = text.parse().map_err(PylockError::Toml)?;
        let lock = read::lock(&table)?;
        lock.check()?;
        Ok(lock)
    }

    /// The file's text.
    ///
    /// # Errors
    /// [`PylockError`] where the value breaks a rule of PEP 751: nothing is written that could not be read.
    pub fn to_toml(&self) -> Result<String, PylockError> {
        self.check()?;
        Ok(write::lock(self))
    }

    /// Whether the file's minor version is newer than what is known, so that something in it may be passed over: worth a warning.
    pub fn is_newer(&self) -> bool {
        check::version(&self.lock_version).is_some_and(|(major, minor)| major == 1 && minor > 0)
    }
}

impl Package {
    /// A package that has nothing but its name, to be filled in.
    pub fn new(name: Name) -> Package {
        Package {
            name,
            version: None,
            marker: None,
            requires_python: None,
            dependencies: None,
            vcs: None,
            directory: None,
            archive: None,
            index: None,
            sdist: None,
            wheels: Vec::new(),
            attestation_identities: None,
            tool: None,
        }
    }

    /// Whether the package comes from an address or a folder and not from an index.
    pub fn is_direct(&self) -> bool {
        self.sdist.is_none() && self.wheels.is_empty()
    }
}

impl File {
    /// The file's name: as given, else the end of the path, else the decoded end of the address.
    pub fn file_name(&self) -> Option<String> {
        if let Some(name) = self.name.as_ref().filter(|name| !name.is_empty()) {
            return Some(name.clone());
        }
        if let Some(path) = self.path.as_ref().filter(|path| !path.is_empty()) {
            let sign = if path.contains('/') { '/' } else { '\\' };
            return path.rsplit(sign).next().filter(|name| !name.is_empty()).map(str::to_owned);
        }
        let url = self.url.as_deref()?;
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let path = path
            .split_once("://")
            .map_or(path, |(_, rest)| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default());
        let name = path.rsplit('/').next().unwrap_or_default();
        Some(decoded(name)).filter(|name| !name.is_empty())
    }
}

/// Whether a file may hold a lock: `pylock.toml` or `pylock.NAME.toml`, NAME without a dot.
pub fn is_file_name(name: &str) -> bool {
    let middle = name.strip_prefix("pylock.").and_then(|rest| rest.strip_suffix(".toml"));
    name == "pylock.toml" || middle.is_some_and(|middle| !middle.is_empty() && !middle.contains('.'))
}

/// Takes `%XX` back to bytes; what is no escape stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    while let [first, tail @ ..] = rest {
        if let (b'%', [high, low, after @ ..]) = (first, tail) {
            if let (Some(high), Some(low)) = (digit(*high), digit(*low)) {
                bytes.push(high * 16 + low);
                rest = after;
                continue;
            }
        }
        bytes.push(*first);
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn invalid<T>(message: impl Into<String>, at: impl Into<String>) -> Result<T, PylockError> {
    Err(PylockError::Invalid { message: message.into(), at: at.into() })
}

/// A table's own value where a rule names it.
fn kind(value: &Value) -> &'static str {
    value.type_str()
}
