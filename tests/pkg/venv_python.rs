//! Python started in an environment: what `sys`, `site` and `sysconfig` say there, and what the library's `venv`, `ensurepip` and
//! `pip` do. What is expected is what CPython 3.14 prints in an equal environment, with dx's own executable in place of its.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use dx::pkg::venv::{Environment, Options, create};

const DX: Option<&str> = option_env!("CARGO_BIN_EXE_dx");

/// An environment in a folder of its own; `None`, said aloud, where there is no dx to run.
fn made(copies: bool, system: bool) -> Option<(Guard, Environment)> {
    let Some(dx) = DX else {
        eprintln!("skipped: there is no dx to run in this package");
        return None;
    };
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("dx-python-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let root = fs::canonicalize(std::env::temp_dir()).unwrap().join(name);
    fs::create_dir(&root).unwrap();
    let options = Options {
        executable: Path::new(dx),
        names: &["python3", "python3.14", "pytest"],
        pip: &["pip", "pip3", "pip3.14"],
        system_site_packages: system,
        clear: false,
        prompt: None,
        copies,
        command: "",
    };
    let environment = create(&root.join("env"), &options).unwrap();
    Some((Guard(root), environment))
}

struct Guard(PathBuf);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs Python and answers what it prints, the environment's folder as ENV and the base's as BASE.
fn run(python: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(python);
    for variable in ["VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE"] {
        command.env_remove(variable);
    }
    let ran = command.args(arguments).env("HOME", "/nowhere").output().unwrap();
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{} {arguments:?}: {errors}", python.display());
    let root = python.parent().and_then(Path::parent).unwrap().display().to_string();
    let base = Path::new(DX.unwrap()).parent().and_then(Path::parent).unwrap().display().to_string();
    String::from_utf8(ran.stdout).unwrap().replace(&root, "ENV").replace(&base, "BASE")
}

const FACTS: &str = "
import sys
early = sys.path[:]
import site, sysconfig
print(sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)
print(sys.executable)
print([folder for folder in early if 'site-packages' in folder or 'extra' in folder])
print(site.PREFIXES, site.ENABLE_USER_SITE, site.getsitepackages(), site.getusersitepackages())
for name, path in sysconfig.get_paths().items(): print(name, path)
print(sysconfig.get_default_scheme(), *sysconfig.get_config_vars('prefix', 'base', 'installed_base', 'platbase'))
print([folder for folder in sys.path if 'site-packages' in folder or 'extra' in folder])
";

/// What CPython 3.14 prints in an environment of its own.
fn expected(executable: &str, path: &str) -> String {
    format!(
        "ENV ENV BASE BASE\n{executable}\n{path}\n\
         ['ENV', 'ENV'] False ['ENV/lib/python3.14/site-packages'] /nowhere/.local/lib/python3.14/site-packages\n\
         stdlib BASE/lib/python3.14\nplatstdlib ENV/lib/python3.14\npurelib ENV/lib/python3.14/site-packages\n\
         platlib ENV/lib/python3.14/site-packages\ninclude BASE/include/python3.14\nplatinclude BASE/include/python3.14\n\
         scripts ENV/bin\ndata ENV\nvenv ENV ENV BASE ENV\n{path}\n"
    )
}

#[test]
fn an_environment_is_seen_whichever_link_starts_it() {
    let Some((guard, environment)) = made(false, false) else { return };
    let path = "['ENV/lib/python3.14/site-packages']";
    for name in ["python", "python3", "python3.14"] {
        let python = environment.scripts().join(name);
        for option in ["-c", "-Ic", "-Ec", "-sc"] {
            assert_eq!(
                run(&python, &[option, FACTS]),
                expected(&format!("ENV/bin/{name}"), path),
                "{name} {option}"
            );
        }
    }
    let moved = guard.0.join("moved to");
    fs::rename(&environment.root, &moved).unwrap();
    assert_eq!(run(&moved.join("bin/python"), &["-c", FACTS]), expected("ENV/bin/python", path));
    let base = run(&moved.join("bin/python"), &["-c", "import sys; print(sys._base_executable)"]);
    assert_eq!(
        base.trim().replace("BASE", ""),
        DX.unwrap()
            .replace(&Path::new(DX.unwrap()).parent().unwrap().parent().unwrap().display().to_string(), "")
    );
}

#[test]
fn a_copied_executable_knows_where_it_is_from() {
    let Some((_guard, environment)) = made(true, false) else { return };
    let path = "['ENV/lib/python3.14/site-packages']";
    assert_eq!(run(&environment.python, &["-c", FACTS]), expected("ENV/bin/python", path));
}

#[test]
fn without_site_there_are_no_packages_and_the_prefix_stays() {
    let Some((_guard, environment)) = made(false, false) else { return };
    let program =
        "import sys; print(sys.prefix, sys.base_prefix, [f for f in sys.path if 'site-packages' in f])";
    assert_eq!(run(&environment.python, &["-Sc", program]), "ENV BASE []\n");
}

#[test]
fn path_files_are_read_in_order() {
    let Some((_guard, environment)) = made(false, false) else { return };
    let packages = environment.purelib();
    let extra = environment.root.join("extra");
    fs::create_dir(&extra).unwrap();
    fs::create_dir(environment.root.join("extra2")).unwrap();
    fs::write(
        packages.join("b.pth"),
        format!("\u{feff}# comment\n\n{}  \n/nowhere/extra\n", extra.display()),
    )
    .unwrap();
    fs::write(packages.join("a.pth"), "../../../extra2\n../../../extra\n").unwrap();
    fs::write(packages.join(".hidden.pth"), "../../../bin/extra\n").unwrap();
    let path = "['ENV/lib/python3.14/site-packages', 'ENV/extra2', 'ENV/extra']";
    assert_eq!(run(&environment.python, &["-c", FACTS]), expected("ENV/bin/python", path));
    let loaded = run(&environment.python, &["-c", "import sys; print('site' in sys.modules)"]);
    assert_eq!(loaded, "False\n", "a plain environment needs no site");
    fs::write(packages.join("c.pth"), "import sys; sys.early = 1\n").unwrap();
    fs::write(packages.join("sitecustomize.py"), "import sys; print('customized', sys.early)\n").unwrap();
    assert_eq!(
        run(&environment.python, &["-c", FACTS]),
        format!("customized 1\n{}", expected("ENV/bin/python", path))
    );
}

#[test]
fn outside_packages_are_seen_when_the_file_says_so() {
    let Some((_guard, environment)) = made(false, true) else { return };
    let program = "import site; print(site.PREFIXES, site.ENABLE_USER_SITE)";
    assert_eq!(run(&environment.python, &["-c", program]), "['ENV', 'ENV', 'BASE', 'BASE'] True\n");
}

/// Every name below a folder, links with their targets.
fn listed(root: &Path) -> Vec<String> {
    let mut out = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(root).unwrap().display().to_string();
            match fs::read_link(&path) {
                Ok(target) => out.push(format!("{name} -> {}", target.display())),
                Err(_) => {
                    out.push(name);
                    if path.is_dir() {
                        folders.push(path);
                    }
                }
            }
        }
    }
    out.sort();
    out
}

