//! Dependency groups: names, includes, cycles and wrong items.

use dx::pkg::groups::{Groups, GroupsError};

fn groups(text: &str) -> Groups {
    Groups::from_pyproject(&format!("[dependency-groups]\n{text}").parse().unwrap()).unwrap()
}

fn error(text: &str, group: &str) -> String {
    groups(text).resolve(group).unwrap_err().to_string()
}

#[test]
fn a_group_is_its_requirements_in_order() {
    assert_eq!(groups("test = []").resolve("test").unwrap(), [""; 0]);
    assert_eq!(groups("test = ['pytest', 'attrs']").resolve("test").unwrap(), ["pytest", "attrs"]);
    assert_eq!(groups("'Test.It' = ['a']").resolve("TEST__it").unwrap(), ["a"]);
    assert!(Groups::from_pyproject(&toml::Table::new()).unwrap().names().next().is_none());
}

#[test]
fn includes_are_followed_where_they_stand() {
    let text =
        "a = ['one']\nb = ['zero', {include-group = 'A'}, 'two']\nc = [{include-group = 'b'}, 'three']";
    assert_eq!(groups(text).resolve("b").unwrap(), ["zero", "one", "two"]);
    assert_eq!(groups(text).resolve("c").unwrap(), ["zero", "one", "two", "three"]);
}

#[test]
fn a_group_that_comes_twice_counts_once() {
    assert_eq!(
        groups("a = ['x']\nb = [{include-group = 'a'}, {include-group = 'a'}]").resolve("b").unwrap(),
        ["x"]
    );
    // Each includes the next one twice: 2^40 requirements, were they repeated.
    let chain: String = (0..40)
        .map(|n| format!("g{n} = [{{include-group='g{0}'}}, {{include-group='g{0}'}}]\n", n + 1))
        .collect();
    assert_eq!(groups(&format!("{chain}g40 = ['x']")).resolve("g0").unwrap(), ["x"]);
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let mut chain: String =
        (0..20_000).map(|n| format!("g{n} = [{{include-group='g{}'}}]\n", n + 1)).collect();
    chain.push_str("g20000 = ['x']");
    assert_eq!(groups(&chain).resolve("g0").unwrap(), ["x"]);
}

#[test]
fn a_cycle_is_told_by_its_way() {
    assert_eq!(
        error("a = [{include-group = 'b'}]\nb = [{include-group = 'a'}]", "a"),
        "Cyclic dependency group include while resolving a: a -> b -> a"
    );
    assert_eq!(
        error("a = [{include-group = 'A'}]", "a"),
        "Cyclic dependency group include while resolving a: a -> a"
    );
    assert_eq!(
        error("r = [{include-group = 'a'}]\na = [{include-group = 'b'}]\nb = [{include-group = 'a'}]", "r"),
        "Cyclic dependency group include while resolving r: r -> a -> b -> a"
    );
}

#[test]
fn names_that_become_one_are_refused() {
    let document = "[dependency-groups]\ntest = []\nTEST = []\n".parse().unwrap();
    let error = Groups::from_pyproject(&document).unwrap_err();
    assert!(matches!(&error, GroupsError::Duplicate { name, .. } if name == "test"), "{error}");
    assert!(matches!(
        Groups::from_pyproject(&"dependency-groups = 3".parse().unwrap()),
        Err(GroupsError::NotATable)
    ));
}

#[test]
fn wrong_items_are_refused() {
    assert_eq!(error("a = []", "b"), "Dependency group 'b' not found");
    assert_eq!(error("a = [{include-group = 'b'}]", "a"), "Dependency group 'b' not found");
    assert_eq!(error("a = 'b'", "a"), "Dependency group 'a' is a string, not a list");
    assert_eq!(error("a = [1]", "a"), "Dependency group 'a' has an invalid item: 1");
    assert_eq!(
        error("a = [{include-group = 1}]", "a"),
        "Dependency group 'a' includes a integer, not a name"
    );
    for item in ["{}", "{include = 'b'}", "{include-group = 'b', other = 'c'}"] {
        let message = error(&format!("a = [{item}]\nb = []"), "a");
        assert!(message.starts_with("Dependency group 'a' has an invalid item"), "{message}");
    }
}
