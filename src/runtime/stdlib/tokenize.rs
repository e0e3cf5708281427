//! `_tokenize`: the compiler's tokenizer as an iterator, which the library's `tokenize` is made of.
//!
//! A line is read when a token of it is asked for, no sooner: tools count the lines that were read to know where they are. An
//! error in the source is raised behind the tokens before it.

use std::collections::VecDeque;

use crate::runtime::builtins::exceptions as exc;
use crate::runtime::compiler::{Source, Span, Stepwise, SyntaxProblem, Tok, Token};
use crate::runtime::error::PyResult;
use crate::runtime::object::args::Signature;
use crate::runtime::object::typedef::TypeSpec;
use crate::runtime::object::vm::Vm;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::{LockCell, Payload, Value};

/// Numbers of the token types, as `token` has them.
mod number {
    pub const END: i64 = 0;
    pub const NAME: i64 = 1;
    pub const NUMBER: i64 = 2;
    pub const STRING: i64 = 3;
    pub const NEWLINE: i64 = 4;
    pub const INDENT: i64 = 5;
    pub const DEDENT: i64 = 6;
    pub const OP: i64 = 55;
    pub const FSTRING_START: i64 = 59;
    pub const FSTRING_MIDDLE: i64 = 60;
    pub const FSTRING_END: i64 = 61;
    pub const TSTRING_START: i64 = 62;
    pub const TSTRING_MIDDLE: i64 = 63;
    pub const TSTRING_END: i64 = 64;
    pub const COMMENT: i64 = 65;
    pub const NL: i64 = 66;
    pub const ERROR: i64 = 67;
}

/// The operators from number 7 on, in their order.
const OPERATORS: [&str; 48] = [
    "(", ")", "[", "]", ":", ",", ";", "+", "-", "*", "/", "|", "&", "<", ">", "=", ".", "%", "{", "}", "==",
    "!=", "<=", ">=", "~", "^", "<<", ">>", "**", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=",
    ">>=", "**=", "//", "//=", "@", "@=", "->", "...", ":=", "!",
];

/// `TokenizerIter`
struct TokenizerIter {
    readline: LockCell<Value>,
    encoding: Option<String>,
    extra: bool,
    /// The tokens of the lines read that have not been asked for.
    tokens: LockCell<VecDeque<Value>>,
    /// What is raised behind them.
    error: LockCell<Option<Box<SyntaxProblem>>>,
    lines: LockCell<Lines>,
}

crate::payload!(TokenizerIter, "TokenizerIter", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.readline.get());
        for token in self.tokens.get() {
            visit(token);
        }
    }
    fn clear(&self) {
        self.readline.set(Value::NONE);
        drop(self.tokens.take());
    }
});

static TOKENIZER_ITER: TypeSpec =
    TypeSpec::new("_tokenize.TokenizerIter", TokenizerIter::layout).slots(|s| {
        s.new = Some(|vm, ty, args| {
            const SIGNATURE: Signature =
                Signature::parse("tokenizeriter(readline, /, *, encoding=None, extra_tokens=False)");
            let [readline, encoding, extra] = vm.bind_args(&SIGNATURE, args)?;
            let encoding = match encoding.some() {
                Some(name) => Some(vm.to_string(name)?),
                None => None,
            };
            let extra = extra.given().map_or(Ok(false), |extra| vm.truth(extra))?;
            let this = TokenizerIter {
                readline: LockCell::new(readline),
                encoding,
                extra,
                tokens: LockCell::new(VecDeque::new()),
                error: LockCell::new(None),
                lines: LockCell::new(Lines::default()),
            };
            Ok(vm.alloc(ty, this).into_value())
        });
        s.iter = Some(|_, iter| Ok(iter.clone()));
        s.next = Some(|vm, iter| {
            let this = vm.cast::<TokenizerIter>(iter)?;
            loop {
                if let Some(token) = this.tokens.get_mut().pop_front() {
                    return Ok(Some(token));
                }
                if this.lines.get().ended {
                    break;
                }
                let piece = read_line(vm, this)?;
                // Making tokens can collect, and that can run anything: nothing is borrowed meanwhile.
                let mut lines = this.lines.take();
                let (tokens, error) = lines.read(vm, &piece, this.extra);
                this.lines.set(lines);
                this.error.set(error);
                this.tokens.get_mut().extend(tokens);
            }
            match this.error.take() {
                Some(problem) if problem.message.starts_with("unindent does not match") => {
                    let text = vm.str(problem.text.trim_end_matches(['\n', '\r']));
                    let [line, column] = [problem.line, problem.column].map(|n| vm.int(i64::from(n)));
                    let place = vec![vm.str("<string>"), line, column, text, Value::NONE, Value::NONE];
                    let place = vm.tuple(place);
                    Err(vm.raise_args(&exc::INDENTATION_ERROR, vec![vm.str(&problem.message), place]))
                }
                Some(problem) => Err(vm.syntax_error(&problem, "<string>")),
                None => Ok(None),
            }
        });
    });

