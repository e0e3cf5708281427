class Data:
    def __get__(self, o, t): return "data"
    def __set__(self, o, v): print("set", v)
class NonData:
    def __get__(self, o, t): return "nondata", o is None
class A:
    d = Data()
    n = NonData()
a = A()
a.__dict__.update(d="inst", n="inst")
print(a.d, a.n, A.d, A.n)
a.d = 1
a.n = 2
print(a.n)
# stdout:
#| data inst data ('nondata', True)
#| set 1
#| 2
