class A:
    def f(self):
        del A.f
        A.g = lambda s: "new g"
        self.__class__ = B
        return self.g()
class B:
    def g(self): return "B.g"
a = A()
print(a.f(), type(a).__name__, hasattr(A, "f"))
class C:
    def __getattribute__(self, n):
        C.x = 5
        del C.__getattribute__
        return 1
c = C()
print(c.anything, c.x)
# stdout:
#| B.g B False
#| 1 5
