//! Environments that dx makes and keeps itself: for scripts that name what they require (PEP 723), `dx run --with` and `dx tool run`.
//!
//! An environment is found by what it was made from: requirements, index and Python. It is made once, under a lock, and used as it is
//! from then on; a file written last says that it is whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::super::install::lock;
use super::super::requirements::Target;
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

/// Configured for other installs than one into an environment of dx's own.
const ELSEWHERE: &[&str] =
    &["target", "prefix", "root", "user", "dry-run", "report", "only-deps", "require-virtualenv"];

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
    // The cache's place and what files list depend on options and configuration: a session knows them.
    let session = Session::new(host, command, asked(command, wanted, None)?)?;
    let inputs = Inputs::read(&session, &session.options.given.operands)?;
    let (key, may_change) = key(&session, &inputs);
    let folder = session.cache.join("environments").join(key);
    let root = folder.join("env");
    let is_anew = wanted.refresh || may_change;
    if !is_anew && root.join(WHOLE).exists() {
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
    if !is_anew && root.join(WHOLE).exists() {
        return Ok(root);
    }
    // A project that may have changed is installed again where it is: somebody may be running in that environment.
    let is_there = !wanted.refresh && root.join(WHOLE).exists();
    let made = make(host, asked(command, wanted, Some(&root))?, &inputs, &root, is_there);
    if made.is_err() && !is_there {
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
    given: options::Given,
    inputs: &Inputs,
    root: &Path,
    is_there: bool,
) -> Result<(), Trouble> {
    if !is_there {
        create(host, root)?;
    }
    let command = flags::command("install").ok_or_else(|| Trouble::new("there is no command `install`"))?;
    let mut session = Session::new(host, command, given)?;
    session.options.settings.forget(ELSEWHERE);
    if !inputs.is_empty() {
        install::install_inputs(&session, inputs)?;
    }
    fs::write(root.join(WHOLE), b"")
        .map_err(|error| Trouble::new(format!("cannot write {}: {error}", root.display())))
}

fn create(host: &Host<'_>, root: &Path) -> Result<(), Trouble> {
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
    Ok(())
}

/// The command line of `install` that asks for what is wanted, in an environment if that is known.
fn asked(
    command: &'static flags::Command,
    wanted: &Wanted,
    root: Option<&Path>,
) -> Result<options::Given, Trouble> {
    let mut arguments = wanted.options.clone();
    arguments.push(String::from("-q"));
    arguments.extend(root.map(|root| format!("--python={}", root.display())));
    arguments.extend(wanted.files.iter().map(|file| format!("--requirement={file}")));
    arguments.push(String::from("--"));
    arguments.extend(wanted.requirements.iter().cloned());
    let mut given = options::Given::default();
    options::parse(command, &arguments, &mut given)?;
    Ok(given)
}

/// Options that an environment's content depends on, beside what is asked for.
const CHOICES: &[&str] = &[
    "index-url",
    "extra-index-url",
    "find-links",
    "no-index",
    "index-strategy",
    "pre",
    "all-releases",
    "only-final",
    "no-binary",
    "only-binary",
    "allow-old-pure",
    "exclude-newer",
    "uploaded-prior-to",
    "resolution",
    "no-deps",
    "config-settings",
];

/// What tells environments apart: everything that they are made from. Also whether that may change without being told: a folder.
fn key(session: &Session<'_>, inputs: &Inputs) -> (String, bool) {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    part(version::DX);
    part(&version::python());
    part(&session.host.executable.to_string_lossy());
    let mut may_change = false;
    let mut entries: Vec<String> = Vec::new();
    for entry in &inputs.requirements.entries {
        let mut text = format!("{:?} {:?} {}", entry.constraint, entry.editable, target(&entry.target));
        if let Target::Path { path, .. } = &entry.target {
            match fs::metadata(path) {
                Ok(about) if about.is_file() => {
                    text += &format!(" {:?} {}", about.modified().ok(), about.len())
                }
                // A project's files may be others each time.
                _ => may_change = true,
            }
        }
        text += &format!(" {:?} {:?}", entry.hashes, entry.config_settings);
        entries.push(text);
    }
    entries.sort();
    entries.iter().for_each(|text| part(text));
    for path in &inputs.locks {
        part(path);
        // What cannot be read ends the command later on.
        part(&fs::read_to_string(path).unwrap_or_default());
    }
    part(&format!("{:?} {:?}", inputs.settings(), inputs.overrides));
    for long in CHOICES {
        part(&session.options.values(long).join("\n"));
        part(&format!("{:?}", session.options.switch(long).ok()));
    }
    let digest = hash.finalize();
    (digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect(), may_change)
}

/// What a requirement names, wherever the command runs.
fn target(target: &Target) -> String {
    match target {
        Target::Path { path, extras, marker } => {
            let path = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
            format!("{} {extras:?} {marker:?}", path.display())
        }
        Target::Named(requirement) => requirement.to_string(),
        other => format!("{other:?}"),
    }
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
