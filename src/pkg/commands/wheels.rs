//! From an answer to wheels in the store: what is not there is downloaded and unpacked, several at once.

use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::super::index::hash::Hash;
use super::super::install::archive::Source;
use super::super::install::store::{Key, Store, StoreEntry};
use super::super::install::wheel::Take;
use super::super::name::Name;
use super::super::resolve::Chosen;
use super::session::{Session, Trouble};
use super::solve::Solved;
use super::ui;

/// Downloads at the same time.
const MOST_THREADS: usize = 16;

/// A package that is to be installed, with its unpacked wheel.
pub struct Ready {
    pub chosen: Chosen,
    pub entry: Arc<StoreEntry>,
    /// What `direct_url.json` says, where it is to be written.
    pub direct_url: Option<String>,
    /// The file and its size where it had to be fetched.
    pub fetched: Option<(String, u64)>,
    pub filename: String,
    pub url: String,
    pub hashes: Vec<Hash>,
    pub is_direct: bool,
    pub is_yanked: bool,
}

/// Gets the wheels of all packages of the answer that are not installed, in the answer's order.
pub fn ready(session: &Session<'_>, solved: &Solved<'_>, store: &Store) -> Result<Vec<Ready>, Trouble> {
    let waiting: Vec<&Chosen> =
        solved.resolution.packages.iter().filter(|chosen| chosen.entry.is_some()).collect();
    if !waiting.is_empty() {
        session.ui.begin("Preparing packages", None);
    }
    let bar = session.ui.bar();
    // What is in the store already needs no thread of its own.
    let missing = waiting.iter().filter(|chosen| stored(solved, store, chosen).is_none()).count();
    let ready = each(&waiting, missing, |chosen| {
        let progress = |done: u64, _: Option<u64>| {
            if let Some(bar) = &bar {
                bar.set_message(format!("Fetching {} {} ({})", chosen.name, chosen.version, ui::size(done)));
            }
        };
        one(solved, store, chosen, &progress)
    });
    session.ui.end();
    ready
}

/// Does something for each item, up to `at_once` and [`MOST_THREADS`] at the same time. Answers in the items' order.
///
/// # Errors
/// The first in that order; what was not begun by then is left.
pub fn each<T: Sync, R: Send>(
    items: &[T],
    at_once: usize,
    work: impl Fn(&T) -> Result<R, Trouble> + Sync,
) -> Result<Vec<R>, Trouble> {
    let results: Vec<Mutex<Option<Result<R, Trouble>>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let failed = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (Some(item), Some(result)) = (items.get(at), results.get(at)) else { return };
            if failed.load(Ordering::Relaxed) > 0 {
                return;
            }
            let made = work(item);
            if made.is_err() {
                failed.fetch_add(1, Ordering::Relaxed);
            }
            *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..at_once.min(MOST_THREADS) {
            scope.spawn(work);
        }
        work();
    });
    let mut made = Vec::with_capacity(items.len());
    let mut trouble = None;
    for result in results {
        match result.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(Ok(one)) => made.push(one),
            Some(Err(error)) => trouble = trouble.or(Some(error)),
            None => {}
        }
    }
    match trouble {
        Some(trouble) => Err(trouble),
        None => Ok(made),
    }
}

/// The hashes of which a file has to have one, as the user demands.
pub fn required(solved: &Solved<'_>, name: &Name) -> Vec<Hash> {
    let asked = solved.asked.get(name).into_iter().flatten().flat_map(|entry| &entry.hashes);
    let mut found: Vec<Hash> =
        asked.filter_map(|hash| Hash::parse(&format!("{}={}", hash.algorithm, hash.digest))).collect();
    let ruled = solved.universe.rules.hashes.get(name).into_iter().flatten();
    found.extend(ruled.filter_map(|text| Hash::parse(text)));
    found
}

/// The key of a wheel whose hash the index names.
fn stored(solved: &Solved<'_>, store: &Store, chosen: &Chosen) -> Option<StoreEntry> {
    let entry = chosen.entry.as_ref()?;
    let key = match solved.universe.direct_of(&chosen.name) {
        Some(direct) => Key { sha256: direct.sha256, take: Take::All },
        None => {
            let page = solved.universe.page(&chosen.name)?;
            let file = page.file(entry.wheel? as usize)?;
            Key { sha256: *file.sha256()?, take: take(entry.without_extension) }
        }
    };
    store.get(&key)
}

fn take(without_extension: bool) -> Take {
    if without_extension { Take::Pure } else { Take::All }
}

/// Gets one package's wheel into the store.
pub fn one(
    solved: &Solved<'_>,
    store: &Store,
    chosen: &Chosen,
    progress: &dyn Fn(u64, Option<u64>),
) -> Result<Ready, Trouble> {
    let Some(entry) = &chosen.entry else {
        return Err(Trouble::new(format!("{} is installed already", chosen.name)));
    };
    let add = |path: PathBuf, sha256: [u8; 32], take: Take| -> Result<StoreEntry, Trouble> {
        let file = File::open(&path)
            .map_err(|error| Trouble::new(format!("cannot read {}: {error}", path.display())))?;
        let key = Key { sha256, take };
        store.add(&key, Source::File(&file), &chosen.name, &chosen.version).map_err(|error| {
            let mut trouble = Trouble::from(error);
            trouble.message = format!("{} {}: {}", chosen.name, chosen.version, trouble.message);
            trouble
        })
    };
    if let Some(direct) = solved.universe.direct_of(&chosen.name) {
        let key = Key { sha256: direct.sha256, take: Take::All };
        let unpacked = match store.get(&key) {
            Some(unpacked) => unpacked,
            None => add(direct.wheel.clone(), direct.sha256, Take::All)?,
        };
        let filename =
            direct.wheel.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        return Ok(Ready {
            chosen: chosen.clone(),
            entry: Arc::new(unpacked),
            direct_url: Some(direct.direct_url),
            fetched: None,
            filename,
            url: direct.url,
            hashes: Vec::new(),
            is_direct: true,
            is_yanked: false,
        });
    }
    let page = solved
        .universe
        .page(&chosen.name)
        .ok_or_else(|| Trouble::new(format!("{} has no page", chosen.name)))?;
    let file = entry
        .file()
        .and_then(|file| page.file(file as usize))
        .ok_or_else(|| Trouble::new(format!("{} {} has no file", chosen.name, chosen.version)))?;
    let mut fetched = None;
    let known = stored(solved, store, chosen);
    let unpacked = match known {
        Some(unpacked) => unpacked,
        None if entry.wheel.is_none() => {
            let (path, sha256) = solved
                .universe
                .builder
                .source_wheel(&chosen.name, &chosen.version, &file)
                .map_err(Trouble::from)?;
            match store.get(&Key { sha256, take: Take::All }) {
                Some(unpacked) => unpacked,
                None => add(path, sha256, Take::All)?,
            }
        }
        None => {
            let required = required(solved, &chosen.name);
            let downloaded = solved.universe.index.download(&file, &required, progress)?;
            fetched = Some((file.filename().to_owned(), downloaded.size));
            add(downloaded.path, downloaded.sha256, take(entry.without_extension))?
        }
    };
    Ok(Ready {
        chosen: chosen.clone(),
        entry: Arc::new(unpacked),
        direct_url: None,
        fetched,
        filename: file.filename().to_owned(),
        url: file.url().into_owned(),
        hashes: file.hashes(),
        is_direct: false,
        is_yanked: file.yanked().is_some(),
    })
}
