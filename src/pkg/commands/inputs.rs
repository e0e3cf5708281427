//! What a command is asked to install: operands, requirements files, constraints, groups, scripts and lock files, read together.

use std::io::Read;
use std::path::Path;

use url::Url;

use super::super::groups::Groups;
use super::super::index::url::local_path;
use super::super::name::Name;
use super::super::pyproject::Pyproject;
use super::super::requirement::Requirement;
use super::super::requirements::{Entry, Origin, Outside, ReadError, Requirements, Setting, Target};
use super::super::script::Script;
use super::super::specifier::Specifiers;
use super::session::{Session, Trouble};

/// A requirements file from the net is no larger.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// Reads a requirements file into `requirements`.
pub fn read_file(
    session: &Session<'_>,
    requirements: &mut Requirements,
    path: &str,
    constraint: bool,
) -> Result<(), Trouble> {
    let outside = Outside {
        read: &|path| read(session, path),
        variable: &|name| session.host.variables.get(name).map(str::to_owned),
    };
    Ok(requirements.read(path, constraint, &outside)?)
}

/// Everything that was asked for.
#[derive(Debug, Default)]
pub struct Inputs {
    pub requirements: Requirements,
    pub overrides: Vec<Requirement>,
    /// Lock files, by their paths.
    pub locks: Vec<String>,
    /// What Python scripts and projects want, with the file's name.
    pub pythons: Vec<(Specifiers, String)>,
    /// The projects whose `pyproject.toml` was read: its path and the project's name.
    pub projects: Vec<(String, String)>,
}

impl Inputs {
    /// Reads the command's operands and options.
    pub fn read(session: &Session<'_>, operands: &[String]) -> Result<Inputs, Trouble> {
        let mut inputs = Inputs::default();
        let options = &session.options;
        for text in operands {
            inputs.requirements.add(text, false)?;
        }
        for text in options.values("editable") {
            inputs.requirements.add(&text, true)?;
        }
        for group in options.values("group") {
            inputs.group(&group)?;
        }
        for path in options.values("requirements-from-script") {
            inputs.script(&path)?;
        }
        for path in options.values("requirement") {
            inputs.file(session, &path)?;
        }
        for path in options.values("constraint") {
            read_file(session, &mut inputs.requirements, &path, true)?;
        }
        for path in options.values("override") {
            let mut others = Requirements::default();
            read_file(session, &mut others, &path, true)?;
            for entry in others.entries {
                if let Target::Named(requirement) = entry.target {
                    inputs.overrides.push(requirement);
                }
            }
        }
        for warning in &inputs.requirements.warnings {
            session.ui.warn(warning);
        }
        Ok(inputs)
    }

    /// Reads a requirements file, a lock file, or the requirements of a `pyproject.toml`.
    pub fn file(&mut self, session: &Session<'_>, path: &str) -> Result<(), Trouble> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let plain = name.split('[').next().unwrap_or(name);
        if plain == "pylock.toml" || plain.starts_with("pylock.") && plain.ends_with(".toml") {
            self.locks.push(path.to_owned());
            return Ok(());
        }
        if name == "pyproject.toml" {
            let folder = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty());
            return self.project(session, path, folder.unwrap_or(Path::new(".")));
        }
        read_file(session, &mut self.requirements, path, false)
    }

    fn project(&mut self, session: &Session<'_>, path: &str, folder: &Path) -> Result<(), Trouble> {
        let options = &session.options;
        let about = read_pyproject(path)?;
        let project = about.project.unwrap_or_default();
        let mut extras: Vec<Name> = Vec::new();
        for text in options.values("extra").iter().flat_map(|text| text.split(',')) {
            extras.push(
                Name::new(text.trim()).map_err(|error| Trouble::usage(format!("option --extra: {error}")))?,
            );
        }
        let all = options.switch("all-extras")?;
        let optional = match extras.is_empty() && !all {
            true => Some(Vec::new()),
            false => project.optional_dependencies,
        };
        let (Some(dependencies), Some(optional)) = (project.dependencies, optional) else {
            // The backend knows them: the project itself is asked for.
            if all {
                return Err(Trouble::new(format!(
                    "{path}: only its build backend knows what its extras are"
                ))
                .with_hint("name them: --extra NAME"));
            }
            let names: Vec<&str> = extras.iter().map(Name::as_str).collect();
            let extras = if names.is_empty() { String::new() } else { format!("[{}]", names.join(",")) };
            return Ok(self.requirements.add(&format!("{}{extras}", folder.display()), false)?);
        };
        let wanted = |name: &str| all || Name::new(name).is_ok_and(|name| extras.contains(&name));
        if let Some(missing) = extras
            .iter()
            .find(|extra| !optional.iter().any(|(name, _)| Name::new(name).is_ok_and(|name| name == **extra)))
        {
            return Err(Trouble::new(format!("{path} has no extra '{missing}'")));
        }
        let own = Name::new(&project.name).ok();
        let mut waiting: Vec<String> = dependencies;
        waiting.extend(optional.iter().filter(|(name, _)| wanted(name)).flat_map(|(_, all)| all.clone()));
        let mut opened: Vec<Name> = extras.clone();
        let mut at = 0;
        while let Some(text) = waiting.get(at).cloned() {
            at += 1;
            self.requirements.add(&text, false)?;
            let Some(entry) = self.requirements.entries.last_mut() else { continue };
            // `project[extra]` inside the project's own extras means those requirements.
            if entry.target.name().is_some() && entry.target.name() == own.as_ref() {
                let more: Vec<Name> =
                    entry.target.extras().iter().filter(|extra| !opened.contains(extra)).cloned().collect();
                self.requirements.entries.pop();
                for extra in more {
                    let of_extra = optional
                        .iter()
                        .filter(|(name, _)| !all && Name::new(name).is_ok_and(|name| name == extra));
                    waiting.extend(of_extra.flat_map(|(_, all)| all.clone()));
                    opened.push(extra);
                }
                continue;
            }
            entry.origin = Some(Origin { file: path.to_owned(), line: 0, constraint: false });
        }
        if let Some(text) = &project.requires_python {
            let specifiers = text
                .parse()
                .map_err(|_| Trouble::new(format!("{path}: invalid requires-python '{text}'")))?;
            self.pythons.push((specifiers, path.to_owned()));
        }
        self.projects.push((path.to_owned(), project.name));
        Ok(())
    }

