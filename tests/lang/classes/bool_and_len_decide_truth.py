class A:
    def __len__(self): return 0
class B(A):
    def __bool__(self): return True
class C:
    def __bool__(self): return 1
print(bool(A()), bool(B()), not A())
try:
    bool(C())
except TypeError as e:
    print(e)
class D:
    def __len__(self): return -1
try:
    bool(D())
except ValueError as e:
    print(e)
# stdout:
#| False True True
#| __bool__ should return bool, returned int
#| __len__() should return >= 0
