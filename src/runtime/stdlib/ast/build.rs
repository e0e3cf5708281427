//! Making nodes: the classes and the shapes of their instances, and what all conversions share.

use std::collections::HashMap;

use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use super::TreeOptions;
use super::classes::{Node, add_types, make_class};
use super::comments::Comments;
use super::kinds::{Kind, POSITION, ROWS};
use crate::runtime::compiler::{Mode, Options, Source, Span, SyntaxProblem};
use crate::runtime::error::{PyResult, Raised};
use crate::runtime::gc::heap::FIRST_SHAPE;
use crate::runtime::object::attrs::own_fill;
use crate::runtime::object::str::Str;
use crate::runtime::object::typedef::{TypeRef, TypeSpec};
use crate::runtime::object::vm::Vm;
use crate::runtime::value::{Payload, Ref, Value};

/// What nodes are made of, kept by the interpreter.
pub struct Classes {
    types: Vec<TypeRef>,
    by_type: HashMap<u64, Kind>,
    /// Shape of a complete instance of each kind; 0 if shapes are used up.
    shapes: Vec<u32>,
    /// The one instance of each kind without fields.
    singles: Vec<Value>,
    /// Names of fields and attributes of each kind.
    names: Vec<Vec<Ref<Str>>>,
}

crate::payload!(Classes, "ast classes", gc {
    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.types.iter().for_each(|ty| visit(ty.value()));
        self.singles.iter().for_each(visit);
    }
});

static CLASSES: TypeSpec = TypeSpec::new("_ast.classes", Classes::layout);

impl Classes {
    /// The interpreter's node classes.
    pub fn of(vm: &Vm) -> PyResult<Ref<Classes>> {
        const KEY: &str = "ast classes";
        let known = vm.interp().module_state.borrow().get(KEY).cloned();
        if let Some(known) = known.and_then(|known| known.downcast_ref::<Classes>()) {
            return Ok(known);
        }
        let mut classes = Classes {
            types: Vec::new(),
            by_type: HashMap::new(),
            shapes: Vec::new(),
            singles: Vec::new(),
            names: Vec::new(),
        };
        for row in ROWS {
            let base = classes.types.get(row.base as usize).map(|base| base.value().clone());
            let class = make_class(vm, row, base.as_slice())?;
            let Some(ty) = class.as_type() else {
                return Err(vm.type_error(format!("_ast.{} is no class", row.name)));
            };
            let ty = ty.to_ref();
            let mut names: Vec<Ref<Str>> = row.fields().map(|(name, _)| vm.intern(name)).collect();
            if row.kind.is_positioned() {
                names.extend(POSITION.map(|name| vm.intern(name)));
            }
            let shape = names.iter().try_fold(FIRST_SHAPE, |at, name| vm.interp().shapes.child(at, name));
            let wanted = names.len() as u8;
            if ty.fast.inline_values.get() < wanted {
                ty.fast.inline_values.set(wanted);
            }
            let single = if names.is_empty() { vm.alloc(&ty, Node).into_value() } else { Value::NONE };
            classes.by_type.insert(ty.address(), row.kind);
            classes.types.push(ty);
            classes.shapes.push(shape.unwrap_or(0));
            classes.singles.push(single);
            classes.names.push(names);
        }
        for (row, class) in ROWS.iter().zip(&classes.types) {
            let find = |name: &str| {
                let at = ROWS.iter().position(|row| row.name == name)?;
                Some(classes.types[at].value().clone())
            };
            add_types(vm, row, class.value(), find)?;
        }
        let made = vm.alloc(vm.typ(&CLASSES), classes);
        vm.interp().module_state.borrow_mut().insert(KEY, made.value().clone());
        Ok(made)
    }

    /// The kind of a value; instances of other classes that are derived from one of the kinds have that kind.
    pub fn kind_of(&self, vm: &Vm, value: &Value) -> Option<Kind> {
        let ty = value.ty(vm);
        if let Some(kind) = self.by_type.get(&ty.address()) {
            return Some(*kind);
        }
        ty.mro().iter().find_map(|base| self.by_type.get(&base.to_bits()).copied())
    }

    /// The class of a kind.
    pub fn class(&self, kind: Kind) -> &TypeRef {
        &self.types[kind as usize]
    }

    /// The one instance of a kind without fields.
    pub fn single(&self, kind: Kind) -> Value {
        self.singles[kind as usize].clone()
    }

    /// Is it an instance of `AST`?
    pub fn is_node(&self, vm: &Vm, value: &Value) -> bool {
        value.ty(vm).is_subtype(&self.types[Kind::Ast as usize])
    }

    /// A node of a kind with its fields, and attributes if it has a place in the source.
    fn make(&self, vm: &Vm, kind: Kind, attributes: impl ExactSizeIterator<Item = Value>) -> Value {
        let at = kind as usize;
        let node = vm.alloc(&self.types[at], Node).into_value();
        if self.shapes[at] != 0 {
            own_fill(vm, &node, self.shapes[at], attributes);
        } else {
            for (name, value) in self.names[at].iter().zip(attributes) {
                crate::runtime::object::attrs::own_set(vm, &node, name, Some(&value));
            }
        }
        node
    }
}

/// Converts the parser's tree.
pub struct Builder<'a> {
    pub vm: &'a Vm,
    pub source: &'a Source<'a>,
    pub filename: &'a str,
    pub options: &'a Options,
    pub tree: &'a TreeOptions,
    /// The type comments, in the order of the source.
    pub comments: Comments,
    classes: Ref<Classes>,
    /// Levels of the tree that the conversion is in, and most it was in.
    depth: u32,
    pub deepest: u32,
    /// Added to line numbers.
    pub line_shift: i64,
    /// Added to columns of the first line that has text, the second of the source.
    pub first_column: u32,
}

