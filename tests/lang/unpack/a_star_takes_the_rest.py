a, *b = range(4)
*c, d = "xyz"
e, *f, g = [1, 2]
(h, *i), *j = [(1, 2, 3), 4, 5]
print(a, b, c, d, e, f, g, h, i, j)
*k, = "ab"
print(k)
# stdout:
#| 0 [1, 2, 3] ['x', 'y'] z 1 [] 2 1 [2, 3] [4, 5]
#| ['a', 'b']
