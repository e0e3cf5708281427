//! `direct_url.json`: where an installed distribution came from, if not from an index.
//!
//! Exactly one of archive, version control and folder is said. What is written carries no user and no password, unless they are
//! environment variables' names (`${TOKEN}`) or the user `git`, as the standard allows. The old field `archive_info.hash` is read, has
//! to agree with `hashes`, and is written beside it, because older tools read nothing else.
//!
//! Standard: PEP 610 and the direct URL specification.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

/// The recorded origin of a distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectUrl {
    /// The address, without the credentials that must not be stored once it is written.
    pub url: String,
    /// What the address names.
    pub origin: Origin,
    /// The project's folder inside the archive or repository.
    pub subdirectory: Option<String>,
}

/// What a direct URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A wheel or a source archive, and its digests by algorithm.
    Archive { hashes: Option<BTreeMap<String, String>> },
    /// A commit of a repository.
    Vcs { vcs: String, commit_id: String, requested_revision: Option<String> },
    /// A local folder; `None` where the file says nothing about being editable.
    Directory { editable: Option<bool> },
}

/// Why a file is no direct URL.
#[derive(Debug)]
pub enum DirectUrlError {
    /// The text is no JSON.
    Json(serde_json::Error),
    /// A value does not fit the standard: what is wrong, and where (`archive_info.hashes`).
    Invalid { message: String, at: String },
}

impl fmt::Display for DirectUrlError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DirectUrlError::Json(_) => write!(out, "direct_url.json is no JSON"),
            DirectUrlError::Invalid { message, at } if at.is_empty() => write!(out, "{message}"),
            DirectUrlError::Invalid { message, at } => write!(out, "{message} in '{at}'"),
        }
    }
}

impl std::error::Error for DirectUrlError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            DirectUrlError::Json(cause) => Some(cause),
            DirectUrlError::Invalid { .. } => None,
        }
    }
}

impl DirectUrlError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some("reinstall the package to have the file written anew".to_owned())
    }
}

fn invalid<T>(message: impl Into<String>, at: impl Into<String>) -> Result<T, DirectUrlError> {
    Err(DirectUrlError::Invalid { message: message.into(), at: at.into() })
}

/// A JSON object and the path to it, for messages.
struct Object<'a> {
    map: &'a Map<String, Value>,
    path: &'static str,
}

impl<'a> Object<'a> {
    fn at(&self, key: &str) -> String {
        match self.path {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        }
    }

    fn value(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    fn unexpected<T>(&self, key: &str, value: &Value, expected: &str) -> Result<T, DirectUrlError> {
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        invalid(format!("Unexpected type {found} (expected {expected})"), self.at(key))
    }

    fn text(&self, key: &str) -> Result<Option<String>, DirectUrlError> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => self.unexpected(key, other, "string"),
        }
    }

    fn required(&self, key: &str) -> Result<String, DirectUrlError> {
        match self.text(key)? {
            Some(text) => Ok(text),
            None => invalid("Missing required value", self.at(key)),
        }
    }

    fn object(&self, key: &'static str) -> Result<Option<Object<'a>>, DirectUrlError> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(Object { map, path: key })),
            Some(other) => self.unexpected(key, other, "object"),
        }
    }
}

impl DirectUrl {
    /// Reads a `direct_url.json`.
    ///
    /// # Errors
    /// [`DirectUrlError`] where the text is no JSON or breaks a rule of PEP 610.
    pub fn parse(text: &str) -> Result<DirectUrl, DirectUrlError> {
        let value: Value = serde_json::from_str(text).map_err(DirectUrlError::Json)?;
        let Value::Object(map) = &value else { return invalid("the file holds no object", "") };
        let top = Object { map, path: "" };
        let url = top.required("url")?;
        let origin = match (top.object("archive_info")?, top.object("vcs_info")?, top.object("dir_info")?) {
            (Some(info), None, None) => archive(&info)?,
            (None, Some(info), None) => Origin::Vcs {
                vcs: info.required("vcs")?,
                requested_revision: info.text("requested_revision")?,
                commit_id: info.required("commit_id")?,
            },
            (None, None, Some(info)) => {
                let editable = match info.value("editable") {
                    None => None,
                    Some(Value::Bool(editable)) => Some(*editable),
                    Some(other) => return info.unexpected("editable", other, "boolean"),
                };
                check_folder(&url)?;
                Origin::Directory { editable }
            }
            _ => return invalid("Exactly one of vcs_info, archive_info, dir_info must be present", ""),
        };
        Ok(DirectUrl { url, origin, subdirectory: top.text("subdirectory")? })
    }

