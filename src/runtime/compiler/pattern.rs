//! `match` statements.
//!
//! A pattern takes its subject from a temporary. Captured values wait in temporaries and are bound when the whole
//! pattern has matched. While a pattern is compiled the stack of temporaries only grows; a failure at some height jumps
//! into a chain of `Clear`s that begins at that height (clearing a dead temporary does nothing).

use ruff_python_ast::{self as ast, Expr, Pattern};

use super::super::bytecode::code::Const;
use super::super::bytecode::ops::Op;
use super::compile::{Compiler, span, str_const};
use super::emit::{Label, Reg};
use super::problem::Outcome;
use super::regs::MAX_RUN;
use super::source::Span;

/// A value to be matched; an owned one is used up by its pattern.
#[derive(Clone, Copy)]
struct Subject {
    reg: Reg,
    owned: bool,
}

/// A name and the temporary that holds its value.
struct Capture<'a> {
    name: &'a str,
    temp: Reg,
    at: Span,
}

/// The state of one pattern.
struct Matching<'a> {
    base: u32,
    /// Where a failure at height `base + i` goes.
    fails: Vec<Label>,
    captures: Vec<Capture<'a>>,
    /// A pattern that always matches is allowed.
    irrefutable: bool,
}

impl<'a> Compiler<'a> {
    pub(super) fn match_stmt(&mut self, node: &'a ast::StmtMatch) -> Outcome<()> {
        let mark = self.unit.height;
        let subject = self.expr_temp(&node.subject)?;
        let end = self.unit.label();
        let count = node.cases.len();
        for (index, case) in node.cases.iter().enumerate() {
            let next = self.unit.label();
            let base = self.unit.height;
            let mut state = Matching {
                base,
                fails: Vec::new(),
                captures: Vec::new(),
                irrefutable: case.guard.is_some() || index + 1 == count,
            };
            let at = span(&case.pattern);
            self.pattern(&case.pattern, Subject { reg: subject, owned: false }, &mut state)?;
            for capture in std::mem::take(&mut state.captures) {
                self.store_name(capture.at, capture.name, capture.temp);
            }
            self.unit.height = base;
            if let Some(guard) = &case.guard {
                self.cond_jump(guard, next, false)?;
            }
            self.emit(at, Op::Clear, subject, 0, 0);
            self.body(&case.body)?;
            self.jump(Span::NONE, end);
            self.fail_chain(&state, at);
            self.unit.bind(next);
        }
        self.emit(span(&*node.subject), Op::Clear, subject, 0, 0);
        self.unit.bind(end);
        self.unit.height = mark;
        Ok(())
    }

    /// Emits the clean-up of failures; falls through behind it.
    fn fail_chain(&mut self, state: &Matching, at: Span) {
        for (index, &label) in state.fails.iter().enumerate().rev() {
            self.unit.bind(label);
            if index > 0 {
                self.emit(at, Op::Clear, state.base as i32 + index as i32 - 1, 0, 0);
            }
        }
    }

    fn fail(&mut self, state: &mut Matching) -> Label {
        let level = (self.unit.height - state.base) as usize;
        while state.fails.len() <= level {
            state.fails.push(self.unit.label());
        }
        state.fails[level]
    }

    /// The subject as an operand that may be used up.
    fn spend(&mut self, subject: Subject, at: Span) -> Reg {
        if subject.owned {
            return subject.reg;
        }
        let copy = self.unit.temp();
        self.emit(at, Op::Copy, copy, subject.reg, 0);
        copy
    }

    fn release_subject(&mut self, subject: Subject, at: Span) {
        if subject.owned {
            self.emit(at, Op::Clear, subject.reg, 0, 0);
        }
    }

