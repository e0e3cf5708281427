//! Strings as nodes: literals that stand side by side are one constant, in f-strings and t-strings too.

use ruff_python_ast::{self as ast, ConversionFlag, Expr, InterpolatedStringElement};

use super::build::{Builder, span};
use super::kinds::Kind;
use crate::runtime::compiler::{self, Span};
use crate::runtime::error::PyResult;
use crate::runtime::value::Value;

/// Most digits of a width or precision in a `%` format that becomes an f-string.
const MAX_DIGITS: usize = 3;

/// What is behind the `%` of `%s`, `%r` or `%a`.
struct PercentField {
    conversion: u8,
    spec: String,
}

/// The values of an f-string or t-string, while neighbouring texts are joined.
#[derive(Default)]
struct Values {
    done: Vec<Value>,
    /// Text, its span, whether its first literal has the prefix `u`.
    open: Option<(Vec<u8>, Span, bool)>,
}

impl Values {
    fn text(&mut self, text: &[u8], at: Span, is_u: bool) {
        match &mut self.open {
            Some((open, span, _)) => {
                open.extend_from_slice(text);
                span.end = at.end;
            }
            None => self.open = Some((text.to_vec(), at, is_u)),
        }
    }
}

impl Builder<'_> {
    fn kind_u(&self, is_u: bool) -> Value {
        if is_u { self.name("u") } else { Value::NONE }
    }

    /// A string without fields.
    pub fn string(&self, node: &ast::ExprStringLiteral, at: Span) -> Value {
        let text = self.vm.str_bytes(&compiler::string_value(self.source, &node.value));
        let is_u = node.value.iter().next().is_some_and(|part| part.flags.prefix().is_unicode());
        self.node(Kind::Constant, [text, self.kind_u(is_u)], at)
    }

    fn end_text(&self, values: &mut Values) {
        if let Some((text, at, is_u)) = values.open.take()
            && !text.is_empty()
        {
            let text = self.vm.str_bytes(&text);
            values.done.push(self.node(Kind::Constant, [text, self.kind_u(is_u)], at));
        }
    }

    fn finish(&self, mut values: Values) -> Value {
        self.end_text(&mut values);
        self.vm.list(values.done)
    }

    fn elements(
        &mut self,
        elements: &ast::InterpolatedStringElements,
        is_raw: bool,
        is_template: bool,
        values: &mut Values,
    ) -> PyResult<()> {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(text) => {
                    let value = compiler::interpolated_value(self.source, text, is_raw);
                    values.text(&value, span(text), false);
                }
                InterpolatedStringElement::Interpolation(field) => {
                    let at = span(field);
                    if let Some(debug) = &field.debug_text {
                        let start = at.start + 1;
                        let end = start + debug.as_str().len() as u32;
                        values.text(&compiler::debug_text(debug.as_str()), Span { start, end }, false);
                    }
                    self.end_text(values);
                    let field = self.deeper(|me| me.field(field, is_template, is_raw, at))?;
                    values.done.push(field);
                }
            }
        }
        Ok(())
    }

    fn field(
        &mut self,
        field: &ast::InterpolatedElement,
        is_template: bool,
        is_raw: bool,
        at: Span,
    ) -> PyResult<Value> {
        let value = self.expr(&field.expression)?;
        let conversion = match field.conversion {
            ConversionFlag::None if field.debug_text.is_some() && field.format_spec.is_none() => {
                i64::from(b'r')
            }
            ConversionFlag::None => -1,
            ConversionFlag::Str => i64::from(b's'),
            ConversionFlag::Repr => i64::from(b'r'),
            ConversionFlag::Ascii => i64::from(b'a'),
        };
        let conversion = self.vm.int(conversion);
        let spec = match &field.format_spec {
            None => Value::NONE,
            Some(spec) => {
                let mut values = Values::default();
                self.elements(&spec.elements, is_raw, false, &mut values)?;
                let values = self.finish(values);
                // The colon belongs to the specification.
                let inner = span(&**spec);
                let has_colon = !self.source.has_text() || self.source.slice(inner).starts_with(':');
                let start = inner.start - u32::from(!has_colon);
                self.node(Kind::JoinedStr, [values], Span { start, end: inner.end })
            }
        };
        if is_template {
            let text = self.vm.str(compiler::interpolation_text(self.source, field));
            return Ok(self.node(Kind::Interpolation, [value, text, conversion, spec], at));
        }
        Ok(self.node(Kind::FormattedValue, [value, conversion, spec], at))
    }

    /// An f-string, with the plain literals beside it.
    pub fn fstring(&mut self, node: &ast::ExprFString, at: Span) -> PyResult<Value> {
        let mut values = Values::default();
        for part in node.value.iter() {
            match part {
                ast::FStringPart::Literal(literal) => {
                    let mut text = Vec::new();
                    compiler::string_part(self.source, literal, &mut text);
                    values.text(&text, span(literal), literal.flags.prefix().is_unicode());
                }
                ast::FStringPart::FString(part) => {
                    self.elements(&part.elements, part.flags.prefix().is_raw(), false, &mut values)?;
                }
            }
        }
        let values = self.finish(values);
        Ok(self.node(Kind::JoinedStr, [values], at))
    }

    /// A t-string.
    pub fn tstring(&mut self, node: &ast::ExprTString, at: Span) -> PyResult<Value> {
        self.since(14, "t-strings are", at)?;
        let mut values = Values::default();
        for part in node.value.iter() {
            self.elements(&part.elements, part.flags.prefix().is_raw(), true, &mut values)?;
        }
        let values = self.finish(values);
        Ok(self.node(Kind::TemplateStr, [values], at))
    }

    /// `"…%s…" % (a, b)` of an optimised tree is an f-string if nothing but `%s`, `%r` and `%a` occurs.
    pub fn percent_format(&mut self, node: &ast::ExprBinOp, at: Span) -> PyResult<Option<Value>> {
        let (ast::Operator::Mod, Expr::StringLiteral(format), Expr::Tuple(items)) =
            (node.op, &*node.left, &*node.right)
        else {
            return Ok(None);
        };
        if items.elts.iter().any(Expr::is_starred_expr) {
            return Ok(None);
        }
        let format = compiler::string_value(self.source, &format.value);
        let Some((texts, fields)) = split_percent(&format) else { return Ok(None) };
        if fields.len() != items.elts.len() {
            return Ok(None);
        }
        let nowhere = |value: Value| {
            let minus = || self.vm.int(-1);
            self.raw(Kind::Constant, [value, Value::NONE, minus(), minus(), minus(), minus()])
        };
        let mut parts = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            if !text.is_empty() {
                parts.push(Ok(nowhere(self.vm.str_bytes(text))));
            }
            if let (Some(field), Some(item)) = (fields.get(index), items.elts.get(index)) {
                let spec =
                    if field.spec.is_empty() { Value::NONE } else { nowhere(self.vm.str(&field.spec)) };
                parts.push(Err((item, self.vm.int(i64::from(field.conversion)), spec)));
            }
        }
        let mut values = Vec::with_capacity(parts.len());
        for part in parts {
            values.push(match part {
                Ok(text) => text,
                Err((item, conversion, spec)) => {
                    let value = self.expr(item)?;
                    self.node(Kind::FormattedValue, [value, conversion, spec], span(item))
                }
            });
        }
        let values = self.vm.list(values);
        Ok(Some(self.node(Kind::JoinedStr, [values], at)))
    }
}

