class A: pass
class B(A): pass
try:
    class C(A, B): pass
except TypeError as e:
    print(e)
try:
    class D(A, A): pass
except TypeError as e:
    print(e)
# stdout:
#| Cannot create a consistent method resolution order (MRO) for bases A, B
#| duplicate base class A
