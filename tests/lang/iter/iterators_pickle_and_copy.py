import copy, pickle
for it in (iter([1, 2, 3]), iter((1, 2, 3)), iter("abc"), iter({1: 2, 3: 4}.items()), enumerate("ab"), reversed([1, 2])):
    next(it)
    print(list(pickle.loads(pickle.dumps(it))), list(copy.copy(it)))
# stdout:
#| [2, 3] [2, 3]
#| [2, 3] [2, 3]
#| ['b', 'c'] ['b', 'c']
#| [(3, 4)] [(3, 4)]
#| [(1, 'b')] [(1, 'b')]
#| [1] [1]
