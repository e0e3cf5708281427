# Calls with keywords: every parameter gets its value or its default, whatever the order; errors as always.
def plain(a, b, c=3, d=4): return a, b, c, d
def only(a, /, b, *, c=1, d): return a, b, c, d
def rest(a, *args, b=2, **kw): return a, args, b, kw
def cells(a, b=2):
    def inner(): return a, b
    return inner
def gen(a, b=2):
    yield a
    yield b
class Base:
    def __init__(self, x, y=2, *, z=3): self.v = x, y, z
    def method(self, p, q=5, *, r=6): return self.v, p, q, r
class Sub(Base):
    def __init__(self, *args, **kw):
        super().__init__(*args, **kw)

def tries():
    yield plain(1, b=2)
    yield plain(d=1, c=2, b=3, a=4)
    yield plain(1, 2, d=5)
    yield only(1, 2, d=3)
    yield only(1, d=3, b=2, c=9)
    yield rest(1, 2, 3, b=4, k=5)
    yield cells(b=5, a=6)()
    yield list(gen(b=1, a=0))
    yield Base(x=1).v
    yield Base(1, z=9, y=8).v
    yield Sub(y=1, x=2).v
    o = Base(0)
    yield o.method(q=1, p=2)
    yield o.method(1, r=2)
    yield Base.method(o, p=1)
    bound = o.method
    yield bound(r=3, p=4)
for t in tries(): print(t)
# The same from a plain function.
print(plain(1, b=2), only(1, 2, d=3), Base(x=1, z=2).v, Base(0).method(p=1), cells(a=1)())
for bad in ('plain(1)', 'plain(1, 2, a=3)', 'plain(1, e=2)', 'plain(1, 2, 3, 4, 5, d=1)', 'only(a=1, b=2, d=3)', 'only(1, b=2)',
            'only(1, 2, 3, d=1)', 'Base(y=1)', 'Base(1, w=1)', 'Base(1).method(q=1)', 'gen(c=1)', 'plain(1, b=2, **{"b": 3})'):
    try:
        print(eval(bad))
    except TypeError as error:
        print(bad, '->', error)
class Gone:
    def __init__(self, name): self.name = name
    def __del__(self): print('gone', self.name)
def take(a, b): print('in'); del a; print('out')
take(b=Gone('b'), a=Gone('a'))
def deep(n, *, m): return deep(n=n + 1, m=m)
try:
    deep(n=0, m=1)
except RecursionError as error:
    print(error)
# Native methods with some parameters left out.
d = {1: 2}
print(d.get(1), d.get(2), d.get(2, 3), 'a,b'.split(','), 'a b'.split(), [3, 1].index(1), 'xay'.find('a', 1), (1, 2).count(1), d.pop(5, None))
for bad in ('d.get()', 'd.get(1, 2, 3)', '"a".split(1, 2, 3)', '[].index()', '"x".find()', '"a".join()', 'd.pop()'):
    try:
        print(eval(bad))
    except TypeError as error:
        print(bad, '->', error)
# stdout:
#| (1, 2, 3, 4)
#| (4, 3, 2, 1)
#| (1, 2, 3, 5)
#| (1, 2, 1, 3)
#| (1, 2, 9, 3)
#| (1, (2, 3), 4, {'k': 5})
#| (6, 5)
#| [0, 1]
#| (1, 2, 3)
#| (1, 8, 9)
#| (2, 1, 3)
#| ((0, 2, 3), 2, 1, 6)
#| ((0, 2, 3), 1, 5, 2)
#| ((0, 2, 3), 1, 5, 6)
#| ((0, 2, 3), 4, 5, 3)
#| (1, 2, 3, 4) (1, 2, 1, 3) (1, 2, 2) ((0, 2, 3), 1, 5, 6) (1, 2)
#| plain(1) -> plain() missing 1 required positional argument: 'b'
#| plain(1, 2, a=3) -> plain() got multiple values for argument 'a'
#| plain(1, e=2) -> plain() got an unexpected keyword argument 'e'
#| plain(1, 2, 3, 4, 5, d=1) -> plain() got multiple values for argument 'd'
#| only(a=1, b=2, d=3) -> only() got some positional-only arguments passed as keyword arguments: 'a'
#| only(1, b=2) -> only() missing 1 required keyword-only argument: 'd'
#| only(1, 2, 3, d=1) -> only() takes 2 positional arguments but 3 positional arguments (and 1 keyword-only argument) were given
#| Base(y=1) -> Base.__init__() missing 1 required positional argument: 'x'
#| Base(1, w=1) -> Base.__init__() got an unexpected keyword argument 'w'
#| Base(1).method(q=1) -> Base.method() missing 1 required positional argument: 'p'
#| gen(c=1) -> gen() got an unexpected keyword argument 'c'
#| plain(1, b=2, **{"b": 3}) -> __main__.plain() got multiple values for keyword argument 'b'
#| in
#| gone a
#| out
#| gone b
#| maximum recursion depth exceeded
#| 2 None 3 ['a', 'b'] ['a', 'b'] 1 1 1 None
#| d.get() -> get expected at least 1 argument, got 0
#| d.get(1, 2, 3) -> get expected at most 2 arguments, got 3
#| "a".split(1, 2, 3) -> split() takes at most 2 arguments (3 given)
#| [].index() -> index expected at least 1 argument, got 0
#| "x".find() -> find expected at least 1 argument, got 0
#| "a".join() -> str.join() takes exactly one argument (0 given)
#| d.pop() -> pop expected at least 1 argument, got 0
