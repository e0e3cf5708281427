//! `pyproject.toml`: defaults of the build, required and dynamic fields.

use dx::pkg::pyproject::{BuildSystem, Pyproject};

fn parse(text: &str) -> Pyproject {
    Pyproject::parse(text).unwrap()
}

fn error(text: &str) -> String {
    Pyproject::parse(text).unwrap_err().to_string()
}

#[test]
fn without_a_table_setuptools_builds() {
    let build = parse("").build;
    assert_eq!(build, BuildSystem::default());
    assert_eq!(
        (build.requires.as_slice(), build.backend.as_str(), build.declared),
        (&["setuptools>=40.8.0".to_owned()][..], "setuptools.build_meta:__legacy__", false)
    );
    let build = parse("[build-system]\nrequires = ['setuptools', 'wheel']").build;
    assert_eq!(
        (build.requires.len(), build.backend.as_str(), build.declared),
        (2, "setuptools.build_meta:__legacy__", false)
    );
}

#[test]
fn a_backend_is_taken_as_it_stands() {
    let build =
        parse("[build-system]\nrequires = []\nbuild-backend = 'a.b:c'\nbackend-path = ['.', 'x']").build;
    assert_eq!((build.backend.as_str(), build.backend_path.len(), build.declared), ("a.b:c", 2, true));
    assert_eq!(
        error("[build-system]\nbuild-backend = 'a'"),
        "[build-system] in pyproject.toml has no 'requires'"
    );
    assert_eq!(
        error("[build-system]\nrequires = 'a'"),
        "'build-system.requires' in pyproject.toml is no list of strings"
    );
    assert_eq!(
        error("[build-system]\nrequires = [1]"),
        "'build-system.requires' in pyproject.toml is no list of strings"
    );
    assert_eq!(error("build-system = 1"), "'build-system' in pyproject.toml is no table");
    assert_eq!(error("["), "pyproject.toml is no TOML");
}

#[test]
fn a_project_says_what_it_needs() {
    let project = parse(
        "[project]\nname = 'X.y'\nversion = '1.0'\nrequires-python = '>=3.8'\ndependencies = ['b', 'a']\n\
         [project.optional-dependencies]\ntest = ['pytest']",
    );
    let project = project.project.unwrap();
    assert_eq!(
        (project.name.as_str(), project.version.as_deref(), project.requires_python.as_deref()),
        ("X.y", Some("1.0"), Some(">=3.8"))
    );
    assert_eq!(project.dependencies, Some(vec!["b".to_owned(), "a".to_owned()]));
    assert_eq!(project.optional_dependencies, Some(vec![("test".to_owned(), vec!["pytest".to_owned()])]));
}

#[test]
fn what_is_not_dynamic_and_not_given_is_empty() {
    let project = parse("[project]\nname = 'x'\nversion = '1'").project.unwrap();
    assert_eq!((project.dependencies, project.optional_dependencies), (Some(Vec::new()), Some(Vec::new())));
    let text = "[project]\nname = 'x'\ndynamic = ['version', 'dependencies', 'optional-dependencies']";
    let project = parse(text).project.unwrap();
    assert_eq!((project.version, project.dependencies, project.optional_dependencies), (None, None, None));
}

#[test]
fn the_standards_rules_hold() {
    assert_eq!(error("[project]\nversion = '1'"), "[project] in pyproject.toml has no 'name'");
    assert_eq!(error("[project]\nname = 'x'"), "[project] in pyproject.toml has no 'version'");
    assert_eq!(
        error("[project]\nname = 'x'\ndynamic = ['name']"),
        "'project.dynamic' in pyproject.toml may not hold 'name'"
    );
    assert_eq!(
        error("[project]\nname = 'x'\nversion = '1'\ndynamic = ['version']"),
        "'project.version' in pyproject.toml is given and listed as dynamic"
    );
    assert_eq!(
        error("[project]\nname = 'x'\nversion = '1'\noptional-dependencies.a = 'b'"),
        "'project.optional-dependencies.a' in pyproject.toml is no list of strings"
    );
}
