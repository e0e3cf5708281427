class A:
    shared = []
    n = 0
a, b = A(), A()
a.shared.append(1)
a.n += 1
print(b.shared, a.n, b.n, A.n)
del a.n
print(a.n)
try:
    del a.n
except AttributeError as e:
    print(e)
# stdout:
#| [1] 1 0 0
#| 0
#| 'A' object has no attribute 'n'
