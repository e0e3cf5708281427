//! Source text to syntax tree.

use ruff_python_ast as ast;
use ruff_python_parser::{Mode, ParseOptions, parse};

use super::errors::diagnose;
use super::problem::{Outcome, ProblemKind, SyntaxProblem};
use super::source::{Source, Span};
use super::tokens::tokenize;

/// Brackets within brackets, in CPython's tokenizer.
const MAX_BRACKETS: usize = 200;

/// Parses a module or an expression.
pub fn parse_source(source: &Source, is_expression: bool) -> Outcome<ast::Mod> {
    if memchr::memchr(0, source.text().as_bytes()).is_some() {
        let message = "source code string cannot contain null bytes";
        return Err(SyntaxProblem::new(ProblemKind::SyntaxError, source, Span::NONE, message));
    }
    if may_nest_deeply(source.text()) {
        // Before the parser gets lost in it.
        if let Some(problem) = tokenize(source).error {
            return Err(problem);
        }
    }
    let mode = if is_expression { Mode::Expression } else { Mode::Module };
    let options = ParseOptions::from(mode).with_target_version(ast::PythonVersion::PY314);
    match parse(source.text(), options) {
        Ok(parsed) => Ok(parsed.into_syntax()),
        Err(error) => Err(diagnose(source, &error, is_expression)),
    }
}

/// Whether there may be more brackets within brackets, or indentation, than the tokenizer allows.
fn may_nest_deeply(text: &str) -> bool {
    let mut depth = 0usize;
    let mut blanks = 0;
    for &byte in text.as_bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b' ' | b'\t' => {
                blanks += 1;
                continue;
            }
            _ => {}
        }
        if depth > MAX_BRACKETS || blanks >= 100 {
            return true;
        }
        blanks = 0;
    }
    false
}
