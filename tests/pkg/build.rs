//! Building: hooks run, wheels kept. The backends are a few lines of Python inside the projects, so nothing is fetched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dx::pkg::build::cache::{Cache, Key};
use dx::pkg::filename::WheelName;

use super::loopback::Folder;
use super::wheels::{Sdist, Wheel};

#[test]
fn built_wheels_are_found_again_until_they_are_removed() {
    let folder = Folder::new("built");
    let cache = Cache::new(&folder.0);
    let name = WheelName::parse("a-1.0-py3-none-any.whl").unwrap();
    let settings = vec![("k".to_owned(), "v".to_owned())];
    let keys = [
        Key::new("sha256:00", None, &Vec::new()),
        Key::new("sha256:01", None, &Vec::new()),
        Key::new("sha256:00", Some("sub"), &Vec::new()),
        Key::new("sha256:00", None, &settings),
    ];
    for (at, key) in keys.iter().enumerate() {
        assert!(keys.iter().skip(at + 1).all(|other| other != key));
        assert!(cache.wheel(key).is_none());
    }
    let wheel = folder.path("a-1.0-py3-none-any.whl");
    fs::write(&wheel, b"bytes").unwrap();
    let kept = cache.keep_wheel(&keys[0], &wheel, &name, [7; 32], "a 1.0").unwrap();
    assert_eq!(fs::read(&kept).unwrap(), b"bytes");
    let found = cache.wheel(&keys[0]).unwrap();
    assert_eq!((found.path.clone(), found.sha256, found.origin.as_str()), (kept, [7; 32], "a 1.0"));
    assert!(cache.wheel(&keys[1]).is_none());
    cache.keep_metadata(&keys[1], "Name: b\n");
    assert_eq!(cache.metadata(&keys[1]).as_deref(), Some("Name: b\n"));
    assert_eq!(cache.list().len(), 1);
    // A note that leads elsewhere counts as none.
    let note = found.path.with_file_name("wheel.json");
    let text = fs::read_to_string(&note).unwrap();
    fs::write(&note, text.replace("a-1.0-py3", "../a-1.0-py3")).unwrap();
    assert!(cache.wheel(&keys[0]).is_none_or(|kept| kept.path.parent() == note.parent()));
    fs::write(&note, text).unwrap();
    cache.remove(&found).unwrap();
    assert!(cache.wheel(&keys[0]).is_none());
    let (files, _) = cache.prune(std::time::SystemTime::now() + std::time::Duration::from_secs(60));
    assert_eq!(files, 1);
    assert_eq!(cache.metadata(&keys[1]), None);
}

/// A backend in Python: it writes down which hooks are called, and makes wheels of `demo.py`.
pub const BACKEND: &str = r#"
import base64, hashlib, os, sys, zipfile

NAME, VERSION, REQUIRES = "demo", "1.0", []

def note(hook, *words):
    with open(os.environ["NOTES"], "a") as file:
        file.write(" ".join([hook, *map(str, words)]) + "\n")

def stem():
    return f"{NAME}-{VERSION}"

def metadata():
    lines = ["Metadata-Version: 2.1", f"Name: {NAME}", f"Version: {VERSION}"]
    return "\n".join(lines + [f"Requires-Dist: {one}" for one in REQUIRES]) + "\n"

def wheel(folder, files, filename=None):
    filename = filename or f"{stem()}-py3-none-any.whl"
    info = f"{stem()}.dist-info"
    files = dict(files)
    files[f"{info}/METADATA"] = metadata()
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: demo\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = ""
    with zipfile.ZipFile(os.path.join(folder, filename), "w") as out:
        for name, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={digest},{len(text.encode())}\n"
            out.writestr(name, text)
        out.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
    return filename

def build_wheel(folder, config_settings=None, metadata_directory=None):
    note("build_wheel", config_settings)
    print("the backend speaks")
    return wheel(folder, {"demo.py": open("demo.py").read()})
"#;

pub const PYPROJECT: &str =
    "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['build']\n";

/// dx with a cache and an environment of a test's own.
struct Try {
    folder: Folder,
    dx: PathBuf,
}

