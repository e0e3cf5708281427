class M(type):
    def __new__(m, name, bases, ns, **kw):
        print("new", name, kw)
        return super().__new__(m, name, bases, ns)
    def __init__(cls, name, bases, ns, **kw):
        print("init", name)
    def __call__(cls, *a):
        print("call", a)
        return super().__call__(*a)
class A(metaclass=M, tag=1):
    def __init__(self, x): self.x = x
print(A(5).x, type(A).__name__)
# stdout:
#| new A {'tag': 1}
#| init A
#| call (5,)
#| 5 M
