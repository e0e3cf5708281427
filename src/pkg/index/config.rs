//! pip's configuration: where `pip.conf` lies, what the environment says, and which of them wins.
//!
//! The model: every file, and the environment, is a *layer* of keys `section.option`. Layers lie upon each other in the order
//! global, user, site (the environment's own), the file named by `PIP_CONFIG_FILE`, then the `PIP_*` variables. A command asks
//! for an option by its long name; the answer comes from the variables, else from the section named like the command, else
//! from `[global]`; within one section the last layer wins, and an empty value is none (that is how pip reads them).
//!
//! Not here: what the options mean. Changing a file is in `config_edit`.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

#[cfg(windows)]
const FILE: &str = "pip.ini";
#[cfg(not(windows))]
const FILE: &str = "pip.conf";

#[cfg(windows)]
const NULL_DEVICE: &str = "nul";
#[cfg(not(windows))]
const NULL_DEVICE: &str = "/dev/null";

#[cfg(windows)]
const PATH_SEPARATOR: char = ';';
#[cfg(not(windows))]
const PATH_SEPARATOR: char = ':';

/// The environment variables that this module and the client read: a copy, so that tests need no process of their own.
#[derive(Clone, Debug, Default)]
pub struct Variables(HashMap<String, String>);

impl Variables {
    /// Those of this process; what is not text is left out.
    pub fn process() -> Self {
        let text = |(key, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((key.into_string().ok()?, value.into_string().ok()?))
        };
        Self(std::env::vars_os().filter_map(text).collect())
    }

    /// A variable's value; an empty one is none.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The variable in lower case or, failing that, in upper case, as proxies are named.
    pub fn get_either(&self, lower: &str) -> Option<&str> {
        self.get(lower).or_else(|| self.get(&lower.to_ascii_uppercase()))
    }

    /// The home folder.
    pub fn home(&self) -> Option<PathBuf> {
        self.get("HOME").or_else(|| self.get("USERPROFILE")).map(PathBuf::from)
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

/// What kind of layer it is, in the order in which they override each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Global,
    User,
    Site,
    /// The file named by `PIP_CONFIG_FILE`.
    Env,
    /// The `PIP_*` variables.
    EnvVar,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Kind::Global => "global",
            Kind::User => "user",
            Kind::Site => "site",
            Kind::Env => "env",
            Kind::EnvVar => "env-var",
        })
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub kind: Kind,
    /// The file; none for a variable.
    pub path: Option<PathBuf>,
    /// The section it stood in; `:env:` for a variable.
    pub section: String,
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(out, "[{}] of {}", self.section, path.display()),
            None => out.write_str("the environment"),
        }
    }
}

/// One file, or the environment.
#[derive(Clone, Debug)]
pub struct Layer {
    pub kind: Kind,
    pub path: Option<PathBuf>,
    /// Whether the file is there.
    pub exists: bool,
    /// `(section, option, value)` in the file's order, options normalised (`index_url` is `index-url`).
    pub entries: Vec<(String, String, String)>,
}

/// The section under which variables stand, pip's name for it.
pub const ENVIRONMENT: &str = ":env:";

/// Long names that are other names of an option; they count where the option itself is not set.
const ALIASES: &[(&str, &str)] = &[("timeout", "default-timeout"), ("requirement", "requirements")];

