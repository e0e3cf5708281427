//! Environments are apart from each other.
//!
//! For any packages installed in any environments, importing one succeeds exactly in the environments that hold it: not in another
//! environment, and not without one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use dx::pkg::venv::{Environment, Options, create};
use quickcheck::{Arbitrary, Gen};

use crate::seed::tester;

/// How a package is there to be imported.
#[derive(Clone, Copy, Debug)]
enum Form {
    Module,
    Package,
    /// A folder elsewhere that a `.pth` file names, as an editable install has it.
    Path,
    /// The same, by a `.pth` file with code in it.
    Code,
}

/// Packages and the environments that each is installed in.
#[derive(Clone, Debug)]
struct Case {
    environments: usize,
    packages: Vec<(String, Form, BTreeSet<usize>)>,
    copies: bool,
    moved: bool,
}

impl Arbitrary for Case {
    fn arbitrary(g: &mut Gen) -> Case {
        let environments = 1 + usize::arbitrary(g) % 2;
        let number = 1 + usize::arbitrary(g) % 4;
        let package = |index: usize, g: &mut Gen| {
            let letters = "abcxyz_éß0".chars().collect::<Vec<_>>();
            let tail: String =
                (0..usize::arbitrary(g) % 6).filter_map(|_| g.choose(&letters).copied()).collect();
            let form =
                *g.choose(&[Form::Module, Form::Package, Form::Path, Form::Code]).unwrap_or(&Form::Module);
            let places = (0..environments).filter(|_| bool::arbitrary(g)).collect();
            // The number keeps the names apart from each other and from the library's.
            (format!("drawn{index}_{tail}"), form, places)
        };
        let packages = (0..number).map(|index| package(index, g)).collect();
        Case { environments, packages, copies: u8::arbitrary(g) % 32 == 0, moved: bool::arbitrary(g) }
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Case>> {
        let case = self.clone();
        let fewer = (0..case.packages.len()).filter(|_| case.packages.len() > 1).map({
            let case = case.clone();
            move |index| {
                let mut fewer = case.clone();
                fewer.packages.remove(index);
                fewer
            }
        });
        let plain = [(case.copies, case.moved)].into_iter().filter(|(copies, moved)| *copies || *moved);
        Box::new(fewer.collect::<Vec<_>>().into_iter().chain(plain.map(move |_| Case {
            copies: false,
            moved: false,
            ..case.clone()
        })))
    }
}

fn install(environment: &Environment, root: &Path, name: &str, form: Form) {
    let packages = environment.purelib();
    let text = "answer = 42\n";
    let elsewhere = root.join(format!("elsewhere of {name}"));
    match form {
        Form::Module => fs::write(packages.join(format!("{name}.py")), text).unwrap(),
        Form::Package => {
            fs::create_dir(packages.join(name)).unwrap();
            fs::write(packages.join(name).join("__init__.py"), text).unwrap();
        }
        Form::Path | Form::Code => {
            fs::create_dir_all(&elsewhere).unwrap();
            fs::write(elsewhere.join(format!("{name}.py")), text).unwrap();
            let folder = elsewhere.display().to_string();
            let line = match form {
                Form::Code => format!("import sys; sys.path.append({folder:?})\n"),
                _ => format!("# a comment\n{folder}\n"),
            };
            fs::write(packages.join(format!("{name}.pth")), line).unwrap();
        }
    }
}

/// The names that an interpreter can import, and its `sys.prefix`.
fn importable(python: &Path, arguments: &[&str], names: &[&str]) -> (String, BTreeSet<String>) {
    let program = "import sys\nprint(sys.prefix)\nfor name in sys.argv[1:]:\n    try:\n        if __import__(name).answer == 42: print(name)\n    except ModuleNotFoundError: pass\n";
    let mut command = Command::new(python);
    command.args(arguments).args(["-c", program]).args(names);
    for variable in ["VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"] {
        command.env_remove(variable);
    }
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{}: {}", python.display(), String::from_utf8_lossy(&ran.stderr));
    let out = String::from_utf8(ran.stdout).unwrap();
    let mut lines = out.lines().map(str::to_owned);
    (lines.next().unwrap_or_default(), lines.collect())
}

fn holds(case: Case) -> bool {
    let Some(dx) = option_env!("CARGO_BIN_EXE_dx").map(Path::new) else { return true };
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("dx-isolation-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let root = fs::canonicalize(std::env::temp_dir()).unwrap().join(name);
    fs::create_dir(&root).unwrap();
    let options = Options {
        executable: dx,
        names: &["python3"],
        pip: &[],
        system_site_packages: false,
        clear: false,
        prompt: None,
        copies: case.copies,
        command: "",
    };
    let names: Vec<&str> = case.packages.iter().map(|(name, ..)| name.as_str()).collect();
    let mut good = true;
    let mut pythons: Vec<(PathBuf, PathBuf, BTreeSet<String>)> = Vec::new();
    for index in 0..case.environments {
        let environment = create(&root.join(format!("env {index}")), &options).unwrap();
        let mut expected = BTreeSet::new();
        for (name, form, _) in case.packages.iter().filter(|(.., places)| places.contains(&index)) {
            install(&environment, &root, name, *form);
            expected.insert(name.clone());
        }
        let mut place = environment.root.clone();
        if case.moved {
            place = root.join(format!("moved {index}"));
            fs::rename(&environment.root, &place).unwrap();
        }
        pythons.push((place.join("bin/python3"), place, expected));
    }
    for (python, place, expected) in &pythons {
        let (prefix, found) = importable(python, &[], &names);
        good &= Path::new(&prefix) == place && found == *expected;
    }
    good &= importable(dx, &["run"], &names).1.is_empty();
    fs::remove_dir_all(&root).unwrap();
    good
}

// Feature: dx-py-production-ready, Property 19: Virtual Environment Isolation
#[test]
fn packages_are_imported_in_their_environment_and_nowhere_else() {
    if option_env!("CARGO_BIN_EXE_dx").is_none() {
        eprintln!("skipped: there is no dx to run in this package");
        return;
    }
    tester("Property 19", 100).quickcheck(holds as fn(Case) -> bool);
}
