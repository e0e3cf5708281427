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
    &["test", "tests", "idlelib", "turtledemo", "lib2to3", "__pycache__", "site-packages", "__phello__"];

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

/// The name that `sysconfig` looks for: platform and multiarch triplet of the target, as `version::MULTIARCH` has it.
fn build_data_name() -> String {
    let target = |key: &str| env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    match target("OS").as_str() {
        "macos" => "_sysconfigdata__darwin_darwin".to_owned(),
        os => format!("_sysconfigdata__{os}_{}-{os}-gnu", target("ARCH")),
    }
}

/// How the executable is linked: at a fixed address, so that its tables of functions need no work at start and stay shared with
/// the file, and with symbols of shared libraries found when first used.
fn linking() {
    let target = |key: &str| env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        for argument in ["-no-pie", "-static-libgcc", "-Wl,-z,lazy"] {
            println!("cargo:rustc-link-arg-bins={argument}");
        }
    }
}

/// Calls in tail position become jumps in optimised builds: then the machine's handlers call each other.
fn threading() {
    println!("cargo:rustc-check-cfg=cfg(threaded)");
    let optimised = env::var("OPT_LEVEL").is_ok_and(|level| level == "2" || level == "3");
    if optimised && env::var_os("CARGO_CFG_MIRI").is_none() {
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
    let mut index = format!("static INDEX: [Entry; {}] = [\n", modules.len());
    for (name, path, file, is_package) in &modules {
        let source = fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
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
    // FNV-1a over the files: another library is unpacked elsewhere.
    let id = data.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    writeln!(
        index,
        "/// Tells one embedded library from another.\npub const LIBRARY_ID: &str = \"{id:016x}\";"
    )
    .expect("writing to a string");
    fs::write(out.join("library.bin"), data).expect("OUT_DIR is writable");
    fs::write(out.join("library_index.rs"), index).expect("OUT_DIR is writable");
}
