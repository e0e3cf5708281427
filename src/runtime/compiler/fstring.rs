//! f-strings and t-strings.

use ruff_python_ast::{self as ast, InterpolatedStringElement};

use super::super::bytecode::code::Const;
use super::super::bytecode::ops::Op;
use super::compile::{Compiler, span, str_const};
use super::emit::Reg;
use super::literal;
use super::problem::Outcome;
use super::regs::MAX_RUN;
use super::source::{Source, Span};

/// A part of a string: text, or a value to be formatted.
enum Part<'a> {
    Text(Vec<u8>, Span),
    Value(&'a ast::InterpolatedElement),
}

fn push_text(parts: &mut Vec<Part>, text: &[u8], at: Span) {
    if text.is_empty() {
        return;
    }
    match parts.last_mut() {
        Some(Part::Text(old, whole)) => {
            old.extend_from_slice(text);
            whole.end = at.end;
        }
        _ => parts.push(Part::Text(text.to_vec(), at)),
    }
}

fn conversion(flag: ast::ConversionFlag) -> i32 {
    match flag {
        ast::ConversionFlag::None => 0,
        ast::ConversionFlag::Str => 1,
        ast::ConversionFlag::Repr => 2,
        ast::ConversionFlag::Ascii => 3,
    }
}

/// `=` without conversion or format shows the `repr`.
fn effective_conversion(element: &ast::InterpolatedElement) -> i32 {
    match conversion(element.conversion) {
        0 if element.debug_text.is_some() && element.format_spec.is_none() => 2,
        other => other,
    }
}

