//! `cargo xtask packages`: the most used pure packages installed by dx, and what dx says of them compared with real pip.
//!
//! An environment is made and filled by dx. Then `list`, `freeze`, `show`, `check` and `inspect` are run by dx and by pip (on dx, as
//! `pip --python` does it) and compared byte for byte; every row of every RECORD is checked against its file by CPython; every package is
//! imported by dx; and all are uninstalled, after which nothing may be left. pip is `DX_PIP`, else the `pip` of the peers' folder; the
//! index is what pip's configuration says. Without one of them the command says "skipped".

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What is installed, and what of it is imported.
const PACKAGES: &[(&str, &str)] = &[
    ("attrs", "attr"),
    ("beautifulsoup4", "bs4"),
    ("botocore", "botocore"),
    ("certifi", "certifi"),
    ("charset-normalizer", "charset_normalizer"),
    ("click", "click"),
    ("colorama", "colorama"),
    ("docutils", "docutils"),
    ("filelock", "filelock"),
    ("flask", "flask"),
    ("fsspec", "fsspec"),
    ("idna", "idna"),
    ("importlib-metadata", "importlib_metadata"),
    ("jinja2", "jinja2"),
    ("jmespath", "jmespath"),
    ("packaging", "packaging"),
    ("platformdirs", "platformdirs"),
    ("pluggy", "pluggy"),
    ("pyasn1", "pyasn1"),
    ("pycparser", "pycparser"),
    ("pygments", "pygments"),
    ("pyparsing", "pyparsing"),
    ("pytest", "pytest"),
    ("python-dateutil", "dateutil"),
    ("pytz", "pytz"),
    ("requests", "requests"),
    ("rich", "rich"),
    ("rsa", "rsa"),
    ("s3transfer", "s3transfer"),
    ("setuptools", "setuptools"),
    ("six", "six"),
    ("sqlparse", "sqlparse"),
    ("tomlkit", "tomlkit"),
    ("tqdm", "tqdm"),
    ("typing-extensions", "typing_extensions"),
    ("urllib3", "urllib3"),
    ("wheel", "wheel"),
    ("zipp", "zipp"),
];

/// The rows of every RECORD whose file is missing or another, and the count of all rows.
const CHECK_RECORDS: &str = r#"
import base64, csv, hashlib, pathlib, sys
site, rows, wrong = pathlib.Path(sys.argv[1]), 0, []
for record in sorted(site.glob("*.dist-info/RECORD")):
    for path, digest, size in csv.reader(record.open(newline="")):
        rows += 1
        file = site / path
        if not file.exists():
            wrong.append(f"{path}: missing")
        elif digest:
            name, _, expected = digest.partition("=")
            data = file.read_bytes()
            found = base64.urlsafe_b64encode(hashlib.new(name, data).digest()).rstrip(b"=").decode()
            if found != expected or size and int(size) != len(data):
                wrong.append(f"{path}: another hash or size")
print(rows, len(wrong), *wrong[:20], sep="\n")
"#;

/// A folder that goes with its owner.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Setting {
    dx: PathBuf,
    pip: PathBuf,
    folder: Scratch,
}

/// `[--python DX]`
pub fn run(arguments: &[String]) -> Result<(), String> {
    let dx = match arguments {
        [] => None,
        [option, path] if option == "--python" => Some(PathBuf::from(path)),
        _ => return Err(String::from("usage: cargo xtask packages [--python DX]")),
    };
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let pip = std::env::var_os("DX_PIP").map_or_else(|| home.join(".cache/dx-peers/bin/pip"), PathBuf::from);
    if !pip.exists() {
        println!("skipped: {} is not there; name pip 26.3 with DX_PIP", pip.display());
        return Ok(());
    }
    let dx = match dx {
        Some(dx) => dx,
        None => crate::release_binary()?,
    };
    let folder = Scratch(std::env::temp_dir().join(format!("dx-packages-{}", std::process::id())));
    fs::create_dir_all(&folder.0).map_err(|error| format!("{}: {error}", folder.0.display()))?;
    Setting { dx, pip, folder }.compare()
}

