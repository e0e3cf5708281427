//! `_sre`: patterns, matches and scanners, and the matcher under them.
//!
//! - `codes`: the opcode array of `re._compiler`, validated and read into a tree.
//! - `build`: from the tree to a program, with `sets` of characters and bytes; `plan`: where a search tries.
//! - `machine`: runs a program over a text of `units`; `search`: where it tries.
//! - `subject`, `pattern`, `matches`, `template`: what Python sees of it.
//!
//! Inside, positions are byte offsets; Python sees code points. What a pattern means is what CPython's matcher makes of the
//! same array. Its block for hasty searchers is not used: what a search may leave out follows from the tree.

mod build;
mod codes;
mod machine;
mod matches;
mod pattern;
mod plan;
mod search;
mod sets;
mod subject;
mod template;
mod units;

use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::native;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::text::unicode_case;
use crate::runtime::value::Value;
use sets::ascii_lower;

pub use matches::MATCH;
pub use pattern::PATTERN;

fn point(vm: &Vm, value: &Value) -> PyResult<u32> {
    Ok(vm.to_i32(value)? as u32)
}

/// A character as it was given: a number that is none may be negative.
fn signed(vm: &Vm, c: u32) -> Value {
    vm.int((c as i32).into())
}

/// `_sre`
pub static MODULE: NativeModule = NativeModule {
    name: "_sre",
    doc: "",
    functions: &[
        native("compile(pattern, flags, code, groups, groupindex, indexgroup)", pattern::compile, ""),
        native("template(pattern, template, /)", template::template, ""),
        native("getcodesize()", |vm, _| Ok(vm.int_usize(codes::CODE_SIZE)), ""),
        native(
            "ascii_iscased(character, /)",
            |vm, args| {
                let c = point(vm, &args[0])?;
                Ok(Value::bool(c < 128 && char::from(c as u8).is_ascii_alphabetic()))
            },
            "",
        ),
        native(
            "unicode_iscased(character, /)",
            |vm, args| {
                let c = point(vm, &args[0])?;
                // The first of several characters counts: `ﬅ` is cased, though no other character is its upper case.
                Ok(Value::bool(unicode_case::lower_point(c)[0] != c || unicode_case::upper_point(c)[0] != c))
            },
            "",
        ),
        native(
            "ascii_tolower(character, /)",
            |vm, args| Ok(signed(vm, ascii_lower(point(vm, &args[0])?))),
            "",
        ),
        native(
            "unicode_tolower(character, /)",
            |vm, args| Ok(signed(vm, unicode_case::simple_lower(point(vm, &args[0])?))),
            "",
        ),
    ],
    init: |vm, dict| {
        vm.set_ints_in(
            dict,
            &[
                ("MAGIC", codes::MAGIC),
                ("CODESIZE", codes::CODE_SIZE as i64),
                ("MAXREPEAT", codes::MAX_REPEAT.into()),
                ("MAXGROUPS", codes::MAX_GROUPS as i64),
            ],
        );
        vm.set_in(dict, "copyright", vm.str(" SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB "));
        Ok(())
    },
};
