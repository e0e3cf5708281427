//! The installer's front: what it has to know of this process, this machine and dx's own Python.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::LINKS;
use crate::pkg::commands::session::Host;
use crate::pkg::commands::{self};
use crate::pkg::index::config::Variables;
use crate::pkg::marker::Environment;
use crate::pkg::python::Python;
use crate::pkg::tags::System;
use crate::runtime::api::{self, ExitStatus};
use crate::version;

/// dx as the Python that packages are installed for.
struct Own {
    executable: PathBuf,
}

impl Python for Own {
    fn executable(&self) -> &Path {
        &self.executable
    }

    fn cache_tag(&self) -> &str {
        version::CACHE_TAG
    }

    fn magic(&self) -> [u8; 4] {
        api::BYTECODE_MAGIC
    }

    fn compile(&self, source: &[u8], path: &Path) -> Option<Vec<u8>> {
        api::compile_module(source, &path.to_string_lossy())
    }
}

/// The names of links that are a Python, and those that are its installer.
fn links() -> (Vec<&'static str>, Vec<&'static str>) {
    let (pip, python) = LINKS.iter().map(|(name, _)| *name).partition(|name| name.starts_with("pip"));
    (python, pip)
}

/// Runs `work` with everything that the installer has to know.
pub(super) fn with_host(
    arguments: &[OsString],
    work: impl FnOnce(&Host<'_>, &[String]) -> i32,
) -> ExitStatus {
    let texts: Option<Vec<String>> =
        arguments.iter().map(|argument| argument.to_str().map(str::to_owned)).collect();
    let Some(texts) = texts else {
        super::complain("ERROR: an argument is not UTF-8");
        return super::USAGE;
    };
    let executable = match std::env::current_exe().and_then(|path| path.canonicalize()) {
        Ok(executable) => executable,
        Err(error) => {
            super::complain(&format!("ERROR: cannot find this executable: {error}"));
            return ExitStatus::Code(1);
        }
    };
    let machine = api::machine();
    let system = match std::env::consts::OS {
        "linux" => machine.glibc.map_or(System::Other, |(major, minor)| System::Glibc(major, minor)),
        "macos" => System::Mac(macos(&machine.release), 0),
        "windows" => System::Windows,
        _ => System::Other,
    };
    let own = Own { executable: executable.clone() };
    let (python, pip) = links();
    let host = Host {
        python: &own,
        executable,
        started_as: started_as(&arguments[0]),
        links: (&python, &pip),
        markers: markers(&machine),
        system,
        variables: Variables::process(),
        arguments: texts.clone(),
    };
    ExitStatus::Code(work(&host, &texts))
}

/// macOS's version from its kernel's: Darwin 20 is macOS 11.
fn macos(release: &str) -> u64 {
    let darwin = release.split('.').next().and_then(|major| major.parse::<u64>().ok()).unwrap_or(20);
    darwin.saturating_sub(9).max(11)
}

/// dx's own environment for markers (PEP 508), as its `sys`, `os` and `platform` report it.
fn markers(machine: &api::Machine) -> Environment {
    Environment {
        implementation_name: "dx".to_owned(),
        implementation_version: version::python(),
        os_name: if cfg!(windows) { "nt" } else { "posix" }.to_owned(),
        platform_machine: machine.machine.clone(),
        platform_python_implementation: "CPython".to_owned(),
        platform_release: machine.release.clone(),
        platform_system: machine.system.clone(),
        platform_version: machine.version.clone(),
        python_full_version: version::python(),
        python_version: format!("{}.{}", version::MAJOR, version::MINOR),
        sys_platform: match std::env::consts::OS {
            "macos" => "darwin",
            "windows" => "win32",
            os => os,
        }
        .to_owned(),
    }
}

/// The full path of the link that the process was started as: where a name without a folder was found on PATH.
fn started_as(argv0: &OsString) -> Option<PathBuf> {
    let path = Path::new(argv0);
    if path.components().count() > 1 {
        return std::path::absolute(path).ok();
    }
    let places = std::env::var_os("PATH")?;
    std::env::split_paths(&places).map(|folder| folder.join(path)).find(|candidate| candidate.is_file())
}

/// `dx pip …` or `pip …`; `skip` arguments stand in front of pip's own.
pub fn pip(arguments: &[OsString], skip: usize) -> ExitStatus {
    let name = Path::new(&arguments[0]).file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| String::from("dx"));
    let program = if skip > 1 { format!("{name} pip") } else { name };
    with_host(arguments, |host, texts| commands::pip(host, &program, &texts[skip..]))
}

/// `dx venv …`.
pub fn venv(arguments: &[OsString], skip: usize) -> ExitStatus {
    let mut misuse = None;
    let status = with_host(arguments, |host, texts| {
        commands::make_environment(host, &texts[skip..]).unwrap_or_else(|message| {
            misuse = Some(message);
            2
        })
    });
    match misuse {
        Some(message) => super::misuse("venv", &message),
        None => status,
    }
}
