//! Bodies of instructions beyond what the loop does in place, by kind.

pub mod arith;
pub mod attr;
pub mod build;
pub mod exc;
pub mod flow;
pub mod iter;
pub mod known;
pub mod make;
pub mod name;
pub mod slice;
