a, b = "xy"
[c, d] = {1: 2, 3: 4}
(e, (f, g)), h = (1, (2, 3)), 4
i, = [5]
print(a, b, c, d, e, f, g, h, i)
# stdout:
#| x y 1 3 1 2 3 4 5
