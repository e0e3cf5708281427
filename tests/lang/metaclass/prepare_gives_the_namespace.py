class Log(dict):
    def __setitem__(self, k, v):
        if not k.startswith("__"): print("bind", k)
        super().__setitem__(k, v)
class M(type):
    @classmethod
    def __prepare__(m, name, bases, **kw): return Log(kw)
    def __new__(m, name, bases, ns, **kw): return super().__new__(m, name, bases, dict(ns))
class A(metaclass=M, z=1):
    x = 1
    def f(self): pass
print(A.z, A.x)
class Bad(type):
    @classmethod
    def __prepare__(m, *a): return 5
try:
    class B(metaclass=Bad): pass
except TypeError as e: print(e)
# stdout:
#| bind x
#| bind f
#| 1 1
#| Bad.__prepare__() must return a mapping, not int
