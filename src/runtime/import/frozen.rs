//! The embedded library: the modules and other files that `build.rs` put into the binary, modules found by name.
//!
//! `INDEX` is sorted by module name; an entry says where in `DATA` the module's source lies and whether it is a package.

/// A module of the embedded library.
#[derive(Clone, Copy, Debug)]
pub struct Frozen {
    /// Dotted name.
    pub name: &'static str,
    /// Path in the library, `collections/__init__.py`.
    pub path: &'static str,
    /// The source.
    pub source: &'static [u8],
    /// The bytecode (`bytecode::store`); empty if the source is no valid Python.
    pub code: &'static [u8],
    /// Is it a package?
    pub is_package: bool,
}

static DATA: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/library.bin"));

struct Entry {
    name: &'static str,
    path: &'static str,
    start: u32,
    length: u32,
    code: u32,
    is_package: bool,
}

include!(concat!(env!("OUT_DIR"), "/library_index.rs"));

/// The embedded module of a name.
pub fn find(name: &str) -> Option<Frozen> {
    let alias = match name {
        "_frozen_importlib" => "importlib._bootstrap",
        "_frozen_importlib_external" => "importlib._bootstrap_external",
        other => other,
    };
    let entry = &INDEX[INDEX.binary_search_by(|entry| entry.name.cmp(alias)).ok()?];
    let start = entry.start as usize;
    Some(Frozen {
        name: entry.name,
        path: entry.path,
        source: &DATA[start..start + entry.length as usize],
        code: &DATA[start + entry.length as usize..start + (entry.length + entry.code) as usize],
        is_package: entry.is_package,
    })
}

/// Names of all embedded modules.
pub fn names() -> impl Iterator<Item = &'static str> {
    INDEX.iter().map(|entry| entry.name)
}

/// All embedded files: paths in the library and contents.
pub fn files() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let modules = INDEX.iter().map(|e| (e.path, e.start, e.length));
    let others = FILES.iter().copied();
    modules
        .chain(others)
        .map(|(path, start, length)| (path, &DATA[start as usize..(start + length) as usize]))
}

/// Modules that CPython freezes too: their code names no file there either.
const FROZEN_EVERYWHERE: &[&str] = &[
    "__hello__",
    "__phello__",
    "__phello__.ham",
    "__phello__.ham.eggs",
    "__phello__.spam",
    "_collections_abc",
    "_sitebuiltins",
    "abc",
    "codecs",
    "genericpath",
    "importlib._bootstrap",
    "importlib._bootstrap_external",
    "importlib.machinery",
    "importlib.util",
    "io",
    "ntpath",
    "os",
    "posixpath",
    "runpy",
    "site",
    "stat",
    "zipimport",
];

/// The module that FrozenImporter finds: one that CPython freezes too. The others are found in their place on `sys.path`, behind
/// the program's own modules of the same names; without a place for the library's files they are all frozen.
pub fn find_first(name: &str) -> Option<Frozen> {
    let placed = super::library::root().is_some();
    find(name).filter(|found| !placed || is_frozen_everywhere(found.name))
}

/// Is it one of the modules whose code CPython calls `<frozen name>`?
pub fn is_frozen_everywhere(name: &str) -> bool {
    FROZEN_EVERYWHERE.binary_search(&name).is_ok()
}
