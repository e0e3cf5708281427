class A:
    def __init__(self): self._x = 0
    @property
    def x(self):
        "doc"
        return self._x
    @x.setter
    def x(self, v): self._x = v
    @x.deleter
    def x(self): print("deleted")
    @property
    def ro(self): return 1
a = A()
a.x = 5
print(a.x, A.x.__doc__, A.x.fget.__name__)
del a.x
for c in ("a.ro = 1", "del a.ro"):
    try: exec(c)
    except AttributeError as e: print(e)
class W:
    w = property(fset=lambda s, v: None)
try: W().w
except AttributeError as e: print(e)
# stdout:
#| 5 doc x
#| deleted
#| property 'ro' of 'A' object has no setter
#| property 'ro' of 'A' object has no deleter
#| property 'w' of 'W' object has no getter
