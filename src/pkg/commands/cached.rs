//! Environments that dx makes and keeps itself: for scripts that name what they require (PEP 723), `dx run --with` and `dx tool run`.
//!
//! An environment is found by what it was made from: requirements, index and Python. It is made once, under a lock, and used as it is
//! from then on; a file written last says that it is whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::super::install::lock;
use super::super::script::Script;
use super::super::specifier::Specifiers;
use super::super::venv::{self, Options, Style};
use super::super::version::Version;
use super::inputs::Inputs;
use super::session::{Host, Session, Trouble};
use super::{flags, install, options};
use crate::version;

/// Written last into an environment; its time is that of the last use, to the day.
pub const WHOLE: &str = ".dx-whole";

/// What an environment is made from.
#[derive(Debug, Default)]
pub struct Wanted {
    pub requirements: Vec<String>,
    /// Requirements files.
    pub files: Vec<String>,
    /// The Pythons that it is for, and who says so.
    pub python: Option<(String, String)>,
    /// Make it anew even if it is there.
    pub refresh: bool,
    /// Options of `dx pip install` in front.
    pub options: Vec<String>,
}

/// What a script's comment block wants, or nothing if it has none.
pub fn of_script(path: &Path) -> Result<Option<Wanted>, Trouble> {
    // A program that is no file, or no text, has no block.
    let Ok(source) = fs::read(path) else { return Ok(None) };
    let source = String::from_utf8_lossy(&source);
    let shown = path.display();
    let script = Script::find(&source).map_err(|error| {
        let hint = error.hint();
        let mut trouble = Trouble::of(&error, hint);
        trouble.message = format!("{shown}: {}", trouble.message);
        trouble
    })?;
    let Some(script) = script else { return Ok(None) };
    Ok(Some(Wanted {
        requirements: script.dependencies.unwrap_or_default(),
        python: script.requires_python.map(|text| (text, shown.to_string())),
        ..Wanted::default()
    }))
}

/// The environment for what is wanted: the one that is there, or a new one. Answers its folder.
pub fn environment(host: &Host<'_>, wanted: &Wanted) -> Result<PathBuf, Trouble> {
    if let Some((text, who)) = &wanted.python {
        let specifiers: Specifiers =
            text.parse().map_err(|_| Trouble::new(format!("{who}: invalid requires-python '{text}'")))?;
        let own: Version = version::python().parse().map_err(|_| Trouble::new("dx has no version"))?;
        if !specifiers.contains(&own) {
            return Err(Trouble::new(format!("{who} requires Python {text}, and dx is Python {own}")));
        }
    }
    let command = flags::command("install").ok_or_else(|| Trouble::new("there is no command `install`"))?;
    let mut given = options::Given::default();
    options::parse(command, &wanted.options, &mut given)?;
    // The cache's place depends on options and configuration: a session knows it.
    let cache = Session::new(host, command, given)?.cache.clone();
    let folder = cache.join("environments").join(key(host, wanted)?);
    let root = folder.join("env");
    if !wanted.refresh && root.join(WHOLE).exists() {
        note_use(&root.join(WHOLE));
        return Ok(root);
    }
    fs::create_dir_all(&folder)
        .map_err(|error| Trouble::new(format!("cannot create {}: {error}", folder.display())))?;
    let held = lock::lock(&folder, lock::Kind::Exclusive, &mut || {
        eprintln!("waiting for another dx that makes the same environment");
    });
    let _held = held.map_err(|error| Trouble::of(&error, None))?;
    // Somebody else may have made it while this process waited.
    if !wanted.refresh && root.join(WHOLE).exists() {
        return Ok(root);
    }
    let made = make(host, command, wanted, &root);
    if made.is_err() {
        let _ = fs::remove_dir_all(&root);
    }
    made.map(|()| root)
}

/// A cache that cannot be written to only makes the environment look older than it is.
fn note_use(whole: &Path) {
    let age =
        fs::metadata(whole).and_then(|found| found.modified()).ok().and_then(|then| then.elapsed().ok());
    if age.is_none_or(|age| age > Duration::from_secs(24 * 60 * 60)) {
        let file = fs::File::options().append(true).open(whole);
        let _ = file.and_then(|file| file.set_modified(SystemTime::now()));
    }
}

fn make(
    host: &Host<'_>,
    command: &'static flags::Command,
    wanted: &Wanted,
    root: &Path,
) -> Result<(), Trouble> {
    let (names, pip) = host.links;
    venv::create(
        root,
        &Options {
            executable: &host.executable,
            names,
            pip,
            system_site_packages: false,
            clear: root.exists(),
            prompt: None,
            copies: false,
            command: "dx run",
        },
    )?;
    let mut arguments = wanted.options.clone();
    arguments.extend([String::from("-q"), format!("--python={}", root.display())]);
    arguments.extend(wanted.files.iter().map(|file| format!("--requirement={file}")));
    arguments.push(String::from("--"));
    arguments.extend(wanted.requirements.iter().cloned());
    let mut given = options::Given::default();
    options::parse(command, &arguments, &mut given)?;
    let operands = given.operands.clone();
    let session = Session::new(host, command, given)?;
    let inputs = Inputs::read(&session, &operands)?;
    if !inputs.is_empty() {
        install::install_inputs(&session, &inputs)?;
    }
    fs::write(root.join(WHOLE), b"")
        .map_err(|error| Trouble::new(format!("cannot write {}: {error}", root.display())))
}

/// What tells environments apart: everything that they are made from.
fn key(host: &Host<'_>, wanted: &Wanted) -> Result<String, Trouble> {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    part(version::DX);
    part(&version::python());
    part(&host.executable.to_string_lossy());
    let mut requirements = wanted.requirements.clone();
    requirements.sort();
    for requirement in &requirements {
        part(requirement);
    }
    for file in &wanted.files {
        let text =
            fs::read_to_string(file).map_err(|error| Trouble::new(format!("cannot read {file}: {error}")))?;
        part(&text);
    }
    part("options");
    for option in &wanted.options {
        part(option);
    }
    for name in ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CONSTRAINT"] {
        part(host.variables.get(name).unwrap_or_default());
    }
    let digest = hash.finalize();
    Ok(digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

/// The interpreter of an environment.
pub fn python(root: &Path) -> PathBuf {
    program(root, "python")
}

/// A program of an environment.
pub fn program(root: &Path, name: &str) -> PathBuf {
    let style = Style::HERE;
    root.join(style.folders().scripts).join(format!("{name}{}", style.suffix()))
}
