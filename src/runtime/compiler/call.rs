//! Calls: of functions, of methods without a bound method, of `super()`'s methods, with unpacked arguments.

use ruff_python_ast::{self as ast, Expr};

use super::super::bytecode::code::Const;
use super::super::bytecode::ops::{Common, Op};
use super::compile::{Compiler, span, str_const};
use super::emit::Reg;
use super::expr::MAX_ITEMS;
use super::problem::Outcome;
use super::scope::{Binding, Role, ScopeId};
use super::source::Span;

impl<'a> Compiler<'a> {
    /// Compiles a call.
    pub(super) fn call(&mut self, node: &'a ast::ExprCall, dst: Reg) -> Outcome<()> {
        let at = span(node);
        self.check_caller(&node.func);
        let arguments = &node.arguments;
        self.check_keywords(&arguments.keywords)?;
        if needs_unpacking(arguments) {
            let base = self.run_base(dst);
            self.expr_to(&node.func, base)?;
            return self.call_ex(base, arguments, at, dst);
        }
        let base = self.run_base(dst);
        if let Expr::Attribute(attribute) = &*node.func {
            let second = self.unit.temp();
            let name = attribute.attr.as_str();
            let mut call_at = at;
            if let Expr::Call(inner) = &*attribute.value
                && self.can_optimize_super(inner, name)
            {
                self.unit.height -= 1;
                let implicit = self.load_super_args(inner, base)?;
                let name = self.mangled_index(name);
                let load_at = self.attribute_start(attribute, span(attribute));
                self.emit_x(load_at, Op::LoadSuperMethod, [base, base, i32::from(implicit)], [name, 0]);
                self.unit.height = second as u32 + 1;
            } else {
                self.unit.height -= 1;
                let object = self.operand_in(&attribute.value, base)?;
                self.unit.height = second as u32 + 1;
                let name = self.mangled_index(name);
                let load_at = self.attribute_start(attribute, span(attribute));
                self.emit_x(load_at, Op::LoadMethod, [base, object, 0], [name, 0]);
            }
            call_at = self.attribute_start(attribute, call_at);
            return self.plain_arguments(arguments, call_at, dst, base, Op::CallMethod, Op::CallMethodKw);
        }
        self.expr_to(&node.func, base)?;
        if let Some(consumer) = self.consumer(node) {
            return self.consume(node, consumer, base, dst);
        }
        self.plain_arguments(arguments, at, dst, base, Op::Call, Op::CallKw)
    }

    /// The builtin by whose name a call says that it only goes through its argument, a generator expression.
    fn consumer(&self, node: &'a ast::ExprCall) -> Option<Common> {
        let (Expr::Name(name), [Expr::Generator(generator)], []) =
            (&*node.func, &*node.arguments.args, &*node.arguments.keywords)
        else {
            return None;
        };
        if self.table.scope(self.node_scope(generator, Role::Body)).coroutine {
            return None;
        }
        match name.id.as_str() {
            "any" => Some(Common::Any),
            "all" => Some(Common::All),
            "tuple" => Some(Common::Tuple),
            "list" => Some(Common::List),
            "set" => Some(Common::Set),
            _ => None,
        }
    }