/// Splits a `%` format into texts and the fields between them; nothing if it has others than the simple ones.
fn split_percent(format: &[u8]) -> Option<(Vec<Vec<u8>>, Vec<PercentField>)> {
    let mut texts = vec![Vec::new()];
    let mut fields = Vec::new();
    let mut rest = format;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            texts.last_mut()?.push(byte);
            continue;
        }
        if let Some(after) = rest.strip_prefix(b"%") {
            rest = after;
            texts.last_mut()?.push(b'%');
            continue;
        }
        let flags = rest.iter().take_while(|b| b"-+ #0".contains(b)).count();
        let to_left = rest[..flags].contains(&b'-');
        rest = &rest[flags..];
        let mut digits = || {
            let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let text = String::from_utf8_lossy(&rest[..count]).into_owned();
            rest = &rest[count..];
            (count <= MAX_DIGITS).then_some(text)
        };
        let width = digits()?;
        let mut spec = String::new();
        if !to_left && width.bytes().any(|b| b != b'0') {
            spec.push('>');
        }
        if !width.is_empty() {
            spec.push_str(&width.parse::<u32>().unwrap_or(0).to_string());
        }
        if let Some(after) = rest.strip_prefix(b".") {
            rest = after;
            let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            if count > MAX_DIGITS {
                return None;
            }
            let precision: u32 = String::from_utf8_lossy(&rest[..count]).parse().unwrap_or(0);
            spec.push_str(&format!(".{precision}"));
            rest = &rest[count..];
        }
        let (&conversion, after) = rest.split_first()?;
        if !b"sra".contains(&conversion) {
            return None;
        }
        rest = after;
        fields.push(PercentField { conversion, spec });
        texts.push(Vec::new());
    }
    Some((texts, fields))
}
