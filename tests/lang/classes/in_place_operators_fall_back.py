class A:
    def __init__(self, v): self.v = v
    def __add__(self, o): return A(self.v + o)
a = b = A(1)
a += 2
print(a.v, b.v, a is b)
class M(A):
    def __iadd__(self, o):
        self.v += o
        return self
a = b = M(1)
a += 2
print(a.v, b.v, a is b)
try:
    a -= 1
except TypeError as e:
    print(e)
# stdout:
#| 3 1 False
#| 3 3 True
#| unsupported operand type(s) for -=: 'M' and 'int'