impl Try {
    /// None where there is no dx to run.
    fn new(label: &str) -> Option<Try> {
        let Some(dx) = option_env!("CARGO_BIN_EXE_dx") else {
            eprintln!("skipped: there is no dx here");
            return None;
        };
        let made = Try { folder: Folder::new(label), dx: PathBuf::from(dx) };
        let done = Command::new(&made.dx).args(["venv", "-q"]).arg(made.folder.path("env")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Some(made)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.dx);
        command.args(["pip", arguments[0], "--isolated"]).args(&arguments[1..]);
        if arguments[0] == "install" {
            command.arg("--no-index");
        }
        command.arg(format!("--cache-dir={}", self.folder.path("cache").display()));
        command.env("VIRTUAL_ENV", self.folder.path("env")).env("NOTES", self.folder.path("notes"));
        command.current_dir(&self.folder.0).env_remove("PIP_FIND_LINKS").stdin(std::process::Stdio::null());
        command
    }

    fn pip(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that has to work; answers what it wrote.
    fn works(&self, arguments: &[&str]) -> String {
        let done = self.pip(arguments);
        let text =
            [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).join("");
        assert!(done.status.success(), "{arguments:?}: {text}");
        text
    }

    /// Runs a command that has to fail; answers what it wrote.
    fn fails(&self, arguments: &[&str]) -> String {
        let done = self.pip(arguments);
        let text =
            [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).join("");
        assert_eq!(done.status.code(), Some(1), "{arguments:?}: {text}");
        text
    }

    /// The hooks that were called, a line each, and forgets them.
    fn notes(&self) -> String {
        let path = self.folder.path("notes");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        text
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A project whose backend is the usual one with `more` behind it.
    fn project(&self, name: &str, more: &str) {
        self.write(&format!("{name}/pyproject.toml"), PYPROJECT);
        self.write(&format!("{name}/build/backend.py"), &format!("{BACKEND}{more}"));
        self.write(&format!("{name}/demo.py"), "value = 1\n");
    }

    fn python(&self, code: &str) -> String {
        let done = Command::new(self.folder.path("env/bin/python")).args(["-c", code]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    fn direct_url(&self, name: &str) -> serde_json::Value {
        let text = self.python(&format!(
            "import importlib.metadata as m; print(m.distribution('{name}').read_text('direct_url.json'))"
        ));
        serde_json::from_str(&text).unwrap()
    }

    fn sdist(&self, name: &str, version: &str, more: &str) -> Sdist {
        let backend = BACKEND.replace("\"demo\", \"1.0\"", &format!("{name:?}, {version:?}"));
        Sdist::new(name, version)
            .file("pyproject.toml", PYPROJECT)
            .file("build/backend.py", &format!("{backend}{more}"))
            .file("demo.py", "value = 1\n")
    }

    fn offer(&self, sdist: &Sdist) {
        let folder = self.folder.path("links");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(sdist.file_name()), sdist.build()).unwrap();
    }
}

#[test]
fn an_archive_is_built_once() {
    let Some(here) = Try::new("build-archive") else { return };
    let sdist = here.sdist("demo", "1.0", "");
    fs::write(here.folder.path("demo-1.0.tar.gz"), sdist.build()).unwrap();
    let said = here.works(&["install", "./demo-1.0.tar.gz"]);
    assert!(
        said.contains("Successfully built demo") && said.contains("Successfully installed demo-1.0"),
        "{said}"
    );
    assert!(!said.contains("the backend speaks"), "{said}");
    assert_eq!(here.notes(), "build_wheel None\n");
    assert_eq!(here.python("import demo; print(demo.value)"), "1");
    let url = here.direct_url("demo");
    let digest = super::loopback::sha256(&sdist.build());
    assert_eq!(url["archive_info"]["hashes"]["sha256"], digest, "{url}");
    // Installed again, as pip does with local archives, and not built again.
    let said = here.works(&["install", "./demo-1.0.tar.gz"]);
    assert!(said.contains("Successfully installed demo-1.0") && !said.contains("built"), "{said}");
    assert_eq!(here.notes(), "");
    // Other settings are another wheel, and -v shows what the backend says.
    let said = here.works(&["install", "-v", "-C", "a=1", "-C", "b=2", "-C", "a=3", "./demo-1.0.tar.gz"]);
    assert!(said.contains("the backend speaks"), "{said}");
    assert_eq!(here.notes(), "build_wheel {'a': ['1', '3'], 'b': '2'}\n");
    let left: Vec<_> = fs::read_dir(here.folder.path("cache/dx/builds-1")).unwrap().collect();
    assert!(left.is_empty(), "temporary folders are left: {left:?}");
}

#[test]
fn a_folder_is_built_each_time() {
    let Some(here) = Try::new("build-folder") else { return };
    here.project("p", "");
    here.works(&["install", "./p"]);
    here.write("p/demo.py", "value = 2\n");
    let said = here.works(&["install", "./p"]);
    assert!(said.contains("Successfully installed demo-1.0"), "{said}");
    assert_eq!(here.notes(), "build_wheel None\nbuild_wheel None\n");
    assert_eq!(here.python("import demo; print(demo.value)"), "2");
    let url = here.direct_url("demo");
    assert_eq!(url["dir_info"], serde_json::json!({}), "{url}");
    let said = here.fails(&["install", "./links"]);
    assert!(said.contains("does not exist"), "{said}");
    fs::create_dir(here.folder.path("empty")).unwrap();
    let said = here.fails(&["install", "./empty"]);
    assert!(said.contains("Neither 'setup.py' nor 'pyproject.toml' found"), "{said}");
}

#[test]
fn an_editable_project_is_used_in_place() {
    let Some(here) = Try::new("build-editable") else { return };
    here.project(
        "own",
        "
def build_editable(folder, config_settings=None, metadata_directory=None):
    note('build_editable')
    return wheel(folder, {'own.pth': os.getcwd() + '\\n'})
",
    );
    // Without the hook a `.pth` file does it.
    here.project("plain", "\nNAME = 'plain'\n");
    for (folder, name, hook) in
        [("own", "demo", "build_editable\n"), ("plain", "plain", "build_wheel None\n")]
    {
        here.works(&["install", "-e", &format!("./{folder}")]);
        assert_eq!(here.notes(), hook, "{folder}");
        here.write(&format!("{folder}/demo.py"), "value = 'changed'\n");
        assert_eq!(here.python("import demo; print(demo.value)"), "changed", "{folder}");
        assert_eq!(here.direct_url(name)["dir_info"]["editable"], true, "{folder}");
        let said = here.works(&["uninstall", "-y", name]);
        assert!(said.contains("Successfully uninstalled"), "{said}");
        assert_eq!(here.python("import importlib.util as u; print(u.find_spec('demo'))"), "None", "{folder}");
    }
}

#[test]
fn a_build_that_fails_says_why() {
    let Some(here) = Try::new("build-fails") else { return };
    let hook = "def build_wheel(folder, config_settings=None, metadata_directory=None):";
    let cases = [
        ("raises", format!("{hook}\n    print('almost')\n    raise ValueError('no way')"), "no way"),
        ("quits", format!("{hook}\n    os._exit(3)"), "without an answer"),
        ("leaves", format!("{hook}\n    sys.exit(0)"), "SystemExit"),
        ("nothing", format!("{hook}\n    return 'demo-1.0-py3-none-any.whl'"), "did not make"),
        (
            "outside",
            format!("{hook}\n    return wheel(folder, {{}}) and '../demo-1.0-py3-none-any.whl'"),
            "not a name",
        ),
        ("number", format!("{hook}\n    return 3"), "no name"),
        ("unnamed", format!("{hook}\n    return wheel(folder, {{}}, 'demo.whl')"), "misnamed"),
        ("other", format!("{hook}\n    return wheel(folder, {{}}, 'other-1.0-py3-none-any.whl')"), "other"),
        (
            "native",
            format!("{hook}\n    return wheel(folder, {{}}, 'demo-1.0-cp314-cp314-linux_x86_64.whl')"),
            "not one for dx",
        ),
        ("without", String::from("del build_wheel"), "has no build_wheel"),
        ("syntax", String::from("("), "SyntaxError"),
        ("import", String::from("import not_there"), "not_there"),
    ];
    for (name, code, words) in cases {
        here.project(name, &format!("\n{code}\n"));
        let said = here.fails(&["install", &format!("./{name}")]);
        assert!(said.contains(words) && said.contains(&format!("./{name}")), "{name}: {said}");
    }
    // The end of the output stands below the message, all of it with -v.
    let said = here.fails(&["install", "./raises"]);
    assert!(said.contains("| almost") && said.contains("-v"), "{said}");
    here.project("elsewhere", "");
    here.write("elsewhere/pyproject.toml", &PYPROJECT.replace("'backend'", "'json'"));
    let said = here.fails(&["install", "./elsewhere"]);
    assert!(said.contains("backend-path"), "{said}");
    here.write("elsewhere/pyproject.toml", "[build-system]\nbuild-backend = 'backend'\n");
    let said = here.fails(&["install", "./elsewhere"]);
    assert!(said.contains("requires"), "{said}");
}

#[test]
fn what_a_build_leaves_running_holds_nothing_up() {
    let Some(here) = Try::new("build-left") else { return };
    here.project(
        "p",
        "
import atexit, subprocess, threading, time
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(20)'])
threading.Thread(target=time.sleep, args=(20,)).start()
if os.environ.get('NOTES'):
    atexit.register(note, 'at the end')
",
    );
    let since = std::time::Instant::now();
    here.works(&["install", "./p"]);
    assert!(since.elapsed().as_secs() < 15, "it waited for {:?}", since.elapsed());
    assert!(here.notes().ends_with("at the end\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_build_ends_with_the_dx_that_began_it() {
    let Some(here) = Try::new("build-killed") else { return };
    here.project(
        "p",
        "\nimport time\nnote(os.getpid())\ntime.sleep(60)\n".replace("note(os", "note('pid', os").as_str(),
    );
    let mut child = here.command(&["install", "-q", "./p"]).spawn().unwrap();
    let wait = |until: &dyn Fn() -> bool| {
        for _ in 0..600 {
            if until() {
                return true;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        false
    };
    let notes = here.folder.path("notes");
    assert!(wait(&|| fs::read_to_string(&notes).is_ok_and(|text| text.ends_with('\n'))));
    let pid = fs::read_to_string(&notes).unwrap().trim().rsplit(' ').next().unwrap().to_owned();
    let runs = || fs::read_dir(here.folder.path("cache/dx/builds-1")).unwrap().count();
    assert_eq!(runs(), 1);
    // A second one does not take the folder of the first for a leftover.
    here.project("q", "\nNAME = 'q'\n");
    let other = here.folder.path("other");
    assert!(Command::new(&here.dx).args(["venv", "-q"]).arg(&other).status().unwrap().success());
    let done = here.command(&["install", "./q"]).env("VIRTUAL_ENV", &other).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(runs(), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    let gone = || !fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|text| !text.contains(") Z "));
    assert!(wait(&gone), "process {pid} is still there");
    // What it left is removed by the next one that builds.
    here.works(&["install", "./q"]);
    assert_eq!(runs(), 0);
}

#[test]
fn metadata_that_is_declared_needs_no_build() {
    let Some(here) = Try::new("build-declared") else { return };
    // PKG-INFO of form 2.2 says all.
    here.offer(&here.sdist("final", "1.0", ""));
    let said = here.works(&["install", "--dry-run", "-f", "links", "final"]);
    assert!(said.contains("Would install final-1.0"), "{said}");
    assert_eq!(here.notes(), "");
    // What is dynamic is asked for, by the hook if there is one.
    let prepare = "
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    note('prepare')
    os.mkdir(os.path.join(folder, 'x.dist-info'))
    with open(os.path.join(folder, 'x.dist-info', 'METADATA'), 'w') as file:
        file.write(metadata())
    return 'x.dist-info'
";
    here.offer(&here.sdist("hook", "1.0", prepare).metadata("Dynamic: Requires-Dist\n"));
    here.offer(&here.sdist("none", "1.0", "").metadata("Dynamic: Requires-Dist\n"));
    let said = here.works(&["install", "--dry-run", "-f", "links", "hook"]);
    assert!(said.contains("Would install hook-1.0"), "{said}");
    assert_eq!(here.notes(), "prepare\n");
    let said = here.works(&["install", "--dry-run", "-f", "links", "none"]);
    assert!(said.contains("Would install none-1.0"), "{said}");
    assert_eq!(here.notes(), "build_wheel None\n");
    // Nothing is prepared or built twice.
    here.works(&["install", "-f", "links", "hook", "none"]);
    assert_eq!(here.notes(), "build_wheel None\n");
    // A folder is not built to be looked at.
    here.project("p", prepare);
    let said = here.works(&["install", "--dry-run", "./p"]);
    assert!(said.contains("Would install demo-1.0"), "{said}");
    assert_eq!(here.notes(), "prepare\n");
    // `[project]` counts where PKG-INFO does not.
    let toml = format!("{PYPROJECT}[project]\nname = 'table'\nversion = '1.0'\ndependencies = ['final']\n");
    let mut table = here.sdist("table", "1.0", "").metadata("Dynamic: Requires-Dist\n");
    table = Sdist::new("table", "1.0").metadata(&table.metadata).file("pyproject.toml", &toml);
    here.offer(&table);
    let said = here.works(&["install", "--dry-run", "-f", "links", "table"]);
    assert!(said.contains("Would install final-1.0 table-1.0"), "{said}");
    assert_eq!(here.notes(), "");
    // A release that turns out to be another one is refused.
    here.offer(&here.sdist("liar", "1.0", "\nVERSION = '2.0'\n"));
    let said = here.fails(&["install", "-f", "links", "liar"]);
    assert!(said.contains("liar 1.0") && said.contains("2.0"), "{said}");
}

#[test]
fn what_a_build_requires_is_installed_for_it_alone() {
    let Some(here) = Try::new("build-requires") else { return };
    let tool =
        |version: &str| Wheel::new("tool", version).file("tool.py", &format!("version = {version:?}\n"));
    let extra = Wheel::new("more", "1.0").file("more.py", "value = 5\n");
    fs::create_dir(here.folder.path("links")).unwrap();
    for wheel in [&tool("1.0"), &tool("2.0"), &extra] {
        fs::write(here.folder.path("links").join(wheel.file_name()), wheel.build()).unwrap();
    }
    here.project(
        "p",
        "
import tool
def get_requires_for_build_wheel(config_settings=None):
    return ['more', 'missing ; python_version < \"3\"']
plain = build_wheel
def build_wheel(folder, config_settings=None, metadata_directory=None):
    import more
    note('with', tool.version, more.value)
    return plain(folder)
",
    );
    here.write("p/pyproject.toml", &PYPROJECT.replace("[]", "['tool']"));
    here.works(&["install", "-f", "links", "./p"]);
    assert_eq!(here.notes(), "with 2.0 5\nbuild_wheel None\n");
    assert_eq!(
        here.python("import importlib.util as u; print(u.find_spec('tool'), u.find_spec('more'))"),
        "None None"
    );
    here.write("limits.txt", "tool<2\n");
    here.works(&["install", "-f", "links", "--build-constraint", "limits.txt", "./p"]);
    assert_eq!(here.notes(), "with 1.0 5\nbuild_wheel None\n");
    let said = here.fails(&["install", "./p"]);
    assert!(said.contains("./p cannot be built") && said.contains("tool"), "{said}");
    // Without isolation the user's own environment has to have them.
    let said = here.fails(&["install", "--no-build-isolation", "--check-build-dependencies", "./p"]);
    assert!(said.contains("its build requires tool"), "{said}");
    here.works(&["install", "-f", "links", "tool==1.0", "more"]);
    here.works(&["install", "--no-build-isolation", "--check-build-dependencies", "./p"]);
    assert_eq!(here.notes(), "with 1.0 5\nbuild_wheel None\n");
}

#[test]
fn a_build_that_needs_itself_is_an_error() {
    let Some(here) = Try::new("build-cycle") else { return };
    for (name, other) in [("ping", "pong"), ("pong", "ping")] {
        let sdist = Sdist::new(name, "1.0").file(
            "pyproject.toml",
            &format!("[build-system]\nrequires = ['{other}']\nbuild-backend = 'b'\n"),
        );
        here.offer(&sdist);
    }
    let said = here.fails(&["install", "-f", "links", "ping"]);
    assert!(said.contains("building it needs") && said.contains("pong 1.0"), "{said}");
}

/// As much of setuptools as its commands for extensions have in common with the real one.
const COMMAND: &str = "
class DistutilsPlatformError(Exception):
    pass

def new_compiler(compiler=None):
    return object()

class build_ext:
    def __init__(self, extensions):
        self.extensions, self.compiler = extensions, None
    def run(self):
        raise RuntimeError('a compiler was looked for')
    def build_extensions(self):
        for one in self.extensions:
            self.build_extension(one)
    def build_extension(self, one):
        raise RuntimeError('a compiler was run')
";

#[test]
fn native_code_is_refused_unless_it_is_optional() {
    let Some(here) = Try::new("build-native") else { return };
    let code = "
from types import SimpleNamespace
from setuptools._distutils.command.build_ext import build_ext, DistutilsPlatformError
plain = build_wheel
def build_wheel(folder, config_settings=None, metadata_directory=None):
    build_ext([]).run()
    try:
        build_ext([SimpleNamespace(name='demo._speed')]).run()
    except DistutilsPlatformError:
        if not OPTIONAL:
            raise
    return plain(folder)
";
    for (name, optional) in [("needed", "False"), ("optional", "True")] {
        here.project(name, &format!("{code}\nOPTIONAL = {optional}\n"));
        here.write(&format!("{name}/build/setuptools/_distutils/command/build_ext.py"), COMMAND);
        for package in ["setuptools", "setuptools/_distutils", "setuptools/_distutils/command"] {
            here.write(&format!("{name}/build/{package}/__init__.py"), "");
        }
    }
    let said = here.fails(&["install", "./needed"]);
    assert!(said.contains("./needed cannot be built for dx") && said.contains("demo._speed"), "{said}");
    assert!(!said.contains("Traceback"), "{said}");
    let said = here.works(&["install", "./optional"]);
    assert!(said.contains("without its extension modules (demo._speed)"), "{said}");
    here.write(
        "meson/pyproject.toml",
        "[build-system]\nrequires = ['meson-python']\nbuild-backend = 'mesonpy'\n",
    );
    let said = here.fails(&["install", "./meson"]);
    assert!(said.contains("mesonpy") && said.contains("C compiler"), "{said}");
    here.project(
        "headers",
        "\nprint('demo.c:1:10: fatal error: Python.h: No such file')\nraise OSError('gcc')\n",
    );
    let said = here.fails(&["install", "./headers"]);
    assert!(said.contains("Python's headers"), "{said}");
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(arguments);
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

#[test]
fn a_repository_is_built_once_for_each_commit() {
    let Some(here) = Try::new("build-git") else { return };
    here.project("repo/sub", "");
    let repository = here.folder.path("repo");
    git(&repository, &["init", "-q", "-b", "main"]);
    git(&repository, &["add", "."]);
    git(&repository, &["commit", "-q", "-m", "one"]);
    git(&repository, &["tag", "v1"]);
    let commit = git(&repository, &["rev-parse", "HEAD"]);
    let url = format!("git+file://{}", repository.display());
    let said = here.works(&["install", &format!("{url}@v1#subdirectory=sub")]);
    assert!(said.contains(&commit), "{said}");
    assert_eq!(here.notes(), "build_wheel None\n");
    let origin = here.direct_url("demo");
    assert_eq!(
        origin,
        serde_json::json!({
            "url": format!("file://{}", repository.display()),
            "vcs_info": {"vcs": "git", "commit_id": commit, "requested_revision": "v1"},
            "subdirectory": "sub",
        })
    );
    here.works(&["install", "--force-reinstall", &format!("demo @ {url}#subdirectory=sub")]);
    assert_eq!(here.notes(), "");
    // In place it stands below --src, and can be moved to another commit.
    here.write("repo/sub/demo.py", "value = 2\n");
    git(&repository, &["commit", "-q", "-a", "-m", "two"]);
    let editable = |revision: &str| format!("{url}@{revision}#egg=demo&subdirectory=sub");
    here.works(&["install", "--src", "checkouts", "-e", &editable("v1")]);
    assert_eq!(here.python("import demo; print(demo.value)"), "1");
    assert!(here.folder.path("checkouts/demo/.git").exists());
    here.works(&["install", "--src", "checkouts", "-e", &editable("main")]);
    assert_eq!(here.python("import demo; print(demo.value)"), "2");
    let origin = here.direct_url("demo");
    assert_eq!(origin["dir_info"]["editable"], true, "{origin}");
    let said = here.fails(&["install", &format!("{url}#subdirectory=none")]);
    assert!(said.contains("does not exist"), "{said}");
    let said = here.fails(&["install", "hg+https://example.org/x"]);
    assert!(said.contains("git"), "{said}");
}

#[test]
fn settings_and_hashes_of_single_requirements_hold() {
    let Some(here) = Try::new("build-single") else { return };
    let sdist = here.sdist("demo", "1.0", "");
    fs::write(here.folder.path("demo-1.0.tar.gz"), sdist.build()).unwrap();
    let digest = super::loopback::sha256(&sdist.build());
    let wrong = "0".repeat(64);
    here.write(
        "good.txt",
        &format!("./demo-1.0.tar.gz --config-settings mode=fast --hash=sha256:{digest}\n"),
    );
    here.works(&["install", "-C", "x=1", "-r", "good.txt"]);
    assert_eq!(here.notes(), "build_wheel {'mode': 'fast', 'x': '1'}\n");
    here.write("bad.txt", &format!("./demo-1.0.tar.gz --hash=sha256:{wrong}\n"));
    let said = here.fails(&["install", "-r", "bad.txt"]);
    assert!(said.contains(&digest) && said.contains(&wrong), "{said}");
    here.project("p", "");
    here.write("folder.txt", &format!("./p --hash=sha256:{digest}\n"));
    let said = here.fails(&["install", "-r", "folder.txt"]);
    assert!(said.contains("hash"), "{said}");
    assert_eq!(here.notes(), "");
}
