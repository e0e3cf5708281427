//! The last step of a unit: registers become bytes, labels become offsets, instructions become words.

use super::super::bytecode::code::{CodeData, Handler, Local, Position};
use super::super::bytecode::encode::{is_wide, local_register, temp_register, word_24, word_a16, word_abc};
use super::super::bytecode::ops::{Extra, Op, Operand};
use super::emit::{Insn, Label, NO_HANDLER, local_reg, reg_local};
use super::names::Names;
use super::problem::{Outcome, ProblemKind, SyntaxProblem};
use super::source::{Source, Span};
use super::unit::Unit;
use super::{flow, regs};

/// Words of an instruction; `long` if its 16-bit jump does not reach.
fn size(insn: &Insn, long: bool) -> u32 {
    insn.op.words() as u32 + if long { 2 } else { 0 }
}

fn has_jump16(op: Op) -> bool {
    op.operands().contains(&Operand::Jump16)
}

/// Makes the code of a finished unit.
pub fn assemble(mut unit: Unit, names: &Names, source: &Source, filename: &str) -> Outcome<CodeData> {
    order_locals(&mut unit);
    flow::optimize(&mut unit);
    regs::lower(&mut unit);
    let (starts, long) = layout(&unit);
    let too_large = |what: &str| {
        Err(SyntaxProblem::new(
            ProblemKind::TooLarge,
            source,
            Span::NONE,
            format!("too many {what} in one code block"),
        ))
    };
    // Most instructions have a form for names further on; these have none.
    let far = |insn: &Insn| insn.op.operands().contains(&Operand::Name16) && insn.b > i32::from(u16::MAX);
    if unit.names.len() > usize::from(u16::MAX) && unit.insns.iter().any(far) {
        return too_large("names");
    }
    if unit.locals.len() > 30_000 || unit.max_height > 30_000 {
        return too_large("variables");
    }
    if starts.last().is_some_and(|&end| end >= 1 << 23) {
        return too_large("statements");
    }

    let mut words = Vec::with_capacity(*starts.last().unwrap_or(&0) as usize);
    let mut positions: Vec<Position> = Vec::new();
    let mut last_span = None;
    let mut handlers: Vec<Handler> = Vec::new();
    let locals = unit.locals.len();
    let target = |label: Label| i64::from(starts[unit.labels[label.0 as usize] as usize]);
    for (at, insn) in unit.insns.iter().enumerate() {
        let start = starts[at];
        if last_span != Some(insn.span) {
            last_span = Some(insn.span);
            positions.push(Position { start, ..source.position(insn.span) });
        }
        if insn.handler != NO_HANDLER {
            let info = unit.handlers[insn.handler as usize];
            let entry = Handler {
                start,
                end: starts[at + 1],
                target: target(info.target) as u32,
                depth: info.depth as u16,
                exc_temp: info.exc_temp as u16,
            };
            match handlers.last_mut() {
                Some(last)
                    if last.end == start
                        && (last.target, last.depth, last.exc_temp)
                            == (entry.target, entry.depth, entry.exc_temp) =>
                {
                    last.end = entry.end;
                }
                _ => handlers.push(entry),
            }
        }
        encode(insn, locals, long[at], i64::from(start), &target, &mut words);
    }
    debug_assert_eq!(words.len(), *starts.last().unwrap_or(&0) as usize);

    Ok(CodeData {
        name: (&*unit.name).into(),
        qualname: unit.qualname.into(),
        filename: filename.into(),
        flags: unit.flags,
        first_line: unit.first_line,
        arg_count: unit.arg_count,
        posonly_count: unit.posonly_count,
        kwonly_count: unit.kwonly_count,
        locals: unit
            .locals
            .iter()
            .map(|local| Local {
                name: (&*names.text(local.name)).into(),
                is_cell: local.is_cell,
                is_hidden: local.is_hidden,
            })
            .collect(),
        free_vars: unit.free.iter().map(|&name| (&*names.text(name)).into()).collect(),
        temps: unit.max_height,
        words,
        consts: unit.consts,
        names: unit.names.iter().map(|&name| (&*names.text(name)).into()).collect(),
        handlers,
        positions,
    })
}

