//! Source text to syntax tree.

use ruff_python_ast as ast;
use ruff_python_parser::{Mode, ParseOptions, parse};

use super::problem::{Outcome, SyntaxProblem};
use super::source::Source;

/// Parses a module or an expression.
pub fn parse_source(source: &Source, is_expression: bool) -> Outcome<ast::Mod> {
    let mode = if is_expression { Mode::Expression } else { Mode::Module };
    let options = ParseOptions::from(mode).with_target_version(ast::PythonVersion::PY314);
    match parse(source.text(), options) {
        Ok(parsed) => Ok(parsed.into_syntax()),
        Err(error) => Err(SyntaxProblem::syntax(source, error.location, error.error.to_string())),
    }
}