#[test]
fn the_librarys_venv_makes_the_same_environment() {
    let Some((guard, environment)) = made(false, false) else { return };
    let other = guard.0.join("other");
    run(&environment.python, &["-m", "venv", "--prompt", "shown", &other.display().to_string()]);
    let ours: Vec<String> = listed(&environment.root)
        .into_iter()
        .filter(|name| !["CACHEDIR.TAG", "bin/activate.nu", "bin/activate_this.py"].contains(&name.as_str()))
        .collect();
    assert_eq!(listed(&other), ours);
    let found = Environment::at(&other, Path::new(DX.unwrap())).unwrap().unwrap();
    assert_eq!(found.purelib(), other.join("lib/python3.14/site-packages"));
    let path = "['ENV/lib/python3.14/site-packages']";
    assert_eq!(run(&other.join("bin/python3"), &["-c", FACTS]), expected("ENV/bin/python3", path));
    let plain = guard.0.join("plain");
    run(&environment.python, &["-m", "venv", "--without-pip", &plain.display().to_string()]);
    assert!(!plain.join("bin/pip").exists());
    let made = run(&plain.join("bin/python"), &["-m", "ensurepip", "--default-pip"]);
    assert_eq!(made.lines().count(), 3, "{made}");
    for name in ["pip", "pip3", "pip3.14"] {
        assert_eq!(fs::read_link(plain.join("bin").join(name)).unwrap(), Path::new("python"));
    }
}

