class N:
    def __init__(self, nxt): self.nxt = nxt
    def __del__(self): N.count += 1
N.count = 0
h = None
for _ in range(100000): h = N(h)
h = None
print(N.count)
# stdout:
#| 100000
