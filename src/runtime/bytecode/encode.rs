//! Packing and unpacking of instruction words.

use super::ops::{FRAME_HEADER, Op, Operand};

/// A word of three byte operands.
pub fn word_abc(op: Op, a: u8, b: u8, c: u8) -> u32 {
    op as u32 | u32::from(a) << 8 | u32::from(b) << 16 | u32::from(c) << 24
}

/// A word of a byte operand and a 16-bit operand.
pub fn word_a16(op: Op, a: u8, wide: u16) -> u32 {
    op as u32 | u32::from(a) << 8 | u32::from(wide) << 16
}

/// A word of a 24-bit operand.
pub fn word_24(op: Op, wide: i32) -> u32 {
    op as u32 | (wide as u32) << 8
}

/// Byte operand A.
pub fn operand_a(word: u32) -> u8 {
    (word >> 8) as u8
}

/// Byte operand B.
pub fn operand_b(word: u32) -> u8 {
    (word >> 16) as u8
}

/// Byte operand C.
pub fn operand_c(word: u32) -> u8 {
    (word >> 24) as u8
}

/// The 16-bit operand.
pub fn operand_16(word: u32) -> u16 {
    (word >> 16) as u16
}

/// The signed 24-bit operand.
pub fn operand_24(word: u32) -> i32 {
    word as i32 >> 8
}

/// Relative register number of local `index` of `count`.
pub fn local_register(index: usize, count: usize) -> i64 {
    index as i64 - count as i64
}

/// Relative register number of temporary `index`.
pub fn temp_register(index: usize) -> i64 {
    (FRAME_HEADER + index) as i64
}

/// Whether an operand occupies the upper 16 bits.
pub fn is_wide(operand: Operand) -> bool {
    matches!(
        operand,
        Operand::Const16 | Operand::Name16 | Operand::I16 | Operand::N16 | Operand::Far16 | Operand::Jump16
    )
}
