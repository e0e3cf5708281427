//! `pyproject.toml`: how a project is built (`[build-system]`) and what it says about itself (`[project]`).
//!
//! A project without the file or without the table is built by setuptools as it was before there were tables (PEP 517). Of `[project]`
//! only what the installer needs is taken; a field that is listed in `dynamic` is left to the build backend.
//!
//! Standards: PEP 517, 518, 621, 639 (as far as it changes what is required).

use std::fmt;

use toml::{Table, Value};

/// What builds a project whose file says nothing: the requirement and the backend of PEP 517.
const LEGACY_REQUIREMENT: &str = "setuptools>=40.8.0";
const LEGACY_BACKEND: &str = "setuptools.build_meta:__legacy__";

/// A `pyproject.toml`, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Pyproject {
    /// How the project is built.
    pub build: BuildSystem,
    /// What it says about itself, if the table is there.
    pub project: Option<Project>,
    /// The whole document: `[tool]`, `[dependency-groups]` and what else there is.
    pub document: Table,
}

/// `[build-system]`, with the defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildSystem {
    /// Requirements of the build, as written.
    pub requires: Vec<String>,
    /// The backend: `module` or `module:object.attribute`.
    pub backend: String,
    /// Folders of the project that stand first on the backend's `sys.path`.
    pub backend_path: Vec<String>,
    /// Whether the file names a backend, so that the project may be built without `setup.py`.
    pub declared: bool,
}

impl Default for BuildSystem {
    fn default() -> BuildSystem {
        BuildSystem {
            requires: vec![LEGACY_REQUIREMENT.to_owned()],
            backend: LEGACY_BACKEND.to_owned(),
            backend_path: Vec::new(),
            declared: false,
        }
    }
}

/// `[project]`: what the installer needs of it, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// The name; always there, never dynamic.
    pub name: String,
    /// The version; `None` if it is dynamic.
    pub version: Option<String>,
    /// `requires-python`.
    pub requires_python: Option<String>,
    /// Requirements; `None` if they are dynamic, empty if there are none.
    pub dependencies: Option<Vec<String>>,
    /// Extras and their requirements; `None` if they are dynamic.
    pub optional_dependencies: Option<Vec<(String, Vec<String>)>>,
    /// The fields that the backend fills in.
    pub dynamic: Vec<String>,
}

/// Why a file cannot be used.
#[derive(Debug)]
pub enum PyprojectError {
    /// The text is no TOML.
    Toml(toml::de::Error),
    /// A key that has to be there is not: its table and its name.
    Missing { table: &'static str, key: &'static str },
    /// A key has the wrong type.
    Type { key: String, expected: &'static str },
    /// A field is given and said to be dynamic, or may not be dynamic at all.
    Dynamic { field: String },
}

impl fmt::Display for PyprojectError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PyprojectError::Toml(_) => write!(out, "pyproject.toml is no TOML"),
            PyprojectError::Missing { table, key } => {
                write!(out, "[{table}] in pyproject.toml has no '{key}'")
            }
            PyprojectError::Type { key, expected } => {
                write!(out, "'{key}' in pyproject.toml is no {expected}")
            }
            PyprojectError::Dynamic { field } if field == "name" => {
                write!(out, "'project.dynamic' in pyproject.toml may not hold 'name'")
            }
            PyprojectError::Dynamic { field } => {
                write!(out, "'project.{field}' in pyproject.toml is given and listed as dynamic")
            }
        }
    }
}

impl std::error::Error for PyprojectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            PyprojectError::Toml(cause) => Some(cause),
            PyprojectError::Missing { .. } | PyprojectError::Type { .. } | PyprojectError::Dynamic { .. } => {
                None
            }
        }
    }
}

impl PyprojectError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            PyprojectError::Missing { table: "build-system", .. } => {
                Some("PEP 518 asks for 'requires', a list of requirements, possibly empty".to_owned())
            }
            PyprojectError::Missing { table: "project", key: "version" } => {
                Some("give the version, or list \"version\" in 'dynamic'".to_owned())
            }
            _ => None,
        }
    }
}