    fn pattern(&mut self, pattern: &'a Pattern, subject: Subject, state: &mut Matching<'a>) -> Outcome<()> {
        let at = span(pattern);
        match pattern {
            Pattern::MatchValue(node) => self.value_pattern(&node.value, subject, at, state),
            Pattern::MatchSingleton(node) => {
                let value = self.spend(subject, at);
                match node.value {
                    ast::Singleton::None => {
                        let fail = self.fail(state);
                        self.jump_if(at, Op::JumpIfNotNone, [value, 0, 0], fail);
                    }
                    which => {
                        let constant = self.unit.temp();
                        self.load_const(at, constant, Const::Bool(which == ast::Singleton::True));
                        let fail = self.fail(state);
                        self.jump_if(at, Op::JIs, [value, constant, 0], fail);
                    }
                }
                Ok(())
            }
            Pattern::MatchSequence(node) => self.sequence_pattern(&node.patterns, subject, at, state),
            Pattern::MatchMapping(node) => self.mapping_pattern(node, subject, at, state),
            Pattern::MatchClass(node) => self.class_pattern(node, subject, at, state),
            Pattern::MatchStar(_) => self.error(at, "can't use starred name here"),
            Pattern::MatchAs(node) => self.as_pattern(node, subject, at, state),
            Pattern::MatchOr(node) => self.or_pattern(node, subject, at, state),
        }
    }

    /// A pattern below another one, where a pattern that always matches is fine.
    fn subpattern(
        &mut self,
        pattern: &'a Pattern,
        subject: Subject,
        state: &mut Matching<'a>,
    ) -> Outcome<()> {
        let old = std::mem::replace(&mut state.irrefutable, true);
        self.pattern(pattern, subject, state)?;
        state.irrefutable = old;
        Ok(())
    }

    fn value_pattern(
        &mut self,
        value: &'a Expr,
        subject: Subject,
        at: Span,
        state: &mut Matching<'a>,
    ) -> Outcome<()> {
        if matches!(value, Expr::FString(_) | Expr::TString(_)) {
            return self.error(span(value), "patterns may only match literals and attribute lookups");
        }
        let a = self.spend(subject, at);
        let b = self.expr_temp(value)?;
        let fail = self.fail(state);
        self.jump_if(at, Op::JEq, [a, b, 0], fail);
        Ok(())
    }

    fn capture(
        &mut self,
        name: &'a str,
        subject: Subject,
        at: Span,
        state: &mut Matching<'a>,
    ) -> Outcome<()> {
        self.check_store(name, at)?;
        if state.captures.iter().any(|c| c.name == name) {
            return self.error(at, format!("multiple assignments to name '{name}' in pattern"));
        }
        let temp = self.spend(subject, at);
        state.captures.push(Capture { name, temp, at });
        Ok(())
    }

    fn as_pattern(
        &mut self,
        node: &'a ast::PatternMatchAs,
        subject: Subject,
        at: Span,
        state: &mut Matching<'a>,
    ) -> Outcome<()> {
        let name = node.name.as_ref().map(|name| name.as_str());
        if let Some(inner) = &node.pattern {
            let copy = self.unit.temp();
            self.emit(at, Op::Copy, copy, subject.reg, 0);
            self.pattern(inner, Subject { reg: copy, owned: true }, state)?;
            if let Some(name) = name {
                self.capture(name, subject, at, state)?;
            }
            return Ok(());
        }
        if !state.irrefutable {
            return match name {
                Some(name) => {
                    self.error(at, format!("name capture '{name}' makes remaining patterns unreachable"))
                }
                None => self.error(at, "wildcard makes remaining patterns unreachable"),
            };
        }
        match name {
            Some(name) => self.capture(name, subject, at, state)?,
            None => self.release_subject(subject, at),
        }
        Ok(())
    }

    fn or_pattern(
        &mut self,
        node: &'a ast::PatternMatchOr,
        subject: Subject,
        at: Span,
        state: &mut Matching<'a>,
    ) -> Outcome<()> {
        let matched = self.unit.label();
        let mut targets: Vec<Capture<'a>> = Vec::new();
        let mut first = true;
        let count = node.patterns.len();
        // Room for the captures that every alternative must have.
        let mut names = Vec::new();
        if let Some(pattern) = node.patterns.first() {
            bound_names(pattern, &mut names);
        }
        for (name, name_at) in names {
            if targets.iter().any(|t| t.name == name) {
                continue;
            }
            let temp = self.unit.temp();
            targets.push(Capture { name, temp, at: name_at });
        }
        for (index, alternative) in node.patterns.iter().enumerate() {
            let base = self.unit.height;
            let mut inner = Matching {
                base,
                fails: Vec::new(),
                captures: Vec::new(),
                irrefutable: state.irrefutable && index + 1 == count,
            };
            self.pattern(alternative, Subject { reg: subject.reg, owned: false }, &mut inner)?;
            let captures = std::mem::take(&mut inner.captures);
            if !first
                && (captures.len() != targets.len()
                    || captures.iter().any(|c| !targets.iter().any(|t| t.name == c.name)))
            {
                return self.error(at, "alternative patterns bind different names");
            }
            first = false;
            for capture in captures {
                if let Some(target) = targets.iter().find(|t| t.name == capture.name) {
                    self.emit(at, Op::Move, target.temp, capture.temp, 0);
                }
            }
            self.jump(Span::NONE, matched);
            self.fail_chain(&inner, at);
            self.unit.height = base;
        }
        let fail = self.fail(state);
        self.jump(Span::NONE, fail);
        self.unit.bind(matched);
        self.release_subject(subject, at);
        for target in targets {
            if state.captures.iter().any(|c| c.name == target.name) {
                return self.error(at, format!("multiple assignments to name '{}' in pattern", target.name));
            }
            state.captures.push(target);
        }
        Ok(())
    }

