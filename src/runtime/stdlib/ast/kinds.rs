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
    ModBase "mod" Ast "";
    Module "Module" ModBase "body:list[stmt] type_ignores:list[type_ignore]";
    Interactive "Interactive" ModBase "body:list[stmt]";
    Expression "Expression" ModBase "body:expr";
    FunctionType "FunctionType" ModBase "argtypes:list[expr] returns:expr";
    StmtBase "stmt" Ast "";
    FunctionDef "FunctionDef" StmtBase "name:str args:arguments body:list[stmt] decorator_list:list[expr] returns:expr? type_comment:str? type_params:list[type_param]";
    AsyncFunctionDef "AsyncFunctionDef" StmtBase "name:str args:arguments body:list[stmt] decorator_list:list[expr] returns:expr? type_comment:str? type_params:list[type_param]";
    ClassDef "ClassDef" StmtBase "name:str bases:list[expr] keywords:list[keyword] body:list[stmt] decorator_list:list[expr] type_params:list[type_param]";
    Return "Return" StmtBase "value:expr?";
    Delete "Delete" StmtBase "targets:list[expr]";
    Assign "Assign" StmtBase "targets:list[expr] value:expr type_comment:str?";
    TypeAlias "TypeAlias" StmtBase "name:expr type_params:list[type_param] value:expr";
    AugAssign "AugAssign" StmtBase "target:expr op:operator value:expr";
    AnnAssign "AnnAssign" StmtBase "target:expr annotation:expr value:expr? simple:int";
    For "For" StmtBase "target:expr iter:expr body:list[stmt] orelse:list[stmt] type_comment:str?";
    AsyncFor "AsyncFor" StmtBase "target:expr iter:expr body:list[stmt] orelse:list[stmt] type_comment:str?";
    While "While" StmtBase "test:expr body:list[stmt] orelse:list[stmt]";
    If "If" StmtBase "test:expr body:list[stmt] orelse:list[stmt]";
    With "With" StmtBase "items:list[withitem] body:list[stmt] type_comment:str?";
    AsyncWith "AsyncWith" StmtBase "items:list[withitem] body:list[stmt] type_comment:str?";
    Match "Match" StmtBase "subject:expr cases:list[match_case]";
    Raise "Raise" StmtBase "exc:expr? cause:expr?";
    Try "Try" StmtBase "body:list[stmt] handlers:list[excepthandler] orelse:list[stmt] finalbody:list[stmt]";
    TryStar "TryStar" StmtBase "body:list[stmt] handlers:list[excepthandler] orelse:list[stmt] finalbody:list[stmt]";
    Assert "Assert" StmtBase "test:expr msg:expr?";
    Import "Import" StmtBase "names:list[alias]";
    ImportFrom "ImportFrom" StmtBase "module:str? names:list[alias] level:int?";
    Global "Global" StmtBase "names:list[str]";
    Nonlocal "Nonlocal" StmtBase "names:list[str]";
    Expr "Expr" StmtBase "value:expr";
    Pass "Pass" StmtBase "";
    Break "Break" StmtBase "";
    Continue "Continue" StmtBase "";
    ExprBase "expr" Ast "";
    BoolOp "BoolOp" ExprBase "op:boolop values:list[expr]";
    NamedExpr "NamedExpr" ExprBase "target:expr value:expr";
    BinOp "BinOp" ExprBase "left:expr op:operator right:expr";
    UnaryOp "UnaryOp" ExprBase "op:unaryop operand:expr";
    Lambda "Lambda" ExprBase "args:arguments body:expr";
    IfExp "IfExp" ExprBase "test:expr body:expr orelse:expr";
    Dict "Dict" ExprBase "keys:list[expr] values:list[expr]";
    Set "Set" ExprBase "elts:list[expr]";
    ListComp "ListComp" ExprBase "elt:expr generators:list[comprehension]";
    SetComp "SetComp" ExprBase "elt:expr generators:list[comprehension]";
    DictComp "DictComp" ExprBase "key:expr value:expr generators:list[comprehension]";
    GeneratorExp "GeneratorExp" ExprBase "elt:expr generators:list[comprehension]";
    Await "Await" ExprBase "value:expr";
    Yield "Yield" ExprBase "value:expr?";
    YieldFrom "YieldFrom" ExprBase "value:expr";
    Compare "Compare" ExprBase "left:expr ops:list[cmpop] comparators:list[expr]";
    Call "Call" ExprBase "func:expr args:list[expr] keywords:list[keyword]";
    FormattedValue "FormattedValue" ExprBase "value:expr conversion:int format_spec:expr?";
    Interpolation "Interpolation" ExprBase "value:expr str:object conversion:int format_spec:expr?";
    JoinedStr "JoinedStr" ExprBase "values:list[expr]";
    TemplateStr "TemplateStr" ExprBase "values:list[expr]";
    Constant "Constant" ExprBase "value:object kind:str?";
    Attribute "Attribute" ExprBase "value:expr attr:str ctx:expr_context";
    Subscript "Subscript" ExprBase "value:expr slice:expr ctx:expr_context";
    Starred "Starred" ExprBase "value:expr ctx:expr_context";
    Name "Name" ExprBase "id:str ctx:expr_context";
    List "List" ExprBase "elts:list[expr] ctx:expr_context";
    Tuple "Tuple" ExprBase "elts:list[expr] ctx:expr_context";
    Slice "Slice" ExprBase "lower:expr? upper:expr? step:expr?";
    ContextBase "expr_context" Ast "";
    Load "Load" ContextBase "";
    Store "Store" ContextBase "";
    Del "Del" ContextBase "";
    BoolOpBase "boolop" Ast "";
    And "And" BoolOpBase "";
    Or "Or" BoolOpBase "";
    OperatorBase "operator" Ast "";
    Add "Add" OperatorBase "";
    Sub "Sub" OperatorBase "";
    Mult "Mult" OperatorBase "";
    MatMult "MatMult" OperatorBase "";
    Div "Div" OperatorBase "";
    Mod "Mod" OperatorBase "";
    Pow "Pow" OperatorBase "";
    LShift "LShift" OperatorBase "";
    RShift "RShift" OperatorBase "";
    BitOr "BitOr" OperatorBase "";
    BitXor "BitXor" OperatorBase "";
    BitAnd "BitAnd" OperatorBase "";
    FloorDiv "FloorDiv" OperatorBase "";
    UnaryOpBase "unaryop" Ast "";
    Invert "Invert" UnaryOpBase "";
    Not "Not" UnaryOpBase "";
    UAdd "UAdd" UnaryOpBase "";
    USub "USub" UnaryOpBase "";
    CmpOpBase "cmpop" Ast "";
    Eq "Eq" CmpOpBase "";
    NotEq "NotEq" CmpOpBase "";
    Lt "Lt" CmpOpBase "";
    LtE "LtE" CmpOpBase "";
    Gt "Gt" CmpOpBase "";
    GtE "GtE" CmpOpBase "";
    Is "Is" CmpOpBase "";
    IsNot "IsNot" CmpOpBase "";
    In "In" CmpOpBase "";
    NotIn "NotIn" CmpOpBase "";
    Comprehension "comprehension" Ast "target:expr iter:expr ifs:list[expr] is_async:int";
    ExceptHandlerBase "excepthandler" Ast "";
    ExceptHandler "ExceptHandler" ExceptHandlerBase "type:expr? name:str? body:list[stmt]";
    Arguments "arguments" Ast "posonlyargs:list[arg] args:list[arg] vararg:arg? kwonlyargs:list[arg] kw_defaults:list[expr] kwarg:arg? defaults:list[expr]";
    Arg "arg" Ast "arg:str annotation:expr? type_comment:str?";
    Keyword "keyword" Ast "arg:str? value:expr";
    Alias "alias" Ast "name:str asname:str?";
    WithItem "withitem" Ast "context_expr:expr optional_vars:expr?";
    MatchCase "match_case" Ast "pattern:pattern guard:expr? body:list[stmt]";
    PatternBase "pattern" Ast "";
    MatchValue "MatchValue" PatternBase "value:expr";
    MatchSingleton "MatchSingleton" PatternBase "value:object";
    MatchSequence "MatchSequence" PatternBase "patterns:list[pattern]";
    MatchMapping "MatchMapping" PatternBase "keys:list[expr] patterns:list[pattern] rest:str?";
    MatchClass "MatchClass" PatternBase "cls:expr patterns:list[pattern] kwd_attrs:list[str] kwd_patterns:list[pattern]";
    MatchStar "MatchStar" PatternBase "name:str?";
    MatchAs "MatchAs" PatternBase "pattern:pattern? name:str?";
    MatchOr "MatchOr" PatternBase "patterns:list[pattern]";
    TypeIgnoreBase "type_ignore" Ast "";
    TypeIgnore "TypeIgnore" TypeIgnoreBase "lineno:int tag:str";
    TypeParamBase "type_param" Ast "";
    TypeVar "TypeVar" TypeParamBase "name:str bound:expr? default_value:expr?";
    ParamSpec "ParamSpec" TypeParamBase "name:str default_value:expr?";
    TypeVarTuple "TypeVarTuple" TypeParamBase "name:str default_value:expr?";
}
