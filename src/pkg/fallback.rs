//! Distributions whose native wheels are complete without their extension modules.
//!
//! Their Python code imports the extension in a `try` and has the same in Python beside it, so that such a wheel can be installed for a
//! Python that cannot load the extension: slower, not poorer. The store then leaves out every `*.so`, `*.pyd` and `*.dylib` and says so in
//! RECORD and WHEEL (`install::wheel::Take::Pure`).
//!
//! A name is on the list when two wheels of it, the one of `since` and the one of `checked`, were unpacked without their extensions and
//! did their main work so (those with the same version twice: that one). Releases between and after are taken to be alike; older ones
//! are not. No environment variable is needed for any of them.
//!
//! Not on the list because they fail so: greenlet. Not looked at, because their code has no second half: cffi, cryptography, lxml, numpy,
//! orjson, pillow, psutil, pydantic-core, rpds-py, uvloop and their like. Not needed, because they offer pure wheels too:
//! charset-normalizer, protobuf, black, tomli.

use super::install::wheel::Take;
use super::name::Name;
use super::version::Version;

/// One distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fallback {
    /// Normalised.
    pub name: &'static str,
    /// The oldest release that is known to fall back.
    pub since: &'static str,
    /// The newest one that was tried.
    pub checked: &'static str,
    /// What is different without the extension, if a user can see it.
    pub note: &'static str,
}

const fn fallback(name: &'static str, since: &'static str, checked: &'static str) -> Fallback {
    Fallback { name, since, checked, note: "" }
}

/// In the order of names.
pub const FALLBACKS: [Fallback; 21] = [
    // Its own parser of HTTP in Python; works with yarl, multidict, frozenlist and propcache as they are here.
    fallback("aiohttp", "3.9.0", "3.14.5"),
    Fallback {
        note: "measures with its tracer in Python, which is slower, and may warn that the C tracer is missing",
        ..fallback("coverage", "7.2.0", "7.17.3")
    },
    fallback("falcon", "4.4.0", "4.4.0"),
    fallback("frozenlist", "1.4.0", "1.8.0"),
    Fallback { note: "parses with its backend in Python", ..fallback("ijson", "3.6.0", "3.6.0") },
    fallback("immutables", "0.21", "0.21"),
    fallback("lazy-object-proxy", "1.13.0", "1.13.0"),
    fallback("markupsafe", "2.1.3", "3.0.4"),
    fallback("msgpack", "1.0.5", "1.2.4"),
    fallback("multidict", "6.0.4", "7.2.1"),
    fallback("propcache", "0.2.0", "0.5.4"),
    fallback("pymongo", "4.20.0", "4.20.0"),
    Fallback {
        note: "has no CLoader and CDumper: programs that name them directly fail",
        ..fallback("pyyaml", "6.0.1", "6.0.3")
    },
    fallback("rapidfuzz", "3.14.6", "3.14.6"),
    fallback("simplejson", "3.19.1", "4.3.0"),
    fallback("sqlalchemy", "2.0.0", "2.1.9"),
    fallback("tornado", "6.3", "6.6.1"),
    fallback("websockets", "11.0.3", "17.4"),
    fallback("wrapt", "1.15.0", "2.5.2"),
    fallback("yarl", "1.9.2", "1.25.1"),
    fallback("zope-interface", "6.0", "8.7"),
];

/// The entry of a release that is complete without its extension modules.
pub fn find(name: &Name, version: &Version) -> Option<&'static Fallback> {
    let at = FALLBACKS.binary_search_by(|known| known.name.cmp(name.as_str())).ok()?;
    let known = FALLBACKS.get(at)?;
    known.since.parse::<Version>().is_ok_and(|since| *version >= since).then_some(known)
}

/// How a wheel of this release can be installed although its tags say that its extension modules do not fit: `None` if not at
/// all.
pub fn take(name: &Name, version: &Version) -> Option<Take> {
    find(name, version).map(|_| Take::Pure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_its_versions_are_versions() {
        assert!(FALLBACKS.windows(2).all(|pair| pair[0].name < pair[1].name));
        for known in FALLBACKS {
            assert_eq!(Name::new(known.name).unwrap().as_str(), known.name);
            assert!(known.since.parse::<Version>().unwrap() <= known.checked.parse::<Version>().unwrap());
        }
    }

    #[test]
    fn releases_are_found_from_the_first_that_falls_back() {
        let find = |name: &str, version: &str| find(&Name::new(name).unwrap(), &version.parse().unwrap());
        assert_eq!(find("MarkupSafe", "3.1").map(|known| known.name), Some("markupsafe"));
        assert!(find("markupsafe", "2.1.3").is_some() && find("zope.interface", "9").is_some());
        assert!(find("markupsafe", "2.1.2").is_none() && find("markupsafe", "2.1.3rc1").is_none());
        assert!(find("greenlet", "3.1").is_none() && find("numpy", "2.0").is_none());
    }
}
