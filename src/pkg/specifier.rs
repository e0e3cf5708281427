//! Version specifiers (PEP 440): `>=1,<2`, as tests of a version and as ranges for the resolver.
//!
//! Each specifier is one interval of the versions' order or what lies outside of it; what PEP 440 says about local versions,
//! post-releases and pre-releases is in the interval's ends (`Version::after_locals`, `Version::after_posts`). Whether pre-releases
//! are wanted at all is not decided here: `mentions_prerelease` tells whether the text asks for them.

use std::fmt;
use std::ops::Bound;
use std::str::FromStr;

use pubgrub::Ranges;

use super::version::Version;

/// The comparison operators, in PEP 440's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `~=`
    Compatible,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `>`
    Above,
    /// `===`
    Arbitrary,
}

impl Operator {
    /// The operator as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Operator::Compatible => "~=",
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::AtMost => "<=",
            Operator::AtLeast => ">=",
            Operator::Below => "<",
            Operator::Above => ">",
            Operator::Arbitrary => "===",
        }
    }
}

/// One comparison.
#[derive(Clone, Debug)]
pub struct Specifier {
    operator: Operator,
    /// As written, without white space.
    text: String,
    /// `None` for an arbitrary equality with something that is no version.
    version: Option<Version>,
    wildcard: bool,
    low: Bound<Version>,
    high: Bound<Version>,
}

/// All comparisons that a version has to pass; none means any version.
#[derive(Clone, Debug, Default)]
pub struct Specifiers(Vec<Specifier>);

/// The text is no specifier, or none with the meaning that its operator needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecifierError(pub String);

impl Specifier {
    /// Builds a comparison. `wildcard` stands for a trailing `.*`, which only `==` and `!=` take.
    fn new(operator: Operator, text: &str) -> Option<Specifier> {
        let (written, wildcard) = match text.strip_suffix(".*") {
            Some(prefix) if matches!(operator, Operator::Equal | Operator::NotEqual) => (prefix, true),
            _ => (text, false),
        };
        let version = match operator {
            Operator::Arbitrary => written.parse::<Version>().ok(),
            _ => Some(written.parse::<Version>().ok()?),
        };
        let (low, high) = match &version {
            None => (Bound::Unbounded, Bound::Unbounded),
            Some(version) => Self::ends(operator, version, wildcard)?,
        };
        Some(Specifier { operator, text: text.to_owned(), version, wildcard, low, high })
    }

    /// The interval of the versions that fit; for `!=`, of those that don't.
    fn ends(
        operator: Operator,
        version: &Version,
        wildcard: bool,
    ) -> Option<(Bound<Version>, Bound<Version>)> {
        use Bound::{Excluded, Included, Unbounded};
        let equality = matches!(operator, Operator::Equal | Operator::NotEqual | Operator::Arbitrary);
        if version.is_local() && (!equality || wildcard) {
            return None;
        }
        if wildcard && (version.is_prerelease() || version.is_post()) {
            return None;
        }
        Some(match operator {
            Operator::Equal | Operator::NotEqual if wildcard => {
                Self::prefix(version, version.release().len())
            }
            Operator::Arbitrary => (Included(version.clone()), Included(version.clone())),
            Operator::Equal | Operator::NotEqual if version.is_local() => {
                (Included(version.clone()), Included(version.clone()))
            }
            Operator::Equal | Operator::NotEqual => {
                (Included(version.clone()), Included(version.after_locals()))
            }
            Operator::Compatible => {
                let length = version.release().len();
                if length < 2 {
                    return None;
                }
                let (_, high) = Self::prefix(&version.base(), length - 1);
                (Included(version.clone()), high)
            }
            Operator::AtMost => (Unbounded, Included(version.after_locals())),
            Operator::AtLeast => (Included(version.clone()), Unbounded),
            Operator::Below if version.is_prerelease() => (Unbounded, Excluded(version.clone())),
            Operator::Below => (Unbounded, Excluded(version.with_dev(0))),
            Operator::Above => match (version.dev(), version.post()) {
                (Some(dev), _) => (Included(version.with_dev(dev.saturating_add(1))), Unbounded),
                (None, Some(post)) => (Included(version.with_post_dev(post.saturating_add(1), 0)), Unbounded),
                (None, None) => (Excluded(version.after_posts()), Unbounded),
            },
        })
    }