    // ---- sequences

    fn sequence_pattern(
        &mut self,
        patterns: &'a [Pattern],
        subject: Subject,
        at: Span,
        state: &mut Matching<'a>,
    ) -> Outcome<()> {
        let mut star = None;
        let mut only_wildcards = true;
        let mut star_wildcard = false;
        for (index, pattern) in patterns.iter().enumerate() {
            match pattern {
                Pattern::MatchStar(node) => {
                    if star.is_some() {
                        return self.error(at, "multiple starred names in sequence pattern");
                    }
                    star = Some(index);
                    star_wildcard = node.name.is_none();
                    only_wildcards &= star_wildcard;
                }
                pattern => only_wildcards &= is_wildcard(pattern),
            }
        }
        self.test(Op::MatchSequence, subject, at, state);
        let count = patterns.len();
        match star {
            None => self.length_test(subject, Op::JEq, count, at, state),
            Some(_) if count > 1 => self.length_test(subject, Op::JGe, count - 1, at, state),
            Some(_) => {}
        }
        if only_wildcards {
            self.release_subject(subject, at);
            return Ok(());
        }
        if star_wildcard || count > MAX_RUN {
            return self.sequence_by_index(patterns, star, subject, at, state);
        }
        let value = self.spend(subject, at);
        let base = self.unit.temps(count as u32);
        match star {
            Some(star) => {
                let after = (count - star - 1) as u32;
                self.emit_x(at, Op::UnpackEx, [base, value, star as i32], [after, 0]);
            }
            None => self.emit(at, Op::UnpackSequence, base, value, count as i32),
        }
        for (index, pattern) in patterns.iter().enumerate() {
            let item = Subject { reg: base + index as i32, owned: true };
            match pattern {
                Pattern::MatchStar(node) => match &node.name {
                    Some(name) => self.capture(name, item, span(pattern), state)?,
                    None => self.release_subject(item, span(pattern)),
                },
                pattern => self.subpattern(pattern, item, state)?,
            }
        }
        Ok(())
    }

    /// Items are taken by index: `[a, *_, b]` needs no list of those between.
    fn sequence_by_index(
        &mut self,
        patterns: &'a [Pattern],
        star: Option<usize>,
        subject: Subject,
        at: Span,
        state: &mut Matching<'a>,
    ) -> Outcome<()> {
        let count = patterns.len();
        for (index, pattern) in patterns.iter().enumerate() {
            let item = self.unit.temp();
            if let Pattern::MatchStar(node) = pattern {
                if let Some(name) = &node.name {
                    // subject[index : len - after], as a list
                    let bounds = self.unit.temps(2);
                    self.load_const(at, bounds, super::fold::int_const(index as i128));
                    self.emit(at, Op::GetLen, bounds + 1, subject.reg, 0);
                    let after = self.unit.temp();
                    self.load_const(at, after, super::fold::int_const((count - index - 1) as i128));
                    self.emit(at, Op::Sub, bounds + 1, bounds + 1, after);
                    self.emit(at, Op::BuildSlice, bounds, bounds, 2);
                    self.emit(at, Op::Copy, item, subject.reg, 0);
                    self.emit(at, Op::Subscr, bounds, item, bounds);
                    self.emit(at, Op::BuildList, item, item, 0);
                    self.emit(at, Op::ListExtend, item, bounds, 0);
                    self.capture(name, Subject { reg: item, owned: true }, span(pattern), state)?;
                }
                continue;
            }
            if is_wildcard(pattern) {
                continue;
            }
            let key = self.unit.temp();
            if star.is_some_and(|star| index > star) {
                self.emit(at, Op::GetLen, key, subject.reg, 0);
                let back = self.unit.temp();
                self.load_const(at, back, super::fold::int_const((count - index) as i128));
                self.emit(at, Op::Sub, key, key, back);
            } else {
                self.load_const(at, key, super::fold::int_const(index as i128));
            }
            self.emit(at, Op::Copy, item, subject.reg, 0);
            self.emit(at, Op::Subscr, item, item, key);
            self.subpattern(pattern, Subject { reg: item, owned: true }, state)?;
        }
        self.release_subject(subject, at);
        Ok(())
    }

