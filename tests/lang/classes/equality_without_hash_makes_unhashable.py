class A:
    def __eq__(self, o): return True
print(A.__hash__)
try:
    hash(A())
except TypeError as e:
    print(e)
class B(A):
    __hash__ = object.__hash__
print(isinstance(hash(B()), int))
print(A() == 1, A() != 1)
# stdout:
#| None
#| unhashable type: 'A'
#| True
#| True False
