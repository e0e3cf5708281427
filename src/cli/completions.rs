//! `dx completions SHELL`: scripts that follow from the tables of commands and flags.
//!
//! Every script completes commands after `dx`, flags after a dash, shells after `completions`, and files elsewhere; the links named
//! python get Python's flags.

use super::flags::{PYTHON_FLAGS, X_OPTIONS};
use super::{Action, COMMANDS, Command, GLOBAL_FLAGS, LINKS, Personality};
use crate::pkg::commands::flags as pip;

/// A shell and the writer of its script.
type Shell = (&'static str, fn() -> String);

const SHELLS: &[Shell] =
    &[("bash", bash), ("fish", fish), ("nushell", nushell), ("powershell", powershell), ("zsh", zsh)];

/// The script for a shell of that name.
pub fn script(shell: &str) -> Option<String> {
    SHELLS.iter().find(|(name, _)| *name == shell).map(|(_, write)| write())
}

/// Python's flags as they are typed, with their meaning.
fn python_flags() -> Vec<(String, &'static str)> {
    let mut flags = Vec::new();
    for flag in PYTHON_FLAGS {
        flags.extend(flag.short.map(|short| (format!("-{short}"), flag.help)));
        flags.extend(flag.long.map(|long| (format!("--{long}"), flag.help)));
    }
    flags
}

/// The words worth offering behind a command, with their meaning.
fn words(command: &Command) -> Vec<(String, &'static str)> {
    let mut words: Vec<(String, &'static str)> =
        command.flags.iter().map(|(name, _, help)| (String::from(*name), *help)).collect();
    match command.action {
        Action::Python => words.extend(python_flags()),
        Action::Completions => words.extend(SHELLS.iter().map(|(name, _)| (String::from(*name), "shell"))),
        Action::Help => {
            words.extend(COMMANDS.iter().map(|command| (String::from(command.name), command.summary)))
        }
        Action::Pip => {
            words.extend(pip::COMMANDS.iter().map(|command| (String::from(command.name), command.summary)));
            words.extend(pip::GENERAL.flags.iter().filter_map(|long| pip::named(long)).map(flag_word));
        }
        Action::Tool => words.push((String::from("run"), "run a program of a package")),
        Action::Link | Action::Venv | Action::Execute | Action::Absent => {}
    }
    words.push((String::from("--help"), "print the command's page"));
    words
}

fn flag_word(flag: &'static pip::Flag) -> (String, &'static str) {
    (format!("--{}", flag.long), flag.help)
}

/// The words worth offering behind a command of pip: its actions and its own options.
fn pip_words(command: &'static pip::Command) -> Vec<(String, &'static str)> {
    let has_actions = ["config", "cache", "index"].contains(&command.name);
    let actions = command.usages.iter().filter(|_| has_actions).filter_map(|usage| usage.split(' ').next());
    let actions = actions.map(|action| (String::from(action), command.summary));
    let mut words: Vec<(String, &'static str)> = actions.collect();
    words.extend(command.all_flags().map(flag_word));
    words
}

fn pip_links() -> Vec<&'static str> {
    LINKS.iter().filter(|(_, personality)| *personality == Personality::Pip).map(|(name, _)| *name).collect()
}

/// What stands first after `dx`: commands and global flags.
fn first_words() -> Vec<(String, &'static str)> {
    let commands = COMMANDS.iter().map(|command| (String::from(command.name), command.summary));
    commands.chain(GLOBAL_FLAGS.iter().map(|(name, _, help)| (String::from(*name), *help))).collect()
}

fn python_links() -> Vec<&'static str> {
    LINKS
        .iter()
        .filter(|(_, personality)| *personality == Personality::Python)
        .map(|(name, _)| *name)
        .collect()
}

fn x_options() -> Vec<&'static str> {
    X_OPTIONS.iter().map(|(name, _, _)| *name).collect()
}

