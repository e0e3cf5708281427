//! The opcode array that `re._compiler` emits: its numbers, and the tree that is read from it.
//!
//! Reading validates: an array that is not of the form that the compiler emits gives `None`, whatever stands in it.
//! The tree is an arena, so that deep nesting costs no native stack when it is dropped.

/// What the array says it is; the library's compiler compares.
pub const MAGIC: i64 = 20230612;
/// Bytes of a word.
pub const CODE_SIZE: usize = 4;
/// The count that means "without limit".
pub const MAX_REPEAT: u32 = u32::MAX;
/// How many groups there may be.
pub const MAX_GROUPS: usize = i32::MAX as usize / 2;

/// The numbers of `re._constants.OPCODES`.
pub mod op {
    pub const FAILURE: u32 = 0;
    pub const SUCCESS: u32 = 1;
    pub const ANY: u32 = 2;
    pub const ANY_ALL: u32 = 3;
    pub const ASSERT: u32 = 4;
    pub const ASSERT_NOT: u32 = 5;
    pub const AT: u32 = 6;
    pub const BRANCH: u32 = 7;
    pub const CATEGORY: u32 = 8;
    pub const CHARSET: u32 = 9;
    pub const BIGCHARSET: u32 = 10;
    pub const GROUPREF: u32 = 11;
    pub const GROUPREF_EXISTS: u32 = 12;
    pub const IN: u32 = 13;
    pub const INFO: u32 = 14;
    pub const JUMP: u32 = 15;
    pub const LITERAL: u32 = 16;
    pub const MARK: u32 = 17;
    pub const MAX_UNTIL: u32 = 18;
    pub const MIN_UNTIL: u32 = 19;
    pub const NOT_LITERAL: u32 = 20;
    pub const NEGATE: u32 = 21;
    pub const RANGE: u32 = 22;
    pub const REPEAT: u32 = 23;
    pub const REPEAT_ONE: u32 = 24;
    pub const MIN_REPEAT_ONE: u32 = 26;
    pub const ATOMIC_GROUP: u32 = 27;
    pub const POSSESSIVE_REPEAT: u32 = 28;
    pub const POSSESSIVE_REPEAT_ONE: u32 = 29;
    pub const GROUPREF_IGNORE: u32 = 30;
    pub const IN_IGNORE: u32 = 31;
    pub const LITERAL_IGNORE: u32 = 32;
    pub const NOT_LITERAL_IGNORE: u32 = 33;
    pub const GROUPREF_LOC_IGNORE: u32 = 34;
    pub const IN_LOC_IGNORE: u32 = 35;
    pub const LITERAL_LOC_IGNORE: u32 = 36;
    pub const NOT_LITERAL_LOC_IGNORE: u32 = 37;
    pub const GROUPREF_UNI_IGNORE: u32 = 38;
    pub const IN_UNI_IGNORE: u32 = 39;
    pub const LITERAL_UNI_IGNORE: u32 = 40;
    pub const NOT_LITERAL_UNI_IGNORE: u32 = 41;
    pub const RANGE_UNI_IGNORE: u32 = 42;
}

/// How many categories there are (`re._constants.CHCODES`).
pub const CATEGORIES: u32 = 18;

/// How the case of characters is left out of account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    None,
    Ascii,
    Locale,
    Unicode,
}

/// A place in the text, by the numbers of `re._constants.ATCODES`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Beginning,
    BeginningLine,
    Boundary,
    NonBoundary,
    End,
    EndLine,
    EndString,
    UniBoundary,
    UniNonBoundary,
}

impl Place {
    fn of(code: u32) -> Option<Place> {
        // The locale's word characters are ASCII's: see `sets`.
        Some(match code {
            0 | 2 => Place::Beginning,
            1 => Place::BeginningLine,
            3 | 8 => Place::Boundary,
            4 | 9 => Place::NonBoundary,
            5 => Place::End,
            6 => Place::EndLine,
            7 => Place::EndString,
            10 => Place::UniBoundary,
            11 => Place::UniNonBoundary,
            _ => return None,
        })
    }
}

/// What exactly one character matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum One {
    All,
    /// All but the newline.
    Any,
    Char(u32),
    NotChar(u32),
    /// The character whose folded form this is, or (`not`) any other.
    Folded {
        point: u32,
        fold: Fold,
        not: bool,
    },
    /// A set's program, from `start` to its FAILURE at `end`.
    In {
        start: u32,
        end: u32,
        fold: Fold,
    },
    Category(u32),
}

