//! dx: a Python 3.14 toolchain in one executable. `cli` is the front, `runtime` the interpreter behind it.

pub mod cli;
pub mod pkg;
pub mod runtime;
pub mod version;
