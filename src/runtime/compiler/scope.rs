//! Symbol tables: which names each block of the program binds and uses, and where each name lives.
//!
//! Mirrors CPython's `symtable`: blocks are collected here in source order ([`super::collect`]), then
//! [`super::analyze`] decides for every name whether it is local, global, free or a cell. A comprehension that PEP 709
//! inlines keeps its own scope (CPython merges it into its parent's): the compiler resolves a name through the inlined
//! scopes outwards, so iteration variables get registers of their own.

use super::names::{NameId, Names, QuickMap};
use super::source::Span;

/// Index of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeId(pub u32);

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// The whole source.
    Module,
    /// Function, lambda, comprehension or generator expression.
    Function,
    /// Class body.
    Class,
    /// The `__annotate__` function of a function, class or module.
    Annotation,
    /// Type parameters of a generic function, class or alias.
    TypeParams,
    /// Bound, constraints or default of a type parameter.
    TypeVariable,
    /// Value of a `type` statement.
    TypeAlias,
}

impl ScopeKind {
    /// Whether names behave as in a function.
    pub fn is_function_like(self) -> bool {
        !matches!(self, ScopeKind::Module | ScopeKind::Class)
    }
}

/// Which comprehension a function block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompKind {
    /// Not a comprehension.
    No,
    /// `[…]`
    List,
    /// `{…}`
    Set,
    /// `{…: …}`
    Dict,
    /// `(…)`
    Generator,
}

/// What the source does with a name in a block; CPython's `DEF_*` bits.
pub mod uses {
    /// `global`
    pub const GLOBAL: u32 = 1;
    /// Assigned.
    pub const LOCAL: u32 = 2;
    /// Formal parameter.
    pub const PARAM: u32 = 2 << 1;
    /// `nonlocal`
    pub const NONLOCAL: u32 = 2 << 2;
    /// Read.
    pub const USE: u32 = 2 << 3;
    /// Free in a class body that also binds it.
    pub const FREE_CLASS: u32 = 2 << 5;
    /// Bound by an import.
    pub const IMPORT: u32 = 2 << 6;
    /// Annotated.
    pub const ANNOT: u32 = 2 << 7;
    /// Iteration variable of a comprehension.
    pub const COMP_ITER: u32 = 2 << 8;
    /// Type parameter.
    pub const TYPE_PARAM: u32 = 2 << 9;
    /// Cell of an inlined comprehension.
    pub const COMP_CELL: u32 = 2 << 10;
    /// Any way of binding.
    pub const BOUND: u32 = LOCAL | PARAM | IMPORT | TYPE_PARAM;
}

/// Where a name lives, seen from a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// Not decided yet.
    Unknown,
    /// In the block.
    Local,
    /// Declared global.
    GlobalExplicit,
    /// Bound nowhere around: global or builtin.
    GlobalImplicit,
    /// In an enclosing block.
    Free,
    /// In the block, and inner functions use it.
    Cell,
}

/// One name in one block.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// The (mangled) name.
    pub name: NameId,
    /// Bits of [`uses`].
    pub flags: u32,
    /// Where it lives.
    pub binding: Binding,
}

