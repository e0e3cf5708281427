//! A package's page, parsed: the files that an index offers, in a flat form that is stored as it is used.
//!
//! The form (numbers little-endian, offsets into the strings at the end):
//!
//! ```text
//! magic 8 | checksum 8 (of all that follows) | source hash 8 | source length 8 | max age 8 | files 4 | strings 4
//! | etag 4+4 | last modified 4+4 | files × 128 | strings
//! ```
//!
//! A stored page is read with one read, one checksum and one check that the strings are UTF-8; nothing is made per file until
//! it is asked for. Invariant: reading never fails and never panics on a page that [`Page::read`] took, whatever offsets it
//! holds (a wrong one reads as the empty text); `damaged_pages_are_refused` in the tests.

use std::borrow::Cow;
use std::hash::Hasher as _;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use super::hash::{Algorithm, Hash, sha256_from_hex};

const MAGIC: &[u8; 8] = b"dxpage01";
const HEAD: usize = 64;
const RECORD: usize = 128;

const HAS_SHA256: u32 = 1;
const HAS_SIZE: u32 = 2;
const HAS_UPLOAD: u32 = 4;
const YANKED: u32 = 8;
const HAS_METADATA: u32 = 16;
const HAS_METADATA_SHA256: u32 = 32;
const HAS_REQUIRES: u32 = 64;
/// The URL is whole in its field; otherwise the file's name follows.
const WHOLE_URL: u32 = 128;

/// Where a record's fields lie.
mod field {
    pub const NAME: usize = 0;
    pub const URL: usize = 8;
    pub const REQUIRES: usize = 16;
    pub const YANKED: usize = 24;
    pub const HASHES: usize = 32;
    pub const FLAGS: usize = 40;
    pub const SIZE: usize = 48;
    pub const UPLOAD: usize = 56;
    pub const SHA256: usize = 64;
    pub const METADATA_SHA256: usize = 96;
}

/// A quick hash for finding damage and sameness, not for trust.
pub(super) fn quick_hash(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.finish()
}

/// What is kept of an answer's headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// For so many seconds after it was fetched or confirmed a page need not be asked for; 0 is never.
    pub max_age: u64,
    /// Must not be stored.
    pub no_store: bool,
}

/// The metadata file that an index offers beside a wheel (PEP 658, PEP 714).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoreMetadata {
    /// It is there; nothing says its hash.
    Offered,
    Sha256([u8; 32]),
}

/// A file while a page is built.
#[derive(Default)]
pub struct NewFile<'a> {
    pub filename: &'a str,
    /// Absolute, without a fragment.
    pub url: &'a str,
    pub hashes: &'a [(Algorithm, &'a str)],
    pub requires_python: Option<&'a str>,
    /// Yanked, and why (PEP 592); the reason may be empty.
    pub yanked: Option<&'a str>,
    pub size: Option<u64>,
    /// Microseconds since 1970.
    pub upload_time: Option<u64>,
    pub core_metadata: Option<CoreMetadata>,
}

/// Puts a page together.
#[derive(Default)]
pub struct PageBuilder {
    records: Vec<u8>,
    strings: String,
    known: FxHashMap<String, (u32, u32)>,
    files: u32,
}

impl PageBuilder {
    /// Adds a file.
    pub fn push(&mut self, file: &NewFile<'_>) {
        let mut flags = 0;
        let mut set = |bit: u32, is: bool| flags |= if is { bit } else { 0 };
        let sha256 = file.hashes.iter().find(|(algorithm, _)| *algorithm == Algorithm::Sha256);
        let sha256 = sha256.and_then(|(_, hex)| sha256_from_hex(hex));
        set(HAS_SHA256, sha256.is_some());
        set(HAS_SIZE, file.size.is_some());
        set(HAS_UPLOAD, file.upload_time.is_some());
        set(YANKED, file.yanked.is_some());
        set(HAS_REQUIRES, file.requires_python.is_some());
        set(HAS_METADATA, file.core_metadata.is_some());
        let metadata = match file.core_metadata {
            Some(CoreMetadata::Sha256(digest)) => Some(digest),
            _ => None,
        };
        set(HAS_METADATA_SHA256, metadata.is_some());
        let folder = file.url.strip_suffix(file.filename).filter(|folder| folder.ends_with('/'));
        set(WHOLE_URL, folder.is_none());
        let mut others = String::new();
        for (algorithm, hex) in file.hashes.iter().filter(|(algorithm, _)| *algorithm != Algorithm::Sha256) {
            others = format!("{others}{}={hex},", algorithm.name());
        }
        let fields = [
            self.add(file.filename),
            self.add_once(folder.unwrap_or(file.url)),
            self.add_once(file.requires_python.unwrap_or("")),
            self.add_once(file.yanked.unwrap_or("")),
            self.add(&others),
        ];
        for (start, length) in fields {
            self.records.extend(start.to_le_bytes());
            self.records.extend(length.to_le_bytes());
        }
        self.records.extend(flags.to_le_bytes());
        self.records.extend([0; 4]);
        self.records.extend(file.size.unwrap_or(0).to_le_bytes());
        self.records.extend(file.upload_time.unwrap_or(0).to_le_bytes());
        self.records.extend(sha256.unwrap_or_default());
        self.records.extend(metadata.unwrap_or_default());
        self.files += 1;
    }

