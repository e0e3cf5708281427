//! pip's warning about scripts that a shell will not find: those outside of every folder of `PATH`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::install::manifest::{Manifest, Scheme};
use super::super::venv::{Environment, Kind};
use super::session::{Session, Trouble};
use super::wheels::Ready;

/// Warns about the scripts of each package, unless `--no-warn-script-location` says otherwise.
pub fn warn(session: &Session<'_>, environment: &Environment, ready: &[Ready]) -> Result<(), Trouble> {
    // Who chose the folder knows it; and what stands beside the interpreter is found as the interpreter is.
    let is_chosen = matches!(environment.kind, Kind::Target | Kind::Prefix);
    if is_chosen || session.options.switch("no-warn-script-location")? {
        return Ok(());
    }
    let layout = super::session::layout(environment);
    let folder = resolved(&layout.root.join(&layout.scripts));
    if environment.python.parent().is_some_and(|beside| resolved(beside) == folder) {
        return Ok(());
    }
    let path = session.host.variables.get("PATH").unwrap_or_default();
    for made in ready {
        if let Some(text) = warning(&folder, &scripts(&made.entry.manifest), path) {
            session.ui.warn(&text);
        }
    }
    Ok(())
}

fn resolved(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf())
}

/// The names of the scripts that a wheel brings.
fn scripts(manifest: &Manifest) -> BTreeSet<String> {
    let wrappers = manifest.scripts.iter().map(|script| script.name.clone());
    let files = manifest.files.iter().filter_map(|file| {
        let folder = manifest.folders.get(file.folder as usize)?;
        (folder.scheme == Scheme::Scripts).then(|| file.name.clone())
    });
    wrappers.chain(files).collect()
}

/// The warning about scripts in one folder; none if it is on `PATH` or there are none.
fn warning(folder: &Path, scripts: &BTreeSet<String>, path: &str) -> Option<String> {
    let entries: Vec<PathBuf> = std::env::split_paths(path).collect();
    if entries.iter().any(|entry| resolved(entry) == folder) {
        return None;
    }
    let names: Vec<&str> = scripts.iter().map(String::as_str).collect();
    let what = match names.as_slice() {
        [] => return None,
        [name] => format!("script {name} is"),
        [first @ .., last] => format!("scripts {} and {last} are", first.join(", ")),
    };
    let mut text = format!(
        "The {what} installed in '{}' which is not on PATH.\nConsider adding this directory to PATH or, if you prefer to suppress this warning, use --no-warn-script-location.",
        folder.display()
    );
    if entries.iter().any(|entry| entry.starts_with("~")) {
        text.push_str(
            "\nNOTE: The current PATH contains path(s) starting with `~`, which may not be expanded by all applications.",
        );
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_on_the_path_needs_no_warning() {
        let scripts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let place = Path::new("/nowhere/bin");
        assert_eq!(warning(place, &scripts(&["x"]), "/usr/bin:/nowhere/bin"), None);
        assert_eq!(warning(place, &scripts(&[]), "/usr/bin"), None);
        let one = warning(place, &scripts(&["flask"]), "/usr/bin").unwrap_or_default();
        assert!(
            one.starts_with(
                "The script flask is installed in '/nowhere/bin' which is not on PATH.\nConsider adding this"
            ),
            "{one}"
        );
        let three = warning(place, &scripts(&["b", "c", "a"]), "~/bin").unwrap_or_default();
        assert!(three.starts_with("The scripts a, b and c are installed in"), "{three}");
        assert!(three.contains("NOTE:"), "{three}");
    }
}
