x = 1
def f():
    global x, y
    x, y = 2, 3
f()
print(x, y)
class A:
    global z
    z = 4
print(z, hasattr(A, "z"))
# stdout:
#| 2 3
#| 4 False