/// How a repetition chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

/// Indices of nodes that match one after the other.
pub type Row = Vec<u32>;

/// A node of the tree.
#[derive(Debug)]
pub enum Node {
    Fail,
    One(One),
    At(Place),
    Mark(u32),
    Branch(Vec<Row>),
    Repeat { body: Row, min: u32, max: u32, greed: Greed },
    Atomic(Row),
    Look { body: Row, back: u32, not: bool },
    Same { group: u32, fold: Fold },
    Cond { group: u32, yes: Row, no: Row },
}

/// What an array means.
#[derive(Debug)]
pub struct Tree {
    pub nodes: Vec<Node>,
    pub root: Row,
    pub groups: usize,
    /// Whether a part asks what a group holds.
    pub asks: bool,
}

/// Reads an array; `None` if it is no valid one.
pub fn read(codes: &[u32], groups: usize) -> Option<Tree> {
    // Each group takes several words: more groups than words are no compiler's, and would only cost memory.
    if groups > MAX_GROUPS.min(codes.len()) || u32::try_from(codes.len()).is_err() {
        return None;
    }
    let (last, rest) = codes.split_last()?;
    if *last != op::SUCCESS {
        return None;
    }
    let mut reader =
        Reader { codes, tree: Tree { nodes: Vec::new(), root: Vec::new(), groups, asks: false } };
    let (root, stop) = reader.row(0, rest.len())?;
    if stop != rest.len() {
        return None;
    }
    reader.tree.root = root;
    Some(reader.tree)
}

struct Reader<'a> {
    codes: &'a [u32],
    tree: Tree,
}

/// Rest of the native stack that recursion leaves alone, and what is added when it would not.
const RED_ZONE: usize = 64 * 1024;
const SEGMENT: usize = 1024 * 1024;

/// Runs a level of a recursion over the tree.
pub fn deeper<T>(run: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, SEGMENT, run)
}

