//! From nodes back to the parser's tree: modules, statements and patterns.

use ruff_python_ast::{self as ast, Expr, ExprContext, Pattern, Stmt};
use ruff_text_size::TextRange;

use super::kinds::Kind;
use super::lower::{Lower, NO_INDEX};
use crate::runtime::error::PyResult;
use crate::runtime::value::Value;

const LOAD: ExprContext = ExprContext::Load;
const STORE: ExprContext = ExprContext::Store;

impl Lower<'_> {
    /// A whole tree.
    pub fn module(&mut self, node: &Value, kind: Kind) -> PyResult<ast::Mod> {
        let range = TextRange::default();
        if kind == Kind::Expression {
            let body = self.load(node, "Expression", "body")?;
            return Ok(ast::Mod::Expression(ast::ModExpression { node_index: NO_INDEX, range, body }));
        }
        let body = self.body(node, kind.row().name, "body")?.into();
        if kind == Kind::Module {
            for ignore in self.items(node, "Module", "type_ignores")? {
                self.int_field(&ignore, "TypeIgnore", "lineno")?;
                self.required(&ignore, "TypeIgnore", "tag")?;
            }
        }
        Ok(ast::Mod::Module(ast::ModModule { node_index: NO_INDEX, range, body }))
    }

    fn body(&mut self, node: &Value, owner: &str, name: &str) -> PyResult<Vec<Stmt>> {
        let items = self.items(node, owner, name)?;
        let mut list = Vec::with_capacity(items.len());
        for item in &items {
            if item.is_none() {
                return Err(self.vm.value_error("None disallowed in statement list"));
            }
            list.push(self.stmt(item)?);
        }
        Ok(list)
    }

    fn full_body(&mut self, node: &Value, owner: &str, name: &str) -> PyResult<Vec<Stmt>> {
        self.not_empty(&self.items(node, owner, name)?, owner, name)?;
        self.body(node, owner, name)
    }

    fn identifiers(&mut self, node: &Value, owner: &str, at: TextRange) -> PyResult<Vec<ast::Identifier>> {
        let items = self.items(node, owner, "names")?;
        self.not_empty(&items, owner, "names")?;
        items.iter().map(|item| Ok(ast::Identifier::new(self.text(item)?, at))).collect()
    }

    fn stmt(&mut self, node: &Value) -> PyResult<Stmt> {
        self.check("stmt")?;
        let range = self.at(node, "stmt")?;
        let kind = self.kind(node, Kind::StmtBase)?;
        let owner = kind.row().name;
        let node_index = NO_INDEX;
        Ok(match kind {
            Kind::FunctionDef | Kind::AsyncFunctionDef => self.function(node, kind, range)?,
            Kind::ClassDef => self.class(node, range)?,
            Kind::Return => {
                let value = self.load_opt(node, "value")?;
                Stmt::Return(ast::StmtReturn { node_index, range, value })
            }
            Kind::Delete => {
                self.not_empty(&self.items(node, owner, "targets")?, owner, "targets")?;
                let targets = self.exprs(node, owner, "targets", ExprContext::Del)?;
                Stmt::Delete(ast::StmtDelete { node_index, range, targets })
            }
            Kind::Assign => {
                self.not_empty(&self.items(node, owner, "targets")?, owner, "targets")?;
                let targets = self.exprs(node, owner, "targets", STORE)?;
                let value = self.load(node, owner, "value")?;
                self.comment(node)?;
                Stmt::Assign(ast::StmtAssign { node_index, range, targets, value })
            }
            Kind::TypeAlias => {
                let name = self.required(node, owner, "name")?;
                if self.classes.kind_of(self.vm, &name) != Some(Kind::Name) {
                    return Err(self.vm.type_error("TypeAlias with non-Name name"));
                }
                let name = Box::new(self.expr(&name, STORE)?);
                let type_params = self.type_params(node, owner, range)?;
                let value = self.load(node, owner, "value")?;
                Stmt::TypeAlias(ast::StmtTypeAlias { node_index, range, name, type_params, value })
            }
            Kind::AugAssign => {
                let target = Box::new(self.expr_field(node, owner, "target", STORE)?);
                let op = self.operator(node, owner)?;
                let value = self.load(node, owner, "value")?;
                Stmt::AugAssign(ast::StmtAugAssign { node_index, range, target, op, value })
            }
            Kind::AnnAssign => {
                let target = self.required(node, owner, "target")?;
                let simple = self.int_field(node, owner, "simple")? != 0;
                if simple && self.classes.kind_of(self.vm, &target) != Some(Kind::Name) {
                    return Err(self.vm.type_error("AnnAssign with simple non-Name target"));
                }
                let target = Box::new(self.expr(&target, STORE)?);
                let value = self.load_opt(node, "value")?;
                let annotation = self.load(node, owner, "annotation")?;
                Stmt::AnnAssign(ast::StmtAnnAssign { node_index, range, target, annotation, value, simple })
            }
            Kind::For | Kind::AsyncFor => {
                let target = Box::new(self.expr_field(node, owner, "target", STORE)?);
                let iter = self.load(node, owner, "iter")?;
                let body = self.full_body(node, owner, "body")?.into();
                let orelse = self.body(node, owner, "orelse")?.into();
                self.comment(node)?;
                let is_async = kind == Kind::AsyncFor;
                Stmt::For(ast::StmtFor { node_index, range, is_async, target, iter, body, orelse })
            }
            Kind::While => {
                let test = self.load(node, owner, "test")?;
                let body = self.full_body(node, owner, "body")?.into();
                let orelse = self.body(node, owner, "orelse")?.into();
                Stmt::While(ast::StmtWhile { node_index, range, test, body, orelse })
            }
            Kind::If => self.branches(node, range)?,
            Kind::With | Kind::AsyncWith => {
                let items = self.with_items(node, owner)?;
                let body = self.full_body(node, owner, "body")?.into();
                self.comment(node)?;
                let is_async = kind == Kind::AsyncWith;
                Stmt::With(ast::StmtWith { node_index, range, is_async, items, body })
            }
            Kind::Match => self.match_in(node, range)?,
            Kind::Raise => {
                let exc = self.load_opt(node, "exc")?;
                let cause = self.load_opt(node, "cause")?;
                if exc.is_none() && cause.is_some() {
                    return Err(self.vm.value_error("Raise with cause but no exception"));
                }
                Stmt::Raise(ast::StmtRaise { node_index, range, exc, cause })
            }
            Kind::Try | Kind::TryStar => self.try_in(node, kind, range)?,
            Kind::Assert => {
                let test = self.load(node, owner, "test")?;
                let msg = self.load_opt(node, "msg")?;
                Stmt::Assert(ast::StmtAssert { node_index, range, test, msg })
            }
            Kind::Import => {
                let names = self.aliases(node, owner)?;
                Stmt::Import(ast::StmtImport { node_index, range, names, is_lazy: false })
            }
            Kind::ImportFrom => {
                let level = match self.optional(node, "level")? {
                    Some(_) => self.int_field(node, owner, "level")?,
                    None => 0,
                };
                let Ok(level) = u32::try_from(level) else {
                    return Err(self.vm.value_error("Negative ImportFrom level"));
                };
                let module = match self.optional(node, "module")? {
                    Some(name) => Some(ast::Identifier::new(self.text(&name)?, range)),
                    None => None,
                };
                let names = self.aliases(node, owner)?;
                Stmt::ImportFrom(ast::StmtImportFrom {
                    node_index,
                    range,
                    module,
                    names,
                    level,
                    is_lazy: false,
                })
            }
            Kind::Global => {
                let names = self.identifiers(node, owner, range)?;
                Stmt::Global(ast::StmtGlobal { node_index, range, names })
            }
            Kind::Nonlocal => {
                let names = self.identifiers(node, owner, range)?;
                Stmt::Nonlocal(ast::StmtNonlocal { node_index, range, names })
            }
            Kind::Expr => {
                let value = self.load(node, owner, "value")?;
                Stmt::Expr(ast::StmtExpr { node_index, range, value })
            }
            Kind::Pass => Stmt::Pass(ast::StmtPass { node_index, range }),
            Kind::Break => Stmt::Break(ast::StmtBreak { node_index, range }),
            // `kind` gives kinds of statements.
            _ => Stmt::Continue(ast::StmtContinue { node_index, range }),
        })
    }

    /// An `if`; an `else` of nothing but another `if` is an `elif`, so that long chains are no deep trees.
    fn branches(&mut self, node: &Value, range: TextRange) -> PyResult<Stmt> {
        let test = self.load(node, "If", "test")?;
        let body = self.full_body(node, "If", "body")?.into();
        let mut clauses = Vec::new();
        let mut node = node.clone();
        loop {
            let orelse = self.items(&node, "If", "orelse")?;
            if let [only] = &orelse[..]
                && self.classes.kind_of(self.vm, only) == Some(Kind::If)
            {
                let range = self.at(only, "stmt")?;
                let test = Some(*self.load(only, "If", "test")?);
                let body = self.full_body(only, "If", "body")?.into();
                clauses.push(ast::ElifElseClause { range, node_index: NO_INDEX, test, body });
                node = only.clone();
                // A tree that contains itself has no end.
                if clauses.len() > self.vm.depth_limit.get() as usize * 100 {
                    return Err(self.vm.too_deep(" while traversing 'stmt' node"));
                }
                continue;
            }
            if !orelse.is_empty() {
                let body = self.body(&node, "If", "orelse")?.into();
                clauses.push(ast::ElifElseClause { range, node_index: NO_INDEX, test: None, body });
            }
            let node_index = NO_INDEX;
            return Ok(Stmt::If(ast::StmtIf { node_index, range, test, body, elif_else_clauses: clauses }));
        }
    }

    fn with_items(&mut self, node: &Value, owner: &str) -> PyResult<Vec<ast::WithItem>> {
        let items = self.items(node, owner, "items")?;
        self.not_empty(&items, owner, "items")?;
        let mut list = Vec::with_capacity(items.len());
        for item in &items {
            let context_expr = *self.load(item, "withitem", "context_expr")?;
            let optional_vars = match self.optional(item, "optional_vars")? {
                Some(vars) => Some(Box::new(self.expr(&vars, STORE)?)),
                None => None,
            };
            let range = ruff_text_size::Ranged::range(&context_expr);
            list.push(ast::WithItem { range, node_index: NO_INDEX, context_expr, optional_vars });
        }
        Ok(list)
    }

    fn aliases(&mut self, node: &Value, owner: &str) -> PyResult<Vec<ast::Alias>> {
        let items = self.items(node, owner, "names")?;
        self.not_empty(&items, owner, "names")?;
        let mut list = Vec::with_capacity(items.len());
        for item in &items {
            let range = self.at(item, "alias")?;
            let name = self.name(item, "alias", "name", range)?;
            let asname = self.name_opt(item, "asname", range)?;
            list.push(ast::Alias { range, node_index: NO_INDEX, name, asname });
        }
        Ok(list)
    }

    fn try_in(&mut self, node: &Value, kind: Kind, range: TextRange) -> PyResult<Stmt> {
        let owner = kind.row().name;
        let body = self.full_body(node, owner, "body")?.into();
        let mut handlers = Vec::new();
        for item in self.items(node, owner, "handlers")? {
            let range = self.at(&item, "excepthandler")?;
            self.kind(&item, Kind::ExceptHandlerBase)?;
            let type_ = self.load_opt(&item, "type")?;
            let name = self.name_opt(&item, "name", range)?;
            let body = self.full_body(&item, "ExceptHandler", "body")?.into();
            handlers.push(ast::ExceptHandler::ExceptHandler(ast::ExceptHandlerExceptHandler {
                range,
                node_index: NO_INDEX,
                type_,
                name,
                body,
            }));
        }
        let orelse: Vec<Stmt> = self.body(node, owner, "orelse")?;
        let finalbody: Vec<Stmt> = self.body(node, owner, "finalbody")?;
        if handlers.is_empty() && finalbody.is_empty() {
            return Err(self.vm.value_error(format!("{owner} has neither except handlers nor finalbody")));
        }
        if handlers.is_empty() && !orelse.is_empty() {
            return Err(self.vm.value_error(format!("{owner} has orelse but no except handlers")));
        }
        let (orelse, finalbody) = (orelse.into(), finalbody.into());
        let is_star = kind == Kind::TryStar;
        Ok(Stmt::Try(ast::StmtTry {
            node_index: NO_INDEX,
            range,
            body,
            handlers,
            orelse,
            finalbody,
            is_star,
        }))
    }

    fn decorators(&mut self, node: &Value, owner: &str) -> PyResult<Vec<ast::Decorator>> {
        let list = self.exprs(node, owner, "decorator_list", LOAD)?.into_iter();
        Ok(list
            .map(|expression| {
                let range = ruff_text_size::Ranged::range(&expression);
                ast::Decorator { range, node_index: NO_INDEX, expression }
            })
            .collect())
    }

    fn type_params(
        &mut self,
        node: &Value,
        owner: &str,
        at: TextRange,
    ) -> PyResult<Option<Box<ast::TypeParams>>> {
        let items = self.items(node, owner, "type_params")?;
        if items.is_empty() {
            return Ok(None);
        }
        let mut type_params = Vec::with_capacity(items.len());
        for item in &items {
            let range = self.at(item, "type_param")?;
            let kind = self.kind(item, Kind::TypeParamBase)?;
            let node_index = NO_INDEX;
            let name = self.name(item, kind.row().name, "name", range)?;
            let bound = if kind == Kind::TypeVar { self.load_opt(item, "bound")? } else { None };
            let default = self.load_opt(item, "default_value")?;
            type_params.push(match kind {
                Kind::TypeVar => {
                    ast::TypeParam::TypeVar(ast::TypeParamTypeVar { node_index, range, name, bound, default })
                }
                Kind::TypeVarTuple => ast::TypeParam::TypeVarTuple(ast::TypeParamTypeVarTuple {
                    node_index,
                    range,
                    name,
                    default,
                }),
                _ => ast::TypeParam::ParamSpec(ast::TypeParamParamSpec { node_index, range, name, default }),
            });
        }
        Ok(Some(Box::new(ast::TypeParams { range: at, node_index: NO_INDEX, type_params })))
    }

    fn function(&mut self, node: &Value, kind: Kind, range: TextRange) -> PyResult<Stmt> {
        let owner = kind.row().name;
        let name = self.name(node, owner, "name", range)?;
        let body = self.full_body(node, owner, "body")?.into();
        let type_params = self.type_params(node, owner, range)?;
        let parameters = Box::new(self.parameters(node, owner, range)?);
        let decorator_list = self.decorators(node, owner)?.into();
        let returns = self.load_opt(node, "returns")?;
        self.comment(node)?;
        Ok(Stmt::FunctionDef(ast::StmtFunctionDef {
            node_index: NO_INDEX,
            range,
            is_async: kind == Kind::AsyncFunctionDef,
            decorator_list,
            name,
            type_params,
            parameters,
            returns,
            body,
        }))
    }

    fn class(&mut self, node: &Value, range: TextRange) -> PyResult<Stmt> {
        let owner = "ClassDef";
        let name = self.name(node, owner, "name", range)?;
        let body = self.full_body(node, owner, "body")?.into();
        let type_params = self.type_params(node, owner, range)?;
        let arguments = self.call_arguments(node, owner, "bases", range)?;
        let decorator_list = self.decorators(node, owner)?.into();
        let empty = arguments.args.is_empty() && arguments.keywords.is_empty();
        Ok(Stmt::ClassDef(ast::StmtClassDef {
            node_index: NO_INDEX,
            range,
            decorator_list,
            name,
            type_params,
            arguments: (!empty).then(|| Box::new(arguments)),
            body,
        }))
    }

    // ---- patterns

    fn match_in(&mut self, node: &Value, range: TextRange) -> PyResult<Stmt> {
        let subject = self.load(node, "Match", "subject")?;
        let items = self.items(node, "Match", "cases")?;
        self.not_empty(&items, "Match", "cases")?;
        let mut cases = Vec::with_capacity(items.len());
        for item in &items {
            let pattern = self.required(item, "match_case", "pattern")?;
            let pattern = self.pattern(&pattern, false)?;
            let guard = self.load_opt(item, "guard")?;
            let body = self.full_body(item, "match_case", "body")?.into();
            let range = ruff_text_size::Ranged::range(&pattern);
            cases.push(ast::MatchCase { range, node_index: NO_INDEX, pattern, guard, body });
        }
        Ok(Stmt::Match(ast::StmtMatch { node_index: NO_INDEX, range, subject, cases }))
    }

    fn patterns(&mut self, node: &Value, owner: &str, name: &str, star_ok: bool) -> PyResult<Vec<Pattern>> {
        let items = self.items(node, owner, name)?;
        items.iter().map(|item| self.pattern(item, star_ok)).collect()
    }

    fn capture(&mut self, node: &Value, name: &str, at: TextRange) -> PyResult<Option<ast::Identifier>> {
        let name = self.name_opt(node, name, at)?;
        if name.as_ref().is_some_and(|name| name.as_str() == "_") {
            return Err(self.vm.value_error("can't capture name '_' in patterns"));
        }
        Ok(name)
    }

    fn pattern(&mut self, node: &Value, star_ok: bool) -> PyResult<Pattern> {
        self.check("pattern")?;
        let range = self.at(node, "pattern")?;
        let kind = self.kind(node, Kind::PatternBase)?;
        let owner = kind.row().name;
        let node_index = NO_INDEX;
        Ok(match kind {
            Kind::MatchValue => {
                let value = self.load(node, owner, "value")?;
                self.check_pattern_value(&value)?;
                Pattern::MatchValue(ast::PatternMatchValue { node_index, range, value })
            }
            Kind::MatchSingleton => {
                let value = self.field(node, owner, "value")?;
                let value = match value.as_bool() {
                    Some(true) => ast::Singleton::True,
                    Some(false) => ast::Singleton::False,
                    None if value.is_none() => ast::Singleton::None,
                    None => {
                        let message = "MatchSingleton can only contain True, False and None";
                        return Err(self.vm.value_error(message));
                    }
                };
                Pattern::MatchSingleton(ast::PatternMatchSingleton { node_index, range, value })
            }
            Kind::MatchSequence => {
                let patterns = self.patterns(node, owner, "patterns", true)?;
                Pattern::MatchSequence(ast::PatternMatchSequence { node_index, range, patterns })
            }
            Kind::MatchMapping => {
                let keys = self.items(node, owner, "keys")?;
                let patterns = self.items(node, owner, "patterns")?;
                if keys.len() != patterns.len() {
                    let message = "MatchMapping doesn't have the same number of keys as patterns";
                    return Err(self.vm.value_error(message));
                }
                let rest = self.capture(node, "rest", range)?;
                let keys = self.expr_list(&keys, LOAD)?;
                for key in &keys {
                    // None and booleans are keys, too.
                    if !matches!(key, Expr::NoneLiteral(_) | Expr::BooleanLiteral(_)) {
                        self.check_pattern_value(key)?;
                    }
                }
                let patterns = self.patterns(node, owner, "patterns", false)?.into();
                Pattern::MatchMapping(ast::PatternMatchMapping {
                    node_index,
                    range,
                    keys: keys.into(),
                    patterns,
                    rest,
                })
            }
            Kind::MatchClass => self.class_pattern(node, range)?,
            Kind::MatchStar => {
                if !star_ok {
                    return Err(self.vm.value_error("can't use MatchStar here"));
                }
                let name = self.capture(node, "name", range)?;
                Pattern::MatchStar(ast::PatternMatchStar { node_index, range, name })
            }
            Kind::MatchAs => {
                let name = self.capture(node, "name", range)?;
                let pattern = match self.optional(node, "pattern")? {
                    None => None,
                    Some(_) if name.is_none() => {
                        let message = "MatchAs must specify a target name if a pattern is given";
                        return Err(self.vm.value_error(message));
                    }
                    Some(pattern) => Some(Box::new(self.pattern(&pattern, false)?)),
                };
                Pattern::MatchAs(ast::PatternMatchAs { node_index, range, pattern, name })
            }
            // `kind` gives kinds of patterns.
            _ => {
                if self.items(node, owner, "patterns")?.len() < 2 {
                    return Err(self.vm.value_error("MatchOr requires at least 2 patterns"));
                }
                let patterns = self.patterns(node, owner, "patterns", false)?;
                Pattern::MatchOr(ast::PatternMatchOr { node_index, range, patterns })
            }
        })
    }

    fn class_pattern(&mut self, node: &Value, range: TextRange) -> PyResult<Pattern> {
        let owner = "MatchClass";
        let names = self.items(node, owner, "kwd_attrs")?;
        let values = self.items(node, owner, "kwd_patterns")?;
        if names.len() != values.len() {
            let message = "MatchClass doesn't have the same number of keyword attributes as patterns";
            return Err(self.vm.value_error(message));
        }
        let cls = self.load(node, owner, "cls")?;
        let mut at = &*cls;
        while let Expr::Attribute(node) = at {
            at = &node.value;
        }
        if !at.is_name_expr() {
            let message = "MatchClass cls field can only contain Name or Attribute nodes.";
            return Err(self.vm.value_error(message));
        }
        let mut keywords = Vec::with_capacity(names.len());
        let patterns = self.patterns(node, owner, "patterns", false)?.into();
        for (name, value) in names.iter().zip(&values) {
            let pattern = self.pattern(value, false)?;
            let range = ruff_text_size::Ranged::range(&pattern);
            let attr = ast::Identifier::new(self.text(name)?, range);
            if matches!(attr.as_str(), "None" | "True" | "False") {
                let message = format!("identifier field can't represent '{attr}' constant");
                return Err(self.vm.value_error(message));
            }
            keywords.push(ast::PatternKeyword { range, node_index: NO_INDEX, attr, pattern });
        }
        let arguments = ast::PatternArguments { range, node_index: NO_INDEX, patterns, keywords };
        Ok(Pattern::MatchClass(ast::PatternMatchClass { node_index: NO_INDEX, range, cls, arguments }))
    }

    /// A value in a pattern is a literal or a dotted name.
    fn check_pattern_value(&self, value: &Expr) -> PyResult<()> {
        let is_number = |expr: &Expr| match expr {
            Expr::NumberLiteral(_) | Expr::IpyEscapeCommand(_) => true,
            Expr::UnaryOp(node) => node.op == ast::UnaryOp::USub && node.operand.is_number_literal_expr(),
            _ => false,
        };
        match value {
            Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::FString(_)
            | Expr::TString(_) => Ok(()),
            Expr::IpyEscapeCommand(node) => {
                use crate::runtime::bytecode::code::Const;
                let constant = node.value.parse().ok().and_then(|at: usize| self.constants.get(at));
                match constant {
                    Some(Const::Int(_) | Const::BigInt(_) | Const::Str(_)) => Ok(()),
                    _ => Err(self.vm.value_error("unexpected constant inside of a literal pattern")),
                }
            }
            Expr::NoneLiteral(_) | Expr::BooleanLiteral(_) | Expr::EllipsisLiteral(_) => {
                Err(self.vm.value_error("unexpected constant inside of a literal pattern"))
            }
            Expr::Attribute(node) => {
                let mut at = &*node.value;
                while let Expr::Attribute(inner) = at {
                    at = &inner.value;
                }
                if at.is_name_expr() {
                    return Ok(());
                }
                Err(self.vm.value_error("patterns may only match literals and attribute lookups"))
            }
            Expr::UnaryOp(_) if is_number(value) => Ok(()),
            Expr::BinOp(node)
                if matches!(node.op, ast::Operator::Add | ast::Operator::Sub)
                    && is_number(&node.left)
                    && is_number(&node.right) =>
            {
                Ok(())
            }
            _ => Err(self.vm.value_error("patterns may only match literals and attribute lookups")),
        }
    }
}
