import ast

SOURCE = """
class A[T]:
    'doc'
    x: int = 3
    def f(self, a, /, b=2, *args, c=4, **kw):
        return f"{a!r:>4}|{b}", args, c, kw, __class__.__name__
def g(v):
    match v:
        case {"k": [1, *rest]}: return rest
        case -1 | 1.5 | "s": return "literal"
    try:
        return 1 / v
    except* ZeroDivisionError as e:
        pass
    return t"{v + 1}".interpolations[0].expression
print(A.__doc__, A.x, A().f(1, 3, 5, d=6), g({"k": [1, 2]}), g(-1), g(0), (1, (2, -3)), 10**30)
"""
tree = ast.parse(SOURCE)
exec(compile(tree, "tree", "exec"))
tree.body[-1] = ast.Expr(ast.Call(ast.Name("print", ast.Load()), [ast.Constant((1, frozenset({2}), "\ud800"))], []))
exec(compile(ast.fix_missing_locations(tree), "tree", "exec"), {"print": lambda v: print(ascii(v))})
for wrong in (
    ast.Expression(ast.Name("x", ast.Store())),
    ast.Expression(ast.Constant([1])),
    ast.Expression(ast.BoolOp(ast.And(), [ast.Constant(1)])),
    ast.Expression(ast.Name("None", ast.Load())),
    ast.Module([ast.FunctionDef("f", ast.arguments(), [])], []),
    ast.Module([None], []),
    ast.Module([ast.Constant(1)], []),
):
    try:
        compile(ast.fix_missing_locations(wrong), "x", "eval" if isinstance(wrong, ast.Expression) else "exec")
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
# stdout:
#| doc 3 ('   1|3', (5,), 4, {'d': 6}, 'A') [2] literal v + 1 (1, (2, -3)) 1000000000000000000000000000000
#| (1, frozenset({2}), '\ud800')
#| ValueError expression must have Load context but has Store instead
#| TypeError got an invalid type in Constant: list
#| ValueError BoolOp with less than 2 values
#| ValueError identifier field can't represent 'None' constant
#| ValueError empty body on FunctionDef
#| ValueError None disallowed in statement list
#| TypeError expected some sort of stmt, but got Constant(value=1, kind=None)