#[derive(Debug)]
pub enum ConfigError {
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    Syntax {
        path: PathBuf,
        line: usize,
        what: String,
    },
    /// A value that is not of the option's kind.
    Value {
        option: String,
        value: String,
        expected: &'static str,
        origin: Box<Origin>,
    },
    /// A key without its section.
    Key {
        key: String,
    },
    /// A key that is to be removed and is not there.
    NoSuchKey {
        key: String,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, .. } => write!(out, "cannot read the configuration file {}", path.display()),
            Self::Write { path, .. } => write!(out, "cannot write the configuration file {}", path.display()),
            Self::Syntax { path, line, what } => {
                write!(out, "configuration file {}, line {line}: {what}", path.display())
            }
            Self::Value { option, value, expected, origin } => {
                write!(
                    out,
                    "{value:?} is not a valid value for {option} (from {origin}): expected {expected}"
                )
            }
            Self::Key { key } => write!(out, "key {key:?} does not have a section, as in SECTION.OPTION"),
            Self::NoSuchKey { key } => write!(out, "no such key: {key}"),
        }
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { source, .. } | Self::Write { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl ConfigError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Key { key } => Some(format!("perhaps global.{key} is meant")),
            Self::Value { origin, .. } => Some(match &origin.path {
                Some(path) => format!("correct it in {}", path.display()),
                None => String::from("correct or unset the variable"),
            }),
            Self::Syntax { .. } => Some(String::from("sections are [NAME], settings are KEY = VALUE")),
            _ => None,
        }
    }
}

/// The names of files to look at: see [`Settings::load`].
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The environment whose `pip.conf` counts; without it that of `VIRTUAL_ENV`.
    pub prefix: Option<PathBuf>,
    /// `--isolated`: neither variables nor the user's file.
    pub isolated: bool,
}

/// All layers, read.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    layers: Vec<Layer>,
}

impl Settings {
    /// Reads the configuration.
    ///
    /// Files that are not there are layers without entries. With `PIP_CONFIG_FILE` naming the null device no file is read;
    /// with it naming a file that exists, the user's file is not.
    ///
    /// # Errors
    /// A file that is there and cannot be read, is not UTF-8, or is no configuration file.
    pub fn load(variables: &Variables, places: &Places) -> Result<Self, ConfigError> {
        let mut layers = Vec::new();
        for (kind, path) in file_places(variables, places) {
            layers.push(read_layer(kind, path)?);
        }
        if !places.isolated {
            layers.push(variable_layer(variables));
        }
        Ok(Self { layers })
    }

    /// Settings of nothing but the given `SECTION.OPTION` values, as if from a file; for tests and tools.
    pub fn from_entries(entries: &[(&str, &str, &str)]) -> Self {
        let entries = entries
            .iter()
            .map(|(section, option, value)| ((*section).into(), normalise(option), (*value).into()))
            .collect();
        Self { layers: vec![Layer { kind: Kind::User, path: None, exists: true, entries }] }
    }

    /// The layers, lowest first: what `config list` and `config debug` show.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// An option's value for a command.
    ///
    /// # Arguments
    /// `command` as typed (`install`), `option` by its long name without dashes (`index-url`).
    pub fn get(&self, command: &str, option: &str) -> Option<(&str, Origin)> {
        let alias = ALIASES.iter().find(|(name, _)| *name == option).map(|(_, alias)| *alias);
        [ENVIRONMENT, command, "global"].into_iter().find_map(|section| {
            self.in_section(section, option)
                .or_else(|| alias.and_then(|alias| self.in_section(section, alias)))
        })
    }

    /// Behaves as if nothing had been configured for these options.
    pub fn forget(&mut self, options: &[&str]) {
        for layer in &mut self.layers {
            layer.entries.retain(|(_, option, _)| !options.contains(&option.as_str()));
        }
    }

    /// What the last layer with that key says, if it says something.
    fn in_section(&self, section: &str, option: &str) -> Option<(&str, Origin)> {
        let (layer, value) = self.layers.iter().rev().find_map(|layer| {
            let entry = layer.entries.iter().rev().find(|entry| entry.0 == section && entry.1 == option);
            entry.map(|entry| (layer, entry.2.as_str()))
        })?;
        let origin = || Origin { kind: layer.kind, path: layer.path.clone(), section: section.into() };
        (!value.is_empty()).then(|| (value, origin()))
    }

