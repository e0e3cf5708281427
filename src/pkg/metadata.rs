//! Core metadata (`METADATA`, `PKG-INFO`): what a distribution says about itself, read from its e-mail form.
//!
//! The text is kept whole; a field is two ranges in it, so that reading costs one pass and one allocation whatever is asked
//! afterwards. The form is that of Python's `email` package under its `compat32` policy, because that is what every producer and
//! consumer of these files uses: names without regard to case, lines that begin with a blank continue the one before, the first line
//! that is no header begins the body, and the body is the description. Nothing is refused here: damaged UTF-8 becomes U+FFFD, unknown
//! fields are kept, and `Requires-Dist` stays text, whose errors belong to whoever needs the requirement.
//!
//! Invariants: every range lies on character boundaries of `text` (the parser cuts at ASCII bytes only;
//! `slice` answers an empty text for any other).
//!
//! Standards: core metadata 1.0 to 2.5 (PEP 241, 314, 345, 566, 643, 685, 639, 794). The JSON form is PEP 566's with pip's order.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A distribution's core metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    text: String,
    fields: Vec<Field>,
    body: Option<Range<usize>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    name: Range<usize>,
    value: Range<usize>,
}

/// A field that must be there and is not, or a form newer than what is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetadataError {
    /// A required field (`Metadata-Version`, `Name`, `Version`) is absent or empty.
    Missing(&'static str),
    /// A field that may stand once stands several times with different values.
    Repeated(&'static str),
    /// The major number of `Metadata-Version` is newer than 2.
    Unsupported(String),
}

impl fmt::Display for MetadataError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MetadataError::Missing(field) => write!(out, "the metadata has no {field}"),
            MetadataError::Repeated(field) => write!(out, "the metadata has several values for {field}"),
            MetadataError::Unsupported(version) => write!(out, "metadata version {version} is not supported"),
        }
    }
}

impl std::error::Error for MetadataError {}

impl MetadataError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            MetadataError::Unsupported(_) => Some("a newer dx may understand it".to_owned()),
            MetadataError::Missing(_) | MetadataError::Repeated(_) => {
                Some("the distribution was built wrongly; ask its authors for a new release".to_owned())
            }
        }
    }
}

/// Every field that the standard knows, in the order in which pip prints them, and whether it may stand several times.
pub const FIELDS: &[(&str, bool)] = &[
    ("Metadata-Version", false),
    ("Name", false),
    ("Version", false),
    ("Dynamic", true),
    ("Platform", true),
    ("Supported-Platform", true),
    ("Summary", false),
    ("Description", false),
    ("Description-Content-Type", false),
    ("Keywords", false),
    ("Home-page", false),
    ("Download-URL", false),
    ("Author", false),
    ("Author-email", false),
    ("Maintainer", false),
    ("Maintainer-email", false),
    ("License", false),
    ("License-Expression", false),
    ("License-File", true),
    ("Classifier", true),
    ("Requires-Dist", true),
    ("Requires-Python", false),
    ("Requires-External", true),
    ("Project-URL", true),
    ("Provides-Extra", true),
    ("Provides-Dist", true),
    ("Obsoletes-Dist", true),
];

impl Metadata {
    /// Reads a metadata file. Never fails; what is required is asked for with [`Metadata::check`].
    pub fn parse(bytes: &[u8]) -> Metadata {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = String::from_utf8_lossy(bytes);
        let text = match memchr::memchr(b'\r', text.as_bytes()) {
            Some(_) => text.replace("\r\n", "\n").replace('\r', "\n"),
            None => text.into_owned(),
        };
        let mut reader = Reader { text: &text, at: 0, fields: Vec::with_capacity(32) };
        let body = reader.headers();
        let mut fields = reader.fields;
        for field in &mut fields {
            let value = text.get(field.value.clone()).unwrap_or_default();
            field.value.start += value.len() - value.trim_start_matches([' ', '\t', '\n']).len();
        }
        Metadata { text, fields, body }
    }

