//! Where a search tries a match: what a match has to begin with, and what it has to contain.
//!
//! A plan only leaves out places where no match can begin.

use memchr::memmem::Finder;

use super::build::Builder;
use super::codes::{Greed, MAX_REPEAT, Node, One, Place};
use super::sets::Bytes;

/// How the next place is found.
pub enum Way {
    /// Every place.
    Every,
    /// The start of the text alone.
    Start,
    /// The starts of lines.
    Lines,
    /// The place of the search's start, and the starts of lines after it (`lines`).
    Spread { lines: bool },
    /// The places of a text; `whole`: which is all of the match.
    Text { finder: Box<Finder<'static>>, whole: bool },
    /// One of up to three bytes.
    Few(Vec<u8>),
    /// A byte of a filter, or the end of the text; at the text's start everything is tried.
    Filter { bytes: Box<[bool; 256]>, end: bool },
    /// One of some rows of byte sets.
    Rows(Rows),
}

/// Rows of byte sets, all equally long, looked for at once: a bit for each place of each row.
pub struct Rows {
    pub masks: Box<[u64; 256]>,
    pub starts: u64,
    pub ends: u64,
    pub length: usize,
    /// The bytes with which rows start, if they are few.
    pub few: Vec<u8>,
}

pub struct Plan {
    pub way: Way,
    /// A text that stands in each match.
    pub need: Option<Finder<'static>>,
    /// How many bytes a match has at least.
    pub min: usize,
    /// The bytes with which a match can begin, wherever that is.
    pub begins: Bytes,
}

/// Places of a row that are looked at, and rows.
const LENGTH: usize = 16;
const ROWS: usize = 16;

impl Plan {
    pub fn every() -> Plan {
        Plan { way: Way::Every, need: None, min: 0, begins: Bytes::FREE }
    }

    pub fn new(builder: &mut Builder) -> Plan {
        let min = builder.row_min(&builder.tree.root, 0);
        let way = way(builder);
        let known = match &way {
            Way::Start => usize::MAX,
            Way::Text { .. } => usize::MAX,
            Way::Rows(rows) => rows.length,
            _ => 0,
        };
        let need = longest(builder).filter(|text| known < 3 && known < text.len());
        let begins = builder.row_first(&builder.tree.root, Bytes::FREE, false, 0);
        Plan { way, need: need.map(|text| Finder::new(&text).into_owned()), min, begins }
    }
}

fn way(builder: &mut Builder) -> Way {
    let tree = builder.tree;
    let root = &tree.root;
    let mut solid = root.iter().map(|node| &tree.nodes[*node as usize]);
    match solid.find(|node| !matches!(node, Node::Mark(_))) {
        Some(Node::At(Place::Beginning)) => return Way::Start,
        Some(Node::At(Place::BeginningLine)) => return Way::Lines,
        // What such a start can skip the next place could skip too: where it fails, it fails up to the end of the line.
        Some(Node::Repeat { body, min: 0, max: MAX_REPEAT, greed: Greed::Greedy | Greed::Lazy })
            if !tree.asks =>
        {
            if let [one] = body[..] {
                match tree.nodes[one as usize] {
                    Node::One(One::Any) => return Way::Spread { lines: true },
                    Node::One(One::All) => return Way::Spread { lines: false },
                    _ => {}
                }
            }
        }
        _ => {}
    }
    if let Some(rows) = rows(builder, root, 0)
        && let Some(length) = rows.iter().map(Vec::len).min().filter(|length| *length > 0)
    {
        if let [row] = &rows[..]
            && let Some(text) = single(row)
        {
            let plain = plain(builder);
            let whole = plain.is_some();
            let finder = Finder::new(&plain.unwrap_or(text)).into_owned();
            return Way::Text { finder: Box::new(finder), whole };
        }
        let length = length.min(64 / rows.len()).min(LENGTH);
        if length > 1 {
            return Way::Rows(Rows::new(&rows, length));
        }
    }
    let first = builder.row_first(root, Bytes::FREE, true, 0);
    let same = first == builder.row_first(root, Bytes::FREE, false, 0);
    match first.count() {
        256 => Way::Every,
        1..=3 if !first.end && same => Way::Few(first.iter().collect()),
        _ => {
            let mut bytes = Box::new([false; 256]);
            first.iter().for_each(|byte| bytes[usize::from(byte)] = true);
            Way::Filter { bytes, end: first.end }
        }
    }
}

/// The text that is all that the pattern matches.
fn plain(builder: &Builder) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    for node in &builder.tree.root {
        match builder.tree.nodes[*node as usize] {
            Node::One(One::Char(point)) => builder.encoded(point, &mut text)?,
            _ => return None,
        }
    }
    Some(text)
}

