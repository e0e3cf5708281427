//! Checks the invariants of finished code, by walking every path with the state of its temporaries.
//!
//! A temporary is *dead*, *live*, or *maybe* live where paths disagree or an exception interrupted the instruction that
//! uses it up. Nothing may read a temporary that is not live. Where an instruction writes a temporary that holds something,
//! the old value is dropped, but for those of `Op::writes_dead`, which the machine does without a look at the old one.
//! A jump may not skip the clearing of a temporary: where paths meet, a temporary that is live on one and dead on the
//! other is an error (invariant 1), except after an exception and behind `Clear`, which frees what is maybe live.

use std::collections::HashMap;

use super::code::{CodeData, Const, flags};
use super::disasm::{Decoded, decode, instruction};
use super::ops::{Extra, FRAME_HEADER, Op, Operand, Part};

/// State of a temporary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Temp {
    Dead,
    Live,
    Maybe,
}

/// Temporaries that are not dead.
type State = HashMap<usize, Temp>;

struct Verifier<'a> {
    code: &'a CodeData,
    /// The constants are looked at too.
    constants: bool,
    insns: HashMap<usize, Decoded>,
    states: HashMap<usize, State>,
    work: Vec<usize>,
}

/// Checks a code and those inside it; the error tells what is wrong where.
pub fn verify(code: &CodeData) -> Result<(), String> {
    verify_as(code, true)
}

/// As [`verify`], for code whose constants are values already: the caller looks at those that instructions name.
pub fn verify_without_constants(code: &CodeData) -> Result<(), String> {
    verify_as(code, false)
}

fn verify_as(code: &CodeData, constants: bool) -> Result<(), String> {
    head(code).map_err(|error| format!("{} in {}: {error}", code.qualname, code.filename))?;
    let (insns, states) = (HashMap::new(), HashMap::new());
    let mut verifier = Verifier { code, constants, insns, states, work: Vec::new() };
    verifier.run().map_err(|error| format!("{} in {}: {error}", code.qualname, code.filename))?;
    for value in &code.consts {
        if let Const::Code(inner) = value {
            verify(inner)?;
        }
    }
    Ok(())
}

/// What stands before the instructions: parameters are locals, constants are what their kind says.
fn head(code: &CodeData) -> Result<(), String> {
    let extra = [flags::VARARGS, flags::VARKEYWORDS].iter().filter(|bit| code.flags & **bit != 0).count();
    let parameters = u64::from(code.arg_count) + u64::from(code.kwonly_count) + extra as u64;
    if parameters > code.locals.len() as u64 || code.posonly_count > code.arg_count {
        return Err(format!("{parameters} parameters in {} locals", code.locals.len()));
    }
    // Registers are named by signed 16-bit numbers at most.
    if code.temps as usize + FRAME_HEADER > i16::MAX as usize {
        return Err(format!("{} temporaries", code.temps));
    }
    code.consts.iter().try_for_each(constant)
}

fn constant(value: &Const) -> Result<(), String> {
    const SMALL: std::ops::RangeInclusive<i64> = i64::MIN >> 1..=i64::MAX >> 1;
    match value {
        Const::Int(number) if !SMALL.contains(number) => Err(format!("{number} as a small int")),
        Const::BigInt(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let fine = match digits.strip_prefix("0x") {
                Some(digits) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
                None => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
            };
            if fine { Ok(()) } else { Err(format!("{text:?} as an int")) }
        }
        Const::Str(text) if !is_wtf8(text) => Err("malformed text".to_owned()),
        Const::Tuple(items) | Const::FrozenSet(items) => items.iter().try_for_each(constant),
        Const::Slice(parts) => parts.iter().try_for_each(constant),
        _ => Ok(()),
    }
}

/// UTF-8 in which surrogates may stand.
fn is_wtf8(mut text: &[u8]) -> bool {
    while let Err(error) = std::str::from_utf8(text) {
        match text[error.valid_up_to()..] {
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] => text = &text[error.valid_up_to() + 3..],
            _ => return false,
        }
    }
    true
}

/// Number of registers in an instruction's run.
fn run_length(insn: &Decoded) -> usize {
    let number = |index: usize| insn.operands.get(index).map_or(0, |o| o.1 as usize);
    let c = number(2);
    match insn.op {
        Op::Spill | Op::Unspill | Op::Raise => number(1),
        Op::LoadMethod | Op::BeforeWith | Op::BeforeAsyncWith | Op::Intrinsic2 | Op::MatchClass => 2,
        Op::LoadSuperAttr | Op::LoadSuperMethod | Op::SubscrSlice | Op::StoreSlice => 3,
        Op::BuildSlice | Op::BuildTuple | Op::BuildList | Op::BuildSet | Op::BuildString => c,
        Op::BuildMap => 2 * c,
        Op::BuildInterpolation => 2 + usize::from(c & 4 != 0),
        Op::UnpackSequence | Op::UnpackMoves | Op::UnpackPlain => c,
        Op::UnpackEx => c + 1 + insn.extras.first().map_or(0, |e| e.1 as usize),
        Op::MakeFunction => (c as u32).count_ones() as usize,
        Op::Call | Op::CallKw => c + 1,
        Op::CallMethod | Op::CallMethodKw => c + 2,
        Op::CallEx => 2 + usize::from(c != 0),
        _ => 1,
    }
}