    /// An option that may be given several times: its values are separated by white space.
    pub fn list(&self, command: &str, option: &str) -> Vec<String> {
        let value = self.get(command, option).map_or("", |(value, _)| value);
        value.split_whitespace().map(String::from).collect()
    }

    /// An option without a value.
    ///
    /// # Errors
    /// A value that is none of pip's words for true and false.
    pub fn flag(&self, command: &str, option: &str) -> Result<Option<bool>, ConfigError> {
        let Some((value, origin)) = self.get(command, option) else { return Ok(None) };
        let error = || ConfigError::Value {
            option: option.into(),
            value: value.into(),
            expected: "yes, no, true, false, on, off, 1 or 0",
            origin: Box::new(origin),
        };
        boolean(value).map(Some).ok_or_else(error)
    }

    /// An option that counts or is a number.
    ///
    /// # Errors
    /// A value that is no such number.
    pub fn number<N: std::str::FromStr>(
        &self,
        command: &str,
        option: &str,
    ) -> Result<Option<N>, ConfigError> {
        let Some((value, origin)) = self.get(command, option) else { return Ok(None) };
        let error = |_| ConfigError::Value {
            option: option.into(),
            value: value.into(),
            expected: "a number that is not negative",
            origin: Box::new(origin),
        };
        value.trim().parse().map(Some).map_err(error)
    }
}

/// pip's words for true and false.
pub fn boolean(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "on" | "1" => Some(true),
        "n" | "no" | "f" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// `--Index_URL` and `index_url` are `index-url`.
pub(super) fn normalise(option: &str) -> String {
    let name = option.trim().to_lowercase().replace('_', "-");
    name.strip_prefix("--").map(String::from).unwrap_or(name)
}

/// The files to look at, lowest first.
pub fn file_places(variables: &Variables, places: &Places) -> Vec<(Kind, PathBuf)> {
    let named = variables.get("PIP_CONFIG_FILE");
    if named == Some(NULL_DEVICE) {
        return Vec::new();
    }
    let home = variables.home();
    let mut found: Vec<(Kind, PathBuf)> =
        global_folders(variables).into_iter().map(|folder| (Kind::Global, folder.join(FILE))).collect();
    let named_exists = named.is_some_and(|path| Path::new(path).exists());
    if !places.isolated && !named_exists {
        let legacy = if cfg!(windows) { "pip" } else { ".pip" };
        found.extend(home.as_ref().map(|home| (Kind::User, home.join(legacy).join(FILE))));
        found.extend(user_folder(variables).map(|folder| (Kind::User, folder.join(FILE))));
    }
    let prefix = places.prefix.clone().or_else(|| variables.get("VIRTUAL_ENV").map(PathBuf::from));
    found.extend(prefix.map(|prefix| (Kind::Site, prefix.join(FILE))));
    found.extend(named.map(|path| (Kind::Env, PathBuf::from(path))));
    found
}

fn global_folders(variables: &Variables) -> Vec<PathBuf> {
    if cfg!(windows) {
        return variables.get("ProgramData").map(|root| Path::new(root).join("pip")).into_iter().collect();
    }
    if cfg!(target_os = "macos") {
        return vec![PathBuf::from("/Library/Application Support/pip")];
    }
    let roots = variables.get("XDG_CONFIG_DIRS").unwrap_or("/etc/xdg");
    // `/etc/pip.conf` comes after them, and has no folder of its own.
    let roots = roots.split(PATH_SEPARATOR).filter(|root| !root.is_empty());
    roots.map(|root| Path::new(root).join("pip")).chain([PathBuf::from("/etc")]).collect()
}

fn user_folder(variables: &Variables) -> Option<PathBuf> {
    if cfg!(windows) {
        return variables.get("APPDATA").map(|root| Path::new(root).join("pip"));
    }
    let home = variables.home();
    if cfg!(target_os = "macos") {
        let library = home.as_ref()?.join("Library/Application Support/pip");
        return Some(if library.is_dir() { library } else { home?.join(".config/pip") });
    }
    let root = variables.get("XDG_CONFIG_HOME").map(PathBuf::from);
    root.or_else(|| home.map(|home| home.join(".config"))).map(|root| root.join("pip"))
}

fn read_layer(kind: Kind, path: PathBuf) -> Result<Layer, ConfigError> {
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if is_missing(&error) => {
            return Ok(Layer { kind, path: Some(path), exists: false, entries: Vec::new() });
        }
        Err(source) => return Err(ConfigError::Read { path, source }),
    };
    let entries = match parse(&text) {
        Ok(entries) => entries,
        Err((line, what)) => return Err(ConfigError::Syntax { path, line, what }),
    };
    Ok(Layer { kind, path: Some(path), exists: true, entries })
}