impl Setting {
    fn environment(&self) -> PathBuf {
        self.folder.0.join("env")
    }

    fn command(&self, program: &Path, words: &[&str]) -> Result<Output, String> {
        let mut command = Command::new(program);
        command.args(words).current_dir(&self.folder.0).stdin(Stdio::null());
        command.env("PIP_DISABLE_PIP_VERSION_CHECK", "1").env_remove("VIRTUAL_ENV").env_remove("PYTHONPATH");
        command.output().map_err(|error| format!("{}: {error}", program.display()))
    }

    fn dx(&self, words: &[&str]) -> Result<Output, String> {
        let environment = self.environment().display().to_string();
        self.command(&self.dx, &[&["pip", "--python", &environment], words].concat())
    }

    fn pip(&self, words: &[&str]) -> Result<Output, String> {
        let python = self.environment().join("bin/python").display().to_string();
        self.command(&self.pip, &[&["--python", &python], words].concat())
    }

    fn compare(&self) -> Result<(), String> {
        let environment = self.environment();
        let made = self.command(&self.dx, &["venv", &environment.display().to_string()])?;
        succeeded(&made, "dx venv")?;
        let before = tree(&environment);
        let names: Vec<&str> = PACKAGES.iter().map(|(name, _)| *name).collect();
        let installed = self.dx(&[&["install", "-q"], names.as_slice()].concat())?;
        if !installed.status.success() {
            println!("skipped: the packages cannot be had: {}", text(&installed.stderr).trim());
            return Ok(());
        }
        let site = environment.join("lib/python3.14/site-packages");
        let mut wrong = self.compare_commands(&site)?;
        wrong += self.check_records(&site)?;
        self.import()?;
        let all = text(&self.dx(&["list", "--format", "freeze"])?.stdout);
        let all: Vec<&str> = all.lines().filter_map(|line| line.split("==").next()).collect();
        succeeded(&self.dx(&[&["uninstall", "-y", "-q"], all.as_slice()].concat())?, "dx pip uninstall")?;
        let left: Vec<String> =
            tree(&environment).into_iter().filter(|path| !before.contains(path)).collect();
        println!("{} packages uninstalled, {} files and folders left", all.len(), left.len());
        for path in left.iter().take(20) {
            println!("    left: {path}");
        }
        wrong += left.len();
        if wrong == 0 { Ok(()) } else { Err(format!("{wrong} differences")) }
    }

    /// Answers how many outputs differ.
    fn compare_commands(&self, site: &Path) -> Result<usize, String> {
        let listed = text(&self.pip(&["freeze", "--all"])?.stdout);
        let names: Vec<&str> = listed.lines().filter_map(|line| line.split("==").next()).collect();
        let site = site.display().to_string();
        let mut rows: Vec<Vec<&str>> = vec![
            vec!["freeze"],
            vec!["freeze", "--all"],
            vec!["freeze", "--exclude", "rich"],
            vec!["freeze", "--path", &site],
            vec!["check"],
            [&["show", "-f"], names.as_slice()].concat(),
            vec!["show", "flask", "nothing", "else"],
            vec!["show", "nothing"],
            vec!["inspect"],
            vec!["inspect", "--path", &site],
        ];
        for format in ["columns", "freeze", "json"] {
            for more in [
                &[][..],
                &["-v"],
                &["--not-required"],
                &["--exclude", "flask", "--exclude", "Jinja2"],
                &["--path", &site],
                &["-e"],
                &["--exclude-editable", "-l"],
            ] {
                rows.push([&["list", "--format", format], more].concat());
            }
        }
        rows.extend(names.iter().map(|name| vec!["show", "-f", "-v", name]));
        let mut wrong = 0;
        for row in &rows {
            let (ours, theirs) = (self.dx(row)?, self.pip(row)?);
            let normal: fn(&str) -> String = if row[0] == "inspect" { inspected } else { str::to_owned };
            let shown =
                |output: &Output| (output.status.code(), normal(&text(&output.stdout)), text(&output.stderr));
            let (ours, theirs) = (shown(&ours), shown(&theirs));
            if ours != theirs {
                wrong += 1;
                println!("{}: differs", row.join(" "));
                println!("  pip: {:?} {}", theirs.0, first_difference(&theirs.1, &ours.1));
                println!("  dx:  {:?} {}", ours.0, first_difference(&ours.1, &theirs.1));
                if ours.2 != theirs.2 {
                    println!("  pip's errors: {}\n  dx's errors:  {}", theirs.2.trim(), ours.2.trim());
                }
            }
        }
        println!("{} packages, {} outputs compared with pip's, {wrong} differ", names.len(), rows.len());
        Ok(wrong)
    }

