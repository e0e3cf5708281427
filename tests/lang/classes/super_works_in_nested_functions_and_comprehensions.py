class A:
    def f(self):
        return 1
class B(A):
    def f(self):
        def inner():
            return super(B, self).f()
        return inner() + sum(super(B, self).f() for _ in range(3))
print(B().f())
# stdout:
#| 4
