//! File-name patterns as Python's `fnmatch` has them: `*`, `?`, `[abc]`, `[!a-c]`.

/// Whether all of `text` is what the pattern says; upper and lower case differ.
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut place) = (0, 0);
    // Where to go on when the text after the last star does not fit: one letter further.
    let mut star: Option<(usize, usize)> = None;
    while place < text.len() {
        let step = match pattern.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
                continue;
            }
            Some(_) => one(&pattern[at..], text[place]),
            None => None,
        };
        match (step, star) {
            (Some(length), _) => {
                at += length;
                place += 1;
            }
            (None, Some((behind, from))) => {
                at = behind + 1;
                place = from + 1;
                star = Some((behind, from + 1));
            }
            (None, None) => return false,
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

/// How much of the pattern stands for one letter, if it is this one.
fn one(pattern: &[char], letter: char) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['[', rest @ ..] => {
            let negated = rest.first() == Some(&'!');
            let first = usize::from(negated);
            // A bracket that comes first stands for itself.
            let Some(length) = rest.iter().skip(first + 1).position(|found| *found == ']') else {
                return (letter == '[').then_some(1);
            };
            let end = first + 1 + length;
            let set = &rest[first..end];
            let mut inside = false;
            let mut place = 0;
            while place < set.len() {
                if let [low, '-', high, ..] = &set[place..] {
                    inside |= (*low..=*high).contains(&letter);
                    place += 3;
                } else {
                    inside |= set[place] == letter;
                    place += 1;
                }
            }
            (inside != negated).then_some(end + 2)
        }
        [other, ..] => (*other == letter).then_some(1),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_fnmatch_does() {
        let cases = [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[abc]x", "bx", true),
            ("[!abc]x", "bx", false),
            ("[a-c]*", "cat", true),
            ("[]]", "]", true),
            ("[", "[", true),
            ("[a", "[a", true),
            ("*-1.*", "flask-1.0", true),
            ("**b**", "abc", true),
            ("", "a", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
