//! Virtual environments: what is made, what is kept, which one is found.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use dx::pkg::venv::{Configuration, Environment, FindError, Kind, Options, Search, VenvError, create};

/// A folder of its own that goes with the value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("dx venv-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = fs::canonicalize(std::env::temp_dir()).unwrap().join(name);
        fs::create_dir(&path).unwrap();
        Folder(path)
    }

    /// A file that stands for dx.
    fn executable(&self) -> PathBuf {
        let path = self.0.join("opt/bin/dx");
        if !path.exists() {
            fs::create_dir_all(self.0.join("opt/bin")).unwrap();
            fs::write(&path, "#!/bin/sh\necho ran as $0\n").unwrap();
            let mut mode = fs::metadata(&path).unwrap().permissions();
            std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
            fs::set_permissions(&path, mode).unwrap();
        }
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn options(executable: &Path) -> Options<'_> {
    Options {
        executable,
        names: &["python3", "python3.14", "pytest"],
        pip: &["pip", "pip3"],
        system_site_packages: false,
        clear: false,
        prompt: None,
        copies: false,
        command: "dx venv env",
    }
}

/// Every file below a folder, links with their targets.
fn listed(root: &Path) -> Vec<String> {
    let mut out = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(root).unwrap().display().to_string();
            match fs::read_link(&path) {
                Ok(target) => out.push(format!("{name} -> {}", target.display())),
                Err(_) if path.is_dir() => {
                    out.push(format!("{name}/"));
                    folders.push(path);
                }
                Err(_) => out.push(name),
            }
        }
    }
    out.sort();
    out
}

#[test]
fn the_layout_is_that_of_pep_405() {
    let folder = Folder::new();
    let executable = folder.executable();
    let root = folder.0.join("deep/er/env");
    let environment = create(&root, &options(&executable)).unwrap();
    let mut expected = vec![
        ".gitignore".to_owned(),
        "CACHEDIR.TAG".to_owned(),
        "bin/".to_owned(),
        "bin/Activate.ps1".to_owned(),
        "bin/activate".to_owned(),
        "bin/activate.csh".to_owned(),
        "bin/activate.fish".to_owned(),
        "bin/activate.nu".to_owned(),
        "bin/activate_this.py".to_owned(),
        "bin/pip -> python".to_owned(),
        "bin/pip3 -> python".to_owned(),
        "bin/pytest -> python".to_owned(),
        format!("bin/python -> {}", executable.display()),
        "bin/python3 -> python".to_owned(),
        "bin/python3.14 -> python".to_owned(),
        "include/".to_owned(),
        "lib/".to_owned(),
        "lib/python3.14/".to_owned(),
        "lib/python3.14/site-packages/".to_owned(),
        "pyvenv.cfg".to_owned(),
    ];
    if cfg!(all(target_os = "linux", target_pointer_width = "64")) {
        expected.push("lib64 -> lib".to_owned());
    }
    expected.sort();
    assert_eq!(listed(&root), expected);
    assert_eq!(environment.kind, Kind::Virtual);
    assert_eq!(environment.python, root.join("bin/python"));
    assert_eq!(environment.purelib(), root.join("lib/python3.14/site-packages"));
    assert_eq!(environment.headers("x"), root.join("include/site/python3.14/x"));
    assert_eq!((environment.scripts(), environment.data()), (root.join("bin"), root.join("")));
    let text = fs::read_to_string(root.join("pyvenv.cfg")).unwrap();
    let configuration = Configuration::parse(&text);
    assert_eq!(configuration.home().unwrap(), executable.parent().unwrap());
    assert_eq!(configuration.get("Version"), Some(dx::version::python().as_str()));
    assert_eq!(configuration.get("include-system-site-packages"), Some("false"));
    assert_eq!(configuration.get("executable"), executable.to_str());
    assert_eq!(configuration.get("command"), Some("dx venv env"));
    assert_eq!(configuration.get("prompt"), None);
    assert!(configuration.is_of_dx());
    assert_eq!(fs::read_to_string(root.join(".gitignore")).unwrap().lines().last(), Some("*"));
}

