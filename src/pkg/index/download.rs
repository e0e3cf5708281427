//! Files fetched into the cache: streamed, hashed on the way, resumed, and there only when they are right.
//!
//! The model, below `downloads-1` of the cache: `files/<first two>/<sha256>/<name>` are finished files, which never change;
//! `urls/<key>` says which of them a URL without a known SHA-256 led to; `partial/<key>` is what has arrived of a file, kept
//! when a transfer breaks off, with the server's validator in `<key>.from`. The partial file is locked while one process
//! writes it; a second one waits and finds the finished file.
//!
//! Invariant: a path that [`download`] returns holds bytes whose hashes are those asked for (Property 15 in
//! `tests/pkg/properties.rs`).

use std::fmt;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use url::Url;

use super::client::{Client, ClientError, Response};
use super::hash::{Algorithm, Hash, Hasher, hex, sha256, sha256_from_hex};
use super::http_cache::write_atomically;
use super::url::{bare, local_path, redacted};

/// How often a transfer may break off without a byte having come.
const MAX_BROKEN: u32 = 3;

/// A file to be had.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    pub url: &'a Url,
    pub filename: &'a str,
    /// What the index or the URL's fragment says: all of these must be true.
    pub hashes: &'a [Hash],
    /// What the user demands (`--hash`): one of these must be true, unless there are none.
    pub required: &'a [Hash],
    pub size: Option<u64>,
    /// The file behind the URL may change: ask whether it has.
    pub may_change: bool,
}

/// A file that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downloaded {
    pub path: PathBuf,
    pub sha256: [u8; 32],
    pub size: u64,
}

#[derive(Debug)]
pub enum DownloadError {
    Client(ClientError),
    /// A file of the cache, or a local one.
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    Hash {
        url: String,
        expected: Vec<Hash>,
        found: Hash,
    },
    /// Hashes are demanded, and none of them by an algorithm that counts.
    WeakHash {
        url: String,
    },
    Size {
        url: String,
        expected: u64,
        found: u64,
    },
    Filename {
        filename: String,
    },
}

impl fmt::Display for DownloadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => error.fmt(out),
            Self::File { path, .. } => write!(out, "cannot read or write {}", path.display()),
            Self::Hash { url, expected, found } => {
                write!(out, "{url} is not the file it should be: its hash is {found}, expected ")?;
                for (at, hash) in expected.iter().enumerate() {
                    write!(out, "{}{hash}", if at > 0 { " or " } else { "" })?;
                }
                Ok(())
            }
            Self::WeakHash { url } => {
                write!(out, "{url} has to be checked by sha256, sha384 or sha512, and no such hash is given")
            }
            Self::Size { url, expected, found } => {
                write!(out, "{url} has {found} bytes, the index says {expected}")
            }
            Self::Filename { filename } => write!(out, "{filename:?} is not the name of a file"),
        }
    }
}

impl std::error::Error for DownloadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Client(error) => error.source(),
            Self::File { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl DownloadError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Client(error) => error.hint(),
            Self::Hash { .. } | Self::Size { .. } => Some(String::from(
                "the file was changed after its hash was noted, or on its way: do not use it before you know which",
            )),
            Self::WeakHash { .. } => Some(String::from("give --hash=sha256:… in the requirements file")),
            Self::File { .. } => Some(String::from("check the folder's rights and the free space")),
            Self::Filename { .. } => None,
        }
    }
}

impl From<ClientError> for DownloadError {
    fn from(error: ClientError) -> Self {
        Self::Client(error)
    }
}

fn file_error(path: &Path) -> impl Fn(std::io::Error) -> DownloadError + '_ {
    move |source| DownloadError::File { path: path.to_path_buf(), source }
}

