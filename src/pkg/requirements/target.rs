//! What one requirement names: a project, a path, or an address.
//!
//! Which of them it is follows from the text alone, by pip's rules without its looks at the disk: an address begins with a scheme that
//! is known, `NAME @ ADDRESS` is a project, a path has a separator, begins with a dot or ends as an archive does, all else is a
//! project. Behind `-e` what is no address is a path.

use super::{Marker, Name, Requirement, Source, SyntaxError};

/// What a requirement names.
#[derive(Clone, Debug)]
pub enum Target {
    /// A project by its name, perhaps with the address of its file: `requests>=2`, `pkg @ https://…`.
    Named(Requirement),
    /// A folder or a file, as written.
    Path { path: String, extras: Vec<Name>, marker: Option<Marker> },
    /// An address without a name in front; the name may stand in its fragment (`#egg=NAME[extra]`).
    Url { url: String, name: Option<Name>, extras: Vec<Name>, marker: Option<Marker> },
}

/// Why a text names nothing.
pub(super) enum Wrong {
    Syntax(SyntaxError),
    NotAllowed(&'static str),
}

impl From<SyntaxError> for Wrong {
    fn from(cause: SyntaxError) -> Wrong {
        Wrong::Syntax(cause)
    }
}

const ARCHIVES: &[&str] = &[
    ".whl",
    ".zip",
    ".tar.gz",
    ".tgz",
    ".tar",
    ".tar.bz2",
    ".tbz",
    ".tar.xz",
    ".txz",
    ".tlz",
    ".tar.lz",
    ".tar.lzma",
];

impl Target {
    /// The project's name, as far as the text tells it.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Target::Named(requirement) => Some(&requirement.name),
            Target::Url { name, .. } => name.as_ref(),
            Target::Path { .. } => None,
        }
    }

    /// The extras that are asked for.
    pub fn extras(&self) -> &[Name] {
        match self {
            Target::Named(requirement) => &requirement.extras,
            Target::Url { extras, .. } | Target::Path { extras, .. } => extras,
        }
    }

    /// When the requirement counts.
    pub fn marker(&self) -> Option<&Marker> {
        match self {
            Target::Named(requirement) => requirement.marker.as_ref(),
            Target::Url { marker, .. } | Target::Path { marker, .. } => marker.as_ref(),
        }
    }

    pub(super) fn parse(text: &str) -> Result<Target, Wrong> {
        let text = text.trim();
        if is_url(text) {
            return url(text);
        }
        if is_named_url(text) {
            return Ok(Target::Named(text.parse()?));
        }
        let (place, marker) =
            text.split_once(';').map_or((text, None), |(place, marker)| (place.trim(), Some(marker)));
        let (path, extras) = without_extras(place);
        match is_path(path) || is_archive(path) {
            true => {
                Ok(Target::Path { path: path.to_owned(), extras: names(extras)?, marker: condition(marker)? })
            }
            false => Ok(Target::Named(text.parse()?)),
        }
    }

    pub(super) fn editable(text: &str) -> Result<Target, Wrong> {
        let text = text.trim();
        if is_url(text) {
            let target = url(text)?;
            return match &target {
                Target::Url { url, .. } if !is_vcs(url) && !is_file(url) => {
                    Err(Wrong::NotAllowed(NOT_EDITABLE))
                }
                Target::Url { url, name: None, .. } if !is_file(url) => Err(Wrong::NotAllowed(NO_NAME)),
                _ => Ok(target),
            };
        }
        if is_named_url(text) {
            let requirement: Requirement = text.parse()?;
            return match &requirement.source {
                Source::Url(url) if is_vcs(url) || is_file(url) => Ok(Target::Named(requirement)),
                _ => Err(Wrong::NotAllowed(NOT_EDITABLE)),
            };
        }
        let (place, marker) =
            text.split_once(';').map_or((text, None), |(place, marker)| (place.trim(), Some(marker)));
        let (path, extras) = without_extras(place);
        match path.is_empty() {
            true => Err(Wrong::NotAllowed(NOT_EDITABLE)),
            false => {
                Ok(Target::Path { path: path.to_owned(), extras: names(extras)?, marker: condition(marker)? })
            }
        }
    }
}

