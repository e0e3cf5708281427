//! From TOML tables to the types of a lock file; every error names its place.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use toml::value::Datetime;
use toml::{Table, Value};

use super::{Archive, Directory, File, Package, Pylock, PylockError, Vcs, invalid, kind};
use crate::pkg::name::Name;

/// A table and the path to it.
struct At<'a> {
    table: &'a Table,
    path: String,
}

impl<'a> At<'a> {
    fn place(&self, key: &str) -> String {
        match self.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        }
    }

    fn unexpected<T>(&self, key: &str, value: &Value, expected: &str) -> Result<T, PylockError> {
        invalid(format!("Unexpected type {} (expected {expected})", kind(value)), self.place(key))
    }

    fn required<T>(&self, key: &str, value: Option<T>) -> Result<T, PylockError> {
        match value {
            Some(value) => Ok(value),
            None => invalid("Missing required value", self.place(key)),
        }
    }

    fn text(&self, key: &str) -> Result<Option<String>, PylockError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => self.unexpected(key, other, "string"),
        }
    }

    /// A text that has a grammar of its own.
    fn parsed<T>(&self, key: &str) -> Result<Option<T>, PylockError>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.text(key)?.map(|text| self.parse(key, &text)).transpose()
    }

    fn all_parsed<T>(&self, key: &str) -> Result<Option<Vec<T>>, PylockError>
    where
        T: FromStr,
        T::Err: Display,
    {
        let Some(texts) = self.texts(key)? else { return Ok(None) };
        let parse = |(index, text): (usize, &String)| self.parse(&format!("{key}[{index}]"), text);
        texts.iter().enumerate().map(parse).collect::<Result<Vec<_>, _>>().map(Some)
    }

    fn parse<T>(&self, key: &str, text: &str) -> Result<T, PylockError>
    where
        T: FromStr,
        T::Err: Display,
    {
        text.parse().or_else(|cause| invalid(format!("{cause}"), self.place(key)))
    }

    /// A name, which has to be normalised.
    fn name(&self, key: &str, text: &str) -> Result<Name, PylockError> {
        match Name::new(text) {
            Ok(name) if name.as_str() == text => Ok(name),
            _ => invalid(format!("Name '{text}' is not normalized"), self.place(key)),
        }
    }

    fn flag(&self, key: &str) -> Result<Option<bool>, PylockError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::Boolean(flag)) => Ok(Some(*flag)),
            Some(other) => self.unexpected(key, other, "boolean"),
        }
    }

    fn size(&self, key: &str) -> Result<Option<u64>, PylockError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::Integer(number)) => match u64::try_from(*number) {
                Ok(size) => Ok(Some(size)),
                Err(_) => invalid("Size must not be negative", self.place(key)),
            },
            Some(other) => self.unexpected(key, other, "integer"),
        }
    }

    fn time(&self, key: &str) -> Result<Option<Datetime>, PylockError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::Datetime(time)) => Ok(Some(*time)),
            Some(other) => self.unexpected(key, other, "datetime"),
        }
    }

    fn table(&self, key: &str) -> Result<Option<At<'a>>, PylockError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::Table(table)) => Ok(Some(At { table, path: self.place(key) })),
            Some(other) => self.unexpected(key, other, "table"),
        }
    }

    fn values(&self, key: &str) -> Result<Option<&'a [Value]>, PylockError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::Array(values)) => Ok(Some(values)),
            Some(other) => self.unexpected(key, other, "array"),
        }
    }

    fn texts(&self, key: &str) -> Result<Option<Vec<String>>, PylockError> {
        let Some(values) = self.values(key)? else { return Ok(None) };
        let text = |(index, value): (usize, &Value)| match value {
            Value::String(text) => Ok(text.clone()),
            other => self.unexpected(&format!("{key}[{index}]"), other, "string"),
        };
        values.iter().enumerate().map(text).collect::<Result<Vec<_>, _>>().map(Some)
    }

    fn tables(&self, key: &str) -> Result<Option<Vec<At<'a>>>, PylockError> {
        let Some(values) = self.values(key)? else { return Ok(None) };
        let table = |(index, value): (usize, &'a Value)| match value {
            Value::Table(table) => Ok(At { table, path: self.place(&format!("{key}[{index}]")) }),
            other => self.unexpected(&format!("{key}[{index}]"), other, "table"),
        };
        values.iter().enumerate().map(table).collect::<Result<Vec<_>, _>>().map(Some)
    }

    fn kept(&self, key: &str) -> Result<Option<Table>, PylockError> {
        Ok(self.table(key)?.map(|at| at.table.clone()))
    }

    fn kept_all(&self, key: &str) -> Result<Option<Vec<Table>>, PylockError> {
        Ok(self.tables(key)?.map(|all| all.iter().map(|at| at.table.clone()).collect()))
    }

    fn hashes(&self) -> Result<BTreeMap<String, String>, PylockError> {
        let hashes = self.required("hashes", self.table("hashes")?)?;
        let one = |(algorithm, value): (&String, &Value)| match value {
            Value::String(digest) => Ok((algorithm.clone(), digest.clone())),
            _ => invalid("Hash values must be strings", self.place("hashes")),
        };
        hashes.table.iter().map(one).collect()
    }
}

