//! One hook of a build backend, run by dx in a process of its own.
//!
//! The process gets a job as a JSON file and leaves its answer in another one; its output goes into a log file and is never read for
//! meaning. Its standard input is empty. It ends when the process that started it does: the program watches a pipe that closes then.
//!
//! Standards: PEP 517 (hooks, `backend-path`), PEP 660 (the editable ones). The program is `hook.py`; `native.py` tells setuptools that
//! nothing is compiled.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};

use super::super::pyproject::BuildSystem;
use super::BuildError;

const HOOK: &str = include_str!("hook.py");
const NATIVE: &str = include_str!("native.py");

/// The largest answer that is read: requirements of a build, or a file name.
const LARGEST_ANSWER: u64 = 16 << 20;

/// How many lines of a log are shown.
const SHOWN_LINES: usize = 25;

/// Settings for the backend: keys with one value or several (PEP 517's `config_settings`).
pub type Settings = Vec<(String, String)>;

/// What a hook is run with.
pub struct Call<'a> {
    /// The project, for messages.
    pub project: &'a str,
    pub source: &'a Path,
    pub system: &'a BuildSystem,
    /// The interpreter of the environment that the backend is installed in.
    pub python: &'a Path,
    /// Whether that environment was made for this build: then nothing of the user's own packages may be seen.
    pub isolated: bool,
    /// A folder of this run for jobs, answers and logs.
    pub scratch: &'a Path,
}

/// What a hook answered.
#[derive(Debug)]
pub struct Answer {
    /// The hook's value, or none if the backend has no such hook.
    pub value: Option<Value>,
    /// Extension modules that were not compiled.
    pub native: Vec<String>,
    /// Where the backend's output is.
    pub log: PathBuf,
}

/// The end of a backend's output.
#[derive(Debug, Clone, Default)]
pub struct Output {
    pub lines: Vec<String>,
    /// How many lines stand before these.
    pub before: usize,
    pub text: String,
}

