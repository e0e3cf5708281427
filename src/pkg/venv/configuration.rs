//! `pyvenv.cfg`: what it says, read as CPython reads it, and written.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::Options;
use crate::version;

/// The file's name.
pub(super) const NAME: &str = "pyvenv.cfg";

/// What an environment's file says. Keys are compared without regard to case; the last of several counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    entries: Vec<(String, String)>,
}

impl Configuration {
    /// Reads the file's text. Lines without `=` mean nothing.
    pub fn parse(text: &str) -> Configuration {
        let pair = |line: &str| {
            let (key, value) = line.split_once('=')?;
            Some((key.trim().to_ascii_lowercase(), value.trim().to_owned()))
        };
        Configuration { entries: text.lines().filter_map(pair).collect() }
    }

    /// What a new environment's file says.
    pub(super) fn of(home: &Path, options: &Options<'_>) -> Configuration {
        let mut entries = Vec::with_capacity(10);
        let mut add = |key: &str, value: String| entries.push((key.to_owned(), value));
        add("home", home.display().to_string());
        add("implementation", "dx".to_owned());
        add("version", version::python());
        add("version_info", version::python());
        add("include-system-site-packages", options.system_site_packages.to_string());
        if let Some(prompt) = options.prompt {
            add("prompt", prompt.to_owned());
        }
        add("executable", options.executable.display().to_string());
        // A line end in an argument would begin another key.
        add("command", options.command.replace(['\n', '\r'], " "));
        add("dx", version::DX.to_owned());
        Configuration { entries }
    }

    /// A key's value.
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.entries.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map(|(_, value)| value.as_str())
    }

    /// The folder of the Python that the environment was made with.
    pub fn home(&self) -> Option<PathBuf> {
        self.get("home").map(PathBuf::from)
    }

    /// Whether packages outside the environment are seen too.
    pub fn system_site_packages(&self) -> bool {
        self.get("include-system-site-packages").is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Whether dx made it.
    pub fn is_of_dx(&self) -> bool {
        self.get("implementation").is_some_and(|value| value.eq_ignore_ascii_case("dx"))
    }

    /// The version of Python, as far as the file tells: CPython, virtualenv and uv name the key differently.
    pub fn version(&self) -> Option<&str> {
        self.get("version").or_else(|| self.get("version_info"))
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        let mut out = String::with_capacity(512);
        for (key, value) in &self.entries {
            let _ = writeln!(out, "{key} = {value}");
        }
        out
    }
}
