//! File names of wheels (PEP 427) and source distributions (PEP 625), taken apart.

use std::fmt;

use super::name::{self, Name};
use super::tags::{Misfit, Tags};
use super::version::Version;

/// A wheel's file name in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelName {
    pub name: Name,
    pub version: Version,
    /// The build's number and what follows it.
    pub build: Option<(u64, String)>,
    /// The three compressed sets of tags, dots between their members.
    pub interpreters: String,
    pub abis: String,
    pub platforms: String,
}

/// A source distribution's file name in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SdistName {
    pub name: Name,
    pub version: Version,
}

/// The name is none of a wheel or source distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilenameError {
    pub filename: String,
    pub problem: &'static str,
}

/// Endings of source distributions, in the order of preference.
pub const SDIST_ENDINGS: &[&str] = &[".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz", ".tar"];

impl WheelName {
    /// Takes the name of a wheel apart.
    pub fn parse(filename: &str) -> Result<WheelName, FilenameError> {
        let fail = |problem| FilenameError { filename: filename.to_owned(), problem };
        let stem = filename.strip_suffix(".whl").ok_or_else(|| fail("the extension must be .whl"))?;
        let parts: Vec<&str> = stem.split('-').collect();
        let (name, version, build, tags) = match parts.as_slice() {
            [name, version, tags @ ..] if tags.len() == 3 => (name, version, None, tags),
            [name, version, build, tags @ ..] if tags.len() == 3 => (name, version, Some(*build), tags),
            _ => return Err(fail("wrong number of parts")),
        };
        let name = Name::new(name).map_err(|_| fail("invalid project name"))?;
        let version = version.parse().map_err(|_| fail("invalid version"))?;
        let build = match build {
            None => None,
            Some(text) => {
                let digits = text.bytes().take_while(u8::is_ascii_digit).count();
                let number = text[..digits].parse().map_err(|_| fail("invalid build number"))?;
                Some((number, text[digits..].to_owned()))
            }
        };
        if tags.iter().any(|set| set.split('.').any(str::is_empty)) {
            return Err(fail("invalid tag component"));
        }
        Ok(WheelName {
            name,
            version,
            build,
            interpreters: tags[0].to_owned(),
            abis: tags[1].to_owned(),
            platforms: tags[2].to_owned(),
        })
    }

    /// The place of the wheel's best tag in a target's order, 0 first, or what does not fit.
    pub fn fit(&self, tags: &Tags) -> Result<u32, Misfit> {
        tags.best(&self.interpreters, &self.abis, &self.platforms)
    }

    /// The tags in the form of the file name.
    pub fn tags(&self) -> String {
        format!("{}-{}-{}", self.interpreters, self.abis, self.platforms)
    }
}

impl SdistName {
    /// Takes the name of a source distribution apart. `expected` is the package it should be of: names with hyphens are ambiguous
    /// without it.
    pub fn parse(filename: &str, expected: &Name) -> Result<SdistName, FilenameError> {
        let fail = |problem| FilenameError { filename: filename.to_owned(), problem };
        let ending = SDIST_ENDINGS
            .iter()
            .find(|ending| filename.ends_with(**ending))
            .ok_or_else(|| fail("not the extension of a source distribution"))?;
        let stem = &filename[..filename.len() - ending.len()];
        // Any hyphen may be the one between name and version; the name tells which.
        for (index, _) in stem.match_indices('-') {
            if name::is_valid(&stem[..index])
                && Name::new(&stem[..index]).is_ok_and(|name| name == *expected)
                && let Ok(version) = stem[index + 1..].parse()
            {
                return Ok(SdistName { name: expected.clone(), version });
            }
        }
        Err(fail("it does not name this package and a version"))
    }

    /// Takes a name apart at its last hyphen, where nothing is known of the package.
    pub fn guess(filename: &str) -> Result<SdistName, FilenameError> {
        let fail = |problem| FilenameError { filename: filename.to_owned(), problem };
        let ending = SDIST_ENDINGS
            .iter()
            .find(|ending| filename.ends_with(**ending))
            .ok_or_else(|| fail("not the extension of a source distribution"))?;
        let stem = &filename[..filename.len() - ending.len()];
        let (name, version) =
            stem.rsplit_once('-').ok_or_else(|| fail("no hyphen between name and version"))?;
        Ok(SdistName {
            name: Name::new(name).map_err(|_| fail("invalid project name"))?,
            version: version.parse().map_err(|_| fail("invalid version"))?,
        })
    }
}

impl fmt::Display for FilenameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invalid file name of a distribution ({}): {:?}", self.problem, self.filename)
    }
}

impl std::error::Error for FilenameError {}
