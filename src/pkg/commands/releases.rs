//! What a chosen release consists of: all its files on the index with their hashes, for `lock` and `compile`.

use super::super::direct_url::{DirectUrl, without_credentials};
use super::super::filename::{SdistName, WheelName};
use super::super::index::hash::Hash;
use super::super::index::{File, IndexError};
use super::super::resolve::Chosen;
use super::super::resolve::table::Formats;
use super::super::version::Version;
use super::session::Trouble;
use super::solve::Solved;

/// A file of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseFile {
    pub filename: String,
    /// Without credentials.
    pub url: String,
    /// At least one.
    pub hashes: Vec<Hash>,
    pub size: Option<u64>,
    /// Microseconds since 1970.
    pub uploaded: Option<u64>,
    pub is_wheel: bool,
}

/// A release.
#[derive(Clone, Debug)]
pub enum Release {
    /// Files of an index in the order of their names: its address where it is one, and what the chosen file says of Python.
    Files { files: Vec<ReleaseFile>, index: Option<String>, requires_python: Option<String> },
    /// A file, folder or repository.
    Direct(DirectUrl),
}

/// Everything that there is of a chosen package.
///
/// # Errors
/// A package that is kept as installed, or a file without a hash that can't be fetched to compute one.
pub fn of(solved: &Solved<'_>, chosen: &Chosen) -> Result<Release, Trouble> {
    let universe = &solved.universe;
    if let Some(direct) = universe.direct_of(&chosen.name) {
        let url = DirectUrl::parse(&direct.direct_url).map_err(|error| {
            let hint = error.hint();
            Trouble::of(&error, hint)
        })?;
        return Ok(Release::Direct(url));
    }
    let lost = || Trouble::new(format!("{} {} has no file", chosen.name, chosen.version));
    let entry = chosen.entry.as_ref().ok_or_else(lost)?;
    let page = universe.page(&chosen.name).ok_or_else(lost)?;
    let taken = entry.file().ok_or_else(lost)?;
    let (rank, own) = page.files().nth(taken as usize).ok_or_else(lost)?;
    let formats = universe.rules.formats.of(&chosen.name);
    let mut files: Vec<ReleaseFile> = Vec::new();
    let mut best_source: Option<(usize, ReleaseFile)> = None;
    for (at, (place, file)) in page.files().enumerate() {
        let is_own = at == taken as usize;
        if place != rank || !is_own && !belongs(chosen, &file, formats) {
            continue;
        }
        // What the index names no hash of is fetched only if it is the file that would be installed.
        let mut hashes: Vec<Hash> =
            file.hashes().into_iter().filter(|hash| hash.algorithm.is_strong()).collect();
        if hashes.is_empty() {
            if !is_own {
                continue;
            }
            let fetched = universe.index.download(&file, &[], &|_, _| {}).map_err(|error: IndexError| {
                let hint = error.hint();
                Trouble::of(&error, hint)
            })?;
            hashes.push(Hash::sha256(&fetched.sha256));
        }
        let made = ReleaseFile {
            filename: file.filename().to_owned(),
            url: without_credentials(&file.url()),
            hashes,
            size: file.size(),
            uploaded: file.upload_time(),
            is_wheel: file.is_wheel(),
        };
        match file.is_wheel() {
            true => files.push(made),
            false => {
                let rank = source_rank(file.filename());
                if best_source.as_ref().is_none_or(|(best, _)| rank < *best) {
                    best_source = Some((rank, made));
                }
            }
        }
    }
    files.extend(best_source.map(|(_, file)| file));
    files.sort_by(|left, right| left.filename.cmp(&right.filename));
    files.dedup_by(|left, right| left.filename == right.filename);
    let index = rank.checked_sub(1).and_then(|at| universe.index.bare_url(at as usize));
    Ok(Release::Files { files, index, requires_python: own.requires_python().map(str::to_owned) })
}

/// Whether a file is one of the chosen version, of a format that is wanted.
fn belongs(chosen: &Chosen, file: &File<'_>, formats: Formats) -> bool {
    let version: Option<Version> = match file.is_wheel() {
        true => WheelName::parse(file.filename())
            .ok()
            .filter(|wheel| wheel.name == chosen.name && formats != Formats::OnlySources)
            .map(|wheel| wheel.version),
        false => SdistName::parse(file.filename(), &chosen.name)
            .ok()
            .filter(|_| formats != Formats::OnlyWheels)
            .map(|source| source.version),
    };
    version.is_some_and(|version| version == chosen.version)
}

/// A lock file has room for one source archive: the most usual form.
fn source_rank(filename: &str) -> usize {
    let endings = super::super::filename::SDIST_ENDINGS;
    endings.iter().position(|ending| filename.ends_with(ending)).unwrap_or(endings.len())
}
