//! A project: a folder that can be built, and what its files say of that.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::name::Name;
use super::super::pyproject::{BuildSystem, Pyproject};
use super::super::version::Version;
use super::{BuildError, declared};

/// A `pyproject.toml` is no larger.
const LARGEST: u64 = 16 << 20;

/// A folder that can be built.
#[derive(Clone, Debug)]
pub struct Project {
    /// What the user would call it: `six 1.17.0`, or a path.
    pub label: String,
    pub folder: PathBuf,
    pub build: BuildSystem,
    /// The package that it has to be, where that is known.
    pub name: Option<Name>,
    pub version: Option<Version>,
    declared: Option<String>,
}

impl Project {
    /// Looks at a folder.
    ///
    /// # Arguments
    /// `is_release`: it is an unpacked source distribution, whose PKG-INFO counts; that of a working folder is a leftover.
    ///
    /// # Errors
    /// It has neither `pyproject.toml` nor `setup.py`, or the former cannot be used.
    pub fn open(folder: &Path, label: &str, is_release: bool) -> Result<Project, BuildError> {
        let path = folder.join("pyproject.toml");
        let pyproject = match fs::metadata(&path) {
            Ok(data) if data.is_file() && data.len() <= LARGEST => {
                let text = fs::read_to_string(&path).map_err(BuildError::io("read", &path))?;
                let parsed = Pyproject::parse(&text);
                Some(
                    parsed
                        .map_err(|source| BuildError::Pyproject { folder: folder.to_path_buf(), source })?,
                )
            }
            _ => None,
        };
        if pyproject.is_none() && !folder.join("setup.py").is_file() {
            return Err(BuildError::NotAProject { folder: folder.to_path_buf() });
        }
        let mut known = if is_release { declared::of_source(folder) } else { None };
        let build = match &pyproject {
            Some(pyproject) => {
                known = known.or_else(|| declared::of_project(pyproject.project.as_ref()?));
                pyproject.build.clone()
            }
            None => BuildSystem::default(),
        };
        Ok(Project {
            label: label.to_owned(),
            folder: folder.to_path_buf(),
            build,
            name: None,
            version: None,
            declared: known,
        })
    }

    /// Its metadata, if its files say all of it.
    pub fn declared(&self) -> Option<String> {
        self.declared.clone()
    }
}

/// A folder inside a project, as `#subdirectory=` names it.
///
/// # Errors
/// It leads out of the project, by its text or through a link, or is not there.
pub fn subdirectory(project: &str, top: &Path, folder: &str) -> Result<PathBuf, BuildError> {
    let error = |problem| BuildError::Subdirectory {
        project: project.to_owned(),
        folder: folder.to_owned(),
        problem,
    };
    let path = top.join(folder);
    let real = path.canonicalize().map_err(|_| error("does not exist"))?;
    let top = top.canonicalize().map_err(BuildError::io("find", top))?;
    match real.starts_with(&top) {
        true => Ok(path),
        false => Err(error("leads out of the project")),
    }
}
