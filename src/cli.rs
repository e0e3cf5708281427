//! The front: which personality, which command, and the tables from which parser, help and shell completion follow.
//!
//! `COMMANDS` here and `flags::PYTHON_FLAGS`, `flags::X_OPTIONS`, `environment::VARIABLES` beside it are the only lists of what dx
//! understands. A personality is chosen by the name the process was started under, else by the first argument. What a Python
//! command line means is in `flags` (scan) and `config` (merge with the environment); this file holds no rule about it.

pub mod completions;
pub mod config;
pub mod environment;
pub mod flags;
pub mod help;
pub mod link;
pub mod pip;
pub mod run;

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::Path;

use crate::runtime::api::{self, ExitStatus};
use crate::version;

/// Wrong usage, for every personality.
pub const USAGE: ExitStatus = ExitStatus::Code(2);

/// One word after `dx`.
pub struct Command {
    pub name: &'static str,
    /// What follows the name in the usage line.
    pub arguments: &'static str,
    /// One line, for lists.
    pub summary: &'static str,
    /// Paragraphs of the command's own page.
    pub about: &'static [&'static str],
    /// Flags beyond Python's: name, value or "", meaning.
    pub flags: &'static [(&'static str, &'static str, &'static str)],
    /// Command lines worth copying, with what they do.
    pub examples: &'static [(&'static str, &'static str)],
    pub action: Action,
}

/// What a command does with the arguments behind it.
#[derive(Clone, Copy)]
pub enum Action {
    /// Behaves as `python`.
    Python,
    /// Behaves as `pip`.
    Pip,
    Venv,
    /// `tool run`.
    Tool,
    /// The short form of it.
    Execute,
    Help,
    Completions,
    Link,
    /// Named here so that it is a command, not a script; answers that it is absent.
    Absent,
}

pub const COMMANDS: &[Command] = &[
    Command {
        name: "run",
        arguments: "[option] ... [-c cmd | -m mod | file | -] [arg] ...",
        summary: "Run a Python program",
        about: &[
            "Runs a file, a directory or zip archive with a __main__.py, a module, or program text. Without any of them it reads \
             standard input, on a terminal as an interactive prompt.",
            "Takes the options of CPython 3.14 and reads the PYTHON* environment variables; a link named python does the same.",
            "A file with a block of its requirements (`# /// script`, PEP 723) runs in an environment that has them, which dx makes and \
             keeps in its cache; --with adds packages to it.",
        ],
        flags: run::FLAGS,
        examples: &[
            ("dx run hello.py a b", "run a file with two arguments"),
            ("dx run -m json.tool data.json", "run a library module as a script"),
            ("dx run -c 'print(2 ** 100)'", "run program text"),
            ("dx run --with rich -m rich", "run with a package that is installed for this"),
            ("dx run -X importtime -c 'import json'", "show what importing takes"),
        ],
        action: Action::Python,
    },
    Command {
        name: "pip",
        arguments: "COMMAND [option] ...",
        summary: "Install packages",
        about: &[
            "Installs, lists and removes packages, with pip's commands, options and output. A link named pip does the same.",
            "`dx pip help` lists the commands, `dx pip help COMMAND` explains one.",
        ],
        flags: &[],
        examples: &[
            ("dx pip install requests", "install a package and what it needs"),
            ("dx pip list", "what is installed"),
            ("dx pip help install", "every option of a command"),
        ],
        action: Action::Pip,
    },
    Command {
        name: "venv",
        arguments: "[option] ... [DIR] ...",
        summary: "Create a virtual environment",
        about: &[
            "Makes an environment of its own for packages in DIR, `.venv` by default, as PEP 405 lays it out: python, pip and pytest in \
             its bin folder are links to dx. An environment that is there already is made anew around its packages.",
        ],
        flags: crate::pkg::commands::venv::FLAGS,
        examples: &[
            ("dx venv", "create one in the current project"),
            ("dx venv --clear --prompt demo env", "create an empty one with a name for the prompt"),
            ("source .venv/bin/activate", "use it in this shell"),
        ],
        action: Action::Venv,
    },
    Command {
        name: "tool",
        arguments: "run [option] ... NAME [arg] ...",
        summary: "Run a program of a package",
        about: &[
            "Runs the program NAME of the package of that name, in an environment of its own that dx makes and keeps in its cache. \
             NAME@VERSION takes one version. Everything behind NAME belongs to the program.",
        ],
        flags: run::TOOL_FLAGS,
        examples: &[
            ("dx tool run cowsay -t hello", "install it if need be, and run it"),
            ("dx tool run --from httpie http example.org", "a program with another name than its package"),
        ],
        action: Action::Tool,
    },
    Command {
        name: "x",
        arguments: "[option] ... NAME [arg] ...",
        summary: "Run a program of a package (short for tool run)",
        about: &["Short for `dx tool run`."],
        flags: run::TOOL_FLAGS,
        examples: &[("dx x cowsay -t hello", "install it if need be, and run it")],
        action: Action::Execute,
    },
    Command {
        name: "test",
        arguments: "[option] ... [FILE] ...",
        summary: "Run tests",
        about: &["Collects and runs tests as pytest does. This build has no test runner."],
        flags: &[],
        examples: &[("dx test tests/", "run all tests below a folder")],
        action: Action::Absent,
    },
    Command {
        name: "help",
        arguments: "[COMMAND]",
        summary: "Explain dx or one of its commands",
        about: &["Prints the page of a command, or the list of commands."],
        flags: &[],
        examples: &[("dx help run", "the page of `dx run`, with every option of Python")],
        action: Action::Help,
    },
    Command {
        name: "completions",
        arguments: "SHELL",
        summary: "Print a completion script for a shell",
        about: &[
            "SHELL is bash, zsh, fish, powershell or nushell. The script completes dx and the links that `dx link` makes.",
        ],
        flags: &[],
        examples: &[
            ("dx completions bash > ~/.local/share/bash-completion/completions/dx", "install for bash"),
            ("dx completions fish > ~/.config/fish/completions/dx.fish", "install for fish"),
        ],
        action: Action::Completions,
    },
    Command {
        name: "link",
        arguments: "DIR [--force]",
        summary: "Make links named python, pip and pytest to dx",
        about: &[
            "Creates python, python3, python3.14, pip, pip3, pip3.14 and pytest in DIR, each a symbolic link to this executable. The name \
             that a process is started under chooses what it is.",
            "A link that already leads here is left alone; anything else in the way is an error, and nothing is changed.",
        ],
        flags: &[("--force", "", "replace files and links that are in the way")],
        examples: &[("dx link ~/.local/bin", "make dx the python on the PATH")],
        action: Action::Link,
    },
];

