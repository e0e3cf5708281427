class A:
    @staticmethod
    def s(x): return x
    @classmethod
    def c(cls, x): return cls.__name__, x
    @staticmethod
    def _plain(): return "called in body"
    v = _plain()
class B(A): pass
print(A.s(1), A().s(2), B.c(3), B().c(4), A.v, A.c.__self__ is A, type(A.__dict__["s"]).__name__, A.s.__name__)
# stdout:
#| 1 2 ('B', 3) ('B', 4) called in body True staticmethod s
