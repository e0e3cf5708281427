//! Places where a test can end the process, as a kill would: without unwinding, without cleaning up.
//!
//! With `DX_FAILPOINT=name:count` in the environment the process aborts when it reaches that failpoint for the `count`-th time,
//! counted from one. Otherwise a failpoint costs a look at one static. `NAMES` has them all, so that a test can try each.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Every failpoint, in the order in which an install passes them.
pub const NAMES: [&str; 17] = [
    "store-unpacked",
    "store-manifest",
    "store-renamed",
    "stage-begun",
    "stage-folder",
    "stage-file",
    "stage-written",
    "journal-written",
    "journal-named",
    "change-aside",
    "change-in",
    "change-done",
    "committed",
    "clean-up",
    "roll-back",
    "roll-back-done",
    "recover-clean-up",
];

struct Wanted {
    name: String,
    left: AtomicU64,
}

fn wanted() -> Option<&'static Wanted> {
    static WANTED: OnceLock<Option<Wanted>> = OnceLock::new();
    let read = || {
        let text = std::env::var("DX_FAILPOINT").ok()?;
        let (name, count) = text.split_once(':')?;
        Some(Wanted { name: name.to_owned(), left: AtomicU64::new(count.parse().ok()?) })
    };
    WANTED.get_or_init(read).as_ref()
}

/// Aborts here when the environment asks for it.
pub fn failpoint(name: &'static str) {
    debug_assert!(NAMES.contains(&name), "{name} is not in failpoint::NAMES");
    if let Some(wanted) = wanted()
        && wanted.name == name
        && wanted.left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        std::process::abort();
    }
}
