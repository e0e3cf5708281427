//! What the compiler reports: syntax errors and warnings, in the terms of CPython's `SyntaxError`.

use super::source::{Source, Span};

/// Which exception a problem becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// `SyntaxError`
    SyntaxError,
    /// `IndentationError`
    IndentationError,
    /// `TabError`
    TabError,
    /// `_IncompleteInputError`: more input could make it valid.
    IncompleteInput,
    /// `RecursionError` or `MemoryError`: nested too deeply.
    TooDeep,
    /// `OverflowError`: something does not fit the machine's limits.
    TooLarge,
    /// `ValueError`: source code string cannot contain null bytes and the like.
    ValueError,
}

/// A compile-time error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxProblem {
    /// Which exception it becomes.
    pub kind: ProblemKind,
    /// The message, CPython's words.
    pub message: String,
    /// Line from 1; 0 if unknown.
    pub line: u32,
    /// Column in code points, from 1.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last code point, from 1; 0 and -1 as CPython has them where there is none.
    pub end_column: i32,
    /// The text of the first line.
    pub text: String,
    /// It was found after parsing: CPython has no text by then, and looks for it in the file.
    pub late: bool,
    /// Warnings about what was read before it.
    pub warnings: Vec<SyntaxWarning>,
}

/// A `SyntaxWarning`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxWarning {
    /// The text, CPython's words.
    pub message: String,
    /// Line from 1.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// Column in code points, from 1.
    pub column: u32,
    /// Column after the last code point, from 1.
    pub end_column: u32,
    /// The first line's text, for when the warning is turned into an error.
    pub text: String,
    /// The message of that error, where it differs.
    pub error_message: Option<String>,
}

/// Result of a compilation step.
pub type Outcome<T> = Result<T, Box<SyntaxProblem>>;

impl SyntaxProblem {
    /// A problem of some kind at a span.
    pub fn new(
        kind: ProblemKind,
        source: &Source,
        span: Span,
        message: impl Into<String>,
    ) -> Box<SyntaxProblem> {
        let message = message.into();
        if span == Span::NONE {
            return Box::new(SyntaxProblem {
                kind,
                message,
                line: 0,
                column: 0,
                end_line: 0,
                end_column: 0,
                text: String::new(),
                late: false,
                warnings: Vec::new(),
            });
        }
        let at = source.position(span);
        Box::new(SyntaxProblem {
            kind,
            message,
            line: at.line,
            column: source.char_column(span.start),
            end_line: at.end_line,
            end_column: source.char_column(span.end) as i32,
            text: source.line_text(at.line).to_owned(),
            late: false,
            warnings: Vec::new(),
        })
    }

    /// A `SyntaxError` found after parsing: CPython counts bytes then.
    pub fn compiled(
        source: &Source,
        span: impl Into<Span>,
        message: impl Into<String>,
    ) -> Box<SyntaxProblem> {
        let span = span.into();
        let mut problem = SyntaxProblem::syntax(source, span, message);
        problem.late = true;
        if span != Span::NONE {
            let at = source.position(span);
            problem.column = at.column + 1;
            problem.end_column = at.end_column as i32 + 1;
        }
        problem
    }

    /// A plain `SyntaxError` at a span.
    pub fn syntax(source: &Source, span: impl Into<Span>, message: impl Into<String>) -> Box<SyntaxProblem> {
        SyntaxProblem::new(ProblemKind::SyntaxError, source, span.into(), message)
    }
}

impl SyntaxWarning {
    /// A warning at a span.
    pub fn new(source: &Source, span: Span, message: impl Into<String>) -> SyntaxWarning {
        let at = source.position(span);
        SyntaxWarning {
            message: message.into(),
            line: at.line,
            end_line: at.end_line,
            column: source.char_column(span.start),
            end_column: source.char_column(span.end),
            text: source.line_text(at.line).to_owned(),
            error_message: None,
        }
    }
}
