def outer(v):
    class A:
        w = v
        def f(self): return v
    return A
print(outer(3).w, outer(4)().f())
def mixed():
    x = "local"
    class A:
        x = x
        def f(self): return x
    return A.x, A().f()
try:
    print(mixed())
except NameError as e:
    print(e)
# stdout:
#| 3 4
#| name 'x' is not defined