    /// A call of the builtin `consumer`, if the callee in `base` is that, with a generator expression: a loop over the generator
    /// here, which resumes it without native code between. CPython does so for `any`, `all` and `tuple`, and shows the name alone as
    /// the place.
    fn consume(&mut self, node: &'a ast::ExprCall, consumer: Common, base: Reg, dst: Reg) -> Outcome<()> {
        let (call_at, name_at) = (span(node), span(&*node.func));
        let at = if matches!(consumer, Common::List | Common::Set) { call_at } else { name_at };
        let [argument @ Expr::Generator(generator)] = &*node.arguments.args else { return Ok(()) };
        if !generator.parenthesized {
            self.parentheses = Some(node.arguments.range.into());
        }
        let iter = self.expr_temp(argument)?;
        let mark = self.unit.height;
        let [general, next, end, done] = [(); 4].map(|()| self.unit.label());
        self.jump_if(name_at, Op::JumpIfNotCommon, [base, consumer as i32, 0], general);
        let item = self.unit.temp();
        match consumer {
            Common::Any | Common::All => {
                let (jump, early) = match consumer {
                    Common::Any => (Op::JumpIfTrue, Op::LoadTrue),
                    _ => (Op::JumpIfFalse, Op::LoadFalse),
                };
                let late = if early == Op::LoadTrue { Op::LoadFalse } else { Op::LoadTrue };
                let found = self.unit.label();
                self.emit(at, Op::Clear, base, 0, 0);
                self.unit.bind(next);
                self.jump_if(at, Op::ForIter, [item, iter, 0], end);
                self.jump_if(at, jump, [item, 0, 0], found);
                self.jump_back(at, next);
                self.unit.bind(found);
                self.emit(at, Op::Clear, iter, 0, 0);
                self.emit(at, early, dst, 0, 0);
                self.jump(at, done);
                self.unit.bind(end);
                self.emit(at, late, dst, 0, 0);
            }
            _ => {
                let (build, add) = match consumer {
                    Common::Set => (Op::BuildSet, Op::SetAdd),
                    _ => (Op::BuildList, Op::ListAppend),
                };
                self.emit(at, build, base, item, 0);
                self.unit.bind(next);
                self.jump_if(at, Op::ForIter, [item, iter, 0], end);
                self.emit(at, add, base, item, 0);
                self.jump_back(at, next);
                self.unit.bind(end);
                if consumer as u32 == Common::Tuple as u32 {
                    self.emit(at, Op::ListToTuple, dst, base, 0);
                } else if dst != base {
                    self.emit(at, Op::Move, dst, base, 0);
                }
            }
        }
        self.jump(at, done);
        self.unit.bind(general);
        self.unit.height = mark;
        self.emit(call_at, Op::Call, dst, base, 1);
        self.unit.bind(done);
        Ok(())
    }

    fn plain_arguments(
        &mut self,
        arguments: &'a ast::Arguments,
        at: Span,
        dst: Reg,
        base: Reg,
        call: Op,
        call_kw: Op,
    ) -> Outcome<()> {
        if let [Expr::Generator(generator)] = &*arguments.args
            && !generator.parenthesized
        {
            self.parentheses = Some(arguments.range.into());
        }
        for argument in &arguments.args {
            self.expr_temp(argument)?;
        }
        let mut count = arguments.args.len();
        if arguments.keywords.is_empty() {
            self.emit(at, call, dst, base, count as i32);
            return Ok(());
        }
        let mut names = Vec::with_capacity(arguments.keywords.len());
        for keyword in &arguments.keywords {
            if let Some(name) = &keyword.arg {
                names.push(str_const(name));
            }
            self.expr_temp(&keyword.value)?;
            count += 1;
        }
        let names = self.unit.const_index(Const::Tuple(names.into()));
        self.emit_x(at, call_kw, [dst, base, count as i32], [names, 0]);
        Ok(())
    }

    /// A call with unpacked or very many arguments; the callee is in `base`.
    fn call_ex(&mut self, base: Reg, arguments: &'a ast::Arguments, at: Span, dst: Reg) -> Outcome<()> {
        let positional = self.unit.temp();
        match &*arguments.args {
            // f(*args) passes the iterable as it is: the call turns it into a tuple.
            [Expr::Starred(star)] => self.expr_to(&star.value, positional)?,
            [] => self.load_common(at, positional, Common::EmptyTuple),
            args => self.fill(args, at, Op::BuildList, positional, 1)?,
        }
        self.unit.height = positional as u32 + 1;
        self.call_ex_keywords(arguments, base, at, dst)
    }

    /// The second half of a call with unpacked arguments: the positional ones are behind the callee in `base`.
    pub(super) fn call_ex_keywords(
        &mut self,
        arguments: &'a ast::Arguments,
        base: Reg,
        at: Span,
        dst: Reg,
    ) -> Outcome<()> {
        if arguments.keywords.is_empty() {
            self.emit(at, Op::CallEx, dst, base, 0);
            return Ok(());
        }
        let dict = self.unit.temp();
        self.keyword_dict(&arguments.keywords, base, dict, at)?;
        self.emit(at, Op::CallEx, dst, base, 1);
        Ok(())
    }