    /// Answers how many rows are wrong.
    fn check_records(&self, site: &Path) -> Result<usize, String> {
        let cpython = match crate::cpython() {
            Ok(cpython) => cpython,
            Err(why) => {
                println!("RECORD: skipped: {why}");
                return Ok(0);
            }
        };
        let checked = self.command(&cpython, &["-c", CHECK_RECORDS, &site.display().to_string()])?;
        succeeded(&checked, "the check of RECORD")?;
        let said = text(&checked.stdout);
        let mut lines = said.lines();
        let rows = lines.next().unwrap_or_default();
        let wrong: usize = lines.next().and_then(|line| line.parse().ok()).ok_or("the check said nothing")?;
        println!("{rows} rows of RECORD, {wrong} wrong");
        for line in lines {
            println!("    {line}");
        }
        Ok(wrong)
    }

    /// Imports each package in a process of its own; what fails is named with its last line.
    fn import(&self) -> Result<(), String> {
        let python = self.environment().join("bin/python");
        let mut failed = 0;
        for (name, module) in PACKAGES {
            let output = self.command(&python, &["-c", &format!("import {module}")])?;
            if !output.status.success() {
                failed += 1;
                let error = text(&output.stderr);
                println!("    import {module} ({name}): {}", error.lines().last().unwrap_or_default());
            }
        }
        println!("{} packages imported, {failed} failed", PACKAGES.len() - failed);
        Ok(())
    }
}

fn succeeded(output: &Output, what: &str) -> Result<(), String> {
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{what}: {}", text(&output.stderr).trim())),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The first line that the other text does not have at its place.
fn first_difference(own: &str, other: &str) -> String {
    let mut others = other.lines();
    let found = own.lines().find(|line| others.next() != Some(line)).unwrap_or("(ends)");
    found.chars().take(200).collect()
}

/// An `inspect` report as the parts that both have, in an order of its own: packages come as the folder lists them, or by name.
fn inspected(report: &str) -> String {
    let lines: Vec<&str> = report.lines().filter(|line| !line.starts_with("  \"dx_version\"")).collect();
    let mut items: Vec<String> = Vec::new();
    let mut rest: Vec<&str> = Vec::new();
    let mut item: Option<String> = None;
    for line in lines {
        match (&mut item, line) {
            (None, "    {") => item = Some(String::new()),
            (Some(_), "    }" | "    },") => items.extend(item.take()),
            (Some(item), line) => {
                item.push_str(line);
                item.push('\n');
            }
            (None, line) => rest.push(line),
        }
    }
    items.sort();
    format!("{}\n{}", rest.join("\n"), items.join("\n"))
}

/// Everything below a folder.
fn tree(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            found.push(path.display().to_string());
            if path.is_dir() && !path.is_symlink() {
                waiting.push(path);
            }
        }
    }
    found.sort();
    found
}
