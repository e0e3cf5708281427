//! Patterns of `match` as nodes.

use ruff_python_ast::{self as ast, Expr, Pattern};

use super::build::{Builder, span};
use super::kinds::Kind;
use crate::runtime::compiler::{self, Span};
use crate::runtime::error::PyResult;
use crate::runtime::value::Value;

impl Builder<'_> {
    fn patterns(&mut self, patterns: &[Pattern]) -> PyResult<Value> {
        self.list(patterns, Self::pattern)
    }

    /// A pattern.
    pub fn pattern(&mut self, pattern: &Pattern) -> PyResult<Value> {
        self.deeper(|me| me.pattern_in(pattern, span(pattern)))
    }

    fn pattern_in(&mut self, pattern: &Pattern, at: Span) -> PyResult<Value> {
        Ok(match pattern {
            Pattern::MatchValue(node) => {
                let value = self.pattern_value(&node.value)?;
                self.node(Kind::MatchValue, [value], at)
            }
            Pattern::MatchSingleton(node) => {
                let value = match node.value {
                    ast::Singleton::None => Value::NONE,
                    ast::Singleton::True => Value::TRUE,
                    ast::Singleton::False => Value::FALSE,
                };
                self.node(Kind::MatchSingleton, [value], at)
            }
            Pattern::MatchSequence(node) => {
                let patterns = self.patterns(&node.patterns)?;
                self.node(Kind::MatchSequence, [patterns], at)
            }
            Pattern::MatchMapping(node) => {
                let keys = self.list(&node.keys, Self::pattern_value)?;
                let patterns = self.patterns(&node.patterns)?;
                self.node(Kind::MatchMapping, [keys, patterns, self.name_opt(node.rest.as_ref())], at)
            }
            Pattern::MatchClass(node) => {
                let class = self.expr(&node.cls)?;
                let patterns = self.patterns(&node.arguments.patterns)?;
                let keywords = &node.arguments.keywords;
                let names = self.vm.list(keywords.iter().map(|k| self.name(&k.attr)).collect());
                let values = self.list(keywords, |me, k| me.pattern(&k.pattern))?;
                self.node(Kind::MatchClass, [class, patterns, names, values], at)
            }
            Pattern::MatchStar(node) => self.node(Kind::MatchStar, [self.name_opt(node.name.as_ref())], at),
            Pattern::MatchAs(node) => {
                let inner = match &node.pattern {
                    Some(inner) => self.pattern(inner)?,
                    None => Value::NONE,
                };
                self.node(Kind::MatchAs, [inner, self.name_opt(node.name.as_ref())], at)
            }
            Pattern::MatchOr(node) => {
                let patterns = self.patterns(&node.patterns)?;
                self.node(Kind::MatchOr, [patterns], at)
            }
        })
    }

    /// A value or key of a pattern; signs and complex numbers are folded in an optimised tree.
    fn pattern_value(&mut self, value: &Expr) -> PyResult<Value> {
        if self.tree.optimized
            && let Some(folded) = compiler::literal_number(value)
        {
            let folded = self.vm.constant(&folded)?;
            return Ok(self.constant(folded, span(value)));
        }
        self.expr(value)
    }
}
