//! The interpreter: see `ARCHITECTURE.md` for its layers.

pub mod bytecode;
pub mod compiler;
