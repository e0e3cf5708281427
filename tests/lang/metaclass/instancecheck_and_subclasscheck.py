class M(type):
    def __instancecheck__(cls, o): return o == 5
    def __subclasscheck__(cls, c): return c is str
class A(metaclass=M): pass
print(isinstance(5, A), isinstance(6, A), issubclass(str, A), isinstance(A(), A), issubclass(int, A))
# stdout:
#| True False True True False
