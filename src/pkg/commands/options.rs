//! A command line of `dx pip`, read by the tables in `flags`, with pip's configuration behind it.
//!
//! As pip's parser does: options and operands mix, `--name=value` and `--name value`, `-rfile`, `-qq`, long names may be shortened
//! while they stay unique, `--` ends the options. An option that is not given is looked up in the configuration (environment variables,
//! then files).

use std::fmt;

use super::super::index::config::{ConfigError, Settings};
use super::flags::{self, Command, Flag, GENERAL, Kind};

/// What was given.
#[derive(Debug, Default)]
pub struct Given {
    options: Vec<(&'static Flag, String)>,
    pub operands: Vec<String>,
}

/// A command line that pip would not take either.
#[derive(Debug, PartialEq, Eq)]
pub struct UsageError(pub String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// The options that may stand in front of the command's name, then the name, then what follows.
pub fn split(arguments: &[String]) -> Result<(Given, Option<String>, Vec<String>), UsageError> {
    let general: Vec<&'static Flag> = GENERAL.flags.iter().filter_map(|long| flags::named(long)).collect();
    let mut given = Given::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--" || !argument.starts_with('-') || argument == "-" {
            return Ok((given, Some(argument.clone()), rest.cloned().collect()));
        }
        read(&general, argument, &mut rest, &mut given)?;
    }
    Ok((given, None, Vec::new()))
}

/// Reads what follows a command's name into `given`.
pub fn parse(command: &Command, arguments: &[String], given: &mut Given) -> Result<(), UsageError> {
    let known: Vec<&'static Flag> = command.all_flags().collect();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            given.operands.extend(rest.by_ref().cloned());
        } else if argument.starts_with('-') && argument != "-" {
            read(&known, argument, &mut rest, given)?;
        } else {
            given.operands.push(argument.clone());
        }
    }
    Ok(())
}

/// Reads one word that begins with a hyphen, and the value behind it.
fn read<'a>(
    known: &[&'static Flag],
    word: &str,
    rest: &mut impl Iterator<Item = &'a String>,
    given: &mut Given,
) -> Result<(), UsageError> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (long, None),
        };
        let flag = find(known, name)?;
        let value = match (flag.kind, value) {
            (Kind::Switch | Kind::Count, Some(_)) => {
                return Err(UsageError(format!("--{} option does not take a value", flag.long)));
            }
            (Kind::Switch | Kind::Count, None) => String::new(),
            (_, Some(value)) => value,
            (_, None) => match rest.next() {
                Some(value) => value.clone(),
                None => return Err(UsageError(format!("--{} option requires 1 argument", flag.long))),
            },
        };
        given.options.push((flag, value));
        return Ok(());
    }
    for (place, letter) in word.char_indices().skip(1) {
        let Some(flag) = known.iter().find(|flag| flag.short == Some(letter)) else {
            return Err(UsageError(format!("no such option: -{letter}")));
        };
        if matches!(flag.kind, Kind::Switch | Kind::Count) {
            given.options.push((flag, String::new()));
            continue;
        }
        let attached = &word[place + letter.len_utf8()..];
        let value = match attached.is_empty() {
            false => attached.to_owned(),
            true => match rest.next() {
                Some(value) => value.clone(),
                None => return Err(UsageError(format!("-{letter} option requires 1 argument"))),
            },
        };
        given.options.push((flag, value));
        break;
    }
    Ok(())
}

fn find(known: &[&'static Flag], name: &str) -> Result<&'static Flag, UsageError> {
    // `-e` of `list` is pip's `--editable`.
    let matches_name = |flag: &&&'static Flag| {
        flag.long == name
            || flag.aliases.contains(&name)
            || flag.long == "editable-only" && name == "editable"
    };
    if let Some(flag) = known.iter().find(matches_name) {
        return Ok(flag);
    }
    let mut beginning: Vec<&'static Flag> =
        known.iter().copied().filter(|flag| !name.is_empty() && flag.long.starts_with(name)).collect();
    beginning.dedup_by_key(|flag| flag.long);
    match beginning.as_slice() {
        [flag] => Ok(flag),
        [] => Err(UsageError(format!("no such option: --{name}"))),
        several => {
            let mut names: Vec<String> = several.iter().map(|flag| format!("--{}", flag.long)).collect();
            names.sort();
            Err(UsageError(format!("ambiguous option: --{name} ({}?)", names.join(", "))))
        }
    }
}

/// A command's options: what was given, else what is configured.
pub struct Options {
    pub given: Given,
    pub settings: Settings,
    pub command: &'static str,
}

impl Options {
    /// Whether an option without a value is on.
    pub fn switch(&self, long: &str) -> Result<bool, ConfigError> {
        match self.given.has(long) {
            true => Ok(true),
            false => Ok(self.settings.flag(self.command, long)?.unwrap_or(false)),
        }
    }

    /// How often an option was given.
    pub fn count(&self, long: &str) -> Result<usize, ConfigError> {
        match self.given.count(long) {
            0 => Ok(self.settings.number(self.command, long)?.unwrap_or(0)),
            count => Ok(count),
        }
    }

    /// An option's last value.
    pub fn value(&self, long: &str) -> Option<&str> {
        let configured = || self.settings.get(self.command, long).map(|(value, _)| value.trim());
        self.given.value(long).or_else(configured)
    }

    /// All values of an option.
    pub fn values(&self, long: &str) -> Vec<String> {
        match self.given.has(long) {
            true => self.given.values(long),
            false => self.settings.list(self.command, long),
        }
    }
}

impl Given {
    pub fn has(&self, long: &str) -> bool {
        self.options.iter().any(|(flag, _)| flag.long == long)
    }

    pub fn count(&self, long: &str) -> usize {
        self.options.iter().filter(|(flag, _)| flag.long == long).count()
    }

    pub fn value(&self, long: &str) -> Option<&str> {
        self.options.iter().rev().find(|(flag, _)| flag.long == long).map(|(_, value)| value.as_str())
    }

    pub fn values(&self, long: &str) -> Vec<String> {
        self.options.iter().filter(|(flag, _)| flag.long == long).map(|(_, value)| value.clone()).collect()
    }

    /// The values of several options in the order given, each with its option's name.
    pub fn in_order<'g>(&'g self, longs: &'g [&str]) -> impl Iterator<Item = (&'static str, &'g str)> {
        self.options
            .iter()
            .filter(|(flag, _)| longs.contains(&flag.long))
            .map(|(flag, value)| (flag.long, value.as_str()))
    }
}
