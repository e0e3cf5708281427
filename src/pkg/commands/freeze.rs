//! `dx pip freeze`: what is installed, as lines of a requirements file.

use std::path::Path;
use std::process::{Command, Stdio};

use rustc_hash::FxHashMap;

use super::super::name::Name;
use super::super::requirements::Requirements;
use super::present::{self, Present};
use super::session::{Session, Trouble};

/// Lines of a requirements file that are options: passed through, each once.
const OPTIONS: &[&str] = &[
    "-r",
    "--requirement",
    "-f",
    "--find-links",
    "-i",
    "--index-url",
    "--pre",
    "--trusted-host",
    "--extra-index-url",
    "--use-feature",
];

/// The command.
pub fn freeze(session: &Session<'_>) -> Result<i32, Trouble> {
    let options = &session.options;
    let mut packages = present::all(session)?;
    if options.switch("exclude-editable")? {
        packages.retain(|package| package.editable_location().is_none());
    }
    let mut excluded = present::excluded(session)?;
    if !options.switch("all")? {
        excluded.insert(Name::new("pip").map_err(|error| Trouble::new(error.to_string()))?);
    }
    let mut waiting: FxHashMap<Name, (String, Vec<String>)> = packages
        .iter()
        .map(|package| (package.name().clone(), (package.raw_name(), lines(session, package))))
        .collect();
    let files = options.values("requirement");
    for file in &files {
        from_file(session, file, &mut waiting)?;
    }
    if !files.is_empty() {
        session.ui.result("## The following requirements were added by pip freeze:");
    }
    let mut rest: Vec<_> = waiting.into_iter().filter(|(name, _)| !excluded.contains(name)).collect();
    rest.sort_by_key(|(_, (raw, _))| raw.to_lowercase());
    for (_, (_, lines)) in rest {
        for line in lines {
            session.ui.result(&line);
        }
    }
    Ok(0)
}

/// The lines of one package.
pub fn lines(session: &Session<'_>, package: &Present) -> Vec<String> {
    let pinned = format!("{}=={}", package.raw_name(), package.installed.version);
    if let Some(location) = package.editable_location() {
        return in_place(&location, &pinned, &package.raw_name());
    }
    let _ = session;
    match &package.direct_url {
        Some(direct) => vec![format!("{} @ {}", package.raw_name(), direct.as_reference())],
        None => vec![pinned],
    }
}

/// A project that is installed in place: by its repository where it is in one with a remote, else by its folder.
fn in_place(location: &str, pinned: &str, name: &str) -> Vec<String> {
    let git = |arguments: &[&str]| -> Option<String> {
        let output = Command::new("git")
            .arg("-C")
            .arg(location)
            .args(arguments)
            .env("GIT_TERMINAL_PROMPT", "0")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(top) = git(&["rev-parse", "--show-toplevel"]) else {
        return vec![
            format!("# Editable install with no version control ({pinned})"),
            format!("-e {location}"),
        ];
    };
    let remote = git(&["config", "--get", "remote.origin.url"]).filter(|remote| !remote.is_empty());
    let (Some(remote), Some(commit)) = (remote, git(&["rev-parse", "HEAD"])) else {
        return vec![format!("# Editable Git install with no remote ({pinned})"), format!("-e {location}")];
    };
    let remote = match (remote.contains("://"), remote.split_once(':')) {
        (true, _) => remote,
        // The short form of ssh: user@host:path.
        (false, Some((host, path))) if host.contains('@') || !Path::new(&remote).exists() => {
            format!("ssh://{host}/{path}")
        }
        _ => url::Url::from_file_path(&remote).map_or(remote, String::from),
    };
    let below = Path::new(location).strip_prefix(&top).ok().filter(|below| !below.as_os_str().is_empty());
    let below = below.map(|below| format!("&subdirectory={}", below.display())).unwrap_or_default();
    vec![format!("-e git+{remote}@{commit}#egg={}{below}", name.replace('-', "_"))]
}

/// Writes a requirements file's lines with the versions that are installed.
fn from_file(
    session: &Session<'_>,
    file: &str,
    waiting: &mut FxHashMap<Name, (String, Vec<String>)>,
) -> Result<(), Trouble> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Trouble::new(format!("cannot read {file}: {error}")))?;
    let mut seen: Vec<&str> = Vec::new();
    for line in text.lines() {
        let line = line.trim_end();
        let is_option = OPTIONS.iter().any(|option| line.starts_with(option));
        if line.trim().is_empty() || line.trim_start().starts_with('#') || is_option {
            if !seen.contains(&line) {
                seen.push(line);
                session.ui.result(line);
            }
            continue;
        }
        let (requirement, editable) =
            match line.strip_prefix("--editable").or_else(|| line.strip_prefix("-e")) {
                Some(rest) => (rest.trim().trim_start_matches('=').trim(), true),
                None => (line.split(" #").next().unwrap_or(line).trim(), false),
            };
        let mut read = Requirements::default();
        read.add(requirement, editable)?;
        let name = read.entries.first().and_then(|entry| entry.target.name().cloned());
        match name {
            None => session.ui.detail(&format!(
                "Skipping line in requirement file [{file}] because it's not clear what it would install: {line}"
            )),
            Some(name) => match waiting.remove(&name) {
                Some((_, lines)) => {
                    for line in lines {
                        session.ui.result(&line);
                    }
                }
                None => session.ui.warn(&format!(
                    "Requirement file [{file}] contains {requirement}, but package '{name}' is not installed"
                )),
            },
        }
    }
    Ok(())
}
