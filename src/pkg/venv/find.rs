//! Which environment is meant: by options, by the link that the process was started as, by variables, by folders.
//!
//! In this order: `--target`, `--prefix`, `--user`; `--python`; the environment of the running link (`bin/pip` beside `../pyvenv.cfg`);
//! `VIRTUAL_ENV`; `.venv` in the working folder or one above it; with `--system` dx's own folder. `CONDA_PREFIX` is not looked at: what is
//! there is another Python's.
//!
//! An environment that another Python made is refused: its packages would be chosen for the wrong Python. dx's own it is if its file
//! says so, or if its `python` is dx.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Configuration, Folders, Style, configuration};
use crate::version;

/// Something that packages can be installed into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// The folder that all others are below.
    pub root: PathBuf,
    pub kind: Kind,
    /// Its interpreter: what scripts start with.
    pub python: PathBuf,
    /// Its folders, relative to the root.
    pub folders: Folders,
    /// Whether packages of dx's own folder are seen too.
    pub system_site_packages: bool,
}

/// What kind of place an environment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A virtual environment.
    Virtual,
    /// dx's own folder.
    Base,
    /// `--user`.
    User,
    /// `--prefix`.
    Prefix,
    /// `--target`: packages stand in the folder itself.
    Target,
}

/// What is known when an environment is looked for.
pub struct Search<'a> {
    /// dx itself, links resolved.
    pub executable: &'a Path,
    /// The full path of the link that the process was started as.
    pub started_as: Option<&'a Path>,
    /// The working folder.
    pub folder: &'a Path,
    /// An environment variable's value.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// `--python`: an environment's folder, or an interpreter.
    pub python: Option<&'a Path>,
    pub prefix: Option<&'a Path>,
    pub target: Option<&'a Path>,
    pub user: bool,
    /// `--system`: dx's own folder may be changed.
    pub system: bool,
    /// `--break-system-packages`: even if somebody else manages it (PEP 668).
    pub break_system_packages: bool,
}

/// Why there is no environment to be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindError {
    /// None is active and none was named.
    None,
    /// `--python` names something that is neither an environment nor an interpreter in one.
    NotAnEnvironment(PathBuf),
    /// The environment is another Python's: its folder, and what its file says about the version.
    Foreign { root: PathBuf, version: Option<String> },
    /// `--user` in an environment that does not see the user's packages.
    UserHidden(PathBuf),
    /// There is no home folder to find the user's packages in.
    NoHome,
    /// Several of `--target`, `--prefix` and `--user` are given.
    Several,
    /// Another tool manages the folder; the text is what it wants to be said.
    ExternallyManaged { root: PathBuf, text: Option<String> },
}

impl fmt::Display for FindError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FindError::None => write!(out, "no virtual environment found"),
            FindError::NotAnEnvironment(path) => {
                write!(out, "'{}' is no virtual environment", path.display())
            }
            FindError::Foreign { root, version } => {
                write!(out, "the environment in '{}' is not dx's", root.display())?;
                match version {
                    Some(version) => write!(out, " (Python {version})"),
                    None => Ok(()),
                }
            }
            FindError::UserHidden(root) => write!(
                out,
                "Can not perform a '--user' install. User site-packages are not visible in the virtual environment '{}'.",
                root.display()
            ),
            FindError::NoHome => write!(out, "there is no home folder for '--user'"),
            FindError::Several => write!(out, "'--user', '--prefix' and '--target' exclude each other"),
            FindError::ExternallyManaged { text: Some(text), .. } => {
                write!(out, "externally-managed-environment\n\n{text}")
            }
            FindError::ExternallyManaged { root, text: None } => {
                write!(out, "externally-managed-environment: '{}' is managed by another tool", root.display())
            }
        }
    }
}

impl std::error::Error for FindError {}