    /// Checks what every consumer needs: a version of the form that is understood, a name and a version, each once.
    ///
    /// # Errors
    /// [`MetadataError`] for the first thing that is wrong.
    pub fn check(&self) -> Result<(), MetadataError> {
        let form = self.once("Metadata-Version")?;
        let major = form.split('.').next().unwrap_or_default();
        if !matches!(major, "1" | "2") {
            return Err(MetadataError::Unsupported(form.to_owned()));
        }
        self.once("Name")?;
        self.once("Version")?;
        Ok(())
    }

    fn once(&self, field: &'static str) -> Result<&str, MetadataError> {
        let mut values = self.get_all(field);
        let first = values.next().map(str::trim).filter(|value| !value.is_empty());
        let first = first.ok_or(MetadataError::Missing(field))?;
        match values.any(|other| other.trim() != first) {
            true => Err(MetadataError::Repeated(field)),
            false => Ok(first),
        }
    }

    /// The first value of a field, as it stands in the file: without blanks before it, continuation lines with their line ends.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_all(name).next()
    }

    /// All values of a field, in the order of the file.
    pub fn get_all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let same = move |field: &&Field| self.slice(&field.name).eq_ignore_ascii_case(name);
        self.fields.iter().filter(same).map(|field| self.slice(&field.value))
    }

    /// Every field as written, name and value.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|field| (self.slice(&field.name), self.slice(&field.value)))
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn one(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// The name, as written.
    pub fn name(&self) -> Option<&str> {
        self.one("Name")
    }

    /// The version, as written.
    pub fn version(&self) -> Option<&str> {
        self.one("Version")
    }

    /// `Requires-Python`, as written.
    pub fn requires_python(&self) -> Option<&str> {
        self.one("Requires-Python")
    }

    /// Each `Requires-Dist`, as written, continuation lines joined by blanks.
    pub fn requires_dist(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.get_all("Requires-Dist").map(unfolded).filter(|value| !value.is_empty())
    }

    /// The extras that the distribution offers, as written.
    pub fn provides_extra(&self) -> impl Iterator<Item = &str> {
        self.get_all("Provides-Extra").map(str::trim).filter(|value| !value.is_empty())
    }

    /// Whether a field is marked as filled in only when the distribution is built (PEP 643). Then it means nothing in a source
    /// distribution's file.
    pub fn is_dynamic(&self, field: &str) -> bool {
        self.get_all("Dynamic").any(|name| name.trim().eq_ignore_ascii_case(field))
    }

    /// Whether a source distribution's file may be trusted for a field without a build (PEP 643): the form is 2.2 or newer and the
    /// field is not marked as dynamic.
    pub fn is_static(&self, field: &str) -> bool {
        let mut parts = self
            .one("Metadata-Version")
            .unwrap_or_default()
            .split('.')
            .map(|part| part.parse::<u32>().unwrap_or(0));
        let form = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        form >= (2, 2) && !self.is_dynamic(field)
    }

    /// Keywords, split at commas or, where there is none, at blanks, as pip does.
    pub fn keywords(&self) -> Vec<&str> {
        match self.one("Keywords") {
            None => Vec::new(),
            Some(value) if value.contains(',') => value.split(',').map(str::trim).collect(),
            Some(value) => value.split_whitespace().collect(),
        }
    }

    /// Labels and addresses of `Project-URL`. A value without a comma is a label without an address.
    pub fn project_urls(&self) -> impl Iterator<Item = (&str, &str)> {
        self.get_all("Project-URL").map(|value| match value.split_once(',') {
            Some((label, address)) => (label.trim(), address.trim()),
            None => (value.trim(), ""),
        })
    }

    /// The project's home page: `Home-page`, else the `Project-URL` whose label says that it is one, as `pip show` decides.
    pub fn home_page(&self) -> Option<&str> {
        let said = self.one("Home-page").filter(|value| !value.eq_ignore_ascii_case("unknown"));
        said.or_else(|| {
            let plain = |label: &str| -> String {
                label.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
            };
            self.project_urls().find(|(label, _)| plain(label) == "homepage").map(|(_, address)| address)
        })
    }

    /// The licence as `pip show` prints it: the expression of PEP 639, else the old free text.
    pub fn license(&self) -> Option<&str> {
        self.one("License-Expression").or_else(|| self.one("License"))
    }

    /// The description: the body of the file, else the field, whose indentation is taken away.
    pub fn description(&self) -> Option<Cow<'_, str>> {
        if let Some(body) = self.body.as_ref().map(|range| self.slice(range)).filter(|body| !body.is_empty())
        {
            return Some(Cow::Borrowed(body));
        }
        self.get("Description").map(outdented)
    }

    /// The JSON form (PEP 566), as `pip inspect` and `pip install --report` print it.
    pub fn to_json(&self) -> MetadataJson<'_> {
        MetadataJson(self)
    }
}

