//! Which files go when a distribution is removed.
//!
//! What RECORD lists, the bytecode of listed modules whatever Python made it (`tree` finds those beside them), and the metadata
//! itself. Paths that lead out of the environment, by `..`, absolutely or through a symbolic link, are refused one by one and
//! reported: the rest is removed. The files of a project that is installed as editable stay: its RECORD lists only what leads there;
//! for the older `.egg-link` its line in `easy-install.pth` goes.
//!
//! Not here: the removal itself, which is a transaction.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::installed::{Form, Installed, InstalledError};
use super::layout::{self, Layout};
use crate::pkg::name::Name;
use crate::pkg::version::Version;

/// What has to go for one distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    pub name: Name,
    pub version: Version,
    /// From the environment's root, links resolved in all but the last part. Some may not be there.
    pub files: Vec<String>,
    /// Directories that go with everything in them.
    pub folders: Vec<String>,
    /// Paths that RECORD lists and that are not the environment's: they stay.
    pub refused: Vec<String>,
    /// Files that stay with another content.
    pub rewritten: Vec<(String, Vec<u8>)>,
}

#[derive(Debug)]
pub enum UninstallError {
    /// Nobody knows its files.
    NoRecord {
        name: Name,
        version: Version,
        installer: Option<String>,
    },
    /// A project that distutils installed.
    Distutils {
        name: Name,
        version: Version,
    },
    /// It is not below the environment's root.
    Outside {
        name: Name,
        path: PathBuf,
    },
    Installed(InstalledError),
    Io {
        path: PathBuf,
        source: io::Error,
    },
}

impl fmt::Display for UninstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UninstallError::NoRecord { name, version, .. } => write!(
                f,
                "Cannot uninstall {name} {version}: the package's contents are unknown, no RECORD file was found for {name}."
            ),
            UninstallError::Distutils { name, version } => write!(
                f,
                "Cannot uninstall {name} {version}: it is a distutils installed project and thus we cannot accurately \
                 determine which files belong to it which would lead to only a partial uninstall."
            ),
            UninstallError::Outside { name, path } => {
                write!(f, "Not uninstalling {name} at {}, outside the environment", path.display())
            }
            UninstallError::Installed(_) => f.write_str("cannot find out which files belong to the package"),
            UninstallError::Io { path, .. } => write!(f, "cannot read {}", path.display()),
        }
    }
}

impl std::error::Error for UninstallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            UninstallError::Installed(error) => Some(error),
            UninstallError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl UninstallError {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            UninstallError::NoRecord { name, version, installer } => Some(match installer.as_deref() {
                None | Some("pip" | "dx" | "uv") => format!(
                    "you might be able to recover from this with: dx pip install --force-reinstall --no-deps {name}=={version}"
                ),
                Some(other) => {
                    format!(
                        "the package was installed by {other}: you should check if it can uninstall the package"
                    )
                }
            }),
            _ => None,
        }
    }
}

/// Finds out what has to go for `installed`, which is in the environment of `layout`.
///
/// Errors: no RECORD, or nothing that stands for it; metadata outside the environment or unreadable.
pub fn removal(layout: &Layout, installed: &Installed) -> Result<Removal, UninstallError> {
    let (name, version) = (installed.name.clone(), installed.version.clone());
    if installed.form == Form::EggInfoFile {
        return Err(UninstallError::Distutils { name, version });
    }
    let mut places = Places::new(&layout.root);
    let outside = || UninstallError::Outside { name: name.clone(), path: installed.path.clone() };
    let site = places.inside(&installed.site_packages).ok_or_else(outside)?;
    let own = installed.path.file_name().and_then(|own| own.to_str()).ok_or_else(outside)?;
    let own = layout::join(&site, own);
    let mut removal = Removal {
        name: name.clone(),
        version: version.clone(),
        files: Vec::new(),
        folders: Vec::new(),
        refused: Vec::new(),
        rewritten: Vec::new(),
    };
    if installed.form == Form::EggLink {
        removal.rewritten.extend(without_link(installed, &site)?);
        removal.files.push(own);
        return Ok(removal);
    }
    let Some(listed) = installed.files().map_err(UninstallError::Installed)? else {
        return Err(UninstallError::NoRecord { name, version, installer: installed.installer() });
    };
    if installed.form == Form::EggInfo {
        removal.folders.push(own);
    }
    for file in listed {
        let path = file.path.trim_end_matches('/');
        let resolved = match Path::new(path).is_absolute() {
            true => places.inside_file(Path::new(path)),
            false => layout::normal(&layout::join(&site, path)),
        };
        match resolved.and_then(|path| places.resolved(&path)) {
            Some(path) if !layout.is_own(&path) => removal.files.push(path),
            _ => removal.refused.push(file.path),
        }
    }
    Ok(removal)
}

