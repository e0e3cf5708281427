//! Source text to syntax tree.

use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_python_ast::{self as ast, Stmt};
use ruff_python_parser::{Mode as ParserMode, ParseOptions, Parsed, parse, parse_unchecked};
use ruff_text_size::Ranged;

use super::errors::diagnose;
use super::problem::{Outcome, ProblemKind, SyntaxProblem, SyntaxWarning};
use super::source::{Source, Span};
use super::tokens::tokenize;
use super::{Mode, Options, escapes};

/// Brackets within brackets, in CPython's tokenizer.
const MAX_BRACKETS: usize = 200;

/// Parses a module or an expression; gives warnings about its tokens, too.
pub fn parse_source(source: &Source, options: &Options) -> Outcome<(ast::Mod, Vec<SyntaxWarning>)> {
    let (parsed, warnings) = parse_tokens(source, options)?;
    Ok((parsed.into_syntax(), warnings))
}

/// As [`parse_source`], with the tokens.
pub fn parse_tokens(source: &Source, options: &Options) -> Outcome<(Parsed<ast::Mod>, Vec<SyntaxWarning>)> {
    if memchr::memchr(0, source.text().as_bytes()).is_some() {
        let message = "source code string cannot contain null bytes";
        return Err(SyntaxProblem::new(ProblemKind::SyntaxError, source, Span::NONE, message));
    }
    if may_nest_deeply(source.text()) {
        // Before the parser gets lost in it.
        let tokens = tokenize(source);
        if let Some(mut problem) = tokens.error.filter(|_| !tokens.soft) {
            problem.text.truncate(problem.text.trim_end_matches('\n').len());
            return Err(problem);
        }
    }
    let mode = if options.mode == Mode::Eval { ParserMode::Expression } else { ParserMode::Module };
    let parser_options = ParseOptions::from(mode).with_target_version(ast::PythonVersion::PY314);
    let parsed = match parse(source.text(), parser_options) {
        Ok(parsed) => parsed,
        Err(error) => {
            let mut problem = diagnose(source, Some(&error), options);
            // What the parser had taken before it stopped has been warned about.
            let read = parse_unchecked(source.text(), ParseOptions::from(mode));
            problem.warnings = escape_warnings(source, read.tokens());
            problem
                .warnings
                .retain(|warning| (warning.line, warning.column) < (problem.line, problem.column));
            return Err(problem);
        }
    };
    let warnings = escape_warnings(source, parsed.tokens());
    if options.mode == Mode::Single
        && let ast::Mod::Module(module) = parsed.syntax()
    {
        check_single(source, &module.body, options)?;
    }
    Ok((parsed, warnings))
}

/// Interactive input is one statement, and complete.
fn check_single(source: &Source, body: &[Stmt], options: &Options) -> Outcome<()> {
    let Some(last) = body.last() else { return Err(diagnose(source, None, options)) };
    let is_compound = |stmt: &Stmt| {
        matches!(
            stmt,
            Stmt::FunctionDef(_)
                | Stmt::ClassDef(_)
                | Stmt::For(_)
                | Stmt::While(_)
                | Stmt::If(_)
                | Stmt::With(_)
                | Stmt::Match(_)
                | Stmt::Try(_)
        )
    };
    for pair in body.windows(2) {
        let between = Span { start: pair[0].range().end().to_u32(), end: pair[1].range().start().to_u32() };
        if is_compound(&pair[0]) || !source.slice(between).contains(';') {
            let message = "multiple statements found while compiling a single statement";
            let at = Span { start: between.start, end: between.start };
            return Err(SyntaxProblem::syntax(source, at, message));
        }
    }
    let text = source.text();
    if is_compound(last) && !text.ends_with('\n') {
        let line = text.rsplit('\n').next().unwrap_or("");
        let in_block = line.starts_with([' ', '\t']) && !line.trim().is_empty();
        if !(in_block && options.imply_dedent) {
            return Err(diagnose(source, None, options));
        }
    }
    Ok(())
}

/// Warnings about escape sequences that mean nothing.
fn escape_warnings(source: &Source, tokens: &Tokens) -> Vec<SyntaxWarning> {
    let mut warnings = Vec::new();
    let escapes = memchr::memchr(b'\\', source.text().as_bytes()).is_some();
    let mut before: Option<&Token> = None;
    for token in tokens {
        if let Some(number) = before.replace(token)
            && number.range().end() == token.range().start()
            && let Some(warning) = glued_number(source, number, token)
        {
            warnings.push(warning);
        }
        if !escapes {
            continue;
        }
        let (TokenKind::String | TokenKind::FStringMiddle | TokenKind::TStringMiddle) = token.kind() else {
            continue;
        };
        let Some(flags) = token.string_flags() else { continue };
        if flags.is_raw_string() {
            continue;
        }
        let span: Span = token.range().into();
        let text = source.slice(span);
        let Some((at, escape, is_octal)) = escapes::meaningless(text, flags.is_byte_string()) else {
            continue;
        };
        let place = Span { start: span.start + at as u32, end: span.start + (at + 1 + escape.len()) as u32 };
        let what = if is_octal { "an invalid octal escape sequence" } else { "an invalid escape sequence" };
        let advice = format!("Did you mean \"\\\\{escape}\"? A raw string is also an option.");
        let message =
            format!("\"\\{escape}\" is {what}. Such sequences will not work in the future. {advice}");
        let mut warning = SyntaxWarning::new(source, place, message);
        warning.error_message = Some(format!("\"\\{escape}\" is {what}. {advice}"));
        warnings.push(warning);
    }
    warnings
}

/// The warning about a number that a keyword follows without a blank: `1if x`.
fn glued_number(source: &Source, number: &Token, keyword: &Token) -> Option<SyntaxWarning> {
    use TokenKind::{And, Complex, Else, Float, For, If, In, Int, Is, Not, Or};
    let glued = matches!(number.kind(), Int | Float | Complex)
        && matches!(keyword.kind(), And | Else | For | If | In | Is | Not | Or);
    if !glued {
        return None;
    }
    let span: Span = number.range().into();
    let text = source.slice(span);
    let what = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => "hexadecimal",
        [b'0', b'o' | b'O', ..] => "octal",
        [b'0', b'b' | b'B', ..] => "binary",
        [.., b'j' | b'J'] => "imaginary",
        _ => "decimal",
    };
    let message = format!("invalid {what} literal");
    let last = Span { start: span.end.saturating_sub(1), end: span.end.saturating_sub(1) };
    let mut warning = SyntaxWarning::new(source, last, message.clone());
    warning.error_message = Some(message);
    Some(warning)
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
