//! Dependency groups: `[dependency-groups]` of `pyproject.toml`, with their includes followed.
//!
//! Names are compared normalised; two that become one are an error, and so is an include that leads back to where it came from. A
//! group that is included by several ways gives its requirements once, where it is met first: otherwise groups that include each other
//! twice would double with every step.
//!
//! Standard: PEP 735.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use toml::Value;

/// The groups of a project, by normalised name.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    groups: BTreeMap<String, Group>,
}

#[derive(Clone, Debug)]
struct Group {
    written: String,
    value: Value,
}

/// Why a group cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupsError {
    /// `[dependency-groups]` is no table.
    NotATable,
    /// Two names are one once normalised.
    Duplicate { name: String, first: String, second: String },
    /// There is no group of this name.
    Unknown { group: String, known: Vec<String> },
    /// A group includes itself, by the way of these names.
    Cycle { requested: String, way: Vec<String> },
    /// A group, or one of its items, has a form that the standard does not know.
    Invalid { group: String, message: String },
}

impl fmt::Display for GroupsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GroupsError::NotATable => write!(out, "[dependency-groups] is no table"),
            GroupsError::Duplicate { name, first, second } => {
                write!(out, "Duplicate dependency group names: {name} ({first}, {second})")
            }
            GroupsError::Unknown { group, .. } => write!(out, "Dependency group '{group}' not found"),
            GroupsError::Cycle { requested, way } => {
                let way = way.join(" -> ");
                write!(out, "Cyclic dependency group include while resolving {requested}: {way}")
            }
            GroupsError::Invalid { group, message } => write!(out, "Dependency group '{group}' {message}"),
        }
    }
}

impl std::error::Error for GroupsError {}

impl GroupsError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            GroupsError::Unknown { known, .. } if !known.is_empty() => {
                Some(format!("there are: {}", known.join(", ")))
            }
            GroupsError::Unknown { .. } => Some("the project has no [dependency-groups]".to_owned()),
            GroupsError::Invalid { .. } => {
                Some("a group is a list of requirements and of tables {include-group = \"NAME\"}".to_owned())
            }
            GroupsError::NotATable | GroupsError::Duplicate { .. } | GroupsError::Cycle { .. } => None,
        }
    }
}

impl Groups {
    /// Takes the groups from a `pyproject.toml`.
    ///
    /// # Errors
    /// [`GroupsError`] where the table is none or two names are one. A group's own form is looked at when it is asked for.
    pub fn from_pyproject(document: &toml::Table) -> Result<Groups, GroupsError> {
        match document.get("dependency-groups") {
            None => Ok(Groups::default()),
            Some(Value::Table(table)) => Groups::new(table),
            Some(_) => Err(GroupsError::NotATable),
        }
    }

    /// Takes the groups from the table itself.
    ///
    /// # Errors
    /// [`GroupsError::Duplicate`] where two names are one.
    pub fn new(table: &toml::Table) -> Result<Groups, GroupsError> {
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        for (written, value) in table {
            let name = normalised(written);
            if let Some(first) = groups.get(&name) {
                let first = first.written.clone();
                return Err(GroupsError::Duplicate { name, first, second: written.clone() });
            }
            groups.insert(name, Group { written: written.clone(), value: value.clone() });
        }
        Ok(Groups { groups })
    }

    /// The names as written, in the order of their normalised forms.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.groups.values().map(|group| group.written.as_str())
    }

    /// The requirements of a group and of all that it includes, as written, in order.
    ///
    /// # Errors
    /// [`GroupsError`] for an unknown group, a cycle, or an item of another form.
    pub fn resolve(&self, group: &str) -> Result<Vec<String>, GroupsError> {
        let mut out = Vec::new();
        let mut done: BTreeSet<String> = BTreeSet::new();
        // The way from the group that was asked for: a name, its items, and how many of them have been seen. It is a list and no
        // recursion, because a file may chain as many groups as it likes.
        let mut way = vec![self.enter(&normalised(group))?];
        while let Some(step) = way.last_mut() {
            let Some(item) = step.items.get(step.seen) else {
                done.insert(way.pop().map(|step| step.name).unwrap_or_default());
                continue;
            };
            step.seen += 1;
            let Some(included) = step.read(item, &mut out)? else { continue };
            if done.contains(&included) {
                continue;
            }
            if way.iter().any(|step| step.name == included) {
                let requested = normalised(group);
                let way = way.into_iter().map(|step| step.name).chain([included]).collect();
                return Err(GroupsError::Cycle { requested, way });
            }
            way.push(self.enter(&included)?);
        }
        Ok(out)
    }

    fn enter(&self, name: &str) -> Result<Step<'_>, GroupsError> {
        let Some(group) = self.groups.get(name) else {
            return Err(GroupsError::Unknown {
                group: name.to_owned(),
                known: self.names().map(str::to_owned).collect(),
            });
        };
        match &group.value {
            Value::Array(items) => {
                Ok(Step { name: name.to_owned(), written: &group.written, items, seen: 0 })
            }
            other => {
                let message = format!("is a {}, not a list", other.type_str());
                Err(GroupsError::Invalid { group: group.written.clone(), message })
            }
        }
    }
}

/// A group on the way, and how far it has been read.
struct Step<'a> {
    name: String,
    written: &'a str,
    items: &'a [Value],
    seen: usize,
}

impl Step<'_> {
    /// Takes one item: a requirement goes out, an include's normalised name comes back.
    fn read(&self, item: &Value, out: &mut Vec<String>) -> Result<Option<String>, GroupsError> {
        let wrong = |message: String| Err(GroupsError::Invalid { group: self.written.to_owned(), message });
        match item {
            Value::String(text) => {
                out.push(text.clone());
                Ok(None)
            }
            Value::Table(table) => match (table.len(), table.get("include-group")) {
                (1, Some(Value::String(other))) => Ok(Some(normalised(other))),
                (1, Some(other)) => wrong(format!("includes a {}, not a name", other.type_str())),
                _ => wrong(format!("has an invalid item: {item}")),
            },
            other => wrong(format!("has an invalid item: {other}")),
        }
    }
}

/// The name as PEP 503 compares it. A group's name may be anything, so it is no [`Name`](super::name::Name).
fn normalised(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            other => out.extend(other.to_lowercase()),
        }
    }
    out
}
