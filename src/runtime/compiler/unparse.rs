//! Expressions back to text, as CPython writes the strings of postponed annotations.
//!
//! Parentheses stand where the operators' precedence needs them, whatever the source had; recursion is as deep as the
//! expression.

use std::fmt::Write;

use ruff_python_ast::{self as ast, CmpOp, Expr, InterpolatedStringElement, Operator, UnaryOp};

use super::super::bytecode::code::Const;
use super::fold::number;
use super::literal;
use super::source::Source;
use super::stack::with_stack;

/// Binding strength, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Named,
    Tuple,
    Test,
    Or,
    And,
    Not,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arith,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

impl Level {
    /// The next stronger level.
    fn tighter(self) -> Level {
        use Level::*;
        const ALL: [Level; 17] = [
            Named, Tuple, Test, Or, And, Not, Compare, BitOr, BitXor, BitAnd, Shift, Arith, Term, Factor,
            Power, Await, Atom,
        ];
        ALL.get(self as usize + 1).copied().unwrap_or(Atom)
    }
}

struct Unparser<'a> {
    out: String,
    source: &'a Source<'a>,
}

/// The text of an expression.
pub fn unparse(expr: &Expr, source: &Source) -> String {
    let mut unparser = Unparser { out: String::new(), source };
    unparser.expr(expr, Level::Test);
    unparser.out
}