#[test]
fn options_change_what_is_made() {
    let folder = Folder::new();
    let executable = folder.executable();
    let root = folder.0.join("env");
    let wanted = Options {
        pip: &[],
        prompt: Some("mine"),
        system_site_packages: true,
        copies: true,
        ..options(&executable)
    };
    let environment = create(&root, &wanted).unwrap();
    assert!(environment.system_site_packages);
    assert!(!root.join("bin/pip").exists());
    assert!(fs::symlink_metadata(root.join("bin/python")).unwrap().is_file());
    assert!(fs::symlink_metadata(root.join("bin/python3")).unwrap().is_file());
    let ran = Command::new(root.join("bin/python3")).output().unwrap();
    assert!(String::from_utf8_lossy(&ran.stdout).ends_with("env/bin/python3\n"));
    let configuration = Configuration::parse(&fs::read_to_string(root.join("pyvenv.cfg")).unwrap());
    assert_eq!(configuration.get("prompt"), Some("mine"));
    assert!(configuration.system_site_packages());
}

#[test]
fn a_folder_that_is_there_is_used_and_its_packages_stay() {
    let folder = Folder::new();
    let executable = folder.executable();
    let root = folder.0.join("env");
    fs::create_dir_all(root.join("bin")).unwrap();
    fs::write(root.join("notes.txt"), "mine").unwrap();
    let other = folder.0.join("other");
    fs::write(&other, "another program").unwrap();
    // What leads elsewhere is replaced, not written through.
    symlink(&other, root.join("bin/python")).unwrap();
    symlink(&other, root.join("bin/activate")).unwrap();
    symlink(&other, root.join("pyvenv.cfg")).unwrap();
    fs::write(root.join("bin/pip"), "the real one").unwrap();
    create(&root, &options(&executable)).unwrap();
    fs::write(root.join("lib/python3.14/site-packages/p.py"), "").unwrap();
    create(&root, &options(&executable)).unwrap();
    assert!(root.join("lib/python3.14/site-packages/p.py").exists());
    assert_eq!(fs::read_to_string(&other).unwrap(), "another program");
    assert_eq!(fs::read_to_string(root.join("bin/pip")).unwrap(), "the real one");
    assert_eq!(fs::read_link(root.join("bin/python")).unwrap(), executable);
    assert_eq!(fs::read_to_string(root.join("notes.txt")).unwrap(), "mine");
}

#[test]
fn clear_empties_an_environment_and_nothing_else() {
    let folder = Folder::new();
    let executable = folder.executable();
    let root = folder.0.join("env");
    let clearing = Options { clear: true, ..options(&executable) };
    create(&root, &clearing).unwrap();
    fs::write(root.join("lib/python3.14/site-packages/p.py"), "").unwrap();
    let outside = folder.0.join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("kept"), "").unwrap();
    symlink(&outside, root.join("link")).unwrap();
    create(&root, &clearing).unwrap();
    assert!(!root.join("lib/python3.14/site-packages/p.py").exists());
    assert!(!root.join("link").exists() && outside.join("kept").exists());
    let error = create(&outside, &clearing).unwrap_err();
    assert!(matches!(error, VenvError::NotAnEnvironment(_)), "{error}");
    assert!(outside.join("kept").exists());
    let error = create(&outside.join("kept"), &clearing).unwrap_err();
    assert!(matches!(error, VenvError::NotAFolder(_)), "{error}");
}

#[test]
fn what_cannot_stand_in_a_path_is_refused() {
    let folder = Folder::new();
    let executable = folder.executable();
    assert!(matches!(create(&folder.0.join("a:b"), &options(&executable)), Err(VenvError::Unusable { .. })));
    assert!(matches!(create(&folder.0.join("a\nb"), &options(&executable)), Err(VenvError::Unusable { .. })));
    let wanted = Options { prompt: Some("a\nhome = /"), ..options(&executable) };
    assert!(matches!(create(&folder.0.join("a"), &wanted), Err(VenvError::Unusable { .. })));
    assert!(!folder.0.join("a").exists());
}