impl Output {
    fn read(log: &Path) -> Box<Output> {
        let text = fs::read(log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let all: Vec<&str> = text.lines().collect();
        let before = all.len().saturating_sub(SHOWN_LINES);
        let lines = all.iter().skip(before).map(|line| (*line).to_owned()).collect();
        Box::new(Output { lines, before, text })
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.lines.is_empty() {
            return f.write_str("\n  (it wrote nothing)");
        }
        if self.before > 0 {
            write!(f, "\n  … {} more lines", self.before)?;
        }
        self.lines.iter().try_for_each(|line| write!(f, "\n  | {line}"))
    }
}

/// Settings as the hooks take them: a key that comes several times has a list.
fn settings_value(settings: &Settings) -> Value {
    if settings.is_empty() {
        return Value::Null;
    }
    let mut all: Map<String, Value> = Map::new();
    for (key, value) in settings {
        let value = Value::from(value.as_str());
        match all.get_mut(key) {
            None => drop(all.insert(key.clone(), value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Value::Object(all)
}

/// Writes the programs into a folder, whence they are run.
pub fn write_programs(folder: &Path) -> Result<(), BuildError> {
    for (name, text) in [("hook.py", HOOK), ("dx_native.py", NATIVE)] {
        let path = folder.join(name);
        fs::write(&path, text).map_err(BuildError::io("write", &path))?;
    }
    Ok(())
}

/// Has every Python of an environment told that nothing is compiled, also those that a build starts itself.
pub fn watch_environment(site_packages: &Path) -> Result<(), BuildError> {
    for (name, text) in [("dx_native.py", NATIVE), ("dx_native.pth", "import dx_native; dx_native.watch()\n")]
    {
        let path = site_packages.join(name);
        fs::write(&path, text).map_err(BuildError::io("write", &path))?;
    }
    Ok(())
}

impl Call<'_> {
    /// Runs a hook.
    ///
    /// # Arguments
    /// `paths` are handed over in front of the settings, `after` behind them (`metadata_directory`).
    ///
    /// # Errors
    /// The backend cannot be had, the hook raised something, or the process ended without an answer.
    pub fn run(
        &self,
        hook: &str,
        before: &[&Path],
        settings: &Settings,
        after: &[&Path],
    ) -> Result<Answer, BuildError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let file = |kind: &str| self.scratch.join(format!("{kind}-{number}"));
        let (job, result, log, refused) = (file("job"), file("answer"), file("log"), file("native"));
        let text = |path: &Path| match path.to_str() {
            Some(text) => Ok(Value::from(text)),
            None => Err(BuildError::Answer {
                project: self.project.to_owned(),
                hook: hook.to_owned(),
                problem: format!("the path {} is no text", path.display()),
            }),
        };
        let mut arguments = before.iter().map(|path| text(path)).collect::<Result<Vec<_>, _>>()?;
        arguments.push(settings_value(settings));
        for path in after {
            arguments.push(text(path)?);
        }
        let wanted = json!({
            "backend": self.system.backend,
            "path": self.system.backend_path,
            "source": text(self.source)?,
            "hook": hook,
            "arguments": arguments,
            "result": text(&result)?,
        });
        fs::write(&job, wanted.to_string()).map_err(BuildError::io("write", &job))?;
        let status = self.spawn(&job, &log, &refused)?;
        self.answer(hook, &result, log, &refused, status)
    }

    fn spawn(&self, job: &Path, log: &Path, refused: &Path) -> Result<ExitStatus, BuildError> {
        let output = fs::File::create(log).map_err(BuildError::io("write", log))?;
        let errors = output.try_clone().map_err(BuildError::io("write", log))?;
        let mut command = Command::new(self.python);
        command.arg(self.scratch.join("hook.py")).arg(job).current_dir(self.source);
        command.stdin(Stdio::piped()).stdout(output).stderr(errors);
        let programs = self.python.parent().unwrap_or(Path::new(""));
        let mut places = vec![programs.to_path_buf()];
        places.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
        if let Ok(places) = std::env::join_paths(places) {
            command.env("PATH", places);
        }
        command.env("DX_BUILD_NATIVE", refused).env("PYTHONIOENCODING", "utf-8").env("PYTHONUNBUFFERED", "1");
        command.env_remove("__PYVENV_LAUNCHER__").env_remove("PYTHONHOME").env_remove("PYTHONSTARTUP");
        // The program's folder has to be the first on the path: it takes it away itself.
        command.env_remove("PYTHONSAFEPATH");
        if self.isolated {
            command.env_remove("PYTHONPATH").env("PYTHONNOUSERSITE", "1");
            // What an environment of the user's says is not true of this one.
            command.env_remove("VIRTUAL_ENV").env_remove("PYTHONDONTWRITEBYTECODE");
        }
        let mut child = command.spawn().map_err(BuildError::io("run", self.python))?;
        // While this end is open the child knows that somebody waits for it.
        let _held = child.stdin.take();
        child.wait().map_err(BuildError::io("wait for", self.python))
    }

    fn answer(
        &self,
        hook: &str,
        result: &Path,
        log: PathBuf,
        refused: &Path,
        status: ExitStatus,
    ) -> Result<Answer, BuildError> {
        let project = || self.project.to_owned();
        let size = fs::metadata(result).map(|data| data.len()).ok();
        let answer: Option<Value> = match size {
            Some(size) if size <= LARGEST_ANSWER => {
                fs::read(result).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok())
            }
            _ => None,
        };
        let mut native: Vec<String> = Vec::new();
        let mut note = |what: &str| {
            if !what.is_empty() && !native.iter().any(|known| known == what) {
                native.push(what.to_owned());
            }
        };
        if let Some(list) = answer.as_ref().and_then(|answer| answer.get("native")).and_then(Value::as_array)
        {
            list.iter().filter_map(Value::as_str).for_each(&mut note);
        }
        fs::read_to_string(refused).unwrap_or_default().lines().for_each(&mut note);
        let Some(answer) = answer else {
            let output = Output::read(&log);
            return Err(BuildError::Died {
                project: project(),
                hook: hook.to_owned(),
                status,
                native,
                output,
            });
        };
        let words = |key: &str| answer.get(key).and_then(Value::as_str).map(str::to_owned);
        if let Some(problem) = words("unusable") {
            return Err(BuildError::Backend { project: project(), problem, output: Output::read(&log) });
        }
        if let Some(message) = words("raised") {
            let output = Output::read(&log);
            return Err(BuildError::Raised {
                project: project(),
                hook: hook.to_owned(),
                message,
                native,
                output,
            });
        }
        let value = match answer.get("missing").and_then(Value::as_bool) {
            Some(true) => None,
            _ => Some(answer.get("value").cloned().unwrap_or(Value::Null)),
        };
        Ok(Answer { value, native, log })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_comes_again_has_a_list() {
        let settings = vec![
            ("a".to_owned(), "1".to_owned()),
            ("b".to_owned(), "2".to_owned()),
            ("a".to_owned(), "3".to_owned()),
            ("a".to_owned(), "4".to_owned()),
        ];
        assert_eq!(settings_value(&settings).to_string(), r#"{"a":["1","3","4"],"b":"2"}"#);
        assert_eq!(settings_value(&Vec::new()), Value::Null);
    }
}