impl Unparser<'_> {
    fn grouped(&mut self, group: bool, write: impl FnOnce(&mut Self)) {
        if group {
            self.out.push('(');
        }
        write(self);
        if group {
            self.out.push(')');
        }
    }

    fn list<'e>(&mut self, items: impl IntoIterator<Item = &'e Expr>, level: Level) {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.expr(item, level);
        }
    }

    fn expr(&mut self, expr: &Expr, level: Level) {
        with_stack(|| self.expr_inner(expr, level));
    }

    fn expr_inner(&mut self, expr: &Expr, level: Level) {
        match expr {
            Expr::BoolOp(node) => {
                let (own, word) = match node.op {
                    ast::BoolOp::And => (Level::And, " and "),
                    ast::BoolOp::Or => (Level::Or, " or "),
                };
                self.grouped(level > own, |me| {
                    for (index, value) in node.values.iter().enumerate() {
                        if index > 0 {
                            me.out.push_str(word);
                        }
                        me.expr(value, own.tighter());
                    }
                });
            }
            Expr::Named(node) => self.grouped(level > Level::Named, |me| {
                me.expr(&node.target, Level::Atom);
                me.out.push_str(" := ");
                me.expr(&node.value, Level::Atom);
            }),
            Expr::BinOp(node) => {
                let own = operator_level(node.op);
                let right_binds = node.op == Operator::Pow;
                self.grouped(level > own, |me| {
                    me.expr(&node.left, if right_binds { own.tighter() } else { own });
                    let _ = write!(me.out, " {} ", node.op.as_str());
                    me.expr(&node.right, if right_binds { own } else { own.tighter() });
                });
            }
            Expr::UnaryOp(node) => {
                let (own, sign) = match node.op {
                    UnaryOp::Not => (Level::Not, "not "),
                    UnaryOp::Invert => (Level::Factor, "~"),
                    UnaryOp::UAdd => (Level::Factor, "+"),
                    UnaryOp::USub => (Level::Factor, "-"),
                };
                self.grouped(level > own, |me| {
                    me.out.push_str(sign);
                    me.expr(&node.operand, own);
                });
            }
            Expr::Lambda(node) => self.grouped(level > Level::Test, |me| {
                me.out.push_str("lambda");
                if let Some(parameters) = node.parameters.as_deref().filter(|p| !p.is_empty()) {
                    me.out.push(' ');
                    me.parameters(parameters);
                }
                me.out.push_str(": ");
                me.expr(&node.body, Level::Test);
            }),
            Expr::If(node) => self.grouped(level > Level::Test, |me| {
                me.expr(&node.body, Level::Test.tighter());
                me.out.push_str(" if ");
                me.expr(&node.test, Level::Test.tighter());
                me.out.push_str(" else ");
                me.expr(&node.orelse, Level::Test);
            }),
            Expr::Dict(node) => {
                self.out.push('{');
                for (index, item) in node.items.iter().enumerate() {
                    if index > 0 {
                        self.out.push_str(", ");
                    }
                    match &item.key {
                        Some(key) => {
                            self.expr(key, Level::Test);
                            self.out.push_str(": ");
                            self.expr(&item.value, Level::Test);
                        }
                        None => {
                            self.out.push_str("**");
                            self.expr(&item.value, Level::BitOr);
                        }
                    }
                }
                self.out.push('}');
            }
            Expr::Set(node) => {
                self.out.push('{');
                self.list(&node.elts, Level::Test);
                self.out.push('}');
            }
            Expr::List(node) => {
                self.out.push('[');
                self.list(&node.elts, Level::Test);
                self.out.push(']');
            }
            Expr::Tuple(node) => {
                if node.elts.is_empty() {
                    self.out.push_str("()");
                    return;
                }
                self.grouped(level > Level::Tuple, |me| {
                    me.list(&node.elts, Level::Test);
                    if node.elts.len() == 1 {
                        me.out.push(',');
                    }
                });
            }
            Expr::ListComp(node) => self.comprehension('[', &node.elt, None, &node.generators, ']'),
            Expr::SetComp(node) => self.comprehension('{', &node.elt, None, &node.generators, '}'),
            Expr::DictComp(node) => match &node.key {
                Some(key) => self.comprehension('{', key, Some(&node.value), &node.generators, '}'),
                None => self.comprehension('{', &node.value, None, &node.generators, '}'),
            },
            Expr::Generator(node) => self.comprehension('(', &node.elt, None, &node.generators, ')'),
            Expr::Await(node) => self.grouped(level > Level::Await, |me| {
                me.out.push_str("await ");
                me.expr(&node.value, Level::Atom);
            }),
            Expr::Yield(node) => {
                self.out.push_str("(yield");
                if let Some(value) = &node.value {
                    self.out.push(' ');
                    self.expr(value, Level::Test);
                }
                self.out.push(')');
            }
            Expr::YieldFrom(node) => {
                self.out.push_str("(yield from ");
                self.expr(&node.value, Level::Test);
                self.out.push(')');
            }
            Expr::Compare(node) => self.grouped(level > Level::Compare, |me| {
                me.expr(&node.left, Level::Compare.tighter());
                for (op, right) in node.ops.iter().zip(&node.comparators) {
                    let _ = write!(me.out, " {} ", compare_word(*op));
                    me.expr(right, Level::Compare.tighter());
                }
            }),
            Expr::Call(node) => self.call(node),
            Expr::FString(node) => {
                let mut parts = Vec::new();
                for part in node.value.iter() {
                    match part {
                        ast::FStringPart::Literal(text) => {
                            let mut bytes = Vec::new();
                            literal::string_part(self.source, text, &mut bytes);
                            parts.push(escape_braces(&String::from_utf8_lossy(&bytes)));
                        }
                        ast::FStringPart::FString(text) => self.elements(&text.elements, false, &mut parts),
                    }
                }
                self.out.push('f');
                self.out.push_str(&str_repr(&parts.concat()));
            }
            Expr::TString(node) => {
                let mut parts = Vec::new();
                for part in node.value.iter() {
                    self.elements(&part.elements, true, &mut parts);
                }
                self.out.push('t');
                self.out.push_str(&str_repr(&parts.concat()));
            }
            Expr::StringLiteral(node) => {
                if node.value.is_unicode() {
                    self.out.push('u');
                }
                let bytes = literal::string_value(self.source, &node.value);
                let text = const_repr(&Const::Str(bytes));
                self.out.push_str(&text);
            }
            Expr::BytesLiteral(node) => {
                let text = const_repr(&Const::Bytes(node.value.bytes().collect()));
                self.out.push_str(&text);
            }
            Expr::NumberLiteral(node) => {
                let text = const_repr(&number(&node.value));
                self.out.push_str(&text);
            }
            Expr::BooleanLiteral(node) => self.out.push_str(if node.value { "True" } else { "False" }),
            Expr::NoneLiteral(_) => self.out.push_str("None"),
            Expr::EllipsisLiteral(_) => self.out.push_str("..."),
            Expr::Attribute(node) => {
                self.expr(&node.value, Level::Atom);
                // `1 .real` needs the space.
                if matches!(&*node.value, Expr::NumberLiteral(n) if matches!(n.value, ast::Number::Int(_))) {
                    self.out.push(' ');
                }
                let _ = write!(self.out, ".{}", node.attr);
            }
            Expr::Subscript(node) => {
                self.expr(&node.value, Level::Atom);
                self.out.push('[');
                self.expr(&node.slice, Level::Tuple);
                self.out.push(']');
            }
            Expr::Starred(node) => {
                self.out.push('*');
                self.expr(&node.value, Level::BitOr);
            }
            Expr::Name(node) => self.out.push_str(&node.id),
            Expr::Slice(node) => {
                for (sign, part) in [("", &node.lower), (":", &node.upper)] {
                    self.out.push_str(sign);
                    if let Some(part) = part {
                        self.expr(part, Level::Test);
                    }
                }
                if let Some(step) = &node.step {
                    self.out.push(':');
                    self.expr(step, Level::Test);
                }
            }
            Expr::IpyEscapeCommand(_) => {}
        }
    }

    fn call(&mut self, node: &ast::ExprCall) {
        self.expr(&node.func, Level::Atom);
        if let ([Expr::Generator(_)], []) = (&*node.arguments.args, &*node.arguments.keywords) {
            self.expr(&node.arguments.args[0], Level::Atom);
            return;
        }
        self.out.push('(');
        self.list(&node.arguments.args, Level::Test);
        let mut first = node.arguments.args.is_empty();
        for keyword in &node.arguments.keywords {
            if !std::mem::take(&mut first) {
                self.out.push_str(", ");
            }
            match &keyword.arg {
                Some(name) => {
                    let _ = write!(self.out, "{name}=");
                }
                None => self.out.push_str("**"),
            }
            self.expr(&keyword.value, Level::Test);
        }
        self.out.push(')');
    }

    fn comprehension(
        &mut self,
        open: char,
        elt: &Expr,
        value: Option<&Expr>,
        generators: &[ast::Comprehension],
        close: char,
    ) {
        self.out.push(open);
        self.expr(elt, Level::Test);
        if let Some(value) = value {
            self.out.push_str(": ");
            self.expr(value, Level::Test);
        }
        for generator in generators {
            self.out.push_str(if generator.is_async { " async for " } else { " for " });
            self.expr(&generator.target, Level::Tuple);
            self.out.push_str(" in ");
            self.expr(&generator.iter, Level::Test.tighter());
            for test in &generator.ifs {
                self.out.push_str(" if ");
                self.expr(test, Level::Test.tighter());
            }
        }
        self.out.push(close);
    }

    fn parameters(&mut self, parameters: &ast::Parameters) {
        let mut first = true;
        let mut comma = |out: &mut String| {
            if !std::mem::take(&mut first) {
                out.push_str(", ");
            }
        };
        let positional = parameters.posonlyargs.iter().chain(&parameters.args);
        for (index, parameter) in positional.enumerate() {
            comma(&mut self.out);
            self.parameter(parameter);
            if index + 1 == parameters.posonlyargs.len() {
                self.out.push_str(", /");
            }
        }
        if parameters.vararg.is_some() || !parameters.kwonlyargs.is_empty() {
            comma(&mut self.out);
            self.out.push('*');
            if let Some(vararg) = &parameters.vararg {
                self.out.push_str(&vararg.name);
            }
        }
        for parameter in &parameters.kwonlyargs {
            comma(&mut self.out);
            self.parameter(parameter);
        }
        if let Some(kwarg) = &parameters.kwarg {
            comma(&mut self.out);
            let _ = write!(self.out, "**{}", kwarg.name);
        }
    }

    fn parameter(&mut self, parameter: &ast::ParameterWithDefault) {
        self.out.push_str(&parameter.parameter.name);
        if let Some(default) = &parameter.default {
            self.out.push('=');
            self.expr(default, Level::Test);
        }
    }

    fn elements(
        &self,
        elements: &ast::InterpolatedStringElements,
        is_template: bool,
        parts: &mut Vec<String>,
    ) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(text) => parts.push(escape_braces(&text.value)),
                InterpolatedStringElement::Interpolation(value) => {
                    let mut text = String::from("{");
                    if let Some(debug) = &value.debug_text {
                        parts.push(escape_braces(debug.as_str()));
                    }
                    let mut inner = Unparser { out: String::new(), source: self.source };
                    inner.expr(&value.expression, Level::Test.tighter());
                    if inner.out.starts_with('{') && !is_template {
                        text.push(' ');
                    }
                    // A t-string shows its expressions as they were written.
                    let written = is_template.then(|| super::fstring::interpolation_text(self.source, value));
                    text.push_str(written.as_ref().unwrap_or(&inner.out));
                    let conversion = match value.conversion.to_char() {
                        None if value.debug_text.is_some() && value.format_spec.is_none() => Some('r'),
                        other => other,
                    };
                    if let Some(conversion) = conversion {
                        text.push('!');
                        text.push(conversion);
                    }
                    if let Some(spec) = &value.format_spec {
                        text.push(':');
                        let mut inner = Vec::new();
                        self.elements(&spec.elements, false, &mut inner);
                        text.push_str(&inner.concat());
                    }
                    text.push('}');
                    parts.push(text);
                }
            }
        }
    }
}