/// Joins the lines of a value by single blanks; most values are one line and stay as they are.
fn unfolded(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    match memchr::memchr(b'\n', value.as_bytes()) {
        None => Cow::Borrowed(value),
        Some(_) => Cow::Owned(value.split_whitespace().collect::<Vec<_>>().join(" ")),
    }
}

/// Takes eight columns (or `|` in the oldest files) from continuation lines, if that is how the value was written.
fn outdented(value: &str) -> Cow<'_, str> {
    const COLUMNS: &str = "        ";
    match value.contains("\n        ") {
        false => Cow::Borrowed(value),
        true => {
            let lines = value.split('\n').map(|line| line.strip_prefix(COLUMNS).unwrap_or(line.trim_start()));
            Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    fields: Vec<Field>,
}

impl Reader<'_> {
    /// Reads all headers; answers where the body is.
    fn headers(&mut self) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        let end = bytes.len();
        // A header that has no name is left out, and so are the lines that continue it.
        let mut open = false;
        while self.at < end {
            let start = self.at;
            let stop = memchr::memchr(b'\n', bytes.get(start..).unwrap_or_default())
                .map_or(end, |length| start + length);
            let line = bytes.get(start..stop).unwrap_or_default();
            match line.first() {
                None => return Some((stop + 1).min(end)..end),
                Some(b' ' | b'\t') => {
                    if let Some(field) = self.fields.last_mut().filter(|_| open) {
                        field.value.end = stop;
                    }
                }
                Some(_) if start == 0 && line.starts_with(b"From ") => open = false,
                Some(_) => {
                    let name = line
                        .iter()
                        .position(|byte| !matches!(byte, 0x21..=0x39 | 0x3b..=0x7e))
                        .unwrap_or(line.len());
                    if line.get(name) != Some(&b':') {
                        return Some(start..end);
                    }
                    open = name > 0;
                    if open {
                        self.fields.push(Field { name: start..start + name, value: start + name + 1..stop });
                    }
                }
            }
            self.at = stop + 1;
        }
        None
    }
}

/// The JSON form of metadata; see [`Metadata::to_json`].
pub struct MetadataJson<'a>(&'a Metadata);

impl Serialize for MetadataJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let metadata = self.0;
        let mut map = serializer.serialize_map(None)?;
        // pip takes the body for the field `Description`, in the field's place.
        let description = metadata.description();
        for (field, several) in FIELDS {
            let key = field.to_ascii_lowercase().replace('-', "_");
            if *field == "Description" {
                if let Some(text) = &description {
                    map.serialize_entry(&key, text)?;
                }
                continue;
            }
            let Some(first) = metadata.get(field) else { continue };
            match (*field, several) {
                ("Keywords", _) => map.serialize_entry(&key, &metadata.keywords())?,
                (_, true) => map.serialize_entry(&key, &metadata.get_all(field).collect::<Vec<_>>())?,
                (_, false) => map.serialize_entry(&key, first)?,
            }
        }
        map.end()
    }
}
