//! Requirements files: what pip reads with `-r` and `-c`, and the same forms on a command line.
//!
//! A file is decoded, cut into logical lines (`text`), and each line is a requirement with its options, or options alone (`options`).
//! Nested files are read through a callback, so that nothing here touches a disk or a network; a path or address in a nested `-r` or
//! `-c` is relative to the file that names it, all other paths are left as written, relative to the working directory as pip has it.
//!
//! Invariants: a file never includes itself, by whatever way (checked against the files on the way to it, as in pip: the same file may
//! be read twice side by side), and files nest at most [`DEPTH`] deep. A constraint has a name, no extras, and is not editable.
//!
//! Where this differs from pip on purpose: several `-r` or `-e` on one line are all taken, a marker behind `-e DIR ;` holds, and what
//! pip passes over without a word (a global option behind a requirement, stray words) is a warning.

use std::error::Error;
use std::fmt;
use std::path::{Component, Path, PathBuf};

use super::marker::Marker;
use super::name::Name;
use super::requirement::{Requirement, Source};
use super::scan::SyntaxError;

mod options;
mod target;
mod text;

pub use target::{Target, fragment};

/// How deep files may include each other.
pub const DEPTH: usize = 64;

/// What files and arguments ask for, in order.
#[derive(Debug, Default)]
pub struct Requirements {
    /// Requirements and constraints.
    pub entries: Vec<Entry>,
    /// Options for the whole run, in order: a later one counts as it does on a command line.
    pub settings: Vec<(Setting, Origin)>,
    /// What was passed over, as sentences with file and line.
    pub warnings: Vec<String>,
}

/// One requirement or constraint.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What is asked for.
    pub target: Target,
    /// Whether it is to be installed in place.
    pub editable: bool,
    /// Whether it only limits what others ask for.
    pub constraint: bool,
    /// The digests that a file may have; empty where none is given.
    pub hashes: Vec<Hash>,
    /// Settings for the build backend, in order; a key may come several times.
    pub config_settings: Vec<(String, String)>,
    /// Where it is written; `None` on the command line.
    pub origin: Option<Origin>,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file's path or address, as it was read.
    pub file: String,
    /// The first line of the logical line, counted from 1; 0 where lines are not known.
    pub line: usize,
    /// Whether the file is one of constraints.
    pub constraint: bool,
}

impl fmt::Display for Origin {
    /// As pip names it: `-r requirements.txt (line 3)`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flag = if self.constraint { "-c" } else { "-r" };
        write!(out, "{flag} {}", redacted(&self.file))?;
        match self.line {
            0 => Ok(()),
            line => write!(out, " (line {line})"),
        }
    }
}

/// A digest that a requirement allows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash {
    /// `sha256`, `sha384` or `sha512`.
    pub algorithm: String,
    /// The digest in small hexadecimal letters.
    pub digest: String,
}

impl Hash {
    /// Reads `ALGORITHM:DIGEST`.
    ///
    /// # Errors
    /// pip's sentence about what is wrong.
    pub fn parse(text: &str) -> Result<Hash, String> {
        let Some((algorithm, digest)) = text.split_once(':') else {
            return Err(
                "Arguments to --hash must be a hash name followed by a value, like --hash=sha256:abcde..."
                    .to_owned(),
            );
        };
        match algorithm {
            "sha256" | "sha384" | "sha512" => {
                Ok(Hash { algorithm: algorithm.to_owned(), digest: digest.to_ascii_lowercase() })
            }
            _ => Err("Allowed hash algorithms for --hash are sha256, sha384, sha512.".to_owned()),
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.algorithm, self.digest)
    }
}

/// An option for the whole run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// `-i`: takes the place of every index named before.
    IndexUrl(String),
    ExtraIndexUrl(String),
    NoIndex,
    /// `-f`: a path is first looked for beside the file that names it, then from the working directory.
    FindLinks(String),
    NoBinary(String),
    OnlyBinary(String),
    PreferBinary,
    RequireHashes(bool),
    Pre,
    AllReleases(String),
    OnlyFinal(String),
    TrustedHost(String),
    UseFeature(String),
}

