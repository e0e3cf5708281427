//! What an environment takes from a lock file: the standard's procedure, step by step.

use super::{Archive, Directory, File, Package, Pylock, PylockError, Vcs, invalid};
use crate::pkg::filename::WheelName;
use crate::pkg::marker::{Environment, Selection};
use crate::pkg::name::Name;
use crate::pkg::specifier::Specifiers;
use crate::pkg::tags::Tags;
use crate::pkg::version::Version;

/// Where a selected package comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Chosen<'a> {
    Vcs(&'a Vcs),
    Directory(&'a Directory),
    Archive(&'a Archive),
    Sdist(&'a File),
    Wheel(&'a File),
    /// A native wheel that is complete without its extension modules, which are left out.
    WithoutExtension(&'a File),
}

/// The target that packages are selected for.
pub struct Wanted<'a> {
    pub environment: &'a Environment,
    pub tags: &'a Tags,
    /// How near a native wheel comes that may be taken without its extension modules, 0 first, where no other wheel fits.
    pub native: &'a dyn Fn(&WheelName) -> Option<u32>,
    /// The extras to install.
    pub extras: &'a [Name],
    /// The dependency groups to install; `None` is the file's default groups.
    pub groups: Option<&'a [Name]>,
    /// Whether a package is to be built from source even if a wheel fits.
    pub prefer_sdist: &'a dyn Fn(&Name) -> bool,
}

impl Pylock {
    /// The packages to install, in the file's order, each with its source.
    ///
    /// # Errors
    /// [`PylockError::Invalid`] where the file is for other environments, names a package twice for this one, or has no file that fits.
    pub fn select(&self, wanted: &Wanted<'_>) -> Result<Vec<(&Package, Chosen<'_>)>, PylockError> {
        let environment = wanted.environment;
        check_python(self.requires_python.as_ref(), environment, "")?;
        if let Some(environments) = &self.environments
            && !environments.iter().any(|marker| marker.evaluate(environment, &[]))
        {
            return invalid("The environment satisfies none of the lock file's environments", "environments");
        }
        let default: Vec<Name>;
        let groups = match wanted.groups {
            Some(groups) => groups,
            None => {
                // A group that is no valid name can stand in no marker.
                default =
                    self.default_groups.iter().flatten().filter_map(|group| Name::new(group).ok()).collect();
                &default
            }
        };
        let selection = Selection { extra: None, extras: wanted.extras, groups };
        let mut chosen: Vec<(&Package, Chosen<'_>)> = Vec::new();
        let mut seen: std::collections::BTreeMap<&Name, usize> = std::collections::BTreeMap::new();
        for (index, package) in self.packages.iter().enumerate() {
            if package.marker.as_ref().is_some_and(|marker| !marker.evaluate_with(environment, selection)) {
                continue;
            }
            let at = format!("packages[{index}]");
            check_python(package.requires_python.as_ref(), environment, &at)?;
            if let Some(other) = seen.insert(&package.name, index) {
                let message =
                    format!("Package '{}' is selected twice, here and at packages[{other}]", package.name);
                return invalid(message, at);
            }
            chosen.push((package, source(package, wanted, &at)?));
        }
        Ok(chosen)
    }
}

fn check_python(
    required: Option<&Specifiers>,
    environment: &Environment,
    at: &str,
) -> Result<(), PylockError> {
    let Some(required) = required else { return Ok(()) };
    match environment.python_full_version.parse::<Version>() {
        Ok(version) if required.contains(&version) => Ok(()),
        _ => invalid(format!("Python {} does not satisfy '{required}'", environment.python_full_version), at),
    }
}

fn source<'a>(package: &'a Package, wanted: &Wanted<'_>, at: &str) -> Result<Chosen<'a>, PylockError> {
    if let Some(vcs) = &package.vcs {
        return Ok(Chosen::Vcs(vcs));
    }
    if let Some(directory) = &package.directory {
        return Ok(Chosen::Directory(directory));
    }
    if let Some(archive) = &package.archive {
        return Ok(Chosen::Archive(archive));
    }
    if let Some(sdist) = package.sdist.as_ref().filter(|_| (wanted.prefer_sdist)(&package.name)) {
        return Ok(Chosen::Sdist(sdist));
    }
    if let Some(wheel) = best(package, &|name| name.fit(wanted.tags).ok()) {
        return Ok(Chosen::Wheel(wheel));
    }
    if let Some(wheel) = best(package, wanted.native) {
        return Ok(Chosen::WithoutExtension(wheel));
    }
    match &package.sdist {
        Some(sdist) => Ok(Chosen::Sdist(sdist)),
        None => {
            let message =
                format!("No wheel of '{}' fits the environment, and there is no sdist", package.name);
            invalid(message, at)
        }
    }
}

/// The wheel that fits best: the best tag first, then the highest build number, as with an index.
fn best<'a>(package: &'a Package, place: &dyn Fn(&WheelName) -> Option<u32>) -> Option<&'a File> {
    let fitting = package.wheels.iter().filter_map(|wheel| {
        let name = WheelName::parse(&wheel.file_name()?).ok()?;
        Some((place(&name)?, std::cmp::Reverse(name.build), wheel))
    });
    let best = fitting.min_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    best.map(|(.., wheel)| wheel)
}
