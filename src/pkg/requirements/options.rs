//! The options that may stand in a requirements file, as a table, and their reading.

use super::{Hash, Setting};

/// What an option means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Requirement,
    Constraint,
    Editable,
    Hash,
    ConfigSetting,
    IndexUrl,
    ExtraIndexUrl,
    NoIndex,
    FindLinks,
    NoBinary,
    OnlyBinary,
    PreferBinary,
    RequireHashes,
    NoRequireHashes,
    Pre,
    AllReleases,
    OnlyFinal,
    TrustedHost,
    UseFeature,
}

/// Every option: its letter, its names, whether a value belongs to it.
const OPTIONS: &[(Option<char>, &[&str], bool, Kind)] = &[
    (Some('r'), &["--requirement"], true, Kind::Requirement),
    (Some('c'), &["--constraint"], true, Kind::Constraint),
    (Some('e'), &["--editable"], true, Kind::Editable),
    (Some('C'), &["--config-settings", "--config-setting"], true, Kind::ConfigSetting),
    (Some('i'), &["--index-url", "--pypi-url"], true, Kind::IndexUrl),
    (Some('f'), &["--find-links"], true, Kind::FindLinks),
    (None, &["--hash"], true, Kind::Hash),
    (None, &["--extra-index-url"], true, Kind::ExtraIndexUrl),
    (None, &["--no-index"], false, Kind::NoIndex),
    (None, &["--no-binary"], true, Kind::NoBinary),
    (None, &["--only-binary"], true, Kind::OnlyBinary),
    (None, &["--prefer-binary"], false, Kind::PreferBinary),
    (None, &["--require-hashes"], false, Kind::RequireHashes),
    (None, &["--no-require-hashes"], false, Kind::NoRequireHashes),
    (None, &["--pre"], false, Kind::Pre),
    (None, &["--all-releases"], true, Kind::AllReleases),
    (None, &["--only-final"], true, Kind::OnlyFinal),
    (None, &["--trusted-host"], true, Kind::TrustedHost),
    (None, &["--use-feature"], true, Kind::UseFeature),
];

/// What a line's options say.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// `-r` and `-c`, in order; true for a constraint file.
    pub files: Vec<(String, bool)>,
    pub editables: Vec<String>,
    pub hashes: Vec<Hash>,
    pub config_settings: Vec<(String, String)>,
    /// The options for the whole run, and how each was written.
    pub settings: Vec<(Setting, String)>,
    /// Words that are no option and belong to none.
    pub others: Vec<String>,
}

/// Reads the words of a line from its first option on.
///
/// # Errors
/// The sentence that says what is wrong with them.
pub(super) fn parsed(words: Vec<String>) -> Result<Options, String> {
    let mut options = Options::default();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word == "--" {
            options.others.extend(words);
            break;
        }
        let (name, glued) = match (word.strip_prefix("--"), word.strip_prefix('-')) {
            (Some(_), _) => match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word.clone(), None),
            },
            (None, Some(short)) if !short.is_empty() => {
                let letter: String = short.chars().take(1).collect();
                let value = short.get(letter.len()..).filter(|value| !value.is_empty());
                (format!("-{letter}"), value.map(str::to_owned))
            }
            _ => {
                options.others.push(word);
                continue;
            }
        };
        let (name, takes, kind) = find(&name)?;
        let value = match (takes, glued) {
            (false, None) => String::new(),
            (false, Some(_)) => return Err(format!("{name} option does not take a value")),
            (true, Some(value)) => value,
            (true, None) => words.next().ok_or_else(|| format!("{name} option requires 1 argument"))?,
        };
        apply(&mut options, kind, name, value)?;
    }
    Ok(options)
}

/// Finds an option by its letter, its name, or a beginning of its name that no other has.
fn find(name: &str) -> Result<(String, bool, Kind), String> {
    let Some(long) = name.strip_prefix("--") else {
        let letter = name.chars().nth(1);
        let found = OPTIONS.iter().find(|(short, ..)| short.is_some() && *short == letter);
        return found
            .map(|(_, _, takes, kind)| (name.to_owned(), *takes, *kind))
            .ok_or_else(|| format!("no such option: {name}"));
    };
    let all = || {
        OPTIONS
            .iter()
            .flat_map(|(_, names, takes, kind)| names.iter().map(move |name| (*name, *takes, *kind)))
    };
    if let Some((name, takes, kind)) = all().find(|(candidate, ..)| *candidate == name) {
        return Ok((name.to_owned(), takes, kind));
    }
    let candidates: Vec<_> =
        all().filter(|(candidate, ..)| !long.is_empty() && candidate.starts_with(name)).collect();
    match candidates.as_slice() {
        [] => Err(format!("no such option: {name}")),
        [(full, takes, kind)] => Ok(((*full).to_owned(), *takes, *kind)),
        several => {
            let mut names: Vec<&str> = several.iter().map(|(name, ..)| *name).collect();
            names.sort_unstable();
            Err(format!("ambiguous option: {name} ({}?)", names.join(", ")))
        }
    }
}

fn apply(options: &mut Options, kind: Kind, name: String, value: String) -> Result<(), String> {
    let setting = match kind {
        Kind::Requirement | Kind::Constraint => {
            options.files.push((value, kind == Kind::Constraint));
            return Ok(());
        }
        Kind::Editable => {
            options.editables.push(value);
            return Ok(());
        }
        Kind::Hash => {
            options.hashes.push(Hash::parse(&value)?);
            return Ok(());
        }
        Kind::ConfigSetting => {
            let pair = value.split_once('=');
            let (key, value) =
                pair.ok_or_else(|| format!("Arguments to {name} must be of the form KEY=VAL"))?;
            options.config_settings.push((key.to_owned(), value.to_owned()));
            return Ok(());
        }
        Kind::IndexUrl => Setting::IndexUrl(value),
        Kind::ExtraIndexUrl => Setting::ExtraIndexUrl(value),
        Kind::NoIndex => Setting::NoIndex,
        Kind::FindLinks => Setting::FindLinks(value),
        Kind::NoBinary => Setting::NoBinary(value),
        Kind::OnlyBinary => Setting::OnlyBinary(value),
        Kind::PreferBinary => Setting::PreferBinary,
        Kind::RequireHashes => Setting::RequireHashes(true),
        Kind::NoRequireHashes => Setting::RequireHashes(false),
        Kind::Pre => Setting::Pre,
        Kind::AllReleases => Setting::AllReleases(value),
        Kind::OnlyFinal => Setting::OnlyFinal(value),
        Kind::TrustedHost => Setting::TrustedHost(value),
        Kind::UseFeature => Setting::UseFeature(value),
    };
    options.settings.push((setting, name));
    Ok(())
}
