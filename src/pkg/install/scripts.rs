//! Scripts: the wrappers of entry points, and scripts of a wheel whose first line names a Python.
//!
//! A wrapper imports the entry point and calls it, as pip's does. The first line names the environment's Python; where the kernel
//! could not use such a line (over 127 bytes, or with a blank), the script starts as a shell script whose one command, an odd string
//! to Python, executes that Python (`shebang`).
//!
//! Names: a script may not leave its directory nor take the place of the environment's own commands (`RESERVED`). The names of
//! tools that dx offers through links (`pip`, `pytest`) are not reserved: who installs pip or pytest asks for theirs, and removing
//! the package leaves what `dx venv` makes anew.
//!
//! Windows: a script there has to be an `.exe` launcher, which dx does not have yet; `Unavailable` says so.

use std::fmt;
use std::path::{Path, PathBuf};

use super::manifest::Script;

/// The longest first line that every kernel takes, `#!` and line end included (Linux before 5.1; macOS takes 512).
const MAX_SHEBANG: usize = 127;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptError {
    /// A name that would leave the directory, or one of the environment's own.
    Name { name: String, problem: &'static str },
    /// The entry point names a module and nothing in it to call.
    NoFunction(String),
    /// The path of Python cannot stand in a script.
    Python(PathBuf),
    /// The system needs launchers that dx does not have.
    Unavailable(String),
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScriptError::Name { name, problem } => write!(f, "the script name {name:?} {problem}"),
            ScriptError::NoFunction(name) => write!(f, "the script {name} names no function to call"),
            ScriptError::Python(path) => {
                write!(
                    f,
                    "no script can start {}: its path has letters that a script cannot hold",
                    path.display()
                )
            }
            ScriptError::Unavailable(name) => {
                write!(
                    f,
                    "the script {name} would need an .exe launcher, which dx cannot make on Windows yet"
                )
            }
        }
    }
}

impl std::error::Error for ScriptError {}

/// Whether a script may have this name; what is wrong with it otherwise.
pub fn check_name(name: &str) -> Result<(), ScriptError> {
    let error = |problem| Err(ScriptError::Name { name: name.to_owned(), problem });
    if name.is_empty()
        || name == "."
        || name == ".."
        || name.contains(['/', '\\'])
        || name.chars().any(char::is_control)
    {
        return error("would leave the directory of scripts");
    }
    if is_reserved(name) {
        return error("is one of the environment's own commands");
    }
    Ok(())
}

/// `python`, `python3`, `python3.14` and so on, `dx`, and the activation scripts of all shells.
fn is_reserved(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let stem = lower.strip_suffix(".exe").or_else(|| lower.strip_suffix(".py")).unwrap_or(&lower);
    let is_version = |rest: &str| {
        rest.trim_end_matches('t').chars().all(|letter| letter.is_ascii_digit() || letter == '.')
    };
    let is_python =
        ["pythonw", "python"].iter().any(|python| stem.strip_prefix(python).is_some_and(is_version));
    let shells = ["", ".bat", ".csh", ".fish", ".nu", ".ps1", ".sh", ".xsh"];
    let is_activation = ["activate", "deactivate", "activate_this"]
        .iter()
        .any(|script| stem.strip_prefix(script).is_some_and(|shell| shells.contains(&shell)));
    stem == "dx" || is_python || is_activation
}

/// The first line of a script that `python` runs, with its line end; more lines than one where the system needs it.
pub fn shebang(python: &Path) -> Result<String, ScriptError> {
    let error = || ScriptError::Python(python.to_path_buf());
    let path = python.to_str().filter(|path| !path.contains(['\n', '\r', '\0'])).ok_or_else(error)?;
    if path.len() + 3 <= MAX_SHEBANG && !path.contains([' ', '\t']) {
        return Ok(format!("#!{path}\n"));
    }
    // To Python the second and third line are one string, in which a backslash would have a meaning of its own.
    let quote = if path.contains('\'') { '"' } else { '\'' };
    if path.contains('\\') || quote == '"' && path.contains(['"', '$', '`']) || path.contains("\'\'\'") {
        return Err(error());
    }
    Ok(format!("#!/bin/sh\n'''exec' {quote}{path}{quote} \"$0\" \"$@\"\n' '''\n"))
}

/// The text of an entry point's wrapper.
pub fn wrapper(script: &Script, shebang: &str) -> Result<String, ScriptError> {
    check_name(&script.name)?;
    if cfg!(windows) {
        return Err(ScriptError::Unavailable(script.name.clone()));
    }
    let Script { module, attribute, .. } = script;
    let first = attribute.split('.').next().unwrap_or_default();
    if first.is_empty() {
        return Err(ScriptError::NoFunction(script.name.clone()));
    }
    Ok(format!(
        "{shebang}import sys\nfrom {module} import {first}\nif __name__ == '__main__':\n    \
         sys.argv[0] = sys.argv[0].removesuffix('.exe')\n    sys.exit({attribute}())\n"
    ))
}

