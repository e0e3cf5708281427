//! Versions (PEP 440): parsed, ordered, written in their normal form.
//!
//! Nearly every version in use has at most four numbers in its release and one suffix. Such a version is one 64-bit word whose order
//! is the versions' order:
//!
//! ```text
//! bits 63..48  first number of the release
//! bits 47..24  second to fourth, eight bits each
//! bits 23..20  what follows: dev, a, b, rc, nothing, post, in this order
//! bits 19..1   its number
//! bit  0       set for the place behind all local versions of it
//! ```
//!
//! Everything else is kept in parts behind a pointer. A version that fits the word is never kept in parts, so that the two forms are
//! never equal to each other.
//!
//! Two kinds of places that no version stands on bound the ranges of specifiers (`after_locals`, `after_posts`); they order as
//! versions do and are never shown to a user as one.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

/// A version, or one of the places between versions.
#[derive(Clone)]
pub struct Version(Form);

#[derive(Clone)]
enum Form {
    /// The word, and how many numbers the release was written with.
    Word(u64, u8),
    Parts(Arc<Parts>),
}

/// The kinds of pre-releases, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pre {
    Alpha,
    Beta,
    Candidate,
}

impl Pre {
    fn letters(self) -> &'static str {
        match self {
            Pre::Alpha => "a",
            Pre::Beta => "b",
            Pre::Candidate => "rc",
        }
    }
}

/// A segment of a local version; numbers stand above texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocalSegment {
    Text(String),
    Number(u64),
    /// A number of more than 64 bits: how many digits, and the digits.
    Huge(usize, String),
}

/// What stands behind the `+`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Local {
    Absent,
    Segments(Vec<LocalSegment>),
    /// Behind every local version.
    Beyond,
}

/// All parts of a version, as PEP 440 names them.
#[derive(Clone, Debug)]
struct Parts {
    epoch: u64,
    release: Vec<u64>,
    pre: Option<(Pre, u64)>,
    post: Option<u64>,
    dev: Option<u64>,
    local: Local,
}

/// The text is no version in the sense of PEP 440.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionError(pub String);

const DEV: u64 = 1;
const FINAL: u64 = 5;
const POST: u64 = 6;
const MAX_NUMBER: u64 = (1 << 19) - 1;

fn word(release: &[u64], kind: u64, number: u64, beyond: bool) -> Option<u64> {
    let at = |index: usize| release.get(index).copied().unwrap_or(0);
    let fits = at(0) < 1 << 16
        && release.iter().skip(1).take(3).all(|number| *number < 256)
        && release.iter().skip(4).all(|number| *number == 0)
        && release.len() < 256;
    fits.then(|| {
        at(0) << 48 | at(1) << 40 | at(2) << 32 | at(3) << 24 | kind << 20 | number << 1 | u64::from(beyond)
    })
}

impl Parts {
    fn new(release: Vec<u64>) -> Parts {
        Parts { epoch: 0, release, pre: None, post: None, dev: None, local: Local::Absent }
    }

    /// The shorter form where there is one.
    fn version(self) -> Version {
        let suffix = match (self.pre, self.post, self.dev) {
            _ if self.epoch != 0 => None,
            (None, None, None) => Some((FINAL, 0)),
            (None, None, Some(number)) => Some((DEV, number)),
            (Some((pre, number)), None, None) => Some((DEV + 1 + pre as u64, number)),
            (None, Some(number), None) => Some((POST, number)),
            _ => None,
        };
        let beyond = match self.local {
            Local::Absent => Some(false),
            Local::Beyond => Some(true),
            Local::Segments(_) => None,
        };
        if let (Some((kind, number)), Some(beyond)) = (suffix, beyond)
            && number < MAX_NUMBER
            && let Some(word) = word(&self.release, kind, number, beyond)
        {
            return Version(Form::Word(word, self.release.len() as u8));
        }
        // Behind all post-releases of a version without another suffix: the largest number that the word has.
        if self.post == Some(u64::MAX)
            && self.pre.is_none()
            && self.epoch == 0
            && let Some(word) = word(&self.release, POST, MAX_NUMBER, true)
        {
            return Version(Form::Word(word, self.release.len() as u8));
        }
        Version(Form::Parts(Arc::new(self)))
    }

    fn trimmed(&self) -> &[u64] {
        let zeros = self.release.iter().rev().take_while(|number| **number == 0).count();
        &self.release[..self.release.len() - zeros]
    }

