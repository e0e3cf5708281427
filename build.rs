//! Embeds the standard library: every `.py` file of the library crate, in one blob with an index sorted by module name.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Folders of the library that are no part of the runtime.
const SKIPPED: &[&str] = &["test", "tests", "idlelib", "turtledemo", "lib2to3", "__pycache__", "site-packages", "__phello__"];

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                walk(&path, files);
            }
        } else if name.ends_with(".py") {
            files.push(path);
        }
    }
}

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let library = Path::new(rustpython_pylib::LIB_PATH);
    let own = Path::new("src/runtime/pylib");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/runtime/pylib");
    let mut modules: Vec<(String, String, PathBuf, bool)> = Vec::new();
    for root in [own, library] {
        let mut files = Vec::new();
        walk(root, &mut files);
        for file in files {
            let relative = file.strip_prefix(root).expect("walked from the root").to_string_lossy().replace('\\', "/");
            let stem = relative.trim_end_matches(".py");
            let is_package = stem.ends_with("/__init__");
            let name = stem.trim_end_matches("/__init__").replace('/', ".");
            // dx's own file stands before the library's of the same name.
            if !modules.iter().any(|m| m.0 == name) {
                modules.push((name, relative, file, is_package));
            }
        }
    }
    modules.sort();
    let mut data = Vec::new();
    let mut index = format!("static INDEX: [Entry; {}] = [\n", modules.len());
    for (name, path, file, is_package) in &modules {
        let source = fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        writeln!(
            index,
            "Entry {{ name: {name:?}, path: {path:?}, start: {}, length: {}, is_package: {is_package} }},",
            data.len(),
            source.len()
        )
        .expect("writing to a string");
        data.extend_from_slice(&source);
    }
    index.push_str("];\n");
    fs::write(out.join("library.bin"), data).expect("OUT_DIR is writable");
    fs::write(out.join("library_index.rs"), index).expect("OUT_DIR is writable");
}
