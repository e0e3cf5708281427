import ast, copy, pickle, warnings

warnings.simplefilter("always")
node = ast.parse("f(a, b, *c)").body[0].value
print(repr(node), ast.Name.__doc__, ast.arguments._field_types["vararg"])
print(copy.replace(node.args[0], id="z"), pickle.loads(pickle.dumps(node)))
with warnings.catch_warnings(record=True) as seen:
    print(vars(ast.Return()), vars(ast.Name(ctx=ast.Store())), ast.List().elts)
    ast.Pass(extra=1)
print([str(w.message) for w in seen])
for call in (lambda: ast.Name(1, 2, 3), lambda: ast.Name("a", id="b"), lambda: copy.replace(node, q=1)):
    try:
        call()
    except TypeError as error:
        print(error)
# stdout:
#| Call(func=Name(id='f', ctx=Load()), args=[Name(id='a', ctx=Load()), ..., Starred(value=Name(id='c', ctx=Load(...)), ctx=Load())], keywords=[]) Name(identifier id, expr_context ctx) ast.arg | None
#| Name(id='z', ctx=Load()) Call(func=Name(id='f', ctx=Load()), args=[Name(id='a', ctx=Load()), ..., Starred(value=Name(id='c', ctx=Load(...)), ctx=Load())], keywords=[])
#| {} {'ctx': Store()} []
#| ["Name.__init__ missing 1 required positional argument: 'id'. This will become an error in Python 3.15.", "Pass.__init__ got an unexpected keyword argument 'extra'. Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15."]
#| Name constructor takes at most 2 positional arguments
#| Name got multiple values for argument 'id'
#| Call.__replace__ got an unexpected keyword argument 'q'.
