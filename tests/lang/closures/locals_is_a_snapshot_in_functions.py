def f():
    x = 1
    d = locals()
    d["x"] = 5
    d["y"] = 6
    return x, sorted(locals()), locals() is locals()
print(f())
# stdout:
#| (1, ['d', 'x'], False)
