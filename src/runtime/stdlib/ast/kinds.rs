//! The kinds of nodes: a table of every class of the abstract syntax tree, its base and its fields.
//!
//! A row is the class's name in Rust and in Python, its base, and its fields with their types: a name, `list[...]`, or a name
//! followed by `?` for an optional one. The enumeration, the classes of `_ast` and the shapes of nodes follow from it.

macro_rules! kinds {
    ($($kind:ident $name:literal $base:ident $fields:literal;)*) => {
        /// A class of nodes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Kind {
            $($kind,)*
        }

        /// All kinds, in the order of their numbers.
        pub static ROWS: &[Row] = &[
            $(Row { kind: Kind::$kind, name: $name, base: Kind::$base, fields: $fields },)*
        ];
    };
}

/// What the table says about a kind.
pub struct Row {
    /// The kind.
    pub kind: Kind,
    /// The class's name.
    pub name: &'static str,
    /// The class's base; that of the first kind is `object`.
    pub base: Kind,
    /// Fields, separated by blanks, with their types behind a colon.
    pub fields: &'static str,
}

impl Row {
    /// The fields, names and types.
    pub fn fields(&self) -> impl DoubleEndedIterator<Item = (&'static str, &'static str)> {
        self.fields.split_ascii_whitespace().map(|field| field.split_once(':').unwrap_or((field, "")))
    }

    /// Do nodes of this class itself declare where they stand in the source?
    pub fn has_position(&self) -> bool {
        use Kind::{Alias, Arg, ExceptHandlerBase, ExprBase, Keyword, PatternBase, StmtBase, TypeParamBase};
        matches!(
            self.kind,
            StmtBase | ExprBase | ExceptHandlerBase | Arg | Keyword | Alias | PatternBase | TypeParamBase
        )
    }
}

impl Kind {
    /// The kind's row.
    pub fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// Have nodes of this kind a place in the source?
    pub fn is_positioned(self) -> bool {
        self.row().has_position() || self.row().base.row().has_position()
    }
}

/// The attributes of nodes that have a place in the source.
pub const POSITION: [&str; 4] = ["lineno", "col_offset", "end_lineno", "end_col_offset"];

