//! Requirements (PEP 508): a name, extras, the versions or the URL that are wanted, and the condition under which.

use std::fmt;
use std::str::FromStr;

use super::marker::Marker;
use super::name::Name;
use super::scan::{Scanner, SyntaxError};
use super::specifier::{SpecifierError, Specifiers};

/// Where the package comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An index, in one of these versions.
    Version(Specifiers),
    /// `@ URL`, as written.
    Url(String),
}

/// One requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    pub name: Name,
    /// Without duplicates, in the order written.
    pub extras: Vec<Name>,
    pub source: Source,
    pub marker: Option<Marker>,
}

impl Requirement {
    /// Any version of `name`.
    pub fn any(name: Name) -> Requirement {
        Requirement { name, extras: Vec::new(), source: Source::Version(Specifiers::default()), marker: None }
    }

    /// The versions that are wanted, where not a URL is.
    pub fn specifiers(&self) -> Option<&Specifiers> {
        match &self.source {
            Source::Version(specifiers) => Some(specifiers),
            Source::Url(_) => None,
        }
    }

    /// Parses what published metadata holds in practice (`Specifiers::parse_lenient`).
    pub fn parse_lenient(text: &str) -> Result<Requirement, SyntaxError> {
        parse(text, true)
    }
}

impl FromStr for Requirement {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Requirement, SyntaxError> {
        parse(text, false)
    }
}

fn parse(text: &str, lenient: bool) -> Result<Requirement, SyntaxError> {
    let mut scanner = Scanner::new(text);
    scanner.blanks();
    let start = scanner.position;
    let Some(word) = scanner.identifier() else {
        return scanner.error("Expected package name at the start of dependency specifier");
    };
    let Ok(name) = Name::new(word) else {
        return scanner.error_from(start, "Expected package name at the start of dependency specifier");
    };
    scanner.blanks();
    let extras = extras(&mut scanner)?;
    scanner.blanks();
    let start = scanner.position;
    let mut requirement = Requirement::any(name);
    requirement.extras = extras;
    let expected;
    let mut start = start;
    if scanner.eat("@") {
        scanner.blanks();
        start = scanner.position;
        let length = scanner.rest().bytes().take_while(|byte| !matches!(byte, b' ' | b'\t')).count();
        if length == 0 {
            return scanner.error("Expected URL after @");
        }
        requirement.source = Source::Url(scanner.rest()[..length].to_owned());
        scanner.position += length;
        if !scanner.at_end() && !scanner.blanks() {
            return scanner.error("Expected whitespace after URL");
        }
        expected = "semicolon (after URL and whitespace)";
    } else {
        let specifiers = specifiers(&mut scanner, lenient)?;
        expected = match specifiers.is_empty() {
            true => "semicolon (after name with no version specifier)",
            false => "comma (within version specifier), semicolon (after version specifier)",
        };
        requirement.source = Source::Version(specifiers);
    }
    scanner.blanks();
    if scanner.at_end() {
        return Ok(requirement);
    }
    if !scanner.eat(";") {
        return scanner.error_from(start, format!("Expected {expected} or end"));
    }
    requirement.marker = Some(Marker::scan(&mut scanner)?);
    scanner.blanks();
    match scanner.at_end() {
        true => Ok(requirement),
        false => scanner.error("Expected end of dependency specifier"),
    }
}

/// How far into a specifier an error is looked for.
const LONGEST: usize = 300;
const UNMATCHED: &str = "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, after version specifier";

fn extras(scanner: &mut Scanner<'_>) -> Result<Vec<Name>, SyntaxError> {
    let open = scanner.position;
    let mut extras = Vec::new();
    if !scanner.eat("[") {
        return Ok(extras);
    }
    scanner.blanks();
    let mut first = true;
    loop {
        let start = scanner.position;
        match scanner.identifier() {
            Some(word) => match Name::new(word) {
                Ok(name) if extras.contains(&name) => {}
                Ok(name) => extras.push(name),
                Err(_) => return scanner.error_from(start, "Invalid extra name"),
            },
            None if first => {}
            None => return scanner.error("Expected extra name after comma"),
        }
        scanner.blanks();
        let mut next = Scanner { source: scanner.source, position: scanner.position };
        if !first && next.identifier().is_some() || first && !extras.is_empty() && next.identifier().is_some()
        {
            return scanner.error("Expected comma between extra names");
        }
        first = false;
        if extras.is_empty() || !scanner.eat(",") {
            break;
        }
        scanner.blanks();
    }
    if !scanner.eat("]") {
        return scanner.error_from(open, "Expected matching RIGHT_BRACKET for LEFT_BRACKET, after extras");
    }
    Ok(extras)
}