/// Reports bytes so far and, where known, all of them.
pub type Progress<'a> = &'a (dyn Fn(u64, Option<u64>) + 'a);

/// Gets a file, from the cache where it is.
///
/// A `file:` URL is checked and stays where it is.
///
/// # Errors
/// See [`DownloadError`]; no file is left behind but what can be resumed.
pub fn download(
    client: &Client,
    cache: &Path,
    wanted: &Wanted<'_>,
    progress: Progress<'_>,
) -> Result<Downloaded, DownloadError> {
    if !wanted.required.is_empty() && !wanted.required.iter().any(|hash| hash.algorithm.is_strong()) {
        return Err(DownloadError::WeakHash { url: redacted(wanted.url.as_str()) });
    }
    if wanted.url.scheme() == "file" {
        return check_local(wanted);
    }
    let name = Path::new(wanted.filename);
    if name.file_name() != Some(name.as_os_str()) || wanted.filename.contains(['/', '\\', '\0']) {
        return Err(DownloadError::Filename { filename: wanted.filename.into() });
    }
    let store = Store { root: cache.join("downloads-1"), wanted };
    let known = store.known();
    match &known {
        Some((found, _)) if !wanted.may_change || client.is_offline() => return Ok(found.clone()),
        _ => {}
    }
    store.fetch(client, known, None, progress)
}

/// Makes a download of an answer that was not meant to be one.
pub(super) fn take(
    client: &Client,
    cache: &Path,
    wanted: &Wanted<'_>,
    answer: Response,
) -> Result<Downloaded, DownloadError> {
    let store = Store { root: cache.join("downloads-1"), wanted };
    store.fetch(client, None, Some(answer), &|_, _| {})
}

/// Whether a file with that SHA-256 is in the cache: then its path.
pub fn cached(cache: &Path, digest: &[u8; 32], filename: &str) -> Option<PathBuf> {
    let path = finished_path(&cache.join("downloads-1"), digest, filename);
    path.is_file().then_some(path)
}

/// Puts a file that is in memory into the cache, if its hashes are right.
pub(super) fn keep(cache: &Path, wanted: &Wanted<'_>, bytes: &[u8]) -> Result<Downloaded, DownloadError> {
    let store = Store { root: cache.join("downloads-1"), wanted };
    let mut hasher = Hasher::new(wanted.algorithms());
    hasher.update(bytes);
    let (digest, hashes) = hasher.finish();
    wanted.check(bytes.len() as u64, &hashes)?;
    let path = finished_path(&store.root, &digest, wanted.filename);
    write_atomically(&path, &[bytes]).map_err(file_error(&path))?;
    store.note(&digest, None);
    Ok(Downloaded { path, sha256: digest, size: bytes.len() as u64 })
}

fn finished_path(root: &Path, digest: &[u8; 32], filename: &str) -> PathBuf {
    let hex = hex(digest);
    root.join("files").join(hex.get(..2).unwrap_or("")).join(&hex).join(filename)
}

impl Wanted<'_> {
    fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        self.hashes.iter().chain(self.required).map(|hash| hash.algorithm)
    }

    /// The SHA-256 that the file must have, if that is known beforehand.
    fn sha256(&self) -> Option<[u8; 32]> {
        let of = |hashes: &[Hash]| {
            let hash = hashes.iter().find(|hash| hash.algorithm == Algorithm::Sha256)?;
            sha256_from_hex(&hash.hex)
        };
        of(self.hashes).or_else(|| (self.required.len() == 1).then(|| of(self.required)).flatten())
    }

    /// Holds a file's size and hashes against what they should be.
    fn check(&self, size: u64, found: &[Hash]) -> Result<(), DownloadError> {
        let url = || redacted(self.url.as_str());
        if let Some(expected) = self.size.filter(|expected| *expected != size) {
            return Err(DownloadError::Size { url: url(), expected, found: size });
        }
        let same = |algorithm| found.iter().find(|hash| hash.algorithm == algorithm);
        for expected in self.hashes {
            match same(expected.algorithm) {
                Some(hash) if hash == expected => {}
                Some(hash) => {
                    let expected = vec![expected.clone()];
                    return Err(DownloadError::Hash { url: url(), expected, found: hash.clone() });
                }
                None => {}
            }
        }
        let strong = || self.required.iter().filter(|hash| hash.algorithm.is_strong());
        if !self.required.is_empty() && !strong().any(|expected| found.contains(expected)) {
            let found = strong().find_map(|expected| same(expected.algorithm)).cloned();
            let found = found.ok_or_else(|| DownloadError::WeakHash { url: url() })?;
            return Err(DownloadError::Hash { url: url(), expected: strong().cloned().collect(), found });
        }
        Ok(())
    }
}

