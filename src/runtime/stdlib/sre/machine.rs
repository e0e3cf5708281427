//! The matcher: runs a program over a text, with a stack of ways not tried yet on the heap.
//!
//! # Invariants
//!
//! 1. `text` ends where the match may end; positions are byte offsets on the boundary of a character.
//! 2. What a group holds, or a loop has counted, is changed only with a frame on the stack that undoes it, unless the stack is
//!    empty and the change is undone by starting afresh.
//! 3. A bar holds the height of the stack at which a group that is not gone back into began; it is meaningful while that
//!    group's body runs, of which there is one run at a time.

use memchr::{memchr, memchr2, memrchr};

use super::build::{Follow, NO_MORE, Op, Program, Run, Shape};
use super::codes::{Fold, Greed, MAX_REPEAT, Place};
use super::sets::{folded, is_word};
use super::units::{Single, Unit, Wide};

/// A mark that is not set.
pub const UNSET: usize = usize::MAX;

/// Why matching ended early.
#[derive(Debug, PartialEq, Eq)]
pub enum Halt {
    /// More ways are open than memory is given for.
    Memory,
    /// There may be something else to do; the scratch keeps how far it came, and the machine goes on with [`Machine::resume`].
    Patience,
}

/// What is done when a way fails, last one first.
#[derive(Clone, Copy, Debug)]
enum Frame {
    /// Goes on at an operation.
    Retry { pc: u32, at: usize },
    /// The rest of a list of alternatives.
    Rest { table: u32, entry: u32, at: usize },
    /// A run may end anywhere from `low` to `high`.
    Fewer { run: u32, low: usize, high: usize },
    /// A run may take up to `left` more.
    More { run: u32, left: u32, at: usize },
    /// A mark as it was.
    Mark { mark: u32, last: u32, old: usize },
    /// A counter as it was.
    Turn { turn: u32, count: u32, last: usize },
    /// A lazy loop may run its body once more.
    Body { turn: u32, count: u32, at: usize },
    /// Where a bar was set.
    Bar { at: usize },
}

/// Frames that a match may have: one and a half gigabytes of them.
const MOST_FRAMES: usize = 1 << 26;

/// Steps after which a machine lets others have their turn.
pub const PATIENCE: u32 = 1 << 16;

/// How many characters looked at in one go count as a step.
const PER_STEP: usize = 64;

/// What a match works with; kept from one match to the next, so that none allocates.
#[derive(Default)]
pub struct Scratch {
    frames: Vec<Frame>,
    /// Start and end of each group.
    pub marks: Vec<usize>,
    /// The group that was closed last; zero if none was.
    pub last: u32,
    /// Counts, and where the loop's last round began.
    turns: Vec<(u32, usize)>,
    bars: Vec<usize>,
}

impl Scratch {
    /// Makes it fit a program; each attempt unsets the marks.
    pub fn prepare(&mut self, program: &Program) {
        self.frames.clear();
        self.marks.resize(program.marks, UNSET);
        self.last = 0;
        self.turns.clear();
        self.turns.resize(program.turns.len(), (0, UNSET));
        self.bars.clear();
        self.bars.resize(program.bars, 0);
    }

    /// How many frames there is room for.
    pub fn room(&self) -> usize {
        self.frames.capacity()
    }

    /// Start and end of a group (from 1) that matched.
    pub fn group(&self, group: usize) -> Option<(usize, usize)> {
        let (start, end) = (self.marks[2 * group - 2], self.marks[2 * group - 1]);
        (start != UNSET && end != UNSET && start <= end).then_some((start, end))
    }
}

/// A program over a text.
pub struct Machine<'a> {
    pub program: &'a Program,
    pub codes: &'a [u32],
    /// The text, up to where it may be looked at.
    pub text: &'a [u8],
    /// Whether the text is WTF-8 with more than ASCII.
    pub wide: bool,
    pub scratch: &'a mut Scratch,
    /// Whether the whole text has to match.
    pub full: bool,
    /// Where a match may not end, being empty there.
    pub stuck: usize,
    /// Steps until the next halt; never zero.
    pub patience: u32,
    /// Where the last attempt began.
    pub begun: usize,
    /// Where the text that each match needs was seen.
    pub need: Option<usize>,
}

