import functools
class A:
    @classmethod
    def cm(cls, *a): return cls.__name__, a
    p = classmethod(functools.partial(lambda *a: a[0].__name__))
class B(A): __slots__ = ()
class S:
    __slots__ = ("x",)
    @classmethod
    def cm(cls, *a): return "S", a
class Other(classmethod):
    def __get__(self, o, t=None): return lambda *a: ("other", a)
class D(A): cm = Other(print)
def f(o): return o.cm(1)
def g(o): return o.p()
for _ in range(3): print([f(o) for o in (A(), B(), A, B, S(), S, D, D())], g(A), g(B()))
a = A(); a.cm = lambda x: "own"
print(f(a), f(A()))
A.cm = classmethod(lambda cls, x: "new")
print(f(a), f(A), f(B()))
del A.cm
try: f(B())
except AttributeError as e: print(e)
class E:
    @classmethod
    def cm(cls, x): return x
wrapper = E.__dict__["cm"]
for i in range(4):
    print(f(E), f(E()))
    if i == 1: wrapper.__init__(lambda cls, x: (cls.__name__, x))
# stdout:
#| [('A', (1,)), ('B', (1,)), ('A', (1,)), ('B', (1,)), ('S', (1,)), ('S', (1,)), ('other', (1,)), ('other', (1,))] A B
#| [('A', (1,)), ('B', (1,)), ('A', (1,)), ('B', (1,)), ('S', (1,)), ('S', (1,)), ('other', (1,)), ('other', (1,))] A B
#| [('A', (1,)), ('B', (1,)), ('A', (1,)), ('B', (1,)), ('S', (1,)), ('S', (1,)), ('other', (1,)), ('other', (1,))] A B
#| own ('A', (1,))
#| own new new
#| 'B' object has no attribute 'cm'
#| 1 1
#| 1 1
#| ('E', 1) ('E', 1)
#| ('E', 1) ('E', 1)
