//! Far registers: rewrites instructions whose operands a signed byte cannot name.
//!
//! A unit with many locals gets the most used ones nearest to the base. A *scratch* window of near temporaries stands
//! behind the near temporaries of the unit; operands in far registers travel through it. Temporaries that statements
//! hold (iterators, exit functions) have low numbers and stay near, so handlers always drop the scratch window.

use super::super::bytecode::ops::{NEAR_LOCALS, NEAR_TEMPS, Op, Operand};
use super::emit::{Insn, Label, Reg, local_reg, reg_local};
use super::unit::Unit;

/// Near temporaries set aside where far registers occur.
const SCRATCH: u32 = 48;

/// Longest run of temporaries that an instruction may use, so that it fits the scratch window.
pub const MAX_RUN: usize = 40;

struct Lower {
    locals: u32,
    /// First temporary of the scratch window; those from here on are moved behind it.
    scratch: u32,
    out: Vec<Insn>,
}

/// Rewrites a unit with far registers; units without are left as they are.
pub fn lower(unit: &mut Unit) {
    let many_locals = unit.locals.len() > NEAR_LOCALS;
    if !many_locals && unit.max_height as usize <= NEAR_TEMPS {
        return;
    }
    if many_locals {
        order_by_use(unit);
    }
    let scratch = unit.max_height.min(NEAR_TEMPS as u32 - SCRATCH);
    let mut lower = Lower { locals: unit.locals.len() as u32, scratch, out: Vec::new() };
    let mut moved = Vec::with_capacity(unit.insns.len() + 1);
    for insn in &unit.insns {
        moved.push(lower.out.len() as u32);
        lower.insn(*insn);
    }
    moved.push(lower.out.len() as u32);
    unit.insns = lower.out;
    for label in &mut unit.labels {
        if *label != u32::MAX {
            *label = moved[*label as usize];
        }
    }
    for handler in &mut unit.handlers {
        for temp in [&mut handler.depth, &mut handler.exc_temp] {
            if *temp >= scratch {
                *temp += SCRATCH;
            }
        }
    }
    unit.max_height = unit.max_height.max(scratch) + SCRATCH;
}

/// Gives the locals that are not parameters an order by use, the most used last (nearest to the base). Cells come first in any case:
/// see `assemble::order_locals`.
fn order_by_use(unit: &mut Unit) {
    let count = unit.locals.len();
    let mut weight = vec![0u32; count];
    for insn in &unit.insns {
        for (operand, value) in insn.op.operands().iter().zip([insn.a, insn.b, insn.c]) {
            if is_register(*operand)
                && let Some(local) = reg_local(value)
            {
                weight[local as usize] += 1;
            }
        }
    }
    let params = unit.param_count as usize;
    let mut order: Vec<usize> = (params..count).collect();
    order.sort_by_key(|&local| (!unit.locals[local].is_cell, weight[local]));
    let mut place: Vec<u32> = (0..count as u32).collect();
    let mut locals = unit.locals[..params].to_vec();
    for (at, &local) in order.iter().enumerate() {
        place[local] = (params + at) as u32;
        locals.push(unit.locals[local].clone());
    }
    unit.locals = locals;
    for insn in &mut unit.insns {
        let operands = insn.op.operands();
        for (at, value) in [&mut insn.a, &mut insn.b, &mut insn.c].into_iter().enumerate() {
            if operands.get(at).is_some_and(|&operand| is_register(operand))
                && let Some(local) = reg_local(*value)
            {
                *value = local_reg(place[local as usize]);
            }
        }
    }
}

fn is_register(operand: Operand) -> bool {
    matches!(operand, Operand::D | Operand::U | Operand::K | Operand::M | Operand::R | Operand::W)
}

impl Lower {
    /// The register relative to the base if an operand cannot name it.
    fn far(&self, reg: Reg) -> Option<i32> {
        match reg_local(reg) {
            Some(local) => {
                let relative = local as i32 - self.locals as i32;
                (relative < -(NEAR_LOCALS as i32)).then_some(relative)
            }
            None => {
                let temp = self.place(reg);
                let near = temp < NEAR_TEMPS as i32;
                (!near).then_some(super::super::bytecode::ops::FRAME_HEADER as i32 + temp)
            }
        }
    }

    fn place(&self, temp: Reg) -> Reg {
        if temp >= self.scratch as i32 { temp + SCRATCH as i32 } else { temp }
    }

    fn near(&self, reg: Reg) -> Reg {
        if reg < 0 { reg } else { self.place(reg) }
    }

    fn push(&mut self, like: &Insn, op: Op, a: i32, b: i32, c: i32, x: u32) {
        self.out.push(Insn { op, a, b, c, x: [x, 0], to: Label::NONE, ..*like });
    }

