//! The core metadata of a distribution, by the cheapest way that its index allows, kept for ever once it was had.
//!
//! The ways: the file beside the wheel (PEP 658), its hash checked; a wheel that is in the cache or on this disk; the wheel's
//! last bytes in one range request, seldom two; the whole wheel, where the server gives no ranges, which then is kept as a
//! download. A tail that turns out to be the whole wheel is kept likewise.
//!
//! A stored text begins with a checksum; a damaged one is fetched again.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;
use url::Url;

use super::client::{Client, ClientError, Response};
use super::download::{self, DownloadError, Wanted};
use super::hash::{Hash, hex, sha256};
use super::http_cache::write_atomically;
use super::page::{self, CoreMetadata, quick_hash};
use super::url::{bare, local_path, redacted};
use super::zip_tail::{self, Found, Tail, ZipError};
use crate::pkg::filename::WheelName;
use crate::pkg::name::Name;

/// The end of a wheel that is asked for at once. With these three, and with [`SMALL`], one request yields the metadata of 43
/// of 44 much used wheels (a tail of 32 kB: 27), and up to some 300 kB the round trip is what takes the time.
const TAIL: u64 = 96 * 1024;
/// Large wheels have many files and so long directories: for them the end is a fraction of the whole, up to a limit.
const TAIL_FRACTION: u64 = 48;
const MAX_TAIL: u64 = 320 * 1024;
/// A wheel up to this size is taken whole: it is about to be installed, as a rule.
const SMALL: u64 = 192 * 1024;
/// What is asked for of further wheels of a package whose first one was small.
const SMALL_TAIL: u64 = 16 * 1024;

/// No metadata file is longer.
const MAX_METADATA: u64 = 32 << 20;
/// No part of a wheel that its metadata needs is longer: a central directory with what stands before it.
const MAX_PART: u64 = 512 << 20;
/// How many parts an archive can need: the tail, the end of its directory, the directory, the file, and its header again.
const MAX_PARTS: usize = 6;

#[derive(Debug)]
pub enum MetadataError {
    Client(ClientError),
    Download(DownloadError),
    /// The archive is at fault.
    Wheel {
        url: String,
        source: ZipError,
    },
    /// The metadata file is not the one that the index means.
    Hash {
        url: String,
        expected: Hash,
        found: Hash,
    },
    NotText {
        url: String,
    },
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    /// Not a wheel: its metadata is known when it is built.
    NeedsBuild {
        filename: String,
    },
    Filename {
        filename: String,
        what: String,
    },
}

impl fmt::Display for MetadataError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => error.fmt(out),
            Self::Download(error) => error.fmt(out),
            Self::Wheel { url, .. } => write!(out, "{url} cannot be used"),
            Self::Hash { url, expected, found } => {
                write!(out, "{url} is not what the index says: its hash is {found}, expected {expected}")
            }
            Self::NotText { url } => write!(out, "{url} is not UTF-8"),
            Self::Read { path, .. } => write!(out, "cannot read {}", path.display()),
            Self::NeedsBuild { filename } => {
                write!(out, "{filename} has to be built before its metadata is known")
            }
            Self::Filename { filename, what } => {
                write!(out, "{filename:?} is not the name of a wheel: {what}")
            }
        }
    }
}

impl std::error::Error for MetadataError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Client(error) => error.source(),
            Self::Download(error) => error.source(),
            Self::Wheel { source, .. } => Some(source),
            Self::Read { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl MetadataError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Client(error) => error.hint(),
            Self::Download(error) => error.hint(),
            Self::Wheel { .. } | Self::Hash { .. } | Self::NotText { .. } => {
                Some(String::from("exclude this version, and tell whoever runs the index"))
            }
            _ => None,
        }
    }
}

impl From<ClientError> for MetadataError {
    fn from(error: ClientError) -> Self {
        Self::Client(error)
    }
}

impl From<DownloadError> for MetadataError {
    fn from(error: DownloadError) -> Self {
        Self::Download(error)
    }
}

/// What must be known of a file to get its metadata.
pub(super) struct Origin<'a> {
    pub url: &'a Url,
    pub filename: &'a str,
    pub hashes: Vec<Hash>,
    pub sha256: Option<[u8; 32]>,
    pub size: Option<u64>,
    pub core_metadata: Option<CoreMetadata>,
}

impl<'a> Origin<'a> {
    pub fn new(file: &page::File<'a>, url: &'a Url) -> Self {
        Self {
            url,
            filename: file.filename(),
            hashes: file.hashes(),
            sha256: file.sha256().copied(),
            size: file.size(),
            core_metadata: file.core_metadata(),
        }
    }

