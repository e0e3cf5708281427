//! Why something cannot be built.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use super::super::filename::FilenameError;
use super::super::metadata::MetadataError;
use super::super::name::Name;
use super::super::pyproject::PyprojectError;
use super::super::resolve::Failure;
use super::super::scan::SyntaxError;
use super::super::version::Version;
use super::backend::Output;
use super::source::SourceError;

/// Why there is no wheel. `project` is what the user would call it: `six 1.17.0`, or a path.
#[derive(Debug)]
pub enum BuildError {
    Source(SourceError),
    /// The folder holds no project.
    NotAProject {
        folder: PathBuf,
    },
    Pyproject {
        folder: PathBuf,
        source: PyprojectError,
    },
    /// A folder that is named inside the project is none.
    Subdirectory {
        project: String,
        folder: String,
        problem: &'static str,
    },
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// A requirement of the build is none.
    Requirement {
        project: String,
        text: String,
        source: SyntaxError,
    },
    /// What the build requires cannot be had.
    Environment {
        project: String,
        failure: Failure,
    },
    /// With `--no-build-isolation`: what the build requires is not installed.
    Missing {
        project: String,
        missing: Vec<String>,
    },
    /// What a build requires needs that same build, by way of these projects.
    Cycle {
        chain: Vec<String>,
    },
    /// The build backend does not exist, or is not where it should be.
    Backend {
        project: String,
        problem: String,
        output: Box<Output>,
    },
    /// A hook raised an exception.
    Raised {
        project: String,
        hook: String,
        message: String,
        native: Vec<String>,
        output: Box<Output>,
    },
    /// The backend's process ended without an answer.
    Died {
        project: String,
        hook: String,
        status: ExitStatus,
        native: Vec<String>,
        output: Box<Output>,
    },
    /// A hook answered something that it may not.
    Answer {
        project: String,
        hook: String,
        problem: String,
    },
    /// The build needs a compiler against Python's headers.
    Native {
        project: String,
        why: String,
    },
    /// The wheel's file name is none.
    Filename {
        project: String,
        source: FilenameError,
    },
    /// The wheel is of something else than was asked for.
    Other {
        project: String,
        expected: String,
        found: String,
    },
    /// The wheel cannot be installed on dx.
    Unfit {
        project: String,
        filename: String,
    },
    /// The metadata in the wheel cannot be read.
    Wheel {
        project: String,
        source: super::super::index::metadata::MetadataError,
    },
    Metadata {
        project: String,
        source: MetadataError,
    },
}