    fn add(&mut self, text: &str) -> (u32, u32) {
        let start = self.strings.len();
        self.strings.push_str(text);
        // Pages are limited to far less than 4 GB before they are parsed.
        (start as u32, text.len() as u32)
    }

    fn add_once(&mut self, text: &str) -> (u32, u32) {
        if let Some(place) = self.known.get(text) {
            return *place;
        }
        let place = self.add(text);
        self.known.insert(text.to_string(), place);
        place
    }

    /// The page.
    ///
    /// # Arguments
    /// `source` are the bytes that it was parsed from, by which the same answer is known again.
    pub fn finish(mut self, source: &[u8], freshness: &Freshness) -> Page {
        let etag = self.add(freshness.etag.as_deref().unwrap_or(""));
        let modified = self.add(freshness.last_modified.as_deref().unwrap_or(""));
        let mut bytes = Vec::with_capacity(HEAD + self.records.len());
        bytes.extend(MAGIC);
        bytes.extend([0; 8]);
        bytes.extend(quick_hash(source).to_le_bytes());
        bytes.extend((source.len() as u64).to_le_bytes());
        bytes.extend(freshness.max_age.to_le_bytes());
        bytes.extend(self.files.to_le_bytes());
        bytes.extend((self.strings.len() as u32).to_le_bytes());
        for (start, length) in [etag, modified] {
            bytes.extend(start.to_le_bytes());
            bytes.extend(length.to_le_bytes());
        }
        bytes.extend(&self.records);
        let mut page = Page { bytes, strings: self.strings };
        let checksum = page.checksum().to_le_bytes();
        if let Some(place) = page.bytes.get_mut(8..16) {
            place.copy_from_slice(&checksum);
        }
        page
    }
}

/// The files that an index offers of one package, in the index's order.
pub struct Page {
    /// Head and records.
    bytes: Vec<u8>,
    strings: String,
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let field = bytes.get(at..at + 4).and_then(|field| field.try_into().ok());
    field.map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let field = bytes.get(at..at + 8).and_then(|field| field.try_into().ok());
    field.map_or(0, u64::from_le_bytes)
}

impl Page {
    /// A page without files.
    pub fn empty() -> Arc<Self> {
        Arc::new(PageBuilder::default().finish(&[], &Freshness::default()))
    }

    /// Takes a stored page; none if it is not whole.
    pub fn read(mut bytes: Vec<u8>) -> Option<Self> {
        if bytes.len() < HEAD || !bytes.starts_with(MAGIC) {
            return None;
        }
        let files = u32_at(&bytes, 40) as usize;
        let start = files.checked_mul(RECORD)?.checked_add(HEAD)?;
        if start.checked_add(u32_at(&bytes, 44) as usize)? != bytes.len() {
            return None;
        }
        let strings = String::from_utf8(bytes.split_off(start)).ok()?;
        let page = Self { bytes, strings };
        (page.checksum() == u64_at(&page.bytes, 8)).then_some(page)
    }

    /// What [`Page::read`] takes, in two parts that belong one after the other.
    pub fn parts(&self) -> (&[u8], &[u8]) {
        (&self.bytes, self.strings.as_bytes())
    }

    fn checksum(&self) -> u64 {
        quick_hash(self.bytes.get(16..).unwrap_or(&[])).rotate_left(32) ^ quick_hash(self.strings.as_bytes())
    }

    /// Whether the page was parsed from just these bytes.
    pub fn is_of(&self, source: &[u8]) -> bool {
        u64_at(&self.bytes, 24) == source.len() as u64 && u64_at(&self.bytes, 16) == quick_hash(source)
    }

    /// The headers that came with it.
    pub fn freshness(&self) -> Freshness {
        let text = |at| Some(self.text(&self.bytes, at).to_string()).filter(|text| !text.is_empty());
        let max_age = u64_at(&self.bytes, 32);
        Freshness { etag: text(48), last_modified: text(56), max_age, no_store: false }
    }