impl<'a> Compiler<'a> {
    fn add_elements(
        &self,
        elements: &'a ast::InterpolatedStringElements,
        is_raw: bool,
        parts: &mut Vec<Part<'a>>,
    ) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(text) => {
                    let value = literal::interpolated_value(self.source, text, is_raw);
                    push_text(parts, &value, span(text));
                }
                InterpolatedStringElement::Interpolation(value) => {
                    if let Some(debug) = &value.debug_text {
                        push_text(parts, &debug_text(debug.as_str()), span(value));
                    }
                    parts.push(Part::Value(value));
                }
            }
        }
    }

    pub(super) fn fstring(&mut self, node: &'a ast::ExprFString, dst: Reg) -> Outcome<()> {
        let mut parts = Vec::new();
        for part in node.value.iter() {
            match part {
                ast::FStringPart::Literal(text) => {
                    let mut value = Vec::new();
                    literal::string_part(self.source, text, &mut value);
                    push_text(&mut parts, &value, span(text));
                }
                ast::FStringPart::FString(text) => {
                    self.add_elements(&text.elements, text.flags.prefix().is_raw(), &mut parts);
                }
            }
        }
        self.join(parts, span(node), dst)
    }

    /// Joins parts into one string.
    fn join(&mut self, parts: Vec<Part<'a>>, at: Span, dst: Reg) -> Outcome<()> {
        if parts.is_empty() {
            self.load_str(at, dst, "");
            return Ok(());
        }
        if parts.len() == 1 {
            return self.part(&parts[0], dst, 0);
        }
        if parts.len() <= MAX_RUN {
            let base = self.run_base(dst);
            for (index, part) in parts.iter().enumerate() {
                let slot = if index == 0 { base } else { self.unit.temp() };
                self.part(part, slot, 1)?;
            }
            self.emit(at, Op::BuildString, dst, base, parts.len() as i32);
            return Ok(());
        }
        // "".join([...])
        let base = self.run_base(dst);
        self.load_str(at, base, "");
        let name = self.name_index("join");
        let list = self.unit.temps(2) + 1;
        self.emit_x(at, Op::LoadMethod, [base, base, 0], [name, 0]);
        self.emit(at, Op::BuildList, list, list, 0);
        for part in &parts {
            let slot = self.unit.temp();
            self.part(part, slot, 0)?;
            self.emit(at, Op::ListAppend, list, slot, 0);
            self.unit.height = list as u32 + 1;
        }
        self.emit(at, Op::CallMethod, dst, base, 1);
        Ok(())
    }

    /// Evaluates a part; `joined`: 1 if a `BuildString` takes it.
    fn part(&mut self, part: &Part<'a>, dst: Reg, joined: i32) -> Outcome<()> {
        let mark = self.unit.height;
        match part {
            Part::Text(text, at) => self.load_const(*at, dst, Const::Str(text.as_slice().into())),
            Part::Value(element) => {
                let at = span(*element);
                let slot = if dst >= 0 { dst } else { self.unit.temp() };
                let mut value = self.operand_in(&element.expression, slot)?;
                let how = effective_conversion(element);
                if how != 0 {
                    self.emit(at, Op::Convert, slot, value, how);
                    value = slot;
                }
                match &element.format_spec {
                    Some(spec) => {
                        let spec_slot = self.unit.temp();
                        self.format_spec(spec, spec_slot)?;
                        self.emit(at, Op::FormatSpec, dst, value, spec_slot);
                    }
                    None => self.emit(at, Op::Format, dst, value, joined),
                }
            }
        }
        self.unit.height = mark;
        Ok(())
    }

    fn format_spec(&mut self, spec: &'a ast::InterpolatedStringFormatSpec, dst: Reg) -> Outcome<()> {
        let mut parts = Vec::new();
        self.add_elements(&spec.elements, false, &mut parts);
        self.join(parts, span(spec), dst)
    }

    /// `"…%s…" % (a, b)` is an f-string in disguise if nothing but plain `%s`, `%r`, `%a` occurs.
    pub(super) fn percent_format(&mut self, expr: &'a ast::Expr, dst: Reg) -> Outcome<bool> {
        let ast::Expr::BinOp(node) = expr else { return Ok(false) };
        let (ast::Operator::Mod, ast::Expr::StringLiteral(format), ast::Expr::Tuple(values)) =
            (node.op, &*node.left, &*node.right)
        else {
            return Ok(false);
        };
        let text = literal::string_value(self.source, &format.value);
        let Some((texts, kinds)) = split_format(&text) else { return Ok(false) };
        if kinds.len() != values.elts.len()
            || kinds.is_empty()
            || values.elts.iter().any(ast::Expr::is_starred_expr)
        {
            return Ok(false);
        }
        let count = kinds.len() + texts.iter().filter(|t| !t.is_empty()).count();
        if count > MAX_RUN {
            return Ok(false);
        }
        let at = span(node);
        let base = self.run_base(dst);
        let mut first = true;
        let mut next = |me: &mut Self| if std::mem::take(&mut first) { base } else { me.unit.temp() };
        for (index, text) in texts.iter().enumerate() {
            if !text.is_empty() {
                let slot = next(self);
                self.load_const(at, slot, Const::Str(text.as_slice().into()));
            }
            if let (Some(&kind), Some(value)) = (kinds.get(index), values.elts.get(index)) {
                let slot = next(self);
                self.expr_to(value, slot)?;
                let how = match kind {
                    b's' => 1,
                    b'r' => 2,
                    _ => 3,
                };
                self.emit(at, Op::Convert, slot, slot, how);
                self.emit(at, Op::Format, slot, slot, 0);
            }
        }
        self.emit(at, Op::BuildString, dst, base, count as i32);
        Ok(true)
    }

    pub(super) fn tstring(&mut self, node: &'a ast::ExprTString, dst: Reg) -> Outcome<()> {
        let at = span(node);
        let mut parts = Vec::new();
        for part in node.value.iter() {
            self.add_elements(&part.elements, part.flags.prefix().is_raw(), &mut parts);
        }
        let mut strings: Vec<Const> = Vec::new();
        let mut values = Vec::new();
        let mut text: Vec<u8> = Vec::new();
        for part in parts {
            match part {
                Part::Text(more, _) => text.extend(more),
                Part::Value(value) => {
                    strings.push(Const::Str(std::mem::take(&mut text).into()));
                    values.push(value);
                }
            }
        }
        strings.push(Const::Str(text.into()));
        let strings_slot = self.unit.temp();
        self.load_const(at, strings_slot, Const::Tuple(strings.into()));
        let list = self.unit.temp();
        let piecewise = values.len() > MAX_RUN;
        if piecewise {
            self.emit(at, Op::BuildList, list, list, 0);
        }
        let count = values.len() as i32;
        for (index, value) in values.into_iter().enumerate() {
            let slot = if index == 0 && !piecewise { list } else { self.unit.temp() };
            self.interpolation(value, slot)?;
            if piecewise {
                self.emit(at, Op::ListAppend, list, slot, 0);
            }
            self.unit.height = slot as u32 + u32::from(!piecewise);
        }
        if piecewise {
            self.emit(at, Op::ListToTuple, list, list, 0);
        } else {
            self.emit(at, Op::BuildTuple, list, list, count);
        }
        self.emit(at, Op::BuildTemplate, dst, strings_slot, list);
        Ok(())
    }

    fn interpolation(&mut self, element: &'a ast::InterpolatedElement, slot: Reg) -> Outcome<()> {
        let at = span(element);
        self.unit.height = slot as u32 + 1;
        self.expr_to(&element.expression, slot)?;
        let text = self.unit.temp();
        let source = interpolation_text(self.source, element);
        self.load_const(at, text, str_const(&source));
        let mut flags = effective_conversion(element);
        if let Some(spec) = &element.format_spec {
            let spec_slot = self.unit.temp();
            self.format_spec(spec, spec_slot)?;
            flags |= 4;
        }
        self.emit(at, Op::BuildInterpolation, slot, slot, flags);
        Ok(())
    }
}

