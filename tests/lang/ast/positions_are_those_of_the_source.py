import ast

SOURCE = '''@dec
async def f(a, /, *b: int, c=1) -> "é":
    if a: pass;
    elif (b): return [x for x in f(y for y in z)]
    return f"a{{{a!r:>{b}}" "c" f"{c = }"
match x:
    case {"k": -1, **rest} | [_, *more] if q: pass
'''
for node in ast.walk(ast.parse(SOURCE)):
    if hasattr(node, "lineno"):
        place = node.lineno, node.col_offset, node.end_lineno, node.end_col_offset
        print(type(node).__name__, *place)
# stdout:
#| AsyncFunctionDef 2 0 5 41
#| Match 6 0 7 50
#| If 3 4 4 49
#| Return 5 4 5 41
#| Name 1 1 1 4
#| Constant 2 35 2 39
#| Name 6 6 6 7
#| arg 2 12 2 13
#| arg 2 19 2 25
#| arg 2 27 2 28
#| Constant 2 29 2 30
#| Name 3 7 3 8
#| Pass 3 10 3 14
#| If 4 4 4 49
#| JoinedStr 5 11 5 41
#| MatchOr 7 9 7 39
#| Name 7 43 7 44
#| Pass 7 46 7 50
#| Name 2 22 2 25
#| Name 4 10 4 11
#| Return 4 14 4 49
#| Constant 5 13 5 16
#| FormattedValue 5 16 5 26
#| Constant 5 28 5 39
#| FormattedValue 5 34 5 40
#| MatchMapping 7 9 7 26
#| MatchSequence 7 29 7 39
#| ListComp 4 21 4 49
#| Name 5 17 5 18
#| JoinedStr 5 20 5 25
#| Name 5 35 5 36
#| Constant 7 10 7 13
#| MatchValue 7 15 7 17
#| MatchAs 7 30 7 31
#| MatchStar 7 33 7 38
#| Name 4 22 4 23
#| Constant 5 21 5 22
#| FormattedValue 5 22 5 25
#| UnaryOp 7 15 7 17
#| Name 4 28 4 29
#| Call 4 33 4 48
#| Name 5 23 5 24
#| Constant 7 16 7 17
#| Name 4 33 4 34
#| GeneratorExp 4 34 4 48
#| Name 4 35 4 36
#| Name 4 41 4 42
#| Name 4 46 4 47
