//! Processes that die in the middle: at every failpoint, and at random moments. The environment is the old one or the new one.
//!
//! The test executable starts itself: with `DX_PKG_CHILD` in its environment the one test `child` does what it is told, in the
//! directory that the parent made, and is killed there. `DX_FAILPOINT` says where.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use dx::pkg::install::failpoint;
use dx::pkg::install::transaction::{Options, Plan, Recovered};

use crate::install::{Place, check_record};
use crate::wheels::Wheel;

type Tree = BTreeMap<String, Vec<u8>>;

/// What a child does to an environment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Job {
    Install,
    Upgrade,
    Uninstall,
    /// What the next command does first.
    Recover,
}

const JOBS: [Job; 4] = [Job::Install, Job::Upgrade, Job::Uninstall, Job::Recover];

/// Packages that meet in directories, bring scripts and data, and change from version to version.
fn wheels(version: &str) -> Vec<Wheel> {
    let one = Wheel::new("one", version)
        .file("one/__init__.py", version)
        .file(&format!("one/only_{version}.py"), "")
        .file("ns/one.py", version)
        .executable(&format!("one-{version}.data/scripts/tool"), "#!python\n")
        .file(&format!("one-{version}.data/data/share/one/{version}"), "")
        .entry_points("[console_scripts]\none = one:main\n");
    let two = Wheel::new("two", version).file("ns/two.py", version).file("two/deep/er/x.py", "");
    vec![one, two]
}

fn base() -> Wheel {
    Wheel::new("base", "1").file("ns/base.py", "base").file("base.py", "").file("share/x", "")
}

/// Does a job; whatever version is there goes.
fn work(place: &Place, job: Job) {
    let environment = place.environment();
    let add = match job {
        Job::Recover => return,
        Job::Install => wheels("1"),
        Job::Upgrade => wheels("2"),
        Job::Uninstall => Vec::new(),
    };
    let mut installed = environment.installed().unwrap().distributions;
    installed.retain(|installed| installed.name.as_str() != "base");
    let plan = Plan { remove: installed, add: add.iter().map(|wheel| place.addition(wheel)).collect() };
    environment.apply(&plan, &Options::default()).unwrap();
}

/// Not a test of its own: the process that dies.
#[test]
fn child() {
    let Ok(text) = std::env::var("DX_PKG_CHILD") else { return };
    let (job, path) = text.split_once(':').unwrap();
    let job = JOBS.into_iter().find(|known| format!("{known:?}") == job).unwrap();
    // The parent removes the directory.
    let place = std::mem::ManuallyDrop::new(Place(path.into()));
    work(&place, job);
}

fn start(path: &Path, job: Job, failpoint: Option<&str>) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["kill::child", "--exact", "--test-threads=1"]);
    command.env("DX_PKG_CHILD", format!("{job:?}:{}", path.display())).env_remove("DX_FAILPOINT");
    if let Some(failpoint) = failpoint {
        command.env("DX_FAILPOINT", failpoint);
    }
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Makes the state before a job, and says how it looks before and after.
fn states(job: Job) -> (Place, Tree, Tree) {
    let place = Place::new("kill");
    let begin = |place: &Place| {
        place.install(&[&base()]);
        if job != Job::Install {
            work(place, Job::Install);
        }
    };
    begin(&place);
    let old = place.tree();
    work(&place, job);
    let new = place.tree();
    assert_ne!(old, new);
    reset(&place, job);
    assert_eq!(place.tree(), old);
    (place, old, new)
}

/// Makes the old state again.
fn reset(place: &Place, job: Job) {
    fs::remove_dir_all(place.0.join("env")).unwrap();
    place.install(&[&base()]);
    if job != Job::Install {
        work(place, Job::Install);
    }
}

/// The environment is in one of the two states once the next command took its lock; that command works, and leads to the new
/// state.
fn check(place: &Place, job: Job, old: &Tree, new: &Tree, label: &str) -> Recovered {
    let recovered = place.environment().recovered;
    let tree = place.tree();
    assert!(tree == *old || tree == *new, "{label}: neither old nor new: {:?}", tree.keys());
    if tree == *old {
        work(place, job);
        assert_eq!(place.tree(), *new, "{label}: the next command does the job");
    }
    for installed in place.environment().installed().unwrap().distributions {
        check_record(&installed);
    }
    recovered
}

