print([a + b for a, b in [(1, 2), (3, 4)]])
print([rest for first, *rest in ["abc", "de"]])
print({i: d for i, (d, _) in enumerate([(1, 2), (3, 4)])})
# stdout:
#| [3, 7]
#| [['b', 'c'], ['e']]
#| {0: 1, 1: 3}
