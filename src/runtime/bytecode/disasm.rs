//! Textual disassembly of code.
//!
//! One line an instruction: word number, opcode, operands (`x` a local by name, `t3` a temporary, constants and names
//! spelled out), jump targets as `-> word`.

use std::fmt::Write;

use super::code::{CodeData, Const};
use super::encode::{operand_16, operand_24, operand_a, operand_b, operand_c};
use super::ops::{Extra, FRAME_HEADER, Op, Operand};

/// One decoded instruction.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Its first word.
    pub at: usize,
    /// The opcode.
    pub op: Op,
    /// Operands in order, registers relative to the base.
    pub operands: Vec<(Operand, i64)>,
    /// Extra words.
    pub extras: Vec<(Extra, u32)>,
    /// Target word, if it jumps.
    pub target: Option<i64>,
}

impl Decoded {
    /// The word behind it.
    pub fn end(&self) -> usize {
        self.at + self.op.words()
    }
}

/// Decodes the instruction at a word; `None` if there is none.
pub fn decode(words: &[u32], at: usize) -> Option<Decoded> {
    let word = *words.get(at)?;
    let op = Op::decode(word)?;
    let end = at + op.words();
    let more = words.get(at + 1..end)?;
    let bytes = [operand_a(word), operand_b(word), operand_c(word)];
    let mut target = None;
    let mut operands = Vec::new();
    for (index, &operand) in op.operands().iter().enumerate() {
        let value = match operand {
            Operand::Z => continue,
            Operand::D | Operand::U | Operand::K | Operand::M | Operand::R | Operand::W | Operand::I8 => {
                i64::from(bytes[index] as i8)
            }
            Operand::N8 => i64::from(bytes[index]),
            Operand::Const16 | Operand::Name16 | Operand::N16 => i64::from(operand_16(word)),
            Operand::I16 | Operand::Far16 => i64::from(operand_16(word) as i16),
            Operand::Jump16 => {
                target = Some(end as i64 + i64::from(operand_16(word) as i16));
                continue;
            }
            Operand::Jump24 => {
                target = Some(end as i64 + i64::from(operand_24(word)));
                continue;
            }
        };
        operands.push((operand, value));
    }
    let mut extras = Vec::new();
    for (&extra, &word) in op.extras().iter().zip(more) {
        if extra == Extra::Jump {
            target = Some(end as i64 + i64::from(word as i32));
        }
        extras.push((extra, word));
    }
    Some(Decoded { at, op, operands, extras, target })
}

fn register(code: &CodeData, relative: i64) -> String {
    if relative >= 0 {
        return format!("t{}", relative - FRAME_HEADER as i64);
    }
    let index = code.locals.len() as i64 + relative;
    match usize::try_from(index).ok().and_then(|index| code.locals.get(index)) {
        Some(local) if local.is_cell => format!("&{}", local.name),
        Some(local) => local.name.to_string(),
        None => format!("r{relative}"),
    }
}

fn constant(value: &Const) -> String {
    match value {
        Const::Code(code) => format!("<code {}>", code.qualname),
        Const::Str(text) => format!("{:?}", String::from_utf8_lossy(text)),
        Const::Bytes(text) => format!("b{:?}", String::from_utf8_lossy(text)),
        Const::Tuple(items) => {
            let items: Vec<String> = items.iter().map(constant).collect();
            format!("({})", items.join(", "))
        }
        Const::FrozenSet(items) => {
            let items: Vec<String> = items.iter().map(constant).collect();
            format!("frozenset({})", items.join(", "))
        }
        Const::Slice(parts) => {
            format!("{}:{}:{}", constant(&parts[0]), constant(&parts[1]), constant(&parts[2]))
        }
        Const::Int(n) => n.to_string(),
        Const::Float(f) => format!("{f:?}"),
        Const::BigInt(text) => text.to_string(),
        Const::Complex(re, im) => format!("({re:?}, {im:?})"),
        other => format!("{other:?}"),
    }
}

/// The text of one instruction.
pub fn instruction(code: &CodeData, insn: &Decoded) -> String {
    let mut parts = Vec::new();
    for &(operand, value) in &insn.operands {
        parts.push(match operand {
            Operand::Const16 => constant_at(code, value as usize),
            Operand::Name16 => name_at(code, value as usize),
            Operand::I8 | Operand::N8 | Operand::I16 | Operand::N16 => value.to_string(),
            Operand::R if insn.op == Op::Call => register(code, value),
            _ => register(code, value),
        });
    }
    for &(extra, word) in &insn.extras {
        match extra {
            Extra::Name => parts.push(name_at(code, word as usize)),
            Extra::Const => parts.push(constant_at(code, word as usize)),
            Extra::Imm => parts.push((word as i32).to_string()),
            Extra::Jump | Extra::Cache => {}
        }
    }
    let mut text = format!("{} {}", insn.op.name(), parts.join(", "));
    if let Some(target) = insn.target {
        let _ = write!(text, " -> {target}");
    }
    text.trim_end().to_owned()
}

fn constant_at(code: &CodeData, index: usize) -> String {
    code.consts.get(index).map_or_else(|| format!("const {index}"), constant)
}

fn name_at(code: &CodeData, index: usize) -> String {
    code.names.get(index).map_or_else(|| format!("name {index}"), |name| format!(".{name}"))
}

/// The text of a whole code, with that of the codes inside.
pub fn disassemble(code: &CodeData) -> String {
    let mut out = String::new();
    write_code(code, &mut out);
    out
}

fn write_code(code: &CodeData, out: &mut String) {
    let names: Vec<&str> = code.locals.iter().map(|local| &*local.name).collect();
    let _ = writeln!(
        out,
        "{} ({}) temps {} free ({})",
        code.qualname,
        names.join(" "),
        code.temps,
        code.free_vars.join(" ")
    );
    let mut at = 0;
    let mut line = 0;
    while let Some(insn) = decode(&code.words, at) {
        let here = code.position(at as u32).map_or(0, |p| p.line);
        let shown = if here != line { format!("{here:>4}") } else { "    ".to_owned() };
        line = here;
        let _ = writeln!(out, "{shown} {at:>4}  {}", instruction(code, &insn));
        at = insn.end();
    }
    for handler in &code.handlers {
        let _ = writeln!(
            out,
            "     {}..{} -> {} depth {} exc t{}",
            handler.start, handler.end, handler.target, handler.depth, handler.exc_temp
        );
    }
    for value in &code.consts {
        if let Const::Code(inner) = value {
            out.push('\n');
            write_code(inner, out);
        }
    }
}
