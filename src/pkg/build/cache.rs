//! Wheels that were built, and metadata that was prepared, kept so that nothing is built twice.
//!
//! Below `built-1` of the cache, `ab/cdef…/` is one source with one set of settings: `METADATA` as soon as it is known, the wheel under
//! its own name, and `wheel.json`, written last, which says that the wheel is whole and what its hash is. A source is named by what never
//! changes, the hash of its archive or a commit; a local folder is never kept.
//!
//! Every file appears by renaming, so that two processes which build the same thing cost time and nothing else. What is damaged counts as
//! absent. A file's time is when it was built.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Value, json};

use super::super::filename::WheelName;
use super::super::index::hash::{hex, sha256, sha256_from_hex};
use super::super::index::http_cache::{temporary_beside, write_atomically};
use super::BuildError;
use super::backend::Settings;

const FOLDER: &str = "built-1";
const NOTE: &str = "wheel.json";
const METADATA: &str = "METADATA";

/// What a source is found by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key(String);

impl Key {
    /// # Arguments
    /// `origin` never means anything else: a hash with its algorithm, or a repository with a commit.
    pub fn new(origin: &str, subdirectory: Option<&str>, settings: &Settings) -> Key {
        let mut text = String::new();
        let mut part = |kind: &str, value: &str| {
            text.push_str(&format!("{kind} {} {value}\n", value.len()));
        };
        part("origin", origin);
        part("folder", subdirectory.unwrap_or_default());
        part("python", &format!("{}.{}", crate::version::MAJOR, crate::version::MINOR));
        for (key, value) in settings {
            part("key", key);
            part("value", value);
        }
        Key(hex(&sha256(text.as_bytes())))
    }
}

/// A wheel of the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub path: PathBuf,
    pub sha256: [u8; 32],
    pub name: WheelName,
    /// What it was built from, for people.
    pub origin: String,
}

/// The built wheels of a cache folder.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// Those of the cache in `cache`; nothing is created yet.
    pub fn new(cache: &Path) -> Cache {
        Cache { root: cache.join(FOLDER) }
    }

    pub fn path(&self) -> &Path {
        &self.root
    }

    fn folder(&self, key: &Key) -> PathBuf {
        let (first, rest) = key.0.split_at(2);
        self.root.join(first).join(rest)
    }

    /// The wheel that was built of a source.
    pub fn wheel(&self, key: &Key) -> Option<Kept> {
        read(&self.folder(key))
    }

    /// The metadata that was prepared for a source.
    pub fn metadata(&self, key: &Key) -> Option<String> {
        fs::read_to_string(self.folder(key).join(METADATA)).ok()
    }

    /// Keeps metadata. A cache that cannot be written to is only slower.
    pub fn keep_metadata(&self, key: &Key, text: &str) {
        let _ = write_atomically(&self.folder(key).join(METADATA), &[text.as_bytes()]);
    }

    /// Keeps a wheel and answers where it is now.
    ///
    /// # Errors
    /// What the system says of the cache's folder.
    pub fn keep_wheel(
        &self,
        key: &Key,
        wheel: &Path,
        name: &WheelName,
        digest: [u8; 32],
        origin: &str,
    ) -> Result<PathBuf, BuildError> {
        let folder = self.folder(key);
        fs::create_dir_all(&folder).map_err(BuildError::io("create", &folder))?;
        let filename = wheel.file_name().unwrap_or_default();
        let place = folder.join(filename);
        let temporary = temporary_beside(&place);
        let moved = fs::copy(wheel, &temporary).and_then(|_| fs::rename(&temporary, &place));
        if moved.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        moved.map_err(BuildError::io("write", &place))?;
        let note = json!({
            "file": filename.to_string_lossy(),
            "sha256": hex(&digest),
            "name": name.name.as_str(),
            "version": name.version.to_string(),
            "origin": origin,
        });
        let path = folder.join(NOTE);
        write_atomically(&path, &[note.to_string().as_bytes()]).map_err(BuildError::io("write", &path))?;
        Ok(place)
    }

    /// All wheels with their size and when they were built, in no order.
    pub fn list(&self) -> Vec<(Kept, u64, SystemTime)> {
        let mut found = Vec::new();
        for folder in self.folders() {
            if let Some(kept) = read(&folder)
                && let Ok(data) = fs::metadata(&kept.path)
            {
                let time = data.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                found.push((kept, data.len(), time));
            }
        }
        found
    }

    /// Removes one wheel that [`Cache::list`] named, with what belongs to it.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove(&self, kept: &Kept) -> std::io::Result<()> {
        match kept.path.parent() {
            Some(folder) if folder.starts_with(&self.root) && folder != self.root => {
                fs::remove_dir_all(folder)
            }
            _ => Ok(()),
        }
    }

    /// Removes what was built before a moment, and answers how many files and bytes that were.
    pub fn prune(&self, before: SystemTime) -> (u64, u64) {
        let mut gone = (0, 0);
        for folder in self.folders() {
            let files: Vec<(u64, SystemTime)> = fs::read_dir(&folder)
                .into_iter()
                .flatten()
                .filter_map(|entry| entry.ok()?.metadata().ok())
                .map(|data| (data.len(), data.modified().unwrap_or(SystemTime::UNIX_EPOCH)))
                .collect();
            if files.iter().all(|(_, time)| *time < before) && fs::remove_dir_all(&folder).is_ok() {
                gone.0 += files.len() as u64;
                gone.1 += files.iter().map(|(size, _)| size).sum::<u64>();
            }
        }
        gone
    }

    fn folders(&self) -> impl Iterator<Item = PathBuf> {
        let below = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten();
        below(self.root.clone()).flat_map(move |first| below(first.path())).map(|second| second.path())
    }
}

fn read(folder: &Path) -> Option<Kept> {
    let note: Value = serde_json::from_slice(&fs::read(folder.join(NOTE)).ok()?).ok()?;
    let text = |key: &str| note.get(key).and_then(Value::as_str);
    let file = text("file")?;
    let name = WheelName::parse(file).ok()?;
    // The note is the cache's own, but a name in it must not lead anywhere else.
    let path = folder.join(Path::new(file).file_name()?);
    let sha256 = sha256_from_hex(text("sha256")?)?;
    let origin = text("origin").unwrap_or_default().to_owned();
    path.is_file().then_some(Kept { path, sha256, name, origin })
}
