//! What a lock file has to hold beyond its types.

use super::{File, Package, Pylock, PylockError, invalid};
use crate::pkg::filename::{SdistName, WheelName};
use crate::pkg::name::Name;
use crate::pkg::version::Version;

/// The numbers of a lock version, if it is one: `1.0`.
pub(super) fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Refuses what another major version wrote.
pub(super) fn check_version(text: &str) -> Result<(), PylockError> {
    match version(text) {
        Some((1, _)) => Ok(()),
        Some(_) => Err(PylockError::Version(text.to_owned())),
        None => invalid(format!("Invalid version: '{text}'"), "lock-version"),
    }
}

impl Pylock {
    /// Checks the rules that types do not express.
    ///
    /// # Errors
    /// [`PylockError`] for the first value that breaks one.
    pub fn check(&self) -> Result<(), PylockError> {
        check_version(&self.lock_version)?;
        for (index, package) in self.packages.iter().enumerate() {
            check_package(package, &format!("packages[{index}]"))?;
        }
        Ok(())
    }
}

fn check_package(package: &Package, at: &str) -> Result<(), PylockError> {
    let direct = [package.vcs.is_some(), package.directory.is_some(), package.archive.is_some()];
    let direct = direct.into_iter().filter(|set| *set).count();
    if !package.is_direct() && direct > 0 {
        return invalid("None of vcs, directory, archive must be set if sdist or wheels are set", at);
    }
    if package.is_direct() && direct != 1 {
        return invalid(
            "Exactly one of vcs, directory, archive must be set if sdist and wheels are not set",
            at,
        );
    }
    if let Some(vcs) = &package.vcs {
        check_place(vcs.path.as_deref(), vcs.url.as_deref(), || format!("{at}.vcs"))?;
    }
    if let Some(archive) = &package.archive {
        check_place(archive.path.as_deref(), archive.url.as_deref(), || format!("{at}.archive"))?;
        if archive.hashes.is_empty() {
            return invalid("At least one hash must be provided", format!("{at}.archive.hashes"));
        }
    }
    for (index, wheel) in package.wheels.iter().enumerate() {
        let at = format!("{at}.wheels[{index}]");
        check_file(package, wheel, &at, "wheel", wheel_parts)?;
    }
    if let Some(sdist) = &package.sdist {
        check_file(package, sdist, &format!("{at}.sdist"), "sdist", sdist_parts)?;
    }
    for (index, identity) in package.attestation_identities.iter().flatten().enumerate() {
        let at = format!("{at}.attestation-identities[{index}].kind");
        match identity.get("kind") {
            Some(toml::Value::String(_)) => {}
            Some(other) => {
                return invalid(format!("Unexpected type {} (expected string)", other.type_str()), at);
            }
            None => return invalid("Missing required value", at),
        }
    }
    Ok(())
}

fn check_place(path: Option<&str>, url: Option<&str>, at: impl Fn() -> String) -> Result<(), PylockError> {
    match [path, url].into_iter().flatten().any(|text| !text.is_empty()) {
        true => Ok(()),
        false => invalid("path or url must be provided", at()),
    }
}

type Parts = fn(&str, &Name) -> Option<(Name, Version)>;

fn wheel_parts(file: &str, _: &Name) -> Option<(Name, Version)> {
    WheelName::parse(file).ok().map(|wheel| (wheel.name, wheel.version))
}

fn sdist_parts(file: &str, name: &Name) -> Option<(Name, Version)> {
    let sdist = SdistName::parse(file, name).or_else(|_| SdistName::guess(file)).ok()?;
    Some((sdist.name, sdist.version))
}

fn check_file(package: &Package, file: &File, at: &str, kind: &str, parts: Parts) -> Result<(), PylockError> {
    check_place(file.path.as_deref(), file.url.as_deref(), || at.to_owned())?;
    if file.hashes.is_empty() {
        return invalid("At least one hash must be provided", format!("{at}.hashes"));
    }
    let Some(name) = file.file_name() else {
        return invalid(format!("Cannot determine {kind} filename"), at);
    };
    let Some((project, version)) = parts(&name, &package.name) else {
        return invalid(format!("Invalid {kind} filename '{name}'"), at);
    };
    if project != package.name {
        let message = format!("Name in '{name}' is not consistent with package name '{}'", package.name);
        return invalid(message, at);
    }
    match &package.version {
        Some(expected) if *expected != version => {
            invalid(format!("Version in '{name}' is not consistent with package version '{expected}'"), at)
        }
        _ => Ok(()),
    }
}
