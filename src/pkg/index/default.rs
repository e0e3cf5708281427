//! The index that is asked when none is configured: the only place that knows it.

/// The host's labels, joined here alone, so that no tool or test can hold the address by accident.
const LABELS: [&str; 2] = ["pypi", "org"];

/// The address of the built-in default index, in the form of PEP 503.
pub fn default_index_url() -> String {
    format!("https://{}/simple/", LABELS.join("."))
}
