//! URLs: taken apart, joined, and shown without what is secret in them.
//!
//! Invariant: no user name or password of a URL reaches a message. Every error and log line shows a URL through [`Redacted`]
//! (checked by `tests/pkg/index_http.rs`).

use std::fmt;
use std::path::PathBuf;

use url::Url;

/// A URL for people: user and password replaced, as pip shows them.
pub struct Redacted<'a>(pub &'a str);

impl fmt::Display for Redacted<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((scheme, rest)) = self.0.split_once("://") else { return out.write_str(self.0) };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let Some((login, host)) = authority.rsplit_once('@') else { return out.write_str(self.0) };
        match login.split_once(':') {
            Some((user, _)) => write!(out, "{scheme}://{user}:****@{host}{tail}"),
            // A name alone is as a rule a token; over ssh it is the account.
            None if scheme.ends_with("ssh") => write!(out, "{scheme}://{login}@{host}{tail}"),
            None => write!(out, "{scheme}://****@{host}{tail}"),
        }
    }
}

/// A URL's text for an error.
pub fn redacted(url: &str) -> String {
    Redacted(url).to_string()
}

/// A user and a password, both decoded.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Credentials(****)")
    }
}

/// What stands before the `@` of a URL.
pub fn credentials_of(url: &Url) -> Option<Credentials> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    Some(Credentials {
        user: percent_decoded(url.username()),
        password: percent_decoded(url.password().unwrap_or("")),
    })
}

/// The URL without user, password and fragment.
pub fn bare(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    // These fail only for URLs that cannot have a user, which then have none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// `%41` is `A`; what is no UTF-8 then becomes a replacement character.
pub fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The last part of a URL's path, decoded: a file's name.
pub fn file_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or("");
    percent_decoded(path.trim_end_matches('/').rsplit('/').next().unwrap_or(""))
}

/// The path that a `file:` URL, or a plain path, names; none for other URLs.
pub fn local_path(text: &str) -> Option<PathBuf> {
    if text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:")) {
        let text = text.split('#').next().unwrap_or(text);
        return Url::parse(text).ok()?.to_file_path().ok();
    }
    (!text.contains("://")).then(|| PathBuf::from(text))
}

/// The same scheme, host and port.
pub fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host_str() == other.host_str()
        && one.port_or_known_default() == other.port_or_known_default()
}
