//! Indexes of packages: the one door through which the installer asks for pages, metadata and files.
//!
//! The model: an [`Index`] stands for all configured places. [`Index::page`] yields a [`Package`], the files of all places that
//! count; a [`File`] of it is a view that [`Index::metadata`] and [`Index::download`] take. All are called by many threads at
//! once; two that ask for the same thing wait for one answer. [`Index::stale`] tells what the last run saw, without asking
//! anybody: a resolver walks it to know which pages it will need, and asks for them all at once. A page that turns out
//! unchanged is the very same `Arc<Page>` as the stale one.
//!
//! The parts: `config` (pip's configuration), `client` (HTTP) on `tls`, `proxy` and `netrc`; `simple` (pages) on `json`, `html`
//! and `page` (the flat form) kept by `http_cache`; `find_links`; `metadata` on `zip_tail`; `download`; `git`.

pub mod client;
pub mod config;
pub mod config_edit;
pub mod default;
pub mod download;
mod error;
mod find_links;
mod forward;
pub mod git;
pub mod hash;
mod html;
pub mod http_cache;
mod json;
pub mod metadata;
pub mod netrc;
pub mod options;
pub mod page;
pub mod proxy;
pub mod simple;
mod slots;
pub mod time;
pub mod tls;
pub mod url;
pub mod zip_tail;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ::url::Url;

use self::client::Client;
use self::download::{Downloaded, Progress, Wanted};
use self::hash::Hash;
use self::metadata::Origin;
use self::slots::Slots;
use self::url::{local_path, redacted};
use crate::pkg::name::Name;

pub use self::error::IndexError;
pub use self::options::{IndexOptions, Refresh, Strategy};
pub use self::page::{CoreMetadata, File, Page};

/// A place of [`Package::sources`]: the files of one index, or those of `--find-links`.
#[derive(Clone, Debug)]
pub struct Source {
    pub page: Arc<Page>,
    /// 0 for `--find-links`, then the indexes in the order in which they are asked.
    pub rank: u32,
}

/// What the places that count offer under one name.
#[derive(Clone, Debug)]
pub struct Package {
    pub name: Name,
    pub sources: Vec<Source>,
}

impl Package {
    /// All files with their place's rank.
    pub fn files(&self) -> impl Iterator<Item = (u32, File<'_>)> {
        self.sources.iter().flat_map(|source| source.page.files().map(|file| (source.rank, file)))
    }

    /// The file at a place of the order in which [`Package::files`] yields them.
    pub fn file(&self, mut at: usize) -> Option<File<'_>> {
        for source in &self.sources {
            if at < source.page.len() {
                return source.page.file(at);
            }
            at -= source.page.len();
        }
        None
    }

    /// Whether both are the same pages, not only equal ones.
    pub fn is_same(&self, other: &Package) -> bool {
        let same = |(one, other): (&Source, &Source)| Arc::ptr_eq(&one.page, &other.page);
        self.sources.len() == other.sources.len() && self.sources.iter().zip(&other.sources).all(same)
    }
}

/// An answer that several may wait for.
pub type Shared<T> = Result<T, Arc<IndexError>>;

/// A page of the cache as it was found.
#[derive(Clone)]
struct Known {
    page: Arc<Page>,
    is_fresh: bool,
}

/// All configured places.
pub struct Index {
    client: Client,
    cache: PathBuf,
    strategy: Strategy,
    refresh: Refresh,
    /// In the order in which they are asked.
    indexes: Vec<Url>,
    find_links: Vec<String>,
    linked: OnceLock<Shared<HashMap<Name, Arc<Page>>>>,
    pages: Slots<Name, Shared<Arc<Package>>>,
    stored: Slots<(usize, Name), Option<Known>>,
    metadata: Slots<String, Shared<Arc<str>>>,
    tails: metadata::Tails,
    warnings: Mutex<Vec<String>>,
}

impl Index {
    /// # Errors
    /// An index URL that is none.
    pub fn new(options: IndexOptions) -> Result<Self, IndexError> {
        let client = Client::new(options.client);
        let mut indexes = Vec::new();
        if !options.no_index {
            let main = options.index_url.unwrap_or_else(default::default_index_url);
            // The extra ones first, as uv asks them: a name that they have is theirs.
            for text in options.extra_index_urls.iter().chain([&main]) {
                let url = index_url(text)?;
                client.remember_login(&url);
                indexes.push(url);
            }
        }
        Ok(Self {
            client,
            cache: options.cache,
            strategy: options.strategy,
            refresh: options.refresh,
            indexes,
            find_links: options.find_links,
            linked: OnceLock::new(),
            pages: Slots::default(),
            stored: Slots::default(),
            metadata: Slots::default(),
            tails: metadata::Tails::default(),
            warnings: Mutex::default(),
        })
    }