    /// The file's text: credentials taken away, keys in order of the alphabet.
    pub fn to_json(&self) -> String {
        let mut top = Map::new();
        top.insert("url".to_owned(), Value::from(without_credentials(&self.url)));
        if let Some(folder) = &self.subdirectory {
            top.insert("subdirectory".to_owned(), Value::from(folder.as_str()));
        }
        let mut info = Map::new();
        let key = match &self.origin {
            Origin::Archive { hashes } => {
                if let Some(hashes) = hashes {
                    let preferred = hashes.get_key_value("sha256").or_else(|| hashes.iter().next());
                    if let Some((algorithm, digest)) = preferred {
                        info.insert("hash".to_owned(), Value::from(format!("{algorithm}={digest}")));
                    }
                    let all = hashes
                        .iter()
                        .map(|(algorithm, digest)| (algorithm.clone(), Value::from(digest.as_str())));
                    info.insert("hashes".to_owned(), Value::Object(all.collect()));
                }
                "archive_info"
            }
            Origin::Vcs { vcs, commit_id, requested_revision } => {
                info.insert("vcs".to_owned(), Value::from(vcs.as_str()));
                info.insert("commit_id".to_owned(), Value::from(commit_id.as_str()));
                if let Some(revision) = requested_revision {
                    info.insert("requested_revision".to_owned(), Value::from(revision.as_str()));
                }
                "vcs_info"
            }
            Origin::Directory { editable } => {
                if let Some(editable) = editable {
                    info.insert("editable".to_owned(), Value::from(*editable));
                }
                "dir_info"
            }
        };
        top.insert(key.to_owned(), Value::Object(info));
        Value::Object(top).to_string()
    }

    /// Whether the distribution is a folder installed in place.
    pub fn is_editable(&self) -> bool {
        self.origin == Origin::Directory { editable: Some(true) }
    }

    /// The requirement's source as `pip freeze` prints it behind `NAME @ `: `git+URL@COMMIT#subdirectory=DIR`, `URL#sha256=…`.
    pub fn as_reference(&self) -> String {
        let mut out = without_credentials(&self.url);
        let mut fragment: Vec<String> = Vec::new();
        match &self.origin {
            Origin::Vcs { vcs, commit_id, .. } => out = format!("{vcs}+{out}@{commit_id}"),
            Origin::Archive { hashes: Some(hashes) } => {
                let preferred = hashes.get_key_value("sha256").or_else(|| hashes.iter().next());
                fragment.extend(preferred.map(|(algorithm, digest)| format!("{algorithm}={digest}")));
            }
            Origin::Archive { hashes: None } | Origin::Directory { .. } => {}
        }
        fragment.extend(self.subdirectory.as_ref().map(|folder| format!("subdirectory={folder}")));
        if !fragment.is_empty() {
            out.push('#');
            out.push_str(&fragment.join("&"));
        }
        out
    }
}

fn archive(info: &Object<'_>) -> Result<Origin, DirectUrlError> {
    let mut hashes: Option<BTreeMap<String, String>> = None;
    if let Some(object) = info.object("hashes")? {
        let mut all = BTreeMap::new();
        for (algorithm, digest) in object.map {
            let Value::String(digest) = digest else {
                return invalid("Hash values must be strings", info.at("hashes"));
            };
            all.insert(algorithm.clone(), digest.clone());
        }
        hashes = Some(all);
    }
    if let Some(old) = info.text("hash")? {
        let Some((algorithm, digest)) = old.split_once('=') else {
            return invalid("Invalid hash format (expected '<algorithm>=<hash>')", info.at("hash"));
        };
        match hashes.as_ref().map(|all| all.get(algorithm)) {
            None => hashes = Some(BTreeMap::from([(algorithm.to_owned(), digest.to_owned())])),
            Some(None) => {
                let message =
                    format!("Algorithm '{algorithm}' used in hash field is not present in hashes field");
                return invalid(message, info.at("hashes"));
            }
            Some(Some(other)) if other != digest => {
                let message =
                    format!("Algorithm '{algorithm}' used in hash field has different value in hashes field");
                return invalid(message, info.at("hash"));
            }
            Some(Some(_)) => {}
        }
    }
    Ok(Origin::Archive { hashes })
}

fn check_folder(url: &str) -> Result<(), DirectUrlError> {
    let Some((_, rest)) = url.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("file"))
    else {
        return invalid("URL scheme must be file:// when dir_info is present", "url");
    };
    let path = match rest.strip_prefix("//") {
        Some(rest) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default(),
        None => rest,
    };
    match path.starts_with('/') {
        true => Ok(()),
        false => invalid("File URL must be absolute when dir_info is present", "url"),
    }
}

/// The address without its user and password, unless they are `${NAME}`, `${NAME}:${NAME}` or the plain user `git`.
pub fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((user, host)) if user != "git" && !names_variables(user) => format!("{scheme}://{host}{tail}"),
        _ => url.to_owned(),
    }
}

fn names_variables(user: &str) -> bool {
    let variable = |text: &str| {
        let name = text.strip_prefix("${").and_then(|text| text.strip_suffix('}'));
        name.is_some_and(|name| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        })
    };
    match user.split_once(':') {
        Some((user, password)) => variable(user) && variable(password),
        None => variable(user),
    }
}
