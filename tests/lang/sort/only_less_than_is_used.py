class A:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return self.v < o.v
    def __repr__(self): return str(self.v)
print(sorted(map(A, (3, 1, 2))), sorted(map(A, (3, 1, 2)), reverse=True))
try: sorted([1, "a"])
except TypeError as e: print(e)
try: sorted([None, None])
except TypeError as e: print(e)
print(sorted([1.5, 1, True, 0]), sorted([[2], [1, 5], [1]]), sorted([(1, "b"), (1, "a")]))
# stdout:
#| [1, 2, 3] [3, 2, 1]
#| '<' not supported between instances of 'str' and 'int'
#| '<' not supported between instances of 'NoneType' and 'NoneType'
#| [0, 1, True, 1.5] [[1], [1, 5], [2]] [(1, 'a'), (1, 'b')]