pub type Step<T> = Result<T, Halt>;

impl<'a> Machine<'a> {
    /// A machine over a text. The scratch is one that was prepared for the program.
    pub fn new(
        program: &'a Program,
        codes: &'a [u32],
        (text, wide): (&'a [u8], bool),
        scratch: &'a mut Scratch,
    ) -> Machine<'a> {
        Machine {
            program,
            codes,
            text,
            wide,
            scratch,
            full: false,
            stuck: UNSET,
            patience: PATIENCE,
            begun: 0,
            need: None,
        }
    }

    /// Goes on with the attempt that began at `begun` and ran out of patience; where the match ends.
    pub fn resume(&mut self, begun: usize) -> Step<Option<usize>> {
        self.begun = begun;
        if self.wide { self.run_on::<Wide>() } else { self.run_on::<Single>() }
    }

    fn run_on<U: Unit>(&mut self) -> Step<Option<usize>> {
        match self.back::<U>()? {
            Some((pc, at)) => self.run::<U>(pc, at),
            None => Ok(None),
        }
    }

    /// Matches at `at`; where the match ends.
    pub fn match_at(&mut self, at: usize) -> Step<Option<usize>> {
        if self.wide { self.attempt::<Wide>(at) } else { self.attempt::<Single>(at) }
    }

    /// Searches from `from`; gives start and end.
    pub fn search(&mut self, from: usize) -> Step<Option<(usize, usize)>> {
        if self.wide { self.seek::<Wide>(from) } else { self.seek::<Single>(from) }
    }

    /// Searches on behind a place where a match was tried in vain.
    pub fn search_behind(&mut self, at: usize) -> Step<Option<(usize, usize)>> {
        if at >= self.text.len() {
            return Ok(None);
        }
        let next = if self.wide { Wide::skip(self.text, at, 1) } else { at + 1 };
        self.search(next)
    }

    pub(super) fn attempt<U: Unit>(&mut self, at: usize) -> Step<Option<usize>> {
        self.scratch.marks.fill(UNSET);
        self.scratch.last = 0;
        self.scratch.frames.clear();
        self.begun = at;
        self.run::<U>(self.program.start, at)
    }

    // -------------------------------------------------------------------------------------------- running

    /// Counts a step; halts when there were many. Whoever calls it has left the stack so that `back` goes on rightly.
    #[inline(always)]
    fn wait(&mut self) -> Step<()> {
        self.patience -= 1;
        if self.patience > 0 {
            return Ok(());
        }
        self.patience = PATIENCE;
        Err(Halt::Patience)
    }

    /// Counts a step before an operation, which is done later if there were many.
    #[inline(always)]
    fn wait_before(&mut self, pc: u32, at: usize) -> Step<()> {
        self.wait().or_else(|halt| {
            self.push(Frame::Retry { pc, at })?;
            Err(halt)
        })
    }

    /// Counts characters that were looked at in one go; the next step is the one that halts.
    #[inline(always)]
    fn tire(&mut self, characters: usize) {
        let steps = characters / PER_STEP;
        if steps > 0 {
            self.patience = self.patience.saturating_sub(u32::try_from(steps).unwrap_or(u32::MAX)).max(1);
        }
    }

    #[inline(always)]
    fn push(&mut self, frame: Frame) -> Step<()> {
        let frames = &mut self.scratch.frames;
        if frames.len() == frames.capacity() {
            grow(frames)?;
        }
        frames.push(frame);
        Ok(())
    }

