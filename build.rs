//! Embeds the standard library: every `.py` file of the library crate, its source and its bytecode, in one blob with an
//! index sorted by module name. The compiler's own modules are part of this script, so that nothing is compiled at run
//! time that is known now.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The modules of dx that the compiler consists of.
#[allow(dead_code, unused_imports, clippy::all)]
#[path = "src/runtime"]
mod runtime {
    pub mod bytecode;
    pub mod compiler;
}

/// Folders of the library that are no part of the runtime.
const SKIPPED: &[&str] =
    &["test", "tests", "idlelib", "turtledemo", "lib2to3", "__pycache__", "site-packages"];

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

/// Files of the library that are no modules but that programs open: scripts of environments, a style sheet.
const DATA_FOLDERS: &[&str] = &["pydoc_data", "venv/scripts"];

fn data_files(library: &Path) -> Vec<(String, PathBuf)> {
    let mut folders: Vec<PathBuf> = DATA_FOLDERS.iter().map(|folder| library.join(folder)).collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|extension| extension != "py" && extension != "pyc") {
                let relative = path.strip_prefix(library).expect("walked from the root").to_string_lossy();
                found.push((relative.replace('\\', "/"), path.clone()));
            }
        }
    }
    found.sort();
    found
}

/// The bytecode of a module; nothing if it is no valid Python (files that tests of tools need).
fn compiled(name: &str, source: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(source) else { return Vec::new() };
    let source = runtime::compiler::Source::new(text);
    let options = runtime::compiler::Options::default();
    match runtime::compiler::compile(&source, &format!("<frozen {name}>"), &options) {
        Ok(compiled) => runtime::bytecode::store::write(&compiled.code),
        Err(problem) => {
            println!("cargo:warning={name}: {} (line {})", problem.message, problem.line);
            Vec::new()
        }
    }
}

/// The edits of dx to a library module: the file of its name with `.edits` at the end, below `src/runtime/pylib`.
///
/// A block begins with a line `@@ why`. Its lines that begin with a space or `-` have to stand in the module exactly once, one after
/// the other (`@@ x2 why`: twice, and both places are edited); those with `-` go, those with `+` come. What stands before the first
/// block is a comment. A block that no longer fits ends the build: another version of the library needs a look at it.
fn edited(source: Vec<u8>, edits: &Path) -> Vec<u8> {
    let Ok(edits_text) = fs::read_to_string(edits) else { return source };
    let mut text = String::from_utf8(source).expect("an edited module is UTF-8");
    for block in edits_text.split("\n@@ ").skip(1) {
        let (why, lines) = block.split_once('\n').unwrap_or((block, ""));
        let (mut before, mut after) = (String::new(), String::new());
        for line in lines.trim_end_matches('\n').split('\n') {
            let (mark, rest) = line.split_at(line.len().min(1));
            for (side, other) in [(&mut before, "+"), (&mut after, "-")] {
                if mark != other {
                    side.push_str(rest);
                    side.push('\n');
                }
            }
            assert!(["", " ", "+", "-"].contains(&mark), "{}: {why}: {line}", edits.display());
        }
        let times = why.strip_prefix('x').and_then(|rest| rest.split(' ').next()?.parse().ok()).unwrap_or(1);
        let found = text.match_indices(&before).count();
        assert!(found == times, "{}: {why}: stands {found} times in the module", edits.display());
        text = text.replace(&before, &after);
    }
    text.into_bytes()
}

/// The name that `sysconfig` looks for: platform and multiarch triplet of the target, as `version::MULTIARCH` has it.
fn build_data_name() -> String {
    let target = |key: &str| env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    match target("OS").as_str() {
        "macos" => "_sysconfigdata__darwin_darwin".to_owned(),
        os => format!("_sysconfigdata__{os}_{}-{os}-gnu", target("ARCH")),
    }
}

/// How the executable is linked: at a fixed address, so that its tables of functions need no work at start and stay shared with
/// the file, and with symbols of shared libraries found when first used. The unwinder, which the standard library asks for by the
/// name of the shared one, is taken from the static one instead: a library less to find and map at each start.
fn linking() {
    let target = |key: &str| env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        for argument in ["-no-pie", "-static-libgcc", "-Wl,-z,lazy"] {
            println!("cargo:rustc-link-arg-bins={argument}");
        }
        let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("link");
        std::fs::create_dir_all(&folder).expect("OUT_DIR can be written");
        std::fs::write(folder.join("libgcc_s.so"), "INPUT(-lgcc_eh)\n").expect("OUT_DIR can be written");
        println!("cargo:rustc-link-search=native={}", folder.display());
    }
}