/// Reads a whole file.
pub(super) fn lock(table: &Table) -> Result<Pylock, PylockError> {
    let top = At { table, path: String::new() };
    let lock_version = top.required("lock-version", top.text("lock-version")?)?;
    super::check::check_version(&lock_version)?;
    let packages = top.required("packages", top.tables("packages")?)?;
    let name = |(index, text): (usize, &String)| top.name(&format!("extras[{index}]"), text);
    let extras = top.texts("extras")?.map(|all| all.iter().enumerate().map(name).collect());
    Ok(Pylock {
        lock_version,
        environments: top.all_parsed("environments")?,
        requires_python: top.parsed("requires-python")?,
        extras: extras.transpose()?,
        dependency_groups: top.texts("dependency-groups")?,
        default_groups: top.texts("default-groups")?,
        created_by: top.required("created-by", top.text("created-by")?)?,
        packages: packages.iter().map(package).collect::<Result<_, _>>()?,
        tool: top.kept("tool")?,
    })
}

fn package(at: &At<'_>) -> Result<Package, PylockError> {
    Ok(Package {
        name: at.name("name", &at.required("name", at.text("name")?)?)?,
        version: at.parsed("version")?,
        marker: at.parsed("marker")?,
        requires_python: at.parsed("requires-python")?,
        dependencies: at.kept_all("dependencies")?,
        vcs: at.table("vcs")?.map(|at| vcs(&at)).transpose()?,
        directory: at.table("directory")?.map(|at| directory(&at)).transpose()?,
        archive: at.table("archive")?.map(|at| archive(&at)).transpose()?,
        index: at.text("index")?,
        sdist: at.table("sdist")?.map(|at| file(&at)).transpose()?,
        wheels: at.tables("wheels")?.unwrap_or_default().iter().map(file).collect::<Result<_, _>>()?,
        attestation_identities: at.kept_all("attestation-identities")?,
        tool: at.kept("tool")?,
    })
}

fn vcs(at: &At<'_>) -> Result<Vcs, PylockError> {
    Ok(Vcs {
        kind: at.required("type", at.text("type")?)?,
        url: at.text("url")?,
        path: at.text("path")?,
        requested_revision: at.text("requested-revision")?,
        commit_id: at.required("commit-id", at.text("commit-id")?)?,
        subdirectory: at.text("subdirectory")?,
    })
}

fn directory(at: &At<'_>) -> Result<Directory, PylockError> {
    Ok(Directory {
        path: at.required("path", at.text("path")?)?,
        editable: at.flag("editable")?,
        subdirectory: at.text("subdirectory")?,
    })
}

fn archive(at: &At<'_>) -> Result<Archive, PylockError> {
    Ok(Archive {
        url: at.text("url")?,
        path: at.text("path")?,
        size: at.size("size")?,
        upload_time: at.time("upload-time")?,
        hashes: at.hashes()?,
        subdirectory: at.text("subdirectory")?,
    })
}

fn file(at: &At<'_>) -> Result<File, PylockError> {
    Ok(File {
        name: at.text("name")?,
        upload_time: at.time("upload-time")?,
        url: at.text("url")?,
        path: at.text("path")?,
        size: at.size("size")?,
        hashes: at.hashes()?,
    })
}
