a, b, c = 1, 2, 3
a, b, c = c, a, b
print(a, b, c)
x = [0, 1, 2]
i = 0
i, x[i] = 1, 9
print(i, x)
x[0], x[1:], x[0] = 5, [6], 7
print(x)
# stdout:
#| 3 1 2
#| 1 [0, 9, 2]
#| [7, 6]
