class A: pass
class B(A): pass
b = B()
def read(): return b.v
A.v = 1
print(read())
B.v = 2
print(read())
del B.v
print(read())
b.v = 3
print(read())
A.v = property(lambda self: 4)
print(read())
# stdout:
#| 1
#| 2
#| 1
#| 3
#| 4
