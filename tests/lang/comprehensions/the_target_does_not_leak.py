x = "kept"
a = [x for x in range(3)]
print(x, a)
print({k: v for k, v in zip("ab", (1, 2))}, {n % 2 for n in range(9)})
# stdout:
#| kept [0, 1, 2]
#| {'a': 1, 'b': 2} {0, 1}
