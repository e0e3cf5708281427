//! A unit: the code object that is being compiled, with its registers, constants, blocks and instructions.

use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast as ast;

use super::super::bytecode::code::Const;
use super::super::bytecode::ops::Op;
use super::emit::{HandlerId, HandlerInfo, Insn, Label, NO_HANDLER, Reg};
use super::names::{NameId, QuickMap};
use super::scope::ScopeId;
use super::source::Span;

/// What kind of code a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// The module, or an expression.
    Module,
    /// A class body.
    Class,
    /// A function.
    Function,
    /// A lambda.
    Lambda,
    /// A comprehension that is not inlined, or a generator expression.
    Comprehension,
    /// `__annotate__`, a lazily evaluated bound or alias value.
    Annotation,
    /// Type parameters.
    TypeParams,
}

/// A local register.
#[derive(Clone, Debug)]
pub struct LocalInfo {
    /// Its name.
    pub name: NameId,
    /// Holds a cell.
    pub is_cell: bool,
    /// Belongs to an inlined comprehension.
    pub is_hidden: bool,
}

/// Something that must be undone on the way out; innermost last.
#[derive(Clone, Debug)]
pub enum Block<'a> {
    /// `while`
    While {
        /// Target of `break`.
        exit: Label,
        /// Target of `continue`.
        next: Label,
    },
    /// `for`, `async for`
    For {
        /// Target of `break`.
        exit: Label,
        /// Target of `continue`.
        next: Label,
        /// Temporary of the iterator.
        iter: Reg,
    },
    /// Body of `try … except`.
    TryExcept {
        /// Handler of the code around the statement.
        outer: HandlerId,
    },
    /// Body (or handlers) of `try … finally`.
    FinallyTry {
        /// The `finally` statements.
        body: &'a [ast::Stmt],
        /// Handler of the code around the statement.
        outer: HandlerId,
    },
    /// A `finally` body that runs because of an exception.
    FinallyEnd {
        /// The exception.
        exc: Reg,
        /// The exception handled before.
        prev: Reg,
        /// Handler of the code around the statement.
        outer: HandlerId,
    },
    /// Body of an `except` clause.
    Handler {
        /// The exception.
        exc: Reg,
        /// The exception handled before.
        prev: Reg,
        /// The name after `as`.
        name: Option<&'a str>,
        /// Handler of the code around the statement.
        outer: HandlerId,
    },
    /// Body of an `except*` clause.
    StarHandler,
    /// Body of a `with` item.
    With {
        /// The exit function.
        exit: Reg,
        /// `async with`
        is_async: bool,
        /// Position of the context expression.
        span: Span,
        /// Handler of the code around the statement.
        outer: HandlerId,
    },
    /// A value that is waiting to be returned.
    Value {
        /// Where it is.
        temp: Reg,
    },
}

/// Variables of an inlined comprehension being compiled.
#[derive(Debug)]
pub struct CompFrame {
    /// Its scope.
    pub scope: ScopeId,
    /// Its variables.
    pub map: QuickMap<NameId, u32>,
}

/// The state of a code object under construction.
#[derive(Debug)]
pub struct Unit<'a> {
    /// Its symbols.
    pub scope: ScopeId,
    /// Its kind.
    pub kind: UnitKind,
    /// `co_name`
    pub name: Rc<str>,
    /// `co_qualname`
    pub qualname: String,
    /// The class for private names.
    pub private: Option<Rc<str>>,
    /// `co_firstlineno`
    pub first_line: u32,
    /// `co_argcount`
    pub arg_count: u32,
    /// `co_posonlyargcount`
    pub posonly_count: u32,
    /// `co_kwonlyargcount`
    pub kwonly_count: u32,
    /// All parameters, with `*args` and `**kwargs`.
    pub param_count: u32,
    /// `co_flags`
    pub flags: u32,
    /// Registers below the base.
    pub locals: Vec<LocalInfo>,
    /// Locals of the unit's own scope.
    pub local_map: QuickMap<NameId, u32>,
    /// Hidden locals that no comprehension uses at the moment.
    pub hidden_free: Vec<u32>,
    /// Inlined comprehensions around the current place.
    pub comps: Vec<CompFrame>,
    /// Closure cells.
    pub free: Vec<NameId>,
    /// Constants.
    pub consts: Vec<Const>,
    const_map: HashMap<Vec<u8>, u32>,
    /// Names.
    pub names: Vec<NameId>,
    name_map: QuickMap<NameId, u32>,
    /// Instructions.
    pub insns: Vec<Insn>,
    /// Instruction index of each label.
    pub labels: Vec<u32>,
    /// Exception handlers.
    pub handlers: Vec<HandlerInfo>,
    /// The handler that covers what is emitted now.
    pub handler: HandlerId,
    /// Enclosing blocks.
    pub blocks: Vec<Block<'a>>,
    /// Temporaries in use.
    pub height: u32,
    /// Most temporaries ever in use.
    pub max_height: u32,
    /// Class bodies: attributes assigned through the first parameter of methods.
    pub static_attributes: Vec<NameId>,
    /// Annotations to be compiled into `__annotate__`, each with its number if it is conditional.
    pub annotations: Vec<(&'a ast::StmtAnnAssign, Option<i64>)>,
    /// `async def`
    pub is_async: bool,
    /// Number of conditional annotations so far.
    pub conditional_count: i64,
    /// Depth of `finally` bodies, for the warnings of PEP 765: (loops inside, functions inside) are tracked by blocks.
    pub in_finally: Vec<u32>,
}

