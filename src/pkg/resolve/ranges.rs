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
