import sys
def f(n): return f(n + 1)
try: f(0)
except RecursionError as e: print(e)
class A:
    def __repr__(self): return repr(self)
    def __eq__(self, o): return self == o
    def __getattr__(self, n): return getattr(self, n)
    def __add__(self, o): return self + o
    def __len__(self): return len(self)
    def __iter__(self): return iter(self)
    def __call__(self): return self()
    def __hash__(self): return hash(self)
a = A()
for g in (lambda: repr(a), lambda: a == 1, lambda: a.x, lambda: a + 1, lambda: len(a), lambda: list(a), lambda: a(), lambda: hash(a), lambda: str(a), lambda: [a].index(1), lambda: {a: 1}):
    try: print(g())
    except RecursionError: print("RecursionError")
# stdout:
#| maximum recursion depth exceeded
#| RecursionError
#| RecursionError
#| RecursionError
#| RecursionError
#| RecursionError
#| RecursionError
#| RecursionError
#| RecursionError
#| RecursionError
#| RecursionError
#| RecursionError