/// `easy-install.pth` without the project's line, if it has one.
fn without_link(installed: &Installed, site: &str) -> Result<Option<(String, Vec<u8>)>, UninstallError> {
    let read = |path: &Path| match fs::read_to_string(path) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        other => other.map_err(|source| UninstallError::Io { path: path.to_path_buf(), source }),
    };
    let link = read(&installed.path)?;
    let project = link.lines().next().unwrap_or_default().trim();
    let text = read(&installed.site_packages.join("easy-install.pth"))?;
    if project.is_empty() || !text.lines().any(|line| line.trim() == project) {
        return Ok(None);
    }
    let kept = text.lines().filter(|line| line.trim() != project);
    let text = kept.fold(String::new(), |text, line| text + line + "\n");
    Ok(Some((layout::join(site, "easy-install.pth"), text.into_bytes())))
}

/// Resolves paths of one environment, each directory once.
struct Places<'a> {
    root: &'a Path,
    canonical: Option<PathBuf>,
    folders: HashMap<String, Option<String>>,
}

impl<'a> Places<'a> {
    fn new(root: &'a Path) -> Places<'a> {
        Places {
            root,
            canonical: fs::canonicalize(root).ok(),
            folders: HashMap::from([(String::new(), Some(String::new()))]),
        }
    }

    /// A directory as a path from the root; `None` when it is elsewhere.
    fn inside(&self, path: &Path) -> Option<String> {
        let inside = match path.strip_prefix(self.root) {
            Ok(inside) => inside.to_path_buf(),
            Err(_) => fs::canonicalize(path).ok()?.strip_prefix(self.canonical.as_ref()?).ok()?.to_path_buf(),
        };
        layout::normal(&inside.to_str()?.replace(std::path::MAIN_SEPARATOR, "/"))
    }

    /// The same for a file, whose last part may be a link and is not followed.
    fn inside_file(&self, path: &Path) -> Option<String> {
        let folder = self.inside(path.parent()?)?;
        Some(layout::join(&folder, path.file_name()?.to_str()?))
    }

    /// A path from the root with the links of its directories resolved; `None` when one of them leads out.
    fn resolved(&mut self, path: &str) -> Option<String> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if name.is_empty() {
            return None;
        }
        Some(layout::join(&self.folder(folder)?, name))
    }

    fn folder(&mut self, folder: &str) -> Option<String> {
        if let Some(known) = self.folders.get(folder) {
            return known.clone();
        }
        let (parent, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        let resolved = self.folder(parent).and_then(|parent| {
            let path = layout::join(&parent, name);
            let full = self.root.join(&path);
            match fs::symlink_metadata(&full) {
                Ok(found) if found.is_symlink() => {
                    let target = fs::canonicalize(&full).ok()?;
                    let inside = target.strip_prefix(self.canonical.as_ref()?).ok()?;
                    Some(inside.to_str()?.replace(std::path::MAIN_SEPARATOR, "/"))
                }
                _ => Some(path),
            }
        });
        self.folders.insert(folder.to_owned(), resolved.clone());
        resolved
    }
}
