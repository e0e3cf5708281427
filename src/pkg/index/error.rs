//! What can go wrong between dx and an index.

use std::fmt;
use std::path::PathBuf;

use super::client::ClientError;
use super::config::ConfigError;
use super::download::DownloadError;
use super::metadata::MetadataError;
use super::simple::PageError;

#[derive(Debug)]
pub enum IndexError {
    /// No index has a package of that name.
    NoSuchPackage {
        name: String,
        asked: Vec<String>,
    },
    /// Neither an index nor `--find-links`.
    NoIndex {
        name: String,
    },
    /// Not a URL.
    Url {
        url: String,
    },
    /// An index that is asked without TLS and was not named as trusted.
    Insecure {
        url: String,
        host: String,
    },
    Client(ClientError),
    Page(PageError),
    Metadata(MetadataError),
    Download(DownloadError),
    Config(ConfigError),
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
}

impl fmt::Display for IndexError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchPackage { name, asked } => {
                write!(out, "there is no package {name} in {}", asked.join(" or "))
            }
            Self::NoIndex { name } => write!(out, "{name} is nowhere to be found: no index is asked"),
            Self::Url { url } => write!(out, "{url:?} is not a URL"),
            Self::Insecure { url, .. } => {
                write!(out, "{url} is not asked, for whoever is on the way could answer")
            }
            Self::Client(error) => error.fmt(out),
            Self::Page(error) => error.fmt(out),
            Self::Metadata(error) => error.fmt(out),
            Self::Download(error) => error.fmt(out),
            Self::Config(error) => error.fmt(out),
            Self::Read { path, .. } => write!(out, "cannot read {}", path.display()),
        }
    }
}

impl std::error::Error for IndexError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Client(error) => error.source(),
            Self::Page(error) => error.source(),
            Self::Metadata(error) => error.source(),
            Self::Download(error) => error.source(),
            Self::Config(error) => error.source(),
            Self::Read { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl IndexError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoSuchPackage { .. } => Some(String::from(
                "check the name; packages of other indexes need --index-url or --extra-index-url",
            )),
            Self::NoIndex { .. } => Some(String::from("give --find-links, or leave out --no-index")),
            Self::Url { .. } => Some(String::from("index URLs begin with https://, http:// or file://")),
            Self::Insecure { host, .. } => Some(format!("use https://, or pass --trusted-host {host}")),
            Self::Client(error) => error.hint(),
            Self::Page(error) => error.hint(),
            Self::Metadata(error) => error.hint(),
            Self::Download(error) => error.hint(),
            Self::Config(error) => error.hint(),
            Self::Read { .. } => None,
        }
    }

    /// Whether the answer was that there is no such package, as opposed to no answer.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NoSuchPackage { .. } | Self::NoIndex { .. })
    }
}

macro_rules! from {
    ($($variant:ident($error:ty)),*) => {$(
        impl From<$error> for IndexError {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        }
    )*};
}

from!(
    Client(ClientError),
    Page(PageError),
    Metadata(MetadataError),
    Download(DownloadError),
    Config(ConfigError)
);
