//! Expressions of the parser's tree as nodes.

use ruff_python_ast::{self as ast, Expr, ExprContext};
use ruff_text_size::Ranged;

use super::build::{Builder, span};
use super::kinds::Kind;
use crate::runtime::compiler::{self, Span};
use crate::runtime::error::PyResult;
use crate::runtime::value::Value;

/// The kind of a binary operator.
pub fn operator_kind(op: ast::Operator) -> Kind {
    use ast::Operator;
    match op {
        Operator::Add => Kind::Add,
        Operator::Sub => Kind::Sub,
        Operator::Mult => Kind::Mult,
        Operator::MatMult => Kind::MatMult,
        Operator::Div => Kind::Div,
        Operator::Mod => Kind::Mod,
        Operator::Pow => Kind::Pow,
        Operator::LShift => Kind::LShift,
        Operator::RShift => Kind::RShift,
        Operator::BitOr => Kind::BitOr,
        Operator::BitXor => Kind::BitXor,
        Operator::BitAnd => Kind::BitAnd,
        Operator::FloorDiv => Kind::FloorDiv,
    }
}

fn compare_kind(op: ast::CmpOp) -> Kind {
    use ast::CmpOp;
    match op {
        CmpOp::Eq => Kind::Eq,
        CmpOp::NotEq => Kind::NotEq,
        CmpOp::Lt => Kind::Lt,
        CmpOp::LtE => Kind::LtE,
        CmpOp::Gt => Kind::Gt,
        CmpOp::GtE => Kind::GtE,
        CmpOp::Is => Kind::Is,
        CmpOp::IsNot => Kind::IsNot,
        CmpOp::In => Kind::In,
        CmpOp::NotIn => Kind::NotIn,
    }
}

fn unary_kind(op: ast::UnaryOp) -> Kind {
    match op {
        ast::UnaryOp::Invert => Kind::Invert,
        ast::UnaryOp::Not => Kind::Not,
        ast::UnaryOp::UAdd => Kind::UAdd,
        ast::UnaryOp::USub => Kind::USub,
    }
}

