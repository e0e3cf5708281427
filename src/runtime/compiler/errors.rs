//! Why a source cannot be parsed, in CPython's words.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{InterpolatedStringErrorType, LexicalErrorType, ParseError, ParseErrorType};

use super::problem::{ProblemKind, SyntaxProblem};
use super::source::{Source, Span};
use super::tokens::{Tok, Tokens, tokenize};

/// The problem of a source that the parser refuses.
pub fn diagnose(source: &Source, error: &ParseError) -> Box<SyntaxProblem> {
    let tokens = tokenize(source);
    if let Some(problem) = tokens.error {
        return problem;
    }
    let at: Span = error.location.into();
    if let Some(problem) = unclosed(source, &tokens, at) {
        return problem;
    }
    mapped(source, &tokens, error)
}

/// `'(' was never closed`, if the error lies behind the line of the bracket or at the end.
fn unclosed(source: &Source, tokens: &Tokens, at: Span) -> Option<Box<SyntaxProblem>> {
    let &(bracket, place) = tokens.open.last()?;
    let end = tokens.list.last().map_or(0, |t| t.span.end);
    if at.start < end && source.line(at.start) <= source.line(place) {
        return None;
    }
    let span = Span { start: place, end: place };
    Some(SyntaxProblem::syntax(source, span, format!("'{}' was never closed", bracket as char)))
}

/// The plain translation of the parser's own error.
fn mapped(source: &Source, tokens: &Tokens, error: &ParseError) -> Box<SyntaxProblem> {
    let at: Span = error.location.into();
    let here = tokens.list.iter().find(|t| t.span.end > at.start || t.kind == Tok::End);
    let generic = || {
        let span = here.map_or(at, |t| t.span);
        match here.map(|t| t.kind) {
            Some(Tok::Indent) => SyntaxProblem::new(
                ProblemKind::IndentationError,
                source,
                Span { start: span.end, end: span.end },
                "unexpected indent",
            ),
            Some(Tok::Dedent) => {
                SyntaxProblem::new(ProblemKind::IndentationError, source, span, "unexpected unindent")
            }
            _ => SyntaxProblem::syntax(source, span, "invalid syntax"),
        }
    };
    let known = |message: &str| SyntaxProblem::syntax(source, at, message);
    match &error.error {
        ParseErrorType::UnexpectedIndentation => generic(),
        ParseErrorType::ExpectedToken { expected: TokenKind::Colon, .. } => known("expected ':'"),
        ParseErrorType::PositionalAfterKeywordArgument => {
            known("positional argument follows keyword argument")
        }
        ParseErrorType::PositionalAfterKeywordUnpacking => {
            known("positional argument follows keyword argument unpacking")
        }
        ParseErrorType::InvalidArgumentUnpackingOrder => {
            known("iterable argument unpacking follows keyword argument unpacking")
        }
        ParseErrorType::UnparenthesizedGeneratorExpression => {
            known("Generator expression must be parenthesized")
        }
        ParseErrorType::NonDefaultParamAfterDefaultParam => {
            known("parameter without a default follows parameter with a default")
        }
        ParseErrorType::ParamAfterVarKeywordParam => known("arguments cannot follow var-keyword argument"),
        ParseErrorType::IterableUnpackingInComprehension => {
            known("iterable unpacking cannot be used in comprehension")
        }
        ParseErrorType::ExpectedKeywordParam => known("named arguments must follow bare *"),
        ParseErrorType::EmptyTypeParams => known("Type parameter list cannot be empty"),
        ParseErrorType::EmptyImportNames => known("Expected one or more names after 'import'"),
        ParseErrorType::InvalidMatchPatternTarget => known("cannot use '_' as a target"),
        ParseErrorType::ExpectedRealNumber => known("real number required in complex literal"),
        ParseErrorType::ExpectedImaginaryNumber => known("imaginary number required in complex literal"),
        ParseErrorType::FStringError(kind) => known(&interpolated("f", kind)),
        ParseErrorType::TStringError(kind) => known(&interpolated("t", kind)),
        ParseErrorType::Lexical(kind) => match kind {
            LexicalErrorType::InvalidByteLiteral => known("bytes can only contain ASCII literal characters"),
            LexicalErrorType::FStringError(kind) => known(&interpolated("f", kind)),
            LexicalErrorType::TStringError(kind) => known(&interpolated("t", kind)),
            LexicalErrorType::Eof => known("unexpected EOF while parsing"),
            LexicalErrorType::LineContinuationError => {
                known("unexpected character after line continuation character")
            }
            _ => generic(),
        },
        _ => generic(),
    }
}

fn interpolated(prefix: &str, kind: &InterpolatedStringErrorType) -> String {
    let text = match kind {
        InterpolatedStringErrorType::UnclosedLbrace => "expecting '}'",
        InterpolatedStringErrorType::InvalidConversionFlag => "invalid conversion character",
        InterpolatedStringErrorType::SingleRbrace => "single '}' is not allowed",
        InterpolatedStringErrorType::UnterminatedString => "unterminated string",
        InterpolatedStringErrorType::UnterminatedTripleQuotedString => "unterminated triple-quoted string",
        InterpolatedStringErrorType::LambdaWithoutParentheses => {
            "lambda expressions are not allowed without parentheses"
        }
        InterpolatedStringErrorType::ConversionFlagNotImmediatelyAfterExclamation => {
            "conversion type must come right after the exclamation mark"
        }
        InterpolatedStringErrorType::NewlineInFormatSpec => {
            "newlines are not allowed in format specifiers for single quoted f-strings"
        }
    };
    format!("{prefix}-string: {text}")
}