#[test]
fn an_installed_pip_stands_before_dxs_own() {
    let Some((_guard, environment)) = made(false, false) else { return };
    let program = "import pip; print(pip.__version__, pip.__file__.startswith(__import__('sys').prefix))";
    assert!(run(&environment.python, &["-c", program]).ends_with(" False\n"));
    let real = environment.purelib().join("pip");
    fs::create_dir(&real).unwrap();
    fs::write(real.join("__init__.py"), "__version__ = 'real'\nfrom pip import inner\n").unwrap();
    fs::write(real.join("inner.py"), "").unwrap();
    fs::write(real.join("__main__.py"), "import sys, pip\nprint('ran', pip.__version__, sys.argv[1:])\n")
        .unwrap();
    assert_eq!(run(&environment.python, &["-c", program]), "real True\n");
    assert_eq!(run(&environment.python, &["-m", "pip", "list", "-v"]), "ran real ['list', '-v']\n");
}

#[test]
fn installed_packages_are_found_by_the_library() {
    let Some((_guard, environment)) = made(false, false) else { return };
    let packages = environment.purelib();
    let information = packages.join("thing-1.5.dist-info");
    for folder in [&packages.join("thing/data"), &information] {
        fs::create_dir_all(folder).unwrap();
    }
    fs::write(packages.join("thing/__init__.py"), "def main(): print('main ran')\n").unwrap();
    fs::write(packages.join("thing/__main__.py"), "from thing import main\nmain()\n").unwrap();
    fs::write(packages.join("thing/part.py"), "").unwrap();
    fs::write(packages.join("thing/data/words.txt"), "some words").unwrap();
    fs::write(
        information.join("METADATA"),
        "Metadata-Version: 2.1\nName: Thing\nVersion: 1.5\nRequires-Dist: other>=1\n\nLong\n",
    )
    .unwrap();
    fs::write(information.join("RECORD"), "thing/__init__.py,,\nthing-1.5.dist-info/RECORD,,\n").unwrap();
    fs::write(information.join("entry_points.txt"), "[console_scripts]\nthing = thing:main\n").unwrap();
    fs::write(information.join("top_level.txt"), "thing\n").unwrap();
    let program = "
import importlib.metadata as m, importlib.resources as r, pkgutil, runpy
d = m.distribution('thing')
print(d.version, d.requires, [str(f) for f in d.files], d.metadata['Name'], d.read_text('top_level.txt'))
print([(e.name, e.value) for e in m.entry_points(group='console_scripts')])
m.entry_points(group='console_scripts')['thing'].load()()
print([x.metadata['Name'] for x in m.distributions()], m.packages_distributions())
print(r.files('thing').joinpath('data/words.txt').read_text(), pkgutil.get_data('thing', 'data/words.txt'))
import thing
print([i.name for i in pkgutil.iter_modules(thing.__path__)])
runpy.run_module('thing', run_name='__main__')
";
    assert_eq!(
        run(&environment.python, &["-c", program]),
        "1.5 ['other>=1'] ['thing/__init__.py', 'thing-1.5.dist-info/RECORD'] Thing thing\n\n\
         [('thing', 'thing:main')]\nmain ran\n['Thing'] {'thing': ['Thing']}\nsome words b'some words'\n\
         ['__main__', 'part']\nmain ran\n"
    );
    assert_eq!(run(&environment.python, &["-m", "thing"]), "main ran\n");
}

#[test]
fn a_link_from_elsewhere_is_no_environment() {
    let Some((guard, environment)) = made(false, false) else { return };
    fs::create_dir_all(guard.0.join("links/bin")).unwrap();
    let link = guard.0.join("links/bin/python");
    symlink(environment.python.as_path(), &link).unwrap();
    let ran = Command::new(&link)
        .args(["-c", "import sys; print(sys.prefix == sys.base_prefix)"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "True\n");
}
