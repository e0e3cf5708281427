nan = float("nan")
for a, b in (([1, 2, 3], [1, 2, 3]), ([1, 2], [1, 2, 3]), ([nan], [nan]), ([nan], [float("nan")]), ([1, True], [1.0, 1]),
             (["a", "b"], ["a", "c"]), ([1, [2]], [1, [3]]), ([0.0], [-0.0]), ([2**70, 1], [2**70, 0])):
    print([a == b, a != b, a < b, a <= b, a > b, a >= b], [tuple(a) == tuple(b), tuple(a) < tuple(b), tuple(a) >= tuple(b)])
for a, b in (([1, "a"], [1, 2]), ((1, None), (1, 3))):
    try: a < b
    except TypeError as e: print(e)
class Clears:
    def __init__(self, items): self.items = items
    def __eq__(self, other):
        self.items.clear()
        return True
items = [1, 2]
items += [Clears(items), 5]
print(items == [1, 2, 3, 5], items)
# stdout:
#| [True, False, False, True, False, True] [True, False, True]
#| [False, True, True, True, False, False] [False, True, False]
#| [True, False, False, True, False, True] [True, False, True]
#| [False, True, False, False, False, False] [False, False, False]
#| [True, False, False, True, False, True] [True, False, True]
#| [False, True, True, True, False, False] [False, True, False]
#| [False, True, True, True, False, False] [False, True, False]
#| [True, False, False, True, False, True] [True, False, True]
#| [False, True, False, False, True, True] [False, False, True]
#| '<' not supported between instances of 'str' and 'int'
#| '<' not supported between instances of 'NoneType' and 'int'
#| False []
