class Evil:
    def __init__(self, l, v): self.l, self.v = l, v
    def __lt__(self, o): self.l.clear(); return self.v < o.v
    def __eq__(self, o): self.l.clear(); return False
    __hash__ = None
l = []
l.extend(Evil(l, v) for v in (3, 1, 2))
try: l.sort()
except ValueError as e: print(e)
for g in (lambda l: l == [1, 2, 3], lambda l: 1 in l, lambda l: l.count(1), lambda l: l.index(1), lambda l: l.remove(1)):
    l = []
    l.extend(Evil(l, v) for v in (3, 1, 2))
    try: print(g(l), len(l))
    except (ValueError, IndexError) as e: print(type(e).__name__, len(l))
# stdout:
#| False 0
#| False 0
#| 0 0
#| ValueError 0
#| ValueError 0