impl BuildError {
    /// Names an operation on a path.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BuildError + use<> {
        let path = path.to_path_buf();
        move |source| BuildError::Io { action, path, source }
    }

    pub(super) fn other_name(project: &str, expected: &Name, found: &Name) -> BuildError {
        BuildError::Other {
            project: project.to_owned(),
            expected: expected.to_string(),
            found: found.to_string(),
        }
    }

    pub(super) fn other_version(project: &str, expected: &Version, found: &Version) -> BuildError {
        BuildError::Other {
            project: project.to_owned(),
            expected: expected.to_string(),
            found: found.to_string(),
        }
    }

    /// The whole output of the backend, where it ran.
    pub fn output(&self) -> Option<&str> {
        match self {
            BuildError::Backend { output, .. }
            | BuildError::Raised { output, .. }
            | BuildError::Died { output, .. } => Some(&output.text),
            _ => None,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            BuildError::Source(error) => return error.hint(),
            BuildError::Pyproject { source, .. } => return source.hint(),
            BuildError::Environment { failure, .. } => return failure.hint.clone(),
            BuildError::Metadata { source, .. } => return source.hint(),
            BuildError::Wheel { source, .. } => return source.hint(),
            BuildError::NotAProject { .. } => {
                "a project has a pyproject.toml or a setup.py; is it in a folder below? (…#subdirectory=FOLDER)"
            }
            BuildError::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                "the disk is full"
            }
            BuildError::Missing { .. } => {
                "install it first, or leave --no-build-isolation out: then dx makes an environment for the build"
            }
            BuildError::Cycle { .. } => {
                "take a wheel of one of them: --only-binary NAME, or leave --no-binary out"
            }
            BuildError::Backend { .. } => {
                "the backend comes with what `requires` in [build-system] names; with --no-build-isolation that has to be \
                 installed first"
            }
            BuildError::Raised { .. } | BuildError::Died { .. } => {
                "the failure is the project's own, or a lack of dx's Python; -v shows all of the output"
            }
            BuildError::Native { .. } | BuildError::Unfit { .. } => {
                "dx runs Python code only: look for a release with a pure wheel (`dx pip index versions NAME`), for a pure \
                 replacement, or use CPython for this package"
            }
            BuildError::Answer { .. } | BuildError::Filename { .. } | BuildError::Other { .. } => {
                "the build backend is at fault; its authors should know"
            }
            _ => return None,
        };
        Some(text.to_owned())
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Source(error) => error.fmt(f),
            BuildError::NotAProject { folder } => write!(
                f,
                "Directory '{}' is not installable. Neither 'setup.py' nor 'pyproject.toml' found.",
                folder.display()
            ),
            BuildError::Pyproject { folder, .. } => {
                write!(f, "{} cannot be used", folder.join("pyproject.toml").display())
            }
            BuildError::Subdirectory { project, folder, problem } => {
                write!(f, "{project}: the folder '{folder}' {problem}")
            }
            BuildError::Io { action, path, .. } => write!(f, "cannot {action} {}", path.display()),
            BuildError::Requirement { project, text, .. } => {
                write!(f, "{project} cannot be built: its build requires '{text}', which is no requirement")
            }
            BuildError::Environment { project, failure } => {
                write!(f, "{project} cannot be built: what its build requires cannot be installed: {failure}")
            }
            BuildError::Missing { project, missing } => {
                write!(f, "{project} cannot be built: its build requires {}", missing.join(", "))
            }
            BuildError::Cycle { chain } => {
                write!(
                    f,
                    "{} cannot be built: building it needs {}",
                    first(chain),
                    chain.join(", which needs ")
                )
            }
            BuildError::Backend { project, problem, output } if output.lines.is_empty() => {
                write!(f, "{project} cannot be built: {problem}")
            }
            BuildError::Backend { project, problem, output } => {
                write!(f, "{project} cannot be built: {problem}{output}")
            }
            BuildError::Raised { project, hook, message, output, .. } => {
                write!(f, "{project} cannot be built: {hook} ended with {message}{output}")
            }
            BuildError::Died { project, hook, status, output, .. } => {
                write!(f, "{project} cannot be built: {hook} ended without an answer ({status}){output}")
            }
            BuildError::Answer { project, hook, problem } => {
                write!(f, "{project} cannot be built: {hook} is wrong: {problem}")
            }
            BuildError::Native { project, why } => {
                write!(f, "{project} cannot be built for dx: {why}")
            }
            BuildError::Filename { project, .. } => {
                write!(f, "{project}: the wheel that was built is misnamed")
            }
            BuildError::Other { project, expected, found } => {
                write!(f, "{project}: what was built is {found}, not {expected}")
            }
            BuildError::Unfit { project, filename } => {
                write!(f, "{project}: the wheel that was built, {filename}, is not one for dx")
            }
            BuildError::Wheel { project, .. } | BuildError::Metadata { project, .. } => {
                write!(f, "{project}: the metadata that was built cannot be used")
            }
        }
    }
}

fn first(chain: &[String]) -> &str {
    chain.first().map_or("", String::as_str)
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BuildError::Source(error) => error.source(),
            BuildError::Pyproject { source, .. } => Some(source),
            BuildError::Io { source, .. } => Some(source),
            BuildError::Requirement { source, .. } => Some(source),
            BuildError::Environment { failure, .. } => failure.source(),
            BuildError::Filename { source, .. } => Some(source),
            BuildError::Wheel { source, .. } => Some(source),
            BuildError::Metadata { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<SourceError> for BuildError {
    fn from(error: SourceError) -> BuildError {
        BuildError::Source(error)
    }
}
