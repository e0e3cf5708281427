class D:
    def __init__(self, l): self.l = l
    def __del__(self): self.l.append(1)
l = []
l.extend([D(l) for _ in range(3)])
l.clear()
print(l)
l[:] = [D(l), D(l)]
l[:] = []
print(l)
l = [D(l)]
del l[0]
d = {}
class E:
    def __del__(self): d["x"] = 1; d.pop("y", None)
d.update(y=E(), z=E())
d.clear()
print(d)
d["k"] = E(); d["k"] = 5
print(d)
# stdout:
#| [1, 1, 1]
#| [1, 1]
#| {'x': 1}
#| {'x': 1, 'k': 5}