impl FindError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            FindError::None => Some(
                "make one with `dx venv .venv` and it is found from here on; --system installs beside dx, --user for your user".to_owned(),
            ),
            FindError::NotAnEnvironment(path) => Some(format!("make it one: dx venv {}", path.display())),
            FindError::Foreign { root, .. } => {
                Some(format!("use that Python's own pip, or make it dx's around its packages: dx venv {}", root.display()))
            }
            FindError::UserHidden(_) => Some("leave --user out, or deactivate the environment".to_owned()),
            FindError::NoHome => Some("set HOME or PYTHONUSERBASE".to_owned()),
            FindError::Several => None,
            FindError::ExternallyManaged { .. } => Some(
                "make an environment with `dx venv .venv`; --break-system-packages goes on at the risk of breaking the other tool's".to_owned(),
            ),
        }
    }
}

impl Environment {
    /// Finds the environment that is meant.
    ///
    /// # Errors
    /// [`FindError`] where there is none, or it must not be used.
    pub fn find(search: &Search<'_>) -> Result<Environment, FindError> {
        let chosen = [search.user, search.prefix.is_some(), search.target.is_some()];
        if chosen.into_iter().filter(|chosen| *chosen).count() > 1 {
            return Err(FindError::Several);
        }
        let active = Environment::active(search);
        // What stands beside the packages is run by the environment's Python, if there is one.
        let python = match &active {
            Ok(Some(environment)) => environment.python.clone(),
            _ => search.executable.to_owned(),
        };
        if let Some(root) = search.target {
            let folders = Folders {
                purelib: String::new(),
                platlib: String::new(),
                data: String::new(),
                ..outside_folders()
            };
            return Ok(Environment::outside(&search.folder.join(root), Kind::Target, python, folders));
        }
        if let Some(root) = search.prefix {
            return Ok(Environment::outside(
                &search.folder.join(root),
                Kind::Prefix,
                python,
                outside_folders(),
            ));
        }
        if search.user {
            if let Ok(Some(environment)) = &active
                && !environment.system_site_packages
            {
                return Err(FindError::UserHidden(environment.root.clone()));
            }
            let base = (search.variable)("PYTHONUSERBASE").filter(|base| !base.is_empty()).map(PathBuf::from);
            let home = || {
                (search.variable)("HOME")
                    .filter(|home| !home.is_empty())
                    .map(|home| Path::new(&home).join(".local"))
            };
            let root = base.or_else(home).ok_or(FindError::NoHome)?;
            return Ok(Environment::outside(&root, Kind::User, python, outside_folders()));
        }
        match active? {
            Some(environment) => Ok(environment),
            None if search.system => Environment::base(search),
            None => Err(FindError::None),
        }
    }

    /// The virtual environment that `--python`, the running link, a variable or a folder tells.
    fn active(search: &Search<'_>) -> Result<Option<Environment>, FindError> {
        if let Some(path) = search.python {
            let path = search.folder.join(path);
            let found = Environment::at(&path, search.executable)
                .or_else(|| Environment::of_program(&path, search.executable));
            return found.ok_or(FindError::NotAnEnvironment(path))?.map(Some);
        }
        if let Some(found) =
            search.started_as.and_then(|link| Environment::of_program(link, search.executable))
        {
            return found.map(Some);
        }
        if search.system {
            return Ok(None);
        }
        if let Some(root) = (search.variable)("VIRTUAL_ENV").filter(|root| !root.is_empty()) {
            let root = search.folder.join(root);
            return Environment::at(&root, search.executable)
                .ok_or(FindError::NotAnEnvironment(root))?
                .map(Some);
        }
        let mut folders = search.folder.ancestors();
        folders.find_map(|folder| Environment::at(&folder.join(".venv"), search.executable)).transpose()
    }

    /// The virtual environment in a folder; `None` if it holds none.
    pub fn at(root: &Path, executable: &Path) -> Option<Result<Environment, FindError>> {
        let text = fs::read_to_string(root.join(configuration::NAME)).ok()?;
        let configuration = Configuration::parse(&text);
        let style = Style::HERE;
        let python = root.join(style.folders().scripts).join(format!("python{}", style.suffix()));
        if !configuration.is_of_dx() && !fs::canonicalize(&python).is_ok_and(|python| python == executable) {
            let version = configuration.version().map(str::to_owned);
            return Some(Err(FindError::Foreign { root: root.to_owned(), version }));
        }
        Some(Ok(Environment::virtual_of(root.to_owned(), python, &configuration)))
    }