impl Builder<'_> {
    fn ctx(&self, ctx: ExprContext) -> Value {
        self.single(match ctx {
            ExprContext::Store => Kind::Store,
            ExprContext::Del => Kind::Del,
            ExprContext::Load | ExprContext::Invalid => Kind::Load,
        })
    }

    /// An expression.
    pub fn expr(&mut self, expr: &Expr) -> PyResult<Value> {
        self.deeper(|me| me.expr_at(expr, span(expr)))
    }

    /// An expression, or `None`.
    pub fn expr_opt(&mut self, expr: Option<&Expr>) -> PyResult<Value> {
        expr.map_or(Ok(Value::NONE), |expr| self.expr(expr))
    }

    /// Expressions as a list.
    pub fn exprs(&mut self, exprs: &[Expr]) -> PyResult<Value> {
        self.list(exprs, Self::expr)
    }

    /// A constant without `u` prefix.
    pub fn constant(&self, value: Value, at: Span) -> Value {
        self.node(Kind::Constant, [value, Value::NONE], at)
    }

    fn expr_at(&mut self, expr: &Expr, at: Span) -> PyResult<Value> {
        Ok(match expr {
            Expr::BoolOp(node) => {
                let op = self.single(match node.op {
                    ast::BoolOp::And => Kind::And,
                    ast::BoolOp::Or => Kind::Or,
                });
                let values = self.exprs(&node.values)?;
                self.node(Kind::BoolOp, [op, values], at)
            }
            Expr::Named(node) => {
                self.since(8, "Assignment expressions are", at)?;
                let target = self.expr(&node.target)?;
                let value = self.expr(&node.value)?;
                self.node(Kind::NamedExpr, [target, value], at)
            }
            Expr::BinOp(node) => self.binary(node, at)?,
            Expr::UnaryOp(node) => {
                let operand = self.expr(&node.operand)?;
                self.node(Kind::UnaryOp, [self.single(unary_kind(node.op)), operand], at)
            }
            Expr::Lambda(node) => {
                let args = self.arguments(node.parameters.as_deref())?;
                let body = self.expr(&node.body)?;
                self.node(Kind::Lambda, [args, body], at)
            }
            Expr::If(node) => {
                let test = self.expr(&node.test)?;
                let body = self.expr(&node.body)?;
                let orelse = self.expr(&node.orelse)?;
                self.node(Kind::IfExp, [test, body, orelse], at)
            }
            Expr::Dict(node) => {
                let keys = self.list(&node.items, |me, item| me.expr_opt(item.key.as_ref()))?;
                let values = self.list(&node.items, |me, item| me.expr(&item.value))?;
                self.node(Kind::Dict, [keys, values], at)
            }
            Expr::Set(node) => {
                let elts = self.exprs(&node.elts)?;
                self.node(Kind::Set, [elts], at)
            }
            Expr::ListComp(node) => self.comp(Kind::ListComp, &node.elt, &node.generators, at)?,
            Expr::SetComp(node) => self.comp(Kind::SetComp, &node.elt, &node.generators, at)?,
            Expr::Generator(node) => self.comp(Kind::GeneratorExp, &node.elt, &node.generators, at)?,
            Expr::DictComp(node) => {
                let key = self.expr_opt(node.key.as_deref())?;
                let value = self.expr(&node.value)?;
                let generators = self.generators(&node.generators)?;
                self.node(Kind::DictComp, [key, value, generators], at)
            }
            Expr::Await(node) => {
                self.since(5, "Await expressions are", at)?;
                let value = self.expr(&node.value)?;
                self.node(Kind::Await, [value], at)
            }
            Expr::Yield(node) => {
                let value = self.expr_opt(node.value.as_deref())?;
                self.node(Kind::Yield, [value], at)
            }
            Expr::YieldFrom(node) => {
                let value = self.expr(&node.value)?;
                self.node(Kind::YieldFrom, [value], at)
            }
            Expr::Compare(node) => {
                let left = self.expr(&node.left)?;
                let ops = node.ops.iter().map(|op| self.single(compare_kind(*op))).collect();
                let ops = self.vm.list(ops);
                let comparators = self.exprs(&node.comparators)?;
                self.node(Kind::Compare, [left, ops, comparators], at)
            }
            Expr::Call(node) => {
                let func = self.expr(&node.func)?;
                let [args, keywords] = self.call_arguments(&node.arguments)?;
                self.node(Kind::Call, [func, args, keywords], at)
            }
            Expr::Attribute(node) => {
                let value = self.expr(&node.value)?;
                self.node(Kind::Attribute, [value, self.name(&node.attr), self.ctx(node.ctx)], at)
            }
            Expr::Subscript(node) => {
                let value = self.expr(&node.value)?;
                let slice = self.expr(&node.slice)?;
                self.node(Kind::Subscript, [value, slice, self.ctx(node.ctx)], at)
            }
            Expr::Starred(node) => {
                let value = self.expr(&node.value)?;
                self.node(Kind::Starred, [value, self.ctx(node.ctx)], at)
            }
            Expr::Name(node) => {
                if self.tree.optimized && node.id.as_str() == "__debug__" && node.ctx == ExprContext::Load {
                    return Ok(self.constant(Value::bool(self.options.optimize == 0), at));
                }
                if matches!(node.id.as_str(), "None" | "True" | "False") {
                    // Other letters that mean the same.
                    let message = format!("identifier field can't represent '{}' constant", node.id);
                    return Err(self.vm.value_error(message));
                }
                self.node(Kind::Name, [self.name(&node.id), self.ctx(node.ctx)], at)
            }
            Expr::List(node) => {
                let elts = self.exprs(&node.elts)?;
                self.node(Kind::List, [elts, self.ctx(node.ctx)], at)
            }
            Expr::Tuple(node) => {
                let elts = self.exprs(&node.elts)?;
                self.node(Kind::Tuple, [elts, self.ctx(node.ctx)], at)
            }
            Expr::Slice(node) => {
                let lower = self.expr_opt(node.lower.as_deref())?;
                let upper = self.expr_opt(node.upper.as_deref())?;
                let step = self.expr_opt(node.step.as_deref())?;
                self.node(Kind::Slice, [lower, upper, step], at)
            }
            Expr::FString(node) => self.fstring(node, at)?,
            Expr::TString(node) => self.tstring(node, at)?,
            Expr::StringLiteral(node) => self.string(node, at),
            Expr::BytesLiteral(node) => {
                let bytes: Vec<u8> = node.value.bytes().collect();
                self.constant(self.vm.bytes(&bytes), at)
            }
            Expr::NumberLiteral(node) => self.constant(self.number(&node.value, at)?, at),
            Expr::BooleanLiteral(node) => self.constant(Value::bool(node.value), at),
            Expr::NoneLiteral(_) => self.constant(Value::NONE, at),
            Expr::EllipsisLiteral(_) => self.constant(Value::ELLIPSIS, at),
            Expr::IpyEscapeCommand(node) => match self.source.constant(&node.value) {
                Some(value) => self.constant(self.vm.constant(value)?, at),
                None => return Err(self.error(at, "invalid syntax")),
            },
        })
    }

    /// The value of a number.
    pub fn number(&self, value: &ast::Number, at: Span) -> PyResult<Value> {
        if self.is_older(6) && self.source.slice(at).contains('_') {
            return Err(self
                .error(at, "Underscores in numeric literals are only supported in Python 3.6 and greater"));
        }
        if let Some(message) = compiler::too_many_digits(value, self.options.max_int_digits) {
            return Err(self.error(at, &message));
        }
        self.vm.constant(&compiler::number(value))
    }

    fn binary(&mut self, node: &ast::ExprBinOp, at: Span) -> PyResult<Value> {
        if node.op == ast::Operator::MatMult {
            self.since(5, "The '@' operator is", at)?;
        }
        if self.tree.optimized
            && let Some(formatted) = self.percent_format(node, at)?
        {
            return Ok(formatted);
        }
        let left = self.expr(&node.left)?;
        let right = self.expr(&node.right)?;
        Ok(self.node(Kind::BinOp, [left, self.single(operator_kind(node.op)), right], at))
    }

    fn comp(
        &mut self,
        kind: Kind,
        elt: &Expr,
        generators: &[ast::Comprehension],
        at: Span,
    ) -> PyResult<Value> {
        let elt = self.expr(elt)?;
        let generators = self.generators(generators)?;
        Ok(self.node(kind, [elt, generators], at))
    }

    fn generators(&mut self, generators: &[ast::Comprehension]) -> PyResult<Value> {
        self.list(generators, |me, generator| {
            if generator.is_async {
                me.since(6, "Async comprehensions are", span(generator))?;
            }
            let target = me.expr(&generator.target)?;
            let iter = me.expr(&generator.iter)?;
            let ifs = me.exprs(&generator.ifs)?;
            Ok(me.plain(Kind::Comprehension, [target, iter, ifs, me.vm.int(i64::from(generator.is_async))]))
        })
    }

    /// Positional arguments and keywords of a call or class.
    pub fn call_arguments(&mut self, arguments: &ast::Arguments) -> PyResult<[Value; 2]> {
        let args = match (&*arguments.args, arguments.keywords.is_empty()) {
            // The parentheses of the call are the generator expression's.
            ([Expr::Generator(only)], true) if !only.parenthesized => {
                let at = span(arguments);
                let only = &arguments.args[0];
                let value = self.deeper(|me| me.expr_at(only, at))?;
                self.vm.list(vec![value])
            }
            (args, _) => self.exprs(args)?,
        };
        let keywords = self.list(&arguments.keywords, |me, keyword| {
            let value = me.expr(&keyword.value)?;
            Ok(me.node(Kind::Keyword, [me.name_opt(keyword.arg.as_ref()), value], span(keyword)))
        })?;
        Ok([args, keywords])
    }

    /// Parameters of a function.
    pub fn arguments(&mut self, parameters: Option<&ast::Parameters>) -> PyResult<Value> {
        let Some(parameters) = parameters else {
            let empty = || self.vm.list(Vec::new());
            let fields = [empty(), empty(), Value::NONE, empty(), empty(), Value::NONE, empty()];
            return Ok(self.plain(Kind::Arguments, fields));
        };
        if let Some(first) = parameters.posonlyargs.first() {
            self.since(8, "Positional-only parameters are", span(first))?;
        }
        let posonly = self.list(&parameters.posonlyargs, |me, p| me.parameter(&p.parameter, span(p).end))?;
        let args = self.list(&parameters.args, |me, p| me.parameter(&p.parameter, span(p).end))?;
        let vararg = self.parameter_opt(parameters.vararg.as_deref())?;
        let kwonly = self.list(&parameters.kwonlyargs, |me, p| me.parameter(&p.parameter, span(p).end))?;
        let kw_defaults = self.list(&parameters.kwonlyargs, |me, p| me.expr_opt(p.default.as_deref()))?;
        let kwarg = self.parameter_opt(parameters.kwarg.as_deref())?;
        let mut defaults = Vec::new();
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
            if let Some(default) = &parameter.default {
                defaults.push(self.expr(default)?);
            }
        }
        let defaults = self.vm.list(defaults);
        Ok(self.plain(Kind::Arguments, [posonly, args, vararg, kwonly, kw_defaults, kwarg, defaults]))
    }

    fn parameter_opt(&mut self, parameter: Option<&ast::Parameter>) -> PyResult<Value> {
        parameter.map_or(Ok(Value::NONE), |p| self.parameter(p, p.range.end().to_u32()))
    }

    /// A parameter; a type comment may stand behind `end`.
    fn parameter(&mut self, parameter: &ast::Parameter, end: u32) -> PyResult<Value> {
        let annotation = self.expr_opt(parameter.annotation.as_deref())?;
        let comment = self.parameter_comment(end);
        let at = Span { start: parameter.name.range.start().to_u32(), end: parameter.range().end().to_u32() };
        Ok(self.node(Kind::Arg, [self.name(&parameter.name), annotation, comment], at))
    }
}
