//! Which places are asked, and how: the options of an index, and their values in pip's configuration.

use std::path::PathBuf;
use std::time::Duration;

use super::client::ClientOptions;
use super::config::{ConfigError, Settings, Variables};
use super::proxy::Proxies;
use super::tls::TrustOptions;

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
    /// Ask again, whatever the cache says is still good.
    pub refresh: bool,
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
            refresh: false,
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
            refresh: false,
            client,
        })
    }
}

/// Seconds as a time-out; none that would be none.
pub fn timeout_of(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero())
}
