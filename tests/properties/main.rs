//! Properties that hold for every program of a form: random programs and inputs against a model in Rust and against CPython 3.14.
//!
//! `runner` draws the cases, runs them by the hundred in one process, and makes a failing one small. Variables: `DX_PROPERTY_CASES`
//! (cases a property, 100 unless told, never fewer), `DX_PROPERTY_SEED` (what a failure prints: it gives the same cases again),
//! `DX_ORACLE` (CPython 3.14, else where `get-peers` puts it; without one the half of each property that needs it is left out,
//! which is said on stderr).

mod classes;
mod command_line;
mod comprehensions;
mod coroutines;
mod exceptions;
mod expressions;
mod generators;
mod json;
mod machine;
mod runner;
mod trees;
