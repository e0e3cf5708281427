//! From the tree to a program: operations that name their successor, written from the end to the start, so that each one is
//! written when it is known with which bytes the text has to go on behind it.
//!
//! A program works on bytes. One for `str` holds WTF-8 and fits ASCII text too; one for `bytes` takes a byte for a character.

use super::codes::{Fold, Greed, MAX_REPEAT, Node, One, Place, Row, Tree, deeper};
use super::plan::Plan;
use super::sets::{Bytes, High, Set};
use crate::runtime::text::wtf8;

/// An operation; the last field is what comes next, where there is one thing only.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    Accept,
    Fail,
    Byte(u8, u32),
    /// `length` bytes of the pool.
    Lit {
        at: u32,
        length: u32,
        next: u32,
    },
    /// A character of a set.
    Set {
        set: u32,
        next: u32,
    },
    At {
        place: Place,
        next: u32,
    },
    Mark {
        mark: u32,
        next: u32,
    },
    /// Alternatives, chosen by the next byte.
    Branch {
        table: u32,
    },
    /// The first way, then the second one; the guard says which are possible before a byte.
    Split {
        first: u32,
        second: u32,
        guard: u32,
    },
    /// A character repeated.
    Run {
        run: u32,
    },
    /// Entry of a counted loop, and the end of its body.
    Enter {
        turn: u32,
    },
    Again {
        turn: u32,
    },
    /// A group that is not gone back into; `Done` is its end.
    Atomic {
        bar: u32,
        body: u32,
    },
    Done {
        bar: u32,
        next: u32,
    },
    /// What has to match, or must not, ahead or `back` characters before.
    Look {
        bar: u32,
        look: u32,
    },
    Seen {
        bar: u32,
        next: u32,
    },
    Unseen {
        bar: u32,
    },
    /// Entry of a possessive loop, and the end of its body.
    Hold {
        turn: u32,
    },
    Held {
        turn: u32,
    },
    /// What a group holds.
    Same {
        group: u32,
        fold: Fold,
        next: u32,
    },
    Cond {
        group: u32,
        yes: u32,
        no: u32,
    },
}

/// How a run's characters are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    All,
    /// All characters but this one, which is ASCII or the text is of bytes.
    Not(u8),
    Set,
}

/// What has to stand behind a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    Free,
    Byte(u8),
    Lit {
        at: u32,
        length: u32,
    },
    /// A byte that a filter has.
    Guard(u32),
}

/// A repeated character.
pub struct Run {
    pub set: u32,
    pub shape: Shape,
    pub min: u32,
    pub max: u32,
    pub greed: Greed,
    pub follow: Follow,
    pub next: u32,
}

/// A loop with a counter.
pub struct Turn {
    pub min: u32,
    pub max: u32,
    pub lazy: bool,
    pub body: u32,
    pub next: u32,
    pub guard: u32,
    pub bar: u32,
}

pub struct Look {
    pub back: u32,
    pub not: bool,
    pub body: u32,
    pub next: u32,
}

/// Where the lists of alternatives begin for each byte and for the end of the text; each list ends in [`NO_MORE`].
pub struct Table {
    pub starts: [u16; 257],
    pub targets: Vec<u32>,
}

/// The end of a list of alternatives.
pub const NO_MORE: u32 = u32::MAX;

/// What a guard says: bits for the first way and for the second one, by byte; the last entry is for the text's end.
pub type Guard = [u8; 257];

pub struct Program {
    pub ops: Vec<Op>,
    pub sets: Vec<Set>,
    pub runs: Vec<Run>,
    pub turns: Vec<Turn>,
    pub looks: Vec<Look>,
    pub tables: Vec<Table>,
    pub guards: Vec<Guard>,
    pub pool: Vec<u8>,
    pub bars: usize,
    pub marks: usize,
    pub start: u32,
    pub plan: Plan,
}

/// Depth of a tree below which nothing is foretold.
const DEEP: u32 = 24;