    /// The virtual environment that a program's path is in: the file is beside `pyvenv.cfg` or one folder below.
    fn of_program(program: &Path, executable: &Path) -> Option<Result<Environment, FindError>> {
        let folder = program.parent()?;
        let above = folder.parent().and_then(|root| Environment::at(root, executable));
        above.or_else(|| Environment::at(folder, executable))
    }

    pub(super) fn virtual_of(root: PathBuf, python: PathBuf, configuration: &Configuration) -> Environment {
        Environment {
            root,
            kind: Kind::Virtual,
            python,
            folders: Style::HERE.folders(),
            system_site_packages: configuration.system_site_packages(),
        }
    }

    fn outside(root: &Path, kind: Kind, python: PathBuf, folders: Folders) -> Environment {
        Environment { root: root.to_owned(), kind, python, folders, system_site_packages: false }
    }

    /// dx's own folder, the one above its executable's, to be looked at.
    pub fn own(executable: &Path) -> Environment {
        let root = executable.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
        Environment::outside(root, Kind::Base, executable.to_owned(), outside_folders())
    }

    /// dx's own folder, to be changed.
    fn base(search: &Search<'_>) -> Result<Environment, FindError> {
        let environment = Environment::own(search.executable);
        match externally_managed(&environment.root).filter(|_| !search.break_system_packages) {
            Some(text) => Err(FindError::ExternallyManaged { root: environment.root, text }),
            None => Ok(environment),
        }
    }

    /// Packages without native code.
    pub fn purelib(&self) -> PathBuf {
        self.root.join(&self.folders.purelib)
    }

    /// Packages with native code.
    pub fn platlib(&self) -> PathBuf {
        self.root.join(&self.folders.platlib)
    }

    /// Programs.
    pub fn scripts(&self) -> PathBuf {
        self.root.join(&self.folders.scripts)
    }

    /// A distribution's headers.
    pub fn headers(&self, distribution: &str) -> PathBuf {
        self.root.join(&self.folders.headers).join(distribution)
    }

    /// Everything else.
    pub fn data(&self) -> PathBuf {
        self.root.join(&self.folders.data)
    }
}

/// The folders of a prefix that is no virtual environment: headers stand where the interpreter's own would.
fn outside_folders() -> Folders {
    let headers = match Style::HERE {
        Style::Posix => format!("include/python{}.{}", version::MAJOR, version::MINOR),
        Style::Windows => "Include".to_owned(),
    };
    Folders { headers, ..Style::HERE.folders() }
}

/// Whether a folder's library is marked as another tool's (PEP 668), and what that tool wants to be said.
fn externally_managed(root: &Path) -> Option<Option<String>> {
    let library = match Style::HERE {
        Style::Posix => format!("lib/python{}.{}", version::MAJOR, version::MINOR),
        Style::Windows => "Lib".to_owned(),
    };
    let bytes = fs::read(root.join(library).join("EXTERNALLY-MANAGED")).ok()?;
    Some(managed_text(&String::from_utf8_lossy(&bytes)))
}

/// The value of `Error` in the section `[externally-managed]`, its continued lines without their indentation.
fn managed_text(text: &str) -> Option<String> {
    let mut inside = false;
    let mut value: Option<String> = None;
    for line in text.lines() {
        let plain = line.trim();
        match (&mut value, line.starts_with([' ', '\t'])) {
            (Some(value), true) => {
                value.push('\n');
                value.push_str(plain);
            }
            (Some(value), false) if plain.is_empty() => value.push('\n'),
            (Some(_), false) => break,
            (None, _) if plain.starts_with('[') => {
                inside = plain.eq_ignore_ascii_case("[externally-managed]")
            }
            (None, _) => {
                let pair = plain
                    .split_once(['=', ':'])
                    .filter(|(key, _)| inside && key.trim().eq_ignore_ascii_case("error"));
                value = pair.map(|(_, text)| text.trim().to_owned());
            }
        }
    }
    value.map(|value| value.trim_end().to_owned()).filter(|value| !value.is_empty())
}