    fn wanted(&self) -> Wanted<'_> {
        Wanted {
            url: self.url,
            filename: self.filename,
            hashes: &self.hashes,
            required: &[],
            size: self.size,
            may_change: false,
        }
    }

    /// Where its metadata is kept.
    fn path(&self, cache: &Path) -> PathBuf {
        let of_url = || sha256(format!("{} {}", bare(self.url), self.filename).as_bytes());
        let key = hex(&self.sha256.unwrap_or_else(of_url));
        cache.join("metadata-1").join(key.get(..2).unwrap_or("")).join(&key)
    }

    fn wheel(&self) -> Result<WheelName, MetadataError> {
        WheelName::parse(self.filename).map_err(|error| MetadataError::Filename {
            filename: self.filename.into(),
            what: error.problem.into(),
        })
    }
}

/// The metadata's text.
///
/// # Errors
/// See [`MetadataError`].
pub(super) fn get(
    client: &Client,
    cache: &Path,
    origin: &Origin<'_>,
    tails: &Tails,
) -> Result<Arc<str>, MetadataError> {
    if let Some(path) = local(origin) {
        return Ok(from_wheel(&path, &origin.wheel()?)?.into());
    }
    let path = origin.path(cache);
    if let Some(text) = load(&path) {
        return Ok(text);
    }
    let text = fetch(client, cache, origin, tails)?;
    let checksum = quick_hash(text.as_bytes()).to_le_bytes();
    // A cache that cannot be written to costs time, nothing else.
    let _ = write_atomically(&path, &[&checksum, text.as_bytes()]);
    Ok(text.into())
}

/// What the cache knows, without asking anybody.
pub(super) fn stored(cache: &Path, origin: &Origin<'_>) -> Option<Arc<str>> {
    load(&origin.path(cache))
}

fn local(origin: &Origin<'_>) -> Option<PathBuf> {
    if origin.url.scheme() != "file" { None } else { local_path(origin.url.as_str()) }
}

fn load(path: &Path) -> Option<Arc<str>> {
    let bytes = std::fs::read(path).ok()?;
    let (checksum, text) = bytes.split_at_checked(8)?;
    let text = std::str::from_utf8(text).ok()?;
    (checksum == quick_hash(text.as_bytes()).to_le_bytes()).then(|| text.into())
}

fn fetch(client: &Client, cache: &Path, origin: &Origin<'_>, tails: &Tails) -> Result<String, MetadataError> {
    if let Some(offered) = origin.core_metadata {
        if let Some(text) = fetch_file(client, origin, offered)? {
            return Ok(text);
        }
    }
    if !origin.filename.ends_with(".whl") {
        return Err(MetadataError::NeedsBuild { filename: origin.filename.into() });
    }
    let wheel = origin.wheel()?;
    if let Some(path) = origin.sha256.and_then(|digest| download::cached(cache, &digest, origin.filename)) {
        return from_wheel(&path, &wheel);
    }
    fetch_tail(client, cache, origin, &wheel, tails)
}

/// The file beside the wheel; none if the index does not have it after all.
fn fetch_file(
    client: &Client,
    origin: &Origin<'_>,
    offered: CoreMetadata,
) -> Result<Option<String>, MetadataError> {
    let mut url = origin.url.clone();
    url.set_path(&format!("{}.metadata", origin.url.path()));
    let (head, bytes) = client.fetch(&url, &[], MAX_METADATA)?;
    let shown = || redacted(url.as_str());
    match head.status {
        200 => {}
        403 | 404 | 410 if origin.filename.ends_with(".whl") => return Ok(None),
        status => return Err(Client::status_error(&url, status).into()),
    }
    if let CoreMetadata::Sha256(expected) = offered {
        let found = sha256(&bytes);
        if found != expected {
            let (expected, found) = (Hash::sha256(&expected), Hash::sha256(&found));
            return Err(MetadataError::Hash { url: shown(), expected, found });
        }
    }
    String::from_utf8(bytes).map(Some).map_err(|_| MetadataError::NotText { url: shown() })
}

fn wheel_error<'a>(origin: &'a Origin<'a>) -> impl Fn(ZipError) -> MetadataError + 'a {
    |source| MetadataError::Wheel { url: redacted(origin.url.as_str()), source }
}

/// The part of a file to ask for first.
fn first_range(size: Option<u64>, known: Option<u64>) -> String {
    match size {
        Some(size) => {
            let length = known.unwrap_or_else(|| (size / TAIL_FRACTION).clamp(TAIL, MAX_TAIL));
            format!("bytes={}-{}", size.saturating_sub(length), size.saturating_sub(1))
        }
        None => format!("bytes=-{}", known.unwrap_or(TAIL)),
    }
}

/// How much of their ends the wheels of each package needed: the next release's wheel is much like the last one's, and a search that
/// goes through hundreds of releases takes no more of each than it has to.
#[derive(Default)]
pub(super) struct Tails(Mutex<FxHashMap<Name, u64>>);

impl Tails {
    fn held(&self) -> MutexGuard<'_, FxHashMap<Name, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to ask for of a package's next wheel, if one was seen.
    fn expected(&self, name: &Name) -> Option<u64> {
        self.held().get(name).map(|needed| (needed + needed / 4 + 2048).min(MAX_TAIL))
    }