kinds! {
    Ast "AST" Ast "";
    Alias "alias" Ast "name:str asname:str?";
    Arg "arg" Ast "arg:str annotation:expr? type_comment:str?";
    Arguments "arguments" Ast "posonlyargs:list[arg] args:list[arg] vararg:arg? kwonlyargs:list[arg] kw_defaults:list[expr] kwarg:arg? defaults:list[expr]";
    BoolOpBase "boolop" Ast "";
    CmpOpBase "cmpop" Ast "";
    Comprehension "comprehension" Ast "target:expr iter:expr ifs:list[expr] is_async:int";
    ExceptHandlerBase "excepthandler" Ast "";
    ExprBase "expr" Ast "";
    ContextBase "expr_context" Ast "";
    Keyword "keyword" Ast "arg:str? value:expr";
    MatchCase "match_case" Ast "pattern:pattern guard:expr? body:list[stmt]";
    ModBase "mod" Ast "";
    OperatorBase "operator" Ast "";
    PatternBase "pattern" Ast "";
    StmtBase "stmt" Ast "";
    TypeIgnoreBase "type_ignore" Ast "";
    TypeParamBase "type_param" Ast "";
    UnaryOpBase "unaryop" Ast "";
    WithItem "withitem" Ast "context_expr:expr optional_vars:expr?";
    Add "Add" OperatorBase "";
    And "And" BoolOpBase "";
    AnnAssign "AnnAssign" StmtBase "target:expr annotation:expr value:expr? simple:int";
    Assert "Assert" StmtBase "test:expr msg:expr?";
    Assign "Assign" StmtBase "targets:list[expr] value:expr type_comment:str?";
    AsyncFor "AsyncFor" StmtBase "target:expr iter:expr body:list[stmt] orelse:list[stmt] type_comment:str?";
    AsyncFunctionDef "AsyncFunctionDef" StmtBase "name:str args:arguments body:list[stmt] decorator_list:list[expr] returns:expr? type_comment:str? type_params:list[type_param]";
    AsyncWith "AsyncWith" StmtBase "items:list[withitem] body:list[stmt] type_comment:str?";
    Attribute "Attribute" ExprBase "value:expr attr:str ctx:expr_context";
    AugAssign "AugAssign" StmtBase "target:expr op:operator value:expr";
    Await "Await" ExprBase "value:expr";
    BinOp "BinOp" ExprBase "left:expr op:operator right:expr";
    BitAnd "BitAnd" OperatorBase "";
    BitOr "BitOr" OperatorBase "";
    BitXor "BitXor" OperatorBase "";
    BoolOp "BoolOp" ExprBase "op:boolop values:list[expr]";
    Break "Break" StmtBase "";
    Call "Call" ExprBase "func:expr args:list[expr] keywords:list[keyword]";
    ClassDef "ClassDef" StmtBase "name:str bases:list[expr] keywords:list[keyword] body:list[stmt] decorator_list:list[expr] type_params:list[type_param]";
    Compare "Compare" ExprBase "left:expr ops:list[cmpop] comparators:list[expr]";
    Constant "Constant" ExprBase "value:object kind:str?";
    Continue "Continue" StmtBase "";
    Del "Del" ContextBase "";
    Delete "Delete" StmtBase "targets:list[expr]";
    Dict "Dict" ExprBase "keys:list[expr] values:list[expr]";
    DictComp "DictComp" ExprBase "key:expr value:expr generators:list[comprehension]";
    Div "Div" OperatorBase "";
    Eq "Eq" CmpOpBase "";
    ExceptHandler "ExceptHandler" ExceptHandlerBase "type:expr? name:str? body:list[stmt]";
    Expr "Expr" StmtBase "value:expr";
    Expression "Expression" ModBase "body:expr";
    FloorDiv "FloorDiv" OperatorBase "";
    For "For" StmtBase "target:expr iter:expr body:list[stmt] orelse:list[stmt] type_comment:str?";
    FormattedValue "FormattedValue" ExprBase "value:expr conversion:int format_spec:expr?";
    FunctionDef "FunctionDef" StmtBase "name:str args:arguments body:list[stmt] decorator_list:list[expr] returns:expr? type_comment:str? type_params:list[type_param]";
    FunctionType "FunctionType" ModBase "argtypes:list[expr] returns:expr";
    GeneratorExp "GeneratorExp" ExprBase "elt:expr generators:list[comprehension]";
    Global "Global" StmtBase "names:list[str]";
    Gt "Gt" CmpOpBase "";
    GtE "GtE" CmpOpBase "";
    If "If" StmtBase "test:expr body:list[stmt] orelse:list[stmt]";
    IfExp "IfExp" ExprBase "test:expr body:expr orelse:expr";
    Import "Import" StmtBase "names:list[alias]";
    ImportFrom "ImportFrom" StmtBase "module:str? names:list[alias] level:int?";
    In "In" CmpOpBase "";
    Interactive "Interactive" ModBase "body:list[stmt]";
    Interpolation "Interpolation" ExprBase "value:expr str:object conversion:int format_spec:expr?";
    Invert "Invert" UnaryOpBase "";
    Is "Is" CmpOpBase "";
    IsNot "IsNot" CmpOpBase "";
    JoinedStr "JoinedStr" ExprBase "values:list[expr]";
    LShift "LShift" OperatorBase "";
    Lambda "Lambda" ExprBase "args:arguments body:expr";
    List "List" ExprBase "elts:list[expr] ctx:expr_context";
    ListComp "ListComp" ExprBase "elt:expr generators:list[comprehension]";
    Load "Load" ContextBase "";
    Lt "Lt" CmpOpBase "";
    LtE "LtE" CmpOpBase "";
    MatMult "MatMult" OperatorBase "";
    Match "Match" StmtBase "subject:expr cases:list[match_case]";
    MatchAs "MatchAs" PatternBase "pattern:pattern? name:str?";
    MatchClass "MatchClass" PatternBase "cls:expr patterns:list[pattern] kwd_attrs:list[str] kwd_patterns:list[pattern]";
    MatchMapping "MatchMapping" PatternBase "keys:list[expr] patterns:list[pattern] rest:str?";
    MatchOr "MatchOr" PatternBase "patterns:list[pattern]";
    MatchSequence "MatchSequence" PatternBase "patterns:list[pattern]";
    MatchSingleton "MatchSingleton" PatternBase "value:object";
    MatchStar "MatchStar" PatternBase "name:str?";
    MatchValue "MatchValue" PatternBase "value:expr";
    Mod "Mod" OperatorBase "";
    Module "Module" ModBase "body:list[stmt] type_ignores:list[type_ignore]";
    Mult "Mult" OperatorBase "";
    Name "Name" ExprBase "id:str ctx:expr_context";
    NamedExpr "NamedExpr" ExprBase "target:expr value:expr";
    Nonlocal "Nonlocal" StmtBase "names:list[str]";
    Not "Not" UnaryOpBase "";
    NotEq "NotEq" CmpOpBase "";
    NotIn "NotIn" CmpOpBase "";
    Or "Or" BoolOpBase "";
    ParamSpec "ParamSpec" TypeParamBase "name:str default_value:expr?";
    Pass "Pass" StmtBase "";
    Pow "Pow" OperatorBase "";
    RShift "RShift" OperatorBase "";
    Raise "Raise" StmtBase "exc:expr? cause:expr?";
    Return "Return" StmtBase "value:expr?";
    Set "Set" ExprBase "elts:list[expr]";
    SetComp "SetComp" ExprBase "elt:expr generators:list[comprehension]";
    Slice "Slice" ExprBase "lower:expr? upper:expr? step:expr?";
    Starred "Starred" ExprBase "value:expr ctx:expr_context";
    Store "Store" ContextBase "";
    Sub "Sub" OperatorBase "";
    Subscript "Subscript" ExprBase "value:expr slice:expr ctx:expr_context";
    TemplateStr "TemplateStr" ExprBase "values:list[expr]";
    Try "Try" StmtBase "body:list[stmt] handlers:list[excepthandler] orelse:list[stmt] finalbody:list[stmt]";
    TryStar "TryStar" StmtBase "body:list[stmt] handlers:list[excepthandler] orelse:list[stmt] finalbody:list[stmt]";
    Tuple "Tuple" ExprBase "elts:list[expr] ctx:expr_context";
    TypeAlias "TypeAlias" StmtBase "name:expr type_params:list[type_param] value:expr";
    TypeIgnore "TypeIgnore" TypeIgnoreBase "lineno:int tag:str";
    TypeVar "TypeVar" TypeParamBase "name:str bound:expr? default_value:expr?";
    TypeVarTuple "TypeVarTuple" TypeParamBase "name:str default_value:expr?";
    UAdd "UAdd" UnaryOpBase "";
    USub "USub" UnaryOpBase "";
    UnaryOp "UnaryOp" ExprBase "op:unaryop operand:expr";
    While "While" StmtBase "test:expr body:list[stmt] orelse:list[stmt]";
    With "With" StmtBase "items:list[withitem] body:list[stmt] type_comment:str?";
    Yield "Yield" ExprBase "value:expr?";
    YieldFrom "YieldFrom" ExprBase "value:expr";
}