/// The content of a wheel's own script with its `#!python` line replaced; `None` when it has none.
pub fn rewritten(content: &[u8], shebang: &str) -> Option<Vec<u8>> {
    if !content.starts_with(b"#!python") {
        return None;
    }
    let rest = content.iter().position(|byte| *byte == b'\n').map_or(&[][..], |end| &content[end + 1..]);
    Some([shebang.as_bytes(), rest].concat())
}

/// Whether a script of the wheel is what setuptools made of an entry point: dx makes its own.
pub fn is_wrapper_of(name: &str, scripts: &[Script]) -> bool {
    let lower = name.to_ascii_lowercase();
    let cut =
        [".exe", "-script.py", ".pya"].iter().find(|end| lower.ends_with(*end)).map_or(0, |end| end.len());
    let stem = name.get(..name.len() - cut).unwrap_or(name);
    scripts.iter().any(|script| script.name == stem)
}

/// The scripts to make for a distribution's entry points.
///
/// `pip` bakes the Python version of whoever built its wheel into its names; the right ones are made, as pip does.
pub fn for_this_python(scripts: &[Script]) -> Vec<Script> {
    let Some(pip) = scripts.iter().find(|script| script.name == "pip") else { return scripts.to_vec() };
    let is_versioned = |name: &str| {
        name.strip_prefix("pip")
            .is_some_and(|rest| rest.chars().all(|letter| letter.is_ascii_digit() || letter == '.'))
    };
    let (major, minor) = (crate::version::MAJOR, crate::version::MINOR);
    let names = ["pip".to_owned(), format!("pip{major}"), format!("pip{major}.{minor}")];
    let made = names.into_iter().map(|name| Script { name, ..pip.clone() });
    made.chain(scripts.iter().filter(|script| !is_versioned(&script.name)).cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(name: &str, attribute: &str) -> Script {
        Script { name: name.into(), module: "a.b".into(), attribute: attribute.into(), is_gui: false }
    }

    #[test]
    fn reserved_names_are_refused() {
        for name in [
            "python",
            "python3",
            "Python3.14",
            "pythonw.exe",
            "python3.13t",
            "dx",
            "dx.exe",
            "activate",
            "activate.fish",
            "activate_this.py",
            "Activate.ps1",
            "..",
            ".",
            "a/b",
            "a\\b",
            "",
            "a\n",
        ] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
        for name in
            ["flask", "pip", "pip3", "pytest", "python-config", "ipython", "dxf", "activate-global", "..a"]
        {
            assert!(check_name(name).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn long_paths_and_blanks_go_through_the_shell() {
        assert_eq!(shebang(Path::new("/e/bin/python")).unwrap(), "#!/e/bin/python\n");
        let blank = shebang(Path::new("/my e/bin/python")).unwrap();
        assert_eq!(blank, "#!/bin/sh\n'''exec' '/my e/bin/python' \"$0\" \"$@\"\n' '''\n");
        let longest = format!("/{}", "x".repeat(MAX_SHEBANG - 4));
        assert!(shebang(Path::new(&longest)).unwrap().starts_with("#!/xx"));
        assert!(shebang(Path::new(&format!("{longest}x"))).unwrap().starts_with("#!/bin/sh\n"));
        assert!(shebang(Path::new("/a\nb")).is_err());
        assert!(
            shebang(Path::new("/it's me/python")).unwrap().contains("'''exec' \"/it's me/python\" \"$0\"")
        );
        assert!(shebang(Path::new("/it's $me/python")).is_err());
        assert!(shebang(Path::new("/a b\\n/python")).is_err());
    }

    #[test]
    fn wrappers_import_the_first_name_and_call_all() {
        let text = wrapper(&script("x", "C.main"), "#!/p\n");
        if cfg!(windows) {
            return assert!(text.is_err());
        }
        let text = text.unwrap();
        assert!(text.starts_with("#!/p\nimport sys\nfrom a.b import C\n"), "{text}");
        assert!(text.ends_with("    sys.exit(C.main())\n"), "{text}");
        assert!(wrapper(&script("x", ""), "").is_err());
    }

    #[test]
    fn first_lines_are_rewritten() {
        assert_eq!(rewritten(b"#!python\nx", "#!/p\n").unwrap(), b"#!/p\nx");
        assert_eq!(rewritten(b"#!pythonw -u\r\nx", "#!/p\n").unwrap(), b"#!/p\nx");
        assert_eq!(rewritten(b"#!python", "#!/p\n").unwrap(), b"#!/p\n");
        assert_eq!(rewritten(b"#!/bin/sh\n", "#!/p\n"), None);
    }

    #[test]
    fn pip_gets_the_names_of_this_python() {
        let made =
            for_this_python(&[script("pip", "main"), script("pip3.11", "main"), script("other", "main")]);
        let names: Vec<_> = made.iter().map(|script| script.name.as_str()).collect();
        assert_eq!(names, ["pip", "pip3", "pip3.14", "other"]);
    }
}