    #[inline(always)]
    fn set_mark(&mut self, mark: u32, at: usize) -> Step<()> {
        if !self.scratch.frames.is_empty() {
            let (last, old) = (self.scratch.last, self.scratch.marks[mark as usize]);
            self.push(Frame::Mark { mark, last, old })?;
        }
        self.scratch.marks[mark as usize] = at;
        if mark & 1 != 0 {
            self.scratch.last = mark / 2 + 1;
        }
        Ok(())
    }

    /// Runs from an operation on; where the match ends.
    fn run<U: Unit>(&mut self, mut pc: u32, mut at: usize) -> Step<Option<usize>> {
        let (program, text) = (self.program, self.text);
        let ops = &program.ops[..];
        loop {
            let goes_on = match ops[pc as usize] {
                Op::Accept => {
                    if !(self.full && at != text.len() || at == self.stuck) {
                        return Ok(Some(at));
                    }
                    false
                }
                Op::Fail => false,
                Op::Byte(byte, next) => {
                    pc = next;
                    at += 1;
                    text.get(at - 1) == Some(&byte)
                }
                Op::Lit { at: start, length, next } => {
                    let literal = &program.pool[start as usize..][..length as usize];
                    pc = next;
                    let fits = text[at..].starts_with(literal);
                    at += literal.len();
                    fits
                }
                Op::Set { set, next } => match U::taken(&program.sets[set as usize], self.codes, text, at) {
                    Some(end) => {
                        (pc, at) = (next, end);
                        true
                    }
                    None => false,
                },
                Op::At { place, next } => {
                    pc = next;
                    is_at::<U>(place, text, at)
                }
                Op::Mark { mark, next } => {
                    self.set_mark(mark, at)?;
                    pc = next;
                    true
                }
                Op::Branch { table } => {
                    let table_at = &program.tables[table as usize];
                    let byte = text.get(at).map_or(256, |byte| usize::from(*byte));
                    let entry = u32::from(table_at.starts[byte]);
                    self.alternative(table, entry, at, &mut pc)?
                }
                Op::Split { first, second, guard } => {
                    let byte = text.get(at).map_or(256, |byte| usize::from(*byte));
                    match program.guards[guard as usize][byte] {
                        3 => {
                            self.push(Frame::Retry { pc: second, at })?;
                            pc = first;
                            true
                        }
                        1 => {
                            pc = first;
                            true
                        }
                        2 => {
                            pc = second;
                            true
                        }
                        _ => false,
                    }
                }
                Op::Run { run } => match self.start_run::<U>(run, at)? {
                    Some(end) => {
                        (pc, at) = (program.runs[run as usize].next, end);
                        true
                    }
                    None => false,
                },
                Op::Enter { turn } => {
                    self.wait_before(pc, at)?;
                    let (count, last) = self.scratch.turns[turn as usize];
                    self.push(Frame::Turn { turn, count, last })?;
                    self.scratch.turns[turn as usize] = (0, UNSET);
                    self.round(turn, 0, at, &mut pc)?;
                    true
                }
                Op::Again { turn } => {
                    self.wait_before(pc, at)?;
                    let count = self.scratch.turns[turn as usize].0.saturating_add(1);
                    self.round(turn, count, at, &mut pc)?;
                    true
                }
                Op::Atomic { bar, body } => {
                    self.scratch.bars[bar as usize] = self.scratch.frames.len();
                    self.push(Frame::Bar { at })?;
                    pc = body;
                    true
                }
                Op::Done { bar, next } => {
                    self.forget(bar);
                    pc = next;
                    true
                }
                Op::Look { bar, look } => {
                    let look = &program.looks[look as usize];
                    self.tire(look.back as usize);
                    let start = U::back_by(text, at, look.back as usize);
                    match start {
                        None if look.not => {
                            pc = look.next;
                            true
                        }
                        None => false,
                        Some(start) => {
                            self.scratch.bars[bar as usize] = self.scratch.frames.len();
                            self.push(if look.not {
                                Frame::Retry { pc: look.next, at }
                            } else {
                                Frame::Bar { at }
                            })?;
                            (pc, at) = (look.body, start);
                            true
                        }
                    }
                }
                Op::Seen { bar, next } => {
                    if let Some(start) = self.forget(bar) {
                        at = start;
                    }
                    pc = next;
                    true
                }
                Op::Unseen { bar } => {
                    self.undo_to(bar);
                    false
                }
                Op::Hold { turn } => {
                    self.wait_before(pc, at)?;
                    self.scratch.turns[turn as usize] = (0, UNSET);
                    self.hold(turn, at, &mut pc)?;
                    true
                }
                Op::Held { turn } => {
                    self.wait_before(pc, at)?;
                    self.forget(program.turns[turn as usize].bar);
                    let count = &mut self.scratch.turns[turn as usize].0;
                    *count = count.saturating_add(1);
                    self.hold(turn, at, &mut pc)?;
                    true
                }
                Op::Same { group, fold, next } => {
                    pc = next;
                    match self.same::<U>(group, fold, at) {
                        Some(end) => {
                            self.tire(end - at);
                            at = end;
                            true
                        }
                        None => false,
                    }
                }
                Op::Cond { group, yes, no } => {
                    pc = if self.scratch.group(group as usize + 1).is_some() { yes } else { no };
                    true
                }
            };
            if goes_on {
                continue;
            }
            match self.back::<U>()? {
                Some(there) => (pc, at) = there,
                None => return Ok(None),
            }
        }
    }

