//! `--find-links`, and indexes that are folders: files on this disk, and pages with links to files of many packages.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use url::Url;

use super::IndexError;
use super::client::Client;
use super::page::{Freshness, NewFile, Page, PageBuilder, is_distribution};
use super::simple::{self, MAX_PAGE};
use super::url::{local_path, redacted};
use crate::pkg::filename::{SdistName, WheelName};
use crate::pkg::name::Name;

/// The files of all places, by package.
///
/// # Arguments
/// `places` are paths of folders, archives and HTML pages, and `file:`, `http:` and `https:` URLs, as pip takes them.
///
/// # Errors
/// A page that cannot be had or read. A folder that is not there is a warning, as it is pip's.
pub(super) fn collect(
    client: &Client,
    places: &[String],
    warnings: &mut Vec<String>,
) -> Result<HashMap<Name, Page>, IndexError> {
    let mut builders: HashMap<Name, PageBuilder> = HashMap::new();
    for place in places {
        match local_path(place) {
            Some(path) => {
                let path = expand_home(&path);
                add_local(&path, place, &mut builders, warnings)?;
            }
            None => add_page(client, place, &mut builders)?,
        }
    }
    let done = |(name, builder): (Name, PageBuilder)| (name, builder.finish(&[], &Freshness::default()));
    Ok(builders.into_iter().map(done).collect())
}

fn expand_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_path_buf(),
    }
}

fn add_local(
    path: &Path,
    place: &str,
    builders: &mut HashMap<Name, PageBuilder>,
    warnings: &mut Vec<String>,
) -> Result<(), IndexError> {
    if path.is_dir() {
        for file in sorted_files(path)? {
            add_file(&file, builders);
        }
    } else if path.is_file() {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
        if matches!(ending, "html" | "htm") {
            let body = std::fs::read(path).map_err(|source| read_error(path, source))?;
            let base = file_url(path).ok_or_else(|| IndexError::Url { url: redacted(place) })?;
            add_links(&base, &body, builders)?;
        } else {
            add_file(path, builders);
        }
    } else {
        warnings.push(format!("{} of --find-links is neither a folder nor a file", redacted(place)));
    }
    Ok(())
}

fn read_error(path: &Path, source: std::io::Error) -> IndexError {
    IndexError::Read { path: path.to_path_buf(), source }
}

/// The `file:` URL of a path.
fn file_url(path: &Path) -> Option<Url> {
    Url::from_file_path(std::path::absolute(path).ok()?).ok()
}

fn sorted_files(folder: &Path) -> Result<Vec<PathBuf>, IndexError> {
    let entries = std::fs::read_dir(folder).map_err(|source| read_error(folder, source))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    Ok(files)
}

/// The package that a file's name says it is of.
fn package_of(filename: &str) -> Option<Name> {
    if filename.ends_with(".whl") {
        return WheelName::parse(filename).ok().map(|wheel| wheel.name);
    }
    SdistName::guess(filename).ok().map(|source| source.name)
}

fn push_path(path: &Path, builder: &mut PageBuilder) {
    let filename = path.file_name().and_then(|name| name.to_str());
    let (Some(filename), Some(url)) = (filename, file_url(path)) else { return };
    let size = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|data| data.len());
    if size.is_some() && is_distribution(filename) {
        builder.push(&NewFile { filename, url: url.as_str(), size, ..NewFile::default() });
    }
}

fn add_file(path: &Path, builders: &mut HashMap<Name, PageBuilder>) {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(package_of);
    if let Some(name) = name {
        push_path(path, builders.entry(name).or_default());
    }
}

fn add_page(
    client: &Client,
    place: &str,
    builders: &mut HashMap<Name, PageBuilder>,
) -> Result<(), IndexError> {
    let url = Url::parse(place).map_err(|_| IndexError::Url { url: redacted(place) })?;
    client.remember_login(&url);
    let (head, body) = client.fetch(&url, &[("accept", "text/html")], MAX_PAGE)?;
    if head.status != 200 {
        return Err(Client::status_error(&url, head.status).into());
    }
    add_links(&head.url, &body, builders)
}

fn add_links(url: &Url, body: &[u8], builders: &mut HashMap<Name, PageBuilder>) -> Result<(), IndexError> {
    let parsed = simple::parse(url, Some("text/html"), body, &Freshness::default())?;
    for file in parsed.page.files() {
        let Some(name) = package_of(file.filename()) else { continue };
        let hashes = file.hashes();
        let hashes: Vec<_> = hashes.iter().map(|hash| (hash.algorithm, hash.hex.as_str())).collect();
        builders.entry(name).or_default().push(&NewFile {
            filename: file.filename(),
            url: &file.url(),
            hashes: &hashes,
            requires_python: file.requires_python(),
            yanked: file.yanked(),
            size: None,
            upload_time: None,
            core_metadata: file.core_metadata(),
        });
    }
    Ok(())
}

/// The page of a package in an index that is a folder: its `index.json` or `index.html`, else the files that lie there.
///
/// # Errors
/// A page that cannot be read. A package without a folder is none.
pub(super) fn local_page(index: &Path, name: &Name) -> Result<Option<Page>, IndexError> {
    let folder = index.join(name.as_str());
    if !folder.is_dir() {
        return Ok(None);
    }
    for (page, content) in [("index.json", "application/json"), ("index.html", "text/html")] {
        let path = folder.join(page);
        let Ok(body) = std::fs::read(&path) else { continue };
        let url = file_url(&path).ok_or_else(|| IndexError::Url { url: path.display().to_string() })?;
        return Ok(Some(simple::parse(&url, Some(content), &body, &Freshness::default())?.page));
    }
    let mut builder = PageBuilder::default();
    for path in sorted_files(&folder)? {
        push_path(&path, &mut builder);
    }
    Ok(Some(builder.finish(&[], &Freshness::default())))
}
