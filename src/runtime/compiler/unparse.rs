//! Expressions back to text, as `ast.unparse` writes them: the strings of postponed annotations.

use ruff_python_ast::Expr;

use super::super::bytecode::code::Const;
use super::source::Source;

/// The text of an expression.
pub fn unparse(expr: &Expr, source: &Source) -> String {
    source.slice(super::compile::span(expr)).to_owned()
}

/// The `repr` of a constant, for messages.
pub fn const_repr(value: &Const) -> String {
    match value {
        Const::None => "None".to_owned(),
        Const::Bool(b) => if *b { "True" } else { "False" }.to_owned(),
        Const::Ellipsis => "Ellipsis".to_owned(),
        Const::Int(n) => n.to_string(),
        Const::BigInt(text) => text.to_string(),
        Const::Float(f) => format!("{f:?}"),
        Const::Complex(re, im) => format!("({re}+{im}j)"),
        Const::Str(text) => format!("'{}'", String::from_utf8_lossy(text)),
        Const::Bytes(text) => format!("b'{}'", String::from_utf8_lossy(text)),
        _ => "...".to_owned(),
    }
}
