"""The node classes of the abstract syntax tree, as the module `ast` re-exports them.

A row of TABLE is a class, its base, and its fields with their types: a name, `list[...]`, or a name followed by `?` for an
optional one. The classes behave as those of CPython's `_ast`.
"""

PyCF_ONLY_AST = 0x400
PyCF_TYPE_COMMENTS = 0x1000
PyCF_ALLOW_TOP_LEVEL_AWAIT = 0x2000
PyCF_OPTIMIZED_AST = 0x8400

_POSITION = ("lineno", "col_offset", "end_lineno", "end_col_offset")
_POSITIONED = {"stmt", "expr", "excepthandler", "arg", "keyword", "alias", "pattern", "type_param"}


def _warn(message):
    import warnings
    warnings.warn(message, DeprecationWarning, stacklevel=3)


class AST:
    _fields = ()
    _attributes = ()
    _field_types = {}
    __match_args__ = ()

    def __init__(self, /, *args, **kwargs):
        cls = type(self)
        fields = cls._fields
        if len(args) > len(fields):
            plural = "" if len(fields) == 1 else "s"
            raise TypeError(f"{cls.__name__} constructor takes at most {len(fields)} positional argument{plural}")
        missing = list(fields)
        for name, value in zip(fields, args):
            setattr(self, name, value)
            missing.remove(name)
        for name, value in kwargs.items():
            if name in fields:
                if name not in missing:
                    raise TypeError(f"{cls.__name__} got multiple values for argument {name!r}")
                missing.remove(name)
            elif name not in cls._attributes:
                _warn(f"{cls.__name__}.__init__ got an unexpected keyword argument {name!r}. Support for "
                      "arbitrary keyword arguments is deprecated and will be removed in Python 3.15.")
            setattr(self, name, value)
        types = cls._field_types
        for name in missing:
            if name not in types:
                continue
            kind = types[name]
            if _is_optional(kind):
                continue
            if _is_list(kind):
                setattr(self, name, [])
            elif kind is expr_context:
                setattr(self, name, Load())
            else:
                _warn(f"{cls.__name__}.__init__ missing 1 required positional argument: {name!r}. "
                      "This will become an error in Python 3.15.")

    def __reduce__(self):
        state = dict(self.__dict__)
        args = []
        for name in type(self)._fields:
            if name not in state:
                break
            args.append(state.pop(name))
        return type(self), tuple(args), state

    def __replace__(self, /, **changes):
        cls = type(self)
        known = set(cls._fields) | set(cls._attributes)
        for name in changes:
            if name not in known and name not in self.__dict__:
                raise TypeError(f"{cls.__name__}.__replace__ got an unexpected keyword argument {name!r}.")
        return cls(**{**self.__dict__, **changes})

    def __repr__(self, _depth=3):
        cls = type(self)
        if _depth <= 0 and cls._fields:
            return f"{cls.__name__}(...)"
        parts = []
        for name in cls._fields:
            if not hasattr(self, name):
                continue
            parts.append(f"{name}={_shown(getattr(self, name), _depth - 1)}")
        return f"{cls.__name__}({', '.join(parts)})"


def _shown(value, depth):
    if isinstance(value, AST):
        return AST.__repr__(value, depth)
    if isinstance(value, list):
        if len(value) > 2:
            return f"[{_shown(value[0], depth)}, ..., {_shown(value[-1], depth)}]"
        return "[" + ", ".join(_shown(item, depth) for item in value) + "]"
    return repr(value)


def _is_list(kind):
    return getattr(kind, "__origin__", None) is list


def _is_optional(kind):
    return type(None) in getattr(kind, "__args__", ())