    /// PEP 440's order of what stands behind the release: `dev` alone first, then pre-releases, the release, its post-releases.
    fn suffix(&self) -> (u64, u64, Option<u64>, u64) {
        let (kind, number) = match (self.pre, self.post, self.dev) {
            (None, None, Some(_)) => (0, 0),
            (Some((pre, number)), ..) => (1 + pre as u64, number),
            _ => (4, 0),
        };
        (kind, number, self.post, self.dev.unwrap_or(u64::MAX))
    }
}

impl PartialEq for Parts {
    fn eq(&self, other: &Parts) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Parts {}

impl PartialOrd for Parts {
    fn partial_cmp(&self, other: &Parts) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Parts {
    fn cmp(&self, other: &Parts) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| self.trimmed().cmp(other.trimmed()))
            .then_with(|| self.suffix().cmp(&other.suffix()))
            .then_with(|| self.local.cmp(&other.local))
    }
}

impl Version {
    /// The version whose release has these numbers and that has nothing else.
    pub fn of_release(release: &[u64]) -> Version {
        Parts::new(release.to_vec()).version()
    }

    /// The epoch, 0 where none is written.
    pub fn epoch(&self) -> u64 {
        match &self.0 {
            Form::Word(..) => 0,
            Form::Parts(parts) => parts.epoch,
        }
    }

    /// The release's numbers, as many as were written.
    pub fn release(&self) -> Vec<u64> {
        match &self.0 {
            Form::Word(word, length) => {
                let number = |index: u8| match index {
                    0 => word >> 48,
                    1..=3 => word >> (48 - 8 * index) & 255,
                    _ => 0,
                };
                (0..*length).map(number).collect()
            }
            Form::Parts(parts) => parts.release.clone(),
        }
    }

    fn kind(word: u64) -> (u64, u64) {
        (word >> 20 & 15, word >> 1 & MAX_NUMBER)
    }

    /// The pre-release's kind and number.
    pub fn pre(&self) -> Option<(Pre, u64)> {
        match &self.0 {
            Form::Word(word, _) => match Self::kind(*word) {
                (2, number) => Some((Pre::Alpha, number)),
                (3, number) => Some((Pre::Beta, number)),
                (4, number) => Some((Pre::Candidate, number)),
                _ => None,
            },
            Form::Parts(parts) => parts.pre,
        }
    }

    /// The post-release's number.
    pub fn post(&self) -> Option<u64> {
        match &self.0 {
            Form::Word(word, _) => match Self::kind(*word) {
                (POST, MAX_NUMBER) if word & 1 == 1 => Some(u64::MAX),
                (POST, number) => Some(number),
                _ => None,
            },
            Form::Parts(parts) => parts.post,
        }
    }

    /// The development release's number.
    pub fn dev(&self) -> Option<u64> {
        match &self.0 {
            Form::Word(word, _) => match Self::kind(*word) {
                (DEV, number) => Some(number),
                _ => None,
            },
            Form::Parts(parts) => parts.dev,
        }
    }

    /// What stands behind the `+`, or nothing.
    pub fn local(&self) -> &[LocalSegment] {
        match &self.0 {
            Form::Parts(parts) => match &parts.local {
                Local::Segments(segments) => segments,
                _ => &[],
            },
            Form::Word(..) => &[],
        }
    }

    /// A pre-release or a development release.
    pub fn is_prerelease(&self) -> bool {
        match &self.0 {
            Form::Word(word, _) => (word >> 20 & 15) < FINAL,
            Form::Parts(parts) => parts.pre.is_some() || parts.dev.is_some(),
        }
    }

    pub fn is_post(&self) -> bool {
        self.post().is_some()
    }

    pub fn is_local(&self) -> bool {
        !self.local().is_empty()
    }

    fn parts(&self) -> Parts {
        match &self.0 {
            Form::Parts(parts) => Parts::clone(parts),
            Form::Word(word, _) => Parts {
                epoch: 0,
                release: self.release(),
                pre: self.pre(),
                post: self.post(),
                dev: self.dev(),
                local: if word & 1 == 1 { Local::Beyond } else { Local::Absent },
            },
        }
    }

    /// The version without what stands behind the `+`.
    pub fn without_local(&self) -> Version {
        match &self.0 {
            Form::Word(word, length) => Version(Form::Word(word & !1, *length)),
            Form::Parts(_) => Parts { local: Local::Absent, ..self.parts() }.version(),
        }
    }

