//! The machine: code and function objects, frames, the dispatch loop, generators, unwinding.

pub mod call;
pub mod code;
pub mod dispatch;
pub mod events;
pub mod forms;
pub mod frame;
pub mod function;
pub mod generator;
pub mod handlers;
pub mod machine;
pub mod ops;
pub mod places;
pub mod push;
pub mod recode;
pub mod rest;
pub mod unwind;