/// The bytes of a row of sets with one byte each.
fn single(row: &[Bytes]) -> Option<Vec<u8>> {
    row.iter().map(|set| if set.count() == 1 { set.iter().next() } else { None }).collect()
}

/// The ways in which a match can begin, as rows of byte sets; `None` if they are too many.
fn rows(builder: &mut Builder, row: &[u32], depth: u32) -> Option<Vec<Vec<Bytes>>> {
    let tree = builder.tree;
    let mut found: Vec<Bytes> = Vec::new();
    let mut rest = row.iter();
    while found.len() < LENGTH
        && let Some(node) = rest.next()
    {
        match &tree.nodes[*node as usize] {
            Node::Mark(_) | Node::At(_) | Node::Look { .. } => {}
            Node::One(one) => {
                if !one_row(builder, *one, &mut found) {
                    break;
                }
            }
            Node::Branch(parts) if parts.len() <= ROWS && depth < 4 => {
                let mut all = Vec::new();
                for part in parts {
                    for mut more in rows(builder, part, depth + 1)? {
                        let mut whole = found.clone();
                        whole.append(&mut more);
                        all.push(whole);
                    }
                }
                return (all.len() <= ROWS).then_some(all);
            }
            Node::Repeat { body, min: 1.., .. } | Node::Atomic(body) if depth < 4 => {
                if let Some(mut more) = rows(builder, body, depth + 1).filter(|rows| rows.len() == 1) {
                    found.append(&mut more[0]);
                }
                break;
            }
            _ => break,
        }
    }
    Some(vec![found])
}

/// Adds what one character begins with; whether the row goes on behind it.
fn one_row(builder: &mut Builder, one: One, found: &mut Vec<Bytes>) -> bool {
    if let One::Char(point) = one {
        let mut text = Vec::new();
        let known = builder.encoded(point, &mut text).is_some();
        found.extend(text.iter().map(|byte| {
            let mut set = Bytes::NONE;
            set.add(*byte);
            set
        }));
        return known;
    }
    let (set, leads) = builder.set(one);
    found.push(leads);
    builder.is_narrow(set)
}

/// The longest text that each match contains.
fn longest(builder: &Builder) -> Option<Vec<u8>> {
    let tree = builder.tree;
    let (mut best, mut text) = (Vec::new(), Vec::new());
    for node in &tree.root {
        match &tree.nodes[*node as usize] {
            Node::One(One::Char(point)) => builder.encoded(*point, &mut text)?,
            Node::Mark(_) => {}
            _ => text.clear(),
        }
        if text.len() > best.len() {
            best.clone_from(&text);
        }
    }
    (!best.is_empty()).then_some(best)
}

impl Rows {
    fn new(rows: &[Vec<Bytes>], length: usize) -> Rows {
        let mut all = Rows { masks: Box::new([0; 256]), starts: 0, ends: 0, length, few: Vec::new() };
        let mut first = Bytes::NONE;
        for (nth, row) in rows.iter().enumerate() {
            let base = nth * length;
            all.starts |= 1 << base;
            all.ends |= 1 << (base + length - 1);
            first = first.or(&row[0]);
            for (at, set) in row.iter().take(length).enumerate() {
                set.iter().for_each(|byte| all.masks[usize::from(byte)] |= 1 << (base + at));
            }
        }
        if first.count() <= 3 {
            all.few = first.iter().collect();
        }
        all
    }
}