    /// Epoch and release alone.
    pub fn base(&self) -> Version {
        Parts { epoch: self.epoch(), ..Parts::new(self.release()) }.version()
    }

    /// The place behind the version and its local versions, in front of its first post-release.
    pub fn after_locals(&self) -> Version {
        Parts { local: Local::Beyond, ..self.parts() }.version()
    }

    /// The place behind the version and all its post-releases.
    pub fn after_posts(&self) -> Version {
        Parts { post: Some(u64::MAX), dev: None, local: Local::Beyond, ..self.parts() }.version()
    }

    /// The version with another number of a development release.
    pub fn with_dev(&self, dev: u64) -> Version {
        Parts { dev: Some(dev), local: Local::Absent, ..self.parts() }.version()
    }

    /// Another post-release of the version.
    pub fn with_post(&self, post: u64) -> Version {
        Parts { post: Some(post), dev: None, local: Local::Absent, ..self.parts() }.version()
    }

    /// The first development release of another post-release of the version.
    pub fn with_post_dev(&self, post: u64, dev: u64) -> Version {
        Parts { post: Some(post), dev: Some(dev), local: Local::Absent, ..self.parts() }.version()
    }

    /// The first development release of `release` in the version's epoch: where the versions that begin with `release` begin.
    pub fn first_of(&self, release: Vec<u64>) -> Version {
        Parts { epoch: self.epoch(), dev: Some(0), ..Parts::new(release) }.version()
    }

    /// Whether this is a place between versions, made by `after_locals` or `after_posts`.
    pub fn is_place(&self) -> bool {
        match &self.0 {
            Form::Word(word, _) => word & 1 == 1,
            Form::Parts(parts) => parts.local == Local::Beyond,
        }
    }

    /// The version that the place was made from, or the version itself.
    pub fn without_place(&self) -> Version {
        if !self.is_place() {
            return self.clone();
        }
        let mut parts = self.parts();
        parts.local = Local::Absent;
        if parts.post == Some(u64::MAX) {
            parts.post = None;
        }
        parts.version()
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        match (&self.0, &other.0) {
            (Form::Word(mine, _), Form::Word(theirs, _)) => mine == theirs,
            (Form::Parts(mine), Form::Parts(theirs)) => mine == theirs,
            _ => false,
        }
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Word(mine, _), Form::Word(theirs, _)) => mine.cmp(theirs),
            (Form::Parts(mine), Form::Parts(theirs)) => mine.cmp(theirs),
            (Form::Word(..), Form::Parts(theirs)) => self.parts().cmp(theirs),
            (Form::Parts(mine), Form::Word(..)) => Parts::cmp(mine, &other.parts()),
        }
    }
}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Form::Word(word, _) => word.hash(state),
            Form::Parts(parts) => {
                parts.epoch.hash(state);
                parts.trimmed().hash(state);
                parts.suffix().hash(state);
                parts.local.hash(state);
            }
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        if self.epoch() != 0 {
            text.push_str(&format!("{}!", self.epoch()));
        }
        for (index, number) in self.release().iter().enumerate() {
            if index > 0 {
                text.push('.');
            }
            text.push_str(&number.to_string());
        }
        if let Some((pre, number)) = self.pre() {
            text.push_str(&format!("{}{number}", pre.letters()));
        }
        if let Some(number) = self.post() {
            text.push_str(&format!(".post{number}"));
        }
        if let Some(number) = self.dev() {
            text.push_str(&format!(".dev{number}"));
        }
        for (index, segment) in self.local().iter().enumerate() {
            text.push(if index == 0 { '+' } else { '.' });
            match segment {
                LocalSegment::Text(letters) | LocalSegment::Huge(_, letters) => text.push_str(letters),
                LocalSegment::Number(number) => text.push_str(&number.to_string()),
            }
        }
        f.pad(&text)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}{}", if self.is_place() { "^" } else { "" })
    }
}

impl FromStr for Version {
    type Err = VersionError;

    /// Parses a version in any spelling that PEP 440 takes: white space around it, a leading `v`, other names of suffixes.
    fn from_str(text: &str) -> Result<Version, VersionError> {
        if let Some(version) = plain(text.as_bytes()) {
            return Ok(version);
        }
        parse(text).ok_or_else(|| VersionError(text.to_owned()))
    }
}