/// Computes the hashes of a file, or of as much as there is of it.
fn hash_file(file: &mut File, hasher: &mut Hasher) -> std::io::Result<u64> {
    let mut buffer = vec![0; 128 * 1024];
    let mut size = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(size);
        }
        hasher.update(buffer.get(..count).unwrap_or(&[]));
        size += count as u64;
    }
}

fn check_path(path: &Path, wanted: &Wanted<'_>) -> Result<Downloaded, DownloadError> {
    let error = file_error(path);
    let mut hasher = Hasher::new(wanted.algorithms());
    let mut file = File::open(path).map_err(&error)?;
    let size = hash_file(&mut file, &mut hasher).map_err(&error)?;
    let (digest, hashes) = hasher.finish();
    wanted.check(size, &hashes)?;
    Ok(Downloaded { path: path.to_path_buf(), sha256: digest, size })
}

fn check_local(wanted: &Wanted<'_>) -> Result<Downloaded, DownloadError> {
    let path = local_path(wanted.url.as_str());
    let path = path.ok_or_else(|| DownloadError::Filename { filename: redacted(wanted.url.as_str()) })?;
    check_path(&path, wanted)
}

/// The cache's folder of downloads, for one file.
struct Store<'a> {
    root: PathBuf,
    wanted: &'a Wanted<'a>,
}

impl Store<'_> {
    /// The name under which the URL is known.
    fn key(&self) -> String {
        let url = bare(self.wanted.url);
        let digest = sha256(format!("{url} {}", self.wanted.filename).as_bytes());
        hex(digest.get(..16).unwrap_or(&[]))
    }

    /// The finished file, and the server's validator for it.
    fn known(&self) -> Option<(Downloaded, Option<String>)> {
        let (digest, validator) = match self.wanted.sha256() {
            Some(digest) => (digest, None),
            None => {
                let note = fs::read_to_string(self.root.join("urls").join(self.key())).ok()?;
                let (digest, validator) = note.split_once('\n').unwrap_or((&note, ""));
                let validator = Some(validator.trim_end().to_string()).filter(|text| !text.is_empty());
                (sha256_from_hex(digest.trim())?, validator)
            }
        };
        let path = finished_path(&self.root, &digest, self.wanted.filename);
        let size = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?.len();
        if self.wanted.size.is_some_and(|expected| expected != size) {
            return None;
        }
        // Hashes by another algorithm are not known from the name.
        if self.wanted.algorithms().any(|algorithm| algorithm != Algorithm::Sha256) {
            return Some((check_path(&path, self.wanted).ok()?, validator));
        }
        self.wanted.check(size, &[Hash::sha256(&digest)]).ok()?;
        Some((Downloaded { path, sha256: digest, size }, validator))
    }

    /// Keeps which file the URL led to; without that it is fetched again, which is no error.
    fn note(&self, digest: &[u8; 32], validator: Option<&str>) {
        if self.wanted.sha256().is_none() || self.wanted.may_change {
            let text = format!("{}\n{}\n", hex(digest), validator.unwrap_or(""));
            let _ = write_atomically(&self.root.join("urls").join(self.key()), &[text.as_bytes()]);
        }
    }

    fn fetch(
        &self,
        client: &Client,
        known: Option<(Downloaded, Option<String>)>,
        first: Option<Response>,
        progress: Progress<'_>,
    ) -> Result<Downloaded, DownloadError> {
        let partial = self.root.join("partial").join(self.key());
        let error = file_error(&partial);
        if let Some(folder) = partial.parent() {
            fs::create_dir_all(folder).map_err(&error)?;
        }
        let open = || File::options().read(true).write(true).create(true).truncate(false).open(&partial);
        let mut file = open().map_err(&error)?;
        if file.try_lock().is_err() {
            // Another thread or process is at it: its result is ours.
            file.lock().map_err(&error)?;
            if let Some((found, _)) = self.known() {
                return Ok(found);
            }
            // The file that was waited for has been renamed away, perhaps.
            file = open().map_err(&error)?;
            file.lock().map_err(&error)?;
        }
        let mut transfer = Transfer { store: self, partial: &partial, file, total: self.wanted.size };
        let validator = known.as_ref().and_then(|(_, validator)| validator.clone());
        let (hashes, digest, size, validator) = match transfer.run(client, validator, first, progress)? {
            Some(done) => done,
            None => {
                // Not changed.
                let _ = fs::remove_file(&partial);
                return match known {
                    Some((found, _)) => Ok(found),
                    None => Err(Client::status_error(self.wanted.url, 304).into()),
                };
            }
        };
        let from = partial.with_extension("from");
        if let Err(error) = self.wanted.check(size, &hashes) {
            let _ = fs::remove_file(&partial);
            let _ = fs::remove_file(&from);
            return Err(error);
        }
        let path = finished_path(&self.root, &digest, self.wanted.filename);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(file_error(folder))?;
        }
        fs::rename(&partial, &path).map_err(file_error(&path))?;
        let _ = fs::remove_file(&from);
        self.note(&digest, validator.as_deref());
        Ok(Downloaded { path, sha256: digest, size })
    }
}