    /// The versions whose release begins with the first `length` numbers of `version`'s.
    fn prefix(version: &Version, length: usize) -> (Bound<Version>, Bound<Version>) {
        let low: Vec<u64> = version.release().into_iter().take(length).collect();
        let mut high = low.clone();
        if let Some(last) = high.last_mut() {
            *last = last.saturating_add(1);
        }
        (Bound::Included(version.first_of(low)), Bound::Excluded(version.first_of(high)))
    }

    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// The version compared with, or nothing where an arbitrary text is.
    pub fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// Whether a `.*` stands behind the version.
    pub fn is_wildcard(&self) -> bool {
        self.wildcard
    }

    /// Whether `version` passes, whatever it says about pre-releases.
    pub fn contains(&self, version: &Version) -> bool {
        if self.operator == Operator::Arbitrary {
            return version.to_string().eq_ignore_ascii_case(&self.text)
                || self.version.as_ref().is_some_and(|mine| mine.to_string() == version.to_string());
        }
        let above = match &self.low {
            Bound::Included(low) => version >= low,
            Bound::Excluded(low) => version > low,
            Bound::Unbounded => true,
        };
        let below = match &self.high {
            Bound::Included(high) => version <= high,
            Bound::Excluded(high) => version < high,
            Bound::Unbounded => true,
        };
        (above && below) != (self.operator == Operator::NotEqual)
    }

    /// The versions that pass, as a set.
    pub fn ranges(&self) -> Ranges<Version> {
        if self.version.is_none() {
            return Ranges::empty();
        }
        let inside = Ranges::from_range_bounds((self.low.clone(), self.high.clone()));
        match self.operator {
            Operator::NotEqual => inside.complement(),
            _ => inside,
        }
    }
}

impl Specifiers {
    /// The comparisons, in the order written.
    pub fn iter(&self) -> std::slice::Iter<'_, Specifier> {
        self.0.iter()
    }

    /// Whether there is no comparison, so that any version passes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `version` passes all comparisons.
    pub fn contains(&self, version: &Version) -> bool {
        self.0.iter().all(|specifier| specifier.contains(version))
    }

    /// The versions that pass all comparisons, as a set.
    pub fn ranges(&self) -> Ranges<Version> {
        let mut specifiers = self.0.iter();
        let Some(first) = specifiers.next() else { return Ranges::full() };
        specifiers.fold(first.ranges(), |ranges, specifier| ranges.intersection(&specifier.ranges()))
    }

    /// Whether a pre-release is named, other than to exclude it: who does so wants pre-releases.
    pub fn mentions_prerelease(&self) -> bool {
        self.0.iter().any(|specifier| {
            specifier.operator != Operator::NotEqual
                && specifier.version.as_ref().is_some_and(Version::is_prerelease)
        })
    }

    /// The one version that can pass, if there is a comparison by `==` or `===` without a wildcard.
    pub fn pinned(&self) -> Option<&Version> {
        self.0
            .iter()
            .find(|specifier| {
                matches!(specifier.operator, Operator::Equal | Operator::Arbitrary) && !specifier.wildcard
            })
            .and_then(Specifier::version)
    }

    /// Adds the comparisons of `other`.
    pub fn extend(&mut self, other: &Specifiers) {
        self.0.extend(other.0.iter().cloned());
    }

    /// Exactly this version (and its local ones).
    pub fn exactly(version: &Version) -> Specifiers {
        Specifiers(Specifier::new(Operator::Equal, &version.to_string()).into_iter().collect())
    }

    /// Parses what published metadata holds in practice: besides what PEP 440 takes, wildcards behind an order (`>=3.6.*`), a missing
    /// dot in front of the wildcard (`!=3.0*`), missing or doubled commas, and stray quotes. What such a text means is what its author
    /// meant.
    pub fn parse_lenient(text: &str) -> Result<Specifiers, SpecifierError> {
        if let Ok(specifiers) = text.parse() {
            return Ok(specifiers);
        }
        let cleaned: String =
            text.chars().filter(|letter| !matches!(letter, '\'' | '"' | '(' | ')')).collect();
        let mut found = Vec::new();
        for piece in cleaned.split(',') {
            // An operator ends the specifier in front of it, comma or not.
            let mut starts: Vec<usize> = Vec::new();
            let bytes = piece.as_bytes();
            for (index, byte) in bytes.iter().enumerate() {
                let is_operator = |byte: &u8| matches!(byte, b'<' | b'>' | b'=' | b'!' | b'~');
                if is_operator(byte) && (index == 0 || !is_operator(&bytes[index - 1])) {
                    starts.push(index);
                }
            }
            if starts.is_empty() && !piece.trim().is_empty() {
                return Err(SpecifierError(text.to_owned()));
            }
            for (index, start) in starts.iter().enumerate() {
                let end = starts.get(index + 1).copied().unwrap_or(piece.len());
                found.push(mended(piece[*start..end].trim()).ok_or_else(|| SpecifierError(text.to_owned()))?);
            }
        }
        Ok(Specifiers(found))
    }
}

