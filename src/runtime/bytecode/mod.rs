//! The bytecode: instruction table and code as data; free of the object model.

pub mod code;
pub mod disasm;
pub mod encode;
pub mod ops;
pub mod store;
pub mod verify;
