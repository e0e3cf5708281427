//! From nodes back to the parser's tree: reading and checking fields, and expressions.
//!
//! Nodes have any fields a program gave them, so every one is checked, with CPython's words. The ranges of the tree that is
//! made are numbers of a table of positions, which the compiler's source looks up; what the parser's tree has no form for
//! (tuples and frozensets, negative numbers, text with lone surrogates) stands in the source's table of constants.

use ruff_python_ast::{self as ast, AtomicNodeIndex, Expr, ExprContext};
use ruff_text_size::{TextRange, TextSize};

use super::build::Classes;
use super::kinds::Kind;
use crate::runtime::builtins::lists::List;
use crate::runtime::bytecode::code::Const;
use crate::runtime::compiler::{Options, Source};
use crate::runtime::error::PyResult;
use crate::runtime::object::typedef::kind;
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Ref, Value};

/// Converts nodes.
pub struct Lower<'a> {
    pub vm: &'a Vm,
    pub classes: Ref<Classes>,
    pub positions: Vec<(u32, u32)>,
    pub constants: Vec<Const>,
    /// Source texts of interpolations, by their place.
    pub texts: Vec<(u32, String)>,
}

// Each use is a fresh index that nobody sets.
#[allow(clippy::declare_interior_mutable_const)]
pub const NO_INDEX: AtomicNodeIndex = AtomicNodeIndex::NONE;

/// The word of a context in messages.
fn ctx_name(ctx: ExprContext) -> &'static str {
    match ctx {
        ExprContext::Store => "Store",
        ExprContext::Del => "Del",
        ExprContext::Load | ExprContext::Invalid => "Load",
    }
}

impl<'a> Lower<'a> {
    pub fn new(vm: &'a Vm) -> PyResult<Lower<'a>> {
        let classes = Classes::of(vm)?;
        // The module's.
        let positions = vec![(1, 0)];
        Ok(Lower { vm, classes, positions, constants: Vec::new(), texts: Vec::new() })
    }

    /// The source that ranges of the tree refer to.
    pub fn source(&mut self) -> Source<'static> {
        let positions = std::mem::take(&mut self.positions);
        Source::from_positions(
            positions,
            std::mem::take(&mut self.constants),
            std::mem::take(&mut self.texts),
        )
    }

    // ---- fields

    /// The kind of a node, which must be one of `group`.
    pub fn kind(&self, node: &Value, group: Kind) -> PyResult<Kind> {
        match self.classes.kind_of(self.vm, node) {
            Some(kind) if kind.row().base == group && kind != group => Ok(kind),
            _ => {
                let name = group.row().name;
                let shown = self.vm.repr_text(node)?;
                Err(self.vm.type_error(format!("expected some sort of {name}, but got {shown}")))
            }
        }
    }

    /// A field's value, if the node has it.
    pub fn find(&self, node: &Value, name: &str) -> PyResult<Option<Value>> {
        let name = self.vm.intern(name);
        self.vm.getattr_opt(node, name.value())
    }

    fn missing<T>(&self, owner: &str, name: &str) -> PyResult<T> {
        Err(self.vm.type_error(format!("required field \"{name}\" missing from {owner}")))
    }

    /// A field that has to be there; it may be `None`.
    pub fn field(&self, node: &Value, owner: &str, name: &str) -> PyResult<Value> {
        match self.find(node, name)? {
            Some(value) => Ok(value),
            None => self.missing(owner, name),
        }
    }

    /// A field that has to be there and has a value.
    pub fn required(&self, node: &Value, owner: &str, name: &str) -> PyResult<Value> {
        let value = self.field(node, owner, name)?;
        if value.is_none() {
            return Err(self.vm.value_error(format!("field '{name}' is required for {owner}")));
        }
        Ok(value)
    }

    /// A field that may be missing or `None`.
    pub fn optional(&self, node: &Value, name: &str) -> PyResult<Option<Value>> {
        Ok(self.find(node, name)?.filter(|value| !value.is_none()))
    }

    /// A field that is a list.
    pub fn items(&self, node: &Value, owner: &str, name: &str) -> PyResult<Vec<Value>> {
        let Some(value) = self.find(node, name)? else { return Ok(Vec::new()) };
        match value.downcast::<List>() {
            Some(list) => Ok(list.items.get().clone()),
            None => {
                let found = value.type_name(self.vm);
                Err(self.vm.type_error(format!("{owner} field \"{name}\" must be a list, not a {found}")))
            }
        }
    }