fn escape_braces(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

fn operator_level(op: Operator) -> Level {
    match op {
        Operator::Add | Operator::Sub => Level::Arith,
        Operator::Mult | Operator::MatMult | Operator::Div | Operator::Mod | Operator::FloorDiv => {
            Level::Term
        }
        Operator::Pow => Level::Power,
        Operator::LShift | Operator::RShift => Level::Shift,
        Operator::BitOr => Level::BitOr,
        Operator::BitXor => Level::BitXor,
        Operator::BitAnd => Level::BitAnd,
    }
}

fn compare_word(op: CmpOp) -> &'static str {
    op.as_str()
}

/// The `repr` of a float.
pub fn float_repr(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "1e309" } else { "-1e309" }.to_owned();
    }
    let exponent = value.abs().log10();
    if value != 0.0 && !(-4.0..16.0).contains(&exponent.floor()) {
        let text = format!("{value:e}");
        if let Some((digits, exponent)) = text.split_once('e') {
            let (sign, exponent) = match exponent.strip_prefix('-') {
                Some(rest) => ('-', rest),
                None => ('+', exponent),
            };
            return format!("{digits}e{sign}{exponent:0>2}");
        }
    }
    format!("{value:?}")
}

/// The `repr` of text.
pub fn str_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if (c as u32) < 0x20 || (0x7f..0xa1).contains(&(c as u32)) || c == '\u{ad}' => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// The `repr` of text with lone surrogates.
fn surrogate_repr(text: &[u8]) -> String {
    let mut out = String::from("'");
    let mut rest = text;
    while !rest.is_empty() {
        let valid = std::str::from_utf8(rest).map_or_else(|error| error.valid_up_to(), str::len);
        if valid > 0 {
            let plain = str_repr(&String::from_utf8_lossy(&rest[..valid]));
            out.push_str(&plain[1..plain.len() - 1]);
            rest = &rest[valid..];
            continue;
        }
        let [a, b, c, tail @ ..] = rest else { break };
        let code = (u32::from(*a) & 0xf) << 12 | (u32::from(*b) & 0x3f) << 6 | u32::from(*c) & 0x3f;
        let _ = write!(out, "\\u{code:04x}");
        rest = tail;
    }
    out.push('\'');
    out
}

