def f(self): return self
print(f.__get__(5)(), f.__get__(None, int) is f)
class A: pass
A.m = f
a = A()
print(a.m() is a, a.m.__func__ is f)
a.g = f
try: a.g()
except TypeError as e: print(e)
# stdout:
#| 5 True
#| True True
#| f() missing 1 required positional argument: 'self'
