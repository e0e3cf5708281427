//! Checks that accompany code generation: names that may not be bound, calls and subscripts that cannot work.

use ruff_python_ast::{self as ast, CmpOp, Expr};

use super::compile::{Compiler, span};
use super::problem::Outcome;
use super::source::Span;

/// The type of an expression's value, where its syntax tells.
fn type_name(expr: &Expr) -> Option<&'static str> {
    Some(match expr {
        Expr::Tuple(_) => "tuple",
        Expr::List(_) | Expr::ListComp(_) => "list",
        Expr::Dict(_) | Expr::DictComp(_) => "dict",
        Expr::Set(_) | Expr::SetComp(_) => "set",
        Expr::Generator(_) => "generator",
        Expr::Lambda(_) => "function",
        Expr::FString(_) | Expr::StringLiteral(_) => "str",
        Expr::TString(_) => "string.templatelib.Template",
        Expr::BytesLiteral(_) => "bytes",
        Expr::BooleanLiteral(_) => "bool",
        Expr::NoneLiteral(_) => "NoneType",
        Expr::EllipsisLiteral(_) => "ellipsis",
        Expr::NumberLiteral(node) => match node.value {
            ast::Number::Int(_) => "int",
            ast::Number::Float(_) => "float",
            ast::Number::Complex { .. } => "complex",
        },
        _ => return None,
    })
}

/// Whether comparing the identity of an expression's value makes sense.
fn has_identity(expr: &Expr) -> bool {
    !matches!(expr, Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::NumberLiteral(_))
        && !matches!(expr, Expr::Tuple(tuple) if tuple.elts.iter().all(is_constant))
}

fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_constant),
        Expr::UnaryOp(node) => node.operand.is_number_literal_expr(),
        other => other.is_literal_expr(),
    }
}

impl<'a> Compiler<'a> {
    pub(super) fn check_store(&mut self, name: &str, at: Span) -> Outcome<()> {
        if name == "__debug__" {
            return self.error(at, "cannot assign to __debug__");
        }
        Ok(())
    }

    pub(super) fn check_keywords(&mut self, keywords: &[ast::Keyword]) -> Outcome<()> {
        for (index, keyword) in keywords.iter().enumerate() {
            let Some(name) = &keyword.arg else { continue };
            if self.source.slice(span(keyword)).starts_with('(') {
                let between = Span { start: span(keyword).start, end: span(&keyword.value).start };
                let equal = self.source.slice(between).find('=').map_or(0, |at| at as u32 + 1);
                let message = "expression cannot contain assignment, perhaps you meant \"==\"?";
                return self.error(Span { start: between.start, end: between.start + equal }, message);
            }
            self.check_store(name, span(keyword))?;
            let again =
                keywords[index + 1..].iter().find(|k| k.arg.as_ref().is_some_and(|n| n.id == name.id));
            if let Some(again) = again {
                return self.error(span(again), format!("keyword argument repeated: {name}"));
            }
        }
        Ok(())
    }

    pub(super) fn check_caller(&mut self, func: &Expr) {
        let Some(name) = type_name(func).filter(|_| !func.is_lambda_expr()) else { return };
        self.warn(span(func), format!("'{name}' object is not callable; perhaps you missed a comma?"));
    }

    pub(super) fn check_subscripter(&mut self, value: &Expr) {
        let wrong = matches!(
            value,
            Expr::NoneLiteral(_)
                | Expr::EllipsisLiteral(_)
                | Expr::BooleanLiteral(_)
                | Expr::NumberLiteral(_)
                | Expr::Set(_)
                | Expr::SetComp(_)
                | Expr::Generator(_)
                | Expr::TString(_)
                | Expr::Lambda(_)
        );
        if let (true, Some(name)) = (wrong, type_name(value)) {
            self.warn(
                span(value),
                format!("'{name}' object is not subscriptable; perhaps you missed a comma?"),
            );
        }
    }

    pub(super) fn check_index(&mut self, value: &Expr, index: &Expr) {
        let indexable = matches!(
            value,
            Expr::StringLiteral(_)
                | Expr::BytesLiteral(_)
                | Expr::Tuple(_)
                | Expr::List(_)
                | Expr::ListComp(_)
                | Expr::FString(_)
        );
        let (Some(name), Some(index)) = (type_name(value), type_name(index)) else { return };
        if indexable && !matches!(index, "int" | "bool") {
            let message = format!(
                "{name} indices must be integers or slices, not {index}; perhaps you missed a comma?"
            );
            self.warn(span(value), message);
        }
    }

    pub(super) fn check_compare(&mut self, node: &ast::ExprCompare) -> Outcome<()> {
        let mut left = &*node.left;
        for (op, right) in node.ops.iter().zip(&node.comparators) {
            let (word, better) = match op {
                CmpOp::Is => ("is", "=="),
                CmpOp::IsNot => ("is not", "!="),
                _ => {
                    left = right;
                    continue;
                }
            };
            let wrong = [left, right].into_iter().find(|e| !has_identity(e));
            if let Some(name) = wrong.and_then(type_name) {
                self.warn(
                    span(node),
                    format!("\"{word}\" with '{name}' literal. Did you mean \"{better}\"?"),
                );
                return Ok(());
            }
            left = right;
        }
        Ok(())
    }

    pub(super) fn check_yield(&self, at: Span, word: &str) -> Outcome<()> {
        if self.scope_kind().is_function_like() {
            return Ok(());
        }
        self.error(at, format!("'{word}' outside function"))
    }

    pub(super) fn check_await(&self, at: Span) -> Outcome<()> {
        if self.top_level_await() || self.scope_kind().is_function_like() {
            return Ok(());
        }
        self.error(at, "'await' outside function")
    }
}
