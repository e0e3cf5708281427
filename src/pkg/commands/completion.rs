//! `dx pip completion`, and the answers that its scripts ask for.
//!
//! The protocol is pip's, so that a script which pip wrote works with dx's links too: the shell starts the program with
//! `PIP_AUTO_COMPLETE`, `COMP_WORDS` (the line) and `COMP_CWORD` (which word is being typed) and reads words from standard output.

use std::fs;
use std::path::Path;

use super::super::install::installed;
use super::super::venv::Environment;
use super::flags::{self, Command, Flag, GENERAL, Kind};
use super::session::{Host, Session, Trouble};

type Script = (&'static str, fn(&str) -> String);

const SCRIPTS: &[Script] = &[("bash", bash), ("fish", fish), ("powershell", powershell), ("zsh", zsh)];

/// The command.
pub fn completion(session: &Session<'_>) -> Result<i32, Trouble> {
    let given = &session.options.given;
    match SCRIPTS.iter().rev().find(|(shell, _)| given.has(shell)) {
        Some((shell, script)) => {
            let script = script(&session.program);
            session
                .ui
                .result(&format!("\n# pip {shell} completion start\n{script}# pip {shell} completion end\n"));
        }
        None => {
            let shells: Vec<String> = SCRIPTS.iter().map(|(shell, _)| format!("--{shell}")).collect();
            eprintln!("ERROR: You must pass {}", shells.join(" or "));
        }
    }
    Ok(0)
}

fn bash(program: &str) -> String {
    let name = first_word(program);
    format!(
        r#"_dx_pip_completion()
{{
    local IFS=$' \t\n'
    COMPREPLY=( $( COMP_WORDS="${{COMP_WORDS[*]}}" COMP_CWORD=$COMP_CWORD PIP_AUTO_COMPLETE=1 "$1" 2>/dev/null ) )
}}
complete -o default -F _dx_pip_completion {name}
"#
    )
}

fn zsh(_: &str) -> String {
    String::from(
        r#"#compdef -P pip[0-9.]#
__dx_pip() {
    compadd $( COMP_WORDS="$words[*]" COMP_CWORD=$((CURRENT-1)) PIP_AUTO_COMPLETE=1 $words[1] 2>/dev/null )
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    __dx_pip "$@"
else
    compdef __dx_pip -P 'pip[0-9.]#'
fi
"#,
    )
}

fn fish(program: &str) -> String {
    let name = first_word(program);
    format!(
        r#"function __fish_complete_dx_pip
    set -lx COMP_WORDS (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor)
    set -lx COMP_CWORD (math (count $COMP_WORDS) - 1)
    set -lx PIP_AUTO_COMPLETE 1
    string split \  -- (eval $COMP_WORDS[1])
end
complete -fa "(__fish_complete_dx_pip)" -c {name}
"#
    )
}

fn powershell(program: &str) -> String {
    let name = first_word(program);
    format!(
        r#"Register-ArgumentCompleter -Native -CommandName '{name}' -ScriptBlock {{
    param($word, $ast, $position)
    $Env:COMP_WORDS = $ast.ToString().PadRight($position)
    $Env:COMP_CWORD = $ast.CommandElements.Count - [int][bool]$word
    $Env:PIP_AUTO_COMPLETE = 1
    try {{ (& {name}).Split() | Where-Object {{ $_ -like "$word*" }} }}
    finally {{ Remove-Item Env:COMP_WORDS, Env:COMP_CWORD, Env:PIP_AUTO_COMPLETE }}
}}
"#
    )
}

/// Shells complete by the program's name: `dx pip` has its words in `dx completions`, so the link is meant.
fn first_word(program: &str) -> &str {
    if program.contains(' ') { "pip" } else { program }
}

/// Writes the words that fit to what is typed. Answers with pip's exit code for that.
pub fn complete(host: &Host<'_>) -> i32 {
    let variables = &host.variables;
    let words: Vec<&str> = variables.get("COMP_WORDS").unwrap_or_default().split_whitespace().collect();
    let at: usize = variables.get("COMP_CWORD").and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    let typed = words.get(at).copied().unwrap_or_default();
    // `dx pip …`: what pip would take for its own name is two words here.
    let skip = usize::from(words.get(1) == Some(&"pip")) + 1;
    let before: Vec<&str> = words.iter().take(at).skip(skip).copied().collect();
    let found = candidates(host, &before, typed);
    println!("{}", found.join(" "));
    1
}

