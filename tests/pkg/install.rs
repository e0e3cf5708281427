//! Wheels into the store, from there into environments, and out again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use dx::pkg::install::archive::Source;
use dx::pkg::install::installed::{self, Form, Installed};
use dx::pkg::install::layout::Layout;
use dx::pkg::install::lock::{self, Kind};
use dx::pkg::install::place::LinkMode;
use dx::pkg::install::store::{Key, Store, StoreEntry, StoreError};
use dx::pkg::install::transaction::{
    Addition, Environment, Options, Plan, Recovered, Report, TransactionError, Warning,
};
use dx::pkg::install::uninstall::UninstallError;
use dx::pkg::install::wheel::Take;
use dx::pkg::name::Name;
use dx::pkg::record::{self, Check};
use sha2::{Digest, Sha256};

use crate::wheels::Wheel;

/// A directory of one test; it goes with it.
pub struct Place(pub PathBuf);

impl Place {
    pub fn new(label: &str) -> Place {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("dx-pkg-{label}-{}-{count}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Place(fs::canonicalize(path).unwrap())
    }

    pub fn store(&self) -> Store {
        Store::new(&self.0.join("cache"))
    }

    pub fn layout(&self) -> Layout {
        Layout::environment(&self.0.join("env"))
    }

    pub fn environment(&self) -> Environment {
        Environment::open(self.layout(), &mut || {}).unwrap()
    }

    /// The file at a path of `site-packages`.
    pub fn site(&self, path: &str) -> PathBuf {
        self.layout().site_packages().join(path)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.site(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn add(&self, wheel: &Wheel) -> Result<StoreEntry, StoreError> {
        self.take(wheel, Take::All)
    }

    pub fn take(&self, wheel: &Wheel, take: Take) -> Result<StoreEntry, StoreError> {
        let bytes = wheel.build();
        let key = Key { sha256: Sha256::digest(&bytes).into(), take };
        let name = Name::new(&wheel.name).unwrap();
        self.store().add(&key, Source::Bytes(&bytes), &name, &wheel.version.parse().unwrap())
    }

    pub fn addition(&self, wheel: &Wheel) -> Addition {
        Addition::new(Arc::new(self.add(wheel).unwrap()))
    }

    pub fn apply(&self, remove: &[&str], add: &[&Wheel]) -> Result<Report, TransactionError> {
        let environment = self.environment();
        let scan = environment.installed().unwrap();
        let is_named = |installed: &Installed| remove.contains(&installed.name.as_str());
        let plan = Plan {
            remove: scan.distributions.into_iter().filter(is_named).collect(),
            add: add.iter().map(|wheel| self.addition(wheel)).collect(),
        };
        environment.apply(&plan, &Options::default())
    }

    pub fn install(&self, wheels: &[&Wheel]) -> Report {
        self.apply(&[], wheels).unwrap()
    }

    pub fn uninstall(&self, name: &str) -> Report {
        self.apply(&[name], &[]).unwrap()
    }

    pub fn installed(&self, name: &str) -> Installed {
        let scan = installed::scan(&self.layout().site_packages()).unwrap();
        scan.distributions.into_iter().find(|installed| installed.name.as_str() == name).unwrap()
    }

    /// Everything in the environment.
    pub fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        tree(&self.0.join("env"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// All files below a directory with their content, directories with a slash at their end, links with their target.
pub fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            let kind = fs::symlink_metadata(&path).unwrap();
            if kind.is_symlink() {
                found.insert(name, fs::read_link(&path).unwrap().to_str().unwrap().into());
            } else if kind.is_dir() {
                found.insert(name + "/", Vec::new());
                walk(root, &path, found);
            } else {
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(root, root, &mut found);
    found
}

/// Every row of a distribution's RECORD is true, and nothing else is in its directories.
pub fn check_record(installed: &Installed) {
    let site = &installed.site_packages;
    let files = installed.files().unwrap().unwrap();
    let own = format!("{}/RECORD", installed.path.file_name().unwrap().to_str().unwrap());
    assert!(files.iter().any(|file| file.path == own));
    for file in &files {
        let content =
            fs::read(site.join(&file.path)).unwrap_or_else(|error| panic!("{}: {error}", file.path));
        if file.path == own || file.path.ends_with(".pyc") {
            assert_eq!((file.hash.as_str(), file.size), ("", None));
            continue;
        }
        assert_eq!(file.size, Some(content.len() as u64), "{}", file.path);
        assert_eq!(record::check(&file.hash, &content), Check::Same, "{}", file.path);
    }
    let listed: Vec<_> = files.iter().map(|file| &file.path).collect();
    let mut unique = listed.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(listed.len(), unique.len(), "rows twice in {listed:?}");
    for entry in fs::read_dir(&installed.path).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(site).unwrap().to_str().unwrap().to_owned();
        assert!(listed.contains(&&name), "{name} is not in RECORD");
    }
}

pub fn sample() -> Wheel {
    Wheel::new("My.Pkg", "1.0")
        .file("my_pkg/__init__.py", "x = 1\n")
        .file("my_pkg/sub/deep/a.txt", "a")
        .file("top.py", "")
        .executable("my_pkg/run.sh", "#!/bin/sh\n")
        .file("My_Pkg-1.0.data/data/share/doc/readme", "doc")
        .file("My_Pkg-1.0.data/headers/my.h", "#define X\n")
        .file("My_Pkg-1.0.data/purelib/pure.py", "pure")
        .file("My_Pkg-1.0.data/platlib/plat.py", "plat")
        .executable("My_Pkg-1.0.data/scripts/tool", "#!python\nprint()\n")
        .executable("My_Pkg-1.0.data/scripts/shell", "#!/bin/sh\n")
        .entry_points("[console_scripts]\nmine = my_pkg:main\n[gui_scripts]\ngui = my_pkg.gui:App.run\n")
}

#[test]
fn a_wheel_is_installed_whole() {
    let place = Place::new("whole");
    let report = place.install(&[&sample()]);
    assert_eq!(report.warnings, []);
    let env = place.0.join("env");
    assert_eq!(place.read("my_pkg/__init__.py"), "x = 1\n");
    assert_eq!(place.read("pure.py") + &place.read("plat.py"), "pureplat");
    assert_eq!(fs::read_to_string(env.join("share/doc/readme")).unwrap(), "doc");
    assert!(env.join("include/site/python3.14/my_pkg/my.h").exists());
    let python = env.join("bin/python");
    let tool = fs::read_to_string(env.join("bin/tool")).unwrap();
    assert_eq!(tool, format!("#!{}\nprint()\n", python.display()));
    let mine = fs::read_to_string(env.join("bin/mine")).unwrap();
    assert!(
        mine.starts_with(&format!("#!{}\nimport sys\nfrom my_pkg import main\n", python.display())),
        "{mine}"
    );
    assert!(fs::read_to_string(env.join("bin/gui")).unwrap().contains("sys.exit(App.run())"));
    assert_eq!(place.read("My_Pkg-1.0.dist-info/INSTALLER"), "dx\n");
    let installed = place.installed("my-pkg");
    assert_eq!((installed.spelt_name().as_str(), installed.version.to_string().as_str()), ("My.Pkg", "1.0"));
    assert!(!installed.is_requested());
    check_record(&installed);
    assert!(!env.join(".dx-transaction").exists());
}

#[cfg(unix)]
#[test]
fn modes_are_kept_and_store_files_are_shared() {
    use std::os::unix::fs::MetadataExt;
    let place = Place::new("modes");
    place.install(&[&sample()]);
    let mode = |path: PathBuf| fs::metadata(path).unwrap().mode() & 0o111;
    assert_ne!(mode(place.site("my_pkg/run.sh")), 0);
    assert_eq!(mode(place.site("my_pkg/__init__.py")), 0);
    for script in ["tool", "shell", "mine"] {
        assert_ne!(mode(place.0.join("env/bin").join(script)), 0, "{script}");
    }
    let links = |path: &str| fs::metadata(place.site(path)).unwrap().nlink();
    assert_eq!(links("my_pkg/__init__.py"), 2);
    for own in [
        "My_Pkg-1.0.dist-info/RECORD",
        "My_Pkg-1.0.dist-info/INSTALLER",
        "../../../bin/mine",
        "../../../bin/tool",
    ] {
        assert_eq!(links(own), 1, "{own}");
    }
}

#[test]
fn every_link_mode_gives_the_same_tree() {
    let place = Place::new("modes");
    let entry = Arc::new(place.add(&sample()).unwrap());
    let mut trees = Vec::new();
    for mode in [LinkMode::Hardlink, LinkMode::Copy, LinkMode::Clone, LinkMode::Symlink] {
        let environment = place.environment();
        let plan = Plan { remove: Vec::new(), add: vec![Addition::new(entry.clone())] };
        let options = Options { link_mode: mode, ..Options::default() };
        environment.apply(&plan, &options).unwrap();
        check_record(&place.installed("my-pkg"));
        let linked = fs::symlink_metadata(place.site("top.py")).unwrap();
        assert_eq!(linked.is_symlink(), mode == LinkMode::Symlink);
        let stored = fs::metadata(entry.tree().join("top.py")).unwrap().modified().unwrap();
        assert_eq!(fs::metadata(place.site("top.py")).unwrap().modified().unwrap(), stored, "{mode:?}");
        trees.push(place.tree().into_keys().collect::<Vec<_>>());
        drop(environment);
        place.uninstall("my-pkg");
    }
    assert!(trees.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn origin_and_request_are_recorded() {
    let place = Place::new("origin");
    let addition = Addition {
        requested: true,
        direct_url: Some("{\"url\": \"file:///x\"}".to_owned()),
        installer: "other",
        ..place.addition(&sample())
    };
    let plan = Plan { remove: Vec::new(), add: vec![addition] };
    place.environment().apply(&plan, &Options::default()).unwrap();
    let installed = place.installed("my-pkg");
    assert!(installed.is_requested());
    assert_eq!(installed.installer().as_deref(), Some("other"));
    assert_eq!(installed.direct_url().unwrap().as_deref(), Some("{\"url\": \"file:///x\"}"));
    check_record(&installed);
}

#[test]
fn uninstalling_leaves_what_was_there_before() {
    let place = Place::new("uninstall");
    place.install(&[&Wheel::new("other", "2").file("other/__init__.py", "").file("ns/other.py", "")]);
    fs::create_dir_all(place.0.join("env/bin")).unwrap();
    fs::write(place.0.join("env/bin/python"), "").unwrap();
    let before = place.tree();
    place.install(&[&sample().file("ns/mine.py", "")]);
    // What interpreters leave.
    fs::create_dir_all(place.site("my_pkg/__pycache__")).unwrap();
    fs::write(place.site("my_pkg/__pycache__/__init__.dx-314.pyc"), "").unwrap();
    fs::write(place.site("my_pkg/__pycache__/__init__.cpython-314.opt-1.pyc"), "").unwrap();
    fs::create_dir_all(place.site("__pycache__")).unwrap();
    fs::write(place.site("__pycache__/top.dx-314.pyc"), "").unwrap();
    fs::write(place.site("my_pkg/__init__.pyc"), "").unwrap();
    fs::create_dir_all(place.site("my_pkg/empty/er")).unwrap();
    place.uninstall("my-pkg");
    assert_eq!(place.tree(), before);
}

#[test]
fn files_of_nobody_stay_with_their_directories() {
    let place = Place::new("foreign");
    place.install(&[&sample()]);
    fs::write(place.site("my_pkg/notes.txt"), "mine").unwrap();
    fs::create_dir_all(place.site("my_pkg/__pycache__")).unwrap();
    fs::write(place.site("my_pkg/__pycache__/__init__.dx-314.pyc"), "").unwrap();
    fs::write(place.site("my_pkg/__pycache__/notes.dx-314.pyc"), "").unwrap();
    place.uninstall("my-pkg");
    let left: Vec<_> = place.tree().into_keys().filter(|path| path.contains("my_pkg")).collect();
    let site = "lib/python3.14/site-packages/my_pkg/";
    let expected =
        ["", "__pycache__/", "__pycache__/notes.dx-314.pyc", "notes.txt"].map(|end| format!("{site}{end}"));
    assert_eq!(left, expected);
}

#[test]
fn an_upgrade_replaces_old_files_by_new_ones() {
    let place = Place::new("upgrade");
    let old = Wheel::new("p", "1").file("p/__init__.py", "old").file("p/gone.py", "").file("ns/a.py", "old");
    let new = Wheel::new("p", "2").file("p/__init__.py", "new").file("p/come.py", "").file("ns/a.py", "new");
    let other = Wheel::new("q", "1").file("ns/b.py", "q");
    place.install(&[&old, &other]);
    place.apply(&["p"], &[&new]).unwrap();
    let upgraded = place.tree();
    check_record(&place.installed("p"));
    check_record(&place.installed("q"));
    let fresh = Place::new("fresh");
    fresh.install(&[&other, &new]);
    assert_eq!(upgraded, fresh.tree());
}

#[test]
fn a_reinstall_of_the_same_version_restores_it() {
    let place = Place::new("again");
    place.install(&[&sample()]);
    let before = place.tree();
    // A changed file is a new one: the store's must not change with it.
    fs::remove_file(place.site("my_pkg/__init__.py")).unwrap();
    fs::write(place.site("my_pkg/__init__.py"), "changed").unwrap();
    fs::remove_file(place.site("top.py")).unwrap();
    place.apply(&["my-pkg"], &[&sample()]).unwrap();
    assert_eq!(place.tree(), before);
}

#[test]
fn files_of_two_distributions_go_to_the_later_one() {
    let place = Place::new("conflict");
    let one = Wheel::new("one", "1").file("shared/x.py", "one").file("shared/one.py", "");
    let two = Wheel::new("two", "1").file("shared/x.py", "two").file("shared/two.py", "");
    let report = place.install(&[&one, &two]);
    assert_eq!(place.read("shared/x.py"), "two");
    let path = "lib/python3.14/site-packages/shared/x.py".to_owned();
    let expected = Warning::SameFile { path: path.clone(), lost: "one".into(), won: "two".into() };
    assert_eq!(report.warnings, [expected]);
    let three = Wheel::new("three", "1").file("shared/x.py", "three");
    let report = place.install(&[&three]);
    let replaced =
        |owner: &str| Warning::Replaced { path: path.clone(), by: "three".into(), owner: owner.into() };
    assert!(
        report.warnings == [replaced("one")] || report.warnings == [replaced("two")],
        "{:?}",
        report.warnings
    );
    assert_eq!(place.read("shared/x.py"), "three");
    // Nobody's files are replaced without a word.
    fs::write(place.site("free.py"), "free").unwrap();
    assert_eq!(place.install(&[&Wheel::new("four", "1").file("free.py", "four")]).warnings, []);
    assert_eq!(place.read("free.py"), "four");
}

#[test]
fn a_directory_is_not_replaced_by_a_file() {
    let place = Place::new("way");
    fs::create_dir_all(place.site("thing")).unwrap();
    fs::write(place.site("thing/data"), "").unwrap();
    let before = place.tree();
    let error = place.apply(&[], &[&Wheel::new("p", "1").file("thing", "").file("a.py", "")]).unwrap_err();
    assert!(matches!(error, TransactionError::InTheWay(_)), "{error}");
    let both = [&Wheel::new("p", "1").file("x", ""), &Wheel::new("q", "1").file("x/y", "")];
    assert!(matches!(place.apply(&[], &both).unwrap_err(), TransactionError::InTheWay(_)));
    assert_eq!(place.tree(), before);
    // The other way round the file is nobody's, and goes.
    fs::write(place.site("x"), "").unwrap();
    place.install(&[both[1]]);
    assert_eq!(place.read("x/y"), "");
}

#[test]
fn the_environment_itself_cannot_be_replaced() {
    let place = Place::new("reserved");
    let data = |path: &str| Wheel::new("p", "1").file(&format!("p-1.data/data/{path}"), "evil");
    let script = |name: &str| Wheel::new("p", "1").file(&format!("p-1.data/scripts/{name}"), "evil");
    let entry = |name: &str| Wheel::new("p", "1").entry_points(&format!("[console_scripts]\n{name} = a:b\n"));
    let before = place.apply(&[], &[]).map(|_| place.tree()).unwrap();
    for wheel in [
        data("pyvenv.cfg"),
        data("bin/python3.14"),
        data(".dx-transaction/journal"),
        data(".dx-lock"),
        script("python"),
        script("activate"),
        entry("dx"),
        entry("python3"),
        entry("../x"),
        entry("a/b"),
    ] {
        let error = place.apply(&[], &[&wheel]).unwrap_err();
        assert!(
            matches!(error, TransactionError::Script { .. } | TransactionError::Reserved { .. }),
            "{error}"
        );
        assert_eq!(place.tree(), before);
    }
}

#[cfg(unix)]
#[test]
fn links_of_the_environment_are_followed_and_others_are_not() {
    let place = Place::new("links");
    place.install(&[]);
    let env = place.0.join("env");
    let outside = place.0.join("outside");
    fs::create_dir_all(&outside).unwrap();
    fs::create_dir_all(env.join("lib")).unwrap();
    std::os::unix::fs::symlink("lib", env.join("lib64")).unwrap();
    let wheel = Wheel::new("p", "1").file("p-1.data/data/lib64/x/y", "").file("pkg/a.py", "");
    place.install(&[&wheel]);
    assert!(fs::symlink_metadata(env.join("lib64")).unwrap().is_symlink());
    assert!(env.join("lib/x/y").exists());
    place.uninstall("p");
    assert!(!env.join("lib/x").exists() && env.join("lib64").exists());
    // A link out of the environment is replaced, not written through; removing does not follow it either.
    fs::create_dir_all(place.site("")).unwrap();
    std::os::unix::fs::symlink(&outside, place.site("pkg")).unwrap();
    place.install(&[&wheel]);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    fs::remove_dir_all(place.site("pkg")).unwrap();
    fs::write(outside.join("a.py"), "").unwrap();
    std::os::unix::fs::symlink(&outside, place.site("pkg")).unwrap();
    let report = place.uninstall("p");
    assert!(matches!(&report.warnings[..], [Warning::NotRemoved { paths, .. }] if paths == &["pkg/a.py"]));
    assert!(outside.join("a.py").exists());
}

#[test]
fn rows_that_lead_out_are_left_alone() {
    let place = Place::new("out");
    let outside = place.0.join("precious");
    fs::write(&outside, "x").unwrap();
    place.install(&[&sample()]);
    let record = place.site("My_Pkg-1.0.dist-info/RECORD");
    let text = fs::read_to_string(&record).unwrap();
    let absolute = place.site("top.py");
    let text = text.replace("top.py,", &format!("{},", absolute.display()));
    let more = format!("../../../../precious,,\n{},,\n..,,\n.,,\n../../../bin,,\n", outside.display());
    fs::write(&record, text + &more).unwrap();
    let report = place.uninstall("my-pkg");
    assert_eq!(fs::read_to_string(&outside).unwrap(), "x");
    assert!(!absolute.exists(), "an absolute path inside is the environment's");
    let Some(Warning::NotRemoved { paths, .. }) = report.warnings.first() else {
        panic!("{:?}", report.warnings)
    };
    assert_eq!(paths.len(), 5, "{paths:?}");
}

#[test]
fn what_cannot_be_uninstalled_says_why() {
    let place = Place::new("norecord");
    place.install(&[&sample()]);
    fs::remove_file(place.site("My_Pkg-1.0.dist-info/RECORD")).unwrap();
    let before = place.tree();
    let error = place.apply(&["my-pkg"], &[]).unwrap_err();
    assert!(matches!(error, TransactionError::Uninstall(UninstallError::NoRecord { .. })));
    assert!(error.to_string().contains("no RECORD file was found for my-pkg"), "{error}");
    assert!(error.hint().unwrap().contains("--force-reinstall --no-deps my-pkg==1.0"));
    fs::write(place.site("old-0.5.egg-info"), "Name: old\n").unwrap();
    let error = place.apply(&["old"], &[]).unwrap_err();
    assert!(error.to_string().contains("distutils installed project"), "{error}");
    fs::remove_file(place.site("old-0.5.egg-info")).unwrap();
    assert_eq!(place.tree(), before);
}

#[test]
fn older_forms_are_found_and_removed() {
    let place = Place::new("egg");
    place.install(&[&Wheel::new("keep", "1").file("keep.py", "")]);
    let before = place.tree();
    let egg = place.site("flat-1.5-py3.14.egg-info");
    fs::create_dir_all(&egg).unwrap();
    fs::create_dir_all(place.site("flat")).unwrap();
    fs::write(place.site("flat/a.py"), "").unwrap();
    fs::write(egg.join("PKG-INFO"), "Name: Flat\nVersion: 1.5\n").unwrap();
    fs::write(egg.join("installed-files.txt"), "../flat/a.py\nPKG-INFO\n").unwrap();
    let project = place.0.join("project");
    fs::create_dir_all(project.join("dev.egg-info")).unwrap();
    fs::write(project.join("dev.egg-info/PKG-INFO"), "Name: dev\nVersion: 3.1\n").unwrap();
    fs::write(place.site("dev.egg-link"), format!("{}\n.", project.display())).unwrap();
    let pth = format!("/elsewhere\n{}\n", project.display());
    fs::write(place.site("easy-install.pth"), pth).unwrap();
    let (flat, dev) = (place.installed("flat"), place.installed("dev"));
    assert_eq!((flat.form, flat.version.to_string().as_str()), (Form::EggInfo, "1.5"));
    assert_eq!((dev.form, dev.version.to_string().as_str()), (Form::EggLink, "3.1"));
    assert_eq!(flat.spelt_name(), "Flat");
    place.uninstall("flat");
    place.uninstall("dev");
    assert_eq!(place.read("easy-install.pth"), "/elsewhere\n");
    assert!(project.join("dev.egg-info/PKG-INFO").exists());
    fs::remove_file(place.site("easy-install.pth")).unwrap();
    assert_eq!(place.tree(), before);
}

#[test]
fn damaged_metadata_stands_in_nobodys_way() {
    let place = Place::new("damaged");
    place.install(&[&sample()]);
    for folder in ["nothing.dist-info", "~p-1.dist-info", "x-not_a_version!.dist-info"] {
        fs::create_dir_all(place.site(folder)).unwrap();
    }
    fs::write(place.site("file-1.dist-info"), "").unwrap();
    let scan = installed::scan(&place.layout().site_packages()).unwrap();
    assert_eq!(scan.distributions.len(), 1);
    assert_eq!(scan.damaged.len(), 3, "{:?}", scan.damaged);
    assert_eq!(installed::scan(&place.0.join("nowhere")).unwrap().distributions, []);
    fs::write(place.site("My_Pkg-1.0.dist-info/RECORD"), "\"open").unwrap();
    assert!(place.installed("my-pkg").files().is_err());
}

#[test]
fn a_target_directory_holds_packages_itself() {
    let place = Place::new("target");
    let layout = Layout::target(&place.0.join("t"), PathBuf::from("/some/python"));
    let environment = Environment::open(layout.clone(), &mut || {}).unwrap();
    let plan = Plan { remove: Vec::new(), add: vec![place.addition(&sample())] };
    environment.apply(&plan, &Options::default()).unwrap();
    let target = place.0.join("t");
    assert!(target.join("my_pkg/__init__.py").exists() && target.join("bin/mine").exists());
    assert!(fs::read_to_string(target.join("bin/mine")).unwrap().starts_with("#!/some/python\n"));
    let scan = environment.installed().unwrap();
    check_record(&scan.distributions[0]);
    assert!(
        fs::read_dir(&target).unwrap().all(|entry| !entry
            .unwrap()
            .file_name()
            .to_str()
            .unwrap()
            .starts_with('.'))
    );
    let plan = Plan { remove: scan.distributions, add: Vec::new() };
    environment.apply(&plan, &Options::default()).unwrap();
    assert_eq!(tree(&target).into_keys().filter(|path| !path.ends_with('/')).count(), 0);
}

#[test]
fn an_interrupt_and_an_error_leave_the_old_state() {
    let place = Place::new("interrupt");
    place.install(&[&Wheel::new("p", "1").file("p.py", "1")]);
    let before = place.tree();
    let flag = AtomicBool::new(true);
    let environment = place.environment();
    let remove = environment.installed().unwrap().distributions;
    let plan = Plan { remove, add: vec![place.addition(&Wheel::new("p", "2").file("p.py", "2"))] };
    let options = Options { interrupted: Some(&flag), ..Options::default() };
    assert!(matches!(environment.apply(&plan, &options).unwrap_err(), TransactionError::Interrupted));
    assert_eq!(place.tree(), before);
    // A file of the store is missing.
    fs::remove_file(plan.add[0].entry.tree().join("p.py")).unwrap();
    let error = environment.apply(&plan, &Options::default()).unwrap_err();
    assert!(matches!(error, TransactionError::StoreDamaged { .. }), "{error}");
    assert_eq!(place.tree(), before);
}

#[test]
fn extension_modules_can_be_left_out() {
    let place = Place::new("pure");
    let mut wheel = Wheel::new("fast", "1")
        .tag("cp314-cp314-manylinux_2_17_x86_64")
        .file("fast/__init__.py", "")
        .file("fast/_speedups.cpython-314-x86_64-linux-gnu.so", "\u{7f}ELF")
        .file("fast/_speedups.pyi", "");
    wheel.root_is_purelib = false;
    let entry = place.take(&wheel, Take::Pure).unwrap();
    assert_ne!(entry.path, place.add(&wheel).unwrap().path);
    let plan = Plan { remove: Vec::new(), add: vec![Addition::new(Arc::new(entry))] };
    place.environment().apply(&plan, &Options::default()).unwrap();
    check_record(&place.installed("fast"));
    assert!(place.site("fast/_speedups.pyi").exists());
    assert!(!place.read("fast-1.dist-info/RECORD").contains(".so,"));
    let expected = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    assert_eq!(place.read("fast-1.dist-info/WHEEL"), expected);
}

#[test]
fn the_store_mends_what_is_damaged() {
    let place = Place::new("mend");
    let wheel = sample();
    let entry = place.add(&wheel).unwrap();
    let store = place.store();
    assert_eq!(store.get(&entry.key).unwrap().manifest, entry.manifest);
    let manifest = entry.path.join("manifest");
    let good = fs::read(&manifest).unwrap();
    fs::write(&manifest, &good[..good.len() - 1]).unwrap();
    assert!(store.get(&entry.key).is_none());
    assert_eq!(place.add(&wheel).unwrap().manifest, entry.manifest);
    // As if the machine had lost power since: another boot, and a file that is shorter than it was.
    let mut older = entry.manifest.clone();
    older.boot = "another".into();
    fs::write(&manifest, older.encode()).unwrap();
    assert!(store.get(&entry.key).is_some(), "it is whole");
    assert_eq!(store.get(&entry.key).unwrap().manifest.boot, entry.manifest.boot);
    fs::write(&manifest, older.encode()).unwrap();
    fs::write(entry.tree().join("my_pkg/__init__.py"), "").unwrap();
    assert!(store.get(&entry.key).is_none());
    place.add(&wheel).unwrap();
    assert_eq!(fs::read(entry.tree().join("my_pkg/__init__.py")).unwrap(), b"x = 1\n");
    let names: Vec<_> = fs::read_dir(store.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 1, "nothing temporary is left: {names:?}");
}

#[test]
fn the_store_collects_what_was_unused_longest() {
    let place = Place::new("prune");
    let store = place.store();
    assert_eq!(store.entries().unwrap().len(), 0);
    let mut keys = Vec::new();
    for (number, name) in ["a", "b", "c"].into_iter().enumerate() {
        let entry = place.add(&Wheel::new(name, "1").file("x.py", &"#".repeat(1000))).unwrap();
        let file = fs::File::open(entry.path.join("manifest")).unwrap();
        let age = std::time::Duration::from_secs(3600 * (number as u64 + 1));
        file.set_modified(std::time::SystemTime::now() - age).unwrap();
        keys.push(entry.key);
    }
    fs::create_dir_all(store.path().join(".tmp-1-1/tree")).unwrap();
    let size: u64 = store.entries().unwrap().iter().map(|entry| entry.size).sum();
    let lock = store.lock(Kind::Exclusive, &mut || {}).unwrap();
    let removed = store.prune(size - 1, &lock).unwrap();
    assert_eq!(removed.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["c"]);
    assert!(store.get(&keys[2]).is_none() && store.get(&keys[0]).is_some());
    assert!(!store.path().join(".tmp-1-1").exists());
    assert_eq!(store.prune(0, &lock).unwrap().len(), 2);
    assert_eq!(store.entries().unwrap().len(), 0);
}

#[test]
fn locks_keep_others_out_and_leave_nothing() {
    let place = Place::new("lock");
    let held = lock::lock(&place.0, Kind::Exclusive, &mut || {}).unwrap();
    assert!(lock::try_lock(&place.0, Kind::Shared).unwrap().is_none());
    let mut waited = false;
    let path = place.0.clone();
    let release = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(800));
        drop(held);
    });
    let lock = lock::lock(&path, Kind::Exclusive, &mut || waited = true).unwrap();
    assert!(waited);
    release.join().unwrap();
    drop(lock);
    let shared = [(); 2].map(|()| lock::try_lock(&place.0, Kind::Shared).unwrap().unwrap());
    assert!(lock::try_lock(&place.0, Kind::Exclusive).unwrap().is_none());
    drop(shared);
    assert_eq!(fs::read_dir(&place.0).unwrap().count(), usize::from(cfg!(windows)));
    assert_eq!(place.environment().recovered, Recovered::Nothing);
}
