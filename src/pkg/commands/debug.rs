//! `dx pip debug`: versions, places and the tags of wheels that fit, for people who look for an error.

use super::report::PIP;
use super::session::{Session, Trouble};
use super::solve::For;
use crate::version;

/// How many tags are shown without `-v`.
const SHOWN: usize = 10;

/// The command.
pub fn debug(session: &Session<'_>) -> Result<i32, Trouble> {
    session.ui.warn(
        "This command is only meant for debugging. Do not use this with automation for parsing and getting these details, since the output and options of this command may change without notice.",
    );
    let host = session.host;
    let target = For::of(session)?;
    let variables = &host.variables;
    let variable = |name: &str| variables.get(name).unwrap_or("None").to_owned();
    let environment = match session.environment() {
        Ok(environment) => environment.root.display().to_string(),
        Err(trouble) => format!("None ({trouble})"),
    };
    let index = session.index(&[])?;
    let lines = [
        ("pip version", super::version_line(host)),
        ("formats of pip", PIP.to_owned()),
        ("dx version", version::DX.to_owned()),
        ("sys.version", version::python()),
        ("sys.executable", host.executable.display().to_string()),
        ("environment", environment),
        ("sys.platform", host.markers.sys_platform.clone()),
        ("sys.implementation.name", host.markers.implementation_name.clone()),
        ("cache", session.cache.display().to_string()),
        ("indexes", index.index_names().join(", ")),
        ("'cert' config value", session.options.value("cert").unwrap_or("Not specified").to_owned()),
        ("SSL_CERT_FILE", variable("SSL_CERT_FILE")),
        ("SSL_CERT_DIR", variable("SSL_CERT_DIR")),
        ("REQUESTS_CA_BUNDLE", variable("REQUESTS_CA_BUNDLE")),
        ("CURL_CA_BUNDLE", variable("CURL_CA_BUNDLE")),
    ];
    for (name, value) in lines {
        session.ui.say(&format!("{name}: {value}"));
    }
    let given: Vec<String> = ["platform", "python-version", "abi", "implementation"]
        .into_iter()
        .filter_map(|long| {
            let values = session.options.given.values(long);
            (!values.is_empty()).then(|| format!("{}='{}'", long.replace('-', "_"), values.join("', '")))
        })
        .collect();
    let suffix = if given.is_empty() { String::new() } else { format!(" (target: {})", given.join(" ")) };
    let count = target.tags.iter().count();
    session.ui.say(&format!("Compatible tags: {count}{suffix}"));
    let shown = if session.ui.verbosity > 0 { count } else { SHOWN };
    for tag in target.tags.iter().take(shown) {
        session.ui.say(&format!("  {tag}"));
    }
    if shown < count {
        session.ui.say(&format!("  ...\n  [First {SHOWN} tags shown. Pass --verbose to show all.]"));
    }
    Ok(0)
}
