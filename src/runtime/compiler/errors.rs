//! Why a source cannot be parsed, in CPython's words.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{InterpolatedStringErrorType, LexicalErrorType, ParseError, ParseErrorType};

use super::problem::{ProblemKind, SyntaxProblem};
use super::shadow::Shadow;
use super::source::{Source, Span};
use super::tokens::{Tok, Tokens, tokenize};
use super::{Mode, Options};

/// The problem of a source that the parser refuses.
///
/// Without an error of the parser's own the source is interactive input that is not complete.
pub fn diagnose(source: &Source, error: Option<&ParseError>, options: &Options) -> Box<SyntaxProblem> {
    let tokens = tokenize(source);
    let mut ended = error.is_none();
    let mut far_line = 0;
    let mut problem = find(source, &tokens, error, options, &mut ended, &mut far_line);
    let by_tokenizer = tokens.error.as_ref().is_some_and(|known| *known == problem);
    shown_line(source, &mut problem, by_tokenizer, far_line, options);
    if ended && options.allow_incomplete {
        return SyntaxProblem::new(
            ProblemKind::IncompleteInput,
            source,
            Span { start: source.text().len() as u32, end: source.text().len() as u32 },
            "incomplete input",
        );
    }
    problem
}

/// The text of the line as CPython has it: it shows what its tokenizer has read.
///
/// A complaint of the tokenizer itself ends before the newline, and so does the line of an error that is found when a later
/// line has been read; all others have the newline, which a module gets at its end.
fn shown_line(
    source: &Source,
    problem: &mut SyntaxProblem,
    by_tokenizer: bool,
    far_line: u32,
    options: &Options,
) {
    const AT_THE_END: [&str; 5] = [
        "unexpected EOF",
        "unexpected character after line continuation",
        "unindent does not match",
        "inconsistent use of tabs",
        "too many levels of indentation",
    ];
    let complaint = by_tokenizer && !AT_THE_END.iter().any(|start| problem.message.starts_with(start));
    if complaint || problem.line < far_line {
        problem.text.truncate(problem.text.trim_end_matches('\n').len());
    } else if options.mode == Mode::Exec
        && problem.line != 0
        && !problem.text.ends_with('\n')
        && !source.text().ends_with('\n')
    {
        problem.text.push('\n');
        if problem.message.starts_with("unexpected EOF") {
            problem.column += 1;
        }
    }
}

/// Finds the problem; tells whether the end of the source had been reached.
fn find(
    source: &Source,
    tokens: &Tokens,
    error: Option<&ParseError>,
    options: &Options,
    ended: &mut bool,
    far_line: &mut u32,
) -> Box<SyntaxProblem> {
    let is_expression = options.mode == Mode::Eval;
    // Only a module gets a newline at its end if it has none.
    let bare_end = options.mode != Mode::Exec && !source.text().ends_with('\n');
    let at_end = |far: usize| match tokens.list.get(far) {
        None => match &tokens.error {
            None => true,
            Some(problem) if problem.message.starts_with("unterminated triple") => true,
            Some(problem) if problem.message.starts_with("unterminated") => tokens.at_end && bare_end,
            Some(problem) => problem.message.starts_with("unexpected EOF") && !bare_end,
        },
        Some(token) => match token.kind {
            Tok::End | Tok::Dedent => token.span.end as usize >= source.text().len(),
            // Reading a word or number looks at what is behind it.
            Tok::Newline | Tok::Name | Tok::Number => {
                bare_end && token.span.end as usize >= source.text().len()
            }
            _ => false,
        },
    };
    let mut shadow = Shadow::new(source, &tokens.list);
    let pass = |shadow: &mut Shadow| if is_expression { shadow.eval() } else { shadow.file() };
    let first = pass(&mut shadow);
    if let Ok(true) = first {
        let last = tokens.list.len().saturating_sub(1);
        return match error {
            Some(error) => mapped(source, tokens, error),
            None => generic(source, &shadow, last),
        };
    }
    let last = shadow.far;
    *ended |= at_end(last);
    let lines = source.line((source.text().trim_end_matches('\n').len()) as u32);
    *far_line = tokens.list.get(last).map_or(lines, |token| source.line(token.span.start).min(lines));
    if first.is_ok() && !shadow.beyond {
        shadow.restart();
        let _ = pass(&mut shadow);
    }
    if shadow.beyond && shadow.problem.is_none() {
        // The parser got to where the tokenizer cannot go on.
        if let Some(problem) = tokens.error.clone().or_else(|| unclosed(source, &tokens.open)) {
            return problem;
        }
        return generic(source, &shadow, last);
    }
    let indentation = matches!(tokens.list.get(last).map(|t| t.kind), Some(Tok::Indent | Tok::Dedent));
    if shadow.problem.is_none() && indentation {
        return generic(source, &shadow, last);
    }
    if let Some(problem) = tokens.error.clone().filter(|_| !tokens.soft) {
        return problem;
    }
    let line = source.line(
        tokens.list.get(shadow.far.min(tokens.list.len().saturating_sub(1))).map_or(0, |t| t.span.start),
    );
    if let Some(&(_, place)) = tokens.open.last()
        && line > source.line(place)
        && let Some(problem) = unclosed(source, &tokens.open)
    {
        return problem;
    }
    match shadow.problem.take() {
        Some(problem) => problem,
        None => generic(source, &shadow, last),
    }
}

/// `'(' was never closed`
fn unclosed(source: &Source, open: &[(u8, u32)]) -> Option<Box<SyntaxProblem>> {
    let &(bracket, place) = open.last()?;
    let span = Span { start: place, end: place };
    let mut problem = SyntaxProblem::syntax(source, span, format!("'{}' was never closed", bracket as char));
    problem.end_column = 0;
    Some(problem)
}

/// What is said of a token that fits nowhere.
fn generic(source: &Source, shadow: &Shadow, last: usize) -> Box<SyntaxProblem> {
    let Some(&token) = shadow.tokens.get(last.min(shadow.tokens.len().saturating_sub(1))) else {
        return SyntaxProblem::syntax(source, Span { start: 0, end: 0 }, "invalid syntax");
    };
    let (kind, message) = match token.kind {
        Tok::Indent => (ProblemKind::IndentationError, "unexpected indent"),
        Tok::Dedent => (ProblemKind::IndentationError, "unexpected unindent"),
        _ => (ProblemKind::SyntaxError, "invalid syntax"),
    };
    shadow.at_token(kind, token, message.to_owned())
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
