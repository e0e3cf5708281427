class T(tuple): pass
class U(tuple):
    def __iter__(self): return iter("xyz")
a, b, c = T((1, 2, 3))
print(a, b, c)
a, b, c = U((1, 2, 3))
print(a, b, c)
a, b, c = U((1, 2))
print(a, b, c)
for source in (T((1, 2)), T((1, 2, 3, 4)), (1, 2), (1, 2, 3, 4), [1] * 5):
    try: a, b, c = source
    except ValueError as e: print(e)
# stdout:
#| 1 2 3
#| x y z
#| x y z
#| not enough values to unpack (expected 3, got 2)
#| too many values to unpack (expected 3)
#| not enough values to unpack (expected 3, got 2)
#| too many values to unpack (expected 3, got 4)
#| too many values to unpack (expected 3, got 5)