fn candidates(host: &Host<'_>, before: &[&str], typed: &str) -> Vec<String> {
    let command = before.iter().find_map(|word| flags::command(word));
    let begins = |word: &String| word.starts_with(typed);
    let Some(command) = command else {
        if typed.starts_with('-') {
            let general = GENERAL.flags.iter().filter_map(|long| flags::named(long));
            return general.map(|flag| format!("--{}", flag.long)).filter(begins).collect();
        }
        return flags::COMMANDS.iter().map(|command| command.name.to_owned()).filter(begins).collect();
    };
    if typed.starts_with('-') {
        return options(command, before, typed);
    }
    let waiting = before.last().and_then(|last| flag_of(command, last)).filter(|flag| !flag.value.is_empty());
    match command.name {
        _ if let Some(flag) = waiting => values(flag, typed),
        "help" => flags::COMMANDS.iter().map(|command| command.name.to_owned()).filter(begins).collect(),
        "show" | "uninstall" | "tree" => {
            let names = packages(host).into_iter().filter(|name| !before.contains(&name.as_str()));
            names.filter(|name| name.to_lowercase().starts_with(&typed.to_lowercase())).collect()
        }
        "install" | "hash" | "sync" | "compile" => paths(typed, false),
        name => {
            let usages = command.usages.iter().filter_map(|usage| usage.split_whitespace().next());
            match name {
                "config" | "cache" | "index" => usages.map(str::to_owned).filter(begins).collect(),
                _ => Vec::new(),
            }
        }
    }
}

/// The options that were not given yet, with `=` where a value follows.
fn options(command: &Command, before: &[&str], typed: &str) -> Vec<String> {
    if let Some((name, value)) = typed.split_once('=') {
        return flag_of(command, name).map(|flag| values(flag, value)).unwrap_or_default();
    }
    let given: Vec<&str> =
        before.iter().map(|word| word.split_once('=').map_or(*word, |(name, _)| name)).collect();
    let mut found: Vec<String> = command
        .all_flags()
        .filter(|flag| flag.kind == Kind::Many || !given.contains(&format!("--{}", flag.long).as_str()))
        .map(|flag| match flag.kind {
            Kind::Switch | Kind::Count => format!("--{}", flag.long),
            Kind::One | Kind::Many => format!("--{}=", flag.long),
        })
        .filter(|word| word.starts_with(typed))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The option that a word is, if it is one that waits for its value.
fn flag_of(command: &Command, word: &str) -> Option<&'static Flag> {
    let named = |flag: &&'static Flag| match word.strip_prefix("--") {
        Some(long) => flag.long == long || flag.aliases.contains(&long),
        None => word.strip_prefix('-').is_some_and(|rest| {
            let mut letters = rest.chars();
            flag.short == letters.next() && letters.next().is_none()
        }),
    };
    command.all_flags().find(named)
}

/// What may stand behind an option, as far as it is a path.
fn values(flag: &Flag, typed: &str) -> Vec<String> {
    match flag.value {
        "dir" => paths(typed, true),
        value if value.contains("file") || value.contains("path") => paths(typed, false),
        _ => Vec::new(),
    }
}

/// Files and folders that begin like this.
fn paths(typed: &str, only_folders: bool) -> Vec<String> {
    let (folder, name) = match typed.rsplit_once('/') {
        Some((folder, name)) => (format!("{folder}/"), name),
        None => (String::new(), typed),
    };
    let place = if folder.is_empty() { Path::new(".") } else { Path::new(&folder) };
    let mut found = Vec::new();
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        if file.starts_with(name) && (!file.starts_with('.') || name.starts_with('.')) {
            match entry.path().is_dir() {
                true => found.push(format!("{folder}{file}/")),
                false if !only_folders => found.push(format!("{folder}{file}")),
                false => {}
            }
        }
    }
    found.sort();
    found
}

/// What is installed in the environment of the running link or the active one.
fn packages(host: &Host<'_>) -> Vec<String> {
    let folder = std::env::current_dir().unwrap_or_default();
    let found = Environment::find(&super::session::search(host, &folder, &|name| {
        host.variables.get(name).map(Into::into)
    }));
    let Ok(environment) = found else { return Vec::new() };
    let Ok(scan) = installed::scan(&environment.purelib()) else { return Vec::new() };
    scan.distributions.iter().map(installed::Installed::spelt_name).collect()
}
