//! Changing one key of a `pip.conf`, its comments and order kept.
//!
//! What `config set` and `config unset` do to a file. The text is changed by lines, and written to a new file that takes the
//! old one's place in one step.

use std::io::Write;
use std::path::Path;

use super::config::{ConfigError, Line, indent_of, line_kind, normalise};

/// Sets `SECTION.OPTION` in a file, which is made, with its folder, if need be.
///
/// # Errors
/// A key without its section, a file that is no configuration file, or one that cannot be written.
pub fn set(path: &Path, key: &str, value: &str) -> Result<(), ConfigError> {
    let (section, option) = split_key(key)?;
    let mut lines = Lines::read(path)?;
    let value = value.lines().map(str::trim).collect::<Vec<_>>().join("\n    ");
    let entry = format!("{option} = {value}");
    match lines.find(section, &option)? {
        Found::Entry { start, end } => {
            lines.text.splice(start..end, [entry]);
        }
        Found::Section { end } => lines.text.insert(end, entry),
        Found::Nothing => {
            if lines.text.last().is_some_and(|line| !line.trim().is_empty()) {
                lines.text.push(String::new());
            }
            lines.text.extend([format!("[{section}]"), entry]);
        }
    }
    lines.write(path)
}

/// Removes `SECTION.OPTION` from a file; a section left without settings and comments goes too.
///
/// # Errors
/// As [`set`]; also when the key is not there.
pub fn unset(path: &Path, key: &str) -> Result<(), ConfigError> {
    let (section, option) = split_key(key)?;
    let mut lines = Lines::read(path)?;
    let Found::Entry { start, end } = lines.find(section, &option)? else {
        return Err(ConfigError::NoSuchKey { key: key.into() });
    };
    lines.text.drain(start..end);
    // Up to its heading and down to the next one nothing is left but empty lines.
    let is_empty = |line: &&String| line.trim().is_empty();
    let above = lines.text.iter().take(start).rev().take_while(is_empty).count();
    let below = lines.text.iter().skip(start).take_while(is_empty).count();
    let head = start.saturating_sub(above + 1);
    let heading = lines.text.get(head).is_some_and(|line| line.trim_start().starts_with('['));
    let ends = lines.text.get(start + below).is_none_or(|line| line.trim_start().starts_with('['));
    if start > above && heading && ends {
        lines.text.drain(head..start + below);
        // Empty lines set sections apart; at the end of the file there is nothing to set apart.
        while lines.text.last().is_some_and(|line| line.trim().is_empty()) {
            lines.text.pop();
        }
    }
    lines.write(path)
}

fn split_key(key: &str) -> Result<(&str, String), ConfigError> {
    match key.split_once('.') {
        Some((section, option)) if !section.is_empty() && !option.is_empty() => {
            Ok((section, normalise(option)))
        }
        _ => Err(ConfigError::Key { key: key.into() }),
    }
}

enum Found {
    /// The lines of the entry.
    Entry {
        start: usize,
        end: usize,
    },
    /// The section is there; a new entry goes before this line.
    Section {
        end: usize,
    },
    Nothing,
}

struct Lines {
    text: Vec<String>,
    path: std::path::PathBuf,
}

impl Lines {
    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text.lines().map(String::from).collect(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(ConfigError::Read { path: path.into(), source }),
        };
        Ok(Self { text, path: path.into() })
    }

    fn find(&self, section: &str, option: &str) -> Result<Found, ConfigError> {
        let mut inside = false;
        let mut found = Found::Nothing;
        let mut within = None;
        let mut wanted: Option<usize> = None;
        for (at, line) in self.text.iter().enumerate() {
            let kind = line_kind(line, within).map_err(|what| ConfigError::Syntax {
                path: self.path.clone(),
                line: at + 1,
                what,
            })?;
            match kind {
                Line::Blank => continue,
                Line::More(_) => {
                    if let (Some(_), Found::Entry { end, .. }) = (wanted, &mut found) {
                        *end = at + 1;
                        continue;
                    }
                }
                Line::Section(name) => {
                    if wanted.is_some() {
                        break;
                    }
                    inside = name == section;
                    within = None;
                }
                Line::Entry { key, .. } => {
                    if wanted.is_some() {
                        break;
                    }
                    within = Some(indent_of(line));
                    if inside && normalise(key) == option {
                        wanted = Some(at);
                        found = Found::Entry { start: at, end: at + 1 };
                        continue;
                    }
                }
            }
            if inside {
                found = Found::Section { end: at + 1 };
            }
        }
        Ok(found)
    }

    fn write(&self, path: &Path) -> Result<(), ConfigError> {
        let error = |source| ConfigError::Write { path: path.into(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(error)?;
        }
        // A link stays one: the file that it names is replaced.
        let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let mut name = target.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}.new", std::process::id()));
        let temporary = target.with_file_name(name);
        let mut text = self.text.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        let written = (|| {
            let mut file = std::fs::File::create(&temporary)?;
            if let Ok(old) = std::fs::metadata(&target) {
                file.set_permissions(old.permissions())?;
            }
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&temporary, &target)
        })();
        if written.is_err() {
            let _ = std::fs::remove_file(&temporary);
        }
        written.map_err(error)
    }
}
