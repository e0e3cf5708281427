//! The object model: types and slots, shapes of instances, strings and dictionaries (which types are made of), and
//! the protocols that everything else is written against.

pub mod args;
pub mod attrs;
pub mod bytes;
pub mod dict;
pub mod hash;
pub mod interned;
pub mod names;
pub mod ops;
pub mod protocol;
pub mod raise;
pub mod shape;
pub mod slots;
pub mod str;
pub mod suggest;
pub mod tuple;
pub mod typedef;
pub mod vm;
