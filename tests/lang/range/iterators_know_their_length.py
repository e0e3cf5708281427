import operator, copy, pickle
it = iter(range(5))
next(it)
print(operator.length_hint(it), list(copy.copy(it)), list(pickle.loads(pickle.dumps(it))), list(it), operator.length_hint(it))
# stdout:
#| 4 [1, 2, 3, 4] [1, 2, 3, 4] [1, 2, 3, 4] 0
