class Evil:
    def __init__(self, d): self.d = d
    def __hash__(self): return 1
    def __eq__(self, o):
        self.d.clear()
        for i in range(50): self.d[i + 1000] = i
        return False
d = {}
d[Evil(d)] = 1
for g in (lambda: d.get(Evil(d)), lambda: d.__setitem__(Evil(d), 2), lambda: d.pop(Evil(d), "no"), lambda: d.setdefault(Evil(d), 3), lambda: d == {Evil(d): 1}):
    d.clear()
    d[Evil(d)] = 1
    try: g(); print("works", len(d) in (50, 51))
    except (RuntimeError, KeyError) as e: print(type(e).__name__)
s = set()
class E2(Evil):
    def __eq__(self, o): self.d.clear(); return False
    __hash__ = Evil.__hash__
s.add(E2(s)); s.add(E2(s))
print(len(s) <= 2)
# stdout:
#| works True
#| works True
#| works True
#| works True
#| works True
#| True