    /// ValueError for an empty list.
    pub fn not_empty(&self, items: &[Value], owner: &str, name: &str) -> PyResult<()> {
        if items.is_empty() {
            return Err(self.vm.value_error(format!("empty {name} on {owner}")));
        }
        Ok(())
    }

    fn int(&self, value: &Value) -> PyResult<i64> {
        if value.as_small().is_none() && value.as_bool().is_none() && value.kind() != kind::INT {
            let shown = self.vm.repr_text(value)?;
            return Err(self.vm.value_error(format!("invalid integer value: {shown}")));
        }
        self.vm.to_i32(value).map(i64::from)
    }

    /// An int field that has to be there.
    pub fn int_field(&self, node: &Value, owner: &str, name: &str) -> PyResult<i64> {
        self.int(&self.field(node, owner, name)?)
    }

    /// The text of an identifier.
    pub fn text(&self, value: &Value) -> PyResult<String> {
        if value.as_str().is_none() {
            return Err(self.vm.type_error("AST identifier must be of type str"));
        }
        self.vm.source_text(value, "compile", "<string>")
    }

    /// The text of an identifier that a program may bind.
    fn bound(&self, value: &Value) -> PyResult<String> {
        let text = self.text(value)?;
        if matches!(text.as_str(), "None" | "True" | "False") {
            return Err(self.vm.value_error(format!("identifier field can't represent '{text}' constant")));
        }
        Ok(text)
    }

    /// A required name.
    pub fn name(&self, node: &Value, owner: &str, name: &str, at: TextRange) -> PyResult<ast::Identifier> {
        let value = self.required(node, owner, name)?;
        Ok(ast::Identifier::new(self.bound(&value)?, at))
    }

    /// A name that may be `None`.
    pub fn name_opt(&self, node: &Value, name: &str, at: TextRange) -> PyResult<Option<ast::Identifier>> {
        let Some(value) = self.optional(node, name)? else { return Ok(None) };
        Ok(Some(ast::Identifier::new(self.bound(&value)?, at)))
    }

    /// A comment, which means nothing to the compiler.
    pub fn comment(&self, node: &Value) -> PyResult<()> {
        if let Some(value) = self.optional(node, "type_comment")?
            && value.as_str().is_none()
            && self.vm.bytes_of(&value).is_none()
        {
            return Err(self.vm.type_error("AST string must be of type str"));
        }
        Ok(())
    }

    /// A new range, from one line and column to another.
    fn range(&mut self, start: (u32, u32), end: (u32, u32)) -> TextRange {
        let at = TextSize::new(self.positions.len() as u32);
        self.positions.extend([start, end]);
        TextRange::new(at, at + TextSize::new(1))
    }

    /// Where a node stands in the source.
    pub fn at(&mut self, node: &Value, group: &str) -> PyResult<TextRange> {
        let line = self.int_field(node, group, "lineno")?;
        let column = self.int_field(node, group, "col_offset")?;
        let end = |name: &str, default: i64| match self.optional(node, name)? {
            Some(value) => self.int(&value),
            None => Ok(default),
        };
        let end_line = end("end_lineno", line)?;
        let end_column = end("end_col_offset", column)?;
        let message = if line > end_line {
            format!("AST node line range ({line}, {end_line}) is not valid")
        } else if (line < 0 && end_line != line) || (column < 0 && column != end_column) {
            format!(
                "AST node column range ({column}, {end_column}) for line range ({line}, {end_line}) is not valid"
            )
        } else if line == end_line && column > end_column {
            format!("line {line}, column {column}-{end_column} is not a valid range")
        } else {
            let number = |n: i64| n.max(0) as u32;
            return Ok(self.range((number(line), number(column)), (number(end_line), number(end_column))));
        };
        Err(self.vm.value_error(message))
    }

    /// RecursionError if there is no room for one more level.
    pub fn check(&self, what: &str) -> PyResult<()> {
        if self.vm.check_native().is_err() {
            return Err(self.vm.too_deep(&format!(" while traversing '{what}' node")));
        }
        Ok(())
    }

    // ---- expressions

    /// A required expression.
    pub fn expr_field(&mut self, node: &Value, owner: &str, name: &str, ctx: ExprContext) -> PyResult<Expr> {
        let value = self.required(node, owner, name)?;
        self.expr(&value, ctx)
    }

    pub fn load(&mut self, node: &Value, owner: &str, name: &str) -> PyResult<Box<Expr>> {
        self.expr_field(node, owner, name, ExprContext::Load).map(Box::new)
    }

