//! The compiler's instruction list: instructions with symbolic registers and labels, before they become words.

use super::super::bytecode::ops::Op;
use super::source::Span;

/// A register: `0…` are temporaries, `-1 - i` is local `i`.
pub type Reg = i32;

/// The register of a local.
pub fn local_reg(index: u32) -> Reg {
    -1 - index as i32
}

/// The local of a register, if it is one.
pub fn reg_local(reg: Reg) -> Option<u32> {
    (reg < 0).then_some((-1 - reg) as u32)
}

/// A place in the code, bound or still to be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label(pub u32);

impl Label {
    /// No label.
    pub const NONE: Label = Label(u32::MAX);
}

/// Index of an exception handler of the unit; [`NO_HANDLER`] outside of all.
pub type HandlerId = u32;
/// Not covered by a handler.
pub const NO_HANDLER: HandlerId = u32::MAX;

/// One instruction.
#[derive(Clone, Copy, Debug)]
pub struct Insn {
    /// The opcode.
    pub op: Op,
    /// Operand A, a [`Reg`] or a number.
    pub a: i32,
    /// Operand B; also the 16-bit operand.
    pub b: i32,
    /// Operand C.
    pub c: i32,
    /// Extra words that are neither jump nor cache, in order.
    pub x: [u32; 2],
    /// Jump target.
    pub to: Label,
    /// Source position.
    pub span: Span,
    /// The handler that covers it.
    pub handler: HandlerId,
}

/// Where exceptions of some instructions go.
#[derive(Clone, Copy, Debug)]
pub struct HandlerInfo {
    /// First instruction of the handler.
    pub target: Label,
    /// Temporaries that stay alive.
    pub depth: u32,
    /// Temporary that receives the exception.
    pub exc_temp: u32,
}

/// Whether control never goes on behind an instruction.
pub fn is_terminal(op: Op) -> bool {
    matches!(
        op,
        Op::Jump | Op::JumpBack | Op::Return | Op::ReturnNone | Op::Raise | Op::Reraise | Op::EndAsyncFor
    )
}