impl<'a> Unit<'a> {
    /// An empty unit.
    pub fn new(scope: ScopeId, kind: UnitKind, name: Rc<str>, qualname: String, first_line: u32) -> Unit<'a> {
        Unit {
            scope,
            kind,
            name,
            qualname,
            private: None,
            first_line,
            arg_count: 0,
            posonly_count: 0,
            kwonly_count: 0,
            param_count: 0,
            flags: 0,
            locals: Vec::new(),
            local_map: QuickMap::default(),
            hidden_free: Vec::new(),
            comps: Vec::new(),
            free: Vec::new(),
            consts: Vec::new(),
            const_map: HashMap::new(),
            names: Vec::new(),
            name_map: QuickMap::default(),
            insns: Vec::new(),
            labels: Vec::new(),
            handlers: Vec::new(),
            handler: NO_HANDLER,
            blocks: Vec::new(),
            height: 0,
            max_height: 0,
            static_attributes: Vec::new(),
            annotations: Vec::new(),
            is_async: false,
            conditional_count: 0,
            in_finally: Vec::new(),
        }
    }

    /// Adds a local register.
    pub fn add_local(&mut self, name: NameId, is_cell: bool, is_hidden: bool) -> u32 {
        self.locals.push(LocalInfo { name, is_cell, is_hidden });
        self.locals.len() as u32 - 1
    }

    /// A register for a variable of an inlined comprehension; those of comprehensions that are over are used again.
    pub fn hidden_local(&mut self, name: NameId, is_cell: bool) -> u32 {
        let same = |local: &LocalInfo| local.name == name && local.is_cell == is_cell;
        match self.hidden_free.iter().position(|&at| same(&self.locals[at as usize])) {
            Some(at) => self.hidden_free.swap_remove(at),
            None => self.add_local(name, is_cell, true),
        }
    }

    /// The local of the unit's own scope with that name, made if there is none.
    pub fn own_local(&mut self, name: NameId, is_cell: bool) -> u32 {
        if let Some(&at) = self.local_map.get(&name) {
            return at;
        }
        let at = self.add_local(name, is_cell, false);
        self.local_map.insert(name, at);
        at
    }

    /// Takes the next temporary.
    pub fn temp(&mut self) -> Reg {
        self.height += 1;
        self.max_height = self.max_height.max(self.height);
        self.height as i32 - 1
    }

    /// Takes `count` consecutive temporaries and gives the first.
    pub fn temps(&mut self, count: u32) -> Reg {
        let first = self.height as i32;
        self.height += count;
        self.max_height = self.max_height.max(self.height);
        first
    }

    /// A fresh label.
    pub fn label(&mut self) -> Label {
        self.labels.push(u32::MAX);
        Label(self.labels.len() as u32 - 1)
    }

    /// Binds a label here.
    pub fn bind(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.insns.len() as u32;
    }

    /// Adds an instruction.
    pub fn push(&mut self, span: Span, op: Op, [a, b, c]: [i32; 3], x: [u32; 2], to: Label) {
        self.insns.push(Insn { op, a, b, c, x, to, span, handler: self.handler });
    }

    /// Index of a constant. Equal constants (of the same type, floats by bits) are shared, code is not.
    pub fn const_index(&mut self, value: Const) -> u32 {
        let mut key = Vec::new();
        if const_key(&value, &mut key) {
            if let Some(&at) = self.const_map.get(&key) {
                return at;
            }
            self.const_map.insert(key, self.consts.len() as u32);
        }
        self.consts.push(value);
        self.consts.len() as u32 - 1
    }

    /// Index of a name.
    pub fn name_index(&mut self, name: NameId) -> u32 {
        let next = self.names.len() as u32;
        let at = *self.name_map.entry(name).or_insert(next);
        if at == next {
            self.names.push(name);
        }
        at
    }

    /// Adds a handler whose target is still to be bound; the exception arrives in the next free temporary.
    pub fn add_handler(&mut self) -> HandlerId {
        let target = self.label();
        let depth = self.height;
        self.handlers.push(HandlerInfo { target, depth, exc_temp: depth });
        self.max_height = self.max_height.max(depth + 1);
        self.handlers.len() as u32 - 1
    }

    /// Binds a handler's target here and takes the temporary of the exception.
    pub fn bind_handler(&mut self, handler: HandlerId) -> Reg {
        let info = self.handlers[handler as usize];
        self.bind(info.target);
        self.height = info.depth;
        self.temp()
    }
}

/// Writes an identity of a constant; false if it has none (code).
fn const_key(value: &Const, out: &mut Vec<u8>) -> bool {
    let mut sized = |tag: u8, bytes: &[u8]| {
        out.push(tag);
        out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(bytes);
    };
    match value {
        Const::None => out.push(0),
        Const::Bool(value) => out.extend([1, u8::from(*value)]),
        Const::Ellipsis => out.push(2),
        Const::Int(value) => sized(3, &value.to_le_bytes()),
        Const::BigInt(text) => sized(4, text.as_bytes()),
        Const::Float(value) => sized(5, &value.to_bits().to_le_bytes()),
        Const::Complex(real, imag) => {
            sized(6, &real.to_bits().to_le_bytes());
            sized(6, &imag.to_bits().to_le_bytes());
        }
        Const::Str(text) => sized(7, text),
        Const::Bytes(text) => sized(8, text),
        Const::Tuple(items) | Const::FrozenSet(items) => {
            out.push(if matches!(value, Const::Tuple(_)) { 9 } else { 10 });
            out.extend_from_slice(&(items.len() as u32).to_le_bytes());
            return items.iter().all(|item| const_key(item, out));
        }
        Const::Slice(parts) => {
            out.push(11);
            return parts.iter().all(|item| const_key(item, out));
        }
        Const::Code(_) => return false,
    }
    true
}