fn bytes_repr(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    let mut out = format!("b{}", quote as char);
    for &byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte if byte == quote => {
                out.push('\\');
                out.push(byte as char);
            }
            0x20..0x7f => out.push(byte as char),
            byte => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(quote as char);
    out
}

/// The `repr` of a constant.
pub fn const_repr(value: &Const) -> String {
    match value {
        Const::None => "None".to_owned(),
        Const::Bool(b) => if *b { "True" } else { "False" }.to_owned(),
        Const::Ellipsis => "Ellipsis".to_owned(),
        Const::Int(n) => n.to_string(),
        Const::BigInt(text) => match super::fold::as_int(value) {
            Some(n) => n.to_string(),
            None => text.to_string(),
        },
        Const::Float(f) => float_repr(*f),
        Const::Complex(re, im) if *re == 0.0 => format!("{}j", float_repr(*im).trim_end_matches(".0")),
        Const::Complex(re, im) => {
            let sign = if im.is_sign_negative() { '-' } else { '+' };
            let (re, im) = (float_repr(*re), float_repr(im.abs()));
            format!("({}{sign}{}j)", re.trim_end_matches(".0"), im.trim_end_matches(".0"))
        }
        Const::Str(text) => match std::str::from_utf8(text) {
            Ok(text) => str_repr(text),
            Err(_) => surrogate_repr(text),
        },
        Const::Bytes(text) => bytes_repr(text),
        Const::Tuple(items) => {
            let items: Vec<String> = items.iter().map(const_repr).collect();
            format!("({}{})", items.join(", "), if items.len() == 1 { "," } else { "" })
        }
        _ => "...".to_owned(),
    }
}
