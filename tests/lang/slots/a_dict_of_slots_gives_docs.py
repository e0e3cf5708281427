class A: __slots__ = {"x": "doc of x", "y": None}
import inspect
print(inspect.getdoc(A.x), sorted(A.__slots__))
import weakref
try: weakref.ref(A())
except TypeError as e: print(e)
class W: __slots__ = ("__weakref__",)
w = W()
print(weakref.ref(w)() is w)
# stdout:
#| doc of x ['x', 'y']
#| cannot create weak reference to 'A' object
#| True
