import inspect
def f(a, b: int = 1, /, *c, d="x", **e) -> None: pass
print(inspect.signature(f))
class A:
    def __init__(self, x, y=2): pass
    def m(self, z): pass
    @classmethod
    def c(cls, q): pass
print(inspect.signature(A), inspect.signature(A.m), inspect.signature(A(1).m), inspect.signature(A.c))
print(inspect.signature(len), inspect.signature(sorted), inspect.signature(dict.get))
# stdout:
#| (a, b: int = 1, /, *c, d='x', **e) -> None
#| (x, y=2) (self, z) (z) (q)
#| (obj, /) (iterable, /, *, key=None, reverse=False) (self, key, default=None, /)
