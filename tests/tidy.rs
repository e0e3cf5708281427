//! The rules of the code that a program can check: layers, headers, sizes, `unsafe`, unfinished marks.
//!
//! The tables below are the rules. A file that breaks one is mended or moved; a table is changed only together with
//! `ARCHITECTURE.md`, which says why the rule is there.

use std::path::{Path, PathBuf};

/// A file over this many lines has to be split.
const MAX_LINES: usize = 1500;

/// Files that may be longer, because they are one table.
const LONG_TABLES: &[&str] = &["src/runtime/text/unicode_tables.rs"];

/// Files and folders in which `unsafe` may stand.
const UNSAFE_ALLOWED: &[&str] = &[
    "src/main.rs",
    "src/runtime/value.rs",
    "src/runtime/error.rs",
    "src/runtime/sys.rs",
    "src/runtime/sys/",
    "src/runtime/gc/",
    "src/runtime/object/",
    "src/runtime/interp/",
    "src/runtime/startup/boot.rs",
    "src/runtime/builtins/weakrefs.rs",
    "src/jit/",
];

/// How many lines above an `unsafe` its SAFETY comment may begin.
const SAFETY_REACH: usize = 3;

/// What the object model and the machine may use.
const MODEL: &[&str] = &[
    "runtime::sys",
    "runtime::number",
    "runtime::text",
    "runtime::value",
    "runtime::error",
    "runtime::gc",
    "runtime::object",
    "runtime::builtins",
    "runtime::interp",
    "runtime::bytecode",
    "runtime::compiler",
    "runtime::stdlib::codecs",
    "version",
];

/// A layer, and the layers that it may use besides itself. Longest path first where one contains another.
const LAYERS: &[(&str, &[&str])] = &[
    ("main", &["cli", "runtime::api", "version"]),
    ("lib", &["*"]),
    ("version", &[]),
    ("cli", &["test", "pkg", "jit", "runtime::api", "version"]),
    ("test", &["runtime::api", "version"]),
    ("pkg", &["version"]),
    ("jit", &["runtime", "version"]),
    ("runtime::sys", &["version"]),
    // Values, their death and the heap know each other: a value's drop is the heap's `release`.
    ("runtime::value", &["runtime::sys", "runtime::error", "runtime::gc", "version"]),
    ("runtime::error", &["version"]),
    ("runtime::number", &[]),
    ("runtime::text", &["runtime::number"]),
    ("runtime::bytecode", &[]),
    ("runtime::compiler", &["runtime::bytecode", "runtime::number", "runtime::text"]),
    ("runtime::gc", &["runtime::sys", "runtime::value", "runtime::error", "version"]),
    // The protocols of `object` raise and make builtin types by their specs; `builtins` has the types of the machine's
    // objects (functions, frames, generators), and the machine makes builtin objects: these three are one layer.
    ("runtime::object", MODEL),
    ("runtime::builtins", MODEL),
    ("runtime::interp", MODEL),
    // Codec lookups of `str` and `bytes` go through the registry of `_codecs`; native modules are imported by name.
    ("runtime::import", &["runtime", "version"]),
    ("runtime::stdlib", &["runtime", "version"]),
    ("runtime::api", &["runtime", "version"]),
    ("runtime", &["runtime", "version"]),
];

struct Source {
    /// From the project's root, with `/`.
    name: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        let Ok(entries) = folder.read_dir() else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.sort();
    let read = |path: PathBuf| Source {
        name: path.strip_prefix(root()).unwrap_or(&path).display().to_string().replace('\\', "/"),
        text: std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    };
    found.into_iter().map(read).collect()
}

/// Every Rust file of the project.
fn all_sources() -> Vec<Source> {
    let mut all: Vec<Source> =
        ["src", "tests", "xtask", "fuzz/fuzz_targets"].into_iter().flat_map(sources).collect();
    let build = root().join("build.rs");
    all.push(Source {
        name: String::from("build.rs"),
        text: std::fs::read_to_string(build).expect("build.rs"),
    });
    all
}