TABLE = """
alias(AST) name:str asname:str?
arg(AST) arg:str annotation:expr? type_comment:str?
arguments(AST) posonlyargs:list[arg] args:list[arg] vararg:arg? kwonlyargs:list[arg] kw_defaults:list[expr] kwarg:arg? defaults:list[expr]
boolop(AST)
cmpop(AST)
comprehension(AST) target:expr iter:expr ifs:list[expr] is_async:int
excepthandler(AST)
expr(AST)
expr_context(AST)
keyword(AST) arg:str? value:expr
match_case(AST) pattern:pattern guard:expr? body:list[stmt]
mod(AST)
operator(AST)
pattern(AST)
stmt(AST)
type_ignore(AST)
type_param(AST)
unaryop(AST)
withitem(AST) context_expr:expr optional_vars:expr?
Add(operator)
And(boolop)
AnnAssign(stmt) target:expr annotation:expr value:expr? simple:int
Assert(stmt) test:expr msg:expr?
Assign(stmt) targets:list[expr] value:expr type_comment:str?
AsyncFor(stmt) target:expr iter:expr body:list[stmt] orelse:list[stmt] type_comment:str?
AsyncFunctionDef(stmt) name:str args:arguments body:list[stmt] decorator_list:list[expr] returns:expr? type_comment:str? type_params:list[type_param]
AsyncWith(stmt) items:list[withitem] body:list[stmt] type_comment:str?
Attribute(expr) value:expr attr:str ctx:expr_context
AugAssign(stmt) target:expr op:operator value:expr
Await(expr) value:expr
BinOp(expr) left:expr op:operator right:expr
BitAnd(operator)
BitOr(operator)
BitXor(operator)
BoolOp(expr) op:boolop values:list[expr]
Break(stmt)
Call(expr) func:expr args:list[expr] keywords:list[keyword]
ClassDef(stmt) name:str bases:list[expr] keywords:list[keyword] body:list[stmt] decorator_list:list[expr] type_params:list[type_param]
Compare(expr) left:expr ops:list[cmpop] comparators:list[expr]
Constant(expr) value:object kind:str?
Continue(stmt)
Del(expr_context)
Delete(stmt) targets:list[expr]
Dict(expr) keys:list[expr] values:list[expr]
DictComp(expr) key:expr value:expr generators:list[comprehension]
Div(operator)
Eq(cmpop)
ExceptHandler(excepthandler) type:expr? name:str? body:list[stmt]
Expr(stmt) value:expr
Expression(mod) body:expr
FloorDiv(operator)
For(stmt) target:expr iter:expr body:list[stmt] orelse:list[stmt] type_comment:str?
FormattedValue(expr) value:expr conversion:int format_spec:expr?
FunctionDef(stmt) name:str args:arguments body:list[stmt] decorator_list:list[expr] returns:expr? type_comment:str? type_params:list[type_param]
FunctionType(mod) argtypes:list[expr] returns:expr
GeneratorExp(expr) elt:expr generators:list[comprehension]
Global(stmt) names:list[str]
Gt(cmpop)
GtE(cmpop)
If(stmt) test:expr body:list[stmt] orelse:list[stmt]
IfExp(expr) test:expr body:expr orelse:expr
Import(stmt) names:list[alias]
ImportFrom(stmt) module:str? names:list[alias] level:int?
In(cmpop)
Interactive(mod) body:list[stmt]
Interpolation(expr) value:expr str:object conversion:int format_spec:expr?
Invert(unaryop)
Is(cmpop)
IsNot(cmpop)
JoinedStr(expr) values:list[expr]
LShift(operator)
Lambda(expr) args:arguments body:expr
List(expr) elts:list[expr] ctx:expr_context
ListComp(expr) elt:expr generators:list[comprehension]
Load(expr_context)
Lt(cmpop)
LtE(cmpop)
MatMult(operator)
Match(stmt) subject:expr cases:list[match_case]
MatchAs(pattern) pattern:pattern? name:str?
MatchClass(pattern) cls:expr patterns:list[pattern] kwd_attrs:list[str] kwd_patterns:list[pattern]
MatchMapping(pattern) keys:list[expr] patterns:list[pattern] rest:str?
MatchOr(pattern) patterns:list[pattern]
MatchSequence(pattern) patterns:list[pattern]
MatchSingleton(pattern) value:object
MatchStar(pattern) name:str?
MatchValue(pattern) value:expr
Mod(operator)
Module(mod) body:list[stmt] type_ignores:list[type_ignore]
Mult(operator)
Name(expr) id:str ctx:expr_context
NamedExpr(expr) target:expr value:expr
Nonlocal(stmt) names:list[str]
Not(unaryop)
NotEq(cmpop)
NotIn(cmpop)
Or(boolop)
ParamSpec(type_param) name:str default_value:expr?
Pass(stmt)
Pow(operator)
RShift(operator)
Raise(stmt) exc:expr? cause:expr?
Return(stmt) value:expr?
Set(expr) elts:list[expr]
SetComp(expr) elt:expr generators:list[comprehension]
Slice(expr) lower:expr? upper:expr? step:expr?
Starred(expr) value:expr ctx:expr_context
Store(expr_context)
Sub(operator)
Subscript(expr) value:expr slice:expr ctx:expr_context
TemplateStr(expr) values:list[expr]
Try(stmt) body:list[stmt] handlers:list[excepthandler] orelse:list[stmt] finalbody:list[stmt]
TryStar(stmt) body:list[stmt] handlers:list[excepthandler] orelse:list[stmt] finalbody:list[stmt]
Tuple(expr) elts:list[expr] ctx:expr_context
TypeAlias(stmt) name:expr type_params:list[type_param] value:expr
TypeIgnore(type_ignore) lineno:int tag:str
TypeVar(type_param) name:str bound:expr? default_value:expr?
TypeVarTuple(type_param) name:str default_value:expr?
UAdd(unaryop)
USub(unaryop)
UnaryOp(expr) op:unaryop operand:expr
While(stmt) test:expr body:list[stmt] orelse:list[stmt]
With(stmt) items:list[withitem] body:list[stmt] type_comment:str?
Yield(expr) value:expr?
YieldFrom(expr) value:expr
"""


def _type_of(text, names):
    if text.endswith("?"):
        return _type_of(text[:-1], names) | None
    if text.startswith("list["):
        return list[_type_of(text[5:-1], names)]
    return names[text]


def _make():
    names = globals()
    known = {"str": str, "int": int, "object": object, "bool": bool}
    rows = []
    for line in TABLE.strip().splitlines():
        head, _, rest = line.partition(") ")
        name, _, base = head.rstrip(")").partition("(")
        rows.append((name, rest.split()))
        fields = tuple(item.partition(":")[0] for item in rest.split())
        body = {"_fields": fields, "__match_args__": fields, "__module__": "ast"}
        if name in _POSITIONED:
            body["_attributes"] = _POSITION
            body["end_lineno"] = body["end_col_offset"] = None
        for item in rest.split():
            if item.endswith("?"):
                body[item.partition(":")[0]] = None
        names[name] = type(name, (names[base],), body)
    known |= names
    for name, fields in rows:
        cls = names[name]
        cls._field_types = {f: _type_of(t, known) for f, _, t in (item.partition(":") for item in fields)}
        cls.__annotations__ = dict(cls._field_types)


AST.__module__ = "ast"
_make()
del _make, TABLE
