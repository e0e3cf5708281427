//! Pages kept in the cache folder, and how long they may be used without asking.
//!
//! A page's file holds the parsed page (`page`), not the answer. When it was last confirmed is the file's time of change, so
//! that a confirmation (304, or the same bytes again) touches the file instead of writing it. Files are written to a name of
//! their own and renamed: processes may share the folder, a reader sees the old page or the new one, and a damaged file reads
//! as none and is replaced.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use url::Url;

use super::client::Head;
use super::hash::hex;
use super::page::{Freshness, Page};
use super::time;
use super::url::bare;

/// A page read back.
pub struct Stored {
    pub page: Page,
    /// It may be used without asking.
    pub is_fresh: bool,
}

/// Where the page of a package of an index is kept.
pub fn page_path(cache: &Path, index: &Url, name: &str) -> PathBuf {
    let index = super::hash::sha256(bare(index).as_str().as_bytes());
    let folder = hex(index.get(..8).unwrap_or(&[]));
    cache.join("pages-1").join(folder).join(format!("{name}.page"))
}

/// Reads a stored page; none if it is missing or damaged.
pub fn load(path: &Path) -> Option<Stored> {
    let mut file = fs::File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).ok()?.saturating_add(1));
    file.read_to_end(&mut bytes).ok()?;
    let page = Page::read(bytes)?;
    let age = SystemTime::now().duration_since(metadata.modified().ok()?);
    let is_fresh = age.is_ok_and(|age| age.as_secs() < page.freshness().max_age);
    Some(Stored { page, is_fresh })
}

/// Stores a page. A cache that cannot be written to is no error: the page is fetched again next time.
pub fn store(path: &Path, page: &Page) {
    let (head, strings) = page.parts();
    let _ = write_atomically(path, &[head, strings]);
}

/// Notes that a stored page was confirmed just now.
pub fn touch(path: &Path) {
    let now = SystemTime::now();
    let _ = fs::File::options().append(true).open(path).and_then(|file| file.set_modified(now));
}

/// Writes a file in one step for whoever looks: to another name in the folder, which is made, then renamed.
///
/// # Errors
/// What the system says; nothing is left behind then.
pub fn write_atomically(path: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    let temporary = temporary_beside(path);
    let written = create_with_folder(&temporary).and_then(|mut file| {
        parts.iter().try_for_each(|part| file.write_all(part))?;
        fs::rename(&temporary, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn create_with_folder(path: &Path) -> std::io::Result<fs::File> {
    match fs::File::create_new(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
            fs::File::create_new(path)
        }
        created => created,
    }
}

/// A name in the same folder that no other process or thread uses.
pub fn temporary_beside(path: &Path) -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    path.with_file_name(format!(".{}-{next}-{now}.tmp", std::process::id()))
}

/// What an answer's headers say about keeping it (RFC 9111).
pub fn freshness(head: &Head) -> Freshness {
    let mut found = Freshness {
        etag: head.header("etag").map(String::from),
        last_modified: head.header("last-modified").map(String::from),
        max_age: 0,
        no_store: false,
    };
    let mut no_cache = false;
    let mut max_age = None;
    for directive in head.header("cache-control").unwrap_or("").split(',') {
        let (name, value) = directive.trim().split_once('=').unwrap_or((directive.trim(), ""));
        match name.to_ascii_lowercase().as_str() {
            "no-store" => found.no_store = true,
            "no-cache" => no_cache = true,
            "max-age" => max_age = value.trim_matches('"').parse::<u64>().ok(),
            _ => {}
        }
    }
    let expires = || {
        let date = head.header("date").and_then(time::parse_http).unwrap_or_else(time::now);
        Some(time::parse_http(head.header("expires")?)?.saturating_sub(date))
    };
    let age = head.header("age").and_then(|age| age.trim().parse::<u64>().ok()).unwrap_or(0);
    if !no_cache {
        found.max_age = max_age.or_else(expires).unwrap_or(0).saturating_sub(age);
    }
    found
}