/// Number of registers an instruction writes.
fn write_length(insn: &Decoded) -> usize {
    match insn.op {
        Op::LoadSuperMethod => 2,
        _ => run_length(insn),
    }
}

fn falls_through(op: Op) -> bool {
    !matches!(
        op,
        Op::Jump | Op::JumpBack | Op::Return | Op::ReturnNone | Op::Raise | Op::Reraise | Op::EndAsyncFor
    )
}

impl Verifier<'_> {
    fn run(&mut self) -> Result<(), String> {
        let words = &self.code.words;
        let mut at = 0;
        while at < words.len() {
            let insn = decode(words, at).ok_or_else(|| format!("word {at}: no instruction"))?;
            self.constants(&insn)?;
            at = insn.end();
            self.insns.insert(insn.at, insn);
        }
        for handler in &self.code.handlers {
            let ends =
                handler.end as usize == words.len() || self.insns.contains_key(&(handler.end as usize));
            let fine = ends
                && handler.start < handler.end
                && self.insns.contains_key(&(handler.start as usize))
                && self.insns.contains_key(&(handler.target as usize))
                && handler.exc_temp >= handler.depth
                && u32::from(handler.exc_temp) < self.code.temps;
            if !fine {
                return Err(format!("handler {handler:?}"));
            }
        }
        self.reach(0, State::new(), false)?;
        while let Some(at) = self.work.pop() {
            self.step(at).map_err(|error| match self.insns.get(&at) {
                Some(insn) => format!("word {at} ({}): {error}", instruction(self.code, insn)),
                None => error,
            })?;
        }
        Ok(())
    }

    fn constants(&self, insn: &Decoded) -> Result<(), String> {
        let (consts, names) = (self.code.consts.len(), self.code.names.len());
        if insn.op.is_quick() {
            return Err(format!("word {}: {} is the machine's own", insn.at, insn.op.name()));
        }
        let number = insn.operands.get(2).map_or(0, |operand| operand.1 as usize);
        let extra = insn.extras.iter().find(|(extra, _)| *extra == Extra::Const);
        let constant = extra.and_then(|(_, at)| self.code.consts.get(*at as usize));
        let fits = match insn.op {
            // Who has free variables is given their cells.
            Op::MakeFunction | Op::CallKw | Op::CallMethodKw if !self.constants => true,
            Op::MakeFunction => match constant {
                Some(Const::Code(code)) => {
                    code.free_vars.is_empty() == (number & Part::Closure as usize == 0)
                        && number < 2 * Part::Closure as usize
                }
                _ => false,
            },
            Op::CallKw | Op::CallMethodKw => match constant {
                Some(Const::Tuple(names)) => {
                    names.len() <= number && names.iter().all(|name| matches!(name, Const::Str(_)))
                }
                _ => false,
            },
            Op::LoadFree | Op::StoreFree | Op::DeleteFree | Op::LoadFreeCell => {
                insn.operands.iter().all(|(operand, value)| {
                    *operand != Operand::N16 || (*value as usize) < self.code.free_vars.len()
                })
            }
            _ => true,
        };
        if !fits {
            return Err(format!("word {}: {} with a wrong operand", insn.at, insn.op.name()));
        }
        for &(operand, value) in &insn.operands {
            let fine = match operand {
                Operand::Const16 => (value as usize) < consts,
                Operand::Name16 => (value as usize) < names,
                _ => true,
            };
            if !fine {
                return Err(format!("word {}: operand {value} out of range", insn.at));
            }
        }
        for &(extra, value) in &insn.extras {
            let fine = match extra {
                Extra::Const => (value as usize) < consts,
                Extra::Name => (value as usize) < names,
                _ => true,
            };
            if !fine {
                return Err(format!("word {}: extra {value} out of range", insn.at));
            }
        }
        Ok(())
    }

    /// Merges a state into that of an instruction.
    fn reach(&mut self, at: usize, state: State, by_exception: bool) -> Result<(), String> {
        if !self.insns.contains_key(&at) {
            return Err(format!("control reaches word {at}"));
        }
        let Some(mut old) = self.states.get(&at).cloned() else {
            self.states.insert(at, state);
            self.work.push(at);
            return Ok(());
        };
        let mut changed = false;
        let keys: Vec<usize> = old.keys().chain(state.keys()).copied().collect();
        for key in keys {
            let a = old.get(&key).copied().unwrap_or(Temp::Dead);
            let b = state.get(&key).copied().unwrap_or(Temp::Dead);
            if a == b {
                continue;
            }
            if a != Temp::Maybe && b != Temp::Maybe && !by_exception && !self.cleared_later(at, key) {
                return Err(format!("t{key} is {a:?} or {b:?} at word {at}"));
            }
            if a != Temp::Maybe {
                old.insert(key, Temp::Maybe);
                changed = true;
            }
        }
        if changed {
            self.states.insert(at, old);
            self.work.push(at);
        }
        Ok(())
    }

    /// Whether a chain of `Clear`s from `at` on clears a temporary.
    fn cleared_later(&self, mut at: usize, key: usize) -> bool {
        while let Some(insn) = self.insns.get(&at) {
            if !matches!(insn.op, Op::Clear | Op::DeleteFar) {
                return false;
            }
            if insn.operands.iter().any(|o| o.1 == (FRAME_HEADER + key) as i64) {
                return true;
            }
            at = insn.end();
        }
        false
    }

    /// The temporary that an operand names; far registers count as well.
    fn temp(&self, relative: i64) -> Result<Option<usize>, String> {
        if relative < -(self.code.locals.len() as i64) {
            return Err(format!("register {relative} is no local"));
        }
        if relative < 0 {
            return Ok(None);
        }
        match usize::try_from(relative - FRAME_HEADER as i64) {
            Ok(temp) if temp < self.code.temps as usize => Ok(Some(temp)),
            _ => Err(format!("register {relative} is no temporary")),
        }
    }

    fn read(&self, state: &State, temp: usize) -> Result<(), String> {
        match state.get(&temp) {
            Some(Temp::Live) => Ok(()),
            other => Err(format!("t{temp} is read but {other:?}")),
        }
    }

    fn step(&mut self, at: usize) -> Result<(), String> {
        let Some(insn) = self.insns.get(&at).cloned() else { return Ok(()) };
        let mut state = self.states.get(&at).cloned().unwrap_or_default();
        let before = state.clone();
        let op = insn.op;
        let mut writes: Vec<usize> = Vec::new();
        let mut used: Vec<usize> = Vec::new();
        for &(operand, value) in &insn.operands {
            match operand {
                Operand::D => writes.extend(self.temp(value)?),
                Operand::U if op == Op::Clear => used.extend(self.temp(value)?),
                Operand::U => {
                    if let Some(temp) = self.temp(value)? {
                        self.read(&state, temp)?;
                        used.push(temp);
                    }
                }
                Operand::K | Operand::M => {
                    if let Some(temp) = self.temp(value)? {
                        self.read(&state, temp)?;
                    }
                }
                Operand::R => {
                    for i in 0..run_length(&insn) {
                        let temp = self.temp(value + i as i64)?.ok_or("run below the base")?;
                        self.read(&state, temp)?;
                        used.push(temp);
                    }
                }
                Operand::W => {
                    for i in 0..write_length(&insn) {
                        writes.push(self.temp(value + i as i64)?.ok_or("run below the base")?);
                    }
                }
                Operand::Far16 => {
                    if let Some(temp) = self.temp(value)? {
                        match op {
                            Op::StoreFar => writes.push(temp),
                            Op::TakeFar => {
                                self.read(&state, temp)?;
                                used.push(temp);
                            }
                            // What `Clear` is for near ones.
                            Op::DeleteFar => used.push(temp),
                            _ => self.read(&state, temp)?,
                        }
                    }
                }
                _ => {}
            }
        }
        // Where the two kinds of state after the instruction differ from one another.
        let mut jumped = None;
        for &temp in &used {
            state.remove(&temp);
        }
        match op {
            Op::ForIter => {
                let mut end = state.clone();
                if let Some(iter) = self.temp(insn.operands[1].1)? {
                    end.remove(&iter);
                }
                jumped = Some(end);
            }
            Op::JumpIfTrueKeep | Op::JumpIfFalseKeep => {
                jumped = Some(state.clone());
                if let Some(temp) = self.temp(insn.operands[0].1)? {
                    state.remove(&temp);
                }
            }
            Op::YieldFrom => {
                if let Some(iter) = self.temp(insn.operands[1].1)? {
                    state.remove(&iter);
                }
            }
            _ => {}
        }
        for &temp in &writes {
            if let Some(old) = state.insert(temp, Temp::Live)
                && op.writes_dead()
            {
                return Err(format!("t{temp} is written but {old:?}"));
            }
        }
        if let Some(target) = insn.target {
            let target = usize::try_from(target).map_err(|_| "jump before the start".to_owned())?;
            self.reach(target, jumped.unwrap_or_else(|| state.clone()), false)?;
        }
        self.exception(at, before, &used)?;
        if falls_through(op) {
            self.reach(insn.end(), state, false)?;
        }
        Ok(())
    }

    fn exception(&mut self, at: usize, mut before: State, used: &[usize]) -> Result<(), String> {
        let covering =
            self.code.handlers.iter().find(|h| (h.start as usize..h.end as usize).contains(&at)).copied();
        let Some(handler) = covering else { return Ok(()) };
        for temp in used {
            before.insert(*temp, Temp::Maybe);
        }
        before.retain(|&temp, _| temp < usize::from(handler.depth));
        before.insert(usize::from(handler.exc_temp), Temp::Live);
        self.reach(handler.target as usize, before, true)
    }
}