fn specifiers(scanner: &mut Scanner<'_>, lenient: bool) -> Result<Specifiers, SyntaxError> {
    let open = scanner.position;
    let parentheses = scanner.eat("(");
    scanner.blanks();
    let start = scanner.position;
    let end_at: &[char] = if parentheses { &[')', ';'] } else { &[';'] };
    let rest = scanner.rest();
    let text = &rest[..rest.find(end_at).unwrap_or(rest.len())];
    let parsed = if lenient { Specifiers::parse_lenient(text) } else { strict(text) };
    let specifiers = match parsed {
        Ok(specifiers) => specifiers,
        Err(SpecifierError(piece)) => {
            return refuse(scanner, parentheses.then_some(open), start, text, &piece);
        }
    };
    scanner.position += text.len();
    if parentheses && !scanner.eat(")") {
        return scanner.error_from(open, UNMATCHED);
    }
    Ok(specifiers)
}

/// As `Specifiers`, but without empty places between commas other than one behind the last.
fn strict(text: &str) -> Result<Specifiers, SpecifierError> {
    let trimmed = text.trim_matches([' ', '\t']);
    let inner = trimmed.strip_suffix(',').unwrap_or(trimmed);
    if inner.split(',').any(|piece| piece.trim_matches([' ', '\t']).is_empty()) && !trimmed.is_empty() {
        return Err(SpecifierError(String::new()));
    }
    text.parse()
}

/// The error for a list of specifiers whose `piece` is none: which of the reasons it is.
fn refuse<T>(
    scanner: &mut Scanner<'_>,
    open: Option<usize>,
    start: usize,
    text: &str,
    piece: &str,
) -> Result<T, SyntaxError> {
    // No text: nothing stands between two commas.
    let offset = match piece {
        "" => {
            let pieces = text.split(',').take_while(|piece| !piece.trim_matches([' ', '\t']).is_empty());
            let length: usize = pieces.map(|piece| piece.len() + 1).sum();
            length + text[length..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
        }
        piece => text.find(piece).unwrap_or(0),
    };
    let before = text[..offset].trim_matches([' ', '\t']);
    let operator_length = piece.bytes().take_while(|byte| b"<>=!~".contains(byte)).count();
    let (operator, version) = piece.split_at(operator_length);
    let place = start + offset;
    if operator_length > 0 && version.ends_with(".*") {
        scanner.position = place + piece.len() - 1;
        return scanner.error_from(
            place,
            match operator {
                "==" | "!=" => {
                    ".* suffix cannot be used with pre-release, post-release, dev or local versions"
                }
                _ => ".* suffix can only be used with `==` or `!=` operators",
            },
        );
    }
    if operator_length > 0 && version.contains('+') && !matches!(operator, "==" | "!=" | "===") {
        scanner.position = place + piece.find('+').unwrap_or(0);
        return scanner.error_from(place, "Local version label can only be used with `==` or `!=` operators");
    }
    // Where the grammar stops: behind what was read so far, which may be a whole specifier that something else follows.
    let ends =
        (operator_length + 1..piece.len().min(LONGEST)).rev().filter(|end| piece.is_char_boundary(*end));
    let head =
        ends.map(|end| &piece[..end]).find(|head| operator_length > 0 && head.parse::<Specifiers>().is_ok());
    let blanks = |rest: &str| rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let read = head.map_or(0, |head| {
        let head = head.trim_end_matches([' ', '\t']);
        head.len() + blanks(&piece[head.len()..])
    });
    scanner.position = place + read;
    if let Some(open) = open {
        return scanner.error_from(open, UNMATCHED);
    }
    let expected = match before.is_empty() && read == 0 {
        true => "semicolon (after name with no version specifier)",
        false => "comma (within version specifier), semicolon (after version specifier)",
    };
    scanner.error_from(start, format!("Expected {expected} or end"))
}

impl fmt::Display for Requirement {
    /// As `packaging` writes it: extras and specifiers sorted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if !self.extras.is_empty() {
            let mut extras: Vec<&str> = self.extras.iter().map(Name::as_str).collect();
            extras.sort_unstable();
            write!(f, "[{}]", extras.join(","))?;
        }
        match &self.source {
            Source::Version(specifiers) => write!(f, "{specifiers}")?,
            Source::Url(url) => {
                write!(f, " @ {url}")?;
                if self.marker.is_some() {
                    f.write_str(" ")?;
                }
            }
        }
        match &self.marker {
            Some(marker) => write!(f, "; {marker}"),
            None => Ok(()),
        }
    }
}
