from functools import cmp_to_key
print(sorted([5, 2, 8, 1], key=cmp_to_key(lambda a, b: b - a)))
# stdout:
#| [8, 5, 2, 1]
