//! Flow analysis of a unit: unreachable instructions and needless `CheckBound`s are dropped.

use super::super::bytecode::ops::{Op, Operand};
use super::emit::{Insn, Label, NO_HANDLER, is_terminal, reg_local};
use super::unit::Unit;

/// A set of locals.
type Bits = Vec<u64>;

struct Flow<'u, 'a> {
    unit: &'u Unit<'a>,
    /// First instruction of each block.
    starts: Vec<usize>,
    /// Block of each instruction that starts one.
    block_at: Vec<u32>,
    /// Locals that are certainly bound when a block begins; `None` while it is not known to be reachable.
    bound: Vec<Option<Bits>>,
    work: Vec<usize>,
}

fn has(bits: &Bits, local: u32) -> bool {
    bits[local as usize / 64] >> (local % 64) & 1 != 0
}

fn set(bits: &mut Bits, local: u32, on: bool) {
    let mask = 1 << (local % 64);
    if on {
        bits[local as usize / 64] |= mask;
    } else {
        bits[local as usize / 64] &= !mask;
    }
}

/// The local that an instruction writes, or unbinds (`false`).
fn effect(insn: &Insn) -> Option<(u32, bool)> {
    match insn.op {
        Op::DeleteFast | Op::Clear => reg_local(insn.a).map(|local| (local, false)),
        Op::CheckBound | Op::MakeCell => reg_local(insn.a).map(|local| (local, true)),
        op => match op.operands().first() {
            Some(Operand::D) => reg_local(insn.a).map(|local| (local, true)),
            _ => None,
        },
    }
}

/// Drops what is never executed and the checks that always succeed.
pub fn optimize(unit: &mut Unit) {
    let keep = {
        let mut flow = Flow::new(unit);
        flow.run();
        flow.kept()
    };
    // Old index → new index, for the labels.
    let mut moved = Vec::with_capacity(keep.len() + 1);
    let mut count = 0;
    for &kept in &keep {
        moved.push(count);
        count += u32::from(kept);
    }
    moved.push(count);
    let mut at = 0;
    unit.insns.retain(|_| {
        at += 1;
        keep[at - 1]
    });
    for label in &mut unit.labels {
        if *label != u32::MAX {
            *label = moved[*label as usize];
        }
    }
    drop_empty_jumps(unit);
}

/// Jumps to the next instruction go.
fn drop_empty_jumps(unit: &mut Unit) {
    let mut keep = vec![true; unit.insns.len()];
    for (at, insn) in unit.insns.iter().enumerate() {
        if insn.op == Op::Jump && unit.labels[insn.to.0 as usize] == at as u32 + 1 {
            keep[at] = false;
        }
    }
    if keep.iter().all(|&k| k) {
        return;
    }
    let mut moved = Vec::with_capacity(keep.len() + 1);
    let mut count = 0;
    for &kept in &keep {
        moved.push(count);
        count += u32::from(kept);
    }
    moved.push(count);
    let mut at = 0;
    unit.insns.retain(|_| {
        at += 1;
        keep[at - 1]
    });
    for label in &mut unit.labels {
        if *label != u32::MAX {
            *label = moved[*label as usize];
        }
    }
}

impl<'u, 'a> Flow<'u, 'a> {
    fn new(unit: &'u Unit<'a>) -> Flow<'u, 'a> {
        let count = unit.insns.len();
        let mut leader = vec![false; count + 1];
        leader[0] = true;
        for &label in &unit.labels {
            if label != u32::MAX {
                leader[label as usize] = true;
            }
        }
        for (at, insn) in unit.insns.iter().enumerate() {
            if insn.to != Label::NONE || is_terminal(insn.op) {
                leader[at + 1] = true;
            }
        }
        let starts: Vec<usize> = (0..count).filter(|&at| leader[at]).collect();
        let mut block_at = vec![u32::MAX; count];
        for (block, &start) in starts.iter().enumerate() {
            block_at[start] = block as u32;
        }
        let bound = vec![None; starts.len()];
        Flow { unit, starts, block_at, bound, work: Vec::new() }
    }

    fn reach(&mut self, insn: usize, bits: &Bits) {
        let Some(&block) = self.block_at.get(insn) else { return };
        let block = block as usize;
        match &mut self.bound[block] {
            Some(old) => {
                let mut changed = false;
                for (old, new) in old.iter_mut().zip(bits) {
                    changed |= *old & !new != 0;
                    *old &= new;
                }
                if changed {
                    self.work.push(block);
                }
            }
            slot => {
                *slot = Some(bits.clone());
                self.work.push(block);
            }
        }
    }

    fn label(&self, label: Label) -> usize {
        self.unit.labels[label.0 as usize] as usize
    }

    fn run(&mut self) {
        if self.starts.is_empty() {
            return;
        }
        let mut entry = vec![0; self.unit.locals.len().div_ceil(64).max(1)];
        for param in 0..self.unit.param_count {
            set(&mut entry, param, true);
        }
        self.reach(0, &entry);
        let unit = self.unit;
        while let Some(block) = self.work.pop() {
            let Some(mut bits) = self.bound[block].clone() else { continue };
            let end = self.starts.get(block + 1).copied().unwrap_or(unit.insns.len());
            let mut handler = NO_HANDLER;
            let mut falls = true;
            for insn in &unit.insns[self.starts[block]..end] {
                if insn.handler != handler {
                    handler = insn.handler;
                    self.reach_handler(handler, &bits);
                }
                if insn.to != Label::NONE {
                    self.reach(self.label(insn.to), &bits);
                }
                if let Some((local, on)) = effect(insn) {
                    set(&mut bits, local, on);
                    if !on {
                        self.reach_handler(handler, &bits);
                    }
                }
                falls = !is_terminal(insn.op);
            }
            if falls {
                self.reach(end, &bits);
            }
        }
    }

    fn reach_handler(&mut self, handler: u32, bits: &Bits) {
        if handler != NO_HANDLER {
            let target = self.unit.handlers[handler as usize].target;
            self.reach(self.label(target), bits);
        }
    }

    /// Which instructions stay.
    fn kept(&self) -> Vec<bool> {
        let unit = self.unit;
        let mut keep = vec![false; unit.insns.len()];
        for (block, &start) in self.starts.iter().enumerate() {
            let Some(mut bits) = self.bound[block].clone() else { continue };
            let end = self.starts.get(block + 1).copied().unwrap_or(unit.insns.len());
            for (insn, keep) in unit.insns[start..end].iter().zip(&mut keep[start..end]) {
                *keep = match (insn.op, reg_local(insn.a)) {
                    (Op::CheckBound, Some(local)) => !has(&bits, local),
                    (Op::Nop, _) => false,
                    (Op::Move, Some(_)) => insn.a != insn.b,
                    _ => true,
                };
                if let Some((local, on)) = effect(insn) {
                    set(&mut bits, local, on);
                }
            }
        }
        keep
    }
}
