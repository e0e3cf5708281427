for text in ("def f[T, T](): pass", "def f[T = int, U](): pass", "class A[T]:\n nonlocal T", "type X[T: (yield)] = 1", "def f[](): pass", "type x.y = 1", "class A[T: await x]: pass", "def f[*Ts: int](): pass", "type T = (x := 1)"):
    try: compile(text, "t", "exec"); print("fine", text)
    except SyntaxError as e: print(e.msg, e.lineno, e.offset)
# stdout:
#| duplicate type parameter 'T' 1 10
#| non-default type parameter 'U' follows default type parameter 1 16
#| nonlocal binding not allowed for type parameter 'T' 2 2
#| yield expression cannot be used within a TypeVar bound 1 12
#| Type parameter list cannot be empty 1 7
#| invalid syntax 1 7
#| await expression cannot be used within a TypeVar bound 1 12
#| cannot use bound with TypeVarTuple 1 10
#| named expression cannot be used within a type alias 1 11
