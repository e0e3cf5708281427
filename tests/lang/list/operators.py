a = [1, 2]
b = a
b += (3,)
b *= 2
print(a, a is b, a + [4], [0] * 3, 2 * [1], [1] * -1, 2 in a, [1, 2] < [1, 3], [1] < [1, 0], [] == (), [1, [2]] == [1, [2]])
for f in (lambda: a + (1,), lambda: a * "x", lambda: a * 1.5, lambda: [1] < ["a"], lambda: [1] < (1,)):
    try: f()
    except TypeError as e: print(e)
# stdout:
#| [1, 2, 3, 1, 2, 3] True [1, 2, 3, 1, 2, 3, 4] [0, 0, 0] [1, 1] [] True True True False True
#| can only concatenate list (not "tuple") to list
#| can't multiply sequence by non-int of type 'str'
#| can't multiply sequence by non-int of type 'float'
#| '<' not supported between instances of 'int' and 'str'
#| '<' not supported between instances of 'list' and 'tuple'