/// Runs a line in a shell and answers what it prints.
fn shell(shell: &str, line: &str) -> String {
    let ran = Command::new(shell).args(["-c", line]).env_remove("VIRTUAL_ENV").output().unwrap();
    assert!(ran.status.success(), "{shell}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

#[test]
fn activation_puts_the_environment_first_and_goes_again() {
    let folder = Folder::new();
    let executable = folder.executable();
    let prompt = "it's \"$HOME\" `x` \\";
    let root = folder.0.join("an 'env'");
    create(&root, &Options { prompt: Some(prompt), ..options(&executable) }).unwrap();
    let moved = folder.0.join("moved");
    let line = |root: &Path| {
        let quoted = root.display().to_string().replace('\'', "'\\''");
        format!(
            "set -eu; before=$PATH; PS1='$ '; export PYTHONHOME=/x; . '{quoted}/bin/activate'; \
             printf '%s\\n' \"$VIRTUAL_ENV\" \"$VIRTUAL_ENV_PROMPT\" \"$PS1\" \"${{PATH%%:*}}\" \"${{PYTHONHOME-none}}\"; python3; deactivate; \
             printf '%s\\n' \"${{VIRTUAL_ENV-none}}\" \"$PS1\" \"$PYTHONHOME\"; [ \"$PATH\" = \"$before\" ]"
        )
    };
    let expected = |root: &Path, prompt: &str| {
        let root = root.display();
        format!(
            "{root}\n{prompt}\n({prompt}) $ \n{root}/bin\nnone\nran as {root}/bin/python3\nnone\n$ \n/x\n"
        )
    };
    for name in ["sh", "bash"] {
        assert_eq!(shell(name, &line(&root)), expected(&root, prompt), "{name}");
    }
    create(&root, &options(&executable)).unwrap();
    fs::rename(&root, &moved).unwrap();
    assert_eq!(shell("bash", &line(&moved)), expected(&moved, "moved"));
}

fn search<'a>(
    executable: &'a Path,
    folder: &'a Path,
    variable: &'a dyn Fn(&str) -> Option<OsString>,
) -> Search<'a> {
    Search {
        executable,
        started_as: None,
        folder,
        variable,
        python: None,
        prefix: None,
        target: None,
        user: false,
        system: false,
        break_system_packages: false,
    }
}

#[test]
fn the_nearest_environment_is_found() {
    let folder = Folder::new();
    let executable = folder.executable();
    let make = |name: &str| create(&folder.0.join(name), &options(&executable)).unwrap().root;
    let (linked, variable, above) = (make("linked"), make("variable"), make("work/.venv"));
    let working = folder.0.join("work/a/b");
    fs::create_dir_all(&working).unwrap();
    let set = |name: &str| (name == "VIRTUAL_ENV").then(|| variable.clone().into_os_string());
    let unset = |_: &str| None;
    let pip = linked.join("bin/pip");
    let found = |search: &Search<'_>| Environment::find(search).map(|environment| environment.root);
    let all = Search { started_as: Some(&pip), ..search(&executable, &working, &set) };
    assert_eq!(found(&all), Ok(linked.clone()));
    assert_eq!(found(&search(&executable, &working, &set)), Ok(variable.clone()));
    assert_eq!(found(&search(&executable, &working, &unset)), Ok(above.clone()));
    assert_eq!(found(&search(&executable, &folder.0, &unset)), Err(FindError::None));
    for python in [above.clone(), above.join("bin/python"), PathBuf::from("../../.venv")] {
        let named = Search { python: Some(&python), ..search(&executable, &working, &set) };
        assert_eq!(found(&named).map(|root| fs::canonicalize(root).unwrap()), Ok(above.clone()));
    }
    let nowhere = PathBuf::from("nowhere");
    let named = Search { python: Some(&nowhere), ..search(&executable, &working, &set) };
    assert_eq!(found(&named), Err(FindError::NotAnEnvironment(working.join("nowhere"))));
    let gone = |name: &str| (name == "VIRTUAL_ENV").then(|| OsString::from("/nowhere"));
    assert_eq!(
        found(&search(&executable, &working, &gone)),
        Err(FindError::NotAnEnvironment("/nowhere".into()))
    );
}