/// What a callback answers when it cannot read a file.
pub type ReadError = Box<dyn Error + Send + Sync>;

/// How files and variables are reached.
pub struct Outside<'a> {
    /// Reads a path or an `http:`, `https:` or `file:` address.
    pub read: &'a dyn Fn(&str) -> Result<Vec<u8>, ReadError>,
    /// An environment variable's value.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
}

/// Why requirements cannot be read.
#[derive(Debug)]
pub enum RequirementsError {
    /// A file cannot be read.
    Read { file: String, constraint: bool, cause: ReadError },
    /// A file's bytes are not of its encoding, or the encoding is not known.
    Encoding { file: String, encoding: String },
    /// A file includes itself: inside which, and where it was included first (`None`: it is the one asked for).
    Recursion { file: String, inside: String, first: Option<String> },
    /// Files include each other too deeply.
    Depth { file: String },
    /// A line's options are wrong: the line and what is wrong with it.
    Option { origin: Origin, line: String, message: String },
    /// A requirement is wrong.
    Requirement { origin: Option<Origin>, text: String, cause: Box<SyntaxError> },
    /// A requirement is well-formed and not allowed where it stands.
    NotAllowed { origin: Option<Origin>, text: String, message: String },
}

impl fmt::Display for RequirementsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = |origin: &Option<Origin>| match origin {
            Some(origin) => format!(" (from line {} of {})", origin.line, redacted(&origin.file)),
            None => String::new(),
        };
        match self {
            RequirementsError::Read { file, constraint, .. } => {
                let kind = if *constraint { "constraint" } else { "requirements" };
                write!(out, "Could not open {kind} file: {}", redacted(file))
            }
            RequirementsError::Encoding { file, encoding } => {
                write!(out, "Could not decode requirements file {} as {encoding}", redacted(file))
            }
            RequirementsError::Recursion { file, inside, first } => {
                write!(out, "{} recursively references itself in {}", redacted(file), redacted(inside))?;
                match first {
                    Some(first) => write!(out, " and again in {}", redacted(first)),
                    None => Ok(()),
                }
            }
            RequirementsError::Depth { file } => {
                write!(out, "{} is the {DEPTH}th requirements file on its way", redacted(file))
            }
            RequirementsError::Option { origin, line, message } => {
                write!(
                    out,
                    "Invalid requirement: {}\n{message}{}",
                    redacted(line),
                    place(&Some(origin.clone()))
                )
            }
            RequirementsError::Requirement { origin, text, .. } => {
                write!(out, "Invalid requirement: '{}'{}", redacted(text), place(origin))
            }
            RequirementsError::NotAllowed { origin, text, message } => {
                write!(out, "{message}: '{}'{}", redacted(text), place(origin))
            }
        }
    }
}

impl Error for RequirementsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            RequirementsError::Read { cause, .. } => Some(cause.as_ref()),
            RequirementsError::Requirement { cause, .. } => Some(cause.as_ref()),
            _ => None,
        }
    }
}

impl RequirementsError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            RequirementsError::Encoding { .. } => {
                Some("save the file as UTF-8, or declare its encoding in the first line: # -*- coding: latin-1 -*-".to_owned())
            }
            RequirementsError::Requirement { text, .. } => {
                let name = text.trim_end_matches(|c: char| c != '=');
                let single = name.ends_with('=') && !name.ends_with("==") && !name.ends_with(['<', '>', '!', '~']);
                let operators = ["==", "~=", "!=", "<=", ">="];
                let wrong = single && !operators.iter().any(|operator| text.contains(operator));
                wrong.then(|| "= is not a valid operator. Did you mean == ?".to_owned())
            }
            RequirementsError::NotAllowed { .. } | RequirementsError::Option { .. } => None,
            RequirementsError::Read { .. } => Some("the path is taken from the file that names it".to_owned()),
            RequirementsError::Recursion { .. } | RequirementsError::Depth { .. } => None,
        }
    }
}

impl Requirements {
    /// Reads a file and all that it includes, and adds what they say.
    ///
    /// # Errors
    /// [`RequirementsError`] for the first line that is wrong; what stood before it has been added.
    pub fn read(
        &mut self,
        file: &str,
        constraint: bool,
        outside: &Outside<'_>,
    ) -> Result<(), RequirementsError> {
        let way = vec![Step { key: normalised(file), inside: None }];
        self.read_nested(file, constraint, outside, way)
    }

