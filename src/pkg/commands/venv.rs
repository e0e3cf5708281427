//! `dx venv DIR`: makes virtual environments.

use std::path::PathBuf;

use super::super::venv::{self, Options};
use super::session::{Host, Trouble, shown};
use super::ui::{Bars, Ui};

/// Options: name, value's name or nothing, meaning.
pub const FLAGS: &[(&str, &str, &str)] = &[
    ("--system-site-packages", "", "see dx's own packages too"),
    ("--clear", "", "empty the environment first if it is there already"),
    ("--prompt", "TEXT", "what the activated shell's prompt shows; `.` is the working folder's name"),
    ("--without-pip", "", "leave out the links named pip"),
    ("--copies", "", "copy dx into the environment instead of linking to it"),
    ("--symlinks", "", "link to dx (the default)"),
    (
        "--upgrade",
        "",
        "make the environment's own files anew around its packages (so it is without --clear too)",
    ),
    ("--quiet", "", "say nothing (also -q)"),
];

#[derive(Default)]
struct Given {
    folders: Vec<PathBuf>,
    system: bool,
    clear: bool,
    without_pip: bool,
    copies: bool,
    upgrade: bool,
    quiet: bool,
    prompt: Option<String>,
}

fn read(arguments: &[String]) -> Result<Given, Trouble> {
    let mut given = Given::default();
    let mut rest = arguments.iter();
    let mut options = true;
    while let Some(argument) = rest.next() {
        let (name, attached) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
            _ => (argument.as_str(), None),
        };
        if !options || !argument.starts_with('-') || argument == "-" {
            given.folders.push(PathBuf::from(argument));
            continue;
        }
        let switch = match name {
            "--" => {
                options = false;
                continue;
            }
            "--prompt" => {
                let value = attached.or_else(|| rest.next().cloned());
                given.prompt = Some(value.ok_or_else(|| Trouble::usage("--prompt needs a text"))?);
                continue;
            }
            "--system-site-packages" => &mut given.system,
            "--clear" => &mut given.clear,
            "--without-pip" => &mut given.without_pip,
            "--copies" => &mut given.copies,
            "--upgrade" => &mut given.upgrade,
            "--quiet" | "-q" => &mut given.quiet,
            "--symlinks" => {
                given.copies = false;
                continue;
            }
            _ => return Err(Trouble::usage(format!("unknown option '{argument}'"))),
        };
        if attached.is_some() {
            return Err(Trouble::usage(format!("{name} takes no value")));
        }
        *switch = true;
    }
    if given.upgrade && given.clear {
        return Err(Trouble::usage("--upgrade and --clear exclude each other"));
    }
    if given.folders.is_empty() {
        given.folders.push(PathBuf::from(".venv"));
    }
    Ok(given)
}

/// The command; `arguments` are those behind its name.
pub fn run(host: &Host<'_>, arguments: &[String]) -> Result<i32, Trouble> {
    let given = read(arguments)?;
    let ui = Ui::new(if given.quiet { -1 } else { 0 }, false, Bars::Off, None);
    let working = std::env::current_dir().unwrap_or_default();
    let prompt = match given.prompt.as_deref() {
        Some(".") => working.file_name().map(|name| name.to_string_lossy().into_owned()),
        Some(text) => Some(text.to_owned()),
        None => None,
    };
    let (names, pip) = host.links;
    let command = format!("dx venv {}", arguments.join(" "));
    for folder in &given.folders {
        let made = venv::create(
            folder,
            &Options {
                executable: &host.executable,
                names,
                pip: if given.without_pip { &[] } else { pip },
                system_site_packages: given.system,
                clear: given.clear,
                prompt: prompt.as_deref(),
                copies: given.copies,
                command: &command,
            },
        )?;
        ui.say(&format!("Made a virtual environment in {}", shown(&made.root)));
        ui.say(&format!("Activate with: source {}/activate", shown(&made.scripts())));
    }
    Ok(0)
}
