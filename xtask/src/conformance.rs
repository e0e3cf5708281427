//! `cargo xtask conformance`: CPython's own tests under a release build, through a link named `python`.

use std::process::Command;

/// Hands its arguments on; without any it runs the list `language`.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let runner = crate::root().join("../shared/conformance/run");
    if !runner.exists() {
        return Err(format!("{} is not there", runner.display()));
    }
    let binary = crate::release_binary()?;
    let links = binary.with_file_name("links");
    let linked = Command::new(&binary).arg("link").arg(&links).arg("--force").status();
    if !linked.as_ref().is_ok_and(|status| status.success()) {
        return Err(format!("dx link: {linked:?}"));
    }
    let mut process = Command::new(crate::cpython()?);
    process.arg(runner).arg("--python").arg(links.join("python"));
    if arguments.is_empty() {
        process.args(["--list", "language"]);
    }
    match process.args(arguments).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(status.to_string()),
        Err(error) => Err(error.to_string()),
    }
}