    /// The same page with other headers.
    pub fn with_freshness(&self, freshness: &Freshness) -> Self {
        let mut strings = self.strings.clone();
        let mut bytes = self.bytes.clone();
        let mut put = |at: usize, field: &[u8]| {
            if let Some(place) = bytes.get_mut(at..at + field.len()) {
                place.copy_from_slice(field);
            }
        };
        put(32, &freshness.max_age.to_le_bytes());
        for (at, text) in [(48, &freshness.etag), (56, &freshness.last_modified)] {
            let text = text.as_deref().unwrap_or("");
            put(at, &(strings.len() as u32).to_le_bytes());
            put(at + 4, &(text.len() as u32).to_le_bytes());
            strings.push_str(text);
        }
        put(44, &(strings.len() as u32).to_le_bytes());
        let mut page = Self { bytes, strings };
        let checksum = page.checksum().to_le_bytes();
        if let Some(place) = page.bytes.get_mut(8..16) {
            place.copy_from_slice(&checksum);
        }
        page
    }

    /// How many files it has.
    pub fn len(&self) -> usize {
        u32_at(&self.bytes, 40) as usize
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The file at a place.
    pub fn file(&self, at: usize) -> Option<File<'_>> {
        let start = at.checked_mul(RECORD)?.checked_add(HEAD)?;
        let record = self.bytes.get(start..start + RECORD)?;
        Some(File { page: self, record })
    }

    /// All files.
    pub fn files(&self) -> impl ExactSizeIterator<Item = File<'_>> {
        let records = self.bytes.get(HEAD..).unwrap_or(&[]).chunks_exact(RECORD);
        records.map(|record| File { page: self, record })
    }

    fn text(&self, record: &[u8], at: usize) -> &str {
        let start = u32_at(record, at) as usize;
        let length = u32_at(record, at + 4) as usize;
        self.strings.get(start..start.saturating_add(length)).unwrap_or("")
    }
}

impl std::fmt::Debug for Page {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Page({} files)", self.len())
    }
}

/// A file of a page: a view, as cheap to copy as two pointers.
#[derive(Clone, Copy)]
pub struct File<'a> {
    page: &'a Page,
    record: &'a [u8],
}

impl<'a> File<'a> {
    fn has(&self, flag: u32) -> bool {
        u32_at(self.record, field::FLAGS) & flag != 0
    }

    fn digest(&self, at: usize) -> Option<&'a [u8; 32]> {
        self.record.get(at..at + 32)?.try_into().ok()
    }

    pub fn filename(&self) -> &'a str {
        self.page.text(self.record, field::NAME)
    }

    /// The absolute URL, without a fragment. It may hold a login: show it through `url::Redacted` alone.
    pub fn url(&self) -> Cow<'a, str> {
        let url = self.page.text(self.record, field::URL);
        if self.has(WHOLE_URL) { Cow::Borrowed(url) } else { Cow::Owned(format!("{url}{}", self.filename())) }
    }

    pub fn sha256(&self) -> Option<&'a [u8; 32]> {
        self.digest(field::SHA256).filter(|_| self.has(HAS_SHA256))
    }

    /// All hashes that the index names and dx knows.
    pub fn hashes(&self) -> Vec<Hash> {
        let others = self.page.text(self.record, field::HASHES).split(',').filter_map(Hash::parse);
        self.sha256().map(Hash::sha256).into_iter().chain(others).collect()
    }

    /// The `Requires-Python` specifiers as the index writes them.
    pub fn requires_python(&self) -> Option<&'a str> {
        self.has(HAS_REQUIRES).then(|| self.page.text(self.record, field::REQUIRES))
    }

    /// Whether it is yanked, and the reason, which may be empty (PEP 592).
    pub fn yanked(&self) -> Option<&'a str> {
        self.has(YANKED).then(|| self.page.text(self.record, field::YANKED))
    }

    pub fn size(&self) -> Option<u64> {
        self.has(HAS_SIZE).then(|| u64_at(self.record, field::SIZE))
    }

    /// Microseconds since 1970 (PEP 700).
    pub fn upload_time(&self) -> Option<u64> {
        self.has(HAS_UPLOAD).then(|| u64_at(self.record, field::UPLOAD))
    }

    /// Whether the index offers the metadata as a file of its own.
    pub fn core_metadata(&self) -> Option<CoreMetadata> {
        if !self.has(HAS_METADATA) {
            return None;
        }
        let digest = self.digest(field::METADATA_SHA256).filter(|_| self.has(HAS_METADATA_SHA256));
        Some(digest.map_or(CoreMetadata::Offered, |digest| CoreMetadata::Sha256(*digest)))
    }

    pub fn is_wheel(&self) -> bool {
        self.filename().ends_with(".whl")
    }
}

impl std::fmt::Debug for File<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "File({})", self.filename())
    }
}

/// Whether a file of that name can be a distribution at all: a wheel or an archive of sources.
pub fn is_distribution(filename: &str) -> bool {
    const ENDINGS: &[&str] =
        &[".whl", ".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar"];
    ENDINGS.iter().any(|ending| filename.ends_with(ending))
}
