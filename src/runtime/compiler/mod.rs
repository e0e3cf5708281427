//! The compiler: Python source to [`CodeData`].
//!
//! `parse` makes the tree, `collect` and `analyze` the symbol tables, `compile` and the files of the kinds of syntax
//! (`expr`, `call`, `comp`, `fstring`, `assign`, `stmt`, `control`, `pattern`, `function`, `annotate`) the instructions of
//! each unit, `flow`, `regs` and `assemble` its final code. Nothing here knows the object model.

mod analyze;
mod annotate;
mod assemble;
mod assign;
mod call;
mod check;
mod collect;
mod collect_expr;
mod comp;
mod compare;
mod compile;
mod control;
mod describe;
mod emit;
mod errors;
mod escapes;
mod expr;
mod flow;
mod fold;
mod fstring;
mod function;
mod literal;
mod module;
pub mod names;
mod parse;
mod pattern;
pub mod problem;
mod regs;
pub mod scope;
mod shadow;
mod shadow_args;
mod shadow_atom;
mod shadow_expr;
mod shadow_match;
mod shadow_simple;
mod shadow_stmt;
mod shadow_string;
pub mod source;
mod stack;
mod stmt;
mod tokens;
mod tokens_string;
mod unit;
mod unparse;

pub use fold::{literal_number, number};
pub use fstring::{debug_text, interpolation_text};
pub use function::keyword_start;
pub use literal::{interpolated_value, string_part, string_value, too_many_digits};
pub use module::{Compiled, compile, compile_ast, symbols};
pub use parse::parse_tokens;
pub use problem::{ProblemKind, SyntaxProblem, SyntaxWarning};
pub use source::{Encoding, Source, Span, detect_encoding};
pub use stack::{UNMEASURED, with_depth};
pub use tokens::{Stepwise, Tok, Token};

/// What kind of source is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A module.
    Exec,
    /// An expression.
    Eval,
    /// Interactive statements, whose values are printed.
    Single,
    /// A function type comment, for `ast.parse` only.
    FuncType,
}

/// How to compile.
#[derive(Clone, Debug)]
pub struct Options {
    /// Kind of source.
    pub mode: Mode,
    /// `from __future__ import annotations` is in force.
    pub future_annotations: bool,
    /// `await` outside of functions (`PyCF_ALLOW_TOP_LEVEL_AWAIT`).
    pub top_level_await: bool,
    /// Incomplete input is told apart (`PyCF_ALLOW_INCOMPLETE_INPUT`).
    pub allow_incomplete: bool,
    /// A block at the end needs no empty line (the opposite of `PyCF_DONT_IMPLY_DEDENT`).
    pub imply_dedent: bool,
    /// 0, 1 (`-O`: no assertions) or 2 (`-OO`: no docstrings either).
    pub optimize: u8,
    /// Most digits of a decimal int; 0: any number.
    pub max_int_digits: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            mode: Mode::Exec,
            future_annotations: false,
            top_level_await: false,
            allow_incomplete: false,
            imply_dedent: true,
            optimize: 0,
            max_int_digits: 0,
        }
    }
}
