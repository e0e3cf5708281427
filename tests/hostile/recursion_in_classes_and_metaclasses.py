class M(type):
    def __getattr__(cls, n): return getattr(cls, n + "x")
class A(metaclass=M): pass
try: A.q
except RecursionError: print("RecursionError")
class P:
    @property
    def x(self): return self.x
try: P().x
except RecursionError: print("RecursionError")
class I(type):
    def __instancecheck__(cls, o): return isinstance(o, cls)
class B(metaclass=I): pass
try: isinstance(1, B)
except RecursionError: print("RecursionError")
t = int
for _ in range(50000): t = (t, str)
try: print(isinstance(1.5, t))
except RecursionError: print("RecursionError")
# stdout:
#| RecursionError
#| RecursionError
#| RecursionError
#| False
