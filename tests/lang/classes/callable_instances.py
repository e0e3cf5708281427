class Adder:
    def __init__(self, n): self.n = n
    def __call__(self, *args, **kw): return self.n + sum(args) + sum(kw.values())
print(Adder(1)(2, 3, k=4), callable(Adder(1)), callable(1))
try:
    1()
except TypeError as e:
    print(e)
# stdout:
#| 10 True False
#| 'int' object is not callable
# stderr:
#| callable_instances.py:6: SyntaxWarning: 'int' object is not callable; perhaps you missed a comma?
#|   1()
