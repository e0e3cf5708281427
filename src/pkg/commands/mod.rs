//! The installer's commands: what `dx pip` and its links do, with pip's options, output and exit codes.
//!
//! `flags` has every option and command as data, `options` reads a command line by it, `session` is what every command begins with.
//! The way of an install: `inputs` (what was asked for) → `answer`, which is `solve` (rules, request, the search) or `locked` (a lock
//! file instead of a search), both with `universe` (indexes and direct files) → `wheels` (into the store) → `install` (the transaction).
//! Other ends of the same way: `sync`, `download`; `lock` and `compile`, which write down `releases`.

pub mod answer;
pub mod building;
pub mod cache;
pub mod cached;
pub mod check;
mod checkouts;
pub mod compile;
pub mod completion;
pub mod config;
pub mod debug;
pub mod download;
pub mod flags;
pub mod freeze;
pub mod hash;
pub mod help;
pub mod inputs;
pub mod inspect;
pub mod install;
pub mod list;
pub mod lock;
pub mod locked;
pub mod options;
pub mod output;
pub mod pattern;
pub mod present;
pub mod releases;
pub mod report;
pub mod script_places;
pub mod session;
pub mod show;
pub mod solve;
pub mod sources;
pub mod sync;
pub mod ui;
pub mod universe;
pub mod venv;
pub mod versions;
pub mod wheels;

use std::path::Path;

use flags::Command;
use session::{Host, Session, Trouble};

/// Runs `dx pip` with the arguments behind it; `program` is how it was called, for messages. Returns the exit code.
pub fn pip(host: &Host<'_>, program: &str, arguments: &[String]) -> i32 {
    if host.variables.get("PIP_AUTO_COMPLETE").is_some() {
        return completion::complete(host);
    }
    let (mut given, name, rest) = match options::split(arguments) {
        Ok(split) => split,
        Err(error) => return refuse(&help::overview_usage(program), &error.0),
    };
    if given.has("version") {
        println!("{}", version_line(host));
        return 0;
    }
    let Some(name) = name else {
        print!("{}", help::overview(program));
        return 0;
    };
    let Some(command) = flags::command(&name) else {
        eprintln!("ERROR: {}", unknown(&name));
        return 1;
    };
    if command.name == "help" {
        return help_for(program, &rest);
    }
    if let Err(error) = options::parse(command, &rest, &mut given) {
        return refuse(&help::usage(program, command), &error.0);
    }
    if given.has("help") {
        print!("{}", help::page(program, command));
        return 0;
    }
    if given.has("version") {
        println!("{}", version_line(host));
        return 0;
    }
    run(host, program, command, given)
}

fn run(host: &Host<'_>, program: &str, command: &'static Command, given: options::Given) -> i32 {
    let session = match Session::new(host, command, given) {
        Ok(mut session) => {
            program.clone_into(&mut session.program);
            session
        }
        Err(trouble) if trouble.usage => return refuse(&help::usage(program, command), &trouble.message),
        Err(trouble) => {
            eprintln!("ERROR: {}", trouble.message);
            return trouble.code;
        }
    };
    let result = match command.name {
        "install" => install::install(&session),
        "uninstall" => install::uninstall(&session),
        "lock" => lock::lock(&session),
        "compile" => compile::compile(&session),
        "download" => download::download(&session),
        "wheel" => download::wheel(&session),
        "sync" => sync::sync(&session),
        "list" => list::list(&session),
        "freeze" => freeze::freeze(&session),
        "show" => show::show(&session),
        "tree" => show::tree(&session),
        "check" => check::check(&session),
        "inspect" => inspect::inspect(&session),
        "index" => versions::index(&session),
        "hash" => hash::hash(&session),
        "config" => config::config(&session),
        "cache" => cache::cache(&session),
        "debug" => debug::debug(&session),
        "completion" => completion::completion(&session),
        name => Err(Trouble::new(format!("`{name}` is not available in this build yet"))),
    };
    session.ui.end();
    if result.is_ok() {
        cache::look_after(&session);
    }
    match result {
        Ok(code) => code,
        Err(trouble) if trouble.usage => refuse(&help::usage(program, command), &trouble.message),
        Err(trouble) => {
            if !trouble.message.is_empty() {
                session.ui.error(&trouble.message);
            }
            for cause in &trouble.causes {
                // A cause is shown when it says more than the message, or always with --debug.
                if session.ui.debug || !trouble.message.contains(cause.as_str()) {
                    session.ui.error(&format!("  caused by: {cause}"));
                }
            }
            for hint in &trouble.hints {
                session.ui.hint(hint);
            }
            trouble.code
        }
    }
}

/// Runs `dx venv` with the arguments behind it; wrong usage answers with its message.
pub fn make_environment(host: &Host<'_>, arguments: &[String]) -> Result<i32, String> {
    match venv::run(host, arguments) {
        Ok(code) => Ok(code),
        Err(trouble) if trouble.usage => Err(trouble.message),
        Err(trouble) => {
            eprintln!("dx venv: {}", trouble.message);
            for cause in &trouble.causes {
                eprintln!("  caused by: {cause}");
            }
            for hint in &trouble.hints {
                eprintln!("hint: {hint}");
            }
            Ok(trouble.code)
        }
    }
}

/// A wrong command line: the usage, what is wrong, exit code 2, as pip has it.
fn refuse(usage: &str, message: &str) -> i32 {
    eprintln!("\n{usage}\n\n{message}");
    2
}

fn help_for(program: &str, rest: &[String]) -> i32 {
    let asks_for_itself = rest.iter().any(|word| word == "--help" || word == "-h");
    let name = if asks_for_itself { Some("help") } else { rest.first().map(String::as_str) };
    match name {
        None => {
            print!("{}", help::overview(program));
            0
        }
        Some(name) => match flags::command(name) {
            Some(command) => {
                print!("{}", help::page(program, command));
                0
            }
            None => {
                eprintln!("ERROR: {}", unknown(name));
                1
            }
        },
    }
}

/// pip's words for a command that does not exist, with one that is spelt alike.
fn unknown(name: &str) -> String {
    let near = flags::COMMANDS.iter().map(|command| (distance(command.name, name), command.name)).min();
    match near {
        Some((distance, near)) if distance <= 2 => {
            format!("unknown command \"{name}\" - maybe you meant \"{near}\"")
        }
        _ => format!("unknown command \"{name}\""),
    }
}

/// How many letters differ (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().take(32).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, letter) in left.chars().enumerate() {
        let mut corner = line;
        row[0] = line + 1;
        for place in 0..right.len() {
            let change = corner + usize::from(right[place] != letter);
            corner = row[place + 1];
            row[place + 1] = change.min(row[place] + 1).min(corner + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

/// `pip 26.3 from PATH (python 3.14)`, as scripts read it, with dx's own version.
pub fn version_line(host: &Host<'_>) -> String {
    let place: &Path = host.started_as.as_deref().unwrap_or(&host.executable);
    format!(
        "pip {} from {} (python {}.{}) (dx {})",
        report::PIP,
        place.display(),
        crate::version::MAJOR,
        crate::version::MINOR,
        crate::version::DX
    )
}
