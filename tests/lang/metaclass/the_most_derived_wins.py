class M1(type): pass
class M2(M1): pass
class M3(type): pass
class A(metaclass=M1): pass
class B(metaclass=M2): pass
class C(A, B): pass
print(type(C).__name__)
try:
    class D(metaclass=M3): pass
    class E(A, D): pass
except TypeError as e: print(e)
# stdout:
#| M2
#| metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases
