//! The cache folder as a whole: what is in it, how large that is, and the collection of what was not used for long.
//!
//! The model: every module that keeps something has a folder of its own (`PARTS`), and knows what is in it. Here such a folder is a
//! number of items, each of which may go at any time: whoever misses one fetches or makes it again. An item has a size and the time of
//! its last use, as exact as the file system tells it (files' times of change and of access).
//!
//! 1. Items are removed under the store's exclusive lock; who installs holds it shared, so that nothing goes between its download and
//!    its use.
//! 2. An item disappears by renaming before it is deleted, so that a kill leaves it whole or leaves something that only `prune` sees.
//! 3. An environment of `dx run` that was used in the last two days is not collected: a program may be running in it.

use std::fmt;
use std::fs::{self, File, FileTimes, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::install::lock::{self, Kind, Lock};
use super::install::store::{Key, Store, StoreError};

/// What the cache may take where nobody says otherwise.
pub const DEFAULT_LIMIT: u64 = 5 * 1024 * 1024 * 1024;

/// How often an install looks after the cache.
const INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);
/// How long an environment counts as one that may be running.
const RUNNING: Duration = Duration::from_secs(2 * 24 * 60 * 60);
/// How old something half-made has to be before nobody can be at work on it.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);
/// Its time says when the cache was last looked after.
const STAMP: &str = ".collected";
/// What is being deleted.
const GOING: &str = ".going-";

/// What kind of thing an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Pages,
    Metadata,
    Downloads,
    Wheels,
    Built,
    Repositories,
    Environments,
}

impl Part {
    pub const ALL: [Part; 7] = [
        Part::Pages,
        Part::Metadata,
        Part::Downloads,
        Part::Wheels,
        Part::Built,
        Part::Repositories,
        Part::Environments,
    ];

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Part::Pages => "Package index pages",
            Part::Metadata => "Packages' metadata",
            Part::Downloads => "Downloaded files",
            Part::Wheels => "Unpacked wheels",
            Part::Built => "Locally built wheels",
            Part::Repositories => "Git repositories",
            Part::Environments => "Environments of `dx run` and `dx tool`",
        }
    }
}

/// A folder of the cache and how many folders deep its items are.
struct Place {
    part: Part,
    folder: &'static str,
    depth: u32,
}

/// All places but the store, which lists its entries itself.
const PARTS: &[Place] = &[
    Place { part: Part::Pages, folder: "pages-1", depth: 2 },
    Place { part: Part::Metadata, folder: "metadata-1", depth: 2 },
    Place { part: Part::Downloads, folder: "downloads-1/files", depth: 2 },
    Place { part: Part::Downloads, folder: "downloads-1/urls", depth: 1 },
    Place { part: Part::Downloads, folder: "downloads-1/partial", depth: 1 },
    Place { part: Part::Built, folder: "built-1", depth: 2 },
    Place { part: Part::Repositories, folder: "git-1/repositories", depth: 1 },
    Place { part: Part::Repositories, folder: "git-1/checkouts", depth: 2 },
    Place { part: Part::Environments, folder: "environments", depth: 1 },
];

/// Something that may go.
#[derive(Clone, Debug)]
pub struct Item {
    pub part: Part,
    pub path: PathBuf,
    pub size: u64,
    pub files: u64,
    pub is_folder: bool,
    pub last_used: SystemTime,
    /// A wheel's name and version.
    pub wheel: Option<(String, String)>,
    key: Option<Key>,
}

/// What a removal came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    pub items: u64,
    pub files: u64,
    pub folders: u64,
    pub bytes: u64,
}

impl Removed {
    pub fn add(&mut self, item: &Item) {
        self.items += 1;
        self.files += item.files;
        self.folders += u64::from(item.is_folder);
        self.bytes += item.size;
    }
}

#[derive(Debug)]
pub enum CacheError {
    Io { path: PathBuf, source: io::Error },
    Store(StoreError),
}

impl fmt::Display for CacheError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CacheError::Io { path, .. } => write!(out, "cannot tidy the cache at {}", path.display()),
            CacheError::Store(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for CacheError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CacheError::Io { source, .. } => Some(source),
            CacheError::Store(error) => error.source(),
        }
    }
}

impl CacheError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            CacheError::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some("the cache belongs to another user; --cache-dir takes another folder".to_owned())
            }
            CacheError::Io { .. } => None,
            CacheError::Store(error) => error.hint(),
        }
    }
}

impl From<StoreError> for CacheError {
    fn from(error: StoreError) -> CacheError {
        CacheError::Store(error)
    }
}

/// The cache in a folder.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
    store: Store,
}

impl Cache {
    /// The cache in `root`; nothing is created.
    pub fn new(root: &Path) -> Cache {
        Cache { root: root.to_path_buf(), store: Store::new(root) }
    }

    /// Everything that is in the cache, damaged things left out.
    ///
    /// # Errors
    /// A folder of the cache that is there and cannot be read.
    pub fn items(&self) -> Result<Vec<Item>, CacheError> {
        let mut found = self.wheels()?;
        for place in PARTS {
            let mut paths = Vec::new();
            below(&self.root.join(place.folder), place.depth, &mut paths)?;
            found.extend(paths.into_iter().map(|path| item(place.part, path)));
        }
        Ok(found)
    }

    /// The unpacked wheels.
    ///
    /// # Errors
    /// See [`Cache::items`].
    pub fn wheels(&self) -> Result<Vec<Item>, CacheError> {
        let entries = self.store.entries()?;
        let wheel = |entry: super::install::store::EntryInfo| {
            let (bytecode, files) = bytecode(&entry.path);
            Item {
                part: Part::Wheels,
                size: entry.size + bytecode,
                files: entry.files + files,
                is_folder: true,
                last_used: entry.last_used,
                wheel: Some((entry.name, entry.version)),
                key: Some(entry.key),
                path: entry.path,
            }
        };
        Ok(entries.into_iter().map(wheel).collect())
    }

    /// Locks the cache for removals; waits for those who use it.
    ///
    /// # Errors
    /// A cache that cannot be written to.
    pub fn lock(&self, waiting: &mut dyn FnMut()) -> Result<Lock, CacheError> {
        Ok(self.store.lock(Kind::Exclusive, waiting)?)
    }

    /// Removes one item, if it is still there.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove(&self, item: &Item, _lock: &Lock) -> Result<(), CacheError> {
        if let Some(key) = &item.key {
            return Ok(self.store.remove(key)?);
        }
        let error = |source| CacheError::Io { path: item.path.clone(), source };
        match fs::symlink_metadata(&item.path) {
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(error(source)),
            Ok(found) if found.is_dir() => {
                static COUNT: AtomicU64 = AtomicU64::new(0);
                let count = COUNT.fetch_add(1, Ordering::Relaxed);
                let going = self.root.join(format!("{GOING}{}-{count}", std::process::id()));
                fs::rename(&item.path, &going).map_err(error)?;
                fs::remove_dir_all(&going).map_err(error)
            }
            Ok(_) => fs::remove_file(&item.path).map_err(error),
        }
    }

    /// Removes what killed processes left and, longest unused first, as much as it takes to bring the cache to `limit` bytes.
    ///
    /// # Errors
    /// See [`Cache::items`] and [`Cache::remove`].
    pub fn prune(&self, limit: u64, lock: &Lock) -> Result<Removed, CacheError> {
        self.remove_leftovers(lock)?;
        let mut items = self.items()?;
        let now = SystemTime::now();
        let age = |item: &Item| now.duration_since(item.last_used).unwrap_or_default();
        let mut total: u64 = items.iter().map(|item| item.size).sum();
        items.retain(|item| item.part != Part::Environments || age(item) > RUNNING);
        items.sort_by_key(|item| item.last_used);
        let mut removed = Removed::default();
        for item in &items {
            if total <= limit {
                break;
            }
            self.remove(item, lock)?;
            total -= item.size;
            removed.add(item);
        }
        Ok(removed)
    }

    /// Removes everything.
    ///
    /// # Errors
    /// See [`Cache::items`] and [`Cache::remove`].
    pub fn purge(&self, lock: &Lock) -> Result<Removed, CacheError> {
        self.remove_leftovers(lock)?;
        let mut removed = Removed::default();
        for item in self.items()? {
            self.remove(&item, lock)?;
            removed.add(&item);
        }
        Ok(removed)
    }

    /// Prunes if nobody did for a day and nobody uses the cache at the moment; a look at one file if there is nothing to do.
    ///
    /// # Errors
    /// See [`Cache::prune`].
    pub fn prune_now_and_then(&self, limit: u64) -> Result<Option<Removed>, CacheError> {
        let stamp = self.root.join(STAMP);
        let error = |source| CacheError::Io { path: stamp.clone(), source };
        match fs::metadata(&stamp).and_then(|found| found.modified()) {
            Ok(then) if then.elapsed().is_ok_and(|age| age < INTERVAL) => return Ok(None),
            Ok(_) => {}
            // A cache that was just made has nothing that is old.
            Err(source) if source.kind() == io::ErrorKind::NotFound => {
                File::create(&stamp).map_err(error)?;
                return Ok(None);
            }
            Err(source) => return Err(error(source)),
        }
        let held = lock::try_lock(self.store.path(), Kind::Exclusive).map_err(StoreError::Lock)?;
        let Some(held) = held else { return Ok(None) };
        // First, so that a prune which fails is not tried by every command of the day.
        let now = FileTimes::new().set_modified(SystemTime::now());
        File::options().append(true).open(&stamp).and_then(|file| file.set_times(now)).map_err(error)?;
        self.prune(limit, &held).map(Some)
    }

    fn remove_leftovers(&self, lock: &Lock) -> Result<(), CacheError> {
        self.store.prune(u64::MAX, lock)?;
        for (name, path) in children(&self.root)? {
            if name.starts_with(GOING) {
                fs::remove_dir_all(&path).map_err(|source| CacheError::Io { path, source })?;
            }
        }
        for place in PARTS {
            abandoned(&self.root.join(place.folder), place.depth);
        }
        Ok(())
    }
}

