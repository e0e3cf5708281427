//! The store: wheels unpacked once, found by the hash of their archive, shared by all environments.
//!
//! `CACHE/wheels/<LAYOUT>/ab/cdef…[.pure]/` is one entry: `manifest` (read at every install), `tree/` (the wheel's files) and
//! `bytecode-TAG/` (compiled files, where somebody asked for them).
//!
//! 1. An entry appears by renaming a finished directory, so that nobody sees half of one, and two processes that unpack the same wheel
//!    cost time and nothing else: the second finds its place taken and uses what is there.
//! 2. Nothing is synced to disk. A kill loses nothing; after a power loss files may be shorter than they were. The manifest says in
//!    which boot of the machine it was written; in another boot all sizes are compared once before the entry is used (`is_whole`).
//! 3. An entry that is damaged counts as absent and is replaced.
//! 4. Entries are removed under an exclusive lock of the store; who uses entries holds it shared (`lock`).
//!
//! The time of the manifest file is the entry's last use, to the day: the garbage collector's order.

use std::fmt;
use std::fs::{self, File, FileTimes};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::archive::Source;
use super::failpoint::failpoint;
use super::folder::Folder;
use super::lock::{self, Kind, Lock, LockError};
use super::manifest::Manifest;
use super::wheel::{self, Take, WheelError};
use crate::pkg::name::Name;
use crate::pkg::python::Python;
use crate::pkg::version::Version;

/// The form of the store. Another form is another directory, so that two versions of dx do not disturb each other.
pub const LAYOUT: &str = "v1";
const MANIFEST: &str = "manifest";
const TREE: &str = "tree";
const TEMPORARY: &str = ".tmp-";
/// How exact the time of the last use is.
const STAMP: Duration = Duration::from_secs(24 * 60 * 60);

/// What an entry is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Of the wheel's archive.
    pub sha256: [u8; 32],
    pub take: Take,
}

impl Key {
    /// The two parts of the entry's path.
    fn parts(&self) -> (String, String) {
        let hex: String = self.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let (first, rest) = hex.split_at(2);
        let end = if self.take == Take::Pure { ".pure" } else { "" };
        (first.to_owned(), format!("{rest}{end}"))
    }

    fn from_parts(first: &str, rest: &str) -> Option<Key> {
        let (rest, take) = match rest.strip_suffix(".pure") {
            Some(rest) => (rest, Take::Pure),
            None => (rest, Take::All),
        };
        let hex = format!("{first}{rest}");
        let mut sha256 = [0; 32];
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        for (at, byte) in sha256.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Key { sha256, take })
    }
}

/// An unpacked wheel.
#[derive(Debug, Clone)]
pub struct StoreEntry {
    pub key: Key,
    pub path: PathBuf,
    pub manifest: Manifest,
}

impl StoreEntry {
    /// Where the wheel's files are.
    pub fn tree(&self) -> PathBuf {
        self.path.join(TREE)
    }

    /// The wheel's core metadata.
    pub fn metadata(&self) -> Result<String, StoreError> {
        let path = self.tree().join(&self.manifest.dist_info).join("METADATA");
        fs::read_to_string(&path).map_err(|source| StoreError::Io { path, source })
    }

    /// Where bytecode of a Python is, whether it is there or not.
    pub(super) fn bytecode(&self, tag: &str) -> PathBuf {
        self.path.join(format!("bytecode-{tag}"))
    }
}

/// What the cache's commands show of an entry.
#[derive(Debug, Clone)]
pub struct EntryInfo {
    pub key: Key,
    pub path: PathBuf,
    pub name: String,
    pub version: String,
    /// In bytes, bytecode not counted.
    pub size: u64,
    pub files: u64,
    pub last_used: SystemTime,
}

#[derive(Debug)]
pub enum StoreError {
    Wheel { name: Name, version: Version, source: WheelError },
    Io { path: PathBuf, source: io::Error },
    Lock(LockError),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Wheel { name, version, .. } => {
                write!(f, "the wheel of {name} {version} cannot be installed")
            }
            StoreError::Io { path, .. } => write!(f, "the cache cannot be used at {}", path.display()),
            StoreError::Lock(_) => f.write_str("the cache cannot be locked"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreError::Wheel { source, .. } => Some(source),
            StoreError::Io { source, .. } => Some(source),
            StoreError::Lock(error) => Some(error),
        }
    }
}

impl StoreError {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            StoreError::Wheel { source, .. } => source.hint(),
            StoreError::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Some("the disk is full; `dx pip cache prune` makes room".into())
            }
            StoreError::Io { .. } | StoreError::Lock(_) => None,
        }
    }
}

/// Names this boot of the machine; empty where the system does not tell.
fn boot() -> &'static str {
    static BOOT: OnceLock<String> = OnceLock::new();
    BOOT.get_or_init(|| {
        let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        text.trim().to_owned()
    })
}