/// The line that `readline` gives; nothing at the end.
fn read_line(vm: &Vm, this: &TokenizerIter) -> PyResult<String> {
    let readline = this.readline.cloned();
    let line = match vm.call0(&readline) {
        Ok(line) => line,
        Err(raised) if vm.raised_is(&exc::STOP_ITERATION) => {
            drop(vm.take_raised(raised));
            return Ok(String::new());
        }
        Err(raised) => return Err(raised),
    };
    match &this.encoding {
        None if line.as_str().is_some() => vm.source_text(&line, "tokenize", "<string>"),
        None => Err(vm.type_error("readline() returned a non-string object")),
        Some(encoding) => {
            let Some(bytes) = vm.bytes_of(&line) else {
                return Err(vm.type_error("readline() returned a non-bytes object"));
            };
            let decoded = vm.decode(bytes, encoding, "replace")?;
            Ok(decoded.as_str().map(|t| t.to_string_lossy().into_owned()).unwrap_or_default())
        }
    }
}

/// The lines of a source, as they were read.
#[derive(Default)]
struct Lines {
    text: Stepwise,
    /// Each line as it was read, with its end.
    raw: Vec<String>,
    /// There is no more: the end was read, or an error.
    ended: bool,
}

impl Lines {
    /// Takes a piece (an empty one is the end), and answers the tokens that are sure now and what comes behind them.
    fn read(&mut self, vm: &Vm, piece: &str, extra: bool) -> (Vec<Value>, Option<Box<SyntaxProblem>>) {
        if piece.contains('\0') {
            self.ended = true;
            let message = "source code cannot contain null bytes";
            let at = Span { start: 0, end: 0 };
            return (Vec::new(), Some(SyntaxProblem::syntax(&Source::new(""), at, message)));
        }
        for line in split_lines(piece) {
            match self.raw.last_mut() {
                Some(last) if !last.ends_with(['\n', '\r']) => last.push_str(line),
                _ => self.raw.push(line.to_owned()),
            }
        }
        let found = self.text.read(piece);
        let source = self.text.source();
        let end = source.text().len() as u32;
        self.ended = piece.is_empty() || found.error.is_some();
        let end_of_text = if piece.is_empty() { end } else { u32::MAX };
        let tokens = found
            .list
            .iter()
            .filter(|token| extra || !matches!(token.kind, Tok::Comment | Tok::Nl))
            .map(|token| tuple(vm, self, token, extra, end_of_text))
            .collect();
        let mut error = found.error;
        if let Some(problem) = &mut error
            && problem.message == "unexpected EOF while parsing"
        {
            problem.message = String::from("unexpected EOF in multi-line statement");
            problem.column += 1;
        }
        if self.ended && error.is_none() && !found.open.is_empty() {
            let at = Span { start: end, end };
            let mut problem = SyntaxProblem::syntax(source, at, "unexpected EOF in multi-line statement");
            problem.column = 0;
            problem.line -= u32::from(source.text().ends_with('\n'));
            error = Some(problem);
        }
        (tokens, error)
    }

    fn raw(&self, line: u32) -> &str {
        self.raw.get(line.saturating_sub(1) as usize).map_or("", String::as_str)
    }

    /// Lines from one to another, together.
    fn joined(&self, first: u32, last: u32) -> String {
        (first..=last).map(|line| self.raw(line)).collect()
    }

    /// Line, and column in code points, of an offset.
    fn place(&self, offset: u32) -> (u32, u32) {
        let (line, column) = self.text.source().line_column(offset);
        let text = self.raw(line);
        let before = text.get(..column as usize).unwrap_or(text);
        (line, if before.is_ascii() { column } else { before.chars().count() as u32 })
    }
}

