//! The binary against the scenarios of `../shared/packse`: each is served by a loopback index and resolved by `install --dry-run`.
//!
//! What `packse` asks the resolver alone, this asks the whole way: options, pages, metadata, markers of the target, messages.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use toml::Value;

use crate::dx::{EXECUTABLE, ended};
use crate::loopback::{Behaviour, Folder, Offered, Server};
use crate::packse::{folder, scenarios, strings};
use crate::wheels::{Sdist, Wheel};

/// What a source distribution says is enough: nothing of it is built.
const PYPROJECT: &str = "[build-system]\nrequires = []\nbuild-backend = 'none'\n";

/// The files of a scenario, as an index offers them.
fn files(scenario: &Value) -> Vec<Offered> {
    let mut offered = Vec::new();
    let packages = scenario.get("packages").and_then(Value::as_table);
    for (name, about) in packages.into_iter().flatten() {
        for (version, about) in about.get("versions").and_then(Value::as_table).into_iter().flatten() {
            let flag = |key: &str, default: bool| about.get(key).and_then(Value::as_bool).unwrap_or(default);
            let python = about.get("requires_python").and_then(Value::as_str);
            let mut lines = String::new();
            for text in strings(about.get("requires")) {
                lines += &format!("Requires-Dist: {text}\n");
            }
            for (extra, requires) in about.get("extras").and_then(Value::as_table).into_iter().flatten() {
                lines += &format!("Provides-Extra: {extra}\n");
                for text in strings(Some(requires)) {
                    lines += &format!("Requires-Dist: {text} ; extra == '{extra}'\n");
                }
            }
            lines += &python.map(|python| format!("Requires-Python: {python}\n")).unwrap_or_default();
            let mut offer = |filename: String, bytes: Vec<u8>| {
                let mut file = Offered::new(name, &filename, bytes);
                file.requires_python = python.map(str::to_owned);
                file.yanked = flag("yanked", false).then(String::new);
                offered.push(file);
            };
            if flag("wheel", true) {
                let mut tags = strings(about.get("wheel_tags"));
                if tags.is_empty() {
                    tags.push("py3-none-any".to_owned());
                }
                for tag in tags {
                    let wheel = Wheel::new(name, version).metadata(&lines).tag(&tag);
                    offer(wheel.file_name(), wheel.build());
                }
            }
            if flag("sdist", true) {
                let sdist = Sdist::new(name, version).metadata(&lines).file("pyproject.toml", PYPROJECT);
                offer(sdist.file_name(), sdist.build());
            }
        }
    }
    offered
}

/// What is wrong with the binary's answer to a scenario, if anything.
fn verdict(executable: &str, home: &Folder, scenario: &Value) -> Option<String> {
    let server = Server::start(Behaviour { metadata: true, ..Behaviour::default() }, files(scenario));
    let mut command = std::process::Command::new(executable);
    let cache = home.path(&format!("cache-{}", server.port));
    command.args(["pip", "install", "--dry-run", "--ignore-installed", "--target", "none", "--cache-dir"]);
    command
        .arg(&cache)
        .current_dir(&home.0)
        .env_clear()
        .env("HOME", &home.0)
        .env("PIP_INDEX_URL", server.url());
    let of = |table: &str| scenario.get(table).and_then(|table| table.get("python")).and_then(Value::as_str);
    if let Some(python) = of("resolver_options").or(of("environment")) {
        command.args(["--python-version", python, "--implementation", "dx"]);
    }
    let option = |key: &str| scenario.get("resolver_options").and_then(|options| options.get(key));
    for (key, flag) in [("no_binary", "--no-binary"), ("no_build", "--only-binary")] {
        strings(option(key)).iter().for_each(|name| {
            command.args([flag, name]);
        });
    }
    if option("prereleases").and_then(Value::as_bool) == Some(true) {
        command.arg("--pre");
    }
    let wanted = strings(scenario.get("root").and_then(|root| root.get("requires")));
    let ended = ended(command.args(&wanted).output().unwrap());
    let _ = std::fs::remove_dir_all(cache);
    let expected = scenario.get("expected").expect("expected");
    if expected.get("satisfiable").and_then(Value::as_bool) == Some(false) {
        let first: dx::pkg::requirement::Requirement = wanted.first()?.parse().unwrap();
        return match ended.code == 1 && ended.err.contains(first.name.as_str()) {
            true => None,
            false => Some(format!("code {}: {}", ended.code, ended.all())),
        };
    }
    let mut packages: Vec<String> = expected
        .get("packages")
        .and_then(Value::as_table)?
        .iter()
        .map(|(name, version)| format!("{name}-{}", version.as_str().unwrap()))
        .collect();
    packages.sort();
    let right = match packages.is_empty() {
        true => ended.code == 0 && !ended.out.contains("Would install"),
        false => ended.out.lines().any(|line| line == format!("Would install {}", packages.join(" "))),
    };
    (!right).then(|| format!("instead of {packages:?}: {}", ended.all()))
}

#[test]
fn every_scenario_by_the_binary() {
    let (Some(executable), Some(folder)) = (EXECUTABLE, folder()) else {
        eprintln!("skipped: no dx binary in this package, or no folder ../shared/packse");
        return;
    };
    // Environments take time to make; a target folder is one too.
    let home = Folder::new("packse");
    let scenarios = scenarios(&folder);
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((name, scenario)) = scenarios.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if let Some(problem) = verdict(executable, &home, scenario) {
                        wrong.lock().unwrap().push(format!("{name}: {problem}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), scenarios.len(), wrong.join("\n"));
    assert!(!scenarios.is_empty());
}
