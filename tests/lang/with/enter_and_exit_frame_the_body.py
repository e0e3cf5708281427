class M:
    def __init__(self, n): self.n = n
    def __enter__(self):
        print("enter", self.n)
        return self.n
    def __exit__(self, *exc):
        print("exit", self.n, exc[0].__name__ if exc[0] else None)
with M(1) as a, M(2) as b:
    print(a, b)
with (M(3) as a, M(4),):
    print(a)
try:
    with M(5):
        raise ValueError
except ValueError:
    print("out")
# stdout:
#| enter 1
#| enter 2
#| 1 2
#| exit 2 None
#| exit 1 None
#| enter 3
#| enter 4
#| 3
#| exit 4 None
#| exit 3 None
#| enter 5
#| exit 5 ValueError
#| out
