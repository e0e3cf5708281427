import weakref
class A: pass
a = A()
r = weakref.ref(a, lambda r: print("callback", r() is None))
print(r() is a, weakref.getweakrefcount(a), r == weakref.ref(a), weakref.ref(a) is weakref.ref(a))
del a
print(r())
try: weakref.ref(5)
except TypeError as e: print(e)
# stdout:
#| True 1 True True
#| callback True
#| None
#| cannot create weak reference to 'int' object