#[test]
fn another_pythons_environment_is_refused() {
    let folder = Folder::new();
    let executable = folder.executable();
    let root = folder.0.join("env");
    fs::create_dir_all(root.join("bin")).unwrap();
    fs::write(root.join("pyvenv.cfg"), "home = /usr/bin\nversion = 3.12.1\n").unwrap();
    let unset = |_: &str| None;
    let named = Search { python: Some(&root), ..search(&executable, &folder.0, &unset) };
    let foreign = FindError::Foreign { root: root.clone(), version: Some("3.12.1".to_owned()) };
    assert_eq!(Environment::find(&named), Err(foreign));
    symlink(&executable, root.join("bin/python")).unwrap();
    assert_eq!(Environment::find(&named).unwrap().root, root);
}

#[test]
fn other_places_are_asked_for() {
    let folder = Folder::new();
    let executable = folder.executable();
    let variables = BTreeMap::from([("HOME", "/home/me"), ("PYTHONUSERBASE", "")]);
    let variable = |name: &str| variables.get(name).map(OsString::from);
    let place = Path::new("place");
    let plain = || search(&executable, &folder.0, &variable);
    let target = Environment::find(&Search { target: Some(place), ..plain() }).unwrap();
    assert_eq!(
        (target.kind, target.purelib(), target.scripts()),
        (Kind::Target, folder.0.join("place/"), folder.0.join("place/bin"))
    );
    let prefix = Environment::find(&Search { prefix: Some(place), ..plain() }).unwrap();
    assert_eq!(prefix.purelib(), folder.0.join("place/lib/python3.14/site-packages"));
    assert_eq!(prefix.headers("x"), folder.0.join("place/include/python3.14/x"));
    let user = Environment::find(&Search { user: true, ..plain() }).unwrap();
    assert_eq!(user.purelib(), Path::new("/home/me/.local/lib/python3.14/site-packages"));
    let based = |name: &str| (name == "PYTHONUSERBASE").then(|| OsString::from("/base"));
    let user = Environment::find(&Search { user: true, ..search(&executable, &folder.0, &based) }).unwrap();
    assert_eq!(user.scripts(), Path::new("/base/bin"));
    let unset = |_: &str| None;
    assert_eq!(
        Environment::find(&Search { user: true, ..search(&executable, &folder.0, &unset) }),
        Err(FindError::NoHome)
    );
    assert_eq!(
        Environment::find(&Search { user: true, prefix: Some(place), ..plain() }),
        Err(FindError::Several)
    );
}

#[test]
fn the_users_packages_are_hidden_in_an_environment() {
    let folder = Folder::new();
    let executable = folder.executable();
    let variable = |name: &str| (name == "HOME").then(|| OsString::from("/home/me"));
    let root = folder.0.join(".venv");
    create(&root, &options(&executable)).unwrap();
    let wanted = Search { user: true, ..search(&executable, &folder.0, &variable) };
    assert_eq!(Environment::find(&wanted), Err(FindError::UserHidden(root.clone())));
    create(&root, &Options { system_site_packages: true, ..options(&executable) }).unwrap();
    assert_eq!(Environment::find(&wanted).unwrap().kind, Kind::User);
}

#[test]
fn dxs_own_folder_is_changed_only_when_asked_for() {
    let folder = Folder::new();
    let executable = folder.executable();
    let unset = |_: &str| None;
    let plain = || Search { system: true, ..search(&executable, &folder.0, &unset) };
    let base = Environment::find(&plain()).unwrap();
    assert_eq!((base.kind, base.root.as_path()), (Kind::Base, folder.0.join("opt").as_path()));
    let library = folder.0.join("opt/lib/python3.14");
    fs::create_dir_all(&library).unwrap();
    let text = "# note\n[other]\nError=no\n[externally-managed]\nError-de=nein\nError=Use the\n tool.\n\n Really.\nOther=x\n";
    fs::write(library.join("EXTERNALLY-MANAGED"), text).unwrap();
    let error = Environment::find(&plain()).unwrap_err();
    assert_eq!(error.to_string(), "externally-managed-environment\n\nUse the\ntool.\n\nReally.");
    assert_eq!(
        Environment::find(&Search { break_system_packages: true, ..plain() }).unwrap().kind,
        Kind::Base
    );
}
