//! The interpreter: see `ARCHITECTURE.md` for its layers.

pub mod api;
pub mod builtins;
pub mod bytecode;
pub mod compiler;
pub mod error;
pub mod gc;
pub mod import;
pub mod interp;
pub mod number;
pub mod object;
pub mod startup;
pub mod stdlib;
pub mod sys;
pub mod text;
pub mod value;