/// Flags of `dx` itself, before any command.
pub const GLOBAL_FLAGS: &[(&str, &str, &str)] = &[
    ("--help", "", "print this overview (also -h)"),
    ("--version", "", "print the versions of dx and of its Python"),
];

/// The names of links, each with the personality that it stands for.
pub const LINKS: &[(&str, Personality)] = &[
    ("python", Personality::Python),
    ("python3", Personality::Python),
    ("python3.14", Personality::Python),
    ("pip", Personality::Pip),
    ("pip3", Personality::Pip),
    ("pip3.14", Personality::Pip),
    ("pytest", Personality::Absent("test")),
];

/// Who the process is, by the name it was started under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Personality {
    Dx,
    Python,
    Pip,
    /// The command of dx that the link abbreviates, which this build lacks.
    Absent(&'static str),
}

impl Personality {
    /// Chooses by the file name in `argv[0]`; a Windows `.exe` and a login shell's leading dash don't count.
    pub fn of(argv0: &OsStr) -> Personality {
        let name = Path::new(argv0).file_name().and_then(OsStr::to_str).unwrap_or("");
        let name = name.strip_suffix(".exe").unwrap_or(name).trim_start_matches('-');
        LINKS.iter().find(|(link, _)| *link == name).map_or(Personality::Dx, |(_, personality)| *personality)
    }
}

/// The whole program: arguments in, exit status out.
pub fn main(arguments: Vec<OsString>) -> ExitStatus {
    let argv0 = arguments.first().cloned().unwrap_or_default();
    match Personality::of(&argv0) {
        Personality::Python => python(&arguments, 1, &argv0.to_string_lossy()),
        Personality::Pip => pip::pip(&arguments, 1),
        Personality::Absent(command) => absent(command),
        Personality::Dx => dx(&arguments),
    }
}

fn dx(arguments: &[OsString]) -> ExitStatus {
    let Some(first) = arguments.get(1) else {
        return show_error(&help::overview());
    };
    let word = first.to_str().unwrap_or("");
    if let Some(command) = command(word) {
        let rest = &arguments[2..];
        if rest.iter().take_while(|argument| *argument != "--").any(|argument| argument == "--help")
            && !matches!(command.action, Action::Python | Action::Pip)
            && (!matches!(command.action, Action::Tool | Action::Execute) || first_is_help(rest, command))
        {
            return show(&help::page(command));
        }
        return match command.action {
            Action::Python if rest.first().is_some_and(|argument| argument == "--help") => {
                show(&help::page(command))
            }
            Action::Python if let Some(status) = run::run(arguments) => status,
            Action::Python => python(arguments, 2, &format!("{} run", arguments[0].to_string_lossy())),
            Action::Pip => pip::pip(arguments, 2),
            Action::Venv => pip::venv(arguments, 2),
            Action::Tool => tool_command(arguments),
            Action::Execute => run::tool(arguments, 2, "x"),
            Action::Help => help_command(rest),
            Action::Completions => completions_command(rest),
            Action::Link => link::command(rest),
            Action::Absent => absent(command.name),
        };
    }
    match word {
        "--version" => show(&format!("dx {} (Python {})\n", version::DX, version::python())),
        "-h" | "--help" => show(&help::overview()),
        // `sys.executable` is dx itself when no link was used, and programs start it with Python's own options.
        _ if first.as_encoded_bytes().starts_with(b"-")
            || Path::new(first).exists()
            || word.ends_with(".py") =>
        {
            python(arguments, 1, &arguments[0].to_string_lossy())
        }
        _ => {
            complain(&format!("dx: no command and no file named '{}'", first.to_string_lossy()));
            complain("Try `dx help' for the list of commands.");
            USAGE
        }
    }
}