    /// The next of a list of alternatives, if there is one.
    #[inline(always)]
    fn alternative(&mut self, table: u32, entry: u32, at: usize, pc: &mut u32) -> Step<bool> {
        let targets = &self.program.tables[table as usize].targets[entry as usize..];
        let target = targets[0];
        if target == NO_MORE {
            return Ok(false);
        }
        if targets[1] != NO_MORE {
            self.push(Frame::Rest { table, entry: entry + 1, at })?;
        }
        *pc = target;
        Ok(true)
    }

    /// Takes the last way that was left open.
    fn back<U: Unit>(&mut self) -> Step<Option<(u32, usize)>> {
        self.wait()?;
        let program = self.program;
        while let Some(frame) = self.scratch.frames.pop() {
            match frame {
                Frame::Retry { pc, at } => return Ok(Some((pc, at))),
                Frame::Rest { table, entry, at } => {
                    let mut pc = 0;
                    if self.alternative(table, entry, at, &mut pc)? {
                        return Ok(Some((pc, at)));
                    }
                }
                Frame::Fewer { run, low, high } => {
                    let of = &program.runs[run as usize];
                    let high = U::back(self.text, high);
                    if let Some(at) = self.settle::<U>(of, low, high) {
                        if at > low {
                            self.push(Frame::Fewer { run, low, high: at })?;
                        }
                        return Ok(Some((of.next, at)));
                    }
                }
                Frame::More { run, left, at } => {
                    let of = &program.runs[run as usize];
                    let set = &program.sets[of.set as usize];
                    if let Some(at) = U::taken(set, self.codes, self.text, at)
                        && let Some(at) =
                            self.lazily::<U>(run, at, if left == MAX_REPEAT { left } else { left - 1 })?
                    {
                        return Ok(Some((of.next, at)));
                    }
                }
                Frame::Mark { mark, last, old } => {
                    self.scratch.marks[mark as usize] = old;
                    self.scratch.last = last;
                }
                Frame::Turn { turn, count, last } => self.scratch.turns[turn as usize] = (count, last),
                Frame::Body { turn, count, at } => {
                    let of = &program.turns[turn as usize];
                    let (old, last) = self.scratch.turns[turn as usize];
                    let spent = count >= of.max && of.max != MAX_REPEAT;
                    if !spent && last != at {
                        self.push(Frame::Turn { turn, count: old, last })?;
                        self.scratch.turns[turn as usize] = (count, at);
                        return Ok(Some((of.body, at)));
                    }
                }
                Frame::Bar { .. } => {}
            }
        }
        Ok(None)
    }

