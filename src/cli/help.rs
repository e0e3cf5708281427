//! The pages: of dx, of each command, and Python's own `-h`, `--help-env`, `--help-xoptions`; all text follows from the tables.

use super::environment::{VARIABLES, Variable};
use super::flags::{Flag, Help, PYTHON_FLAGS, X_OPTIONS};
use super::{Action, COMMANDS, Command, GLOBAL_FLAGS};
use crate::version;

const WIDTH: usize = 79;

impl Help {
    /// The text, with the name that the program was started under.
    pub fn render(self, program: &str) -> String {
        match self {
            Help::Version => format!("Python {}\n", version::python()),
            Help::LongVersion => format!("Python {}\n", version::python_long()),
            Help::Options => python_page(program),
            Help::Environment => environment_page(),
            Help::XOptions => x_options_page(),
            Help::All => format!("{}\n{}\n{}", python_page(program), environment_page(), x_options_page()),
        }
    }
}

/// `dx --help`.
pub fn overview() -> String {
    let mut page = String::from("dx: Python 3.14 in one executable\n\nUSAGE\n");
    page += "    dx COMMAND [argument] ...\n    dx [option] ... [-c cmd | -m mod | file | -] [arg] ...\n\nCOMMANDS\n";
    for command in COMMANDS {
        entry(&mut page, 4, 14, command.name, command.summary);
    }
    page += "\nOPTIONS\n";
    for (name, _, help) in GLOBAL_FLAGS {
        entry(&mut page, 4, 14, name, help);
    }
    page += "\nEXAMPLES\n";
    for command in COMMANDS.iter().filter(|command| !matches!(command.action, Action::Absent)) {
        if let Some((line, what)) = command.examples.first() {
            page += &format!("    # {what}\n    {line}\n");
        }
    }
    page + "\n`dx help COMMAND` explains a command.\n"
}

/// `usage: dx link DIR [--force]`
pub fn usage(command: &Command) -> String {
    format!("usage: dx {} {}", command.name, command.arguments)
}

/// `dx help COMMAND`.
pub fn page(command: &Command) -> String {
    let mut page = format!(
        "NAME\n    dx {} - {}\n\nUSAGE\n    dx {} {}\n",
        command.name, command.summary, command.name, command.arguments
    );
    page += "\nDESCRIPTION\n";
    for (at, paragraph) in command.about.iter().enumerate() {
        if at > 0 {
            page.push('\n');
        }
        for line in wrap(paragraph, WIDTH - 4) {
            page += &format!("    {line}\n");
        }
    }
    let python = matches!(command.action, Action::Python);
    if python || !command.flags.is_empty() {
        page += "\nOPTIONS\n";
    }
    for (name, value, help) in command.flags {
        entry(&mut page, 4, 14, format!("{name} {value}").trim_end(), help);
    }
    if python {
        for flag in PYTHON_FLAGS {
            entry(&mut page, 4, 9, &flag_name(flag), flag.help);
        }
    }
    page += "\nEXAMPLES\n";
    for (line, what) in command.examples {
        page += &format!("    # {what}\n    {line}\n");
    }
    page
}

/// The line that CPython prints above every complaint about its command line.
pub fn python_usage(program: &str) -> String {
    format!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...")
}

fn python_page(program: &str) -> String {
    let mut page = python_usage(program);
    page += "\nOptions:\n";
    for flag in PYTHON_FLAGS {
        entry(&mut page, 0, 7, &flag_name(flag), flag.help);
    }
    page += "\nThe program and its arguments:\n";
    entry(&mut page, 0, 7, "file", "a script, or a folder or zip archive with a __main__.py");
    entry(&mut page, 0, 7, "-", "standard input (the default; a prompt on a terminal)");
    entry(&mut page, 0, 7, "arg ...", "what the program finds in sys.argv[1:]");
    page
}

fn environment_page() -> String {
    let mut page = String::from("Environment variables that change behavior:\n");
    let part = |page: &mut String, wanted: &dyn Fn(&Variable) -> bool| {
        for variable in VARIABLES.iter().filter(|variable| wanted(variable)) {
            entry(page, 0, 16, variable.name, variable.help);
        }
    };
    part(&mut page, &|variable| !variable.has_flag);
    page += "\nThese variables have equivalent command-line options (see --help for details):\n";
    part(&mut page, &|variable| variable.has_flag);
    page
}

fn x_options_page() -> String {
    let mut page = String::from("The following implementation-specific options are available:\n");
    for (name, value, help) in X_OPTIONS {
        entry(&mut page, 0, 7, &format!("-X {name}{value}"), help);
    }
    page
}

fn flag_name(flag: &Flag) -> String {
    let name = match (flag.short, flag.long) {
        (Some(short), _) => format!("-{short}"),
        (None, Some(long)) => format!("--{long}"),
        (None, None) => String::new(),
    };
    match flag.value {
        Some(value) => format!("{name} {value}"),
        None => name,
    }
}

/// `name : help`, the help wrapped behind a column.
fn entry(page: &mut String, indent: usize, column: usize, name: &str, help: &str) {
    let hanging = indent + column + 2;
    let lead = indent + name.len().max(column) + 2;
    let mut lines = Vec::new();
    let mut line = format!("{:indent$}{name:column$}: ", "");
    debug_assert_eq!(line.len(), lead);
    let mut bare = true;
    for word in help.split(' ') {
        if !bare && line.len() + 1 + word.len() > WIDTH {
            lines.push(std::mem::replace(&mut line, " ".repeat(hanging)));
            bare = true;
        }
        if !bare {
            line.push(' ');
        }
        line += word;
        bare = false;
    }
    lines.push(line);
    for line in lines {
        page.push_str(&line);
        page.push('\n');
    }
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("never empty");
        if line.is_empty() {
            *line += word;
        } else if line.len() + 1 + word.len() <= width {
            *line = format!("{line} {word}");
        } else {
            lines.push(String::from(word));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_page_is_short_and_plain() {
        let page = python_page("python");
        assert!(page.lines().count() < 50, "{}", page.lines().count());
        assert!(
            page.starts_with("usage: python") && !page.contains("PYTHONHOME") && !page.contains("-X dev")
        );
        assert!(Help::All.render("python").is_ascii());
    }

    #[test]
    fn versions_have_their_form() {
        assert_eq!(Help::Version.render(""), format!("Python {}\n", version::python()));
        assert!(Help::LongVersion.render("").contains("(dx "));
    }
}