/// Makes the program for `str` (`wide`) or for `bytes`.
pub fn build(tree: &Tree, codes: &[u32], wide: bool) -> Program {
    let program = Program {
        ops: Vec::new(),
        sets: Vec::new(),
        runs: Vec::new(),
        turns: Vec::new(),
        looks: Vec::new(),
        tables: Vec::new(),
        guards: Vec::new(),
        pool: Vec::new(),
        bars: 0,
        marks: 2 * tree.groups,
        start: 0,
        plan: Plan::every(),
    };
    let mut builder = Builder { tree, codes, wide, program, firsts: Vec::new(), known: Vec::new() };
    let accept = builder.op(Op::Accept, Bytes::FREE);
    builder.program.start = builder.row(&tree.root, accept);
    builder.program.plan = Plan::new(&mut builder);
    builder.program
}

pub struct Builder<'a> {
    pub tree: &'a Tree,
    pub codes: &'a [u32],
    pub wide: bool,
    pub program: Program,
    /// With which bytes the text goes on where an operation succeeds.
    firsts: Vec<Bytes>,
    known: Vec<(One, Bytes)>,
}

impl Builder<'_> {
    fn op(&mut self, op: Op, first: Bytes) -> u32 {
        self.program.ops.push(op);
        self.firsts.push(first);
        self.program.ops.len() as u32 - 1
    }

    fn first(&self, op: u32) -> Bytes {
        self.firsts[op as usize]
    }

    fn node(&self, node: u32) -> &Node {
        &self.tree.nodes[node as usize]
    }

    /// The set of what one character matches, and the bytes with which it begins.
    pub fn set(&mut self, one: One) -> (u32, Bytes) {
        if let Some(at) = self.known.iter().position(|(known, _)| *known == one) {
            return (at as u32, self.known[at].1);
        }
        let set = Set::new(one, self.codes);
        let leads = set.leads(self.wide);
        self.known.push((one, leads));
        self.program.sets.push(set);
        (self.known.len() as u32 - 1, leads)
    }

    /// The bytes of a character; `None` if no text has it.
    pub fn encoded(&self, point: u32, out: &mut Vec<u8>) -> Option<()> {
        match (self.wide, point) {
            (true, 0..=wtf8::MAX) => wtf8::push(out, point),
            (false, 0..=255) => out.push(point as u8),
            _ => return None,
        }
        Some(())
    }

    fn guard(&mut self, first: &Bytes, second: &Bytes) -> u32 {
        let bits = |a: bool, b: bool| u8::from(a) | u8::from(b) << 1;
        let mut guard = [0; 257];
        for (byte, entry) in guard.iter_mut().take(256).enumerate() {
            *entry = bits(first.has(byte as u8), second.has(byte as u8));
        }
        guard[256] = bits(first.end, second.end);
        if let Some(at) = self.program.guards.iter().position(|known| *known == guard) {
            return at as u32;
        }
        self.program.guards.push(guard);
        self.program.guards.len() as u32 - 1
    }

    // -------------------------------------------------------------------------------------------- what comes first

    /// The bytes with which a row's text begins, `follow` being what comes behind it. `later` leaves the text's start out.
    pub fn row_first(&mut self, row: &[u32], follow: Bytes, later: bool, depth: u32) -> Bytes {
        if depth > DEEP {
            return Bytes::FREE;
        }
        // What follows a character does not matter.
        let solid = row.iter().position(|node| matches!(self.node(*node), Node::One(_)));
        let row = solid.map_or(row, |at| &row[..=at]);
        row.iter().rev().fold(follow, |follow, node| self.node_first(*node, follow, later, depth + 1))
    }

    fn node_first(&mut self, node: u32, follow: Bytes, later: bool, depth: u32) -> Bytes {
        let tree = self.tree;
        match &tree.nodes[node as usize] {
            Node::Fail => Bytes::NONE,
            Node::One(One::Char(point)) => {
                let (mut first, mut text) = (Bytes::NONE, Vec::new());
                if self.encoded(*point, &mut text).is_some() {
                    first.add(text[0]);
                }
                first
            }
            Node::One(one) => self.set(*one).1,
            Node::At(Place::Beginning) if later => Bytes::NONE,
            Node::At(place) => at_first(*place, &follow),
            Node::Mark(_) => follow,
            Node::Branch(parts) => parts.iter().fold(Bytes::NONE, |first, part| {
                let part = self.row_first(part, follow, later, depth);
                first.or(&part)
            }),
            Node::Repeat { max: 0, .. } => follow,
            Node::Repeat { body, min, .. } => {
                let first = self.row_first(body, Bytes::NONE, later, depth);
                if *min == 0 || self.row_min(body, depth) == 0 { first.or(&follow) } else { first }
            }
            Node::Atomic(body) => self.row_first(body, follow, later, depth),
            Node::Look { body, back: 0, not: false } => {
                self.row_first(body, Bytes::FREE, later, depth).and(&follow)
            }
            Node::Look { .. } => follow,
            Node::Same { .. } => Bytes::FREE,
            Node::Cond { yes, no, .. } => {
                let yes = self.row_first(yes, follow, later, depth);
                yes.or(&self.row_first(no, follow, later, depth))
            }
        }
    }

    /// How many characters a row takes at least.
    pub fn row_min(&self, row: &[u32], depth: u32) -> usize {
        if depth > DEEP {
            return 0;
        }
        row.iter().fold(0usize, |sum, node| sum.saturating_add(self.node_min(*node, depth + 1)))
    }

    fn node_min(&self, node: u32, depth: u32) -> usize {
        match self.node(node) {
            Node::One(_) => 1,
            Node::Branch(parts) => parts.iter().map(|part| self.row_min(part, depth)).min().unwrap_or(0),
            Node::Repeat { body, min, .. } => self.row_min(body, depth).saturating_mul(*min as usize),
            Node::Atomic(body) => self.row_min(body, depth),
            Node::Cond { yes, no, .. } => self.row_min(yes, depth).min(self.row_min(no, depth)),
            Node::Fail | Node::At(_) | Node::Mark(_) | Node::Look { .. } | Node::Same { .. } => 0,
        }
    }

    // -------------------------------------------------------------------------------------------- operations

    /// Writes a row before `next`.
    fn row(&mut self, row: &Row, next: u32) -> u32 {
        deeper(|| self.row_here(row, next))
    }

    fn row_here(&mut self, row: &Row, mut next: u32) -> u32 {
        let mut left = row.len();
        while left > 0 {
            left -= 1;
            let Node::One(One::Char(_)) = self.node(row[left]) else {
                next = self.one_node(row[left], next);
                continue;
            };
            while left > 0 && matches!(self.node(row[left - 1]), Node::One(One::Char(_))) {
                left -= 1;
            }
            let mut text = Vec::new();
            let mut rest = &row[left..];
            while let [node, more @ ..] = rest
                && let Node::One(One::Char(point)) = self.node(*node)
            {
                if self.encoded(*point, &mut text).is_none() {
                    return self.op(Op::Fail, Bytes::NONE);
                }
                rest = more;
            }
            next = self.literal(&text, next);
        }
        next
    }

    fn literal(&mut self, text: &[u8], next: u32) -> u32 {
        let mut first = Bytes::NONE;
        first.add(text[0]);
        if let [byte] = text {
            return self.op(Op::Byte(*byte, next), first);
        }
        let at = self.program.pool.len() as u32;
        self.program.pool.extend_from_slice(text);
        self.op(Op::Lit { at, length: text.len() as u32, next }, first)
    }

    fn one_node(&mut self, node: u32, next: u32) -> u32 {
        let tree = self.tree;
        let follow = self.first(next);
        match &tree.nodes[node as usize] {
            Node::Fail => self.op(Op::Fail, Bytes::NONE),
            Node::One(one) => {
                let (set, leads) = self.set(*one);
                self.op(Op::Set { set, next }, leads)
            }
            Node::At(place) => self.op(Op::At { place: *place, next }, at_first(*place, &follow)),
            Node::Mark(mark) => self.op(Op::Mark { mark: *mark, next }, follow),
            Node::Branch(parts) => {
                let parts: Vec<u32> = parts.iter().map(|part| self.row(part, next)).collect();
                self.branch(&parts)
            }
            Node::Repeat { max: 0, .. } => next,
            Node::Repeat { body, min, max, greed } => match (&body[..], *greed) {
                ([one], _) if matches!(self.node(*one), Node::One(_)) => {
                    self.run(*one, (*min, *max), *greed, next)
                }
                (_, Greed::Possessive) => self.hold(node, body, (*min, *max), next),
                _ => self.repeat(node, body, (*min, *max), *greed == Greed::Lazy, next),
            },
            Node::Atomic(body) => {
                let bar = self.bar();
                let done = self.op(Op::Done { bar, next }, Bytes::FREE);
                let body = self.row(body, done);
                let first = self.node_first(node, follow, false, 0);
                self.op(Op::Atomic { bar, body }, first)
            }
            Node::Look { body, back, not } => {
                let bar = self.bar();
                let end = if *not { Op::Unseen { bar } } else { Op::Seen { bar, next } };
                let end = self.op(end, Bytes::FREE);
                let body = self.row(body, end);
                self.program.looks.push(Look { back: *back, not: *not, body, next });
                let first = self.node_first(node, follow, false, 0);
                self.op(Op::Look { bar, look: self.program.looks.len() as u32 - 1 }, first)
            }
            Node::Same { group, fold } => self.op(Op::Same { group: *group, fold: *fold, next }, Bytes::FREE),
            Node::Cond { group, yes, no } => {
                let (yes, no) = (self.row(yes, next), self.row(no, next));
                let first = self.first(yes).or(&self.first(no));
                self.op(Op::Cond { group: *group, yes, no }, first)
            }
        }
    }

    fn bar(&mut self) -> u32 {
        self.program.bars += 1;
        self.program.bars as u32 - 1
    }

    fn split(&mut self, first: u32, second: u32) -> u32 {
        let (one, two) = (self.first(first), self.first(second));
        let guard = self.guard(&one, &two);
        self.op(Op::Split { first, second, guard }, one.or(&two))
    }

    /// Alternatives: tables of 64, one tried after the other.
    fn branch(&mut self, parts: &[u32]) -> u32 {
        let mut tables = parts.chunks(64).rev().map(|parts| match parts {
            [one] => *one,
            _ => self.table(parts),
        });
        let Some(last) = tables.next() else { return self.op(Op::Fail, Bytes::NONE) };
        let before: Vec<u32> = tables.collect();
        before.into_iter().fold(last, |next, table| self.split(table, next))
    }

    fn table(&mut self, parts: &[u32]) -> u32 {
        let firsts: Vec<Bytes> = parts.iter().map(|part| self.first(*part)).collect();
        let all = firsts.iter().fold(Bytes::NONE, |all, first| all.or(first));
        let mut possible = [0u64; 257];
        for (nth, first) in firsts.iter().enumerate() {
            first.iter().for_each(|byte| possible[usize::from(byte)] |= 1 << nth);
            possible[256] |= u64::from(first.end) << nth;
        }
        let mut table = Table { starts: [0; 257], targets: vec![NO_MORE] };
        let mut known: Vec<(u64, u16)> = vec![(0, 0)];
        for (possible, start) in possible.into_iter().zip(&mut table.starts) {
            *start = match known.iter().find(|(mask, _)| *mask == possible) {
                Some((_, start)) => *start,
                None => {
                    // At most 257 lists of 65 entries: a start fits.
                    let start = table.targets.len() as u16;
                    let chosen = parts.iter().enumerate().filter(|(nth, _)| possible >> nth & 1 != 0);
                    table.targets.extend(chosen.map(|(_, part)| *part));
                    table.targets.push(NO_MORE);
                    known.push((possible, start));
                    start
                }
            };
        }
        self.program.tables.push(table);
        self.op(Op::Branch { table: self.program.tables.len() as u32 - 1 }, all)
    }

    fn run(&mut self, one: u32, (min, max): (u32, u32), greed: Greed, next: u32) -> u32 {
        let Node::One(one) = *self.node(one) else { return self.op(Op::Fail, Bytes::NONE) };
        let (set, leads) = self.set(one);
        let limit = if self.wide { 128 } else { 256 };
        let shape = match one {
            One::All => Shape::All,
            One::Any => Shape::Not(10),
            One::NotChar(point) if point < limit => Shape::Not(point as u8),
            _ => Shape::Set,
        };
        let follow = self.first(next);
        // Where fewer are taken, one of the set stands next: if nothing can go on there, it is not tried.
        let greed = match greed {
            Greed::Greedy if leads.is_disjoint(&follow) => Greed::Possessive,
            greed => greed,
        };
        let first = if min == 0 { leads.or(&follow) } else { leads };
        let follow = self.follow(next);
        self.program.runs.push(Run { set, shape, min, max, greed, follow, next });
        self.op(Op::Run { run: self.program.runs.len() as u32 - 1 }, first)
    }

    fn follow(&mut self, next: u32) -> Follow {
        let first = self.first(next);
        let mut at = next;
        while let Op::Mark { next, .. } = self.program.ops[at as usize] {
            at = next;
        }
        match self.program.ops[at as usize] {
            Op::Byte(byte, _) => Follow::Byte(byte),
            Op::Lit { at, length, .. } => Follow::Lit { at, length },
            _ if first.is_free() => Follow::Free,
            _ if first.count() == 1 && !first.end => first.iter().next().map_or(Follow::Free, Follow::Byte),
            _ => Follow::Guard(self.guard(&first, &first)),
        }
    }

    /// A loop over more than a character.
    fn repeat(&mut self, node: u32, body: &Row, (min, max): (u32, u32), lazy: bool, next: u32) -> u32 {
        let follow = self.first(next);
        let empty = self.row_min(body, 0) == 0;
        if (min, max) == (0, 1) {
            let body = self.row(body, next);
            return if lazy { self.split(next, body) } else { self.split(body, next) };
        }
        let inner = self.row_first(body, Bytes::NONE, false, 0);
        let inner = if empty { Bytes::FREE } else { inner };
        if max == MAX_REPEAT && min <= 1 && !empty {
            let guard = if lazy { self.guard(&follow, &inner) } else { self.guard(&inner, &follow) };
            let at = self.op(Op::Fail, inner.or(&follow));
            let body = self.row(body, at);
            let (first, second) = if lazy { (next, body) } else { (body, next) };
            self.program.ops[at as usize] = Op::Split { first, second, guard };
            return if min == 0 { at } else { body };
        }
        let first = self.node_first(node, follow, false, 0);
        let guard = self.guard(&inner, &follow);
        let turn = self.program.turns.len() as u32;
        self.program.turns.push(Turn { min, max, lazy, body: 0, next, guard, bar: 0 });
        let again = self.op(Op::Again { turn }, inner.or(&follow));
        self.program.turns[turn as usize].body = self.row(body, again);
        self.op(Op::Enter { turn }, first)
    }

    /// A possessive loop.
    fn hold(&mut self, node: u32, body: &Row, (min, max): (u32, u32), next: u32) -> u32 {
        let follow = self.first(next);
        let first = self.node_first(node, follow, false, 0);
        let bar = self.bar();
        let turn = self.program.turns.len() as u32;
        self.program.turns.push(Turn { min, max, lazy: false, body: 0, next, guard: 0, bar });
        let held = self.op(Op::Held { turn }, Bytes::FREE);
        self.program.turns[turn as usize].body = self.row(body, held);
        self.op(Op::Hold { turn }, first)
    }

    /// Whether every character of a set is one byte.
    pub fn is_narrow(&self, set: u32) -> bool {
        let set = &self.program.sets[set as usize];
        !self.wide || set.high == High::None && !set.low[128..].iter().any(|has| *has)
    }
}

/// What comes first where a place is asked for.
fn at_first(place: Place, follow: &Bytes) -> Bytes {
    let mut ends = Bytes::NONE;
    ends.end = true;
    match place {
        Place::End | Place::EndLine => {
            ends.add(b'\n');
            ends.and(follow)
        }
        Place::EndString => ends.and(follow),
        _ => *follow,
    }
}
