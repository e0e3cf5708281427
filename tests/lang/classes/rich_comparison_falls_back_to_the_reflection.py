class A:
    def __lt__(self, other):
        return "A.lt" if isinstance(other, A) else NotImplemented
class B:
    def __gt__(self, other): return "B.gt"
print(A() < A(), A() < B(), B() > 1)
try:
    A() < 1
except TypeError as e:
    print(e)
# stdout:
#| A.lt B.gt B.gt
#| '<' not supported between instances of 'A' and 'int'
