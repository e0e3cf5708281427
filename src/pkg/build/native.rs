//! Builds that need a compiler against Python's headers, which dx has no use for: recognised, and put in one sentence.
//!
//! Before anything runs by the backend, if it is one that is only chosen for native code; afterwards by what setuptools wanted to compile
//! (`native.py` keeps it from trying) and by what a compiler complained about. A build that goes on without its extensions is none of
//! these.

use super::super::name::Name;
use super::super::pyproject::BuildSystem;
use super::super::requirement::Requirement;
use super::BuildError;

/// Backends, by their top module, and what they run.
const BACKENDS: &[(&str, &str)] = &[
    ("mesonpy", "Meson and a C compiler"),
    ("maturin", "a Rust compiler and Python's headers"),
    ("scikit_build_core", "CMake and a C compiler"),
    ("skbuild", "CMake and a C compiler"),
    ("sipbuild", "a C++ compiler and Python's headers"),
    ("enscons", "SCons and a C compiler"),
];

/// Packages that a build only requires for native code, and what they run.
const TOOLS: &[(&str, &str)] = &[
    ("setuptools-rust", "a Rust compiler and Python's headers"),
    ("maturin", "a Rust compiler and Python's headers"),
    ("meson", "Meson and a C compiler"),
    ("meson-python", "Meson and a C compiler"),
    ("cmake", "CMake and a C compiler"),
    ("scikit-build", "CMake and a C compiler"),
    ("scikit-build-core", "CMake and a C compiler"),
    ("pybind11", "a C++ compiler and Python's headers"),
    ("nanobind", "a C++ compiler and Python's headers"),
    ("cython", "a C compiler and Python's headers"),
    ("cffi", "a C compiler and Python's headers"),
];

fn refusal(project: &str, why: String) -> BuildError {
    BuildError::Native { project: project.to_owned(), why }
}

/// Refuses a project whose backend builds native code.
pub fn check(project: &str, system: &BuildSystem) -> Result<(), BuildError> {
    let module = system.backend.split([':', '.']).next().unwrap_or_default();
    match BACKENDS.iter().find(|(name, _)| *name == module) {
        // A backend of the project's own may have any name.
        Some((name, tools)) if system.backend_path.is_empty() => Err(refusal(
            project,
            format!("its build backend {name} needs {tools}, and dx loads no native extension modules"),
        )),
        _ => Ok(()),
    }
}

/// Says of a failed build that native code was the reason, if it was.
pub fn explain(requires: &[Requirement], error: BuildError) -> BuildError {
    let (project, native, text) = match &error {
        BuildError::Raised { project, native, output, .. }
        | BuildError::Died { project, native, output, .. } => (project, native, &output.text),
        _ => return error,
    };
    if let Some(first) = native.first() {
        let more = match native.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        return refusal(
            project,
            format!(
                "it compiles the extension module {first}{more}, and dx loads no native extension modules"
            ),
        );
    }
    if ["Python.h", "pyconfig.h", "pybind11/pybind11.h"].iter().any(|header| text.contains(header)) {
        return refusal(
            project,
            String::from("it is compiled against Python's headers, which dx does not have"),
        );
    }
    // What setuptools says where it is asked for a compiler and Python's build knows none, and when one has failed.
    let asked = [
        "customize_compiler",
        "errors.CompileError",
        "errors.CCompilerError",
        "error: command 'gcc' failed",
        "pkg-config",
    ];
    if asked.iter().any(|words| text.contains(words)) {
        return refusal(
            project,
            String::from("its build asks for a C compiler, and dx loads no native extension modules"),
        );
    }
    let needs = |tool: &str| {
        requires.iter().any(|requirement| Name::new(tool).is_ok_and(|name| name == requirement.name))
    };
    match TOOLS.iter().find(|(tool, _)| needs(tool)) {
        Some((tool, tools)) if !is_own_fault(text) => refusal(
            project,
            format!(
                "its build requires {tool}, which needs {tools}, and dx loads no native extension modules"
            ),
        ),
        _ => error,
    }
}

/// Whether the output names a fault that no compiler would have mended.
fn is_own_fault(text: &str) -> bool {
    ["SyntaxError", "ModuleNotFoundError", "FileNotFoundError: [Errno 2] No such file or directory: 'setup"]
        .iter()
        .any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_backends_are_known_before_anything_runs() {
        let system = |backend: &str| BuildSystem { backend: backend.to_owned(), ..BuildSystem::default() };
        for backend in ["mesonpy", "maturin", "scikit_build_core.build", "skbuild.setuptools:build"] {
            assert!(matches!(check("x 1", &system(backend)), Err(BuildError::Native { .. })), "{backend}");
        }
        for backend in
            ["setuptools.build_meta", "hatchling.build", "maturine.build", "poetry.core.masonry.api"]
        {
            assert!(check("x 1", &system(backend)).is_ok(), "{backend}");
        }
    }
}
