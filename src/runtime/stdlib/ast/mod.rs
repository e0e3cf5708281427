//! Syntax trees as Python objects: `ast.parse`, and the way back from nodes to code.
//!
//! `kinds` is the table of node classes, `build` makes nodes of them; `expr`, `strings`, `stmt` and `pattern` convert the
//! parser's tree; `comments` finds type comments. Positions are those of CPython: lines from 1, columns in UTF-8 bytes.

mod build;
mod classes;
mod comments;
mod expr;
pub mod kinds;
mod lower;
mod lower_stmt;
mod pattern;
mod stmt;
mod strings;

use crate::runtime::compiler::{self, Mode, Options, ProblemKind, Source, Span, SyntaxProblem};
use crate::runtime::error::PyResult;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Ref, Value};

use build::Builder;
pub use classes::MODULE;
use kinds::Kind;

/// What is asked of a tree, beside how it is parsed.
#[derive(Clone, Copy, Debug)]
pub struct TreeOptions {
    /// The tree itself is wanted, no code.
    pub only_tree: bool,
    /// Comments about types are part of the tree.
    pub type_comments: bool,
    /// Constants are folded, and docstrings go at `-OO`.
    pub optimized: bool,
    /// Minor version of Python whose grammar counts; negative: this one.
    pub feature_version: i32,
}

impl Vm {
    /// Parses a text to `ast` nodes.
    pub fn parse_to_nodes(
        &self,
        text: &str,
        filename: &str,
        options: &Options,
        tree: &TreeOptions,
    ) -> PyResult<Value> {
        if options.mode == Mode::FuncType {
            return comments::function_type(self, text, filename, options, tree);
        }
        let source = Source::new(text);
        let (parsed, warnings) = match compiler::parse_tokens(&source, options) {
            Ok(parsed) => parsed,
            Err(problem) => return Err(self.syntax_error(&problem, filename)),
        };
        for warning in &warnings {
            self.syntax_warning(warning, filename)?;
        }
        let mut builder = Builder::new(self, &source, filename, options, tree)?;
        if tree.type_comments {
            builder.comments = comments::Comments::find(&source, parsed.tokens());
        }
        let module = parsed.into_syntax();
        let result = builder.module(&module);
        compiler::with_depth(if result.is_ok() { builder.deepest } else { compiler::UNMEASURED }, || {
            drop(module)
        });
        result
    }

    /// Is it a node of a syntax tree?
    pub fn is_node(&self, value: &Value) -> PyResult<bool> {
        // Text and bytes, which are nearly all that is compiled, need not load the classes.
        if value.as_str().is_some() || self.bytes_of(value).is_some() {
            return Ok(false);
        }
        Ok(build::Classes::of(self)?.is_node(self, value))
    }

    /// Compiles a tree of nodes, or gives the tree again.
    pub fn compile_node(
        &self,
        node: &Value,
        filename: &str,
        options: &Options,
        tree: &TreeOptions,
    ) -> PyResult<Value> {
        let (wanted, name) = lower::parser_mode(options);
        let mut lower = lower::Lower::new(self)?;
        if lower.classes.kind_of(self, node) != Some(wanted) {
            let found = node.type_name(self);
            return Err(self.type_error(format!("expected {name} node, got {found}")));
        }
        if tree.only_tree && (!tree.optimized || wanted == Kind::FunctionType) {
            return Ok(node.clone());
        }
        let module = lower.module(node, wanted)?;
        let source = lower.source();
        if tree.only_tree {
            let mut builder = Builder::new(self, &source, filename, options, tree)?;
            let result = builder.module(&module);
            compiler::with_depth(compiler::UNMEASURED, || drop(module));
            return result;
        }
        let compiled = compiler::compile_ast(&module, &source, filename, options);
        compiler::with_depth(compiler::UNMEASURED, || drop(module));
        let compiled = match compiled {
            Ok(compiled) => compiled,
            Err(problem) => return Err(self.syntax_error(&problem, filename)),
        };
        for warning in &compiled.warnings {
            self.syntax_warning(warning, filename)?;
        }
        self.code(&compiled.code).map(Ref::into_value)
    }

    /// A SyntaxError at a place of the source.
    fn tree_error(
        &self,
        source: &Source,
        filename: &str,
        span: Span,
        message: &str,
    ) -> crate::runtime::error::Raised {
        let problem = SyntaxProblem::new(ProblemKind::SyntaxError, source, span, message);
        self.syntax_error(&problem, filename)
    }
}
