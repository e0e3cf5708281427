class P:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
def f(p):
    match p:
        case P(0, 0): return "origin"
        case P(x, y=0): return "on x", x
        case P(y=v): return "y", v
        case int(n) | float(n): return "number", n
        case str() as s: return s
print([f(x) for x in (P(0, 0), P(1, 0), P(1, 2), 3, 4.5, "s", True)])
# stdout:
#| ['origin', ('on x', 1), ('y', 2), ('number', 3), ('number', 4.5), 's', ('number', True)]
