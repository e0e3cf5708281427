class A: pass
a, d = A(), {}
a.x: int = 1
d["k"]: str = "v"
print(a.x, d)
def f(): d[print("target")]: print("ann")
f()
# stdout:
#| 1 {'k': 'v'}
#| target