/// A size as people write it: bytes, or with a unit as in `500M`, `5GiB`; `none` is without limit.
pub fn size_of(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("none") {
        return Some(u64::MAX);
    }
    let end = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let unit = unit.trim().to_ascii_lowercase();
    let power = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" if !unit.contains('i') => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    // Beyond the range the conversion gives the largest number, which is what is meant.
    Some((number * 1024_f64.powi(power)) as u64)
}

fn children(folder: &Path) -> Result<Vec<(String, PathBuf)>, CacheError> {
    let error = |source| CacheError::Io { path: folder.to_path_buf(), source };
    let entries = match fs::read_dir(folder) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(error)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(error)?;
        found.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    Ok(found)
}

/// What is `depth` levels below a folder, hidden names left out.
fn below(folder: &Path, depth: u32, found: &mut Vec<PathBuf>) -> Result<(), CacheError> {
    for (name, path) in children(folder)? {
        if name.starts_with('.') {
            continue;
        }
        match depth {
            0 | 1 => found.push(path),
            _ if path.is_dir() => below(&path, depth - 1, found)?,
            _ => {}
        }
    }
    Ok(())
}

/// Removes temporary files that nobody can be writing any more.
fn abandoned(folder: &Path, depth: u32) {
    // What cannot be looked at stays; the next prune tries again.
    for (name, path) in children(folder).unwrap_or_default() {
        let Ok(found) = fs::symlink_metadata(&path) else { continue };
        let age = found.modified().ok().and_then(|then| then.elapsed().ok());
        if name.starts_with('.') && name.ends_with(".tmp") {
            if age.is_some_and(|age| age > ABANDONED) {
                let _ = if found.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            }
        } else if found.is_dir() && depth > 0 {
            abandoned(&path, depth - 1);
        }
    }
}

fn item(part: Part, path: PathBuf) -> Item {
    let mut last_used = SystemTime::UNIX_EPOCH;
    let mut is_folder = false;
    if let Ok(found) = fs::symlink_metadata(&path) {
        last_used = last_use(&found);
        is_folder = found.is_dir();
    }
    for (_, child) in children(&path).unwrap_or_default() {
        if let Ok(found) = fs::symlink_metadata(&child) {
            last_used = last_used.max(last_use(&found));
        }
    }
    // `commands::cached` notes a use of an environment here.
    if let Ok(found) = fs::metadata(path.join("env").join(super::commands::cached::WHOLE)) {
        last_used = last_used.max(last_use(&found));
    }
    let (mut size, mut files) = (0, 0);
    measure(&path, part != Part::Environments, &mut size, &mut files);
    Item { part, path, size, files, is_folder, last_used, wheel: None, key: None }
}

/// Directories are read by every look at the cache: only their time of change means something.
fn last_use(found: &Metadata) -> SystemTime {
    let changed = found.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    match found.is_dir() {
        true => changed,
        false => changed.max(found.accessed().unwrap_or(SystemTime::UNIX_EPOCH)),
    }
}

/// Adds up what is below a path. Files with several names count only `with_links`: those of an environment are the store's.
fn measure(path: &Path, with_links: bool, size: &mut u64, files: &mut u64) {
    let Ok(found) = fs::symlink_metadata(path) else { return };
    if found.is_dir() {
        for (_, child) in children(path).unwrap_or_default() {
            measure(&child, with_links, size, files);
        }
        return;
    }
    *files += 1;
    if with_links || !has_several_names(&found) {
        *size += found.len();
    }
}

#[cfg(unix)]
fn has_several_names(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(found) > 1
}

#[cfg(not(unix))]
fn has_several_names(_: &Metadata) -> bool {
    false
}

/// The compiled files of an entry of the store.
fn bytecode(entry: &Path) -> (u64, u64) {
    let (mut size, mut files) = (0, 0);
    for (name, path) in children(entry).unwrap_or_default() {
        if name.starts_with("bytecode-") {
            measure(&path, true, &mut size, &mut files);
        }
    }
    (size, files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_units() {
        let cases = [
            ("0", Some(0)),
            ("1000", Some(1000)),
            ("1k", Some(1024)),
            ("1.5 MiB", Some(1_572_864)),
            ("2GB", Some(2 << 30)),
            ("1T", Some(1 << 40)),
            ("none", Some(u64::MAX)),
            ("", None),
            ("x", None),
            ("5i", None),
            ("-1", None),
            ("5 parsecs", None),
        ];
        for (text, expected) in cases {
            assert_eq!(size_of(text), expected, "{text}");
        }
    }
}