impl Reader<'_> {
    fn word(&self, at: usize) -> Option<u32> {
        self.codes.get(at).copied()
    }

    /// The place that the skip at `at` leads to, which may not lie behind `end`.
    fn target(&self, at: usize, end: usize) -> Option<usize> {
        let target = at.checked_add(self.word(at)? as usize)?;
        (target <= end).then_some(target)
    }

    fn add(&mut self, row: &mut Row, node: Node) {
        row.push(self.tree.nodes.len() as u32);
        self.tree.nodes.push(node);
    }

    /// The nodes from `at` to `end`, and where reading stopped: at `end`, or at a jump before it.
    fn row(&mut self, at: usize, end: usize) -> Option<(Row, usize)> {
        deeper(|| self.row_here(at, end))
    }

    /// A row that ends in SUCCESS right before `end`.
    fn closed(&mut self, at: usize, end: usize) -> Option<Row> {
        let stop = end.checked_sub(1)?;
        let (row, stopped) = self.row(at, stop)?;
        (stopped == stop && at <= stop && self.word(stop)? == op::SUCCESS).then_some(row)
    }

    fn row_here(&mut self, mut at: usize, end: usize) -> Option<(Row, usize)> {
        let mut row = Row::new();
        if at > end {
            return None;
        }
        while at < end {
            let code = self.word(at)?;
            at += 1;
            match code {
                op::JUMP => return Some((row, at - 1)),
                op::FAILURE => self.add(&mut row, Node::Fail),
                op::ANY => self.add(&mut row, Node::One(One::Any)),
                op::ANY_ALL => self.add(&mut row, Node::One(One::All)),
                op::LITERAL
                | op::NOT_LITERAL
                | op::LITERAL_IGNORE
                | op::NOT_LITERAL_IGNORE
                | op::LITERAL_LOC_IGNORE
                | op::NOT_LITERAL_LOC_IGNORE
                | op::LITERAL_UNI_IGNORE
                | op::NOT_LITERAL_UNI_IGNORE => {
                    let node = Node::One(literal(code, self.word(at)?));
                    self.add(&mut row, node);
                    at += 1;
                }
                op::AT => {
                    let place = Place::of(self.word(at)?)?;
                    self.add(&mut row, Node::At(place));
                    at += 1;
                }
                op::CATEGORY => {
                    let category = self.word(at)?;
                    if category >= CATEGORIES {
                        return None;
                    }
                    self.add(&mut row, Node::One(One::Category(category)));
                    at += 1;
                }
                op::MARK => {
                    let mark = self.word(at)?;
                    if mark as usize >= 2 * self.tree.groups {
                        return None;
                    }
                    self.add(&mut row, Node::Mark(mark));
                    at += 1;
                }
                op::IN | op::IN_IGNORE | op::IN_LOC_IGNORE | op::IN_UNI_IGNORE => {
                    let fold = match code {
                        op::IN => Fold::None,
                        op::IN_IGNORE => Fold::Ascii,
                        op::IN_LOC_IGNORE => Fold::Locale,
                        _ => Fold::Unicode,
                    };
                    let next = self.target(at, end)?;
                    let set = self.set(at + 1, next, fold)?;
                    self.add(&mut row, Node::One(set));
                    at = next;
                }
                op::INFO => {
                    let next = self.target(at, end)?;
                    self.info(at + 1, next)?;
                    at = next;
                }
                op::BRANCH => at = self.branch(&mut row, at, end)?,
                op::REPEAT
                | op::REPEAT_ONE
                | op::MIN_REPEAT_ONE
                | op::POSSESSIVE_REPEAT
                | op::POSSESSIVE_REPEAT_ONE => at = self.repeat(&mut row, code, at, end)?,
                op::ATOMIC_GROUP => {
                    let next = self.target(at, end)?;
                    let body = self.closed(at + 1, next)?;
                    self.add(&mut row, Node::Atomic(body));
                    at = next;
                }
                op::ASSERT | op::ASSERT_NOT => {
                    let next = self.target(at, end)?;
                    let back = self.word(at + 1)?;
                    let body = self.closed(at + 2, next)?;
                    self.add(&mut row, Node::Look { body, back, not: code == op::ASSERT_NOT });
                    at = next;
                }
                op::GROUPREF | op::GROUPREF_IGNORE | op::GROUPREF_LOC_IGNORE | op::GROUPREF_UNI_IGNORE => {
                    let fold = match code {
                        op::GROUPREF => Fold::None,
                        op::GROUPREF_IGNORE => Fold::Ascii,
                        op::GROUPREF_LOC_IGNORE => Fold::Locale,
                        _ => Fold::Unicode,
                    };
                    let group = self.group(at)?;
                    self.add(&mut row, Node::Same { group, fold });
                    at += 1;
                }
                op::GROUPREF_EXISTS => at = self.cond(&mut row, at, end)?,
                _ => return None,
            }
        }
        (at == end).then_some((row, end))
    }

    fn group(&mut self, at: usize) -> Option<u32> {
        let group = self.word(at)?;
        self.tree.asks = true;
        ((group as usize) < self.tree.groups).then_some(group)
    }

    /// What stands after BRANCH: parts with the length of each before it, all jumping to the end, and a zero.
    fn branch(&mut self, row: &mut Row, mut at: usize, end: usize) -> Option<usize> {
        let mut parts = Vec::new();
        let mut goal = None;
        while self.word(at)? != 0 {
            let next = self.target(at, end)?;
            let jump = next.checked_sub(2)?;
            let (part, stop) = self.row(at + 1, jump + 1)?;
            if stop != jump {
                return None;
            }
            let target = self.target(jump + 1, end)?;
            if *goal.get_or_insert(target) != target {
                return None;
            }
            parts.push(part);
            at = next;
        }
        if goal? != at + 1 {
            return None;
        }
        self.add(row, Node::Branch(parts));
        Some(at + 1)
    }

    fn repeat(&mut self, row: &mut Row, code: u32, at: usize, end: usize) -> Option<usize> {
        let next = self.target(at, end)?;
        let (min, max) = (self.word(at + 1)?, self.word(at + 2)?);
        if min > max {
            return None;
        }
        let (body, greed, next) = match code {
            op::REPEAT => {
                let (body, stop) = self.row(at + 3, next)?;
                let greed = match self.word(next).filter(|_| next < end && stop == next)? {
                    op::MAX_UNTIL => Greed::Greedy,
                    op::MIN_UNTIL => Greed::Lazy,
                    _ => return None,
                };
                (body, greed, next + 1)
            }
            op::POSSESSIVE_REPEAT => {
                let (body, stop) = self.row(at + 3, next)?;
                if next >= end || stop != next || self.word(next)? != op::SUCCESS {
                    return None;
                }
                (body, Greed::Possessive, next + 1)
            }
            _ => {
                let body = self.closed(at + 3, next)?;
                let single = match body[..] {
                    [node] => matches!(self.tree.nodes[node as usize], Node::One(_) | Node::Fail),
                    _ => false,
                };
                if !single {
                    return None;
                }
                let greed = match code {
                    op::REPEAT_ONE => Greed::Greedy,
                    op::MIN_REPEAT_ONE => Greed::Lazy,
                    _ => Greed::Possessive,
                };
                (body, greed, next)
            }
        };
        self.add(row, Node::Repeat { body, min, max, greed });
        Some(next)
    }

    /// `GROUPREF_EXISTS group skip yes [JUMP skip no]`
    fn cond(&mut self, row: &mut Row, at: usize, end: usize) -> Option<usize> {
        let group = self.group(at)?;
        // The skip counts from the group's word.
        let goal = at.checked_add(self.word(at + 1)? as usize).filter(|goal| *goal <= end)?;
        let (yes, stop) = self.row(at + 2, goal)?;
        if stop == goal {
            self.add(row, Node::Cond { group, yes, no: Row::new() });
            return Some(goal);
        }
        if stop + 2 != goal {
            return None;
        }
        let next = self.target(stop + 1, end)?;
        let (no, stop) = self.row(goal, next)?;
        if stop != next {
            return None;
        }
        self.add(row, Node::Cond { group, yes, no });
        Some(next)
    }

    /// A set's program between `start` and `next`, FAILURE its last word.
    fn set(&self, start: usize, next: usize, fold: Fold) -> Option<One> {
        let end = next.checked_sub(1)?;
        if self.word(end)? != op::FAILURE || start > end {
            return None;
        }
        let mut at = start;
        while at < end {
            let left = end - at - 1;
            let length = match self.word(at)? {
                op::NEGATE => 0,
                op::LITERAL => 1,
                op::RANGE | op::RANGE_UNI_IGNORE => 2,
                op::CHARSET => 8,
                op::CATEGORY => {
                    if self.word(at + 1)? >= CATEGORIES {
                        return None;
                    }
                    1
                }
                op::BIGCHARSET => {
                    let blocks = self.word(at + 1)? as usize;
                    let length = blocks.checked_mul(8)?.checked_add(65)?;
                    if length > left {
                        return None;
                    }
                    let numbers = &self.codes[at + 2..at + 66];
                    if numbers.iter().flat_map(|word| word.to_ne_bytes()).any(|at| usize::from(at) >= blocks)
                    {
                        return None;
                    }
                    length
                }
                _ => return None,
            };
            if length > left {
                return None;
            }
            at += 1 + length;
        }
        Some(One::In { start: start as u32, end: end as u32, fold })
    }

    /// The block for hasty searchers. Searches here follow from the tree; the block is checked and left alone.
    fn info(&self, at: usize, next: usize) -> Option<()> {
        let flags = self.word(at)?;
        let (prefix, literal, set) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0);
        let mut at = at + 3;
        if flags > 7 || prefix && set || literal && !prefix || at > next {
            return None;
        }
        if prefix {
            let length = self.word(at)? as usize;
            at += 2;
            if at > next || length > next - at || length > next - at - length {
                return None;
            }
            at += length;
            if self.codes[at..at + length].iter().any(|overlap| *overlap as usize >= length) {
                return None;
            }
            at += length;
        }
        if set {
            self.set(at, next, Fold::None)?;
            at = next;
        }
        (at == next).then_some(())
    }
}

fn literal(code: u32, point: u32) -> One {
    let folded = |fold, not| One::Folded { point, fold, not };
    match code {
        op::LITERAL => One::Char(point),
        op::NOT_LITERAL => One::NotChar(point),
        op::LITERAL_IGNORE => folded(Fold::Ascii, false),
        op::NOT_LITERAL_IGNORE => folded(Fold::Ascii, true),
        op::LITERAL_LOC_IGNORE => folded(Fold::Locale, false),
        op::NOT_LITERAL_LOC_IGNORE => folded(Fold::Locale, true),
        op::LITERAL_UNI_IGNORE => folded(Fold::Unicode, false),
        _ => folded(Fold::Unicode, true),
    }
}
