a, b = {1, 2, 3}, {2, 3, 4}
print(a & b, sorted(a | b), a - b, sorted(a ^ b), a <= {1, 2, 3, 4}, a < a, a >= {1}, a.isdisjoint({9}), a.issubset(range(9)), sorted(a.union([7], (8,))), a.intersection([1, 2], [2]), sorted(a.difference([1])), sorted(a.symmetric_difference([1, 9])))
print(set(), {1}, frozenset(), frozenset({1}), set("a"), len({1, 1.0, True}))
for f in (lambda: a | [1], lambda: {[]}, lambda: a < [1], lambda: set(5), lambda: a + b):
    try: f()
    except TypeError as e: print(e)
# stdout:
#| {2, 3} [1, 2, 3, 4] {1} [1, 4] True False True True True [1, 2, 3, 7, 8] {2} [2, 3] [2, 3, 9]
#| set() {1} frozenset() frozenset({1}) {'a'} 1
#| unsupported operand type(s) for |: 'set' and 'list'
#| cannot use 'list' as a set element (unhashable type: 'list')
#| '<' not supported between instances of 'set' and 'list'
#| 'int' object is not iterable
#| unsupported operand type(s) for +: 'set' and 'set'
