def f(a, b: int = 1, *, c=2) -> str:
    "doc"
f.x = 1
print(f.__name__, f.__qualname__, f.__doc__, f.__module__, f.__dict__, f.__code__.co_varnames, f.__code__.co_argcount, f.__code__.co_kwonlyargcount, f.__code__.co_flags)
f.__name__ = "g"
f.__code__ = (lambda a, b, *, c: (a, b, c)).__code__
print(f.__name__, f(5), f.__builtins__ is __builtins__.__dict__)
try: f.__code__ = 1
except TypeError as e: print(e)
# stdout:
#| f f doc __main__ {'x': 1} ('a', 'b', 'c') 2 1 67108867
#| g (5, 1, 2) True
#| __code__ must be set to a code object