    /// A counted loop before its round number `count` (from zero): runs the body or leaves.
    fn round(&mut self, turn: u32, count: u32, at: usize, pc: &mut u32) -> Step<()> {
        let of = &self.program.turns[turn as usize];
        let (old, last) = self.scratch.turns[turn as usize];
        if count < of.min {
            self.push(Frame::Turn { turn, count: old, last })?;
            self.scratch.turns[turn as usize] = (count, last);
            *pc = of.body;
            return Ok(());
        }
        if of.lazy {
            self.push(Frame::Body { turn, count, at })?;
            *pc = of.next;
            return Ok(());
        }
        let byte = self.text.get(at).map_or(256, |byte| usize::from(*byte));
        let guard = self.program.guards[of.guard as usize][byte];
        // A round that took nothing is the last one.
        if (count < of.max || of.max == MAX_REPEAT) && last != at && guard & 1 != 0 {
            self.push(Frame::Turn { turn, count: old, last })?;
            if guard & 2 != 0 {
                self.push(Frame::Retry { pc: of.next, at })?;
            }
            self.scratch.turns[turn as usize] = (count, at);
            *pc = of.body;
        } else {
            *pc = of.next;
        }
        Ok(())
    }

    /// A possessive loop before its next round.
    fn hold(&mut self, turn: u32, at: usize, pc: &mut u32) -> Step<()> {
        let of = &self.program.turns[turn as usize];
        let (count, last) = self.scratch.turns[turn as usize];
        let height = self.scratch.frames.len();
        if count < of.min {
            self.push(Frame::Bar { at })?;
        } else if (count < of.max || of.max == MAX_REPEAT) && last != at {
            self.scratch.turns[turn as usize].1 = at;
            self.push(Frame::Retry { pc: of.next, at })?;
        } else {
            *pc = of.next;
            return Ok(());
        }
        self.scratch.bars[of.bar as usize] = height;
        *pc = of.body;
        Ok(())
    }

    /// Leaves nothing of a body to go back to but what undoes its marks; where the body began, if its bar says so.
    fn forget(&mut self, bar: u32) -> Option<usize> {
        let height = self.scratch.bars[bar as usize];
        let frames = &mut self.scratch.frames;
        let began = match frames.get(height) {
            Some(Frame::Bar { at }) => Some(*at),
            _ => None,
        };
        let mut kept = height;
        // Below nothing there is nothing to undo marks for.
        if height > 0 {
            for nth in height..frames.len() {
                if matches!(frames[nth], Frame::Mark { .. }) {
                    frames[kept] = frames[nth];
                    kept += 1;
                }
            }
        }
        frames.truncate(kept);
        began
    }

    /// Undoes what a body that must not match did, and takes its bar away.
    fn undo_to(&mut self, bar: u32) {
        let height = self.scratch.bars[bar as usize];
        while self.scratch.frames.len() > height
            && let Some(frame) = self.scratch.frames.pop()
        {
            match frame {
                Frame::Mark { mark, last, old } => {
                    self.scratch.marks[mark as usize] = old;
                    self.scratch.last = last;
                }
                Frame::Turn { turn, count, last } => self.scratch.turns[turn as usize] = (count, last),
                _ => {}
            }
        }
    }

    // -------------------------------------------------------------------------------------------- runs

    /// Takes what a run takes; where it ends first, the other places on the stack.
    #[inline]
    fn start_run<U: Unit>(&mut self, number: u32, at: usize) -> Step<Option<usize>> {
        let run = &self.program.runs[number as usize];
        let Some(low) = self.least::<U>(run, at) else {
            self.tire(run.min as usize);
            return Ok(None);
        };
        let left = if run.max == MAX_REPEAT { MAX_REPEAT } else { run.max - run.min };
        if run.greed == Greed::Lazy {
            return self.lazily::<U>(number, low, left);
        }
        let high = self.take::<U>(run, low, left);
        self.tire(high - at);
        if run.greed == Greed::Possessive {
            return Ok(Some(high));
        }
        let Some(at) = self.settle::<U>(run, low, high) else { return Ok(None) };
        if at > low {
            self.push(Frame::Fewer { run: number, low, high: at })?;
        }
        Ok(Some(at))
    }

