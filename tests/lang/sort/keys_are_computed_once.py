calls = []
def k(x): calls.append(x); return -x
a = [3, 1, 2]
a.sort(key=k)
print(a, calls)
def bad(x): raise ValueError(x)
try: a.sort(key=bad)
except ValueError as e: print(e, a)
# stdout:
#| [3, 2, 1] [3, 1, 2]
#| 3 [3, 2, 1]
