//! `dx run` with packages, and `dx tool run`: finds or makes the environment that is wanted and becomes the program in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{config, misuse, pip};
use crate::pkg::commands::cached::{self, Wanted};
use crate::pkg::commands::session::{Host, Trouble};
use crate::pkg::requirement::Requirement;
use crate::runtime::api::{ExitStatus, Target};

/// Options of `dx run` in front of Python's own.
pub const FLAGS: &[(&str, &str, &str)] = &[
    ("--with", "PKG", "run in an environment that has this package; may be given several times"),
    ("--with-requirements", "FILE", "and with what this requirements file lists"),
    ("--refresh", "", "make the environment anew"),
];

/// Options of `dx tool run`.
pub const TOOL_FLAGS: &[(&str, &str, &str)] = &[
    ("--from", "PKG", "the package that has the program, where its name is another"),
    ("--with", "PKG", "a further package in the program's environment; may be given several times"),
    ("--refresh", "", "make the environment anew"),
];

/// What stood in front of Python's options, or of the tool's name.
#[derive(Default)]
struct Front {
    wanted: Wanted,
    from: Option<String>,
    /// How many arguments were read.
    length: usize,
}

/// Reads options of a table up to the first word that is none of them.
fn front(arguments: &[OsString], table: &[(&str, &str, &str)]) -> Result<Front, String> {
    let mut front = Front::default();
    while let Some(word) = arguments.get(front.length).and_then(|word| word.to_str()) {
        let (name, attached) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word, None),
        };
        let Some((name, value, _)) = table.iter().find(|(long, ..)| *long == name) else { break };
        front.length += 1;
        if value.is_empty() {
            if attached.is_some() {
                return Err(format!("{name} takes no value"));
            }
            front.wanted.refresh = true;
            continue;
        }
        let text = match attached {
            Some(text) => text,
            None => {
                let next = arguments.get(front.length).and_then(|next| next.to_str()).map(str::to_owned);
                front.length += 1;
                next.ok_or_else(|| format!("{name} needs a value"))?
            }
        };
        match *name {
            "--with" => front.wanted.requirements.push(text),
            "--with-requirements" => front.wanted.files.push(text),
            _ => front.from = Some(text),
        }
    }
    Ok(front)
}

/// `dx run …`: nothing if no environment is wanted, so that the program runs in this process; else how it ended.
pub fn run(arguments: &[OsString]) -> Option<ExitStatus> {
    let rest = arguments.get(2..).unwrap_or(&[]);
    let front = match front(rest, FLAGS) {
        Ok(front) => front,
        Err(message) => return Some(misuse("run", &message)),
    };
    let behind = &rest[front.length..];
    let asked =
        !front.wanted.requirements.is_empty() || !front.wanted.files.is_empty() || front.wanted.refresh;
    let script = script(arguments, 2 + front.length);
    if !asked && !script.as_deref().is_some_and(has_block) {
        return None;
    }
    let behind = behind.to_vec();
    Some(pip::with_host(arguments, move |host, _| {
        let made = (|| -> Result<PathBuf, Trouble> {
            let mut wanted = front.wanted;
            if let Some(block) = script.as_deref().map(cached::of_script).transpose()?.flatten() {
                wanted.requirements.splice(0..0, block.requirements);
                wanted.python = block.python;
            }
            cached::environment(host, &wanted)
        })();
        match made {
            Ok(root) => become_program(&cached::python(&root), &behind),
            Err(trouble) => tell("run", &trouble),
        }
    }))
}

/// The file that Python would run.
fn script(arguments: &[OsString], skip: usize) -> Option<PathBuf> {
    match config::read(arguments, skip, &config::System::current()) {
        Ok(config::Request::Run(config)) => match config.target {
            Target::File(path) if path.is_file() => Some(path),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a file has a block that names what it requires.
fn has_block(path: &Path) -> bool {
    let Ok(source) = std::fs::read(path) else { return false };
    // Nearly every file has none: only then is it looked at closely.
    memchr::memmem::find(&source, b"# /// script").is_some()
}

/// `dx tool run NAME …`, `dx x NAME …`; `skip` arguments stand in front.
pub fn tool(arguments: &[OsString], skip: usize, name: &str) -> ExitStatus {
    let rest = arguments.get(skip..).unwrap_or(&[]);
    let front = match front(rest, TOOL_FLAGS) {
        Ok(front) => front,
        Err(message) => return misuse(name, &message),
    };
    let behind = &rest[front.length..];
    let Some(program) = behind.first().and_then(|word| word.to_str()).filter(|word| !word.starts_with('-'))
    else {
        return misuse(name, "name a program");
    };
    // `NAME@VERSION` is uv's short form of `NAME==VERSION`.
    let text = match (&front.from, program.split_once('@')) {
        (Some(from), _) => from.clone(),
        (None, Some((program, "latest"))) => program.to_owned(),
        (None, Some((program, version))) if !version.contains('/') => format!("{program}=={version}"),
        (None, _) => program.to_owned(),
    };
    let own = match text.parse::<Requirement>() {
        Ok(requirement) => requirement.name.to_string(),
        Err(error) => return misuse(name, &format!("'{text}' names no package: {}", error.message)),
    };
    let program = if front.from.is_some() { program.to_owned() } else { own.clone() };
    let rest = behind[1..].to_vec();
    let label = name.to_owned();
    pip::with_host(arguments, move |host, _| {
        let mut wanted = front.wanted;
        wanted.requirements.insert(0, text);
        match cached::environment(host, &wanted) {
            Ok(root) => {
                let path = cached::program(&root, &program);
                match path.exists() {
                    true => become_program(&path, &rest),
                    false => tell(&label, &absent(&root, &program, &own, host)),
                }
            }
            Err(trouble) => tell(&label, &trouble),
        }
    })
}

/// The error for a package without the program that was named.
fn absent(root: &Path, program: &str, package: &str, host: &Host<'_>) -> Trouble {
    let folder = cached::program(root, program).parent().map(Path::to_owned).unwrap_or_default();
    let mut others: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !host.links.0.contains(&name.as_str()) && !host.links.1.contains(&name.as_str()))
        .filter(|name| !name.to_ascii_lowercase().starts_with("activate"))
        .collect();
    others.sort();
    let trouble = Trouble::new(format!("{package} has no program named '{program}'"));
    match others.as_slice() {
        [] => trouble
            .with_hint(format!("it has no programs at all; `dx run --with {package}` runs Python with it")),
        others => {
            trouble.with_hint(format!("there are {}; name one with --from {package}", others.join(", ")))
        }
    }
}

fn tell(name: &str, trouble: &Trouble) -> i32 {
    if !trouble.message.is_empty() {
        super::complain(&format!("dx {name}: {}", trouble.message));
    }
    for cause in &trouble.causes {
        super::complain(&format!("  caused by: {cause}"));
    }
    for hint in &trouble.hints {
        super::complain(&format!("hint: {hint}"));
    }
    trouble.code
}

/// Goes on as another program. Returns only where that fails, or where the system has no such thing.
fn become_program(path: &Path, arguments: &[OsString]) -> i32 {
    let mut command = Command::new(path);
    command.args(arguments);
    #[cfg(unix)]
    let error = std::os::unix::process::CommandExt::exec(&mut command);
    #[cfg(not(unix))]
    let error = match command.status() {
        Ok(status) => return status.code().unwrap_or(1),
        Err(error) => error,
    };
    super::complain(&format!("dx: cannot run {}: {error}", path.display()));
    126
}