/// Puts cells that are no arguments before the other locals: the order follows from the code's lists of variables and cells.
fn order_locals(unit: &mut Unit) {
    let args = unit.param_count as usize;
    let is_late = |at: usize| at >= args && !unit.locals[at].is_cell;
    let mut order: Vec<usize> = (0..unit.locals.len()).collect();
    order.sort_by_key(|&at| is_late(at));
    if order.is_sorted() {
        return;
    }
    let mut places = vec![0; order.len()];
    for (place, &at) in order.iter().enumerate() {
        places[at] = place as u32;
    }
    unit.locals = order.iter().map(|&at| unit.locals[at].clone()).collect();
    for insn in &mut unit.insns {
        for (operand, value) in insn.op.operands().iter().zip([&mut insn.a, &mut insn.b, &mut insn.c]) {
            if matches!(operand, Operand::D | Operand::U | Operand::K | Operand::M)
                && let Some(local) = reg_local(*value)
            {
                *value = local_reg(places[local as usize]);
            }
        }
    }
}

/// First word of each instruction (and the end), and which 16-bit jumps need their long form.
fn layout(unit: &Unit) -> (Vec<u32>, Vec<bool>) {
    let mut long = vec![false; unit.insns.len()];
    loop {
        let mut starts = Vec::with_capacity(unit.insns.len() + 1);
        let mut at = 0;
        for (insn, &long) in unit.insns.iter().zip(&long) {
            starts.push(at);
            at += size(insn, long);
        }
        starts.push(at);
        let mut changed = false;
        for (index, insn) in unit.insns.iter().enumerate() {
            if !long[index] && has_jump16(insn.op) {
                let target = i64::from(starts[unit.labels[insn.to.0 as usize] as usize]);
                let offset = target - i64::from(starts[index + 1]);
                if i16::try_from(offset).is_err() {
                    long[index] = true;
                    changed = true;
                }
            }
        }
        if !changed {
            return (starts, long);
        }
    }
}

fn encode(
    insn: &Insn,
    locals: usize,
    long: bool,
    start: i64,
    target: &impl Fn(Label) -> i64,
    words: &mut Vec<u32>,
) {
    let register = |reg: i32| -> u8 {
        let relative = match reg_local(reg) {
            Some(local) => local_register(local as usize, locals),
            None => temp_register(reg as usize),
        };
        debug_assert!(i8::try_from(relative).is_ok(), "{insn:?}");
        relative as i8 as u8
    };
    let byte = |operand: Option<&Operand>, value: i32| -> u8 {
        match operand {
            Some(Operand::D | Operand::U | Operand::K | Operand::M) => register(value),
            // An empty run may lie behind the last near temporary.
            Some(Operand::R | Operand::W) if regs::run_length(insn) == 0 => 0,
            Some(Operand::R | Operand::W) => register(value),
            Some(Operand::I8) => value as i8 as u8,
            Some(Operand::N8) => {
                debug_assert!(u8::try_from(value).is_ok(), "{insn:?}");
                value as u8
            }
            _ => 0,
        }
    };
    let op = insn.op;
    let operands = op.operands();
    let end = start + i64::from(size(insn, long));
    if long {
        // The condition skips a jump around the far jump.
        words.push(word_a16(op, register(insn.a), 1));
        words.push(word_24(Op::Jump, 1));
        words.push(word_24(Op::Jump, (target(insn.to) - end) as i32));
        return;
    }
    words.push(match operands {
        [Operand::Jump24] => word_24(op, (target(insn.to) - end) as i32),
        [a, wide] if is_wide(*wide) => {
            let value = if *wide == Operand::Jump16 { (target(insn.to) - end) as i32 } else { insn.b };
            word_a16(op, byte(Some(a), insn.a), value as u16)
        }
        operands => word_abc(
            op,
            byte(operands.first(), insn.a),
            byte(operands.get(1), insn.b),
            byte(operands.get(2), insn.c),
        ),
    });
    let mut plain = insn.x.iter();
    for extra in op.extras() {
        words.push(match extra {
            Extra::Jump => (target(insn.to) - end) as i32 as u32,
            Extra::Cache => 0,
            Extra::Name | Extra::Const | Extra::Imm => *plain.next().unwrap_or(&0),
        });
    }
}