/// The source text of an interpolated expression: all between the brace and what ends the expression, without comments.
pub fn interpolation_text(source: &Source, element: &ast::InterpolatedElement) -> String {
    if let Some(text) = source.text_at(element.range.start().to_u32()) {
        return text.to_owned();
    }
    let text = match &element.debug_text {
        Some(debug) => {
            let text = debug.as_str();
            &text[..text.rfind('=').unwrap_or(text.len())]
        }
        None => {
            let whole: Span = element.range.into();
            let text = source.slice(Span { start: whole.start + 1, end: whole.end });
            let end = span(&*element.expression).end - whole.start - 1;
            &text[..expression_end(text, end as usize)]
        }
    };
    String::from_utf8_lossy(&debug_text(text)).into_owned()
}

/// Where `!`, `:` or `}` ends an expression whose last token ends at `at`; parentheses and comments may be between.
fn expression_end(text: &str, at: usize) -> usize {
    let mut at = at;
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'!' | b':' | b'}' => break,
            b'#' => at += text[at..].find('\n').unwrap_or(text.len() - at),
            _ => at += 1,
        }
    }
    at.min(text.len())
}

/// Splits a `%` format into texts and the conversions between them.
fn split_format(format: &[u8]) -> Option<(Vec<Vec<u8>>, Vec<u8>)> {
    let mut texts = vec![Vec::new()];
    let mut kinds = Vec::new();
    let mut bytes = format.iter();
    while let Some(&byte) = bytes.next() {
        if byte != b'%' {
            texts.last_mut()?.push(byte);
            continue;
        }
        match bytes.next()? {
            b'%' => texts.last_mut()?.push(b'%'),
            &kind @ (b's' | b'r' | b'a') => {
                kinds.push(kind);
                texts.push(Vec::new());
            }
            _ => return None,
        }
    }
    Some((texts, kinds))
}

/// The text that `=` shows: comments are not part of it.
pub fn debug_text(text: &str) -> Vec<u8> {
    if !text.contains('#') {
        return text.as_bytes().to_vec();
    }
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    // The quote that is open, once or three times.
    let mut open: Option<&[u8]> = None;
    while let Some((&byte, after)) = rest.split_first() {
        let mut taken = 1;
        match (byte, open) {
            (b'#', None) => {
                rest = &after[after.iter().position(|&b| b == b'\n').unwrap_or(after.len())..];
                continue;
            }
            (b'\\', Some(_)) => taken = rest.len().min(2),
            (b'\'' | b'"', None) => {
                let triple = rest.len() >= 3 && rest[..3].iter().all(|&b| b == byte);
                taken = if triple { 3 } else { 1 };
                open = Some(&rest[..taken]);
            }
            (_, Some(quote)) if rest.starts_with(quote) => {
                taken = quote.len();
                open = None;
            }
            _ => {}
        }
        out.extend_from_slice(&rest[..taken]);
        rest = &rest[taken..];
    }
    out
}