#[test]
fn killed_at_every_failpoint() {
    let mut reached: BTreeMap<&str, usize> = BTreeMap::new();
    for job in [Job::Install, Job::Upgrade, Job::Uninstall] {
        let (place, old, new) = states(job);
        for name in failpoint::NAMES {
            for count in 1.. {
                // The store's failpoints are reached only where it is empty.
                if name.starts_with("store-") {
                    fs::remove_dir_all(place.store().path()).unwrap();
                }
                let label = format!("{name}:{count}");
                let status = start(&place.0, job, Some(&label)).status().unwrap();
                if status.success() {
                    assert_eq!(place.tree(), new);
                    reset(&place, job);
                    break;
                }
                *reached.entry(name).or_default() += 1;
                let recovered = check(&place, job, &old, &new, &format!("{job:?} at {label}"));
                let is_undone = ["journal-named", "change-aside", "change-in", "change-done"].contains(&name);
                assert_eq!(recovered == Recovered::RolledBack, is_undone, "{label}");
                reset(&place, job);
            }
        }
    }
    let missing: Vec<_> = failpoint::NAMES.into_iter().filter(|name| !reached.contains_key(name)).collect();
    assert_eq!(
        missing,
        ["roll-back", "roll-back-done", "recover-clean-up"],
        "the others are in the next test"
    );
}

#[test]
fn killed_while_recovering() {
    for job in [Job::Install, Job::Upgrade, Job::Uninstall] {
        let (place, old, new) = states(job);
        for name in ["roll-back", "roll-back-done", "recover-clean-up"] {
            for count in 1.. {
                assert!(!start(&place.0, job, Some("change-done:1")).status().unwrap().success());
                let label = format!("{name}:{count}");
                let status = start(&place.0, Job::Recover, Some(&label)).status().unwrap();
                if status.success() {
                    assert!(count > 1, "{label} was never reached");
                    assert_eq!(place.tree(), old, "{job:?} at {label}");
                    break;
                }
                check(&place, job, &old, &new, &format!("{job:?} recovering at {label}"));
                reset(&place, job);
            }
        }
    }
}

#[test]
fn killed_at_random_moments() {
    let (place, old, new) = states(Job::Upgrade);
    let begin = Instant::now();
    assert!(start(&place.0, Job::Upgrade, None).status().unwrap().success());
    let whole = begin.elapsed();
    let rounds = 60;
    for round in 0..rounds {
        reset(&place, Job::Upgrade);
        if round % 2 == 0 {
            fs::remove_dir_all(place.store().path()).unwrap();
            place.addition(&base());
        }
        let mut child = start(&place.0, Job::Upgrade, None).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(f64::from(round) / f64::from(rounds)) + Duration::from_micros(100));
        child.kill().unwrap();
        child.wait().unwrap();
        check(&place, Job::Upgrade, &old, &new, &format!("round {round}"));
    }
}

#[test]
fn two_processes_in_one_environment() {
    for round in 0..5 {
        let place = Place::new("two");
        place.install(&[&base()]);
        if round % 2 == 1 {
            fs::remove_dir_all(place.store().path()).unwrap();
        }
        let jobs = [Job::Install, Job::Upgrade, Job::Upgrade, Job::Uninstall];
        let mut children = jobs.map(|job| start(&place.0, job, None).spawn().unwrap());
        for child in &mut children {
            assert!(child.wait().unwrap().success());
        }
        // Whatever came last: what is installed is whole, and there is nothing else.
        let scan = place.environment().installed().unwrap();
        scan.distributions.iter().for_each(check_record);
        assert_eq!(scan.damaged.len(), 0);
        let plan = Plan { remove: scan.distributions, add: Vec::new() };
        place.environment().apply(&plan, &Options::default()).unwrap();
        let left: Vec<_> = place.tree().into_keys().filter(|path| !path.ends_with('/')).collect();
        assert_eq!(left, [""; 0], "round {round}");
    }
}