/// A directory that goes with its owner unless it was renamed.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // A leftover is found and removed by the next `prune`.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The store in a cache directory.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// The store of the cache in `cache`; nothing is created yet.
    pub fn new(cache: &Path) -> Store {
        Store { root: cache.join("wheels").join(LAYOUT) }
    }

    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Locks the store: shared to use its entries, exclusive to remove some. Creates its directory.
    pub fn lock(&self, kind: Kind, waiting: &mut dyn FnMut()) -> Result<Lock, StoreError> {
        let made = fs::create_dir_all(&self.root);
        made.map_err(|source| StoreError::Io { path: self.root.clone(), source })?;
        lock::lock(&self.root, kind, waiting).map_err(StoreError::Lock)
    }

    fn path_of(&self, key: &Key) -> PathBuf {
        let (first, rest) = key.parts();
        self.root.join(first).join(rest)
    }

    /// The entry of a wheel, if it is there and whole; counts as a use.
    pub fn get(&self, key: &Key) -> Option<StoreEntry> {
        let path = self.path_of(key);
        let mut file = File::open(path.join(MANIFEST)).ok()?;
        let metadata = file.metadata().ok()?;
        let mut bytes = Vec::with_capacity(metadata.len() as usize + 1);
        file.read_to_end(&mut bytes).ok()?;
        let manifest = Manifest::decode(&bytes)?;
        let mut entry = StoreEntry { key: *key, path, manifest };
        if entry.manifest.boot.is_empty() || entry.manifest.boot != boot() {
            if !is_whole(&entry) {
                return None;
            }
            entry.manifest.boot = boot().to_owned();
            // A cache that cannot be written to is compared every time.
            let _ = self.write_manifest_anew(&entry);
        } else if metadata.modified().ok().and_then(|then| then.elapsed().ok()).is_some_and(|age| age > STAMP)
        {
            // The same: without a stamp the entry only looks older than it is.
            let _ = file.set_times(FileTimes::new().set_modified(SystemTime::now()));
        }
        Some(entry)
    }

    /// The entry of a wheel whose archive is in `source`; it is unpacked unless it is there.
    ///
    /// The caller vouches for the hash in `key`. Errors: what `wheel::unpack` refuses, a cache that cannot be written.
    pub fn add(
        &self,
        key: &Key,
        source: Source<'_>,
        name: &Name,
        version: &Version,
    ) -> Result<StoreEntry, StoreError> {
        if let Some(entry) = self.get(key) {
            return Ok(entry);
        }
        let path = self.path_of(key);
        let temporary = self.temporary()?;
        let io = |path: &Path| {
            let path = path.to_path_buf();
            move |source| StoreError::Io { path, source }
        };
        let tree_path = temporary.0.join(TREE);
        fs::create_dir(&tree_path).map_err(io(&tree_path))?;
        let tree = Folder::open(&tree_path).map_err(io(&tree_path))?;
        let mut manifest = wheel::unpack(source, name, version, key.take, &tree)
            .map_err(|source| StoreError::Wheel { name: name.clone(), version: version.clone(), source })?;
        failpoint("store-unpacked");
        manifest.boot = boot().to_owned();
        let manifest_path = temporary.0.join(MANIFEST);
        fs::write(&manifest_path, manifest.encode()).map_err(io(&manifest_path))?;
        failpoint("store-manifest");
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(io(parent))?;
        }
        let entry = StoreEntry { key: *key, path, manifest };
        // Each round either succeeds, finds another process's entry, or removes a damaged one.
        let mut rounds = 0;
        loop {
            match fs::rename(&temporary.0, &entry.path) {
                Ok(()) => break,
                Err(source) if rounds == 3 || !entry.path.exists() => {
                    return Err(StoreError::Io { path: entry.path, source });
                }
                Err(_) => {}
            }
            if let Some(theirs) = self.get(key) {
                return Ok(theirs);
            }
            self.remove(key)?;
            rounds += 1;
        }
        failpoint("store-renamed");
        Ok(entry)
    }

    /// A new directory in the store that goes when it is dropped.
    fn temporary(&self) -> Result<Temporary, StoreError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = self.root.join(format!("{TEMPORARY}{}-{count}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Temporary(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound && !self.root.exists() => {
                    let made = fs::create_dir_all(&self.root);
                    made.map_err(|source| StoreError::Io { path: self.root.clone(), source })?;
                }
                Err(source) => return Err(StoreError::Io { path, source }),
            }
        }
    }

    fn write_manifest_anew(&self, entry: &StoreEntry) -> io::Result<()> {
        let temporary = self.temporary().map_err(|_| io::ErrorKind::Other)?;
        let path = temporary.0.join(MANIFEST);
        fs::write(&path, entry.manifest.encode())?;
        fs::rename(path, entry.path.join(MANIFEST))
    }

    /// Removes one entry, if it is there. Who may use it at the moment is the caller's care.
    pub fn remove(&self, key: &Key) -> Result<(), StoreError> {
        let temporary = self.temporary()?;
        let path = self.path_of(key);
        match fs::rename(&path, temporary.0.join("removed")) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(StoreError::Io { path, source }),
            _ => Ok(()),
        }
    }

    /// All entries that can be read; damaged ones are left out.
    pub fn entries(&self) -> Result<Vec<EntryInfo>, StoreError> {
        let mut found = Vec::new();
        for (first, folder) in self.folders(&self.root)? {
            for (rest, path) in self.folders(&folder)? {
                let Some(key) = Key::from_parts(&first, &rest) else { continue };
                let manifest_path = path.join(MANIFEST);
                let Ok(bytes) = fs::read(&manifest_path) else { continue };
                let Some(manifest) = Manifest::decode(&bytes) else { continue };
                let last_used = fs::metadata(&manifest_path).and_then(|found| found.modified());
                let size = manifest.size() + bytes.len() as u64;
                let files = manifest.files.len() as u64 + 1;
                found.push(EntryInfo {
                    key,
                    path,
                    name: manifest.name,
                    version: manifest.version,
                    size,
                    files,
                    last_used: last_used.unwrap_or(SystemTime::UNIX_EPOCH),
                });
            }
        }
        Ok(found)
    }

    /// The directories in a directory, hidden ones left out; none where there is no directory.
    fn folders(&self, path: &Path) -> Result<Vec<(String, PathBuf)>, StoreError> {
        let error = |source| StoreError::Io { path: path.to_path_buf(), source };
        let entries = match fs::read_dir(path) {
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(error)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(error)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') && entry.path().is_dir() {
                found.push((name, entry.path()));
            }
        }
        Ok(found)
    }

    /// Removes what killed processes left, and the entries longest unused until all together take at most `limit` bytes; gives
    /// what was removed. `lock` is the store's, held exclusively.
    pub fn prune(&self, limit: u64, lock: &Lock) -> Result<Vec<EntryInfo>, StoreError> {
        self.remove_leftovers(lock)?;
        let mut entries = self.entries()?;
        entries.sort_by_key(|entry| entry.last_used);
        let mut total: u64 = entries.iter().map(|entry| entry.size).sum();
        let mut removed = Vec::new();
        for entry in entries {
            if total <= limit {
                break;
            }
            self.remove(&entry.key)?;
            total -= entry.size;
            removed.push(entry);
        }
        Ok(removed)
    }

    fn remove_leftovers(&self, _lock: &Lock) -> Result<(), StoreError> {
        let error = |source| StoreError::Io { path: self.root.clone(), source };
        for entry in fs::read_dir(&self.root).map_err(error)? {
            let entry = entry.map_err(error)?;
            if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
                drop(Temporary(entry.path()));
            }
        }
        Ok(())
    }

    /// Compiles the wheel's modules for `python`, once: the files stand ready beside the wheel for every environment. A module that
    /// does not compile has none.
    pub fn compile(&self, entry: &StoreEntry, python: &dyn Python) -> Result<(), StoreError> {
        let path = entry.bytecode(python.cache_tag());
        if path.exists() {
            return Ok(());
        }
        let io = |source| StoreError::Io { path: path.clone(), source };
        let temporary = self.temporary()?;
        let tree = entry.tree();
        for file in entry.manifest.files.iter().filter(|file| file.name.ends_with(".py")) {
            let Some(folder) = entry.manifest.folders.get(file.folder as usize) else { continue };
            let from = tree.join(&folder.source).join(&file.name);
            let to = temporary.0.join(&folder.source);
            let source = fs::read(&from).map_err(io)?;
            let label = super::layout::join(&folder.source, &file.name);
            let Some(code) = python.compile(&source, Path::new(&label)) else { continue };
            let modified = fs::metadata(&from).and_then(|found| found.modified()).map_err(io)?;
            let seconds =
                modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs() as u32;
            fs::create_dir_all(&to).map_err(io)?;
            let mut pyc = File::create(to.join(bytecode_name(&file.name, python.cache_tag()))).map_err(io)?;
            let header = [python.magic(), [0; 4], seconds.to_le_bytes(), (source.len() as u32).to_le_bytes()];
            pyc.write_all(&[&header.concat()[..], &code].concat()).map_err(io)?;
        }
        match fs::rename(&temporary.0, &path) {
            Err(_) if path.exists() => Ok(()),
            other => other.map_err(io),
        }
    }
}

/// `module.py` is `module.TAG.pyc` in `__pycache__` (PEP 3147).
pub(super) fn bytecode_name(module: &str, tag: &str) -> String {
    format!("{}.{tag}.pyc", module.strip_suffix(".py").unwrap_or(module))
}

/// Whether all files are there with their sizes.
fn is_whole(entry: &StoreEntry) -> bool {
    let Ok(tree) = Folder::open(&entry.tree()) else { return false };
    let mut path = String::new();
    entry.manifest.files.iter().all(|file| {
        let Some(folder) = entry.manifest.folders.get(file.folder as usize) else { return false };
        path.clear();
        path.push_str(&folder.source);
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(&file.name);
        tree.size(&path) == Some(file.size)
    })
}
