import weakref
class A:
    x = 1
    def __len__(self): return 3
    def __add__(self, o): return o
a = A()
p = weakref.proxy(a)
print(p.x, len(p), p + 5, isinstance(p, A), bool(p))
p.y = 2
print(a.y)
del a
try: p.x
except ReferenceError as e: print(e)
# stdout:
#| 1 3 5 True True
#| 2
#| weakly-referenced object no longer exists
