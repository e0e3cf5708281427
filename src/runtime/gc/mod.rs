//! Memory of objects: allocation, death, the cycle collector.

pub mod cycle;
pub mod heap;
