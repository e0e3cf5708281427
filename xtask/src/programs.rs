//! `cargo xtask programs`: real programs out of unpacked wheels, under dx and CPython 3.14, compared byte for byte.
//!
//! The wheels are unpacked into one folder, which both find by `PYTHONPATH`; what is not there is skipped by name. A row is a command
//! line; scripts of rows are in `xtask/programs`. Output is compared after what must differ was made equal: the paths of the library
//! and of the executables, addresses, and seconds in reports.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// A program to run.
struct Row {
    name: &'static str,
    /// What has to be in the folder of wheels.
    needs: &'static [&'static str],
    /// Its arguments; `{lib}` is CPython's library, `{site}` the folder of wheels, `{programs}` that of the scripts.
    args: &'static [&'static str],
    /// Figures in its output are times.
    figures: bool,
}

const fn row(name: &'static str, needs: &'static [&'static str], args: &'static [&'static str]) -> Row {
    Row { name, needs, args, figures: false }
}

const fn timed(name: &'static str, args: &'static [&'static str]) -> Row {
    Row { name, needs: &[], args, figures: true }
}

/// The rows, the quick ones first.
const ROWS: &[Row] = &[
    row("pip --version", &["{pip}"], &["-S", "-m", "pip", "--version"]),
    row("pip list", &["{pip}"], &["-S", "-m", "pip", "list"]),
    row("pip list --path", &["{pip}"], &["-S", "-m", "pip", "list", "--path", "{site}"]),
    row("pip freeze", &["{pip}"], &["-S", "-m", "pip", "freeze", "--path", "{site}"]),
    timed("unittest", &["-m", "unittest", "-v", "unittest_cases"]),
    row("json.tool", &[], &["-m", "json.tool", "--sort-keys", "{programs}/data.json"]),
    timed("timeit", &["-m", "timeit", "-n", "2000", "-r", "3", "sum(range(1000))"]),
    row("tokenize", &[], &["-m", "tokenize", "{lib}/typing.py"]),
    row("tokenize --exact", &[], &["-m", "tokenize", "-e", "{lib}/_pydatetime.py"]),
    row("ast", &[], &["-m", "ast", "-a", "{lib}/argparse.py"]),
    row("lark", &["lark"], &["{programs}/lark_json.py"]),
    row("markdown", &["markdown"], &["{programs}/use_markdown.py"]),
    row("tabulate", &["tabulate"], &["{programs}/use_tabulate.py"]),
    row("sqlparse", &["sqlparse"], &["{programs}/use_sqlparse.py"]),
    row(
        "docutils manual",
        &["docutils", "manuals/docutils"],
        &["{programs}/use_docutils.py", "{site}/manuals/docutils"],
    ),
    row("pygments one", &["pygments"], &["-m", "pygments", "-f", "html", "{lib}/typing.py"]),
    row("sympy integrate", &["sympy", "mpmath"], &["{programs}/sympy_integrate.py"]),
    row("sympy solve", &["sympy", "mpmath"], &["{programs}/sympy_solve.py"]),
    row("networkx paths", &["networkx"], &["{programs}/networkx_paths.py"]),
    row("pygments library", &["pygments"], &["{programs}/pygments_all.py", "{lib}"]),
    row("pyflakes library", &["pyflakes"], &["-m", "pyflakes", "{lib}"]),
    row("pycodestyle library", &["pycodestyle.py"], &["-m", "pycodestyle", "{lib}"]),
    row("attrs", &["attr"], &["{programs}/use_attrs.py"]),
    row("click", &["click"], &["{programs}/use_click.py"]),
    row("jinja2", &["jinja2", "markupsafe"], &["{programs}/use_jinja2.py"]),
    row("rich", &["rich", "markdown_it", "mdurl"], &["{programs}/use_rich.py"]),
    row("pyyaml", &["yaml"], &["{programs}/use_yaml.py"]),
    row("toml", &["toml", "tomlkit"], &["{programs}/use_toml.py"]),
    row("pytest", &["pytest", "_pytest", "pluggy", "iniconfig", "packaging"], &["{programs}/use_pytest.py"]),
    row("flask", &["flask", "werkzeug", "itsdangerous", "blinker"], &["{programs}/use_flask.py"]),
    row("django", &["django", "asgiref", "sqlparse"], &["{programs}/use_django.py"]),
    row("bs4", &["bs4", "html5lib", "soupsieve", "webencodings"], &["{programs}/use_bs4.py"]),
    row("simpy", &["simpy"], &["{programs}/use_simpy.py"]),
    row("pycparser", &["pycparser"], &["{programs}/use_pycparser.py"]),
    row("hypothesis", &["hypothesis", "sortedcontainers"], &["{programs}/use_hypothesis.py"]),
    row(
        "isort",
        &["isort"],
        &["-m", "isort", "--stdout", "--profile", "black", "{lib}/asyncio/base_events.py"],
    ),
];

/// What the command line said.
struct Setting {
    dx: PathBuf,
    site: PathBuf,
    cpython: PathBuf,
    library: String,
    wheel: Option<String>,
}

/// `[--python DX] [--site FOLDER] [NAME]...`
pub fn run(arguments: &[String]) -> Result<(), String> {
    let (mut python, mut site, mut names) = (None, None, Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--python" => python = Some(PathBuf::from(rest.next().ok_or("--python needs a path")?)),
            "--site" => site = Some(PathBuf::from(rest.next().ok_or("--site needs a folder")?)),
            name if name.starts_with('-') => return Err(format!("no such option: {name}")),
            name => names.push(name),
        }
    }
    let dx = match python {
        Some(path) => path,
        None => crate::release_binary()?,
    };
    let cpython = crate::cpython()?;
    let ask = |program: &Path, text: &str| said(&mut command(program, &["-c", text]));
    let setting = Setting {
        library: ask(&cpython, "import os; print(os.path.dirname(os.__file__))")?,
        // Not every CPython has the wheel; dx has it with its library.
        wheel: ask(&dx, "import ensurepip; from importlib.resources import files\nprint([e for e in files('ensurepip').joinpath('_bundled').iterdir() if e.name.endswith('.whl')][0])").ok(),
        site: site.ok_or("name the folder of unpacked wheels with --site")?,
        dx,
        cpython,
    };
    println!("{:24}{:>12}{:>12}{:>9}  same", "", "CPython", "dx", "ratio");
    let (mut wrong, mut skipped) = (0, 0);
    for row in ROWS.iter().filter(|row| names.is_empty() || names.iter().any(|name| row.name.contains(*name)))
    {
        if let Some(missing) = row.needs.iter().find(|need| !setting.has(need)) {
            let missing = if *missing == "{pip}" { "pip" } else { missing };
            println!("{:24}skipped: wheel missing ({missing})", row.name);
            skipped += 1;
            continue;
        }
        let (theirs, ours) = (setting.outcome(row, &setting.cpython)?, setting.outcome(row, &setting.dx)?);
        let difference = theirs.difference(&ours);
        println!(
            "{:24}{:>10.2} s{:>10.2} s{:>8.2}x  {}",
            row.name,
            theirs.seconds,
            ours.seconds,
            theirs.seconds / ours.seconds,
            if difference.is_none() { "yes" } else { "NO" }
        );
        if let Some(difference) = difference {
            wrong += 1;
            println!("{difference}");
        }
    }
    println!("{wrong} differ, {skipped} skipped");
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} programs differ")) }
}

/// A Python's command with its arguments; dx takes them behind `run`.
fn command(program: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    if program.file_stem().is_some_and(|name| name == "dx") {
        command.arg("run");
    }
    command.args(args).stdin(Stdio::null());
    command
}

fn said(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// What came of a run.
struct Outcome {
    seconds: f64,
    exit: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Setting {
    fn has(&self, need: &str) -> bool {
        match need {
            "{pip}" => self.wheel.is_some(),
            need => self.site.join(need).exists(),
        }
    }

    fn outcome(&self, row: &Row, program: &Path) -> Result<Outcome, String> {
        let programs = crate::root().join("xtask/programs");
        let (site, scripts) = (self.site.display().to_string(), programs.display().to_string());
        let fill = |text: &&str| {
            text.replace("{lib}", &self.library).replace("{site}", &site).replace("{programs}", &scripts)
        };
        let args: Vec<String> = row.args.iter().map(fill).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let folder = std::env::temp_dir().join("dx-programs");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut path = vec![site.clone(), scripts.clone()];
        path.extend(row.needs.contains(&"{pip}").then(|| self.wheel.clone()).flatten());
        let start = Instant::now();
        let output = command(program, &args)
            .current_dir(&folder)
            .env("PYTHONPATH", path.join(":"))
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("COLUMNS", "100")
            .env("NO_COLOR", "1")
            .output()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let seconds = start.elapsed().as_secs_f64();
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).replace(&self.library, "<library>");
            let text = without_addresses(&text.replace(&program.display().to_string(), "<python>"));
            let text = without_cache(&text);
            if row.figures { without_figures(&text) } else { text }
        };
        Ok(Outcome {
            seconds,
            exit: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        })
    }
}

impl Outcome {
    /// The first lines that are not the same.
    fn difference(&self, other: &Outcome) -> Option<String> {
        if self.exit != other.exit {
            let last = other.stderr.lines().last().unwrap_or("");
            return Some(format!("    exit {:?} and {:?}: {last}", self.exit, other.exit));
        }
        for (name, theirs, ours) in
            [("stdout", &self.stdout, &other.stdout), ("stderr", &self.stderr, &other.stderr)]
        {
            if theirs != ours {
                let (mut a, mut b) = (theirs.lines(), ours.lines());
                let mut number = 0;
                loop {
                    number += 1;
                    let (theirs, ours) = (a.next(), b.next());
                    if theirs != ours || theirs.is_none() {
                        let [theirs, ours] = [theirs, ours].map(|line| {
                            line.map_or(String::from("(end)"), |line| line.chars().take(160).collect())
                        });
                        return Some(format!("    {name}, line {number}:\n    - {theirs}\n    + {ours}"));
                    }
                }
            }
        }
        None
    }
}

/// `0x7f...` becomes `0x`.
fn without_addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split(" at 0x");
    out.push_str(parts.next().unwrap_or(""));
    for part in parts {
        out.push_str(" at 0x");
        out.push_str(part.trim_start_matches(|letter: char| letter.is_ascii_hexdigit()));
    }
    out
}

/// The place of dx's library is CPython's.
fn without_cache(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("/dx/library-") {
        let start = rest[..at].rfind(['"', '\'', ' ', '\n', '(']).map_or(0, |at| at + 1);
        let Some(end) = rest[at..].find("/python3.14").map(|end| at + end + "/python3.14".len()) else {
            break;
        };
        out.push_str(&rest[..start]);
        out.push_str("<library>");
        rest = &rest[end..];
    }
    out + rest
}

/// Numbers with a point, and the unit behind them, become `#`.
fn without_figures(text: &str) -> String {
    let mut out = String::new();
    for (nth, line) in text.split('\n').enumerate() {
        if nth > 0 {
            out.push('\n');
        }
        let is_time = line.contains("sec") || line.starts_with("Ran ");
        for (nth, word) in line.split(' ').enumerate() {
            if nth > 0 {
                out.push(' ');
            }
            let is_figure =
                is_time && word.starts_with(|letter: char| letter.is_ascii_digit()) && word != "100";
            let is_unit = is_time && word.ends_with("sec");
            out.push_str(if is_figure || is_unit { "#" } else { word });
        }
    }
    out
}