    pub fn load_opt(&mut self, node: &Value, name: &str) -> PyResult<Option<Box<Expr>>> {
        match self.optional(node, name)? {
            Some(value) => Ok(Some(Box::new(self.expr(&value, ExprContext::Load)?))),
            None => Ok(None),
        }
    }

    pub fn exprs(&mut self, node: &Value, owner: &str, name: &str, ctx: ExprContext) -> PyResult<Vec<Expr>> {
        let items = self.items(node, owner, name)?;
        self.expr_list(&items, ctx)
    }

    pub fn expr_list(&mut self, items: &[Value], ctx: ExprContext) -> PyResult<Vec<Expr>> {
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            if item.is_none() {
                return Err(self.vm.value_error("None disallowed in expression list"));
            }
            list.push(self.expr(item, ctx)?);
        }
        Ok(list)
    }

    fn ctx(&self, node: &Value, owner: &str, wanted: ExprContext) -> PyResult<ExprContext> {
        let value = self.required(node, owner, "ctx")?;
        let found = match self.kind(&value, Kind::ContextBase)? {
            Kind::Store => ExprContext::Store,
            Kind::Del => ExprContext::Del,
            _ => ExprContext::Load,
        };
        if found != wanted {
            let (wanted, found) = (ctx_name(wanted), ctx_name(found));
            return Err(self
                .vm
                .value_error(format!("expression must have {wanted} context but has {found} instead")));
        }
        Ok(found)
    }

    /// An expression in a context.
    pub fn expr(&mut self, node: &Value, ctx: ExprContext) -> PyResult<Expr> {
        self.check("expr")?;
        let range = self.at(node, "expr")?;
        let kind = self.kind(node, Kind::ExprBase)?;
        let has_ctx = matches!(
            kind,
            Kind::Attribute | Kind::Subscript | Kind::Starred | Kind::Name | Kind::List | Kind::Tuple
        );
        if !has_ctx && ctx != ExprContext::Load {
            let wanted = ctx_name(ctx);
            return Err(self
                .vm
                .value_error(format!("expression which can't be assigned to in {wanted} context")));
        }
        let owner = kind.row().name;
        Ok(match kind {
            Kind::BoolOp => {
                let op = self.required(node, owner, "op")?;
                let op = match self.kind(&op, Kind::BoolOpBase)? {
                    Kind::And => ast::BoolOp::And,
                    _ => ast::BoolOp::Or,
                };
                let values = self.exprs(node, owner, "values", ExprContext::Load)?;
                if values.len() < 2 {
                    return Err(self.vm.value_error("BoolOp with less than 2 values"));
                }
                Expr::BoolOp(ast::ExprBoolOp { node_index: NO_INDEX, range, op, values })
            }
            Kind::NamedExpr => {
                let target = self.required(node, owner, "target")?;
                if self.classes.kind_of(self.vm, &target) != Some(Kind::Name) {
                    return Err(self.vm.type_error("NamedExpr target must be a Name"));
                }
                let target = Box::new(self.expr(&target, ExprContext::Store)?);
                let value = self.load(node, owner, "value")?;
                Expr::Named(ast::ExprNamed { node_index: NO_INDEX, range, target, value })
            }
            Kind::BinOp => {
                let left = self.load(node, owner, "left")?;
                let op = self.operator(node, owner)?;
                let right = self.load(node, owner, "right")?;
                Expr::BinOp(ast::ExprBinOp { node_index: NO_INDEX, range, left, op, right })
            }
            Kind::UnaryOp => {
                let op = self.required(node, owner, "op")?;
                let op = match self.kind(&op, Kind::UnaryOpBase)? {
                    Kind::Invert => ast::UnaryOp::Invert,
                    Kind::Not => ast::UnaryOp::Not,
                    Kind::UAdd => ast::UnaryOp::UAdd,
                    _ => ast::UnaryOp::USub,
                };
                let operand = self.load(node, owner, "operand")?;
                Expr::UnaryOp(ast::ExprUnaryOp { node_index: NO_INDEX, range, op, operand })
            }
            Kind::Lambda => {
                let parameters = self.parameters(node, owner, range)?;
                let body = self.load(node, owner, "body")?;
                let parameters = Some(Box::new(parameters));
                Expr::Lambda(ast::ExprLambda { node_index: NO_INDEX, range, parameters, body })
            }
            Kind::IfExp => {
                let test = self.load(node, owner, "test")?;
                let body = self.load(node, owner, "body")?;
                let orelse = self.load(node, owner, "orelse")?;
                Expr::If(ast::ExprIf { node_index: NO_INDEX, range, test, body, orelse })
            }
            Kind::Dict => self.dict(node, range)?,
            Kind::Set => {
                let elts = self.exprs(node, owner, "elts", ExprContext::Load)?;
                Expr::Set(ast::ExprSet { node_index: NO_INDEX, range, elts })
            }
            Kind::ListComp => {
                let generators = self.generators(node, owner)?;
                let elt = self.load(node, owner, "elt")?;
                Expr::ListComp(ast::ExprListComp { node_index: NO_INDEX, range, elt, generators })
            }
            Kind::SetComp => {
                let generators = self.generators(node, owner)?;
                let elt = self.load(node, owner, "elt")?;
                Expr::SetComp(ast::ExprSetComp { node_index: NO_INDEX, range, elt, generators })
            }
            Kind::GeneratorExp => {
                let generators = self.generators(node, owner)?;
                let elt = self.load(node, owner, "elt")?;
                let parenthesized = true;
                Expr::Generator(ast::ExprGenerator {
                    node_index: NO_INDEX,
                    range,
                    elt,
                    generators,
                    parenthesized,
                })
            }
            Kind::DictComp => {
                let generators = self.generators(node, owner)?;
                let key = Some(self.load(node, owner, "key")?);
                let value = self.load(node, owner, "value")?;
                Expr::DictComp(ast::ExprDictComp { node_index: NO_INDEX, range, key, value, generators })
            }
            Kind::Await => {
                let value = self.load(node, owner, "value")?;
                Expr::Await(ast::ExprAwait { node_index: NO_INDEX, range, value })
            }
            Kind::Yield => {
                let value = self.load_opt(node, "value")?;
                Expr::Yield(ast::ExprYield { node_index: NO_INDEX, range, value })
            }
            Kind::YieldFrom => {
                let value = self.load(node, owner, "value")?;
                Expr::YieldFrom(ast::ExprYieldFrom { node_index: NO_INDEX, range, value })
            }
            Kind::Compare => self.compare(node, range)?,
            Kind::Call => {
                let func = self.load(node, owner, "func")?;
                let arguments = self.call_arguments(node, owner, "args", range)?;
                let range_start = range.start();
                Expr::Call(ast::ExprCall { node_index: NO_INDEX, range_start, func, arguments })
            }
            Kind::FormattedValue | Kind::JoinedStr => self.joined(node, kind, range)?,
            Kind::Interpolation | Kind::TemplateStr => self.template(node, kind, range)?,
            Kind::Constant => self.constant(node, range)?,
            Kind::Attribute => {
                let value = self.load(node, owner, "value")?;
                let text = self.text(&self.required(node, owner, "attr")?)?;
                let at = self.attribute_name(range, &text);
                let attr = ast::Identifier::new(text, at);
                let ctx = self.ctx(node, owner, ctx)?;
                Expr::Attribute(ast::ExprAttribute { node_index: NO_INDEX, range, value, attr, ctx })
            }
            Kind::Subscript => {
                let value = self.load(node, owner, "value")?;
                let slice = self.load(node, owner, "slice")?;
                let ctx = self.ctx(node, owner, ctx)?;
                Expr::Subscript(ast::ExprSubscript { node_index: NO_INDEX, range, value, slice, ctx })
            }
            Kind::Starred => {
                let ctx = self.ctx(node, owner, ctx)?;
                let value = Box::new(self.expr_field(node, owner, "value", ctx)?);
                Expr::Starred(ast::ExprStarred { node_index: NO_INDEX, range, value, ctx })
            }
            Kind::Name => {
                let id = self.name(node, owner, "id", range)?.id;
                let ctx = self.ctx(node, owner, ctx)?;
                Expr::Name(ast::ExprName { node_index: NO_INDEX, range, id, ctx })
            }
            Kind::List => {
                let ctx = self.ctx(node, owner, ctx)?;
                let elts = self.exprs(node, owner, "elts", ctx)?;
                Expr::List(ast::ExprList { node_index: NO_INDEX, range, elts, ctx })
            }
            Kind::Tuple => {
                let ctx = self.ctx(node, owner, ctx)?;
                let elts = self.exprs(node, owner, "elts", ctx)?;
                let parenthesized = true;
                Expr::Tuple(ast::ExprTuple { node_index: NO_INDEX, range, elts, ctx, parenthesized })
            }
            // `kind` gives kinds of expressions.
            _ => {
                let lower = self.load_opt(node, "lower")?;
                let upper = self.load_opt(node, "upper")?;
                let step = self.load_opt(node, "step")?;
                Expr::Slice(ast::ExprSlice { node_index: NO_INDEX, range, lower, upper, step })
            }
        })
    }

    /// The place of an attribute's name, which ends where the attribute ends.
    fn attribute_name(&mut self, whole: TextRange, name: &str) -> TextRange {
        let [start, end] = [whole.start(), whole.end()].map(|at| self.positions[at.to_u32() as usize]);
        match end.1.checked_sub(name.len() as u32) {
            Some(column) if start.0 != end.0 => self.range((end.0, column), end),
            _ => whole,
        }
    }

    /// A binary operator.
    pub fn operator(&mut self, node: &Value, owner: &str) -> PyResult<ast::Operator> {
        use ast::Operator;
        let op = self.required(node, owner, "op")?;
        Ok(match self.kind(&op, Kind::OperatorBase)? {
            Kind::Add => Operator::Add,
            Kind::Sub => Operator::Sub,
            Kind::Mult => Operator::Mult,
            Kind::MatMult => Operator::MatMult,
            Kind::Div => Operator::Div,
            Kind::Mod => Operator::Mod,
            Kind::Pow => Operator::Pow,
            Kind::LShift => Operator::LShift,
            Kind::RShift => Operator::RShift,
            Kind::BitOr => Operator::BitOr,
            Kind::BitXor => Operator::BitXor,
            Kind::BitAnd => Operator::BitAnd,
            _ => Operator::FloorDiv,
        })
    }

    fn dict(&mut self, node: &Value, range: TextRange) -> PyResult<Expr> {
        let keys = self.items(node, "Dict", "keys")?;
        let values = self.items(node, "Dict", "values")?;
        if keys.len() != values.len() {
            return Err(self.vm.value_error("Dict doesn't have the same number of keys as values"));
        }
        let mut items = Vec::with_capacity(keys.len());
        for (key, value) in keys.iter().zip(&values) {
            let key = if key.is_none() { None } else { Some(self.expr(key, ExprContext::Load)?) };
            if value.is_none() {
                return Err(self.vm.value_error("None disallowed in expression list"));
            }
            items.push(ast::DictItem { key, value: self.expr(value, ExprContext::Load)? });
        }
        Ok(Expr::Dict(ast::ExprDict { node_index: NO_INDEX, range, items }))
    }

    fn compare(&mut self, node: &Value, range: TextRange) -> PyResult<Expr> {
        use ast::CmpOp;
        let left = self.load(node, "Compare", "left")?;
        let mut ops = Vec::new();
        for op in self.items(node, "Compare", "ops")? {
            ops.push(match self.kind(&op, Kind::CmpOpBase)? {
                Kind::Eq => CmpOp::Eq,
                Kind::NotEq => CmpOp::NotEq,
                Kind::Lt => CmpOp::Lt,
                Kind::LtE => CmpOp::LtE,
                Kind::Gt => CmpOp::Gt,
                Kind::GtE => CmpOp::GtE,
                Kind::Is => CmpOp::Is,
                Kind::IsNot => CmpOp::IsNot,
                Kind::In => CmpOp::In,
                _ => CmpOp::NotIn,
            });
        }
        let comparators = self.items(node, "Compare", "comparators")?;
        if comparators.is_empty() {
            return Err(self.vm.value_error("Compare with no comparators"));
        }
        if comparators.len() != ops.len() {
            return Err(self.vm.value_error("Compare has a different number of comparators and operands"));
        }
        let comparators = self.expr_list(&comparators, ExprContext::Load)?.into();
        Ok(Expr::Compare(ast::ExprCompare {
            node_index: NO_INDEX,
            range,
            left,
            ops: ops.into(),
            comparators,
        }))
    }

    fn generators(&mut self, node: &Value, owner: &str) -> PyResult<Vec<ast::Comprehension>> {
        let items = self.items(node, owner, "generators")?;
        if items.is_empty() {
            return Err(self.vm.value_error("comprehension with no generators"));
        }
        let mut generators = Vec::with_capacity(items.len());
        for item in items {
            let owner = "comprehension";
            let target = self.expr_field(&item, owner, "target", ExprContext::Store)?;
            let iter = *self.load(&item, owner, "iter")?;
            let ifs = self.exprs(&item, owner, "ifs", ExprContext::Load)?;
            let is_async = self.int_field(&item, owner, "is_async")? != 0;
            let range = ruff_text_size::Ranged::range(&target);
            generators.push(ast::Comprehension { range, node_index: NO_INDEX, target, iter, ifs, is_async });
        }
        Ok(generators)
    }

    /// Positional arguments, from the field `args`, and keywords.
    pub fn call_arguments(
        &mut self,
        node: &Value,
        owner: &str,
        args: &str,
        range: TextRange,
    ) -> PyResult<ast::Arguments> {
        let args = self.exprs(node, owner, args, ExprContext::Load)?.into();
        let mut keywords = Vec::new();
        for item in self.items(node, owner, "keywords")? {
            let range = self.at(&item, "keyword")?;
            let arg = match self.optional(&item, "arg")? {
                Some(name) => Some(ast::Identifier::new(self.text(&name)?, range)),
                None => None,
            };
            let value = *self.load(&item, "keyword", "value")?;
            keywords.push(ast::Keyword { range, node_index: NO_INDEX, arg, value });
        }
        Ok(ast::Arguments { range, node_index: NO_INDEX, args, keywords: keywords.into() })
    }

    /// The field `args` of a function: its parameters.
    pub fn parameters(&mut self, node: &Value, owner: &str, range: TextRange) -> PyResult<ast::Parameters> {
        let node = self.required(node, owner, "args")?;
        let owner = "arguments";
        if self.classes.kind_of(self.vm, &node) != Some(Kind::Arguments) {
            let shown = self.vm.repr_text(&node)?;
            return Err(self.vm.type_error(format!("expected some sort of arguments, but got {shown}")));
        }
        let mut lists = [Vec::new(), Vec::new(), Vec::new()];
        for (list, name) in lists.iter_mut().zip(["posonlyargs", "args", "kwonlyargs"]) {
            for item in self.items(&node, owner, name)? {
                list.push(self.parameter(&item)?);
            }
        }
        let [posonly, args, kwonly] = lists;
        let mut rest = |name: &str| match self.optional(&node, name)? {
            Some(item) => Ok(Some(Box::new(self.parameter(&item)?))),
            None => Ok(None),
        };
        let (vararg, kwarg) = (rest("vararg")?, rest("kwarg")?);
        let defaults = self.items(&node, owner, "defaults")?;
        if defaults.len() > posonly.len() + args.len() {
            return Err(self.vm.value_error("more positional defaults than args on arguments"));
        }
        let kw_defaults = self.items(&node, owner, "kw_defaults")?;
        if kw_defaults.len() != kwonly.len() {
            let message = "length of kwonlyargs is not the same as kw_defaults on arguments";
            return Err(self.vm.value_error(message));
        }
        let without = posonly.len() + args.len() - defaults.len();
        let mut defaults = self.expr_list(&defaults, ExprContext::Load)?.into_iter();
        let mut seen = 0;
        let mut with_defaults = |list: Vec<ast::Parameter>| {
            let mut done = Vec::with_capacity(list.len());
            for parameter in list {
                let default = if seen >= without { defaults.next().map(Box::new) } else { None };
                seen += 1;
                let range = parameter.range;
                done.push(ast::ParameterWithDefault { range, node_index: NO_INDEX, parameter, default });
            }
            done
        };
        let (posonly, args) = (with_defaults(posonly), with_defaults(args));
        let mut keywords = Vec::with_capacity(kwonly.len());
        for (parameter, default) in kwonly.into_iter().zip(kw_defaults) {
            let default = if default.is_none() {
                None
            } else {
                Some(Box::new(self.expr(&default, ExprContext::Load)?))
            };
            let range = parameter.range;
            keywords.push(ast::ParameterWithDefault { range, node_index: NO_INDEX, parameter, default });
        }
        Ok(ast::Parameters {
            range,
            node_index: NO_INDEX,
            posonlyargs: posonly.into(),
            args: args.into(),
            vararg,
            kwonlyargs: keywords.into(),
            kwarg,
        })
    }

    fn parameter(&mut self, node: &Value) -> PyResult<ast::Parameter> {
        let range = self.at(node, "arg")?;
        let name = self.name(node, "arg", "arg", range)?;
        let annotation = self.load_opt(node, "annotation")?;
        self.comment(node)?;
        Ok(ast::Parameter { range, node_index: NO_INDEX, name, annotation })
    }

    // ---- constants and strings

    fn check_constant(&self, value: &Value) -> PyResult<()> {
        self.check("expr")?;
        let simple = value.is_none()
            || value.is(&Value::ELLIPSIS)
            || value.as_bool().is_some()
            || value.as_small().is_some()
            || value.as_tagged_float().is_some()
            || matches!(value.kind(), kind::INT | kind::FLOAT | kind::COMPLEX | kind::STR | kind::BYTES);
        if simple {
            return Ok(());
        }
        if matches!(value.kind(), kind::TUPLE | kind::FROZENSET) {
            for item in self.vm.collect(value)? {
                self.check_constant(&item)?;
            }
            return Ok(());
        }
        let found = value.type_name(self.vm);
        Err(self.vm.type_error(format!("got an invalid type in Constant: {found}")))
    }

    fn constant(&mut self, node: &Value, range: TextRange) -> PyResult<Expr> {
        let value = self.field(node, "Constant", "value")?;
        if let Some(kind) = self.optional(node, "kind")?
            && kind.as_str().is_none()
            && self.vm.bytes_of(&kind).is_none()
        {
            return Err(self.vm.type_error("AST string must be of type str"));
        }
        self.constant_value(&value, range)
    }

    fn constant_value(&mut self, value: &Value, range: TextRange) -> PyResult<Expr> {
        self.check_constant(value)?;
        let node_index = NO_INDEX;
        let data = self.vm.constant_data(value)?;
        Ok(match data {
            Const::None => Expr::NoneLiteral(ast::ExprNoneLiteral { node_index, range }),
            Const::Ellipsis => Expr::EllipsisLiteral(ast::ExprEllipsisLiteral { node_index, range }),
            Const::Bool(value) => Expr::BooleanLiteral(ast::ExprBooleanLiteral { node_index, range, value }),
            Const::Float(value) => {
                let value = ast::Number::Float(value);
                Expr::NumberLiteral(ast::ExprNumberLiteral { node_index, range, value })
            }
            Const::Complex(real, imag) => {
                let value = ast::Number::Complex { real, imag };
                Expr::NumberLiteral(ast::ExprNumberLiteral { node_index, range, value })
            }
            Const::Int(number) if number >= 0 => {
                let value = ast::Number::Int(ast::Int::from(number as u64));
                Expr::NumberLiteral(ast::ExprNumberLiteral { node_index, range, value })
            }
            Const::Bytes(value) => {
                let flags = ast::BytesLiteralFlags::empty();
                let value =
                    ast::BytesLiteralValue::single(ast::BytesLiteral { range, node_index, value, flags });
                Expr::BytesLiteral(ast::ExprBytesLiteral { node_index: NO_INDEX, range, value })
            }
            Const::Str(ref bytes) if let Ok(text) = std::str::from_utf8(bytes) => {
                let flags = ast::StringLiteralFlags::empty();
                let value = text.into();
                let value =
                    ast::StringLiteralValue::single(ast::StringLiteral { range, node_index, value, flags });
                Expr::StringLiteral(ast::ExprStringLiteral { node_index: NO_INDEX, range, value })
            }
            other => {
                let value = self.constants.len().to_string().into();
                self.constants.push(other);
                let kind = ast::IpyEscapeKind::Shell;
                Expr::IpyEscapeCommand(ast::ExprIpyEscapeCommand { node_index, range, kind, value })
            }
        })
    }

    /// What stands in an f-string, or behind the colon of a field.
    fn elements(
        &mut self,
        values: &[Value],
        elements: &mut Vec<ast::InterpolatedStringElement>,
    ) -> PyResult<()> {
        for value in values {
            if value.is_none() {
                return Err(self.vm.value_error("None disallowed in expression list"));
            }
            match self.classes.kind_of(self.vm, value) {
                Some(Kind::FormattedValue | Kind::Interpolation) => {
                    let range = self.at(value, "expr")?;
                    elements.push(self.interpolation(value, range)?);
                }
                _ => {
                    let part = self.expr(value, ExprContext::Load)?;
                    let range = ruff_text_size::Ranged::range(&part);
                    match part {
                        Expr::StringLiteral(text) => {
                            let value = text.value.to_str().into();
                            let node_index = NO_INDEX;
                            let text = ast::InterpolatedStringLiteralElement { range, node_index, value };
                            elements.push(ast::InterpolatedStringElement::Literal(text));
                        }
                        Expr::FString(mut inner) => {
                            for part in inner.value.iter_mut() {
                                if let ast::FStringPart::FString(part) = part {
                                    elements.extend(part.elements.iter().cloned());
                                }
                            }
                        }
                        other => elements.push(Self::formatted(other, range)),
                    }
                }
            }
        }
        Ok(())
    }

    fn formatted(value: Expr, range: TextRange) -> ast::InterpolatedStringElement {
        ast::InterpolatedStringElement::Interpolation(ast::InterpolatedElement {
            range,
            node_index: NO_INDEX,
            expression: Box::new(value),
            debug_text: None,
            conversion: ast::ConversionFlag::None,
            format_spec: None,
        })
    }

    /// A `FormattedValue` or `Interpolation`.
    fn interpolation(&mut self, node: &Value, range: TextRange) -> PyResult<ast::InterpolatedStringElement> {
        let kind = self.kind(node, Kind::ExprBase)?;
        let owner = kind.row().name;
        let expression = self.load(node, owner, "value")?;
        if kind == Kind::Interpolation {
            let text = self.required(node, owner, "str")?;
            self.check_constant(&text)?;
            let text = String::from_utf8_lossy(self.vm.to_str(&text)?.as_str().map_or(&[], |t| t.bytes()))
                .into_owned();
            self.texts.push((range.start().to_u32(), text));
        }
        let conversion = match self.int_field(node, owner, "conversion")? {
            -1 => ast::ConversionFlag::None,
            115 => ast::ConversionFlag::Str,
            114 => ast::ConversionFlag::Repr,
            97 => ast::ConversionFlag::Ascii,
            other => {
                return Err(self.vm.system_error(format!("Unrecognized conversion character {other}")));
            }
        };
        let format_spec = match self.optional(node, "format_spec")? {
            None => None,
            Some(spec) => {
                let mut elements = Vec::new();
                let at = self.at(&spec, "expr")?;
                if self.classes.kind_of(self.vm, &spec) == Some(Kind::JoinedStr) {
                    let values = self.items(&spec, "JoinedStr", "values")?;
                    self.elements(&values, &mut elements)?;
                } else {
                    self.elements(std::slice::from_ref(&spec), &mut elements)?;
                }
                let elements = elements.into();
                Some(Box::new(ast::InterpolatedStringFormatSpec {
                    range: at,
                    node_index: NO_INDEX,
                    elements,
                }))
            }
        };
        Ok(ast::InterpolatedStringElement::Interpolation(ast::InterpolatedElement {
            range,
            node_index: NO_INDEX,
            expression,
            debug_text: None,
            conversion,
            format_spec,
        }))
    }

    fn joined(&mut self, node: &Value, kind: Kind, range: TextRange) -> PyResult<Expr> {
        let mut elements = Vec::new();
        if kind == Kind::JoinedStr {
            let values = self.items(node, "JoinedStr", "values")?;
            self.elements(&values, &mut elements)?;
        } else {
            elements.push(self.interpolation(node, range)?);
        }
        let flags = ast::FStringFlags::empty();
        let value = ast::FString { range, node_index: NO_INDEX, elements: elements.into(), flags };
        let value = ast::FStringValue::single(value);
        Ok(Expr::FString(ast::ExprFString { node_index: NO_INDEX, range, value }))
    }

    fn template(&mut self, node: &Value, kind: Kind, range: TextRange) -> PyResult<Expr> {
        let mut elements = Vec::new();
        if kind == Kind::TemplateStr {
            let values = self.items(node, "TemplateStr", "values")?;
            self.elements(&values, &mut elements)?;
        } else {
            elements.push(self.interpolation(node, range)?);
        }
        let flags = ast::TStringFlags::empty();
        let value = ast::TString { range, node_index: NO_INDEX, elements: elements.into(), flags };
        let value = ast::TStringValue::single(value);
        Ok(Expr::TString(ast::ExprTString { node_index: NO_INDEX, range, value }))
    }
}

/// Compiles a tree of nodes, or gives the tree again in its optimised form.
pub fn parser_mode(options: &Options) -> (Kind, &'static str) {
    use crate::runtime::compiler::Mode;
    match options.mode {
        Mode::Exec => (Kind::Module, "Module"),
        Mode::Eval => (Kind::Expression, "Expression"),
        Mode::Single => (Kind::Interactive, "Interactive"),
        Mode::FuncType => (Kind::FunctionType, "FunctionType"),
    }
}