    fn keyword_dict(
        &mut self,
        keywords: &'a [ast::Keyword],
        callee: Reg,
        dict: Reg,
        at: Span,
    ) -> Outcome<()> {
        let plain = keywords.iter().take_while(|k| k.arg.is_some()).count();
        let first = plain.min(MAX_ITEMS / 2);
        let base = self.run_base(dict);
        for (index, keyword) in keywords[..first].iter().enumerate() {
            let key = if index == 0 { base } else { self.unit.temp() };
            self.keyword_pair(keyword, key, at)?;
        }
        self.emit(at, Op::BuildMap, dict, base, first as i32);
        self.unit.height = dict as u32 + 1;
        let mark = self.unit.height;
        let mut rest = &keywords[first..];
        while let Some((keyword, more)) = rest.split_first() {
            let part = self.unit.temp();
            if keyword.arg.is_none() {
                let value = self.operand_in(&keyword.value, part)?;
                self.emit(at, Op::DictMerge, dict, value, callee);
                rest = more;
            } else {
                let run = rest.iter().take_while(|k| k.arg.is_some()).count().min(MAX_ITEMS / 2);
                for (index, keyword) in rest[..run].iter().enumerate() {
                    let key = if index == 0 { part } else { self.unit.temp() };
                    self.keyword_pair(keyword, key, at)?;
                }
                self.emit(at, Op::BuildMap, part, part, run as i32);
                self.emit(at, Op::DictMerge, dict, part, callee);
                rest = &rest[run..];
            }
            self.unit.height = mark;
        }
        Ok(())
    }

    fn keyword_pair(&mut self, keyword: &'a ast::Keyword, key: Reg, at: Span) -> Outcome<()> {
        if let Some(name) = &keyword.arg {
            self.load_const(at, key, str_const(name));
        }
        self.expr_temp(&keyword.value)?;
        Ok(())
    }

    // ---- super

    /// Whether a call is `super()` or `super(a, b)` of the builtin, for access to attribute `name`.
    pub(super) fn can_optimize_super(&mut self, call: &ast::ExprCall, name: &str) -> bool {
        let Expr::Name(function) = &*call.func else { return false };
        if function.id.as_str() != "super" || name == "__class__" || !call.arguments.keywords.is_empty() {
            return false;
        }
        let id = self.table.names.intern("super");
        let here = self.table.scope(self.innermost_scope()).binding(id);
        let top = self.table.scope(ScopeId(0)).binding(id);
        if here != Binding::GlobalImplicit || !matches!(top, Binding::Unknown | Binding::GlobalImplicit) {
            return false;
        }
        if top == Binding::GlobalImplicit
            && self.table.scope(ScopeId(0)).flags(id) & super::scope::uses::BOUND != 0
        {
            return false;
        }
        match &*call.arguments.args {
            [] => {
                let class = self.table.names.intern("__class__");
                self.unit.arg_count > 0 && self.free_index(class).is_some()
            }
            [a, b] => !a.is_starred_expr() && !b.is_starred_expr(),
            _ => false,
        }
    }

    pub(super) fn innermost_scope(&self) -> ScopeId {
        self.unit.comps.last().map_or(self.unit.scope, |frame| frame.scope)
    }

    /// Loads `super`, the class and the instance into the run at `base`; tells whether they were implicit.
    pub(super) fn load_super_args(&mut self, call: &'a ast::ExprCall, base: Reg) -> Outcome<bool> {
        let at = span(&*call.func);
        self.load_name(at, "super", base);
        let class = self.unit.temp();
        if let [first, second] = &*call.arguments.args {
            self.expr_to(first, class)?;
            self.expr_temp(second)?;
            return Ok(false);
        }
        let at = span(call);
        let name = self.table.names.intern("__class__");
        if let Some(index) = self.free_index(name) {
            self.emit(at, Op::LoadFree, class, index as i32, 0);
        }
        let instance = self.unit.temp();
        let first = self.unit.locals[0].name;
        let comps = std::mem::take(&mut self.unit.comps);
        self.load_name_id(at, first, instance);
        self.unit.comps = comps;
        Ok(true)
    }
}

/// Whether a call needs its arguments in a tuple and a dict.
pub fn needs_unpacking(arguments: &ast::Arguments) -> bool {
    arguments.args.iter().any(Expr::is_starred_expr)
        || arguments.keywords.iter().any(|k| k.arg.is_none())
        || arguments.args.len() + arguments.keywords.len() > MAX_ITEMS
}