    /// Where the characters that a run has to take end.
    #[inline(always)]
    fn least<U: Unit>(&self, run: &Run, mut at: usize) -> Option<usize> {
        if run.min > 1 && U::BYTE && run.shape != Shape::Set {
            let end = at.checked_add(run.min as usize).filter(|end| *end <= self.text.len())?;
            return (self.take::<U>(run, at, run.min) == end).then_some(end);
        }
        let set = &self.program.sets[run.set as usize];
        for _ in 0..run.min {
            at = U::taken(set, self.codes, self.text, at)?;
        }
        Some(at)
    }

    /// Where up to `left` characters of a run end.
    #[inline(always)]
    fn take<U: Unit>(&self, run: &Run, at: usize, left: u32) -> usize {
        let text = self.text;
        match run.shape {
            Shape::All if left == MAX_REPEAT => text.len(),
            Shape::All => U::skip(text, at, left as usize),
            Shape::Not(byte) if left == MAX_REPEAT => {
                memchr(byte, &text[at..]).map_or(text.len(), |found| at + found)
            }
            Shape::Not(byte) if U::BYTE => {
                let end = U::skip(text, at, left as usize);
                memchr(byte, &text[at..end]).map_or(end, |found| at + found)
            }
            _ => {
                let set = &self.program.sets[run.set as usize];
                let (mut at, mut left) = (at, left);
                if left == MAX_REPEAT {
                    while let Some(next) = U::taken(set, self.codes, text, at) {
                        at = next;
                    }
                    return at;
                }
                while left > 0
                    && let Some(next) = U::taken(set, self.codes, text, at)
                {
                    at = next;
                    left -= 1;
                }
                at
            }
        }
    }

    /// The last place from `low` to `high` where what follows a run can go on.
    #[inline(always)]
    fn settle<U: Unit>(&self, run: &Run, low: usize, high: usize) -> Option<usize> {
        let text = self.text;
        match run.follow {
            Follow::Free => (low <= high).then_some(high),
            Follow::Byte(byte) => {
                if low > high {
                    return None;
                }
                memrchr(byte, &text[low..text.len().min(high + 1)]).map(|found| low + found)
            }
            Follow::Lit { at, length } => {
                let literal = &self.program.pool[at as usize..][..length as usize];
                let mut high = text.len().min(high + 1);
                while low <= high {
                    let found = low + memrchr(literal[0], &text[low..high])?;
                    if text[found..].starts_with(literal) {
                        return Some(found);
                    }
                    high = found;
                }
                None
            }
            Follow::Guard(guard) => {
                let guard = &self.program.guards[guard as usize];
                let mut at = high;
                while at >= low {
                    if guard[text.get(at).map_or(256, |byte| usize::from(*byte))] != 0 {
                        return Some(at);
                    }
                    if at == low {
                        break;
                    }
                    at = U::back(text, at);
                }
                None
            }
        }
    }