fn mended(text: &str) -> Option<Specifier> {
    if let Some(specifier) = one(text) {
        return Some(specifier);
    }
    let (operator, version) = operator(text)?;
    let version = version.trim();
    match (operator, version.strip_suffix('*')) {
        (Operator::Equal | Operator::NotEqual, Some(prefix)) => {
            Specifier::new(operator, &format!("{}.*", prefix.trim_end_matches('.')))
        }
        // `>=3.6.*` was meant as `>=3.6`, `>3.6.*` and `<=3.6.*` likewise.
        (Operator::Arbitrary, _) | (_, None) => None,
        (operator, Some(prefix)) => Specifier::new(operator, prefix.trim_end_matches('.')),
    }
}

fn operator(text: &str) -> Option<(Operator, &str)> {
    const OPERATORS: &[Operator] = &[
        Operator::Arbitrary,
        Operator::Compatible,
        Operator::Equal,
        Operator::NotEqual,
        Operator::AtMost,
        Operator::AtLeast,
        Operator::Below,
        Operator::Above,
    ];
    OPERATORS.iter().find_map(|operator| text.strip_prefix(operator.as_str()).map(|rest| (*operator, rest)))
}

fn one(text: &str) -> Option<Specifier> {
    let (operator, version) = operator(text.trim())?;
    let version = version.trim();
    let fits = match operator {
        Operator::Arbitrary => !version.is_empty() && !version.contains([' ', '\t', ',', ';', ')']),
        _ => !version.contains(char::is_whitespace),
    };
    fits.then(|| Specifier::new(operator, version)).flatten()
}

impl FromStr for Specifiers {
    type Err = SpecifierError;

    /// Parses comparisons with commas between them; an empty text means any version.
    fn from_str(text: &str) -> Result<Specifiers, SpecifierError> {
        let mut found = Vec::new();
        for piece in text.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
            found.push(one(piece).ok_or_else(|| SpecifierError(piece.to_owned()))?);
        }
        Ok(Specifiers(found))
    }
}

impl PartialEq for Specifier {
    fn eq(&self, other: &Specifier) -> bool {
        self.operator == other.operator
            && self.wildcard == other.wildcard
            && self.version == other.version
            && (self.version.is_some() || self.text == other.text)
    }
}

impl Eq for Specifier {}

impl fmt::Display for Specifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.operator.as_str(), self.text)
    }
}

impl fmt::Display for Specifiers {
    /// Sorted, with commas, as `packaging` writes a set of specifiers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut texts: Vec<String> = self.0.iter().map(Specifier::to_string).collect();
        texts.sort();
        texts.dedup();
        f.write_str(&texts.join(","))
    }
}

impl PartialEq for Specifiers {
    fn eq(&self, other: &Specifiers) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|specifier| other.0.contains(specifier))
    }
}

impl Eq for Specifiers {}

impl fmt::Display for SpecifierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invalid specifier: {:?}", self.0)
    }
}

impl std::error::Error for SpecifierError {}
