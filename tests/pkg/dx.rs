//! The real binary in a world of its own: a loopback index, a cache, a home and an environment that nobody else uses.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::loopback::{Behaviour, Folder, Offered, Server};
use crate::wheels::{Sdist, Wheel};

/// The binary that these tests are about; the scratch packages of developers have none.
pub const EXECUTABLE: Option<&str> = option_env!("CARGO_BIN_EXE_dx");

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    /// Everything that was written.
    pub fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// The command did what it was asked.
    #[track_caller]
    pub fn good(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.all());
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    /// The command ended with this code, and its errors hold this text.
    #[track_caller]
    pub fn bad(self, code: i32, text: &str) -> Self {
        assert_eq!(self.code, code, "{}", self.all());
        assert!(self.err.contains(text), "no {text:?} in: {}", self.all());
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.out.contains(text), "no {text:?} in: {}", self.all());
        self
    }

    #[track_caller]
    pub fn has_line(self, line: &str) -> Self {
        assert!(self.out.lines().any(|one| one == line), "no line {line:?} in: {}", self.all());
        self
    }
}

pub type Tree = BTreeMap<String, Vec<u8>>;

/// A server, a cache and an environment.
pub struct World {
    pub server: Server,
    pub folder: Folder,
    /// Environment variables of every command.
    pub variables: Vec<(String, String)>,
    executable: &'static str,
}

/// A wheel as the index offers it.
pub fn offered(wheel: &Wheel) -> Offered {
    Offered::new(&wheel.name.to_lowercase().replace(['_', '.'], "-"), &wheel.file_name(), wheel.build())
}

/// A source distribution as the index offers it.
pub fn offered_source(sdist: &Sdist) -> Offered {
    Offered::new(&sdist.name, &sdist.file_name(), sdist.build())
}

/// A wheel with a module and requirements.
pub fn package(name: &str, version: &str, requires: &[&str]) -> Wheel {
    let lines: String = requires.iter().map(|text| format!("Requires-Dist: {text}\n")).collect();
    let module = name.replace('-', "_");
    Wheel::new(name, version)
        .metadata(&lines)
        .file(&format!("{module}/__init__.py"), &format!("version = '{version}'\n"))
}

impl World {
    /// A world with an environment in it, or nothing where there is no binary to test.
    pub fn new(wheels: &[Wheel]) -> Option<World> {
        World::serving(Behaviour::default(), wheels.iter().map(offered).collect())
    }

    pub fn serving(behaviour: Behaviour, files: Vec<Offered>) -> Option<World> {
        let Some(executable) = EXECUTABLE else {
            eprintln!("skipped: no dx binary in this package");
            return None;
        };
        let world = World {
            server: Server::start(behaviour, files),
            folder: Folder::new("commands"),
            variables: Vec::new(),
            executable,
        };
        std::fs::create_dir_all(world.path("home")).unwrap();
        world.dx(&["venv", "env"]).good();
        Some(world)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.executable);
        command.args(arguments).current_dir(&self.folder.0).env_clear().stdin(Stdio::null());
        command
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.path("home"))
            .env("VIRTUAL_ENV", self.path("env"));
        command.env("PIP_INDEX_URL", self.server.url()).env("XDG_CACHE_HOME", self.path("cache"));
        command.env("PIP_RETRIES", "2");
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }

    pub fn dx(&self, arguments: &[&str]) -> Ended {
        ended(self.command(arguments).output().unwrap())
    }

    /// `dx pip …`.
    pub fn pip(&self, arguments: &[&str]) -> Ended {
        self.dx(&[&["pip"], arguments].concat())
    }

    /// What is installed, as `freeze` writes it.
    pub fn freeze(&self) -> Vec<String> {
        self.pip(&["freeze"]).good().out.lines().map(str::to_owned).collect()
    }

    pub fn site_packages(&self) -> PathBuf {
        self.path("env/lib/python3.14/site-packages")
    }

    /// All files of the environment with their bytes.
    pub fn tree(&self) -> Tree {
        tree(&self.path("env"))
    }
}

pub fn ended(output: std::process::Output) -> Ended {
    Ended {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// All files below a folder with their bytes, links with their targets, folders with nothing.
pub fn tree(root: &Path) -> Tree {
    fn walk(root: &Path, folder: &Path, found: &mut Tree) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            let kind = entry.file_type().unwrap();
            if kind.is_symlink() {
                let target = std::fs::read_link(&path).unwrap();
                found.insert(name, target.to_string_lossy().into_owned().into_bytes());
            } else if kind.is_dir() {
                found.insert(format!("{name}/"), Vec::new());
                walk(root, &path, found);
            } else {
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut found = Tree::new();
    walk(root, root, &mut found);
    found
}
