a, b = [], []
a.append(b); b.append(a)
c, d = [], []
c.append(d); d.append(c)
try: print(a == c)
except RecursionError as e: print("RecursionError")
print(a, a == a)
x = {}
x[1] = x
y = {1: x}
try: print(x == y)
except RecursionError: print("RecursionError")
# stdout:
#| RecursionError
#| [[[...]]] True
#| True
