//! From a lock file's types to its text: the standard's order of keys, a file a line.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};

use toml::Table;

use super::{File, Package, Pylock};

/// The text of a whole file.
pub(super) fn lock(lock: &Pylock) -> String {
    let mut out = String::new();
    line(&mut out, "lock-version", Some(&quoted(&lock.lock_version)));
    line(&mut out, "environments", lock.environments.as_ref().map(|all| texts(all)));
    line(&mut out, "requires-python", lock.requires_python.as_ref().map(|value| quoted(&value.to_string())));
    line(&mut out, "extras", lock.extras.as_ref().map(|all| texts(all)));
    line(&mut out, "dependency-groups", lock.dependency_groups.as_ref().map(|all| texts(all)));
    line(&mut out, "default-groups", lock.default_groups.as_ref().map(|all| texts(all)));
    line(&mut out, "created-by", Some(quoted(&lock.created_by)));
    if lock.packages.is_empty() {
        out.push_str("packages = []\n");
    }
    for one in &lock.packages {
        out.push_str("\n[[packages]]\n");
        package(&mut out, one);
    }
    if let Some(tools) = &lock.tool {
        // Each tool's table is one line a key: deeper tables stay inline, so that no key can slip into another table.
        for (name, value) in tools {
            match value {
                toml::Value::Table(table) => {
                    let _ = write!(out, "\n[tool.{}]\n", key(name));
                    for (name, value) in table {
                        line(&mut out, &key(name), Some(value));
                    }
                }
                other => {
                    let _ = write!(out, "\n[tool]\n{} = {other}\n", key(name));
                }
            }
        }
    }
    out
}

fn package(out: &mut String, package: &Package) {
    line(out, "name", Some(quoted(package.name.as_str())));
    line(out, "version", package.version.as_ref().map(|value| quoted(&value.to_string())));
    line(out, "marker", package.marker.as_ref().map(|value| quoted(&value.to_string())));
    line(out, "requires-python", package.requires_python.as_ref().map(|value| quoted(&value.to_string())));
    if let Some(dependencies) = &package.dependencies {
        lines(out, "dependencies", dependencies.iter().map(inline));
    }
    if let Some(vcs) = &package.vcs {
        let mut fields = Fields::default();
        fields.text("type", Some(&vcs.kind));
        fields.text("url", vcs.url.as_ref());
        fields.text("path", vcs.path.as_ref());
        fields.text("requested-revision", vcs.requested_revision.as_ref());
        fields.text("commit-id", Some(&vcs.commit_id));
        fields.text("subdirectory", vcs.subdirectory.as_ref());
        line(out, "vcs", Some(fields.inline()));
    }
    if let Some(directory) = &package.directory {
        let mut fields = Fields::default();
        fields.text("path", Some(&directory.path));
        fields.value("editable", directory.editable);
        fields.text("subdirectory", directory.subdirectory.as_ref());
        line(out, "directory", Some(fields.inline()));
    }
    if let Some(archive) = &package.archive {
        let mut fields = Fields::default();
        fields.text("url", archive.url.as_ref());
        fields.text("path", archive.path.as_ref());
        fields.value("size", archive.size);
        fields.value("upload-time", archive.upload_time);
        fields.value("hashes", Some(hashes(&archive.hashes)));
        fields.text("subdirectory", archive.subdirectory.as_ref());
        line(out, "archive", Some(fields.inline()));
    }
    line(out, "index", package.index.as_ref().map(|text| quoted(text)));
    line(out, "sdist", package.sdist.as_ref().map(file));
    if !package.wheels.is_empty() {
        let mut wheels: Vec<&File> = package.wheels.iter().collect();
        wheels.sort_by_cached_key(|wheel| wheel.file_name());
        lines(out, "wheels", wheels.into_iter().map(file));
    }
    if let Some(identities) = &package.attestation_identities {
        lines(out, "attestation-identities", identities.iter().map(inline));
    }
    line(out, "tool", package.tool.as_ref().map(inline));
}

fn file(file: &File) -> String {
    let mut fields = Fields::default();
    fields.text("name", file.name.as_ref());
    fields.value("upload-time", file.upload_time);
    fields.text("url", file.url.as_ref());
    fields.text("path", file.path.as_ref());
    fields.value("size", file.size);
    fields.value("hashes", Some(hashes(&file.hashes)));
    fields.inline()
}

fn hashes(hashes: &BTreeMap<String, String>) -> String {
    let mut fields = Fields::default();
    for (algorithm, digest) in hashes {
        fields.text(&key(algorithm), Some(digest));
    }
    fields.inline()
}

fn line(out: &mut String, name: &str, value: Option<impl Display>) {
    if let Some(value) = value {
        let _ = writeln!(out, "{name} = {value}");
    }
}

fn lines(out: &mut String, name: &str, values: impl Iterator<Item = String>) {
    let _ = writeln!(out, "{name} = [");
    for value in values {
        let _ = writeln!(out, "    {value},");
    }
    out.push_str("]\n");
}

/// The fields of an inline table.
#[derive(Default)]
struct Fields(Vec<String>);

impl Fields {
    fn text(&mut self, name: &str, value: Option<&String>) {
        self.value(name, value.map(|text| quoted(text)));
    }

    fn value(&mut self, name: &str, value: Option<impl Display>) {
        self.0.extend(value.map(|value| format!("{name} = {value}")));
    }

    fn inline(&self) -> String {
        match self.0.is_empty() {
            true => "{}".to_owned(),
            false => format!("{{ {} }}", self.0.join(", ")),
        }
    }
}

fn inline(table: &Table) -> String {
    let mut fields = Fields::default();
    for (name, value) in table {
        fields.value(&key(name), Some(value));
    }
    fields.inline()
}

fn texts(all: &[impl Display]) -> String {
    format!("[{}]", all.iter().map(|value| quoted(&value.to_string())).collect::<Vec<_>>().join(", "))
}

fn key(name: &str) -> String {
    let bare = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if bare { name.to_owned() } else { quoted(name) }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