impl Pyproject {
    /// Reads the text of a `pyproject.toml`.
    ///
    /// # Errors
    /// [`PyprojectError`] where it is no TOML, or the tables break a rule of PEP 518 or 621.
    pub fn parse(text: &str) -> Result<Pyproject, PyprojectError> {
        let document: Table = text.parse().map_err(PyprojectError::Toml)?;
        let build = match table(&document, "build-system")? {
            Some(table) => build_system(table)?,
            None => BuildSystem::default(),
        };
        let project = table(&document, "project")?.map(project).transpose()?;
        Ok(Pyproject { build, project, document })
    }
}

fn wrong<T>(key: &str, expected: &'static str) -> Result<T, PyprojectError> {
    Err(PyprojectError::Type { key: key.to_owned(), expected })
}

fn table<'a>(document: &'a Table, key: &str) -> Result<Option<&'a Table>, PyprojectError> {
    match document.get(key) {
        None => Ok(None),
        Some(Value::Table(table)) => Ok(Some(table)),
        Some(_) => wrong(key, "table"),
    }
}

fn text(table: &Table, key: &str, path: &str) -> Result<Option<String>, PyprojectError> {
    match table.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => wrong(path, "string"),
    }
}

fn list(value: &Value, path: &str) -> Result<Vec<String>, PyprojectError> {
    let Value::Array(values) = value else { return wrong(path, "list of strings") };
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        _ => wrong(path, "list of strings"),
    };
    values.iter().map(text).collect()
}

fn build_system(table: &Table) -> Result<BuildSystem, PyprojectError> {
    let Some(requires) = table.get("requires") else {
        return Err(PyprojectError::Missing { table: "build-system", key: "requires" });
    };
    let backend = text(table, "build-backend", "build-system.build-backend")?;
    let path = table.get("backend-path").map(|value| list(value, "build-system.backend-path")).transpose()?;
    Ok(BuildSystem {
        requires: list(requires, "build-system.requires")?,
        declared: backend.is_some(),
        backend: backend.unwrap_or_else(|| LEGACY_BACKEND.to_owned()),
        backend_path: path.unwrap_or_default(),
    })
}

fn project(table: &Table) -> Result<Project, PyprojectError> {
    let dynamic =
        table.get("dynamic").map(|value| list(value, "project.dynamic")).transpose()?.unwrap_or_default();
    let is_dynamic = |field: &str| dynamic.iter().any(|name| name == field);
    if let Some(field) =
        dynamic.iter().find(|field| field.as_str() == "name" || table.contains_key(field.as_str()))
    {
        return Err(PyprojectError::Dynamic { field: field.clone() });
    }
    let Some(name) = text(table, "name", "project.name")? else {
        return Err(PyprojectError::Missing { table: "project", key: "name" });
    };
    let version = text(table, "version", "project.version")?;
    if version.is_none() && !is_dynamic("version") {
        return Err(PyprojectError::Missing { table: "project", key: "version" });
    }
    let dependencies = match table.get("dependencies") {
        Some(value) => Some(list(value, "project.dependencies")?),
        None => (!is_dynamic("dependencies")).then(Vec::new),
    };
    let optional_dependencies = match table.get("optional-dependencies") {
        Some(Value::Table(extras)) => {
            let one = |(extra, value): (&String, &Value)| {
                Ok((extra.clone(), list(value, &format!("project.optional-dependencies.{extra}"))?))
            };
            Some(extras.iter().map(one).collect::<Result<Vec<_>, PyprojectError>>()?)
        }
        Some(_) => return wrong("project.optional-dependencies", "table"),
        None => (!is_dynamic("optional-dependencies")).then(Vec::new),
    };
    let requires_python = text(table, "requires-python", "project.requires-python")?;
    Ok(Project { name, version, requires_python, dependencies, optional_dependencies, dynamic })
}
