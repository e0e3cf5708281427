//! From nothing to a running program: the first types (`boot`), the first modules and the target (`main`).

pub mod boot;
pub mod main;
pub mod prefixes;
