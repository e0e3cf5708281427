//! Sets of versions in the words of specifiers, for messages.

use std::ops::Bound;

use pubgrub::Ranges;

use super::super::version::Version;

/// `range` as it would follow a package's name: `>=1,<2`, several parts joined by ` or `; empty for any version.
pub fn describe(range: &Ranges<Version>) -> String {
    let parts: Vec<String> = range.iter().map(|(low, high)| interval(low, high)).collect();
    // Everything but one version.
    let ends: Vec<_> = range.iter().collect();
    if let [(Bound::Unbounded, Bound::Excluded(below)), (above, Bound::Unbounded)] = ends.as_slice()
        && let Bound::Excluded(above) = above
        && above.without_place() == *below
    {
        return format!("!={below}");
    }
    match parts.as_slice() {
        [] => String::from(" (no version)"),
        parts => parts.join(" or "),
    }
}

fn interval(low: &Bound<Version>, high: &Bound<Version>) -> String {
    if let (Bound::Included(low), Bound::Included(high)) = (low, high)
        && high.without_place() == *low
    {
        return format!("=={low}");
    }
    if let (Bound::Included(low), Bound::Excluded(high)) = (low, high)
        && low.dev() == Some(0)
        && high.dev() == Some(0)
        && low.pre().is_none()
        && low.post().is_none()
    {
        let (low, high) = (low.release(), high.release());
        let length = low.len();
        if length == high.len()
            && low[..length - 1] == high[..length - 1]
            && low[length - 1].checked_add(1) == Some(high[length - 1])
        {
            return format!("=={}.*", Version::of_release(&low));
        }
    }
    let low = match low {
        Bound::Unbounded => None,
        Bound::Included(low) if low.dev() == Some(0) && low.pre().is_none() && low.post().is_none() => {
            Some(format!(">={}", low.base()))
        }
        // `>1.post1` begins with the first development release of the next one.
        Bound::Included(low) if low.dev() == Some(0) && low.post().is_some_and(|post| post > 0) => {
            Some(format!(">{}", low.with_post(low.post().unwrap_or(1) - 1)))
        }
        Bound::Included(low) => Some(format!(">={low}")),
        Bound::Excluded(low) => Some(format!(">{}", low.without_place())),
    };
    let high = match high {
        Bound::Unbounded => None,
        Bound::Included(high) => Some(format!("<={}", high.without_place())),
        Bound::Excluded(high) if high.dev() == Some(0) && high.pre().is_none() && high.post().is_none() => {
            Some(format!("<{}", high.base()))
        }
        Bound::Excluded(high) if high.dev() == Some(0) && high.post().is_some() => {
            Some(format!("<{}", high.with_post(high.post().unwrap_or(0))))
        }
        Bound::Excluded(high) => Some(format!("<{}", high.without_place())),
    };
    [low, high].into_iter().flatten().collect::<Vec<_>>().join(",")
}

/// The versions of `range` that there are, as it would follow a package's name; nothing if there are none. `versions` are in order.
pub fn among(range: &Ranges<Version>, versions: &[&Version]) -> Option<String> {
    let inside: Vec<bool> = versions.iter().map(|version| range.contains(version)).collect();
    let outside = inside.iter().filter(|inside| !**inside).count();
    match outside {
        0 if !versions.is_empty() => return Some(String::new()),
        count if count == versions.len() => return None,
        1 if versions.len() > 2 => {
            let place = inside.iter().position(|inside| !inside)?;
            return Some(format!("!={}", versions[place]));
        }
        _ => {}
    }
    let mut parts = Vec::new();
    let mut start = None;
    for place in 0..=versions.len() {
        match (inside.get(place).copied().unwrap_or(false), start) {
            (true, None) => start = Some(place),
            (false, Some(first)) => {
                start = None;
                let last = place - 1;
                parts.push(match (first, last) {
                    (first, last) if first == last => format!("=={}", versions[first]),
                    (0, last) => format!("<={}", versions[last]),
                    (first, last) if last + 1 == versions.len() => format!(">={}", versions[first]),
                    (first, last) => format!(">={},<={}", versions[first], versions[last]),
                });
            }
            _ => {}
        }
    }
    Some(parts.join(" or "))
}

/// Whether a set was put together by the search: an interval then begins behind a version, which no specifier's does.
pub fn is_learned(range: &Ranges<Version>) -> bool {
    range.iter().any(|(low, high)| {
        let behind = matches!(low, Bound::Excluded(low) if !low.is_place());
        let up_to = matches!(high, Bound::Included(high) if !high.is_place());
        let alone = matches!((low, high), (Bound::Included(low), Bound::Included(high)) if low == high);
        behind || up_to && !alone
    })
}
