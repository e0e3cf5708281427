//! Searching: tries a match where the plan says that one can begin.

use memchr::{memchr, memchr2, memchr3};

use super::machine::{Machine, Step, UNSET};
use super::plan::{Rows, Way};
use super::units::Unit;

impl Machine<'_> {
    /// Attempts a match at a place that a search found.
    #[inline]
    fn hit<U: Unit>(&mut self, at: usize) -> Step<Option<(usize, usize)>> {
        // Only the place where the search began may be one where nothing must be empty.
        if self.stuck != at {
            self.stuck = UNSET;
        }
        Ok(self.attempt::<U>(at)?.map(|end| (at, end)))
    }

    /// The next match from `from` on; an empty one at the place where nothing must be empty does not count.
    pub(super) fn seek<U: Unit>(&mut self, from: usize) -> Step<Option<(usize, usize)>> {
        let (program, text) = (self.program, self.text);
        let plan = &program.plan;
        if from > text.len() || text.len() - from < plan.min {
            return Ok(None);
        }
        if let Some(need) = &plan.need
            && self.need.is_none_or(|at| at < from)
        {
            match need.find(&text[from..]) {
                Some(at) => self.need = Some(from + at),
                None => return Ok(None),
            }
        }
        let last = text.len() - plan.min;
        match &plan.way {
            Way::Start => {
                if from == 0 {
                    self.hit::<U>(0)
                } else {
                    Ok(None)
                }
            }
            Way::Text { finder, whole } => {
                let mut at = from;
                while let Some(found) = finder.find(&text[at..]) {
                    at += found;
                    if *whole {
                        return Ok(Some((at, at + finder.needle().len())));
                    }
                    if let Some(found) = self.hit::<U>(at)? {
                        return Ok(Some(found));
                    }
                    at += 1;
                }
                Ok(None)
            }
            Way::Rows(rows) => self.seek_rows::<U>(rows, from),
            Way::Few(few) => {
                let mut at = from;
                while at <= last
                    && let Some(found) = find_few(few, &text[at..])
                {
                    at += found;
                    if let Some(found) = self.hit::<U>(at)? {
                        return Ok(Some(found));
                    }
                    at += 1;
                }
                Ok(None)
            }
            Way::Filter { bytes, end } => {
                let mut at = from;
                if at == 0 {
                    if let Some(found) = self.hit::<U>(0)? {
                        return Ok(Some(found));
                    }
                    if text.is_empty() {
                        return Ok(None);
                    }
                    at = U::skip(text, 0, 1);
                }
                while at <= last {
                    let found = text[at..].iter().position(|byte| bytes[usize::from(*byte)]);
                    match found {
                        Some(found) => at += found,
                        None if *end => at = text.len(),
                        None => break,
                    }
                    if at > last {
                        break;
                    }
                    if let Some(found) = self.hit::<U>(at)? {
                        return Ok(Some(found));
                    }
                    at += 1;
                }
                Ok(None)
            }
            Way::Lines | Way::Spread { .. } => {
                let lines = !matches!(plan.way, Way::Spread { lines: false });
                let mut at = from;
                // A line starts at the text's start and behind a newline.
                let starts = matches!(plan.way, Way::Spread { .. }) || at == 0 || text[at - 1] == b'\n';
                if starts && let Some(found) = self.hit::<U>(at)? {
                    return Ok(Some(found));
                }
                while lines && let Some(found) = memchr(b'\n', &text[at..]) {
                    at += found + 1;
                    if at > last {
                        break;
                    }
                    if let Some(found) = self.hit::<U>(at)? {
                        return Ok(Some(found));
                    }
                }
                Ok(None)
            }
            Way::Every => {
                let mut at = from;
                loop {
                    if let Some(found) = self.hit::<U>(at)? {
                        return Ok(Some(found));
                    }
                    match U::next(text, at) {
                        Some((_, next)) if next <= last => at = next,
                        _ => return Ok(None),
                    }
                }
            }
        }
    }

    /// Places of rows of byte sets: each byte moves the bits of all rows one place on, where it fits.
    fn seek_rows<U: Unit>(&mut self, rows: &Rows, from: usize) -> Step<Option<(usize, usize)>> {
        let text = self.text;
        let (mut at, mut state) = (from, 0u64);
        // Jumping pays where the first bytes are rare.
        let mut jumps = if rows.few.is_empty() { 0 } else { 32u32 };
        while at < text.len() {
            if state == 0 && jumps > 0 {
                match find_few(&rows.few, &text[at..]) {
                    Some(found) => {
                        at += found;
                        jumps = if found < 8 { jumps - 1 } else { (jumps + 4).min(64) };
                    }
                    None => return Ok(None),
                }
            }
            let bytes = &text[at..];
            let mut done = bytes.len();
            for (nth, byte) in bytes.iter().enumerate() {
                state = (state << 1 | rows.starts) & rows.masks[usize::from(*byte)];
                if state & rows.ends != 0 || state == 0 && jumps > 0 {
                    done = nth + 1;
                    break;
                }
            }
            at += done;
            if state & rows.ends != 0
                && let Some(found) = self.hit::<U>(at - rows.length)?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// Where the first of a few bytes stands.
#[inline(always)]
fn find_few(few: &[u8], text: &[u8]) -> Option<usize> {
    match few {
        [a] => memchr(*a, text),
        [a, b] => memchr2(*a, *b, text),
        [a, b, c] => memchr3(*a, *b, *c, text),
        _ => Some(0),
    }
}