    /// The files of a package.
    ///
    /// # Errors
    /// No place that has it ([`IndexError::is_not_found`]), or one that gives no answer.
    pub fn page(&self, name: &Name) -> Shared<Arc<Package>> {
        self.pages.get(name, || self.find_package(name).map(Arc::new).map_err(Arc::new))
    }

    /// What the cache knows of a package, whether it is still so or not; without asking anybody.
    pub fn stale(&self, name: &Name) -> Option<Arc<Package>> {
        let mut sources = Vec::new();
        for at in 0..self.indexes.len() {
            if let Some(known) = self.stored(at, name) {
                sources.push(Source { page: known.page, rank: rank(at) });
                if self.strategy == Strategy::FirstIndex {
                    break;
                }
            }
        }
        // Local places are no slower than the cache; those of the net are left to `page`.
        if !self.find_links.is_empty() && self.find_links.iter().all(|place| local_path(place).is_some()) {
            let page = self.linked().as_ref().ok().and_then(|linked| linked.get(name).cloned());
            sources.extend(page.map(|page| Source { page, rank: 0 }));
        }
        (!sources.is_empty()).then(|| Arc::new(Package { name: name.clone(), sources }))
    }

    /// Whether [`Index::page`] would answer from the cache alone.
    pub fn is_fresh(&self, name: &Name) -> bool {
        let stored = |at| self.stored(at, name).map(|known| known.is_fresh);
        match self.strategy {
            Strategy::FirstIndex => (0..self.indexes.len()).find_map(stored) == Some(true),
            _ => (0..self.indexes.len()).all(|at| stored(at) == Some(true)),
        }
    }

    /// Whether [`Index::page`] has its answer already, or would answer from the cache alone.
    pub fn is_at_hand(&self, name: &Name) -> bool {
        self.pages.has(name) || self.is_fresh(name)
    }

    /// The core metadata of a file, as the text of its METADATA.
    ///
    /// # Errors
    /// [`metadata::MetadataError`]; a source distribution yields `NeedsBuild` unless the index offers its metadata.
    pub fn metadata(&self, file: &File<'_>) -> Shared<Arc<str>> {
        let url = file.url();
        self.metadata.get(&*url, || {
            let parsed = parse_url(&url)?;
            let origin = Origin::new(file, &parsed);
            metadata::get(&self.client, &self.cache, &origin, &self.tails)
                .map_err(|error| Arc::new(error.into()))
        })
    }

    /// The core metadata if the cache has it, without asking anybody.
    pub fn known_metadata(&self, file: &File<'_>) -> Option<Arc<str>> {
        let url = Url::parse(&file.url()).ok()?;
        metadata::stored(&self.cache, &Origin::new(file, &url))
    }

    /// Gets a file, checked against what the index says of it.
    ///
    /// # Arguments
    /// `required` as the user demands (`--require-hashes`): one of them must be true; none are none. `progress` is told bytes so
    /// far and in all.
    ///
    /// # Errors
    /// See [`download::DownloadError`].
    pub fn download(
        &self,
        file: &File<'_>,
        required: &[Hash],
        progress: Progress<'_>,
    ) -> Result<Downloaded, IndexError> {
        let text = file.url();
        let url = Url::parse(&text).map_err(|_| IndexError::Url { url: redacted(&text) })?;
        let hashes = file.hashes();
        let (filename, size) = (file.filename(), file.size());
        let wanted = Wanted { url: &url, filename, hashes: &hashes, required, size, may_change: false };
        Ok(download::download(&self.client, &self.cache, &wanted, progress)?)
    }

