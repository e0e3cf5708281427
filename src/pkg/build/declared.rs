//! Core metadata that a project declares, so that nothing has to be run to know it.
//!
//! A source distribution's PKG-INFO counts where its form says which fields the build may still change, and none of those that the
//! resolver reads is among them (PEP 643). Else `[project]` counts if it says all of them itself (PEP 621). What is answered is good for
//! resolving, not for installing: that metadata comes with the wheel.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::super::metadata::Metadata;
use super::super::name::Name;
use super::super::pyproject::Project;
use super::super::requirement::Requirement;
use super::super::version::Version;

/// The fields that have to be final.
const READ: &[&str] = &["Name", "Version", "Requires-Dist", "Requires-Python", "Provides-Extra"];

/// A PKG-INFO is no larger.
const LARGEST: u64 = 16 << 20;

/// What the PKG-INFO of an unpacked source distribution says, if it is final.
pub fn of_source(folder: &Path) -> Option<String> {
    let path = folder.join("PKG-INFO");
    let data = fs::metadata(&path).ok()?;
    if !data.is_file() || data.len() > LARGEST {
        return None;
    }
    let bytes = fs::read(&path).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    is_final(&text).then_some(text)
}

/// Whether the text of a PKG-INFO says all that the resolver reads.
pub fn is_final(text: &str) -> bool {
    let metadata = Metadata::parse(text.as_bytes());
    metadata.check().is_ok() && READ.iter().all(|field| metadata.is_static(field))
}

/// What `[project]` says, if it says everything itself; in the form of METADATA.
pub fn of_project(project: &Project) -> Option<String> {
    let version: Version = project.version.as_ref()?.parse().ok()?;
    let name = Name::new(&project.name).ok()?;
    let dependencies = project.dependencies.as_ref()?;
    let extras = project.optional_dependencies.as_ref()?;
    if project.requires_python.is_none() && project.dynamic.iter().any(|field| field == "requires-python") {
        return None;
    }
    let mut text = format!("Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n");
    if let Some(python) = &project.requires_python {
        let _ = writeln!(text, "Requires-Python: {}", line(python)?);
    }
    for requirement in dependencies {
        let requirement: Requirement = requirement.parse().ok()?;
        let _ = writeln!(text, "Requires-Dist: {requirement}");
    }
    for (extra, requirements) in extras {
        let extra = Name::new(extra).ok()?;
        let _ = writeln!(text, "Provides-Extra: {extra}");
        for requirement in requirements {
            let requirement: Requirement = requirement.parse().ok()?;
            let mut bare = requirement.clone();
            bare.marker = None;
            let marker = match &requirement.marker {
                Some(marker) => format!("({marker}) and extra == \"{extra}\""),
                None => format!("extra == \"{extra}\""),
            };
            let _ = writeln!(text, "Requires-Dist: {bare} ; {marker}");
        }
    }
    Some(text)
}

fn line(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.contains(['\n', '\r']))
}

#[cfg(test)]
mod tests {
    use super::super::super::pyproject::Pyproject;
    use super::*;

    fn declared(text: &str) -> Option<String> {
        of_project(&Pyproject::parse(text).ok()?.project?)
    }

    #[test]
    fn extras_become_markers() {
        let text = declared(
            "[project]\nname = 'A.b'\nversion = '1.0'\nrequires-python = '>=3.9'\ndependencies = ['x>1']\n\
             [project.optional-dependencies]\nfast = ['y ; os_name == \"nt\" or os_name == \"posix\"', 'z[q]']\n",
        );
        assert_eq!(
            text.as_deref(),
            Some(
                "Metadata-Version: 2.2\nName: a-b\nVersion: 1.0\nRequires-Python: >=3.9\nRequires-Dist: x>1\n\
                 Provides-Extra: fast\n\
                 Requires-Dist: y ; (os_name == \"nt\" or os_name == \"posix\") and extra == \"fast\"\n\
                 Requires-Dist: z[q] ; extra == \"fast\"\n"
            )
        );
    }

    #[test]
    fn what_is_dynamic_is_not_declared() {
        for field in ["version", "dependencies", "optional-dependencies", "requires-python"] {
            let version = if field == "version" { "" } else { "version = '1'\n" };
            let text = format!("[project]\nname = 'a'\n{version}dynamic = ['{field}']\n");
            assert_eq!(declared(&text), None, "{field}");
        }
    }

    #[test]
    fn an_old_form_is_never_final() {
        assert!(is_final("Metadata-Version: 2.2\nName: a\nVersion: 1\nDynamic: Description\n"));
        assert!(!is_final("Metadata-Version: 2.1\nName: a\nVersion: 1\n"));
        assert!(!is_final("Metadata-Version: 2.4\nName: a\nVersion: 1\nDynamic: requires-dist\n"));
    }
}
