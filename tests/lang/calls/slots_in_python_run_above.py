import sys, traceback
class A:
    def __init__(self): self.d = {}
    def __getitem__(self, k):
        if k == "deep": return self["x"] + 1
        if k == "bad": raise KeyError(k)
        if k == "who": return sys._getframe(1).f_code.co_name, sys._getframe().f_code.co_name
        return len(str(k))
    @property
    def size(self): return self._size * 2
    @property
    def fails(self): return self.nothing
    @property
    def who(self): return sys._getframe(1).f_code.co_name
def f(a):
    out = []
    for k in (1, "xx", "deep", "who", (1, 2), slice(1)):
        out.append(a[k])
    out.append((a[0], a[5], a[-3]))
    return out
a = A()
print(f(a), f(a))
a._size = 21
def p(a): return a.size, a.who
print(p(a), p(a), p(a))
for _ in range(3):
    try: a["bad"]
    except KeyError: traceback.print_exc(file=sys.stdout)
    try: a.fails
    except AttributeError as e: print(e, e.name, [t.name for t in traceback.extract_tb(e.__traceback__)])
def g(a):
    for i in range(3):
        yield a[i], a.size
    yield a["deep"]
print(list(g(a)), list(g(a)))
class B(A):
    size = property(lambda self: "b")
for x in (a, B(), a, B()): print(x.size, end=" ")
print(p(a))
try: p(a)
except TypeError as e: print(e)
A.size = 5
print(p(a))
del A.__getitem__
try: f(a)
except TypeError as e: print(e)
A.__getitem__ = lambda self, k, more=2: (k, more)
print(f(a)[:2])
def rec(self, k): return self[k]
A.__getitem__ = rec
try: a[1]
except RecursionError as e: print(e)
class L(list):
    def __getitem__(self, k): return "mine", list.__getitem__(self, k)
l = L([1, 2])
print(l[0], l[-1])
class T(str):
    pass
print(T("abc")[1])
# stdout:
#| [1, 2, 2, ('f', '__getitem__'), 6, 20, (1, 1, 2)] [1, 2, 2, ('f', '__getitem__'), 6, 20, (1, 1, 2)]
#| (42, 'p') (42, 'p') (42, 'p')
#| Traceback (most recent call last):
#|   File "slots_in_python_run_above.py", line 27, in <module>
#|     try: a["bad"]
#|          ~^^^^^^^
#|   File "slots_in_python_run_above.py", line 6, in __getitem__
#|     if k == "bad": raise KeyError(k)
#|                    ^^^^^^^^^^^^^^^^^
#| KeyError: 'bad'
#| 'A' object has no attribute 'nothing' nothing ['<module>', 'fails']
#| Traceback (most recent call last):
#|   File "slots_in_python_run_above.py", line 27, in <module>
#|     try: a["bad"]
#|          ~^^^^^^^
#|   File "slots_in_python_run_above.py", line 6, in __getitem__
#|     if k == "bad": raise KeyError(k)
#|                    ^^^^^^^^^^^^^^^^^
#| KeyError: 'bad'
#| 'A' object has no attribute 'nothing' nothing ['<module>', 'fails']
#| Traceback (most recent call last):
#|   File "slots_in_python_run_above.py", line 27, in <module>
#|     try: a["bad"]
#|          ~^^^^^^^
#|   File "slots_in_python_run_above.py", line 6, in __getitem__
#|     if k == "bad": raise KeyError(k)
#|                    ^^^^^^^^^^^^^^^^^
#| KeyError: 'bad'
#| 'A' object has no attribute 'nothing' nothing ['<module>', 'fails']
#| [(1, 42), (1, 42), (1, 42), 2] [(1, 42), (1, 42), (1, 42), 2]
#| 42 b 42 b (42, 'p')
#| (5, 'p')
#| 'A' object is not subscriptable
#| [(1, 2), ('xx', 2)]
#| maximum recursion depth exceeded
#| ('mine', 1) ('mine', 2)
#| b