/// Whether `--help` is meant for the command and not for the program that it runs.
fn first_is_help(rest: &[OsString], command: &Command) -> bool {
    let skip = usize::from(matches!(command.action, Action::Tool));
    rest.iter().take(skip + 1).any(|argument| argument == "--help")
}

/// The table's entry for a name.
pub fn command(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}

fn python(arguments: &[OsString], skip: usize, program: &str) -> ExitStatus {
    match config::read(arguments, skip, &config::System::current()) {
        Ok(config::Request::Run(config)) => api::run(&config),
        Ok(config::Request::Show(text)) => show(&text.render(program)),
        Err(config::Refusal::Usage(message)) => {
            complain_bytes(&message);
            complain(&help::python_usage(program));
            complain("Try `python -h' for more information.");
            USAGE
        }
        Err(config::Refusal::Fatal { state, message }) => {
            complain(&format!("Fatal Python error: {message}\nPython runtime state: {state}\n"));
            ExitStatus::Code(1)
        }
        Err(config::Refusal::Command) => {
            complain("Unable to decode the command from the command line:");
            ExitStatus::Code(1)
        }
    }
}

fn absent(command: &str) -> ExitStatus {
    complain(&format!("dx: '{command}' is not available in this build yet"));
    USAGE
}

fn tool_command(arguments: &[OsString]) -> ExitStatus {
    match arguments.get(2).and_then(|word| word.to_str()) {
        Some("run") => run::tool(arguments, 3, "tool"),
        Some(other) => misuse("tool", &format!("there is no `dx tool {other}`")),
        None => misuse("tool", "say `run` and a program's name"),
    }
}

fn help_command(rest: &[OsString]) -> ExitStatus {
    match rest {
        [] => show(&help::overview()),
        [name] => match name.to_str().and_then(command) {
            Some(command) => show(&help::page(command)),
            None => misuse("help", &format!("no command named '{}'", name.to_string_lossy())),
        },
        _ => misuse("help", "one command at a time"),
    }
}

fn completions_command(rest: &[OsString]) -> ExitStatus {
    match rest {
        [shell] => match shell.to_str().and_then(completions::script) {
            Some(script) => show(&script),
            None => misuse("completions", &format!("no shell named '{}'", shell.to_string_lossy())),
        },
        _ => misuse("completions", "name one shell"),
    }
}

/// Says what is wrong with a command line of `dx` and how it should look.
pub(crate) fn misuse(name: &str, problem: &str) -> ExitStatus {
    complain(&format!("dx {name}: {problem}"));
    if let Some(command) = command(name) {
        complain(&help::usage(command));
    }
    USAGE
}

/// Prints to stdout. A reader that went away is no reason to fail, nor to panic.
fn show(text: &str) -> ExitStatus {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    ExitStatus::Code(0)
}

fn show_error(text: &str) -> ExitStatus {
    let _ = std::io::stderr().write_all(text.as_bytes());
    USAGE
}

/// One line to stderr.
pub(crate) fn complain(line: &str) {
    complain_bytes(line.as_bytes());
}

fn complain_bytes(line: &[u8]) {
    let _ = std::io::stderr().write_all(&[line, b"\n"].concat());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_chooses_the_personality() {
        for (argv0, expected) in [
            ("python", Personality::Python),
            ("/usr/bin/python3.14", Personality::Python),
            ("-python3", Personality::Python),
            ("python3.exe", Personality::Python),
            ("pip3", Personality::Pip),
            ("./pytest", Personality::Absent("test")),
            ("dx", Personality::Dx),
            ("python3.13", Personality::Dx),
            ("", Personality::Dx),
        ] {
            assert_eq!(Personality::of(OsStr::new(argv0)), expected, "{argv0}");
        }
    }

    #[test]
    fn every_command_has_a_page_with_an_example() {
        for command in COMMANDS {
            let page = help::page(command);
            assert!(page.contains(command.summary) && !command.examples.is_empty(), "{}", command.name);
            assert!(page.lines().all(|line| line.chars().count() <= 100), "{}", command.name);
        }
    }
}
