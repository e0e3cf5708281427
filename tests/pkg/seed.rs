//! Where random cases come from: `DX_PROPERTY_SEED` gives those of an earlier run again (tests/properties has the same variable), and CI
//! sets it. `DX_PROPERTY_CASES` gives more cases, never fewer. A failing test shows the seed that it ran with.

use std::sync::OnceLock;

use quickcheck::{Gen, QuickCheck};

/// A tester of a property.
///
/// # Arguments
/// `title` keeps the cases of two properties apart; all of `cases` have to pass.
pub fn tester(title: &str, cases: u64) -> QuickCheck {
    static SEED: OnceLock<u64> = OnceLock::new();
    let fresh = || std::time::UNIX_EPOCH.elapsed().map_or(1, |time| time.as_nanos() as u64 >> 10);
    let seed = *SEED.get_or_init(|| number("DX_PROPERTY_SEED").unwrap_or_else(fresh));
    let cases = number("DX_PROPERTY_CASES").map_or(cases, |more| more.max(cases));
    eprintln!("{title}: DX_PROPERTY_SEED={seed}");
    let own = title.bytes().fold(seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    QuickCheck::new()
        .rng(Gen::from_size_and_seed(100, own))
        .tests(cases)
        .min_tests_passed(cases)
        .max_tests(2 * cases)
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text}: not a number")))
}
