//! Where Python is installed, and the virtual environment that it was started in.
//!
//! What CPython's `getpath` finds out for `sys.prefix` and its kin, and what the library's `site` does at the start of a plain
//! environment, without importing it. An environment is a `pyvenv.cfg` with a `home`, beside the executable or one folder above, links
//! not followed; whether there is one costs two questions to the system.
//!
//! Otherwise than CPython: the base is where the executable is, links followed, even if `home` names another folder, because the
//! library is inside the executable and `home` may be from before a move; `PYTHONHOME` moves nothing.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use crate::runtime::api::Config;
use crate::runtime::error::PyResult;
use crate::runtime::object::vm::Vm;
use crate::version;

/// The places that `sys` names.
pub struct Prefixes {
    /// `sys.prefix`
    pub prefix: PathBuf,
    environment: Option<Environment>,
}

/// A virtual environment, as its file describes it.
struct Environment {
    home: String,
    system_site: bool,
    executable: Option<PathBuf>,
}

impl Prefixes {
    /// Finds the places out and sets them in `sys`.
    pub fn install(vm: &Vm, config: &Config) -> Prefixes {
        let executable = normalised(&config.executable);
        let real = std::env::current_exe().unwrap_or_else(|_| executable.clone());
        let folder = executable.parent().unwrap_or(Path::new(""));
        let above = folder.parent().unwrap_or(folder);
        let environment = [folder, above].into_iter().find_map(Environment::read);
        // An environment's own copy of the executable tells nothing about the base: the file does.
        let original = match &environment {
            Some(environment) if real.starts_with(above) => environment.original(),
            _ => real,
        };
        let base = original.parent().and_then(Path::parent).unwrap_or(Path::new("/usr"));
        // `site` takes the folder above the executable's, wherever the file stands.
        let prefix = if environment.is_some() { above } else { base };
        let set = |name: &str, path: &Path| vm.set_in(&vm.interp().sys, name, vm.os_str(path.as_os_str()));
        for (name, path) in
            [("prefix", prefix), ("exec_prefix", prefix), ("base_prefix", base), ("base_exec_prefix", base)]
        {
            set(name, path);
        }
        set("_base_executable", if environment.is_some() { &original } else { &config.executable });
        Prefixes { prefix: prefix.to_owned(), environment }
    }

    /// Whether Python runs in a virtual environment.
    pub fn is_environment(&self) -> bool {
        self.environment.is_some()
    }

    /// Does what `site` would do for a plain environment: its packages' folder goes on `sys.path`, and what its `.pth` files name. False
    /// if there is more to do: code in a `.pth` file, a `sitecustomize`, packages from outside. Then nothing has been done.
    pub fn add_packages(&self, vm: &Vm, config: &Config) -> PyResult<bool> {
        let Some(environment) = &self.environment else { return Ok(false) };
        if environment.system_site || config.module_search_path.is_some() {
            return Ok(false);
        }
        let version = format!("python{}.{}", version::MAJOR, version::MINOR);
        let packages = self.prefix.join("lib").join(version).join("site-packages");
        let mut folders = Vec::new();
        if let Ok(entries) = fs::read_dir(&packages) {
            folders.push(packages.clone());
            let mut named = Vec::new();
            for name in entries.flatten().map(|entry| entry.file_name()) {
                let bytes = name.as_bytes();
                if bytes.starts_with(b"sitecustomize") || bytes.starts_with(b"usercustomize") {
                    return Ok(false);
                }
                if bytes.ends_with(b".pth") && !bytes.starts_with(b".") {
                    named.push(name);
                }
            }
            named.sort();
            for name in named {
                let Ok(text) = fs::read_to_string(packages.join(name)) else { return Ok(false) };
                for line in text.trim_start_matches('\u{feff}').lines().map(str::trim_end) {
                    if line.starts_with("import ") || line.starts_with("import\t") {
                        return Ok(false);
                    }
                    let folder = normalised(&packages.join(line));
                    if !line.is_empty()
                        && !line.starts_with('#')
                        && folder.exists()
                        && !folders.contains(&folder)
                    {
                        folders.push(folder);
                    }
                }
            }
        }
        vm.set_in(&vm.interp().sys, "_home", vm.str(environment.home.as_str()));
        if let Some(path) = vm.interp().sys.get_str(&vm.names().path)
            && let Some(items) = vm.list_items(&path)
        {
            items.get_mut().extend(folders.iter().map(|folder| vm.os_str(folder.as_os_str())));
        }
        Ok(true)
    }
}

impl Environment {
    /// Reads the `pyvenv.cfg` of a folder; one without a `home` makes no environment.
    fn read(root: &Path) -> Option<Environment> {
        let text = fs::read(root.join("pyvenv.cfg")).ok()?;
        let text = String::from_utf8_lossy(&text);
        let mut home = None;
        // What `site` takes for a file that does not say.
        let mut system_site = true;
        let mut executable = None;
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "home" => home = Some(value.to_owned()),
                "include-system-site-packages" => system_site = value.eq_ignore_ascii_case("true"),
                "executable" => executable = Some(PathBuf::from(value)),
                _ => {}
            }
        }
        Some(Environment { home: home?, system_site, executable })
    }

    /// The executable that a copy was made of, as far as the file tells.
    fn original(&self) -> PathBuf {
        self.executable.clone().unwrap_or_else(|| Path::new(&self.home).join("dx"))
    }
}

/// The path without `.` and `..`, as `os.path.abspath` makes it of an absolute one.
fn normalised(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            other => out.push(other),
        }
    }
    out
}