impl<'a> Builder<'a> {
    pub fn new(
        vm: &'a Vm,
        source: &'a Source<'a>,
        filename: &'a str,
        options: &'a Options,
        tree: &'a TreeOptions,
    ) -> PyResult<Builder<'a>> {
        let classes = Classes::of(vm)?;
        let comments = Comments::default();
        Ok(Builder {
            vm,
            source,
            filename,
            options,
            tree,
            comments,
            classes,
            depth: 0,
            deepest: 0,
            line_shift: 0,
            first_column: 0,
        })
    }

    /// A syntax error at a span.
    pub fn error(&self, span: Span, message: &str) -> Raised {
        self.vm.tree_error(self.source, self.filename, span, message)
    }

    /// Is the grammar that of an older version of Python than 3.`minor`?
    pub fn is_older(&self, minor: i32) -> bool {
        (0..minor).contains(&self.tree.feature_version)
    }

    /// SyntaxError if the grammar is that of a version before 3.`minor`.
    pub fn since(&self, minor: i32, what: &str, span: Span) -> PyResult<()> {
        if self.is_older(minor) {
            let message = format!("{what} only supported in Python 3.{minor} and greater");
            // It is noticed when the token behind has been read.
            let mut problem =
                SyntaxProblem::syntax(self.source, Span { start: span.end, end: span.end }, message);
            problem.end_column += 1;
            return Err(self.vm.syntax_error(&problem, self.filename));
        }
        Ok(())
    }

    /// Runs the conversion of one level of the tree.
    pub fn deeper<T>(&mut self, convert: impl FnOnce(&mut Self) -> PyResult<T>) -> PyResult<T> {
        if self.vm.check_native().is_err() {
            return Err(self.vm.too_deep(" during ast construction"));
        }
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        let result = convert(self);
        self.depth -= 1;
        result
    }

    fn place(&self, span: Span) -> [Value; 4] {
        let at = self.source.position(span);
        let line = |n: u32| self.vm.int(i64::from(n) + self.line_shift);
        let column = |line: u32, n: u32| {
            self.vm.int(i64::from(n) + if line == 2 { i64::from(self.first_column) } else { 0 })
        };
        [line(at.line), column(at.line, at.column), line(at.end_line), column(at.end_line, at.end_column)]
    }

    /// A node without a place in the source.
    pub fn plain<const N: usize>(&self, kind: Kind, fields: [Value; N]) -> Value {
        debug_assert_eq!(N, self.classes.names[kind as usize].len(), "{kind:?}");
        self.classes.make(self.vm, kind, fields.into_iter())
    }

    /// A node with all its attributes given.
    pub fn raw<const N: usize>(&self, kind: Kind, attributes: [Value; N]) -> Value {
        self.classes.make(self.vm, kind, attributes.into_iter())
    }

    /// A node at a span.
    pub fn node<const N: usize>(&self, kind: Kind, fields: [Value; N], span: Span) -> Value {
        debug_assert_eq!(N + 4, self.classes.names[kind as usize].len(), "{kind:?}");
        let place = self.place(span);
        let mut all: [Value; 12] = std::array::from_fn(|_| Value::NONE);
        let mut count = 0;
        for value in fields.into_iter().chain(place) {
            all[count] = value;
            count += 1;
        }
        self.classes.make(self.vm, kind, TakeFirst { values: all.into_iter(), left: count })
    }

    /// The one node of a kind that has no fields.
    pub fn single(&self, kind: Kind) -> Value {
        self.classes.single(kind)
    }

    /// An identifier.
    pub fn name(&self, text: &str) -> Value {
        self.vm.intern(text).into_value()
    }

    /// An identifier, or `None`.
    pub fn name_opt(&self, name: Option<&ast::Identifier>) -> Value {
        name.map_or(Value::NONE, |name| self.name(name.as_str()))
    }

    /// The names of a statement.
    pub fn names(&self, names: &[ast::Identifier]) -> Value {
        self.vm.list(names.iter().map(|name| self.name(name.as_str())).collect())
    }

    /// A list of what a conversion makes of each item.
    pub fn list<T>(
        &mut self,
        items: &[T],
        convert: impl Fn(&mut Self, &T) -> PyResult<Value>,
    ) -> PyResult<Value> {
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            list.push(convert(self, item)?);
        }
        Ok(self.vm.list(list))
    }

    /// The whole tree.
    pub fn module(&mut self, module: &ast::Mod) -> PyResult<Value> {
        let body = match module {
            ast::Mod::Expression(node) => {
                let body = self.expr(&node.body)?;
                self.plain(Kind::Expression, [body])
            }
            ast::Mod::Module(node) if self.options.mode == Mode::Single => {
                let body = self.list(&node.body, Self::stmt)?;
                self.plain(Kind::Interactive, [body])
            }
            ast::Mod::Module(node) => {
                let body = self.documented_body(&node.body)?;
                let ignores = self.type_ignores();
                self.plain(Kind::Module, [body, ignores])
            }
        };
        self.check_comments()?;
        Ok(body)
    }
}

/// The first values of an array, by value.
struct TakeFirst {
    values: std::array::IntoIter<Value, 12>,
    left: usize,
}

impl Iterator for TakeFirst {
    type Item = Value;
    fn next(&mut self) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        self.values.next()
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for TakeFirst {}

/// The span of a node.
pub fn span(node: &impl Ranged) -> Span {
    node.range().into()
}