    /// Fails unless the test instruction finds the subject fit.
    fn test(&mut self, op: Op, subject: Subject, at: Span, state: &mut Matching<'a>) {
        let answer = self.unit.temp();
        self.emit(at, op, answer, subject.reg, 0);
        let fail = self.fail(state);
        self.jump_if(at, Op::JumpIfFalse, [answer, 0, 0], fail);
    }

    fn length_test(&mut self, subject: Subject, op: Op, count: usize, at: Span, state: &mut Matching<'a>) {
        let length = self.unit.temp();
        self.emit(at, Op::GetLen, length, subject.reg, 0);
        if count < 128 {
            let op = if op == Op::JEq { Op::JEqI } else { Op::JGeI };
            let fail = self.fail(state);
            self.jump_if(at, op, [length, count as i32, 0], fail);
            return;
        }
        let wanted = self.unit.temp();
        self.load_const(at, wanted, super::fold::int_const(count as i128));
        let fail = self.fail(state);
        self.jump_if(at, op, [length, wanted, 0], fail);
    }

    // ---- mappings and classes

    fn mapping_pattern(
        &mut self,
        node: &'a ast::PatternMatchMapping,
        subject: Subject,
        at: Span,
        state: &mut Matching<'a>,
    ) -> Outcome<()> {
        self.test(Op::MatchMapping, subject, at, state);
        let count = node.keys.len();
        if count == 0 && node.rest.is_none() {
            self.release_subject(subject, at);
            return Ok(());
        }
        if count > 0 {
            self.length_test(subject, Op::JGe, count, at, state);
        }
        self.mapping_keys(node)?;
        let keys = self.unit.temp();
        if count <= MAX_RUN {
            for (index, key) in node.keys.iter().enumerate() {
                let slot = if index == 0 { keys } else { self.unit.temp() };
                self.expr_to(key, slot)?;
            }
            self.emit(at, Op::BuildTuple, keys, keys, count as i32);
        } else {
            self.emit(at, Op::BuildList, keys, keys, 0);
            for key in &node.keys {
                let value = self.expr_temp(key)?;
                self.emit(at, Op::ListAppend, keys, value, 0);
                self.unit.height -= 1;
            }
            self.emit(at, Op::ListToTuple, keys, keys, 0);
        }
        let values = self.unit.temp();
        self.emit(at, Op::MatchKeys, values, subject.reg, keys);
        let answer = self.unit.temp();
        self.emit(at, Op::Copy, answer, values, 0);
        let fail = self.fail(state);
        self.jump_if(at, Op::JumpIfNone, [answer, 0, 0], fail);
        let items = self.unpack_items(values, count, at);
        for (index, pattern) in node.patterns.iter().enumerate() {
            self.subpattern(pattern, Subject { reg: items + index as i32, owned: true }, state)?;
        }
        let Some(rest) = &node.rest else {
            self.emit(at, Op::Clear, keys, 0, 0);
            self.release_subject(subject, at);
            return Ok(());
        };
        let dict = self.unit.temp();
        self.emit(at, Op::BuildMap, dict, dict, 0);
        let value = self.spend(subject, at);
        self.emit(at, Op::DictUpdate, dict, value, 0);
        let names = self.unpack_items(keys, count, at);
        for index in 0..count as i32 {
            let copy = self.unit.temp();
            self.emit(at, Op::Copy, copy, dict, 0);
            self.emit(at, Op::DeleteSubscr, copy, names + index, 0);
        }
        self.capture(rest, Subject { reg: dict, owned: true }, at, state)
    }