/// The common case: up to four small numbers and dots.
fn plain(text: &[u8]) -> Option<Version> {
    let mut release = [0u64; 4];
    let mut length = 0usize;
    let mut number: Option<u64> = None;
    for &byte in text {
        match byte {
            b'0'..=b'9' => {
                let value = number.unwrap_or(0) * 10 + u64::from(byte - b'0');
                if value > 65_535 {
                    return None;
                }
                number = Some(value);
            }
            b'.' => {
                *release.get_mut(length)? = number.take()?;
                length += 1;
            }
            _ => return None,
        }
    }
    *release.get_mut(length)? = number?;
    length += 1;
    word(&release[..length], FINAL, 0, false).map(|word| Version(Form::Word(word, length as u8)))
}

/// What is left of the text while its parts are taken off.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.0.first() == Some(&byte);
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    fn separator(&mut self) -> bool {
        self.eat(b'.') || self.eat(b'-') || self.eat(b'_')
    }

    fn digits(&mut self) -> Option<Option<u64>> {
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            return Some(None);
        }
        let mut value = 0u64;
        for byte in &self.0[..length] {
            value = value.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
        }
        self.0 = &self.0[length..];
        // The largest number is the place behind all post-releases.
        (value != u64::MAX).then_some(Some(value))
    }

    /// A suffix: optional separator, one of the words, optional separator, optional number. The outer option is failure.
    fn suffix<T: Copy>(&mut self, words: &[(&str, T)]) -> Option<Option<(T, u64)>> {
        let before = self.0;
        self.separator();
        for (word, meaning) in words {
            if let Some(rest) = self.0.strip_prefix(word.as_bytes()) {
                self.0 = rest;
                let behind = self.0;
                self.separator();
                let number = match self.digits()? {
                    Some(number) => number,
                    None => {
                        self.0 = behind;
                        0
                    }
                };
                return Some(Some((*meaning, number)));
            }
        }
        self.0 = before;
        Some(None)
    }
}

const PRES: &[(&str, Pre)] = &[
    ("alpha", Pre::Alpha),
    ("a", Pre::Alpha),
    ("beta", Pre::Beta),
    ("b", Pre::Beta),
    ("preview", Pre::Candidate),
    ("pre", Pre::Candidate),
    ("c", Pre::Candidate),
    ("rc", Pre::Candidate),
];

fn parse(text: &str) -> Option<Version> {
    let lower = text.trim_matches(|letter: char| letter.is_whitespace()).to_ascii_lowercase();
    let mut rest = Rest(lower.as_bytes());
    rest.eat(b'v');
    let mut parts = Parts::new(vec![rest.digits()??]);
    if rest.eat(b'!') {
        parts.epoch = parts.release[0];
        parts.release[0] = rest.digits()??;
    }
    while rest.0.first() == Some(&b'.') && rest.0.get(1).is_some_and(u8::is_ascii_digit) {
        rest.eat(b'.');
        parts.release.push(rest.digits()??);
    }
    parts.pre = rest.suffix(PRES)?;
    if rest.0.first() == Some(&b'-') && rest.0.get(1).is_some_and(u8::is_ascii_digit) {
        rest.eat(b'-');
        parts.post = rest.digits()?;
    } else {
        parts.post = rest.suffix(&[("post", ()), ("rev", ()), ("r", ())])?.map(|((), number)| number);
    }
    parts.dev = rest.suffix(&[("dev", ())])?.map(|((), number)| number);
    if rest.eat(b'+') {
        let mut segments = Vec::new();
        loop {
            let length = rest.0.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let segment =
                std::str::from_utf8(&rest.0[..length]).ok().filter(|segment| !segment.is_empty())?;
            rest.0 = &rest.0[length..];
            segments.push(match segment.bytes().all(|byte| byte.is_ascii_digit()) {
                true => segment.parse().map_or_else(
                    |_| {
                        let digits = segment.trim_start_matches('0');
                        LocalSegment::Huge(digits.len(), digits.to_owned())
                    },
                    LocalSegment::Number,
                ),
                false => LocalSegment::Text(segment.to_owned()),
            });
            if !rest.separator() {
                break;
            }
        }
        parts.local = Local::Segments(segments);
    }
    rest.0.is_empty().then(|| parts.version())
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invalid version: {:?}", self.0)
    }
}

impl std::error::Error for VersionError {}
