//! Code as plain data: what the compiler makes and the loader turns into code objects.
//!
//! Nothing here knows the object model, so that the build script can compile the library with it.

/// Flags of a code object, CPython's `CO_*` numbers.
pub mod flags {
    /// Locals live in registers.
    pub const OPTIMIZED: u32 = 0x1;
    /// A call makes a new namespace.
    pub const NEWLOCALS: u32 = 0x2;
    /// Has `*args`.
    pub const VARARGS: u32 = 0x4;
    /// Has `**kwargs`.
    pub const VARKEYWORDS: u32 = 0x8;
    /// Nested in a function.
    pub const NESTED: u32 = 0x10;
    /// Generator.
    pub const GENERATOR: u32 = 0x20;
    /// Coroutine.
    pub const COROUTINE: u32 = 0x80;
    /// Generator usable in `await` (`types.coroutine`).
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    /// Asynchronous generator.
    pub const ASYNC_GENERATOR: u32 = 0x200;
    /// The first constant is the docstring.
    pub const HAS_DOCSTRING: u32 = 0x400_0000;
    /// Defined in a class body.
    pub const METHOD: u32 = 0x800_0000;
}

/// A constant, in a form that needs no object model. `Str` is WTF-8.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// `...`
    Ellipsis,
    /// An int that fits 63 bits.
    Int(i64),
    /// A larger int, as decimal or `0x` text without underscores.
    BigInt(Box<str>),
    /// A float; compared by bits where identity counts.
    Float(f64),
    /// A complex number.
    Complex(f64, f64),
    /// Text as WTF-8.
    Str(Box<[u8]>),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// A tuple of constants.
    Tuple(Box<[Const]>),
    /// A frozenset of constants.
    FrozenSet(Box<[Const]>),
    /// A slice of constants (start, stop, step).
    Slice(Box<[Const; 3]>),
    /// Code of a nested function, class or comprehension.
    Code(Box<CodeData>),
}

/// A local variable of a code: a parameter, an ordinary local, or one kept in a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// The name as in the source (already mangled), WTF-8 is never needed: identifiers are NFKC text.
    pub name: Box<str>,
    /// An inner function uses it: the register holds a cell.
    pub is_cell: bool,
    /// Variable of an inlined comprehension that `locals()` of the function does not show outside of it.
    pub is_hidden: bool,
}

/// A run of words with one source position; runs are sorted by `start` and cover the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// First word of the run.
    pub start: u32,
    /// First line, from 1; 0 means that there is no position.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// First column as UTF-8 byte offset, from 0.
    pub column: u32,
    /// Column after the last byte.
    pub end_column: u32,
}

/// An entry of the exception table. Of two entries that cover a word the one that stands first counts
/// (inner entries come first).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// First word covered.
    pub start: u32,
    /// Word after the last covered.
    pub end: u32,
    /// Word where the handler begins.
    pub target: u32,
    /// Temporaries from this number on are dropped on entry.
    pub depth: u16,
    /// Temporary number that receives the exception (at or above `depth`).
    pub exc_temp: u16,
}

/// A whole code: what CPython calls a code object, before it is one.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CodeData {
    /// `co_name`
    pub name: Box<str>,
    /// `co_qualname`
    pub qualname: Box<str>,
    /// `co_filename`
    pub filename: Box<str>,
    /// `co_flags`, see [`flags`]
    pub flags: u32,
    /// `co_firstlineno`
    pub first_line: u32,
    /// `co_argcount`: positional parameters, with the positional-only ones
    pub arg_count: u32,
    /// `co_posonlyargcount`
    pub posonly_count: u32,
    /// `co_kwonlyargcount`
    pub kwonly_count: u32,
    /// Registers below the base: positional parameters, keyword-only ones, `*args`, `**kwargs`, then the rest.
    pub locals: Vec<Local>,
    /// Names of the closure cells, in the order of the closure tuple.
    pub free_vars: Vec<Box<str>>,
    /// Number of temporaries, near and far.
    pub temps: u32,
    /// The instructions.
    pub words: Vec<u32>,
    /// Constants; with [`flags::HAS_DOCSTRING`] the first is the docstring.
    pub consts: Vec<Const>,
    /// Names of globals, attributes and imports.
    pub names: Vec<Box<str>>,
    /// The exception table, inner entries first.
    pub handlers: Vec<Handler>,
    /// Source positions.
    pub positions: Vec<Position>,
}

impl Default for Local {
    fn default() -> Self {
        Local { name: "".into(), is_cell: false, is_hidden: false }
    }
}

impl CodeData {
    /// The position of the instruction that covers `word`, if it has one.
    pub fn position(&self, word: u32) -> Option<Position> {
        let after = self.positions.partition_point(|run| run.start <= word);
        self.positions.get(after.checked_sub(1)?).copied().filter(|run| run.line != 0)
    }
}
