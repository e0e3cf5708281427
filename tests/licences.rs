//! Every package that is linked in has a licence from the list in `deny.toml`. Needs cargo alone, and no network.

use std::path::Path;
use std::process::Command;

/// Reads the quoted words between `start` and the next `]`.
fn words_after<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    let (_, list) = text.split_once(start).unwrap_or_else(|| panic!("deny.toml has no {start:?}"));
    let list = list.split(']').next().unwrap_or("");
    list.split('"').skip(1).step_by(2).collect()
}

/// Whether an SPDX expression can be met by the allowed licences: of an OR one, of an AND all.
fn allowed(expression: &str, list: &[&str]) -> bool {
    let expression = expression.trim();
    if list.contains(&expression) {
        return true;
    }
    // The loosest operator outside parentheses splits first; a slash is the old way to write OR.
    for (operator, any) in [(" OR ", true), ("/", true), (" AND ", false)] {
        let parts = split_outside(expression, operator);
        if parts.len() > 1 {
            return if any {
                parts.iter().any(|part| allowed(part, list))
            } else {
                parts.iter().all(|part| allowed(part, list))
            };
        }
    }
    match expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => allowed(inner, list),
        None => false,
    }
}

fn split_outside<'a>(text: &'a str, operator: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, letter) in text.char_indices() {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        if depth == 0 && at >= start && text[at..].starts_with(operator) {
            parts.push(&text[start..at]);
            start = at + operator.len();
        }
    }
    parts.push(&text[start..]);
    parts
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = std::fs::read_to_string(root.join("deny.toml")).expect("deny.toml");
    let list = words_after(&rules, "\nallow = [");
    let excepted = words_after(&rules, "[[licenses.exceptions]]\ncrate = ");
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--workspace", "--all-features", "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}|{l}"])
        .current_dir(root)
        .output()
        .expect("cargo tree");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut packages = 0;
    let mut problems = Vec::new();
    for line in text.lines().map(|line| line.trim_end_matches(" (*)")) {
        let Some((package, licence)) = line.split_once('|') else { continue };
        let name = package.split(' ').next().unwrap_or("");
        packages += 1;
        let own = name == "xtask" && licence.is_empty();
        if !own && !excepted.contains(&name) && !allowed(licence, &list) {
            problems.push(format!("{name}: {licence:?}"));
        }
    }
    assert!(packages > 1, "cargo tree listed nothing");
    assert!(problems.is_empty(), "not in deny.toml's list:\n{}", problems.join("\n"));
}

#[test]
fn expressions_are_read_as_spdx_says() {
    let list = ["MIT", "Unicode-3.0"];
    assert!(allowed("(MIT OR Apache-2.0) AND Unicode-3.0", &list));
    assert!(allowed("GPL-3.0 OR MIT AND Unicode-3.0", &list));
    assert!(allowed("Unlicense/MIT", &list));
    assert!(!allowed("MIT AND GPL-3.0", &list));
    assert!(!allowed("", &list));
}
