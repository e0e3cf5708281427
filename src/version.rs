//! The versions that dx reports: its own, and the Python that it is.

/// dx's own version, from the package.
pub const DX: &str = env!("CARGO_PKG_VERSION");

/// The Python version: the level of CPython whose library is embedded. `sys.version_info`, `-V` and the library's paths all
/// follow from these three numbers.
pub const MAJOR: u32 = 3;
pub const MINOR: u32 = 14;
/// The embedded library names no patch level; its generated help topics date from CPython's release of August 2026.
pub const PATCH: u32 = 6;

/// `3.14.6`
pub fn python() -> String {
    format!("{MAJOR}.{MINOR}.{PATCH}")
}

/// What `sys.version` and `-VV` show: the Python version, then what built it.
pub fn python_long() -> String {
    format!("{} (dx {DX}, {}) [Rust]", python(), if cfg!(debug_assertions) { "debug" } else { "release" })
}

/// `sys.version`
pub fn sys_version() -> String {
    python_long()
}

/// Tag of dx's own bytecode files, `module.dx-314.pyc`.
pub const CACHE_TAG: &str = "dx-314";

/// `sys.implementation._multiarch`, the triplet in the names of platform files.
pub fn multiarch() -> String {
    match std::env::consts::OS {
        "macos" => "darwin".to_owned(),
        os => format!("{}-{os}-gnu", std::env::consts::ARCH),
    }
}
