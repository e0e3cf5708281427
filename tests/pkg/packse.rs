//! The resolver against the scenarios of `../shared/packse`: each is a small world of packages, a request and the right answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dx::pkg::name::Name;
use dx::pkg::requirement::Requirement;
use dx::pkg::resolve::table::{Entry, FormatRules, Formats, Listed, Order, Prereleases, Rules, Table};
use dx::pkg::resolve::{self, Facts, Failure, Request, Resolution, ResolveError, Universe, Wanted};
use dx::pkg::specifier::Specifiers;
use dx::pkg::tags::{self, System, Tags, Target};
use dx::pkg::version::Version;
use rustc_hash::{FxHashMap, FxHashSet};
use toml::Value;

use crate::types::environment;

/// Where the scenarios are: `DX_PACKSE`, else beside the project.
pub fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("DX_PACKSE").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/packse");
    named.or(Some(beside)).filter(|folder| folder.is_dir())
}

/// Every scenario, by its path below the folder.
pub fn scenarios(folder: &Path) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for group in std::fs::read_dir(folder).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(group.path()).unwrap().flatten() {
            let path = file.path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                let text = std::fs::read_to_string(&path).unwrap();
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.push((name, text.parse::<toml::Table>().map(Value::Table).unwrap()));
            }
        }
    }
    found.sort_by(|left, right| left.0.cmp(&right.0));
    found
}

pub fn strings(value: Option<&Value>) -> Vec<String> {
    let texts = value.and_then(Value::as_array).into_iter().flatten();
    texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// A file of a scenario: name, what Python it wants, whether it was yanked.
struct File {
    filename: String,
    requires_python: Option<String>,
    yanked: bool,
}

struct World<'w> {
    scenario: &'w Value,
    rules: Rules,
}

impl World<'_> {
    fn versions(&self, name: &Name) -> Option<&toml::Table> {
        let packages = self.scenario.get("packages")?.as_table()?;
        let found = packages.iter().find(|(key, _)| Name::new(key).is_ok_and(|key| key == *name))?;
        found.1.get("versions")?.as_table()
    }
}

fn files(name: &Name, versions: &toml::Table) -> Vec<File> {
    let mut files = Vec::new();
    for (version, about) in versions {
        let flag = |key: &str, default: bool| about.get(key).and_then(Value::as_bool).unwrap_or(default);
        let requires_python = about.get("requires_python").and_then(Value::as_str).map(str::to_owned);
        let mut add = |filename: String| {
            files.push(File {
                filename,
                requires_python: requires_python.clone(),
                yanked: flag("yanked", false),
            });
        };
        if flag("wheel", true) {
            let mut tags = strings(about.get("wheel_tags"));
            if tags.is_empty() {
                tags.push("py3-none-any".to_owned());
            }
            for tag in tags {
                add(format!("{}-{version}-{tag}.whl", name.escaped()));
            }
        }
        if flag("sdist", true) {
            add(format!("{}-{version}.tar.gz", name.escaped()));
        }
    }
    files
}

impl Universe for World<'_> {
    fn table(&self, name: &Name) -> Result<Option<Arc<Table>>, Failure> {
        let Some(versions) = self.versions(name) else { return Ok(None) };
        let files = files(name, versions);
        let listed = files.iter().enumerate().map(|(index, file)| Listed {
            index: index as u32,
            rank: 0,
            filename: &file.filename,
            requires_python: file.requires_python.as_deref(),
            yanked: file.yanked.then_some(""),
            uploaded: None,
            hashes: &[],
        });
        Ok(Some(Arc::new(Table::build(name, listed, &self.rules))))
    }

    fn facts(&self, name: &Name, entry: &Entry) -> Result<Arc<Facts>, Failure> {
        let versions = self.versions(name).expect("a table");
        let about = versions
            .iter()
            .find(|(version, _)| version.parse::<Version>().is_ok_and(|version| version == entry.version))
            .expect("the version")
            .1;
        let parse = |text: &String| text.parse::<Requirement>().unwrap();
        let mut facts = Facts {
            requires: strings(about.get("requires")).iter().map(parse).collect(),
            requires_python: about
                .get("requires_python")
                .and_then(Value::as_str)
                .map(|text| text.parse::<Specifiers>().unwrap()),
            extras: Vec::new(),
        };
        for (extra, requires) in about.get("extras").and_then(Value::as_table).into_iter().flatten() {
            facts.extras.push(Name::new(extra).unwrap());
            for text in strings(Some(requires)) {
                facts.requires.push(format!("{text} ; extra == '{extra}'").parse().unwrap());
            }
        }
        Ok(Arc::new(facts))
    }

    fn direct(&self, _: &Name, _: &str) -> Result<(), Failure> {
        panic!("no scenario names a URL")
    }

    fn installed_facts(&self, _: &Name) -> Result<Arc<Facts>, Failure> {
        panic!("no scenario has anything installed")
    }
}

fn python(scenario: &Value) -> String {
    let of = |table: &str| scenario.get(table).and_then(|table| table.get("python")).and_then(Value::as_str);
    of("resolver_options").or(of("environment")).unwrap_or("3.14").to_owned()
}

