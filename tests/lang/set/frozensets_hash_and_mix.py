f = frozenset([1, 2])
print(hash(f) == hash(frozenset([2, 1])), f == {1, 2}, type(f | {3}).__name__, type({3} | f).__name__, {f: 1}[frozenset([2, 1])], {1, 2} in {f}, f.copy() is f, frozenset(f) is f)
s = {f}
s.discard({1, 2}); print(s)
# stdout:
#| True True frozenset set 1 True True True
#| set()