type Done = (Vec<Hash>, [u8; 32], u64, Option<String>);

/// One file on its way.
struct Transfer<'a> {
    store: &'a Store<'a>,
    partial: &'a Path,
    file: File,
    total: Option<u64>,
}

impl Transfer<'_> {
    /// Fetches until all is there; none if the server says that the known file is still the one.
    fn run(
        &mut self,
        client: &Client,
        known: Option<String>,
        mut first: Option<Response>,
        progress: Progress<'_>,
    ) -> Result<Option<Done>, DownloadError> {
        let wanted = self.store.wanted;
        let mut broken = 0;
        loop {
            let (mut hasher, mut have, validator) =
                if first.is_some() { (self.restart()?, 0, None) } else { self.resume()? };
            let resumed = have > 0;
            let range = format!("bytes={have}-");
            let mut headers = vec![("accept-encoding", "identity")];
            if have > 0 {
                headers.push(("range", &range));
                headers.extend(validator.as_deref().map(|validator| ("if-range", validator)));
            } else if let Some(known) = &known {
                headers.push(validator_header(known));
            }
            let answer = match first.take() {
                Some(answer) => answer,
                None => client.send(wanted.url, &headers)?,
            };
            let starts = answer.content_range();
            match answer.status {
                200 => {
                    if have > 0 {
                        (hasher, have) = (self.restart()?, 0);
                    }
                    self.total = self.total.or(answer.length());
                }
                206 if have > 0 && starts.map(|(start, _)| start) == Some(have) => {
                    self.total = self.total.or(starts.and_then(|(_, total)| total));
                }
                304 if known.is_some() && have == 0 => return Ok(None),
                // What is there does not fit what the server has.
                206 | 416 if have > 0 => {
                    self.restart()?;
                    continue;
                }
                status => return Err(Client::status_error(wanted.url, status).into()),
            }
            let validator = validator_of(&answer);
            self.note_validator(validator.as_deref());
            let length = answer.length().map(|length| have + length);
            let before = have;
            match self.receive(answer.into_reader(), &mut hasher, &mut have, progress)? {
                Ok(()) if length.is_none_or(|length| have >= length) => {
                    let (digest, hashes) = hasher.finish();
                    if resumed && before > 0 && wanted.check(have, &hashes).is_err() {
                        // The old part may be of another file: once more, from the beginning.
                        self.restart()?;
                        continue;
                    }
                    return Ok(Some((hashes, digest, have, validator)));
                }
                ended => {
                    // A transfer that gets on is not given up, one that stands still is, soon.
                    broken = if have > before { 0 } else { broken + 1 };
                    if broken > MAX_BROKEN {
                        let source = ended.err().unwrap_or_else(|| std::io::ErrorKind::UnexpectedEof.into());
                        let url = redacted(wanted.url.as_str());
                        return Err(ClientError::Body { url, source }.into());
                    }
                }
            }
        }
    }

    /// Takes up what is there: the hash so far, its length, and the validator of what it is part of. Without a hash to check
    /// at the end or a validator the part is of no use.
    fn resume(&mut self) -> Result<(Hasher, u64, Option<String>), DownloadError> {
        let error = file_error(self.partial);
        let wanted = self.store.wanted;
        let mut hasher = Hasher::new(wanted.algorithms());
        let validator = fs::read_to_string(self.partial.with_extension("from")).ok();
        let validator = validator.filter(|text| !text.is_empty());
        let checked = !wanted.hashes.is_empty() || !wanted.required.is_empty();
        self.file.seek(SeekFrom::Start(0)).map_err(&error)?;
        let length = self.file.metadata().map_err(&error)?.len();
        let too_long = self.total.is_some_and(|total| length >= total);
        if length == 0 || too_long || !(checked || validator.is_some()) {
            return Ok((self.restart()?, 0, None));
        }
        let have = hash_file(&mut self.file, &mut hasher).map_err(&error)?;
        Ok((hasher, have, validator))
    }

    fn restart(&mut self) -> Result<Hasher, DownloadError> {
        let error = file_error(self.partial);
        self.file.set_len(0).map_err(&error)?;
        self.file.seek(SeekFrom::Start(0)).map_err(&error)?;
        let _ = fs::remove_file(self.partial.with_extension("from"));
        self.total = self.store.wanted.size;
        Ok(Hasher::new(self.store.wanted.algorithms()))
    }

    fn note_validator(&self, validator: Option<&str>) {
        let path = self.partial.with_extension("from");
        // Without it the part is used only if a hash can prove it.
        let _ = match validator {
            Some(validator) => fs::write(path, validator),
            None => fs::remove_file(path),
        };
    }

    /// Writes what comes; the inner result is the transfer's, the outer one the disk's.
    fn receive(
        &mut self,
        mut from: impl Read,
        hasher: &mut Hasher,
        have: &mut u64,
        progress: Progress<'_>,
    ) -> Result<std::io::Result<()>, DownloadError> {
        let mut buffer = vec![0; 64 * 1024];
        progress(*have, self.total);
        loop {
            let count = match from.read(&mut buffer) {
                Ok(0) => return Ok(Ok(())),
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Ok(Err(error)),
            };
            let bytes = buffer.get(..count).unwrap_or(&[]);
            hasher.update(bytes);
            self.file.write_all(bytes).map_err(file_error(self.partial))?;
            *have += count as u64;
            if let Some(expected) = self.store.wanted.size.filter(|expected| *have > *expected) {
                // No need to fetch all of a file that is too long.
                let _ = self.restart();
                let url = redacted(self.store.wanted.url.as_str());
                return Err(DownloadError::Size { url, expected, found: *have });
            }
            progress(*have, self.total);
        }
    }
}

/// A strong entity tag, else the date of change (RFC 9110, 13.1.5).
fn validator_of(answer: &Response) -> Option<String> {
    let strong = answer.header("etag").filter(|tag| !tag.starts_with("W/"));
    strong.or_else(|| answer.header("last-modified")).map(String::from)
}

fn validator_header(validator: &str) -> (&'static str, &str) {
    let is_tag = validator.starts_with('"');
    (if is_tag { "if-none-match" } else { "if-modified-since" }, validator)
}
