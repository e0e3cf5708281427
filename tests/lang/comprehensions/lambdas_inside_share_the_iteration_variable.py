fs = [lambda: x for x in range(3)]
print([f() for f in fs])
gs = list(lambda: x for x in range(3))
print([g() for g in gs])
# stdout:
#| [2, 2, 2]
#| [2, 2, 2]
