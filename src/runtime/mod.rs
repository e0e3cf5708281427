//! The interpreter: values, heap, compiler, machine, library. Everything outside enters through `api`.

pub mod api;