const NOT_EDITABLE: &str = "Not a valid editable requirement, which is a local project's folder or a repository's address (git+https://…)";
const NO_NAME: &str = "Could not detect requirement name, please write NAME @ URL";

fn url(text: &str) -> Result<Target, Wrong> {
    let (place, marker) = match text.split_once("; ").or_else(|| text.split_once(" ;")) {
        Some((place, marker)) => (place.trim(), Some(marker)),
        None => (text, None),
    };
    let (place, extras) = match place.contains('#') {
        true => (place, None),
        false => without_extras(place),
    };
    let mut extras = names(extras)?;
    let mut name = None;
    if let Some((_, egg)) = fragment(place).find(|(key, _)| *key == "egg") {
        let (egg, more) = without_extras(egg);
        // An old address may hold a version behind the name, which says nothing that can be relied on.
        name = Some(egg).filter(|egg| !egg.is_empty()).map(one_name).transpose()?;
        extras.extend(names(more)?);
    }
    let url = match place.split_once(':') {
        Some((scheme @ ("git" | "hg" | "svn" | "bzr"), _)) => format!("{scheme}+{place}"),
        _ => place.to_owned(),
    };
    Ok(Target::Url { url, name, extras, marker: condition(marker)? })
}

/// The pairs behind an address's `#`: `egg`, `subdirectory`, digests.
pub fn fragment(url: &str) -> impl Iterator<Item = (&str, &str)> {
    let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
    fragment.split('&').filter_map(|pair| pair.split_once('='))
}

fn is_url(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    let scheme = scheme.to_ascii_lowercase();
    matches!(scheme.as_str(), "http" | "https" | "file" | "ftp") || is_vcs_scheme(&scheme)
}

fn is_vcs_scheme(scheme: &str) -> bool {
    let kind = scheme.split_once('+').map_or(scheme, |(kind, _)| kind);
    matches!(kind, "git" | "hg" | "svn" | "bzr")
}

fn is_vcs(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, _)| is_vcs_scheme(&scheme.to_ascii_lowercase()))
}

fn is_file(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("file"))
}

/// Whether the text is `NAME[extras] @ ADDRESS`.
fn is_named_url(text: &str) -> bool {
    let Some((left, _)) = text.split_once('@') else { return false };
    let name = left.split_once('[').map_or(left, |(name, _)| name).trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain)
}

fn is_path(text: &str) -> bool {
    text.starts_with('.') || text.contains('/') || (cfg!(windows) && text.contains('\\'))
}

fn is_archive(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ARCHIVES.iter().any(|end| text.ends_with(end))
}

/// A place and the brackets behind it.
fn without_extras(text: &str) -> (&str, Option<&str>) {
    let inside = text.strip_suffix(']').and_then(|text| text.rsplit_once('['));
    match inside {
        Some((place, extras)) if !place.is_empty() && !extras.is_empty() => (place.trim_end(), Some(extras)),
        _ => (text, None),
    }
}

/// The names in the brackets, by the grammar that a requirement has.
fn names(extras: Option<&str>) -> Result<Vec<Name>, Wrong> {
    match extras {
        None => Ok(Vec::new()),
        Some(extras) => Ok(format!("placeholder[{extras}]").parse::<Requirement>()?.extras),
    }
}

fn one_name(text: &str) -> Result<Name, Wrong> {
    Ok(text.parse::<Requirement>()?.name)
}

fn condition(marker: Option<&str>) -> Result<Option<Marker>, Wrong> {
    match marker.map(str::trim).filter(|marker| !marker.is_empty()) {
        None => Ok(None),
        Some(marker) => Ok(format!("placeholder ; {marker}").parse::<Requirement>()?.marker),
    }
}
