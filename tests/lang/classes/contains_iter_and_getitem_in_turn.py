class A:
    def __contains__(self, x): return x == 1
class B:
    def __iter__(self): return iter([1, 2])
class C:
    def __getitem__(self, i):
        if i > 2: raise IndexError
        return i * 10
print(1 in A(), 2 in A(), 2 in B(), 3 in B(), 20 in C(), 5 in C(), list(C()))
try:
    1 in 1
except TypeError as e:
    print(e)
# stdout:
#| True False True False True False [0, 10, 20]
#| argument of type 'int' is not a container or iterable
