//! pip's installation report: what was or would be installed, as JSON (version 1).

use serde_json::{Map, Value, json};

use super::super::metadata::Metadata;
use super::super::name::Name;
use super::session::{Session, Trouble};
use super::solve::Solved;
use super::wheels::Ready;
use crate::version;

/// The version of pip whose formats are followed.
pub const PIP: &str = "26.3";

fn whole(session: &Session<'_>, install: Vec<Value>) -> Value {
    let environment: Map<String, Value> = session
        .host
        .markers
        .items()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect();
    json!({
        "version": "1",
        "pip_version": PIP,
        "dx_version": version::DX,
        "install": install,
        "environment": environment,
    })
}

/// One package: where from, and its metadata.
struct Item<'a> {
    name: &'a Name,
    url: String,
    hashes: Vec<(String, String)>,
    direct_url: Option<&'a str>,
    is_yanked: bool,
    requested: bool,
    metadata: &'a str,
}

fn item(solved: &Solved<'_>, item: Item<'_>) -> Value {
    let download = match item.direct_url.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
        Some(direct) => direct,
        None => {
            let hashes: Map<String, Value> = item
                .hashes
                .iter()
                .map(|(name, digest)| (name.clone(), Value::from(digest.as_str())))
                .collect();
            let first = item.hashes.first().map(|(name, digest)| format!("{name}={digest}"));
            json!({ "url": item.url, "archive_info": { "hash": first, "hashes": hashes } })
        }
    };
    let mut value = json!({
        "download_info": download,
        "is_direct": item.direct_url.is_some(),
        "is_yanked": item.is_yanked,
        "requested": item.requested,
        "metadata": serde_json::to_value(Metadata::parse(item.metadata.as_bytes()).to_json()).unwrap_or_default(),
    });
    let extras: Vec<String> = solved
        .asked
        .get(item.name)
        .into_iter()
        .flatten()
        .flat_map(|entry| entry.target.extras().iter().map(ToString::to_string))
        .collect();
    if !extras.is_empty()
        && let Some(map) = value.as_object_mut()
    {
        map.insert("requested_extras".to_owned(), Value::from(extras));
    }
    value
}

fn digests(hashes: &[super::super::index::hash::Hash]) -> Vec<(String, String)> {
    let split = |hash: &super::super::index::hash::Hash| {
        let text = hash.to_string();
        text.split_once([':', '=']).map(|(name, digest)| (name.to_owned(), digest.to_owned()))
    };
    hashes.iter().filter_map(split).collect()
}

/// The report of packages whose wheels are there.
pub fn of_ready(session: &Session<'_>, solved: &Solved<'_>, ready: &[Ready]) -> Result<Value, Trouble> {
    let mut install = Vec::new();
    for made in ready {
        let metadata = made.entry.metadata()?;
        install.push(item(
            solved,
            Item {
                name: &made.chosen.name,
                url: made.url.clone(),
                hashes: digests(&made.hashes),
                direct_url: made.direct_url.as_deref(),
                is_yanked: made.is_yanked,
                requested: made.chosen.direct,
                metadata: &metadata,
            },
        ));
    }
    Ok(whole(session, install))
}

/// The report of an answer that is not acted on.
pub fn of_solved(session: &Session<'_>, solved: &Solved<'_>) -> Result<Value, Trouble> {
    let mut install = Vec::new();
    for chosen in &solved.resolution.packages {
        let Some(entry) = &chosen.entry else { continue };
        if let Some(direct) = solved.universe.direct_of(&chosen.name) {
            let metadata = direct.metadata.clone();
            install.push(item(
                solved,
                Item {
                    name: &chosen.name,
                    url: direct.url.clone(),
                    hashes: Vec::new(),
                    direct_url: Some(&direct.direct_url),
                    is_yanked: false,
                    requested: chosen.direct,
                    metadata: &metadata,
                },
            ));
            continue;
        }
        let Some(page) = solved.universe.page(&chosen.name) else { continue };
        let Some(file) = entry.file().and_then(|file| page.file(file as usize)) else { continue };
        let metadata = match entry.wheel {
            Some(_) => {
                solved.universe.index.metadata(&file).map_err(|error| Trouble::of(&*error, error.hint()))?
            }
            None => solved
                .universe
                .builder
                .source_metadata(&chosen.name, &chosen.version, &file)
                .map_err(Trouble::from)?,
        };
        install.push(item(
            solved,
            Item {
                name: &chosen.name,
                url: file.url().into_owned(),
                hashes: digests(&file.hashes()),
                direct_url: None,
                is_yanked: file.yanked().is_some(),
                requested: chosen.direct,
                metadata: &metadata,
            },
        ));
    }
    Ok(whole(session, install))
}

/// Writes a report to a file, or to standard output for `-`.
pub fn write(session: &Session<'_>, path: &str, report: &Value) -> Result<(), Trouble> {
    let text = serde_json::to_string_pretty(report).unwrap_or_default();
    if path == "-" {
        session.ui.result(&text);
        return Ok(());
    }
    std::fs::write(path, text + "\n")
        .map_err(|error| Trouble::new(format!("cannot write the report {path}: {error}")))
}