    /// Unpacks a tuple of known length into new temporaries.
    fn unpack_items(&mut self, tuple: Reg, count: usize, at: Span) -> Reg {
        let base = self.unit.temps(count as u32);
        if count <= MAX_RUN {
            self.emit(at, Op::UnpackSequence, base, tuple, count as i32);
            return base;
        }
        for index in 0..count {
            let key = self.unit.temp();
            self.load_const(at, key, super::fold::int_const(index as i128));
            let slot = base + index as i32;
            self.emit(at, Op::Copy, slot, tuple, 0);
            self.emit(at, Op::Subscr, slot, slot, key);
        }
        self.emit(at, Op::Clear, tuple, 0, 0);
        base
    }

    fn mapping_keys(&mut self, node: &'a ast::PatternMatchMapping) -> Outcome<()> {
        let mut seen: Vec<Const> = Vec::new();
        for key in &node.keys {
            match self.const_of(key) {
                Some(value) => {
                    if seen.iter().any(|other| super::fold::equal(other, &value)) {
                        let text = super::unparse::const_repr(&value);
                        return self
                            .error(span(node), format!("mapping pattern checks duplicate key ({text})"));
                    }
                    seen.push(value);
                }
                None if key.is_attribute_expr() => {}
                None => {
                    return self.error(
                        span(key),
                        "mapping pattern keys may only match literals and attribute lookups",
                    );
                }
            }
        }
        Ok(())
    }

    fn class_pattern(
        &mut self,
        node: &'a ast::PatternMatchClass,
        subject: Subject,
        at: Span,
        state: &mut Matching<'a>,
    ) -> Outcome<()> {
        let positional = &node.arguments.patterns;
        let keywords = &node.arguments.keywords;
        for (index, keyword) in keywords.iter().enumerate() {
            self.check_store(&keyword.attr, span(keyword))?;
            if let Some(again) = keywords[index + 1..].iter().find(|k| k.attr.id == keyword.attr.id) {
                let message = format!("attribute name repeated in class pattern: {}", keyword.attr);
                return self.error(span(&again.pattern), message);
            }
        }
        let class = self.expr_temp(&node.cls)?;
        let names = self.unit.temp();
        let attrs = keywords.iter().map(|k| str_const(&k.attr)).collect();
        self.load_const(at, names, Const::Tuple(attrs));
        let values = self.unit.temp();
        self.emit_x(at, Op::MatchClass, [values, subject.reg, class], [positional.len() as u32, 0]);
        let answer = self.unit.temp();
        self.emit(at, Op::Copy, answer, values, 0);
        let fail = self.fail(state);
        self.jump_if(at, Op::JumpIfNone, [answer, 0, 0], fail);
        self.release_subject(subject, at);
        let count = positional.len() + keywords.len();
        let items = self.unpack_items(values, count, at);
        let patterns = positional.iter().chain(keywords.iter().map(|k| &k.pattern));
        for (index, pattern) in patterns.enumerate() {
            let item = Subject { reg: items + index as i32, owned: true };
            if is_wildcard(pattern) {
                self.release_subject(item, at);
            } else {
                self.subpattern(pattern, item, state)?;
            }
        }
        Ok(())
    }
}

fn is_wildcard(pattern: &Pattern) -> bool {
    matches!(pattern, Pattern::MatchAs(node) if node.pattern.is_none() && node.name.is_none())
}

/// Names that a pattern binds.
fn bound_names<'a>(pattern: &'a Pattern, names: &mut Vec<(&'a str, Span)>) {
    let at = span(pattern);
    match pattern {
        Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
        Pattern::MatchSequence(node) => node.patterns.iter().for_each(|p| bound_names(p, names)),
        Pattern::MatchMapping(node) => {
            node.patterns.iter().for_each(|p| bound_names(p, names));
            names.extend(node.rest.iter().map(|name| (name.as_str(), at)));
        }
        Pattern::MatchClass(node) => {
            node.arguments.patterns.iter().for_each(|p| bound_names(p, names));
            node.arguments.keywords.iter().for_each(|k| bound_names(&k.pattern, names));
        }
        Pattern::MatchStar(node) => names.extend(node.name.iter().map(|name| (name.as_str(), at))),
        Pattern::MatchAs(node) => {
            if let Some(inner) = &node.pattern {
                bound_names(inner, names);
            }
            names.extend(node.name.iter().map(|name| (name.as_str(), at)));
        }
        Pattern::MatchOr(node) => {
            if let Some(first) = node.patterns.first() {
                bound_names(first, names);
            }
        }
    }
}