    /// Gets the file of a direct URL; hashes of its fragment count (`#sha256=…`).
    ///
    /// # Errors
    /// See [`download::DownloadError`].
    pub fn download_url(
        &self,
        text: &str,
        required: &[Hash],
        progress: Progress<'_>,
    ) -> Result<Downloaded, IndexError> {
        let mut url = Url::parse(text).map_err(|_| IndexError::Url { url: redacted(text) })?;
        let fragment = url.fragment().unwrap_or("").to_string();
        let hashes: Vec<Hash> = fragment.split('&').filter_map(Hash::parse).collect();
        url.set_fragment(None);
        let filename = url::file_name(url.as_str());
        let wanted = Wanted {
            url: &url,
            filename: &filename,
            hashes: &hashes,
            required,
            size: None,
            may_change: true,
        };
        Ok(download::download(&self.client, &self.cache, &wanted, progress)?)
    }

    /// Gets a work tree of a `git+…` URL.
    ///
    /// # Errors
    /// See [`git::GitError`].
    pub fn checkout(&self, url: &git::GitUrl) -> Result<git::Checkout, git::GitError> {
        git::checkout(&self.cache, url, self.client.is_offline())
    }

    /// The cache's copy of a file, if it is there.
    pub fn downloaded(&self, file: &File<'_>) -> Option<PathBuf> {
        download::cached(&self.cache, file.sha256()?, file.filename())
    }