fn split_lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\n', '\r']) {
        let end = if rest[at..].starts_with("\r\n") { at + 2 } else { at + 1 };
        lines.push(&rest[..end]);
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

/// `(type, string, (line, column), (end line, end column), line text)`
fn tuple(vm: &Vm, lines: &Lines, token: &Token, extra: bool, end_of_text: u32) -> Value {
    let source = lines.text.source();
    let (start, end) = (lines.place(token.span.start), lines.place(token.span.end));
    let at_end = token.span.start >= end_of_text;
    let text = source.slice(token.span);
    let is_last = token.kind == Tok::End || (token.kind == Tok::Dedent && at_end);
    let kind = match token.kind {
        Tok::Name => number::NAME,
        Tok::Number => number::NUMBER,
        Tok::Str => number::STRING,
        Tok::FStart => number::FSTRING_START,
        Tok::FMiddle => number::FSTRING_MIDDLE,
        Tok::FEnd => number::FSTRING_END,
        Tok::TStart => number::TSTRING_START,
        Tok::TMiddle => number::TSTRING_MIDDLE,
        Tok::TEnd => number::TSTRING_END,
        Tok::Op => operator(text, extra),
        Tok::Newline => number::NEWLINE,
        Tok::Indent => number::INDENT,
        Tok::Dedent => number::DEDENT,
        Tok::End | Tok::Beyond => number::END,
        Tok::Comment => number::COMMENT,
        Tok::Nl => number::NL,
    };
    let pair =
        |(line, column): (u32, u32)| vm.tuple(vec![vm.int(i64::from(line)), vm.int(i64::from(column))]);
    if !extra && matches!(token.kind, Tok::Indent | Tok::Dedent | Tok::End) {
        // Without the tokens of the module `tokenize` what has no text has no column.
        let past = at_end && source.text().ends_with('\n');
        let line = i64::from(end.0) - i64::from(past);
        let place = vm.tuple(vec![vm.int(line), vm.int(-1)]);
        let shown = if at_end { String::new() } else { lines.raw(end.0).to_owned() };
        return vm.tuple(vec![vm.int(kind), vm.str(""), place.clone(), place, vm.str(shown)]);
    }
    let (shown, first, last, line) = if is_last {
        // Behind the last line, whether or not that has an end.
        let line = if source.text().is_empty() || source.text().ends_with('\n') { end.0 } else { end.0 + 1 };
        (String::new(), (line, 0), (line, 0), String::new())
    } else if !extra && token.kind == Tok::Newline {
        (String::new(), start, start, lines.raw(start.0).to_owned())
    } else if matches!(token.kind, Tok::Newline | Tok::Nl) {
        let raw = lines.raw(start.0);
        let ending = &raw[raw.trim_end_matches(['\n', '\r']).len()..];
        let shown = if text.is_empty() { "" } else { ending };
        let width = ending.len().max(1) as u32;
        (shown.to_owned(), start, (start.0, start.1 + width), raw.to_owned())
    } else if token.kind == Tok::Dedent {
        (String::new(), end, end, lines.raw(end.0).to_owned())
    } else {
        let shown = if start.0 == end.0 || !lines.raw(start.0).contains('\r') {
            text.to_owned()
        } else {
            text.replace('\n', "\r\n")
        };
        (shown, start, end, lines.joined(start.0, end.0))
    };
    let line = vm.str(line);
    vm.tuple(vec![vm.int(kind), vm.str(shown), pair(first), pair(last), line])
}

fn operator(text: &str, extra: bool) -> i64 {
    match OPERATORS.iter().position(|operator| *operator == text) {
        Some(_) if extra => number::OP,
        Some(at) => at as i64 + 7,
        None if text == "<>" && extra => number::OP,
        None if text == "<>" => 28,
        None if extra => number::OP,
        None => number::ERROR,
    }
}

/// `_tokenize`
pub static MODULE: NativeModule = NativeModule {
    name: "_tokenize",
    doc: "",
    functions: &[],
    init: |vm, dict| {
        vm.set_type_in(dict, &TOKENIZER_ITER);
        Ok(())
    },
};
