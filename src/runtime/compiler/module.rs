//! The way in: a source as a whole.

use ruff_python_ast::{self as ast, Stmt};

use super::super::bytecode::code::{CodeData, flags};
use super::super::bytecode::ops::Op;
use super::analyze::analyze;
use super::collect::{CollectOptions, collect};
use super::compile::{Compiler, span};
use super::parse::parse_source;
use super::problem::{Outcome, ProblemKind, SyntaxProblem, SyntaxWarning};
use super::scope::{ScopeId, ScopeTable};
use super::source::{Source, Span};
use super::stack::{UNMEASURED, with_depth};
use super::unit::{Unit, UnitKind};
use super::{Mode, Options};

/// `CO_FUTURE_ANNOTATIONS`
const FUTURE_ANNOTATIONS: u32 = 0x100_0000;

/// What a compilation gives.
#[derive(Debug)]
pub struct Compiled {
    /// The module's code.
    pub code: CodeData,
    /// Warnings in the order they were found.
    pub warnings: Vec<SyntaxWarning>,
}

/// Compiles source text.
pub fn compile(source: &Source, filename: &str, options: &Options) -> Outcome<Compiled> {
    if options.mode == Mode::FuncType {
        let message = "compile() mode 'func_type' is for syntax trees only";
        return Err(SyntaxProblem::new(ProblemKind::ValueError, source, Span::NONE, message));
    }
    let (module, mut warnings) = parse_source(source, options)?;
    let mut depth = 0;
    let result = compile_measured(&module, source, filename, options, &mut depth);
    with_depth(depth, || drop(module));
    let mut compiled = result?;
    warnings.append(&mut compiled.warnings);
    compiled.warnings = warnings;
    Ok(compiled)
}

/// Compiles a syntax tree whose ranges refer to `source`.
pub fn compile_ast(
    module: &ast::Mod,
    source: &Source,
    filename: &str,
    options: &Options,
) -> Outcome<Compiled> {
    compile_measured(module, source, filename, options, &mut 0)
}

/// As [`compile_ast`]; tells how deep the tree is, for whoever drops it.
fn compile_measured(
    module: &ast::Mod,
    source: &Source,
    filename: &str,
    options: &Options,
    depth: &mut u32,
) -> Outcome<Compiled> {
    *depth = UNMEASURED;
    let future = future_annotations(module, source)? || options.future_annotations;
    let collecting = CollectOptions::of(options, future);
    let (mut table, levels) = collect(module, source, collecting)?;
    *depth = levels;
    analyze(&mut table, source)?;
    let outermost = Unit::new(ScopeId(0), UnitKind::Module, "".into(), String::new(), 1);
    let mut compiler = Compiler {
        source,
        filename,
        options,
        future_annotations: future,
        table,
        warnings: Vec::new(),
        unit: outermost,
        outer: Vec::new(),
        quiet: 0,
        parentheses: None,
    };
    let code = compiler.module(module)?;
    #[cfg(debug_assertions)]
    if let Err(error) = super::super::bytecode::verify::verify(&code) {
        panic!("the compiler made wrong code: {error}");
    }
    Ok(Compiled { code, warnings: compiler.warnings })
}

impl<'a> Compiler<'a> {
    fn module(&mut self, module: &'a ast::Mod) -> Outcome<CodeData> {
        let start = Span { start: 0, end: 0 };
        self.enter(ScopeId(0), UnitKind::Module, "<module>", 0, None);
        self.unit.qualname = "<module>".to_owned();
        self.unit.first_line = 1;
        if self.future_annotations {
            self.unit.flags |= FUTURE_ANNOTATIONS;
        }
        match module {
            ast::Mod::Expression(node) => {
                let value = self.operand(&node.body)?;
                self.emit(span(&*node.body), Op::Return, value, 0, 0);
            }
            ast::Mod::Module(node) => {
                let start = node.body.first().map_or(start, span);
                self.setup_conditional_annotations(start);
                self.setup_future_annotations(start);
                self.collect_annotations(&node.body, false);
                self.deferred_annotations(start)?;
                let body: &'a [Stmt] = if self.options.mode == Mode::Single {
                    &node.body
                } else {
                    self.stored_docstring(&node.body)?
                };
                self.body(body)?;
                let end = node.body.last().map_or(start, span);
                self.emit(end, Op::ReturnNone, 0, 0, 0);
            }
        }
        if self.options.top_level_await && self.table.scope(ScopeId(0)).coroutine {
            self.unit.flags |= flags::COROUTINE;
        }
        let (mut code, _) = self.leave()?;
        if self.future_annotations {
            mark_future(&mut code);
        }
        Ok(code)
    }
}

/// All code of the source carries the future flag.
fn mark_future(code: &mut CodeData) {
    use super::super::bytecode::code::Const;
    code.flags |= FUTURE_ANNOTATIONS;
    for value in &mut code.consts {
        if let Const::Code(inner) = value {
            mark_future(inner);
        }
    }
}

/// The symbol tables of a source, as the `symtable` module shows them.
pub fn symbols(source: &Source, options: &Options) -> Outcome<ScopeTable> {
    let (module, _) = parse_source(source, options)?;
    let future = future_annotations(&module, source)? || options.future_annotations;
    let collecting = CollectOptions::of(options, future);
    let (mut table, depth) = collect(&module, source, collecting)?;
    with_depth(depth, || drop(module));
    analyze(&mut table, source)?;
    // Addresses of nodes that are gone mean nothing.
    table.by_node.clear();
    Ok(table)
}

/// Checks the `__future__` imports; tells whether annotations are postponed.
fn future_annotations(module: &ast::Mod, source: &Source) -> Outcome<bool> {
    const FEATURES: [&str; 10] = [
        "nested_scopes",
        "generators",
        "division",
        "absolute_import",
        "with_statement",
        "print_function",
        "unicode_literals",
        "barry_as_FLUFL",
        "generator_stop",
        "annotations",
    ];
    let ast::Mod::Module(module) = module else { return Ok(false) };
    let mut found = false;
    let mut allowed = true;
    let mut docstring = true;
    for stmt in &module.body {
        let future = match stmt {
            Stmt::ImportFrom(node) => {
                node.level == 0 && node.module.as_ref().is_some_and(|m| m.as_str() == "__future__")
            }
            _ => false,
        };
        if let (true, Stmt::ImportFrom(node)) = (future, stmt) {
            if !allowed {
                let message = "from __future__ imports must occur at the beginning of the file";
                return Err(SyntaxProblem::compiled(source, node.range, message));
            }
            docstring = false;
            for alias in &node.names {
                let name = alias.name.as_str();
                if name == "braces" {
                    return Err(SyntaxProblem::compiled(source, alias.range, "not a chance"));
                }
                if !FEATURES.contains(&name) {
                    let message = format!("future feature {name} is not defined");
                    return Err(SyntaxProblem::compiled(source, alias.range, message));
                }
                found |= name == "annotations";
            }
            continue;
        }
        let is_text = matches!(stmt, Stmt::Expr(node) if node.value.is_string_literal_expr());
        if is_text && docstring {
            docstring = false;
        } else {
            allowed = false;
        }
    }
    Ok(found)
}
