//! The forms in which the machine runs instructions: those that can be told from the words alone, chosen when code is loaded.
//!
//! # Invariants
//!
//! 1. A form of two instructions stands in the first word of the first; the second stays as it is, for jumps to it and for the
//!    general way, which does the first alone and goes on with the second.
//! 2. `Op::plain` gives the compiler's instruction of a form; nothing but the first byte of an instruction changes.

use std::cell::UnsafeCell;

use crate::runtime::bytecode::ops::Op;
use crate::runtime::interp::dispatch::At;
use crate::runtime::interp::function::GENERATOR_KINDS;
use crate::runtime::value::{Value, is_plain_float_bits};

/// Code as the machine runs it.
pub fn loaded(words: &[u32], consts: &[Value], code_flags: u32, locals: usize) -> Box<[UnsafeCell<u32>]> {
    let shape = Shape { moves: code_flags & GENERATOR_KINDS != 0, locals };
    let mut loaded: Box<[UnsafeCell<u32>]> = words.iter().map(|word| UnsafeCell::new(*word)).collect();
    let mut at = 0;
    while let Some(op) = words.get(at).and_then(|word| Op::decode(*word)) {
        let form = form(words, at, op, consts, &shape);
        *loaded[at].get_mut() = words[at] & !0xff | form as u32;
        if matches!(op, Op::Call | Op::CallMethod) && a(words[at]) == b(words[at]) {
            *loaded[at + 1].get_mut() = if is_dropped(words, at) { DROPS } else { IN_PLACE };
        }
        at += op.words();
    }
    loaded
}

/// What the forms depend on besides the words.
struct Shape {
    /// The code belongs to a generator, whose calls move their arguments.
    moves: bool,
    /// Number of locals.
    locals: usize,
}

/// A call's extra word: its result takes the callable's place. (No index of a constant, which calls with keywords have there.)
pub const IN_PLACE: u32 = u32::MAX;

/// A call's extra word: its result is cleared at once.
pub const DROPS: u32 = u32::MAX - 1;

/// Does a `Clear` of the result follow a call?
fn is_dropped(words: &[u32], at: usize) -> bool {
    let clear = Op::Clear as u32 | u32::from(a(words[at]) as u8) << 8;
    words.get(at + 2).is_some_and(|next| next & 0xffff == clear)
}

/// Operand A of an instruction's first word.
fn a(word: u32) -> i8 {
    (word >> 8) as i8
}

/// Operand B.
fn b(word: u32) -> i8 {
    (word >> 16) as i8
}

/// Operand C.
fn c(word: u32) -> i8 {
    (word >> 24) as i8
}

/// The form of an instruction.
fn form(words: &[u32], at: usize, op: Op, consts: &[Value], shape: &Shape) -> Op {
    let word = words[at];
    let next = words.get(at + op.words()).copied().unwrap_or(0);
    match op {
        _ if op.negated() as u8 != op as u8 => {
            if c(word) == 0 {
                op.negated()
            } else {
                op
            }
        }
        Op::Move if is_local_move(word) => {
            if Op::decode(next) == Some(Op::Move) && is_local_move(next) {
                Op::MoveLocals
            } else {
                Op::MoveLocal
            }
        }
        Op::LoadInt if a(word) >= 0 => Op::LoadIntTemp,
        Op::LoadConst if a(word) >= 0 => {
            let value = consts.get((word >> 16) as usize);
            match value.filter(|value| is_plain_float_bits(value.to_bits())) {
                Some(_) => with_float(a(word), next).unwrap_or(Op::LoadConstTemp),
                None => Op::LoadConstTemp,
            }
        }
        Op::JumpBack => {
            let target = (at as i64 + 1 + i64::from(word as i32 >> 8)) as usize;
            let loops = words.get(target).is_some_and(|word| Op::decode(*word) == Some(Op::ForIter));
            if loops { Op::JumpBackIter } else { op }
        }
        Op::Call if shape.moves => Op::CallMoving,
        Op::CallMethod if shape.moves => Op::CallMethodMoving,
        Op::Return | Op::ReturnNone if !shape.moves => match (op, shape.locals) {
            (Op::Return, 1) => Op::Return1,
            (Op::Return, 2) => Op::Return2,
            (Op::ReturnNone, 1) => Op::ReturnNone1,
            (Op::ReturnNone, 2) => Op::ReturnNone2,
            _ => op,
        },
        Op::Add if a(word) >= 0 => Op::AddTemp,
        Op::Sub if a(word) >= 0 => Op::SubTemp,
        Op::Mul if a(word) >= 0 => Op::MulTemp,
        Op::TrueDiv if a(word) >= 0 => Op::TrueDivTemp,
        Op::AddI if a(word) >= 0 => Op::AddITemp,
        Op::SubI if a(word) >= 0 => Op::SubITemp,
        _ => op,
    }
}

/// Does a `Move` write a local's value into a temporary?
fn is_local_move(word: u32) -> bool {
    a(word) >= 0 && b(word) < 0
}

/// The form of a constant in a temporary and the arithmetic that follows, which uses it up as one of its operands.
fn with_float(temp: i8, next: u32) -> Option<Op> {
    let (first, second) = (b(next) == temp, c(next) == temp);
    match (Op::decode(next)?, first, second) {
        (Op::Add | Op::IAdd, true, false) => Some(Op::FloatAdd),
        (Op::Sub | Op::ISub, true, false) => Some(Op::FloatSub),
        (Op::Mul | Op::IMul, true, false) => Some(Op::FloatMul),
        (Op::TrueDiv, true, false) => Some(Op::FloatDiv),
        (Op::Add | Op::IAdd, false, true) => Some(Op::AddFloat),
        (Op::Sub | Op::ISub, false, true) => Some(Op::SubFloat),
        (Op::Mul | Op::IMul, false, true) => Some(Op::MulFloat),
        (Op::TrueDiv, false, true) => Some(Op::DivFloat),
        _ => None,
    }
}

/// Gives the instruction that runs another form.
#[inline(always)]
pub fn rewrite(at: At, form: Op) {
    debug_assert!(Op::decode(at.word()).is_some_and(|old| old.plain() == form.plain()));
    // SAFETY: the first word stands before the address; words lie in `UnsafeCell`s.
    unsafe { *at.pc.sub(1).cast_mut() = at.word() & !0xff | form as u32 }
}