    /// How many requests were made.
    pub fn requests(&self) -> u64 {
        self.client.requests()
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// The cache's folder.
    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// The indexes for people, in the order in which they are asked.
    pub fn index_names(&self) -> Vec<String> {
        self.indexes.iter().map(|url| redacted(url.as_str())).collect()
    }

    /// The address of the index at a place of the order in which they are asked, without credentials; nothing for a local folder.
    pub fn bare_url(&self, at: usize) -> Option<String> {
        let url = self.indexes.get(at).filter(|url| url.scheme() != "file")?;
        Some(self::url::bare(url).into())
    }

    /// Warnings since the last call.
    pub fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn warn(&self, warnings: impl IntoIterator<Item = String>) {
        let mut known = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        for warning in warnings {
            if !known.contains(&warning) {
                known.push(warning);
            }
        }
    }

    fn find_package(&self, name: &Name) -> Result<Package, IndexError> {
        let mut sources = Vec::new();
        let mut offline = None;
        if self.client.is_offline() {
            // What was never stored is unknown; that counts only if nothing else has the package.
            for at in 0..self.indexes.len() {
                match self.index_page(at, name) {
                    Ok(page) => sources.extend(page.map(|page| Source { page, rank: rank(at) })),
                    Err(error) => offline = Some(error),
                }
            }
            if self.strategy == Strategy::FirstIndex {
                sources.truncate(1);
            }
        } else if self.strategy == Strategy::FirstIndex || self.indexes.len() < 2 {
            for at in 0..self.indexes.len() {
                if let Some(page) = self.index_page(at, name)? {
                    sources.push(Source { page, rank: rank(at) });
                    break;
                }
            }
        } else {
            // Every index is asked in any case: all at once.
            let answers: Vec<_> = std::thread::scope(|scope| {
                let ask = |at| scope.spawn(move || self.index_page(at, name));
                let asked: Vec<_> = (0..self.indexes.len()).map(ask).collect();
                asked.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
            });
            for (at, answer) in answers.into_iter().enumerate() {
                // A thread ends without an answer only by a panic, which goes on here.
                let page = answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
                sources.extend(page.map(|page| Source { page, rank: rank(at) }));
            }
        }
        if !self.find_links.is_empty() {
            match self.linked() {
                Ok(linked) => {
                    let page = linked.get(name).cloned();
                    sources.extend(page.map(|page| Source { page, rank: 0 }));
                }
                Err(error) => self.warn([format!("--find-links: {error}")]),
            }
        }
        if let Some(error) = offline.filter(|_| sources.is_empty()) {
            return Err(error);
        }
        if sources.is_empty() {
            let name = name.to_string();
            if self.indexes.is_empty() && self.find_links.is_empty() {
                return Err(IndexError::NoIndex { name });
            }
            let places =
                self.indexes.iter().map(Url::as_str).chain(self.find_links.iter().map(String::as_str));
            return Err(IndexError::NoSuchPackage { name, asked: places.map(redacted).collect() });
        }
        Ok(Package { name: name.clone(), sources })
    }

    fn linked(&self) -> &Shared<HashMap<Name, Arc<Page>>> {
        self.linked.get_or_init(|| {
            let mut warnings = Vec::new();
            let found = find_links::collect(&self.client, &self.find_links, &mut warnings);
            self.warn(warnings);
            let found = found.map_err(Arc::new)?;
            Ok(found.into_iter().map(|(name, page)| (name, Arc::new(page))).collect())
        })
    }

    fn stored(&self, at: usize, name: &Name) -> Option<Known> {
        let url = self.indexes.get(at)?;
        if url.scheme() == "file" {
            return None;
        }
        self.stored.get(&(at, name.clone()), || {
            let stored = http_cache::load(&http_cache::page_path(&self.cache, url, name.as_str()))?;
            Some(Known {
                page: Arc::new(stored.page),
                is_fresh: stored.is_fresh && !self.refresh.is_of(name),
            })
        })
    }

    /// The page of one index; none if it has no such package.
    fn index_page(&self, at: usize, name: &Name) -> Result<Option<Arc<Page>>, IndexError> {
        let Some(index) = self.indexes.get(at) else { return Ok(None) };
        if let Some(folder) = local_path(index.as_str()).filter(|_| index.scheme() == "file") {
            return Ok(find_links::local_page(&folder, name)?.map(Arc::new));
        }
        let known = self.stored(at, name);
        if let Some(known) = known.as_ref().filter(|known| known.is_fresh || self.client.is_offline()) {
            return Ok(Some(known.page.clone()));
        }
        check_secure(&self.client, index)?;
        let url =
            index.join(&format!("{name}/")).map_err(|_| IndexError::Url { url: redacted(index.as_str()) })?;
        let before = known.as_ref().map(|known| known.page.freshness()).unwrap_or_default();
        let mut headers = vec![("accept", simple::ACCEPT)];
        headers.extend(before.etag.as_deref().map(|etag| ("if-none-match", etag)));
        headers.extend(before.last_modified.as_deref().map(|date| ("if-modified-since", date)));
        let (head, body) = self.client.fetch(&url, &headers, simple::MAX_PAGE)?;
        let path = http_cache::page_path(&self.cache, index, name.as_str());
        let freshness = http_cache::freshness(&head);
        match (head.status, known) {
            (200, known) => {
                // The same bytes again: what was made of them is still right.
                if let Some(known) = known.filter(|known| known.page.is_of(head.url.as_str(), &body)) {
                    self.confirm(&path, &known.page, &freshness, false);
                    return Ok(Some(known.page));
                }
                let parsed = simple::parse(&head.url, head.header("content-type"), &body, &freshness)?;
                self.warn(parsed.warning);
                if !freshness.no_store {
                    http_cache::store(&path, &parsed.page);
                }
                Ok(Some(Arc::new(parsed.page)))
            }
            (304, Some(known)) => {
                self.confirm(&path, &known.page, &freshness, true);
                Ok(Some(known.page))
            }
            (404 | 410, _) => Ok(None),
            (status, _) => Err(Client::status_error(&url, status).into()),
        }
    }

    /// Notes that a stored page is still right.
    fn confirm(&self, path: &Path, page: &Page, new: &page::Freshness, not_modified: bool) {
        let before = page.freshness();
        let mut after = new.clone();
        if not_modified {
            // What a 304 does not say stays as it was.
            after.etag = after.etag.or_else(|| before.etag.clone());
            after.last_modified = after.last_modified.or_else(|| before.last_modified.clone());
        }
        if after.no_store {
            let _ = std::fs::remove_file(path);
        } else if after == before {
            // The time matters only where there is a time to last.
            if before.max_age > 0 {
                http_cache::touch(path);
            }
        } else {
            http_cache::store(path, &page.with_freshness(&after));
        }
    }
}

/// Refuses what pip refuses: places that anybody on the way could answer for.
fn check_secure(client: &Client, url: &Url) -> Result<(), IndexError> {
    if client.is_secure(url) {
        return Ok(());
    }
    let host = url.host_str().unwrap_or("").to_string();
    Err(IndexError::Insecure { url: redacted(url.as_str()), host })
}

fn rank(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

fn parse_url(text: &str) -> Shared<Url> {
    Url::parse(text).map_err(|_| Arc::new(IndexError::Url { url: redacted(text) }))
}

/// An index's URL, with the `/` that links below it need; a plain path is a folder.
fn index_url(text: &str) -> Result<Url, IndexError> {
    let error = || IndexError::Url { url: redacted(text) };
    let mut url = match local_path(text) {
        Some(path) => {
            Url::from_file_path(std::path::absolute(path).map_err(|_| error())?).map_err(|()| error())?
        }
        None => Url::parse(text).map_err(|_| error())?,
    };
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}
