//! Pages of the simple API: asked for as JSON or HTML, read into a [`Page`] (PEP 503, 592, 629, 658, 691, 700, 714).

use std::fmt;

use url::Url;

use super::page::{CoreMetadata, Freshness, NewFile, Page, PageBuilder, is_distribution};
use super::url::{file_name, redacted};
use super::{hash, html, json};

/// What a client of pages accepts, the best first.
pub const ACCEPT: &str =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";

/// The newest version of the API that this file reads in full.
const API_MAJOR: u64 = 1;
const API_MINOR: u64 = 4;

/// No page is longer.
pub const MAX_PAGE: u64 = 512 << 20;

#[derive(Debug)]
pub enum PageError {
    Json {
        url: String,
        source: serde_json::Error,
    },
    /// Neither JSON nor HTML.
    ContentType {
        url: String,
        found: String,
    },
    ApiVersion {
        url: String,
        version: String,
    },
}

impl fmt::Display for PageError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json { url, .. } => write!(out, "{url} answered with JSON that is no page of a package"),
            Self::ContentType { url, found } => write!(out, "{url} answered with {found:?}, not with a page"),
            Self::ApiVersion { url, version } => {
                write!(
                    out,
                    "{url} speaks version {version} of the simple API, dx speaks {API_MAJOR}.{API_MINOR}"
                )
            }
        }
    }
}

impl std::error::Error for PageError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Json { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl PageError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(String::from(match self {
            Self::ApiVersion { .. } => "use a newer dx, or another index",
            Self::Json { .. } | Self::ContentType { .. } => {
                "check that the index URL is that of a simple API; such URLs often end in /simple/"
            }
        }))
    }
}

/// A page, and a warning about it.
pub struct Parsed {
    pub page: Page,
    pub warning: Option<String>,
}

/// Reads an answer.
///
/// # Arguments
/// `url` is where the answer came from: relative links are relative to it.
///
/// # Errors
/// Another type of content, JSON of another form, or a version of the API that is too new.
pub fn parse(
    url: &Url,
    content_type: Option<&str>,
    body: &[u8],
    freshness: &Freshness,
) -> Result<Parsed, PageError> {
    let kind =
        content_type.unwrap_or("text/html").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/vnd.pypi.simple.v1+json"
        | "application/vnd.pypi.simple.latest+json"
        | "application/json" => json::parse(url, body, freshness),
        "text/html"
        | "application/xhtml+xml"
        | "application/vnd.pypi.simple.v1+html"
        | "application/vnd.pypi.simple.latest+html" => html::parse(url, body, freshness),
        _ => Err(PageError::ContentType { url: redacted(url.as_str()), found: kind }),
    }
}

/// Judges the version of the API that a page names: a warning, or the refusal.
pub(super) fn check_version(url: &Url, version: &str) -> Result<Option<String>, PageError> {
    let mut numbers = version.trim().split('.').map(|number| number.parse::<u64>().ok());
    let (major, minor) = (numbers.next().flatten(), numbers.next().flatten());
    match (major, minor) {
        (Some(API_MAJOR), Some(minor)) if minor <= API_MINOR => Ok(None),
        (Some(API_MAJOR), Some(_)) => Ok(Some(format!(
            "{} speaks version {version} of the simple API; dx knows {API_MAJOR}.{API_MINOR} and may miss something",
            redacted(url.as_str())
        ))),
        _ => Err(PageError::ApiVersion { url: redacted(url.as_str()), version: version.into() }),
    }
}

/// Makes links absolute; most of them are, or lie in the same folder as the one before.
pub(super) struct Links {
    base: Url,
}

impl Links {
    pub fn new(base: Url) -> Self {
        Self { base }
    }

    /// The absolute URL of a link without its fragment, and the fragment.
    pub fn join<'a>(&self, link: &'a str) -> Option<(std::borrow::Cow<'a, str>, &'a str)> {
        let (target, fragment) = link.split_once('#').unwrap_or((link, ""));
        let plain =
            target.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\'));
        let absolute = target.starts_with("https://") || target.starts_with("http://");
        if absolute && plain && !target.contains("/../") && !target.contains("/./") {
            return Some((target.into(), fragment));
        }
        let joined = self.base.join(target).ok()?;
        Some((String::from(joined).into(), fragment))
    }
}

/// A link of an HTML page or a list of links.
pub(super) struct Link<'a> {
    pub href: &'a str,
    pub requires_python: Option<&'a str>,
    pub yanked: Option<&'a str>,
    /// The value of `data-core-metadata`, which wins, or `data-dist-info-metadata`.
    pub core_metadata: Option<&'a str>,
}

/// Adds a link's file to a page, if it leads to a distribution.
pub(super) fn push_link(builder: &mut PageBuilder, links: &Links, link: &Link<'_>) {
    let Some((url, fragment)) = links.join(link.href.trim()) else { return };
    let filename = file_name(&url);
    if !is_distribution(&filename) {
        return;
    }
    let hashes: Vec<(hash::Algorithm, &str)> = fragment
        .split('&')
        .filter_map(|part| part.split_once('='))
        .filter_map(|(name, hex)| Some((hash::Algorithm::of(name)?, hex)))
        .collect();
    builder.push(&NewFile {
        filename: &filename,
        url: &url,
        hashes: &hashes,
        requires_python: link.requires_python.filter(|text| !text.trim().is_empty()),
        yanked: link.yanked,
        size: None,
        upload_time: None,
        core_metadata: link.core_metadata.and_then(core_metadata),
    });
}

/// `true`, or the hash as `sha256=…`.
fn core_metadata(text: &str) -> Option<CoreMetadata> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("false") || text.is_empty() {
        return None;
    }
    let digest = text.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("sha256"));
    let digest = digest.and_then(|(_, hex)| hash::sha256_from_hex(hex));
    Some(digest.map_or(CoreMetadata::Offered, CoreMetadata::Sha256))
}
