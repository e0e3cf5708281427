print([(a, b) for a in range(4) if a % 2 for b in range(a) if b != 1])
print([[j for j in range(i)] for i in range(4)])
print([y for x in ["ab", "c"] for y in x])
# stdout:
#| [(1, 0), (3, 0), (3, 2)]
#| [[], [0], [0, 1], [0, 1, 2]]
#| ['a', 'b', 'c']