/// One block.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What it is.
    pub kind: ScopeKind,
    /// Its name: of the function or class, `<lambda>` and so on.
    pub name: NameId,
    /// The block around it.
    pub parent: Option<ScopeId>,
    /// Blocks in it; those of inlined comprehensions are listed instead of them after the analysis.
    pub children: Vec<ScopeId>,
    /// Names in order of first appearance.
    pub symbols: Vec<Symbol>,
    index: QuickMap<NameId, u32>,
    /// Parameters in order.
    pub params: Vec<NameId>,
    /// `global` and `nonlocal` statements, for errors.
    pub directives: Vec<(NameId, Span)>,
    /// In a function, at any depth.
    pub nested: bool,
    /// Contains `yield`, or is a generator expression.
    pub generator: bool,
    /// `async`, or contains asynchronous parts.
    pub coroutine: bool,
    /// Which comprehension.
    pub comp: CompKind,
    /// The comprehension is executed in the frame of its parent.
    pub inlined: bool,
    /// Has `*args`.
    pub varargs: bool,
    /// Has `**kwargs`.
    pub varkeywords: bool,
    /// A class whose methods use `__class__`.
    pub needs_class_closure: bool,
    /// A class whose annotation scopes use `__classdict__`.
    pub needs_classdict: bool,
    /// An annotation scope directly in a class.
    pub can_see_class_scope: bool,
    /// Module or class with annotations that may not all be executed.
    pub has_conditional_annotations: bool,
    /// Has annotations.
    pub annotations_used: bool,
    /// A function defined directly in a class.
    pub method: bool,
    /// Contains `return value`.
    pub returns_value: bool,
    /// Contains an assignment expression that may rebind its locals.
    pub has_walrus: bool,
    /// Annotation block of a class or module.
    pub annotation_block: Option<ScopeId>,
    /// Names that are mangled in the type parameter block of a generic class.
    pub mangled_names: Option<Vec<NameId>>,
    /// For messages about type variable scopes: "a TypeVar bound".
    pub info: &'static str,
    /// Where it is in the source.
    pub span: Span,
}

impl Scope {
    /// An empty block.
    pub fn new(kind: ScopeKind, name: NameId, parent: Option<ScopeId>, span: Span) -> Scope {
        Scope {
            kind,
            name,
            parent,
            children: Vec::new(),
            symbols: Vec::new(),
            index: QuickMap::default(),
            params: Vec::new(),
            directives: Vec::new(),
            nested: false,
            generator: false,
            coroutine: false,
            comp: CompKind::No,
            inlined: false,
            varargs: false,
            varkeywords: false,
            needs_class_closure: false,
            needs_classdict: false,
            can_see_class_scope: false,
            has_conditional_annotations: false,
            annotations_used: false,
            method: false,
            returns_value: false,
            has_walrus: false,
            annotation_block: None,
            mangled_names: None,
            info: "",
            span,
        }
    }

    /// The symbol of a name.
    pub fn get(&self, name: NameId) -> Option<&Symbol> {
        self.index.get(&name).map(|&at| &self.symbols[at as usize])
    }

    /// The symbol of a name, made if there is none.
    pub fn entry(&mut self, name: NameId) -> &mut Symbol {
        let next = self.symbols.len() as u32;
        let at = *self.index.entry(name).or_insert(next);
        if at == next {
            self.symbols.push(Symbol { name, flags: 0, binding: Binding::Unknown });
        }
        &mut self.symbols[at as usize]
    }

    /// The flags of a name, 0 if it does not occur.
    pub fn flags(&self, name: NameId) -> u32 {
        self.get(name).map_or(0, |s| s.flags)
    }

    /// Where a name lives.
    pub fn binding(&self, name: NameId) -> Binding {
        self.get(name).map_or(Binding::Unknown, |s| s.binding)
    }
}

/// Which of the blocks that belong to a syntax node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The function, class, lambda, comprehension or module itself.
    Body,
    /// Its type parameters.
    TypeParams,
    /// Its annotations.
    Annotations,
    /// Bound or constraints of a type parameter.
    Bound,
    /// Default of a type parameter.
    Default,
    /// Value of a type alias.
    Alias,
}

/// All blocks of a source.
#[derive(Debug)]
pub struct ScopeTable {
    /// The blocks; the first is the module.
    pub scopes: Vec<Scope>,
    /// Blocks by address of their node.
    pub by_node: QuickMap<(usize, u8), ScopeId>,
    /// The names.
    pub names: Names,
}

impl ScopeTable {
    /// A block.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// A block, to change it.
    pub fn scope_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.scopes[id.0 as usize]
    }

    /// The block of a node.
    pub fn of_node<T>(&self, node: &T, role: Role) -> Option<ScopeId> {
        self.by_node.get(&(node_key(node), role as u8)).copied()
    }
}

/// Identity of a syntax node, as long as the tree lives.
pub fn node_key<T>(node: &T) -> usize {
    std::ptr::from_ref(node).addr()
}
