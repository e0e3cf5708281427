//! `builtins`: the module around the namespace that `builtins::globals::install` fills.

use crate::runtime::stdlib::{NativeModule, compiling};

/// `builtins`
pub static MODULE: NativeModule = NativeModule {
    name: "builtins",
    doc: "Built-in functions, types, exceptions, and other objects.\n\nThis module provides direct access to all 'built-in'\nidentifiers of Python; for example, builtins.len is\nthe full name for the built-in function len().",
    functions: compiling::FUNCTIONS,
    init: |_, _| Ok(()),
};
