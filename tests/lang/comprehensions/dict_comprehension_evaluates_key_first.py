def k(x): print("k", x); return x
def v(x): print("v", x); return x
print({k(i): v(i) for i in range(2)})
print({1: v(1), **{k(2): 3}})
# stdout:
#| k 0
#| v 0
#| k 1
#| v 1
#| {0: 0, 1: 1}
#| v 1
#| k 2
#| {1: 1, 2: 3}
