import gc
gc.disable()
class A:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
a, b = A(1), A(2)
a.o, b.o = b, a
del a, b
print("dropped")
print(gc.collect() >= 2)
print(gc.collect())
# stdout:
#| dropped
#| del 1
#| del 2
#| True
#| 0
