//! `dx pip config`: pip's configuration files, shown and changed.
//!
//! Files and their order are pip's (`index::config`), and so is the choice of the file: `get`, `set`, `unset` and `edit` mean the file of
//! the environment if it has one, else the user's, unless `--global`, `--user` or `--site` says otherwise.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use super::super::index::config::{ConfigError, ENVIRONMENT, Kind, Layer, Settings, file_places};
use super::super::index::config_edit;
use super::session::{Session, Trouble, places};

/// The command.
pub fn config(session: &Session<'_>) -> Result<i32, Trouble> {
    const NEEDED: &str = "Need an action (debug, edit, get, list, set, unset) to perform.";
    let Some((action, rest)) = session.options.given.operands.split_first() else {
        return Err(Trouble::new(NEEDED));
    };
    let kind = kind(session)?;
    match action.as_str() {
        "list" => {
            expect::<0>(session, rest, "list")?;
            list(session, kind)?;
        }
        "debug" => {
            expect::<0>(session, rest, "debug")?;
            debug(session)?;
        }
        "get" => {
            let [key] = expect(session, rest, "get [name]")?;
            let kind = chosen(session, kind)?;
            session.ui.result(&get(session, kind, key)?);
        }
        "set" => {
            let [key, value] = expect(session, rest, "set [name] [value]")?;
            let path = file(session, kind)?;
            config_edit::set(&path, key, value).map_err(in_pips_words)?;
            session.ui.say(&format!("Writing to {}", path.display()));
        }
        "unset" => {
            let [key] = expect(session, rest, "unset [name]")?;
            let path = file(session, kind)?;
            config_edit::unset(&path, key).map_err(in_pips_words)?;
            session.ui.say(&format!("Writing to {}", path.display()));
        }
        "edit" => {
            expect::<0>(session, rest, "edit")?;
            edit(session, &file(session, kind)?)?;
        }
        _ => return Err(Trouble::new(NEEDED)),
    }
    Ok(0)
}

/// The kind of file that the options name.
fn kind(session: &Session<'_>) -> Result<Option<Kind>, Trouble> {
    let given = &session.options.given;
    let named: Vec<Kind> = [("user", Kind::User), ("global", Kind::Global), ("site", Kind::Site)]
        .into_iter()
        .filter(|(long, _)| given.has(long))
        .map(|(_, kind)| kind)
        .collect();
    match named.as_slice() {
        [] => Ok(None),
        [kind] => Ok(Some(*kind)),
        _ => {
            Err(Trouble::new("Need exactly one file to operate upon (--user, --site, --global) to perform."))
        }
    }
}

/// All files that count, lowest first.
fn files(session: &Session<'_>) -> Result<Vec<(Kind, PathBuf)>, Trouble> {
    let options = &session.options;
    let places = places(session.host, options.value("python"), options.switch("isolated")?);
    Ok(file_places(&session.host.variables, &places))
}

/// The kind that is meant where one file is.
fn chosen(session: &Session<'_>, kind: Option<Kind>) -> Result<Kind, Trouble> {
    if let Some(kind) = kind {
        return Ok(kind);
    }
    let has_site = files(session)?.iter().any(|(kind, path)| *kind == Kind::Site && path.exists());
    Ok(if has_site { Kind::Site } else { Kind::User })
}

/// The file to change.
fn file(session: &Session<'_>, kind: Option<Kind>) -> Result<PathBuf, Trouble> {
    let kind = chosen(session, kind)?;
    let found = files(session)?.into_iter().rev().find(|(found, _)| *found == kind);
    found.map(|(_, path)| path).ok_or_else(|| {
        let trouble = Trouble::new(format!("there is no {kind} configuration file to change"));
        match kind {
            Kind::Site => trouble.with_hint("no environment is active; --user changes your own file"),
            _ => trouble.with_hint("PIP_CONFIG_FILE takes its place"),
        }
    })
}

/// Exactly so many words, or pip's complaint with an example.
fn expect<'w, const N: usize>(
    session: &Session<'_>,
    words: &'w [String],
    example: &str,
) -> Result<&'w [String; N], Trouble> {
    words.try_into().map_err(|_| {
        Trouble::new(format!(
            "Got unexpected number of arguments, expected {N}. (example: \"{} config {example}\")",
            session.program
        ))
    })
}

