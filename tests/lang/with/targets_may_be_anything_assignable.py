class M:
    def __init__(self, v): self.v = v
    def __enter__(self): return self.v
    def __exit__(self, *a): pass
d = {}
with M((1, 2)) as (a, b), M(3) as d["k"], M([4, 5, 6]) as (x, *y):
    print(a, b, d, x, y)
# stdout:
#| 1 2 {'k': 3} 4 [5, 6]
