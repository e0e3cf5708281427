class M(type):
    def __len__(cls): return 3
    def __getitem__(cls, k): return k
    def __iter__(cls): return iter("ab")
    def __add__(cls, o): return "sum"
    def __repr__(cls): return "<" + cls.__name__ + ">"
    def __contains__(cls, x): return True
class A(metaclass=M): pass
print(len(A), A[1], list(A), A + 1, A, 9 in A)
# stdout:
#| 3 1 ['a', 'b'] sum <A> True