fn in_pips_words(error: ConfigError) -> Trouble {
    match &error {
        ConfigError::Key { key } => Trouble::new(format!(
            "Key does not contain dot separated section and key. Perhaps you wanted to use 'global.{key}' instead?"
        )),
        ConfigError::NoSuchKey { key } => Trouble::new(format!("No such key - {key}")),
        _ => Trouble::from(error),
    }
}

/// The layers of a kind, and the environment's variables, which always count; without a kind all.
fn layers(settings: &Settings, kind: Option<Kind>) -> impl Iterator<Item = &Layer> {
    settings
        .layers()
        .iter()
        .filter(move |layer| kind.is_none_or(|kind| layer.kind == kind || layer.kind == Kind::EnvVar))
}

fn list(session: &Session<'_>, kind: Option<Kind>) -> Result<(), Trouble> {
    let mut files: BTreeMap<String, BTreeMap<String, &str>> = BTreeMap::new();
    for layer in layers(&session.options.settings, kind) {
        let file =
            layer.path.as_ref().map_or_else(|| ENVIRONMENT.to_owned(), |path| path.display().to_string());
        let values = files.entry(file).or_default();
        for (section, option, value) in &layer.entries {
            values.insert(format!("{section}.{option}"), value);
        }
    }
    for (key, value) in files.values().flatten() {
        session.ui.result(&format!("{key}={}", quoted(value)));
    }
    Ok(())
}

fn get(session: &Session<'_>, kind: Kind, key: &str) -> Result<String, Trouble> {
    let wanted = key.to_lowercase().replace('_', "-");
    let wanted = wanted.strip_prefix("--").unwrap_or(&wanted);
    let found = layers(&session.options.settings, Some(kind))
        .flat_map(|layer| &layer.entries)
        .filter(|(section, option, _)| format!("{section}.{option}").to_lowercase() == wanted)
        .last();
    match found {
        Some((_, _, value)) => Ok(value.clone()),
        None if !wanted.contains('.') => Err(in_pips_words(ConfigError::Key { key: wanted.to_owned() })),
        None => Err(in_pips_words(ConfigError::NoSuchKey { key: key.to_owned() })),
    }
}

fn debug(session: &Session<'_>) -> Result<(), Trouble> {
    let settings = &session.options.settings;
    session.ui.result("env_var:");
    let variables: BTreeMap<String, &str> = session
        .host
        .variables
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("PIP_")?.to_uppercase(), value)))
        .filter(|(name, _)| !["VERSION", "HELP"].contains(&name.as_str()))
        .collect();
    for (name, value) in variables {
        session.ui.result(&format!("  PIP_{name}={}", quoted(value)));
    }
    let has_user = settings.layers().iter().any(|layer| layer.kind == Kind::User);
    for kind in [Kind::Env, Kind::Global, Kind::Site, Kind::User] {
        if kind == Kind::User && !has_user {
            continue;
        }
        session.ui.result(&format!("{kind}:"));
        for layer in settings.layers().iter().filter(|layer| layer.kind == kind) {
            let Some(path) = &layer.path else { continue };
            let exists = if layer.exists { "True" } else { "False" };
            session.ui.result(&format!("  {}, exists: {exists}", path.display()));
            for (section, option, value) in &layer.entries {
                session.ui.result(&format!("    {section}.{option}: {value}"));
            }
        }
    }
    Ok(())
}

/// A text as Python writes it.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter == quote => out.extend(['\\', letter]),
            letter if letter.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out.push(quote);
    out
}

/// Opens the file in an editor, whose command may have arguments of its own.
fn edit(session: &Session<'_>, path: &std::path::Path) -> Result<(), Trouble> {
    let variables = &session.host.variables;
    let editor = session
        .options
        .given
        .value("editor")
        .or_else(|| variables.get("VISUAL"))
        .or_else(|| variables.get("EDITOR"))
        .ok_or_else(|| {
            Trouble::new("Could not determine editor to use.")
                .with_hint("set VISUAL or EDITOR, or name one with --editor")
        })?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| Trouble::new(format!("cannot create {}: {error}", folder.display())))?;
    }
    let mut command = if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.arg("/C").arg(editor).arg(path);
        command
    } else {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(path);
        command
    };
    let status = command
        .status()
        .map_err(|error| Trouble::new(format!("cannot start the editor {editor}: {error}")))?;
    match status.success() {
        true => Ok(()),
        false => Err(Trouble::new(format!(
            "Editor Subprocess exited with exit code {}",
            status.code().map_or_else(|| String::from("none"), |code| code.to_string())
        ))),
    }
}