    /// Adds a requirement from a command line: `requests>=2`, `./dir[extra]`, `https://…`; with `editable` what stands behind `-e`.
    ///
    /// # Errors
    /// [`RequirementsError`] where it is none.
    pub fn add(&mut self, text: &str, editable: bool) -> Result<(), RequirementsError> {
        let target = target_of(text, editable, None)?;
        self.entries.push(Entry {
            target,
            editable,
            constraint: false,
            hashes: Vec::new(),
            config_settings: Vec::new(),
            origin: None,
        });
        Ok(())
    }

    fn read_nested(
        &mut self,
        file: &str,
        constraint: bool,
        outside: &Outside<'_>,
        way: Vec<Step>,
    ) -> Result<(), RequirementsError> {
        let bytes = (outside.read)(file).map_err(|cause| RequirementsError::Read {
            file: file.to_owned(),
            constraint,
            cause,
        })?;
        let content = text::decoded(&bytes)
            .map_err(|encoding| RequirementsError::Encoding { file: file.to_owned(), encoding })?;
        for (line, content) in text::lines(&content, outside.variable) {
            let origin = Origin { file: file.to_owned(), line, constraint };
            let (argument, options) = split(&content);
            let wrong = |message| RequirementsError::Option {
                origin: origin.clone(),
                line: content.clone(),
                message,
            };
            let (words, marker) =
                text::words(options).ok_or_else(|| wrong(format!("Could not split options: {options}")))?;
            let mut options = options::parsed(words).map_err(wrong)?;
            if !marker.is_empty() && (!argument.is_empty() || options.editables.is_empty()) {
                options.others.push(format!(";{marker}"));
            }
            match argument {
                "" => {
                    let files = self.options(options, marker, origin)?;
                    for (path, constraint) in files {
                        let path = joined(file, &path);
                        let way = next(&way, &path, file)?;
                        self.read_nested(&path, constraint, outside, way)?;
                    }
                }
                _ => self.requirement(argument, options, origin)?,
            }
        }
        Ok(())
    }

    /// A line that begins with a requirement.
    fn requirement(
        &mut self,
        text: &str,
        options: options::Options,
        origin: Origin,
    ) -> Result<(), RequirementsError> {
        let target = target_of(text, false, Some(&origin))?;
        let passed_over = options.settings.iter().map(|(_, name)| name.as_str());
        let passed_over = passed_over
            .chain(options.files.iter().map(|(_, constraint)| if *constraint { "-c" } else { "-r" }));
        let passed_over = passed_over
            .chain(options.editables.iter().map(|_| "-e"))
            .chain(options.others.iter().map(String::as_str));
        for what in passed_over {
            self.warnings.push(format!("'{what}' behind a requirement is ignored{}", behind(&origin)));
        }
        self.push(target, false, options.hashes, options.config_settings, origin, text)
    }

    /// A line of options alone; answers the files that it includes.
    fn options(
        &mut self,
        options: options::Options,
        marker: &str,
        origin: Origin,
    ) -> Result<Vec<(String, bool)>, RequirementsError> {
        for other in &options.others {
            self.warnings.push(format!("'{other}' belongs to no option and is ignored{}", behind(&origin)));
        }
        if !options.hashes.is_empty() {
            let message = if options.editables.is_empty() {
                "--hash without a requirement"
            } else {
                "--hash of an editable"
            };
            self.warnings.push(format!("{message} is ignored{}", behind(&origin)));
        }
        for text in &options.editables {
            let text = if marker.is_empty() { text.clone() } else { format!("{text} ;{marker}") };
            let target = target_of(&text, true, Some(&origin))?;
            self.push(target, true, Vec::new(), options.config_settings.clone(), origin.clone(), &text)?;
        }
        if options.editables.is_empty() && !options.config_settings.is_empty() {
            self.warnings
                .push(format!("--config-settings without a requirement is ignored{}", behind(&origin)));
        }
        self.settings.extend(options.settings.into_iter().map(|(setting, _)| (setting, origin.clone())));
        Ok(options.files)
    }

