//! "Did you mean": the closest of some names, by the weighted edit distance that CPython's tracebacks use.

const MOVE: usize = 2;
const CASE: usize = 1;

fn substitution(a: u8, b: u8) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE
    } else {
        MOVE
    }
}

/// Weighted edit distance, at most `limit` (more is `limit + 1`).
pub fn distance(a: &str, b: &str, limit: usize) -> usize {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first(), b.split_first())
        && x == y
    {
        (a, b) = (rest_a, rest_b);
    }
    while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_last(), b.split_last())
        && x == y
    {
        (a, b) = (rest_a, rest_b);
    }
    if a.is_empty() || b.is_empty() {
        return MOVE * (a.len() + b.len());
    }
    if a.len() > b.len() {
        (a, b) = (b, a);
    }
    if MOVE * (b.len() - a.len()) > limit {
        return limit + 1;
    }
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE).collect();
    let mut result = 0;
    for (bi, &y) in b.iter().enumerate() {
        let mut diagonal = bi * MOVE;
        result = diagonal;
        let mut least = usize::MAX;
        for (ai, &x) in a.iter().enumerate() {
            let substitute = diagonal + substitution(y, x);
            diagonal = row[ai];
            let insert_delete = result.min(diagonal) + MOVE;
            result = insert_delete.min(substitute);
            row[ai] = result;
            least = least.min(result);
        }
        if least > limit {
            return limit + 1;
        }
    }
    result
}

/// The closest name, if one is close enough.
pub fn closest(name: &str, candidates: &[String]) -> Option<String> {
    if candidates.len() > 750 || name.len() > 40 {
        return None;
    }
    let mut best: Option<(usize, &String)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        let most = (name.len() + candidate.len() + 3) * MOVE / 6;
        let most = best.map_or(most, |(d, _)| most.min(d.saturating_sub(1)));
        let found = distance(name, candidate, most);
        if found <= most && best.is_none_or(|(d, _)| found < d) {
            best = Some((found, candidate));
        }
    }
    best.map(|(_, name)| name.clone())
}