    /// The first place from `at` on where what follows a lazy run can go on, its own characters before it.
    fn lazily<U: Unit>(&mut self, number: u32, mut at: usize, mut left: u32) -> Step<Option<usize>> {
        let (program, text) = (self.program, self.text);
        let run = &program.runs[number as usize];
        let set = &program.sets[run.set as usize];
        let first = match run.follow {
            Follow::Byte(byte) => Some(byte),
            Follow::Lit { at, .. } => Some(program.pool[at as usize]),
            _ => None,
        };
        let begun = at;
        loop {
            if left == MAX_REPEAT
                && let Some(first) = first
            {
                match leap(run.shape, first, &text[at..]) {
                    Leap::To(found) => at += found,
                    Leap::Never => {
                        self.tire(text.len() - begun);
                        return Ok(None);
                    }
                    Leap::Unknown => {}
                }
            }
            let byte = text.get(at).map_or(256, |byte| usize::from(*byte));
            let fits = match run.follow {
                Follow::Free => true,
                Follow::Byte(own) => byte == usize::from(own),
                Follow::Lit { at: start, length } => {
                    text[at..].starts_with(&program.pool[start as usize..][..length as usize])
                }
                Follow::Guard(guard) => program.guards[guard as usize][byte] != 0,
            };
            if fits {
                self.tire(at - begun);
                if left > 0 {
                    self.push(Frame::More { run: number, left, at })?;
                }
                return Ok(Some(at));
            }
            let next = if left == 0 { None } else { U::taken(set, self.codes, text, at) };
            match next {
                Some(next) => at = next,
                None => {
                    self.tire(at - begun);
                    return Ok(None);
                }
            }
            if left != MAX_REPEAT {
                left -= 1;
            }
        }
    }

    /// Where a text like that of a group ends.
    fn same<U: Unit>(&self, group: u32, fold: Fold, at: usize) -> Option<usize> {
        let (start, end) = self.scratch.group(group as usize + 1)?;
        let text = self.text;
        if fold == Fold::None {
            let length = end - start;
            return (text.len() - at >= length && text[start..end] == text[at..at + length])
                .then_some(at + length);
        }
        let (mut own, mut at) = (start, at);
        while own < end {
            let (one, next) = U::next(text, own)?;
            let (other, after) = U::next(text, at)?;
            if one != other && folded(fold, one) != folded(fold, other) {
                return None;
            }
            (own, at) = (next, after);
        }
        Some(at)
    }
}

/// What is known about the next place of a byte that follows a lazy run.
enum Leap {
    To(usize),
    Never,
    Unknown,
}

/// Looks for the byte that follows a lazy run of a simple shape.
#[inline(always)]
fn leap(shape: Shape, first: u8, text: &[u8]) -> Leap {
    let found = match shape {
        Shape::All => memchr(first, text),
        Shape::Not(byte) => memchr2(first, byte, text).filter(|found| text[*found] == first),
        Shape::Set => return Leap::Unknown,
    };
    found.map_or(Leap::Never, Leap::To)
}

#[cold]
#[inline(never)]
fn grow(frames: &mut Vec<Frame>) -> Step<()> {
    if frames.len() >= MOST_FRAMES {
        return Err(Halt::Memory);
    }
    frames.try_reserve(frames.len().max(64)).map_err(|_| Halt::Memory)
}

#[inline(always)]
fn is_at<U: Unit>(place: Place, text: &[u8], at: usize) -> bool {
    match place {
        Place::Beginning => at == 0,
        Place::BeginningLine => at == 0 || text[at - 1] == b'\n',
        Place::End => at == text.len() || at + 1 == text.len() && text[at] == b'\n',
        Place::EndLine => text.get(at).is_none_or(|byte| *byte == b'\n'),
        Place::EndString => at == text.len(),
        Place::Boundary => is_boundary::<U>(text, at, is_ascii_word),
        Place::NonBoundary => !is_boundary::<U>(text, at, is_ascii_word),
        Place::UniBoundary => is_boundary::<U>(text, at, is_word),
        Place::UniNonBoundary => !is_boundary::<U>(text, at, is_word),
    }
}

fn is_ascii_word(point: u32) -> bool {
    point < 0x80 && is_word(point)
}

#[inline(always)]
fn is_boundary<U: Unit>(text: &[u8], at: usize, word: fn(u32) -> bool) -> bool {
    let before = U::before(text, at).is_some_and(|(point, _)| word(point));
    let after = U::next(text, at).is_some_and(|(point, _)| word(point));
    before != after
}
