//! `entry_points.txt`: the objects that a distribution offers by name, its scripts among them.
//!
//! Read as `importlib.metadata` reads it: sections in brackets, `name = module:attribute [extras]` lines, `#` comments; no
//! continuation lines. Standard: "Entry points specification".

use std::fmt;

/// One entry point. `module` and `attribute` hold nothing but letters, digits, `_` and `.`, so that they can stand in code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPoint {
    pub group: String,
    pub name: String,
    pub module: String,
    /// Empty when the entry point is the module itself.
    pub attribute: String,
    /// What stands in the brackets behind the value, without them.
    pub extras: String,
}

/// A line that is no entry point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPointError {
    /// Counted from one.
    pub line: usize,
    pub text: String,
}

impl fmt::Display for EntryPointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of entry_points.txt is no entry point: {:?}", self.line, self.text)
    }
}

impl std::error::Error for EntryPointError {}

/// All entry points of a file, in its order.
///
/// Errors: a line without `=`, an empty name, a value that is not `module[:attribute] [extras]`, a line before the first section.
pub fn parse(text: &str) -> Result<Vec<EntryPoint>, EntryPointError> {
    let mut found = Vec::new();
    let mut group: Option<&str> = None;
    for (at, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            group = Some(name.trim());
            continue;
        }
        let entry = group.and_then(|group| entry_point(group, line));
        found.push(entry.ok_or_else(|| EntryPointError { line: at + 1, text: line.to_owned() })?);
    }
    Ok(found)
}

fn entry_point(group: &str, line: &str) -> Option<EntryPoint> {
    let (name, value) = line.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let (object, extras) = match value.split_once('[') {
        Some((object, extras)) => (object.trim_end(), extras.strip_suffix(']')?.trim()),
        None => (value, ""),
    };
    let (module, attribute) = match object.split_once(':') {
        Some((module, attribute)) => (module.trim_end(), attribute.trim_start()),
        None => (object, ""),
    };
    if name.is_empty() || !is_dotted(module) || !(is_dotted(attribute) || !object.contains(':')) {
        return None;
    }
    Some(EntryPoint {
        group: group.to_owned(),
        name: name.to_owned(),
        module: module.to_owned(),
        attribute: attribute.to_owned(),
        extras: extras.to_owned(),
    })
}

/// Identifiers with dots between them.
fn is_dotted(text: &str) -> bool {
    let identifier = |part: &str| {
        part.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
            && part.chars().next().is_some_and(|letter| !letter.is_numeric())
    };
    text.split('.').all(identifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_points_are_read() {
        let text = "# comment\n[console_scripts]\nflask = flask.cli:main\n  x=a.b : C.d [one, two]\n\n[my.plugins]\nm = pkg.mod";
        let found = parse(text).unwrap();
        let short: Vec<_> = found
            .iter()
            .map(|e| [&e.group, &e.name, &e.module, &e.attribute, &e.extras].map(String::as_str))
            .collect();
        assert_eq!(
            short,
            [
                ["console_scripts", "flask", "flask.cli", "main", ""],
                ["console_scripts", "x", "a.b", "C.d", "one, two"],
                ["my.plugins", "m", "pkg.mod", "", ""],
            ]
        );
    }

    #[test]
    fn code_in_a_value_is_refused() {
        for line in [
            "a = b; import os",
            "a = b:c()",
            "a = b:",
            "a = b c:d",
            "= b:c",
            "a",
            "a = b:c]",
            "a = .b:c",
            "a = b:c..d",
        ] {
            assert_eq!(parse(&format!("[console_scripts]\n{line}")).unwrap_err().line, 2, "{line}");
        }
        assert!(parse("a = b:c").is_err());
    }
}
