import operator
print([operator.length_hint(x) for x in (iter([1, 2]), iter((1,)), iter("abc"), iter({1: 2}), iter({1}), reversed([1, 2]), iter(range(3)), zip("a"), (i for i in "a"))])
class H:
    def __length_hint__(self): return -1
try: operator.length_hint(H())
except ValueError as e: print(e)
# stdout:
#| [2, 1, 3, 1, 1, 2, 3, 0, 0]
#| __length_hint__() should return >= 0
