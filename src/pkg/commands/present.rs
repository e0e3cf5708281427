//! What is installed, as the commands that only look show it: distributions with their metadata, from every folder that counts.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::super::direct_url::DirectUrl;
use super::super::install::installed::{self, Form, Installed};
use super::super::metadata::Metadata;
use super::super::name::Name;
use super::super::requirement::Requirement;
use super::super::venv::{Environment, Kind};
use super::session::{Session, Trouble};

/// One distribution.
pub struct Present {
    pub installed: Installed,
    pub metadata: Metadata,
    pub direct_url: Option<DirectUrl>,
}

impl Present {
    fn read(session: &Session<'_>, installed: Installed) -> Present {
        let metadata = match installed.metadata() {
            Ok(text) => Metadata::parse(text.unwrap_or_default().as_bytes()),
            Err(error) => {
                session.ui.warn(&error.to_string());
                Metadata::parse(b"")
            }
        };
        let direct_url = match installed.direct_url() {
            Ok(Some(text)) => DirectUrl::parse(&text).ok(),
            _ => None,
        };
        Present { installed, metadata, direct_url }
    }

    pub fn name(&self) -> &Name {
        &self.installed.name
    }

    /// The name as its metadata spells it.
    pub fn raw_name(&self) -> String {
        self.metadata.name().map_or_else(|| self.installed.name.to_string(), str::to_owned)
    }

    /// The version as its metadata spells it.
    pub fn raw_version(&self) -> String {
        self.metadata.version().map_or_else(|| self.installed.version.to_string(), str::to_owned)
    }

    /// The folder of the project, if it is installed in place.
    pub fn editable_location(&self) -> Option<String> {
        if let Some(direct) = self.direct_url.as_ref().filter(|direct| direct.is_editable()) {
            let url = url::Url::parse(&direct.url).ok()?;
            return url.to_file_path().ok().map(|path| path.display().to_string());
        }
        match self.installed.form {
            Form::EggLink => {
                let text = std::fs::read_to_string(&self.installed.path).ok()?;
                text.lines().next().map(|line| line.trim().to_owned())
            }
            _ => None,
        }
    }

    /// What it requires in this environment, without extras.
    pub fn requires(&self, session: &Session<'_>) -> Vec<Requirement> {
        self.metadata
            .requires_dist()
            .filter_map(|text| Requirement::parse_lenient(&text).ok())
            .filter(|requirement| {
                requirement.marker.as_ref().is_none_or(|marker| marker.evaluate(&session.host.markers, &[]))
            })
            .collect()
    }

    /// The folder that it is installed in.
    pub fn location(&self) -> String {
        self.installed.site_packages.display().to_string()
    }
}

/// The folders that the command's options mean.
pub fn folders(session: &Session<'_>) -> Result<Vec<PathBuf>, Trouble> {
    let given = session.options.values("path");
    if !given.is_empty() {
        if session.options.switch("user")? || session.options.switch("local")? {
            return Err(Trouble::new("Cannot combine '--path' with '--user' or '--local'"));
        }
        return Ok(given.into_iter().map(PathBuf::from).collect());
    }
    let environment = session.environment()?;
    let mut folders = vec![environment.purelib()];
    let platlib = environment.platlib();
    if platlib != folders[0] {
        folders.push(platlib);
    }
    if environment.kind == Kind::Virtual
        && environment.system_site_packages
        && !session.options.switch("local")?
    {
        folders.push(Environment::own(&session.host.executable).purelib());
    }
    Ok(folders)
}

/// Everything that is installed, in the order of names; of a name in several folders the first.
pub fn all(session: &Session<'_>) -> Result<Vec<Present>, Trouble> {
    in_folders(session, &folders(session)?)
}

/// Everything that is installed in folders.
pub fn in_folders(session: &Session<'_>, folders: &[PathBuf]) -> Result<Vec<Present>, Trouble> {
    let mut seen: FxHashSet<Name> = FxHashSet::default();
    let mut found = Vec::new();
    for folder in folders {
        let scan = installed::scan(Path::new(folder)).map_err(|error| Trouble::of(&error, None))?;
        for damaged in &scan.damaged {
            session.ui.warn(&format!("Ignoring damaged distribution: {damaged}"));
        }
        for installed in scan.distributions {
            if seen.insert(installed.name.clone()) {
                found.push(Present::read(session, installed));
            }
        }
    }
    found.sort_by(|left, right| left.name().cmp(right.name()));
    Ok(found)
}

/// The names that `--exclude` gives.
pub fn excluded(session: &Session<'_>) -> Result<FxHashSet<Name>, Trouble> {
    session
        .options
        .values("exclude")
        .iter()
        .map(|name| Name::new(name).map_err(|error| Trouble::usage(error.to_string())))
        .collect()
}
