class A:
    class B:
        def f(self): pass
def outer():
    class C:
        def g(self): return lambda: 0
    return C
print(A.B.f.__qualname__, outer().__qualname__, outer()().g().__qualname__, A.B)
# stdout:
#| A.B.f outer.<locals>.C outer.<locals>.C.g.<locals>.<lambda> <class '__main__.A.B'>