fn check(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// The code of a line: what stands before a `//`, and nothing of string literals. Good enough for words that matter here.
fn code(line: &str) -> String {
    let mut out = String::new();
    let mut letters = line.chars().peekable();
    let mut in_text = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if in_text => {
                letters.next();
            }
            '\'' if !in_text && letters.peek() == Some(&'"') => {
                letters.next();
            }
            '"' => in_text = !in_text,
            '/' if !in_text && letters.peek() == Some(&'/') => break,
            letter if !in_text => out.push(letter),
            _ => {}
        }
    }
    out
}

/// `src/runtime/gc/heap.rs` is `runtime::gc::heap`.
fn module_of(name: &str) -> String {
    let path = name.trim_start_matches("src/").trim_end_matches(".rs");
    path.trim_end_matches("/mod").replace('/', "::")
}

/// Whether `path` is `layer` or lies below it.
fn within(path: &str, layer: &str) -> bool {
    path == layer || path.strip_prefix(layer).is_some_and(|rest| rest.starts_with("::"))
}

fn layer_of(module: &str) -> Option<&'static (&'static str, &'static [&'static str])> {
    LAYERS.iter().find(|(layer, _)| within(module, layer))
}

/// The paths (not macros, which have no layer) that a text takes from `crate::` (or, in main, from `dx::`), braces spelt out. Test modules are left alone.
fn uses(text: &str, is_main: bool) -> Vec<(usize, String)> {
    let root = if is_main { "dx::" } else { "crate::" };
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        if line.trim_start().starts_with("#[cfg(test)]") || line.contains("cfg(all(test") {
            break;
        }
        let line = code(line);
        for (start, _) in line.match_indices(root) {
            if line[..start]
                .ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':')
            {
                continue;
            }
            let mut rest = line[start + root.len()..].to_string();
            let mut below = at + 1;
            while rest.matches('{').count() > rest.matches('}').count()
                && below < lines.len()
                && line.trim_start().contains("use ")
            {
                rest += &code(lines[below]);
                below += 1;
            }
            let rest: String = rest.split(';').next().unwrap_or("").to_string();
            let name_ends = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
            if name_ends.is_some_and(|end| rest[end..].starts_with('!')) {
                continue;
            }
            found.extend(spell_out(&rest).into_iter().map(|path| (at + 1, path)));
        }
    }
    found
}

/// `a::{b, c::d}` is `a::b` and `a::c::d`; what follows the path is dropped.
fn spell_out(text: &str) -> Vec<String> {
    // A new name (`a as b`) is no part of the path.
    let words: Vec<&str> = text.split_whitespace().collect();
    let renamed = |at: usize| at > 0 && words[at - 1] == "as";
    let kept = (0..words.len())
        .filter(|at| words[*at] != "as" && (!renamed(*at) || words[*at].contains(['}', ','])));
    let text: String =
        kept.map(|at| if renamed(at) { rest_of_rename(words[at]) } else { words[at] }).collect();
    let end = text
        .find(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':'))
        .unwrap_or(text.len());
    let head = &text[..end];
    if !text[end..].starts_with('{') {
        return vec![head.trim_end_matches(':').to_string()];
    }
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for letter in text[end..].chars() {
        match letter {
            '{' if depth == 0 => depth = 1,
            '}' if depth == 1 => break,
            ',' if depth == 1 => parts.push(String::new()),
            _ => {
                depth += i32::from(letter == '{') - i32::from(letter == '}');
                parts.last_mut().expect("one at least").push(letter);
            }
        }
    }
    parts
        .iter()
        .filter(|part| !part.is_empty())
        .flat_map(|part| spell_out(&format!("{head}{part}")))
        .collect()
}

/// What stands behind the new name in a word such as `exc,` or `exc};`.
fn rest_of_rename(word: &str) -> &str {
    &word[word.find(['}', ',']).unwrap_or(word.len())..]
}

#[test]
fn layers_hold() {
    let mut problems = Vec::new();
    for source in sources("src") {
        let module = module_of(&source.name);
        let Some((layer, allowed)) = layer_of(&module) else {
            problems.push(format!("{}: no layer has this file; give it one in LAYERS", source.name));
            continue;
        };
        for (line, path) in uses(&source.text, module == "main") {
            let target = path.trim_end_matches("::self").to_string();
            let fine = within(&target, layer)
                || allowed.iter().any(|allowed| *allowed == "*" || within(&target, allowed))
                || within(layer, &target) && target != "runtime";
            if !fine {
                problems.push(format!("{}:{line}: {layer} may not use {target}", source.name));
            }
        }
    }
    check(problems);
}

