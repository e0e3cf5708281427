//! The resolver's world: what the indexes have, and direct files beside them.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::super::index::metadata::MetadataError;
use super::super::index::{File, Index, IndexError, Package};
use super::super::metadata::Metadata;
use super::super::name::Name;
use super::super::requirement::Requirement;
use super::super::resolve::table::{Entry, Listed, Rules, Table};
use super::super::resolve::{Facts, Failure, Universe};
use super::super::specifier::Specifiers;
use super::super::version::Version;

/// A package that does not come from an index.
#[derive(Clone, Debug)]
pub struct Direct {
    pub version: Version,
    pub facts: Arc<Facts>,
    /// The text of METADATA.
    pub metadata: Arc<str>,
    /// The wheel, built where there was none.
    pub wheel: PathBuf,
    pub sha256: [u8; 32],
    /// The text of `direct_url.json`.
    pub direct_url: String,
    /// Where it came from, for people and reports.
    pub url: String,
    pub editable: bool,
    /// What it is may have changed without its version: it is installed again, as pip does with folders and local archives.
    pub may_change: bool,
}

/// Gets what a URL or a path leads to, and builds what has no wheel.
pub trait Builder: Sync {
    /// The package at a URL.
    fn direct(&self, name: Option<&Name>, url: &str) -> Result<(Name, Direct), Failure>;

    /// The core metadata of a source distribution of an index.
    fn source_metadata(&self, name: &Name, version: &Version, file: &File<'_>) -> Result<Arc<str>, Failure>;

    /// The wheel of a source distribution of an index, and its hash.
    fn source_wheel(
        &self,
        name: &Name,
        version: &Version,
        file: &File<'_>,
    ) -> Result<(PathBuf, [u8; 32]), Failure>;

    /// The names of what was built since the last call, without what only builds needed.
    fn take_built(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The indexes as one world.
pub struct Indexes<'a> {
    pub index: &'a Index,
    pub rules: &'a Rules,
    pub builder: &'a dyn Builder,
    /// Answers from what the last run saw, without asking anybody.
    pub stale: bool,
    pub installed: &'a FxHashMap<Name, super::super::install::installed::Installed>,
    pages: Mutex<FxHashMap<Name, Arc<Package>>>,
    direct: Mutex<FxHashMap<Name, Direct>>,
}

/// Something that the stale world does not know.
#[derive(Debug)]
struct Unknown;

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not known without asking")
    }
}

impl std::error::Error for Unknown {}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Indexes<'a> {
    pub fn new(
        index: &'a Index,
        rules: &'a Rules,
        builder: &'a dyn Builder,
        installed: &'a FxHashMap<Name, super::super::install::installed::Installed>,
    ) -> Indexes<'a> {
        Indexes {
            index,
            rules,
            builder,
            stale: false,
            installed,
            pages: Mutex::default(),
            direct: Mutex::default(),
        }
    }

    /// The same world as the last run saw it.
    pub fn as_last_seen(&self) -> Indexes<'a> {
        let direct = held(&self.direct).clone();
        Indexes {
            stale: true,
            direct: Mutex::new(direct),
            ..Indexes::new(self.index, self.rules, self.builder, self.installed)
        }
    }

    /// The packages whose pages were looked at.
    pub fn seen(&self) -> Vec<Name> {
        held(&self.pages).keys().cloned().collect()
    }

    /// The page of a package that was looked at.
    pub fn page(&self, name: &Name) -> Option<Arc<Package>> {
        held(&self.pages).get(name).cloned()
    }

    /// Makes a page known that no index was asked for.
    pub fn add_page(&self, page: Arc<Package>) {
        held(&self.pages).insert(page.name.clone(), page);
    }

    /// The direct file that a package comes from.
    pub fn direct_of(&self, name: &Name) -> Option<Direct> {
        held(&self.direct).get(name).cloned()
    }

    /// Makes a direct file known.
    pub fn add_direct(&self, name: Name, direct: Direct) {
        held(&self.direct).insert(name, direct);
    }
}

/// An index's error as the resolver takes it.
pub fn failure(error: Arc<IndexError>) -> Failure {
    let hint = error.hint();
    Failure { error, hint, skips_version: false }
}