    fn note(&self, name: &Name, needed: u64) {
        let mut known = self.held();
        let longest = known.entry(name.clone()).or_default();
        *longest = needed.max(*longest);
    }

    /// A small wheel was taken whole: nothing is known of its end but that it need not be long.
    fn note_whole(&self, name: &Name) {
        self.note(name, SMALL_TAIL);
    }
}

fn fetch_tail(
    client: &Client,
    cache: &Path,
    origin: &Origin<'_>,
    wheel: &WheelName,
    tails: &Tails,
) -> Result<String, MetadataError> {
    let known = tails.expected(&wheel.name);
    // The first wheel of a package is the one that will be installed, as a rule; those looked at after it are not.
    let is_small = origin.size.is_some_and(|size| size <= known.map_or(SMALL, |known| known * 2));
    if is_small {
        let text = whole(client, cache, origin, wheel)?;
        if known.is_none() {
            tails.note_whole(&wheel.name);
        }
        return Ok(text);
    }
    let part = match ask_range(client, origin.url, &first_range(origin.size, known))? {
        Answer::Part(part) => part,
        Answer::Whole(answer) => {
            // No ranges here: what comes anyway is kept.
            let found = download::take(client, cache, &origin.wanted(), *answer)?;
            return from_wheel(&found.path, wheel);
        }
        Answer::Refused => return whole(client, cache, origin, wheel),
    };
    if part.start + part.bytes.len() as u64 != part.total {
        return whole(client, cache, origin, wheel);
    }
    if part.start == 0 {
        download::keep(cache, &origin.wanted(), &part.bytes)?;
    }
    let mut tail = Tail::new(part.total, part.start, part.bytes);
    for _ in 0..MAX_PARTS {
        match zip_tail::find(&tail, wheel).map_err(wheel_error(origin))? {
            Found::Text(text) => {
                tails.note(&wheel.name, tail.needed());
                return Ok(text);
            }
            Found::Need(range) => {
                let asked = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
                match ask_range(client, origin.url, &asked)? {
                    Answer::Part(part) if part.start == range.start => tail.add(part.start, part.bytes),
                    _ => break,
                }
            }
        }
    }
    whole(client, cache, origin, wheel)
}

struct Part {
    start: u64,
    total: u64,
    bytes: Vec<u8>,
}

enum Answer {
    Part(Part),
    /// The server sends all of the file instead.
    Whole(Box<Response>),
    Refused,
}

fn ask_range(client: &Client, url: &Url, range: &str) -> Result<Answer, MetadataError> {
    let answer = client.ask(url, &[("range", range)], |answer| {
        let place = answer.content_range();
        match (answer.status, place) {
            (206, Some((start, Some(total)))) => {
                let (_, bytes) = answer.into_bytes(url, MAX_PART)?;
                Ok(Answer::Part(Part { start, total, bytes }))
            }
            (200, _) => Ok(Answer::Whole(Box::new(answer))),
            (400 | 405 | 416 | 501, _) | (206, _) => Ok(Answer::Refused),
            (status, _) => Err(Client::status_error(url, status)),
        }
    })?;
    Ok(answer)
}

fn whole(
    client: &Client,
    cache: &Path,
    origin: &Origin<'_>,
    wheel: &WheelName,
) -> Result<String, MetadataError> {
    let found = download::download(client, cache, &origin.wanted(), &|_, _| {})?;
    from_wheel(&found.path, wheel)
}

/// The metadata of a wheel on this disk.
///
/// # Errors
/// A file that cannot be read, or is no such wheel.
pub fn from_wheel(path: &Path, wheel: &WheelName) -> Result<String, MetadataError> {
    let error = |source| MetadataError::Read { path: path.to_path_buf(), source };
    let broken = |source| MetadataError::Wheel { url: path.display().to_string(), source };
    let mut file = File::open(path).map_err(error)?;
    let total = file.metadata().map_err(error)?.len();
    let mut read = |range: Range<u64>| -> Result<Vec<u8>, MetadataError> {
        file.seek(SeekFrom::Start(range.start)).map_err(error)?;
        let mut bytes = Vec::new();
        let length = range.end.saturating_sub(range.start);
        Read::by_ref(&mut file).take(length).read_to_end(&mut bytes).map_err(error)?;
        Ok(bytes)
    };
    let start = total.saturating_sub(TAIL);
    let mut tail = Tail::new(total, start, read(start..total)?);
    // Each round asks for something that it did not have; an archive that asks on is damaged.
    for _ in 0..MAX_PARTS {
        match zip_tail::find(&tail, wheel).map_err(broken)? {
            Found::Text(text) => return Ok(text),
            Found::Need(range) => {
                let bytes = read(range.clone())?;
                tail.add(range.start, bytes);
            }
        }
    }
    Err(broken(ZipError::Damaged("its parts contradict each other")))
}