#[test]
fn every_file_says_what_it_owns() {
    let wrong = |source: &Source| !source.text.starts_with("//! ");
    check(
        all_sources()
            .iter()
            .filter(|source| wrong(source))
            .map(|source| format!("{}: the first line has to be a `//!` sentence", source.name))
            .collect(),
    );
}

#[test]
fn files_are_small() {
    let long = |source: &&Source| {
        source.text.lines().count() > MAX_LINES && !LONG_TABLES.contains(&source.name.as_str())
    };
    let all = all_sources();
    check(all.iter().filter(long).map(|source| format!("{}: over {MAX_LINES} lines", source.name)).collect());
}

#[test]
fn unsafe_is_confined_and_explained() {
    let mut problems = Vec::new();
    for source in all_sources() {
        if source.name == "tests/tidy.rs" {
            continue;
        }
        let allowed = UNSAFE_ALLOWED.iter().any(|path| source.name.starts_with(path));
        let lines: Vec<&str> = source.text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let code = code(line);
            let words = code.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
            let Some(_) = words.clone().find(|word| *word == "unsafe") else { continue };
            if !allowed {
                problems.push(format!("{}:{}: unsafe has no place here", source.name, at + 1));
                continue;
            }
            // A declaration states its contract in its documentation; what is done inside is a block of its own.
            let declares = ["unsafe fn", "unsafe extern", "unsafe trait", "unsafe_op_in_unsafe_fn"];
            if declares.iter().any(|form| code.contains(form)) {
                continue;
            }
            let explained = line.contains("SAFETY")
                || lines[..at].iter().rev().take(SAFETY_REACH).any(|above| above.contains("SAFETY"))
                || comment_above(&lines, at).any(|above| above.contains("SAFETY"));
            if !explained {
                problems.push(format!("{}:{}: unsafe without a SAFETY comment", source.name, at + 1));
            }
        }
    }
    check(problems);
}

/// The lines of the comment that ends right above line `at`, attributes passed over.
fn comment_above<'a>(lines: &'a [&'a str], at: usize) -> impl Iterator<Item = &'a str> {
    let above = lines[..at].iter().rev().map(|line| line.trim_start());
    above.take_while(|line| line.starts_with("//") || line.starts_with("#["))
}

#[test]
fn nothing_is_left_unfinished() {
    let mut problems = Vec::new();
    for source in sources("src") {
        for (at, line) in source.text.lines().enumerate() {
            // Whole words: `\uXXXX` is a form, not a mark.
            let mut words = line.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
            if let Some(word) = words.find(|word| ["TODO", "FIXME", "XXX"].contains(word)) {
                problems.push(format!("{}:{}: {word}", source.name, at + 1));
            }
            for mark in ["todo!(", "unimplemented!(", "dbg!("] {
                if line.contains(mark) {
                    problems.push(format!("{}:{}: {mark}", source.name, at + 1));
                }
            }
        }
    }
    check(problems);
}

#[test]
fn no_test_is_ignored() {
    let mark = ["#[", "ignore"].concat();
    let ignores = |source: &&Source| source.text.contains(&mark);
    check(
        all_sources()
            .iter()
            .filter(ignores)
            .map(|source| format!("{}: an ignored test", source.name))
            .collect(),
    );
}

#[test]
fn braces_in_use_lines_are_spelt_out() {
    let spelt = spell_out("runtime::{api, gc::{heap::Heap, trace}, value::Value};");
    assert_eq!(
        spelt,
        ["runtime::api", "runtime::gc::heap::Heap", "runtime::gc::trace", "runtime::value::Value"]
    );
    assert_eq!(spell_out("runtime::value::Value(3)"), ["runtime::value::Value"]);
    assert_eq!(spell_out("a::{b as c, d as e}"), ["a::b", "a::d"]);
    assert_eq!(spell_out("a::b as c"), ["a::b"]);
}
