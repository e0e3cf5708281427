def f():
    x: undefined_type = 1
    y: print("never")
    (z): int = 2
    return x, z
print(f(), f.__annotations__)
def g():
    y: int
    return y
try: g()
except UnboundLocalError as e: print(e)
# stdout:
#| (1, 2) {}
#| cannot access local variable 'y' where it is not associated with a value