/// Calls in tail position become jumps in optimised builds: then the machine's handlers call each other. Not if the compiler adds
/// something to the handlers that stays on the native stack, checks or instruments: what should jump would grow the stack then.
fn threading() {
    println!("cargo:rustc-check-cfg=cfg(threaded)");
    let optimised = env::var("OPT_LEVEL").is_ok_and(|level| level == "2" || level == "3");
    let adding = ["DEBUG_ASSERTIONS", "SANITIZE", "FUZZING", "MIRI"];
    let configured = adding.iter().any(|name| env::var_os(format!("CARGO_CFG_{name}")).is_some());
    // Cargo says what a profile asks for; of what stands in RUSTFLAGS it knows less.
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let asked = ["debug-assertions", "debug_assertions", "sancov", "sanitizer", "instrument-coverage"]
        .iter()
        .any(|name| flags.contains(name));
    if optimised && !configured && !asked {
        println!("cargo:rustc-cfg=threaded");
    }
}

fn main() {
    linking();
    threading();
    std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(embed)
        .expect("a thread")
        .join()
        .expect("embedding");
}

/// FNV-1a over what is unpacked, names and contents: another library has another place, another compiler has not.
struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Fingerprint {
        Fingerprint(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    fn add(&mut self, path: &str, content: &[u8]) {
        let length = (content.len() as u64).to_le_bytes();
        for byte in path.bytes().chain([0]).chain(length).chain(content.iter().copied()) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}

fn embed() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let library = Path::new(rustpython_pylib::LIB_PATH);
    let own = Path::new("src/runtime/pylib");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/runtime/pylib");
    println!("cargo:rerun-if-changed=src/runtime/bytecode");
    println!("cargo:rerun-if-changed=src/runtime/compiler");
    let mut modules: Vec<(String, String, PathBuf, bool)> = Vec::new();
    for root in [own, library] {
        let mut files = Vec::new();
        walk(root, &mut files);
        for file in files {
            let relative =
                file.strip_prefix(root).expect("walked from the root").to_string_lossy().replace('\\', "/");
            let stem = relative.trim_end_matches(".py");
            let is_package = stem.ends_with("/__init__");
            let name = match stem.trim_end_matches("/__init__").replace('/', ".") {
                name if name == "_sysconfigdata" => build_data_name(),
                name => name,
            };
            // dx's own file stands before the library's of the same name.
            if !modules.iter().any(|m| m.0 == name) {
                modules.push((name, relative, file, is_package));
            }
        }
    }
    modules.sort();
    let mut data = Vec::new();
    let mut id = Fingerprint::default();
    let mut index = format!("static INDEX: [Entry; {}] = [\n", modules.len());
    for (name, path, file, is_package) in &modules {
        let source = fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let source = edited(source, &own.join(format!("{path}.edits")));
        id.add(path, &source);
        let code = compiled(name, &source);
        writeln!(
            index,
            "Entry {{ name: {name:?}, path: {path:?}, start: {}, length: {}, code: {}, is_package: {is_package} }},",
            data.len(),
            source.len(),
            code.len()
        )
        .expect("writing to a string");
        data.extend_from_slice(&source);
        data.extend_from_slice(&code);
    }
    index.push_str("];\n");
    let files = data_files(library);
    writeln!(index, "static FILES: [(&str, u32, u32); {}] = [", files.len()).expect("writing to a string");
    for (path, file) in &files {
        let bytes = fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        id.add(path, &bytes);
        writeln!(index, "({path:?}, {}, {}),", data.len(), bytes.len()).expect("writing to a string");
        data.extend_from_slice(&bytes);
    }
    index.push_str("];\n");
    writeln!(
        index,
        "/// Tells one embedded library from another.\npub const LIBRARY_ID: &str = \"{:016x}\";",
        id.0
    )
    .expect("writing to a string");
    fs::write(out.join("library.bin"), data).expect("OUT_DIR is writable");
    fs::write(out.join("library_index.rs"), index).expect("OUT_DIR is writable");
}