fn joined(words: &[(String, &'static str)], separator: &str) -> String {
    words.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(separator)
}

/// Inside single quotes of a POSIX-like shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn bash() -> String {
    let mut script = String::from(
        "# bash completion for dx\n_dx() {\n    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words=\n",
    );
    script += &format!("    if [[ $previous == -X ]]; then words='{}'\n", x_options().join(" "));
    script += &format!(
        "    elif [[ ${{COMP_WORDS[0]##*/}} == python* ]]; then words='{}'\n",
        joined(&python_flags(), " ")
    );
    // `dx pip COMMAND`, or `pip COMMAND` through the link.
    script += "    elif [[ ${COMP_WORDS[0]##*/} == pip* || ( ${COMP_WORDS[1]} == pip && COMP_CWORD -gt 1 ) ]]; then\n";
    script += "        local at=2; [[ ${COMP_WORDS[0]##*/} == pip* ]] && at=1\n";
    script += "        case $(( COMP_CWORD > at )):${COMP_WORDS[at]} in\n";
    for command in pip::COMMANDS {
        script +=
            &format!("            1:{}) words='{}' ;;\n", command.name, joined(&pip_words(command), " "));
    }
    for command in COMMANDS.iter().filter(|command| matches!(command.action, Action::Pip)) {
        script += &format!("            *) words='{}' ;;\n        esac\n", joined(&words(command), " "));
    }
    script += &format!("    elif (( COMP_CWORD == 1 )); then words='{}'\n", joined(&first_words(), " "));
    script += "    else case ${COMP_WORDS[1]} in\n";
    for command in COMMANDS.iter().filter(|command| !matches!(command.action, Action::Pip)) {
        script += &format!("        {}) words='{}' ;;\n", command.name, joined(&words(command), " "));
    }
    script += "    esac; fi\n    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\n";
    let links = [python_links(), pip_links()].concat();
    script + &format!("complete -o default -o bashdefault -F _dx dx {}\n", links.join(" "))
}

fn zsh() -> String {
    let described = |words: &[(String, &'static str)]| -> String {
        words
            .iter()
            .map(|(word, help)| format!(" {}", quoted(&format!("{}:{help}", word.replace(':', "\\:")))))
            .collect()
    };
    let mut script = format!(
        "#compdef dx {}\n# zsh completion for dx\n_dx() {{\n    local -a words_here\n",
        [python_links(), pip_links()].concat().join(" ")
    );
    script +=
        &format!("    if [[ ${{words[CURRENT-1]}} == -X ]]; then words_here=({})\n", x_options().join(" "));
    script += &format!(
        "    elif [[ ${{service}} == python* ]]; then words_here=({} )\n",
        described(&python_flags())
    );
    script += "    elif [[ ${service} == pip* || ( ${words[2]} == pip && CURRENT -gt 2 ) ]]; then\n";
    script += "        local at=3; [[ ${service} == pip* ]] && at=2\n";
    script += "        case $(( CURRENT > at )):${words[at]} in\n";
    for command in pip::COMMANDS {
        script +=
            &format!("            1:{}) words_here=({} ) ;;\n", command.name, described(&pip_words(command)));
    }
    for command in COMMANDS.iter().filter(|command| matches!(command.action, Action::Pip)) {
        script += &format!("            *) words_here=({} ) ;;\n        esac\n", described(&words(command)));
    }
    script += &format!("    elif (( CURRENT == 2 )); then words_here=({} )\n", described(&first_words()));
    script += "    else case ${words[2]} in\n";
    for command in COMMANDS.iter().filter(|command| !matches!(command.action, Action::Pip)) {
        script += &format!("        {}) words_here=({} ) ;;\n", command.name, described(&words(command)));
    }
    script + "    esac; fi\n    _describe 'dx' words_here\n    _files\n}\n_dx \"$@\"\n"
}

fn fish() -> String {
    let mut script = String::from("# fish completion for dx\n");
    for (word, help) in first_words() {
        script +=
            &format!("complete -c dx -n __fish_use_subcommand -a {} -d {}\n", quoted(&word), quoted(help));
    }
    for command in COMMANDS {
        for (word, help) in words(command) {
            let condition = quoted(&format!("__fish_seen_subcommand_from {}", command.name));
            script += &format!("complete -c dx -n {condition} -a {} -d {}\n", quoted(&word), quoted(help));
        }
    }
    let names: Vec<&str> = pip::COMMANDS.iter().map(|command| command.name).collect();
    let names = names.join(" ");
    for link in pip_links() {
        for command in pip::COMMANDS {
            let condition = quoted(&format!("not __fish_seen_subcommand_from {names}"));
            script += &format!(
                "complete -c {link} -n {condition} -a {} -d {}\n",
                command.name,
                quoted(command.summary)
            );
        }
    }
    for (program, before) in pip_links()
        .into_iter()
        .map(|link| (link, ""))
        .chain([("dx", "__fish_seen_subcommand_from pip; and ")])
    {
        for command in pip::COMMANDS {
            let condition = quoted(&format!("{before}__fish_seen_subcommand_from {}", command.name));
            for (word, help) in pip_words(command) {
                let form = match word.strip_prefix("--") {
                    Some(long) => format!("-l {long}"),
                    None => format!("-a {word}"),
                };
                script += &format!("complete -c {program} -n {condition} {form} -d {}\n", quoted(help));
            }
        }
    }
    for link in python_links() {
        for (word, help) in python_flags() {
            let form = match word.strip_prefix("--") {
                Some(long) => format!("-l {long}"),
                None => format!("-s {}", &word[1..]),
            };
            script += &format!("complete -c {link} {form} -d {}\n", quoted(help));
        }
    }
    script
}

fn powershell() -> String {
    let list = |words: &[(String, &'static str)]| -> String {
        words.iter().map(|(word, _)| format!("'{word}'")).collect::<Vec<_>>().join(", ")
    };
    let names: Vec<String> =
        std::iter::once("dx").chain(python_links()).map(|name| format!("'{name}'")).collect();
    let mut script = String::from("# PowerShell completion for dx\n");
    script +=
        &format!("Register-ArgumentCompleter -Native -CommandName {} -ScriptBlock {{\n", names.join(", "));
    script += "    param($word, $ast, $position)\n    $line = @($ast.CommandElements | ForEach-Object { $_.ToString() })\n";
    script += "    $done = if ($word) { $line.Count - 1 } else { $line.Count }\n";
    script += &format!("    $words = if ($line[0] -like '*python*') {{ {} }}\n", list(&python_flags()));
    script += &format!(
        "    elseif ($done -le 1) {{ {} }}\n    else {{ switch ($line[1]) {{\n",
        list(&first_words())
    );
    for command in COMMANDS {
        if !matches!(command.action, Action::Pip) {
            script += &format!("        '{}' {{ {} }}\n", command.name, list(&words(command)));
            continue;
        }
        script += &format!("        '{}' {{ switch ($(if ($done -gt 2) {{ $line[2] }})) {{\n", command.name);
        for inner in pip::COMMANDS {
            script += &format!("            '{}' {{ {} }}\n", inner.name, list(&pip_words(inner)));
        }
        script += &format!("            default {{ {} }}\n        }} }}\n", list(&words(command)));
    }
    script
        + "    } }\n    $words | Where-Object { $_ -like \"$word*\" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }\n}\n"
}

fn nushell() -> String {
    let list = |words: &[(String, &'static str)]| -> String {
        words
            .iter()
            .map(|(word, help)| format!("    {{ value: \"{word}\", description: \"{help}\" }}\n"))
            .collect()
    };
    let mut script = format!(
        "# nushell completion for dx\ndef \"nu-complete dx commands\" [] {{ [\n{}] }}\n",
        list(&first_words())
    );
    script += "export extern \"dx\" [command?: string@\"nu-complete dx commands\", ...arguments: string]\n";
    for command in COMMANDS {
        let name = command.name;
        script += &format!("def \"nu-complete dx {name}\" [] {{ [\n{}] }}\n", list(&words(command)));
        script += &format!("export extern \"dx {name}\" [...arguments: string@\"nu-complete dx {name}\"]\n");
    }
    for command in pip::COMMANDS {
        let name = command.name;
        script += &format!("def \"nu-complete dx pip {name}\" [] {{ [\n{}] }}\n", list(&pip_words(command)));
        script += &format!(
            "export extern \"dx pip {name}\" [...arguments: string@\"nu-complete dx pip {name}\"]\n"
        );
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_names_every_command_and_flag() {
        for (shell, write) in SHELLS {
            let script = write();
            for command in COMMANDS {
                assert!(script.contains(command.name), "{shell}: {}", command.name);
            }
            for name in ["--force", "--version", "check-hash-based-pycs", "nushell"] {
                assert!(script.contains(name), "{shell}: {name}");
            }
            for command in pip::COMMANDS {
                for flag in command.all_flags() {
                    assert!(script.contains(flag.long), "{shell}: {} --{}", command.name, flag.long);
                }
            }
        }
        assert!(script("tcsh").is_none());
    }
}