    fn push(
        &mut self,
        target: Target,
        editable: bool,
        hashes: Vec<Hash>,
        config_settings: Vec<(String, String)>,
        origin: Origin,
        text: &str,
    ) -> Result<(), RequirementsError> {
        let constraint = origin.constraint;
        let not_allowed = match constraint {
            true if editable => Some("Editable requirements are not allowed as constraints"),
            true if target.name().is_none() => Some("Unnamed requirements are not allowed as constraints"),
            true if !target.extras().is_empty() => Some("Constraints cannot have extras"),
            _ => None,
        };
        if let Some(message) = not_allowed {
            let (text, message) = (text.to_owned(), message.to_owned());
            return Err(RequirementsError::NotAllowed { origin: Some(origin), text, message });
        }
        self.entries.push(Entry {
            target,
            editable,
            constraint,
            hashes,
            config_settings,
            origin: Some(origin),
        });
        Ok(())
    }
}

fn behind(origin: &Origin) -> String {
    format!(" (line {} of {})", origin.line, redacted(&origin.file))
}

fn target_of(text: &str, editable: bool, origin: Option<&Origin>) -> Result<Target, RequirementsError> {
    let target = if editable { Target::editable(text) } else { Target::parse(text) };
    let (origin, text) = (origin.cloned(), text.to_owned());
    target.map_err(|wrong| match wrong {
        target::Wrong::Syntax(cause) => {
            RequirementsError::Requirement { origin, text, cause: Box::new(cause) }
        }
        target::Wrong::NotAllowed(message) => {
            RequirementsError::NotAllowed { origin, text, message: message.to_owned() }
        }
    })
}

/// The part of a line before its first option, and the options.
fn split(line: &str) -> (&str, &str) {
    let mut at = 0;
    for token in line.split([' ', '\t']) {
        if token.starts_with('-') {
            return (line.get(..at).unwrap_or_default().trim_end(), line.get(at..).unwrap_or_default());
        }
        at += token.len() + 1;
    }
    (line, "")
}

/// A file on the way to the one that is read.
#[derive(Clone)]
struct Step {
    key: String,
    inside: Option<String>,
}

fn next(way: &[Step], path: &str, inside: &str) -> Result<Vec<Step>, RequirementsError> {
    let key = normalised(path);
    if let Some(step) = way.iter().find(|step| step.key == key) {
        let (file, inside) = (path.to_owned(), inside.to_owned());
        return Err(RequirementsError::Recursion { file, inside, first: step.inside.clone() });
    }
    if way.len() >= DEPTH {
        return Err(RequirementsError::Depth { file: path.to_owned() });
    }
    let mut way = way.to_vec();
    way.push(Step { key, inside: Some(inside.to_owned()) });
    Ok(way)
}

fn is_address(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https" | "file"))
}

/// A nested file's path or address, from the place of the file that names it.
fn joined(file: &str, path: &str) -> String {
    if is_address(path) {
        return path.to_owned();
    }
    if is_address(file) {
        return url::Url::parse(file)
            .and_then(|base| base.join(path))
            .map_or_else(|_| path.to_owned(), String::from);
    }
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    normalised(&folder.join(path).to_string_lossy())
}

/// The path without `.` and `..`, as far as its text tells; an address as it is.
fn normalised(path: &str) -> String {
    if is_address(path) {
        return path.to_owned();
    }
    let mut out = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => out.push(".."),
            },
            other => out.push(other),
        }
    }
    out.to_string_lossy().into_owned()
}

/// The text with the passwords of its addresses left out: `https://user:****@host/`.
pub fn redacted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        out.push_str(before);
        out.push_str("://");
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '\'' | '"'))
            .unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        match authority.rsplit_once('@') {
            // A user alone may be a token; `git` is none.
            Some((user, host)) => {
                let shown = match user.split_once(':') {
                    Some((user, _)) => format!("{user}:****"),
                    None if user == "git" => user.to_owned(),
                    None => "****".to_owned(),
                };
                out.push_str(&shown);
                out.push('@');
                out.push_str(host);
            }
            None => out.push_str(authority),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}