    fn insn(&mut self, insn: Insn) {
        let operands = insn.op.operands();
        let values = [insn.a, insn.b, insn.c];
        let far_of = |me: &Self, at: usize| {
            operands.get(at).filter(|&&o| is_register(o)).and_then(|_| me.far(values[at]))
        };
        // Instructions that have a far form of their own.
        if let Some(far) = far_of(self, 0) {
            let own = match insn.op {
                Op::CheckBound => Some(Op::CheckBoundFar),
                Op::MakeCell => Some(Op::MakeCellFar),
                Op::DeleteFast => {
                    self.push(&insn, Op::CheckBoundFar, 0, far, 0, 0);
                    Some(Op::DeleteFar)
                }
                Op::Clear => Some(Op::DeleteFar),
                Op::JumpIfTrueKeep | Op::JumpIfFalseKeep => {
                    let scratch = self.scratch as i32;
                    let jump = if insn.op == Op::JumpIfTrueKeep { Op::JumpIfTrue } else { Op::JumpIfFalse };
                    self.push(&insn, Op::LoadFar, scratch, far, 0, 0);
                    self.out.push(Insn { op: jump, a: scratch, ..insn });
                    self.push(&insn, Op::TakeFar, scratch, far, 0, 0);
                    self.push(&insn, Op::Clear, scratch, 0, 0, 0);
                    return;
                }
                _ => None,
            };
            if let Some(op) = own {
                self.push(&insn, op, 0, far, 0, 0);
                return;
            }
        }
        let mut next = self.scratch as i32;
        let mut new = insn;
        let mut after: Vec<Insn> = Vec::new();
        for (at, &operand) in operands.iter().enumerate() {
            if !is_register(operand) {
                continue;
            }
            let reg = values[at];
            let mut target = self.near(reg);
            let run = if matches!(operand, Operand::R | Operand::W) { run_length(&insn) } else { 1 };
            let last_far = run > 0 && self.far(reg + run as i32 - 1).is_some();
            if matches!(operand, Operand::R | Operand::W) {
                // A run that reaches into the scratch window or beyond is moved as a whole.
                let straddles = reg >= 0 && reg + run as i32 > self.scratch as i32;
                if run == 0 {
                    target = if straddles || last_far { next } else { target };
                } else if straddles {
                    target = next;
                    next += run as i32;
                    for i in 0..run as i32 {
                        let from = reg + i;
                        let like = insn;
                        if operand == Operand::R {
                            match self.far(from) {
                                Some(far) => self.push(&like, Op::TakeFar, target + i, far, 0, 0),
                                None => self.push(&like, Op::Move, target + i, self.near(from), 0, 0),
                            }
                        } else {
                            let (op, a, b) = match self.far(from) {
                                Some(far) => (Op::StoreFar, target + i, far),
                                None => (Op::Move, self.near(from), target + i),
                            };
                            after.push(Insn { op, a, b, c: 0, x: [0, 0], to: Label::NONE, ..insn });
                        }
                    }
                }
            } else if let Some(far) = self.far(reg) {
                target = next;
                next += 1;
                let is_local = reg < 0;
                match operand {
                    Operand::D => {
                        after.push(Insn {
                            op: Op::StoreFar,
                            a: target,
                            b: far,
                            c: 0,
                            x: [0, 0],
                            to: Label::NONE,
                            ..insn
                        });
                    }
                    Operand::U => {
                        let load = if is_local { Op::LoadFar } else { Op::TakeFar };
                        self.push(&insn, load, target, far, 0, 0);
                    }
                    Operand::K | Operand::M => {
                        let load = if is_local { Op::LoadFar } else { Op::TakeFar };
                        self.push(&insn, load, target, far, 0, 0);
                        let (op, a, b) = match (is_local, operand) {
                            (true, Operand::K) => (Op::Clear, target, 0),
                            _ => (Op::StoreFar, target, far),
                        };
                        // The iterator of a delegation is used up.
                        if insn.op != Op::YieldFrom {
                            after.push(Insn { op, a, b, c: 0, x: [0, 0], to: Label::NONE, ..insn });
                        }
                    }
                    _ => {}
                }
            }
            match at {
                0 => new.a = target,
                1 => new.b = target,
                _ => new.c = target,
            }
        }
        self.out.push(new);
        self.out.extend(after);
    }
}

/// How many registers the run of an instruction has.
pub fn run_length(insn: &Insn) -> usize {
    let c = insn.c as usize;
    match insn.op {
        Op::Spill | Op::Unspill | Op::Raise => insn.b as usize,
        Op::LoadMethod | Op::BeforeWith | Op::BeforeAsyncWith | Op::Intrinsic2 | Op::MatchClass => 2,
        Op::LoadSuperAttr | Op::LoadSuperMethod | Op::SubscrSlice | Op::StoreSlice => 3,
        Op::BuildSlice => c,
        Op::BuildTuple | Op::BuildList | Op::BuildSet | Op::BuildString => c,
        Op::BuildMap => 2 * c,
        Op::BuildInterpolation => {
            if c & 4 != 0 {
                3
            } else {
                2
            }
        }
        Op::UnpackSequence => c,
        Op::UnpackEx => c + 1 + insn.x[0] as usize,
        Op::MakeFunction => (c as u32).count_ones() as usize,
        Op::Call | Op::CallKw => c + 1,
        Op::CallMethod | Op::CallMethodKw => c + 2,
        Op::CallEx => 2 + usize::from(c != 0),
        _ => 1,
    }
}
