def f(*a, **k): return a, k
class M:
    def keys(self): return ["x", "y"]
    def __getitem__(self, k): return k * 2
print(f(*"ab", *(i for i in range(2)), **M(), **{}))
try: f(**{"a": 1}, **{"a": 2})
except TypeError as e: print(e)
try: f(a=1, **{"a": 2})
except TypeError as e: print(e)
# stdout:
#| (('a', 'b', 0, 1), {'x': 'xx', 'y': 'yy'})
#| __main__.f() got multiple values for keyword argument 'a'
#| __main__.f() got multiple values for keyword argument 'a'
