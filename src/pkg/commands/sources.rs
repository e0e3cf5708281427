//! What a URL or a path leads to: a wheel is taken as it is, everything else is built.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use super::super::direct_url::{DirectUrl, Origin, without_credentials};
use super::super::filename::WheelName;
use super::super::index::url::{file_name, local_path, redacted};
use super::super::index::{File, Index, metadata};
use super::super::metadata::Metadata;
use super::super::name::Name;
use super::super::resolve::Failure;
use super::super::tags::Tags;
use super::super::version::Version;
use super::session::Trouble;
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
    /// Nothing is built in this run.
    NotBuilt {
        what: String,
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
            SourceError::NotBuilt { what } => {
                write!(f, "{what} has to be built from source, which this build of dx cannot do yet")
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

/// Direct files of one command.
pub struct Sources<'a> {
    pub index: &'a Index,
    pub tags: &'a Tags,
}

impl Sources<'_> {
    fn wheel(&self, name: Option<&Name>, url: &str, filename: &str) -> Result<(Name, Direct), Failure> {
        let wheel = WheelName::parse(filename).map_err(|error| Failure::new(SourceError::Filename(error)))?;
        if wheel.fit(self.tags).is_err() {
            return Err(Failure::new(SourceError::Unfit { filename: filename.to_owned() }));
        }
        check_name(name, &wheel.name, url)?;
        let downloaded =
            self.index.download_url(url, &[], &|_, _| {}).map_err(|error| failure(Arc::new(error)))?;
        let text = metadata::from_wheel(&downloaded.path, &wheel)
            .map_err(|source| Failure::new(SourceError::Wheel { url: redacted(url), source }))?;
        let facts = facts_of(&Metadata::parse(text.as_bytes()))?;
        let digest: String = downloaded.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let bare = url.split('#').next().unwrap_or(url);
        let direct_url = DirectUrl {
            url: without_credentials(bare),
            origin: Origin::Archive { hashes: Some([("sha256".to_owned(), digest)].into_iter().collect()) },
            subdirectory: None,
        };
        let direct = Direct {
            version: wheel.version,
            facts: Arc::new(facts),
            metadata: Arc::from(text),
            wheel: downloaded.path,
            sha256: downloaded.sha256,
            direct_url: direct_url.to_json(),
            url: redacted(bare),
            editable: false,
        };
        Ok((wheel.name, direct))
    }
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
    fn direct(&self, name: Option<&Name>, url: &str) -> Result<(Name, Direct), Failure> {
        let (place, in_place) = match url.strip_prefix(EDITABLE) {
            Some(rest) => (rest, true),
            None => (url, false),
        };
        let filename = file_name(place.split('#').next().unwrap_or(place));
        let folder = local_path(place).filter(|path: &PathBuf| path.is_dir());
        if !in_place && folder.is_none() && filename.ends_with(".whl") && !place.starts_with("git+") {
            return self.wheel(name, place, &filename);
        }
        Err(Failure::new(SourceError::NotBuilt { what: redacted(place) }))
    }

    fn source_metadata(&self, name: &Name, version: &Version, _: &File<'_>) -> Result<Arc<str>, Failure> {
        Err(Failure::new(SourceError::NotBuilt { what: format!("{name} {version}") }))
    }

    fn source_wheel(
        &self,
        name: &Name,
        version: &Version,
        _: &File<'_>,
    ) -> Result<(PathBuf, [u8; 32]), Failure> {
        Err(Failure::new(SourceError::NotBuilt { what: format!("{name} {version}") }))
    }
}

/// Whether a path is a project that can be built.
pub fn is_project(folder: &Path) -> bool {
    folder.join("pyproject.toml").is_file() || folder.join("setup.py").is_file()
}