/// Not there, or below something that is no folder.
fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

fn variable_layer(variables: &Variables) -> Layer {
    let mut entries: Vec<(String, String, String)> = variables
        .iter()
        .filter_map(|(key, value)| {
            let name = key.strip_prefix("PIP_")?.to_lowercase();
            let counts = name != "version" && name != "help" && !name.is_empty();
            counts.then(|| (String::from(ENVIRONMENT), normalise(&name), value.to_string()))
        })
        .collect();
    entries.sort();
    Layer { kind: Kind::EnvVar, path: None, exists: true, entries }
}

/// What a line of a configuration file is.
pub(super) enum Line<'a> {
    /// Empty, or a comment.
    Blank,
    Section(&'a str),
    Entry {
        key: &'a str,
        value: &'a str,
    },
    /// A further line of the value above.
    More(&'a str),
}

/// Tells what a line is; `within` is the indent of the entry that it may continue.
pub(super) fn line_kind(line: &str, within: Option<usize>) -> Result<Line<'_>, String> {
    let trimmed = line.trim();
    if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
        return Ok(Line::Blank);
    }
    let indent = indent_of(line);
    if within.is_some_and(|entry| indent > entry) {
        return Ok(Line::More(trimmed));
    }
    if let Some(rest) = trimmed.strip_prefix('[') {
        let end = rest.find(']').ok_or("a section name lacks its ]")?;
        return Ok(Line::Section(rest.get(..end).unwrap_or("")));
    }
    let at = trimmed.find(['=', ':']).ok_or("neither a [section] nor KEY = VALUE")?;
    let (key, value) = trimmed.split_at(at);
    let key = key.trim_end();
    if key.is_empty() {
        return Err(String::from("a setting without a name"));
    }
    Ok(Line::Entry { key, value: value.get(1..).unwrap_or("").trim() })
}

pub(super) fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The settings of a file: `(section, option, value)`; the error is a line's number and what is wrong there.
fn parse(text: &str) -> Result<Vec<(String, String, String)>, (usize, String)> {
    let mut entries: Vec<(String, String, String)> = Vec::new();
    let mut section: Option<String> = None;
    let mut within = None;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (at, line) in text.lines().enumerate() {
        match line_kind(line, within).map_err(|what| (at + 1, what))? {
            Line::Blank => {}
            Line::Section(name) => {
                section = Some(name.to_string());
                within = None;
            }
            Line::More(value) => {
                if let Some(entry) = entries.last_mut() {
                    if !entry.2.is_empty() {
                        entry.2.push('\n');
                    }
                    entry.2.push_str(value);
                }
            }
            Line::Entry { key, value } => {
                let Some(section) = &section else {
                    return Err((at + 1, String::from("a setting before the first [section]")));
                };
                let option = normalise(key);
                if entries.iter().any(|entry| entry.0 == *section && entry.1 == option) {
                    return Err((at + 1, format!("{key} is set a second time in [{section}]")));
                }
                entries.push((section.clone(), option, value.to_string()));
                within = Some(indent_of(line));
            }
        }
    }
    Ok(entries)
}
