//! Help pages of `dx pip`, made from the tables in `flags`.

use std::fmt::Write;

use super::flags::{COMMANDS, Command, Flag, GENERAL, Kind, named};

/// Columns of a page.
const WIDTH: usize = 100;
/// Where explanations begin.
const COLUMN: usize = 30;

/// The usage of a command, as it stands above an error.
pub fn usage(program: &str, command: &Command) -> String {
    let mut text = String::from("Usage:");
    for line in command.usages {
        let _ = write!(text, "\n  {program} {} {line}", command.name);
    }
    text
}

/// The usage without a command.
pub fn overview_usage(program: &str) -> String {
    format!("Usage:\n  {program} <command> [options]")
}

/// All commands, and the options that each takes.
pub fn overview(program: &str) -> String {
    let mut text = format!("\n{}\n\nCommands:\n", overview_usage(program));
    for command in COMMANDS {
        item(&mut text, command.name, command.summary);
    }
    text.push_str("\nGeneral Options:\n");
    for flag in GENERAL.flags.iter().filter_map(|long| named(long)) {
        item(&mut text, &spelling(flag), flag.help);
    }
    text
}

/// A command's page.
pub fn page(program: &str, command: &Command) -> String {
    let mut text = format!("\n{}\n\nDescription:\n", usage(program, command));
    for paragraph in command.about {
        wrapped(&mut text, 2, paragraph);
    }
    let heading = {
        let mut letters = command.name.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    if !command.flags.is_empty() {
        let _ = write!(text, "\n{heading} Options:\n");
        for flag in command.flags.iter().filter_map(|long| named(long)) {
            item(&mut text, &spelling(flag), flag.help);
        }
    }
    for group in command.groups.iter().copied().chain([&GENERAL]) {
        let _ = write!(text, "\n{}:\n", group.title);
        for flag in group.flags.iter().filter_map(|long| named(long)) {
            item(&mut text, &spelling(flag), flag.help);
        }
    }
    text.push_str("\nExamples:\n");
    for (line, meaning) in command.examples {
        let _ = writeln!(text, "  {line}\n      {meaning}");
    }
    text
}

/// `-r, --requirement <file>`
fn spelling(flag: &Flag) -> String {
    let mut text = flag.short.map(|short| format!("-{short}, ")).unwrap_or_default();
    let long = if flag.long == "editable-only" { "editable" } else { flag.long };
    let _ = write!(text, "--{long}");
    if !matches!(flag.kind, Kind::Switch | Kind::Count) {
        let _ = write!(text, " <{}>", flag.value);
    }
    text
}

/// A term at the left with its explanation beside it, or below where the term is long.
fn item(text: &mut String, term: &str, meaning: &str) {
    let mut line = format!("  {term}");
    if line.len() + 2 > COLUMN {
        text.push_str(&line);
        text.push('\n');
        line.clear();
    }
    let _ = write!(text, "{line:COLUMN$}");
    let mut column = COLUMN;
    for (place, word) in meaning.split(' ').enumerate() {
        if place > 0 && column + 1 + word.len() > WIDTH {
            let _ = write!(text, "\n{:COLUMN$}", "");
            column = COLUMN;
        } else if place > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += word.len();
    }
    text.push('\n');
}

fn wrapped(text: &mut String, indent: usize, paragraph: &str) {
    let mut column = WIDTH + 1;
    for word in paragraph.split(' ') {
        if column + 1 + word.len() > WIDTH {
            if column <= WIDTH {
                text.push('\n');
            }
            let _ = write!(text, "{:indent$}", "");
            column = indent;
        } else {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += word.len();
    }
    text.push('\n');
}
