//! Which places are asked, and how: the options of an index, and their values in pip's configuration.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use super::client::ClientOptions;
use super::config::{ConfigError, Settings, Variables};
use super::proxy::Proxies;
use super::tls::TrustOptions;
use crate::pkg::name::Name;

/// Which index counts when several have a package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// The first one that has the package at all: nobody can slip a newer version of a private package into a public index.
    #[default]
    FirstIndex,
    /// All are asked; versions of an earlier one are preferred.
    UnsafeFirstMatch,
    /// All are asked and merged, as pip does.
    UnsafeBestMatch,
}

impl Strategy {
    /// The value of `--index-strategy`.
    pub fn of(text: &str) -> Option<Self> {
        match text {
            "first-index" => Some(Self::FirstIndex),
            "unsafe-first-match" => Some(Self::UnsafeFirstMatch),
            "unsafe-best-match" => Some(Self::UnsafeBestMatch),
            _ => None,
        }
    }
}

/// Of which packages the index is asked again, whatever the cache says is still good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refresh {
    Everything,
    /// None of them is the default.
    Packages(HashSet<Name>),
}

impl Default for Refresh {
    fn default() -> Self {
        Self::Packages(HashSet::new())
    }
}

impl Refresh {
    /// Whether the package's pages are asked for again.
    pub fn is_of(&self, name: &Name) -> bool {
        match self {
            Self::Everything => true,
            Self::Packages(names) => names.contains(name),
        }
    }
}

/// What an index is made from.
#[derive(Clone, Debug)]
pub struct IndexOptions {
    /// `--index-url`; none is the built-in one.
    pub index_url: Option<String>,
    pub extra_index_urls: Vec<String>,
    pub find_links: Vec<String>,
    pub no_index: bool,
    pub strategy: Strategy,
    /// The cache's folder. For `--no-cache-dir` a temporary one, which the caller removes.
    pub cache: PathBuf,
    pub refresh: Refresh,
    pub client: ClientOptions,
}

impl IndexOptions {
    /// Options of nothing but the built-in index.
    pub fn new(cache: PathBuf) -> Self {
        Self {
            index_url: None,
            extra_index_urls: Vec::new(),
            find_links: Vec::new(),
            no_index: false,
            strategy: Strategy::default(),
            cache,
            refresh: Refresh::default(),
            client: ClientOptions::default(),
        }
    }

    /// What pip's configuration and the environment say, for a command; its own options are laid over the result.
    ///
    /// # Errors
    /// A value that is not of its option's kind.
    pub fn from_settings(
        settings: &Settings,
        command: &str,
        variables: Variables,
        cache: PathBuf,
    ) -> Result<Self, ConfigError> {
        let text = |option| settings.get(command, option).map(|(value, _)| value.trim());
        let strategy = match settings.get(command, "index-strategy") {
            None => Strategy::default(),
            Some((value, origin)) => Strategy::of(value.trim()).ok_or_else(|| ConfigError::Value {
                option: String::from("index-strategy"),
                value: value.into(),
                expected: "first-index, unsafe-first-match or unsafe-best-match",
                origin: Box::new(origin),
            })?,
        };
        let base = ClientOptions::default();
        let timeout = settings.number::<f64>(command, "timeout")?.and_then(timeout_of);
        let client = ClientOptions {
            trust: TrustOptions::new(text("cert"), text("client-cert"), &variables),
            proxies: Proxies::new(text("proxy"), &variables),
            trusted_hosts: settings.list(command, "trusted-host"),
            timeout: timeout.unwrap_or(base.timeout),
            retries: settings.number(command, "retries")?.unwrap_or(base.retries),
            backoff: base.backoff,
            offline: settings.flag(command, "offline")?.unwrap_or(false),
            variables,
        };
        Ok(Self {
            index_url: text("index-url").map(String::from),
            extra_index_urls: settings.list(command, "extra-index-url"),
            find_links: settings.list(command, "find-links"),
            no_index: settings.flag(command, "no-index")?.unwrap_or(false),
            strategy,
            cache,
            refresh: Refresh::default(),
            client,
        })
    }
}

/// The cache's folder; none if it is turned off, by `--no-cache-dir` or `PIP_NO_CACHE_DIR`.
///
/// It is a folder `dx` in that of `--cache-dir` or `PIP_CACHE_DIR`, else in the user's folder for caches.
///
/// # Errors
/// `no-cache-dir` with a value that is no truth value. With one it turns the cache off whatever it says: pip had it so by
/// mistake first, and then for good.
pub fn cache_folder(
    settings: &Settings,
    command: &str,
    variables: &Variables,
) -> Result<Option<PathBuf>, ConfigError> {
    if settings.flag(command, "no-cache-dir")?.is_some() {
        return Ok(None);
    }
    if let Some((folder, _)) = settings.get(command, "cache-dir") {
        return Ok(Some(PathBuf::from(folder.trim()).join("dx")));
    }
    let home = variables.home();
    let base = if cfg!(windows) {
        variables.get("LOCALAPPDATA").map(PathBuf::from)
    } else if cfg!(target_os = "macos") {
        home.map(|home| home.join("Library/Caches"))
    } else {
        let base = variables.get("XDG_CACHE_HOME").map(PathBuf::from).filter(|base| base.is_absolute());
        base.or_else(|| home.map(|home| home.join(".cache")))
    };
    Ok(base.map(|base| base.join("dx")))
}

/// Seconds as a time-out; none that would be none.
pub fn timeout_of(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero())
}
