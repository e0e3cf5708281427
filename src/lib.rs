//! dx: a Python 3.14 toolchain in one executable.

pub mod runtime;
