//! Names of packages, extras and dependency groups, normalised as PEP 503 says.
//!
//! A `Name` is always in its normalised form: two names are the same package exactly when they are equal.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// A normalised name: lower-case letters, digits and single hyphens between them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

/// The text is no name: empty, or with other characters than ASCII letters, digits, `-`, `_` and `.`, or with one of the latter
/// three at an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameError(pub String);

impl Name {
    /// Normalises `text` (PEP 503). Fails if it is no valid name (PEP 508).
    pub fn new(text: &str) -> Result<Name, NameError> {
        if !is_valid(text) {
            return Err(NameError(text.to_owned()));
        }
        if is_normal(text) {
            return Ok(Name(Arc::from(text)));
        }
        let mut normal = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '-' | '_' | '.' if normal.ends_with('-') => {}
                '-' | '_' | '.' => normal.push('-'),
                _ => normal.push(letter.to_ascii_lowercase()),
            }
        }
        Ok(Name(Arc::from(normal)))
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form used in file names: underscores for hyphens.
    pub fn escaped(&self) -> String {
        self.0.replace('-', "_")
    }
}

/// Whether PEP 508 takes the text as a name, normalised or not.
pub fn is_valid(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    first.is_ascii_alphanumeric()
        && last.is_ascii_alphanumeric()
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn is_normal(text: &str) -> bool {
    let mut before = 0;
    text.bytes().all(|byte| {
        let fits = byte.is_ascii_lowercase() || byte.is_ascii_digit() || (byte == b'-' && before != b'-');
        before = byte;
        fits
    })
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a valid package or extra name: {:?}", self.0)
    }
}

impl std::error::Error for NameError {}