/// Facts from core metadata, read leniently.
pub fn facts_of(metadata: &Metadata) -> Result<Facts, Failure> {
    let mut facts = Facts::default();
    for text in metadata.requires_dist() {
        match Requirement::parse_lenient(&text) {
            Ok(requirement) => facts.requires.push(requirement),
            Err(error) => return Err(Failure { skips_version: true, ..Failure::new(error) }),
        }
    }
    if let Some(text) = metadata.requires_python() {
        // What can't be understood forbids nothing, as pip has it.
        facts.requires_python = Specifiers::parse_lenient(text).ok();
    }
    facts.extras = metadata.provides_extra().filter_map(|extra| Name::new(extra).ok()).collect();
    Ok(facts)
}

impl Universe for Indexes<'_> {
    fn table(&self, name: &Name) -> Result<Option<Arc<Table>>, Failure> {
        if let Some(direct) = held(&self.direct).get(name) {
            let entry = Entry {
                version: direct.version.clone(),
                wheel: Some(0),
                without_extension: false,
                source: None,
                rank: 0,
                problem: None,
            };
            return Ok(Some(Arc::new(Table { entries: vec![entry], ..Table::default() })));
        }
        let package = match self.stale {
            true => match self.index.stale(name) {
                Some(package) => package,
                None => {
                    held(&self.pages)
                        .insert(name.clone(), Arc::new(Package { name: name.clone(), sources: Vec::new() }));
                    return Err(Failure::new(Unknown));
                }
            },
            false => match self.index.page(name) {
                Ok(package) => package,
                Err(error) if error.is_not_found() => return Ok(None),
                Err(error) => return Err(failure(error)),
            },
        };
        held(&self.pages).insert(name.clone(), package.clone());
        let hashes_matter = self.rules.hashes.contains_key(name);
        let hashes: Vec<Vec<String>> = match hashes_matter {
            true => package
                .files()
                .map(|(_, file)| file.hashes().iter().map(ToString::to_string).collect())
                .collect(),
            false => Vec::new(),
        };
        let listed = package.files().enumerate().map(|(index, (rank, file))| Listed {
            index: index as u32,
            rank,
            filename: file.filename(),
            requires_python: file.requires_python(),
            yanked: file.yanked(),
            uploaded: file.upload_time(),
            hashes: hashes.get(index).map_or(&[], Vec::as_slice),
        });
        Ok(Some(Arc::new(Table::build(name, listed, self.rules))))
    }

    fn facts(&self, name: &Name, entry: &Entry) -> Result<Arc<Facts>, Failure> {
        if let Some(direct) = held(&self.direct).get(name) {
            return Ok(direct.facts.clone());
        }
        let page = self.page(name).ok_or_else(|| Failure::new(Unknown))?;
        let file =
            entry.file().and_then(|file| page.file(file as usize)).ok_or_else(|| Failure::new(Unknown))?;
        let text = if entry.wheel.is_none() {
            if self.stale {
                return Err(Failure::new(Unknown));
            }
            self.builder.source_metadata(name, &entry.version, &file)?
        } else if self.stale {
            self.index.known_metadata(&file).ok_or_else(|| Failure::new(Unknown))?
        } else {
            self.index.metadata(&file).map_err(|error| {
                // Other files may be whole where this one is not.
                let broken = matches!(
                    &*error,
                    IndexError::Metadata(
                        MetadataError::Wheel { .. }
                            | MetadataError::Hash { .. }
                            | MetadataError::NotText { .. }
                    )
                );
                Failure { skips_version: broken, ..failure(error) }
            })?
        };
        let metadata = Metadata::parse(text.as_bytes());
        facts_of(&metadata).map(Arc::new)
    }

    fn is_at_hand(&self, name: &Name) -> bool {
        self.stale || held(&self.direct).contains_key(name) || self.index.is_at_hand(name)
    }

    fn direct(&self, name: &Name, url: &str) -> Result<(), Failure> {
        if held(&self.direct).contains_key(name) {
            return Ok(());
        }
        if self.stale {
            return Err(Failure::new(Unknown));
        }
        let (_, direct) = self.builder.direct(Some(name), url)?;
        self.add_direct(name.clone(), direct);
        Ok(())
    }

    fn installed_facts(&self, name: &Name) -> Result<Arc<Facts>, Failure> {
        let installed = self.installed.get(name).ok_or_else(|| Failure::new(Unknown))?;
        match installed.metadata() {
            Ok(Some(text)) => {
                let mut facts = facts_of(&Metadata::parse(text.as_bytes())).unwrap_or_default();
                // It is here, so it runs here.
                facts.requires_python = None;
                Ok(Arc::new(facts))
            }
            // Nothing is known of what it needs; that is no reason to take it away.
            Ok(None) | Err(_) => Ok(Arc::default()),
        }
    }
}