fn answer(scenario: &Value, patience: u32) -> Result<Resolution, ResolveError> {
    let python = python(scenario);
    let version: Version = python.parse().unwrap();
    let release = version.release();
    let wanted: Vec<Wanted> = strings(scenario.get("root").and_then(|root| root.get("requires")))
        .iter()
        .map(|text| Wanted { requirement: text.parse().unwrap(), origin: String::new() })
        .collect();
    let options = scenario.get("resolver_options");
    let option = |key: &str| options.and_then(|options| options.get(key));
    let mut formats = FormatRules::default();
    for (key, kind) in [("no_binary", Formats::OnlySources), ("no_build", Formats::OnlyWheels)] {
        for name in strings(option(key)) {
            formats.packages.insert(Name::new(&name).unwrap(), kind);
        }
    }
    let requirements: Vec<&Requirement> = wanted.iter().map(|wanted| &wanted.requirement).collect();
    let rules = Rules {
        tags: Tags::of(&Target {
            implementation: "dx".to_owned(),
            python: (release[0], release[1]),
            abis: Vec::new(),
            platforms: tags::platforms(System::Glibc(2, 36), "x86_64"),
        }),
        native: None,
        python: version.clone(),
        ignore_requires_python: false,
        formats,
        exclude_newer: None,
        hashes: FxHashMap::default(),
        yanked_allowed: resolve::pins(&requirements),
        by_place: false,
        fallback: |_, _| false,
    };
    let mut environment = environment();
    environment.python_version = format!("{}.{}", release[0], release[1]);
    environment.python_full_version = python;
    let prereleases = option("prereleases").and_then(Value::as_bool).unwrap_or(false);
    let request = Request {
        wanted,
        constraints: Vec::new(),
        overrides: Vec::new(),
        environment,
        python: version,
        order: Order::Highest,
        lowest_direct: false,
        prereleases: if prereleases { Prereleases::Allow } else { Prereleases::IfNecessary },
        prereleases_of: FxHashMap::default(),
        no_dependencies: false,
        preferred: FxHashMap::default(),
        installed: FxHashMap::default(),
        allow_old_pure: false,
        ignore_requires_python: false,
        patience,
    };
    resolve::resolve(&request, &World { scenario, rules })
}

/// What is wrong with an answer, if anything.
fn verdict(scenario: &Value, answer: &Result<Resolution, ResolveError>) -> Option<String> {
    let expected = scenario.get("expected").expect("expected");
    let satisfiable = expected.get("satisfiable").and_then(Value::as_bool).expect("satisfiable");
    match (satisfiable, answer) {
        (false, Err(ResolveError::Unsatisfiable { explanation, hints, .. })) => {
            let text = format!("{explanation} {}", hints.join(" "));
            let named = strings(scenario.get("root").and_then(|root| root.get("requires")));
            let first = named.first().map(|text| text.parse::<Requirement>().unwrap().name.to_string());
            match first.is_some_and(|name| text.contains(&name)) {
                true => None,
                false => Some(format!("the explanation names no package: {text}")),
            }
        }
        (false, Err(other)) => Some(format!("failed in another way: {other}")),
        (true, Err(error)) => Some(format!("no answer: {error} {:?}", error.hints())),
        (false, Ok(resolution)) => Some(format!("an answer: {:?}", names(resolution))),
        (true, Ok(resolution)) => {
            let chosen = names(resolution);
            let packages = expected.get("packages").and_then(Value::as_table)?;
            let mut wanted: Vec<(String, String)> = packages
                .iter()
                .map(|(name, version)| (name.clone(), version.as_str().unwrap().to_owned()))
                .collect();
            wanted.sort();
            (wanted != chosen).then(|| format!("{chosen:?} instead of {wanted:?}"))
        }
    }
}

fn names(resolution: &Resolution) -> Vec<(String, String)> {
    resolution.packages.iter().map(|chosen| (chosen.name.to_string(), chosen.version.to_string())).collect()
}

#[test]
fn every_scenario_has_the_right_answer() {
    let Some(folder) = folder() else {
        eprintln!("skipped: no folder ../shared/packse, and DX_PACKSE names none");
        return;
    };
    let scenarios = scenarios(&folder);
    let mut wrong = Vec::new();
    // Short searches and long ones have the same answers.
    let runs = scenarios
        .iter()
        .flat_map(|(name, scenario)| [resolve::PATIENCE, 0].map(|patience| (name, scenario, patience)));
    for (name, scenario, patience) in runs {
        let answer = answer(scenario, patience);
        if std::env::var_os("DX_SHOW").is_some()
            && let Err(error) = &answer
        {
            println!("== {name}\n{error}");
            for hint in error.hints() {
                println!("  hint: {hint}");
            }
        }
        if let Some(problem) = verdict(scenario, &answer) {
            wrong.push(format!("{name} (patience {patience}): {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), scenarios.len(), wrong.join("\n"));
    assert!(!scenarios.is_empty(), "no scenario in {}", folder.display());
    let distinct: FxHashSet<&String> = scenarios.iter().map(|(name, _)| name).collect();
    assert_eq!(distinct.len(), scenarios.len());
}
