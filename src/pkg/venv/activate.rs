//! Activation scripts: one a shell, each with two places to fill in.
//!
//! `{{ROOT}}` is the environment's folder, used only where a script cannot find its own place; `{{PROMPT}}` is the prompt, empty where
//! the folder's name is meant. Both stand between quotes of the shell, so the text is escaped by its rules.

use std::path::Path;

use super::Style;

/// One script.
pub(super) struct Script {
    /// The file's name in the folder of programs.
    pub name: &'static str,
    styles: &'static [Style],
    template: &'static str,
    quoting: Quoting,
}

/// How a text stands between quotes.
#[derive(Clone, Copy)]
enum Quoting {
    /// `'…'` of sh, where a quote is `'\''`.
    Posix,
    /// `'…'` of csh, where `!` is read even there.
    Csh,
    /// `'…'` of fish, where a backslash escapes.
    Backslash,
    /// `'…'` of PowerShell, where a quote is doubled.
    Doubled,
    /// `"…"` of nushell and Python, where a backslash escapes.
    Escaped,
    /// No quotes: a batch file's `set "NAME=…"`.
    Batch,
}

const BOTH: &[Style] = &[Style::Posix, Style::Windows];
const WINDOWS: &[Style] = &[Style::Windows];

/// Every script.
pub(super) const SCRIPTS: &[Script] = &[
    Script {
        name: "activate",
        styles: BOTH,
        template: include_str!("activate/activate"),
        quoting: Quoting::Posix,
    },
    Script {
        name: "activate.fish",
        styles: BOTH,
        template: include_str!("activate/activate.fish"),
        quoting: Quoting::Backslash,
    },
    Script {
        name: "activate.csh",
        styles: BOTH,
        template: include_str!("activate/activate.csh"),
        quoting: Quoting::Csh,
    },
    Script {
        name: "Activate.ps1",
        styles: BOTH,
        template: include_str!("activate/Activate.ps1"),
        quoting: Quoting::Doubled,
    },
    Script {
        name: "activate.nu",
        styles: BOTH,
        template: include_str!("activate/activate.nu"),
        quoting: Quoting::Escaped,
    },
    Script {
        name: "activate_this.py",
        styles: BOTH,
        template: include_str!("activate/activate_this.py"),
        quoting: Quoting::Escaped,
    },
    Script {
        name: "activate.bat",
        styles: WINDOWS,
        template: include_str!("activate/activate.bat"),
        quoting: Quoting::Batch,
    },
    Script {
        name: "deactivate.bat",
        styles: WINDOWS,
        template: include_str!("activate/deactivate.bat"),
        quoting: Quoting::Batch,
    },
];

impl Script {
    pub fn is_for(&self, style: Style) -> bool {
        self.styles.contains(&style)
    }

    /// Fills the script in and appends it.
    pub fn render(&self, root: &Path, prompt: Option<&str>, out: &mut String) {
        let mut rest = self.template;
        while let Some((before, after)) = rest.split_once("{{") {
            out.push_str(before);
            let Some((name, tail)) = after.split_once("}}") else {
                out.push_str("{{");
                rest = after;
                continue;
            };
            match name {
                "ROOT" => self.quoting.quote(&root.display().to_string(), out),
                "PROMPT" => self.quoting.quote(prompt.unwrap_or_default(), out),
                other => out.extend(["{{", other, "}}"]),
            }
            rest = tail;
        }
        out.push_str(rest);
    }
}

impl Quoting {
    fn quote(self, text: &str, out: &mut String) {
        for letter in text.chars() {
            match (self, letter) {
                (Quoting::Posix | Quoting::Csh, '\'') => out.push_str("'\\''"),
                (Quoting::Csh, '!') => out.push_str("\\!"),
                (Quoting::Backslash, '\'' | '\\') | (Quoting::Escaped, '"' | '\\') => {
                    out.extend(['\\', letter])
                }
                (Quoting::Doubled, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') => {
                    out.extend([letter, letter])
                }
                (Quoting::Batch, '%') => out.push_str("%%"),
                (Quoting::Batch, '"') => {}
                (_, other) => out.push(other),
            }
        }
    }
}