    fn group(&mut self, text: &str) -> Result<(), Trouble> {
        let (path, group) = match text.rsplit_once(':') {
            Some((path, group)) => (path.to_owned(), group),
            None => (String::from("pyproject.toml"), text),
        };
        let name = path.rsplit(['/', '\\']).next().unwrap_or(&path);
        if name.starts_with("pylock") {
            return Err(Trouble::new(format!("--group: groups of a lock file ({path}) cannot be chosen"))
                .with_hint(format!("install the lock file itself: -r {path}")));
        }
        if name != "pyproject.toml" {
            return Err(Trouble::usage(format!(
                "option --group: group paths use 'pyproject.toml' filenames, not '{name}'"
            )));
        }
        let project = read_pyproject(&path)?;
        let error = |error: super::super::groups::GroupsError| {
            let hint = error.hint();
            let mut trouble = Trouble::of(&error, hint);
            trouble.message = format!("{path}: {}", trouble.message);
            trouble
        };
        let groups = Groups::from_pyproject(&project.document).map_err(error)?;
        for requirement in groups.resolve(group).map_err(error)? {
            self.requirements.add(&requirement, false)?;
        }
        Ok(())
    }

    fn script(&mut self, path: &str) -> Result<(), Trouble> {
        let source =
            std::fs::read(path).map_err(|error| Trouble::new(format!("cannot read {path}: {error}")))?;
        let source = String::from_utf8_lossy(&source);
        let script = Script::find(&source).map_err(|error| {
            let hint = error.hint();
            let mut trouble = Trouble::of(&error, hint);
            trouble.message = format!("{path}: {}", trouble.message);
            trouble
        })?;
        let Some(script) = script else {
            return Err(Trouble::new(format!("File does not contain 'script' metadata: '{path}'"))
                .with_hint("such a block begins with a line `# /// script` (PEP 723)"));
        };
        for text in script.dependencies.unwrap_or_default() {
            self.requirements.add(&text, false)?;
        }
        if let Some(text) = &script.requires_python {
            let specifiers = text
                .parse()
                .map_err(|_| Trouble::new(format!("{path}: invalid requires-python '{text}'")))?;
            self.pythons.push((specifiers, path.to_owned()));
        }
        Ok(())
    }

    /// The requirements, without constraints.
    pub fn wanted(&self) -> impl Iterator<Item = &Entry> {
        self.requirements.entries.iter().filter(|entry| !entry.constraint)
    }

    /// The settings of requirements files, in order.
    pub fn settings(&self) -> Vec<&Setting> {
        self.requirements.settings.iter().map(|(setting, _)| setting).collect()
    }

    /// Whether nothing at all was asked for.
    pub fn is_empty(&self) -> bool {
        self.wanted().next().is_none() && self.locks.is_empty()
    }
}

/// Reads and parses a `pyproject.toml`.
pub fn read_pyproject(path: &str) -> Result<Pyproject, Trouble> {
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Trouble::new(format!("{path} not found")),
        _ => Trouble::new(format!("cannot read {path}: {error}")),
    })?;
    Pyproject::parse(&text).map_err(|error| {
        let hint = error.hint();
        let mut trouble = Trouble::of(&error, hint);
        trouble.message = format!("{path}: {}", trouble.message);
        trouble
    })
}

/// Reads a file or an address: requirements files, lock files.
pub fn read(session: &Session<'_>, path: &str) -> Result<Vec<u8>, ReadError> {
    if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    if path.starts_with("file:") {
        let local = local_path(path).ok_or_else(|| format!("{path} names no file here"))?;
        return Ok(std::fs::read(local)?);
    }
    if path.starts_with("http://") || path.starts_with("https://") {
        let url = Url::parse(path)?;
        let index = session.index(&[]).map_err(|trouble| trouble.message)?;
        let (head, bytes) = index.client().fetch(&url, &[], LARGEST_FILE)?;
        return match head.status {
            200..300 => Ok(bytes),
            status => Err(format!("{path} answers {status}").into()),
        };
    }
    Ok(std::fs::read(path)?)
}
